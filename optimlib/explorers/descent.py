"""The explorer of descents: optimizers on a curve or a landscape, and their progress."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from optimlib import figures
from optimlib.checks import check_count
from optimlib.descent import check_order, trace
from optimlib.explorers.arguments import (
    generated_or_none,
    ground_of,
    listed,
    looks,
    on_paper,
    sliders_of,
    together,
)
from optimlib.explorers.code import with_parameters
from optimlib.explorers.explorer import Explorer, tree
from optimlib.objective import Objective
from optimlib.rules.optimizer import Optimizer
from optimlib.symbols import sentence
from optimlib.types import ArrayLike

# What the second picture shows against the step, and how its axis is called.
QUANTITIES = {"value": "f", "gap": "f − f*", "distance": "distance to the minimum"}
SIGNIFICANT = 6


def explore(
    rules: Optimizer | Sequence[Optimizer],
    objectives: Objective | Sequence[Objective],
    start: ArrayLike | None = None,
    steps: int = 100,
    *,
    shown: int | None = None,
    show: str = "value",
    log: bool | None = True,
    predict: Mapping[str, Callable[..., Any]] | None = None,
    title: str | None = None,
    **ranges: tuple[float, float],
) -> Explorer:
    """Return an explorer of one or several optimizers on one or several problems.

    The reader drags the start, moves the hyperparameters, lets the run play, and reads off where
    each optimizer is; an optimizer that leaves the picture is said to, with the step.

    Parameters
    ----------
    rules : Optimizer or list of Optimizer
        Rules of the library or one's own. One that a browser cannot compute, since its code is
        not arithmetic on one coordinate (Newton, a wrapper, a rule that branches), is live where
        a kernel runs and shows its recorded run on the website.
    objectives : Objective or list of Objective
        Of one or two variables: problems of `optimlib.problems`, or one's own in elementwise
        arithmetic. With several there is a menu.
    start : number or array, shape (d,), optional
        By default each problem's own, if it has one.
    steps : int
        At least 1.
    shown : int, optional
        How many of the rules, from the first, are drawn before the reader chooses; by default all.
    show : {"value", "gap", "distance"}
        What is drawn against the step: f, f less its minimum, or the distance to the nearest
        minimum.
    log : bool or None
        Whether that axis is logarithmic at first; None leaves the reader no choice.
    predict : dict, optional
        From a label to a function of any of ``t``, ``f0``, the start (``x0``, ``y0``: the
        variables' names with a 0), the problem's parameters and the first rule's hyperparameters.
        It is drawn beside the run and compared with it.
    title : str, optional
        The figure's name for those who cannot see it.
    **ranges
        For hyperparameters and problem parameters, by name, (low, high) of a slider. Rates
        get a logarithmic one.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, a problem has more than two variables or is not
        elementwise arithmetic, a hyperparameter is not one number, or a range names what no rule
        and no problem has.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.explorers import explore
    >>> bowl = ol.problems.quadratic(kappa=10)
    >>> explore(ol.GradientDescent(lr=0.1), bowl, lr=(0.01, 0.3), kappa=(1, 100))
    <Explorer: Gradient descent on quadratic>
    """
    check_order(rules, objectives)
    rules = listed(rules, Optimizer, "rules", "ol.Adam(lr=0.1)")
    problems = listed(objectives, Objective, "objectives", "ol.problems.rosenbrock")
    check_count("steps", steps, least=1)
    shown = len(rules) if shown is None else check_count("shown", shown, least=1)
    if show not in QUANTITIES:
        raise ValueError(f"show must be one of {', '.join(QUANTITIES)}, got show = {show!r}")
    grounds = [ground_of(problem, start, ranges) for problem in problems]
    shape = (problems[0], grounds[0]["start"], steps)
    competitors = [
        look | _competitor(rule, *shape)
        for look, rule in zip(looks(rules, ranges), rules, strict=True)
    ]
    specification = {
        "kind": "descent",
        "title": title
        or sentence(f"{together(competitors)} on {' or '.join(g['label'] for g in grounds)}"),
        "problems": grounds,
        "rules": competitors,
        "sliders": sliders_of(ranges, rules, grounds),
        "steps": steps,
        "shown": shown,
        "progress": {"quantity": show, "label": QUANTITIES[show], "log": log},
        "predictions": _predictions(predict or {}, rules[0], problems[0], grounds[0]),
    }
    still = partial(_draw, rules[:shown], competitors, *shape)
    return Explorer(specification, still, partial(_answer, problems, rules, grounds))


def _predictions(predict, rule, objective, ground):
    """Return what theory says of the first rule, as trees."""
    names = ["t", "f0", *(f"{v}0" for v in objective.variables), *ground["parameters"]]
    names += rule.hyperparameters()
    return [
        {"rule": 0, "label": label, "formula": tree(function, names, f"predict[{label!r}]")}
        for label, function in predict.items()
    ]


def _draw(rules, looks, objective, start, steps):
    ax = figures.one()
    traces = [trace(rule, objective, start, steps) for rule in rules]
    if objective.dim == 1:
        figures.curve(objective, ax)
    else:
        figures.contours(objective, ax)
    limits = ax.axis()
    for run, look in zip(traces, looks, strict=False):
        figures.path(run, ax, **on_paper(look))
    ax.axis(limits)
    ax.legend()


def _answer(problems, rules, grounds, rule, problem, parameters, hyperparameters, start, steps):
    """Return a run that the figure asks for, of a rule that only Python can run."""
    objective = problems[problem]
    if parameters:
        objective = with_parameters(objective, grounds[problem], parameters)
    try:
        run = replace(rules[rule], **hyperparameters)
        return _recorded(trace(run, objective, np.array(start), steps))
    except Exception as error:  # a reader's own code may raise anything
        empty = [None] * (steps + 1)
        return {"error": str(error), "points": empty * objective.dim, "values": empty}


def _competitor(rule, objective, start, steps):
    """Return a rule's code and numbers, or of a rule that only Python can run its recorded run."""
    code = generated_or_none(rule, steps)
    if "rule" in code:
        return code
    return code | {"recorded": _recorded(trace(rule, objective, start, steps))}


def _recorded(run):
    def rounded(values):
        return [float(f"{v:.{SIGNIFICANT}g}") for v in np.ravel(values)]

    return {"points": rounded(run.points), "values": rounded(run.values)}
