"""AdaGrad."""

from dataclasses import dataclass

import numpy as np

from optimlib.rules.rule import Rule


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

    eps: float = 1e-8

    state = ("G",)

    def update(self, t, g, G):
        G = G + g**2
        return dict(G=G, step=-self.lr * g / (np.sqrt(G) + self.eps))
