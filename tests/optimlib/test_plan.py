"""The fast engine: bit for bit what the rule's own code computes; compiled, up to rounding."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from cases import PAIRS, PROBLEMS, RULES, starts
from looping import covering, each

import optimlib as ol
from optimlib import descent
from optimlib.plan import Plan

SADDLE = ol.problems.saddle


def pure(rule, problem, w0, steps):
    """Return the last point of the rule's own code."""
    return ol.trace(rule, problem, w0, steps)["w"][-1]


def recordable(problem):
    try:
        Plan(ol.GradientDescent(0.1), problem)
    except TypeError:
        return False
    return True


def assert_run_is_the_trace(rule, problem, dtype):
    w0 = starts(problem, 37).astype(dtype)
    final = ol.run(rule(0.01), problem, w0, 7)
    assert final.dtype == dtype
    np.testing.assert_array_equal(final, pure(rule(0.01), problem, w0, 7))


@each("problem", PROBLEMS)
@each("rule", RULES)
def test_run_is_the_trace_bit_for_bit(rule, problem):
    """All pairs: which slot is used again depends on both trees."""
    assert_run_is_the_trace(rule, problem, np.float64)


@each("rule, problem", PAIRS)
def test_run_is_the_trace_bit_for_bit_in_single_precision(rule, problem):
    """A few pairs: a plan does not know the precision."""
    assert_run_is_the_trace(rule, problem, np.float32)


def test_most_problems_are_run_by_a_plan():
    assert sum(map(recordable, PROBLEMS.values())) >= 10


def test_code_that_cannot_be_recorded_runs_all_the_same():
    kink = ol.Objective(lambda w: abs(w), lambda w: np.sign(w) if w.size else w)
    start = descent._Start(ol.GradientDescent(0.1), kink, np.ones((1, 1)), None)
    assert descent._engine(start, compiled=False) is None
    assert ol.run(ol.GradientDescent(0.5), kink, 4.0, 3) == 2.5


@each("steps, count", [(0, 3), (1, 1), (2, 40), (6, 7)])
@each("rule", RULES)
def test_schedules_and_sweeps_are_bit_for_bit_too(rule, steps, count):
    rates = np.random.default_rng(count).uniform(0.001, 0.1, count)
    w0 = starts(SADDLE, count, seed=steps)
    for lr in (rates, lambda t: 0.1 / t, lambda t: rates / t):
        final = ol.run(rule(lr), SADDLE, w0, steps)
        path = ol.trace(rule(lr), SADDLE, w0, steps)
        np.testing.assert_array_equal(final, path.points[-1])


def custom(state, body):
    """Return a rule with `state` whose update returns body(rule, t, g, *state)."""

    @dataclass(frozen=True)
    class Custom(ol.Rule):
        def update(self, t, g, *before):
            return body(self, t, g, *before)

    Custom.state = state
    return Custom


UNUSUAL = {
    "remembers the gradient": custom(
        ("last",), lambda r, t, g, last: dict(last=g, step=-r.lr * (2 * g - last))
    ),
    "shifts a history": custom(
        ("a", "b"), lambda r, t, g, a, b: dict(a=g, b=a, step=-r.lr * (g + a + b))
    ),
    "swaps its states": custom(
        ("a", "b"), lambda r, t, g, a, b: dict(a=b + g, b=a, step=-r.lr * (g + b))
    ),
    "keeps a state": custom(("a",), lambda r, t, g, a: dict(a=a, step=-r.lr * (g + a))),
    "has two states of one value": custom(
        ("a", "b"), lambda r, t, g, a, b: (lambda s: dict(a=s, b=s, step=-r.lr * s))(a + b + g)
    ),
    "counts": custom(("n",), lambda r, t, g, n: dict(n=n + 1, step=-r.lr * g / (n + 1))),
    "has a state of numbers": custom(
        ("n",), lambda r, t, g, n: dict(n=r.lr * t, step=-g * n - 0.001)
    ),
    "ignores the gradient": custom((), lambda r, t, g: dict(step=-r.lr * t)),
    "has a state of one per point": custom(
        ("n",), lambda r, t, g, n: dict(n=r.lr * 2 + 0 * n, step=-g * n)
    ),
    "takes powers": custom(
        (), lambda r, t, g: dict(step=-r.lr * (g**2) ** 0.5 * (1 + g**2) ** -1 + r.lr**t * g**3)
    ),
    "compares": custom(
        ("s",), lambda r, t, g, s: dict(s=0.5 * s + abs(g), step=-r.lr * np.sign(g) * (g > 0))
    ),
    "maximum": custom(
        ("u",),
        lambda r, t, g, u: (lambda m: dict(u=m, step=-r.lr * g / (m + 1)))(
            np.maximum(0.9 * u, abs(g))
        ),
    ),
}


@pytest.mark.parametrize("rule", UNUSUAL.values(), ids=UNUSUAL)
@each("problem", [SADDLE, ol.problems.square, ol.problems.rosenbrock])
@each("lr", [0.01, np.array([0.01, 0.02, 0.04])])
def test_unusual_rules_are_bit_for_bit_too(rule, problem, lr):
    w0 = starts(problem, 3)
    np.testing.assert_array_equal(
        ol.run(rule(lr), problem, w0, 5), ol.trace(rule(lr), problem, w0, 5)["w"][-1]
    )
    Plan(rule(lr), problem)


def test_where_does_not_overwrite_what_it_still_needs():
    class Kept(ol.Rule):
        state = ("s",)

        def update(self, t, g, s):
            s = np.where(g > s, g, s)
            return dict(s=s, step=-self.lr * s)

    rule, w0 = Kept(0.1), starts(SADDLE, 50)
    np.testing.assert_array_equal(ol.run(rule, SADDLE, w0, 4), pure(rule, SADDLE, w0, 4))


def test_constant_and_shared_gradients():
    slope = ol.Objective(
        lambda w: w[0] + (w[1] + w[2]) ** 2,
        lambda w: (1, 2 * (w[1] + w[2]), 2 * (w[1] + w[2])),
        variables=("x", "y", "z"),
    )
    w0 = np.random.default_rng(0).normal(size=(3, 9))
    rule = ol.Nesterov(0.05)
    np.testing.assert_array_equal(ol.run(rule, slope, w0, 7), pure(rule, slope, w0, 7))


def test_buffers_are_reused():
    arrays = [c for c in Plan(ol.Adam(0.1), ol.problems.rosenbrock).contents if type(c) is tuple]
    assert len(arrays) == 6  # the point, the gradient, m, v, and two temporaries


def test_values_are_computed_in_place_of_what_is_needed_no_more():
    plan = Plan(ol.Adam(0.1), ol.problems.rosenbrock)
    elsewhere = [f.__name__ for f, arguments, out in plan.calls if out not in arguments]
    # 1 - x, 400 x, x**2 and 200 (y - x**2) of the gradient; (1 - beta1) g, m_hat and v_hat.
    gradient = ["subtract", "multiply", "square", "multiply"]
    assert elsewhere == [*gradient, "multiply", "divide", "divide"]


def test_numbers_that_follow_a_schedule_are_computed_again():
    rule = ol.Adam(0.1, beta1=lambda t: 1 - 1 / (t + 1), eps=lambda t: 1e-3 / t)
    np.testing.assert_array_equal(
        ol.run(rule, SADDLE, starts(SADDLE, 9), 6), pure(rule, SADDLE, starts(SADDLE, 9), 6)
    )


@pytest.mark.parametrize("count", [1, 2, 6, 7, 64])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_chunks_do_not_change_the_result(monkeypatch, count, threads):
    rule, w0 = ol.Adam(np.linspace(0.01, 0.1, count)), starts(SADDLE, count)
    expected = ol.run(rule, SADDLE, w0, 5)
    monkeypatch.setattr(descent, "CHUNK", 96)
    chunks = descent._chunks(w0, threads)
    points = np.arange(count)
    np.testing.assert_array_equal(np.concatenate([points[c] for c in chunks]), points)
    assert len(chunks) == count or len(chunks) % threads == 0
    assert all(w0[:, c].nbytes <= 96 + w0[:, :1].nbytes for c in chunks)
    np.testing.assert_array_equal(ol.run(rule, SADDLE, w0, 5, threads=threads), expected)


def test_start_is_left_alone():
    w0 = np.ones((2, 5))
    ol.run(ol.Adam(0.1), SADDLE, w0, 3)
    assert (w0 == 1).all()


# Compiled with numba, where it is installed.


@pytest.fixture
def numba():
    return pytest.importorskip("numba", reason="numba is not installed")


COMPILED = [ol.problems.rosenbrock, ol.problems.x_cos(), ol.problems.himmelblau]


@pytest.mark.usefixtures("numba")
@pytest.mark.parametrize(
    ("title", "problem", "dtype"), covering(RULES, COMPILED, [np.float64, np.float32])
)
def test_compiled_runs_agree(title, problem, dtype):
    """Each rule once: to compile is slow, and what is compiled is the tree."""
    rule, w0 = RULES[title](1e-4), starts(problem, 300).astype(dtype)
    final = ol.run(rule, problem, w0, 30, threads=2, compiled=True)
    assert final.dtype == dtype
    tolerance = 1e-10 if dtype == np.float64 else 1e-3
    expected = ol.run(rule, problem, w0, 30)
    np.testing.assert_allclose(final, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.usefixtures("numba")
def test_compiled_sweeps_and_schedules_agree():
    rates, w0 = np.linspace(0.01, 0.1, 600), starts(SADDLE, 600)
    for lr in (rates, lambda t: 0.1 / t):
        final = ol.run(ol.Adam(lr), SADDLE, w0, 30, compiled=True)
        np.testing.assert_allclose(final, ol.run(ol.Adam(lr), SADDLE, w0, 30), rtol=1e-12)
    with pytest.raises(ValueError, match=r"no schedule of arrays, got one for lr"):
        ol.run(ol.Adam(lambda t: rates / t), SADDLE, w0, 3, compiled=True)


@pytest.mark.parametrize(
    ("rule", "objective", "w0"),
    [
        (ol.GradientDescent(0.1), ol.Stream(SADDLE, lambda t: SADDLE), (1.0, 2.0)),
        (ol.ClipNorm(ol.GradientDescent(0.1), limit=1.0), SADDLE, (1.0, 2.0)),
        (ol.GradientDescent(0.1), SADDLE, (Fraction(1), Fraction(2))),
    ],
    ids=["stream", "wrapper", "fractions"],
)
def test_only_what_can_be_replayed_is_compiled(rule, objective, w0):
    with pytest.raises(TypeError, match="compiled=True takes a Rule"):
        ol.run(rule, objective, w0, 3, compiled=True)
