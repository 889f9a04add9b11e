"""Exercises of the chapter descent/momentum."""

from functools import partial

import numpy as np

from course.exercises.chapters.shared import end, slips_of, start, worked
from course.exercises.choices import DrawnChoice
from course.exercises.misconceptions import momentum
from course.exercises.numbers import NumberExercise, Slip
from optimlib.rules import AverageMomentum

CHAPTER = "descent/momentum"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _share(kappa):
    """Return the factor per step of the tuned heavy ball: the root of its β."""
    return (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)


def _kappa(diagonal, beside):
    return (diagonal + beside) / (diagonal - beside)


def _matrix(diagonal, beside):
    row, other = f"{diagonal:g} & {beside:g}", f"{beside:g} & {diagonal:g}"
    return rf"$\begin{{pmatrix}} {row} \\ {other} \end{{pmatrix}}$"


def _entries(rng):
    diagonal = int(rng.integers(5, 41))
    return dict(diagonal=float(diagonal), beside=float(rng.integers(2, diagonal)))


def _rate(diagonal, beside):
    return (2 / (np.sqrt(diagonal + beside) + np.sqrt(diagonal - beside))) ** 2


def _tuned(diagonal, beside):
    kappa = _kappa(diagonal, beside)
    return (
        f"the eigenvalues are {diagonal - beside:g} and {diagonal + beside:g}, so κ = {kappa:.4g}, "
        f"√β = {_share(kappa):.4g}, β = {_share(kappa) ** 2:.4g} and "
        f"η = {_rate(diagonal, beside):.4g}"
    )


def _factor(lr, beta, curvature=2.0):
    """Return by which factor the heavy ball on w² shrinks in a step, in the long run."""
    return float(np.max(np.abs(np.roots([1, lr * curvature - 1 - beta, beta]))))


def _closer(beta, small, large):
    """Return the question which of two rates brings the heavy ball closer to 0."""
    root = beta**0.5
    low, high = (1 - root) ** 2, (1 + root) ** 2
    swings = "it swings, and shrinks by √β."
    said = {
        "low": f"ηλ is {2 * small:g} for η = {small:g}, below (1 − √β)² = {low:.4g}: it creeps, "
        f"and shrinks by only {_factor(small, beta):.3g}.",
        "above low": f"ηλ is {2 * small:g} for η = {small:g}, above (1 − √β)² = {low:.4g}: "
        f"{swings}",
        "high": f"ηλ is {2 * large:g} for η = {large:g}, above (1 + √β)² = {high:.4g}: its factor "
        f"is {_factor(large, beta):.3g}.",
        "below high": f"ηλ is {2 * large:g} for η = {large:g}, below (1 + √β)² = {high:.4g}: "
        f"{swings}",
    }
    feedback = {"small": said["below high"], "large": said["above low"]}
    right = "neither"
    if 2 * small < low:
        right, feedback = "large", dict.fromkeys(["small", "neither"], said["low"])
    elif 2 * large > high:
        right, feedback = "small", dict.fromkeys(["large", "neither"], said["high"])
    return dict(
        ask=(
            rf"The heavy ball with $\beta = {beta:g}$ on $w^2$: which gets closer to 0 in 100 "
            rf"steps, $\eta = {small:g}$ or $\eta = {large:g}$?"
        ),
        right=right,
        options={
            "small": f"η = {small:g}, by far",
            "large": f"η = {large:g}, by far",
            "neither": "neither by much: both shrink by the same factor",
        },
        feedback=feedback,
    )


def _draw_closer(rng):
    """Draw rates of which at most one leaves the range in which the ball swings, and clearly."""
    beta = float(rng.choice([0.25, 0.36, 0.49, 0.64, 0.81]))
    root = beta**0.5
    low, high = (1 - root) ** 2 / 2, (1 + root) ** 2 / 2
    small = float(f"{rng.uniform(1.3, 3) * low:.1g}")
    large = float(f"{rng.uniform(0.5, 0.9) * high:.1g}")
    other = rng.integers(3)
    if other == 1:
        small = float(f"{rng.uniform(0.1, 0.6) * low:.1g}")
    if other == 2:
        large = float(f"{rng.uniform(1.02, 1.2) * high:.3g}")
    inside = low < small < large < high
    outside = (small < 0.7 * low and large < high) or (low < small and large > 1.01 * high)
    if inside if other == 0 else outside:
        return dict(beta=beta, small=small, large=large)
    return _draw_closer(rng)


EXERCISES = [
    DrawnChoice(
        id="momentum/closer",
        chapter=CHAPTER,
        layer="predict",
        topic="momentum",
        minutes=3,
        difficulty=2,
        made=_closer,
        parameters=dict(beta=0.81, small=0.1, large=1.0),
        draw=_draw_closer,
    ),
    _Number(
        id="momentum/average-2",
        layer="by hand",
        topic="momentum",
        minutes=6,
        difficulty=1,
        ask=lambda lr, beta, w0: (
            rf"The average, $v_t = \beta v_{{t-1}} + (1 - \beta) g_t$, with $\eta = {lr:g}$ and "
            rf"$\beta = {beta:g}$ on $w^2$ from $w_0 = {w0:g}$: compute $w_2$ to four digits."
        ),
        answer=end(AverageMomentum, 2),
        parameters=dict(lr=0.1, beta=0.9, w0=4.0),
        digits=4,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.1, 0.4), 2),
            beta=round(rng.uniform(0.6, 0.9), 1),
            w0=start(rng),
        ),
        solution=worked(AverageMomentum, 2),
        slips=(
            *slips_of(
                [
                    momentum.UndampenedAverage,
                    momentum.SwappedAverage,
                    momentum.CorrectedAverage,
                    momentum.ForgetsThePastAverage,
                ],
                2,
            ),
            Slip(
                "One step too few",
                end(AverageMomentum, 1),
                "This is w₁, or w₂ with the velocity from before the gradient in every step.",
            ),
        ),
    ),
    _Number(
        id="momentum/best-beta",
        layer="by hand",
        topic="tuning",
        minutes=6,
        difficulty=2,
        ask=lambda diagonal, beside: (
            f"A bowl has the Hessian {_matrix(diagonal, beside)}. Which $\\beta$ is best for the "
            "heavy ball? Three digits."
        ),
        answer=lambda diagonal, beside: _share(_kappa(diagonal, beside)) ** 2,
        parameters=dict(diagonal=10.0, beside=8.0),
        digits=3,
        draw=_entries,
        solution=_tuned,
        slips=(
            Slip(
                "Not squared",
                lambda diagonal, beside: _share(_kappa(diagonal, beside)),
                "(√κ − 1)/(√κ + 1) is the factor per step, √β; it is Nesterov's β, too.",
            ),
            Slip(
                "κ in place of its root",
                lambda diagonal, beside: (beside / diagonal) ** 2,
                "β has √κ in it: (κ − 1)/(κ + 1) is the factor of gradient descent.",
            ),
            Slip(
                "The factor of gradient descent",
                lambda diagonal, beside: beside / diagonal,
                "(κ − 1)/(κ + 1) is the factor of gradient descent; β is ((√κ − 1)/(√κ + 1))².",
            ),
            Slip(
                "The entries taken as eigenvalues",
                lambda diagonal, beside: _share(diagonal / beside) ** 2,
                "The curvatures are the eigenvalues: here the diagonal entry ± the other one.",
            ),
        ),
    ),
    _Number(
        id="momentum/best-rate",
        layer="by hand",
        topic="tuning",
        minutes=4,
        difficulty=2,
        ask=lambda diagonal, beside: (
            f"A bowl has the Hessian {_matrix(diagonal, beside)}. Which $\\eta$ is best for the "
            "heavy ball? Three digits."
        ),
        answer=_rate,
        parameters=dict(diagonal=10.0, beside=8.0),
        digits=3,
        draw=_entries,
        solution=_tuned,
        slips=(
            Slip(
                "The best rate of gradient descent",
                lambda diagonal, beside: 1 / diagonal,
                "2/(μ + L) is best without momentum; with it, roots of the curvatures enter.",
            ),
            Slip(
                "Not squared",
                lambda diagonal, beside: np.sqrt(_rate(diagonal, beside)),
                "η is the square of 2/(√L + √μ).",
            ),
            Slip(
                "The entries taken as eigenvalues",
                lambda diagonal, beside: (2 / (np.sqrt(diagonal) + np.sqrt(beside))) ** 2,
                "The curvatures are the eigenvalues: here the diagonal entry ± the other one.",
            ),
            Slip(
                "The rate 1/L",
                lambda diagonal, beside: 1 / (diagonal + beside),
                "With memory the rate may be larger: (2/(√L + √μ))² lies between 1/L and 4/L.",
            ),
        ),
    ),
]
