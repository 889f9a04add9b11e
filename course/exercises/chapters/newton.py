"""Exercises of the chapter curvature/newton."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip

CHAPTER = "curvature/newton"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _border(lr, doubled=2, far=4):
    """Return the x > 0 with η sinh(2x) = 4x, by halving an interval; or with a slip in it."""
    low, high = 1e-3, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        if lr * np.sinh(doubled * middle) > far * middle:
            high = middle
        else:
            low = middle
    return low


def _two_exponentials(a):
    """Return the logarithm of two exponentials in TeX."""
    x = f"{a:g}x" if a != 1 else "x"
    return rf"\log(e^{{{x}}} + e^{{-{x}}})"


# What is changed, who takes the same step then, and why not another answer.
METHODS = r"gradient descent, Newton's method, the one with $H + \lambda I$ and the same $\lambda$"
CHANGES = {
    "factor": (
        rf"We multiply $f$ by {{number}}. Which take the same step as before: {METHODS}?",
        "newton",
        {
            "newton, regularized": "The factor cancels only if all of H + λI has it: λ has the "
            "unit of a curvature.",
            "all": "The step of gradient descent is −ηg, and g is {number} times as long.",
            "none": "In H⁻¹g both have the factor {number}, and it cancels.",
        },
    ),
    "constant": (
        rf"We add {{number}} to $f$. Which take the same step as before: {METHODS}?",
        "all",
        dict.fromkeys(
            ["newton", "newton, regularized", "none"],
            "What is added falls out of the gradient and of the Hessian.",
        ),
    ),
    "turn": (
        rf"We turn the axes by {{number}}°. Which still step to the same place: {METHODS}?",
        "all",
        {
            "newton": "λI is the same in all axes: it turns with H.",
            "newton, regularized": "The gradient turns with the axes, and with it the step −ηg.",
            "none": "Gradient and Hessian turn with the axes: nothing else happens to them.",
        },
    ),
    "unit": (
        r"We measure one coordinate in other units, $x = {number} u$. Which still step to the same "
        rf"place: {METHODS}?",
        "newton",
        {
            "newton, regularized": "A curvature along u is another number than one along x, and λ "
            "is added to both.",
            "all": "The slope along u is {number} times that along x, and a step along u is as "
            "good as one of {number} along x.",
            "none": "In H⁻¹g the units cancel.",
        },
    ),
}


def _scaled(change, number):
    """Return the question which methods notice a change."""
    ask, right, feedback = CHANGES[change]
    return dict(
        ask=ask.replace("{number}", f"{number}"),
        right=right,
        options={
            "newton": "Newton's method only",
            "newton, regularized": "Newton's method and the regularized one",
            "all": "all three",
            "none": "none",
        },
        feedback={key: said.replace("{number}", f"{number}") for key, said in feedback.items()},
    )


def _draw_scaled(rng):
    change = str(rng.choice(list(CHANGES)))
    return dict(change=change, number=int(rng.choice([10, 20, 30, 50, 60, 80])))


EXERCISES = [
    _Number(
        id="newton/quartic",
        layer="predict",
        topic="second-order methods",
        minutes=4,
        difficulty=1,
        ask=lambda power, lr: (
            rf"Newton's method with $\eta = {lr:g}$ on $x^{{{power}}}$: by which factor does each "
            "step multiply $x$? Three digits."
        ),
        answer=lambda power, lr: 1 - lr / (power - 1),
        parameters=dict(power=4, lr=1.0),
        digits=3,
        draw=lambda rng: dict(
            power=int(rng.choice([4, 6, 8, 10])), lr=round(rng.uniform(0.5, 1.5), 2)
        ),
        solution=lambda power, lr: (
            f"x − {lr:g} · {power} x^{power - 1} / ({power * (power - 1)} x^{power - 2}) = "
            f"{1 - lr / (power - 1):.4g} x"
        ),
        slips=(
            Slip(
                "A step into the minimum",
                lambda power, lr: 0.0,
                "That is so for a quadratic; here the curvature changes along the step.",
            ),
            Slip(
                "The step in place of what is left",
                lambda power, lr: lr / (power - 1),
                "This much of x is taken away; what is left is the rest.",
            ),
            Slip(
                "The power is not lowered",
                lambda power, lr: 1 - lr / power,
                "The second derivative of xᵖ is p (p − 1) xᵖ⁻², so f′/f″ is x/(p − 1).",
            ),
            Slip(
                "Uphill",
                lambda power, lr: 1 + lr / (power - 1),
                "f′/f″ is subtracted.",
            ),
        ),
    ),
    DrawnChoice(
        id="newton/scale",
        chapter=CHAPTER,
        layer="predict",
        topic="second-order methods",
        minutes=4,
        difficulty=1,
        made=_scaled,
        parameters=dict(change="factor", number=1000),
        draw=_draw_scaled,
    ),
    _Number(
        id="newton/cubic-constant",
        layer="by hand",
        topic="order of convergence",
        minutes=8,
        difficulty=2,
        ask=lambda a: (
            rf"Newton's method on ${_two_exponentials(a)}$ near 0: the next error is "
            "$c$ times the cube of the last one. How large is $c$, without its sign? Three digits."
        ),
        answer=lambda a: 2 * a**2 / 3,
        parameters=dict(a=1.0),
        digits=3,
        draw=lambda rng: dict(a=round(rng.uniform(1.2, 6), 2)),
        solution=lambda a: (
            f"x − sinh(2ax)/(2a) ≈ x − x − (2a)²x³/6 = −{2 * a**2 / 3:.4g} x³ with a = {a:g}"
        ),
        slips=(
            Slip(
                "The second derivative taken at 0",
                lambda a: a**2 / 3,
                "From tanh z ≈ z − z³/3 alone; f″ falls away from 0 too, by 1 − tanh² z.",
            ),
            Slip(
                "The ½ before sinh forgotten",
                lambda a: 4 * a**2 / 3,
                "The step is −sinh(2ax)/(2a).",
            ),
            Slip(
                "sinh x in place of sinh 2x",
                lambda a: a**2 / 6,
                "tanh z cosh² z = sinh z cosh z = ½ sinh 2z, and the cube of 2 is 8.",
            ),
            Slip(
                "The constant of order 2",
                lambda a: 0.0,
                "f‴/2f″ is 0 at the minimum: that is why the order is 3.",
            ),
        ),
    ),
    _Number(
        id="newton/border",
        layer="code",
        topic="stability",
        minutes=10,
        difficulty=2,
        ask=lambda lr: (
            rf"Newton's method with $\eta = {lr:g}$ on $\log(e^x + e^{{-x}})$: from which $x > 0$ "
            "on does it diverge? Five digits."
        ),
        answer=_border,
        parameters=dict(lr=0.5),
        digits=5,
        draw=lambda rng: dict(lr=round(rng.uniform(0.2, 0.9), 3)),
        solution=lambda lr: (
            f"η sinh 2x = 4x with η = {lr:g}, solved by bisection: {_border(lr):.5f}"
        ),
        slips=(
            Slip(
                "The border of full steps",
                lambda lr: _border(1.0),
                "Shorter steps overshoot less: the border moves out as η falls.",
            ),
            Slip(
                "2x in place of x",
                lambda lr: 2 * _border(lr),
                "In the equation stands sinh 2x: its solution u = 2x is divided by 2.",
            ),
            Slip(
                "sinh x in place of sinh 2x",
                partial(_border, doubled=1),
                "f′/f″ = tanh x cosh² x = ½ sinh 2x.",
            ),
            Slip(
                "The half counted twice",
                partial(_border, far=8),
                "At the border η · ½ sinh 2x = 2x: one ½ only, so η sinh 2x = 4x.",
            ),
        ),
    ),
]
