"""Every chapter keeps the conventions of CONTRIBUTING.md; every check is shown to reject."""

import itertools
import re
import statistics
from collections import Counter
from functools import cache

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course import ROOT
from course.site import colab

CHAPTERS = sorted(
    path for path in (ROOT / "chapters").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)
IGNORED = "nbval-ignore-output"
TAGS = {IGNORED, "hide-cell", "hide-input", "hide-output", "remove-cell", "remove-input"}
LONGEST_CELL = 15
LONGEST_FOLDED_CELL = 30
LONGEST_MEDIAN = 5
SHORTEST_ALT = 20
# Of a chapter: words before its first picture, lines of code that are open outside of solutions,
# and outputs that set predictions beside measurements.
LONGEST_OPENING = 60
MOST_OPEN_LINES = 60
MOST_PREDICTIONS = 3
FOLDED = {"hide-input", "hide-cell", "remove-input", "remove-cell"}


@cache
def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    """Yield `(number in the notebook, cell)`, counted from 1."""
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            yield number, cell


def tags(cell):
    return cell.metadata.get("tags", [])


def length(cell):
    return sum(1 for line in cell.source.splitlines() if line.strip())


def is_folded(cell):
    return bool(FOLDED & {*tags(cell)})


def outside_solutions(notebook):
    """Yield the code cells that stand in no folded solution, with their numbers."""
    inside = False
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and not inside:
            yield number, cell
        elif cell.cell_type == "markdown":
            for mark in re.findall(r"\{solution-(start|end)\}", cell.source):
                inside = mark == "start"


def outputs(notebook):
    for number, cell in code_cells(notebook):
        for output in cell.outputs:
            yield number, output


def shows_picture(cell):
    """Tell whether the site shows a picture: a figure, or the still of a widget."""
    for output in cell.outputs:
        plain = output.get("data", {}).get("text/plain", "")
        if plain.startswith(("<Figure size", "<IPython.core.display.Image")):
            return True
        if IGNORED in tags(cell) and "data" in output:
            return True
    return "figure" in cell.metadata.get("mystnb", {})


# The checks. Each yields a sentence for everything it objects to.


def is_valid(notebook):
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        yield f"not a valid notebook: {error.message}"


def begins_with_its_title(notebook):
    first = notebook.cells[0]
    titles = [line for line in first.source.splitlines() if line.startswith("# ")]
    if first.cell_type != "markdown" or len(titles) != 1:
        yield "the first cell is not a markdown cell with exactly one title (# ...)"


def describes_its_pictures(notebook):
    for number, cell in code_cells(notebook):
        if not shows_picture(cell):
            continue
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if not figure.get("caption"):
            yield f"cell {number} shows a picture without mystnb.figure.caption"
        if not figure.get("name", "").startswith("fig-"):
            yield f"cell {number} shows a picture whose mystnb.figure.name is not fig-..."
        if len(alt) < SHORTEST_ALT:
            yield f"cell {number} shows a picture whose mystnb.image.alt says too little: {alt!r}"


def has_short_cells(notebook):
    cells = list(code_cells(notebook))[1:]
    for number, cell in cells:
        most = LONGEST_FOLDED_CELL if is_folded(cell) else LONGEST_CELL
        if length(cell) > most:
            yield f"cell {number} has {length(cell)} lines, more than {most}"
    open_ones = [length(cell) for _, cell in cells if not is_folded(cell)]
    if open_ones and statistics.median(open_ones) > LONGEST_MEDIAN:
        yield f"the median open code cell has more than {LONGEST_MEDIAN} lines"


def starts_solutions_without_text(notebook):
    for number, cell in enumerate(notebook.cells, start=1):
        for body in re.findall(r"\{solution-start\}.*\n((?:.*\n)*?)`{3,}", cell.source):
            if any(line and not line.startswith(":") for line in body.splitlines()):
                yield f"cell {number} has text inside solution-start, which the site drops"


def is_executed_in_order(notebook):
    for expected, (number, cell) in enumerate(code_cells(notebook), start=1):
        if cell.execution_count != expected:
            yield f"cell {number} has execution count {cell.execution_count}, not {expected}"


def has_approved_tags(notebook):
    for number, cell in enumerate(notebook.cells, start=1):
        for tag in sorted(set(tags(cell)) - TAGS):
            yield f"cell {number} has the tag {tag!r}, which is not in use here"


def stores_no_pictures(notebook):
    for number, output in outputs(notebook):
        for mime in output.get("data", {}):
            if mime.startswith("image/") or "widget" in mime:
                yield f"cell {number} stores {mime}: run `make notebooks`"
    if "widgets" in notebook.metadata:
        yield "widget state is stored: run `make notebooks`"


def has_no_errors(notebook):
    for number, output in outputs(notebook):
        if output.output_type == "error" or output.get("name") == "stderr":
            yield f"cell {number} stores an error or something written to stderr"


def has_no_warnings(notebook):
    for number, output in outputs(notebook):
        if "Warning" in str(output.get("text", "")) + str(output.get("data", "")):
            yield f"cell {number} prints a warning"


def compares_next_to_what_it_ignores(notebook):
    cells = list(code_cells(notebook))
    compared = [IGNORED not in tags(cell) and bool(cell.outputs) for _, cell in cells]
    for index, (number, cell) in enumerate(cells):
        neighbors = compared[max(index - 1, 0) : index] + compared[index + 1 : index + 2]
        if IGNORED in tags(cell) and not any(neighbors):
            yield f"cell {number} is not compared, and neither is a code cell next to it"


def draws_in_the_style_of_the_book(notebook):
    for number, cell in code_cells(notebook):
        imported = re.search(r"^from optimlib import .*\bfigures\b", cell.source, re.MULTILINE)
        if imported and "figures.use_style()" not in cell.source.splitlines():
            yield f"cell {number} imports figures and does not call figures.use_style()"


# What the chapters keep, and the appendix need not.


def opens_with_a_picture(notebook):
    opening = notebook.cells[0].source
    if len(opening.split()) > LONGEST_OPENING or "{admonition}" in opening:
        yield f"more than {LONGEST_OPENING} words, or a box, stand before the first picture"
    first = notebook.cells[2:3]
    if not first or first[0].cell_type != "code" or not shows_picture(first[0]):
        yield "the cell after the title and the Colab cell shows no picture"


def shows_the_code_that_teaches(notebook):
    cells = [cell for _, cell in outside_solutions(notebook) if not is_folded(cell)]
    lines = sum(map(length, cells))
    if lines > MOST_OPEN_LINES:
        yield f"{lines} lines of code are open, more than {MOST_OPEN_LINES}: fold plumbing"


def says_something_between_cells(notebook):
    cells = [(n, c) for n, c in enumerate(notebook.cells, 1) if "remove-cell" not in tags(c)]
    for (_, cell), (number, following) in itertools.pairwise(cells):
        if cell.cell_type == following.cell_type == "code":
            yield f"cell {number} follows a code cell without a sentence between them"


def predicts_where_it_could_fail(notebook):
    count = 0
    for _, cell in outside_solutions(notebook):
        text = "".join(str(output.get("text", "")) for output in cell.outputs)
        count += "predicted" in text and "measured" in text
    if count > MOST_PREDICTIONS:
        yield f"{count} outputs set predictions beside measurements, more than {MOST_PREDICTIONS}"


def names_no_note(notebook):
    for number, cell in enumerate(notebook.cells, start=1):
        if found := re.search(r"\b[Nn]otes? [A-D]\b", cell.source):
            yield f"cell {number} speaks of {found[0]}, which readers do not have"


FRAME = [
    opens_with_a_picture,
    shows_the_code_that_teaches,
    says_something_between_cells,
    predicts_where_it_could_fail,
    names_no_note,
]
CHECKS = [
    is_valid,
    begins_with_its_title,
    describes_its_pictures,
    has_short_cells,
    starts_solutions_without_text,
    is_executed_in_order,
    has_approved_tags,
    stores_no_pictures,
    has_no_errors,
    has_no_warnings,
    compares_next_to_what_it_ignores,
    draws_in_the_style_of_the_book,
]


def complain(checks, notebook):
    return "\n".join(complaint for check in checks for complaint in check(notebook))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter(path):
    complaints = complain(CHECKS, read(path))
    assert not complaints, f"{path.relative_to(ROOT)}:\n{complaints}"
    (_, first), *_ = code_cells(read(path))
    assert first.source == colab.cell(path), "run `make notebooks`"


@pytest.mark.parametrize(
    "path",
    [path for path in CHAPTERS if path.parent.name != "appendix"],
    ids=lambda path: path.stem,
)
def test_frame(path):
    complaints = complain(FRAME, read(path))
    assert not complaints, f"{path.relative_to(ROOT)}:\n{complaints}"


@pytest.mark.parametrize(
    "path",
    [p for p in CHAPTERS if p.parent.name == "appendix" and p.stem != "ledger"],
    ids=lambda path: path.stem,
)
def test_only_the_ledger_names_notes(path):
    assert complain([names_no_note], read(path)) == ""


def test_figure_names_are_unique():
    names = Counter(
        cell.metadata.mystnb.figure.name
        for path in CHAPTERS
        for _, cell in code_cells(read(path))
        if "name" in cell.metadata.get("mystnb", {}).get("figure", {})
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_chapters_are_in_the_table_of_contents():
    def files(entry):
        yield entry.get("file", entry.get("root"))
        for key in ("parts", "chapters", "sections"):
            for child in entry.get(key, []):
                yield from files(child)

    toc = set(files(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))))
    chapters = {path.relative_to(ROOT).with_suffix("").as_posix() for path in CHAPTERS}
    assert sorted(chapters - toc) == []


# The checks checked: one good notebook, and for each check one change that it must reject.


def a_good_notebook():
    about = {
        "figure": {"caption": "A parabola.", "name": "fig-parabola"},
        "image": {"alt": "A parabola with its minimum at zero."},
    }
    picture = new_output("display_data", data={"text/plain": "<Figure size 640x480 with 1 Axes>"})
    slider = new_output("display_data", data={"text/plain": "FloatSlider(value=0.0)"})
    printed = new_output("stream", text="1\n")
    cells = [
        new_code_cell("import sys", metadata={"tags": ["remove-cell"]}),
        new_code_cell("plot()", metadata={"mystnb": about}, outputs=[picture]),
        new_code_cell("slider", metadata={"mystnb": about, "tags": [IGNORED]}, outputs=[slider]),
        new_code_cell("print(1)", outputs=[printed]),
    ]
    for count, cell in enumerate(cells, start=1):
        cell.execution_count = count
    texts = ["# Parabola\n\nWhat we will see.", "Drag it.", "The height at one:"]
    title, after_plot, after_slider = map(new_markdown_cell, texts)
    colab_cell, plot, slider, print_ = cells
    ordered = [title, colab_cell, plot, after_plot, slider, after_slider, print_]
    return nbformat.from_dict(new_notebook(cells=ordered))


TITLE, _, PLOT, AFTER_PLOT, SLIDER, AFTER_SLIDER, PRINT = range(7)


def put(output):
    return lambda cells: cells[PRINT].outputs.append(nbformat.from_dict(output))


REJECTED = [
    (is_valid, lambda cells: cells[PRINT].pop("source")),
    (begins_with_its_title, lambda cells: cells[TITLE].update(source="No title")),
    (begins_with_its_title, lambda cells: cells[TITLE].update(source="# One\n\n# Two")),
    (describes_its_pictures, lambda cells: cells[PLOT].metadata.pop("mystnb")),
    (describes_its_pictures, lambda cells: cells[SLIDER].metadata.pop("mystnb")),
    (describes_its_pictures, lambda cells: cells[PLOT].metadata.mystnb.figure.pop("caption")),
    (describes_its_pictures, lambda cells: cells[PLOT].metadata.mystnb.figure.update(name="x")),
    (describes_its_pictures, lambda cells: cells[PLOT].metadata.mystnb.image.update(alt="A plot")),
    (has_short_cells, lambda cells: cells[PRINT].update(source="pass\n" * 16)),
    (
        has_short_cells,
        lambda cells: cells[PRINT].update(
            source="pass\n" * 31, metadata=nbformat.from_dict({"tags": ["hide-input"]})
        ),
    ),
    (has_short_cells, lambda cells: [cells[i].update(source="pass\n" * 6) for i in (PLOT, PRINT)]),
    (
        starts_solutions_without_text,
        lambda cells: cells[TITLE].update(
            source="# A\n\n```{solution-start} ex\n:class: dropdown\nLost.\n```\n"
        ),
    ),
    (is_executed_in_order, lambda cells: cells[PLOT].update(execution_count=7)),
    (is_executed_in_order, lambda cells: cells[PRINT].update(execution_count=None)),
    (has_approved_tags, lambda cells: cells[PRINT].metadata.update(tags=["nbval-skip"])),
    (stores_no_pictures, put(new_output("display_data", data={"image/png": "aGk="}))),
    (has_no_errors, put(new_output("stream", name="stderr", text="oh"))),
    (has_no_errors, put(new_output("error", ename="ValueError", evalue="", traceback=[]))),
    (has_no_warnings, put(new_output("stream", text="RuntimeWarning: overflow"))),
    (compares_next_to_what_it_ignores, lambda cells: (cells.pop(PRINT), cells.pop(PLOT))),
    (opens_with_a_picture, lambda cells: cells[TITLE].update(source="# A\n" + "word " * 60)),
    (opens_with_a_picture, lambda cells: cells.insert(PLOT, cells.pop(AFTER_PLOT))),
    (opens_with_a_picture, lambda cells: cells.insert(PLOT, cells.pop(PRINT))),
    (
        shows_the_code_that_teaches,
        lambda cells: cells.extend(
            [nbformat.from_dict({**cells[PRINT], "source": "pass\n" * 13})] * 5
        ),
    ),
    (says_something_between_cells, lambda cells: cells.pop(AFTER_SLIDER)),
    (
        predicts_where_it_could_fail,
        lambda cells: (
            put(new_output("stream", text="predicted 1 measured 1"))(cells),
            cells.extend([cells[PRINT]] * 3),
        ),
    ),
    (names_no_note, lambda cells: cells[AFTER_PLOT].update(source="As note B says.")),
    (
        draws_in_the_style_of_the_book,
        lambda cells: cells[PRINT].update(source="from optimlib import explorers, figures"),
    ),
]


def test_checks_accept_a_good_notebook():
    assert complain(CHECKS + FRAME, a_good_notebook()) == ""


@pytest.mark.parametrize(("check", "spoil"), REJECTED)
def test_check_rejects_a_bad_notebook(check, spoil):
    notebook = a_good_notebook()
    spoil(notebook.cells)
    assert complain([check], notebook) != ""


def test_every_check_is_checked():
    assert {*CHECKS, *FRAME} == {check for check, _ in REJECTED}
