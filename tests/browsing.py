"""What tests in a browser share: the built site, and the browser if one is installed."""

import gzip
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from course.site.offline import SITE
from course.site.pdf import CHROMIUM

__all__ = ["CHROMIUM", "PAGES", "SITE", "TYPESET", "is_refused_preload", "serving", "transferred"]

PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if path.relative_to(SITE).parts[0] not in ("_static", "_sources", "index.html")
)
TYPESET = "() => window.MathJax?.startup?.promise.then(() => null)"
SCROLL_TO_THE_END = """async () => {
  for (const image of document.querySelectorAll("img[loading=lazy]")) {
    image.scrollIntoView();
    await image.decode();
  }
}"""


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@contextmanager
def serving(folder):
    """Serve a folder while the context lasts, and yield its address."""
    handler = partial(QuietHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def is_refused_preload(error):
    """Tell whether the theme asked for a font early, which Chromium refuses on the disk."""
    return error.endswith((".woff2", "net::ERR_FAILED")) or error.startswith("Access to font")


def transferred(browser, address, name):
    """Return `{file: bytes}` of all that is sent for a page of the site served at `address`.

    That is every file the browser asks for while the page is opened and scrolled to its end, with
    pictures, scripts and fonts: the smaller of its size and its size by gzip, as servers send it.
    """
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    requested = set()
    page.on("request", lambda request: requested.add(unquote(urlsplit(request.url).path)))
    page.goto(f"{address}/{name}", wait_until="load")
    page.evaluate(TYPESET)
    page.evaluate(SCROLL_TO_THE_END)
    page.close()
    return {path: _compressed(SITE / path.lstrip("/")) for path in requested}


def _compressed(path):
    content = path.read_bytes()
    return min(len(content), len(gzip.compress(content)))
