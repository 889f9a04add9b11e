"""Exercises of the chapter landscape/critical-points."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip
from optimlib.symbols import number_text

CHAPTER = "landscape/critical-points"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _bend(a, x):
    """Return the second derivative of x⁴ − ax² in x."""
    return 12 * x**2 - 2 * a


def _one_start(side):
    """Return the chance that one coordinate of Styblinski and Tang's starts on the deeper side."""
    hilltop = sorted(np.roots([4, 0, -32, 5]))[1]
    return (side + hilltop) / (2 * side)


def _share(ratio):
    """Return the share of the directions with tan²α above the square of `ratio`."""
    return 1 - np.arctan(ratio) / (np.pi / 2)


FAR = "Look at what the rule asks of f far away, along the line"
GROWS = "f grows in every direction, so the rule applies."


def _times(a):
    """Return a factor as it is written: 1 is not."""
    return "" if a == 1 else a


def _found(a, b):
    """Return what is found of each function, and more.

    What minima − saddles + maxima is then, why it is not 1, and what to say to the other reasons.
    """
    return {
        "beale": (
            "Beale's function has one minimum and two saddles", -1, "does not apply",
            f"Two more minima are not to be found. {FAR} x = 0.",
            "ol.critical_points shows their eigenvalues, and none is 0. Look at what the rule asks "
            "of f far away.",
        ),
        "saddle": (
            f"${_times(a)}x^2 - {_times(b)}y^2$ has one saddle", -1, "does not apply",
            f"The gradient ({2 * a}x, −{2 * b}y) is 0 at the origin alone. {FAR} x = 0.",
            f"The eigenvalues are {2 * a} and −{2 * b}. {FAR} x = 0.",
        ),
        "cubic": (
            f"$x^3 - {3 * a**2}x + {_times(b)}y^2$ has one minimum and one saddle", 0,
            "does not apply",
            f"3x² − {3 * a**2} is 0 at −{a} and at {a} only. {FAR} y = 0.",
            f"6x is {6 * a} and −{6 * a} at the two points, not 0. {FAR} y = 0.",
        ),
        "wells": (
            f"A search has found two minima of $(x^2 - {a**2})^2 + {_times(b)}y^2$ and nothing "
            "else", 2, "missed",
            f"At both the eigenvalues are {8 * a**2} and {2 * b}. The way from one to the other "
            "leads up and down: what is at its top?",
            GROWS,
        ),
        "himmelblau": (
            "A search has found the four minima of Himmelblau's function, its maximum, and two "
            "saddles", 3, "missed",
            "ol.critical_points shows their eigenvalues, and none is 0. The rule says how many "
            "saddles there have to be.",
            GROWS,
        ),
        "monkey": (
            f"$x^3 - 3xy^2 + {_times(a)}(x^2 + y^2)^2$ has three minima, and a saddle at the "
            "origin", 2, "degenerate",
            "The equations can be solved by hand: there are these four points. Look at the Hessian "
            "at the origin.",
            GROWS,
        ),
    }  # fmt: skip


def _counted(function, a, b):
    """Return the question why minima − saddles + maxima is not 1."""
    found, count, right, *reasons = _found(a, b)[function]
    options = {
        "missed": "the search has missed a critical point, or more",
        "degenerate": "one of the points is degenerate",
        "does not apply": "the function does not grow in every direction",
    }
    wrong = [key for key in options if key != right]
    return dict(
        ask=(f"{found}, so minima − saddles + maxima is {number_text(count)} and not 1. Why?"),
        right=right,
        options=options,
        feedback=dict(zip(wrong, reasons, strict=True)),
    )


def _draw_counted(rng):
    function = str(rng.choice(list(_found(1, 1))))
    return dict(function=function, a=int(rng.integers(1, 10)), b=int(rng.integers(1, 10)))


EXERCISES = [
    DrawnChoice(
        id="critical-points/beale",
        chapter=CHAPTER,
        layer="predict",
        topic="critical points",
        minutes=4,
        difficulty=2,
        made=_counted,
        parameters=dict(function="beale", a=1, b=1),
        draw=_draw_counted,
    ),
    _Number(
        id="critical-points/double-well",
        layer="by hand",
        topic="critical points",
        minutes=8,
        difficulty=1,
        ask=lambda a: (
            rf"Find the minima of $f(x, y) = x^4 - {a:g}x^2 + y^2$. What is the largest eigenvalue "
            "of the Hessian there? Three digits."
        ),
        answer=lambda a: _bend(a, np.sqrt(a / 2)),
        parameters=dict(a=2.0),
        digits=3,
        draw=lambda rng: dict(a=float(rng.integers(15, 401)) / 10),
        solution=lambda a: (
            f"f_x = 4x³ − {2 * a:g}x is 0 where x² = {a / 2:g}, and there "
            f"f_xx = 12x² − {2 * a:g} = {_bend(a, np.sqrt(a / 2)):g}; f_yy = 2 and f_xy = 0"
        ),
        slips=(
            Slip(
                "The saddle in place of a minimum",
                lambda a: _bend(a, 0),
                "At the origin f_xx is negative: this point is a saddle.",
            ),
            Slip(
                "The other direction",
                lambda a: 2.0,
                "That is f_yy; along x the function bends more.",
            ),
            Slip(
                "A term of the second derivative forgotten",
                lambda a: 12 * a / 2,
                "The term −ax² has a second derivative too, −2a.",
            ),
            Slip(
                "The root of another equation",
                lambda a: _bend(a, np.sqrt(a)),
                "4x³ = 2ax leads to x² = a/2, not to x² = a.",
            ),
            Slip(
                "The value in place of the curvature",
                lambda a: -(a**2) / 4,
                "That is f at the minima; the eigenvalue comes from the second derivatives.",
            ),
        ),
    ),
    _Number(
        id="critical-points/multistart",
        layer="code",
        topic="restarts",
        minutes=12,
        difficulty=2,
        ask=lambda k, side: (
            rf"Styblinski and Tang's function of two variables, {k} random starts in the square "
            rf"from ${-side:g}$ to ${side:g}$: with which chance does gradient descent from at "
            "least one of them reach the deepest minimum? Three digits."
        ),
        answer=lambda k, side: 1 - (1 - _one_start(side) ** 2) ** k,
        parameters=dict(k=3, side=5.0),
        digits=3,
        draw=lambda rng: dict(k=int(rng.integers(2, 9)), side=float(rng.integers(80, 131)) / 20),
        solution=lambda k, side: (
            f"one start: p = {_one_start(side):.4f}² = {_one_start(side) ** 2:.4f}; "
            f"all {k} miss with the chance (1 − p)^{k} = {(1 - _one_start(side) ** 2) ** k:.4f}"
        ),
        slips=(
            Slip(
                "One start only",
                lambda k, side: _one_start(side) ** 2,
                "This is p, the chance of one start; there are more of them.",
            ),
            Slip(
                "Chances added",
                lambda k, side: k * _one_start(side) ** 2,
                "Several starts may succeed at once: multiply the chances to miss.",
            ),
            Slip(
                "One coordinate only",
                lambda k, side: 1 - (1 - _one_start(side)) ** k,
                "Both coordinates must start on the left, so p is the square of this chance.",
            ),
            Slip(
                "All must succeed",
                lambda k, side: _one_start(side) ** (2 * k),
                "One success is enough: 1 − (1 − p)ᵏ, not pᵏ.",
            ),
            Slip(
                "The hilltop taken as 0",
                lambda k, side: 1 - 0.75**k,
                "The hilltop is at 0.156731, so a bit more than half of each side is good.",
            ),
        ),
    ),
    _Number(
        id="critical-points/share-up",
        layer="experiment",
        topic="saddle points",
        minutes=10,
        difficulty=2,
        ask=lambda low, high: (
            rf"A saddle has the eigenvalues ${-low:g}$ and ${high:g}$. Which share of the "
            "directions goes up? Three digits, as a number between 0 and 1."
        ),
        answer=lambda low, high: _share(np.sqrt(low / high)),
        parameters=dict(low=1, high=3),
        digits=3,
        draw=lambda rng: dict(low=int(rng.integers(1, 31)), high=int(rng.integers(1, 31))),
        solution=lambda low, high: (
            f"up means tan²α > {low}/{high}, so α between "
            f"{np.degrees(np.arctan(np.sqrt(low / high))):.2f}° and 90°: the share is "
            f"{_share(np.sqrt(low / high)):.4f}"
        ),
        slips=(
            Slip(
                "The share that goes down",
                lambda low, high: 1 - _share(np.sqrt(low / high)),
                "Up is where the positive eigenvalue wins: angles above the border.",
            ),
            Slip(
                "The root is missing",
                lambda low, high: _share(low / high),
                "The border is where tan²α, not tan α, is |λ₁|/λ₂.",
            ),
            Slip(
                "Sizes taken as shares",
                lambda low, high: high / (low + high),
                "The border is an angle: compute α, and divide by 90°.",
            ),
            Slip(
                "Always half",
                lambda low, high: 0.5,
                "One of two directions goes up, but the cones are as wide as the eigenvalues say.",
            ),
        ),
    ),
]
