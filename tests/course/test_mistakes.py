"""Mistakes that students make have a name: one, two at once, and those beside a masking symptom."""

import json
from collections import Counter
from itertools import combinations
from types import MappingProxyType

import numpy as np
import pytest
from mistakes import MISTAKES, texts, with_edits

from course import exercises
from course.exercises.judge import recognised
from course.exercises.misconceptions import describe
from course.exercises.page import build
from course.exercises.running import run

CODE = {
    name: exercises.get(name)
    for name in exercises.names(layer="code")
    if isinstance(exercises.get(name), exercises.CodeExercise)
}
of_each = pytest.mark.parametrize("exercise", CODE.values(), ids=CODE)


def named(exercise, text, seed=0):
    """Return the verdict on a text and the names of the mistakes that it says."""
    verdict = run(exercise, text, seed)["verdict"]
    return verdict, (verdict["mistake"] or "").split("” and “")


# One at a time


def test_the_list_is_long():
    assert len(MISTAKES) >= 20
    assert sum(map(len, MISTAKES.values())) >= 250


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_has_its_name_and_no_other(name):
    for seed in (0, 3):
        for expected, edits, text in texts(CODE[name]):
            verdict, said = named(CODE[name], text, seed)
            assert not verdict["correct"], edits
            is_nan = said == ["nan or infinity"]  # What is seen, not which mistake it is.
            assert said == expected.split("” and “") or (not expected and is_nan), edits


def test_nine_of_ten_have_one():
    names = [name for mistakes in MISTAKES.values() for name, *_ in mistakes]
    assert sum(map(bool, names)) >= 0.9 * len(names)


# Two at once


def both_made(exercise):
    """Yield two mistakes of the list, and the text with both, where each is still to be seen."""
    one_by_one = {name: edits for name, *edits in MISTAKES[exercise.id] if name and "”" not in name}
    singles = {text for _, _, text in texts(exercise)}
    for (name, edits), (other, others) in combinations(one_by_one.items(), 2):
        lines = exercise.worked.splitlines()
        touched = [
            {n for n, line in enumerate(lines) for e in some if e.split(" → ")[0] in line}
            for some in (edits, others)
        ]
        if touched[0] & touched[1] or not all(touched):
            continue
        text = with_edits(with_edits(exercise.worked, edits), others)
        if text not in singles:
            yield {name, other}, text


def test_two_mistakes_in_different_lines_are_both_said():
    seen = Counter()
    for exercise in map(CODE.get, MISTAKES):
        for expected, text in both_made(exercise):
            verdict, said = named(exercise, text)
            assert not verdict["correct"], text
            # One may be all that is left to see.
            outcome = "both" if set(said) == expected else "one" if set(said) < expected else "none"
            seen[outcome] += 1
            if outcome == "none":
                print(exercise.id, expected, said)
    print(seen)
    assert seen.total() > 300
    assert seen["none"] <= 0.05 * seen.total()
    assert seen["both"] >= 0.9 * seen.total()


@of_each
def test_two_mistakes_of_the_library_are_said_or_are_one(exercise):
    """What two lead to is found as these two; or it is what another one, or two others, lead to."""
    found = exercise.accepted_inputs()
    pairs = exercise.pairs
    rows = pairs.rows([situation for situation, _ in found.pairs])
    assert np.isfinite(rows).any(axis=1).all()
    single = found.wrong.tolist()
    for number, (numbers, row) in enumerate(zip(pairs.both, rows, strict=True)):
        if recognised(single, row) is None and recognised([found.right.tolist()], row) is None:
            first = recognised(rows, row)
            assert first == number or set(list(pairs.both)[first]) != set(numbers)
    count = len(single)
    assert len(rows) > 0.6 * count * (count - 1) / 2


def test_a_pair_is_the_composition_of_its_classes():
    """Of means and a sign, made by inheritance, comes what the pairs are put together to."""
    exercise = CODE["adam"]
    by_name = {describe(m)[0]: m for m in exercise.misconceptions}
    for one, other in (
        ("β₁ and 1 − β₁ swapped", "The root is missing"),
        ("1 − β₂ forgotten", "ε inside the root"),
        ("Only v is corrected", "The mean is squared, not the gradient"),
        ("βt in place of βᵗ", "β₁ and 1 − β₁ swapped"),
    ):
        both = type("Both", (by_name[one], by_name[other]), {})
        report = exercise.check(both)
        assert set(report.mistake.split("” and “")) == {one, other}
        assert describe(by_name[one])[1] in report.explanation


@of_each
def test_the_page_puts_pairs_together_as_python_does(exercise):
    racer = pytest.importorskip("py_mini_racer").MiniRacer()
    racer.eval((build.HERE / "pairs.js").read_text("utf-8"))
    data = build.data(exercise)
    rows = [[data["right"][name] for name in data["compared"]], *data["wrong"]]
    given = [data["operations"], rows, len(exercise.names)]
    got = json.loads(racer.eval(f"JSON.stringify(exercisePairs(...{json.dumps(given)}))"))
    racer.close()
    pairs = exercise.pairs
    assert got["operations"] == pairs.operations.entries
    assert got["numbers"] == [list(numbers) for numbers in pairs.both]
    assert got["both"] == [list(places.values()) for places in pairs.both.values()]


# Beside what would hide it

SWAPPED = ("m = beta1 * m + (1 - beta1) * g → m = (1 - beta1) * m + beta1 * g",)
MASKS = {
    "float32": (
        "    m = → g, m, v = (np.asarray(x, dtype=np.float32) for x in (g, m, v))\n    m =",
    ),
    "nan or infinity": ("-lr * m_hat → np.nan * m_hat",),
    "State mutated in place": ("return → g *= 2\n    return",),
    "Rounded on the way": ("return → m = m * (1 + 2e-6)\n    return",),
}


@pytest.mark.parametrize("mask", MASKS)
def test_a_masking_symptom_hides_no_mistake(mask):
    exercise = CODE["adam"]
    text = exercise.worked.replace("    m = beta1", "    m = beta1", 1)
    edits = MASKS[mask]
    if mask == "float32":
        head, _, rest = text.partition("\n")
        text = f"{head}\n    g, m, v = (np.asarray(x, dtype=np.float32) for x in (g, m, v))\n{rest}"
        edits = ()
    alone = with_edits(text, edits)
    assert named(exercise, alone)[1] == [mask]
    verdict, said = named(exercise, with_edits(alone, SWAPPED))
    assert set(said) == {mask, "β₁ and 1 − β₁ swapped"}, said
    assert "is the weight of the past" in verdict["explanation"]
    two = with_edits(alone, [*SWAPPED, "(np.sqrt(v_hat) + eps) → (v_hat + eps)"])
    if mask != "nan or infinity":  # There no step is left to see it in.
        said = set(named(exercise, two)[1])
        assert said == {mask, "β₁ and 1 − β₁ swapped", "The root is missing"}


# Answers that remember by themselves, and other mappings


class Remembers:
    """Adam that keeps its means and its count."""

    def __init__(self, sign=-1):
        self.m = self.v = self.t = 0
        self.sign = sign

    def __call__(self, g, lr, beta1, beta2, eps):
        self.t += 1
        self.m = beta1 * self.m + (1 - beta1) * g
        self.v = beta2 * self.v + (1 - beta2) * g**2
        m_hat, v_hat = self.m / (1 - beta1**self.t), self.v / (1 - beta2**self.t)
        step = self.sign * lr * m_hat / (np.sqrt(v_hat) + eps)
        return MappingProxyType(dict(m=self.m, v=self.v, step=step))


def closure():
    m = v = t = 0

    def update(g, lr, beta1, beta2, eps):
        nonlocal m, v, t
        t += 1
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
        return dict(m=m, v=v, step=-rate * m / (np.sqrt(v) + eps * np.sqrt(1 - beta2**t)))

    return update


MEMORY = {"t": 0, "m": 0, "v": 0}


def global_memory(g, lr, beta1, beta2, eps):
    MEMORY["t"] += 1
    m = MEMORY["m"] = beta1 * MEMORY["m"] + (1 - beta1) * g
    v = MEMORY["v"] = beta2 * MEMORY["v"] + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1 ** MEMORY["t"]), v / (1 - beta2 ** MEMORY["t"])
    return dict(m=m, v=v, step=-lr * m_hat / (np.sqrt(v_hat) + eps))


@pytest.mark.parametrize("answer", [Remembers(), Remembers().__call__, closure(), global_memory])
def test_an_answer_may_keep_its_own_state_and_check_leaves_it_alone(answer):
    for _ in range(2):
        report = exercises.check("adam", answer)
        assert report.correct, report
        assert "It does not ask for m and v: it was run from the start" in repr(report)
    assert MEMORY == {"t": 0, "m": 0, "v": 0}


def test_mistakes_of_an_answer_with_its_own_state_are_named():
    report = exercises.check("adam", Remembers(sign=1))
    assert report.mistake == "The step goes uphill"


WITH_MEMORY = """
class Momentum:
    def __init__(self):
        self.v = 0

    def __call__(self, g, lr, beta):
        self.v = beta * self.v + {weight}g
        return dict(v=self.v, step=-lr * self.v)

update = Momentum()
"""


def test_a_text_may_make_an_object_that_remembers():
    exercise = CODE["momentum"]
    assert named(exercise, WITH_MEMORY.format(weight=""))[0]["correct"]
    said = named(exercise, WITH_MEMORY.format(weight="(1 - beta) * "))[1]
    assert said == ["A running average in place of a sum"]


class Keys:
    """A mapping that is no dict, and may fail."""

    def __init__(self, record, fault=None):
        self.record, self.fault = record, fault

    def keys(self):
        return self.record.keys()

    def __getitem__(self, name):
        if self.fault:
            raise self.fault
        return self.record[name]


def test_a_record_may_be_any_mapping():
    def answer(fault):
        return lambda g, lr: Keys(dict(step=-lr * g), fault)

    assert exercises.check("gradient-descent", answer(None))
    report = exercises.check("gradient-descent", answer(RuntimeError("lost")))
    assert "what came back cannot be read: RuntimeError: lost" in repr(report)


# Nothing escapes


class Own(BaseException):
    def __str__(self):
        raise RuntimeError("no words")


class Faulty:
    """What fails at whatever is done with it."""

    def __array__(self, *options, **more):
        raise Own

    def __repr__(self):
        raise RuntimeError("no words")


def throwing(error):
    def update(g, lr):
        raise error

    return update


class Signed:
    def __call__(self, g, lr):
        return None

    @property
    def __signature__(self):
        raise RuntimeError("no signature")


@pytest.mark.parametrize(
    "answer",
    [
        *map(throwing, [SystemExit(3), GeneratorExit(), Own(), RecursionError(), MemoryError()]),
        lambda g, lr: dict(step=10**400),
        lambda g, lr: dict(step=[10**400, 1, 1]),
        lambda g, lr: dict(step=Faulty()),
        lambda g, lr: Faulty(),
        lambda g, lr: dict(step=[1j, 1, 1]),
        lambda g, lr: {("step",): 1},
        Signed(),
    ],
)
def test_nothing_escapes_from_a_check(answer):
    report = exercises.check("gradient-descent", answer)
    assert not report.correct
    assert "not yet" in repr(report)


def test_huge_numbers_and_lists_are_answers_too():
    assert not exercises.check("adam/first-step", 10**400).correct
    assert not exercises.check("adam/first-step", -(10**400)).correct
    with pytest.raises(ValueError, match="answer must be one of"):
        exercises.check("adam/no-memory", ["sign"])
