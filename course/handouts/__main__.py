"""Exercises for a class: notebooks, printable sheets with their key, quizzes for Moodle and QTI.

    python -m course.handouts sheet adam/first-step momentum --students students.txt --to handouts
    python -m course.handouts moodle --chapter start/first-descent --variants 20 --to handouts

Names are those of `exercises.names()`. Each student, or each variant, has its own numbers.
"""

import argparse
import html
import shutil
import sys
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as ET

import nbformat
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course import exercises
from course.exercises import ChoiceExercise, NumberExercise
from optimlib.symbols import number_text

MATHJAX = files("sphinx-mathjax-offline") / "static" / "mathjax"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 11pt/1.45 serif; margin: 2rem auto; max-width: 42rem; padding: 0 1rem; }}
section {{ break-inside: avoid; margin-bottom: 1.5rem; }}
.space {{ height: 5rem; }}
</style>
<script defer src="mathjax/tex-svg.js"></script></head>
<body><h1>{title}</h1>
{body}
</body></html>
"""


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


def _answers(exercise):
    """Return (answer, whether it is right, what to say to it) for each answer that is known."""
    if isinstance(exercise, ChoiceExercise):
        return [
            (text, key == exercise.right, exercise.feedback.get(key, ""))
            for key, text in exercise.options.items()
        ]
    slips = exercise.slip_values.values()
    wrong = [(value, False, exercise.check(value).diagnosis) for value in slips]
    return [(exercise.expected, True, ""), *wrong]


def _text(parent, tag, text, **attributes):
    element = ET.SubElement(parent, tag, attributes)
    ET.SubElement(element, "text").text = text
    return element


def moodle(variants):
    """Return Moodle's XML of questions: one category for each exercise, one question a variant.

    A slip is an answer worth nothing, with its feedback. Make a quiz of one random question from
    each category.

    Parameters
    ----------
    variants : list of Exercise
        Those of one exercise after each other.
    """
    quiz = ET.Element("quiz")
    for id, same in groupby(variants, key=lambda exercise: exercise.id):
        category = ET.SubElement(quiz, "question", type="category")
        _text(category, "category", f"$course$/top/Optimizers/{id.replace('/', '//')}")
        for number, exercise in enumerate(same, start=1):
            _moodle_question(quiz, exercise, f"{id} {number}")
    ET.indent(quiz)
    return ET.tostring(quiz, encoding="unicode", xml_declaration=True)


def _moodle_question(quiz, exercise, name):
    choice = isinstance(exercise, ChoiceExercise)
    question = ET.SubElement(quiz, "question", type="multichoice" if choice else "numerical")
    _text(question, "name", name)
    asked = exercise.ask if choice else exercise.question
    _text(question, "questiontext", to_html(asked), format="html")
    ET.SubElement(question, "defaultgrade").text = "1"
    if choice:
        ET.SubElement(question, "single").text = "true"
        ET.SubElement(question, "shuffleanswers").text = "true"
    else:
        _text(question, "generalfeedback", to_html(_worked(exercise)), format="html")
    for value, right, said in _answers(exercise):
        answer = ET.SubElement(question, "answer", fraction="100" if right else "0")
        answer.set("format", "html" if choice else "moodle_auto_format")
        ET.SubElement(answer, "text").text = to_html(value) if choice else f"{value:.12g}"
        _text(answer, "feedback", to_html(said), format="html")
        if not choice:
            ET.SubElement(answer, "tolerance").text = f"{exercise.tolerance:g}"


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
        for (text, right, said), letter in zip(_answers(exercise), "abcdefgh", strict=False):
            lines += _indented(f"{'*' * right}{letter})", text)
            lines += _indented("...", said) if said else []
        return lines
    # QTI has no feedback for a wrong number: all slips are named together.
    lines = _indented("1.", exercise.question)
    lines += _indented("-", f"Some usual slips.\n\n{_wrong(exercise)}")
    return [*lines, f"=   {exercise.expected:.12g} +- {exercise.tolerance:g}"]


def _worked(exercise):
    """Return the whole way to the answer in Markdown."""
    if isinstance(exercise, ChoiceExercise):
        return f"**Answer:** {exercise.options[exercise.right]}"
    if isinstance(exercise, NumberExercise):
        worked = exercise.worked
        shown = worked._repr_latex_() if hasattr(worked, "_repr_latex_") else worked or ""
        return f"**Answer:** {exercise.shown}\n\n{shown}".rstrip()
    return f"**Answer:**\n\n```python\n{exercise.worked}```"


def _wrong(exercise):
    """Return the usual wrong answers in Markdown, with what to say to each."""
    if not isinstance(exercise, NumberExercise | ChoiceExercise):
        return ""
    lines = []
    for answer, right, said in _answers(exercise):
        shown = answer if isinstance(answer, str) else number_text(answer)
        lines += [f"- {shown}: {said}"] if said and not right else []
    return "\n".join(lines)


def sheet(variants, title, key=False):
    """Return a page to print: the questions with room to write, or with `key` the answers."""
    sections = []
    for number, exercise in enumerate(variants, start=1):
        parts = [f"## {number}. {exercise.topic} ({exercise.layer})", exercise.question]
        if key:
            parts += [_worked(exercise), _wrong(exercise)]
        body = to_html("\n\n".join(parts))
        space = "" if key else '<div class="space"></div>'
        sections.append(f"<section>{body}{space}</section>")
    return PAGE.format(title=html.escape(title), body="\n".join(sections))


def notebook(variants, title, student=None):
    """Return a notebook in which each question is followed by a cell that checks the answer."""
    cells = [new_markdown_cell(f"# {title}"), new_code_cell("import optimlib as ol")]
    mine = f", student={student!r}" if student else ""
    for number, exercise in enumerate(variants, start=1):
        head = f"## {number}. {exercise.topic}"
        cells.append(new_markdown_cell(f"{head}\n\n{exercise.question}"))
        cells.append(
            new_code_cell(f"answer = ...\nol.exercises.check({exercise.id!r}, answer{mine})")
        )
    for index, cell in enumerate(cells):
        cell.id = f"cell-{index}"
    return nbformat.writes(new_notebook(cells=cells))


def main(arguments=None):
    """Write hand-outs as the command line says."""
    options = _parser().parse_args(arguments)
    try:
        chosen = [exercises.get(name) for name in options.names]
    except ValueError as error:
        sys.exit(str(error))
    if options.chapter:
        chosen += [exercises.get(name) for name in exercises.names(chapter=options.chapter)]
    if options.format in ("moodle", "qti"):
        code = [e.id for e in chosen if not isinstance(e, NumberExercise | ChoiceExercise)]
        if code:
            print(f"left out, since a quiz cannot ask for code: {', '.join(code)}")
        chosen = [e for e in chosen if e.id not in code]
    if not chosen:
        sys.exit("no exercises: give names, or --chapter; `exercises.names()` lists them")
    if options.students:
        people = options.students.read_text("utf-8").split()
    else:
        people = [f"variant-{i}" for i in range(1, options.variants + 1)] or [None]
    options.to.mkdir(parents=True, exist_ok=True)
    for path in _written(options, chosen, people):
        print(path)


def _parser():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("format", choices=["notebook", "sheet", "key", "moodle", "qti"])
    parser.add_argument("names", nargs="*", help="exercises, as in exercises.names()")
    parser.add_argument("--chapter", help='all exercises of a chapter: "adaptive/adam"')
    parser.add_argument("--students", type=Path, help="a file with a name or number on each line")
    parser.add_argument("--variants", type=int, default=0, help="how many, instead of students")
    parser.add_argument("--title", default="Exercises on optimizers")
    parser.add_argument("--to", type=Path, default=Path("handouts"), help="the folder to write to")
    return parser


def _distinct(exercise, people):
    """Return the variants of an exercise for these people, each of them once."""
    variants = [exercise.variant(name) if name else exercise for name in people]
    return list({variant.question: variant for variant in variants}.values())


def _written(options, chosen, people):
    if options.format in ("moodle", "qti"):
        variants = [variant for exercise in chosen for variant in _distinct(exercise, people)]
        path = options.to / ("moodle.xml" if options.format == "moodle" else "quiz.txt")
        text = moodle(variants) if options.format == "moodle" else qti(variants, options.title)
        path.write_text(text, "utf-8")
        yield path
        return
    for name in people:
        variants = [exercise.variant(name) if name else exercise for exercise in chosen]
        title = f"{options.title}: {name}" if name else options.title
        if options.format == "notebook":
            path = options.to / f"{name or 'exercises'}.ipynb"
            path.write_text(notebook(variants, title, name), "utf-8")
        else:
            path = options.to / f"{name or 'exercises'}-{options.format}.html"
            path.write_text(sheet(variants, title, key=options.format == "key"), "utf-8")
            (options.to / "mathjax").mkdir(exist_ok=True)
            shutil.copy(str(MATHJAX / "tex-svg.js"), options.to / "mathjax")
        yield path


if __name__ == "__main__":
    main()
