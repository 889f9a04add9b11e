"""From recorded trees to JavaScript: what figures compute in the reader's browser.

`javascript` returns the module of one rule, problem or schedule, `modules` those of the library
of all of them, and `reference` says which of its entries, with which numbers, one is.
"""

import inspect
from dataclasses import MISSING, fields
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any, TypeAlias

from optimlib import problems, rules, schedules
from optimlib.javascript import operations
from optimlib.javascript.entries import (
    name_of,
    parameters_of,
    problem_entry,
    problem_lines,
    rule_entry,
    rule_lines,
    rule_symbols,
    schedule_entry,
)
from optimlib.javascript.writing import identifier, quoted
from optimlib.objective import Objective
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rule import Rule
from optimlib.types import Schedule

# A bowl that is not turned has shorter code of its own.
FORMS = {"quadratic": dict(angle=1.0)}
Thing: TypeAlias = Rule | Objective | Schedule
SCHEDULES = (
    schedules.Constant(1.0),
    schedules.Step(1.0, period=1),
    schedules.Exponential(1.0, factor=0.5),
    schedules.InverseTime(1.0),
    schedules.InverseSqrt(1.0),
    schedules.Linear(1.0, 0.0, steps=1),
    schedules.WarmUp(1.0, steps=1),
    schedules.Cosine(1.0, steps=1),
    schedules.WarmRestarts(1.0, period=1),
    schedules.OneCycle(1.0, steps=9),
    schedules.WSD(1.0, steps=2, warm_up=1, cooldown=1),
    schedules.Then(1, schedules.Constant(1.0), schedules.Constant(1.0)),
)


def javascript(thing: Thing) -> str:
    r"""Return an ES module's text for a rule, an objective or a schedule.

    It computes what the Python code computes, in the same order. A rule's
    ``update(h, t, g, w, ...state)`` returns the named values of a step in one coordinate, with
    the hyperparameters in ``h``; ``f``, ``grad`` and ``hess`` of an objective are functions of
    its parameters ``p``, the step t and the variables; a schedule is one of ``p`` and t.

    Parameters
    ----------
    thing : Rule, Objective or schedule

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If `thing` is something else, or its code is not straight-line elementwise arithmetic.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.javascript(ol.schedules.InverseTime(0.1)))
    export const InverseTime = (p, t) => p.lr / (1 + (t - 1) * p.decay);
    <BLANKLINE>
    >>> print(ol.javascript(ol.problems.cosh(c=2.0)))
    export const cosh = {
      variables: ["x"],
      parameters: {c: 2},
      f: (p, t, $x) => Math.cosh(p.c * $x),
      grad: (p, t, $x) => [p.c * Math.sinh(p.c * $x)],
      hess: (p, t, $x) => [[p.c * p.c * Math.cosh(p.c * $x)]],
    };
    <BLANKLINE>
    """
    entry = _entry(thing)
    name = thing.name.partition("(")[0] if isinstance(thing, Objective) else name_of(thing)
    helpers = [operations.definition(function) for function in _in_order(entry.helpers)]
    return "\n".join([*helpers, f"export const {identifier(name)} = {entry.text};", ""])


def _entry(thing):
    try:
        if isinstance(thing, Rule):
            return rule_entry(thing, thing.hyperparameters())
        if isinstance(thing, Objective):
            return problem_entry(thing, thing.parameters)
        if callable(thing) and not isinstance(thing, type):
            return schedule_entry(thing)
        if isinstance(thing, Optimizer):
            raise TypeError(
                f"{type(thing).__name__} is not a Rule, written one coordinate at a time"
            )
    except TypeError as error:
        raise TypeError(
            f"there is no JavaScript of {thing!r}: {error}. Its Python code runs in a notebook."
        ) from error
    raise TypeError(f"thing must be a Rule, an Objective or a schedule, got thing = {thing!r}")


@cache
def modules() -> dict[str, str]:
    """Return the modules of the library: their texts by their paths.

    `by_hand.js` writes numbers (``number``) and by-hand lines; `operations.js` is the table of
    operations. `library.js` exports all elementwise rules, ``RULES``, by `key`; ``PROBLEMS``, by
    their names in `problems.CATALOG`; ``SCHEDULES``, by their classes' names; and
    ``at(schedule, t)`` for what `reference` says of a schedule, or for its ``values`` in steps
    1, 2, ... Rules and problems have `byHand` as well.
    """
    by_hand = Path(__file__).with_name("by_hand.js")
    return {
        "javascript/by_hand.js": by_hand.read_text("utf-8"),
        "javascript/operations.js": operations.module(),
        "javascript/library.js": _library(),
    }


def _library():
    named = {name: _problem_named(name) for name in _problem_names()}
    tables = dict(
        RULES={name: [_rule_entry(r), rule_lines(r)] for name, r in _rules().items()},
        PROBLEMS={n: [_problem_entry(n, p), problem_lines(p)] for n, p in named.items()},
        SCHEDULES={type(s).__name__: [schedule_entry(s)] for s in SCHEDULES},
    )
    entries = [entry for table in tables.values() for parts in table.values() for entry in parts]
    helpers = _in_order(set().union(*(entry.helpers for entry in entries)))
    symbols = {n: text for rule in _rules().values() for n, text in rule_symbols(rule).items()}
    lines = [
        'import { constant, problem, rule } from "./by_hand.js";',
        f'import {{ {", ".join(f.__name__ for f in helpers)} }} from "./operations.js";',
        f"const symbols = {quoted(symbols)};",
    ]
    for name, table in tables.items():
        make = {"RULES": "rule", "PROBLEMS": "problem"}.get(name)
        lines.append(f"export const {name} = {{")
        for entry_name, parts in table.items():
            text = ", ".join(entry.text for entry in parts)
            lines.append(f"{quoted(entry_name)}: {f'{make}({text})' if make else text},")
        lines.append("};")
    at = "(s, t) => (s.values ? s.values[t - 1] : SCHEDULES[s.schedule](s.parameters, t))"
    return "\n".join([*lines, f"export const at = {at};", ""])


def _in_order(helpers):
    return [function for function in operations.HELPERS if function in helpers]


def key(rule: Rule) -> str:
    """Return what the library calls a rule: its class and the options that are not the default.

    Of a hyperparameter that a rule may do without only the name is part of the key.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.javascript import key
    >>> key(ol.Adam(lr=0.1, eps_inside=True)), key(ol.RMSProp(lr=0.1, centered=True, momentum=0.5))
    ('Adam(eps_inside=True)', 'RMSProp(centered=True, momentum)')
    """
    adjustable, options = rule.hyperparameters(), []
    for field in fields(rule):
        value = getattr(rule, field.name)
        if field.name not in adjustable:
            options += [f"{field.name}={value!r}"] * (value != field.default)
        elif field.default is None:
            options.append(field.name)
    return type(rule).__name__ + f"({', '.join(options)})" * bool(options)


@cache
def _rules():
    """Return the rules of the library, in each of their forms, by key. Numbers do not matter."""
    classes = (getattr(rules, name) for name in rules.__all__)
    found = {}
    for cls in (cls for cls in classes if issubclass(cls, Rule) and cls is not Rule):
        needed = {f.name: 1.0 for f in fields(cls) if f.default is MISSING}
        for options in [{}, *cls.forms.values()]:
            rule = cls(**needed | options)
            found[key(rule)] = rule
    return found


def _rule_entry(rule):
    """Return the entry of a rule with its class's default hyperparameters."""
    adjustable = rule.hyperparameters()
    defaults = {f.name: f.default for f in fields(rule) if f.name in adjustable}
    return rule_entry(rule, defaults, "symbols")


def _problem_names():
    return [name for name in problems.CATALOG if name not in problems.NEED_DATA]


def _problem_named(name):
    return problems.named(name, **FORMS.get(name, {}))


def _problem_entry(name, objective):
    """Return the entry of a problem with its default parameters."""
    return problem_entry(objective, _default_parameters(name, objective))


def _default_parameters(name, objective):
    arguments = inspect.signature(problems.CATALOG[name]).parameters if objective.parameters else {}
    return {name: arguments[name].default for name in objective.parameters}


def reference(thing: Thing) -> dict[str, Any]:
    """Return, ready for JSON, which of the library's entries `thing` is and with which numbers.

    Parameters
    ----------
    thing : Rule, Objective or schedule

    Returns
    -------
    dict
        ``{"rule": key, "hyperparameters": {...}, "schedules": {...}}``, of which the last holds
        the hyperparameters that are schedules, or ``{"problem": name, "parameters": {...}}``,
        or ``{"schedule": name, "parameters": {...}}``.

    Raises
    ------
    ValueError
        If the library does not have it.
    TypeError
        If no JavaScript can be made of it, or a number is an array.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.javascript import reference
    >>> reference(ol.problems.quadratic(kappa=100))
    {'problem': 'quadratic', 'parameters': {'kappa': 100.0, 'angle': 0.0}}
    >>> reference(ol.GradientDescent(lr=ol.schedules.WarmUp(0.1, steps=5)))["schedules"]
    {'lr': {'schedule': 'WarmUp', 'parameters': {'lr': 0.1, 'steps': 5.0}}}
    """
    _entry(thing)
    if isinstance(thing, Rule):
        return _rule_reference(thing)
    if isinstance(thing, Objective):
        return _problem_reference(thing)
    return _schedule_reference(thing)


def _rule_reference(rule):
    known = _rules().get(key(rule))
    same = known is not None and _rule_entry(rule) == _rule_entry(known)
    _check(rule, same and rule_lines(rule) == rule_lines(known))
    values = rule.hyperparameters()
    schedules = {name: reference(value) for name, value in values.items() if callable(value)}
    numbers = {name: value for name, value in values.items() if name not in schedules}
    return dict(rule=key(rule), hyperparameters=_floats(rule, numbers), schedules=schedules)


def _problem_reference(objective):
    name, parameters = objective.name.partition("(")[0], objective.parameters
    same = False
    if name in _problem_names() and parameters.keys() <= _problem_named(name).parameters.keys():
        known = problems.named(name, **parameters)
        same = problem_entry(known, parameters) == problem_entry(objective, parameters)
        same = same and problem_lines(known) == problem_lines(objective)
        parameters = _default_parameters(name, _problem_named(name)) | parameters
    _check(objective, same)
    return dict(problem=name, parameters=_floats(objective, parameters))


def _schedule_reference(schedule):
    known = [s for s in SCHEDULES if type(s) is type(schedule)]
    _check(schedule, known and schedule_entry(schedule) == schedule_entry(known[0]))
    values = {name: getattr(schedule, name) for name in parameters_of(schedule)}
    nested = {name: reference(value) for name, value in values.items() if callable(value)}
    numbers = {name: value for name, value in values.items() if name not in nested}
    return dict(schedule=type(schedule).__name__, parameters=_floats(schedule, numbers) | nested)


def _check(thing, same):
    if not same:
        raise ValueError(
            f"the JavaScript library does not have {thing!r}; its own module is ol.javascript of it"
        )


def _floats(thing, values):
    for name, value in values.items():
        if not isinstance(value, Real):
            raise TypeError(f"{name} must be one number, got {name} = {value!r} in {thing!r}")
    return {name: float(value) for name, value in values.items()}
