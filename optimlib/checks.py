"""Checks of arguments. Each error names the argument and its value."""

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral, Rational, Real
from typing import Any

import numpy as np

from optimlib.types import Array


def check_count(name: str, value: Any, least: int) -> Any:
    """Return `value` if it is an integer and at least `least`, else raise an error naming it."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {name} = {value!r}")
    if value < least:
        raise ValueError(f"{name} must be >= {least}, got {name} = {value!r}")
    return value


def check_number(name: str, value: Any, positive: bool = False) -> None:
    """Raise an error that names the argument unless `value` is a finite number, > 0 if asked."""
    if not is_number(value):
        raise TypeError(f"{name} must be a number, got {name} = {value!r}")
    if not is_finite(value) or (positive and value <= 0):
        words = "finite and > 0" if positive else "finite"
        raise ValueError(f"{name} must be {words}, got {name} = {value!r}")


def is_number(value: object) -> bool:
    """Return whether `value` is a real number, which True and False are not meant to be."""
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def is_finite(value: Any) -> bool:
    """Return whether a real number is finite as a float, which 10**400 is not."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def check_dim(dim: object) -> None:
    """Raise an error unless `dim` counts at least one variable."""
    check_count("dim", dim, least=1)


def check_choice(name: str, value: Any, choices: Iterable[str]) -> str:
    """Return `value` if it is one of the texts `choices`, else raise an error naming it."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {name} = {value!r}")
    return value


def check_flag(name: str, value: object) -> None:
    """Raise an error that names the argument unless `value` is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {name} = {value!r}")


def real_array(name: str, value: Any, finite: bool = True, exact: bool = False) -> Array:
    """Return `value` as an array of floats; with `exact`, of objects if it holds fractions.

    Raises
    ------
    TypeError
        If it does not consist of real numbers, or has a mask.
    ValueError
        If rows differ in their lengths, or a number is not finite and should be.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must be an array without a mask, got {name} = {value!r}")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} must have one length in each dimension, got {name} = {value!r}"
        ) from error
    if array.dtype == object and array.size and all(map(is_number, array.flat)):
        fractions = all(isinstance(x, Rational) for x in array.flat)
        if exact and fractions and not all(isinstance(x, Integral) for x in array.flat):
            return array
        array = _as_floats(name, value, array)
    if array.dtype.kind not in "fiu" or _holds_truth_values(value):
        raise TypeError(f"{name} must be a real number or an array of them, got {name} = {value!r}")
    if finite and not np.all(np.isfinite(array)):
        raise ValueError(f"{name} must be finite, got {name} = {value!r}")
    return array if array.dtype.kind == "f" else array.astype(float)


def _holds_truth_values(value):
    """Return whether True or False is in nested lists, where NumPy reads it as a number."""
    if isinstance(value, list | tuple):
        return any(map(_holds_truth_values, value))
    return isinstance(value, bool)


def _as_floats(name, value, array):
    """Return fractions, and integers that no type of NumPy holds, as floats."""
    try:
        return array.astype(float)
    except OverflowError:
        raise ValueError(f"{name} must be finite as a float, got {name} = {value!r}") from None


def check_box(name: str, box: Any, variables: Sequence[str]) -> Array:
    """Return the lows and the highs of a box, shape (2, d), or raise an error naming it."""
    try:
        limits = real_array(name, box)
    except (TypeError, ValueError):
        limits = np.empty(0)
    if limits.shape != (len(variables), 2) or not np.all(limits[:, 0] < limits[:, 1]):
        raise ValueError(
            f"{name} must be one finite (low, high) with low < high for each of "
            f"{', '.join(variables)}, got {name} = {box!r}"
        )
    return limits.astype(float).T


def mismatch(
    error: Exception, name: str, function: Callable[..., Any], *args: Any, **kwargs: Any
) -> Exception:
    """Return an error that names a function which cannot be called like this, else `error`."""
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError as why:
        return TypeError(f"{name} cannot be called as it should be: {why}, got {function!r}")
    except ValueError:  # it has no signature
        pass
    return error
