"""Exercises of the chapter landscape/spread."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip

CHAPTER = "landscape/spread"
_Number = partial(NumberExercise, chapter=CHAPTER)
# What may be asked for, and by which power of the number of runs it grows.
QUANTITIES = {
    "the standard error of the mean": -0.5,
    "the standard deviation of single runs": 0.0,
    "the variance of the mean": -1.0,
    "the standard deviation of the sum of all runs": 0.5,
}
REASONS = {
    -0.5: "The root of n divides σ in the standard deviation of a mean, and only there.",
    0.0: "Single runs differ as much as before, but this is not a property of single runs.",
    -1.0: "The variance of the mean is σ²/n; for a standard deviation take the root.",
    0.5: "A sum of n runs spreads more, the more runs there are; a mean is divided by n.",
}


def _more_runs(quantity, runs, factor):
    """Return the question what becomes of a quantity with so many times the runs."""
    texts = {
        -0.5: f"it is divided by {factor**0.5:g}",
        0.0: "it stays about the same",
        -1.0: f"it is divided by {factor}",
        0.5: f"it is multiplied by {factor**0.5:g}",
    }
    right = QUANTITIES[quantity]
    keys = {-0.5: "root", 0.0: "same", -1.0: "whole", 0.5: "grows"}
    return dict(
        ask=(
            f"Instead of {runs} runs you make {factor * runs}, {factor} times as many. What "
            f"happens, roughly, to {quantity}?"
        ),
        right=keys[right],
        options={keys[power]: text for power, text in texts.items()},
        feedback={keys[power]: text for power, text in REASONS.items() if power != right},
    )


def _draw_more_runs(rng):
    return dict(
        quantity=str(rng.choice(list(QUANTITIES))),
        runs=int(rng.integers(3, 13)),
        factor=int(rng.choice([4, 9, 16, 25, 100])),
    )


def _squares(numbers):
    """Return the sum of the squared deviations from the mean."""
    return float(((np.array(numbers) - np.mean(numbers)) ** 2).sum())


def _draw_numbers(rng):
    first = [int(number) for number in rng.integers(1, 15, 3)]
    # The last number makes the mean whole.
    return dict(numbers=(*first, int(4 * rng.integers(3, 10) - sum(first))))


def _draw_runs(rng):
    """Draw a deviation and half an interval between which a whole number of runs lies."""
    half = float(rng.choice([0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5]))
    return dict(sigma=round(half * int(rng.integers(4, 51)) / 2, 3), half=half)


EXERCISES = [
    DrawnChoice(
        id="spread/more-runs",
        chapter=CHAPTER,
        layer="predict",
        topic="statistics",
        minutes=3,
        difficulty=1,
        made=_more_runs,
        parameters=dict(quantity="the standard error of the mean", runs=5, factor=9),
        draw=_draw_more_runs,
    ),
    _Number(
        id="spread/deviation",
        layer="by hand",
        topic="statistics",
        minutes=5,
        difficulty=1,
        ask=lambda numbers: (
            "Four runs end with {}, {}, {} and {}. ".format(*numbers).replace("-", "−")
            + "What is the standard deviation $s$, with $n - 1$? Three digits."
        ),
        answer=lambda numbers: np.std(numbers, ddof=1),
        parameters=dict(numbers=(2, 4, 4, 10)),
        digits=3,
        draw=_draw_numbers,
        solution=lambda numbers: (
            f"the mean is {np.mean(numbers):g}, the squared deviations add up to "
            f"{_squares(numbers):g}, and √({_squares(numbers):g}/3) = {np.std(numbers, ddof=1):.4g}"
        ),
        slips=(
            Slip(
                "Divided by n",
                lambda numbers: np.std(numbers),
                "The mean is taken from the same numbers, so divide by n − 1 = 3.",
            ),
            Slip(
                "The variance",
                lambda numbers: np.var(numbers, ddof=1),
                "That is s²; the standard deviation is its root.",
            ),
            Slip(
                "The mean deviation",
                lambda numbers: np.abs(np.array(numbers) - np.mean(numbers)).mean(),
                "The deviations are squared before they are averaged.",
            ),
            Slip(
                "The standard error",
                lambda numbers: np.std(numbers, ddof=1) / 2,
                "That is the spread of the mean of four; asked for is that of single runs.",
            ),
        ),
    ),
    _Number(
        id="spread/how-many",
        layer="by hand",
        topic="statistics",
        minutes=4,
        difficulty=2,
        ask=lambda sigma, half: (
            f"Single runs have the standard deviation {sigma:g}. How many runs does it take until "
            f"two standard errors are {half:g}?"
        ),
        answer=lambda sigma, half: (2 * sigma / half) ** 2,
        parameters=dict(sigma=6.0, half=0.5),
        draw=_draw_runs,
        solution=lambda sigma, half: (
            f"2 · {sigma:g} / √n = {half:g}, so √n = {2 * sigma / half:g} and n = "
            f"{(2 * sigma / half) ** 2:g}"
        ),
        slips=(
            Slip(
                "The root is not undone",
                lambda sigma, half: 2 * sigma / half,
                "That is √n: square it.",
            ),
            Slip(
                "One standard error",
                lambda sigma, half: (sigma / half) ** 2,
                "Two standard errors are to be so small, so one is to be half of it.",
            ),
            Slip(
                "The two forgotten in the square",
                lambda sigma, half: 2 * (sigma / half) ** 2,
                "The 2 stands inside the square.",
            ),
        ),
    ),
]
