"""Adan, AdEMAMix and ADOPT against Optax, pytorch_optimizer, torch-optimi and adan-pytorch.

The trajectories were made by golden/make_modern_rules.py; where a library is installed they are
also made again, now. What a library does otherwise is made here too: by the rule's own code with
the place changed that the difference names.
"""

import json
import sys
from functools import partial
from math import exp, log
from pathlib import Path

import numpy as np
import pytest
from golden import make_modern_rules as make
from looping import each
from stored import chosen, title
from variants import variant

import optimlib as ol

STORED = json.loads((Path(make.__file__).parent / "modern_rules.json").read_text())
PROBLEMS = {
    "square": ol.problems.square,
    "rosenbrock": ol.problems.rosenbrock,
    "rotated_bowl": ol.problems.quadratic(kappa=10, angle=0.5),
    "x_cos": ol.problems.x_cos(),
    "saddle": ol.problems.saddle,
}
MODULES = {name: sys.modules[f"optimlib.rules.{name.lower()}"] for name in ("Adan", "ADOPT")}
MODULES["AdEMAMix"] = sys.modules["optimlib.rules.ademamix"]


runs = partial(chosen, STORED["runs"])


def growing(settings):
    """Return the settings with the paper's schedules of α and β₃ where these are asked for."""
    steps = settings.get("t_alpha_beta3")
    if steps is None:
        return settings
    a, b = log(settings["beta1"]), log(settings["beta3"])

    def beta3(t):
        share = t / steps
        return min(exp(a * b / ((1 - share) * b + share * a)), settings["beta3"])

    def alpha(t):
        return min(t / steps, 1) * settings["alpha"]

    rest = {name: value for name, value in settings.items() if name != "t_alpha_beta3"}
    return rest | {"alpha": alpha, "beta3": beta3}


def our_points(run, rule=None):
    """Return optimlib's points at the kept steps of `run`, shape (kept, d)."""
    rule = (rule or getattr(ol, run["rule"]))(**growing(run["rule_settings"]))
    path = ol.trace(rule, PROBLEMS[run["problem"]], np.array(run["start"]), make.STEPS)
    return path.points[list(map(int, run["points"]))]


def assert_same(run, rule=None):
    theirs = np.array(list(run["points"].values()))
    assert np.all(np.isfinite(theirs))
    np.testing.assert_allclose(our_points(run, rule), theirs, rtol=1e-12, atol=1e-13)


# By what a library does otherwise: the changes of the rule's code that do the same.
AHEAD, MEAN = "(g + self.beta2 * change) ** 2", "u = (m + self.beta2 * d) /"
ADAN_M, ADAN_V = "(1 - self.beta1) * g", "(1 - self.beta3) * ahead"
DIFFERENCES = {
    "Optax weighs the change with 1 - b2 where the paper has b2": (
        *(AHEAD, "(g + (1 - self.beta2) * change) ** 2"),
        *(MEAN, "u = (m + (1 - self.beta2) * d) /"),
    ),
    "adan-pytorch leaves the first gradient out of all means": (
        *(ADAN_M, ADAN_M + " * (t > 1)"),
        *(ADAN_V, ADAN_V + " * (t > 1)"),
    ),
    "torch-optimi does not hand adam_wd on: it changes nothing": (
        "if self.proximal:",
        "if not self.proximal:",
    ),
    "by default the weights are divided by 1 + lr * decay, as in the paper": (
        "if self.proximal:",
        "if not self.proximal:",
    ),
    "pytorch_optimizer clips at the fourth root of t, the paper's of t - 1": (
        "((t - 1) ** 0.5) ** 0.5",
        "(t > 1) * t ** 0.25",
    ),
    "the slow mean and its share grow over the first 40 steps": None,
}


def changed(rule, changes):
    """Return the rule's class with pieces of its code replaced: old, new, old, new, ..."""
    return getattr(variant(MODULES[rule], *changes), rule)


@pytest.mark.parametrize("library", make.LIBRARIES)
def test_points_are_those_of_the_library(library):
    found = runs(library)
    # adan-pytorch does nothing as the others do.
    assert bool(found) == (library != "adan_pytorch")
    for run in found.values():
        each("run", {title(run): run})(assert_same)()


@pytest.mark.parametrize("rule", MODULES)
def test_every_rule_is_compared_with_two_libraries(rule):
    assert len({run["library"] for run in runs(rule=rule).values()}) >= 2


def test_the_differences_are_those_that_are_listed():
    assert {run["difference"] for run in STORED["runs"]} == {None, *DIFFERENCES}


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_a_listed_difference_is_one_and_is_what_it_says(difference):
    found = runs(difference=difference)
    for run in found.values():
        away = np.abs(our_points(run) - np.array(list(run["points"].values())))
        assert np.max(away) > 1e-6, title(run)
    if DIFFERENCES[difference] is None:  # its other runs are compared with the schedules
        return
    (rule,) = {run["rule"] for run in found.values()}
    theirs = changed(rule, DIFFERENCES[difference])
    each("run", found)(lambda run: assert_same(run, theirs))()


def test_the_bounds_of_adopt_are_met_in_the_runs_of_optax():
    for run in runs("optax", "ADOPT").values():
        if run["problem"] != "saddle" or run["settings"].get("use_clipping") is False:
            continue
        path = ol.trace(ol.ADOPT(**run["rule_settings"]), ol.problems.saddle, run["start"], 100)
        assert np.sum(np.abs(path["u"]) < np.abs(path["g_hat"])) > 50


# Forms that are none of these rules; each is rejected by the runs of the libraries.
WRONG = {
    "no look-ahead": ("Adan", MEAN, "u = m /"),
    "look-ahead not weighed": ("Adan", MEAN, "u = (m + d) /"),
    "change not squared": ("Adan", AHEAD, "g**2"),
    "change in the first step": ("Adan", "t > 1, g - g_tilde, 0", "t > 0, g - g_tilde, 0"),
    "change turned around": ("Adan", "g - g_tilde", "g_tilde - g"),
    "memory of the change": ("Adan", "g_tilde=g)", "g_tilde=change)"),
    "squares corrected by another power": ("Adan", "self.beta3**t", "self.beta1**t"),
    "decay forgotten": ("Adan", "(u + self.weight_decay * w)", "u"),
    "slow mean corrected": (
        "AdEMAMix",
        "self.alpha * m_bar)",
        "self.alpha * m_bar / (1 - self.beta3**t))",
    ),
    "slow mean of the fast one": (
        "AdEMAMix",
        "(1 - self.beta3) * g",
        "(1 - self.beta3) * m",
    ),
    "slow mean not weighed": ("AdEMAMix", "self.alpha * m_bar)", "m_bar)"),
    "slow mean not scaled": ("AdEMAMix", "(m_hat + self.alpha * m_bar)", "m_hat"),
    "bounds of t": ("ADOPT", "((t - 1) ** 0.5) ** 0.5", "t**0.25"),
    "square root as bound": ("ADOPT", "((t - 1) ** 0.5) ** 0.5", "(t - 1) ** 0.5"),
    "epsilon added": ("ADOPT", "np.maximum(np.sqrt(v), self.eps)", "(np.sqrt(v) + self.eps)"),
    "squares start at zero": ("ADOPT", "np.where(t > 1, self.beta2", "np.where(t > 0, self.beta2"),
    "first gradient takes a step": ("ADOPT", "np.where(t > 1, g_hat, 0)", "g_hat"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_forms_are_rejected(name):
    rule, *change = WRONG[name]
    wrong = changed(rule, change)
    with np.errstate(all="ignore"), pytest.raises(BaseExceptionGroup) as error:
        each("run", runs(rule=rule))(lambda run: assert_same(run, wrong))()
    assert {type(e) for e in error.value.exceptions} == {AssertionError}


@pytest.mark.parametrize("library", make.LIBRARIES)
def test_points_are_those_of_the_installed_library(library):
    for package in make.LIBRARIES[library][2]:
        module = {"torch-optimi": "optimi", "adan-pytorch": "adan_pytorch"}.get(package, package)
        pytest.importorskip(module, reason=f"{package} is not installed: only stored runs count")
    then = [run for run in STORED["runs"] if run["library"] == library]
    for now, before in zip(make.runs(library), then, strict=True):
        assert title(now) == title(before)
        for t, point in before["points"].items():
            np.testing.assert_allclose(now["points"][t], point, rtol=1e-12, atol=1e-14)
