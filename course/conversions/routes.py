"""From the settings of one optimizer to those of another that takes the same steps.

A source says where a number comes from: itself, or ``[name, index, sign]`` of a setting (the index
is None where it is no row), or ``["sum", source, source]``. The page's script reads the same.
"""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from math import isclose
from typing import Any

import optimlib as ol
from course.conversions.forms import Form

Source = Any
# Lookahead with k = 1 and alpha = 1 is nothing around a rule.
AROUND = {"l2": 0.0, "decay": 0.0, "clip": 0.0, "k": 1, "alpha": 1.0}
# What makes no difference where another value is 0, or never.
ONLY_WITH = {
    "eps_before_correction": "eps",
    "eps_inside": "eps",
    "Momentum dampening": "beta",
    "Momentum l2": "beta",
    "Momentum decay": "beta",
    "Lion beta2": "beta1",
}
# Where None means 0.
ABSENT = {"dampening", "momentum", "lr_decay"}
WHOLE = {"k"}
SIDES = "first", "second"
OTHER_DECAY = {"l2": "decay", "decay": "l2"}
# At a constant rate; and no β₂ in floating point has a step exactly at the threshold.
NEVER = {"lr_inside", "at_threshold"}
WORDS = {
    "eps_before_correction": (
        "ε is added before the correction in one, after it in the other (equal with ε = 0)"
    ),
    "eps_inside": "ε stands inside the root in one, outside in the other (equal with ε = 0)",
    "eps": "there is no such ε",
    "l2": (
        "weight decay goes through the gradient in the first and is apart in the second (equal "
        "with λ = 0)"
    ),
    "decay": (
        "weight decay is apart in the first, and in the second goes through the gradient or is not"
        " there (equal with λ = 0)"
    ),
    "dampening": "only the first dampens",
    "psi": "the momentum's schedule is another one",
    "beta1": "the second has another β₁, and no setting for it",
    "beta2": "the second has another β₂, and no setting for it",
    "equal": "the second has one number for what are two in the first",
    "weight_decay": "the second has no weight decay",
    "threshold": "the threshold of rectification is another one",
    "nesterov": "only one looks ahead",
    "alpha": "Lookahead is around one of them",
    "max_of_corrected": "the maximum is taken before the correction in one, after it in the other",
    "m0": "the means start elsewhere",
    "clip": "only the first clips gradients",
    "limit": "only one limits the step, or otherwise",
    "capped": "the rate is capped at 1/√t in one of them",
    "clamped": "ε is added to squares in one, a lower bound in the other: small gradients differ",
    "factored": "of a matrix's squares one keeps the means of rows and columns, the other all",
    "lr_decay": "the second has no `lr_decay`",
    "centered": "one subtracts the mean of the gradients",
    "scale": "a matrix's step is scaled by another side, and by η for one shape only",
    "bias_correction": "only one corrects the bias",
    "G0": "the sum of squares starts elsewhere",
    "k": "Lookahead is around one of them",
}


@dataclass(frozen=True)
class Need:
    """What must hold of the settings: that in one of these pairs both are the same."""

    any_of: list[tuple[Source, Source]]
    reason: str


@dataclass(frozen=True)
class Route:
    """How the settings follow; or, in `no`, why none do."""

    settings: dict[str, list[Source]] = field(default_factory=dict)
    needs: list[Need] = field(default_factory=list)
    positive: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    no: str | None = None

    def specification(self) -> dict[str, Any]:
        """Return what the page's script reads of it."""
        return {key: value for key, value in asdict(self).items() if value}


def route(first: Form, second: Form) -> Route:
    """Return how settings of the first become settings of the second that take the same steps."""
    if first.rule != second.rule:
        names = [getattr(ol, form.rule)(*_needed(form)).called for form in (first, second)]
        return Route(no=f"{names[0]} and {names[1]} are two rules")
    sources, open_keys = _sources(first), _open(second)
    needs = [Need([pair], WORDS["equal"]) for pair in _twice(first, second, sources)]
    for key, source in sources.items():
        if key in NEVER or (key in open_keys and source is not None):
            continue
        pairs = [] if key in open_keys else [(source, _fixed(second)[key])]
        other = ONLY_WITH.get(f"{first.rule} {key}") or ONLY_WITH.get(key)
        if other:
            pairs.append((sources[other], 0.0))
        if any(not isinstance(s, list) and s == wanted for s, wanted in pairs):
            continue
        reason = WORDS.get(key, f"{key} is another one, and no setting")
        open_pairs = [p for p in pairs if isinstance(p[0], list) and p[1] is not None]
        if not open_pairs:
            return Route(no=reason)
        needs.append(Need(open_pairs, reason))
    return Route(_settings(second, sources), needs, (first.positive, second.positive))


def _twice(first, second, sources):
    """Yield sources that must be equal, as one of the two has one number for both."""
    for targets in second.targets().values():
        for target in targets:
            keys = target.lstrip("-").split("+")
            yield from ((sources[keys[0]], sources[key]) for key in keys[1:])
    seen = {}
    for name, targets in first.targets().items():
        if len(targets) == 1:
            source = [name, None, 1]
            if targets[0] in seen:
                yield seen[targets[0]], source
            seen[targets[0]] = source


def _needed(form):
    cls = getattr(ol, form.rule)
    return [0.1] if fields(cls)[0].default is MISSING else []


def _fixed(form):
    """Return the values that a rule has where the package has no setting."""
    cls = getattr(ol, form.rule)
    defaults = {f.name: 0 if f.default is MISSING else f.default for f in fields(cls)}
    values = AROUND | defaults | dict(form.options) | ({"eps": 0.0} if form.folded else {})
    return {key: 0 if value is None and key in ABSENT else value for key, value in values.items()}


def _sources(form):
    """Return where each value of the rule comes from."""
    sources = dict(_fixed(form))
    for name, targets in form.targets().items():
        for index, target in enumerate(targets):
            sign = -1 if target.startswith("-") else 1
            for key in target.lstrip("-").split("+"):
                sources[key] = [name, index if len(targets) > 1 else None, sign]
    if form.folded:
        sources |= {"G0": ["sum", sources["G0"], sources["eps"]], "eps": 0.0}
    return sources


def _open(form):
    """Return the values that the package lets one set."""
    keys = [
        key for targets in form.targets().values() for t in targets
        for key in t.lstrip("-").split("+")
    ]  # fmt: skip
    return set(keys) - ({"eps"} if form.folded else set())


def _settings(form, sources):
    settings = {}
    for name, targets in form.targets().items():
        row = []
        for target in targets:
            key = target.lstrip("-").split("+")[0]
            source = sources[key]
            if key in OTHER_DECAY and form.rule == "Momentum" and source == 0.0:
                source = sources[OTHER_DECAY[key]]  # the same with β = 0
            if key == "eps" and form.folded:
                source = 0.0
            row.append(_turned(source) if target.startswith("-") else source)
        settings[name] = row
    return settings


def _turned(source):
    if isinstance(source, list):
        return [source[0], source[1], -source[2]]
    return -source


def value(source: Source, settings: Mapping[str, Any]) -> Any:
    """Return the number that a source stands for at these settings."""
    if not isinstance(source, list):
        return source
    if source[0] == "sum":
        return value(source[1], settings) + value(source[2], settings)
    name, index, sign = source
    found = settings[name] if index is None else settings[name][index]
    return 0 if found is None else sign * found


def follow(found: Route, settings: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str | None]:
    """Return the settings that take the same steps, or None and the reason."""
    if found.no:
        return None, found.no
    for need in found.needs:
        pairs = [[value(source, settings) for source in pair] for pair in need.any_of]
        if not any(isclose(*pair) for pair in pairs):
            return None, need.reason
    # Keras refuses a momentum of 0 that is no float.
    kinds = {name: int if name in WHOLE else float for name in found.settings}
    rows = {
        name: [kinds[name](value(source, settings)) for source in row]
        for name, row in found.settings.items()
    }
    ported = {name: row[0] if len(row) == 1 else row for name, row in rows.items()}
    for own, names, which in zip((settings, ported), found.positive, SIDES, strict=True):
        if zero := next((name for name in names if not own[name]), None):
            return None, f"{zero} must be above 0 in the {which}"
    return ported, None
