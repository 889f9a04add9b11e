"""What every method shares: hyperparameters that are checked, a state, one pure step."""

from dataclasses import dataclass, fields
from numbers import Real

import numpy as np

# By the start of a hyperparameter's name: what its values must satisfy, and how to say it.
LIMITS = {
    "lr_decay": (lambda x: (x >= 0) & (x < np.inf), "finite and >= 0"),
    "lr": (lambda x: (x > 0) & (x < np.inf), "finite and > 0"),
    "beta": (lambda x: (x >= 0) & (x < 1), "in [0, 1)"),
    "rho": (lambda x: (x >= 0) & (x < 1), "in [0, 1)"),
    "momentum": (lambda x: (x >= 0) & (x < 1), "in [0, 1)"),
    "dampening": (lambda x: (x >= 0) & (x <= 1), "in [0, 1]"),
    "eps": (lambda x: (x >= 0) & (x < np.inf), "finite and >= 0"),
    "weight_decay": (lambda x: (x >= 0) & (x < np.inf), "finite and >= 0"),
    "psi": (lambda x: (x >= 0) & (x < np.inf), "finite and >= 0"),
    "grow": (lambda x: (x >= 1) & (x < np.inf), "finite and >= 1"),
    "limit": (lambda x: (x > 0) & (x < np.inf), "finite and > 0"),
    "shrink": (lambda x: (x > 0) & (x <= 1), "in (0, 1]"),
    "": (lambda x: (x > -np.inf) & (x < np.inf), "finite"),
}


@dataclass(frozen=True)
class Optimizer:
    """A method that goes from point to point.

    Its fields annotated ``float`` are the hyperparameters: numbers, arrays over the batch, or
    schedules (functions from the step number t = 1, 2, ... to the value in that step). Other
    fields are options that change what the method does.

    `state` names what it remembers from step to step, `advance` takes one step. Methods that see
    nothing but gradients are written as a `Rule`; Newton's method, line searches and wrappers
    define `advance` themselves.

    Raises
    ------
    ValueError
        If a hyperparameter is out of range: names that start with ``lr`` must be positive, with
        ``beta`` in [0, 1), with ``eps`` not negative; every hyperparameter must be finite.
    TypeError
        If a hyperparameter is not a number, an array of numbers, or callable (a schedule).
    """

    state = ()

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type in (bool, "bool") and not isinstance(value, bool):
                raise TypeError(self._complaint(field.name, value, "True or False"))
            if _is_hyperparameter(field) and not callable(value):
                self._check(field.name, value)

    def _check(self, name, value):
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not number and not (isinstance(value, np.ndarray) and value.dtype.kind in "fiu"):
            raise TypeError(self._complaint(name, value, "a number, a NumPy array or a schedule"))
        test, words = next(limit for start, limit in LIMITS.items() if name.startswith(start))
        if not np.all(test(value)):
            raise ValueError(self._complaint(name, value, words))

    def _complaint(self, name, value, words):
        return f"{type(self).__name__}: {name} must be {words}, got {name} = {value!r}"

    def initial(self, w):
        """Return the state before the first step, one array like `w` for each name in `state`."""
        return tuple(np.zeros_like(w) for _ in self.state)

    def advance(self, t, w, state, objective):
        """Take step `t` from the point `w` and return its record, a dict.

        The record holds what is worth showing in the order of the computation: the gradient
        ``g``, every name of `state` with its new value, and last the new point ``w``.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define advance")

    def hyperparameters(self):
        """Return the optimizer's own hyperparameters, name to value."""
        return {f.name: getattr(self, f.name) for f in fields(self) if _is_hyperparameter(f)}

    def map_hyperparameters(self, change):
        """Return a copy with ``change(name, value)`` for each hyperparameter, unchecked.

        Optimizers that this one wraps are copied in the same way.
        """
        values = {name: change(name, value) for name, value in self.hyperparameters().items()}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Optimizer):
                values[field.name] = value.map_hyperparameters(change)
        return self.replace_unchecked(**values)

    def replace_unchecked(self, **values):
        """Return a copy with other `values`, without the checks (for symbols and fractions)."""
        copy = object.__new__(type(self))
        for field in fields(self):
            object.__setattr__(copy, field.name, values.get(field.name, getattr(self, field.name)))
        return copy

    def has_schedules(self):
        """Return whether a hyperparameter, here or in a wrapped optimizer, is a schedule."""
        found = []
        self.map_hyperparameters(lambda name, value: found.append(callable(value)))
        return any(found)

    def at(self, t):
        """Return the optimizer with every schedule replaced by its value in step `t`.

        Here a learning rate may also be 0, as at the end of a decay.
        """

        def value_at(name, value):
            if callable(value):
                value = value(t)
                if not (name.startswith("lr") and np.all(np.equal(value, 0))):
                    self._check(name, value)
            return value

        return self.map_hyperparameters(value_at)


def _is_hyperparameter(field):
    return field.type in (float, "float")
