"""What the arguments of explorers become in a specification: problems, rules, sliders."""

import math

import numpy as np

from optimlib import figures
from optimlib.explorers.code import numbers_of, problem_code, rule_code
from optimlib.objective import one_point
from optimlib.symbols import name_in_words, symbol_text

# Of a run's line, in a picture and in a figure: patterns are multiples of it.
WIDTH = figures.STYLE["lines.linewidth"]


def listed(value, kind, argument, example):
    """Return one thing, or a list of them, as a list; complain unless each is a `kind`."""
    values = list(value) if isinstance(value, list | tuple) else [value]
    for item in values:
        if not isinstance(item, kind):
            raise TypeError(f"{argument} must be like {example}, got {argument} = {item!r}")
    if not values:
        raise ValueError(f"{argument} must not be empty")
    return values


def looks(rules, moved=()):
    """Return, ready for JSON, how a figure tells its rules apart: label, color and pattern."""
    found = zip(rules, figures.labels_of(rules, moved), figures.colors(rules), strict=True)
    return [
        {"label": label, "color": ink(color)} | _dash(rule, color) for rule, label, color in found
    ]


def ink(color):
    """Return a color as a browser has it: black is ink, white in the dark scheme."""
    return "currentColor" if color == figures.BLACK else color


def on_paper(look):
    """Return what Matplotlib has for the line of such a look."""
    color = figures.BLACK if look["color"] == ink(figures.BLACK) else look["color"]
    pattern = [float(part) / WIDTH for part in look.get("dash", "").split()]
    style = {"linestyle": (0, pattern)} if pattern else {}
    return {"label": look["label"], "color": color} | style


def _dash(rule, color):
    """Return the pattern of the library's color for a rule, as strokes of a picture have it."""
    pattern = figures.PATTERNS.get(type(rule).__name__, ())
    is_own = color == figures.COLORS.get(type(rule).__name__)
    return {"dash": " ".join(f"{WIDTH * part:g}" for part in pattern)} if pattern and is_own else {}


def together(looks):
    """Return the labels of all rules as a title has them."""
    labels = [look["label"] for look in looks]
    return ("; " if any("," in label for label in labels) else ", ").join(labels)


def generated(argument, rule, steps):
    """Return what `rule_code` does, of a rule that a figure cannot show without its code."""
    try:
        return rule_code(rule, steps)
    except TypeError as error:
        raise TypeError(
            f"{argument} must be arithmetic that a browser can do: {error} "
            "explorers.explore shows its runs"
        ) from error


def generated_or_none(rule, steps):
    """Return what `rule_code` does, or of a rule that only Python can run its numbers."""
    try:
        return rule_code(rule, steps)
    except TypeError:
        return {"hyperparameters": numbers_of(rule, steps)[0]}


def name_of(objective, moved):
    """Return how figures call a problem: without the parameters that a slider moves."""
    family = objective.name.partition("(")[0]
    return name_in_words(family if objective.parameters.keys() & set(moved) else objective.name)


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
        **problem_code(objective),
        "label": name_of(objective, moved),
        "variables": objective.variables,
        "domain": domain,
        "minima": [np.ravel(m) for m in objective.minima],
        "start": start,
    }


def sliders_of(ranges, rules, grounds):
    """Return the sliders for hyperparameters and problem parameters, by name (low, high).

    They are logarithmic, but for a hyperparameter whose range has an upper end.
    """
    return [s for name in ranges for s in _sliders(name, ranges, rules, grounds)]


def _sliders(name, ranges, rules, grounds):
    """Return one slider for all that share the value of `name`, or one for each."""
    low, high = _checked_range(name, ranges[name])
    owners = [i for i, rule in enumerate(rules) if name in rule.hyperparameters()]
    bounded = any(rules[i].ranges()[name].high < math.inf for i in owners)
    scale = {"min": low, "max": high, "log": low > 0 and not bounded}
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
    labels = figures.labels_of(rules, ranges)
    return [
        {
            "key": f"{name} {i}",
            "label": f"{symbol} of {labels[i]}",
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
