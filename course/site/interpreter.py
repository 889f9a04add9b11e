"""The interpreter of exercises in code, and their data: what pages load on use. A Sphinx extension.

Nothing refers to these files but the forms: a page loads them when code is first written in it.
"""

from pathlib import Path

from sphinx.util import logging

from course import exercises
from course.exercises.page import build
from course.site.execution import UNREAD, fingerprint, unless_written, write_static

LOGGER = logging.getLogger(__name__)


def write_files(app):
    """Write the files if any can have changed."""
    folder = Path(app.outdir) / "_static" / "exercises"

    def write_all():
        LOGGER.info("\nwriting the interpreter of exercises in code")
        write(folder, exercises.names(layer="code"))

    # Part of it is JavaScript.
    current = fingerprint(Path(app.srcdir), UNREAD - {".js"})
    unless_written(folder / "code" / ".fingerprint", current, write_all)


def write(folder, names):
    """Write the scripts of all exercises in code, and the files of those that are among these."""
    write_static(folder / "interpreter.js", build.interpreter_script())
    in_code = [exercise for exercise in map(exercises.get, names) if exercise.kind == "code"]
    write_static(folder / "racing.js", build.racing_script(in_code))
    for exercise in in_code:
        write_static(folder / "code" / f"{exercise.id}.js", build.data_script(exercise))


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", write_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
