"""Two programs of somebody who writes a problem of their own, in every reading."""

import json

import numpy as np
import pytest

import optimlib as ol

NOT_PURE = "not a function of its arguments alone, a call changes rng.*ol.Stream"


# Noise in a gradient


def noisy(seed=0):
    rng = np.random.default_rng(seed)
    return ol.Objective(
        f=lambda w: w**2 / 2, grad=lambda w: w + rng.normal(size=np.shape(w)), name="noisy"
    )


def test_noisy_gradients_run_alike_in_every_reading_that_runs():
    rule, w0 = ol.GradientDescent(lr=0.1), np.zeros((1, 10_000))
    path = ol.trace(rule, noisy(), w0, 100)
    ends = ol.run(rule, noisy(), w0, 100, threads=2)
    np.testing.assert_array_equal(ends, path["w"][-1])
    # After t steps the variance is σ²η/(2 − η) (1 − (1 − η)²ᵗ).
    assert ends.std() == pytest.approx((0.1 / 1.9) ** 0.5, rel=0.02)
    records = ol.iterate(rule, noisy(), w0)
    for t in range(3):
        np.testing.assert_array_equal(next(records)["w"], path["w"][t])
    rates = [0.05, 0.2]
    heights = ol.sweep(rule, noisy(), 0.0, 50, lr=rates)
    swept = ol.trace(ol.GradientDescent(np.array(rates)), noisy(), 0.0, 50)
    np.testing.assert_array_equal(heights, swept.values[-1])
    assert "noisy" in repr(path)


@pytest.mark.parametrize(
    "read",
    [
        ol.formula,
        ol.javascript,
        lambda noisy: ol.by_hand(ol.GradientDescent(0.1), noisy, 1.0, 1),
    ],
)
def test_noisy_gradients_are_not_read(read):
    one_draw = noisy()
    rng = np.random.default_rng(0)
    one_draw._grad = lambda w: w + rng.normal()
    with pytest.raises(TypeError, match=NOT_PURE):
        read(one_draw)


# A line fitted to data

X = np.column_stack([np.linspace(-1, 1, 20), np.ones(20)])
Y = X @ [2.0, -1.0] + np.random.default_rng(1).normal(scale=0.1, size=20)
LINE = ol.Objective(
    f=lambda w: np.mean((X @ w - Y) ** 2),
    grad=lambda w: 2 * X.T @ (X @ w - Y) / len(Y),
    hess=lambda w: 2 * X.T @ X / len(Y),
    name="line",
    variables=("slope", "intercept"),
)
BEST = np.linalg.lstsq(X, Y)[0]
ADAM = ol.Adam(lr=0.05)


def test_a_line_is_fitted_by_every_method():
    assert ol.check_gradient(LINE, [0.3, 0.7])
    for rule in (ol.GradientDescent(0.5), ol.Momentum(0.1), ol.BFGS(), ol.Newton()):
        np.testing.assert_allclose(ol.run(rule, LINE, [0.0, 0.0], 300), BEST, rtol=1e-6)
    assert ol.classify(LINE, BEST).kind == "minimum"
    assert ol.condition_number(LINE, BEST) == pytest.approx(np.linalg.cond(X.T @ X))
    assert float(ol.smoothness(LINE, samples=3)) == pytest.approx(np.linalg.norm(X.T @ X, 2) / 10)
    assert not ol.probe_convexity(LINE, samples=50)


@pytest.mark.parametrize("count", [1, 2, 20])
def test_lines_from_many_starts_are_the_lines_from_each(count):
    starts = np.random.default_rng(2).normal(size=(2, count))
    path = ol.trace(ADAM, LINE, starts, 25)
    alone = [ol.trace(ADAM, LINE, start, 25) for start in starts.T]
    np.testing.assert_allclose(path["w"], np.stack([p["w"] for p in alone], -1), rtol=1e-9)
    np.testing.assert_allclose(path.values, np.stack([p.values for p in alone], -1), rtol=1e-9)
    np.testing.assert_array_equal(ol.run(ADAM, LINE, starts, 25), path["w"][-1])


def test_a_line_on_few_data_has_a_formula_and_more_say_why_not():
    few = ol.Objective(
        f=lambda w: np.mean((X[:2] @ w - [1.0, 3.0]) ** 2),
        grad=lambda w: X[:2].T @ (X[:2] @ w - [1.0, 3.0]),
        name="two points",
        variables=("a", "b"),
    )
    assert ol.formula(few).text.startswith("f(a, b) = ((−a + b − 1)² + (−0.894737a + b − 3)²) / 2")
    worked = ol.by_hand(ol.GradientDescent(0.5), few, [0.0, 0.0], 1).text
    assert worked.endswith("≈ (−1.84211, 2)")
    many = np.linspace(0, 1, 1000)
    long = ol.Objective(f=lambda w: np.mean((w - many) ** 2), grad=lambda w: 2 * np.mean(w - many))
    for read in (ol.formula, ol.javascript):
        with pytest.raises(TypeError, match="more than 1000 operations with single numbers"):
            read(long)
    assert ol.run(ol.GradientDescent(0.25), long, 4.0, 30) == pytest.approx(0.5)


def test_a_line_has_javascript():
    from py_mini_racer import MiniRacer

    engine = MiniRacer()
    engine.eval(ol.javascript(LINE).replace("export const", "const"))
    point = [0.3, 0.7]
    value = engine.eval("line.f({}, 1, 0.3, 0.7)")
    slopes = json.loads(engine.eval("JSON.stringify(line.grad({}, 1, 0.3, 0.7))"))
    assert value == pytest.approx(LINE.f(np.array(point)), rel=1e-12)
    assert slopes == pytest.approx(LINE.grad(np.array(point)).tolist(), rel=1e-12)


def test_a_line_is_compiled():
    pytest.importorskip("numba", reason="numba is not installed")
    starts = np.random.default_rng(2).normal(size=(2, 300))
    compiled = ol.run(ADAM, LINE, starts, 100, compiled=True)
    np.testing.assert_allclose(compiled, ol.run(ADAM, LINE, starts, 100), rtol=1e-9)


def test_a_line_is_explored():
    explorers = pytest.importorskip("optimlib.explorers")
    figure = explorers.explore(ol.GradientDescent(lr=0.1), LINE, start=(0.0, 0.0))
    assert "line" in repr(figure)
    with pytest.raises(ValueError, match=r"^start must be given: line has no start of its own$"):
        explorers.explore(ol.GradientDescent(lr=0.1), LINE)
    with pytest.raises(ValueError, match=r"^start must have shape \(2, \.\.\.\) for line"):
        explorers.explore(ol.GradientDescent(lr=0.1), LINE, start=1.0)
