"""AdEMAMix."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from optimlib.rules.hyperparameters import (
    DecayRate,
    LearningRate,
    NonNegative,
    Range,
    SlowDecayRate,
    WeightDecay,
)
from optimlib.rules.rule import Rule
from optimlib.types import Array, Hyperparameter, Record


@dataclass(frozen=True)
class AdEMAMix(Rule):
    r"""AdEMAMix: AdamW with a second, very slow mean of the gradients beside the fast one.

    :math:`\hat m_t` and :math:`\hat v_t` as in `Adam`,
    :math:`\bar m_t = \beta_3 \bar m_{t-1} + (1-\beta_3) g_t`, which is not corrected, and

    .. math:: w_t = w_{t-1} - \eta \left(\frac{\hat m_t + \alpha \bar m_t}
                    {\sqrt{\hat v_t} + \varepsilon} + \lambda w_{t-1}\right).

    Under a constant gradient a step tends to 1 + α times the learning rate, over some 1/(1 − β₃)
    steps.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past in the fast mean and in that of the squares.
    beta3 : float, array over the batch, or schedule
        Weight in [0, 1) of the past in the slow mean. The paper lets it grow from β₁ in the first
        T steps, so that 1/log₂(1/β), the steps in which a gradient's weight halves, grows linearly:
        ``lambda t: min(exp(a * b / ((1 - t / T) * b + t / T * a)), beta3)`` with the logarithms a
        of β₁ and b of β₃.
    alpha : float, array over the batch, or schedule
        α ≥ 0, the share of the slow mean. It grows with β₃: ``lambda t: min(t / T, 1) * alpha``.
    eps : float, array over the batch, or schedule
        ε ≥ 0, outside the root.
    weight_decay : float, array over the batch, or schedule
        λ ≥ 0, decoupled as in `AdamW`.

    References
    ----------
    M. Pagliardini, P. Ablin and D. Grangier, *The AdEMAMix Optimizer: Better, Faster, Older*,
    ICLR 2025, arXiv:2409.03137.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.AdEMAMix(lr=0.1), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    m₁ = 0.9 · 0 + (1 − 0.9) · 8 = 0.8
    m̄₁ = 0.9999 · 0 + (1 − 0.9999) · 8 = 0.0008
    v₁ = 0.999 · 0 + (1 − 0.999) · 8² = 0.064
    m̂₁ = 0.8 / (1 − 0.9¹) = 8
    v̂₁ = 0.064 / (1 − 0.999¹) = 64
    w₁ = 4 − 0.1 · ((8 + 5 · 0.0008) / (√64 + 10⁻⁸) + 0 · 4) ≈ 3.89995
    """

    called = "AdEMAMix"

    lr: LearningRate = 1e-3
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.999
    beta3: SlowDecayRate = 0.9999
    alpha: Annotated[Hyperparameter, Range(ge=0, usual=(0.5, 4))] = 5.0
    eps: NonNegative = 1e-8
    weight_decay: WeightDecay = 0.0

    state = ("m", "m_bar", "v")

    def update(self, t: int, g: Array, m: Array, m_bar: Array, v: Array, w: Array) -> Record:
        m = self.beta1 * m + (1 - self.beta1) * g
        m_bar = self.beta3 * m_bar + (1 - self.beta3) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        u = (m_hat + self.alpha * m_bar) / (np.sqrt(v_hat) + self.eps)
        step = -self.lr * (u + self.weight_decay * w)
        return dict(m=m, m_bar=m_bar, v=v, m_hat=m_hat, v_hat=v_hat, step=step)
