"""AdaGrad."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import NonNegative, StartValue
from optimlib.rules.optimizer import filled
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class AdaGrad(Rule):
    r"""AdaGrad: each coordinate's rate shrinks with the gradients it has seen.

    :math:`G_t = G_{t-1} + g_t^2`, :math:`w_t = w_{t-1} - \eta\, g_t / (\sqrt{G_t} + \varepsilon)`.

    Under a constant gradient the step in iteration t is η/√t.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0, the length of the first step in every coordinate.
    eps : float, array over the batch, or schedule
        ε ≥ 0, outside the root. With ε = 0 a coordinate whose gradients are all 0 becomes nan.
    eps_inside : bool
        Divide by :math:`\sqrt{G_t + \varepsilon}` instead, as Keras and Optax do.
    G0 : number
        The value of G before the first step: 0 in the paper and PyTorch, 0.1 in Keras and Optax.
    lr_decay : float, array over the batch, schedule, or None
        With δ ≥ 0 the rate is η / (1 + (t − 1)δ) in step t, as in PyTorch.

    References
    ----------
    J. Duchi, E. Hazan, Y. Singer, *Adaptive Subgradient Methods for Online Learning and
    Stochastic Optimization*, JMLR 12 (2011) 2121-2159.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.AdaGrad(lr=0.1), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    G₁ = 0 + 8² = 64
    w₁ = 4 − 0.1 · 8 / (√64 + 10⁻⁸) ≈ 3.9
    """

    called = "AdaGrad"

    eps: NonNegative = 1e-8
    eps_inside: bool = False
    G0: StartValue = 0
    lr_decay: NonNegative | None = None

    state = ("G",)
    forms: ClassVar = {
        "eps inside": dict(eps_inside=True),
        "G from 0.1": dict(G0=0.1),
        "as Keras": dict(eps_inside=True, G0=0.1),
        "decaying": dict(lr_decay=0.25),
    }

    def initial(self, w: Array) -> tuple[Array, ...]:
        return (filled(w, self.G0), *super().initial(w)[1:])

    def update(self, t: int, g: Array, G: Array) -> Record:
        G = G + g**2
        scale = np.sqrt(G + self.eps) if self.eps_inside else np.sqrt(G) + self.eps
        if self.lr_decay is None:
            return dict(G=G, step=-self.lr * g / scale)
        return dict(G=G, step=-self.lr / (1 + (t - 1) * self.lr_decay) * g / scale)
