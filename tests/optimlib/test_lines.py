"""The lines of other libraries that `identify` prints, beside what they were recorded to do."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from golden import make_lines
from golden.make_conventions import STARTS, gradient
from looping import each

import optimlib as ol
from optimlib.identify.candidates import Candidate
from optimlib.identify.lines import LIBRARIES, lines
from optimlib.identify.playing import Played

RECORDED = json.loads((Path(make_lines.HERE) / "lines.json").read_text())["lines"]
CASES = {f"{library}: {rule!r}": (library, rule) for library, rule in make_lines.cases()}
# The product of PyTorch's μ is a float32.
SINGLE = {"PyTorch": ("NAdam",)}


def points(rule):
    """Return the points to which a rule goes, of those that are recorded."""
    start = make_lines.kind(rule)
    w = STARTS[start]
    flat = np.array(w, dtype=float).ravel()
    g = np.array([np.ravel(gradient(start, t)) for t in range(1, make_lines.STEPS + 1)])
    path, shape = [flat], np.shape(w)
    for t in range(1, len(g) + 1):
        at = np.array(path)
        played = Played(g[:t], at, at, np.dtype(float), shape=shape)
        path.append(path[-1] + Candidate(rule).simulate({}, played)[-1, :, 0])
    return [path[t].reshape(shape) for t in (1, make_lines.STEPS // 2 + 1, make_lines.STEPS)]


def tolerance(library, rule):
    if type(getattr(rule, "core", rule)).__name__ in SINGLE.get(library, ()):
        return 1e-6
    # A norm that Keras clips on PyTorch is off by some 1e-9; why is not known.
    return 1e-8 if library == "Keras" and isinstance(rule, ol.ClipNorm) else 1e-12


@each("library, rule", CASES)
def test_a_line_takes_the_steps_of_its_rule(library, rule):
    recorded = RECORDED[f"{library}: {rule!r}"]
    assert lines([rule])[library] == recorded["line"]
    ours, off = points(rule), tolerance(library, rule)
    for own, theirs in zip(ours, recorded["points"], strict=True):
        np.testing.assert_allclose(own, theirs, rtol=off, atol=off)


def test_every_recorded_line_is_one_of_today():
    assert set(RECORDED) == set(CASES)


@pytest.mark.parametrize("name", list(LIBRARIES))
def test_where_a_library_is_installed_its_lines_run(name):
    needed = (name, "jax") if name == "optax" else (name, "torch") if name == "keras" else (name,)
    if not all(importlib.util.find_spec(package) for package in needed):
        pytest.skip(f"{name} is not installed")
    title = next(t for t, (library, _) in CASES.items() if library == LIBRARIES[name])
    rule = CASES[title][1]
    done = make_lines.executed(RECORDED[title]["line"], make_lines.kind(rule))
    np.testing.assert_allclose(done, RECORDED[title]["points"], rtol=1e-12)


@each(
    "rule",
    [
        ol.Adam(lr=ol.schedules.Exponential(0.1, factor=0.9)),
        ol.RMSProp(lr=0.1, eps_inside=True, centered=True, momentum=None, beta=lambda t: 0.5),
        ol.Averaging(ol.Adam(lr=0.1)),
        ol.Projection(ol.Adam(lr=0.1), low=-1, high=1),
    ],
)
def test_what_no_library_has_has_no_line(rule):
    assert lines([rule]) == {}


def test_a_library_without_the_form_is_left_out():
    assert list(lines([ol.Adam(lr=0.1)])) == ["PyTorch", "Optax"]
    assert list(lines([ol.Adam(lr=0.1, eps_before_correction=True)])) == ["Keras"]
    assert lines([ol.HeavyBall(lr=0.1)]) == {}
