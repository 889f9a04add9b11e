"""Exact arithmetic: a rule's and a problem's trees computed in fractions."""

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any, ClassVar

import numpy as np

from optimlib.expression import OPERATORS, RuleRecording, evaluate, record_problem
from optimlib.objective import Objective
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record

ROOT_DIGITS = 40


def exactly(number: Any) -> Fraction:
    """Return `number` as a `Fraction`, a float as the decimal it prints as: 0.1 is one tenth."""
    return number if isinstance(number, Fraction) else Fraction(str(number))


exactly_all = np.frompyfunc(exactly, 1, 1)


def exact_sqrt(value: Fraction) -> Fraction:
    """Return the square root of a `Fraction`, rounded to 40 digits where it is not rational."""
    if value < 0:
        raise ValueError(f"the square root of {value} is not a real number")
    numerator, denominator = isqrt(value.numerator), isqrt(value.denominator)
    if numerator**2 == value.numerator and denominator**2 == value.denominator:
        return Fraction(numerator, denominator)
    digits = max(0, len(str(value.denominator)) - len(str(value.numerator))) // 2 + ROOT_DIGITS
    return Fraction(isqrt(value.numerator * 100**digits // value.denominator), 10**digits)


def exact_quotient(dividend: Fraction, divisor: Fraction) -> Fraction:
    """Return a quotient of fractions, or say why there is none."""
    if divisor == 0:
        raise ZeroDivisionError(
            f"{dividend} / 0 has no exact value: start from a float to get inf or nan"
        )
    return Fraction(dividend) / divisor


def exact_power(base: Fraction, exponent: Fraction) -> Fraction:
    """Return a power of a `Fraction` with a whole or half exponent."""
    if exponent == int(exponent):
        return base ** int(exponent)
    if 2 * exponent == int(2 * exponent):
        return exact_sqrt(base ** int(2 * exponent))
    raise TypeError(f"the power {exponent} has no exact rational value: start from a float instead")


class _ExactFunctions(dict):
    """The operations that have exact rational values."""

    def get(self, function, default=None):
        if function not in self:
            raise TypeError(
                f"{function.__name__} has no exact rational value: start from a float instead"
            )
        return self[function]


EXACT_FUNCTIONS = _ExactFunctions(OPERATORS)
EXACT_FUNCTIONS[np.sqrt] = np.frompyfunc(exact_sqrt, 1, 1)
EXACT_FUNCTIONS[np.divide] = np.frompyfunc(exact_quotient, 2, 1)
EXACT_FUNCTIONS[np.power] = np.frompyfunc(exact_power, 2, 1)
EXACT_FUNCTIONS[np.square] = lambda value: value**2


def _exact_value(node, values, cache):
    return evaluate(node, values, constant=exactly, functions=EXACT_FUNCTIONS, cache=cache)


@dataclass(frozen=True)
class ExactRule:
    """Stands in for `rule`, whose hyperparameters are fractions, in a run on fractions."""

    rule: Rule
    recording: RuleRecording
    sees_point = True

    advance: ClassVar[Any] = Rule.advance
    state = property(lambda self: self.rule.state)

    def _value(self, node, cache, state, **inputs):
        states = dict(zip(self.rule.state, state, strict=True))
        values = self.rule.hyperparameters()
        return _exact_value(node, values | states | inputs, cache)

    def look_ahead(self, w: Any, *state: Any) -> Any:
        return self._value(self.recording.look_ahead, {}, state, w=w)

    def update(self, t: int, g: Any, *state: Any, w: Any) -> Record:
        cache: dict[int, Any] = {}
        names = self.recording.names.items()
        return {name: self._value(node, cache, state, t=t, g=g, w=w) for name, node in names}

    def check_record(self, record: object) -> None:
        """Nothing to check: the recording was."""


class ExactObjective:
    """Stands in for `objective` in a run on fractions."""

    def __init__(self, objective: Objective) -> None:
        self.variables = objective.variables
        self.gradient = record_problem(objective, "grad")

    def grad(self, w: Array) -> Array:
        values = dict(zip(self.variables, w, strict=True))
        cache: dict[int, Any] = {}
        components = [_exact_value(node, values, cache) for node in self.gradient]
        return np.array([c + 0 * x for c, x in zip(components, w, strict=True)], dtype=object)
