"""Schedule-free learning."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from optimlib.rules.hyperparameters import (
    DecayRate,
    LearningRate,
    NonNegative,
    SlowDecayRate,
    WeightDecay,
)
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class ScheduleFree(Rule):
    r"""Schedule-free: averaging in place of a schedule, with gradients near the average.

    :math:`\tilde w_t = (1-\beta) z_{t-1} + \beta w_{t-1}` is where the gradient is taken,
    :math:`z_t = z_{t-1} - \eta_t g_t` what gradient descent does with it, and the point
    :math:`w_t = w_{t-1} + \frac{\eta_t^2}{S_t} (z_t - w_{t-1})` is the mean of all :math:`z_t`
    with weights :math:`\eta_t^2`, of which :math:`S_t = S_{t-1} + \eta_t^2` is the sum. Under a
    constant rate it is the plain mean, and β = 0 is `GradientDescent` in `Averaging`.

    The paper calls w, z and w̃ x, z and y. The state starts with z = w.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0. A schedule is for a warm-up at most.
    beta : float, array over the batch, or schedule
        Weight β in [0, 1) of the average in the point where the gradient is taken.
    beta2 : float, array over the batch, schedule, or None
        If given, g is divided by :math:`\sqrt{\hat v_t}` as in `Adam`.
    eps : float, array over the batch, schedule, or None
        ε ≥ 0, added to that root; the package of the authors has 1e-8.
    weight_decay : float, array over the batch, schedule, or None
        λ ≥ 0: :math:`\lambda \tilde w_t` is added to what η multiplies.

    Raises
    ------
    ValueError
        If `eps` is given without `beta2`; else as `Rule`.

    References
    ----------
    A. Defazio, X. A. Yang, H. Mehta, K. Mishchenko, A. Khaled, A. Cutkosky, *The Road Less
    Scheduled*, NeurIPS 2024.

    Examples
    --------
    >>> import optimlib as ol
    >>> rule = ol.ScheduleFree(lr=0.25, beta=0.5)
    >>> print(ol.by_hand(rule, ol.problems.square, 4.0, steps=2))
    w̃₁ = (1 − 0.5) · 4 + 0.5 · 4 = 4
    g₁ = 2 · 4 = 8
    z₁ = 4 − 0.25 · 8 = 2
    S₁ = 0 + 0.25² = 0.0625
    w₁ = 4 + (0.25² / 0.0625) · (2 − 4) = 2
    <BLANKLINE>
    w̃₂ = (1 − 0.5) · 2 + 0.5 · 2 = 2
    g₂ = 2 · 2 = 4
    z₂ = 2 − 0.25 · 4 = 1
    S₂ = 0.0625 + 0.25² = 0.125
    w₂ = 2 + (0.25² / 0.125) · (1 − 2) = 1.5
    """

    lr: LearningRate
    beta: DecayRate = 0.9
    beta2: SlowDecayRate | None = None
    eps: NonNegative | None = None
    weight_decay: WeightDecay | None = None

    forms: ClassVar = {
        "Adam": dict(beta2=0.95, eps=1e-8),
        "weight decay": dict(weight_decay=0.1),
        "AdamW": dict(beta2=0.95, eps=1e-8, weight_decay=0.1),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.beta2 is None and self.eps is not None:
            raise ValueError(self._complaint("eps", self.eps, "None without beta2"))

    @property
    def state(self) -> tuple[str, ...]:
        return ("z", "S") if self.beta2 is None else ("z", "S", "v")

    def initial(self, w: Array) -> tuple[Array, ...]:
        return (w, np.zeros_like(w), np.zeros_like(w))[: len(self.state)]

    def look_ahead(self, w: Array, z: Any, *others: Any, **nothing: Any) -> Array:
        return (1 - self.beta) * z + self.beta * w

    def update(self, t: int, g: Array, z: Array, S: Array, *v: Array, w: Array) -> Record:
        record: Record = {}
        move = g
        if self.beta2 is not None:
            record["v"] = self.beta2 * v[0] + (1 - self.beta2) * g**2
            record["v_hat"] = record["v"] / (1 - self.beta2**t)
            root = np.sqrt(record["v_hat"])
            move = g / (root if self.eps is None else root + self.eps)
        if self.weight_decay is not None:
            move = move + self.weight_decay * self.look_ahead(w, z)
        z = z - self.lr * move
        S = S + self.lr**2
        return record | dict(z=z, S=S, step=self.lr**2 / S * (z - w))
