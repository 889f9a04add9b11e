"""SOAP."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from optimlib.rules.eigen import eigen
from optimlib.rules.hyperparameters import DecayRate, LearningRate, NonNegative, Option, Range
from optimlib.rules.matrix_rule import MatrixRule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class SOAP(MatrixRule):
    r"""SOAP: Adam in the eigenvectors of Shampoo's matrices.

    With the bases :math:`P` and :math:`Q` of the step before, and :math:`G'_t = P^T G_t Q`,

    .. math:: M_t = \beta_1 M_{t-1} + (1-\beta_1) G_t, \qquad
              V_t = \beta_2 V_{t-1} + (1-\beta_2) G'_t \odot G'_t,

    .. math:: W_t = W_{t-1} - \eta\, P\, \frac{P^T \hat M_t Q}{\sqrt{\hat V_t} + \varepsilon}\, Q^T,

    where a hat stands for the bias correction of `Adam`. Then

    .. math:: L_t = \beta L_{t-1} + (1-\beta)\, G_t G_t^T, \qquad
              R_t = \beta R_{t-1} + (1-\beta)\, G_t^T G_t.

    P and Q begin as the eigenvectors of :math:`L_1` and :math:`R_1`. Every so many steps they come
    nearer to those of the newest by one power step: P becomes the orthogonal factor of
    :math:`L_t P`, its columns in the order of their estimated eigenvalues, Q likewise, and V is
    reordered with them.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta1, beta2 : float, array over the batch, or schedule
        Weights in [0, 1) of the past in M and in V.
    eps : float, array over the batch, or schedule
        ε ≥ 0, added to the root.
    beta : float, array over the batch, or schedule, optional
        The weight of the past in L and R; by default `beta2`.
    every : int
        The bases are renewed after so many steps, at least 1.
    skip_first : bool
        The first gradient is used for the bases alone: step 1 does not move, and the corrections
        count from step 2. It is so in the authors' implementation. If False, the first step is
        :math:`U V^T` of the gradient :math:`U \Sigma V^T`, up to ε.
    eps_before_correction : bool
        Divide by the root of V plus ε and correct the whole, as in the authors' implementation and
        `Adam`'s option of this name.

    Raises
    ------
    ValueError, TypeError
        As `Rule`.

    References
    ----------
    N. Vyas, D. Morwani, R. Zhao, I. Shapira, D. Brandfonbrener, L. Janson and S. Kakade, *SOAP:
    Improving and Stabilizing Shampoo using Adam*, 2024, arXiv:2409.11321.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import learning
    >>> model = learning.MLP((64, 16, 10))
    >>> rule = ol.Blocks({"W": ol.SOAP(lr=0.02), "b": ol.Adam(lr=0.02)}, model.shapes)
    >>> digits = learning.load("digits")
    >>> print(learning.train(rule, model, digits, batch_size=64, epochs=2).train_loss[-1] < 0.5)
    True
    """

    lr: LearningRate = 0.003
    beta1: DecayRate = 0.95
    beta2: DecayRate = 0.95
    eps: NonNegative = 1e-8
    beta: DecayRate | None = None
    every: Annotated[Option[int], Range(ge=1)] = 10
    skip_first: bool = True
    eps_before_correction: bool = False

    state = ("M", "V", "L", "R", "P", "Q")
    forms: ClassVar = {
        "moving at once": dict(skip_first=False),
        "renewed in every step": dict(every=1),
        "as its authors": dict(eps_before_correction=True),
        "slower bases": dict(beta=0.99),
    }

    def initial(self, w: Array) -> tuple[Array, ...]:
        zero, batch = np.zeros_like(w), w.shape[:-2]
        squares = [np.zeros((*batch, n, n), w.dtype) for n in w.shape[-2:]]
        return zero, zero, *squares, *(s + np.eye(s.shape[-1], dtype=w.dtype) for s in squares)

    def update(
        self, t: int, G: Array, M: Array, V: Array, L: Array, R: Array, P: Array, Q: Array
    ) -> Record:
        if t == 1:
            L, R = self._seen(G, L, R)
            P, Q = eigen(L)[1], eigen(R)[1]
        turned = P.mT @ G @ Q
        if t == 1 and self.skip_first:
            return dict(turned=turned, M=M, V=V, L=L, R=R, P=P, Q=Q, step=0 * G)
        M = self.beta1 * M + (1 - self.beta1) * G
        V = self.beta2 * V + (1 - self.beta2) * turned**2
        step = -self.lr * (P @ self._adam(t, P.mT @ M @ Q, V) @ Q.mT)
        if t > 1:
            L, R = self._seen(G, L, R)
            if (t - 1) % self.every == 0:
                P, order = _renewed(L, P)
                V = np.take_along_axis(V, order[..., :, None], axis=-2)
                Q, order = _renewed(R, Q)
                V = np.take_along_axis(V, order[..., None, :], axis=-1)
        return dict(turned=turned, M=M, V=V, L=L, R=R, P=P, Q=Q, step=step)

    def _adam(self, t, M, V):
        t = t - self.skip_first
        scale = np.sqrt(1 - self.beta2**t)
        if isinstance(scale, float):
            scale = float(scale)  # NumPy's own float64 would promote float32
        if self.eps_before_correction:
            return M / (1 - self.beta1**t) * scale / (np.sqrt(V) + self.eps)
        return M / (1 - self.beta1**t) / (np.sqrt(V) / scale + self.eps)

    def _seen(self, G, L, R):
        beta = self.beta2 if self.beta is None else self.beta
        return beta * L + (1 - beta) * (G @ G.mT), beta * R + (1 - beta) * (G.mT @ G)


def _renewed(A, Q):
    """Return the basis after a power step, and the order in which its columns come."""
    AQ = A @ Q
    order = np.argsort(-np.sum(Q * AQ, axis=-2), axis=-1, kind="stable")
    return np.linalg.qr(np.take_along_axis(AQ, order[..., None, :], axis=-1))[0], order
