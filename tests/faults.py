"""Deliberate faults, one of each kind that the tests are there for, and the tests that catch them.

    python tests/faults.py [NAME ...]      (without names all of them, some 20 minutes)

In a copy of the checkout the tests that are named here pass first. Then each fault is planted,
alone, and one of its tests has to fail. A fault of the pages needs a built site (`make book`),
which the copy builds again; a build that stops has caught its fault too. What no test caught is
listed at the end, and the exit code is 1.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
BUILD = [BIN / "jupyter-book", "build", "-W", "-n", "--keep-going", "."]
CLIENT = "optimlib/explorers/client"
FORMS = "course/exercises/client"
RULES = ("tests/optimlib/test_rules.py", "tests/optimlib/test_golden.py")
NOTATION = ("tests/optimlib/test_notation.py",)
EXPLORERS, PAGES = ("tests/site/test_explorers.py",), ("tests/site/test_pages.py",)
VALUES = ("tests/site/test_values.py",)
BUILDING = ("tests/site/test_build_tools.py", "tests/site/test_watch.py")
FIRST = "chapters/start/first-descent.ipynb"


@dataclass(frozen=True)
class Fault:
    """The text `old`, in the file `path`, becomes `new`; one of `tests` must fail then."""

    name: str
    path: str
    old: str
    new: str
    tests: tuple
    on_pages: bool = False


FAULTS = [
    # Rules and problems
    Fault("Adam: |g| in place of g²", "optimlib/rules/adam.py",
          "(1 - self.beta2) * g**2", "(1 - self.beta2) * abs(g)", RULES),
    Fault("Adam: correction without the power", "optimlib/rules/adam.py",
          "m_hat = m / (1 - self.beta1**t)", "m_hat = m / (1 - self.beta1)", RULES),
    Fault("Nesterov looks back", "optimlib/rules/nesterov.py",
          "w - self.lr * self.beta * v", "w + self.lr * self.beta * v", RULES),
    Fault("AdamW: decay without the rate", "optimlib/rules/adamw.py",
          "+ self.weight_decay * w)", ") - self.weight_decay * w", RULES),
    Fault("Rosenbrock: an entry of the Hessian", "optimlib/problems/landscapes.py",
          "(2 - 400 * (w[1] - 3 * w[0] ** 2), -400 * w[0])",
          "(2 - 400 * (w[1] - w[0] ** 2), -400 * w[0])", ("tests/optimlib/test_problems.py",)),
    Fault("a range that is too wide", "optimlib/rules/hyperparameters.py",
          "\nDecayRate = Annotated[Hyperparameter, Range(ge=0, lt=1,",
          "\nDecayRate = Annotated[Hyperparameter, Range(ge=0, le=1,",
          ("tests/optimlib/test_hyperparameters.py",)),
    # Readings of a tree
    Fault("writer: a sign is lost", "optimlib/typesetting.py",
          "return [(-sign, term) for sign, term in terms] if len(terms) <= 1",
          "return [(sign, term) for sign, term in terms] if len(terms) <= 1", NOTATION),
    Fault("writer: no parentheses below a fraction", "optimlib/typesetting.py",
          "cls.group(denominator[0]) if denominator[1] < POWER", 
          "cls.group(denominator[0]) if denominator[1] < SUM", NOTATION),
    Fault("by hand: the state after the step", "optimlib/notation.py",
          '{n: before[n] for n in ("w", *rule.state)}',
          '{n: record[n] for n in ("w", *rule.state)}', NOTATION),
    Fault("compiled: numbers that no estimate holds for are not noticed", "optimlib/compiled.py",
          "left[block] = marks > limit", "left[block] = False",
          ("tests/optimlib/test_compiled.py",)),
    # JavaScript and explorers
    Fault("operations: remainder as JavaScript has it", "optimlib/javascript/operations.py",
          "return rest < 0 == b < 0 ? rest : rest + b;", "return rest;",
          ("tests/optimlib/test_operations.py",)),
    Fault("by hand in the browser: a sign", "optimlib/javascript/by_hand.js",
          "all.map(([sign, term]) => [-sign, term])", "all.map(([sign, term]) => [sign, term])",
          ("tests/optimlib/test_javascript.py",)),
    Fault("simulation: steps counted from 0", f"{CLIENT}/computing/simulate.js",
          "for (let t = 1; t <= steps; t++) {", "for (let t = 0; t < steps; t++) {",
          EXPLORERS, True),
    Fault("Reset keeps the state", f"{CLIENT}/drawing/figure.js",
          "this.restore(this.initial)", "this.restore(this.state)", EXPLORERS, True),
    Fault("back does not undo a button", f"{CLIENT}/addresses.js",
          "history.pushState(", "history.replaceState(", VALUES),
    Fault("an address is deaf once the page is open", f"{CLIENT}/addresses.js",
          '"hashchange"', '"load"', VALUES),
    Fault("a slider's value is said twice", f"{CLIENT}/drawing/slider.js",
          '"aria-label": label }', '"aria-label": `${label} ${this.value}` }', VALUES),
    Fault("a number out of reach is set", f"{CLIENT}/drawing/slider.js",
          "value < min || value > max", "value < min - max", VALUES),
    Fault("a text sets the next figure", f"{CLIENT}/trying.js",
          'block.matches("section")', "false", VALUES),
    Fault("the ledger keeps what was right hidden", f"{CLIENT}/kinds/ledger.js",
          "if (isRight) this.revealed", "if (!isRight) this.revealed", VALUES),
    Fault("the ledger tells at once how far off a value is", f"{CLIENT}/computing/steps_by_hand.js",
          "isAgain ? sizeOf", "true ? sizeOf", ("tests/optimlib/test_explorer_ledger.py",)),
    Fault("sliders stop anywhere", f"{CLIENT}/computing/scales.js",
          "const next = (Math.floor(value / unit + 1e-9) + 1) * unit", "const next = value + unit",
          ("tests/optimlib/test_explorer_controls.py",)),
    Fault("a value to try that no control has", FIRST,
          "**η = 0.95**", "**η = 9.5**", PAGES, True),
    Fault("data: rows the other way round", f"{CLIENT}/drawing/figure.js",
          "row.map(quoted).join()", "row.map(quoted).reverse().join()", EXPLORERS, True),
    Fault("a still picture without a description", "optimlib/explorers/explorer.py",
          "f'<img alt=\"{alt}\" src=", "f'<img alt=\"\" src=",
          ("tests/optimlib/test_figures.py", *PAGES), True),
    # Forms of exercises
    Fault("forms: a number has to be nearer than in Python", f"{FORMS}/judging.js",
          "<= within", "<= within / 2", ("tests/course/test_page_engine.py",)),
    Fault("forms: a decimal comma is dropped", f"{CLIENT}/computing/reading.js",
          'part.replace(",", ".")', 'part.replace(",", "")', ("tests/course/test_page_engine.py",)),
    Fault("forms: a name gets the next variant", f"{FORMS}/variants.js",
          "1 + place % 60", "place % 60", ("tests/course/test_page_engine.py",)),
    Fault("forms: a damaged file is taken in", f"{FORMS}/record.js",
          "Object.values(entries).every(isEntry)", "true",
          ("tests/site/test_forms.py",), True),
    Fault("forms: files are loaded with the page", f"{FORMS}/form.js",
          "record.watch(() => this.showDone());", "record.watch(() => this.load());",
          ("tests/site/test_forms.py",), True),
    # Pages
    Fault("a style from another host", "course/site/templates/static/webpack-macros.html",
          "{% macro stylesheet(file) %}",
          "{% macro stylesheet(file) %}"
          '<link rel="stylesheet" href="https://fonts.googleapis.com/css?family=Inter" />',
          PAGES, True),
    Fault("wider than a phone", "course/site/static/course.css",
          "  height: auto !important;\n", "  height: auto !important;\n  min-width: 40rem;\n",
          PAGES, True),
    Fault("links too pale in the dark", "course/site/static/course.css",
          "--pst-color-link: #7fc0ee;", "--pst-color-link: #3a4a60;", PAGES, True),
    Fault("a role that ARIA does not allow", "course/site/pages.py",
          "(r' role=\"doc-biblioentry\"', ' role=\"listitem\"'),\n", "", PAGES, True),
    Fault("a link that leads nowhere", "chapters/appendix/bibliography.md",
          "# Bibliography", "<a href='no.html'></a>\n\n# Bibliography",
          ("tests/site/test_links.py",), True),
    # Notebooks and exercises
    Fault("a stored output with another digit", FIRST, "3.2 ", "3.3 ", ("--nbval", FIRST)),
    Fault("a figure without its description", FIRST, '"alt": ', '"alternative": ',
          ("tests/course/test_notebook_style.py",)),
    Fault("a misconception that is right", "course/exercises/misconceptions/momentum.py",
          "v = (1 - self.beta) * v + self.beta * g", "v = self.beta * v + (1 - self.beta) * g",
          ("tests/course/test_exercises.py",)),
    Fault("a slip that is the answer", "course/exercises/chapters/first_descent.py",
          "lambda lr, w0: w0 * (1 - lr) ** 3,", "lambda lr, w0: w0 * (1 - 2 * lr) ** 3,",
          ("tests/course/test_exercises_answers.py",)),
    # Build tools, and how it is installed
    Fault("an edit of optimlib executes nothing", "course/site/execution.py",
          "*sorted(sources), *sorted(data)", "*sorted(data)", BUILDING),
    Fault("a warning does not stop a chapter", "course/site/execution.py",
          'output.get("name") == "stderr"', 'output.get("name") == "nothing"', BUILDING),
    Fault("pictures are committed", "course/site/notebooks.py",
          'mime.startswith("image/")', 'mime.startswith("picture/")', BUILDING),
    Fault("the library imports the course", "optimlib/maps.py",
          "import numpy as np\n", "import numpy as np\nimport course\n",
          ("tests/course/test_imports.py",)),
    Fault("Colab installs a stranger's project", "course/site/colab.py",
          '%pip install --quiet "./{clone}', '%pip install --quiet "{clone}',
          ("tests/course/test_installing.py", "tests/course/test_notebook_style.py")),
    Fault("without MyST solutions stand open", "course/site/plain.py",
          "fold(_of_exercise(label), body)", "quote(_of_exercise(label), body)",
          ("tests/course/test_plain.py",)),
]  # fmt: skip


def copied(folder):
    """Copy what git tracks, and the built site if there is one."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    if (ROOT / "_build").is_dir():
        shutil.copytree(ROOT / "_build", folder / "_build", symlinks=True)


def run(folder, command):
    """Run a command on the copy's own packages; return its exit code and the end of its output."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def tested(folder, tests):
    """Return pytest's exit code and the first test that failed, if one did."""
    code, said = run(folder, [sys.executable, "-m", "pytest", "-qx", "-rf", *tests])
    failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return code, failed[0].split(" - ")[0] if failed else said.strip().splitlines()[-1]


def caught(folder, fault):
    """Plant a fault, return what catches it, or None, and remove it."""
    path = folder / fault.path
    text = path.read_text("utf-8")
    if fault.old not in text:
        sys.exit(f"{fault.name}: {fault.path} does not have {fault.old!r}")
    path.write_text(text.replace(fault.old, fault.new, 1), encoding="utf-8")
    try:
        if fault.on_pages and run(folder, BUILD)[0]:
            return "the build"
        code, place = tested(folder, fault.tests)
        return place if code == 1 else None
    finally:
        path.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="the start of a fault's name")
    asked = parser.parse_args().names
    faults = [f for f in FAULTS if not asked or f.name.startswith(tuple(asked))]
    missed = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        copied(folder)
        if any(fault.on_pages for fault in faults):
            run(folder, BUILD)
        for tests in dict.fromkeys(fault.tests for fault in faults):
            code, said = tested(folder, tests)
            if code:
                sys.exit(f"{' '.join(tests)} fails without a fault: {said}")
        for fault in faults:
            started = time.perf_counter()
            by = caught(folder, fault)
            missed += [] if by else [fault.name]
            print(
                f"{fault.name}: {by or 'NOT CAUGHT'}, {time.perf_counter() - started:.0f} s",
                flush=True,
            )
    print(f"{len(faults) - len(missed)} of {len(faults)} faults were caught")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
