"""Sign descent: against Optax's sign_sgd, step for step, and what its theory says."""

import json
from pathlib import Path

import numpy as np
import pytest
import wrong_rules as wrong
from golden import make_modern_signs as make
from test_golden import PROBLEMS

import optimlib as ol

STORED = json.loads((Path(make.__file__).parent / "modern_signs.json").read_text())


def assert_same(run, SignDescent=ol.SignDescent):
    path = ol.trace(SignDescent(run["lr"]), PROBLEMS[run["problem"]], run["start"], make.STEPS)
    theirs = np.array(list(run["points"].values()))
    ours = path.points[[int(t) for t in run["points"]]]
    np.testing.assert_allclose(ours.reshape(theirs.shape), theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("run", STORED["runs"], ids=lambda run: f"{run['problem']} {run['lr']}")
def test_points_are_those_of_optax(run):
    assert_same(run)


@pytest.mark.parametrize("rule", [wrong.SignForgotten, wrong.OneSignForAll, wrong.SizeKept])
def test_points_of_optax_reject_another_rule(rule):
    bowl = next(run for run in STORED["runs"] if run["problem"] == "rotated_bowl")
    with pytest.raises(AssertionError):
        assert_same(bowl, rule)


def test_points_are_those_of_the_installed_optax():
    pytest.importorskip("optax", reason="optax is not installed: only stored runs count")
    for now, then in zip(make.runs(), STORED["runs"], strict=True):
        points = list(now.pop("points").values())
        assert now == {name: value for name, value in then.items() if name != "points"}
        np.testing.assert_allclose(points, list(then["points"].values()), rtol=1e-12, atol=1e-12)


def floor(rule, lr, noise=1.0, runs=20_000, steps=400):
    """Return the mean loss ½w² of so many runs after many steps, with normal noise."""

    def at(t):
        xi = noise * np.random.default_rng((5, t)).standard_normal(runs)
        return ol.Objective(lambda w: w**2 / 2, lambda w: w + xi)

    stream = ol.Stream(ol.Objective(lambda w: w**2 / 2, lambda w: w), at)
    return (ol.run(rule(lr), stream, np.zeros((1, runs)), steps) ** 2).mean() / 2


@pytest.mark.parametrize(("lr", "noise"), [(0.02, 1.0), (0.02, 3.0), (0.01, 0.5)])
def test_noise_floor_is_that_of_the_sign_and_not_that_of_the_gradient(lr, noise):
    """Of 20,000 runs the mean has a standard error of 1 %."""
    predicted = lr * noise * np.sqrt(np.pi / 8) / 2
    assert floor(ol.SignDescent, lr, noise) == pytest.approx(predicted, rel=0.04)
    assert floor(ol.GradientDescent, lr, noise) != pytest.approx(predicted, rel=0.04)
