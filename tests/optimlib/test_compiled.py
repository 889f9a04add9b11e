"""Compiled runs: up to rounding what the rule's own code computes, and quick at no price."""

import tracemalloc
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from cases import PROBLEMS, RULES, each_once, starts
from looping import covering

import optimlib as ol
from optimlib import compiled, descent, elementary
from optimlib.compiled import BLOCK, MARKING, STEPS, CompiledRun, _compiled
from optimlib.elementary import FUNCTIONS, quick_functions
from optimlib.expression import Call, record_rule

numba = pytest.importorskip("numba")

SADDLE, VALLEY, SQUARE = ol.problems.saddle, ol.problems.rosenbrock, ol.problems.square


def operations(title):
    """Return the functions in the trees of a rule."""
    recording = record_rule(RULES[title](1e-3))
    left, seen = [*recording.names.values(), recording.look_ahead], {}
    while left:
        node = left.pop()
        if isinstance(node, Call) and id(node) not in seen:
            seen[id(node)] = node
            left += node.arguments
    return {node.function for node in seen.values()}


def titles():
    """Return every rule at one of its forms, and the forms with an operation that none of them has.

    Trees are what is compiled; that those of all forms are right is for `test_expression.py`.
    """
    found = each_once()
    known = set().union(*map(operations, found))
    for title in RULES:
        if not operations(title) <= known:
            found.append(title)
            known |= operations(title)
    return found


# Compiling takes about a second: each of these meets one problem, and every problem a rule.
FIXED = [name for name, problem in PROBLEMS.items() if not isinstance(problem, ol.Stream)]
PAIRS = covering(titles(), FIXED)


@pytest.fixture(autouse=True)
def compile_short_runs_too(monkeypatch):
    monkeypatch.setattr(descent, "READING", 0)


def agree(rule, problem, w0, steps, tolerance=1e-10, **options):
    """Assert that the compiled run ends where the rule's own code does."""
    final = ol.run(rule, problem, w0, steps, compiled=True, **options)
    expected = ol.run(rule, problem, w0, steps)
    assert final.dtype == expected.dtype
    np.testing.assert_allclose(final, expected, rtol=tolerance, atol=tolerance)
    return final


def count_compiled():
    return _compiled.cache_info().misses


@pytest.fixture
def unoptimized(monkeypatch):
    """The source is what differs; without optimizing it, compiling takes half the time."""
    config = numba.core.config
    monkeypatch.setattr(config, "OPT", type(config.OPT)(0))


@pytest.mark.usefixtures("unoptimized")
@pytest.mark.parametrize(("rule", "problem"), PAIRS, ids=map(" on ".join, PAIRS))
def test_every_rule_on_a_problem(rule, problem):
    rule, problem = RULES[rule](1e-3), PROBLEMS[problem]
    w0 = starts(problem, BLOCK + 44)
    for steps in (0, 1, 30):
        agree(rule, problem, w0, steps, threads=2)
    agree(rule, problem, w0[:, :1], 30)


@pytest.mark.usefixtures("unoptimized")
@pytest.mark.parametrize(("rule", "problem"), PAIRS[::3], ids=map(" on ".join, PAIRS[::3]))
def test_single_precision(rule, problem):
    rule, problem = RULES[rule](1e-3), PROBLEMS[problem]
    w0 = starts(problem, BLOCK + 44).astype(np.float32)
    assert agree(rule, problem, w0, 30, tolerance=1e-3).dtype == np.float32


def test_schedules_and_arrays():
    count = 2 * BLOCK + 3
    rates, w0 = np.linspace(0.01, 0.1, count), starts(SADDLE, count)
    for lr in (0.1, lambda t: 0.1 / t, rates, lambda t: rates / t):
        agree(ol.Adam(lr), SADDLE, w0, 12, threads=2)
    several = ol.Adam(0.1, beta1=lambda t: 1 - 1 / (t + 1), beta2=rates, eps=lambda t: rates / t)
    agree(several, SADDLE, w0, 12, threads=3)


@pytest.mark.parametrize("lr", [lambda t: 0.1 / t, lambda t: np.array([0.1, 0.2, 0.3]) / t])
def test_more_steps_than_are_prepared_at_a_time(monkeypatch, lr):
    monkeypatch.setattr(compiled, "STEPS", 7)
    agree(ol.Adam(lr), SADDLE, starts(SADDLE, 3), 16)
    agree(ol.Adam(lr), SADDLE, starts(SADDLE, 3), 14)


def test_a_schedule_of_arrays_is_prepared_in_few_bytes(monkeypatch):
    monkeypatch.setattr(compiled, "SCHEDULED", 3 * 8 * 2)
    agree(ol.Adam(lambda t: np.array([0.1, 0.2, 0.3]) / t), SADDLE, starts(SADDLE, 3), 16)


def test_a_machine_is_compiled_once():
    ol.run(ol.Adam(0.1), SADDLE, starts(SADDLE, 3), 2, compiled=True)
    before = count_compiled()
    ol.run(ol.Adam(lambda t: 0.2 / t, beta1=0.5), SADDLE, starts(SADDLE, 9), 5, compiled=True)
    assert count_compiled() == before


def test_memory_does_not_grow_with_the_steps():
    def peak(steps):
        tracemalloc.start()
        ol.run(ol.Adam(1e-3), SADDLE, (1.0, 2.0), steps, compiled=True)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak(1)
    assert peak(50 * STEPS) < 1.1 * peak(5 * STEPS)


# Rules of one's own.


@dataclass(frozen=True)
class Remembers(ol.Rule):
    """States that depend on each other, on numbers, on nothing."""

    state = ("a", "b", "kept", "twin", "count", "number")

    def update(self, t, g, a, b, kept, twin, count, number):
        step = -self.lr * (g + a + b + kept + twin) / (count + 1) - number * g
        twin = a + b
        return dict(
            a=b + g, b=a, kept=kept, twin=twin, count=count + 1, number=self.lr * t, step=step
        )


@dataclass(frozen=True)
class Computes(ol.Rule):
    """Powers, comparisons, branches."""

    state = ("s",)

    def update(self, t, g, s):
        s = np.where(g > s, np.maximum(0.9 * s, abs(g)), np.where(t == 2, -s, np.minimum(g, s)))
        powers = (g**2) ** 0.5 * (1 + g**2) ** -1 + self.lr**t * g**3 + (1 + g**2) ** 1.5
        return dict(s=s, step=-self.lr * np.sign(g) * (g > 0) * powers * s / (1 + g**4))


@dataclass(frozen=True)
class Compares(ol.Rule):
    """All comparisons, of numbers that are often the same."""

    def update(self, t, g):
        r = np.sign(g) * (abs(g) > 1)
        told = (r > 0) + 2 * (r >= 1) + 4 * (r < 0) + 8 * (r <= -1) + 16 * (r == 1) + 32 * (r != 0)
        return dict(step=-self.lr * told)


@dataclass(frozen=True)
class LooksAround(ol.Rule):
    """The gradient elsewhere, the point in the update, products of numbers."""

    state = ("v",)

    def look_ahead(self, w, v):
        return w - self.lr / 2 * v

    def update(self, t, g, v, *, w):
        v = -(2 / (1 + t)) * (g * 3) / 7 - v * self.lr
        return dict(v=v, step=self.lr * (v - 0.1 * w) / self.lr**0.5)


@pytest.mark.usefixtures("unoptimized")
@pytest.mark.parametrize("rule", [Remembers, Computes, Compares, LooksAround])
def test_rules_of_ones_own(rule):
    agree(rule(0.01), VALLEY, starts(VALLEY, 50), 9)


def test_a_variable_may_be_called_like_a_hyperparameter():
    def bowl(lr, t):
        return ol.Objective(
            lambda w: w[0] ** 2 + w[1] ** 2, lambda w: (2 * w[0], 2 * w[1]), variables=(lr, t)
        )

    agree(ol.Adam(0.1), bowl("lr", "t"), starts(SADDLE, 3), 4)


def test_a_gradient_may_be_constant():
    slope = ol.Objective(
        lambda w: w[0] + (w[1] + w[2]) ** 2,
        lambda w: (1, 2 * (w[1] + w[2]), 2 * (w[1] + w[2])),
        variables=("x", "y", "z"),
    )
    agree(ol.Nesterov(0.05), slope, np.random.default_rng(0).normal(size=(3, 9)), 7)


# Where numbers end.


def test_runs_that_diverge_end_at_the_same_infinities_beside_runs_that_do_not():
    rates = np.geomspace(1e-3, 1e3, BLOCK + 5)
    for rule in (ol.GradientDescent(rates), ol.Adam(rates, eps=0.0), ol.RMSProp(rates, eps=0.0)):
        final = agree(rule, ol.problems.quartic, 1.5, 60, tolerance=1e-9)
        assert np.isfinite(final).any()
    final = agree(ol.GradientDescent(rates), ol.problems.quartic, 1.5, 60)
    assert np.isnan(final).any()


def test_a_frozen_run_stays_frozen():
    # v overflows, m does not: the steps are 0.
    steep = ol.Objective(lambda w: 1e200 * w, lambda w: 1e200 + 0 * w)
    assert agree(ol.Adam(0.1), steep, np.array([[1.0, 2.0]]), 5).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("divides", [True, False])
def test_divisors_of_every_size(monkeypatch, divides):
    # By a processor that divides quickly, and by products.
    processor = numba.core.codegen.ll.get_host_cpu_name()
    monkeypatch.setattr(elementary, "DIVIDERS", (processor,) if divides else ())
    monkeypatch.setattr(compiled, "quick_functions", lambda d: quick_functions.__wrapped__(d))

    @dataclass(frozen=True)
    class Divides(ol.Rule):
        def update(self, t, g):
            return dict(step=self.lr / g)

    sizes = np.concatenate([10.0 ** np.arange(-323, 309), [0.0, np.inf, 5e-324, 1.7e308]])
    identity = ol.Objective(lambda w: w, lambda w: w * 1.0)
    for lr in (1.0, 1e-300, 1e300):
        rule = Divides(lr)
        for sign in (1, -1):
            w0 = sign * sizes[np.isfinite(sizes)][None]
            with np.errstate(all="ignore"):
                final = ol.run(rule, identity, w0, 1, compiled=True)
                np.testing.assert_allclose(final, w0 + lr / w0, rtol=1e-15)


def test_angles_of_every_size():
    wave = ol.Objective(lambda w: -np.cos(w), lambda w: np.sin(w) * np.cos(w) ** 2)
    sizes = 10.0 ** np.arange(-3, 300)[None]
    agree(ol.GradientDescent(0.5), wave, sizes, 1, tolerance=1e-15)
    only_large = count_compiled()
    agree(ol.GradientDescent(0.5), wave, sizes[:, :8], 1, tolerance=1e-15)
    assert count_compiled() == only_large


NAMES = [name for name in FUNCTIONS if name != "divide"]


def called(name, dtype, values):
    """Return what the quick function gives for `values`, one by one."""
    functions = quick_functions(dtype)
    results = [
        functions[name](functions["no_marks"], x)[1] if name in MARKING else functions[name](x)
        for x in np.asarray(values, dtype)
    ]
    return np.array(results, dtype)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_elementary_functions_are_right_to_three_units_in_the_last_place(name, dtype):
    random = np.random.default_rng(0)
    largest = {"sin": 3000, "cos": 3000, "tanh": 30}.get(name, 80)
    x = np.concatenate([random.uniform(-largest, largest, 500), random.normal(size=500) / 100])
    exact = getattr(np, name)(x.astype(dtype).astype(np.longdouble))
    error = abs(called(name, dtype, x) - exact)
    assert (error <= 3 * np.finfo(dtype).eps * abs(exact)).all()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in MARKING])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_elementary_functions_where_numbers_end(name, dtype):
    ends = [88, 88.8, 89.5, 100, 709, 709.9, 710.4, 711, 745, 750, 1e5, np.inf]
    x = np.array([*ends, 0, *np.negative(ends), np.nan], dtype)
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(x)
    np.testing.assert_allclose(
        called(name, dtype, x), expected, rtol=1e-12 if dtype == "float64" else 1e-5
    )


# What calls it, and what is not compiled.


def test_a_run_that_is_over_before_its_code_is_read_is_the_codes_own(monkeypatch):
    monkeypatch.undo()
    runs, kept = [], CompiledRun.run
    monkeypatch.setattr(CompiledRun, "run", lambda self, *a: runs.append(self) or kept(self, *a))
    for count, short, long in ((1, 79, 80), (5_000, 39, 40), (50_000, 7, 8)):
        w0, rule = starts(SADDLE, count), ol.Adam(0.01)
        short_run = ol.run(rule, SADDLE, w0, short, compiled=True)
        assert not runs
        np.testing.assert_array_equal(short_run, ol.run(rule, SADDLE, w0, short))
        agree(rule, SADDLE, w0, long)
        assert runs.pop()


def test_sweeps_and_basins(monkeypatch):
    runs, kept = [], CompiledRun.run
    monkeypatch.setattr(CompiledRun, "run", lambda self, *a: runs.append(self) or kept(self, *a))
    rates, betas = [0.01, 0.1, 1.5], [0.0, 0.9]
    options = dict(lr=rates, beta=betas)
    heights = ol.sweep(ol.Momentum(1.0), SQUARE, 4.0, 60, compiled=True, **options)
    np.testing.assert_allclose(heights, ol.sweep(ol.Momentum(1.0), SQUARE, 4.0, 60, **options))
    rule, wave = ol.GradientDescent(0.01), ol.problems.x_cos()
    map_ = ol.basins(rule, wave, 500, size=50, compiled=True)
    np.testing.assert_array_equal(map_.reached, ol.basins(rule, wave, 500, size=50).reached)
    assert len(runs) == 2


def chain(d):
    """Return a problem of d variables whose gradient has ten operations for each."""
    return ol.Objective(
        lambda w: sum(np.cos(w[i] * w[i - 1]) for i in range(d)),
        lambda w: [
            -w[i - 1] * np.sin(w[i] * w[i - 1]) - w[i - d + 1] * np.sin(w[i] * w[i - d + 1])
            for i in range(d)
        ],
        name="chain",
        variables=tuple(f"x{i}" for i in range(d)),
    )


DESCENT = ol.GradientDescent(0.1)
LEFT_OUT = {
    "stream": (DESCENT, ol.Stream(SQUARE, lambda t: SQUARE), 4.0, "changes from step to step"),
    "wrapper": (ol.ClipNorm(DESCENT, limit=1.0), SQUARE, 4.0, "not written as an update alone"),
    "fractions": (DESCENT, SQUARE, Fraction(4), "points of type object are not compiled"),
    "half precision": (DESCENT, SQUARE, np.float16(4), "points of type float16"),
    "long": (DESCENT, chain(200), np.ones(200), "chain: the code makes more than 1000 operations"),
    "unreadable": (
        DESCENT,
        ol.Objective(lambda w: abs(w), lambda w: np.sign(w) if w > 1 else w),
        4.0,
        "branches on a value",
    ),
    "unknown": (
        DESCENT,
        ol.Objective(lambda w: abs(w), lambda w: np.heaviside(w, 0.5)),
        4.0,
        "numba does not compile it: .*heaviside",
    ),
}


@pytest.mark.parametrize(("rule", "objective", "w0", "why"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_is_not_compiled_runs_as_it_is_and_says_why(rule, objective, w0, why):
    with pytest.warns(UserWarning, match=f"compiled=True is left out: .*{why}"):
        final = ol.run(rule, objective, w0, 3, compiled=True)
    np.testing.assert_array_equal(final, ol.run(rule, objective, w0, 3))
