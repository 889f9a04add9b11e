"""The forms of exercises: what pages load of them. A Sphinx extension.

One script for all pages, for it also shows in the sidebar what has been done; and a file for each
exercise, which a page loads when the form is used.
"""

import atexit
import os
import subprocess
import sys
from pathlib import Path

from sphinx.errors import ExtensionError
from sphinx.util import logging

from course import exercises
from course.exercises.book import forms
from course.exercises.form import file_name, file_script, page_script, parts, style
from course.site.execution import fingerprint, is_written, unless_written, write_static

LOGGER = logging.getLogger(__name__)


def write_files(app):
    """Write the script and the style sheet, and the exercises' files if any can have changed.

    Those are written by a process of its own, beside the chapters and after them.
    """
    folder = Path(app.outdir) / "_static"
    write_static(folder / "exercises.js", page_script(forms()))
    write_static(folder / "exercises.css", style())
    current = fingerprint(Path(app.srcdir))
    if not is_written(mark_of(folder), current):
        LOGGER.info("\nwriting the files of %d exercises", len(exercises.names()))
        app.exercises = subprocess.Popen([sys.executable, "-m", __name__, folder, current])
        atexit.register(app.exercises.kill)  # if the build ends early


def mark_of(folder):
    """Return the file that says what the exercises' files were written from."""
    return folder / "exercises" / ".fingerprint"


def write_exercises(folder):
    """Write the files of all exercises."""
    for exercise in map(exercises.get, exercises.names()):
        for part in range(parts(exercise)):
            path = folder / "exercises" / f"{file_name(exercise, part)}.js"
            write_static(path, file_script(exercise, part))


def finish(app, exception):
    """Wait for the exercises' files.

    Raises
    ------
    ExtensionError
        If they could not be written.
    """
    writing = getattr(app, "exercises", None)
    if writing and not exception and writing.wait():
        raise ExtensionError("the files of the exercises could not be written: see above")


def load_forms(app, pagename, templatename, context, doctree):
    """Let every page load what the forms are made of."""
    app.add_js_file("exercises.js", loading_method="defer")
    app.add_css_file("exercises.css")


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", write_files)
    app.connect("html-page-context", load_forms)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(19)  # chapters take all processors; what comes after them takes one
    folder, current = Path(sys.argv[1]), sys.argv[2]
    unless_written(mark_of(folder), current, lambda: write_exercises(folder))
