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
@pytest.fixture
def judge(client):
    explorer = ledger(ol.Momentum(lr=0.1), ol.problems.square, start=4, steps=2)
    second = shown(client, explorer, {"start": 4})[1]

    def answer(typed, again=False):
        return client("judgeTyped(typed, step, 0.1, again)", typed=typed, step=second, again=again)

    return answer


WRONG = {
    "3.2": "3.2 is not it. That is the point before the step.",
    "3,2": "3.2 is not it. That is the point before the step.",
    "16/5": "3.2 is not it. That is the point before the step.",
    "3.21": "3.21 is not it.",
    "4.56": "4.56 is not it. That is a step in the other direction.",
    "−1.36": "−1.36 is not it. That is the step: it is to be added to the point.",
    "1.36": "1.36 is not it. That is the step with the other sign: it is to be added to the point.",
    "2.56": "2.56 is not it. That is the step of gradient descent.",
    "13.6": "13.6 is not it. That is v₂.",
    "−1.84": "−1.84 is not it. The sign is wrong.",
    "1.88": "1.88 is not it.",
    "1e-3": "0.001 is not it.",
    "0": "0 is not it.",
    "100": "100 is not it.",
}


@pytest.mark.parametrize("typed", ["1.84", "1,84", "1.843", "184e-2", "46/25"])
def test_the_right_value_may_be_typed_in_many_ways(judge, typed):
    assert judge(typed) == {"isRight": True, "said": "Right."}


@pytest.mark.parametrize(("typed", "said"), WRONG.items(), ids=WRONG)
def test_a_wrong_value_is_called_wrong_and_its_mistake_named(judge, typed, said):
    assert judge(typed) == {"isRight": False, "said": said}


@pytest.mark.parametrize(
    ("typed", "size"),
    [
        ("3.21", "In size it is too large, by about 70 %."),
        ("1.88", "In size it is too large, by about 2 %."),
        ("13.6", "In size it is too large, about 7 times."),
        ("-1.84", "Its sign is not that of the right one."),
        ("0", "It is too small."),
    ],
)
def test_asked_again_a_wrong_value_is_told_its_size(judge, typed, size):
    once, again = judge(typed)["said"], judge(typed, again=True)["said"]
    assert again == f"{once} {size}"


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("typed", WRONG)
def test_no_answer_gives_the_right_value_away(judge, typed, again):
    assert "1.84" not in judge(typed, again)["said"].removeprefix("−1.84")


@pytest.mark.parametrize("typed", ["", "w", "1.8.4", "nan", "1/0"])
def test_what_is_no_number_gets_a_sentence(judge, client, typed):
    said = judge(typed)
    assert said == {"isRight": False, "said": client("readNumber(t).sentence", t=typed)}


def test_a_run_that_is_lost_stops(client):
    explorer = ledger(ol.GradientDescent(lr=1e60), ol.problems.square, steps=5)
    assert len(shown(client, explorer, {"start": 4})) == 3


def test_the_still_picture_is_drawn():
    html = ledger([ol.Adam(lr=0.1), ol.Momentum(lr=0.1)], ol.problems.square)._html()
    assert 'alt="Adam, momentum on square, step by step"' in html
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
