"""The engine: runs a rule on an objective, recording everything or only the end."""

import itertools
import math
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import cached_property, partial
from importlib import import_module
from typing import Any, Literal, overload

import numpy as np

from optimlib.checks import check_count, check_flag, mismatch, real_array
from optimlib.compiled import CompiledRun
from optimlib.exact import exactly_all
from optimlib.expression import evaluate, record_problem, record_rule
from optimlib.extras import extra
from optimlib.objective import Objective, Stream, check_objective
from optimlib.points import points_near
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rule import Rule
from optimlib.state import Layout, State
from optimlib.steps import Apart, Steps, independent
from optimlib.trace import Trace, stacked
from optimlib.types import Array, ArrayLike, Number, Points, Record, Start

# Bytes of the points that `run` advances together: with state and temporaries, six times as much
# stays in the processor's cache. In smaller chunks threads wait for each other more often.
CHUNK = 2**20
# Reading the code before it is compiled takes at most as long as running it for so many steps. A
# step takes as long again for each so many coordinates.
READING, COORDINATES = 80, 10_000


def iterate(
    rule: Optimizer, objective: Objective, w0: Start, state: State | None = None
) -> "Records":
    r"""Yield the record of each step, endlessly.

    A record is a dict: ``t``; ``look_ahead`` where the rule takes its gradient elsewhere than at
    the point; ``g``; everything that `rule.update` names, in its order; and ``w``, the point
    after the step, :math:`w_t = w_{t-1} + \mathrm{step}`.

    Parameters
    ----------
    rule : Rule
        Its hyperparameters may be arrays over the batch.
    objective : Objective
    w0 : number or array, shape (d, \*batch)
        The start, or many of them; for `Blocks` also a dict of the blocks. A
        `fractions.Fraction`, or an array of them, is computed exactly, with hyperparameters read
        as the decimals they are written as; a square root that is not rational is rounded to 40
        significant digits.
    state : State, optional
        Of the run that ended at `w0` and goes on here; by default the first step is t = 1. The
        iterator has the state after its last record as ``state``.

    Yields
    ------
    dict
        Values of w0's shape (broadcast against the hyperparameters' batch), which cannot be
        written to; float32 stays float32. A run that diverges records inf and nan, without a
        warning.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If `w0` is not finite or not of the objective's dimension, `state` is of another rule or
        shape, a schedule is not a function of t alone, or the rule's `update` does not return its
        state, returns other shapes or changes what it is given.

    Examples
    --------
    >>> from fractions import Fraction
    >>> import optimlib as ol
    >>> records = ol.iterate(ol.Momentum(lr=0.1), ol.problems.square, Fraction(4))
    >>> first, second = next(records), next(records)
    >>> second["v"], second["w"]
    (Fraction(68, 5), Fraction(46, 25))
    """
    return Records(_Start(rule, objective, w0, state))


def trace(
    rule: Optimizer, objective: Objective, w0: Start, steps: int, state: State | None = None
) -> Trace:
    """Run `steps` steps and return all their records, stacked.

    Parameters
    ----------
    rule, objective, w0, state
        As in `iterate`.
    steps : int
        At least 0.

    Returns
    -------
    Trace
        ``trace["w"]`` and every other name of the record, with the step as first axis. Its
        ``state`` lets another run go on.

    Raises
    ------
    TypeError, ValueError
        As `iterate`; also if `steps` is not an integer or negative.

    Examples
    --------
    >>> import optimlib as ol
    >>> ol.trace(ol.GradientDescent(lr=0.1), ol.problems.square, 4.0, steps=3)
    Gradient descent on square, 3 steps
    t    gₜ     wₜ   f(wₜ)
    0            4      16
    1     8    3.2   10.24
    2   6.4   2.56  6.5536
    3  5.12  2.048  4.1943
    """
    check_count("steps", steps, least=0)
    start = _Start(rule, objective, w0, state)
    records = Records(start)
    columns = stacked(itertools.islice(records, steps), steps)
    return Trace(rule, objective, start.layout.restore(start.w), columns, records.state)


@overload
def run(
    rule: Optimizer,
    objective: Objective,
    w0: Number,
    steps: int,
    threads: int = 1,
    compiled: bool = False,
    *,
    state: State | None = None,
    return_state: Literal[False] = False,
) -> Number | Array: ...
@overload
def run(
    rule: Optimizer,
    objective: Objective,
    w0: Points | Mapping[str, ArrayLike],
    steps: int,
    threads: int = 1,
    compiled: bool = False,
    *,
    state: State | None = None,
    return_state: Literal[False] = False,
) -> Array: ...
@overload
def run(
    rule: Optimizer,
    objective: Objective,
    w0: Start,
    steps: int,
    threads: int = 1,
    compiled: bool = False,
    *,
    state: State | None = None,
    return_state: Literal[True],
) -> tuple[Any, State]: ...
def run(
    rule: Optimizer,
    objective: Objective,
    w0: Start,
    steps: int,
    threads: int = 1,
    compiled: bool = False,
    *,
    state: State | None = None,
    return_state: bool = False,
) -> Any:
    r"""Run `steps` steps from every start and return only the final points.

    The result is that of `trace`, and does not depend on `threads`. Memory does not grow with the
    number of steps. Where the code of the rule and the gradient is arithmetic on single
    coordinates, it runs on chunks of points that stay in the processor's cache.

    Parameters
    ----------
    rule, objective, w0, state
        As in `iterate`.
    steps : int
        At least 0.
    threads : int
        How many chunks to advance at a time, at least 1. Code that is not arithmetic on single
        coordinates, and a `Stream`, is advanced in one piece.
    compiled : bool
        Compile the run with numba (the extra ``fast``). Compiling a rule on a problem
        takes a second or two, once a session. The result agrees up to rounding. What cannot be
        compiled runs as it is, and a warning says why. So does, without one, a run that is over
        before its code could be read: fewer than 80 steps from one start.
    return_state : bool
        Whether to return the `State` too, with which another run goes on.

    Returns
    -------
    number or array, shape (d, \*batch)
        With `return_state` a pair, this and the `State`.

    Raises
    ------
    TypeError, ValueError
        As `iterate`; also if `steps` or `threads` is not an integer or too small.
    ImportError
        If numba is needed and not installed.

    Examples
    --------
    Three learning rates from one start; the last one is too large.

    >>> import numpy as np
    >>> import optimlib as ol
    >>> rates = np.array([0.1, 0.5, 1.5])
    >>> print(ol.run(ol.GradientDescent(rates), ol.problems.square, 4.0, steps=3))
    [[  2.048   0.    -32.   ]]
    """
    check_count("steps", steps, least=0)
    check_count("threads", threads, least=1)
    check_flag("compiled", compiled)
    check_flag("return_state", return_state)
    start = _Start(rule, objective, w0, state)
    machine = _compiled(start, steps) if compiled else None
    many = threads > 1 or start.w.nbytes > CHUNK
    chunked = many and (machine is not None or _is_elementwise(start))
    chunks = _chunks(start.w, threads) if chunked else [slice(None)]

    def advance(chunk):
        if machine:
            on_points = partial(start.spread, chunk=chunk)
            w, state = machine.run(
                start.w[:, chunk], start.state_of(chunk), steps, on_points, start.t
            )
            # A copy, so that what has been computed beside it is not kept.
            return (w, state) if return_state else (w.copy(), [])
        course = start.course(chunk)
        for _ in range(steps):
            next(course)
        pairs = zip(course.state, start.state_of(chunk), strict=True) if return_state else ()
        return course.w, [np.broadcast_to(array, old.shape) for array, old in pairs]

    if min(threads, len(chunks)) == 1:
        ends = list(map(advance, chunks))
    else:
        with ThreadPoolExecutor(threads) as pool:
            ends = list(pool.map(advance, chunks))
    w = start.layout.restore(np.concatenate([w for w, _ in ends], axis=1))
    if not return_state:
        return w
    arrays = [np.concatenate(parts, axis=-1) for parts in zip(*(s for _, s in ends), strict=True)]
    return w, start.state_after(start.t + steps, arrays)


def flat_start(rule: Optimizer, objective: Objective, w0: Start) -> Any:
    """Check `rule` and `objective`; return `w0` as an array or number, also if it is blocks."""
    check_pair(rule, objective)
    return rule.flat_start(w0, objective)


def check_pair(rule: object, objective: object) -> None:
    """Raise a TypeError unless these are an optimizer and an objective, in this order."""
    check_order(rule, objective)
    check_rule(rule)
    check_objective(objective)


def check_order(rules: object, objectives: object) -> None:
    """Raise a TypeError if optimizers and objectives, one or a list, have changed places."""
    first, second = (
        value[0] if isinstance(value, list | tuple) and value else value
        for value in (rules, objectives)
    )
    if isinstance(first, Objective) and isinstance(second, Optimizer):
        raise TypeError(
            "the rule comes first and then the objective, got first an objective, "
            f"{rules!r}, and then a rule, {objectives!r}"
        )


def check_rule(rule: object) -> None:
    """Raise a TypeError unless `rule` is an optimizer."""
    if not isinstance(rule, Optimizer):
        raise TypeError(f"rule must be like ol.Adam(lr=0.1), got rule = {rule!r}")


def _chunks(w, threads):
    """Return slices of the points of `w`, as many for each thread."""
    count = threads * math.ceil(w.nbytes / (CHUNK * threads))
    ends = np.linspace(0, w.shape[1], max(min(count, w.shape[1]), 1) + 1).astype(int)
    return list(itertools.starmap(slice, itertools.pairwise(ends)))


class Records(Iterator[Record]):
    """An iterator over the records of a run in the caller's layout."""

    def __init__(self, start: "_Start") -> None:
        self._start, self._course = start, start.course()

    def __next__(self) -> Record:
        restore = self._start.layout.restore
        return {name: restore(value) for name, value in next(self._course).items()}

    @property
    def state(self) -> State:
        """What the optimizer remembers after the last record."""
        return self._start.state_after(self._course.t, self._course.state)


class _Start:
    """The arguments of a run, checked: points and state in the layout (..., N)."""

    def __init__(self, rule, objective, w0, state):
        w0 = flat_start(rule, objective, w0)
        self.rule, self.objective = rule, objective
        # A run that diverged may go on.
        w = real_array("w0", w0, finite=state is None, exact=True)
        self.exact = w.dtype == object
        if self.exact:
            w = np.frompyfunc(Fraction, 1, 1)(np.atleast_1d(w)).reshape(w.shape)
        objective.check_dimension(w, "w0")
        scheduled = rule.has_schedules()
        self._batch = batch = _batch_shape(rule, w.shape[1:])
        self.layout = Layout(w.shape, batch)
        w = w.reshape(objective.dim, *(1,) * (len(batch) + 1 - max(w.ndim, 1)), *w.shape[1:])
        self.w = np.broadcast_to(w, (objective.dim, *batch)).reshape(objective.dim, -1)
        if state is not None and not isinstance(state, State):
            raise TypeError(f"state must be that of a trace or a run, got state = {state!r}")
        self.t = 0 if state is None else state.t
        self._rule = None if scheduled else self._in_layout(rule, slice(None))
        self._given = state
        if state is not None:
            _ = self.state  # is checked

    @cached_property
    def state(self):
        """What the optimizer remembers at the start."""
        first = self._rule or self._in_layout(self.rule.at(self.t + 1), slice(None))
        given = self._given
        return list(first.initial(self.w)) if given is None else given.of(first, self.w)

    def _in_layout(self, optimizer, chunk):
        def hyperparameter(name, value):
            if self.exact:
                value = exactly_all(value)
            elif not np.ndim(value):
                return float(value)
            return self.spread(name, value, chunk) if np.ndim(value) else value

        return optimizer.map_hyperparameters(hyperparameter)

    def spread(self, name, value, chunk):
        """Return an array over the batch, a hyperparameter, for some of the runs."""
        array = value if self.exact else value.astype(self.w.dtype)
        try:
            array = np.broadcast_to(array, self._batch).reshape(-1)[chunk]
        except ValueError:
            raise ValueError(
                f"{name} must broadcast against the batch of shape {self._batch} in every "
                f"step, got shape {array.shape}"
            ) from None
        array.setflags(write=False)
        return array

    def rule_at(self, chunk):
        """Return the function from t to the rule of that step, for some of the runs."""
        if self._rule is None:
            return lambda t: self._in_layout(self.rule.at(t), chunk)
        rule = self._rule if chunk == slice(None) else self._in_layout(self.rule, chunk)
        return lambda t: rule

    def course(self, chunk=slice(None)):
        """Return the iterator over the steps of some of the runs."""
        recording = record_rule(self.rule) if self.exact else None
        runs = range(self.w.shape[1])[chunk]
        if len(runs) > 1 and not self.exact and not independent(self.rule, self.objective.dim):
            return Apart([self.course(slice(i, i + 1)) for i in runs])
        state = self.state_of(chunk)
        rule_at, names = self.rule_at(chunk), self.rule.state
        w = self.w[:, chunk]
        return Steps(rule_at, names, self.objective, w, state, self.t, recording)

    def state_of(self, chunk):
        """Return what the optimizer remembers of some of the runs at the start."""
        if self._given is None and chunk != slice(None):
            return list(self.rule_at(chunk)(self.t + 1).initial(self.w[:, chunk]))
        return [array[..., chunk] for array in self.state]

    def state_after(self, t, arrays):
        """Return the state after step `t`."""
        pairs = zip(arrays, self.state, strict=True)
        spread = (
            a if np.shape(a) == old.shape else np.broadcast_to(a, old.shape) for a, old in pairs
        )
        names = dict(zip(self.rule.state, spread, strict=True))
        return State(t, names, self.layout, self.w.dtype)


def _batch_shape(rule, batch):
    """Return the common batch of the starts and all hyperparameters."""
    shapes = []  # a wrapper and what it wraps may have hyperparameters of the same name

    def note(name, value):
        value = _first_value(rule, name, value) if callable(value) else value
        shapes.append((name, np.shape(value)))

    rule.map_hyperparameters(note)
    for name, shape in shapes:
        try:
            batch = np.broadcast_shapes(batch, shape)
        except ValueError:
            raise ValueError(
                f"{name} must broadcast against the batch of shape {batch}, got shape {shape}"
            ) from None
    return batch


def _first_value(rule, name, schedule):
    """Return the value of a schedule in step 1, or raise an error if there is not one."""
    words = f"{type(rule).__name__}: {name} must be a function of the step number t alone"
    try:
        first, second = schedule(1), schedule(1)
    except TypeError as error:
        raise mismatch(error, f"{type(rule).__name__}: {name}", schedule, 1) from error
    if not np.array_equal(first, second):
        raise ValueError(f"{words}, got {first!r} and then {second!r} for t = 1")
    return first


def _compiled(start, steps):
    """Return the compiled run, or None where it does not pay or, with a warning, cannot be."""
    with extra("fast", "compiled=True"):
        import_module("numba")
    rule, objective = start.rule, start.objective
    try:
        if not isinstance(rule, Rule) or type(rule).advance is not Rule.advance:
            raise TypeError(f"{rule!r} is not written as an update alone")
        if isinstance(objective, Stream):
            raise TypeError(f"{objective!r} changes from step to step")
        if steps * (1 + start.w.size / COORDINATES) < READING:
            return None
        machine = CompiledRun(rule, objective, start.w.dtype)
        tolerance = np.finfo(start.w.dtype).eps ** 0.5
        if not _computes_the_same(machine.gradient, objective, "grad", start.w, tolerance):
            raise TypeError(f"what is read from the code of {objective.name} is not what it gives")
        return machine
    except TypeError as error:
        warnings.warn(f"compiled=True is left out: {error}", stacklevel=3)
        return None


def _computes_the_same(nodes, objective, reading, w, tolerance=0.0):
    """Return whether trees give what the code gives, bit for bit, at points near the start.

    They do not where the code adds up a sum in another order, which a `tolerance` allows.
    """
    points = points_near(w, 16)
    values, cache = dict(zip(objective.variables, points, strict=True)), {}
    with np.errstate(all="ignore"):
        expected = getattr(objective, reading)(points)
        actual = np.empty_like(expected)
        for index, node in np.ndenumerate(nodes):
            value = actual[index] = evaluate(node, values, cache=cache)
            if not (tolerance or isinstance(value, int | float) or value.dtype == w.dtype):
                return False
    if tolerance:
        size = np.max(np.abs(expected), initial=0, where=np.isfinite(expected))
        return np.allclose(actual, expected, tolerance, tolerance * size, equal_nan=True)
    return np.array_equal(actual, expected, equal_nan=True)


def _is_elementwise(start):
    """Return whether no run depends on how many others there are, to the last bit."""
    objective = start.objective
    if isinstance(objective, Stream) or start.exact or not start.w.size:
        return False
    if not independent(start.rule, objective.dim):
        return False
    for reading in ("grad", "f", *["hess"] * objective.has_hess):
        try:
            nodes = record_problem(objective, reading)
        except TypeError:
            return False
        if not _computes_the_same(np.array(nodes, dtype=object), objective, reading, start.w):
            return False
    return True
