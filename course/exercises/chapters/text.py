"""Exercises of the chapter modern/text."""

from functools import partial

from course.exercises.numbers import NumberExercise, Slip

CHAPTER = "modern/text"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _left(lr, frequency, curvature, steps):
    return (1 - lr * frequency * curvature) ** (2 * steps)


def _clipped(lr, rare, size, limit):
    """Return E[w²] of clipped gradient descent: noise ±1, or ±size with the chance `rare`."""
    inside, square = 1 - rare, 1 - rare + rare * limit**2
    return lr * square / (inside * (2 - lr))


EXERCISES = [
    _Number(
        id="text/rank",
        layer="predict",
        topic="frequencies",
        minutes=4,
        difficulty=1,
        ask=lambda exponent, first, rank: (
            rf"Contexts have frequencies proportional to $1/k^s$ with $s = {exponent:g}$, and the "
            f"rate is small. The error of context 1 takes {first:g} steps to halve. About how many "
            f"does that of context {rank:g} take?"
        ),
        answer=lambda exponent, first, rank: first * rank**exponent,
        parameters=dict(exponent=1.0, first=7.0, rank=100.0),
        digits=3,
        draw=lambda rng: dict(
            exponent=float(rng.choice([1, 2])),
            first=float(rng.integers(5, 21)),
            rank=float(rng.integers(5, 101)),
        ),
        solution=lambda exponent, first, rank: (
            f"each step shrinks the error by a share that is proportional to the frequency, which "
            f"is {rank**exponent:g} times smaller: {first:g} · {rank**exponent:g} = "
            f"{first * rank**exponent:.6g}"
        ),
        slips=(
            Slip(
                "The same for all",
                lambda exponent, first, rank: first,
                "The gradient of a rare context is multiplied by its frequency, and η is one.",
            ),
            Slip(
                "The root",
                lambda exponent, first, rank: first * rank ** (exponent / 2),
                "The share per step is proportional to the frequency itself, not to its root.",
            ),
            Slip(
                "Added",
                lambda exponent, first, rank: first + rank,
                "Half the share per step takes twice the steps: multiply.",
            ),
        ),
    ),
    _Number(
        id="text/left",
        layer="by hand",
        topic="frequencies",
        minutes=5,
        difficulty=1,
        ask=lambda lr, frequency, curvature, steps: (
            rf"A context has the frequency {frequency:g}, and its softmax the curvature "
            rf"$\lambda = {curvature:g}$. Which share of its excess is left after {steps:g} steps "
            rf"of gradient descent with $\eta = {lr:g}$? Three digits."
        ),
        answer=_left,
        parameters=dict(lr=40.0, frequency=0.002, curvature=0.2, steps=50.0),
        digits=3,
        draw=lambda rng: dict(
            lr=float(rng.choice([15, 20, 25, 30, 40])),
            frequency=float(rng.choice([0.001, 0.002, 0.003, 0.004])),
            curvature=float(rng.choice([0.1, 0.15, 0.2, 0.25])),
            steps=float(rng.choice([30, 40, 50, 60, 80, 100])),
        ),
        solution=lambda lr, frequency, curvature, steps: (
            f"the error is multiplied by 1 − ηpλ = {1 - lr * frequency * curvature:.6g} in each "
            f"step, the excess by its square: {1 - lr * frequency * curvature:.6g}^{2 * steps:g} = "
            f"{_left(lr, frequency, curvature, steps):.4g}"
        ),
        slips=(
            Slip(
                "The error",
                lambda lr, frequency, curvature, steps: (1 - lr * frequency * curvature) ** steps,
                "That is left of the error; the excess is proportional to its square.",
            ),
            Slip(
                "What has gone",
                lambda lr, frequency, curvature, steps: 1 - _left(lr, frequency, curvature, steps),
                "That share has gone; asked for is what is left.",
            ),
            Slip(
                "The curvature is forgotten",
                lambda lr, frequency, curvature, steps: _left(lr, frequency, 1, steps),
                "The curvature of the whole loss is pλ, not p.",
            ),
            Slip(
                "Added up",
                lambda lr, frequency, curvature, steps: 1 - 2 * steps * lr * frequency * curvature,
                "Each step takes its share of what is left: multiply, do not add.",
            ),
        ),
    ),
    _Number(
        id="text/clipped",
        layer="by hand",
        topic="heavy tails",
        minutes=6,
        difficulty=2,
        ask=lambda lr, rare, size, limit: (
            rf"The noise on $\tfrac12 w^2$ is 1 or −1, but with the chance {rare:g} it is {size:g} "
            rf"or −{size:g}. The gradient is clipped at $c = {limit:g}$, and $\eta = {lr:g}$. At "
            r"which $\mathrm E[w^2]$ does gradient descent settle, by the formula? Three digits."
        ),
        answer=_clipped,
        parameters=dict(lr=0.1, rare=0.1, size=100.0, limit=2.0),
        digits=3,
        draw=lambda rng: dict(
            lr=float(rng.choice([0.05, 0.1, 0.15, 0.2, 0.25])),
            rare=float(rng.choice([0.04, 0.05, 0.08, 0.1, 0.2])),
            size=float(rng.choice([50, 80, 100, 150, 200, 250])),
            limit=float(rng.choice([2, 3, 4, 5])),
        ),
        solution=lambda lr, rare, size, limit: (
            f"the mean of min(|ξ|, c)² is {1 - rare:g} · 1 + {rare:g} · {limit**2:g} = "
            f"{1 - rare + rare * limit**2:.4g}, and p = {1 - rare:g}: "
            f"{lr:g} · {1 - rare + rare * limit**2:.4g} / ({1 - rare:g} · (2 − {lr:g})) = "
            f"{_clipped(lr, rare, size, limit):.4g}"
        ),
        slips=(
            Slip(
                "Without clipping",
                lambda lr, rare, size, limit: lr * (1 - rare + rare * size**2) / (2 - lr),
                "That is the floor with the whole variance; clipping leaves at most c of an error.",
            ),
            Slip(
                "p is forgotten",
                lambda lr, rare, size, limit: lr * (1 - rare + rare * limit**2) / (2 - lr),
                "A clipped gradient does not feel w: only the share p of them pulls back.",
            ),
            Slip(
                "The loss",
                lambda lr, rare, size, limit: _clipped(lr, rare, size, limit) / 2,
                "That is the mean loss; asked for is the mean of w².",
            ),
            Slip(
                "Large errors left out",
                lambda lr, rare, size, limit: lr / (2 - lr),
                "A clipped error is still an error, of the size c.",
            ),
        ),
    ),
]
