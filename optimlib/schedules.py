"""Schedules: hyperparameters that change from step to step.

A schedule is a function of the step number t. As everywhere, t = 1 is the first step; t = 0 is an
error. Any hyperparameter takes one: ``ol.Adam(lr=ol.schedules.Cosine(0.1, steps=100))``. The
values that schedules are made of may be arrays over the batch. Of an array of steps a schedule
returns the array of its values, with the steps as first axes. What a schedule of limited length
returns after its last step is said with each; it never raises an error there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from itertools import pairwise
from numbers import Integral
from typing import Any, TypeAlias, TypeVar

import numpy as np

from optimlib.checks import is_finite, is_number, real_array
from optimlib.expression import Node
from optimlib.types import Array, Numeric, Schedule

__all__ = [
    "WSD",
    "Constant",
    "Cosine",
    "Exponential",
    "InverseSqrt",
    "InverseTime",
    "Linear",
    "OneCycle",
    "Step",
    "Then",
    "WarmRestarts",
    "WarmUp",
]

S = TypeVar("S")
# One step, or an array of them.
Steps: TypeAlias = int | Array | Sequence[int]


def _of_steps(value: Callable[[S, int], Any]) -> Callable[[S, Steps], Any]:
    """Return the method that gives the value in step t, for whole numbers t from 1 and arrays."""

    @wraps(value)
    def call(self, t):
        if (type(t) is int and 1 <= t < 2**63) or isinstance(t, Node):
            return value(self, t)
        words = f"{type(self).__name__}: t counts steps, from 1"
        if isinstance(t, bool | np.bool_):
            raise TypeError(f"{words}, got t = {t!r}")
        try:
            steps = real_array("t", t)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{words}: {error}") from error
        if not np.all((steps >= 1) & (steps % 1 == 0)):
            raise ValueError(f"{words}, got t = {t!r}")
        values = [value(self, int(t) if t < 2**63 else t.item()) for t in steps.flat]
        if not steps.ndim:
            return values[0]
        values = np.stack(np.broadcast_arrays(*values)) if values else np.empty(0)
        return values.reshape(steps.shape + values.shape[1:])

    return call


def _complain(schedule, name, words):
    value = getattr(schedule, name)
    kind = TypeError if words.startswith(("a number", "an integer", "callable")) else ValueError
    return kind(f"{type(schedule).__name__}: {name} must be {words}, got {name} = {value!r}")


def _check_value(schedule, name, positive=False):
    """Raise an error unless the value `name` is finite and >= 0, or > 0."""
    value = getattr(schedule, name)
    array = type(value) is np.ndarray and value.dtype.kind in "fiu"
    if not array and not is_number(value):
        raise _complain(schedule, name, "a number or a NumPy array")
    finite = np.all(np.isfinite(value)) if array else is_finite(value)
    if not finite or not np.all(value > 0 if positive else value >= 0):
        raise _complain(schedule, name, f"finite and {'>' if positive else '>='} 0")


def _check_count(schedule, name, least=1):
    value = getattr(schedule, name)
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise _complain(schedule, name, "an integer")
    if value < least:
        raise _complain(schedule, name, f">= {least}")


@dataclass(frozen=True)
class Constant:
    """The same value in every step.

    Parameters
    ----------
    lr : float or array over the batch

    Examples
    --------
    >>> from optimlib.schedules import Constant
    >>> Constant(0.1)(1), Constant(0.1)(1000)
    (0.1, 0.1)
    """

    lr: Numeric

    def __post_init__(self) -> None:
        _check_value(self, "lr")

    @_of_steps
    def __call__(self, t: int) -> Any:
        return self.lr


@dataclass(frozen=True)
class Step:
    """A value that is multiplied by a factor at given steps, or every so many steps.

    Parameters
    ----------
    lr : float or array over the batch
        The value at first.
    period : int or sequence of increasing ints
        After how many steps: with 30 the steps 1 to 30 have `lr`, 31 to 60 ``lr * factor``;
        with (30, 50) the steps 31 to 50 have ``lr * factor`` and all later ones
        ``lr * factor**2``.
    factor : float

    Examples
    --------
    >>> from optimlib.schedules import Step
    >>> halved = Step(0.8, period=2, factor=0.5)
    >>> [halved(t) for t in range(1, 7)]
    [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]
    >>> Step(0.8, period=(1, 3), factor=0.5)(4)
    0.2
    """

    lr: Numeric
    period: int | Sequence[int]
    factor: Numeric = 0.1

    def __post_init__(self) -> None:
        _check_value(self, "lr")
        _check_value(self, "factor", positive=True)
        if isinstance(self.period, tuple | list):
            ends = tuple(self.period)
            if not all(isinstance(n, Integral) and not isinstance(n, bool) for n in ends):
                raise _complain(self, "period", "an integer or a sequence of integers")
            if not ends or ends[0] < 1 or any(b <= a for a, b in pairwise(ends)):
                raise _complain(self, "period", "increasing, from 1 at least")
            object.__setattr__(self, "period", ends)
        else:
            _check_count(self, "period")

    @_of_steps
    def __call__(self, t: int) -> Any:
        if isinstance(self.period, Sequence):
            return self.lr * self.factor ** sum(t > end for end in self.period)
        return self.lr * self.factor ** ((t - 1) // self.period)


@dataclass(frozen=True)
class Exponential:
    r"""The value :math:`\eta\, \gamma^{t-1}`.

    Parameters
    ----------
    lr : float or array over the batch
        η, the value in the first step.
    factor : float or array over the batch
        γ > 0.

    Examples
    --------
    >>> from optimlib.schedules import Exponential
    >>> [Exponential(0.8, factor=0.5)(t) for t in (1, 2, 3)]
    [0.8, 0.4, 0.2]
    """

    lr: Numeric
    factor: Numeric

    def __post_init__(self) -> None:
        _check_value(self, "lr")
        _check_value(self, "factor", positive=True)

    @_of_steps
    def __call__(self, t: int) -> Any:
        return self.lr * self.factor ** (t - 1)


@dataclass(frozen=True)
class InverseTime:
    r"""The value :math:`\eta / (1 + (t-1)\,\delta)`; with δ = 1 it is η/t.

    Parameters
    ----------
    lr : float or array over the batch
        η, the value in the first step.
    decay : float or array over the batch
        δ ≥ 0.

    References
    ----------
    H. Robbins and S. Monro, *A Stochastic Approximation Method*, Annals of Mathematical
    Statistics 22 (1951) 400-407.

    Examples
    --------
    >>> from optimlib.schedules import InverseTime
    >>> [InverseTime(0.6)(t) for t in (1, 2, 4)]
    [0.6, 0.3, 0.15]
    """

    lr: Numeric
    decay: Numeric = 1.0

    def __post_init__(self) -> None:
        _check_value(self, "lr")
        _check_value(self, "decay")

    @_of_steps
    def __call__(self, t: int) -> Any:
        return self.lr / (1 + (t - 1) * self.decay)


@dataclass(frozen=True)
class InverseSqrt:
    r"""The value :math:`\eta / \sqrt t`.

    Parameters
    ----------
    lr : float or array over the batch
        η, the value in the first step.

    Examples
    --------
    >>> from optimlib.schedules import InverseSqrt
    >>> [InverseSqrt(0.6)(t) for t in (1, 4, 9)]
    [0.6, 0.3, 0.19999999999999998]
    """

    lr: Numeric

    def __post_init__(self) -> None:
        _check_value(self, "lr")

    @_of_steps
    def __call__(self, t: int) -> Any:
        return self.lr / np.sqrt(t).item()


@dataclass(frozen=True)
class Linear:
    r"""From one value to another in a straight line: :math:`a + (b-a)\,(t-1)/T`.

    Parameters
    ----------
    start, end : float or array over the batch
        The value a in the first step, and b in step T + 1 and all later ones.
    steps : int
        T ≥ 1.

    Examples
    --------
    >>> from optimlib.schedules import Linear
    >>> [Linear(1.0, 0.0, steps=4)(t) for t in (1, 2, 5, 9)]
    [1.0, 0.75, 0.0, 0.0]
    """

    start: Numeric
    end: Numeric
    steps: int

    def __post_init__(self) -> None:
        _check_value(self, "start")
        _check_value(self, "end")
        _check_count(self, "steps")

    @_of_steps
    def __call__(self, t: int) -> Any:
        if t > self.steps:
            return self.end
        return self.start + (self.end - self.start) * ((t - 1) / self.steps)


@dataclass(frozen=True)
class WarmUp:
    r"""Linear warm-up: :math:`\eta\, t/T` in the first T steps, then η.

    Parameters
    ----------
    lr : float or array over the batch
        η, reached in step T. The first step has η/T, not 0.
    steps : int
        T ≥ 1.

    References
    ----------
    P. Goyal et al., *Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour*,
    arXiv:1706.02677 (2017).

    Examples
    --------
    >>> from optimlib.schedules import WarmUp
    >>> [WarmUp(0.4, steps=4)(t) for t in (1, 2, 4, 5)]
    [0.1, 0.2, 0.4, 0.4]
    """

    lr: Numeric
    steps: int

    def __post_init__(self) -> None:
        _check_value(self, "lr")
        _check_count(self, "steps")

    @_of_steps
    def __call__(self, t: int) -> Any:
        return self.lr * (min(t, self.steps) / self.steps)


@dataclass(frozen=True)
class Cosine:
    r"""Half a cosine: :math:`\eta_{\min} + \frac12(\eta_{\max}-\eta_{\min})(1+\cos\pi\frac{t-1}T)`.

    Parameters
    ----------
    lr : float or array over the batch
        The value η_max in the first step.
    steps : int
        T ≥ 1. Step T + 1, the first after the end, has η_min, and so have all later ones.
    lr_min : float or array over the batch
        η_min, 0 unless given.

    References
    ----------
    I. Loshchilov and F. Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts*,
    ICLR 2017.

    Examples
    --------
    >>> from optimlib.schedules import Cosine
    >>> [round(Cosine(0.1, steps=4)(t), 6) for t in (1, 2, 3, 5, 99)]
    [0.1, 0.085355, 0.05, 0.0, 0.0]
    """

    lr: Numeric
    steps: int
    lr_min: Numeric = 0.0

    def __post_init__(self) -> None:
        _check_value(self, "lr")
        _check_value(self, "lr_min")
        _check_count(self, "steps")

    @_of_steps
    def __call__(self, t: int) -> Any:
        if t > self.steps:
            return self.lr_min
        return _half_cosine(self.lr, self.lr_min, (t - 1) / self.steps)


def _half_cosine(start, end, part):
    return end + (start - end) * (0.5 * (1 + np.cos(np.pi * part).item()))


@dataclass(frozen=True)
class WarmRestarts:
    r"""Half cosines one after the other, each starting again at the top.

    Parameters
    ----------
    lr : float or array over the batch
        The value η_max in the first step of every period.
    period : int
        The steps of the first period, at least 1.
    growth : int
        Each period is so many times as long as the one before, at least 1.
    lr_min : float or array over the batch
        η_min, which the value approaches before each restart. It goes on without end.

    References
    ----------
    I. Loshchilov and F. Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts*,
    ICLR 2017.

    Examples
    --------
    >>> from optimlib.schedules import WarmRestarts
    >>> restarts = WarmRestarts(0.1, period=2, growth=2)
    >>> [round(restarts(t), 6) for t in range(1, 9)]
    [0.1, 0.05, 0.1, 0.085355, 0.05, 0.014645, 0.1, 0.096194]
    """

    lr: Numeric
    period: int
    growth: int = 1
    lr_min: Numeric = 0.0

    def __post_init__(self) -> None:
        _check_value(self, "lr")
        _check_value(self, "lr_min")
        _check_count(self, "period")
        _check_count(self, "growth")

    @_of_steps
    def __call__(self, t: int) -> Any:
        passed, period = t - 1, self.period
        if self.growth == 1:
            passed = passed % period
        while self.growth > 1 and passed >= period:
            passed, period = passed - period, period * self.growth
        return _half_cosine(self.lr, self.lr_min, passed / period)


@dataclass(frozen=True)
class OneCycle:
    r"""Smith's one-cycle policy: up to a large rate, then down to a tiny one, along cosines.

    Parameters
    ----------
    lr : float or array over the batch
        The largest value, reached in step ``rise * steps``.
    steps : int
        The length of the whole, at least 2. Step `steps` has the last value, and so have all
        later ones.
    rise : float
        The part of the steps, between 1/steps and 1, in which the value grows.
    first, last : float
        The first step has ``lr / first``, the last one ``lr / first / last``.

    References
    ----------
    L. N. Smith and N. Topin, *Super-Convergence: Very Fast Training of Neural Networks Using
    Large Learning Rates*, arXiv:1708.07120 (2017); in the form of PyTorch's ``OneCycleLR``.

    Examples
    --------
    >>> from optimlib.schedules import OneCycle
    >>> cycle = OneCycle(1.0, steps=10, rise=0.5)
    >>> [round(cycle(t), 6) for t in (1, 3, 5, 7, 10, 11)]
    [0.04, 0.52, 1.0, 0.65451, 4e-06, 4e-06]
    """

    lr: Numeric
    steps: int
    rise: float = 0.3
    first: float = 25.0
    last: float = 1e4

    def __post_init__(self) -> None:
        for name in ("lr", "rise", "first", "last"):
            _check_value(self, name, positive=name != "lr")
        _check_count(self, "steps", least=2)
        if not is_number(self.rise):
            raise _complain(self, "rise", "a number")
        if not 1 / self.steps < self.rise < 1:
            raise _complain(self, "rise", f"between 1 / steps and 1, where steps = {self.steps}")

    @_of_steps
    def __call__(self, t: int) -> Any:
        low, end = self.lr / self.first, self.lr / self.first / self.last
        top = self.rise * self.steps
        if t >= self.steps:
            return end
        if t <= top:
            return _half_cosine(low, self.lr, (t - 1) / (top - 1))
        return _half_cosine(self.lr, end, (t - top) / (self.steps - top))


@dataclass(frozen=True)
class WSD:
    r"""Warm-up, stable, decay: up in a straight line, constant, down in a straight line.

    :math:`\eta\, t/T_0` in the first :math:`T_0` steps; then η; and in the last
    :math:`T_1` of the T steps :math:`\eta_{\min} + (\eta - \eta_{\min})(T+1-t)/T_1`.

    Parameters
    ----------
    lr : float or array over the batch
        η, the largest value.
    steps : int
        T ≥ 1. Step T + 1, the first after the end, has η_min, and so have all later ones.
    warm_up : int
        T₀, at least 0. The first step has η/T₀, not 0.
    cooldown : int
        T₁, at least 0. The first of its steps still has η, as in `Linear`.
    lr_min : float or array over the batch
        η_min, 0 unless given.

    Raises
    ------
    ValueError
        If a number is out of its range, or warm-up and cooldown together have more than T steps.

    References
    ----------
    S. Hu et al., *MiniCPM: Unveiling the Potential of Small Language Models with Scalable
    Training Strategies*, arXiv:2404.06395 (2024), for the name; A. Hägele et al., *Scaling Laws
    and Compute-Optimal Training Beyond Fixed Training Durations*, NeurIPS 2024.

    Examples
    --------
    >>> from optimlib.schedules import WSD
    >>> [WSD(0.4, steps=8, warm_up=2, cooldown=4)(t) for t in range(1, 10)]
    [0.2, 0.4, 0.4, 0.4, 0.4, 0.30000000000000004, 0.2, 0.1, 0.0]
    """

    lr: Numeric
    steps: int
    warm_up: int
    cooldown: int
    lr_min: Numeric = 0.0

    def __post_init__(self) -> None:
        _check_value(self, "lr")
        _check_value(self, "lr_min")
        _check_count(self, "steps")
        _check_count(self, "warm_up", least=0)
        _check_count(self, "cooldown", least=0)
        if self.warm_up > self.steps:
            raise _complain(self, "warm_up", f"at most steps = {self.steps}")
        if self.warm_up + self.cooldown > self.steps:
            words = f"at most steps - warm_up = {self.steps - self.warm_up}"
            raise _complain(self, "cooldown", words)

    @_of_steps
    def __call__(self, t: int) -> Any:
        if t > self.steps:
            return self.lr_min
        if t <= self.warm_up:
            return self.lr * (t / self.warm_up)
        left = self.steps + 1 - t
        if left >= self.cooldown:
            return self.lr
        return self.lr_min + (self.lr - self.lr_min) * (left / self.cooldown)


@dataclass(frozen=True)
class Then:
    """One schedule for the first steps, then another one, which counts them from 1 again.

    Parameters
    ----------
    steps : int
        How many steps `first` is for, at least 1.
    first, second : schedules
        Functions of the step number; any will do. To have three in a row make `second` a
        `Then`.

    Examples
    --------
    Warm-up, then cosine:

    >>> from optimlib.schedules import Cosine, Then, WarmUp
    >>> schedule = Then(2, WarmUp(0.1, steps=2), Cosine(0.1, steps=4))
    >>> [round(schedule(t), 6) for t in range(1, 8)]
    [0.05, 0.1, 0.1, 0.085355, 0.05, 0.014645, 0.0]
    """

    steps: int
    first: Schedule
    second: Schedule

    def __post_init__(self) -> None:
        _check_count(self, "steps")
        for name in ("first", "second"):
            if not callable(getattr(self, name)):
                raise _complain(self, name, "callable (a schedule)")

    @_of_steps
    def __call__(self, t: int) -> Any:
        return self.first(t) if t <= self.steps else self.second(t - self.steps)
