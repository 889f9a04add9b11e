"""The points of one student."""

import io
import resource
import traceback
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course.grading.answers import Answers, Failed
from course.grading.notebooks import Unreadable, load_assignment, submitted_cells

LONGEST_MESSAGE = 2000


@dataclass(frozen=True)
class Outcome:
    """What one test cell found: its points, those it could give, and why not all."""

    test: str
    points: float
    possible: float
    message: str = ""


@dataclass(frozen=True)
class Score:
    """What one student reached.

    Parameters
    ----------
    student : str
    outcomes : list of Outcome
        One for each test cell, in order.
    problems : list of str
        What went wrong before any test: cells that could not be executed.
    fingerprint : str
        Of the submission and the assignment.
    """

    student: str
    outcomes: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    fingerprint: str = ""

    @property
    def points(self):
        """The points of all tests."""
        return sum(outcome.points for outcome in self.outcomes)

    @property
    def possible(self):
        """The points that could be reached."""
        return sum(outcome.possible for outcome in self.outcomes)

    def to_dict(self):
        """Return plain data, for a file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data):
        """Return the score of `to_dict`."""
        return cls(**{**data, "outcomes": [Outcome(**each) for each in data["outcomes"]]})


def score(student, path, assignment, sandbox, limits, fingerprint=""):
    """Run a student's notebook in the sandbox and the assignment's tests outside of it.

    Parameters
    ----------
    student : str
    path : Path or None
        The student's notebook.
    assignment : Path
        The assignment's notebook, with solutions and all tests.
    sandbox : object with `start`
        As `course.grading.sandbox.choose` returns it.
    limits : Limits
    fingerprint : str

    Returns
    -------
    Score
        Whatever the student's notebook does.
    """
    assignment = load_assignment(assignment)
    try:
        cells = submitted_cells(path)
    except Unreadable as error:
        missed = [Outcome(test.name, 0.0, test.points) for test in assignment.tests]
        return Score(student, missed, [str(error)], fingerprint)
    with bounded_memory(), Answers(cells, assignment.asked, sandbox, limits) as answers:
        with suppress(Failed):
            answers.start()
        outcomes = list(_outcomes(assignment, answers))
        problems = [f"Code cell {i + 1}: {text}" for i, text in sorted(answers.problems.items())]
    return Score(student, outcomes, problems, fingerprint)


@contextmanager
def bounded_memory(more=2 * 2**30):
    """Let this process take only `more` bytes, so that no answer makes a test take them all."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[0])
    most = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (most if soft < 0 else min(soft, most), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _outcomes(assignment, answers):
    """Execute the assignment's cells with the student's answers in place of the solutions."""
    names = {"__name__": assignment.name}
    for cell in assignment.cells:
        if cell.kind == "setup":
            exec(compile(cell.source, f"<{cell.name}>", "exec"), names)
        elif cell.kind == "solution":
            functions, values = cell.defines
            names |= {name: _stand_in(answers, name) for name in functions}
            for name in values:
                names.pop(name, None)
                with suppress(Failed):
                    names[name] = answers.value(name)
        else:
            message = _failure(cell, names)
            points = 0.0 if message else cell.points
            yield Outcome(cell.name, points, cell.points, message)


def _stand_in(answers, name):
    def stand_in(*args, **kwargs):
        return answers.call(name, args, kwargs)

    stand_in.__name__ = name
    return stand_in


def _failure(cell, names):
    """Execute a test cell and return what it complains of, or nothing."""
    try:
        with redirect_stdout(io.StringIO()):
            exec(compile(cell.source, f"<{cell.name}>", "exec"), names)
    except Exception as error:
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == f"<{cell.name}>"
        ]
        text = str(error) if isinstance(error, (AssertionError, Failed)) else repr(error)
        text = text[:LONGEST_MESSAGE]
        if not lines or cell.is_hidden(lines[0]):
            return f"a test that is not shown: {text or 'not so'}"
        code = cell.source.splitlines()[lines[0] - 1].strip()
        return f"{code}: {text}" if text else code
    return ""
