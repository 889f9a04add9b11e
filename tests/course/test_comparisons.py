"""Every comparison of the book is printed, and every claim that names one is what it shows."""

import json
import re

import pytest
import yaml

from course import ROOT

CHAPTERS = ROOT / "chapters"
TITLE = re.compile(r"^(\S+): .*; less is better$")
LINE = re.compile(r"^(.+ [<~] .+): \S+.*, p [=<] \S+$")
# In a chapter's text, after the sentence: <!-- shows NAME: Adam < RMSProp -->
SHOWN = re.compile(r"<!-- shows (\S+): (.+?) -->")


def cells(path, kind):
    notebook = json.loads(path.read_text("utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def printed(path):
    """Return by name what the comparisons of a chapter say: lines like "Adam < RMSProp"."""
    found, claims = {}, None
    for cell in cells(path, "code"):
        for output in cell["outputs"]:
            for line in "".join(output.get("text", "")).splitlines():
                if title := TITLE.match(line):
                    assert title[1] not in found, f"{path}: two comparisons are called {title[1]}"
                    claims = found[title[1]] = set()
                elif claims is not None and (claim := LINE.match(line)):
                    claims.add(claim[1])
    return found


NOTEBOOKS = {path.relative_to(CHAPTERS).with_suffix("").as_posix(): path
             for path in sorted(CHAPTERS.glob("*/*.ipynb"))}  # fmt: skip
PRINTED = {chapter: printed(path) for chapter, path in NOTEBOOKS.items()}
COMPARISONS = {name: claims for found in PRINTED.values() for name, claims in found.items()}


def listed():
    """Return what advice and ledger say of comparisons: where, and "name: claim"."""
    advice = yaml.safe_load((CHAPTERS / "practice" / "advice.yaml").read_text("utf-8"))
    ledger = yaml.load((CHAPTERS / "appendix" / "ledger.yaml").read_text("utf-8"), yaml.BaseLoader)
    rows = [row for rows in advice["advice"].values() for row in rows] + ledger
    for row in [*rows, *advice["tree"]]:
        for shown in row.get("shows", []):
            yield row.get("claim", row.get("answers")), shown


# Words by which a row sets one optimizer against another.
COMPARES = re.compile(
    r"\b(faster|slower|sooner|better|worse|best|worst|beats?|fewer|ahead|safest|gains?|gained|"
    r"larger|smaller|lowest|highest|higher|lower|(?:more|less|least|most)\b(?! of the|ly))\b"
)
# Without a comparison: a theorem, a count of operations or bytes, or what one run does by itself.
GROUNDS = {"proof", "arithmetic", "no comparison"}
# Their chapters do not yet make the comparison that they need.
WAITING = {
    "The mini-batch is the best of both worlds, and preferred.",
    "A larger batch helps at saddle points.",
    "It makes gradients less noisy.",
    "Adam and AdaGrad speed things up at saddles.",
}


def test_names_are_given_once():
    assert sum(map(len, PRINTED.values())) == len(COMPARISONS)


@pytest.mark.parametrize("chapter", NOTEBOOKS)
def test_every_comparison_is_printed(chapter):
    code = "".join("".join(cell["source"]) for cell in cells(NOTEBOOKS[chapter], "code"))
    assert code.count("learning.tune(") <= len(PRINTED[chapter])
    assert all(PRINTED[chapter].values()), "a comparison without a line for its pairs"


@pytest.mark.parametrize("chapter", NOTEBOOKS)
def test_what_a_text_says_is_what_a_comparison_shows(chapter):
    for cell in cells(NOTEBOOKS[chapter], "markdown"):
        text = "".join(cell["source"])
        assert text.count("<!-- shows") == len(SHOWN.findall(text))
        for name, claim in SHOWN.findall(text):
            assert claim in COMPARISONS.get(name, ()), f"{name} does not show {claim}"


@pytest.mark.parametrize(("row", "shown"), list(listed()))
def test_what_advice_and_ledger_say_is_what_a_comparison_shows(row, shown):
    name, _, claim = shown.partition(": ")
    assert claim in COMPARISONS.get(name, ()), f"{row}: {name} does not show {claim}"


def advised():
    """Return the rows of advice and the leaves of its tree, by their claims and answers."""
    advice = yaml.safe_load((CHAPTERS / "practice" / "advice.yaml").read_text("utf-8"))
    rows = {row["claim"]: row for rows in advice["advice"].values() for row in rows}
    return rows | {leaf["answers"]: leaf for leaf in advice["tree"]}


def compares(row):
    """Return whether a row's words set optimizers against each other."""
    words = " ".join(row.get(key, "") for key in ("claim", "evidence", "take", "because"))
    return bool(COMPARES.search(words))


def test_words_that_compare_are_found():
    assert compares({"claim": "It is faster."})
    assert compares({"claim": "It works.", "evidence": "It needs fewer steps."})
    assert not compares({"claim": "It is noisy.", "evidence": "It stays on its floor."})


@pytest.mark.parametrize(("claim", "row"), advised().items())
def test_advice_that_compares_names_its_comparison_or_its_ground(claim, row):
    assert row.get("rests_on", "proof") in GROUNDS
    if compares(row) and claim not in WAITING:
        assert row.get("shows") or row.get("rests_on"), f"{claim}: which comparison shows it?"


def test_what_waits_compares_and_names_nothing_yet():
    rows = advised()
    assert all(compares(rows[claim]) for claim in WAITING)
    assert not any(rows[claim].get("shows") or rows[claim].get("rests_on") for claim in WAITING)
