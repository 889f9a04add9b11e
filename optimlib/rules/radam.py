"""RAdam."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from optimlib.rules.hyperparameters import (
    DecayRate,
    LearningRate,
    NonNegative,
    Option,
    Range,
    SlowDecayRate,
)
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class RAdam(Rule):
    r"""Rectified Adam: steps without √v̂ until enough gradients have been seen to trust it.

    :math:`\hat m_t, \hat v_t` as in `Adam`, :math:`\rho_\infty = 2/(1-\beta_2) - 1`,
    :math:`\rho_t = \rho_\infty - 2t\beta_2^t/(1-\beta_2^t)`; where :math:`\rho_t > 5`,

    .. math:: r_t = \sqrt{\frac{(\rho_t-4)(\rho_t-2)\rho_\infty}
                               {(\rho_\infty-4)(\rho_\infty-2)\rho_t}},
              \quad w_t = w_{t-1} - \eta\, r_t \hat m_t / (\sqrt{\hat v_t} + \varepsilon),

    else :math:`w_t = w_{t-1} - \eta\, \hat m_t`. In effect a warm-up of the learning rate.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past in the two means.
    eps : float, array over the batch, or schedule
        ε ≥ 0, added to √v̂ as Optax does.
    threshold : number
        What ρ must exceed: at least 4, where r becomes real. The paper has 4, libraries 5.
    at_threshold : bool
        Rectify where ρ equals the threshold too, as Optax does.
    eps_before_correction : bool
        Divide by (√v + ε)/√(1 − β₂ᵗ) instead, as PyTorch does.

    Raises
    ------
    ValueError
        If `threshold` is less than 4; else as `Rule`.

    References
    ----------
    L. Liu et al., *On the Variance of the Adaptive Learning Rate and Beyond*, ICLR 2020.

    Examples
    --------
    >>> import optimlib as ol
    >>> path = ol.trace(ol.RAdam(lr=0.01), ol.problems.square, 4.0, steps=8)
    >>> print(path["rho"].round(2), path["r"][5:].round(4))
    [1.   2.   3.   4.   5.   5.99 6.99 7.99] [0.0258 0.0327 0.0387]
    """

    called = "RAdam"

    lr: LearningRate = 1e-3
    beta1: DecayRate = 0.9
    beta2: SlowDecayRate = 0.999
    eps: NonNegative = 1e-8
    threshold: Annotated[Option[float], Range(ge=4)] = 5
    at_threshold: bool = False
    eps_before_correction: bool = False

    state = ("m", "v")
    forms: ClassVar = {
        "at threshold": dict(at_threshold=True),
        "eps before correction": dict(eps_before_correction=True),
    }

    def update(self, t: int, g: Array, m: Array, v: Array) -> Record:
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        m_hat = m / (1 - self.beta1**t)
        rho_inf = 2 / (1 - self.beta2) - 1
        rho = rho_inf - 2 * t * self.beta2**t / (1 - self.beta2**t)
        # Not np.sqrt, which makes of a Python number a float64 that float32 would be promoted to.
        # Where the radicand is negative r is not used.
        r = abs((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)) ** 0.5
        enough = rho >= self.threshold if self.at_threshold else rho > self.threshold
        record = dict(m=m, v=v, m_hat=m_hat, rho_inf=rho_inf, rho=rho, r=r)
        if self.eps_before_correction:
            rectified = r * (1 - self.beta2**t) ** 0.5 * m_hat / (np.sqrt(v) + self.eps)
        else:
            v_hat = record["v_hat"] = v / (1 - self.beta2**t)
            rectified = r * m_hat / (np.sqrt(v_hat) + self.eps)
        return record | dict(step=-self.lr * np.where(enough, rectified, m_hat))
