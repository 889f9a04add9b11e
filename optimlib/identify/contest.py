"""Which candidates fit: all are tried, the better ones estimated ever more exactly."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from optimlib.identify.candidates import Candidate
from optimlib.identify.fitting import EXACT, Evidence, Fit, refine, survey
from optimlib.identify.narrowing import zoomed

# From round to round: steps that are looked at, starts, iterations, how many candidates take part.
# The first steps alone say almost everything, and what is not smooth has not gone astray in them.
ROUNDS = ((10, 5, 7, None), (24, 3, 8, 16), (None, 2, 40, 10))
# The steps that the first survey looks at.
FIRST = 12
# How many of the best are zoomed in to, where settings act through signs.
ZOOMED = 3
# With a larger setting a rule is not what it is named for.
LARGEST = 1e4
# Beyond this, where another one fits, a candidate is out.
FAR = 0.05
# Fits are as good as each other below this.
EQUAL = 1e-8


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
        self, candidates: Iterable[Candidate], fixed: Mapping[str, float], decays: bool = True
    ) -> "Contest":
        """Let the candidates take part; settings in `fixed` keep their values.

        Without `decays` the settings that matter at points other than 0 alone are 0.
        """
        pool = []
        kind = type(self.evidence)
        first = kind(self.evidence.played, min(FIRST, self.evidence.stop))
        for candidate in candidates:
            own = {s.name: fixed[s.name] for s in candidate.settings if s.name in fixed}
            own |= {} if decays else dict.fromkeys(candidate.decays, 0.0)
            pool.append((candidate, survey(candidate, first, own), own))
        for stop, starts, iterations, most in ROUNDS:
            stop = min(stop or self.evidence.stop, self.evidence.stop)
            part = kind(self.evidence.played, stop)
            pool = [
                (candidate, refine(candidate, part, _apart(fits)[:starts], own, iterations), own)
                for candidate, fits, own in _leading(pool, most)
            ]
        fits = [found[0] for _, found, _ in pool]
        for k, (_, _, own) in enumerate(pool[:ZOOMED]):
            if fits[k].score > EQUAL:
                fits[k] = zoomed(fits[k], [self.evidence], own)
        self._judge(fits)
        return self

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
    """Return whether no setting is so large that the rule only imitates another one."""
    return all(abs(value) <= LARGEST for value in fit.values.values())


def _leading(pool, most):
    """Return the best of (candidate, fits, ...), the simplest where they are as good."""

    def rank(entry):
        return max(entry[1][0].score, EQUAL), entry[0].complexity

    chosen = sorted(pool, key=rank)
    if most is None:
        return chosen
    exact = sum(entry[1][0].score <= EQUAL for entry in chosen)
    near = [entry for entry in chosen if entry[1][0].score < FAR] if exact else chosen
    return near[: max(most, min(exact, 2 * most))]


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
