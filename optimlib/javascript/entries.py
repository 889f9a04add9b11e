"""One rule, problem or schedule as a JavaScript object."""

import copy
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import partial
from numbers import Real

import numpy as np

from optimlib.expression import (
    Call,
    Constant,
    Symbol,
    as_node,
    record_branches,
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
    """The JavaScript of one thing: itself, the trees of its lines, the helpers that it calls."""

    text: str
    trees: str = ""
    helpers: set = field(default_factory=set)


def rule_entry(rule, defaults, symbols=None):
    """Return the `Entry` of a rule whose hyperparameters have the values `defaults`.

    `symbols` is JavaScript for how names are written; without it the entry holds its own.
    """
    recording = record_rule(rule)
    before = [f"${identifier(name)}" for name in rule.state]
    after = [f"{identifier(name)}$" for name in recording.names]
    inputs = {name: f"h.{name}" for name in defaults} | {"t": "t", "g": "g", "w": "w"}
    inputs |= dict(zip(rule.state, before, strict=True))
    initial = Code(inputs, _initial(rule))
    look_ahead = Code(inputs, [recording.look_ahead])
    update = Code(inputs, recording.names.values(), after)
    coordinates = {"g", "w", *rule.state}
    text = _object(
        state=quoted(list(rule.state)),
        hyperparameters=_plain(defaults),
        names=quoted(list(recording.names)),
        numbers=quoted([n for n, x in recording.names.items() if not coordinates & inputs_of(x)]),
        symbols=symbols or quoted(rule_symbols(rule)),
        initial=arrow(["h", "w"], initial.lines, _array(initial.values)),
        lookAhead=arrow(["h", "w", *before], look_ahead.lines, *look_ahead.values)
        if isinstance(recording.look_ahead, Call)
        else "null",
        update=arrow(["h", "t", "g", "w", *before], update.lines, _array(update.values)),
    )
    trees = _step_trees(recording, inputs, dict(zip(recording.names, after, strict=True)))
    trees = arrow(["h", "t", "g", "w", *before, *after], (), _array(trees))
    return Entry(text, trees, initial.helpers | look_ahead.helpers | update.helpers)


def rule_symbols(rule):
    """Return how the names in a rule's step are written, in Unicode and without step."""
    names = ["w", "look_ahead", "g", *rule.state, *rule.hyperparameters()]
    names += record_rule(rule).names
    return {name: symbol_text(name, "t" if name.endswith("_next") else "") for name in names}


def _initial(rule):
    """Return the trees of the states before the first step."""
    symbolic = rule.replace_unchecked(**{name: Symbol(name) for name in rule.hyperparameters()})
    states = symbolic.initial(np.array(Symbol("w"), dtype=object))
    return [as_node(state) for state in states]


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
    variables = [f"${identifier(name)}" for name in objective.variables]
    inputs = dict(zip(objective.variables, variables, strict=True)) | {STEP: "t"}
    inputs |= {f"p.{name}": f"p.{name}" for name in defaults}
    functions, used = {}, set()
    for reading in ["f", "grad", *["hess"] * objective.has_hess]:
        nodes = np.array(_recorded(objective, reading), dtype=object)
        code = Code(inputs, nodes.ravel().tolist())
        values = np.array(code.values, dtype=object).reshape(nodes.shape).tolist()
        functions[reading] = arrow(["p", "t", *variables], code.lines, _array(values))
        used |= code.helpers
    text = _object(
        variables=quoted(list(objective.variables)), parameters=_plain(defaults), **functions
    )
    code, trees = _gradient_trees(_recorded(objective, "grad"), objective.variables, inputs)
    trees = arrow(["p", "t", *variables], code.lines, _array(trees))
    return Entry(text, trees, used | code.helpers)


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
    return Entry(arrow(["p", "t"], code.lines, *code.values), helpers=code.helpers)


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
    if isinstance(node, Symbol):
        return {node.name}
    arguments = node.arguments if isinstance(node, Call) else ()
    return set().union(*map(inputs_of, arguments))


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
