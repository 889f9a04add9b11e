"""Exercises of the chapter modern/preconditioners."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip
from optimlib.rules import Shampoo
from optimlib.symbols import number_text

CHAPTER = "modern/preconditioners"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _two_steps(lr, a, c):
    """Return the upper left weight after Shampoo saw diag(a, 1), then diag(c, 1)."""
    rule, w = Shampoo(lr, eps=0.0), 0.0
    state = rule.initial(np.zeros((1, 2, 2)))
    for t, entry in enumerate((a, c), start=1):
        record = rule.update(t, np.diag([entry, 1.0])[None], *state)
        state = [record[name] for name in rule.state]
        w += record["step"][0, 0, 0]
    return w


def _numbers(rows, columns):
    return 2 * rows * columns + 2 * (rows**2 + columns**2)


def _sigma(lr, sigma, s, natural=True, log=True):
    """Return σ after a step from a Gaussian whose mean is right; s is that of the data."""
    slope = 1 / sigma - s**2 / sigma**3
    if log:
        return sigma * np.exp(-lr * sigma * slope / (2 if natural else 1))
    return sigma - lr * slope * (sigma**2 / 2 if natural else 1)


# Those whose steps are sums of gradients, and those that divide by coordinate.
PLAIN = "gradient descent", "momentum", "Nesterov's rule"
DIVIDED = "Adam", "RMSProp", "AdaGrad"


def _turned(angle, plain, divided, same):
    """Return the question which methods notice that a valley is turned, or do not."""
    turns = f"A step of {plain} is a sum of gradients, times numbers; it turns along."
    if plain == "gradient descent":
        turns = "A step of gradient descent is the gradient, times a number; it turns along."
    soap = "SOAP finds the basis from the gradients, and these turn along."
    other = f"{divided} divides by coordinate; after the turn the coordinates are others."
    return dict(
        ask=(
            f"A valley is turned by {angle} degrees, and the start with it. Which of {plain}, "
            f"{divided} and SOAP need {'the same' if same else 'another'} number of steps "
            f"{'as' if same else 'than'} before?"
        ),
        right="plain" if same else "divided",
        options={
            "plain": f"{plain} and SOAP",
            "divided": f"{divided} alone",
            "both": f"{divided} and SOAP",
            "all": "all three",
        },
        feedback={
            "plain": turns,
            "divided": other,
            "both": other if same else soap,
            "all": other if same else turns,
        },
    )


def _draw_turned(rng):
    return dict(
        angle=int(rng.choice([10, 20, 30, 45, 60, 70])),
        plain=str(rng.choice(PLAIN)),
        divided=str(rng.choice(DIVIDED)),
        same=bool(rng.random() < 0.5),
    )


EXERCISES = [
    DrawnChoice(
        id="preconditioners/turned",
        chapter=CHAPTER,
        layer="predict",
        topic="preconditioners",
        minutes=4,
        difficulty=1,
        made=_turned,
        parameters=dict(angle=45, plain="gradient descent", divided="Adam", same=False),
        draw=_draw_turned,
    ),
    _Number(
        id="preconditioners/memory",
        layer="predict",
        topic="preconditioners",
        minutes=4,
        difficulty=1,
        ask=lambda rows, columns: (
            f"How many numbers does SOAP remember for a layer of {rows} by {columns} weights, "
            "the weights not counted?"
        ),
        answer=_numbers,
        parameters=dict(rows=64, columns=10),
        digits=6,
        draw=lambda rng: dict(rows=int(rng.integers(20, 101)), columns=int(rng.integers(4, 19))),
        solution=lambda rows, columns: (
            f"M and V have {rows * columns} each, L and P {rows**2}, R and Q {columns**2}: "
            f"in all 2 · {rows * columns} + 2 · {rows**2} + 2 · {columns**2} = "
            f"{_numbers(rows, columns)}"
        ),
        slips=(
            Slip(
                "As Adam",
                lambda rows, columns: 2 * rows * columns,
                "That is M and V; there are also two square matrices for each side.",
            ),
            Slip(
                "As Shampoo",
                lambda rows, columns: rows**2 + columns**2,
                "That is L and R. SOAP keeps their eigenvectors too, and Adam's two averages.",
            ),
            Slip(
                "The bases are not counted",
                lambda rows, columns: 2 * rows * columns + rows**2 + columns**2,
                "P and Q are remembered from one renewal to the next.",
            ),
            Slip(
                "One matrix for all weights",
                lambda rows, columns: (rows * columns) ** 2,
                "That is what the two small matrices save.",
            ),
        ),
    ),
    _Number(
        id="preconditioners/shampoo",
        layer="by hand",
        topic="preconditioners",
        minutes=8,
        difficulty=2,
        ask=lambda lr, a, c: (
            rf"Shampoo with $\eta = {lr:g}$ and $\varepsilon = 0$ starts at $W = 0$. The first "
            rf"gradient has the rows $({a:g}, 0)$ and $(0, 1)$, the second $({c:g}, 0)$ and "
            r"$(0, 1)$. What is the upper left entry of $W$ after two steps? Three digits."
        ),
        answer=_two_steps,
        parameters=dict(lr=0.5, a=3.0, c=4.0),
        digits=3,
        draw=lambda rng: dict(
            lr=float(rng.choice([0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8])),
            a=float(rng.integers(2, 10)),
            c=float(rng.integers(2, 10)),
        ),
        solution=lambda lr, a, c: (
            f"L and R have {a**2:g}, then {a**2 + c**2:g} there; both roots together divide "
            f"by √{a**2 + c**2:g}: −{lr:g} · (1 + {c:g}/√{a**2 + c**2:g}) = "
            f"{number_text(_two_steps(lr, a, c))}"
        ),
        slips=(
            Slip(
                "L alone",
                lambda lr, a, c: -lr * (a**0.5 + c / (a**2 + c**2) ** 0.25),
                "R divides from the other side, by another fourth root.",
            ),
            Slip(
                "Without memory",
                lambda lr, a, c: -2 * lr,
                "L and R add up the squares of both gradients.",
            ),
            Slip(
                "Without roots",
                lambda lr, a, c: -lr * (1 / a + c / (a**2 + c**2)),
                "The fourth roots of L and R together are one square root.",
            ),
            Slip(
                "Only the second step",
                lambda lr, a, c: -lr * c / (a**2 + c**2) ** 0.5,
                "The first step, of length η, comes on top.",
            ),
        ),
    ),
    _Number(
        id="preconditioners/natural",
        layer="by hand",
        topic="natural gradient",
        minutes=8,
        difficulty=2,
        ask=lambda lr, sigma, s: (
            rf"A Gaussian has the right mean and $\sigma = {sigma:g}$; the data have the standard "
            rf"deviation {s:g}. One natural gradient step with $\eta = {lr:g}$ on $\log \sigma$: "
            r"what is $\sigma$ after it? Four digits."
        ),
        answer=_sigma,
        parameters=dict(lr=0.5, sigma=2.0, s=1.0),
        digits=4,
        draw=lambda rng: dict(
            lr=float(rng.choice([0.1, 0.2, 0.25, 0.3, 0.4, 0.5])),
            sigma=float(rng.integers(4, 13)) / 2,
            s=float(rng.choice([0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5])),
        ),
        solution=lambda lr, sigma, s: (
            f"the slope in log σ is 1 − {s**2:g}/{sigma**2:g} = "
            f"{number_text(1 - s**2 / sigma**2)}, the Fisher matrix there is 2; "
            f"{sigma:g} · e^(−{lr:g} · {number_text(1 - s**2 / sigma**2)} / 2) = "
            f"{number_text(_sigma(lr, sigma, s))}"
        ),
        slips=(
            Slip(
                "The step on σ itself",
                partial(_sigma, log=False),
                "Near to it, but the step was to be taken on log σ: multiply σ by an exponential.",
            ),
            Slip(
                "The gradient's step",
                partial(_sigma, natural=False),
                "The natural gradient divides by the Fisher matrix, which is 2 for log σ.",
            ),
            Slip(
                "The gradient's step on σ",
                partial(_sigma, natural=False, log=False),
                "Neither the Fisher matrix nor the logarithm is in this.",
            ),
        ),
    ),
]
