"""Exercises of the chapter landscape/saddle-points."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip, point
from optimlib import problems
from optimlib.rules import Newton

CHAPTER = "landscape/saddle-points"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _steps(factor, digits):
    """Return after how many steps 10 to the power −`digits` has grown to 1."""
    return np.ceil(digits * np.log(10) / np.log(factor))


def _factors(beta, rise):
    """Return the two factors per step of the heavy ball, for ηγ = `rise`: small and large."""
    return sorted(np.roots([1, -(1 + beta + rise), beta]))


def _grown(lr, steps, saddle_free=True):
    """Return what Newton's method makes of y = 1 on x² − y²."""
    return point(Newton(lr, saddle_free=saddle_free), problems.saddle, (1.0, 1.0), steps)[1]


# Steps on a saddle, whether they lead into it, and what to say to who thinks otherwise.
STEPS = {
    "newton": (
        r"Newton's method steps by $-\eta H^{-1} \nabla f$.",
        True,
        "The gradient points that way, but H⁻¹ divides by the negative eigenvalue and turns the "
        "step in {down} around.",
    ),
    "saddle-free": (
        r"The saddle-free method steps by $-\eta |H|^{-1} \nabla f$.",
        False,
        "|H| has the size of the negative eigenvalue, not its sign: the step in {down} stays "
        "downhill.",
    ),
    "descent": (
        r"Gradient descent steps by $-\eta \nabla f$, with a small $\eta$.",
        False,
        "Along {down} −∇f points downhill, away from the saddle.",
    ),
}


def _where(method, up, factors, far):
    """Return the question where a method goes on a saddle that rises along `up`."""
    down = "y" if up == "x" else "x"
    done, ends_in_saddle, reason = STEPS[method]
    rise, fall = (f"{f if f != 1 else ''}{v}^2" for f, v in zip(factors, (up, down), strict=True))
    start = f"({far}, 0.01)" if up == "x" else f"(0.01, {far})"
    right, wrong = ("saddle", "down") if ends_in_saddle else ("down", "saddle")
    return dict(
        ask=f"{done} Where does it go from ${start}$ on ${rise} - {fall}$?",
        right=right,
        options={
            "saddle": "into the saddle",
            "down": f"past the saddle and down along {down}",
            "up": f"uphill along {up}",
        },
        feedback={
            wrong: reason.format(down=down),
            "up": f"The eigenvalue of {up} is positive, so in {up} the step leads downhill.",
        },
    )


def _draw_where(rng):
    return dict(
        method=str(rng.choice(list(STEPS))),
        up=str(rng.choice(["x", "y"])),
        factors=tuple(int(factor) for factor in rng.integers(1, 5, 2)),
        far=int(rng.integers(1, 4)),
    )


EXERCISES = [
    _Number(
        id="saddle-points/steep-and-flat",
        layer="predict",
        topic="saddle points",
        minutes=5,
        difficulty=1,
        ask=lambda steep, flat, digits: (
            rf"A saddle has the eigenvalues {steep:g} and $-{flat:g}$. How many steps does "
            rf"gradient descent with $\eta = 1/L$ take from $\delta = 10^{{-{digits}}}$ to 1? "
            "Four digits will do."
        ),
        answer=lambda steep, flat, digits: _steps(1 + flat / steep, digits),
        parameters=dict(steep=100, flat=0.1, digits=6),
        digits=4,
        draw=lambda rng: dict(
            steep=int(rng.integers(20, 61)) * 5,
            flat=float(rng.choice([0.1, 0.15, 0.2, 0.25, 0.3, 0.4])),
            digits=int(rng.integers(5, 10)),
        ),
        solution=lambda steep, flat, digits: (
            f"ηγ = {flat:g}/{steep} = {flat / steep:.4g}, so each step multiplies by "
            f"{1 + flat / steep:.6g}: ln 10^{digits} / ln {1 + flat / steep:.6g} = "
            f"{_steps(1 + flat / steep, digits):.0f} steps"
        ),
        slips=(
            Slip(
                "The rate is missing",
                lambda steep, flat, digits: _steps(1 + flat, digits),
                "The factor is 1 + ηγ, and η = 1/L is small here.",
            ),
            Slip(
                "Two kinds of logarithm",
                lambda steep, flat, digits: np.ceil(digits / np.log(1 + flat / steep)),
                "log₁₀ above and ln below: take the same logarithm in both places.",
            ),
            Slip(
                "The steep eigenvalue",
                lambda steep, flat, digits: _steps(2, digits),
                "y grows by its own eigenvalue, 1 + ηγ; the steep one only limits η.",
            ),
            Slip(
                "Twice the slope",
                lambda steep, flat, digits: _steps(1 + 2 * flat / steep, digits),
                "An eigenvalue is a second derivative: γ belongs to −½γy², with the slope −γy.",
            ),
        ),
    ),
    _Number(
        id="saddle-points/heavy-ball-factor",
        layer="by hand",
        topic="momentum",
        minutes=8,
        difficulty=2,
        ask=lambda beta, rise: (
            rf"The heavy ball with $\beta = {beta:g}$ and $\eta\gamma = {rise:g}$ near a saddle: "
            "by which factor does the distance from the stable line grow in each step, in the "
            "long run? Four digits."
        ),
        answer=lambda beta, rise: _factors(beta, rise)[1],
        parameters=dict(beta=0.5, rise=0.05),
        digits=4,
        draw=lambda rng: dict(
            beta=round(rng.uniform(0.3, 0.9), 2), rise=round(rng.uniform(0.03, 0.2), 2)
        ),
        solution=lambda beta, rise: (
            f"r² − {1 + beta + rise:g} r + {beta:g} = 0 has the roots "
            f"{_factors(beta, rise)[1]:.4f} and {_factors(beta, rise)[0]:.4f}"
        ),
        slips=(
            Slip(
                "The factor of gradient descent",
                lambda beta, rise: 1 + rise,
                "Without memory it would be 1 + ηγ; momentum makes it larger.",
            ),
            Slip(
                "The smaller root",
                lambda beta, rise: _factors(beta, rise)[0],
                "Both roots take part, and the larger one wins in the long run.",
            ),
            Slip(
                "The rate divided by 1 − β",
                lambda beta, rise: 1 + rise / (1 - beta),
                "That is right for a gradient that hardly changes; here it grows in each step.",
            ),
            Slip(
                "The root of the discriminant is missing",
                lambda beta, rise: ((1 + beta + rise) + (1 + beta + rise) ** 2 - 4 * beta) / 2,
                "r = (p ± √(p² − 4β))/2 with p = 1 + β + ηγ.",
            ),
            Slip(
                "Twice the factor",
                lambda beta, rise: 2 * _factors(beta, rise)[1],
                "The solution of a quadratic equation is divided by 2.",
            ),
        ),
    ),
    DrawnChoice(
        id="saddle-points/newton",
        chapter=CHAPTER,
        layer="predict",
        topic="second-order methods",
        minutes=3,
        difficulty=1,
        made=_where,
        parameters=dict(method="newton", up="x", factors=(1, 1), far=1),
        draw=_draw_where,
    ),
    _Number(
        id="saddle-points/saddle-free",
        layer="experiment",
        topic="second-order methods",
        minutes=6,
        difficulty=2,
        ask=lambda lr, steps: (
            rf"Newton's method with $|H|$ and $\eta = {lr:g}$ on $x^2 - y^2$: by which factor does "
            f"$y$ grow in {steps} steps? Four digits."
        ),
        answer=_grown,
        parameters=dict(lr=0.5, steps=5),
        digits=4,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.15, 0.9), 2), steps=int(rng.choice([3, 4, 5, 6]))
        ),
        solution=lambda lr, steps: (
            f"|H|⁻¹∇f = (x, −y), so a step multiplies y by 1 + η = {1 + lr:g}, and {steps} steps "
            f"by {1 + lr:g}^{steps} = {_grown(lr, steps):.5g}"
        ),
        slips=(
            Slip(
                "Plain Newton",
                lambda lr, steps: _grown(lr, steps, saddle_free=False),
                "With H itself y shrinks; |H| has the absolute values of the eigenvalues.",
            ),
            Slip(
                "One step only",
                lambda lr, steps: _grown(lr, 1),
                "Each step multiplies y by this factor.",
            ),
            Slip(
                "Steps added",
                lambda lr, steps: 1 + lr * steps,
                "The step is as long as y is by then: factors multiply.",
            ),
            Slip(
                "The curvature counted",
                lambda lr, steps: (1 + 2 * lr) ** steps,
                "The step divides by the curvature 2, so it is ηy and not 2ηy.",
            ),
        ),
    ),
]
