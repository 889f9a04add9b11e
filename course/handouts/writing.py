"""What all hand-outs write of an exercise: its text, the way to its answer, the wrong answers."""

import html

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from course.exercises import ChoiceExercise, NumberExercise
from optimlib.symbols import number_text


def _math(content, options):
    """Return TeX as Moodle's and our pages' MathJax finds it."""
    left, right = (r"\[", r"\]") if options["display_mode"] else (r"\(", r"\)")
    return html.escape(left + content + right)


_markdown = MarkdownIt("commonmark").use(dollarmath_plugin, renderer=_math)


def to_html(markdown):
    """Return Markdown with dollar math as HTML.

    Examples
    --------
    >>> to_html("Where is $w_1$?")
    '<p>Where is <span class="math inline">\\\\(w_1\\\\)</span>?</p>\\n'
    """
    return _markdown.render(markdown)


def answers(exercise):
    """Return (answer, whether it is right, what to say to it) for each answer that is known."""
    if isinstance(exercise, ChoiceExercise):
        return [
            (text, key == exercise.right, " ".join(exercise.check(key).lines))
            for key, text in exercise.shown.items()
        ]
    slips = exercise.slip_values.values()
    wrong = [(value, False, exercise.check(value).diagnosis) for value in slips]
    return [(exercise.expected, True, ""), *wrong]


def worked_answer(exercise):
    """Return the whole way to the answer in Markdown."""
    if isinstance(exercise, ChoiceExercise):
        return f"**Answer:** {exercise.options[exercise.right]}"
    if isinstance(exercise, NumberExercise):
        worked = exercise.worked
        shown = worked._repr_latex_() if hasattr(worked, "_repr_latex_") else worked or ""
        return f"**Answer:** {exercise.shown}\n\n{shown}".rstrip()
    return f"**Answer:**\n\n```python\n{exercise.worked}```"


def wrong_answers(exercise):
    """Return the usual wrong answers in Markdown, with what to say to each."""
    if not isinstance(exercise, NumberExercise | ChoiceExercise):
        return ""
    lines = []
    for answer, right, said in answers(exercise):
        shown = answer if isinstance(answer, str) else number_text(answer)
        lines += [f"- {shown}: {said}"] if said and not right else []
    return "\n".join(lines)
