"""Exercises of the chapter landscape/convexity."""

from functools import partial

import numpy as np

from course.exercises.numbers import ChoiceExercise, NumberExercise, Slip
from optimlib import problems

CHAPTER = "landscape/convexity"
LOSS = problems.logistic([[1.0]], [1.0])
_Number = partial(NumberExercise, chapter=CHAPTER)


def _largest_curvature(c):
    """Return the largest second derivative of log(1 + exp(−c m)), which is at m = 0."""
    return c**2 * LOSS.hess(np.array([0.0]))[0, 0]


def _gap(a, b, t):
    """Return by how much the chord of x⁴ from a to b lies above the graph at the share t."""
    return _chord(a, b, t) - _graph(a, b, t)


def _chord(a, b, t):
    return (1 - t) * problems.quartic.f(a) + t * problems.quartic.f(b)


def _graph(a, b, t):
    return problems.quartic.f((1 - t) * a + t * b)


def _gap_text(a, b, t):
    return (
        f"the chord has {1 - t:g} · {a**4:g} + {t:g} · {b**4:g} = {_chord(a, b, t):.6g}, the graph "
        f"({(1 - t) * a + t * b:g})⁴ = {_graph(a, b, t):.6g}: the chord is higher by "
        f"{_gap(a, b, t):.4g}"
    )


EXERCISES = [
    ChoiceExercise(
        id="convexity/not-convex",
        chapter=CHAPTER,
        layer="predict",
        topic="convexity",
        minutes=3,
        difficulty=1,
        ask="Which one of these is not convex?",
        right="b",
        options={
            "a": "$e^x$",
            "b": "the smaller one of $(x - 1)^2$ and $(x + 1)^2$",
            "c": "the larger one of $(x - 1)^2$ and $(x + 1)^2$",
            "d": "$x^3$ on $[0, 1]$",
        },
        feedback={
            "a": "It has no minimum, and yet f″ = eˣ is positive everywhere.",
            "c": "The kink at 0 bends up: the maximum of convex functions is convex.",
            "d": "f″ = 6x is negative only for x < 0, outside of this interval.",
        },
    ),
    _Number(
        id="convexity/mixed-term",
        layer="by hand",
        topic="definiteness",
        minutes=5,
        difficulty=2,
        ask=lambda a, b: (
            f"What is the largest $c$ for which ${'' if a == 1 else f'{a}'}x^2 + "
            f"{'' if b == 1 else f'{b}'}y^2 + cxy$ is convex? Three digits."
        ),
        answer=lambda a, b: 2 * np.sqrt(a * b),
        parameters=dict(a=1, b=1),
        digits=3,
        draw=lambda rng: dict(a=int(rng.integers(1, 10)), b=int(rng.integers(2, 10))),
        solution=lambda a, b: (
            f"the Hessian has the rows ({2 * a}, c) and (c, {2 * b}); {4 * a * b} − c² ≥ 0 for "
            f"c ≤ √{4 * a * b} = {2 * np.sqrt(a * b):.4g}"
        ),
        slips=(
            Slip(
                "The 2 of the squares forgotten",
                lambda a, b: np.sqrt(a * b),
                "The second derivative of a x² is 2a, and that of c x y by x and y is c.",
            ),
            Slip(
                "The mixed entry halved",
                lambda a, b: 4 * np.sqrt(a * b),
                "The coefficient is halved in the matrix of a quadratic form; in the Hessian, "
                "twice that, stands c itself.",
            ),
            Slip(
                "The root forgotten",
                lambda a, b: 4 * a * b,
                "The determinant is 4ab − c²: it bounds c², not c.",
            ),
        ),
    ),
    _Number(
        id="convexity/logistic-smoothness",
        layer="by hand",
        topic="smoothness",
        minutes=6,
        difficulty=2,
        ask=lambda c: (
            rf"Which $L$ does $\log(1 + e^{{-{c}m}})$ have: how large is its second derivative at "
            "most? Three digits."
        ),
        answer=_largest_curvature,
        parameters=dict(c=3),
        digits=3,
        draw=lambda rng: dict(c=int(rng.integers(3, 41))),
        solution=lambda c: (
            f"each derivative brings a factor {c}: ℓ″ = {c**2} p (1 − p), largest at p = ½: "
            f"{c**2}/4 = {c**2 / 4:g}"
        ),
        slips=(
            Slip(
                "The inner derivative forgotten",
                lambda c: 0.25,
                "That is the L of log(1 + exp(−m)): the chain rule brings a factor per derivative.",
            ),
            Slip(
                "The inner derivative once",
                lambda c: c / 4,
                "It is differentiated twice, so the factor comes twice.",
            ),
            Slip(
                "p in place of p (1 − p)",
                lambda c: c**2 / 2,
                "At p = ½ the factor 1 − p is ½ as well.",
            ),
            Slip(
                "The largest slope",
                lambda c: c,
                "L bounds the change of the slope, which is the second derivative.",
            ),
        ),
    ),
    _Number(
        id="convexity/chord",
        layer="by hand",
        topic="convexity",
        minutes=5,
        difficulty=1,
        ask=lambda a, b, t: (
            f"By how much does the chord of $x^4$ from $a = {a:g}$ to $b = {b:g}$ lie above the "
            f"graph at the share $t = {t:g}$ of the way? Three digits."
        ),
        answer=_gap,
        parameters=dict(a=0.0, b=2.0, t=0.25),
        digits=3,
        draw=lambda rng: dict(
            a=float(rng.choice([-2, -1, 0])),
            b=float(rng.choice([1, 2, 3])),
            t=float(rng.choice([0.2, 0.25, 0.4, 0.6, 0.75, 0.8])),
        ),
        solution=_gap_text,
        slips=(
            Slip(
                "t and 1 − t swapped",
                lambda a, b, t: _gap(b, a, t),
                "t is the share of the way from a: it belongs to b, and 1 − t to a.",
            ),
            Slip(
                "Swapped only on the chord",
                lambda a, b, t: _chord(b, a, t) - _graph(a, b, t),
                "The chord's height at this place is (1 − t) f(a) + t f(b).",
            ),
            Slip(
                "The chord's height",
                _chord,
                "Subtract the value of the graph at the same place.",
            ),
            Slip(
                "The graph's height",
                _graph,
                "That is the graph at this place; subtract it from the chord.",
            ),
        ),
    ),
]
