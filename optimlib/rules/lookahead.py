"""Lookahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from optimlib.objective import Objective
from optimlib.rules.hyperparameters import Count, Range
from optimlib.rules.wrapper import Wrapper
from optimlib.types import Array, Hyperparameter, Record


@dataclass(frozen=True)
class Lookahead(Wrapper):
    r"""Lookahead: k steps forward, one step back.

    `rule` moves the fast weights. After every k-th step the slow weights go part of the way,
    :math:`\phi \leftarrow \phi + \alpha (w - \phi)`, and the fast ones go on from there. The
    state of `rule` is kept.

    Parameters
    ----------
    rule : Optimizer
    k : int
        Steps of `rule` for one of the slow weights, at least 1.
    alpha : float, array over the batch, or schedule
        The part α in (0, 1] of the way. With α = 1 nothing is changed.

    References
    ----------
    M. R. Zhang, J. Lucas, G. Hinton, J. Ba, *Lookahead Optimizer: k steps forward, 1 step back*,
    NeurIPS 2019.

    Examples
    --------
    >>> import optimlib as ol
    >>> rule = ol.Lookahead(ol.GradientDescent(lr=0.25), k=2)
    >>> path = ol.trace(rule, ol.problems.square, 4.0, steps=4)
    >>> print(path["fast"], path["slow"], path["w"])
    [2.    1.    1.25  0.625] [4.     2.5    2.5    1.5625] [2.     2.5    1.25   1.5625]
    """

    k: Count = 5
    alpha: Annotated[Hyperparameter, Range(gt=0, le=1)] = 0.5

    adds = ("slow",)

    def initial(self, w: Array) -> tuple[Array, ...]:
        return (*self.rule.initial(w), w)

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        *inner, slow = state
        record = self.rule.advance(t, w, inner, objective)
        fast = w = record.pop("w")
        if t % self.k == 0:
            slow = w = slow + self.alpha * (fast - slow)
        return {**record, "fast": fast, "slow": slow, "w": w}
