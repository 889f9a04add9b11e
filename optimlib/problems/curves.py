"""Problems in one variable."""

import numpy as np

from optimlib.checks import check_number
from optimlib.objective import Objective, Stream

#: The simplest bowl, with slope 2w.
square = Objective(
    f=lambda w: w**2,
    grad=lambda w: 2 * w,
    hess=lambda w: 2,
    name="square",
    domain=((-5.0, 5.0),),
    minima=(0.0,),
    start=4.0,
)

#: Flat at 0, where there is no minimum: the slope is nowhere negative.
cube = Objective(
    f=lambda x: x**3,
    grad=lambda x: 3 * x**2,
    hess=lambda x: 6 * x,
    name="cube",
    variables=("x",),
    domain=((-1.5, 1.5),),
    start=1.0,
)

#: A bowl whose curvature is 0 at its minimum.
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

#: An S between two plains: far out the slope vanishes, and there is no minimum.
tanh = Objective(
    f=lambda x: np.tanh(x),
    grad=lambda x: 1 - np.tanh(x) ** 2,
    hess=lambda x: -2 * np.tanh(x) * (1 - np.tanh(x) ** 2),
    name="tanh",
    variables=("x",),
    domain=((-2.0, 5.0),),
    start=4.0,
)

# logaddexp(x, −x) = |x| + log(1 + e^(−2|x|)): no exponential overflows.
#: A smooth form of abs(x), with curvature 1 at 0.
log_sum_exp = Objective(
    f=lambda x: np.logaddexp(x, -x),
    grad=lambda x: np.tanh(x),
    hess=lambda x: 1 - np.tanh(x) ** 2,
    name="log_sum_exp",
    variables=("x",),
    domain=((-3.0, 3.0),),
    minima=(0.0,),
    start=1.0,
)

#: The slope is 25x up to x = 1, then x + 24 up to x = 2, then 25x − 24: convex, with curvature
#: between 1 and 25. The heavy ball with η = 1/9 and β = 4/9, right for such a quadratic, ends in
#: a cycle of three points (Lessard, Recht & Packard 2016).
heavy_ball_cycle = Objective(
    f=lambda x: 12.5 * x**2 - 12 * (np.maximum(x - 1, 0) ** 2 - np.maximum(x - 2, 0) ** 2),
    grad=lambda x: 25 * x - 24 * np.minimum(np.maximum(x - 1, 0), 1),
    hess=lambda x: 25 - 24 * (np.heaviside(x - 1, 1) - np.heaviside(x - 2, 1)),
    name="heavy_ball_cycle",
    variables=("x",),
    domain=((-3.0, 4.0),),
    minima=(0.0,),
    start=3.3,
)


def _line(slope, name):
    return Objective(
        f=lambda x: slope * x,
        grad=lambda x: slope,
        hess=lambda x: 0,
        name=name,
        variables=("x",),
        domain=((-1.0, 1.0),),
        start=0.0,
    )


_steep, _gentle = _line(1010.0, "reddi, steep"), _line(-10.0, "reddi, gentle")

#: 1010x in the steps t = 1, 102, 203, ..., else −10x: on average 10x/101, which is least at −1,
#: the end of [−1, 1] (keeping to that interval is the optimizer's task). Adam with β₂ = 0.99
#: goes to +1 (Reddi, Kale & Kumar 2018).
reddi = Stream(_line(10 / 101, "reddi"), lambda t: _steep if t % 101 == 1 else _gentle)


def cosh(c: float = 1.0) -> Objective:
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
    check_number("c", c, positive=True)
    return Objective(
        f=lambda x, c: np.cosh(c * x),
        grad=lambda x, c: c * np.sinh(c * x),
        hess=lambda x, c: c**2 * np.cosh(c * x),
        parameters=dict(c=c),
        name=f"cosh(c={c:g})",
        variables=("x",),
        domain=((-5 / c, 5 / c),),
        minima=(0.0,),
        start=5 / c,
    )


def x_cos(c: float = 1.0) -> Objective:
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
    check_number("c", c, positive=True)

    def phase(x, c):
        return c * (np.pi * x)

    def bend(x, c):
        return 2 * np.sin(phase(x, c)) + phase(x, c) * np.cos(phase(x, c))

    return Objective(
        f=lambda x, c: x * np.cos(phase(x, c)),
        grad=lambda x, c: np.cos(phase(x, c)) - phase(x, c) * np.sin(phase(x, c)),
        hess=lambda x, c: -(c * np.pi) * bend(x, c),
        parameters=dict(c=c),
        name=f"x_cos(c={c:g})",
        variables=("x",),
        domain=((-1.0 / c, 2.0 / c),),
        minima=(-0.2738526868008509 / c, 1.0904082219467213 / c),
        start=0.3 / c,
    )
