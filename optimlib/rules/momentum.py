"""Momentum in the three forms that carry this name.

With a constant learning rate η they give the same points once the rates are matched: `HeavyBall`
equals `Momentum` at the same η, and `AverageMomentum` equals `Momentum` at η/(1 − β). When η
changes on the way, `HeavyBall` keeps the old rate in its velocity and the other two do not.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from optimlib.rules.hyperparameters import DecayRate, Range
from optimlib.rules.rule import Rule
from optimlib.types import Array, Hyperparameter, Record


@dataclass(frozen=True)
class Momentum(Rule):
    r"""Momentum with η outside the velocity, as PyTorch writes it.

    :math:`v_t = \beta v_{t-1} + g_t`, :math:`w_t = w_{t-1} - \eta v_t`.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta : float, array over the batch, or schedule
        Momentum coefficient β in [0, 1). A constant gradient moves w by η/(1 − β) a step
        in the long run.
    dampening : float, array over the batch, schedule, or None
        With τ in [0, 1] only (1 − τ) of the gradient enters the velocity, except for the first
        one, as in PyTorch.

    References
    ----------
    B. T. Polyak, *Some methods of speeding up the convergence of iteration methods*,
    USSR Computational Mathematics and Mathematical Physics 4(5) (1964) 1-17.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.Momentum(lr=0.1), ol.problems.square, 4.0, steps=2))
    g₁ = 2 · 4 = 8
    v₁ = 0.9 · 0 + 8 = 8
    w₁ = 4 − 0.1 · 8 = 3.2
    <BLANKLINE>
    g₂ = 2 · 3.2 = 6.4
    v₂ = 0.9 · 8 + 6.4 = 13.6
    w₂ = 3.2 − 0.1 · 13.6 = 1.84
    """

    called = "momentum"

    beta: DecayRate = 0.9
    dampening: Annotated[Hyperparameter, Range(ge=0, le=1)] | None = None

    state = ("v",)
    forms: ClassVar = {"dampened": dict(dampening=0.25)}

    def update(self, t: int, g: Array, v: Array) -> Record:
        if self.dampening is None:
            v = self.beta * v + g
        else:
            v = np.where(t == 1, g, self.beta * v + (1 - self.dampening) * g)
        return dict(v=v, step=-self.lr * v)


@dataclass(frozen=True)
class HeavyBall(Rule):
    r"""Momentum with η inside the velocity, as Polyak's heavy ball is usually written.

    :math:`v_t = \beta v_{t-1} + \eta g_t`, :math:`w_t = w_{t-1} - v_t`.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta : float, array over the batch, or schedule
        Momentum coefficient β in [0, 1).

    References
    ----------
    B. T. Polyak, *Some methods of speeding up the convergence of iteration methods*,
    USSR Computational Mathematics and Mathematical Physics 4(5) (1964) 1-17.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.HeavyBall(lr=0.1), ol.problems.square, 4.0, steps=2))
    g₁ = 2 · 4 = 8
    v₁ = 0.9 · 0 + 0.1 · 8 = 0.8
    w₁ = 4 − 0.8 = 3.2
    <BLANKLINE>
    g₂ = 2 · 3.2 = 6.4
    v₂ = 0.9 · 0.8 + 0.1 · 6.4 = 1.36
    w₂ = 3.2 − 1.36 = 1.84
    """

    beta: DecayRate = 0.9

    state = ("v",)

    def update(self, t: int, g: Array, v: Array) -> Record:
        v = self.beta * v + self.lr * g
        return dict(v=v, step=-v)


@dataclass(frozen=True)
class AverageMomentum(Rule):
    r"""Momentum as a running average of the gradients.

    :math:`v_t = \beta v_{t-1} + (1-\beta) g_t`, :math:`w_t = w_{t-1} - \eta v_t`.

    Its steps are 1 − β times those of `Momentum` at the same η: ten times smaller at β = 0.9.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta : float, array over the batch, or schedule
        Weight β in [0, 1) of the past.

    References
    ----------
    B. T. Polyak, *Some methods of speeding up the convergence of iteration methods*,
    USSR Computational Mathematics and Mathematical Physics 4(5) (1964) 1-17, rescaled. As the
    first moment of Adam: D. P. Kingma and J. Ba, *Adam: A Method for Stochastic Optimization*,
    ICLR 2015.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.AverageMomentum(lr=0.1), ol.problems.square, 4.0, steps=1))
    g₁ = 2 · 4 = 8
    v₁ = 0.9 · 0 + (1 − 0.9) · 8 = 0.8
    w₁ = 4 − 0.1 · 0.8 = 3.92
    """

    beta: DecayRate = 0.9

    state = ("v",)

    def update(self, t: int, g: Array, v: Array) -> Record:
        v = self.beta * v + (1 - self.beta) * g
        return dict(v=v, step=-self.lr * v)
