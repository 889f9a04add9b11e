"""One point or many, and what functions return: never a number from the wrong axis."""

import numpy as np
import pytest
from cases import PROBLEMS, starts

import optimlib as ol

RNG = np.random.default_rng(0)
GD = ol.GradientDescent(lr=0.05)


def names(d):
    return tuple(f"w{i}" for i in range(d))


def least_squares(n, d):
    A, y = RNG.normal(size=(n, d)), RNG.normal(size=n)
    return ol.Objective(
        f=lambda w: np.mean((A @ w - y) ** 2),
        grad=lambda w: 2 * A.T @ (A @ w - y) / n,
        hess=lambda w: 2 * A.T @ A / n,
        variables=names(d),
    )


def line(n, d=1):
    x, y = RNG.normal(size=(2, n))
    return ol.Objective(
        f=lambda w: np.mean((x * w - y) ** 2),
        grad=lambda w: np.mean(2 * x * (x * w - y)),
        hess=lambda w: np.mean(2 * x**2),
    )


def form(n, d):
    A = RNG.normal(size=(d, d))
    A = A + A.T
    return ol.Objective(
        f=lambda w: w @ A @ w, grad=lambda w: 2 * A @ w, hess=lambda w: 2 * A, variables=names(d)
    )


def norm(n, d):
    return ol.Objective(
        f=lambda w: np.sum(w**2) ** 0.5 + w.mean(),
        grad=lambda w: w / np.linalg.norm(w) + 1 / len(w),
        variables=names(d),
    )


def branching(n, d):
    def grad(w):
        if w[0] > 0.5:
            return 2 * w
        return [float(x) for x in w]

    return ol.Objective(f=lambda w: float(w @ w), grad=grad, variables=names(d))


def far_from_zero(n, d):
    return ol.Objective(
        f=lambda w: 1e9 + np.sum(w**2), grad=lambda w: 2 * w * np.sum(w), variables=names(d)
    )


def softmax(n, d):
    return ol.Objective(
        f=lambda w: np.log(np.sum(np.exp(w))),
        grad=lambda w: np.exp(w) / np.exp(w).sum(),
        variables=names(d),
    )


WRITTEN_FOR_ONE = [least_squares, form, norm, branching, far_from_zero, softmax]


def one_by_one(reading, w):
    return np.stack([reading(np.array(point)) for point in w.T], axis=-1)


@pytest.mark.parametrize("make", WRITTEN_FOR_ONE, ids=lambda make: make.__name__)
@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_many_points_are_the_points_one_by_one(make, d, count):
    """Also where there are as many points as variables, or as data."""
    for n in {count, d, 5}:
        problem, w = make(n, d), RNG.normal(size=(d, count))
        for reading in ("f", "grad", *["hess"] * problem.has_hess):
            read = getattr(problem, reading)
            np.testing.assert_allclose(read(w), one_by_one(read, w), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("count", [1, 2, 5, 7])
def test_many_lines_are_the_lines_one_by_one(count):
    for n in (count, 7):
        problem, w = line(n), RNG.normal(size=(1, count))
        for read in (problem.f, problem.grad, problem.hess):
            expected = [read(x) for x in w[0]]
            np.testing.assert_allclose(np.ravel(read(w)), expected, rtol=1e-12)


@pytest.mark.parametrize("make", WRITTEN_FOR_ONE, ids=lambda make: make.__name__)
@pytest.mark.parametrize("start", ["zeros", "equal", "diverged"])
def test_points_in_special_places_do_not_mislead(make, start):
    """The first points may all be zero, the same, or infinite."""
    w = {"zeros": np.zeros((2, 3)), "equal": np.ones((2, 3)), "diverged": np.full((2, 3), np.inf)}
    problem = make(5, 2)
    with np.errstate(all="ignore"):
        problem.f(w[start]), problem.grad(w[start])
    other = RNG.normal(size=(2, 3))
    for read in (problem.f, problem.grad):
        np.testing.assert_allclose(read(other), one_by_one(read, other), rtol=1e-9)


@pytest.mark.parametrize("make", [least_squares, form], ids=lambda make: make.__name__)
def test_everything_that_takes_many_points_is_right(make):
    problem, w0 = make(4, 2), RNG.normal(size=(2, 4))
    path = ol.trace(GD, problem, w0, 6)
    alone = [ol.trace(GD, problem, point, 6) for point in w0.T]
    np.testing.assert_allclose(path["w"], np.stack([p["w"] for p in alone], axis=-1), rtol=1e-12)
    np.testing.assert_allclose(path.values, np.stack([p.values for p in alone], -1), rtol=1e-9)
    np.testing.assert_allclose(ol.run(GD, problem, w0, 6), path["w"][-1], rtol=1e-12)
    heights = ol.sweep(GD, problem, w0[:, 0], 6, lr=[0.05, 0.01])
    assert heights[0] == pytest.approx(alone[0].values[-1], rel=1e-9)
    for point in w0.T:
        assert ol.check_gradient(problem, point, tolerance=1e-5)
        assert "4 runs" in repr(path)
    np.testing.assert_allclose(ol.numerical_gradient(problem, w0), problem.grad(w0), rtol=1e-5)
    np.testing.assert_allclose(
        ol.numerical_hessian(problem, w0), problem.hess(w0), rtol=1e-4, atol=1e-6
    )
    bends = [ol.second_directional_derivative(problem, p, [1, 2]) for p in w0.T]
    np.testing.assert_allclose(ol.second_directional_derivative(problem, w0, [1, 2]), bends)


def test_plain_functions_are_tried_too():
    w = RNG.normal(size=(3, 3))
    slopes = ol.numerical_gradient(lambda w: np.sum(w**2), w)
    np.testing.assert_allclose(slopes, 2 * w, rtol=1e-6)
    bends = ol.numerical_hessian(lambda w: np.sum(w**2), w, of="values")
    np.testing.assert_allclose(bends, np.repeat(2 * np.eye(3)[..., None], 3, -1), atol=1e-5)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_problems_of_the_package_take_many_points_at_once(problem):
    w = starts(problem, 3)
    for reading in ("f", "grad", "hess"):
        getattr(problem, reading)(w)
        assert problem._ways[reading] == "many"


def test_what_was_found_out_holds_for_good_and_costs_five_calls():
    calls = [0]

    def f(w):
        calls.append(np.shape(w))
        return np.sum(w**2, axis=0)

    problem = ol.Objective(f=f, grad=f, variables=names(2))
    problem.f(np.ones((2, 6)))
    assert calls == [0, (2, 6)], "what trying has changed is undone"
    problem.f(np.ones((2, 7)))
    problem.f(np.ones((2, 3, 4)))
    assert calls[2:] == [(2, 7), (2, 12)]


def test_code_for_many_points_alone_is_called_as_it_is():
    """Noise over the batch cannot be tried with two points or one."""
    noise = RNG.normal(size=6)
    problem = ol.Objective(f=lambda w: w**2, grad=lambda w: w + noise)
    w = RNG.normal(size=(1, 6))
    np.testing.assert_array_equal(problem.grad(w), w + noise)
    with pytest.raises(ValueError, match=r"grad of f must return .*\(4,\)|broadcast"):
        problem.grad(np.ones((1, 4)))


def test_threads_and_chunks_do_not_change_a_matrix_product():
    problem, w0 = least_squares(30, 3), RNG.normal(size=(3, 70_000))
    problem._ways.update(f="as it is", grad="as it is")
    A = RNG.normal(size=(3, 3))
    product = ol.Objective(f=lambda w: np.sum(w, 0), grad=lambda w: A @ w, variables=names(3))
    expected = ol.trace(GD, product, w0, 3)["w"][-1]
    for threads in (1, 2, 3):
        np.testing.assert_array_equal(ol.run(GD, product, w0, 3, threads=threads), expected)


# Rules that combine coordinates or runs


def rule_of(update, state=()):
    class Own(ol.Rule):
        pass

    Own.state = state
    Own.update = update
    return Own(0.1)


MIXING = {
    "mean": lambda self, t, g: dict(step=-self.lr * (g - g.mean())),
    "norm": lambda self, t, g: dict(step=-self.lr * g / np.linalg.norm(g)),
    "sum": lambda self, t, g: dict(step=-self.lr * g * np.sum(g)),
    "maximum": lambda self, t, g: dict(size=np.max(np.abs(g)), step=-self.lr * np.sign(g)),
    "branch": lambda self, t, g: dict(step=-g if (g > 0).all() else g),
}
KEEPING = {
    "mean": lambda self, t, g: dict(step=-self.lr * (g - g.mean(axis=0))),
    "norm": lambda self, t, g: dict(step=-self.lr * g / np.linalg.norm(g, axis=0)),
    "vecdot": lambda self, t, g: dict(step=-self.lr * g * np.vecdot(g, g, axis=0)),
}


@pytest.mark.parametrize("update", [*MIXING.values(), *KEEPING.values()])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_each_run_of_a_batch_goes_as_it_goes_alone(update, threads):
    rule, w0 = rule_of(update), RNG.normal(size=(2, 5))
    problem = ol.problems.coupled_bowl
    alone = np.stack([ol.run(rule, problem, point, 4) for point in w0.T], axis=-1)
    path = ol.trace(rule, problem, w0, 4)
    np.testing.assert_allclose(path["w"][-1], alone, rtol=1e-12)
    np.testing.assert_allclose(ol.run(rule, problem, w0, 4, threads=threads), alone, rtol=1e-12)
    equal = ol.trace(rule, problem, np.ones((2, 3)), 4)["w"][-1]
    np.testing.assert_allclose(equal[:, 0], ol.run(rule, problem, np.ones(2), 4), rtol=1e-12)


def test_mixing_rules_go_apart_in_wrappers_and_sweeps_too():
    rule = ol.ClipNorm(rule_of(MIXING["norm"]), limit=1.0)
    w0 = RNG.normal(size=(2, 4))
    alone = np.stack([ol.run(rule, ol.problems.saddle, p, 3) for p in w0.T], axis=-1)
    np.testing.assert_allclose(ol.run(rule, ol.problems.saddle, w0, 3), alone, rtol=1e-12)
    rates = np.array([0.1, 0.2])
    swept = ol.sweep(rule_of(MIXING["norm"]), ol.problems.saddle, (1.0, 2.0), 3, lr=rates)
    for lr, height in zip(rates, swept, strict=True):
        (one,) = ol.sweep(rule_of(MIXING["norm"]), ol.problems.saddle, (1.0, 2.0), 3, lr=[lr])
        assert height == pytest.approx(one, rel=1e-12)


def test_a_batch_of_a_mixing_rule_records_the_shapes_of_a_batch():
    path = ol.trace(rule_of(MIXING["maximum"]), ol.problems.saddle, RNG.normal(size=(2, 2, 3)), 4)
    assert path["w"].shape == (4, 2, 2, 3)
    assert path["size"].shape == (4, 2, 3)


# What functions return


@pytest.mark.parametrize("w", [np.ones(2), np.ones((2, 3)), np.ones((2, 3, 4))], ids=np.shape)
@pytest.mark.parametrize("reading", ["f", "grad", "hess"])
@pytest.mark.parametrize(
    "value",
    [None, "a", 1j, {1: 2}, {1.0, 2.0}, (1, 2, 3, 4, 5), np.ones(5), np.ones((3, 2)), iter([1]),
     ["1", "2"], [1j, 2j], [[1, 2], [3]], np.array(["1", "2"]), np.ones((2,) * 5), [None, None]],
    ids=lambda value: repr(value).partition(" object at")[0],
)  # fmt: skip
def test_what_does_not_fit_is_named(reading, w, value):
    functions = dict(
        f=lambda w: w[0] ** 2 + w[1],
        grad=lambda w: (2 * w[0], 1),
        hess=lambda w: ((2, 0), (0, 0)),
    )
    problem = ol.Objective(**functions | {reading: lambda w: value}, variables=names(2), name="own")
    with pytest.raises((TypeError, ValueError)) as caught:
        getattr(problem, reading)(w)
    assert str(caught.value).startswith(f"{reading} of own must return ")
    assert str(w.shape) in str(caught.value)


def test_one_variable_is_named_too():
    for value in (None, "a", (1, 2), np.ones(2), 1j):
        problem = ol.Objective(f=lambda w: value, grad=lambda w: value)  # noqa: B023
        for reading in ("f", "grad"):
            with pytest.raises((TypeError, ValueError), match=f"^{reading} of f must return "):
                getattr(problem, reading)(1.0)


@pytest.mark.parametrize("reading", ["f", "grad", "hess"])
def test_a_function_that_does_not_take_the_point_is_named(reading):
    functions = dict(f=lambda w: w, grad=lambda w: w, hess=lambda w: 0)
    problem = ol.Objective(**functions | {reading: lambda: 0})
    with pytest.raises(TypeError, match=f"^{reading} of f cannot be called as it should be"):
        getattr(problem, reading)(1.0)
    with_parameter = ol.Objective(**functions, parameters=dict(c=1))
    with pytest.raises(TypeError, match=f"^{reading} of f cannot be called .*'c'"):
        getattr(with_parameter, reading)(1.0)


@pytest.mark.parametrize("w", [np.ones(2), np.ones((2, 3))], ids=np.shape)
@pytest.mark.parametrize("reading", ["f", "grad"])
def test_a_point_cannot_be_changed_in_place(reading, w):
    def spoil(w):
        w *= 2
        return w

    problem = ol.Objective(f=spoil, grad=spoil, variables=names(2))
    with pytest.raises(ValueError, match=f"{reading} of f must not change the point in place"):
        getattr(problem, reading)(w)
    assert (w == 1).all()
    assert w.flags.writeable


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_have_the_type_of_the_point(dtype):
    problem = ol.Objective(
        f=lambda w: np.float64(2) * np.sum(w**2, axis=0),
        grad=lambda w: np.float64(4) * w,
        hess=lambda w: np.array([[4, 0], [0, 4]]),
        variables=names(2),
    )
    for w in (np.ones(2, dtype), np.ones((2, 3), dtype)):
        for read in (problem.f, problem.grad, problem.hess):
            assert read(w).dtype == dtype
    w0 = RNG.normal(size=(2, 3)).astype(dtype)
    path = ol.trace(ol.Adam(0.1), problem, w0, 5)
    assert path["w"].dtype == dtype
    np.testing.assert_array_equal(ol.run(ol.Adam(0.1), problem, w0, 5), path["w"][-1])


@pytest.mark.parametrize(
    ("update", "message"),
    [
        (lambda s, t, g, v: None, "Own.update must return a dict, got None"),
        (lambda s, t, g, v: dict(step=-g), "Own.update must return the state 'v'"),
        (lambda s, t, g, v: dict(v=v), "Own.update must return 'step'"),
        (lambda s, t, g, v: dict(v=v, step=None), "Own.update must return a step of real numbers"),
        (lambda s, t, g, v: dict(v=v, step="a"), "Own.update must return a step of real numbers"),
        (lambda s, t, g, v: dict(v=v, step=1j * g), "Own.update must return a step of real"),
        (lambda s, t, g, v: dict(v=v, step=np.ones(3)), "Own.update must return .*step"),
        (lambda s, t, g, v: dict(v=np.ones(3), step=-g), r"Own.update must return v of shape"),
        (lambda s, t, g, v: dict(v="a", step=-g), "Own.update must return real .* got v = 'a'"),
        (lambda s, t, g, v: dict(v=v, note=None, step=-g), "must return real .* got note = None"),
        (lambda s, t, g, v: dict(v=v, step=np.ones((2, 2, 4))), "Own.update must return .* shape"),
    ],
)
@pytest.mark.parametrize("call", [ol.trace, ol.run])
def test_what_an_update_returns_is_checked(call, update, message):
    rule = rule_of(update, state=("v",))
    with pytest.raises((TypeError, ValueError), match=message):
        call(rule, ol.problems.saddle, np.ones((2, 4)), 3)


@pytest.mark.parametrize("spoil", ["g", "v", "w"])
def test_an_update_cannot_change_what_it_is_given(spoil):
    def update(self, t, g, v, w):
        given = dict(g=g, v=v, w=w)[spoil]
        given += 1
        return dict(v=v, step=-g)

    rule = rule_of(update, state=("v",))
    rule.__class__.sees_point = True
    with pytest.raises(ValueError, match=r"Own must not change what it is given in place"):
        ol.trace(rule, ol.problems.saddle, np.ones((2, 4)), 3)


def test_an_array_that_code_uses_again_and_again_does_not_change_the_record():
    buffer = np.empty((2, 3))
    problem = ol.Objective(
        f=lambda w: np.sum(w**2, axis=0),
        grad=lambda w: np.multiply(w, 2, out=buffer[:, : w[0].size].reshape(w.shape)),
        variables=names(2),
    )
    path = ol.trace(GD, problem, np.ones((2, 3)), 3)
    np.testing.assert_allclose(path["g"], 2 * path.points[:-1])


@pytest.mark.parametrize(
    ("version", "error", "message"),
    [
        (lambda t: None, TypeError, "objective_at must return an Objective, got None for t = 1"),
        (lambda t: ol.problems.saddle, ValueError, "objective_at must return .* of 1 variables"),
        (lambda: None, TypeError, "objective_at cannot be called as it should be"),
    ],
)
def test_what_a_stream_gives_is_checked(version, error, message):
    stream = ol.Stream(ol.problems.square, version)
    for call in (ol.trace, ol.run):
        with pytest.raises(error, match=message):
            call(GD, stream, 1.0, 2)


@pytest.mark.parametrize(
    ("schedule", "error", "message"),
    [
        (lambda: 0.1, TypeError, "lr cannot be called as it should be"),
        (lambda t: None, TypeError, "lr must be a number.* got lr = None"),
        (lambda t: "0.1", TypeError, "lr must be a number.* got lr = '0.1'"),
        (lambda t: -0.1, ValueError, "lr must be .* got lr = -0.1"),
        (lambda t: np.ones(t), ValueError, "lr must broadcast against the batch of shape"),
        (lambda t: [0.1], TypeError, "lr must be a number"),
    ],
)
@pytest.mark.parametrize("call", [ol.trace, ol.run])
def test_what_a_schedule_returns_is_checked(call, schedule, error, message):
    with pytest.raises(error, match=message):
        call(ol.GradientDescent(schedule), ol.problems.saddle, np.ones((2, 1)), 3)


def step_length(alpha, evaluations=1):
    from optimlib.line_search import StepLength

    return lambda objective, w, p, *, g=None, start=1.0: StepLength(alpha, evaluations, "found")


@pytest.mark.parametrize(
    ("search", "message"),
    [
        (lambda objective, w, p, *, g=None, start=1.0: 0.1, "must return a StepLength, got 0.1"),
        (lambda w: 0.1, "line_search cannot be called as it should be"),
        (step_length(None), "must return numbers as alpha, got alpha = "),
        (step_length(np.ones(2)), r"must return alpha of shape \(1,\) .* got shape \(2,\)"),
        (step_length(1j), r"must return numbers as alpha, got alpha = array\(0\.\+1\.j\)"),
        (step_length(0.1, np.ones(3)), r"must return evaluations of shape \(1,\) .* \(3,\)"),
    ],
)
@pytest.mark.parametrize("make", [ol.SteepestDescent, ol.BFGS, ol.LBFGS, ol.ConjugateGradient])
def test_what_a_line_search_returns_is_checked(make, search, message):
    rule = make(line_search=search)
    with pytest.raises((TypeError, ValueError), match=f"^{make.__name__}: .*{message}"):
        ol.trace(rule, ol.problems.saddle, np.ones((2, 4)), 2)


def test_a_line_search_of_ones_own_runs_with_each_point():
    w0 = RNG.normal(size=(2, 4))
    path = ol.trace(ol.SteepestDescent(step_length(0.5)), ol.problems.coupled_bowl, w0, 2)
    assert path["alpha"].tolist() == [[0.5] * 4] * 2
    descent = ol.trace(ol.GradientDescent(0.5), ol.problems.coupled_bowl, w0, 2)
    np.testing.assert_array_equal(path["w"], descent["w"])
