"""Exercises of the chapter modern/no-learning-rate."""

from functools import partial

import numpy as np

from course.exercises.numbers import NumberExercise, Slip
from optimlib.descent import trace
from optimlib.notation import by_hand
from optimlib.problems import square
from optimlib.rules import DAdaptSGD, DoG

CHAPTER = "modern/no-learning-rate"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _steps(r0, D):
    """Return the step after which r₀ ∏ (1 + 1/√i) is D at least."""
    t, grown = 1, r0
    while grown < D * (1 - 1e-12):
        t += 1
        grown *= 1 + t**-0.5
    return float(t)


def _rule(r0):
    return DoG(r0=r0, relative=False, eps=0)


def _dog(w0, r0, steps=3, largest=True, sizes=False, late=False):
    """Return w after so many steps of DoG on w², or of a wrong form of it."""
    w, G, r, g = w0, 0.0, r0, 0.0
    for _ in range(steps):
        r = max(r, abs(w - w0)) if largest else r0
        old, g = G, 2 * w
        G += abs(g) if sizes else g**2
        root = np.sqrt(old) if late and old else np.sqrt(G)
        w -= r / (G if sizes else root) * g
    return w


def _estimate(w0, d0, twice=2.0, new=False, last=False):
    """Return the estimate of D-Adaptation after two steps on w², or of a wrong form of it."""
    w, s, q, c = w0, 0.0, 0.0, abs(2 * w0)
    for _ in range(2):
        g = 2 * w
        alpha = d0 / (abs(g) if last else c)
        q += alpha * g * (s + alpha * g if new else s)
        s += alpha * g
        w = w0 - s
    return twice * q / abs(s)


EXERCISES = [
    _Number(
        id="no-learning-rate/find-distance",
        layer="predict",
        topic="step lengths",
        minutes=8,
        difficulty=2,
        ask=lambda r0, D: (
            rf"DoG on a constant slope with $r_0 = {r0:g}$ and $\varepsilon = 0$: after which step "
            f"is it for the first time at least {D:g} away from its start?"
        ),
        answer=_steps,
        parameters=dict(r0=0.001, D=1.0),
        digits=3,
        draw=lambda rng: dict(
            r0=float(rng.choice([1e-5, 1e-4, 1e-3])), D=round(rng.uniform(1, 15), 1)
        ),
        solution=lambda r0, D: (
            f"r₀ (1 + 1/√2)(1 + 1/√3) ... first reaches {D:g} with the factor of step "
            f"{_steps(r0, D):g}"
        ),
        slips=(
            Slip(
                "With e to the 2√t",
                lambda r0, D: float(np.ceil((np.log(D / r0) / 2) ** 2)),
                "That is the rough estimate; the product grows somewhat more slowly.",
            ),
            Slip(
                "Doubled in each step",
                lambda r0, D: float(np.ceil(np.log2(D / r0)) + 1),
                "The rate falls like 1/√t: only the first factors are near 2.",
            ),
            Slip(
                "Each step as long as the first",
                lambda r0, D: float(np.ceil(D / r0)),
                "The distance grows, and the rate with it.",
            ),
            Slip(
                "One step too few",
                lambda r0, D: _steps(r0, D) - 1,
                "After that step it is still nearer.",
            ),
        ),
    ),
    _Number(
        id="no-learning-rate/three-steps",
        layer="by hand",
        topic="step lengths",
        minutes=8,
        difficulty=2,
        ask=lambda w0, r0: (
            rf"DoG on $w^2$ from $w_0 = {w0:g}$ with $r_0 = {r0:g}$ and $\varepsilon = 0$: where "
            "is $w_3$? Three digits."
        ),
        answer=_dog,
        parameters=dict(w0=4.0, r0=1.0),
        digits=3,
        draw=lambda rng: dict(
            w0=round(rng.uniform(4, 20), 1), r0=float(rng.choice([0.5, 0.75, 1.0, 1.25]))
        ),
        solution=lambda w0, r0: by_hand(_rule(r0), square, w0, 3),
        slips=(
            Slip(
                "r stays at r₀",
                lambda w0, r0: _dog(w0, r0, largest=False),
                "r is the largest distance from the start: from the third step on it is larger.",
            ),
            Slip(
                "Sizes in place of squares",
                lambda w0, r0: _dog(w0, r0, sizes=True),
                "G adds up squares, and the rate divides by its root.",
            ),
            Slip(
                "The newest gradient is left out of G",
                lambda w0, r0: _dog(w0, r0, late=True),
                "G has the square of this step's gradient already.",
            ),
            Slip(
                "One step too few",
                lambda w0, r0: _dog(w0, r0, steps=2),
                "This is w₂; one step is missing.",
            ),
        ),
    ),
    _Number(
        id="no-learning-rate/estimate",
        layer="by hand",
        topic="step lengths",
        minutes=8,
        difficulty=2,
        ask=lambda w0, d0: (
            rf"D-Adaptation on $w^2$ from $w_0 = {w0:g}$ with $d_0 = {d0:g}$: what is the estimate "
            "2q/‖s‖ after the second gradient? Three digits."
        ),
        answer=lambda w0, d0: float(trace(DAdaptSGD(d0=d0), square, w0, 2)["d_hat"][-1]),
        parameters=dict(w0=4.0, d0=1.0),
        digits=3,
        draw=lambda rng: dict(
            w0=round(rng.uniform(3, 20), 1), d0=float(rng.choice([0.5, 0.75, 1.0, 1.5]))
        ),
        solution=lambda w0, d0: by_hand(DAdaptSGD(d0=d0), square, w0, 2),
        slips=(
            Slip(
                "Without the factor 2",
                lambda w0, d0: _estimate(w0, d0, twice=1.0),
                "The estimate is 2q/‖s‖.",
            ),
            Slip(
                "With the new sum",
                lambda w0, d0: _estimate(w0, d0, new=True),
                "The gradient is multiplied by the sum s from before it.",
            ),
            Slip(
                "Divided by the last gradient",
                lambda w0, d0: _estimate(w0, d0, last=True),
                "c is the norm of the first gradient in every step.",
            ),
            Slip(
                "The way so far",
                lambda w0, d0: abs(w0 - float(trace(DAdaptSGD(d0=d0), square, w0, 2)["w"][-1])),
                "That is ‖s‖, how far it has come; the estimate is 2q/‖s‖.",
            ),
        ),
    ),
]
