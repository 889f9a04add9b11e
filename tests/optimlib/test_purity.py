"""Code that is not a function of its arguments alone: it runs as it is, and is not read."""

import itertools
import math
import random
import time
import types

import numpy as np
import pytest

import optimlib as ol
from optimlib.purity import Watch

GD = ol.GradientDescent(lr=0.1)
SQUARE = ol.problems.square


class Counter:
    def __init__(self):
        self.calls = 0
        self.rng = np.random.default_rng(5)

    def grad(self, w):
        self.calls += 1
        return 2 * w + self.calls

    def noisy(self, w):
        return w + self.rng.normal(size=np.shape(w))


def drawing():
    rng = np.random.default_rng(0)
    return lambda w: w + rng.normal(size=np.shape(w))


def drawing_by_a_method():
    normal = np.random.default_rng(0).normal
    return lambda w: w + normal(size=np.shape(w))


def drawing_through_a_helper():
    rngs = [np.random.default_rng(0)]

    def noise(shape):
        return rngs[0].normal(size=shape)

    return lambda w: w + noise(np.shape(w))


def drawing_from_the_global_generator():
    np.random.seed(0)  # noqa: NPY002 - what older code does
    return lambda w: w + np.random.normal(size=np.shape(w))  # noqa: NPY002


def drawing_one_number():
    generator = random.Random(0)
    return lambda w: w + generator.gauss(0, 1)


def drawing_in_an_object():
    return Counter().noisy


def counting():
    calls = 0

    def grad(w):
        nonlocal calls
        calls += 1
        return 2 * w / calls

    return grad


def counting_in_an_object():
    return Counter().grad


def counting_in_a_list():
    seen = []

    def grad(w):
        seen.append(None)
        return 2 * w + len(seen)

    return grad


def counting_in_an_array():
    count = np.zeros(1)

    def grad(w):
        count[0] += 1
        return 2 * w * count[0]

    return grad


def changing_late():
    calls = 0

    def grad(w):
        nonlocal calls
        calls += 1
        return 2 * w if calls < 5 else w

    return grad


def popping():
    slopes = list(range(1000))
    return lambda w: w + slopes.pop()


CHANGING = [
    drawing,
    drawing_by_a_method,
    drawing_through_a_helper,
    drawing_from_the_global_generator,
    drawing_one_number,
    drawing_in_an_object,
    counting,
    counting_in_an_object,
    counting_in_a_list,
    counting_in_an_array,
    changing_late,
    popping,
]
every_change = pytest.mark.parametrize("make", CHANGING, ids=lambda make: make.__name__)


def objective(grad):
    return ol.Objective(f=lambda w: w**2 / 2, grad=grad)


@every_change
@pytest.mark.parametrize("start", [1.0, np.ones((1, 5)), np.zeros((1, 2, 3))], ids=np.shape)
@pytest.mark.parametrize("threads", [1, 2])
def test_run_is_the_trace_also_of_code_that_is_not_pure(make, start, threads):
    path = ol.trace(GD, objective(make()), start, 8)
    np.testing.assert_array_equal(
        ol.run(GD, objective(make()), start, 8, threads=threads), path["w"][-1]
    )


@every_change
def test_sweep_and_basins_run_code_that_is_not_pure(make):
    rates = np.array([0.1, 0.2, 0.3])
    path = ol.trace(ol.GradientDescent(rates), objective(make()), 1.0, 4)
    swept = ol.sweep(GD, objective(make()), 1.0, 4, lr=rates)
    np.testing.assert_array_equal(swept, path.values[-1])


@every_change
@pytest.mark.parametrize(
    "read",
    [
        ol.formula,
        ol.javascript,
        lambda problem: ol.by_hand(GD, problem, 1.0, 2),
        lambda problem: ol.trace(GD, problem, ol.exact.Fraction(1), 2),
    ],
    ids=["formula", "javascript", "by_hand", "fractions"],
)
def test_readings_of_code_that_is_not_pure_are_refused(make, read):
    problem = objective(make())
    try:
        read(problem)
    except TypeError as error:
        words = str(error)
    assert "not a function of its arguments alone" in words or ".shape" in words
    assert "ol.Stream" in words or ".shape" in words


@every_change
def test_code_that_is_not_pure_is_not_compiled(make):
    pytest.importorskip("numba")
    words = r"left out: .*(not a function of its arguments alone|\.shape)"
    with pytest.warns(UserWarning, match=words):
        end = ol.run(GD, objective(make()), 1.0, 100, compiled=True)
    assert end == ol.run(GD, objective(make()), 1.0, 100)


@every_change
def test_reading_and_trying_leaves_no_trace(make):
    """Whether code is read and tried before or not, it gives the same."""
    problem, w = objective(make()), np.ones((1, 1))
    with pytest.raises(TypeError):
        ol.formula(problem)
    found = problem.grad(w)
    assert problem._ways
    np.testing.assert_array_equal(found, make()(w[0])[None])


def test_noise_has_the_spread_of_theory():
    """On w²/2 with noise σ the spread is σ √(η / (2 − η)) in the long run."""
    eta, starts = 0.1, np.zeros((1, 10_000))
    for noise in (drawing, drawing_one_number):
        ends = ol.run(ol.GradientDescent(eta), objective(noise()), starts[:, :2000], 60)
        assert ends.std() == pytest.approx((eta / (2 - eta)) ** 0.5, rel=0.05)
    ends = ol.run(ol.GradientDescent(eta), objective(drawing()), starts, 200)
    assert ends.std() == pytest.approx((eta / (2 - eta)) ** 0.5, rel=0.02)


def test_calls_are_counted_rightly():
    counter = Counter()
    ol.run(GD, objective(counter.grad), 1.0, 50)
    assert counter.calls == 50
    objective(counter.grad).grad(np.ones((1, 9)))
    assert counter.calls == 51


def test_the_clock_is_found_by_reading_twice():
    problem = objective(lambda w: w + 0 * time.perf_counter_ns() + time.perf_counter_ns() % 7919)
    with pytest.raises(TypeError, match="two calls gave two things"):
        ol.formula(problem)


def test_a_generator_made_in_each_call_is_found_by_reading_twice():
    make_generator = np.random.default_rng
    for grad in (
        lambda w: w + np.random.default_rng().normal(),
        lambda w: w + make_generator().normal(),
    ):
        with pytest.raises(TypeError, match="two calls gave two things"):
            ol.formula(objective(grad))
        assert ol.run(GD, objective(grad), np.zeros((1, 50)), 3).std() > 0


def test_an_iterator_is_found_by_reading_twice():
    numbers = itertools.count()
    with pytest.raises(TypeError, match="two calls gave two things"):
        ol.formula(objective(lambda w: w + next(numbers)))


def test_a_variable_that_changes_between_runs_is_read_anew():
    slopes = [1.0]
    problem = objective(lambda w: slopes[0] * w)
    for slope in (1.0, 3.0):
        slopes[0] = slope
        assert ol.run(GD, problem, 1.0, 2) == ol.trace(GD, problem, 1.0, 2)["w"][-1]
        assert f"{slope:g}" in ol.formula(problem).text or slope == 1


def rule_of(update):
    class Own(ol.Rule):
        pass

    Own.update = update
    return Own(0.1)


def test_a_rule_that_is_not_pure_runs_as_it_is_and_is_not_read():
    def make():
        rng = np.random.default_rng(0)
        return rule_of(lambda self, t, g: dict(step=-self.lr * g + rng.normal()))

    path = ol.trace(make(), SQUARE, 4.0, 6)["w"]
    assert ol.run(make(), SQUARE, 4.0, 6) == path[-1]
    for read in (ol.formula, ol.javascript, lambda rule: ol.by_hand(rule, SQUARE, 4.0, 1)):
        with pytest.raises(TypeError, match=r"a call changes rng.*what a rule remembers is its st"):
            read(make())


def test_a_schedule_must_depend_on_t_alone():
    rng = np.random.default_rng(0)
    for call in (ol.trace, ol.run):
        with pytest.raises(ValueError, match="lr must be a function of the step number t alone"):
            call(ol.GradientDescent(lambda t: rng.uniform()), SQUARE, 4.0, 3)
    with pytest.raises(TypeError, match="a call changes rng"):
        ol.javascript(lambda t: t * rng.uniform())


def test_a_figure_is_not_made_of_code_that_is_not_pure():
    explorers = pytest.importorskip("optimlib.explorers")
    rng = np.random.default_rng(0)
    noise = explorers.curve(lambda x: x + rng.normal())
    panel = explorers.panel(x=("x", 0, 1), y="f", items=[noise])
    with pytest.raises(TypeError, match="a call changes rng"):
        explorers.plot(panel, controls={"a": (1.0, 0.0, 2.0)}, title="noise")


def test_noise_in_a_stream_has_every_reading_that_a_stream_has():
    draws = np.random.default_rng(0).normal(size=20)
    stream = ol.Stream(SQUARE, lambda t: objective(lambda w: w + draws[t - 1].item()))
    path = ol.trace(GD, stream, 1.0, 4)
    assert ol.run(GD, stream, 1.0, 4) == path["w"][-1]
    assert f"{draws[1]:.6g}".lstrip("-") in ol.by_hand(GD, stream, 1.0, 2).text


# Watch


@every_change
def test_watch_sees_and_undoes(make):
    function = make()
    watch = Watch(function)
    assert watch.changed() is None
    first = function(np.ones(3))
    assert watch.changed() is not None
    assert watch.draws() == make.__name__.startswith("drawing")
    watch.undo()
    assert watch.changed() is None
    np.testing.assert_array_equal(function(np.ones(3)), first)


@pytest.mark.parametrize("problem", ol.problems.all(), ids=lambda problem: problem.name)
def test_watch_sees_no_change_in_problems(problem):
    watch = Watch(problem.f, problem.grad, problem.hess)
    w = np.ones((problem.dim, 2))
    problem.f(w), problem.grad(w), problem.hess(w)
    assert watch.changed() is None


def test_watch_tells_what_it_cannot_see_into():
    tools = types.ModuleType("tools")
    numbers, shown = itertools.count(), (1.0, np.pi, np.ones(3), np.exp, math.sin, [2.0], {"a": 1})
    helper = types.SimpleNamespace(scale=2.0)

    def hidden():
        return tools, numbers

    def seen():
        return shown, helper, SQUARE, GD, undefined  # noqa: F821 - not bound yet

    assert Watch(hidden).opaque
    assert Watch(lambda: time.time()).opaque
    assert not Watch(seen).opaque


def test_watch_survives_objects_that_hold_each_other_and_large_ones():
    a, b = [], {}
    a.append(b)
    b["a"] = a
    large = list(range(100_000))

    def function():
        return a, large, undefined  # noqa: F821 - a name that is not bound yet

    started = time.perf_counter()
    assert Watch(function).changed() is None
    assert time.perf_counter() - started < 1
