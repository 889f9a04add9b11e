"""Mistakes in Adam, AdamW and AMSGrad."""

import numpy as np

from course.exercises.misconceptions.general import (
    any_rule,
    betas_swapped,
    call,
    corrected_rule,
    describe,
    edited,
    rate_decays,
    spoiled,
    usual,
)
from optimlib.rules import Adam, AdamW, AMSGrad


class _Adam(Adam):
    """Adam in pieces, so that a mistake changes one of them."""

    def update(self, t, g, m, v):
        m = self.first_mean(g, m)
        v = self.mean(g, m, v)
        return dict(m=m, v=v, step=self.step(t, g, m, v))

    def first_mean(self, g, m):
        return self.beta1 * m + (1 - self.beta1) * g

    def mean(self, g, m, v):
        return self.beta2 * v + (1 - self.beta2) * g**2

    def step(self, t, g, m, v):
        return -self.lr * self.top(t, g, m) / self.bottom(t, v)

    def top(self, t, g, m):
        return m / (1 - self.beta1**t)

    def bottom(self, t, v):
        return self.scale(t, v / (1 - self.beta2**t))

    def scale(self, t, v_hat):
        return np.sqrt(v_hat) + self.eps


class AdamInside(_Adam):
    """ε inside the root.

    `step` divides by √(v̂ + ε). There ε acts like √ε outside; the formula has √v̂ + ε.
    """

    def scale(self, t, v_hat):
        return np.sqrt(v_hat + self.eps)


class AdamEpsilonHat(_Adam):
    """ε added before the correction.

    `step` has ε beside √v, not beside √v̂, as Keras and TensorFlow do. It then counts
    1/√(1 − β₂ᵗ) times as much.
    """

    chapter = "appendix/conventions"

    def scale(self, t, v_hat):
        return np.sqrt(v_hat) + self.eps / np.sqrt(1 - self.beta2**t)


class AdamWithoutMean(_Adam):
    """The gradient in place of its mean.

    `step` has g where m̂ belongs: m is computed and not used.
    """

    def top(self, t, g, m):
        return g


class AdamWithoutRoot(_Adam):
    """The root is missing.

    `step` divides by v̂ + ε. v̂ is a mean of squares; only its root is of the gradient's size.
    """

    def scale(self, t, v_hat):
        return v_hat + self.eps


class AdamHalfCorrected(_Adam):
    """Only m is corrected.

    `step` has m̂ over √v + ε: v starts at 0 too, and needs its own correction.
    """

    def bottom(self, t, v):
        return self.scale(t, v)


class AdamOtherHalfCorrected(_Adam):
    """Only v is corrected.

    `step` has m over √v̂ + ε: m starts at 0 too, and needs its own correction.
    """

    def top(self, t, g, m):
        return m


class AdamSquaresMean(_Adam):
    """The mean is squared, not the gradient.

    `v` has m² where g² belongs: the mean of squares, not the square of a mean.
    """

    def mean(self, g, m, v):
        return self.beta2 * v + (1 - self.beta2) * m**2


class AdamOneBeta(_Adam):
    """β₁ in both means.

    `v` and v̂ have β₁ where β₂ belongs.
    """

    def mean(self, g, m, v):
        return self.beta1 * v + (1 - self.beta1) * g**2

    def bottom(self, t, v):
        return self.scale(t, v / (1 - self.beta1**t))


class AdamUnsquared(_Adam):
    """Sizes in place of squares.

    `v` is the mean of |g|, where g² belongs.
    """

    def mean(self, g, m, v):
        return self.beta2 * v + (1 - self.beta2) * np.abs(g)


class AdamOneForAll(_Adam):
    """One v for all coordinates.

    `v` has the sum of the squares of all coordinates; every coordinate has its own v.
    """

    def mean(self, g, m, v):
        return self.beta2 * v + (1 - self.beta2) * np.sum(g**2, axis=0)


class AdamFirstSwapped(_Adam):
    """β₁ and 1 − β₁ swapped.

    `m` has (1 − β₁) m + β₁ g: β₁ is the weight of the past.
    """

    def first_mean(self, g, m):
        return (1 - self.beta1) * m + self.beta1 * g


class AdamSecondSwapped(_Adam):
    """β₂ and 1 − β₂ swapped.

    `v` has (1 − β₂) v + β₂ g²: β₂ is the weight of the past.
    """

    def mean(self, g, m, v):
        return (1 - self.beta2) * v + self.beta2 * g**2


class AdamBothSwapped(AdamFirstSwapped, AdamSecondSwapped):
    """β and 1 − β swapped.

    `m` has (1 − β₁) m + β₁ g, and `v` the same with β₂: β is the weight of the past.
    """


class AdamFirstSum(_Adam):
    """1 − β₁ forgotten.

    `m` has g where (1 − β₁) g belongs: no mean, but 1/(1 − β₁) times one.
    """

    def first_mean(self, g, m):
        return self.beta1 * m + g


class AdamSecondSum(_Adam):
    """1 − β₂ forgotten.

    `v` has g² where (1 − β₂) g² belongs: no mean, but 1/(1 − β₂) times one.
    """

    def mean(self, g, m, v):
        return self.beta2 * v + g**2


class AdamParentheses(_Adam):
    """Parentheses are missing.

    `step` has −η m̂ / √v̂ + ε: without parentheses ε is added to the quotient, not to √v̂.
    """

    def step(self, t, g, m, v):
        m_hat, v_hat = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
        return -self.lr * m_hat / np.sqrt(v_hat) + self.eps


class AdamTimes(_Adam):
    """βt in place of βᵗ.

    The corrections divide by 1 − βt: `beta * t` is a product, the power is `beta**t`.
    """

    def top(self, t, g, m):
        return m / (1 - self.beta1 * t)

    def bottom(self, t, v):
        return self.scale(t, v / (1 - self.beta2 * t))


class AdamWithoutEpsilon(_Adam):
    """ε forgotten.

    `step` divides by √v̂ alone, which is 0 where no gradient has come yet.
    """

    def scale(self, t, v_hat):
        return np.sqrt(v_hat)


def _keeps_corrected(rule):
    return spoiled(
        rule,
        "The corrected means are kept",
        "`m` and `v` in the record are m̂ and v̂: the next step would correct them once more.",
        after=lambda self, record, state, w: {"m": record["m_hat"], "v": record["v_hat"]},
    )


_PIECES = [
    AdamInside,
    AdamEpsilonHat,
    AdamWithoutMean,
    AdamWithoutRoot,
    AdamHalfCorrected,
    AdamOtherHalfCorrected,
    AdamSquaresMean,
    AdamOneBeta,
    AdamUnsquared,
    AdamOneForAll,
    AdamFirstSwapped,
    AdamSecondSwapped,
    AdamBothSwapped,
    AdamFirstSum,
    AdamSecondSum,
    AdamParentheses,
    AdamTimes,
    AdamWithoutEpsilon,
]
TEXT = """m = beta1 * m + (1 - beta1) * g
v = beta2 * v + (1 - beta2) * g**2
m_hat = m / (1 - beta1**t)
v_hat = v / (1 - beta2**t)
step = -lr * m_hat / (np.sqrt(v_hat) + eps)"""
ADAM = [
    *any_rule(Adam),
    rate_decays(Adam),
    *corrected_rule(Adam),
    betas_swapped(Adam),
    _keeps_corrected(Adam),
    *_PIECES,
]
_MORE = [
    mistake
    for mistake in usual(Adam, TEXT, ADAM)
    if describe(mistake)[0] not in ("m is not corrected", "v is not corrected")  # Named above.
]
ADAM += _MORE


def _decoupled(mistake):
    """Return AdamW with one of Adam's mistakes."""

    class Decoupled(AdamW):
        __doc__ = mistake.__doc__

        def update(self, t, g, m, v, w):
            shared = {name: getattr(self, name) for name in ("lr", "beta1", "beta2", "eps")}
            adam = mistake(lr=1.0).replace_unchecked(**shared)
            record = call(adam, t, g, (m, v), w)
            if not issubclass(mistake, _Adam) or mistake.step is not _Adam.step:
                return record | dict(step=record["step"] - self.lr * self.weight_decay * w)
            quotient = adam.top(t, g, record["m"]) / adam.bottom(t, record["v"])
            return record | dict(step=-self.lr * (quotient + self.weight_decay * w))

    return Decoupled


class AdamWCoupled(AdamW):
    """Decay coupled to the gradient.

    λw is added to g, and so divided by √v̂ with it. In AdamW the decay stands beside the quotient.
    """

    def update(self, t, g, m, v, w):
        without = self.replace_unchecked(weight_decay=0.0)
        return AdamW.update(without, t, g + self.weight_decay * w, m, v, w)


class AdamWWithoutRate(AdamW):
    """Decay without η.

    `step` has −λw. η multiplies the decay too: −ηλw.
    """

    def update(self, t, g, m, v, w):
        without = self.replace_unchecked(weight_decay=0.0)
        record = AdamW.update(without, t, g, m, v, w)
        return record | dict(step=record["step"] - self.weight_decay * w)


class AdamWGrowing(AdamW):
    """Decay with the wrong sign.

    `step` has +ηλw: the weights grow in place of shrinking.
    """

    def update(self, t, g, m, v, w):
        return super().update(t, g, m, v, -w)


class AdamWWithoutDecay(AdamW):
    """The decay is missing.

    `step` is Adam's: −ηλw is missing.
    """

    def update(self, t, g, m, v, w):
        return super().update(t, g, m, v, 0 * w)


class AdamWSquaredDecay(AdamW):
    """λw² in place of λw.

    The decay is the slope of ½λw², which is λw.
    """

    def update(self, t, g, m, v, w):
        return super().update(t, g, m, v, w**2)


class AdamWDecayLater(AdamW):
    """The decay sees the new point.

    The step of Adam is taken first, and −ηλ times the *new* w follows; the decay has the old w.
    """

    def update(self, t, g, m, v, w):
        record = super().update(t, g, m, v, 0 * w)
        step = record["step"]
        return record | dict(step=step - self.lr * self.weight_decay * (w + step))


class AdamWDecayInside(AdamW):
    """The decay is divided by √v̂ too.

    `step` has (m̂ + λw) / (√v̂ + ε). In AdamW the decay stands beside the quotient.
    """

    def update(self, t, g, m, v, w):
        record = super().update(t, g, m, v, w)
        scale = np.sqrt(record["v_hat"]) + self.eps
        return record | dict(step=-self.lr * (record["m_hat"] + self.weight_decay * w) / scale)


_ADAMW = TEXT.replace(
    "-lr * m_hat / (np.sqrt(v_hat) + eps)",
    "-lr * (m_hat / (np.sqrt(v_hat) + eps) + weight_decay * w)",
)
ADAMW = [
    *any_rule(AdamW),
    rate_decays(AdamW),
    betas_swapped(AdamW),
    *corrected_rule(AdamW),
    _keeps_corrected(AdamW),
    *map(_decoupled, _PIECES + _MORE),
    AdamWCoupled,
    AdamWWithoutRate,
    AdamWGrowing,
    AdamWWithoutDecay,
    AdamWSquaredDecay,
    AdamWDecayLater,
    AdamWDecayInside,
    *(
        edited(AdamW, _ADAMW, *case)
        for case in [
            ("The gradient decays", "`step` has λg where λw belongs: weights decay.",
             "weight_decay * w → weight_decay * g"),
            ("Decay by a constant", "`step` has −ηλ without w: every weight shrinks by a share.",
             "weight_decay * w → weight_decay"),
            ("Half of λw²", "`step` has ½λw², the penalty; the decay is its slope, λw.",
             "weight_decay * w → 0.5 * weight_decay * w**2"),
            ("λ forgotten", "The decay is −ηw: its share λ, `weight_decay`, is missing.",
             "weight_decay * w → w"),
            ("η twice in the decay", "The decay is −η²λw: one η is enough.",
             "weight_decay * w → lr * weight_decay * w"),
            ("The size of the weight decays", "The decay has |w| where w belongs.",
             "weight_decay * w → weight_decay * np.abs(w)"),
            ("Decay twice", "λw is added to g, and −ηλw to the step as well: the second is enough.",
             "m = beta1 → g = g + weight_decay * w\nm = beta1"),
        ]
    ),
]  # fmt: skip


class AMSGradForgets(AMSGrad):
    """The maximum forgets.

    `v_max` is the larger of this step's v and the last one's. It has to remember all of them:
    compare with the old `v_max`.
    """

    def update(self, t, g, m, v, v_max):
        return super().update(t, g, m, v, v)


class AMSGradOtherOrder(AMSGrad):
    """Corrected means.

    m and v are divided by 1 − βᵗ, v before the maximum is taken. The paper's rule corrects
    nothing; libraries do.
    """

    chapter = "appendix/conventions"

    def update(self, t, g, m, v, v_max):
        other = self.replace_unchecked(
            bias_correction=True, max_of_corrected=not self.max_of_corrected
        )
        return AMSGrad.update(other, t, g, m, v, v_max)


class AMSGradCorrected(AMSGrad):
    """A bias correction after the maximum.

    `step` divides m by 1 − β₁ᵗ and the maximum by 1 − β₂ᵗ, as PyTorch does. The paper's rule
    corrects nothing.
    """

    chapter = "appendix/conventions"

    def update(self, t, g, m, v, v_max):
        other = self.replace_unchecked(bias_correction=True)
        return AMSGrad.update(other, t, g, m, v, v_max)


class _AMSGrad(AMSGrad):
    """AMSGrad in pieces, so that a mistake changes one of them."""

    def update(self, t, g, m, v, v_max):
        m, v = self.means(g, m, v)
        v_max = self.largest(g, v, v_max)
        return dict(m=m, v=v, v_max=v_max, step=self.step(m, v, v_max))

    def means(self, g, m, v):
        return (
            self.beta1 * m + (1 - self.beta1) * g,
            self.beta2 * v + (1 - self.beta2) * g**2,
        )

    def step(self, m, v, v_max):
        return -self.lr * m / self.scale(v, v_max)

    def largest(self, g, v, v_max):
        return np.maximum(v_max, v)

    def scale(self, v, v_max):
        return np.sqrt(v_max) + self.eps


class AMSGradUnused(_AMSGrad):
    """The maximum is not used.

    `step` divides by √v + ε, as Adam without corrections does: √v_max belongs there.
    """

    def scale(self, v, v_max):
        return np.sqrt(v) + self.eps


class AMSGradOfSquares(_AMSGrad):
    """The maximum of the squares.

    `v_max` compares with g², where this step's mean v belongs.
    """

    def largest(self, g, v, v_max):
        return np.maximum(v_max, g**2)


class AMSGradSmallest(_AMSGrad):
    """The minimum in place of the maximum.

    `v_max` is the smaller of the two: then steps may only grow, where they should only shrink.
    """

    def largest(self, g, v, v_max):
        return np.minimum(v_max, v)


class AMSGradOneMaximum(_AMSGrad):
    """One maximum for all coordinates.

    `v_max` is the largest v of any coordinate; every coordinate has its own.
    """

    def largest(self, g, v, v_max):
        return np.maximum(v_max, np.max(v, axis=0))


class AMSGradSwapped(_AMSGrad):
    """β and 1 − β swapped.

    `m` has (1 − β₁) m + β₁ g, and `v` the same with β₂: β is the weight of the past.
    """

    def means(self, g, m, v):
        return (
            (1 - self.beta1) * m + self.beta1 * g,
            (1 - self.beta2) * v + self.beta2 * g**2,
        )


class AMSGradSum(_AMSGrad):
    """1 − β₂ forgotten.

    `v` has g² where (1 − β₂) g² belongs: no mean, but 1/(1 − β₂) times one.
    """

    def means(self, g, m, v):
        return super().means(g, m, v)[0], self.beta2 * v + g**2


class AMSGradParentheses(_AMSGrad):
    """Parentheses are missing.

    `step` has −η m / √v_max + ε: without parentheses ε is added to the quotient.
    """

    def step(self, m, v, v_max):
        return -self.lr * m / np.sqrt(v_max) + self.eps


class AMSGradInside(_AMSGrad):
    """ε inside the root.

    `step` divides by √(v_max + ε). There ε acts like √ε outside; the formula has √v_max + ε.
    """

    def scale(self, v, v_max):
        return np.sqrt(v_max + self.eps)


class AMSGradWithoutRoot(_AMSGrad):
    """The root is missing.

    `step` divides by v_max + ε. v_max is of the size of squares; only its root is of g's.
    """

    def scale(self, v, v_max):
        return v_max + self.eps


_AMSGRAD = """m = beta1 * m + (1 - beta1) * g
v = beta2 * v + (1 - beta2) * g**2
v_max = np.maximum(v_max, v)
step = -lr * m / (np.sqrt(v_max) + eps)"""
AMSGRAD = [
    *any_rule(AMSGrad),
    rate_decays(AMSGrad),
    betas_swapped(AMSGrad),
    spoiled(
        AMSGrad,
        "The maximum overwrites v",
        "`v` in the record is the maximum: the mean goes on from v itself.",
        after=lambda self, record, state, w: {"v": record["v_max"]},
    ),
    AMSGradForgets,
    AMSGradOtherOrder,
    AMSGradCorrected,
    AMSGradUnused,
    AMSGradOfSquares,
    AMSGradSmallest,
    AMSGradOneMaximum,
    AMSGradSwapped,
    AMSGradSum,
    AMSGradParentheses,
    AMSGradInside,
    AMSGradWithoutRoot,
    *(
        edited(AMSGrad, _AMSGRAD, *case)
        for case in [
            ("The maximum is missing", "`v_max` is v: it has to remember the largest v so far.",
             "np.maximum(v_max, v) → v"),
            ("The maximum is averaged", "`v` goes on from `v_max`: the mean goes on from v itself.",
             "beta2 * v + → beta2 * v_max +"),
            ("The maximum of this step alone",
             "`v_max` is the larger of v and g²: compare v_max and v.",
             "np.maximum(v_max, v) → np.maximum(v, g**2)"),
            ("The maximum is not kept", "`v_max` in the record is v: the step has the maximum.",
             "+ eps) → + eps)\nv_max = v"),
            ("The sum in place of the maximum", "`v_max` is v_max + v, where the larger belongs.",
             "np.maximum(v_max, v) → v_max + v"),
        ]
    ),
]  # fmt: skip
AMSGRAD += usual(AMSGrad, _AMSGRAD, AMSGRAD)
