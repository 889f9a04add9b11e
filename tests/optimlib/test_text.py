"""The bigram language: loss and gradient beside SciPy's softmax and finite differences."""

import numpy as np
import pytest
from variants import variant

import optimlib as ol
from optimlib import learning
from optimlib.learning import text

special = pytest.importorskip("scipy.special")


def assert_is_the_model(made, exponent=0.7):
    """Compare with the definition, written out word by word."""
    language = made.bigram(contexts=5, words=3, exponent=exponent, seed=4)
    p = np.array([1 / k**exponent for k in range(1, 6)])
    np.testing.assert_allclose(language.frequencies, p / p.sum(), rtol=1e-12)
    q = special.softmax(np.random.default_rng(4).standard_normal((5, 3)), axis=1)
    np.testing.assert_allclose(language.targets, q, rtol=1e-12)
    w = np.random.default_rng(1).normal(scale=3, size=15)
    loss = sum(
        language.frequencies[k] * -(q[k] @ special.log_softmax(w.reshape(5, 3)[k]))
        for k in range(5)
    )
    assert language.f(w) == pytest.approx(loss, rel=1e-12)
    divergence = special.rel_entr(q, special.softmax(w.reshape(5, 3), axis=1)).sum(axis=1)
    np.testing.assert_allclose(language.excess(w), language.frequencies * divergence, rtol=1e-9)
    assert language.excess(w).sum() == pytest.approx(language.f(w) - language.entropy, rel=1e-9)
    assert ol.check_gradient(language, w)
    np.testing.assert_allclose(language.grad(np.log(q).ravel()), 0, atol=1e-15)


def test_loss_and_gradient_are_those_of_the_model():
    assert_is_the_model(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("** -float(exponent)", "** float(exponent)"),
        ("** -float(exponent)", "** -(float(exponent) + 1)"),
        ("targets / targets.sum(axis=1, keepdims=True)", "targets / targets.sum()"),
        ("_aligned(frequencies[:, None], w) * wrong", "wrong"),
        (") - _aligned(targets, w)", ") - 0.9 * _aligned(targets, w)"),
        ("p * (q * (", "(q * ("),
    ],
)
def test_another_model_is_rejected(old, new):
    with pytest.raises(AssertionError):
        assert_is_the_model(variant(text, old, new))


def test_many_points_are_as_one_after_the_other():
    language = learning.bigram(contexts=4, words=3)
    w = np.random.default_rng(0).standard_normal((12, 2, 5))
    for function in (language.f, language.grad, language.excess):
        many = function(w)
        for i in np.ndindex(2, 5):
            np.testing.assert_allclose(many[..., *i], function(w[:, *i]), rtol=1e-12)


def test_large_scores_do_not_overflow():
    language = learning.bigram(contexts=2, words=2)
    w = np.array([1e4, -1e4, 0.0, 0.0])
    assert np.isfinite(language.f(w))
    assert np.all(np.isfinite(language.grad(w)))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"contexts": 0}, ValueError, "contexts must be >= 1"),
        ({"words": 1}, ValueError, "words must be >= 2"),
        ({"exponent": -1}, ValueError, "exponent must be >= 0"),
        ({"exponent": np.inf}, ValueError, "exponent must be"),
        ({"exponent": "1"}, TypeError, "exponent must be a number"),
        ({"seed": 0.5}, TypeError, "seed must be"),
    ],
)
def test_bad_arguments_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        learning.bigram(**arguments)


def assert_contexts_shrink_by_their_frequency(frequencies):
    """Near the minimum a context's error shrinks by 1 − η p λ, λ an eigenvalue of its softmax."""
    language = learning.bigram(contexts=6, words=4, exponent=1.0)
    lr, steps = 2.0, 50
    for k, q in enumerate(language.targets):
        values, vectors = np.linalg.eigh(np.diag(q) - np.outer(q, q))
        # Along an eigenvector, so near that the loss is a parabola.
        w = np.log(language.targets)
        w[k] += 1e-4 * vectors[:, -1]
        end = ol.run(ol.GradientDescent(lr), language, w.ravel(), steps).reshape(6, 4)
        left = (end[k] - np.log(q)) @ vectors[:, -1] / 1e-4
        assert left == pytest.approx((1 - lr * frequencies[k] * values[-1]) ** steps, rel=1e-3)


def test_contexts_shrink_by_their_frequency():
    p = 1 / np.arange(1.0, 7)
    assert_contexts_shrink_by_their_frequency(p / p.sum())
    with pytest.raises(AssertionError):
        assert_contexts_shrink_by_their_frequency(np.full(6, 1 / 6))
