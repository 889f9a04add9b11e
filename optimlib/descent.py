"""The engine: runs a rule on an objective, recording everything or only the end."""

import itertools
import math
import warnings
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from numbers import Integral, Rational

import numpy as np

from optimlib.compiled import CompiledRun
from optimlib.exact import ExactObjective, ExactRule, exactly_all
from optimlib.expression import record_rule
from optimlib.objective import Objective, Stream
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rule import Rule
from optimlib.trace import Trace

# Bytes of the points that `run` advances together: with state and temporaries, ten times as much
# stays in the processor's cache. In smaller chunks threads wait for each other more often.
CHUNK = 2**17


def iterate(rule, objective, w0):
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

    Yields
    ------
    dict
        Values of w0's shape (broadcast against the hyperparameters' batch); float32 stays
        float32. A run that diverges records inf and nan, without a warning.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If `w0` is not finite or not of the objective's dimension, or the rule's `update` does not
        return its state.

    Examples
    --------
    >>> from fractions import Fraction
    >>> import optimlib as ol
    >>> records = ol.iterate(ol.Momentum(lr=0.1), ol.problems.square, Fraction(4))
    >>> first, second = next(records), next(records)
    >>> second["v"], second["w"]
    (Fraction(68, 5), Fraction(46, 25))
    """
    w, layout, on_batch = _prepared(rule, objective, w0)
    return (layout.restore(record) for record in _steps(rule, objective, w, on_batch))


def trace(rule, objective, w0, steps):
    """Run `steps` steps and return all their records, stacked.

    Parameters
    ----------
    rule, objective, w0
        As in `iterate`.
    steps : int
        At least 0.

    Returns
    -------
    Trace
        ``trace["w"]`` and every other name of the record, with the step as first axis.

    Raises
    ------
    TypeError, ValueError
        As `iterate`; also if `steps` is not an integer or negative.

    Examples
    --------
    >>> import optimlib as ol
    >>> ol.trace(ol.GradientDescent(lr=0.1), ol.problems.square, 4.0, steps=3)
    GradientDescent on square, 3 steps
    t    gₜ     wₜ   f(wₜ)
    0            4      16
    1     8    3.2   10.24
    2   6.4   2.56  6.5536
    3  5.12  2.048  4.1943
    """
    check_count("steps", steps, least=0)
    w, layout, on_batch = _prepared(rule, objective, w0)
    records = itertools.islice(_steps(rule, objective, w, on_batch), steps)
    return Trace(rule, objective, layout.restore({"w": w})["w"], map(layout.restore, records))


def run(rule, objective, w0, steps, threads=1, compiled=False):
    r"""Run `steps` steps from every start and return only the final points.

    The starts are advanced in chunks, so that memory does not grow with the number of steps and
    a chunk's temporaries stay in the processor's cache. The result does not depend on `threads`.

    Parameters
    ----------
    rule, objective, w0
        As in `iterate`.
    steps : int
        At least 0.
    threads : int
        How many chunks to advance at a time, at least 1.
    compiled : bool
        Compile the run with numba (the extra ``fast``). Compiling a rule on a problem
        takes a second or two, once a session. The result agrees up to rounding. What cannot be
        compiled runs as it is, and a warning says why.

    Returns
    -------
    number or array, shape (d, \*batch)

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
    w, layout, on_batch = _prepared(rule, objective, w0)
    machine = _compiled(rule, objective, w.dtype) if compiled else None

    def advance(chunk):
        def on_chunk(value):
            value = on_batch(value)
            return value[chunk] if np.ndim(value) else value

        final = w[:, chunk]
        if machine:
            state = _in_layout(rule.at(1), on_chunk).initial(final)
            return machine.run(final, state, steps, on_chunk)
        for record in itertools.islice(_steps(rule, objective, final, on_chunk), steps):
            final = record["w"]
        return final

    with ThreadPoolExecutor(threads) as pool:
        final = list(pool.map(advance, _chunks(w, threads)))
    return layout.restore({"w": np.concatenate(final, axis=1)})["w"]


def _chunks(w, threads):
    """Return slices of the points of `w`, as many for each thread."""
    count = threads * math.ceil(w.nbytes / (CHUNK * threads))
    ends = np.linspace(0, w.shape[1], max(min(count, w.shape[1]), 1) + 1).astype(int)
    return list(itertools.starmap(slice, itertools.pairwise(ends)))


def _steps(rule, objective, w, on_batch):
    """Yield the records of a run in the layout (d, N).

    `on_batch` brings a hyperparameter's value into that layout.
    """
    names, scheduled = rule.state, rule.has_schedules()
    rule = rule if scheduled else _in_layout(rule, on_batch)
    state = (_in_layout(rule.at(1), on_batch) if scheduled else rule).initial(w)
    exact = w.dtype == object
    recording = record_rule(rule) if exact else None
    for t in itertools.count(1):
        with np.errstate(all="ignore"):
            current = _in_layout(rule.at(t), on_batch) if scheduled else rule
            seen = objective.at(t)
            if exact:
                current, seen = ExactRule(current, recording), ExactObjective(seen)
            record = current.advance(t, w, state, seen)
        yield {"t": t, **record}
        w, state = record["w"], [record[name] for name in names]


def _in_layout(optimizer, on_batch):
    return optimizer.map_hyperparameters(lambda name, value: on_batch(value))


def _compiled(rule, objective, dtype):
    """Return the compiled run, or None where there is none, with a warning that says why."""
    try:
        if not isinstance(rule, Rule) or type(rule).advance is not Rule.advance:
            raise TypeError(f"{rule!r} is not written as an update alone")
        if isinstance(objective, Stream):
            raise TypeError(f"{objective!r} changes from step to step")
        return CompiledRun(rule, objective, dtype)
    except TypeError as error:
        warnings.warn(f"compiled=True is left out: {error}", stacklevel=3)
        return None


def _prepared(rule, objective, w0):
    """Check the arguments; return the start in the layout (d, N) and the caller's layout.

    The third value returned brings a hyperparameter into the former.
    """
    w0 = flat_start(rule, objective, w0)
    w, exact = _start(w0)
    objective.check_dimension(w, "w0")
    if not np.all((w > -np.inf) & (w < np.inf)):
        raise ValueError(f"w0 must be finite, got w0 = {w0!r}")
    batch = _batch_shape(rule, w.shape[1:])
    w = w.reshape(objective.dim, *(1,) * (len(batch) + 1 - max(w.ndim, 1)), *w.shape[1:])
    w = np.broadcast_to(w, (objective.dim, *batch)).reshape(objective.dim, -1)

    def hyperparameter(value):
        if exact:
            value = exactly_all(value)
        elif np.ndim(value):
            value = value.astype(w.dtype)
        else:
            value = float(value)
        return np.broadcast_to(value, batch).reshape(-1) if np.ndim(value) else value

    return w, _Layout(np.shape(w0), batch), hyperparameter


def flat_start(rule, objective, w0):
    """Check `rule` and `objective`; return `w0` as an array or number, also if it is blocks."""
    for argument, value, kind in (("rule", rule, Optimizer), ("objective", objective, Objective)):
        if not isinstance(value, kind):
            example = "ol.Adam(lr=0.1)" if kind is Optimizer else "ol.problems.square"
            raise TypeError(f"{argument} must be like {example}, got {argument} = {value!r}")
    return rule.flat_start(w0, objective)


def _start(w0):
    """Return `w0` as an array, and whether it is exact."""
    try:
        w = np.asarray(w0)
    except ValueError as error:
        raise ValueError(f"w0 must have one length in each dimension, got w0 = {w0!r}") from error
    if w.dtype == object and w.size and all(isinstance(value, Rational) for value in w.flat):
        return np.frompyfunc(Fraction, 1, 1)(np.atleast_1d(w)).reshape(w.shape), True
    if w.dtype.kind not in "fiu":
        raise TypeError(f"w0 must be a real number or an array of them, got w0 = {w0!r}")
    return (w if w.dtype.kind == "f" else w.astype(float)), False


def _batch_shape(rule, batch):
    """Return the common batch of the starts and all hyperparameters."""
    shapes = []  # a wrapper and what it wraps may have hyperparameters of the same name
    rule.map_hyperparameters(
        lambda name, value: shapes.append((name, np.shape(value(1) if callable(value) else value)))
    )
    for name, shape in shapes:
        try:
            batch = np.broadcast_shapes(batch, shape)
        except ValueError:
            raise ValueError(
                f"{name} must broadcast against the batch of shape {batch}, got shape {shape}"
            ) from None
    return batch


class _Layout:
    """Brings records from the engine's layout (d, N) back into the caller's."""

    def __init__(self, shape, batch):
        self.batch = batch
        self.single = shape == () and batch == ()

    def restore(self, record):
        return {name: self._restored(value) for name, value in record.items()}

    def _restored(self, value):
        if not isinstance(value, np.ndarray) or value.ndim == 0:
            return value
        if self.single:
            return value.squeeze()[()]
        if self.batch == ():
            return value[..., 0][()]
        return value.reshape(value.shape[:-1] + self.batch)[()]


def check_count(name, value, least):
    """Return `value` if it is an integer and at least `least`, else raise an error naming it."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {name} = {value!r}")
    if value < least:
        raise ValueError(f"{name} must be >= {least}, got {name} = {value!r}")
    return value
