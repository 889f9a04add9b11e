"""What tests in a browser share: the built site, and the browser if one is installed."""

from offline import SITE
from pdf import CHROMIUM

__all__ = ["CHROMIUM", "SITE", "is_refused_preload"]
PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if path.relative_to(SITE).parts[0] not in ("_static", "_sources", "index.html")
)
TYPESET = "() => window.MathJax?.startup?.promise.then(() => null)"


def is_refused_preload(error):
    """Tell whether the theme asked for a font early, which Chromium refuses on the disk."""
    return error.endswith((".woff2", "net::ERR_FAILED")) or error.startswith("Access to font")
