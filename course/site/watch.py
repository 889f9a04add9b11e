"""Serve the site, and build and show it again at each save of what it is made from.

Each build is a process of its own, forked from one that has imported Sphinx and its extensions
already. It imports `course` and `optimlib` anew if their code was edited.
"""

import argparse
import contextlib
import gc
import multiprocessing
import os
import sys
import time
from multiprocessing import forkserver
from pathlib import Path

import uvicorn
import yaml
from sphinx_autobuild.middleware import JavascriptInjectorMiddleware
from sphinx_autobuild.server import RebuildServer
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles

from course import ROOT
from course.site.offline import SITE

WATCHED = "chapters", "course", "optimlib", "tests/golden", "_config.yml", "_toc.yml"
SOURCES = {".bib", ".css", ".ipynb", ".js", ".json", ".md", ".py", ".svg", ".yaml", ".yml"}

OURS = "course", "optimlib"
IMPORTED_ONCE = "jupyter_book.cli.main", "jupyter_book.sphinx", "matplotlib.backends.backend_agg"
STARTED = "COURSE_WATCH_STARTED"  # in the environment, for builds run this module anew


def is_ignored(path):
    """Tell whether a file is none that the site is made from, as temporary ones of editors are."""
    inside = Path(path).relative_to(ROOT)
    return inside.suffix not in SOURCES or any(part.startswith(".") for part in inside.parts)


def rebuild(changed_paths):
    """Build the site; if that fails, say so below what Sphinx said."""
    from jupyter_book.cli.main import main as jupyter_book

    forget_edited_code()
    names = ", ".join(sorted(path.relative_to(ROOT).as_posix() for path in changed_paths))
    started = time.perf_counter()
    gc.disable()  # searching Sphinx's many objects for garbage takes 40 % of a short build
    try:
        with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):
            jupyter_book(["build", "-W", "-n", "--keep-going", str(ROOT)], standalone_mode=False)
    except (Exception, SystemExit) as error:
        print(f"{error}\n== watch: {names} changed, but the build failed", flush=True)
    else:
        seconds = time.perf_counter() - started
        print(f"== watch: {names} changed, built in {seconds:.1f} s", flush=True)


def forget_edited_code():
    """Let `course` and `optimlib` be imported anew, if their files were saved since they were."""
    files = (path for package in OURS for path in ROOT.joinpath(package).rglob("*.py"))
    started = float(os.environ[STARTED])
    if any(path.stat().st_mtime > started for path in files):
        for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
            del sys.modules[name]


def import_once():
    """Let builds be forked from a process that has imported what they need, where that is possible.

    Elsewhere each one imports it, which takes some seconds.
    """
    os.environ[STARTED] = str(time.time())
    if "forkserver" in multiprocessing.get_all_start_methods():
        sphinx = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["sphinx"]
        extensions = sphinx["config"].get("extensions", sphinx.get("extra_extensions", []))
        multiprocessing.set_start_method("forkserver")
        multiprocessing.set_forkserver_preload([*IMPORTED_ONCE, *extensions])
        forkserver.ensure_running()  # not at the first save


def application(address):
    """Return the server of the site, which tells open pages to load again after a build."""
    paths = [ROOT / name for name in WATCHED]
    watcher = RebuildServer(paths, is_ignored, change_callback=rebuild)
    return Starlette(
        routes=[
            WebSocketRoute("/websocket-reload", watcher),
            Mount("/", StaticFiles(directory=SITE, html=True)),
        ],
        middleware=[Middleware(JavascriptInjectorMiddleware, ws_url=address)],
        lifespan=watcher.lifespan,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    import_once()
    print(f"== watch: http://127.0.0.1:{port} shows every save (Ctrl+C ends)", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        app = application(f"127.0.0.1:{port}")
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
