"""The named problems against SymPy and against the literature."""

from fractions import Fraction

import numpy as np
import pytest
from cases import PROBLEMS as SHARED
from cases import starts
from looping import each

import optimlib as ol

PROBLEMS = SHARED | {
    problem.name: problem
    for make in (ol.problems.rastrigin, ol.problems.ackley, ol.problems.styblinski_tang)
    for problem in (make(dim=1), make(dim=3))
}
every_problem = each("problem", PROBLEMS)


def goldstein_price(x, y):
    near = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    far = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    return near * (30 + (2 * x - 3 * y) ** 2 * far)


@pytest.fixture(scope="module")
def expressions(sympy):
    """Return each problem written out once more, by hand: variables and expression."""
    from sympy import E, Rational, cos, cosh, exp, log, pi, sin, sqrt, tanh

    w, x, y, x1, x2, x3 = sympy.symbols("w x y x1 x2 x3", real=True)

    def turned_bowl(kappa, angle):
        """½ (along² + κ across²) in the turned coordinates."""
        c, s = cos(angle), sin(angle)
        return Rational(1, 2) * ((c * x + s * y) ** 2 + kappa * (-s * x + c * y) ** 2)

    def rastrigin(*point):
        return 10 * len(point) + sum(u**2 - 10 * cos(2 * pi * u) for u in point)

    def ackley(*point):
        d = len(point)
        far = exp(-sqrt(sum(u**2 for u in point) / d) / 5)
        return 20 + E - 20 * far - exp(sum(cos(2 * pi * u) for u in point) / d)

    def styblinski_tang(*point):
        return sum(u**4 - 16 * u**2 + 5 * u for u in point) / 2

    three = [x1, x2, x3]
    return {
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
        "log_sum_exp": ([x], log(exp(x) + exp(-x))),
        "heavy_ball_cycle": (
            [x],
            sympy.Piecewise(
                (25 * x**2 / 2, x < 1),
                (x**2 / 2 + 24 * x - 12, x < 2),
                (25 * x**2 / 2 - 24 * x + 36, True),
            ),
        ),
        "reddi": ([x], 10 * x / 101),
        "elongated_bowl": ([x, y], x**2 / 10 + 2 * y**2),
        "booth": ([x, y], (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2),
        "matyas": ([x, y], Rational(26, 100) * (x**2 + y**2) - Rational(48, 100) * x * y),
        "monkey_saddle": ([x, y], x**3 - 3 * x * y**2),
        "beale": (
            [x, y],
            (Rational(3, 2) - x + x * y) ** 2
            + (Rational(9, 4) - x + x * y**2) ** 2
            + (Rational(21, 8) - x + x * y**3) ** 2,
        ),
        "himmelblau": ([x, y], (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2),
        "three_hump_camel": (
            [x, y],
            2 * x**2 - Rational(105, 100) * x**4 + x**6 / 6 + x * y + y**2,
        ),
        "goldstein_price": ([x, y], goldstein_price(x, y)),
        "mccormick": (
            [x, y],
            sin(x + y) + (x - y) ** 2 - Rational(3, 2) * x + Rational(5, 2) * y + 1,
        ),
        "rastrigin": ([x, y], rastrigin(x, y)),
        "rastrigin(dim=1)": ([x], rastrigin(x)),
        "rastrigin(dim=3)": (three, rastrigin(*three)),
        "ackley": ([x, y], ackley(x, y)),
        "ackley(dim=1)": ([x], ackley(x)),
        "ackley(dim=3)": (three, ackley(*three)),
        "styblinski_tang": ([x, y], styblinski_tang(x, y)),
        "styblinski_tang(dim=1)": ([x], styblinski_tang(x)),
        "styblinski_tang(dim=3)": (three, styblinski_tang(*three)),
    }


def test_every_problem_has_an_expression(expressions):
    assert set(expressions) == set(PROBLEMS)


@every_problem
def test_value_gradient_and_hessian_are_those_of_sympy(sympy, expressions, problem):
    variables, f = expressions[problem.name]
    assert problem.variables == tuple(v.name for v in variables)
    gradient = [sympy.diff(f, v) for v in variables]
    hessian = sympy.hessian(f, variables)
    points = starts(problem, 20, seed=5)
    # Ackley's kink in one variable; no random point lies on it.
    modules = [{"DiracDelta": lambda at: 0}, "math"]
    value_of, gradient_of, hessian_of = (
        sympy.lambdify(variables, e, modules) for e in (f, gradient, hessian.tolist())
    )
    for i, point in enumerate(points.T):
        for actual, expected in (
            (problem.f(points)[i], value_of(*point)),
            (problem.grad(points)[:, i], gradient_of(*point)),
            (problem.hess(points)[:, :, i], hessian_of(*point)),
        ):
            scale = max(1, np.max(np.abs(expected)))
            np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-13 * scale)


@pytest.fixture(scope="module")
def true_critical_point(expressions, sympy, mpmath):
    def compute(problem, listed):
        """Return the zero of SymPy's gradient nearest to `listed`, computed with 40 digits."""
        variables, f = expressions[problem.name]
        gradient = sympy.lambdify(variables, [sympy.diff(f, v) for v in variables], "mpmath")
        with mpmath.workdps(40):
            start = [mpmath.mpf(value) for value in listed]
            if all(slope == 0 for slope in gradient(*start)):
                return start
            return list(mpmath.findroot(lambda *point: gradient(*point), start))

    return compute


@every_problem
def test_listed_critical_points_are_right_to_the_last_bit(true_critical_point, problem):
    for point in (*problem.minima, *problem.saddles):
        listed = np.reshape(point, problem.dim)
        if "ackley" in problem.name:
            np.testing.assert_array_equal(listed, 0)
            continue
        for value, true in zip(listed, true_critical_point(problem, listed), strict=True):
            assert abs(true - value) <= np.spacing(abs(value)), (point, true)


@every_problem
def test_listed_minima_are_minima(problem):
    for minimum in problem.minima:
        point = np.reshape(minimum, problem.dim).astype(float)
        hessian = problem.hess(point)
        size = np.linalg.norm(hessian, 2)
        np.testing.assert_allclose(problem.grad(point), 0, atol=1e-15 * max(1, size))
        assert np.all(np.linalg.eigvalsh(hessian) >= -1e-15 * size)
        nearby = point[:, None] + 1e-2 * directions(problem.dim)
        assert np.all(problem.f(nearby) > problem.f(point))


@every_problem
def test_listed_saddles_are_saddles(problem):
    for saddle in problem.saddles:
        point = np.array(saddle)
        size = np.linalg.norm(problem.hess(point), 2)
        np.testing.assert_allclose(problem.grad(point), 0, atol=1e-15 * max(1, size))
        around = problem.f(point[:, None] + 1e-2 * directions(problem.dim)) - problem.f(point)
        assert np.min(around) < -1e-7
        assert np.max(around) > 1e-7
        if problem.name != "monkey_saddle":
            eigenvalues = np.linalg.eigvalsh(problem.hess(point))
            assert eigenvalues[0] < 0 < eigenvalues[-1]


def directions(dim):
    """Return vectors of length 1 in many directions, shape (d, n)."""
    vectors = np.random.default_rng(0).normal(size=(dim, 60))
    return vectors / np.linalg.norm(vectors, axis=0)


def test_problems_without_minimum_list_none():
    without = {name for name, problem in PROBLEMS.items() if not problem.minima}
    assert without == {"cube", "tanh", "saddle", "monkey_saddle", "reddi"}


@every_problem
def test_start_is_finite_and_minima_lie_in_the_domain(problem):
    start = np.asarray(problem.start)
    problem.check_dimension(start, "start")
    assert np.all(np.isfinite(problem.f(start)))
    assert np.any(problem.grad(start))
    low, high = np.array(problem.domain).T
    assert np.all(low < high)
    for point in (*problem.minima, *problem.saddles):
        assert np.all(low <= np.reshape(point, problem.dim))
        assert np.all(np.reshape(point, problem.dim) <= high)


@every_problem
def test_hessian_agrees_with_differences_of_the_gradient(problem):
    points = starts(problem, 20, seed=8)
    for i in range(problem.dim):
        h = 1e-6 * np.eye(problem.dim)[:, i, None]
        column = (problem.grad(points + h) - problem.grad(points - h)) / 2e-6
        hessian = problem.hess(points)
        error = np.abs(hessian[:, i] - column) / np.maximum(1, np.max(np.abs(hessian), (0, 1)))
        assert np.max(error) < 1e-5


@every_problem
@each("batch", [(), (7,), (3, 4), (2, 3, 4), (0,)])
@pytest.mark.parametrize("kind", ["float64", "float32"])
def test_shapes_and_types(problem, batch, kind):
    points = np.resize(starts(problem, 24), (problem.dim, *batch)).astype(kind)
    results = problem.f(points), problem.grad(points), problem.hess(points)
    for depth, result in enumerate(results):
        assert np.shape(result) == (problem.dim,) * depth + batch
        assert result.dtype == kind
    precise = problem.grad(points.astype(float))
    scale = np.maximum(1, np.max(np.abs(precise), initial=0))
    np.testing.assert_allclose(results[1], precise, rtol=1e-3, atol=1e-4 * scale)


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


def critical_point(mpmath, c, guess):
    """Return the zero of (x cos cπx)′ near `guess`, computed with 30 digits."""

    def slope(x):
        phase = mpmath.mpf(str(c)) * mpmath.pi * x
        return mpmath.cos(phase) - phase * mpmath.sin(phase)

    with mpmath.workdps(30):
        return float(mpmath.findroot(slope, guess))


@pytest.mark.parametrize("c", [1, 0.15, 2])
def test_minima_of_x_cos(mpmath, c):
    wave = ol.problems.x_cos(c)
    for minimum, guess in zip(wave.minima, (-0.27, 1.09), strict=True):
        assert minimum == pytest.approx(critical_point(mpmath, c, guess / c), rel=1e-12)
    low, high = wave.domain[0]
    assert (low, high) == pytest.approx((-1 / c, 2 / c))
    grid = np.linspace(low, high, 30001)[None]
    assert grid[0, np.argmin(wave.f(grid))] == pytest.approx(wave.minima[1], abs=1e-4 / c)


def test_minima_of_x_cos_by_scipy(optimize):
    wave = ol.problems.x_cos()
    for minimum, bracket in zip(wave.minima, ((-0.5, 0), (0.8, 1.4)), strict=True):
        found = optimize.brentq(wave.grad, *bracket, xtol=1e-15)
        assert minimum == pytest.approx(found, abs=1e-12)


def test_quartic_and_cube_are_flat_at_zero():
    for problem in (ol.problems.quartic, ol.problems.cube):
        assert problem.grad(0.0) == problem.hess(0.0) == 0
    assert ol.problems.cube.f(-0.1) < 0 < ol.problems.cube.f(0.1)


# The critical points that the literature gives, with as many digits as it gives.

LITERATURE = {
    "beale": {(3, 0.5): 0},
    "himmelblau": {
        (3, 2): 0,
        (-2.805118, 3.131312): 0,
        (-3.779310, -3.283186): 0,
        (3.584428, -1.848126): 0,
    },
    "rastrigin": {(0, 0): 0},
    "ackley": {(0, 0): 0},
    "booth": {(1, 3): 0},
    "matyas": {(0, 0): 0},
    "three_hump_camel": {
        (0, 0): 0,
        (1.747552, -0.873776): 0.298638,
        (-1.747552, 0.873776): 0.298638,
    },
    "goldstein_price": {(0, -1): 3, (-0.6, -0.4): 30, (1.8, 0.2): 84, (1.2, 0.8): 840},
    "mccormick": {(-0.54719, -1.54719): -1.9133, (2.59439, 1.59439): 1.22837},
    "styblinski_tang": {
        (-2.903534, -2.903534): -78.33233,
        (-2.903534, 2.746803): -64.19561,
        (2.746803, -2.903534): -64.19561,
        (2.746803, 2.746803): -50.05889,
    },
}


@pytest.mark.parametrize("name", LITERATURE)
def test_minima_are_those_of_the_literature(name):
    problem = ol.problems.named(name)
    expected = LITERATURE[name]
    np.testing.assert_allclose(problem.minima, list(expected), atol=1.1e-5)
    values = [problem.f(point) for point in problem.minima]
    np.testing.assert_allclose(values, list(expected.values()), atol=1e-4)
    assert values[0] == min(values), "the global minimum is listed first"


def eigenvalues_at_minimum(name):
    problem = ol.problems.named(name)
    return np.linalg.eigvalsh(problem.hess(problem.minima[0]))


@pytest.mark.parametrize(
    ("name", "kappa"),
    [("booth", 9), ("matyas", 25), ("elongated_bowl", 20), ("quadratic", 10), ("coupled_bowl", 3)],
)
def test_condition_numbers_of_the_bowls(name, kappa):
    small, large = eigenvalues_at_minimum(name)
    assert large / small == pytest.approx(kappa, rel=1e-12)


def test_condition_number_of_rosenbrock():
    small, large = eigenvalues_at_minimum("rosenbrock")
    assert large / small == pytest.approx(2508.01, abs=0.01)


def test_hilltop_of_himmelblau(true_critical_point):
    himmelblau = ol.problems.himmelblau
    true = true_critical_point(himmelblau, (-0.27, -0.92))
    top = np.array([-0.2708445906673476, -0.9230385564799815])
    assert tuple(top) == tuple(float(value) for value in true)
    np.testing.assert_allclose(top, [-0.270845, -0.923039], atol=1e-6)
    assert himmelblau.f(top) == pytest.approx(181.6165, abs=1e-4)
    assert np.all(np.linalg.eigvalsh(himmelblau.hess(top)) < 0)


def test_hilltop_of_goldstein_and_price():
    top = np.array([0.8, 0.2])
    assert ol.problems.goldstein_price.f(top) == pytest.approx(1155, rel=1e-12)
    assert np.all(np.linalg.eigvalsh(ol.problems.goldstein_price.hess(top)) < 0)


def test_minimum_of_mccormick_in_closed_form(mpmath):
    with mpmath.workdps(30):
        expected = -mpmath.sqrt(3) / 2 - mpmath.pi / 3
        point = [mpmath.mpf(0.5) - mpmath.pi / 3, -mpmath.mpf(0.5) - mpmath.pi / 3]
    assert ol.problems.mccormick.minima[0] == tuple(float(value) for value in point)
    assert ol.problems.mccormick.f(ol.problems.mccormick.minima[0]) == pytest.approx(
        float(expected), rel=1e-15
    )
    assert round(float(expected), 9) == -1.913222955


@pytest.mark.parametrize("dim", [1, 2, 3, 10])
def test_problems_in_any_dimension(dim):
    for make in (ol.problems.rastrigin, ol.problems.ackley, ol.problems.styblinski_tang):
        problem = make(dim=dim)
        assert problem.dim == len(problem.domain) == np.size(problem.start) == dim
        lowest = -39.16616570377142 * dim if make is ol.problems.styblinski_tang else 0
        assert problem.f(problem.minima[0]) == pytest.approx(lowest, rel=1e-14, abs=0)
        assert problem.f(starts(problem, 500)).min() > problem.f(problem.minima[0])


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("dim", [1, 2, 5])
def test_ackley_at_its_tip(dim, kind):
    """The gradient is 0 there and has the cone's slope 4/√d a hair's breadth away."""
    problem = ol.problems.ackley(dim)
    tip = np.zeros(dim, dtype=kind)
    np.testing.assert_array_equal(problem.grad(tip), tip)
    assert np.all(np.isfinite(problem.hess(tip)))
    for size in (1e-8, 1e-15):
        gradient = problem.grad(tip + kind(size))
        assert np.linalg.norm(gradient) == pytest.approx(4 / np.sqrt(dim), rel=1e-5)
    for size in (1e-18, 1e-21, 1e-25, 1e-30):
        assert np.linalg.norm(problem.grad(tip + kind(size))) <= 4 / np.sqrt(dim) * 1.01


def test_log_sum_exp_does_not_overflow():
    smooth = ol.problems.log_sum_exp
    assert smooth.f(0.0) == pytest.approx(np.log(2))
    far = np.array([[-1e4, 1e4]])
    np.testing.assert_array_equal(smooth.f(far), [1e4, 1e4])
    np.testing.assert_array_equal(smooth.grad(far), [[-1, 1]])


@pytest.mark.parametrize("sign", [1, -1])
def test_newton_on_log_sum_exp_diverges_beyond_1_08866(mpmath, sign):
    with mpmath.workdps(30):
        edge = float(mpmath.findroot(lambda u: mpmath.sinh(2 * u) - 4 * u, 1.1))
    assert round(edge, 5) == 1.08866
    smooth, ends = ol.problems.log_sum_exp, []
    for start in (edge - 1e-3, edge + 1e-3):
        point = sign * start
        for _ in range(6):
            point = point - smooth.grad(point) / smooth.hess(point)
        ends.append(abs(point))
    assert ends[0] < 1.08 < 1.1 < ends[1]


# The heavy ball's cycle, and Adam's stream


def test_slope_of_the_heavy_ball_problem_has_three_pieces():
    problem = ol.problems.heavy_ball_cycle
    points = np.array([[-1.0, 0.5, 1.0, 1.5, 2.0, 3.0]])
    np.testing.assert_allclose(problem.grad(points), [[-25, 12.5, 25, 25.5, 26, 51]])
    np.testing.assert_array_equal(problem.hess(points), [[[25, 25, 1, 1, 25, 25]]])
    for kink in (1.0, 2.0):
        for reading in (problem.f, problem.grad):
            gap = reading(np.nextafter(kink, 3)) - reading(np.nextafter(kink, 0))
            assert abs(gap) < 1e-13


def test_heavy_ball_ends_in_a_cycle_of_three_points():
    problem = ol.problems.heavy_ball_cycle
    rule = ol.HeavyBall(lr=1 / 9, beta=4 / 9)
    last = ol.trace(rule, problem, problem.start, 1000)["w"][-3:]
    np.testing.assert_allclose(sorted(1225 * last), [-2208, 792, 2592], rtol=1e-12)
    # The points in exact arithmetic, one after the other.
    cycle = [Fraction(k, 1225) for k in (792, -2208, 2592)]
    for i in range(3):
        before, here, after = cycle[i - 2], cycle[i - 1], cycle[i]
        slope = problem.grad(here)
        assert isinstance(slope, Fraction)
        assert after == here - slope / 9 + (here - before) * Fraction(4, 9)


def test_stream_of_reddi():
    stream = ol.problems.reddi
    slopes = [stream.at(t).grad(0.3) for t in range(1, 304)]
    assert [t for t, slope in enumerate(slopes, start=1) if slope == 1010] == [1, 102, 203]
    assert {float(slope) for slope in slopes} == {1010.0, -10.0}
    assert np.mean(slopes) == pytest.approx(stream.grad(0.3), rel=1e-13)
    assert stream.domain == ((-1.0, 1.0),)
    assert stream.f(-1.0) < stream.f(1.0)
    for t in (1, 2):
        assert stream.at(t).f(0.5) == slopes[t - 1] / 2


def test_adam_goes_the_wrong_way_on_the_stream_of_reddi():
    """The projection and the rate η/√t are the optimizer's; so is the blame."""
    stream, w, m, v = ol.problems.reddi, 0.0, 0.0, 0.0
    for t in range(1, 10_001):
        g = float(stream.at(t).grad(w))
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g**2
        w = float(np.clip(w - 0.5 / np.sqrt(t) * m / np.sqrt(v), -1, 1))
    assert w > 0.9


# Losses on data


def data(count=40, dim=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, dim)), np.where(rng.random(count) < 0.5, -1, 1)


def assert_loss_is(sympy, loss, f, weights):
    """Compare a loss and its derivatives with SymPy's of the expression `f`."""
    gradient = [sympy.diff(f, u) for u in weights]
    expressions = {"f": f, "grad": gradient, "hess": sympy.hessian(f, weights).tolist()}
    for reading, expression in expressions.items():
        expected = sympy.lambdify(weights, expression, "math")
        for point in np.random.default_rng(1).normal(size=(5, len(weights))):
            actual = getattr(loss, reading)(point)
            np.testing.assert_allclose(actual, expected(*point), rtol=1e-11, atol=1e-14)
    assert ol.check_gradient(loss, np.ones(len(weights)))


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("dim", [1, 2, 4])
def test_logistic_is_that_of_sympy(sympy, dim, l2):
    features, labels = data(6, dim)
    loss = ol.problems.logistic(features, labels, l2=l2)
    weights = sympy.symbols(f"w1:{dim + 1}", real=True)
    assert len(loss.variables) == dim
    terms = []
    for row, label in zip(features, labels, strict=True):
        margin = int(label) * sum(a * b for a, b in zip(row, weights, strict=True))
        terms.append(sympy.log(1 + sympy.exp(-margin)))
    f = sum(terms) / 6 + l2 * sum(u**2 for u in weights) / 2
    assert_loss_is(sympy, loss, f, weights)


def test_logistic_from_scratch_at_zero():
    features, labels = data()
    loss = ol.problems.logistic(features, labels, l2=0.1)
    zero = np.zeros(3)
    assert loss.f(zero) == pytest.approx(np.log(2))
    np.testing.assert_allclose(loss.grad(zero), -features.T @ labels / 80)
    np.testing.assert_allclose(loss.hess(zero), features.T @ features / 160 + 0.1 * np.eye(3))


@pytest.mark.parametrize("make", [ol.problems.least_squares, ol.problems.logistic])
@pytest.mark.parametrize("dim", [1, 3])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_losses_take_batches_and_keep_types(make, kind, dim):
    loss = make(*data(dim=dim), l2=np.float64(0.1))
    points = np.random.default_rng(0).normal(size=(dim, 4, 2)).astype(kind)
    points.setflags(write=False)
    for depth, reading in enumerate((loss.f, loss.grad, loss.hess)):
        together = reading(points)
        assert together.shape == (dim,) * depth + (4, 2)
        assert together.dtype == kind
        for i, j in np.ndindex(4, 2):
            alone = reading(points[:, i, j])
            assert alone.dtype == kind
            tolerance = 1e-5 if kind is np.float32 else 1e-13
            np.testing.assert_allclose(together[..., i, j], alone, rtol=tolerance, atol=tolerance)


def test_logistic_does_not_overflow():
    loss = ol.problems.logistic([[1.0], [-1.0]], [1, 1])
    assert loss.f(1e5) == 5e4
    assert loss.grad(1e5) == 0.5
    assert loss.hess(1e5) == 0


@pytest.mark.parametrize("make", [ol.problems.least_squares, ol.problems.logistic])
def test_losses_do_not_change_with_their_data(make):
    features, labels = data()
    loss = make(features, labels)
    before = loss.f(np.ones(3))
    features[:], labels[:] = 0, 1
    assert loss.f(np.ones(3)) == before


def test_labels_of_logistic_may_be_0_and_1_or_truth_values():
    features, labels = data()
    loss = ol.problems.logistic(features, labels, l2=0.1)
    points = np.random.default_rng(0).normal(size=(3, 20))
    for others in (labels > 0, (labels + 1) // 2, ((labels + 1) / 2).tolist()):
        same = ol.problems.logistic(features, others, l2=0.1)
        np.testing.assert_array_equal(same.grad(points), loss.grad(points))


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("dim", [1, 2, 4])
def test_least_squares_is_that_of_sympy(sympy, dim, l2):
    features, _ = data(6, dim)
    targets = np.random.default_rng(3).normal(size=6)
    loss = ol.problems.least_squares(features, targets, l2=l2)
    weights = sympy.symbols(f"w1:{dim + 1}", real=True)
    errors = [
        sum(a * b for a, b in zip(row, weights, strict=True)) - target
        for row, target in zip(features, targets, strict=True)
    ]
    f = sum(error**2 for error in errors) / 12 + l2 * sum(u**2 for u in weights) / 2
    assert_loss_is(sympy, loss, f, weights)


@pytest.mark.parametrize("dim", [1, 2, 7])
def test_the_minimum_of_least_squares_is_that_of_lstsq(dim):
    features, _ = data(30, dim)
    targets = np.random.default_rng(3).normal(size=30)
    best, residual, _, _ = np.linalg.lstsq(features, targets)
    loss = ol.problems.least_squares(features, targets)
    (minimum,) = loss.minima
    np.testing.assert_allclose(np.reshape(minimum, dim), best, rtol=1e-12)
    np.testing.assert_allclose(loss.grad(minimum), 0, atol=1e-14)
    assert loss.f(minimum) == pytest.approx(residual[0] / 60, rel=1e-12)
    assert loss.start == (0.0 if dim == 1 else (0.0,) * dim)
    low, high = np.array(loss.domain).T
    assert np.all((low < best) & (best < high) & (low <= 0) & (high >= 0))


def test_ridge_regression_has_one_minimum_where_least_squares_has_many():
    features, targets = [[1.0, 2.0], [2.0, 4.0]], [1.0, 3.0]
    assert ol.problems.least_squares(features, targets).minima == ()
    ridge = ol.problems.least_squares(features, targets, l2=0.1)
    gram = np.array(features).T @ features / 2 + 0.1 * np.eye(2)
    best = np.linalg.solve(gram, np.array(features).T @ targets / 2)
    np.testing.assert_allclose(ridge.minima, [best], rtol=1e-13)
    np.testing.assert_allclose(ridge.grad(best), 0, atol=1e-14)
    np.testing.assert_array_equal(ridge.hess(best), gram)
    # More weights than data, and none at all to be learned.
    assert ol.problems.least_squares([[1.0, 2.0, 3.0]], [1.0]).minima == ()
    assert ol.problems.least_squares([[1.0, 0.0], [0.0, 1.0]], [0, 0]).domain == ((-1, 1),) * 2


def test_least_squares_of_few_data_is_read():
    line = ol.problems.least_squares([[0, 1], [1, 1]], [1, 3], variables=("a", "b"))
    assert ol.formula(line).text.startswith("f(a, b) = ((b − 1)² + (a + b − 3)²) / 4\n")
    worked = ol.by_hand(ol.GradientDescent(0.5), line, (0.0, 0.0), 1).text
    assert worked.endswith("= (0, 0) − 0.5 · (−1.5, −2) = (0.75, 1)")
    assert "export const least_squares = " in ol.javascript(line)


@pytest.mark.parametrize("make", [ol.problems.least_squares, ol.problems.logistic])
def test_the_weights_have_names(make):
    assert make([[1, 2, 3]], [1]).variables == ("w1", "w2", "w3")
    assert make([[1.0], [2.0]], [1, 0]).variables == ("w",)
    assert make([[1, 2]], [1], variables=["slope", "start"]).variables == ("slope", "start")
    assert make([[1.0]], [1], variables=("slope",)).variables == ("slope",)


@pytest.mark.parametrize("make", [ol.problems.least_squares, ol.problems.logistic])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1.0, 2.0], [1, 1]), ValueError, r"X must be .* one sample a row, .* of shape \(2,\)"),
        ((np.zeros((0, 2)), []), ValueError, r"X must be .* of shape \(0, 2\)"),
        ((np.zeros((2, 0)), [1, 1]), ValueError, r"X must be .* of shape \(2, 0\)"),
        (([[[1.0]]], [1]), ValueError, r"X must be .* of shape \(1, 1, 1\)"),
        (([[1.0, 2.0], [3.0]], [1, 1]), ValueError, "X must have one length .* got X ="),
        (([[np.nan]], [1]), ValueError, "X must be finite, .*nan"),
        (([["1"]], [1]), TypeError, "X must be a real number or an array of them, got X ="),
        (([[1.0]], [np.inf]), ValueError, r"y must be finite, got y = \[inf\]"),
        (([[1.0]], ["1"]), TypeError, r"y must be a real number .* got y = \['1'\]"),
        (([[1.0]], [1, 1]), ValueError, r"y must have shape \(1,\), .* of shape \(2,\)"),
        (([[1.0]], [[1]]), ValueError, r"y must have shape \(1,\), .* of shape \(1, 1\)"),
        (([[1.0]], 1), ValueError, r"y must have shape \(1,\), .* of shape \(\)"),
        (([[1.0]], [1], -0.1), ValueError, "l2 must be >= 0, got l2 = -0.1"),
        (([[1.0]], [1], np.inf), ValueError, "l2 must be finite, got l2 = inf"),
        (([[1.0]], [1], "a"), TypeError, "l2 must be a number, got l2 = 'a'"),
        (([[1.0, 2]], [1], 0, ("a",)), ValueError, "variables must be the names of the 2 columns"),
        (([[1.0, 2]], [1], 0, "ab"), ValueError, "2 columns of X, got variables = 'ab'"),
        (([[1.0, 2]], [1], 0, ("a", "a")), ValueError, r"must differ, got variables = \('a', 'a'"),
    ],
)
def test_bad_data_is_rejected(make, arguments, error, message):
    with pytest.raises(error, match=message):
        make(*arguments)


@pytest.mark.parametrize(
    ("labels", "found"),
    [([0, 2], "0.0, 2.0"), ([-1, 0], "-1.0, 0.0"), ([0.5, 1], "0.5, 1.0"), ([1, 3], "1.0, 3.0")],
)
def test_labels_of_other_kinds_are_rejected(labels, found):
    with pytest.raises(
        ValueError, match=f"^y must hold labels .* 0 or 1, .*, got the labels {found}$"
    ):
        ol.problems.logistic([[1.0], [2.0]], labels)


@pytest.mark.parametrize("name", ["rastrigin", "ackley", "styblinski_tang"])
@pytest.mark.parametrize(
    ("dim", "error", "words"),
    [
        (0, ValueError, ">= 1"),
        (-2, ValueError, ">= 1"),
        (2.0, TypeError, "an integer"),
        (True, TypeError, "an integer"),
        ("2", TypeError, "an integer"),
    ],
)
def test_bad_dimension_is_rejected(name, dim, error, words):
    with pytest.raises(error, match=f"dim must be {words}, got dim = {dim!r}"):
        ol.problems.named(name, dim=dim)


# The catalogue and its errors


def test_all_lists_every_problem_of_the_module_once():
    names = [problem.name for problem in ol.problems.all()]
    assert len(set(names)) == len(names)
    objects = {v for v in vars(ol.problems).values() if isinstance(v, ol.Objective)}
    assert objects <= set(ol.problems.all())


def test_named_finds_a_problem_and_passes_parameters():
    assert ol.problems.named("saddle") is ol.problems.saddle
    assert ol.problems.named("quadratic", kappa=7).name == "quadratic(kappa=7)"
    assert ol.problems.named("logistic", X=[[1.0, 2]], y=[1]).dim == 2


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
