"""What Sphinx would do again for each reference, or in each build, is done once. An extension."""

import copy
import functools
import gc

from docutils import nodes
from pybtex.backends import plaintext
from pybtex.plugin import register_plugin
from sphinx import addnodes
from sphinx.domains.std import StandardDomain
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinxcontrib.bibtex.domain import BibtexDomain

assign_figure_numbers = TocTreeCollector.assign_figure_numbers
# Python looks for garbage after some hundred new objects. Those of documents stay.
OBJECTS = 100_000


class Environment:
    """Sphinx's environment, but for how it comes by a document."""

    def __init__(self, env, get_doctree):
        vars(self).update(env=env, get_doctree=get_doctree)

    def __getattr__(self, name):
        return getattr(self.env, name)

    def __setattr__(self, name, value):
        setattr(self.env, name, value)


def outline_of(env, page):
    """Return of a document what the numbers of figures depend on, remembered between builds."""
    if page not in env.outlines:
        env.outlines[page] = outline(env.get_doctree(page), env.domains.values())
        for node in env.outlines[page].findall():
            node.document = None  # which would be kept with it
    return env.outlines[page]


def outline(node, domains):
    """Return a copy of a node with its sections, tables of contents and numbered nodes alone."""
    kept = nodes.Element() if isinstance(node, nodes.document) else node.copy()
    for child in node.children:
        if isinstance(child, addnodes.toctree) or is_numbered(child, domains):
            kept.append(child.deepcopy())
        elif isinstance(child, nodes.Element):
            inside = outline(child, domains)
            if inside.children or isinstance(child, nodes.section):
                kept.append(inside)
    return kept


def is_numbered(node, domains):
    """Tell whether a node has a number of its own, as Sphinx asks: in its own domain if titled."""
    return not isinstance(node, nodes.section) and any(
        domain.get_enumerable_node_type(node)
        and (domain.name != "std" or domain.get_numfig_title(node))
        for domain in domains
    )


def assign_by_outlines(collector, env):
    """Number the figures as Sphinx does, without loading all documents of the book for it."""
    if hasattr(env, "outlines"):  # not of another book that the same process builds
        env = Environment(env, functools.partial(outline_of, env))
    return assign_figure_numbers(collector, env)


class Figures(StandardDomain):
    """Sphinx's own domain, which loads the document of a figure for each reference to one."""

    _remembering = None

    def _resolve_numref_xref(self, env, *reference):
        if self._remembering is None:
            self._remembering = Environment(env, functools.cache(env.get_doctree))
        return super()._resolve_numref_xref(self._remembering, *reference)


class Citations(BibtexDomain):
    """The domain of citations, which formats the whole bibliography in each build."""

    def env_updated(self):
        cited = sorted((r.docname, r.line, [t.key for t in r.targets]) for r in self.citation_refs)
        now = copy.deepcopy((cited, self.env.toctree_includes))  # which later builds change
        # A page with a bibliography is read again after a change of its works: without citations.
        places = {citation.bibliography_key for citation in self.citations}
        if self.data.get("formatted") == now and places == self.bibliographies.keys():
            return []
        self.data["formatted"] = now
        return super().env_updated()


def begin(app):
    """Keep the outlines of the last build."""
    app.env.outlines = getattr(app.env, "outlines", {})


def forget(app, env, page):
    """Forget the outline of a page that is read again or gone."""
    env.outlines.pop(page, None)


def setup(app):
    """Register with Sphinx."""
    gc.set_threshold(OBJECTS, 20, 50)
    TocTreeCollector.assign_figure_numbers = assign_by_outlines
    app.connect("builder-inited", begin)
    app.connect("env-purge-doc", forget)
    app.add_domain(Figures, override=True)
    app.add_domain(Citations, override=True)
    # For each citation all installed packages were asked whether they have a backend of this name.
    register_plugin("pybtex.backends", "plaintext", plaintext.Backend, force=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
