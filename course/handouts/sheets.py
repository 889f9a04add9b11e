"""Exercises to print, with a key, and as a notebook."""

import html
from importlib.resources import files

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.handouts.writing import to_html, worked_answer, wrong_answers

MATHJAX = files("sphinx-mathjax-offline") / "static" / "mathjax"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 11pt/1.45 serif; margin: 2rem auto; max-width: 42rem; padding: 0 1rem; }}
section {{ break-inside: avoid; margin-bottom: 1.5rem; }}
.space {{ height: 5rem; }}
</style>
<script defer src="mathjax/tex-svg.js"></script></head>
<body><h1>{title}</h1>
{body}
</body></html>
"""


def sheet(variants, title, key=False):
    """Return a page to print: the questions with room to write, or with `key` the answers."""
    sections = []
    for number, exercise in enumerate(variants, start=1):
        parts = [f"## {number}. {exercise.topic} ({exercise.layer})", exercise.question]
        if key:
            parts += [worked_answer(exercise), wrong_answers(exercise)]
        body = to_html("\n\n".join(parts))
        space = "" if key else '<div class="space"></div>'
        sections.append(f"<section>{body}{space}</section>")
    return PAGE.format(title=html.escape(title), body="\n".join(sections))


def notebook(variants, title, student=None):
    """Return a notebook in which each question is followed by a cell that checks the answer."""
    imports = "import optimlib as ol\nfrom course import exercises"
    cells = [new_markdown_cell(f"# {title}"), new_code_cell(imports)]
    mine = f", student={student!r}" if student else ""
    for number, exercise in enumerate(variants, start=1):
        head = f"## {number}. {exercise.topic}"
        cells.append(new_markdown_cell(f"{head}\n\n{exercise.question}"))
        cells.append(new_code_cell(f"answer = ...\nexercises.check({exercise.id!r}, answer{mine})"))
    for index, cell in enumerate(cells):
        cell.id = f"cell-{index}"
    return nbformat.writes(new_notebook(cells=cells))
