"""Mini-batches: which part of the data each step sees."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optimlib.checks import check_count
from optimlib.learning.classifier import Loss
from optimlib.objective import Stream
from optimlib.types import Array


@dataclass(frozen=True)
class Batches:
    """Passes through n examples in random order, a batch at a time.

    Each epoch is a new permutation of the examples, cut into batches; the last batch of an epoch
    is smaller if `batch_size` does not divide `n`. The batch of step t depends on `seed` and t
    alone, so that steps can be repeated, skipped and compared.

    Parameters
    ----------
    n : int
        The number of examples.
    batch_size : int
        From 1 to n.
    seed : int

    Raises
    ------
    TypeError
        If an argument is not an integer.
    ValueError
        If `batch_size` is not in 1...n, `n` < 1 or `seed` < 0.

    Examples
    --------
    >>> from optimlib import learning
    >>> batches = learning.Batches(n=5, batch_size=2, seed=0)
    >>> for t in range(1, 1 + batches.per_epoch):
    ...     print(batches.rows(t))
    [1 4]
    [3 0]
    [2]
    """

    n: int
    batch_size: int
    seed: int = 0

    def __post_init__(self) -> None:
        check_count("n", self.n, least=1)
        check_count("batch_size", self.batch_size, least=1)
        check_count("seed", self.seed, least=0)
        if self.batch_size > self.n:
            raise ValueError(
                f"batch_size must be at most the number of examples, {self.n}, "
                f"got batch_size = {self.batch_size!r}"
            )

    @property
    def per_epoch(self) -> int:
        """The number of batches in an epoch."""
        return -(-self.n // self.batch_size)

    def rows(self, t: int) -> Array:
        """Return the numbers of the examples that step t = 1, 2, ... sees."""
        epoch, part = divmod(t - 1, self.per_epoch)
        first = part * self.batch_size
        return _permutation(self.n, self.seed, epoch)[first : first + self.batch_size]


@lru_cache(maxsize=16)
def _permutation(n, seed, epoch):
    # epoch + 1: to NumPy the seeds (s, 0) and s are the same, and s makes starting points.
    order = np.random.default_rng((seed, epoch + 1)).permutation(n)
    order.flags.writeable = False
    return order


def minibatches(loss: Loss, batch_size: int, seed: int = 0) -> Stream:
    """Return the stream of mini-batch losses of a loss.

    Its values are those of the whole data; step t of an optimizer sees the mean loss over the
    examples ``Batches(n, batch_size, seed).rows(t)``. A batch of all n examples is the loss
    itself.

    Parameters
    ----------
    loss : Loss
        As made by ``model.loss(X, y)``.
    batch_size : int
        From 1 to the number of examples.
    seed : int
        Chooses the order of the examples.

    Returns
    -------
    Stream
        For `iterate`, `trace` and `run`.

    Raises
    ------
    TypeError
        If `loss` is not a `Loss`, or `batch_size` or `seed` not an integer.
    ValueError
        If `batch_size` is not in 1...n or `seed` is negative.

    References
    ----------
    H. Robbins and S. Monro, *A stochastic approximation method*, Annals of Mathematical
    Statistics 22 (1951) 400-407.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import learning
    >>> data = learning.load("digits")
    >>> model = learning.SoftmaxRegression(features=64, classes=10)
    >>> loss = model.loss(data.X_train, data.y_train)
    >>> stream = learning.minibatches(loss, batch_size=64)
    >>> w = ol.run(ol.Adam(lr=0.01), stream, model.initial(), steps=200)
    >>> print(f"{loss.f(w):.1f}", model.accuracy(w, data.X_test, data.y_test) > 0.93)
    0.3 True
    """
    if not isinstance(loss, Loss):
        raise TypeError(f"loss must be like model.loss(X, y), got loss = {loss!r}")
    batches = Batches(len(loss.X), batch_size, seed)
    if batches.per_epoch == 1:
        return Stream(loss, lambda t: loss)
    return Stream(loss, lambda t: loss.take(batches.rows(t)))
