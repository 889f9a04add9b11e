"""Maps of runs: rates, steps, basins in the browser's code are what optimlib and theory say."""

import json

import numpy as np
import pytest

pytest.importorskip("optimlib.explorers")

import optimlib as ol
from optimlib.explorers import basin_map, parameter_map

BOWL = ol.problems.quadratic(kappa=10)
WAVE = ol.problems.x_cos()
HEAVY_BALL = ol.HeavyBall(lr=0.1, beta=0.5)
OVER_RATE = dict(x=("lr", 0.01, 1), y=("beta", 0, 0.99))


def radius(lr, beta, kappa):
    def of(h):
        p = 1 + beta - lr * h
        root = np.sqrt(np.maximum(p**2 - 4 * beta, 0))
        return np.where(p**2 < 4 * beta, np.sqrt(beta), (np.abs(p) + root) / 2)

    return np.maximum(of(1), of(kappa))


OPTIMUM = (
    lambda kappa: 4 / (1 + np.sqrt(kappa)) ** 2,
    lambda kappa: ((np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)) ** 2,
)


def measured(client, figure, **changes):
    return client(
        "String(measuredRun(map, changes).measured)", map=figure.specification, changes=changes
    )


@pytest.mark.parametrize("lr", [0.01, 0.05, 0.15, 0.19])
@pytest.mark.parametrize("kappa", [2, 10])
def test_rate_of_gradient_descent_is_its_slowest_direction(client, lr, kappa):
    rule = ol.GradientDescent(lr=0.1)
    figure = parameter_map(rule, BOWL, ("lr", 0.01, 1), ("kappa", 1, 10), steps=600)
    rate = float(measured(client, figure, lr=lr, kappa=kappa))
    assert rate == pytest.approx(max(1 - lr, abs(1 - lr * kappa)), rel=1e-6)


@pytest.mark.parametrize(("lr", "beta"), [(0.1, 0.0), (0.02, 0.3), (0.3, 0.6), (0.1, 0.8)])
def test_rate_of_the_heavy_ball_is_the_spectral_radius(client, lr, beta):
    figure = parameter_map(HEAVY_BALL, BOWL, **OVER_RATE, steps=300, predict=radius)
    rate = float(measured(client, figure, lr=lr, beta=beta))
    assert rate == pytest.approx(radius(lr, beta, 10.0), abs=0.005)


def test_theory_goes_along_as_trees(client):
    figure = parameter_map(HEAVY_BALL, BOWL, **OVER_RATE, predict=radius, optimum=OPTIMUM)
    for lr, beta, kappa in [(0.1, 0.5, 10.0), (0.01, 0.1, 50.0), (0.9, 0.9, 3.0)]:
        values = dict(lr=lr, beta=beta, kappa=kappa)
        predicted = client(
            "[map.predict, ...map.optimum].map((tree) => compile(tree)(values))",
            map=figure.specification,
            values=values,
        )
        expected = [radius(**values), *(best(kappa) for best in OPTIMUM)]
        np.testing.assert_allclose(predicted, expected, rtol=1e-14)


def test_theory_is_1_at_the_limit_of_stability():
    for beta in (0.0, 0.4, 0.9):
        assert radius(2 * (1 + beta) / 10, beta, 10) == pytest.approx(1)


def test_run_that_is_lost_diverges(client):
    for color in ("rate", "steps", "value"):
        figure = parameter_map(HEAVY_BALL, BOWL, **OVER_RATE, steps=400, color=color)
        assert measured(client, figure, lr=1.0, beta=0.5) == "Infinity"


def test_run_that_grows_has_a_rate_above_1(client):
    figure = parameter_map(HEAVY_BALL, BOWL, **OVER_RATE, steps=30)
    assert 1 < float(measured(client, figure, lr=0.5, beta=0.5)) < 5


def test_rate_needs_no_steps_after_arrival(client):
    distances = [0.5**t for t in range(30)] + [0.0] * 70
    assert client("rateOf(Float64Array.from(d))", d=distances) == pytest.approx(0.5)
    rounding = [max(0.5**t, 1e-13) for t in range(100)]
    assert client("rateOf(Float64Array.from(d))", d=rounding) == pytest.approx(0.5)


def test_run_that_starts_at_the_minimum_has_rate_0(client):
    assert client("rateOf(new Float64Array(10))") == 0


@pytest.mark.parametrize("lr", [0.02, 0.1, 0.9])
def test_steps_and_value_are_those_of_a_trace(client, lr):
    rule, problem, start = ol.Adam(lr=0.1), ol.problems.coupled_bowl, np.array([1.0, 2.0])
    axes = dict(x=("lr", 0.01, 1), y=("beta1", 0, 0.99), steps=80)
    run = ol.trace(ol.Adam(lr=lr, beta1=0.8), problem, start, 80)
    distances = np.linalg.norm(run.points, axis=1)
    there = np.flatnonzero(distances <= 0.1 * distances[0])
    figure = parameter_map(rule, problem, **axes, color="steps", tolerance=0.1)
    steps = int(measured(client, figure, lr=lr, beta1=0.8))
    assert steps == (there[0] if there.size else -1)
    figure = parameter_map(rule, problem, **axes, color="value")
    left = float(measured(client, figure, lr=lr, beta1=0.8))
    assert left == pytest.approx(run.values[-1] / run.values[0], rel=1e-9)


def test_value_is_measured_from_the_lowest_minimum(client):
    axes = dict(x=("lr", 0.001, 0.1), y=("beta", 0, 0.9), start=1.5, steps=20)
    figure = parameter_map(ol.Momentum(lr=0.01), WAVE, **axes, color="value")
    run = ol.trace(ol.Momentum(lr=0.004, beta=0.5), WAVE, 1.5, 20)
    first, *_, last = run.values.ravel() - min(WAVE.f(m) for m in WAVE.minima)
    left = float(measured(client, figure, lr=0.004, beta=0.5))
    assert left == pytest.approx(last / first, rel=1e-9)


def test_distance_is_that_to_the_nearest_minimum(client):
    minima = [np.ravel(m) for m in ol.problems.himmelblau.minima]
    distances = client(
        "distancesOf({ d: 2, points: [4, 3, -3, 3, NaN, 0], values: [0, 0, 0] }, minima)"
        ".map(String)",
        minima=[minimum.tolist() for minimum in minima],
    )
    for point, distance in zip(([4, 3], [-3, 3]), distances[:2], strict=True):
        least = min(np.linalg.norm(np.array(point) - minimum) for minimum in minima)
        assert float(distance) == pytest.approx(least, rel=1e-12)
    assert distances[2] == "Infinity"


def test_every_cell_is_computed_coarse_ones_first(client):
    cells = client("[...coarseFirst(80, 60)]")
    assert len({(column, row) for column, row, _ in cells}) == len(cells) == 80 * 60
    sizes = [size for *_, size in cells]
    assert sizes == sorted(sizes, reverse=True)
    seen = set()
    for column, row, size in cells:
        if size == 8:
            seen |= {(c, r) for c in range(column, column + 8) for r in range(row, row + 8)}
    assert seen >= {(c, r) for c in range(80) for r in range(60)}


def test_scale_grows_brighter_evenly(client):
    colors = np.array(client("Array.from({ length: 21 }, (_, i) => viridis(i / 20))"))
    brightness = colors @ [0.2126, 0.7152, 0.0722]
    assert np.all(np.diff(brightness) > 0)
    assert client("viridis(-1)") == colors[0].tolist()


@pytest.mark.parametrize("saddle_free", [False, True])
@pytest.mark.parametrize("regularization", [0.0, 0.7])
@pytest.mark.parametrize("start", [-0.9, 0.3, 0.62, 1.9])
def test_newton_is_that_of_optimlib(client, saddle_free, regularization, start):
    rule = ol.Newton(saddle_free=saddle_free, regularization=regularization)
    figure = basin_map(rule, WAVE, steps=12)
    points = client(
        "Array.from(basinRun(map, map.ground.parameters, 0, start, 0.8).points, String)",
        map=figure.specification,
        start=start,
    )
    same = ol.Newton(lr=0.8, saddle_free=saddle_free, regularization=regularization)
    expected = ol.trace(same, WAVE, start, 12).points.ravel()
    np.testing.assert_allclose(np.array(points, dtype=float), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "rule",
    [ol.GradientDescent(lr=0.02), ol.Momentum(lr=0.02, beta=0.9), ol.Newton(saddle_free=True)],
    ids=lambda rule: type(rule).__name__,
)
def test_shares_are_those_of_basins(client, rule):
    figure = basin_map(rule, WAVE, steps=300)
    reached = client(
        "starts.map((start) => basinOf("
        "basinRun(map, map.ground.parameters, 0, start, map.axis.value), map))",
        map=figure.specification,
        starts=np.linspace(-1, 2, 200).tolist(),
    )
    minima = [k for k, p in enumerate(figure.specification["critical"]) if p["kind"] == "minimum"]
    expected = ol.basins(rule, WAVE, 300, size=200).reached
    assert [minima.index(k) if k in minima else -1 for k in reached] == expected.tolist()


@pytest.mark.parametrize(
    ("end", "basin"),
    [
        ("0.249", 1),
        ("0.238", -1),
        ("1.119", 2),
        ("1.5", -1),
        ("2.1", -2),
        ("-1.1", -2),
        ("NaN", -2),
    ],
)
def test_basin_is_a_critical_point_within_a_hundredth_of_the_picture(client, end, basin):
    specification = basin_map(ol.Newton(), WAVE).specification
    assert client(f"basinOf({{ points: [0, {end}] }}, map)", map=specification) == basin


def test_newton_on_log_sum_exp_diverges_beyond_the_known_border(client):
    """The border is the cycle x → −x: tanh(x) cosh²(x) = 2x for a full step."""
    edges = {"cycle": lambda lr, x0: lr * np.sinh(2 * np.abs(x0)) - 4 * np.abs(x0)}
    figure = basin_map(ol.Newton(), ol.problems.log_sum_exp, (0.1, 2), boundaries=edges)
    predicted, border = client(
        "[basinEdge((x) => compile(map.boundaries[0].formula)({ lr: 1, x0: x }) > 0, 1, 6),"
        " basinEdge((x) => basinOf(basinRun(map, {}, 0, x, 1), map), 1, 6)]",
        map=figure.specification,
    )
    assert predicted == pytest.approx(1.08866, abs=1e-5)
    assert border == pytest.approx(predicted, abs=1e-6)


def test_critical_points_are_named_with_their_kind():
    points = basin_map(ol.Newton(), WAVE).specification["critical"]
    assert [point["kind"] for point in points] == ["minimum", "maximum", "minimum"]
    np.testing.assert_allclose(
        [p["at"] for p in points], [-0.273853, 0.273853, 1.090408], atol=1e-6
    )
    (flat,) = basin_map(ol.Newton(), ol.problems.quartic).specification["critical"]
    assert flat["kind"] == "minimum"
    (level,) = basin_map(ol.Newton(), ol.problems.cube).specification["critical"]
    assert level["kind"] == "undecided"


@pytest.mark.parametrize(
    "figure",
    [
        parameter_map(
            HEAVY_BALL, BOWL, **OVER_RATE, kappa=(1, 100), predict=radius, optimum=OPTIMUM
        ),
        parameter_map(ol.GradientDescent(lr=0.1), BOWL, ("lr", 0.01, 1), ("kappa", 1, 9), steps=9),
        parameter_map(ol.Adam(lr=0.1), WAVE, ("lr", 0.01, 1), ("beta1", 0, 0.9), color="steps"),
        parameter_map(HEAVY_BALL, BOWL, **OVER_RATE, color="value"),
        basin_map([ol.Newton(), ol.GradientDescent(lr=0.1)], WAVE),
    ],
    ids=lambda figure: figure.specification["title"],
)
def test_specification_is_small_and_has_a_still_picture(figure):
    assert len(json.dumps(figure.specification)) < 60_000
    assert "image/png" in figure._repr_mimebundle_()[0]["text/html"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(x=("lr", 1, 0.1)), r"lr must be a range \(low, high\), got lr = \(1, 0.1\)"),
        (dict(x=("rate", 0, 1)), "rate is no hyperparameter of a rule and no parameter"),
        (dict(x="lr"), r"x must be \(name, low, high\), got x = 'lr'"),
        (dict(y=("lr", 0.1, 1)), "x, y and ranges must be different parameters, got lr, lr"),
        (dict(lr=(0.1, 1)), "x, y and ranges must be different parameters"),
        (dict(color="speed"), "color must be one of rate, steps, value, got color = 'speed'"),
        (dict(steps=2), "steps must be"),
        (dict(tolerance=1), r"tolerance must be in \(0, 1\), got tolerance = 1"),
        (dict(objective=ol.problems.saddle), "objective must have known minima, saddle has none"),
        (dict(objective=WAVE, c=(0.5, 2)), "c moves the minima of x_cos"),
        (dict(start=(1.0, 2.0, 3.0)), "start must have shape"),
        (dict(predict=lambda gamma: gamma), "predict may depend on .*, got an argument 'gamma'"),
        (dict(optimum=1.0), "optimum must be a pair, got optimum = 1.0"),
    ],
)
def test_wrong_arguments_of_a_parameter_map_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        parameter_map(**dict(rule=HEAVY_BALL, objective=BOWL, **OVER_RATE) | arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(objective=BOWL), "objective must have one variable, got quadratic"),
        (dict(lr=(0, 1)), r"lr must be a range \(low, high\) above 0, got lr = \(0, 1\)"),
        (dict(rules=ol.Newton(line_search=ol.Armijo())), "rules must be without line search"),
        (dict(rules=ol.Newton(lr=ol.schedules.InverseTime(1.0))), "lr must be one number here"),
        (dict(rules=[]), "rules must not be empty"),
        (dict(rules=ol.BFGS()), "rules must have a hyperparameter lr"),
        (dict(steps=0), "steps must be"),
        (dict(c=(0.5, 2)), "c moves critical points of x_cos"),
        (dict(boundaries={"edge": lambda y0: y0}), r"boundaries\['edge'\] may depend on lr, x0, c"),
    ],
)
def test_wrong_arguments_of_a_basin_map_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        basin_map(**dict(objective=WAVE, rules=ol.Newton()) | arguments)


def test_basins_need_a_hessian():
    plain = ol.Objective(f=lambda w: w**2, grad=lambda w: 2 * w, name="plain")
    with pytest.raises(ValueError, match="objective must have a hess, got plain without"):
        basin_map(ol.Newton(), plain)
