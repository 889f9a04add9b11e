"""Exercises of the chapter landscape/taylor-models."""

from functools import partial

import numpy as np

from course.exercises.numbers import NumberExercise, Slip
from optimlib import problems

CHAPTER = "landscape/taylor-models"
WAVE = problems.x_cos()
_Number = partial(NumberExercise, chapter=CHAPTER)


def _fall(start):
    """Return how far x cos(πx) can fall from `start` on its domain."""
    return WAVE.f(start) - min(WAVE.f(minimum) for minimum in WAVE.minima)


def _bound(start, T, L=20):
    """Return what the smallest of T slopes is at most, after steps of 1/L."""
    return np.sqrt(2 * L * _fall(start) / T)


EXERCISES = [
    _Number(
        id="taylor-models/largest-step",
        layer="predict",
        topic="smoothness",
        minutes=4,
        difficulty=1,
        ask=lambda c: (
            rf"$f(x) = {c:g}x^2$: up to which $\eta$ does a step of gradient descent go down? "
            "Three digits."
        ),
        answer=lambda c: 1 / c,
        parameters=dict(c=3.0),
        digits=3,
        draw=lambda rng: dict(c=float(rng.integers(15, 501)) / 10),
        solution=lambda c: f"L = f″ = {2 * c:g}, and a step goes down for η < 2/L = {1 / c:.4g}",
        slips=(
            Slip(
                "1/L",
                lambda c: 1 / (2 * c),
                "With 1/L the step is the best one and ends at the minimum; twice as far it ends "
                "at the same height.",
            ),
            Slip(
                "The coefficient taken as the curvature",
                lambda c: 2 / c,
                "The second derivative of c x² is 2c.",
            ),
            Slip(
                "L itself",
                lambda c: 2 * c,
                "The larger the curvature, the shorter the step: η is compared with 2/L.",
            ),
        ),
    ),
    _Number(
        id="taylor-models/really-down",
        layer="by hand",
        topic="descent lemma",
        minutes=6,
        difficulty=2,
        ask=lambda a: (
            rf"On $\cosh$ at {a:g}: up to which $\eta$ does one step of gradient descent really "
            "go down? Four digits."
        ),
        answer=lambda a: 2 * a / np.sinh(a),
        parameters=dict(a=2.0),
        digits=4,
        draw=lambda rng: dict(a=round(rng.uniform(1.2, 3), 3)),
        solution=lambda a: (
            f"it ends at {a:g} − η sinh {a:g}, which has to be above −{a:g}: "
            f"η < {2 * a:g} / sinh {a:g} = {2 * a / np.sinh(a):.5g}"
        ),
        slips=(
            Slip(
                "The guarantee",
                lambda a: 2 / np.cosh(a),
                "2/L is what is certain on all of the region; at this point more is possible.",
            ),
            Slip(
                "The step to the minimum",
                lambda a: a / np.sinh(a),
                "That step ends at 0; up to the mirror point −x it is still lower than the start.",
            ),
            Slip(
                "The curvature in place of the slope",
                lambda a: 2 * a / np.cosh(a),
                "The step is η f′, and f′ is sinh.",
            ),
            Slip(
                "A step of Newton's method",
                lambda a: 1 / np.cosh(a),
                "That η makes the step to the lowest point of the model, not to the mirror point.",
            ),
        ),
    ),
    _Number(
        id="taylor-models/order-at-0",
        layer="by hand",
        topic="Taylor models",
        minutes=5,
        difficulty=2,
        ask=lambda k: (
            rf"The error of the second-order model of $\cosh$ at 0: by which factor does it "
            rf"shrink near 0 if $x$ is divided by {k}? Three digits."
        ),
        answer=lambda k: k**4,
        parameters=dict(k=2),
        digits=3,
        draw=lambda rng: dict(k=float(rng.integers(30, 501)) / 10),
        solution=lambda k: f"f‴(0) = 0, so the error is about x⁴/24: {k}⁴ = {k**4}",
        slips=(
            Slip(
                "The usual third order",
                lambda k: k**3,
                "The term with x³ has the factor f‴(0) = sinh 0, and that is 0.",
            ),
            Slip(
                "The order of the model",
                lambda k: k**2,
                "x² is the last term of the model; its error begins with a higher one.",
            ),
            Slip(
                "Two even powers too many",
                lambda k: k**6,
                "The first even power that the model lacks is the fourth.",
            ),
        ),
    ),
    _Number(
        id="taylor-models/small-slope",
        layer="experiment",
        topic="descent lemma",
        minutes=10,
        difficulty=2,
        ask=lambda start, T: (
            rf"Gradient descent with $\eta = 1/20$ on $x \cos(\pi x)$ from {start:g}, with "
            rf"$L = 20$: how large can the smallest of the first {T} slopes be at most, by the "
            "bound? Four digits."
        ),
        answer=_bound,
        parameters=dict(start=0.3, T=20),
        digits=4,
        draw=lambda rng: dict(
            start=round(rng.uniform(0.1, 0.45), 3), T=int(rng.choice([5, 10, 30, 40, 50]))
        ),
        solution=lambda start, T: (
            f"f({start:g}) − f* = {_fall(start):.5g}; √(2 · 20 · {_fall(start):.5g} / {T}) = "
            f"{_bound(start, T):.5g}"
        ),
        slips=(
            Slip(
                "The root is missing",
                lambda start, T: _bound(start, T) ** 2,
                "T f′² / (2L) is at most the fall: this bounds the square of the slope.",
            ),
            Slip(
                "The 2 is missing",
                lambda start, T: _bound(start, T) / np.sqrt(2),
                "A step of 1/L lowers f by f′²/(2L), only half of f′²/L.",
            ),
            Slip(
                "T is missing",
                lambda start, T: _bound(start, 1),
                "All T steps share the fall: divide by T inside the root.",
            ),
            Slip(
                "The lowest value taken as 0",
                lambda start, T: np.sqrt(2 * 20 * WAVE.f(start) / T),
                "f* is the lowest value on the domain, and that is negative.",
            ),
            Slip(
                "The nearest minimum",
                lambda start, T: np.sqrt(
                    2 * 20 * (WAVE.f(start) - max(map(WAVE.f, WAVE.minima))) / T
                ),
                "f* is the lowest value of all: the other minimum is lower.",
            ),
        ),
    ),
]
