"""Data sets, mini-batches, the classifiers' gradients, and training."""

import io
import itertools
import json
import sys
import tracemalloc
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from golden import make_learning, make_modern_edge
from hypothesis import given, settings
from hypothesis import strategies as st

import optimlib as ol
from optimlib import learning
from optimlib.learning import training

# Before NumPy 2.3 products of stacked matrices were not rounded like those of single ones.
ROUNDING = 0 if np.lib.NumpyVersion(np.__version__) >= "2.3.0" else 1e-12
NO_SKLEARN = "scikit-learn is not installed: no data sets"
# Its bar of progress needs tqdm.
train = partial(learning.train, progress=False)
GOLDEN = Path(make_learning.__file__).parent
STORED = json.loads((GOLDEN / "learning.json").read_text())
SQUARED = json.loads((GOLDEN / "modern_edge.json").read_text())["squared"]


def build(widths, activation=None, l2=0.0):
    """Return the model of these widths; without activation softmax regression."""
    if activation is None:
        return learning.SoftmaxRegression(*widths, l2=l2)
    return learning.MLP(tuple(widths), activation, l2=l2)


MODELS = {
    f"{build(*model).name} {model[1]} l2={model[2]}": build(*model)
    for model in make_learning.MODELS
}
every_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


def some_data(model, n=20, seed=0):
    """Return random examples, and labels that include every class."""
    random = np.random.default_rng(seed)
    y = np.resize(np.arange(model.classes), n)
    return random.normal(size=(n, model.widths[0])), random.permutation(y)


def some_parameters(model, *batch, seed=1):
    return np.random.default_rng(seed).normal(size=(model.dim, *batch))


def some_loss(model, n=20, seed=0):
    return model.loss(*some_data(model, n, seed))


def assert_same(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=ROUNDING, atol=ROUNDING)


@pytest.fixture(scope="module")
def digits():
    pytest.importorskip("sklearn", reason=NO_SKLEARN)
    return learning.load("digits")


# Gradients


@every_model
def test_gradient_agrees_with_central_differences(model):
    loss, w = some_loss(model), some_parameters(model)
    if getattr(model, "activation", None) == "relu":
        hidden = pre_activations(model, w, loss.X)
        assert min(np.abs(z).min() for z in hidden) > 1e-3, "too near to a kink for differences"
    check = ol.check_gradient(loss, w)
    assert check, check


def pre_activations(model, w, X):
    """Return what enters the hidden units, written out once more."""
    values, h = [], X
    for W, b in model.layers(w)[:-1]:
        values.append(h @ W + b)
        h = np.maximum(values[-1], 0)
    return values


@every_model
def test_gradient_agrees_with_the_complex_step(model):
    """f(w + ih)'s imaginary part is h f′(w) up to h³: exact to rounding, as h may be tiny."""
    loss, w = some_loss(model), some_parameters(model)
    h = 1e-30
    numerical = loss.f(w[:, None] + 1j * h * np.eye(model.dim)).imag / h
    np.testing.assert_allclose(loss.grad(w), numerical, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("run", STORED["runs"], ids=MODELS)
def test_loss_and_gradient_are_those_of_pytorch(run):
    model, loss = golden_loss(run)
    w = np.array(make_learning.parameters(run["widths"]))
    assert loss.f(w) == pytest.approx(run["loss"], rel=1e-13)
    np.testing.assert_allclose(loss.grad(w), run["gradient"], rtol=1e-11, atol=1e-14)
    assert model.evaluate(w, loss.X, loss.Y.argmax(axis=1))[0] == pytest.approx(
        run["loss"] - sum(run["l2"] / 2 * np.sum(W**2) for W, _ in model.layers(w)), rel=1e-13
    )


def golden_loss(run):
    model = build(run["widths"], run["activation"], run["l2"])
    X, y = make_learning.data(model.widths[0], model.classes)
    return model, model.loss(X, y)


def test_the_stored_file_is_complete():
    assert set(STORED["versions"]) == {"torch"}
    models = [(tuple(run["widths"]), run["activation"], run["l2"]) for run in STORED["runs"]]
    assert models == list(make_learning.MODELS)


def test_the_stored_numbers_are_those_of_the_installed_pytorch():
    pytest.importorskip("torch", reason="torch is not installed: only its stored numbers count")
    for model, before in zip(make_learning.MODELS, STORED["runs"], strict=True):
        now = make_learning.run(*model)
        assert now["loss"] == pytest.approx(before["loss"], rel=1e-13)
        np.testing.assert_allclose(now["gradient"], before["gradient"], rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("run", SQUARED, ids=lambda run: f"{run['widths']}, l2={run['l2']}")
def test_squared_loss_and_gradient_are_those_of_pytorch(run):
    widths, activation, l2 = run["widths"], run["activation"], run["l2"]
    model = learning.MLP(tuple(widths), activation, l2, criterion="squared")
    X, y = make_learning.data(widths[0], widths[-1])
    loss, w = model.loss(X, y), np.array(make_learning.parameters(widths))
    assert loss.f(w) == pytest.approx(run["loss"], rel=1e-13)
    np.testing.assert_allclose(loss.grad(w), run["gradient"], rtol=1e-11, atol=1e-14)
    without = run["loss"] - sum(l2 / 2 * np.sum(W**2) for W, _ in model.layers(w))
    assert model.evaluate(w, loss.X, y)[0] == pytest.approx(without, rel=1e-13)
    part = loss.take([0, 3])
    apart = model.loss(np.array(X)[[0, 3]], np.array(y)[[0, 3]])
    np.testing.assert_allclose(part.grad(w), apart.grad(w), rtol=1e-12)
    # Neither without the half, nor as the mean over the classes, nor of the softmax.
    scores, Y = model.scores(w, loss.X), loss.Y
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    others = (
        np.sum((scores - Y) ** 2) / len(Y),
        np.mean((scores - Y) ** 2),
        0.5 * np.sum((p - Y) ** 2) / len(Y),
    )
    assert all(abs(other - without) > 0.01 for other in others)


def test_stored_models_with_the_squared_loss():
    models = [(tuple(run["widths"]), run["activation"], run["l2"]) for run in SQUARED]
    assert models == list(make_modern_edge.MODELS)
    pytest.importorskip("torch", reason="torch is not installed: only its stored numbers count")
    for model, before in zip(make_modern_edge.MODELS, SQUARED, strict=True):
        now = make_modern_edge.squared(*model)
        np.testing.assert_allclose(now["gradient"], before["gradient"], rtol=1e-11, atol=1e-14)


def test_a_squared_loss_is_trained_and_swept():
    model, data = learning.MLP((3, 4, 3), criterion="squared"), small_dataset()
    curves = train(ol.Momentum(lr=np.array([0.01, 0.1])), model, data, 5, steps=30)
    assert curves.train_loss.shape[1:] == (2,)
    expected = model.evaluate(curves.w[:, 1], data.X_train, data.y_train)[0]
    assert curves.train_loss[-1, 1] == pytest.approx(expected)
    single = model.loss(data.X_train.astype(np.float32), data.y_train)
    start = model.initial().astype(np.float32)
    assert single.grad(start).dtype == single.f(start).dtype == np.float32


def test_at_its_kink_relu_has_the_derivative_zero():
    model = learning.MLP((1, 1, 2), "relu")
    loss = model.loss([[1.0]], [0])
    w = np.array([1.0, -1.0, 1.0, 2.0, 0.0, 0.0])  # the hidden unit gets 1·1 − 1 = 0
    np.testing.assert_array_equal(loss.grad(w)[:2], 0)


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_an_mlp_without_hidden_layers_is_softmax_regression(l2):
    deep, flat = learning.MLP((4, 3), l2=l2), learning.SoftmaxRegression(4, 3, l2=l2)
    w = some_parameters(flat)
    assert some_loss(deep).f(w) == pytest.approx(some_loss(flat).f(w), rel=1e-14)
    np.testing.assert_allclose(some_loss(deep).grad(w), some_loss(flat).grad(w), atol=1e-15)


@every_model
def test_nothing_that_is_given_is_changed(model):
    loss, w = some_loss(model), some_parameters(model, 2)
    before = loss.X.copy(), loss.Y.copy(), w.copy()
    loss.f(w), loss.grad(w), loss.grad(w[:, 0])
    model.evaluate(w, loss.X, loss.Y.argmax(axis=1)), model.predict(w, loss.X)
    for array, copy in zip((loss.X, loss.Y, w), before, strict=True):
        np.testing.assert_array_equal(array, copy)


# Values


@pytest.mark.parametrize("k", [2, 3, 10])
@pytest.mark.parametrize("n", [1, 20])
def test_at_zero_the_loss_is_log_k(k, n):
    for model in (learning.SoftmaxRegression(4, k), learning.MLP((4, 5, k))):
        value = model.loss(np.ones((n, 4)), np.arange(n) % k).f(np.zeros(model.dim))
        if n == 1:
            assert value == np.log(k)
        assert value == pytest.approx(np.log(k), rel=1e-15)


def test_large_scores_do_not_overflow():
    model = learning.SoftmaxRegression(1, 3)
    loss = model.loss([[1.0]], [1])
    w = np.array([1e4, 0.0, -1e4, 0.0, 0.0, 0.0])
    assert loss.f(w) == 1e4
    np.testing.assert_array_equal(loss.grad(w)[3:], [1, -1, 0])
    assert loss.f(-w * 1e-4) == pytest.approx(np.log(np.exp(-1) + 1 + np.exp(1)))


def test_the_penalty_spares_the_biases():
    plain, penalized = (some_loss(learning.MLP((4, 5, 3), l2=l2)) for l2 in (0.0, 0.5))
    w = some_parameters(plain.model)
    weights = np.concatenate([w[:20], w[25:40]])
    assert penalized.f(w) - plain.f(w) == pytest.approx(0.25 * np.sum(weights**2))
    difference = penalized.grad(w) - plain.grad(w)
    np.testing.assert_array_equal(difference[[*range(20, 25), *range(40, 43)]], 0)


def test_predictions_and_accuracy():
    model = learning.SoftmaxRegression(2, 3)
    W, b = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [0.0, 0.0, 0.5]
    w = np.concatenate([np.ravel(W), b])
    X, y = [[1, 0], [0, 1], [0, 0], [2, 3]], [0, 1, 2, 0]
    np.testing.assert_array_equal(model.scores(w, X)[3], [2, 3, 0.5])
    np.testing.assert_array_equal(model.predict(w, X), [0, 1, 2, 1])
    assert model.accuracy(w, X, y) == 0.75
    both = np.stack([w, np.zeros(9)], axis=1)
    np.testing.assert_array_equal(model.predict(both, X)[:, 1], 0)
    np.testing.assert_array_equal(model.accuracy(both, X, y), [0.75, 0.5])
    assert model.scores(both.reshape(9, 1, 2), X).shape == (4, 3, 1, 2)


@every_model
@pytest.mark.parametrize("batch", [(), (1,), (3,), (2, 3), (0,)])
@pytest.mark.parametrize("kind", ["float64", "float32"])
def test_shapes_and_types(model, batch, kind):
    loss, w = some_loss(model), some_parameters(model, *batch).astype(kind)
    for objective in (loss, loss.take(np.array([0, 3, 4]))):
        value, gradient = objective.f(w), objective.grad(w)
        assert np.shape(value) == batch
        assert gradient.shape == w.shape
        assert value.dtype == gradient.dtype == kind
    labels = loss.Y.argmax(axis=1)
    cross_entropy, accuracy = model.evaluate(w, loss.X, labels)
    assert np.shape(cross_entropy) == np.shape(accuracy) == batch
    assert cross_entropy.dtype == model.scores(w, loss.X).dtype == kind
    assert model.predict(w, loss.X).shape == (20, *batch)


def test_single_precision_agrees_with_double():
    for model in MODELS.values():
        loss, w = some_loss(model), some_parameters(model).astype(np.float32)
        expected = loss.grad(w.astype(float))
        np.testing.assert_allclose(loss.grad(w), expected, atol=1e-5 * np.abs(expected).max())
        # All of it is computed in single precision, whatever the type of the data.
        single = model.loss(loss.X.astype(np.float32), loss.Y.argmax(axis=1))
        np.testing.assert_array_equal(loss.grad(w), single.grad(w))
        assert loss.f(w) == single.f(w)


@every_model
def test_a_batch_of_points_is_the_points_one_by_one(model):
    loss, w = some_loss(model), some_parameters(model, 2, 3)
    for i, j in np.ndindex(2, 3):
        assert_same(loss.f(w)[i, j], loss.f(w[:, i, j]))
        assert_same(loss.grad(w)[:, i, j], loss.grad(w[:, i, j]))


# Initializations


@pytest.mark.parametrize(
    ("name", "variance"), [("lecun", 1 / 300), ("xavier", 2 / 500), ("he", 2 / 300), ("zeros", 0)]
)
def test_initializations_have_their_variances(name, variance):
    model = learning.MLP((300, 200, 2))
    (W, b), *_ = model.layers(model.initial(name, seed=3))
    assert W.var() == pytest.approx(variance, rel=0.02)
    assert abs(W.mean()) <= 4 * np.sqrt(variance / W.size)
    assert not b.any()


def test_the_seed_chooses_the_start():
    model = learning.MLP((4, 5, 3))
    first, again, other = (model.initial(seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (learning.SoftmaxRegression(4, 3), "zeros"),
        (learning.MLP((4, 5, 3), "tanh"), "xavier"),
        (learning.MLP((4, 5, 3), "relu"), "he"),
    ],
)
def test_default_initializations(model, name):
    np.testing.assert_array_equal(model.initial(seed=4), model.initial(name, seed=4))
    np.testing.assert_array_equal(some_loss(model).start, model.initial())


def test_thirty_relu_layers_keep_their_size_with_he_and_lose_it_with_variance_1_over_n():
    model = learning.MLP((256,) * 31 + (2,), "relu")
    X = np.random.default_rng(0).normal(size=(50, 256))
    rms = {
        name: np.sqrt(np.mean(model.activations(model.initial(name), X)[30] ** 2))
        for name in ("he", "lecun")
    }
    assert 0.3 < rms["he"] < 2
    # Without the factor 2 each layer halves the mean square.
    assert rms["he"] / rms["lecun"] == pytest.approx(2**15, rel=1e-9)


# Mini-batches


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 40), st.data())
def test_each_epoch_is_a_permutation(n, data):
    size, seed = data.draw(st.integers(1, n)), data.draw(st.integers(0, 2**40))
    batches = learning.Batches(n, size, seed)
    for epoch in range(3):
        first = 1 + epoch * batches.per_epoch
        parts = [batches.rows(t) for t in range(first, first + batches.per_epoch)]
        assert all(len(part) == size for part in parts[:-1])
        np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(n))


def test_batches_depend_on_seed_and_step_alone():
    one, other = learning.Batches(50, 8, seed=0), learning.Batches(50, 8, seed=1)
    in_order = [one.rows(t).tolist() for t in range(1, 30)]
    for seed in range(2, 100):  # push them out of the cache
        learning.Batches(50, 8, seed).rows(1)
    backwards = [learning.Batches(50, 8, seed=0).rows(t).tolist() for t in range(29, 0, -1)]
    assert in_order == backwards[::-1]
    assert in_order != [other.rows(t).tolist() for t in range(1, 30)]
    epochs = [list(itertools.chain(*in_order[i : i + 7])) for i in (0, 7, 14)]
    assert epochs[0] != epochs[1] != epochs[2] != epochs[0]


def test_a_stream_sees_its_batches():
    model = learning.SoftmaxRegression(4, 3, l2=0.1)
    X, y = some_data(model)
    w, loss = some_parameters(model), model.loss(X, y)
    stream, batches = learning.minibatches(loss, 6, seed=5), learning.Batches(20, 6, seed=5)
    for t in (1, 3, 4, 5, 9):
        rows = batches.rows(t)
        assert len(rows) == (2 if t % 4 == 0 else 6)
        part = model.loss(X[rows], y[rows])
        np.testing.assert_array_equal(stream.at(t).grad(w), part.grad(w))
        assert stream.at(t).f(w) == part.f(w)
    assert stream.f(w) == loss.f(w)
    np.testing.assert_array_equal(stream.grad(w), loss.grad(w))


def test_the_gradients_of_an_epoch_average_to_the_full_one():
    loss = some_loss(learning.MLP((4, 5, 3), l2=0.1))
    stream, w = learning.minibatches(loss, 5), some_parameters(loss.model)
    mean = np.mean([stream.at(t).grad(w) for t in range(5, 9)], axis=0)
    np.testing.assert_allclose(mean, loss.grad(w), atol=1e-15)


def test_batches_of_everything_are_plain_gradient_descent():
    loss = some_loss(learning.MLP((4, 5, 3)))
    rule, w = ol.GradientDescent(lr=0.1), some_parameters(loss.model)
    stream = learning.minibatches(loss, 20)
    expected = ol.trace(rule, loss, w, 10)["w"]
    np.testing.assert_array_equal(ol.trace(rule, stream, w, 10)["w"], expected)


@pytest.mark.parametrize(
    "rule", [ol.Adam(lr=0.01), ol.Nesterov(lr=0.1), ol.Adam(lr=np.array([0.1, 0.01, 0.001]))]
)
def test_runs_at_once_are_separate_runs(rule):
    stream = learning.minibatches(some_loss(learning.MLP((4, 5, 3))), 6)
    starts = some_parameters(stream.full.model, 3)
    together = ol.trace(rule, stream, starts, 12)["w"]
    for i in range(3):
        alone = rule.map_hyperparameters(lambda _, x, i=i: float(x[i]) if np.ndim(x) else x)
        assert_same(together[:, :, i], ol.trace(alone, stream, starts[:, i], 12)["w"])
    assert_same(ol.run(rule, stream, starts, 12, threads=2), together[-1])


def test_single_precision_is_kept_by_a_run():
    stream = learning.minibatches(some_loss(learning.MLP((4, 5, 3))), 6)
    path = ol.trace(ol.Adam(lr=0.1), stream, some_parameters(stream.full.model, 2).astype("f4"), 5)
    assert {path[name].dtype for name in ("g", "m", "v", "w")} == {np.dtype("float32")}
    assert path.values.dtype == np.float32


# Data sets


SIZES = {
    "digits": (1797, 64, 10),
    "iris": (150, 4, 3),
    "wine": (178, 13, 3),
    "breast_cancer": (569, 30, 2),
    "diabetes": (442, 10, 0),
}


@pytest.mark.parametrize("name", SIZES)
def test_data_sets(name):
    pytest.importorskip("sklearn", reason=NO_SKLEARN)
    data = learning.load(name, seed=1, test_share=0.2)
    n, features, classes = SIZES[name]
    assert len(data.X_train) == len(data.y_train)
    assert len(data.X_test) == len(data.y_test) == np.ceil(0.2 * n)
    assert len(data.X_train) + len(data.X_test) == n
    assert data.X_train.shape[1] == data.X_test.shape[1] == data.features == features
    assert (data.name, len(data.classes)) == (name, classes)
    if name == "digits":
        both = np.concatenate([data.X_train, data.X_test])
        assert both.min() == 0
        assert both.max() == 1
    else:
        np.testing.assert_allclose(data.X_train.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(data.X_train.std(axis=0), 1, rtol=1e-12)
        assert np.all(np.abs(data.X_test.mean(axis=0)) > 1e-6)
    if classes:
        shares = [np.bincount(y) / len(y) for y in (data.y_train, data.y_test)]
        np.testing.assert_allclose(shares[0], shares[1], atol=0.02)
        assert np.unique(data.y_train).tolist() == list(range(classes))
    with pytest.raises(ValueError, match="read-only"):
        data.X_train[0, 0] = 1


def test_the_seed_chooses_the_split(digits):
    again, other = learning.load("digits"), learning.load("digits", seed=1)
    np.testing.assert_array_equal(digits.X_train, again.X_train)
    np.testing.assert_array_equal(digits.y_test, again.y_test)
    assert not np.array_equal(digits.X_train, other.X_train)
    assert digits.astype("float32").X_test.dtype == np.float32


def test_what_a_data_set_says_of_itself(digits):
    assert repr(digits) == (
        "digits: 1347 examples to train on, 450 to test on, 64 features, 10 classes"
    )
    assert "real targets" in repr(learning.load("diabetes"))


# Learning


def test_softmax_regression_converges_to_that_of_scikit_learn():
    linear_model = pytest.importorskip("sklearn.linear_model", reason=NO_SKLEARN)
    data, l2 = learning.load("wine"), 0.01
    model = learning.SoftmaxRegression(13, 3, l2=l2)
    loss = model.loss(data.X_train, data.y_train)
    w = ol.run(ol.Nesterov(lr=0.5), loss, model.initial(), steps=2000)
    theirs = linear_model.LogisticRegression(C=1 / (l2 * len(loss.X)), tol=1e-10, max_iter=10_000)
    theirs.fit(data.X_train, data.y_train)
    found = np.concatenate([theirs.coef_.T.ravel(), theirs.intercept_])
    assert loss.f(w) == pytest.approx(loss.f(found), rel=1e-6)
    np.testing.assert_allclose(loss.grad(w), 0, atol=1e-8)
    expected = theirs.predict_proba(data.X_test)
    scores = model.scores(w, data.X_test)
    np.testing.assert_allclose(
        np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True), expected, atol=1e-4
    )


def test_softmax_regression_on_digits_has_the_minimum_of_scikit_learn(optimize, digits):
    linear_model = pytest.importorskip("sklearn.linear_model", reason=NO_SKLEARN)
    model = learning.SoftmaxRegression(64, 10, l2=0.01)
    loss = model.loss(digits.X_train, digits.y_train)
    ours = optimize.minimize(
        loss.f, model.initial(), jac=loss.grad, method="L-BFGS-B", options={"ftol": 1e-13}
    )
    theirs = linear_model.LogisticRegression(C=1 / (0.01 * len(loss.X)), tol=1e-8, max_iter=5000)
    theirs.fit(digits.X_train, digits.y_train)
    found = np.concatenate([theirs.coef_.T.ravel(), theirs.intercept_])
    assert ours.fun == pytest.approx(loss.f(found), abs=1e-6)


def test_softmax_regression_learns_digits(digits):
    model = learning.SoftmaxRegression(64, 10)
    curves = train(ol.Adam(lr=0.01), model, digits, batch_size=64, epochs=10)
    assert curves.train_loss[0] == pytest.approx(np.log(10))
    assert curves.train_loss[-1] < 0.3
    assert curves.test_accuracy[-1] > 0.93


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_an_mlp_learns_digits(digits, activation):
    model = learning.MLP((64, 32, 10), activation)
    curves = train(ol.Adam(lr=0.01), model, digits, batch_size=64, epochs=12, seed=0)
    assert curves.train_accuracy[-1] > 0.97
    assert curves.test_accuracy[-1] > 0.95


def small_dataset(n=30, classes=3):
    random = np.random.default_rng(0)
    centers = np.array([[0, 3, 0], [3, 0, 0], [0, 0, 3]])[:classes]
    y = np.resize(np.arange(classes), 2 * n)
    X = centers[y] + random.normal(size=(2 * n, 3))
    return learning.Dataset(X[:n], y[:n], X[n:], y[n:], "blobs", tuple("abc"[:classes]))


def test_curves_are_recorded_where_asked():
    model, data = learning.MLP((3, 4, 3), l2=0.1), small_dataset()
    curves = train(ol.Adam(lr=0.1), model, data, 7, steps=8, every=3, seed=2)
    assert curves.step.tolist() == [0, 3, 6, 8]
    stream = learning.minibatches(model.loss(data.X_train, data.y_train), 7, seed=2)
    points = ol.trace(ol.Adam(lr=0.1), stream, model.initial(seed=2), 8).points
    for i, t in enumerate(curves.step):
        plain = learning.MLP((3, 4, 3))
        for part in ("train", "test"):
            X, y = getattr(data, f"X_{part}"), getattr(data, f"y_{part}")
            loss, share = plain.loss(X, y).f(points[t]), np.mean(plain.predict(points[t], X) == y)
            assert getattr(curves, f"{part}_loss")[i] == pytest.approx(loss, rel=1e-13)
            assert getattr(curves, f"{part}_accuracy")[i] == share
    np.testing.assert_array_equal(curves.w, points[-1])
    assert curves.time[0] == 0
    assert np.all(np.diff(curves.time) > 0)


def test_curves_are_recorded_once_an_epoch_if_nothing_is_asked():
    model, data = learning.SoftmaxRegression(3, 3), small_dataset()
    curves = train(ol.Adam(lr=0.1), model, data, 7, epochs=2)
    assert curves.step.tolist() == [0, 5, 10]
    assert train(ol.Adam(lr=0.1), model, data, 7, steps=0).step.tolist() == [0]


def test_training_many_runs_at_once():
    model, data = learning.MLP((3, 4, 3)), small_dataset()
    rates = np.array([0.01, 0.1])
    both = train(ol.Adam(rates), model, data, 7, steps=10, every=5)
    for i, lr in enumerate(rates):
        one = train(ol.Adam(lr), model, data, 7, steps=10, every=5)
        for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
            np.testing.assert_array_equal(getattr(both, name)[:, i], getattr(one, name))
        np.testing.assert_array_equal(both.w[:, i], one.w)
    starts = np.stack([model.initial(seed=s) for s in range(3)], axis=1).astype(np.float32)
    many = train(ol.GradientDescent(0.1), model, data, 7, steps=3, start=starts)
    assert many.test_loss.shape == (2, 3)
    assert many.w.dtype == many.test_loss.dtype == np.float32
    assert "3 runs; shown: run [0]" in repr(many)


def test_memory_does_not_grow_with_the_number_of_steps():
    model, data = learning.MLP((3, 100, 3)), small_dataset()

    def peak(steps):
        tracemalloc.start()
        train(ol.Adam(), model, data, 10, steps=steps, every=10_000)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(250) < peak(50) + 20_000  # keeping one point of every step would add 1 MB


def test_divergence_is_data():
    model, data = learning.MLP((3, 4, 3), "relu"), small_dataset()
    curves = train(ol.GradientDescent(1e200), model, data, 7, steps=5, every=1)
    assert not np.isfinite(curves.train_loss[-1])
    assert "nan" in repr(curves)


TABLE = """\
Gradient descent on SoftmaxRegression 3-3, blobs, batches of 30
step  train loss  test loss  train accuracy  test accuracy
   0      1.0986     1.0986           0.333          0.333
"""


def test_the_table():
    model, data = learning.SoftmaxRegression(3, 3), small_dataset()
    rule = ol.GradientDescent(0.5)
    curves = train(rule, model, data, 30, steps=2)
    text, page = repr(curves), curves._repr_html_()
    assert text.startswith(TABLE)
    assert len(text.splitlines()) == 5
    assert page.count("<tr>") == 4
    assert page.count("<td>") == 12
    assert f"<td>{curves.test_loss[2]:.4f}</td>" in page
    long = train(rule, model, data, 30, steps=30)
    assert len(repr(long).splitlines()) == 2 + 11
    assert "…" in repr(long)
    none = train(rule, model, data, 30, steps=1, start=np.zeros((12, 0)))
    assert repr(none).endswith("0 runs")
    assert none._repr_html_() == f"<p>{none!r}</p>"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("screen", "progress", "patience", "shown"),
    [
        (Terminal, True, 0, True),
        (Terminal, False, 0, False),
        (io.StringIO, True, 0, False),
        (Terminal, True, 60, False),
    ],
)
def test_a_long_run_shows_its_progress(monkeypatch, screen, progress, patience, shown):
    pytest.importorskip("tqdm", reason="tqdm is not installed: no progress bars")
    monkeypatch.setattr(sys, "stderr", screen())
    monkeypatch.setattr(training, "PATIENCE", patience)
    model, data = learning.SoftmaxRegression(3, 3), small_dataset()
    curves = learning.train(ol.Adam(), model, data, 7, steps=50, progress=progress)
    text = sys.stderr.getvalue()
    assert ("/50" in text) == shown
    assert shown or not text
    assert curves.step[-1] == 50


def test_every_step_is_taken_from_iterate():
    """The loop that a reader would write gives the same parameters."""
    model, data = learning.MLP((3, 4, 3)), small_dataset()
    stream = learning.minibatches(model.loss(data.X_train, data.y_train), 7, seed=3)
    for rule in (ol.GradientDescent(0.1), ol.RMSProp(0.01), ol.Nesterov(0.1)):
        records = ol.iterate(rule, stream, model.initial(seed=3))
        last = next(itertools.islice(records, 11, None))
        curves = train(rule, model, data, 7, steps=12, seed=3)
        np.testing.assert_array_equal(curves.w, last["w"])


# Errors

SOFTMAX = learning.SoftmaxRegression(3, 3)
X, Y, NAN = np.ones((4, 3)), np.array([0, 1, 2, 0]), float("nan")
LOSS = SOFTMAX.loss(X, Y)


@pytest.mark.parametrize(
    ("kind", "message", "call"),
    [
        (ValueError, "name must be one of digits, .*'mnist'", lambda: learning.load("mnist")),
        (ValueError, "seed must be >= 0", lambda: learning.load("iris", seed=-1)),
        (TypeError, "seed must be an integer", lambda: learning.load("iris", seed=1.5)),
        (ValueError, "between 0 and 1, got test_share = 1", lambda: learning.load("iris", 0, 1)),
        (ValueError, "and 1, got test_share = nan", lambda: learning.load("iris", 0, NAN)),
        (TypeError, "test_share must be a number", lambda: learning.load("iris", 0, "0.2")),
        (ValueError, "features must be >= 1", lambda: learning.SoftmaxRegression(0, 3)),
        (ValueError, "classes must be >= 2", lambda: learning.SoftmaxRegression(3, 1)),
        (ValueError, "l2 must be finite and >= 0", lambda: learning.SoftmaxRegression(3, 3, -0.1)),
        (ValueError, "l2 must be finite", lambda: learning.MLP((3, 3), l2=np.inf)),
        (TypeError, "l2 must be a number, got l2 = '1'", lambda: learning.MLP((3, 3), l2="1")),
        (TypeError, "widths must be like", lambda: learning.MLP(3)),
        (ValueError, "widths must name the features", lambda: learning.MLP((3,))),
        (ValueError, r"widths\[1\] must be >= 1", lambda: learning.MLP((3, 0, 3))),
        (TypeError, r"widths\[1\] must be an integer", lambda: learning.MLP((3, 2.5, 3))),
        (ValueError, "tanh, relu, got activation = 'gelu'", lambda: learning.MLP((3, 3), "gelu")),
        (ValueError, "criterion must be one of cross-entropy, squared, got criterion = 'hinge'",
         lambda: learning.MLP((3, 3), criterion="hinge")),
        (ValueError, "initialization must be one of zeros", lambda: SOFTMAX.initial("ones")),
        (ValueError, "seed must be >= 0", lambda: SOFTMAX.initial(seed=-1)),
        (ValueError, r"X must have shape \(n, 3\)", lambda: SOFTMAX.loss(np.ones((4, 2)), Y)),
        (ValueError, r"X must have shape \(n, 3\)", lambda: SOFTMAX.loss(np.ones(3), [0])),
        (ValueError, "n > 0", lambda: SOFTMAX.loss(np.ones((0, 3)), [])),
        (ValueError, "X must be finite", lambda: SOFTMAX.loss(X * np.nan, Y)),
        (TypeError, "X must be a real number or an array", lambda: SOFTMAX.loss(X.astype(str), Y)),
        (ValueError, r"y must have shape \(4,\)", lambda: SOFTMAX.loss(X, Y[:3])),
        (ValueError, "labels from 0 to 2 .*got the label 3", lambda: SOFTMAX.loss(X, Y + 1)),
        (ValueError, "got the label -1", lambda: SOFTMAX.loss(X, Y - 1)),
        (TypeError, "y must hold labels", lambda: SOFTMAX.loss(X, Y / 2)),
        (ValueError, r"w must have shape \(12, ...\)", lambda: SOFTMAX.scores(np.ones(11), X)),
        (ValueError, r"w must have shape \(12, ...\)", lambda: SOFTMAX.accuracy(1.0, X, Y)),
        (ValueError, r"w must have shape \(12, ...\)", lambda: LOSS.f(np.ones(11))),
        (ValueError, "w0 must have shape", lambda: ol.run(ol.Adam(), LOSS, X[:3], 1)),
        (ValueError, "defined without hess", lambda: LOSS.hess(np.ones(12))),
        (TypeError, "loss must be like", lambda: learning.minibatches(ol.problems.square, 1)),
        (ValueError, "batch_size must be >= 1", lambda: learning.minibatches(LOSS, 0)),
        (ValueError, "at most the number of examples, 4, got batch_size = 5",
         lambda: learning.minibatches(LOSS, 5)),
        (TypeError, "batch_size must be an integer", lambda: learning.Batches(4, 2.0)),
        (ValueError, "seed must be >= 0", lambda: learning.Batches(4, 2, -1)),
        (ValueError, "n must be >= 1", lambda: learning.Batches(0, 1)),
    ],
)  # fmt: skip
def test_wrong_arguments_are_named(kind, message, call):
    with pytest.raises(kind, match=message):
        call()


@pytest.mark.parametrize(
    ("kind", "message", "change"),
    [
        (TypeError, "rule must be like", {"rule": "adam"}),
        (TypeError, "model must be like", {"model": ol.problems.square}),
        (TypeError, "dataset must be like", {"dataset": (X, Y)}),
        (ValueError, r"X must have shape \(n, 2\)", {"model": learning.MLP((2, 3))}),
        (ValueError, "got the label 2", {"model": learning.MLP((3, 2))}),
        (ValueError, "batch_size must be >= 1", {"batch_size": 0}),
        (ValueError, "batch_size must be at most", {"batch_size": 31}),
        (TypeError, "give epochs or steps", {"steps": None}),
        (TypeError, "give epochs or steps", {"epochs": 2}),
        (ValueError, "steps must be >= 0", {"steps": -1}),
        (ValueError, "epochs must be >= 0", {"steps": None, "epochs": -1}),
        (ValueError, "every must be >= 1", {"every": 0}),
        (ValueError, "seed must be >= 0", {"seed": -1}),
        (ValueError, r"start must have shape \(12, ...\)", {"start": np.ones(11)}),
        (ValueError, "finite", {"start": np.full(12, np.nan)}),
        (TypeError, "progress must be True or False", {"progress": "yes"}),
    ],
)
def test_wrong_arguments_of_train_are_named(kind, message, change):
    arguments = {"rule": ol.Adam(), "model": SOFTMAX, "dataset": small_dataset(),
                 "batch_size": 7, "steps": 2}  # fmt: skip
    with pytest.raises(kind, match=message):
        train(**arguments | change)


def test_a_split_that_leaves_out_a_class_is_refused(digits):
    with pytest.raises(ValueError, match=r"test_share must leave .*got test_share = 0\.001"):
        learning.load("digits", test_share=0.001)


def test_real_targets_are_refused():
    pytest.importorskip("sklearn", reason=NO_SKLEARN)
    with pytest.raises(ValueError, match="diabetes"):
        train(ol.Adam(), SOFTMAX, learning.load("diabetes"), 7, steps=1)
