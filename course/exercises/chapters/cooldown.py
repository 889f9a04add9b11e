"""Exercises of the chapter modern/cooldown."""

from functools import partial

import numpy as np

from course.exercises.numbers import NumberExercise, Slip, point
from optimlib.notation import by_hand
from optimlib.problems import square
from optimlib.rules import ScheduleFree

CHAPTER = "modern/cooldown"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _path(w0, lr, beta, place=lambda w, z, beta: (1 - beta) * z + beta * w, first=0.0, steps=3):
    """Return (w, z) after so many steps on w²; `first` is the weight of the start in the mean."""
    w = z = w0
    for t in range(1, steps + 1):
        z = z - lr * 2 * place(w, z, beta)
        w = w + (z - w) / (t + first)
    return w, z


def _prices(steps):
    """Return 1 + ½ + ... + 1/(steps − 1)."""
    return np.sum(1 / np.arange(1, steps))


EXERCISES = [
    _Number(
        id="cooldown/fades",
        layer="predict",
        topic="noise",
        minutes=5,
        difficulty=2,
        ask=lambda lr, h: (
            rf"The rate falls in a straight line from $\eta = {lr:g}$ to 0. In a direction of "
            rf"curvature $h = {h:g}$, after about how many steps is a tenth of the old "
            r"$\mathrm E[w^2]$ left, not counting the noise that comes in? Three digits."
        ),
        answer=lambda lr, h: np.log(10) / (lr * h),
        parameters=dict(lr=0.2, h=0.3),
        digits=3,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.05, 0.3), 3), h=float(rng.choice([0.1, 0.2, 0.3, 0.6]))
        ),
        solution=lambda lr, h: (
            f"the rates of T₁ steps add up to {lr:g} T₁/2, and E[w²] has the factor e to −2h times "
            f"that: {lr:g} · {h:g} · T₁ = ln 10, T₁ ≈ {np.log(10) / (lr * h):.0f}"
        ),
        slips=(
            Slip(
                "The factor is not squared",
                lambda lr, h: 2 * np.log(10) / (lr * h),
                "w is multiplied by 1 − ηh, and its square by (1 − ηh)²: twice as fast.",
            ),
            Slip(
                "The rate does not fall",
                lambda lr, h: np.log(10) / (2 * lr * h),
                "On the straight line to 0 the mean rate is η/2: it takes twice as long.",
            ),
            Slip(
                "To a share of 1/e",
                lambda lr, h: 1 / (lr * h),
                "After 1/ηh steps e⁻¹ = 0.37 is left; a tenth takes ln 10 of these.",
            ),
            Slip(
                "The curvature is forgotten",
                lambda lr, h: np.log(10) / lr,
                "How fast noise fades depends on ηh: where it is flat, it takes longer.",
            ),
        ),
    ),
    _Number(
        id="cooldown/three-steps",
        layer="by hand",
        topic="averaging",
        minutes=8,
        difficulty=2,
        ask=lambda w0, lr, beta: (
            rf"Schedule-free on $w^2$ from $w_0 = {w0:g}$ with $\eta = {lr:g}$ and "
            rf"$\beta = {beta:g}$: where is $w_3$? Three digits."
        ),
        answer=lambda w0, lr, beta: point(ScheduleFree(lr, beta=beta), square, w0, 3),
        parameters=dict(w0=4.0, lr=0.125, beta=0.5),
        digits=3,
        draw=lambda rng: dict(
            w0=float(rng.integers(2, 12)),
            lr=float(rng.integers(10, 41)) / 100,
            beta=float(rng.choice([0.3, 0.4, 0.5, 0.6, 0.7])),
        ),
        solution=lambda w0, lr, beta: by_hand(ScheduleFree(lr, beta=beta), square, w0, 3),
        slips=(
            Slip(
                "The fast point",
                lambda w0, lr, beta: _path(w0, lr, beta)[1],
                "This is z₃. Asked for is w₃, the mean of z₁, z₂ and z₃.",
            ),
            Slip(
                "The gradient at the average",
                lambda w0, lr, beta: _path(w0, lr, beta, lambda w, z, beta: w)[0],
                "The gradient belongs at (1 − β) z + β w, between z and the average.",
            ),
            Slip(
                "The gradient at z",
                lambda w0, lr, beta: _path(w0, lr, beta, lambda w, z, beta: z)[0],
                "That is gradient descent with an average beside it, β = 0.",
            ),
            Slip(
                "The start is part of the mean",
                lambda w0, lr, beta: _path(w0, lr, beta, first=1.0)[0],
                "The mean is that of z₁, z₂ and z₃: the start is no part of it.",
            ),
            Slip(
                "One step too few",
                lambda w0, lr, beta: _path(w0, lr, beta, steps=2)[0],
                "This is w₂; one step is missing.",
            ),
        ),
    ),
    _Number(
        id="cooldown/constant-bound",
        layer="by hand",
        topic="schedules",
        minutes=8,
        difficulty=3,
        ask=lambda steps, D, C: (
            (r"With $D = C = 1$" if D == C == 1 else rf"With $D = {D:g}$ and $C = {C:g}$")
            + rf": what is the bound for $T = {steps:g}$ steps at a constant rate, "
            "at its best scale? Four digits."
        ),
        answer=lambda steps, D, C: D * C * np.sqrt((1 + _prices(steps)) / steps),
        parameters=dict(steps=3, D=1.0, C=1.0),
        digits=4,
        draw=lambda rng: dict(
            steps=int(rng.integers(3, 13)),
            D=float(rng.integers(2, 17)) / 2,
            C=float(rng.integers(2, 17)) / 2,
        ),
        solution=lambda steps, D, C: (
            f"{D:g}²/({2 * steps} γ) + γ/2 · {C:g}² · (1 + {_prices(steps):.4g}) is at its least "
            f"{D:g} · {C:g} · √((1 + {_prices(steps):.4g})/{steps}) = "
            f"{D * C * np.sqrt((1 + _prices(steps)) / steps):.4g}"
        ),
        slips=(
            Slip(
                "The bound of the average",
                lambda steps, D, C: D * C / np.sqrt(steps),
                "Without the long sum it is the bound for the average of all points.",
            ),
            Slip(
                "One price too many",
                lambda steps, D, C: D * C * np.sqrt((1 + _prices(steps + 1)) / steps),
                "k goes to T − 1: the largest price is 1, for the step before the last.",
            ),
            Slip(
                "The first term of the noise is missing",
                lambda steps, D, C: D * C * np.sqrt(_prices(steps) / steps),
                "Beside the long sum stands Σηₜ²/Σηₜ, which is 1 here.",
            ),
            Slip(
                "At the scale 1",
                lambda steps, D, C: D**2 / (2 * steps) + C**2 * (1 + _prices(steps)) / 2,
                "That is its value at γ = 1. The best γ makes both parts equal.",
            ),
            Slip(
                "One of the two equal parts",
                lambda steps, D, C: D * C * np.sqrt((1 + _prices(steps)) / steps) / 2,
                "At the best scale both parts are that large; the bound is their sum.",
            ),
        ),
    ),
]
