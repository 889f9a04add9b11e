"""The assignments: what they ask for, what they link, what their solutions reach."""

import json
import re
from pathlib import Path

import pytest
import yaml
from handing_in import ASSIGNMENTS, HIDDEN, hand_in, notebook, replaced, source_of

from course.grading.notebooks import load_assignment
from course.grading.sandbox import Limits, choose
from course.grading.scoring import score

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
        assert "assert" in HIDDEN.sub("", tests[f"{task}-shown"].source)
        assert "BEGIN HIDDEN TESTS" in tests[f"{task}-more"].source
    assert assignment.points == 20


@pytest.mark.parametrize("name", NAMES)
def test_every_test_says_what_is_wrong(name):
    for cell in load_assignment(source_of(name)).tests:
        asserts = re.findall(r"^ *assert .*", cell.source, re.M)
        assert asserts
        assert all(re.search(r', (f?"|mistake\(\)$)', line) for line in asserts), cell.name


MISTAKES = {
    ("first-order", "momentum"): (
        "def momentum(g, v, lr, beta):\n    v = beta * v + (1 - beta) * g\n    return v, -lr * v",
        "A running average in place of a sum",
    ),
    ("adaptive", "adagrad"): (
        "def adagrad(g, G, lr, eps):\n    G = G + g**2\n    return G, -lr * g / np.sqrt(G + eps)",
        "ε inside the root",
    ),
    ("adaptive", "rmsprop"): (
        "def rmsprop(g, v, lr, beta, eps):\n    v = (1 - beta) * v + beta * g**2\n"
        "    return v, -lr * g / (np.sqrt(v) + eps)",
        "swapped",
    ),
    ("adaptive", "adam"): (
        "def adam(t, g, m, v, lr, beta1, beta2, eps):\n    m = beta1 * m + (1 - beta1) * g\n"
        "    v = beta2 * v + (1 - beta2) * g**2\n    return m, v, -lr * m / (np.sqrt(v) + eps)",
        "Bias correction forgotten",
    ),
    ("adaptive", "adamw"): (
        "def adamw(t, w, g, m, v, lr, beta1, beta2, eps, decay):\n"
        "    m, v, step = adam(t, g, m, v, lr, beta1, beta2, eps)\n"
        "    return w + step - decay * w, m, v",
        "decay",
    ),
}


@pytest.mark.parametrize(("name", "task"), MISTAKES)
def test_the_feedback_names_the_mistake(name, task, tmp_path, sandbox):
    source, mistake = MISTAKES[name, task]
    path = hand_in(replaced(notebook(name), task, source), tmp_path / "s.ipynb")
    outcomes = score("s", path, source_of(name), sandbox, Limits()).outcomes
    (message,) = (o.message for o in outcomes if o.test == f"{task}-more")
    assert "a test that is not shown" in message
    assert mistake in message


@pytest.mark.parametrize("name", NAMES)
def test_chapters_are_named_by_links_that_lead_there(name):
    url = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"]
    text = "\n".join("".join(cell["source"]) for cell in cells(name))
    links = re.findall(r"\]\(([^)]*)\)", text)
    assert links
    for link in links:
        assert link.startswith(f"{url}/blob/main/chapters/")
        assert (ROOT / link.removeprefix(f"{url}/blob/main/")).is_file()
    assert f'    url = "{url}"\n' in text


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_are_committed_without_outputs(name):
    for cell in cells(name):
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
            assert max(map(len, "".join(cell["source"]).splitlines())) <= 100


def test_there_are_four():
    assert NAMES == ["adaptive", "capstone", "first-order", "landscape"]
