"""The same trees compiled to machine code: what the optional extra ``fast`` (numba) is for.

All steps of a block of points are taken before the next block is touched, so that a point is
read from memory and written to it once, not once a step.
"""

from functools import cache

import numpy as np

from optimlib.expression import Constant, Symbol, evaluate, record_problem, record_rule
from optimlib.extras import extra

# Points of a block: their coordinates and state stay in the processor's innermost cache.
BLOCK = 256

INFIX = {
    np.add: "+",
    np.subtract: "-",
    np.multiply: "*",
    np.divide: "/",
    np.greater: ">",
    np.greater_equal: ">=",
    np.less: "<",
    np.less_equal: "<=",
    np.equal: "==",
    np.not_equal: "!=",
}


@cache
def _compiled(source):
    with extra("fast", "compiled=True"):
        import numba
    namespace = {"np": np, "BLOCK": BLOCK}
    exec(compile(source, "<compiled by optimlib>", "exec"), namespace)
    return numba.njit(nogil=True, error_model="numpy")(namespace["kernel"])


class CompiledRun:
    """`rule` on `objective` as a compiled loop.

    Agrees with the other readings up to rounding: the compiler may order operations differently.

    Parameters
    ----------
    rule : Rule
        Its hyperparameters tell which of them are arrays over the batch.
    objective : Objective

    Raises
    ------
    ImportError
        If numba is not installed.
    TypeError
        If no formula can be read from the code of the rule or the objective.
    ValueError
        If a hyperparameter is a schedule whose values are arrays.
    """

    def __init__(self, rule, objective):
        self.rule = rule
        self.numbers = []  # trees of numbers that are the same for all points
        self._number_of = {}
        self._reciprocals = {}
        self._lines = []
        self._count = 0
        for name, value in rule.hyperparameters().items():
            if callable(value) and np.ndim(value(1)):
                raise ValueError(f"compiled=True takes no schedule of arrays, got one for {name}")
        self._arrays = [n for n, v in rule.at(1).hyperparameters().items() if np.ndim(v)]
        self._write(record_rule(rule), record_problem(objective, "grad"), objective)
        self._kernel = _compiled(self.source)

    def _write(self, recording, gradient, objective):
        d, states = objective.dim, self.rule.state
        place = {
            (name, i): f"local[{(s * d + i)} * BLOCK + i]"
            for s, name in enumerate(("w", *states))
            for i in range(d)
        }
        loaded = {key: self._assign(text) for key, text in place.items()}
        arrays = {n: self._assign(f"hyper[{k}, start + i]") for k, n in enumerate(self._arrays)}

        def symbols(i):
            return arrays | {name: loaded[name, i] for name in ("w", *states)}

        point = [self._visit(recording.look_ahead, symbols(i), {}) for i in range(d)]
        at_point, seen = dict(zip(objective.variables, point, strict=True)), {}
        slopes = [self._visit(node, at_point, seen) for node in gradient]
        stores = []
        for i in range(d):
            known, seen = symbols(i) | {"g": slopes[i]}, {}
            step = self._visit(recording.names["step"], known, seen)
            stores.append(f"{place['w', i]} = {loaded['w', i]} + {step}")
            for name in states:
                new = self._visit(recording.names[name], known, seen)
                stores.append(f"{place[name, i]} = {new}")
        unpack = [f"n{k} = numbers[t, {k}]" for k in range(len(self.numbers))]
        self.source = "\n".join(
            [
                "def kernel(data, hyper, numbers, local):",
                "    rows, points = data.shape",
                "    for start in range(0, points, BLOCK):",
                "        size = min(BLOCK, points - start)",
                "        for row in range(rows):",
                "            for i in range(size):",
                "                local[row * BLOCK + i] = data[row, start + i]",
                "        for t in range(len(numbers)):",
                *(f"            {line}" for line in [*unpack, *self._reciprocals.values()]),
                f"            for i in range({'size' if self._arrays else 'BLOCK'}):",
                *(f"                {line}" for line in [*self._lines, *stores]),
                "        for row in range(rows):",
                "            for i in range(size):",
                "                data[row, start + i] = local[row * BLOCK + i]",
            ]
        )

    def _assign(self, text):
        name = f"x{self._count}"
        self._count += 1
        self._lines.append(f"{name} = {text}")
        return name

    def _visit(self, node, symbols, seen):
        """Return the name of the variable that holds `node`."""
        if id(node) not in seen:
            seen[id(node)] = self._written(node, symbols, seen)
        return seen[id(node)]

    def _written(self, node, symbols, seen):
        if self._is_number(node):
            key = (type(node.value), node.value) if isinstance(node, Constant) else id(node)
            if key not in self._number_of:
                self._number_of[key] = f"n{len(self.numbers)}"
                self.numbers.append(node)
            return self._number_of[key]
        if isinstance(node, Symbol):
            return symbols[node.name]
        function = node.function
        if function is np.power and isinstance(node.arguments[1], Constant):
            exponent = node.arguments[1].value
            if exponent in (2, 3, 4):
                base = self._visit(node.arguments[0], symbols, seen)
                return self._assign(" * ".join([base] * exponent))
        parts = [self._visit(argument, symbols, seen) for argument in node.arguments]
        if function is np.divide and self._is_number(node.arguments[1]):
            return self._assign(f"{parts[0]} * {self._reciprocal(parts[1])}")
        if function in INFIX:
            return self._assign(f" {INFIX[function]} ".join(parts))
        if function is np.where:
            condition, then, otherwise = parts
            return self._assign(f"{then} if {condition} else {otherwise}")
        if function is np.power:
            return self._assign(" ** ".join(parts))
        return self._assign(f"np.{function.__name__}({', '.join(parts)})")

    def _reciprocal(self, number):
        """Return the name of 1 / `number`, divided once a step: a division costs ten products."""
        name = f"inverse_{number}"
        if name not in self._reciprocals:
            self._reciprocals[name] = f"{name} = np.reciprocal({number})"
        return name

    def _is_number(self, node):
        if isinstance(node, Constant):
            return True
        if isinstance(node, Symbol):
            number_names = set(self.rule.hyperparameters()) | {"t"}
            return node.name in number_names and node.name not in self._arrays
        return all(map(self._is_number, node.arguments))

    def run(self, rule_at, w, steps, before=0, state=None):
        """Return points and state after `steps` steps from `w`, an array of shape (d, N).

        `rule_at(t)` returns the rule of step t, with its schedules evaluated. So many steps were
        taken `before`, and ended in `state`.
        """
        data = np.concatenate([w, *(rule_at(1).initial(w) if state is None else state)])
        numbers = np.empty((steps, len(self.numbers)), w.dtype)
        current = rule_at(before + 1)
        for i in range(steps):
            t = before + 1 + i
            current = rule_at(t) if self.rule.has_schedules() else current
            values, cache = current.hyperparameters() | {"t": t}, {}
            numbers[i] = [evaluate(node, values, cache=cache) for node in self.numbers]
        hyper = np.empty((len(self._arrays), w.shape[1]), w.dtype)
        for k, name in enumerate(self._arrays):
            hyper[k] = getattr(current, name)
        self._kernel(data, hyper, numbers, np.ones(len(data) * BLOCK, w.dtype))
        w, *state = np.split(data, len(self.rule.state) + 1)
        return w, state
