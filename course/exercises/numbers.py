"""Exercises whose answer is a number, with the usual slips, for everybody or for each student."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Real

import numpy as np

from course.exercises.exercise import Exercise
from course.exercises.misconceptions import describe
from course.exercises.report import Report
from course.exercises.variants import drawn
from optimlib.descent import run, trace
from optimlib.symbols import number_text

# What an answer may be off by, in units of the last digit that is asked for; rounding has room.
ROOM = 1.001


@dataclass(frozen=True)
class Case:
    """An answer that is known, and what to say to it.

    Attributes
    ----------
    value, within : float
        It is meant by every number that is off by no more than `within`.
    correct : bool
    mistake : str or None
        The name of the mistake.
    explanation : str
        What is wrong about it, and why.
    """

    value: float
    within: float
    correct: bool = False
    mistake: str | None = None
    explanation: str = ""


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
        From a `numpy.random.Generator` to other parameters, for variants.
    percent : bool
        Whether the number is asked for in percent.
    solution : callable
        From the parameters to something that shows the whole way: `optimlib.by_hand`.

    Examples
    --------
    >>> from course import exercises
    >>> exercise = exercises.get("first-descent/momentum-2")
    >>> print(exercise.question.partition(": ")[2])
    compute $w_2$ to three digits.
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
    percent: bool = False

    kind = "number"

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

    @cached_property
    def tolerance(self):
        """What an answer may be off by: one unit of the last digit that is asked for."""
        return self._unit(self.expected)

    def _unit(self, value):
        """Return one unit of the last digit that is asked for, of a number of this size."""
        size = np.floor(np.log10(abs(value))) if value else 0
        return float(ROOM * 10.0 ** (size + 1 - self.digits))

    @cached_property
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
        if 0 < abs(self.expected) < 1e-9 * max(map(abs, values)):
            return False  # It is 0 but for rounding, and has no digits to ask for.
        apart = np.abs(np.subtract.outer(values, values)) > 4 * self.tolerance
        return bool(np.all(np.isfinite(values)) and np.all(apart | np.eye(len(values), dtype=bool)))

    @property
    def varies(self):
        return self.draw is not None

    @cached_property
    def variants(self):
        """Other parameters that tell all slips apart, none of them twice."""
        if not self.varies:
            return ()
        return drawn(self, lambda rng: dict(parameters=self.draw(rng)))

    @cached_property
    def cases(self):
        """The answers that are known; the first that fits an answer is meant."""
        right, within = _short(self.expected), _short(self.tolerance)
        values = {name: _short(v) for name, v in self.slip_values.items() if np.isfinite(v)}
        close = "It is close: carry more digits through the steps."
        # Where few digits are asked for, so many units of the last are not close.
        near = min(20 * within, _short(abs(right) / 10)) if right else 20 * within
        return (
            Case(right, within, correct=True),
            *(self._slip_case(value, values, right) for value in dict.fromkeys(values.values())),
            Case(-right, within, mistake="The other sign"),
            Case(right, near, mistake="Rounded too early", explanation=close),
        )

    def _slip_case(self, value, values, right):
        """Return the case of the slips that lead to a value, of all slips' values by name."""
        # The book's own numbers may not tell two slips apart; those of variants do.
        near = [s for s in self.slips if abs(values.get(s.name, np.inf) - value) <= self.tolerance]
        others = (abs(other - value) for other in (right, -right, *values.values()))
        gap = min((off for off in others if off > self.tolerance), default=0)
        # A number of another size is typed with as many digits, if no other case is nearer.
        within = max(self.tolerance, min(self._unit(value), gap / 2))
        name = "” or “".join(slip.name for slip in near)
        return Case(value, _short(within), False, name, " Or: ".join(s.feedback for s in near))

    def judging(self):
        cases = [dict(vars(case)) for case in self.cases]
        return dict(cases=cases, shown=self.shown, percent=self.percent)

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
        try:
            answer = float(answer)
        except OverflowError:  # A whole number of hundreds of digits.
            answer = float("inf") if answer > 0 else -float("inf")
        case = next((c for c in self.cases if abs(answer - c.value) <= c.within), Case(answer, 0))
        if case.correct:
            return Report(self.id, True, (f"It is {self.shown}.",))
        line = f"{number_text(answer)} is not it."
        return Report(self.id, False, (line,), case.mistake, case.explanation, self.chapter)


def _short(value):
    """Return a number with as many digits as matter, which files of many variants hold."""
    return float(f"{value:.10g}")


def point(rule, problem, start, steps, name="w"):
    """Return the last value that `name` has in a run; nan and inf without a warning.

    Examples
    --------
    >>> import optimlib as ol
    >>> float(point(ol.GradientDescent(0.25), ol.problems.square, 4.0, 2))
    1.0
    """
    if name == "w":
        return run(rule, problem, start, steps)
    return trace(rule, problem, start, steps)[name][-1]
