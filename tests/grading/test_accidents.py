"""One file never stops a class: whatever is in names, sizes, texts and cells."""

import csv
import json
import os
import sys
import time
from pathlib import Path

import pytest
from handing_in import hand_in, source_of, with_cell
from hostile import NAME, cheat, momentum, solved

from course.grading import accidents, report
from course.grading.__main__ import grade, main
from course.grading.notebooks import load_assignment
from course.grading.sandbox import Limits, choose
from course.grading.scoring import FAILED, score

SOURCE = source_of(NAME)
FULL = load_assignment(SOURCE).points
LIMITS = Limits(call=1.0, seconds=5.0, megabytes=1024)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    return choose([tmp_path_factory.getbasetemp()], "bubblewrap")


def rows(out):
    with (out / "points.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def run(folder, sandbox):
    """Score a folder in which ada has the solution; return the rows, hers checked and left out."""
    hand_in(solved(), folder / "in" / "ada.ipynb")
    out = folder / "out"
    grade(SOURCE, folder / "in", out, sandbox, LIMITS, jobs=1)
    found = rows(out)
    assert float(found.pop("ada")["points"]) == FULL
    for page in (out / "feedback").iterdir():
        page.read_text("utf-8")
    return found


def test_texts_that_are_no_utf_8(tmp_path, sandbox):
    raising = momentum("raise ValueError('\\ud800 \\x00')")
    returning = momentum("return '\\udfff', v")
    hand_in(raising, tmp_path / "in" / "raising.ipynb")
    hand_in(returning, tmp_path / "in" / "returning.ipynb")
    hand_in(with_cell(solved(), "'\ud800'"), tmp_path / "in" / "cell.ipynb")
    points = {name: float(row["points"]) for name, row in run(tmp_path, sandbox).items()}
    assert points == {"raising": FULL - 4, "returning": FULL - 4, "cell": FULL}


def test_long_and_strange_file_names(tmp_path, sandbox):
    folder = tmp_path / "in"
    folder.mkdir()
    names = ["x" * 249, "ü" * 124, "x" * 248 + "y", ".hidden", " ", 'a,b\n"c', "=1+1"]
    text = json.dumps(solved()).encode()
    for name in names:
        Path(folder, f"{name}.ipynb"[:255]).write_bytes(text)
    with open(os.fsencode(folder) + b"/J\xfcrgen.ipynb", "wb") as file:
        file.write(text)
    found = run(tmp_path, sandbox)
    assert len(found) == len(names) + 1
    assert {float(row["points"]) for row in found.values()} == {FULL}
    assert "J\\udcfcrgen" in found
    assert len(list((tmp_path / "out" / "feedback").iterdir())) == len(names) + 2
    again = grade(SOURCE, folder, tmp_path / "out", None, LIMITS, jobs=1)  # nothing is scored
    assert len(again) == len(names) + 2


def test_files_that_are_none(tmp_path, sandbox):
    folder = tmp_path / "in"
    folder.mkdir()
    with (folder / "sparse.ipynb").open("wb") as file:
        file.truncate(1 << 40)
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "folder.ipynb").mkdir()
    (folder / "zero.ipynb").symlink_to("/dev/zero")
    (folder / "nowhere.ipynb").symlink_to("nowhere")
    (folder / "self.ipynb").symlink_to("self.ipynb")
    (folder / "many.ipynb").write_text("[" + "{}," * 9_000_000 + "{}]")
    (folder / "digits.ipynb").write_text("1" * 10**6)
    found = run(tmp_path, sandbox)
    assert len(found) == 8
    assert {row["status"] for row in found.values()} == {"unreadable"}


CELLS = {
    "each kills the process": ["import os; tuned = os._exit(1)"] * 3000,
    "each kills it unseen": ["import os\nos.abort()"] * 500,
    "each takes its time": ["while True: pass"] * 500,
    "each cannot be interrupted": [
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    ]
    * 100,
    "each takes all memory": ["tuned = [bytearray(2**20) for _ in range(10**6)]"] * 200,
    "one has many statements": ["import time\n" + "time.sleep(0.01)\n" * 5000],
    "many are no Python": ["%%%\n" * 20] * 1000,
    "many magics": ["%a\n" * 30_000],
}


@pytest.mark.parametrize("name", CELLS)
def test_the_time_of_a_student_holds(name, tmp_path, sandbox):
    content = solved()
    for source in CELLS[name]:
        with_cell(content, source)
    path = hand_in(content, tmp_path / "s.ipynb")
    started = time.monotonic()
    result = score("s", path, SOURCE, sandbox, LIMITS)
    assert time.monotonic() - started < LIMITS.seconds + 6, result.problems
    if "many" in name or name == "each takes its time":
        assert result.points == FULL


def test_starts_are_the_students_time_but_for_the_first(tmp_path, sandbox):
    class Slow:
        starts = 0

        def start(self, limits):
            self.starts += 1
            time.sleep(1)
            return sandbox.start(limits)

    content = solved()
    for source in CELLS["each kills the process"][:50]:
        with_cell(content, source)
    slow = Slow()
    score("s", hand_in(content, tmp_path / "s.ipynb"), SOURCE, slow, LIMITS)
    assert 3 <= slow.starts <= LIMITS.seconds + 1
    path = hand_in(solved(), tmp_path / "s.ipynb")
    assert score("s", path, SOURCE, Slow(), Limits(call=0.9, seconds=0.9)).points == FULL


# Each takes memory that is not of the address space, or that stays; it must be refused.
OTHER_MEMORY = {
    "a file in memory": "os.memfd_create('x')",
    "a shared segment": "c(29, 0, 2**30, 0o1666)",
    "a queue": "c(68, 0, 0o1666)",
    "a file": "os.open('/tmp/x', os.O_CREAT | os.O_RDWR)",
    "a file that has no name": "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)",
    "a folder": "os.mkdir('/tmp/left-behind')",
    "a link": "os.symlink('x', '/tmp/left-behind')",
    "writing": "os.open('/dev/null', os.O_WRONLY)",
    "a key": "c(248, b'user', b'x', b'x' * 100, 100, -4)",
    "another's priority": "os.setpriority(os.PRIO_PROCESS, 0, 19)",
    "another process": "os.pidfd_open(os.getpid())",
}


@pytest.fixture(scope="module", params=["bubblewrap", "user"])
def either(request, tmp_path_factory):
    if request.param == "user" and os.geteuid() != 0:
        pytest.skip("only root can run code as another user")
    return choose([tmp_path_factory.getbasetemp()], request.param)


@pytest.mark.parametrize("name", OTHER_MEMORY)
def test_memory_of_other_kinds_is_refused(name, either, tmp_path):
    source = """
import ctypes, os
def c(*call):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(*call) < 0:
        raise OSError(ctypes.get_errno(), "refused")
def anything(*a):
    try:
        CALL
    except PermissionError:
        raise RuntimeError("it was refused")
    raise RuntimeError("it worked")
""".replace("CALL", OTHER_MEMORY[name])
    result = score("s", hand_in(cheat(source), tmp_path / "s.ipynb"), SOURCE, either, LIMITS)
    assert "it was refused" in result.outcomes[0].message
    assert result.points == 0


class Deadly(type(Path())):
    """A path that ends the process which opens it."""

    def __fspath__(self):
        if os.getpid() != int(os.environ["GRADER"]):
            os._exit(9)
        return super().__fspath__()


@pytest.fixture
def deadly(monkeypatch, tmp_path):
    """Make bob's file one that ends a worker."""
    from course.grading import __main__ as command

    monkeypatch.setenv("GRADER", str(os.getpid()))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *sys.path]))
    for name in ("ada", "bob", "cy", "dee"):
        hand_in(solved(), tmp_path / "in" / f"{name}.ipynb")
    files = command.collect(tmp_path / "in", NAME)
    files.found["bob"] = Deadly(files.found["bob"])
    monkeypatch.setattr(command, "collect", lambda *a: files)
    return tmp_path


def test_a_submission_that_ends_the_scorer_costs_nobody_else(deadly, sandbox):
    out = deadly / "out"
    scores = grade(SOURCE, deadly / "in", out, sandbox, LIMITS, jobs=2)
    assert {s.student: s.points for s in scores} == {"ada": FULL, "bob": 0, "cy": FULL, "dee": FULL}
    assert {s.status for s in scores if s.student == "bob"} == {FAILED}
    assert rows(out)["bob"]["status"] == FAILED
    assert [path for path in (out / "scores").iterdir() if path.suffix == ".begun"] == []


def test_a_rerun_leaves_to_the_end_what_was_there_at_an_accident(tmp_path, sandbox):
    hand_in(solved(), tmp_path / "in" / "ada.ipynb")
    hand_in(solved(), tmp_path / "in" / "bob.ipynb")
    out = tmp_path / "out"
    for name, times in (("ada", 1), ("bob", 2)):
        report.write(accidents.place(name, out), "." * times)
    scores = grade(SOURCE, tmp_path / "in", out, sandbox, LIMITS, jobs=1)
    assert {s.student: s.points for s in scores} == {"ada": FULL, "bob": 0}
    assert accidents.begun("bob", out) == 0


def test_an_error_of_ours_is_reported_and_the_others_are_scored(tmp_path, sandbox):
    class Failing:
        name = "failing"
        count = 0

        def start(self, limits):
            self.count += 1
            if self.count == 1:
                raise OSError("no process today")
            return sandbox.start(limits)

    for name in ("ada", "bob"):
        hand_in(solved(), tmp_path / "in" / f"{name}.ipynb")
    work = (SOURCE, tmp_path / "in", tmp_path / "out")
    scores = grade(*work, Failing(), LIMITS, jobs=1)
    assert {s.status for s in scores} == {"not scored", "scored"}
    assert "no process today" in " ".join(p for s in scores for p in s.problems)
    scores = grade(*work, sandbox, LIMITS, jobs=1)
    assert {s.points for s in scores} == {FULL}


def test_the_table_is_whole_or_not_there(tmp_path, monkeypatch):
    report.table([], tmp_path / "points.csv")
    before = (tmp_path / "points.csv").read_bytes()
    monkeypatch.setattr(report.os, "replace", lambda *a: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        report.table([], tmp_path / "points.csv")
    assert (tmp_path / "points.csv").read_bytes() == before


def test_clear_words_before_anything_is_scored(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hand_in(solved(), tmp_path / "in" / "ada.ipynb")
    (tmp_path / "empty").mkdir()
    call = [NAME, "in", "--out", "out"]
    for arguments, message in (
        ([*call, "--gradebook", "gradebook.db"], "no file .*gradebook.db"),
        ([*call, "--gradebook", "sqlite:///no.db"], "generate_assignment.*no.db"),
        ([*call, "--gradebook", "nonsense://x"], "cannot be opened: .*nonsense"),
        ([*call, "--deadlines", "no.toml"], "deadlines must be a file, got no.toml"),
        ([*call, "--roster", "no.csv"], "roster must be a file"),
        (["frist-order", "in"], "one of adaptive, capstone, first-order, landscape"),
        ([NAME, "nowhere"], "no folder .*nowhere"),
        ([NAME, "empty"], "must hold"),
        ([NAME, "in/ada.ipynb"], "no folder"),
    ):
        with pytest.raises(SystemExit, match=message):
            main(arguments)
    assert not (tmp_path / "out").exists()
