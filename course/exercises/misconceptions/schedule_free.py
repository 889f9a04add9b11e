"""Mistakes in schedule-free learning: where the gradient is taken, and what the mean is of."""

from course.exercises.misconceptions.general import any_rule, rate_decays
from optimlib.rules import ScheduleFree


class AtTheAverage(ScheduleFree):
    """The gradient at the average.

    The gradient is taken at w, the average. It belongs at (1 − β) z + β w.
    """

    def look_ahead(self, w, z, *others):
        return w


class AtTheFastPoint(ScheduleFree):
    """The gradient at z.

    The gradient is taken at z: that is gradient descent with an average beside it, β = 0.
    """

    def look_ahead(self, w, z, *others):
        return z


class WeightsSwapped(ScheduleFree):
    """β and 1 − β swapped.

    The gradient is taken at β z + (1 − β) w: β is the weight of the average w.
    """

    def look_ahead(self, w, z, *others):
        return self.beta * z + (1 - self.beta) * w


class StepsFromTheAverage(ScheduleFree):
    """z starts each step at the average.

    `z` is w − ηg. z goes its own way, from the old z: z − ηg.
    """

    def update(self, t, g, z, S, *v, w):
        return super().update(t, g, w, S, *v, w=w)


class AverageOfOldPoints(ScheduleFree):
    """The mean of the old z.

    `step` leads to a mean with the z from before this step: the new z belongs into it.
    """

    def update(self, t, g, z, S, *v, w):
        record = super().update(t, g, z, S, *v, w=w)
        return record | dict(step=self.lr**2 / record["S"] * (z - w))


class WeightsWithoutSquare(ScheduleFree):
    """Weights η in place of η².

    `S` adds up η, and the mean has the weights η. In schedule-free both have η².
    """

    def update(self, t, g, z, S, *v, w):
        record = super().update(t, g, z, S, *v, w=w)
        S = S + self.lr
        return record | dict(S=S, step=self.lr / S * (record["z"] - w))


class StartCounts(ScheduleFree):
    """The start is part of the mean.

    `step` has 1/(t + 1) where η²/S belongs: the first mean is z₁ itself, the start is no part.
    """

    def update(self, t, g, z, S, *v, w):
        record = super().update(t, g, z, S, *v, w=w)
        return record | dict(step=(record["z"] - w) / (t + 1))


class JumpsToZ(ScheduleFree):
    """No mean.

    `step` is z − w, which leads to z: the share η²/S is missing.
    """

    def update(self, t, g, z, S, *v, w):
        record = super().update(t, g, z, S, *v, w=w)
        return record | dict(step=record["z"] - w)


class FastPointUphill(ScheduleFree):
    """z goes uphill.

    `z` is z + ηg: it has to lead against the gradient.
    """

    def update(self, t, g, z, S, *v, w):
        return super().update(t, -g, z, S, *v, w=w)


class StepsFromTheLookAhead(ScheduleFree):
    """z starts each step at the look-ahead.

    `z` is the look-ahead point less ηg. z goes its own way, from the old z: z − ηg.
    """

    def update(self, t, g, z, S, *v, w):
        return super().update(t, g, self.look_ahead(w, z, S, *v), S, *v, w=w)


class EqualWeights(ScheduleFree):
    """1/t in place of η²/S.

    `step` has the weight 1/t. That is right only as long as η never changes; S remembers all η².
    """

    def update(self, t, g, z, S, *v, w):
        record = super().update(t, g, z, S, *v, w=w)
        return record | dict(step=(record["z"] - w) / t)


class AverageNotSubtracted(ScheduleFree):
    """w is not subtracted.

    `step` has η²/S z. The mean moves by that share of the way from w to z: z − w.
    """

    def update(self, t, g, z, S, *v, w):
        record = super().update(t, g, z, S, *v, w=w)
        return record | dict(step=self.lr**2 / record["S"] * record["z"])


class OldSum(ScheduleFree):
    """The old S.

    `step` has η² over the S from before this step: add η² to it first.
    """

    def update(self, t, g, z, S, *v, w):
        record = super().update(t, g, z, S, *v, w=w)
        return record | dict(step=self.lr**2 / S * (record["z"] - w))


SCHEDULE_FREE = [
    *any_rule(ScheduleFree, rate=False),
    rate_decays(ScheduleFree),
    AtTheAverage,
    AtTheFastPoint,
    WeightsSwapped,
    StepsFromTheAverage,
    AverageOfOldPoints,
    WeightsWithoutSquare,
    StartCounts,
    JumpsToZ,
    FastPointUphill,
    StepsFromTheLookAhead,
    EqualWeights,
    AverageNotSubtracted,
    OldSum,
]
