"""Lion."""

from dataclasses import dataclass

import numpy as np

from optimlib.rules.hyperparameters import DecayRate, LearningRate, SlowDecayRate, WeightDecay
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class Lion(Rule):
    r"""Lion: the sign of a momentum, found by a search over programs.

    :math:`c_t = \beta_1 m_{t-1} + (1-\beta_1) g_t`,
    :math:`w_t = w_{t-1} - \eta\, (\operatorname{sign} c_t + \lambda w_{t-1})`,
    and then :math:`m_t = \beta_2 m_{t-1} + (1-\beta_2) g_t`.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0, the length of every step in every coordinate.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past, in the step and in what is kept.
    weight_decay : float, array over the batch, or schedule
        λ ≥ 0, decoupled as in `AdamW`. Optax has 0.001 by default.

    References
    ----------
    X. Chen et al., *Symbolic Discovery of Optimization Algorithms*, NeurIPS 2023.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.Lion(lr=0.1), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    c₁ = 0.9 · 0 + (1 − 0.9) · 8 = 0.8
    m₁ = 0.99 · 0 + (1 − 0.99) · 8 = 0.08
    w₁ = 4 − 0.1 · (sign(0.8) + 0 · 4) = 3.9
    """

    lr: LearningRate = 1e-4
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.99
    weight_decay: WeightDecay = 0.0

    state = ("m",)

    def update(self, t: int, g: Array, m: Array, w: Array) -> Record:
        c = self.beta1 * m + (1 - self.beta1) * g
        m = self.beta2 * m + (1 - self.beta2) * g
        return dict(c=c, m=m, step=-self.lr * (np.sign(c) + self.weight_decay * w))
