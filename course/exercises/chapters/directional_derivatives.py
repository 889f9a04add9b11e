"""Exercises of the chapter landscape/directional-derivatives."""

from functools import partial

import numpy as np

from course.exercises.chapters.shared import HILL, small
from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip
from optimlib import problems
from optimlib.calculus import directional_derivative
from optimlib.symbols import number_text

CHAPTER = "landscape/directional-derivatives"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _gradient(x, y):
    """Return the hill's gradient as two numbers."""
    return tuple(float(slope) for slope in HILL.grad(np.array([x, y])))


def _gradient_text(x, y):
    gx, gy = _gradient(x, y)
    return f"∂f/∂x = 2xy = {number_text(gx)} and ∂f/∂y = x² + 1 = {gy:g}"


def _along(x, y, a, b, unit=True):
    return directional_derivative(HILL, np.array([x, y]), [a, b], unit=unit)


def _turn(x, y, *factors):
    """Return by how many degrees the coupled bowl's gradient turns with these two factors."""
    before = problems.coupled_bowl.grad(np.array([x, y]))
    after = before * np.array(factors)
    cosine = before @ after / (np.linalg.norm(before) * np.linalg.norm(after))
    return np.degrees(np.arccos(min(cosine, 1.0)))


def _turn_text(x, y, k):
    gx, gy = problems.coupled_bowl.grad(np.array([x, y]))
    before, after, same = number_text(gx), number_text(gx / k**2), number_text(gy)
    return (
        f"the gradient ({before}, {same}) becomes ({after}, {same}): "
        f"it turns by {_turn(x, y, 1 / k**2, 1):.4g}°"
    )


def _bowl(a, b, c):
    """Return ax² + by² + cxy in TeX."""
    first, second, third = (f"{n if n != 1 else ''}" for n in (a, b, c))
    return f"{first}x^2 + {second}y^2" + (f" + {third}xy" if c else "")


def _outwards(a, b, c, k):
    """Return the question for the slope of ax² + by² + cxy along k times (x, y)."""
    gradient = f"({2 * a}x + {c}y) {k}x + ({2 * b}y + {c}x) {k}y".replace("1y", "y").replace(
        "1x", "x"
    )
    squares = f"factor {2 * a * k}" if a == b else f"factors {2 * a * k} and {2 * b * k}"
    return dict(
        ask=f"What is $∇f(x, y) · ({k}x, {k}y)$ for the bowl $f = {_bowl(a, b, c)}$?",
        right=f"{2 * k}f",
        options={
            f"{2 * k}f": f"${2 * k}f$: positive everywhere but at the minimum",
            f"{k}f": f"${k}f$: positive everywhere but at the minimum",
            "0": "0: the vector points along the contour",
            "any sign": "positive at some points and negative at others",
        },
        feedback={
            f"{k}f": f"Multiply out {gradient}: the squares have the {squares}.",
            "0": f"At (1, 0) the gradient is ({2 * a}, {c}), and ({2 * a}, {c}) · ({k}, 0) is not "
            "0.",
            "any sign": f"Multiply out {gradient}, and compare with f, which is never negative.",
        },
    )


def _around(a, b, k):
    """Return the question for the slope of ax² + by² along k times (−y, x)."""
    asked = _outwards(a, b, 0, k)
    product = f"{2 * a}x · (−{k}y) + {2 * b}y · {k}x"
    at_axis = f"At (1, 0) f is {a}, but ({2 * a}, 0) · (0, {k}) is 0."
    rest = f"{2 * k * (b - a)}xy has both signs.".replace("-", "−")
    sign = "all terms cancel." if a == b else rest
    return asked | dict(
        ask=f"What is $∇f(x, y) · (-{k}y, {k}x)$ for the bowl $f = {_bowl(a, b, 0)}$?",
        right="0" if a == b else "any sign",
        feedback={
            f"{2 * k}f": at_axis,
            f"{k}f": at_axis,
            "0": f"Multiply out {product}: {sign}",
            "any sign": f"Multiply out {product}: {sign}",
        },
    )


def _slope_along(around, k, **bowl):
    return _around(k=k, **bowl) if around else _outwards(k=k, **bowl)


def _draw_slope_along(rng):
    a, k = int(rng.integers(1, 5)), int(rng.integers(2, 6))
    if rng.random() < 0.5:
        return dict(around=True, a=a, b=int(rng.choice([a, *range(1, 5)])), k=k)
    return dict(around=False, a=a, b=int(rng.integers(1, 5)), c=1, k=k)


EXERCISES = [
    _Number(
        id="directional-derivatives/slope-at-angle",
        layer="predict",
        topic="gradient",
        minutes=3,
        difficulty=1,
        ask=lambda length, degrees: (
            f"The gradient has length {length:g}. What is the slope at {degrees:g}° from it? "
            "Three digits."
        ),
        answer=lambda length, degrees: length * np.cos(np.radians(degrees)),
        parameters=dict(length=6.0, degrees=120.0),
        digits=3,
        draw=lambda rng: dict(
            length=float(rng.integers(4, 31)) / 2, degrees=float(rng.choice(range(97, 175)))
        ),
        solution=lambda length, degrees: (
            f"{length:g} · cos {degrees:g}° = "
            + number_text(length * np.cos(np.radians(degrees)), 4)
        ),
        slips=(
            Slip(
                "The sine",
                lambda length, degrees: length * np.sin(np.radians(degrees)),
                "Along the gradient, at 0°, the slope is largest: that is the cosine.",
            ),
            Slip(
                "Degrees taken as radians",
                lambda length, degrees: length * np.cos(degrees),
                "np.cos takes radians: write np.cos(np.radians(…)).",
            ),
            Slip(
                "The sign is lost",
                lambda length, degrees: -length * np.cos(np.radians(degrees)),
                "Beyond 90° from the gradient the function falls.",
            ),
            Slip(
                "The length itself",
                lambda length, degrees: length,
                "That is the slope along the gradient; in other directions it is smaller.",
            ),
        ),
    ),
    _Number(
        id="directional-derivatives/along",
        layer="by hand",
        topic="directional derivative",
        minutes=6,
        difficulty=1,
        ask=lambda x, y, a, b: (
            rf"$f(x, y) = x^2 y + y$: what is the slope at $({x:g}, {y:g})$ in the direction of "
            f"$({a:g}, {b:g})$? Three digits."
        ),
        answer=_along,
        parameters=dict(x=1.0, y=2.0, a=3.0, b=4.0),
        digits=3,
        draw=lambda rng: dict(x=small(rng), y=small(rng), a=small(rng), b=small(rng)),
        solution=lambda x, y, a, b: (
            f"{_gradient_text(x, y)}; the slope is (∂f/∂x · ({number_text(a)}) + "
            f"∂f/∂y · ({number_text(b)})) / √{a**2 + b**2:g} = "
            + number_text(_along(x, y, a, b), 4)
        ),
        slips=(
            Slip(
                "Not per unit of length",
                lambda x, y, a, b: _along(x, y, a, b, unit=False),
                "Divide the direction by its length first: a slope is the rise per unit of way.",
            ),
            Slip(
                "The sum of the partial derivatives",
                lambda x, y, a, b: sum(_gradient(x, y)),
                "Each partial derivative counts as much as the direction goes its way.",
            ),
            Slip(
                "The steepest slope",
                lambda x, y, a, b: np.hypot(*_gradient(x, y)),
                "That is the slope along the gradient; asked for is another direction.",
            ),
            Slip(
                "Partial derivatives swapped",
                lambda x, y, a, b: np.dot(_gradient(x, y)[::-1], [a, b]) / np.hypot(a, b),
                "∂f/∂x belongs to the first entry of the direction.",
            ),
            Slip(
                "A term of ∂f/∂y is missing",
                lambda x, y, a, b: (2 * x * y * a + x**2 * b) / np.hypot(a, b),
                "The derivative of the lone y by y is 1: ∂f/∂y = x² + 1.",
            ),
        ),
    ),
    _Number(
        id="directional-derivatives/steepest",
        layer="by hand",
        topic="gradient",
        minutes=4,
        difficulty=1,
        ask=lambda x, y: (
            rf"$f(x, y) = x^2 y + y$: what is the steepest slope at $({x:g}, {y:g})$? Three digits."
        ),
        answer=lambda x, y: np.hypot(*_gradient(x, y)),
        parameters=dict(x=1.0, y=2.0),
        digits=3,
        draw=lambda rng: dict(x=small(rng), y=float(rng.integers(-20, 21)) / 2),
        solution=lambda x, y: (
            f"{_gradient_text(x, y)}; the gradient's length is √({_gradient(x, y)[0] ** 2:g} + "
            f"{_gradient(x, y)[1] ** 2:g}) = {np.hypot(*_gradient(x, y)):.4g}"
        ),
        slips=(
            Slip(
                "The sum of the partial derivatives",
                lambda x, y: sum(_gradient(x, y)),
                "The length of a vector is the root of the sum of squares.",
            ),
            Slip(
                "The root is missing",
                lambda x, y: np.hypot(*_gradient(x, y)) ** 2,
                "That is the square of the gradient's length.",
            ),
            Slip(
                "The larger partial derivative",
                lambda x, y: max(map(abs, _gradient(x, y))),
                "Between the axes there is a direction that is steeper than both.",
            ),
        ),
    ),
    DrawnChoice(
        id="directional-derivatives/wrong-gradient",
        chapter=CHAPTER,
        layer="by hand",
        topic="checking gradients",
        minutes=6,
        difficulty=2,
        made=_slope_along,
        parameters=dict(around=False, a=1, b=1, c=1, k=2),
        draw=_draw_slope_along,
    ),
    _Number(
        id="directional-derivatives/units",
        layer="experiment",
        topic="units",
        minutes=10,
        difficulty=3,
        ask=lambda x, y, k: (
            f"On the bowl $x^2 + y^2 + xy$ at $({x:g}, {y:g})$, with $x = u / {k}$: by how many "
            "degrees has the direction of the steepest ascent in $(u, y)$, translated back to "
            "$(x, y)$, turned? Three digits."
        ),
        answer=lambda x, y, k: _turn(x, y, 1 / k**2, 1),
        parameters=dict(x=0.5, y=-1.5, k=10),
        digits=3,
        draw=lambda rng: dict(
            x=float(rng.choice([0.5, 1, 1.5, 2, 2.5, 3, 4])),
            y=float(rng.choice([-3, -2, -1.5, -1, 0.5, 1, 2, 2.5, 3])),
            k=int(rng.integers(2, 11)),
        ),
        solution=_turn_text,
        slips=(
            Slip(
                "One factor in place of two",
                lambda x, y, k: _turn(x, y, 1 / k, 1),
                "The slope per u is one factor; that a step of u is a smaller step of x is the "
                "second.",
            ),
            Slip(
                "Multiplied in place of divided",
                lambda x, y, k: _turn(x, y, k**2, 1),
                "A unit of u is a smaller piece of x, so f changes less along it.",
            ),
            Slip(
                "One factor, and multiplied",
                lambda x, y, k: _turn(x, y, k, 1),
                "A unit of u is a smaller piece of x, so f changes less along it, and the step "
                "back to x brings the same factor once more.",
            ),
        ),
    ),
]
