"""Mistakes in Nesterov's method, most of them about where the gradient is taken."""

from course.exercises.misconceptions.general import any_rule, rate_decays
from optimlib.rules import Nesterov


class LookBehind(Nesterov):
    """Look-ahead with the wrong sign.

    The gradient is taken at w + ηβv, where the point comes from: the next step is −ηv.
    """

    def look_ahead(self, w, v):
        return w + self.lr * self.beta * v


class UnscaledLookAhead(Nesterov):
    """Look-ahead without η.

    The gradient is taken at w − βv. The velocity holds gradients, so η turns it into a way.
    """

    def look_ahead(self, w, v):
        return w - self.beta * v


class FullLookAhead(Nesterov):
    """Look-ahead without β.

    The gradient is taken at w − ηv. Only β of the old velocity is carried into the next step.
    """

    def look_ahead(self, w, v):
        return w - self.lr * v


class NoLookAhead(Nesterov):
    """No look-ahead.

    The gradient is taken at w itself, which makes it momentum: ask `grad` at w − ηβv.
    """

    def look_ahead(self, w, v):
        return w


class StepsTwice(Nesterov):
    """The step starts at the look-ahead point.

    `step` has −ηβv of the old velocity beside −ηv: the look-ahead is only for the gradient.
    """

    def update(self, t, g, v):
        old = v
        v = self.beta * v + g
        return dict(v=v, step=-self.lr * (self.beta * old + v))


class DampenedNesterov(Nesterov):
    """A running average in place of a sum.

    `v` has (1 − β) g. In this form the gradient enters the velocity whole.
    """

    def update(self, t, g, v):
        v = self.beta * v + (1 - self.beta) * g
        return dict(v=v, step=-self.lr * v)


class StepBeforeVelocityNesterov(Nesterov):
    """The step is taken with the old velocity.

    `step` has the v from before this gradient; update v first.
    """

    def update(self, t, g, v):
        return dict(v=self.beta * v + g, step=-self.lr * v)


class VelocityOfSteps(Nesterov):
    """The velocity is a step.

    `v` has −η g of the gradient at w + βv, and `step` is v, as papers write it. Here v collects
    plain gradients: the gradient is taken at w − ηβv, and `step` is −ηv.
    """

    def look_ahead(self, w, v):
        return w + self.beta * v

    def update(self, t, g, v):
        v = self.beta * v - self.lr * g
        return dict(v=v, step=v)


class TwoForms(Nesterov):
    """Both forms at once.

    The gradient is taken at the look-ahead, and `step` has g + βv. That is the step of the
    library form, which takes its gradient at w; in this form the step is −ηv.
    """

    def update(self, t, g, v):
        v = self.beta * v + g
        return dict(v=v, step=-self.lr * (g + self.beta * v))


class LibraryForm(TwoForms):
    """The library form.

    The gradient is taken at w, and `step` has g + βv, as PyTorch does. Its points are the
    look-ahead points of this form: asked for here is the gradient at w − ηβv.
    """

    chapter = "appendix/conventions"

    def look_ahead(self, w, v):
        return w


class RateInside(Nesterov):
    """η in the velocity and in the step.

    `v` has η g, and `step` has η v: the gradient meets η twice. One of the two is enough.
    """

    def update(self, t, g, v):
        v = self.beta * v + self.lr * g
        return dict(v=v, step=-self.lr * v)


class PastWhole(Nesterov):
    """The past does not fade.

    `v` has the old v whole, where β v belongs: it grows without end.
    """

    def update(self, t, g, v):
        v = v + g
        return dict(v=v, step=-self.lr * v)


class BetaInStep(Nesterov):
    """β in the step too.

    `step` has −ηβv of the new v: β belongs to the old one alone.
    """

    def update(self, t, g, v):
        v = self.beta * v + g
        return dict(v=v, step=-self.lr * self.beta * v)


class WeightsSwapped(Nesterov):
    """β and 1 − β swapped.

    `v` has (1 − β) v + β g. In this form it is β v + g.
    """

    def update(self, t, g, v):
        v = (1 - self.beta) * v + self.beta * g
        return dict(v=v, step=-self.lr * v)


class VelocityUnused(Nesterov):
    """The velocity is not used.

    `step` has g where v belongs: v is computed and not used.
    """

    def update(self, t, g, v):
        v = self.beta * v + g
        return dict(v=v, step=-self.lr * g)


NESTEROV = [
    *any_rule(Nesterov),
    rate_decays(Nesterov),
    LookBehind,
    UnscaledLookAhead,
    FullLookAhead,
    NoLookAhead,
    StepsTwice,
    DampenedNesterov,
    StepBeforeVelocityNesterov,
    VelocityOfSteps,
    TwoForms,
    LibraryForm,
    RateInside,
    PastWhole,
    BetaInStep,
    WeightsSwapped,
    VelocityUnused,
]
