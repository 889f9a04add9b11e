"""The exercises as they stand in the chapters: enough of them, checked or with hints, solved."""

import re
from functools import cache

import nbformat
import pytest
import yaml
from looping import each

from course import ROOT, exercises
from course.exercises import book
from course.exercises.exercise import LAYERS

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
CHAPTERS = [
    entry["file"].removeprefix("chapters/")
    for part in TOC["parts"]
    for entry in part["chapters"]
    if "/appendix/" not in entry["file"]
]
SOLUTION = re.compile(r"^`{3,}\{solution(?:-start)?\} (\S+)\n:class: dropdown$", re.M)
HINT = re.compile(r"^:::\{admonition\} Hint (\d)\n:class: dropdown\n\S", re.M)


@cache
def markdown(chapter):
    notebook = nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4)
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def imports(chapter):
    """Return the lines of the first cell after that for Colab."""
    notebook = nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"][1].splitlines()


DIGITS = re.compile(r"\b(two|three|four|five|six) (digits|decimals)\b")
COUNTS = dict(zip(["two", "three", "four", "five", "six"], range(2, 7), strict=True))


def precisions(text):
    """Return the precisions that a text asks for: ("four", "digits")."""
    return set(DIGITS.findall(" ".join(text.lower().split())))


def layer(exercise):
    return exercise.title.partition(": ")[0].lower()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_exercises_of_a_chapter(chapter):
    text = markdown(chapter)
    found = book.asked(chapter)
    assert len(found) == text.count("{exercise} ") >= 5
    assert {layer(exercise) for exercise in found} == set(LAYERS)
    assert sum(bool(exercise.names) for exercise in found) >= 3
    assert set(SOLUTION.findall(text)) == {exercise.label for exercise in found}
    # Whoever runs the chapter has the forms, and each exercise of the chapter has one there.
    assert "from course import exercises" in imports(chapter)
    assert {*exercises.names(chapter=chapter)} <= {n for e in found for n in e.names}


def test_every_exercise_has_one_form():
    named = [name for names in book.forms().values() for name in names]
    assert sorted(named) == sorted(exercises.names())


def test_pages_do_not_ask_for_a_function_to_be_called():
    for path in (ROOT / "chapters").rglob("*.ipynb"):
        text = path.read_text("utf-8")
        assert re.findall(r"exercises\.(?:check|hint|get)\(", text) == [], path


@pytest.mark.parametrize("chapter", [*CHAPTERS, "appendix/conventions"])
def test_exercises_without_a_form_tell_time_and_difficulty_and_have_hints(chapter):
    for exercise in book.asked(chapter):
        assert bool(exercise.difficulty) != bool(exercise.names), exercise.label
        if not exercise.names:
            assert exercise.minutes % 5 == 0
            assert HINT.findall(exercise.text) == ["1", "2"], exercise.label


NUMBERS = {
    name: (asked, exercises.get(name))
    for chapter in book.chapters()
    for asked in book.asked(chapter)
    for name in asked.names
    if exercises.get(name).kind == "number"
}


@each("asked, form", NUMBERS)
def test_a_chapter_asks_for_the_precision_that_the_form_asks_for(asked, form):
    assert precisions(asked.text) <= precisions(form.question)


@each("asked, form", NUMBERS)
def test_a_form_asks_for_the_digits_that_it_judges_by(asked, form):
    for variant in (form, *form.variants):
        said = precisions(variant.question)
        assert {unit for _, unit in said} <= {"digits"}
        assert {COUNTS[count] for count, _ in said} <= {form.digits}
        # Without a word the number is one that needs no rounding.
        rounded = float(f"{variant.expected:.{form.digits}g}")
        is_short = variant.expected == pytest.approx(rounded, rel=1e-9)
        assert said or is_short or variant.expected.is_integer(), variant.question


def test_the_list_has_every_exercise_once():
    labels = [entry.label for entry in book.entries()]
    assert len(labels) == len(set(labels)) == sum(len(book.asked(c)) for c in book.chapters())
    assert re.findall(r"^- \{ref\}`(\S+)`", book.list_by_topic(book.entries()), re.M) == labels
    for entry in book.entries():
        assert entry.minutes
        assert entry.layer in LAYERS
        # It is found by its title, in words, among those of its chapter.
        assert re.fullmatch(r"[A-Z0-9].*[^.]", entry.title)
        assert entry.title != entry.heading
        assert "/" not in entry.title
        assert book.heading(entry.chapter) == entry.heading
    titles = [(entry.chapter, entry.title) for entry in book.entries()]
    assert len(set(titles)) == len(titles)
