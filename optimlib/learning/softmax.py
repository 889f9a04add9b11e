"""Softmax regression."""

from dataclasses import dataclass

import numpy as np

from optimlib.checks import check_count
from optimlib.learning.classifier import Classifier, cross_entropy_gradient
from optimlib.types import Array


@dataclass(frozen=True)
class SoftmaxRegression(Classifier):
    r"""Softmax regression: logistic regression with k classes.

    The scores of an example are :math:`s = xW + b`, the probabilities of the classes
    :math:`p_c = e^{s_c} / \sum_j e^{s_j}`. Its loss is convex.

    Parameters
    ----------
    features, classes : int
        The weights W have shape (features, classes).
    l2 : float
        The penalty λ ≥ 0 of ½ λ ‖W‖²; the biases are not penalized.

    Raises
    ------
    ValueError
        If `features` < 1, `classes` < 2, or `l2` is negative or not finite.
    TypeError
        If an argument is not a number.

    References
    ----------
    D. R. Cox, *The regression analysis of binary sequences*, Journal of the Royal Statistical
    Society B 20 (1958) 215-242; with more classes: J. S. Bridle, *Probabilistic interpretation
    of feedforward classification network outputs*, Neurocomputing (1990).

    Examples
    --------
    >>> from optimlib import learning
    >>> model = learning.SoftmaxRegression(features=64, classes=10)
    >>> model.dim, model.initial().shape
    (650, (650,))
    """

    features: int
    classes: int
    l2: float = 0.0

    def __post_init__(self) -> None:
        check_count("features", self.features, least=1)
        check_count("classes", self.classes, least=2)
        self._check()

    @property
    def widths(self) -> tuple[int, ...]:
        """The numbers of features and classes."""
        return self.features, self.classes

    def scores_of(self, w: Array, X: Array) -> Array:
        ((W, b),) = self.layers(w)
        return X @ W + b

    def gradient_of(self, w: Array, X: Array, Y: Array) -> Array:
        errors = cross_entropy_gradient(self.scores_of(w, X), Y)
        gradient = np.empty_like(w)
        ((W, _),), ((dW, db),) = self.layers(w), self.layers(gradient)
        np.matmul(X.T, errors, out=dW)
        np.add.reduce(errors, axis=0, out=db)
        if self.l2:
            dW += self.l2 * W
        return gradient
