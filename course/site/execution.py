"""Execute the chapters: for the site, as a Sphinx extension, and for `course.site.notebooks`.

The site's chapters are executed before Sphinx reads them, some at a time, into the same
jupyter-cache that myst-nb reads. The cache knows a chapter by its code cells alone, so it is
thrown away when optimlib, a data file that chapters read, the locked versions or Python change.
"""

import asyncio
import filecmp
import hashlib
import re
import sys
import time
import tomllib
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from sphinx.util import logging

from course import ROOT
from course.site.kernels import fork_kernels
from optimlib.explorers.explorer import page_script, style

WORKERS = 3  # of two cores: a kernel that starts or ends is waited for
CELL_TIMEOUT = 180
DATA = {".json", ".yaml"}  # what chapters read beside themselves
UNREAD = {".css", ".js", ".md", ".pyc"}  # what lies beside the code and no chapter sees
ANSI_COLOR = re.compile(r"\x1b\[[0-9;]*m")
LOGGER = logging.getLogger(__name__)


class ChapterError(Exception):
    """A chapter that raised, wrote to stderr or did not finish."""


async def execute(path, notebook):
    """Execute a notebook in place, in its folder, and return the seconds it took.

    Anything on stderr stops it as an exception does: that is where warnings go.
    """
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        timeout=CELL_TIMEOUT,
        record_timing=False,
        coalesce_streams=True,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(path.parent)}},
    )
    started = time.perf_counter()
    async with client.async_setup_kernel():
        for index, cell in enumerate(notebook.cells):
            try:
                await client.async_execute_cell(cell, index)
            except CellExecutionError as error:
                raise ChapterError(_complaint(path, index, cell, error.traceback)) from None
            except (CellTimeoutError, DeadKernelError) as error:
                raise ChapterError(_complaint(path, index, cell, str(error))) from None
            for output in cell.get("outputs", []):
                if output.get("name") == "stderr":
                    raise ChapterError(_complaint(path, index, cell, output.text))
    return time.perf_counter() - started


def execute_all(notebooks, done):
    """Execute `{path: notebook}` in parallel, calling `done(path, seconds)` as each one ends.

    Raises one ChapterError for all the chapters that failed, after the others have ended.
    """
    fork_kernels()
    turn = asyncio.Semaphore(WORKERS)
    failures = []

    async def one(path, notebook):
        async with turn:
            try:
                seconds = await execute(path, notebook)
            except ChapterError as error:
                failures.append(str(error))
            else:
                done(path, seconds)

    async def everything():
        await asyncio.gather(*(one(*item) for item in notebooks.items()))

    asyncio.run(everything())
    if failures:
        raise ChapterError("\n\n".join(failures))


def name(path):
    """Return a chapter's path as it is written in the repository."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def _complaint(path, index, cell, reason):
    first_line = cell.source.strip().partition("\n")[0]
    plain = ANSI_COLOR.sub("", reason).rstrip()
    return f"{name(path)}, cell {index + 1} of the notebook: {first_line}\n{plain}"


def fingerprint(root, unread=UNREAD):
    """Hash all that can change a chapter's outputs besides the chapter itself.

    Files whose names end as one of `unread` do not count.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    digest = hashlib.sha256(f"{sys.version} {project['dependencies']}".encode())
    packages = root / "optimlib", root / "course" / "exercises"
    files = (path for package in packages for path in package.rglob("*"))
    sources = [path for path in files if path.is_file() and path.suffix not in unread]
    # A page of these holds their script and style too.
    shown = (root / "course" / "conversions").rglob("*")
    sources += [path for path in shown if path.suffix in {".py", ".js", ".css"}]
    folders = root / "chapters", root / "tests" / "golden"
    data = [p for folder in folders for p in folder.rglob("*") if p.suffix in DATA]
    for path in [root / "requirements" / "book.txt", *sorted(sources), *sorted(data)]:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def open_cache(path, root):
    """Open the cache at `path`, emptied if it was filled with another optimlib."""
    cache = get_cache(str(path))
    current = fingerprint(root)
    if not is_written(mark_of(cache), current):
        cache.clear_cache()
        mark_of(cache).write_text(current)
    return cache


def mark_of(cache):
    """Return the file that says which optimlib the outputs of a cache are of."""
    return cache.path / "fingerprint"


def outdated(app, env, added, changed, removed):
    """Execute the chapters that are not in the cache; name the pages with older outputs.

    A page records when the outputs it shows were cached, so one left behind by an
    interrupted build is found too. With the cache of the last whole build, only chapters that
    changed are looked for.
    """
    cache = open_cache(env.mystnb_config.execution_cache_path, Path(app.srcdir))
    opened = mark_of(cache).stat().st_mtime_ns
    same, env.cache_of_outputs = getattr(env, "cache_of_outputs", None) == opened, opened
    docs = added | changed if same else env.found_docs
    paths = {doc: Path(env.doc2path(doc)) for doc in sorted(docs)}
    records = {d: _record(cache, path) for d, path in paths.items() if path.suffix == ".ipynb"}
    missing = {
        paths[doc]: nbformat.read(paths[doc], as_version=4)
        for doc, record in records.items()
        if not record
    }
    chapters = [doc for doc in env.found_docs if env.doc2path(doc).endswith(".ipynb")]
    LOGGER.info("\nchapters to execute: %d of %d", len(missing), len(chapters))

    def store(path, seconds):
        bundle = CacheBundleIn(missing[path], str(path), data={"execution_seconds": seconds})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        LOGGER.info("executed %s in %.1f s", name(path), seconds)

    try:
        execute_all(missing, done=store)
    except ChapterError as error:
        sys.exit(f"\nThe book is not built: a chapter did not execute cleanly.\n\n{error}")

    shown = getattr(env, "nb_metadata", {})
    stale = [
        doc
        for doc, record in records.items()
        if not record
        or shown.get(doc, {}).get("exec_data", {}).get("mtime") != record.created.timestamp()
    ]
    # Sphinx copies static files only when it writes a page.
    return stale or ([app.config.root_doc] if static_changed(app) else [])


def static_changed(app):
    """Tell whether the site's copy of a static file of ours is missing or another one."""
    copy = Path(app.outdir) / "_static"
    # Extensions give theirs as full paths. Templates become files of other names, styles smaller.
    ours = [folder for folder in app.config.html_static_path if not Path(folder).is_absolute()]
    sources = [Path(app.srcdir) / folder for folder in ours]
    return any(any(filecmp.cmpfiles(s, copy, _files(s), shallow=False)[1:]) for s in sources)


def _files(folder):
    return [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]


def _record(cache, path):
    """Return what the cache knows of a notebook, or None if it was not executed."""
    # Not checked against nbformat's schema: most notebooks were when their page was read.
    notebook = nbformat.v4.reads(path.read_text("utf-8"))
    try:
        return cache.match_cache_notebook(notebook)
    except KeyError:
        return None


def write_explorers(app):
    """Write the script and the style sheet of the explorers, which only pages with one load.

    Files in `static` would be loaded by every page.
    """
    folder = Path(app.outdir) / "_static"

    def write():
        write_static(folder / "explorers.js", page_script())
        write_static(folder / "explorers.css", style())

    current = fingerprint(Path(app.srcdir), UNREAD - {".css", ".js"})
    unless_written(folder / ".explorers", current, write)


def minified(script):
    """Return a script as it is loaded."""
    try:
        import minify  # its threads would not be there in a process forked later (`watch`)
    except ImportError:  # there is none for Macs with ARM processors: their copy is readable
        return script
    # The minifier makes x|0 of Math.trunc(x), which holds 32 bits, x**.5 of Math.sqrt(x), which
    # is another number at −∞, and Math.abs(−0) negative. It leaves alone what it does not know.
    script = re.sub(r"(?<![\w$.])Math\.", "globalThis.Math.", script)
    return minify.string("application/javascript", script)


def write_static(path, text):
    """Write a file that pages load, scripts minified, unless it stands there as it is."""
    if path.suffix == ".js":
        text = minified(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, encoding="utf-8")


def is_written(mark, current):
    """Tell whether the file `mark` says that something was written for a fingerprint."""
    return mark.exists() and mark.read_text() == current


def unless_written(mark, current, write):
    """Call `write`, unless the file `mark` says that it was done for the fingerprint `current`."""
    if not is_written(mark, current):
        write()
        mark.write_text(current)


def load_explorers(app, pagename, templatename, context, doctree):
    """Let a page that holds an explorer load what brings it to life."""
    if 'class="explorer-still"' in context.get("body", ""):
        # Before MathJax, which is larger.
        app.add_js_file("explorers.js", loading_method="defer", priority=400)
        app.add_css_file("explorers.css")


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", write_explorers)
    app.connect("env-get-outdated", outdated)
    app.connect("html-page-context", load_explorers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
