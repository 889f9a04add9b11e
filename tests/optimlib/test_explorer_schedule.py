"""The schedule explorer: its runs in V8 against optimlib, its theory against closed forms."""

import json

import numpy as np
import pytest

pytest.importorskip("optimlib.explorers")

import optimlib as ol
from optimlib import schedules
from optimlib.explorers import draw_schedule
from optimlib.explorers.schedule import convex_bound, expected_squares, mean_squares

STEPS = 40
PROBLEM = {"curvature": 1.5, "deviation": 0.7, "start": 3.0}
GIVEN = {"problem": PROBLEM}
EXPECTED = {"e": draw_schedule(STEPS).specification["expected"]}


@pytest.fixture
def cosine():
    return [schedules.Cosine(0.5, steps=STEPS)(t) for t in range(1, STEPS + 1)]


@pytest.mark.parametrize(
    "rule",
    [ol.GradientDescent(lr=1.0), ol.Momentum(lr=1.0), ol.Nesterov(lr=1.0), ol.Adam(lr=1.0)],
    ids=lambda rule: type(rule).__name__,
)
def test_mean_squares_are_those_of_optimlib(client, cosine, rule):
    entry = draw_schedule(STEPS, rule=rule).specification["rule"]
    noise = np.random.default_rng(0).standard_normal((STEPS, 8))
    found = client(
        "meanSquares(ruleOf(entry), entry.hyperparameters, rates, problem,"
        " Float64Array.from(noise))",
        entry=entry,
        rates=cosine,
        problem=PROBLEM,
        noise=noise.ravel().tolist(),
    )
    np.testing.assert_allclose(found, mean_squares(rule, cosine, noise=noise, **PROBLEM), rtol=1e-9)


def test_one_run_is_that_of_trace():
    bowl = ol.Objective(f=lambda w: 0.75 * w**2, grad=lambda w: 1.5 * w)
    rule = ol.Momentum(lr=0.1)
    silent = PROBLEM | {"deviation": 0.0}
    found = mean_squares(rule, [0.1] * STEPS, noise=np.ones((STEPS, 1)), **silent)
    np.testing.assert_allclose(found, ol.trace(rule, bowl, 3.0, STEPS).points ** 2, rtol=1e-12)


def test_expectation_agrees_in_both_languages_and_with_the_mean_of_many_runs(client, cosine):
    noise = np.random.default_rng(0).standard_normal((STEPS, 20_000))
    found = client("expectedSquares(e, rates, problem, 20000)", **EXPECTED, rates=cosine, **GIVEN)
    expected = expected_squares(cosine, **PROBLEM)
    np.testing.assert_allclose(found["squares"], expected, rtol=1e-12)
    measured = mean_squares(ol.GradientDescent(lr=1.0), cosine, noise=noise, **PROBLEM)
    deviations = (measured - expected)[1:] / np.array(found["errors"])[1:]
    assert np.max(np.abs(deviations)) < 4
    assert np.max(np.abs(deviations)) > 0.5  # the error is no larger than it has to be


def test_what_is_lost_to_infinity_stays_lost(client):
    # The second half of these rates would bring any finite number back to 0.
    rates = [30.0] * 150 + [1 / 1.5] * 50
    found = client(
        "[meanSquares(RULES.GradientDescent, {lr: 1}, rates, problem, normals(1, 400)),"
        " expectedSquares(e, rates, problem, 2).squares]",
        rates=rates,
        **EXPECTED,
        **GIVEN,
    )
    for squares in found:
        assert squares[40] > 1e100
        assert squares[-1] == "NaN"


def test_standard_error_is_the_spread_of_means(client, cosine):
    noise = np.random.default_rng(1).standard_normal((500, STEPS, 64))
    rule = ol.GradientDescent(lr=1.0)
    ends = [mean_squares(rule, cosine, noise=one, **PROBLEM)[[3, STEPS]] for one in noise]
    code = "expectedSquares(e, rates, problem, 64).errors"
    errors = client(code, **EXPECTED, rates=cosine, **GIVEN)
    np.testing.assert_allclose(np.std(ends, axis=0), np.array(errors)[[3, STEPS]], rtol=0.15)


def test_the_floor_is_where_the_expectation_stays(client):
    rates = [0.3] * 400
    floor = client("noiseFloor(e, rates, problem)", **EXPECTED, rates=rates, **GIVEN)
    assert floor == pytest.approx(expected_squares(rates, **PROBLEM)[-1], rel=1e-12)
    # The floor of the loss h w²/2 in the conventions: η σ² / (2 B (2 − η h)).
    assert PROBLEM["curvature"] * floor / 2 == pytest.approx(0.3 * 0.7**2 / (2 * (2 - 0.3 * 1.5)))


@pytest.mark.parametrize("rates", [[0.3, 0.2], [0.0, 0.0], [1.4, 1.4]])
def test_there_is_no_floor_under_rates_that_change_or_do_not_settle(client, rates):
    assert client("noiseFloor(e, rates, problem)", **EXPECTED, rates=rates, **GIVEN) is None


def test_a_drawn_schedule_is_straight_between_its_points(client):
    knots = draw_schedule(STEPS, own=schedules.InverseTime(0.5)).specification["knots"]
    places, values = zip(*knots, strict=True)
    drawn = client("drawnRates(p, v, n)", p=places, v=values, n=STEPS)
    np.testing.assert_allclose(drawn, np.interp(range(1, STEPS + 1), places, values), rtol=1e-12)
    assert (places[0], places[-1], len(places)) == (1, STEPS, 8)


@pytest.mark.parametrize("steps", [2, 5, 40, 1000])
def test_customary_schedules_reach_the_figure_as_they_are(client, steps):
    explorer = draw_schedule(steps)
    for preset in explorer.specification["presets"]:
        assert "schedule" in preset
        found = client(
            "Array.from({length: n}, (_, i) => at(p, i + 1))",
            p=preset,
            n=steps,
        )
        assert min(found) >= 0
        assert max(found) <= explorer.specification["highest"]
    assert len(json.dumps(explorer.specification)) < 4_000


def test_a_readers_own_schedule_is_sent_as_its_values():
    def halved(t):
        return 0.5**t

    stepped = schedules.Step(0.8, period=(1, 3), factor=0.5)
    presets = draw_schedule(4, [halved, stepped]).specification["presets"]
    assert presets[0] == {"label": "halved", "values": [0.5, 0.25, 0.125, 0.0625]}
    assert presets[1] == {"label": repr(stepped), "values": [0.8, 0.4, 0.4, 0.2]}


def test_only_gradient_descent_has_a_prediction():
    assert draw_schedule().specification["expected"]
    assert draw_schedule(rule=ol.Momentum(lr=0.1)).specification["expected"] is None


SHAPES = {
    "constant": schedules.Constant(0.5),
    "linear": schedules.Linear(0.5, 0.0, STEPS),
    "WSD": schedules.WSD(0.5, STEPS, 0, STEPS // 5),
    "1/√t": schedules.InverseSqrt(0.5),
}


def double_sum(rates, gamma):
    """Return the bound for D = G = 1 as the theorem has it, with a sum in a sum."""
    eta, T = [gamma * rate for rate in rates], len(rates)
    total = 1 / (2 * sum(eta)) + sum(e**2 for e in eta) / (2 * sum(eta))
    for k in range(T - 1):
        squares = sum(e**2 for e in eta[k:])
        total += eta[k] / sum(eta[k + 1 :]) * squares / sum(eta[k:]) / 2
    return total


@pytest.mark.parametrize("name", SHAPES)
def test_the_convex_bound_is_that_of_the_theorem_at_its_best_rate(name):
    rates = [SHAPES[name](t) for t in range(1, STEPS + 1)]
    bound, gamma = convex_bound(rates)
    assert bound == pytest.approx(double_sum(rates, gamma), rel=1e-12)
    for other in (0.99, 1.01):
        assert double_sum(rates, other * gamma) > bound
    # The shape alone counts.
    half, twice = convex_bound(np.array(rates) / 2)
    assert (half, twice) == pytest.approx((bound, 2 * gamma), rel=1e-12)


def test_the_convex_bound_bounds_what_happens_on_a_convex_function():
    """a|w| with a coin as noise: gradients a sign(w) ± 1, so E g² is 1 + a², and D = 1."""
    draws = 1.0 - 2.0 * np.random.default_rng(3).integers(0, 2, (STEPS, 4000))
    a = 0.2
    G = np.sqrt(1 + a**2)
    for schedule in SHAPES.values():
        rates = np.array([schedule(t) for t in range(1, STEPS + 1)])
        bound, gamma = convex_bound(rates)
        w = np.ones(4000)
        # The bound is for the point at which the last gradient is taken.
        for rate, noise in zip(gamma / G * rates[:-1], draws, strict=False):
            w = w - rate * (a * np.sign(w) + noise)
        assert 0.2 * G * bound < a * np.mean(np.abs(w)) < G * bound


def test_the_convex_bound_is_the_same_in_both_languages(client):
    for schedule in SHAPES.values():
        rates = [schedule(t) for t in range(1, STEPS + 1)]
        for ending in ([], [0.0, 0.0]):
            found = client("convexBound(Float64Array.from(rates))", rates=rates + ending)
            assert (found["bound"], found["factor"]) == pytest.approx(convex_bound(rates))
    assert client("convexBound([0, 0])") == {"bound": "NaN", "factor": "NaN"}


@pytest.mark.parametrize("rule", [None, ol.Adam(lr=0.1)])
def test_the_still_picture_is_drawn(rule):
    assert "data:image/png" in draw_schedule(30, rule=rule)._html()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"steps": 1}, ValueError, "steps"),
        ({"runs": 1}, ValueError, "runs"),
        ({"batch": 65}, ValueError, "batch must be at most 64, got batch = 65"),
        ({"start": 0.0}, ValueError, "start"),
        ({"curvature": "1"}, TypeError, "curvature"),
        ({"noise": np.inf}, ValueError, "noise"),
        ({"schedules": 0.1}, TypeError, "schedules"),
        ({"schedules": []}, ValueError, "schedules must not be empty"),
        ({"schedules": {"a": 0.1}}, TypeError, "schedules"),
        ({"schedules": {"a": lambda t: -1.0}}, ValueError, "got -1.0 in step 1"),
        ({"own": lambda t: np.nan}, ValueError, "own must be finite"),
        ({"rule": "Adam"}, TypeError, "rule"),
        ({"convex": 1}, TypeError, "convex must be True or False, got convex = 1"),
    ],
)
def test_wrong_arguments_are_named(options, error, words):
    with pytest.raises(error, match=words):
        draw_schedule(**options)
