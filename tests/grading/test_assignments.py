"""The assignments: what they ask for, what they link, what their solutions reach."""

import json
import re
from pathlib import Path

import pytest
import yaml
from handing_in import ASSIGNMENTS, hand_in, notebook, source_of

from grading.notebooks import load_assignment
from grading.sandbox import Limits, choose
from grading.scoring import score

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.parent.name for path in ASSIGNMENTS.glob("*/*.ipynb"))


def cells(name):
    return json.loads(source_of(name).read_text("utf-8"))["cells"]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    return choose([tmp_path_factory.getbasetemp()], "bubblewrap")


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_reaches_all_points_and_the_release_none(name, tmp_path, sandbox):
    for solved in (True, False):
        path = hand_in(notebook(name, solved), tmp_path / f"{solved}.ipynb")
        result = score("s", path, source_of(name), sandbox, Limits())
        lost = {o.test: o.message for o in result.outcomes if o.points < o.possible}
        if solved:
            assert lost == {}
            assert result.problems == []
        else:
            assert result.points == 0


@pytest.mark.parametrize("name", NAMES)
def test_tasks_have_a_solution_shown_and_hidden_tests(name):
    assignment = load_assignment(source_of(name))
    tasks = [cell.name for cell in assignment.cells if cell.kind == "solution"]
    assert 4 <= len(tasks) <= 6
    tests = {cell.name: cell for cell in assignment.tests}
    assert list(tests) == [f"{task}-{kind}" for task in tasks for kind in ("shown", "more")]
    for task in tasks:
        assert "HIDDEN TESTS" not in tests[f"{task}-shown"].source
        assert "BEGIN HIDDEN TESTS" in tests[f"{task}-more"].source
    assert assignment.points == 20


@pytest.mark.parametrize("name", NAMES)
def test_every_test_says_what_is_wrong(name):
    for cell in load_assignment(source_of(name)).tests:
        asserts = re.findall(r"^ *assert .*", cell.source, re.M)
        assert asserts
        assert all(re.search(r', f?"', line) for line in asserts), cell.name


@pytest.mark.parametrize("name", NAMES)
def test_chapters_are_named_by_links_that_lead_there(name):
    url = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"]
    text = "\n".join("".join(cell["source"]) for cell in cells(name))
    links = re.findall(r"\]\(([^)]*)\)", text)
    assert links
    for link in links:
        assert link.startswith(f"{url}/blob/main/chapters/")
        assert (ROOT / link.removeprefix(f"{url}/blob/main/")).is_file()
    assert f"git+{url}" in text


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_are_committed_without_outputs(name):
    for cell in cells(name):
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
            assert max(map(len, "".join(cell["source"]).splitlines())) <= 100


def test_there_are_four():
    assert NAMES == ["adaptive", "capstone", "first-order", "landscape"]
