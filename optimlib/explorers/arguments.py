"""What the arguments of explorers become in a specification: problems, rules, sliders."""

import numpy as np

from optimlib.explorers.explorer import written
from optimlib.expression import record_problem
from optimlib.javascript import reference
from optimlib.objective import one_point
from optimlib.symbols import symbol_text

# Hyperparameters whose sliders are not logarithmic.
LINEAR = ("beta", "beta1", "beta2", "momentum", "dampening", "angle")


def listed(value, kind, argument, example):
    """Return one thing, or a list of them, as a list; complain unless each is a `kind`."""
    values = list(value) if isinstance(value, list | tuple) else [value]
    for item in values:
        if not isinstance(item, kind):
            raise TypeError(f"{argument} must be like {example}, got {argument} = {item!r}")
    if not values:
        raise ValueError(f"{argument} must not be empty")
    return values


def label_of(rule):
    """Return how figures call a rule."""
    return type(rule).__name__


def name_of(objective, moved):
    """Return how figures call a problem: without the parameters that a slider moves."""
    family = objective.name.partition("(")[0]
    return family if objective.parameters.keys() & set(moved) else objective.name


def ground_of(objective, start, moved=()):
    """Return a problem as data, with the start that the figure has at first."""
    if objective.dim > 2:
        raise ValueError(
            f"objective must have one or two variables, got {objective.name} with {objective.dim}"
        )
    if start is None and objective.start is None:
        raise ValueError(f"start must be given: {objective.name} has no start of its own")
    start = one_point(objective, objective.start if start is None else start, "start")
    domain = [(min(a, s), max(b, s)) for (a, b), s in zip(objective.domain, start, strict=True)]
    return {
        **_code(objective),
        "label": name_of(objective, moved),
        "variables": objective.variables,
        "domain": domain,
        "minima": [np.ravel(m) for m in objective.minima],
        "start": start,
    }


def _code(objective):
    """Return where the figure finds the objective's code: by name, or written out as trees."""
    try:
        return reference(objective)
    except ValueError:
        readings = ["f", "grad", *["hess"] * objective.has_hess]
        trees = {reading: _trees(record_problem(objective, reading)) for reading in readings}
        return trees | {"parameters": {}}


def _trees(nodes):
    return [_trees(node) for node in nodes] if isinstance(nodes, np.ndarray) else written(nodes)


def sliders_of(ranges, rules, grounds):
    """Return the sliders for hyperparameters and problem parameters, by name (low, high)."""
    return [s for name, limits in ranges.items() for s in _sliders(name, limits, rules, grounds)]


def _sliders(name, limits, rules, grounds):
    """Return one slider for all that share the value of `name`, or one for each."""
    low, high = _checked_range(name, limits)
    scale = {"min": low, "max": high, "log": low > 0 and name not in LINEAR}
    owners = [i for i, rule in enumerate(rules) if name in rule.hyperparameters()]
    symbol = symbol_text(name)
    if not owners:
        values = [g["parameters"][name] for g in grounds if name in g["parameters"]]
        if not values:
            raise ValueError(f"{name} is no hyperparameter of a rule and no parameter of a problem")
        return [{"key": name, "label": symbol, "value": values[0], "parameter": name, **scale}]
    values = [rules[i].hyperparameters()[name] for i in owners]
    for value in values:
        if callable(value) or np.ndim(value):
            raise ValueError(f"a slider for {name} needs one number to begin with, got {value!r}")
    if len(set(values)) == 1:
        return [
            {"key": name, "label": symbol, "value": values[0], "name": name, "rules": owners}
            | scale
        ]
    return [
        {
            "key": f"{name} {i}",
            "label": f"{symbol} of {label_of(rules[i])}",
            "value": value,
            "name": name,
            "rules": [i],
        }
        | scale
        for i, value in zip(owners, values, strict=True)
    ]


def _checked_range(name, limits):
    if np.shape(limits) != (2,) or not limits[0] < limits[1]:
        raise ValueError(f"{name} must be a range (low, high), got {name} = {limits!r}")
    return map(float, limits)
