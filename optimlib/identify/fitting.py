"""Estimates a candidate's settings from the steps: tried values, then Levenberg-Marquardt."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optimlib.identify.candidates import Candidate, Setting
from optimlib.identify.playing import Played
from optimlib.rules.rule import Rule
from optimlib.types import Array

# How far, relative to its size, a step may be off: in float64, and in float32.
EXACT, SINGLE = 1e-9, 3e-4
# How many combinations of tried values are run at once.
COMBINATIONS = 240
# How many of the best are kept, and the most iterations.
KEPT, ITERATIONS = 40, 40
# The rate at which it is seen how long steps are; some rules have a largest one.
UNIT = 1e-3
# So many steps are proportional to the rate if any are.
FIRST = 4


@dataclass(frozen=True, eq=False)
class Evidence:
    """The steps that were seen, and how they are compared.

    Attributes
    ----------
    played : Played
    stop : int
        The steps from here on are not looked at.
    """

    played: Played
    stop: int

    @cached_property
    def seen(self) -> Array:
        return self.played.steps[: self.stop]

    @cached_property
    def floor(self) -> Array:
        """What is added to sizes, so that steps near 0 and what rounding hides count less."""
        size = np.sqrt(np.mean(self.seen**2, axis=0))
        return 30 * self.played.noise[: self.stop] + 1e-4 * size

    @cached_property
    def allowed(self) -> Array:
        """The sizes of which a share may be wrong: of a step and of those not long before."""
        size = np.abs(self.seen)
        padded = np.concatenate([np.zeros((10, size.shape[1])), size])
        recent = np.lib.stride_tricks.sliding_window_view(padded, 11, axis=0).max(axis=-1)
        return np.maximum(size, 0.1 * recent)

    @cached_property
    def rounding(self) -> Array:
        return 8 * self.played.noise[: self.stop]

    @cached_property
    def clear(self) -> tuple[Array, ...]:
        """Where, in up to 120 places, a step is well above rounding."""
        places = np.argwhere(np.abs(self.seen) > 3 * self.floor)
        return tuple(places[:: len(places) // 120 + 1].T)

    def residuals(self, steps: Array) -> Array:
        """Return for steps (T, d, B) how far they are off, between -2 and 2, shape (B, T * d)."""
        seen, floor = self.seen[..., None], self.floor[..., None]
        with np.errstate(all="ignore"):
            off = 2 * (steps - seen) / (np.abs(steps) + np.abs(seen) + floor)
        off[~np.isfinite(off)] = 2.0
        return np.moveaxis(off, -1, 0).reshape(steps.shape[-1], -1)

    def excess(self, steps: Array) -> Array:
        """Return by what share of `allowed` steps (T, d) are off beyond rounding."""
        with np.errstate(all="ignore"):
            off = np.maximum(np.abs(steps - self.seen) - self.rounding, 0)
            share = off / np.maximum(self.allowed, np.finfo(float).tiny)
        return np.where(np.isfinite(share), share, np.inf)


class Rescaled(Evidence):
    """Steps that are compared up to a factor for each step, as under an unknown schedule."""

    def rates(self, steps: Array) -> Array:
        """Return the factor of each step, shape (T, B), for steps (T, d, B)."""
        weight = 1 / (np.abs(self.seen) + self.floor)[..., None] ** 2
        with np.errstate(all="ignore"):
            rates = np.sum(weight * steps * self.seen[..., None], axis=1) / np.sum(
                weight * steps**2, axis=1
            )
        return np.where(np.isfinite(rates) & (rates > 0), rates, 0.0)

    def residuals(self, steps: Array) -> Array:
        with np.errstate(all="ignore"):
            return super().residuals(steps * self.rates(steps)[:, None])

    def excess(self, steps: Array) -> Array:
        with np.errstate(all="ignore"):
            return super().excess(steps * self.rates(steps[..., None]))


@dataclass(frozen=True, eq=False)
class Fit:
    """A candidate with settings, and how well it fits.

    Attributes
    ----------
    score : float
        The mean size of the residuals, at most 2.
    """

    candidate: Candidate
    values: dict[str, float]
    score: float

    @property
    def rule(self) -> Any:
        return self.candidate.made(self.values, checked=True)

    def steps(self, played: Played, stop: int | None = None) -> Array:
        """Return the steps, shape (T, d), that it takes."""
        single = {name: np.array([value]) for name, value in self.values.items()}
        return self.candidate.simulate(single, played, stop)[..., 0]


def batch_of(settings: tuple[Setting, ...], inner: Array) -> dict[str, Array]:
    """Return arrays of values for points (B, p) in inner coordinates."""
    return {s.name: s.outer(inner[:, k]) for k, s in enumerate(settings)}


def survey(candidate: Candidate, evidence: Evidence, fixed: Mapping[str, float]) -> list[Fit]:
    """Return the best of the tried values, best first, and where the rate is what scales steps.

    Parameters
    ----------
    fixed : dict
        Values of settings that are not to be varied.
    """
    settings = candidate.settings
    scales = "lr" not in fixed and rate_scales(candidate, evidence)
    tried = {s.name: s.tried for s in settings}
    tried |= {name: np.array([value]) for name, value in fixed.items() if name in tried}
    if scales:
        tried["lr"] = np.ones(1)
    batch = _combined(tried, {s.name: s.default for s in settings})
    found = scored(candidate, evidence, batch, scales)
    for _ in range(2 if len(settings) > 3 else 1):
        around = _varied(found[:3], tried)
        if around:
            found += scored(candidate, evidence, around, scales)
        found.sort(key=lambda fit: fit.score)
    return found


def rate_scales(candidate, evidence):
    """Return whether steps are proportional to the learning rate."""
    names = [s.name for s in candidate.settings]
    if "lr" not in names:
        return False
    values = {s.name: np.full(2, s.default) for s in candidate.settings}
    values["lr"] = np.array([UNIT / 2, UNIT])
    half, whole = np.moveaxis(candidate.simulate(values, evidence.played, FIRST), -1, 0)
    return np.allclose(2 * half, whole, rtol=1e-6, equal_nan=True)


def _combined(tried, defaults):
    """Return combinations of tried values, all of them or by chance."""
    names, sizes = list(tried), [len(values) for values in tried.values()]
    count = int(np.prod(sizes))
    if count <= COMBINATIONS:
        picks = np.array(np.unravel_index(np.arange(count), sizes))
    else:
        rng = np.random.default_rng(len(names))
        picks = np.array([rng.integers(size, size=COMBINATIONS) for size in sizes])
        for k, name in enumerate(names):
            default = int(np.argmin(np.abs(tried[name] - defaults[name])))
            picks[k, rng.random(COMBINATIONS) < 0.4] = default
            picks[k, 0] = default
    return {name: tried[name][picks[k]].astype(float) for k, name in enumerate(names)}


def _varied(fits, tried):
    """Return the settings of the fits with each in turn at all its tried values."""
    rows = []
    for fit in fits:
        for name, values in tried.items():
            if name in fit.values and len(values) > 1:
                rows += [{**fit.values, name: value} for value in values]
    if not rows:
        return {}
    return {name: np.array([row[name] for row in rows], dtype=float) for name in rows[0]}


def scored(candidate, evidence, batch, scales):
    """Return a fit for each setting of the batch; where it scales steps, with the best rate."""
    batch = dict(batch)
    if scales:
        batch["lr"] = np.full_like(batch["lr"], UNIT)
    played = evidence.played
    steps = candidate.simulate(batch, played, evidence.stop)
    if scales:
        alone = isinstance(candidate.core, Rule)
        factor = _best_rate(steps, evidence)
        batch["lr"] = factor * UNIT
        # The later steps of other rules are not proportional to the rate.
        steps = steps * factor if alone else candidate.simulate(batch, played, evidence.stop)
    scores = np.mean(np.abs(evidence.residuals(steps)), axis=-1)
    return [
        Fit(candidate, {name: float(values[i]) for name, values in batch.items()}, float(scores[i]))
        for i in np.argsort(scores)[:KEPT]
    ]


def _best_rate(steps, evidence):
    """Return the median of the seen steps over these."""
    at = evidence.clear
    if not len(at[0]):
        return np.ones(steps.shape[-1])
    seen, steps = evidence.seen[at][:, None], steps[at]
    with np.errstate(all="ignore"):
        ratio = seen / steps
    ratio[~((ratio > 0) & np.isfinite(ratio))] = np.inf
    ratio.sort(axis=0)
    count = np.sum(np.isfinite(ratio), axis=0)
    rates = ratio[np.maximum(count - 1, 0) // 2, np.arange(len(count))]
    return np.where(count > 0, np.clip(rates, 1e-12, 1e12), 1.0)


def refine(
    candidate: Candidate,
    evidence: Evidence,
    starts: list[Fit],
    fixed: Mapping[str, float],
    iterations: int = ITERATIONS,
) -> list[Fit]:
    """Return what Levenberg-Marquardt makes of each of the starts, best first."""
    free = tuple(s for s in candidate.settings if s.name not in fixed)
    if not free:
        return starts[:1]
    x = np.array([[float(s.inner(fit.values[s.name])) for s in free] for fit in starts])

    def residuals(points):
        flat = points.reshape(-1, len(free))
        batch = batch_of(free, flat)
        batch |= {name: np.full(len(flat), value) for name, value in fixed.items()}
        steps = candidate.simulate(batch, evidence.played, evidence.stop)
        return evidence.residuals(steps).reshape(*points.shape[:-1], -1)

    x, scores = _minimized(residuals, x, iterations)
    return [
        Fit(
            candidate,
            {s.name: float(s.outer(x[i, k])) for k, s in enumerate(free)} | dict(fixed),
            float(scores[i]),
        )
        for i in np.argsort(scores)
    ]


def _minimized(residuals, x, iterations, change=1e-6):
    """Return points (S, p) that Levenberg-Marquardt reaches, and the mean sizes there."""
    starts, count = x.shape
    damping = np.full(starts, 1e-2)
    now = residuals(x)
    cost = np.sum(now**2, axis=-1)
    # Every damping is tried together with the next smaller and greater ones.
    factors = np.array([1e-3, 0.1, 1.0, 30.0])
    idle, reached = 0, np.min(cost)
    for _ in range(iterations):
        moved = x[:, None, :] + change * np.eye(count)
        slopes = (residuals(moved) - now[:, None]) / change
        matrix = slopes @ slopes.swapaxes(-1, -2)
        slope = np.einsum("skn,sn->sk", slopes, now)
        size = np.einsum("skk->sk", matrix)
        scaled = (
            np.eye(count)
            * np.maximum(size, 1e-12 * size.max(axis=-1, keepdims=True) + 1e-9)[:, None, :]
        )
        tries = damping[:, None] * factors
        # A trace of the identity, so that what no step depends on makes nothing singular.
        trace = 1e-13 * (1 + size.max(axis=-1)[:, None, None, None]) * np.eye(count)
        system = matrix[:, None] + tries[..., None, None] * scaled[:, None] + trace
        move = np.linalg.solve(system, -slope[:, None, :, None])[..., 0]
        points = x[:, None, :] + np.clip(move, -3, 3)
        costs = np.sum((there := residuals(points)) ** 2, axis=-1)
        pick = np.argmin(costs, axis=-1)
        rows = np.arange(starts)
        better = costs[rows, pick] < cost
        x = np.where(better[:, None], points[rows, pick], x)
        now = np.where(better[:, None], there[rows, pick], now)
        cost = np.where(better, costs[rows, pick], cost)
        damping = np.clip(np.where(better, tries[rows, pick], damping * 30), 1e-12, 1e6)
        idle = idle + 1 if np.min(cost) > 0.99 * reached else 0
        reached = np.min(cost)
        # Rounding is all that is left, or no start gets on.
        if reached < 1e-22 or np.all(damping >= 1e4) or idle >= (2 if reached < 1e-19 else 6):
            break
    return x, np.mean(np.abs(now), axis=-1)
