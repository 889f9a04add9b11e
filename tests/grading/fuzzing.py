"""A fuzzer of submissions: classes of mutated notebooks and names, none of which loses anything.

    .venv-grading/bin/python tests/grading/fuzzing.py --count 5000 --seed 1 [--jobs 2]

Each submission begins as one of three notebooks. *harmless*: the solution, changed in ways that
keep what was earned; it must have all points. *empty*: the notebook without solutions, changed in
any way; it must have none. *broken*: the solution, changed in any way; it must have a score, and
the time of a student must hold. One of ten is the solution as it is, for what the others do to it.
"""

import argparse
import csv
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from earned import EARNED, ENCODINGS  # noqa: E402
from handing_in import code, notebook, source_of  # noqa: E402
from hostile import BROKEN, CHEATS, NAME  # noqa: E402

from course.grading.__main__ import grade  # noqa: E402
from course.grading.notebooks import load_assignment  # noqa: E402
from course.grading.sandbox import Limits, choose  # noqa: E402
from course.roster import file_name  # noqa: E402

SOURCE = source_of(NAME)
FULL = load_assignment(SOURCE).points
LIMITS = Limits(call=2.0, seconds=10.0)
# Seconds that a submission may take beyond its limit, on a machine that does other things.
SLACK = 20.0
TEXTS = [
    "", " ", "\n" * 50, "\x00", "\x0c", "\ufeff", "\ud800", "ü" * 300, "\u202e", "\\", "%", "%%",
    "!", "?", "x" * 99_999, "(" * 500, "-" * 9999 + "1", "'''", "\t\tx", "1" * 5000, "a?b",
    "%%time", "\r", "%%time\n%%time\n%%time", "!ls\n!!ls\nx = !ls", "%a b c?", "lambda: (yield)",
    "await f()",
]  # fmt: skip
EXTRA = [
    "1 / 0", "for in 3:", "import no_such_module", "print('x' * 10**6)", "%matplotlib inline",
    "?np", "import matplotlib.pyplot as plt\nplt.plot([1, 2])", "x = !ls", "%%bash\nls",
    "%%html\n<b>", "import warnings\nwarnings.warn('x')", "raise KeyboardInterrupt",
    "raise SystemExit", "from optimlib import figures\nfigures.use_style()", "input('?')", "exit()",
    "quit()",
    "%timeit descend(lambda w: w, 1.0, 0.1, 10)", "open('points.csv', 'w').write('20')",
    "import sys\nsys.setrecursionlimit(10**5)", "np.seterr(all='raise')", "def helper():\n    pass",
    "momentum(1.0, 1.0, 0.1, 0.9)", "class Rule:\n    step = 1\n", "import os\nos.environ.clear()",
    "raise ValueError('\\ud800')", "[descend(lambda w: w, 1.0, 0.1, 10) for _ in range(3)]",
]  # fmt: skip
AFTER = [
    "momentum = 0.9", "for tuned in (1, 2):\n    pass", "del nesterov", "import math as descend",
    "def best_rate(curvatures):\n    return 0, 0", "with open('x') as steps_needed:\n    pass",
    "np = None", "globals().clear()", "momentum, descend = descend, momentum",
    "import builtins\nbuiltins.len = None", "class tuned:\n    pass", "same = ol = None",
]  # fmt: skip
SLOW = ["while True:\n    pass", "import time\ntime.sleep(1000)", "import os\nos._exit(0)"]
JUNK = [
    None,
    7,
    -1,
    1e999,
    True,
    "",
    "x",
    [],
    {},
    [[]],
    {"": None},
    "\ud800",
    "x" * 10_000,
    [None] * 99,
]


def harmless(rng):
    """Return a solved notebook, changed in ways that keep what was earned, and its encoding."""
    if rng.random() < 0.2:
        quick = [name for name in EARNED if "slow" not in name]
        return EARNED[rng.choice(quick)], "utf-8"
    content = notebook(NAME)
    cells, bare = content["cells"], rng.random() < 0.3
    for _ in range(rng.randrange(6)):
        cells.insert(rng.randrange(len(cells) + 1), code(rng.choice(EXTRA)))
    for _ in range(rng.randrange(3)):
        cells.append(code(rng.choice(AFTER)))
    if rng.random() < 0.05:
        cells.insert(rng.randrange(len(cells) + 1), code(rng.choice(SLOW)))
    for _ in range(rng.randrange(4)):
        text = rng.choice(TEXTS)
        cell = dict(cell_type=rng.choice(["markdown", "raw"]), metadata={}, source=text)
        cells.insert(rng.randrange(len(cells) + 1), cell)
    for cell in cells:
        if bare:
            cell["metadata"] = {}
        if rng.random() < 0.2:
            cell["source"] = cell["source"].splitlines(keepends=True)
        if rng.random() < 0.1:
            cell["outputs"] = [dict(output_type="stream", name="stdout", text=rng.choice(TEXTS))]
        if rng.random() < 0.1:
            cell.pop("id", None)
            cell["metadata"] = {**cell["metadata"], "colab": rng.choice(JUNK)}
    content["metadata"] = rng.choice([{}, content["metadata"], {"kernelspec": None}])
    return content, rng.choice(ENCODINGS)


def nodes(value, found):
    """Return all places in a notebook, as pairs of what holds a value and its key."""
    items = enumerate(value) if isinstance(value, list) else ()
    for key, each in value.items() if isinstance(value, dict) else items:
        found.append((value, key))
        nodes(each, found)
    return found


def mutated(content, rng):
    """Return a notebook as bytes, changed anywhere."""
    sources = [text for text in CHEATS.values() if "{root" not in text]
    cells = content["cells"]
    for _ in range(rng.randrange(1, 6)):
        kind = rng.randrange(7)
        if kind == 0 and cells:
            del cells[rng.randrange(len(cells))]
        elif kind == 1 and cells:
            cells.insert(rng.randrange(len(cells)), rng.choice(cells))
        elif kind == 2:
            rng.shuffle(cells)
        elif kind == 3:
            text = rng.choice([*EXTRA, *AFTER, *TEXTS, *sources])
            cells.insert(rng.randrange(len(cells) + 1), code(text))
        elif kind == 4:
            holder, key = rng.choice(nodes(content, []))
            holder[key] = rng.choice(JUNK)
            cells = content["cells"] if isinstance(content.get("cells"), list) else []
        else:
            codes = [c for c in cells if isinstance(c, dict) and isinstance(c.get("source"), str)]
            if codes:
                cell = rng.choice(codes)
                at, size = rng.randrange(len(cell["source"]) + 1), rng.randrange(9)
                new = rng.choice(
                    [*"()[]{}:\n\t %!?=\"'#\\,.*", *TEXTS[:12], "lambda", "return", "0"]
                )
                cell["source"] = cell["source"][:at] + new + cell["source"][at + size :]
    if rng.random() < 0.03 and cells:
        cells.insert(rng.randrange(len(cells)), code(rng.choice(SLOW)))
    data = bytearray(json.dumps(content).encode())
    if rng.random() < 0.3:
        for _ in range(rng.randrange(1, 9)):
            data[rng.randrange(len(data))] = rng.randrange(256)
    if rng.random() < 0.1:
        del data[rng.randrange(len(data)) :]
    return bytes(data)


def submission(rng):
    """Return the kind of a submission, and its bytes."""
    kind = rng.choice(["harmless"] * 4 + ["empty"] * 3 + ["broken"] * 3)
    if rng.random() < 0.1:
        return "harmless", json.dumps(notebook(NAME)).encode()
    if kind == "harmless":
        content, encoding = harmless(rng)
        ascii_only = encoding == "utf-8" or "\\ud" in json.dumps(content)
        text = json.dumps(content, ensure_ascii=ascii_only)
        return kind, text.encode(encoding, "replace")
    if kind == "broken" and rng.random() < 0.1:
        quick = {"empty file", "not JSON", "nested without end", "cells of nonsense", "crash"}
        content, _ = BROKEN[rng.choice(sorted(quick))]
        return kind, (content if isinstance(content, str) else json.dumps(content)).encode()
    return kind, mutated(notebook(NAME, solved=kind == "broken"), rng)


def student(rng, i):
    """Return a file name, as bytes, that is different for each `i`."""
    letters = [b"x", "ü".encode(), "ü".encode(), b"\xff", b" ", b",", b'"', b"\n", b".", b"=", b"%"]
    name = b"".join(rng.choice(letters) for _ in range(rng.choice([0, 1, 5, 5, 5, 220])))
    return name[: 240 - len(str(i))] + str(i).encode()


def one_class(rng, size, folder, sandbox, jobs=1):
    """Score a class of mutated submissions; return what is wrong, in words."""
    submitted, kinds = Path(folder, "in"), {}
    nested = rng.random() < 0.3
    submitted.mkdir()
    for i in range(size):
        name, (kind, data) = student(rng, i), submission(rng)
        path = os.fsencode(submitted) + b"/" + name
        if nested:
            os.makedirs(path + b"/" + NAME.encode())
            path += f"/{NAME}/{NAME}".encode()
        with open(path + b".ipynb", "wb") as file:
            file.write(data)
        kinds[os.fsdecode(name)] = kind, data
    started = time.monotonic()
    out = Path(folder, "out")
    scores = grade(SOURCE, submitted, out, sandbox, LIMITS, jobs=jobs)
    seconds = time.monotonic() - started
    wrong = []
    if seconds > size * (LIMITS.seconds + SLACK):
        wrong.append(f"{size} submissions took {seconds:.0f} s")
    if {score.student for score in scores} != set(kinds):
        wrong.append("students are missing")
    with (out / "points.csv").open(encoding="utf-8", newline="") as file:
        if len(list(csv.DictReader(file))) != size:
            wrong.append("rows are missing")
    for score in scores:
        kind, data = kinds[score.student]
        fault = problem(score, kind, out)
        if fault:
            wrong.append(f"{kind}: {fault}: {score.problems[:3]}")
            keep(data)
    return wrong


def problem(score, kind, out):
    """Return what is wrong with a score, or None."""
    page = out / "feedback" / f"{file_name(score.student)}.html"
    page.read_text("utf-8")
    if score.possible != FULL or not 0 <= score.points <= FULL:
        return f"{score.points} of {score.possible}"
    if score.status == "not scored":
        return "not scored"
    if kind == "harmless" and score.points != FULL:
        lost = [f"{o.test}: {o.message[:100]}" for o in score.outcomes if o.points != o.possible]
        return f"{score.points:g} points, lost {lost}"
    if kind == "empty" and score.points:
        return f"{score.points} points for nothing"
    return None


def keep(data):
    """Store a submission that went wrong, to look at."""
    folder = os.environ.get("FUZZING_KEEP")
    if folder:
        Path(folder, f"{abs(hash(data)):x}.ipynb").write_bytes(data)


def fuzz(count, seed, sandbox, jobs=1, size=50, tell=lambda text: None):
    """Score `count` submissions in classes; return what is wrong."""
    wrong = []
    for begin in range(0, count, size):
        rng = random.Random(f"{seed}/{begin}")
        with tempfile.TemporaryDirectory(prefix="fuzzing-") as folder:
            found = one_class(rng, min(size, count - begin), folder, sandbox, jobs)
        wrong += [f"class {seed}/{begin}: {each}" for each in found]
        tell(f"{begin + size}: {len(wrong)} wrong")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    sandbox = choose([tempfile.gettempdir() + "/nothing"], "bubblewrap")
    started = time.monotonic()
    wrong = fuzz(asked.count, asked.seed, sandbox, asked.jobs, tell=print)
    print("\n".join(wrong))
    print(f"{asked.count} submissions, {len(wrong)} wrong, {time.monotonic() - started:.0f} s")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
