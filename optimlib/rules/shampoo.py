"""Shampoo."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.eigen import inverse_root
from optimlib.rules.hyperparameters import DecayRate, LearningRate, NonNegative, Positive
from optimlib.rules.matrix_rule import MatrixRule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class Shampoo(MatrixRule):
    r"""Shampoo: a gradient between the inverse roots of what its rows and columns have been.

    .. math:: L_t = L_{t-1} + G_t G_t^T, \qquad R_t = R_{t-1} + G_t^T G_t,

    .. math:: W_t = W_{t-1} - \eta\, (L_t + \varepsilon I)^{-p}\, G_t\, (R_t + \varepsilon I)^{-p},

    with :math:`p = 1/4`. It is AdaGrad with matrices in place of numbers: :math:`(L \otimes
    R)^{1/2}` bounds the sum of the outer products of all gradients from above. Of one gradient
    :math:`G = U \Sigma V^T` it makes :math:`U V^T`, if ε is 0.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    eps : float, array over the batch, or schedule
        ε ≥ 0, the start of L and R in the paper. With 0, directions in which no gradient has been
        are not moved.
    exponent : float, array over the batch, or schedule
        p > 0. Some implementations have 1/2 here, as Morwani and others advise.
    beta : float, array over the batch, or schedule, optional
        If given, L and R are running averages, :math:`\beta L + (1-\beta) G G^T`. The paper has
        sums.

    Raises
    ------
    ValueError, TypeError
        As `Rule`.

    References
    ----------
    V. Gupta, T. Koren and Y. Singer, *Shampoo: Preconditioned stochastic tensor optimization*,
    2018. D. Morwani, I. Shapira, N. Vyas, E. Malach, S. Kakade and L. Janson, *A New Perspective on
    Shampoo's Preconditioner*, 2024, arXiv:2406.17748.

    Examples
    --------
    The first step is that of steepest descent in the spectral norm:

    >>> import numpy as np
    >>> import optimlib as ol
    >>> G = np.array([[[3.0, 1.0], [1.0, 3.0]]])
    >>> zero = np.zeros((1, 2, 2))
    >>> print(ol.Shampoo(lr=0.5, eps=0).update(1, G, zero, zero)["step"].round(12) + 0)
    [[[-0.5  0. ]
      [ 0.  -0.5]]]
    """

    lr: LearningRate = 0.1
    eps: NonNegative = 1e-6
    exponent: Positive = 0.25
    beta: DecayRate | None = None

    state = ("L", "R")
    forms: ClassVar = {
        "running average": dict(beta=0.95),
        "inverse roots": dict(exponent=0.5),
    }

    def initial(self, w: Array) -> tuple[Array, ...]:
        rows, columns = w.shape[-2:]
        return tuple(np.zeros((*w.shape[:-2], n, n), w.dtype) for n in (rows, columns))

    def update(self, t: int, G: Array, L: Array, R: Array) -> Record:
        if self.beta is None:
            L = L + G @ G.mT
            R = R + G.mT @ G
        else:
            L = self.beta * L + (1 - self.beta) * (G @ G.mT)
            R = self.beta * R + (1 - self.beta) * (G.mT @ G)
        left = inverse_root(L, self.exponent, self.eps)
        right = inverse_root(R, self.exponent, self.eps)
        return dict(L=L, R=R, left=left, right=right, step=-self.lr * (left @ G @ right))
