"""Assignments in nbgrader's source format, and the notebooks that students hand in."""

import ast
import hashlib
import json
import os
import re
import stat
import sys
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

LARGEST_FILE = 32 * 2**20
LONGEST_SOURCE = 100_000
HIDDEN = re.compile(r"^ *### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS *$", re.S | re.M)
# A line for IPython, with its indentation. In assignments only; `statements.py` reads students'.
MAGIC = re.compile(r"^( *)[%!?].*$", re.M)
# Those of old Windows and Unix, after what JSON may have.
ENCODINGS = "cp1252", "latin-1"
# Syntax by the Python that brought it: what looks like it where a cell is no Python here.
NEWER = {
    (
        3,
        12,
    ): r"^ *type +\w+(\[.*\])? *=|^ *(def|class) +\w+\[|\b[rR]?[fF][rR]?(\"[^\"\n]*\{|'[^'\n]*\{)",
    (3, 14): r"^ *except\*? +[\w.]+ *,.*:|\b[rR]?[tT][rR]?[\"']",
}


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
    def tasks(self):
        """The tests of each task, by the name of its solution's cell."""
        found, last = {}, self.name
        for cell in self.cells:
            if cell.kind == "solution":
                last = cell.name
            elif cell.kind == "test":
                found.setdefault(last, []).append(cell)
        return found

    @property
    def asked(self):
        """The names of all functions and values that students should define."""
        return [name for names in self.solutions.values() for name in names]

    @cached_property
    def solutions(self):
        """The names that each solution defines, by the name of its cell."""
        solutions = [cell for cell in self.cells if cell.kind == "solution"]
        return {cell.name: [*cell.defines[0], *cell.defines[1]] for cell in solutions}

    def needs(self, test):
        """Return the asked names that a test uses."""
        return {name for name in self.asked if re.search(rf"\b{name}\b", test.source)}

    @cached_property
    def values(self):
        """The names among those asked for that are no functions."""
        solutions = [cell for cell in self.cells if cell.kind == "solution"]
        return [name for cell in solutions for name in cell.defines[1]]

    @cached_property
    def shown(self):
        """What students see of each cell that is no answer, by the cell's name."""
        others = [cell for cell in self.cells if cell.kind != "solution"]
        return {cell.name: squeezed(HIDDEN.sub("", cell.source)) for cell in others}

    def own(self, submission):
        """Return the places of cells in a submission, by their names, as far as they are there.

        Metadata say it; where a program dropped them, the text of a cell that students do not
        change.
        """
        places = {cell.name: submission.last(cell.name) for cell in self.cells}
        texts = {squeezed(text): i for i, text in enumerate(submission.cells)}
        shown = list(self.shown.values())
        for name, text in self.shown.items():
            if places[name] is None and text and shown.count(text) == 1:
                places[name] = texts.get(text)
        return {name: place for name, place in places.items() if place is not None}

    @property
    def points(self):
        """The points of a perfect submission."""
        return sum(cell.points for cell in self.tests)

    @property
    def fingerprint(self):
        """Changes with every change of the assignment."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def squeezed(text):
    """Return a text to compare with: without what programs change, blanks and letters not ASCII."""
    return re.sub(r"[^!-~]|\?", "", MAGIC.sub(r"\1pass", text))


def contents(path):
    """Return the bytes of a file of its own: no link, no device, not too many.

    Raises
    ------
    Unreadable
        If there are none.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(file, "rb") as opened:
            kind = os.fstat(file)
            if not stat.S_ISREG(kind.st_mode):
                raise Unreadable("not a file of its own")
            if kind.st_size > LARGEST_FILE:
                raise Unreadable(f"larger than {LARGEST_FILE >> 20} MB")
            return opened.read(LARGEST_FILE + 1)
    except OSError as error:
        why = "not a file of its own" if path.is_symlink() else error.strerror
        raise Unreadable(f"not to be opened: {why}") from error


def read(path):
    """Return a notebook's JSON, in whatever encoding it was saved."""
    data = contents(path)
    if data.startswith(b"\x1f\x8b") or data.startswith(b"PK"):
        raise Unreadable("a packed file, no notebook")
    problem = None
    for encoding in dict.fromkeys([json.detect_encoding(data), *ENCODINGS]):
        try:
            return json.loads(data.decode(encoding))
        except UnicodeError:
            continue
        except (ValueError, RecursionError, MemoryError) as error:
            problem = error
            break
    why = f"{type(problem).__name__}: {problem}" if data else "the file is empty"
    raise Unreadable(f"not a notebook: {why}"[:200]) from problem


def text_of(source):
    """Return a cell's text, which files hold whole or in lines."""
    text = source if isinstance(source, str) else "".join(source or ())
    return text.replace("\r\n", "\n").replace("\r", "\n")


def all_cells(notebook):
    """Return the cells of a notebook, of format 4 or of those before it."""
    if "worksheets" in notebook:
        return [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
    return notebook["cells"]


def code_cells(notebook):
    """Return the code cells of a notebook as pairs of text and metadata."""
    try:
        found = []
        for cell in all_cells(notebook):
            if cell["cell_type"] == "code":
                marks = cell.get("metadata")
                text = text_of(cell["source"] if "source" in cell else cell["input"])
                found.append((text, marks if isinstance(marks, dict) else {}))
        return found
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
    for i, (source, metadata) in enumerate(code_cells(read(path))):
        source = MAGIC.sub(r"\1pass", source)
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


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Parameters
    ----------
    cells : list of str
        The code cells.
    names : list of str
        What nbgrader called each, or "".
    version : str
        The Python that it says it was written with, or "".
    """

    cells: list
    names: list = field(default_factory=list)
    version: str = ""

    def last(self, name):
        """Return the place of the last cell that nbgrader called `name`, or None.

        This is nbgrader's choice among copies. A student can write the name, too: it says which of
        the student's own cells is meant, and nothing of what it is worth.
        """
        places = [i for i, each in enumerate(self.names) if each == name]
        return places[-1] if places else None

    def newer(self, i):
        """Return the Python that a cell which is not read here may be written for, or ""."""
        here = sys.version_info[:2]
        said = tuple(int(part) for part in re.findall(r"\d+", self.version[:20])[:2])
        if here < said < (4, 0):
            return ".".join(map(str, said))
        for version, pattern in NEWER.items():
            if here < version and re.search(pattern, self.cells[i], re.M):
                return ".".join(map(str, version))
        return ""


def submitted(path):
    """Return what a student handed in.

    Raises
    ------
    Unreadable
        If there is no notebook, or too long a one.
    """
    if path is None:
        raise Unreadable("no notebook was handed in")
    notebook = read(path)
    pairs = code_cells(notebook)
    cells = [text for text, _ in pairs]
    if sum(map(len, cells)) > LONGEST_SOURCE:
        raise Unreadable(f"more than {LONGEST_SOURCE} characters of code")
    names = []
    for _, metadata in pairs:
        marks = metadata.get("nbgrader")
        name = marks.get("grade_id") if isinstance(marks, dict) else None
        names.append(name if isinstance(name, str) else "")
    return Submission(cells, names, written_with(notebook))


def written_with(notebook):
    """Return the version of Python that a notebook names, or ""."""
    try:
        version = notebook["metadata"]["language_info"]["version"]
    except (KeyError, TypeError):
        return ""
    return version if isinstance(version, str) else ""
