"""Who is in a class: a name a line, or the CSV of Moodle or Canvas; and the points back into it."""

import csv
import hashlib
import io
import os
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace

# The columns of Moodle (its worksheet of grades, its participants) and Canvas, in small letters.
FULL = "full name", "student", "student name", "name", "vollständiger name"
FIRST, LAST = ("first name", "vorname"), ("last name", "surname", "nachname")
NUMBERS = (
    "identifier",
    "id",
    "id number",
    "sis user id",
    "sis login id",
    "username",
    "email address",
)
HANDED_IN = "last modified (submission)", "zuletzt geändert (abgabe)"
# Bytes; a file name may have 255, and the endings need some.
LONGEST_NAME = 200
# What some system does not allow in a name of a file.
NO_NAME = re.compile(r'[/\\:*?"<>|\x00-\x1f]')


@dataclass(frozen=True)
class Person:
    """A student: the name that results have, and what a platform knows.

    Parameters
    ----------
    name : str
    numbers : tuple of str
        By which the platform knows the student.
    handed : str
        When the student handed in, as Moodle's worksheet says it, or "".
    """

    name: str
    numbers: tuple = ()
    handed: str = ""


def tidy(text):
    """Return a text with composed letters, without a byte-order mark and needless blanks."""
    return " ".join(unicodedata.normalize("NFC", text.replace("\ufeff", "")).split())


def key(name):
    """Return what two spellings of a name have in common: no capitals, no order, no punctuation.

    >>> key("Doe, Jane") == key("jane  DOE")
    True
    """
    words = re.findall(r"\w+", tidy(name).casefold().replace("_", " "))
    return " ".join(sorted(words))


def file_name(student):
    """Return a name for a student's files: the student's own, if a file may be called so.

    >>> file_name("Jane Doe"), file_name("a/b")
    ('Jane Doe', 'a-b-c14cddc033f6')
    """
    readable = NO_NAME.sub("-", student.encode("utf-8", "backslashreplace").decode())
    if readable == student and len(student.encode()) <= LONGEST_NAME and student[0] != ".":
        return student
    mark = hashlib.sha256(os.fsencode(student)).hexdigest()[:12]
    short = readable.encode()[: LONGEST_NAME - 20].decode("utf-8", "ignore").lstrip(".")
    return f"{short}-{mark}"


def decoded(path):
    """Return the text of a file, as spreadsheets save it."""
    data = path.read_bytes()
    for encoding in ("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeError:
            continue
    return data.decode("latin-1")


def rows(text):
    """Return the rows of a table, whatever stands between its columns, and its names of columns."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    found = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    return [tidy(name).casefold() for name in found[0]], found[1:], separator


def is_table(text):
    """Return whether a text begins with names of columns that we know."""
    head = {tidy(name).casefold() for name in re.split(r"[,;\t]", text.partition("\n")[0])}
    head = {name.strip('"') for name in head}
    return len(head) > 1 and bool(head & {*FULL, *LAST})


def cell(row, head, names):
    """Return the first of some columns that a row fills, or ""."""
    for name in names:
        if name in head and head.index(name) < len(row) and row[head.index(name)].strip():
            return tidy(row[head.index(name)])
    return ""


def person(row, head):
    """Return the student of a row, or None: Canvas has rows that are no student."""
    name = cell(row, head, FULL)
    if not name:
        name = " ".join(filter(None, (cell(row, head, FIRST), cell(row, head, LAST))))
    if not name or name.casefold() in ("points possible", "student, test", "test student"):
        return None
    last, comma, first = name.partition(",")
    name = f"{first.strip()} {last.strip()}" if comma else name
    numbers = [cell(row, head, [each]) for each in NUMBERS]
    numbers = tuple(re.sub(r"^Participant ", "", each) for each in numbers if each)
    return Person(name, numbers, cell(row, head, HANDED_IN))


def read(path):
    """Return the students of a file, in its order.

    Parameters
    ----------
    path : Path
        A name a line, or a CSV of Moodle or Canvas. Two students of one name must have numbers,
        which their names get then.

    Raises
    ------
    ValueError
        If there is no such file, nobody in it, or one twice.
    """
    if not path.is_file():
        raise ValueError(f"roster must be a file, and there is none called {path}")
    text = decoded(path)
    if is_table(text):
        head, lines, _ = rows(text)
        people = [each for row in lines if row and (each := person(row, head))]
    else:
        people = [Person(name) for line in text.splitlines() if (name := tidy(line))]
    if not people:
        raise ValueError(f"roster must name a student at least, and {path} names none")
    times = Counter(each.name for each in people)
    named = [
        replace(p, name=f"{p.name} ({p.numbers[0]})") if times[p.name] > 1 and p.numbers else p
        for p in people
    ]
    twice = [name for name, count in Counter(each.name for each in named).items() if count > 1]
    if twice:
        raise ValueError(f"roster must name each student once: {path} has {', '.join(twice)} twice")
    return named


def filled(path, points, assignment):
    """Return the text of a CSV of Moodle or Canvas, with points in it, to import there.

    Parameters
    ----------
    path : Path
        The CSV that the roster was read from. Moodle's worksheet has a column "Grade"; Canvas has
        one for each assignment, whose name begins with the assignment's.
    points : dict
        The points of students. Who is not in it keeps the cell that the file has.
    assignment : str

    Raises
    ------
    ValueError
        If there is no column for the points.
    """
    text = decoded(path)
    head, lines, separator = rows(text)
    places = [i for i, name in enumerate(head) if name.startswith(assignment.casefold())]
    places += [i for i, name in enumerate(head) if name in ("grade", "bewertung")]
    if not places:
        raise ValueError(f"{path} must have a column {assignment!r} or 'Grade' for the points")
    names = {each.numbers: each.name for each in read(path)}
    for row in lines:
        each = person(row, head) if row else None
        if each is not None and names.get(each.numbers, each.name) in points:
            row += [""] * (places[0] + 1 - len(row))
            row[places[0]] = f"{points[names.get(each.numbers, each.name)]:g}"
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=separator)
    first = text.replace("\ufeff", "").splitlines()[0]
    table.writerow(next(csv.reader([first], delimiter=separator)))
    table.writerows(lines)
    return out.getvalue()
