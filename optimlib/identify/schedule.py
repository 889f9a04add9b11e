"""Which schedule a learning rate follows that was seen step by step."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from optimlib import schedules
from optimlib.types import Array

# The longest length that is tried of a schedule that ends.
LONGEST = 4000


def matching(rates: Array, tolerance: float) -> Any:
    """Return a schedule that has these values in the steps 1, 2, ..., or None.

    Examples
    --------
    >>> import numpy as np
    >>> from optimlib.identify.schedule import matching
    >>> matching(0.1 * 0.5 ** np.arange(30), 1e-9)
    Exponential(lr=0.1, factor=0.5)
    """
    rates = np.asarray(rates, dtype=float)
    if not np.all(np.isfinite(rates)) or np.max(rates) <= 0:
        return None
    for schedule in _proposed(rates, tolerance):
        values = np.array([float(schedule(t)) for t in range(1, len(rates) + 1)])
        if np.all(np.abs(values - rates) <= 10 * tolerance * np.max(rates)):
            return schedule
    return None


def _proposed(rates, tolerance):
    """Yield schedules that the first values suggest."""
    yield from _plain(rates, tolerance)
    still = int(np.argmax(rates > 0))
    if still:
        for second in _plain(rates[still:], tolerance):
            yield schedules.Then(still, schedules.Constant(0.0), second)
    top = int(np.argmax(rates >= rates.max() * (1 - tolerance)))
    rise = rates[: top + 1]
    if top > 0 and np.allclose(rise, rates[top] * np.arange(1, top + 2) / (top + 1), rtol=1e-6):
        for second in _plain(rates[top + 1 :], tolerance):
            first = schedules.WarmUp(_round(rates[top]), top + 1)
            yield schedules.Then(top + 1, first, second)


def _plain(rates: Array, tolerance: float) -> Iterator[Any]:
    first = _round(rates[0])
    yield schedules.Constant(first)
    if len(rates) < 6 or first <= 0:
        return
    if rates[1] > 0:
        yield schedules.Exponential(first, _round(rates[1] / rates[0]))
        yield schedules.InverseTime(first, _round(max(rates[0] / rates[1] - 1, 0.0)))
        yield schedules.InverseSqrt(first)
    changes = np.flatnonzero(np.abs(np.diff(rates)) > 1e-3 * np.abs(rates[:-1])) + 1
    if len(changes) and rates[changes[0]] > 0:
        factor = _round(rates[changes[0]] / rates[0])
        yield schedules.Step(first, int(changes[0]), factor)
        yield schedules.Step(first, tuple(int(n) for n in changes), factor)
    yield from _straight(rates, tolerance)
    yield from _cosine(rates)


def _straight(rates, tolerance):
    slope = rates[1] - rates[0]
    if not slope:
        return
    if abs(rates[0] - slope) < 1e-6 * abs(slope):  # from 0 up
        flat = np.flatnonzero(np.abs(np.diff(rates)) < 1e-3 * abs(slope))
        if len(flat):
            yield schedules.WarmUp(_round(rates[-1]), int(flat[0]) + 1)
    line = rates[0] + slope * np.arange(len(rates))
    off = np.flatnonzero(np.abs(line - rates) > 1e-6 * np.max(rates))
    if len(off):
        steps = int(off[0]) - 1
        steps += abs(rates[off[0]] - rates[off[0] - 1]) > 1e-6 * np.max(rates)
        for length in (steps, steps + 1):
            if length >= 1:
                yield schedules.Linear(_round(rates[0]), _round(max(rates[-1], 0.0)), length)
    elif slope < 0:
        steps = rates[0] / -slope
        yield schedules.Linear(_round(rates[0]), 0.0, max(1, round(steps)))
    # As far as it was seen.
    yield schedules.Linear(_round(rates[0]), _round(rates[-1]), len(rates) - 1)


def _cosine(rates):
    """Yield the half cosine through the values, whose length is searched for."""
    t = np.arange(len(rates))
    lengths = np.arange(2, LONGEST)
    part = np.minimum(t[None] / lengths[:, None], 1)
    shape = 0.5 * (1 + np.cos(np.pi * part))
    middle = shape.mean(axis=-1, keepdims=True)
    slope = np.sum((shape - middle) * rates, axis=-1) / np.sum((shape - middle) ** 2, axis=-1)
    end = rates.mean() - slope * middle[:, 0]
    off = np.sum((end[:, None] + slope[:, None] * shape - rates) ** 2, axis=-1)
    best = int(np.argmin(off))
    low = end[best] if abs(end[best]) > 1e-9 * rates[0] else 0.0
    if low >= 0:
        yield schedules.Cosine(_round(rates[0]), int(lengths[best]), _round(low))


def _round(value: float) -> float:
    """Return the number, without digits that are rounding errors."""
    short = float(f"{value:.6g}")
    return short if abs(short - value) <= 1e-9 * abs(value) else float(value)
