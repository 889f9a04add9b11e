"""A multilayer perceptron with its gradient by backpropagation."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from optimlib.checks import check_choice
from optimlib.learning.classifier import CRITERIA, Classifier
from optimlib.types import Array


@dataclass(frozen=True)
class MLP(Classifier):
    r"""A multilayer perceptron: layers of units, each a nonlinear function of those before.

    From the features :math:`h_0 = x` the hidden layers are
    :math:`h_\ell = \varphi(h_{\ell-1} W_\ell + b_\ell)`; the last layer is linear and gives the
    scores, whose softmax are the probabilities of the classes.

    Parameters
    ----------
    widths : tuple of int
        The numbers of units, from the features to the classes: (64, 32, 10) has one hidden
        layer.
    activation : {"tanh", "relu"}
        φ(z) = tanh z or max(z, 0). At 0 the derivative of the latter is taken as 0.
    l2 : float
        The penalty λ ≥ 0 of ½ λ ‖W‖², summed over the layers; the biases are not penalized.
    criterion : {"cross-entropy", "squared"}
        The loss of an example: that of the softmax, or ½ Σ (score − y)² over the classes, where y
        is 1 for the right class and 0 for the others. The objective is the mean over the
        examples. PyTorch's ``MSELoss`` takes the mean over the classes too and no half: it is 2/k
        times this one for k classes.

    Raises
    ------
    ValueError
        If there are less than two widths, a width is < 1, there are less than two classes,
        `activation` or `criterion` is unknown, or `l2` is negative or not finite.
    TypeError
        If `widths` is not a tuple or list of integers or `l2` is not a number.

    References
    ----------
    D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning representations by back-propagating
    errors*, Nature 323 (1986) 533-536.

    Examples
    --------
    >>> from optimlib import learning
    >>> model = learning.MLP((64, 32, 10))
    >>> model.dim, [(W.shape, b.shape) for W, b in model.layers(model.initial())]
    (2410, [((64, 32), (32,)), ((32, 10), (10,))])

    With all scores 0 each of ten classes has probability 1/10; and one of ten scores is off by 1.

    >>> import numpy as np
    >>> for criterion in ("cross-entropy", "squared"):
    ...     model = learning.MLP((64, 32, 10), criterion=criterion)
    ...     print(model.loss(np.ones((3, 64)), [0, 3, 9]).f(np.zeros(2410)).round(4))
    2.3026
    0.5
    """

    widths: tuple[int, ...]
    activation: str = "tanh"
    l2: float = 0.0
    criterion: str = "cross-entropy"

    def __post_init__(self) -> None:
        if not isinstance(self.widths, tuple | list):
            raise TypeError(f"widths must be like (64, 32, 10), got widths = {self.widths!r}")
        if len(self.widths) < 2:
            raise ValueError(
                "widths must name the features and the classes, like (64, 32, 10), "
                f"got widths = {self.widths!r}"
            )
        object.__setattr__(self, "widths", tuple(self.widths))
        check_choice("activation", self.activation, ("tanh", "relu"))
        check_choice("criterion", self.criterion, CRITERIA)
        self._check()

    @property
    def features(self) -> int:
        """The number of features."""
        return self.widths[0]

    @property
    def classes(self) -> int:
        """The number of classes."""
        return self.widths[-1]

    @property
    def default_initialization(self) -> str:
        """He for ReLU, Xavier for tanh."""
        return "he" if self.activation == "relu" else "xavier"

    def activations(self, w: Array, X: Array) -> list[Array]:
        """Return the values of all layers, from the features `X` to the scores.

        Parameters
        ----------
        w : array, shape (d,)
        X : array, shape (n, features)

        Returns
        -------
        list of arrays, shape (n, units)
        """
        *hidden, (W, b) = self.layers(w)
        activate = np.tanh if self.activation == "tanh" else partial(np.maximum, 0)
        values = [X]
        for V, c in hidden:
            z = values[-1] @ V
            z += c
            values.append(activate(z, out=z))
        scores = values[-1] @ W
        scores += b
        return [*values, scores]

    def scores_of(self, w: Array, X: Array) -> Array:
        return self.activations(w, X)[-1]

    def gradient_of(self, w: Array, X: Array, Y: Array) -> Array:
        *values, scores = self.activations(w, X)
        gradient = np.empty_like(w)
        layers, derivatives = self.layers(w), self.layers(gradient)
        # The derivatives of the loss in what enters each layer's units, from the last to the first.
        errors = CRITERIA[self.criterion][1](scores, Y)
        for i in reversed(range(len(layers))):
            (W, _), (dW, db), h = layers[i], derivatives[i], values[i]
            np.matmul(h.T, errors, out=dW)
            np.add.reduce(errors, axis=0, out=db)
            if self.l2:
                dW += self.l2 * W
            if i:
                errors = errors @ W.T
                errors *= 1 - h * h if self.activation == "tanh" else h > 0
        return gradient
