"""Objective: its layout of arrays, its errors; and check_gradient."""

import re
from fractions import Fraction

import numpy as np
import pytest
from cases import PROBLEMS, starts
from looping import each

import optimlib as ol

every_problem = each("problem", PROBLEMS)
ROSENBROCK = ol.problems.rosenbrock


@every_problem
def test_batch_is_the_points_one_by_one(problem):
    w = starts(problem, 24)
    grid = w.reshape(problem.dim, 4, 6)
    for i, j in np.ndindex(4, 6):
        point = grid[:, i, j]
        # Scalar and vector code may round cos and tanh differently.
        for reading in (problem.f, problem.grad, problem.hess):
            np.testing.assert_allclose(reading(grid)[..., i, j], reading(point), rtol=1e-13)


@each("problem", [p for p in PROBLEMS.values() if p.dim == 1])
@pytest.mark.parametrize("kind", [float, np.float64, np.float32])
def test_one_variable_takes_and_gives_plain_numbers(problem, kind):
    w = kind(0.75)
    for reading in (problem.f, problem.grad, problem.hess):
        result = reading(w)
        assert np.shape(result) == ()
        assert result.dtype == (np.float32 if kind is np.float32 else np.float64)
        as_array = reading(np.array([w]))
        assert np.ravel(as_array) == pytest.approx(result, rel=1e-6)


def test_integers_are_read_as_floats():
    assert ol.problems.square.grad(3) == 6.0
    assert ROSENBROCK.grad(np.array([2, 1])).dtype == np.float64
    assert ROSENBROCK.f([2, 1]) == 901.0


@pytest.mark.parametrize("name", ["square", "cube", "quartic", "coupled_bowl", "rosenbrock"])
def test_fractions_stay_exact(name):
    problem = PROBLEMS[name]
    point = np.array([Fraction(1, 3), Fraction(-2, 7)][: problem.dim])
    argument = point if problem.dim > 1 else point[0]
    exact = np.ravel([problem.f(argument), *np.ravel(problem.grad(argument))])
    assert all(isinstance(value, Fraction) for value in exact)
    floats = point.astype(float)
    np.testing.assert_allclose(
        exact.astype(float), np.ravel([problem.f(floats), *problem.grad(floats)]), rtol=1e-13
    )


def test_fraction_values_of_square():
    third = Fraction(1, 3)
    assert ol.problems.square.f(third) == Fraction(1, 9)
    assert ol.problems.square.grad(third) == Fraction(2, 3)


@pytest.mark.parametrize("batch", [(), (5,), (2, 3)])
def test_layout_is_that_of_scipy(optimize, batch):
    w = np.random.default_rng(0).normal(size=(2, *batch))
    np.testing.assert_allclose(ROSENBROCK.f(w), optimize.rosen(w), rtol=1e-13)
    if len(batch) < 2:
        np.testing.assert_allclose(ROSENBROCK.grad(w), optimize.rosen_der(w), rtol=1e-11)
    if batch == ():
        np.testing.assert_allclose(ROSENBROCK.hess(w), optimize.rosen_hess(w), rtol=1e-13)


def test_scipy_minimizes_an_objective(optimize):
    found = optimize.minimize(ROSENBROCK.f, [-1.2, 1], jac=ROSENBROCK.grad, hess=ROSENBROCK.hess,
                              method="Newton-CG")  # fmt: skip
    np.testing.assert_allclose(found.x, [1, 1], atol=1e-4)


@every_problem
def test_evaluating_does_not_change_the_point(problem):
    w = starts(problem, 3)
    w.setflags(write=False)
    for reading in (problem.f, problem.grad, problem.hess):
        reading(w)


def test_constants_in_own_gradient_are_spread_over_the_batch():
    plane = ol.Objective(lambda w: 2 * w[0] - 1, lambda w: (2, 0), variables=("a", "b"))
    assert plane.dim == 2
    np.testing.assert_array_equal(plane.grad(np.zeros((2, 3))), [[2, 2, 2], [0, 0, 0]])
    constant = ol.Objective(lambda w: 7, lambda w: 0)
    np.testing.assert_array_equal(constant.f(np.zeros((1, 4))), [7, 7, 7, 7])
    np.testing.assert_array_equal(constant.grad(np.zeros((1, 4))), np.zeros((1, 4)))
    assert constant.f(1.0) == 7.0


def test_own_gradient_may_be_an_array():
    matrix = np.array([[2.0, 1], [1, 3]])
    bowl = ol.Objective(
        f=lambda w: 0.5 * np.einsum("i...,ij,j...->...", w, matrix, w),
        grad=lambda w: np.tensordot(matrix, w, 1),
        hess=lambda w: matrix,
        variables=("x", "y"),
    )
    assert bowl.grad(np.ones((2, 5))).shape == (2, 5)
    assert bowl.hess(np.ones((2, 5))).shape == (2, 2, 5)
    assert ol.check_gradient(bowl, [0.3, -2])


def test_objective_shows_its_name_and_variables():
    assert repr(ROSENBROCK) == "<Objective rosenbrock(x, y)>"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (dict(f=3, grad=abs), TypeError, "f must be callable, got f = 3"),
        (dict(f=abs, grad=None), TypeError, "grad must be callable, got grad = None"),
        (dict(f=abs, grad=abs, hess=2), TypeError, "hess must be callable, got hess = 2"),
        (dict(f=abs, grad=abs, variables="xy"), ValueError, "variables must be .* = 'xy'"),
        (dict(f=abs, grad=abs, variables=()), ValueError, r"variables must be .* = \(\)"),
        (dict(f=abs, grad=abs, domain=(0, 1)), ValueError, r"domain must be .* = \(0, 1\)"),
        (
            dict(f=abs, grad=abs, variables=("x", "y"), domain=((0, 1),)),
            ValueError,
            r"domain must be one finite \(low, high\) .* of x, y, got domain = \(\(0, 1\),\)",
        ),
    ],
)
def test_bad_objective_is_rejected(arguments, error, message):
    with pytest.raises(error, match=message):
        ol.Objective(**arguments)


@pytest.mark.parametrize("reading", ["f", "grad", "hess"])
@pytest.mark.parametrize(
    ("problem", "w", "shape"),
    [
        (ROSENBROCK, 1.0, r"\(\)"),
        (ROSENBROCK, np.ones(3), r"\(3,\)"),
        (ROSENBROCK, np.ones((3, 2)), r"\(3, 2\)"),
        (ol.problems.square, np.ones(2), r"\(2,\) \(many points at once: shape \(1, 2\)\)"),
    ],
)
def test_point_of_the_wrong_dimension_is_rejected(problem, w, shape, reading):
    with pytest.raises(ValueError, match=f"w must have shape .*{problem.name}.* of shape {shape}"):
        getattr(problem, reading)(w)


def test_missing_hessian_is_named():
    with pytest.raises(ValueError, match="bowl was defined without hess"):
        ol.Objective(lambda w: w**2, lambda w: 2 * w, name="bowl").hess(1.0)


# check_gradient


@every_problem
def test_gradients_agree_with_differences(problem):
    for point in starts(problem, 20, seed=3).T:
        assert ol.check_gradient(problem, point, tolerance=1e-5), (problem, point)


def test_wrong_gradient_is_found_in_its_coordinate():
    wrong = ol.Objective(
        f=lambda w: w[0] ** 2 + 3 * w[1] ** 2,
        grad=lambda w: (2 * w[0], 3 * w[1]),
        variables=("x", "y"),
    )
    check = ol.check_gradient(wrong, [1.0, 2.0])
    assert not check
    assert (check.worst, check.analytic) == ("y", 6.0)
    assert check.numerical == pytest.approx(12)
    assert repr(check).startswith("gradient DISAGREES: worst coordinate y, analytic 6")
    assert not ol.check_gradient(wrong, [1.0, 2.0], tolerance=0.4)
    assert ol.check_gradient(wrong, [1.0, 2.0], tolerance=0.6)


def test_gradient_that_is_nan_disagrees():
    root = ol.Objective(lambda w: np.abs(w), lambda w: w * np.nan)
    assert not ol.check_gradient(root, 1.0)


@pytest.mark.parametrize(
    ("w", "options", "message"),
    [
        (np.nan, {}, "w must be finite, got w = nan"),
        (np.ones((1, 2)), {}, "w must be one point, got w of shape"),
        (np.ones(2), {}, "w must have shape"),
        (1.0, {"h": 0}, "h must be finite and > 0, got h = 0"),
        (1.0, {"h": np.nan}, "h must be finite and > 0, got h = nan"),
        (1.0, {"tolerance": -1}, "tolerance must be finite and > 0, got tolerance = -1"),
    ],
)
def test_check_gradient_rejects_bad_input(w, options, message):
    with pytest.raises(ValueError, match=message):
        ol.check_gradient(ol.problems.square, w, **options)


def many(d=250):
    return ol.Objective(
        lambda w: sum(w**2),
        lambda w: tuple(2 * x for x in w),
        name="many",
        variables=tuple(f"w{i}" for i in range(1, d + 1)),
    )


def test_many_variables_are_shortened_in_messages_and_tables():
    assert repr(many()) == "<Objective many(w1, w2, …, w250)>"
    with pytest.raises(ValueError, match=r"a function of w1, w2, …, w250, got w of shape \(3,\)"):
        many().f(np.zeros(3))
    table = repr(ol.trace(ol.GradientDescent(0.25), many(), np.ones(250), 2))
    assert "(0.5, 0.5, …, 0.5)" in table
    assert max(map(len, table.split("\n"))) < 100


def test_every_coordinate_of_many_is_checked():
    assert ol.check_gradient(many(), np.linspace(-1, 1, 250))
    wrong = many()
    wrong._grad = lambda w: tuple(x * (2 + (i == 123)) for i, x in enumerate(w))
    assert ol.check_gradient(wrong, np.linspace(1, 2, 250)).worst == "w124"


# Forgotten names of variables


def unpacked(w):
    x, y = w
    return 2 * x, 2 * y


SEVERAL = "a function of several variables names them, as in variables=('x', 'y')"
FOR_SEVERAL = {
    "w[0]": lambda w: 2 * w[0] + 4 * w[1],
    "x, y = w": unpacked,
    "A @ w": lambda w: np.ones((3, 2)) @ w,
    "len(w)": lambda w: w * len(w),
    "a loop": lambda w: [2 * x for x in w],
}


@pytest.mark.parametrize("function", FOR_SEVERAL.values(), ids=FOR_SEVERAL)
@pytest.mark.parametrize("w", [1.0, np.float32(1), Fraction(1), np.ones((1, 1)), np.ones((1, 2))])
def test_forgotten_variables_are_named(function, w):
    """Of two points at once w[0] and w[1] would be the points, without an error."""
    own = ol.Objective(function, function, function, name="own")
    for reading in ("f", "grad", "hess"):
        with pytest.raises(TypeError) as error:
            getattr(own, reading)(w)
        assert str(error.value).startswith(f"{reading} of own is given one number, its variable w")
        assert str(error.value).endswith(SEVERAL)


@pytest.mark.parametrize("w", [1.0, np.ones((1, 2)), np.ones((1, 5))])
def test_two_components_of_one_variable_are_named(w):
    own = ol.Objective(lambda w: w**2, lambda w: (2 * w, 2 * w), name="own")
    with pytest.raises(ValueError, match=f"^grad of own must return .*{re.escape(SEVERAL)}$"):
        own.grad(w)
    assert np.all(own.f(w) == 1)


@pytest.mark.parametrize(
    "given", [dict(start=(1.0, 2.0)), dict(minima=[(0, 0)]), dict(domain=((0, 1), (0, 1)))]
)
def test_facts_of_several_variables_ask_for_their_names(given):
    with pytest.raises(ValueError, match=re.escape(SEVERAL)):
        ol.Objective(abs, np.sign, **given)
    assert ol.Objective(abs, np.sign, variables=("x", "y"), **given).dim == 2


@pytest.mark.parametrize(
    "read",
    [
        lambda own: ol.trace(ol.GradientDescent(0.1), own, (1.0, 2.0), 1),
        lambda own: ol.trace(ol.GradientDescent(0.1), own, 1.0, 1),
        lambda own: ol.run(ol.GradientDescent(0.1), own, np.ones((1, 2)), 1),
        lambda own: ol.formula(own),
        lambda own: ol.check_gradient(own, 1.0),
    ],
)
def test_forgotten_variables_are_named_by_all_that_reads(read):
    own = ol.Objective(FOR_SEVERAL["w[0]"], unpacked)
    with pytest.raises((TypeError, ValueError), match=re.escape(SEVERAL)):
        read(own)


def test_other_errors_of_a_function_of_one_variable_stay_what_they_are():
    def broken(w):
        return [1.0][3] + w

    with pytest.raises(IndexError, match=r"^list index out of range$"):
        ol.Objective(broken, broken).f(1.0)
    with pytest.raises(TypeError, match=r"^'NoneType' object is not subscriptable$"):
        ol.Objective(lambda w: (lambda: None)()[0], broken).f(1.0)
    with pytest.raises(IndexError, match="out of bounds"):
        ol.Objective(lambda w: w[2], broken, variables=("x", "y")).f((1.0, 2.0))
