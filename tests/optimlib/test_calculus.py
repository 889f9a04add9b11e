"""Numerical derivatives, directional derivatives, Taylor models."""

import numpy as np
import pytest
from cases import PROBLEMS, starts
from hypothesis import given, settings
from hypothesis import strategies as st
from looping import each

import optimlib as ol
from optimlib.calculus import (
    derivative_error,
    directional_derivative,
    numerical_gradient,
    numerical_hessian,
    second_directional_derivative,
    taylor,
)
from optimlib.expression import evaluate, record_problem

BOWL = ol.problems.coupled_bowl
ROSENBROCK = ol.problems.rosenbrock
SMOOTH = [p for p in PROBLEMS.values() if p.name != "heavy_ball_cycle"]
# The complex step needs analytic code, and NumPy functions that know complex numbers.
ANALYTIC = [p for p in SMOOTH if p.name != "log_sum_exp"]
smooth = each("problem", SMOOTH)


def relative(actual, expected, axes):
    scale = np.maximum(1, np.max(np.abs(expected), axis=axes, keepdims=True))
    return np.max(np.abs(actual - expected) / scale)


# Numerical gradients


@smooth
@pytest.mark.parametrize(("method", "tolerance"), [("forward", 1e-5), ("central", 1e-6)])
def test_differences_agree_with_the_gradient(problem, method, tolerance):
    points = starts(problem, 20, seed=11)
    numerical = numerical_gradient(problem, points, method=method)
    assert relative(numerical, problem.grad(points), 0) < tolerance


@each("problem", ANALYTIC)
def test_complex_step_is_right_to_rounding(problem):
    points = starts(problem, 20, seed=11)
    numerical = numerical_gradient(problem, points, method="complex")
    assert relative(numerical, problem.grad(points), 0) < 1e-13


@pytest.mark.parametrize("method", ["forward", "central", "complex"])
def test_a_callable_will_do(method):
    assert numerical_gradient(np.exp, 1.0, method=method) == pytest.approx(np.e, rel=1e-7)
    gradient = numerical_gradient(lambda w: w[0] * w[1] ** 2, np.array([2, 3]), method=method)
    np.testing.assert_allclose(gradient, [9, 12], rtol=1e-7)


def test_squire_and_trapp_s_example(mpmath):
    """Squire and Trapp's own function, whose derivative at 1.5 mpmath computes independently."""

    def f(x):
        return np.exp(x) / (np.sin(x) ** 3 + np.cos(x) ** 3)

    def slow(x):
        return mpmath.exp(x) / (mpmath.sin(x) ** 3 + mpmath.cos(x) ** 3)

    with mpmath.workdps(30):
        exact = float(mpmath.diff(slow, mpmath.mpf("1.5")))
    errors = {
        method: abs(numerical_gradient(f, 1.5, method=method) - exact)
        for method in ("forward", "central", "complex")
    }
    assert errors["complex"] < 1e-14
    assert 1e-9 < errors["forward"] < 1e-6
    assert errors["complex"] < errors["central"] < errors["forward"]


@pytest.mark.parametrize(
    ("method", "expected"),
    [("forward", 3 + 3 * 0.5 + 0.25), ("central", 3 + 0.25), ("complex", 3 - 0.25)],
)
def test_the_formulas_on_the_cube(method, expected):
    """((1+h)³ − 1)/h = 3 + 3h + h², and so on."""
    assert numerical_gradient(ol.problems.cube, 1.0, method=method, h=0.5) == expected


@pytest.mark.parametrize("method", ["forward", "central", "complex"])
@each("shape", [(2,), (2, 5), (2, 3, 4), (2, 0)])
@each("kind", [np.float32, np.float64])
def test_gradient_keeps_shape_and_type(method, shape, kind):
    points = np.random.default_rng(0).uniform(-1, 1, shape).astype(kind)
    points.setflags(write=False)
    numerical = numerical_gradient(ROSENBROCK, points, method=method)
    assert numerical.shape == shape
    assert numerical.dtype == kind
    tolerance = 2e-1 if kind is np.float32 else 1e-4
    np.testing.assert_allclose(numerical, ROSENBROCK.grad(points), atol=tolerance, rtol=1e-3)


def test_step_grows_with_the_point():
    assert numerical_gradient(ol.problems.square, 1e12) == pytest.approx(2e12, rel=1e-9)
    assert numerical_gradient(np.log, 1e12) == pytest.approx(1e-12, rel=1e-6)


def test_complex_step_refuses_code_that_is_not_analytic():
    with pytest.raises(TypeError, match="drops the imaginary part"):
        numerical_gradient(np.abs, 1.0, method="complex")
    with pytest.raises(TypeError, match=r"needs an f that takes complex numbers.*logaddexp"):
        numerical_gradient(ol.problems.log_sum_exp, 1.0, method="complex")


# Numerical Hessians


@smooth
@pytest.mark.parametrize(("of", "tolerance"), [("gradient", 2e-6), ("values", 1e-3)])
def test_numerical_hessian_agrees(problem, of, tolerance):
    points = starts(problem, 20, seed=12)
    expected = problem.hess(points)
    hessian = numerical_hessian(problem, points, of=of)
    assert relative(hessian, expected, (0, 1)) < tolerance
    np.testing.assert_array_equal(hessian, np.swapaxes(hessian, 0, 1))
    one = numerical_hessian(problem, points[:, 0], of=of)
    assert relative(one, expected[..., 0], (0, 1)) < tolerance


@pytest.mark.parametrize("of", ["gradient", "values"])
def test_numerical_hessian_of_a_plain_number(of):
    second = numerical_hessian(ol.problems.cube, 2.0, of=of, h=0.5)
    assert np.ndim(second) == 0
    assert second == pytest.approx(12, rel=1e-12), "exact for a cubic"


@pytest.mark.parametrize("of", ["gradient", "values"])
@pytest.mark.parametrize("shape", [(2,), (2, 3, 4)])
def test_numerical_hessian_is_exact_for_a_quadratic(of, shape):
    points = np.random.default_rng(0).normal(size=shape)
    hessian = numerical_hessian(BOWL, points, of=of, h=1.0)
    assert hessian.shape == (2, *shape)
    np.testing.assert_allclose(hessian, BOWL.hess(points), atol=1e-13)
    assert numerical_hessian(BOWL, points.astype(np.float32), of=of).dtype == np.float32


def test_numerical_hessian_of_a_callable():
    hessian = numerical_hessian(lambda w: w[0] * np.sin(w[1]), [2.0, 1.0], of="values")
    expected = [[0, np.cos(1)], [np.cos(1), -2 * np.sin(1)]]
    np.testing.assert_allclose(hessian, expected, atol=1e-6)


# The error as a function of h

STEPS = 10.0 ** np.arange(-13, 0)


@pytest.mark.parametrize(
    ("problem", "w", "v"),
    [
        (ol.problems.cosh(), 1.0, None),
        (ol.problems.x_cos(), 0.7, None),
        (ol.problems.tanh, [0.4], None),
        (ROSENBROCK, [-1.2, 1], [1, 2]),
        (ol.problems.himmelblau, [1, -2], [0.6, 0.8]),
        (ol.problems.ackley(dim=3), [0.3, 1, -2], [1, 0, -1]),
    ],
    ids=lambda value: getattr(value, "name", None),
)
@pytest.mark.parametrize("method", ["forward", "central", "complex"])
def test_error_is_as_predicted(problem, w, v, method):
    """Below the prediction nowhere by much above it, and about it where truncation rules."""
    error = derivative_error(problem, w, STEPS, v=v, method=method)
    assert error.measured.shape == error.truncation.shape == error.rounding.shape == STEPS.shape
    np.testing.assert_array_equal(error.predicted, error.truncation + error.rounding)
    small = STEPS <= 1e-3
    floor = 4e-16 * abs(directional_derivative(problem, w, 1 if v is None else v))
    assert np.all(error.measured[small] <= 1.2 * error.predicted[small] + floor)
    ruled = small & (error.truncation > 100 * (error.rounding + floor))
    assert np.any(ruled)
    np.testing.assert_allclose(error.measured[ruled], error.truncation[ruled], rtol=0.1)


def test_predictions_are_the_formulas_of_calculus(sympy):
    x = sympy.Symbol("x")
    f = sympy.cosh(x)
    first, second, third = (float(sympy.diff(f, x, n).subs(x, 1)) for n in (1, 2, 3))
    h = np.array([1e-3, 1e-2])
    forward = derivative_error(ol.problems.cosh(), 1.0, h, method="forward")
    np.testing.assert_allclose(forward.truncation, h / 2 * second)
    np.testing.assert_allclose(forward.rounding, 2 * 2.0**-52 * (np.cosh(1) + first) / h)
    for method in ("central", "complex"):
        error = derivative_error(ol.problems.cosh(), 1.0, h, method=method)
        np.testing.assert_allclose(error.truncation, h**2 / 6 * third, rtol=1e-8)
    central = derivative_error(ol.problems.cosh(), 1.0, h)
    np.testing.assert_allclose(central.rounding, forward.rounding / 2)
    assert central.method == "central"


def test_best_steps_are_the_roots_of_epsilon():
    h = 10.0 ** np.arange(-15, 0, 0.25)
    best = {
        method: derivative_error(ol.problems.x_cos(), 0.7, h, method=method).best
        for method in ("forward", "central")
    }
    epsilon = 2.0**-52
    assert 0.03 < best["forward"] / epsilon ** (1 / 2) < 30
    assert 0.03 < best["central"] / epsilon ** (1 / 3) < 30
    complex_step = derivative_error(ol.problems.x_cos(), 0.7, [1e-200, 1e-30], method="complex")
    assert np.all(complex_step.measured < 1e-15)


def test_derivative_error_shows_its_best_step():
    error = derivative_error(ol.problems.square, 3.0, [1e-3, 0.5], method="forward")
    np.testing.assert_allclose(error.measured, [1e-3, 0.5], rtol=1e-9)
    assert repr(error) == "forward difference: smallest error 0.001 at h = 0.001 of 2 steps"


# Directional derivatives


def test_ledger_row_25():
    """∂f/∂x of x² + y² + xy is 2x + y; it is 2x only on the line y = 0."""
    for x, y in ((1.0, 0.0), (1.0, 2.0), (-3.0, 0.5)):
        slope = directional_derivative(BOWL, [x, y], [1, 0])
        assert slope == 2 * x + y
        assert (slope == 2 * x) == (y == 0)


def test_ledger_row_27():
    """(f(h, 2h) − f(0, 0)) / (√5 h) = 7h/√5, which tends to ∇f·v = 0."""
    v = np.array([1.0, 2.0])
    for h in (1.0, 0.1, 1e-3):
        quotient = (BOWL.f(h * v) - BOWL.f([0.0, 0.0])) / (np.sqrt(5) * h)
        assert quotient == pytest.approx(7 * h / np.sqrt(5), rel=1e-12)
    assert directional_derivative(BOWL, [0, 0], v, unit=True) == 0


def test_ledger_row_28():
    """VᵀHv = 14/5 along (1, 2)/√5, and 14 along (1, 2) itself."""
    assert second_directional_derivative(BOWL, [0, 0], [1, 2], unit=True) == pytest.approx(2.8)
    assert second_directional_derivative(BOWL, [0, 0], [1, 2]) == 14


@smooth
@pytest.mark.parametrize("unit", [False, True])
def test_directional_derivatives_are_those_of_the_line(problem, unit):
    """They are the derivatives of s ↦ f(w + sv), by differences."""
    rng = np.random.default_rng(3)
    for w in starts(problem, 5, seed=4).T:
        v = rng.normal(size=problem.dim)
        line = v / np.linalg.norm(v) if unit else v
        scale = max(1, np.max(np.abs(problem.hess(w))))
        h = 1e-5
        plus, minus = w + h * line, w - h * line
        slope = (problem.f(plus) - problem.f(minus)) / (2 * h)
        bend = line @ (problem.grad(plus) - problem.grad(minus)) / (2 * h)
        assert abs(directional_derivative(problem, w, v, unit=unit) - slope) < 1e-6 * scale
        second = second_directional_derivative(problem, w, v, unit=unit)
        assert abs(second - bend) < 1e-5 * scale


@settings(max_examples=30, deadline=None)
@given(
    st.tuples(*[st.floats(-3, 3)] * 2),
    st.tuples(*[st.floats(-3, 3)] * 2).filter(lambda v: np.hypot(*v) > 1e-3),
    st.floats(0.1, 10),
)
def test_scaling_the_direction(w, v, factor):
    first, second = directional_derivative, second_directional_derivative
    longer = factor * np.array(v)
    for power, derivative in ((1, first), (2, second)):
        plain = derivative(ROSENBROCK, w, v)
        assert derivative(ROSENBROCK, w, longer) == pytest.approx(
            factor**power * plain, rel=1e-9, abs=1e-9
        )
        assert derivative(ROSENBROCK, w, longer, unit=True) == pytest.approx(
            derivative(ROSENBROCK, w, v, unit=True), rel=1e-9, abs=1e-9
        )
    eigenvalues = np.linalg.eigvalsh(ROSENBROCK.hess(np.array(w)))
    curvature = second(ROSENBROCK, w, v, unit=True)
    slack = 1e-9 * np.max(np.abs(eigenvalues))
    assert eigenvalues[0] - slack <= curvature <= eigenvalues[-1] + slack


@pytest.mark.parametrize("derivative", [directional_derivative, second_directional_derivative])
@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_directional_derivatives_of_batches(derivative, unit, kind):
    rng = np.random.default_rng(0)
    w, many = rng.normal(size=(2, 2, 3, 4)).astype(kind)
    for v in (np.array([1.0, -2.0]), many):
        together = derivative(ROSENBROCK, w, v, unit=unit)
        assert together.shape == (3, 4)
        assert together.dtype == kind
        for i, j in np.ndindex(3, 4):
            one = v if v.ndim == 1 else v[:, i, j]
            alone = derivative(ROSENBROCK, w[:, i, j], one, unit=unit)
            assert alone.dtype == kind
            tolerance = 1e-4 if kind is np.float32 else 1e-12
            assert together[i, j] == pytest.approx(alone, rel=tolerance, abs=tolerance)


def test_directional_derivatives_in_one_variable():
    cube = ol.problems.cube
    assert directional_derivative(cube, 2.0, -3.0) == -36
    assert directional_derivative(cube, 2.0, [-3.0], unit=True) == -12
    assert second_directional_derivative(cube, 2.0, -3.0) == 108
    np.testing.assert_array_equal(directional_derivative(cube, [[1.0, 2.0]], [2.0]), [6, 24])


# Taylor models


@pytest.mark.parametrize("name", ["rosenbrock", "himmelblau", "mccormick", "goldstein_price"])
@pytest.mark.parametrize("order", [1, 2])
def test_taylor_model_is_that_of_sympy(sympy, name, order):
    problem = PROBLEMS[name]
    s, w0, direction = sympy.Symbol("s"), np.array([0.3, -0.4]), np.array([0.5, 0.2])
    model = taylor(problem, w0, order)
    x, y = w0 + s * direction
    if name == "mccormick":
        line = sympy.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1
    else:
        line = evaluate(record_problem(problem, "f"), {"x": x, "y": y})
    expected = sympy.series(line, s, 0, order + 1).removeO()
    for size in (0.0, 0.3, -2.0):
        value = float(expected.subs(s, size))
        assert model(w0 + size * direction) == pytest.approx(value, rel=1e-9)


@smooth
@pytest.mark.parametrize("order", [1, 2])
def test_error_of_a_taylor_model_has_the_next_order(problem, order):
    """Halving the distance divides the error by 4 or 8."""
    w0 = starts(problem, 1, seed=21)[:, 0]
    model = taylor(problem, w0, order)
    assert model.error(w0) == pytest.approx(0, abs=1e-14 * max(1, abs(model.value)))
    v = np.random.default_rng(22).normal(size=problem.dim)
    steps = np.array([1e-2, 5e-3]) / np.linalg.norm(v)
    errors = np.array([float(model.error(w0 + s * v)) for s in steps])
    if np.any(np.abs(errors) < 1e-11 * max(1, abs(model.value))):
        exact = {"reddi", "square", "coupled_bowl", "elongated_bowl", "booth", "matyas", "saddle"}
        assert problem.name in exact or problem.name.startswith("quadratic")
    else:
        assert errors[0] / errors[1] == pytest.approx(2 ** (order + 1), rel=0.2)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("shape", [(2,), (2, 7), (2, 3, 4)])
def test_taylor_model_of_batches(order, shape):
    points = np.random.default_rng(0).normal(size=shape)
    model = taylor(ROSENBROCK, [0.5, -1.0], order)
    values = model(points)
    assert np.shape(values) == shape[1:]
    for index in np.ndindex(shape[1:]):
        assert values[index] == pytest.approx(model(points[(slice(None), *index)]), rel=1e-12)
    np.testing.assert_array_equal(model.error(points), ROSENBROCK.f(points) - values)
    assert model(points.astype(np.float32)).dtype == np.float32


def test_taylor_model_of_a_quadratic_is_exact():
    points = np.random.default_rng(0).normal(size=(2, 9))
    np.testing.assert_allclose(taylor(BOWL, [3, -1])(points), BOWL.f(points), atol=1e-13)


def test_taylor_model_in_one_variable():
    """cosh x ≈ 1 + x²/2 at 0; the line at 1 is cosh 1 + sinh 1 · (x − 1)."""
    cosh = ol.problems.cosh()
    for w0 in (0.0, [0.0]):
        parabola = taylor(cosh, w0)
        assert parabola(2.0) == 3
        np.testing.assert_array_equal(parabola(np.array([[1.0, 2.0]])), [1.5, 3])
    assert np.ndim(taylor(cosh, 0.0)(2.0)) == 0
    line = taylor(cosh, 1.0, order=1)
    assert line(3.0) == pytest.approx(np.cosh(1) + 2 * np.sinh(1))
    assert line.error(3.0) == pytest.approx(np.cosh(3) - np.cosh(1) - 2 * np.sinh(1))
    assert line.hessian is None


def test_taylor_model_shows_itself():
    shown = repr(taylor(ROSENBROCK, [0.5, -1], order=1))
    assert shown == "<Taylor model of order 1 of rosenbrock at (0.5, -1)>"
    with pytest.raises(AttributeError):
        taylor(ROSENBROCK, [0.5, -1]).order = 1


# Errors

NO_HESSIAN = ol.Objective(lambda w: w**2, lambda w: 2 * w, name="bare")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: numerical_gradient(3, 1.0), TypeError, "f must be an Objective or callable, .* 3"),
        (lambda: numerical_gradient(np.exp, np.nan), ValueError, "w must be finite, got w = .*nan"),
        (lambda: numerical_gradient(np.exp, "a"), TypeError, "w must be a real number .* w = "),
        (lambda: numerical_gradient(np.exp, 1j), TypeError, "w must be a real number .* w = "),
        (lambda: numerical_gradient(BOWL, [1.0]), ValueError, r"w must have shape \(2, ...\)"),
        (
            lambda: numerical_gradient(np.exp, 1.0, method="backward"),
            ValueError,
            "method must be one of forward, central, complex, got method = 'backward'",
        ),
        (lambda: numerical_gradient(np.exp, 1.0, h=0), ValueError, "h must be .* > 0, got h = 0"),
        (lambda: numerical_gradient(np.exp, 1.0, h=np.inf), ValueError, "h must be .* h = inf"),
        (lambda: numerical_gradient(np.exp, 1.0, h="1"), TypeError, "h must be a number, .* '1'"),
        (lambda: numerical_gradient(np.exp, 1.0, h=True), TypeError, "h must be a number"),
        (lambda: numerical_hessian(BOWL, [0, 0], of="f"), ValueError, "of must be .* of = 'f'"),
        (lambda: numerical_hessian(BOWL, [0, 0], h=-1), ValueError, "h must be .* h = -1"),
        (
            lambda: numerical_hessian(np.exp, 0.0),
            TypeError,
            "f must be an Objective where of = 'gradient', got f = <ufunc 'exp'>",
        ),
        (lambda: derivative_error(np.exp, 0.0, [1]), TypeError, "objective must be like .* 'exp'"),
        (lambda: derivative_error(BOWL, [0, 0], [1]), ValueError, "v must be a direction .* None"),
        (
            lambda: derivative_error(ol.problems.cube, 1.0, [0.1, -1]),
            ValueError,
            r"h must be an array of finite steps > 0, got h = \[0.1, -1\]",
        ),
        (lambda: derivative_error(ol.problems.cube, 1.0, 0.1), ValueError, "h must be an array"),
        (lambda: derivative_error(ol.problems.cube, 1.0, []), ValueError, "h must be an array"),
        (
            lambda: derivative_error(ol.problems.cube, [[1.0]], [0.1]),
            ValueError,
            r"w must be one point, got w of shape \(1, 1\)",
        ),
        (
            lambda: derivative_error(ol.problems.cube, 1.0, [0.1], method="x"),
            ValueError,
            "method must be one of",
        ),
        (lambda: directional_derivative(np.exp, 0.0, 1), TypeError, "objective must be like"),
        (lambda: directional_derivative(BOWL, [0, 0], [1]), ValueError, r"v must have shape \(2"),
        (
            lambda: directional_derivative(BOWL, np.zeros((2, 3)), np.ones((2, 4))),
            ValueError,
            r"v must have shape \(2,\) or that of w, \(2, 3\), got v of shape \(2, 4\)",
        ),
        (lambda: directional_derivative(BOWL, [0, 0], [1, np.inf]), ValueError, "v must be finite"),
        (
            lambda: directional_derivative(BOWL, [0, 0], [0, 0], unit=True),
            ValueError,
            "v must not be zero where unit = True",
        ),
        (
            lambda: second_directional_derivative(NO_HESSIAN, 1.0, 1.0),
            ValueError,
            "bare was defined without hess",
        ),
        (lambda: taylor(np.exp, 0.0), TypeError, "objective must be like"),
        (lambda: taylor(BOWL, [0, 0], 3), ValueError, "order must be 1 or 2, got order = 3"),
        (lambda: taylor(BOWL, [0, 0], True), ValueError, "order must be 1 or 2, got order = True"),
        (lambda: taylor(BOWL, np.zeros((2, 3))), ValueError, r"w0 must be one point, .*\(2, 3\)"),
        (lambda: taylor(BOWL, [0, np.nan]), ValueError, "w0 must be finite"),
        (lambda: taylor(NO_HESSIAN, 1.0), ValueError, "bare was defined without hess"),
        (lambda: taylor(BOWL, [0, 0])([1.0]), ValueError, "w must have shape"),
    ],
)
def test_bad_input_is_rejected(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_first_order_model_needs_no_hessian():
    assert taylor(NO_HESSIAN, 1.0, order=1)(2.0) == 3
