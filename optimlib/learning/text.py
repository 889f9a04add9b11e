"""A small language: which word follows which, with frequent and rare words."""

from functools import partial

import numpy as np

from optimlib.checks import check_count, check_number
from optimlib.objective import Objective
from optimlib.types import Array, Points, Values


class Bigram(Objective):
    r"""Predicting the next word from the last one, by a score for every pair of words.

    Made by `bigram`. Of a point, the first ``words`` coordinates are the scores that follow the
    first context, and so on; points are of shape (d, \*batch).

    Attributes
    ----------
    frequencies : array, shape (contexts,)
        p, which add up to 1.
    targets : array, shape (contexts, words)
        The true probabilities q of the next word after each context.
    entropy : float
        The smallest loss there is.
    """

    def __init__(self, frequencies: Array, targets: Array) -> None:
        contexts, words = targets.shape
        super().__init__(
            f=partial(_loss, frequencies, targets),
            grad=partial(_gradient, frequencies, targets),
            name="bigram",
            variables=tuple(f"w{i}" for i in range(1, contexts * words + 1)),
            start=(0.0,) * (contexts * words),
        )
        self.frequencies, self.targets = frequencies, targets
        self.entropy = float(-frequencies @ (targets * np.log(targets)).sum(axis=1))
        self._ways.update(f="many", grad="many")

    def excess(self, w: Points) -> Values:
        r"""Return by context what the loss is too high by, shape (contexts, \*batch).

        It is the divergence of Kullback and Leibler, times the frequency. All of them together
        are f less `entropy`.
        """
        w = np.asarray(w, dtype=float)
        q = _aligned(self.targets, w)
        p = _aligned(self.frequencies, w)
        return p * (q * (np.log(q) - _log_softmax(self.targets.shape, w))).sum(axis=1)


def bigram(contexts: int = 200, words: int = 10, exponent: float = 1.0, seed: int = 0) -> Bigram:
    r"""Return the loss of a softmax bigram model over a language whose contexts have frequencies.

    .. math:: f(w) = \sum_k p_k \Big(\log \sum_j e^{w_{kj}} - \sum_j q_{kj} w_{kj}\Big),
              \qquad p_k \propto k^{-s}

    The loss and its gradient are exact: means over all of an endless text, in which context k
    comes with the frequency p and is followed by word j with the probability q. The q are a softmax
    of normal numbers. With s = 1 the frequencies follow Zipf's law, with s = 0 they are equal.

    Parameters
    ----------
    contexts, words : int
        How many contexts and, at least 2, next words there are. A point has contexts · words
        coordinates.
    exponent : float
        s ≥ 0.
    seed : int
        Of the probabilities.

    Returns
    -------
    Bigram

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of its range.

    References
    ----------
    F. Kunstner, R. Yadav, A. Milligan, M. Schmidt, A. Bietti, *Heavy-Tailed Class Imbalance and
    Why Adam Outperforms Gradient Descent on Language Models*, NeurIPS 2024, for models in which
    frequencies alone make the difference.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> from optimlib import learning
    >>> language = learning.bigram(contexts=4, words=3)
    >>> print(language.frequencies)
    [0.48 0.24 0.16 0.12]
    >>> w = ol.run(ol.GradientDescent(lr=2.0), language, np.zeros(12), steps=200)
    >>> bool(language.f(w) - language.entropy < 1e-6)
    True
    """
    check_count("contexts", contexts, least=1)
    check_count("words", words, least=2)
    check_count("seed", seed, least=0)
    check_number("exponent", exponent)
    if exponent < 0:
        raise ValueError(f"exponent must be >= 0, got exponent = {exponent!r}")
    frequencies = np.arange(1.0, contexts + 1) ** -float(exponent)
    scores = np.random.default_rng(seed).standard_normal((contexts, words))
    targets = np.exp(scores)
    return Bigram(frequencies / frequencies.sum(), targets / targets.sum(axis=1, keepdims=True))


def _aligned(values, w):
    """Return values of contexts, or of pairs, beside the scores of many points."""
    return values.reshape(*values.shape, *(1,) * (w.ndim - 1))


def _log_softmax(shape, w):
    scores = w.reshape(*shape, *w.shape[1:])
    scores = scores - scores.max(axis=1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def _loss(frequencies, targets, w):
    followed = (_aligned(targets, w) * _log_softmax(targets.shape, w)).sum(axis=1)
    return -(_aligned(frequencies, w) * followed).sum(axis=0)


def _gradient(frequencies, targets, w):
    wrong = np.exp(_log_softmax(targets.shape, w)) - _aligned(targets, w)
    return (_aligned(frequencies[:, None], w) * wrong).reshape(w.shape)
