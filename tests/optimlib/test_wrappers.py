"""Optimizers around an optimizer: what they do to the run inside, and what they accept."""

from dataclasses import dataclass

import numpy as np
import pytest
from bits import same
from cases import OPTIMIZERS, PROBLEMS, RULES, WRAPPERS, starts
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from looping import each

import optimlib as ol

SQUARE, ROSENBROCK = ol.problems.square, ol.problems.rosenbrock
LR = 0.05
every_wrapper = each("make", WRAPPERS)


def close(actual, expected, rtol=1e-12, atol=1e-14):
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol)


def test_every_wrapper_is_tested():
    wrappers = {cls for cls in OPTIMIZERS if issubclass(cls, ol.Wrapper)}
    assert {type(make(LR)) for make in WRAPPERS.values()} == wrappers


# What holds for every wrapper, and around every rule.


@every_wrapper
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_batch_is_the_loop_bit_for_bit(make, data):
    problem = PROBLEMS[data.draw(st.sampled_from(["square", "rosenbrock", "coupled_bowl"]))]
    count = data.draw(st.integers(1, 9))
    values = st.floats(-3, 3, allow_subnormal=False)
    start = data.draw(arrays(float, (problem.dim, count), elements=values))
    together = ol.trace(make(LR), problem, start, 7)
    for i in range(count):
        alone = ol.trace(make(LR), problem, start[:, i], 7)
        assert alone.names == together.names
        for column in ("g", "w", *make(LR).state):
            assert same(together[column][..., i], alone[column]), (column, i)


def test_clipping_by_norm_is_bitwise_the_loop_in_many_dimensions():
    """NumPy's sum over the first axis would not be."""
    names = tuple(f"x{i}" for i in range(50))
    bowl = ol.Objective(lambda w: 0.5 * np.sum(w**2, axis=0), lambda w: 1.0 * w, variables=names)
    start = np.random.default_rng(0).normal(size=(50, 6))
    rule = ol.ClipNorm(ol.GradientDescent(LR), limit=1.0)
    together = ol.trace(rule, bowl, start, 5)["w"]
    assert all(same(together[..., i], ol.trace(rule, bowl, start[:, i], 5)["w"]) for i in range(6))


@every_wrapper
def test_run_is_the_last_point_of_trace(make):
    start = starts(ROSENBROCK, 5)
    path = ol.trace(make(1e-3), ROSENBROCK, start, 20)
    assert same(ol.run(make(1e-3), ROSENBROCK, start, 20), path["w"][-1])
    assert same(ol.run(make(1e-3), ROSENBROCK, start, 20, threads=2), path["w"][-1])


@every_wrapper
def test_single_precision_stays_single(make):
    path = ol.trace(make(LR), ROSENBROCK, starts(ROSENBROCK, 3).astype(np.float32), 4)
    kinds = {name: path[name].dtype for name in ("g", "w", *make(LR).state)}
    assert set(kinds.values()) == {np.dtype("float32")}, kinds


@every_wrapper
def test_start_and_state_are_not_changed(make):
    rule, w = make(LR), np.array([[-1.2, 0.5], [1.0, 2.0]])
    state = rule.initial(w)
    given_arrays = [w, *state]
    before = [np.array(a) for a in given_arrays]
    for a in given_arrays:
        a.setflags(write=False)
    record = rule.advance(1, w, state, ROSENBROCK)
    rule.advance(2, record["w"], [record[name] for name in rule.state], ROSENBROCK)
    assert all(np.array_equal(a, b) for a, b in zip(given_arrays, before, strict=True))
    assert list(record)[-1] == "w"
    assert {"g", *rule.state} <= set(record)


@every_wrapper
def test_constant_schedules_are_the_numbers(make):
    numbers = make(LR)
    scheduled = numbers.map_hyperparameters(lambda name, value: ol.schedules.Constant(value))
    assert scheduled.has_schedules()
    a, b = (ol.trace(rule, ROSENBROCK, [-1.2, 1.0], 8)["w"] for rule in (numbers, scheduled))
    assert same(a, b)


@every_wrapper
def test_sweep_over_the_inner_rate_is_separate_runs(make):
    rates = np.array([0.01, 0.1, 0.3])
    together = ol.trace(make(rates), SQUARE, 4.0, 6)["w"]
    for i, lr in enumerate(rates):
        assert same(together[:, 0, i], ol.trace(make(float(lr)), SQUARE, 4.0, 6)["w"])


def test_own_hyperparameters_are_swept_and_scheduled():
    values = np.array([0.25, 0.5, 1.0])
    for wrap in (
        lambda x: ol.L2(ol.Momentum(LR), weight_decay=x),
        lambda x: ol.DecoupledWeightDecay(ol.Momentum(LR), weight_decay=x),
        lambda x: ol.ClipNorm(ol.Momentum(LR), limit=x),
        lambda x: ol.ClipValue(ol.Momentum(LR), limit=x),
        lambda x: ol.Lookahead(ol.Momentum(LR), k=2, alpha=x),
    ):
        together = ol.trace(wrap(values), SQUARE, 4.0, 6)["w"]
        scheduled = ol.trace(wrap(lambda t: values), SQUARE, 4.0, 6)["w"]
        assert same(together, scheduled)
        for i, value in enumerate(values):
            assert same(together[:, 0, i], ol.trace(wrap(float(value)), SQUARE, 4.0, 6)["w"])
        assert len(set(together[-1, 0])) == 3


@every_wrapper
def test_schedule_inside_is_checked_as_the_rule_inside_declares(make):
    """Lookahead's α is at most 1, the rate of what it wraps is not."""
    path = ol.trace(make(lambda t: 2.0), SQUARE, 4.0, 3)
    assert same(path["w"], ol.trace(make(2.0), SQUARE, 4.0, 3)["w"])
    inner = make(lambda t: -1.0)
    while isinstance(inner, ol.Wrapper):
        inner = inner.rule
    with pytest.raises(ValueError, match=f"^{type(inner).__name__}: lr must be .* lr = -1.0$"):
        ol.run(make(lambda t: -1.0), SQUARE, 4.0, 1)


def test_hyperparameters_of_the_same_name_are_both_broadcast():
    rule = ol.L2(ol.AdamW(LR, weight_decay=np.array([0.1, 0.9])), weight_decay=0.2)
    alone = ol.L2(ol.AdamW(LR, weight_decay=0.9), weight_decay=0.2)
    together = ol.trace(rule, SQUARE, 4.0, 5)["w"]
    assert same(together[:, 0, 1], ol.trace(alone, SQUARE, 4.0, 5)["w"])


@pytest.mark.parametrize("threads", [1, 2])
def test_state_that_starts_at_a_hyperparameter_knows_the_batch(threads):
    """Rprop's lengths start at η, here an array beside a schedule."""
    rates = np.linspace(0.01, 0.2, 10000).reshape(2, 5000)
    rule = ol.Rprop(lr=rates, grow=lambda t: 1.2)
    expected = ol.run(ol.Rprop(lr=rates), SQUARE, 4.0, 4)
    assert same(ol.run(rule, SQUARE, 4.0, 4, threads=threads), expected)
    scheduled = ol.Rprop(lr=lambda t: rates)
    assert same(ol.run(ol.Averaging(scheduled), SQUARE, 4.0, 4, threads=threads), expected)


@each("make", RULES)
def test_wrappers_that_do_nothing_leave_every_rule_as_it_is(make):
    rule = make(1e-3)
    expected = ol.trace(rule, ROSENBROCK, [-1.2, 1.0], 12)["w"]
    for wrapped in (
        ol.L2(rule, weight_decay=0.0),
        ol.DecoupledWeightDecay(rule, weight_decay=0.0),
        ol.ClipNorm(rule, limit=1e9),
        ol.ClipValue(rule, limit=1e9),
        ol.Averaging(rule),
        ol.Projection(rule, -np.inf, np.inf),
    ):
        assert same(ol.trace(wrapped, ROSENBROCK, [-1.2, 1.0], 12)["w"], expected), wrapped
    whole = ol.Lookahead(rule, k=1, alpha=1.0)
    close(ol.trace(whole, ROSENBROCK, [-1.2, 1.0], 12)["w"], expected, rtol=1e-9)


# What each of them does.


@pytest.mark.parametrize("make", [ol.GradientDescent, ol.Adam, ol.Nesterov])
def test_l2_is_the_penalized_objective(make):
    penalized = ol.Objective(
        lambda w: ROSENBROCK.f(w) + 0.35 * (w[0] ** 2 + w[1] ** 2),
        lambda w: ROSENBROCK.grad(w) + 0.7 * w,
        variables=("x", "y"),
    )
    expected = ol.trace(make(1e-3), penalized, [-1.2, 1.0], 30)
    path = ol.trace(ol.L2(make(1e-3), weight_decay=0.7), ROSENBROCK, [-1.2, 1.0], 30)
    close(path["w"], expected["w"])
    close(path["g"], expected["g"])


def test_l2_changes_value_and_hessian_too():
    seen = {}

    class Curious(ol.Optimizer):
        def advance(self, t, w, state, objective):
            seen.update(f=objective.f(w), grad=objective.grad(w), hess=objective.hess(w))
            return {"g": seen["grad"], "w": w}

    start = np.array([[1.0, 2.0], [3.0, -1.0]])
    ol.run(ol.L2(Curious(), weight_decay=0.5), ROSENBROCK, start, 1)
    close(seen["f"], ROSENBROCK.f(start) + 0.25 * np.sum(start**2, axis=0))
    close(seen["grad"], ROSENBROCK.grad(start) + 0.5 * start)
    close(seen["hess"], ROSENBROCK.hess(start) + 0.5 * np.eye(2)[:, :, None])
    ol.run(ol.L2(Curious(), weight_decay=0.5), ROSENBROCK, start.astype(np.float32), 1)
    assert seen["hess"].dtype == np.float32
    ol.run(ol.L2(Curious(), weight_decay=0.5), SQUARE, 4.0, 1)
    close([seen["f"][0], seen["grad"][0, 0], seen["hess"][0, 0, 0]], [16 + 4, 8 + 2, 2 + 0.5])


def test_decoupled_decay_around_adam_is_adamw():
    wrapped = ol.DecoupledWeightDecay(ol.Adam(LR), weight_decay=0.3)
    path = ol.trace(wrapped, ROSENBROCK, [-1.2, 1.0], 40)["w"]
    close(path, ol.trace(ol.AdamW(LR, weight_decay=0.3), ROSENBROCK, [-1.2, 1.0], 40)["w"], 1e-10)
    outside = ol.DecoupledWeightDecay(ol.ClipNorm(ol.Adam(LR), limit=1e9), weight_decay=0.3)
    assert same(ol.trace(outside, ROSENBROCK, [-1.2, 1.0], 40)["w"], path)


@settings(max_examples=30, deadline=None)
@given(
    g=arrays(float, (3, 4), elements=st.floats(-1e200, 1e200)),
    limit=st.floats(1e-3, 1e3),
)
def test_clipping_limits_the_length_or_each_coordinate(g, limit):
    slope = ol.Objective(lambda w: np.sum(g * w, axis=0), lambda w: g, variables=("x", "y", "z"))
    start = np.zeros((3, 4))
    rule = ol.GradientDescent(1.0)
    by_norm = ol.trace(ol.ClipNorm(rule, limit=limit), slope, start, 1)["g"][0]
    with np.errstate(over="ignore"):
        lengths = np.hypot(np.hypot(g[0], g[1]), g[2])
    small = lengths <= limit * (1 - 1e-12)
    assert np.array_equal(by_norm[:, small], g[:, small])
    large = lengths > limit
    close(np.linalg.norm(by_norm, axis=0)[large], limit, rtol=1e-12)
    scale = np.divide(limit, lengths, where=large, out=np.ones(4))
    close(by_norm, g * scale, rtol=1e-11, atol=1e-300)
    by_value = ol.trace(ol.ClipValue(rule, limit=limit), slope, start, 1)["g"][0]
    assert np.array_equal(by_value, np.clip(g, -limit, limit))


def test_method_inside_sees_all_of_the_objective_but_its_clipped_gradient():
    for method in (ol.Newton(), ol.SteepestDescent(line_search=ol.Armijo())):
        expected = ol.trace(method, ROSENBROCK, [-1.2, 1.0], 5)["w"]
        wrapped = ol.ClipValue(ol.ClipNorm(method, limit=1e9), limit=1e9)
        assert same(ol.trace(wrapped, ROSENBROCK, [-1.2, 1.0], 5)["w"], expected)
    # On w² from 4 the gradient 8 is clipped to 1, the second derivative is 2.
    assert ol.run(ol.ClipValue(ol.Newton(), limit=1.0), SQUARE, 4.0, 1) == 3.5


def test_wrapper_that_overrides_nothing_is_its_rule():
    path = ol.trace(ol.Wrapper(ol.Adam(LR)), ROSENBROCK, [-1.2, 1.0], 5)
    expected = ol.trace(ol.Adam(LR), ROSENBROCK, [-1.2, 1.0], 5)
    assert path.names == expected.names
    assert all(same(path[name], expected[name]) for name in path.names)


def test_zero_gradient_is_not_divided_by_its_length():
    rule = ol.ClipNorm(ol.GradientDescent(LR), limit=1.0)
    assert list(ol.trace(rule, SQUARE, 0.0, 3)["w"]) == [0, 0, 0]


@pytest.mark.parametrize("start", [1, 4, 30])
def test_average_is_the_mean_of_the_points_and_changes_nothing(start):
    inner = ol.Momentum(0.02)
    path = ol.trace(ol.Averaging(inner, start=start), ROSENBROCK, [-0.5, 0.5], 20)
    assert same(path["w"], ol.trace(inner, ROSENBROCK, [-0.5, 0.5], 20)["w"])
    for t in range(1, 21):
        mean = path["w"][start - 1 : t].mean(axis=0) if t >= start else path["w"][t - 1]
        close(path["average"][t - 1], mean)


def test_first_average_is_the_point_to_the_last_bit():
    jump = ol.Projection(ol.GradientDescent(LR), low=1e-20, high=1e-20)
    assert ol.trace(ol.Averaging(jump), SQUARE, 4.0, 1)["average"] == 1e-20


def test_averaging_reaches_the_bound_of_polyak_and_ruppert():
    """k E[x̄²] → σ²/h² for gradients h x + noise of variance σ², here with h = 2, σ = 1."""
    rng, noise = np.random.default_rng(0), {}

    def at(t):
        if t not in noise:
            noise[t] = rng.normal(size=(1, 4000))
        return ol.Objective(lambda w: w**2, lambda w: 2 * w + noise[t][0])

    rule = ol.Averaging(ol.GradientDescent(lambda t: 0.2 * t**-0.6))
    records = ol.iterate(rule, ol.Stream(SQUARE, at), np.zeros((1, 4000)))
    for record in records:
        if record["t"] == 400:
            break
    assert 400 * np.mean(record["average"] ** 2) == pytest.approx(0.25, rel=0.15)
    assert 400 * np.mean(record["w"] ** 2) > 0.5


@pytest.mark.parametrize(("k", "alpha"), [(1, 0.3), (2, 0.5), (5, 0.8), (3, 1.0)])
def test_lookahead_is_its_loop(k, alpha):
    path = ol.trace(ol.Lookahead(ol.Momentum(LR), k=k, alpha=alpha), SQUARE, 4.0, 23)
    fast, slow, v = 4.0, 4.0, 0.0
    for t in range(1, 24):
        v = 0.9 * v + 2 * fast
        fast = fast - LR * v
        close(path["fast"][t - 1], fast)
        if t % k == 0:
            slow = slow + alpha * (fast - slow)
            fast = slow
        close([path["w"][t - 1], path["slow"][t - 1]], [fast, slow])


def test_projection_moves_to_the_nearest_point_of_the_box():
    rule = ol.Projection(ol.GradientDescent(0.3), low=(-1, 0.5), high=(0.25, np.inf))
    path = ol.trace(rule, ol.problems.coupled_bowl, starts(ol.problems.coupled_bowl, 30), 10)
    low, high = np.array([-1, 0.5])[:, None], np.array([0.25, np.inf])[:, None]
    assert np.all((low <= path["w"]) & (path["w"] <= high))
    assert np.array_equal(path["w"], np.clip(path["unprojected"], low, high))
    assert np.any(path["w"] != path["unprojected"])


def test_box_may_be_a_point():
    assert ol.run(ol.Projection(ol.GradientDescent(LR), 1, 1), SQUARE, 4.0, 3) == 1


def test_projected_descent_ends_where_the_slope_points_out_of_the_box():
    """On (x² + y² + xy) with x ≥ 1: y = −½."""
    rule = ol.Projection(ol.GradientDescent(0.2), low=(1, -np.inf), high=np.inf)
    close(ol.run(rule, ol.problems.coupled_bowl, [3.0, 2.0], 200), [1, -0.5])


# Wrong variants: each differs from its wrapper where the tests above look.


class NormOverTheBatch(ol.ClipNorm):
    def advance(self, t, w, state, objective):
        g = objective.grad(w)
        scale = self.limit / np.maximum(np.sqrt(np.sum(g**2)), self.limit)
        changed = ol.Objective(SQUARE.f, lambda w: g * scale, variables=objective.variables)
        return self.rule.advance(t, w, state, changed)


class LookaheadForgets(ol.Lookahead):
    """The slow weights take the fast ones' place, the fast ones do not go on from there."""

    def advance(self, t, w, state, objective):
        record = super().advance(t, w, state, objective)
        return record | {"w": record["fast"]}


class AverageWithStart(ol.Averaging):
    def advance(self, t, w, state, objective):
        record = super().advance(t, w, state, objective)
        *_, average = state
        return record | {"average": average + (record["w"] - average) / (t + 1)}


def test_wrong_variants_are_rejected():
    start = np.array([[3.0, 1.0], [1.0, 2.0]])
    rule = NormOverTheBatch(ol.GradientDescent(LR), limit=0.5)
    together, alone = (
        rule.advance(1, w, (), ol.problems.coupled_bowl)["w"][:, 0] for w in (start, start[:, :1])
    )
    assert np.max(np.abs(together - alone)) > 1e-3
    # The engine finds out that it mixes runs, and takes each on its own.
    close(ol.run(rule, ol.problems.coupled_bowl, start, 1)[:, 0], alone)
    for wrong, right, name in (
        (LookaheadForgets(ol.Momentum(LR), k=2), ol.Lookahead(ol.Momentum(LR), k=2), "w"),
        (AverageWithStart(ol.Momentum(LR)), ol.Averaging(ol.Momentum(LR)), "average"),
    ):
        paths = [ol.trace(rule, SQUARE, 4.0, 9)[name] for rule in (wrong, right)]
        assert np.max(np.abs(paths[0] - paths[1])) > 1e-3


# Bad input.

RULE = ol.Momentum(LR)
BAD = [
    *(
        (lambda wrap=wrap, rule=rule: wrap(rule), TypeError, "rule must be like ol.Adam")
        for wrap in (
            lambda rule: ol.L2(rule, 0.1),
            lambda rule: ol.DecoupledWeightDecay(rule, 0.1),
            lambda rule: ol.ClipNorm(rule, 1),
            lambda rule: ol.ClipValue(rule, 1),
            ol.Averaging,
            ol.Lookahead,
            lambda rule: ol.Projection(rule, -1, 1),
        )
        for rule in (ol.Momentum, None, 0.1)
    ),
    (lambda: ol.L2(RULE, -0.1), ValueError, "weight_decay must be .* weight_decay = -0.1"),
    (lambda: ol.L2(RULE, "a"), TypeError, "weight_decay must be a number"),
    (lambda: ol.DecoupledWeightDecay(RULE, np.nan), ValueError, "weight_decay must be .* nan"),
    (
        lambda: ol.DecoupledWeightDecay(ol.Optimizer(), 0.1),
        ValueError,
        r"with a l.* got rule = O.*\(\)",
    ),
    (lambda: ol.ClipNorm(RULE, 0), ValueError, "ClipNorm: limit must be finite and > 0, .* = 0"),
    (lambda: ol.ClipValue(RULE, -1.0), ValueError, "ClipValue: limit must be .* limit = -1.0"),
    (lambda: ol.ClipValue(RULE, np.inf), ValueError, "limit must be finite"),
    (lambda: ol.Averaging(RULE, start=0), ValueError, "start must be >= 1, got start = 0"),
    (lambda: ol.Averaging(RULE, start=1.5), TypeError, "start must be an integer, got start = 1.5"),
    (lambda: ol.Averaging(RULE, start=True), TypeError, "start must be an integer"),
    (
        lambda: ol.Averaging(ol.Averaging(RULE)),
        ValueError,
        ": rule must be without a state 'average'",
    ),
    (lambda: ol.Lookahead(ol.Lookahead(RULE)), ValueError, "without a state 'slow'"),
    (lambda: ol.Lookahead(RULE, k=0), ValueError, "k must be >= 1, got k = 0"),
    (lambda: ol.Lookahead(RULE, k=2.0), TypeError, "k must be an integer, got k = 2.0"),
    (lambda: ol.Lookahead(RULE, alpha=0), ValueError, r"alpha must be in \(0, 1\], got alpha = 0"),
    (lambda: ol.Lookahead(RULE, alpha=1.1), ValueError, "alpha must be in"),
    (lambda: ol.Lookahead(RULE, alpha="1"), TypeError, "alpha must be a number"),
    (lambda: ol.Projection(RULE, 1, -1), ValueError, "low must be <= high = -1, got low = 1"),
    (lambda: ol.Projection(RULE, np.nan, 1), ValueError, "low must be neither nan nor inf"),
    (lambda: ol.Projection(RULE, "a", 1), TypeError, "low must be a number or .*, got low = 'a'"),
    (lambda: ol.Projection(RULE, 0, [[1]]), TypeError, "high must be a number or a sequence"),
    (lambda: ol.Projection(RULE, 0, [1, [2]]), TypeError, "high must be a number or a sequence"),
    (lambda: ol.Projection(RULE, [0, 0], [1, 1, 1]), ValueError, r"high must be 2 .* \(1, 1, 1\)"),
    (
        lambda: ol.run(ol.Projection(RULE, [0, 0], 1), SQUARE, 4.0, 1),
        ValueError,
        r"low must be one number or 1, .*, got low = \(0, 0\)",
    ),
    (
        lambda: ol.run(ol.Lookahead(RULE, alpha=lambda t: 2.0), SQUARE, 4.0, 1),
        ValueError,
        "alpha must be in",
    ),
    (
        lambda: ol.run(ol.ClipNorm(RULE, limit=lambda t: -t), SQUARE, 4.0, 1),
        ValueError,
        "limit must be",
    ),
]


@pytest.mark.parametrize(("make", "error", "message"), BAD)
def test_bad_argument_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


# A wrapper of one's own, which takes the gradient elsewhere: Foret et al. 2021.


@dataclass(frozen=True)
class SAM(ol.Wrapper):
    rho: ol.Positive = 0.05

    def advance(self, t, w, state, objective):
        def uphill(w, g):
            length = np.maximum(np.linalg.norm(g, axis=0), 1e-12)
            return objective.grad(w + self.rho * g / length)

        return self.rule.advance(t, w, state, ol.OtherGradient(objective, uphill))


def sharpness_aware(problem, w, steps, lr, beta, rho):
    """Return all points of Momentum with SAM's gradient, one coordinate after the other."""
    points, v = [], [0.0] * len(w)
    for _ in range(steps):
        g = problem.grad(np.array(w))
        length = sum(float(x) ** 2 for x in g) ** 0.5
        g = problem.grad(np.array([a + rho * float(x) / length for a, x in zip(w, g, strict=True)]))
        v = [beta * b + float(x) for b, x in zip(v, g, strict=True)]
        w = [a - lr * b for a, b in zip(w, v, strict=True)]
        points.append(w)
    return np.array(points)


def test_a_gradient_taken_elsewhere_is_that_of_sam():
    rule = SAM(ol.Momentum(lr=1e-4, beta=0.8), rho=0.3)
    start = starts(ROSENBROCK, 4)
    path = ol.trace(rule, ROSENBROCK, start, 40)
    for i in range(4):
        alone = sharpness_aware(ROSENBROCK, start[:, i].tolist(), 40, 1e-4, 0.8, 0.3)
        close(path["w"][:, :, i], alone, rtol=1e-9)
    plain = ol.trace(rule.rule, ROSENBROCK, start, 40)
    assert np.max(np.abs(path["w"][-1] - plain["w"][-1])) > 1e-3
    close(ol.run(rule, ROSENBROCK, start, 40), path["w"][-1])


def test_a_gradient_taken_elsewhere_goes_with_the_rest():
    """In other wrappers and around them, swept, with a schedule, continued, at a minimum."""
    inner, rates = ol.Adam(lr=0.1), [0.05, 0.2]
    heights = ol.sweep(SAM(inner), ROSENBROCK, (-1.2, 1.0), 30, lr=rates, rho=[0.01, 0.1, 1.0])
    assert heights.shape == (2, 3)
    one = ol.run(SAM(ol.Adam(lr=0.2), rho=0.1), ROSENBROCK, (-1.2, 1.0), 30)
    assert heights[1, 1] == pytest.approx(ROSENBROCK.f(one), rel=1e-9)
    scheduled = SAM(inner, rho=lambda t: 0.1 if t < 3 else 0.5)
    changed = [ol.trace(scheduled, ROSENBROCK, (-1.2, 1.0), n)["g"][-1] for n in (2, 3)]
    for rho, g, n in zip((0.1, 0.5), changed, (2, 3), strict=True):
        w = ol.trace(scheduled, ROSENBROCK, (-1.2, 1.0), n).points[-2]
        plain = ROSENBROCK.grad(w)
        close(g, ROSENBROCK.grad(w + rho * plain / np.linalg.norm(plain)), rtol=1e-12)
    # Clipping outside clips what SAM gets, inside what it gives.
    inside = ol.trace(SAM(ol.ClipNorm(inner, limit=1.0)), ROSENBROCK, (-1.2, 1.0), 1)
    assert np.linalg.norm(inside["g"][0]) == pytest.approx(1.0)
    whole = ol.trace(SAM(inner), ROSENBROCK, (-1.2, 1.0), 9)
    half = ol.trace(SAM(inner), ROSENBROCK, (-1.2, 1.0), 4)
    rest = ol.trace(SAM(inner), ROSENBROCK, half["w"][-1], 5, state=half.state)
    assert same(rest["w"], whole["w"][4:])
    assert np.all(ol.run(SAM(inner), SQUARE, 0.0, 3) == 0)
