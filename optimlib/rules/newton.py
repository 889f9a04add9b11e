"""Newton's method: plain, damped, regularized, and saddle-free."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from optimlib.line_search import LineSearch, check_line_search, search, times
from optimlib.objective import Objective
from optimlib.rules.hyperparameters import LearningRate, Option, Range
from optimlib.rules.optimizer import Optimizer
from optimlib.types import Array, Hyperparameter, Record


@dataclass(frozen=True)
class Newton(Optimizer):
    r"""Newton's method: go to the critical point of the second-order Taylor model.

    :math:`p_t = -H_t^{-1} g_t`, :math:`w_t = w_{t-1} + \alpha_t p_t`, where :math:`H_t` is the
    Hessian at :math:`w_{t-1}` and :math:`\alpha_t = \eta` unless there is a line search.

    Near a minimum with positive definite Hessian the error is squared in each step. Elsewhere the
    plain method may diverge, and it goes to saddles and maxima as readily as to minima. Where
    H is singular, p is inf or nan.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Step length η > 0; with a line search its first trial.
    regularization : float, array over the batch, or schedule
        λ ≥ 0 in :math:`p_t = -(H_t + \lambda I)^{-1} g_t`: from Newton's direction at 0 to that
        of the gradient as it grows. It leads downhill if λ exceeds the size of H's most negative
        eigenvalue.
    saddle_free : bool
        Take :math:`|H|`, whose eigenvalues are the absolute values of H's, instead of H: away
        from saddles and maxima along the directions of negative curvature.
    line_search : callable, optional
        `Armijo` makes it the damped method. Where p does not lead downhill, because H is not
        positive definite, a search finds no step and the run stays where it is; `saddle_free` or
        a `regularization` helps.

    Raises
    ------
    ValueError
        If a hyperparameter is out of range; in a run, if the objective was defined without hess.
    TypeError
        If `line_search` cannot be called.

    References
    ----------
    J. Nocedal and S. J. Wright, *Numerical Optimization*, 2nd ed., Springer 2006, chapter 3.
    Saddle-free: Y. Dauphin, R. Pascanu, C. Gulcehre, K. Cho, S. Ganguli, Y. Bengio, *Identifying
    and attacking the saddle point problem in high-dimensional non-convex optimization*,
    NeurIPS 2014. Regularized: K. Levenberg, *A method for the solution of certain non-linear
    problems in least squares*, Quarterly of Applied Mathematics 2 (1944) 164-168.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.run(ol.Newton(), ol.problems.coupled_bowl, [1.0, 2.0], steps=1))
    [0. 0.]
    >>> wave = ol.problems.x_cos()
    >>> careful = ol.Newton(saddle_free=True, line_search=ol.Armijo())
    >>> for method, end in (ol.Newton(), "maximum"), (careful, "minimum"):
    ...     print(f"{end} {ol.run(method, wave, 0.3, steps=20):.6f}")
    maximum 0.273853
    minimum 1.090408
    """

    lr: LearningRate = 1.0
    regularization: Annotated[Hyperparameter, Range(ge=0, usual=(0.1, 2.0))] = 0.0
    saddle_free: bool = False
    line_search: Option[LineSearch] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.line_search is not None:
            check_line_search(self)

    def direction(self, g: Array, hessian: Array) -> Array:
        """Return p, in one variable by plain arithmetic, which can be recorded."""
        if len(g) == 1:
            h = np.abs(hessian[0]) if self.saddle_free else hessian[0]
            return -g / (h + self.regularization)
        solve = _solved_absolutely if self.saddle_free else _solved
        return -solve(hessian, self.regularization, g)

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        g = objective.grad(w)
        p = self.direction(g, objective.hess(w))
        if self.line_search is None:
            alpha = np.full(w.shape[1:], self.lr, dtype=w.dtype)
            return dict(g=g, p=p, alpha=alpha, w=w + alpha * p)
        alpha, evaluations = search(self, objective, w, p, g=g, start=self.lr)
        return dict(g=g, p=p, alpha=alpha, evaluations=evaluations, w=w + alpha * p)


def _solved(hessian, shift, g):
    """Return (H + shift I)⁻¹ g in each run; of a singular matrix, inf or nan."""
    d = len(g)
    matrices = np.moveaxis(hessian + shift * np.eye(d, dtype=g.dtype)[..., None], -1, 0)
    try:
        return np.linalg.solve(matrices, g.T[..., None])[..., 0].T
    except np.linalg.LinAlgError:
        singular = np.linalg.slogdet(matrices).sign == 0
        matrices = np.where(singular[:, None, None], np.eye(d, dtype=g.dtype), matrices)
        solution = np.linalg.solve(matrices, g.T[..., None])[..., 0].T
        return np.where(singular, g.dtype.type(np.nan), solution)


def _solved_absolutely(hessian, shift, g):
    """Return (|H| + shift I)⁻¹ g in each run; of a singular matrix, inf or nan."""
    finite = np.all(np.isfinite(hessian), axis=(0, 1))
    matrices = np.moveaxis(np.where(finite, hessian, 0), -1, 0)
    eigenvalues, vectors = np.linalg.eigh(matrices)
    vectors = np.moveaxis(vectors, 0, -1)
    scale = np.abs(eigenvalues.T) + shift
    solution = times(vectors, times(vectors.swapaxes(0, 1), g) / scale)
    return np.where(finite, solution, g.dtype.type(np.nan))
