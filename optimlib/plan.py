"""The fast reading: a rule's and a problem's trees as NumPy calls that write into reused buffers.

A `Plan` holds the calls of one step in order. Every value has a slot, and a slot is used again as
soon as its value is no longer needed, so that a chunk of points stays in the processor's cache.
The calls are those that the code itself would make: the result is the same to the last bit.
"""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from optimlib.expression import OPERATORS, Constant, Symbol, record_problem, record_rule

# What NumPy computes for array ** number, where that is not np.power.
POWERS = {2: np.square, 0.5: np.sqrt, 1: np.positive, -1: np.reciprocal}
COMPARISONS = (np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal)

CACHE_LINE = 64  # bytes
# A gradient of more operations with single numbers is faster as its own code, on whole arrays.
LARGEST = 200

# A value is one number, one number for each point, or one for each coordinate of each point.
NUMBER, POINTS, COORDINATES = range(3)


@dataclass(eq=False)
class Value:
    """A value of the step: an input, or the result of calling `function` on `arguments`."""

    extent: int
    function: object = None
    arguments: tuple = ()
    boolean: bool = False
    slot: int = None
    reusable: bool = True
    last_use: int = -1


class Plan:
    """One step of `rule` on `objective`, as calls on slots.

    Parameters
    ----------
    rule : Rule
        Its hyperparameters tell which of them are arrays over the batch.
    objective : Objective

    Raises
    ------
    TypeError
        If no formula can be read from the code of the rule or the objective.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> rule = ol.Momentum(lr=0.1)
    >>> plan = Plan(rule, ol.problems.square)
    >>> [function.__name__ for function, arguments, out in plan.calls]
    ['multiply', 'multiply', 'add', 'multiply', 'add']
    >>> w, state = plan.run(lambda t: rule, np.array([[4.0, 5.0]]), steps=3)
    >>> print(w)
    [[0.248 0.31 ]]
    """

    def __init__(self, rule, objective):
        self.rule = rule
        self.contents = []  # of each slot: a number, (extent, boolean), or (slot, row)
        self.number_calls = []
        self._values = []
        self._known = {}
        self.gradient = record_problem(objective, "grad", most=LARGEST)
        new_states = self._build(record_rule(rule), self.gradient, objective)
        self._place(new_states)
        self.changing = self._changing()
        self.calls = [
            (value.function, tuple(a.slot for a in value.arguments), value.slot)
            for value in self._values
        ]

    def _build(self, recording, gradient, objective):
        """List the values of a step in the order of the code; return the new states' values."""
        first = self.rule.at(1).hyperparameters()
        self.t = self._input()
        self.hyperparameters = {
            name: Value(POINTS, slot=self._slot((POINTS, False)), reusable=False)
            if np.ndim(value)
            else self._input()
            for name, value in first.items()
        }
        self.w = self._array()
        self.states = {name: self._array(reusable=True) for name in self.rule.state}
        symbols = self.hyperparameters | self.states | {"t": self.t, "w": self.w}

        point = self.w
        if not isinstance(recording.look_ahead, Symbol):
            point = self._array()
            self._store(self._visit(recording.look_ahead, symbols, {}), point)
        rows = [self._row(point, i) for i in range(objective.dim)]
        at_point, seen = dict(zip(objective.variables, rows, strict=True)), {}
        g = self._array(reusable=True)
        for i, node in enumerate(gradient):
            self._store(self._visit(node, at_point, seen), self._row(g, i))

        symbols, seen = symbols | {"g": g}, {}
        step = self._visit(recording.names["step"], symbols, seen)
        new_states = []
        for name, old in self.states.items():
            new = self._visit(recording.names[name], symbols, seen)
            made_here = new.function and new.extent == COORDINATES and new.slot is None
            if new is not old and (not made_here or new in new_states):
                new = self._append(Value(COORDINATES, np.positive, (new,)))
            new_states.append(new)
        self._store(self._append(Value(COORDINATES, np.add, (self.w, step))), self.w)
        return new_states

    def _changing(self):
        """Return the slots of the numbers that are not the same in every step."""
        schedules = [n for n, value in self.rule.hyperparameters().items() if callable(value)]
        changing = {self.t.slot, *(self.hyperparameters[name].slot for name in schedules)}
        for _, arguments, result in self.number_calls:
            if changing.intersection(arguments):
                changing.add(result)
        return changing

    def _slot(self, content):
        self.contents.append(content)
        return len(self.contents) - 1

    def _input(self):
        return Value(NUMBER, slot=self._slot(None), reusable=False)

    def _array(self, reusable=False):
        return Value(COORDINATES, slot=self._slot((COORDINATES, False)), reusable=reusable)

    def _row(self, array, i):
        return Value(POINTS, slot=self._slot([array.slot, i]), reusable=False)

    def _append(self, value):
        self._values.append(value)
        return value

    def _store(self, value, target):
        """Let `value` be computed into `target`, or copied if it has a place already."""
        if not value.function or value.slot is not None or value.extent != target.extent:
            value = self._append(Value(target.extent, np.positive, (value,)))
        value.slot, value.reusable = target.slot, False

    def _visit(self, node, symbols, seen):
        """Return the value of `node`; equal calls on equal values are made once."""
        if isinstance(node, Symbol):
            return symbols[node.name]
        if id(node) not in seen:
            if isinstance(node, Constant):
                seen[id(node)] = self._constant(node.value)
            else:
                arguments = tuple(self._visit(a, symbols, seen) for a in node.arguments)
                seen[id(node)] = self._call(node.function, arguments)
        return seen[id(node)]

    def _constant(self, number):
        key = (type(number), number)
        if key not in self._known:
            plain = float(number) if isinstance(number, np.floating) else number
            self._known[key] = Value(NUMBER, slot=self._slot(plain), reusable=False)
        return self._known[key]

    def _call(self, function, arguments):
        if function is np.power and arguments[1] in self._known.values():
            exponent = self.contents[arguments[1].slot]
            if exponent in POWERS and arguments[0].extent != NUMBER:
                function, arguments = POWERS[exponent], arguments[:1]
        key = (function, *map(id, arguments))
        if key in self._known:
            return self._known[key]
        extent = max(a.extent for a in arguments)
        if extent == NUMBER:
            value = self._input()
            slots = tuple(a.slot for a in arguments)
            self.number_calls.append((OPERATORS.get(function, function), slots, value.slot))
        else:
            call = REPLAYED.get(function, function)
            boolean = function in COMPARISONS
            value = self._append(Value(extent, call, arguments, boolean))
        self._known[key] = value
        return value

    def _place(self, new_states):
        """Give every value a slot: if it fits, that of an argument that it is the last to use."""
        may_overwrite = {}  # of each value: the call in which what it overwrites may be last used
        for i, value in enumerate(self._values):
            # np.where writes one of its arguments before it reads the other.
            may_overwrite[value] = i - (value.function is _where)
            for argument in value.arguments:
                argument.last_use = i
        states = list(zip(new_states, self.states.values(), strict=True))
        for new, old in states:
            new.last_use = len(self._values)
            if new is not old and old.last_use <= may_overwrite[new]:
                new.slot = old.slot
        # A slot that is there for one value may hold others before.
        until = {v.slot: last for v, last in may_overwrite.items() if v.slot is not None}
        free = sorted(until.keys() - {v.slot for v in (self.w, *self.states.values())})
        for i, value in enumerate(self._values):
            done = sorted({a.slot for a in value.arguments if a.last_use == i and a.reusable})
            if may_overwrite[value] == i:
                free += done
            if value.slot is None:
                value.slot = self._free_slot(free, value, until)
            if may_overwrite[value] < i:
                free += done
        self.moves = [(new.slot, old.slot) for new, old in states if new.slot != old.slot]

    def _free_slot(self, free, value, until):
        """Return the slot freed last that can hold `value` until its last use, or a new one."""
        kind = (value.extent, value.boolean)
        for slot in reversed(free):
            row = isinstance(self.contents[slot], list)
            fits = kind == ((POINTS, False) if row else self.contents[slot])
            if fits and value.last_use <= until.get(slot, value.last_use):
                free.remove(slot)
                return slot
        return self._slot(kind)

    def run(self, rule_at, w, steps, before=0, state=None):
        """Return points and state after `steps` steps from `w`, an array of shape (d, N).

        `rule_at(t)` returns the rule of step t, with its schedules evaluated. So many steps were
        taken `before`, and ended in `state`.
        """
        slots = self._allocate(w)
        slots[self.w.slot][:] = w
        state = rule_at(1).initial(w) if state is None else state
        for value, start in zip(self.states.values(), state, strict=True):
            slots[value.slot][:] = start
        numbers, cells, calls = list(self.contents), {}, []
        for function, arguments, out in self.calls:
            for slot in arguments:
                if slots[slot] is None:
                    cells[slot] = slots[slot] = np.empty((), w.dtype)
            calls.append(partial(function, *[slots[slot] for slot in arguments], slots[out]))
        moves = [(slots[source], slots[target]) for source, target in self.moves]
        scheduled, number_calls = self.rule.has_schedules(), self.number_calls
        first = before + 1
        for t in range(first, first + steps):
            numbers[self.t.slot] = t
            if scheduled or t == first:
                for name, number in rule_at(t).hyperparameters().items():
                    slot = self.hyperparameters[name].slot
                    numbers[slot] = number
                    if np.ndim(number):
                        slots[slot][:] = number
            for function, arguments, result in number_calls:
                numbers[result] = function(*[numbers[a] for a in arguments])
            for slot, cell in cells.items():
                cell[()] = numbers[slot]
            for call in calls:
                call()
            for array, (_, target) in zip([a.copy() for a, _ in moves], moves, strict=True):
                target[:] = array
            if t == first:  # what does not change has its value
                number_calls = [call for call in number_calls if call[-1] in self.changing]
                cells = {slot: cell for slot, cell in cells.items() if slot in self.changing}
        w, *state = (slots[v.slot][:, : w.shape[1]] for v in (self.w, *self.states.values()))
        return w, state

    def _allocate(self, w):
        """Return the arrays of the slots, None for the slots of numbers."""
        d, points = w.shape
        # NumPy is slow at writing an array of one element over itself: one point is run twice.
        points = 2 if points == 1 else points
        shapes = {POINTS: (points,), COORDINATES: (d, points)}
        slots = [
            _aligned(shapes[c[0]], np.dtype(bool if c[1] else w.dtype))
            if isinstance(c, tuple)
            else None
            for c in self.contents
        ]
        for slot, content in enumerate(self.contents):
            if isinstance(content, list):
                slots[slot] = slots[content[0]][content[1]]
        return slots


def _aligned(shape, dtype):
    """Return an array that begins where a line of the processor's cache does."""
    size = math.prod(shape) * dtype.itemsize
    memory = np.empty(size + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size].view(dtype).reshape(shape)


def _power(base, exponent, out):
    usual = POWERS.get(exponent.item()) if exponent.ndim == 0 else None
    if usual:
        usual(base, out)
    else:
        np.power(base, exponent, out)


def _where(condition, then, otherwise, out):
    np.copyto(out, otherwise)
    # A condition on numbers alone stands in a cell of floats.
    np.copyto(out, then, where=np.asarray(condition, bool))


def _maximum(a, b, out):
    np.maximum(a, b, out=out)


def _minimum(a, b, out):
    np.minimum(a, b, out=out)


# What is called instead where a function does not take `out` by position.
REPLAYED = {np.power: _power, np.where: _where, np.maximum: _maximum, np.minimum: _minimum}
