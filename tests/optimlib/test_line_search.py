"""The line searches: the conditions they promise, what they say when they fail, batches."""

import numpy as np
import pytest
from bits import same
from cases import PROBLEMS, starts
from hypothesis import given, settings
from hypothesis import strategies as st
from looping import each
from variants import variant

import optimlib as ol
from optimlib import line_search
from optimlib.line_search import Armijo, ExactLineSearch, StrongWolfe

SEARCHES = {"exact": ExactLineSearch(), "Armijo": Armijo(), "strong Wolfe": StrongWolfe()}
every_search = each("search", SEARCHES)

# Bounded below, so that every descent direction has points with the strong Wolfe conditions.
BOUNDED = {
    name: problem
    for name, problem in PROBLEMS.items()
    if name in ("square", "quartic", "coupled_bowl", "rosenbrock", "cosh(c=1)")
    or name.startswith("quadratic")
}

VARIABLES = ("x", "y", "z")


def bowl(matrix):
    """½ wᵀAw as an Objective."""
    return ol.Objective(
        f=lambda w: 0.5 * np.einsum("i...,ij,j...->...", w, matrix, w),
        grad=lambda w: np.einsum("ij,j...->i...", matrix, w),
        hess=lambda w: matrix if w.ndim == 1 else np.multiply.outer(matrix, np.ones(w.shape[1:])),
        variables=VARIABLES[: len(matrix)],
    )


def positive_definite(rng, d, kappa=50):
    """A random symmetric matrix with eigenvalues from 1 to kappa."""
    q, _ = np.linalg.qr(rng.normal(size=(d, d)))
    return q * np.geomspace(1, kappa, d) @ q.T


def slope_along(problem, w, p, alpha):
    return np.sum(problem.grad(w + alpha * p) * p, axis=0)


def downhill(problem, seed, count=12):
    """Random points, and random directions that lead downhill from them."""
    rng = np.random.default_rng(seed)
    w = starts(problem, count, seed)
    g = problem.grad(w)
    p = -g * rng.lognormal(0, 1, g.shape) * rng.choice([1e-3, 1, 10], count)
    return w, p, rng.lognormal(0, 1, count)


# The conditions. Each is a check that the search passes and its wrong variants do not.


def check_exact(make):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        matrix = positive_definite(rng, 3)
        problem, w = bowl(matrix), rng.normal(size=3)
        g = problem.grad(w)
        p = -rng.lognormal(0, 1, 3) * g
        for direction in (p, -g):
            alpha = make()(problem, w, direction).alpha
            assert abs(slope_along(problem, w, direction, alpha)) < 1e-10 * (g @ g)
        np.testing.assert_allclose(make()(problem, w, -g).alpha, g @ g / (g @ matrix @ g), 1e-13)


def check_armijo(make):
    for c1, shrink in ((1e-4, 0.5), (0.3, 0.7), (0.9, 0.2)):
        search = make(c1=c1, shrink=shrink)
        for seed, problem in enumerate(PROBLEMS.values()):
            w, p, start = downhill(problem, seed)
            result = search(problem, w, p, start=start)
            assert result
            alpha = result.alpha
            promised = c1 * slope_along(problem, w, p, 0.0)
            rounding = 1e-15 * np.abs(problem.f(w))
            assert np.all(problem.f(w + alpha * p) - problem.f(w) <= alpha * promised + rounding)
            before, again = alpha / shrink, result.evaluations > 1
            too_high = problem.f(w + before * p) - problem.f(w) > before * promised - rounding
            assert np.all(too_high[again])
            np.testing.assert_allclose(alpha, start * shrink ** (result.evaluations - 1.0), 1e-12)


def check_strong_wolfe(make):
    for c1, c2 in ((1e-4, 0.9), (1e-4, 0.1), (0.2, 0.3)):
        for seed, problem in enumerate(BOUNDED.values()):
            w, p, start = downhill(problem, seed)
            result = make(c1=c1, c2=c2)(problem, w, p, start=start)
            assert result
            alpha, slope = result.alpha, slope_along(problem, w, p, 0.0)
            rounding = 1e-15 * np.abs(problem.f(w))
            enough = problem.f(w) + c1 * alpha * slope + rounding
            assert np.all(alpha > 0)
            assert np.all(problem.f(w + alpha * p) <= enough)
            after = np.abs(slope_along(problem, w, p, alpha))
            assert np.all(after <= c2 * np.abs(slope) * (1 + 1e-12))


def test_exact_ends_at_the_minimum_of_the_line():
    check_exact(ExactLineSearch)


def test_armijo_is_the_first_trial_that_decreases_enough():
    check_armijo(Armijo)


def test_strong_wolfe_conditions_hold():
    check_strong_wolfe(StrongWolfe)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    d=st.integers(2, 3),
    c1=st.floats(1e-6, 0.45),
    share=st.floats(0.05, 0.95),
    start=st.floats(1e-6, 1e6),
)
def test_conditions_hold_on_random_functions(seed, d, c1, share, start):
    rng = np.random.default_rng(seed)
    plain, waves = bowl(positive_definite(rng, d)), rng.uniform(1, 6, (d, 1))
    problem = ol.Objective(
        f=lambda w: plain.f(w) + np.sum(np.cos(waves * w), axis=0),
        grad=lambda w: plain.grad(w) - waves * np.sin(waves * w),
        variables=plain.variables,
    )
    w = 3 * rng.normal(size=(d, 1))
    g = problem.grad(w)
    p = -rng.lognormal(0, 1, (d, 1)) * g
    c2 = c1 + share * (1 - c1)
    for search in (Armijo(c1=c1), StrongWolfe(c1=c1, c2=c2)):
        found = search(problem, w, p, start=start)
        assert found.outcome == "found"
        end = w + found.alpha * p
        rounding = 1e-14 * (1 + abs(problem.f(w)))
        assert problem.f(end) <= problem.f(w) + c1 * found.alpha * np.sum(g * p) + rounding
    slope = slope_along(problem, w, p, found.alpha)
    assert abs(slope) <= c2 * abs(np.sum(g * p)) * (1 + 1e-12)


WRONG = [
    (check_exact, "ExactLineSearch", "-line.slope / curvature", "line.slope / curvature"),
    (check_exact, "ExactLineSearch", "-line.slope / curvature", "dot(line.p, line.p) / curvature"),
    (check_exact, "ExactLineSearch", "matrix * vector, axis=1", "matrix * vector, axis=0"),
    (check_armijo, "Armijo", "value + self.c1 *", "value - self.c1 *"),
    (check_armijo, "Armijo", "value + self.c1 * trial * line.slope", "value"),
    (check_armijo, "Armijo", "self.c1 * trial * line", "self.c1 * line"),
    (check_armijo, "Armijo", "*= self.shrink", "*= self.shrink**2"),
    (check_armijo, "Armijo", "evaluations[runs] += 1", "evaluations += 1"),
    (check_armijo, "Armijo", "line.full(start)", "line.full(1.0)"),
    (check_strong_wolfe, "StrongWolfe", "np.abs(trial[2]) <=", "-trial[2] <="),
    (check_strong_wolfe, "StrongWolfe", "np.abs(trial[2]) <=", "trial[2] <="),
    (check_strong_wolfe, "StrongWolfe", "-self.c2 * slope", "-self.c1 * trial[0] - slope"),
    (check_strong_wolfe, "StrongWolfe", "value + self.c1 * trial[0] * slope", "np.inf"),
    (check_strong_wolfe, "StrongWolfe", "self.c1 * trial[0] * slope", "self.c1 * slope"),
    (check_strong_wolfe, "StrongWolfe", "np.where(rises_to_hi, lo, hi), trial)", "hi, trial)"),
    (check_strong_wolfe, "StrongWolfe", "hi[0] - lo[0]) >= 0", "hi[0] - lo[0]) < 0"),
    (check_strong_wolfe, "StrongWolfe", "line.result(lo[0]", "line.result(trial[0]"),
    (check_strong_wolfe, "StrongWolfe", "2 * lo[0]", "lo[0]"),
]


@pytest.mark.parametrize(("check", "name", "old", "new"), WRONG)
def test_check_rejects_the_wrong_variant(check, name, old, new):
    with pytest.raises(AssertionError):
        check(getattr(variant(line_search, old, new), name))


@pytest.mark.parametrize("weaker", [Armijo(), ExactLineSearch()])
def test_other_searches_do_not_pass_for_strong_wolfe(weaker):
    with pytest.raises(AssertionError):
        check_strong_wolfe(lambda **options: weaker)


def test_a_small_c2_makes_the_search_nearly_exact():
    problem = ol.problems.rosenbrock
    w = np.array([-1.2, 1.0])
    p = -problem.grad(w)
    search = StrongWolfe(c1=1e-8, c2=1e-7)(problem, w, p)
    assert search
    assert abs(slope_along(problem, w, p, search.alpha)) < 1e-7 * (p @ p)


def test_interpolation_finds_the_minimum_of_a_cubic_at_once():
    """Equation 3.59 is exact on cubics: x³ − 3x between 0 and 2 has its minimum at 1."""
    lo, hi = np.array([[0.0], [0.0], [-3.0]]), np.array([[2.0], [2.0], [9.0]])
    assert line_search._between(lo, hi) == 1
    assert line_search._between(hi, lo) == 1


@pytest.mark.parametrize("search", [Armijo(), StrongWolfe()])
def test_evaluations_are_counted(search):
    calls = []

    def f(w):
        calls.append(w.shape[-1])
        return w[0] ** 4 + w[1] ** 2

    counted = ol.Objective(f=f, grad=lambda w: (4 * w[0] ** 3, 2 * w[1]), variables=("x", "y"))
    w = np.array([[1.0, 2.0, 30.0], [1.0, 0.1, 5.0]])
    result = search(counted, w, -counted.grad(w))
    assert len(set(result.evaluations)) > 1
    assert sum(calls) == w.shape[1] + result.evaluations.sum()


# Failures


def curve(f, grad, hess=None):
    return ol.Objective(f=f, grad=grad, hess=hess)


SQUARE = ol.problems.square
FALLING = curve(lambda w: -w, lambda w: -1 + 0 * w, lambda w: 0 * w)
LYING = curve(lambda w: w**2, lambda w: -2 * w, lambda w: 2 + 0 * w)


@every_search
@pytest.mark.parametrize(
    ("problem", "w", "p", "outcome"),
    [
        (SQUARE, 4.0, 8.0, "ascent"),
        (SQUARE, 0.0, 0.0, "flat"),
        (SQUARE, 0.0, 1.0, "flat"),
        (SQUARE, 4.0, np.nan, "not finite"),
        (SQUARE, 4.0, -np.inf, "not finite"),
        (SQUARE, np.nan, -1.0, "not finite"),
    ],
)
def test_failure_is_named_and_the_step_is_zero(search, problem, w, p, outcome):
    result = search(problem, w, p)
    assert (result.outcome, result.alpha) == (outcome, 0)
    assert not result


def test_value_that_is_not_finite_is_named():
    pole = curve(lambda w: 1 / w, lambda w: -1 + 0 * w)
    for search in (Armijo(), StrongWolfe()):
        assert search(pole, 0.0, 1.0).outcome == "not finite"
    unknown = curve(lambda w: w, lambda w: 1 + 0 * w, lambda w: np.nan * w)
    result = ExactLineSearch()(unknown, 1.0, -1.0)
    assert (result.outcome, result.alpha) == ("not finite", 0)


@pytest.mark.parametrize("search", [Armijo(most=7), StrongWolfe(most=7)])
def test_search_that_finds_nothing_is_exhausted(search):
    result = search(LYING, 1.0, 1.0)
    assert (result.outcome, result.alpha, result.evaluations) == ("exhausted", 0, 7)


def test_exhausted_strong_wolfe_gives_the_best_trial():
    result = StrongWolfe(most=4)(FALLING, 0.0, 1.0)
    assert (result.outcome, result.alpha, result.evaluations) == ("exhausted", 8, 4)


def test_strong_wolfe_stops_when_no_number_is_left():
    result = StrongWolfe(most=1000)(LYING, 1.0, 1.0)
    assert (result.outcome, result.alpha) == ("exhausted", 0)
    assert result.evaluations < 60


def test_exact_search_is_unbounded_where_the_curvature_is_not_positive():
    result = ExactLineSearch()(ol.problems.saddle, np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    assert (result.outcome, result.alpha) == ("unbounded", np.inf)
    assert ExactLineSearch()(FALLING, 0.0, 1.0).outcome == "unbounded"


@pytest.mark.parametrize("search", [Armijo(), StrongWolfe()])
def test_trial_outside_the_domain_is_too_long(search):
    """−log(1 − x²) is nan beyond 1."""
    barrier = curve(lambda x: -np.log(1 - x**2), lambda x: 2 * x / (1 - x**2))
    result = search(barrier, 0.9, -50.0)
    assert result
    assert abs(0.9 - 50 * result.alpha) < 0.9


# Batches, layouts, types


@every_search
@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 1000),
    scale=st.sampled_from([-1, 1e-3, 1, 100]),
    name=st.sampled_from(["rosenbrock", "coupled_bowl", "x_cos(c=1)", "saddle"]),
)
def test_batch_is_the_loop_bit_for_bit(search, name, seed, scale):
    problem = PROBLEMS[name]
    w = starts(problem, 9, seed)
    w[0, 0] = np.nan
    p = -scale * problem.grad(w)
    start = np.random.default_rng(seed).lognormal(size=9)
    together = search(problem, w, p, start=start)
    for i in range(9):
        alone = search(problem, w[:, i], p[:, i], start=start[i])
        assert same(together.alpha[i], alone.alpha)
        assert together.evaluations[i] == alone.evaluations
        assert together.outcome[i] == alone.outcome


def test_sums_do_not_depend_on_the_batch():
    a, b = np.random.default_rng(0).normal(size=(2, 100, 7))
    matrix = np.random.default_rng(1).normal(size=(100, 100, 7))
    for i in range(7):
        one = np.s_[..., i : i + 1]
        assert same(line_search.dot(a, b)[i], line_search.dot(a[one], b[one])[0])
        product = line_search.times(matrix, a)[:, i]
        assert same(product, line_search.times(matrix[one], a[one])[:, 0])
        np.testing.assert_allclose(product, matrix[..., i] @ a[:, i], rtol=1e-12, atol=1e-12)


@every_search
def test_layouts(search):
    problem = ol.problems.rosenbrock
    grid = starts(problem, 24).reshape(2, 2, 3, 4)
    result = search(problem, grid, -problem.grad(grid))
    flat = search(problem, grid.reshape(2, 24), -problem.grad(grid).reshape(2, 24))
    for part in ("alpha", "evaluations", "outcome"):
        assert getattr(result, part).shape == (2, 3, 4)
        assert np.array_equal(getattr(result, part).ravel(), getattr(flat, part))
    number = search(SQUARE, 4, -8)
    vector = search(SQUARE, np.array([4.0]), np.array([-8.0]))
    assert number.alpha == vector.alpha == 0.5
    assert np.shape(number.alpha) == np.shape(vector.alpha) == ()
    assert search(SQUARE, np.zeros((1, 0)), np.zeros((1, 0))).alpha.shape == (0,)


@every_search
def test_a_gradient_that_is_known_is_used(search):
    assert same(search(SQUARE, 4.0, -8.0).alpha, search(SQUARE, 4.0, -8.0, g=8.0).alpha)
    assert search(SQUARE, 4.0, -8.0, g=-8.0).outcome == "ascent"


@every_search
def test_float32_stays_float32_and_nothing_is_mutated(search):
    problem = ol.problems.rosenbrock
    w = starts(problem, 5).astype(np.float32)
    p, start = -problem.grad(w), np.full(5, 0.5)
    kept = w.copy(), p.copy(), start.copy()
    assert search(problem, w, p, start=start).alpha.dtype == np.float32
    assert all(map(same, kept, (w, p, start)))


@every_search
@pytest.mark.parametrize(
    ("w", "p", "g", "message"),
    [
        (np.ones(3), np.ones(3), None, r"w must have shape \(2, ...\)"),
        (np.ones(2), np.ones(3), None, r"p must have the shape of w, \(2,\), got \(3,\)"),
        (np.ones((2, 4)), np.ones(2), None, r"p must have the shape of w, \(2, 4\)"),
        (np.ones(2), np.ones(2), np.ones(1), r"g must have the shape of w, \(2,\), got \(1,\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(search, w, p, g, message):
    with pytest.raises(ValueError, match=message):
        search(ol.problems.saddle, w, p, g=g)


def test_exact_search_needs_a_hessian():
    with pytest.raises(ValueError, match="was defined without hess"):
        ExactLineSearch()(curve(lambda w: w, lambda w: 1), 1.0, 1.0)


@pytest.mark.parametrize(
    ("make", "options", "error", "message"),
    [
        (Armijo, dict(c1=0.0), ValueError, r"Armijo: c1 must be in \(0, 1\), got c1 = 0.0"),
        (Armijo, dict(c1=1.0), ValueError, r"c1 must be in \(0, 1\)"),
        (Armijo, dict(c1="a"), TypeError, "c1 must be a number, got c1 = 'a'"),
        (Armijo, dict(shrink=True), TypeError, "shrink must be a number"),
        (Armijo, dict(shrink=np.nan), ValueError, "shrink must be in"),
        (Armijo, dict(most=0), ValueError, "most must be >= 1, got most = 0"),
        (Armijo, dict(most=2.5), TypeError, "most must be an integer, got most = 2.5"),
        (StrongWolfe, dict(most=True), TypeError, "most must be an integer"),
        (StrongWolfe, dict(c2=1.5), ValueError, r"c2 must be in \(0, 1\)"),
        (StrongWolfe, dict(c1=0.5, c2=0.5), ValueError, "c1 must be < c2, got c1 = 0.5 and c2"),
    ],
)
def test_bad_parameters_are_named(make, options, error, message):
    with pytest.raises(error, match=message):
        make(**options)
