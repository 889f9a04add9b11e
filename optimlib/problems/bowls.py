"""Quadratic bowls and saddles in two variables."""

from typing import Any

import numpy as np

from optimlib.checks import check_number
from optimlib.objective import Objective

#: A bowl whose axes are turned by 45°: the coupling of x and y does it.
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

#: A valley along x: the Hessian has the eigenvalues 0.2 and 4, so κ = 20.
elongated_bowl = Objective(
    f=lambda w: 0.1 * w[0] ** 2 + 2 * w[1] ** 2,
    grad=lambda w: (0.2 * w[0], 4 * w[1]),
    hess=lambda w: ((0.2, 0), (0, 4)),
    name="elongated_bowl",
    variables=("x", "y"),
    domain=((-5.0, 5.0), (-2.0, 2.0)),
    minima=((0.0, 0.0),),
    start=(-5.0, -2.0),
)

#: Booth's function, a bowl: the Hessian has the eigenvalues 2 and 18, so κ = 9.
booth = Objective(
    f=lambda w: (w[0] + 2 * w[1] - 7) ** 2 + (2 * w[0] + w[1] - 5) ** 2,
    grad=lambda w: (10 * w[0] + 8 * w[1] - 34, 8 * w[0] + 10 * w[1] - 38),
    hess=lambda w: ((10, 8), (8, 10)),
    name="booth",
    variables=("x", "y"),
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    minima=((1.0, 3.0),),
    start=(-8.0, 4.0),
)

#: Matyas's function, a bowl: the Hessian has the eigenvalues 0.04 and 1, so κ = 25.
matyas = Objective(
    f=lambda w: 0.26 * (w[0] ** 2 + w[1] ** 2) - 0.48 * w[0] * w[1],
    grad=lambda w: (0.52 * w[0] - 0.48 * w[1], 0.52 * w[1] - 0.48 * w[0]),
    hess=lambda w: ((0.52, -0.48), (-0.48, 0.52)),
    name="matyas",
    variables=("x", "y"),
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    minima=((0.0, 0.0),),
    start=(-9.0, 4.0),
)

#: The simplest saddle: a minimum along x, a maximum along y.
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

#: Three valleys and three hills leave the origin, where the Hessian vanishes.
monkey_saddle = Objective(
    f=lambda w: w[0] ** 3 - 3 * w[0] * w[1] ** 2,
    grad=lambda w: (3 * w[0] ** 2 - 3 * w[1] ** 2, -6 * w[0] * w[1]),
    hess=lambda w: ((6 * w[0], -6 * w[1]), (-6 * w[1], -6 * w[0])),
    name="monkey_saddle",
    variables=("x", "y"),
    domain=((-1.5, 1.5), (-1.5, 1.5)),
    saddles=((0.0, 0.0),),
    start=(1.0, 0.1),
)


def quadratic(kappa: float = 10.0, angle: float = 0.0) -> Objective:
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
    check_number("kappa", kappa, positive=True)
    check_number("angle", angle)
    angle = float(angle)
    facts: dict[str, Any] = dict(
        name=f"quadratic(kappa={kappa:g})",
        variables=("x", "y"),
        domain=((-2.0, 2.0), (-2.0, 2.0)),
        minima=((0.0, 0.0),),
        start=(float(kappa), 1.0),
    )
    if angle == 0:
        return Objective(
            f=lambda w, kappa: 0.5 * (w[0] ** 2 + kappa * w[1] ** 2),
            grad=lambda w, kappa: (w[0], kappa * w[1]),
            hess=lambda w, kappa: ((1, 0), (0, kappa)),
            parameters=dict(kappa=kappa),
            **facts,
        )
    cosine, sine = float(np.cos(angle)), float(np.sin(angle))
    facts |= dict(
        name=f"quadratic(kappa={kappa:g}, angle={angle:g})",
        start=(kappa * cosine - sine, kappa * sine + cosine),
    )
    return Objective(
        f=_turned,
        grad=_turned_gradient,
        hess=_turned_hessian,
        parameters=dict(kappa=kappa, angle=angle),
        **facts,
    )


def _turned_entries(kappa, angle):
    # As Python numbers, which leave float32 what it is.
    cosine, sine = np.cos(angle).item(), np.sin(angle).item()
    xx = cosine**2 + kappa * sine**2
    xy = (1 - kappa) * cosine * sine
    yy = sine**2 + kappa * cosine**2
    return xx, xy, yy


def _turned(w, kappa, angle):
    xx, xy, yy = _turned_entries(kappa, angle)
    return 0.5 * (xx * w[0] ** 2 + yy * w[1] ** 2) + xy * w[0] * w[1]


def _turned_gradient(w, kappa, angle):
    xx, xy, yy = _turned_entries(kappa, angle)
    return xx * w[0] + xy * w[1], xy * w[0] + yy * w[1]


def _turned_hessian(w, kappa, angle):
    xx, xy, yy = _turned_entries(kappa, angle)
    return (xx, xy), (xy, yy)
