"""The points of one student."""

import io
import platform
import re
import resource
import traceback
import warnings
from collections import Counter
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course.grading.answers import Answers, Failed
from course.grading.notebooks import Unreadable, load_assignment, submitted

LONGEST_MESSAGE = 2000
# How often a test that has no place is tried, after cells that give what it asks for.
TRIES = 5
PYTHON = f"Python {platform.python_version()}"
# What a score says of itself.
SCORED, UNREADABLE, NOTHING, NEWER, FAILED = (
    "scored",
    "unreadable",
    "nothing handed in",
    "newer Python",
    "not scored",
)


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
    status : str
        "scored"; or why the points are not to be taken for what the student knows: "unreadable",
        "nothing handed in", "newer Python" (a cell is no Python to the one that scored), or "not
        scored" (it could not be done here).
    python : str
        What scored.
    """

    student: str
    outcomes: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    fingerprint: str = ""
    status: str = SCORED
    python: str = PYTHON

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
        with bounded_memory():
            return _scored(student, path, assignment, sandbox, limits, fingerprint)
    except Unreadable as error:
        status, why = (NOTHING if path is None else UNREADABLE), str(error)
    except MemoryError:
        status, why = UNREADABLE, "it takes too much memory to read"
    except Exception as error:  # no file may stop the others; this one is said to be left
        status, why = FAILED, f"{type(error).__name__}: {error}"
    return without(student, assignment, status, why, fingerprint)


def without(student, assignment, status, why, fingerprint=""):
    """Return the score of a student whose notebook was not scored, and why."""
    missed = [Outcome(test.name, 0.0, test.points, status) for test in assignment.tests]
    return Score(student, missed, [clean(why)], fingerprint, status)


def clean(text):
    """Return a text that can be written: as UTF-8, and not too long."""
    return str(text)[:LONGEST_MESSAGE].encode("utf-8", "backslashreplace").decode()


def _scored(student, path, assignment, sandbox, limits, fingerprint):
    submission = submitted(path)
    setup = [cell.source for cell in assignment.cells if cell.kind == "setup"]
    with Answers(submission.cells, assignment.asked, sandbox, limits, setup) as answers:
        with suppress(Failed):
            answers.start()
        outcomes = Scorer(assignment, submission, answers).run()
        faults = sorted(answers.problems.items())
    newer = {i: version for i, version in _newer(submission, faults)}
    outcomes = [_not_judged(each, assignment, submission, newer) for each in outcomes]
    problems = [clean(f"Code cell {i + 1}: {text}") for i, texts in faults for text in texts]
    for i, version in newer.items():
        problems.append(f"Code cell {i + 1}: {_syntax_of(version)}")
    status = NEWER if newer else SCORED
    return Score(student, outcomes, problems, fingerprint, status)


def _newer(submission, faults):
    """Yield the cells that another Python may read, and which."""
    for i, texts in faults:
        if any("SyntaxError" in text for text in texts):
            version = submission.newer(i)
            if version:
                yield i, version


def _syntax_of(version):
    return f"not judged: {PYTHON} scored, and does not read what may be syntax of Python {version}"


def _not_judged(outcome, assignment, submission, newer):
    """Return an outcome that says so if it hangs on a cell which another Python may read."""
    (test,) = (test for test in assignment.tests if test.name == outcome.test)
    for i, version in newer.items():
        names = [n for n in assignment.needs(test) if re.search(rf"\b{n}\b", submission.cells[i])]
        if names and outcome.points < outcome.possible:
            return Outcome(outcome.test, 0.0, outcome.possible, _syntax_of(version))
    return outcome


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


class Scorer:
    """Runs a student's cells in order, and each test where it stands.

    A test that fails there is tried again after all cells, where something changed since: what a
    student defined too late counts, though not what was spoiled later.
    """

    def __init__(self, assignment, submission, answers):
        self.assignment, self.submission, self.answers = assignment, submission, answers
        self.places = assignment.own(submission)
        self.names = {"__name__": assignment.name}
        self.left = len(assignment.tests)

    def run(self):
        """Return the outcomes of all tests, in the assignment's order."""
        self._set_up()
        found, kinds = {}, {cell.name: cell for cell in self.assignment.cells}
        at = {}
        for name, i in self.places.items():
            if kinds[name].kind == "test":
                at.setdefault(i, []).append(kinds[name])
        self._in_order(at, found)
        for test in self.assignment.tests:
            if test.name not in found or self._worth_again(test, found):
                found[test.name] = self._at_the_end(test, found.get(test.name))
        return [found[test.name] for test in self.assignment.tests]

    def _in_order(self, at, found):
        """Execute the cells, and at each place, or after what they ask for, the tests."""
        solutions = self.assignment.solutions.items()
        own = {self.places[name]: names for name, names in solutions if name in self.places}
        lost = [test for test in self.assignment.tests if test.name not in self.places]
        tries = Counter()
        for i in range(len(self.submission.cells)):
            if i not in at:
                with suppress(Failed):
                    self.answers.run(i, own.get(i) or self._loose(i, own))
            for test in at.get(i, ()):
                found[test.name] = self._outcome(test)
            for test in lost:
                if self._bound(i) & self.assignment.needs(test) and tries[test.name] < TRIES:
                    tries[test.name] += 1
                    found[test.name] = self._better(test, found.get(test.name))

    def _bound(self, i):
        """Return the asked names that a cell binds."""
        plan = self.answers.plan
        return set(plan[i + self.answers.setup]["binds"]) if plan else set()

    def _better(self, test, first):
        """Return the outcome of a test that has no place of its own, after one of its cells."""
        if first and first.points == first.possible:
            return first
        outcome = self._outcome(test)
        return first if first and outcome.points < outcome.possible else outcome

    def _set_up(self):
        for cell in self.assignment.cells:
            if cell.kind == "setup":
                exec(compile(cell.source, f"<{cell.name}>", "exec"), self.names)
            elif cell.kind == "solution":
                functions, _ = cell.defines
                self.names |= {name: _stand_in(self.answers, name) for name in functions}

    def _loose(self, i, own):
        """Return the asked names that a cell binds and that have no cell of their own."""
        placed = {name for names in own.values() for name in names}
        return sorted(self._bound(i) - placed)

    def _worth_again(self, test, found):
        """Return whether what the answers need changed after a test that failed."""
        if found[test.name].points == test.points:
            return False
        places = [self.places.get(each.name, -1) for each in self.assignment.tests]
        if test.name not in self.places:
            return True
        later = (self.answers.plan or [])[self.answers.setup + self.places[test.name] + 1 :]
        return places != sorted(places) or any(any(each["needed"]) for each in later)

    def _at_the_end(self, test, first):
        for kept in (True, False):
            self.answers.kept = kept
            outcome = self._outcome(test)
            if outcome.points == outcome.possible:
                return outcome
            first = first or outcome
        return first

    def _outcome(self, test):
        self.left = max(0, self.left - 1)
        self.answers.reserve = self.left * self.answers.limits.share(len(self.assignment.tests))
        for name in self.assignment.values:
            self.names.pop(name, None)
            with suppress(Failed):
                self.names[name] = self.answers.value(name)
        message = _failure(test, self.names)
        return Outcome(test.name, 0.0 if message else test.points, test.points, message)


def _stand_in(answers, name):
    def stand_in(*args, **kwargs):
        return answers.call(name, args, kwargs)

    stand_in.__name__ = name
    return stand_in


def _failure(cell, names):
    """Execute a test cell and return what it complains of, or nothing."""
    try:
        nowhere = io.StringIO()
        with redirect_stdout(nowhere), redirect_stderr(nowhere), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(cell.source, f"<{cell.name}>", "exec"), names)
    except Exception as error:
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == f"<{cell.name}>"
        ]
        text = str(error) if isinstance(error, (AssertionError, Failed)) else repr(error)
        text = clean(text)
        if not lines or cell.is_hidden(lines[0]):
            return f"a test that is not shown: {text or 'not so'}"
        code = cell.source.splitlines()[lines[0] - 1].strip()
        return f"{code}: {text}" if text else code
    return ""
