"""Exercises: right answers pass however they are written, wrong ones are named."""

import inspect
import re

import pytest
from right_answers import REARRANGED

from course import exercises
from course.exercises.inputs import Situation, record_of
from course.exercises.judge import recognised
from course.exercises.misconceptions import describe
from course.exercises.running import run
from course.handouts.writing import worked_answer

CODE = [
    exercise
    for exercise in map(exercises.get, exercises.names(layer="code"))
    if isinstance(exercise, exercises.CodeExercise)
]
MAIN = [
    "gradient-descent", "momentum", "heavy-ball", "average-momentum", "nesterov", "adagrad",
    "rmsprop", "adam", "adamw", "amsgrad", "newton",
]  # fmt: skip
SEEDS = 150


def each(cases):
    return pytest.mark.parametrize("exercise", cases, ids=lambda exercise: exercise.id)


def as_function(rule):
    """Return a rule's class as a function of the kind that learners write."""
    names = (*rule(lr=1.0).state, *rule(lr=1.0).hyperparameters())

    def update(t, w, g, h, grad, **values):
        state = {name: values[name] for name in rule(lr=1.0).state}
        settings = {name: values[name] for name in rule(lr=1.0).hyperparameters()}
        situation = Situation(t, w, g, h, state, settings)
        record = record_of(rule(**settings), situation)
        return {name: record[name] for name in ("eta", *state, "step") if name in record}

    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY)
        for name in ("t", "w", "g", "h", "grad", *names)
    ]
    update.__signature__ = inspect.Signature(parameters)
    return update


# What is right passes.


@each(CODE)
def test_the_rule_itself_is_correct_as_class_instance_and_function(exercise):
    for answer in (exercise.rule, exercise.rule(lr=0.3), as_function(exercise.rule)):
        report = exercises.check(exercise.id, answer)
        assert report.correct, report
        assert "correct" in repr(report)


@each(CODE)
def test_rearranged_answers_are_correct(exercise):
    for answer in REARRANGED[exercise.id]:
        for seed in range(10):
            report = exercise.check(answer, seed=seed)
            assert report.correct, report


@each(CODE)
def test_the_solution_is_the_function_asked_for_and_right(exercise):
    text = exercise.worked
    head = f"def {exercise.function}({', '.join(exercise.parameters)}):"
    assert text.startswith(head)
    assert text.startswith(exercise.start.partition("\n")[0])
    assert "self" not in text
    if exercise.function == "update":
        returned = re.search(r"^    return dict\((.*)\)$", text, re.M)[1]
        assert tuple(re.findall(r"(\w+)=", returned)) == exercise.names
    for seed in range(5):
        outcome = run(exercise, text, seed)
        assert outcome["verdict"]["correct"], outcome
    assert max(map(len, text.splitlines())) <= 100


@each(CODE)
def test_no_hint_and_no_key_has_a_method(exercise):
    assert "self" not in " ".join(exercise.hints())
    assert exercise.worked in worked_answer(exercise)


# What is wrong is named.


def test_there_are_enough_misconceptions():
    counts = {exercise.id: len(exercise.misconceptions) for exercise in CODE}
    assert {name for name, count in counts.items() if count < 3} == set()
    assert {name for name in MAIN if counts[name] < 8} == set()


@each(CODE)
def test_misconceptions_have_names_of_their_own_and_say_what_is_wrong(exercise):
    described = [describe(mistake) for mistake in exercise.misconceptions]
    assert len({name for name, _ in described}) == len(described)
    for name, explanation in described:
        assert 3 < len(name) < 50, name
        assert explanation.endswith("."), name
        assert 30 < len(explanation) < 300, name


@each(CODE)
def test_every_misconception_is_recognised_as_itself(exercise):
    for mistake in exercise.misconceptions:
        for answer in (mistake, as_function(mistake)):
            report = exercises.check(exercise.id, answer)
            assert not report.correct
            assert report.mistake == describe(mistake)[0]
            assert report.explanation == describe(mistake)[1]
            assert "The first difference is in step t = " in repr(report)


@each(CODE)
def test_inputs_of_every_seed_tell_all_misconceptions_apart(exercise):
    count = len(exercise.misconceptions)
    accepted = [found for found in exercise.all_inputs(range(SEEDS)) if found.accepted()]
    # What is apart is recognised. The first are those that anybody is given.
    assert len(accepted[:20]) > len(exercise.cases)
    for found in accepted[:20]:
        wrong = found.wrong.tolist()
        assert [recognised(wrong, row) for row in wrong] == list(range(count))
        assert recognised(wrong, found.right.tolist()) is None
    # So the search, which goes on for 100 seeds, finds inputs.
    assert len(accepted) > SEEDS // 3
