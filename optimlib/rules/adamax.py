"""Adamax."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import DecayRate, LearningRate, NonNegative, SlowDecayRate
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class Adamax(Rule):
    r"""Adamax: Adam with the largest recent gradient in place of a mean of squares.

    :math:`m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t`,
    :math:`u_t = \max(\beta_2 u_{t-1}, |g_t|)`, :math:`\hat m_t = m_t / (1-\beta_1^t)`,
    :math:`w_t = w_{t-1} - \eta\, \hat m_t / (u_t + \varepsilon)`.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta1, beta2 : float, array over the batch, or schedule
        Weight of the past in the mean, and what the largest gradient is multiplied by in every
        step; both in [0, 1).
    eps : float, array over the batch, or schedule
        ε ≥ 0, added to u as Keras does; 0 in the paper.
    eps_inside : bool
        Add ε to :math:`|g_t|` inside the maximum instead, as PyTorch and Optax do.

    References
    ----------
    D. P. Kingma and J. Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015, section 7.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.Adamax(lr=0.1), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    m₁ = 0.9 · 0 + (1 − 0.9) · 8 = 0.8
    u₁ = max(0.999 · 0, |8|) = 8
    m̂₁ = 0.8 / (1 − 0.9¹) = 8
    w₁ = 4 − 0.1 · 8 / (8 + 10⁻⁸) ≈ 3.9
    """

    lr: LearningRate = 2e-3
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.999
    eps: NonNegative = 1e-8
    eps_inside: bool = False

    state = ("m", "u")
    forms: ClassVar = {"eps inside": dict(eps_inside=True)}

    def update(self, t: int, g: Array, m: Array, u: Array) -> Record:
        m = self.beta1 * m + (1 - self.beta1) * g
        u = np.maximum(self.beta2 * u, np.abs(g) + self.eps if self.eps_inside else np.abs(g))
        m_hat = m / (1 - self.beta1**t)
        step = -self.lr * m_hat / (u if self.eps_inside else u + self.eps)
        return dict(m=m, u=u, m_hat=m_hat, step=step)
