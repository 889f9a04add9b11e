"""What a handful of measurements says: intervals of means, and many tests at once."""

import math

import numpy as np

from optimlib.types import Array, ArrayLike


def mean_with_interval(
    values: ArrayLike, confidence: float = 0.95
) -> tuple[tuple[float, float, float], float]:
    r"""Return the mean, the ends of its interval, and Student's p that the mean is 0.

    The interval is :math:`\bar x \pm t\,s/\sqrt n` with the quantile t of Student's distribution
    for n − 1 degrees of freedom. It holds what it says for normal values, and about so for others
    that are not very skewed.

    Parameters
    ----------
    values : array, shape (n,)
        At least two finite numbers.
    confidence : number
        Between 0 and 1.

    References
    ----------
    Student, *The probable error of a mean*, 1908.

    Examples
    --------
    >>> (mean, low, high), p = mean_with_interval([1.0, 2.0, 3.0])
    >>> f"{mean:.2f} from {low:.2f} to {high:.2f}, p = {p:.3f}"
    '2.00 from -0.48 to 4.48, p = 0.074'
    """
    from scipy.special import stdtr, stdtrit  # Student's t; scipy.stats takes half a second

    values = np.asarray(values, float)
    n, mean = len(values), float(values.mean())
    error = float(values.std(ddof=1)) / math.sqrt(n)
    # Rounding leaves of equal values a spread of a few units in the last place.
    if error <= 1e-14 * max(abs(mean), np.abs(values).max()):
        return (mean, mean, mean), float(mean == 0)
    half = error * float(stdtrit(n - 1, (1 + confidence) / 2))
    return (mean, mean - half, mean + half), float(2 * stdtr(n - 1, -abs(mean) / error))


def holm(p_values: ArrayLike) -> Array:
    """Return the p-values of several tests, corrected so that at most 5 % of such *sets* err.

    The smallest is multiplied by the number of tests m, the next by m − 1, and so on; none is
    smaller than one before it, and none larger than 1.

    Parameters
    ----------
    p_values : array, shape (m,)

    References
    ----------
    Holm, *A simple sequentially rejective multiple test procedure*, 1979.

    Examples
    --------
    >>> print(holm([0.01, 0.04, 0.03]))
    [0.03 0.06 0.06]
    """
    p_values = np.asarray(p_values, float)
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(order), 0, -1)
    corrected = np.empty(len(order))
    corrected[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1)
    return corrected
