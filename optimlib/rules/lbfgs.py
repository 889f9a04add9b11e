"""L-BFGS."""

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
class LBFGS(Optimizer):
    r"""L-BFGS: BFGS that remembers the last few pairs (s, y) instead of a matrix.

    :math:`p_t = -H g_t` by the two-loop recursion, where H is what the pairs in memory make of
    :math:`H_0 = (s^Ty/y^Ty) I`, taken from the newest pair, by the update of `BFGS`. A pair with
    :math:`s^Ty \le 0` is not remembered.

    Memory and time of a step grow with d · memory, not with d².

    Parameters
    ----------
    memory : int
        How many pairs, at least 1.
    scaled : bool
        Otherwise :math:`H_0 = I`; then, as long as no pair was forgotten, L-BFGS is
        ``BFGS(scaled=False)``.
    line_search : callable
        Its first trial is α = 1, in the first step a move of length at most 1.

    Raises
    ------
    ValueError
        If `memory` is too small.
    TypeError
        If `memory` is not an integer or `line_search` cannot be called.

    References
    ----------
    J. Nocedal, *Updating quasi-Newton matrices with limited storage*, Mathematics of Computation
    35 (1980) 773-782. D. C. Liu and J. Nocedal, *On the limited memory BFGS method for large
    scale optimization*, Mathematical Programming 45 (1989) 503-528.

    Examples
    --------
    >>> import optimlib as ol
    >>> path = ol.trace(ol.LBFGS(memory=5), ol.problems.rosenbrock, [-1.2, 1.0], steps=45)
    >>> print(path["w"][-1].round(9))
    [1. 1.]
    """

    called = "L-BFGS"

    memory: Count = 10
    scaled: bool = True
    line_search: Option[LineSearch] = field(default=StrongWolfe())

    # The remembered s and y, oldest first; zeros where there is none yet.
    state = ("past_s", "past_y")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_line_search(self)

    def initial(self, w: Array) -> tuple[Array, ...]:
        nothing = np.zeros((self.memory, *w.shape), dtype=w.dtype)
        return nothing, nothing

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        past_s, past_y = state
        g = objective.grad(w)
        p = -self._product(past_s, past_y, g)
        start = first_trial(g) if t == 1 else 1.0
        alpha, evaluations = search(self, objective, w, p, g=g, start=start)
        s = alpha * p
        y = objective.grad(w + s) - g
        kept = (dot(s, y) > 0) & (1 / dot(s, y) < np.inf)
        past_s = np.where(kept, np.concatenate([past_s[1:], s[None]]), past_s)
        past_y = np.where(kept, np.concatenate([past_y[1:], y[None]]), past_y)
        return dict(g=g, p=p, alpha=alpha, evaluations=evaluations, s=s, y=y,
                    past_s=past_s, past_y=past_y, w=w + s)  # fmt: skip

    def _product(self, past_s, past_y, g):
        """Return Hg, by the two-loop recursion."""
        pairs = [(s, y, dot(s, y)) for s, y in zip(past_s, past_y, strict=True)]
        # A pair of zeros has no part in H.
        pairs = [(s, y, np.where(sy > 0, 1 / sy, 0)) for s, y, sy in pairs]
        q, shares = g, []
        for s, y, rho in reversed(pairs):
            share = rho * dot(s, q)
            q = q - share * y
            shares.append(share)
        if self.scaled:
            s, y, rho = pairs[-1]
            q = np.where(rho > 0, dot(s, y) / dot(y, y), 1) * q
        for (s, y, rho), share in zip(pairs, reversed(shares), strict=True):
            q = q + (share - rho * dot(y, q)) * s
        return q
