"""Figures for the record, as one table: builds, tests, the weight of pages, explorers' answers.

    .venv/bin/python benchmarks/record.py [--tests] [--pages N]

Builds, and with `--tests` the tests that `make test` runs (some 20 minutes), are timed in a clone
of the last commit, pages in the site that `make book` has built.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from explorers import browsing, measure_site, serving_site
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
BUILD = "jupyter-book", "build", "-W", "-n", "--keep-going", "."
TESTS = "pytest", "-q", "-n", "2", "--dist", "worksteal"
OUTPUTS = "pytest", "-q", "--nbval", "-n", "2", "--dist", "loadscope", "chapters"
CHAPTER = "chapters/adaptive/adam.ipynb"
SOURCE = "optimlib/rules/adam.py"


def seconds(folder, program, *arguments):
    """Return how long a program of the environment takes in the clone, with its own optimlib."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "OPENBLAS_NUM_THREADS": "1"}
    started = time.perf_counter()
    done = subprocess.run(
        [BIN / program, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{program} failed in {folder}:\n{(done.stdout + done.stderr)[-3000:]}")
    return f"{time.perf_counter() - started:.1f} s"


def edit_prose(folder):
    path = folder / CHAPTER
    notebook = json.loads(path.read_text("utf-8"))
    text = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    text["source"] = [*text["source"], "\n\nOne more sentence.\n"]
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")


def edit_source(folder):
    with (folder / SOURCE).open("a", encoding="utf-8") as file:
        file.write("# One more line.\n")


def builds(folder):
    yield "build from nothing", seconds(folder, *BUILD)
    yield "build, nothing changed", seconds(folder, *BUILD)
    edit_prose(folder)
    yield "build, a sentence more in a chapter", seconds(folder, *BUILD)
    edit_source(folder)
    yield "build, a line more in `optimlib`", seconds(folder, *BUILD)


def tests(folder):
    seconds(folder, *BUILD)
    yield "tests of package, tools and site, two at a time", seconds(folder, *TESTS)
    yield "stored outputs of the chapters, two at a time", seconds(folder, *OUTPUTS)


def weights(pages):
    with serving_site() as (browser, address):
        sent = [browsing.transferred(browser, address, name) for name in tqdm(pages, "pages")]
    first = [sum(files.values()) / 1000 for files in sent]
    after = [
        sum(size for path, size in files.items() if path not in sent[0]) / 1000
        for files in sent[1:]
    ]
    yield from spread("first visit of a page, all it sends, gzipped", first, "KB")
    yield from spread("page visited after the first one", after, "KB")


def answers(most):
    drawn, medians, (judged, starts, ran) = measure_site(most)
    yield from spread("explorers drawn after the start of a visit", drawn, "ms")
    yield from spread("a control's answer", medians, "ms")
    yield from spread("a number's verdict", judged, "ms")
    yield from spread("a verdict on code", ran, "ms")
    yield from spread("start of the page's Python", starts, "ms")


def spread(name, values, unit):
    middle, most = statistics.median(values), max(values)
    yield f"{name}: median, most", f"{middle:.0f}, {most:.0f} {unit}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tests", action="store_true", help="time the tests too")
    parser.add_argument("--pages", type=int, default=None, help="how many pages, from the first")
    asked = parser.parse_args()
    if not browsing.PAGES:
        sys.exit(f"{browsing.SITE} is empty: run `make book`")
    chapters = [name for name in browsing.PAGES if name.startswith("chapters/")]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for measure in (builds, tests) if asked.tests else (builds,):
            clone = Path(folder, measure.__name__)
            subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
            rows += tqdm(measure(clone), measure.__name__)
    rows += [*weights(chapters[: asked.pages]), *answers(asked.pages)]
    print(f"\nPython {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}\n")
    print("| what | figure |\n|---|---|")
    for row in rows:
        print("| {} | {} |".format(*row))


if __name__ == "__main__":
    main()
