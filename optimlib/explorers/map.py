"""Explorers in which every point of a map is a run: over two parameters, or start and rate."""

from functools import partial

import matplotlib.pyplot as plt
import numpy as np

from optimlib import figures
from optimlib.calculus import check_objective, one_point
from optimlib.curvature import critical_points
from optimlib.descent import check_count, run, trace
from optimlib.explorers.arguments import ground_of, label_of, listed, sliders_of
from optimlib.explorers.explorer import Explorer, tree, written
from optimlib.expression import Symbol
from optimlib.javascript import reference
from optimlib.problems import named
from optimlib.rules.newton import Newton
from optimlib.rules.optimizer import Optimizer

# What a map can show of each run, and what it is called.
MEASURES = {
    "rate": "rate per step",
    "steps": "steps until the distance is {tolerance:g} of the start's",
    "value": "share of f − f* left after {steps} steps",
}
STILL = (36, 27)
NEAR = 1e-2
MINIMA = (figures.BLUE, figures.ORANGE, figures.GREEN, figures.SKY, figures.BLACK)
OTHERS = {
    "maximum": figures.VERMILION,
    "saddle": figures.PURPLE,
    "undecided": figures.PURPLE,
}


def parameter_map(
    rule,
    objective,
    x,
    y,
    start=None,
    steps=100,
    *,
    color="rate",
    predict=None,
    optimum=None,
    tolerance=1e-3,
    title=None,
    **ranges,
):
    """Return an explorer that maps how well runs do over two parameters.

    Every point of the map is a run with the hyperparameters or problem parameters of that point.
    The reader chooses one, and sees its distance to the minimum and its path.

    Parameters
    ----------
    rule : Rule
        One that is generated as JavaScript.
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
        If `objective` is no `Objective`, `rule` is not generated as JavaScript, or `predict` or
        `optimum` is not elementwise arithmetic.
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
    <Explorer: HeavyBall on quadratic: rate per step>
    """
    generated = reference(rule)
    _check_measure(objective, steps, color, tolerance)
    start = None if start is None else one_point(objective, start, "start")
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
        "title": title or f"{label_of(rule)} on {ground['label']}: {quantity}",
        "ground": ground,
        "rule": {"label": label_of(rule), "color": figures.color(rule), **generated},
        "axes": axes,
        "sliders": sliders,
        "steps": steps,
        "color": color,
        "quantity": quantity,
        "tolerance": tolerance,
        "predict": None if predict is None else tree(predict, names, "predict"),
        "optimum": None if optimum is None else _optimum(optimum, names),
    }
    return Explorer(specification, partial(_draw_map, rule, objective, specification, x[0], y[0]))


def _check_measure(objective, steps, color, tolerance):
    check_objective(objective)
    check_count("steps", steps, least=3)
    if color not in MEASURES:
        raise ValueError(f"color must be one of {', '.join(MEASURES)}, got color = {color!r}")
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance must be in (0, 1), got tolerance = {tolerance!r}")
    if not objective.minima:
        raise ValueError(f"objective must have known minima, {objective.name} has none")


def _draw_map(rule, objective, specification, *names):
    axes, color = specification["axes"], specification["color"]
    sides = [_side(axis, size) for axis, size in zip(axes, STILL, strict=True)]
    grid = np.meshgrid(*sides)
    changes = dict(zip(names, map(np.ravel, grid), strict=True))
    with np.errstate(all="ignore"):
        runs = _runs(rule, objective, specification["ground"], specification["steps"], changes)
        measured = _measured(*runs, color, specification["tolerance"]).reshape(grid[0].shape)
    lost = ~np.isfinite(measured) | ((measured > 1) & (color != "steps"))
    shown = np.ma.masked_array(measured, lost)
    ax = figures.one()
    colors = plt.get_cmap("viridis_r").with_extremes(bad=figures.GRAY)
    norm = "linear" if color == "rate" else "log"
    picture = ax.pcolormesh(*grid, shown, cmap=colors, norm=norm, shading="nearest")
    ax.figure.colorbar(picture, label=specification["quantity"])
    for name, axis in zip("xy", axes, strict=True):
        ax.set(**{f"{name}label": axis["label"], f"{name}scale": _scale(axis)})


def basin_map(
    objective,
    rules,
    lr=(0.01, 2.0),
    start=None,
    steps=50,
    *,
    boundaries=None,
    title=None,
    **ranges,
):
    """Return an explorer that maps where runs end, by start and learning rate.

    Color says which critical point a run is near to at the end. The reader chooses a start and
    sees the path on the curve.

    Parameters
    ----------
    objective : Objective
        Of one variable, with a Hessian.
    rules : Optimizer or list of Optimizer
        With a hyperparameter ``lr``: rules that are generated as JavaScript, and `Newton`
        without a line search. With several there is a menu.
    lr : (low, high)
        The range of learning rates, on a logarithmic axis.
    start : number, optional
        The start at first. By default the objective's own.
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
        If `objective` is no `Objective`, or a rule is not generated as JavaScript.
    ValueError
        If the objective does not have one variable or has no Hessian, a rule has no ``lr`` or
        is a `Newton` with a line search, or an argument is out of range.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.explorers import basin_map
    >>> methods = [ol.Newton(), ol.Newton(saddle_free=True), ol.GradientDescent(lr=0.1)]
    >>> basin_map(ol.problems.x_cos(), methods, lr=(0.01, 1))
    <Explorer: Where Newton, Newton with |H|, GradientDescent end on x_cos(c=1)>
    """
    rules = _checked_rules(objective, rules, steps)
    methods = [_method(rule) for rule in rules]
    if not (np.shape(lr) == (2,) and 0 < lr[0] < lr[1]):
        raise ValueError(f"lr must be a range (low, high) above 0, got lr = {lr!r}")
    start = None if start is None else one_point(objective, start, "start")
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
    return Explorer(specification, partial(_draw_basins, rules[0], objective, specification, lr))


def _checked_rules(objective, rules, steps):
    """Return the rules as a list, if they and the objective fit a map of basins."""
    check_objective(objective)
    if objective.dim != 1:
        raise ValueError(
            f"objective must have one variable, got {objective.name} with {objective.dim}"
        )
    if not objective.has_hess:
        raise ValueError(f"objective must have a hess, got {objective.name} without")
    check_count("steps", steps, least=1)
    return listed(rules, Optimizer, "rules", "ol.Newton()")


def _draw_basins(rule, objective, specification, lr):
    variable, critical = objective.variables[0], specification["critical"]
    low, high = specification["ground"]["domain"][0]
    starts, rates = np.meshgrid(np.linspace(low, high, 160), np.geomspace(*lr, 60))
    swept = rule.replace_unchecked(lr=rates)
    ends = run(swept, objective, starts[None], specification["steps"])[0]
    places = np.array([point["at"] for point in critical])
    with np.errstate(invalid="ignore"):
        apart = np.abs(ends - places[:, None, None])
    reached = np.any(apart <= NEAR * (high - low), axis=0)
    ax = figures.one()
    handles = []
    for k, point in enumerate(critical):
        here = reached & (np.argmin(apart, axis=0) == k)
        if np.any(here):
            dots = dict(color=point["color"], marker="s", linestyle="none", markersize=2.2)
            ax.plot(starts[here], rates[here], **dots)
            label = f"{point['kind']} at {point['at']:.4g}"
            handles += ax.plot([], [], **dots | {"markersize": 7}, label=label)
    ax.set(xlabel=f"start {variable}", ylabel=specification["axis"]["label"], yscale="log")
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1, 1))
    ax.set_title(specification["rules"][0]["label"])


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


def _at_ends(slider, objective, ground):
    """Return the objective at both ends of a slider, or nothing if it does not change it."""
    if "parameter" not in slider:
        return []
    name, parameters = slider["parameter"], ground["parameters"]
    ends = (slider["min"], slider["max"])
    return [named(ground["problem"], **parameters | {name: end}) for end in ends]


def _check_minima_stay(slider, objective, ground):
    for end in _at_ends(slider, objective, ground):
        if not np.array_equal(end.minima, objective.minima):
            raise ValueError(f"{slider['parameter']} moves the minima of {objective.name}")


def _check_critical_stay(slider, objective, ground):
    places = [point["at"] for point in _critical(objective, ground)]
    for end in _at_ends(slider, objective, ground):
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


def _method(rule):
    """Return a rule as the figure runs it: Newton's by the formula of its step."""
    if "lr" not in rule.hyperparameters():
        raise ValueError(f"rules must have a hyperparameter lr, {label_of(rule)} has none")
    entry = {"label": label_of(rule), "color": figures.color(rule)}
    if not isinstance(rule, Newton):
        return entry | reference(rule)
    if rule.line_search is not None:
        raise ValueError(f"rules must be without line search here, got {rule!r}")
    numbers = rule.hyperparameters()
    for name, value in numbers.items():
        if callable(value) or np.ndim(value):
            raise ValueError(f"Newton: {name} must be one number here, got {name} = {value!r}")
    added = [" with |H|"] * rule.saddle_free + [f" + {rule.regularization:g}I"] * bool(
        rule.regularization
    )
    return entry | {
        "label": entry["label"] + "".join(added),
        "hyperparameters": numbers,
        "step": written(_newton_step(rule)),
    }


def _newton_step(rule):
    """Return the step in one variable, a tree of f′ = g, f″ = h and the hyperparameters."""
    symbolic = rule.replace_unchecked(**{name: Symbol(name) for name in rule.hyperparameters()})
    g, h = np.array([Symbol("g")], dtype=object), np.array([[Symbol("h")]], dtype=object)
    return symbolic.lr * symbolic.direction(g, h)[0]


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
            problem = named(ground["problem"], **ground["parameters"] | wanted)
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
    """Return what the map shows of each run, nan where it is lost or never arrives."""
    if color == "value":
        return left
    if color == "steps":
        there = distances <= tolerance * distances[0]
        return np.where(there.any(axis=0), np.maximum(1, there.argmax(axis=0)), np.nan)
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
