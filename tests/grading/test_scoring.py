"""Broken and hostile submissions: what they reach, and that they cost nobody else a point."""

import os
import socket
from pathlib import Path

import numpy as np
import pytest
from handing_in import code, hand_in, notebook, source_of
from hostile import ALL, BROKEN, CHEATS, NAME, REACH, cheat, solved

from course.grading.notebooks import load_assignment
from course.grading.sandbox import Limits, choose
from course.grading.scoring import score

ROOT = Path(__file__).parents[2]
SOURCE = source_of(NAME)
FULL = load_assignment(SOURCE).points
LIMITS = Limits(call=1.0, seconds=5.0, megabytes=1024)


@pytest.fixture(scope="module", params=["bubblewrap", "user"])
def sandbox(request, tmp_path_factory):
    if request.param == "user" and os.geteuid() != 0:
        pytest.skip("only root can run code as another user")
    private = tmp_path_factory.mktemp("private")
    private.chmod(0o700)
    return choose([private], request.param)


@pytest.fixture(scope="module")
def bubblewrap(tmp_path_factory):
    return choose([tmp_path_factory.getbasetemp()], "bubblewrap")


def scored(content, folder, sandbox, limits=LIMITS):
    return score("s", hand_in(content, folder / "s.ipynb"), SOURCE, sandbox, limits)


def tasks_lost(result):
    return {o.test.rsplit("-", 1)[0] for o in result.outcomes if o.points < o.possible}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_costs_its_own_points_only(name, tmp_path, bubblewrap):
    content, lost = BROKEN[name]
    result = scored(content, tmp_path, bubblewrap)
    assert tasks_lost(result) == lost
    assert result.possible == FULL
    for outcome in result.outcomes:
        assert bool(outcome.message or result.problems) or outcome.points == outcome.possible


def test_the_solution_scores_full_points_and_nothing_scores_none(tmp_path, sandbox):
    assert scored(solved(), tmp_path, sandbox).points == FULL
    nothing = scored(notebook(NAME, solved=False), tmp_path, sandbox)
    assert nothing.points == 0
    assert "NotImplementedError" in nothing.outcomes[0].message


@pytest.mark.parametrize("name", CHEATS)
def test_no_trick_gains_a_point(name, tmp_path, sandbox):
    places = {}
    if "{root" in CHEATS[name]:
        places = dict(root=str(ROOT), packages=str(Path(np.__file__).parents[1]))
    result = scored(cheat(CHEATS[name], **places), tmp_path, sandbox)
    assert tasks_lost(result) == ALL
    assert result.points == 0


@pytest.mark.parametrize("name", REACH)
def test_the_sandbox_reaches_nothing(name, tmp_path, sandbox, monkeypatch):
    monkeypatch.setenv("SECRET", "1")
    gradebook = tmp_path / "gradebook.db"
    gradebook.write_text("old")
    other = hand_in(solved(), tmp_path / "other.ipynb")
    files = [str(gradebook), str(other), str(SOURCE), "/etc/passwd", "/proc/self/environ"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        limits = Limits(call=200.0, seconds=240.0)  # a walk over all files
        result = scored(cheat(REACH[name], files=files, port=port), tmp_path, sandbox, limits)
    assert result.points == 0
    assert "reached: []" in result.outcomes[0].message
    assert gradebook.read_text() == "old"


def test_no_answer_makes_a_test_take_all_memory(tmp_path, bubblewrap):
    def marked(source, **marks):
        return {**code(source), "metadata": {"nbgrader": {"grade_id": source[-9:], **marks}}}

    cells = [
        code("import numpy as np"),
        marked("def answer():\n    return np.ones(25_000)", solution=True),
        marked("assert np.outer(answer(), answer()).sum() > 0, 'x'", grade=True, points=1),
        marked("assert answer()[0] == 'x' * 10**5, 'x' * 10**5", grade=True, points=1),
    ]
    source = hand_in({"cells": cells}, tmp_path / "x" / "x.ipynb")
    outcomes = score("s", source, source, bubblewrap, LIMITS).outcomes
    assert [outcome.points for outcome in outcomes] == [0, 0]
    assert "MemoryError" in outcomes[0].message
    assert len(outcomes[1].message) < 3000
