"""Of an answer that is none of the known mistakes is said which rule of the library it is."""

import re

import numpy as np
import pytest
from other_rules import OTHER_RULES, REMEMBERING, other_rules

import optimlib as ol
from course import exercises
from course.exercises.code import _computing
from course.exercises.known_rules import known_rules
from course.exercises.recording import REDUCTIONS
from course.exercises.running import run

ANSWERS = [
    pytest.param(exercises.get(name), said, text, id=f"{name} {number}")
    for name in OTHER_RULES
    for number, (said, text) in enumerate(other_rules(exercises.get(name)))
]
NAMED = [answer for answer in ANSWERS if answer.values[1]]


def in_a_run(update, gradients, rule, values):
    """Return the steps of a function that is given its state, on the problem w² / 2 + g w."""
    w, steps = np.full(2, 0.25), []
    state = dict(zip(rule.state, rule.initial(w), strict=True))
    for t, g in enumerate(gradients, start=1):
        record = update(t=t, w=w, grad=lambda x, g=g: x + g, g=w + g, **state, **values)
        state = {name: record[name] for name in state}
        steps.append(record["step"])
        w = w + record["step"]
    return np.array(steps)


@pytest.mark.parametrize(("exercise", "said", "text"), ANSWERS)
def test_what_an_answer_is_is_said(exercise, said, text):
    for seed in (0, 7):
        verdict = run(exercise, text, seed)["verdict"]
        assert not verdict["correct"]
        assert verdict["mistake"] is None
        assert verdict["explanation"] == said


@pytest.mark.parametrize(("exercise", "said", "text"), NAMED)
def test_the_rule_that_is_named_takes_the_same_steps_in_a_run(exercise, said, text):
    rng, namespace = np.random.default_rng(0), {"np": np}
    exec(text, namespace)
    ranges = exercise.rule.ranges()
    values = {
        name: rng.uniform(*(ranges[name].usual or (1e-3, 2e-3)))
        for name in exercise.judged["hyperparameters"]
    }
    rule = eval(re.search("`(.*)`", said)[1], {"ol": ol, **values})
    gradients = rng.normal(size=(30, 2))

    class Shifted:
        def grad(self, w):
            return w + gradients[t - 1]

    w, state, steps = np.full(2, 0.25), rule.initial(np.zeros(2)), []
    for t in range(1, 31):
        record = rule.advance(t, w, state, Shifted())
        state = [record[name] for name in rule.state]
        steps.append(record["step"])
        w = record["w"]
    own = in_a_run(namespace["update"], gradients, exercise.rule(**values), values)
    np.testing.assert_allclose(own, steps, rtol=1e-9, atol=1e-12)


def test_an_answer_that_remembers_is_named():
    verdict = run(exercises.get("adam"), REMEMBERING)["verdict"]
    assert (
        verdict["explanation"]
        == dict(map(reversed, OTHER_RULES["adam"]))[
            "v = beta2 * v + (1 - beta2) * g**2; step = -lr * g / (np.sqrt(v) + eps)"
        ]
    )


def test_every_rule_is_recorded_as_it_computes():
    known = known_rules()
    assert len(known["rules"]) > 60
    assert not {e[0] for e in known["operations"] if isinstance(e, list)} & {*REDUCTIONS.values()}
    rng = np.random.default_rng(0)
    given = {name: rng.uniform(0.1, 1, 3) for name in "wgh"} | {"t": np.array([7.0, 8, 9])}
    for rule in known["rules"]:
        numbers = {name: own["default"] for name, own in rule["hyperparameters"].items()}
        options = f"dict({', '.join(rule['options'])})"
        made = getattr(ol, rule["rule"])(**numbers, **eval(options))
        # The first is a mean of squares where a root is taken of it.
        state = {n: rng.uniform(0.1, 0.9, 3) + (not k) for k, n in enumerate(rule["state"])}
        compute = _computing(given | state)
        point = made.look_ahead(given["w"], *state.values())
        g = given["g"] + given["h"] * (point - given["w"])
        seen = {"w": given["w"]} if made.sees_point else {}
        record = made.update(given["t"], g, *state.values(), **seen)
        for place, name in zip(rule["outputs"], [*rule["state"], "step"], strict=True):
            expected = np.broadcast_to(record[name], 3)
            stands = numbers | {own: own for own in state}
            np.testing.assert_allclose(compute(place, stands, None), expected, rtol=1e-13)
            assert compute(place, stands, 1) == pytest.approx(expected[1], rel=1e-13)
