"""What all optimizers share: hyperparameters that are checked, a state, one pure `update`."""

from dataclasses import dataclass, fields
from numbers import Real

import numpy as np

# By the start of a hyperparameter's name: what its values must satisfy, and how to say it.
LIMITS = {
    "lr": (lambda x: (x > 0) & (x < np.inf), "finite and > 0"),
    "beta": (lambda x: (x >= 0) & (x < 1), "in [0, 1)"),
    "eps": (lambda x: (x >= 0) & (x < np.inf), "finite and >= 0"),
    "": (lambda x: (x > -np.inf) & (x < np.inf), "finite"),
}


@dataclass(frozen=True)
class Rule:
    """An optimizer: its fields are the hyperparameters, `state` names what it remembers.

    A subclass defines `update`, straight-line arithmetic on NumPy arrays. That one method is
    what runs, and what the formulas, the by-hand examples and the figures are made from.

    Parameters
    ----------
    lr : float, array over the batch, or callable
        The learning rate η. As every hyperparameter, it may also be a schedule: a function from
        the step number t = 1, 2, ... to the value in that step.

    Raises
    ------
    ValueError
        If a value is out of range: names that start with ``lr`` must be positive, with ``beta``
        in [0, 1), with ``eps`` not negative; every hyperparameter must be finite.
    TypeError
        If a value is not a number, an array of numbers, or callable.

    Examples
    --------
    A rule of one's own: gradient descent that only looks at the gradient's sign.

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import optimlib as ol
    >>> @dataclass(frozen=True)
    ... class SignDescent(ol.Rule):
    ...     def update(self, t, g):
    ...         return dict(step=-self.lr * np.sign(g))
    >>> print(ol.trace(SignDescent(lr=0.5), ol.problems.square, 2.0, steps=3)["w"])
    [1.5 1.  0.5]
    """

    lr: float

    state = ()

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(field.default, bool):
                if not isinstance(value, bool):
                    raise TypeError(self._complaint(field.name, value, "True or False"))
            elif not callable(value):
                self._check(field.name, value)

    def _check(self, name, value):
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not number and not (isinstance(value, np.ndarray) and value.dtype.kind in "fiuO"):
            raise TypeError(self._complaint(name, value, "a number, a NumPy array or a schedule"))
        test, words = next(limit for start, limit in LIMITS.items() if name.startswith(start))
        if not np.all(test(value)):
            raise ValueError(self._complaint(name, value, words))

    def _complaint(self, name, value, words):
        return f"{type(self).__name__}: {name} must be {words}, got {name} = {value!r}"

    def initial(self, w):
        """Return the state before the first step, one array like `w` for each name in `state`."""
        return tuple(np.zeros_like(w) for _ in self.state)

    def look_ahead(self, w, *state):
        """Return the point at which the next gradient is taken: `w` itself, unless overridden."""
        return w

    def update(self, t, g, *state):
        """Return the named intermediates of one step, the new state and ``step`` among them.

        Parameters
        ----------
        t : int
            The number of the step, from 1.
        g : ndarray, shape (d, *batch)
            The gradient at `look_ahead`.
        *state : ndarrays, shape (d, *batch)
            The state before the step. It must not be changed in place.

        Returns
        -------
        dict
            In the order of the computation. ``w + step`` is the next point.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define update")

    def check_record(self, record):
        """Raise an error unless `record` is a dict that holds ``step`` and every state."""
        name = type(self).__name__
        if not isinstance(record, dict):
            raise TypeError(f"{name}.update must return a dict, got {record!r}")
        for needed in (*self.state, "step"):
            if needed not in record:
                what = "'step'" if needed == "step" else f"the state {needed!r}"
                raise ValueError(f"{name}.update must return {what}, it returned {list(record)}")

    def hyperparameters(self):
        """Return the numeric fields, name to value; True/False options are not among them."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if not isinstance(field.default, bool)
        }

    def replace_unchecked(self, **values):
        """Return a copy with other `values`, without the checks (for symbols and fractions)."""
        copy = object.__new__(type(self))
        for field in fields(self):
            object.__setattr__(copy, field.name, values.get(field.name, getattr(self, field.name)))
        return copy

    def at(self, t):
        """Return the rule with every schedule replaced by its value in step `t`.

        Here a learning rate may also be 0, as at the end of a decay.
        """
        schedules = {n: v for n, v in self.hyperparameters().items() if callable(v)}
        values = {name: schedule(t) for name, schedule in schedules.items()}
        for name, value in values.items():
            if not (name.startswith("lr") and np.all(np.equal(value, 0))):
                self._check(name, value)
        return self.replace_unchecked(**values) if values else self
