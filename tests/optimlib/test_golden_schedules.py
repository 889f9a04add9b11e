"""Schedule-free learning against the package of its authors and Optax, step for step.

The trajectories were made by golden/make_modern_schedules.py.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from golden import make, make_modern_schedules
from looping import each
from test_golden import PROBLEMS

import optimlib as ol

FILE = Path(make_modern_schedules.__file__).with_name("modern_schedules.json")
each_library = pytest.mark.parametrize("library", make_modern_schedules.PACKAGES)


@cache
def stored():
    return json.loads(FILE.read_text())


def title(run):
    settings = ", ".join(f"{name}={value}" for name, value in run["settings"].items())
    return f"{settings}, {run['rate']} on {run['problem']}"


def runs(library, different):
    found = stored()[library]["runs"]
    return {title(run): run for run in found if bool(run["difference"]) is different}


def our_points(run):
    """Return optimlib's points at the kept steps of `run`, shape (kept, d)."""
    rate = make_modern_schedules.rates(run["settings"], run["rate"])
    if rate is None:
        rate = make_modern_schedules.rates(run["settings"], "constant")
    names = ("beta", "beta2", "eps", "weight_decay")
    options = {n: run["settings"][n] for n in names if n in run["settings"]}
    rule = ol.ScheduleFree(rate, **options)
    path = ol.trace(rule, PROBLEMS[run["problem"]], np.array(run["start"]), make.STEPS)
    return path.points[list(map(int, run["points"]))]


def assert_same(run):
    theirs = np.array(list(run["points"].values()))
    assert np.all(np.isfinite(theirs))
    np.testing.assert_allclose(our_points(run), theirs, rtol=1e-11, atol=1e-13)


def assert_different(run):
    assert np.max(np.abs(our_points(run) - list(run["points"].values()))) > 1e-6


@each_library
def test_points_are_those_of_the_package(library):
    each("run", runs(library, different=False))(assert_same)()


@each_library
def test_a_listed_difference_is_one(library):
    each("run", runs(library, different=True))(assert_different)()


def test_the_differences_are_those_that_are_listed():
    libraries = make_modern_schedules.PACKAGES
    listed = {n: {run["difference"] for run in stored()[n]["runs"]} for n in libraries}
    largest, late = make_modern_schedules.LARGEST, make_modern_schedules.LATE
    assert listed == {"schedulefree": {None, largest}, "optax": {None, largest, late}}


def explained(run, moves, weights):
    """Return the averages at the kept steps, of rates to move and rates to weigh by."""
    gradient, beta = make.PROBLEMS[run["problem"]][0], run["settings"]["beta"]
    z = w = np.array(run["start"])
    total, points = 0.0, {}
    for t, (move, weight) in enumerate(zip(moves, weights, strict=True), start=1):
        z = z - move * np.array(gradient(list((1 - beta) * z + beta * w)))
        total += weight**2
        w = w + weight**2 / total * (z - w)
        points[str(t)] = w
    return np.array([points[t] for t in run["points"]])


@each_library
def test_the_differences_are_what_is_said_of_them(library):
    steps = np.arange(1, make.STEPS + 1)
    for run in runs(library, different=True).values():
        lr = run["settings"]["lr"]
        moves, weights = lr / np.sqrt(steps), np.full(make.STEPS, lr)
        if run["rate"] == "shortcut":
            moves, weights = (lr * np.minimum(t / 10, 1) for t in (steps - 1, steps))
        # Optax computes its own warm-up in single precision.
        rtol = 1e-6 if run["rate"] == "shortcut" else 1e-11
        theirs = np.array(list(run["points"].values()))
        np.testing.assert_allclose(explained(run, moves, weights), theirs, rtol=rtol, atol=1e-13)


@each_library
def test_the_file_says_what_it_is(library):
    content = stored()[library]
    assert set(content["versions"]) == set(make_modern_schedules.PACKAGES[library])
    assert all(list(run["points"]) == list(map(str, make.KEPT)) for run in content["runs"])
    assert {run["problem"] for run in content["runs"]} == set(PROBLEMS)


@each_library
def test_points_are_those_of_the_installed_package(library):
    for package in make_modern_schedules.PACKAGES[library]:
        pytest.importorskip(package, reason=f"{package} is not installed: only stored runs count")
    now, then = list(make_modern_schedules.runs(library)), stored()[library]["runs"]
    for run, before in zip(now, then, strict=True):
        assert title(run) == title(before)
        points = (np.array(list(r["points"].values())) for r in (run, before))
        np.testing.assert_allclose(*points, rtol=1e-11, atol=1e-13)
