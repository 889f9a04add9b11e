"""What is public is described, and the reference knows which chapter teaches it."""

import sys
from types import ModuleType

import pytest
from docutils import nodes

import optimlib as ol
from course.site import reference

NAMES = reference.public()


def undescribed(names):
    return [name.full for name in names if not any(name.text)]


def test_every_public_name_says_what_it_is():
    assert len(NAMES) > 200
    assert undescribed(NAMES.values()) == []


def test_a_name_that_says_nothing_is_found():
    def silent():
        pass

    values = {"optimlib.silent": silent, "optimlib.figures.LIMIT": 3.5, "optimlib.trace": ol.trace}
    names = [
        reference.Name(full, value, reference.home(full, value)) for full, value in values.items()
    ]
    assert undescribed(names) == ["optimlib.silent", "optimlib.figures.LIMIT"]


@pytest.mark.parametrize(
    ("dotted", "found"),
    [
        ("ol.Adam", ("optimlib.Adam", 2)),
        ("ol.problems.square.f", ("optimlib.problems.square", 3)),
        ("problems.square", ("optimlib.problems.square", 2)),
        ("ol.Trace.values", ("optimlib.Trace", 2)),
        ("exercises.check", ("course.exercises.check", 2)),
        ("ol.adam", None),
        ("torch.optim", None),
    ],
)
def test_a_dotted_name_is_read_as_python_reads_it(dotted, found):
    assert reference.named(dotted) == found


def test_names_stand_where_python_finds_them():
    for name in NAMES.values():
        module, _, own = name.full.rpartition(".")
        assert getattr(sys.modules[module], own) is name.value
        assert name.kind == "data" or isinstance(name.value, ModuleType) or callable(name.value)


CELLS = [
    ("start/one", "path = ol.trace(ol.Yogi(lr=0.1), problems.square, 4.0)"),
    ("start/two", "ol.formula(ol.Yogi())\nfrom optimlib.schedules import (\n    Cosine, Linear)"),
    (
        "start/three",
        "Of all, `ol.Adam` and `ol.Lion` are left. ol.trace, schedules.Cosine, learning",
    ),
]
TERMS = {"adam": "adaptive/adam", "step": "start/one", "newton": "curvature/newton"}


def test_where_a_name_is_taught(monkeypatch):
    monkeypatch.setattr(reference, "cells", lambda: iter(CELLS))
    monkeypatch.setattr(reference, "glossary", lambda: TERMS)
    assert {
        full.removeprefix("optimlib."): sentence for full, sentence in reference.taught().items()
    } == {
        "Adam": "Taught in :doc:`/chapters/adaptive/adam`.",
        "Lion": "First used in :doc:`/chapters/start/three`.",
        "Newton": "Taught in :doc:`/chapters/curvature/newton`.",
        "Yogi": "Taught in :doc:`/chapters/start/two`.",
        "formula": "First used in :doc:`/chapters/start/two`.",
        "problems.square": "First used in :doc:`/chapters/start/one`.",
        "schedules": "First used in :doc:`/chapters/start/two`.",
        "schedules.Cosine": "First used in :doc:`/chapters/start/two`.",
        "schedules.Linear": "First used in :doc:`/chapters/start/two`.",
        "trace": "First used in :doc:`/chapters/start/one`.",
    }


def test_the_glossary_says_where():
    terms = reference.glossary()
    assert (terms["adam"], terms["newton"]) == ("adaptive/adam", "curvature/newton")


def inline(before, code):
    paragraph = nodes.paragraph("", "", nodes.Text(before), nodes.literal("", code))
    return [(words, full) for _, words, full in reference.mentions_in(paragraph[1], "chapters/x")]


@pytest.mark.parametrize(
    ("before", "code", "found"),
    [
        ("see ", "Adam", [("Adam", "optimlib.Adam")]),
        ("see ", "WarmUp(3, ...)", [("WarmUp", "optimlib.schedules.WarmUp")]),
        ("PyTorch’s ", "Adam", []),
        ("see ", "optax.adam", []),
        ("see ", "trace", []),
        (
            "see ",
            "ol.run(ol.Lion(), f)",
            [("ol.run", "optimlib.run"), ("ol.Lion", "optimlib.Lion")],
        ),
        ("see ", "figures.path.x", [("figures.path", "optimlib.figures.path")]),
    ],
)
def test_mentions_in_inline_code(before, code, found):
    assert inline(before, code) == found
