"""The trees of a rule and a problem compiled to machine code: the optional extra ``fast`` (numba).

All steps of a block of points are taken before the next block is touched, so that a point is
read from memory and written to it once, not once a step. What is the same for all points, such
as 1 − β₁ᵗ, is computed by NumPy for many steps at a time.

A block is first computed with `quick_functions`. Where they found a number that they cannot
treat, it is computed again with those of the processor and the C library.
"""

from collections.abc import Callable
from functools import cache, lru_cache, reduce
from textwrap import indent
from typing import Any

import numpy as np

from optimlib.elementary import FUNCTIONS, jit, quick_functions, true_functions
from optimlib.expression import Call, Constant, Symbol, evaluate, record_problem, record_rule
from optimlib.objective import Objective
from optimlib.rules.rule import Rule
from optimlib.types import Array

# Points of a block: their coordinates and state stay in the processor's innermost cache. A block
# that is not full is computed in multiples of so many lanes, which fill registers.
BLOCK, LANES = 256, 32
# Numbers between the arrays of a block: loads wait for stores that are 4096 bytes away.
GAP = 16
# Steps whose numbers are computed at a time, and bytes of arrays that follow a schedule.
STEPS, SCHEDULED = 1024, 2**23

# With so many variables gradient and rule are one loop, with more they are loops of their own,
# that of the rule over all coordinates: compiling takes longer than in proportion to the body.
FUSED = 2

# Where the point is at which the gradient is taken; no name of a state.
AHEAD = ""

INFIX = {
    np.add: "+",
    np.subtract: "-",
    np.multiply: "*",
    np.greater: ">",
    np.greater_equal: ">=",
    np.less: "<",
    np.less_equal: "<=",
    np.equal: "==",
    np.not_equal: "!=",
}
MARKING = ("divide", "sin", "cos")

KERNEL = """
def kernel(data, numbers, arrays, local, left):
    wide()
    points = data.shape[1]
    for block in range(len(left)):
        if left[block]:
            start = block * {BLOCK}
            size = min({BLOCK}, points - start)
            lanes = (size + {LANES} - 1) // {LANES} * {LANES}
            for row in range(len(data)):
                place = row * {BLOCK} + row // {d} * {GAP}
                for i in range(lanes):
                    local[place + i] = data[row, start + min(i, size - 1)]
            marks = no_marks
            for t in range(len(numbers)):
                if t == 0 or len(arrays) > 1:
                    for row in range(arrays.shape[1]):
                        for i in range(lanes):
                            value = arrays[t, row, start + min(i, size - 1)]
                            local[{arrays} + row * {BLOCK} + i] = value
                {step}
                if marks > limit:
                    break
            left[block] = marks > limit
            if not left[block]:
                for row in range(len(data)):
                    place = row * {BLOCK} + row // {d} * {GAP}
                    for i in range(size):
                        data[row, start + i] = local[place + i]
"""


class CompiledRun:
    """`rule` on `objective` as a compiled loop.

    Agrees with the rule's own code up to rounding: a product and a sum are rounded together, and
    numbers are multiplied with each other before they meet a point.

    Parameters
    ----------
    rule : Rule
        Its hyperparameters tell which of them are arrays over the batch.
    objective : Objective
    dtype : dtype
        Of the points: float64 or float32.

    Raises
    ------
    ImportError
        If numba is not installed.
    TypeError
        If no formula can be read from the code of the rule or the objective, if it is too long
        or has a function that numba does not know, or the points have another type.
    """

    def __init__(self, rule: Rule, objective: Objective, dtype: Any) -> None:
        self.rule = rule
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float64, np.float32):
            raise TypeError(f"points of type {self.dtype} are not compiled, only float64, float32")
        self.arrays = [n for n, v in rule.at(1).hyperparameters().items() if np.ndim(v)]
        self.scheduled = [n for n, v in rule.hyperparameters().items() if callable(v)]
        self.table = _Table()
        self.gradient = record_problem(objective)
        self.source = self._written(record_rule(rule), self.gradient, objective)
        self.numbers = lru_cache(maxsize=2)(self._numbers)
        # Compiled now, so that what numba does not know is found before anything has run.
        _compiled(self.source, self.dtype.name, quick_functions)

    def _written(self, recording, gradient, objective):
        """Return the source of the loop over all blocks and steps."""
        d, states = objective.dim, ("w", *self.rule.state)
        ahead = {AHEAD: recording.look_ahead}
        update = {name: recording.names[name] for name in self.rule.state}
        update["w"] = Call(np.add, (Symbol("w"), recording.names["step"]))
        start = {name: k * (d * BLOCK + GAP) for k, name in enumerate((*states, "g", AHEAD))}
        self.size = len(start) * (d * BLOCK + GAP)
        arrays = {n: f"local[{self.size + k * BLOCK} + i]" for k, n in enumerate(self.arrays)}

        def place(name, row):
            return f"local[{start[name]} + {row} + i]"

        def computed(lines, trees, row, **inputs):
            """Add to `lines` what computes `trees` in a row; return the results by place."""
            known = {name: place(name, row) for name in states} | arrays | inputs
            writer = _Writer(known, self.table, lines)
            return {place(name, row): writer.name(tree) for name, tree in trees.items()}

        def slopes(lines, point):
            inputs = dict(zip(objective.variables, point, strict=True))
            writer = _Writer(inputs, self.table, lines)
            return [writer.name(tree) for tree in gradient]

        def loop(lines, results):
            lines = [*lines, *(f"{where} = {value}" for where, value in results.items())]
            return "for i in range(lanes):\n" + indent("\n".join(lines), "    ")

        def over_rows(trees, **inputs):
            results = computed(lines := [], trees, "row", **inputs)
            return f"for row in range(0, {d * BLOCK}, {BLOCK}):\n" + indent(
                loop(lines, results), "    "
            )

        rows, lines, results = range(0, d * BLOCK, BLOCK), [], {}
        if d <= FUSED:
            point = [value for row in rows for value in computed(lines, ahead, row).values()]
            for row, slope in zip(rows, slopes(lines, point), strict=True):
                results |= computed(lines, update, row, g=slope)
            loops = [loop(lines, results)]
        else:
            values = slopes(lines, [place(AHEAD, row) for row in rows])
            results = {place("g", row): value for row, value in zip(rows, values, strict=True)}
            loops = over_rows(ahead), loop(lines, results), over_rows(update, g=place("g", "row"))

        return self._kernel(loops, d)

    def _kernel(self, loops, d):
        """Return the source of all steps, of which one consists of these loops."""
        numbers = [f"n{k} = numbers[t, {k}]" for k in range(len(self.table.nodes))]
        step = indent("\n".join([*numbers, *loops]), " " * 16).lstrip()
        return KERNEL.format(BLOCK=BLOCK, LANES=LANES, GAP=GAP, d=d, arrays=self.size, step=step)

    def _numbers(self, first, last):
        """Return a row of numbers for each step from `first` to `last`."""
        steps = range(first, last + 1)
        values = self.rule.at(first).hyperparameters()
        following = set(self.scheduled).difference(self.arrays)
        if following:
            every = [self.rule.at(t).hyperparameters() for t in steps]
            values |= {name: np.array([v[name] for v in every], float) for name in following}
        values["t"] = np.array(steps, float)
        numbers, known = np.empty((len(steps), len(self.table.nodes)), self.dtype), {}
        with np.errstate(all="ignore"):
            for k, node in enumerate(self.table.nodes):
                numbers[:, k] = evaluate(node, values, cache=known)
        return numbers

    def _values(self, steps, on_points, points):
        """Return for each of the `steps` the hyperparameters that are arrays."""
        result = np.empty((len(steps), len(self.arrays), points), self.dtype)
        for row, t in zip(result, steps, strict=True):
            values = self.rule.at(t).hyperparameters()
            for k, name in enumerate(self.arrays):
                row[k] = on_points(name, values[name])
        return result

    def run(
        self,
        w: Array,
        state: list[Array],
        steps: int,
        on_points: Callable[[str, Any], Any],
        before: int = 0,
    ) -> tuple[Array, list[Array]]:
        """Return the points and states after `steps` steps from `w`, an array of shape (d, N).

        `state` holds the states before the first step, and so many steps were taken `before` it.
        `on_points` brings a hyperparameter, its name and an array over the batch, to the N points.
        """
        d, points = w.shape
        data = np.empty((d * (1 + len(state)), points), self.dtype)
        for k, start in enumerate((w, *state)):
            data[k * d : (k + 1) * d] = start
        local = _aligned(self.size + len(self.arrays) * BLOCK, self.dtype)
        constant = set(self.arrays).isdisjoint(self.scheduled)
        arrays = self._values([before + 1], on_points, points) if constant else None
        length = STEPS
        if not constant:
            length = min(STEPS, 1 + SCHEDULED // (self.dtype.itemsize * len(self.arrays) * points))
        for first in range(before + 1, before + steps + 1, length):
            last = min(first + length - 1, before + steps)
            if not constant:
                arrays = self._values(range(first, last + 1), on_points, points)
            left = np.ones(-(-points // BLOCK), bool)
            for functions in (quick_functions, true_functions):
                if left.any():
                    kernel = _compiled(self.source, self.dtype.name, functions)
                    kernel(data, self.numbers(first, last), arrays, local, left)
        w, *state = np.split(data, 1 + len(state))
        return w, state


class _Table:
    """The numbers that are the same for all points: trees, each a column of a table."""

    def __init__(self):
        self.nodes = []
        self._columns = {}
        self._keys = {}

    def column(self, node):
        """Return the name of the variable that holds a number."""
        key = self._key(node)
        if key not in self._columns:
            self._columns[key] = f"n{len(self.nodes)}"
            self.nodes.append(node)
        return self._columns[key]

    def _key(self, node):
        """Return a number that equal trees have in common."""
        if isinstance(node, Symbol):
            key = node.name
        elif isinstance(node, Constant):
            key = (type(node.value), node.value)
        else:
            key = (node.function, *map(self._key, node.arguments))
        return self._keys.setdefault(key, len(self._keys))


class _Writer:
    """Writes the body of a loop: assignments, each of one operation, which it adds to `lines`.

    `inputs` maps the symbols that differ between points to where their values are; all others
    are numbers, which are in the `table`.
    """

    def __init__(self, inputs, table, lines):
        self.inputs = inputs
        self.table = table
        self.lines = lines
        self._names = {}
        self._numbers = {}

    def _assign(self, text):
        name = f"x{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return name

    def name(self, node):
        """Return the name of the variable that holds `node`."""
        key = node.name if isinstance(node, Symbol) else node
        if key not in self._names:
            self._names[key] = self._computed(node)
        return self._names[key]

    def _computed(self, node):
        if self._is_number(node):
            return self.table.column(node)
        if isinstance(node, Symbol):
            return self._assign(self.inputs[node.name])
        factors, rest = self._split(node)
        if factors:
            factor = reduce(lambda a, b: Call(np.multiply, (a, b)), factors)
            return self._assign(f"{self.table.column(factor)} * {self.name(rest)}")
        function, arguments = node.function, node.arguments
        if function is np.power and isinstance(arguments[1], Constant):
            exponent = arguments[1].value
            if exponent in (2, 3, 4):
                return self._assign(" * ".join([self.name(arguments[0])] * exponent))
            if exponent == 0.5:
                function, arguments = np.sqrt, arguments[:1]
            elif exponent == -1:
                function, arguments = np.divide, (Constant(1.0), arguments[0])
        parts = [self.name(argument) for argument in arguments]
        if function in INFIX:
            return self._assign(f" {INFIX[function]} ".join(parts))
        if function is np.where:
            condition, then, otherwise = parts
            return self._assign(f"{then} if {condition} else {otherwise}")
        if function is np.power:
            return self._assign(" ** ".join(parts))
        name = function.__name__
        if name in MARKING:
            value = f"x{len(self.lines)}"
            self.lines.append(f"marks, {value} = {name}(marks, {', '.join(parts)})")
            return value
        return self._assign(f"{'' if name in FUNCTIONS else 'np.'}{name}({', '.join(parts)})")

    def _is_number(self, node):
        if node not in self._numbers:
            self._numbers[node] = (
                node.name not in self.inputs
                if isinstance(node, Symbol)
                else isinstance(node, Constant) or all(map(self._is_number, node.arguments))
            )
        return self._numbers[node]

    def _split(self, node):
        """Return numbers and a tree whose product `node` is."""
        factors = []
        while isinstance(node, Call) and node.function in (np.multiply, np.divide):
            a, b = node.arguments
            if self._is_number(b):
                one = Constant(np.float64(1))
                factors.append(b if node.function is np.multiply else Call(np.divide, (one, b)))
                node = a
            elif self._is_number(a) and node.function is np.multiply:
                factors.append(a)
                node = b
            else:
                break
        return factors, node


def _aligned(size, dtype):
    """Return an array that begins where a line of the processor's cache does."""
    line = 64 // dtype.itemsize
    memory = np.empty(size + line, dtype)
    start = -memory.ctypes.data // dtype.itemsize % line
    return memory[start : start + size]


@cache
def _wide():
    """Return a function that asks the compiler for the widest registers where it is called."""
    from numba.core import types
    from numba.extending import intrinsic

    @intrinsic
    def wide(typingctx):
        def generate(context, builder, signature, arguments):
            # llvmlite has no method that adds an attribute which it does not know.
            set.add(builder.function.attributes, '"prefer-vector-width"="512"')
            return context.get_dummy_value()

        return types.void(), generate

    return wide


@cache
def _compiled(source, dtype, functions):
    """Return the kernel for points of type `dtype`, with divisions and the like by `functions`."""
    namespace = functions(dtype) | {"np": np, "wide": _wide()}
    exec(compile(source, "<compiled by optimlib>", "exec"), namespace)
    array = f"{dtype}[{{}}::1]"
    shapes = [array.format(":, " * axes) for axes in (1, 1, 2, 0)]
    from numba.core.errors import NumbaError

    try:
        return jit(namespace["kernel"], f"void({', '.join(shapes)}, boolean[::1])")
    except NumbaError as error:
        why = " ".join(str(error).partition("\n\n")[0].split())
        raise TypeError(f"numba does not compile it: {why}") from error
