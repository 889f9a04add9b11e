"""Exercises of the chapter stochastic/schedules."""

from functools import partial

import numpy as np

from course.exercises.numbers import NumberExercise, Slip, point
from optimlib.notation import by_hand
from optimlib.objective import Objective, Stream
from optimlib.rules import GradientDescent
from optimlib.schedules import InverseTime

CHAPTER = "stochastic/schedules"
LATE = InverseTime(0.5, decay=0.5)
_Number = partial(NumberExercise, chapter=CHAPTER)


def _numbers(first, second, third):
    """Return the stream that shows one number in each step."""
    x = np.array([first, second, third])

    def at(t):
        return Objective(lambda w: (w - x[t - 1]) ** 2 / 2, lambda w: w - x[t - 1])

    return Stream(at(1), at)


def _seen(lr, steps=3):
    return lambda w0, **numbers: point(GradientDescent(lr), _numbers(**numbers), w0, steps)


def _greedy(square, noise, steps=2):
    """Return the least E[w²] after so many steps, for h = 1."""
    return 1 / (1 / square + steps / noise)


def _same_rate(square, noise):
    """Return E[w²] after two steps with the best rate of the first."""
    lr = square / (square + noise)
    for _ in range(2):
        square = (1 - lr) ** 2 * square + lr**2 * noise
    return square


def _noiseless(square, noise):
    """Return E[w²] after the two best steps if no noise came in with them."""
    for _ in range(2):
        square = (1 - square / (square + noise)) ** 2 * square
    return square


EXERCISES = [
    _Number(
        id="schedules/settling",
        layer="predict",
        topic="noise",
        minutes=5,
        difficulty=2,
        ask=lambda lr, new: (
            rf"A run with $\eta = {lr:g}$ sits on its floor ($h = \sigma = 1$). The rate drops to "
            f"{new:g}. After about how many steps are nine tenths of the difference to the new "
            "floor gone? Two digits."
        ),
        answer=lambda lr, new: np.log(10) / (-2 * np.log(1 - new)),
        parameters=dict(lr=0.2, new=0.02),
        digits=2,
        draw=lambda rng: dict(
            lr=float(rng.integers(20, 121)) / 200, new=round(rng.uniform(0.012, 0.05), 4)
        ),
        solution=lambda lr, new: (
            f"the difference shrinks by (1 − {new:g})² a step, so ln 10 / (2 · {new:g}) ≈ "
            f"{np.log(10) / (2 * new):.0f} steps"
        ),
        slips=(
            Slip(
                "The factor is not squared",
                lambda lr, new: np.log(10) / -np.log(1 - new),
                "The loss goes with w², so the difference shrinks by (1 − η)² a step.",
            ),
            Slip(
                "With the old rate",
                lambda lr, new: np.log(10) / (-2 * np.log(1 - lr)),
                "After the drop only the new rate counts.",
            ),
            Slip(
                "To a share of 1/e",
                lambda lr, new: 1 / (2 * new),
                "After 1/2η steps e⁻¹ = 0.37 of it is left; for a tenth it takes ln 10 of these.",
            ),
            Slip(
                "At once",
                lambda lr, new: 1.0,
                "What noise has built up fades only with the new, small steps.",
            ),
        ),
    ),
    _Number(
        id="schedules/late",
        layer="by hand",
        topic="schedules",
        minutes=6,
        difficulty=2,
        ask=lambda w0, first, second, third: (
            rf"$\eta_t = 1/(t + 1)$ on the numbers {first:g}, {second:g} and {third:g}, one a "
            rf"step, from $w_0 = {w0:g}$: where is $w_3$? Three digits."
        ),
        answer=_seen(LATE),
        parameters=dict(w0=9.0, first=5.0, second=2.0, third=8.0),
        digits=3,
        draw=lambda rng: dict(
            zip(
                ("w0", "first", "second", "third"),
                map(float, rng.choice(np.arange(1, 13), 4, replace=False)),
                strict=True,
            )
        ),
        solution=lambda w0, **numbers: by_hand(GradientDescent(LATE), _numbers(**numbers), w0, 3),
        slips=(
            Slip(
                "Counted from 1",
                _seen(InverseTime(1.0)),
                "With 1/t the start is forgotten in the first step; here the first rate is ½.",
            ),
            Slip(
                "The same rate in each step",
                _seen(0.5),
                "The rate falls from step to step: ½, ⅓ and ¼.",
            ),
            Slip(
                "One step too few",
                _seen(LATE, 2),
                "This is w₂: the third number has not been seen yet.",
            ),
            Slip(
                "The start is left out of the sum",
                lambda w0, first, second, third: (first + second + third) / 4,
                "w₃ is a mean of four numbers: the start counts as one of them.",
            ),
            Slip(
                "Divided by three",
                lambda w0, first, second, third: (w0 + first + second + third) / 3,
                "With the start there are four numbers.",
            ),
        ),
    ),
    _Number(
        id="schedules/best-two",
        layer="by hand",
        topic="schedules",
        minutes=8,
        difficulty=2,
        ask=lambda square, noise: (
            rf"$h = 1$, $\sigma^2 = {noise:g}$ and $E_0 = {square:g}$. With the best $\eta_1$ and "
            r"$\eta_2$, what is $\mathrm E[w^2]$ after two steps? Three digits."
        ),
        answer=_greedy,
        parameters=dict(square=4.0, noise=1.0),
        digits=3,
        draw=lambda rng: dict(
            square=float(rng.integers(4, 61)) / 2, noise=float(rng.integers(1, 13)) / 2
        ),
        solution=lambda square, noise: (
            f"each step adds 1/σ² to 1/E: 1/E₂ = 1/{square:g} + 2/{noise:g}, so "
            f"E₂ = {_greedy(square, noise):.4g}"
        ),
        slips=(
            Slip(
                "One step too few",
                partial(_greedy, steps=1),
                "That is left after the first step.",
            ),
            Slip(
                "The first rate twice",
                _same_rate,
                "The best second rate is smaller: E is smaller then, and the noise is not.",
            ),
            Slip(
                "The noise is forgotten",
                _noiseless,
                "Each step lets η²σ² in beside the share (1 − η)² of the old E.",
            ),
            Slip(
                "The start is forgotten",
                lambda square, noise: noise / 2,
                "That is the mean of two numbers, without the 1/E₀ that the start is worth.",
            ),
        ),
    ),
]
