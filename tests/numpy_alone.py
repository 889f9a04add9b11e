"""Tests for a Python that has optimlib, NumPy and pytest alone.

`optimlib/test_numpy_alone.py` hides everything else, `site/test_wheel.py` makes an environment.
"""

import re
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import numpy as np
import pytest

import optimlib as ol

README = Path(__file__).parents[1] / "README.md"
NEEDS_MORE = ("optimlib.explorers", "optimlib.figures")
MODULES = [
    module.name
    for module in walk_packages(ol.__path__, "optimlib.")
    if not module.name.startswith(NEEDS_MORE)
]
IRIS = ol.learning.Dataset(
    np.eye(3), np.arange(3), np.eye(3), np.arange(3), "iris", ("a", "b", "c")
)


@pytest.mark.parametrize("name", ["matplotlib", "anywidget", "PIL", "sklearn", "tqdm", "numba"])
def test_nothing_else_is_here(name):
    with pytest.raises(ModuleNotFoundError):
        import_module(name)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_needs_numpy_alone(name):
    import_module(name)
    assert "course" not in sys.modules


def test_a_rule_runs_and_is_traced():
    trace = ol.trace(ol.Adam(lr=0.1), ol.problems.square, 4.0, steps=3)
    assert ol.run(ol.Adam(lr=0.1), ol.problems.square, 4.0, steps=3) == trace["w"][-1]
    assert "m̂ₜ" in repr(trace)
    assert "<table" in trace._repr_html_()


def test_a_step_is_printed_by_hand():
    notation = ol.by_hand(ol.Momentum(lr=0.1), ol.problems.square, 4.0, steps=1)
    assert "w₁ = 4 − 0.1 · 8 = 3.2" in str(notation)
    assert r"\begin{aligned}" in notation._repr_latex_()


def test_a_formula_is_typeset():
    assert r"\sqrt" in ol.formula(ol.Adam(lr=0.1))._repr_latex_()


def test_javascript_is_generated():
    assert "export" in ol.javascript(ol.Adam(lr=0.1))


def test_a_classifier_is_trained():
    curves = ol.learning.train(
        ol.Adam(), ol.learning.SoftmaxRegression(3, 3), IRIS, 2, steps=5, progress=False
    )
    assert curves.step[-1] == 5


def test_the_example_of_the_readme_prints_what_stands_there(capsys):
    text = README.read_text("utf-8")
    ((example, output),) = re.findall(
        r"```python\n(.*?)```\n\n```text\n(.*?)```", text, flags=re.DOTALL
    )
    exec(example, {})
    assert capsys.readouterr().out == output
    assert sum(1 for line in example.splitlines() if line) == 8
    assert "in eight lines" in text


def test_the_version_is_that_of_the_project():
    project = tomllib.loads(README.with_name("pyproject.toml").read_text("utf-8"))["project"]
    assert ol.__version__ == project["version"]


def test_parts_that_need_more_are_listed():
    assert {"explorers", "figures", "learning", "__version__", "Adam"} <= set(dir(ol))


@pytest.mark.parametrize(
    ("feature", "needed", "extra"),
    [
        (lambda: ol.figures, "matplotlib", "figures"),
        (lambda: ol.explorers, "matplotlib", "explorers"),
        (lambda: ol.learning.load("digits"), "sklearn", "learning"),
        (
            lambda: ol.learning.train(
                ol.Adam(), ol.learning.SoftmaxRegression(3, 3), IRIS, 2, steps=5
            ),
            "tqdm",
            "learning",
        ),
        (
            lambda: ol.run(ol.Adam(), ol.problems.square, 4.0, steps=3, compiled=True),
            "numba",
            "fast",
        ),
    ],
)
def test_what_needs_more_says_which_line_installs_it(feature, needed, extra):
    line = re.escape(f'needs {needed}: pip install "deep-learning-optimizers[{extra}]"')
    with pytest.raises(ImportError, match=line):
        feature()


def test_a_name_that_the_package_does_not_have():
    with pytest.raises(AttributeError, match="no attribute 'exercises'"):
        ol.exercises  # noqa: B018
