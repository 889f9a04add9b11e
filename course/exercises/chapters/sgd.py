"""Exercises of the chapter stochastic/sgd."""

from functools import partial

import numpy as np

from course.exercises.numbers import NumberExercise, Slip

CHAPTER = "stochastic/sgd"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _floor(lr, beta=0.0):
    """Return the noise floor of the heavy ball for h = σ = B = 1."""
    return lr * (1 + beta) / (2 * (1 - beta) * (2 * (1 + beta) - lr))


def _squares(lr, steps=2):
    """Return E[w²] after so many steps from the minimum, for h = σ = B = 1."""
    square = 0.0
    for _ in range(steps):
        square = (1 - lr) ** 2 * square + lr**2
    return square


def _batch(lr, beta):
    return _floor(lr, beta) / _floor(lr)


EXERCISES = [
    _Number(
        id="sgd/both-larger",
        layer="predict",
        topic="noise",
        minutes=5,
        difficulty=2,
        ask=lambda lr, times: (
            f"The batch and the rate are both made {times:g} times as large. By which factor does "
            rf"the noise floor rise, from $\eta = {lr:g}$ and with $h = 1$? Three digits."
        ),
        answer=lambda lr, times: _floor(times * lr) / times / _floor(lr),
        parameters=dict(lr=0.2, times=4.0),
        digits=3,
        draw=lambda rng: dict(lr=round(rng.uniform(0.1, 0.4), 3), times=float(rng.integers(2, 5))),
        solution=lambda lr, times: (
            f"η/B stays the same; what is left is (2 − ηh)/(2 − {times:g} ηh) = "
            f"{2 - lr:g}/{2 - times * lr:g} = {(2 - lr) / (2 - times * lr):.4g}"
        ),
        slips=(
            Slip(
                "Only η/B counts",
                lambda lr, times: 1.0,
                "That holds while ηh is small; here the factor 2 − ηh changes visibly.",
            ),
            Slip(
                "The batch is forgotten",
                lambda lr, times: _floor(times * lr) / _floor(lr),
                "That is what the rate alone does; the larger batch divides it again.",
            ),
            Slip(
                "The rate is forgotten",
                lambda lr, times: 1 / times,
                "That is what the batch alone does; the larger rate raises the floor again.",
            ),
            Slip(
                "Upside down",
                lambda lr, times: (2 - times * lr) / (2 - lr),
                "2 − ηh stands under the fraction bar: a larger rate raises the floor.",
            ),
        ),
    ),
    _Number(
        id="sgd/from-the-minimum",
        layer="by hand",
        topic="noise",
        minutes=6,
        difficulty=1,
        ask=lambda lr: (
            rf"With $h = \sigma = B = 1$ and $\eta = {lr:g}$, all runs start at the minimum. What "
            r"is $\mathrm E[w^2]$ after two steps? Three digits."
        ),
        answer=_squares,
        parameters=dict(lr=0.5),
        digits=3,
        draw=lambda rng: dict(lr=round(rng.uniform(0.2, 0.8), 3)),
        solution=lambda lr: (
            f"after the first step η² = {lr**2:.4g}, after the second (1 − η)² · {lr**2:.4g} + η² "
            f"= {_squares(lr):.4g}"
        ),
        slips=(
            Slip(
                "In the end",
                lambda lr: lr / (2 - lr),
                "η/(2 − η) is what it settles at; after two steps it is not there yet.",
            ),
            Slip(
                "One step too few",
                lambda lr: lr**2,
                "That is η², after the first step; the second shrinks it and adds η² again.",
            ),
            Slip(
                "The old noise does not fade",
                lambda lr: 2 * lr**2,
                "Each step multiplies what is there by (1 − η)² before it adds η².",
            ),
            Slip(
                "The factor is not squared",
                lambda lr: (1 - lr) * lr**2 + lr**2,
                "w is multiplied by 1 − η, so w² by its square.",
            ),
            Slip(
                "The loss",
                lambda lr: _squares(lr) / 2,
                "E[f] is half of E[w²]; asked for is E[w²].",
            ),
        ),
    ),
    _Number(
        id="sgd/momentum-batch",
        layer="by hand",
        topic="noise",
        minutes=6,
        difficulty=2,
        ask=lambda lr, beta: (
            rf"You add momentum ${beta:g}$ and leave $\eta = {lr:g}$ as it was ($h = 1$). How many "
            "times larger must the batch be for the old noise floor? Three digits."
        ),
        answer=_batch,
        parameters=dict(lr=0.1, beta=0.9),
        digits=3,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.1, 0.4), 3), beta=float(rng.choice([0.6, 0.7, 0.8, 0.9]))
        ),
        solution=lambda lr, beta: (
            f"the ratio of the floors, (1 + β)/(1 − β) · (2 − ηh)/(2(1 + β) − ηh) = "
            f"{(1 + beta) / (1 - beta):.4g} · {2 - lr:.4g}/{2 * (1 + beta) - lr:.4g} = "
            f"{_batch(lr, beta):.4g}"
        ),
        slips=(
            Slip(
                "For small rates only",
                lambda lr, beta: 1 / (1 - beta),
                "1/(1 − β) is the limit for small ηh; here 2(1 + β) − ηh has to stay.",
            ),
            Slip(
                "One factor too few",
                lambda lr, beta: (1 + beta) / (1 - beta),
                "Under the fraction bar 2 − ηh has become 2(1 + β) − ηh: that belongs to it.",
            ),
            Slip(
                "No larger",
                lambda lr, beta: 1.0,
                "The velocity is less noisy than a gradient, but the floor is higher.",
            ),
            Slip(
                "The root",
                lambda lr, beta: np.sqrt(_batch(lr, beta)),
                "The floor is proportional to 1/B, not to 1/√B.",
            ),
        ),
    ),
]
