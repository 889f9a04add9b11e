"""What counts in the end: points of tests and by hand, and what the late rule leaves of them."""

import json
from dataclasses import dataclass, field, replace

from course.grading import lateness
from course.grading.report import write
from course.grading.scoring import NOTHING, SCORED
from course.roster import key

BY_HAND = "by hand"


@dataclass(frozen=True)
class Result:
    """A score, what was given by hand, and when it was handed in.

    Parameters
    ----------
    score : Score
    by_hand : dict
        Points by the test's name.
    comments : dict
        By the test's name, or "" for the whole.
    late : Late, optional
        None if there is no late rule.
    """

    score: object
    by_hand: dict = field(default_factory=dict)
    comments: dict = field(default_factory=dict)
    late: object = None

    def __getattr__(self, name):
        """Return what the score says."""
        if name.startswith("__") or name == "score":
            raise AttributeError(name)
        return getattr(self.score, name)

    @property
    def outcomes(self):
        """What tests found, with the points that count."""
        return [
            replace(each, points=self.by_hand[each.test]) if each.test in self.by_hand else each
            for each in self.score.outcomes
        ]

    @property
    def points(self):
        """The points of all tests, before the late rule."""
        return sum(outcome.points for outcome in self.outcomes)

    @property
    def final(self):
        """The points after the late rule."""
        return round(self.points * (self.late.share if self.late else 1), 2)

    @property
    def judged(self):
        """Whether points say what the student knows: of an unreadable file they do not."""
        return self.status in (SCORED, NOTHING) or bool(self.by_hand)

    @property
    def comment(self):
        """All comments in one text."""
        return "; ".join(
            f"{test}: {text}" if test else text for test, text in self.comments.items()
        )


def spent(out, rule, assignment):
    """Return the late days that each student spent on what was due before, and what to say of it.

    They stand beside the results of those assignments, in folders beside this one.
    """
    used, notes = {}, []
    folders = {}
    for mark in sorted(out.parent.glob("*/scores/assignment.txt")):
        folders[mark.read_text("utf-8")] = mark.parent
    for name in rule.before(assignment) if rule.late_days else ():
        try:
            days = json.loads((folders[name] / "late-days.json").read_text("utf-8"))
        except (KeyError, OSError, ValueError):
            notes.append(
                f"late days spent on {name} are not known: no results of it in {out.parent}"
            )
            continue
        for student, count in days.items():
            used[student] = used.get(student, 0) + count
    return used, notes


def handed_in(scores, collection, assignment, people, rule, out):
    """Return when each student handed in and what it costs, and what to say of it."""
    used, notes = spent(out, rule, assignment)
    persons, found = {each.name: each for each in people}, {}
    for score in scores:
        student = score.student
        attempt = collection.attempts.get(student)
        if attempt is None:
            found[student] = lateness.Late(source=NOTHING)
            continue
        when, source = attempt.handed(persons.get(student), rule, rule.file_times)
        found[student] = rule.late(assignment, student, when, source, used.get(student, 0))
    late = [student for student, each in found.items() if each.source.startswith("late")]
    notes += [f"late, and not known by how much: {student}" for student in late]
    unknown = sum(each.source == lateness.UNKNOWN for each in found.values())
    if unknown:
        notes.append(f"time of handing in unknown, taken as in time: {unknown} of {len(found)}")
    known = {key(student) for student in found}
    for name in rule.deadlines[assignment].extensions:
        if key(name) not in known:
            notes.append(f"extension for somebody who is not here: {name}")
    write(out / "scores" / "late-days.json", json.dumps({s: e.free for s, e in found.items()}))
    return found, notes


def merged(scores, rows, late):
    """Return the results of scores, rows of `by_hand.read` and, if there is a rule, `handed_in`."""
    results = []
    for score in scores:
        own = [row for row in rows if row.student == score.student]
        points = {row.test: row.points for row in own if row.points is not None}
        comments = {}
        for row in own:
            if row.comment:
                both = filter(None, (comments.get(row.test), row.comment))
                comments[row.test] = " ".join(both)
        results.append(Result(score, points, comments, late and late[score.student]))
    return results
