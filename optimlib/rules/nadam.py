"""NAdam."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from optimlib.rules.hyperparameters import (
    DecayRate,
    LearningRate,
    NonNegative,
    Range,
    SlowDecayRate,
)
from optimlib.rules.rule import Rule
from optimlib.types import Array, Hyperparameter, Record


@dataclass(frozen=True)
class NAdam(Rule):
    r"""NAdam: Adam that looks ahead as Nesterov's momentum does, with a warm-up of its momentum.

    :math:`m_t, v_t, \hat v_t` as in `Adam`,
    :math:`\mu_t = \beta_1 (1 - \tfrac12 0.96^{t\psi})`, :math:`P_t = P_{t-1} \mu_t` from 1 on,
    :math:`\hat m_t = \mu_{t+1} m_t / (1 - P_t \mu_{t+1}) + (1-\mu_t) g_t / (1 - P_t)`,
    :math:`w_t = w_{t-1} - \eta\, \hat m_t / (\sqrt{\hat v_t} + \varepsilon)`.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past in the two means.
    eps : float, array over the batch, or schedule
        ε ≥ 0, outside the root.
    psi : float, array over the batch, schedule, or None
        ψ ≥ 0, how fast μ grows from β₁/2 to β₁: 0.004 in the paper and PyTorch, 1 in Keras.
        None keeps μ = β₁ all the time, as Optax does.

    References
    ----------
    T. Dozat, *Incorporating Nesterov Momentum into Adam*, ICLR workshop 2016.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.NAdam(lr=0.1, psi=None), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    m₁ = 0.9 · 0 + (1 − 0.9) · 8 = 0.8
    v₁ = 0.999 · 0 + (1 − 0.999) · 8² = 0.064
    m̂₁ = 0.9 · 0.8 / (1 − 0.9^(1 + 1)) + (1 − 0.9) · 8 / (1 − 0.9¹) ≈ 11.7895
    v̂₁ = 0.064 / (1 − 0.999¹) = 64
    w₁ = 4 − 0.1 · 11.7895 / (√64 + 10⁻⁸) ≈ 3.85263
    """

    called = "NAdam"

    lr: LearningRate = 2e-3
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.999
    eps: NonNegative = 1e-8
    psi: Annotated[Hyperparameter, Range(ge=0, usual=(0.1, 0.9))] | None = 0.004

    forms: ClassVar = {"constant momentum": dict(psi=None)}

    @property
    def state(self) -> tuple[str, ...]:
        return ("m", "v") if self.psi is None else ("m", "v", "P")

    def initial(self, w: Array) -> tuple[Array, ...]:
        return (*(np.zeros_like(w) for _ in range(2)), np.ones_like(w))[: len(self.state)]

    def update(self, t: int, g: Array, m: Array, v: Array, P: Any = None) -> Record:
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        v_hat = v / (1 - self.beta2**t)
        if self.psi is None:
            before = (1 - self.beta1) * g / (1 - self.beta1**t)
            m_hat = self.beta1 * m / (1 - self.beta1 ** (t + 1)) + before
            step = -self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
            return dict(m=m, v=v, m_hat=m_hat, v_hat=v_hat, step=step)
        mu = self.beta1 * (1 - 0.5 * 0.96 ** (t * self.psi))
        mu_next = self.beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * self.psi))
        P = P * mu
        m_hat = mu_next * m / (1 - P * mu_next) + (1 - mu) * g / (1 - P)
        step = -self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        return dict(m=m, v=v, mu=mu, mu_next=mu_next, P=P, m_hat=m_hat, v_hat=v_hat, step=step)
