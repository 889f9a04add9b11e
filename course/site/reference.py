"""The reference of the package: every public name, as its docstring has it. A Sphinx extension.

A page of the reference lists with the directive `public` what some modules define. Each name is
followed by the chapter that teaches it and by its source, and each mention in a chapter leads to
the name.
"""

import inspect
import json
import re
import sys
from dataclasses import dataclass, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective
from sphinx.util.inspect import stringify_signature
from sphinx.util.logging import getLogger

import optimlib as ol
from course import ROOT
from course.exercises import book
from course.site.colab import configuration, repository

# What one imports, and where names are looked for that are neither classes nor functions.
MODULES = (
    "optimlib",
    *(f"optimlib.{part}" for part in ("explorers", "figures", "learning", "problems", "schedules")),
    "course.exercises",
)
# How chapters call them.
CALLED = {"ol": "optimlib"} | {module.split(".")[-1]: module for module in MODULES}
PAGES = "chapters/appendix/reference"
OF_LIBRARIES = "chapters/appendix/conventions"
GLOSSARY = ROOT / "chapters" / "appendix" / "glossary.md"
DOTTED = re.compile(rf"(?<![\w./])(?:{'|'.join(CALLED)})(?:\.[A-Za-z]\w*)+(?![\w/])")
FROM_IMPORT = re.compile(r"^from (\S+) import (?:\(([^)]*)\)|(.*))", re.M)
ENTRY = re.compile(r"^(?P<term>\S.*)\n(?P<text>(?:  .*\n?)+)", re.M)
CHAPTER = re.compile(r"\{doc\}`\.\./([^`]+)`")
FORMULA = re.compile(r"\bol\.formula\(\s*ol\.(\w+)")
CODE = re.compile(
    r'(<div class="highlight-i?python3? [^>]*><div class="highlight"><pre>)(.*?</pre>)', re.S
)
DOT = '<span class="o">.</span>'
WORD = r'<span class="n[bcf]?">\w+</span>'
# A name, or the name of an imported module, which is one token.
MODULE = '<span class="nn">'
TOKENS = re.compile(rf"{WORD}(?:{re.escape(DOT)}{WORD})+|{MODULE}([\w.]+)</span>")
LOGGER = getLogger(__name__)


# What is public


@dataclass(frozen=True)
class Name:
    """A public name: in full, what it stands for, and the module that defines it."""

    full: str
    value: object
    home: str

    @property
    def kind(self) -> str:
        """Return what autodoc calls its kind."""
        for kind in "module", "class", "function":
            if getattr(inspect, f"is{kind}")(self.value):
                return kind
        return "data"

    @property
    def text(self) -> list[str]:
        """Return the lines that say what it is: its docstring, or the comment above it."""
        if self.kind != "data":
            return (inspect.getdoc(self.value) or "").splitlines()
        return comments(self.home).get(self.full.split(".")[-1], []) if self.home else []


@cache
def comments(module):
    """Return `{name: lines}` of what is written behind ``#:`` above a module's names."""
    analyzer = ModuleAnalyzer.for_module(module)
    found = analyzer.find_attr_docs() if "#:" in analyzer.code else {}
    return {name: lines for (within, name), lines in found.items() if not within}


def home(full, value):
    """Return the module that defines a public name, or "" of one that no comment describes."""
    if inspect.ismodule(value):
        return value.__name__
    if inspect.isclass(value) or inspect.isfunction(value):
        return value.__module__
    package, _, name = full.rpartition(".")
    candidates = sorted(module for module in sys.modules if f"{module}.".startswith(f"{package}."))
    homes = [
        module
        for module in candidates
        if vars(sys.modules[module]).get(name) is value and name in comments(module)
    ]
    return homes[0] if homes else ""


@cache
def public():
    """Return `{full name: Name}` of every public name.

    Examples
    --------
    >>> public()["optimlib.Adam"].home
    'optimlib.rules.adam'
    """
    found = {}
    for module in map(import_module, MODULES):
        found |= {module.__name__: module} if module is not ol else {}
        names = sorted(module.__all__, key=str.casefold)
        found |= {f"{module.__name__}.{name}": getattr(module, name) for name in names}
    return {full: Name(full, value, home(full, value)) for full, value in found.items()}


def named(dotted):
    """Return the longest public name that a dotted one begins with, and its number of parts.

    Examples
    --------
    >>> named("ol.problems.square.f")
    ('optimlib.problems.square', 3)
    >>> named("ol.problem")
    """
    first, *rest = dotted.split(".")
    for count in range(len(rest), 0, -1):
        full = ".".join([CALLED.get(first, first), *rest[:count]])
        if full in public():
            return full, count + 1
    return None


# Where it is taught


def plain(words):
    """Return words as names are compared: without spaces, signs and capitals."""
    return re.sub(r"[^a-z0-9]", "", words.lower())


def glossary():
    """Return `{term: document}` of the glossary, each with the chapter that teaches the term."""
    entries = ENTRY.finditer(GLOSSARY.read_text("utf-8"))
    chapters = {
        plain(re.sub("'s (method|rule)$", "", entry["term"])): CHAPTER.findall(entry["text"])
        for entry in entries
    }
    return {term: found[0] for term, found in chapters.items() if found}


def mentioned(source):
    """Return the full names that a cell's source mentions."""
    found = {hit[0] for dotted in DOTTED.findall(source) if (hit := named(dotted))}
    for module, inside, after in FROM_IMPORT.findall(source):
        found |= {f"{module}.{name}" for name in re.findall(r"\w+", inside or after)}
    return found & public().keys()


def taught():
    """Return `{full name: sentence}` on where the book teaches the public names.

    That is where the glossary says the term of this name is taught; else where its formula is
    printed first; else where it is used first.
    """
    terms, printed, used = glossary(), {}, {}
    for chapter, source in cells():
        for name in FORMULA.findall(source):
            printed.setdefault(f"optimlib.{name}", chapter)
        for full in mentioned(source):
            used.setdefault(full, chapter)
    found = {}
    for full, name in public().items():
        module, _, own = full.rpartition(".")
        words = (own, getattr(name.value, "called", "")) if module == "optimlib" else ()
        by_term = (terms[plain(word)] for word in words if plain(word) in terms)
        chapter = next(by_term, printed.get(full))
        if chapter or full in used:
            verb = "Taught" if chapter else "First used"
            found[full] = f"{verb} in :doc:`/chapters/{chapter or used[full]}`."
    return found


def source(name):
    """Return a link to the file that defines a public name, in reStructuredText.

    Examples
    --------
    >>> source(public()["optimlib.Adam"])[:34]
    'Source: `optimlib/rules/adam.py <h'
    """
    path = Path(sys.modules[name.home].__file__).relative_to(ROOT).as_posix()
    branch = configuration()["repository"]["branch"]
    return f"Source: `{path} <{repository()}/blob/{branch}/{path}>`__."


def origin(name, taught):
    """Return the line below an entry: where the name is taught, and where it is defined."""
    return f"{taught.get(name.full, '')} {source(name) if name.home else ''}".strip()


def cells():
    """Yield the document and the source of each cell of the chapters, in their order."""
    for chapter in book.chapters():
        path = ROOT / "chapters" / f"{chapter}.ipynb"
        if path.exists() and not chapter.startswith("appendix/"):
            for cell in json.loads(path.read_text("utf-8"))["cells"]:
                yield chapter, "".join(cell["source"])


# The pages of the reference


class Public(SphinxDirective):
    """List the public names that modules define, these or others below them."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"without": directives.unchanged}  # noqa: RUF012

    def run(self):
        """Return what autodoc makes of them."""
        without = self.options.get("without", "").split()
        chosen = [
            name
            for name in public().values()
            if is_below(name.home, self.arguments[0].split()) and not is_below(name.home, without)
        ]
        for name in chosen:
            self.env.note_dependency(sys.modules[name.home].__file__)
            if not any(name.text):
                LOGGER.warning("%s is public, and nothing says what it is", name.full)
        taught = self.env.taught
        return self.parse_text_to_nodes("\n".join(entry(n, origin(n, taught)) for n in chosen))


class PublicNames(SphinxDirective):
    """List all public names, each with a link to its entry."""

    def run(self):
        """Return a paragraph for each module."""
        groups = {}
        for name in public().values():
            module = name.full.rpartition(".")[0]
            rules = "optimlib.rules"
            groups.setdefault(rules if is_below(name.home, [rules]) else module, []).append(name)
        lines = [
            f"**{module}**: "
            + ", ".join(f":py:obj:`{n.full.split('.')[-1]} <{n.full}>`" for n in names)
            for module, names in groups.items()
        ]
        return self.parse_text_to_nodes("\n\n".join(lines))


def is_below(module, modules):
    """Tell whether a module is one of these or lies in one."""
    return any(f"{module}.".startswith(f"{other}.") for other in modules)


def entry(name, sentence):
    """Return a name's entry in reStructuredText, with the line that says where it comes from."""
    if name.kind == "data":
        facts = known(name.value) if isinstance(name.value, ol.Objective) else []
        module, _, own = name.full.rpartition(".")
        lines = [f":module: {module}", "", *name.text, "", *facts, "", sentence]
        return "\n".join([f".. py:data:: {own}", *(f"   {line}" for line in lines), ""])
    option = {"class": "members", "module": "no-members"}.get(name.kind)
    return "\n".join(
        [f".. auto{name.kind}:: {name.full}", *([f"   :{option}:"] if option else []), ""]
    )


def known(objective):
    """Return what an objective knows of itself, in reStructuredText."""
    formula = ol.formula(objective).latex.splitlines()
    facts = {name: getattr(objective, name) for name in ("domain", "minima", "saddles", "start")}
    return [
        *(".. math::", "", *(f"   {line}" for line in formula), ""),
        *(f":{name}: {short(value)}" for name, value in facts.items() if value not in (None, ())),
    ]


def short(value):
    """Return a number, or nested tuples of numbers, with six digits."""
    if isinstance(value, tuple):
        return f"({', '.join(map(short, value))})"
    return f"{value:g}".replace("-", "−")


def mend(app, what, full, value, options, lines):
    """Say below a name where it comes from. Let a property be described as it is written.

    Napoleon takes what stands before a colon in it for a type.
    """
    if what == "property":
        lines[:] = (inspect.getdoc(value) or "").splitlines()
    # An initial at the beginning of a line would be the first point of a list.
    lines[:] = [re.sub(r"^(\s*[A-Z])\. ", r"\1\\. ", line) for line in lines]
    if full in public():
        lines += ["", origin(public()[full], app.env.taught), ""]


def sign(app, what, full, value, options, signature, return_annotation):
    """Write a class's signature as its fields have it, where `__new__` takes any arguments."""
    if what == "class" and is_dataclass(value):
        given = [
            p for p in inspect.signature(value.__init__).parameters.values() if p.name != "self"
        ]
        return stringify_signature(inspect.Signature(given), show_annotation=False), None
    return None


def outdated(app, env, added, changed, removed):
    """Name the pages of the reference, if something is taught elsewhere than it was."""
    now = taught()
    if getattr(env, "taught", now) == now:
        env.taught = now
        return []
    env.taught = now
    return [doc for doc in env.found_docs if doc.startswith(PAGES)]


def moved(app, env):
    """Name all pages, for they are to be written anew, if a name stands on another page.

    Raises
    ------
    ExtensionError
        If a public name stands on none.
    """
    objects = env.get_domain("py").objects
    if missing := public().keys() - objects.keys():
        raise ExtensionError(f"on no page of the reference: {', '.join(sorted(missing))}")
    places = {full: objects[full].docname for full in public()}
    before, env.places = getattr(env, "places", places), places
    return [] if before == places else sorted(env.found_docs)


# Mentions


def link_mentions(app, doctree, docname):
    """Let the first mention of a name in each section of a page lead to the reference."""
    seen = set()
    for literal in list(doctree.findall(nodes.literal)):
        if isinstance(literal.parent, nodes.reference | nodes.title):
            continue
        text, parts, end = literal.astext(), [], 0
        for start, words, full in mentions_in(literal, docname):
            if (section_of(literal), full) not in seen:
                seen.add((section_of(literal), full))
                parts += [nodes.Text(text[end:start]), link(app, docname, full, words)]
                end = start + len(words)
        if parts:
            literal[:] = [*parts, nodes.Text(text[end:])]
    for name in list(doctree.findall(nodes.title_reference)):
        full, words = nearby(app, name), name.astext()
        inside = link(app, docname, full, words) if full else nodes.Text(words)
        name.replace_self(nodes.literal("", "", inside))


def mentions_in(literal, docname):
    """Yield where a name is mentioned in inline code, as which words, and the full name.

    A class may stand alone, where it is not another library's: "PyTorch’s `Adam`".
    """
    text = literal.astext()
    before = literal.previous_sibling()
    alone = re.fullmatch(r"([A-Z]\w+)(\(.*\))?", text, re.S)
    if alone and docname != OF_LIBRARIES and not (before and before.astext().endswith("’s ")):
        of_this_name = [name for name in public().values() if name.full.endswith(f".{alone[1]}")]
        if [name.kind for name in of_this_name] == ["class"]:
            yield 0, alone[1], of_this_name[0].full
    for mention in DOTTED.finditer(text):
        if found := named(mention[0]):
            full, count = found
            yield mention.start(), ".".join(mention[0].split(".")[:count]), full


def section_of(node):
    """Return the section that a node stands in."""
    while node.parent and not isinstance(node, nodes.section):
        node = node.parent
    return node


def nearby(app, name):
    """Return the full name of what a docstring names in single backticks, or ""."""
    objects = app.env.get_domain("py").objects
    entry = name
    while entry.parent and not isinstance(entry, addnodes.desc):
        entry = entry.parent
    within = entry[0]["ids"][0] if isinstance(entry, addnodes.desc) and entry[0]["ids"] else ""
    parts = within.split(".")
    candidates = (".".join([*parts[:count], name.astext()]) for count in range(len(parts), 0, -1))
    return next((full for full in candidates if full in objects and full != within), "")


def link(app, docname, full, words):
    """Return a link that leads from a page to a name's entry."""
    return nodes.reference("", words, refuri=address(app, docname, full), internal=True)


def link_code(app, pagename, templatename, context, doctree):
    """Let the first mention of a name in a page's code lead to the reference."""
    seen = set()

    def linked(tokens):
        start, dotted, dot = ("", tokens[0], DOT) if tokens[1] is None else (MODULE, tokens[1], ".")
        found = named(re.sub(r"<.*?>", "", dotted))
        if not found or found[0] in seen:
            return tokens[0]
        full, count = found
        seen.add(full)
        pieces = dotted.split(dot)
        words, rest = dot.join(pieces[:count]), tokens[0].removeprefix(start)
        url = address(app, pagename, full)
        return f'{start}<a href="{url}">{words}</a>{rest.removeprefix(words)}'

    if doctree and not pagename.startswith(PAGES):
        context["body"] = CODE.sub(
            lambda code: code[1] + TOKENS.sub(linked, code[2]), context["body"]
        )


def address(app, page, full):
    """Return what leads from a page to a name's entry."""
    entry = app.env.get_domain("py").objects[full]
    return f"{app.builder.get_relative_uri(page, entry.docname)}#{entry.node_id}"


def setup(app):
    """Register with Sphinx."""
    app.add_directive("public", Public)
    app.add_directive("public-names", PublicNames)
    app.connect("env-get-outdated", outdated)
    app.connect("env-updated", moved)
    # After napoleon has read the docstrings.
    app.connect("autodoc-process-docstring", mend, priority=600)
    app.connect("autodoc-process-signature", sign)
    app.connect("doctree-resolved", link_mentions)
    app.connect("html-page-context", link_code)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
