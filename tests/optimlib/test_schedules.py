"""Schedules: closed forms, the first and last step, composition, bad input."""

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optimlib as ol
from optimlib import schedules as s

SQUARE = ol.problems.square
LR = 0.1
ALL = {
    "Constant": s.Constant(LR),
    "Step": s.Step(LR, period=3, factor=0.5),
    "Step, milestones": s.Step(LR, period=(2, 5), factor=0.5),
    "Exponential": s.Exponential(LR, factor=0.9),
    "InverseTime": s.InverseTime(LR),
    "InverseSqrt": s.InverseSqrt(LR),
    "Linear": s.Linear(LR, 0.01, steps=10),
    "WarmUp": s.WarmUp(LR, steps=10),
    "Cosine": s.Cosine(LR, steps=10, lr_min=0.01),
    "WarmRestarts": s.WarmRestarts(LR, period=3, growth=2),
    "OneCycle": s.OneCycle(LR, steps=10),
    "WSD": s.WSD(LR, steps=20, warm_up=4, cooldown=6, lr_min=0.01),
    "Then": s.Then(3, s.WarmUp(LR, steps=3), s.Cosine(LR, steps=10)),
}
every_schedule = pytest.mark.parametrize("schedule", ALL.values(), ids=ALL)


def values(schedule, count):
    return [schedule(t) for t in range(1, count + 1)]


@every_schedule
def test_steps_are_counted_from_one(schedule):
    name = type(schedule).__name__
    for t in (0, -1, 1.5, np.array([1, 0]), float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"^{name}: t counts steps, from 1"):
            schedule(t)
    for t in ("1", None, True, 1j, [[1], [2, 3]]):
        with pytest.raises((TypeError, ValueError), match=f"^{name}: t counts steps, from 1"):
            schedule(t)


@every_schedule
def test_arrays_of_steps_are_steps_one_by_one(schedule):
    steps = np.arange(1, 41)
    assert schedule(steps).tolist() == values(schedule, 40)
    assert schedule(steps.reshape(4, 10)).shape == (4, 10)
    assert schedule(steps.astype(float)).tolist() == schedule(steps.tolist()).tolist()
    assert schedule(np.array([], int)).shape == (0,)
    assert type(schedule(np.int64(7))) is type(schedule(7))


def test_arrays_of_steps_and_of_the_batch_make_a_grid():
    schedule = s.Cosine(np.array([0.1, 0.2]), steps=3)
    grid = schedule(np.arange(1, 6))
    assert grid.shape == (5, 2)
    for t in range(1, 6):
        assert (grid[t - 1] == schedule(t)).all()


def test_every_schedule_is_tested():
    classes = {c for c in vars(s).values() if isinstance(c, type) and c.__module__ == s.__name__}
    assert {type(schedule) for schedule in ALL.values()} == classes


def reference(name, t):
    """Return the specification's value in step t of the schedules in `ALL`."""
    u = t - 1
    cosine = (1 + math.cos(math.pi * min(u, 10) / 10)) / 2
    match name:
        case "Constant":
            return LR
        case "Step":
            return LR / 2 ** (u // 3)
        case "Step, milestones":
            return LR / (1 if t <= 2 else 2 if t <= 5 else 4)
        case "Exponential":
            return LR * 0.9**u
        case "InverseTime":
            return LR / t
        case "InverseSqrt":
            return LR * t**-0.5
        case "Linear":
            return LR - 0.09 * min(u, 10) / 10
        case "WarmUp":
            return LR * min(t, 10) / 10
        case "Cosine":
            return 0.01 + 0.09 * cosine
        case "WarmRestarts":
            starts, length = [0, 3, 9, 21, 45], [3, 6, 12, 24]
            i = max(i for i in range(4) if starts[i] <= u)
            return LR * (1 + math.cos(math.pi * (u - starts[i]) / length[i])) / 2
        case "OneCycle":
            low, end = LR / 25, LR / 25e4
            if t <= 3:
                return low + (LR - low) * (1 - math.cos(math.pi * u / 2)) / 2
            return end + (LR - end) * (1 + math.cos(math.pi * (min(t, 10) - 3) / 7)) / 2
        case "WSD":
            return min(LR * t / 4, LR, max(0.01, 0.01 + 0.09 * (21 - t) / 6))
        case "Then":
            return LR * t / 3 if t <= 3 else LR * (1 + math.cos(math.pi * min(t - 4, 10) / 10)) / 2


@pytest.mark.parametrize("name", ALL)
def test_schedule_has_its_closed_form(name):
    expected = [reference(name, t) for t in range(1, 31)]
    np.testing.assert_allclose(values(ALL[name], 30), expected, rtol=1e-13, atol=1e-17)


# What torch.optim.lr_scheduler of PyTorch 2.13 gives for max_lr=1, total_steps=10, pct_start=0.5.
ONE_CYCLE = [
    0.040000000000000036,
    0.1805887450304573,
    0.52,
    0.8594112549695427,
    1.0,
    0.904508879153485,
    0.654509879153485,
    0.3454941208465151,
    0.09549512084651508,
    4e-06,
]


def test_one_cycle_is_that_of_pytorch():
    np.testing.assert_allclose(values(s.OneCycle(1.0, 10, rise=0.5), 10), ONE_CYCLE, rtol=1e-12)


def test_wsd_is_three_schedules_in_a_row():
    parts = s.Then(4, s.WarmUp(LR, 4), s.Then(10, s.Constant(LR), s.Linear(LR, 0.01, 6)))
    np.testing.assert_allclose(values(ALL["WSD"], 40), values(parts, 40), rtol=1e-14)


def test_wsd_without_its_parts_is_simpler():
    assert values(s.WSD(LR, 10, 0, 10), 15) == pytest.approx(values(s.Linear(LR, 0.0, 10), 15))
    assert values(s.WSD(LR, 10, 10, 0), 10) == values(s.WarmUp(LR, 10), 10)
    assert values(s.WSD(LR, 10, 0, 0), 10) == [LR] * 10


def test_cosine_is_the_first_period_of_warm_restarts():
    cosine, restarts = s.Cosine(LR, 7, lr_min=0.02), s.WarmRestarts(LR, 7, lr_min=0.02)
    assert values(cosine, 7) == values(restarts, 7)
    assert (cosine(8), restarts(8)) == (0.02, LR)


@every_schedule
def test_schedule_gives_positive_numbers_that_do_not_jump_up_and_stay_after_the_end(schedule):
    path = values(schedule, 60)
    assert all(isinstance(value, float) and 0 <= value <= LR for value in path)
    assert path == values(schedule, 60)
    if type(schedule) in (s.Linear, s.WarmUp, s.Cosine, s.OneCycle, s.WSD):
        assert len(set(path[schedule.steps :])) == 1


@every_schedule
@pytest.mark.parametrize("make", [ol.GradientDescent, ol.Adam, ol.Rprop])
def test_optimizer_takes_the_schedule(schedule, make):
    path = ol.trace(make(lr=schedule), SQUARE, 4.0, 15)
    if make is ol.GradientDescent:
        np.testing.assert_allclose(path["step"], -np.array(values(schedule, 15)) * path["g"])
    assert np.all(np.isfinite(path["w"]))
    assert type(schedule).__name__ in repr(path.rule)


@pytest.mark.parametrize("schedule", [a for a in ALL.values() if not isinstance(a, s.Then)])
def test_schedule_of_arrays_is_a_sweep(schedule):
    lrs = np.array([0.1, 0.05, 0.2])
    name = "start" if isinstance(schedule, s.Linear) else "lr"

    def with_value(value):
        others = {f.name: getattr(schedule, f.name) for f in fields(schedule)}
        return type(schedule)(**others | {name: value})

    swept = ol.trace(ol.Momentum(with_value(lrs)), SQUARE, 4.0, 12)["w"]
    for i, lr in enumerate(lrs):
        alone = ol.trace(ol.Momentum(with_value(float(lr))), SQUARE, 4.0, 12)["w"]
        assert np.array_equal(swept[:, 0, i], alone)


@settings(max_examples=20, deadline=None)
@given(first=st.integers(1, 9), second=st.integers(1, 9))
def test_then_counts_again_and_nests(first, second):
    a, b, c = s.Exponential(1.0, 0.5), s.InverseTime(2.0), s.Constant(3.0)
    both = s.Then(first, a, s.Then(second, b, c))
    expected = values(a, first) + values(b, second) + [3.0] * 5
    assert values(both, first + second + 5) == expected


def test_any_hyperparameter_takes_a_schedule():
    rule = ol.Adam(LR, beta1=s.Linear(0.5, 0.9, 10), eps=s.Step(1e-8, 5))
    assert np.all(np.isfinite(ol.trace(rule, SQUARE, 4.0, 20)["w"]))


BAD = [
    (lambda: s.Constant(-1.0), ValueError, "Constant: lr must be finite and >= 0, got lr = -1.0"),
    (lambda: s.Constant(math.inf), ValueError, "lr must be finite .* lr = inf"),
    (lambda: s.Constant(math.nan), ValueError, "lr must be finite .* lr = nan"),
    (lambda: s.Constant("0.1"), TypeError, "lr must be a number or a NumPy array, got lr = '0.1'"),
    (lambda: s.Constant(True), TypeError, "lr must be a number .* lr = True"),
    (lambda: s.Cosine(np.array([0.1, -0.1]), 3), ValueError, "Cosine: lr must be finite and >= 0"),
    (lambda: s.Cosine(0.1, 3, lr_min=-1), ValueError, "lr_min must be .* lr_min = -1"),
    (lambda: s.Cosine(0.1, 0), ValueError, "Cosine: steps must be >= 1, got steps = 0"),
    (lambda: s.Cosine(0.1, 2.5), TypeError, "steps must be an integer, got steps = 2.5"),
    (lambda: s.Linear(0.1, -0.1, 3), ValueError, "Linear: end must be"),
    (lambda: s.Linear(-0.1, 0.1, 3), ValueError, "Linear: start must be"),
    (lambda: s.Linear(0.1, 0.1, True), TypeError, "steps must be an integer, got steps = True"),
    (lambda: s.WarmUp(0.1, -3), ValueError, "WarmUp: steps must be >= 1"),
    (lambda: s.Step(0.1, 0), ValueError, "Step: period must be >= 1, got period = 0"),
    (lambda: s.Step(0.1, (5, 3)), ValueError, r"period must be increasing, .* \(5, 3\)"),
    (lambda: s.Step(0.1, (0, 3)), ValueError, "period must be increasing, from 1 at least"),
    (lambda: s.Step(0.1, ()), ValueError, "period must be increasing"),
    (lambda: s.Step(0.1, (1.5,)), TypeError, "period must be an integer or a sequence"),
    (lambda: s.Step(0.1, 2, factor=0), ValueError, "factor must be finite and > 0"),
    (lambda: s.Exponential(0.1, 0.0), ValueError, "Exponential: factor must be finite and > 0"),
    (lambda: s.InverseTime(0.1, -1), ValueError, "InverseTime: decay must be"),
    (lambda: s.WarmRestarts(0.1, 0), ValueError, "WarmRestarts: period must be >= 1"),
    (lambda: s.WarmRestarts(0.1, 3, growth=0), ValueError, "growth must be >= 1"),
    (lambda: s.WarmRestarts(0.1, 3, growth=1.5), TypeError, "growth must be an integer"),
    (lambda: s.OneCycle(0.1, 1), ValueError, "OneCycle: steps must be >= 2"),
    (lambda: s.OneCycle(0.1, 10, rise=1), ValueError, "rise must be between 1 / steps and 1"),
    (lambda: s.OneCycle(0.1, 10, rise=0.1), ValueError, "rise must be between .* rise = 0.1"),
    (lambda: s.OneCycle(0.1, 10, first=0), ValueError, "first must be finite and > 0"),
    (lambda: s.OneCycle(0.1, 10, last=-1), ValueError, "last must be finite and > 0"),
    (lambda: s.WSD(0.1, 10, 3, 8), ValueError, "at most steps - warm_up = 7, got cooldown = 8"),
    (lambda: s.WSD(0.1, 10, 11, 0), ValueError, "warm_up must be at most steps = 10, got warm_up"),
    (lambda: s.WSD(0.1, 10, -1, 8), ValueError, "WSD: warm_up must be >= 0, got warm_up = -1"),
    (lambda: s.WSD(0.1, 10, 1.0, 8), TypeError, "WSD: warm_up must be an integer"),
    (lambda: s.WSD(0.1, 0, 0, 0), ValueError, "WSD: steps must be >= 1"),
    (lambda: s.WSD(-0.1, 10, 1, 1), ValueError, "WSD: lr must be finite and >= 0"),
    (lambda: s.WSD(0.1, 10, 1, 1, lr_min=-1), ValueError, "WSD: lr_min must be"),
    (lambda: s.Then(0, s.Constant(1), s.Constant(1)), ValueError, "Then: steps must be >= 1"),
    (lambda: s.Then(1, 0.1, s.Constant(1)), TypeError, "first must be callable .* first = 0.1"),
    (lambda: s.Then(1, s.Constant(1), None), TypeError, "second must be callable .* = None"),
]


@pytest.mark.parametrize(("make", "error", "message"), BAD)
def test_bad_argument_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
