"""What CONTRIBUTING.md and the guides beside the code say: numbers are measured, examples run."""

import math
import re
import tomllib

import nbformat
import pytest
import test_chapter_exercises as asked
import test_function_length as functions
import test_notebook_style as style
from test_exercises import SEEDS
from test_exercises_answers import STUDENTS

from course import ROOT
from course.exercises import book
from course.exercises.exercise import LAYERS
from optimlib.explorers.explorer import LARGEST

TEXT = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
EXPLORERS = (ROOT / "optimlib" / "explorers" / "README.md").read_text("utf-8")
EXERCISES = (ROOT / "course" / "exercises" / "README.md").read_text("utf-8")
IMPORTS, *EXAMPLES = re.findall(r"```python\n(.*?)```", EXPLORERS, flags=re.DOTALL)


def of_chapters(count):
    """Return what `count` makes of the text of each chapter."""
    return [count(asked.markdown(chapter)) for chapter in asked.CHAPTERS]


def cells(chapter):
    return len(nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4).cells)


def counted(pattern):
    return lambda text: len(re.findall(pattern, text, flags=re.MULTILINE))


def words(text):
    """Return how many words a text has, without its comments."""
    return counted(r"\S+")(re.sub(r"<!--.*?-->", "", text))


def summary(text):
    return counted(r"^(?:\d+\.|-) ")(re.split(r"^## ", text, flags=re.MULTILINE)[-1])


def between(values, unit=1):
    """Return the numbers, multiples of a unit, that values lie between."""
    return min(values) // unit * unit, -(-max(values) // unit) * unit


def exercises_of(count):
    """Return what `count` makes of the exercises of each chapter."""
    return [count(book.asked(chapter)) for chapter in asked.CHAPTERS]


def unchecked(part):
    """Return a part of the head of each exercise without a form."""
    listed = [getattr(e, part) for chapter in asked.CHAPTERS for e in book.asked(chapter)]
    return [value for value in listed if value]


def lines_elsewhere(rule):
    """Return how many lines name a rule where a new one has to be entered."""
    files = "optimlib/__init__.py", "optimlib/rules/__init__.py", "tests/cases.py"
    return sum(counted(rf"^.*\b{rule}\b.*$")((ROOT / file).read_text("utf-8")) for file in files)


def assigned(file, name):
    """Return the number that a module, whose imports are not wanted here, gives to a name."""
    return int(re.search(rf"^{name} = (\d+)$", (ROOT / file).read_text("utf-8"), re.MULTILINE)[1])


def columns(file, *keys):
    settings = tomllib.loads((ROOT / file).read_text("utf-8"))
    for key in keys:
        settings = settings[key]
    return settings["line-length"]


# What stands in the text, and how to measure it.
NUMBERS = {
    r"Lines have at most (\d+) columns": lambda: [columns("pyproject.toml", "tool", "ruff")],
    r"functions at most (\d+) lines": lambda: [functions.MOST],
    r"at most (\d+) lines elsewhere": lambda: [lines_elsewhere("Lion")],
    r"have ([\d,]+) to ([\d,]+) words": lambda: between(of_chapters(words), 100),
    r"and (\d+) to (\d+) cells": lambda: between([*map(cells, asked.CHAPTERS)], 5),
    r"take (\d+) to (\d+) minutes to read": lambda: between(
        of_chapters(lambda text: int(re.search(r"\*Time:\* (\d+) minutes", text)[1]))
    ),
    r"\((\d) or (\d) verbs\)": lambda: between(
        of_chapters(lambda text: counted(r"^- \*\*")(text.partition("\n## ")[0]))
    ),
    r"At least (\d) exercises": lambda: [min(exercises_of(len))],
    r"in (\d) layers": lambda: [len(LAYERS)],
    r"(\d) of which have a form": lambda: [
        min(exercises_of(lambda found: sum(bool(exercise.names) for exercise in found)))
    ],
    r"\((\d) to (\d); its own": lambda: between(unchecked("difficulty")),
    r"a multiple of (\d)\)": lambda: [math.gcd(*unchecked("minutes"))],
    r"and (\d) folded hints": lambda: [
        max(map(int, asked.HINT.findall("\n".join(map(asked.markdown, asked.CHAPTERS)))))
    ],
    r'"Summary" in (\d) points': lambda: between(of_chapters(summary))[:1],
    r"question: at most (\d+) words": lambda: [style.LONGEST_OPENING],
    r"At most (\d) outputs": lambda: [style.MOST_PREDICTIONS],
    r"Open code cells have at most (\d+) lines": lambda: [style.LONGEST_CELL],
    r"folded ones at most (\d+)": lambda: [style.LONGEST_FOLDED_CELL],
    r"At most (\d+) lines of a chapter's code": lambda: [style.MOST_OPEN_LINES],
    r"half of them at most (\d+)": lambda: [style.LONGEST_MEDIAN],
    r"wider than (\d+) columns": lambda: [columns("chapters/ruff.toml")],
    r"longer than (\d+) seconds": lambda: [assigned("course/site/execution.py", "CELL_TIMEOUT")],
}


@pytest.mark.parametrize("pattern", NUMBERS)
def test_a_number_is_what_is_measured(pattern):
    (said,) = re.finditer(pattern, TEXT)
    assert [int(number.replace(",", "")) for number in said.groups()] == [*NUMBERS[pattern]()]


def test_there_is_no_other_number():
    rest = re.sub(r"|".join(NUMBERS), "", TEXT)
    rest = re.sub(r"^    .*$|`[^`]*`|^\d\. ", "", rest, flags=re.MULTILINE)
    assert re.findall(r".*\d.*", rest) == []


def test_it_is_short():
    assert len(TEXT.splitlines()) <= 110


def test_numbers_of_the_guides():
    assert re.search(r"has at most\s+(\d+) KB", EXPLORERS)[1] == str(LARGEST // 1000)
    assert re.search(r"over (\d+)\s+seeds", EXERCISES)[1] == str(SEEDS)
    assert re.search(r"for (\d+) students", EXERCISES)[1] == str(len(STUDENTS))


@pytest.mark.parametrize("example", EXAMPLES, ids=[e.split("(")[0].split()[-1] for e in EXAMPLES])
def test_explorer(example):
    assert len(example.splitlines()) <= 10
    *before, call = re.split(r"^(?=explorers\.)", example, flags=re.MULTILINE)
    namespace = {}
    exec(IMPORTS + "".join(before), namespace)
    explorer = eval(call.strip(), namespace)
    assert 'class="explorer-still"' in explorer._repr_mimebundle_()[0]["text/html"]
