"""Mistakes in newer rules: Adan, AdEMAMix and ADOPT."""

import numpy as np

from course.exercises.misconceptions.general import any_rule, betas_swapped, corrected_rule
from optimlib.rules import ADOPT, Adan, AdEMAMix


class _WrongAdan(Adan):
    """Adan with the parts in which the mistakes below differ."""

    def change(self, t, g, g_tilde):
        return np.where(t > 1, g - g_tilde, 0)

    def averaged(self, g, change):
        return change

    def share(self):
        return self.beta2

    def ahead(self, g, change):
        return (g + self.share() * change) ** 2

    def corrected(self, t, m, d, v):
        if not self.bias_correction:
            return m, d, v
        return m / (1 - self.beta1**t), d / (1 - self.beta2**t), v / (1 - self.beta3**t)

    def moved(self, u, w):
        step = -self.lr * (u + self.weight_decay * w)
        return step / (1 + self.lr * self.weight_decay) if self.proximal else step

    def update(self, t, g, m, d, v, g_tilde, w):
        change = self.change(t, g, g_tilde)
        ahead, averaged = self.ahead(g, change), self.averaged(g, change)
        m = self.beta1 * m + (1 - self.beta1) * g
        d = self.beta2 * d + (1 - self.beta2) * averaged
        v = self.beta3 * v + (1 - self.beta3) * ahead
        if not self.bias_correction:
            m, d = np.where(t > 1, m, g), np.where(t > 2, d, averaged)
            v = np.where(t > 1, v, ahead)
        m_hat, d_hat, v_hat = self.corrected(t, m, d, v)
        u = (m_hat + self.share() * d_hat) / (np.sqrt(v_hat) + self.eps)
        return dict(m=m, d=d, v=v, g_tilde=g, step=self.moved(u, w))


class AdanOfGradients(_WrongAdan):
    """Gradients where changes belong.

    `d` averages g. It is the mean of the changes, g − g̃.
    """

    def averaged(self, g, change):
        return g


class AdanWithoutChange(_WrongAdan):
    """Adam's squares.

    `v` averages g². Adan squares the gradient that it expects ahead, g + β₂(g − g̃).
    """

    def ahead(self, g, change):
        return g**2


class AdanOtherWeight(_WrongAdan):
    """1 − β₂ before the change.

    `v` and `step` have (1 − β₂) times the change. That is the paper's formula with the paper's β₂,
    the weight of the present; where β₂ is the weight of the past, β₂ stands there.
    """

    def share(self):
        return 1 - self.beta2


class AdanFirstChange(_WrongAdan):
    """A change in the first step.

    In step 1 there is no gradient before: the change is 0, not g − 0.
    """

    def change(self, t, g, g_tilde):
        return g - g_tilde


class AdanUncorrected(_WrongAdan):
    """Bias correction forgotten.

    The means start at 0 and are used as they are; the division by 1 − βᵗ is missing.
    """

    def corrected(self, t, m, d, v):
        return m, d, v


class AdanWithoutDecay(_WrongAdan):
    """The decay is missing.

    `step` is that for λ = 0: the weights do not shrink.
    """

    def moved(self, u, w):
        return -self.lr * u


class AdanAsAdamW(_WrongAdan):
    """AdamW's decay.

    `step` takes ηλw off. Adan divides by 1 + ηλ after the step.
    """

    def moved(self, u, w):
        return -self.lr * (u + self.weight_decay * w)


class AdEMAMixCorrected(AdEMAMix):
    """The slow mean corrected too.

    `step` has m̄ / (1 − β₃ᵗ). The slow mean is used as it is, so that it sets in slowly.
    """

    def update(self, t, g, m, m_bar, v, w):
        record = super().update(t, g, m, m_bar, v, w=w)
        u = record["m_hat"] + self.alpha * record["m_bar"] / (1 - self.beta3**t)
        u = u / (np.sqrt(record["v_hat"]) + self.eps)
        return record | dict(step=-self.lr * (u + self.weight_decay * w))


class AdEMAMixOfFast(AdEMAMix):
    """The slow mean of the fast mean.

    `m_bar` averages m. Both are means of the gradients themselves.
    """

    def update(self, t, g, m, m_bar, v, w):
        record = super().update(t, g, m, m_bar, v, w=w)
        m_bar = self.beta3 * m_bar + (1 - self.beta3) * record["m"]
        u = (record["m_hat"] + self.alpha * m_bar) / (np.sqrt(record["v_hat"]) + self.eps)
        return record | dict(m_bar=m_bar, step=-self.lr * (u + self.weight_decay * w))


class AdEMAMixAverage(AdEMAMix):
    """A weighted average of the two.

    `step` has (m̂ + α m̄) / (1 + α). They are added, and nothing is divided by 1 + α.
    """

    def update(self, t, g, m, m_bar, v, w):
        record = super().update(t, g, m, m_bar, v, w=w)
        u = (record["m_hat"] + self.alpha * record["m_bar"]) / (1 + self.alpha)
        u = u / (np.sqrt(record["v_hat"]) + self.eps)
        return record | dict(step=-self.lr * (u + self.weight_decay * w))


class AdEMAMixOutside(AdEMAMix):
    """The slow mean is not scaled.

    `step` has α m̄ beside the quotient. It is divided by √v̂ + ε as the fast mean is.
    """

    def update(self, t, g, m, m_bar, v, w):
        record = super().update(t, g, m, m_bar, v, w=w)
        u = record["m_hat"] / (np.sqrt(record["v_hat"]) + self.eps)
        u = u + self.alpha * record["m_bar"]
        return record | dict(step=-self.lr * (u + self.weight_decay * w))


class AdEMAMixWithoutDecay(AdEMAMix):
    """The decay is missing.

    `step` has no −ηλw: it is that for λ = 0.
    """

    def update(self, t, g, m, m_bar, v, w):
        record = super().update(t, g, m, m_bar, v, w=w)
        return record | dict(step=record["step"] + self.lr * self.weight_decay * w)


class _WrongADOPT(ADOPT):
    """ADOPT with the parts in which the mistakes below differ."""

    def bound(self, t):
        return (t - 1) ** 0.25

    def scaled(self, t, g, v):
        return g / np.maximum(np.sqrt(v), self.eps)

    def within_bounds(self, t, u):
        return np.minimum(np.maximum(u, -self.bound(t)), self.bound(t))

    def update(self, t, g, m, v):
        new = np.where(t > 1, self.beta2 * v + (1 - self.beta2) * g**2, g**2)
        u = self.scaled(t, g, v)
        u = np.where(t > 1, self.within_bounds(t, u) if self.clipped else u, 0)
        m = self.beta1 * m + (1 - self.beta1) * u
        return dict(m=m, v=new, step=-self.lr * m)


class ADOPTNow(_WrongADOPT):
    """The gradient divides itself.

    `m` has g over the root of the new v, with g² in it. Divide by that of the old v, then update v.
    """

    def scaled(self, t, g, v):
        return super().scaled(t, g, self.beta2 * v + (1 - self.beta2) * g**2)


class ADOPTAdded(_WrongADOPT):
    """ε is added.

    `m` has g / (√v + ε). Here ε is what the root is at least: max(√v, ε).
    """

    def scaled(self, t, g, v):
        return g / (np.sqrt(v) + self.eps)


class ADOPTUnclipped(_WrongADOPT):
    """Nothing is clipped.

    `m` has g / max(√v, ε) as it is. It stays between −(t − 1)¹ᐟ⁴ and (t − 1)¹ᐟ⁴.
    """

    def within_bounds(self, t, u):
        return u


class ADOPTBoundAhead(_WrongADOPT):
    """A bound one step ahead.

    The bounds are those of t. The first gradient takes no step and is not counted: (t − 1)¹ᐟ⁴.
    """

    def bound(self, t):
        return t**0.25


class ADOPTOutside(ADOPT):
    """Adam's order.

    `m` averages g, and `step` divides by the root. ADOPT scales each gradient and averages then.
    """

    def update(self, t, g, m, v):
        record = super().update(t, g, m, v)
        m = np.where(t > 1, self.beta1 * m + (1 - self.beta1) * g, 0)
        u = m / np.maximum(np.sqrt(v), self.eps)
        if self.clipped:
            bound = (t - 1) ** 0.25
            u = np.minimum(np.maximum(u, -bound), bound)
        return record | dict(m=m, step=-self.lr * np.where(t > 1, u, 0))


class ADOPTFromZero(ADOPT):
    """v starts at zero.

    In step 1 `v` is (1 − β₂)g², as in Adam. It starts with g² itself, since nothing corrects it.
    """

    def update(self, t, g, m, v):
        return super().update(t, g, m, v) | dict(v=self.beta2 * v + (1 - self.beta2) * g**2)


ADAN = [
    *any_rule(Adan),
    AdanOfGradients,
    AdanWithoutChange,
    AdanOtherWeight,
    AdanFirstChange,
    AdanUncorrected,
    AdanWithoutDecay,
    AdanAsAdamW,
]
ADEMAMIX = [
    *any_rule(AdEMAMix),
    *corrected_rule(AdEMAMix),
    betas_swapped(AdEMAMix),
    AdEMAMixCorrected,
    AdEMAMixOfFast,
    AdEMAMixAverage,
    AdEMAMixOutside,
    AdEMAMixWithoutDecay,
]
ADOPT_MISTAKES = [
    *any_rule(ADOPT),
    betas_swapped(ADOPT),
    ADOPTNow,
    ADOPTAdded,
    ADOPTUnclipped,
    ADOPTBoundAhead,
    ADOPTOutside,
    ADOPTFromZero,
]
