"""A function to be minimized, with its derivatives, in the layout of the whole package."""

from dataclasses import dataclass
from numbers import Real

import numpy as np


class Objective:
    r"""A function of d variables with its gradient and, if given, its Hessian.

    Points are arrays of shape (d, \*batch): the first axis counts the variables, the rest are
    as many points as one likes. ``x, y = w`` therefore works, and so does a grid. A function of
    one variable also takes a plain number.

    Parameters
    ----------
    f, grad, hess : callables
        The function and its derivatives. With one variable they are called with that variable
        and return a value like it. With more they are called with ``w`` of shape (d, \*batch);
        ``grad`` returns its d components and ``hess`` its d × d components as an array or as
        (nested) tuples, in which constants may stand for themselves.
    parameters : dict
        Numbers that all three are given by name, after the point.
    name : str
        How messages and figures call it.
    variables : tuple of str
        The variables' names; their number is d.
    domain : sequence of (low, high), one for each variable
        The region that figures show.
    minima, saddles : sequences of points
        What is known about its critical points.
    start : number or sequence
        A customary start.

    Raises
    ------
    TypeError
        If `f` or `grad` is not callable.
    ValueError
        If `variables` is empty or `domain` does not fit it.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> bowl = ol.Objective(
    ...     f=lambda w: w[0]**2 + 3 * w[1]**2,
    ...     grad=lambda w: (2 * w[0], 6 * w[1]),
    ...     hess=lambda w: ((2, 0), (0, 6)),
    ...     name="bowl", variables=("x", "y"))
    >>> print(bowl.f(np.array([1.0, 2.0])), bowl.grad(np.array([1.0, 2.0])))
    13.0 [ 2. 12.]
    >>> bowl.hess(np.zeros((2, 50, 60))).shape
    (2, 2, 50, 60)
    """

    def __init__(
        self,
        f,
        grad,
        hess=None,
        *,
        parameters=None,
        name="f",
        variables=("w",),
        domain=None,
        minima=(),
        saddles=(),
        start=None,
    ):
        for argument, value in (("f", f), ("grad", grad), ("hess", hess)):
            if not callable(value) and not (argument == "hess" and value is None):
                raise TypeError(f"{argument} must be callable, got {argument} = {value!r}")
        if isinstance(variables, str) or not variables:
            raise ValueError(
                f"variables must be a tuple of at least one name, got variables = {variables!r}"
            )
        if domain is None:
            domain = ((-1.0, 1.0),) * len(variables)
        if np.shape(domain) != (len(variables), 2):
            raise ValueError(
                f"domain must be one (low, high) for each of {variables}, got domain = {domain!r}"
            )
        self._f, self._grad, self._hess = f, grad, hess
        self.parameters = dict(parameters or {})
        self.name = name
        self.variables = tuple(variables)
        self.domain = tuple(domain)
        self.minima = tuple(minima)
        self.saddles = tuple(saddles)
        self.start = start

    def __repr__(self):
        return f"<Objective {self.name}({self._names()})>"

    def _names(self):
        names = self.variables
        return ", ".join(names if self.dim <= 5 else (*names[:2], "…", names[-1]))

    @property
    def dim(self):
        """The number d of variables."""
        return len(self.variables)

    @property
    def has_hess(self):
        """Whether the Hessian was given."""
        return self._hess is not None

    def at(self, t):
        """Return what step `t` of an optimizer minimizes: this objective itself."""
        return self

    def f(self, w):
        """Return the value at `w`: shape (d, *batch) to shape (*batch)."""
        w = self._point(w)
        value = self._f(self._argument(w), **self.parameters)
        if w.dtype == object or np.shape(value) == w.shape[1:]:
            return value
        return np.broadcast_to(np.asarray(value, dtype=w.dtype), w.shape[1:])[()]

    def grad(self, w):
        """Return the gradient at `w`: shape (d, *batch) to shape (d, *batch)."""
        w = self._point(w)
        value = self._grad(self._argument(w), **self.parameters)
        if self.dim == 1:
            return self._filled(w, w.shape, (value,) if w.ndim else value)
        return self._filled(w, w.shape, value)

    def hess(self, w):
        """Return the Hessian at `w`: shape (d, *batch) to shape (d, d, *batch)."""
        if not self.has_hess:
            raise ValueError(f"{self.name} was defined without hess")
        w = self._point(w)
        value = self._hess(self._argument(w), **self.parameters)
        if self.dim == 1:
            return self._filled(w, w.shape[:1] + w.shape, ((value,),) if w.ndim else value)
        return self._filled(w, w.shape[:1] + w.shape, value)

    def _point(self, w):
        w = np.asarray(w)
        if w.dtype.kind in "iub":
            w = w.astype(float)
        self.check_dimension(w, "w")
        return w

    def check_dimension(self, w, argument):
        """Raise a ValueError that names `argument` unless `w` has this objective's dimension."""
        if w.ndim == 0 and self.dim == 1:
            return
        if w.ndim == 0 or w.shape[0] != self.dim:
            hint = f" (many points at once: shape (1, {w.size}))" if self.dim == 1 else ""
            raise ValueError(
                f"{argument} must have shape ({self.dim}, ...) for {self.name}, a function of "
                f"{self._names()}, got {argument} of shape {w.shape}{hint}"
            )

    def _argument(self, w):
        return w[0] if self.dim == 1 and w.ndim else w[()]

    @staticmethod
    def _filled(w, shape, components):
        """Return `components` (nested, possibly constants) as one array of w's type."""
        if isinstance(components, np.ndarray) and components.shape == shape:
            return components
        if not shape:
            return components if w.dtype == object else w.dtype.type(components)
        result = np.empty(shape, dtype=w.dtype)
        depth = 1 + (len(shape) > w.ndim)
        for index in np.ndindex(shape[:depth]):
            component = components
            for i in index:
                component = component[i]
            result[index] = component
        return result


class Stream(Objective):
    """An objective of which each step of an optimizer sees another version.

    The values, derivatives and facts of the stream are those of the `full` objective; step t of
    a run takes its gradient from ``objective_at(t)``: a random part of the data, or a loss that
    changes with time.

    Parameters
    ----------
    full : Objective
        What the run is measured by.
    objective_at : callable
        From the step number t = 1, 2, ... to an `Objective` of the same dimension. The same t
        must always give the same objective, so that a run can be repeated.

    Raises
    ------
    TypeError
        If `full` is not an `Objective` or `objective_at` is not callable.

    Examples
    --------
    Two parabolas with minima at 0 and 2 take turns; their mean has its minimum at 1.

    >>> import optimlib as ol
    >>> def parabola(c):
    ...     return ol.Objective(f=lambda w: (w - c)**2, grad=lambda w: 2 * (w - c))
    >>> stream = ol.Stream(parabola(1), objective_at=lambda t: parabola(0 if t % 2 else 2))
    >>> print(ol.trace(ol.GradientDescent(lr=0.25), stream, 1.0, steps=3)["w"])
    [0.5   1.25  0.625]
    """

    def __init__(self, full, objective_at):
        if not isinstance(full, Objective):
            raise TypeError(f"full must be an Objective, got full = {full!r}")
        if not callable(objective_at):
            raise TypeError(f"objective_at must be callable, got objective_at = {objective_at!r}")
        self.__dict__.update(full.__dict__)
        self.full = full
        self._objective_at = objective_at

    def at(self, t):
        """Return the objective of step `t`."""
        return self._objective_at(t)


@dataclass(frozen=True)
class GradientCheck:
    """The result of `check_gradient`: true if every coordinate agrees."""

    worst: str
    analytic: float
    numerical: float
    error: float
    tolerance: float

    def __bool__(self):
        return self.error <= self.tolerance

    def __repr__(self):
        return (
            f"gradient {'agrees' if self else 'DISAGREES'}: worst coordinate {self.worst}, "
            f"analytic {self.analytic:.6g}, numerical {self.numerical:.6g}"
        )


def check_gradient(objective, w, *, h=1e-6, tolerance=1e-6):
    """Compare an objective's gradient with central differences of its values.

    In each coordinate, (f(w + h eᵢ) − f(w − h eᵢ)) / 2h should be ∂f/∂wᵢ up to an error of
    order h².

    Parameters
    ----------
    objective : Objective
    w : float or array, shape (d,)
        The point.
    h : float
        The step of the differences.
    tolerance : float
        The largest accepted error, relative to the gradient's size where that exceeds 1.

    Returns
    -------
    GradientCheck
        True where all coordinates agree; shows the worst coordinate.

    Raises
    ------
    ValueError
        If `w` is not one finite point of the objective's dimension, or `h` or `tolerance` is
        not positive.

    Examples
    --------
    >>> import optimlib as ol
    >>> wrong = ol.Objective(f=lambda w: w[0]**2 + w[0] * w[1], grad=lambda w: (2 * w[0], w[0]),
    ...                      variables=("x", "y"))
    >>> ol.check_gradient(wrong, [1.0, 3.0])
    gradient DISAGREES: worst coordinate x, analytic 2, numerical 5
    """
    for name, value in (("h", h), ("tolerance", tolerance)):
        if not isinstance(value, Real):
            raise TypeError(f"{name} must be a number, got {name} = {value!r}")
        if not value > 0:
            raise ValueError(f"{name} must be > 0, got {name} = {value!r}")
    w = np.asarray(w, dtype=float)
    objective.check_dimension(w, "w")
    w = w.reshape(-1)
    if w.shape != (objective.dim,) or not np.all(np.isfinite(w)):
        raise ValueError(f"w must be one finite point, got w = {w!r}")
    numerical = np.empty_like(w)
    for block in np.array_split(np.arange(objective.dim), -(-objective.dim // 100)):
        ends = np.repeat(w[:, None], 2 * len(block), axis=1)
        ends[block, np.arange(len(block))] += h
        ends[block, np.arange(len(block), 2 * len(block))] -= h
        plus, minus = np.split(objective.f(ends), 2)
        numerical[block] = (plus - minus) / (2 * h)
    analytic = objective.grad(w)
    errors = np.abs(analytic - numerical) / np.maximum(1, np.abs(numerical))
    errors = np.where(np.isnan(errors), np.inf, errors)
    i = int(np.argmax(errors))
    return GradientCheck(
        objective.variables[i],
        float(analytic[i]),
        float(numerical[i]),
        float(errors[i]),
        tolerance,
    )
