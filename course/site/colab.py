"""The cell with which every chapter begins: on Colab it brings the packages."""

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


def repository():
    """Return the address that the owner sets in _config.yml."""
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"]


def cell(path):
    """Return the cell that brings the packages, and the files beside the chapter, to Colab."""
    return COLAB_CELL.format(url=repository(), clone=CLONE, part=path.resolve().parent.name)
