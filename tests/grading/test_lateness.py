"""Due dates, late days and extensions."""

import os
import struct
import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from course.grading import lateness, report, results
from course.grading.folders import collect, unpacked
from course.grading.scoring import Outcome, Score
from course.roster import Person

BERLIN = ZoneInfo("Europe/Berlin")
NAME = "first-order"
FILE = """\
timezone = "Europe/Berlin"
late_days = 2
percent_a_day = 10
nothing_after_days = 5

[first-order]
due = 2026-10-24T23:59:00

[first-order.extensions]
"Jane Doe" = 2026-10-26T12:00:00

[landscape]
due = 2026-10-10
"""


def rule(tmp_path, text=FILE):
    path = tmp_path / "deadlines.toml"
    path.write_text(text, "utf-8")
    return lateness.read(path)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("when", "days", "share"),
    [
        ("2026-10-24 23:59", 0, 1.0),
        # Clocks go back in the night to the 25th: that day has 25 hours.
        ("2026-10-25 23:59", 1, 1.0),
        ("2026-10-26 00:00", 2, 1.0),
        ("2026-10-27 12:00", 3, 0.9),
        ("2026-10-31 23:59", 7, 0.5),
        ("2026-11-01 00:00", 8, 0.0),
    ],
)
def test_days_late_and_what_they_cost(when, days, share, tmp_path):
    late = rule(tmp_path).late(NAME, "max", at(when).astimezone(UTC), "Moodle")
    assert (late.days, late.free) == (days, min(days, 2))
    assert late.share == pytest.approx(share)


def test_a_day_may_have_23_hours(tmp_path):
    text = 'timezone = "Europe/Berlin"\n[first-order]\ndue = 2026-03-28T12:00:00\n'
    own = rule(tmp_path, text)
    days = [own.late(NAME, "x", at(f"2026-03-29 {t}"), "").days for t in ("12:00", "12:01")]
    assert days == [1, 2]


def test_an_extension_is_the_students_own_due_date(tmp_path):
    own = rule(tmp_path)
    assert own.late(NAME, "DOE, jane", at("2026-10-26 12:00"), "").days == 0
    assert own.late(NAME, "Jane Doe", at("2026-10-26 12:01"), "").days == 1


def test_due_in_an_hour_that_comes_twice_is_the_later_one(tmp_path):
    text = 'timezone = "Europe/Berlin"\n[first-order]\ndue = 2026-10-25T02:30:00\n'
    due = rule(tmp_path, text).deadlines[NAME].due
    assert due.astimezone(UTC).hour == 1
    with_offset = text.replace("02:30:00", "02:30:00+02:00")
    assert rule(tmp_path, with_offset).deadlines[NAME].due.astimezone(UTC).hour == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('timezone = "Europe/Berlin"\n', "", "must name the time zone"),
        ("Europe/Berlin", "Europe/Bonn", "line 1: timezone must be a name such as.*Bonn"),
        ("late_days = 2", "late_days = -1", "line 2: late_days must be .*not negative, got -1"),
        ("late_days = 2", "late_days = 1.5", "line 2: late_days must be a whole number"),
        ("percent_a_day = 10", 'percent_a_day = "x"', "line 3: percent_a_day must be a number"),
        ("percent_a_day = 10", "percent_a_day = 200", "line 3: percent_a_day must be at most 100"),
        (
            "percent_a_day",
            "percent_per_day",
            "line 3: percent_per_day means nothing.*percent_a_day",
        ),
        ("[first-order]\ndue", "[first-order]\ndew", "line 7: dew means nothing.*is it due"),
        ("2026-10-24T23:59:00", '"Oct 24"', "line 7: due must be a time such as.*Oct 24"),
        ("2026-10-24T23:59:00", "2026-03-29T02:30:00", "line 7: due is a time that clocks skip"),
        ("2026-10-26T12:00:00", "2026-10-20T12:00:00", "line 10: Jane Doe has an extension that"),
        ("due = 2026-10-24T23:59:00", "due = 24.10.2026", r"is not TOML: .*line 7"),
        ('"Jane Doe" =', '"Doe, Jane" = 2026-11-01\n"Jane Doe" =', "names a student twice"),
        ("timezone", "file_times = 1\ntimezone", "line 1: file_times must be true or false"),
    ],
)
def test_every_bad_line_is_named(old, new, message, tmp_path):
    assert old in FILE
    with pytest.raises(ValueError, match=message):
        rule(tmp_path, FILE.replace(old, new, 1))


def test_files_that_are_none_and_other_assignments(tmp_path):
    with pytest.raises(ValueError, match="must be a file"):
        lateness.read(tmp_path / "no.toml")
    with pytest.raises(ValueError, match="a table for an assignment"):
        rule(tmp_path, 'timezone = "UTC"')
    with pytest.raises(ValueError, match=r"must have a table \[adaptive\], and have first-order"):
        rule(tmp_path).ask_for("adaptive")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Saturday, 24 October 2026, 11:42 PM", "2026-10-24 23:42"),
        ("Saturday, October 24, 2026, 12:05 AM", "2026-10-24 00:05"),
        ("Dienstag, 24. März 2026, 23:42", "2026-03-24 23:42"),
        ("Mon, 2 Mar 2026, 9:05", "2026-03-02 09:05"),
        ("-", None),
        ("24 Smarch 2026, 10:00", None),
        ("31 February 2026, 10:00", None),
    ],
)
def test_times_that_moodle_writes(text, expected):
    assert lateness.of_moodle(text, BERLIN) == (expected and at(expected))


def notebook(path, when=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    if when:
        os.utime(path, (when.timestamp(),) * 2)
    return path


def handed(folder, people, own):
    found = collect(folder, NAME, people)
    by_name = {each.name: each for each in people}
    return {
        name: each.handed(by_name.get(name), own, own.file_times)
        for name, each in found.attempts.items()
    }


def test_what_says_when_it_was_handed_in(tmp_path):
    folder, saved = tmp_path / "in", at("2026-10-25 10:00")
    people = [Person("Ada King", ("101",), "Sunday, 25 October 2026, 8:00 AM")]
    notebook(folder / "Ada King_101_assignsubmission_file" / "x.ipynb", saved)
    (folder / "Ada King_101_assignsubmission_file" / "timestamp.txt").write_text("2026-01-01")
    notebook(folder / "max" / NAME / f"{NAME}.ipynb", saved)
    (folder / "max" / NAME / "timestamp.txt").write_text("2026-10-24 21:58:00.5 UTC")
    notebook(folder / "noetheremmy_LATE_9002_5003_first-order.ipynb", saved)
    notebook(folder / "sofia.ipynb", saved)
    notebook(folder / "Jane Doe_102_assignsubmission_file" / "x.ipynb", saved)
    (folder / "Jane Doe_102_assignsubmission_file" / "timestamp.txt").write_text("2026-01-01")
    own = rule(tmp_path)
    when = handed(folder, people, own)
    assert when["Ada King"] == (at("2026-10-25 08:00"), "Moodle")
    assert when["max"][0] == datetime(2026, 10, 24, 21, 58, 0, 500_000, tzinfo=UTC)
    assert when["noetheremmy"] == (None, "late, says Canvas")
    assert when["Jane Doe"] == when["sofia"] == (None, "unknown")
    own = rule(tmp_path, "file_times = true\n" + FILE)
    assert handed(folder, [], own)["sofia"] == (saved, "the file")


def test_times_in_a_zip_are_of_its_zone(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.writestr(zipfile.ZipInfo("wall.ipynb", (2026, 10, 26, 10, 0, 0)), "{}")
        exact = zipfile.ZipInfo("exact.ipynb", (2026, 10, 26, 10, 0, 0))
        stamp = at("2026-10-26 03:00").timestamp()
        exact.extra = struct.pack("<HHBi", 0x5455, 5, 1, int(stamp))
        packed.writestr(exact, "{}")
    zone = ZoneInfo("Pacific/Auckland")
    folder = unpacked(tmp_path / "all.zip", tmp_path / "in", zone)
    there = datetime.fromtimestamp((folder / "wall.ipynb").stat().st_mtime, zone)
    assert there.replace(tzinfo=None) == datetime(2026, 10, 26, 10)
    assert (folder / "exact.ipynb").stat().st_mtime == stamp


def test_late_days_are_spent_in_the_order_of_due_dates(tmp_path):
    folder = tmp_path / "in"
    notebook(folder / "max.ipynb", at("2026-10-26 10:00"))
    notebook(folder / "ada.ipynb", at("2026-10-26 10:00"))
    own = rule(tmp_path, "file_times = true\n" + FILE)
    out, other = tmp_path / "graded" / NAME, tmp_path / "graded" / "landscape"
    scores = [Score(name, [Outcome("momentum-more", 10, 20)]) for name in ("ada", "max")]
    work = (scores, collect(folder, NAME), NAME, (), own, out)
    late, notes = results.handed_in(*work)
    assert {name: each.free for name, each in late.items()} == {"ada": 2, "max": 2}
    assert any("late days spent on landscape are not known" in note for note in notes)
    assert any("extension for somebody who is not here: Jane Doe" in note for note in notes)
    report.claim(other, "landscape")
    report.write(other / "scores" / "late-days.json", '{"max": 1}')
    late, notes = results.handed_in(*work)
    assert {name: each.free for name, each in late.items()} == {"ada": 2, "max": 1}
    merged = {each.student: each for each in results.merged(scores, [], late)}
    assert (merged["ada"].points, merged["ada"].final) == (10, 10)
    assert (merged["max"].points, merged["max"].final) == (10, 9)
    report.table(list(merged.values()), out / "points.csv")
    assert "max,10,20,scored,2026-10-26 10:00+01:00,the file,2,1,9,," in (
        (out / "points.csv").read_text("utf-8")
    )
