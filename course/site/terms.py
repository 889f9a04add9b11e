"""What a term means, shown beside it: a Sphinx extension that reads the glossary.

Each link to a term carries its entry's text; `terms.js` shows it to a pointer or the keyboard.
"""

import html
import re

from docutils import nodes

GLOSSARY = "chapters/appendix/glossary"
LINK = re.compile(r'<a class="reference internal" href="[^"]*#(term-[^"]+)"')


def text_of(node):
    """Return the text of a node, its mathematics between \\( and \\)."""
    return "".join(
        part if isinstance(part, nodes.Text) else rf"\({part.astext()}\)"
        for part in node.findall(lambda n: isinstance(n, nodes.Text | nodes.math))
        if not isinstance(part.parent, nodes.math)
    )


def meanings(app):
    """Return the meaning of each term of the glossary, by the id of the term."""
    document = app.env.get_and_resolve_doctree(GLOSSARY, app.builder)
    found = {}
    for entry in document.findall(nodes.definition_list_item):
        (definition,) = entry.findall(nodes.definition)
        paragraphs = map(text_of, definition.findall(nodes.paragraph))
        meaning = " ".join(" ".join(paragraphs).split())
        found |= {name: meaning for term in entry.findall(nodes.term) for name in term["ids"]}
    return found


def add_meanings(app, pagename, templatename, context, doctree):
    """Give the links to terms what they mean, and their page the script that shows it."""
    if not doctree or pagename == GLOSSARY or "#term-" not in context["body"]:
        return
    if not hasattr(app, "meanings_of_terms"):
        app.meanings_of_terms = meanings(app)

    def with_meaning(link):
        return f'{link[0]} data-meaning="{html.escape(app.meanings_of_terms[link[1]])}"'

    context["body"] = LINK.sub(with_meaning, context["body"])
    app.add_js_file("terms.js", loading_method="defer")


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", add_meanings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
