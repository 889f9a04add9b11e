"""A quiz for Canvas and others, in the text that `text2qti` converts to QTI."""

from itertools import groupby

from course.exercises import ChoiceExercise
from course.handouts.writing import answers, wrong_answers


def qti(variants, title):
    """Return a quiz in the text that `text2qti` converts for Canvas and others.

    The variants of an exercise are a group, of which each student gets one.
    """
    lines = [f"Quiz title: {title}", ""]
    for _, same in groupby(variants, key=lambda exercise: exercise.id):
        lines += ["GROUP", "pick: 1", "points per question: 1", ""]
        for exercise in same:
            lines += [*_qti_question(exercise), ""]
        lines += ["END_GROUP", ""]
    return "\n".join(lines)


def _indented(mark, markdown):
    first, *others = markdown.strip().splitlines()
    return [f"{mark:<4}{first}", *(f"    {line}" if line else "" for line in others)]


def _qti_question(exercise):
    if isinstance(exercise, ChoiceExercise):
        lines = _indented("1.", exercise.ask)
        for (text, right, said), letter in zip(answers(exercise), "abcdefgh", strict=False):
            lines += _indented(f"{'*' * right}{letter})", text)
            lines += _indented("...", said) if said else []
        return lines
    # QTI has no feedback for a wrong number: all slips are named together.
    lines = _indented("1.", exercise.question)
    lines += _indented("-", f"Some usual slips.\n\n{wrong_answers(exercise)}")
    return [*lines, f"=   {exercise.expected:.12g} +- {exercise.tolerance:g}"]
