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
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto;
  padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem; border-bottom: 1px solid; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }}
</style>
<h1>{assignment}</h1>
<p>{student}: {points:g} of {possible:g} points.{status}</p>
{late}<p>Scored by {python}.</p>
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


def save(score, folder):
    """Store a score, for `saved`."""
    path = folder / "scores" / f"{file_name(score.student)}.json"
    write(path, json.dumps(score.to_dict(), indent=1))


def pages(results, assignment, folder):
    """Write a page of feedback for each student."""
    for result in results:
        path = folder / "feedback" / f"{file_name(result.student)}.html"
        write(path, page(result, assignment))


def saved(student, folder):
    """Return the score stored for a student, or None."""
    try:
        text = (folder / "scores" / f"{file_name(student)}.json").read_text("utf-8")
        return Score.from_dict(json.loads(text))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def page(result, assignment):
    """Return a student's feedback as HTML; what the student wrote is text in it, never markup."""
    rows = [
        ROW.format(html.escape(o.test), o.points, o.possible, html.escape(found(o, result)))
        for o in result.outcomes
    ]
    problems = [f"<li><pre>{html.escape(problem)}</pre></li>" for problem in result.problems]
    if problems:
        problems = ["<h2>Your notebook</h2>", "<ul>", *problems, "</ul>"]
    if "" in result.comments:
        problems = ["<h2>Comment</h2>", f"<p>{html.escape(result.comments[''])}</p>", *problems]
    return PAGE.format(
        assignment=html.escape(assignment),
        student=html.escape(clean(result.student)),
        status=""
        if result.status == SCORED
        else f" <strong>{html.escape(result.status)}</strong>.",
        python=html.escape(result.python),
        points=result.points,
        possible=result.possible,
        late=said_of(result),
        rows="\n".join(rows),
        problems="\n".join(problems),
    )


def found(outcome, result):
    """Return what is said of a test: what it found, what somebody decided, and a comment."""
    lines = [outcome.message or "correct"]
    if outcome.test in result.by_hand:
        lines.append("These points were given by hand.")
    return "\n".join([*lines, *filter(None, [result.comments.get(outcome.test)])])


def said_of(result):
    """Return what is said of the time, as HTML, or nothing."""
    late = result.late
    if late is None or late.handed is None:
        return ""
    when, _, days, free = late.cells()
    text = f"Handed in {when}, {days} days late, {free} of them free. " if late.days else ""
    text += f"Points after the late rule: {result.final:g}." if late.days else f"Handed in {when}."
    return f"<p>{html.escape(text)}</p>\n"


LATE = ["handed in", "time from", "days late", "late days used", "points after the late rule"]


def table(results, path):
    """Write the points of all students as CSV: one line each, one column for each test."""
    tests = [outcome.test for outcome in results[0].outcomes] if results else []
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    ruled = any(result.late for result in results)
    head = ["student", "points", "possible", "status", *(LATE if ruled else []), "comment"]
    lines.writerow([*head, *tests])
    for result in sorted(results, key=lambda result: result.student):
        points = [f"{outcome.points:g}" for outcome in result.outcomes]
        line = [clean(result.student), f"{result.points:g}", f"{result.possible:g}", result.status]
        line += [*result.late.cells(), f"{result.final:g}"] if ruled else []
        lines.writerow([*line, result.comment, *points])
    write(path, text.getvalue())
