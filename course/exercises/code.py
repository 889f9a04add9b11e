"""Exercises in code: a learner's rule beside the package's, on inputs that show every mistake."""

import inspect
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import count, islice

import numpy as np

from course.exercises.exercise import Exercise
from course.exercises.fresh import fresh
from course.exercises.inputs import Situation, inputs, record_of, walk
from course.exercises.judge import Unusable, asked_for, judge
from course.exercises.known_rules import initial, known_rules
from course.exercises.misconceptions import describe
from course.exercises.naming import naming
from course.exercises.pairs import Pairs, value_of
from course.exercises.report import Report
from course.exercises.solution import solution
from optimlib.descent import iterate
from optimlib.notation import by_hand, formula
from optimlib.problems import square
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rule import Rule
from optimlib.symbols import number_text

# So many inputs there are, the book's and those of variants: the page has all of them.
CASES = 12


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
    seed : int
        Which numbers an answer is tried with: those of the first seed from it on that tells all
        mistakes apart. Variants have others; what is asked for is the same.
    """

    rule: type = None
    misconceptions: tuple = ()
    inputs: tuple = ("t", "g")
    seed: int = 0

    kind = "code"
    # What the function is called that is asked for.
    function = "update"

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
    def start(self):
        """The text that an answer begins with: what is given and what comes back."""
        *state, _ = self.names
        lines = "".join(f"    {name} = ...\n" for name in state)
        returned = ", ".join([*(f"{name}={name}" for name in state), "step=..."])
        return f"def update({', '.join(self.parameters)}):\n{lines}    return dict({returned})\n"

    @property
    def worked(self):
        return solution(self)

    @property
    def racing(self):
        """How a notebook races an answer of this signature, or nothing where that takes more."""
        rule = self.rule(lr=0.1)
        if not isinstance(rule, Rule) or "grad" in self.inputs:
            return ""
        name = self.rule.__name__
        taken = ", ".join(["self", "t", "g", *rule.state, *(["w"] if "w" in self.inputs else [])])
        numbers = rule.hyperparameters()
        given = ", ".join(f"self.{n}" if n in numbers else n for n in self.parameters)
        return (
            "To race it, run it in a cell, and then "
            f"`class Yours(ol.{name}): update = lambda {taken}: update({given})` and "
            f"`ol.explorers.explore([Yours(lr=0.1), ol.{name}(lr=0.1)], ol.problems.rosenbrock)`."
        )

    def hints(self):
        return _hints(self.rule)

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

    @property
    def cases(self):
        """The `Inputs` of the first `CASES` seeds that tell all mistakes apart, by seed."""
        return _cases(self.rule, self.misconceptions, self.names)

    @property
    def varies(self):
        return True

    @cached_property
    def variants(self):
        """The exercise with the other inputs."""
        return tuple(replace(self, seed=seed) for seed in [*self.cases][1:])

    @property
    def pairs(self):
        """The `Pairs` of mistakes that can be made at once."""
        return _pairs(self.rule, self.misconceptions, self.names)

    @cache  # noqa: B019
    def _rows_of_pairs(self, seed):
        """Return what each of the `pairs` leads to with the inputs of a seed."""
        return self.pairs.rows([situation for situation, _ in self.accepted_inputs(seed).pairs])

    @cached_property
    def judged(self):
        """What `judge` knows of the exercise: texts and names, in plain lists and dicts."""
        right = self.rule(lr=1.0)
        return {
            "rule": self.rule.__name__,
            "chapter": self.chapter,
            "parameters": list(self.parameters),
            "names": list(self.names),
            "hyperparameters": list(right.hyperparameters()),
            "initial": initial(right),
            "ranges": {n: str(self.rule.ranges()[n]) for n in right.hyperparameters()},
            "mistakes": list(map(_described, self.misconceptions)),
        }

    def check(self, answer, seed=None, again=None):
        """Return the `Report` on a function or an optimizer.

        Parameters
        ----------
        answer : callable or Optimizer
            A function of `parameters`, or an optimizer, or its class. Of a function that does not
            ask for its state, but remembers it by itself, copies are judged.
        seed : int, optional
            Other inputs for another seed; by default those of the exercise.
        again : callable, optional
            Returns the answer anew, as it was before it was called.

        Raises
        ------
        TypeError
            If the answer is neither.
        """
        kind = answer if isinstance(answer, type) else type(answer)
        if not issubclass(kind, Optimizer) and (kind is answer or not callable(answer)):
            kinds = f"a function {self.function}({', '.join(self.parameters)}) or a rule"
            raise TypeError(f"{self.id}: answer must be {kinds}, got answer = {answer!r}")
        seed = self.seed if seed is None else seed
        found = self.accepted_inputs(seed)
        situations = [situation for situation, _ in found.pairs]
        waiting = [answer]
        again = again or (lambda: fresh(answer))
        with np.errstate(all="ignore"):
            verdict = judge(
                self.judged,
                [situation.plain() for situation in situations],
                [_as_lists(right) for _, right in found.pairs],
                found.wrong.tolist,
                lambda: (list(self.pairs.both), self._rows_of_pairs(seed)),
                lambda: self._along(situations),
                # As long as it keeps no state there is no need for another one.
                lambda: self._prepared(waiting.pop() if waiting else again()),
                named=naming(self.judged, known_rules()["rules"], _computing),
                asarray=np.asarray,
                number_text=number_text,
            )
        return Report(self.id, **verdict | {"lines": tuple(verdict["lines"])})

    def _along(self, situations):
        """Return situations, right records and what mistakes lead to, in runs of a few steps."""
        runs = [
            list(walk(optimizer, situations)) for optimizer in (self.rule, *self.misconceptions)
        ]
        right, *wrong = runs
        return (
            [situation.plain() for situation, _ in right],
            [_as_lists(record) for _, record in right],
            lambda: [
                [x for s, r in run for n in self.names for x in np.broadcast_to(r[n], s.w.shape)]
                for run in wrong
            ],
        )

    def _prepared(self, answer):
        """Return a function from what is given to the answer's record, and what it asks for."""
        if isinstance(answer, type):
            known = inspect.signature(answer).parameters
            return (
                lambda given: self._of_optimizer(answer(**_those(known, given)), given),
                {*known, *self.names},
            )
        if isinstance(answer, Optimizer):
            return (
                lambda given: self._of_optimizer(
                    answer.replace_unchecked(**_those(self.judged["hyperparameters"], given)), given
                ),
                {*answer.hyperparameters(), *self.names},
            )
        try:
            parameters = inspect.signature(answer).parameters.values()
        except Exception as error:
            raise Unusable("Python does not know the function's parameters.") from error
        asked = asked_for(
            self.judged, [(p.name, p.kind.name, p.default is not p.empty) for p in parameters]
        )
        return lambda given: answer(**_those(asked, given)), asked

    def _of_optimizer(self, optimizer, given):
        state = _those(self.names[:-1], given)
        if any(name not in state for name in optimizer.state):
            raise Unusable(
                f"the state is called {', '.join(optimizer.state)}; "
                f"expected was {', '.join(state) or 'none'}."
            )
        values = _those(self.judged["hyperparameters"], given)
        situation = Situation(given["t"], given["w"], given["g"], given["h"], state, values)
        return record_of(optimizer, situation)


# All variants share these.
_pairs = cache(Pairs)


@cache
def _hints(kind):
    """Return the hints to a rule, the same in all variants."""
    rule = kind(lr=0.1)
    record = next(iterate(rule, square, 4.0))
    computed = [name for name in record if name not in ("t", "g", "w", "look_ahead")]
    hints = [f"Computed one after the other: {', '.join(computed)}."]
    if isinstance(rule, Rule):
        hints += [f"The formula:\n{formula(rule)}"]
        hints += [f"A first step on w² from 4, η = 0.1:\n{by_hand(rule, square, 4.0, 1)}"]
    return tuple(hints)


@cache
def _cases(rule, mistakes, names):
    accepted = (
        (start + number, found)
        for start in count(step=CASES)
        for number, found in enumerate(inputs(rule, mistakes, names, range(start, start + CASES)))
        if found.accepted()
    )
    return dict(islice(accepted, CASES))


def _computing(given):
    """Return the function from an output's place, and what names stand for, to its numbers."""
    columns = {name: np.array(values) for name, values in given.items()} | {"inf": np.inf}

    def compute(place, stands, column):
        symbols = columns | {n: columns[x] if isinstance(x, str) else x for n, x in stands.items()}
        value = value_of(known_rules()["operations"], place, symbols)
        numbers = np.broadcast_to(value, columns["w"].shape)
        return (numbers if column is None else numbers[column]).tolist()

    return compute


def _as_lists(record):
    return {name: np.asarray(value).tolist() for name, value in record.items()}


def _described(mistake):
    name, explanation = describe(mistake)
    chapter = {"chapter": mistake.chapter} if hasattr(mistake, "chapter") else {}
    return {"name": name, "explanation": explanation} | chapter


def _those(names, given):
    """Return what is given of these names."""
    return {name: given[name] for name in names if name in given}
