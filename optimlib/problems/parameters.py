"""Checks of a problem's parameters."""

from numbers import Integral

import numpy as np


def check_number(name, value, positive=False):
    """Raise an error that names the parameter unless `value` is a finite number, > 0 if asked."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number, got {name} = {value!r}")
    if not np.isfinite(value) or (positive and value <= 0):
        words = "finite and > 0" if positive else "finite"
        raise ValueError(f"{name} must be {words}, got {name} = {value!r}")


def check_dim(dim):
    """Raise an error unless `dim` counts at least one variable."""
    if isinstance(dim, bool) or not isinstance(dim, Integral):
        raise TypeError(f"dim must be an integer, got dim = {dim!r}")
    if dim < 1:
        raise ValueError(f"dim must be >= 1, got dim = {dim!r}")
