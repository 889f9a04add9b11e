"""Explorers of chance: the figures' computations against NumPy, SciPy and optimlib."""

import json

import numpy as np
import pytest

pytest.importorskip("optimlib.explorers")

import optimlib as ol
from optimlib.explorers import depth_histogram, eigenvalue_lottery, noise_floor
from optimlib.explorers.explorer import tree
from optimlib.explorers.sampling import (
    ACTIVATIONS,
    MOMENTS,
    NAMES_OF_MOMENTS,
    THEORY,
    _error_function,
    _random_network,
)
from optimlib.javascript import reference

RULES = [
    ol.GradientDescent(lr=0.3),
    ol.Momentum(lr=0.1, beta=0.8),
    ol.HeavyBall(lr=0.1, beta=0.8),
    ol.AverageMomentum(lr=0.5, beta=0.8),
    ol.Nesterov(lr=0.1, beta=0.8),
]
NETWORKS = [
    {"activation": name, "residual": residual, "normalised": normalised}
    for name in ACTIVATIONS
    for residual in (False, True)
    for normalised in (False, True)
]


def by_name(rule):
    return type(rule).__name__


def sfc32(seed):
    """Yield the 32-bit numbers of PractRand's sfc32, with Python's integers."""
    mask = 2**32 - 1
    a, b, c, counter = 0, seed, 0, 1
    drawn = 0
    while True:
        output = (a + b + counter) & mask
        a = b ^ (b >> 9)
        b = (c + (c << 3)) & mask
        c = (((c << 21) | (c >> 11)) + output) & mask
        counter = (counter + 1) & mask
        drawn += 1
        if drawn > 12:
            yield output


def box_muller(seed, count):
    bits = sfc32(seed)
    u = (np.array([next(bits) for _ in range(count + count % 2)]) + 0.5) / 2**32
    radius, angle = np.sqrt(-2 * np.log(u[::2])), 2 * np.pi * u[1::2]
    return np.ravel([radius * np.cos(angle), radius * np.sin(angle)], order="F")[:count]


@pytest.mark.parametrize("seed", [1, 2, 99])
def test_random_bits_are_those_of_an_independent_sfc32(client, seed):
    drawn = client("{ const next = randomBits(s); return [...Array(1000)].map(next) }", s=seed)
    bits = sfc32(seed)
    assert drawn == [next(bits) for _ in range(1000)]


@pytest.mark.parametrize("count", [1, 2, 1001])
def test_normal_numbers_are_those_of_python(client, count):
    np.testing.assert_allclose(client("normals(7, n)", n=count), box_muller(7, count), rtol=1e-11)


def test_normal_numbers_are_normal_and_differ_by_seed(client, stats):
    samples = [np.array(client("normals(s, 20000)", s=seed)) for seed in (1, 2)]
    for sample in samples:
        assert stats.kstest(sample, "norm").pvalue > 0.01
        assert abs(stats.pearsonr(sample[:-1], sample[1:]).statistic) < 0.03
    assert abs(stats.pearsonr(*samples).statistic) < 0.03


def test_histogram_is_that_of_numpy_with_all_values_counted(client):
    values = box_muller(3, 500)
    result = client("histogram(v, -1, 2, 12)", v=values.tolist())
    counts, edges = np.histogram(values, 12, (-1, 2))
    np.testing.assert_allclose(result["edges"], edges, atol=1e-15)
    np.testing.assert_allclose(result["heights"], counts / (3 / 12) / 500)


def test_standard_error_is_scipys(client, stats):
    values = box_muller(3, 50)
    mean, error = client("meanAndError(v)", v=values.tolist())
    assert mean == pytest.approx(values.mean())
    assert error == pytest.approx(stats.sem(values))


# The noise floor


def noisy_stream(curvature, errors):
    def parabola(error):
        return ol.Objective(f=lambda w: curvature * w**2 / 2, grad=lambda w: curvature * w + error)

    return ol.Stream(parabola(0.0), lambda t: parabola(errors[t - 1]))


@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_a_noisy_run_is_optimlibs(client, rule):
    draws = box_muller(5, 60)
    points = client(
        "noisyRun(RULES[rule], h, 1.5, 2, 0.7, normals(5, 60))",
        rule=reference(rule)["rule"],
        h=reference(rule)["hyperparameters"],
    )
    expected = ol.trace(rule, noisy_stream(1.5, 0.7 * draws), 2.0, 60)
    np.testing.assert_allclose(points, expected.points, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_theory_of_every_step_is_the_mean_over_many_runs(client, stats, rule):
    steps, runs, curvature, spread = 30, 10_000, 1.5, 0.7
    theory = client(
        "noiseTheory(RULES[rule], h, 1.5, 2, 0.7, 30)",
        rule=reference(rule)["rule"],
        h=reference(rule)["hyperparameters"],
    )
    errors = spread * np.random.default_rng(0).standard_normal((steps, 1, runs))
    run = ol.trace(rule, noisy_stream(curvature, errors), np.full((1, runs), 2.0), steps)
    points = run.points[:, 0]
    k = np.arange(1, steps + 1)[:, None]
    averages = np.cumsum(points[1:], axis=0) ** 2 / k
    for measured, predicted in (
        (points[1:] ** 2, theory["squares"][1:]),
        (averages, theory["averaged"][1:]),
    ):
        error = stats.sem(measured, axis=1)
        assert np.all(np.abs(measured.mean(axis=1) - predicted) < 4.5 * error)


@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_the_floor_is_the_limit_of_every_steps_theory(client, rule):
    curvature, noise, batch = 1.5, 2.0, 4
    values = {**rule.hyperparameters(), "curvature": curvature, "noise": noise, "batch": batch}
    theory = client(
        "noiseTheory(RULES[rule], h, 1.5, 2, 1, 3000)",
        rule=reference(rule)["rule"],
        h=reference(rule)["hyperparameters"],
    )
    floor = client("compile(tree)(v)", tree=tree(THEORY[type(rule)][0], values, "floor"), v=values)
    assert floor == pytest.approx(curvature / 2 * theory["squares"][-1], rel=1e-9)
    assert (noise**2 / batch / curvature**2) == pytest.approx(theory["averaged"][-1], rel=2e-2)


def moments_of_signs(client, lr, spread, steps, moments=MOMENTS[ol.SignDescent], start=2.0):
    """Return E[w²] by step on h = 1.5, as the figure computes it."""
    trees = [tree(part, NAMES_OF_MOMENTS, "theory") for part in moments]
    theory = client(
        "momentsTheory(trees, lr, 1.5, start, spread, steps)",
        trees=trees, lr=lr, start=start, spread=spread, steps=steps,
    )  # fmt: skip
    return np.array(theory["squares"])


def assert_squares_of_signs(client, moments=MOMENTS[ol.SignDescent]):
    """Compare with 10,000 runs: points are normal only nearly, so within 3 %."""
    lr, spread, steps, runs = 0.05, 0.7, 120, 10_000
    errors = spread * np.random.default_rng(0).standard_normal((steps, 1, runs))
    stream, start = noisy_stream(1.5, errors), np.full((1, runs), 2.0)
    points = ol.trace(ol.SignDescent(lr), stream, start, steps).points[:, 0]
    squares = moments_of_signs(client, lr, spread, steps, moments)
    np.testing.assert_allclose(squares, (points**2).mean(axis=1), rtol=0.03, atol=2e-4)


def test_theory_of_signs_is_the_mean_over_many_runs(client):
    assert_squares_of_signs(client)


def always_as_large(lr, curvature, deviation, mean, square):
    return square - 2 * lr * np.sqrt(2 / np.pi) * curvature * square / deviation + lr**2


def test_theory_of_signs_rejects_a_gradient_of_any_size(client):
    mean, _ = MOMENTS[ol.SignDescent]
    with pytest.raises(AssertionError):
        assert_squares_of_signs(client, (mean, always_as_large))


@pytest.mark.parametrize("lr", [0.001, 0.05, 1.0])
def test_the_floor_of_signs_is_the_limit_of_every_steps_theory(client, lr):
    floor, _ = THEORY[ol.SignDescent]
    squares = moments_of_signs(client, lr, 1.0, 20_000, start=0.0)
    assert floor(lr, 1.5, 2.0, 4) == pytest.approx(0.75 * squares[-1], rel=1e-6)
    if lr < 0.01:  # The formula of the chapter, for small steps.
        assert floor(lr, 1.5, 2.0, 4) == pytest.approx(lr * 2 / 2 * (np.pi / 32) ** 0.5, rel=2e-3)


def test_error_function_is_scipys(client):
    special = pytest.importorskip("scipy.special")
    x = np.linspace(-4, 4, 81)
    code = tree(_error_function, ["x"], "theory")
    found = client("xs.map((x) => compile(tree)({ x }))", tree=code, xs=x.tolist())
    np.testing.assert_allclose(found, special.erf(x), atol=2e-7)


def test_floors_are_the_formulas_of_the_chapter():
    lr, beta, h, noise, batch = 0.2, 0.7, 1.5, 2.0, 4
    values = {"lr": lr, "curvature": h, "noise": noise, "batch": batch}
    plain = THEORY[ol.GradientDescent][0](**values)
    assert plain == pytest.approx(lr * noise**2 / (2 * batch * (2 - lr * h)))
    heavy = THEORY[ol.HeavyBall][0](beta=beta, **values)
    exact = lr * noise**2 * (1 + beta) / (2 * batch * (1 - beta) * (2 * (1 + beta) - lr * h))
    assert heavy == pytest.approx(exact)


@pytest.mark.parametrize("rule", RULES, ids=by_name)
@pytest.mark.parametrize(("share", "settles"), [(0.995, True), (1.005, False)])
def test_the_edge_parts_learning_rates_that_settle_from_those_that_do_not(rule, share, settles):
    values = {"beta": 0.8, "curvature": 1.5}
    names = tree_names(THEORY[type(rule)][1])
    edge = THEORY[type(rule)][1](**{name: values[name] for name in names})
    options = {"beta": 0.8} if "beta" in rule.hyperparameters() else {}
    changed = type(rule)(lr=share * edge, **options)
    parabola = ol.Objective(f=lambda w: 0.75 * w**2, grad=lambda w: 1.5 * w)
    end = abs(ol.run(changed, parabola, 1.0, 5000))
    assert (end < 1e-3) == settles
    assert (end > 1e3) != settles


def tree_names(function):
    return function.__code__.co_varnames[: function.__code__.co_argcount]


def test_noise_floor_describes_its_figure():
    explorer = noise_floor(ol.Averaging(ol.HeavyBall(lr=0.05, beta=0.5)), batch=8, curvature=20)
    specification = explorer.specification
    assert (specification["rule"], specification["averaging"]) == ("HeavyBall", True)
    sliders = {slider["key"]: slider for slider in specification["sliders"]}
    assert list(sliders) == ["lr", "beta", "batch", "curvature", "noise"]
    assert (sliders["beta"]["value"], sliders["batch"]["value"]) == (0.5, 8)
    assert sliders["curvature"]["max"] == sliders["curvature"]["value"] == 20


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"rule": ol.Adam(lr=0.1)}, TypeError, "rule must be one of GradientDescent.*got rule = A"),
        ({"rule": 0.1}, TypeError, "got rule = 0.1"),
        ({"rule": ol.Averaging(ol.SignDescent(0.1))}, TypeError, "knows the average"),
        ({"rule": ol.GradientDescent(lr=lambda t: 0.1 / t)}, ValueError, "a number as lr"),
        ({"rule": ol.Nesterov(lr=0.1, library_form=True)}, ValueError, "options"),
        ({"rule": ol.Momentum(lr=0.1, dampening=0.5)}, ValueError, "options"),
        ({"curvature": 0}, ValueError, "curvature must be a positive number, got curvature = 0"),
        ({"noise": np.inf}, ValueError, "noise must be a positive number"),
        ({"start": "2"}, ValueError, "start must be a number, got start = '2'"),
        ({"batch": 65}, ValueError, "batch must be <= 64, got batch = 65"),
        ({"batch": 0}, ValueError, "batch must be >= 1"),
        ({"runs": 1}, ValueError, "runs must be >= 2"),
        ({"steps": 2.5}, TypeError, "steps must be an integer"),
        ({"steps": 801, "runs": 100}, ValueError, "at most 80000, got 801 · 100"),
    ],
)
def test_noise_floor_refuses(arguments, error, words):
    with pytest.raises(error, match=words):
        noise_floor(**arguments)


# The eigenvalue lottery


@pytest.mark.parametrize("n", range(1, 13))
def test_jacobis_eigenvalues_are_lapacks(client, n):
    a = np.random.default_rng(n).standard_normal((n, n))
    a += a.T
    found = client("jacobiEigenvalues(Float64Array.from(a), n)", a=a.ravel().tolist(), n=n)
    np.testing.assert_allclose(found, np.linalg.eigvalsh(a), atol=1e-12)


@pytest.mark.parametrize(
    "a", [np.zeros((3, 3)), np.eye(3), np.ones((3, 3)), np.array([[0.0, 1.0], [1.0, 0.0]])]
)
def test_jacobis_eigenvalues_of_special_matrices(client, a):
    found = client("jacobiEigenvalues(Float64Array.from(a), n)", a=a.ravel().tolist(), n=len(a))
    np.testing.assert_allclose(found, np.linalg.eigvalsh(a), atol=1e-14)


@pytest.mark.parametrize("n", [1, 2, 3, 12])
def test_random_hessians_are_those_of_the_same_draws(client, n):
    draws = box_muller(4, 5 * 78).reshape(5, 78)[:, : n * (n + 1) // 2]
    found = client("[0, 1, 2, 3, 4].map((i) => randomHessian(normals(4, 390), i, n, 12))", n=n)
    for values, drawn in zip(found, draws, strict=True):
        a = np.zeros((n, n))
        a[np.triu_indices(n)] = drawn
        a = (a + a.T - np.diag(np.diag(a)) + (np.sqrt(2) - 1) * np.diag(np.diag(a))) / np.sqrt(n)
        np.testing.assert_allclose(values, np.linalg.eigvalsh(a), atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_share_of_minima_is_the_predicted_one(client, n):
    predicted = client("POSITIVE_DEFINITE[n - 1]", n=n)
    g = np.random.default_rng(n).standard_normal((50_000, n, n))
    share = np.mean(np.linalg.eigvalsh(g + g.swapaxes(1, 2))[:, 0] > 0)
    assert abs(share - predicted) < 4 * np.sqrt(predicted / 50_000)


def test_kinds_of_points(client):
    kinds = client("[[1, 2], [-1, 2], [-2, -1], [0, 1]].map(kindOf)")
    assert kinds == ["minima", "saddles", "maxima", "saddles"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"n": 0}, ValueError, "n must be >= 1, got n = 0"),
        ({"n": 5, "most": 4}, ValueError, "n must be <= 4, got n = 5"),
        ({"most": 13}, ValueError, "most must be <= 12"),
        ({"samples": 1001}, ValueError, "samples must be <= 1000"),
        ({"n": 2.0}, TypeError, "n must be an integer, got n = 2.0"),
    ],
)
def test_eigenvalue_lottery_refuses(arguments, error, words):
    with pytest.raises(error, match=words):
        eigenvalue_lottery(**arguments)


# Depth

SETTING = {"gain": 1.7, "depth": 5, "width": 8, "batch": 3}
FORMULAS = depth_histogram().specification["activations"]


def given(setting):
    """Return a setting as the figure has it: with formulas of the activation and its slope."""
    return setting | {"activation": FORMULAS[setting["activation"]]}


def network_of(setting, draws):
    """Return the figure's network in NumPy: its loss is the sum of the outputs times `top`."""
    depth, width, batch = setting["depth"], setting["width"], setting["batch"]
    inputs, top, weights = np.split(draws, [batch * width, 2 * batch * width])
    weights = weights.reshape(depth, width, width) * np.sqrt(setting["gain"] / width)
    phi = ACTIVATIONS[setting["activation"]][0]

    def forward(a, first=0):
        layers = [a]
        for w in weights[first:]:
            z = a @ w.T
            if setting["normalised"]:
                z = z / np.sqrt(np.mean(z**2, axis=1, keepdims=True))
            a = phi(z) + (a if setting["residual"] else 0)
            layers.append(a)
        return layers

    return inputs.reshape(batch, width), top.reshape(batch, width), forward


@pytest.mark.parametrize("options", NETWORKS, ids=str)
def test_signals_are_those_of_numpy_with_the_same_draws(client, options):
    setting = {**SETTING, **options}
    count = 2 * 24 + 5 * 64
    network = client("deepNetwork(s, normals(6, n))", s=given(setting), n=count)
    inputs, top, forward = network_of(setting, box_muller(6, count))
    layers = forward(inputs)
    for found, expected in zip(network["activations"], layers, strict=True):
        np.testing.assert_allclose(found, expected.ravel(), rtol=1e-9, atol=1e-12)
    for layer, found in enumerate(network["gradients"]):
        a, eps = layers[layer], 1e-6
        slopes = np.empty_like(a)
        for i in np.ndindex(a.shape):
            shift = np.zeros_like(a)
            shift[i] = eps
            ends = [np.sum(top * forward(a + s * shift, layer)[-1]) for s in (1, -1)]
            slopes[i] = (ends[0] - ends[1]) / (2 * eps)
        np.testing.assert_allclose(found, slopes.ravel(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("options", NETWORKS, ids=str)
def test_theory_of_depth_is_what_wide_layers_do(client, options):
    theory = client("depthTheory(s)", s=given({"gain": 2, "depth": 4, **options}))
    sizes, _ = _random_network(variance=2, depth=4, width=1000, batch=8, **options)
    for name in ("activations", "gradients"):
        np.testing.assert_allclose(sizes[name], theory[name], rtol=0.12)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("size", [0.3, 1, 4])
def test_normal_means_are_scipys(client, integrate, name, size):
    for part in (0, 1):
        function = ACTIVATIONS[name][part]
        code = "normalMean((z) => activationOf(a)[p](z) ** 2, s)"
        found = client(code, a=FORMULAS[name], p=part, s=size)

        def squared(x, function=function):
            return function(np.float64(size * x)) ** 2 * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)

        expected, _ = integrate.quad(squared, -8, 8, points=[0])
        assert found == pytest.approx(expected, rel=1e-4)


def test_the_share_of_saturated_units_is_that_of_the_normal_distribution(client, stats):
    layer_of = "depthTheory({activation: a, residual: false, normalised: true, gain: 1, depth: 1})"
    shares = [client(f"{layer_of}.share(1)", a=FORMULAS[name]) for name in ACTIVATIONS]
    limit = np.arctanh(np.sqrt(0.95))
    expected = [0, 0.5, 2 * stats.norm.sf(limit), 2 * stats.norm.sf(2 * limit)]
    np.testing.assert_allclose(shares, expected, atol=2e-3)


def test_thirty_relu_layers_keep_the_mean_square_or_halve_it_each():
    ends = [
        _random_network("ReLU", variance, 30, 64, 8, False, False)[0]["activations"][-1]
        for variance in (2, 1)
    ]
    assert ends[0] / ends[1] == pytest.approx(2**15, rel=1e-9)


@pytest.mark.parametrize(("gain", "end"), [(2, 1), (1, 2**-15)])
def test_theory_of_thirty_relu_layers(client, gain, end):
    setting = {"activation": "ReLU", "residual": False, "normalised": False}
    theory = client("depthTheory(s)", s=given({**setting, "gain": gain, "depth": 30}))
    assert theory["activations"][30] == pytest.approx(end, rel=1e-3)
    assert theory["gradients"][0] == pytest.approx(end, rel=1e-3)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"activation": "relu"}, ValueError, "one of linear, ReLU.*got activation = 'relu'"),
        ({"variance": 3}, ValueError, "variance must be 1 or 2, got variance = 3"),
        ({"residual": 1}, TypeError, "residual must be True or False, got residual = 1"),
        ({"depth": 0}, ValueError, "depth must be >= 1"),
        ({"layer": 0}, ValueError, "layer must be >= 1"),
        ({"layer": 31}, ValueError, "layer must be <= 30, got layer = 31"),
        ({"width": 128}, ValueError, "at most 125000.*width = 128"),
        ({"batch": 16}, ValueError, "at most 1000000.*batch = 16"),
    ],
)
def test_depth_histogram_refuses(arguments, error, words):
    with pytest.raises(error, match=words):
        depth_histogram(**arguments)


@pytest.mark.parametrize(
    "explorer",
    [
        noise_floor(steps=40, runs=20),
        noise_floor(ol.Nesterov(lr=9, beta=0.5), steps=40, runs=20),
        noise_floor(ol.SignDescent(lr=0.2), steps=40, runs=20),
        eigenvalue_lottery(),
        depth_histogram("sigmoid", normalised=True, residual=True, depth=5, layer=1),
    ],
    ids=repr,
)
def test_explorers_show_a_still_picture_and_a_small_specification(explorer):
    page = explorer._repr_mimebundle_()[0]["text/html"]
    assert "data:image/png;base64," in page
    assert len(json.dumps(explorer.specification)) < 6000
