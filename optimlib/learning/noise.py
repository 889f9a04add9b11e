"""The noise scale of a gradient: from which batch size on more examples hardly help."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from optimlib.checks import check_flag, real_array
from optimlib.learning.classifier import Loss
from optimlib.types import Array, Points


@dataclass(frozen=True)
class NoiseScale:
    r"""How noisy the gradient of a single example is, beside the gradient of all of them.

    Attributes
    ----------
    noise : float
        S, the mean square distance of an example's gradient from that of all examples.
    square : float
        :math:`\lVert \nabla f \rVert^2`.
    scale : float
        S over this square: with so many examples in a batch noise and gradient are equally large.
    weighted : float or None
        The same with curvatures, :math:`\operatorname{tr}(H\Sigma) / g^\top H g`, if it was asked
        for.
    """

    noise: float
    square: float
    scale: float
    weighted: float | None = None


def noise_scale(loss: Loss, w: Points, curvature: bool = False) -> NoiseScale:
    r"""Return the noise scale of a loss at a point, from the gradients of all its examples.

    A step of gradient descent with the best rate and a batch of B examples decreases a quadratic
    loss by :math:`1 / (1 + \mathcal B / B)` of what the exact gradient would. There
    :math:`\mathcal B = \operatorname{tr}(H\Sigma) / g^\top H g` with the Hessian H, the gradient g
    and the covariance Σ of the examples' gradients (`weighted`). If all curvatures are equal, this
    is :math:`\operatorname{tr} \Sigma / \lVert g \rVert^2` (`scale`), which needs no Hessian.

    Parameters
    ----------
    loss : Loss
        As made by ``model.loss(X, y)``. A penalty is part of every example's gradient.
    w : array, shape (d,)
    curvature : bool
        Whether to compute `weighted` too, from two more gradients for each example.

    Returns
    -------
    NoiseScale

    Raises
    ------
    TypeError
        If `loss` is not a `Loss`, or `curvature` is not True or False.
    ValueError
        If `w` is not one point.

    References
    ----------
    S. McCandlish, J. Kaplan, D. Amodei et al., *An Empirical Model of Large-Batch
    Training*, arXiv 1812.06162 (2018), section 2.2 and appendix A.

    Examples
    --------
    >>> from optimlib import learning
    >>> data = learning.load("digits")
    >>> model = learning.SoftmaxRegression(features=64, classes=10)
    >>> found = learning.noise_scale(model.loss(data.X_train, data.y_train), model.initial())
    >>> print(round(found.scale))
    72
    """
    if not isinstance(loss, Loss):
        raise TypeError(f"loss must be like model.loss(X, y), got loss = {loss!r}")
    check_flag("curvature", curvature)
    w = real_array("w", w)
    if w.shape != (loss.dim,):
        raise ValueError(f"w must have shape ({loss.dim},), got w of shape {w.shape}")
    g = loss.grad(w)
    apart = np.array([loss.take([i]).grad(w) - g for i in range(len(loss.X))])
    noise, square = float((apart**2).sum() / len(apart)), float(g @ g)
    weighted = None
    if curvature:
        bend = partial(_along, loss, w)
        curved = sum(float(row @ bend(row)) for row in apart) / len(apart)
        weighted = _quotient(curved, float(g @ bend(g)))
    return NoiseScale(noise, square, _quotient(noise, square), weighted)


def _along(loss: Loss, w: Array, direction: Array) -> Any:
    """Return the Hessian times a direction, by a central difference of gradients."""
    length = np.linalg.norm(direction)
    if length == 0:
        return direction
    h = 1e-5 * (1 + np.linalg.norm(w)) / length
    return (loss.grad(w + h * direction) - loss.grad(w - h * direction)) / (2 * h)


def _quotient(a: float, b: float) -> float:
    return a / b if b else float("inf")
