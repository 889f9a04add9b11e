"""Exercises of the chapter modern/signs."""

from functools import partial

import numpy as np

from course.exercises.numbers import NumberExercise, Slip

CHAPTER = "modern/signs"
_Number = partial(NumberExercise, chapter=CHAPTER, topic="signs")


def _floor(lr, noise, batch):
    """Return the noise floor of sign descent, for small steps."""
    return lr * noise * np.sqrt(np.pi / (32 * batch))


def _draw_numbers(rng):
    """Draw five numbers of which neither the mean nor the middle is the median."""
    numbers = np.sort(rng.choice(np.arange(-9, 10), 4, replace=False))
    return dict(numbers=(*map(float, numbers), float(numbers[-1] + rng.integers(11, 30))))


def _pulled(lr, decay, steps):
    """Return where Lion is from 0 after so many steps of a gradient that is always negative."""
    return (1 - (1 - lr * decay) ** steps) / decay


EXERCISES = [
    _Number(
        id="signs/both-larger",
        layer="predict",
        minutes=4,
        difficulty=1,
        ask=lambda times: (
            f"The batch and the rate of sign descent are both made {times:g} times as large, and "
            "steps stay small beside the noise. By which factor does its noise floor rise? Three "
            "digits."
        ),
        answer=lambda times: np.sqrt(times),
        parameters=dict(times=8.0),
        digits=3,
        draw=lambda rng: dict(times=float(rng.integers(4, 401)) / 2),
        solution=lambda times: (
            f"the floor is proportional to η/√B, and {times:g}/√{times:g} = {np.sqrt(times):.4g}"
        ),
        slips=(
            Slip(
                "As for gradient descent",
                lambda times: 1.0,
                "That is the floor of gradient descent, which depends on η/B.",
            ),
            Slip(
                "The batch is forgotten",
                lambda times: times,
                "That is what the rate alone does; the larger batch divides it by √B.",
            ),
            Slip(
                "The rate is forgotten",
                lambda times: 1 / np.sqrt(times),
                "That is what the batch alone does; the larger rate raises the floor again.",
            ),
            Slip(
                "The noise alone",
                lambda times: times**1.5,
                "The noise of the batch shrinks by √B: divide by it, do not multiply.",
            ),
        ),
    ),
    _Number(
        id="signs/floor",
        layer="by hand",
        minutes=4,
        difficulty=1,
        ask=lambda lr, noise, batch: (
            rf"Sign descent with $\eta = {lr:g}$ on $\tfrac12 w^2$, with normal noise of "
            rf"$\sigma = {noise:g}$ for a single sample and batches of {batch:g}. At which mean "
            "loss does it settle, by the formula for small steps? Three digits."
        ),
        answer=_floor,
        parameters=dict(lr=0.02, noise=3.0, batch=9.0),
        digits=3,
        draw=lambda rng: dict(
            lr=float(rng.integers(1, 11)) / 100,
            noise=float(rng.integers(2, 10)),
            batch=float(rng.choice([4, 9, 16, 25, 36, 49, 64])),
        ),
        solution=lambda lr, noise, batch: (
            f"½ ησ √(π/8B) = ½ · {lr:g} · {noise:g} · √(π/{8 * batch:g}) = "
            f"{_floor(lr, noise, batch):.4g}"
        ),
        slips=(
            Slip(
                "The square",
                lambda lr, noise, batch: 2 * _floor(lr, noise, batch),
                "That is E[w²]; the loss is half of it.",
            ),
            Slip(
                "As for gradient descent",
                lambda lr, noise, batch: lr * noise**2 / (2 * batch * (2 - lr)),
                "That is the floor of gradient descent, with σ²/B. Here it is σ/√B.",
            ),
            Slip(
                "B without its root",
                lambda lr, noise, batch: _floor(lr, noise, batch**2),
                "The noise of a batch has the standard deviation σ/√B.",
            ),
            Slip(
                "The batch is forgotten",
                lambda lr, noise, batch: _floor(lr, noise, 1),
                "That is the floor for single samples; a batch of B has noise of σ/√B.",
            ),
        ),
    ),
    _Number(
        id="signs/median",
        layer="predict",
        minutes=4,
        difficulty=2,
        ask=lambda numbers: (
            "Step by step sign descent sees one of five numbers, "
            f"{', '.join(f'{x:g}'.replace('-', '−') for x in numbers)}, each equally often, and "
            r"its gradient $w - x$. Around which point does it settle with a small rate?"
        ),
        answer=lambda numbers: float(np.median(numbers)),
        parameters=dict(numbers=(-6.0, -1.0, 2.0, 3.0, 22.0)),
        digits=3,
        draw=_draw_numbers,
        solution=lambda numbers: (
            "it is pulled up by as many as pull it down, two each, where w = "
            f"{np.median(numbers):g}".replace("-", "−")
        ),
        slips=(
            Slip(
                "The mean",
                lambda numbers: float(np.mean(numbers)),
                "The sum of w − x is 0 there, but signs do not know how far away a number is.",
            ),
            Slip(
                "The middle of the range",
                lambda numbers: (min(numbers) + max(numbers)) / 2,
                "Only how many numbers lie on each side counts, not where the last ones lie.",
            ),
            Slip(
                "The mean without the far one",
                lambda numbers: float(np.mean(numbers[:-1])),
                "No number is left out: each of them has one vote.",
            ),
        ),
    ),
    _Number(
        id="signs/pulled",
        layer="by hand",
        minutes=5,
        difficulty=2,
        ask=lambda lr, decay, steps: (
            rf"Lion starts at 0 with $\eta = {lr:g}$ and $\lambda = {decay:g}$, and the gradient "
            f"is negative all the time. Where is it after {steps:g} steps? Three digits."
        ),
        answer=_pulled,
        parameters=dict(lr=0.1, decay=0.5, steps=12.0),
        digits=3,
        draw=lambda rng: dict(
            lr=float(rng.integers(4, 25)) / 100,
            decay=float(rng.integers(2, 10)) / 10,
            steps=float(rng.integers(8, 25)),
        ),
        solution=lambda lr, decay, steps: (
            f"the distance from 1/λ = {1 / decay:g} shrinks by 1 − ηλ = {1 - lr * decay:g} in "
            f"each step: {1 / decay:g} · (1 − {1 - lr * decay:g}^{steps:g}) = "
            f"{_pulled(lr, decay, steps):.4g}"
        ),
        slips=(
            Slip(
                "No decay",
                lambda lr, decay, steps: lr * steps,
                "Each step also takes the share ηλ of w away.",
            ),
            Slip(
                "The wall",
                lambda lr, decay, steps: 1 / decay,
                "That is where it would end; after so many steps it is not there yet.",
            ),
            Slip(
                "What is left",
                lambda lr, decay, steps: (1 - lr * decay) ** steps / decay,
                "That is the distance that is left to 1/λ.",
            ),
            Slip(
                "λ without η",
                lambda lr, decay, steps: lr * (1 - (1 - decay) ** steps) / decay,
                "In Lion η multiplies the decay too: a step takes ηλw away.",
            ),
        ),
    ),
    _Number(
        id="signs/skewed",
        layer="experiment",
        minutes=10,
        difficulty=3,
        ask=lambda size: (
            r"The gradient on $\tfrac12 w^2$ is $w$ plus noise, an exponential number with mean "
            f"{size:g} less that mean: `rng.exponential({size:g}, runs) - {size:g}`. Around which "
            "point does sign descent settle with a small rate? Three digits."
        ),
        answer=lambda size: size * (1 - np.log(2)),
        parameters=dict(size=1.0),
        digits=3,
        draw=lambda rng: dict(size=round(rng.uniform(0.5, 6), 2)),
        solution=lambda size: (
            "it settles where w + ξ is positive as often as negative; the median of an "
            f"exponential number is its mean times ln 2, so w = {size:g} · (1 − ln 2) = "
            f"{size * (1 - np.log(2)):.4g}"
        ),
        slips=(
            Slip(
                "The median of ξ",
                lambda size: -size * np.log(2),
                "The median of ξ is its mean times ln 2, less the mean; w is minus that.",
            ),
            Slip(
                "The minimum",
                lambda size: 0.0,
                "The mean of the noise is 0, but it is negative more often than positive.",
            ),
            Slip(
                "The median itself",
                lambda size: size * np.log(2),
                "That is the median before the mean is subtracted.",
            ),
        ),
    ),
]
