"""Prodigy."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import (
    DecayRate,
    LearningRate,
    NonNegative,
    Positive,
    SlowDecayRate,
    WeightDecay,
)
from optimlib.rules.vector_rule import VectorRule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class Prodigy(VectorRule):
    r"""Prodigy: Adam whose rate is an estimate d of the distance to the minimum.

    Adam's averages of :math:`d_{t-1} g_t` and its square, :math:`m_t` and :math:`v_t`. With
    :math:`\alpha_t = \eta\, d_{t-1}`, sums that forget at the rate :math:`\sqrt{\beta_2}`,

    .. math:: q_t = \sqrt{\beta_2}\, q_{t-1} + \alpha_t d_{t-1} \langle g_t, w_0 - w_{t-1} \rangle,
              \qquad s_t = \sqrt{\beta_2}\, s_{t-1} + \alpha_t d_{t-1} g_t ,

    give the estimate :math:`d_t = \max(d_{t-1}, q_t / \|s_t\|_1)`, and
    :math:`w_t = w_{t-1} - \alpha_t m_t / (\sqrt{v_t} + d_t \varepsilon)`.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        A factor η > 0 of the rate, 1 in the paper; a schedule of it falls from 1 to 0.
    d0 : float, array over the batch, or schedule
        The first estimate d₀ > 0, about the length of the first steps.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past in the two means.
    eps : float, array over the batch, or schedule
        ε ≥ 0.
    weight_decay : float, array over the batch, or schedule
        λ ≥ 0, decoupled as in `AdamW`, times α.
    bias_correction : bool
        Multiply α by :math:`\sqrt{1-\beta_2^t}/(1-\beta_1^t)`. Optax does; in the authors' package
        it is an option.

    References
    ----------
    K. Mishchenko, A. Defazio, *Prodigy: An Expeditiously Adaptive Parameter-Free Learner*,
    ICML 2024.

    Examples
    --------
    >>> import optimlib as ol
    >>> path = ol.trace(ol.Prodigy(), ol.problems.square, 4.0, steps=60)
    >>> print(path["d"][[0, 5, 10, 59]].round(6))
    [1.000000e-06 8.900000e-05 9.962000e-03 2.356131e+00]
    """

    lr: LearningRate = 1.0
    d0: Positive = 1e-6
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.999
    eps: NonNegative = 1e-8
    weight_decay: WeightDecay = 0.0
    bias_correction: bool = False

    state = ("m", "v", "s", "q", "d", "w0")
    forms: ClassVar = {"corrected": dict(bias_correction=True)}

    def initial(self, w: Array) -> tuple[Array, ...]:
        zeros = np.zeros(w.shape[1:], w.dtype)
        return (*(np.zeros_like(w) for _ in range(3)), zeros, zeros + self.d0, w)

    def update(
        self,
        t: int,
        g: Array,
        m: Array,
        v: Array,
        s: Array,
        q: Array,
        d: Array,
        w0: Array,
        w: Array,
    ) -> Record:
        alpha = self.lr * d
        if self.bias_correction:
            alpha = alpha * (1 - self.beta2**t) ** 0.5 / (1 - self.beta1**t)
        m = self.beta1 * m + (1 - self.beta1) * d * g
        v = self.beta2 * v + (1 - self.beta2) * (d * g) ** 2
        q = self.beta2**0.5 * q + alpha * d * np.sum(g * (w0 - w), axis=0)
        s = self.beta2**0.5 * s + alpha * d * g
        d_hat = q / np.linalg.norm(s, ord=1, axis=0)
        d = np.maximum(d, d_hat)
        step = -alpha * (m / (np.sqrt(v) + d * self.eps) + self.weight_decay * w)
        return dict(
            alpha=alpha, m=m, v=v, q=q, s=s, d_hat=d_hat, d=d, w0=w0, step=step
        )  # fmt: skip
