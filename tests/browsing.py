"""What tests in a browser share: the built site, and the browser if one is installed."""

import shutil
from pathlib import Path

SITE = Path(__file__).resolve().parent.parent / "_build" / "html"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def is_refused_preload(error):
    """Tell whether the theme asked for a font early, which Chromium refuses on the disk."""
    return error.endswith((".woff2", "net::ERR_FAILED")) or error.startswith("Access to font")
