"""Gradient descent."""

from dataclasses import dataclass

from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class GradientDescent(Rule):
    r"""Gradient descent: :math:`w_t = w_{t-1} - \eta\, g_t`.

    Fed with the gradient of a random part of the data it is stochastic gradient descent.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.

    References
    ----------
    A. Cauchy, *Méthode générale pour la résolution des systèmes d'équations simultanées*,
    Comptes rendus 25 (1847) 536-538.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.GradientDescent(lr=0.1), ol.problems.square, 4.0, steps=2))
    g₁ = 2 · 4 = 8
    w₁ = 4 − 0.1 · 8 = 3.2
    <BLANKLINE>
    g₂ = 2 · 3.2 = 6.4
    w₂ = 3.2 − 0.1 · 6.4 = 2.56
    """

    def update(self, t: int, g: Array) -> Record:
        return dict(step=-self.lr * g)
