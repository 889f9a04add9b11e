"""Rprop."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from optimlib.rules.hyperparameters import LearningRate, Range
from optimlib.rules.rule import Rule
from optimlib.types import Array, Hyperparameter, Record


@dataclass(frozen=True)
class Rprop(Rule):
    r"""Rprop: every coordinate has a step length of its own and looks only at signs.

    With :math:`p_t = g_t g_{t-1}`: :math:`s_t = \eta^+ s_{t-1}` where :math:`p_t > 0`,
    :math:`\eta^- s_{t-1}` where :math:`p_t < 0`, else :math:`s_{t-1}`, kept in
    :math:`[\eta^{\min}, \eta^{\max}]`; :math:`w_t = w_{t-1} - s_t \operatorname{sign} g_t`.

    It is meant for full gradients: with mini-batches signs change by chance, and the lengths
    shrink.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        The first step length s₀ = η > 0. Of a schedule only its value at t = 1 counts.
    grow, shrink : float, array over the batch, or schedule
        The factors η⁺ ≥ 1 and η⁻ in (0, 1].
    lr_min, lr_max : float, array over the batch, or schedule
        Bounds of the step lengths.
    skip : bool
        Where the gradient changed its sign, do not move, and take the gradient as 0 when the
        next step compares signs, as PyTorch does (this form is known as iRprop⁻). Without it
        every step moves (Rprop⁻). The paper's first form also goes back by the last step.

    References
    ----------
    M. Riedmiller and H. Braun, *A direct adaptive method for faster backpropagation learning:
    the RPROP algorithm*, IEEE International Conference on Neural Networks (1993) 586-591.
    C. Igel and M. Hüsken, *Improving the Rprop Learning Algorithm*, Neural Computation (2000)
    115-121, for the names of its forms.

    Examples
    --------
    >>> import optimlib as ol
    >>> path = ol.trace(ol.Rprop(lr=1.0), ol.problems.square, 4.0, steps=6)
    >>> print(path["s"], path["w"])
    [1.     1.2    1.44   1.728  0.864  1.0368] [ 3.      1.8     0.36   -1.368  -0.504   0.5328]
    """

    lr: LearningRate = 0.01
    grow: Annotated[Hyperparameter, Range(ge=1, usual=(1.2, 1.6))] = 1.2
    shrink: Annotated[Hyperparameter, Range(gt=0, le=1, usual=(0.3, 0.7))] = 0.5
    lr_min: LearningRate = 1e-6
    lr_max: LearningRate = 50.0
    skip: bool = False

    state = ("s", "g_tilde")
    forms: ClassVar = {"skipping": dict(skip=True)}

    def initial(self, w: Array) -> tuple[Array, ...]:
        return np.zeros_like(w) + self.at(1).lr, np.zeros_like(w)

    def update(self, t: int, g: Array, s: Array, g_tilde: Array) -> Record:
        p = g * g_tilde
        s_tilde = np.where(p > 0, self.grow * s, np.where(p < 0, self.shrink * s, s))
        s = np.minimum(np.maximum(s_tilde, self.lr_min), self.lr_max)
        g_tilde = np.where(p < 0, 0, g) if self.skip else g
        return dict(p=p, s_tilde=s_tilde, s=s, g_tilde=g_tilde, step=-s * np.sign(g_tilde))
