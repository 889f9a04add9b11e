"""A function to be minimized, with its derivatives, in the layout of the whole package."""

import re
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from numbers import Real
from typing import Any, overload

import numpy as np

from optimlib.checks import check_box, check_number, mismatch, real_array
from optimlib.expression import Node, Vector, branches
from optimlib.points import SeveralVariables, Ways, one_by_one, way_of
from optimlib.printing import printable
from optimlib.purity import code_of
from optimlib.types import Array, ArrayLike, Box, Number, Points, Values


class Objective:
    r"""A function of d variables with its gradient and, if given, its Hessian.

    Points are arrays of shape (d, \*batch): the first axis counts the variables, the rest are
    as many points as one likes. ``x, y = w`` therefore works, and so does a grid. A function of
    one variable also takes a plain number.

    Parameters
    ----------
    f, grad, hess : callables
        The function and its derivatives. With one variable they are called with that variable
        and return a value like it. With more they are called with ``w`` of shape (d,), one point,
        or (d, N); ``grad`` returns its d components and ``hess`` its d × d components as an array
        or as (nested) tuples, in which constants may stand for themselves.
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

    Attributes
    ----------
    dim : int
        The number d of variables.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind. When it is called: if `f`, `grad` or `hess` cannot be
        called with a point, or does not return real numbers.
    ValueError
        If `variables` is empty or has a name twice, or `domain`, `minima`, `saddles` or `start`
        does not fit it. When it is called: if `f`, `grad` or `hess` returns another shape than it
        should, or changes the point in place.

    Notes
    -----
    *One point or many.* Code for one point need not be code for many: ``np.mean((A @ w - y)**2)``
    takes the mean over the data, and of many points over the points as well. So before a function
    is called with many points it is tried at two points near the first, with each and with both.
    If that is not the same, or if the code branches on a value, it is called with one point after
    the other, which is right and slow.

    *Pure functions.* ``f``, ``grad`` and ``hess`` should depend on the point alone: they draw no
    random numbers, count no calls, read no clock. Of code that is not pure the readings that write
    (`formula`, `by_hand`, `javascript`) and ``compiled=True`` say that they cannot read it; `run`,
    `sweep` and `basins` run it as it is in every step, like `trace`, all starts at once. Noise
    that can be repeated and read is a `Stream`. To find out, the code is read twice: both readings
    must be the same, and the second must not change what the code can reach, which then is as it
    was before: variables that it names, attributes, lists and dicts, small arrays, random
    generators. What no second call shows cannot be found: code that changes its ways later by
    something else than these, such as the clock, a file or an iterator.

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

    # A function of one variable is given that variable, not an array of it.
    _one_is_plain = True

    def __init__(
        self,
        f: Callable[..., Any],
        grad: Callable[..., Any],
        hess: Callable[..., Any] | None = None,
        *,
        parameters: Mapping[str, float] | None = None,
        name: str = "f",
        variables: Sequence[str] = ("w",),
        domain: Box | None = None,
        minima: Iterable[Any] = (),
        saddles: Iterable[Any] = (),
        start: ArrayLike | None = None,
    ) -> None:
        for argument, value in (("f", f), ("grad", grad), ("hess", hess)):
            if not callable(value) and not (argument == "hess" and value is None):
                raise TypeError(f"{argument} must be callable, got {argument} = {value!r}")
        if not isinstance(name, str):
            raise TypeError(f"name must be a str, got name = {name!r}")
        self._f, self._grad, self._hess = f, grad, hess
        self._ways = Ways()
        self.parameters = _checked_parameters(parameters)
        self.name = name
        self.variables = _checked_variables(variables)
        self.dim = len(self.variables)
        if domain is None:
            self.domain: tuple[Any, ...] = ((-1.0, 1.0),) * self.dim
        else:
            self._check_domain(domain)
            self.domain = tuple(domain)
        self.minima = self._checked_points("minima", minima)
        self.saddles = self._checked_points("saddles", saddles)
        self.start: Any = start
        if start is not None:
            self._check_point("start", start, start)

    def __repr__(self) -> str:
        return printable(f"<Objective {self.name}({self._names()})>")

    def _names(self):
        names = self.variables
        return ", ".join(names if self.dim <= 5 else (*names[:2], "…", names[-1]))

    def _check_domain(self, domain):
        try:
            check_box("domain", domain, self.variables)
        except ValueError as error:
            raise ValueError(f"{error}{self._forgotten()}") from error

    def _forgotten(self):
        """Return a hint, if there is one variable, perhaps since nobody named several."""
        return FORGOTTEN if self.dim == 1 else ""

    def _checked_points(self, argument, points):
        if isinstance(points, str | bytes | Mapping) or not isinstance(points, Iterable):
            raise TypeError(f"{argument} must be a sequence of points, got {argument} = {points!r}")
        given, points = points, tuple(points)
        for point in points:
            self._check_point(argument, given, point)
        return points

    def _check_point(self, argument, given, point):
        try:
            shape = real_array(argument, point).shape
        except (TypeError, ValueError) as error:
            words = f"{argument} must be of finite real numbers, got {argument} = {given!r}"
            raise type(error)(words) from error
        if shape != (self.dim,) and (self.dim > 1 or shape):
            raise ValueError(
                f"{argument} must have {self.dim} number{'s' * (self.dim > 1)} for each point, "
                f"got {argument} = {given!r}{self._forgotten()}"
            )

    @property
    def has_hess(self) -> bool:
        """Whether the Hessian was given."""
        return self._hess is not None

    def at(self, t: int) -> "Objective":
        """Return what step `t` of an optimizer minimizes: this objective itself."""
        return self

    @overload
    def f(self, w: Number) -> Number: ...
    @overload
    def f(self, w: Points) -> Values: ...
    def f(self, w: Any) -> Any:
        """Return the value at `w`: shape ``(d, *batch)`` to shape ``batch``."""
        return self._read("f", self._f, w)

    @overload
    def grad(self, w: Number) -> Number: ...
    @overload
    def grad(self, w: Points) -> Array: ...
    def grad(self, w: Any) -> Any:
        """Return the gradient at `w`, of the same shape ``(d, *batch)``."""
        return self._read("grad", self._grad, w)

    @overload
    def hess(self, w: Number) -> Number: ...
    @overload
    def hess(self, w: Points) -> Array: ...
    def hess(self, w: Any) -> Any:
        """Return the Hessian at `w`: shape ``(d, *batch)`` to shape ``(d, d, *batch)``."""
        if not self.has_hess:
            raise ValueError(f"{self.name} was defined without hess")
        return self._read("hess", self._hess, w)

    def _read(self, reading, function, w):
        if type(w) is not np.ndarray or w.dtype.kind != "f":
            w = self._converted(w)
        if w.ndim == 0 or w.shape[0] != self.dim:
            self.check_dimension(w, "w")
        if w.ndim < 2 or w.dtype == object:
            return self._value(reading, function, w)
        way = self._ways.get(reading)
        if w.ndim == 2 and way in ("many", "as it is") and w.size:
            return self._value(reading, function, w)
        shape = (self.dim,) * AXES[reading] + w.shape[1:]
        if not w.size:
            return np.empty(shape, w.dtype)
        if way is None:
            way = self._find_way(reading, function, w)
        if way == "one":
            return one_by_one(partial(self._value, reading, function), w, shape)
        if way == "many":
            w = w.reshape(self.dim, -1)
        return self._value(reading, function, w).reshape(shape)

    def _find_way(self, reading, function, w):
        call = partial(self._value, reading, function)
        way = way_of(call, w.reshape(self.dim, -1), function)
        if way == "many" and branches(self, reading):
            way = "one"
        if way is not None:
            self._ways[reading] = way
        return way

    @staticmethod
    def _converted(w):
        if isinstance(w, Vector):
            return w
        if isinstance(w, Node) or (
            isinstance(w, list | tuple) and any(isinstance(x, Node) for x in w)
        ):
            return np.array(w, dtype=object)
        if isinstance(w, np.ndarray | np.generic | complex) and np.asarray(w).dtype.kind == "c":
            return np.asarray(w)  # for the complex step
        return real_array("w", w, finite=False, exact=True)

    def check_dimension(self, w: Array, argument: str) -> None:
        """Raise a ValueError that names `argument` unless `w` has this objective's dimension."""
        if w.ndim == 0 and self.dim == 1:
            return
        if w.ndim == 0 or w.shape[0] != self.dim:
            hint = ""
            if self.dim == 1:
                hint = f" (many points at once: shape (1, {w.size})){FORGOTTEN}"
            raise ValueError(
                f"{argument} must have shape ({self.dim}, ...) for {self.name}, a function of "
                f"{self._names()}, got {argument} of shape {w.shape}{hint}"
            )

    def _value(self, reading, function, w):
        """Call a function with points that it takes, and check what it returns."""
        argument = w[0] if self.dim == 1 and w.ndim and self._one_is_plain else w[()]
        if isinstance(argument, np.ndarray):
            argument.setflags(write=False)  # of this view
        try:
            value = function(argument, **self.parameters)
        except (TypeError, ValueError, IndexError) as error:
            raise self._explained(error, reading, function, argument) from error
        return self._shaped(reading, value, w)

    def _explained(self, error, reading, function, argument):
        """Return an error that names the function if it is one of how the function is called."""
        if "read-only" in str(error):
            return ValueError(
                f"{reading} of {self.name} must not change the point in place: write w = w + 1 in "
                "place of w += 1, or begin with w = w.copy()"
            )
        if self.dim == 1 and self._one_is_plain and _takes_for_several(argument, error):
            return SeveralVariables(
                f"{reading} of {self.name} is given one number, its variable "
                f"{self.variables[0]}, and takes it for several ({error}){FORGOTTEN}"
            )
        return mismatch(error, f"{reading} of {self.name}", function, None, **self.parameters)

    def _shaped(self, reading, value, w):
        """Return what a function has returned as an array of w's type."""
        axes = AXES[reading] if w.ndim else 0
        shape = (self.dim,) * axes + w.shape[1:]
        one = self.dim == 1 and axes  # a value like the variable
        # What is mostly returned: an array, or a tuple of arrays for as many points.
        if type(value) is np.ndarray and value.dtype == w.dtype:
            if value.shape == shape or (one and value.shape == w.shape[1:]):
                return value.reshape(shape)
        elif type(value) is tuple and axes == 1 and all(type(part) is np.ndarray for part in value):
            array = _together(value)
            if array.shape == shape and array.dtype == w.dtype:
                return array
        several = isinstance(value, tuple | list | np.ndarray)
        if one:
            for _ in range(axes):
                value = (value,)
        real = w.dtype.kind == "c" and not np.iscomplexobj(value)
        result = np.empty(shape, w.real.dtype if real else w.dtype)
        try:
            _fill(result, value, axes)
        except (TypeError, ValueError) as error:
            parts = f"{' × '.join([str(self.dim)] * axes)} components" if axes else "numbers"
            if isinstance(value, np.ndarray):
                got = f"an array of shape {value.shape} and type {value.dtype}"
            else:
                got = reprlib.repr(value)
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(
                f"{reading} of {self.name} must return {parts} of shape {w.shape[1:]} for w of "
                f"shape {w.shape}, got {got}{self._forgotten() if several else ''}"
            ) from error
        return result[()]


def _together(arrays):
    try:
        return np.array(arrays)
    except ValueError:  # they differ in their shapes
        return np.empty(0)


FORGOTTEN = "; a function of several variables names them, as in variables=('x', 'y')"


def _takes_for_several(number, error):
    """Return whether an error is that of w[0], of A @ w, of x, y = w, or of len(w) for a number."""
    kind = type(number).__name__
    words = "invalid index|too many indices|an index is not|enough dimensions"
    return re.search(rf"{words}|{kind}'? (object|has no len)", str(error)) is not None


# How many axes of variables the values have.
AXES = {"f": 0, "grad": 1, "hess": 2}


def _fill(result, value, axes):
    """Write components, nested in so many axes and possibly constants, into an array."""
    if isinstance(value, Vector):
        value = value.nodes
    if isinstance(value, np.ndarray):
        batch, tail = result.shape[axes:], value.shape[axes:]
        if value.shape[:axes] != result.shape[:axes] or len(tail) > len(batch):
            raise ValueError("shape")
        spread = value.reshape(value.shape[:axes] + (1,) * (len(batch) - len(tail)) + tail)
        result[...] = _real(spread, result.dtype)
    elif axes == 0 and isinstance(value, tuple | list):
        _fill(result, np.asarray(value), axes)
    elif axes == 0:
        result[...] = _real(value, result.dtype)
    elif not isinstance(value, tuple | list):
        raise TypeError("kind")
    elif len(value) != len(result):
        raise ValueError("length")
    else:
        for i, part in enumerate(value):
            _fill(result[i, ...], part, axes - 1)


def _real(value, dtype):
    """Return `value` if it consists of numbers that an array of this type holds."""
    if isinstance(value, np.ndarray | np.generic):
        if value.dtype.kind in "fiub" or value.dtype.kind == dtype.kind:
            return value
        if value.dtype.kind == "O" and all(isinstance(x, Real) for x in value.flat):
            return value.astype(dtype)
    elif isinstance(value, Real) or (isinstance(value, Node) and dtype.kind == "O"):
        return value
    raise TypeError("kind")


def _checked_parameters(parameters):
    parameters = {} if parameters is None else parameters
    if not isinstance(parameters, Mapping):
        raise TypeError(f"parameters must be a dict, got parameters = {parameters!r}")
    for name, value in parameters.items():
        if not isinstance(name, str):
            raise TypeError(f"parameters must have names, got parameters = {parameters!r}")
        check_number(f"parameters[{name!r}]", value)
    return dict(parameters)


def _checked_variables(variables):
    names = tuple(variables) if isinstance(variables, tuple | list) else ()
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ValueError(
            f"variables must be a tuple of at least one name, got variables = {variables!r}"
        )
    if len(set(names)) < len(names):
        raise ValueError(f"variables must differ, got variables = {variables!r}")
    return names


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
        If `full` is not an `Objective` or `objective_at` is not callable, or, when it is called,
        returns no `Objective`.
    ValueError
        If it returns an `Objective` of another dimension.

    Examples
    --------
    Two parabolas with minima at 0 and 2 take turns; their mean has its minimum at 1.

    >>> import optimlib as ol
    >>> def parabola(c):
    ...     return ol.Objective(f=lambda w: (w - c)**2, grad=lambda w: 2 * (w - c))
    >>> stream = ol.Stream(parabola(1), objective_at=lambda t: parabola(0 if t % 2 else 2))
    >>> print(ol.trace(ol.GradientDescent(lr=0.25), stream, 1.0, steps=3)["w"])
    [0.5   1.25  0.625]

    A gradient with noise: the generator of step t is made from t. Each of 10,000 runs has its own.

    >>> import numpy as np
    >>> def noisy(t):
    ...     noise = np.random.default_rng((1, t)).normal(size=10_000)
    ...     return ol.Objective(f=lambda w: w**2 / 2, grad=lambda w: w + noise)
    >>> stream = ol.Stream(ol.Objective(f=lambda w: w**2 / 2, grad=lambda w: w), noisy)
    >>> ends = ol.run(ol.GradientDescent(lr=0.1), stream, np.zeros((1, 10_000)), steps=200)
    >>> print(f"spread {ends.std():.2f}, in theory {(0.1 / 1.9) ** 0.5:.2f}")
    spread 0.23, in theory 0.23
    """

    def __init__(self, full: Objective, objective_at: Callable[[int], Objective]) -> None:
        if not isinstance(full, Objective):
            raise TypeError(f"full must be an Objective, got full = {full!r}")
        if not callable(objective_at):
            raise TypeError(f"objective_at must be callable, got objective_at = {objective_at!r}")
        self.__dict__.update(full.__dict__)
        self.full = full
        self._objective_at = objective_at
        self._ways_of = Ways()  # of the code of versions

    def at(self, t: int) -> Objective:
        """Return the objective of step `t`."""
        try:
            seen = self._objective_at(t)
        except TypeError as error:
            raise mismatch(error, "objective_at", self._objective_at, t) from error
        if not isinstance(seen, Objective):
            raise TypeError(f"objective_at must return an Objective, got {seen!r} for t = {t!r}")
        if seen.dim != self.dim:
            raise ValueError(
                f"objective_at must return an Objective of {self.dim} variables, like full, got "
                f"{seen!r} for t = {t!r}"
            )
        # Versions are mostly made by the same code, of which one is found out for all.
        code = tuple(map(code_of, (seen._f, seen._grad, seen._hess)))
        seen._ways = self._ways_of.setdefault(code, seen._ways)
        return seen


def check_objective(objective: object) -> None:
    """Raise a TypeError unless `objective` is an `Objective`."""
    if not isinstance(objective, Objective):
        raise TypeError(f"objective must be like ol.problems.square, got objective = {objective!r}")


def one_point(objective: Objective, w: Any, argument: str = "w") -> Array:
    """Return `w` as one finite point of shape (d,), or raise an error naming `argument`."""
    w = real_array(argument, w)
    objective.check_dimension(w, argument)
    if w.ndim > 1:
        raise ValueError(f"{argument} must be one point, got {argument} of shape {w.shape}")
    return w.reshape(-1)


@dataclass(frozen=True)
class GradientCheck:
    """The result of `check_gradient`: true if every coordinate agrees."""

    worst: str
    analytic: float
    numerical: float
    error: float
    tolerance: float

    def __bool__(self) -> bool:
        return self.error <= self.tolerance

    def __repr__(self) -> str:
        return (
            f"gradient {'agrees' if self else 'DISAGREES'}: worst coordinate {self.worst}, "
            f"analytic {self.analytic:.6g}, numerical {self.numerical:.6g}"
        )


def check_gradient(
    objective: Objective, w: ArrayLike, *, h: float = 1e-6, tolerance: float = 1e-6
) -> GradientCheck:
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
    TypeError
        If `objective` is no `Objective`, or `w`, `h` or `tolerance` no numbers.
    ValueError
        If `w` is not one finite point of the objective's dimension, or `h` or `tolerance` is
        not positive and finite.

    Examples
    --------
    >>> import optimlib as ol
    >>> wrong = ol.Objective(f=lambda w: w[0]**2 + w[0] * w[1], grad=lambda w: (2 * w[0], w[0]),
    ...                      variables=("x", "y"))
    >>> ol.check_gradient(wrong, [1.0, 3.0])
    gradient DISAGREES: worst coordinate x, analytic 2, numerical 5
    """
    check_objective(objective)
    check_number("h", h, positive=True)
    check_number("tolerance", tolerance, positive=True)
    w = one_point(objective, w).astype(float)
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
