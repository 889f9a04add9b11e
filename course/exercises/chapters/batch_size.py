"""Exercises of the chapter modern/batch-size."""

from functools import partial

import numpy as np

from course.exercises.numbers import NumberExercise, Slip

CHAPTER = "modern/batch-size"
_Number = partial(NumberExercise, chapter=CHAPTER, topic="batch size")


def _scale(numbers, w):
    return float(np.var(numbers) / (w - np.mean(numbers)) ** 2)


def _draw_scale(rng):
    numbers = rng.choice(np.arange(0, 13), 3, replace=False)
    away = float(rng.choice([2, 3, 4, 5]))
    return dict(numbers=tuple(map(float, numbers)), w=round(float(numbers.mean()) + away, 1))


EXERCISES = [
    _Number(
        id="batch-size/steps",
        layer="predict",
        minutes=3,
        difficulty=1,
        ask=lambda times: (
            f"The batch is {times:g} times the noise scale. How many times the fewest steps does "
            "the run take? Three digits."
        ),
        answer=lambda times: 1 + 1 / times,
        parameters=dict(times=4.0),
        digits=3,
        draw=lambda rng: dict(times=round(rng.uniform(0.2, 20), 2)),
        solution=lambda times: f"T/T₀ = 1 + B₀/B = 1 + 1/{times:g} = {1 + 1 / times:.4g}",
        slips=(
            Slip(
                "Upside down",
                lambda times: 1 + times,
                "The noise scale is divided by the batch: a larger batch needs fewer steps.",
            ),
            Slip(
                "At the noise scale",
                lambda times: 2.0,
                "Twice the fewest steps belong to a batch as large as the noise scale itself.",
            ),
            Slip(
                "The share",
                lambda times: 1 / (1 + 1 / times),
                "That is the share of the best step's gain; the number of steps is 1 over it.",
            ),
        ),
    ),
    _Number(
        id="batch-size/scale",
        layer="by hand",
        minutes=6,
        difficulty=1,
        ask=lambda numbers, w: (
            rf"With $f_i(w) = \tfrac12 (w - x_i)^2$ and the numbers "
            f"{', '.join(f'{x:g}' for x in numbers)}: what is the noise scale at "
            f"$w = {w:g}$? Three digits."
        ),
        answer=_scale,
        parameters=dict(numbers=(5.0, 2.0, 11.0), w=10.0),
        digits=3,
        draw=_draw_scale,
        solution=lambda numbers, w: (
            f"the gradient is w − {np.mean(numbers):.5g} = {w - np.mean(numbers):.5g}, and S is "
            f"the mean square distance of the numbers from their mean, {np.var(numbers):.5g}: "
            f"{np.var(numbers):.5g} / {(w - np.mean(numbers)) ** 2:.5g} = {_scale(numbers, w):.4g}"
        ),
        slips=(
            Slip(
                "The gradient is not squared",
                lambda numbers, w: float(np.var(numbers) / (w - np.mean(numbers))),
                "The noise is a mean square, so the gradient has to be squared too.",
            ),
            Slip(
                "Upside down",
                lambda numbers, w: 1 / _scale(numbers, w),
                "It is the noise over the gradient: many examples are needed where noise is large.",
            ),
            Slip(
                "Divided by two",
                lambda numbers, w: _scale(numbers, w) * 1.5,
                "S is the mean over all three numbers, not their sum over two.",
            ),
            Slip(
                "The mean square gradient",
                lambda numbers, w: _scale(numbers, w) + 1,
                "That is the mean of all squared gradients; S has the mean gradient subtracted.",
            ),
        ),
    ),
    _Number(
        id="batch-size/deadline",
        layer="by hand",
        minutes=5,
        difficulty=2,
        ask=lambda scale, longer: (
            rf"The noise scale is {scale:g}. You can accept {longer:g} % more steps than the "
            "fewest. How large must the batch be? Three digits."
        ),
        answer=lambda scale, longer: 100 * scale / longer,
        parameters=dict(scale=40.0, longer=25.0),
        digits=3,
        draw=lambda rng: dict(
            scale=float(10 * rng.integers(2, 31)),
            longer=float(rng.integers(4, 51)),
        ),
        solution=lambda scale, longer: (
            f"1 + B₀/B = {1 + longer / 100:g}, so B = {scale:g} / {longer / 100:g} = "
            f"{100 * scale / longer:g}"
        ),
        slips=(
            Slip(
                "The share of the whole",
                lambda scale, longer: scale / (1 + longer / 100),
                "B₀/B is what is more than 1: subtract the 1 before you divide.",
            ),
            Slip(
                "Multiplied",
                lambda scale, longer: scale * longer / 100,
                "The fewer steps too many, the larger the batch: divide.",
            ),
            Slip(
                "Percent as a number",
                lambda scale, longer: scale / longer,
                "Percent are hundredths.",
            ),
        ),
    ),
    _Number(
        id="batch-size/beta",
        layer="by hand",
        minutes=4,
        difficulty=2,
        ask=lambda beta, times: (
            rf"Adam was tuned with $\beta_1 = {beta:g}$. The batch becomes {times:g} times as "
            r"large. Which $\beta_1$ goes with it, by the rule of this chapter?"
        ),
        answer=lambda beta, times: 1 - (1 - beta) * times,
        parameters=dict(beta=0.98, times=16.0),
        digits=3,
        draw=lambda rng: dict(
            beta=round(1 - rng.uniform(0.001, 0.03), 3),
            times=float(rng.integers(2, 31)),
        ),
        solution=lambda beta, times: (
            f"1 − β₁ is proportional to B: 1 − {times:g} · {1 - beta:.3g} = "
            f"{1 - (1 - beta) * times:.4g}"
        ),
        slips=(
            Slip(
                "Kept",
                lambda beta, times: beta,
                "The average would then span more images than before.",
            ),
            Slip(
                "By the root",
                lambda beta, times: 1 - (1 - beta) * np.sqrt(times),
                "The rate goes with the root; the betas keep the number of images in the window.",
            ),
            Slip(
                "The other way",
                lambda beta, times: 1 - (1 - beta) / times,
                "A step with more images counts for more of the window: β becomes smaller.",
            ),
        ),
    ),
]
