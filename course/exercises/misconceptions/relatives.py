"""Mistakes in the rarer rules: Adadelta, Rprop and Adam's relatives."""

import numpy as np

from course.exercises.misconceptions.general import (
    any_rule,
    betas_swapped,
    corrected_rule,
    describe,
    edited,
    rate_decays,
    usual,
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
        record = super().update(t, g, m, u)
        u = np.maximum(self.beta2 * u, g**2)
        return record | dict(u=u, step=-self.lr * record["m_hat"] / (u + self.eps))


class AdamaxCorrected(Adamax):
    """The maximum corrected.

    `step` divides by u / (1 − β₂ᵗ): a maximum that starts at 0 needs no correction.
    """

    def update(self, t, g, m, u):
        record = super().update(t, g, m, u)
        u_hat = record["u"] / (1 - self.beta2**t)
        return record | dict(step=-self.lr * record["m_hat"] / (u_hat + self.eps))


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
        mu = self.beta1 * (1 - 0.5 * 0.96 ** (t * self.psi))
        return record | dict(P=P * mu)


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
        s = self.beta2 * s + (1 - self.beta2) * (g - record["m"]) ** 2
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
        v = v + (1 - self.beta2) * np.sign(v - g**2) * g**2
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


def _listed(rule, text, mistakes, cases=()):
    """Return mistakes, those that are edits of the text, and the usual ones of it."""
    mistakes = [*mistakes, rate_decays(rule), *(edited(rule, text, *case) for case in cases)]
    return mistakes + usual(rule, text, mistakes)


ADADELTA = _listed(
    Adadelta,
    """v = rho * v + (1 - rho) * g**2
Delta = np.sqrt(u + eps) / np.sqrt(v + eps) * g
u = rho * u + (1 - rho) * Delta**2
step = -lr * Delta""",
    [*any_rule(Adadelta), AdadeltaLate, AdadeltaScaledMemory, AdadeltaOutside],
    [
        (
            "The quotient is upside down",
            "Δ has √(v + ε) over √(u + ε): it is the other way round.",
            "np.sqrt(u + eps) / np.sqrt(v + eps) → np.sqrt(v + eps) / np.sqrt(u + eps)",
        ),
        (
            "The roots are missing",
            "Δ has (u + ε) / (v + ε): u and v are means of squares.",
            "np.sqrt(u + eps) / np.sqrt(v + eps) → (u + eps) / (v + eps)",
        ),
        (
            "u collects gradients",
            "`u` has g² where Δ² belongs: it is the mean of the steps' squares.",
            "Delta**2 → g**2",
        ),
        ("The step is not squared", "`u` is a mean of Δ, where Δ² belongs.", "Delta**2 → Delta"),
        (
            "The gradient is not squared",
            "`v` has g where g² belongs: its root may be nan.",
            "g**2 → g",
        ),
        (
            "u is not used",
            "Δ has 1 / √(v + ε): the root of the steps' mean is missing above.",
            "np.sqrt(u + eps) / → 1 /",
        ),
        ("1 − ρ forgotten in v", "`v` has g² where (1 − ρ) g² belongs.", "(1 - rho) * g**2 → g**2"),
        (
            "1 − ρ forgotten in u",
            "`u` has Δ² where (1 − ρ) Δ² belongs.",
            "(1 - rho) * Delta**2 → Delta**2",
        ),
        (
            "ρ and 1 − ρ swapped",
            "Both means have 1 − ρ where ρ belongs, the weight of the past.",
            "rho * v + (1 - rho) * g**2 → (1 - rho) * v + rho * g**2",
            "rho * u + (1 - rho) * Delta**2 → (1 - rho) * u + rho * Delta**2",
        ),
        (
            "ε forgotten",
            "Neither root has ε: the first step is 0 then, and all others too.",
            "np.sqrt(u + eps) → np.sqrt(u)",
            "np.sqrt(v + eps) → np.sqrt(v)",
        ),
        (
            "The gradient in place of Δ",
            "`step` has g where Δ belongs: Δ is not used.",
            "-lr * Delta → -lr * g",
        ),
    ],
)
RPROP = _listed(
    Rprop,
    """p = g * g_tilde
s_tilde = np.where(p > 0, grow * s, np.where(p < 0, shrink * s, s))
s = np.minimum(np.maximum(s_tilde, lr_min), lr_max)
step = -s * np.sign(g)
g_tilde = g""",
    [
        *any_rule(Rprop, rate=False),
        RpropSwapped,
        RpropOtherForm,
        RpropUnbounded,
        RpropOfSizes,
    ],
    [
        (
            "The length is not used",
            "`step` has η where s belongs: every length is its own.",
            "-s * np.sign(g) → -lr * np.sign(g)",
        ),
        (
            "η multiplies the length",
            "`step` has ηs: s is a length already, and begins with η.",
            "-s * np.sign(g) → -lr * s * np.sign(g)",
        ),
        (
            "The old gradient is kept",
            "`g_tilde` in the record is the old one: return this step's g.",
            "\ng_tilde = g → ",
        ),
        (
            "The lengths start anew",
            "`s` is η times the factor: it has to go on from the old s.",
            "grow * s, np.where(p < 0, shrink * s, s) → "
            "grow * lr, np.where(p < 0, shrink * lr, lr)",
        ),
        (
            "No lower bound",
            "`s` may fall below `lr_min`, its lower bound.",
            "np.maximum(s_tilde, lr_min) → s_tilde",
        ),
        (
            "No upper bound",
            "`s` may grow beyond `lr_max`, its upper bound.",
            "np.minimum(np.maximum(s_tilde, lr_min), lr_max) → np.maximum(s_tilde, lr_min)",
        ),
        (
            "It always grows",
            "`s` grows also where the gradient changed its sign.",
            "np.where(p < 0, shrink * s, s) → grow * s",
        ),
    ],
)
# A bound so far away is none, and η is only where the lengths begin.
_OTHERWISE = ("η divided by √t", "ηᵐⁱⁿ is always 10⁻⁶", "ηᵐᵃˣ is always 50")
RPROP = [mistake for mistake in RPROP if describe(mistake)[0] not in _OTHERWISE]
ADAMAX = _listed(
    Adamax,
    """m = beta1 * m + (1 - beta1) * g
u = np.maximum(beta2 * u, np.abs(g))
m_hat = m / (1 - beta1**t)
step = -lr * m_hat / (u + eps)""",
    [
        *any_rule(Adamax),
        *corrected_rule(Adamax),
        betas_swapped(Adamax),
        AdamaxOtherSide,
        AdamaxOfSquares,
        AdamaxCorrected,
    ],
    [
        (
            "The maximum does not fade",
            "`u` has the old u whole, where β₂ u belongs.",
            "beta2 * u → u",
        ),
        ("The sign is kept", "`u` compares with g, where |g| belongs.", "np.abs(g) → g"),
        (
            "1 − β₂ in the maximum",
            "`u` has (1 − β₂) |g|: a maximum has no such weight.",
            "np.abs(g) → (1 - beta2) * np.abs(g)",
        ),
        (
            "A mean in place of the maximum",
            "`u` is a mean of |g|, where the larger of two belongs.",
            "np.maximum(beta2 * u, np.abs(g)) → beta2 * u + (1 - beta2) * np.abs(g)",
        ),
        (
            "The minimum in place of the maximum",
            "`u` is the smaller of the two, where the larger belongs.",
            "np.maximum → np.minimum",
        ),
        (
            "A root of the maximum",
            "`step` divides by √u + ε: u is of the size of g, not of squares.",
            "(u + eps) → (np.sqrt(u) + eps)",
        ),
        (
            "ε forgotten",
            "`step` divides by u alone, which is 0 where no gradient has come yet.",
            "(u + eps) → u",
        ),
        (
            "Parentheses are missing",
            "Without parentheses ε is added to the quotient, not to u.",
            "(u + eps) → u + eps",
        ),
    ],
)
ADAMAX = [
    mistake
    for mistake in ADAMAX
    if describe(mistake)[0] not in ("m is not corrected", "v is not corrected")
]
_NADAM = """m = beta1 * m + (1 - beta1) * g
v = beta2 * v + (1 - beta2) * g**2
v_hat = v / (1 - beta2**t)
mu = beta1 * (1 - 0.5 * 0.96 ** (t * psi))
mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * psi))
P = P * mu
m_hat = mu_next * m / (1 - P * mu_next) + (1 - mu) * g / (1 - P)
step = -lr * m_hat / (np.sqrt(v_hat) + eps)"""
NADAM = _listed(
    NAdam,
    _NADAM,
    [*any_rule(NAdam), betas_swapped(NAdam), NAdamSameMomentum, NAdamConstant, NAdamAsAdam],
    [
        (
            "The product of the wrong step",
            "m in m̂ is divided by 1 − P: there P has μₜ₊₁ too.",
            "(1 - P * mu_next) → (1 - P)",
        ),
        (
            "No step ahead",
            "m̂ has μₜ m / (1 − P): before m belongs what the next step has, μₜ₊₁.",
            "mu_next * m / (1 - P * mu_next) → mu * m / (1 - P)",
        ),
        (
            "β₁ᵗ in place of the product",
            "g in m̂ is divided by 1 − β₁ᵗ, where the product P belongs.",
            "g / (1 - P) → g / (1 - beta1**t)",
        ),
        (
            "The gradient's share is missing",
            "m̂ has m alone: (1 − μₜ) g / (1 − P) is missing.",
            " + (1 - mu) * g / (1 - P) → ",
        ),
        (
            "The product is not kept",
            "`P` in the record is μₜ alone: it is the product of all.",
            "P = P * mu → P = mu + 0 * P",
        ),
        (
            "t counted from 0",
            "The μ have t − 1 and t. Here t is 1 in the first step.",
            "(t * psi) → ((t - 1) * psi)",
            "((t + 1) * psi) → (t * psi)",
        ),
    ],
)
_RADAM = """m = beta1 * m + (1 - beta1) * g
v = beta2 * v + (1 - beta2) * g**2
m_hat = m / (1 - beta1**t)
rho_inf = 2 / (1 - beta2) - 1
rho = rho_inf - 2 * t * beta2**t / (1 - beta2**t)
r = np.abs((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)) ** 0.5
v_hat = v / (1 - beta2**t)
step = -lr * np.where(rho > 5, r * m_hat / (np.sqrt(v_hat) + eps), m_hat)"""
RADAM = _listed(
    RAdam,
    _RADAM,
    [*any_rule(RAdam), RAdamAlways, RAdamWithoutR, RAdamOtherEpsilon],
    [
        (
            "m is not corrected in the plain step",
            "Where ρ is at most 5 `step` has m: m̂ belongs there.",
            ", m_hat) → , m)",
        ),
        (
            "A plain step of the gradient",
            "Where ρ is at most 5 `step` has g: m̂ belongs there.",
            ", m_hat) → , g)",
        ),
        (
            "No step at first",
            "Where ρ is at most 5 `step` is 0: it is −η m̂ there.",
            ", m_hat) → , 0 * m_hat)",
        ),
        (
            "The root of r is missing",
            "r is the root of that quotient; `step` has the quotient.",
            " ** 0.5 → ",
        ),
        (
            "r is upside down",
            "r has (ρ∞ − 4)(ρ∞ − 2) ρ above, where (ρ − 4)(ρ − 2) ρ∞ belongs.",
            "(rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho) → "
            "(rho_inf - 4) * (rho_inf - 2) * rho / ((rho - 4) * (rho - 2) * rho_inf)",
        ),
        (
            "The condition turned round",
            "`step` is rectified where ρ is below 5: it is above 5.",
            "rho > 5 → rho < 5",
        ),
        (
            "Never rectified",
            "`step` is −η m̂ in every step: where ρ is above 5 it has r and √v̂.",
            "np.where(rho > 5, r * m_hat / (np.sqrt(v_hat) + eps), m_hat) → m_hat",
        ),
    ],
)
ADABELIEF = _listed(
    AdaBelief,
    """m = beta1 * m + (1 - beta1) * g
s = beta2 * s + (1 - beta2) * (g - m) ** 2 + eps
m_hat = m / (1 - beta1**t)
s_hat = s / (1 - beta2**t)
step = -lr * m_hat / (np.sqrt(s_hat) + eps)""",
    [
        *any_rule(AdaBelief),
        *corrected_rule(AdaBelief),
        betas_swapped(AdaBelief),
        AdaBeliefOfOldMean,
        AdaBeliefOneEpsilon,
        AdaBeliefOfSquares,
    ],
    [
        (
            "The second ε is missing",
            "`step` divides by √ŝ alone: ε is added there as well.",
            "(np.sqrt(s_hat) + eps) → np.sqrt(s_hat)",
        ),
        (
            "Both ε are missing",
            "Neither `s` nor the root in `step` has ε.",
            " ** 2 + eps →  ** 2",
            "(np.sqrt(s_hat) + eps) → np.sqrt(s_hat)",
        ),
        (
            "Sizes in place of squares",
            "`s` has |g − m|, where (g − m)² belongs.",
            "(g - m) ** 2 → np.abs(g - m)",
        ),
        (
            "The gap is not squared",
            "`s` has g − m, where (g − m)² belongs.",
            "(g - m) ** 2 → (g - m)",
        ),
        (
            "β₂ and 1 − β₂ swapped",
            "`s` has (1 − β₂) s + β₂ (g − m)²: β₂ is the weight of the past.",
            "beta2 * s + (1 - beta2) * → (1 - beta2) * s + beta2 *",
        ),
        (
            "1 − β₂ forgotten",
            "`s` has (g − m)² where (1 − β₂)(g − m)² belongs.",
            "(1 - beta2) * (g - m) → (g - m)",
        ),
        (
            "s is not corrected",
            "`step` has s where ŝ belongs: s starts at 0 too.",
            "s_hat = s / (1 - beta2**t) → s_hat = s",
        ),
        (
            "The sum in place of the gap",
            "`s` has (g + m)², where (g − m)² belongs.",
            "(g - m) → (g + m)",
        ),
        (
            "The gap to the corrected mean",
            "`s` has g − m̂, where g − m belongs.",
            "(g - m) ** 2 → (g - m / (1 - beta1**t)) ** 2",
        ),
    ],
)
ADABELIEF = [mistake for mistake in ADABELIEF if describe(mistake)[0] != "ε forgotten"]
YOGI = _listed(
    Yogi,
    """m = beta1 * m + (1 - beta1) * g
v = v - (1 - beta2) * np.sign(v - g**2) * g**2
step = -lr * m / (np.sqrt(v) + eps)""",
    [*any_rule(Yogi), betas_swapped(Yogi), YogiOtherSign, YogiOfDifference, YogiCorrected],
    [
        (
            "g² is missing",
            "`v` moves by (1 − β₂) sign(v − g²): g² is how far it moves.",
            "np.sign(v - g**2) * g**2 → np.sign(v - g**2)",
        ),
        (
            "The sign of v − g",
            "`v` has sign(v − g), where sign(v − g²) belongs.",
            "np.sign(v - g**2) → np.sign(v - g)",
        ),
        (
            "The sign is missing",
            "`v` always falls by (1 − β₂) g²: the sign of v − g² is missing.",
            "np.sign(v - g**2) * g**2 → g**2",
        ),
        (
            "β₂ in place of 1 − β₂",
            "`v` moves by β₂ sign(v − g²) g², where 1 − β₂ belongs.",
            "(1 - beta2) → beta2",
        ),
        (
            "1 − β₂ forgotten",
            "`v` moves by sign(v − g²) g², where 1 − β₂ belongs before it.",
            "(1 - beta2) * np.sign → np.sign",
        ),
        ("v fades too", "`v` has β₂ v, where the whole v belongs.", "v = v - → v = beta2 * v -"),
    ],
)
LION = _listed(
    Lion,
    """c = beta1 * m + (1 - beta1) * g
m = beta2 * m + (1 - beta2) * g
step = -lr * (np.sign(c) + weight_decay * w)""",
    [
        *any_rule(Lion),
        betas_swapped(Lion),
        LionOneBeta,
        LionAfterMemory,
        LionWithoutSign,
        LionWithoutDecay,
    ],
    [
        ("The sign of the gradient", "`step` has sign(g), where sign(c) belongs.",
         "np.sign(c) → np.sign(g)"),
        ("Decay without η", "`step` has −λw. η multiplies the decay too: −ηλw.",
         "-lr * (np.sign(c) + weight_decay * w) → -lr * np.sign(c) - weight_decay * w"),
        ("Decay with the wrong sign", "`step` has +ηλw: the weights grow in place of shrinking.",
         "+ weight_decay * w → - weight_decay * w"),
        ("The decay inside the sign", "`step` has sign(c + λw): the decay stands beside the sign.",
         "np.sign(c) + weight_decay * w → np.sign(c + weight_decay * w)"),
        ("The mean of the mean", "`m` has β₂ c, where β₂ times the old m belongs.",
         "m = beta2 * m → m = beta2 * c"),
        ("β₁ and 1 − β₁ swapped", "c has (1 − β₁) m + β₁ g: β₁ is the weight of the past.",
         "beta1 * m + (1 - beta1) * g → (1 - beta1) * m + beta1 * g"),
        ("β₂ and 1 − β₂ swapped", "`m` has (1 − β₂) m + β₂ g: β₂ is the weight of the past.",
         "beta2 * m + (1 - beta2) * g → (1 - beta2) * m + beta2 * g"),
        ("β and 1 − β swapped", "c and `m` have 1 − β where β belongs, the weight of the past.",
         "beta1 * m + (1 - beta1) * g → (1 - beta1) * m + beta1 * g",
         "beta2 * m + (1 - beta2) * g → (1 - beta2) * m + beta2 * g"),
        ("1 − β₂ forgotten", "`m` has g where (1 − β₂) g belongs.",
         "beta2 * m + (1 - beta2) * g → beta2 * m + g"),
        ("The decay of the gradient", "`step` has λg where λw belongs: weights decay.",
         "weight_decay * w → weight_decay * g"),
    ],
)  # fmt: skip
