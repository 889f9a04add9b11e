"""The cell with which every chapter begins: on Colab it brings the packages."""

from functools import cache
from urllib.parse import urlparse

import yaml

from course import ROOT

# Where Colab puts the clone. No package on an index can have a name that begins like this.
CLONE = "_course"
COLAB_CELL = """\
import sys

if "google.colab" in sys.modules:
    url = "{url}"
    !git clone -q --depth 1 {{url}} {clone}
    %pip install --quiet "./{clone}[chapters]"
    %cd -q {clone}/chapters/{part}"""


@cache
def configuration():
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))


def repository():
    """Return the address that the owner sets in _config.yml."""
    return configuration()["repository"]["url"]


def published(url):
    """Return where GitHub publishes the site of a repository; None, if it is elsewhere."""
    owner, _, name = urlparse(url).path.strip("/").partition("/")
    if urlparse(url).netloc != "github.com" or not name:
        return None
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" + ("" if name.lower() == host else f"{name}/")


def site():
    """Return the address of the site."""
    configured = configuration().get("html", {}).get("baseurl")
    return configured.rstrip("/") + "/" if configured else published(repository())


def cell(path):
    """Return the cell that brings the packages, and the files beside the chapter, to Colab."""
    return COLAB_CELL.format(url=repository(), clone=CLONE, part=path.resolve().parent.name)
