"""Exercises whose answer is a number, with the usual slips, for everybody or for each student."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from numbers import Real

import numpy as np

from course.exercises.exercise import Exercise
from course.exercises.judge import TOLERANCE
from course.exercises.misconceptions import describe
from course.exercises.report import Report
from optimlib.descent import trace
from optimlib.symbols import number_text


def seed_of(exercise, student):
    """Return the seed of a student's variant: the same on every machine.

    Examples
    --------
    >>> seed_of("adam/uncorrected-2", "ada") == seed_of("adam/uncorrected-2", "ada")
    True
    """
    return int.from_bytes(sha256(f"{exercise}\n{student}".encode()).digest()[:8], "big")


@dataclass(frozen=True)
class Slip:
    """A usual wrong answer.

    Parameters
    ----------
    name : str
    value : callable
        From the exercise's parameters, by name, to the number that the slip leads to.
    feedback : str
        Which line is wrong, and why.
    """

    name: str
    value: Callable
    feedback: str = ""

    @classmethod
    def of(cls, mistake, value):
        """Return the slip that is a misconception (see `course.exercises.misconceptions`)."""
        name, explanation = describe(mistake)
        return cls(name, value, explanation)


@dataclass(frozen=True)
class NumberExercise(Exercise):
    r"""Compute a number.

    Parameters
    ----------
    ask : callable
        From the parameters, by name, to the question in MyST Markdown.
    answer : callable
        From the parameters, by name, to the right number.
    parameters : dict
        Those of the book.
    slips : tuple of Slip
    digits : int
        How many significant digits are asked for; a unit of the last one is forgiven.
    draw : callable or None
        From a `numpy.random.Generator` to other parameters, for a student's own variant.
    solution : callable
        From the parameters to something that shows the whole way: `optimlib.by_hand`.

    Examples
    --------
    >>> from course import exercises
    >>> exercise = exercises.get("first-descent/momentum-2")
    >>> print(exercise.question)
    Momentum, $\eta = 0.1$ and $\beta = 0.9$, on $w^2$ from $w_0 = 4$: compute $w_2$.
    >>> f"{exercise.expected:.4g}"
    '1.84'
    >>> exercises.check(exercise.variant("ada"), 1.84).correct
    False
    """

    ask: Callable = None
    answer: Callable = None
    parameters: dict = field(default_factory=dict, hash=False)
    slips: tuple = ()
    digits: int = 4
    draw: Callable | None = None
    solution: Callable = None

    @property
    def question(self):
        return self.ask(**self.parameters)

    @cached_property
    def expected(self):
        """The right number."""
        return float(self.answer(**self.parameters))

    @property
    def shown(self):
        """The right number as text: whole numbers in full, others to the digits asked for."""
        if self.expected.is_integer() and abs(self.expected) < 1e9:
            return f"{self.expected:.0f}".replace("-", "−")
        return number_text(self.expected, self.digits)

    @property
    def tolerance(self):
        """What an answer may be off by: one unit of the last digit that is asked for."""
        size = np.floor(np.log10(abs(self.expected))) if self.expected else 0
        return (1 + TOLERANCE) * 10.0 ** (size + 1 - self.digits)

    @property
    def worked(self):
        return self.solution(**self.parameters)

    def hints(self):
        slips = ", ".join(f"“{slip.name}”" for slip in self.slips)
        worked = str(self.worked or "")
        first, *others = worked.splitlines() or [""]
        results = list(re.finditer(r"(?<=[=≈] )(−?[\d.]*\d)?", worked))
        # Up to the last result, or to one that is the answer.
        told = [result for result in results if result[0] and self._is_right(result[0])]
        way = worked[: [*told[:1], *results[-1:]][0].start()] if results else ""
        return (
            *([f"Usual slips are {slips}."] if slips else []),
            *([f"It begins with {first}"] if others else []),
            *([f"The way to it: {way}…"] if way else []),
        )

    def _is_right(self, text):
        return abs(float(text.replace("−", "-")) - self.expected) <= self.tolerance

    @cached_property
    def slip_values(self):
        """What each slip leads to, by its name."""
        return {slip.name: float(slip.value(**self.parameters)) for slip in self.slips}

    def accepted(self):
        """Return whether the right number and those of all slips can be told apart."""
        values = [self.expected, *self.slip_values.values()]
        apart = np.abs(np.subtract.outer(values, values)) > 4 * self.tolerance
        return bool(np.all(np.isfinite(values)) and np.all(apart | np.eye(len(values), dtype=bool)))

    def variant(self, student):
        if self.draw is None:
            return self
        rng = np.random.default_rng(seed_of(self.id, student))
        for _ in range(1000):
            drawn = replace(self, parameters=self.draw(rng))
            if drawn.accepted():
                return drawn
        raise RuntimeError(f"{self.id}: no parameters tell the slips apart")

    def check(self, answer):
        """Return the `Report` on a number.

        Raises
        ------
        TypeError
            If the answer is not a number.
        """
        if isinstance(answer, np.ndarray) and answer.size == 1:
            answer = answer.item()
        if isinstance(answer, bool) or not isinstance(answer, Real):
            raise TypeError(f"{self.id}: answer must be a number, got answer = {answer!r}")
        if abs(answer - self.expected) <= self.tolerance:
            return Report(self.id, True, (f"It is {self.shown}.",))
        slips = [
            slip
            for slip in self.slips
            if abs(answer - self.slip_values[slip.name]) <= self.tolerance
        ]
        if slips:
            # The book's own numbers may not tell two slips apart; those of variants do.
            name = "” or “".join(slip.name for slip in slips)
            return self._wrong(answer, name, " Or: ".join(slip.feedback for slip in slips))
        if abs(answer + self.expected) <= self.tolerance:
            return self._wrong(answer, "The other sign")
        if abs(answer - self.expected) <= 20 * self.tolerance:
            return self._wrong(
                answer, "Rounded too early", "It is close: carry more digits through the steps."
            )
        return self._wrong(answer)

    def _wrong(self, answer, mistake=None, explanation=""):
        line = f"{number_text(answer)} is not it."
        return Report(self.id, False, (line,), mistake, explanation, self.chapter)


@dataclass(frozen=True)
class ChoiceExercise(Exercise):
    """Choose one of some answers.

    Parameters
    ----------
    ask : str
        The question in MyST Markdown.
    right : str
        The key of the right answer.
    options : dict
        The text of each answer, by a word that `check` is given.
    feedback : dict
        What to say to a wrong answer, by its key.

    Examples
    --------
    >>> from course import exercises
    >>> exercises.check("adam/no-memory", "sign").correct
    True
    """

    ask: str = ""
    right: str = ""
    options: dict = field(default_factory=dict, hash=False)
    feedback: dict = field(default_factory=dict, hash=False)

    def hints(self):
        wrong = [key for key in self.options if key != self.right and key in self.feedback]
        return tuple(f"Not “{key}”: {self.feedback[key]}" for key in wrong[: len(self.options) - 2])

    @property
    def question(self):
        listed = [f'- `"{key}"`: {text}' for key, text in self.options.items()]
        return "\n".join([self.ask, "", *listed])

    @property
    def worked(self):
        return f"{self.right}: {self.options[self.right]}"

    def check(self, answer):
        """Return the `Report` on a choice.

        Raises
        ------
        ValueError
            If the answer is none of the options.
        """
        if answer not in self.options:
            known = ", ".join(map(repr, self.options))
            raise ValueError(f"{self.id}: answer must be one of {known}, got answer = {answer!r}")
        if answer == self.right:
            return Report(self.id, True)
        lines = (self.feedback[answer],) if answer in self.feedback else ()
        return Report(self.id, False, lines, chapter=self.chapter)


def point(rule, problem, start, steps, name="w"):
    """Return the last value that `name` has in a run; nan and inf without a warning.

    Examples
    --------
    >>> import optimlib as ol
    >>> float(point(ol.GradientDescent(0.25), ol.problems.square, 4.0, 2))
    1.0
    """
    return trace(rule, problem, start, steps)[name][-1]
