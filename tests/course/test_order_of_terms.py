"""A term of the glossary is used only after the chapter that explains it, unless it is linked.

A chapter explains a term where the term stands bold and linked: **{term}`condition number`**.
"""

import re

import pytest
from test_chapter_exercises import CHAPTERS, markdown
from test_glossary import entries

from course import ROOT

READ = ["start/welcome", *CHAPTERS]
# Headwords that are everyday words too, or school mathematics.
EVERYDAY = {
    *("batch", "bias", "derivative", "independent", "layer", "loss", "mean", "moment", "objective"),
    *("parameter", "rounding", "slope", "state", "step", "trace", "unit", "weight"),
}
LINK = re.compile(r"\{term\}`([^`<]+?)(?: <([^`>]+)>)?`")
# What is no running text: code, mathematics, citations, labels, headings, values to
# try, targets of links.
NO_TEXT = re.compile(
    r"^```+python\n.*?^```+$|\$\$.*?\$\$|\$[^$]+\$|\{(?:math|cite\S*|doc|numref|ref|eq)\}`[^`]*`"
    r"|^[`:]{3,}\{\S+\}[^\n]*$|`[^`\n]+`|^:label:[^\n]*$|^#+ [^\n]*$|<!--.*?-->"
    r"|\*\*[^*\n]+ = [^*\n]+\*\*",
    re.MULTILINE | re.DOTALL,
)


def headwords():
    """Return the headwords of the glossary."""
    text = (ROOT / "chapters" / "appendix" / "glossary.md").read_text("utf-8")
    return [name for name, _ in entries(text)]


def blank(found):
    return " " * len(found[0])


def explained(text):
    """Return the terms that a text explains."""
    found = re.findall(r"\*\*" + LINK.pattern + r"\*\*", text)
    return {(target or shown).lower() for shown, target in found}


def pattern(term):
    """Return what finds a term, in the plural too."""
    words = re.escape(term) + r"(?:s|es)?"
    return re.compile(rf"(?<![\w-]){words}(?![\w-])", 0 if re.search("[A-Z]", term) else re.I)


def used_too_early(text, terms, words):
    """Return those terms, of all words, of which the first use is no link to the glossary."""
    marked = LINK.sub(lambda link: f"\0{(link[2] or link[1]).lower()}\0", text)
    plain = NO_TEXT.sub(blank, marked)
    unlinked = re.sub("\0[^\0]*\0", blank, plain)
    early, lower = [], unlinked.lower()
    for term in sorted(words, key=len, reverse=True):
        if term.lower() not in lower:
            continue
        linked = plain.lower().find(f"\0{term.lower()}\0")
        first = pattern(term).search(unlinked)
        if term in terms and first and not -1 < linked < first.start():
            early.append(term)
        # The gradient in gradient descent is not one by itself.
        unlinked = pattern(term).sub(blank, unlinked)
    return early


def too_early():
    """Return for each chapter the terms that it uses before they are explained."""
    terms = [term for term in headwords() if term not in EVERYDAY]
    texts = {chapter: markdown(chapter) for chapter in READ}
    known, found = set(), {}
    for chapter, text in texts.items():
        unknown = [term for term in terms if term.lower() not in known | explained(text)]
        found[chapter] = used_too_early(text, unknown, terms)
        known |= explained(text)
    return found


def test_terms_are_explained_before_they_are_used():
    assert {chapter: terms for chapter, terms in too_early().items() if terms} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It overshoots. An {term}`overshoot`.", ["overshoot"]),
        ("An {term}`overshoot`. It overshoots.", []),
        ("Two {term}`overshoots <overshoot>`. An overshoot.", []),
        ("`overshoot` and $overshoot$ and {doc}`overshoot`", []),
        ("undershoot, overshoot-like", []),
        ("````{exercise} By hand: the overshoot", []),
    ],
)
def test_a_use_before_its_link_is_found(text, found):
    assert used_too_early(text, ["overshoot"], ["overshoot"]) == found


def test_what_a_text_explains_is_found():
    assert explained("A **{term}`chord`** and **two {term}`tangents`**, {term}`slope`.") == {
        "chord"
    }


def test_a_term_within_another_is_not_used():
    text = "The {term}`gradient descent` of today. Gradient descent."
    words = ["gradient", "gradient descent"]
    assert used_too_early(text, words, words) == []
    assert used_too_early(text, ["gradient"], words) == []
    assert used_too_early(text + " Gradients.", words, words) == ["gradient"]
