"""Exercises of the chapter adaptive/adam."""

from functools import cache, partial

import numpy as np

from course.exercises.chapters.shared import start
from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip, point
from optimlib import problems
from optimlib.notation import by_hand
from optimlib.rules import Adam

CHAPTER = "adaptive/adam"
SQUARE = problems.square
_Number = partial(NumberExercise, chapter=CHAPTER)


def _plain(lr, **options):
    return Adam(lr, bias_correction=False, **options)


def _second_step(lr, w0, slope=2.0, root=True, weights=True):
    """Return w₂ of the rule without correction, computed with a slip."""
    w = w0
    m = v = 0.0
    for _ in range(2):
        g = slope * w
        m = 0.9 * m + (0.1 if weights else 1) * g
        v = 0.999 * v + (0.001 if weights else 1) * g**2
        w = w - lr * m / (np.sqrt(v) if root else v)
    return w


@cache
def _lone(beta1, beta2, after=400):
    """Return how far a lone gradient after long silence moves w in all, in units of η."""
    adam, m, v, total = Adam(1.0, beta1, beta2, eps=0.0), 0.0, 0.0, 0.0
    for t in range(10_000, 10_000 + after):
        record = adam.update(t, 1.0 if t == 10_000 else 0.0, m, v)
        m, v = record["m"], record["v"]
        total -= record["step"]
    return total


def _left(beta1, beta2):
    """Return the question what is left of Adam if one β or both are 0."""
    options = {
        "sign": "each step is η long, against the sign of the gradient",
        "gradient descent": "gradient descent with the learning rate η",
        "nothing": "nothing: it divides by zero",
        "rmsprop": "RMSProp with its usual memory",
    }
    feedback = {
        "gradient descent": "m is the gradient itself, but it is still divided by √v.",
        "nothing": "1 − βᵗ is 1 then, and v is g²: nothing is 0.",
        "rmsprop": "RMSProp remembers squares by its β; here nothing is remembered.",
    }
    set_to, right = r"\beta_1 = \beta_2 = 0", "sign"
    if beta1:
        set_to, right = rf"\beta_1 = {beta1:g}$ and $\beta_2 = 0", "mean"
        del options["rmsprop"], feedback["rmsprop"]
        options["mean"] = "the mean of the gradients, divided by the size of the last one"
        feedback["sign"] = "That needs m to be the last gradient; with β₁ it is a mean of many."
        feedback["gradient descent"] = "m is still divided by √v, the size of the last gradient."
    elif beta2:
        set_to, right = rf"\beta_1 = 0$ and $\beta_2 = {beta2:g}", "rmsprop"
        options["rmsprop"] = "RMSProp, with its mean of squares corrected"
        feedback["sign"] = "That needs √v to be the size of the last gradient; v is a mean of many."
        feedback["nothing"] = "1 − β₁ᵗ is 1, and 1 − β₂ᵗ is larger than 0 from the first step on."
    return dict(
        ask=f"Set ${set_to}$. What is left of Adam, where gradients are not tiny?",
        right=right,
        options=options,
        feedback=feedback,
    )


def _draw_left(rng):
    beta = float(rng.choice([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999]))
    where = rng.integers(5)
    return dict(beta1=beta * (where in (1, 2)), beta2=beta * (where in (3, 4)))


EXERCISES = [
    DrawnChoice(
        id="adam/no-memory",
        chapter=CHAPTER,
        layer="predict",
        topic="adaptive methods",
        minutes=3,
        difficulty=1,
        made=_left,
        parameters=dict(beta1=0.0, beta2=0.0),
        draw=_draw_left,
    ),
    _Number(
        id="adam/first-step",
        layer="predict",
        topic="bias correction",
        minutes=3,
        difficulty=1,
        ask=lambda lr, w0: (
            rf"Adam, $\eta = {lr:g}$, on $w^2$ from $w_0 = {w0:g}$: where is $w_1$? Three digits."
        ),
        answer=lambda lr, w0: point(Adam(lr), SQUARE, w0, 1),
        parameters=dict(lr=0.1, w0=4.0),
        digits=3,
        draw=lambda rng: dict(lr=round(rng.uniform(0.1, 0.9), 2), w0=start(rng)),
        solution=lambda lr, w0: by_hand(Adam(lr), SQUARE, w0, 1),
        slips=(
            Slip(
                "Bias correction forgotten",
                lambda lr, w0: point(_plain(lr), SQUARE, w0, 1),
                "The means start at 0 and are used as they are; divide by 1 − βᵗ first.",
            ),
            Slip(
                "A step of gradient descent",
                lambda lr, w0: w0 - lr * 2 * w0,
                "Adam divides by √v̂, and in the first step that is the gradient's own size.",
            ),
            Slip(
                "The step goes uphill",
                lambda lr, w0: w0 + lr,
                "What is added to w has to lead against the gradient.",
            ),
            Slip(
                "The step in place of the point",
                lambda lr, w0: lr,
                "Asked for is the point after the step, w₁ = w₀ + step.",
            ),
        ),
    ),
    _Number(
        id="adam/uncorrected-2",
        layer="by hand",
        topic="bias correction",
        minutes=8,
        difficulty=2,
        ask=lambda lr, w0: (
            rf"Adam *without* bias correction, $\eta = {lr:g}$, on $w^2$ from $w_0 = {w0:g}$: "
            "compute $w_2$ to four digits."
        ),
        answer=lambda lr, w0: point(_plain(lr), SQUARE, w0, 2),
        parameters=dict(lr=0.1, w0=4.0),
        digits=4,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.05, 0.5), 3), w0=float(rng.choice([4, 5, 6, 8]))
        ),
        solution=lambda lr, w0: by_hand(_plain(lr), SQUARE, w0, 2),
        slips=(
            Slip(
                "Corrected all the same",
                lambda lr, w0: point(Adam(lr), SQUARE, w0, 2),
                "Asked for is the rule without the division by 1 − βᵗ.",
            ),
            Slip(
                "One step too few",
                lambda lr, w0: point(_plain(lr), SQUARE, w0, 1),
                "This is w₁: one more step leads to w₂.",
            ),
            Slip(
                "The root is missing",
                partial(_second_step, root=False),
                "m is divided by √v, not by v.",
            ),
            Slip(
                "1 − β forgotten",
                partial(_second_step, weights=False),
                "A new gradient enters m with the weight 1 − β₁, its square v with 1 − β₂.",
            ),
            Slip(
                "β₁ and β₂ swapped",
                lambda lr, w0: point(_plain(lr, beta1=0.999, beta2=0.9), SQUARE, w0, 2),
                "β₁ = 0.9 belongs to m, β₂ = 0.999 to v.",
            ),
        ),
    ),
    _Number(
        id="adam/lone-gradient",
        layer="experiment",
        topic="memory",
        minutes=10,
        difficulty=3,
        ask=lambda beta1, beta2: (
            "After ten thousand zeros comes a lone gradient, and then zeros again. Adam with "
            rf"$\beta_1 = {beta1:g}$ and $\beta_2 = {beta2:g}$: how far does $w$ move in all, in "
            r"units of $\eta$? Four digits."
        ),
        answer=_lone,
        parameters=dict(beta1=0.9, beta2=0.999),
        digits=4,
        draw=lambda rng: dict(
            beta1=round(rng.uniform(0.7, 0.96), 2),
            beta2=round(rng.uniform(0.98, 0.9995), 4),
        ),
        solution=lambda beta1, beta2: (
            f"the first step is {(1 - beta1) / (1 - beta2) ** 0.5:.4g} η, and each later one "
            f"β₁/√β₂ = {beta1 / beta2**0.5:.4g} times the one before"
        ),
        slips=(
            Slip(
                "Only the first step",
                lambda beta1, beta2: (1 - beta1) / (1 - beta2) ** 0.5,
                "Momentum goes on moving w after it: add up all later steps.",
            ),
            Slip(
                "v does not fade",
                lambda beta1, beta2: 1 / (1 - beta2) ** 0.5,
                "That is the geometric series with β₁; v shrinks too, so it is a little more.",
            ),
            Slip(
                "The first step is not counted",
                lambda beta1, beta2: _lone(beta1, beta2) - (1 - beta1) / (1 - beta2) ** 0.5,
                "The step of the lone gradient itself belongs to the sum.",
            ),
        ),
    ),
]
