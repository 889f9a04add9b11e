"""Assignments in nbgrader's source format, and the notebooks that students hand in."""

import ast
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache

LARGEST_FILE = 32 * 2**20
LONGEST_SOURCE = 100_000
HIDDEN = re.compile(r"^ *### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS *$", re.S | re.M)
# A line for IPython, with its indentation.
MAGIC = re.compile(r"^( *)[%!?].*$", re.M)


class Unreadable(ValueError):
    """A file that is not the notebook it should be."""


@dataclass(frozen=True)
class Cell:
    """A code cell of an assignment: "setup", "solution" or, with points, "test"."""

    kind: str
    name: str
    source: str
    points: float = 0.0

    @property
    def defines(self):
        """The names that a solution gives: functions, and values."""
        functions, values = [], []
        for node in ast.parse(self.source).body:
            if isinstance(node, ast.FunctionDef):
                functions.append(node.name)
            elif isinstance(node, ast.Assign):
                values += [target.id for target in node.targets if isinstance(target, ast.Name)]
        return functions, values

    def is_hidden(self, line):
        """Return whether a line, from 1, is one that students do not see."""
        spans = (match.span() for match in HIDDEN.finditer(self.source))
        position = len("".join(self.source.splitlines(keepends=True)[: line - 1]))
        return any(start <= position < end for start, end in spans)


@dataclass(frozen=True)
class Assignment:
    """What students are asked for, and the tests.

    Parameters
    ----------
    name : str
    cells : tuple of Cell
        The code cells, in order.
    """

    name: str
    cells: tuple

    @property
    def tests(self):
        """The cells that give points."""
        return tuple(cell for cell in self.cells if cell.kind == "test")

    @property
    def asked(self):
        """The names of all functions and values that students should define."""
        solutions = (cell.defines for cell in self.cells if cell.kind == "solution")
        return [name for functions, values in solutions for name in functions + values]

    @property
    def points(self):
        """The points of a perfect submission."""
        return sum(cell.points for cell in self.tests)

    @property
    def fingerprint(self):
        """Changes with every change of the assignment."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def code_cells(path):
    """Return the code cells of a notebook as pairs of text and metadata."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Unreadable(f"larger than {LARGEST_FILE >> 20} MB")
        cells = json.loads(path.read_text("utf-8"))["cells"]
        found = []
        for cell in cells:
            if cell["cell_type"] == "code":
                source = cell["source"]
                text = source if isinstance(source, str) else "".join(source)
                found.append((MAGIC.sub(r"\1pass", text), cell.get("metadata", {})))
        return found
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"not a notebook: {type(error).__name__}") from error


@lru_cache(maxsize=8)
def load_assignment(path):
    """Read an assignment.

    Parameters
    ----------
    path : Path
        The notebook ``<name>/<name>.ipynb`` with solutions and all tests.

    Raises
    ------
    Unreadable
        If it is not a notebook, or has no cell with points.
    """
    cells = []
    for i, (source, metadata) in enumerate(code_cells(path)):
        marks = metadata.get("nbgrader", {})
        name = marks.get("grade_id", f"cell {i}")
        if marks.get("solution"):
            cells.append(Cell("solution", name, source))
        elif marks.get("grade"):
            cells.append(Cell("test", name, source, float(marks["points"])))
        else:
            cells.append(Cell("setup", name, source))
    assignment = Assignment(path.stem, tuple(cells))
    if not assignment.tests:
        raise Unreadable(f"{path} has no cell with nbgrader's metadata and points")
    return assignment


def submitted_cells(path):
    """Return the code cells that a student handed in.

    No metadata is looked at: programs drop it, and students can write it.

    Raises
    ------
    Unreadable
        If there is no notebook, or too long a one.
    """
    if path is None:
        raise Unreadable("no notebook was handed in")
    if path.is_symlink() or not path.is_file():
        raise Unreadable("not a file of its own")
    cells = [source for source, _ in code_cells(path)]
    if sum(map(len, cells)) > LONGEST_SOURCE:
        raise Unreadable(f"more than {LONGEST_SOURCE} characters of code")
    return cells


def submissions(folder, assignment):
    """Return the notebook of each student, None where there is none.

    Parameters
    ----------
    folder : Path
        With ``<student>/<assignment>/<notebook>.ipynb``, as nbgrader collects them, or with
        ``<student>.ipynb``.
    assignment : str

    Raises
    ------
    ValueError
        If there is neither.
    """
    found = {path.stem: path for path in sorted(folder.glob("*.ipynb"))}
    if not found:
        for student in sorted(path for path in folder.iterdir() if (path / assignment).is_dir()):
            notebooks = sorted((student / assignment).glob("*.ipynb"))
            named = [path for path in notebooks if path.stem == assignment]
            found[student.name] = next(iter(named or notebooks), None)
    if not found:
        raise ValueError(
            f"folder must hold <student>.ipynb or <student>/{assignment}/, got folder = {folder}"
        )
    return found
