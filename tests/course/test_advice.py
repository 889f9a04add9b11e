"""The decision tree of the chapter choosing has one leaf for every set of answers."""

from itertools import product

import pytest
import yaml

from course import ROOT

TEXT = (ROOT / "chapters" / "practice" / "advice.yaml").read_text("utf-8")
ADVICE, TREE = yaml.safe_load(TEXT).values()
ANSWERS = {"shape": range(5), "noise": (0, 1), "schedule": (0, 1), "tuned": (0, 1)}


def leaves(state):
    return [leaf["answers"] for leaf in TREE if eval(leaf["when"], {}, state)]


@pytest.mark.parametrize("values", list(product(*ANSWERS.values())))
def test_answers_lead_to_one_leaf(values):
    assert len(leaves(dict(zip(ANSWERS, values, strict=True)))) == 1


@pytest.mark.parametrize("leaf", TREE, ids=lambda leaf: leaf["answers"])
def test_runs_shown_beside_a_leaf_are_of_its_answers(leaf):
    assert leaves(leaf["state"]) == [leaf["answers"]]


def test_verdicts_are_those_that_the_chapter_explains():
    rows = [row for rows in ADVICE.values() for row in rows]
    assert {row["verdict"] for row in rows} == {"supported", "limited", "refuted", "not shown"}
    assert all(set(row["source"].split(", ")) <= set("ABCD") for row in rows)
