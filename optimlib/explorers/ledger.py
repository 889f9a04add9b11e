"""The explorer of single steps: the arithmetic that one does by hand, beside the curve."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from optimlib import figures
from optimlib.checks import check_count
from optimlib.descent import check_order, trace
from optimlib.explorers.arguments import (
    generated,
    ground_of,
    listed,
    looks,
    on_paper,
    sliders_of,
    together,
)
from optimlib.explorers.explorer import Explorer
from optimlib.expression import Call, record_rule
from optimlib.javascript.entries import problem_trees
from optimlib.notation import named_cuts, steps_of
from optimlib.objective import Objective
from optimlib.rules.optimizer import Optimizer
from optimlib.symbols import sentence

LONGEST = 1000  # operations in a line


def ledger(
    rules: Optimizer | Sequence[Optimizer],
    objective: Objective,
    start: float | None = None,
    steps: int = 10,
    *,
    title: str | None = None,
    **ranges: tuple[float, float],
) -> Explorer:
    """Return an explorer of the by-hand arithmetic of one step after the other.

    The reader goes forward and back, moves the start and the hyperparameters, and sees the lines
    of `optimlib.by_hand` for that step, the points on the curve, and a table of all steps so far.
    With "predict first" the values stay hidden, and the reader's own value is answered in words.

    Parameters
    ----------
    rules : Rule or list of Rule
        Rules of the library or one's own, in arithmetic on one coordinate at a time. With several
        there is a menu.
    objective : Objective
        Of one variable: a problem of `optimlib.problems`, or one's own in elementwise arithmetic.
    start : number, optional
        By default the problem's own, if it has one.
    steps : int
        At least 1.
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
    TypeError
        If an argument is of the wrong kind, or no JavaScript can be made of it.
    ValueError
        If the problem has more than one variable, a hyperparameter is not one number, `start` is
        not one finite number, a range names what no rule and no problem has, or a line would
        have more than 1,000 operations.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.explorers import ledger
    >>> ledger(ol.Momentum(lr=0.1), ol.problems.square, lr=(0.01, 1), beta=(0, 0.99))
    <Explorer: Momentum on square, step by step>
    """
    rules = _checked_rules(rules, objective, start, steps)
    ground = ground_of(objective, start, ranges)
    entries = [
        look | generated("rules", rule, steps)
        for look, rule in zip(looks(rules, ranges), rules, strict=True)
    ]
    _check_lines("objective", objective, [(node, {}) for node in problem_trees(objective)["grad"]])
    for rule in rules:
        recording = record_rule(rule)
        lines = [(node, named_cuts(recording, node, str)) for _, node in steps_of(recording)]
        _check_lines("rules", rule, lines)
    specification = {
        "kind": "ledger",
        "title": title or sentence(f"{together(entries)} on {ground['label']}, step by step"),
        "problem": ground,
        "rules": entries,
        "sliders": sliders_of(ranges, rules, [ground]),
        "steps": steps,
    }

    return Explorer(specification, partial(_draw, rules[0], entries[0], objective, ground))


def _checked_rules(rules, objective, start, steps):
    """Return the rules as a list, if all arguments fit."""
    check_order(rules, objective)
    listed(objective, Objective, "objective", "ol.problems.square")
    if isinstance(objective, list | tuple) or objective.dim != 1:
        raise ValueError(f"objective must have one variable, got objective = {objective!r}")
    rules = listed(rules, Optimizer, "rules", "ol.Adam(lr=0.1)")
    check_count("steps", steps, least=1)
    if start is not None and (np.size(start) != 1 or not np.all(np.isfinite(start))):
        raise ValueError(f"start must be one finite number, got start = {start!r}")
    return rules


def _check_lines(argument, value, lines):
    """Raise an error if a line is too long: what has no name of its own is written out in it."""
    for node, cuts in lines:
        if _operations(node, cuts, {}) > LONGEST:
            raise ValueError(
                f"{argument} must have lines of at most {LONGEST} operations, got {argument} = "
                f"{value!r}: what `update` returns under a name stands in other lines as that"
            )


def _operations(node, cuts, known):
    """Return how many operations are written for a tree in which cuts are not opened."""
    if not isinstance(node, Call) or id(node) in cuts:
        return 0
    if id(node) not in known:
        known[id(node)] = 1 + sum(_operations(a, cuts, known) for a in node.arguments)
    return known[id(node)]


def _draw(rule, look, objective, ground):
    first = trace(rule, objective, ground["start"], 1)
    ax = figures.curve(objective, figures.one(), domain=ground["domain"][0])
    limits = ax.axis()
    figures.path(first, ax, **on_paper(look) | {"linestyle": "none"})
    (before, after), (height, _) = first.points.ravel(), first.values
    ax.annotate("", (after, height), (before, height), arrowprops={"arrowstyle": "->"})
    ax.axis(limits)
    ax.legend()
