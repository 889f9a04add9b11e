"""The glossary: each term links the chapter that teaches it, and what the pages link is there."""

import re
from collections import Counter
from functools import cache

import nbformat

from course import ROOT
from course.exercises import book

ENTRY = re.compile(r"^(\S.*)\n((?:  .*\n)+)", re.M)
LINK = re.compile(r"\{doc\}`\.\./([^`]+)`")
TERM = re.compile(r"\{term\}`(?:[^`<]*<)?([^`>]+)>?`")
# Words of a headword that a chapter may write otherwise.
WORD = re.compile(r"[^\W\d_]{3,}|\w+")


@cache
def text_of(chapter):
    path = ROOT / "chapters" / f"{chapter}.ipynb"
    if not path.exists():
        return path.with_suffix(".md").read_text("utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells)


def entries(glossary):
    """Return the headwords of a glossary with their texts."""
    body = glossary.split(":sorted:\n\n", 1)[1].rsplit("```", 1)[0]
    return ENTRY.findall(body.rstrip("\n") + "\n")


def complaints(glossary, chapters, text_of):
    """Yield a sentence for each entry that does not lead to where its term is taught."""
    found = entries(glossary)
    for name, count in Counter(name.lower() for name, _ in found).items():
        if count > 1:
            yield f"{name} stands there twice"
    for name, text in found:
        taught = LINK.findall(text)
        if not taught:
            yield f"{name} links no chapter"
        for chapter in taught:
            if chapter not in chapters:
                yield f"{name} links {chapter}, which is no chapter"
            elif not _mentioned(name, text_of(chapter)):
                yield f"{name} is not a word of {chapter}"
    known = {name.lower() for name, _ in found}
    for chapter in chapters:
        for term in TERM.findall(text_of(chapter)):
            if " ".join(term.lower().split()) not in known:
                yield f"{chapter} links the term {term}, which is not in the glossary"


def _mentioned(name, text):
    """Tell whether all words of a headword are in a text, in whatever form."""
    words = [word.lower() for word in WORD.findall(name) if word.lower() not in ("of", "s")]
    return all(word[: max(4, len(word) - 3)] in text.lower() for word in words)


def test_each_entry_leads_to_where_its_term_is_taught():
    chapters = book.chapters()
    found = list(complaints(text_of("appendix/glossary"), chapters, text_of))
    assert not found, "\n".join(found)


GOOD = """```{glossary}
:sorted:

chord
  A segment.
  Chapter {doc}`../part/lines`.

slope
  Rise by run.
  Chapter {doc}`../part/lines`.
```
"""
PAGES = {"part/lines": "A **{term}`chord`** has {term}`slopes <slope>`."}


def complaints_of(glossary=GOOD, **pages):
    pages = PAGES | {name.replace("_", "/"): text for name, text in pages.items()}
    return list(complaints(glossary, list(pages), pages.__getitem__))


def test_a_good_glossary_is_accepted():
    assert complaints_of() == []


def test_faults_are_found():
    assert complaints_of(GOOD.replace("  Chapter {doc}`../part/lines`.\n", "", 1)) == [
        "chord links no chapter"
    ]
    assert complaints_of(GOOD.replace("lines", "line", 1)) == [
        "chord links part/line, which is no chapter"
    ]
    assert complaints_of(part_lines="A {term}`chord`.") == ["slope is not a word of part/lines"]
    assert complaints_of(GOOD.replace("slope", "Chord")) == [
        "chord stands there twice",
        "part/lines links the term slope, which is not in the glossary",
    ]
