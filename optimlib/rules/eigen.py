"""Eigenvectors of stacks of symmetric matrices, for rules that precondition by matrices."""

import numpy as np

from optimlib.types import Array


def eigen(A: Array) -> tuple[Array, Array]:
    r"""Return eigenvalues in falling order and eigenvectors; nan where a matrix is not finite.

    Parameters
    ----------
    A : array, shape (\*batch, n, n)
        Symmetric matrices.

    Returns
    -------
    eigenvalues : array, shape (\*batch, n)
    eigenvectors : array, shape (\*batch, n, n)
        One in each column.

    Examples
    --------
    >>> import numpy as np
    >>> from optimlib.rules.eigen import eigen
    >>> values, Q = eigen(np.array([[2.0, 1.0], [1.0, 2.0]]))
    >>> print(values, np.abs(Q).round(4).tolist())
    [3. 1.] [[0.7071, 0.7071], [0.7071, 0.7071]]
    """
    finite = np.isfinite(A).all(axis=(-2, -1), keepdims=True)
    values, Q = np.linalg.eigh(np.where(finite, A, np.eye(A.shape[-1], dtype=A.dtype)))
    values = np.where(np.squeeze(finite, -1), values, np.nan)
    return values[..., ::-1], np.where(finite, Q, np.nan)[..., ::-1]


def inverse_root(A: Array, exponent: Array | float, eps: Array | float) -> Array:
    r"""Return :math:`(A + \varepsilon I)^{-p}` of positive semidefinite matrices.

    Where ε is 0 it is that of the pseudo-inverse: directions in which A is 0, up to rounding, stay
    at 0.

    Parameters
    ----------
    A : array, shape (\*batch, n, n)
    exponent, eps : float, or array of shape (\*batch, 1, 1)

    Examples
    --------
    >>> import numpy as np
    >>> from optimlib.rules.eigen import inverse_root
    >>> print(inverse_root(np.diag([16.0, 0.0]), 0.25, 0.0))
    [[0.5 0. ]
     [0.  0. ]]
    """
    values, Q = eigen(A)
    if np.ndim(exponent):
        exponent = np.asarray(exponent)[..., 0]
    if np.ndim(eps):
        eps = np.asarray(eps)[..., 0]
    # Rounding makes values below 0 of those that are 0.
    values = np.maximum(values, 0)
    tiny = values[..., :1] * (A.shape[-1] * np.finfo(A.dtype).eps)
    gone = (values <= tiny) & (np.asarray(eps) == 0)
    roots = np.where(gone, 0, (np.where(gone, 1, values) + eps) ** -exponent)
    return (Q * roots[..., None, :]) @ Q.mT
