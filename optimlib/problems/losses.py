"""Losses of a linear model on data of one's own."""

from collections.abc import Sequence

import numpy as np

from optimlib.checks import check_number, real_array
from optimlib.objective import Objective
from optimlib.types import Array, Points


def least_squares(
    X: Points, y: Points, l2: float = 0.0, variables: Sequence[str] | None = None
) -> Objective:
    r"""Return the loss of linear regression on data, convex in the weights.

    .. math:: f(w) = \frac1{2n} \sum_{i=1}^n (x_i \cdot w - y_i)^2
              + \tfrac{\lambda}{2} \lVert w \rVert^2

    Its gradient is Xᵀ(Xw − y)/n + λw, its Hessian XᵀX/n + λI. Where that has an inverse, the one
    minimum is known (``minima``): it solves the normal equations (XᵀX/n + λI) w = Xᵀy/n.

    Parameters
    ----------
    X : array, shape (n, d)
        One sample a row. A column of ones gives an intercept (which is then penalized too).
    y : array, shape (n,)
        The targets.
    l2 : float
        λ ≥ 0. With λ > 0 this is ridge regression.
    variables : sequence of str, optional
        The names of the d weights; by default w1, w2, ..., and w where there is only one.

    Returns
    -------
    Objective

    Raises
    ------
    ValueError
        If `X` is not a table of finite numbers, `y` is not a finite number for each row, `l2` is
        negative or not finite, or `variables` are not d different names.
    TypeError
        If an argument does not consist of real numbers.

    References
    ----------
    A. M. Legendre, *Nouvelles méthodes pour la détermination des orbites des comètes* (1805). With
    λ: A. E. Hoerl, R. W. Kennard, *Ridge Regression*, Technometrics 12 (1970) 55-67.

    Examples
    --------
    A line through three points:

    >>> import optimlib as ol
    >>> line = ol.problems.least_squares(
    ...     X=[[0, 1], [1, 1], [2, 1]], y=[1, 2, 5], variables=("slope", "intercept"))
    >>> line
    <Objective least_squares(slope, intercept)>
    >>> print(ol.run(ol.GradientDescent(lr=0.5), line, (0.0, 0.0), steps=200).round(4))
    [2.     0.6667]
    >>> print(line.grad((0.0, 0.0)).round(4), line.hess((0.0, 0.0)).round(4).tolist())
    [-4.     -2.6667] [[1.6667, 1.0], [1.0, 1.0]]
    """
    X, y = _data(X, y, l2)
    n, d = X.shape
    l2 = float(l2)
    hessian = X.T @ X / n + l2 * np.eye(d)
    # One minimum if the rows of X and of √(nλ) I, whose targets are 0, have full rank together.
    rows = np.vstack([X, np.sqrt(n * l2) * np.eye(d)])
    best, _, rank, _ = np.linalg.lstsq(rows, np.append(y, np.zeros(d)))
    best = best.tolist()
    reach = 2 * max(map(abs, best)) or 1.0

    def residuals(w):
        return (_like(X, w) @ w).T - _like(y, w)

    def f(w):
        return np.sum(residuals(w) ** 2, axis=-1) / (2 * n) + _penalty(l2, w)

    def grad(w):
        slope = _like(X, w).T @ residuals(w).T / n
        return slope + l2 * w if l2 else slope

    return _loss(
        "least_squares",
        (f, grad, lambda w: hessian),
        d,
        variables,
        domain=tuple((b - reach, b + reach) for b in best),
        minima=(best,) if rank == d else (),
    )


def logistic(
    X: Points, y: Points, l2: float = 0.0, variables: Sequence[str] | None = None
) -> Objective:
    r"""Return the loss of logistic regression on data, convex in the weights.

    .. math:: f(w) = \frac1n \sum_{i=1}^n \log(1 + e^{-y_i x_i \cdot w})
              + \tfrac{\lambda}{2} \lVert w \rVert^2

    with labels −1 and 1. Its Hessian is XᵀSX/n + λI with S = diag(σᵢ(1 − σᵢ)). No exponential
    overflows. For more than two classes there is `optimlib.learning.SoftmaxRegression`.

    Parameters
    ----------
    X : array, shape (n, d)
        One sample a row. A column of ones gives an intercept (which is then penalized too).
    y : array, shape (n,)
        The labels: all 0 or 1, or all −1 or 1. An array of truth values is taken as 0 and 1.
    l2 : float
        λ ≥ 0. With λ = 0 and separable data there is no minimum.
    variables : sequence of str, optional
        The names of the d weights; by default w1, w2, ..., and w where there is only one.

    Returns
    -------
    Objective

    Raises
    ------
    ValueError
        If `X` is not a table of finite numbers, `y` is not a label for each row, `l2` is negative
        or not finite, or `variables` are not d different names.
    TypeError
        If an argument does not consist of real numbers.

    References
    ----------
    D. R. Cox, *The regression analysis of binary sequences*, Journal of the Royal Statistical
    Society B 20 (1958) 215-242.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> loss = ol.problems.logistic([[1, 2], [1, -1], [1, 0]], [1, 0, 1], l2=0.1)
    >>> print(loss.f(np.zeros(2)).round(6), loss.grad(np.zeros(2)).round(6))
    0.693147 [-0.166667 -0.5     ]
    """
    if isinstance(y, np.ndarray) and y.dtype == bool:
        y = y.astype(float)
    X, y = _data(X, y, l2)
    y = 2 * y - 1 if np.all((y == 0) | (y == 1)) else y
    if not np.all(np.abs(y) == 1):
        found = ", ".join(map(str, np.unique(y)[:5].tolist()))
        raise ValueError(
            f"y must hold labels that are all 0 or 1, or all -1 or 1, got the labels {found}"
        )
    n, d = X.shape
    l2 = float(l2)
    signed = y[:, None] * X
    signed.setflags(write=False)

    def margins(w):
        return np.tensordot(_like(signed, w), w, 1)

    def f(w):
        return np.mean(np.logaddexp(0, -margins(w)), axis=0) + _penalty(l2, w)

    def grad(w):
        # σ(−m) = exp(−log(1 + eᵐ)).
        wrong = np.exp(-np.logaddexp(0, margins(w)))
        return l2 * w - np.tensordot(_like(signed, w).T, wrong, 1) / n

    def hess(w):
        m, rows = margins(w), _like(signed, w)
        spread = np.exp(-np.logaddexp(0, m) - np.logaddexp(0, -m))
        penalty = l2 * np.eye(d, dtype=w.dtype).reshape(d, d, *(1,) * (w.ndim - 1))
        return np.einsum("ni,n...,nj->ij...", rows, spread, rows, optimize=True) / n + penalty

    return _loss("logistic", (f, grad, hess), d, variables, domain=((-5.0, 5.0),) * d)


def _data(X: Points, y: Points, l2: float) -> tuple[Array, Array]:
    """Return copies of `X` and `y` as floats that cannot be written to, or raise an error."""
    rows, targets = (real_array(name, a).astype(float) for name, a in (("X", X), ("y", y)))
    if rows.ndim != 2 or not rows.size:
        raise ValueError(
            "X must be finite numbers of shape (n, d) with n, d >= 1, one sample a row, "
            f"got X of shape {rows.shape}: {X!r}"
        )
    if targets.shape != rows.shape[:1]:
        raise ValueError(
            f"y must have shape ({len(rows)},), a number for each row of X, "
            f"got y of shape {targets.shape}: {y!r}"
        )
    check_number("l2", l2)
    if l2 < 0:
        raise ValueError(f"l2 must be >= 0, got l2 = {l2!r}")
    for array in (rows, targets):
        array.setflags(write=False)
    return rows, targets


def _like(array, w):
    return array.astype(w.dtype, copy=False)


def _penalty(l2, w):
    return 0.5 * l2 * np.sum(w**2, axis=0) if l2 else 0.0


def _loss(name, readings, d, variables, domain, minima=()):
    """Return the `Objective` of functions that take w of shape (d, ...), also where d is 1."""
    one = d == 1
    if variables is None:
        variables = ("w",) if one else tuple(f"w{i}" for i in range(1, d + 1))
    elif not isinstance(variables, tuple | list) or len(variables) != d:
        raise ValueError(
            f"variables must be the names of the {d} columns of X, got variables = {variables!r}"
        )
    f, grad, hess = readings
    return Objective(
        f=(lambda w: f(np.asarray(w)[None])) if one else f,
        grad=(lambda w: grad(np.asarray(w)[None])[0]) if one else grad,
        hess=(lambda w: hess(np.asarray(w)[None])[0, 0]) if one else hess,
        name=name,
        variables=variables,
        domain=domain,
        minima=[point[0] if one else tuple(point) for point in minima],
        start=0.0 if one else (0.0,) * d,
    )
