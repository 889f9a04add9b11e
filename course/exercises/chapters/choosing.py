"""Exercises of the chapter practice/choosing."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip

CHAPTER = "practice/choosing"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _steps(kappa, power, factor=None, squared=True):
    """Return after how many steps a share of 10⁻ᵖ of the loss is left at most; unrounded."""
    factor = (kappa - 1) / (kappa + 1) if factor is None else factor
    return -power * np.log(10) / np.log(factor) / (2 if squared else 1)


def _whole(*args, **options):
    return np.ceil(_steps(*args, **options))


def _megabytes(millions, arrays=4, size=4):
    """Return the megabytes of so many arrays, of so many bytes in each of their numbers."""
    return arrays * size * millions


# Situations, of some size in words: the question, the right answer, and what to say to others.
SITUATIONS = {
    "turned": (
        "A loss with {size} parameters, exact gradients, a turned valley. You have memory for a "
        "hundred vectors and no time to tune. What do you take?",
        "l-bfgs",
        {
            "newton": "Turning means nothing to it, but its matrix is as large as {size} vectors, "
            "and you have room for a hundred.",
            "adam": "It has a rate for each coordinate, and in a turned valley no coordinate lies "
            "along an axis; and there is a rate to tune.",
            "momentum": "Turning means nothing to it, but it has a rate and a β to tune, and there "
            "is memory left for more.",
        },
    ),
    "few": (
        "A loss with {size} parameters, exact gradients and Hessians, a turned valley, and a start "
        "near its minimum. What needs the fewest steps?",
        "newton",
        {
            "l-bfgs": "It has to learn from its steps what the Hessian says at once.",
            "adam": "It has a rate for each coordinate, and in a turned valley no coordinate lies "
            "along an axis.",
            "momentum": "It multiplies the error by some factor in a step; there is one that "
            "squares it.",
        },
    ),
    "uneven": (
        "A network with {size} weights, mini-batches, inputs of very different sizes, and no time "
        "to tune. What do you take?",
        "adam",
        {
            "l-bfgs": "Mini-batches make its curvature pairs a lottery.",
            "newton": "Its matrix has as many rows and columns as there are weights: {size}.",
            "momentum": "It has one rate for all weights, and one to be tuned.",
        },
    ),
    "budget": (
        "A network with {size} weights, mini-batches, time to tune a rate and its schedule, and "
        "memory for one vector beside weights and gradient. What do you take?",
        "momentum",
        {
            "l-bfgs": "Mini-batches make its curvature pairs a lottery; and a pair is two vectors.",
            "newton": "Its matrix has as many rows and columns as there are weights: {size}.",
            "adam": "It remembers two vectors, m and v, and you have room for one.",
        },
    ),
}
SIZES = {
    "turned": ["five thousand", "ten thousand", "fifty thousand"],
    "few": ["three", "five", "ten"],
    "uneven": ["a million", "ten million"],
    "budget": ["a million", "ten million"],
}


def _situation(kind, size):
    """Return the question what to take in a situation."""
    ask, right, feedback = SITUATIONS[kind]
    return dict(
        ask=ask.format(size=size),
        right=right,
        options={
            "l-bfgs": "L-BFGS",
            "newton": "Newton's method",
            "adam": "Adam",
            "momentum": "momentum",
        },
        feedback={key: said.format(size=size) for key, said in feedback.items()},
    )


def _draw_situation(rng):
    kind = str(rng.choice(list(SITUATIONS)))
    return dict(kind=kind, size=str(rng.choice(SIZES[kind])))


EXERCISES = [
    DrawnChoice(
        id="choosing/turned-exact",
        chapter=CHAPTER,
        layer="predict",
        topic="choice",
        minutes=5,
        difficulty=1,
        made=_situation,
        parameters=dict(kind="turned", size="ten thousand"),
        draw=_draw_situation,
    ),
    _Number(
        id="choosing/steps-to-zero",
        layer="by hand",
        topic="conditioning",
        minutes=6,
        difficulty=2,
        ask=lambda kappa, power: (
            rf"A bowl with $\kappa = {kappa:g}$, gradient descent at the rate $2/(\mu + L)$. After "
            rf"how many steps is no more than a share of $10^{{-{power}}}$ of the loss left, "
            "wherever it starts? A whole number."
        ),
        answer=_whole,
        parameters=dict(kappa=10.0, power=12),
        draw=lambda rng: dict(kappa=float(rng.integers(5, 101)), power=int(rng.integers(6, 13))),
        solution=lambda kappa, power: (
            f"each step multiplies the loss by at most ({kappa - 1:g}/{kappa + 1:g})², so "
            f"t ≥ {power} ln 10 / (2 ln({kappa + 1:g}/{kappa - 1:g})) = {_steps(kappa, power):.4g}"
            f", that is {_whole(kappa, power):g}"
        ),
        slips=(
            Slip(
                "The factor of w",
                partial(_whole, squared=False),
                "(κ − 1)/(κ + 1) multiplies the error in w; the loss is multiplied by its square.",
            ),
            Slip(
                "The rate 1/L",
                lambda kappa, power: _whole(kappa, power, factor=1 - 1 / kappa),
                "1 − 1/κ belongs to the rate 1/L; at 2/(μ + L) it is (κ − 1)/(κ + 1).",
            ),
            Slip(
                "The root of κ",
                lambda kappa, power: _whole(np.sqrt(kappa), power),
                "√κ in the place of κ is what momentum brings; here it is gradient descent.",
            ),
            Slip(
                "Two logarithms",
                lambda kappa, power: np.ceil(_steps(kappa, power) / np.log(10)),
                "The power of ten and the factor need the same logarithm: 10⁻ᵖ is −p ln 10.",
            ),
            Slip(
                "Rounded down",
                lambda kappa, power: np.floor(_steps(kappa, power)),
                "After so many steps a little more than that can be left: round up.",
            ),
        ),
    ),
    _Number(
        id="choosing/memory",
        layer="by hand",
        topic="choice",
        minutes=4,
        difficulty=1,
        ask=lambda millions: (
            f"A network with {millions:g} million weights is trained with Adam, in numbers of four "
            "bytes. How many megabytes ($10^6$ bytes) do the weights, their gradient and what Adam "
            "remembers take together? Three digits."
        ),
        answer=_megabytes,
        parameters=dict(millions=25.0),
        digits=3,
        draw=lambda rng: dict(millions=float(rng.integers(20, 601)) / 10),
        solution=lambda millions: (
            f"weights, gradient, m and v, so 4 numbers of 4 bytes for each weight: 4 · 4 · "
            f"{millions:g} = {_megabytes(millions):g} megabytes"
        ),
        slips=(
            Slip(
                "Only the state",
                partial(_megabytes, arrays=2),
                "m and v are half of it: the weights and the gradient are there too.",
            ),
            Slip(
                "One array too few",
                partial(_megabytes, arrays=3),
                "There are four: the weights, the gradient, m and v.",
            ),
            Slip(
                "Only the weights",
                partial(_megabytes, arrays=1),
                "The gradient, m and v have an entry for each weight as well.",
            ),
            Slip(
                "Eight bytes",
                partial(_megabytes, size=8),
                "A number of double precision has eight bytes; here it is four.",
            ),
        ),
    ),
    _Number(
        id="choosing/noise-floor",
        layer="experiment",
        topic="noise",
        minutes=6,
        difficulty=2,
        ask=lambda times: (
            f"The standard deviation of the noise is made {times:g} times as small, and the rate "
            "stays. How many times as small is the floor of the loss? A whole number."
        ),
        answer=lambda times: times**2,
        parameters=dict(times=100.0),
        digits=5,
        draw=lambda rng: dict(times=float(rng.integers(3, 1001))),
        solution=lambda times: (
            f"w scatters in proportion to the noise, and the loss to its square: {times:g}² = "
            f"{times**2:g}"
        ),
        slips=(
            Slip(
                "The factor of w",
                lambda times: times,
                "w scatters that much less; the loss is quadratic in w.",
            ),
            Slip(
                "The root",
                lambda times: np.sqrt(times),
                "The loss is quadratic in w: it gains more than w does, not less.",
            ),
            Slip(
                "Twice",
                lambda times: 2 * times,
                "The exponent is 2, not the factor.",
            ),
            Slip(
                "No change",
                lambda times: 1.0,
                "At a fixed rate noise is all that keeps the loss from going on down.",
            ),
        ),
    ),
]
