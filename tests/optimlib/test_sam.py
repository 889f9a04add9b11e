"""Sharpness-aware minimization against Optax, pytorch_optimizer and a closed form."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from golden import make, make_learning, make_modern_edge
from looping import each

import optimlib as ol
from optimlib import learning

STORED = json.loads((Path(make.__file__).parent / "modern_edge.json").read_text())
PROBLEMS = {
    "square": ol.problems.square,
    "rosenbrock": ol.problems.rosenbrock,
    "rotated_bowl": ol.problems.quadratic(kappa=10, angle=0.5),
    "x_cos": ol.problems.x_cos(),
}
RUNS = {
    f"{run['library']}: {run['rule']} on {run['problem']}, rho {run['rho']}": run
    for run in STORED["runs"]
}
# Near a minimum the direction uphill turns around with the last digit: later points differ more.
# pytorch_optimizer computes the norm of a gradient in single precision, whatever the parameters'.
TOLERANCES = {"optax": (20, 1e-12), "optax opaque": (20, 1e-12), "pytorch_optimizer": (10, 1e-7)}


def our_points(run, sam=ol.SAM):
    rule = sam(getattr(ol, run["rule"])(**run["settings"]), rho=run["rho"])
    path = ol.trace(rule, PROBLEMS[run["problem"]], np.array(run["start"]), make.STEPS)
    return path.points


def worst(run, points):
    """Return the largest difference from the library's points at the kept steps."""
    most, _ = TOLERANCES[run["library"]]
    return max(
        np.max(np.abs(points[int(t)] - theirs))
        for t, theirs in run["points"].items()
        if int(t) <= most
    )


@each("run", RUNS)
def test_points_are_those_of_the_libraries(run):
    _, tolerance = TOLERANCES[run["library"]]
    assert worst(run, our_points(run)) < tolerance


def test_late_points_are_near_to_those_of_optax():
    for run in STORED["runs"]:
        if run["library"] != "pytorch_optimizer":
            theirs = np.array(list(run["points"].values()))
            kept = our_points(run)[list(map(int, run["points"]))]
            np.testing.assert_allclose(kept, theirs, rtol=1e-8, atol=1e-9)


def test_between_its_two_calls_optax_leaves_the_shifted_point():
    """A difference: whoever reads the parameters there does not see w."""
    seen = 0
    for run in STORED["runs"]:
        points, problem = our_points(run), PROBLEMS[run["problem"]]
        for t, shifted in run["shifted"].items():
            if int(t) > 20:
                continue
            w = points[int(t) - 1]
            g = problem.grad(w)
            expected = w + run["rho"] * g / np.linalg.norm(g)
            np.testing.assert_allclose(shifted, expected, rtol=1e-9, atol=1e-10)
            assert np.max(np.abs(shifted - w)) > 0.01
            seen += 1
    assert seen > 50


def test_the_stored_file_is_complete():
    assert set(STORED["versions"]) == set(make_modern_edge.PACKAGES)
    count = len(make_modern_edge.LIBRARIES) * len(make.PROBLEMS) * len(make_modern_edge.INNER)
    assert len(RUNS) == len(STORED["runs"]) == count * len(make_modern_edge.RHO)
    assert all(list(run["points"]) == list(map(str, make.KEPT)) for run in STORED["runs"])


def test_the_stored_runs_are_those_of_the_installed_libraries():
    for package in make_modern_edge.PACKAGES:
        pytest.importorskip(package, reason=f"{package} is not installed: only stored runs count")
    for now, before in zip(make_modern_edge.runs(), STORED["runs"], strict=True):
        for t in ("1", "10"):
            np.testing.assert_allclose(now["points"][t], before["points"][t], rtol=0, atol=1e-8)


# On ½ h w² the gradient at w + ρ sign(w) is h (w + ρ sign(w)).


@pytest.mark.parametrize("rho", [0.1, 1.0])
def test_on_a_parabola_the_shift_is_added_to_the_distance(rho):
    h, lr, w = 3.0, 0.1, 2.0
    parabola = ol.Objective(f=lambda w: h * w**2 / 2, grad=lambda w: h * w)
    path = ol.trace(ol.SAM(ol.GradientDescent(lr), rho=rho), parabola, w, 40)["w"]
    for reached in path:
        w = w - lr * h * (w + rho * np.sign(w))
        assert reached == pytest.approx(w, rel=1e-12)
    # It ends between ±c with c = ηh(c + ρ) − c, or c = ηhρ/(2 − ηh).
    assert np.abs(path[-1]) == pytest.approx(lr * h * rho / (2 - lr * h), rel=1e-3)


def test_at_a_minimum_it_stays():
    assert np.all(ol.trace(ol.SAM(ol.Momentum(0.1)), ol.problems.square, 0.0, 3)["w"] == 0)


def test_a_step_takes_two_gradients():
    calls = []
    problem = ol.Objective(f=lambda w: w**2, grad=lambda w: calls.append(w) or 2 * w)
    start = np.array([4.0])
    ol.SAM(ol.GradientDescent(0.1), rho=0.5).advance(1, start, (), problem)
    assert [float(w) for w in calls] == [4.0, 4.5]


def test_huge_gradients_have_a_direction():
    steep = ol.Objective(
        f=lambda w: 1e200 * (w[0] + w[1]),
        grad=lambda w: (1e200 + 0 * w[0], 1e200 + 0 * w[1]),
        variables=("x", "y"),
    )
    path = ol.trace(ol.SAM(ol.GradientDescent(1e-200)), steep, [0.0, 0.0], 1)
    np.testing.assert_allclose(path["w"][0], [-1, -1])


# Wrong variants: each is told from the stored runs.


@dataclass(frozen=True)
class Shifted(ol.SAM):
    """SAM with another shift."""

    def shift(self, g):
        raise NotImplementedError

    def advance(self, t, w, state, objective):
        def elsewhere(w, g):
            return objective.grad(w + self.rho * self.shift(g))

        return self.rule.advance(t, w, state, ol.OtherGradient(objective, elsewhere))


class NoShift(Shifted):
    def shift(self, g):
        return 0 * g


class Downhill(Shifted):
    def shift(self, g):
        return -g / np.linalg.norm(g)


class NotNormalized(Shifted):
    def shift(self, g):
        return g


class SquaredNorm(Shifted):
    def shift(self, g):
        return g / np.sum(g**2)


class EachCoordinate(Shifted):
    def shift(self, g):
        return np.sign(g)


class StaysUphill(ol.SAM):
    """The step is taken from the shifted point."""

    def advance(self, t, w, state, objective):
        g = objective.grad(w)
        w = w + self.rho * g / np.linalg.norm(g)
        return self.rule.advance(t, w, state, objective)


@pytest.mark.parametrize(
    "wrong", [NoShift, Downhill, NotNormalized, SquaredNorm, EachCoordinate, StaysUphill]
)
def test_a_wrong_variant_is_told_from_the_libraries(wrong):
    found = [
        run["problem"]
        for run in STORED["runs"]
        if run["library"] == "optax" and not worst(run, our_points(run, wrong)) < 1e-6
    ]
    # In one variable a norm is a size: the signs of many coordinates are another thing in two.
    expected = {"rosenbrock", "rotated_bowl"} if wrong is EachCoordinate else set(PROBLEMS)
    assert set(found) == expected


# The edge that Long and Bartlett give for SAM: it is that of a bowl.


def test_sam_is_stable_on_a_bowl_below_its_own_edge():
    """Two steps along the steepest axis of h w²/2 keep |w| where η h (1 + ρh/‖g‖) = 2."""
    lr, rho, h = 0.1, 0.05, 15.0
    c = lr * h * rho / (2 - lr * h)
    size = h * c
    edge = size / (2 * rho) * (np.sqrt(1 + 8 * rho / (lr * size)) - 1)
    assert edge == pytest.approx(h, rel=1e-12)


def test_sam_around_an_mlp_goes_where_its_loop_goes():
    model = learning.MLP((4, 3, 3), criterion="squared")
    X, y = make_learning.data(4, 3)
    loss, w = model.loss(X, y), model.initial()
    end = ol.run(ol.SAM(ol.GradientDescent(0.1), rho=0.2), loss, w, 20)
    for _ in range(20):
        g = loss.grad(w)
        w = w - 0.1 * loss.grad(w + 0.2 * g / np.linalg.norm(g))
    np.testing.assert_allclose(end, w, rtol=1e-9, atol=1e-12)
