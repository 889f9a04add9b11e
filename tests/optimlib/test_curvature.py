"""Definiteness, critical points, convexity probes, condition number, smoothness constant."""

import numpy as np
import pytest
from cases import PROBLEMS
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from looping import each

import optimlib as ol
from optimlib import learning
from optimlib.calculus import numerical_hessian
from optimlib.curvature import (
    ChordCounterexample,
    CurvatureCounterexample,
    TangentCounterexample,
    classify,
    condition_number,
    critical_points,
    definiteness,
    probe_convexity,
    sharpness,
    smoothness,
)

FORMS = ("chord", "first-order", "hessian")
CONVEX = {
    "square",
    "quartic",
    "cosh(c=1)",
    "cosh(c=0.5)",
    "log_sum_exp",
    "heavy_ball_cycle",
    "reddi",
    "coupled_bowl",
    "elongated_bowl",
    "quadratic(kappa=10)",
    "quadratic(kappa=100, angle=0.5)",
    "booth",
    "matyas",
}
every_problem = each("problem", PROBLEMS)


# Definiteness


@pytest.mark.parametrize(
    ("eigenvalues", "kind"),
    [
        ((1, 3), "positive definite"),
        ((-1, -3), "negative definite"),
        ((-1, 3), "indefinite"),
        ((0, 3), "positive semidefinite"),
        ((0, -3), "negative semidefinite"),
        ((0, 0), "zero"),
        ((-2, 0, 5), "indefinite"),
        ((1e-12, 3), "positive semidefinite"),
        ((-1e-12, 3), "positive semidefinite"),
        ((-3, 1e-12), "negative semidefinite"),
        ((1e-6, 3), "positive definite"),
        ((-1e-6, 3), "indefinite"),
        ((1e-30, 3e-30), "positive definite"),
        ((5,), "positive definite"),
        ((-5,), "negative definite"),
        ((0,), "zero"),
    ],
)
def test_definiteness_is_the_sign_of_the_eigenvalues(eigenvalues, kind):
    """In the matrix's own axes and in turned ones."""
    d = len(eigenvalues)
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(d, d)))
    for matrix in (np.diag(eigenvalues), turn @ np.diag(eigenvalues) @ turn.T):
        sign = definiteness(matrix)
        assert sign.kind == kind
        size = max(np.abs(eigenvalues))
        np.testing.assert_allclose(sign.eigenvalues, sorted(eigenvalues), atol=1e-14 * size)


def test_tolerance_is_relative_to_the_spectral_norm():
    matrix = np.diag([1e-4, 100.0])
    assert definiteness(matrix).kind == "positive definite"
    assert definiteness(matrix, tolerance=0.9e-6).kind == "positive definite"
    assert definiteness(matrix, tolerance=1.1e-6).kind == "positive semidefinite"
    assert definiteness(1e9 * matrix, tolerance=1.1e-6).kind == "positive semidefinite"


def test_single_precision_is_not_overrated():
    noisy = np.array([[1, 1], [1, 1 - 1e-7]], dtype=np.float32)
    assert np.linalg.eigvalsh(noisy)[0] != 0
    assert definiteness(noisy).kind == "positive semidefinite"
    assert definiteness(noisy.astype(float)).kind == "indefinite"


@settings(max_examples=30, deadline=None)
@given(arrays(float, (3, 3), elements=st.integers(-40, 40).map(lambda k: k / 8)))
def test_definiteness_agrees_with_quadratic_forms(square):
    matrix = square + square.T
    sign = definiteness(matrix).kind
    opposite = definiteness(-matrix).kind
    swap = {"positive": "negative", "negative": "positive"}
    first, *rest = sign.split()
    assert opposite == " ".join([swap.get(first, first), *rest])
    vectors = np.random.default_rng(0).normal(size=(3, 50))
    forms = np.einsum("in,ij,jn->n", vectors, matrix, vectors)
    slack = 1e-8 * np.linalg.norm(matrix, 2) * np.sum(vectors**2, axis=0)
    if first == "positive":
        assert np.all(forms >= -slack)
    if first == "negative":
        assert np.all(forms <= slack)


def test_definiteness_shows_itself():
    assert repr(definiteness([[2, 1], [1, 2]])) == "positive definite, eigenvalues (1, 3)"
    assert definiteness([[1.0]]) == definiteness([[1.0]])


# Critical points


@pytest.mark.parametrize(
    ("name", "w", "kind"),
    [
        ("square", 0.0, "minimum"),
        ("saddle", (0, 0), "saddle"),
        ("cube", 0.0, "undecided"),
        ("quartic", 0.0, "undecided"),
        ("monkey_saddle", (0, 0), "undecided"),
        ("x_cos", 0.2738526868008509, "maximum"),
        ("x_cos", [-0.2738526868008509], "minimum"),
        ("himmelblau", (-0.270845, -0.923039), "maximum"),
        ("himmelblau", (3.584428, -1.848127), "minimum"),
        ("rosenbrock", (1, 1), "minimum"),
        ("ackley", (0, 0), "minimum"),
    ],
)
def test_kind_of_known_points(name, w, kind):
    problem = ol.problems.named(name)
    critical = classify(problem, w)
    assert critical.kind == kind
    assert critical.value == problem.f(np.asarray(w, dtype=float))
    assert np.ndim(critical.point) == (problem.dim > 1)
    np.testing.assert_array_equal(np.ravel(critical.point), np.ravel(w))
    assert len(critical.eigenvalues) == problem.dim
    assert sorted(critical.eigenvalues) == list(critical.eigenvalues)


def test_flat_line_beside_a_valley_is_undecided():
    """x² + y⁴, x² − y⁴ and x² + y³ have one Hessian at the origin, with eigenvalues 0 and 2."""
    for power, sign in ((4, 1), (4, -1), (3, 1)):
        problem = ol.Objective(
            f=lambda w, p=power, s=sign: w[0] ** 2 + s * w[1] ** p,
            grad=lambda w, p=power, s=sign: (2 * w[0], s * p * w[1] ** (p - 1)),
            hess=lambda w, p=power, s=sign: ((2, 0), (0, s * p * (p - 1) * w[1] ** (p - 2))),
            variables=("x", "y"),
        )
        assert classify(problem, (0, 0)).kind == "undecided"
        assert [c.kind for c in critical_points(problem)] == ["undecided"]


def test_point_with_a_slope_is_not_critical():
    for w in ((1, 1), (3, 2.001)):
        with pytest.raises(ValueError, match=r"w must be a critical point of himmelblau, got w ="):
            classify(ol.problems.himmelblau, w)
    assert classify(ol.problems.himmelblau, (3, 2.001), slope=0.1).kind == "minimum"


def kinds(found):
    return {
        kind: sum(critical.kind == kind for critical in found)
        for kind in ("minimum", "maximum", "saddle", "undecided")
        if any(critical.kind == kind for critical in found)
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("himmelblau", {"minimum": 4, "maximum": 1, "saddle": 4}),
        ("styblinski_tang", {"minimum": 4, "maximum": 1, "saddle": 4}),
        ("goldstein_price", {"minimum": 4, "maximum": 1, "saddle": 4}),
        ("three_hump_camel", {"minimum": 3, "saddle": 2}),
        ("mccormick", {"minimum": 2, "saddle": 1}),
        ("beale", {"minimum": 1, "saddle": 2}),
        ("rosenbrock", {"minimum": 1}),
        ("booth", {"minimum": 1}),
        ("saddle", {"saddle": 1}),
        ("monkey_saddle", {"undecided": 1}),
        ("quartic", {"undecided": 1}),
        ("cube", {"undecided": 1}),
        ("tanh", {}),
        ("reddi", {}),
        ("heavy_ball_cycle", {"minimum": 1}),
        ("x_cos", {"minimum": 2, "maximum": 1}),
    ],
)
@pytest.mark.parametrize("grid", [40, 41])
def test_all_critical_points_are_found(name, expected, grid):
    problem = ol.problems.named(name)
    found = critical_points(problem, grid=grid)
    assert kinds(found) == expected
    points = np.array([np.ravel(critical.point) for critical in found]).reshape(-1, problem.dim)
    for listed in (*problem.minima, *problem.saddles):
        distances = np.max(np.abs(points - np.ravel(listed)), axis=1)
        assert np.min(distances) < 1e-9
    for critical, listed in ((c, p) for c in found for p in problem.minima):
        if np.allclose(critical.point, listed, atol=1e-6):
            assert critical.kind in ("minimum", "undecided")
    values = [critical.value for critical in found]
    assert values == sorted(values)


def test_critical_points_of_rastrigin_are_a_product():
    """On ±1.2 one variable has 3 minima and 2 maxima, so two have 9, 4 and 12 saddles."""
    found = critical_points(ol.problems.rastrigin(), ((-1.2, 1.2), (-1.2, 1.2)))
    assert kinds(found) == {"minimum": 9, "maximum": 4, "saddle": 12}
    assert found[0].point == pytest.approx((0, 0), abs=1e-12)


def test_box_bounds_the_search():
    box = ((0, 5), (0, 5))
    found = critical_points(ol.problems.himmelblau, box)
    assert {tuple(np.round(c.point, 3)) for c in found} == {
        (3.0, 2.0),
        (0.087, 2.884),
        (3.385, 0.074),
    }
    wide = critical_points(ol.problems.x_cos(), [(-2, 3)])
    assert len(wide) == 5
    on_edge = critical_points(ol.problems.saddle, ((0, 1), (-1, 0)))
    assert [c.point for c in on_edge] == [(0.0, 0.0)]


def test_a_coarse_grid_may_miss_points():
    box = ((-2.6, 2.6),) * 2
    few, many = (critical_points(ol.problems.rastrigin(), box, grid=grid) for grid in (2, 21))
    assert len(few) < len(many) == 11**2


def test_critical_points_on_a_line():
    """X² as a function of (x, y) is critical wherever x = 0."""
    valley = ol.Objective(
        f=lambda w: w[0] ** 2,
        grad=lambda w: (2 * w[0], 0),
        hess=lambda w: ((2, 0), (0, 0)),
        variables=("x", "y"),
    )
    found = critical_points(valley, grid=5)
    assert kinds(found) == {"undecided": len(found)}
    assert all(c.point[0] == 0 for c in found)


def test_critical_points_show_themselves():
    found = critical_points(ol.problems.saddle)
    assert repr(found) == "[saddle at (0, 0), f = 0, eigenvalues (−2, 2)]"
    with pytest.raises(AttributeError):
        found[0].kind = "minimum"


# Convexity


@every_problem
@each("form", FORMS)
def test_counterexamples_are_found_where_there_are_some(problem, form):
    found = probe_convexity(problem, form)
    assert bool(found) == (problem.name not in CONVEX)
    if not found:
        assert repr(found) == f"no counterexample found ({form} form, 1000 samples)"
    else:
        assert repr(found).startswith("not convex: ")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_logistic_loss_has_no_counterexample(form, l2):
    rng = np.random.default_rng(0)
    features, labels = rng.normal(size=(30, 3)), np.where(rng.random(30) < 0.5, -1, 1)
    assert not probe_convexity(ol.problems.logistic(features, labels, l2=l2), form)


NOT_CONVEX = ["x_cos", "saddle", "tanh", "rosenbrock", "himmelblau", "ackley"]


@pytest.mark.parametrize("name", NOT_CONVEX)
@pytest.mark.parametrize("seed", [0, 1])
def test_chord_counterexample_is_one(name, seed):
    problem = ol.problems.named(name)
    found = probe_convexity(problem, "chord", seed=seed)
    assert isinstance(found, ChordCounterexample)
    a, b = np.array(found.a), np.array(found.b)
    between = (1 - found.t) * a + found.t * b
    assert 0 < found.t < 1
    assert found.value == pytest.approx(problem.f(between), rel=1e-9)
    chord = (1 - found.t) * problem.f(a) + found.t * problem.f(b)
    assert found.chord == pytest.approx(chord, rel=1e-9)
    assert found.value > found.chord


@pytest.mark.parametrize("name", NOT_CONVEX)
def test_tangent_counterexample_is_one(name):
    problem = ol.problems.named(name)
    found = probe_convexity(problem, "first-order")
    assert isinstance(found, TangentCounterexample)
    a, b = np.array(found.a), np.array(found.b)
    assert found.value == pytest.approx(problem.f(b), rel=1e-9)
    tangent = problem.f(a) + np.sum(problem.grad(a) * (b - a))
    assert found.tangent == pytest.approx(tangent, rel=1e-9)
    assert found.value < found.tangent


@pytest.mark.parametrize("name", NOT_CONVEX)
def test_curvature_counterexample_is_one(name):
    problem = ol.problems.named(name)
    found = probe_convexity(problem, "hessian")
    assert isinstance(found, CurvatureCounterexample)
    v = np.ravel(found.direction)
    hessian = problem.hess(np.array(found.point)).reshape(problem.dim, problem.dim)
    assert np.linalg.norm(v) == pytest.approx(1)
    assert found.curvature == pytest.approx(v @ hessian @ v, rel=1e-9)
    assert found.curvature < 0


def test_the_worst_counterexample_of_the_sample_is_shown():
    """On x² − y² every direction has curvature −2 at worst, on −x² the longest chord is worst."""
    assert probe_convexity(ol.problems.saddle, "hessian").curvature == pytest.approx(-2)
    hill = ol.Objective(lambda w: -(w**2), lambda w: -2 * w, lambda w: -2)
    few, many = (probe_convexity(hill, samples=n) for n in (5, 5000))
    assert few.value - few.chord < many.value - many.chord <= 1
    assert many.value - many.chord > 0.9


def test_probe_depends_on_the_box_and_the_seed():
    """Tanh is convex on the left of 0 only; x cos πx is between two of its inflections."""
    for form in FORMS:
        assert not probe_convexity(ol.problems.tanh, form, [(-5, 0)])
        assert probe_convexity(ol.problems.tanh, form, [(0, 5)])
    wave = ol.problems.x_cos()
    first, again, other = (probe_convexity(wave, seed=s) for s in (0, 0, 1))
    assert first == again != other


def test_rounding_is_no_counterexample():
    """Straight lines, far from the origin and far up, are convex and concave."""
    for slope, height in ((1.0, 0.0), (3e-9, 1e6), (1e8, -1.0)):
        line = ol.Objective(
            lambda w, s=slope, c=height: s * w + c, lambda w, s=slope: s, lambda w: 0
        )
        for form in FORMS:
            assert not probe_convexity(line, form, [(1e3, 1e3 + 1)])
    bowl = ol.problems.quadratic(kappa=1e6, angle=0.3)
    assert not any(probe_convexity(bowl, form) for form in FORMS)


def test_a_small_dent_is_found():
    dented = ol.Objective(
        lambda w: w**2 - 1e-6 * w**4, lambda w: 2 * w - 4e-6 * w**3, lambda w: 2 - 12e-6 * w**2
    )
    ripple = ol.Objective(
        lambda w: 1e4 + 1e-3 * np.sin(w), lambda w: 1e-3 * np.cos(w), lambda w: -1e-3 * np.sin(w)
    )
    for form in FORMS:
        assert probe_convexity(ripple, form, [(0, 2)])
        assert not probe_convexity(ripple, form, [(4, 6)])
        assert not probe_convexity(dented, form, [(-400, 400)])
        assert probe_convexity(dented, form, [(-450, 450)], samples=20_000)


def test_counterexamples_show_themselves():
    shown = repr(probe_convexity(ol.problems.saddle, "hessian", samples=1))
    assert shown == "not convex: at (0.547847, −0.920853) the curvature along (0, 1) is −2 < 0"
    assert repr(ChordCounterexample(-1.0, 1.0, 0.5, 2.0, 1.0)) == (
        "not convex: (1 − t)a + tb, a = −1, b = 1, t = 0.5: f = 2 > chord = 1"
    )
    assert repr(TangentCounterexample((0.0, 1.0), (2.0, 3.0), -4.0, 0.0)) == (
        "not convex: at b = (2, 3), f = −4 < tangent at a = (0, 1): 0"
    )


# Conditioning and smoothness


@pytest.mark.parametrize(
    ("name", "w", "kappa"),
    [
        ("rosenbrock", (1, 1), 2508.009601277),
        ("booth", (7, -3), 9),
        ("matyas", (0, 0), 25),
        ("elongated_bowl", (0, 0), 20),
        ("saddle", (1, 1), 1),
        ("square", 3.0, 1),
        ("square", [3.0], 1),
        ("quartic", 0.0, np.inf),
        ("monkey_saddle", (0, 0), np.inf),
        ("monkey_saddle", (1, 0), 1),
    ],
)
def test_condition_number_of_known_points(name, w, kappa):
    actual = condition_number(ol.problems.named(name), w)
    assert np.ndim(actual) == 0
    assert actual == pytest.approx(kappa, rel=1e-11)


@pytest.mark.parametrize("kappa", [1, 10, 100, 1000])
def test_condition_number_of_a_batch_is_numpy_s(kappa):
    bowl = ol.problems.quadratic(kappa, angle=0.5)
    points = np.random.default_rng(0).normal(size=(2, 3, 4))
    np.testing.assert_allclose(condition_number(bowl, points), np.full((3, 4), kappa), rtol=1e-9)
    assert condition_number(bowl, points.astype(np.float32)).dtype == np.float32
    many = condition_number(ol.problems.rosenbrock, points)
    for i, j in np.ndindex(3, 4):
        expected = np.linalg.cond(ol.problems.rosenbrock.hess(points[:, i, j]))
        assert many[i, j] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("problem", "constant"),
    [
        (ol.problems.quadratic(kappa=100), 100),
        (ol.problems.quadratic(kappa=0.1), 1),
        (ol.problems.saddle, 2),
        (ol.problems.cube, 9),
        (ol.problems.heavy_ball_cycle, 25),
        (ol.problems.log_sum_exp, 1),
        (ol.problems.cosh(), np.cosh(5)),
        (ol.problems.styblinski_tang(dim=3), 134),
        (ol.problems.rastrigin(dim=12), 2 + 40 * np.pi**2),
        (ol.problems.reddi, 0),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_smoothness_of_known_problems(problem, constant):
    found = smoothness(problem)
    assert float(found) == found.bound == pytest.approx(constant, rel=1e-12)
    low, high = np.array(problem.domain).T
    point = np.ravel(found.point)
    assert np.all((low <= point) & (point <= high))
    hessian = np.reshape(problem.hess(point), (problem.dim, problem.dim))
    assert np.linalg.norm(hessian, 2) == pytest.approx(found.bound)


def test_smoothness_is_a_lower_bound_that_grows_with_the_samples():
    """The steepest of tanh's slope is 4/√27, at an inner point."""
    few, many = (smoothness(ol.problems.tanh, samples=n).bound for n in (3, 20_000))
    assert few < many <= 4 / np.sqrt(27)
    assert many == pytest.approx(4 / np.sqrt(27), rel=1e-5)
    # 1002 − 400y + 1200x² − ... is largest in the corners (±2, −1).
    assert smoothness(ol.problems.rosenbrock).bound == pytest.approx(
        np.linalg.norm(ol.problems.rosenbrock.hess(np.array([2.0, -1.0])), 2)
    )


def test_smoothness_of_a_box():
    small = smoothness(ol.problems.cube, [(0, 0.5)], samples=10)
    assert small.bound == 3
    assert repr(small) == "L ≥ 3, seen at 0.5 among 13 samples"
    assert smoothness(ol.problems.cube, [(-1.5, 0.5)]).bound == 9


# Sharpness


def bowl_of(matrix, exact):
    """Return ½ wᵀAw, with or without its Hessian."""
    return ol.Objective(
        f=lambda w: 0.5 * w @ (matrix @ w),
        grad=lambda w: matrix @ w,
        hess=(lambda w: matrix) if exact else None,
        variables=tuple(f"w{i}" for i in range(len(matrix))),
    )


def turned(eigenvalues, seed=0):
    n = len(eigenvalues)
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))
    matrix = turn * np.array(eigenvalues, dtype=float) @ turn.T
    return (matrix + matrix.T) / 2


def small_network(criterion="squared", activation="tanh"):
    random = np.random.default_rng(3)
    model = learning.MLP((6, 5, 4), activation, criterion=criterion)
    loss = model.loss(random.normal(size=(25, 6)), np.arange(25) % 4)
    return loss, 1.5 * random.normal(size=model.dim)


def by_eigenvalues(hessian, preconditioner=None):
    """Return what `sharpness` promises, from all eigenvalues."""
    scale = 1 if preconditioner is None else preconditioner**-0.5
    return np.linalg.eigvalsh(scale * (hessian * scale).T)[-1]


SPECTRA = {
    "one outlier": [100, *np.linspace(0, 1, 60)],
    "a cluster at the top": [*np.linspace(0.99, 1, 30), *np.linspace(0, 0.5, 30)],
    "no gap": np.linspace(0, 1, 150),
    "a more negative one": [-50, 3, 2.9, *np.linspace(-1, 1, 40)],
    "all negative": np.linspace(-100, -1, 40),
    "few distinct": [1] * 20 + [7] * 20 + [5] * 3,
    "tiny": 1e-9 * np.linspace(0, 1, 30),
    "two variables": [4.0, 1.0],
}


def promised(estimate):
    """Return where a way to estimate the sharpness breaks the promise of `sharpness`."""
    broken = []
    for name, spectrum in SPECTRA.items():
        matrix, w = turned(spectrum), np.linspace(-1, 1, len(spectrum))
        for exact in (True, False):
            found, right = estimate(bowl_of(matrix, exact), w), max(spectrum)
            if not abs(found - right) <= 1e-3 * abs(right):
                broken.append(name)
    return broken


@pytest.mark.parametrize("seed", range(8))
def test_sharpness_is_the_largest_eigenvalue_within_its_promise(seed):
    assert promised(lambda bowl, w: sharpness(bowl, w, seed=seed)) == []


def power_method(bowl, w, steps=200):
    """Return what the largest eigenvalue is often taken for: the one of the largest size."""
    v = np.random.default_rng(0).normal(size=len(w))
    for _ in range(steps):
        v = v / np.linalg.norm(v)
        image = (bowl.grad(w + 1e-4 * v) - bowl.grad(w - 1e-4 * v)) / 2e-4
        found, v = v @ image, image
    return found


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (power_method, {"a more negative one", "all negative"}),
        (lambda *given: along_the_gradient(*given), {"no gap", "few distinct"}),
        (lambda bowl, w: np.trace(numerical_hessian(bowl, w)) / len(w), {"one outlier", "no gap"}),
        (lambda bowl, w: -sharpness(flipped(bowl), w), {"one outlier", "all negative"}),
    ],
)
def test_other_ways_break_the_promise(wrong, where):
    assert where <= set(promised(wrong))


def along_the_gradient(bowl, w):
    g = bowl.grad(w) / np.linalg.norm(bowl.grad(w))
    return g @ (bowl.grad(w + 1e-4 * g) - bowl.grad(w - 1e-4 * g)) / 2e-4


def flipped(bowl):
    return ol.Objective(
        f=lambda w: -bowl.f(w), grad=lambda w: -bowl.grad(w), variables=bowl.variables
    )


@pytest.mark.parametrize("criterion", ["squared", "cross-entropy"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_sharpness_of_a_network(criterion, activation):
    loss, w = small_network(criterion, activation)
    hessian = numerical_hessian(loss, w)
    assert sharpness(loss, w) == pytest.approx(by_eigenvalues(hessian), rel=1e-3)
    # Of a stream, that of its full objective; of single precision, in double.
    stream = learning.minibatches(loss, 5)
    assert sharpness(stream, w) == sharpness(loss, w)
    assert sharpness(loss, w.astype(np.float32)) == pytest.approx(sharpness(loss, w), rel=1e-3)


@pytest.mark.parametrize("spread", [1.0, 4.0])
def test_preconditioned_sharpness_is_that_of_the_scaled_hessian(spread):
    loss, w = small_network()
    P = np.exp(spread * np.random.default_rng(0).normal(size=loss.dim))
    hessian = numerical_hessian(loss, w)
    right = by_eigenvalues(hessian, P)
    assert sharpness(loss, w, P) == pytest.approx(right, rel=1e-3)
    others = by_eigenvalues(hessian), by_eigenvalues(hessian, 1 / P), by_eigenvalues(hessian, P**2)
    assert all(abs(other / right - 1) > 0.1 for other in others)
    assert sharpness(loss, w, 4.0) == pytest.approx(sharpness(loss, w) / 4, rel=2e-3)


@every_problem
def test_sharpness_of_every_problem(problem):
    w = np.linspace(0.3, 0.7, problem.dim)
    right = np.linalg.eigvalsh(problem.hess(w))[-1]
    without = ol.Objective(problem.f, problem.grad, variables=problem.variables)
    for objective in (problem, without):
        assert sharpness(objective, w) == pytest.approx(right, rel=1e-3, abs=1e-9)


def test_sharpness_where_the_gradient_overflows_is_nan():
    steep = ol.Objective(lambda w: np.exp(w), lambda w: np.exp(w))
    assert np.isnan(sharpness(steep, 800.0))


def test_sharpness_of_a_plane_is_zero():
    plane = bowl_of(np.zeros((5, 5)), exact=False)
    assert sharpness(plane, np.ones(5)) == 0


# Errors

BARE = ol.Objective(lambda w: w**2, lambda w: 2 * w, name="bare")
SADDLE = ol.problems.saddle


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: definiteness([1, 2]), ValueError, r"matrix must have shape \(d, d\), .*\(2,\)"),
        (lambda: definiteness(np.ones((2, 3))), ValueError, r"got matrix of shape \(2, 3\)"),
        (lambda: definiteness(np.ones((0, 0))), ValueError, r"got matrix of shape \(0, 0\)"),
        (lambda: definiteness([[np.nan]]), ValueError, "matrix must be finite, got matrix = .*nan"),
        (lambda: definiteness([[1, 2], [3, 4]]), ValueError, "matrix must be symmetric, got"),
        (lambda: definiteness([[1]], tolerance=-1), ValueError, r"tolerance must be .* = -1"),
        (lambda: definiteness([[1]], tolerance=1), ValueError, r"tolerance must be in \[0, 1\)"),
        (lambda: classify(abs, 0.0), TypeError, "objective must be like ol.problems.square"),
        (lambda: classify(SADDLE, 0.0), ValueError, r"w must have shape \(2"),
        (lambda: classify(SADDLE, np.zeros((2, 3))), ValueError, "w must be one point"),
        (lambda: classify(SADDLE, [np.nan, 0]), ValueError, "w must be finite"),
        (lambda: classify(BARE, 0.0), ValueError, "bare was defined without hess"),
        (lambda: critical_points(abs), TypeError, "objective must be like"),
        (lambda: critical_points(BARE), ValueError, "bare was defined without hess"),
        (
            lambda: critical_points(ol.problems.rastrigin(dim=3)),
            ValueError,
            r"searches one or two variables, got rastrigin\(dim=3\) with 3",
        ),
        (lambda: critical_points(SADDLE, (0, 1)), ValueError, r"box must be .* box = \(0, 1\)"),
        (
            lambda: critical_points(SADDLE, ((1, 0), (0, 1))),
            ValueError,
            r"box must be one finite \(low, high\) with low < high for each of x, y, got box",
        ),
        (lambda: critical_points(BARE, [(0, np.inf)]), ValueError, "box must be one finite"),
        (lambda: critical_points(SADDLE, grid=1), ValueError, "grid must be >= 2, got grid = 1"),
        (lambda: critical_points(SADDLE, grid=9.5), TypeError, "grid must be an integer"),
        (lambda: critical_points(SADDLE, steps=0), ValueError, "steps must be >= 1"),
        (lambda: critical_points(SADDLE, tolerance=2), ValueError, "tolerance must be in"),
        (lambda: probe_convexity(abs), TypeError, "objective must be like"),
        (
            lambda: probe_convexity(SADDLE, "line"),
            ValueError,
            "form must be one of chord, first-order, hessian, got form = 'line'",
        ),
        (lambda: probe_convexity(BARE, "hessian"), ValueError, "bare was defined without hess"),
        (lambda: probe_convexity(BARE, box=((0, 1), (0, 1))), ValueError, "box must be"),
        (lambda: probe_convexity(BARE, samples=0), ValueError, "samples must be >= 1"),
        (lambda: probe_convexity(BARE, seed=-1), ValueError, "seed must be >= 0"),
        (lambda: probe_convexity(BARE, seed="a"), TypeError, "seed must be an integer"),
        (lambda: condition_number(abs, 0.0), TypeError, "objective must be like"),
        (lambda: condition_number(SADDLE, [0, np.inf]), ValueError, "w must be finite"),
        (lambda: condition_number(SADDLE, 1.0), ValueError, r"w must have shape \(2"),
        (lambda: condition_number(BARE, 1.0), ValueError, "bare was defined without hess"),
        (lambda: sharpness(abs, 0.0), TypeError, "objective must be like"),
        (lambda: sharpness(SADDLE, np.zeros((2, 3))), ValueError, "w must be one point"),
        (lambda: sharpness(SADDLE, [0, np.nan]), ValueError, "w must be finite"),
        (
            lambda: sharpness(SADDLE, [0, 0], [1, 0]),
            ValueError,
            r"preconditioner must be 2 positive numbers for saddle, got preconditioner = \[1, 0\]",
        ),
        (lambda: sharpness(SADDLE, [0, 0], [1] * 3), ValueError, "must be 2 positive numbers"),
        (lambda: sharpness(SADDLE, [0, 0], [1, np.inf]), ValueError, "preconditioner must be fin"),
        (lambda: sharpness(BARE, 1.0, tolerance=0), ValueError, "tolerance must be in"),
        (lambda: sharpness(BARE, 1.0, seed=-1), ValueError, "seed must be >= 0"),
        (lambda: smoothness(abs), TypeError, "objective must be like"),
        (lambda: smoothness(BARE), ValueError, "bare was defined without hess"),
        (lambda: smoothness(SADDLE, (0, 1)), ValueError, "box must be"),
        (lambda: smoothness(SADDLE, samples=True), TypeError, "samples must be an integer"),
    ],
)
def test_bad_input_is_rejected(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_probes_without_hessian():
    for form in ("chord", "first-order"):
        assert not probe_convexity(BARE, form)
