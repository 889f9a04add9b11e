"""Exercises of the chapter landscape/vanishing-gradients."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip
from optimlib import problems
from optimlib.descent import trace
from optimlib.rules import Adam
from optimlib.symbols import number_latex, number_text

CHAPTER = "landscape/vanishing-gradients"
TANH = problems.tanh
_Number = partial(NumberExercise, chapter=CHAPTER)


def _time(x0):
    """Return how long the gradient flow on tanh takes from `x0` to 0."""
    return x0 / 2 + np.sinh(2 * x0) / 4


def _first_step(x0, eps, lr=0.1, **options):
    """Return how long Adam's first step on tanh is."""
    return -trace(Adam(lr, eps=eps, **options), TANH, x0, 1)["step"][0]


def _slopes(z):
    """Return the slopes of tanh and of the sigmoid."""
    return float(1 / np.cosh(z) ** 2), float(1 / (2 + 2 * np.cosh(z)))


def _flatter(places):
    """Return the question which of tanh and the sigmoid is flatter at two places."""
    options = {
        ("sigmoid", "tanh"): "the sigmoid at {}, tanh at {}",
        ("tanh", "sigmoid"): "tanh at {}, the sigmoid at {}",
        ("sigmoid", "sigmoid"): "the sigmoid at both",
        ("tanh", "tanh"): "tanh at both",
    }
    flatter = tuple("tanh" if np.less(*_slopes(z)) else "sigmoid" for z in places)
    shown = [f"{z:g}".replace("-", "−") for z in places]

    def reason(claimed):
        wrong = next(i for i in (0, 1) if claimed[i] != flatter[i])
        if flatter[wrong] == "tanh":
            far = f"{abs(places[wrong]):g}"
            return f"Far out the slopes are about 4e⁻²ᶻ and e⁻ᶻ: which is smaller at z = {far}?"
        tanh, sigmoid = (f"{slope:.2g}" for slope in _slopes(places[wrong]))
        return f"At {shown[wrong]} the slope of tanh is {tanh}, that of the sigmoid {sigmoid}."

    def key(pair):
        return ", ".join(dict.fromkeys(pair))

    return dict(
        ask=f"Which is flatter, tanh or the sigmoid: at {shown[0]}, and at {shown[1]}?",
        right=key(flatter),
        options={key(pair): text.format(*shown) for pair, text in options.items()},
        feedback={key(pair): reason(pair) for pair in options if pair != flatter},
    )


def _draw_flatter(rng):
    first, second = rng.choice([-6, -5, -4, -3, -1, -0.5, 0, 0.5, 1, 3, 4, 5, 6], 2, replace=False)
    return dict(places=(float(first), float(second)))


EXERCISES = [
    DrawnChoice(
        id="vanishing-gradients/flatter",
        chapter=CHAPTER,
        layer="predict",
        topic="activations",
        minutes=4,
        difficulty=1,
        made=_flatter,
        parameters=dict(places=(0.0, 4.0)),
        draw=_draw_flatter,
    ),
    _Number(
        id="vanishing-gradients/plateau",
        layer="by hand",
        topic="plateaus",
        minutes=6,
        difficulty=2,
        ask=lambda lr, x0: (
            rf"About how many steps does gradient descent with $\eta = {lr:g}$ need on $\tanh$ "
            f"from {x0:g} to 0? Two digits."
        ),
        answer=lambda lr, x0: _time(x0) / lr,
        parameters=dict(lr=0.5, x0=3.5),
        digits=2,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.2, 0.7), 2), x0=round(rng.uniform(3.4, 4.5), 1)
        ),
        solution=lambda lr, x0: (
            f"({x0:g}/2 + ¼ sinh {2 * x0:g}) / {lr:g} = {_time(x0) / lr:.1f}; a run takes a few "
            "steps more"
        ),
        slips=(
            Slip(
                "The learning rate forgotten",
                lambda lr, x0: _time(x0),
                "This is the time η t; divide it by η.",
            ),
            Slip(
                "The quarter forgotten",
                lambda lr, x0: (x0 / 2 + np.sinh(2 * x0)) / lr,
                "The integral of cosh² x is x/2 + ¼ sinh 2x.",
            ),
            Slip(
                "The square forgotten",
                lambda lr, x0: np.sinh(x0) / lr,
                "The slope is 1/cosh² x, so the time is the integral of cosh², not of cosh.",
            ),
            Slip(
                "The first slope all the way",
                lambda lr, x0: x0 / (lr * TANH.grad(x0)),
                "The slope grows on the way to 0: most of the time is spent at the beginning.",
            ),
        ),
    ),
    _Number(
        id="vanishing-gradients/leaky",
        layer="by hand",
        topic="initialization",
        minutes=5,
        difficulty=2,
        ask=lambda leak: (
            rf"Leaky ReLU lets ${leak:g}\,z$ through where $z < 0$. Which $c$, in the variance "
            "$c/n$ of the weights, keeps the mean square? Four digits."
        ),
        answer=lambda leak: 2 / (1 + leak**2),
        parameters=dict(leak=0.2),
        digits=4,
        draw=lambda rng: dict(leak=round(rng.uniform(0.1, 0.8), 3)),
        solution=lambda leak: (
            f"half of the squares stay, half are multiplied by {leak**2:.4g}: "
            f"c = 2 / {1 + leak**2:.5g} = {2 / (1 + leak**2):.4f}"
        ),
        slips=(
            Slip(
                "That of ReLU",
                lambda leak: 2.0,
                "What leaks through counts: it makes the mean square larger, and c smaller.",
            ),
            Slip(
                "The leak is not squared",
                lambda leak: 2 / (1 + leak),
                "The mean square is what has to stay, so the leak enters by its square.",
            ),
            Slip(
                "The factor in place of c",
                lambda leak: (1 + leak**2) / 2,
                "By this a layer with c = 1 multiplies the mean square; c has to undo it.",
            ),
            Slip(
                "The half forgotten",
                lambda leak: 1 / (1 + leak**2),
                "Each of the two kinds of inputs, positive and negative, is one half of all.",
            ),
            Slip(
                "The leak taken away",
                lambda leak: 2 / (1 - leak**2),
                "A square is positive, also that of a negative number: it adds.",
            ),
        ),
    ),
    _Number(
        id="vanishing-gradients/adam-first-step",
        layer="experiment",
        topic="adaptive methods",
        minutes=6,
        difficulty=2,
        ask=lambda x0, eps: (
            rf"Adam, $\eta = 0.1$ and $\varepsilon = {number_latex(eps)}$, on $\tanh$ "
            f"from {x0:g}: how long is the first step? Three digits."
        ),
        answer=_first_step,
        parameters=dict(x0=12.0, eps=1e-8),
        digits=3,
        draw=lambda rng: dict(
            x0=round(rng.uniform(10, 12.5), 2), eps=float(rng.choice([0.5, 1, 2, 4])) * 1e-8
        ),
        solution=lambda x0, eps: (
            f"g = {number_text(TANH.grad(x0), 4)}, m̂ = g and v̂ = g²: the step is 0.1 g / (g + ε) = "
            f"{_first_step(x0, eps):.4g}"
        ),
        slips=(
            Slip(
                "ε is too small to count",
                lambda x0, eps: 0.1,
                "Compare ε with √v̂, here the slope itself: ε is the larger one.",
            ),
            Slip(
                "ε inside the root",
                lambda x0, eps: 0.1 * TANH.grad(x0) / np.sqrt(TANH.grad(x0) ** 2 + eps),
                "ε is added to √v̂, after the root.",
            ),
            Slip(
                "Bias correction forgotten",
                partial(_first_step, bias_correction=False),
                "In the first step m̂ = g and v̂ = g², not a tenth and a thousandth of them.",
            ),
        ),
    ),
]
