"""Sharpness-aware minimization."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimlib.objective import Objective
from optimlib.rules.hyperparameters import Positive
from optimlib.rules.wrapper import OtherGradient, Wrapper
from optimlib.types import Array, Record


@dataclass(frozen=True)
class SAM(Wrapper):
    r"""Sharpness-aware minimization: the gradient is that of a point a short way uphill.

    `rule` sees :math:`\nabla f(w + \rho\, g / \|g\|)` with :math:`g = \nabla f(w)`, where w is the
    point at which it would take the gradient, and goes from :math:`w_{t-1}` as it would. The norm
    is over all coordinates of a run. Each step costs two gradients. Where g = 0 there is no uphill,
    and `rule` sees g.

    Parameters
    ----------
    rule : Optimizer
    rho : float, array over the batch, or schedule
        The length ρ > 0 of the way uphill, 0.05 as in the paper.

    References
    ----------
    P. Foret, A. Kleiner, H. Mobahi, B. Neyshabur, *Sharpness-Aware Minimization for Efficiently
    Improving Generalization*, ICLR 2021.

    Examples
    --------
    On w² the gradient at 4 is 8. Half a unit uphill, at 4.5, it is 9.

    >>> import optimlib as ol
    >>> rule = ol.SAM(ol.GradientDescent(lr=0.1), rho=0.5)
    >>> path = ol.trace(rule, ol.problems.square, 4.0, steps=2)
    >>> print(path["g"], path["w"])
    [9.  7.2] [3.1  2.38]
    """

    called = "SAM"

    rho: Positive = 0.05

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        def uphill(w, g):
            # One coordinate after the other, so that a run in a batch gets the bits that it has
            # alone; and without squares, which overflow.
            norm = np.abs(np.hypot.accumulate(g, axis=0)[-1])
            flat = norm == 0
            return objective.grad(w + self.rho * (g / np.where(flat, norm.dtype.type(1), norm)))

        return self.rule.advance(t, w, state, OtherGradient(objective, uphill))
