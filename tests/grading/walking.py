"""A class as Moodle or Canvas exports it: a list, a zip of what was handed in, and what is right.

Among the students are those with two attempts, late ones, one with an extension, files that cannot
be read, names with commas, blanks and accents, one name twice, and some who handed in nothing;
beside their files lies what programs leave behind.
"""

import csv
import io
import json
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta

from handing_in import notebook
from hostile import NAME, momentum, solved

DUE = datetime(2026, 10, 24, 23, 59)
FIRST = ["Ada", "Émile", "Jürgen", "Li", "Anna Maria", "O'Neil", "Zoë", "Ali", "Ivy"]
LAST = ["Lovelace", "du Châtelet", "Groß", "Ng", "Smith-Jones", "García", "Ωmega", "Roe"]
STRAYS = ["__MACOSX/._x.ipynb", ".DS_Store", "Thumbs.db", "read me.txt", "old/notes.txt"]
MISTAKE = "A running average in place of a sum"
KINDS = ["right", "wrong", "twice", "late", "missing", "unreadable", "empty", "right", "renamed"]


@dataclass(frozen=True)
class Student:
    """Who, what was handed in, and what should come out."""

    number: int
    first: str
    last: str
    kind: str
    name: str

    @property
    def points(self):
        """The points of the tests, before the late rule."""
        return {"wrong": 16, "missing": 0, "unreadable": 0, "empty": 0}.get(self.kind, 20)

    @property
    def status(self):
        """What points.csv says of it."""
        return {"missing": "nothing handed in", "unreadable": "unreadable"}.get(self.kind, "scored")

    @property
    def handed(self):
        """When: late is five days, of which three cost nothing."""
        days = {"late": 4.5, "extension": 2}.get(self.kind, -1)
        return DUE + timedelta(days=days)


def students(count):
    """Return a class; Jane Doe has an extension, and there are two of the name Max Roe."""
    found = [Student(101, "Jane", "Doe", "extension", "Jane Doe")]
    found += [Student(n, "Max", "Roe", "right", f"Max Roe ({n})") for n in (102, 103)]
    for i in range(count - len(found)):
        last = f"{LAST[i % len(LAST)]} {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[i // 26 % 26]}{i}"
        first = FIRST[i % len(FIRST)]
        found.append(Student(104 + i, first, last, KINDS[i % len(KINDS)], f"{first} {last}"))
    return found


def contents():
    """Return what a file of each kind holds."""
    wrong = momentum("v = beta * v + (1 - beta) * g; return v, -lr * v")
    return {
        "wrong": json.dumps(wrong),
        "unreadable": "{",
        "empty": json.dumps(notebook(NAME, solved=False)),
        "right": json.dumps(solved()),
    }


def files(student):
    """Return the names of a student's files, with the kind of what is in them."""
    if student.kind == "missing":
        return []
    if student.kind == "twice":
        return [(f"{NAME}.ipynb", 0, "wrong"), (f"{NAME}.ipynb", 1, "right")]
    if student.kind == "renamed":
        return [("my solution.ipynb", 0, "right")]
    kind = student.kind if student.kind in ("wrong", "unreadable", "empty") else "right"
    return [(f"{NAME}.ipynb", 0, kind)]


def moodle(people):
    """Return Moodle's worksheet and the names of the files in its zip."""
    rows = [["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"]]
    rows[0] += ["Last modified (submission)", "Feedback comments"]
    packed = []
    for each in people:
        when = "-" if each.kind == "missing" else f"{each.handed:%A, %d %B %Y, %I:%M %p}"
        who = f"{each.first} {each.last}"
        mail = f"s{each.number}@example.org"
        rows.append([f"Participant {each.number}", who, mail, "", "", "20.00", when, ""])
        decomposed = unicodedata.normalize("NFD", who)
        for name, again, kind in files(each):
            name = name.replace(".ipynb", " (1).ipynb") if again else name
            packed.append((f"{decomposed}_{each.number}_assignsubmission_file_/{name}", kind))
    return rows, packed


def canvas(people):
    """Return Canvas's gradebook and the names of the files in its zip."""
    rows = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{NAME} (77)", "other (78)"]
    ]
    rows.append(["    Points Possible", "", "", "", "", "20", "5"])
    packed = []
    for each in people:
        who, number = f"{each.last}, {each.first}", each.number
        rows.append([who, str(number), f"s{number}", f"login{number}", "S", "", "3"])
        letters = "".join(filter(str.isalnum, f"{each.last}{each.first}")).lower()
        late = "_LATE" if each.kind in ("late", "extension") else ""
        for name, again, kind in files(each):
            name = name.replace(".ipynb", "-1.ipynb") if again else name
            packed.append((f"{letters}{late}_{number}_{5000 + 2 * number + again}_{name}", kind))
    return rows, packed


def export(people, platform, folder):
    """Write what a platform exports of a class: ``class.csv`` and ``download.zip``."""
    rows, packed = {"Moodle": moodle, "Canvas": canvas}[platform](people)
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    (folder / "class.csv").write_text(text.getvalue(), "utf-8-sig")
    held = contents()
    with zipfile.ZipFile(folder / "download.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for name, kind in packed:
            file.writestr(zipfile.ZipInfo(name, (2026, 10, 1, 12, 0, 0)), held[kind])
        for name in STRAYS:
            file.writestr(name, "{}")
