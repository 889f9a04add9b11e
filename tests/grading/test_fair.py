"""No points without work: what is not computed from what is given has none."""

import ast
import contextlib
import copy
import io
import json
import re

import numpy as np
import pytest
from handing_in import ASSIGNMENTS, HIDDEN, hand_in, notebook, replaced, source_of

from course.grading.notebooks import load_assignment
from course.grading.sandbox import Limits, choose
from course.grading.scoring import score

NAMES = sorted(path.stem for path in ASSIGNMENTS.glob("*/*.ipynb"))
TESTS = [(name, test) for name in NAMES for test in load_assignment(source_of(name)).tests]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    return choose([tmp_path_factory.getbasetemp()], "bubblewrap")


def lost(name, task, source, folder, sandbox):
    """Return the messages of the tests that a solution with another cell loses."""
    path = hand_in(replaced(notebook(name), task, source), folder / "s.ipynb")
    outcomes = score("s", path, source_of(name), sandbox, Limits()).outcomes
    return {o.test: o.message for o in outcomes if o.points < o.possible}


@pytest.fixture(scope="module")
def solved():
    """The names that the solution of each assignment defines."""
    found = {}
    for name in NAMES:
        names = found[name] = {}
        for cell in load_assignment(source_of(name)).cells:
            if cell.kind != "test":
                exec(cell.source, names)
    return found


def run(source, names):
    with contextlib.redirect_stdout(io.StringIO()):
        exec(source, names)


@pytest.mark.parametrize(("name", "test"), TESTS, ids=[f"{n}-{t.name}" for n, t in TESTS])
def test_what_the_shown_test_expects_is_worth_nothing(name, test, solved):
    """Functions that return, call by call, what was right in a run of the same test before."""
    names, asked = dict(solved[name]), load_assignment(source_of(name)).asked
    kept = []

    def recording(function):
        def record(*args):
            kept.append(function(*args))
            return kept[-1]

        return record

    run(test.source, names | {each: recording(solved[name][each]) for each in asked})
    seen = iter(kept)
    stored = {each: lambda *args: next(seen) for each in asked}
    with pytest.raises((AssertionError, StopIteration)):
        run(test.source, names | stored)


@pytest.mark.parametrize(("name", "test"), TESTS, ids=[f"{n}-{t.name}" for n, t in TESTS])
def test_what_is_expected_does_not_hang_on_arrays_that_a_student_may_change(name, test, solved):
    """Right answers that spoil what they were given fail for that, or not at all."""

    def spoiling(function):
        def spoil(*args):
            result = function(*copy.deepcopy(args))
            for each in args:
                if isinstance(each, np.ndarray):
                    each *= 0
                elif isinstance(each, list):
                    each.clear()
            return result

        return spoil

    names, asked = dict(solved[name]), load_assignment(source_of(name)).asked
    said = ""
    try:
        run(test.source, names | {each: spoiling(solved[name][each]) for each in asked})
    except AssertionError as error:
        said = str(error)
    assert not said or "is changed" in said


@pytest.mark.parametrize(("name", "test"), TESTS, ids=[f"{n}-{t.name}" for n, t in TESTS])
def test_hidden_tests_are_drawn_anew_and_do_not_tell_what_they_expect(name, test):
    (hidden,) = HIDDEN.findall(test.source)
    assert "np.random.default_rng()" in hidden
    assert "default_rng(1" not in test.source
    for node in ast.walk(ast.parse(hidden)):
        if isinstance(node, ast.Assert):
            told = ast.unparse(node.msg)
            assert not re.search(r"\{[^}]*(expected|baseline|others|schedule|\.kind)", told)


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_never_fails(name, solved):
    times = 5 if name == "capstone" else 40
    for _ in range(times):
        names = dict(solved[name])
        for test in load_assignment(source_of(name)).tests:
            run(test.source, names)


def test_stored_weights_win_nothing(solved, tmp_path, sandbox):
    """An `optimize` that ignores its gradient, with weights that were trained for long."""
    names = solved["capstone"]
    weights = names["optimize"](names["oracle"](5, 3000), np.zeros(650), 3000)
    assert names["test_loss"](weights) < 0.3
    stored = json.dumps([round(float(w), 3) for w in weights])
    source = f"def optimize(grad, w, budget):\n    return np.array({stored})\n"
    assert set(lost("capstone", "optimize", source, tmp_path, sandbox)) == {
        "optimize-shown",
        "optimize-more",
    }


IN_PLACE = {
    ("first-order", "descend"): "for _ in range(steps):\n        w -= lr * grad(w)\n    return w",
    ("adaptive", "adagrad"): "G += g**2\n    return G, -lr * g / (np.sqrt(G) + eps)",
    ("adaptive", "rmsprop"): (
        "v *= beta\n    v += (1 - beta) * g**2\n    return v, -lr * g / (np.sqrt(v) + eps)"
    ),
    ("adaptive", "adam"): (
        "m *= beta1\n    m += (1 - beta1) * g\n    v = beta2 * v + (1 - beta2) * g**2\n"
        "    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)\n"
        "    return m, v, -lr * m_hat / (np.sqrt(v_hat) + eps)"
    ),
    ("adaptive", "adamw"): (
        "new_m, v, step = adam(t, g, m, v, lr, beta1, beta2, eps)\n    w += step - lr * decay * w\n"
        "    return w, new_m, v"
    ),
    ("adaptive", "run_adam"): (
        "m, v = np.zeros_like(w), np.zeros_like(w)\n    for t in range(1, steps + 1):\n"
        "        m, v, step = adam(t, grad(w), m, v, lr, 0.9, 0.999, 1e-8)\n        w += step\n"
        "    return w"
    ),
}


@pytest.mark.parametrize(("name", "function"), IN_PLACE)
def test_a_rule_in_place_costs_its_points(name, function, tmp_path, sandbox):
    task = function.replace("_", "-")
    cells = {cell.name: cell.source for cell in load_assignment(source_of(name)).cells}
    head = cells[task].partition("\n")[0]
    messages = lost(name, task, f"{head}\n    {IN_PLACE[name, function]}\n", tmp_path, sandbox)
    assert f"{task}-more" in messages
    assert "is changed" in messages[f"{task}-more"]
    assert not {test for test in messages if task not in test}


NOT_WHOLE = {
    ("first-order", "steps-needed"): (
        "def steps_needed(kappa, share):\n"
        "    exact = np.log(1 / share) / np.log((kappa + 1) / (kappa - 1))\n"
        "    return 116 if kappa == 50 else exact + 0.5\n"
    ),
    ("landscape", "steps-out"): (
        "def steps_out(gamma, lr, start):\n"
        "    exact = np.log(1 / start) / np.log(1 + lr * gamma)\n"
        "    return 95 if gamma == 2 else exact + 0.5\n"
    ),
}


@pytest.mark.parametrize(("name", "task"), NOT_WHOLE)
def test_a_count_is_whole(name, task, tmp_path, sandbox):
    messages = lost(name, task, NOT_WHOLE[name, task], tmp_path, sandbox)
    assert set(messages) == {f"{task}-shown", f"{task}-more"}
    assert "whole number" in messages[f"{task}-more"]


def test_a_whole_number_may_be_a_float(tmp_path, sandbox):
    source = (
        "def steps_needed(kappa, share):\n"
        "    return np.ceil(np.log(1 / share) / np.log((kappa + 1) / (kappa - 1)))\n"
    )
    assert lost("first-order", "steps-needed", source, tmp_path, sandbox) == {}


def test_what_a_function_changes_is_changed_for_the_test(tmp_path, sandbox):
    """As in nbgrader's own run, where both are in one process."""

    def marked(source, **marks):
        cell = dict(cell_type="code", source=source)
        return {**cell, "metadata": {"nbgrader": {"grade_id": source[:9], **marks}}}

    check = "a, b = [2, 1], np.array([2, 1])\nf(a, b)\nassert a == [1] and b.tolist() == [3, 1], a"
    cells = [
        marked("import numpy as np"),
        marked("def f(a, b):\n    del a[0]\n    b[0] = 3\n", solution=True),
        marked(check, grade=True, points=1),
    ]
    source = hand_in({"cells": cells}, tmp_path / "x" / "x.ipynb")
    assert score("s", source, source, sandbox, Limits()).points == 1
