"""Exercises of the chapter modern/edge-of-stability."""

from functools import partial

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip, point
from optimlib.problems import square
from optimlib.rules import SAM, GradientDescent

CHAPTER = "modern/edge-of-stability"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _stays(lr, beta, sharpness):
    """Return the question which methods can stay at a point of that sharpness."""
    plain, heavy = 2 / lr, 2 * (1 + beta) / lr
    below = f"The heavy ball's line is 2 · {1 + beta:g}/{lr:g} = {heavy:.4g}"
    edge = f"The line of gradient descent is 2/{lr:g} = {plain:.4g}"
    if sharpness < plain:
        right = "both"
        feedback = {
            "heavy ball": f"{edge}, and {sharpness:g} is below it: gradient descent stays too.",
            "neither": f"{edge}, and {sharpness:g} is below it.",
        }
    elif sharpness < heavy:
        right = "heavy ball"
        feedback = {
            "both": f"{edge}, and {sharpness:g} is above it.",
            "neither": f"{below}, and {sharpness:g} is below that.",
        }
    else:
        right = "neither"
        feedback = {
            "both": f"{edge}, and {sharpness:g} is far above it.",
            "heavy ball": f"{below}, and {sharpness:g} is above that too.",
        }
    return dict(
        ask=(
            rf"A minimum has the sharpness {sharpness:g}. With $\eta = {lr:g}$, which can stay "
            rf"near it: gradient descent, the heavy ball with $\beta = {beta:g}$, both or neither?"
        ),
        right=right,
        options={
            "both": "both",
            "heavy ball": "the heavy ball alone",
            "neither": "neither: both are thrown out",
        },
        feedback=feedback,
    )


def _draw_stays(rng):
    lr = float(rng.choice([0.02, 0.05, 0.1, 0.2, 0.25, 0.4, 0.5]))
    beta = float(rng.choice([0.5, 0.7, 0.8, 0.9]))
    where = rng.choice([0.5, 0.75, 1.3, 0.9 * (1 + beta), 1.3 * (1 + beta)])
    return dict(lr=lr, beta=beta, sharpness=float(f"{where * 2 / lr:.2g}"))


def _adam(lr, beta1):
    return 2 * (1 + beta1) / ((1 - beta1) * lr)


def _uphill(lr, rho, w0):
    return point(SAM(GradientDescent(lr), rho=rho), square, w0, 1)


EXERCISES = [
    DrawnChoice(
        id="edge-of-stability/who-stays",
        chapter=CHAPTER,
        layer="predict",
        topic="stability",
        minutes=3,
        difficulty=1,
        made=_stays,
        parameters=dict(lr=0.2, beta=0.9, sharpness=15.0),
        draw=_draw_stays,
    ),
    _Number(
        id="edge-of-stability/heavy-ball",
        layer="by hand",
        topic="stability",
        minutes=4,
        difficulty=1,
        ask=lambda lr, beta: (
            rf"The heavy ball trains a network with $\eta = {lr:g}$ and $\beta = {beta:g}$ until "
            "it reaches its edge. At which sharpness is that? Three digits."
        ),
        answer=lambda lr, beta: 2 * (1 + beta) / lr,
        parameters=dict(lr=0.6, beta=0.9),
        digits=3,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.03, 0.8), 2),
            beta=round(rng.uniform(0.5, 0.95), 2),
        ),
        solution=lambda lr, beta: (
            f"2(1 + β)/η = 2 · {1 + beta:g}/{lr:g} = {2 * (1 + beta) / lr:.4g}"
        ),
        slips=(
            Slip(
                "The edge of gradient descent",
                lambda lr, beta: 2 / lr,
                "2/η is the line without momentum. With it a swing is braked: 2(1 + β)/η.",
            ),
            Slip(
                "The effective rate",
                lambda lr, beta: 2 * (1 - beta) / lr,
                "η/(1 − β) is the rate at which it goes along a slope that stays; across the "
                "valley the slope turns around in every step, and the limit is 2(1 + β)/η.",
            ),
            Slip(
                "The 2 is missing",
                lambda lr, beta: (1 + beta) / lr,
                "At half of the line it is stable. The limit is 2(1 + β)/η.",
            ),
            Slip(
                "β in the place of 1 + β",
                lambda lr, beta: 2 * beta / lr,
                "For β = 0 the line has to be 2/η: the factor is 1 + β.",
            ),
        ),
    ),
    _Number(
        id="edge-of-stability/adam",
        layer="by hand",
        topic="stability",
        minutes=4,
        difficulty=2,
        ask=lambda lr, beta1: (
            rf"Adam with $\eta = {lr:g}$ and $\beta_1 = {beta1:g}$: at which preconditioned "
            "sharpness is its edge? Three digits."
        ),
        answer=_adam,
        parameters=dict(lr=0.01, beta1=0.8),
        digits=3,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.001, 0.03), 3),
            beta1=round(rng.uniform(0.5, 0.95), 2),
        ),
        solution=lambda lr, beta1: (
            f"the average form has 2(1 + β₁)/((1 − β₁)η) = 2 · {1 + beta1:g}/({1 - beta1:.2g} · "
            f"{lr:g}) = {_adam(lr, beta1):.5g}"
        ),
        slips=(
            Slip(
                "With the usual β₁",
                lambda lr, beta1: 38 / lr,
                "38 is 2 · 1.9/0.1, for β₁ = 0.9 alone.",
            ),
            Slip(
                "As the heavy ball",
                lambda lr, beta1: 2 * (1 + beta1) / lr,
                "Adam averages gradients: its m has 1 − β₁ times what a velocity has, so the line "
                "is 1/(1 − β₁) times as high.",
            ),
            Slip(
                "As gradient descent",
                lambda lr, beta1: 2 / lr,
                "2/η is the line without momentum.",
            ),
            Slip(
                "The 1 + β₁ is missing",
                lambda lr, beta1: 2 / ((1 - beta1) * lr),
                "The brake on swings is missing: the factor 1 + β₁ of the heavy ball.",
            ),
        ),
    ),
    _Number(
        id="edge-of-stability/sam-step",
        layer="by hand",
        topic="sharpness",
        minutes=5,
        difficulty=1,
        ask=lambda lr, rho, w0: (
            rf"One step of SAM around gradient descent on $w^2$ from $w_0 = {w0:g}$ with "
            rf"$\eta = {lr:g}$ and $\rho = {rho:g}$: where is $w_1$? Three digits."
        ),
        answer=_uphill,
        parameters=dict(lr=0.1, rho=0.5, w0=3.0),
        digits=3,
        draw=lambda rng: dict(
            lr=round(rng.uniform(0.05, 0.35), 2),
            rho=float(rng.choice([0.2, 0.3, 0.4, 0.6])),
            w0=float(rng.choice([2, 3, 4, 5, 6])),
        ),
        solution=lambda lr, rho, w0: (
            f"uphill of {w0:g} by {rho:g} is {w0 + rho:g}, where the gradient is "
            f"{2 * (w0 + rho):g}; {w0:g} − {lr:g} · {2 * (w0 + rho):g} = {_uphill(lr, rho, w0):.4g}"
        ),
        slips=(
            Slip(
                "Plain gradient descent",
                lambda lr, rho, w0: w0 - lr * 2 * w0,
                "The gradient is that of the point uphill, w + ρ.",
            ),
            Slip(
                "Downhill first",
                lambda lr, rho, w0: w0 - lr * 2 * (w0 - rho),
                "The way of length ρ leads uphill, along the gradient, not against it.",
            ),
            Slip(
                "It stays uphill",
                lambda lr, rho, w0: w0 + rho - lr * 2 * (w0 + rho),
                "Only the gradient is taken uphill. The step begins at w.",
            ),
            Slip(
                "ρ times the gradient",
                lambda lr, rho, w0: w0 - lr * 2 * (w0 + rho * 2 * w0),
                "The gradient is divided by its length first: the way uphill is ρ long.",
            ),
        ),
    ),
]
