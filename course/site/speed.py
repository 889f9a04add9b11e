"""What would be done again for each reference of the book is done once. A Sphinx extension."""

import functools
import gc

from pybtex.backends import plaintext
from pybtex.plugin import register_plugin
from sphinx.domains.std import StandardDomain

# Python looks for garbage after every 700 new objects. Documents are trees of millions that stay.
OBJECTS = 100_000


class Documents:
    """An environment whose documents are read only: each is loaded once."""

    def __init__(self, env):
        self._env = env
        self.get_doctree = functools.cache(env.get_doctree)

    def __getattr__(self, name):
        return getattr(self._env, name)


class Domain(StandardDomain):
    """Sphinx's own, which loads the whole document of a figure for each reference to one."""

    _documents = None

    def _resolve_numref_xref(self, env, *reference):
        self._documents = self._documents or Documents(env)
        return super()._resolve_numref_xref(self._documents, *reference)


def setup(app):
    """Register with Sphinx."""
    gc.set_threshold(OBJECTS, 20, 50)
    app.add_domain(Domain, override=True)
    # For each citation all installed packages were asked whether they have a backend of this name.
    register_plugin("pybtex.backends", "plaintext", plaintext.Backend, force=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
