"""Adam."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import DecayRate, LearningRate, NonNegative, SlowDecayRate
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class Adam(Rule):
    r"""Adam: a running mean of the gradients over the root of a running mean of their squares.

    :math:`m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t`,
    :math:`v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2`,
    :math:`\hat m_t = m_t / (1-\beta_1^t)`, :math:`\hat v_t = v_t / (1-\beta_2^t)`,
    :math:`w_t = w_{t-1} - \eta\, \hat m_t / (\sqrt{\hat v_t} + \varepsilon)`.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0, about the length of a step in each coordinate while the gradient
        keeps its sign.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past in the two means.
    eps : float, array over the batch, or schedule
        ε ≥ 0, outside the root.
    bias_correction : bool
        Whether the means, which start at 0, are divided by 1 − βᵗ to make up for it. The paper
        does; without it the first steps are too long, by (1 − β₁)/√(1 − β₂) in the first.
    eps_inside : bool
        Divide by :math:`\sqrt{\hat v_t + \varepsilon}` instead; Optax calls this ε ``eps_root``.
    eps_before_correction : bool
        Divide m by √v + ε and correct both with the rate
        :math:`\alpha_t = \eta \sqrt{1-\beta_2^t} / (1-\beta_1^t)`: the paper's shorter form,
        used by Keras, TensorFlow and scikit-learn. It equals an ε here that is
        1/√(1 − β₂ᵗ) times as large: 32 times in the first step.

    Raises
    ------
    ValueError
        If `eps_before_correction` is set without `bias_correction`; else as `Rule`.

    References
    ----------
    D. P. Kingma and J. Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.Adam(lr=0.1), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    m₁ = 0.9 · 0 + (1 − 0.9) · 8 = 0.8
    v₁ = 0.999 · 0 + (1 − 0.999) · 8² = 0.064
    m̂₁ = 0.8 / (1 − 0.9¹) = 8
    v̂₁ = 0.064 / (1 − 0.999¹) = 64
    w₁ = 4 − 0.1 · 8 / (√64 + 10⁻⁸) ≈ 3.9
    """

    lr: LearningRate = 1e-3
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.999
    eps: NonNegative = 1e-8
    bias_correction: bool = True
    eps_inside: bool = False
    eps_before_correction: bool = False

    state = ("m", "v")
    forms: ClassVar = {
        "uncorrected": dict(bias_correction=False),
        "eps inside": dict(eps_inside=True),
        "eps before correction": dict(eps_before_correction=True),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.eps_before_correction and not self.bias_correction:
            raise ValueError(
                "Adam: eps_before_correction must be False without bias_correction, "
                "got eps_before_correction = True"
            )

    def _scale(self, v):
        return np.sqrt(v + self.eps) if self.eps_inside else np.sqrt(v) + self.eps

    def update(self, t: int, g: Array, m: Array, v: Array) -> Record:
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        if not self.bias_correction:
            return dict(m=m, v=v, step=-self.lr * m / self._scale(v))
        if self.eps_before_correction:
            # Not np.sqrt, which makes of a Python number a float64.
            alpha = self.lr * (1 - self.beta2**t) ** 0.5 / (1 - self.beta1**t)
            return dict(m=m, v=v, alpha=alpha, step=-alpha * m / self._scale(v))
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        step = -self.lr * m_hat / self._scale(v_hat)
        return dict(m=m, v=v, m_hat=m_hat, v_hat=v_hat, step=step)
