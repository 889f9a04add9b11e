"""The exercises as they stand in the chapters: enough of them, checked or with hints, solved."""

import re
from functools import cache

import nbformat
import pytest
import yaml

from course import ROOT, exercises
from course.exercises.exercise import LAYERS

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
CHAPTERS = [
    entry["file"].removeprefix("chapters/")
    for part in TOC["parts"]
    for entry in part["chapters"]
    if "/appendix/" not in entry["file"]
]
EXERCISE = re.compile(
    r"^(?P<fence>`{3,})\{exercise\} (?P<title>.*)\n:label: (?P<label>\S+)\n"
    r"(?::class: difficulty-(?P<difficulty>[123]) minutes-(?P<minutes>\d+)\n)?"
    r"(?P<text>[\s\S]*?)^(?P=fence)$",
    re.M,
)
SOLUTION = re.compile(r"^`{3,}\{solution(?:-start)?\} (\S+)\n:class: dropdown$", re.M)
CHECKED = re.compile(r"exercises\.check\(\"([^\"]+)\"")
HINT = re.compile(r"^:::\{admonition\} Hint (\d)\n:class: dropdown\n\S", re.M)


@cache
def markdown(chapter):
    notebook = nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4)
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def imports(chapter):
    """Return the lines of the first cell after that for Colab."""
    notebook = nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"][1].splitlines()


def layer(exercise):
    return re.split("[:,]", exercise["title"])[0].lower()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_exercises_of_a_chapter(chapter):
    text = markdown(chapter)
    found = list(EXERCISE.finditer(text))
    assert len(found) == text.count("{exercise} ") >= 5
    assert {layer(exercise) for exercise in found} == set(LAYERS)
    assert sum(bool(CHECKED.search(exercise["text"])) for exercise in found) >= 3
    assert set(SOLUTION.findall(text)) == {exercise["label"] for exercise in found}
    # Whoever runs the chapter can check an answer, and learns of each check that belongs to it.
    assert "from course import exercises" in imports(chapter)
    assert set(exercises.names(chapter=chapter)) <= set(CHECKED.findall(text))


def test_every_check_that_is_named_exists():
    named = {name for chapter in CHAPTERS for name in CHECKED.findall(markdown(chapter))}
    assert named <= set(exercises.names())


@pytest.mark.parametrize("chapter", [*CHAPTERS, "appendix/conventions"])
def test_exercises_without_a_check_tell_time_and_difficulty_and_have_hints(chapter):
    for exercise in EXERCISE.finditer(markdown(chapter)):
        checked = CHECKED.search(exercise["text"])
        assert bool(exercise["difficulty"]) != bool(checked), exercise["label"]
        if not checked:
            assert int(exercise["minutes"]) % 5 == 0
            assert HINT.findall(exercise["text"]) == ["1", "2"], exercise["label"]
