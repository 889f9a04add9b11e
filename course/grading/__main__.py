"""Score a folder of submissions: python -m course.grading ASSIGNMENT SUBMISSIONS --out FOLDER."""

import argparse
import hashlib
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import joblib
from tqdm import tqdm

from course import ROOT, roster
from course.grading import (
    accidents,
    by_hand,
    gradebook,
    lateness,
    likeness,
    overview,
    report,
    results,
)
from course.grading.folders import collect, unpacked
from course.grading.notebooks import Unreadable, contents, load_assignment
from course.grading.sandbox import Limits, NoSandbox, choose
from course.grading.scoring import FAILED, PYTHON, SCORED
from optimlib.printing import printable


def arguments(given):
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m course.grading", description=__doc__)
    parser.add_argument("assignment", help="a name under assignments/, or a notebook")
    parser.add_argument(
        "submissions", type=Path, help="<student>/<assignment>/, <student>.ipynb, or Moodle's zip"
    )
    parser.add_argument("--roster", type=Path, help="a name a line, or a CSV of Moodle or Canvas")
    parser.add_argument("--deadlines", type=Path, help="due dates and late days, in TOML")
    parser.add_argument("--out", type=Path, help="default: graded/<assignment>")
    parser.add_argument("--gradebook", metavar="URL", help="sqlite:/// or postgresql://")
    parser.add_argument("--sandbox", choices=["bubblewrap", "user"], help="default: what works")
    parser.add_argument("--unsandboxed", action="store_true", help="only for code you trust")
    parser.add_argument("--jobs", type=int, default=-1, help="default: as many as cores")
    parser.add_argument("--dask", metavar="ADDRESS", help="a Dask scheduler that spreads the jobs")
    parser.add_argument("--again", action="store_true", help="score what is scored already")
    defaults = Limits()
    parser.add_argument("--call", type=float, default=defaults.call, help="seconds for a call")
    parser.add_argument("--seconds", type=float, default=defaults.seconds, help="for a student")
    parser.add_argument("--megabytes", type=int, default=defaults.megabytes, help="for a student")
    return parser.parse_args(given)


def fingerprint(assignment, path):
    """Return what changes when the assignment or a submission does."""
    try:
        text = contents(path) if path is not None else b""
    except Unreadable as error:
        text = str(error).encode("utf-8", "backslashreplace")
    return hashlib.sha256(assignment.fingerprint.encode() + text).hexdigest()


def grade(notebook, folder, out, sandbox, limits, jobs=-1, again=False, people=(), rule=None):
    """Score all submissions, those with a score from an earlier run excepted.

    Parameters
    ----------
    notebook : Path
        The assignment.
    folder : Path
        The submissions, see `course.grading.folders.collect`.
    out : Path
        For ``points.csv``, ``overview.html``, ``feedback/`` and ``scores/``.
    sandbox : object with `start`
    limits : Limits
    jobs : int
        How many at the same time; −1 for as many as cores.
    again : bool
        Score all.
    people : sequence of Person
        Who is in the class.
    rule : course.grading.lateness.Rule, optional

    Returns
    -------
    list of Result
    """
    assignment = load_assignment(notebook)
    collection = collect(folder, assignment.name, people)
    tests = {test.name: test.points for test in assignment.tests}
    rows = by_hand.read(out, collection.found, tests)
    scores = scored(collection, notebook, out, sandbox, limits, jobs, again)
    notes = collection.notes + by_hand.conflicts(rows, scores, out)
    late = None
    if rule is not None:
        late, more = results.handed_in(scores, collection, assignment.name, people, rule, out)
        notes += more
    merged = results.merged(scores, rows, late)
    report.table(merged, out / "points.csv")
    report.pages(merged, assignment.name, out)
    alike = likeness.pairs(assignment, collection.found)
    report.write(out / "overview.html", overview.page(merged, assignment, alike))
    print_all(notes)
    return merged


def scored(collection, notebook, out, sandbox, limits, jobs, again):
    """Return the scores of a collection, by the students' names."""
    assignment = load_assignment(notebook)
    scores, work = [], {}
    for student, path in collection.found.items():
        mark, old = fingerprint(assignment, path), report.saved(student, out)
        if old is not None and old.fingerprint == mark and old.status != FAILED and not again:
            scores.append(old)
        else:
            work[student] = (student, path, notebook, sandbox, limits, mark)
    with tqdm(total=len(work), desc=assignment.name, unit="student") as bar:
        for result in accidents.scored(work, assignment, out, jobs):
            report.save(result, out)
            accidents.over(result.student, out)
            scores.append(result)
            bar.update()
    return sorted(scores, key=lambda score: score.student)


def found(name):
    """Return the notebook of an assignment.

    Raises
    ------
    ValueError
        If there is none, with the names of those that there are.
    """
    notebook = Path(name)
    if notebook.suffix != ".ipynb":
        notebook = ROOT / "assignments" / name / f"{name}.ipynb"
    if not notebook.is_file():
        names = ", ".join(sorted(path.stem for path in ROOT.glob("assignments/*/*.ipynb")))
        raise ValueError(f"assignment must be a notebook or one of {names}, got {name!r}")
    return notebook.resolve()


def main(given=None):
    """Score, and say where the results are."""
    asked = arguments(given)
    try:
        with tempfile.TemporaryDirectory(prefix="submitted-") as temporary:
            run(asked, Path(temporary))
    except NoSandbox as error:
        sys.exit(f"No sandbox, nothing was scored: {error}. (--unsandboxed: for code you trust.)")
    except (Unreadable, ValueError, OSError) as error:
        sys.exit(str(error))


def run(asked, temporary):
    """Do what the command line asks for; a folder is there to unpack a zip."""
    if asked.jobs == 0:
        raise ValueError("jobs must not be 0, got jobs = 0")
    limits = Limits(asked.call, asked.seconds, asked.megabytes)
    notebook, folder = found(asked.assignment), asked.submissions.resolve()
    assignment = load_assignment(notebook)
    people = roster.read(asked.roster) if asked.roster else ()
    rule = lateness.read(asked.deadlines).ask_for(assignment.name) if asked.deadlines else None
    if folder.is_file() and folder.suffix.lower() == ".zip":
        folder = unpacked(folder, temporary, rule and rule.zone)
    collect(folder, assignment.name, people)
    url = asked.gradebook and gradebook.ready(asked.gradebook, assignment)
    out = (asked.out or Path("graded") / assignment.name).resolve()
    report.claim(out, assignment.name)
    private = [folder, notebook, out, ROOT / "optimlib"]
    sandbox = choose(private, "none" if asked.unsandboxed else asked.sandbox)
    work = (notebook, folder, out, sandbox, limits, asked.jobs, asked.again, people, rule)
    if asked.dask:
        from dask.distributed import Client

        with Client(asked.dask), joblib.parallel_config("dask"):
            merged = grade(*work)
    else:
        merged = grade(*work)
    if url:
        gradebook.record(merged, assignment, url)
    tell(merged, sandbox, out)
    if asked.roster:
        give_back(asked.roster, merged, assignment, out)


def print_all(lines):
    """Print lines, whatever is in them."""
    for line in lines:
        print(printable(line))


def give_back(path, merged, assignment, out):
    """Write the points into a copy of the roster, if that has a column for them."""
    points = {result.student: result.final for result in merged if result.judged}
    with suppress(ValueError):
        text = roster.filled(path, points, assignment.name)
        new = out / f"filled-{path.name}"
        report.write(new, text)
        print_all([f"to import where the roster is from: {new}"])
        if left := len(merged) - len(points):
            print(f"no points in it for the {left} that could not be judged")


def tell(merged, sandbox, out):
    """Say what was scored, what could not be, and where the results are."""
    others = [each for each in merged if each.status != SCORED]
    print_all(f"{s.status}: {s.student}: {next(iter(s.problems), '')}" for s in others)
    count = f"{len(merged) - len(others)} scored ({sandbox.name}, {PYTHON})"
    if others:
        count += f", {len(others)} not (status in points.csv)"
    places = ", ".join(str(out / name) for name in ("points.csv", "overview.html", "feedback"))
    print_all([f"{count}: {places}"])


if __name__ == "__main__":
    main()
