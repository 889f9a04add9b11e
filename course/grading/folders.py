"""Folders as instructors get them: of nbgrader, Moodle, Canvas, or a notebook for each student."""

import os
import re
import shutil
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from course.grading.notebooks import LARGEST_FILE
from course.roster import key, tidy

# What programs leave behind.
STRAY = re.compile(r"^(\.|__MACOSX$|~\$|Thumbs\.db$|desktop\.ini$)", re.I)
MOODLE = re.compile(r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_\w+?_?(?P<file>[^/]*)$")
CANVAS = re.compile(r"^(?P<name>[^_]+)(_LATE)?_(?P<number>\d+)_(?P<attempt>\d+)_(?P<file>.+)$")
# A second download: "x (1)", "x-1" of Canvas, "x - Copy".
COPY = re.compile(r"^(?P<name>.*?)(?: ?\((?P<count>\d+)\))$")
CANVAS_COPY = re.compile(r"^(?P<name>.*?)-(?P<count>\d+)$")
MOST_FILES = 20_000


@dataclass(frozen=True)
class Attempt:
    """A notebook, who handed it in, and its place among others of the same student."""

    path: object
    name: str
    number: str = ""
    count: int = 0
    named: bool = False

    @property
    def order(self):
        """The later, the greater; a file that is called as the assignment counts before others."""
        try:
            saved = self.path.lstat().st_mtime
        except OSError:
            saved = 0.0
        return self.named, self.count, saved, str(self.path)


@dataclass
class Collection:
    """The notebook of each student, None where there is none, and what is to be said of it."""

    found: dict = field(default_factory=dict)
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
        return [Attempt(path, canvas["name"], canvas["number"], count)]
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


def unpacked(file, folder):
    """Unpack the notebooks of a zip, as Moodle and Canvas make it; return the folder.

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
                with suppress(ValueError, OverflowError):  # a time that is none
                    when = time.mktime((*member.date_time, 0, 0, -1))
                    os.utime(to, (when, when))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise ValueError(f"submissions must be a folder or a zip, got {file}: {error}") from error
    return folder
