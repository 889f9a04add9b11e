"""Exercises whose answer is one of some sentences, for everybody or for each student."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from course.exercises.exercise import Exercise
from course.exercises.report import Report
from course.exercises.variants import drawn, hash_text


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
    order : int
        Answers are shown in another order for another number.

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
    order: int = 0

    kind = "choice"

    def hints(self):
        wrong = [key for key in self.options if key != self.right and key in self.feedback]
        wrong = wrong[: len(self.options) - 2]
        return tuple(f"Not “{self.options[key]}”: {self.feedback[key]}" for key in wrong)

    @property
    def shown(self):
        """The options as they are shown: the right one is often written first."""
        number = self.order or ""
        keys = sorted(self.options, key=lambda key: hash_text(f"{self.id}\n{number}{key}"))
        return {key: self.options[key] for key in keys}

    @property
    def question(self):
        listed = [f'- `"{key}"`: {text}' for key, text in self.shown.items()]
        return "\n".join([self.ask, "", *listed])

    @property
    def worked(self):
        return self.options[self.right]

    def judging(self):
        reports = {key: self.check(key) for key in self.options}
        verdicts = {key: dict(correct=r.correct, lines=r.lines) for key, r in reports.items()}
        return dict(verdicts=verdicts)

    def check(self, answer):
        """Return the `Report` on a choice.

        Raises
        ------
        ValueError
            If the answer is none of the options.
        """
        if not isinstance(answer, str) or answer not in self.options:
            known = ", ".join(map(repr, self.options))
            raise ValueError(f"{self.id}: answer must be one of {known}, got answer = {answer!r}")
        if answer == self.right:
            return Report(self.id, True)
        lines = (self.feedback[answer],) if answer in self.feedback else ()
        return Report(self.id, False, lines, chapter=self.chapter)


@dataclass(frozen=True)
class DrawnChoice(ChoiceExercise):
    """A choice that is made of parameters, of which each student gets others.

    Parameters
    ----------
    made : callable
        From the parameters, by name, to a dict of ``ask``, ``right``, ``options`` and
        ``feedback``.
    parameters : dict
        Those of the book.
    draw : callable
        From a `numpy.random.Generator` to other parameters.

    Examples
    --------
    >>> from course import exercises
    >>> print(exercises.get("derivatives/kinds").ask)
    Minimum, maximum or neither at 0: $x^3 + x^4$?
    >>> print(exercises.get("derivatives/kinds").variant("ada").ask)
    Minimum, maximum or neither at 0: $2x^4 + 3x^7$?
    """

    made: Callable = None
    parameters: dict = field(default_factory=dict, hash=False)
    draw: Callable = None

    def __post_init__(self):
        super().__post_init__()
        for name, value in self.made(**self.parameters).items():
            object.__setattr__(self, name, value)

    def accepted(self):
        """Return whether all answers differ, and each wrong one has its reason."""
        texts = set(self.options.values())
        wrong = set(self.options) - {self.right}
        return len(texts) == len(self.options) > len(wrong) and set(self.feedback) >= wrong

    @property
    def varies(self):
        return True

    @cached_property
    def variants(self):
        """Other parameters, and the answers in other orders; none of them twice."""

        def changes(rng):
            return dict(parameters=self.draw(rng), order=int(rng.integers(1, 100)))

        return drawn(self, changes)
