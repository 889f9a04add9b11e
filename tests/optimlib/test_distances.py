"""DoG, D-Adaptation and Prodigy, and what a rule owes that combines coordinates.

The packages' trajectories were made by golden/make_modern_distances.py; where a package is
installed they are also made again, now.
"""

import json
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from golden import make, make_modern_distances
from looping import each
from test_golden import PROBLEMS, our_points, title
from variants import variant

import optimlib as ol
from optimlib.rules import dadapt_sgd, dog, prodigy

FILE = Path(make_modern_distances.__file__).with_name("modern_distances.json")
STORED = json.loads(FILE.read_text())
each_package = pytest.mark.parametrize("package", make_modern_distances.PACKAGES)
BOWL = ol.problems.quadratic(kappa=10, angle=0.5)
RULES = {
    "DoG": ol.DoG(r0=0.1),
    "DoG, absolute": ol.DoG(r0=0.1, relative=False),
    "D-Adaptation": ol.DAdaptSGD(d0=0.1),
    "D-Adaptation, momentum": ol.DAdaptSGD(d0=0.1, beta=0.8),
    "Prodigy": ol.Prodigy(d0=0.1, weight_decay=0.2),
    "Prodigy, corrected": ol.Prodigy(d0=0.1, bias_correction=True),
}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


def runs(package, different):
    found = STORED[package]["runs"]
    return {title(run): run for run in found if bool(run["difference"]) is different}


def tolerance(package, run):
    """Return by which share the points may differ.

    pytorch_optimizer takes the norm of the first gradient in single precision. A distance that
    begins at 1e-6 is a difference of nearly equal numbers: what is rounded there grows with it.
    """
    if package == "pytorch_optimizer":
        return 1e-4
    if run["rule"] == "Prodigy":
        return 1e-6 if run["rule_settings"].get("weight_decay") else 1e-9
    return 1e-11


def points_by(cls, run):
    """Return the points of a wrong variant of a rule at the kept steps of `run`."""
    rule = cls(**run["rule_settings"])
    path = ol.trace(rule, PROBLEMS[run["problem"]], np.array(run["start"]), make.STEPS)
    return path.points[list(map(int, run["points"]))]


def assert_same(package, run, points=our_points):
    theirs = np.array(list(run["points"].values()))
    assert np.all(np.isfinite(theirs))
    np.testing.assert_allclose(points(run), theirs, rtol=tolerance(package, run), atol=1e-12)


@each_package
def test_points_are_those_of_the_package(package):
    each("run", runs(package, different=False))(lambda run: assert_same(package, run))()


def test_the_differences_are_those_that_are_listed():
    listed = {
        package: {run["difference"] for run in STORED[package]["runs"]} - {None}
        for package in make_modern_distances.PACKAGES
    }
    assert {k: v for k, v in listed.items() if v} == {"optax": {make_modern_distances.CORRECTED}}
    for run in runs("optax", different=True).values():
        away = our_points(run) - np.array(list(run["points"].values()))
        assert np.max(np.abs(away)) > 1e-6


def test_each_rule_is_compared_with_two_packages():
    compared = {}
    for package in make_modern_distances.PACKAGES:
        for run in runs(package, different=False).values():
            compared.setdefault(run["rule"], set()).add(package)
    assert compared == {
        "DoG": {"dog-optimizer", "optax"},
        "L2": {"dog-optimizer", "optax"},
        "DAdaptSGD": {"dadaptation", "pytorch_optimizer"},
        "Prodigy": {"prodigyopt", "optax"},
    }


@each_package
def test_points_are_those_of_the_installed_package(package):
    for name in make_modern_distances.PACKAGES[package]:
        pytest.importorskip(
            {"dog-optimizer": "dog"}.get(name, name), reason=f"{name} is not installed"
        )
    now, then = list(make_modern_distances.runs(package)), STORED[package]["runs"]
    for run, before in zip(now, then, strict=True):
        assert title(run) == title(before)
        points = (np.array(list(r["points"].values())) for r in (run, before))
        np.testing.assert_allclose(*points, rtol=1e-9, atol=1e-12)


# Wrong variants: a piece of a rule's source replaced.
WRONG = {
    "DoG, without the largest": (dog, "np.maximum(r, np.linalg.norm(w - w0, axis=0))",
                                 "np.linalg.norm(w - w0, axis=0) + self.r0"),
    "DoG, from the last point": (dog, "w0=w0", "w0=w"),
    "DoG, sum of norms": (dog, "np.linalg.norm(g, axis=0) ** 2", "np.linalg.norm(g, axis=0)"),
    "DoG, sum of sizes": (dog, "np.linalg.norm(g, axis=0) ** 2", "np.linalg.norm(g, 1, axis=0)"),
    "DoG, late gradient": (dog, "np.sqrt(G + self.eps)", "np.sqrt(G - np.linalg.norm(g, axis=0) "
                           "** 2 / 2 + self.eps)"),
    "DAdaptSGD, new sum": (dadapt_sgd, "np.sum(g * s, axis=0)",
                           "np.sum(g * (s + alpha * g), axis=0)"),
    "DAdaptSGD, without 2": (dadapt_sgd, "2 * q", "q"),
    "DAdaptSGD, last norm": (dadapt_sgd, "np.where(c == 0, np.linalg.norm(g, axis=0), c)",
                             "np.linalg.norm(g, axis=0)"),
    "DAdaptSGD, falls": (dadapt_sgd, "np.maximum(d, d_hat)", "np.where(d_hat > 0, d_hat, d)"),
    "Prodigy, without d": (prodigy, "(1 - self.beta1) * d * g", "(1 - self.beta1) * g"),
    "Prodigy, Euclidean": (prodigy, "ord=1, ", ""),
    "Prodigy, other β": (prodigy, "self.beta2**0.5 * q", "self.beta2 * q"),
    "Prodigy, new d": (prodigy, "alpha = self.lr * d\n",
                       "alpha = 1.01 * self.lr * d\n"),
    "Prodigy, other way": (prodigy, "w0 - w", "w - w0"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_variants_are_rejected(name):
    module, old, new = WRONG[name]
    rule = name.partition(",")[0]
    wrong = getattr(variant(module, old, new), rule)
    packages = {"DoG": "dog-optimizer", "DAdaptSGD": "dadaptation", "Prodigy": "prodigyopt"}
    package = packages[rule]
    found = [run for run in runs(package, different=False).values() if run["rule"] == rule]
    rejected = 0
    for run in found:
        try:
            assert_same(package, run, lambda run: points_by(wrong, run))
        except AssertionError:
            rejected += 1
    assert rejected > len(found) / 4


# The papers' algorithms once more, number by number in plain Python.


def dog_by_hand(gradient, w0, steps, r0, eps):
    w, total, r = list(w0), 0.0, r0 * (1 + sqrt(sum(x * x for x in w0)))
    for _ in range(steps):
        r = max(r, sqrt(sum((x - y) ** 2 for x, y in zip(w, w0, strict=True))))
        g = gradient(w)
        total += sum(x * x for x in g)
        w = [x - r / sqrt(total + eps) * y for x, y in zip(w, g, strict=True)]
    return w


def dadapt_by_hand(gradient, w0, steps, d):
    s, w, first = [0.0] * len(w0), list(w0), None
    products = 0.0
    for _ in range(steps):
        g = gradient(w)
        first = first or sqrt(sum(x * x for x in g))
        products += d / first * sum(x * y for x, y in zip(g, s, strict=True))
        s = [y + d / first * x for x, y in zip(g, s, strict=True)]
        d = max(d, 2 * products / sqrt(sum(x * x for x in s)))
        w = [x - y for x, y in zip(w0, s, strict=True)]
    return w


def test_dog_and_dadaptation_are_the_papers_algorithms():
    gradient, start = make.PROBLEMS["rotated_bowl"]
    ours = ol.run(ol.DoG(r0=0.1, eps=0.5), BOWL, start, 30)
    np.testing.assert_allclose(ours, dog_by_hand(gradient, start, 30, 0.1, 0.5), rtol=1e-12)
    ours = ol.run(ol.DAdaptSGD(d0=0.1), BOWL, start, 30)
    np.testing.assert_allclose(ours, dadapt_by_hand(gradient, start, 30, 0.1), rtol=1e-11)


def test_the_first_step_of_dog_is_as_long_as_its_first_distance():
    for w0 in ([3.0, -2.0], [0.0, 1e-3]):
        path = ol.trace(ol.DoG(r0=1e-3, eps=0), BOWL, np.array(w0), 1)
        length = 1e-3 * (1 + np.linalg.norm(w0))
        assert np.linalg.norm(path["step"][0]) == pytest.approx(length, rel=1e-12)


def test_dadaptation_estimates_the_distance_from_below_on_a_convex_function():
    """|x| + |y| from (3, −2): convex, with the minimum at the distance √13."""
    cone = ol.Objective(
        lambda w: np.sum(np.abs(w), axis=0), lambda w: np.sign(w), variables=("x", "y")
    )
    for d0 in (1e-6, 1e-2, 1.0):
        d = ol.trace(ol.DAdaptSGD(d0=d0), cone, [3.0, -2.0], 300)["d"]
        assert np.all(np.diff(d) >= 0)
        assert d[-1] <= np.sqrt(13)
        assert d[-1] > 0.5


def test_dog_does_not_see_the_scale_of_the_loss_and_prodigy_neither():
    scaled = ol.Objective(lambda w: 8 * BOWL.f(w), lambda w: 8 * BOWL.grad(w), variables=("x", "y"))
    for rule in (ol.DoG(eps=0), ol.DAdaptSGD(), ol.Prodigy(eps=0)):
        a, b = (ol.run(rule, problem, [3.0, -2.0], 50) for problem in (BOWL, scaled))
        np.testing.assert_allclose(a, b, rtol=1e-9)


# What a rule owes that combines coordinates.


@every_rule
def test_batch_is_the_loop(rule):
    w = np.random.default_rng(0).normal(size=(2, 6))
    together = ol.trace(rule, BOWL, w, 12)
    for i in range(6):
        alone = ol.trace(rule, BOWL, w[:, i], 12)
        for name in alone.names[1:]:
            np.testing.assert_array_equal(together[name][..., i], alone[name])


@every_rule
def test_hyperparameters_over_the_batch_are_runs_of_their_own(rule):
    lrs = np.array([0.5, 1.0, 2.0])
    together = ol.run(rule.with_hyperparameters(lr=lrs), BOWL, [[3.0], [-2.0]], 12)
    for lr, w in zip(lrs, together.T, strict=True):
        alone = ol.run(rule.with_hyperparameters(lr=float(lr)), BOWL, [3.0, -2.0], 12)
        np.testing.assert_array_equal(w, alone)


@every_rule
def test_single_precision_stays_single(rule):
    path = ol.trace(rule, BOWL, np.ones((2, 3), np.float32), 4)
    assert {path[name].dtype for name in path.names[1:]} == {np.dtype(np.float32)}


@every_rule
def test_a_run_may_be_interrupted(rule):
    half, state = ol.run(rule, BOWL, [3.0, -2.0], 7, return_state=True)
    again = ol.run(rule, BOWL, half, 6, state=state)
    np.testing.assert_array_equal(again, ol.run(rule, BOWL, [3.0, -2.0], 13))


@every_rule
def test_a_block_is_moved_as_if_it_were_alone(rule):
    """In Blocks a norm is that of the block: with DoG, the paper's layer-wise form."""
    both = ol.Objective(lambda w: np.sum(w**2, axis=0), lambda w: 2 * w, variables=("a", "b", "c"))
    blocks = ol.Blocks({"rest": rule}, {"u": (2,), "v": (1,)})
    w = ol.run(blocks, both, [3.0, -2.0, 1.0], 8)
    circle = ol.Objective(lambda w: np.sum(w**2, axis=0), lambda w: 2 * w, variables=("a", "b"))
    np.testing.assert_allclose(w[:2], ol.run(rule, circle, [3.0, -2.0], 8), rtol=1e-12)
    np.testing.assert_allclose(w[2], ol.run(rule, ol.problems.square, 1.0, 8), rtol=1e-12)


@every_rule
def test_it_is_read_as_a_formula_and_by_hand_and_not_otherwise(rule):
    assert "‖" in ol.formula(rule).text
    assert r"\|" in ol.formula(rule).latex
    assert "‖(" in ol.by_hand(rule, BOWL, (3.0, -2.0), 2).text
    with pytest.raises(TypeError, match=type(rule).__name__):
        ol.javascript(rule)
    with pytest.raises(TypeError):
        ol.run(rule, ol.problems.square, Fraction(4), 1)
    with pytest.warns(UserWarning, match="compiled=True is left out"):
        ol.run(rule, BOWL, np.ones((2, 1000)), 100, compiled=True)


def test_what_is_read_by_hand_is_right():
    text = ol.by_hand(ol.DoG(r0=0.5, relative=False, eps=0), BOWL, (3.0, -2.0), 2).text
    first, second = text.split("\n\n")
    assert "r₁ = max(0.5, ‖(3, −2) − (3, −2)‖) = 0.5" in first
    path = ol.trace(ol.DoG(r0=0.5, relative=False, eps=0), BOWL, (3.0, -2.0), 2)
    assert f"≈ {path['G'][1]:.6g}" in second


def test_a_rule_that_acts_by_coordinate_cannot_be_read_with_a_norm():
    @dataclass(frozen=True)
    class Normalized(ol.Rule):
        def update(self, t, g):
            return dict(step=-self.lr * g / np.linalg.norm(g, axis=0))

    with pytest.raises(TypeError, match="one number at a time"):
        ol.formula(Normalized(0.1))


def test_a_vector_rule_without_update_says_so():
    with pytest.raises(NotImplementedError, match="VectorRule does not define update"):
        ol.run(ol.VectorRule(0.1), BOWL, [1.0, 1.0], 1)
