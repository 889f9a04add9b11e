"""The steps of a run, one after the other, and whether the runs of a batch can go together."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Self

import numpy as np

from optimlib.exact import ExactObjective, ExactRule
from optimlib.expression import BranchError, RuleRecording, record_rule
from optimlib.objective import Objective
from optimlib.points import points_near
from optimlib.purity import Watch
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


class Steps:
    """An iterator of the records of a run in the layout (d, N).

    Parameters
    ----------
    rule_at : callable
        From t to the optimizer of that step, with its hyperparameters in the layout.
    names : tuple of str
        Of the optimizer's state.
    objective : Objective
    w, state : array, list of arrays
        Where the run begins.
    t : int
        How many steps were taken before.
    recording : RuleRecording, optional
        Of the rule, if the run is on fractions.

    Attributes
    ----------
    t, w, state
        After the last step.
    """

    def __init__(
        self,
        rule_at: Callable[[int], Any],
        names: tuple[str, ...],
        objective: Objective,
        w: Array,
        state: list[Array],
        t: int = 0,
        recording: RuleRecording | None = None,
    ) -> None:
        self.t, self.w, self.state = t, w, state
        self._rule_at, self._names, self._objective = rule_at, names, objective
        self._recording = recording
        self._seen: Any = None
        self._exact: Any = None  # the last objective, and what stands in for it
        self._checked = False
        for array in state:
            array.setflags(write=False)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Record:
        t = self.t + 1
        rule, seen = self._rule_at(t), self._objective.at(t)
        if self._recording is not None:
            if seen is not self._seen:
                self._seen, self._exact = seen, ExactObjective(seen)
            rule, seen = ExactRule(rule, self._recording), self._exact
        with np.errstate(all="ignore"):
            record = rule.advance(t, self.w, self.state, seen)
        if not self._checked:
            self._check(rule, record)
        state = [record[name] for name in self._names]
        # What the next step is given it cannot change.
        for value in (record["w"], *state):
            if type(value) is np.ndarray:
                value.setflags(write=False)
        self.t, self.w, self.state = t, record["w"], state
        return {"t": t, **record}

    def _check(self, rule, record):
        """Raise an error unless the first record holds real numbers in the right shapes."""
        while isinstance(getattr(rule, "rule", None), Optimizer):
            rule = rule.rule
        owner = f"{type(rule).__name__}.{'update' if hasattr(rule, 'update') else 'advance'}"
        if not isinstance(record, dict):
            raise TypeError(f"{owner} must return a dict, got {record!r}")
        shapes = {name: np.shape(a) for name, a in zip(self._names, self.state, strict=True)}
        for name in (*self._names, "w"):
            if name not in record:
                raise ValueError(f"{owner} must return {name!r}, it returned {list(record)}")
        kinds = "fiub" if self.w.dtype != object else "fiubO"
        for name, value in record.items():
            if np.asarray(value).dtype.kind not in kinds:
                raise TypeError(f"{owner} must return real numbers, got {name} = {value!r}")
            shape = shapes.get(name, self.w.shape if name in ("w", "step") else None)
            if shape is not None and not _fits(np.shape(value), shape, exactly=name == "w"):
                raise ValueError(
                    f"{owner} must return {name} of shape {shape} for w of shape {self.w.shape}, "
                    f"got shape {np.shape(value)}"
                )
        self._checked = True


def _fits(shape, other, exactly):
    """Return whether an array of one shape is, or can be spread to, one of the other."""
    try:
        return shape == other or (not exactly and np.broadcast_shapes(shape, other) == other)
    except ValueError:
        return False


class Apart:
    """The same as `Steps`, for a rule that mixes the runs of a batch: each run on its own.

    Parameters
    ----------
    runs : list of Steps
        Each of one run, N = 1.
    """

    def __init__(self, runs: list[Steps]) -> None:
        self._runs = runs

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Record:
        records = [next(run) for run in self._runs]
        joined = {n: _joined([record[n] for record in records]) for n in records[0] if n != "t"}
        return {"t": records[0]["t"], **joined}

    @property
    def t(self) -> int:
        return self._runs[0].t

    @property
    def w(self) -> Array:
        return _joined([run.w for run in self._runs])

    @property
    def state(self) -> list[Array]:
        states = zip(*(run.state for run in self._runs), strict=True)
        return [_joined(list(parts)) for parts in states]


def _joined(values):
    """Return values of single runs as one of all, with the runs as its last axis."""
    return np.concatenate([np.atleast_1d(value) for value in values], axis=-1)


# Independence


def independent(rule: Optimizer, dim: int) -> bool:
    """Return whether `rule` moves each run of a batch as if it were alone.

    What is read as elementwise arithmetic does; what branches on a value does not. Other code is
    tried at four points of a bowl, with each and with all.
    """
    return _is_ours(rule) or _is_independent(rule, dim)


def _is_independent(rule, dim):
    # Which numbers the hyperparameters have does not matter.
    plain = rule.map_hyperparameters(
        lambda name, value: float(np.ravel(value(1) if callable(value) else value)[0])
    )
    try:
        return _tried(plain, dim)
    except TypeError:  # it has an option that cannot be hashed
        return _tried.__wrapped__(plain, dim)


@lru_cache(maxsize=64)
def _tried(rule, dim):
    if isinstance(rule, Rule) and type(rule).advance is Rule.advance:
        try:
            record_rule(rule)
        except BranchError:
            return False
        except TypeError:
            pass
        else:
            return True
    curvatures = np.linspace(1, 2, dim)

    def spread(values, w):
        return values.reshape(values.shape + (1,) * (w.ndim - 1))

    bowl = Objective(
        f=lambda w: np.sum(spread(curvatures, w) * w**2, axis=0) / 2,
        grad=lambda w: spread(curvatures, w) * w,
        hess=lambda w: np.diag(curvatures),
        variables=[f"w{i}" for i in range(dim)],
    )
    # Points of all signs and sizes.
    points = points_near(np.ones((dim, 1)), 4) * np.array([1.0, -0.1, 10.0, -100.0])
    points[::2, 2:] *= -1
    watch = Watch(rule.advance, getattr(rule, "update", None))
    try:
        together = _first_records(rule, bowl, points)
        apart = [_first_records(rule, bowl, points[:, [i]]) for i in range(4)]
    except Exception:
        return False
    finally:
        watch.undo()
    return all(
        _same_columns(record[name], [alone[t][name] for alone in apart])
        for t, record in enumerate(together)
        for name in record
    )


def _first_records(rule, objective, w):
    """Return the records of three steps."""
    state = [np.array(array) for array in rule.at(1).initial(w)]
    steps = Steps(rule.at, rule.state, objective, w, state)
    return [next(steps) for _ in range(3)]


def _same_columns(together, apart):
    if np.ndim(together) == 0:
        return all(np.ndim(a) == 0 and np.allclose(a, together, rtol=1e-9) for a in apart)
    joined = _joined(apart)
    return joined.shape == np.shape(together) and np.allclose(
        joined, together, rtol=1e-9, atol=1e-12, equal_nan=True
    )


def _is_ours(thing):
    """Return whether an optimizer and all that is in it are of this package."""
    if not type(thing).__module__.startswith("optimlib."):
        return False
    own = thing.hyperparameters() if isinstance(thing, Optimizer) else {}
    inside = [value for name, value in vars(thing).items() if name not in own]
    inside += [v for value in inside if isinstance(value, dict) for v in value.values()]
    return all(_is_ours(v) for v in inside if isinstance(v, Optimizer) or callable(v))
