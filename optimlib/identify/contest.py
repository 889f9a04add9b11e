"""Which candidates fit: all are tried, the better ones estimated ever more exactly."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from optimlib.identify.candidates import Candidate
from optimlib.identify.fitting import EXACT, Evidence, Fit, refine, survey
from optimlib.identify.narrowing import across_jumps, zoomed

# From round to round: steps that are looked at, starts, iterations.
# The first steps alone say almost everything, and what is not smooth has not gone astray in them.
ROUNDS = ((10, 4, 6), (24, 2, 8), (None, 2, 40))
# How many candidates take part in the first round at once, and how many go on if none fits.
AT_ONCE, ON, LAST = 20, 12, 4
# The steps that the first survey looks at.
FIRST = 12
# How many of the best are zoomed in to, where settings act through signs.
ZOOMED = 3
# With a larger setting, or one nearer to an end that it may not be at, as a β to 1, a rule is not
# what it is named for.
LARGEST, NEAREST = 1e4, 1e-6
# Beyond this, where another one fits, a candidate is out.
FAR = 1e-3
# If all are farther off, none will fit: a decay, which the coordinates that are not 0 alone feel,
# is no more than 3 of 16 coordinates off by 2.
HOPELESS = 0.4
# What fits exactly, and where a setting may be on its way to 0.
FITTED, SMALL = 1e-12, 1e-4
# Fits are as good as each other below this, in float64 and in float32.
EQUAL, EQUAL_SINGLE = 1e-6, 1e-4


@dataclass
class Contest:
    """Fits of candidates to what was played.

    Attributes
    ----------
    fitting : list of Fit
        Those that fit everywhere, the simplest first.
    nearest : Fit or None
        The best, whether it fits or not.
    """

    evidence: Evidence
    tolerance: float = EXACT
    fitting: list[Fit] = field(default_factory=list)
    nearest: Fit | None = None
    ranked: list[Fit] = field(default_factory=list)

    def run(
        self,
        candidates: Iterable[Candidate],
        fixed: Mapping[str, float],
        decays: bool = True,
        thorough: bool = True,
    ) -> "Contest":
        """Let the candidates take part; settings in `fixed` keep their values.

        Without `decays` the settings that matter at points other than 0 alone are 0. If it is not
        `thorough`, what the tried values do not speak for is left out. Rounds that cannot make
        anything fit any more are left out too.
        """
        pool = []
        first = self._part(FIRST)
        for candidate in candidates:
            own = {s.name: fixed[s.name] for s in candidate.settings if s.name in fixed}
            own |= {} if decays else dict.fromkeys(candidate.decays, 0.0)
            pool.append((candidate, survey(candidate, first, own), own))
        pool = sorted(pool, key=self._rank)
        pool = self._first_round(pool, thorough)
        for round_, most in zip(ROUNDS[1:], (ON, LAST), strict=True):
            pool = self._leading(pool, most)
            if pool and pool[0][1][0].score > HOPELESS:
                self._judge([self._in_all_steps(found[0]) for _, found, _ in pool[:LAST]])
                return self
            pool = [self._refined(entry, *round_) for entry in pool]
        self._judge(self._finished(pool, thorough))
        return self

    def _finished(self, pool, thorough):
        """Return the fits of the last round, better where slopes lead no further."""
        fits = [found[0] for _, found, _ in pool]
        for k, (_, _, own) in enumerate(pool[:ZOOMED]):
            if self.equal < fits[k].score < HOPELESS:
                fits[k] = zoomed(fits[k], [self.evidence], own)
        if thorough and fits and self.equal < min(fit.score for fit in fits) < HOPELESS:
            k = min(range(len(fits)), key=lambda k: fits[k].score)
            fits[k] = self._beyond_jumps(fits[k], pool[k][2])
        return [self._at_0(fit, own) for fit, (_, _, own) in zip(fits, pool, strict=True)]

    def _in_all_steps(self, fit):
        """Return the fit with its score in all of the steps."""
        steps = fit.steps(self.evidence.played, self.evidence.stop)
        score = float(np.mean(np.abs(self.evidence.residuals(steps[..., None]))))
        return replace(fit, score=score)

    @property
    def equal(self) -> float:
        return EQUAL if self.tolerance == EXACT else EQUAL_SINGLE

    def _part(self, stop):
        return type(self.evidence)(self.evidence.played, min(stop, self.evidence.stop))

    def _refined(self, entry, stop, starts, iterations):
        candidate, fits, own = entry
        part = self._part(stop or self.evidence.stop)
        starts = 1 if fits[0].score <= self.equal else starts
        return candidate, refine(candidate, part, _apart(fits)[:starts], own, iterations), own

    def _first_round(self, pool, thorough):
        """Return the better ones, and the others too if none of those fits.

        If one does, only what is simpler than it is looked for among the others.
        """
        tried = [self._refined(entry, *ROUNDS[0]) for entry in pool[:AT_ONCE]]
        fitting = [e[0].complexity[:2] for e in tried if e[1][0].score <= self.equal]
        others = pool[AT_ONCE:] if thorough or fitting else []
        others = [e for e in others if not fitting or e[0].complexity[:2] <= min(fitting)]
        return tried + [self._refined(entry, *ROUNDS[0]) for entry in others]

    def _at_0(self, fit, own):
        """Return the fit, better with settings at 0 that had only come near it."""
        for setting in fit.candidate.settings:
            small = 0 < fit.values[setting.name] < SMALL and setting.range.contains(0.0)
            if small and setting.name not in own and FITTED < fit.score < FAR:
                there = own | {setting.name: 0.0}
                better = refine(fit.candidate, self.evidence, [fit], there, ROUNDS[1][2])[0]
                fit = min(fit, better, key=lambda f: f.score)
        return fit

    def _beyond_jumps(self, fit, own):
        """Return the fit, better if jumps of its steps had held up what follows slopes."""
        near = across_jumps(fit, self.evidence, own)
        better = refine(fit.candidate, self.evidence, [near], own, ROUNDS[1][2])[0]
        return min(fit, better, key=lambda f: f.score)

    def _rank(self, entry):
        return max(entry[1][0].score, self.equal), entry[0].complexity

    def _leading(self, pool, most):
        """Return the best of (candidate, fits, ...), the simplest where they are as good."""
        chosen = sorted(pool, key=self._rank)
        exact = sum(entry[1][0].score <= self.equal for entry in chosen)
        near = [entry for entry in chosen if entry[1][0].score < FAR] if exact else chosen
        return near[: max(most, min(exact, 10))]

    def _judge(self, fits):
        self.ranked += fits
        for fit in fits:
            if plausible(fit) and self.excess(fit) <= self.tolerance:
                self.fitting.append(fit)
        self.fitting.sort(key=order)
        self.ranked.sort(key=lambda fit: fit.score)
        self.nearest = self.fitting[0] if self.fitting else (self.ranked or [None])[0]

    def judge_again(self) -> None:
        """Judge all fits anew, with the tolerance that is set now."""
        fits, self.ranked, self.fitting = self.ranked, [], []
        self._judge(fits)

    def excess(self, fit: Fit) -> float:
        """Return the largest share by which a step is off."""
        steps = fit.steps(self.evidence.played, self.evidence.stop)
        return float(np.max(self.evidence.excess(steps)))


def plausible(fit: Fit) -> bool:
    """Return whether no setting is so extreme that the rule only imitates another one."""
    return all(
        abs(value := fit.values[s.name]) <= LARGEST
        and (s.range.contains(s.range.high) or s.range.high - value >= NEAREST)
        for s in fit.candidate.settings
    )


def _apart(fits):
    """Return the best of fits, and for each setting the best in which it is another one."""
    best = fits[0]
    kept = [best]
    for name, value in best.values.items():
        others = (f for f in fits if abs(f.values[name] - value) > 1e-3 * abs(value) + 1e-12)
        if (other := next(others, None)) and other not in kept:
            kept.append(other)
    return kept + [fit for fit in fits if fit not in kept]


def digits(value: float) -> int:
    """Return how many significant digits a number is given with, rounding aside."""
    text = f"{value:.9e}".partition("e")[0].replace(".", "").rstrip("0")
    return max(1, len(text))


def order(fit: Fit) -> tuple[int, int, int, int]:
    """Return what is smaller for a fit that is said in fewer words and rounder numbers."""
    settings, options, letters = fit.candidate.complexity
    return settings, options, sum(digits(v) for v in fit.values.values()), letters
