"""The named problems of the course, each with gradient, Hessian and what is known about it.

A problem without parameters is an `Objective` (``problems.saddle``); one with parameters is a
function that returns an `Objective` (``problems.quadratic(kappa=100)``). `least_squares` and
`logistic` are made of data of one's own.
"""

import difflib
from collections.abc import Callable
from typing import Any

from optimlib.objective import Objective
from optimlib.problems.bowls import (
    booth,
    coupled_bowl,
    elongated_bowl,
    matyas,
    monkey_saddle,
    quadratic,
    saddle,
)
from optimlib.problems.curves import (
    cosh,
    cube,
    heavy_ball_cycle,
    log_sum_exp,
    quartic,
    reddi,
    square,
    tanh,
    x_cos,
)
from optimlib.problems.landscapes import (
    ackley,
    beale,
    goldstein_price,
    himmelblau,
    mccormick,
    rastrigin,
    rosenbrock,
    styblinski_tang,
    three_hump_camel,
)
from optimlib.problems.losses import least_squares, logistic

__all__ = [
    "CATALOG",
    "NEED_DATA",
    "ackley",
    "all",
    "beale",
    "booth",
    "cosh",
    "coupled_bowl",
    "cube",
    "elongated_bowl",
    "goldstein_price",
    "heavy_ball_cycle",
    "himmelblau",
    "least_squares",
    "log_sum_exp",
    "logistic",
    "matyas",
    "mccormick",
    "monkey_saddle",
    "named",
    "quadratic",
    "quartic",
    "rastrigin",
    "reddi",
    "rosenbrock",
    "saddle",
    "square",
    "styblinski_tang",
    "tanh",
    "three_hump_camel",
    "x_cos",
]

#: Every problem by its name: an `Objective`, or a function that returns one.
CATALOG: dict[str, Objective | Callable[..., Objective]] = {
    "square": square,
    "cube": cube,
    "quartic": quartic,
    "tanh": tanh,
    "cosh": cosh,
    "log_sum_exp": log_sum_exp,
    "x_cos": x_cos,
    "heavy_ball_cycle": heavy_ball_cycle,
    "reddi": reddi,
    "coupled_bowl": coupled_bowl,
    "elongated_bowl": elongated_bowl,
    "quadratic": quadratic,
    "booth": booth,
    "matyas": matyas,
    "saddle": saddle,
    "monkey_saddle": monkey_saddle,
    "rosenbrock": rosenbrock,
    "beale": beale,
    "himmelblau": himmelblau,
    "three_hump_camel": three_hump_camel,
    "goldstein_price": goldstein_price,
    "mccormick": mccormick,
    "rastrigin": rastrigin,
    "ackley": ackley,
    "styblinski_tang": styblinski_tang,
    "least_squares": least_squares,
    "logistic": logistic,
}
#: The names of the problems that are made of data of one's own.
NEED_DATA = ("least_squares", "logistic")


def all() -> list[Objective]:
    """Return every problem that needs no data, with default parameters, as a list of `Objective`.

    Examples
    --------
    >>> import optimlib as ol
    >>> ol.problems.all()[:2]
    [<Objective square(w)>, <Objective cube(x)>]
    """
    return [named(name) for name in CATALOG if name not in NEED_DATA]


def named(name: str, **parameters: Any) -> Objective:
    """Return the problem called `name`, with `parameters` if it takes some.

    Raises
    ------
    ValueError
        If there is no problem of this name, or it takes no parameters.
    TypeError
        If a parameter is missing or has another name.

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
