"""The form of an exercise: a widget in Jupyter, the same without a kernel on the website."""

import html
import json
import re
from functools import cache
from pathlib import Path

import anywidget
import traitlets

from course.exercises.markup import to_html
from course.exercises.running import run
from course.exercises.variants import COUNT, pack
from optimlib.explorers.explorer import modules as explorer_modules
from optimlib.javascript.linker import link
from optimlib.javascript.writing import data_element

CLIENT = Path(__file__).with_name("client")
START = "exercises/start.js"
# Bytes that a page may have to load for a form.
LARGEST = 30_000
SHARED = (
    "javascript/by_hand.js",
    "explorers/client/computing/reading.js",
    "explorers/client/computing/sizes.js",
    "explorers/client/drawing/elements.js",
    "explorers/client/drawing/asking.js",
)


@cache
def modules():
    """Return the ES modules of the forms, and those that they share with explorers."""
    own = {f"exercises/{path.name}": path.read_text("utf-8") for path in CLIENT.glob("*.js")}
    return own | {path: explorer_modules()[path] for path in SHARED}


@cache
def module():
    """Return the ES module that Jupyter loads."""
    return f"const {{ render }} = {link(START, modules())};\nexport default {{ render }};\n"


def _without(document, names):
    """Return names without the chapter's own, with which most begin: every page loads them."""
    own = document.rpartition("/")[2]
    return [name.removeprefix(own) if name.startswith(f"{own}/") else name for name in names]


def page_script(book):
    """Return the script of the website: it finds the forms of its page and starts them.

    Parameters
    ----------
    book : dict
        The names of the exercises that each document asks.
    """
    short = {document: " ".join(_without(document, names)) for document, names in book.items()}
    written = json.dumps(short, separators=(",", ":"))
    return f"{link(START, modules())}.start({written});\n"


@cache
def style():
    """Return the style sheet of the forms, without its comments."""
    return re.sub(r"/\*.*?\*/\n", "", (CLIENT / "style.css").read_text("utf-8"), flags=re.DOTALL)


def specification(exercise):
    """Return what stands in the page: the question, and what else the form shows at first."""
    return dict(
        name=exercise.id,
        kind=exercise.kind,
        question=_asked(exercise),
        options=_options(exercise) if exercise.kind == "choice" else [],
        hints=len(exercise.hints()),
        varies=exercise.varies,
        **(dict(start=exercise.start) if exercise.kind == "code" else {}),
        **(dict(dealt=exercise.dealt) if exercise.dealt != exercise.id else {}),
    )


def parts(exercise):
    """Return how many files the variants of an exercise need."""
    return max(1, -(-len(exercise.variants) // COUNT))


def content(exercise, part=0):
    """Return what is loaded when a form is used: variants, the book's own first, in each part."""
    variants = [exercise, *exercise.variants[part * COUNT :][:COUNT]]
    helped = [_helped(variant) for variant in variants]
    if len({len(values["hints"]) for values in helped}) > 1:
        raise ValueError(f"{exercise.id}: all variants must have as many hints as the book's own")
    packed = pack(helped)
    return dict(dealt=exercise.dealt, count=len(exercise.variants), **packed)


def file_script(exercise, part=0):
    """Return the script that a page loads when the form is used, or for a name of another part.

    Raises
    ------
    ValueError
        If it is too large, or a variant has not as many hints as the book's own.
    """
    name = file_name(exercise, part)
    written = json.dumps(content(exercise, part), ensure_ascii=False, separators=(",", ":"))
    script = f"exerciseFile({json.dumps(name)},{written});\n"
    if len(script.encode()) > LARGEST:
        raise ValueError(f"{name}: its file must have at most {LARGEST} bytes")
    return script


def file_name(exercise, part):
    """Return the name of the file of one part of the variants, without its suffix."""
    return f"{exercise.id}-{part}" if part else exercise.id


def _asked(exercise):
    return to_html(exercise.ask if exercise.kind == "choice" else exercise.question)


def _options(exercise):
    return [[key, to_html(text)] for key, text in exercise.shown.items()]


def _helped(exercise):
    worked = str(exercise.worked).strip()
    if exercise.kind == "number":
        worked = f"{exercise.shown}\n{worked}"
    written = to_html(worked) if exercise.kind == "choice" else html.escape(worked, quote=False)
    return dict(
        question=_asked(exercise),
        hints=[to_html(hint) for hint in exercise.hints()],
        worked=f"<pre>{written}</pre>" if exercise.kind == "code" else written,
        **(dict(options=_options(exercise)) if exercise.kind == "choice" else {}),
        **exercise.judging(),
    )


class Form(anywidget.AnyWidget):
    """The form of an exercise, made by `exercises.ask`."""

    specification = traitlets.Dict().tag(sync=True)

    def __init__(self, exercise):
        super().__init__(specification=specification(exercise))
        self._exercise = exercise
        self.on_msg(self._reply)

    @property
    def _esm(self):
        return module()

    @property
    def _css(self):
        return style()

    def __repr__(self):
        return f"<Form: {self.specification['name']}>"

    def _reply(self, widget, message, buffers):
        asked = message["question"]
        reply = self._ran(**asked) if "text" in asked else content(self._exercise, **asked)
        if reply.get("verdict") and not reply["error"] and self._exercise.racing:
            reply["verdict"]["lines"] += (self._exercise.racing,)
        self.send(dict(number=message["number"], reply=reply))

    def _ran(self, case, text):
        seeds = [*self._exercise.cases]
        return run(self._exercise, text, seeds[case % len(seeds)])

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        page = f'<div class="exercise-form">{data_element(self.specification)}</div>'
        return data | {"text/plain": repr(self), "text/html": page}, metadata
