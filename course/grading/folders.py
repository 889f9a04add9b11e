"""Folders as instructors get them: of nbgrader, Moodle, Canvas, or a notebook for each student."""

import os
import re
import shutil
import struct
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from course.grading import lateness
from course.grading.notebooks import LARGEST_FILE
from course.roster import key, tidy

# What programs leave behind.
STRAY = re.compile(r"^(\.|__MACOSX$|~\$|Thumbs\.db$|desktop\.ini$)", re.I)
MOODLE = re.compile(r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_\w+?_?(?P<file>[^/]*)$")
CANVAS = re.compile(
    r"^(?P<name>[^_]+)(?P<late>_LATE)?_(?P<number>\d+)_(?P<attempt>\d+)_(?P<file>.+)$"
)
# A second download: "x (1)", "x-1" of Canvas, "x - Copy".
COPY = re.compile(r"^(?P<name>.*?)(?: ?\((?P<count>\d+)\))$")
CANVAS_COPY = re.compile(r"^(?P<name>.*?)-(?P<count>\d+)$")
MOST_FILES = 20_000


@dataclass(frozen=True)
class Attempt:
    """A notebook, who handed it in, its place among others, and whether Canvas says it is late."""

    path: object
    name: str
    number: str = ""
    count: int = 0
    named: bool = False
    late: bool = False

    @property
    def order(self):
        """The later, the greater; a file that is called as the assignment counts before others."""
        try:
            saved = self.path.lstat().st_mtime
        except OSError:
            saved = 0.0
        return self.named, self.count, saved, str(self.path)

    def handed(self, person, rule, times):
        """Return when it was handed in, or None, and what says so."""
        if person and (when := lateness.of_moodle(person.handed, rule.zone)):
            return when, "Moodle"
        # In a folder of Moodle it would be a student's own.
        if not self.number and (when := lateness.of_timestamp(self.path.parent)):
            return when, "timestamp.txt"
        if times and (saved := self.order[2]):
            return datetime.fromtimestamp(saved, rule.zone), "the file"
        return None, "late, says Canvas" if self.late else lateness.UNKNOWN


@dataclass
class Collection:
    """The notebook of each student, None where there is none, and what is to be said of it.

    Parameters
    ----------
    found : dict
        The paths.
    attempts : dict
        The attempts that count.
    notes : list of str
    """

    found: dict = field(default_factory=dict)
    attempts: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)


def collect(folder, assignment, people=()):
    """Return the notebook that counts of each student.

    Parameters
    ----------
    folder : Path
        With ``<student>/<assignment>/<notebook>.ipynb``, as nbgrader collects them,
        ``<student>.ipynb``, or what Moodle or Canvas packs into a zip; or all of them.
    assignment : str
    people : sequence of Person
        The roster: who is not in it is named, who handed in nothing is in the result.

    Raises
    ------
    ValueError
        If there is nobody.
    """
    if not folder.is_dir():
        raise ValueError(f"submissions must be a folder, and there is no folder {folder}")
    result, attempts, empty = Collection(), [], []
    for path in sorted(folder.iterdir()):
        if stray(path, assignment):
            result.notes.append(f"left out: {path.name}")
            continue
        found = of_folder(path, assignment) if real_folder(path) else of_file(path)
        if found is None:
            result.notes.append(f"left out, no notebook: {path.name}")
        elif found:
            attempts += found
        else:
            moodle = MOODLE.match(path.name)
            empty.append((moodle["name"], moodle["number"]) if moodle else (path.name, ""))
    merged = {}
    for attempt in attempts:
        name = student(attempt.name, attempt.number, people, result)
        merged.setdefault(name, []).append(attempt)
    for name, number in empty:
        merged.setdefault(student(name, number, people, result), [])
    for each in people:
        merged.setdefault(each.name, [])
    if not merged:
        raise ValueError(
            f"folder must hold <student>.ipynb, <student>/{assignment}/ or what Moodle or Canvas "
            f"packs, got folder = {folder}"
        )
    for name, several in sorted(merged.items()):
        several.sort(key=lambda attempt: attempt.order)
        result.found[name] = several[-1].path if several else None
        result.attempts |= {name: several[-1]} if several else {}
        if len(several) > 1:
            newest = several[-1].path
            result.notes.append(f"{name}: {newest.name} counts, the newest of {len(several)}")
    return result


def stray(path, assignment):
    """Return whether a program left something behind: a name with a dot may be a student's, too."""
    if not STRAY.match(path.name):
        return False
    if real_folder(path) and path.name[0] == ".":
        return not of_folder(path, assignment)
    return path.suffix != ".ipynb" or path.name.startswith("._")


def real_folder(path):
    """Return whether a path is a folder, and no notebook's name and no link."""
    return path.is_dir() and not path.is_symlink() and path.suffix != ".ipynb"


def of_folder(path, assignment):
    """Return the attempts in a student's folder, [] if it is empty, None if it is nobody's."""
    moodle = MOODLE.match(path.name)
    try:
        inside = [each for each in sorted(path.iterdir()) if not STRAY.match(each.name)]
    except OSError:  # not ours to read
        return None
    own = [each for each in inside if each.is_dir() and key(each.name) == key(assignment)]
    if moodle is None and not own:
        return None
    places = own or [path]
    name, number = (moodle["name"], moodle["number"]) if moodle else (path.name, "")
    notebooks = [each for place in places for each in sorted(place.glob("*.ipynb"))]
    notebooks = [each for each in notebooks if not STRAY.match(each.name)]
    return [
        Attempt(
            each, name, number, copy_of(each.stem)[1], key(copy_of(each.stem)[0]) == key(assignment)
        )
        for each in notebooks
    ]


def copy_of(stem):
    """Return the name of a file without the number of its copy, and that number."""
    match = COPY.match(stem)
    return (match["name"], int(match["count"])) if match and match["name"] else (stem, 0)


def of_file(path):
    """Return the attempt that a loose notebook is, or None."""
    if path.suffix.lower() != ".ipynb":
        return None
    moodle, canvas = MOODLE.match(path.stem), CANVAS.match(path.stem)
    if moodle:
        return [Attempt(path, moodle["name"], moodle["number"], copy_of(path.stem)[1])]
    if canvas:
        again = CANVAS_COPY.match(canvas["file"])
        count = int(again["count"]) if again else 0
        late = canvas["late"] is not None
        return [Attempt(path, canvas["name"], canvas["number"], count, late=late)]
    name, count = copy_of(path.stem)
    return [Attempt(path, name, "", count)]


def student(name, number, people, result):
    """Return the name that a student has in the roster, or the one that a file has."""
    for each in people:
        if number and number in each.numbers:
            return each.name
    same = [each.name for each in people if key(each.name) == key(name)]
    # Canvas writes names without blanks: doejane.
    letters = re.sub(r"\W|_", "", tidy(name).casefold())
    for each in people:
        words = re.findall(r"\w+", each.name.casefold())
        if len(words) > 1 and letters in ("".join(words), "".join([words[-1], *words[:-1]])):
            same.append(each.name)
    if len(set(same)) == 1:
        return same[0]
    if people:
        result.notes.append(f"not in the roster, or not one alone: {name}")
    return name


def saved(member, zone):
    """Return when a file in a zip was saved: seconds since 1970, or None.

    Programs that note it in UTC are believed; others write what the clock on the wall says.
    """
    extra = member.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == 0x5455 and size >= 5 and extra[4] & 1:
            return struct.unpack("<i", extra[5:9])[0]
        extra = extra[4 + size :]
    with suppress(ValueError, OverflowError, OSError):  # a time that is none
        return datetime(*member.date_time, tzinfo=zone).timestamp()


def unpacked(file, folder, zone=None):
    """Unpack the notebooks of a zip, as Moodle and Canvas make it; return the folder.

    The files get the times that the zip has, which are of a zone, or of this machine's.
    Nothing is written outside of it, no link is made, and nothing that is too large.

    Raises
    ------
    ValueError
        If it is no such file.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            members = packed.infolist()[:MOST_FILES]
            for member in members:
                parts = PurePosixPath(member.filename.replace("\\", "/")).parts
                safe = all(part not in ("..", "/") and ":" not in part for part in parts)
                if member.is_dir() or not safe or not parts or member.file_size > LARGEST_FILE:
                    continue
                to = folder.joinpath(*parts)
                to.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(member) as source, to.open("wb") as target:
                    shutil.copyfileobj(source, target)
                if (when := saved(member, zone)) is not None:
                    os.utime(to, (when, when))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise ValueError(f"submissions must be a folder or a zip, got {file}: {error}") from error
    return folder
