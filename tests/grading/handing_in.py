"""Notebooks as students hand them in: solved, empty, and with cells replaced or added."""

import json
import re
from pathlib import Path

ASSIGNMENTS = Path(__file__).parents[2] / "assignments"
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION.*?### END SOLUTION *$", re.S | re.M)
HIDDEN = re.compile(r"^ *### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS *$\n?", re.S | re.M)


def source_of(name):
    return ASSIGNMENTS / name / f"{name}.ipynb"


def notebook(name, solved=True):
    """Return what is released, with the solutions or without."""
    content = json.loads(source_of(name).read_text("utf-8"))
    for cell in content["cells"]:
        text = HIDDEN.sub("", "".join(cell["source"]))
        cell["source"] = text if solved else SOLUTION.sub(r"\1raise NotImplementedError()", text)
    return content


def code(source):
    return dict(cell_type="code", id="x", metadata={}, source=source, outputs=[])


def position(content, grade_id):
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in content["cells"]]
    return ids.index(grade_id)


def replaced(content, grade_id, source):
    content["cells"][position(content, grade_id)]["source"] = source
    return content


def with_cell(content, source, at=1):
    content["cells"].insert(at, code(source))
    return content


def hand_in(content, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path
