"""AMSGrad."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import DecayRate, LearningRate, NonNegative, SlowDecayRate
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class AMSGrad(Rule):
    r"""AMSGrad: Adam whose denominator never shrinks.

    :math:`m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t`,
    :math:`v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2`,
    :math:`v^{\max}_t = \max(v^{\max}_{t-1}, v_t)`,
    :math:`w_t = w_{t-1} - \eta\, m_t / (\sqrt{v^{\max}_t} + \varepsilon)`.

    It was made for a problem on which Adam does not converge; its proof asks for η/√t.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past in the two means.
    eps : float, array over the batch, or schedule
        ε ≥ 0, outside the root; 0 in the paper.
    bias_correction : bool
        Divide m by 1 − β₁ᵗ and the maximum by 1 − β₂ᵗ, as PyTorch does, and Keras too, which adds
        ε before it divides. The paper does not. A maximum found early is then divided by ever
        more, and its step grows again.
    max_of_corrected : bool
        With `bias_correction`: divide v before the maximum is taken, as Optax does. It differs
        from step 2 on.

    Raises
    ------
    ValueError
        If `max_of_corrected` is set without `bias_correction`; else as `Rule`.

    References
    ----------
    S. J. Reddi, S. Kale, S. Kumar, *On the Convergence of Adam and Beyond*, ICLR 2018.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.AMSGrad(lr=0.1), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    m₁ = 0.9 · 0 + (1 − 0.9) · 8 = 0.8
    v₁ = 0.999 · 0 + (1 − 0.999) · 8² = 0.064
    vᵐᵃˣ₁ = max(0, 0.064) = 0.064
    w₁ = 4 − 0.1 · 0.8 / (√0.064 + 10⁻⁸) ≈ 3.68377
    """

    called = "AMSGrad"

    lr: LearningRate = 1e-3
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.999
    eps: NonNegative = 1e-8
    bias_correction: bool = False
    max_of_corrected: bool = False

    state = ("m", "v", "v_max")
    forms: ClassVar = {
        "corrected": dict(bias_correction=True),
        "max of corrected": dict(bias_correction=True, max_of_corrected=True),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_of_corrected and not self.bias_correction:
            raise ValueError(
                "AMSGrad: max_of_corrected must be False without bias_correction, "
                "got max_of_corrected = True"
            )

    def update(self, t: int, g: Array, m: Array, v: Array, v_max: Array) -> Record:
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        if not self.bias_correction:
            v_max = np.maximum(v_max, v)
            step = -self.lr * m / (np.sqrt(v_max) + self.eps)
            return dict(m=m, v=v, v_max=v_max, step=step)
        m_hat = m / (1 - self.beta1**t)
        if self.max_of_corrected:
            v_hat = v / (1 - self.beta2**t)
            v_max = np.maximum(v_max, v_hat)
            step = -self.lr * m_hat / (np.sqrt(v_max) + self.eps)
            return dict(m=m, v=v, m_hat=m_hat, v_hat=v_hat, v_max=v_max, step=step)
        v_max = np.maximum(v_max, v)
        v_hat = v_max / (1 - self.beta2**t)
        step = -self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        return dict(m=m, v=v, v_max=v_max, m_hat=m_hat, v_hat=v_hat, step=step)
