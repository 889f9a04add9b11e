"""Build the last commit twice, in two places and circumstances, and say what differs.

    python -m course.site.reproducible      (or: make reproducible)

Every chapter is executed anew in both. Compared byte by byte are the executed notebooks, with
all text and pictures that they print, and the site.
"""

import filecmp
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

from course import ROOT

BOOK = Path(sys.executable).with_name("jupyter-book")
# What must not matter: where the book lies, the order of sets, the time zone.
PLACES = {
    "one/book": {"PYTHONHASHSEED": "1", "TZ": "UTC"},
    "two/another/place of the book": {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo"},
}
COMPARED = "jupyter_execute", "html"


def build(folder, circumstances):
    """Take the last commit out into a folder, build the book there and return `_build`."""
    folder.mkdir(parents=True)
    commit = subprocess.Popen(["git", "archive", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", folder], stdin=commit.stdout, check=True)
    if commit.wait():
        sys.exit("git archive failed: is this a clone of the repository?")
    done = subprocess.run(
        [BOOK, "build", "-W", "-n", "--keep-going", "."],
        cwd=folder,
        # The commit's own optimlib, not the one that is installed.
        env=os.environ | circumstances | {"PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        sys.exit(f"{folder} was not built:\n{done.stdout[-3000:]}")
    return folder / "_build"


def files(folder):
    """Return the files below a folder by their path in it."""
    return {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}


def differences(one, two):
    """Return `{path: what differs}` of two folders."""
    one, two = files(one), files(two)
    found = dict.fromkeys(sorted(one.keys() ^ two.keys()), "only in one of the two")
    for path in sorted(one.keys() & two.keys()):
        if not filecmp.cmp(one[path], two[path], shallow=False):
            found[path] = first_difference(one[path].read_bytes(), two[path].read_bytes())
    return found


def first_difference(one, two):
    """Return some of the first line that is not the same, from a little before the place."""
    for number, pair in enumerate(zip_longest(one.split(b"\n"), two.split(b"\n")), start=1):
        a, b = (line or b"" for line in pair)
        if a != b:
            equal = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)
            part = slice(max(0, equal - 40), equal + 80)
            return f"line {number}:\n    {a[part]}\n    {b[part]}"
    raise ValueError("one and two must differ")


def main():
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor() as pool:
        builds = pool.map(build, [Path(place, name) for name in PLACES], PLACES.values())
        one, two = builds
        found = {
            f"{part}/{path}": what
            for part in COMPARED
            for path, what in differences(one / part, two / part).items()
        }
        total = sum(len(files(one / part)) for part in COMPARED)
    for path, what in found.items():
        print(f"{path}: {what}")
    print(f"{len(found)} of {total} files differ between two builds of the last commit")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
