"""A symbol has one meaning in the whole book: tables of notation against chapters' formulas."""

import json
import re
from functools import cache

import pytest

from course import ROOT

CHAPTERS = ROOT / "chapters"
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.DOTALL)
ROW = re.compile(r"^\| (\$.+?) \|(?:.*\{doc\}`(\S+?)` \|)?", re.MULTILINE)
# Words, and commands that are no letter of their own.
WORDS = re.compile(r"\\(?:text|operatorname|begin|end|textbf|mathtt|tag)\*?\{[^}]*\}")
GREEK = re.compile(
    "(?:alpha|beta|gamma|delta|Delta|epsilon|varepsilon|zeta|eta|theta|Theta|kappa|lambda|Lambda|mu"
    "|nu|xi|pi|rho|sigma|Sigma|tau|phi|varphi|Phi|chi|psi|Psi|omega|Omega|nabla|top)"
)
SYMBOL = re.compile(r"\\([a-zA-Z]+)|([a-zA-Z])")
# What would be another meaning of a symbol, or another symbol for a meaning.
OTHER = {
    "L is a curvature; the loss is f": re.compile(r"\bL\s*\("),
    r"the small constant is \varepsilon": re.compile(r"\\epsilon\b"),
    r"transposed is ^\top": re.compile(r"[a-zA-Z]\^\{?-?T\b"),
    r"a mean over draws is \mathrm{E}": re.compile(r"\\mathbb\{?E"),
}
# Letters that stand in a row of their own below a hat or a tilde, and v, which has two meanings.
SHARED = {"w", "m", "v"}
# Uses before the chapter of the symbol's row, where the text says at once what it means.
EARLY = {(r"\nabla", "first-descent"), ("E", "critical-points")}


def formulas(text):
    """Return the formulas of a text, without what stands in code."""
    text = re.sub(r"`{3}python.*?`{3}|`[^`\n]*`", " ", text, flags=re.DOTALL)
    return [block or inline for block, inline in FORMULA.findall(text)]


def symbols(formula):
    """Return the letters of a formula: x, \\eta; what is a word or a sign is none."""
    found = SYMBOL.findall(WORDS.sub(" ", formula))
    return {letter or "\\" + name for name, letter in found if letter or GREEK.fullmatch(name)}


@cache
def chapters():
    """Return the formulas of each notebook, by its path without the ending."""
    found = {}
    for path in sorted(CHAPTERS.glob("*/*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
        found[f"{path.parent.name}/{path.stem}"] = [f for text in texts for f in formulas(text)]
    return found


@cache
def tables():
    """Return the rows with one meaning, `(text, letters, chapter)`, and the letters named anew."""
    cells = json.loads((CHAPTERS / "appendix" / "notation.ipynb").read_text("utf-8"))["cells"]
    rows = [
        (first, frozenset().union(*map(symbols, formulas(first))), chapter.removeprefix("../"))
        for first, chapter in ROW.findall("".join(cells[0]["source"]))
    ]
    anew = frozenset().union(*(letters for _, letters, chapter in rows if not chapter))
    return [row for row in rows if row[2]], anew


def test_symbols_of_a_formula_are_found():
    found = symbols(r"\eta\,\text{where}\ \hat m_t = \frac{\sqrt{v}}{\operatorname{diag}(H)} \le 2")
    assert found == {r"\eta", "m", "t", "v", "H"}
    assert formulas("`$a$` and $b$ and\n\n$$ c\n+ d $$") == ["b", " c\n+ d "]


def test_every_symbol_has_one_row():
    rows, anew = tables()
    named = [formula for first, _, _ in rows for formula in formulas(first)]
    assert len(named) > 20
    assert sorted(set(named)) == sorted(named), "two rows for one symbol"
    both = anew & frozenset().union(*(letters for _, letters, _ in rows))
    assert not both, "a symbol with one meaning cannot be named anew"


def test_every_symbol_of_the_chapters_stands_in_a_table():
    rows, anew = tables()
    known = frozenset().union(*(letters for _, letters, _ in rows)) | anew
    unknown = {
        chapter: sorted(letters)
        for chapter, found in chapters().items()
        if chapter != "appendix/instructors"  # its $ are those of a shell
        and (letters := frozenset().union(*map(symbols, found)) - known)
    }
    assert unknown == {}


@pytest.mark.parametrize(("first", "letters", "chapter"), tables()[0])
def test_a_symbol_is_taught_where_its_row_says(first, letters, chapter):
    used = frozenset().union(*map(symbols, chapters()[chapter]))
    assert letters <= used, f"{first}: {chapter} does not use {sorted(letters - used)}"


def first_taught():
    """Return the place in the table of contents of the first chapter that teaches a letter."""
    contents = re.findall(r"file: chapters/(\S+)", (ROOT / "_toc.yml").read_text("utf-8"))
    place = {chapter: number for number, chapter in enumerate(contents)}
    found = {}
    for _, letters, chapter in tables()[0]:
        for letter in letters - SHARED:
            found[letter] = min(place[chapter], found.get(letter, len(place)))
    return place, found


def test_a_symbol_is_not_used_before_it_is_taught():
    place, taught = first_taught()
    early = {
        (letter, chapter.partition("/")[2])
        for chapter, found in chapters().items()
        for letter in frozenset().union(*map(symbols, found))
        if chapter in place and place[chapter] < taught.get(letter, 0)
    }
    assert early == EARLY


def objections(formula):
    return [meaning for meaning, pattern in OTHER.items() if pattern.search(formula)]


@pytest.mark.parametrize("chapter", chapters())
def test_no_symbol_has_another_meaning(chapter):
    if chapter != "appendix/instructors":
        found = {f: objections(f) for f in chapters()[chapter] if objections(f)}
        assert found == {}


@pytest.mark.parametrize("formula", ["L(w) = w^2", r"\epsilon", "g^T p", r"\mathbb{E} x"])
def test_another_meaning_is_objected_to(formula):
    assert len(objections(formula)) == 1


def test_no_objection_to_what_is_meant():
    assert not objections(r"L = \max\lambda, g^\top p, \varepsilon, \mathrm{E} x, f(w), \beta^t")
