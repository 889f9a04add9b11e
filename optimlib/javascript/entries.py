"""One rule, problem or schedule as a JavaScript object."""

import copy
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import partial
from numbers import Real

import numpy as np

from optimlib.expression import (
    Call,
    Constant,
    Symbol,
    as_node,
    record_branches,
    record_initial,
    record_problem,
    record_rule,
)
from optimlib.javascript.writing import Code, arrow, at, identifier, number, quoted, tree
from optimlib.notation import named_cuts, steps_of
from optimlib.objective import Stream
from optimlib.symbols import symbol_text

# What stands for t in a recorded stream or schedule: not a name that a variable has.
STEP = "step number"


@dataclass(frozen=True)
class Entry:
    """JavaScript, and the helpers that it calls."""

    text: str
    helpers: set


def rule_entry(rule, defaults, symbols=None):
    """Return the `Entry` of a rule whose hyperparameters have the values `defaults`.

    `symbols` is JavaScript for how names are written; without it the entry holds its own.
    """
    recording = record_rule(rule)
    before, after, inputs = _rule_names(rule, recording)
    initial = Code(inputs, record_initial(rule))
    look_ahead = Code(inputs, [recording.look_ahead])
    update = Code(inputs, recording.names.values(), after)
    text = _object(
        state=quoted(list(rule.state)),
        hyperparameters=_plain(defaults),
        names=quoted(list(recording.names)),
        numbers=quoted(same_for_all(rule, recording)),
        symbols=symbols or quoted(rule_symbols(rule)),
        initial=arrow(["h", "w"], initial.lines, _array(initial.values)),
        lookAhead=arrow(["h", "w", *before], look_ahead.lines, *look_ahead.values)
        if isinstance(recording.look_ahead, Call)
        else "null",
        update=arrow(["h", "t", "g", "w", *before], update.lines, _array(update.values)),
    )
    return Entry(text, initial.helpers | look_ahead.helpers | update.helpers)


def rule_lines(rule):
    """Return the `Entry` of the trees of a step's lines but the gradient's, for by-hand lines."""
    recording = record_rule(rule)
    before, after, inputs = _rule_names(rule, recording)
    trees = _step_trees(recording, inputs, dict(zip(recording.names, after, strict=True)))
    return Entry(arrow(["h", "t", "g", "w", *before, *after], (), _array(trees)), set())


def _rule_names(rule, recording):
    """Return what JavaScript calls the states, the names of the record, and all symbols."""
    before = [f"${identifier(name)}" for name in rule.state]
    after = [f"{identifier(name)}$" for name in recording.names]
    inputs = {name: f"h.{name}" for name in rule.hyperparameters()}
    inputs |= {"t": "t", "g": "g", "w": "w"} | dict(zip(rule.state, before, strict=True))
    return before, after, inputs


def same_for_all(rule, recording):
    """Return the names in a rule's record that are the same for all coordinates."""
    coordinates = {"g", "w", *rule.state}
    return [n for n, node in recording.names.items() if not coordinates & inputs_of(node)]


def rule_symbols(rule):
    """Return how the names in a rule's step are written, in Unicode and without step."""
    names = ["w", "look_ahead", "g", *rule.state, *rule.hyperparameters()]
    names += record_rule(rule).names
    return {name: symbol_text(name, "t" if name.endswith("_next") else "") for name in names}


def _step_trees(recording, inputs, values):
    """Return the tree of each line of a step but the gradient's."""
    ahead = [recording.look_ahead] if isinstance(recording.look_ahead, Call) else []
    lines = [
        tree(node, inputs, named_cuts(recording, node, values.get))
        for _, node in steps_of(recording)
    ]
    return [tree(node, inputs) for node in ahead] + lines


def problem_entry(objective, defaults):
    """Return the `Entry` of an objective whose parameters have the values `defaults`."""
    variables, inputs = _problem_names(objective)
    functions, used = {}, set()
    for reading, nodes in problem_trees(objective).items():
        code = Code(inputs, nodes.ravel().tolist())
        values = np.array(code.values, dtype=object).reshape(nodes.shape).tolist()
        functions[reading] = arrow(["p", "t", *variables], code.lines, _array(values))
        used |= code.helpers
    text = _object(
        variables=quoted(list(objective.variables)), parameters=_plain(defaults), **functions
    )
    return Entry(text, used)


def problem_lines(objective):
    """Return the `Entry` of the trees of the gradient's components, for by-hand lines."""
    variables, inputs = _problem_names(objective)
    code, trees = _gradient_trees(_recorded(objective, "grad"), objective.variables, inputs)
    text = arrow(["p", "t", *variables], code.lines, _array(trees))
    return Entry(text, code.helpers)


def _problem_names(objective):
    """Return what JavaScript calls the variables, and all symbols."""
    variables = [f"${identifier(name)}" for name in objective.variables]
    inputs = dict(zip(objective.variables, variables, strict=True)) | {STEP: "t"}
    return variables, inputs | {f"p.{name}": f"p.{name}" for name in objective.parameters}


def problem_trees(objective):
    """Return the trees of ``f``, ``grad`` and, if it has one, ``hess``: arrays by name.

    Their symbols are the variables, the parameters as ``p.kappa``, and `STEP`.
    """
    readings = ["f", "grad", *["hess"] * objective.has_hess]
    return {r: np.array(_recorded(objective, r), dtype=object) for r in readings}


def _recorded(objective, reading):
    if isinstance(objective, Stream) and reading == "grad":
        return [
            record_branches(lambda i=i: record_problem(objective.at(Symbol(STEP)))[i])
            for i in range(objective.dim)
        ]
    return record_problem(objective, reading, {n: Symbol(f"p.{n}") for n in objective.parameters})


def _gradient_trees(nodes, variables, inputs):
    """Return the code of what is constant, and the gradient's trees, in which that stands.

    What depends on no variable is one number in Python's trees: here it is computed first.
    """
    known = {}

    def collect(node):
        if not isinstance(node, Constant) and inputs_of(node).isdisjoint(variables):
            known[id(node)] = node
        elif isinstance(node, Call):
            for argument in node.arguments:
                collect(argument)

    for node in nodes:
        collect(node)
    code = Code(inputs, known.values())
    values = [f"constant({value})" for value in code.values]
    cuts = dict(zip(known, values, strict=True))
    return code, [tree(node, inputs, cuts) for node in nodes]


def schedule_entry(schedule):
    """Return the `Entry` of a schedule as a function of its parameters `p` and the step t.

    Whole numbers that have a default are options, and stay what they are. Schedules in it are
    found in `p` as `reference` describes them.
    """
    names = parameters_of(schedule)
    opened = copy.copy(schedule)
    for name in names:
        symbol = Symbol(f"p.{name}")
        nested = callable(getattr(schedule, name))
        value = partial(_call, symbol) if nested else symbol
        object.__setattr__(opened, name, value)
    try:
        node = record_branches(lambda: opened(Symbol(STEP)))
    except (TypeError, AttributeError) as error:
        raise TypeError(f"{name_of(schedule)}: {error}") from error
    code = Code({f"p.{name}": f"p.{name}" for name in names} | {STEP: "t"}, [node])
    return Entry(arrow(["p", "t"], code.lines, *code.values), code.helpers)


def _call(schedule, t):
    return Call(at, (schedule, as_node(t)))


def parameters_of(schedule):
    """Return the names of a schedule's fields that are numbers or schedules, without options."""
    found = fields(schedule) if is_dataclass(schedule) else ()
    options = {f.name for f in found if f.type in (int, "int") and f.default is not MISSING}
    return [
        f.name
        for f in found
        if f.name not in options and isinstance(getattr(schedule, f.name), Real | Callable)
    ]


def name_of(thing):
    """Return the name that a module exports `thing` under."""
    name = getattr(thing, "__name__", type(thing).__name__)
    return identifier(name) if name != "<lambda>" else "schedule"


def inputs_of(node):
    """Return the names of the symbols in a tree."""
    names, seen, waiting = set(), set(), [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Symbol):
            names.add(node.name)
        elif isinstance(node, Call) and id(node) not in seen:
            seen.add(id(node))
            waiting += node.arguments
    return names


def _plain(values):
    """Return numbers by name as JavaScript, null where there is not one number."""
    texts = (
        f"{name}: {number(value) if isinstance(value, Real) else 'null'}"
        for name, value in values.items()
    )
    return f"{{{', '.join(texts)}}}"


def _array(values):
    return values if isinstance(values, str) else f"[{', '.join(map(_array, values))}]"


def _object(**parts):
    return "{\n" + "".join(f"  {name}: {text},\n" for name, text in parts.items()) + "}"
