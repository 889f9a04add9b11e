"""Exercises of the chapter landscape/hessians."""

from functools import partial

import numpy as np

from course.exercises.chapters.shared import HILL, small
from course.exercises.numbers import ChoiceExercise, NumberExercise, Slip
from optimlib.calculus import directional_derivative, second_directional_derivative
from optimlib.symbols import number_text

CHAPTER = "landscape/hessians"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _curvature(x, y, a, b, unit=True):
    return second_directional_derivative(HILL, np.array([x, y]), [a, b], unit=unit)


def _eigenvalues(x, y):
    """Return the smaller and the larger one at a point of the hill."""
    return np.linalg.eigvalsh(HILL.hess(np.array([x, y])))


def _entries_text(x, y):
    return f"f_xx = 2y = {number_text(2 * y)}, f_xy = 2x = {number_text(2 * x)}, f_yy = 0"


def _eigenvalue_text(x, y):
    return (
        f"{_entries_text(x, y)}; λ² − {2 * y:g} λ − {4 * x**2:g} = 0 has the roots "
        f"{y:g} ± √{y**2 + 4 * x**2:g}, the larger one {_eigenvalues(x, y)[1]:.4g}"
    )


def _partner(c, degrees):
    """Return the curvature of x² + y² + c x y at a right angle to this direction."""
    return 2 - c * np.sin(np.radians(2 * degrees))


EXERCISES = [
    ChoiceExercise(
        id="hessians/sign",
        chapter=CHAPTER,
        layer="predict",
        topic="definiteness",
        minutes=3,
        difficulty=1,
        ask=r"What is the sign of $\begin{pmatrix} 4 & 2 \\ 2 & 1 \end{pmatrix}$?",
        right="positive semidefinite",
        options={
            "positive definite": "both eigenvalues are positive",
            "positive semidefinite": "one eigenvalue is 0, the other positive",
            "indefinite": "one eigenvalue is negative, the other positive",
            "negative definite": "both eigenvalues are negative",
        },
        feedback={
            "positive definite": "Positive entries are not enough: 4 · 1 − 2 · 2 = 0, so along "
            "(1, −2) there is no curvature.",
            "indefinite": "For two signs the determinant would have to be negative; it is "
            "4 · 1 − 2 · 2 = 0.",
            "negative definite": "Along (1, 0) the curvature is 4.",
        },
    ),
    _Number(
        id="hessians/curvature-along",
        layer="by hand",
        topic="curvature",
        minutes=6,
        difficulty=1,
        ask=lambda x, y, a, b: (
            rf"$f(x, y) = x^2 y + y$: what is the curvature at $({x:g}, {y:g})$ in the direction "
            f"of $({a:g}, {b:g})$? Three digits."
        ),
        answer=_curvature,
        parameters=dict(x=1.0, y=2.0, a=3.0, b=4.0),
        digits=3,
        draw=lambda rng: dict(x=small(rng), y=small(rng), a=small(rng), b=small(rng)),
        solution=lambda x, y, a, b: (
            f"{_entries_text(x, y)}; (f_xx · {a**2:g} + 2 f_xy · ({number_text(a * b)})) / "
            f"{a**2 + b**2:g} = {number_text(_curvature(x, y, a, b), 4)}"
        ),
        slips=(
            Slip(
                "Not per squared length",
                lambda x, y, a, b: _curvature(x, y, a, b, unit=False),
                "vᵀHv is the curvature only for a vector of length 1.",
            ),
            Slip(
                "Divided by the length once",
                lambda x, y, a, b: _curvature(x, y, a, b, unit=False) / np.hypot(a, b),
                "v stands twice in vᵀHv, so its length has to be divided out twice.",
            ),
            Slip(
                "The mixed term once",
                lambda x, y, a, b: (2 * y * a**2 + 2 * x * a * b) / (a**2 + b**2),
                "H holds f_xy and f_yx: the term with ab is counted twice.",
            ),
            Slip(
                "The slope",
                lambda x, y, a, b: directional_derivative(
                    HILL, np.array([x, y]), [a, b], unit=True
                ),
                "That is the first derivative in this direction; asked for is the second.",
            ),
        ),
    ),
    _Number(
        id="hessians/largest-eigenvalue",
        layer="by hand",
        topic="eigenvalues",
        minutes=6,
        difficulty=2,
        ask=lambda x, y: (
            rf"$f(x, y) = x^2 y + y$: what is the largest eigenvalue of its Hessian at "
            f"$({x:g}, {y:g})$? Four digits."
        ),
        answer=lambda x, y: _eigenvalues(x, y)[1],
        parameters=dict(x=1.0, y=2.0),
        digits=4,
        draw=lambda rng: dict(
            x=float(rng.choice([0.5, 1, 1.5, 2, 2.5, 3])), y=float(rng.integers(1, 7))
        ),
        solution=_eigenvalue_text,
        slips=(
            Slip(
                "The smaller one",
                lambda x, y: _eigenvalues(x, y)[0],
                "The quadratic equation has two roots; the larger one has the + before its root.",
            ),
            Slip(
                "The largest entry of the diagonal",
                lambda x, y: 2 * y,
                "That is the curvature along x; f_xy turns the steepest direction away from it.",
            ),
            Slip(
                "Not halved",
                lambda x, y: 2 * _eigenvalues(x, y)[1],
                "The roots of λ² − sλ + d are half of s ± √(s² − 4d).",
            ),
            Slip(
                "f_xy not squared",
                lambda x, y: y + np.sqrt(y**2 + 2 * x),
                "The determinant is f_xx f_yy − f_xy²: both entries beside the diagonal.",
            ),
        ),
    ),
    _Number(
        id="hessians/right-angle",
        layer="by hand",
        topic="curvature",
        minutes=5,
        difficulty=2,
        ask=lambda c, degrees: (
            rf"$f(x, y) = x^2 + y^2 + {c:g}xy$. Its curvature in the direction {degrees:g}° is "
            rf"$2 + {c:g} \sin {2 * degrees:g}°$. What is it at a right angle to it? Three digits."
        ),
        answer=_partner,
        parameters=dict(c=3.0, degrees=30.0),
        digits=3,
        draw=lambda rng: dict(
            c=float(rng.choice([1.5, 2.5, 3, 3.5, 5])), degrees=float(rng.choice(range(10, 81, 5)))
        ),
        solution=lambda c, degrees: (
            f"f_xx + f_yy = 4 is the sum of both: 4 − {4 - _partner(c, degrees):.4g} = "
            f"{number_text(_partner(c, degrees), 4)}"
        ),
        slips=(
            Slip(
                "The same curvature",
                lambda c, degrees: 4 - _partner(c, degrees),
                "Along v and along −v the curvature is the same; at a right angle it is another.",
            ),
            Slip(
                "The opposite curvature",
                lambda c, degrees: _partner(c, degrees) - 4,
                "The two curvatures have the sum f_xx + f_yy, which is not 0 here.",
            ),
            Slip(
                "Only f_xx",
                lambda c, degrees: _partner(c, degrees) - 2,
                "The sum of the two curvatures is f_xx + f_yy, not f_xx alone.",
            ),
        ),
    ),
    ChoiceExercise(
        id="hessians/which-minimum",
        chapter=CHAPTER,
        layer="experiment",
        topic="second-derivative test",
        minutes=12,
        difficulty=3,
        ask="Which of $y^2 + x^4$, $y^2 - x^4$, $y^2 + x^3$ and $(y - x^2)(y - 3x^2)$ have a "
        "minimum at the origin?",
        right="first",
        options={
            "first": "only $y^2 + x^4$",
            "first and last": "$y^2 + x^4$ and $(y - x^2)(y - 3x^2)$",
            "all": "all, since no eigenvalue is negative",
            "none": "none, since one eigenvalue is 0",
        },
        feedback={
            "first and last": "On the curve y = 2x² the last one is −x⁴, although it rises along "
            "every line.",
            "all": "Semidefinite is necessary, not sufficient: along the x-axis y² − x⁴ falls.",
            "none": "An eigenvalue 0 leaves the case open: y² + x⁴ is nowhere negative.",
        },
    ),
]
