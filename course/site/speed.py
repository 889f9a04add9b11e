"""What Sphinx would do again for each reference, or in each build, is done once. An extension."""

import functools
import gc

from pybtex.backends import plaintext
from pybtex.plugin import register_plugin
from sphinx.domains.std import StandardDomain
from sphinxcontrib.bibtex.domain import BibtexDomain

# Python looks for garbage after every 700 new objects. Documents are trees of millions that stay.
OBJECTS = 100_000


class Documents:
    """An environment whose documents are read only: each is loaded once."""

    def __init__(self, env):
        self._env = env
        self.get_doctree = functools.cache(env.get_doctree)

    def __getattr__(self, name):
        return getattr(self._env, name)


class Figures(StandardDomain):
    """Sphinx's own domain, which loads the document of a figure for each reference to one."""

    _documents = None

    def _resolve_numref_xref(self, env, *reference):
        self._documents = self._documents or Documents(env)
        return super()._resolve_numref_xref(self._documents, *reference)


class Citations(BibtexDomain):
    """The domain of citations, which formats the whole bibliography in each build."""

    def env_updated(self):
        cited = sorted((r.docname, r.line, [t.key for t in r.targets]) for r in self.citation_refs)
        now = cited, self.env.toctree_includes
        # A page with a bibliography is read again after a change of its works: without citations.
        places = {citation.bibliography_key for citation in self.citations}
        if self.data.get("formatted") == now and places == self.bibliographies.keys():
            return []
        self.data["formatted"] = now
        return super().env_updated()


def setup(app):
    """Register with Sphinx."""
    gc.set_threshold(OBJECTS, 20, 50)
    app.add_domain(Figures, override=True)
    app.add_domain(Citations, override=True)
    # For each citation all installed packages were asked whether they have a backend of this name.
    register_plugin("pybtex.backends", "plaintext", plaintext.Backend, force=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
