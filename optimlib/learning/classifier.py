"""What the classifiers share: layers cut out of one parameter vector, and the loss on data."""

import math
from collections.abc import Sequence
from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimlib.checks import check_choice, check_count, check_number, real_array
from optimlib.objective import Objective
from optimlib.types import Array, ArrayLike, Points, Values

# The variance of a new weight between a layer of p units and one of q.
VARIANCES = {
    "zeros": lambda p, q: 0.0,
    "lecun": lambda p, q: 1 / p,
    "xavier": lambda p, q: 2 / (p + q),
    "he": lambda p, q: 2 / p,
}


class Classifier:
    r"""A model that gives each of k classes a score, with parameters in one flat vector.

    The vector holds, layer after layer, the weights W of shape (units before, units after), row
    by row, and then the biases b; `shapes` lists them. Many parameter vectors at once have shape
    (d, \*batch).

    A subclass has the fields or properties `widths`, the number of units of each layer from the
    features to the classes, and `l2`; and it defines, for one parameter vector, `scores_of` and
    `gradient_of`.
    """

    if TYPE_CHECKING:

        @property
        def widths(self) -> tuple[int, ...]: ...

        @property
        def classes(self) -> int: ...

        @property
        def l2(self) -> float: ...

    @property
    def default_initialization(self) -> str:
        """What `initial` takes unless told otherwise."""
        return "zeros"

    @property
    def criterion(self) -> str:
        """What the loss of an example is: "cross-entropy", in an `MLP` also "squared"."""
        return "cross-entropy"

    def _check(self):
        for i, width in enumerate(self.widths):
            check_count(f"widths[{i}]", width, least=1)
        check_count("classes", self.classes, least=2)
        check_number("l2", self.l2)
        if self.l2 < 0:
            raise ValueError(f"l2 must be finite and >= 0, got l2 = {self.l2!r}")

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The blocks in the parameter vector, name to shape: W1, b1, W2, b2, ... (see `Blocks`)."""
        shapes: dict[str, tuple[int, ...]] = {}
        for i, (p, q) in enumerate(pairwise(self.widths), start=1):
            shapes |= {f"W{i}": (p, q), f"b{i}": (q,)}
        return shapes

    @property
    def dim(self) -> int:
        """The number d of parameters."""
        return sum(map(math.prod, self.shapes.values()))

    @property
    def name(self) -> str:
        """What messages and tables call the model."""
        return f"{type(self).__name__} {'-'.join(map(str, self.widths))}"

    def layers(self, w: Array) -> list[tuple[Array, Array]]:
        """Return the weights and biases [(W, b), ...] of the layers, as views into `w`.

        Parameters
        ----------
        w : array, shape (d,)
        """
        layers, start = [], 0
        for p, q in pairwise(self.widths):
            end = start + p * q
            layers.append((w[start:end].reshape(p, q), w[end : end + q]))
            start = end + q
        return layers

    def initial(self, initialization: str | None = None, seed: int = 0) -> Array:
        """Return a parameter vector to start from.

        Biases are 0; weights are normal with mean 0 and a variance that depends on the numbers
        p and q of units before and after them.

        Parameters
        ----------
        initialization : {"zeros", "lecun", "xavier", "he"}, optional
            Variance 0, 1/p, 2/(p + q), 2/p. By default zeros for softmax regression, Xavier for
            tanh and He for ReLU networks.
        seed : int

        Returns
        -------
        array, shape (d,)

        Raises
        ------
        ValueError
            If `initialization` is unknown or `seed` is negative.
        TypeError
            If `seed` is not an integer.

        References
        ----------
        Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, *Efficient BackProp* (1998). X. Glorot and
        Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
        AISTATS 2010. K. He, X. Zhang, S. Ren, J. Sun, *Delving deep into rectifiers*, ICCV 2015.
        """
        if initialization is None:
            initialization = self.default_initialization
        check_choice("initialization", initialization, VARIANCES)
        check_count("seed", seed, least=0)
        random = np.random.default_rng(seed)
        w = np.zeros(self.dim)
        for W, _ in self.layers(w):
            W[:] = np.sqrt(VARIANCES[initialization](*W.shape)) * random.standard_normal(W.shape)
        return w

    def scores_of(self, w: Array, X: Array) -> Array:
        """Return the scores of the examples, shape (n, k), for one parameter vector."""
        raise NotImplementedError(f"{type(self).__name__} does not define scores_of")

    def gradient_of(self, w: Array, X: Array, Y: Array) -> Array:
        """Return the gradient of the mean loss, shape (d,), for one parameter vector.

        `Y` holds the labels as rows of the identity matrix, shape (n, k).
        """
        raise NotImplementedError(f"{type(self).__name__} does not define gradient_of")

    def penalty_of(self, w: Array) -> float:
        """Return ½ l2 ‖W‖², summed over the layers; biases are free."""
        if not self.l2:
            return 0.0
        return 0.5 * self.l2 * sum((W * W).sum() for W, _ in self.layers(w))

    def loss(self, X: Points, y: Points) -> "Loss":
        r"""Return the objective to be minimized: the mean loss and the L2 penalty.

        .. math:: f(w) = \frac1n \sum_i \Big(\log \sum_c e^{s_{ic}} - s_{i y_i}\Big)
                  + \frac{\lambda}{2} \sum_\ell \|W_\ell\|^2

        with the scores s of the examples. Where the `criterion` is ``"squared"``, an example's
        loss is :math:`\frac12 \sum_c (s_{ic} - y_{ic})^2`, with the one-hot labels
        :math:`y_{ic}` = 1 for the right class and 0 for the others: half the sum over the classes,
        not their mean.

        Parameters
        ----------
        X : array, shape (n, features)
        y : array of int, shape (n,)
            Labels 0...k − 1.

        Returns
        -------
        Loss

        Raises
        ------
        TypeError
            If `X` holds no numbers or `y` no integers.
        ValueError
            If the shapes do not fit, `X` is not finite, or a label is not one of 0...k − 1.
        """
        return Loss(self, X, y)

    def scores(self, w: Points, X: Points) -> Array:
        r"""Return each example's score for each class, shape (n, k, \*batch)."""
        w, X = self._parameters(w), self._features(X)
        points = _columns(w)
        scores = np.empty((len(X), self.classes, len(points)), dtype=w.dtype)
        X = X.astype(w.dtype, copy=False)
        for i, point in enumerate(points):
            scores[:, :, i] = self.scores_of(point, X)
        return scores.reshape(*scores.shape[:2], *w.shape[1:])

    def predict(self, w: Points, X: Points) -> Array:
        r"""Return the label with the highest score for each example, shape (n, \*batch)."""
        return self.scores(w, X).argmax(axis=1)

    def accuracy(self, w: Points, X: Points, y: Points) -> Values:
        r"""Return the share of the examples that are predicted rightly, shape (\*batch)."""
        return self.evaluate(w, X, y)[1]

    def evaluate(self, w: Points, X: Points, y: Points) -> tuple[Values, Values]:
        r"""Return the mean loss (without penalty) and the accuracy, each of shape (\*batch).

        Parameters
        ----------
        w : array, shape (d, \*batch)
        X : array, shape (n, features)
        y : array of int, shape (n,)
        """
        w, X = self._parameters(w), self._features(X)
        y = self._labels(y, len(X))
        X, Y = X.astype(w.dtype, copy=False), np.eye(self.classes, dtype=w.dtype)[y]
        losses, accuracies = [], []
        for point in _columns(w):
            scores = self.scores_of(point, X)
            losses.append(CRITERIA[self.criterion][0](scores, Y))
            accuracies.append(np.mean(scores.argmax(axis=1) == y))
        batch = w.shape[1:]
        losses = np.array(losses, dtype=w.dtype).reshape(batch)[()]
        return losses, np.array(accuracies, dtype=float).reshape(batch)[()]

    def _parameters(self, w: ArrayLike, argument: str = "w") -> Array:
        w = real_array(argument, w, finite=False)
        if w.ndim == 0 or w.shape[0] != self.dim:
            raise ValueError(
                f"{argument} must have shape ({self.dim}, ...) for {self.name}, "
                f"got {argument} of shape {w.shape}"
            )
        return w

    def _features(self, X: ArrayLike) -> Array:
        if isinstance(X, np.ndarray) and X.dtype == bool:
            X = X.astype(float)
        X = real_array("X", X)
        if X.ndim != 2 or X.shape[1] != self.widths[0] or not len(X):
            raise ValueError(
                f"X must have shape (n, {self.widths[0]}) with n > 0 for {self.name}, "
                f"got X of shape {X.shape}"
            )
        return X

    def _labels(self, y: ArrayLike, n: int) -> Array:
        real_array("y", y)
        labels = np.asarray(y)
        if labels.dtype.kind not in "iu":
            raise TypeError(f"y must hold labels, which are integers, got y = {labels!r}")
        if labels.shape != (n,):
            raise ValueError(
                f"y must have shape ({n},), as X has rows, got y of shape {labels.shape}"
            )
        wrong = labels[(labels < 0) | (labels >= self.classes)]
        if wrong.size:
            raise ValueError(
                f"y must hold labels from 0 to {self.classes - 1} for {self.name}, "
                f"got the label {wrong[0]}"
            )
        return labels


class Loss(Objective):
    r"""The mean loss of a classifier on data, as a function of its parameters.

    Made by ``model.loss(X, y)``. The parameters are called w1, w2, ...; points are of shape
    (d, \*batch), one parameter vector in each column.

    Attributes
    ----------
    model : Classifier
    X : array, shape (n, features)
    Y : array, shape (n, k)
        The labels as rows of the identity matrix.

    Examples
    --------
    With all scores 0 each of k classes has probability 1/k, so the loss is log k.

    >>> import numpy as np
    >>> from optimlib import learning
    >>> model = learning.SoftmaxRegression(features=2, classes=3)
    >>> loss = model.loss(X=[[0.0, 1.0], [2.0, -1.0]], y=[0, 2])
    >>> print(loss.f(np.zeros(model.dim)) == np.log(3), loss.grad(np.zeros((9, 50))).shape)
    True (9, 50)
    """

    def __init__(self, model: Classifier, X: Points, y: Points) -> None:
        X = model._features(X)
        Y = np.eye(model.classes, dtype=X.dtype)[model._labels(y, len(X))]
        super().__init__(
            f=partial(_value, model, X, Y),
            grad=partial(_gradient, model, X, Y),
            name=model.name,
            variables=_names(model.dim),
            start=tuple(model.initial()),
        )
        self.model, self.X, self.Y = model, X, Y
        self._ways.update(f="many", grad="many")

    def take(self, rows: Array | Sequence[int]) -> "Loss":
        """Return the mean loss on some of the examples, given by their numbers."""
        # A step of training makes one of these, so what depends on the model alone is shared.
        part = object.__new__(Loss)
        part.__dict__.update(self.__dict__)
        part.X, part.Y = self.X.take(rows, axis=0), self.Y.take(rows, axis=0)
        part._f = partial(_value, self.model, part.X, part.Y)
        part._grad = partial(_gradient, self.model, part.X, part.Y)
        return part


def cross_entropy(scores: Array, Y: Array) -> float:
    """Return the mean of log Σ exp(scores) − (score of the right class), without overflow."""
    largest = scores.max(axis=1, keepdims=True)
    scores = scores - largest
    return (np.log(np.exp(scores).sum(axis=1)) - (scores * Y).sum(axis=1)).mean()


def cross_entropy_gradient(scores: Array, Y: Array) -> Array:
    """Return the gradient (p − Y)/n of `cross_entropy` in the scores.

    p are the softmax probabilities exp(s) / Σ exp(s).
    """
    # One row for each class: a few long rows are faster to reduce than many short ones.
    p = scores.T.copy()
    p -= np.maximum.reduce(p, axis=0)
    np.exp(p, out=p)
    p /= np.add.reduce(p, axis=0)
    p -= Y.T
    p /= len(Y)
    return p.T


def squared_error(scores: Array, Y: Array) -> float:
    """Return the mean over the examples of ½ Σ (scores − Y)², summed over the classes."""
    errors = scores - Y
    return 0.5 * (errors * errors).sum(axis=1).mean()


def squared_error_gradient(scores: Array, Y: Array) -> Array:
    """Return the gradient (s − Y)/n of `squared_error` in the scores s."""
    return (scores - Y) / len(Y)


# The loss of an example and its gradient in the scores, by the criterion.
CRITERIA = {
    "cross-entropy": (cross_entropy, cross_entropy_gradient),
    "squared": (squared_error, squared_error_gradient),
}


def _value(model, X, Y, w):
    X, Y = X.astype(w.dtype, copy=False), Y.astype(w.dtype, copy=False)
    values = [
        CRITERIA[model.criterion][0](model.scores_of(point, X), Y) + model.penalty_of(point)
        for point in _columns(w)
    ]
    return np.array(values, dtype=w.dtype).reshape(w.shape[1:])[()]


def _gradient(model, X, Y, w):
    X, Y = X.astype(w.dtype, copy=False), Y.astype(w.dtype, copy=False)
    if w.size == len(w):
        return model.gradient_of(w.reshape(-1), X, Y).reshape(w.shape)
    # One run after the other: a run's arrays fit into the cache, and its numbers do not depend
    # on how many others there are.
    points = _columns(w)
    gradients = np.empty_like(points)
    for gradient, point in zip(gradients, points, strict=True):
        gradient[:] = model.gradient_of(point, X, Y)
    return np.ascontiguousarray(gradients.T).reshape(w.shape)


def _columns(w):
    """Return the points of `w`, shape (d, *batch), as contiguous rows."""
    return np.ascontiguousarray(w.reshape(len(w), -1).T)


@cache
def _names(d):
    return tuple(f"w{i}" for i in range(1, d + 1))
