"""Exercises of the chapter adaptive/adagrad."""

from functools import partial

import numpy as np

from course.exercises.chapters.shared import ADAGRAD_SECOND_SLIPS, end, slips_of, start, worked
from course.exercises.choices import DrawnChoice
from course.exercises.misconceptions import scaled
from course.exercises.numbers import NumberExercise, Slip
from optimlib.rules import AdaGrad

CHAPTER = "adaptive/adagrad"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _root(number):
    return 1 / np.sqrt(number)


def _steeper(rule, kappa, start, steps):
    """Return the question what a steeper valley changes, to AdaGrad or to gradient descent."""
    x, y = start
    adapts = rule == "AdaGrad"
    grows = "The gradient along y is κ times as large, and nothing divides it."
    feedback = {
        "same": "Gradient descent steps by η times the gradient, which grows by κ along y.",
        "shorter": "√G along y grows by κ, but so does the gradient that it divides.",
        "slower": "G has squares and grows by κ²; its root by κ, as the gradient does.",
        "diverges": "No step of AdaGrad is longer than η, however steep the wall.",
    }
    return dict(
        ask=(
            rf"In the valley $\tfrac12(x^2 + \kappa\, y^2)$ {rule} starts at ({x:g}, {y:g}). How "
            f"do its first {steps} points change if κ goes from 1 to {kappa:,}?"
        ),
        right="same" if adapts else "diverges",
        options={
            "same": "not at all, up to ε" if adapts else "not at all",
            "shorter": f"its steps along y get shorter, by a factor of {kappa:,}",
            "slower": f"its steps along y get shorter, by a factor of {kappa**0.5:,.0f}",
            "diverges": "it diverges along y",
        },
        feedback=feedback if adapts else feedback | {"shorter": grows, "slower": grows},
    )


def _draw_steeper(rng):
    return dict(
        rule=str(rng.choice(["AdaGrad", r"gradient descent with $\eta = 0.1$"])),
        kappa=int(rng.choice([10, 20, 50, 80, 100, 150, 200, 300])) ** 2,
        start=(float(rng.integers(1, 8)) / 2, 1.0),
        steps=int(rng.choice([10, 20, 30, 50])),
    )


EXERCISES = [
    DrawnChoice(
        id="adagrad/valley",
        chapter=CHAPTER,
        layer="predict",
        topic="adaptive methods",
        minutes=3,
        difficulty=1,
        made=_steeper,
        parameters=dict(rule="AdaGrad", kappa=10_000, start=(1.5, 1.0), steps=20),
        draw=_draw_steeper,
    ),
    _Number(
        id="adagrad/second",
        layer="by hand",
        topic="adaptive methods",
        minutes=6,
        difficulty=1,
        ask=lambda lr, w0: (
            rf"AdaGrad, $\eta = {lr:g}$, on $w^2$ from $w_0 = {w0:g}$: compute $w_2$ to four "
            "digits."
        ),
        answer=end(AdaGrad, 2),
        parameters=dict(lr=1.0, w0=3.0),
        digits=4,
        draw=lambda rng: dict(lr=round(rng.uniform(0.3, 1.2), 2), w0=start(rng)),
        solution=worked(AdaGrad, 2),
        slips=(*ADAGRAD_SECOND_SLIPS, *slips_of([scaled.AdaGradDecaying], 2)),
    ),
    _Number(
        id="adagrad/rare-word",
        layer="by hand",
        topic="sparse gradients",
        minutes=4,
        difficulty=2,
        ask=lambda seen, texts: (
            f"A word has been seen in {seen:g} of {texts:,.0f} texts, each time with a gradient of "
            r"size 1. How long is AdaGrad's next step for it, in units of $\eta$? Three digits."
        ),
        answer=lambda seen, texts: _root(seen + 1),
        parameters=dict(seen=400.0, texts=1e6),
        digits=3,
        draw=lambda rng: dict(
            seen=float(rng.integers(20, 900)), texts=float(rng.choice([1e4, 2e4, 1e5, 1e6]))
        ),
        solution=lambda seen, texts: (
            f"G = {seen:g} + 1 with the new gradient, and 1/√{seen + 1:g} = {_root(seen + 1):.4g}"
        ),
        slips=(
            Slip(
                "The schedule's step",
                lambda seen, texts: _root(texts),
                "η/√t counts all texts; G counts only those that the word was in.",
            ),
            Slip(
                "The root is missing",
                lambda seen, texts: 1 / (seen + 1),
                "The step is divided by √G, not by G.",
            ),
            Slip(
                "The mean in place of the sum",
                lambda seen, texts: np.sqrt(texts / (seen + 1)),
                "G is the sum of the squares, and is not divided by the number of texts.",
            ),
            Slip(
                "Always η",
                lambda seen, texts: 1.0,
                "Only the first step is η long; each gradient makes the later ones shorter.",
            ),
        ),
    ),
]
