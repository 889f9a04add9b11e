"""What is printed fits into every code page, in words where that has not the signs."""

import io
import sys

import numpy as np
import pytest

import optimlib as ol
from course import exercises
from course.exercises import Report
from course.grading.__main__ import print_all
from optimlib import learning
from optimlib.identify.report import Departure

VALLEY = ol.problems.rosenbrock
BOX = [(-2, 2), (-2, 2)]
WIDE = ol.Objective(np.sum, np.ones_like, name="breit ε", variables=tuple("abcdef"))


def curves():
    half = np.eye(4), np.arange(4)
    data = learning.Dataset(*half, *half, "πλ", tuple("abcd"))
    return learning.train(ol.Adam(1e-9), learning.MLP((4, 4)), data, 2, steps=2, progress=False)


PRINTED = {
    "formula": lambda: ol.formula(ol.AdamW(lr=lambda t: 0.1 / t)),
    "formula of matrices": lambda: ol.formula(ol.Muon(lr=0.1)),
    "formula of a problem": lambda: ol.formula(ol.problems.x_cos()),
    "by hand": lambda: ol.by_hand(ol.Nesterov(1e-9, beta=0.9), VALLEY, (-1.5, 1 / 3), 2),
    "trace": lambda: ol.trace(ol.Adam(lr=1e-9), VALLEY, (-1.5, 1.0), 20),
    "runs": lambda: ol.trace(ol.Adam(0.1), ol.problems.quadratic(kappa=10), np.ones((2, 3, 2)), 2),
    "no run": lambda: ol.trace(ol.Adam(0.1), ol.problems.quadratic(kappa=10), np.ones((2, 0)), 2),
    "objective": lambda: WIDE,
    "classify": lambda: ol.classify(VALLEY, (1, 1)),
    "definiteness": lambda: ol.definiteness(-np.eye(2)),
    "curvature": lambda: ol.probe_convexity(VALLEY, "hessian", BOX),
    "chord": lambda: ol.probe_convexity(VALLEY, "chord", BOX),
    "tangent": lambda: ol.probe_convexity(VALLEY, "first-order", BOX),
    "smoothness": lambda: ol.smoothness(VALLEY, BOX),
    "taylor": lambda: ol.taylor(WIDE, np.zeros(6), order=1),
    "identified": lambda: ol.Identification(ol.AdamW(lr=1e-9), undetermined={"eps": (0, 1e-9)}),
    "unknown": lambda: ol.Identification(
        nearest=ol.Adam(lr=0.1), departure=Departure(1, 0, -1e-9, 0.1, 0.2)
    ),
    "curves": curves,
    "check": lambda: exercises.check("adam", lambda *a: None),
    "verdict": lambda: Report("adam", False, ("β₁ = 0.9 → ŵ", "η ≥ 0"), None, "√"),
    "hint": lambda: exercises.hint("adam"),
}


@pytest.fixture
def terminal(monkeypatch):
    """Return a function that prints and returns what a terminal of an encoding is sent."""

    def show(encoding, what, shower=print):
        sent = io.BytesIO()
        stream = io.TextIOWrapper(sent, encoding, errors="strict")
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            shower(what)
        stream.flush()
        return sent.getvalue().decode(encoding)

    return show


@pytest.mark.parametrize("name", PRINTED)
def test_everything_is_printed_on_every_code_page(terminal, name):
    shown = PRINTED[name]()
    full = terminal("utf-8", shown)
    for encoding in ("ascii", "cp1252", "cp437", "latin-1"):
        text = terminal(encoding, shown)
        assert len(text.splitlines()) == len(full.splitlines())
        assert "\\" not in text
        assert text.count("?") == full.count("?")


def test_words(terminal):
    by_hand = ol.by_hand(ol.Momentum(lr=1e-9, beta=0.9), ol.problems.square, 1 / 3, 1)
    assert terminal("ascii", by_hand).splitlines() == [
        "g_1 = 2 * 0.333333 ~= 0.666667",
        "v_1 = 0.9 * 0 + 0.666667 ~= 0.666667",
        "w_1 = 0.333333 - 10^-9 * 0.666667 ~= 0.333333",
    ]
    assert terminal("cp437", ol.formula(ol.Nesterov(lr=0.1, beta=0.9))).splitlines() == [
        "g_t = grad f(w_(t-1) - eta beta v_(t-1))",
        "v_t = beta v_(t-1) + g_t",
        "w_t = w_(t-1) - eta v_t",
    ]
    names = ["Zoë: η ≥ ½", "Ł, \udce4"]
    words = "Zoë: eta >= 1/2\n[latin capital letter l with stroke], \\udce4\n"
    assert terminal("latin-1", names, print_all) == words
    assert terminal("ascii", names, print_all) == words.replace("ë", "e")


def test_columns_stay_below_each_other(terminal):
    lines = terminal("ascii", ol.trace(ol.Adam(lr=0.1), VALLEY, (-1.5, 1.0), 2)).splitlines()[1:]
    assert len(set(map(len, lines))) == 1
