"""A table of points and a page of feedback for each student."""

import csv
import html
import io
import json
import os

from course.grading.scoring import SCORED, Score, clean
from course.roster import file_name

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{assignment}: {student}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem; border-bottom: 1px solid; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }}
</style>
<h1>{assignment}</h1>
<p>{student}: {points:g} of {possible:g} points.{status}</p>
<p>Scored by {python}.</p>
<table>
<tr><th scope="col">Test</th><th scope="col">Points</th><th scope="col">What was found</th></tr>
{rows}
</table>
{problems}
</html>
"""
ROW = "<tr><td>{}</td><td>{:g} of {:g}</td><td><pre>{}</pre></td></tr>"


def write(path, text):
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".new-{os.getpid()}")
    new.write_bytes(text.encode("utf-8", "backslashreplace"))
    os.replace(new, path)


def claim(folder, assignment):
    """Make a folder for an assignment's results.

    Raises
    ------
    ValueError
        If it holds those of another one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / "scores" / "assignment.txt"
    other = mark.read_text("utf-8") if mark.is_file() else assignment
    if other != assignment:
        raise ValueError(f"out must be a folder for {assignment}: {folder} has points of {other}")
    write(mark, assignment)


def save(score, assignment, folder):
    """Store a score, for `saved`, and its page of feedback."""
    name = file_name(score.student)
    write(folder / "feedback" / f"{name}.html", page(score, assignment))
    write(folder / "scores" / f"{name}.json", json.dumps(score.to_dict(), indent=1))


def saved(student, folder):
    """Return the score stored for a student, or None."""
    try:
        text = (folder / "scores" / f"{file_name(student)}.json").read_text("utf-8")
        return Score.from_dict(json.loads(text))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def page(score, assignment):
    """Return a student's feedback as HTML; what the student wrote is text in it, never markup."""
    rows = [
        ROW.format(html.escape(o.test), o.points, o.possible, html.escape(o.message or "correct"))
        for o in score.outcomes
    ]
    problems = [f"<li><pre>{html.escape(problem)}</pre></li>" for problem in score.problems]
    if problems:
        problems = ["<h2>Your notebook</h2>", "<ul>", *problems, "</ul>"]
    return PAGE.format(
        assignment=html.escape(assignment),
        student=html.escape(clean(score.student)),
        status="" if score.status == SCORED else f" <strong>{html.escape(score.status)}</strong>.",
        python=html.escape(score.python),
        points=score.points,
        possible=score.possible,
        rows="\n".join(rows),
        problems="\n".join(problems),
    )


def table(scores, path):
    """Write the points of all students as CSV: one line each, one column for each test."""
    tests = [outcome.test for outcome in scores[0].outcomes] if scores else []
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(["student", "points", "possible", "status", *tests])
    for score in sorted(scores, key=lambda score: score.student):
        points = [f"{outcome.points:g}" for outcome in score.outcomes]
        student = clean(score.student)
        total = f"{score.points:g}", f"{score.possible:g}"
        lines.writerow([student, *total, score.status, *points])
    write(path, text.getvalue())
