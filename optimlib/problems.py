"""The named problems of the course, each with gradient, Hessian and what is known about it.

A problem without parameters is an `Objective` (``problems.saddle``); one with parameters is a
function that returns an `Objective` (``problems.quadratic(kappa=100)``).
"""

import difflib

import numpy as np

from optimlib.objective import Objective

square = Objective(
    f=lambda w: w**2,
    grad=lambda w: 2 * w,
    hess=lambda w: 2,
    name="square",
    domain=((-5.0, 5.0),),
    minima=(0.0,),
    start=4.0,
)

cube = Objective(
    f=lambda x: x**3,
    grad=lambda x: 3 * x**2,
    hess=lambda x: 6 * x,
    name="cube",
    variables=("x",),
    domain=((-1.5, 1.5),),
    start=1.0,
)

quartic = Objective(
    f=lambda x: x**4,
    grad=lambda x: 4 * x**3,
    hess=lambda x: 12 * x**2,
    name="quartic",
    variables=("x",),
    domain=((-1.5, 1.5),),
    minima=(0.0,),
    start=1.0,
)

tanh = Objective(
    f=lambda x: np.tanh(x),
    grad=lambda x: 1 - np.tanh(x) ** 2,
    hess=lambda x: -2 * np.tanh(x) * (1 - np.tanh(x) ** 2),
    name="tanh",
    variables=("x",),
    domain=((-2.0, 5.0),),
    start=4.0,
)

coupled_bowl = Objective(
    f=lambda w: w[0] ** 2 + w[1] ** 2 + w[0] * w[1],
    grad=lambda w: (2 * w[0] + w[1], 2 * w[1] + w[0]),
    hess=lambda w: ((2, 1), (1, 2)),
    name="coupled_bowl",
    variables=("x", "y"),
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    minima=((0.0, 0.0),),
    start=(1.0, 2.0),
)

saddle = Objective(
    f=lambda w: w[0] ** 2 - w[1] ** 2,
    grad=lambda w: (2 * w[0], -2 * w[1]),
    hess=lambda w: ((2, 0), (0, -2)),
    name="saddle",
    variables=("x", "y"),
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    saddles=((0.0, 0.0),),
    start=(1.0, 1e-3),
)

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


def quadratic(kappa=10.0, angle=0.0):
    """Return the bowl ½(x² + κ y²), turned by `angle` about the origin.

    Its Hessian has the eigenvalues 1 and κ, so κ is its condition number if κ ≥ 1. The
    eigenvector of 1 points in direction (cos `angle`, sin `angle`).

    Parameters
    ----------
    kappa : float
        κ > 0.
    angle : float
        In radians.

    Raises
    ------
    ValueError
        If κ is not positive and finite, or `angle` is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> turned = ol.problems.quadratic(kappa=100, angle=0.5)
    >>> print(np.linalg.eigvalsh(turned.hess(np.zeros(2))).round(9))
    [  1. 100.]
    """
    _check_number("kappa", kappa, positive=True)
    _check_number("angle", angle)
    facts = dict(
        name=f"quadratic(kappa={kappa:g})",
        variables=("x", "y"),
        domain=((-2.0, 2.0), (-2.0, 2.0)),
        minima=((0.0, 0.0),),
        start=(float(kappa), 1.0),
    )
    if angle == 0:
        return Objective(
            f=lambda w: 0.5 * (w[0] ** 2 + kappa * w[1] ** 2),
            grad=lambda w: (w[0], kappa * w[1]),
            hess=lambda w: ((1, 0), (0, kappa)),
            **facts,
        )
    cosine, sine = float(np.cos(angle)), float(np.sin(angle))
    a = cosine**2 + kappa * sine**2
    b = (1 - kappa) * cosine * sine
    c = sine**2 + kappa * cosine**2
    facts |= dict(
        name=f"quadratic(kappa={kappa:g}, angle={angle:g})",
        start=(kappa * cosine - sine, kappa * sine + cosine),
    )
    return Objective(
        f=lambda w: 0.5 * (a * w[0] ** 2 + c * w[1] ** 2) + b * w[0] * w[1],
        grad=lambda w: (a * w[0] + b * w[1], b * w[0] + c * w[1]),
        hess=lambda w: ((a, b), (b, c)),
        **facts,
    )


def cosh(c=1.0):
    """Return cosh(cx), convex with its minimum 1 at 0.

    Parameters
    ----------
    c : float
        c > 0 scales the variable.

    Raises
    ------
    ValueError
        If c is not positive and finite.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.problems.cosh(c=0.5).hess(0.0))
    0.25
    """
    _check_number("c", c, positive=True)
    return Objective(
        f=lambda x: np.cosh(c * x),
        grad=lambda x: c * np.sinh(c * x),
        hess=lambda x: c**2 * np.cosh(c * x),
        name=f"cosh(c={c:g})",
        variables=("x",),
        domain=((-5 / c, 5 / c),),
        minima=(0.0,),
        start=5 / c,
    )


def x_cos(c=1.0):
    """Return x · cos(cπx), a wave whose hills grow: the course's function with several minima.

    On [−1/c, 2/c] it has a local minimum at −0.273853/c and the global one at 1.090408/c.

    Parameters
    ----------
    c : float
        c > 0 is half the number of periods in a unit of x.

    Raises
    ------
    ValueError
        If c is not positive and finite.

    Examples
    --------
    >>> import optimlib as ol
    >>> wave = ol.problems.x_cos()
    >>> print(wave.f(0.0), wave.f(1.0))
    0.0 -1.0
    """
    _check_number("c", c, positive=True)

    def phase(x):
        return c * (np.pi * x)

    slope = c * np.pi
    return Objective(
        f=lambda x: x * np.cos(phase(x)),
        grad=lambda x: np.cos(phase(x)) - phase(x) * np.sin(phase(x)),
        hess=lambda x: -slope * (2 * np.sin(phase(x)) + phase(x) * np.cos(phase(x))),
        name=f"x_cos(c={c:g})",
        variables=("x",),
        domain=((-1.0 / c, 2.0 / c),),
        minima=(-0.2738526868008509 / c, 1.0904082219467213 / c),
        start=0.3 / c,
    )


CATALOG = {
    "square": square,
    "cube": cube,
    "quartic": quartic,
    "tanh": tanh,
    "cosh": cosh,
    "x_cos": x_cos,
    "coupled_bowl": coupled_bowl,
    "quadratic": quadratic,
    "saddle": saddle,
    "rosenbrock": rosenbrock,
}


def all():
    """Return every problem of the course, with default parameters, as a list of `Objective`.

    Examples
    --------
    >>> import optimlib as ol
    >>> ol.problems.all()[:2]
    [<Objective square(w)>, <Objective cube(x)>]
    """
    return [named(name) for name in CATALOG]


def named(name, **parameters):
    """Return the problem called `name`, with `parameters` if it takes some.

    Raises
    ------
    ValueError
        If there is no problem of this name, or it takes no parameters.

    Examples
    --------
    >>> import optimlib as ol
    >>> ol.problems.named("quadratic", kappa=100)
    <Objective quadratic(kappa=100)(x, y)>
    """
    if not isinstance(name, str) or name not in CATALOG:
        near = difflib.get_close_matches(str(name), CATALOG, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(CATALOG)}"
        raise ValueError(f"unknown problem name = {name!r}; {hint}")
    problem = CATALOG[name]
    if not isinstance(problem, Objective):
        return problem(**parameters)
    if parameters:
        raise ValueError(f"problem {name!r} takes no parameters, got {parameters}")
    return problem


def _check_number(name, value, positive=False):
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number, got {name} = {value!r}")
    if not np.isfinite(value) or (positive and value <= 0):
        words = "finite and > 0" if positive else "finite"
        raise ValueError(f"{name} must be {words}, got {name} = {value!r}")
