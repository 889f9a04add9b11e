"""Exercises of the chapter modern/matrices."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip
from optimlib.symbols import number_text

CHAPTER = "modern/matrices"
_Number = partial(NumberExercise, chapter=CHAPTER)

JORDAN = (3.4445, -4.7750, 2.0315)
NORMS = {
    "spectral": "the spectral norm",
    "largest entry": "the norm that is the largest absolute value of an entry",
    "Frobenius": "the Frobenius norm",
}


def _steepest(norm, p, q):
    """Return the question which step from a gradient with rows (p, q) and (q, p) is steepest."""
    signs = f"(1, {np.sign(q):g}), ({np.sign(q):g}, 1)".replace("-", "−")
    options = {
        "unit": "−η times the matrix with rows (1, 0), (0, 1)",
        "signs": f"−η times the matrix with rows {signs}",
        "scaled": "−η times the gradient, divided by the root of the sum of its squares",
        "inverse": "−η times the inverse of the gradient",
    }
    right = {"spectral": "unit", "largest entry": "signs", "Frobenius": "scaled"}[norm]
    feedback = {
        "unit": "All its singular values are the same: that is the step of the spectral norm.",
        "signs": "All its entries are of one size: that is the step of the largest entry.",
        "scaled": "The gradient itself, made shorter, is the step of the Frobenius norm.",
        "inverse": "No norm asks for small singular values to become large ones.",
    }
    return dict(
        ask=(
            rf"The gradient has the rows $({p:g}, {q:g})$ and $({q:g}, {p:g})$. Which step of size "
            rf"$\eta$ is steepest descent in {NORMS[norm]}?"
        ),
        right=right,
        options=options,
        feedback={key: text for key, text in feedback.items() if key != right},
    )


def _draw_steepest(rng):
    p = int(rng.integers(2, 10))
    q = int(rng.integers(1, p)) * int(rng.choice([-1, 1]))
    return dict(norm=str(rng.choice(list(NORMS))), p=float(p), q=float(q))


def _falls(lr, p, q):
    return lr * (abs(p + q) + abs(p - q))


def _polynomial(sigma, a, b, c, steps=1):
    for _ in range(steps):
        sigma = a * sigma + b * sigma**3 + c * sigma**5
    return sigma


def _ratio(inputs, outputs):
    """Return Keras's factor of a step over PyTorch's."""
    return 0.2 * max(inputs, outputs) ** 0.5 / max(1, outputs / inputs) ** 0.5


EXERCISES = [
    DrawnChoice(
        id="matrices/steepest",
        chapter=CHAPTER,
        layer="predict",
        topic="matrices",
        minutes=4,
        difficulty=1,
        made=_steepest,
        parameters=dict(norm="spectral", p=3.0, q=1.0),
        draw=_draw_steepest,
    ),
    _Number(
        id="matrices/decrease",
        layer="by hand",
        topic="matrices",
        minutes=5,
        difficulty=1,
        ask=lambda lr, p, q: (
            rf"The gradient of a matrix of weights has the rows $({p:g}, {q:g})$ and "
            rf"$({q:g}, {p:g})$. By how much does $f$ fall, to first order, in the steepest step "
            rf"whose spectral norm is $\eta = {lr:g}$? Three digits."
        ),
        answer=_falls,
        parameters=dict(lr=0.1, p=3.0, q=1.0),
        digits=3,
        draw=lambda rng: dict(
            lr=float(rng.choice([0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5])),
            p=float(rng.integers(3, 16)),
            q=float(rng.integers(1, 13)),
        ),
        solution=lambda lr, p, q: (
            f"the singular values are {p + q:g} and {abs(p - q):g}; {lr:g} · "
            f"({p + q:g} + {abs(p - q):g}) = {number_text(_falls(lr, p, q))}"
        ),
        slips=(
            Slip(
                "The Frobenius norm",
                lambda lr, p, q: lr * np.sqrt(2 * p**2 + 2 * q**2),
                "A step of Frobenius norm η would gain that; in the spectral norm every singular "
                "direction may use the whole η.",
            ),
            Slip(
                "Only the largest singular value",
                lambda lr, p, q: lr * (p + q),
                "The step has the size η in both singular directions: both singular values count.",
            ),
            Slip(
                "The sum of the entries",
                lambda lr, p, q: lr * 2 * (p + q),
                "That is what steps gain whose entries are all η in size. Sum the singular values.",
            ),
        ),
    ),
    _Number(
        id="matrices/newton-schulz",
        layer="by hand",
        topic="matrices",
        minutes=6,
        difficulty=2,
        ask=lambda sigma: (
            rf"$X_0$ has a singular value $\sigma = {sigma:g}$. What has become of it after one "
            r"Newton-Schulz step with Muon's coefficients 3.4445, −4.7750, 2.0315? Four digits."
        ),
        answer=lambda sigma: _polynomial(sigma, *JORDAN),
        parameters=dict(sigma=0.6),
        digits=4,
        draw=lambda rng: dict(sigma=round(float(rng.uniform(0.2, 0.95)), 3)),
        solution=lambda sigma: (
            f"σ³ = {number_text(sigma**3)}, σ⁵ = {number_text(sigma**5)}; "
            f"3.4445 · {sigma:g} − 4.7750 · {number_text(sigma**3)} + 2.0315 · "
            f"{number_text(sigma**5)} = {number_text(_polynomial(sigma, *JORDAN))}"
        ),
        slips=(
            Slip(
                "Even powers",
                lambda sigma: JORDAN[0] * sigma + JORDAN[1] * sigma**2 + JORDAN[2] * sigma**4,
                "A X has the singular value σ² · σ: the powers are odd, 1, 3 and 5.",
            ),
            Slip(
                "The last two coefficients exchanged",
                lambda sigma: _polynomial(sigma, JORDAN[0], JORDAN[2], JORDAN[1]),
                "−4.7750 belongs to the third power, 2.0315 to the fifth.",
            ),
            Slip(
                "Only the first term",
                lambda sigma: JORDAN[0] * sigma,
                "That is all that counts for a tiny σ; here the other two terms are not small.",
            ),
            Slip(
                "Two steps",
                lambda sigma: _polynomial(sigma, *JORDAN, steps=2),
                "Asked for is one step.",
            ),
        ),
    ),
    _Number(
        id="matrices/libraries",
        layer="predict",
        topic="conventions",
        minutes=5,
        difficulty=2,
        ask=lambda inputs, outputs: (
            f"A layer has {inputs} inputs and {outputs} outputs. With the same learning rate, how "
            "many times as far does Muon step in Keras as in PyTorch? Three digits."
        ),
        answer=_ratio,
        parameters=dict(inputs=1024, outputs=4096),
        digits=3,
        draw=lambda rng: dict(
            inputs=int(rng.integers(2, 17)) * 64, outputs=int(rng.integers(20, 65)) * 64
        ),
        solution=lambda inputs, outputs: (
            f"Keras: 0.2 √{max(inputs, outputs)} = "
            f"{number_text(0.2 * max(inputs, outputs) ** 0.5)}; PyTorch: "
            f"√max(1, {outputs}/{inputs}) = {number_text(max(1, outputs / inputs) ** 0.5)}; "
            f"the ratio is ≈ {number_text(_ratio(inputs, outputs))}"
        ),
        slips=(
            Slip(
                "Keras the other way round",
                lambda inputs, outputs: 1 / _ratio(inputs, outputs),
                "That is PyTorch's step over that of Keras.",
            ),
            Slip(
                "The shorter side",
                lambda inputs, outputs: (
                    0.2 * min(inputs, outputs) ** 0.5 / max(1, outputs / inputs) ** 0.5
                ),
                "Keras takes the root of the longer side.",
            ),
            Slip(
                "The root forgotten",
                lambda inputs, outputs: 0.2 * max(inputs, outputs) / max(1, outputs / inputs),
                "Both factors are roots.",
            ),
        ),
    ),
]
