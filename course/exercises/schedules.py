"""Schedules as exercises in code: a function from the step to the learning rate."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np

from course.exercises.code import CodeExercise
from optimlib.rules.hyperparameters import Hyperparameter, Range
from optimlib.rules.rule import Rule
from optimlib.schedules import Cosine


@dataclass(frozen=True)
class CosineRate(Rule):
    """Gradient descent with the rate of half a cosine: the rate is what is judged.

    Examples
    --------
    >>> rule = CosineRate(lr=0.1, steps=4)
    >>> [round(float(rule.update(t, g=1.0)["eta"]), 6) for t in (1, 2, 3, 5, 99)]
    [0.1, 0.085355, 0.05, 0.0, 0.0]
    """

    steps: Annotated[Hyperparameter, Range(ge=1, usual=(5, 14))] = 10.0
    lr_min: Annotated[Hyperparameter, Range(ge=0, usual=(0.001, 0.01))] = 0.0

    def update(self, t, g):
        # One rate for each coordinate, as the judge compares them.
        eta = self.rate(t) + 0 * g
        return dict(eta=eta, step=-eta * g)

    def rate(self, t):
        return self.between(0.5 * (1 + np.cos(np.pi * self.part(t))))

    def part(self, t):
        """Return how much of the way is behind step t."""
        return np.minimum((t - 1) / self.steps, 1.0)

    def between(self, share):
        return self.lr_min + (self.lr - self.lr_min) * share


class CountsFromZero(CosineRate):
    """The first step is one too far.

    The part of the way is t/T. Here t is 1 in the first step, which has the whole η: (t − 1)/T.
    """

    def part(self, t):
        return np.minimum(t / self.steps, 1.0)


class EndsEarly(CosineRate):
    """It ends one step early.

    The part of the way is (t − 1)/(T − 1): then step T has η_min, which the first step after T has.
    """

    def part(self, t):
        return np.minimum((t - 1) / (self.steps - 1), 1.0)


class GoesOn(CosineRate):
    """It rises again after the end.

    The cosine goes on after step T + 1. All later steps have η_min.
    """

    def part(self, t):
        return (t - 1) / self.steps


class StopsAtZero(CosineRate):
    """0 after the end.

    After step T the rate is 0: it stays at η_min.
    """

    def rate(self, t):
        return np.where(t > self.steps, 0.0, super().rate(t))


class WithoutLeast(CosineRate):
    """η_min forgotten.

    The rate falls to 0: it falls from η to η_min.
    """

    def between(self, share):
        return self.lr * share


class LeastAdded(CosineRate):
    """η_min is added to all.

    The rate begins at η + η_min: only η − η_min falls.
    """

    def between(self, share):
        return self.lr_min + self.lr * share


class LeastNotAdded(CosineRate):
    """η_min is only subtracted.

    The rate is (η − η_min) times the share, and ends at 0: η_min has to be added again.
    """

    def between(self, share):
        return (self.lr - self.lr_min) * share


class LeastAsBound(CosineRate):
    """A bound in place of the end.

    The rate is the larger of η_min and a cosine that falls to 0: the cosine itself ends at η_min.
    """

    def between(self, share):
        return np.maximum(self.lr * share, self.lr_min)


class StraightLine(CosineRate):
    """A straight line.

    The rate falls evenly, by 1 − p: a cosine falls slowly at first and at its end.
    """

    def rate(self, t):
        return self.between(1 - self.part(t))


class WithoutPi(CosineRate):
    """π is missing.

    The cosine has p in place of πp: at p = 1 it is 0.54 and not −1.
    """

    def rate(self, t):
        return self.between(0.5 * (1 + np.cos(self.part(t))))


class InDegrees(CosineRate):
    """Degrees in place of radians.

    The cosine has 180p: `np.cos` wants radians, πp.
    """

    def rate(self, t):
        return self.between(0.5 * (1 + np.cos(180 * self.part(t))))


class WithoutHalf(CosineRate):
    """½ is missing.

    1 + cos πp is 2 at the start: the rate begins at about twice η.
    """

    def rate(self, t):
        return self.between(1 + np.cos(np.pi * self.part(t)))


class QuarterOfCosine(CosineRate):
    """A quarter of a cosine.

    The share is cos ½πp. That is 1 at the start and 0 at the end too, but it ends steeply.
    """

    def rate(self, t):
        return self.between(np.cos(0.5 * np.pi * self.part(t)))


class WholeCosine(CosineRate):
    """A whole cosine.

    The cosine has 2πp: the rate is at its least half-way, and ends at η again.
    """

    def rate(self, t):
        return self.between(0.5 * (1 + np.cos(2 * np.pi * self.part(t))))


class Rises(CosineRate):
    """It rises.

    The share is ½ (1 − cos πp), which is 0 at the start: with + it begins at 1.
    """

    def rate(self, t):
        return self.between(0.5 * (1 - np.cos(np.pi * self.part(t))))


COSINE = [
    CountsFromZero,
    EndsEarly,
    GoesOn,
    StopsAtZero,
    WithoutLeast,
    LeastAdded,
    LeastNotAdded,
    LeastAsBound,
    StraightLine,
    WithoutPi,
    InDegrees,
    WithoutHalf,
    QuarterOfCosine,
    WholeCosine,
    Rises,
]


@dataclass(frozen=True)
class ScheduleExercise(CodeExercise):
    """Write a schedule, which returns the rate of a step: the rate is what is judged.

    Parameters
    ----------
    schedule : str
        Its name in `optimlib.schedules`.
    asked, formula, solution : str
        What it does, in words; its formula; and the text of the right function.
    """

    schedule: str = ""
    asked: str = ""
    formula: str = ""
    solution: str = ""

    function = "schedule"
    racing = ""

    @cached_property
    def names(self):
        return ("eta",)

    @property
    def parameters(self):
        return (*self.inputs, *self.rule(lr=1.0).hyperparameters())

    @property
    def question(self):
        return (
            f"Write a schedule: a function `schedule({', '.join(self.parameters)})` that returns "
            f"the learning rate of step `t`, which counts from 1. {self.asked}"
        )

    @property
    def start(self):
        return f"def schedule({', '.join(self.parameters)}):\n    return ...\n"

    @property
    def worked(self):
        return self.solution

    def hints(self):
        values = [Cosine(0.1, steps=4)(t) for t in (1, 2, 3, 4, 5)]
        first = ", ".join(f"{value:.4g}" for value in values)
        return (
            "First how much of the way is behind step t, then what is left of the rate.",
            f"The formula: {self.formula}",
            f"The first rates for lr = 0.1, steps = 4 and lr_min = 0: {first}.",
        )

    @cached_property
    def judged(self):
        return super().judged | {"rule": f"schedules.{self.schedule}", "is_number": True}


def exercises():
    """Return the schedules that are asked for."""
    return [
        ScheduleExercise(
            id="cosine-schedule",
            chapter="stochastic/schedules",
            layer="code",
            topic="schedules",
            minutes=10,
            difficulty=1,
            rule=CosineRate,
            misconceptions=tuple(COSINE),
            inputs=("t",),
            schedule="Cosine",
            asked=(
                "It is `lr` in the first step, falls by half a cosine, and is `lr_min` in all "
                "steps after `steps` of them."
            ),
            formula="η_min + (η − η_min) · ½ (1 + cos πp), where p = (t − 1)/T is at most 1",
            solution=(
                "def schedule(t, lr, steps, lr_min):\n"
                "    part = min((t - 1) / steps, 1)\n"
                "    return lr_min + (lr - lr_min) * 0.5 * (1 + np.cos(np.pi * part))\n"
            ),
        )
    ]
