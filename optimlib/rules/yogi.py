"""Yogi."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import (
    DecayRate,
    LearningRate,
    NonNegative,
    SlowDecayRate,
    StartValue,
)
from optimlib.rules.optimizer import filled
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class Yogi(Rule):
    r"""Yogi: Adam whose v moves by (1 − β₂)g² towards g², however far away that is.

    :math:`m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t`,
    :math:`v_t = v_{t-1} - (1-\beta_2) \operatorname{sign}(v_{t-1} - g_t^2)\, g_t^2`,
    :math:`w_t = w_{t-1} - \eta\, m_t / (\sqrt{v_t} + \varepsilon)`.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past.
    eps : float, array over the batch, or schedule
        ε ≥ 0, outside the root; larger than Adam's.
    bias_correction : bool
        Divide m and v by 1 − βᵗ, as Optax does.
    m0, v0 : numbers
        The values of m and v before the first step: 0 here, both 1e-6 in Optax.

    References
    ----------
    M. Zaheer, S. J. Reddi, D. Sachan, S. Kale, S. Kumar, *Adaptive Methods for Nonconvex
    Optimization*, NeurIPS 2018.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.Yogi(lr=0.1), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    m₁ = 0.9 · 0 + (1 − 0.9) · 8 = 0.8
    v₁ = 0 − (1 − 0.999) · sign(0 − 8²) · 8² = 0.064
    w₁ = 4 − 0.1 · 0.8 / (√0.064 + 0.001) ≈ 3.68502
    """

    lr: LearningRate = 1e-3
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.999
    eps: NonNegative = 1e-3
    bias_correction: bool = False
    m0: StartValue = 0
    v0: StartValue = 0

    state = ("m", "v")
    forms: ClassVar = {
        "corrected": dict(bias_correction=True),
        "as Optax": dict(bias_correction=True, m0=1e-6, v0=1e-6),
    }

    def initial(self, w: Array) -> tuple[Array, ...]:
        return filled(w, self.m0), filled(w, self.v0)

    def update(self, t: int, g: Array, m: Array, v: Array) -> Record:
        m = self.beta1 * m + (1 - self.beta1) * g
        v = v - (1 - self.beta2) * np.sign(v - g**2) * g**2
        if not self.bias_correction:
            return dict(m=m, v=v, step=-self.lr * m / (np.sqrt(v) + self.eps))
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        step = -self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        return dict(m=m, v=v, m_hat=m_hat, v_hat=v_hat, step=step)
