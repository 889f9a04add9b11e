"""The experiment behind chapters/modern/edge-of-stability.ipynb, tiny, and its file."""

import json
from unittest.mock import patch

import numpy as np
import pytest

import optimlib as ol
from course.experiments import edge
from optimlib import learning
from optimlib.calculus import numerical_hessian

pytest.importorskip("sklearn", reason="scikit-learn is not installed: no data sets")

STORED = json.loads(edge.RESULT.read_text("utf-8"))
TINY = {
    "descent": (ol.GradientDescent(lr=0.3), "squared", 50),
    "Adam": (ol.Adam(lr=0.01), "squared", 50),
}


def late(name):
    values = np.array(STORED["runs"][name]["sharpness"], dtype=float)
    return np.median(values[len(values) // 2 :])


def tiny(folder):
    """Make a tiny experiment, and return what it wrote."""
    place = folder / "result.json"
    with patch.object(edge, "RUNS", TINY), patch.object(edge, "CLOSE", {"descent": 4}):
        edge.main([f"--cache={folder / 'cache'}", f"--result={place}"])
    return json.loads(place.read_text("utf-8"))


def test_a_tiny_experiment_is_kept_and_goes_on(tmp_path):
    first = tiny(tmp_path)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("output.pkl")}
    assert len(kept) == 3
    assert first["runs"]["descent"]["step"] == [0, 25, 50]
    assert first["runs"]["Adam"]["step"] == [25, 50]
    assert first["close"]["descent"]["step"] == [1, 2, 3, 4]
    with patch.object(edge, "measured", side_effect=AssertionError("it is made again")):
        assert tiny(tmp_path) == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("output.pkl")} == kept


def test_the_stored_runs_begin_as_they_would_now():
    """The first steps only: later ones depend on the last digits of a processor."""
    loss, w = edge.loss_of("squared"), edge.start()
    for name, steps in (("η = 0.3", 50), ("heavy ball", 50), ("SAM", 50), ("Adam", 50)):
        rule, _, _ = edge.RUNS[name]
        path = ol.trace(rule, loss, w, steps)
        run = STORED["runs"][name]
        at = run["step"].index(steps)
        assert run["rule"] == repr(rule)
        assert run["loss"][at] == pytest.approx(loss.f(path["w"][-1]), rel=1e-3)
        preconditioner = None
        if name == "Adam":
            v_hat = path["v"][-1] / (1 - 0.999**steps)
            preconditioner = np.sqrt(v_hat) + 1e-8
        now = ol.sharpness(loss, path["w"][-1], preconditioner)
        assert run["sharpness"][at] == pytest.approx(now, rel=3e-3)


def test_the_second_eigenvalue_is_that_of_the_whole_hessian():
    random = np.random.default_rng(0)
    model = learning.MLP((6, 5, 4), criterion="squared")
    loss = model.loss(random.normal(size=(25, 6)), np.arange(25) % 4)
    w = random.normal(size=model.dim)
    right = np.linalg.eigvalsh(numerical_hessian(loss, w))
    assert edge.second_eigenvalue(loss, w) == pytest.approx(right[-2], rel=1e-3)
    assert right[-2] < 0.95 * right[-1]


def test_swing_is_what_turns_around_in_every_step():
    """On a bowl with a slope: the steady part cancels, the swing of the steep part is left."""
    bowl = ol.Objective(
        f=lambda w: 3 * w[0] ** 2 + w[1],
        grad=lambda w: (6 * w[0], 1 + 0 * w[1], 0 * w[2]),
        variables=("x", "y", "z"),
    )
    rule = ol.GradientDescent(lr=1 / 3)  # the factor of x is −1
    first, second = ol.trace(rule, bowl, [0.5, 2.0, 0.0], 2)["w"]
    record = {"t": 2, "w": second, "g": bowl.grad(first)}
    assert edge.looked_at_closely(rule, bowl, record)["swing"] == pytest.approx(6 * 0.5)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("η = 0.2", 2 / 0.2),
        ("η = 0.25", 2 / 0.25),
        ("η = 0.3", 2 / 0.3),
        ("η = 0.4", 2 / 0.4),
        ("heavy ball", 2 * 1.9 / 0.6),
        ("Adam", 38 / 0.01),
    ],
)
def test_what_the_chapter_says_of_its_file_holds(name, line):
    assert late(name) == pytest.approx(line, rel=0.02)
    assert STORED["runs"][name]["accuracy"][-1] == 1


def test_where_the_chapter_says_that_the_edge_is_not_reached():
    assert late("η = 0.05") < 0.3 * 2 / 0.05
    assert late("cross-entropy") < 0.01 * 2 / 0.3
    size = np.array(STORED["runs"]["SAM"]["gradient"])[-80:]
    sam = size / 0.1 * (np.sqrt(1 + 0.4 / (0.3 * size)) - 1)
    assert late("SAM") == pytest.approx(np.median(sam), rel=0.04)
    assert late("SAM") < 0.5 * 2 / 0.3
