"""Solved notebooks of the assignment first-order as students hand them in: each has full points.

nbgrader's own run gives them all but those named "nbgrader gives less".
"""

import copy

from handing_in import notebook, position, replaced, with_cell

NAME = "first-order"
MOMENTUM = "def momentum(g, v, lr, beta):\n    v = beta * v + g\n    return v, -lr * v\n"
WRONG = "def momentum(g, v, lr, beta):\n    return v, v\n"
LONG = "for i in range(10**12):\n    i\n"


def solved():
    return notebook(NAME)


def cell(source):
    """Return the solved notebook with another cell for the momentum task."""
    return replaced(solved(), "momentum", source)


def after(source):
    content = solved()
    return with_cell(content, source, at=len(content["cells"]))


def before(source, content=None):
    content = content or solved()
    return with_cell(content, source, at=position(content, "setup") + 1)


def bare(content):
    """Return a notebook without the metadata that nbgrader wrote."""
    for each in content["cells"]:
        each["metadata"] = {}
    return content


def other_tests(content):
    """Return a notebook whose tests a student changed."""
    for each in content["cells"]:
        if each["metadata"].get("nbgrader", {}).get("grade"):
            each["source"] = "# tried: " + each["source"]
    return content


def format_3():
    content = solved()
    cells = copy.deepcopy(content["cells"])
    for each in cells:
        if each["cell_type"] == "code":
            each["input"], each["language"] = each.pop("source"), "python"
    return {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}


def carriage_returns():
    content = solved()
    for each in content["cells"]:
        each["source"] = each["source"].replace("\n", "\r\n")
    return content


def slow_functions():
    content = after("")
    for task in ("descend", "nesterov"):
        place = position(content, task)
        content["cells"][place]["source"] += "\n" + LONG
    return content


EARNED = {
    "a later cell binds the name": after("momentum = 0.9"),
    "a later loop binds the name": after("for tuned in range(3):\n    pass"),
    "a later cell deletes the name": after("del momentum"),
    "a scratch copy below": after(WRONG),
    "a scratch copy above": before(WRONG),
    "a later cell without metadata": bare(after("momentum = 0.9\nfor tuned in (1, 2):\n    pass")),
    "a scratch copy without metadata": bare(after(WRONG)),
    "no metadata, other tests, and a name that is spoiled later": bare(
        other_tests(after("np = None\n" + WRONG))
    ),
    "a helper that another cell changes": with_cell(
        before(
            "def decayed(v, beta):\n    return beta * v",
            cell(MOMENTUM.replace("beta * v", "decayed(v, beta)")),
        ),
        "decayed = None",
        at=100,
    ),
    "a slow experiment in the cell": cell(MOMENTUM + LONG),
    "a slow experiment before the function": cell(LONG + MOMENTUM),
    "slow experiments in several cells": slow_functions(),
    "slow experiments in cells of their own": before(LONG, before(LONG, before(LONG))),
    "a slow call of the function": cell(
        MOMENTUM + "rates = []\nwhile True:\n    rates.append(momentum(1.0, 1.0, 0.1, 0.9))\n"
    ),
    "a failing experiment in the cell": cell("import matplotlib, numpy as np\n1 / 0\n" + MOMENTUM),
    "a failing experiment on a line with imports": before(
        "import no_such_module, math",
        cell(MOMENTUM.replace("-lr", "-math.sqrt(lr**2)")),
    ),
    "a line that begins with a percent sign": cell(
        "def momentum(g, v, lr, beta):\n    rest = (7\n    % 2)\n    v = beta * v + g * rest\n"
        "    return v, -lr * v\n"
    ),
    "a percent sign in a text": cell(MOMENTUM + 'TEXT = """\n%d steps\n!\n"""\n'),
    "a question mark": cell(MOMENTUM + "momentum?\n?np\nnp.*load*?\n"),
    "a command with a result": cell("files = !ls\n" + MOMENTUM + "here = %pwd\n"),
    "line magics": cell(
        "%matplotlib inline\n%load_ext autoreload\n" + MOMENTUM + "%timeit 1 + 1\n"
    ),
    "a timed cell": cell("%%time\n" + MOMENTUM),
    "a captured cell with a magic": cell(
        "%%capture\n%config Completer.use_jedi = False\n" + MOMENTUM
    ),
    "a timed line": before("%time half = 0.5", cell(MOMENTUM.replace("-lr", "-2 * half * lr"))),
    "prompts": cell(
        "".join(
            f">>> {line}\n" if i == 0 else f"... {line}\n"
            for i, line in enumerate(MOMENTUM.splitlines())
        )
    ),
    "a helper under an if": before(
        "if True:\n    def decayed(v, beta):\n        return beta * v",
        cell(MOMENTUM.replace("beta * v", "decayed(v, beta)")),
    ),
    "a helper in a loop, a with and a try": before(
        "import contextlib\n"
        "for k in (1, 2):\n    table = {k: float(k)}\n"
        "with contextlib.suppress(KeyError):\n    one = table[2] - 1\n"
        "try:\n    import numba\nexcept ImportError:\n    jit = lambda f: f\n",
        cell(MOMENTUM.replace("def", "@jit\ndef").replace("-lr", "-lr * one")),
    ),
    "a table that a call fills": before(
        "table = []\ntable.append(1.0)\nsettings = {}\nsettings['one'] = 1.0\nsettings['one'] *= 1",
        cell(MOMENTUM.replace("-lr", "-lr * table[0] * settings['one']")),
    ),
    "a deeper recursion": before(
        "import sys\nsys.setrecursionlimit(4000)",
        cell(
            "def down(k):\n    return 0.0 if k == 0 else down(k - 1)\n"
            + MOMENTUM.replace("beta * v", "down(2500) + beta * v")
        ),
    ),
    "annotations of the future": before(
        "from __future__ import annotations",
        cell(MOMENTUM.replace("(g, v, lr, beta)", "(g: Unknown, v, lr, beta) -> Nowhere")),
    ),
    "a display": cell(MOMENTUM.replace("    return", "    display(v)\n    print(v)\n    return")),
    "a generator": cell(MOMENTUM.replace("return v, -lr * v", "yield v\n    yield -lr * v")),
    "a view of a dict": cell(MOMENTUM.replace("v, -lr * v", "dict(v=v, step=-lr * v).values()")),
    "the course's other modules": before(
        "from optimlib.problems import rosenbrock\nfrom course import exercises\n"
        "import optimlib.figures as figures, optimlib.rules.adam\nfigures.use_style()"
    ),
    "a byte-order mark": cell("\ufeff" + MOMENTUM),
    "carriage returns": carriage_returns(),
    "format 3": format_3(),
    "nbgrader gives less: a helper below": after("def decayed(v, beta):\n    return beta * v"),
    "nbgrader gives less: lines for the shell in a function": cell(
        MOMENTUM.replace("    return", "    !echo\n    return")
    ),
}
replaced(
    EARNED["nbgrader gives less: a helper below"],
    "momentum",
    MOMENTUM.replace("beta * v", "decayed(v, beta)"),
)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "latin-1"]


def with_umlauts():
    return with_cell(solved(), "# Schrittlänge größer", at=1)
