"""AdaBelief."""

from dataclasses import dataclass

import numpy as np

from optimlib.rules.hyperparameters import DecayRate, LearningRate, NonNegative, SlowDecayRate
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class AdaBelief(Rule):
    r"""AdaBelief: Adam scaled by how far gradients are from the mean, not by their size.

    :math:`m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t`,
    :math:`s_t = \beta_2 s_{t-1} + (1-\beta_2) (g_t - m_t)^2 + \varepsilon`,
    :math:`\hat m_t = m_t / (1-\beta_1^t)`, :math:`\hat s_t = s_t / (1-\beta_2^t)`,
    :math:`w_t = w_{t-1} - \eta\, \hat m_t / (\sqrt{\hat s_t} + \varepsilon)`.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past in the two means.
    eps : float, array over the batch, or schedule
        ε ≥ 0, in both places. Optax has 1e-16.

    References
    ----------
    J. Zhuang et al., *AdaBelief Optimizer: Adapting Stepsizes by the Belief in Observed
    Gradients*, NeurIPS 2020.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.AdaBelief(lr=0.1), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    m₁ = 0.9 · 0 + (1 − 0.9) · 8 = 0.8
    s₁ = 0.999 · 0 + (1 − 0.999) · (8 − 0.8)² + 10⁻⁸ ≈ 0.05184
    m̂₁ = 0.8 / (1 − 0.9¹) = 8
    ŝ₁ = 0.05184 / (1 − 0.999¹) ≈ 51.84
    w₁ = 4 − 0.1 · 8 / (√51.84 + 10⁻⁸) ≈ 3.88889
    """

    called = "AdaBelief"

    lr: LearningRate = 1e-3
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.999
    eps: NonNegative = 1e-8

    state = ("m", "s")

    def update(self, t: int, g: Array, m: Array, s: Array) -> Record:
        m = self.beta1 * m + (1 - self.beta1) * g
        s = self.beta2 * s + (1 - self.beta2) * (g - m) ** 2 + self.eps
        m_hat = m / (1 - self.beta1**t)
        s_hat = s / (1 - self.beta2**t)
        step = -self.lr * m_hat / (np.sqrt(s_hat) + self.eps)
        return dict(m=m, s=s, m_hat=m_hat, s_hat=s_hat, step=step)
