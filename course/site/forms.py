"""The forms of exercises: what pages load of them. A Sphinx extension.

One script for all pages, for it also shows in the sidebar what has been done; and a file for each
exercise, which a page loads when the form is used.
"""

from pathlib import Path

from sphinx.util import logging

from course import exercises
from course.exercises.book import forms
from course.exercises.form import file_name, file_script, page_script, parts, style
from course.site.execution import fingerprint, unless_written, write_static

LOGGER = logging.getLogger(__name__)


def write_files(app):
    """Write the script and the style sheet, and the exercises' files if any can have changed."""
    folder = Path(app.outdir) / "_static"
    write_static(folder / "exercises.js", page_script(forms()))
    write_static(folder / "exercises.css", style())

    def write_all():
        LOGGER.info("\nwriting the files of %d exercises", len(exercises.names()))
        for exercise in map(exercises.get, exercises.names()):
            for part in range(parts(exercise)):
                path = folder / "exercises" / f"{file_name(exercise, part)}.js"
                write_static(path, file_script(exercise, part))

    mark = folder / "exercises" / ".fingerprint"
    unless_written(mark, fingerprint(Path(app.srcdir)), write_all)


def load_forms(app, pagename, templatename, context, doctree):
    """Let every page load what the forms are made of."""
    app.add_js_file("exercises.js", loading_method="defer")
    app.add_css_file("exercises.css")


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", write_files)
    app.connect("html-page-context", load_forms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
