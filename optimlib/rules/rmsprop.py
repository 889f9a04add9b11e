"""RMSProp."""

from dataclasses import dataclass

import numpy as np

from optimlib.rules.rule import Rule


@dataclass(frozen=True)
class RMSProp(Rule):
    r"""RMSProp: divide the gradient by the root of a running mean of its square.

    :math:`v_t = \beta v_{t-1} + (1-\beta) g_t^2`,
    :math:`w_t = w_{t-1} - \eta\, g_t / (\sqrt{v_t} + \varepsilon)`.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta : float, array over the batch, or schedule
        Weight β in [0, 1) of the past squares; the window is about 1/(1 − β) steps long.
    eps : float, array over the batch, or schedule
        ε ≥ 0.
    eps_inside : bool
        Divide by :math:`\sqrt{v_t + \varepsilon}` instead, as Keras and Optax do. An ε inside
        acts like √ε outside where the gradient vanishes.

    References
    ----------
    G. Hinton, N. Srivastava, K. Swersky, *Neural Networks for Machine Learning*, lecture 6e
    (2012): the source of the rule, which was never published as a paper.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.RMSProp(lr=0.1), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    v₁ = 0.9 · 0 + (1 − 0.9) · 8² = 6.4
    w₁ = 4 − 0.1 · 8 / (√6.4 + 10⁻⁸) ≈ 3.68377
    """

    beta: float = 0.9
    eps: float = 1e-8
    eps_inside: bool = False

    state = ("v",)

    def update(self, t, g, v):
        v = self.beta * v + (1 - self.beta) * g**2
        scale = np.sqrt(v + self.eps) if self.eps_inside else np.sqrt(v) + self.eps
        return dict(v=v, step=-self.lr * g / scale)
