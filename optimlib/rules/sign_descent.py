"""Sign descent."""

from dataclasses import dataclass

import numpy as np

from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class SignDescent(Rule):
    r"""Sign descent: :math:`w_t = w_{t-1} - \eta \operatorname{sign} g_t`, by coordinate.

    Every coordinate with a slope moves by η, whatever the size of the slope; one without a slope
    stays. It is the direction of steepest descent if a step is as long as its longest coordinate.
    The paper calls it signSGD, and with the sign of an average of gradients Signum: that is
    `Lion` with ``beta1 = beta2``.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0, the length of every step in every coordinate.

    References
    ----------
    J. Bernstein, Y.-X. Wang, K. Azizzadenesheli, A. Anandkumar, *signSGD: Compressed Optimisation
    for Non-Convex Problems*, ICML 2018.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.SignDescent(lr=0.5), ol.problems.square, 0.75, steps=2))
    g₁ = 2 · 0.75 = 1.5
    w₁ = 0.75 − 0.5 · sign(1.5) = 0.25
    <BLANKLINE>
    g₂ = 2 · 0.25 = 0.5
    w₂ = 0.25 − 0.5 · sign(0.5) = −0.25
    """

    def update(self, t: int, g: Array) -> Record:
        return dict(step=-self.lr * np.sign(g))
