"""A run that is stopped and continued is, bit for bit, the run that is not."""

import itertools
import pickle
from fractions import Fraction

import numpy as np
import pytest
from bits import same
from cases import RULES, WRAPPERS, starts
from test_schedules import ALL as SCHEDULES

import optimlib as ol
from optimlib import learning

VALLEY, SQUARE = ol.problems.rosenbrock, ol.problems.square
OTHERS = {
    "Newton": lambda lr: ol.Newton(saddle_free=True),
    "Newton, damped": lambda lr: ol.Newton(saddle_free=True, line_search=ol.Armijo()),
    "BFGS": lambda lr: ol.BFGS(),
    "LBFGS": lambda lr: ol.LBFGS(memory=3),
    "ConjugateGradient": lambda lr: ol.ConjugateGradient(restart=4),
    "SteepestDescent": lambda lr: ol.SteepestDescent(ol.StrongWolfe()),
}
OPTIMIZERS = RULES | WRAPPERS | OTHERS
every_optimizer = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)


def assert_continued(rule, problem, w0, first, second):
    whole = ol.trace(rule, problem, w0, first + second)
    before = ol.trace(rule, problem, w0, first)
    state = pickle.loads(pickle.dumps(before.state))
    assert state.t == first
    assert state.names == rule.state
    end = before.points[-1]
    after = ol.trace(rule, problem, end, second, state=state)
    assert after["t"].tolist() == list(range(first + 1, first + second + 1))
    for name in whole.names:
        assert same(after[name], whole[name][first:]), name
    for name in state.names:
        assert same(after.state[name], whole.state[name]), name
    ended, run_state = ol.run(rule, problem, end, second, state=state, return_state=True)
    assert same(ended, whole["w"][-1])
    assert run_state.t == first + second
    for name in state.names:
        assert same(run_state[name], whole.state[name]), name


@every_optimizer
@pytest.mark.parametrize("shape", [(2,), (2, 3), (2, 2, 2)])
def test_a_continued_run_is_the_whole_run(make, shape):
    w0 = np.resize(starts(VALLEY, 6), shape)
    assert_continued(make(1e-3), VALLEY, w0, first=5, second=4)


@every_optimizer
def test_a_continued_run_of_one_number_is_the_whole_run(make):
    assert_continued(make(0.05), SQUARE, 4.0, first=3, second=3)


@every_optimizer
def test_a_run_may_stop_before_the_first_step_and_at_once_again(make):
    rule, w0 = make(1e-3), starts(VALLEY, 2)
    nothing = ol.trace(rule, VALLEY, w0, 0)
    assert nothing.state.t == 0
    assert_continued(rule, VALLEY, w0, first=0, second=3)
    path = ol.trace(rule, VALLEY, w0, 4)
    for t in range(4):
        (step,) = ol.trace(rule, VALLEY, nothing.points[-1], 1, state=nothing.state)["w"]
        assert same(step, path["w"][t])
        nothing = ol.trace(rule, VALLEY, nothing.points[-1], 1, state=nothing.state)


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize("make", [ol.Adam, ol.Momentum, ol.Rprop], ids=lambda make: make.__name__)
def test_schedules_go_on(make, schedule):
    assert_continued(make(lr=schedule), VALLEY, starts(VALLEY, 3), first=7, second=8)


@pytest.mark.parametrize("name", ["Adam", "Nesterov", "LBFGS", "Averaging", "Lookahead"])
@pytest.mark.parametrize("kind", [np.float32, Fraction])
def test_types_are_kept(name, kind):
    if kind is Fraction and name not in RULES:
        return
    w0 = np.array([kind(1), kind(2)])
    assert_continued(OPTIMIZERS[name](0.01), ol.problems.coupled_bowl, w0, first=2, second=2)


def test_a_sweep_and_chunks_go_on(monkeypatch):
    monkeypatch.setattr("optimlib.descent.CHUNK", 96)
    rule, w0 = ol.Adam(np.linspace(0.01, 0.1, 31)), starts(VALLEY, 31)
    whole = ol.run(rule, VALLEY, w0, 9, threads=2)
    w, state = ol.run(rule, VALLEY, w0, 4, threads=2, return_state=True)
    assert same(ol.run(rule, VALLEY, w, 5, threads=3, state=state), whole)


def test_a_rule_that_mixes_runs_goes_on():
    class Mixing(ol.Rule):
        state = ("v",)

        def update(self, t, g, v):
            v = v + g / np.linalg.norm(g)
            return dict(v=v, step=-self.lr * v / t)

    assert_continued(Mixing(0.1), VALLEY, starts(VALLEY, 3), first=3, second=4)


def test_a_state_of_one_number_a_run_goes_on():
    class Counting(ol.Rule):
        state = ("n",)

        def update(self, t, g, n):
            return dict(n=float(t), step=-self.lr * g / (1 + n))

    assert_continued(Counting(0.1), VALLEY, starts(VALLEY, 3), first=3, second=4)


def test_a_stream_goes_on():
    def version(t):
        return ol.Objective(SQUARE.f, lambda w: 2 * (w - np.sin(t)))

    assert_continued(ol.Adam(0.1), ol.Stream(SQUARE, version), 4.0, first=6, second=5)


def test_iterate_has_a_state_and_takes_one():
    records = ol.iterate(ol.Adam(0.1), SQUARE, 4.0)
    assert records.state.t == 0
    first = list(itertools.islice(records, 3))
    state = records.state
    more = next(ol.iterate(ol.Adam(0.1), SQUARE, first[-1]["w"], state=state))
    assert more == next(records)


def test_without_the_state_it_is_another_run():
    rule = ol.Adam(lr=ol.schedules.InverseTime(0.5))
    path = ol.trace(rule, SQUARE, 4.0, 20)
    forgotten = ol.trace(rule, SQUARE, path["w"][9], 1)
    assert forgotten["t"][0] == 1
    assert abs(forgotten["step"][0]) == pytest.approx(0.5)
    assert abs(path["step"][10]) < 0.05


@pytest.mark.parametrize("compiled", [False, True])
def test_a_state_passes_between_readings(compiled):
    if compiled:
        pytest.importorskip("numba", reason="numba is not installed")
    rule, w0 = ol.Adam(0.01), starts(VALLEY, 5)
    w, state = ol.run(rule, VALLEY, w0, 6, compiled=compiled, return_state=True)
    end = ol.run(rule, VALLEY, w, 6, compiled=compiled, state=state)
    np.testing.assert_allclose(end, ol.run(rule, VALLEY, w0, 12), rtol=1e-10)


def test_training_goes_on():
    digits, model = learning.load("digits"), learning.SoftmaxRegression(64, 10)
    rule = ol.Adam(lr=ol.schedules.Cosine(0.01, steps=60))
    options = dict(batch_size=64, seed=3, progress=False, every=10)
    whole = learning.train(rule, model, digits, steps=50, **options)
    first = learning.train(rule, model, digits, steps=20, **options)
    rest = learning.train(
        rule, model, digits, steps=30, start=first.w, state=first.state, **options
    )
    assert rest.step.tolist() == [20, 30, 40, 50]
    assert same(rest.w, whole.w)
    assert same(rest.test_loss, whole.test_loss[2:])
    with pytest.raises(TypeError, match="start must be given where state is"):
        learning.train(rule, model, digits, steps=3, state=first.state, **options)


def test_a_table_counts_on():
    path = ol.trace(ol.Momentum(0.1), SQUARE, 4.0, 3)
    table = repr(ol.trace(ol.Momentum(0.1), SQUARE, path["w"][-1], 2, state=path.state))
    assert [line.split()[0] for line in table.split("\n")[2:]] == ["3", "4", "5"]


def test_a_state_does_not_change_when_the_run_goes_on():
    records = ol.iterate(ol.Momentum(0.1), SQUARE, np.ones((1, 3)))
    next(records)
    state = records.state
    before = state["v"].copy()
    next(records)
    assert same(state["v"], before)
    assert repr(state) == "<State after 1 step: v>"
    with pytest.raises(KeyError, match="no 'm' in this state, only v"):
        state["m"]


@pytest.mark.parametrize(
    ("rule", "w0", "state", "error", "message"),
    [
        (ol.Momentum(0.1), 4.0, 3, TypeError, "state must be .* got state = 3"),
        (ol.Momentum(0.1), 4.0, {"v": 1.0}, TypeError, "state must be that of a trace or a run"),
        (
            ol.Adam(0.1),
            4.0,
            "momentum",
            ValueError,
            "state must be of m, v for Adam",
        ),
        (ol.GradientDescent(0.1), 4.0, "momentum", ValueError, "state must be of nothing for Grad"),
        (ol.Momentum(0.1), np.ones((1, 2)), "momentum", ValueError, r"v of shape \(1, 2\)"),
        (ol.Momentum(0.1), np.float32(4), "momentum", ValueError, "type float32 .* type float64"),
    ],
)
@pytest.mark.parametrize("call", [ol.trace, ol.run])
def test_a_state_that_does_not_fit_is_named(call, rule, w0, state, error, message):
    if state == "momentum":
        state = ol.trace(ol.Momentum(0.1), SQUARE, 4.0, 2).state
    with pytest.raises(error, match=message):
        call(rule, SQUARE, w0, 3, state=state)
