"""Line searches: how far to go from a point in a direction.

A line search looks at φ(α) = f(w + αp) for α > 0 and returns a `StepLength`. It is a configured
object that is called with an objective, a point and a direction, alone or by the optimizers that
have a ``line_search``. Any function that is called like one and returns a `StepLength` will do: it
is given points and directions of shape (d, N), and returns arrays of shape (N,).
"""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, TypeAlias

import numpy as np

from optimlib.checks import mismatch, real_array
from optimlib.objective import Objective, check_objective
from optimlib.types import Array, ArrayLike, Numeric

# How far a trial keeps from the ends of its interval, as a share of the interval's width.
MARGIN = 0.1


@dataclass(frozen=True)
class StepLength:
    r"""What a line search found, for each run of a batch.

    Attributes
    ----------
    alpha : array, shape (\*batch)
        The step length α. It is 0, so that the run stays where it is, if none was found.
    evaluations : array of int, shape (\*batch)
        At how many points along the line the objective was evaluated, the start not counted.
    outcome : array of str, shape (\*batch)
        ``"found"``, or why nothing was: ``"flat"`` (gᵀp = 0: a critical point, mostly);
        ``"ascent"`` (gᵀp > 0: p does not lead downhill); ``"not finite"`` (the value or the
        slope at the start is inf or nan); ``"exhausted"`` (too many evaluations, or no number is
        left between two trials; `StrongWolfe` then gives the best α it met); ``"unbounded"``
        (pᵀHp ≤ 0 in an `ExactLineSearch`; α is inf).
    """

    alpha: Array
    evaluations: Array
    outcome: Array

    def __bool__(self) -> bool:
        """Whether a step length was found in every run."""
        return bool(np.all(self.outcome == "found"))


LineSearch: TypeAlias = Callable[..., StepLength]


@dataclass(frozen=True)
class ExactLineSearch:
    r"""The minimum along the line, if f is quadratic: :math:`\alpha = -g^Tp / p^THp`.

    Along :math:`p = -g` this is :math:`g^Tg / g^THg`. If f is not quadratic it is the minimum of
    its second-order Taylor model.

    References
    ----------
    J. Nocedal and S. J. Wright, *Numerical Optimization*, 2nd ed., Springer 2006, equation 3.26.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> bowl, w = ol.problems.quadratic(kappa=10), np.array([10.0, 1.0])
    >>> ol.ExactLineSearch()(bowl, w, p=-bowl.grad(w)).alpha.round(6)
    np.float64(0.181818)
    """

    def __call__(
        self,
        objective: Objective,
        w: ArrayLike,
        p: ArrayLike,
        *,
        g: ArrayLike | None = None,
        start: Numeric = 1.0,
    ) -> StepLength:
        r"""Search from `w` in direction `p`.

        Parameters
        ----------
        objective : Objective
            With a Hessian.
        w, p : numbers or arrays, shape (d, \*batch)
            Point and direction.
        g : array, shape (d, \*batch)
            The gradient at `w`, if it is known already.
        start : float
            Not used: an exact search needs no first trial.

        Returns
        -------
        StepLength
            ``"unbounded"``, with α = inf, where pᵀHp ≤ 0.

        Raises
        ------
        ValueError
            If the shapes do not fit, or the objective was defined without hess.
        """
        with np.errstate(all="ignore"):
            line = _Line(objective, w, p, g)
            curvature = dot(line.p, times(objective.hess(line.w), line.p))
            outcome = line.outcome()
            fine = outcome == ""
            alpha = np.where(curvature > 0, -line.slope / curvature, np.inf)
            outcome[fine] = np.where(curvature > 0, "found", "unbounded")[fine]
            outcome[fine & np.isnan(curvature)] = "not finite"
            alpha[(outcome != "found") & (outcome != "unbounded")] = 0
            return line.result(alpha, np.ones(len(alpha), int), outcome)


@dataclass(frozen=True)
class Armijo:
    r"""Backtracking: shorten the step until f has decreased enough.

    The first α of start, start · shrink, start · shrink², ... with
    :math:`f(w + \alpha p) \le f(w) + c_1 \alpha\, g^Tp`. A trial at which f is nan or inf is too
    long.

    Parameters
    ----------
    c1 : float
        In (0, 1): what share of the decrease that the slope promises is enough.
    shrink : float
        In (0, 1).
    most : int
        At most so many trials; if all fail, α = 0 and the outcome is ``"exhausted"``.

    Raises
    ------
    ValueError, TypeError
        If a parameter is out of range or not a number.

    References
    ----------
    L. Armijo, *Minimization of functions having Lipschitz continuous first partial derivatives*,
    Pacific Journal of Mathematics 16 (1966) 1-3.

    Examples
    --------
    From 4 down the slope 8 of w²: steps 1 (to −4, no lower) and ½ (to 0).

    >>> import optimlib as ol
    >>> search = ol.Armijo()(ol.problems.square, 4.0, p=-8.0)
    >>> print(search.alpha, search.evaluations, search.outcome)
    0.5 2 found
    """

    c1: float = 1e-4
    shrink: float = 0.5
    most: int = 60

    def __post_init__(self) -> None:
        _check_shares(self, "c1", "shrink")

    def __call__(
        self,
        objective: Objective,
        w: ArrayLike,
        p: ArrayLike,
        *,
        g: ArrayLike | None = None,
        start: Numeric = 1.0,
    ) -> StepLength:
        r"""Search from `w` in direction `p`.

        Parameters
        ----------
        objective : Objective
        w, p : numbers or arrays, shape (d, \*batch)
            Point and direction.
        g : array, shape (d, \*batch)
            The gradient at `w`, if it is known already.
        start : float or array, shape (\*batch)
            The first trial.

        Returns
        -------
        StepLength
            ``evaluations`` counts values of f.

        Raises
        ------
        ValueError
            If the shapes do not fit.
        """
        with np.errstate(all="ignore"):
            line = _Line(objective, w, p, g)
            value = line.value()
            outcome = line.outcome(value)
            trial, evaluations = line.full(start), np.zeros(outcome.shape, int)
            for _ in range(self.most):
                runs = np.flatnonzero(outcome == "")
                if not runs.size:
                    break
                enough = value + self.c1 * trial * line.slope
                low = line.value(trial, runs) <= enough[runs]
                evaluations[runs] += 1
                outcome[runs[low]] = "found"
                trial[runs[~low]] *= self.shrink
            outcome[outcome == ""] = "exhausted"
            return line.result(np.where(outcome == "found", trial, 0), evaluations, outcome)


@dataclass(frozen=True)
class StrongWolfe:
    r"""A step that decreases f enough and ends where the slope is small enough.

    :math:`f(w + \alpha p) \le f(w) + c_1 \alpha\, g^Tp` and
    :math:`|\nabla f(w + \alpha p)^Tp| \le c_2 |g^Tp|`. The second condition makes sᵀy > 0, which
    quasi-Newton methods need.

    Parameters
    ----------
    c1, c2 : float
        With 0 < c1 < c2 < 1. Customary: c2 = 0.9 for quasi-Newton methods, 0.1 for conjugate
        gradients; the smaller c2, the more exact the search.
    most : int
        At most so many trials; then, or when no number is left between two trials, the outcome is
        ``"exhausted"`` and α the trial with the lowest f among those that satisfy the first
        condition (0 if none did).

    Raises
    ------
    ValueError, TypeError
        If a parameter is out of range or not a number.

    References
    ----------
    J. Nocedal and S. J. Wright, *Numerical Optimization*, 2nd ed., Springer 2006, algorithms 3.5
    and 3.6 with the cubic interpolation of equation 3.59.

    Examples
    --------
    From 4 down the slope 8 of w²: step 1 is too long, the interpolated step ½ ends at the minimum.

    >>> import optimlib as ol
    >>> search = ol.StrongWolfe()(ol.problems.square, 4.0, p=-8.0)
    >>> print(search.alpha, search.evaluations, search.outcome)
    0.5 2 found
    """

    c1: float = 1e-4
    c2: float = 0.9
    most: int = 50

    def __post_init__(self) -> None:
        _check_shares(self, "c1", "c2")
        if not self.c1 < self.c2:
            raise ValueError(
                f"StrongWolfe: c1 must be < c2, got c1 = {self.c1!r} and c2 = {self.c2!r}"
            )

    def __call__(
        self,
        objective: Objective,
        w: ArrayLike,
        p: ArrayLike,
        *,
        g: ArrayLike | None = None,
        start: Numeric = 1.0,
    ) -> StepLength:
        r"""Search from `w` in direction `p`.

        Parameters
        ----------
        objective : Objective
        w, p : numbers or arrays, shape (d, \*batch)
            Point and direction.
        g : array, shape (d, \*batch)
            The gradient at `w`, if it is known already.
        start : float or array, shape (\*batch)
            The first trial.

        Returns
        -------
        StepLength
            ``evaluations`` counts points at which f and its gradient were computed.

        Raises
        ------
        ValueError
            If the shapes do not fit.
        """
        with np.errstate(all="ignore"):
            line = _Line(objective, w, p, g)
            value, slope = line.value(), line.slope
            outcome = line.outcome(value)
            evaluations = np.zeros(outcome.shape, int)
            # Trials are rows α, φ(α), φ′(α). The interval between lo and hi contains good α;
            # lo is the best so far. Bracketing (algorithm 3.5) is zooming (3.6) with hi = ∞.
            lo = np.stack([np.zeros_like(value), value, slope])
            hi = np.full_like(lo, np.inf)
            trial = np.full_like(lo, np.nan)
            trial[0] = line.full(start)
            for _ in range(self.most):
                runs = np.flatnonzero(outcome == "")
                if not runs.size:
                    break
                trial[1:] = np.nan
                trial[1, runs] = line.value(trial[0], runs)
                trial[2, runs] = line.slope_at(trial[0], runs)
                evaluations[runs] += 1
                low = (trial[1] <= value + self.c1 * trial[0] * slope) & (trial[1] < lo[1])
                low &= np.isfinite(trial[2])
                outcome[low & (np.abs(trial[2]) <= -self.c2 * slope)] = "found"
                rises_to_hi = trial[2] * (hi[0] - lo[0]) >= 0
                hi = np.where(low, np.where(rises_to_hi, lo, hi), trial)
                lo = np.where(low, trial, lo)
                closed = np.all(line.w + lo[0] * line.p == line.w + hi[0] * line.p, axis=0)
                outcome[closed & (outcome == "")] = "exhausted"
                trial[0] = np.where(hi[0] == np.inf, 2 * lo[0], _between(lo, hi))
            outcome[outcome == ""] = "exhausted"
            return line.result(lo[0], evaluations, outcome)


def _between(lo, hi):
    """Return the minimum of the cubic through two trials, kept off the ends of the interval."""
    (a, value_a, slope_a), (b, value_b, slope_b) = lo, hi
    d1 = slope_a + slope_b - 3 * (value_a - value_b) / (a - b)
    d2 = np.sign(b - a) * np.sqrt(d1**2 - slope_a * slope_b)
    cubic = b - (b - a) * (slope_b + d2 - d1) / (slope_b - slope_a + 2 * d2)
    margin = MARGIN * np.abs(b - a)
    inside = np.clip(cubic, np.minimum(a, b) + margin, np.maximum(a, b) - margin)
    return np.where(np.isfinite(cubic), inside, a + (b - a) / 2)


def dot(a: Array, b: Array) -> Array:
    """Return aᵀb in each run, (d, N) to (N), as a sum in one order: a batch is its loop."""
    return np.cumsum(a * b, axis=0)[-1]


def times(matrix: Array, vector: Array) -> Array:
    """Return the product in each run, (d, d, N) and (d, N) to (d, N), as sums in one order."""
    return np.cumsum(matrix * vector, axis=1)[:, -1]


def first_trial(g: Array) -> Array:
    """Return the first trial along −g when nothing is known of f: a move of length at most 1."""
    return np.minimum(1, 1 / np.sqrt(dot(g, g)))


def search(optimizer: Any, objective: Objective, w: Array, p: Array, **options: Any) -> list[Array]:
    """Return the step lengths and evaluations that `optimizer`'s line search finds, shape (N,).

    Raises
    ------
    TypeError
        If it does not return a `StepLength` of numbers.
    ValueError
        If these have another shape.
    """
    owner = f"{type(optimizer).__name__}: line_search"
    try:
        found = optimizer.line_search(objective, w, p, **options)
    except TypeError as error:
        raise mismatch(error, owner, optimizer.line_search, objective, w, p, **options) from error
    if not isinstance(found, StepLength):
        raise TypeError(f"{owner} must return a StepLength, got {found!r}")
    result = []
    for name in ("alpha", "evaluations"):
        value = np.asarray(getattr(found, name))
        if value.dtype.kind not in "fiu":
            raise TypeError(f"{owner} must return numbers as {name}, got {name} = {value!r}")
        if value.shape != w.shape[1:] and (value.shape or w.shape[1:] != (1,)):
            raise ValueError(
                f"{owner} must return {name} of shape {w.shape[1:]} for w of shape {w.shape}, "
                f"got shape {value.shape}"
            )
        result.append(np.broadcast_to(value, w.shape[1:]))
    return result


def check_line_search(optimizer: Any) -> None:
    """Raise a TypeError unless the `line_search` of `optimizer` can be called."""
    if not callable(optimizer.line_search):
        raise TypeError(
            f"{type(optimizer).__name__}: line_search must be like ol.StrongWolfe(), "
            f"got line_search = {optimizer.line_search!r}"
        )


class _Line:
    """An objective along directions p from points w, in the layout (d, N)."""

    def __init__(self, objective, w, p, g):
        if not hasattr(objective, "objective"):  # an objective with another gradient
            check_objective(objective)
        w = real_array("w", w, finite=False)
        objective.check_dimension(w, "w")
        self.objective, self.batch = objective, w.shape[1:]
        self.w = w.reshape(objective.dim, -1)
        self.p = self._like("p", p)
        g = objective.grad(self.w) if g is None else self._like("g", g)
        self.slope = dot(g, self.p)

    def _like(self, name, value):
        value = real_array(name, value, finite=False).astype(self.w.dtype, copy=False)
        shapes = ((self.objective.dim, *self.batch), self.batch)
        if value.shape not in shapes[: 2 if self.w.size == 1 else 1]:
            raise ValueError(f"{name} must have the shape of w, {shapes[0]}, got {value.shape}")
        return value.reshape(self.w.shape)

    def full(self, start):
        """Return the first trial, a number or an array over the batch, for each of the N runs."""
        value = real_array("start", start, finite=False).astype(self.w.dtype, copy=False)
        if np.any(value < 0):
            raise ValueError(f"start must be >= 0, got start = {start!r}")
        try:
            value = np.broadcast_to(value, self.batch)
        except ValueError:
            raise ValueError(
                f"start must be one number or of shape {self.batch}, got shape {value.shape}"
            ) from None
        return value.reshape(-1).copy()

    def _points(self, alpha, runs):
        return self.w[:, runs] + alpha[runs] * self.p[:, runs]

    def value(self, alpha=None, runs=None):
        """Return φ at the start, or φ(α) of some of the runs."""
        return self.objective.f(self.w if alpha is None else self._points(alpha, runs))

    def slope_at(self, alpha, runs):
        """Return φ′(α) of some of the runs."""
        return dot(self.objective.grad(self._points(alpha, runs)), self.p[:, runs])

    def outcome(self, value=0.0):
        """Return why there is nothing to search, or an empty text."""
        finite = np.isfinite(value) & np.isfinite(self.slope)
        outcome = np.full(self.slope.shape, "", dtype="<U10")
        outcome[self.slope == 0] = "flat"
        outcome[self.slope > 0] = "ascent"
        outcome[~finite] = "not finite"
        return outcome

    def result(self, alpha, evaluations, outcome):
        alpha = alpha.astype(self.w.dtype)
        return StepLength(*(part.reshape(self.batch)[()] for part in (alpha, evaluations, outcome)))


def _check_shares(search, *names):
    kind = type(search).__name__
    for name in names:
        value = getattr(search, name)
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"{kind}: {name} must be a number, got {name} = {value!r}")
        if not 0 < value < 1:
            raise ValueError(f"{kind}: {name} must be in (0, 1), got {name} = {value!r}")
    if isinstance(search.most, bool) or not isinstance(search.most, Integral):
        raise TypeError(f"{kind}: most must be an integer, got most = {search.most!r}")
    if search.most < 1:
        raise ValueError(f"{kind}: most must be >= 1, got most = {search.most!r}")
