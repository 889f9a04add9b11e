"""What was found out, as a report."""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from optimlib.identify.dependence import Dependence
from optimlib.identify.lines import lines
from optimlib.notation import formula
from optimlib.printing import printable
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.wrapper import Wrapper
from optimlib.symbols import number_text, sentence, symbol_text

# How many equivalent rules a report lists.
SHOWN = 5


@dataclass(frozen=True)
class Departure:
    """Where the nearest rule is off for the first time.

    Attributes
    ----------
    t, coordinate : int
        The step, from 1, and the coordinate, from 0.
    g, seen, expected : float
        The gradient there, the step that was taken, and the rule's.
    """

    t: int
    coordinate: int
    g: float
    seen: float
    expected: float

    def __str__(self) -> str:
        return printable(
            f"in step {self.t}, coordinate {self.coordinate}, where g = {number_text(self.g)}: "
            f"the step is {number_text(self.seen)}, the rule's {number_text(self.expected)}"
        )


@dataclass(frozen=True)
class Identification:
    """What an optimizer computes; it prints itself as a report.

    Attributes
    ----------
    rule : Optimizer or None
        The rule with its settings; None if it is unknown.
    equivalents : tuple of Optimizers
        Others that take the same steps, which no gradients tell apart.
    options : dict
        The options of the rule that differ from its default form.
    looks_ahead : bool
        Whether the points are those where the rule takes its gradients.
    undetermined : dict
        Settings that the steps do not depend on, and between which values that was seen.
    nearest : Optimizer or None
        Of an unknown one the rule that comes nearest.
    departure : Departure or None
        Where that is off for the first time.
    dependence : Dependence
        On what the steps depend.
    dtype : NumPy's type of its points
    single : bool
        Whether it agrees only as far as float32 can.
    error : float
        By what share of its size a step is off at most.
    calls : int
        How often it was called.
    many : bool
        Whether there were fresh copies.
    shape : tuple of ints
        The shape of the matrix that it was given, if it was one.
    on_matrices : Identification or None
        What it does to matrices, if that is not what it does to their entries in a vector.
    reason : str
        Why nothing could be found out.
    """

    rule: Any = None
    equivalents: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    looks_ahead: bool = False
    undetermined: dict[str, tuple[float, float]] = field(default_factory=dict)
    nearest: Any = None
    departure: Departure | None = None
    dependence: Dependence = field(default_factory=Dependence)
    dtype: Any = float
    single: bool = False
    error: float = np.nan
    calls: int = 0
    many: bool = False
    shape: tuple[int, ...] = ()
    on_matrices: "Identification | None" = None
    reason: str = ""

    @property
    def name(self) -> str:
        """The rule in words, or "unknown"."""
        return "unknown" if self.rule is None else self.rule.in_words()

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the rule and of what is around it, by name."""
        return {} if self.rule is None else all_settings(self.rule)

    @property
    def lines(self) -> dict[str, str]:
        """The calls of PyTorch, Keras and Optax that take the same steps, by library."""
        return {} if self.rule is None else lines([self.rule, *self.equivalents])

    def described(self) -> str:
        """Return the rule with its form and settings in a line, or "unknown"."""
        return "unknown" if self.rule is None else _described(self.rule)

    def __str__(self) -> str:
        lines = ["It takes matrices and no vectors."] if self.shape else []
        lines += self._lines()
        if self.on_matrices is not None:
            lines += ["A matrix is not moved as its entries in a vector are. Of a matrix:"]
            lines += [f"  {line}" for line in self.on_matrices._lines()]
        return printable("\n".join(lines))

    __repr__ = __str__

    def _lines(self):
        if self.reason:
            yield f"Unknown: {self.reason}."
            return
        if self.rule is None:
            yield "Unknown: no rule of this library takes these steps."
            if self.nearest is not None:
                yield f"Nearest: {_described(self.nearest)}."
            if self.departure is not None:
                yield f"It departs {self.departure}."
            if not self.shape:
                yield f"The steps depend {self.dependence}."
            yield f"Type: {self.dtype}. Calls: {self.calls}."
            return
        yield f"{sentence(_described(self.rule))}."
        constructor = _constructor(self.rule)
        # Rates that were seen and follow no schedule cannot be written as a call.
        if "<" not in constructor:
            yield f"That is ol.{constructor}."
        if self.looks_ahead:
            yield "Its points are those where the rule takes its gradients."
        for name, (low, high) in self.undetermined.items():
            yield (
                f"{symbol_text(name)} is not determined: from {number_text(low)} to "
                f"{number_text(high)} it makes no difference here."
            )
        if self.equivalents:
            yield "The same steps, which no gradients tell apart, have:"
            same = dict.fromkeys(_described(rule) for rule in self.equivalents)
            yield from (f"  {words}" for words in list(same)[:SHOWN])
            if len(same) > SHOWN:
                yield f"  and {len(same) - SHOWN} more"
        yield from self._formula()
        if self.lines:
            yield "The same steps have:"
            yield from (f"  {library}: {line}" for library, line in self.lines.items())
        precision = f"to {number_text(max(self.error, 1e-16), 1)} of its size"
        if self.single:
            precision += ", as far as float32 can"
        runs = "in new runs from other points" if self.many else "in one run, to its end"
        yield f"Every step agrees {precision}, {runs}. Type: {self.dtype}. Calls: {self.calls}."

    def _formula(self):
        core = getattr(self.rule, "core", self.rule)
        try:
            yield from str(formula(core)).splitlines()
        except TypeError:
            return


def all_settings(rule: Any) -> dict[str, Any]:
    """Return the settings of a rule and of what is wrapped in it, by name."""
    inner = all_settings(rule.rule) if isinstance(rule, Wrapper) else {}
    return {**inner, **rule.hyperparameters(), **_numbers(rule)}


def _numbers(rule):
    """Return the options of a rule that are numbers and not those by default."""
    values = {f.name: (getattr(rule, f.name), f.default) for f in fields(rule)}
    return {
        name: value
        for name, (value, default) in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and value != default
    }


def _described(rule: Optimizer) -> str:
    """Return a rule in words with its form and its settings in the book's notation."""
    core = getattr(rule, "core", rule)
    settings = ", ".join(f"{symbol_text(k)} = {_value(v)}" for k, v in all_settings(rule).items())
    words = ", ".join([rule.in_words(), *_form(core)])
    return f"{words}: {settings}" if settings else words


def _form(core):
    """Return the options of a rule in words, those by default aside."""
    own = {
        f.name: getattr(core, f.name)
        for f in fields(core)
        if isinstance(getattr(core, f.name), bool | str) and getattr(core, f.name) != f.default
    }
    for name, options in core.forms.items():
        if own and own == {k: v for k, v in options.items() if isinstance(v, bool | str)}:
            return [name]
    flags = {name: name.replace("_", " ") for name in own}
    return [
        (words if own[name] is True else f"without {words}")
        if isinstance(own[name], bool)
        else f"{words} {own[name]!r}"
        for name, words in flags.items()
    ]


def _constructor(rule):
    """Return the call that makes a rule, without what is so by default."""
    given = []
    for f in fields(rule):
        value = getattr(rule, f.name)
        if isinstance(value, Optimizer):
            given.append(f"ol.{_constructor(value)}")
        elif not _same(value, f.default):
            shown = f"ol.schedules.{value!r}" if callable(value) else repr(value)
            given.append(f"{f.name}={shown}")
    return f"{type(rule).__name__}({', '.join(given)})"


def _same(value, default):
    return not callable(value) and value == default


def _value(value):
    return repr(value) if callable(value) else number_text(value)
