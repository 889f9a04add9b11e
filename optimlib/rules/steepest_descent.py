"""Gradient descent with a line search."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from optimlib.line_search import ExactLineSearch, LineSearch, check_line_search, search
from optimlib.objective import Objective
from optimlib.rules.hyperparameters import Option
from optimlib.rules.optimizer import Optimizer
from optimlib.types import Array, Record


@dataclass(frozen=True)
class SteepestDescent(Optimizer):
    r"""Steepest descent: gradient descent whose every step is as long as a line search says.

    :math:`p_t = -g_t`, :math:`w_t = w_{t-1} + \alpha_t p_t`.

    With the exact search on ½(x² + γy²) from (γ, 1), the worst start, the path zigzags and
    :math:`x_t = \gamma((\gamma - 1)/(\gamma + 1))^t`.

    Parameters
    ----------
    line_search : callable
        `ExactLineSearch` (needs a Hessian), `Armijo`, `StrongWolfe`, or one's own.

    Raises
    ------
    TypeError
        If `line_search` cannot be called.

    References
    ----------
    A. Cauchy, *Méthode générale pour la résolution des systèmes d'équations simultanées*,
    Comptes rendus 25 (1847) 536-538. The worst start: S. Boyd and L. Vandenberghe, *Convex
    Optimization*, Cambridge 2004, section 9.3.2.

    Examples
    --------
    >>> import optimlib as ol
    >>> bowl = ol.problems.quadratic(kappa=3)
    >>> print(ol.trace(ol.SteepestDescent(), bowl, [3.0, 1.0], steps=3)["w"])
    [[ 1.5   -0.5  ]
     [ 0.75   0.25 ]
     [ 0.375 -0.125]]
    """

    line_search: Option[LineSearch] = field(default=ExactLineSearch())

    def __post_init__(self) -> None:
        super().__post_init__()
        check_line_search(self)

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        g = objective.grad(w)
        p = -g
        alpha, evaluations = search(self, objective, w, p, g=g)
        return dict(g=g, p=p, alpha=alpha, evaluations=evaluations, w=w + alpha * p)
