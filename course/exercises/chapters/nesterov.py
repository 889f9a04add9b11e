"""Exercises of the chapter descent/nesterov."""

from functools import partial

import numpy as np

from course.exercises.chapters.shared import end, slips_of, start, worked
from course.exercises.choices import DrawnChoice
from course.exercises.misconceptions import nesterov
from course.exercises.numbers import NumberExercise, Slip
from optimlib.rules import Nesterov

CHAPTER = "descent/nesterov"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _ahead(shape, c):
    """Return the question how Momentum and Nesterov differ on a line, in a bowl, on a hill."""
    first = "In the first step the velocity is 0: the look-ahead point is w itself."
    same = "The slope at the look-ahead point is another, from the second step on."
    asked = {
        "line": (
            f"On the line $f(w) = {c if c != 1 else ''}w$ the slope is {c} everywhere. How do the "
            "paths of `Momentum` and `Nesterov` with the same numbers differ?",
            "not at all",
            {
                "ahead": "The library form is, by ηβv: its w is the look-ahead point itself.",
                "behind": f"It brakes where the slope ahead is smaller; here it is {c} there too.",
            },
        ),
        "bowl": (
            rf"In the bowl $f(w) = {c}w^2$ `Momentum` and `Nesterov` start at 4 with "
            r"$\eta = 0.001$ and $\beta = 0.9$. How do their paths differ in the first ten "
            "steps, all downhill?",
            "behind",
            {"ahead": "Ahead, further down, the slope is smaller: its velocity grows less."},
        ),
        "hill": (
            rf"On the hill $f(w) = -{c}w^2$ `Momentum` and `Nesterov` start at 1 with "
            r"$\eta = 0.001$ and $\beta = 0.9$. How do their paths differ in the first ten "
            "steps, all downhill?",
            "ahead",
            {"behind": "Ahead, further down, the slope is steeper: its velocity grows more."},
        ),
    }
    ask, right, feedback = asked[shape]
    return dict(
        ask=ask,
        right=right,
        options={
            "not at all": "they do not differ",
            "ahead": "Nesterov is ahead",
            "behind": "Nesterov is behind: it brakes earlier",
            "first step": "only the first step differs",
        },
        feedback={"not at all": same, "first step": first} | feedback,
    )


def _draw_ahead(rng):
    return dict(shape=str(rng.choice(["line", "bowl", "hill"])), c=int(rng.integers(2, 10)))


EXERCISES = [
    DrawnChoice(
        id="nesterov/line",
        chapter=CHAPTER,
        layer="predict",
        topic="look-ahead",
        minutes=3,
        difficulty=1,
        made=_ahead,
        parameters=dict(shape="line", c=1),
        draw=_draw_ahead,
    ),
    _Number(
        id="nesterov/third",
        layer="by hand",
        topic="look-ahead",
        minutes=10,
        difficulty=2,
        ask=lambda lr, beta, w0: (
            rf"Nesterov's rule, $\eta = {lr:g}$ and $\beta = {beta:g}$, on $w^2$ from "
            rf"$w_0 = {w0:g}$: compute $w_3$ to four digits."
        ),
        answer=end(Nesterov, 3),
        parameters=dict(lr=0.1, beta=0.5, w0=4.0),
        digits=4,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.05, 0.2), 2),
            beta=round(rng.uniform(0.4, 0.9), 1),
            w0=start(rng),
        ),
        solution=worked(Nesterov, 3),
        slips=(
            *slips_of(
                [
                    nesterov.LookBehind,
                    nesterov.UnscaledLookAhead,
                    nesterov.FullLookAhead,
                    nesterov.NoLookAhead,
                    nesterov.StepsTwice,
                    nesterov.LibraryForm,
                ],
                3,
            ),
            Slip("One step too few", end(Nesterov, 2), "This is w₂: three steps lead to w₃."),
        ),
    ),
    _Number(
        id="nesterov/factor",
        layer="by hand",
        topic="convergence",
        minutes=10,
        difficulty=2,
        ask=lambda kappa: (
            r"Nesterov with $\eta = 1/L$ and $\beta = \frac{\sqrt\kappa-1}{\sqrt\kappa+1}$ on a "
            rf"bowl with $\kappa = {kappa:g}$: what is the solution $r$ of its quadratic equation "
            r"at $\lambda = \mu$? Three digits."
        ),
        answer=lambda kappa: 1 - 1 / np.sqrt(kappa),
        parameters=dict(kappa=100.0),
        digits=3,
        draw=lambda rng: dict(kappa=float(rng.integers(18, 800)) / 2),
        solution=lambda kappa: (
            f"with s = 1/√κ = {kappa**-0.5:.4g} the equation is (r − (1 − s))² = 0, so "
            f"r = {1 - kappa**-0.5:.4g}"
        ),
        slips=(
            Slip(
                "The factor of the heavy ball",
                lambda kappa: (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1),
                "That is β, and the factor of the tuned heavy ball; put it into the equation.",
            ),
            Slip(
                "The factor of gradient descent",
                lambda kappa: (kappa - 1) / (kappa + 1),
                "Without momentum it is (κ − 1)/(κ + 1); here the root of κ counts.",
            ),
            Slip(
                "κ in place of its root",
                lambda kappa: 1 - 1 / kappa,
                "1 − ηλ alone is 1 − 1/κ, which is gradient descent with η = 1/L: β changes it.",
            ),
            Slip(
                "What is taken off",
                lambda kappa: 1 / np.sqrt(kappa),
                "1/√κ is what each step takes off; the factor is what it leaves.",
            ),
        ),
    ),
    _Number(
        id="nesterov/chain-bound",
        layer="experiment",
        topic="lower bounds",
        minutes=15,
        difficulty=3,
        ask=lambda d, k: (
            rf"On the chain of length $d = {d:g}$ a method whose steps are combinations of "
            rf"gradients has done $k = {k:g}$ steps from 0. How far above the minimum is $f$ at "
            "least? Three digits."
        ),
        answer=lambda d, k: (1 / (k + 1) - 1 / (d + 1)) / 2,
        parameters=dict(d=201, k=100),
        digits=3,
        draw=lambda rng: dict(d=int(rng.integers(60, 400)), k=int(rng.integers(10, 50))),
        solution=lambda d, k: (
            f"only the first {k} numbers differ from 0, so f is at least −½ · {k}/{k + 1}; the "
            f"minimum is −½ · {d}/{d + 1}, and the difference {(1 / (k + 1) - 1 / (d + 1)) / 2:.4g}"
        ),
        slips=(
            Slip(
                "The minimum taken as −½",
                lambda d, k: 1 / (k + 1) / 2,
                "The chain of length d has its own minimum, −½ d/(d + 1): subtract that.",
            ),
            Slip(
                "The half forgotten",
                lambda d, k: 1 / (k + 1) - 1 / (d + 1),
                "The minimum of a chain of length k is −½ k/(k + 1), with a half.",
            ),
            Slip(
                "The value in place of the gap",
                lambda d, k: -k / (k + 1) / 2,
                "That is f itself at best; asked for is how far above the minimum it is.",
            ),
            Slip(
                "Off by one",
                lambda d, k: (1 / k - 1 / d) / 2,
                "After k steps the first k numbers are awake: the chain's minimum has k + 1 in it.",
            ),
        ),
    ),
]
