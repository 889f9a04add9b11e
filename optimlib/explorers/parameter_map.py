"""The explorer of two parameters: a map of which every point is a run."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from optimlib import figures
from optimlib.checks import check_count
from optimlib.descent import check_pair, trace
from optimlib.explorers.arguments import generated_or_none, ground_of, looks, sliders_of
from optimlib.explorers.code import at_ends, with_parameters
from optimlib.explorers.explorer import Explorer, tree
from optimlib.objective import Objective
from optimlib.rules.optimizer import Optimizer
from optimlib.symbols import sentence
from optimlib.types import ArrayLike

# What a map can show of each run, and what it is called.
MEASURES = {
    "rate": "rate per step",
    "steps": "steps until the distance is {tolerance:g} of the start's",
    "value": "share of f − f* left after {steps} steps",
}
# The runs along x and y: of the still picture, and of a map that comes as data.
STILL, COARSE = (36, 27), (24, 18)


def parameter_map(
    rule: Optimizer,
    objective: Objective,
    x: tuple[str, float, float],
    y: tuple[str, float, float],
    start: ArrayLike | None = None,
    steps: int = 100,
    *,
    color: str = "rate",
    predict: Callable[..., Any] | None = None,
    optimum: Sequence[Callable[..., Any] | float] | None = None,
    tolerance: float = 1e-3,
    title: str | None = None,
    **ranges: tuple[float, float],
) -> Explorer:
    """Return an explorer that maps how well runs do over two parameters.

    Every point of the map is a run with the hyperparameters or problem parameters of that point.
    The reader chooses one, and sees its distance to the minimum and its path.

    Parameters
    ----------
    rule : Optimizer
        Of the library or one's own. One that a browser cannot compute, since its code is not
        arithmetic on one coordinate, has a coarse map and one run, recorded on the website and
        live where a kernel runs.
    objective : Objective
        Of one or two variables, with its minima.
    x, y : (name, low, high)
        The axes: hyperparameters of the rule or parameters of the problem. Those of rates are
        logarithmic.
    start : number or array, shape (d,), optional
        By default the objective's own.
    steps : int
        At least 3.
    color : {"rate", "steps", "value"}
        What is measured: the factor per step by which the distance to the nearest minimum
        shrinks in the last part of the run (its largest value in the last third over that in the
        third before, up to where only rounding errors are left); the steps until it is
        `tolerance` times that of the start; or the share of f − f* that is left at the end.
    predict : callable, optional
        What theory says of the same number, as elementwise arithmetic of hyperparameters and
        problem parameters by name. The line where it is 1 is drawn on a map of rates, some level
        lines on others; the read-out compares.
    optimum : pair of callables or numbers, optional
        Where theory has the best `x` and `y`, likewise.
    tolerance : float
        In (0, 1).
    title : str, optional
        The figure's name for those who cannot see it.
    **ranges
        For other hyperparameters and problem parameters, by name, (low, high) of a slider.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError
        If `rule` is no optimizer, `objective` is no `Objective` or not elementwise arithmetic, or
        `predict` or `optimum` is not.
    ValueError
        If the objective has no known minima, more than two variables or minima that a parameter
        of the map moves, an axis or range names what neither rule nor problem has, or a choice
        is out of range.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.explorers import parameter_map
    >>> bowl, rule = ol.problems.quadratic(kappa=10), ol.HeavyBall(lr=0.1, beta=0.5)
    >>> parameter_map(rule, bowl, x=("lr", 0.01, 1), y=("beta", 0, 0.99), kappa=(1, 100))
    <Explorer: Heavy ball on quadratic: rate per step>
    """
    check_pair(rule, objective)
    _check_measure(objective, steps, color, tolerance)
    ground = ground_of(objective, start, {x[0], y[0], *ranges})
    axes = [_axis(argument, value, rule, ground) for argument, value in (("x", x), ("y", y))]
    if x[0] == y[0] or {x[0], y[0]} & ranges.keys():
        raise ValueError(f"x, y and ranges must be different parameters, got {x[0]}, {y[0]}")
    sliders = sliders_of(ranges, [rule], [ground])
    for slider in axes + sliders:
        _check_minima_stay(slider, objective, ground)
    names = [*ground["parameters"], *rule.hyperparameters()]
    quantity = MEASURES[color].format(tolerance=tolerance, steps=steps)
    specification = {
        "kind": "map",
        "title": title or sentence(f"{figures.label_of(rule)} on {ground['label']}: {quantity}"),
        "ground": ground,
        "rule": looks([rule])[0] | generated_or_none(rule, steps),
        "axes": axes,
        "sliders": sliders,
        "steps": steps,
        "color": color,
        "quantity": quantity,
        "tolerance": tolerance,
        "predict": None if predict is None else tree(predict, names, "predict"),
        "optimum": None if optimum is None else _optimum(optimum, names),
    }
    if "rule" not in specification["rule"]:
        others = {slider["key"]: slider["value"] for slider in sliders}
        every = others | {axis["key"]: axis["value"] for axis in axes}
        specification["recorded"] = {
            "map": _map_as_data(rule, objective, specification, others),
            "run": _run_as_data(rule, objective, specification, every),
        }
    still = partial(_draw_map, rule, objective, specification)
    return Explorer(specification, still, partial(_answer, rule, objective, specification))


def _check_measure(objective, steps, color, tolerance):
    check_count("steps", steps, least=3)
    if color not in MEASURES:
        raise ValueError(f"color must be one of {', '.join(MEASURES)}, got color = {color!r}")
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance must be in (0, 1), got tolerance = {tolerance!r}")
    if not objective.minima:
        raise ValueError(f"objective must have known minima, {objective.name} has none")


def _answer(rule, objective, specification, part, changes):
    """Return what the figure asks for of a rule that only Python can run: a map, or one run."""
    compute = {"map": _map_as_data, "run": _run_as_data}[part]
    try:
        return compute(rule, objective, specification, changes)
    except Exception as error:  # a reader's own code may raise anything
        return specification["recorded"][part] | {"error": str(error)}


def _map_as_data(rule, objective, specification, changes):
    cells = _map(*_changed(rule, objective, specification, changes), COARSE)
    rounded = [float(f"{cell:.5g}") for cell in cells.ravel()]
    return {"changes": changes, "columns": COARSE[0], "cells": rounded}


def _run_as_data(rule, objective, specification, changes):
    rule, objective, specification = _changed(rule, objective, specification, changes)
    run = trace(rule, objective, specification["ground"]["start"], specification["steps"])
    return {"changes": changes, "points": run.points.ravel(), "values": run.values.ravel()}


def _changed(rule, objective, specification, changes):
    """Return these with other values of hyperparameters and problem parameters."""
    own = {name: value for name, value in changes.items() if name in rule.hyperparameters()}
    others = {name: value for name, value in changes.items() if name not in own}
    ground = specification["ground"]
    objective = with_parameters(objective, ground, others) if others else objective
    ground = ground | {"parameters": ground["parameters"] | others}
    return replace(rule, **own), objective, specification | {"ground": ground}


def _grid(axes, size):
    return np.meshgrid(*(_side(*pair) for pair in zip(axes, size, strict=True)))


def _map(rule, objective, specification, size):
    """Return what a map of this size shows of each run."""
    axes = specification["axes"]
    grid = _grid(axes, size)
    changes = {axis["key"]: side.ravel() for axis, side in zip(axes, grid, strict=True)}
    with np.errstate(all="ignore"):
        runs = _runs(rule, objective, specification["ground"], specification["steps"], changes)
        measured = _measured(*runs, specification["color"], specification["tolerance"])
    return measured.reshape(grid[0].shape)


def _draw_map(rule, objective, specification):
    axes, color = specification["axes"], specification["color"]
    if "recorded" in specification:
        grid = _grid(axes, COARSE)
        measured = np.reshape(specification["recorded"]["map"]["cells"], grid[0].shape)
    else:
        grid = _grid(axes, STILL)
        measured = _map(rule, objective, specification, STILL)
    lost = ~np.isfinite(measured) | ((measured > 1) & (color != "steps")) | (measured < 0)
    least = 1 if color == "steps" else -np.inf  # on a logarithmic scale
    shown = np.ma.masked_array(np.maximum(measured, least), lost)
    ax = figures.one()
    colors = plt.get_cmap("viridis_r").with_extremes(bad=figures.GRAY)
    norm = "linear" if color == "rate" else "log"
    picture = ax.pcolormesh(*grid, shown, cmap=colors, norm=norm, shading="nearest")
    ax.figure.colorbar(picture, label=specification["quantity"])
    for name, axis in zip("xy", axes, strict=True):
        ax.set(**{f"{name}label": axis["label"], f"{name}scale": _scale(axis)})


def _axis(argument, value, rule, ground):
    if np.shape(value) != (3,) or not isinstance(value[0], str):
        raise ValueError(f"{argument} must be (name, low, high), got {argument} = {value!r}")
    name, low, high = value
    (axis,) = sliders_of({name: (low, high)}, [rule], [ground])
    return axis | {"value": float(np.clip(axis["value"], low, high))}


def _side(axis, size):
    spaced = np.geomspace if axis["log"] else np.linspace
    return spaced(axis["min"], axis["max"], size)


def _scale(axis):
    return "log" if axis["log"] else "linear"


def _function(value):
    return value if callable(value) else lambda: value


def _optimum(optimum, names):
    if not isinstance(optimum, list | tuple) or len(optimum) != 2:
        raise ValueError(f"optimum must be a pair, got optimum = {optimum!r}")
    return [tree(_function(value), names, f"optimum[{i}]") for i, value in enumerate(optimum)]


def _check_minima_stay(slider, objective, ground):
    steep = np.max(np.abs(objective.grad(ground["start"])))
    for end in at_ends(slider, objective, ground):
        slopes = [end.grad(np.ravel(np.asarray(m, dtype=float))) for m in objective.minima]
        if np.max(np.abs(slopes)) > 1e-6 * max(steep, 1):
            raise ValueError(f"{slider['parameter']} moves the minima of {objective.name}")


def _runs(rule, objective, ground, steps, changes):
    """Return the runs' distances, (steps + 1, n), and what share of f − f* is left, (n,)."""
    of_problem = {n: v for n, v in changes.items() if n not in rule.hyperparameters()}
    of_rule = {n: v for n, v in changes.items() if n not in of_problem}
    count = len(next(iter(changes.values())))
    groups = np.unique(np.array([*of_problem.values()]).reshape(len(of_problem), count), axis=1)
    distances, left = np.empty((steps + 1, count)), np.empty(count)
    for values in groups.T if of_problem else [()]:
        here = np.ones(count, dtype=bool)
        problem = objective
        if of_problem:
            wanted = dict(zip(of_problem, map(float, values), strict=True))
            problem = with_parameters(objective, ground, wanted)
            for name, value in wanted.items():
                here &= of_problem[name] == value
        swept = rule.replace_unchecked(**{n: v[here] for n, v in of_rule.items()})
        start = np.repeat(np.reshape(ground["start"], (-1, 1)), np.sum(here), axis=1)
        record = trace(swept, problem, start, steps)
        apart = [
            np.linalg.norm(record.points - np.reshape(minimum, (1, -1, 1)), axis=1)
            for minimum in objective.minima
        ]
        distances[:, here] = np.min(apart, axis=0)
        lowest = min(problem.f(np.ravel(np.asarray(m, dtype=float))) for m in objective.minima)
        left[here] = (record.values[-1] - lowest) / (record.values[0] - lowest)
    return distances, left


def _measured(distances, left, color, tolerance):
    """Return what the map shows of each run, as `measuresOf` in the client does.

    That is inf or nan where the run is lost, and −1 where it never arrives.
    """
    if color == "value":
        return left
    if color == "steps":
        there = distances <= tolerance * distances[0]
        steps = np.where(there.any(axis=0), there.argmax(axis=0), -1)
        return np.where(np.isfinite(distances[-1]), steps, np.inf)
    return np.array([_rate(distance) for distance in distances.T])


def _rate(distance):
    if not np.isfinite(distance[-1]):
        return np.nan
    if distance[0] == 0:
        return 0.0
    above = np.flatnonzero(distance > 1e-12 * distance[0])
    last = min(above[-1] + 1, len(distance) - 1)
    third = max(1, last // 3)
    late = np.max(distance[last - third + 1 : last + 1])
    return (late / np.max(distance[last - 2 * third + 1 : last - third + 1])) ** (1 / third)
