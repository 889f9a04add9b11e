"""No point that was earned is lost, and what cannot be read is said to be so."""

import json
import sys

import pytest
from earned import EARNED, ENCODINGS, MOMENTUM, NAME, cell, with_umlauts
from handing_in import hand_in, notebook, source_of, with_cell

from course.grading.__main__ import main
from course.grading.notebooks import load_assignment
from course.grading.sandbox import Limits, choose
from course.grading.scoring import score

SOURCE = source_of(NAME)
FULL = load_assignment(SOURCE).points
LIMITS = Limits(call=1.0, seconds=8.0, megabytes=1024)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    return choose([tmp_path_factory.getbasetemp()], "bubblewrap")


def scored(content, folder, sandbox, limits=LIMITS):
    return score("s", hand_in(content, folder / "s.ipynb"), SOURCE, sandbox, limits)


@pytest.mark.parametrize("name", EARNED)
def test_what_was_earned_counts(name, tmp_path, sandbox):
    result = scored(EARNED[name], tmp_path, sandbox)
    lost = {o.test: o.message for o in result.outcomes if o.points < o.possible}
    assert (lost, result.points) == ({}, FULL), result.problems


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_notebooks_are_read_in_any_encoding(encoding, tmp_path, sandbox):
    path = tmp_path / "s.ipynb"
    text = json.dumps(with_umlauts(), ensure_ascii=False)
    path.write_bytes(text.encode(encoding, "replace"))  # η is in few of them
    assert score("s", path, SOURCE, sandbox, LIMITS).points == FULL


def test_functions_without_end_leave_time_for_the_others(tmp_path, sandbox):
    content = notebook(NAME)
    tasks = [c.name for c in load_assignment(SOURCE).cells if c.kind == "solution"]
    for task in tasks[:-1]:
        (each,) = (
            c for c in content["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == task
        )
        each["source"] = each["source"].partition("\n")[0] + "\n    while True: pass"
    outcomes = scored(content, tmp_path, sandbox, Limits(1.0, 8.0)).outcomes
    assert [o.test for o in outcomes if o.points] == [f"{tasks[-1]}-shown", f"{tasks[-1]}-more"]


def test_what_the_answers_need_has_more_time_than_an_experiment(tmp_path, sandbox):
    slow = "import time\ntable = []\nif True:\n    table.append(time.sleep(1.5) or 1.0)\n"
    content = cell(MOMENTUM.replace("-lr", "-lr * one()"))
    for source in ("def one():\n    return table[0]\n", slow):
        with_cell(content, source, at=2)
    assert scored(content, tmp_path, sandbox, Limits(4.0, 16.0)).points == FULL


def test_what_is_taken_is_what_stood_at_the_test(tmp_path, sandbox):
    """A wrong answer is not mended by what its tests did not see, if it fails on its own."""
    result = scored(cell("def momentum(g, v, lr, beta):\n    return v, v"), tmp_path, sandbox)
    assert [o.test for o in result.outcomes if not o.points] == ["momentum-shown", "momentum-more"]


NEWER = {
    "type Number = float\n": "3.12",
    "def half[T](x: T) -> T:\n    return x\n": "3.12",
    "try:\n    pass\nexcept ValueError, TypeError:\n    pass\n": "3.14",
    'name = t"{1}"\n': "3.14",
}


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python knows it")
@pytest.mark.parametrize("source", NEWER)
def test_newer_syntax_is_reported_apart(source, tmp_path, sandbox):
    result = scored(cell(source + MOMENTUM), tmp_path, sandbox)
    lost = [o for o in result.outcomes if not o.points]
    assert [o.test for o in lost] == ["momentum-shown", "momentum-more"]
    for outcome in lost:
        assert f"not judged: Python {sys.version.split()[0]}" in outcome.message
        assert f"Python {NEWER[source]}" in outcome.message
    assert result.status == "newer Python"


def test_a_newer_python_is_known_by_the_notebook(tmp_path, sandbox):
    content = cell("new syntax\n" + MOMENTUM)
    assert scored(content, tmp_path, sandbox).status == "scored"
    content["metadata"]["language_info"] = {"name": "python", "version": "3.99.1"}
    assert scored(content, tmp_path, sandbox).status == "newer Python"


@pytest.mark.parametrize("content", ["", "{", '{"cells": 3}', "PK\x03\x04", "\x1f\x8b"])
def test_what_cannot_be_read_is_no_silent_zero(content, tmp_path, capsys):
    hand_in(content, tmp_path / "in" / "bob.ipynb")
    hand_in(with_cell(notebook(NAME), "1"), tmp_path / "in" / "ada.ipynb")
    main([NAME, str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--jobs", "1"])
    printed = capsys.readouterr().out
    assert "unreadable: bob: " in printed
    assert "1 scored" in printed
    assert "bob,0,20,unreadable," in (tmp_path / "out" / "points.csv").read_text("utf-8")
    assert "unreadable" in (tmp_path / "out" / "feedback" / "bob.html").read_text("utf-8")
