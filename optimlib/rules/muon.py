"""Muon."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from optimlib.rules.hyperparameters import (
    DecayRate,
    LearningRate,
    NonNegative,
    Option,
    Positive,
    Range,
    WeightDecay,
)
from optimlib.rules.matrix_rule import MatrixRule
from optimlib.types import Array, Hyperparameter, Record


@dataclass(frozen=True)
class Muon(MatrixRule):
    r"""Muon: the momentum of a weight matrix with its singular values brought near to one.

    :math:`B_t = \beta B_{t-1} + G_t` and :math:`M_t = G_t + \beta B_t`; then Newton-Schulz steps,
    which need no singular value decomposition: from :math:`X_0 = M_t / (\|M_t\|_F + \varepsilon)`

    .. math:: A_k = X_{k-1} X_{k-1}^T, \qquad
              X_k = a X_{k-1} + (b A_k + c A_k^2) X_{k-1}, \qquad k = 1, \dots, 5,

    and :math:`W_t = W_{t-1} - \eta\, (s X_5 + \lambda W_{t-1})`.

    They keep the singular vectors and send every singular value σ of :math:`X_0` to
    :math:`a\sigma + b\sigma^3 + c\sigma^5`, five times: those above 0.0015 end in 0.68...1.20, not
    at one, and smaller ones grow up to 485-fold. A matrix with more rows than columns is
    transposed first, which changes nothing but the size of A.

    Biases and other parameters that are no matrices need another rule: see `Blocks`. Embeddings
    and the output layer usually get one too.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta : float, array over the batch, or schedule
        Weight β in [0, 1) of the past in the momentum.
    weight_decay : float, array over the batch, or schedule
        λ ≥ 0, decoupled as in `AdamW`: by default 0.1 in PyTorch, 0.004 in Keras, 0 in Optax.
    eps : float, array over the batch, or schedule
        ε ≥ 0, added to the norm. It is 1e-8 in Optax.
    a, b, c : float, array over the batch, or schedule
        The coefficients of the Newton-Schulz step, as tuned by Jordan; 2, -1.5 and 0.5 converge
        to one, more slowly.
    scale : {"columns", "rows", None}
        :math:`s = \sqrt{\max(1, \mathrm{columns}/\mathrm{rows})}`, the inverse ratio, or 1. The
        first is Optax's and the second PyTorch's: they mean the same, outputs over inputs of a
        layer, since a layer computes xW in Optax, in Keras and here and Wx in PyTorch.
    rms : float, array over the batch, or schedule, optional
        If given, :math:`s = \mathrm{rms} \sqrt{\max(\mathrm{rows}, \mathrm{columns})}`, instead of
        `scale`, which must be None: a step has about the size rms·η in every coordinate, with 0.2
        that of Adam. It is so in Keras, and in PyTorch's ``match_rms_adamw``.
    nesterov : bool
        If False, :math:`M_t = B_t`.
    average : bool
        Take the average :math:`B_t = \beta B_{t-1} + (1-\beta) G_t` and
        :math:`M_t = (1-\beta) G_t + \beta B_t`, as PyTorch and Optax. Only ε tells the difference.
    bias_correction : bool
        Divide B by :math:`1-\beta^t`; with `nesterov` as in `NAdam`, B by :math:`1-\beta^{t+1}` and
        G by :math:`1-\beta^t`, which Optax does. It needs `average`.
    clamped : bool
        Divide by :math:`\max(\|M_t\|_F, \varepsilon)`, as PyTorch.
    ns_steps : int
        The number of Newton-Schulz steps, at least 0.

    Raises
    ------
    ValueError
        If `scale` is not one of those named, or is given beside `rms`; if `bias_correction` is set
        without `average`; else as `Rule`.

    References
    ----------
    K. Jordan, Y. Jin, V. Boza, J. You, F. Cesista, L. Newhouse and J. Bernstein, *Muon: An
    optimizer for hidden layers in neural networks*, 2024,
    https://kellerjordan.github.io/posts/muon/. The size of `rms`: J. Liu et al., *Muon is Scalable
    for LLM Training*, 2025, arXiv:2502.16982.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.formula(ol.Muon(lr=0.02)))
    Gₜ = ∇f(Wₜ₋₁)
    Bₜ = β Bₜ₋₁ + Gₜ
    Mₜ = Gₜ + β Bₜ
    X₀ = Mₜ / (‖Mₜ‖_F + ε), rows ≤ columns
    Aₖ = Xₖ₋₁ Xₖ₋₁ᵀ, k = 1, …, 5
    Xₖ = a Xₖ₋₁ + (b Aₖ + c Aₖ²) Xₖ₋₁, k = 1, …, 5
    Wₜ = Wₜ₋₁ − η (√max(1, columns / rows) X₅ + λ Wₜ₋₁), rows ≤ columns
    """

    lr: LearningRate = 0.02
    beta: DecayRate = 0.95
    weight_decay: WeightDecay = 0.0
    eps: NonNegative = 1e-7
    a: Hyperparameter = 3.4445
    b: Hyperparameter = -4.7750
    c: Hyperparameter = 2.0315
    scale: str | None = "columns"
    rms: Positive | None = None
    nesterov: bool = True
    average: bool = False
    bias_correction: bool = False
    clamped: bool = False
    ns_steps: Annotated[Option[int], Range(ge=0)] = 5

    state = ("B",)
    forms: ClassVar = {
        "PyTorch": dict(average=True, clamped=True, scale="rows"),
        "Optax": dict(average=True, bias_correction=True),
        "Keras": dict(scale=None, rms=0.2),
        "without Nesterov": dict(nesterov=False),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.scale is not None and str(self.scale) not in ("columns", "rows"):
            raise ValueError(self._complaint("scale", self.scale, "'columns', 'rows' or None"))
        if self.rms is not None and self.scale is not None:
            raise ValueError(self._complaint("scale", self.scale, "None beside rms"))
        if self.bias_correction and not self.average:
            raise ValueError(
                "Muon: bias_correction must be False without average, got bias_correction = True"
            )

    def update(self, t: int, G: Array, B: Array, w: Array) -> Record:
        new = (1 - self.beta) * G if self.average else G
        B = self.beta * B + new
        record = dict(B=B)
        M = B
        if self.bias_correction:
            M = B / (1 - self.beta ** (t + 1 if self.nesterov else t))
            new = new / (1 - self.beta**t)
        if self.nesterov:
            M = new + self.beta * M
        if M is not B:
            record["M"] = M

        rows, columns = G.shape[-2:]
        X = M.mT if rows > columns else M
        norm = np.linalg.matrix_norm(X, keepdims=True)
        X = X / (np.maximum(norm, self.eps) if self.clamped else norm + self.eps)
        record["X0"] = X
        room = _room(X, self.ns_steps, (self.a, self.b, self.c))
        for k, (for_A, for_square, for_X) in enumerate(room, start=1):
            A = np.matmul(X, X.mT, out=for_A)
            square = np.matmul(A, A, out=for_square)
            X = _sum(self.a, X, np.matmul(_sum(self.b, A, square, self.c), X, out=for_X))
            record |= {f"A{k}": A, f"X{k}": X}
        if rows > columns:
            X = X.mT
        step = -self.lr * (self._scaled(X, rows, columns) + self.weight_decay * w)
        return record | dict(step=step)

    def _scaled(self, X, rows, columns):
        # Not np.sqrt, and .item(): a float64 would promote float32.
        if self.rms is not None:
            return self.rms * np.maximum(rows, columns).item() ** 0.5 * X
        if self.scale is None:
            return X
        ratio = columns / rows if self.scale == "columns" else rows / columns
        return np.maximum(1, ratio).item() ** 0.5 * X


# From so many numbers on memory costs more than arithmetic: it is asked for once in a step, and
# sums are made in place, in parts that stay in the processor's cache.
LARGE, PART = 2**14, 2**13


def _room(X, steps, factors):
    """Return for each step where A, its square and the new X go; None for small matrices."""
    large = isinstance(X, np.ndarray) and X.size >= LARGE
    if not large or np.result_type(X, *factors) != X.dtype:
        return [(None, None, None)] * steps
    A = np.empty((steps + 1, *X.shape[:-1], X.shape[-2]), X.dtype)
    new = np.empty((steps, *X.shape), X.dtype)
    return [(A[k], A[steps], new[k]) for k in range(steps)]


def _sum(a, X, Y, c=None):
    """Return aX + Y, or aX + cY, the same bits as by operators; a large Y is overwritten."""
    factors = (a,) if c is None else (a, c)
    small = not isinstance(Y, np.ndarray) or Y.size < LARGE
    if small or not X.dtype == Y.dtype == np.result_type(Y, *factors):
        return a * X + (Y if c is None else c * Y)
    rows = max(1, PART * Y.shape[-2] // Y.size)
    for first in range(0, Y.shape[-2], rows):
        part = Y[..., first : first + rows, :]
        if c is not None:
            np.multiply(c, part, out=part)
        np.add(a * X[..., first : first + rows, :], part, out=part)
    return Y
