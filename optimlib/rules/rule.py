"""An optimizer that sees nothing but gradients, written as straight-line arithmetic."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from optimlib.checks import mismatch
from optimlib.objective import Objective
from optimlib.rules.hyperparameters import LearningRate
from optimlib.rules.optimizer import Optimizer
from optimlib.types import Array, Record


@dataclass(frozen=True)
class Rule(Optimizer):
    """An optimizer that sees nothing but gradients, one coordinate at a time.

    A subclass is a dataclass that defines `update`, straight-line arithmetic on NumPy arrays.
    That one method is what runs, and what the formulas, the by-hand examples and the figures are
    made from.

    - Hyperparameters are fields: ``beta: float = 0.9``, or with their range
      ``beta: ol.DecayRate = 0.9``. Options and constants are declared too: see `Optimizer`.
    - What the rule remembers is named in ``state = ("v",)``, a tuple also of one name. `update`
      is given each state after ``t`` and ``g``, in that order, and returns its new value under
      the same name. States start at 0; `initial` may return others.
    - `update` and `look_ahead` are *pure*: what they return depends on what they are given and on
      the hyperparameters alone. They draw no random numbers, count nothing, set no attribute, and
      change nothing in place: what they are given cannot be written to. What changes from step to
      step is a state, or a hyperparameter that is a schedule; noise belongs into a `Stream`.
    - They are given the runs of a batch together, arrays of shape (d, N). Of what combines
      coordinates, as a norm does, it is found out whether it mixes runs: then each run goes on its
      own. ``np.linalg.norm(g, axis=0)`` does not, and is faster. No formula is read from either.
    - Where a formula or JavaScript shall be read, write NumPy's functions and no branches:
      ``np.where(t > 9, a, b)`` in place of ``if``, ``np.maximum(a, b)`` of ``max(a, b)``,
      ``np.sqrt(t)`` of ``math.sqrt(t)``, ``v = v + g`` of ``v += g``.

    Parameters
    ----------
    lr : float, array over the batch, or callable
        The learning rate η. As every hyperparameter, it may also be a schedule: a function from
        the step number t = 1, 2, ... to the value in that step.

    Raises
    ------
    ValueError, TypeError
        As `Optimizer`.

    Examples
    --------
    A rule of one's own: momentum that only looks at the gradient's sign.

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import optimlib as ol
    >>> @dataclass(frozen=True)
    ... class SignMomentum(ol.Rule):
    ...     beta: ol.DecayRate = 0.5
    ...     state = ("v",)
    ...
    ...     def update(self, t, g, v):
    ...         v = self.beta * v + np.sign(g)
    ...         return dict(v=v, step=-self.lr * v)
    >>> print(ol.trace(SignMomentum(lr=0.5), ol.problems.square, 2.0, steps=3)["w"])
    [ 1.5    0.75  -0.125]
    >>> SignMomentum(lr=0.5, beta=1.5)
    Traceback (most recent call last):
    ValueError: SignMomentum: beta must be in [0, 1), got beta = 1.5
    """

    lr: LearningRate

    sees_point: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.sees_point = "w" in inspect.signature(cls.update).parameters

    def look_ahead(self, w: Array, *state: Any, **nothing: Any) -> Array:
        """Return the point at which the next gradient is taken: `w` itself, unless overridden."""
        return w

    def update(self, t: int, g: Array, *state: Any, **point: Any) -> Record:
        """Return the named intermediates of one step, the new state and ``step`` among them.

        Parameters
        ----------
        t : int
            The number of the step, from 1.
        g : ndarray, shape (d, *batch)
            The gradient at `look_ahead`.
        *state : ndarrays, shape (d, *batch)
            The state before the step.
        w : ndarray, shape (d, *batch)
            The point before the step, passed by name to an `update` that has this parameter.

        Returns
        -------
        dict
            In the order of the computation. ``w + step`` is the next point.

        Notes
        -----
        A formula, a worked step or JavaScript is read from code that is arithmetic on one
        coordinate and *pure*, which is found out as for an `Objective`: two readings must be the
        same, and the second change nothing that the code can reach. Other code runs as it is.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define update")

    def check_record(self, record: object) -> None:
        """Raise an error unless `record` is a dict that holds ``step`` and every state."""
        name = type(self).__name__
        if not isinstance(record, dict):
            raise TypeError(f"{name}.update must return a dict, got {record!r}")
        for needed in (*self.state, "step"):
            if needed not in record:
                what = "'step'" if needed == "step" else f"the state {needed!r}"
                raise ValueError(f"{name}.update must return {what}, it returned {list(record)}")

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        """Take the gradient at `look_ahead`, `update`, and go to ``w + step``."""
        w_too = {"w": w} if self.sees_point else {}
        try:
            point = self.look_ahead(w, *state)
            g = objective.grad(point).view()
            g.setflags(write=False)
            result = self.update(t, g, *state, **w_too)
        except (TypeError, ValueError) as error:
            check_call(error, self, t, w, *state, **w_too)
            raise
        except ZeroDivisionError as error:
            if w.dtype == object:
                raise  # of fractions: it says what to do
            raise ZeroDivisionError(
                f"{type(self).__name__}.update divides by zero in step t = {t} of {self!r}"
            ) from error
        if t == 1:
            self.check_record(result)
        look_ahead = {} if point is w else {"look_ahead": point}
        return {**look_ahead, "g": g, **result, "w": _moved(w, result["step"], self)}


def check_call(error: Exception, rule: Any, *args: Any, **kwargs: Any) -> None:
    """Raise a better error if a rule's `update` cannot be called, or changes what it is given."""
    name = type(rule).__name__
    if "read-only" in str(error):
        raise ValueError(
            f"{name} must not change what it is given in place: write v = v + g in place of v += g"
        ) from error
    update = f"{name}.update, with state = {rule.state!r},"
    better = mismatch(error, update, rule.update, *args, **kwargs)
    if better is not error:
        raise better from error


def _moved(w, step, rule):
    """Return ``w + step`` in the type of `w`."""
    try:
        end = w + step
        return end if end.dtype == w.dtype else end.astype(w.dtype, casting="same_kind")
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            f"{type(rule).__name__}.update must return a step of real numbers that can be added "
            f"to w of shape {w.shape}, got step = {step!r}"
        ) from error
