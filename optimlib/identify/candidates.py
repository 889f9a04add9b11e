"""What an unknown optimizer may be: every rule of the library with its options, and what wraps it.

Nothing here knows a rule's name or what a setting does: the rules' own declarations say which there
are and what they may be, and `update` is run with many settings at once.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from optimlib import rules
from optimlib.identify.adapters import Fed
from optimlib.identify.playing import Played
from optimlib.rules.hyperparameters import Range, declarations
from optimlib.rules.l2 import L2, DecoupledWeightDecay
from optimlib.rules.matrix_rule import MatrixRule
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rule import Rule
from optimlib.rules.vector_rule import VectorRule
from optimlib.types import Array

# Where a setting of its range is tried first.
SHARES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999)
SMALL = (0.0, 1e-16, 1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0)
POSITIVE = (1e-6, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 50.0)
ABOVE = (0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
# A setting that is so near to the end of its range is at it.
NEAR = 1e-30
# Options that are many truth values are not tried in all combinations.
MOST = 24
# Gradients that show what a rule does without much work.
FEW = np.array([[0.5, -1.5], [2.0, 1.0], [-1.0, 1.0]])


@dataclass(frozen=True)
class Setting:
    """A number that is estimated: a hyperparameter, or an option that is a number."""

    name: str
    range: Range
    default: float

    @cached_property
    def tried(self) -> Array:
        low, high = self.range.low, self.range.high
        if high < math.inf:
            values = low + (high - low) * np.array(SHARES)
            values = np.append(values, high)
        elif low == 0:
            values = np.array(SMALL if self.range.contains(0) else POSITIVE)
        else:
            values = low + np.array(ABOVE) if low > -math.inf else np.array([self.default])
        values = np.unique(np.append(values, self.default))
        return np.array([v for v in values if self.range.contains(float(v))])

    @property
    def is_fitted(self) -> bool:
        """Whether it is estimated: what may be any number is left at its default."""
        return self.range.low > -math.inf

    def inner(self, value: Any) -> Any:
        """Return the value in a coordinate that has no end and in which equal steps count alike."""
        low, high = self.range.low, self.range.high
        value = np.asarray(value, dtype=float)
        if high < math.inf and self.range.contains(low):
            return -np.log(np.maximum(high - value, NEAR))
        if high < math.inf:
            return np.log(np.maximum(value - low, NEAR)) - np.log(np.maximum(high - value, 1e-12))
        return np.log(np.maximum(value - low, NEAR))

    def outer(self, x: Any) -> Any:
        """Return the value of a coordinate."""
        low, high = self.range.low, self.range.high
        if high < math.inf and self.range.contains(low):
            return np.clip(high - np.exp(-x), low, high if self.range.contains(high) else 1 - 1e-13)
        if high < math.inf:
            share = 1 / (1 + np.exp(-np.clip(x, -60, 60)))
            return low + (high - low) * np.clip(share, 1e-13, 1 - 1e-13)
        return low + np.exp(np.clip(x, math.log(NEAR), 60))


@dataclass(frozen=True, eq=False)
class Candidate:
    """A rule with its options, whose settings are open, and what is around it.

    Attributes
    ----------
    template : Optimizer
        With any settings.
    looks_ahead : bool
        Whether the points that are seen are those where the rule takes its gradients.
    rates : tuple of floats, optional
        By what the learning rate is multiplied in each step.
    """

    template: Optimizer
    open_options: tuple[str, ...] = ()
    looks_ahead: bool = False
    rates: tuple[float, ...] | None = None

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        return tuple(_settings(self.template, self.open_options))

    @property
    def core(self) -> Any:
        return getattr(self.template, "core", self.template)

    @property
    def is_wrapped(self) -> bool:
        return self.template is not self.core

    @cached_property
    def options(self) -> dict[str, Any]:
        """The options of the rule that are not those of its default form."""
        return {
            f.name: getattr(self.core, f.name)
            for f in fields(self.core)
            if f.default is not MISSING
            and not _is_number(getattr(self.core, f.name))
            and getattr(self.core, f.name) != f.default
        }

    def made(self, values: Mapping[str, Any], checked: bool = False) -> Any:
        """Return the optimizer with these settings, which may be arrays over a batch."""
        return _with(self.template, dict(values), checked)

    def simulate(self, values: Mapping[str, Any], played: Played, stop: int | None = None) -> Array:
        """Return the steps, shape (T, d, B), that these settings, of shape (B,), take."""
        gradients = played.g[:stop]
        batch = len(next(iter(values.values()), np.ones(1)))
        if batch > 1 and not self.batched:
            apart = [
                {name: value[i : i + 1] for name, value in values.items()} for i in range(batch)
            ]
            return np.concatenate([self.simulate(v, played, stop) for v in apart], axis=-1)
        with np.errstate(all="ignore"):
            return self._run(values, played, gradients, batch)

    def _run(self, values, played, gradients, batch):
        layout = Stacked(played) if isinstance(self.template, MatrixRule) else Columns()
        scheduled = not values and self.template.has_schedules()
        values = layout.settings(values)
        rule = self.made(values)
        # Steps are differences of points: only a rule whose step is known is exact at w = 0.
        direct = getattr(type(rule), "advance", None) is Rule.advance or layout.stacked
        slopes, points = (
            layout.repeated(rows, batch) for rows in (gradients, played.w[: len(gradients)])
        )
        steps = np.empty(slopes.shape)
        w = np.array(points[0])
        state, fed = rule.initial(w), Fed()
        seen = w
        for t, g in enumerate(slopes, start=1):
            if not self.looks_ahead:
                w = points[t - 1]
            if self.rates is not None:
                rule = self.made({**values, "lr": values["lr"] * self.rates[t - 1]})
            elif scheduled:
                rule = self.template.at(t)
            if direct:
                given = {"w": w} if rule.sees_point else {}
                record = rule.update(t, g, *state, **given)
                step, after = record["step"], w
                if self.looks_ahead:
                    after = w + step
            else:
                fed.g = g
                record = rule.advance(t, w, state, fed)
                after = record["w"]
                step = after - w
            state = [record[name] for name in rule.state]
            if self.looks_ahead:
                w, before = after, seen
                seen = rule.look_ahead(w, *state)
                step = seen - before
            steps[t - 1] = step
        return layout.as_columns(steps)

    @cached_property
    def batched(self) -> bool:
        """Whether many settings can be run at once, which is tried with two."""
        g, played = FEW, _played(FEW, 0.25)
        values = {s.name: s.tried[[0, -1]] for s in self.settings}
        if not values:
            return True
        with np.errstate(all="ignore"):
            apart = [
                self._run({k: v[i : i + 1] for k, v in values.items()}, played, g, 1)
                for i in (0, 1)
            ]
            try:
                together = self._run(values, played, g, 2)
            except (TypeError, ValueError):
                return False
        return np.allclose(np.concatenate(apart, axis=-1), together, rtol=1e-12, equal_nan=True)

    @cached_property
    def decays(self) -> tuple[str, ...]:
        """The settings that make a difference only where the point is not 0, and may be 0."""
        if self.looks_ahead or not (self.is_wrapped or self.core.sees_point):
            return ()
        return tuple(
            s.name
            for s in self.settings
            if s.range.contains(0.0) and self._matters(s, 1.5) and not self._matters(s, 0.0)
        )

    def _matters(self, setting, point):
        """Return whether steps at a point differ between 0 and another value of a setting."""
        values = {s.name: np.full(2, s.default) for s in self.settings}
        values[setting.name] = np.array([0.0, 0.3])
        steps = self.simulate(values, _played(FEW, point))
        return not np.array_equal(steps[..., 0], steps[..., 1], equal_nan=True)

    @cached_property
    def counts(self) -> bool:
        """Whether steps are others after rests, in which all gradients are 0."""
        settings = [s for s in self.settings if s.name not in self.decays]
        values = {s.name: np.full(1, s.default) for s in self.settings}
        values |= dict.fromkeys(self.decays, np.zeros(1))
        values |= {s.name: s.tried[len(s.tried) // 2, None] for s in settings if s.name != "lr"}
        rested = np.concatenate([np.zeros((3, 2)), FEW])
        now, late = (self.simulate(values, _played(g, 0.0)) for g in (FEW, rested))
        return not np.allclose(now, late[3:], rtol=1e-9, atol=0)

    @property
    def complexity(self) -> tuple[int, int, int]:
        """How much is said with it: settings, options, the letters of its name."""
        words = len(self.options) + self.is_wrapped + 2 * self.looks_ahead
        return len(self.settings), words, len(type(self.core).__name__)


class Columns:
    """How rules are given points: a column for each setting of a batch."""

    stacked = False

    def settings(self, values):
        return values

    def repeated(self, rows, batch):
        """Return rows (T, d) for every setting of a batch, that cannot be written to."""
        return np.broadcast_to(rows[:, :, None], (*rows.shape, batch))

    def as_columns(self, steps):
        """Return steps in shape (T, d, B)."""
        return steps


class Stacked(Columns):
    """How rules of matrices are given points: a matrix for each setting of a batch."""

    stacked = True

    def __init__(self, played: Played) -> None:
        shape = played.shape or played.g.shape[1:]
        self.shape = shape if len(shape) == 2 else (*shape, 1)

    def settings(self, values):
        return {name: np.reshape(value, (-1, 1, 1)) for name, value in values.items()}

    def repeated(self, rows, batch):
        matrices = rows.reshape(len(rows), 1, *self.shape)
        return np.broadcast_to(matrices, (len(rows), batch, *self.shape))

    def as_columns(self, steps):
        return np.moveaxis(steps.reshape(*steps.shape[:2], -1), 1, 2)


def _played(g, point):
    return Played(g, np.full(g.shape, point), g, np.dtype(float))


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def _settings(rule, open_options):
    """Yield the settings of a rule and of what is around it."""
    if isinstance(rule, rules.Wrapper):
        yield from _settings(rule.rule, open_options)
    for name, declared in declarations(type(rule)).items():
        value = getattr(rule, name)
        hyperparameter = declared.is_hyperparameter and value is not None
        if hyperparameter or (declared.kind is float and name in open_options):
            setting = Setting(name, declared.range or Range(), float(value))
            if setting.is_fitted:
                yield setting


def _with(rule, values, checked):
    own = {f.name: values[f.name] for f in fields(rule) if f.name in values}
    if isinstance(rule, rules.Wrapper):
        own["rule"] = _with(rule.rule, values, checked)
    return replace(rule, **own) if checked else rule.replace_unchecked(**own)


@cache
def candidates() -> tuple[Candidate, ...]:
    """Return every registered rule of single coordinates in each of its forms."""
    return tuple(_candidates(Rule))


@cache
def combining() -> tuple[Candidate, ...]:
    """Return the rules that look at all coordinates of a vector together."""
    matrices = (c for c in matrix_candidates() if type(c.core).vectors)
    return (*_candidates(VectorRule), *matrices)


@cache
def matrix_candidates() -> tuple[Candidate, ...]:
    """Return the rules that move matrices as matrices."""
    return tuple(_candidates(MatrixRule))


def _candidates(
    kind: type[Rule] | type[VectorRule] | type[MatrixRule],
) -> Iterator[Candidate]:
    for name in rules.__all__:
        cls = getattr(rules, name)
        if issubclass(cls, kind) and cls is not kind:
            for template, open_options in _forms(cls):
                yield Candidate(template, open_options)
                if cls.look_ahead is not kind.look_ahead and not _is_library_form(template):
                    yield Candidate(template, open_options, looks_ahead=True)


def _is_library_form(rule):
    """Return whether this form takes its gradients at the point itself."""
    w = np.ones((1, 1))
    state = [np.full((1, 1), 0.5) for _ in rule.state]
    return np.array_equal(rule.look_ahead(w, *state), w)


def _forms(cls):
    """Yield a rule in each combination of its options, and which of them are open numbers."""
    seen = []
    for options, open_options in _combinations(cls):
        try:
            template = cls(**_needed(cls), **options)
        except ValueError:
            continue
        if template not in seen:
            seen.append(template)
            yield template, open_options


def _needed(cls):
    """Return values of the hyperparameters that have no default."""
    ranges = cls.ranges()
    return {
        f.name: 0.1 if ranges[f.name].contains(0.1) else ranges[f.name].low + 0.1
        for f in fields(cls)
        if f.default is MISSING and f.name in ranges
    }


def _combinations(cls):
    """Yield (options, names of the numbers among them that are open)."""
    choices, numbers = {}, []
    formed = [options for options in cls.forms.values()]
    for name, declared in declarations(cls).items():
        default = next(f.default for f in fields(cls) if f.name == name)
        given = [form[name] for form in formed if name in form]
        if declared.kind is bool:
            choices[name] = [default, not default]
        elif declared.is_hyperparameter:
            if declared.optional:
                some = next((v for v in [*given, default] if v is not None), _middle(declared))
                choices[name] = [default, some] if default is None else [default, None]
        elif declared.kind is float and given:
            numbers.append(name)
        elif declared.kind in (float, int, str):
            low = declared.range.low if declared.range and declared.kind is float else default
            choices[name] = list(dict.fromkeys([default, low, *given]))
    every = [dict(zip(choices, v, strict=True)) for v in itertools.product(*choices.values())]
    if len(every) > MOST:
        every = [{}, *({k: v for k, v in form.items() if k in choices} for form in formed)]
        every += [{**form, k: v} for form in every for k in choices for v in choices[k]][: 3 * MOST]
    opened = {n: next(form[n] for form in formed if form.get(n)) for n in numbers}
    for options in every:
        yield options, ()
        if opened:
            yield {**options, **opened}, tuple(opened)


def _middle(declared):
    limits = declared.range or Range()
    return next(v for v in (0.5, 0.01, limits.low + 1) if limits.contains(v))


def decayed(candidate: Candidate) -> list[Candidate]:
    """Return the candidate with a weight decay of its own or around it, decoupled and coupled."""
    if candidate.looks_ahead or not hasattr(candidate.core, "lr"):
        return []
    if "weight_decay" in (s.name for s in candidate.settings):
        return [candidate]
    kinds = () if isinstance(candidate.core, MatrixRule) else (DecoupledWeightDecay, L2)
    return [replace(candidate, template=kind(candidate.template, 0.01)) for kind in kinds]


def clipped(candidate: Candidate) -> list[Candidate]:
    """Return the candidate with clipped gradients, by norm and by value."""
    if isinstance(candidate.core, MatrixRule):
        return []
    kinds = rules.ClipNorm, rules.ClipValue
    return [replace(candidate, template=kind(candidate.template, 1.0)) for kind in kinds]


def looking_back(candidate: Candidate, k: int) -> Candidate:
    """Return the candidate within Lookahead that pulls back after every k-th step."""
    return replace(candidate, template=rules.Lookahead(candidate.template, k=k))
