"""The page for instructors, executed line by line beside what Moodle or Canvas exports."""

import csv
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from handing_in import hand_in
from nbgrader.api import Gradebook
from walking import DUE, MISTAKE, NAME, STRAYS, export, students

from course import roster
from course.grading.__main__ import main

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "chapters" / "appendix" / "instructors.ipynb"


def commands():
    """Return the lines of the page's shell blocks but for the first, which clones the course."""
    cells = json.loads(PAGE.read_text("utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    blocks = [part.partition("```")[0] for part in text.split("```bash\n")[1:]]
    assert blocks[0].startswith("git clone")
    return "\n".join(blocks[1:]).replace("~/course", str(ROOT))


def without_bubblewrap(folder):
    """Return a PATH on which there is all but bubblewrap."""
    folder.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for path in Path(place).glob("*") if place else ():
            if path.name != "bwrap" and not (folder / path.name).exists():
                (folder / path.name).symlink_to(path)
    return str(folder)


def table(path, key):
    with path.open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize(("platform", "sandbox"), [("Moodle", "bubblewrap"), ("Canvas", "user")])
def test_the_page_for_instructors_works_line_by_line(platform, sandbox, request, tmp_path):
    if not (ROOT / ".venv").is_dir():
        pytest.skip("run `make book` first")
    if sandbox == "user" and os.geteuid() != 0:
        pytest.skip("without bubblewrap only root can run code as another user")
    folder = tmp_path / "class"
    folder.mkdir()
    people = students(request.config.getoption("walk"))
    export(people, platform, folder)
    environment = dict(os.environ)
    if sandbox == "user":
        environment["PATH"] = without_bubblewrap(tmp_path / "bin")
    script = "set -euo pipefail\n" + commands()
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"scored ({sandbox}, Python 3." in done.stdout
    assert "Warning" not in done.stderr
    check_hand_outs(folder, people)
    check_loose_notebooks(folder)
    check_the_class(folder, people, platform, done.stdout)
    check_what_goes_back(folder, people, platform)
    check_the_page_on_the_class(folder, people)
    no_other_points_are_overwritten(folder)


def check_hand_outs(folder, people):
    for student in ("Jane Doe", "Max Roe", "Sofia Lind"):
        assert (folder / "handouts" / f"{student}-sheet.html").is_file()
        assert (folder / "keys" / f"{student}-key.html").is_file()
        assert (folder / "notebooks" / f"{student}.ipynb").is_file()
    assert ET.parse(folder / "moodle" / "moodle.xml").findall("question")
    assert "GROUP" in (folder / "canvas" / "quiz.txt").read_text("utf-8")
    own = {path.name for path in (folder / "class-notebooks").iterdir()}
    assert own == {f"{roster.file_name(each.name)}.ipynb" for each in people}
    release = (folder / "release" / NAME / f"{NAME}.ipynb").read_text("utf-8")
    assert "HIDDEN TESTS" not in release


def check_loose_notebooks(folder):
    rows = table(folder / "graded" / NAME / "points.csv", "student")
    assert {name: row["points"] for name, row in rows.items()} == {
        "Jane Doe": "20",
        "Max Roe": "1",
        "Sofia Lind": "0",
    }
    assert rows["Sofia Lind"]["status"] == "nothing handed in"
    assert rows["Max Roe"]["comment"].startswith("momentum-more: ")
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        scores = {each.student.id: each.score for each in gradebook.assignment_submissions(NAME)}
    assert scores == {"Jane Doe": 20, "Max Roe": 1}


def check_the_class(folder, people, platform, printed):
    rows = table(folder / "class" / NAME / "points.csv", "student")
    assert len(rows) == len(people)
    for each in people:
        row = rows[each.name]
        assert (float(row["points"]), row["status"]) == (each.points, each.status), each
        left = 0.8 if each.kind == "late" and platform == "Moodle" else 1
        assert float(row["points after the late rule"]) == each.points * left, each
        if platform == "Moodle" and each.kind != "missing":
            assert row["handed in"].startswith(f"{each.handed:%Y-%m-%d %H:%M}+0"), each
            assert row["days late"] == ("5" if each.kind == "late" else "0"), each
    for name in STRAYS:
        assert f": {name.partition('/')[0]}" in printed
    assert DUE.isoformat() in commands()


def check_what_goes_back(folder, people, platform):
    key, column = ("Identifier", "Grade") if platform == "Moodle" else ("ID", f"{NAME} (77)")
    rows = table(folder / "class" / NAME / "filled-class.csv", key)
    for each in people:
        row = rows[f"Participant {each.number}" if platform == "Moodle" else str(each.number)]
        late = each.kind == "late" and platform == "Moodle"
        points = "" if each.kind == "unreadable" else f"{each.points * (0.8 if late else 1):g}"
        assert row[column] == points, each


def check_the_page_on_the_class(folder, people):
    page = (folder / "class" / NAME / "overview.html").read_text("utf-8")
    lines = dict(re.findall(r'<th scope="row">([^<]*)</th><td class="count">(\d+)', page))
    for said, kind in ((MISTAKE, "wrong"), ("unreadable",) * 2, ("nothing handed in", "missing")):
        assert int(lines[said]) == sum(each.kind == kind for each in people)


def no_other_points_are_overwritten(folder):
    out, submitted = folder / "graded" / NAME, folder / "submitted"
    before = (out / "points.csv").read_bytes()
    with pytest.raises(SystemExit, match=f"has points of {NAME}"):
        main(["landscape", str(submitted), "--out", str(out)])
    assert (out / "points.csv").read_bytes() == before


def test_without_a_sandbox_nothing_is_scored(tmp_path, monkeypatch):
    hand_in("{}", tmp_path / "in" / "ada.ipynb")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"bubblewrap is not installed.*only root"):
        main([NAME, str(tmp_path / "in"), "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out" / "points.csv").exists()
