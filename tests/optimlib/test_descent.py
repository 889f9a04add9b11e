"""The engine: batches, sweeps, chunks, threads, exact runs, divergence, and the Trace."""

import itertools
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from bits import same
from cases import NUMBERS, PAIRS, PROBLEMS, RULES, ends, starts, update
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from looping import covering, each

import optimlib as ol
from optimlib import descent
from optimlib.descent import CHUNK
from optimlib.exact import exact_sqrt, exactly
from optimlib.symbols import number_text

SQUARE = ol.problems.square
every_rule = each("make", RULES)


# Batches


@every_rule
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_batch_is_the_loop_bit_for_bit(make, data):
    names = ["square", "rosenbrock", "x_cos(c=1)", "tanh", "coupled_bowl"]
    problem = PROBLEMS[data.draw(st.sampled_from(names))]
    count = data.draw(st.integers(1, 9))
    values = st.floats(-3, 3, allow_subnormal=False)
    start = data.draw(arrays(float, (problem.dim, count), elements=values))
    rule = make(data.draw(st.sampled_from([1e-3, 0.05])))
    together = ol.trace(rule, problem, start, 6)
    for i in range(count):
        alone = ol.trace(rule, problem, start[:, i], 6)
        assert alone.names == together.names
        for column in together.names[1:]:
            part = together[column] if column in NUMBERS else together[column][..., i]
            assert same(part, alone[column]), (column, i)


@every_rule
def test_batch_of_any_shape_is_the_flat_batch(make):
    flat = starts(ol.problems.rosenbrock, 24)
    grid = ol.run(make(1e-3), ol.problems.rosenbrock, flat.reshape(2, 2, 3, 4), 10)
    assert same(grid.reshape(2, 24), ol.run(make(1e-3), ol.problems.rosenbrock, flat, 10))


@every_rule
def test_sweep_over_hyperparameters_is_separate_runs(make):
    problem = ol.problems.coupled_bowl
    values = {"lr": [0.01, 0.1, 0.3], "eps": [1e-8, 1e-2, 0.1], "grow": [1.0, 1.2, 2.0]}
    values |= {"lr_min": [1e-6, 1e-3, 0.1], "lr_max": [0.2, 1.0, 50.0], "shrink": [0.3, 0.5, 1.0]}
    ranges = make(0.1).ranges()
    choices = {n: np.quantile(ends(ranges[n]), [0, 0.5, 0.95]) for n in make(0.1).hyperparameters()}
    choices |= {n: choice for n, choice in values.items() if n in choices}
    sweep = make(**{n: np.array(choice) for n, choice in choices.items()})
    together = ol.trace(sweep, problem, [1.0, -2.0], 30)
    assert together["w"].shape == (30, 2, 3)
    for i in range(3):
        alone = ol.trace(make(**{n: choice[i] for n, choice in choices.items()}), problem,
                         [1.0, -2.0], 30)  # fmt: skip
        for column in alone.names[1:]:
            np.testing.assert_allclose(
                together[column][..., i], alone[column], rtol=1e-12, atol=1e-14
            )


def test_hyperparameters_and_starts_make_a_grid():
    rates = np.array([[0.1], [0.2]])
    start = np.array([[1.0, 2.0, 3.0]])
    final = ol.run(ol.GradientDescent(rates), SQUARE, start, 1)
    np.testing.assert_allclose(final, [[[0.8, 1.6, 2.4], [0.6, 1.2, 1.8]]])
    path = ol.trace(ol.GradientDescent(rates), SQUARE, start, 2)
    assert path["w"].shape == (2, 1, 2, 3)
    assert path.points.shape == (3, 1, 2, 3)
    assert path.values.shape == (3, 2, 3)


def test_schedule_may_return_an_array_over_the_batch():
    rule = ol.GradientDescent(lambda t: np.array([0.1, 0.2]) / t)
    expected = [4 * 0.8 * 0.9, 4 * 0.6 * 0.8]
    np.testing.assert_allclose(ol.run(rule, SQUARE, 4.0, 2), [expected])


def test_hyperparameters_that_do_not_fit_the_batch_are_named():
    with pytest.raises(ValueError, match=r"lr must broadcast .* batch of shape \(3,\), .* \(2,\)"):
        ol.run(ol.GradientDescent(np.array([0.1, 0.2])), SQUARE, np.ones((1, 3)), 1)


# run


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", ["Adam", "Nesterov"])
def test_run_is_the_last_point_of_trace_bit_for_bit(name, threads):
    start = starts(ol.problems.rosenbrock, CHUNK // 8 + 5)
    rule = RULES[name](1e-3)
    expected = ol.trace(rule, ol.problems.rosenbrock, start, 5)["w"][-1]
    assert same(ol.run(rule, ol.problems.rosenbrock, start, 5, threads=threads), expected)


@each("make, problem", PAIRS)
def test_run_is_the_last_point_of_trace_for_every_rule(monkeypatch, make, problem):
    monkeypatch.setattr(descent, "CHUNK", 48)
    start = starts(problem, 11)
    expected = ol.trace(make(1e-3), problem, start, 25).points[-1]
    assert same(ol.run(make(1e-3), problem, start, 25), expected)


@pytest.mark.parametrize("count", [1, 2, 6, 7, 64])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_chunks_do_not_change_the_result(monkeypatch, count, threads):
    rule, w0 = ol.Adam(np.linspace(0.01, 0.1, count)), starts(ol.problems.saddle, count)
    expected = ol.run(rule, ol.problems.saddle, w0, 5)
    monkeypatch.setattr(descent, "CHUNK", 96)
    chunks = descent._chunks(w0, threads)
    points = np.arange(count)
    np.testing.assert_array_equal(np.concatenate([points[c] for c in chunks]), points)
    assert len(chunks) == count or len(chunks) % threads == 0
    assert all(w0[:, c].nbytes <= 96 + w0[:, :1].nbytes for c in chunks)
    assert same(ol.run(rule, ol.problems.saddle, w0, 5, threads=threads), expected)


@pytest.mark.parametrize("threads", [1, 2])
def test_hyperparameters_are_chunked_with_their_starts(threads):
    count = CHUNK // 8 + 3
    start = starts(SQUARE, count)
    rates = np.linspace(0.01, 0.4, count)
    constant, scheduled = ol.GradientDescent(rates), ol.GradientDescent(lambda t: rates)
    expected = start * (1 - 2 * rates) ** 3
    for rule in (constant, scheduled):
        final = ol.run(rule, SQUARE, start, 3, threads=threads)
        np.testing.assert_allclose(final, expected, rtol=1e-12)


def test_run_of_no_steps_is_the_start():
    start = starts(ol.problems.saddle, 4)
    assert same(ol.run(ol.Adam(0.1), ol.problems.saddle, start, 0), start)
    assert ol.run(ol.Adam(0.1), SQUARE, 4, 0) == 4.0


def test_run_of_no_starts_is_empty():
    assert ol.run(ol.Adam(0.1), ol.problems.saddle, np.empty((2, 0)), 3).shape == (2, 0)


@pytest.mark.parametrize("kind", [float, int, np.float32, np.int64, Fraction])
def test_one_start_gives_one_number(kind):
    final = ol.run(ol.GradientDescent(0.25), SQUARE, kind(4), 2)
    assert np.shape(final) == ()
    assert final == 1


def test_start_is_not_changed():
    start = np.array([1.0, 2.0])
    start.setflags(write=False)
    path = ol.trace(ol.Adam(0.1), ol.problems.saddle, start, 3)
    assert list(path.start) == list(start) == [1.0, 2.0]


# Exact runs


@pytest.mark.parametrize("lr", [Fraction(1, 10), 0.1, Fraction(2, 7)])
def test_gradient_descent_in_fractions_is_its_closed_form(lr):
    path = ol.trace(ol.GradientDescent(lr), SQUARE, Fraction(4), 20)
    expected = [4 * (1 - 2 * Fraction(str(lr))) ** t for t in range(1, 21)]
    assert list(path["w"]) == expected
    assert all(isinstance(value, Fraction) for value in path["w"])


def test_momentum_and_nesterov_in_fractions():
    momentum = ol.trace(ol.Momentum(0.1), SQUARE, Fraction(4), 3)["w"]
    assert list(momentum) == [Fraction(16, 5), Fraction(46, 25), Fraction(31, 125)]
    nesterov = ol.trace(ol.Nesterov(0.1), SQUARE, Fraction(4), 3)["w"]
    assert list(nesterov) == [Fraction(16, 5), Fraction(248, 125), Fraction("0.71168")]


def test_adam_in_fractions_begins_with_its_sign():
    first = next(ol.iterate(ol.Adam(0.1, eps=0), SQUARE, Fraction(4)))
    assert first["m"] == Fraction(4, 5)
    assert first["v"] == Fraction(8, 125)
    assert (first["m_hat"], first["v_hat"], first["w"]) == (8, 64, Fraction(39, 10))


@every_rule
@each("start", [Fraction(4), Fraction(-7, 3)])
def test_fractions_agree_with_floats(make, start):
    if "psi" in make(0.1).hyperparameters():
        with pytest.raises(TypeError, match="the power 1/250 has no exact rational value"):
            ol.trace(make(0.1), SQUARE, start, 8)
        return
    exact = ol.trace(make(0.1), SQUARE, start, 8)
    floats = ol.trace(make(0.1), SQUARE, float(start), 8)
    assert exact.names == floats.names
    for name in exact.names[1:]:
        assert all(isinstance(value, Fraction | int) for value in exact[name]), name
        # RAdam's rho is a difference of two numbers that are a thousand times as large.
        rtol = 1e-12 if "rho" not in exact.names else 1e-7
        np.testing.assert_allclose(exact[name].astype(float), floats[name], rtol=rtol, atol=1e-14)


@pytest.mark.parametrize("name", ["Adam", "Nesterov", "AdaGrad"])
def test_fractions_agree_with_floats_in_batches_and_two_variables(name):
    start = np.array([[Fraction(1, 3), Fraction(2)], [Fraction(-1), Fraction(5, 7)]])
    rule = RULES[name](lr=np.array([0.1, 0.05]))
    exact = ol.trace(rule, ol.problems.coupled_bowl, start, 3)
    floats = ol.trace(rule, ol.problems.coupled_bowl, start.astype(float), 3)
    assert exact["w"].shape == (3, 2, 2)
    for column in exact.names[1:]:
        np.testing.assert_allclose(exact[column].astype(float), floats[column], rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(value=st.fractions(min_value=Fraction(1, 10**12), max_value=10**12))
def test_exact_root_is_right_to_forty_digits(mpmath, value):
    root = exact_sqrt(value)
    with mpmath.workdps(80):
        truth = mpmath.sqrt(mpmath.mpf(value.numerator) / value.denominator)
        error = abs(mpmath.mpf(root.numerator) / root.denominator - truth)
        assert error <= truth * mpmath.mpf(10) ** -39
    assert exact_sqrt(value**2) == value


def test_irrational_rmsprop_is_right_to_forty_digits(mpmath):
    path = ol.trace(ol.RMSProp(0.1, eps=0), SQUARE, Fraction(4), 4)
    with mpmath.workdps(60):
        w, v, tenth = mpmath.mpf(4), mpmath.mpf(0), mpmath.mpf(1) / 10
        for t in range(4):
            v = 9 * tenth * v + tenth * (2 * w) ** 2
            w = w - tenth * 2 * w / mpmath.sqrt(v)
            exact = path["w"][t]
            assert abs(mpmath.mpf(exact.numerator) / exact.denominator - w) < mpmath.mpf(10) ** -38


def test_floats_are_read_as_the_decimals_they_are_written_as():
    assert exactly(0.1) == Fraction(1, 10)
    assert exactly(1e-8) == Fraction(1, 10**8)
    assert exactly(np.float32(0.1)) == Fraction(1, 10)
    assert exactly(3) == 3


@pytest.mark.parametrize("name", ["tanh", "cosh(c=1)", "x_cos(c=1)"])
def test_problem_without_rational_values_says_so(name):
    with pytest.raises(TypeError, match="has no exact rational value: start from a float"):
        ol.run(ol.GradientDescent(0.1), PROBLEMS[name], Fraction(1), 1)


def test_power_without_rational_value_is_not_silently_a_float():
    class RootByPower(ol.Rule):
        def update(self, t, g):
            return dict(step=-self.lr * (g**2) ** 0.5)

    try:
        final = ol.run(RootByPower(0.1), SQUARE, Fraction(5, 3), 2)
    except TypeError as error:
        assert "no exact rational value" in str(error)  # noqa: PT017 - either is right
    else:
        assert isinstance(final, Fraction)


# Divergence


@every_rule
def test_divergence_is_recorded_without_a_warning(make):
    path = ol.trace(make(0.5), ol.problems.quartic, 1e150, 6)
    assert path.steps == 6
    assert not np.all(np.isfinite(path["g"]))
    repr(path), path.values, path._repr_html_()


def test_divergent_gradient_descent_records_infinity_then_nan():
    path = ol.trace(ol.GradientDescent(1e200), SQUARE, 4.0, 4)
    assert path["w"][0] == -8e200
    assert path["w"][1] == np.inf
    assert np.all(np.isnan(path["w"][2:]))
    assert np.isnan(ol.run(ol.GradientDescent(1e200), SQUARE, 4.0, 4))


def test_zero_over_zero_is_nan():
    assert np.isnan(ol.run(ol.AdaGrad(0.1, eps=0), SQUARE, 0.0, 1))
    assert ol.run(ol.AdaGrad(0.1), SQUARE, 0.0, 1) == 0


# iterate


def test_iterate_is_endless_and_lazy():
    calls = []
    counted = ol.Objective(lambda w: w**2, lambda w: calls.append(1) or 2 * w)
    records = ol.iterate(ol.GradientDescent(0.1), counted, 4.0)
    assert calls == []
    next(records)
    assert len(calls) == 1
    assert [r["t"] for r in itertools.islice(records, 1000)] == list(range(2, 1002))
    assert len(calls) == 1001


@every_rule
@each("start", [4.0, np.array([4.0]), np.ones((1, 2, 3)), Fraction(4)])
def test_records_have_the_order_of_the_computation(make, start):
    rule = make(0.1)
    if isinstance(start, Fraction) and "psi" in rule.hyperparameters():
        return
    first, second = itertools.islice(ol.iterate(rule, SQUARE, start), 2)
    looks = ["look_ahead"] * (rule == ol.Nesterov(0.1) or isinstance(rule, ol.ScheduleFree))
    named = list(update(rule, 1, 1.0, [0.0] * len(rule.state), 0.0))
    assert list(first) == list(second) == ["t", *looks, "g", *named, "w"]
    for name, value in first.items():
        assert np.shape(value) == (() if name in ("t", *NUMBERS) else np.shape(start)), name


@every_rule
def test_each_record_continues_the_one_before(make):
    problem = ol.problems.rosenbrock
    rule, w = make(1e-3), np.array([-1.2, 1.0])
    state = rule.initial(w)
    for record in itertools.islice(ol.iterate(rule, problem, w), 12):
        point = rule.look_ahead(w, *state)
        assert same(record["g"], problem.grad(point))
        assert same(record.get("look_ahead", w), point)
        expected = update(rule, record["t"], record["g"], state, w)
        assert all(same(record[name], value) for name, value in expected.items())
        assert same(record["w"], w + record["step"])
        w, state = record["w"], [record[name] for name in rule.state]


def test_runs_of_one_rule_do_not_share_their_state():
    rule = ol.Adam(0.1)
    first, second = (ol.iterate(rule, SQUARE, 4.0) for _ in range(2))
    for _ in range(5):
        next(first)
    assert next(second)["w"] == next(ol.iterate(rule, SQUARE, 4.0))["w"]


# Bad input


def calls():
    return [
        pytest.param(lambda *arguments: ol.iterate(*arguments), id="iterate"),
        pytest.param(lambda *arguments: ol.trace(*arguments, 3), id="trace"),
        pytest.param(lambda *arguments: ol.run(*arguments, 3), id="run"),
    ]


@pytest.mark.parametrize("call", calls())
@pytest.mark.parametrize(
    ("rule", "objective", "w0", "error", "message"),
    [
        (ol.Adam, SQUARE, 1.0, TypeError, r"^rule must be like ol.Adam\(lr=0.1\), got rule = <"),
        (0.1, SQUARE, 1.0, TypeError, "rule must be like .* got rule = 0.1"),
        (ol.Adam(), abs, 1.0, TypeError, "objective must be like .* got objective = <built-in"),
        (ol.Adam(), "square", 1.0, TypeError, "must be like ol.problems.square, got .* = 'square'"),
        (ol.Adam(), SQUARE, np.nan, ValueError, "w0 must be finite, got w0 = nan"),
        (ol.Adam(), SQUARE, np.inf, ValueError, "w0 must be finite, got w0 = inf"),
        (ol.Adam(), SQUARE, -np.inf, ValueError, "w0 must be finite, got w0 = -inf"),
        (ol.Adam(), SQUARE, np.array([[1, np.nan]]), ValueError, "w0 must be finite"),
        (ol.Adam(), SQUARE, [1.0, 2.0], ValueError, r"w0 must have shape \(1, ...\) for square"),
        (ol.Adam(), ol.problems.saddle, 1.0, ValueError, r"w0 must have shape \(2, ...\) .* \(\)"),
        (ol.Adam(), ol.problems.saddle, [1, 2, 3], ValueError, r"w0 must have .* shape \(3,\)"),
        (ol.Adam(), SQUARE, "4", TypeError, "w0 must be a real number .* w0 = '4'"),
        (ol.Adam(), SQUARE, None, TypeError, "w0 must be a real number .* w0 = None"),
        (ol.Adam(), SQUARE, 1j, TypeError, "w0 must be a real number .* w0 = 1j"),
        (ol.Adam(), SQUARE, True, TypeError, "w0 must be a real number .* w0 = True"),
        (ol.Adam(), SQUARE, [None], TypeError, r"w0 must be a real number .* w0 = \[None\]"),
    ],
)
def test_bad_arguments_are_named_at_once(call, rule, objective, w0, error, message):
    with pytest.raises(error, match=message):
        call(rule, objective, w0)


@pytest.mark.parametrize("call", [ol.trace, ol.run, ol.by_hand])
@pytest.mark.parametrize(
    ("steps", "error", "message"),
    [
        (-1, ValueError, "steps must be >= 0, got steps = -1"),
        (2.0, TypeError, "steps must be an integer, got steps = 2.0"),
        ("3", TypeError, "steps must be an integer, got steps = '3'"),
        (True, TypeError, "steps must be an integer, got steps = True"),
        (None, TypeError, "steps must be an integer, got steps = None"),
    ],
)
def test_bad_steps_are_named(call, steps, error, message):
    with pytest.raises(error, match=message):
        call(ol.Adam(0.1), SQUARE, 4.0, steps)


@pytest.mark.parametrize(
    ("threads", "error"), [(0, ValueError), (-2, ValueError), (1.5, TypeError), (True, TypeError)]
)
def test_bad_threads_are_named(threads, error):
    with pytest.raises(error, match=f"threads must be .* got threads = {threads!r}"):
        ol.run(ol.Adam(0.1), SQUARE, 4.0, 1, threads=threads)


def test_numpy_integers_are_integers():
    assert ol.trace(ol.Adam(0.1), SQUARE, 4.0, np.int64(3)).steps == 3


# Trace


@each(
    "start, shape",
    [
        (4.0, ()),
        (np.array([4.0]), (1,)),
        (np.ones((1, 5)), (1, 5)),
        (np.ones((1, 2, 3)), (1, 2, 3)),
        (np.ones((1, 0)), (1, 0)),
    ],
)
@every_rule
def test_columns_have_the_step_as_first_axis(make, start, shape):
    path = ol.trace(make(0.1), SQUARE, start, 4)
    assert path["t"].tolist() == [1, 2, 3, 4]
    for name in path.names[1:]:
        assert path[name].shape == ((4,) if name in NUMBERS else (4, *shape)), name
    assert path.points.shape == (5, *shape)
    assert path.values.shape == (5, *shape[1:])


def test_trace_knows_its_points_and_values():
    path = ol.trace(ol.GradientDescent(0.1), ol.problems.saddle, [1.0, 2.0], 3)
    np.testing.assert_array_equal(path.points[0], [1, 2])
    np.testing.assert_array_equal(path.points[1:], path["w"])
    np.testing.assert_allclose(path.values, path.points[:, 0] ** 2 - path.points[:, 1] ** 2)
    assert path.values[0] == -3
    assert (path.rule, path.objective) == (ol.GradientDescent(0.1), ol.problems.saddle)
    assert len(path) == path.steps == 3


@pytest.mark.parametrize("start", [4.0, np.array([4.0]), np.ones((1, 3)), Fraction(4)], ids=repr)
def test_trace_of_no_steps_holds_the_start(start):
    path = ol.trace(ol.Adam(0.1), SQUARE, start, 0)
    assert path.steps == 0
    assert path["w"].shape == (0, *np.shape(start))
    np.testing.assert_array_equal(path.points, np.asarray(start)[None])
    np.testing.assert_array_equal(path.values, path.points.reshape(1, *np.shape(start)[1:]) ** 2)
    assert "0 steps" in repr(path)


def test_trace_of_no_steps_keeps_single_precision():
    assert ol.trace(ol.Adam(0.1), SQUARE, np.float32(4), 0).points.dtype == np.float32


def test_unknown_name_is_a_key_error_with_the_known_ones():
    path = ol.trace(ol.Momentum(0.1), SQUARE, 4.0, 1)
    with pytest.raises(KeyError, match="no 'm_hat' in this trace, only t, g, v, step, w"):
        path["m_hat"]


def test_repr_is_a_table_with_every_step():
    lines = repr(ol.trace(ol.Momentum(0.1), SQUARE, 4.0, 3)).splitlines()
    assert lines[0] == "Momentum on square, 3 steps"
    assert lines[1].split() == ["t", "gₜ", "vₜ", "wₜ", "f(wₜ)"]
    assert [line.split() for line in lines[2:]] == [
        ["0", "4", "16"],
        ["1", "8", "8", "3.2", "10.24"],
        ["2", "6.4", "13.6", "1.84", "3.3856"],
        ["3", "3.68", "15.92", "0.248", "0.061504"],
    ]
    ends = {len(line) for line in lines[1:]}
    assert len(ends) == 1, "the last column is right-aligned"


def test_repr_shows_fractions_that_are_short():
    assert repr(ol.trace(ol.GradientDescent(0.1), SQUARE, Fraction(4), 2)).splitlines()[-1].split()[
        1:
    ] == ["32/5", "64/25", "4096/625"]


def test_singular_in_the_title():
    assert repr(ol.trace(ol.Adam(0.1), SQUARE, 4.0, 1)).startswith("Adam on square, 1 step\n")


def test_long_trace_is_elided_in_the_middle():
    lines = repr(ol.trace(ol.GradientDescent(0.1), SQUARE, 4.0, 100)).splitlines()
    first_column = [line.split()[0] for line in lines[2:]]
    assert first_column == [*"012345", "…", "96", "97", "98", "99", "100"]
    whole = repr(ol.trace(ol.GradientDescent(0.1), SQUARE, 4.0, 11)).splitlines()
    assert [line.split()[0] for line in whole[2:]] == [str(t) for t in range(12)]


def test_a_long_trace_computes_only_what_it_shows():
    computed = []
    counting = ol.Objective(lambda w: computed.append(w.size) or w**2, lambda w: 2 * w)
    path = ol.trace(ol.GradientDescent(0.1), counting, np.ones((1, 3)), 1000)
    lines = repr(path).splitlines()
    assert computed == [11]  # the start and ten steps of the first run
    assert lines[-1].split()[-1] == number_text(path.values[-1, 0])


@pytest.mark.parametrize("show", [str, ol.Trace.to_html])
def test_a_long_trace_writes_only_what_it_shows(monkeypatch, show):
    written = []
    monkeypatch.setattr(
        sys.modules["optimlib.trace"], "_cell", lambda cell: written.append(cell) or ""
    )
    for steps in (100, 1000):
        show(ol.trace(ol.Momentum(0.1), SQUARE, 1.0, steps))
    assert len(written) == 2 * (11 * 2 + 10 * 2)  # w and its height, and after a step g and v


def table(path):
    """Parse the trace's HTML as XML, which it is only if every tag is closed."""
    assert path.to_html() == path._repr_html_()
    root = ET.fromstring(path.to_html())
    assert root.tag == "table"
    rows = [["".join(cell.itertext()) for cell in row] for row in root.iter("tr")]
    return root, rows


@each("make, steps", covering(RULES.values(), [0, 1, 12, 50]))
def test_html_is_the_same_table(make, steps):
    path = ol.trace(make(0.1), ol.problems.coupled_bowl, (1.0, -2.0), steps)
    root, rows = table(path)
    title, *lines = repr(path).splitlines()
    assert root.find("caption").text == title
    assert ["".join(row).replace(" ", "") for row in rows] == [s.replace(" ", "") for s in lines]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert all(cell.get("scope") in ("col", "row") for cell in root.iter("th"))


def test_html_escapes_names():
    odd = ol.Objective(lambda w: w**2, lambda w: 2 * w, name="a<b & c")
    root, _ = table(ol.trace(ol.GradientDescent(0.1), odd, 4.0, 1))
    assert root.find("caption").text == "Gradient descent on a<b & c, 1 step"


def test_table_of_a_batch_shows_its_first_run():
    start = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    text = repr(ol.trace(ol.GradientDescent(0.25), ol.problems.saddle, start, 1))
    assert text.startswith("Gradient descent on saddle, 1 step, 3 runs; shown: run [0]")
    assert text.splitlines()[-1].split() == ["1", "(2,", "−8)", "(0.5,", "6)", "−35.75"]
    grid = ol.trace(ol.GradientDescent(0.25), ol.problems.saddle, start.reshape(2, 3, 1), 1)
    assert "3 × 1 runs; shown: run [0, 0]" in repr(grid)


def test_table_of_a_sweep_from_one_start_says_so():
    path = ol.trace(ol.GradientDescent(np.array([0.1, 0.2])), SQUARE, 4.0, 1)
    assert "2 runs; shown: run [0]" in repr(path)


def test_table_of_no_runs_is_shown_too():
    repr(ol.trace(ol.Adam(0.1), ol.problems.saddle, np.empty((2, 0)), 2))


def test_a_division_of_numbers_by_zero_names_the_rule_and_the_step():
    """RAdam's formula divides by ρ∞ − 4, which is 0 where β₂ = 0.6."""
    with pytest.raises(ZeroDivisionError, match=r"RAdam.update .* in step t = 1 of RAdam\(.*0.6"):
        ol.run(ol.RAdam(0.1, beta2=0.6), SQUARE, 4.0, 1)


def test_exact_division_by_zero_says_what_to_do():
    with pytest.raises(ZeroDivisionError, match="start from a float"):
        ol.run(ol.AdaGrad(0.1, eps=0.0), SQUARE, Fraction(0), 1)


def test_ragged_start_is_named():
    with pytest.raises(ValueError, match=r"w0 must have one length.*got w0 = \[\[1, 2\], \[3\]\]"):
        ol.run(ol.Adam(0.1), ol.problems.saddle, [[1, 2], [3]], 1)


@dataclass(frozen=True)
class Halving(ol.Optimizer):
    """An optimizer that is no Rule: it goes halfway to the origin and counts its steps."""

    share: float = 0.5
    state = ("count",)

    def advance(self, t, w, state, objective):
        return {"g": objective.grad(w), "count": state[0] + 1, "w": (1 - self.share) * w}


def test_optimizer_that_is_no_rule_runs_in_batches_and_sweeps():
    share = np.array([0.5, 0.75])
    path = ol.trace(Halving(share), ol.problems.saddle, np.ones((2, 2)), 2)
    assert path["w"].tolist() == [[[0.5, 0.25]] * 2, [[0.25, 0.0625]] * 2]
    assert path["count"][:, 0, 0].tolist() == [1, 2]


def test_optimizer_without_advance_says_so():
    with pytest.raises(NotImplementedError, match="Optimizer does not define advance"):
        ol.run(ol.Optimizer(), SQUARE, 4.0, 1)


def test_optimizer_that_is_no_rule_has_no_formula():
    with pytest.raises(TypeError, match="Rule, Blocks or an Objective"):
        ol.formula(Halving())


def test_schedules_reach_an_optimizer_inside_another():
    @dataclass(frozen=True)
    class Twice(ol.Optimizer):
        inner: ol.Optimizer

        def advance(self, t, w, state, objective):
            middle = self.inner.advance(t, w, (), objective)
            return self.inner.advance(t, middle["w"], (), objective)

    def lr(t):
        return 0.1 / t

    scheduled = ol.run(Twice(ol.GradientDescent(lr)), SQUARE, 4.0, 2)
    assert scheduled == pytest.approx(4 * 0.8**2 * 0.9**2)


def alternating():
    def parabola(c):
        return ol.Objective(f=lambda w: (w - c) ** 2, grad=lambda w: 2 * (w - c))

    return ol.Stream(parabola(1), objective_at=lambda t: parabola(2 * (t % 2)))


def test_stream_gives_each_step_its_own_objective():
    path = ol.trace(ol.GradientDescent(0.25), alternating(), 4.0, 3)
    assert path["g"].tolist() == [4.0, 6.0, -1.0]
    assert path.values.tolist() == [9.0, 4.0, 0.25, 0.5625]


def test_stream_is_exact_and_written_by_hand_too():
    exact = ol.trace(ol.GradientDescent(0.25), alternating(), Fraction(4), 3)
    assert exact["g"].tolist() == [4, 6, -1]
    text = ol.by_hand(ol.GradientDescent(0.25), alternating(), 4.0, 3).text
    assert "g₃ = 2 · (1.5 − 2) = −1" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("f", lambda t: SQUARE), "full must be an Objective"), ((SQUARE, 3), "objective_at must be")],
)
def test_stream_names_what_is_wrong(arguments, message):
    with pytest.raises(TypeError, match=message):
        ol.Stream(*arguments)


@pytest.mark.parametrize("dim", [50, 51, 5000])
def test_a_gradient_of_any_number_of_variables_is_run(dim):
    names = tuple(f"x{i}" for i in range(dim))
    wide = ol.Objective(f=lambda w: np.sum(w**2, axis=0), grad=lambda w: 2 * w, variables=names)
    w = ol.run(ol.GradientDescent(lr=0.25), wide, np.ones(dim), steps=3)
    np.testing.assert_array_equal(w, np.full(dim, 0.125))
