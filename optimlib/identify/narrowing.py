"""Settings that act through signs alone: found by zooming in, narrowed by gradients made for it.

Where a step depends on a setting only through a sign, no slope leads to its value. What fits is
then a small region. Gradients at which its settings disagree about the sign halve it, again and
again: each coordinate of each step asks at another place.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from optimlib.identify.candidates import Setting
from optimlib.identify.fitting import Evidence, Fit, batch_of, rate_scales, scored
from optimlib.identify.playing import Played, Player
from optimlib.types import Array

SAMPLES, ZOOMS, SHRINK, BEST = 160, 20, 0.7, 20
# How many settings are asked about together, the steps of a run that asks, how many such runs.
PARTICLES, STEPS, RUNS = 48, 32, 4
BISECTIONS, DRAWS = 44, 14
# A setting that is known so well, relative to its size, is not asked for any more.
KNOWN = 1e-6


def flat(fit: Fit, evidence: Evidence) -> list[Setting]:
    """Return the settings of a fit that steps do not depend on smoothly."""
    found = []
    for setting in fit.candidate.settings:
        x = setting.inner(fit.values[setting.name]) + np.array([-0.7, -1e-9, 0.0, 1e-9, 0.7])
        batch = {name: np.full(5, value) for name, value in fit.values.items()}
        batch[setting.name] = setting.outer(x)
        steps = fit.candidate.simulate(batch, evidence.played, evidence.stop)
        far, near = (
            np.array_equal(steps[..., 2 - k], steps[..., 2 + k], equal_nan=True) for k in (2, 1)
        )
        if near and not far:
            found.append(setting)
    return found


def zoomed(
    fit: Fit, evidence: list[Evidence], fixed: Mapping[str, float], width: float = 2.0
) -> Fit:
    """Return the best fit found at settings drawn near by, from ever nearer.

    With one piece of evidence the learning rate is found anew with each of them.
    """
    settings = [s for s in flat(fit, evidence[0]) if s.name not in fixed]
    if not settings:
        return fit
    rng = np.random.default_rng(len(settings))
    scales = len(evidence) == 1 and "lr" not in fixed and rate_scales(fit.candidate, evidence[0])
    for _ in range(ZOOMS):
        batch = _near(fit, settings, width * rng.uniform(-1, 1, (SAMPLES, len(settings))))
        if scales:
            best = scored(fit.candidate, evidence[0], batch, scales)[0]
        else:
            best = _together(fit, batch, evidence)
        fit = min(fit, best, key=lambda f: f.score)
        if fit.score < 1e-9:
            break
        width *= SHRINK
    return fit


def across_jumps(fit: Fit, evidence: Evidence, fixed: Mapping[str, float]) -> Fit:
    """Return the best fit found at settings drawn where the best of those before lay.

    Jumps, at settings where a sign changes, hold up what follows slopes.
    """
    scales = "lr" not in fixed and rate_scales(fit.candidate, evidence)
    free = [s for s in fit.candidate.settings if s.name not in fixed]
    free = [s for s in free if not (scales and s.name == "lr")]
    if not free:
        return fit
    rng = np.random.default_rng(len(free))
    middle, spread = _inner(fit, free), np.eye(len(free))
    for _ in range(ZOOMS):
        moves = rng.normal(size=(SAMPLES, len(free))) @ spread.T
        batch = {name: np.full(SAMPLES, value) for name, value in fit.values.items()}
        batch |= batch_of(tuple(free), middle + moves)
        best = scored(fit.candidate, evidence, batch, scales)[:BEST]
        fit = min(fit, best[0], key=lambda f: f.score)
        lay = np.array([_inner(f, free) for f in best])
        middle, spread = lay.mean(axis=0), 1.3 * np.linalg.cholesky(_covariance(lay))
    return fit


def _together(fit, batch, evidence):
    """Return the best of a batch by the sum of its scores."""
    scores = sum(
        np.mean(np.abs(e.residuals(fit.candidate.simulate(batch, e.played, e.stop))), axis=-1)
        for e in evidence
    )
    best = int(np.argmin(scores))
    values = {name: float(v[best]) for name, v in batch.items()}
    return Fit(fit.candidate, values, float(scores[best]))


def _of_tried(fit, settings, evidence):
    """Return the best with flat settings at values that are tried first."""
    grid = np.meshgrid(*(setting.tried for setting in settings))
    rows = np.random.default_rng(1).permutation(grid[0].size)[:SAMPLES]
    batch = {name: np.full(len(rows), value) for name, value in fit.values.items()}
    tried = {s.name: g.ravel()[rows] for s, g in zip(settings, grid, strict=True)}
    return _together(fit, batch | tried, evidence)


def _near(fit, settings, moves):
    batch = {name: np.full(len(moves), value) for name, value in fit.values.items()}
    x = _inner(fit, settings) + moves
    return batch | batch_of(tuple(settings), x)


def narrowed(
    fit: Fit, player: Player, known: list[Played], tolerance: float
) -> tuple[Fit, list[Played]]:
    """Return the fit with its flat settings narrowed by new runs, and all runs that it fits."""
    evidence = [Evidence(played, len(played.g)) for played in known]
    settings = flat(fit, evidence[0])
    if not settings or fit.candidate.is_wrapped:
        return fit, known
    if not all(
        len(_alive(fit, settings, _inner(fit, settings)[None], [p], tolerance)) for p in known
    ):
        tried = _of_tried(fit, settings, evidence)
        starts = (Fit(fit.candidate, fit.values, np.inf), tried) if tried.score > 1e-9 else ()
        fit = min([tried, *(zoomed(s, evidence, {}) for s in starts)], key=lambda f: f.score)
    rng = np.random.default_rng(3)
    runs, first = list(known), fit
    region = _region(fit, settings, runs, tolerance, rng, np.full(len(settings), 0.1))
    for _ in range(RUNS):
        if len(region) < 2 or np.all(np.ptp(region, axis=0) < KNOWN):
            break
        gradients = _asking(fit, settings, region, len(known[0].w[0]), rng)
        runs.append(player.play(np.zeros(len(known[0].w[0])), gradients))
        # What was said in few digits and withstands all questions is right.
        kept = _alive(fit, settings, _inner(first, settings)[None], runs[-1:], tolerance)
        span = np.maximum(np.ptp(region, axis=0), 1e-9)
        fit = _at(fit, settings, kept[0] if len(kept) else region.mean(axis=0))
        for width in () if len(kept) else (span.max(), 4 * span.max()):
            latest = [Evidence(runs[-1], len(gradients))]
            fit = zoomed(fit, latest, {"lr": fit.values["lr"]}, float(width))
        region = _region(fit, settings, runs, tolerance, rng, span / 10)
    if len(_alive(fit, settings, _inner(first, settings)[None], runs, tolerance)):
        return first, runs
    if len(region):
        fit = _simplest(fit, settings, region)
    return fit, runs


def _inner(fit, settings):
    return np.array([float(s.inner(fit.values[s.name])) for s in settings])


def _at(fit, settings, x):
    values = {s.name: float(s.outer(x[k])) for k, s in enumerate(settings)}
    return Fit(fit.candidate, fit.values | values, np.inf)


def _alive(fit, settings, points, runs, tolerance):
    """Return those of the points, in inner coordinates, that fit all the runs."""
    for played in runs:
        if not len(points):
            break
        batch = {name: np.full(len(points), value) for name, value in fit.values.items()}
        batch |= batch_of(tuple(settings), points)
        steps = fit.candidate.simulate(batch, played)
        evidence = Evidence(played, len(played.g))
        good = [np.max(evidence.excess(steps[..., i])) <= tolerance for i in range(len(points))]
        points = points[np.array(good)]
    return points


def _region(fit, settings, runs, tolerance, rng, width):
    """Return points that fit all the runs, drawn where those that were found lie."""
    center = _inner(fit, settings)
    found = _alive(fit, settings, center[None], runs, tolerance)
    for _ in range(DRAWS):
        if len(found) > 2 * len(settings):
            spread = np.linalg.cholesky(_covariance(found))
            moves = rng.normal(size=(SAMPLES, len(settings))) @ (1.5 * spread.T)
            drawn = found.mean(axis=0) + moves
        else:
            middle = found[-1] if len(found) else center
            drawn = middle + width * rng.uniform(-1, 1, (SAMPLES, len(settings)))
            width = width / 3
        alive = _alive(fit, settings, drawn, runs, tolerance)
        found = np.concatenate([found, alive])[-4 * PARTICLES :]
        if len(alive) >= PARTICLES:
            break
    return found


def _asking(fit: Fit, settings: list[Setting], region: Array, dim: int, rng: Any) -> Array:
    """Return gradients at which settings of the region disagree about the signs of steps."""
    points = region[rng.permutation(len(region))[:PARTICLES]]
    count = len(points)
    batch = {name: np.full(count, value) for name, value in fit.values.items()}
    rule = fit.candidate.made(batch | batch_of(tuple(settings), points))
    w = np.zeros((dim, count))
    state, gradients = rule.initial(w), []
    size = 10.0 ** rng.uniform(-3, 0, dim)
    for t in range(1, STEPS + 1):
        if t % 4 in (1, 2):
            g = size * rng.uniform(0.3, 2, dim) * rng.choice([-1, 1], dim)
        else:
            limits = np.sort(_limits(rule, t, state, w, size), axis=1)
            g = limits[np.arange(dim), rng.integers(0, count, dim)]
            g = (g + limits[np.arange(dim), rng.integers(0, count, dim)]) / 2
        g = g.astype(np.float32).astype(float)
        gradients.append(g)
        record = _update(rule, t, np.broadcast_to(g[:, None], w.shape), state, w)
        state = [record[name] for name in rule.state]
    return np.array(gradients)


def _update(rule, t, g, state, w):
    given = {"w": w} if rule.sees_point else {}
    with np.errstate(all="ignore"):
        return rule.update(t, g, *state, **given)


def _limits(rule, t, state, w, size):
    """Return for each coordinate and setting the gradient at which a step changes its sign."""
    low = np.broadcast_to(-20 * size[:, None], w.shape).copy()
    high = -low
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        down = _update(rule, t, middle, state, w)["step"] < 0
        high = np.where(down, middle, high)
        low = np.where(down, low, middle)
    return (low + high) / 2


def _simplest(fit, settings, region):
    """Return the fit at the numbers with the fewest digits in the region."""
    values = {}
    for k, setting in enumerate(settings):
        low, high = np.sort(setting.outer(np.array([region[:, k].min(), region[:, k].max()])))
        middle = (low + high) / 2
        short = (float(f"{middle:.{digits}e}") for digits in range(12))
        values[setting.name] = next((v for v in short if low <= v <= high), float(middle))
    return Fit(fit.candidate, fit.values | values, fit.score)


def _covariance(points):
    away = points - points.mean(axis=0)
    return away.T @ away / len(points) + 1e-28 * np.eye(points.shape[1])
