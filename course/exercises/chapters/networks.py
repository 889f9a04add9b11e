"""Exercises of the chapter landscape/networks."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip

CHAPTER = "landscape/networks"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _signed(number):
    return f"{number:g}".replace("-", "−")


def _no_learning(x, z):
    """Return the question into which weights no derivative comes, of features and sums."""
    zeros = [f"x{i}" for i, value in enumerate(x, 1) if value == 0]
    off = [f"z{j}" for j, value in enumerate(z, 1) if value < 0]
    options = {
        "x1": "for those that start at the first feature",
        "x2": "for those that start at the second feature",
        "z1": "for those that lead to the first unit",
        "z2": "for those that lead to the second unit",
        "none": "for none of them",
    }
    feedback = {"none": "Each derivative is ∂f/∂z times a feature: is one of the factors 0?"}
    for i, value in enumerate(x, 1):
        feedback[f"x{i}"] = (
            f"The feature is {_signed(value)}: a weight from there to a unit that is on learns."
        )
    for j, value in enumerate(z, 1):
        feedback[f"z{j}"] = (
            f"The sum is {_signed(value)}, so the unit is on and passes the derivative back, to "
            "the weights from features that are not 0."
        )
    (right,) = zeros + off or ["none"]
    return dict(
        ask=(
            rf"A sample $x = ({x[0]:g}, {x[1]:g})$ comes into a hidden layer of two ReLU units, "
            rf"with the sums $z_1 = {z[0]:g}$ and $z_2 = {z[1]:g}$. What comes back to the units "
            "is not 0. For which weights into the layer is the derivative of the loss 0?"
        ),
        right=right,
        options=options,
        feedback={key: text for key, text in feedback.items() if key != right},
    )


def _draw_no_learning(rng):
    x = [float(value) for value in rng.choice([-3, -2, -1, 1, 2, 3], 2)]
    z = [float(value) for value in rng.choice([0.5, 1, 1.5, 2, 2.5], 2)]
    kind, place = rng.choice(["feature", "unit", "none"], p=[0.4, 0.4, 0.2]), int(rng.integers(2))
    if kind == "feature":
        x[place] = 0.0
    if kind == "unit":
        z[place] = -z[place]
    return dict(x=tuple(x), z=tuple(z))


def _miss(x, u, b, v, c, y):
    """Return output less target of a chain whose hidden unit is on."""
    return v * (u * x + b) + c - y


def _draw_chain(rng):
    x, u, b, v = (int(rng.integers(low, 6)) for low in (2, 1, 1, 2))
    y, miss = int(rng.integers(1, 10)), int(rng.choice([-4, -3, -2, 2, 3, 4]))
    return dict(x=x, u=u, b=b, v=v, c=y + miss - v * (u * x + b), y=y)


def _entropy(a, b, c):
    """Return the cross-entropy of the second class, whose scores are the logs of three numbers."""
    return np.log((a + b + c) / b)


EXERCISES = [
    DrawnChoice(
        id="networks/no-learning",
        chapter=CHAPTER,
        layer="predict",
        topic="backpropagation",
        minutes=3,
        difficulty=1,
        made=_no_learning,
        parameters=dict(x=(2.0, 0.0), z=(1.5, 0.5)),
        draw=_draw_no_learning,
    ),
    _Number(
        id="networks/chain",
        layer="by hand",
        topic="backpropagation",
        minutes=5,
        difficulty=1,
        ask=lambda x, u, b, v, c, y: (
            r"$z = ux + b$, $a$ is the ReLU of $z$, $s = va + c$, and the loss is "
            rf"$f = \tfrac12 (s - y)^2$, with $x = {x}$, $u = {u}$, $b = {b}$, $v = {v}$, "
            f"$c = {c}$ and $y = {y}$. What is the derivative of $f$ with respect to $u$?"
        ),
        answer=lambda x, u, b, v, c, y: _miss(x, u, b, v, c, y) * v * x,
        parameters=dict(x=2, u=2, b=1, v=3, c=-10, y=2),
        draw=_draw_chain,
        solution=lambda x, u, b, v, c, y: (
            f"z = a = {u * x + b} and s = {_signed(v * (u * x + b) + c)}; back: s − y, v, the "
            f"slope 1 and x give {_signed(_miss(x, u, b, v, c, y))} · {v} · 1 · {x} = "
            f"{_signed(_miss(x, u, b, v, c, y) * v * x)}"
        ),
        slips=(
            Slip(
                "The weight of the output forgotten",
                lambda x, u, b, v, c, y: _miss(x, u, b, v, c, y) * x,
                "On the way back one crosses the arrow into the output: times v.",
            ),
            Slip(
                "The feature forgotten",
                lambda x, u, b, v, c, y: _miss(x, u, b, v, c, y) * v,
                "That is ∂f/∂z, which the bias has too; z = ux + b has the slope x in u.",
            ),
            Slip(
                "The activation in place of the feature",
                lambda x, u, b, v, c, y: _miss(x, u, b, v, c, y) * v * (u * x + b),
                "Along the arrow of u came x; a is what the unit sends on.",
            ),
            Slip(
                "The target forgotten",
                lambda x, u, b, v, c, y: (_miss(x, u, b, v, c, y) + y) * v * x,
                "The derivative of ½ (s − y)² is s − y.",
            ),
            Slip(
                "The derivative with respect to v",
                lambda x, u, b, v, c, y: _miss(x, u, b, v, c, y) * (u * x + b),
                "That is ∂f/∂v; v is the output's weight.",
            ),
        ),
    ),
    _Number(
        id="networks/cross-entropy",
        layer="by hand",
        topic="softmax",
        minutes=4,
        difficulty=1,
        ask=lambda a, b, c: (
            rf"Three classes have the scores $\log {a}$, $\log {b}$ and $\log {c}$. The second "
            "class is right. What is the cross-entropy? Three digits."
        ),
        answer=_entropy,
        parameters=dict(a=4, b=3, c=1),
        digits=3,
        draw=lambda rng: dict(zip("abc", map(int, rng.integers(2, 12, 3)), strict=True)),
        solution=lambda a, b, c: (
            f"the exponentials are {a}, {b}, {c}, so p = {b}/{a + b + c}, and −log p = "
            f"{_entropy(a, b, c):.4f}"
        ),
        slips=(
            Slip(
                "The probability",
                lambda a, b, c: b / (a + b + c),
                "That is the probability of the right class; the cross-entropy is minus its log.",
            ),
            Slip(
                "The logarithm with base 10",
                lambda a, b, c: np.log10((a + b + c) / b),
                "log is the natural logarithm in this book.",
            ),
            Slip(
                "Scores without exponentials",
                lambda a, b, c: np.log(np.log(a * b * c) / np.log(b)),
                "Softmax divides exponentials of the scores, not the scores.",
            ),
            Slip(
                "The winner's probability",
                lambda a, b, c: np.log((a + b + c) / max(a, b, c)),
                "The loss asks for the probability of the right class, whoever wins.",
            ),
        ),
    ),
]
