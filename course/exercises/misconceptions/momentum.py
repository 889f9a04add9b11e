"""Mistakes in momentum, in each of its three forms."""

from course.exercises.misconceptions.general import any_rule, edited, rate_decays
from optimlib.rules import AverageMomentum, HeavyBall, Momentum


class RateTwiceMomentum(Momentum):
    """η in the velocity and in the step.

    `v` has η g, and `step` has η v: the gradient meets η twice. One of the two is enough.
    """

    def update(self, t, g, v):
        v = self.beta * v + self.lr * g
        return dict(v=v, step=-self.lr * v)


class RateInside(Momentum):
    """η inside the velocity.

    `v` has η g. That is the heavy ball's form; here v collects plain gradients.
    """

    chapter = "descent/momentum"

    def update(self, t, g, v):
        v = self.beta * v + self.lr * g
        return dict(v=v, step=-v)


class DampenedMomentum(Momentum):
    """A running average in place of a sum.

    `v` has (1 − β) g. In this form the gradient enters the velocity whole.
    """

    def update(self, t, g, v):
        v = self.beta * v + (1 - self.beta) * g
        return dict(v=v, step=-self.lr * v)


class StepBeforeVelocity(Momentum):
    """The step is taken with the old velocity.

    `step` has the v from before this gradient; update v first.
    """

    def update(self, t, g, v):
        step = -self.lr * v
        return dict(v=self.beta * v + g, step=step)


class BetaOnGradient(Momentum):
    """β multiplies the gradient.

    `v` has v + β g: the past is what fades, so β belongs to the old v.
    """

    def update(self, t, g, v):
        v = v + self.beta * g
        return dict(v=v, step=-self.lr * v)


class BetaOnBoth(Momentum):
    """β multiplies the gradient too.

    `v` has β (v + g): only the old v fades.
    """

    def update(self, t, g, v):
        v = self.beta * (v + g)
        return dict(v=v, step=-self.lr * v)


class OtherSign(Momentum):
    """The velocity has the other sign.

    `v` has −g, and `step` then adds η v. The points agree; here v collects +g.
    """

    def update(self, t, g, v):
        v = self.beta * v - g
        return dict(v=v, step=self.lr * v)


class VelocityOfSteps(Momentum):
    """The velocity is a step.

    `v` has −η g, and `step` is v, as Keras writes it. Here v collects plain gradients, and `step`
    is −η v.
    """

    chapter = "appendix/conventions"

    def update(self, t, g, v):
        v = self.beta * v - self.lr * g
        return dict(v=v, step=v)


class ForgetsThePast(Momentum):
    """The past is forgotten.

    `v` is g alone: the old velocity, times β, is missing.
    """

    def update(self, t, g, v):
        return dict(v=g, step=-self.lr * g)


class LooksAheadToo(Momentum):
    """Nesterov's step.

    `step` has g + β v. That is Nesterov's method as libraries write it; momentum moves by v.
    """

    def update(self, t, g, v):
        v = self.beta * v + g
        return dict(v=v, step=-self.lr * (g + self.beta * v))


MOMENTUM = [
    *any_rule(Momentum),
    rate_decays(Momentum),
    RateTwiceMomentum,
    RateInside,
    DampenedMomentum,
    StepBeforeVelocity,
    BetaOnGradient,
    BetaOnBoth,
    OtherSign,
    VelocityOfSteps,
    ForgetsThePast,
    LooksAheadToo,
    *(
        edited(Momentum, "v = beta * v + g\nstep = -lr * v", *case)
        for case in [
            ("The past does not fade",
             "`v` has the old v whole, where β v belongs: it grows without end.",
             "beta * v + g → v + g"),
            ("1 − β in place of β", "`v` has (1 − β) v + g: β itself is the weight of the past.",
             "beta * v + g → (1 - beta) * v + g"),
            ("β and 1 − β swapped", "`v` has (1 − β) v + β g. In this form it is β v + g.",
             "beta * v + g → (1 - beta) * v + beta * g"),
            ("g has the wrong sign in v", "`v` has −g: then −η v leads uphill.",
             "beta * v + g → beta * v - g"),
            ("The gradient counts twice", "`step` has v + g: the gradient is in v already.",
             "-lr * v → -lr * (v + g)"),
            ("β in the step too", "`step` has β v of the new v: β belongs to the old one alone.",
             "-lr * v → -lr * beta * v"),
            ("The velocity is not used", "`step` has g where v belongs: that is gradient descent.",
             "-lr * v → -lr * g"),
            ("A bias correction that Adam has", "`step` has v / (1 − βᵗ): v is used as it is.",
             "-lr * v → -lr * v / (1 - beta**t)"),
            ("Divided by 1 − β", "`step` has v / (1 − β): v is used as it is.",
             "-lr * v → -lr * v / (1 - beta)"),
            ("The gradient is squared", "`v` has g² where g belongs: its sign is lost.",
             "+ g → + g**2"),
            ("βᵗ in place of β",
             "`v` has βᵗ v: the past fades by β in every step, not faster and faster.",
             "beta * v + g → beta**t * v + g"),
        ]
    ),
]  # fmt: skip


class RateOutsideHeavyBall(HeavyBall):
    """η outside the velocity.

    `v` has g without η, and `step` has η v. Here η belongs into the velocity.
    """

    def update(self, t, g, v):
        v = self.beta * v + g
        return dict(v=v, step=-self.lr * v)


class RateForgottenHeavyBall(HeavyBall):
    """η forgotten.

    Neither `v` nor `step` has the learning rate η.
    """

    def update(self, t, g, v):
        v = self.beta * v + g
        return dict(v=v, step=-v)


class RateOnPast(HeavyBall):
    """η multiplies the past too.

    `v` has η (β v + g): only the gradient is multiplied by η.
    """

    def update(self, t, g, v):
        v = self.lr * (self.beta * v + g)
        return dict(v=v, step=-v)


class DampenedHeavyBall(HeavyBall):
    """A running average in place of a sum.

    `v` has (1 − β) η g. In this form the gradient enters the velocity whole.
    """

    def update(self, t, g, v):
        v = self.beta * v + (1 - self.beta) * self.lr * g
        return dict(v=v, step=-v)


class StepBeforeVelocityHeavyBall(HeavyBall):
    """The step is taken with the old velocity.

    `step` has the v from before this gradient; update v first.
    """

    def update(self, t, g, v):
        return dict(v=self.beta * v + self.lr * g, step=-v)


class OtherSignHeavyBall(HeavyBall):
    """The velocity has the other sign.

    `v` has −η g, and `step` is +v, as Keras writes it. The points agree; here v collects +η g.
    """

    chapter = "appendix/conventions"

    def update(self, t, g, v):
        v = self.beta * v - self.lr * g
        return dict(v=v, step=v)


class ForgetsThePastHeavyBall(HeavyBall):
    """The past is forgotten.

    `v` is η g alone: the old velocity, times β, is missing.
    """

    def update(self, t, g, v):
        return dict(v=self.lr * g, step=-self.lr * g)


class RateTwiceHeavyBall(HeavyBall):
    """η in the velocity and in the step.

    `v` has η g, and `step` has η v: the gradient meets η twice. One of the two is enough.
    """

    def update(self, t, g, v):
        v = self.beta * v + self.lr * g
        return dict(v=v, step=-self.lr * v)


HEAVY_BALL = [
    *any_rule(HeavyBall, rate=False),
    RateOutsideHeavyBall,
    RateForgottenHeavyBall,
    RateOnPast,
    DampenedHeavyBall,
    StepBeforeVelocityHeavyBall,
    OtherSignHeavyBall,
    ForgetsThePastHeavyBall,
    RateTwiceHeavyBall,
    *(
        edited(HeavyBall, "v = beta * v + lr * g\nstep = -v", *case)
        for case in [
            ("The past does not fade",
             "`v` has the old v whole, where β v belongs: it grows without end.",
             "beta * v → v"),
            ("1 − β in place of β", "`v` has (1 − β) v: β itself is the weight of the past.",
             "beta * v → (1 - beta) * v"),
            ("g has the wrong sign in v", "`v` has −ηg: then −v leads uphill.",
             "beta * v + lr * g → beta * v - lr * g"),
            ("η and β swapped",
             "`v` has η v + β g: β is the weight of the past, η of the gradient.",
             "beta * v + lr * g → lr * v + beta * g"),
            ("β multiplies the gradient too", "`v` has β (v + ηg): only the old v fades.",
             "beta * v + lr * g → beta * (v + lr * g)"),
            ("The velocity is not used",
             "`step` has −ηg where −v belongs: that is gradient descent.",
             "-v → -lr * g"),
            ("η divided by √t", "`v` has η/√t. A schedule is given as `lr` from outside.",
             "lr * g → lr / t**0.5 * g"),
        ]
    ),
]  # fmt: skip


class UndampenedAverage(AverageMomentum):
    """A sum in place of a running average.

    `v` has g where (1 − β) g belongs: it grows to 1/(1 − β) times the mean gradient.
    """

    def update(self, t, g, v):
        v = self.beta * v + g
        return dict(v=v, step=-self.lr * v)


class SwappedAverage(AverageMomentum):
    """β and 1 − β swapped.

    `v` has (1 − β) v + β g: β is the weight of the past.
    """

    def update(self, t, g, v):
        v = (1 - self.beta) * v + self.beta * g
        return dict(v=v, step=-self.lr * v)


class StepBeforeAverage(AverageMomentum):
    """The step is taken with the old mean.

    `step` has the v from before this gradient; update v first.
    """

    def update(self, t, g, v):
        return dict(v=self.beta * v + (1 - self.beta) * g, step=-self.lr * v)


class CorrectedAverage(AverageMomentum):
    """A bias correction that Adam has.

    `step` has v / (1 − βᵗ). This rule uses v as it is.
    """

    def update(self, t, g, v):
        v = self.beta * v + (1 - self.beta) * g
        return dict(v=v, step=-self.lr * v / (1 - self.beta**t))


class RateInsideAverage(AverageMomentum):
    """η inside the mean.

    `v` has η g. Here v is the mean of plain gradients, and η stands in the step.
    """

    def update(self, t, g, v):
        v = self.beta * v + (1 - self.beta) * self.lr * g
        return dict(v=v, step=-v)


class StepsAverage(AverageMomentum):
    """The velocity is a step.

    `v` has −η (1 − β) g, and `step` is v. Here v is the mean of plain gradients, and `step` is
    −η v.
    """

    def update(self, t, g, v):
        v = self.beta * v - self.lr * (1 - self.beta) * g
        return dict(v=v, step=v)


class ForgetsThePastAverage(AverageMomentum):
    """The past is forgotten.

    `v` is (1 − β) g alone: the old mean, times β, is missing.
    """

    def update(self, t, g, v):
        v = (1 - self.beta) * g
        return dict(v=v, step=-self.lr * v)


AVERAGE_MOMENTUM = [
    *any_rule(AverageMomentum),
    rate_decays(AverageMomentum),
    UndampenedAverage,
    SwappedAverage,
    StepBeforeAverage,
    CorrectedAverage,
    RateInsideAverage,
    StepsAverage,
    ForgetsThePastAverage,
    *(
        edited(AverageMomentum, "v = beta * v + (1 - beta) * g\nstep = -lr * v", *case)
        for case in [
            ("1 − β has the wrong sign", "`v` has (β − 1) g, where (1 − β) g belongs.",
             "(1 - beta) → (beta - 1)"),
            ("Parentheses are missing",
             "`v` has 1 − β g: without parentheses β alone multiplies g.",
             "(1 - beta) * g → 1 - beta * g"),
            ("The past does not fade", "`v` has the old v whole, where β v belongs.",
             "beta * v → v"),
            ("β multiplies the gradient",
             "`v` has β g, where (1 − β) g belongs: then the weights do not add up to 1.",
             "(1 - beta) * g → beta * g"),
            ("The mean is not used", "`step` has g where v belongs: that is gradient descent.",
             "-lr * v → -lr * g"),
            ("1 − β in both places", "`v` has (1 − β) (v + g): β is the weight of the past.",
             "beta * v + → (1 - beta) * v +"),
        ]
    ),
]  # fmt: skip
