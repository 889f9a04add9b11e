"""What the steps say of each setting: its digits, and whether they say anything."""

import numpy as np

from optimlib.identify.fitting import Evidence, Fit, refine
from optimlib.identify.playing import Played

MOST_DIGITS = 12
# With so few digits a setting is tried where others change with it, and so near its value.
FEW_DIGITS, FOLLOWED = 6, 1e-3


def rounded(fit: Fit, evidence: Evidence, tolerance: float) -> Fit:
    """Return the fit with no more digits than the steps ask for, and with 0 where it fits."""
    score = _score(fit, evidence)
    ranges = {s.name: s.range for s in fit.candidate.settings}
    for name, value in fit.values.items():
        if value and abs(value) < 1e-3 and ranges[name].contains(0.0):
            nought = Fit(fit.candidate, {**fit.values, name: 0.0}, score)
            fit = nought if _as_good(nought, evidence, tolerance, score) else fit
    for digits in range(1, MOST_DIGITS):
        values = {name: float(f"{value:.{digits - 1}e}") for name, value in fit.values.items()}
        if all(ranges[name].contains(value) for name, value in values.items()):
            short = Fit(fit.candidate, values, score)
            if _as_good(short, evidence, tolerance, score):
                return short
    return _rounded_together(fit, evidence, tolerance, score)


def _rounded_together(fit, evidence, tolerance, score):
    """Return the fit with one setting of few digits after the other, where the others follow it."""
    fixed = {}
    for setting in fit.candidate.settings:
        value = fit.values[setting.name]
        for digits in range(1, FEW_DIGITS if value else 0):
            short = float(f"{value:.{digits - 1}e}")
            near = abs(short - value) <= FOLLOWED * abs(value) and setting.range.contains(short)
            there = fixed | {setting.name: short}
            tried = near and refine(fit.candidate, evidence, [fit], there, 6)[0]
            if tried and _as_good(tried, evidence, tolerance, score):
                fit, fixed = tried, there
                break
        else:
            if value:
                return fit
    return fit


def _score(fit, evidence):
    steps = fit.steps(evidence.played, evidence.stop)
    return float(np.mean(np.abs(evidence.residuals(steps[..., None]))))


def _as_good(fit, evidence, tolerance, score):
    steps = fit.steps(evidence.played, evidence.stop)
    if np.max(evidence.excess(steps)) > tolerance:
        return False
    return _score(fit, evidence) <= 1.05 * score + min(0.1 * tolerance, 1e-10)


def undetermined(fit: Fit, runs: list[Played], tolerance: float) -> dict[str, tuple[float, float]]:
    """Return the settings that many values of fit as well: the least and greatest that were tried.

    Every setting is tried alone, at values far from the one that was found.
    """
    found = {}
    for setting in fit.candidate.settings:
        value = fit.values[setting.name]
        x = float(setting.inner(value))
        near = setting.outer(x + np.array([-7, -0.7, -0.1, -0.01, 0.01, 0.1, 0.7, 7]))
        tried = np.concatenate([setting.tried, near])
        tried = np.array([v for v in tried if setting.range.contains(float(v))])
        batch = {name: np.full(len(tried), v) for name, v in fit.values.items()}
        batch[setting.name] = tried
        fits = np.ones(len(tried), dtype=bool)
        for played in runs:
            evidence = Evidence(played, len(played.g))
            steps = fit.candidate.simulate(batch, played)
            off = [np.max(evidence.excess(steps[..., i])) for i in range(len(tried))]
            fits &= np.array(off) <= tolerance
        good = [float(v) for v in tried[fits]]
        others = [v for v in good if abs(v - value) > 1e-3 * max(abs(value), 1e-12)]
        decays = setting.name in fit.candidate.decays and max(good, default=0.0) < 1e-8
        if others and not decays:
            found[setting.name] = (min([*others, value]), max([*others, value]))
    return found
