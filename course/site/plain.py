"""Chapters in a form that every program shows: Colab, GitHub, VS Code, nbconvert and marimo.

    python -m course.site.plain FOLDER

None of these knows MyST. Its directives become headings, quotations and folds, its references links
to the site, and each form of an exercise follows its question in words. A Sphinx extension too: it
writes them where the site's download button looks, and the launch buttons open the branch that the
workflow `pages` fills with them.
"""

import argparse
import filecmp
import posixpath
import re
import unicodedata
from collections import deque
from functools import cache
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell
from pybtex.database import parse_file
from pybtex.richtext import Text

from course import ROOT, exercises
from course.exercises import book
from course.site import colab
from course.site.notebooks import METADATA, load

BRANCH = "notebooks"
FENCE = re.compile(r"(?P<fence>`{3,}|:{3,})(?:\{(?P<name>[^}]*)\})? *(?P<title>.*)")
OPTION = re.compile(r":([\w-]+): *(.*)")
ROLE = re.compile(r"\{([a-z]+(?::[a-z]+)?)\}`([^`]+)`")
TARGET = re.compile(r"^\(([\w-]+)\)=\n", re.MULTILINE)
COMMENT = re.compile(r" ?<!--.*?-->", re.DOTALL)
FOLDED = {"hide-cell", "hide-input", "remove-cell", "remove-input"}
NAMES = "<Explorer: ", "<Figure ", "<Form: "
GLOSSARY = "appendix/glossary"


# What the chapters say of each other


@cache
def cells(chapter):
    return load(ROOT / "chapters" / f"{chapter}.ipynb").cells


def notebooks():
    """Return the documents of the book that are notebooks, in their order."""
    return [c for c in book.chapters() if (ROOT / "chapters" / f"{c}.ipynb").exists()]


def figure(cell):
    return cell.metadata.get("mystnb", {}).get("figure", {})


@cache
def figures():
    """Return the number of each figure, as on the site, and its chapter."""
    found = [(figure(cell)["name"], c) for c in notebooks() for cell in cells(c) if figure(cell)]
    return {name: (number, chapter) for number, (name, chapter) in enumerate(found, start=1)}


@cache
def asked():
    """Return the number of each exercise, as on the site, and the exercise, by its label."""
    found = [exercise for chapter in book.chapters() for exercise in book.asked(chapter)]
    return {exercise.label: (number, exercise) for number, exercise in enumerate(found, start=1)}


@cache
def sections():
    """Return the chapter of each section that others refer to by a name."""
    texts = {c: "\n".join(cell.source for cell in cells(c)) for c in notebooks()}
    return {name: chapter for chapter in texts for name in TARGET.findall(texts[chapter])}


@cache
def terms():
    """Return the id of each term in the glossary's page, as Sphinx makes it."""
    text = (ROOT / "chapters" / f"{GLOSSARY}.md").read_text("utf-8")

    def identifier(term):
        ascii = unicodedata.normalize("NFKD", term).encode("ascii", "ignore").decode()
        return "term-" + re.sub(r"[^a-zA-Z0-9._]+", "-", ascii).strip("-")

    return {t.lower(): identifier(t) for t in re.findall(r"^(\w.*)(?=\n(?:\w.*\n)*  )", text, re.M)}


@cache
def papers():
    return parse_file(ROOT / "chapters" / "references.bib").entries


# Roles


def page(document, anchor=""):
    """Return the address of a page of the site."""
    return f"{colab.site()}chapters/{document}.html" + (f"#{anchor}" if anchor else "")


def heading(document):
    if (path := ROOT / "chapters" / f"{document}.md").exists():
        return path.read_text("utf-8").partition("\n")[0].removeprefix("# ")
    return book.heading(document)


def document(shown, target, chapter):
    name = posixpath.normpath(posixpath.join(posixpath.dirname(chapter), target))
    return f"[{shown or heading(name)}]({page(name)})"


def term(shown, target, chapter):
    name = " ".join(target.split())
    return f"[{shown or name}]({page(GLOSSARY, terms()[name.lower()])})"


def number(shown, target, chapter):
    count, home = figures()[target]
    return f"Fig. {count}" if home == chapter else f"[Fig. {count}]({page(home, target)})"


def reference(shown, target, chapter):
    if target in asked():
        count, exercise = asked()[target]
        return f"[{shown or _title(count, exercise)}]({page(exercise.chapter, target)})"
    return f"[{shown}]({page(sections()[target], target)})"


def _title(count, exercise):
    return f"Exercise {count} ({exercise.title})"


def authors(paper):
    """Return who wrote a paper, as running text names them."""
    names = [
        " ".join(str(Text.from_latex(name)) for name in [*person.prelast_names, *person.last_names])
        for person in paper.persons["author"]
    ]
    return " and ".join(names) if len(names) < 3 else f"{names[0]} et al."


def address(paper):
    """Return where a paper is found: on the page of the bibliography, if nowhere else."""
    fields = paper.fields
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}"
    if "eprint" in fields:
        return f"https://arxiv.org/abs/{fields['eprint']}"
    return fields.get("url") or page("appendix/bibliography")


def _papers(target):
    return [papers()[key.strip()] for key in target.split(",")]


def parenthesis(shown, target, chapter):
    links = [f"[{authors(p)}, {p.fields['year']}]({address(p)})" for p in _papers(target)]
    return f"({'; '.join(links)})"


def in_words(shown, target, chapter):
    return ", ".join(f"[{authors(p)} ({p.fields['year']})]({address(p)})" for p in _papers(target))


ROLES = {
    "cite:p": parenthesis,
    "cite:t": in_words,
    "doc": document,
    "math": lambda shown, target, chapter: f"${target}$",
    "numref": number,
    "ref": reference,
    "term": term,
}


def inline(text, chapter):
    """Return running text without roles, names of sections and comments."""

    def written(match):
        name, content = match.groups()
        shown, target = re.fullmatch(r"(?:(.*?)\s*<([^<>]+)>|[\s\S]*)", content, re.DOTALL).groups()
        if name not in ROLES:
            raise ValueError(f"{chapter}: there is no plain form of the role {name!r}")
        return ROLES[name](shown, target or content, chapter)

    return ROLE.sub(written, TARGET.sub("", COMMENT.sub("", text)))


# Directives


def begin_fold(title):
    return f"<details>\n<summary>{title}</summary>\n"


def fold(title, body):
    return f"{begin_fold(title)}\n{body}\n\n</details>"


def quote(title, body):
    lines = [f"**{title}**", "", *body.splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def admonition(title, options, body):
    return (fold if "dropdown" in options.get("class", "") else quote)(title, body)


def exercise(title, options, body):
    return f"### {_title(*asked()[options['label']])}\n\n{body}"


def _of_exercise(label):
    return f"Solution of exercise {asked()[label][0]}"


DIRECTIVES = {
    "admonition": admonition,
    "exercise": exercise,
    "solution": lambda label, options, body: fold(_of_exercise(label), body),
    # What is between them may be in several cells.
    "solution-start": lambda label, options, body: begin_fold(_of_exercise(label)),
    "solution-end": lambda label, options, body: "</details>",
}


def markdown(text, chapter):
    """Return the Markdown of a chapter without MyST."""
    lines, parts, prose = deque(text.splitlines()), [], []

    def take_prose():
        parts.append(inline("\n".join(prose), chapter))
        prose.clear()

    while lines:
        line = lines.popleft()
        opened = FENCE.match(line)
        if not opened:
            prose.append(line)
            continue
        take_prose()
        body = []
        while lines and (line := lines.popleft()) != opened["fence"]:
            body.append(line)
        parts.append(_block(opened, body, chapter))
    take_prose()
    return "\n".join(parts).strip("\n")


def _block(opened, body, chapter):
    if not opened["name"]:
        return "\n".join([opened[0], *body, opened["fence"]])
    if opened["name"] not in DIRECTIVES:
        raise ValueError(f"{chapter}: there is no plain form of the directive {opened['name']!r}")
    options = {}
    while body and (option := OPTION.fullmatch(body[0])):
        options[option[1]] = option[2]
        del body[0]
    inner = markdown("\n".join(body), chapter)
    return DIRECTIVES[opened["name"]](inline(opened["title"], chapter), options, inner)


# Notebooks


def question(name):
    """Return what the form of an exercise asks."""
    found = exercises.get(name)
    text = found.question
    if found.kind == "choice":
        text = "\n".join([found.ask, "", *(f"- {option}" for option in found.shown.values())])
    return quote("The next cell, when it is run, takes your answer to this:", text)


def notebook(chapter):
    """Return a chapter as a notebook in plain Markdown."""
    head = {"metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    made = nbformat.from_dict({"cells": [], **head})
    for part in (part for cell in cells(chapter) for part in _parts(cell, chapter)):
        if made.cells and is_open(made.cells[-1]):
            made.cells[-1].source += f"\n\n{as_text(part)}"
        else:
            made.cells.append(part)
    return made


def _parts(cell, chapter):
    """Yield the cells that stand for one: what a form asks before it, a caption below it."""
    if cell.cell_type == "markdown":
        # What follows, up to the next text, is on its slide.
        slide = {"slideshow": {"slide_type": "slide"}}
        yield new_markdown_cell(markdown(cell.source, chapter), id=cell.id, metadata=slide)
        return
    names = book.ASKED.findall(cell.source)
    if names:
        text = "\n\n".join(map(question, names))
        yield new_markdown_cell(text, id=f"{cell.id}-question")
    folded = FOLDED & {*cell.metadata.get("tags", [])}
    metadata = {"jupyter": {"source_hidden": True}} if folded else {}
    outputs = [_plain(output, chapter) for output in cell.outputs if not is_name(output)]
    yield nbformat.from_dict({**cell, "metadata": metadata, "outputs": outputs})
    if figure(cell):
        count, _ = figures()[figure(cell)["name"]]
        caption = f"**Fig. {count}** {figure(cell)['caption']}"
        shown = f"In words: {cell.metadata['mystnb']['image']['alt']}"
        yield new_markdown_cell(inline(f"{caption}\n\n{shown}", chapter), id=f"{cell.id}-caption")


def is_name(output):
    """Tell whether this names what is not stored: a picture, a figure or a form."""
    return output.get("data", {}).get("text/plain", "").startswith(NAMES)


def _plain(output, chapter):
    if "text/markdown" not in output.get("data", {}):
        return output
    shown = markdown(output.data["text/markdown"], chapter)
    return nbformat.from_dict({**output, "data": {**output.data, "text/markdown": shown}})


def is_open(cell):
    """Tell whether a solution goes on in the next cell: what is folded has to stand in one."""
    return cell.source.count("<details>") > cell.source.count("</details>")


def as_text(cell):
    """Return a cell, with its outputs, as Markdown."""
    if cell.cell_type == "markdown":
        return cell.source
    return "\n\n".join([f"```python\n{cell.source}\n```", *map(_shown, cell.outputs)])


def _shown(output):
    data = output.get("data", {})
    for kind in ("text/latex", "text/markdown"):
        if kind in data:
            return data[kind].strip()
    text = output.get("text") or data["text/plain"]
    return f"```text\n{text.rstrip()}\n```"


def write(chapter, path):
    """Write a chapter in this form."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = nbformat.writes(notebook(chapter)) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def write_all(folder):
    """Write all chapters into a folder, as they lie in that of the chapters."""
    for chapter in notebooks():
        write(chapter, folder / f"{chapter}.ipynb")


# The site


def offer(app, exception):
    """Put what Sphinx has copied for the download buttons into this form."""
    copies = Path(app.outdir, "_sources", "chapters")
    # A site of some chapters has no others.
    for chapter in [c for c in notebooks() if not exception and (copies / f"{c}.ipynb").exists()]:
        copy, source = (folder / f"{chapter}.ipynb" for folder in (copies, ROOT / "chapters"))
        is_old = copy.stat().st_mtime < Path(__file__).stat().st_mtime
        if is_old or filecmp.cmp(copy, source, shallow=False):
            write(chapter, copy)


def launch(app, pagename, templatename, context, doctree):
    """Let the launch buttons open the chapters of the branch that has them in this form."""
    branch = app.config.html_theme_options["repository_branch"]
    for group in context.get("header_buttons", []):
        for button in group["buttons"] if group["label"] == "launch-buttons" else []:
            button["url"] = re.sub(rf"/{re.escape(branch)}\b", f"/{BRANCH}", button["url"], count=1)


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", offer)
    # After the theme has made its buttons.
    app.connect("html-page-context", launch, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    write_all(parser.parse_args().folder)


if __name__ == "__main__":
    main()
