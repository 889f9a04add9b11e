"""Exercises in code: a learner's rule beside the package's, on inputs that show every mistake."""

import inspect
import textwrap
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from course.exercises.exercise import Exercise
from course.exercises.inputs import COORDINATES, TOLERANCE, differ, inputs, record_of, row
from course.exercises.misconceptions import describe
from course.exercises.report import Report
from optimlib.descent import iterate
from optimlib.notation import by_hand, formula
from optimlib.problems import square
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rule import Rule
from optimlib.symbols import number_text

# An answer this close to the right one was rounded somewhere.
ROUNDED = 1e-4
# What an answer may ask for by name in every exercise, beside state and hyperparameters.
OFFERED = ("t", "w", "g", "h", "grad")


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
        The same with a mistake: see `course.exercises.misconceptions`.
    inputs : tuple of str
        What the rule needs beside state and hyperparameters: of ``t``, ``g`` (the gradient at w),
        ``w``, ``h`` (the second derivative) and ``grad`` (the function).
    """

    rule: type = None
    misconceptions: tuple = ()
    inputs: tuple = ("t", "g")

    kind = "code"

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

    @property
    def worked(self):
        method = self.rule.update if issubclass(self.rule, Rule) else self.rule.advance
        return textwrap.dedent(inspect.getsource(method))

    def hints(self):
        rule = self.rule(lr=0.1)
        record = next(iterate(rule, square, 4.0))
        computed = [name for name in record if name not in ("t", "g", "w", "look_ahead")]
        hints = [f"Computed one after the other: {', '.join(computed)}."]
        if isinstance(rule, Rule):
            hints += [f"The formula:\n{formula(rule)}"]
            hints += [f"A first step on w² from 4, η = 0.1:\n{by_hand(rule, square, 4.0, 1)}"]
        return tuple(hints)

    def all_inputs(self, seeds):
        """Return the inputs of these seeds, accepted or not."""
        return inputs(self.rule, self.misconceptions, self.names, seeds)

    @cache  # noqa: B019
    def accepted_inputs(self, seed=0):
        """Return the `Inputs` of the first seed from `seed` on that tells all mistakes apart."""
        for candidate in range(seed, seed + 100):
            (found,) = self.all_inputs([candidate])
            if found.accepted():
                return found
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
        found = self.accepted_inputs(seed)
        records, spoiled, where = [], None, ""
        try:
            run = self._runner(answer)
            for situation, right in found.pairs:
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
        difference = self._first_difference(found.pairs, records)
        if difference is None:
            agrees = f"It agrees with ol.{self.rule.__name__} in {len(records)} steps."
            return Report(self.id, True, (agrees,))
        lines = [difference, *self._not_asked_for(answer)]
        return self._report(lines, *self._diagnosis(found, records))

    def _report(self, lines, mistake=None, explanation="", chapter=None):
        chapter = chapter or self.chapter
        return Report(self.id, False, tuple(lines), mistake, explanation, chapter)

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
        try:
            parameters = inspect.signature(function).parameters.values()
        except ValueError as error:
            raise Unusable("Python does not know the function's parameters.") from error
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            return self.parameters
        if any(p.kind is p.POSITIONAL_ONLY for p in parameters):
            raise Unusable("The function has parameters before `/`: they cannot be given by name.")
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
                wrong = differ(value, expected, TOLERANCE)
                if wrong.any():
                    place = int(np.argmax(wrong))
                    return _said(situation.t, name, place, expected[place], value[place])
        return None

    def _diagnosis(self, found, records):
        """Return the mistake's name, its explanation and its chapter, as far as they are known."""
        outputs = row(records, self.names)
        number = found.recognised(outputs)
        if number is not None:
            mistake = self.misconceptions[number]
            return *describe(mistake), getattr(mistake, "chapter", None)
        if any(r[name].dtype in (np.float16, np.float32) for r in records for name in self.names):
            return "float32", "Some numbers have few digits: keep the dtype that came in, float64."
        if not np.all(np.isfinite(outputs)):
            return "nan or infinity", "Something is divided by 0, or the root of a negative taken."
        if not differ(outputs, found.right, TOLERANCE).any():
            return None, "The state and the step are right; only what is noted beside them is not."
        if not differ(outputs, found.right, ROUNDED).any():
            return "Rounded on the way", "Only later digits differ: a rounded constant, or float32."
        return ()


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
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise Unusable(f"{name} is not an array: {error}") from error
    if array.dtype.kind not in "fiu":
        raise Unusable(f"{name} is not real numbers but {value!r}.")
    # What depends on t only is one number here, and may be repeated there.
    if array.shape != np.shape(right) and (np.ndim(right) or array.shape != (COORDINATES,)):
        raise Unusable(
            f"{name} has the shape {array.shape}, expected was {np.shape(right)}.",
            "Wrong shape",
            "A rule treats every coordinate by itself: one number for each, no sums over them.",
        )
    return np.atleast_1d(array)
