"""Exercises for a class: notebooks, printable sheets with their key, quizzes for Moodle and QTI.

    python -m course.handouts sheet adam/first-step momentum --students students.txt --to handouts
    python -m course.handouts moodle --chapter start/first-descent --variants 20 --to handouts

Names are those of `exercises.names()`. A student's name decides which variant's numbers there are.
"""

import argparse
import shutil
import sys
from difflib import get_close_matches
from pathlib import Path

from course import exercises, roster
from course.exercises import ChoiceExercise, NumberExercise
from course.handouts.moodle import moodle
from course.handouts.qti import qti
from course.handouts.sheets import MATHJAX, notebook, sheet
from optimlib.printing import printable


def main(arguments=None):
    """Write hand-outs as the command line says."""
    options = _parser().parse_args(arguments)
    try:
        names = [*options.names, *(_of_chapter(options.chapter) if options.chapter else [])]
        chosen = [exercises.get(name) for name in names]
    except ValueError as error:
        sys.exit(str(error))
    if options.format in ("moodle", "qti"):
        code = [e.id for e in chosen if not isinstance(e, NumberExercise | ChoiceExercise)]
        if code:
            print(f"left out, since a quiz cannot ask for code: {', '.join(code)}")
        chosen = [e for e in chosen if e.id not in code]
    if not chosen:
        sys.exit("no exercises: give names, or --chapter; `exercises.names()` lists them")
    try:
        people = _people(options)
    except ValueError as error:
        sys.exit(str(error))
    options.to.mkdir(parents=True, exist_ok=True)
    for path in _written(options, chosen, people):
        print(printable(str(path)))


def _of_chapter(chapter):
    names = exercises.names(chapter=chapter)
    if not names:
        known = {exercises.get(name).chapter for name in exercises.names()}
        near = get_close_matches(chapter, known) or sorted(known)
        raise ValueError(f"chapter must be one of {', '.join(near)}, got {chapter!r}")
    return names


def _people(options):
    """Return the names that decide the numbers, or [None] for those of the book."""
    if options.students:
        return [person.name for person in roster.read(options.students)]
    if options.variants is None:
        return [None]
    if options.variants < 1:
        raise ValueError(f"variants must be at least 1, got {options.variants}")
    return [f"variant-{i}" for i in range(1, options.variants + 1)]


def _parser():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("format", choices=["notebook", "sheet", "key", "moodle", "qti"])
    parser.add_argument("names", nargs="*", help="exercises, as in exercises.names()")
    parser.add_argument("--chapter", help='all exercises of a chapter: "adaptive/adam"')
    parser.add_argument("--students", type=Path, help="a name a line, or a CSV of Moodle or Canvas")
    parser.add_argument("--variants", type=int, help="how many, instead of students")
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
    if options.format != "notebook":
        (options.to / "mathjax").mkdir(exist_ok=True)
        shutil.copy(str(MATHJAX / "tex-svg.js"), options.to / "mathjax")
    for name in people:
        file = roster.file_name(name) if name else "exercises"
        variants = [exercise.variant(name) if name else exercise for exercise in chosen]
        title = f"{options.title}: {name}" if name else options.title
        if options.format == "notebook":
            path = options.to / f"{file}.ipynb"
            path.write_text(notebook(variants, title, name), "utf-8")
        else:
            path = options.to / f"{file}-{options.format}.html"
            path.write_text(sheet(variants, title, key=options.format == "key"), "utf-8")
        yield path


if __name__ == "__main__":
    main()
