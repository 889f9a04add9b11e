"""Adan."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import (
    DecayRate,
    LearningRate,
    NonNegative,
    SlowDecayRate,
    WeightDecay,
)
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class Adan(Rule):
    r"""Adan: Nesterov's look-ahead in Adam, estimated from how the gradient changed.

    With the change :math:`\Delta_t = g_t - g_{t-1}`, which is 0 in the first step,

    .. math:: m_t &= \beta_1 m_{t-1} + (1-\beta_1) g_t, \\
              d_t &= \beta_2 d_{t-1} + (1-\beta_2) \Delta_t, \\
              v_t &= \beta_3 v_{t-1} + (1-\beta_3) (g_t + \beta_2 \Delta_t)^2,

    all three are corrected as in `Adam`, and

    .. math:: w_t = \frac{1}{1 + \eta\lambda} \left(w_{t-1} - \eta\,
              \frac{\hat m_t + \beta_2 \hat d_t}{\sqrt{\hat v_t} + \varepsilon}\right).

    The paper calls these means m, v and n, and its β₁, β₂, β₃ = 0.02, 0.08, 0.01 are the weights of
    the present: what are β here are there 1 − β. The restarts that it proposes are left out.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta1, beta2, beta3 : float, array over the batch, or schedule
        Weights in [0, 1) of the past in the means of the gradients, of their changes and of the
        squares. β₂ is also how far the look-ahead reaches.
    eps : float, array over the batch, or schedule
        ε ≥ 0, outside the root. Optax also has one inside it, ``eps_root``, 1e-8.
    weight_decay : float, array over the batch, or schedule
        λ ≥ 0.
    bias_correction : bool
        Whether the means, which start at 0, are divided by 1 − βᵗ. The authors' code and the
        libraries do so. In the paper's Algorithm 1 nothing is corrected, and the means start with
        their first values instead: m at g₁, v at its square, and d in the second step at Δ₂.
    proximal : bool
        Divide by 1 + ηλ after the step, as the paper does. If False, the weights decay as in
        `AdamW`: so in Optax, and in the authors' code with ``no_prox``.

    References
    ----------
    X. Xie, P. Zhou, H. Li, Z. Lin and S. Yan, *Adan: Adaptive Nesterov Momentum Algorithm for
    Faster Optimizing Deep Models*, 2022, arXiv:2208.06677.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.Adan(lr=0.1), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    Δ₁ = (8 − 0 if 1 > 1; else 0) = 0
    m₁ = 0.98 · 0 + (1 − 0.98) · 8 = 0.16
    d₁ = 0.92 · 0 + (1 − 0.92) · 0 = 0
    v₁ = 0.99 · 0 + (1 − 0.99) · (8 + 0.92 · 0)² = 0.64
    g̃₁ = 8
    m̂₁ = 0.16 / (1 − 0.98¹) = 8
    d̂₁ = 0 / (1 − 0.92¹) = 0
    v̂₁ = 0.64 / (1 − 0.99¹) = 64
    u₁ = (8 + 0.92 · 0) / (√64 + 10⁻⁸) ≈ 1
    w₁ = 4 − 0.1 · (1 + 0 · 4) / (1 + 0.1 · 0) ≈ 3.9
    """

    lr: LearningRate = 1e-3
    beta1: DecayRate = 0.98
    beta2: DecayRate = 0.92
    beta3: SlowDecayRate = 0.99
    eps: NonNegative = 1e-8
    weight_decay: WeightDecay = 0.0
    bias_correction: bool = True
    proximal: bool = True

    state = ("m", "d", "v", "g_tilde")
    forms: ClassVar = {
        "uncorrected": dict(bias_correction=False),
        "decoupled": dict(proximal=False),
    }

    def update(
        self, t: int, g: Array, m: Array, d: Array, v: Array, g_tilde: Array, w: Array
    ) -> Record:
        change = np.where(t > 1, g - g_tilde, 0)
        ahead = (g + self.beta2 * change) ** 2
        m = self.beta1 * m + (1 - self.beta1) * g
        d = self.beta2 * d + (1 - self.beta2) * change
        v = self.beta3 * v + (1 - self.beta3) * ahead
        if not self.bias_correction:
            m = np.where(t > 1, m, g)
            d = np.where(t > 2, d, change)
            v = np.where(t > 1, v, ahead)
        record = dict(Delta=change, m=m, d=d, v=v, g_tilde=g)
        if self.bias_correction:
            m = m / (1 - self.beta1**t)
            d = d / (1 - self.beta2**t)
            v = v / (1 - self.beta3**t)
            record |= dict(m_hat=m, d_hat=d, v_hat=v)
        u = (m + self.beta2 * d) / (np.sqrt(v) + self.eps)
        step = -self.lr * (u + self.weight_decay * w)
        if self.proximal:
            step = step / (1 + self.lr * self.weight_decay)
        return record | dict(u=u, step=step)
