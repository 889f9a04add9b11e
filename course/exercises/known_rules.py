"""What the rules of the library compute, each in all of its forms: what an answer may be."""

from dataclasses import fields
from functools import cache

import numpy as np

from course.exercises.recording import Operations
from optimlib.identify.candidates import candidates
from optimlib.rules import Rule


@cache
def known_rules():
    """Return every rule that treats each coordinate by itself, in all of its forms, simple first.

    Returns
    -------
    dict
        The ``operations``, and the ``rules``, each with ``rule``, the name of its class, and what
        it is ``called``; the ``options`` of the form, as they are written; the names of its
        ``state`` and their ``initial`` values, a number, "w" or "lr"; the ``hyperparameters``, by
        name, each with its ``default``, its ``range`` in words, and the least and the greatest
        value, ``low`` and ``high``, None where there is none; where in the operations the
        ``outputs`` are, the new state and the step, and for each of them what it ``needs`` of state
        and hyperparameters.

    Examples
    --------
    >>> first = known_rules()["rules"][0]
    >>> first["rule"], first["state"], list(first["hyperparameters"])
    ('GradientDescent', [], ['lr'])
    """
    operations = Operations()
    rules = [
        _recorded(candidate.template, operations)
        for candidate in candidates()
        if not candidate.looks_ahead and type(candidate.template).advance is Rule.advance
    ]
    return {"operations": operations.entries, "rules": sorted(rules, key=_complexity)}


def _complexity(rule):
    return tuple(len(rule[name]) for name in ("state", "hyperparameters", "options"))


def _recorded(rule, operations):
    places = operations.record(rule)
    outputs = [places[name] for name in (*rule.state, "step")]
    open_names = {*rule.state, *rule.hyperparameters()}
    return {
        "rule": type(rule).__name__,
        "called": rule.called,
        "options": list(_options(rule)),
        "state": list(rule.state),
        "initial": initial(rule),
        "hyperparameters": {name: _described(rule, name) for name in rule.hyperparameters()},
        "outputs": outputs,
        "needs": [
            [name for name in _given(operations.entries, place) if name in open_names]
            for place in outputs
        ],
    }


def _options(rule):
    for field in fields(rule):
        value = getattr(rule, field.name)
        if field.name not in rule.hyperparameters() and value != field.default:
            yield f"{field.name}={value!r}"


def initial(rule):
    """Return the first value of each part of a rule's state: a number, or "w" or "lr".

    Examples
    --------
    >>> import optimlib as ol
    >>> initial(ol.ScheduleFree(lr=0.1))
    ['w', 0.0]
    """
    given = {"w": 0.3, "lr": 0.7}
    names = {value: name for name, value in given.items()}
    values = rule.replace_unchecked(lr=given["lr"]).initial(np.array([given["w"]]))
    return [names.get(value, value) for value in (part.item() for part in values)]


def _described(rule, name):
    limits = type(rule).ranges()[name]
    ends = {}
    for end, inwards in dict(low=np.inf, high=-np.inf).items():
        value = getattr(limits, end)
        value = value if limits.contains(value) else np.nextafter(value, inwards)
        ends[end] = None if np.isinf(getattr(limits, end)) else float(value)
    return dict(default=float(getattr(rule, name)), range=str(limits), **ends)


def _given(entries, place):
    """Return the names that a value is computed from, in the order in which they are met."""
    entry = entries[place]
    if not isinstance(entry, list):
        return [entry] if isinstance(entry, str) else []
    found = (name for part in entry[1:] for name in _given(entries, part))
    return list(dict.fromkeys(found))
