"""Find the bug: optimizers that are not what they claim to be, to be found out by experiment."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from course.exercises.choices import ChoiceExercise
from course.exercises.misconceptions.adam import AdamInside
from course.exercises.misconceptions.general import uncorrected
from course.exercises.misconceptions.nesterov import LookBehind
from course.exercises.variants import POOL, hash_text, place_of
from optimlib.rules import Adam, GradientDescent, Momentum, Nesterov, Optimizer, Wrapper
from optimlib.schedules import Exponential

LETTERS = "ABCDEFG"


@dataclass(frozen=True)
class Stale(Wrapper):
    """An optimizer that gets in each step the gradient of the step before."""

    adds = ("g_old",)

    def initial(self, w):
        return (*self.rule.initial(w), np.full_like(w, np.nan))

    def advance(self, t, w, state, objective):
        *state, old = state
        late = _Given(objective, objective.grad(w) if t == 1 else old)
        record = self.rule.advance(t, w, tuple(state), late)
        return {**record, "g_old": objective.grad(w), "w": record["w"]}


class _Given:
    """Stands in for `objective`, with a gradient that is given."""

    def __init__(self, objective, g):
        self.objective = objective
        self.g = g

    def grad(self, w):
        return self.g


@dataclass(frozen=True)
class Bug:
    """A way in which an optimizer is not what it claims to be.

    Parameters
    ----------
    text : str
        What is wrong, in words.
    sign : str
        What would be seen if it were so.
    claim, culprit : callable
        From a learning rate to the optimizer that it claims to be and the one it is.
    """

    text: str
    sign: str
    claim: Callable
    culprit: Callable


def _shrinking(lr):
    return GradientDescent(Exponential(lr, factor=0.8))


BUGS = {
    "stale gradient": Bug(
        "each step uses the gradient of the step before",
        "If it were so, the first two steps would be equal, whatever the slope.",
        GradientDescent,
        lambda lr: Stale(GradientDescent(lr)),
    ),
    "momentum": Bug(
        "it is momentum, and its curve is labelled as gradient descent",
        "If it were so, it would roll on for a while where the gradient is 0.",
        GradientDescent,
        lambda lr: Momentum(lr / 2, beta=0.5),
    ),
    "schedule off by one": Bug(
        "its learning rate is that of the next step",
        "If it were so, every step would be as much shorter as η falls in one step.",
        _shrinking,
        lambda lr: _shrinking(0.8 * lr),
    ),
    "epsilon inside the root": Bug(
        "ε stands inside the root",
        "If it were so, large gradients would hide it; small ones, near √ε, would not.",
        lambda lr: Adam(lr, eps=1e-4),
        lambda lr: AdamInside(lr, eps=1e-4),
    ),
    "no bias correction": Bug(
        "the means are not corrected for their start at 0",
        "If it were so, its first step would be 3.16 η long.",
        lambda lr: Adam(lr, eps=1e-4),
        lambda lr: uncorrected(Adam)(lr, eps=1e-4),
    ),
    "look-ahead with the wrong sign": Bug(
        "it takes its gradient behind the point in place of ahead",
        "If it were so, its first step would be right, and it would overshoot more than momentum.",
        Nesterov,
        LookBehind,
    ),
    "innocent": Bug(
        "nothing: it is what it claims to be",
        "If it were so, its points would equal those of the optimizer that it claims to be.",
        GradientDescent,
        GradientDescent,
    ),
}


@dataclass(frozen=True, repr=False)
class Suspect(Wrapper):
    """An optimizer known by a letter, which claims to be the optimizer `claim`."""

    letter: str = ""
    claim: Optimizer | None = None

    def __repr__(self):
        return f"<suspect {self.letter}, which claims to be {type(self.claim).__name__}>"


# All letters are dealt together.
DEALT = "suspects"


def _cast(deal):
    """Return the bug behind each letter, in the order of this deal, and a learning rate."""
    rng = np.random.default_rng([hash_text(DEALT), deal])
    names = [str(name) for name in rng.permutation(list(BUGS))]
    return {letter: (name, float(rng.choice([0.05, 0.1, 0.2])))
            for letter, name in zip(LETTERS, names, strict=True)}  # fmt: skip


def suspects(student=None):
    """Return optimizers that are not what they claim to be, by letter; one is innocent.

    Run each beside its ``claim``, on problems of your own choice, and tell `check` what you think:
    ``check("suspect-A", "stale gradient")``.

    Parameters
    ----------
    student : str, optional
        Each student has an order of their own.

    Returns
    -------
    dict
        From the letter to the optimizer.

    Examples
    --------
    >>> import optimlib as ol
    >>> from course import exercises
    >>> suspect = exercises.suspects()["A"]
    >>> suspect
    <suspect A, which claims to be GradientDescent>
    >>> path = ol.trace(suspect, ol.problems.square, 4.0, steps=3)
    >>> claimed = ol.trace(suspect.claim, ol.problems.square, 4.0, steps=3)
    """
    found = {}
    deal = 0 if student is None else 1 + place_of(DEALT, student, POOL)
    for letter, (name, lr) in _cast(deal).items():
        bug = BUGS[name]
        found[letter] = Suspect(bug.culprit(lr), letter=letter, claim=bug.claim(lr))
    return found


@dataclass(frozen=True)
class SuspectExercise(ChoiceExercise):
    """Find out what is wrong with one of the `suspects`."""

    letter: str = ""

    @property
    def dealt(self):
        return DEALT

    @property
    def varies(self):
        return True

    @cached_property
    def variants(self):
        rights = (_cast(deal)[self.letter][0] for deal in range(1, POOL + 1))
        return tuple(replace(self, right=right) for right in rights)


EXERCISES = [
    SuspectExercise(
        id=f"suspect-{letter}",
        chapter="appendix/conventions",
        layer="experiment",
        topic="find the bug",
        minutes=15,
        difficulty=3,
        ask=f'Run `exercises.suspects()["{letter}"]` beside its `claim`: what is wrong with it?',
        right=_cast(0)[letter][0],
        options={name: bug.text for name, bug in BUGS.items()},
        feedback={name: bug.sign for name, bug in BUGS.items()},
        letter=letter,
    )
    for letter in LETTERS
]
