"""Where the book asks its exercises: read from the chapters, where each is followed by its form."""

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from course import ROOT, exercises
from optimlib.javascript.writing import data_element

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


def chapters(root=ROOT):
    """Return the documents of the book in their order, as in ``_toc.yml`` without its folder."""
    return re.findall(r"(?:file|root): chapters/(\S+)", Path(root, "_toc.yml").read_text("utf-8"))


def asked(chapter, root=ROOT):
    """Return the exercises of a chapter, in their order.

    Parameters
    ----------
    chapter : str
    root : path
        The folder of the repository: an installed package has no chapters beside it.

    Examples
    --------
    >>> [exercise.names for exercise in asked("start/first-descent")][:2]
    [('first-descent/gradient-descent-3',), ('first-descent/momentum-2',)]
    """
    path = Path(root, "chapters", f"{chapter}.ipynb")
    cells = json.loads(path.read_text("utf-8"))["cells"] if path.exists() else []
    found = []
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            found += [(question, []) for question in QUESTION.finditer(source)]
        elif found:
            found[-1][1].extend(ASKED.findall(source))
    return [_asked(chapter, question, names) for question, names in found]


def _asked(chapter, question, names):
    difficulty, minutes = (
        question[part] and int(question[part]) for part in ("difficulty", "minutes")
    )
    label, title, text = (question[part] for part in ("label", "title", "text"))
    return Asked(chapter, label, title, text, difficulty, minutes, tuple(names))


def forms():
    """Return the names of the exercises that each document has a form of, in their order."""
    named = {
        chapter: [name for exercise in asked(chapter) for name in exercise.names]
        for chapter in chapters()
    }
    return {chapter: names for chapter, names in named.items() if names}


@dataclass(frozen=True)
class Entry:
    """An exercise as the list of all of them has it; `heading` is that of its chapter."""

    label: str
    chapter: str
    heading: str
    title: str
    topic: str
    layer: str
    difficulty: int
    minutes: int
    names: tuple


def entries(root=ROOT):
    """Return the `Entry` of every exercise of the book: by topic, the easy and short first."""
    found = [
        _entry(exercise, heading(chapter, root))
        for chapter in chapters(root)
        for exercise in asked(chapter, root)
    ]
    return sorted(found, key=lambda e: (e.topic.lower(), e.difficulty, e.minutes))


def heading(chapter, root=ROOT):
    """Return the title of a chapter that is a notebook.

    Examples
    --------
    >>> heading("descent/momentum")
    'Momentum'
    """
    cells = json.loads(Path(root, "chapters", f"{chapter}.ipynb").read_text("utf-8"))["cells"]
    return re.match("# (.*)", "".join(cells[0]["source"]))[1]


def _entry(asked_exercise, chapter_heading):
    known = [exercises.get(name) for name in asked_exercise.names]
    ours = [exercises.get(name) for name in exercises.names(chapter=asked_exercise.chapter)]
    topics = Counter(exercise.topic for exercise in known or ours)
    layer, title = asked_exercise.title.split(": ", 1)
    return Entry(
        label=asked_exercise.label,
        chapter=asked_exercise.chapter,
        heading=chapter_heading,
        title=title[0].upper() + title[1:],
        topic=topics.most_common(1)[0][0],
        layer=layer.lower(),
        difficulty=asked_exercise.difficulty or max(e.difficulty for e in known),
        minutes=asked_exercise.minutes or sum(e.minutes for e in known),
        names=asked_exercise.names,
    )


def list_by_topic(listed):
    """Return a list of entries in MyST Markdown, each with a link to where it is asked."""
    lines, topic = [], None
    for entry in listed:
        if entry.topic != topic:
            topic = entry.topic
            lines += ["", f"**{topic}**", ""]
        facts = f"{entry.layer}, {'●' * entry.difficulty}, {entry.minutes} min"
        lines.append(f"- {{ref}}`{entry.label}`: {entry.title} ({facts})")
    return "\n".join(lines)


def filters(listed):
    """Return the HTML from which the website makes the filters of a list of entries."""
    kept = ("names", "heading", "topic", "layer", "minutes")
    data = {e.label: {k: v for k, v in asdict(e).items() if k in kept} for e in listed}
    return f'<div class="exercise-list">{data_element(data)}</div>'
