"""ADOPT."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import DecayRate, LearningRate, NonNegative, SlowDecayRate
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class ADOPT(Rule):
    r"""ADOPT: Adam with each gradient scaled by the squares before it, and scaled before the mean.

    The first gradient only starts the mean of the squares, :math:`v_1 = g_1^2`, and takes no step.
    Then

    .. math:: \hat g_t = \frac{g_t}{\max(\sqrt{v_{t-1}}, \varepsilon)}, \qquad
              u_t = \hat g_t \text{ clipped to } \pm(t-1)^{1/4}, \qquad
              m_t = \beta_1 m_{t-1} + (1-\beta_1) u_t,

    :math:`w_t = w_{t-1} - \eta\, m_t`, and only after that
    :math:`v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2`. No gradient is divided by itself.
    The paper proves that so it converges with every β₂, as Adam does not.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past in the two means.
    eps : float, array over the batch, or schedule
        ε ≥ 0, what the root is at least.
    clipped : bool
        Whether u is clipped, as in the authors' code since November 2024. Without it a coordinate
        whose first gradient was nearly 0 takes a huge step.

    References
    ----------
    S. Taniguchi et al., *ADOPT: Modified Adam Can Converge with Any β₂ with the Optimal Rate*,
    NeurIPS 2024.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.ADOPT(lr=0.1), ol.problems.square, 4.0, steps=2))
    g₁ = 2 · 4 = 8
    ĝ₁ = 8 / max(√0, 10⁻⁶) = 8·10⁶
    u₁ = min(max(8·10⁶, −√√(1 − 1)), √√(1 − 1)) = 0
    m₁ = 0.9 · 0 + (1 − 0.9) · 0 = 0
    v₁ = (0.9999 · 0 + (1 − 0.9999) · 8² if 1 > 1; else 8²) = 64
    w₁ = 4 − 0.1 · 0 = 4
    <BLANKLINE>
    g₂ = 2 · 4 = 8
    ĝ₂ = 8 / max(√64, 10⁻⁶) = 1
    u₂ = min(max(1, −√√(2 − 1)), √√(2 − 1)) = 1
    m₂ = 0.9 · 0 + (1 − 0.9) · 1 = 0.1
    v₂ = (0.9999 · 64 + (1 − 0.9999) · 8² if 2 > 1; else 8²) = 64
    w₂ = 4 − 0.1 · 0.1 = 3.99
    """

    called = "ADOPT"

    lr: LearningRate = 1e-3
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.9999
    eps: NonNegative = 1e-6
    clipped: bool = True

    state = ("m", "v")
    forms: ClassVar = {"unclipped": dict(clipped=False)}

    def update(self, t: int, g: Array, m: Array, v: Array) -> Record:
        g_hat = g / np.maximum(np.sqrt(v), self.eps)
        if self.clipped:
            # It is 0 in the first step. Twice a root, which fractions have too.
            bound = ((t - 1) ** 0.5) ** 0.5
            u = np.minimum(np.maximum(g_hat, -bound), bound)
        else:
            u = np.where(t > 1, g_hat, 0)
        m = self.beta1 * m + (1 - self.beta1) * u
        v = np.where(t > 1, self.beta2 * v + (1 - self.beta2) * g**2, g**2)
        return dict(g_hat=g_hat, u=u, m=m, v=v, step=-self.lr * m)
