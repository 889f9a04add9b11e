"""What tests in a browser share: the built site, and the browser if one is installed."""

from offline import SITE
from pdf import CHROMIUM

__all__ = ["CHROMIUM", "SITE", "is_refused_preload"]


def is_refused_preload(error):
    """Tell whether the theme asked for a font early, which Chromium refuses on the disk."""
    return error.endswith((".woff2", "net::ERR_FAILED")) or error.startswith("Access to font")
