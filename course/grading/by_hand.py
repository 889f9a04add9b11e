"""Points and comments by hand: ``by-hand.csv`` beside the points, read and never overwritten.

    student,test,points,comment
    Jane Doe,momentum-more,3,The idea is right; a sign is not.
    Jane Doe,,,See me about task 4.

A row replaces the points of a test, which is called as in ``points.csv``. Without a test it is a
comment on the whole. Points of the same submission stay what a row says in every rerun.
"""

import csv
import io
import json
from dataclasses import dataclass

from course.grading.report import write
from course.roster import decoded, key, rows, tidy

NAME = "by-hand.csv"
HEAD = ["student", "test", "points", "comment"]


@dataclass(frozen=True)
class Row:
    """What one line says, and its number."""

    line: int
    student: str
    test: str
    points: float | None
    comment: str


def read(out, students, tests):
    """Return the rows of a folder's ``by-hand.csv``, which is made, empty, if there is none.

    Parameters
    ----------
    out : Path
    students : iterable of str
        Who may be named; capitals and the order of names are all one.
    tests : dict
        The points that each test can give.

    Raises
    ------
    ValueError
        If a line is not understood, or two say different things of one test.
    """
    path = out / NAME
    if not path.exists():
        text = io.StringIO(newline="")
        csv.writer(text).writerow(HEAD)
        write(path, text.getvalue())
        return []
    head, lines, separator = rows(decoded(path))
    if missing := [name for name in HEAD if name not in head]:
        raise ValueError(
            f"{path}, line 1: must name the columns {', '.join(HEAD)}, has no {missing[0]}"
        )
    own = {}
    for student in students:
        own.setdefault(key(student), []).append(student)
    found = []
    for number, cells in enumerate(lines, start=2):
        if any(map(str.strip, cells)):
            named = dict(zip(head, [*map(tidy, cells), *[""] * len(head)], strict=False))
            try:
                found.append(_row(number, named, own, tests, separator))
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: {error}") from error
    _refuse_conflicts(found, path)
    return found


def _row(number, named, own, tests, separator):
    """Return the row that a line is."""
    names = own.get(key(named["student"]), [])
    if named["student"] in names:
        names = [named["student"]]
    if len(names) != 1:
        raise ValueError(f"student {named['student']!r} is {'several' if names else 'nobody'} here")
    test, text = named["test"], named["points"]
    if test and test not in tests:
        raise ValueError(f"test must be empty or one of {', '.join(tests)}, got {test!r}")
    if text and not test:
        raise ValueError(f"points {text} must say of which test they are")
    points = None
    if text:
        try:
            points = float(text if separator == "," else text.replace(",", "."))
        except ValueError:
            raise ValueError(f"points must be a number, got {text!r}") from None
        if not 0 <= points <= tests[test]:
            raise ValueError(f"points of {test} must be between 0 and {tests[test]:g}, got {text}")
    return Row(number, names[0], test, points, named["comment"])


def _refuse_conflicts(found, path):
    """Refuse two rows that give a test different points."""
    first = {}
    for row in found:
        if row.points is None:
            continue
        other = first.setdefault((row.student, row.test), row)
        if other.points != row.points:
            raise ValueError(
                f"{path}, lines {other.line} and {row.line}: {row.student} has "
                f"{other.points:g} and {row.points:g} points in {row.test}"
            )


def conflicts(found, scores, out):
    """Return what to say of rows that were written for another submission than the one now.

    What a row says counts all the same. A row that was changed since is taken as written anew.
    """
    path = out / "scores" / "by-hand.json"
    try:
        seen = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        seen = {}
    now, notes = {}, []
    marks = {score.student: score.fingerprint for score in scores}
    for row in found:
        if row.points is None or row.student not in marks:
            continue
        name, said = f"{row.student}\n{row.test}", [row.points, row.comment]
        *before, mark = seen.get(name, [*said, marks[row.student]])
        if before != said:
            mark = marks[row.student]
        now[name] = [*said, mark]
        if mark != marks[row.student]:
            notes.append(
                f"by hand, line {row.line}: {row.points:g} points in {row.test} for {row.student} "
                "count, but the submission or the assignment changed since (change the comment "
                "if they are right)"
            )
    write(path, json.dumps(now))
    return notes
