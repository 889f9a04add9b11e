"""Polyak averaging."""

from collections.abc import Sequence
from dataclasses import dataclass

from optimlib.objective import Objective
from optimlib.rules.hyperparameters import Count
from optimlib.rules.wrapper import Wrapper
from optimlib.types import Array, Record


@dataclass(frozen=True)
class Averaging(Wrapper):
    r"""Polyak-Ruppert averaging: beside the run of `rule`, the mean of its points.

    :math:`\bar w_t = \bar w_{t-1} + (w_t - \bar w_{t-1}) / (t - s + 1)`, recorded as ``average``,
    is the mean of :math:`w_s, \dots, w_t`, and :math:`w_t` itself before step s. The run is what
    it is without the average.

    Parameters
    ----------
    rule : Optimizer
    start : int
        The step s ≥ 1 whose point is the first of the mean.

    References
    ----------
    B. T. Polyak and A. B. Juditsky, *Acceleration of Stochastic Approximation by Averaging*,
    SIAM Journal on Control and Optimization 30 (1992) 838-855.

    Examples
    --------
    >>> import optimlib as ol
    >>> path = ol.trace(ol.Averaging(ol.GradientDescent(lr=0.75)), ol.problems.square, 4.0, steps=4)
    >>> print(path["w"], path["average"])
    [-2.    1.   -0.5   0.25] [-2.     -0.5    -0.5    -0.3125]
    """

    called = "averaging"

    start: Count = 1

    adds = ("average",)

    def initial(self, w: Array) -> tuple[Array, ...]:
        return (*self.rule.initial(w), w)

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        *inner, average = state
        record = self.rule.advance(t, w, inner, objective)
        w = record.pop("w")
        average = w if t <= self.start else average + (w - average) / (t - self.start + 1)
        return {**record, "average": average, "w": w}
