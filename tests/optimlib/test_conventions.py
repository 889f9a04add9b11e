"""What the page of conventions says of rules that optimlib lacks, against the libraries' own runs.

The runs were recorded by golden/make_conventions.py. Each formula is written out here once more.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from golden import make_conventions as made

RECORDED = json.loads((Path(made.__file__).parent / "conventions.json").read_text())


def amsgrad(t, w, g, s, before):
    m, v = 0.9 * s.get("m", 0) + 0.1 * g, 0.999 * s.get("v", 0) + 0.001 * g**2
    s |= {"m": m, "v": v, "top": np.maximum(s.get("top", 0), v)}
    m, c = m / (1 - 0.9**t), np.sqrt(1 - 0.999**t)
    root = np.sqrt(s["top"])
    return w - 0.1 * m / ((root + 0.1) / c if before else root / c + 0.1)


def lamb(t, w, g, s, eps, decay=0.0, inside=False):
    m, v = 0.9 * s.get("m", 0) + 0.1 * g, 0.999 * s.get("v", 0) + 0.001 * g**2
    s |= {"m": m, "v": v}
    u = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + eps)
    if inside:
        u = u + decay * w
    else:
        w = w - 0.1 * decay * w
    return w - 0.1 * np.linalg.norm(w) / np.linalg.norm(u) * u


def adafactor(t, w, g, s, rate, factored=False, capped=True):
    beta = 1 - t**-0.8
    s["rows"] = beta * s.get("rows", 0) + (1 - beta) * np.mean(g**2, -1, keepdims=True)
    s["columns"] = beta * s.get("columns", 0) + (1 - beta) * np.mean(g**2, 0, keepdims=True)
    s["v"] = beta * s.get("v", 0) + (1 - beta) * g**2
    v = s["rows"] @ s["columns"] / s["rows"].mean() if factored else s["v"]
    u = g / np.sqrt(v)
    u = u / max(1, np.sqrt(np.mean(u**2)))
    rate = min(rate, t**-0.5) if capped else rate
    return w - max(1e-3, np.sqrt(np.mean(w**2))) * rate * u


# By library, optimizer, start and settings as recorded: the formula.
FORMULAS = [
    (0, adafactor, {"rate": 0.01}),
    (1, adafactor, {"rate": 0.001}),
    (2, adafactor, {"rate": 1.0, "capped": False}),
    (3, adafactor, {"rate": 0.001, "capped": False}),
    (4, adafactor, {"rate": 0.1, "factored": True}),
    (5, adafactor, {"rate": 0.1, "factored": True}),
    (6, adafactor, {"rate": 0.1, "capped": False}),
    (7, adafactor, {"rate": 0.1, "factored": True, "capped": False}),
    (8, lamb, {"eps": 0.1}),
    (9, lamb, {"eps": 0.1}),
    (10, lamb, {"eps": 1e-7, "decay": 0.5}),
    (11, lamb, {"eps": 1e-6, "decay": 0.5, "inside": True}),
    (14, amsgrad, {"before": False}),
    (15, amsgrad, {"before": True}),
]


def ours(kind, formula, options):
    w, state, points = np.array(made.STARTS[kind]), {}, []
    for t in range(1, made.STEPS + 1):
        w = formula(t, w, np.array(made.gradient(kind, t)), state, **options)
        points.append(w)
    return np.array(points)


@pytest.mark.parametrize(("place", "formula", "options"), FORMULAS)
def test_the_formula_gives_the_librarys_points(place, formula, options):
    run = RECORDED["runs"][place]
    np.testing.assert_allclose(ours(run["start"], formula, options), run["points"], rtol=1e-6)


def test_where_libraries_differ_the_other_formula_does_not_fit():
    for place, formula, options in (
        (15, amsgrad, {"before": False}),
        (10, lamb, {"eps": 1e-7, "decay": 0.5, "inside": True}),
        (6, adafactor, {"rate": 0.1, "factored": True, "capped": False}),
    ):
        run = RECORDED["runs"][place]
        far = np.abs(ours(run["start"], formula, options) - run["points"]).max()
        assert far > 1e-3, (run["library"], run["optimizer"])


def test_runs_are_those_that_the_script_lists():
    listed = [(r["library"], r["optimizer"], r["start"], r["settings"]) for r in RECORDED["runs"]]
    assert listed == made.RUNS


def test_default_decay_is_what_a_step_without_a_gradient_takes_away():
    decays = {"AdamW", "Muon", "adamw", "adamaxw", "nadamw", "lion"}
    for library, names in made.OPTIMIZERS.items():
        for name in set(names.split()) - {"ASGD", "yogi"}:
            default = RECORDED["defaults"][library][name].get("weight_decay") or 0
            assert bool(default) == (name in decays and (library, name) != ("optax", "muon"))
            taken = RECORDED["taken away"][library][name]
            np.testing.assert_allclose(taken, made.ETA * default, atol=1e-14)


def test_only_pytorch_adds_1e_6_to_a_norm_that_it_clips():
    for size, gradients in RECORDED["clipped"].items():
        norm = 5 * float(size)
        for library, g in gradients.items():
            extra = 1e-6 if library == "torch" else 0
            expected = norm / 2 * norm / (norm + extra)
            np.testing.assert_allclose(np.hypot(*g), expected, rtol=1e-6)


@pytest.mark.parametrize("side", made.SIDES)
def test_keras_muon_steps_a_fifth_of_the_roots_side_as_far(side):
    sizes = {library: steps[str(side)] for library, steps in RECORDED["first step"].items()}
    assert sizes["keras"] / sizes["torch"] == pytest.approx(0.2 * side**0.5, rel=0.01)
    assert sizes["optax"] / sizes["torch"] == pytest.approx(1, rel=0.01)


def test_the_installed_libraries_do_what_is_stored():
    for package in ("torch", "optax", "keras"):
        pytest.importorskip(package, reason=f"{package} is not installed: only stored runs count")
    now = json.loads(json.dumps(made.recorded()))
    assert now["defaults"] == RECORDED["defaults"]
    for run, before in zip(now["runs"], RECORDED["runs"], strict=True):
        np.testing.assert_allclose(run["points"], before["points"], rtol=1e-9)
