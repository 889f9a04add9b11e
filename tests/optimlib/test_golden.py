"""Every rule against PyTorch, Optax and Keras, step for step.

The trajectories were made by golden/make.py; where the library is installed they are also made
again, now.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from golden import make
from looping import each

import optimlib as ol

PROBLEMS = {
    "square": ol.problems.square,
    "rosenbrock": ol.problems.rosenbrock,
    "rotated_bowl": ol.problems.quadratic(kappa=10, angle=0.5),
    "x_cos": ol.problems.x_cos(),
}


@cache
def stored(library):
    return json.loads((Path(make.__file__).parent / f"{library}.json").read_text())


def title(run):
    settings = ", ".join(f"{name}={value}" for name, value in run["settings"].items())
    ours = ", ".join(f"{name}={value}" for name, value in run["rule_settings"].items())
    return f"{run['optimizer']}({settings}) on {run['problem']}, {run['rule']}({ours})"


def runs(library, different):
    """Return the stored runs by their titles, those that are a listed difference or the others."""
    found = stored(library)["runs"]
    return {title(run): run for run in found if bool(run["difference"]) == different}


each_library = pytest.mark.parametrize("library", make.LIBRARIES)


def rule_of(name, settings):
    """Return the rule; the settings of one that is wrapped are a dict with its name."""
    inner = settings.get("rule")
    if inner:
        inner = {name: value for name, value in inner.items() if name != "name"}
        settings = settings | {"rule": rule_of(settings["rule"]["name"], inner)}
    return getattr(ol, name)(**settings)


def our_points(run):
    """Return optimlib's points at the kept steps of `run`, shape (kept, d)."""
    rule = rule_of(run["rule"], run["rule_settings"])
    path = ol.trace(rule, PROBLEMS[run["problem"]], np.array(run["start"]), make.STEPS)
    return path.points[list(map(int, run["points"]))]


def their_points(run):
    return np.array(list(run["points"].values()))


def assert_same(run):
    theirs = their_points(run)
    assert np.all(np.isfinite(theirs))
    np.testing.assert_allclose(our_points(run), theirs, rtol=1e-12, atol=1e-14)


def assert_different(run):
    assert np.max(np.abs(our_points(run) - their_points(run))) > 1e-6


@each_library
def test_points_are_those_of_the_library(library):
    each("run", runs(library, different=False))(assert_same)()


@each_library
def test_a_listed_difference_is_one(library):
    each("run", runs(library, different=True))(assert_different)()


def test_the_differences_are_those_that_are_listed():
    listed = {
        library: {(run["optimizer"], run["difference"]) for run in stored(library)["runs"]}
        for library in make.LIBRARIES
    }
    assert {k: {d for d in v if d[1]} for k, v in listed.items()} == {
        "torch": {
            ("SGD", "PyTorch does not dampen the first gradient"),
            ("Rprop", "PyTorch does not move where the gradient changed its sign"),
            ("Adam", "PyTorch corrects the bias, the paper does not"),
            ("Adamax", "PyTorch adds epsilon inside Adamax's maximum"),
            ("RAdam", "PyTorch adds RAdam's epsilon before the correction"),
        },
        "optax": {
            ("adagrad", "Optax adds AdaGrad's epsilon inside the root, the paper outside"),
            ("adagrad", "Optax starts AdaGrad's sum at 0.1"),
            ("rprop", "Optax takes in every step the one that Rprop takes a step earlier"),
            ("amsgrad", "Optax takes AMSGrad's maximum after the correction, PyTorch before"),
            ("nadam", "Optax keeps NAdam's momentum constant"),
            ("yogi", "Optax corrects Yogi's bias and starts its means at 1e-6"),
        },
        "keras": {
            ("Adam", "Keras adds epsilon before the correction"),
            ("AdamW", "Keras adds epsilon before the correction"),
            ("Nadam", "Keras has psi = 1 where PyTorch has 0.004"),
        },
    }


def test_optax_rprop_is_rprop_a_step_late():
    """Optax returns the step before the last one; there is no option for this in optimlib."""
    late = [run for run in runs("optax", different=True).values() if run["optimizer"] == "rprop"]
    assert {run["problem"] for run in late} == set(PROBLEMS)
    for run in late:
        gradient, _ = make.PROBLEMS[run["problem"]]
        w = np.array(run["start"])
        lengths, step = np.full_like(w, run["settings"]["learning_rate"]), np.zeros_like(w)
        points = {}
        for t in range(1, make.STEPS + 1):
            g = np.array(gradient(list(w)))
            turned = g * step < 0
            lengths = np.where(
                turned, lengths * 0.5, np.where(g * step > 0, lengths * 1.2, lengths)
            )
            delayed, step = np.where(turned, 0, step), np.where(turned, 0, lengths * np.sign(g))
            w = w - delayed
            points[str(t)] = w
        for t, theirs in run["points"].items():
            np.testing.assert_allclose(points[t], theirs, rtol=1e-12, atol=1e-14)


def test_every_rule_that_the_libraries_have_is_compared():
    def options(settings):
        return (f"{name}={value}" for name, value in settings.items() if isinstance(value, bool))

    def names(run):
        inner = run["rule_settings"].get("rule", {}).get("name")
        rule = f"{run['rule']}({inner})" if inner else run["rule"]
        return " ".join([rule, *options(run["rule_settings"])])

    compared = {
        library: {names(run) for run in stored(library)["runs"] if not run["difference"]}
        for library in make.LIBRARIES
    }
    assert compared == {
        "torch": {
            "GradientDescent",
            "Momentum",
            "Nesterov library_form=True",
            "L2(Momentum)",
            "AdaGrad",
            "RMSProp",
            "RMSProp centered=True",
            "Adadelta",
            "Rprop skip=True",
            "Adam",
            "L2(Adam)",
            "AMSGrad bias_correction=True",
            "AdamW",
            "Adamax eps_inside=True",
            "NAdam",
            "RAdam eps_before_correction=True",
        },
        "optax": {
            "GradientDescent",
            "Momentum",
            "Nesterov library_form=True",
            "ClipNorm(Momentum)",
            "ClipValue(Momentum)",
            "Lookahead(Momentum)",
            "AdaGrad eps_inside=True",
            "RMSProp eps_inside=True",
            "RMSProp eps_inside=False",
            "RMSProp eps_inside=True centered=True",
            "RMSProp eps_inside=False centered=True",
            "RMSProp eps_inside=True lr_inside=True",
            "RMSProp eps_inside=False lr_inside=True",
            "RMSProp eps_inside=True centered=True lr_inside=True",
            "RMSProp eps_inside=False centered=True lr_inside=True",
            "Adadelta",
            "Adam",
            "Adam eps_inside=True",
            "AMSGrad",
            "AMSGrad bias_correction=True max_of_corrected=True",
            "AdamW",
            "Adamax eps_inside=True",
            "NAdam",
            "RAdam",
            "AdaBelief",
            "Yogi bias_correction=True",
            "Lion",
        },
        "keras": {
            "GradientDescent",
            "HeavyBall",
            "Nesterov library_form=True",
            "DecoupledWeightDecay(HeavyBall)",
            "AdaGrad eps_inside=True",
            "RMSProp eps_inside=True",
            "RMSProp eps_inside=True centered=True lr_inside=True",
            "Adadelta",
            "Adam eps_before_correction=True",
            "AdamW",
            "AMSGrad bias_correction=True",
            "Adamax",
            "NAdam",
            "Lion",
        },
    }


@each_library
def test_the_stored_file_says_what_it_is(library):
    content = stored(library)
    assert set(content["versions"]) == set(make.LIBRARIES[library][2])
    assert all(list(run["points"]) == list(map(str, make.KEPT)) for run in content["runs"])


@each_library
def test_points_are_those_of_the_installed_library(library):
    for package in make.LIBRARIES[library][2]:
        pytest.importorskip(package, reason=f"{package} is not installed: only stored runs count")
    now, then = list(make.runs(library)), stored(library)["runs"]
    assert len(now) == len(then)
    for run, before in zip(now, then, strict=True):
        assert title(run) == title(before)
        np.testing.assert_allclose(their_points(run), their_points(before), rtol=1e-12, atol=1e-14)
        if not run["difference"]:
            assert_same(run)
