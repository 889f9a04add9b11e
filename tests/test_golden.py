"""Every rule against PyTorch and Optax, step for step.

The trajectories were made by golden/make.py; where the library is installed they are also made
again, now.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from golden import make

import optimlib as ol

PROBLEMS = {
    "square": ol.problems.square,
    "rosenbrock": ol.problems.rosenbrock,
    "rotated_bowl": ol.problems.quadratic(kappa=10, angle=0.5),
    "x_cos": ol.problems.x_cos(),
}


def stored(library):
    return json.loads((Path(make.__file__).parent / f"{library}.json").read_text())


def title(run):
    settings = ", ".join(f"{name}={value}" for name, value in run["settings"].items())
    return f"{run['optimizer']}({settings}) on {run['problem']}"


STORED = [
    pytest.param(run, id=f"{library} {title(run)}")
    for library in make.LIBRARIES
    for run in stored(library)["runs"]
]
SAME = [case for case in STORED if not case.values[0]["difference"]]
DIFFERENT = [case for case in STORED if case.values[0]["difference"]]


def our_points(run):
    """Return optimlib's points at the kept steps of `run`, shape (kept, d)."""
    rule = getattr(ol, run["rule"])(**run["rule_settings"])
    path = ol.trace(rule, PROBLEMS[run["problem"]], np.array(run["start"]), make.STEPS)
    return path.points[list(map(int, run["points"]))]


def their_points(run):
    return np.array(list(run["points"].values()))


def assert_same(run):
    theirs = their_points(run)
    assert np.all(np.isfinite(theirs))
    np.testing.assert_allclose(our_points(run), theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("run", SAME)
def test_points_are_those_of_the_library(run):
    assert_same(run)


@pytest.mark.parametrize("run", DIFFERENT)
def test_a_listed_difference_is_one(run):
    assert np.max(np.abs(our_points(run) - their_points(run))) > 1e-6


def test_optax_adagrad_has_epsilon_inside_the_root():
    differing = [case.values[0] for case in DIFFERENT]
    assert {run["optimizer"] for run in differing} == {"adagrad"}
    for run in differing:
        gradient, _ = make.PROBLEMS[run["problem"]]
        lr, eps = run["settings"]["learning_rate"], run["settings"]["eps"]
        w, total, points = np.array(run["start"]), 0.0, {}
        for t in range(1, make.STEPS + 1):
            g = np.array(gradient(list(w)))
            total = total + g**2
            w = w - lr * g / np.sqrt(total + eps)
            points[str(t)] = w
        for t, theirs in run["points"].items():
            np.testing.assert_allclose(points[t], theirs, rtol=1e-12, atol=1e-14)


def test_every_rule_that_the_libraries_have_is_compared():
    compared = {
        (run["rule"], *(f"{k}={v}" for k, v in run["rule_settings"].items() if isinstance(v, bool)))
        for run in (case.values[0] for case in SAME)
    }
    assert compared == {
        ("GradientDescent",),
        ("Momentum",),
        ("Nesterov", "library_form=True"),
        ("AdaGrad",),
        ("RMSProp",),
        ("RMSProp", "eps_inside=False"),
        ("RMSProp", "eps_inside=True"),
        ("Adam",),
    }


@pytest.mark.parametrize("library", make.LIBRARIES)
def test_the_stored_file_says_what_it_is(library):
    versions = {"torch": {"torch"}, "optax": {"optax", "jax", "jaxlib"}}
    content = stored(library)
    assert set(content["versions"]) == versions[library]
    assert all(list(run["points"]) == list(map(str, make.KEPT)) for run in content["runs"])


@pytest.mark.parametrize("library", make.LIBRARIES)
def test_points_are_those_of_the_installed_library(library):
    pytest.importorskip(library, reason=f"{library} is not installed: only its stored runs count")
    now, then = list(make.runs(library)), stored(library)["runs"]
    assert len(now) == len(then)
    for run, before in zip(now, then, strict=True):
        assert title(run) == title(before)
        np.testing.assert_allclose(their_points(run), their_points(before), rtol=1e-12, atol=1e-14)
        if not run["difference"]:
            assert_same(run)
