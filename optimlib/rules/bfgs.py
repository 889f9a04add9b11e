"""BFGS."""

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
    times,
)
from optimlib.objective import Objective
from optimlib.rules.hyperparameters import Option
from optimlib.rules.optimizer import Optimizer
from optimlib.types import Array, Record


@dataclass(frozen=True)
class BFGS(Optimizer):
    r"""BFGS: a quasi-Newton method that learns the inverse Hessian from gradients.

    :math:`p_t = -H_{t-1} g_t`, :math:`w_t = w_{t-1} + \alpha_t p_t` and, with
    :math:`s = w_t - w_{t-1}`, :math:`y = \nabla f(w_t) - g_t` and :math:`\rho = 1/s^Ty`,

    .. math:: H_t = (I - \rho s y^T) H_{t-1} (I - \rho y s^T) + \rho s s^T.

    :math:`H_0 = I`. H stays positive definite: a pair with :math:`s^Ty \le 0`, which no step of
    `StrongWolfe` gives, leaves it as it was. y is the change of one objective's gradient, also
    if the run is on a `Stream`.

    Parameters
    ----------
    scaled : bool
        Before the first update, replace :math:`H_0` by :math:`(s^Ty/y^Ty) I`.
    line_search : callable
        Its first trial is α = 1, in the first step a move of length at most 1.

    Raises
    ------
    TypeError
        If `line_search` cannot be called.

    References
    ----------
    C. G. Broyden, R. Fletcher, D. Goldfarb and D. F. Shanno, four papers of 1970. J. Nocedal and
    S. J. Wright, *Numerical Optimization*, 2nd ed., Springer 2006, algorithm 6.1; the scaling is
    equation 6.20.

    Examples
    --------
    >>> import optimlib as ol
    >>> path = ol.trace(ol.BFGS(), ol.problems.rosenbrock, [-1.2, 1.0], steps=40)
    >>> print(path["w"][-1].round(9), path["evaluations"].sum() < 60)
    [1. 1.] True
    """

    scaled: bool = True
    line_search: Option[LineSearch] = field(default=StrongWolfe())

    state = ("H",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_line_search(self)

    def initial(self, w: Array) -> tuple[Array, ...]:
        identity = np.eye(len(w), dtype=w.dtype)[..., None]
        return (np.broadcast_to(identity, (len(w), *w.shape)),)

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        (H,) = state
        g = objective.grad(w)
        p = -times(H, g)
        start = first_trial(g) if t == 1 else 1.0
        alpha, evaluations = search(self, objective, w, p, g=g, start=start)
        s = alpha * p
        y = objective.grad(w + s) - g
        if self.scaled and t == 1:
            H = np.where(dot(s, y) > 0, dot(s, y) / dot(y, y), 1) * H
        H = _updated(H, s, y)
        return dict(g=g, p=p, alpha=alpha, evaluations=evaluations, s=s, y=y, H=H, w=w + s)


def _updated(H, s, y):
    """Return the update of `H`, multiplied out so that it costs d² and stays symmetric."""
    curvature = dot(s, y)
    rho, Hy = 1 / curvature, times(H, y)
    mixed = s[:, None] * Hy + Hy[:, None] * s
    updated = H - rho * mixed + rho * (1 + rho * dot(y, Hy)) * (s[:, None] * s)
    return np.where((curvature > 0) & (rho < np.inf), updated, H)
