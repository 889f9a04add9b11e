"""Gradient clipping, by the norm and by value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimlib.objective import Objective
from optimlib.rules.hyperparameters import Positive
from optimlib.rules.wrapper import OtherGradient, Wrapper
from optimlib.types import Array, Record


@dataclass(frozen=True)
class ClipNorm(Wrapper):
    r"""Clip the gradient's norm: what is longer than the limit is shortened to it.

    `rule` sees :math:`g \min(1, c / \|g\|)`, with the norm over all coordinates of a run. The
    direction stays.

    Parameters
    ----------
    rule : Optimizer
    limit : float, array over the batch, or schedule
        The longest gradient c > 0.

    References
    ----------
    R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*,
    ICML 2013.

    Examples
    --------
    >>> import optimlib as ol
    >>> rule = ol.ClipNorm(ol.GradientDescent(lr=0.1), limit=1)
    >>> print(ol.trace(rule, ol.problems.coupled_bowl, [2.0, 2.0], steps=1)["g"].round(6))
    [[0.707107 0.707107]]
    """

    called = "clipping of the norm"

    limit: Positive

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        def clipped(w, g):
            # One coordinate after the other, so that a run in a batch gets the bits that it has
            # alone; and without squares, which overflow.
            norm = np.abs(np.hypot.accumulate(g, axis=0)[-1])
            return g * (self.limit / np.maximum(norm, self.limit))

        return self.rule.advance(t, w, state, OtherGradient(objective, clipped))


@dataclass(frozen=True)
class ClipValue(Wrapper):
    r"""Clip every coordinate of the gradient to the interval from −c to c.

    The direction turns: in the extreme it is that of the signs.

    Parameters
    ----------
    rule : Optimizer
    limit : float, array over the batch, or schedule
        The largest coordinate c > 0.

    References
    ----------
    T. Mikolov, *Statistical Language Models Based on Neural Networks*, PhD thesis, Brno
    University of Technology, 2012.

    Examples
    --------
    >>> import optimlib as ol
    >>> rule = ol.ClipValue(ol.GradientDescent(lr=0.1), limit=5)
    >>> print(ol.trace(rule, ol.problems.square, 4.0, steps=3)["w"])
    [3.5 3.  2.5]
    """

    called = "clipping of values"

    limit: Positive

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        def clipped(w, g):
            return np.minimum(np.maximum(g, -self.limit), self.limit)

        return self.rule.advance(t, w, state, OtherGradient(objective, clipped))
