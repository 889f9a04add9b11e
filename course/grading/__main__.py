"""Score a folder of submissions: python -m course.grading ASSIGNMENT SUBMISSIONS --out FOLDER."""

import argparse
import hashlib
import sys
from pathlib import Path

import joblib
from tqdm import tqdm

from course import ROOT
from course.grading import gradebook, report
from course.grading.notebooks import Unreadable, load_assignment, submissions
from course.grading.sandbox import Limits, NoSandbox, choose
from course.grading.scoring import score


def arguments(given):
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m course.grading", description=__doc__)
    parser.add_argument("assignment", help="a name under assignments/, or a notebook")
    parser.add_argument("submissions", type=Path, help="<student>/<assignment>/ or <student>.ipynb")
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
    text = path.read_bytes() if path is not None and path.is_file() else b""
    return hashlib.sha256(assignment.fingerprint.encode() + text).hexdigest()


def grade(notebook, folder, out, sandbox, limits, jobs=-1, again=False):
    """Score all submissions, those with a score from an earlier run excepted.

    Parameters
    ----------
    notebook : Path
        The assignment.
    folder : Path
        The submissions, see `course.grading.notebooks.submissions`.
    out : Path
        For ``points.csv``, ``feedback/`` and ``scores/``.
    sandbox : object with `start`
    limits : Limits
    jobs : int
        How many at the same time; −1 for as many as cores.
    again : bool
        Score all.

    Returns
    -------
    list of Score
    """
    assignment = load_assignment(notebook)
    scores, work = [], []
    for student, path in submissions(folder, assignment.name).items():
        mark, old = fingerprint(assignment, path), report.saved(student, out)
        if old is not None and old.fingerprint == mark and not again:
            scores.append(old)
        else:
            work.append((student, path, notebook, sandbox, limits, mark))
    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
    results = parallel(joblib.delayed(score)(*each) for each in work)
    for result in tqdm(results, total=len(work), desc=assignment.name, unit="student"):
        report.save(result, assignment.name, out)
        scores.append(result)
    scores.sort(key=lambda score: score.student)
    report.table(scores, out / "points.csv")
    return scores


def main(given=None):
    """Score, and say where the results are."""
    asked = arguments(given)
    notebook = Path(asked.assignment)
    if notebook.suffix != ".ipynb":
        notebook = ROOT / "assignments" / asked.assignment / f"{asked.assignment}.ipynb"
    try:
        assignment = load_assignment(notebook.resolve())
        out = (asked.out or Path("graded") / assignment.name).resolve()
        out.mkdir(parents=True, exist_ok=True)
        private = [asked.submissions.resolve(), notebook.resolve(), out, ROOT / "optimlib"]
        sandbox = choose(private, "none" if asked.unsandboxed else asked.sandbox)
        limits = Limits(asked.call, asked.seconds, asked.megabytes)
        work = (notebook.resolve(), asked.submissions.resolve(), out, sandbox, limits)
        if asked.dask:
            from dask.distributed import Client

            with Client(asked.dask), joblib.parallel_config("dask"):
                scores = grade(*work, jobs=asked.jobs, again=asked.again)
        else:
            scores = grade(*work, jobs=asked.jobs, again=asked.again)
        if asked.gradebook:
            gradebook.record(scores, assignment, asked.gradebook)
    except NoSandbox as error:
        sys.exit(f"No sandbox, nothing was scored: {error}. (--unsandboxed: for code you trust.)")
    except (Unreadable, ValueError, OSError) as error:
        sys.exit(str(error))
    print(f"{len(scores)} scored ({sandbox.name}): {out / 'points.csv'}, {out / 'feedback'}")


if __name__ == "__main__":
    main()
