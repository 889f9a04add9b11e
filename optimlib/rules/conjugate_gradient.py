"""Nonlinear conjugate gradients."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optimlib.line_search import (
    LineSearch,
    StrongWolfe,
    check_line_search,
    dot,
    first_trial,
    search,
)
from optimlib.objective import Objective
from optimlib.rules.hyperparameters import Count, Option
from optimlib.rules.optimizer import Optimizer
from optimlib.types import Array, Record


@dataclass(frozen=True)
class ConjugateGradient(Optimizer):
    r"""Conjugate gradients: each direction is the negative gradient plus a part of the last one.

    :math:`p_t = -g_t + \beta_t p_{t-1}`, :math:`w_t = w_{t-1} + \alpha_t p_t` with

    - Polak-Ribière⁺: :math:`\beta_t = \max(0,\, g_t^T(g_t - g_{t-1}) / g_{t-1}^Tg_{t-1})`,
    - Fletcher-Reeves: :math:`\beta_t = g_t^Tg_t / g_{t-1}^Tg_{t-1}`.

    β is 0, a restart, in the first step, after a step of length 0, and where p would not lead
    downhill. On a quadratic with an exact line search both formulas agree, and the minimum is
    reached after as many steps as the Hessian has different eigenvalues.

    Parameters
    ----------
    fletcher_reeves : bool
        Which of the two formulas.
    restart : int, optional
        Also restart every `restart` steps; customary is the number of variables.
    line_search : callable
        Its first trial changes f as much as the last step did to first order,
        :math:`\alpha_{t-1}\, g_{t-1}^Tp_{t-1} / g_t^Tp_t`; in the first step it is a move of
        length at most 1.

    Raises
    ------
    ValueError
        If `restart` is too small.
    TypeError
        If `restart` is not an integer or `line_search` cannot be called.

    References
    ----------
    R. Fletcher and C. M. Reeves, *Function minimization by conjugate gradients*, The Computer
    Journal 7 (1964) 149-154. E. Polak and G. Ribière, *Note sur la convergence de méthodes de
    directions conjuguées*, Revue française d'informatique et de recherche opérationnelle 3
    (1969) 35-43. J. Nocedal and S. J. Wright, *Numerical Optimization*, 2nd ed., Springer 2006,
    algorithm 5.4 and equations 5.45 and 3.60.

    Examples
    --------
    Two eigenvalues, two steps.

    >>> import optimlib as ol
    >>> method = ol.ConjugateGradient(line_search=ol.ExactLineSearch())
    >>> bowl = ol.problems.quadratic(kappa=100)
    >>> print(ol.run(method, bowl, [100.0, 1.0], steps=2).round(9) + 0.0)
    [0. 0.]
    """

    called = "conjugate gradients"

    fletcher_reeves: bool = False
    restart: Count | None = None
    line_search: Option[LineSearch] = field(default=StrongWolfe(c2=0.1))

    state = ("g", "p", "alpha")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_line_search(self)

    def initial(self, w: Array) -> tuple[Array, ...]:
        return np.zeros_like(w), np.zeros_like(w), np.zeros_like(w[0])

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        last_g, last_p, last_alpha = state
        g = objective.grad(w)
        change = g if self.fletcher_reeves else g - last_g
        beta = np.maximum(0, dot(g, change) / dot(last_g, last_g))
        downhill = dot(g, -g + beta * last_p) < 0
        restarts = self.restart is not None and (t - 1) % self.restart == 0
        beta = np.where(downhill & (last_alpha > 0) & (not restarts), beta, 0)
        p = np.where(beta > 0, -g + beta * last_p, -g)
        start = last_alpha * dot(last_g, last_p) / dot(g, p)
        start = np.where((start > 0) & (start < np.inf), start, first_trial(g))
        alpha, evaluations = search(self, objective, w, p, g=g, start=start)
        return dict(g=g, beta=beta, p=p, alpha=alpha, evaluations=evaluations, w=w + alpha * p)
