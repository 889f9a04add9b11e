"""D-Adaptation for gradient descent."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import DecayRate, LearningRate, Positive
from optimlib.rules.vector_rule import VectorRule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class DAdaptSGD(VectorRule):
    r"""D-Adaptation: gradient descent that estimates the distance to the minimum from below.

    With :math:`c = \|g_1\|` and :math:`\alpha_t = \eta\, d_{t-1} / c`: the weighted sum of the
    gradients is :math:`s_t = s_{t-1} + \alpha_t g_t`, and
    :math:`q_t = q_{t-1} + \alpha_t \langle g_t, s_{t-1} \rangle`. On a convex function
    :math:`q_t / \|s_t\|` is at most the distance from the start to the minimum; the estimate is
    twice that, :math:`\hat d_t = 2 q_t / \|s_t\|`, and :math:`d_t = \max(d_{t-1}, \hat d_t)`. The
    point is :math:`w_t = w_0 - s_t`, which is :math:`w_{t-1} - \alpha_t g_t`.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        A factor η > 0 of the rate, 1 in the paper; a schedule of it falls from 1 to 0.
    d0 : float, array over the batch, or schedule
        The first estimate d₀ > 0 of the distance.
    beta : float, array over the batch, schedule, or None
        If given, :math:`w_t = \beta w_{t-1} + (1-\beta)(w_0 - s_t)`: momentum.

    References
    ----------
    A. Defazio, K. Mishchenko, *Learning-Rate-Free Learning by D-Adaptation*, ICML 2023.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.DAdaptSGD(d0=0.5), ol.problems.square, 4.0, steps=2))
    g₁ = 2 · 4 = 8
    c₁ = (‖8‖ if 0 = 0; else 0) = 8
    α₁ = 1 · 0.5 / 8 = 0.0625
    q₁ = 0 + 0.0625 · ⟨8, 0⟩ = 0
    s₁ = 0 + 0.0625 · 8 = 0.5
    d̂₁ = 2 · 0 / ‖0.5‖ = 0
    d₁ = max(0.5, 0) = 0.5
    w₁ = 4 − 0.0625 · 8 = 3.5
    <BLANKLINE>
    g₂ = 2 · 3.5 = 7
    c₂ = (‖7‖ if 8 = 0; else 8) = 8
    α₂ = 1 · 0.5 / 8 = 0.0625
    q₂ = 0 + 0.0625 · ⟨7, 0.5⟩ = 0.21875
    s₂ = 0.5 + 0.0625 · 7 = 0.9375
    d̂₂ = 2 · 0.21875 / ‖0.9375‖ ≈ 0.466667
    d₂ = max(0.5, 0.466667) = 0.5
    w₂ = 3.5 − 0.0625 · 7 = 3.0625
    """

    called = "D-Adaptation"

    lr: LearningRate = 1.0
    d0: Positive = 1e-6
    beta: DecayRate | None = None

    state = ("s", "q", "d", "c", "w0")
    forms: ClassVar = {"momentum": dict(beta=0.9)}

    def initial(self, w: Array) -> tuple[Array, ...]:
        zeros = np.zeros(w.shape[1:], w.dtype)
        return (np.zeros_like(w), zeros, zeros + self.d0, zeros, w)

    def update(
        self, t: int, g: Array, s: Array, q: Array, d: Array, c: Array, w0: Array, w: Array
    ) -> Record:
        c = np.where(c == 0, np.linalg.norm(g, axis=0), c)
        alpha = self.lr * d / c
        q = q + alpha * np.sum(g * s, axis=0)
        s = s + alpha * g
        d_hat = 2 * q / np.linalg.norm(s, axis=0)
        d = np.maximum(d, d_hat)
        step = -alpha * g
        if self.beta is not None:
            step = (1 - self.beta) * (w0 - s - w)
        return dict(c=c, alpha=alpha, q=q, s=s, d_hat=d_hat, d=d, w0=w0, step=step)
