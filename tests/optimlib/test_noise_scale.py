"""The noise scale: beside the covariance and the Hessian written out, and what it predicts."""

import numpy as np
import pytest
from variants import variant

from optimlib import learning
from optimlib.learning import noise


def problem():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((40, 3)), rng.integers(0, 3, 40)
    model = learning.SoftmaxRegression(features=3, classes=3)
    return model.loss(X, y), 0.5 * rng.standard_normal(model.dim)


def hessian(loss, w, h=1e-5):
    """Return the Hessian by central differences, column by column."""
    columns = [(loss.grad(w + h * e) - loss.grad(w - h * e)) / (2 * h) for e in np.eye(len(w))]
    return np.array(columns).T


def assert_is_the_noise_scale(made):
    loss, w = problem()
    found = made.noise_scale(loss, w, curvature=True)
    each = np.array([loss.take([i]).grad(w) for i in range(40)])
    covariance = np.cov(each.T, bias=True)
    g, H = each.mean(axis=0), hessian(loss, w)
    assert found.noise == pytest.approx(np.trace(covariance), rel=1e-9)
    assert found.square == pytest.approx(g @ g, rel=1e-9)
    assert found.scale == pytest.approx(np.trace(covariance) / (g @ g), rel=1e-9)
    assert found.weighted == pytest.approx(np.trace(H @ covariance) / (g @ H @ g), rel=1e-4)


def test_noise_scale_is_that_of_the_paper():
    assert_is_the_noise_scale(noise)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("loss.take([i]).grad(w) - g", "loss.take([i]).grad(w)"),
        ("/ len(apart)), float(g @ g)", "/ (len(apart) - 1)), float(g @ g)"),
        ("float(g @ bend(g))", "float(g @ g)"),
        ("float(row @ bend(row))", "float(row @ row)"),
    ],
)
def test_another_scale_is_rejected(old, new):
    with pytest.raises(AssertionError):
        assert_is_the_noise_scale(variant(noise, old, new))


@pytest.mark.parametrize("batch", [2, 8, 32])
def test_best_step_gains_what_the_noise_scale_says(batch):
    """With the best rate the mean decrease of the quadratic model is 1 / (1 + 𝓑/B) of the most."""
    loss, w = problem()
    scale = learning.noise_scale(loss, w, curvature=True).weighted
    g, H = loss.grad(w), hessian(loss, w)
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 40, (4000, batch))
    steps = np.array([loss.take(r).grad(w) for r in rows])
    bend = np.einsum("ni,ij,nj->n", steps, H, steps).mean()
    # The slope along a mean step is ‖g‖²: the batch is unbiased.
    gain, most = (g @ g) ** 2 / (2 * bend), (g @ g) ** 2 / (2 * g @ H @ g)
    assert gain / most == pytest.approx(1 / (1 + scale / batch), rel=0.05)


def test_flat_place_has_an_infinite_scale():
    model = learning.SoftmaxRegression(features=1, classes=2)
    loss = model.loss([[1.0], [1.0]], [0, 1])
    found = learning.noise_scale(loss, np.zeros(model.dim), curvature=True)
    assert found.square == 0
    assert found.scale == found.weighted == np.inf


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((1.0, np.zeros(12)), TypeError, "loss must be like model.loss"),
        ((problem()[0], np.zeros(5)), ValueError, r"w must have shape \(12,\)"),
        ((problem()[0], np.zeros(12), 1), TypeError, "curvature must be True or False"),
    ],
)
def test_bad_arguments_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        learning.noise_scale(*arguments)
