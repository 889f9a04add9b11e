"""The command: folders in, points, feedback and gradebook out."""

import csv
import json
import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from distributed import LocalCluster
from handing_in import ASSIGNMENTS, hand_in, notebook, source_of, with_cell
from hostile import BROKEN, NAME, solved
from nbgrader.api import Gradebook

from course.grading import sandbox
from course.grading.__main__ import grade, main
from course.grading.folders import collect
from course.grading.notebooks import load_assignment
from course.grading.sandbox import Limits, NoSandbox, choose
from course.roster import file_name

ROOT = Path(__file__).parents[2]
FULL = load_assignment(source_of(NAME)).points
QUICK = ["--call", "1", "--seconds", "10"]


def points(folder):
    with (folder / "points.csv").open(encoding="utf-8") as file:
        return {row["student"]: float(row["points"]) for row in csv.DictReader(file)}


@pytest.fixture
def course(tmp_path):
    """A folder of nbgrader's, in which the assignment is released and three students handed in."""
    (tmp_path / "source").symlink_to(ASSIGNMENTS)
    for student, content in {
        "ada": solved(),
        "bad": BROKEN["infinite loop"][0],
        "eva": notebook(NAME, solved=False),
    }.items():
        hand_in(content, tmp_path / "submitted" / student / NAME / f"{NAME}.ipynb")
    return tmp_path


def generate(course, name):
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", name]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return course / "release" / name / f"{name}.ipynb"


def test_a_class_is_scored_and_its_points_reach_the_gradebook(course, capsys):
    generate(course, NAME)
    url = f"sqlite:///{course}/gradebook.db"
    out, late = course / "graded", datetime(2026, 10, 26, 12, tzinfo=UTC)
    for student, when in (("ada", late), ("bad", datetime(2026, 10, 24, tzinfo=UTC))):
        path = course / "submitted" / student / NAME / f"{NAME}.ipynb"
        os.utime(path, (when.timestamp(),) * 2)
    rule = 'timezone = "UTC"\npercent_a_day = 10\nfile_times = true\n'
    (course / "due.toml").write_text(f"{rule}[{NAME}]\ndue = 2026-10-24\n")
    call = [NAME, str(course / "submitted"), "--out", str(out), "--gradebook", url, *QUICK]
    main([*call, "--deadlines", str(course / "due.toml")])
    assert "3 scored (bubblewrap, Python 3." in capsys.readouterr().out
    assert points(out) == {"ada": FULL, "bad": FULL - 4, "eva": 0}
    with Gradebook(url) as gradebook:
        submitted = gradebook.assignment_submissions(NAME)
        assert {each.student.id: each.score for each in submitted} == points(out)
        assert gradebook.find_assignment(NAME).max_score == FULL
        assert not any(each.needs_manual_grade for each in submitted)
        lost = {each.student.id: each.notebooks[0].late_submission_penalty for each in submitted}
        assert (lost["ada"], lost["bad"]) == (pytest.approx(0.2 * FULL), 0)
        assert gradebook.find_submission(NAME, "ada").timestamp == late.replace(tzinfo=None)
    page = (out / "feedback" / "bad.html").read_text("utf-8")
    assert "time limit" in page
    assert "16 of 20 points" in page
    assert "HIDDEN" not in page


def test_a_gradebook_that_does_not_know_the_assignment_is_named(course):
    url = f"sqlite:///{course}/gradebook.db"
    with pytest.raises(SystemExit, match="generate_assignment"):
        main([NAME, str(course / "submitted"), "--out", str(course / "o"), "--gradebook", url])


def test_only_what_changed_is_scored_again(course):
    folder, out = course / "submitted", course / "graded"
    place = choose([course])
    started = []

    class Counting:
        def start(self, limits):
            started.append(1)
            return place.start(limits)

    def students_started():
        started.clear()
        grade(source_of(NAME), folder, out, Counting(), Limits(1, 10), jobs=1)
        return len(started)

    assert students_started() >= 3
    assert students_started() == 0
    (out / "scores" / "ada.json").write_text("{")
    assert students_started() == 1
    hand_in(with_cell(solved(), "more = 1"), folder / "eva" / NAME / f"{NAME}.ipynb")
    assert students_started() == 1
    assert points(out) == {"ada": FULL, "bad": FULL - 4, "eva": FULL}


def test_a_folder_of_notebooks(tmp_path):
    hand_in(solved(), tmp_path / "in" / "ada.ipynb")
    hand_in("", tmp_path / "in" / "bob.ipynb")
    main([NAME, str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert points(tmp_path / "out") == {"ada": FULL, "bob": 0}


def test_a_cluster_scores_as_well(tmp_path):
    hand_in(solved(), tmp_path / "in" / "ada.ipynb")
    hand_in("", tmp_path / "in" / "bob.ipynb")
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        main([NAME, str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--dask", address])
    assert points(tmp_path / "out") == {"ada": FULL, "bob": 0}


def test_what_students_write_is_no_markup(tmp_path):
    content = with_cell(solved(), "tuned = 1\nraise ValueError('<script>alert(1)</script>')")
    hand_in(content, tmp_path / "in" / "<b>ada.ipynb")
    main([NAME, str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--jobs", "1"])
    page = (tmp_path / "out" / "feedback" / f"{file_name('<b>ada')}.html").read_text("utf-8")
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "<b>" not in page


def test_a_link_to_another_submission_is_not_followed(tmp_path):
    folder = tmp_path / "in"
    hand_in(solved(), folder / "ada.ipynb")
    (folder / "bob.ipynb").symlink_to("ada.ipynb")
    main([NAME, str(folder), "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert points(tmp_path / "out") == {"ada": FULL, "bob": 0}


def test_a_student_without_the_notebook_has_no_points(tmp_path):
    (tmp_path / "cy" / NAME).mkdir(parents=True)
    assert collect(tmp_path, NAME).found == {"cy": None}
    with pytest.raises(ValueError, match="folder must hold"):
        collect(tmp_path, "other")


def test_nothing_is_scored_where_no_sandbox_works(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda *a, **k: None)
    open_to_all = tmp_path / "x"
    open_to_all.write_text("")
    with pytest.raises(NoSandbox, match="bubblewrap is not installed"):
        choose([open_to_all], "bubblewrap")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NoSandbox, match=r"bubblewrap is not installed.*; only root"):
        choose([open_to_all])
    hand_in(solved(), tmp_path / "in" / "ada.ipynb")
    call = [NAME, str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--jobs", "1"]
    with pytest.raises(SystemExit, match="No sandbox, nothing was scored"):
        main(call)
    assert not (tmp_path / "out" / "points.csv").exists()
    main([*call, "--unsandboxed"])
    assert points(tmp_path / "out") == {"ada": FULL}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run code as another user")
def test_another_user_sees_nothing_of_the_machine(tmp_path, monkeypatch):
    open_to_all = Path("/tmp", f"open-{os.getpid()}")
    open_to_all.mkdir()
    try:
        assert choose([open_to_all, tmp_path], "user").name == "user"
        # What is in the folder is seen, and refused.
        monkeypatch.setitem(sandbox.PARTS, "secret.txt", Path(__file__))
        with pytest.raises(NoSandbox, match="private files are visible"):
            choose(["/scoring/secret.txt"], "user")
    finally:
        open_to_all.rmdir()


@pytest.mark.parametrize(("arguments", "message"), [((0,), "call = 0"), ((1, -1), "seconds = -1")])
def test_wrong_limits_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Limits(*arguments)


def test_a_sandbox_in_which_nothing_starts_is_refused(tmp_path, monkeypatch):
    monkeypatch.delitem(sandbox.PARTS, "wire.py")
    for kind in ["bubblewrap", *(["user"] if os.geteuid() == 0 else [])]:
        with pytest.raises(NoSandbox, match="Python does not start in the sandbox"):
            choose([tmp_path], kind)


def test_wrong_arguments_are_named(tmp_path):
    with pytest.raises(ValueError, match="name = 'docker'"):
        choose([], "docker")
    with pytest.raises(SystemExit, match=r"adaptive, capstone.*got 'nowhere'"):
        main(["nowhere", str(tmp_path)])
    with pytest.raises(SystemExit, match="jobs = 0"):
        main([NAME, str(tmp_path), "--jobs", "0"])


def test_the_release_holds_neither_solutions_nor_hidden_tests(course):
    for source in ASSIGNMENTS.glob("*/*.ipynb"):
        released = generate(course, source.stem)
        text = released.read_text("utf-8")
        for secret in ("SOLUTION", "HIDDEN"):
            assert secret not in text
        assert [p.name for p in released.parent.iterdir()] == [released.name]
        own = json.dumps([c["source"] for c in notebook(source.stem, solved=False)["cells"]])
        theirs = json.loads(text)["cells"]
        graded = [c for c in theirs if c["metadata"].get("nbgrader", {}).get("grade")]
        assert all(json.dumps("".join(c["source"]).strip())[1:-1] in own for c in graded)


def test_a_worker_starts_one_nursery_for_all_its_students(tmp_path):
    place = choose([tmp_path])
    copies = [pickle.loads(pickle.dumps(place)) for _ in range(3)]
    processes = [copy.start(Limits()) for copy in copies]
    assert len({id(process.nursery) for process in processes}) == 1
    for process in processes:
        process.end()
    copies[0].close()
    assert place.start(Limits()).nursery is not processes[0].nursery
    assert choose([tmp_path]).start(Limits()).nursery is not place.start(Limits()).nursery


def test_a_folder_of_results_is_one_assignments(tmp_path):
    hand_in(solved(), tmp_path / "in" / "ada.ipynb")
    call = [str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--jobs", "1"]
    main([NAME, *call])
    before = (tmp_path / "out" / "points.csv").read_bytes()
    with pytest.raises(SystemExit, match=r"out must be a folder for adaptive: .*first-order"):
        main(["adaptive", *call])
    assert (tmp_path / "out" / "points.csv").read_bytes() == before
    main([NAME, *call])
