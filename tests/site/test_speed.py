"""What is remembered between references and between builds changes nothing of what Sphinx writes.

A small book is built, edited and built again, with `course.site.speed` and without it.
"""

import io

import pytest
from sphinx.application import Sphinx

from course.site import styles

WORKS = """\
@book{polyak, author = {Polyak, Boris}, title = {Introduction}, year = 1987, publisher = {A}}
@book{nesterov, author = {Nesterov, Yurii}, title = {Lectures}, year = 2018, publisher = {B}}
@book{cauchy, author = {Cauchy, Augustin}, title = {Method}, year = 1847, publisher = {C}}
@book{newton, author = {Newton, Isaac}, title = {Analysis}, year = 1711, publisher = {D}}
"""
FIRST = """\
First
=====

.. toctree::

   {pages}

See :numref:`bowl`, :numref:`valley`, :numref:`valley` and {cited}.
"""
THIRD = """\
Third
=====

After :cite:t:`nesterov`.
"""
SECOND = """\
Second
======

{figures}

See :numref:`valley` and :cite:t:`polyak`.
"""
LIST = """\
Works
=====

.. bibliography::
   :style: unsrt
"""
FIGURE = """\
.. figure:: dot.png
   :name: {0}

   A {0}
"""
PAGES = ["second", "third", "list"]
FIGURES = [FIGURE.format(name) for name in ("bowl", "valley")]
EDITS = {
    "prose": lambda book: append(book / "second.rst", "One more sentence.\n"),
    "a citation": lambda book: append(book / "second.rst", "As in :cite:t:`newton`.\n"),
    "a citation less": lambda book: write_first(book, cited="nobody"),
    "a work": lambda book: rewrite(book / "works.bib", "Introduction", "Optimization"),
    "order": lambda book: (
        write_first(book, pages=PAGES[::-1]),
        append(book / "second.rst", "A work's number is of the order.\n"),
    ),
    "figures": lambda book: write_second(book, FIGURES[::-1]),
}


def append(path, text):
    path.write_text(path.read_text() + "\n" + text)


def rewrite(path, old, new):
    path.write_text(path.read_text().replace(old, new))


def write_first(book, cited=":cite:t:`cauchy`", pages=PAGES):
    (book / "index.rst").write_text(FIRST.format(cited=cited, pages="\n   ".join(pages)))


def write_second(book, figures):
    (book / "second.rst").write_text(SECOND.format(figures="\n".join(figures)))


@pytest.fixture
def book(tmp_path):
    book = tmp_path / "book"
    book.mkdir()
    (book / "works.bib").write_text(WORKS)
    (book / "dot.png").write_bytes(b"")
    write_first(book)
    write_second(book, FIGURES)
    (book / "third.rst").write_text(THIRD)
    (book / "list.rst").write_text(LIST)
    return book


def build(book, output, extensions):
    """Build a book into a folder; return what its pages say."""
    settings = {
        "extensions": ["sphinxcontrib.bibtex", *extensions],
        "bibtex_bibfiles": ["works.bib"],
        "numfig": True,
    }
    app = Sphinx(
        book, None, output, output / "trees", "html", settings, status=None, warning=io.StringIO()
    )
    app.build()
    assert app.statuscode == 0
    return [(output / f"{page}.html").read_text("utf-8") for page in ("index", *PAGES)]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_book_is_what_sphinx_makes_of_it(book, tmp_path, edit):
    ours, sphinx = (tmp_path / "ours", ["course.site.speed"]), (tmp_path / "sphinx", [])
    before = build(book, *ours)
    assert build(book, *sphinx) == before
    EDITS[edit](book)
    after = build(book, *ours)
    assert after != before
    assert build(book, *sphinx) == after


def test_remembered_rules_are_those_of_these_words(tmp_path):
    style = ".btn, .card {color: red} .card {top: 0}"
    for words in {"btn"}, {"btn", "card"}, {"btn", "other"}, {"btn"}:
        for _ in range(2):
            remembered = styles.remembered_rules(style, words, tmp_path)
            assert remembered == styles.used_rules(style, words)
    assert len(list(tmp_path.iterdir())) == 2
