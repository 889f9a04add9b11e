"""What every method shares: hyperparameters that are checked, a state, one pure step."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any, ClassVar, Self, cast

import numpy as np

from optimlib.names import check_arguments
from optimlib.objective import Objective
from optimlib.rules.hyperparameters import Range, check_class_attributes, declarations
from optimlib.types import Array, Record, Start


@dataclass(frozen=True)
class Optimizer:
    """A method that goes from point to point.

    Its fields annotated ``float`` are the hyperparameters: numbers, arrays over the batch, or
    schedules (functions from the step number t = 1, 2, ... to the value in that step). The
    annotation says which values they may have:

    ``growth: float``
        Any finite number; what a base class has already keeps its range.
    ``share: Annotated[float, ol.Range(ge=0, lt=1)]``
        A number in [0, 1). `DecayRate` is short for this; there are also `LearningRate`
        (positive, and a schedule may end at 0), `Positive` and `NonNegative`.
    ``damping: float | None``, ``damping: ol.NonNegative | None``
        None stands for a form of the method in which it does not occur: it is then absent from
        the formula as well.

    All other fields are options, which change what the method does. ``quick: bool`` is one; an
    option that is a number says so, ``memory: ol.Option[int]`` or with a range
    ``memory: Annotated[ol.Option[int], ol.Range(ge=1)]``. A constant in the body of a class is
    declared as one, ``gain: ClassVar = 0.5``. A number that is declared as nothing is an error.

    `state` names what the method remembers from step to step, and `advance` takes one step.
    `called` is the method's name in words, as tables and figures write it: by default its class's,
    ``SignDescent`` is "sign descent".

    `forms` holds by name the options that make other methods of it, as
    ``{"eps inside": dict(eps_inside=True)}``. Methods that see nothing but gradients are written
    as a `Rule`; Newton's method, line searches and wrappers define `advance` themselves.

    Raises
    ------
    ValueError
        If a hyperparameter or an option is out of its range.
    TypeError
        If a hyperparameter is not a number, an array of numbers, or callable (a schedule), an
        option is not of its type, or there is no argument of a name; where a class is defined, if
        a number in it is declared as neither, or `state` is not a tuple of names.
    """

    forms: ClassVar[dict[str, dict[str, Any]]] = {}
    called: ClassVar[str] = ""

    @property
    def state(self) -> tuple[str, ...]:
        """The names of what the method remembers."""
        return ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        check_class_attributes(cls)
        _check_state(cls)
        if "called" not in vars(cls):
            cls.called = _in_words(cls.__name__)

    def __new__(cls, *args, **given):
        check_arguments(cls, given)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        for name, declared in declarations(type(self)).items():  # type: ignore[arg-type]  # hashable
            value = getattr(self, name)
            if not (declared.is_hyperparameter and callable(value)):
                self._check(name, value)

    def _check(self, name, value, in_schedule=False):
        objection = declarations(type(self))[name].objection(name, value, in_schedule)
        if objection:
            error, words = objection
            raise error(self._complaint(name, value, words))

    def _complaint(self, name, value, words):
        return f"{type(self).__name__}: {name} must be {words}, got {name} = {value!r}"

    def flat_start(self, w0: Start, objective: Objective) -> Any:
        """Return the start of a run on `objective` as an array or number; `Blocks` takes more."""
        return w0

    def initial(self, w: Array) -> tuple[Array, ...]:
        """Return the state before the first step, one array like `w` for each name in `state`."""
        return tuple(np.zeros_like(w) for _ in self.state)

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        """Take step `t` from the point `w` and return its record, a dict.

        The record holds what is worth showing in the order of the computation: the gradient
        ``g``, every name of `state` with its new value, and last the new point ``w``.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define advance")

    def in_words(self) -> str:
        """Return what tables and figures call the method.

        Examples
        --------
        >>> import optimlib as ol
        >>> ol.HeavyBall(lr=0.1).in_words()
        'heavy ball'
        """
        return type(self).called

    @classmethod
    def ranges(cls) -> dict[str, Range]:
        """Return the `Range` of every hyperparameter of its own, by name.

        Examples
        --------
        >>> import optimlib as ol
        >>> print(ol.Momentum.ranges()["beta"])
        in [0, 1)
        """
        declared = declarations(cls).items()  # type: ignore[arg-type]  # a class is hashable
        return {name: cast(Range, f.range) for name, f in declared if f.is_hyperparameter}

    def hyperparameters(self) -> dict[str, Any]:
        """Return the optimizer's own hyperparameters, name to value, without those set to None."""
        values = {name: getattr(self, name) for name in self.ranges()}
        return {name: value for name, value in values.items() if value is not None}

    def map_hyperparameters(self, change: Callable[[str, Any], Any]) -> Self:
        """Return a copy with ``change(name, value)`` for each hyperparameter, unchecked.

        Optimizers that this one wraps are copied in the same way.
        """
        return self._copy(change, lambda wrapped: wrapped.map_hyperparameters(change))

    def with_hyperparameters(self, **values: Any) -> Self:
        """Return a copy with other values of hyperparameters, here and in what is wrapped.

        Raises
        ------
        ValueError, TypeError
            As when it is made.

        Examples
        --------
        >>> import optimlib as ol
        >>> ol.ClipNorm(ol.GradientDescent(lr=0.1), limit=1.0).with_hyperparameters(lr=0.5)
        ClipNorm(rule=GradientDescent(lr=0.5), limit=1.0)
        """
        return replace(
            self._copy(
                lambda name, value: values.get(name, value),
                lambda wrapped: wrapped.with_hyperparameters(**values),
            )
        )

    def _copy(self, change, copy_wrapped):
        values = {name: change(name, value) for name, value in self.hyperparameters().items()}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Optimizer):
                values[field.name] = copy_wrapped(value)
        return self.replace_unchecked(**values)

    def replace_unchecked(self, **values: Any) -> Self:
        """Return a copy with other `values`, without the checks (for symbols and fractions)."""
        copy = object.__new__(type(self))
        for field in fields(self):
            object.__setattr__(copy, field.name, values.get(field.name, getattr(self, field.name)))
        return copy

    def has_schedules(self) -> bool:
        """Return whether a hyperparameter, here or in a wrapped optimizer, is a schedule."""
        found: list[bool] = []
        self.map_hyperparameters(lambda name, value: found.append(callable(value)))
        return any(found)

    def at(self, t: int) -> Self:
        """Return the optimizer with every schedule replaced by its value in step `t`.

        The value is checked against the range that the hyperparameter has in a schedule: there a
        learning rate may also be 0, as at the end of a decay.
        """

        def value_at(name, value):
            if callable(value):
                value = value(t)
                self._check(name, value, in_schedule=True)
            return value

        return self._copy(value_at, lambda wrapped: wrapped.at(t))


def _in_words(name):
    """Return a class's name in words: one word as it is, of several all but capitals small."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z_]+", name)
    if len(words) < 2:
        return name
    return " ".join(word if word[1:].isupper() else word.lower() for word in words)


def _check_state(cls):
    """Raise a TypeError unless a class that names what it remembers does so in ``state``."""
    if "states" in vars(cls):
        raise TypeError(
            f"{cls.__name__}: what a method remembers is named in state, as in state = ('v',), "
            f"got states = {cls.states!r}"
        )
    state = cls.state
    named = isinstance(state, tuple) and all(isinstance(name, str) for name in state)
    if not (named or hasattr(state, "__get__")):
        raise TypeError(
            f"{cls.__name__}: state must be a tuple of names, as in state = ('v',), "
            f"got state = {state!r}"
        )


def filled(w: Array, number: float) -> Array:
    """Return an array like `w` that holds `number`, in fractions where `w` does."""
    return np.full_like(w, Fraction(str(number)) if np.asarray(w).dtype == object else number)
