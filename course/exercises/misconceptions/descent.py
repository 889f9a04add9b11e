"""Mistakes in gradient descent and Newton's method."""

import numpy as np

from course.exercises.misconceptions.general import any_rule, edited, rate_decays
from optimlib.rules import GradientDescent, Newton


class SignOnly(GradientDescent):
    """Only the sign of the gradient.

    `step` has η times the sign of g; the size of the gradient counts too.
    """

    def update(self, t, g):
        return dict(step=-self.lr * np.sign(g))


class Normalized(GradientDescent):
    """The gradient's length divided away.

    `step` has g / ‖g‖ in place of g: every step is η long, and none gets shorter near a minimum.
    """

    def update(self, t, g):
        return dict(step=-self.lr * g / np.linalg.norm(g, axis=0))


class Decaying(GradientDescent):
    """η divided by t.

    `step` has η / t. A schedule is given as `lr` from outside; the rule takes η as it is.
    """

    def update(self, t, g):
        return dict(step=-self.lr / t * g)


class Squared(GradientDescent):
    """The gradient is squared.

    `step` has g² in place of g: its sign is lost, and its size distorted.
    """

    def update(self, t, g):
        return dict(step=-self.lr * g**2)


class OneForAll(GradientDescent):
    """One slope for all coordinates.

    `step` has the mean of g over the coordinates; each coordinate steps by its own slope.
    """

    def update(self, t, g):
        return dict(step=-self.lr * (g * 0 + np.mean(g, axis=0)))


class RateInverted(GradientDescent):
    """Divided by η.

    `step` has g / η in place of η g.
    """

    def update(self, t, g):
        return dict(step=-g / self.lr)


class RateSubtracted(GradientDescent):
    """η subtracted.

    `step` has g − η in place of η g: the learning rate is a factor.
    """

    def update(self, t, g):
        return dict(step=-(g - self.lr))


GRADIENT_DESCENT = [
    *any_rule(GradientDescent),
    rate_decays(GradientDescent),
    SignOnly,
    Normalized,
    Decaying,
    Squared,
    OneForAll,
    RateInverted,
    RateSubtracted,
    *(
        edited(GradientDescent, "step = -lr * g", name, explanation, f"-lr * g → {wrong}")
        for name, explanation, wrong in [
            ("The size of the slope", "`step` has −η |g|: it leads down the axis, not the slope.",
             "-lr * np.abs(g)"),
            ("η grows with t", "`step` has ηt. A schedule is given as `lr` from outside.",
             "-lr * t * g"),
            ("A sum in place of a product", "`step` has −η − g: the learning rate is a factor.",
             "-lr - g"),
            ("A factor 2", "`step` has 2ηg. What the slope of a square has is in g already.",
             "-2 * lr * g"),
            ("The gradient's root mean square divided away",
             "`step` has g over the root of the mean of its squares: the slope's size is lost.",
             "-lr * g / np.sqrt(np.mean(g * g, axis=0))"),
            ("Divided by the number of coordinates",
             "`step` has g over the number of coordinates, which is not in the formula.",
             "-lr * g / np.sum(g * 0 + 1, axis=0)"),
        ]
    ),
]  # fmt: skip


class _Newton(Newton):
    """Newton's method in one variable, so that a mistake changes its formula."""

    def advance(self, t, w, state, objective):
        g, h = objective.grad(w), objective.hess(w)[0]
        step = self.step(w, g, h)
        return dict(g=g, step=step, w=w + step)


class NewtonAscent(_Newton):
    """The sign is wrong.

    `step` is +η g / (h + λ): the sign of Newton's step is the other one.
    """

    def step(self, w, g, h):
        return self.lr * (g / (h + self.regularization))


class NewtonMultiplied(_Newton):
    """Multiplied by the curvature.

    `step` has g (h + λ). Where the curve bends strongly the minimum is near: divide.
    """

    def step(self, w, g, h):
        return self.lr * (-g * (h + self.regularization))


class NewtonUpsideDown(_Newton):
    """The quotient is upside down.

    `step` has (h + λ) / g in place of g / (h + λ).
    """

    def step(self, w, g, h):
        return self.lr * (-(h + self.regularization) / g)


class NewtonAbsolute(_Newton):
    """The curvature's absolute value.

    `step` divides by |h| + λ. That is the saddle-free form; Newton's own keeps the sign of h.
    """

    def step(self, w, g, h):
        return self.lr * (-g / (np.abs(h) + self.regularization))


class NewtonWithoutCurvature(_Newton):
    """The curvature is missing.

    `step` is −η g, which is gradient descent: the division by h + λ is missing.
    """

    def step(self, w, g, h):
        return self.lr * -g


class NewtonUnregularized(_Newton):
    """λ forgotten.

    `step` divides by h alone; λ, `regularization`, is added to it.
    """

    def step(self, w, g, h):
        return self.lr * (-g / h)


class NewtonSubtracted(_Newton):
    """λ subtracted.

    `step` divides by h − λ. λ is added, to make the curvature positive.
    """

    def step(self, w, g, h):
        return self.lr * (-g / (h - self.regularization))


class NewtonOutside(_Newton):
    """λ added to the quotient.

    `step` has g / h + λ. λ is added to the curvature, under the fraction bar.
    """

    def step(self, w, g, h):
        return self.lr * -(g / h + self.regularization)


class NewtonParentheses(_Newton):
    """Parentheses are missing.

    `step` has −η g / h + λ: without parentheses λ is added to the quotient, not to h.
    """

    def step(self, w, g, h):
        return -self.lr * g / h + self.regularization


class NewtonSquared(_Newton):
    """The curvature is squared.

    `step` divides by (h + λ)², where h + λ belongs.
    """

    def step(self, w, g, h):
        return self.lr * (-g / (h + self.regularization) ** 2)


class NewtonUndamped(_Newton):
    """η forgotten.

    `step` is not multiplied by the step length η.
    """

    def step(self, w, g, h):
        return -g / (h + self.regularization)


class NewtonSwapped(_Newton):
    """g and h swapped.

    `step` has h / (g + λ) in place of g / (h + λ).
    """

    def step(self, w, g, h):
        return self.lr * (-h / (g + self.regularization))


class NewtonBeside(_Newton):
    """λ beside the quotient.

    `step` has η (−g / h + λ): λ is added to the curvature, under the fraction bar.
    """

    def step(self, w, g, h):
        return self.lr * (-g / h + self.regularization)


class NewtonRoot(_Newton):
    """The root of the curvature.

    `step` divides by √(h + λ), where h + λ belongs; where it is below 0 that is nan.
    """

    def step(self, w, g, h):
        return self.lr * (-g / np.sqrt(h + self.regularization))


class NewtonRateTwice(_Newton):
    """η applied twice.

    `step` is multiplied by η once more than in the formula.
    """

    def step(self, w, g, h):
        return self.lr * (self.lr * (-g / (h + self.regularization)))


class NewtonPoint(_Newton):
    """The new point in place of the step.

    `step` is the difference that will be added to w; w itself is not part of it.
    """

    def step(self, w, g, h):
        return w + self.lr * (-g / (h + self.regularization))


NEWTON = [
    NewtonAscent,
    NewtonMultiplied,
    NewtonUpsideDown,
    NewtonAbsolute,
    NewtonWithoutCurvature,
    NewtonUnregularized,
    NewtonSubtracted,
    NewtonOutside,
    NewtonParentheses,
    NewtonSquared,
    NewtonUndamped,
    NewtonSwapped,
    NewtonBeside,
    NewtonRoot,
    NewtonRateTwice,
    NewtonPoint,
]
