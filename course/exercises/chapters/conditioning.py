"""Exercises of the chapter descent/conditioning."""

from functools import partial

import numpy as np

from course.exercises.numbers import NumberExercise, Slip

CHAPTER = "descent/conditioning"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _search(kappa, x0, y0, steps=2):
    """Return the points and step lengths of exact line search on ½(x² + κy²)."""
    h, w = np.array([1.0, kappa]), np.array([x0, y0])
    points, lengths = [w], []
    for _ in range(steps):
        g = h * w
        lengths.append(g @ g / (g @ (h * g)))
        w = w - lengths[-1] * g
        points.append(w)
    return points, lengths


def _worked_search(kappa, x0, y0):
    points, lengths = _search(kappa, x0, y0)
    return "\n".join(
        f"α = {length:.5g}, w = ({x:.5g}, {y:.5g})".replace("-", "−")
        for length, (x, y) in zip(lengths, points[1:], strict=True)
    )


def _first_length_kept(kappa, x0, y0):
    (length, _) = _search(kappa, x0, y0)[1]
    return x0 * (1 - length) ** 2


def _curvature_twice(kappa, x0, y0):
    """Return x if the denominator of each step has the curvatures squared."""
    h, w = np.array([1.0, kappa]), np.array([x0, y0])
    for _ in range(2):
        g = h * w
        w = w - g @ g / (h * g @ (h * g)) * g
    return w[0]


def _cosine(kappa):
    return 2 * np.sqrt(kappa) / (kappa + 1)


EXERCISES = [
    _Number(
        id="conditioning/units",
        layer="predict",
        topic="conditioning",
        minutes=3,
        difficulty=1,
        ask=lambda unit: (
            r"Two features are uncorrelated and standardized, so $\kappa = 1$. Another unit now "
            rf"makes the numbers of the second {unit:g} times as large. What is $\kappa$? "
            "Five digits."
        ),
        answer=lambda unit: unit**2,
        parameters=dict(unit=1000.0),
        digits=5,
        draw=lambda rng: dict(unit=float(rng.integers(20, 2001)) / 10),
        solution=lambda unit: (
            f"the second entry of XᵀX/n is a mean of squares, so it grows by {unit:g}² = "
            f"{unit**2:.7g}, and the first stays 1"
        ),
        slips=(
            Slip(
                "Not squared",
                lambda unit: unit,
                "The Hessian XᵀX/n has products of two features: the unit enters twice.",
            ),
            Slip(
                "Both columns changed",
                lambda unit: 1.0,
                "κ would stay 1 if both columns changed; here only one of them does.",
            ),
            Slip(
                "Squared twice",
                lambda unit: unit**4,
                "The entries of XᵀX/n, which have the unit's square, are the curvatures already.",
            ),
        ),
    ),
    _Number(
        id="conditioning/line-search-2",
        layer="by hand",
        topic="line search",
        minutes=10,
        difficulty=2,
        ask=lambda kappa, x0, y0: (
            rf"Two steps of exact line search on $\tfrac12(x^2 + {kappa:g} y^2)$ from "
            rf"$({x0:g}, {y0:g})$: what is $x$ then? Three digits."
        ),
        answer=lambda kappa, x0, y0: _search(kappa, x0, y0)[0][-1][0],
        parameters=dict(kappa=3.0, x0=1.0, y0=1.0),
        digits=3,
        draw=lambda rng: dict(
            kappa=float(rng.integers(2, 13)),
            x0=float(rng.integers(1, 13)),
            y0=float(rng.integers(1, 9)),
        ),
        solution=_worked_search,
        slips=(
            Slip(
                "One step too few",
                lambda kappa, x0, y0: _search(kappa, x0, y0)[0][1][0],
                "That is x after the first step.",
            ),
            Slip(
                "The first step length twice",
                _first_length_kept,
                "α is computed anew in each step, from the gradient at the new point.",
            ),
            Slip(
                "The best constant rate",
                lambda kappa, x0, y0: x0 * (1 - 2 / (1 + kappa)) ** 2,
                "2/(1 + κ) does not depend on the point; line search has α = g·g / g·Hg.",
            ),
            Slip(
                "The curvatures squared",
                _curvature_twice,
                "The denominator of α is g·Hg: each curvature stands in it once beside g².",
            ),
        ),
    ),
    _Number(
        id="conditioning/angle",
        layer="experiment",
        topic="conditioning",
        minutes=12,
        difficulty=3,
        ask=lambda kappa: (
            rf"On $\tfrac12(x^2 + {kappa:g} y^2)$, how large can the angle between the gradient "
            "and $w$ get, in degrees? Three digits."
        ),
        answer=lambda kappa: np.degrees(np.arccos(_cosine(kappa))),
        parameters=dict(kappa=100.0),
        digits=3,
        draw=lambda rng: dict(kappa=float(rng.integers(5, 400))),
        solution=lambda kappa: (
            f"it is largest along (√κ, 1), with cos = 2√κ/(κ + 1) = {_cosine(kappa):.4g}, "
            f"which is {np.degrees(np.arccos(_cosine(kappa))):.4g}°"
        ),
        slips=(
            Slip(
                "In radians",
                lambda kappa: np.arccos(_cosine(kappa)),
                "`np.arccos` gives radians: `np.degrees` makes degrees of them.",
            ),
            Slip(
                "The cosine",
                _cosine,
                "That is the cosine of the angle: take its arccosine.",
            ),
            Slip(
                "The sine in place of the cosine",
                lambda kappa: 90 - np.degrees(np.arccos(_cosine(kappa))),
                "That is what is missing to 90°: take the arccosine of g·w / ‖g‖ ‖w‖.",
            ),
            Slip(
                "Along the diagonal",
                lambda kappa: np.degrees(np.arccos((1 + kappa) / np.sqrt(2 * (1 + kappa**2)))),
                "At w = (1, 1) it is less: search over all directions of w.",
            ),
        ),
    ),
]
