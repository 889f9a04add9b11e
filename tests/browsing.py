"""What tests in a browser share: the built site, the browser if one is installed, and a visit."""

import gzip
import re
import threading
from contextlib import contextmanager
from functools import cache, partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from course.site.offline import SITE
from course.site.pdf import CHROMIUM

__all__ = [
    "CHROMIUM",
    "FORM_FILES",
    "PAGES",
    "SITE",
    "Page",
    "added",
    "gzipped",
    "is_refused_preload",
    "listening",
    "load_all",
    "read",
    "serving",
    "sizes",
    "transferred",
]

PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if path.relative_to(SITE).parts[0] not in ("_static", "_sources", "index.html")
)
# What all pages load for forms.
FORM_FILES = [SITE / "_static" / file for file in ("exercises.js", "exercises.css")]
TYPESET = "() => window.MathJax?.startup?.promise.then(() => null)"
# What is far down is loaded when one scrolls there; a picture for the other color scheme never is.
LATE_PICTURES = """() => Promise.allSettled([...document.images].filter(image =>
  getComputedStyle(image).display !== "none").map(image => {
  image.loading = "eager";
  return image.decode();
})).then(() => null)"""


class Page(HTMLParser):
    """The tags of a page as [(name, attributes), ...], and its title."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.title = [], ""
        self.feed(text)

    def handle_starttag(self, name, attributes):
        self.tags.append((name, dict(attributes)))

    def handle_data(self, text):
        if self.tags and self.tags[-1][0] == "title" and not self.title:
            self.title = text.strip()

    def values(self, attribute, name=None):
        """Return the values of an attribute, of all tags or of those of this name."""
        return [tag[attribute] for of, tag in self.tags if attribute in tag and name in (None, of)]


@cache
def read(name):
    """Return a page of the site, parsed once."""
    return Page((SITE / name).read_text("utf-8"))


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def end_headers(self):
        # A font in the browser's memory is asked for by the next pages, though they do not need it.
        if self.path.endswith(".woff"):
            self.send_header("Cache-Control", "no-store")
        super().end_headers()


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


@contextmanager
def listening(page):
    """Yield what a page asks for and all that goes wrong, two lists, while the context lasts."""
    requested, errors = [], []
    handlers = {
        "request": lambda request: requested.append(request.url),
        "requestfailed": lambda request: errors.append(f"failed: {request.url}"),
        "response": lambda reply: (
            reply.ok or reply.status == 304 or errors.append(f"{reply.status}: {reply.url}")
        ),
        "pageerror": lambda error: errors.append(str(error)),
        "console": lambda message: message.type == "error" and errors.append(message.text),
    }
    for event, handler in handlers.items():
        page.on(event, handler)
    yield requested, errors
    for event, handler in handlers.items():
        page.remove_listener(event, handler)


def allow_own_scripts_alone(page, addresses):
    """Give pages the policy of a school that allows the site's own scripts and no other code."""

    def guard(route):
        reply = route.fetch()
        policy = {"Content-Security-Policy": "script-src 'self'"}
        route.fulfill(response=reply, headers=reply.headers | policy)

    page.route(addresses, guard)


def load_all(page, address):
    """Open a page and wait for its mathematics, pictures and fonts."""
    page.goto(address, wait_until="load")
    page.evaluate(TYPESET)
    page.evaluate(LATE_PICTURES)
    page.evaluate("() => document.fonts.ready.then(() => null)")


def gzipped(path):
    """Return the bytes of a file by gzip."""
    return len(gzip.compress(path.read_bytes()))


def added(page, kind):
    """Return how many bytes, gzipped, the forms ("form") or the list ("list") add to a page."""
    text = (SITE / page).read_text("utf-8")
    rest = re.sub(rf'<div class="exercise-{kind}">.*?</div>', "", text)
    return len(gzip.compress(text.encode())) - len(gzip.compress(rest.encode()))


def is_refused_preload(error):
    """Tell whether the theme asked for a font early, which Chromium refuses on the disk."""
    return error.endswith((".woff2", "net::ERR_FAILED")) or error.startswith("Access to font")


def sizes(requested, address):
    """Return `{file: bytes}` of what was requested of the site at `address`.

    That is the smaller of a file's size and its size by gzip, as servers send it.
    """
    paths = {unquote(urlsplit(url.removeprefix(address)).path) for url in requested}
    return {path: _compressed(path) for path in paths if (SITE / path.lstrip("/")).is_file()}


def transferred(browser, address, name):
    """Return `{file: bytes}` of all that is sent for a page of the site served at `address`."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    with listening(page) as (requested, _):
        load_all(page, f"{address}/{name}")
    page.close()
    return sizes(requested, address)


@cache
def _compressed(path):
    content = (SITE / path.lstrip("/")).read_bytes()
    return min(len(content), len(gzip.compress(content)))
