"""Weight decay around any optimizer: coupled (`L2`) and decoupled (`DecoupledWeightDecay`)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimlib.objective import Objective
from optimlib.rules.blocks import Blocks
from optimlib.rules.hyperparameters import WeightDecay
from optimlib.rules.wrapper import OtherGradient, Wrapper
from optimlib.types import Array, Record


class _Penalized(OtherGradient):
    """The objective plus ½λ‖w‖²."""

    def __init__(self, objective, weight_decay):
        super().__init__(objective, lambda w, g: g + weight_decay * w)
        self.weight_decay = weight_decay

    def f(self, w):
        return self.objective.f(w) + 0.5 * self.weight_decay * np.cumsum(w**2, axis=0)[-1]

    def hess(self, w):
        identity = np.eye(len(w), dtype=w.dtype).reshape(len(w), len(w), *(1,) * (w.ndim - 1))
        return self.objective.hess(w) + self.weight_decay * identity


@dataclass(frozen=True)
class L2(Wrapper):
    r"""Coupled weight decay: the penalty :math:`\tfrac12 \lambda \|w\|^2` added to the objective.

    The gradient that `rule` sees is :math:`\nabla f(w) + \lambda w`. PyTorch's ``weight_decay`` is
    this one, except in AdamW. A rule that rescales gradients rescales the decay too: hardly any
    is left where gradients are large.

    Parameters
    ----------
    rule : Optimizer
    weight_decay : float, array over the batch, or schedule
        λ ≥ 0.

    References
    ----------
    A. Krogh and J. A. Hertz, *A Simple Weight Decay Can Improve Generalization*, NIPS 1991.
    I. Loshchilov and F. Hutter, *Decoupled Weight Decay Regularization*, ICLR 2019.

    Examples
    --------
    >>> import optimlib as ol
    >>> rule = ol.L2(ol.GradientDescent(lr=0.1), weight_decay=0.5)
    >>> print(ol.trace(rule, ol.problems.square, 4.0, steps=2)["g"])
    [10.   7.5]
    """

    called = "an L2 penalty"

    weight_decay: WeightDecay

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        return self.rule.advance(t, w, state, _Penalized(objective, self.weight_decay))


@dataclass(frozen=True)
class DecoupledWeightDecay(Wrapper):
    r"""Decoupled weight decay: the weights shrink apart from the step of `rule`.

    :math:`w_t = w'_t - \eta\lambda w_{t-1}`, where `rule` would go from :math:`w_{t-1}` to
    :math:`w'_t` and η is its learning rate, in `Blocks` that of each block. Around `Adam` it is
    `AdamW`. Keras's ``weight_decay`` is this one for all its optimizers.

    Parameters
    ----------
    rule : Optimizer
        One with a learning rate, or wrapped around one.
    weight_decay : float, array over the batch, or schedule
        λ ≥ 0.

    Raises
    ------
    ValueError
        If `rule` has no learning rate; else as `Wrapper`.

    References
    ----------
    I. Loshchilov and F. Hutter, *Decoupled Weight Decay Regularization*, ICLR 2019.

    Examples
    --------
    >>> import optimlib as ol
    >>> rule = ol.DecoupledWeightDecay(ol.GradientDescent(lr=0.1), weight_decay=0.5)
    >>> print(ol.trace(rule, ol.problems.square, 4.0, steps=2)["w"])
    [3.   2.25]
    """

    weight_decay: WeightDecay

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.core, Blocks) and not hasattr(self.core, "lr"):
            raise ValueError(self._complaint("rule", self.rule, "one with a learning rate lr"))

    def _decay(self, w):
        if isinstance(self.core, Blocks):
            return (self.core.rates() * self.weight_decay).astype(w.dtype)
        return self.core.lr * self.weight_decay

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        record = self.rule.advance(t, w, state, objective)
        return {**record, "w": record["w"] - self._decay(w) * w}
