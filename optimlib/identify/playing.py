"""Plays gradients to a step function and says what is wrong with one that cannot be played to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from optimlib.types import Array

# From the point and the gradient there to the new point.
Step: TypeAlias = Callable[[Array, Array], Array]


class Elsewhere(Exception):
    """A step function asked for the gradient at a point of its own."""


@dataclass(frozen=True)
class Played:
    """What a step function did with gradients.

    Attributes
    ----------
    g, w : arrays, shape (T, d)
        The gradients, and the points with which they were given.
    after : array, shape (T, d)
        The points that were returned.
    dtype : NumPy's type of numbers as exact as the points: float32 also where those are float64
        and all their values would fit into float32
    returned : NumPy's type of the points that were returned
    shape : the shape of the points that the step function was given, if not (d,)
    """

    g: Array
    w: Array
    after: Array
    dtype: np.dtype[Any]
    returned: np.dtype[Any] | None = None
    shape: tuple[int, ...] = ()

    @property
    def steps(self) -> Array:
        return self.after - self.w

    @property
    def noise(self) -> Array:
        """How far rounding of the points may move each step, shape (T, d)."""
        size = np.maximum(np.abs(self.w), np.abs(self.after))
        return np.finfo(self.dtype).eps * size + np.finfo(self.dtype).tiny


class Player:
    """Calls a step function, counts the calls over all its copies and checks what comes back.

    Parameters
    ----------
    fresh : callable
        Without arguments; returns a step function without a past.
    shape : tuple of ints
        The shape of the points that it is given.
    """

    def __init__(self, fresh: Callable[[], Step], shape: tuple[int, ...]) -> None:
        self.fresh = fresh
        self.shape = shape
        self.calls = 0

    def play(
        self,
        w: Array,
        gradients: Array,
        stay: bool = False,
        shape: tuple[int, ...] | None = None,
    ) -> Played:
        """Return what a fresh copy does from `w`, flat, with gradients (T, d).

        Parameters
        ----------
        stay : bool
            Whether every call is given the first point, not that of the call before.
        shape : tuple of ints
            The shape of the points, if it is not the player's.

        Raises
        ------
        ValueError
            If a call raises an error, changes what it is given, or returns what is no point.
        TypeError
            If what `fresh` returns cannot be called, or a call returns no numbers.
        """
        step = self.fresh()
        if not callable(step):
            raise TypeError(f"fresh must return a step function, got fresh() = {step!r}")
        given, returned, dtypes = [], [], set()
        for t, g in enumerate(gradients, start=1):
            given.append(w)
            after, dtype = self._call(step, t, w, g, shape or self.shape)
            returned.append(after)
            dtypes.add(dtype)
            w = w if stay else after
        kind = min(dtypes, key=lambda kind: kind.itemsize)
        after = np.array(returned)
        single = kind.itemsize > 4 and np.array_equal(after, after.astype(np.float32))
        exact = np.dtype(np.float32) if single else kind
        return Played(gradients, np.array(given), after, exact, kind, shape or self.shape)

    def _call(self, step, t, w, g, shape):
        self.calls += 1
        given, slope = w.reshape(shape).copy(), g.reshape(shape).copy()
        kept = given.copy(), slope.copy()
        try:
            with np.errstate(all="ignore"):
                result = step(given, slope)
        except Elsewhere:
            raise
        except Exception as error:
            raise ValueError(
                f"step must take w and g of shape {shape}, {self._where(t)} raised "
                f"{type(error).__name__}: {error}"
            ) from error
        for name, now, before in zip("wg", (given, slope), kept, strict=True):
            if not np.array_equal(now, before):
                same = " and returned it" if result is given and name == "w" else ""
                raise ValueError(
                    f"step must not change what it is given, {self._where(t)} changed {name} in "
                    f"place{same}: write w = w - lr * g in place of w -= lr * g"
                )
        return self._checked(result, t, slope)

    def _checked(self, result, t, g):
        shape = g.shape
        try:
            array = np.asarray(result)
        except Exception as error:
            raise TypeError(
                f"step must return an array, {self._where(t)} returned {result!r}"
            ) from error
        if array.dtype.kind not in "fiu" and array.dtype.name != "bfloat16":
            what = f"an array of type {array.dtype}" if array.ndim else repr(result)
            raise TypeError(f"step must return real numbers, {self._where(t)} returned {what}")
        if array.shape != shape:
            raise ValueError(
                f"step must return a point of shape {shape} like w, {self._where(t)} "
                f"returned shape {array.shape}"
            )
        if array.dtype.kind != "f":
            array = array.astype(float) if array.dtype.kind in "iu" else array.astype(np.float32)
        wrong = ~np.isfinite(array)
        if wrong.any():
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise ValueError(
                f"step must return finite numbers, {self._where(t)} returned {array[at]} in "
                f"coordinate {at[0] if len(at) == 1 else at}, where g = {g[at]:.6g}"
            )
        return array.astype(float).ravel(), array.dtype

    def _where(self, t):
        return f"call {self.calls}" + (f" (step {t} of a fresh copy)" if self.calls != t else "")
