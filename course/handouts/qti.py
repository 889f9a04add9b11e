"""A quiz for Canvas and others, in the text that `text2qti` converts to QTI."""

import math
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
    power, low, high = _window(exercise)
    question, slips = exercise.question, "Some usual slips."
    if power:
        question += f"\n\nEnter your answer times $10^{{{power}}}$: "
        question += f"1.5 if it is $1.5 \\cdot 10^{{-{power}}}$."
        slips = "Some usual slips, before that multiplication."
    # QTI has no feedback for a wrong number: all slips are named together.
    lines = _indented("1.", question)
    lines += _indented("-", f"{slips}\n\n{wrong_answers(exercise)}")
    return [*lines, f"=   [{low:.4f}, {high:.4f}]"]


def _window(exercise):
    """Return a power of ten, and which answers times 10 to it are right.

    `text2qti` writes four decimals. The power keeps them from moving an end of the window by more
    than a twentieth of the tolerance, and the ends are moved outwards.
    """
    power = max(0, math.ceil(-3 - math.log10(exercise.tolerance)))
    low, high = (
        round_to(scaled * 1e4) / 1e4
        for round_to, scaled in (
            (math.floor, (exercise.expected - exercise.tolerance) * 10**power),
            (math.ceil, (exercise.expected + exercise.tolerance) * 10**power),
        )
    )
    return power, low, high
