"""The hostile rerun of the book's comparisons varies what it says and judges what came of it."""

import json

import numpy as np
import pytest

import optimlib as ol
from course.experiments import hostile

pytest.importorskip("scipy")

CHAPTER = """
import numpy as np
from optimlib import learning

class Setting:
    def __init__(self, lr):
        self.lr = lr

def measure(setting, seeds):
    w0 = np.abs(learning.random_starts(seeds, dim=1)[0])
    values = [np.where(w0 < 5, setting.lr, 1 / setting.lr), 0.5 + w0, 2 * w0]
    return np.exp(np.log(values[0]) ** 2) + learning.first_below(values, 1e9)

grid = {"lr": [0.1, 1.0, 10.0]}
print(learning.tune(
    {"near": (Setting, grid), "far": (lambda lr: Setting(lr + 3), {"lr": [1.0]})},
    measure, name="toy", quantity="what it takes", progress=False,
))
"""


def test_each_variation_has_a_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(hostile, "CACHE", tmp_path / "kept")
    notebook = tmp_path / "chapter.ipynb"
    cells = [{"cell_type": "code", "metadata": {}, "source": CHAPTER}]
    notebook.write_text(json.dumps({"cells": cells}), "utf-8")
    hostile.main([str(notebook)])
    head, *lines, last = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[3] for line in lines] == list(hostile.VARIATIONS)
    assert all(line.startswith("chapter | toy | near < far | ") for line in lines)
    assert last == "6 held"
    # What is kept is not made again.
    monkeypatch.setattr(hostile, "rerun", None)
    hostile.main([str(notebook)])
    assert capsys.readouterr().out.splitlines() == [head, *lines, last]


def test_an_error_of_a_chapter_is_no_verdict(tmp_path, monkeypatch):
    monkeypatch.setattr(hostile, "CACHE", tmp_path / "kept")
    notebook = tmp_path / "chapter.ipynb"
    head = "def measure(setting, seeds):\n"
    broken = "    if min(seeds) >= 50_000:\n        raise ValueError('broken')\n"
    code = CHAPTER.replace(head, head + broken)
    cells = [{"cell_type": "code", "metadata": {}, "source": code}]
    notebook.write_text(json.dumps({"cells": cells}), "utf-8")
    with pytest.raises(ValueError, match="broken"):
        hostile.main([str(notebook)])


def test_grids_are_twice_as_wide_or_twice_as_fine():
    contestants = {"a": (ol.Momentum, {"lr": [0.01, 0.1, 1.0], "beta": [0.0, 0.4, 0.8]})}
    _, wide = hostile.twice_as_wide(contestants)["a"]
    _, fine = hostile.twice_as_fine(contestants)["a"]
    np.testing.assert_allclose(wide["lr"], [0.001, 0.01, 0.1, 1, 10])
    np.testing.assert_allclose(fine["lr"], [0.01, 0.03162, 0.1, 0.3162, 1])
    assert wide["beta"] == [0.0, 0.4, 0.8]
    np.testing.assert_allclose(fine["beta"], [0, 0.2, 0.4, 0.6, 0.8])


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ((True, 1, 2), (True, 1, 3), "held"),
        ((True, 1, 2), (False, 1, 3), "blurred"),
        ((True, 1, 2), (False, 3, 1), "blurred"),
        ((True, 1, 2), (True, 3, 1), "turned"),
        ((False, 1, 2), (False, 3, 1), "held"),
        ((False, 1, 2), (True, 1, 3), "sharpened"),
        ((False, 1, 2), (True, 3, 1), "turned"),
    ],
)
def test_verdicts(before, after, word):
    def comparison(differs, a, b):
        spread = np.linspace(-0.01, 0.01, 10) if differs else np.linspace(-9, 9, 10)
        rows = (
            hostile.tuning.Contestant("a", {}, (), (), a + spread),
            hostile.tuning.Contestant("b", {}, (), (), b - spread),
        )
        made = hostile.learning.Comparison("c", "q", rows, 1, 10, "linear", 0.0)
        assert made.pair("a", "b").differs == differs
        return made

    claim = {"first": "a", "second": "b", "differs": before[0], "ratio": -1.0}
    assert hostile.verdict(claim, comparison(*after))[0] == word


def test_the_other_count_exchanges_both():
    values = [2.0, 0.5, 2.0, 0.5]
    first, stays = hostile.learning.first_below, hostile.learning.stays_below
    with hostile.the_other_count():
        assert hostile.learning.first_below(values, 1) == stays(values, 1) == 3
        assert hostile.learning.stays_below(values, 1) == first(values, 1) == 1


def test_a_chapter_that_is_not_there_is_named(capsys):
    with pytest.raises(SystemExit):
        hostile.main(["chapters/none.ipynb"])
    assert "there is no notebook chapters/none.ipynb" in capsys.readouterr().err


def test_stored_runs_have_no_fresh_seeds(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(hostile, "CACHE", tmp_path / "kept")
    notebook = tmp_path / "chapter.ipynb"
    head = "def measure(setting, seeds):\n"
    stored = "    np.zeros(2000)[np.asarray(seeds)]\n"
    cells = [{"cell_type": "code", "metadata": {}, "source": CHAPTER.replace(head, head + stored)}]
    notebook.write_text(json.dumps({"cells": cells}), "utf-8")
    hostile.main([str(notebook)])
    _, *lines, last = capsys.readouterr().out.splitlines()
    assert last == "5 held, 1 impossible"
    assert [line.split(" | ")[3] for line in lines if "impossible" in line] == ["ten fresh seeds"]
