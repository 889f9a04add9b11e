"""The recording node: run a rule's or a problem's code on symbols and keep what it did as a tree.

The tree is made of three kinds of node: a `Symbol` stands for an input, a `Constant` for a number
in the code, a `Call` for an operation on other nodes. `record_rule` and `record_problem` make the
trees; `evaluate` computes their value again. Nodes that stand for matrices have `sides`.
"""

import copy
import operator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np

OPERATORS = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
    np.power: operator.pow,
    np.negative: operator.neg,
    np.positive: operator.pos,
} | {
    function: function
    for function in (
        np.absolute,
        np.sign,
        np.maximum,
        np.minimum,
        np.equal,
        np.less,
        np.less_equal,
        np.greater,
        np.greater_equal,
        np.where,
    )
}


BRANCH = (
    "the code branches on a value that is only known while it runs: no formula can be read from it"
)

# What answers when code branches on a node: see `record_branches`.
_decide = ContextVar("decide", default=None)


class Node(np.lib.mixins.NDArrayOperatorsMixin):
    """A value in a recorded computation. Arithmetic and NumPy functions on nodes make new nodes."""

    # Of a matrix, the numbers of its rows and columns: two symbols.
    sides = None

    @property
    def shape(self):
        return self._of_a_matrix("shape", self.sides)

    @property
    def mT(self):
        return self._of_a_matrix("mT", self.sides and Call(np.matrix_transpose, (self,)))

    def _of_a_matrix(self, attribute, value):
        if self.sides is None:
            raise AttributeError(f"{attribute} is for matrices, got {self!r}")
        return value

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method != "__call__" or kwargs:
            raise TypeError(
                f"np.{ufunc.__name__} with {method if method != '__call__' else sorted(kwargs)} "
                "is not elementwise arithmetic: no formula can be read from this code"
            )
        if any(isinstance(value, np.ndarray) and value.ndim for value in inputs):
            arrays = (np.asarray(value, dtype=object) for value in inputs)
            return np.frompyfunc(ufunc, len(inputs), 1)(*arrays)
        nodes = tuple(as_node(value) for value in inputs)
        if ufunc.signature and not (ufunc is np.matmul and all(node.sides for node in nodes)):
            raise TypeError(
                f"np.{ufunc.__name__} is not elementwise arithmetic: "
                "no formula can be read from this code"
            )
        return Call(ufunc, nodes)

    def __array_function__(self, function, types, args, kwargs):
        if function is np.where and len(args) == 3 and not kwargs:
            return Call(function, tuple(as_node(value) for value in args))
        if self.sides and function is np.matrix_transpose:
            return self.mT
        if self.sides and function is np.linalg.matrix_norm and kwargs == {"keepdims": True}:
            return Call(frobenius_norm, (self,))
        raise TypeError(
            f"np.{function.__name__} is not elementwise arithmetic: "
            "no formula can be read from this code"
        )

    def __bool__(self):
        decide = _decide.get()
        if decide is not None:
            return decide(self)
        raise TypeError(BRANCH)

    def item(self):
        """Return this node: what a NumPy scalar's method is for, a plain number, it stands for."""
        return self

    # The mixin turns == into an operation; a tree is searched by identity.
    def __hash__(self):
        return id(self)


class Symbol(Node):
    """An input: a hyperparameter, the gradient, a state, the point, the step number."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name


class Matrix(Symbol):
    """A matrix, or a stack of them, as an input."""

    def __init__(self, name):
        super().__init__(name)
        self.sides = ROWS, COLUMNS


ROWS, COLUMNS = Symbol("rows"), Symbol("columns")
# Branches on a matrix's shape, and whether the condition holds where rows ≤ columns.
SHAPES = (
    (np.less_equal, (ROWS, COLUMNS), True),
    (np.greater_equal, (COLUMNS, ROWS), True),
    (np.greater, (ROWS, COLUMNS), False),
    (np.less, (COLUMNS, ROWS), False),
)


def frobenius_norm(X):
    """Return √Σx² of each matrix of a stack: the function of a `Call`."""
    return np.linalg.matrix_norm(X, keepdims=True)


# The arithmetic of matrices: which arguments may be matrices, and not numbers.
ON_MATRICES = {
    np.add: [[True, True]],
    np.subtract: [[True, True]],
    np.negative: [[True]],
    np.multiply: [[True, False], [False, True]],
    np.divide: [[True, False]],
}


class Constant(Node):
    """A number that stands in the code."""

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return repr(self.value)


class Call(Node):
    """An operation (a NumPy ufunc, np.where, one on matrices) and the nodes it was applied to."""

    def __init__(self, function, arguments):
        self.function = function
        self.arguments = arguments
        self.sides = self._sides()

    def _sides(self):
        """Return the sides of the result; raise an error where entries are what is meant."""
        sides = [argument.sides for argument in self.arguments]
        if not any(sides) or self.function is frobenius_norm:
            return None
        if self.function is np.matmul:
            return sides[0][0], sides[1][1]
        if self.function is np.matrix_transpose:
            return sides[0][::-1]
        if [bool(x) for x in sides] not in ON_MATRICES.get(self.function, ()):
            raise TypeError(
                f"np.{self.function.__name__} acts on the entries of a matrix here: no formula of "
                "matrices can be read from this code"
            )
        return next(filter(None, sides))

    def __repr__(self):
        return f"{self.function.__name__}({', '.join(map(repr, self.arguments))})"


def as_node(value):
    """Return `value` if it is a node, or an array of one node, else it as a `Constant`."""
    if isinstance(value, np.ndarray) and value.dtype == object and not value.ndim:
        value = value.item()
    return value if isinstance(value, Node) else Constant(value)


@dataclass(frozen=True)
class RuleRecording:
    """What a rule does in one step, as trees.

    ``look_ahead`` is the point at which the gradient is taken, ``names`` maps each name that
    `update` returns to its tree, in the order of the code. The symbols are the hyperparameters'
    names, the states' names (their values *before* the step), and ``t``, ``g``, ``w``.
    """

    look_ahead: Node
    names: dict


def record_rule(rule, wide=None):
    """Run `rule.look_ahead` and `rule.update` on symbols and return a `RuleRecording`.

    A `MatrixRule` is run on matrices; if `wide`, these have no more rows than columns, else more.

    Raises
    ------
    TypeError
        If the rule is not straight-line elementwise arithmetic.
    """
    if not hasattr(rule, "update"):
        raise TypeError(
            f"{type(rule).__name__} is not a Rule, written in elementwise arithmetic: no formula "
            "can be read from it and it cannot run on fractions, start from a float instead"
        )
    symbolic = rule.replace_unchecked(**{name: Symbol(name) for name in rule.hyperparameters()})
    kind = Symbol if wide is None else Matrix
    w, g, *state = (kind(name) for name in ("w", "g", *rule.state))
    try:
        with nullcontext() if wide is None else _branching_on_shape(wide):
            look_ahead = symbolic.look_ahead(w, *state)
            names = symbolic.update(Symbol("t"), g, *state, **({"w": w} if rule.sees_point else {}))
    except (TypeError, AttributeError) as error:
        raise TypeError(f"{type(rule).__name__}: {error}") from error
    rule.check_record(names)
    return RuleRecording(look_ahead, {name: as_node(value) for name, value in names.items()})


@contextmanager
def _branching_on_shape(wide):
    def decide(condition):
        for function, sides, if_wide in SHAPES:
            same_sides = map(operator.is_, condition.arguments, sides)
            if condition.function is function and all(same_sides):
                return if_wide is wide
        raise TypeError(BRANCH)

    token = _decide.set(decide)
    try:
        yield
    finally:
        _decide.reset(token)


def record_problem(objective, reading="grad", parameters=None):
    """Run `objective`'s ``f``, ``grad`` or ``hess`` on symbols named as its variables.

    `parameters` replaces the values of the objective's parameters, by symbols for example.
    Returns a `Node` for ``f``, an object array of nodes of shape (d,) for ``grad`` and (d, d)
    for ``hess``.
    """
    if parameters:
        objective = copy.copy(objective)
        objective.parameters = parameters
    point = np.array([Symbol(name) for name in objective.variables], dtype=object)
    try:
        result = getattr(objective, reading)(point)
    except (TypeError, AttributeError) as error:
        raise TypeError(f"{objective.name}: {error}") from error
    if reading == "f":
        return as_node(result)
    return np.frompyfunc(as_node, 1, 1)(result)


BRANCHES = 12


def record_branches(run):
    """Return what `run()` returns as a tree, with np.where for each branch of its Python code.

    `run` is called once for every way through it.

    Raises
    ------
    TypeError
        If there are more than 12 branches on one way, as in a loop that ends on a condition.
    """

    def ways_after(answers):
        asked = []

        def decide(condition):
            if len(asked) == BRANCHES:
                raise TypeError(
                    f"the code has more than {BRANCHES} branches, or a loop that ends on a "
                    "condition: no formula can be read from it"
                )
            asked.append(condition)
            return answers[len(asked) - 1] if len(asked) <= len(answers) else True

        token = _decide.set(decide)
        try:
            value = as_node(run())
        finally:
            _decide.reset(token)
        if len(asked) == len(answers):
            return value
        condition = asked[len(answers)]
        return Call(
            np.where, (condition, ways_after((*answers, True)), ways_after((*answers, False)))
        )

    return ways_after(())


def evaluate(node, values, *, constant=lambda value: value, functions=OPERATORS, cache=None):
    """Return the value of the tree `node` where each symbol has its value in `values`.

    `constant` is applied to the numbers in the code, `functions` may replace operations (a
    mapping from NumPy's ufuncs), `cache` carries the values of nodes over to the next call.
    """
    cache = {} if cache is None else cache
    if id(node) in cache:
        return cache[id(node)]
    if isinstance(node, Symbol):
        value = values[node.name]
    elif isinstance(node, Constant):
        value = constant(node.value)
    else:
        arguments = [
            evaluate(a, values, constant=constant, functions=functions, cache=cache)
            for a in node.arguments
        ]
        value = functions.get(node.function, node.function)(*arguments)
    cache[id(node)] = value
    return value
