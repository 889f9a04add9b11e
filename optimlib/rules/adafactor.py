"""Adafactor."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimlib.rules.hyperparameters import LearningRate, NonNegative, Positive
from optimlib.rules.matrix_rule import MatrixRule
from optimlib.types import Array, Record


def root_mean_square(X: Array) -> Array:
    """Return √(mean of the squares) of each matrix of a stack, shape (..., 1, 1)."""
    return np.sqrt(np.mean(X**2, axis=(-2, -1), keepdims=True))


@dataclass(frozen=True)
class Adafactor(MatrixRule):
    r"""Adafactor: of the squares of a matrix only the means of its rows and columns are kept.

    With :math:`\beta_t = 1 - t^{-p}`, the row means :math:`R_t` and column means :math:`C_t` of
    :math:`G_t^2 + \varepsilon` are averaged, for an n × m matrix n + m numbers in place of nm:

    .. math:: R_t = \beta_t R_{t-1} + (1-\beta_t)\, \mathrm{rows}(G_t^2 + \varepsilon), \qquad
              C_t = \beta_t C_{t-1} + (1-\beta_t)\, \mathrm{columns}(G_t^2 + \varepsilon),

    :math:`V_t = R_t C_t / \mathrm{mean}(R_t)`, :math:`U_t = G_t / \sqrt{V_t}` by entry, and

    .. math:: W_t = W_{t-1} - \rho_t \max(f, \mathrm{rms}(W_{t-1}))\,
                    \frac{U_t}{\max(1, \mathrm{rms}(U_t) / c)}, \qquad
              \rho_t = \min(\eta, 1/\sqrt t).

    rms is the root of the mean square of all entries. V is exact where the squares are a column
    times a row, and so it is for a vector, which counts as a matrix of one column: vectors are not
    factored. It runs in `Blocks`, on matrices and on vectors.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0, a share of the weights' rms. It is 0.001 in Keras; Optax has none,
        which means 1.
    power : float, array over the batch, or schedule
        p > 0: the mean forgets more slowly with every step, and the first needs no correction.
    eps : float, array over the batch, or schedule
        ε ≥ 0.
    floor : float, array over the batch, or schedule
        f ≥ 0, the least size that weights count as, so that those that start at 0 move.
    limit : float, array over the batch, or schedule, optional
        c > 0: what is longer in the mean is shortened to it. None leaves the step as it is.
    capped : bool
        Whether the rate is at most 1/√t, as in the paper, PyTorch and Keras. Optax has no cap.
    relative : bool
        Multiply by the weights' rms. If False, :math:`\max(f, \mathrm{rms}(W))` is left out:
        Optax's ``multiply_by_parameter_scale=False``.
    factored : bool
        If False, the whole mean :math:`V_t` of the squares is kept: Optax does so for a matrix with
        a side below 128.
    clamped : bool
        Have PyTorch's ε, 2⁻⁵² for float64: nothing is added to the squares, but mean(R) is at least
        ε and V at least ε². There the bound of mean(R) is not for vectors: set `factored` to False
        for these.

    References
    ----------
    N. Shazeer and M. Stern, *Adafactor: Adaptive Learning Rates with Sublinear Memory Cost*,
    ICML 2018.

    Examples
    --------
    Squares that are a column times a row are known from their means:

    >>> import numpy as np
    >>> import optimlib as ol
    >>> G = np.array([[[1.0, 2.0], [3.0, 6.0], [0.0, 0.0]]])
    >>> rule = ol.Adafactor(lr=0.1, eps=0.0)
    >>> first = rule.update(1, G, *rule.initial(G), w=np.ones_like(G))
    >>> print(first["R"][0].T, first["C"][0])
    [[ 2.5 22.5  0. ]] [[ 3.33333333 13.33333333]]
    >>> print(first["V"][0].round(12).tolist())
    [[1.0, 4.0], [9.0, 36.0], [0.0, 0.0]]

    It keeps 64 + 16 numbers for the first layer of this network, and Adam 2 · 1,024:

    >>> from optimlib import learning
    >>> model = learning.MLP((64, 16, 10))
    >>> rule = ol.Blocks({"rest": ol.Adafactor(lr=0.1)}, model.shapes)
    >>> states = dict(zip(rule.state, rule.initial(model.initial()[:, None])))
    >>> print({name: state.size for name, state in states.items() if "1" in name})
    {'W1.R': 64, 'W1.C': 16, 'b1.R': 16, 'b1.C': 1}
    """

    lr: LearningRate = 1e-2
    power: Positive = 0.8
    eps: NonNegative = 1e-30
    floor: NonNegative = 1e-3
    limit: Positive | None = 1.0
    capped: bool = True
    relative: bool = True
    factored: bool = True
    clamped: bool = False

    vectors: ClassVar = True
    forms: ClassVar = {
        "PyTorch": dict(clamped=True, eps=2.0**-52),
        "Keras": dict(lr=1e-3),
        "Optax": dict(lr=1.0, capped=False),
        "Optax, small matrices": dict(lr=1.0, capped=False, factored=False),
        "not relative": dict(relative=False),
        "not limited": dict(limit=None),
    }

    @property
    def state(self) -> tuple[str, ...]:
        return ("R", "C") if self.factored else ("V",)

    def initial(self, w: Array) -> tuple[Array, ...]:
        if not self.factored:
            return (np.zeros_like(w),)
        return np.zeros_like(w[..., :1]), np.zeros_like(w[..., :1, :])

    def update(self, t: int, G: Array, *means: Array, w: Array) -> Record:
        squares = G**2 if self.clamped else G**2 + self.eps
        share = t**-self.power
        if self.factored:
            R, C, V = self._factored(share, squares, *means)
            record = dict(R=R, C=C, V=V)
        else:
            V = (1 - share) * means[0] + share * squares
            record = dict(V=V)
        V = np.maximum(V, self.eps**2) if self.clamped else V
        # Where ε is 0 and there was no gradient yet there is no step.
        U = G / np.sqrt(np.where(V > 0, V, 1))
        record |= dict(U=U)
        if self.limit is not None:
            U = U / np.maximum(1, root_mean_square(U) / self.limit)
        size = np.maximum(self.floor, root_mean_square(w)) if self.relative else np.ones_like(V)
        rate = self.lr * size
        if self.capped:
            rate = np.minimum(rate, size * t**-0.5)
        return record | dict(step=-rate * U)

    def _factored(self, share, squares, R, C):
        R = (1 - share) * R + share * np.mean(squares, axis=-1, keepdims=True)
        C = (1 - share) * C + share * np.mean(squares, axis=-2, keepdims=True)
        mean = np.mean(R, axis=-2, keepdims=True)
        mean = np.maximum(mean, self.eps) if self.clamped else mean
        return R, C, R * C / np.where(mean > 0, mean, 1)
