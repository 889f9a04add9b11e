"""The named problems against SymPy and against the literature."""

import mpmath
import numpy as np
import pytest
import sympy
from cases import PROBLEMS, starts
from scipy import optimize
from sympy import Rational, cos, cosh, pi, sin, tanh

import optimlib as ol

w, x, y = sympy.symbols("w x y", real=True)


def turned_bowl(kappa, angle):
    """½ (along² + κ across²) in the turned coordinates."""
    c, s = cos(angle), sin(angle)
    return Rational(1, 2) * ((c * x + s * y) ** 2 + kappa * (-s * x + c * y) ** 2)


# Each problem written out once more, by hand: variables and expression.
EXPRESSIONS = {
    "square": ([w], w**2),
    "cube": ([x], x**3),
    "quartic": ([x], x**4),
    "tanh": ([x], tanh(x)),
    "cosh(c=1)": ([x], cosh(x)),
    "cosh(c=0.5)": ([x], cosh(x / 2)),
    "x_cos(c=1)": ([x], x * cos(pi * x)),
    "x_cos(c=0.15)": ([x], x * cos(Rational(15, 100) * pi * x)),
    "coupled_bowl": ([x, y], x**2 + y**2 + x * y),
    "quadratic(kappa=10)": ([x, y], (x**2 + 10 * y**2) / 2),
    "quadratic(kappa=100, angle=0.5)": ([x, y], turned_bowl(100, Rational(1, 2))),
    "saddle": ([x, y], x**2 - y**2),
    "rosenbrock": ([x, y], (1 - x) ** 2 + 100 * (y - x**2) ** 2),
}

every_problem = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)


def test_every_problem_has_an_expression():
    assert set(EXPRESSIONS) == set(PROBLEMS)


@every_problem
def test_value_gradient_and_hessian_are_those_of_sympy(problem):
    variables, f = EXPRESSIONS[problem.name]
    assert problem.variables == tuple(v.name for v in variables)
    gradient = [sympy.diff(f, v) for v in variables]
    hessian = sympy.hessian(f, variables)
    points = starts(problem, 20, seed=5)
    value_of, gradient_of, hessian_of = (
        sympy.lambdify(variables, e, "math") for e in (f, gradient, hessian.tolist())
    )
    for i, point in enumerate(points.T):
        for actual, expected in (
            (problem.f(points)[i], value_of(*point)),
            (problem.grad(points)[:, i], gradient_of(*point)),
            (problem.hess(points)[:, :, i], hessian_of(*point)),
        ):
            scale = max(1, np.max(np.abs(expected)))
            np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-13 * scale)


@every_problem
def test_listed_minima_are_minima(problem):
    for minimum in problem.minima:
        point = np.reshape(minimum, problem.dim).astype(float)
        np.testing.assert_allclose(problem.grad(point), 0, atol=1e-12)
        assert np.all(np.linalg.eigvalsh(problem.hess(point)) >= -1e-12)
        nearby = point[:, None] + 1e-2 * starts_around(problem.dim)
        assert np.all(problem.f(nearby) > problem.f(point))


@every_problem
def test_listed_saddles_are_saddles(problem):
    for saddle in problem.saddles:
        point = np.array(saddle)
        np.testing.assert_array_equal(problem.grad(point), 0)
        eigenvalues = np.linalg.eigvalsh(problem.hess(point))
        assert eigenvalues[0] < 0 < eigenvalues[-1]


def starts_around(dim):
    """Return points on the unit circle or its one-dimensional counterpart, shape (d, n)."""
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    return np.array([[1.0, -1.0]]) if dim == 1 else np.array([np.cos(angles), np.sin(angles)])


def test_problems_without_minimum_list_none():
    without = {name for name, problem in PROBLEMS.items() if not problem.minima}
    assert without == {"cube", "tanh", "saddle"}


@every_problem
def test_start_is_finite_and_minima_lie_in_the_domain(problem):
    problem.check_dimension(np.asarray(problem.start), "start")
    low, high = np.array(problem.domain).T
    assert np.all(low < high)
    for point in (*problem.minima, *problem.saddles):
        assert np.all(low <= np.reshape(point, problem.dim))
        assert np.all(np.reshape(point, problem.dim) <= high)


# Literature


def test_rosenbrock():
    rosenbrock = ol.problems.rosenbrock
    assert rosenbrock.minima == ((1.0, 1.0),)
    assert rosenbrock.start == (-1.2, 1.0)
    assert rosenbrock.f(np.ones(2)) == 0
    assert rosenbrock.f(np.array(rosenbrock.start)) == pytest.approx(24.2)
    assert round(np.linalg.cond(rosenbrock.hess(np.ones(2)))) == 2508
    np.testing.assert_array_equal(rosenbrock.hess(np.ones(2)), [[802, -400], [-400, 200]])


@pytest.mark.parametrize("kappa", [1, 10, 100, 1000, 0.25])
@pytest.mark.parametrize("angle", [0.0, 0.5, -2.0, np.pi / 2])
def test_quadratic_has_the_eigenvalues_one_and_kappa(kappa, angle):
    bowl = ol.problems.quadratic(kappa, angle)
    eigenvalues, vectors = np.linalg.eigh(bowl.hess(np.array([3.0, -1.0])))
    np.testing.assert_allclose(eigenvalues, sorted([1, kappa]), rtol=1e-10)
    if kappa != 1:
        soft = vectors[:, list(np.isclose(eigenvalues, 1)).index(True)]
        assert abs(soft @ [np.cos(angle), np.sin(angle)]) == pytest.approx(1)


@pytest.mark.parametrize("angle", [0.0, 0.5, 1.2])
def test_quadratic_starts_at_the_worst_case_of_exact_line_search(angle):
    """(κ, 1) in the bowl's own axes: each step of exact search then gains (κ − 1)/(κ + 1)."""
    bowl = ol.problems.quadratic(10, angle)
    w, hessian = np.array(bowl.start), bowl.hess(np.zeros(2))
    for _ in range(5):
        before, g = w, bowl.grad(w)
        w = w - (g @ g) / (g @ hessian @ g) * g
        assert np.linalg.norm(w) / np.linalg.norm(before) == pytest.approx(9 / 11)


def test_turning_by_nothing_changes_nothing():
    points = np.random.default_rng(0).normal(size=(2, 50))
    plain, turned = ol.problems.quadratic(10), ol.problems.quadratic(10, angle=1e-300)
    np.testing.assert_array_equal(plain.f(points), turned.f(points))


def critical_point(c, guess):
    """Return the zero of (x cos cπx)′ near `guess`, computed with 30 digits."""

    def slope(x):
        phase = mpmath.mpf(str(c)) * mpmath.pi * x
        return mpmath.cos(phase) - phase * mpmath.sin(phase)

    with mpmath.workdps(30):
        return float(mpmath.findroot(slope, guess))


@pytest.mark.parametrize("c", [1, 0.15, 2])
def test_minima_of_x_cos(c):
    wave = ol.problems.x_cos(c)
    for minimum, guess in zip(wave.minima, (-0.27, 1.09), strict=True):
        assert minimum == pytest.approx(critical_point(c, guess / c), rel=1e-12)
    low, high = wave.domain[0]
    assert (low, high) == pytest.approx((-1 / c, 2 / c))
    grid = np.linspace(low, high, 30001)[None]
    assert grid[0, np.argmin(wave.f(grid))] == pytest.approx(wave.minima[1], abs=1e-4 / c)


def test_minima_of_x_cos_by_scipy():
    wave = ol.problems.x_cos()
    for minimum, bracket in zip(wave.minima, ((-0.5, 0), (0.8, 1.4)), strict=True):
        found = optimize.brentq(wave.grad, *bracket, xtol=1e-15)
        assert minimum == pytest.approx(found, abs=1e-12)


def test_quartic_and_cube_are_flat_at_zero():
    for problem in (ol.problems.quartic, ol.problems.cube):
        assert problem.grad(0.0) == problem.hess(0.0) == 0
    assert ol.problems.cube.f(-0.1) < 0 < ol.problems.cube.f(0.1)


# The catalogue and its errors


def test_all_lists_every_problem_of_the_module_once():
    names = [problem.name for problem in ol.problems.all()]
    assert len(set(names)) == len(names)
    objects = {v for v in vars(ol.problems).values() if isinstance(v, ol.Objective)}
    assert objects <= set(ol.problems.all())


def test_named_finds_a_problem_and_passes_parameters():
    assert ol.problems.named("saddle") is ol.problems.saddle
    assert ol.problems.named("quadratic", kappa=7).name == "quadratic(kappa=7)"


@pytest.mark.parametrize("name", ["rosenbrok", "", "Square!", 3, None])
def test_unknown_problem_is_named(name):
    with pytest.raises(ValueError, match="unknown problem name = ") as error:
        ol.problems.named(name)
    assert repr(name) in str(error.value)


def test_unknown_problem_gets_a_suggestion():
    with pytest.raises(ValueError, match="did you mean 'rosenbrock'"):
        ol.problems.named("rosenbrok")


def test_parameters_of_a_problem_without_any_are_rejected():
    with pytest.raises(ValueError, match=r"'square' takes no parameters, got .*kappa"):
        ol.problems.named("square", kappa=3)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (ol.problems.quadratic, "kappa"),
        (ol.problems.cosh, "c"),
        (ol.problems.x_cos, "c"),
    ],
)
@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (0, ValueError, "finite and > 0"),
        (-1.0, ValueError, "finite and > 0"),
        (np.nan, ValueError, "finite and > 0"),
        (np.inf, ValueError, "finite and > 0"),
        ("1", TypeError, "a number"),
        (True, TypeError, "a number"),
        (None, TypeError, "a number"),
    ],
)
def test_bad_parameter_is_rejected(make, name, value, error, words):
    with pytest.raises(error, match=f"{name} must be {words}, got {name} = {value!r}"):
        make(**{name: value})


@pytest.mark.parametrize(("value", "error"), [(np.inf, ValueError), ("x", TypeError)])
def test_bad_angle_is_rejected(value, error):
    with pytest.raises(error, match=f"angle must be .* got angle = {value!r}"):
        ol.problems.quadratic(angle=value)
