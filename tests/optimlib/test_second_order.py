"""Newton, steepest descent, BFGS, L-BFGS and conjugate gradients: theory, scipy, wrong variants."""

from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from cases import OPTIMIZERS, PROBLEMS, starts
from hypothesis import given, settings
from hypothesis import strategies as st
from looping import each
from test_line_search import bowl, positive_definite, same
from variants import variant

import optimlib as ol
from optimlib.line_search import Armijo, ExactLineSearch, StepLength, StrongWolfe
from optimlib.rules import bfgs, conjugate_gradient, lbfgs, newton, steepest_descent
from optimlib.rules.bfgs import BFGS
from optimlib.rules.conjugate_gradient import ConjugateGradient
from optimlib.rules.lbfgs import LBFGS
from optimlib.rules.newton import Newton
from optimlib.rules.steepest_descent import SteepestDescent

ROSENBROCK = ol.problems.rosenbrock
START = [-1.2, 1.0]
EXACT = ExactLineSearch()

METHODS = {
    "Newton": Newton(),
    "Newton, damped": Newton(line_search=Armijo()),
    "Newton, regularized": Newton(lr=0.5, regularization=3.0),
    "Newton, saddle-free": Newton(saddle_free=True, line_search=StrongWolfe()),
    "steepest descent": SteepestDescent(line_search=Armijo()),
    "BFGS": BFGS(),
    "BFGS, unscaled": BFGS(scaled=False),
    "L-BFGS": LBFGS(memory=3),
    "Polak-Ribière": ConjugateGradient(),
    "Fletcher-Reeves": ConjugateGradient(fletcher_reeves=True, restart=4),
}
every_method = each("method", METHODS)


def close(actual, expected, rtol=1e-10, atol=1e-12):
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol)


log_cosh = ol.Objective(
    f=lambda x: np.logaddexp(x, -x),
    grad=lambda x: np.tanh(x),
    hess=lambda x: 1 / np.cosh(x) ** 2,
    name="log(eˣ + e⁻ˣ)",
)

# eˣ − x has its minimum at 0, where f″ = f‴ = 1.
tilted_exp = ol.Objective(
    f=lambda x: np.exp(x) - x,
    grad=lambda x: np.expm1(x),
    hess=lambda x: np.exp(x),
)


def chained_slope(w):
    gap, zero = w[1:] - w[:-1] ** 2, 0 * w[:1]
    left = -400 * w[:-1] * gap - 2 * (1 - w[:-1])
    return np.concatenate([left, zero]) + np.concatenate([zero, 200 * gap])


chained_rosenbrock = ol.Objective(
    f=lambda w: np.sum(100 * (w[1:] - w[:-1] ** 2) ** 2 + (1 - w[:-1]) ** 2, axis=0),
    grad=chained_slope,
    variables=("a", "b", "c", "d", "e"),
)


def composed(problem, matrix, shift):
    """The problem in other coordinates: v is the point w = Av + b."""

    def point(v):
        return matrix @ v + shift.reshape(-1, *(1,) * (v.ndim - 1))

    return ol.Objective(
        f=lambda v: problem.f(point(v)),
        grad=lambda v: matrix.T @ problem.grad(point(v)),
        hess=lambda v: np.einsum("ki,kl...,lj->ij...", matrix, problem.hess(point(v)), matrix),
        variables=problem.variables,
    )


# Newton. Each check is passed by Newton and not by its wrong variants.


def check_newton_on_quadratic(make):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        problem = bowl(positive_definite(rng, 3, kappa=1000))
        close(ol.run(make(), problem, rng.normal(size=(3, 4)), 1), 0, atol=1e-11)


def check_newton_on_cosh(make):
    path = ol.trace(make(), ol.problems.cosh(c=0.5), 10.0, 7)
    values = [8.000182, 6.001523, 4.011398, 2.082542, 0.525763, 0.011786]
    close(path["w"][:6], values, rtol=0, atol=5e-7)
    close(path["w"][6], 1.364e-7, rtol=5e-4)


def check_regularization(make):
    rng = np.random.default_rng(0)
    hessian = rng.normal(size=(3, 3))
    problem = bowl(hessian + hessian.T)
    w = rng.normal(size=3)
    g = problem.grad(w)
    for shift in (0.0, 0.7, 30.0):
        expected = -np.linalg.inv(hessian + hessian.T + shift * np.eye(3)) @ g
        path = ol.trace(make(lr=0.3, regularization=shift), problem, w, 1)
        close(path["p"][0], expected)
        close(path["w"][0], w + 0.3 * expected)
        close(path["alpha"], [0.3])


def check_saddle_free(make):
    rng = np.random.default_rng(0)
    hessian = rng.normal(size=(3, 3))
    hessian = hessian + hessian.T
    problem, w = bowl(hessian), rng.normal(size=3)
    for shift in (0.0, 2.0):
        _, sizes, axes = np.linalg.svd(hessian)
        size = axes.T @ np.diag(sizes) @ axes + shift * np.eye(3)
        path = ol.trace(make(saddle_free=True, regularization=shift), problem, w, 1)
        close(path["p"][0], -np.linalg.solve(size, problem.grad(w)))
    close(ol.run(make(saddle_free=True), ol.problems.saddle, [1.0, 1e-3], 3), [0, 8e-3])


def check_affine_invariance(make):
    rng = np.random.default_rng(0)
    for _ in range(5):
        matrix, shift = rng.normal(size=(2, 2)) + 2 * np.eye(2), rng.normal(size=2)
        other = composed(ROSENBROCK, matrix, shift)
        path = ol.trace(make(), ROSENBROCK, START, 5)
        moved = ol.trace(make(), other, np.linalg.solve(matrix, START - shift), 5)
        close(moved["w"] @ matrix.T + shift, path["w"], rtol=1e-7, atol=1e-7)


NEWTON_CHECKS = [
    check_newton_on_quadratic,
    check_newton_on_cosh,
    check_regularization,
    check_saddle_free,
    check_affine_invariance,
]


@pytest.mark.parametrize("check", NEWTON_CHECKS)
def test_newton_passes(check):
    check(Newton)


def test_saddle_free_newton_is_newton_where_the_hessian_is_positive_definite():
    check_newton_on_quadratic(partial(Newton, saddle_free=True))
    check_newton_on_cosh(partial(Newton, saddle_free=True))


def gradient_descent(**options):
    return ol.GradientDescent(1e-3)


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        (check_newton_on_quadratic, "p = -solve", "p = solve"),
        (check_newton_on_cosh, "w=w + alpha * p", "w=w + 0.9 * alpha * p"),
        (check_newton_on_cosh, "return g / shifted[0]", "return g * shifted[0]"),
        (check_regularization, "hessian + shift", "hessian - shift"),
        (check_regularization, "shift * np.eye(d, dtype=g.dtype)[..., None]", "shift"),
        (check_regularization, "w=w + alpha * p", "w=w + p"),
        (check_saddle_free, "np.abs(eigenvalues.T)", "eigenvalues.T"),
        (check_saddle_free, "np.abs(eigenvalues.T)", "np.maximum(eigenvalues.T, 0)"),
        (check_saddle_free, "np.abs(eigenvalues.T) + shift", "np.abs(eigenvalues.T + shift)"),
        (check_saddle_free, "times(vectors.swapaxes(0, 1), g)", "times(vectors, g)"),
        (check_affine_invariance, "self.regularization, g)", "0.1, g)"),
    ],
)
def test_newton_check_rejects_the_wrong_variant(check, old, new):
    with pytest.raises(AssertionError):
        check(variant(newton, old, new).Newton)


def test_gradient_descent_is_not_affine_invariant():
    with pytest.raises(AssertionError):
        check_affine_invariance(gradient_descent)


def measured_order(errors):
    """The exponent q of e₊ = C e^q, from three errors in a row."""
    return np.log(errors[2] / errors[1]) / np.log(errors[1] / errors[0])


def test_order_of_newton_is_two_and_on_cosh_three():
    errors = np.abs(ol.trace(Newton(), tilted_exp, 0.5, 4)["w"])
    assert abs(measured_order(errors[:3]) - 2) < 0.05
    assert abs(errors[2] / errors[1] ** 2 - 0.5) < 0.01
    errors = ol.trace(Newton(), ol.problems.cosh(c=0.5), 10.0, 8)["w"]
    assert abs(measured_order(np.abs(errors[4:7])) - 3) < 0.05
    slow = np.abs(ol.trace(Newton(lr=0.9), tilted_exp, 0.5, 30)["w"])
    assert abs(measured_order(slow[-3:]) - 1) < 0.01


def test_newton_on_log_cosh_diverges_beyond_its_threshold_unless_damped(optimize):
    threshold = optimize.brentq(lambda x: np.sinh(2 * x) - 4 * x, 0.5, 2)
    assert f"{threshold:.5f}" == "1.08866"
    inside, outside = threshold - 1e-5, threshold + 1e-5
    starts = np.array([[inside, -inside, outside, -outside, 3.0]])
    assert np.array_equal(
        np.abs(ol.run(Newton(), log_cosh, starts, 30)[0]) < 1e-8, [True, True, False, False, False]
    )
    assert not np.any(np.isfinite(ol.run(Newton(), log_cosh, starts[:, 2:], 30)))
    damped = Newton(line_search=Armijo())
    starts = np.append(starts, [[5.0]], axis=1)
    close(ol.run(damped, log_cosh, starts, 30), 0, atol=1e-8)


def test_newton_in_one_variable_is_newton_with_matrices():
    """In one variable it is plain arithmetic; a separable problem of two variables has matrices."""
    one = ol.problems.x_cos()
    two = ol.Objective(
        f=lambda w: one.f(w[:1]) + one.f(w[1:]),
        grad=lambda w: np.array([one.grad(w[:1])[0], one.grad(w[1:])[0]]),
        hess=lambda w: np.array(
            [[one.hess(w[:1])[0, 0], 0 * w[0]], [0 * w[0], one.hess(w[1:])[0, 0]]]
        ),
        variables=("x", "y"),
    )
    for options in ({}, {"regularization": 0.7}):
        for saddle_free in (False, True):
            method = Newton(lr=0.4, saddle_free=saddle_free, **options)
            alone = [ol.trace(method, one, start, 12)["w"] for start in (-0.9, 0.62)]
            close(ol.trace(method, two, [-0.9, 0.62], 12)["w"], np.transpose(alone), rtol=1e-9)


def test_newton_goes_to_a_maximum_and_saddle_free_newton_does_not():
    wave = ol.problems.x_cos()
    x = ol.run(Newton(), wave, 0.3, 20)
    assert f"{x:.6f}" == "0.273853"
    assert wave.hess(x) < 0
    for method in (Newton(saddle_free=True), Newton(saddle_free=True, line_search=Armijo())):
        x = ol.run(method, wave, 0.3, 30)
        assert abs(wave.grad(x)) < 1e-9
        assert wave.hess(x) > 0


def test_newton_goes_to_a_saddle_in_one_step():
    close(ol.run(Newton(), ol.problems.saddle, [1.0, 1e-3], 1), 0)


def test_strong_regularization_is_gradient_descent():
    path = ol.trace(Newton(regularization=1e9), ROSENBROCK, START, 1)
    close(path["p"] * 1e9, -path["g"], rtol=1e-5)


def test_damped_newton_stays_where_its_direction_leads_uphill():
    path = ol.trace(Newton(line_search=Armijo()), ol.problems.x_cos(), 0.3, 3)
    assert np.array_equal(path["w"], [0.3] * 3)
    assert np.array_equal(path["alpha"], [0] * 3)


def test_damped_newton_starts_at_lr():
    path = ol.trace(Newton(lr=0.25, line_search=Armijo()), ol.problems.coupled_bowl, [1.0, 2.0], 1)
    close(path["alpha"], [0.25])
    close(path["w"], [[0.75, 1.5]])


def test_singular_hessian_is_data():
    assert ol.run(Newton(), curve_with(1.0), 0.0, 1) == -np.inf
    assert np.isnan(ol.run(Newton(), curve_with(0.0), 0.0, 1))
    assert ol.run(Newton(saddle_free=True), curve_with(1.0), 0.0, 1) == -np.inf
    # f = x² + y³: the Hessian is singular where y = 0.
    problem = ol.Objective(
        f=lambda w: w[0] ** 2 + w[1] ** 3,
        grad=lambda w: (2 * w[0], 3 * w[1] ** 2 - 3),
        hess=lambda w: ((2, 0), (0, 6 * w[1])),
        variables=("x", "y"),
    )
    w = np.array([[1.0, 1.0, np.nan], [0.0, 2.0, 1.0]])
    for method in (Newton(), Newton(saddle_free=True), Newton(line_search=Armijo())):
        final = ol.run(method, problem, w[:, :2], 1)
        assert not np.all(np.isfinite(final[:, 0]))
        close(final[:, 1], [0, 1.25])
    assert ol.run(Newton(), problem, w[:, :2].astype(np.float32), 1).dtype == np.float32
    regularized = ol.run(Newton(regularization=1.0), problem, w[:, :2], 1)
    close(regularized[:, 0], [1 / 3, 3])


def curve_with(slope):
    """A line: its second derivative is 0."""
    return ol.Objective(f=lambda w: slope * w, grad=lambda w: slope + 0 * w, hess=lambda w: 0 * w)


def test_hessian_that_is_not_finite_is_data():
    problem = ol.Objective(
        f=lambda w: w[0] ** 2 + w[1] ** 2,
        grad=lambda w: (2 * w[0], 2 * w[1]),
        hess=lambda w: ((2, 0), (0, 2 / (w[1] > 0))),
        variables=("x", "y"),
    )
    for saddle_free in (False, True):
        final = ol.run(Newton(saddle_free=saddle_free), problem, [[1.0, 1.0], [-1.0, 1.0]], 1)
        close(final[:, 1], 0)
        assert saddle_free <= np.all(np.isnan(final[:, 0]))


@every_method
def test_divergence_is_data(method):
    """Nothing raises, and nothing warns, far outside or at a pole."""
    for name in ("rosenbrock", "x_cos(c=0.15)", "cosh(c=1)", "tanh", "cube"):
        problem = PROBLEMS[name]
        ol.run(method, problem, 1e3 * starts(problem, 6), 20)
        ol.run(method, problem, 1e100 * starts(problem, 6), 5)


# Steepest descent


@pytest.mark.parametrize("gamma", [2, 10, 100])
def test_steepest_descent_from_the_worst_start(gamma):
    path = ol.trace(SteepestDescent(), ol.problems.quadratic(kappa=gamma), [float(gamma), 1.0], 40)
    factor = ((gamma - 1) / (gamma + 1)) ** np.arange(1, 41)
    close(path["w"], np.array([gamma * factor, (-1.0) ** np.arange(1, 41) * factor]).T, rtol=1e-9)


def test_wrong_steepest_descent_is_rejected():
    for old, new in (("p = -g", "p = g"), ("w=w + alpha * p", "w=w + 0.5 * alpha * p")):
        wrong = variant(steepest_descent, old, new).SteepestDescent()
        final = ol.run(wrong, ol.problems.quadratic(kappa=10), [10.0, 1.0], 3)
        assert not np.allclose(final[0], 10 * (9 / 11) ** 3)


# Quasi-Newton methods


def updated(H, s, y):
    """The formula as it stands in the book."""
    rho, identity = 1 / (s @ y), np.eye(len(s))
    V = identity - rho * np.outer(y, s)
    return V.T @ H @ V + rho * np.outer(s, s)


def check_bfgs(module):
    for scaled, start, steps in ((True, START, 25), (False, START, 25), (True, [0.9, 0.8], 5)):
        path = ol.trace(module.BFGS(scaled=scaled), ROSENBROCK, start, steps)
        H = np.eye(2)
        for t, s, y in zip(path["t"], path["s"], path["y"], strict=True):
            i = t - 1
            close(path["g"][i], ROSENBROCK.grad(path.points[i]))
            close(path["p"][i], -H @ path["g"][i], rtol=1e-6)
            close(s, path["alpha"][i] * path["p"][i])
            close(y, ROSENBROCK.grad(path.points[t]) - path["g"][i], rtol=1e-6, atol=1e-9)
            if t == 1 and scaled:
                H = s @ y / (y @ y) * H
            H = updated(H, s, y)
            close(path["H"][i], H, rtol=1e-6)
            close(path["H"][i] @ y, s, rtol=1e-6)
            H = path["H"][i]
            assert np.array_equal(H, H.T)
            assert np.all(np.linalg.eigvalsh(H) > 0)


def check_lbfgs(module):
    memory = 4
    for scaled in (True, False):
        method = module.LBFGS(memory=memory, scaled=scaled)
        path = ol.trace(method, chained_rosenbrock, [1.3, 0.7, 0.8, 1.9, 1.2], 15)
        pairs = list(zip(path["s"], path["y"], strict=True))
        close(path["w"], path.points[:-1] + path["s"])
        for i, g in enumerate(path["g"]):
            H = np.eye(5)
            if scaled and i:
                s, y = pairs[i - 1]
                H = s @ y / (y @ y) * H
            for s, y in pairs[max(i - memory, 0) : i]:
                H = updated(H, s, y)
            close(path["p"][i], -H @ g, rtol=1e-6)


def check_meets_conjugate_gradients(module):
    """On a quadratic with an exact search, every H₀ that is a multiple of I gives the CG path."""
    method = next(getattr(module, n) for n in ("BFGS", "LBFGS") if hasattr(module, n))
    for seed in range(4):
        rng = np.random.default_rng(seed)
        matrix, w = positive_definite(rng, 3), rng.normal(size=3)
        expected = ol.trace(ConjugateGradient(line_search=EXACT), bowl(matrix), w, 3)["w"]
        for scaled in (True, False):
            path = ol.trace(method(scaled=scaled, line_search=EXACT), bowl(matrix), w, 3)
            close(path["w"], expected, rtol=1e-8, atol=1e-9)


QUASI_NEWTON = [
    (check_bfgs, bfgs),
    (check_meets_conjugate_gradients, bfgs),
    (check_lbfgs, lbfgs),
    (check_meets_conjugate_gradients, lbfgs),
]


@pytest.mark.parametrize(("check", "module"), QUASI_NEWTON)
def test_quasi_newton_method_has_its_formula(check, module):
    check(module)


@pytest.mark.parametrize(
    ("check", "module", "old", "new"),
    [
        (check_bfgs, bfgs, "p = -times(H, g)", "p = -g"),
        (check_bfgs, bfgs, "objective.grad(w + s) - g", "objective.grad(w + s)"),
        (check_bfgs, bfgs, "(1 + rho * dot(y, Hy))", "(rho * dot(y, Hy))"),
        (check_bfgs, bfgs, "H - rho * mixed", "H - rho * s[:, None] * Hy"),
        (check_bfgs, bfgs, "if self.scaled and t == 1", "if self.scaled"),
        (check_bfgs, bfgs, "dot(s, y) / dot(y, y)", "dot(s, s) / dot(s, y)"),
        (check_bfgs, bfgs, "H = _updated(H, s, y)", "H = _updated(H, y, s)"),
        (check_meets_conjugate_gradients, bfgs, "H - rho * mixed", "H + rho * mixed"),
        (check_lbfgs, lbfgs, "past_s[1:], s[None]", "s[None], past_s[:-1]"),
        (check_lbfgs, lbfgs, "reversed(pairs)", "pairs"),
        (check_lbfgs, lbfgs, "reversed(shares)", "shares"),
        (check_lbfgs, lbfgs, "s, y, rho = pairs[-1]", "s, y, rho = pairs[0]"),
        (check_lbfgs, lbfgs, "dot(s, y) / dot(y, y)", "dot(s, s) / dot(s, y)"),
        (check_lbfgs, lbfgs, "share - rho", "share + rho"),
        (check_lbfgs, lbfgs, "(self.memory, *w.shape)", "(self.memory + 1, *w.shape)"),
        (check_lbfgs, lbfgs, "q = q - share * y", "q = q - share * s"),
        (check_meets_conjugate_gradients, lbfgs, "share - rho", "share + rho"),
    ],
)
def test_quasi_newton_check_rejects_the_wrong_variant(check, module, old, new):
    with pytest.raises(AssertionError):
        check(variant(module, old, new))


def test_bfgs_knows_the_inverse_hessian_after_d_steps():
    rng = np.random.default_rng(0)
    matrix = positive_definite(rng, 3)
    path = ol.trace(BFGS(line_search=EXACT), bowl(matrix), rng.normal(size=3), 3)
    close(path["H"][-1], np.linalg.inv(matrix), rtol=1e-7, atol=1e-9)


def test_lbfgs_with_enough_memory_is_bfgs():
    """Unscaled; scaled, L-BFGS takes its H₀ from the newest pair and BFGS from the first."""
    start = [1.3, 0.7, 0.8, 1.9, 1.2]
    reference = ol.trace(BFGS(scaled=False), chained_rosenbrock, start, 12)
    full = ol.trace(LBFGS(memory=12, scaled=False), chained_rosenbrock, start, 12)
    short = ol.trace(LBFGS(memory=3, scaled=False), chained_rosenbrock, start, 12)
    close(full["w"], reference["w"], rtol=1e-7)
    close(short["w"][:4], reference["w"][:4], rtol=1e-9)
    assert not np.allclose(short["w"][6], reference["w"][6], rtol=1e-7)
    scaled = [ol.trace(m, chained_rosenbrock, start, 4)["w"] for m in (BFGS(), LBFGS(memory=12))]
    close(scaled[0][:2], scaled[1][:2], rtol=1e-9)
    assert not np.allclose(scaled[0][2], scaled[1][2], rtol=1e-7)


@dataclass(frozen=True)
class FixedStep:
    """A line search that does not search."""

    alpha: float

    def __call__(self, objective, w, p, *, g=None, start=1.0):
        alpha = np.full(w.shape[1:], self.alpha)
        return StepLength(alpha, np.zeros(alpha.shape, int), np.full(alpha.shape, "found"))


def test_pair_without_positive_curvature_is_skipped_run_by_run():
    """Along cosh the curvature is positive, near the maximum of x cos πx it is not."""
    start = np.array([[0.26, 1.0]])
    wave = ol.problems.x_cos()
    path = ol.trace(BFGS(line_search=FixedStep(0.01)), wave, start, 1)
    assert path["s"][0, 0, 0] * path["y"][0, 0, 0] < 0
    assert path["H"][0, 0, 0, 0] == 1
    close(path["H"][0, 0, 0, 1], path["s"][0, 0, 1] / path["y"][0, 0, 1])
    path = ol.trace(LBFGS(memory=2, line_search=FixedStep(0.01)), wave, start, 1)
    assert np.array_equal(path["past_s"][0, :, 0, 0], [0, 0])
    close(path["past_s"][0, :, 0, 1], [0, path["s"][0, 0, 1]])


def test_pair_without_curvature_is_skipped():
    """On a line y is 0, and so is sᵀy."""
    line = curve_with(1.0)
    assert np.array_equal(ol.trace(BFGS(line_search=FixedStep(0.5)), line, 0.0, 2)["H"], [1, 1])
    path = ol.trace(LBFGS(memory=1, line_search=FixedStep(0.5)), line, 0.0, 2)
    assert np.all(path["past_s"] == 0)
    assert np.array_equal(path["w"], [-0.5, -1])


@pytest.mark.parametrize("make", [BFGS, LBFGS])
def test_pair_comes_from_one_objective_of_a_stream(make):
    def parabola(c):
        return ol.Objective(f=lambda w: (w - c) ** 2, grad=lambda w: 2 * (w - c))

    stream = ol.Stream(parabola(0), objective_at=parabola)
    path = ol.trace(make(), stream, 5.0, 6)
    moved = path["s"] != 0
    close(path["y"][moved], 2 * path["s"][moved])


# Conjugate gradients


def check_distinct_eigenvalues(make):
    rng = np.random.default_rng(0)
    for eigenvalues in ([3, 3, 3], [1, 1, 20], [1, 5, 20]):
        q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        problem = bowl(q * np.array(eigenvalues, dtype=float) @ q.T)
        path = ol.trace(make(line_search=EXACT), problem, 10 * rng.normal(size=3), 3)
        sizes = np.linalg.norm(path["w"], axis=1)
        distinct = len(set(eigenvalues))
        assert np.all(sizes[distinct - 1 :] < 1e-10)
        assert np.all(sizes[: distinct - 1] > 1e-2)


def check_conjugate_gradient(make):
    search = StrongWolfe(c2=0.1)
    for fletcher_reeves in (False, True):
        for restart in (None, 3):
            method = make(fletcher_reeves=fletcher_reeves, restart=restart, line_search=search)
            path = ol.trace(method, ROSENBROCK, START, 15)
            assert np.any(path["beta"] > 0.1)
            for i, (g, p, beta) in enumerate(
                zip(*(path[n] for n in ["g", "p", "beta"]), strict=True)
            ):
                if i == 0 or (restart and i % restart == 0):
                    expected, last = 0, np.zeros(2)
                else:
                    last_g, last = path["g"][i - 1], path["p"][i - 1]
                    change = g if fletcher_reeves else g - last_g
                    expected = max(0, g @ change / (last_g @ last_g))
                    if g @ (-g + expected * last) >= 0:
                        expected = 0
                close(beta, expected)
                close(p, -g + expected * last)
                close(path["w"][i], path.points[i] + path["alpha"][i] * p)
                found = search(ROSENBROCK, path.points[i], p, start=first_trial(path, i))
                close(path["alpha"][i], found.alpha)
                assert path["evaluations"][i] == found.evaluations


def first_trial(path, i):
    if i == 0:
        return min(1, 1 / np.linalg.norm(path["g"][0]))
    return (
        path["alpha"][i - 1] * (path["g"][i - 1] @ path["p"][i - 1]) / (path["g"][i] @ path["p"][i])
    )


@pytest.mark.parametrize("check", [check_distinct_eigenvalues, check_conjugate_gradient])
def test_conjugate_gradients_pass(check):
    check(ConjugateGradient)


def test_fletcher_reeves_stops_after_as_many_steps_as_distinct_eigenvalues():
    check_distinct_eigenvalues(partial(ConjugateGradient, fletcher_reeves=True))


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        (check_distinct_eigenvalues, "np.maximum(0, dot(g, change)", "np.maximum(0, 0 * g[0]"),
        (check_distinct_eigenvalues, "dot(last_g, last_g)", "dot(g, g)"),
        (check_distinct_eigenvalues, "-g + beta * last_p", "-g - beta * last_p"),
        (check_conjugate_gradient, "g - last_g", "g + last_g"),
        (check_conjugate_gradient, "np.maximum(0, ", "np.add(0, "),
        (check_conjugate_gradient, "if self.fletcher_reeves", "if not self.fletcher_reeves"),
        (check_conjugate_gradient, "(t - 1) % self.restart", "t % self.restart"),
        (check_conjugate_gradient, "start = last_alpha * dot", "start = dot"),
    ],
)
def test_conjugate_gradient_check_rejects_the_wrong_variant(check, old, new):
    with pytest.raises(AssertionError):
        check(variant(conjugate_gradient, old, new).ConjugateGradient)


def test_linear_conjugate_gradients_of_scipy_take_the_same_path():
    cg = pytest.importorskip("scipy.sparse.linalg", reason="SciPy is not installed").cg
    rng = np.random.default_rng(1)
    matrix, w, solution = positive_definite(rng, 3), rng.normal(size=3), rng.normal(size=3)
    visited = []
    cg(matrix, matrix @ solution, x0=w + solution, maxiter=2, rtol=0,
       callback=lambda x: visited.append(x - solution))  # fmt: skip
    close(ol.trace(ConjugateGradient(line_search=EXACT), bowl(matrix), w, 2)["w"], visited)


def test_restart_in_every_step_is_steepest_descent():
    path = ol.trace(ConjugateGradient(restart=1, line_search=EXACT), ROSENBROCK, START, 5)
    assert np.all(path["beta"] == 0)
    close(path["w"], ol.trace(SteepestDescent(), ROSENBROCK, START, 5)["w"])


# Against scipy


@pytest.mark.parametrize(
    ("method", "name"), [(BFGS(), "BFGS"), (LBFGS(), "L-BFGS-B"), (ConjugateGradient(), "CG")]
)
@pytest.mark.parametrize(
    ("problem", "start"),
    [(ROSENBROCK, START), (chained_rosenbrock, [1.3, 0.7, 0.8, 1.9, 1.2])],
    ids=["two variables", "five variables"],
)
def test_as_good_as_scipy(optimize, method, name, problem, start):
    assert problem.f(np.array(start)) == pytest.approx(optimize.rosen(start))
    close(problem.grad(np.array(start)), optimize.rosen_der(start))
    options = dict(gtol=1e-6) | (dict(ftol=0) if name == "L-BFGS-B" else {})
    theirs = optimize.minimize(problem.f, start, jac=problem.grad, method=name, options=options)
    path = ol.trace(method, problem, start, theirs.nit * 3 // 2)
    sizes = np.max(np.abs(problem.grad(path.points.T)), axis=0)
    ours = int(np.argmax(sizes < 1e-6))
    assert 0 < ours <= 1.5 * theirs.nit
    assert path["evaluations"][:ours].sum() <= 1.5 * theirs.nfev
    close(path["w"][ours - 1], theirs.x, rtol=0, atol=1e-5)
    close(path["w"][ours - 1], 1, rtol=0, atol=1e-5)


def test_damped_newton_minimizes_rosenbrock():
    close(ol.run(Newton(line_search=Armijo()), ROSENBROCK, START, 25), 1)


@pytest.mark.parametrize("method", [m for n, m in METHODS.items() if not n.startswith("Newton")])
def test_converged_run_stays(method):
    for problem in (ol.problems.square, ol.problems.coupled_bowl, ROSENBROCK):
        final = ol.run(method, problem, starts(problem, 5), 150)
        assert np.all(np.isfinite(final))
        if method is not METHODS["steepest descent"]:
            close(final, np.ones_like(final) * problem.minima[0][0] if problem.dim > 1 else 0,
                  rtol=0, atol=1e-5)  # fmt: skip


# What every method owes the engine


def test_every_method_is_tested():
    first_order = ol.Rule | ol.VectorRule | ol.MatrixRule | ol.Blocks | ol.Wrapper
    others = {cls for cls in OPTIMIZERS if not issubclass(cls, first_order)}
    assert {type(method) for method in METHODS.values()} == others


@every_method
@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 1000),
    name=st.sampled_from(["rosenbrock", "coupled_bowl", "x_cos(c=1)", "tanh"]),
)
def test_batch_is_the_loop_bit_for_bit(method, name, seed):
    problem = PROBLEMS[name]
    w = starts(problem, 5, seed)
    together = ol.trace(method, problem, w, 8)
    for i in range(5):
        alone = ol.trace(method, problem, w[:, i], 8)
        assert alone.names == together.names
        for column in together.names[1:]:
            assert same(together[column][..., i], alone[column]), (column, i)


@every_method
def test_batch_of_any_shape_is_the_flat_batch(method):
    flat = starts(ROSENBROCK, 24)
    path = ol.trace(method, ROSENBROCK, flat, 5)
    grid = ol.trace(method, ROSENBROCK, flat.reshape(2, 2, 3, 4), 5)
    for name in path.names[1:]:
        assert same(grid[name].reshape(path[name].shape), path[name])
    assert grid["alpha"].shape == (5, 2, 3, 4)
    assert repr(grid).count("\n") == 7
    assert same(ol.run(method, ROSENBROCK, flat, 5, threads=2), path["w"][-1])


@pytest.mark.parametrize("make", [Newton, SteepestDescent, BFGS, LBFGS, ConjugateGradient])
def test_gradient_is_computed_once_in_a_point(make):
    def search(objective, w, p, *, g=None, start=1.0):
        given.append(g)
        return FixedStep(0.01)(objective, w, p)

    given = []
    path = ol.trace(make(line_search=search), ROSENBROCK, START, 3)
    assert np.array_equal(np.array(given)[..., 0], path["g"])


@every_method
def test_records(method):
    path = ol.trace(method, ROSENBROCK, START, 3)
    shown = [name for name in path.names if name in ("g", "p", "alpha", "evaluations", "w")]
    searches = isinstance(method, SteepestDescent) or method.line_search is not None
    assert shown == ["g", "p", "alpha", *(["evaluations"] if searches else []), "w"]
    assert path.names[-1] == "w"
    assert path["p"].shape == (3, 2)
    assert path["alpha"].shape == (3,)
    number = ol.trace(method, ol.problems.square, 4.0, 3)
    vector = ol.trace(method, ol.problems.square, np.array([4.0]), 3)
    assert number["w"].shape == number["alpha"].shape == (3,)
    close(number["w"], vector["w"][:, 0])


def test_states_of_a_single_run_are_whole():
    assert ol.trace(BFGS(), ROSENBROCK, START, 3)["H"].shape == (3, 2, 2)
    assert ol.trace(BFGS(), ol.problems.square, 4.0, 3)["H"].shape == (3,)
    assert ol.trace(LBFGS(memory=4), ROSENBROCK, START, 3)["past_s"].shape == (3, 4, 2)
    assert ol.trace(LBFGS(memory=4), ol.problems.square, 4.0, 3)["past_s"].shape == (3, 4)


@every_method
@each("name", ["square", "rosenbrock", "coupled_bowl"])
def test_float32_stays_float32(method, name):
    problem = PROBLEMS[name]
    w = starts(problem, 4).astype(np.float32)
    kept = w.copy()
    path = ol.trace(method, problem, w, 5)
    assert same(w, kept)
    for column in set(path.names) - {"t", "evaluations"}:
        assert path[column].dtype == np.float32, column
    reference = ol.trace(method, problem, w.astype(float), 2)["w"]
    close(path["w"][:2], reference, rtol=2e-2, atol=2e-2)


def test_hyperparameters_may_be_arrays_and_schedules():
    rates, shifts = np.array([0.5, 1.0, 1.0]), np.array([0.0, 2.0, 0.0])
    sweep = ol.trace(Newton(lr=rates, regularization=shifts), ROSENBROCK, START, 6)
    for i in range(3):
        alone = Newton(lr=rates[i], regularization=shifts[i])
        close(sweep["w"][..., i], ol.trace(alone, ROSENBROCK, START, 6)["w"])
    damped = Newton(lr=rates, line_search=Armijo())
    assert np.all(ol.trace(damped, ROSENBROCK, START, 6)["alpha"] <= rates)
    path = ol.trace(Newton(lr=lambda t: 1 / t), ol.problems.square, 4.0, 3)
    assert np.array_equal(path["alpha"], [1, 1 / 2, 1 / 3])


@every_method
@each("call", [ol.trace, ol.run])
def test_exact_runs_are_for_rules(method, call):
    with pytest.raises(TypeError, match=f"{type(method).__name__} is not a Rule"):
        call(method, ol.problems.square, Fraction(4), 2)


def test_newton_needs_a_hessian():
    with pytest.raises(ValueError, match="was defined without hess"):
        ol.run(Newton(), chained_rosenbrock, np.zeros(5), 1)


@pytest.mark.parametrize(
    ("make", "options", "error", "message"),
    [
        (Newton, dict(lr=0.0), ValueError, "Newton: lr must be finite and > 0, got lr = 0.0"),
        (Newton, dict(regularization=-1.0), ValueError, "must be finite and >= 0, got .* = -1.0"),
        (Newton, dict(regularization=np.inf), ValueError, "regularization must be finite"),
        (Newton, dict(saddle_free=1), TypeError, "saddle_free must be True or False"),
        (Newton, dict(line_search="armijo"), TypeError, "Newton: line_search must be like"),
        (SteepestDescent, dict(line_search=0.1), TypeError, "line_search must be like .* = 0.1"),
        (BFGS, dict(line_search=None), TypeError, "BFGS: line_search must be like"),
        (BFGS, dict(scaled="no"), TypeError, "scaled must be True or False"),
        (LBFGS, dict(memory=0), ValueError, "LBFGS: memory must be >= 1, got memory = 0"),
        (LBFGS, dict(memory=2.0), TypeError, "memory must be an integer, got memory = 2.0"),
        (LBFGS, dict(memory=True), TypeError, "memory must be an integer"),
        (LBFGS, dict(line_search=None), TypeError, "LBFGS: line_search must be like"),
        (ConjugateGradient, dict(restart=0), ValueError, "restart must be >= 1, got restart = 0"),
        (
            ConjugateGradient,
            dict(restart=1.5),
            TypeError,
            "restart must be .* None, got restart = 1.5",
        ),
        (ConjugateGradient, dict(line_search=1), TypeError, "line_search must be like"),
    ],
)
def test_bad_options_are_named(make, options, error, message):
    with pytest.raises(error, match=message):
        make(**options)


def test_negative_scheduled_regularization_is_named():
    with pytest.raises(ValueError, match="regularization must be finite and >= 0, got"):
        ol.run(Newton(regularization=lambda t: 1.0 - t), ROSENBROCK, START, 3)
