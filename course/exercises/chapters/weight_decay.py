"""Exercises of the chapter adaptive/weight-decay."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip
from optimlib.schedules import Cosine

CHAPTER = "adaptive/weight-decay"
_Number = partial(NumberExercise, chapter=CHAPTER, topic="weight decay")


def _draw_bias(rng):
    # With a smaller λ times target, 20,000 steps of AdamW would not be enough for three digits.
    return dict(target=float(rng.integers(8, 20)) / 2, decay=round(rng.uniform(0.5, 0.9), 2))


def _left(lr, decay, steps):
    """Return what AdamW leaves of a weight that has no gradient."""
    rate = Cosine(lr, steps=steps)
    return np.prod([1 - rate(t) * decay for t in range(1, steps + 1)])


def _penalized(rule, start, lr, decays):
    """Return the question what another λ changes, as a penalty or as decay."""
    small, large = decays
    is_penalty = rule != "AdamW"
    run = (
        rf"you add the penalty $\tfrac12\lambda w^2$ with $\lambda = {small:g}$, then with "
        rf"$\lambda = {large:g}$, and run {rule} with $\eta = {lr:g}$"
        if is_penalty
        else rf"you run AdamW with $\eta = {lr:g}$, with $\lambda = {small:g}$ and then with "
        rf"$\lambda = {large:g}$"
    )
    return dict(
        ask=f"On $w^2$ from {start} {run}. How do the two paths differ?",
        right="same" if is_penalty else "decay",
        options={
            "same": "not at all, up to ε",
            "faster": f"with λ = {large:g} the weight goes to 0 faster, since the gradient is "
            "larger",
            "decay": f"each step makes the weight smaller by the share ηλ: {lr * small:.3g} or "
            f"{lr * large:.3g}",
            "elsewhere": "they come to rest at different points",
        },
        feedback={
            "same": "Its decay is added to the step: no root divides it.",
            "faster": "The gradient is larger, but so is the root that it is divided by."
            if is_penalty
            else "The gradient is the same: λ does not enter it.",
            "decay": "That is AdamW; a penalty goes through the root like the gradient.",
            "elsewhere": f"w² and the {'penalty' if is_penalty else 'decay'} both lead to 0.",
        },
    )


def _draw_penalized(rng):
    return dict(
        rule=str(rng.choice(["Adam", "RMSProp", "AdaGrad", "AdamW", "AdamW"])),
        start=int(rng.integers(2, 9)),
        lr=float(rng.choice([0.01, 0.02, 0.05, 0.1])),
        decays=(float(rng.choice([0.01, 0.02, 0.05])), float(rng.choice([0.2, 0.4, 0.5]))),
    )


EXERCISES = [
    DrawnChoice(
        id="weight-decay/scale",
        chapter=CHAPTER,
        layer="predict",
        topic="weight decay",
        minutes=3,
        difficulty=1,
        made=_penalized,
        parameters=dict(rule="Adam", start=4, lr=0.1, decays=(0.01, 0.5)),
        draw=_draw_penalized,
    ),
    _Number(
        id="weight-decay/bias",
        layer="by hand",
        minutes=4,
        difficulty=1,
        ask=lambda target, decay: (
            rf"A bias $b$ has the loss $\tfrac12 (b - {target:g})^2$. Where does gradient descent "
            rf"come to rest with the penalty $\tfrac12 \lambda b^2$, $\lambda = {decay:g}$? Three "
            "digits."
        ),
        answer=lambda target, decay: target / (1 + decay),
        parameters=dict(target=5.0, decay=0.5),
        digits=3,
        draw=_draw_bias,
        solution=lambda target, decay: (
            f"b − {target:g} + {decay:g} b = 0, so b = {target:g} / {1 + decay:g} = "
            f"{target / (1 + decay):.4g}"
        ),
        slips=(
            Slip(
                "No decay",
                lambda target, decay: target,
                "There the loss pulls no more, but the penalty still does, with λb.",
            ),
            Slip(
                "The place of AdamW",
                lambda target, decay: 1 / decay,
                "1/λ is where AdamW stops; gradient descent stops where b − target + λb is 0.",
            ),
            Slip(
                "A share of λ",
                lambda target, decay: target * (1 - decay),
                "Solve for b: the penalty pulls with λ times b itself, not times the target.",
            ),
            Slip(
                "The factor 2",
                lambda target, decay: target / (1 + 2 * decay),
                "The penalty has the half ½λb², so its gradient is λb.",
            ),
        ),
    ),
    _Number(
        id="weight-decay/box",
        layer="by hand",
        minutes=5,
        difficulty=2,
        ask=lambda target, decay: (
            rf"A bias $b$ starts at 0 with the loss $\tfrac12 (b - {target:g})^2$. Near which "
            rf"point does AdamW come to rest, with $\eta = 0.01$ and $\lambda = {decay:g}$? Three "
            "digits."
        ),
        answer=lambda target, decay: min(target, 1 / decay),
        parameters=dict(target=5.0, decay=0.5),
        digits=3,
        draw=_draw_bias,
        solution=lambda target, decay: (
            f"the step of Adam is η long, the decay ηλb; they are equal at b = 1/{decay:g} = "
            f"{1 / decay:.4g}, before {target:g} is reached"
        ),
        slips=(
            Slip(
                "The minimum of the loss",
                lambda target, decay: target,
                "AdamW would end there if |λb| were below 1: the decay stops it earlier.",
            ),
            Slip(
                "The minimum with the penalty",
                lambda target, decay: target / (1 + decay),
                "That is where gradient descent or Adam with the penalty rests; here the decay is "
                "compared with Adam's step, which does not feel how large the gradient is.",
            ),
            Slip(
                "η counted once",
                lambda target, decay: 1 / (0.01 * decay),
                "η multiplies Adam's quotient and the decay alike, and cancels.",
            ),
            Slip(
                "The remaining share",
                lambda target, decay: target * (1 - decay),
                "At rest the two parts of the step cancel: 1 = λb.",
            ),
        ),
    ),
    _Number(
        id="weight-decay/carry",
        layer="by hand",
        minutes=4,
        difficulty=2,
        ask=lambda lr, decay, new_lr: (
            rf"You have tuned `torch.optim.AdamW` with $\eta = {lr:g}$ and $\lambda = {decay:g}$, "
            rf"and now want $\eta = {new_lr:g}$ with the same decay in each step. Which $\lambda$? "
            "Two digits."
        ),
        answer=lambda lr, decay, new_lr: lr * decay / new_lr,
        parameters=dict(lr=1e-3, decay=0.01, new_lr=3e-3),
        digits=2,
        draw=lambda rng: dict(
            lr=float(rng.integers(1, 10)) / 1000,
            decay=float(rng.choice([0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1])),
            new_lr=float(rng.integers(1, 100)) / 10_000,
        ),
        solution=lambda lr, decay, new_lr: (
            f"ηλ stays {lr * decay:.3g}, so λ = {lr * decay:.3g} / {new_lr:g} = "
            f"{lr * decay / new_lr:.3g}"
        ),
        slips=(
            Slip(
                "λ kept",
                lambda lr, decay, new_lr: decay,
                "In the library a step shrinks a weight by the share ηλ: with η it changes too.",
            ),
            Slip(
                "η and λ together",
                lambda lr, decay, new_lr: decay * new_lr / lr,
                "ηλ must stay, so λ goes down where η goes up.",
            ),
            Slip(
                "The share itself",
                lambda lr, decay, new_lr: lr * decay,
                "That is ηλ, the paper's λ. The library multiplies its λ by η.",
            ),
        ),
    ),
    _Number(
        id="weight-decay/schedule",
        layer="code",
        minutes=8,
        difficulty=2,
        ask=lambda lr, decay, steps: (
            "A weight without gradient starts at 1. AdamW runs for "
            rf"{steps:,} steps with $\lambda = {decay:g}$, while $\eta$ falls from {lr:g} to 0 as "
            "a cosine, `ol.schedules.Cosine`. What is left of the weight? Three digits."
        ),
        answer=_left,
        parameters=dict(lr=0.01, decay=0.1, steps=1000),
        digits=3,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.006, 0.02), 3),
            decay=round(rng.uniform(0.05, 0.15), 2),
            steps=int(rng.choice([600, 800, 1000])),
        ),
        solution=lambda lr, decay, steps: (
            f"a cosine is half of η on average, so the rates add up to about {lr * steps / 2:.4g}, "
            f"and exp(−{decay:g} · {lr * steps / 2:.4g}) = {np.exp(-decay * lr * steps / 2):.4g}"
        ),
        slips=(
            Slip(
                "A constant rate",
                lambda lr, decay, steps: (1 - lr * decay) ** steps,
                "η falls: the decay in step t is ηₜλ, on average half of that.",
            ),
            Slip(
                "Shares added up",
                lambda lr, decay, steps: 1 - decay * lr * steps / 2,
                "Each step takes its share of what is left: multiply 1 − ηₜλ, do not add.",
            ),
            Slip(
                "λ left out",
                lambda lr, decay, steps: np.exp(-lr * steps / 2),
                "The sum of the rates is multiplied by λ.",
            ),
            Slip(
                "What is lost",
                lambda lr, decay, steps: 1 - _left(lr, decay, steps),
                "That is the share that has gone; asked for is the one that is left.",
            ),
        ),
    ),
    _Number(
        id="weight-decay/length",
        layer="experiment",
        topic="normalization",
        minutes=12,
        difficulty=3,
        ask=lambda lr, decay: (
            r"A weight vector stands before a normalization: its gradient is perpendicular to it "
            r"and of length $1 / \lVert w \rVert$, to the left or right at random. Gradient "
            rf"descent with $\eta = {lr:g}$ and $\lambda = {decay:g}$: at which length does it "
            "settle? Three digits."
        ),
        answer=lambda lr, decay: (lr / (2 * decay)) ** 0.25,
        parameters=dict(lr=0.1, decay=0.01),
        digits=3,
        draw=lambda rng: dict(
            lr=float(rng.integers(1, 41)) / 200,
            decay=float(rng.integers(2, 25)) / 2000,
        ),
        solution=lambda lr, decay: (
            f"the loss 2ηλ‖w‖² is the gain η²/‖w‖², so ‖w‖⁴ = η/2λ = {lr / (2 * decay):.4g} and "
            f"‖w‖ = {(lr / (2 * decay)) ** 0.25:.4g}"
        ),
        slips=(
            Slip(
                "The length squared",
                lambda lr, decay: (lr / (2 * decay)) ** 0.5,
                "That is ‖w‖²: both the loss and the gain are changes of the square.",
            ),
            Slip(
                "A factor of 2",
                lambda lr, decay: (lr / decay) ** 0.25,
                "The square shrinks by (1 − ηλ)², which is the share 2ηλ.",
            ),
            Slip(
                "The angle",
                lambda lr, decay: (2 * lr * decay) ** 0.5,
                "That is the angle by which a step turns the vector.",
            ),
        ),
    ),
]
