"""The form of the chapters for programs that know no MyST: nothing is lost, open or raw in it."""

import itertools
import re
from functools import cache

import nbformat
import pytest
from looping import each

from course import exercises
from course.exercises import book
from course.site import plain

CHAPTERS = {chapter: chapter for chapter in plain.notebooks()}
# What only an extension shows: a role, a directive's fence, the name of a section, a comment.
RAW = re.compile(r"\{[a-z:]+\}`|^[ >]*(?::{3,}|`{3,}\{)|^\([\w-]+\)=|<!--", re.MULTILINE)
DIRECTIVE = re.compile(r"^(?:`{3,}|:{3,})\{([^}]*)\}", re.MULTILINE)
SOLUTION = re.compile(r"^`{3,}\{solution-start\}[\s\S]*?^`{3,}\{solution-end\}", re.MULTILINE)


@cache
def made(chapter):
    return plain.notebook(chapter)


def source(chapter):
    """Return a chapter as one text: its cells, with code marked as such."""
    parts = []
    for cell in plain.cells(chapter):
        is_code = cell.cell_type == "code"
        parts.append(f"\0{cell.source}\0" if is_code else cell.source)
    return "\n".join(parts)


def texts(notebook):
    """Yield the Markdown of a notebook: cells and outputs."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield cell.source
        for output in cell.get("outputs", []):
            yield output.get("data", {}).get("text/markdown", "")


def raw(notebook):
    return [found for text in texts(notebook) for found in RAW.findall(text)]


def test_what_chapters_use_has_a_form_and_nothing_else_does():
    text = "\n".join(map(source, CHAPTERS))
    assert {*DIRECTIVE.findall(text)} == {*plain.DIRECTIVES}
    assert {name for name, _ in plain.ROLE.findall(text)} == {*plain.ROLES}


@each("chapter", CHAPTERS)
def test_nothing_is_left_that_only_an_extension_shows(chapter):
    nbformat.validate(made(chapter))
    assert raw(made(chapter)) == []


@each("chapter", CHAPTERS)
def test_solutions_and_hints_are_folded(chapter):
    text, cells = source(chapter), made(chapter).cells
    shown = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    directives = DIRECTIVE.findall(text)
    solutions = directives.count("solution") + directives.count("solution-start")
    assert shown.count("<summary>Solution of exercise ") == solutions
    assert shown.count("<summary>") == text.count(":class: dropdown")
    for cell in cells:
        assert not plain.is_open(cell)
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    inside = [c for solution in SOLUTION.findall(text) for c in solution.split("\0")[1::2]]
    assert len(code) + len(inside) == text.count("\0") // 2
    assert all(f"```python\n{cell}\n```" in shown for cell in inside)


@each("chapter", CHAPTERS)
def test_the_question_of_a_form_stands_before_it(chapter):
    cells, found = made(chapter).cells, 0
    for before, cell in itertools.pairwise(cells):
        for name in book.ASKED.findall(cell.source) if cell.cell_type == "code" else []:
            found += 1
            asked = exercises.get(name)
            said = "\n".join(line.removeprefix("> ") for line in before.source.splitlines())
            assert (asked.ask if asked.kind == "choice" else asked.question) in said
            assert all(option in said for option in getattr(asked, "options", {}).values())
    assert found == len(book.ASKED.findall(source(chapter).replace("\0", "\n")))


SITE = "https://owner.github.io/deep-learning-optimizers/chapters/"


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        ("{doc}`../start/welcome`", rf"\[.+\]\({SITE}start/welcome\.html\)"),
        ("{doc}`here <momentum>`", rf"\[here\]\({SITE}descent/momentum\.html\)"),
        (
            "{term}`moments\n<moment>`",
            rf"\[moments\]\({SITE}appendix/glossary\.html#term-moment\)",
        ),
        ("{cite:p}`kingma2015`", r"\(\[Kingma and Ba, 2015\]\(https://arxiv.org/abs/1412.6980\)\)"),
        ("{cite:t}`kingma2015`", r"\[Kingma and Ba \(2015\)\]\(https://arxiv.org/abs/1412.6980\)"),
        ("{cite:p}`duchi2011,zeiler2012`", r"\(\[Duchi et al\., 2011\]\(\S+\); \[Zeiler, .*\)"),
        ("{numref}`fig-adam-valley`", rf"\[Fig\. \d+\]\({SITE}adaptive/adam\.html#fig-adam-\S+\)"),
        ("{ref}`so <nadam>`", rf"\[so\]\({SITE}adaptive/adam\.html#nadam\)"),
        ("{math}`x < 1`", r"\$x < 1\$"),
        ("(name)=\n### Title <!-- shows a ~ b -->", "### Title"),
        (":::{admonition} A\n:class: tip\nB.\n\n- c\n:::", r"> \*\*A\*\*\n>\n> B\.\n>\n> - c"),
        ("```python\n{doc}`x`\n```", r"```python\n\{doc\}`x`\n```"),
    ],
)
def test_form(myst, markdown):
    assert re.fullmatch(markdown, plain.markdown(myst, "descent/nesterov"))


@pytest.mark.parametrize("text", ["{glue}`x`", "```{figure} x.png\n```"])
def test_what_has_no_form_is_named(text):
    with pytest.raises(ValueError, match=r"adam: there is no plain form of the .* '(glue|figure)'"):
        plain.markdown(text, "adam")


@pytest.mark.parametrize("text", ["a {term}`b`", ":::{note}", "> ```{tip}", "(a)=", "<!-- a -->"])
def test_what_is_raw_is_noticed(text):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    assert raw(notebook)
