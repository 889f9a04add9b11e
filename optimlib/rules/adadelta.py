"""Adadelta."""

from dataclasses import dataclass

import numpy as np

from optimlib.rules.hyperparameters import DecayRate, LearningRate, NonNegative
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class Adadelta(Rule):
    r"""Adadelta: steps in the unit of the parameters, with no learning rate to choose.

    :math:`v_t = \rho v_{t-1} + (1-\rho) g_t^2`,
    :math:`\Delta_t = \sqrt{u_{t-1} + \varepsilon}\, g_t / \sqrt{v_t + \varepsilon}`,
    :math:`u_t = \rho u_{t-1} + (1-\rho) \Delta_t^2`, :math:`w_t = w_{t-1} - \eta \Delta_t`.

    The first step is about √(ε / (1 − ρ)) long, so ε is what gets it going.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        η > 0. The paper has none, which is η = 1; so has PyTorch by default. Keras has 0.001.
    rho : float, array over the batch, or schedule
        Weight ρ in [0, 1) of the past in both means: 0.95 in the paper and Keras, 0.9 in PyTorch
        and Optax.
    eps : float, array over the batch, or schedule
        ε ≥ 0, inside both roots. With ε = 0 the first step and all others are 0.

    References
    ----------
    M. D. Zeiler, *ADADELTA: An Adaptive Learning Rate Method*, arXiv:1212.5701 (2012).

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.Adadelta(), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    v₁ = 0.95 · 0 + (1 − 0.95) · 8² = 3.2
    Δ₁ = (√(0 + 10⁻⁶) / √(3.2 + 10⁻⁶)) · 8 ≈ 0.00447214
    u₁ = 0.95 · 0 + (1 − 0.95) · 0.00447214² ≈ 10⁻⁶
    w₁ = 4 − 1 · 0.00447214 ≈ 3.99553
    """

    lr: LearningRate = 1.0
    rho: DecayRate = 0.95
    eps: NonNegative = 1e-6

    state = ("v", "u")

    def update(self, t: int, g: Array, v: Array, u: Array) -> Record:
        v = self.rho * v + (1 - self.rho) * g**2
        Delta = np.sqrt(u + self.eps) / np.sqrt(v + self.eps) * g
        u = self.rho * u + (1 - self.rho) * Delta**2
        return dict(v=v, Delta=Delta, u=u, step=-self.lr * Delta)
