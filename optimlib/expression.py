"""The recording node: run a rule's or a problem's code on symbols and keep what it did as a tree.

The tree is made of three kinds of node: a `Symbol` stands for an input, a `Constant` for a number
in the code, a `Call` for an operation on other nodes. `record_rule` and `record_problem` make the
trees; `evaluate` computes their value again. Nodes that stand for matrices have `sides`.
"""

import copy
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from numbers import Real
from typing import Any, Self

import numpy as np

from optimlib.checks import mismatch
from optimlib.purity import Watch
from optimlib.types import Array

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


# A tree has at most so many operations (to compile 1,000 takes 4 seconds, 2,000 more than 10), and
# is at most so many operations deep.
MOST, DEEPEST = 1000, 100

# What answers when code branches on a node: see `record_branches`.
_decide = ContextVar("decide", default=None)
# What counts the operations while a tree is recorded.
_recorder = ContextVar("recorder", default=None)

# How often each of the reductions is that of pairs, so that a long one makes no deep tree.
PAIRWISE = {np.add: "sum", np.multiply: "prod", np.maximum: "max", np.minimum: "min"}


class BranchError(TypeError):
    """The code goes one way or another by a value that is only known while it runs."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(
            message
            or "the code branches on a value that is only known while it runs: no formula can be "
            "read from it. Write np.where(condition, a, b) in place of if, and np.maximum(a, b) "
            "in place of max(a, b)"
        )


class _Recorder:
    """Ends a recording early where the tree grows with the data.

    With `coordinates` a symbol stands for each of many numbers, as in a rule, else for one.
    With `combined` the code may combine all coordinates by what is in `COMBINING`.
    """

    def __init__(self, most, coordinates, combined=False):
        self.most, self.left, self.coordinates = most, most, coordinates
        self.combined = combined

    def expect(self, operations):
        if operations > self.left:
            raise TypeError(
                f"the code makes more than {self.most} operations with single numbers, which grows "
                "with the data: no formula can be read from it"
            )

    def spend(self, depth):
        if self.left == 0:
            self.expect(1)
        self.left -= 1
        if depth > DEEPEST:
            raise TypeError(
                f"the code makes more than {DEEPEST} operations one after the other: no formula "
                "can be read from it"
            )


def _refusal(what, instead=""):
    return TypeError(
        f"{what} is not elementwise arithmetic: no formula can be read from this code{instead}"
    )


class _Recorded(np.lib.mixins.NDArrayOperatorsMixin):
    """What NumPy's functions make new nodes of."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return _apply(ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        return _apply_function(function, args, kwargs)


class Node(_Recorded):
    """A value in a recorded computation. Arithmetic and NumPy functions on nodes make new nodes."""

    depth: int = 0
    # Of a matrix, the numbers of its rows and columns: two symbols.
    sides: "tuple[Symbol, Symbol] | None" = None

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        # Mostly it is arithmetic with other nodes and plain numbers.
        if method == "__call__" and not kwargs and ufunc in PLAIN:
            for value in inputs:
                if not isinstance(value, Node | float | int):
                    break
            else:
                return _call(ufunc, *inputs)
        return _apply(ufunc, method, inputs, kwargs)

    @property
    def shape(self) -> Any:
        return self._of_a_matrix("shape", self.sides)

    @property
    def mT(self) -> Any:
        return self._of_a_matrix("mT", self.sides and Call(np.matrix_transpose, (self,)))

    def _of_a_matrix(self, attribute, value):
        if self.sides is None:
            raise AttributeError(f"{attribute} is for matrices, got {self!r}")
        return value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if np.dtype(dtype).kind != "O" and _of_coordinates():
            raise _refusal("an array", ". It is written for one number at a time")
        return _bare(self)

    def __bool__(self) -> bool:
        decide = _decide.get()
        if decide is not None:
            return decide(self)
        raise BranchError

    def __float__(self) -> float:
        raise TypeError(
            "float() and the functions of math take numbers, and this one is only known while the "
            "code runs: no formula can be read from it. Write np.sqrt in place of math.sqrt"
        )

    __int__ = __index__ = __complex__ = __float__

    def __getitem__(self, index: Any) -> Any:
        raise _refusal("an index", ". It is written for one number at a time: leave the index out")

    def __getattr__(self, name: str) -> Any:
        # NumPy asks the entries of an object array for its functions of one argument by name.
        ufunc = None if name.startswith("_") else getattr(np, name, None)
        if isinstance(ufunc, np.ufunc) and ufunc.nin == ufunc.nout == 1:
            return partial(ufunc, self)
        raise AttributeError(_refusal(f".{name}", ". It is written for one number at a time"))

    def item(self) -> Self:
        """Return this node: what a NumPy scalar's method is for, a plain number, it stands for."""
        return self

    # The mixin turns == into an operation; a tree is searched by identity.
    def __hash__(self) -> int:
        return id(self)


class Symbol(Node):
    """An input: a hyperparameter, the gradient, a state, the point, the step number."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


class Matrix(Symbol):
    """A matrix, or a stack of them, as an input."""

    def __init__(self, name: str) -> None:
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


def frobenius_norm(X: Array) -> Array:
    """Return √Σx² of each matrix of a stack: the function of a `Call`."""
    return np.linalg.matrix_norm(X, keepdims=True)


# What combines the coordinates of a run into one number.


def norm(x: Array) -> Array:
    """Return √Σx² of each run: the function of a `Call`."""
    return np.linalg.norm(x, axis=0)


def sum_of_sizes(x: Array) -> Array:
    """Return Σ|x| of each run: the function of a `Call`."""
    return np.linalg.norm(x, ord=1, axis=0)


def dot_product(x: Array, y: Array) -> Array:
    """Return Σxy of each run: the function of a `Call`."""
    return np.sum(x * y, axis=0)


# Functions of NumPy's by their names and arguments.
COMBINING = {
    ("norm", (("axis", 0),)): norm,
    ("norm", (("axis", 0), ("ord", 1))): sum_of_sizes,
}

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

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return repr(self.value)


class Call(Node):
    """An operation (a NumPy ufunc, np.where, one on matrices) and the nodes it was applied to."""

    depth = 1

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self.function = function
        self.arguments = arguments
        for argument in arguments:
            if argument.depth >= self.depth:
                self.depth = argument.depth + 1
            if argument.sides is not None:
                self.sides = self._sides()
        recorder = _recorder.get()
        if recorder is not None:
            recorder.spend(self.depth)

    def _sides(self):
        """Return the sides of the result; raise an error where entries are what is meant."""
        sides = [argument.sides for argument in self.arguments]
        if self.function is frobenius_norm:
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

    def __repr__(self) -> str:
        return f"{self.function.__name__}({', '.join(map(repr, self.arguments))})"


class Vector(_Recorded):
    """An array of nodes and numbers: the point of a problem of several variables.

    What the code does with it is done as with one point, an array of shape (d,).
    """

    dtype = np.dtype(object)

    def __init__(self, nodes: Array) -> None:
        self.nodes = nodes

    shape = property(lambda self: self.nodes.shape)
    ndim = property(lambda self: self.nodes.ndim)
    size = property(lambda self: self.nodes.size)
    T = property(lambda self: Vector(self.nodes.T))

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Any]:
        return map(_wrapped, self.nodes)

    def __getitem__(self, index: Any) -> Any:
        return _wrapped(self.nodes[index])

    def __setitem__(self, index: Any, value: Any) -> None:
        self.nodes[index] = _bare(value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self.nodes if dtype is None else self.nodes.astype(dtype)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(np.ndarray, name)
        return lambda *args, **kwargs: _apply_function(method, (self, *args), kwargs)

    def sum(
        self, axis: int | None = None, dtype: Any = None, out: Any = None, keepdims: bool = False
    ) -> Any:
        """Return the sum along `axis`."""
        return _reduced(np.add, self, axis, keepdims)

    def prod(
        self, axis: int | None = None, dtype: Any = None, out: Any = None, keepdims: bool = False
    ) -> Any:
        """Return the product along `axis`."""
        return _reduced(np.multiply, self, axis, keepdims)

    def max(self, axis: int | None = None, out: Any = None, keepdims: bool = False) -> Any:
        """Return the maximum along `axis`."""
        return _reduced(np.maximum, self, axis, keepdims)

    def min(self, axis: int | None = None, out: Any = None, keepdims: bool = False) -> Any:
        """Return the minimum along `axis`."""
        return _reduced(np.minimum, self, axis, keepdims)

    def mean(
        self, axis: int | None = None, dtype: Any = None, out: Any = None, keepdims: bool = False
    ) -> Any:
        """Return the mean along `axis`."""
        count = self.size if axis is None else self.shape[axis]
        return self.sum(axis, keepdims=keepdims) / count


# Ufuncs of which there is nothing special.
PLAIN = (np.add, np.subtract, np.multiply, np.divide, np.power, np.negative, np.sqrt)
METHODS = {np.sum: "sum", np.prod: "prod", np.max: "max", np.min: "min", np.mean: "mean"}


def _bare(value):
    """Return what `value` holds as an array of objects, if it is a vector or a node."""
    if isinstance(value, Vector):
        return value.nodes
    if isinstance(value, Node):
        array = np.empty((), object)
        array[()] = value
        return array
    if isinstance(value, list | tuple):
        return type(value)(map(_bare, value))
    return value


def _wrapped(value):
    """Return an array of objects as a `Vector`, and one of no axes as its entry."""
    if not isinstance(value, np.ndarray) or value.dtype != object:
        return value
    return Vector(value) if value.ndim else value.item()


def _expect(values):
    recorder = _recorder.get()
    if recorder is not None:
        recorder.expect(max(map(np.size, values), default=0))


def _of_coordinates():
    """Return whether a node stands for each of many numbers."""
    recorder = _recorder.get()
    return recorder is None or recorder.coordinates


def _apply(ufunc, method, inputs, kwargs):
    """Apply a ufunc to inputs of which at least one is a node or a vector."""
    name = f"np.{ufunc.__name__}"
    if "out" in kwargs:
        raise _refusal(f"{name} in place", ". Write v = v + g in place of v += g")
    if method == "__call__" and not kwargs and ufunc.signature is None and ufunc.nout == 1:
        if ufunc.__name__ == "clip":
            return _clip(*inputs)
        return _elementwise(partial(_call, ufunc), inputs)
    if ufunc is np.matmul and all(getattr(value, "sides", None) for value in inputs):
        return Call(ufunc, inputs)
    vectors = [value for value in inputs if isinstance(value, Vector)]
    if not vectors:
        how = sorted(kwargs) if method == "__call__" else method
        raise _refusal(f"{name} with {how}" if how else name)
    if method == "reduce" and ufunc in PAIRWISE:
        return getattr(vectors[0], PAIRWISE[ufunc])(**{"axis": 0} | kwargs)
    return _apply_function(getattr(ufunc, method), inputs, kwargs)


def _apply_function(function, args, kwargs):
    """Apply another function of NumPy."""
    if function is np.where and len(args) == 3 and not kwargs:
        return _elementwise(lambda *nodes: Call(np.where, tuple(map(as_node, nodes))), args)
    if function is np.clip:
        return _clip(*args, **kwargs)
    if getattr(args[0], "sides", None):
        if function is np.matrix_transpose:
            return args[0].mT
        if function is np.linalg.matrix_norm and kwargs == {"keepdims": True}:
            return Call(frobenius_norm, args)
    recorder = _recorder.get()
    if recorder is not None and recorder.combined:
        known = COMBINING.get((function.__name__, tuple(sorted(kwargs.items()))))
        if known and function is np.linalg.norm:
            return Call(known, (as_node(args[0]),))
        product = getattr(args[0], "function", None) is np.multiply
        if function is np.sum and kwargs == {"axis": 0} and product:
            return Call(dot_product, args[0].arguments)
    if _of_coordinates():
        name = f"{function.__module__}.{function.__name__}".replace("numpy", "np")
        raise _refusal(name, ". It is written for one number at a time")
    if function in METHODS and isinstance(args[0], Vector):
        return getattr(args[0], METHODS[function])(*args[1:], **kwargs)
    args = _bare(args)
    _expect(args)
    return _wrapped(function(*args, **{name: _bare(value) for name, value in kwargs.items()}))


def _clip(x, a_min=None, a_max=None, *, min=None, max=None):
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


def _elementwise(function, inputs):
    arrays = [_bare(value) for value in inputs]
    if not any(map(np.ndim, arrays)):
        return function(*inputs)
    _expect(arrays)
    return _wrapped(np.frompyfunc(function, len(arrays), 1)(*arrays))


def _call(ufunc, *values):
    nodes = tuple([as_node(value) for value in values])
    if ufunc is np.multiply:
        # In a product numbers come first, as they are written.
        first, second = nodes
        if isinstance(second, Constant) and not isinstance(first, Constant):
            nodes = second, first
    return Call(ufunc, nodes)


def _reduced(ufunc, vector, axis, keepdims):
    """Reduce a vector by pairs, so that a long one makes no deep tree."""
    nodes = vector.nodes.ravel() if axis is None else np.moveaxis(vector.nodes, axis, 0)
    while len(nodes) > 1:
        even = len(nodes) // 2 * 2
        pairs = _bare(ufunc(Vector(nodes[:even:2]), Vector(nodes[1:even:2])))
        nodes = np.concatenate([pairs, nodes[even:]])
    total = nodes[0] if len(nodes) else ufunc.reduce(np.empty(0))
    if keepdims:
        shape = list(vector.shape)
        for i in range(vector.ndim) if axis is None else (axis,):
            shape[i] = 1
        total = np.broadcast_to(_bare(total), shape)
    return _wrapped(total)


def as_node(value: Any) -> Node:
    """Return `value` if it is a node, or an array of one, else it as a `Constant`."""
    if isinstance(value, Node):
        return value
    if isinstance(value, np.ndarray) and not value.ndim:
        return as_node(value.item())
    if not isinstance(value, float | int | Real | np.bool_):
        raise TypeError(
            f"the code computes with {value!r}, which is no real number: "
            "no formula can be read from it"
        )
    return Constant(value)


class NotPureError(TypeError):
    """The code does not depend on its arguments alone, so that no reading of it stands for it."""


@dataclass(frozen=True)
class RuleRecording:
    """What a rule does in one step, as trees.

    ``look_ahead`` is the point at which the gradient is taken, ``names`` maps each name that
    `update` returns to its tree, in the order of the code. The symbols are the hyperparameters'
    names, the states' names (their values *before* the step), and ``t``, ``g``, ``w``.
    """

    look_ahead: Node
    names: dict[str, Node]


def record_rule(rule: Any, wide: bool | None = None) -> RuleRecording:
    """Run `rule.look_ahead` and `rule.update` on symbols and return a `RuleRecording`.

    A `MatrixRule` is run on matrices; if `wide`, these have no more rows than columns, else more. A
    `VectorRule` may combine coordinates.

    Raises
    ------
    TypeError
        If the rule is not straight-line elementwise arithmetic, a function of its arguments
        and hyperparameters alone.
    """
    if not hasattr(rule, "update"):
        raise TypeError(
            f"{type(rule).__name__} is not a Rule, written in elementwise arithmetic: no formula "
            "can be read from it and it cannot run on fractions, start from a float instead"
        )
    symbolic = rule.replace_unchecked(**{name: Symbol(name) for name in rule.hyperparameters()})
    kind = Symbol if wide is None else Matrix
    w, g, *state = (kind(name) for name in ("w", "g", *rule.state))
    given, point = (Symbol("t"), g, *state), {"w": w} if rule.sees_point else {}

    def run():
        with nullcontext() if wide is None else _branching_on_shape(wide):
            look_ahead = symbolic.look_ahead(w, *state)
            try:
                names = symbolic.update(*given, **point)
            except TypeError as error:
                name = f"update, with state = {rule.state!r},"
                raise mismatch(error, name, symbolic.update, *given, **point) from error
        values = names.values() if isinstance(names, dict) else ()
        nodes = [as_node(value) for value in (look_ahead, *values)]
        return nodes, (names, nodes)

    watched, way_out = (symbolic.look_ahead, symbolic.update), "what a rule remembers is its state"
    combined = getattr(rule, "combines", False)
    names, (look_ahead, *nodes) = _record(
        run, watched, type(rule).__name__, way_out, combined=combined
    )
    rule.check_record(names)
    return RuleRecording(look_ahead, dict(zip(names, nodes, strict=True)))


def record_initial(rule):
    """Return the trees of a rule's states before its first step, in `record_rule`'s symbols.

    Raises
    ------
    TypeError
        As `record_rule`.
    """
    symbolic = rule.replace_unchecked(**{name: Symbol(name) for name in rule.hyperparameters()})

    def run():
        states = symbolic.initial(np.array(Symbol("w"), dtype=object))
        nodes = [as_node(state) for state in states]
        return nodes, nodes

    return _record(run, [symbolic.initial], type(rule).__name__, "what it depends on is the start")


@contextmanager
def _branching_on_shape(wide):
    def decide(condition):
        for function, sides, if_wide in SHAPES:
            same_sides = map(operator.is_, condition.arguments, sides)
            if condition.function is function and all(same_sides):
                return if_wide is wide
        raise BranchError

    token = _decide.set(decide)
    try:
        yield
    finally:
        _decide.reset(token)


def record_problem(
    objective: Any,
    reading: str = "grad",
    parameters: Mapping[str, Any] | None = None,
    most: int = MOST,
) -> Any:
    """Run `objective`'s ``f``, ``grad`` or ``hess`` on symbols named as its variables.

    `parameters` replaces the values of the objective's parameters, by symbols for example.
    Returns a `Node` for ``f``, an object array of nodes of shape (d,) for ``grad`` and (d, d)
    for ``hess``.

    Raises
    ------
    TypeError
        If the code is not straight-line arithmetic, a function of the point alone, or it makes
        more than `most` operations with single numbers.
    """
    if parameters:
        objective = copy.copy(objective)
        objective.parameters = parameters
    point = np.array([Symbol(name) for name in objective.variables], dtype=object)
    point.flags.writeable = False

    def run():
        result = np.frompyfunc(as_node, 1, 1)(_bare(getattr(objective, reading)(Vector(point))))
        return np.ravel(_bare(result)).tolist(), result

    watched = [getattr(objective, f"_{reading}")]
    way_out = "noise belongs into an ol.Stream, whose objective of step t depends on t alone"
    return _record(run, watched, objective.name, way_out, coordinates=False, most=most)


def branches(objective: Any, reading: str) -> bool:
    """Return whether the code of ``f``, ``grad`` or ``hess`` is seen to branch on a value."""
    if objective.dim > MOST:
        return False
    try:
        record_problem(objective, reading)
    except BranchError:
        return True
    except TypeError:
        return False
    return False


def record_function(function: Callable[..., Any], names: Sequence[str]) -> Node:
    """Return the tree of a function of numbers, called with symbols of these `names`.

    Raises
    ------
    TypeError
        If the code is not straight-line elementwise arithmetic, a function of its arguments alone.
    """

    def run():
        node = as_node(function(*map(Symbol, names)))
        return [node], node

    way_out = "what it depends on is an argument"
    return _record(run, [function], None, way_out)


def _record(run, watched, who, way_out, coordinates=True, most=MOST, combined=False):
    """Return what `run` returns beside its nodes, if the `watched` functions in it are pure.

    It is run twice, unless all is seen that these can reach and nothing of it has changed.
    Afterwards it is as it was before.
    """
    prefix = "" if who is None else f"{who}: "
    watch = Watch(*watched)
    token = _recorder.set(None)
    try:
        _recorder.set(_Recorder(most, coordinates, combined))
        first, result = second, _ = run()
        changed = watch.changed()
        if changed is not None or watch.opaque:
            watch_again = watch if changed is None else Watch(*watched)
            _recorder.set(_Recorder(most, coordinates, combined))
            second, _ = run()
            changed = watch_again.changed()
    except NotPureError:
        raise
    except Exception as error:
        kind = "" if isinstance(error, TypeError | AttributeError) else f"{type(error).__name__}: "
        refusal = BranchError if isinstance(error, BranchError) else TypeError
        raise refusal(f"{prefix}{kind}{error}") from error
    finally:
        _recorder.reset(token)
        watch.undo()
    seen = {}
    differ = first is not second and not all(
        _alike(a, b, seen) for a, b in zip(first, second, strict=True)
    )
    if changed is not None or differ:
        raise _not_pure(prefix, changed, f"; {way_out}")
    return result


def _not_pure(prefix, changed, way_out=""):
    why = f"a call changes {changed}" if changed is not None else "two calls gave two things"
    return NotPureError(
        f"{prefix}the code is not a function of its arguments alone, {why}: no formula can be read "
        f"from it{way_out}"
    )


def _alike(a, b, seen):
    """Return whether two trees are the same."""
    key = id(a), id(b)
    if key not in seen:
        if type(a) is not type(b):
            seen[key] = False
        elif isinstance(a, Symbol):
            seen[key] = a.name == b.name
        elif isinstance(a, Constant):
            both_nan = a.value != a.value and b.value != b.value
            seen[key] = type(a.value) is type(b.value) and (both_nan or a.value == b.value)
        else:
            seen[key] = a.function is b.function and all(
                _alike(*pair, seen) for pair in zip(a.arguments, b.arguments, strict=True)
            )
    return seen[key]


BRANCHES = 12


def record_branches(run: Callable[[], Any]) -> Node:
    """Return what `run()` returns as a tree, with np.where for each branch of its Python code.

    `run` is called for every way through it, or twice if it may not be pure.

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

    watch = Watch(run)
    try:
        tree = again = ways_after(())
        changed = watch.changed()
        if changed is not None or watch.opaque:
            watch_again = watch if changed is None else Watch(run)
            again = ways_after(())
            changed = watch_again.changed()
        differ = again is not tree and not _alike(tree, again, {})
    finally:
        watch.undo()
    if differ or changed is not None:
        raise _not_pure("", changed)
    return tree


def evaluate(
    node: Node,
    values: Mapping[str, Any],
    *,
    constant: Callable[[Any], Any] = lambda value: value,
    functions: Mapping[Any, Any] = OPERATORS,
    cache: dict[int, Any] | None = None,
) -> Any:
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
