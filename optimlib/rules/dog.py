"""DoG: distance over gradients."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import LearningRate, NonNegative, Positive
from optimlib.rules.vector_rule import VectorRule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class DoG(VectorRule):
    r"""DoG: gradient descent whose rate is the largest distance from the start, over the gradients.

    :math:`r_t = \max(r_{t-1}, \|w_{t-1} - w_0\|)`, :math:`G_t = G_{t-1} + \|g_t\|^2`,
    :math:`w_t = w_{t-1} - \alpha_t g_t` with :math:`\alpha_t = \eta\, r_t / \sqrt{G_t +
    \varepsilon}`. All norms are over all coordinates of a run.

    Its authors recommend an average of the points: see `Averaging`.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        A factor η > 0 of the rate, 1 in the paper.
    r0 : float, array over the batch, or schedule
        The first distance is r₀ (1 + ‖w₀‖) > 0: so long is the first step, nearly.
    eps : float, array over the batch, or schedule
        ε ≥ 0, inside the root.
    relative : bool
        Whether r₀ is multiplied by 1 + ‖w₀‖.

    References
    ----------
    M. Ivgi, O. Hinder, Y. Carmon, *DoG is SGD's Best Friend: A Parameter-Free Dynamic Step Size
    Schedule*, ICML 2023.

    Examples
    --------
    >>> import optimlib as ol
    >>> rule = ol.DoG(r0=0.5, relative=False, eps=0)
    >>> print(ol.by_hand(rule, ol.problems.square, 4.0, steps=2))
    g₁ = 2 · 4 = 8
    r₁ = max(0.5, ‖4 − 4‖) = 0.5
    G₁ = 0 + ‖8‖² = 64
    α₁ = 1 · 0.5 / √(64 + 0) = 0.0625
    w₁ = 4 − 0.0625 · 8 = 3.5
    <BLANKLINE>
    g₂ = 2 · 3.5 = 7
    r₂ = max(0.5, ‖3.5 − 4‖) = 0.5
    G₂ = 64 + ‖7‖² = 113
    α₂ = 1 · 0.5 / √(113 + 0) ≈ 0.047036
    w₂ = 3.5 − 0.047036 · 7 ≈ 3.17075
    """

    called = "DoG"

    lr: LearningRate = 1.0
    r0: Positive = 1e-6
    eps: NonNegative = 1e-8
    relative: bool = True

    state = ("r", "G", "w0")
    forms: ClassVar = {"absolute": dict(relative=False)}

    def initial(self, w: Array) -> tuple[Array, ...]:
        length = np.linalg.norm(w, axis=0)
        first = self.r0 * (1 + length if self.relative else np.ones_like(length))
        return (first, np.zeros_like(length), w)

    def update(self, t: int, g: Array, r: Array, G: Array, w0: Array, w: Array) -> Record:
        r = np.maximum(r, np.linalg.norm(w - w0, axis=0))
        G = G + np.linalg.norm(g, axis=0) ** 2
        alpha = self.lr * r / np.sqrt(G + self.eps)
        return dict(r=r, G=G, w0=w0, alpha=alpha, step=-alpha * g)
