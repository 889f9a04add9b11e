"""AdamW."""

from dataclasses import dataclass

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
class AdamW(Rule):
    r"""AdamW: Adam, and apart from it a decay of the weights that no gradient rescales.

    :math:`m_t, v_t, \hat m_t, \hat v_t` as in `Adam`,
    :math:`w_t = w_{t-1} - \eta\, (\hat m_t / (\sqrt{\hat v_t} + \varepsilon) + \lambda w_{t-1})`.

    Without gradients the weights shrink by 1 − ηλ in a step. `L2` around `Adam` is the coupled
    form, in which the decay passes through the means and is divided by √v̂.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0. It multiplies the decay too, as in PyTorch, Keras and Optax; in the
        paper only its schedule does.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past in the two means.
    eps : float, array over the batch, or schedule
        ε ≥ 0, outside the root.
    weight_decay : float, array over the batch, or schedule
        λ ≥ 0: by default 0.01 in PyTorch, 0.004 in Keras, 0.0001 in Optax.

    References
    ----------
    I. Loshchilov and F. Hutter, *Decoupled Weight Decay Regularization*, ICLR 2019.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.AdamW(lr=0.1), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    m₁ = 0.9 · 0 + (1 − 0.9) · 8 = 0.8
    v₁ = 0.999 · 0 + (1 − 0.999) · 8² = 0.064
    m̂₁ = 0.8 / (1 − 0.9¹) = 8
    v̂₁ = 0.064 / (1 − 0.999¹) = 64
    w₁ = 4 − 0.1 · (8 / (√64 + 10⁻⁸) + 0.01 · 4) ≈ 3.896
    """

    called = "AdamW"

    lr: LearningRate = 1e-3
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.999
    eps: NonNegative = 1e-8
    weight_decay: WeightDecay = 0.01

    state = ("m", "v")

    def update(self, t: int, g: Array, m: Array, v: Array, w: Array) -> Record:
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        step = -self.lr * (m_hat / (np.sqrt(v_hat) + self.eps) + self.weight_decay * w)
        return dict(m=m, v=v, m_hat=m_hat, v_hat=v_hat, step=step)
