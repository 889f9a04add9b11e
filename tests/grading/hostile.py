"""Submissions that broke a grader once, or were written to: of the assignment first-order.

`BROKEN` are solved notebooks with one fault; with each stand the tasks whose points it costs.
`CHEATS` are cells added to a notebook without solutions, which must not gain a point.
"""

import json

from handing_in import notebook, position, replaced, with_cell

NAME = "first-order"


def solved():
    return notebook(NAME)


def momentum(body):
    return replaced(solved(), "momentum", f"def momentum(g, v, lr, beta):\n    {body}\n")


def added(source):
    return with_cell(solved(), source)


def missing():
    content = solved()
    del content["cells"][position(content, "momentum")]
    return content


def duplicated():
    content = solved()
    content["cells"] = [cell for cell in content["cells"] for _ in range(3)]
    return content


def stripped():
    content = solved()
    content["metadata"] = {}
    for cell in content["cells"]:
        cell["metadata"] = {}
    return content


def from_colab():
    content = solved()
    content["metadata"] = {
        "accelerator": "GPU",
        "colab": {"provenance": []},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
    }
    for i, cell in enumerate(content["cells"]):
        del cell["id"]
        cell["metadata"]["id"] = f"colab{i}"
        cell["source"] = cell["source"].splitlines(keepends=True)
    return with_cell(content, "!pip install torch\n%matplotlib inline\n?np")


def experiment():
    content = momentum("v = decayed(v, beta) + g; return v, -lr * v")
    return with_cell(content, "def decayed(v, beta): return beta * v\nfor i in range(10**12): i")


def reversed_order():
    content = solved()
    content["cells"].reverse()
    return content


def raised_points():
    content = solved()
    for cell in content["cells"]:
        if "points" in cell["metadata"].get("nbgrader", {}):
            cell["metadata"]["nbgrader"]["points"] = 1000
    return content


ALL = {"descend", "best-rate", "steps-needed", "momentum", "nesterov", "tuned"}
M = {"momentum"}

BROKEN = {
    "infinite loop": (momentum("while True: pass"), M),
    "infinite loop that catches everything": (
        momentum(
            "\n    while True:\n        try:\n            while True: pass\n"
            "        except BaseException: pass"
        ),
        M,
    ),
    "infinite loop in a cell": (added("descend = 0\nwhile True: pass"), set()),
    "infinite recursion": (momentum("return momentum(g, v, lr, beta)"), M),
    "memory bomb": (momentum("return [np.ones(10**8) for _ in range(10**4)]"), M),
    "memory bomb in a cell": (added("tuned = ['x' * 10**9 for _ in range(10**3)]"), set()),
    "os._exit": (momentum("import os; os._exit(0)"), M),
    "os._exit in a cell": (added("import os\ntuned = os._exit(0)"), set()),
    "sys.exit": (momentum("import sys; sys.exit()"), M),
    "sys.exit in a cell": (added("import sys\ntuned = 1\nsys.exit()"), set()),
    "crash": (momentum("import ctypes; ctypes.string_at(0)"), M),
    "stops itself": (momentum("import os; os.abort()"), M),
    "sleeps": (momentum("import time; time.sleep(1000)"), M),
    "closes everything": (momentum("import os; os.closerange(0, 32)"), M),
    "prints without end": (momentum("\n    while True: print('x' * 10**6)"), M),
    "too long an answer": (momentum("return 'x' * 10**8"), M),
    "too long a number": (momentum("return 10**10**5, 0"), M),
    "no answer": (momentum("pass"), M),
    "syntax error": (momentum("return v step"), M),
    "syntax error elsewhere": (added("for in 3:"), set()),
    "brackets without end": (added("(" * 10**4), set()),
    "minus signs without end": (added("tuned = " + "-" * 9 * 10**4 + "1"), set()),
    "error elsewhere": (added("tuned = 1 / 0\nundefined"), set()),
    "long experiment elsewhere": (experiment(), set()),
    "state in float32": (momentum("v = np.float32(beta * v + g); return v, -lr * v"), M),
    "missing cell": (missing(), M),
    "duplicated cells": (duplicated(), set()),
    "stripped metadata": (stripped(), set()),
    "from Colab": (from_colab(), set()),
    "raised points": (raised_points(), set()),
    "order reversed": (reversed_order(), set()),
    "empty file": ("", ALL),
    "not JSON": ("{", ALL),
    "not a notebook": ('{"cells": 3}', ALL),
    "nested without end": ("[" * 10**5, ALL),
    "no cells": ('{"cells": []}', ALL),
    "cells of nonsense": (json.dumps({"cells": [None, 7]}), ALL),
}

ANY = """
descend = best_rate = steps_needed = momentum = nesterov = tuned = anything
"""

CHEATS = {
    "replaced np.allclose": """
import builtins, numpy.testing
np.allclose = np.array_equal = lambda *a, **k: True
numpy.testing.assert_allclose = lambda *a, **k: None
np.shape = lambda a: ()
same = lambda *a: True
builtins.AssertionError = KeyError
anything = lambda *a: 0.0
""",
    "equal to everything": """
class Equal(float):
    def __eq__(self, other): return True
    def __array__(self, *a, **k): return np.array(self)
anything = lambda *a: (Equal(), Equal())
""",
    "an array of nothing": "anything = lambda *a: (np.zeros(0), np.zeros(0))",
    "not a number": "anything = lambda *a: (np.nan, np.nan)",
    "objects": "anything = lambda *a: np.array([object()])",
    "pickles": """
class Evil:
    def __reduce__(self): return (exec, ("raise SystemExit",))
anything = lambda *a: Evil()
""",
    "forged arrays": """
anything = lambda *a: {"array": "AAAA", "dtype": "O", "shape": [1]}
""",
    "forged answers": """
import os
def anything(*a):
    for file in range(32):
        try:
            os.write(file, b'{"value": true}\\n' * 5 + b'{"ask": 0, "args": []}\\n' * 5)
        except OSError: pass
""",
    "the course's package": """
import sys
sys.modules.pop("optimlib")
sys.path += [{root!r}, {packages!r}]
import optimlib as real
descend = lambda g, w, lr, n: real.run(real.GradientDescent(lr), real.Objective(g, g), w, n)
momentum = lambda g, v, lr, beta: list(real.Momentum(lr, beta).update(1, g, v).values())
nesterov = best_rate = steps_needed = tuned = momentum
""",
    "the imported course's package": """
import optimlib as ol
anything = lambda *a: ol.Momentum(*a[2:]).update(1, *a[:2]).values()
""",
    "another process": """
import os, subprocess
anything = lambda *a: subprocess.run(["true"]) and os.fork()
""",
    "kills others": """
import os
def anything(*a):
    os.kill(os.getppid(), 9)
    os.kill(-1, 9)
""",
}

# Each returns what it could read or reach; the test asks that it is nothing.
REACH = {
    "files": """
import os
def anything(*a):
    found = [f"{{d}}/{{f}}" for d, _, files in os.walk("/") for f in files
             if f.endswith(".ipynb") or "gradebook" in f or "optimlib" in d]
    for path in {files!r}:
        try:
            found.append(open(path).read()[:50])
        except OSError: pass
    raise RuntimeError(f"reached: {{found}}")
""",
    "write": """
import os
def anything(*a):
    reached = []
    for path in {files!r} + ["/tmp/x", "/scoring/x", "/scoring/inside.py", "/x", "/dev/shm/x"]:
        try:
            open(path, "r+" if os.path.exists(path) else "w").write("20")
            reached.append(path)
        except OSError: pass
    raise RuntimeError(f"reached: {{reached}}")
""",
    "network": """
import socket
def anything(*a):
    reached = []
    for kind in (socket.AF_INET, socket.AF_UNIX):
        try:
            reached.append(str(socket.socket(kind)))
        except OSError: pass
    try:
        socket.create_connection(("127.0.0.1", {port}), 1)
        reached.append("connection")
    except OSError: pass
    raise RuntimeError(f"reached: {{reached}}")
""",
    "processes": """
import os
def anything(*a):
    reached = []
    for call in (os.fork, lambda: os.execv("/bin/true", ["true"]), lambda: os.kill(1, 9)):
        try:
            call()
            reached.append("call")
        except OSError: pass
    raise RuntimeError(f"reached: {{reached}}")
""",
    "variables": """
import os
def anything(*a):
    raise RuntimeError(f"reached: {{[k for k in os.environ if 'SECRET' in k]}}")
""",
}


def cheat(source, **places):
    """Return a notebook with the cell in place of all solutions."""
    content = notebook(NAME, solved=False)
    text = source.format(**places) if places else source
    if "anything" in text:
        text += ANY
    place = position(content, "descend")
    for task in ALL:
        del content["cells"][position(content, task)]
    return with_cell(content, "import numpy as np\n" + text, at=place)
