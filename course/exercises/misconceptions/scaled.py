"""Mistakes in AdaGrad and RMSProp, which divide by the root of past squares."""

import numpy as np

from course.exercises.misconceptions.general import any_rule, edited, rate_decays, usual
from optimlib.rules import AdaGrad, RMSProp


class AdaGradInside(AdaGrad):
    """ε inside the root.

    `step` divides by √(G + ε). There ε acts like √ε outside; the formula has √G + ε.
    """

    def update(self, t, g, G):
        G = G + g**2
        return dict(G=G, step=-self.lr * g / np.sqrt(G + self.eps))


class AdaGradWithoutRoot(AdaGrad):
    """The root is missing.

    `step` divides by G + ε. G holds squares; only its root is of the gradient's size.
    """

    def update(self, t, g, G):
        G = G + g**2
        return dict(G=G, step=-self.lr * g / (G + self.eps))


class AdaGradOfSizes(AdaGrad):
    """Sizes in place of squares.

    `G` adds up |g|, where g² belongs.
    """

    def update(self, t, g, G):
        G = G + np.abs(g)
        return dict(G=G, step=-self.lr * g / (np.sqrt(G) + self.eps))


class AdaGradOfMean(AdaGrad):
    """The mean of the squares.

    `step` divides by √(G / t) + ε. AdaGrad divides by the root of the sum, which keeps growing.
    """

    def update(self, t, g, G):
        G = G + g**2
        return dict(G=G, step=-self.lr * g / (np.sqrt(G / t) + self.eps))


class AdaGradLate(AdaGrad):
    """The step is taken with the old G.

    `step` divides by the root of the sum without this step's g²; update G first.
    """

    def update(self, t, g, G):
        return dict(G=G + g**2, step=-self.lr * g / (np.sqrt(G) + self.eps))


class AdaGradForgets(AdaGrad):
    """The past is forgotten.

    `G` is g² alone: the sum starts anew in every step.
    """

    def update(self, t, g, G):
        G = g**2
        return dict(G=G, step=-self.lr * g / (np.sqrt(G) + self.eps))


class AdaGradWithoutEpsilon(AdaGrad):
    """ε forgotten.

    `step` divides by √G alone, which is 0 where no gradient has come yet.
    """

    def update(self, t, g, G):
        G = G + g**2
        return dict(G=G, step=-self.lr * g / np.sqrt(G))


class AdaGradParentheses(AdaGrad):
    """Parentheses are missing.

    `step` has −η g / √G + ε: without parentheses ε is added to the quotient, not to √G.
    """

    def update(self, t, g, G):
        G = G + g**2
        return dict(G=G, step=-self.lr * g / np.sqrt(G) + self.eps)


class AdaGradOneForAll(AdaGrad):
    """One sum for all coordinates.

    `G` adds up the squares of all coordinates together; every coordinate has its own sum.
    """

    def update(self, t, g, G):
        G = G + np.sum(g**2, axis=0)
        return dict(G=G, step=-self.lr * g / (np.sqrt(G) + self.eps))


class AdaGradDecaying(AdaGrad):
    """η divided by √t too.

    `step` has η / √t. The sum G grows with t already, so nothing else has to.
    """

    def update(self, t, g, G):
        G = G + g**2
        return dict(G=G, step=-self.lr / t**0.5 * g / (np.sqrt(G) + self.eps))


_ADAGRAD = "G = G + g**2\nstep = -lr * g / (np.sqrt(G) + eps)"
ADAGRAD = [
    *any_rule(AdaGrad),
    AdaGradInside,
    AdaGradWithoutRoot,
    AdaGradOfSizes,
    AdaGradOfMean,
    AdaGradLate,
    AdaGradForgets,
    AdaGradWithoutEpsilon,
    AdaGradParentheses,
    AdaGradOneForAll,
    AdaGradDecaying,
    *(
        edited(AdaGrad, _ADAGRAD, *case)
        for case in [
            ("The gradient is not squared", "`G` has g where g² belongs: its root may be nan.",
             "G + g**2 → G + g"),
            ("A mean in place of the sum", "`G` adds g²/t: the squares are added whole.",
             "G + g**2 → G + g**2 / t"),
            ("The sum is squared", "`G` is (G + g)²: only the gradient is squared.",
             "G + g**2 → (G + g) ** 2"),
        ]
    ),
]  # fmt: skip
ADAGRAD += usual(AdaGrad, _ADAGRAD, ADAGRAD)


class _RMSProp(RMSProp):
    """RMSProp in pieces, so that a mistake changes one of them."""

    def update(self, t, g, v):
        v = self.mean(g, v)
        return dict(v=v, step=-self.lr * g / self.scale(t, v))

    def mean(self, g, v):
        return self.beta * v + (1 - self.beta) * g**2

    def scale(self, t, v):
        return np.sqrt(v + self.eps) if self.eps_inside else np.sqrt(v) + self.eps


class RMSPropOtherSide(_RMSProp):
    """ε on the other side of the root.

    `step` divides by √(v + ε), as Keras and Optax do. The formula here has √v + ε; it makes a
    difference where gradients are small.
    """

    chapter = "appendix/conventions"

    def scale(self, t, v):
        return np.sqrt(v) + self.eps if self.eps_inside else np.sqrt(v + self.eps)


class RMSPropSwapped(_RMSProp):
    """β and 1 − β swapped.

    `v` has (1 − β) v + β g²: β is the weight of the past.
    """

    def mean(self, g, v):
        return (1 - self.beta) * v + self.beta * g**2


class RMSPropParentheses(_RMSProp):
    """Parentheses are missing.

    `step` has −η g / √v + ε: without parentheses ε is added to the quotient, not to √v.
    """

    def update(self, t, g, v):
        v = self.mean(g, v)
        return dict(v=v, step=-self.lr * g / np.sqrt(v) + self.eps)


class RMSPropLate(_RMSProp):
    """The step is taken with the old v.

    `step` divides by the root of the mean without this step's g²; update v first.
    """

    def update(self, t, g, v):
        return dict(v=self.mean(g, v), step=-self.lr * g / self.scale(t, v))


class RMSPropCorrected(_RMSProp):
    """A bias correction that Adam has.

    `step` divides by the root of v / (1 − βᵗ). RMSProp uses v as it is.
    """

    def scale(self, t, v):
        return super().scale(t, v / (1 - self.beta**t))


class RMSPropSum(_RMSProp):
    """A sum in place of a mean.

    `v` has v + g², as in AdaGrad. In RMSProp the past fades with β.
    """

    def mean(self, g, v):
        return v + g**2


class RMSPropUndampened(_RMSProp):
    """1 − β forgotten.

    `v` has g² where (1 − β) g² belongs: no mean, but 1/(1 − β) times one.
    """

    def mean(self, g, v):
        return self.beta * v + g**2


class RMSPropOfSizes(_RMSProp):
    """Sizes in place of squares.

    `v` is the mean of |g|, where g² belongs.
    """

    def mean(self, g, v):
        return self.beta * v + (1 - self.beta) * np.abs(g)


class RMSPropOneForAll(_RMSProp):
    """One mean for all coordinates.

    `v` has the sum of the squares of all coordinates; every coordinate has its own v.
    """

    def mean(self, g, v):
        return self.beta * v + (1 - self.beta) * np.sum(g**2, axis=0)


class RMSPropWithoutRoot(_RMSProp):
    """The root is missing.

    `step` divides by v + ε. v is a mean of squares; only its root is of the gradient's size.
    """

    def scale(self, t, v):
        return v + self.eps


class RMSPropWithoutEpsilon(_RMSProp):
    """ε forgotten.

    `step` divides by √v alone, which is 0 where no gradient has come yet.
    """

    def scale(self, t, v):
        return np.sqrt(v)


_RMSPROP = "v = beta * v + (1 - beta) * g**2\nstep = -lr * g / (np.sqrt(v) + eps)"
RMSPROP = [
    *any_rule(RMSProp),
    rate_decays(RMSProp),
    RMSPropOtherSide,
    RMSPropSwapped,
    RMSPropParentheses,
    RMSPropLate,
    RMSPropCorrected,
    RMSPropSum,
    RMSPropUndampened,
    RMSPropOfSizes,
    RMSPropOneForAll,
    RMSPropWithoutRoot,
    RMSPropWithoutEpsilon,
    *(
        edited(RMSProp, _RMSPROP, *case)
        for case in [
            ("The gradient is not squared", "`v` has g where g² belongs: its root may be nan.",
             "g**2 → g"),
            ("1 − β is squared too", "`v` has ((1 − β) g)²: only the gradient is squared.",
             "(1 - beta) * g**2 → ((1 - beta) * g) ** 2"),
            ("1 − β has the wrong sign", "`v` has (β − 1) g², where (1 − β) g² belongs.",
             "(1 - beta) → (beta - 1)"),
            ("The past is forgotten", "`v` is (1 − β) g² alone: the old mean, times β, is missing.",
             "beta * v + → "),
            ("β multiplies the square", "`v` has β g², where (1 − β) g² belongs.",
             "(1 - beta) * g**2 → beta * g**2"),
            ("The old mean is squared", "`v` has (1 − β) v², where (1 − β) g² belongs.",
             "g**2 → v**2"),
        ]
    ),
]  # fmt: skip
RMSPROP += [
    mistake
    for mistake in usual(RMSProp, _RMSPROP, RMSPROP)
    if mistake.__doc__.partition(".")[0] != "ε inside the root"  # It has another name here.
]
