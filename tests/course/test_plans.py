"""The plans for a course, on the page for instructors, have chapters after those they need."""

import re
from pathlib import Path

import pytest
from test_chapter_exercises import markdown

CHAPTER = re.compile(r"\{doc\}`(?:\.\./)?([\w/-]+)`")


def plans():
    """Return the chapters of each plan that begins at the beginning, in their order."""
    text = markdown("appendix/instructors")
    found = re.findall(r"^\*\*(\w+ weeks)\*\*.*\n\n((?:\|.*\n)+)", text, re.M)
    return {name: CHAPTER.findall(rows) for name, rows in found}


def needed(chapter):
    """Return the chapters that one names as needed."""
    line = re.search(r"\*Needs:\*(.*)", markdown(chapter))
    links = CHAPTER.findall(line[1]) if line else []
    part = chapter.partition("/")[0]
    return [link if "/" in link else f"{part}/{link}" for link in links]


def lacking(plan):
    """Yield each chapter of a plan with one that it needs and that does not stand before it."""
    for i, chapter in enumerate(plan):
        for other in needed(chapter) if not chapter.startswith("appendix/") else ():
            if other not in plan[:i]:
                yield Path(chapter).name, Path(other).name


LEFT_OUT = {
    "Six weeks": {("comparing", "weight-decay"), ("comparing", "generalization")},
    "Ten weeks": {("weight-decay", "vanishing-gradients"), ("choosing", "quasi-newton")},
    "Fourteen weeks": set(),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_chapter_comes_after_those_it_needs(name):
    assert set(lacking(plans()[name])) == LEFT_OUT[name]


def test_what_plans_leave_out_is_said():
    (said,) = re.findall(
        "Three need something that a plan leaves out.*", markdown("appendix/instructors")
    )
    for chapter, other in set().union(*LEFT_OUT.values()):
        assert f"*{chapter}*" in said
        assert f"*{other}*" in said


def test_an_order_that_is_none_is_found():
    plan = ["adaptive/rmsprop", "adaptive/adam"]
    assert ("rmsprop", "adam") not in lacking(plan)
    assert ("adam", "momentum") in lacking(plan)
    assert ("adam", "rmsprop") in lacking(plan[::-1])
