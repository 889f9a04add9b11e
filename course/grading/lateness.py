"""Due dates, late days and extensions: one small file in TOML.

    timezone = "Europe/Berlin"
    late_days = 3            # a student's for the whole course: days late that cost nothing
    percent_a_day = 10       # what each further day begun costs, of the points reached
    nothing_after_days = 7   # from then on there are no points
    grace_minutes = 10
    file_times = false       # true: where nothing else says when, the times of files do

    [first-order]
    due = 2026-10-24T23:59:00

    [first-order.extensions]
    "Jane Doe" = 2026-10-28T23:59:00

All but `due` may be left out. A day ends at the time of day that is due, also where clocks change.
"""

import difflib
import math
import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from course.roster import key, tidy

# Their first three letters, in English and German.
MONTHS = ["jan", "feb", "mar|mär", "apr", "may|mai", "jun"]
MONTHS += ["jul", "aug", "sep", "oct|okt", "nov", "dec|dez"]
# Moodle writes "Saturday, 24 October 2026, 11:42 PM", "October 24" or "24. März 2026, 23:42".
MOODLE = re.compile(
    r"(?:(?P<day>\d{1,2})\.? (?P<month>\w+)|(?P<month2>\w+) (?P<day2>\d{1,2})),? (?P<year>\d{4}),? "
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?: ?(?P<half>[ap])\.?m)?",
    re.I,
)
NUMBERS = {"late_days": 0, "percent_a_day": 0, "nothing_after_days": math.inf, "grace_minutes": 0}
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Late:
    """When a student handed in, who says so, and what it costs.

    Parameters
    ----------
    handed : datetime, optional
    source : str
        What the time is from, or "unknown".
    days : int, optional
        How many days late, begun ones whole; None if it is not known.
    free : int
        How many of them are late days of the student's.
    share : float
        Of the points reached, what is left.
    """

    handed: datetime | None = None
    source: str = UNKNOWN
    days: int | None = None
    free: int = 0
    share: float = 1.0

    def cells(self):
        """Return what the table of points says of it."""
        when = self.handed.isoformat(" ", "minutes") if self.handed else UNKNOWN
        return [when, self.source, UNKNOWN if self.days is None else str(self.days), str(self.free)]


@dataclass(frozen=True)
class Deadline:
    """When an assignment is due, and for whom it is later."""

    due: datetime
    extensions: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """What a file says.

    Parameters
    ----------
    zone : ZoneInfo
    deadlines : dict
        The `Deadline` of each assignment.
    late_days, percent_a_day, nothing_after_days, grace_minutes : float
    file_times : bool
    """

    zone: ZoneInfo
    deadlines: dict
    late_days: float = 0
    percent_a_day: float = 0
    nothing_after_days: float = math.inf
    grace_minutes: float = 0
    file_times: bool = False

    def ask_for(self, assignment):
        """Return this rule, or refuse if it says nothing of an assignment."""
        if assignment not in self.deadlines:
            names = ", ".join(self.deadlines)
            raise ValueError(f"deadlines must have a table [{assignment}], and have {names}")
        return self

    def before(self, assignment):
        """Return the assignments that were due before this one: their late days are spent first."""
        last = self.deadlines[assignment].due, assignment
        return sorted(name for name, each in self.deadlines.items() if (each.due, name) < last)

    def due(self, assignment, student):
        """Return when a student has to hand in."""
        deadline = self.deadlines[assignment]
        own = {key(name): when for name, when in deadline.extensions.items()}
        return max(deadline.due, own.get(key(student), deadline.due))

    def days(self, due, handed):
        """Return how many days after a time another one is; a day begun is a day."""
        handed -= timedelta(minutes=self.grace_minutes)
        count = max(0, (handed - due.astimezone(UTC)).days)
        # A day by the clock on the wall may have 23 or 25 hours.
        while (due + timedelta(days=count)).astimezone(UTC) < handed:
            count += 1
        while count and (due + timedelta(days=count - 1)).astimezone(UTC) >= handed:
            count -= 1
        return count

    def late(self, assignment, student, handed, source, spent=0):
        """Return what handing in at a time costs a student who has spent some late days."""
        if handed is None:
            return Late(source=source)
        days = self.days(self.due(assignment, student), handed.astimezone(UTC))
        free = min(days, max(0, int(self.late_days - spent)))
        share = max(0.0, 1 - (days - free) * self.percent_a_day / 100)
        if days - free > self.nothing_after_days:
            share = 0.0
        return Late(handed.astimezone(self.zone), source, days, free, share)


def read(path):
    """Return the rule of a file.

    Raises
    ------
    ValueError
        If there is none, or a line of it is not understood; the message has the line.
    """
    try:
        text = path.read_text("utf-8-sig")
        data = tomllib.loads(text)
    except OSError as error:
        raise ValueError(f"deadlines must be a file, got {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeError) as error:
        raise ValueError(f"{path} is not TOML: {error}") from error
    reader = Reader(path, text)
    zone = reader.zone(data.pop("timezone", None))
    tables = {name: data.pop(name) for name in [*data] if isinstance(data[name], dict)}
    settings = {name: reader.number(name, data.pop(name)) for name in NUMBERS if name in data}
    file_times = data.pop("file_times", False)
    if not isinstance(file_times, bool):
        reader.refuse("file_times", f"must be true or false, got {file_times!r}")
    for name in data:
        reader.unknown(name, ["timezone", "file_times", *NUMBERS])
    if not tables:
        raise ValueError(f"{path} must have a table for an assignment, such as [first-order]")
    deadlines = {name: reader.deadline(name, table, zone) for name, table in tables.items()}
    return Rule(zone, deadlines, file_times=file_times, **settings)


class Reader:
    """Checks what a file says, and names the line of what is wrong."""

    def __init__(self, path, text):
        self.path, self.lines = path, text.splitlines()

    def refuse(self, name, why, table=""):
        """Raise an error that names the line."""
        place, inside = "", not table
        for number, line in enumerate(self.lines, start=1):
            if line.strip().startswith("["):
                inside = line.strip(" []").replace('"', "").replace("'", "") == table
            if inside and name in re.split("[=#]", line)[0]:
                place = f", line {number}"
                break
        raise ValueError(f"{self.path}{place}: {name} {why}")

    def unknown(self, name, known, table=""):
        """Refuse a name that means nothing."""
        near = difflib.get_close_matches(name, known, 1)
        self.refuse(name, f"means nothing here{f', is it {near[0]}?' if near else ''}", table)

    def zone(self, name):
        """Return a time zone."""
        if name is None:
            raise ValueError(f'{self.path} must name the time zone: timezone = "Europe/Berlin"')
        try:
            return ZoneInfo(name)
        except (ValueError, TypeError, OSError, LookupError):
            self.refuse("timezone", f'must be a name such as "Europe/Berlin", got {name!r}')

    def number(self, name, value):
        """Return a number that is not negative."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            self.refuse(name, f"must be a number and not negative, got {value!r}")
        if name == "late_days" and value != int(value):
            self.refuse(name, f"must be a whole number of days, got {value!r}")
        if name == "percent_a_day" and value > 100:
            self.refuse(name, f"must be at most 100, got {value!r}")
        return value

    def deadline(self, name, table, zone):
        """Return the deadline that a table says."""
        extensions = table.get("extensions", {})
        for each in table:
            if each not in ("due", "extensions"):
                self.unknown(each, ["due", "extensions"], name)
        if "due" not in table:
            raise ValueError(f"{self.path}: [{name}] must say when it is due")
        if not isinstance(extensions, dict):
            self.refuse("extensions", "must be a table of students", name)
        due = self.time("due", table["due"], zone, name)
        place = f"{name}.extensions"
        later = {who: self.time(who, when, zone, place) for who, when in extensions.items()}
        for who, when in later.items():
            if when < due:
                self.refuse(who, f"has an extension that ends before {due}, at {when}", place)
        if len({key(who) for who in later}) < len(later):
            raise ValueError(f"{self.path}: [{place}] names a student twice")
        return Deadline(due, later)

    def time(self, name, value, zone, table):
        """Return a time: of a day alone its last minute, of an hour that comes twice the later."""
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day, 23, 59)
        if not isinstance(value, datetime):
            form = "2026-10-24T23:59:00 (without quotes)"
            self.refuse(name, f"must be a time such as {form}, got {value!r}", table)
        if value.tzinfo is not None:
            return value.astimezone(zone)
        there = value.replace(tzinfo=zone, fold=1)
        if there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != value:
            self.refuse(name, f"is a time that clocks skip in {zone}: {value}", table)
        return there


def of_moodle(text, zone):
    """Return the time that Moodle's worksheet says, or None.

    >>> of_moodle("Saturday, 24 October 2026, 11:42 PM", UTC).isoformat()
    '2026-10-24T23:42:00+00:00'
    """
    match = MOODLE.search(tidy(text))
    if not match:
        return None
    word = (match["month"] or match["month2"]).casefold()[:3]
    months = [i for i, names in enumerate(MONTHS, start=1) if word in names.split("|")]
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + 12 * (match["half"].casefold() == "p")
    try:
        day = int(match["day"] or match["day2"])
        return datetime(int(match["year"]), months[0], day, hour, int(match["minute"]), tzinfo=zone)
    except (ValueError, IndexError):
        return None


def of_timestamp(folder):
    """Return the time in nbgrader's ``timestamp.txt``, in UTC if it names no zone, or None."""
    try:
        text = (folder / "timestamp.txt").read_text("utf-8")[:100].strip()
        when = datetime.fromisoformat(re.sub(r" ?(UTC|Z)$", "+00:00", text))
    except (OSError, ValueError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
