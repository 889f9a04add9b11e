"""Where the book asks its exercises: read from the chapters, where each is followed by its form."""

import json
import re
from dataclasses import dataclass

from course import ROOT

CHAPTERS = ROOT / "chapters"
QUESTION = re.compile(
    r"^(?P<fence>`{3,})\{exercise\} (?P<title>.*)\n:label: (?P<label>\S+)\n"
    r"(?::class: difficulty-(?P<difficulty>[123]) minutes-(?P<minutes>\d+)\n)?"
    r"(?P<text>[\s\S]*?)^(?P=fence)$",
    re.M,
)
ASKED = re.compile(r'^exercises\.ask\("([^"]+)"\)$', re.M)


@dataclass(frozen=True)
class Asked:
    """An exercise as it stands in a chapter.

    Attributes
    ----------
    chapter : str
        The document, as in ``_toc.yml`` without its first folder.
    label, title, text : str
    difficulty, minutes : int or None
        As the chapter says it; for exercises with a form, the form's exercise says it.
    names : tuple of str
        The exercises whose forms stand below it.
    """

    chapter: str
    label: str
    title: str
    text: str
    difficulty: int | None
    minutes: int | None
    names: tuple


def chapters():
    """Return the documents of the book in their order, as in ``_toc.yml`` without its folder."""
    return re.findall(r"(?:file|root): chapters/(\S+)", (ROOT / "_toc.yml").read_text("utf-8"))


def asked(chapter):
    """Return the exercises of a chapter, in their order.

    Examples
    --------
    >>> [exercise.names for exercise in asked("start/first-descent")][:2]
    [('first-descent/gradient-descent-3',), ('first-descent/adagrad-2',)]
    """
    path = CHAPTERS / f"{chapter}.ipynb"
    cells = json.loads(path.read_text("utf-8"))["cells"] if path.exists() else []
    found = []
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            found += [(question, []) for question in QUESTION.finditer(source)]
        elif names := ASKED.findall(source):
            found[-1][1].extend(names)
    return [_asked(chapter, question, names) for question, names in found]


def _asked(chapter, question, names):
    difficulty, minutes = (question[part] and int(question[part]) for part in ("difficulty", "minutes"))
    label, title, text = (question[part] for part in ("label", "title", "text"))
    return Asked(chapter, label, title, text, difficulty, minutes, tuple(names))


def forms():
    """Return the names of the exercises that each document has a form of, in their order."""
    named = {
        chapter: [name for exercise in asked(chapter) for name in exercise.names]
        for chapter in chapters()
    }
    return {chapter: names for chapter, names in named.items() if names}
