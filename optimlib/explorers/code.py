"""Where figures find the code of rules, problems and schedules: in the library, or as trees."""

import copy
from collections import Counter

import numpy as np

from optimlib.explorers.explorer import written
from optimlib.expression import Call, record_initial, record_rule
from optimlib.javascript import reference
from optimlib.javascript.entries import problem_trees, rule_symbols, same_for_all
from optimlib.problems import named


def rule_code(rule, steps):
    """Return, ready for JSON, a rule's code and its hyperparameters in steps 1 to `steps`.

    Returns
    -------
    dict
        ``rule``, the key of the library's entry, or the trees of one's own; `hyperparameters`,
        numbers by name; ``schedules``, those that change, as `schedule_code` has them.

    Raises
    ------
    TypeError
        If no JavaScript can be made of the rule.
    ValueError
        If a hyperparameter is not one number in each step.
    """
    numbers, schedules = numbers_of(rule, steps)
    first = rule.at(1)
    try:
        code = reference(first)["rule"]
    except ValueError:
        code = _own_rule(first)
    return {"rule": code, "hyperparameters": numbers, "schedules": schedules}


def numbers_of(rule, steps):
    """Return a rule's hyperparameters: numbers by name, and what `schedule_code` has of others."""
    values = rule.hyperparameters()
    scheduled = [name for name, value in values.items() if callable(value)]
    course = [rule.at(t).hyperparameters() for t in range(1, steps + 1)] if scheduled else [values]
    for t, there in enumerate(course, 1):
        for name, value in there.items():
            if np.ndim(value):
                when = f" in step {t}" * (name in scheduled)
                raise ValueError(f"{name} must be one number, got {name} = {value!r}{when}")
    numbers = {name: float(v) for name, v in values.items() if name not in scheduled}
    rates = {name: [float(there[name]) for there in course] for name in scheduled}
    return numbers, {name: schedule_code(values[name], rates[name]) for name in scheduled}


def schedule_code(schedule, values):
    """Return a schedule by the name that the library has for it, or its values by step."""
    try:
        return reference(schedule)
    except (TypeError, ValueError):
        return {"values": values}


def problem_code(objective):
    """Return, ready for JSON, a problem's code and its parameters.

    Returns
    -------
    dict
        ``problem``, the library's name for it, or the trees of one's own; ``parameters``, numbers
        by name.

    Raises
    ------
    TypeError
        If no JavaScript can be made of it.
    """
    try:
        return reference(objective)
    except ValueError:
        trees = problem_trees(objective)
        code = {reading: formulas(nodes.ravel().tolist()) for reading, nodes in trees.items()}
        parameters = {name: float(value) for name, value in objective.parameters.items()}
        return {"problem": code, "parameters": parameters}


def with_parameters(objective, ground, values):
    """Return the problem of a ground with other values of parameters."""
    values = ground["parameters"] | values
    if isinstance(ground["problem"], str):
        return named(ground["problem"], **values)
    changed = copy.copy(objective)
    changed.parameters = values
    return changed


def at_ends(slider, objective, ground):
    """Return the problem at both ends of a slider, or nothing if that moves no parameter of it."""
    if "parameter" not in slider:
        return []
    name = slider["parameter"]
    return [with_parameters(objective, ground, {name: slider[end]}) for end in ("min", "max")]


def _own_rule(rule):
    recording = record_rule(rule)
    ahead = recording.look_ahead
    return {
        "state": list(rule.state),
        "names": list(recording.names),
        "numbers": same_for_all(rule, recording),
        "symbols": rule_symbols(rule),
        "initial": formulas(record_initial(rule)),
        "lookAhead": formulas([ahead]) if isinstance(ahead, Call) else None,
        "update": formulas(recording.names.values()),
    }


def formulas(nodes):
    """Return recorded nodes as trees, and apart what occurs in them more than once.

    Returns
    -------
    dict
        ``trees`` of the nodes, and ``parts``: part number k stands in later parts and in the trees
        as ``$k``.

    Examples
    --------
    >>> import numpy as np
    >>> from optimlib.explorers.code import formulas
    >>> from optimlib.expression import Symbol
    >>> v = 2 * Symbol("g")
    >>> formulas([v, np.sqrt(v)])
    {'parts': [['multiply', 2, 'g']], 'trees': ['$0', ['sqrt', '$0']]}
    """
    nodes = list(nodes)
    uses, parts, names = Counter(), [], {}

    def count(node):
        uses[id(node)] += 1
        if uses[id(node)] == 1 and isinstance(node, Call):
            for argument in node.arguments:
                count(argument)

    def write(node):
        if not isinstance(node, Call) or uses[id(node)] == 1:
            return written(node, write)
        if id(node) not in names:
            parts.append(written(node, write))
            names[id(node)] = f"${len(parts) - 1}"
        return names[id(node)]

    for node in nodes:
        count(node)
    return {"parts": parts, "trees": [write(node) for node in nodes]}
