"""Exercises in code: a learner's rule beside the package's, on inputs that show every mistake."""

import inspect
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from optimlib.exercises.exercise import Exercise
from optimlib.exercises.misconceptions import describe
from optimlib.exercises.report import Report
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rule import Rule
from optimlib.symbols import number_text

# What two right answers may differ by, relative to the value: rounding, with room for
# cancellation. And what the outputs of two mistakes have to differ by somewhere.
TOLERANCE = 1e-9
APART = 1e-6
# An answer this close to the right one was rounded somewhere.
ROUNDED = 1e-4

# Each setting of the hyperparameters is used in these steps, on so many coordinates.
STEPS = (1, 2, 3, 10)
COORDINATES = 3
# The sizes of gradients and ε in each setting: ε shows where it is not small beside them.
SIZES = ((1.0, 0.1), (1e-6, 1e-7), (100.0, 1e-3))

# By name, or by how it starts: the interval that a hyperparameter is drawn from.
INTERVALS = {
    "lr": (0.02, 0.4),
    "beta2": (0.85, 0.97),
    "beta": (0.3, 0.8),
    "rho": (0.3, 0.8),
    "grow": (1.2, 1.6),
    "shrink": (0.3, 0.7),
    "weight_decay": (0.05, 0.5),
    "psi": (0.1, 0.9),
    "regularization": (0.1, 2.0),
}


# What an answer may ask for by name in every exercise, beside state and hyperparameters.
OFFERED = ("t", "w", "g", "h", "grad")


@dataclass(frozen=True)
class Situation:
    """One step that an answer has to compute: where it is, and what it remembers.

    The gradient is `g` at the point `w` and changes by `h` times the way from there.
    """

    t: int
    w: np.ndarray
    g: np.ndarray
    h: np.ndarray
    state: dict
    hyperparameters: dict

    def grad(self, point):
        return self.g + self.h * (point - self.w)

    def copy(self):
        """Return the same situation with arrays of its own, which an answer may spoil."""
        state = {name: value.copy() for name, value in self.state.items()}
        own = (self.w.copy(), self.g.copy(), self.h.copy())
        return Situation(self.t, *own, state, self.hyperparameters)

    def changed_since(self, before):
        """Return the names of the arrays that are no longer what they were."""
        arrays = {"w": self.w, "g": self.g, "h": self.h} | self.state
        old = {"w": before.w, "g": before.g, "h": before.h} | before.state
        return [name for name in arrays if not np.array_equal(arrays[name], old[name])]


class _Curves:
    """A situation as the engine would have it: many runs on problems in one variable."""

    def __init__(self, situation):
        self.situation = situation

    def grad(self, point):
        return self.situation.grad(point[0])[None]

    def hess(self, point):
        return self.situation.h[None, None]


def _drawn(rng, rule, eps):
    """Return hyperparameters for `rule` that are unlike its defaults."""
    values = {}
    for name in rule(lr=1.0).hyperparameters():
        start = next((key for key in INTERVALS if name.startswith(key)), None)
        values[name] = (
            eps * rng.uniform(0.5, 2) if name == "eps" else rng.uniform(*INTERVALS[start])
        )
    if "lr_min" in values:
        # So close to the first length that both bounds are met.
        values["lr_min"] = values["lr"] * rng.uniform(0.5, 0.8)
        values["lr_max"] = values["lr"] * rng.uniform(1.2, 1.8)
    return values


def record_of(optimizer, situation):
    """Return the record of an optimizer's step, its ``step`` included."""
    w, state = situation.w, [situation.state[name] for name in optimizer.state]
    if not isinstance(optimizer, Rule):
        record = optimizer.advance(situation.t, w[None], state, _Curves(situation))
        way = record["alpha"] * record["p"] if "alpha" in record else record["w"] - w
        return {name: np.ravel(value) for name, value in ({"step": way} | record).items()}
    point = optimizer.look_ahead(w, *state)
    g = situation.grad(point)
    record = optimizer.update(situation.t, g, *state, **({"w": w} if optimizer.sees_point else {}))
    if not isinstance(record, dict):
        return record
    return ({} if point is w else {"look_ahead": point}) | {"g": g} | record


def _situations(rule, seed):
    """Return seeded situations along runs of the rule, each with the right record."""
    rng = np.random.default_rng(seed)
    pairs = []
    for size, eps in SIZES:
        right = rule(**_drawn(rng, rule, eps))
        state = dict(zip(right.state, right.initial(np.zeros(COORDINATES)), strict=True))
        for t in range(1, max(STEPS) + 1):
            w, g, h = rng.normal(size=(3, COORDINATES)) * 10 ** rng.uniform(-1, 1, COORDINATES)
            situation = Situation(t, w, size * g, h, state, right.hyperparameters())
            record = record_of(right, situation)
            if t in STEPS:
                pairs.append((situation, record))
            state = {name: record[name] for name in right.state}
    return pairs


def _differ(a, b, tolerance):
    """Return where two arrays differ; nan equals nan."""
    with np.errstate(all="ignore"):
        near = np.abs(a - b) <= tolerance * np.maximum(np.abs(a), np.abs(b))
    return ~(near | (a == b) | (np.isnan(a) & np.isnan(b)))


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

    def __init__(self, rule, mistakes, required, seed):
        self.pairs = _situations(rule, seed)
        self.required = required
        self.right = self.row([record for _, record in self.pairs])
        with np.errstate(all="ignore"):
            self.wrong = np.array([self.row(self._records(mistake)) for mistake in mistakes])

    def _records(self, rule):
        return [record_of(rule(**pair.hyperparameters), pair) for pair, _ in self.pairs]

    def row(self, records):
        """Return the required outputs in one row."""
        return np.concatenate(
            [np.broadcast_to(r[n], COORDINATES) for r in records for n in self.required]
        )

    def accepted(self):
        """Return whether these inputs tell all mistakes apart, from each other and the right."""
        rows = np.array([self.right, *self.wrong])
        return np.all(np.isfinite(self.right)) and all(
            _differ(rows[i], rows[i + 1 :], APART).any(axis=1).all() for i in range(len(rows))
        )

    def recognised(self, row):
        """Return the number of the mistake whose outputs are in `row`, or None."""
        same = ~_differ(self.wrong, row, TOLERANCE).any(axis=1)
        return int(np.argmax(same)) if same.any() else None


class Unusable(Exception):
    """An answer that cannot be compared: what was seen, the mistake's name, the explanation."""

    def __init__(self, seen, mistake=None, explanation=""):
        super().__init__(seen, mistake, explanation)


@dataclass(frozen=True)
class CodeExercise(Exercise):
    """Write a rule.

    Parameters
    ----------
    rule : type
        The optimizer that the answer is compared with.
    misconceptions : tuple of types
        The same with a mistake: see `optimlib.exercises.misconceptions`.
    inputs : tuple of str
        What the rule needs beside state and hyperparameters: of ``t``, ``g`` (the gradient at w),
        ``w``, ``h`` (the second derivative) and ``grad`` (the function).
    """

    rule: type = None
    misconceptions: tuple = ()
    inputs: tuple = ("t", "g")

    @cached_property
    def names(self):
        """The names that an answer has to return: the state and the step."""
        return (*self.rule(lr=1.0).state, "step")

    @property
    def parameters(self):
        """The parameters that the answer's function has, in any order."""
        right = self.rule(lr=1.0)
        return (*self.inputs, *right.state, *right.hyperparameters())

    @property
    def question(self):
        returned = ", ".join(f"{name}={name}" for name in self.names)
        return (
            f"Write {self.rule.__name__}: a function `update({', '.join(self.parameters)})` that "
            f"takes one step and returns `dict({returned})`, where `w + step` is the new point."
        )

    @cache  # noqa: B019
    def accepted_inputs(self, seed=0):
        """Return the `Inputs` of the first seed from `seed` on that tells all mistakes apart."""
        for candidate in range(seed, seed + 100):
            inputs = Inputs(self.rule, self.misconceptions, self.names, candidate)
            if inputs.accepted():
                return inputs
        raise RuntimeError(f"{self.id}: no inputs from seed {seed} on tell all mistakes apart")

    def check(self, answer, seed=0):
        """Return the `Report` on a function or an optimizer.

        Parameters
        ----------
        answer : callable or Optimizer
            A function of `parameters`, or an optimizer, or its class.
        seed : int
            Other inputs for another seed.

        Raises
        ------
        TypeError
            If the answer is neither.
        """
        inputs = self.accepted_inputs(seed)
        records, spoiled, where = [], None, ""
        try:
            run = self._runner(answer)
            for situation, right in inputs.pairs:
                where = f"In step t = {situation.t} "
                given = situation.copy()
                record = _called(run, given)
                spoiled = spoiled or given.changed_since(situation)
                records.append(self._arrays(record, right))
        except Unusable as problem:
            seen, *diagnosis = problem.args
            return self._report([where + seen], *diagnosis)
        if spoiled:
            return self._report(
                [f"After the call {' and '.join(spoiled)} held other numbers."],
                "State mutated in place",
                "`m *= …` and `m[:] = …` change the array of the caller, who may still need it. "
                "Write `m = …`, which makes a new one.",
            )
        difference = self._first_difference(inputs.pairs, records)
        if difference is None:
            agrees = f"It agrees with ol.{self.rule.__name__} in {len(records)} steps."
            return Report(self.id, True, (agrees,))
        lines = [difference, *self._not_asked_for(answer)]
        return self._report(lines, *self._diagnosis(inputs, records))

    def _report(self, lines, mistake, explanation):
        return Report(self.id, False, tuple(lines), mistake, explanation, self.chapter)

    def _runner(self, answer):
        """Return a function from a situation to the answer's record."""
        if isinstance(answer, type) and issubclass(answer, Optimizer):
            return lambda situation: self._of_optimizer(_made(answer, situation), situation)
        if isinstance(answer, Optimizer):
            return lambda situation: self._of_optimizer(
                answer.replace_unchecked(**situation.hyperparameters), situation
            )
        if not callable(answer) or isinstance(answer, type):
            kinds = f"a function update({', '.join(self.parameters)}) or a rule"
            raise TypeError(f"{self.id}: answer must be {kinds}, got answer = {answer!r}")
        asked = self._asked_for(answer)
        return lambda situation: answer(**{name: _given(situation, name) for name in asked})

    @staticmethod
    def _of_optimizer(optimizer, situation):
        missing = [name for name in optimizer.state if name not in situation.state]
        if missing:
            raise Unusable(
                f"the state is called {', '.join(optimizer.state)}; "
                f"expected was {', '.join(situation.state) or 'none'}."
            )
        return record_of(optimizer, situation)

    def _asked_for(self, function):
        """Return the names of the function's parameters, if all of them can be given."""
        parameters = inspect.signature(function).parameters.values()
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            return self.parameters
        known = {*OFFERED, *self.parameters}
        unknown = [
            p.name
            for p in parameters
            if p.name not in known and p.default is p.empty and p.kind is not p.VAR_POSITIONAL
        ]
        if unknown:
            raise Unusable(
                f"The function asks for {', '.join(unknown)}. "
                f"Its parameters are {', '.join(self.parameters)}: the names count.",
                "Unknown parameters",
            )
        return [p.name for p in parameters if p.name in known]

    def _not_asked_for(self, answer):
        """Return a line on the parameters that a wrong answer does without."""
        if isinstance(answer, Optimizer):
            has = answer.hyperparameters()
        elif isinstance(answer, type):
            has = inspect.signature(answer).parameters
        else:
            has = self._asked_for(answer)
        missing = [name for name in self.rule(lr=1.0).hyperparameters() if name not in has]
        return [f"It does without {', '.join(missing)}."] if missing else []

    def _arrays(self, record, right):
        """Return what can be compared in a learner's record, or say what is the matter with it."""
        if record is None:
            raise Unusable(
                "nothing came back.",
                "Returned None",
                "The function ends without `return`: without it Python returns None.",
            )
        if not isinstance(record, dict):
            expected = ", ".join(f"{name}={name}" for name in self.names)
            raise Unusable(
                f"a {type(record).__name__} came back, not a dict.",
                "Not a dict",
                f"The names say which number is which: `return dict({expected})`.",
            )
        missing = [name for name in self.names if name not in record]
        if missing:
            raise Unusable(
                f"the record has {', '.join(map(str, record)) or 'nothing'}; "
                f"{' and '.join(missing)} missing.",
                "Missing names",
                "What the next step needs has to be in the record, under the name it came with.",
            )
        return {name: _array(name, record[name], right[name]) for name in right if name in record}

    def _first_difference(self, pairs, records):
        for (situation, right), record in zip(pairs, records, strict=True):
            for name, value in record.items():
                expected = np.broadcast_to(right[name], value.shape)
                wrong = _differ(value, expected, TOLERANCE)
                if wrong.any():
                    place = int(np.argmax(wrong))
                    return _said(situation.t, name, place, expected[place], value[place])
        return None

    def _diagnosis(self, inputs, records):
        row = inputs.row(records)
        number = inputs.recognised(row)
        if number is not None:
            return describe(self.misconceptions[number])
        if any(r[name].dtype == np.float32 for r in records for name in self.names):
            return "float32", "Some numbers are float32, with 7 digits: keep the dtype you got."
        if not np.all(np.isfinite(row)):
            return "nan or infinity", "Somewhere 0 is divided by 0, or a root is taken of a " \
                "negative number."  # fmt: skip
        if not _differ(row, inputs.right, ROUNDED).any():
            return "Rounded on the way", "The first digits agree and the later ones do not: a " \
                "constant with few digits, or float32."  # fmt: skip
        return None, ""


def _said(t, name, place, expected, got):
    """Return the sentence on the first difference, with as many digits as show it."""
    digits = next(d for d in (6, 9, 17) if d == 17 or f"{expected:.{d}g}" != f"{got:.{d}g}")
    return (
        f"The first difference is in step t = {t}, {name}[{place}]: "
        f"expected {number_text(expected, digits)}, got {number_text(got, digits)}."
    )


def _given(situation, name):
    """Return what a function gets that asks for `name`."""
    if name in OFFERED:
        return getattr(situation, name)
    return (situation.state | situation.hyperparameters)[name]


def _made(optimizer, situation):
    """Return the class's instance with those hyperparameters that it has."""
    known = inspect.signature(optimizer).parameters
    return optimizer(**{n: v for n, v in situation.hyperparameters.items() if n in known})


def _called(run, situation):
    """Return what the answer returns; an exception becomes a message."""
    try:
        with np.errstate(all="ignore"):
            return run(situation)
    except Unusable:
        raise
    except Exception as error:
        raise Unusable(f"came {type(error).__name__}: {error}", "An error was raised") from error


def _array(name, value, right):
    """Return a learner's value as an array, if it is numbers of the right shape."""
    if value is Ellipsis:
        raise Unusable(f"{name} is still `...`.")
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise Unusable(f"{name} is not numbers but {value!r}.")
    # What depends on t only is one number here, and may be repeated there.
    if array.shape != np.shape(right) and (np.ndim(right) or array.shape != (COORDINATES,)):
        raise Unusable(
            f"{name} has the shape {array.shape}, expected was {np.shape(right)}.",
            "Wrong shape",
            "A rule treats every coordinate by itself: one number for each, no sums over them.",
        )
    return np.atleast_1d(array)
