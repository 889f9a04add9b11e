"""The course of an identification: what is played, in which order hypotheses are tried."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from optimlib.identify import probes
from optimlib.identify.candidates import (
    Candidate,
    candidates,
    clipped,
    combining,
    decayed,
    looking_back,
    matrix_candidates,
)
from optimlib.identify.contest import Contest, order, plausible
from optimlib.identify.dependence import Dependence, dependence, differ
from optimlib.identify.fitting import EXACT, SINGLE, Evidence, Fit, Rescaled, refine, survey
from optimlib.identify.narrowing import narrowed, zoomed
from optimlib.identify.playing import Elsewhere, Played, Player, Step
from optimlib.identify.report import Departure, Identification
from optimlib.identify.schedule import matching
from optimlib.identify.settings import rounded, undetermined
from optimlib.rules.rule import Rule
from optimlib.schedules import Constant
from optimlib.types import Array

# A method in float32 whose points are float64 is off by less than this on average.
TYPICAL = 3e-6
# How many of the nearest are tried with what may be around them.
AROUND = 10
# What is around a rule that does not fit is estimated if it comes so near.
CLOSE = 0.1
# Rules that multiply rounding errors are off by less than this.
LOOSE = 1e-5
# Clipping that is always at work is looked for around rules with so few settings.
MOST_SETTINGS = 2
# Lookahead is looked for around what fits so many steps, and around how many of those.
SHORT, MOST_AROUND = 4, 4
# Within so many steps a matrix is moved otherwise than a vector, if it ever is.
SOON = 8
# So many gradients show whether steps depend on rounding.
FEW = 3


def found(fresh: Callable[[], Step], many: bool) -> Identification:
    """Return what the step functions are that `fresh` returns, if `many` new ones each time."""
    player = Player(fresh, (probes.DIM,))
    try:
        vectors = Search(player, many).identification()
    except Elsewhere as reason:
        return Identification(reason=str(reason), calls=player.calls, many=many)
    except ValueError:
        matrices = _on_matrices(player) if many else None
        if matrices is None:
            raise
        return matrices
    if not many or vectors.dependence.random or not _moves_matrices_otherwise(player):
        return vectors
    return replace(vectors, on_matrices=_on_matrices(player))


def _moves_matrices_otherwise(player):
    """Return whether the entries of a matrix are moved as those of a vector are not."""
    g = probes.matrix_gradients(0, probes.SHAPE)[:SOON]
    w = probes.start(0, g.shape[1])
    try:
        matrix, vector = (player.play(w, g, shape=s) for s in (probes.SHAPE, w.shape))
    except (ValueError, TypeError):
        return False
    return differ(matrix, vector, range(SOON))


def _on_matrices(player):
    """Return what is done to matrices, None if they are not taken."""
    try:
        found = MatrixSearch(player, probes.SHAPE).identification()
        # Only of a square matrix one gradient says all directions to its right and left.
        again = found if found.rule else MatrixSearch(player, probes.SQUARE).identification()
        return again if again.rule else found
    except (ValueError, TypeError):
        return None


class Search:
    """What was played and what fits so far."""

    def __init__(self, player: Player, many: bool) -> None:
        self.player = player
        self.many = many
        self.played = player.play(probes.start(0), probes.gradients(0))
        self.dependence = dependence(player, self.played) if many else Dependence()
        self.ranked: list[Fit] = []
        self.runs: dict[Candidate, list[Played]] = {}

    @property
    def tolerance(self) -> float:
        return EXACT if self.played.dtype.itemsize >= 8 else SINGLE

    @cached_property
    def at_0(self) -> Played:
        """What is done at the point 0, where no weight decays, if steps depend on the point."""
        if not self.dependence.weight:
            return self.played
        try:
            return self.player.play(np.zeros(probes.DIM), probes.gradients(0), stay=True)
        except ValueError:
            return self.played

    def identification(self) -> Identification:
        fits, single = self._fits()
        if not fits:
            return self._unknown()
        tolerance = SINGLE if single else EXACT
        fits = [rounded(fit, Evidence(self.played, probes.STEPS), tolerance) for fit in fits]
        if self.many:
            fits = [self._narrowed(fit, tolerance) for fit in fits]
        fits.sort(key=order)
        confirmed = [fit for fit in fits if self._confirms(fit, tolerance)]
        if not confirmed:
            self.ranked = fits + self.ranked
            return self._unknown()
        best, *others = confirmed
        error = self._error(best)
        return Identification(
            rule=_rule(best),
            equivalents=tuple(_rule(fit) for fit in others),
            options=best.candidate.options,
            looks_ahead=best.candidate.looks_ahead,
            undetermined=undetermined(
                best, self.runs.get(best.candidate, [self.played]), tolerance
            ),
            dtype=self.played.returned,
            single=single and error > EXACT,
            error=error,
            dependence=self.dependence,
            calls=self.player.calls,
            many=self.many,
        )

    def _narrowed(self, fit, tolerance):
        """Return the fit, with settings that act through signs known better if it has such."""
        runs = [self.played, self.other]
        if not isinstance(fit.candidate.core, Rule):
            self.runs[fit.candidate] = runs
            return fit
        better, self.runs[fit.candidate] = narrowed(fit, self.player, runs, tolerance)
        return better

    def _error(self, fit):
        """Return by what share of its size a step is off at most, as in float64."""
        exactly = [replace(played, dtype=np.dtype(float)) for played in (self.played, self.other)]
        return max(self._excess(fit, played) for played in exactly)

    def _fits(self) -> tuple[list[Fit], bool]:
        """Return what fits all of the first run, and whether only as in float32."""
        if self.played.dtype.itemsize < 4 or self.dependence.random:
            contest = Contest(Evidence(self.at_0, probes.MAIN))
            contest.run(self._pool(), {}, thorough=False)
            self.ranked = contest.ranked
            return [], False
        attempts = [self._plain, self._with_decay, self._with_clipping, self._back, self._scheduled]
        if self.dependence.others:
            attempts = [self._always_clipped, self._combined, *attempts]
        elif not self.many:
            attempts.append(self._combined)
        for attempt in attempts:
            fits, single = attempt()
            fits = self._throughout(fits, single)
            if fits and attempt == self._plain and self.dependence.weight:
                # It fits with a decay of its own: others may, and be simpler.
                fits += self._throughout(self._with_decay()[0], single)
            if fits:
                return fits, single
        return [], False

    def _pool(self):
        """Return the rules of single coordinates that depend on what the steps depend on."""
        history, length = self.dependence.history, self.dependence.length
        return [
            c
            for c in candidates()
            if (history is not False or not c.core.state)
            and (length is None or c.counts or not length)
            and (length is not False or not c.counts)
        ]

    def _combined(self):
        """Try the rules that look at all coordinates together."""
        fits, single = self._contest(
            Evidence(self.played, probes.MAIN), combining(), {}, decays=True
        )
        # Many settings imitate other rules to the few digits of a float32.
        if single and self.tolerance == EXACT:
            fits = [f for f in fits if self._excess(f, self.played, probes.MAIN) <= LOOSE]
        return fits, single

    def _back(self):
        """Try Lookahead around what fits until a step."""
        pool = [c for c in self._pool() if not c.looks_ahead]
        start = Contest(Evidence(self.played, SHORT), self.tolerance)
        fits = []
        for fit in start.run(pool, {}, thorough=False).fitting[:MOST_AROUND]:
            off = Evidence(self.played, probes.MAIN).excess(fit.steps(self.played, probes.MAIN))
            wrong = np.flatnonzero(np.max(off, axis=1) > self.tolerance)
            if len(wrong):
                candidate = looking_back(fit.candidate, int(wrong[0]) + 1)
                evidence = Evidence(self.played, probes.MAIN)
                fits += self._refit(candidate, fit, "alpha", evidence, freed=True)
        return self._those_that_fit(fits)

    def _contest(
        self, evidence: Evidence, pool: Any, fixed: Any, **how: bool
    ) -> tuple[list[Fit], bool]:
        """Return which candidates fit, and whether only as in float32."""
        contest = Contest(evidence, self.tolerance).run(pool, fixed, **{"decays": False, **how})
        single = self.tolerance == SINGLE
        if not contest.fitting and contest.nearest and contest.nearest.score < TYPICAL:
            contest.tolerance, single = SINGLE, True
            contest.judge_again()
        self.ranked = sorted([*contest.ranked, *self.ranked], key=lambda fit: fit.score)
        return contest.fitting, single

    def _plain(self):
        """Try every rule with no decay, at the point 0 if the point matters."""
        fits, single = self._contest(Evidence(self.at_0, probes.MAIN), self._pool(), {})
        self.fits_at_0 = bool(fits)
        self.bare = fits or self._cores()
        return fits, single

    def _cores(self):
        """Return the nearest fits, one of each candidate."""
        cores = {}
        for fit in self.ranked:
            cores.setdefault(id(fit.candidate), fit)
        return list(cores.values())[:AROUND]

    def _with_decay(self):
        """Try weight decays around what fits at the point 0, or around what is nearest."""
        if self.many and not self.dependence.weight:
            return [], False
        known = self.at_0 is not self.played
        if known and not self.fits_at_0:
            return [], False
        fits = []
        for fit in self.bare:
            for candidate in decayed(fit.candidate):
                fits += self._refit(
                    candidate,
                    fit,
                    "weight_decay",
                    Evidence(self.played, probes.MAIN),
                    freed=not known,
                )
        return self._those_that_fit(fits)

    def _refit(self, candidate, fit, name, evidence, freed):
        """Return fits of a candidate that has one setting more than a fit."""
        before = {k: v for k, v in fit.values.items() if k != name}
        tried = survey(candidate, evidence, before)[:3]
        fits = refine(candidate, evidence, tried, before, 12)
        if freed or fits[0].score > 1e-9:
            fits = refine(candidate, evidence, fits[:2], {}, 16)
        best = zoomed(fits[0], [evidence], {}) if fits[0].score > 1e-9 else fits[0]
        return fits[:1] if best is fits[0] else refine(candidate, evidence, [best], {}, 12)

    def _those_that_fit(self, fits, stop=probes.MAIN):
        """Return the fits among those, and whether only as in float32."""
        self.ranked = sorted([*fits, *self.ranked], key=lambda fit: fit.score)
        for tolerance, single in ((self.tolerance, self.tolerance == SINGLE), (SINGLE, True)):
            good = [
                fit
                for fit in fits
                if plausible(fit)
                and self._excess(fit, self.played, stop) <= tolerance
                and (self.tolerance == tolerance or fit.score < TYPICAL)
            ]
            if good:
                return good, single
        return [], False

    def _throughout(self, fits, single):
        """Return those that fit the whole run, estimated from the whole."""
        self.partly = fits
        tolerance = SINGLE if single else EXACT
        whole = Evidence(self.played, probes.STEPS)
        good = []
        for fit in fits[:8]:
            fixed = {name: 0.0 for name in fit.candidate.decays if fit.values[name] == 0}
            fixed |= {"lr": 1.0} if fit.candidate.rates else {}
            better = refine(fit.candidate, whole, [fit], fixed, 12)[0]
            if self._excess(better, self.played) > tolerance:
                better = zoomed(Fit(fit.candidate, fit.values, np.inf), [whole], fixed)
                better = refine(fit.candidate, whole, [better], fixed, 12)[0]
            good += [f for f in (better, fit) if self._excess(f, self.played) <= tolerance][:1]
        return good

    def _with_clipping(self):
        """Try clipping around what fits while gradients are short, or around what is nearest."""
        evidence = Evidence(self.played, probes.STEPS)
        fits = []
        partly = [fit for fit in self.partly if clipped(fit.candidate)]
        for fit in partly or self.bare[:2]:
            for candidate in clipped(fit.candidate):
                tried = survey(candidate, Evidence(self.played, probes.MAIN // 2), fit.values)
                if partly or tried[0].score < CLOSE:
                    fits += self._refit(candidate, fit, "limit", evidence, freed=False)
        return self._those_that_fit(fits, probes.STEPS)

    def _always_clipped(self):
        """Try simple rules whose gradients are shortened from the first step on."""
        plain = [c for c in self._pool() if not (c.options or c.looks_ahead)]
        pool = [clipped(c)[0] for c in plain if len(c.settings) <= MOST_SETTINGS]
        return self._contest(Evidence(self.played, probes.MAIN), pool, {}, thorough=False)

    def _scheduled(self):
        """Try rates that differ from step to step, which must follow a schedule."""
        if self.dependence.length is False:
            return [], False
        scaling = [c for c in candidates() if any(s.name == "lr" for s in c.settings)]
        evidence = Rescaled(self.at_0, probes.MAIN)
        fits, single = self._contest(evidence, scaling, {"lr": 1.0}, thorough=False)
        scheduled = []
        for fit in fits[:3]:
            rescaled = Rescaled(self.at_0, probes.STEPS)
            fixed = dict.fromkeys(fit.candidate.decays, 0.0) | {"lr": 1.0}
            best = refine(fit.candidate, rescaled, [fit], fixed, 12)[0]
            rates = rescaled.rates(best.steps(self.at_0)[..., None])[:, 0]
            candidate = replace(fit.candidate, rates=tuple(float(r) for r in rates))
            scheduled.append(Fit(candidate, best.values, best.score))
        tolerance = SINGLE if single else EXACT
        known = [f for f in scheduled if matching(np.array(f.candidate.rates), tolerance)]
        return (known or (scheduled if self.many else [])), single

    @cached_property
    def other(self) -> Played:
        """A run with other gradients from another point, of a fresh copy if there are any."""
        if not self.many:
            return self.played
        return self.player.play(probes.start(1), probes.gradients(1))

    def _excess(self, fit: Fit, played: Played, stop: int = probes.STEPS) -> float:
        return float(np.max(Evidence(played, stop).excess(fit.steps(played, stop))))

    def _confirms(self, fit, tolerance):
        return self._excess(fit, self.other) <= tolerance

    def _unknown(self) -> Identification:
        nearest = self.ranked[0] if self.ranked else None
        return Identification(
            nearest=nearest and _rule(nearest),
            departure=None if nearest is None else self._departure(nearest),
            dtype=self.played.returned,
            dependence=self.dependence,
            calls=self.player.calls,
            many=self.many,
        )

    def _departure(self, fit):
        """Return the first step and coordinate in which a fit is off."""
        for played in (self.played, self.other):
            steps = fit.steps(played)
            off = np.argwhere(Evidence(played, probes.STEPS).excess(steps) > self.tolerance)
            if len(off):
                t, j = (int(i) for i in off[0])
                return Departure(
                    t + 1, j, float(played.g[t, j]), float(played.steps[t, j]), float(steps[t, j])
                )
        return None


class MatrixSearch(Search):
    """What was played with matrices and what fits so far; the last run is of a transposed one."""

    def __init__(self, player: Player, shape: tuple[int, int]) -> None:
        self.player = player
        self.many = True
        self.shape = shape
        self.played = self._play(0, shape)
        self.dependence = Dependence()
        self.ranked: list[Fit] = []
        self.runs: dict[Candidate, list[Played]] = {}

    @property
    def is_square(self) -> bool:
        return self.shape == probes.SQUARE

    @cached_property
    def other(self) -> Played:
        return self._play(1, probes.OTHER[self.shape])

    def _play(self, seed, shape):
        gradients = probes.matrix_gradients(seed, shape)
        return self.player.play(probes.start(seed, gradients.shape[1]), gradients, shape=shape)

    def _fits(self) -> tuple[list[Fit], bool]:
        evidence = Evidence(self.played, probes.MAIN)
        how = {"decays": True, "thorough": False}
        pool = [c for c in matrix_candidates() if (c in undirected()) == self.is_square]
        fits, single = self._contest(evidence, pool, {}, **how)
        return self._throughout(fits, single), single

    def identification(self) -> Identification:
        return replace(super().identification(), shape=self.shape)


@cache
def undirected() -> tuple[Candidate, ...]:
    """Return the rules whose steps with a matrix that is not square depend on rounding."""
    g = probes.matrix_gradients(0, probes.SHAPE)[:FEW]
    almost = g * (1 + 1e-13 * np.random.default_rng(0).normal(size=g.shape))
    w, kind = np.zeros(g.shape), np.dtype(float)
    found = []
    for candidate in matrix_candidates():
        values = {s.name: np.full(1, s.default) for s in candidate.settings}
        one, other = (
            candidate.simulate(values, Played(x, w, w, kind, shape=probes.SHAPE))
            for x in (g, almost)
        )
        if not np.allclose(one, other, rtol=0, atol=1e-6 * np.max(np.abs(one))):
            found.append(candidate)
    return tuple(found)


def _rule(fit: Fit) -> Any:
    """Return the optimizer of a fit, its rate a schedule if it changes."""
    if not fit.candidate.rates:
        return fit.rule
    rates = np.array(fit.candidate.rates)
    schedule = matching(rates, EXACT) or matching(rates, SINGLE) or Seen(fit.candidate.rates)
    if isinstance(schedule, Constant):
        schedule = schedule.lr
    return fit.candidate.made({**fit.values, "lr": schedule}, checked=True)


class Seen:
    """The rate of each step as it was seen: a schedule that is none of the library's."""

    def __init__(self, rates: tuple[float, ...]) -> None:
        self.rates = rates

    def __call__(self, t: int) -> float:
        return self.rates[min(t, len(self.rates)) - 1]

    def __repr__(self) -> str:
        first = ", ".join(f"{rate:.4g}" for rate in self.rates[:4])
        return f"<{first}, ... in {len(self.rates)} steps>"


def steps_of(found: Identification, played: Played) -> Array:
    """Return the steps, shape (T, d), that the named rule takes where an optimizer was played."""
    candidate = Candidate(found.rule, looks_ahead=found.looks_ahead)
    return candidate.simulate({}, played)[..., 0]
