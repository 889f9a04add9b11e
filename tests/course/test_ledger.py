"""Every value of the ledger is computed a second way, and a page with a wrong one is not made."""

import shutil
from functools import cache

import ledger
import nbformat
import numpy as np
import pytest
from looping import each

from course import ROOT

FOLDER = ROOT / "chapters" / "appendix"


def page(folder=FOLDER):
    """Return the names of the ledger's page: its cells run here, but for the Colab cell."""
    names = {}
    cells = nbformat.read(folder / "ledger.ipynb", as_version=4).cells
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for cell in [cell for cell in cells if cell.cell_type == "code"][1:]:
            exec(cell.source, names)
    return names


committed = cache(page)


@cache
def rows():
    return {int(row["row"]): row for row in committed()["rows"]}


@cache
def entries():
    """Return each entry of the ledger with its values computed a second way."""
    return {
        f"{number} {entry['what']}": (entry, np.ravel(again))
        for number, recompute in ledger.ROWS.items()
        for entry, again in zip(rows()[number]["values"], recompute(), strict=True)
    }


# A mean over 10,000 noisy runs is not exact.
SAMPLED = {"noise floor with β = 0, with β = 0.9": 0.02}


def assert_library_gives(entry, again):
    values, again = np.asarray(entry["computed"], float), again.astype(float)
    tiny = abs(again) < 1e-3  # differences of numbers near 1: they have fewer digits
    rtol = SAMPLED.get(entry["what"], 1e-11)
    np.testing.assert_allclose(values[~tiny], again[~tiny], rtol)
    np.testing.assert_allclose(values[tiny], again[tiny], 1e-5)


def test_library_gives_the_recomputed_value():
    each("entry, again", entries())(assert_library_gives)()


def assert_printed(entry, again):
    texts = entry["course"].split()
    assert [committed()["shown"](*pair) for pair in zip(texts, again, strict=True)] == texts


def test_printed_value_is_the_recomputed_one_rounded():
    each("entry, again", entries())(assert_printed)()


def test_every_value_is_recomputed():
    assert list(ledger.ROWS) == [number for number, row in rows().items() if row["values"]]
    assert len(entries()) == sum(len(row["values"]) for row in rows().values())


def test_rows_are_numbered_and_sorted_into_kinds():
    assert list(rows()) == list(range(1, len(rows()) + 1))
    assert {row["source"] for row in rows().values()} == {"A", "B", "C", "D", "paper"}
    assert {row["verdict"] for row in rows().values()} == {
        "right", "wrong", "depends", "two methods", "lost",
    }  # fmt: skip


@each(
    "text, value, shown",
    [
        ("3.68", 3.683772, "3.68"),
        ("3.69", 3.683772, "3.68"),
        ("10.24", 9.856, "9.86"),
        ("0.0013", 0.00134095, "0.0013"),
        ("3.9", 3.900000000125, "3.9"),
        ("1.364e-7", 1.36436e-7, "1.364e-7"),
        ("64", 64, "64"),
        ("2.56", float("nan"), "NaN"),
        ("yes", np.False_, "no"),
    ],
)
def test_a_value_is_shown_with_the_digits_of_a_text(text, value, shown):
    assert committed()["shown"](text, value) == shown


def changed(folder, old, new):
    """Return the ledger's folder in a copy of the chapters: one row, in which `old` is `new`."""
    copy = shutil.copytree(ROOT / "chapters", folder / "chapters") / "appendix"
    _, *found = (copy / "ledger.yaml").read_text("utf-8").split("\n- row: ")
    row = next(row for row in found if old in row)
    (copy / "ledger.yaml").write_text(f"- row: {row.replace(old, new, 1)}", encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("course: 3.683772", "course: 3.683773", "row 4 .* expected 3.683773, computed 3.683772"),
        ("course: 1770", "course: 1771", "row 13 .* expected 1771, computed 1770"),
        ("HeavyBall(0.1, 0.9))['v']", "HeavyBall(0.1, 0.8))['v']", "row 2 .* computed 0.8 1.28"),
        ("source: 10.24, course: 9.856", "source: 9.856, course: 9.856", "row 5 .*cannot be wrong"),
        ("source: 3.2 2.56,", "source: 3.2 2.57,", "row 1 .*cannot be right"),
        ("start/adaptive-rates\n", "start/last-descent\n", "last-descent"),
    ],
)
def test_a_drift_stops_the_page(tmp_path, old, new, complaint):
    with pytest.raises(Exception, match=complaint):
        page(changed(tmp_path, old, new))
