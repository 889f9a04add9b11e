"""What a right rule and its mistakes compute, as one list of operations that the page runs."""

import math

import numpy as np

from course.exercises.inputs import record_of

# What NumPy offers beside its ufuncs: each makes one number of all coordinates.
REDUCTIONS = {np.sum: "sum", np.mean: "mean", np.max: "max", np.linalg.norm: "norm"}


class Operations:
    """Operations in the order in which they are computed, each only once.

    Attributes
    ----------
    entries : list
        Each is the name of something given, a number, or a list: NumPy's name of an operation (or
        "grad", or one of the reductions) and the places of what it is applied to.
    """

    def __init__(self):
        self.entries = []
        self._places = {}

    def add(self, entry):
        """Return the node of an entry, a new one if there is none."""
        key = repr(entry)
        if key not in self._places:
            self._places[key] = len(self.entries)
            self.entries.append(entry)
        return _Node(self, self._places[key])

    def of(self, value):
        """Return the node that a value is, or stands for."""
        if isinstance(value, np.ndarray):
            value = value.item()
        if isinstance(value, _Node):
            return value
        return self.add("inf" if value == math.inf else float(value))

    def call(self, name, *values):
        """Return the node of an operation."""
        return self.add([name, *(self.of(value).place for value in values)])

    def record(self, optimizer):
        """Record a step of an optimizer, or of a class's: the place of each of its names."""
        rule = optimizer(lr=1.0) if isinstance(optimizer, type) else optimizer
        situation = _Recorded(self, rule)
        values = situation.hyperparameters
        record = record_of(rule.replace_unchecked(**values), situation)
        return {name: self.of(value).place for name, value in record.items()}


class _Recorded:
    """A situation of symbols."""

    def __init__(self, operations, rule):
        self.operations = operations
        self.t, self.w, self.g, self.h = map(operations.add, ("t", "w", "g", "h"))
        self.state = {name: operations.add(name) for name in rule.state}
        self.hyperparameters = {name: operations.add(name) for name in rule.hyperparameters()}

    def grad(self, point):
        is_here = point.place == self.w.place
        return self.g if is_here else self.operations.call("grad", point)


class _Node(np.lib.mixins.NDArrayOperatorsMixin):
    """A value that is computed by the operation at `place`; an array of one coordinate to NumPy."""

    shape, dtype = (1,), np.dtype(object)

    def __init__(self, operations, place):
        self.operations = operations
        self.place = place

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return self

    def __array_ufunc__(self, ufunc, method, *inputs, **settings):
        if method != "__call__" or settings:
            raise TypeError(f"{ufunc.__name__} cannot be recorded with {method}, {settings}")
        return self.operations.call(ufunc.__name__, *inputs)

    def __array_function__(self, function, types, args, settings):
        if function is np.copyto:
            args[0][()] = args[1]
            return None
        if function is np.reshape:
            return self
        if function is np.where:
            return self.operations.call("where", *args)
        return self.operations.call(REDUCTIONS[function], args[0])
