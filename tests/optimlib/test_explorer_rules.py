"""Rules and problems in explorers: what is generated, what is recorded, what is refused and why."""

import json
import re

import numpy as np
import own_code
import pytest

pytest.importorskip("optimlib.explorers")

import optimlib as ol
from optimlib import explorers, figures
from optimlib.explorers import basin_map, draw_schedule, explore, ledger, noise_floor, parameter_map

SQUARE, VALLEYS = ol.problems.square, own_code.PROBLEMS[0]
OWN = [make(lr=0.1) for make in own_code.RULES.values()]
BRANCHING = own_code.Branching(lr=0.1)


def plot(rule):
    run = explorers.run(rule, SQUARE, start=3.0, steps=5, label="run")
    return explorers.plot(explorers.panel(x=("step t", 0, 5), y="w", items=[run]))


# Whatever stands in its place in the two orders.
CALLS = {
    "trace": lambda *pair: ol.trace(*pair, 1.0, 2),
    "run": lambda *pair: ol.run(*pair, 1.0, 2),
    "iterate": lambda *pair: ol.iterate(*pair, 1.0),
    "by_hand": lambda *pair: ol.by_hand(*pair, 1.0, 2),
    "sweep": lambda *pair: ol.sweep(*pair, 1.0, 2, lr=[0.1]),
    "basins": lambda *pair: ol.basins(*pair, 2, size=5),
    "explore": explore,
    "explore, lists": lambda *pair: explore(*([x] for x in pair)),
    "ledger": ledger,
    "ledger, list": lambda *pair: ledger(*([x] if isinstance(x, ol.Adam) else x for x in pair)),
    "basin_map": basin_map,
    "parameter_map": lambda *pair: parameter_map(*pair, ("lr", 0.1, 1), ("beta1", 0, 0.9)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_rule_comes_first(call):
    call(ol.Adam(lr=0.1), SQUARE)
    words = r"first an objective, \[?<Objective square.*then a rule, \[?Adam\(lr=0.1"
    with pytest.raises(TypeError, match=words):
        call(SQUARE, ol.Adam(lr=0.1))


# Which explorers show a rule of one's own.
SHOWN = {
    "explore": lambda rule: explore(rule, VALLEYS).specification["rules"][0],
    "ledger": lambda rule: ledger(rule, VALLEYS).specification["rules"][0],
    "basin_map": lambda rule: basin_map(rule, VALLEYS).specification["rules"][0],
    "parameter_map": lambda rule: parameter_map(
        rule, VALLEYS, ("lr", 0.001, 0.1), ("c", 0.5, 2), steps=5
    ).specification["rule"],
    "plot": lambda rule: plot(rule).specification["runs"][0],
    "draw_schedule": lambda rule: draw_schedule(5, rule=rule).specification["rule"],
}


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_every_explorer_takes_rules_of_ones_own(show):
    for rule in OWN:
        entry = show(rule)
        assert isinstance(entry["rule"], dict)
        assert "recorded" not in entry


@pytest.mark.parametrize("name", ["ledger", "plot", "draw_schedule"])
def test_a_rule_that_only_python_runs_is_refused_with_the_reason_and_a_way_out(name):
    words = r"rule.* must be arithmetic .* Branching\(lr=.*np.all is not .*explorers.explore shows"
    with pytest.raises(TypeError, match=words):
        SHOWN[name](BRANCHING)
    with pytest.raises(TypeError, match=r"rule must be one of .*, of which theory has the floor"):
        noise_floor(OWN[0])


def test_lines_that_nobody_can_read_are_not_written():
    with pytest.raises(ValueError, match="rules must have lines of at most 1000 operations"):
        ledger(own_code.DEEPER(lr=0.1), SQUARE)
    assert explore(own_code.DEEPER(lr=0.1), SQUARE)


@pytest.mark.parametrize("name", ["explore", "ledger", "plot", "draw_schedule"])
def test_hyperparameters_are_numbers_in_figures(name):
    rule = own_code.SignMomentum(lr=0.1, beta=np.array([0.1, 0.2]))
    with pytest.raises(ValueError, match=r"beta must be one number, got beta = array\(\[0.1, 0.2"):
        SHOWN[name](rule)


def test_a_problem_that_cannot_be_recorded_says_why():
    noisy = ol.Objective(
        f=lambda w: w**2, grad=lambda w: 2 * w + np.random.default_rng().normal(), start=1.0
    )
    for call in (explore, ledger):
        with pytest.raises(TypeError, match="not a function of its arguments alone"):
            call(ol.Adam(lr=0.1), noisy)


# Runs in V8 are those of trace.


def run_of(client, figure, rule=0, problem=0, **state):
    """Return the points of a run that `explore` shows with its controls in a state."""
    specification = figure.specification
    first = {slider["key"]: slider["value"] for slider in specification["sliders"]}
    return client(
        "simulate(ruleOf(s.rules[i]), hyperparametersFor(s.rules[i], i, s.sliders, state),"
        " codeOf(s.problems[k]), parametersFor(s.problems[k], s.sliders, state),"
        " s.problems[k].start, s.steps).points",
        s=specification,
        i=rule,
        k=problem,
        state=first | state,
    )


@pytest.mark.parametrize("problem", own_code.PROBLEMS, ids=lambda problem: problem.name)
@pytest.mark.parametrize("name", own_code.RULES)
def test_explored_runs_are_those_of_trace(client, name, problem):
    rule = own_code.RULES[name](lr=0.01)
    figure = explore(rule, problem, steps=30)
    expected = ol.trace(rule, problem, np.atleast_1d(problem.start), 30).points
    np.testing.assert_allclose(run_of(client, figure), expected.ravel(), rtol=1e-12)


def test_sliders_reach_hyperparameters_and_parameters_of_ones_own(client):
    rules = [own_code.SignMomentum(lr=0.01), own_code.Twice(lr=lambda t: 0.02 / t)]
    figure = explore(rules, [SQUARE, VALLEYS], steps=9, beta=(0, 0.99), a=(1, 3))
    found = run_of(client, figure, 1, 1, **{"beta 1": 0.3, "a": 1.5})
    rule = own_code.Twice(lr=lambda t: 0.02 / t, beta=0.3)
    expected = ol.trace(rule, own_code.valleys(a=1.5), 0.5, 9).points
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    sliders = {slider["key"]: slider for slider in figure.specification["sliders"]}
    assert [sliders[key]["log"] for key in ("beta 0", "a")] == [False, True]


def test_only_hyperparameters_without_an_upper_end_have_logarithmic_sliders():
    figure = explore(own_code.LookingAhead(lr=0.1), SQUARE, lr=(0.01, 1), pull=(0.1, 1))
    assert all(slider["log"] for slider in figure.specification["sliders"])
    figure = explore(ol.Adadelta(lr=0.1), SQUARE, rho=(0.1, 0.9), eps=(1e-8, 1))
    assert [slider["log"] for slider in figure.specification["sliders"]] == [False, True]


def test_rules_of_one_class_are_told_apart():
    rules = [ol.Adam(lr=0.1), OWN[0], ol.Adam(lr=0.01)]
    figure = explore(rules, SQUARE)
    shown = [(entry["label"], entry["color"]) for entry in figure.specification["rules"]]
    labels, colors = ["Adam, η = 0.1", "sign momentum", "Adam, η = 0.01"], figures.colors(rules)
    assert shown == list(zip(labels, colors, strict=True))
    assert repr(figure) == f"<Explorer: {'; '.join(labels)} on square>"
    moved = explore(rules, SQUARE, lr=(0.001, 1)).specification
    names = ["Adam 1", "sign momentum", "Adam 2"]
    assert [entry["label"] for entry in moved["rules"]] == names
    assert [slider["label"] for slider in moved["sliders"]] == [f"η of {name}" for name in names]


# Rules that only Python runs: recorded, and asked for.


def test_explore_records_a_run_and_answers_for_others():
    figure = explore([ol.Adam(lr=0.1), BRANCHING], VALLEYS, steps=6, share=(0, 1), a=(1, 3))
    entry = figure.specification["rules"][1]
    path = ol.trace(BRANCHING, VALLEYS, 0.5, 6)
    np.testing.assert_allclose(entry["recorded"]["points"], path.points, rtol=1e-5)
    question = dict(rule=1, problem=0, parameters={"a": 1.5, "c": 1.0}, start=[1.0], steps=6)
    answer = figure._answer(**question, hyperparameters={"lr": 0.02, "share": 0.1})
    path = ol.trace(own_code.Branching(lr=0.02, share=0.1), own_code.valleys(a=1.5), 1.0, 6)
    np.testing.assert_allclose(answer["points"], path.points, rtol=1e-5)


MAP = dict(x=("lr", 0.001, 0.2), y=("share", 0.2, 1), steps=20)


@pytest.mark.parametrize("color", ["rate", "steps", "value"])
def test_a_recorded_map_measures_what_the_browser_would(client, color):
    figure = parameter_map(BRANCHING, VALLEYS, **MAP, color=color, c=(0.5, 2))
    map_, run = figure.specification["recorded"].values()
    assert len(map_["cells"]) % map_["columns"] == 0
    axes = figure.specification["axes"]
    for x, y in [(0.001, 0.2), (0.2, 1), (0.001, 1)]:
        rule = own_code.Branching(lr=x, share=y)
        path = ol.trace(rule, VALLEYS, 0.5, 20)
        exact = client(
            "measuresOf(s, { d: 1, points: p, values: v }, s.ground.parameters).measured",
            s=figure.specification,
            p=path.points.ravel().tolist(),
            v=path.values.ravel().tolist(),
        )
        cell = client("cellAt(m, at, sides)", m=map_, at=[x, y], sides=axes)
        assert cell == pytest.approx(exact, rel=1e-4)
    chosen = ol.trace(BRANCHING, VALLEYS, 0.5, 20)
    np.testing.assert_allclose(run["points"], chosen.points.ravel(), rtol=1e-12)
    answer = figure._answer(part="run", changes={"lr": 0.02, "share": 0.3, "c": 1.0})
    path = ol.trace(own_code.Branching(lr=0.02, share=0.3), VALLEYS, 0.5, 20)
    np.testing.assert_allclose(answer["points"], path.points.ravel(), rtol=1e-12)
    again = figure._answer(part="map", changes={"c": 1.0})
    assert json.dumps(again["cells"]) == json.dumps(map_["cells"])
    assert figure._answer(part="map", changes={"c": 2.0})["cells"] != map_["cells"]


def test_a_parameter_of_ones_own_may_not_move_the_minima():
    with pytest.raises(ValueError, match="a moves the minima of two valleys"):
        parameter_map(BRANCHING, VALLEYS, **MAP, a=(1, 3))


def test_newton_has_a_map():
    axes = dict(x=("lr", 0.1, 1), y=("regularization", 0.1, 1))
    figure = parameter_map(ol.Newton(), ol.problems.coupled_bowl, **axes)
    assert figure.specification["recorded"]["map"]["cells"][0] == pytest.approx(0.9, abs=0.02)


def test_a_recorded_map_of_basins_is_that_of_runs(client):
    figure = basin_map([OWN[0], BRANCHING], VALLEYS, lr=(0.001, 0.1), steps=20, start=1.0)
    generated, recorded = figure.specification["rules"]
    assert "recorded" not in generated
    sides = [{"min": -2, "max": 2, "log": False}, figure.specification["axis"]]
    for start, lr in [(-2.0, 0.001), (2.0, 0.1), (-2.0, 0.1)]:
        path = ol.trace(own_code.Branching(lr=lr), VALLEYS, start, 20)
        map_ = recorded["recorded"]["map"]
        cell = client("cellAt(m, at, sides)", m=map_, at=[start, lr], sides=sides)
        end = {"points": path.points.ravel().tolist()}
        assert cell == client("basinOf(run, s)", run=end, s=figure.specification)
    answer = figure._answer(
        part="run", rule=1, parameters={"a": 2.25, "c": 1.0}, start=-1.0, lr=0.05
    )
    path = ol.trace(own_code.Branching(lr=0.05), VALLEYS, -1.0, 20)
    np.testing.assert_allclose(answer["points"], path.points.ravel(), rtol=1e-12)


def test_what_goes_wrong_in_a_readers_rule_is_said():
    class Failing(own_code.Branching):
        def update(self, t, g):
            if self.share > 0.9:
                raise LookupError("nothing to share")
            return super().update(t, g)

    rule = Failing(lr=0.1)
    question = dict(part="run", changes={"lr": 0.1, "share": 1.0})
    axes = dict(x=("lr", 0.001, 0.2), y=("share", 0.2, 0.8))
    answer = parameter_map(rule, VALLEYS, **axes, steps=5)._answer(**question)
    assert answer["error"] == "nothing to share"
    assert answer["changes"] == {"lr": 0.1, "share": 0.5}


ASKED = """(() => {
  const said = [], kernel = live && {
    ask: (question) => { said.push(question); return { then: (f) => f({ n: question.x }) }; },
  };
  const asking = new Asking({ kernel, changed: () => said.push("drawn") }, { x: 0 }, { n: 9 });
  return [[0, 1, 1, 0].map((x) => asking.answerTo({ x })), said];
})()"""


def test_a_kernel_is_asked_for_what_is_not_recorded(client):
    answers, said = client(ASKED, live=True)
    assert answers == [{"n": n, "stale": False} for n in (9, 1, 1, 0)]
    assert said == [{"x": 1}, "drawn", {"x": 0}, "drawn"]
    answers, said = client(ASKED, live=False)
    assert answers == [{"n": 9, "stale": stale} for stale in (False, True, True, False)]
    assert said == []


WAITING = """(() => {
  const said = [], answers = [], kernel = {
    ask: ({ x }) => { said.push(x); return { then: (f) => answers.push(() => f({ n: x })) }; },
  };
  const asking = new Asking({ kernel, changed: () => said.push("drawn") }, { x: 0 }, { n: 9 });
  const shown = [1, 2, 3].map((x) => asking.answerTo({ x }).n);
  while (answers.length) answers.shift()();
  return [said, shown, asking.answerTo({ x: 3 }).n];
})()"""


def test_of_the_questions_that_wait_only_the_newest_is_asked(client):
    assert client(WAITING) == [[1, "drawn", 3, "drawn"], [9, 9, 9], 3]


# Pages


def test_a_page_is_whole_and_says_what_it_shows():
    page = explore(OWN, VALLEYS, steps=3, title="Mine <& yours>").to_html()
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "<title>Mine &lt;&amp; yours&gt;</title>" in page
    assert '<figure id="fig-mine-yours">' in page
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    specification = json.loads(re.search(r'application/json">(.*?)</script>', page)[1])
    assert specification["title"] == "Mine <& yours>"
