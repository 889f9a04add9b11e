"""Exercises of the chapter descent/gradient-descent."""

from functools import partial

import numpy as np

from course.exercises.misconceptions.general import wrong_sign
from course.exercises.numbers import NumberExercise, Slip, point
from optimlib import problems
from optimlib.notation import by_hand
from optimlib.rules import GradientDescent

CHAPTER = "descent/gradient-descent"
BOWL = problems.coupled_bowl
_Number = partial(NumberExercise, chapter=CHAPTER)


def _first(rule, steps):
    """Return the function from the parameters to the first coordinate after so many steps."""
    return lambda lr, x0, y0: point(rule(lr), BOWL, np.array([x0, y0]), steps)[0]


def _one_after_the_other(lr, x0, y0):
    """Return x after two steps in which y already uses the new x."""
    x, y = x0, y0
    for _ in range(2):
        x = x - lr * (2 * x + y)
        y = y - lr * (2 * y + x)
    return x


def _steps(kappa, share, root=1):
    """Return the steps in which the factor of the best rate, to this power, leaves a share."""
    return np.ceil(np.log(share) / (root * np.log((kappa + 1) / (kappa - 1))))


EXERCISES = [
    _Number(
        id="gradient-descent/best-factor",
        layer="predict",
        topic="convergence",
        minutes=5,
        difficulty=1,
        ask=lambda low, middle, high: (
            f"A bowl has the curvatures {low:g}, {middle:g} and {high:g}. By which factor does "
            "gradient descent with the best rate shrink the error in each step? Three digits."
        ),
        answer=lambda low, middle, high: (high - low) / (high + low),
        parameters=dict(low=0.5, middle=2.0, high=8.0),
        digits=3,
        draw=lambda rng: dict(
            low=float(rng.choice([0.2, 0.25, 0.4, 0.5, 0.6, 0.75, 0.8, 1])),
            middle=float(rng.choice([1.5, 2, 2.5, 3, 3.5])),
            high=float(rng.integers(5, 26)),
        ),
        solution=lambda low, middle, high: (
            f"the best rate is 2/({low:g} + {high:g}) = {2 / (low + high):.4g}; along the flattest "
            f"and the steepest direction |1 − ηλ| is {(high - low) / (high + low):.4g}, along the "
            f"middle one {abs(1 - 2 * middle / (low + high)):.4g}"
        ),
        slips=(
            Slip(
                "The cliff",
                lambda low, middle, high: 2 / high,
                "2/L is the rate from which on it diverges; asked for is a factor per step.",
            ),
            Slip(
                "The rate in place of the factor",
                lambda low, middle, high: 2 / (low + high),
                "That is the best η; the factor is |1 − ηλ| for the smallest or largest λ.",
            ),
            Slip(
                "The rate 1/L",
                lambda low, middle, high: 1 - low / high,
                "With η = 1/L the steepest part is gone at once, and the flat one is slower than "
                "with the best rate, 2/(μ + L).",
            ),
            Slip(
                "The middle curvature",
                lambda low, middle, high: abs(1 - 2 * middle / (low + high)),
                "The slowest part counts; at the best rate it is along the flattest and the "
                "steepest direction.",
            ),
        ),
    ),
    _Number(
        id="gradient-descent/coupled-2",
        layer="by hand",
        topic="gradient descent",
        minutes=8,
        difficulty=2,
        ask=lambda lr, x0, y0: (
            rf"Gradient descent, $\eta = {lr:.4g}$, on $f(x, y) = x^2 + y^2 + xy$ from "
            rf"$({x0:g}, {y0:g})$: what is $x$ after two steps? Three digits."
        ),
        answer=_first(GradientDescent, 2),
        parameters=dict(lr=1 / 3, x0=1.0, y0=-1.0),
        digits=3,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.1, 0.4), 2),
            x0=float(rng.integers(1, 6)),
            y0=-float(rng.integers(1, 6)),
        ),
        solution=lambda lr, x0, y0: by_hand(GradientDescent(lr), BOWL, (x0, y0), 2),
        slips=(
            Slip(
                "The mixed term is forgotten",
                lambda lr, x0, y0: x0 * (1 - 2 * lr) ** 2,
                "The derivative of xy with respect to x is y: the gradient has 2x + y.",
            ),
            Slip(
                "One coordinate after the other",
                _one_after_the_other,
                "The gradient is that of the old point: y has to use the old x too.",
            ),
            Slip(
                "The first gradient twice",
                lambda lr, x0, y0: x0 - 2 * lr * (2 * x0 + y0),
                "The second step uses the gradient at the new point.",
            ),
            Slip(
                "One step too few",
                _first(GradientDescent, 1),
                "That is x after one step; the second starts there.",
            ),
            Slip.of(wrong_sign(GradientDescent), _first(wrong_sign(GradientDescent), 2)),
        ),
    ),
    _Number(
        id="gradient-descent/steps",
        layer="by hand",
        topic="convergence",
        minutes=5,
        difficulty=2,
        ask=lambda kappa, share: (
            rf"On a bowl with $\kappa = {kappa:g}$, at the best rate: after how many steps is the "
            f"distance to the minimum 1/{share:g} of what it was, along the slowest direction?"
        ),
        answer=_steps,
        parameters=dict(kappa=50.0, share=100.0),
        digits=3,
        draw=lambda rng: dict(
            kappa=float(2 * rng.integers(20, 151)), share=float(rng.choice([50, 100, 200, 500]))
        ),
        solution=lambda kappa, share: (
            f"the factor is ({kappa:g} − 1)/({kappa:g} + 1), so ln {share:g} / "
            f"ln({kappa + 1:g}/{kappa - 1:g}) = {_steps(kappa, share):g}, rounded up"
        ),
        slips=(
            Slip(
                "The value in place of the distance",
                partial(_steps, root=2),
                "f is quadratic in the distance: half as many steps are enough for the value.",
            ),
            Slip(
                "Without the half",
                lambda kappa, share: kappa * np.log(share),
                "The factor of the best rate is about 1 − 2/κ; 1 − 1/κ belongs to η = 1/L.",
            ),
            Slip(
                "The logarithm to base 10",
                lambda kappa, share: kappa / 2 * np.log10(share),
                "κ/2 is multiplied by the natural logarithm, which is 2.303 times as large.",
            ),
            Slip(
                "The root of κ",
                lambda kappa, share: np.sqrt(kappa) / 2 * np.log(share),
                "With √κ it is the count of tuned momentum; gradient descent pays κ.",
            ),
        ),
    ),
]
