"""Exercises of the chapter landscape/hessians."""

from functools import partial
from math import gcd

import numpy as np

from course.exercises.chapters.shared import HILL, small
from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip
from optimlib.calculus import directional_derivative, second_directional_derivative
from optimlib.symbols import SUPERSCRIPTS, number_text

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


def _sign(p, q, r):
    """Return the question for the sign of the matrix with the rows (p, q) and (q, r)."""
    det = p * r - q * q

    def signed(number):
        return f"−{-number}" if number < 0 else f"{number}"

    def factor(number):
        return f"({signed(number)})" if number < 0 else f"{number}"

    product = f"{signed(p)} · {factor(r)} − {factor(q)} · {factor(q)} = {signed(det)}"
    along, divisor = f"Along (1, 0) the curvature is {signed(p)}.", gcd(q, p)
    flat = f"({signed(abs(q) // divisor)}, {signed(-p * (1 if q > 0 else -1) // divisor)})"
    right = "positive semidefinite"
    two_signs = f"For two signs the determinant would have to be negative; it is {product}."
    feedback = {
        "positive definite": f"{'Positive entries are' if q > 0 else 'A positive diagonal is'} not "
        f"enough: {product}, so along {flat} there is no curvature.",
        "indefinite": two_signs,
        "negative definite": along,
    }
    if det > 0:
        right = "positive definite" if p > 0 else "negative definite"
        feedback["positive definite"] = along
        none = f"An eigenvalue 0 would make the determinant 0; it is {product}."
        feedback["positive semidefinite"] = none
    elif det < 0:
        right = "indefinite"
        said = f"The determinant is {product}: negative, and it is the product of the eigenvalues."
        feedback = dict.fromkeys([*feedback, "positive semidefinite"], said)
    return dict(
        ask=rf"What is the sign of $\begin{{pmatrix}} {p} & {q} \\ {q} & {r} \end{{pmatrix}}$?",
        right=right,
        options={
            "positive definite": "both eigenvalues are positive",
            "positive semidefinite": "one eigenvalue is 0, the other positive",
            "indefinite": "one eigenvalue is negative, the other positive",
            "negative definite": "both eigenvalues are negative",
        },
        feedback=feedback,
    )


def _draw_sign(rng):
    """Draw a matrix of one of the four kinds, all alike often."""
    kind = rng.integers(4)
    if kind == 0:
        a, b = int(rng.integers(1, 4)), int(rng.choice([-3, -2, -1, 1, 2, 3]))
        return dict(p=a * a, q=a * b, r=b * b)
    q = int(rng.choice([-3, -2, -1, 1, 2, 3]))
    p, r = (int(size) for size in rng.integers(1, 8, 2))
    # More or less than q² in the product of p and r.
    if (p * r > q * q) == (kind == 1) or p * r == q * q:
        return _draw_sign(rng)
    return dict(p=-p, q=q, r=-r) if kind == 3 else dict(p=p, q=q, r=r)


def _minima(even, odd, curves):
    """Return the question which of four functions have a minimum at the origin.

    The last is the product of y minus multiples of x²; with equal `curves` it is nowhere negative,
    and with x⁴ added 0 at the origin alone.
    """
    a, b = curves
    first, second, third = (
        f"$y^2 {term}$" for term in (f"+ x^{even}", f"- x^{even}", f"+ x^{odd}")
    )

    def below(number):
        return f"(y - {number if number != 1 else ''}x^2)"

    last = f"${below(a)}{below(b)}$" if a != b else f"${below(a)}^2 + x^4$"
    middle, half = (a + b) / 2, (b - a) / 2
    along = (
        f"On the curve y = {middle:g}x² the last one is −{f'{half**2:g}' if half != 1 else ''}x⁴"
    )
    power = f"{even}".translate(SUPERSCRIPTS)
    feedback = {
        "first and last": f"{along}, although it rises along every line.",
        "first": "The last one is a sum of two squares, and 0 only where both are.",
        "all": f"Semidefinite is necessary, not sufficient: along the x-axis y² − x{power} falls.",
        "none": f"An eigenvalue 0 leaves the case open: y² + x{power} is nowhere negative.",
    }
    return dict(
        ask=f"Which of {first}, {second}, {third} and {last} have a minimum at the origin?",
        right="first" if a != b else "first and last",
        options={
            "first": f"only {first}",
            "first and last": f"{first} and {last}",
            "all": "all, since no eigenvalue is negative",
            "none": "none, since one eigenvalue is 0",
        },
        feedback=feedback,
    )


def _draw_minima(rng):
    a = int(rng.integers(1, 4))
    apart = int(rng.choice([0, 2, 4]))
    return dict(
        even=int(rng.choice([4, 6, 8])), odd=int(rng.choice([3, 5, 7])), curves=(a, a + apart)
    )


EXERCISES = [
    DrawnChoice(
        id="hessians/sign",
        chapter=CHAPTER,
        layer="predict",
        topic="definiteness",
        minutes=3,
        difficulty=1,
        made=_sign,
        parameters=dict(p=4, q=2, r=1),
        draw=_draw_sign,
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
        draw=lambda rng: dict(x=float(rng.integers(2, 25)) / 4, y=float(rng.integers(2, 25)) / 4),
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
            c=float(rng.choice([1.5, 2.5, 3, 3.5, 4, 4.5, 5])), degrees=float(rng.integers(10, 81))
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
    DrawnChoice(
        id="hessians/which-minimum",
        chapter=CHAPTER,
        layer="experiment",
        topic="second-derivative test",
        minutes=12,
        difficulty=3,
        made=_minima,
        parameters=dict(even=4, odd=3, curves=(1, 3)),
        draw=_draw_minima,
    ),
]
