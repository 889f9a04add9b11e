"""Many runs at once: hyperparameter sweeps, and maps of which minimum each start reaches."""

from dataclasses import dataclass

import numpy as np

from optimlib.checks import check_box, check_count, check_number, real_array
from optimlib.descent import check_pair, run
from optimlib.objective import Objective
from optimlib.rules.optimizer import Optimizer
from optimlib.types import Array, ArrayLike, Box, Points


def sweep(
    rule: Optimizer,
    objective: Objective,
    w0: ArrayLike,
    steps: int,
    *,
    threads: int = 1,
    compiled: bool = False,
    **values: Points,
) -> Array:
    """Return the objective after `steps` steps for every combination of hyperparameters.

    Parameters
    ----------
    rule : Optimizer
        Gives the hyperparameters that are not swept.
    objective : Objective
    w0 : number or array, shape (d,)
        One start.
    steps, threads, compiled
        As in `run`.
    **values : 1-D sequences
        For each swept hyperparameter its values. In a wrapper those of what it wraps are swept
        like its own, in `Blocks` by names like ``**{"W.lr": [0.1, 0.2]}``: those of the rule for W.

    Returns
    -------
    array
        One axis for each swept hyperparameter, in the order given; inf or nan where the run
        diverged.

    Raises
    ------
    ValueError
        If a name is no hyperparameter of the rule or that of several in a wrapper, a value is out
        of range, or nothing is swept.
    TypeError
        As `run`.

    Examples
    --------
    >>> import optimlib as ol
    >>> rule, problem = ol.Momentum(lr=0.1), ol.problems.square
    >>> heights = ol.sweep(rule, problem, 4.0, 50, lr=[0.01, 0.1, 1.0], beta=[0, 0.5])
    >>> print(heights.round(3))
    [[ 2.122  0.246]
     [ 0.     0.   ]
     [16.     0.   ]]

    The rate of a rule inside of a wrapper:

    >>> clipped = ol.ClipNorm(ol.GradientDescent(lr=0.1), limit=1)
    >>> print(ol.sweep(clipped, problem, 4.0, 50, lr=[0.01, 0.1]).round(3))
    [12.25  0.  ]
    """
    check_pair(rule, objective)
    if not values:
        raise ValueError("name at least one hyperparameter to sweep, e.g. lr=[0.1, 0.2]")
    known: list[str] = []
    rule.map_hyperparameters(lambda name, value: known.append(name))
    for name, given in values.items():
        meant = [k for k in known if k == name or k.endswith(f".{name}")]
        if not meant:
            raise ValueError(f"{type(rule).__name__} has no {name}, only {', '.join(known)}")
        if len(meant) > 1:
            which = f": {', '.join(meant)}" if name not in meant else ""
            raise ValueError(f"{rule!r} has {len(meant)} hyperparameters {name}{which}")
        array = real_array(name, given, finite=False)
        if array.ndim != 1 or not array.size:
            raise ValueError(f"{name} must be a list of values, got {name} = {given!r}")
    start = real_array("w0", rule.flat_start(w0, objective))
    objective.check_dimension(start, "w0")
    if start.ndim > 1:
        raise ValueError(f"w0 must be one start, got w0 of shape {start.shape}")
    axes = np.meshgrid(*map(np.asarray, values.values()), indexing="ij")
    swept = rule.with_hyperparameters(**dict(zip(values, axes, strict=True)))
    start = start.reshape(objective.dim, *(1,) * len(axes))
    with np.errstate(all="ignore"):
        return np.asarray(objective.f(run(swept, objective, start, steps, threads, compiled)))


@dataclass(frozen=True, eq=False)
class Basins:
    """Which minimum each start of a grid reaches.

    Attributes
    ----------
    minima : array, shape (d, k)
    reached : int array, shape (size,) * d
        For each start the number of its minimum, −1 where it reaches none of them.
    starts : array, shape (d, size, ...)
    """

    minima: Array
    reached: Array
    starts: Array

    @property
    def shares(self) -> Array:
        """The share of starts that reach each minimum, and last the share that reaches none."""
        counts = [np.mean(self.reached == i) for i in range(self.minima.shape[1])]
        return np.array([*counts, np.mean(self.reached == -1)])

    def __repr__(self) -> str:
        places = [tuple(round(float(x), 4) for x in point) for point in self.minima.T]
        lines = [
            f"{share:6.1%} of the starts reach {p}"
            for p, share in zip(places, self.shares[:-1], strict=True)
        ]
        return "\n".join([*lines, f"{self.shares[-1]:6.1%} reach none of them"])


def basins(
    rule: Optimizer,
    objective: Objective,
    steps: int,
    *,
    size: int = 512,
    domain: Box | None = None,
    tolerance: float = 1e-2,
    threads: int = 1,
    compiled: bool = False,
) -> Basins:
    """Run from every point of a grid and tell which known minimum each run is near to at the end.

    Parameters
    ----------
    rule : Optimizer
    objective : Objective
        Of one or two variables, with its minima.
    steps, threads, compiled
        As in `run`.
    size : int
        Starts along each axis, at least 2.
    domain : (low, high) for each variable, optional
        By default the objective's own.
    tolerance : float
        How near is near, relative to the longest side of the domain.

    Returns
    -------
    Basins

    Raises
    ------
    ValueError
        If the objective has no known minima or more than two variables, `domain` does not fit it,
        or `size` or `tolerance` is too small.
    TypeError
        As `run`.

    Examples
    --------
    >>> import optimlib as ol
    >>> ol.basins(ol.GradientDescent(lr=0.01), ol.problems.x_cos(), steps=500, size=300)
     42.3% of the starts reach (-0.2739,)
     57.7% of the starts reach (1.0904,)
      0.0% reach none of them
    """
    check_pair(rule, objective)
    if not objective.minima:
        raise ValueError(f"objective must have known minima, {objective.name} has none")
    if objective.dim > 2:
        raise ValueError(
            f"objective must have one or two variables, got {objective.name} with {objective.dim}"
        )
    check_count("size", size, least=2)
    check_number("tolerance", tolerance, positive=True)
    box = objective.domain if domain is None else domain
    low, high = check_box("domain", box, objective.variables)
    axes = np.linspace(low, high, size).T
    starts = np.array(np.meshgrid(*axes, indexing="ij"))
    minima = np.reshape(np.array(objective.minima, dtype=float), (-1, objective.dim)).T
    ends = run(rule, objective, starts, steps, threads, compiled)
    apart = np.stack([_distance(ends, point) for point in minima.T])
    near = apart.min(axis=0) <= tolerance * np.max(high - low)
    return Basins(minima, np.where(near, apart.argmin(axis=0), -1), starts)


def _distance(ends, point):
    with np.errstate(all="ignore"):
        distance = np.sqrt(sum((end - x) ** 2 for end, x in zip(ends, point, strict=True)))
    return np.where(np.isnan(distance), np.inf, distance)
