"""Projection onto a box."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimlib.checks import real_array
from optimlib.objective import Objective
from optimlib.rules.hyperparameters import Option
from optimlib.rules.wrapper import Wrapper
from optimlib.types import Array, Numeric, Record


@dataclass(frozen=True)
class Projection(Wrapper):
    """Projection onto a box: a point outside is moved to the nearest point of the box.

    The state of `rule` is that of the step before it was projected. The start may lie outside;
    the first step ends inside. The record has the point before the projection as ``unprojected``.

    Parameters
    ----------
    rule : Optimizer
    low, high : number or sequence of d numbers
        The box, the same interval for all coordinates or one for each. A side may be infinite.

    Raises
    ------
    TypeError
        If `low` or `high` is neither a number nor a sequence of numbers.
    ValueError
        If `low` is larger than `high` somewhere, or one is nan; when it runs, if there are not d
        of them.

    References
    ----------
    A. A. Goldstein, *Convex programming in Hilbert space*, Bulletin of the American Mathematical
    Society 70 (1964) 709-710.

    Examples
    --------
    >>> import optimlib as ol
    >>> rule = ol.Projection(ol.GradientDescent(lr=0.75), low=-1, high=1)
    >>> path = ol.trace(rule, ol.problems.square, 4.0, steps=3)
    >>> print(path["unprojected"], path["w"])
    [-2.    0.5  -0.25] [-1.    0.5  -0.25]
    """

    called = "projection"

    low: Option[Numeric | Sequence[float]]
    high: Option[Numeric | Sequence[float]]

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, empty in (("low", np.inf), ("high", -np.inf)):
            value = getattr(self, name)
            try:
                sides = real_array(name, value, finite=False)
            except (TypeError, ValueError):
                sides = None
            if sides is None or sides.ndim > 1 or not sides.size:
                raise TypeError(self._complaint(name, value, "a number or a sequence of numbers"))
            if np.any(np.isnan(sides) | (sides == empty)):
                raise ValueError(self._complaint(name, value, f"neither nan nor {empty}"))
            if sides.ndim:
                object.__setattr__(self, name, tuple(np.asarray(value).tolist()))
        low, high = np.asarray(self.low, float), np.asarray(self.high, float)
        if low.ndim and high.ndim and low.shape != high.shape:
            raise ValueError(self._complaint("high", self.high, f"{low.size} numbers like low"))
        if not np.all(low <= high):
            raise ValueError(self._complaint("low", self.low, f"<= high = {self.high!r}"))

    def initial(self, w: Array) -> tuple[Array, ...]:
        for name in ("low", "high"):
            value = getattr(self, name)
            if isinstance(value, tuple) and len(value) != len(w):
                words = f"one number or {len(w)}, one for each coordinate"
                raise ValueError(self._complaint(name, value, words))
        return super().initial(w)

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        record = self.rule.advance(t, w, state, objective)
        w = record.pop("w")
        low, high = (np.reshape(side, (-1, 1)).astype(w.dtype) for side in (self.low, self.high))
        projected = np.minimum(np.maximum(w, low), high)
        return {**record, "unprojected": w, "w": projected}
