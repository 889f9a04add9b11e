"""The explorer of basins: a map over start and learning rate, where runs end."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from optimlib import figures
from optimlib.checks import check_count
from optimlib.curvature import critical_points
from optimlib.descent import check_order, run, trace
from optimlib.explorers.arguments import (
    generated_or_none,
    ground_of,
    ink,
    listed,
    sliders_of,
)
from optimlib.explorers.code import at_ends, with_parameters
from optimlib.explorers.explorer import Explorer, tree, written
from optimlib.expression import Symbol
from optimlib.objective import Objective, check_objective
from optimlib.rules.newton import Newton
from optimlib.rules.optimizer import Optimizer

NEAR = 1e-2
# The runs along start and rate: of the still picture, and of a map that comes as data.
STILL, COARSE = (160, 60), (24, 18)
MINIMA = (figures.BLUE, figures.ORANGE, figures.GREEN, figures.SKY, figures.BLACK)
OTHERS = {
    "maximum": figures.VERMILION,
    "saddle": figures.PURPLE,
    "undecided": figures.PURPLE,
}


def basin_map(
    rules: Optimizer | Sequence[Optimizer],
    objective: Objective,
    lr: tuple[float, float] = (0.01, 2.0),
    start: float | None = None,
    steps: int = 50,
    *,
    boundaries: Mapping[str, Callable[..., Any]] | None = None,
    title: str | None = None,
    **ranges: tuple[float, float],
) -> Explorer:
    """Return an explorer that maps where runs end, by start and learning rate.

    Color says which critical point a run is near to at the end. The reader chooses a start and
    sees the path on the curve.

    Parameters
    ----------
    rules : Optimizer or list of Optimizer
        With a hyperparameter ``lr``; `Newton` without a line search. With several there is a
        menu. One that a browser cannot compute, since its code is not arithmetic on one
        coordinate, has a coarse map and one run, recorded on the website and live where a kernel
        runs.
    objective : Objective
        Of one variable, with a Hessian.
    lr : (low, high)
        The range of learning rates, on a logarithmic axis.
    start : number, optional
        The start at first. By default the objective's own, if it has one.
    steps : int
        At least 1.
    boundaries : dict, optional
        From a label to a function of any of ``lr``, the start (``x0``: the variable's name with
        a 0) and the problem's parameters that has another sign on the other side of the border
        of a basin, e.g. ``lambda x0: abs(x0) - 1``. Its zeros are drawn and compared.
    title : str, optional
        The figure's name for those who cannot see it.
    **ranges
        For parameters of the problem that leave its critical points where they are, by name,
        (low, high) of a slider.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError
        If an argument is of the wrong kind, or the objective is not elementwise arithmetic.
    ValueError
        If the objective does not have one variable or has no Hessian, a rule has no ``lr`` or
        is a `Newton` with a line search, or an argument is out of range.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.explorers import basin_map
    >>> methods = [ol.Newton(), ol.Newton(saddle_free=True), ol.GradientDescent(lr=0.1)]
    >>> basin_map(methods, ol.problems.x_cos(), lr=(0.01, 1))
    <Explorer: Where Newton, Newton with |H|, gradient descent end on x cos πx (c = 1)>
    """
    rules = _checked_rules(rules, objective, steps)
    labels = figures.labels_of(rules, {"lr"})
    methods = [_method(*pair, steps) for pair in zip(rules, labels, strict=True)]
    if not (np.shape(lr) == (2,) and 0 < lr[0] < lr[1]):
        raise ValueError(f"lr must be a range (low, high) above 0, got lr = {lr!r}")
    ground = ground_of(objective, start, ranges)
    sliders = sliders_of(ranges, [], [ground])
    for slider in sliders:
        _check_critical_stay(slider, objective, ground)
    axis = sliders_of({"lr": lr}, rules[:1], [ground])[0]
    names = ["lr", f"{objective.variables[0]}0", *ground["parameters"]]
    labels = ", ".join(method["label"] for method in methods)
    specification = {
        "kind": "basins",
        "title": title or f"Where {labels} end on {ground['label']}",
        "ground": ground,
        "rules": methods,
        "axis": axis | {"value": float(np.clip(axis["value"], *lr))},
        "sliders": sliders,
        "steps": steps,
        "critical": _critical(objective, ground),
        "tolerance": NEAR,
        "boundaries": [
            {"label": label, "formula": tree(edge, names, f"boundaries[{label!r}]")}
            for label, edge in (boundaries or {}).items()
        ],
    }
    for k, method in enumerate(methods):
        if not method.keys() & {"rule", "step"}:
            first = {"rule": k, "parameters": ground["parameters"]}
            place = {"start": ground["start"][0], "lr": specification["axis"]["value"]}
            method["recorded"] = {
                "map": _map_as_data(rules, objective, specification, **first),
                "run": _run_as_data(rules, objective, specification, **first, **place),
            }
    still = partial(_draw_basins, rules[0], objective, specification)
    return Explorer(specification, still, partial(_answer, rules, objective, specification))


def _checked_rules(rules, objective, steps):
    """Return the rules as a list, if they and the objective fit a map of basins."""
    check_order(rules, objective)
    check_objective(objective)
    if objective.dim != 1:
        raise ValueError(
            f"objective must have one variable, got {objective.name} with {objective.dim}"
        )
    if not objective.has_hess:
        raise ValueError(f"objective must have a hess, got {objective.name} without")
    check_count("steps", steps, least=1)
    return listed(rules, Optimizer, "rules", "ol.Newton()")


def _answer(rules, objective, specification, part, **question):
    """Return what the figure asks for of a rule that only Python can run: a map, or one run."""
    compute = {"map": _map_as_data, "run": _run_as_data}[part]
    try:
        return compute(rules, objective, specification, **question)
    except Exception as error:  # a reader's own code may raise anything
        recorded = specification["rules"][question["rule"]]["recorded"]
        return recorded[part] | {"error": str(error)}


def _map_as_data(rules, objective, specification, rule, parameters):
    objective = with_parameters(objective, specification["ground"], parameters)
    cells = _map(rules[rule], objective, specification, COARSE)
    return {"parameters": parameters, "columns": COARSE[0], "cells": cells.ravel()}


def _run_as_data(rules, objective, specification, rule, parameters, start, lr):
    objective = with_parameters(objective, specification["ground"], parameters)
    chosen = rules[rule].replace_unchecked(lr=lr)
    path = trace(chosen, objective, np.array([start]), specification["steps"])
    shown = {"points": path.points.ravel(), "values": path.values.ravel()}
    return {"parameters": parameters, "start": start, "lr": lr, **shown}


def _grid(specification, size):
    """Return a grid of starts and rates."""
    ends, axis = specification["ground"]["domain"][0], specification["axis"]
    return np.meshgrid(np.linspace(*ends, size[0]), np.geomspace(axis["min"], axis["max"], size[1]))


def _map(rule, objective, specification, size):
    """Return where each run of a grid ends, as `basinOf` in the client says.

    That is the number of a critical point, −1 between them, −2 outside the picture.
    """
    low, high = specification["ground"]["domain"][0]
    starts, rates = _grid(specification, size)
    swept = rule.replace_unchecked(lr=rates)
    ends = run(swept, objective, starts[None], specification["steps"])[0]
    cells = np.where((ends >= low) & (ends <= high), -1, -2)
    least = np.full(ends.shape, NEAR * (high - low))
    for k, point in enumerate(specification["critical"]):
        apart = np.abs(ends - point["at"])
        cells[apart <= least] = k
        least = np.fmin(apart, least)
    return cells


def _draw_basins(rule, objective, specification):
    variable = objective.variables[0]
    first = specification["rules"][0]
    recorded = first.get("recorded")
    size = COARSE if recorded else STILL
    starts, rates = _grid(specification, size)
    if recorded:
        cells = recorded["map"]["cells"].reshape(starts.shape)
    else:
        cells = _map(rule, objective, specification, STILL)
    ax = figures.one()
    handles, square = [], 2.2 * STILL[0] / size[0]
    for k, point in enumerate(specification["critical"]):
        here = cells == k
        if np.any(here):
            dots = dict(color=point["color"], marker="s", linestyle="none", markersize=square)
            ax.plot(starts[here], rates[here], **dots)
            label = f"{point['kind']} at {point['at']:.4g}"
            handles += ax.plot([], [], **dots | {"markersize": 7}, label=label)
    ax.set(xlabel=f"start {variable}", ylabel=specification["axis"]["label"], yscale="log")
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1, 1))
    ax.set_title(first["label"])


def _check_critical_stay(slider, objective, ground):
    places = [point["at"] for point in _critical(objective, ground)]
    for end in at_ends(slider, objective, ground):
        moved = [point["at"] for point in _critical(end, ground)]
        if len(moved) != len(places) or not np.allclose(moved, places, atol=1e-6):
            raise ValueError(f"{slider['parameter']} moves critical points of {objective.name}")


def _critical(objective, ground):
    """Return the critical points of a function of one variable in the picture, from left."""
    points = [
        {"at": point.point, "kind": point.kind}
        for point in critical_points(objective, ground["domain"])
    ]
    minima = [float(np.ravel(m)[0]) for m in objective.minima]
    (low, high), near = ground["domain"][0], 1e-6
    for at in minima:
        points = [p for p in points if abs(p["at"] - at) > near * (high - low)]
        points.append({"at": at, "kind": "minimum"})
    colors = iter(MINIMA)
    points.sort(key=lambda point: point["at"])
    for point in points:
        is_minimum = point["kind"] == "minimum"
        point["color"] = next(colors, figures.GRAY) if is_minimum else OTHERS[point["kind"]]
    return points


def _method(rule, label, steps):
    """Return a rule as the figure runs it: Newton's by the formula of its step."""
    family = figures.label_of(rule)
    if "lr" not in rule.hyperparameters():
        raise ValueError(f"rules must have a hyperparameter lr, got {rule!r} without")
    color = ink(figures.color(rule))  # of one at a time the path is drawn
    if not isinstance(rule, Newton):
        return {"label": label, "color": color} | generated_or_none(rule, steps)
    if rule.line_search is not None:
        raise ValueError(f"rules must be without line search here, got {rule!r}")
    numbers = rule.hyperparameters()
    for name, value in numbers.items():
        if callable(value) or np.ndim(value):
            raise ValueError(f"Newton: {name} must be one number here, got {name} = {value!r}")
    added = [" with |H|"] * rule.saddle_free + [f" + {rule.regularization:g}I"] * bool(
        rule.regularization
    )
    return {
        "label": family + "".join(added),
        "color": color,
        "hyperparameters": numbers,
        "step": written(_newton_step(rule)),
    }


def _newton_step(rule):
    """Return the step in one variable, a tree of f′ = g, f″ = h and the hyperparameters."""
    symbolic = rule.replace_unchecked(**{name: Symbol(name) for name in rule.hyperparameters()})
    g, h = np.array([Symbol("g")], dtype=object), np.array([[Symbol("h")]], dtype=object)
    return symbolic.lr * symbolic.direction(g, h)[0]
