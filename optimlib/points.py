"""One point or many: which of the two a function is written for, found out by calling it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from optimlib.purity import Watch
from optimlib.types import Array

# How far apart, relative to their size, the points are at which a function is tried.
APART = 2.0**-6
# The smallest difference that counts: of how the values differ from point to point, and in
# units of rounding.
SHARE, ROUNDING = 1e-3, 1e3


class SeveralVariables(TypeError):
    """A function takes its one variable, a number, for several."""


class Ways(dict):
    """What was found out about functions, by their names. It is no state that a call changes."""


def way_of(call: Callable[[Array], Any], w: Array, function: Callable[..., Any]) -> str | None:
    """Return how a function is to be called with many points, or None if that cannot be told.

    It is tried at two points near the first of `w`, one after the other and both at once; then
    everything that `function` can reach is as it was before.

    Parameters
    ----------
    call : callable
        Calls `function` with an array of shape (d,) or (d, N); raises an error if the result has
        another shape than it should.
    w : array, shape (d, N)
        Points that the function is about to be called with.
    function : callable

    Returns
    -------
    str or None
        ``"many"``: both calls give the same. ``"one"``: they do not, or the call with both fails,
        as where a mean over data is taken over the points too; and where the code draws one random
        number for all points. ``"as it is"``: a single point cannot be taken, so that nothing can
        be compared.
    """
    points = points_near(w, 2)
    watch = Watch(function)

    def tried(at):
        watch.undo()
        try:
            return np.asarray(call(np.ascontiguousarray(at)))
        except SeveralVariables:
            raise  # of many points it would take the first for the first variable
        except Exception:
            return None

    try:
        with np.errstate(all="ignore"):
            apart = [tried(point) for point in points.T]
            if any(value is None for value in apart):
                return "as it is"
            together = tried(points)
            if together is None:
                return "one"
            if not watch.draws():
                same = _agree(np.stack(apart, axis=-1), together)
                if same is None or same:
                    return None if same is None else "many"
                if _equal(tried(points), together):
                    return "one"
            twice = tried(points[:, [0, 0]])
            return "one" if twice is None or _equal(twice[..., 0], twice[..., 1]) else "many"
    finally:
        watch.undo()


def points_near(w: Array, count: int) -> Array:
    """Return points near the first finite one of `w`, shape (d, count), in no special places."""
    columns = (column for column in w.T if np.all(np.isfinite(column)))
    point = next(columns, np.zeros(len(w))).real.astype(w.real.dtype)
    golden = np.arange(1, count * len(w) + 1) * 0.6180339887498949 % 1
    moves = APART * np.maximum(1, np.abs(point))[:, None] * (0.25 + golden.reshape(-1, count))
    return (point[:, None] + moves).astype(point.dtype)


def _agree(apart, together):
    """Return whether values of two points are the same up to rounding, None if none is finite."""
    finite = np.isfinite(apart)
    if not finite.any():
        return None
    size = np.max(np.abs(apart[finite]))
    change = np.abs(apart[..., :1] - apart[..., 1:])
    allowed = SHARE * change + ROUNDING * np.finfo(together.dtype).eps * size
    near = np.abs(apart - together) <= allowed
    return bool(np.all(near | (apart == together) | (np.isnan(apart) & np.isnan(together))))


def _equal(a, b):
    return a is not None and np.array_equal(a, b, equal_nan=True)


def one_by_one(call: Callable[[Array], Any], w: Array, shape: tuple[int, ...]) -> Array:
    """Return what `call` gives for each column of `w`, (d, *batch), as one array of `shape`."""
    values = [call(np.ascontiguousarray(point)) for point in w.reshape(len(w), -1).T]
    return np.stack(values, axis=-1).reshape(shape)
