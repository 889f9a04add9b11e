"""Derivatives by differences, derivatives along a direction, and Taylor's models."""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Any, TypeAlias

import numpy as np

from optimlib.checks import check_choice, check_flag, check_number, real_array
from optimlib.objective import Objective, check_objective, one_point
from optimlib.printing import printable
from optimlib.types import Array, ArrayLike, Points, Values

# A function of points, as an objective or as it is.
Function: TypeAlias = Objective | Callable[[Any], Any]

METHODS = ("forward", "central", "complex")


def numerical_gradient(
    f: Function, w: ArrayLike, *, method: str = "central", h: float | None = None
) -> Values:
    r"""Return the gradient of `f` at `w` from values alone.

    In each coordinate i, with the unit vector :math:`e_i`,

    .. math::

       \text{forward: } \frac{f(w + h e_i) - f(w)}{h} + O(h), \quad
       \text{central: } \frac{f(w + h e_i) - f(w - h e_i)}{2h} + O(h^2), \quad
       \text{complex: } \frac{\operatorname{Im} f(w + i h e_i)}{h} + O(h^2).

    Differences lose digits as h shrinks. The complex step subtracts nothing and may use a tiny h,
    but it needs code that is analytic: no absolute value, no maximum (Squire & Trapp 1998).

    Parameters
    ----------
    f : Objective or callable
        A callable maps (d, \*batch) to (\*batch), and a plain number to a number.
    w : number or array, shape (d, \*batch)
        The point, or many.
    method : {"central", "forward", "complex"}
    h : float, optional
        The step. By default in each coordinate √ε (forward), ∛ε (central) or 10⁻²⁰ (complex) times
        max(1, \|w\|), where ε is the spacing of w's type at 1.

    Returns
    -------
    number or array, shape (d, \*batch)

    Raises
    ------
    TypeError
        If `f` is not callable, `h` is not a number, or with ``"complex"`` if `f` cannot take
        complex numbers.
    ValueError
        If `w` is not finite, `method` is unknown or `h` is not positive and finite.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.calculus import numerical_gradient
    >>> for method in ("forward", "central", "complex"):
    ...     error = numerical_gradient(ol.problems.cube, 1.0, method=method) - 3
    ...     print(f"{method}: {abs(error):.0e}")
    forward: 4e-08
    central: 2e-11
    complex: 0e+00

    References
    ----------
    Squire & Trapp, Using complex variables to estimate derivatives of real functions, SIAM
    Review 40 (1998).
    """
    w = _point(f, w)
    check_choice("method", method, METHODS)
    step, value = _step(w, h, _default_step(method, w.dtype)), _values(f, w)
    if not w.ndim:
        return _slope(value, w[()], step, method)
    slopes = [_slope(value, w, unit * step, method, step[i]) for i, unit in enumerate(_units(w))]
    return np.stack(slopes)


def numerical_hessian(
    f: Function, w: ArrayLike, *, of: str = "gradient", h: float | None = None
) -> Values:
    r"""Return the Hessian of `f` at `w` by central differences.

    Differences of the gradient, averaged with their transpose, or of values:

    .. math::

       H_{ij} \approx \frac{\partial_i f(w + h e_j) - \partial_i f(w - h e_j)}{2h}, \qquad
       H_{ij} \approx \frac{f_{++} - f_{+-} - f_{-+} + f_{--}}{4 h^2}
       \text{ with } f_{\pm\pm} = f(w \pm h e_i \pm h e_j).

    Parameters
    ----------
    f : Objective or callable
        A callable, as in `numerical_gradient`, has values only.
    w : number or array, shape (d, \*batch)
        The point, or many.
    of : {"gradient", "values"}
        What is differenced.
    h : float, optional
        The step; by default ∛ε (of the gradient) or ∜ε (of values) times max(1, \|w\|) in each
        coordinate.

    Returns
    -------
    number or array, shape (d, d, \*batch)

    Raises
    ------
    TypeError
        If `f` is not callable, is not an `Objective` while the gradient is to be differenced, or
        `h` is not a number.
    ValueError
        If `w` is not finite, `of` is unknown or `h` is not positive and finite.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.calculus import numerical_hessian
    >>> print(numerical_hessian(ol.problems.rosenbrock, [1.0, 1.0]).round(5))
    [[ 802. -400.]
     [-400.  200.]]
    """
    w = _point(f, w)
    check_choice("of", of, ("gradient", "values"))
    if of == "gradient" and not isinstance(f, Objective):
        raise TypeError(f"f must be an Objective where of = 'gradient', got f = {f!r}")
    epsilon = np.finfo(w.dtype).eps
    step = _step(w, h, epsilon ** (1 / 3 if of == "gradient" else 1 / 4))
    return _from_gradients(f, w, step) if of == "gradient" else _from_values(f, w, step)


def _from_gradients(objective, w, step):
    grad = objective.grad
    if not w.ndim:
        return (grad(w + step) - grad(w - step)) / (2 * step)
    columns = [
        (grad(w + unit * step) - grad(w - unit * step)) / (2 * step[i])
        for i, unit in enumerate(_units(w))
    ]
    hessian = np.stack(columns, axis=1)
    return (hessian + np.swapaxes(hessian, 0, 1)) / 2


def _from_values(f, w, step):
    value = _values(f, w)
    if not w.ndim:
        return (value(w + 2 * step) - 2 * value(w) + value(w - 2 * step)) / (4 * step**2)
    steps = [unit * step for unit in _units(w)]
    hessian = np.empty((len(w), *w.shape), dtype=w.dtype)
    for i, a in enumerate(steps):
        for j, b in enumerate(steps[: i + 1]):
            same = value(w + a + b) + value(w - a - b)
            opposite = value(w + a - b) + value(w - a + b)
            hessian[i, j] = hessian[j, i] = (same - opposite) / (4 * step[i] * step[j])
    return hessian


@dataclass(frozen=True, eq=False)
class DerivativeError:
    """How wrong a numerical derivative is for each step h, and how wrong theory says it is.

    Attributes
    ----------
    method : str
    h : array
        The steps.
    measured : array
        The distance from the exact derivative.
    truncation : array
        What Taylor's series leaves out, to leading order: an estimate, good for small h.
    rounding : array
        What the rounding of the values can make of it, if each is off by at most one ε of itself.
    """

    method: str
    h: Array
    measured: Array
    truncation: Array
    rounding: Array

    @property
    def predicted(self) -> Array:
        """The sum of truncation and rounding."""
        return self.truncation + self.rounding

    @property
    def best(self) -> float:
        """The step with the smallest measured error."""
        return float(self.h[np.argmin(self.measured)])

    def __repr__(self) -> str:
        return (
            f"{self.method} difference: smallest error {np.min(self.measured):.2g} "
            f"at h = {self.best:.2g} of {self.h.size} steps"
        )


def derivative_error(
    objective: Objective,
    w: ArrayLike,
    h: Points,
    *,
    v: ArrayLike | None = None,
    method: str = "central",
) -> DerivativeError:
    r"""Return the error of a numerical derivative as a function of the step `h`.

    With φ(s) = f(w + sv) and D = \|f(w)\| + Σ\|wᵢ ∂f/∂wᵢ\|, so that ε D is what a relative rounding
    error ε in the value and in the point can do,

    ========  =====================  ==================
    method    truncation             rounding
    ========  =====================  ==================
    forward   h \|φ″\| / 2            2 ε D / h
    central   h² \|φ‴\| / 6           ε D / h
    complex   h² \|φ‴\| / 6           ε \|φ′\|
    ========  =====================  ==================

    so the best step is about √ε for forward and ∛ε for central differences, and no complex step is
    too small. φ′ and φ″ come from `objective`, φ‴ from differences of φ″.

    Parameters
    ----------
    objective : Objective
        With a Hessian.
    w : number or array, shape (d,)
        One point.
    h : array
        The steps, positive.
    v : array, shape (d,), optional
        The direction, as it is; needed where there are several variables.
    method : {"central", "forward", "complex"}

    Returns
    -------
    DerivativeError

    Raises
    ------
    TypeError
        If `objective` is no `Objective`, or cannot take complex numbers where it has to.
    ValueError
        If `w`, `v` or `h` has the wrong shape or is not finite, `h` is not positive, `method` is
        unknown, or the objective has no Hessian.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> from optimlib.calculus import derivative_error
    >>> steps = 10.0 ** np.arange(-12, 0)
    >>> derivative_error(ol.problems.cosh(), 1.0, steps, method="forward").best
    1e-08
    >>> derivative_error(ol.problems.cosh(), 1.0, steps, method="central")  # doctest: +ELLIPSIS
    central difference: smallest error ...e-11 at h = 1e-05 of 12 steps
    """
    check_objective(objective)
    w = one_point(objective, w)
    check_choice("method", method, METHODS)
    if v is None and objective.dim > 1:
        raise ValueError(f"v must be a direction for {objective.name}, got v = None")
    v = _direction(objective, np.ones(1) if v is None else v, "v").reshape(-1)
    steps = real_array("h", h, finite=False)
    if steps.ndim != 1 or not steps.size or not np.all((steps > 0) & (steps < np.inf)):
        raise ValueError(f"h must be an array of finite steps > 0, got h = {h!r}")
    h = steps.astype(float)

    def along(s):
        return objective.f(w[:, None] + v[:, None] * s)

    def bend(s):
        return second_directional_derivative(objective, w + s * v, v)

    numerical = _slope(along, np.zeros(h.shape), h, method)
    gradient = objective.grad(w)
    slope = gradient @ v
    epsilon = np.finfo(float).eps
    w_size, v_size = (float(np.linalg.norm(x)) for x in (w, v))
    step = epsilon ** (1 / 3) * max(1.0, w_size) / max(1e-300, v_size)
    third = abs(bend(step) - bend(-step)) / (2 * step)
    size = abs(objective.f(w)) + np.sum(np.abs(w * gradient))
    truncation = h / 2 * abs(bend(0)) if method == "forward" else h**2 / 6 * third
    rounding = {
        "forward": 2 * epsilon * size / h,
        "central": epsilon * size / h,
        "complex": np.full(h.shape, epsilon * abs(slope)),
    }[method]
    return DerivativeError(method, h, np.abs(numerical - slope), truncation, rounding)


def directional_derivative(
    objective: Objective, w: ArrayLike, v: ArrayLike, *, unit: bool = False
) -> Values:
    r"""Return ∇f(w)·v, how fast f grows at `w` in direction `v`.

    .. math:: \lim_{h \to 0} \frac{f(w + h v) - f(w)}{h} = \nabla f(w) \cdot v

    Parameters
    ----------
    objective : Objective
    w : number or array, shape (d, \*batch)
        The point, or many.
    v : number or array, shape (d,) or (d, \*batch)
        The direction. It is used as it is: twice the vector, twice the derivative.
    unit : bool
        Divide `v` by its length first, which gives the slope per unit of distance.

    Returns
    -------
    number or array, shape (\*batch)

    Raises
    ------
    TypeError
        If `objective` is no `Objective`.
    ValueError
        If `w` or `v` is not finite or has the wrong shape, or `unit` is asked of a zero vector.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.calculus import directional_derivative
    >>> bowl = ol.problems.coupled_bowl
    >>> print(directional_derivative(bowl, [1, 0], [3, 4]))
    10.0
    >>> print(directional_derivative(bowl, [1, 0], [3, 4], unit=True))
    2.0
    """
    w, v = _point_and_direction(objective, w, v, unit)
    gradient = objective.grad(w)
    return np.sum(gradient * v, axis=0) if w.ndim else gradient * v


def second_directional_derivative(
    objective: Objective, w: ArrayLike, v: ArrayLike, *, unit: bool = False
) -> Values:
    r"""Return vᵀH(w)v, the curvature of f at `w` in direction `v`.

    .. math:: \frac{d^2}{ds^2} f(w + s v) \Big|_{s=0} = v^\top H(w)\, v

    For a vector of length 1 it lies between the smallest and the largest eigenvalue of H.

    Parameters
    ----------
    objective : Objective
        With a Hessian.
    w : number or array, shape (d, \*batch)
        The point, or many.
    v : number or array, shape (d,) or (d, \*batch)
        The direction. It is used as it is: twice the vector, four times the value.
    unit : bool
        Divide `v` by its length first.

    Returns
    -------
    number or array, shape (\*batch)

    Raises
    ------
    TypeError, ValueError
        As `directional_derivative`; also if the objective has no Hessian.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.calculus import second_directional_derivative
    >>> bowl = ol.problems.coupled_bowl
    >>> print(second_directional_derivative(bowl, [0, 0], [1, 2]))
    14.0
    >>> print(f"{second_directional_derivative(bowl, [0, 0], [1, 2], unit=True):.6g}")
    2.8
    """
    w, v = _point_and_direction(objective, w, v, unit)
    hessian = objective.hess(w)
    return np.einsum("i...,ij...,j...->...", v, hessian, v)[()] if w.ndim else v * hessian * v


@dataclass(frozen=True, eq=False)
class TaylorModel:
    """The line, plane or parabola that touches f at a point: call it to get its values.

    Attributes
    ----------
    objective : Objective
        f itself.
    point : number or array, shape (d,)
    order : int
        1 or 2.
    value, gradient, hessian
        Of f at `point`; with order 1 there is no `hessian`.
    """

    objective: Objective
    point: Values
    order: int
    value: float
    gradient: Values
    hessian: Values | None

    def __call__(self, w: ArrayLike) -> Values:
        r"""Return the model's value at `w`: shape (d, \*batch) to shape (\*batch)."""
        w = _point(self.objective, w)
        center = np.reshape(self.point, (-1, *(1,) * max(0, w.ndim - 1)))
        s = w - (center if w.ndim else center[0])
        gradient = np.atleast_1d(self.gradient)
        values = self.value + np.tensordot(gradient, np.atleast_1d(s), 1)
        if self.hessian is not None:
            hessian = np.reshape(self.hessian, (len(gradient),) * 2)
            s = np.atleast_1d(s)
            values = values + 0.5 * np.sum(s * np.tensordot(hessian, s, 1), axis=0)
        return np.asarray(values, dtype=w.dtype)[()]

    def error(self, w: ArrayLike) -> Values:
        """Return f − model at `w`: how much more f is than predicted."""
        w = _point(self.objective, w)
        return self.objective.f(w) - self(w)

    def __repr__(self) -> str:
        point = ", ".join(f"{value:g}" for value in np.ravel(self.point))
        return printable(
            f"<Taylor model of order {self.order} of {self.objective.name} at ({point})>"
        )


def taylor(objective: Objective, w0: ArrayLike, order: int = 2) -> TaylorModel:
    r"""Return Taylor's model of an objective at a point.

    .. math:: m_1(w) = f + \nabla f \cdot s, \quad
              m_2(w) = m_1(w) + \tfrac12 s^\top H s, \qquad s = w - w_0,

    with f, ∇f and H at :math:`w_0`. The error is of order :math:`\lVert s \rVert^2` and
    :math:`\lVert s \rVert^3`.

    Parameters
    ----------
    objective : Objective
        With a Hessian, for order 2.
    w0 : number or array, shape (d,)
        One point.
    order : {1, 2}

    Returns
    -------
    TaylorModel

    Raises
    ------
    TypeError
        If `objective` is no `Objective`.
    ValueError
        If `w0` is not one finite point, `order` is not 1 or 2, or there is no Hessian for order 2.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.calculus import taylor
    >>> parabola = taylor(ol.problems.cosh(), 0.0)
    >>> print(f"{parabola(1.0):.6f} {parabola.error(1.0):.6f}")
    1.500000 0.043081
    """
    check_objective(objective)
    if isinstance(order, bool) or not isinstance(order, Integral) or order not in (1, 2):
        raise ValueError(f"order must be 1 or 2, got order = {order!r}")
    point = one_point(objective, w0, "w0")
    w = point if np.ndim(w0) else point[0]
    hessian = objective.hess(w) if order == 2 else None
    return TaylorModel(objective, w, order, float(objective.f(w)), objective.grad(w), hessian)


def _slope(value, w, move, method, h=None):
    """Return the difference quotient of `value` at `w` for the displacement `move` of size h."""
    h = move if h is None else h
    if method == "forward":
        return (value(w + move) - value(w)) / h
    if method == "central":
        return (value(w + move) - value(w - move)) / (2 * h)
    try:
        end = value(w + 1j * move)
    except TypeError as error:
        raise TypeError(
            f"method = 'complex' needs an f that takes complex numbers: {error}"
        ) from error
    if np.size(end) and not np.iscomplexobj(end):
        raise TypeError(
            "method = 'complex' needs an analytic f, but this one drops the imaginary part"
        )
    return np.imag(end) / h


def _default_step(method, kind):
    epsilon = np.finfo(kind).eps
    return {"forward": epsilon ** (1 / 2), "central": epsilon ** (1 / 3), "complex": 1e-20}[method]


def _step(w, h, default):
    """Return the step in each coordinate, of the shape and type of `w`."""
    if h is None:
        return (default * np.maximum(1, np.abs(w))).astype(w.dtype)
    check_number("h", h, positive=True)
    return np.full(w.shape, h, dtype=w.dtype)


def _units(w):
    """Return the d unit vectors, each to be multiplied with an array like `w`."""
    return np.eye(len(w), dtype=w.dtype).reshape(len(w), len(w), *(1,) * (w.ndim - 1))


class _Values(Objective):
    """A function of points like `w`, which it is given as they are."""

    _one_is_plain = False

    def __init__(self, f, w):
        dim = len(w) if w.ndim else 1
        name = getattr(f, "__name__", repr(f))
        super().__init__(f, f, name=name, variables=[f"w{i}" for i in range(dim)])


def _values(f, w):
    return f.f if isinstance(f, Objective) else _Values(f, w).f


def _point(f: Function, w: ArrayLike) -> Array:
    """Return `w` as an array that `f` takes."""
    if not isinstance(f, Objective) and not callable(f):
        raise TypeError(f"f must be an Objective or callable, got f = {f!r}")
    w = real_array("w", w)
    if isinstance(f, Objective):
        f.check_dimension(w, "w")
    elif w.ndim and not len(w):
        raise ValueError(f"w must have at least one variable, got w of shape {w.shape}")
    return w


def _direction(objective: Objective, v: ArrayLike, argument: str) -> Array:
    v = real_array(argument, v)
    objective.check_dimension(v, argument)
    return v


def _point_and_direction(
    objective: Objective, w: ArrayLike, v: ArrayLike, unit: bool
) -> tuple[Array, Array]:
    """Return both as arrays that broadcast, `v` of length 1 if asked."""
    check_objective(objective)
    check_flag("unit", unit)
    w = _point(objective, w)
    v = _direction(objective, v, "v").astype(w.dtype, copy=False)
    if not w.ndim and v.ndim:
        v = v[0]
    elif v.ndim == 1:
        v = v.reshape(-1, *(1,) * (w.ndim - 1))
    elif v.ndim and v.shape != w.shape:
        raise ValueError(
            f"v must have shape {w.shape[:1]} or that of w, {w.shape}, got v of shape {v.shape}"
        )
    if unit:
        length = np.sqrt(np.sum(v**2, axis=0)) if np.ndim(v) else abs(v)
        if not np.all(length > 0):
            raise ValueError(f"v must not be zero where unit = True, got v = {v!r}")
        v = v / length
    return w, v
