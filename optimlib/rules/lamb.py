"""LAMB."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import (
    DecayRate,
    LearningRate,
    NonNegative,
    Positive,
    SlowDecayRate,
    WeightDecay,
)
from optimlib.rules.matrix_rule import MatrixRule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class LAMB(MatrixRule):
    r"""LAMB: Adam's step of each block made as long as a share of the block's weights.

    :math:`\hat m_t, \hat v_t` as in `Adam`, with the decay
    :math:`u_t = \hat m_t / (\sqrt{\hat v_t} + \varepsilon) + \lambda w_{t-1}`, all of it by
    coordinate, and then

    .. math:: w_t = w_{t-1} - \eta\, r_t u_t, \qquad
              r_t = \frac{\min(\|w_{t-1}\|, c)}{\|u_t\|}.

    The norms are over all entries of a block, and r, the trust ratio, is one number for it: 1 where
    one of the norms is 0. A step changes a block by the share η of its norm, whatever its gradient.
    It runs in `Blocks`, on matrices and on vectors.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0, a share of the weights.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past in the two means.
    eps : float, array over the batch, or schedule
        ε ≥ 0, outside the root. Keras has 1e-7.
    weight_decay : float, array over the batch, or schedule
        λ ≥ 0, in the step before its norm is taken: it turns the step, and does not lengthen it.
        Keras decays the weights first and takes the norm of what is left.
    limit : float, array over the batch, or schedule, optional
        c > 0, the largest norm of weights that counts: the paper's function φ with no lower bound.
    bias_correction : bool
        Whether the means are divided by 1 − βᵗ. An early version of the paper did not.

    References
    ----------
    Y. You et al., *Large Batch Optimization for Deep Learning: Training BERT in 76 minutes*,
    ICLR 2020.

    Examples
    --------
    The step has a tenth of the norm of the weights, 5, in the direction of the signs:

    >>> import optimlib as ol
    >>> bowl = ol.problems.quadratic(kappa=10)
    >>> rule = ol.Blocks({"w": ol.LAMB(lr=0.1)}, {"w": (2,)})
    >>> path = ol.trace(rule, bowl, {"w": [3.0, -4.0]}, steps=1)
    >>> print(path["w.r"][0].round(4), path["step"].round(4))
    [[3.5355]] [[-0.3536  0.3536]]
    """

    called = "LAMB"

    lr: LearningRate = 1e-3
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.999
    eps: NonNegative = 1e-6
    weight_decay: WeightDecay = 0.0
    limit: Positive | None = None
    bias_correction: bool = True

    state = ("m", "v")
    vectors: ClassVar = True
    forms: ClassVar = {
        "uncorrected": dict(bias_correction=False),
        "limited": dict(limit=1.0),
    }

    def update(self, t: int, G: Array, m: Array, v: Array, w: Array) -> Record:
        m = self.beta1 * m + (1 - self.beta1) * G
        v = self.beta2 * v + (1 - self.beta2) * G**2
        record = dict(m=m, v=v)
        if self.bias_correction:
            m = m / (1 - self.beta1**t)
            v = v / (1 - self.beta2**t)
            record |= dict(m_hat=m, v_hat=v)
        u = m / (np.sqrt(v) + self.eps) + self.weight_decay * w

        size = np.linalg.matrix_norm(w, keepdims=True)
        if self.limit is not None:
            size = np.minimum(size, self.limit)
        length = np.linalg.matrix_norm(u, keepdims=True)
        neither = (size > 0) & (length > 0)
        r = np.where(neither, size / np.where(neither, length, 1), 1)
        return record | dict(u=u, r=r, step=-self.lr * r * u)
