"""Exercises of the chapter adaptive/rmsprop."""

from functools import partial

import numpy as np

from course.exercises.chapters.shared import end, slips_of, worked
from course.exercises.choices import DrawnChoice
from course.exercises.misconceptions import scaled
from course.exercises.numbers import NumberExercise, Slip
from optimlib.rules import RMSProp

CHAPTER = "adaptive/rmsprop"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _fades(window, share):
    """Return after how many steps a square's weight is this share of what it was."""
    return np.log(share) / np.log(1 - 1 / window)


def _window(rng):
    return dict(window=float(2 * rng.integers(25, 401)))


# What is changed, whose paths change visibly, and why not another answer.
CHANGES = {
    "factor": (
        "A loss is multiplied by {number}.",
        "gradient descent",
        {
            "all": "RMSProp and AdaGrad divide the gradient by a root that grows by {number} as "
            "well.",
            "none": "The minimum stays, but steps that are {number} times as long miss it.",
            "adagrad": "AdaGrad's root of the sum grows by {number} too, forgotten or not.",
        },
    ),
    "constant": (
        "To a loss {number} is added.",
        "none",
        dict.fromkeys(
            ["gradient descent", "all", "adagrad"],
            "No gradient changes: what is added has the slope 0.",
        ),
    ),
    "rate": (
        "All learning rates are divided by {number}.",
        "all",
        {
            "gradient descent": "RMSProp and AdaGrad multiply by η too, after they have divided.",
            "none": "The minimum stays, but all steps there are shorter.",
            "adagrad": "RMSProp multiplies by η too: it forgets gradients, not the rate.",
        },
    ),
}


def _changed(change, number):
    """Return the question whose paths change visibly."""
    done, right, feedback = CHANGES[change]
    written = f"{number:,}"
    return dict(
        ask=(
            f"{done.format(number=written)} Which of the paths of RMSProp, AdaGrad and gradient "
            "descent changes visibly?"
        ),
        right=right,
        options={
            "gradient descent": "that of gradient descent only",
            "all": "all three",
            "none": "none of them: the minimum is where it was",
            "adagrad": "those of AdaGrad and gradient descent: only RMSProp forgets",
        },
        feedback={key: said.format(number=written) for key, said in feedback.items()},
    )


def _draw_changed(rng):
    return dict(
        change=str(rng.choice(list(CHANGES))), number=int(rng.choice([10, 20, 50, 100, 500, 1000]))
    )


EXERCISES = [
    DrawnChoice(
        id="rmsprop/thousandfold",
        chapter=CHAPTER,
        layer="predict",
        topic="adaptive methods",
        minutes=3,
        difficulty=1,
        made=_changed,
        parameters=dict(change="factor", number=1000),
        draw=_draw_changed,
    ),
    _Number(
        id="rmsprop/second",
        layer="by hand",
        topic="adaptive methods",
        minutes=6,
        difficulty=1,
        ask=lambda lr, beta, w0: (
            rf"RMSProp, $\eta = {lr:g}$ and $\beta = {beta:g}$, on $w^2$ from $w_0 = {w0:g}$: "
            "compute $w_2$ to four digits."
        ),
        answer=end(RMSProp, 2),
        parameters=dict(lr=0.1, beta=0.5, w0=1.0),
        digits=4,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.1, 0.4), 2),
            beta=float(rng.choice([0.5, 0.6, 0.7, 0.8, 0.9])),
            w0=float(rng.choice([1, 2, 3, 4, 5, 6])),
        ),
        solution=worked(RMSProp, 2),
        slips=(
            *slips_of(
                [
                    scaled.RMSPropCorrected,
                    scaled.RMSPropSum,
                    scaled.RMSPropUndampened,
                    scaled.RMSPropOfSizes,
                    scaled.RMSPropWithoutRoot,
                ],
                2,
            ),
            Slip("One step too few", end(RMSProp, 1), "This is w₁: one more step leads to w₂."),
        ),
    ),
    _Number(
        id="rmsprop/window",
        layer="by hand",
        topic="memory",
        minutes=3,
        difficulty=1,
        ask=lambda window: (
            rf"$v$ should remember about {window:g} steps. Which $\beta$? Four digits."
        ),
        answer=lambda window: 1 - 1 / window,
        parameters=dict(window=500.0),
        digits=4,
        draw=_window,
        solution=lambda window: f"1/(1 − β) = {window:g}, so β = 1 − 1/{window:g}",
        slips=(
            Slip(
                "1 − β",
                lambda window: 1 / window,
                "That is the weight of the newest square, 1 − β.",
            ),
            Slip(
                "Halved after the window",
                lambda window: 0.5 ** (1 / window),
                "The window is 1/(1 − β): by its end a weight has fallen to 1/e, below the half.",
            ),
            Slip(
                "The root of the window",
                lambda window: 1 - 1 / np.sqrt(window),
                "1/√(1 − β) is the length of the first step; the window is 1/(1 − β).",
            ),
        ),
    ),
    _Number(
        id="rmsprop/half-life",
        layer="by hand",
        topic="memory",
        minutes=4,
        difficulty=2,
        ask=lambda window: (
            rf"$v$ remembers about {window:g} steps, $1/(1 - \beta)$. After how many steps is a "
            "square's weight halved? Two digits will do."
        ),
        answer=lambda window: _fades(window, 1 / 2),
        parameters=dict(window=500.0),
        digits=2,
        draw=_window,
        solution=lambda window: (
            f"β = 1 − 1/{window:g}, and ln 2 / ln(1/β) = {_fades(window, 0.5):.1f}, about 0.69 "
            "windows"
        ),
        slips=(
            Slip(
                "Half of the window",
                lambda window: window / 2,
                "Weights do not fall in a straight line: each step takes the same share off.",
            ),
            Slip(
                "The whole window",
                lambda window: window,
                "After a window the weight is 1/e of what it was, and that is less than half.",
            ),
            Slip(
                "To a tenth",
                partial(_fades, share=0.1),
                "βⁿ should be ½: the natural logarithm of 2 is 0.69, that of 10 is 2.3.",
            ),
        ),
    ),
]
