"""Rules as they are often written wrongly; test_rules.py shows that its checks reject each.

Most are the misconceptions that the exercises recognise.
"""

from dataclasses import dataclass

import numpy as np

import optimlib as ol
from course.exercises.misconceptions import general
from course.exercises.misconceptions.adam import (  # noqa: F401
    AdamEpsilonHat,
    AdamHalfCorrected,
    AdamInside,
    AdamSquaresMean,
    AdamWCoupled,
    AdamWGrowing,
    AdamWithoutMean,
    AdamWithoutRoot,
    AdamWWithoutRate,
    AMSGradForgets,
    AMSGradOtherOrder,
)
from course.exercises.misconceptions.modern import (  # noqa: F401
    AdanAsAdamW,
    AdanFirstChange,
    AdanOfGradients,
    AdanOtherWeight,
    AdanUncorrected,
    AdanWithoutChange,
    AdanWithoutDecay,
    AdEMAMixAverage,
    AdEMAMixCorrected,
    AdEMAMixOfFast,
    AdEMAMixOutside,
    AdEMAMixWithoutDecay,
    ADOPTAdded,
    ADOPTBoundAhead,
    ADOPTFromZero,
    ADOPTNow,
    ADOPTOutside,
    ADOPTUnclipped,
)
from course.exercises.misconceptions.momentum import (  # noqa: F401
    DampenedMomentum,
    RateOutsideHeavyBall,
    RateTwiceMomentum,
    StepBeforeVelocity,
    SwappedAverage,
    UndampenedAverage,
)
from course.exercises.misconceptions.nesterov import (  # noqa: F401
    FullLookAhead,
    LookBehind,
    NoLookAhead,
    UnscaledLookAhead,
)
from course.exercises.misconceptions.relatives import (  # noqa: F401
    AdaBeliefOfOldMean,
    AdaBeliefOneEpsilon,
    AdadeltaLate,
    AdadeltaOutside,
    AdadeltaScaledMemory,
    AdamaxCorrected,
    AdamaxOfSquares,
    AdamaxOtherSide,
    LionAfterMemory,
    LionOneBeta,
    LionWithoutDecay,
    NAdamAsAdam,
    NAdamConstant,
    NAdamSameMomentum,
    RAdamAlways,
    RAdamOtherEpsilon,
    RAdamWithoutR,
    RpropOfSizes,
    RpropOtherForm,
    RpropSwapped,
    RpropUnbounded,
    YogiOfDifference,
    YogiOtherSign,
)
from course.exercises.misconceptions.scaled import (  # noqa: F401
    AdaGradInside,
    AdaGradLate,
    AdaGradOfMean,
    AdaGradOfSizes,
    AdaGradWithoutRoot,
    RMSPropCorrected,
    RMSPropLate,
    RMSPropOtherSide,
    RMSPropSwapped,
)
from course.exercises.misconceptions.schedule_free import (  # noqa: F401
    AtTheAverage,
    AtTheFastPoint,
    AverageOfOldPoints,
    JumpsToZ,
    StartCounts,
    StepsFromTheAverage,
    WeightsSwapped,
    WeightsWithoutSquare,
)
from course.exercises.misconceptions.signs import (  # noqa: F401
    AlwaysDown,
    OneSignForAll,
    SignForgotten,
    SignOfTheLargest,
    SignOfTheWhole,
    SizeKept,
)


class ZeroHasASign(ol.SignDescent):
    def update(self, t, g):
        return dict(step=-self.lr * np.where(g < 0, -1.0, 1.0))


Ascent = general.wrong_sign(ol.GradientDescent)
SignAscent = general.wrong_sign(ol.SignDescent)
RateTwice = general.rate_twice(ol.GradientDescent)
RMSPropRateTwice = general.rate_twice(ol.RMSProp)
AdamPowerBehind = general.counts_from_zero(ol.Adam)
AdamPowerAhead = general.counts_ahead(ol.Adam)
AdamFixedPower = general.correction_ignores_t(ol.Adam)
AdamUncorrected = general.uncorrected(ol.Adam)
AdamRateTwice = general.rate_twice(ol.Adam)
AdamSwapped = general.betas_swapped(ol.Adam)


class OldVelocityNesterov(ol.Nesterov):
    def update(self, t, g, v):
        return dict(v=self.beta * v + g, step=-self.lr * (g + self.beta * v))


class ForgetsGradientNesterov(ol.Nesterov):
    def update(self, t, g, v):
        v = self.beta * v + g
        return dict(v=v, step=-self.lr * self.beta * v)


@dataclass(frozen=True)
class AdaGradOfChanges(ol.AdaGrad):
    """What note B describes: damping where the gradient changes fast."""

    state = ("G", "before")

    def update(self, t, g, G, before):
        G = G + (g - before) ** 2
        return dict(G=G, before=g, step=-self.lr * g / (np.sqrt(G) + self.eps))


class DampenedAtFirst(ol.Momentum):
    def update(self, t, g, v):
        v = self.beta * v + (1 - self.dampening) * g
        return dict(v=v, step=-self.lr * v)


class RMSPropCenteredLate(ol.RMSProp):
    def update(self, t, g, v, g_bar, b):
        v = self.beta * v + (1 - self.beta) * g**2
        b = self.momentum * b + g / (np.sqrt(v - g_bar**2 + 1e-300) + self.eps)
        return dict(v=v, g_bar=self.beta * g_bar + (1 - self.beta) * g, b=b, step=-self.lr * b)
