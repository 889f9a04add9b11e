"""RMSProp."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import DecayRate, NonNegative
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


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
    centered : bool
        Subtract from v the square of a running mean :math:`\bar g` of the gradients. What is left,
        their variance, may be rounded below 0 under a constant gradient: its root is then nan.
    momentum : float, array over the batch, schedule, or None
        With μ in [0, 1) the scaled gradients are gathered in a velocity
        :math:`b_t = \mu b_{t-1} + g_t / (\sqrt{v_t} + \varepsilon)`, and the step is
        :math:`-\eta b_t`, as in PyTorch.
    lr_inside : bool
        With `momentum`: η stands inside the velocity, as in Keras and Optax. It makes a
        difference once η varies.

    Raises
    ------
    ValueError
        If `lr_inside` is set without `momentum`; else as `Rule`.

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

    called = "RMSProp"

    beta: DecayRate = 0.9
    eps: NonNegative = 1e-8
    eps_inside: bool = False
    centered: bool = False
    momentum: DecayRate | None = None
    lr_inside: bool = False

    forms: ClassVar = {
        "eps inside": dict(eps_inside=True),
        "centered": dict(centered=True),
        "momentum": dict(momentum=0.5),
        "lr inside": dict(momentum=0.5, lr_inside=True),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.lr_inside and self.momentum is None:
            raise ValueError(
                "RMSProp: lr_inside must be False without momentum, got lr_inside = True"
            )

    @property
    def state(self) -> tuple[str, ...]:
        return ("v", *["g_bar"] * self.centered, *["b"] * (self.momentum is not None))

    def update(self, t: int, g: Array, v: Array, *others: Array) -> Record:
        record = dict(v=self.beta * v + (1 - self.beta) * g**2)
        square = record["v"]
        if self.centered:
            record["g_bar"] = self.beta * others[0] + (1 - self.beta) * g
            square = square - record["g_bar"] ** 2
        scale = np.sqrt(square + self.eps) if self.eps_inside else np.sqrt(square) + self.eps
        if self.momentum is None:
            return record | dict(step=-self.lr * g / scale)
        scaled = self.lr * g / scale if self.lr_inside else g / scale
        b = self.momentum * others[-1] + scaled
        return record | dict(b=b, step=-b if self.lr_inside else -self.lr * b)
