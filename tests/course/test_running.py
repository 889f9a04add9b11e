"""What a learner writes is run in the kernel, and judged by `check`."""

from dataclasses import asdict

import numpy as np
import pytest
from learners_code import ADAM

import optimlib as ol
from course import exercises
from course.exercises.form import Form
from course.exercises.running import run


def outcome(text, seed=0):
    return run(exercises.get("adam"), text, seed)


@pytest.mark.parametrize("text", [ADAM, ADAM.replace("-lr", "lr")])
@pytest.mark.parametrize("seed", [0, 5])
def test_the_verdict_is_that_of_check(text, seed):
    namespace = {"np": __import__("numpy")}
    exec(text, namespace)
    report = exercises.get("adam").check(namespace["update"], seed)
    expected = dict(printed="", error=None, verdict=asdict(report), missing=False)
    assert outcome(text, seed) == expected
    assert outcome(text.replace("update", "my_adam"), seed) == expected


def test_an_error_has_its_line():
    error = outcome(ADAM.replace("= beta2 * v", "= beta2 * * v"))["error"]
    assert (error["kind"], error["line"]) == ("SyntaxError", 3)
    assert outcome("1\n2 / 0")["error"]["line"] == 2
    wrong = outcome(ADAM.replace("np.sqrt", "np.root"))
    assert (wrong["error"]["kind"], wrong["error"]["line"]) == ("AttributeError", 5)
    assert wrong["verdict"]["mistake"] == "An error was raised"


@pytest.mark.parametrize("place", ["", "    "])
def test_what_is_interrupted_is_an_error_of_its_line(place):
    text = f"def update(t):\n    return 1\n{place}raise KeyboardInterrupt"
    stopped = outcome(text if not place else text.replace("    return 1\n", ""))
    assert stopped["verdict"] is None
    assert stopped["error"]["kind"] == "KeyboardInterrupt"
    assert stopped["error"]["line"] == (2 if place else 3)


def test_what_is_printed_comes_back():
    assert (
        outcome(ADAM.replace("    m_hat,", "    print(t)\n    m_hat,"))["printed"][:4] == "1\n2\n"
    )


@pytest.mark.parametrize("text", ["x = 3", "f = g = None", "def f(): ...\ndef g(): ..."])
def test_a_text_without_one_function_says_so(text):
    assert outcome(text) == dict(printed="", error=None, verdict=None, missing=True)


def test_what_an_answer_begins_with_is_a_function_of_what_is_given():
    for name in exercises.names(layer="code"):
        exercise = exercises.get(name)
        if exercise.kind == "code":
            verdict = run(exercise, exercise.start)["verdict"]
            assert verdict["lines"] == (f"In step t = 1 {exercise.names[0]} is still `...`.",)


CODE = [name for name in exercises.names(layer="code") if exercises.get(name).kind == "code"]


def right_update(exercise):
    """Return the exercise's own rule as the function that it asks for."""

    def update(*values):
        given = dict(zip(exercise.parameters, values, strict=True))
        rule = exercise.rule(
            **{name: given[name] for name in exercise.rule(lr=1.0).hyperparameters()}
        )
        point = {"w": given["w"]} if rule.sees_point else {}
        return rule.update(given["t"], given["g"], *(given[name] for name in rule.state), **point)

    return update


@pytest.mark.parametrize("name", CODE)
def test_a_notebook_races_an_answer_as_it_is_told_to(name):
    exercise = exercises.get(name)
    if name in ("nesterov", "newton", "schedule-free", "cosine-schedule"):
        assert exercise.racing == ""
        return
    _, definition, _, call, _ = exercise.racing.split("`")
    names = {"ol": ol, "update": right_update(exercise)}
    exec(definition, names)
    own, right = names["Yours"](lr=0.1), exercise.rule(lr=0.1)
    paths = [
        ol.trace(rule, ol.problems.rosenbrock, [-1.2, 1.0], 30).points for rule in (own, right)
    ]
    np.testing.assert_array_equal(*paths)
    assert eval(call, names).specification["rules"][0]["label"] == "Yours"


def test_the_form_in_jupyter_says_how_to_race(monkeypatch):
    sent = []
    form = Form(exercises.get("adam"))
    monkeypatch.setattr(form, "send", sent.append)
    form._reply(form, {"number": 1, "question": {"case": 0, "text": ADAM}}, [])
    form._reply(form, {"number": 2, "question": {"case": 0, "text": "1 / 0"}}, [])
    told, failed = (message["reply"] for message in sent)
    assert told["verdict"]["lines"][-1] == exercises.get("adam").racing
    assert failed["verdict"] is None
