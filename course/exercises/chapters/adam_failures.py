"""Exercises of the chapter adaptive/adam-failures."""

from functools import cache, partial

import numpy as np

from course.exercises.misconceptions import adam, scaled
from course.exercises.numbers import NumberExercise, Slip, point
from optimlib import problems
from optimlib.notation import by_hand
from optimlib.objective import Objective, Stream
from optimlib.rules import Adam, AMSGrad, GradientDescent, RMSProp
from optimlib.symbols import number_text

CHAPTER = "adaptive/adam-failures"
FULL = problems.reddi.full
_Number = partial(NumberExercise, chapter=CHAPTER)


def _line(slope):
    return Objective(lambda x: slope * x, lambda x: slope + 0 * x, variables=("x",))


def _turns(C):
    """Return the losses Cx, −x, −x, which start again after three steps."""
    loud, soft = _line(C), _line(-1.0)
    return Stream(_line((C - 2) / 3), lambda t: loud if t % 3 == 1 else soft)


def _after(rule, steps=3):
    """Return where `rule`, a function of β₂, is after some steps on these losses, from 0."""
    return lambda C, beta2: point(rule(beta2), _turns(C), 0.0, steps)


def _amsgrad(beta2, kind=AMSGrad):
    return kind(lr=1.0, beta1=0.0, beta2=beta2)


def _drift(beta1, beta2, C, period, low=10, power=0.5):
    """Return how far a round moves Adam in the long run, in units of η."""
    j = np.arange(period)
    m = (1 - beta1) * (C + low) / (1 - beta1**period) * beta1**j - low
    v = (1 - beta2) * (C**2 - low**2) / (1 - beta2**period) * beta2**j + low**2
    return -np.sum(m / v**power)


@cache
def _period(beta1, beta2, loud=lambda period: 10 * period, power=0.5):
    """Return the smallest period for which Adam goes up."""
    return next(P for P in range(2, 1000) if _drift(beta1, beta2, loud(P), P, power=power) > 0)


def _always(period):
    return 1010


def _change_of_sign(beta1, beta2, period):
    before, after = (number_text(_drift(beta1, beta2, 10 * P, P), 3) for P in (period - 1, period))
    return f"the drift D goes from {before} to {after} at P = {period}"


EXERCISES = [
    _Number(
        id="adam-failures/round",
        layer="predict",
        topic="convergence",
        minutes=3,
        difficulty=1,
        ask=lambda C, period, low: (
            rf"The slope is {C:g} in the first step of a round and $-{low:g}$ in the other "
            f"{period - 1:g}. By how much does gradient descent with a constant learning rate move "
            r"in a round, in units of $\eta$?"
        ),
        answer=lambda C, period, low: (period - 1) * low - C,
        parameters=dict(C=1010, period=101, low=10),
        digits=4,
        draw=lambda rng: dict(
            C=10 * int(rng.integers(30, 200)),
            period=int(rng.integers(20, 150)),
            low=int(rng.integers(4, 15)),
        ),
        solution=lambda C, period, low: (
            f"−η times the sum of all slopes: −({C} − {period - 1} · {low}) = "
            f"{(period - 1) * low - C}"
        ),
        slips=(
            Slip(
                "The mean slope",
                lambda C, period, low: ((period - 1) * low - C) / period,
                "That is the mean of a step; a round has as many steps as slopes.",
            ),
            Slip(
                "One soft slope too many",
                lambda C, period, low: period * low - C,
                "The loud slope takes one of the steps of the round.",
            ),
            Slip(
                "Only the soft slopes",
                lambda C, period, low: (period - 1) * low,
                "The loud slope moves x too: gradient descent divides nothing.",
            ),
            Slip(
                "Uphill",
                lambda C, period, low: C - (period - 1) * low,
                "That is the sum of the slopes; the steps go against it.",
            ),
        ),
    ),
    _Number(
        id="adam-failures/full-batch",
        layer="predict",
        topic="convergence",
        minutes=4,
        difficulty=1,
        ask=lambda lr, steps: (
            r"Every step sees all 101 losses of `ol.problems.reddi` at once, as their mean. Adam, "
            rf"$\eta = {lr:g}$, starts from 0, without walls: where is it after {steps:g} steps? "
            "Three digits."
        ),
        answer=lambda lr, steps: point(Adam(lr), FULL, 0.0, steps),
        parameters=dict(lr=0.1, steps=10),
        digits=3,
        draw=lambda rng: dict(lr=round(rng.uniform(0.05, 0.4), 2), steps=int(rng.integers(5, 25))),
        solution=lambda lr, steps: (
            f"the slope is always 10/101, so m̂ / √v̂ = 1 and each step is η long: "
            f"−{steps} · {lr:g} = {-steps * lr:.4g}"
        ),
        slips=(
            Slip(
                "Steps of gradient descent",
                lambda lr, steps: point(GradientDescent(lr), FULL, 0.0, steps),
                "Adam divides the slope 10/101 by its own size: each step is η long.",
            ),
            Slip(
                "Bias correction forgotten",
                lambda lr, steps: point(Adam(lr, bias_correction=False), FULL, 0.0, steps),
                "Without the division by 1 − βᵗ the first steps are far too long.",
            ),
            Slip(
                "One loss in each step",
                lambda lr, steps: point(Adam(lr), problems.reddi, 0.0, steps),
                "That is the stream, of which a step sees one loss; here it sees their mean.",
            ),
            Slip(
                "Uphill",
                lambda lr, steps: lr * steps,
                "The mean slope is positive, so Adam goes down.",
            ),
        ),
    ),
    _Number(
        id="adam-failures/three-steps",
        layer="by hand",
        topic="adaptive methods",
        minutes=6,
        difficulty=2,
        ask=lambda C, beta2: (
            rf"Slopes ${C:g}, -1, -1$. Adam with $\eta = 1$, $\beta_1 = 0$, $\beta_2 = {beta2:g}$ "
            r"and no bias correction (which is RMSProp) starts from 0. Compute $x_3$ to four "
            "digits."
        ),
        answer=_after(lambda beta2: Adam(1.0, 0.0, beta2, bias_correction=False)),
        parameters=dict(C=4.0, beta2=0.1),
        digits=4,
        draw=lambda rng: dict(
            C=round(rng.uniform(2.5, 6), 2), beta2=float(rng.choice([0.05, 0.1, 0.15, 0.2, 0.25]))
        ),
        solution=lambda C, beta2: by_hand(
            Adam(1.0, 0.0, beta2, bias_correction=False), _turns(C), 0.0, 3
        ),
        slips=(
            *(
                Slip.of(mistake, _after(partial(mistake, 1.0)))
                for mistake in (
                    scaled.RMSPropCorrected,
                    scaled.RMSPropSwapped,
                    scaled.RMSPropSum,
                    scaled.RMSPropWithoutRoot,
                )
            ),
            Slip("AMSGrad", _after(_amsgrad), "Adam lets v shrink again; it has no maximum."),
            Slip(
                "One step too few",
                _after(partial(RMSProp, 1.0), 2),
                "This is x₂: the second slope of −1 leads to x₃.",
            ),
        ),
    ),
    _Number(
        id="adam-failures/three-steps-amsgrad",
        layer="by hand",
        topic="adaptive methods",
        minutes=5,
        difficulty=2,
        ask=lambda C, beta2: (
            rf"Slopes ${C:g}, -1, -1$. AMSGrad (the paper's, without bias correction) with "
            rf"$\eta = 1$, $\beta_1 = 0$ and $\beta_2 = {beta2:g}$ starts from 0. Compute $x_3$ to "
            "four digits."
        ),
        answer=_after(_amsgrad),
        parameters=dict(C=4.0, beta2=0.1),
        digits=4,
        draw=lambda rng: dict(
            C=round(rng.uniform(2.5, 6), 2), beta2=float(rng.choice([0.05, 0.1, 0.15, 0.2, 0.25]))
        ),
        solution=lambda C, beta2: by_hand(_amsgrad(beta2), _turns(C), 0.0, 3),
        slips=(
            *(
                Slip.of(mistake, _after(partial(_amsgrad, kind=mistake)))
                for mistake in (
                    adam.AMSGradUnused,
                    adam.AMSGradForgets,
                    adam.AMSGradOfSquares,
                    adam.AMSGradCorrected,
                    adam.AMSGradWithoutRoot,
                )
            ),
            Slip(
                "One step too few",
                _after(_amsgrad, 2),
                "This is x₂: the second slope of −1 leads to x₃.",
            ),
        ),
    ),
    _Number(
        id="adam-failures/rare",
        layer="code",
        topic="convergence",
        minutes=12,
        difficulty=3,
        ask=lambda beta1, beta2: (
            "The slope is $C = 10P$ in the first step of a round of $P$ steps and $-10$ in the "
            rf"others. Adam with $\beta_1 = {beta1:g}$ and $\beta_2 = {beta2:g}$: which is the "
            "smallest $P$ for which the predicted drift is in the wrong direction?"
        ),
        answer=_period,
        parameters=dict(beta1=0.9, beta2=0.99),
        digits=4,
        draw=lambda rng: dict(
            beta1=round(rng.uniform(0.8, 0.95), 3), beta2=round(rng.uniform(0.985, 0.997), 3)
        ),
        solution=lambda beta1, beta2: _change_of_sign(beta1, beta2, _period(beta1, beta2)),
        slips=(
            Slip(
                "The last that goes right",
                lambda beta1, beta2: _period(beta1, beta2) - 1,
                "For this P the drift is still negative; the next one is asked for.",
            ),
            Slip(
                "Without momentum",
                lambda beta1, beta2: _period(0.0, beta2),
                "That is β₁ = 0. With m the loud slope is felt for some steps more.",
            ),
            Slip(
                "The root is missing",
                lambda beta1, beta2: _period(beta1, beta2, power=1.0),
                "m is divided by √v, not by v.",
            ),
            Slip(
                "C stays 1010",
                lambda beta1, beta2: _period(beta1, beta2, _always),
                "C is 10P here; with 1010 a shorter round adds up to more than +10.",
            ),
        ),
    ),
]
