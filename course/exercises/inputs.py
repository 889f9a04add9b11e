"""The inputs of exercises in code: seeded situations that tell all mistakes apart."""

from dataclasses import dataclass, replace

import numpy as np

from optimlib.rules.rule import Rule

# What the outputs of two mistakes have to differ by somewhere, relative to the value.
APART = 1e-6

# Each setting of the hyperparameters is used in these steps, on so many coordinates.
STEPS = (1, 2, 3, 10)
COORDINATES = 3
# The size of gradients, and ε, in each setting. Where ε is not small beside gradients its place
# shows; without it all sizes look alike, and tiny ones would only drown in rounding.
SIZES = ((1.0, 0.1), (1e-6, 1e-7), (100.0, 1e-3))
SIZES_WITHOUT_EPS = ((1.0, None), (0.1, None), (10.0, None))


@dataclass(frozen=True)
class Situation:
    """One step that an answer has to compute: where it is, and what it remembers.

    The gradient is `g` at the point `w` and changes by `h` times the way from there. Arrays may
    have columns: then they are many situations, with a hyperparameter for each.
    """

    t: int
    w: np.ndarray
    g: np.ndarray
    h: np.ndarray
    state: dict
    hyperparameters: dict

    def grad(self, point):
        return self.g + self.h * (point - self.w)

    def column(self, index):
        """Return the situation of one column, with arrays of its own."""
        state = {name: value[:, index].copy() for name, value in self.state.items()}
        values = {name: float(value[index]) for name, value in self.hyperparameters.items()}
        own = (array[:, index].copy() for array in (self.w, self.g, self.h))
        return Situation(self.t, *own, state, values)

    def plain(self):
        """Return the situation as the judge wants it: a dict of numbers and lists."""
        return {
            "t": self.t,
            "w": self.w.tolist(),
            "g": self.g.tolist(),
            "h": self.h.tolist(),
            "state": {name: value.tolist() for name, value in self.state.items()},
            "hyperparameters": self.hyperparameters,
        }


class _Curves:
    """A situation as the engine would have it: many runs on problems in one variable."""

    def __init__(self, situation):
        self.situation = situation

    def grad(self, point):
        return self.situation.grad(point[0])[None]

    def hess(self, point):
        return self.situation.h[None, None]


def record_of(optimizer, situation):
    """Return the record of an optimizer's step, its ``step`` included."""
    w, state = situation.w, [situation.state[name] for name in optimizer.state]
    if not isinstance(optimizer, Rule):
        record = optimizer.advance(situation.t, w[None], state, _Curves(situation))
        way = record["alpha"] * record["p"] if "alpha" in record else record["w"] - w
        record = {"step": way} | record
        return {name: np.reshape(value, w.shape) for name, value in record.items()}
    point = optimizer.look_ahead(w, *state)
    g = situation.grad(point)
    record = optimizer.update(situation.t, g, *state, **({"w": w} if optimizer.sees_point else {}))
    if not isinstance(record, dict):
        return record
    return ({} if point is w else {"look_ahead": point}) | {"g": g} | record


def walk(optimizer, situations):
    """Yield the situation and the record of each step of runs that begin where t is 1.

    Points, gradients and hyperparameters are those of the situations; the state is the run's own,
    and so is the count of its steps.

    Parameters
    ----------
    optimizer : type
    situations : list of Situation
        With t = 1 first.
    """
    for situation in situations:
        if situation.t == 1:
            t, state = 0, situation.state
        t += 1
        own = replace(situation, t=t, state=state)
        record = record_of(optimizer(**own.hyperparameters), own)
        yield own, record
        state = {name: record[name] for name in own.state}


def _drawn(rng, ranges, eps):
    """Return hyperparameters that are unlike the defaults: usual values, or such as ε has."""
    values = {}
    for name, limits in ranges.items():
        values[name] = rng.uniform(*(limits.usual or (0.5 * eps, 2 * eps)))
    if "steps" in values:
        values["steps"] = round(values["steps"])
    if "lr_max" in values:
        # So close to the first length that both bounds are met.
        values["lr_min"] = values["lr"] * rng.uniform(0.5, 0.8)
        values["lr_max"] = values["lr"] * rng.uniform(1.2, 1.8)
    return values


def _short(values, digits=3):
    """Return numbers rounded to few significant digits: they are read, and sent to the page."""
    values = np.asarray(values, dtype=float)
    size = np.floor(np.log10(np.abs(values), out=np.zeros_like(values), where=values != 0))
    decimals = (digits - 1 - size).astype(int)
    # Powers of ten up to 10²² are exact: what is divided by one is the number that was meant.
    up, down = 10.0 ** np.maximum(decimals, 0), 10.0 ** np.maximum(-decimals, 0)
    return np.round(values * up / down) * down / up


def _run(rule, seeds):
    """Return the situations of a run of the rule and its records, a column for each setting."""
    ranges = {name: rule.ranges()[name] for name in rule(lr=1.0).hyperparameters()}
    has_eps = any(limits.usual is None for limits in ranges.values())
    settings, draws = [], []
    for seed in seeds:
        rng, first = np.random.default_rng(seed), len(draws)
        for size, eps in SIZES if has_eps else SIZES_WITHOUT_EPS:
            settings.append(_drawn(rng, ranges, eps))
            scales = 10 ** rng.uniform(-1, 1, (STEPS[-1], 1, COORDINATES))
            draws.append(rng.normal(size=(STEPS[-1], 3, COORDINATES)) * scales)
            draws[-1][:, 1] *= size
            # The settings of a seed share w and h: what the page loads is smaller.
            draws[-1][:, ::2] = draws[first][:, ::2]
    values = {name: _short([setting[name] for setting in settings], 4) for name in ranges}
    right = rule(**values)
    state = right.initial(np.zeros((COORDINATES, len(settings))))
    run = []
    for t, (w, g, h) in enumerate(np.moveaxis(_short(draws), 0, -1), start=1):
        state = dict(zip(right.state, map(_short, state), strict=True))
        situation = Situation(t, w, g, h, state, values)
        with np.errstate(all="ignore"):
            record = record_of(right, situation)
        run.append((situation, record))
        state = [record[name] for name in right.state]
    return [run[t - 1] for t in STEPS]


def _apart(row, others):
    """Return which of the other rows differ from this one somewhere, by more than rounding."""
    with np.errstate(all="ignore"):
        near = np.abs(row - others) <= APART * np.maximum(np.abs(row), np.abs(others))
    near &= np.isfinite(row) & np.isfinite(others)
    same = (row == others) | (np.isnan(row) & np.isnan(others))
    return ~(near | same).all(axis=1)


@dataclass(frozen=True)
class Inputs:
    """The inputs of an exercise for one seed: situations, and what every mistake makes of them.

    Attributes
    ----------
    pairs : list of (Situation, dict)
        Each with the right record.
    right : array
        The required outputs of all situations in one row.
    wrong : array
        The same for every mistake.
    """

    pairs: list
    right: np.ndarray
    wrong: np.ndarray

    def accepted(self):
        """Return whether these inputs tell all mistakes apart, from each other and the right."""
        rows = np.array([self.right, *self.wrong])
        return np.all(np.isfinite(self.right)) and all(
            _apart(rows[i], rows[i + 1 :]).all() for i in range(len(rows))
        )


def inputs(rule, mistakes, required, seeds):
    """Return the `Inputs` for every seed, computed together as the columns of arrays.

    Parameters
    ----------
    rule : type
        The right optimizer.
    mistakes : sequence of types
        The same with a mistake.
    required : sequence of str
        The names in which answers are compared to find the mistake.
    seeds : sequence of int
    """
    run = _run(rule, seeds)
    columns = run[0][0].w.shape[1]
    each = columns // len(seeds)

    def rows(records):
        """Return the outputs that are required, a row for each seed."""
        shape = (COORDINATES, columns)
        table = np.array([[np.broadcast_to(r[n], shape) for n in required] for r in records])
        return np.moveaxis(table, -1, 0).reshape(len(seeds), -1)

    with np.errstate(all="ignore"):
        right = rows([record for _, record in run])
        wrong = [
            rows([record_of(mistake(**s.hyperparameters), s) for s, _ in run])
            for mistake in mistakes
        ]
    found = []
    for number in range(len(seeds)):
        pairs = [
            (situation.column(index), {n: v[..., index] for n, v in record.items()})
            for index in range(number * each, (number + 1) * each)
            for situation, record in run
        ]
        found.append(Inputs(pairs, right[number], np.array([table[number] for table in wrong])))
    return found
