"""Exercises of the chapter start/adaptive-rates."""

from functools import partial

from course.exercises.chapters.shared import ADAGRAD_SECOND_SLIPS, end, slips_of, start, worked
from course.exercises.misconceptions import adam
from course.exercises.misconceptions.general import uncorrected
from course.exercises.numbers import NumberExercise, Slip
from optimlib.rules import AdaGrad, Adam

CHAPTER = "start/adaptive-rates"
_Number = partial(NumberExercise, chapter=CHAPTER)


EXERCISES = [
    _Number(
        id="adaptive-rates/first-length",
        layer="predict",
        topic="adaptive methods",
        minutes=3,
        difficulty=1,
        ask=lambda lr, beta, w0: (
            rf"RMSProp, $\eta = {lr:g}$ and $\beta = {beta:g}$, on $w^2$ from $w_0 = {w0:g}$: how "
            "long is its first step? Three digits."
        ),
        answer=lambda lr, beta, w0: lr / (1 - beta) ** 0.5,
        parameters=dict(lr=0.1, beta=0.99, w0=4.0),
        digits=3,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.05, 0.6), 2),
            beta=float(rng.choice([0.9, 0.95, 0.98, 0.99, 0.995])),
            w0=start(rng),
        ),
        solution=lambda lr, beta, w0: (
            f"v₁ = (1 − β) g₁², and η/√(1 − β) = {lr / (1 - beta) ** 0.5:.3g}"
        ),
        slips=(
            Slip(
                "As if v were the square",
                lambda lr, beta, w0: lr,
                "v starts at 0, so v₁ is only (1 − β) g₁², and its root is smaller than |g₁|.",
            ),
            Slip(
                "The root is missing",
                lambda lr, beta, w0: lr / (1 - beta),
                "The step divides by √v₁, and √v₁ is √(1 − β) times |g₁|.",
            ),
            Slip(
                "A step of gradient descent",
                lambda lr, beta, w0: lr * 2 * w0,
                "RMSProp divides by √v₁, which is in proportion to the slope: the slope cancels.",
            ),
            Slip(
                "The other way round",
                lambda lr, beta, w0: lr * (1 - beta) ** 0.5,
                "√v₁ is smaller than |g₁|, and the step divides by it.",
            ),
        ),
    ),
    _Number(
        id="adaptive-rates/adagrad-2",
        layer="by hand",
        topic="adaptive methods",
        minutes=6,
        difficulty=2,
        ask=lambda lr, w0: (
            rf"AdaGrad, $\eta = {lr:g}$, on $w^2$ from $w_0 = {w0:g}$ ($\varepsilon$ is too small "
            "to count): compute $w_2$ to five digits."
        ),
        answer=end(AdaGrad, 2),
        parameters=dict(lr=0.1, w0=4.0),
        digits=5,
        draw=lambda rng: dict(lr=round(rng.uniform(0.1, 0.9), 2), w0=start(rng)),
        solution=worked(AdaGrad, 2),
        slips=ADAGRAD_SECOND_SLIPS,
    ),
    _Number(
        id="adaptive-rates/adam-2",
        layer="by hand",
        topic="bias correction",
        minutes=8,
        difficulty=2,
        ask=lambda lr, w0: (
            rf"Adam, $\eta = {lr:g}$, $\beta_1 = 0.9$ and $\beta_2 = 0.999$, on $w^2$ from "
            rf"$w_0 = {w0:g}$: compute $w_2$ to four digits."
        ),
        answer=end(Adam, 2),
        parameters=dict(lr=0.5, w0=2.0),
        digits=4,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.3, 0.9), 3), w0=float(rng.choice([2, 3, 4, 5]))
        ),
        solution=worked(Adam, 2),
        slips=(
            *slips_of(
                [uncorrected(Adam), adam.AdamHalfCorrected, adam.AdamWithoutMean],
                2,
            ),
            Slip("One step too few", end(Adam, 1), "This is w₁: one more step leads to w₂."),
            Slip(
                "The old gradient",
                lambda lr, w0: w0 - 2 * lr,
                "g₂ is the gradient at w₁; g₁ was used once more.",
            ),
        ),
    ),
    _Number(
        id="adaptive-rates/bounce",
        layer="experiment",
        topic="adaptive methods",
        minutes=10,
        difficulty=2,
        ask=lambda lr, c: (
            rf"RMSProp with $\eta = {lr:g}$ and $\beta = 0.9$ runs on ${c:g}\, w^2$ for thousands "
            "of steps. How far from the minimum are the two points between which it jumps? Three "
            "digits."
        ),
        answer=lambda lr, c: lr / 2,
        parameters=dict(lr=0.3, c=10.0),
        digits=3,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.1, 0.9), 2), c=float(rng.choice([3, 5, 10, 20, 50]))
        ),
        solution=lambda lr, c: (
            f"equal slopes make √v their size, so each step is η = {lr:g} long, from a to −a, and "
            f"a = η/2 = {lr / 2:g}"
        ),
        slips=(
            Slip(
                "The whole jump",
                lambda lr, c: lr,
                "That is the jump from one side to the other; the minimum is in its middle.",
            ),
            Slip(
                "Divided by the steepness",
                lambda lr, c: lr / (2 * c),
                "All slopes are c times as large, and so is √v: the steepness cancels.",
            ),
            Slip(
                "Half of the first step",
                lambda lr, c: lr / 0.1**0.5 / 2,
                "That is the first step, when v has just begun to grow. By now √v is the slope.",
            ),
        ),
    ),
]
