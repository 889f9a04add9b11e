"""The step ledger: its lines in V8 against by_hand and trace, its answers to guesses."""

import numpy as np
import pytest

pytest.importorskip("optimlib.explorers")

import optimlib as ol
from optimlib.explorers import ledger

RULES = [
    ol.GradientDescent(lr=0.1),
    ol.Momentum(lr=0.1, beta=0.9),
    ol.Nesterov(lr=0.05, beta=0.8),
    ol.AdaGrad(lr=0.3),
    ol.RMSProp(lr=0.1),
    ol.Adam(lr=0.1),
    ol.NAdam(lr=0.1),
    ol.Momentum(lr=ol.schedules.Cosine(0.1, steps=6), beta=0.5),
]
PROBLEMS = [ol.problems.square, ol.problems.x_cos(c=0.15), ol.problems.cosh(0.5)]
STEPS = 6


def shown(client, explorer, state, rule=0):
    """Return the steps that the figure shows in a state of its controls."""
    return client(
        "ledgerSteps(ruleOf(s.rules[i]), hyperparametersFor(s.rules[i], i, s.sliders, state),"
        " codeOf(s.problem), parametersFor(s.problem, s.sliders, state),"
        " state.start, s.steps)",
        s=explorer.specification,
        state=state,
        i=rule,
    )


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.name)
@pytest.mark.parametrize("rule", RULES, ids=lambda r: type(r).__name__)
def test_lines_are_those_of_by_hand(client, rule, problem):
    steps = shown(client, ledger(rule, problem, steps=STEPS), {"start": 0.7})
    lines = [line["text"] for step in steps for line in step["lines"]]
    assert lines == [s for s in ol.by_hand(rule, problem, 0.7, STEPS).text.splitlines() if s]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: type(r).__name__)
def test_points_are_those_of_the_run(client, rule):
    run = ol.trace(rule, ol.problems.square, 3.0, STEPS)
    steps = shown(client, ledger(rule, ol.problems.square, steps=STEPS), {"start": 3.0})
    np.testing.assert_allclose([s["before"] for s in steps], run.points[:-1], rtol=1e-12)
    np.testing.assert_allclose([s["w"] for s in steps], run.points[1:], rtol=1e-12)
    at = run["look_ahead"] if "look_ahead" in run.names else run.points[:-1]
    np.testing.assert_allclose([s["at"] for s in steps], at, rtol=1e-12)
    np.testing.assert_allclose([s["g"] for s in steps], run["g"], rtol=1e-12)


def test_sliders_reach_the_rules_that_have_them(client):
    rules = [ol.GradientDescent(lr=0.1), ol.Momentum(lr=0.1, beta=0.9)]
    explorer = ledger(rules, ol.problems.square, steps=STEPS, lr=(0.01, 1), beta=(0, 0.99))
    state = {"start": 2.0, "lr": 0.2, "beta": 0.5}
    for i, rule in enumerate((ol.GradientDescent(lr=0.2), ol.Momentum(lr=0.2, beta=0.5))):
        expected = ol.trace(rule, ol.problems.square, 2.0, STEPS)["w"]
        found = [step["w"] for step in shown(client, explorer, state, i)]
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: type(r).__name__)
def test_values_to_hide_are_the_ends_of_the_lines(client, rule):
    explorer = ledger(rule, ol.problems.square, start=4, steps=2)
    for step in shown(client, explorer, {"start": 4}):
        for line in step["lines"]:
            assert line["head"] + client("number(v)", v=line["value"]) == line["text"]
            assert line["head"].startswith(line["name"] + " = ")
            assert line["head"].endswith(("= ", "≈ "))


# The second step of momentum on w² from 4: from 3.2 with g = 6.4, v = 13.6 to 1.84.
@pytest.mark.parametrize(
    ("guess", "answer"),
    [
        (1.84, "Right."),
        (1.843, "Right."),
        (3.2, "That is the point before the step."),
        (3.21, "74 % off: too large."),
        (4.56, "That is a step in the other direction."),
        (-1.36, "That is the step: it is to be added to the point."),
        (1.36, "That is the step with the other sign: it is to be added to the point."),
        (2.56, "That is the step of gradient descent."),
        (13.6, "That is v₂, not w₂."),
        (-1.84, "The sign is wrong, the size is right."),
        (1.88, "2.2 % off: too large."),
        (1.7, "7.6 % off: too small."),
        (0, "100 % off: too small."),
        (100, "It is too large by 98."),
    ],
)
def test_guesses_are_answered_in_words(client, guess, answer):
    explorer = ledger(ol.Momentum(lr=0.1), ol.problems.square, start=4, steps=2)
    second = shown(client, explorer, {"start": 4})[1]
    assert client("judgeGuess(guess, step, 0.1)", guess=guess, step=second) == answer


def test_a_run_that_is_lost_stops(client):
    explorer = ledger(ol.GradientDescent(lr=1e60), ol.problems.square, steps=5)
    assert len(shown(client, explorer, {"start": 4})) == 3


def test_the_still_picture_is_drawn():
    html = ledger([ol.Adam(lr=0.1), ol.Momentum(lr=0.1)], ol.problems.square)._html()
    assert 'alt="Adam, Momentum on square, step by step"' in html
    assert "data:image/png" in html


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((ol.Adam(), ol.problems.rosenbrock), {}, ValueError, "one variable"),
        ((ol.Adam(), "square"), {}, TypeError, "objective"),
        (("Adam", ol.problems.square), {}, TypeError, "rules"),
        (([], ol.problems.square), {}, ValueError, "rules must not be empty"),
        ((ol.Newton(), ol.problems.square), {}, TypeError, "Newton"),
        ((ol.Adam(), ol.problems.square), {"steps": 0}, ValueError, "steps"),
        ((ol.Adam(), ol.problems.square), {"start": (1, 2)}, ValueError, "start"),
        ((ol.Adam(), ol.problems.square), {"start": np.inf}, ValueError, "start"),
        ((ol.Adam(), ol.problems.square), {"beta": (0, 1)}, ValueError, "beta"),
        ((ol.Adam(), ol.problems.square), {"lr": (1, 0.1)}, ValueError, "lr"),
    ],
)
def test_wrong_arguments_are_named(arguments, options, error, words):
    with pytest.raises(error, match=words):
        ledger(*arguments, **options)
