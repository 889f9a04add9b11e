"""Exercises of the chapter start/first-descent."""

from functools import partial

from course.exercises.chapters.shared import end, slips_of, start, worked
from course.exercises.misconceptions import descent, momentum
from course.exercises.misconceptions.general import rate_twice, wrong_sign
from course.exercises.numbers import NumberExercise, Slip
from optimlib.rules import GradientDescent, Momentum

CHAPTER = "start/first-descent"
_Number = partial(NumberExercise, chapter=CHAPTER)


EXERCISES = [
    _Number(
        id="first-descent/gradient-descent-3",
        layer="predict",
        topic="gradient descent",
        minutes=3,
        difficulty=1,
        ask=lambda lr, w0: (
            rf"Gradient descent, $\eta = {lr:g}$, on $w^2$ from $w_0 = {w0:g}$: what is $w_3$? "
            "Three digits."
        ),
        answer=end(GradientDescent, 3),
        parameters=dict(lr=0.6, w0=4.0),
        digits=3,
        draw=lambda rng: dict(lr=round(rng.uniform(0.55, 0.9), 2), w0=start(rng)),
        solution=worked(GradientDescent, 3),
        slips=(
            Slip(
                "The slope of w² taken as w",
                lambda lr, w0: w0 * (1 - lr) ** 3,
                "The derivative of w² is 2w: a step multiplies w by 1 − 2η.",
            ),
            *slips_of(
                [wrong_sign(GradientDescent), rate_twice(GradientDescent), descent.SignOnly], 3
            ),
            Slip(
                "One step too few",
                end(GradientDescent, 2),
                "This is w₂: three steps lead to w₃.",
            ),
            Slip(
                "The first slope in every step",
                lambda lr, w0: w0 - 3 * lr * 2 * w0,
                "The gradient is computed anew at every point.",
            ),
            Slip(
                "Always on the same side",
                lambda lr, w0: w0 * (2 * lr - 1) ** 3,
                "The factor 1 − 2η is negative here: every step jumps over the minimum.",
            ),
        ),
    ),
    _Number(
        id="first-descent/momentum-2",
        layer="by hand",
        topic="momentum",
        minutes=5,
        difficulty=1,
        ask=lambda lr, beta, w0: (
            rf"Momentum, $\eta = {lr:g}$ and $\beta = {beta:g}$, on $w^2$ from $w_0 = {w0:g}$: "
            "compute $w_2$ to three digits."
        ),
        answer=end(Momentum, 2),
        parameters=dict(lr=0.1, beta=0.9, w0=4.0),
        digits=3,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.05, 0.2), 2),
            beta=round(rng.uniform(0.6, 0.9), 1),
            w0=start(rng),
        ),
        solution=worked(Momentum, 2),
        slips=(
            *slips_of(
                [
                    momentum.RateTwiceMomentum,
                    momentum.DampenedMomentum,
                    momentum.BetaOnGradient,
                    momentum.ForgetsThePast,
                    momentum.LooksAheadToo,
                ],
                2,
            ),
            Slip(
                "One step too few",
                end(Momentum, 1),
                "This is w₁, or w₂ with the velocity from before the gradient in every step.",
            ),
            Slip(
                "The old gradient",
                lambda lr, beta, w0: w0 - lr * 2 * w0 - lr * (beta * 2 * w0 + 2 * w0),
                "g₂ is the gradient at w₁; g₁ was used once more.",
            ),
        ),
    ),
    _Number(
        id="first-descent/average-rate",
        layer="by hand",
        topic="momentum",
        minutes=4,
        difficulty=1,
        ask=lambda lr, beta: (
            rf"Momentum has $\eta = {lr:g}$, outside the velocity, and $\beta = {beta:g}$. Which "
            "learning rate takes the form with the running average along the same path? Three "
            "digits."
        ),
        answer=lambda lr, beta: lr / (1 - beta),
        parameters=dict(lr=0.05, beta=0.8),
        digits=3,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.02, 0.2), 3), beta=float(rng.choice([0.6, 0.7, 0.8, 0.9, 0.95]))
        ),
        solution=lambda lr, beta: f"η/(1 − β) = {lr:g}/{1 - beta:g} = {lr / (1 - beta):.3g}",
        slips=(
            Slip(
                "The other way round",
                lambda lr, beta: lr * (1 - beta),
                "The average makes each gradient 1 − β times as large, so its rate must be larger.",
            ),
            Slip(
                "The same rate",
                lambda lr, beta: lr,
                "At the same rate the first step of the average is 1 − β times as long.",
            ),
            Slip(
                "Divided by β",
                lambda lr, beta: lr / beta,
                "A new gradient enters the average with the weight 1 − β; β is the past's share.",
            ),
        ),
    ),
    _Number(
        id="first-descent/heavy-ball-limit",
        layer="experiment",
        topic="stability",
        minutes=10,
        difficulty=2,
        ask=lambda beta: (
            rf"The heavy ball with $\beta = {beta:g}$ on $w^2$: up to which $\eta$ does it "
            "converge? Two digits will do."
        ),
        answer=lambda beta: 1 + beta,
        parameters=dict(beta=0.9),
        digits=2,
        draw=lambda rng: dict(beta=round(rng.uniform(0.3, 0.9), 3)),
        solution=lambda beta: f"theory: η < 1 + β = {1 + beta:g}",
        slips=(
            Slip(
                "The limit of gradient descent",
                lambda beta: 1.0,
                "Memory works against the jump to the other side, so the limit is another one.",
            ),
            Slip(
                "The limit made smaller",
                lambda beta: 1 - beta,
                "Memory works against the jump to the other side, so η may be larger, not smaller.",
            ),
            Slip(
                "Stable curvature in place of the rate",
                lambda beta: 2 * (1 + beta),
                "That is the limit of η times the curvature, and the curvature of w² is 2.",
            ),
        ),
    ),
]
