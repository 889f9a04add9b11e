"""Exercises that check themselves, say where an answer goes wrong, and name the usual mistakes."""

from difflib import get_close_matches

from course.exercises.chapters import of_chapters
from course.exercises.choices import ChoiceExercise
from course.exercises.code import CodeExercise
from course.exercises.exercise import Exercise
from course.exercises.numbers import NumberExercise, Slip
from course.exercises.report import Hint, Report
from course.exercises.rules import EXERCISES as _RULES
from course.exercises.suspects import EXERCISES as _SUSPECTS
from course.exercises.suspects import suspects
from optimlib.extras import extra

__all__ = [
    "ChoiceExercise",
    "CodeExercise",
    "Exercise",
    "Hint",
    "NumberExercise",
    "Report",
    "Slip",
    "ask",
    "check",
    "get",
    "hint",
    "names",
    "suspects",
]

_EXERCISES = {exercise.id: exercise for exercise in [*_RULES, *of_chapters(), *_SUSPECTS]}


def names(chapter=None, layer=None):
    """Return the names of the exercises that `check` knows.

    Parameters
    ----------
    chapter : str, optional
        Only those of this document: "adaptive/adam".
    layer : str, optional
        Only those of this layer: "predict", "by hand", "code" or "experiment".

    Examples
    --------
    >>> from course import exercises
    >>> exercises.names(chapter="adaptive/adam")
    ['adam', 'adam/no-memory', 'adam/first-step', 'adam/uncorrected-2', 'adam/lone-gradient']
    """
    return [
        exercise.id
        for exercise in _EXERCISES.values()
        if chapter in (None, exercise.chapter) and layer in (None, exercise.layer)
    ]


def get(name):
    """Return the exercise of this name.

    Parameters
    ----------
    name : str
        One of `names`.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> from course import exercises
    >>> print(exercises.get("momentum").question)
    Write Momentum: a function `update(t, g, v, lr, beta)` that takes one step and returns \
`dict(v=v, step=step)`, where `w + step` is the new point.
    """
    if name not in _EXERCISES:
        near = get_close_matches(str(name), _EXERCISES, n=3)
        hint = f"; close are {', '.join(near)}" if near else ", see exercises.names()"
        raise ValueError(f"name must be that of an exercise{hint}, got name = {name!r}")
    return _EXERCISES[name]


def _chosen(name, student):
    exercise = name if isinstance(name, Exercise) else get(name)
    return exercise if student is None else exercise.variant(student)


def check(name, answer, student=None):
    """Check an answer, and say what is wrong with it.

    A rule is compared with the package's own in every step from the right state, so that an error
    shows where it is made. Nothing that an answer does raises an exception here.

    Parameters
    ----------
    name : str or Exercise
        One of `names`.
    answer : callable, Optimizer, number or str
        For a rule a function of what `get(name).question` names, that returns the record as a
        dict; or a `Rule`, or its class. For others a number, or the word of a choice.
    student : str, optional
        Whose variant of the exercise is meant.

    Returns
    -------
    Report
        True if the answer is correct; it shows itself.

    Raises
    ------
    ValueError
        If there is no such exercise.
    TypeError
        If the answer is of another kind than the exercise asks for.

    Examples
    --------
    >>> import optimlib as ol
    >>> from course import exercises
    >>> def my_momentum(t, g, v, lr, beta):
    ...     v = beta * v + (1 - beta) * g
    ...     return dict(v=v, step=-lr * v)
    >>> exercises.check("momentum", my_momentum)
    momentum: not yet. The first difference is in step t = 1, v[0]: \
expected 0.0429, got 0.0242428.
    It looks like “A running average in place of a sum”. `v` has (1 − β) g. In this form the \
gradient enters the velocity whole.
    To read again: start/first-descent
    >>> assert exercises.check("momentum", ol.Momentum)
    """
    if answer is ...:
        raise TypeError("answer is still the dots `...`: put your own in their place")
    return _chosen(name, student).check(answer)


def ask(name):
    """Return the form of an exercise: an answer is typed and judged, with hints and a solution.

    It is a widget in Jupyter, and the same without a kernel on the website.

    Parameters
    ----------
    name : str or Exercise
        One of `names`.

    Returns
    -------
    Form

    Raises
    ------
    ValueError
        If there is no such exercise.
    ModuleNotFoundError
        If the extra ``explorers`` is not installed.

    Examples
    --------
    >>> from course import exercises
    >>> exercises.ask("adam/first-step")
    <Form: adam/first-step>
    """
    with extra("explorers", "exercises.ask"):
        from course.exercises.form import Form
    return Form(_chosen(name, None))


def hint(name, stage=1, student=None):
    """Return a hint: each stage gives away more than the one before, and none the answer.

    Parameters
    ----------
    name : str or Exercise
        One of `names`.
    stage : int
        From 1.
    student : str, optional
        Whose variant of the exercise is meant.

    Returns
    -------
    Hint

    Raises
    ------
    ValueError
        If there is no such exercise, or no such stage.

    Examples
    --------
    >>> from course import exercises
    >>> exercises.hint("momentum")
    momentum, hint 1 of 3: Computed one after the other: v, step.
    >>> exercises.hint("first-descent/momentum-2", stage=2)
    first-descent/momentum-2, hint 2 of 3: It begins with g₁ = 2 · 4 = 8
    """
    exercise = _chosen(name, student)
    hints = exercise.hints()
    if stage not in range(1, len(hints) + 1):
        raise ValueError(f"stage must be from 1 to {len(hints)}, got stage = {stage!r}")
    return Hint(exercise.id, stage, len(hints), hints[stage - 1])
