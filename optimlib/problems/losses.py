"""Losses of a model on data."""

import numpy as np

from optimlib.checks import check_number, real_array
from optimlib.objective import Objective
from optimlib.types import Points


def logistic(features: Points, labels: Points, l2: float = 0.0) -> Objective:
    r"""Return the loss of logistic regression on data, convex in the weights.

    .. math:: f(w) = \frac1n \sum_{i=1}^n \log(1 + e^{-y_i x_i \cdot w})
              + \tfrac{\lambda}{2} \lVert w \rVert^2

    Its Hessian is XᵀSX/n + λI with S = diag(σᵢ(1 − σᵢ)). No exponential overflows. Code with
    matrices: formulas and JavaScript cannot be read from it.

    Parameters
    ----------
    features : array, shape (n, d)
        X, one sample a row. A column of ones gives an intercept (which is then penalized too).
    labels : array, shape (n,)
        y, each −1 or 1.
    l2 : float
        λ ≥ 0. With λ = 0 and separable data there is no minimum.

    Raises
    ------
    ValueError
        If `features` is not a table of finite numbers, `labels` are not −1 or 1 for each row, or
        `l2` is negative or not finite.
    TypeError
        If `l2` is not a number.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> loss = ol.problems.logistic([[1, 2], [1, -1], [1, 0]], [1, -1, 1], l2=0.1)
    >>> print(loss.f(np.zeros(2)).round(6), loss.grad(np.zeros(2)).round(6))
    0.693147 [-0.166667 -0.5     ]
    """
    x = real_array("features", features).astype(float)
    y = real_array("labels", labels).astype(float)
    if x.ndim != 2 or not x.size:
        raise ValueError(
            "features must be finite numbers of shape (n, d) with n, d >= 1, "
            f"got features of shape {x.shape}: {features!r}"
        )
    if y.shape != x.shape[:1] or not np.all(np.abs(y) == 1):
        raise ValueError(
            f"labels must be -1 or 1 for each of the {len(x)} rows, got labels = {labels!r}"
        )
    check_number("l2", l2)
    if l2 < 0:
        raise ValueError(f"l2 must be >= 0, got l2 = {l2!r}")
    count, dim = x.shape
    signed = y[:, None] * x

    def rows(w):
        return signed.astype(w.dtype, copy=False)

    def margins(w):
        return np.tensordot(rows(w), w, 1)

    def f(w):
        losses = np.logaddexp(0, -margins(w))
        return np.mean(losses, axis=0) + 0.5 * l2 * np.sum(w**2, axis=0)

    def grad(w):
        # σ(−m) = exp(−log(1 + eᵐ)).
        wrong = np.exp(-np.logaddexp(0, margins(w)))
        return l2 * w - np.tensordot(rows(w).T, wrong, 1) / count

    def hess(w):
        m, data = margins(w), rows(w)
        spread = np.exp(-np.logaddexp(0, m) - np.logaddexp(0, -m))
        penalty = l2 * np.eye(dim, dtype=w.dtype).reshape(dim, dim, *(1,) * (w.ndim - 1))
        return np.einsum("ni,n...,nj->ij...", data, spread, data, optimize=True) / count + penalty

    one = dim == 1
    return Objective(
        f=(lambda w: f(np.asarray(w)[None])) if one else f,
        grad=(lambda w: grad(np.asarray(w)[None])[0]) if one else grad,
        hess=(lambda w: hess(np.asarray(w)[None])[0, 0]) if one else hess,
        name="logistic",
        variables=("w",) if one else tuple(f"w{i}" for i in range(1, dim + 1)),
        domain=((-5.0, 5.0),) * dim,
        start=0.0 if one else (0.0,) * dim,
    )
