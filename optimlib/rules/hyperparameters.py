"""What the fields of an optimizer declare: hyperparameters with their ranges, and options."""

import inspect
import math
from dataclasses import dataclass, fields, replace
from enum import Enum
from functools import cache
from numbers import Integral, Number, Real
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from optimlib.checks import is_finite
from optimlib.types import Hyperparameter, Numeric


@dataclass(frozen=True, kw_only=True, repr=False)
class Range:
    """The values that a hyperparameter may have. Infinity and nan are never among them.

    Parameters
    ----------
    gt, ge, lt, le : number
        Values are greater than `gt`, at least `ge`, less than `lt` and at most `le`.
    usual : (low, high), optional
        An interval in which the hyperparameter shows what it does; exercises draw from it. Leave
        it out for what is small or large only beside the gradients, such as ε.
    in_schedule : Range, optional
        What the values of a schedule may be, if that differs: a learning rate is positive, and
        its schedule may end at 0.

    Raises
    ------
    ValueError
        If no value is left, or `usual` is not an interval in the range.

    Examples
    --------
    >>> from optimlib.rules.hyperparameters import Range
    >>> share = Range(ge=0, lt=1)
    >>> print(share, share.contains(0), share.contains(1))
    in [0, 1) True False
    >>> for limits in Range(gt=0), Range(ge=1), Range():
    ...     print(limits)
    finite and > 0
    finite and >= 1
    finite
    """

    gt: float = -math.inf
    ge: float = -math.inf
    lt: float = math.inf
    le: float = math.inf
    usual: tuple[float, float] | None = None
    in_schedule: "Range | None" = None

    def __post_init__(self) -> None:
        if not (self.low < self.high or self.contains(self.low)):
            raise ValueError(f"Range: some value must be left, got {self!r}")
        if self.usual:
            low, high = self.usual
            if not (low < high and self.contains(low) and self.contains(high)):
                raise ValueError(f"Range: usual must be (low, high) in the range, got {self!r}")

    @property
    def low(self) -> float:
        return max(self.gt, self.ge)

    @property
    def high(self) -> float:
        return min(self.lt, self.le)

    def contains(self, values: Numeric) -> bool:
        """Return whether a number, or every number of an array, is in the range."""
        if not isinstance(values, np.ndarray) and not is_finite(values):
            return False
        above = (values > self.gt) & (values >= self.ge)
        return bool(np.all(above & (values < self.lt) & (values <= self.le)))

    def __str__(self) -> str:
        left, right = "(" if self.gt >= self.ge else "[", ")" if self.lt <= self.le else "]"
        if self.high < math.inf:
            return f"in {left}{self.low:g}, {self.high:g}{right}"
        if self.low == -math.inf:
            return "finite"
        return f"finite and {'>' if left == '(' else '>='} {self.low:g}"

    def __repr__(self) -> str:
        given = ((f.name, getattr(self, f.name)) for f in fields(self))
        defaults = {f.name: f.default for f in fields(self)}
        return f"Range({', '.join(f'{n}={v!r}' for n, v in given if v != defaults[n])})"


class Note(Enum):
    """What an annotation notes beside a `Range`."""

    OPTION = "option"


T = TypeVar("T")
#: A field of a rule that may hold a number and is no hyperparameter, as in ``Option[int]``.
Option = Annotated[T, Note.OPTION]

#: A field for a learning rate: > 0, and in a schedule ≥ 0.
LearningRate = Annotated[Hyperparameter, Range(gt=0, in_schedule=Range(ge=0), usual=(0.02, 0.4))]
#: A field for the weight of the past in a running mean: in [0, 1).
DecayRate = Annotated[Hyperparameter, Range(ge=0, lt=1, usual=(0.3, 0.8))]
# The same where another mean forgets sooner.
SlowDecayRate = Annotated[Hyperparameter, Range(ge=0, lt=1, usual=(0.85, 0.97))]
WeightDecay = Annotated[Hyperparameter, Range(ge=0, usual=(0.05, 0.5))]
#: A field for a hyperparameter ≥ 0.
NonNegative = Annotated[Hyperparameter, Range(ge=0)]
#: A field for a hyperparameter > 0.
Positive = Annotated[Hyperparameter, Range(gt=0)]

# Options: a number of things, and the value in which a state starts.
Count = Annotated[Option[int], Range(ge=1)]
StartValue = Annotated[Option[float], Range(ge=0)]

# What an option of this kind must be, and in words.
NUMBERS = {int: (Integral, "an integer"), float: (Real, "a number")}


@dataclass(frozen=True)
class Declaration:
    """What the annotation of a field says.

    Attributes
    ----------
    kind : type
        Without None, and without what `Annotated` notes; a text if it is not known.
    range : Range or None
    optional : bool
        Whether the value may be None.
    is_option : bool
    """

    kind: object
    range: Range | None
    optional: bool
    is_option: bool

    @property
    def is_hyperparameter(self) -> bool:
        return self.kind is float and not self.is_option

    def objection(
        self, name: str, value: Any, in_schedule: bool = False
    ) -> tuple[type[Exception], str] | None:
        """Return None, or what is wrong with a value: the kind of error, and what it must be."""
        if value is None and self.optional:
            return None
        if not self._has_the_type(value):
            return TypeError, self._type_in_words(name, value)
        limits = self.range and ((in_schedule and self.range.in_schedule) or self.range)
        if limits and not limits.contains(value):
            return ValueError, str(limits).removeprefix("finite and " if self.kind is int else "")
        return None

    def _has_the_type(self, value):
        if self.is_hyperparameter:
            return _is_number(value, Real) or _is_array(value)
        if self.kind is bool:
            return isinstance(value, bool)
        if not self.is_option:
            return not _is_numeric(value)
        return self.kind not in NUMBERS or _is_number(value, NUMBERS[self.kind][0])

    def _type_in_words(self, name, value):
        if self.is_hyperparameter:
            words = ["a number", "a NumPy array", "a schedule"]
        elif self.kind is bool:
            words = ["True", "False"]
        elif self.is_option:
            words = [NUMBERS[self.kind][1]]
        else:
            unknown = f" ({self.kind!r} is not known)" if isinstance(self.kind, str) else ""
            return (
                f"declared as a hyperparameter, {name}: float, or as an option, "
                f"{name}: ol.Option[{_kind_of(value)}], to be a number{unknown}"
            )
        *first, last = [*words, "None"] if self.optional else words
        return f"{', '.join(first)} or {last}" if first else last


def _is_number(value, kind=Number):
    return isinstance(value, kind) and not isinstance(value, bool)


def _is_array(value):
    masked = isinstance(value, np.ma.MaskedArray)
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and not masked


def _is_numeric(value):
    return _is_number(value) or _is_array(value)


def _kind_of(value):
    return "int" if isinstance(value, Integral) else "float"


@cache
def declarations(cls: type) -> dict[str, Declaration]:
    """Return the `Declaration` of every field of an optimizer's class, by name.

    A plain ``float`` keeps the range that a base class declares for the field.

    Raises
    ------
    TypeError
        If a hyperparameter, or another number, is no field since its class is no dataclass.
    """
    found: dict[str, Declaration] = {}
    for base in reversed(cls.__mro__):
        for name, annotation in inspect.get_annotations(base).items():
            hint = _resolved(base, name, annotation)
            declared = _read(hint)
            if "__dataclass_fields__" not in vars(base) and not _is_constant(hint):
                _check_field(base, name, declared)
            if declared.is_hyperparameter and declared.range is None:
                before = found.get(name)
                declared = replace(declared, range=(before and before.range) or Range())
            found[name] = declared
    return {field.name: found[field.name] for field in fields(cls)}


def _check_field(cls, name, declared):
    if name in vars(cls) and (declared.is_hyperparameter or _is_numeric(vars(cls)[name])):
        raise TypeError(
            f"{cls.__name__}: {name} must be a field, as it is with @dataclass(frozen=True) above "
            f"the class, got {name} = {vars(cls)[name]!r}"
        )


def check_class_attributes(cls: type) -> None:
    """Raise a TypeError if a number in the body of a class has no annotation."""
    for base in cls.__mro__:
        for name, value in vars(base).items():
            if _is_numeric(value) and not name.startswith("__") and not _is_annotated(base, name):
                raise TypeError(
                    f"{cls.__name__}: {name} must be declared as a hyperparameter, "
                    f"{name}: float = {value!r}, or as a constant, {name}: ClassVar = {value!r}, "
                    f"got {name} = {value!r}"
                )


def _is_annotated(base, name):
    """Return whether the class annotates the name, or one before it as a constant."""
    if name in inspect.get_annotations(base):
        return True
    others = ((other, inspect.get_annotations(other).get(name)) for other in base.__mro__)
    return any(_is_constant(_resolved(other, name, hint)) for other, hint in others if hint)


def _is_constant(hint):
    return hint is ClassVar or get_origin(hint) is ClassVar


def _resolved(cls, name, annotation):
    """Return an annotation of the class, with types in place of texts if these are known."""
    body = {"__module__": cls.__module__, "__annotations__": {name: annotation}}
    try:
        hints = get_type_hints(type("Body", (), body), None, dict(vars(cls)), include_extras=True)
    except Exception:
        return annotation
    return hints[name]


def _read(hint):
    """Return the `Declaration` that an annotation is."""
    notes, optional = [], False
    while True:
        if get_origin(hint) is Annotated:
            hint, *more = get_args(hint)
            notes += more
        elif get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint):
            kinds = tuple(kind for kind in get_args(hint) if kind is not NoneType)
            hint, optional = Union[kinds], True  # noqa: UP007
        else:
            break
    ranges = [note for note in notes if isinstance(note, Range)]
    return Declaration(hint, ranges[-1] if ranges else None, optional, Note.OPTION in notes)
