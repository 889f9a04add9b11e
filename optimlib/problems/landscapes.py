"""The landscapes on which optimizers are customarily tried.

Critical points that have no closed form are rounded to the nearest float64.
"""

import itertools
import operator
from functools import reduce

import numpy as np

from optimlib.checks import check_dim
from optimlib.objective import Objective

#: A curved valley, steep across and nearly flat along (Rosenbrock 1960).
rosenbrock = Objective(
    f=lambda w: (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2,
    grad=lambda w: (
        -2 * (1 - w[0]) - 400 * w[0] * (w[1] - w[0] ** 2),
        200 * (w[1] - w[0] ** 2),
    ),
    hess=lambda w: (
        (2 - 400 * (w[1] - 3 * w[0] ** 2), -400 * w[0]),
        (-400 * w[0], 200),
    ),
    name="rosenbrock",
    variables=("x", "y"),
    domain=((-2.0, 2.0), (-1.0, 3.0)),
    minima=((1.0, 1.0),),
    start=(-1.2, 1.0),
)


def _beale_residuals(x, y):
    return 1.5 - x * (1 - y), 2.25 - x * (1 - y**2), 2.625 - x * (1 - y**3)


def _beale(w):
    a, b, c = _beale_residuals(*w)
    return a**2 + b**2 + c**2


def _beale_gradient(w):
    x, y = w
    a, b, c = _beale_residuals(x, y)
    return (
        -2 * (a * (1 - y) + b * (1 - y**2) + c * (1 - y**3)),
        2 * x * (a + 2 * y * b + 3 * y**2 * c),
    )


def _beale_hessian(w):
    x, y = w
    a, b, c = _beale_residuals(x, y)
    xx = 2 * ((1 - y) ** 2 + (1 - y**2) ** 2 + (1 - y**3) ** 2)
    xy = 2 * (a + 2 * y * b + 3 * y**2 * c)
    xy = xy - 2 * x * ((1 - y) + 2 * y * (1 - y**2) + 3 * y**2 * (1 - y**3))
    yy = 2 * x * (2 * b + 6 * y * c + x * (1 + 4 * y**2 + 9 * y**4))
    return (xx, xy), (xy, yy)


#: A plain with steep walls and one minimum (Beale 1958).
beale = Objective(
    f=_beale,
    grad=_beale_gradient,
    hess=_beale_hessian,
    name="beale",
    variables=("x", "y"),
    domain=((-4.5, 4.5), (-4.5, 4.5)),
    minima=((3.0, 0.5),),
    saddles=((0.0, 1.0), (0.10053793732415836, -2.644513585023125)),
    start=(1.0, 1.0),
)

# The maximum 181.6165 is at (−0.2708445906673476, −0.9230385564799815).
#: Four minima with the value 0, four saddles, and a maximum between them (Himmelblau 1972).
himmelblau = Objective(
    f=lambda w: (w[0] ** 2 + w[1] - 11) ** 2 + (w[0] + w[1] ** 2 - 7) ** 2,
    grad=lambda w: (
        4 * w[0] * (w[0] ** 2 + w[1] - 11) + 2 * (w[0] + w[1] ** 2 - 7),
        2 * (w[0] ** 2 + w[1] - 11) + 4 * w[1] * (w[0] + w[1] ** 2 - 7),
    ),
    hess=lambda w: (
        (12 * w[0] ** 2 + 4 * w[1] - 42, 4 * (w[0] + w[1])),
        (4 * (w[0] + w[1]), 12 * w[1] ** 2 + 4 * w[0] - 26),
    ),
    name="himmelblau",
    variables=("x", "y"),
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    minima=(
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.2831859912861696),
        (3.5844283403304917, -1.8481265269644036),
    ),
    saddles=(
        (3.385154183607021, 0.07385187983774928),
        (0.08667750455539636, 2.884254701174776),
        (-3.0730257507643897, -0.08135304428796751),
        (-0.12796134673068008, -1.9537149802445763),
    ),
    start=(0.0, 0.0),
)

# At its critical points y = −x/2, and x = 0 or x² = 2.1 ± √0.91.
#: Three minima and two saddles on the line y = −x/2; the global minimum is in the middle.
three_hump_camel = Objective(
    f=lambda w: 2 * w[0] ** 2 - 1.05 * w[0] ** 4 + w[0] ** 6 / 6 + w[0] * w[1] + w[1] ** 2,
    grad=lambda w: (4 * w[0] - 4.2 * w[0] ** 3 + w[0] ** 5 + w[1], w[0] + 2 * w[1]),
    hess=lambda w: ((4 - 12.6 * w[0] ** 2 + 5 * w[0] ** 4, 1), (1, 2)),
    name="three_hump_camel",
    variables=("x", "y"),
    domain=((-2.5, 2.5), (-2.5, 2.5)),
    minima=(
        (0.0, 0.0),
        (1.7475523458302888, -0.8737761729151444),
        (-1.7475523458302888, 0.8737761729151444),
    ),
    saddles=((1.07054229182366, -0.53527114591183), (-1.07054229182366, 0.53527114591183)),
    start=(2.0, 1.0),
)


# Goldstein and Price's function is A(x + y) · B(2x − 3y), which shows where it is critical: at
# x + y = −1, 1, 2 and 2x − 3y = 0, 1, 3. The maximum 1155 is at (0.8, 0.2).
def _goldstein_price_factors(w):
    u, v = w[0] + w[1], 2 * w[0] - 3 * w[1]
    a = 1 + (u + 1) ** 2 * (19 - 14 * u + 3 * u**2)
    b = 30 + v**2 * (18 - 16 * v + 3 * v**2)
    return u, v, a, b


def _goldstein_price(w):
    _, _, a, b = _goldstein_price_factors(w)
    return a * b


def _goldstein_price_gradient(w):
    u, v, a, b = _goldstein_price_factors(w)
    along_u = 12 * (u + 1) * (u - 1) * (u - 2) * b
    along_v = v * (v - 1) * (v - 3) * a
    return along_u + 24 * along_v, along_u - 36 * along_v


def _goldstein_price_hessian(w):
    u, v, a, b = _goldstein_price_factors(w)
    uu = 12 * (3 * u**2 - 4 * u - 1) * b
    uv = 144 * (u + 1) * (u - 1) * (u - 2) * v * (v - 1) * (v - 3)
    vv = 12 * (3 * v**2 - 8 * v + 3) * a
    xy = uu - uv - 6 * vv
    return (uu + 4 * uv + 4 * vv, xy), (xy, uu - 6 * uv + 9 * vv)


#: Several minima, and values from 3 to a million (Goldstein & Price 1971).
goldstein_price = Objective(
    f=_goldstein_price,
    grad=_goldstein_price_gradient,
    hess=_goldstein_price_hessian,
    name="goldstein_price",
    variables=("x", "y"),
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    minima=((0.0, -1.0), (-0.6, -0.4), (1.8, 0.2), (1.2, 0.8)),
    saddles=((1.2, -0.2), (-0.4, -0.6), (0.6, 0.4), (1.4, 0.6)),
    start=(-1.5, 1.0),
)

# Critical where x − y = 1 and cos(x + y) = −1/2; the global minimum is (½ − π/3, −½ − π/3).
#: A wave on a valley: minima and saddles in turn (McCormick 1976).
mccormick = Objective(
    f=lambda w: np.sin(w[0] + w[1]) + (w[0] - w[1]) ** 2 - 1.5 * w[0] + 2.5 * w[1] + 1,
    grad=lambda w: (
        np.cos(w[0] + w[1]) + 2 * (w[0] - w[1]) - 1.5,
        np.cos(w[0] + w[1]) - 2 * (w[0] - w[1]) + 2.5,
    ),
    hess=lambda w: (
        (2 - np.sin(w[0] + w[1]), -2 - np.sin(w[0] + w[1])),
        (-2 - np.sin(w[0] + w[1]), 2 - np.sin(w[0] + w[1])),
    ),
    name="mccormick",
    variables=("x", "y"),
    domain=((-1.5, 4.0), (-3.0, 4.0)),
    minima=((-0.5471975511965977, -1.5471975511965979), (2.5943951023931957, 1.5943951023931955)),
    saddles=((1.5471975511965979, 0.5471975511965977),),
    start=(3.0, -2.0),
)


# Problems in any number of variables


def rastrigin(dim: int = 2) -> Objective:
    """Return 10d + Σ (x² − 10 cos 2πx), a bowl full of local minima near the whole numbers.

    The global minimum 0, the only one that is listed, is at the origin.

    Parameters
    ----------
    dim : int
        The number d of variables, at least 1.

    Raises
    ------
    TypeError, ValueError
        If `dim` is not an integer or less than 1.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> print(ol.problems.rastrigin(dim=3).f(np.array([0.0, 1.0, -2.0])))
    5.0
    """
    turn = 2 * np.pi
    return _of_components(
        f=lambda w: 10 * dim + _total(x**2 - 10 * np.cos(turn * x) for x in w),
        grad=lambda w: [2 * x + 10 * turn * np.sin(turn * x) for x in w],
        hess=lambda w: _diagonal([2 + 10 * turn**2 * np.cos(turn * x) for x in w]),
        name="rastrigin",
        dim=dim,
        side=5.12,
        minima=_corners([0.0], dim),
        start=(3.3, -2.6),
    )


def styblinski_tang(dim: int = 2) -> Objective:
    """Return ½ Σ (x⁴ − 16x² + 5x), with one global minimum among 2ᵈ.

    Each variable is −2.903534 or 2.746803 at a minimum, 0.156731 at the only maximum. Listed
    are the global minimum, −39.166166d, and for d ≤ 2 the local ones and the saddles.

    Parameters
    ----------
    dim : int
        The number d of variables, at least 1.

    Raises
    ------
    TypeError, ValueError
        If `dim` is not an integer or less than 1.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.problems.styblinski_tang(dim=1).minima)
    (-2.903534027771177, 2.746802770990837)
    """
    check_dim(dim)
    low, hill, high = -2.903534027771177, 0.1567312567803401, 2.746802770990837
    valleys = [low, high] if dim in (1, 2) else [low]
    return _of_components(
        f=lambda w: 0.5 * _total(x**4 - 16 * x**2 + 5 * x for x in w),
        grad=lambda w: [2 * x**3 - 16 * x + 2.5 for x in w],
        hess=lambda w: _diagonal([6 * x**2 - 16 for x in w]),
        name="styblinski_tang",
        dim=dim,
        side=5.0,
        minima=_corners(valleys, dim),
        saddles=((low, hill), (hill, low), (high, hill), (hill, high)) if dim == 2 else (),
        start=(0.5, 1.0),
    )


def ackley(dim: int = 2) -> Objective:
    r"""Return Ackley's function, nearly flat far out and a cone at its minimum 0 at the origin.

    .. math:: f = 20 - 20\,e^{-r/5} + e - e^{c}, \quad
              r = \sqrt{\tfrac1d \sum x^2}, \quad c = \tfrac1d \sum \cos 2 \pi x

    At the tip of the cone there is no gradient: `grad` is 0 there, and `hess`, which grows
    like 1/r near it, is finite but huge. Local minima are near whole numbers and not listed.

    Parameters
    ----------
    dim : int
        The number d of variables, at least 1.

    Raises
    ------
    TypeError, ValueError
        If `dim` is not an integer or less than 1.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> cone = ol.problems.ackley()
    >>> print(cone.f(np.zeros(2)), cone.grad(np.zeros(2)), cone.grad(np.array([1e-9, 0])).round(6))
    0.0 [0. 0.] [2.828427 0.      ]
    """
    turn = 2 * np.pi

    def radius(w):
        return np.sqrt(_total(x**2 for x in w) / dim)

    def ripple(w):
        return np.exp(_total(np.cos(turn * x) for x in w) / dim)

    def nonzero(r):
        # x / r is then 0 at the origin; in float32 the square of a smaller r is not accurate.
        return np.maximum(r, 1e-20)

    def f(w):
        return 20 - 20 * np.exp(-0.2 * radius(w)) + (np.e - ripple(w))

    def grad(w):
        r, waves = radius(w), ripple(w)
        slope = 4 * np.exp(-0.2 * r) / nonzero(r)
        return [(slope * x + turn * np.sin(turn * x) * waves) / dim for x in w]

    def hess(w):
        r, waves = radius(w), ripple(w)
        slope = 4 * np.exp(-0.2 * r) / nonzero(r)
        units = [x / nonzero(r) for x in w]
        bends = (0.2 * r + 1) * slope / dim
        sines = [turn * np.sin(turn * x) for x in w]

        def entry(i, j):
            mixed = bends * units[i] * units[j] + waves * sines[i] * sines[j] / dim
            if i != j:
                return -mixed / dim
            return (slope + turn**2 * np.cos(turn * w[i]) * waves - mixed) / dim

        return [[entry(i, j) for j in range(dim)] for i in range(dim)]

    return _of_components(
        f, grad, hess, "ackley", dim, side=32.768, minima=_corners([0.0], dim), start=(12.3, -7.6)
    )


def _of_components(f, grad, hess, name, dim, side, start, **points):
    """Return the objective of `dim` variables whose functions take and give components.

    `start` is repeated to fill the variables; the domain is [−side, side] in each.
    """
    check_dim(dim)
    if dim == 1:
        readings = (lambda x: f([x]), lambda x: grad([x])[0], lambda x: hess([x])[0][0])
    else:
        readings = (f, grad, hess)
    start = tuple(itertools.islice(itertools.cycle(start), dim))
    names = {1: ("x",), 2: ("x", "y")}
    return Objective(
        *readings,
        name=name if dim == 2 else f"{name}(dim={dim})",
        variables=names.get(dim) or tuple(f"x{i}" for i in range(1, dim + 1)),
        domain=((-side, side),) * dim,
        start=start if dim > 1 else start[0],
        **points,
    )


def _total(terms):
    return reduce(operator.add, terms)


def _diagonal(entries):
    return [[a if i == j else 0 for j in range(len(entries))] for i, a in enumerate(entries)]


def _corners(values, dim):
    """Return the points whose every coordinate is one of `values`."""
    check_dim(dim)
    points = itertools.product(values, repeat=dim)
    return tuple(point if dim > 1 else point[0] for point in points)
