"""Pack the built site into one zip that is read from the disk, without a server or network.

The same site gives the same bytes: files in order, without times, permissions or owners.
"""

import re
import sys
import tomllib
import zipfile

import yaml

from course import ROOT

SITE = ROOT / "_build" / "html"
FIRST_TIME = 1980, 1, 1, 0, 0, 0  # zip knows no earlier one
UNIX, READABLE = 3, 0o644 << 16


def edition():
    """Return the book's title and version."""
    title = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["title"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return title, project["version"]


def file_name():
    """Return the name of a file that holds the whole book, without its ending."""
    title, version = edition()
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return f"{words}-{version}"


def pack(site, path):
    """Write the site to a zip, in a folder of the zip's name."""
    if not (site / "index.html").exists():
        raise FileNotFoundError(f"{site} has no index.html: build the site with `make book`")
    files = (file for file in site.rglob("*") if file.is_file() and file.name[0] != ".")
    contents = {file.relative_to(site).as_posix(): file for file in files}
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(f"{file_name()}/{name}", FIRST_TIME)
            entry.create_system, entry.external_attr = UNIX, READABLE
            archive.writestr(entry, contents[name].read_bytes(), zipfile.ZIP_DEFLATED)


def main():
    path = SITE.parent / f"{file_name()}.zip"
    try:
        pack(SITE, path)
    except FileNotFoundError as error:
        sys.exit(str(error))
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
