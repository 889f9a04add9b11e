"""Mistakes in the rarer rules: Adadelta, Rprop and Adam's relatives."""

import numpy as np

from course.exercises.misconceptions.general import (
    any_rule,
    betas_swapped,
    corrected_rule,
)
from optimlib.rules import AdaBelief, Adadelta, Adamax, Lion, NAdam, RAdam, Rprop, Yogi


class AdadeltaLate(Adadelta):
    """The step sees itself.

    `step` has √(u + ε) after u has taken the step in; Δ needs the u from before.
    """

    def update(self, t, g, v, u):
        record = super().update(t, g, v, u)
        scale = np.sqrt(record["u"] + self.eps) / np.sqrt(record["v"] + self.eps)
        return record | dict(step=-self.lr * scale * g)


class AdadeltaScaledMemory(Adadelta):
    """η inside the mean of the steps.

    `u` has (ηΔ)² where Δ² belongs: η multiplies only the step.
    """

    def update(self, t, g, v, u):
        record = super().update(t, g, v, u)
        u = self.rho * u + (1 - self.rho) * (self.lr * record["Delta"]) ** 2
        return record | dict(u=u)


class AdadeltaOutside(Adadelta):
    """ε outside the roots.

    Δ has (√u + ε) / (√v + ε). In Adadelta both ε stand inside the roots.
    """

    def update(self, t, g, v, u):
        v = self.rho * v + (1 - self.rho) * g**2
        delta = (np.sqrt(u) + self.eps) / (np.sqrt(v) + self.eps) * g
        return dict(v=v, u=self.rho * u + (1 - self.rho) * delta**2, step=-self.lr * delta)


class RpropSwapped(Rprop):
    """Growing and shrinking swapped.

    The length grows where the gradient changed its sign, where it should shrink.
    """

    def update(self, t, g, s, g_tilde):
        return super().update(t, g, s, -g_tilde)


class RpropOtherForm(Rprop):
    """The other form of Rprop.

    Where the gradient changed its sign no step is taken (Rprop with `skip`); here every step
    moves.
    """

    def update(self, t, g, s, g_tilde):
        other = self.replace_unchecked(skip=not self.skip)
        return Rprop.update(other, t, g, s, g_tilde)


class RpropUnbounded(Rprop):
    """The lengths are not bounded.

    `s` leaves the interval from `lr_min` to `lr_max`.
    """

    def update(self, t, g, s, g_tilde):
        free = self.replace_unchecked(lr_min=0.0, lr_max=np.inf)
        return Rprop.update(free, t, g, s, g_tilde)


class RpropOfSizes(Rprop):
    """The size of the gradient is used.

    `step` has s g, where s sign(g) belongs.
    """

    def update(self, t, g, s, g_tilde):
        record = super().update(t, g, s, g_tilde)
        return record | dict(step=-record["s"] * g)


class AdamaxOtherSide(Adamax):
    """ε on the other side of the maximum.

    ε is added to |g| inside the maximum, as PyTorch does; the formula here has u + ε.
    """

    def update(self, t, g, m, u):
        return Adamax.update(self.replace_unchecked(eps_inside=not self.eps_inside), t, g, m, u)


class AdamaxOfSquares(Adamax):
    """Squares in the maximum.

    `u` compares with g², where |g| belongs.
    """

    def update(self, t, g, m, u):
        return super().update(t, g, m, u) | dict(u=np.maximum(self.beta2 * u, g**2))


class AdamaxCorrected(Adamax):
    """The maximum corrected.

    `step` is multiplied by 1 − β₂ᵗ: a maximum that starts at 0 needs no correction.
    """

    def update(self, t, g, m, u):
        record = super().update(t, g, m, u)
        return record | dict(step=record["step"] * (1 - self.beta2**t))


class NAdamSameMomentum(NAdam):
    """μ of the wrong step.

    m̂ has μₜ before m, where the momentum of the next step belongs: μₜ₊₁.
    """

    def update(self, t, g, m, v, P):
        record = super().update(t, g, m, v, P)
        m_hat = record["mu"] * record["m"] / (1 - record["P"] * record["mu"])
        m_hat = m_hat + (1 - record["mu"]) * g / (1 - record["P"])
        return record | dict(step=-self.lr * m_hat / (np.sqrt(record["v_hat"]) + self.eps))


class NAdamConstant(NAdam):
    """μ does not warm up.

    m̂ has β₁ where μₜ and μₜ₊₁ belong.
    """

    def update(self, t, g, m, v, P):
        record = NAdam.update(self.replace_unchecked(psi=None), t, g, m, v)
        return record | dict(P=P)


class NAdamAsAdam(NAdam):
    """Adam's step.

    `step` has m / (1 − β₁ᵗ), without any look-ahead.
    """

    def update(self, t, g, m, v, *P):
        record = super().update(t, g, m, v, *P)
        m_hat = record["m"] / (1 - self.beta1**t)
        return record | dict(step=-self.lr * m_hat / (np.sqrt(record["v_hat"]) + self.eps))


class RAdamAlways(RAdam):
    """Always rectified.

    `step` has r also where ρ is at most 5: the variance is not known yet, and the step is −η m̂.
    """

    def update(self, t, g, m, v):
        record = super().update(t, g, m, v)
        scale = np.sqrt(record["v"] / (1 - self.beta2**t)) + self.eps
        return record | dict(step=-self.lr * record["r"] * record["m_hat"] / scale)


class RAdamWithoutR(RAdam):
    """r forgotten.

    `step` is Adam's where ρ is above 5: the factor r is missing.
    """

    def update(self, t, g, m, v):
        record = super().update(t, g, m, v)
        scale = np.sqrt(record["v"] / (1 - self.beta2**t)) + self.eps
        m_hat = record["m_hat"]
        return record | dict(step=-self.lr * np.where(record["rho"] > 5, m_hat / scale, m_hat))


class RAdamOtherEpsilon(RAdam):
    """ε on the other side of the correction.

    ε stands beside √v, as in PyTorch; the formula here has it beside √v̂.
    """

    def update(self, t, g, m, v):
        other = self.replace_unchecked(eps_before_correction=not self.eps_before_correction)
        return RAdam.update(other, t, g, m, v)


class AdaBeliefOfOldMean(AdaBelief):
    """The old mean is subtracted.

    `s` has g − m with the m from before this gradient; update m first.
    """

    def update(self, t, g, m, s):
        record = super().update(t, g, m, s)
        s = self.beta2 * s + (1 - self.beta2) * (g - m) ** 2 + self.eps
        s_hat = s / (1 - self.beta2**t)
        return record | dict(s=s, step=-self.lr * record["m_hat"] / (np.sqrt(s_hat) + self.eps))


class AdaBeliefOneEpsilon(AdaBelief):
    """The first ε is missing.

    `s` has no ε. AdaBelief adds it twice: to s, and to the root of ŝ.
    """

    def update(self, t, g, m, s):
        record = super().update(t, g, m, s)
        s = record["s"] - self.eps
        s_hat = s / (1 - self.beta2**t)
        return record | dict(s=s, step=-self.lr * record["m_hat"] / (np.sqrt(s_hat) + self.eps))


class AdaBeliefOfSquares(AdaBelief):
    """Adam's squares.

    `s` has g², where (g − m)² belongs.
    """

    def update(self, t, g, m, s):
        record = super().update(t, g, m, s)
        s = self.beta2 * s + (1 - self.beta2) * g**2 + self.eps
        s_hat = s / (1 - self.beta2**t)
        return record | dict(s=s, step=-self.lr * record["m_hat"] / (np.sqrt(s_hat) + self.eps))


class YogiOtherSign(Yogi):
    """v moves the wrong way.

    `v` has + where − stands before (1 − β₂) sign(v − g²) g²: it flees from g².
    """

    def update(self, t, g, m, v):
        record = super().update(t, g, m, v)
        v = np.abs(v + (1 - self.beta2) * np.sign(v - g**2) * g**2)
        return record | dict(v=v, step=-self.lr * record["m"] / (np.sqrt(v) + self.eps))


class YogiOfDifference(Yogi):
    """Adam's v.

    `v` moves by (1 − β₂)(v − g²). In Yogi only the sign of that difference counts, times g².
    """

    def update(self, t, g, m, v):
        record = super().update(t, g, m, v)
        v = v - (1 - self.beta2) * (v - g**2)
        return record | dict(v=v, step=-self.lr * record["m"] / (np.sqrt(v) + self.eps))


class YogiCorrected(Yogi):
    """A bias correction.

    `step` has means divided by 1 − βᵗ, as Optax does. The paper's rule corrects nothing.
    """

    def update(self, t, g, m, v):
        return Yogi.update(self.replace_unchecked(bias_correction=True), t, g, m, v)


class LionOneBeta(Lion):
    """One β for both.

    `m` is what the step used: it has β₁ where β₂ belongs.
    """

    def update(self, t, g, m, w):
        record = super().update(t, g, m, w)
        return record | dict(m=record["c"])


class LionAfterMemory(Lion):
    """The sign of the wrong mean.

    `step` has sign(m) of the new m, where sign(c) belongs.
    """

    def update(self, t, g, m, w):
        record = super().update(t, g, m, w)
        step = -self.lr * (np.sign(record["m"]) + self.weight_decay * w)
        return record | dict(step=step)


class LionWithoutSign(Lion):
    """The sign is forgotten.

    `step` has c where sign(c) belongs: every coordinate moves by η, whatever the size of c.
    """

    def update(self, t, g, m, w):
        record = super().update(t, g, m, w)
        return record | dict(step=-self.lr * (record["c"] + self.weight_decay * w))


class LionWithoutDecay(Lion):
    """The decay is missing.

    `step` has no −ηλw: it is η sign(c) alone.
    """

    def update(self, t, g, m, w):
        record = super().update(t, g, m, w)
        return record | dict(step=-self.lr * np.sign(record["c"]))


ADADELTA = [*any_rule(Adadelta), AdadeltaLate, AdadeltaScaledMemory, AdadeltaOutside]
RPROP = [
    *any_rule(Rprop, rate=False),
    RpropSwapped,
    RpropOtherForm,
    RpropUnbounded,
    RpropOfSizes,
]
ADAMAX = [
    *any_rule(Adamax),
    *corrected_rule(Adamax),
    betas_swapped(Adamax),
    AdamaxOtherSide,
    AdamaxOfSquares,
    AdamaxCorrected,
]
NADAM = [*any_rule(NAdam), betas_swapped(NAdam), NAdamSameMomentum, NAdamConstant, NAdamAsAdam]
RADAM = [
    *any_rule(RAdam),
    RAdamAlways,
    RAdamWithoutR,
    RAdamOtherEpsilon,
]
ADABELIEF = [
    *any_rule(AdaBelief),
    *corrected_rule(AdaBelief),
    betas_swapped(AdaBelief),
    AdaBeliefOfOldMean,
    AdaBeliefOneEpsilon,
    AdaBeliefOfSquares,
]
YOGI = [*any_rule(Yogi), betas_swapped(Yogi), YogiOtherSign, YogiOfDifference, YogiCorrected]
LION = [
    *any_rule(Lion),
    betas_swapped(Lion),
    LionOneBeta,
    LionAfterMemory,
    LionWithoutSign,
    LionWithoutDecay,
]
