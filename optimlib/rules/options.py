"""Hyperparameters that a rule may do without, and states that do not start at 0."""

from dataclasses import fields
from fractions import Fraction
from numbers import Real

import numpy as np


class OptionalHyperparameters:
    """Fields annotated ``float | None`` are hyperparameters too, unless they are None.

    None stands for a form of the rule in which that hyperparameter does not occur: it is then
    absent from the formula as well.
    """

    def __post_init__(self):
        super().__post_init__()
        for name, value in self._given().items():
            if not callable(value):
                self._check(name, value)

    def _given(self):
        names = (field.name for field in fields(self) if field.type == float | None)
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def hyperparameters(self):
        return super().hyperparameters() | self._given()


def check_start(rule, name):
    """Raise an error unless the option `name`, a value in which a state starts, is >= 0."""
    value = getattr(rule, name)
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{type(rule).__name__}: {name} must be a number, got {name} = {value!r}")
    if not 0 <= value < np.inf:
        raise ValueError(
            f"{type(rule).__name__}: {name} must be finite and >= 0, got {name} = {value!r}"
        )


def filled(w, number):
    """Return an array like `w` that holds `number`, in fractions where `w` does."""
    return np.full_like(w, Fraction(str(number)) if np.asarray(w).dtype == object else number)
