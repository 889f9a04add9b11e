"""Rosters and folders as instructors get them."""

import csv
import os
import zipfile

import pytest
from handing_in import hand_in
from hostile import NAME, solved

from course import roster
from course.grading.__main__ import main
from course.grading.folders import collect, unpacked
from course.roster import Person

MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade\n"
    'Participant 101,"Ada Lovelace",ada@x.org,Submitted,-,20.00\n'
    'Participant 102,"Jürgen Groß",j@x.org,Submitted,,20.00\n'
    'Participant 103,"Emmy Noether",e@x.org,No submission,,20.00\n'
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,first-order (77),other (78)\n"
    "    Points Possible,,,,,20,5\n"
    '"Lovelace, Ada",9001,a1,ada,S,,1\n'
    '"Noether, Emmy",9002,e1,emmy,S,,2\n'
    '"Student, Test",9009,,t,S,,\n'
)


def touched(path, text="{}", when=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    if when is not None:
        os.utime(path, (when, when))
    return path


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"ada\nemmy\n", ["ada", "emmy"]),
        ("\ufeffada\r\n\r\n  emmy  noether \r\n".encode(), ["ada", "emmy noether"]),
        ("Ju\u0308rgen".encode(), ["J\u00fcrgen"]),
        ("Jürgen\n".encode("cp1252"), ["Jürgen"]),
        ("ada\nemmy\n".encode("utf-16"), ["ada", "emmy"]),
        (b"Doe, Jane\nRoe, Max\n", ["Doe, Jane", "Roe, Max"]),
        (MOODLE.encode("utf-8-sig"), ["Ada Lovelace", "Jürgen Groß", "Emmy Noether"]),
        (MOODLE.replace(",", ";").encode(), ["Ada Lovelace", "Jürgen Groß", "Emmy Noether"]),
        (CANVAS.encode(), ["Ada Lovelace", "Emmy Noether"]),
        (b"First name,Last name,ID number\nAda,Lovelace,7\n", ["Ada Lovelace"]),
        (b"Full name,ID number\nJane Doe,7\nJane Doe,8\n", ["Jane Doe (7)", "Jane Doe (8)"]),
    ],
)
def test_rosters_of_all_kinds_are_read(data, names, tmp_path):
    path = tmp_path / "students.csv"
    path.write_bytes(data)
    assert [each.name for each in roster.read(path)] == names


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "names none"), ("ada\nemmy\nada \n", "ada twice"), (None, "there is none called")],
)
def test_rosters_that_are_none_are_refused(text, message, tmp_path):
    path = tmp_path / "students.txt"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ValueError, match=message):
        roster.read(path)


def test_stray_files_and_other_forms_do_not_hide_each_other(tmp_path):
    loose = touched(tmp_path / "ada.ipynb")
    deep = touched(tmp_path / "emmy" / NAME / f"{NAME}.ipynb")
    capitals = touched(tmp_path / "sofia" / "First-Order" / "First-Order.ipynb")
    dotted = touched(tmp_path / ".x" / NAME / "mine.ipynb")
    for stray in (
        ".ipynb_checkpoints/ada.ipynb",
        "__MACOSX/._ada.ipynb",
        "._ada.ipynb",
        ".DS_Store",
        "notes.txt",
        "old/x.txt",
    ):
        touched(tmp_path / stray)
    got = collect(tmp_path, NAME)
    assert got.found == {"ada": loose, "emmy": deep, "sofia": capitals, ".x": dotted}
    said = " ".join(got.notes)
    for stray in ("__MACOSX", "._ada.ipynb", ".DS_Store", "notes.txt", "old"):
        assert stray in said


def test_the_newest_attempt_counts_and_that_is_said(tmp_path):
    touched(tmp_path / "ada.ipynb", when=300)
    touched(tmp_path / "ada (1).ipynb", when=200)
    second = touched(tmp_path / "ada (2).ipynb", when=100)
    folder = tmp_path / "emmy" / NAME
    touched(folder / "scratch.ipynb", when=900)
    touched(folder / f"{NAME}.ipynb", when=100)
    again = touched(folder / f"{NAME} (1).ipynb", when=50)
    got = collect(tmp_path, NAME)
    assert got.found == {"ada": second, "emmy": again}
    assert "ada: ada (2).ipynb counts, the newest of 3" in got.notes


def test_downloads_of_moodle(tmp_path):
    people = [Person("Ada Lovelace", ("101",)), Person("Jürgen Groß", ("102",))]
    people.append(Person("Emmy Noether", ("103",)))
    first = touched(tmp_path / "Ada Lovelace_101_assignsubmission_file" / "my solution.ipynb")
    other = touched(tmp_path / "Ju\u0308rgen Groß_102_assignsubmission_file_first-order.ipynb")
    touched(tmp_path / "Max Roe_104_assignsubmission_file_" / "x.ipynb")
    got = collect(tmp_path, NAME, people)
    assert got.found == {
        "Ada Lovelace": first,
        "Jürgen Groß": other,
        "Emmy Noether": None,
        "Max Roe": tmp_path / "Max Roe_104_assignsubmission_file_" / "x.ipynb",
    }
    assert "not in the roster, or not one alone: Max Roe" in got.notes


def test_downloads_of_canvas(tmp_path):
    people = [Person("Ada King", ("9001",)), Person("Emmy Noether", ("x",))]
    touched(tmp_path / "lovelaceada_9001_5001_first-order.ipynb", when=200)
    newest = touched(tmp_path / "lovelaceada_LATE_9001_5002_first-order-1.ipynb", when=100)
    other = touched(tmp_path / "noetheremmy_9002_5003_first-order.ipynb")
    got = collect(tmp_path, NAME, people)
    assert got.found == {"Ada King": newest, "Emmy Noether": other}


def test_a_zip_writes_nothing_elsewhere(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.writestr("Ada Lovelace_101_assignsubmission_file_/a.ipynb", "{}")
        for bad in ("../out.ipynb", "/out.ipynb", "x/../../out.ipynb", "C:\\out.ipynb"):
            packed.writestr(bad, "{}")
    unpacked(tmp_path / "all.zip", tmp_path / "in")
    files = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.ipynb")]
    assert files == ["in/Ada Lovelace_101_assignsubmission_file_/a.ipynb"]
    with pytest.raises(ValueError, match="must be a folder or a zip"):
        unpacked(touched(tmp_path / "no.zip"), tmp_path / "in")


@pytest.mark.parametrize(
    ("text", "column"), [(MOODLE, "Grade"), (CANVAS, "first-order (77)")], ids=["Moodle", "Canvas"]
)
def test_a_download_is_scored_and_its_points_go_back(text, column, tmp_path, capsys):
    (tmp_path / "class.csv").write_text(text, "utf-8-sig")
    name = "Ada Lovelace_101_assignsubmission_file_/x.ipynb"
    if text is CANVAS:
        name = "lovelaceada_9001_5001_first-order.ipynb"
    notebook = hand_in(solved(), tmp_path / "a.ipynb")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.write(notebook, name)
    out = tmp_path / "out"
    call = [NAME, str(tmp_path / "all.zip"), "--roster", str(tmp_path / "class.csv")]
    main([*call, "--out", str(out), "--jobs", "1"])
    assert "nothing handed in: Emmy Noether" in capsys.readouterr().out
    with (out / "points.csv").open(encoding="utf-8", newline="") as file:
        points = {row["student"]: row["points"] for row in csv.DictReader(file)}
    assert (points["Ada Lovelace"], points["Emmy Noether"]) == ("20", "0")
    with (out / "filled-class.csv").open(encoding="utf-8", newline="") as file:
        rows = {row.get("Full name", row.get("Student")): row for row in csv.DictReader(file)}
    assert rows["Ada Lovelace" if text is MOODLE else "Lovelace, Ada"][column] == "20"
    assert rows["Emmy Noether" if text is MOODLE else "Noether, Emmy"][column] == "0"
    assert text is MOODLE or rows["    Points Possible"][column] == "20"
