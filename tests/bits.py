"""Equality to the last bit."""

import numpy as np


def same(a, b):
    """Return whether two arrays have one type, one shape and the same bits.

    One nan is like another: which sign it has depends on the processor.
    """
    a, b = np.array(a), np.array(b)
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype == object:
        return bool(np.all(a == b))
    if a.dtype.kind == "f":
        for array in (a, b):
            array[np.isnan(array)] = np.nan
    return a.tobytes() == b.tobytes()
