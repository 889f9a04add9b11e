"""Exercises of the chapter landscape/convexity."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip
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


# Functions that are convex, and others, each with the reason.
CONVEX = {
    "$e^x$": "It has no minimum, and yet f″ = eˣ is positive everywhere.",
    "$e^{-x}$": "It has no minimum, and yet f″ = e⁻ˣ is positive everywhere.",
    "the larger one of $(x - 1)^2$ and $(x + 1)^2$": "The kink at 0 bends up: the maximum of "
    "convex functions is convex.",
    "$x^3$ on $[0, 1]$": "f″ = 6x is negative only for x < 0, outside of this interval.",
    "$|x|$": "The kink at 0 bends up, and no chord lies below the graph.",
    "$x^4$": "f″ = 12x² is 0 at 0, and negative nowhere.",
    r"$-\log x$ for $x > 0$": "f″ = 1/x² is positive.",
    "$2x + 1$": "A line equals each of its chords, and that is enough.",
    r"$\cosh x$": "f″ = cosh x is nowhere below 1.",
    "$1/x$ for $x > 0$": "f″ = 2/x³ is positive there.",
}
NOT_CONVEX = {
    "the smaller one of $(x - 1)^2$ and $(x + 1)^2$": "Between its two valleys is a hill: at 0 it "
    "is 1, and the chord from −1 to 1 is at 0.",
    "$x^3$ on $[-1, 1]$": "f″ = 6x is negative left of 0.",
    r"$\sqrt{x}$ for $x > 0$": "It bends down: f″ is negative everywhere.",
    r"$\log x$ for $x > 0$": "It bends down: f″ = −1/x² is negative everywhere.",
    "$1 - e^{-x^2}$": "It has one minimum, but far out it bends down towards 1.",
    r"$\tanh x$": "It bends down right of 0.",
    "$x^4 - x^2$": "f″(0) = −2, between its two minima.",
    r"$\cos x$": "f″ = −cos x is −1 at 0.",
    "$xy$": "It is convex in each variable, and falls on both sides of 0 along (1, −1).",
}


def _odd_one(one, others, place, convex):
    """Return the question for the only convex function among some, or the only other one."""
    known = CONVEX | NOT_CONVEX
    options = dict(zip("abcd", [*others[:place], one, *others[place:]], strict=True))
    right = "abcd"[place]
    return dict(
        ask=f"Which one of these is {'' if convex else 'not '}convex?",
        right=right,
        options=options,
        feedback={key: known[text] for key, text in options.items() if key != right},
    )


def _draw_odd_one(rng):
    convex = bool(rng.random() < 0.5)
    kinds = (CONVEX, NOT_CONVEX) if convex else (NOT_CONVEX, CONVEX)
    one, others = (rng.permutation(list(kind)).tolist() for kind in kinds)
    place = int(rng.integers(4))
    return dict(one=one[0], others=tuple(others[:3]), place=place, convex=convex)


EXERCISES = [
    DrawnChoice(
        id="convexity/not-convex",
        chapter=CHAPTER,
        layer="predict",
        topic="convexity",
        minutes=3,
        difficulty=1,
        made=_odd_one,
        parameters=dict(
            one="the smaller one of $(x - 1)^2$ and $(x + 1)^2$",
            others=(
                "$e^x$",
                "the larger one of $(x - 1)^2$ and $(x + 1)^2$",
                "$x^3$ on $[0, 1]$",
            ),
            place=1,
            convex=False,
        ),
        draw=_draw_odd_one,
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
        draw=lambda rng: dict(a=int(rng.integers(1, 26)), b=int(rng.integers(2, 26))),
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
        draw=lambda rng: dict(c=float(rng.integers(30, 501)) / 10),
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
            a=float(rng.integers(-8, 1)) / 2,
            b=float(rng.integers(2, 11)) / 2,
            t=float(rng.choice([0.1, 0.2, 0.25, 0.3, 0.4, 0.6, 0.7, 0.75, 0.8, 0.9])),
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
