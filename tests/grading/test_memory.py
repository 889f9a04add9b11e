"""All memory of a student is bounded by a cgroup, where systemd grants one."""

import subprocess
import sys

import pytest
from handing_in import hand_in, source_of
from hostile import NAME, solved

from course.grading import memory
from course.grading.sandbox import Limits, choose
from course.grading.scoring import score

FAKE = """#!/bin/sh
echo "$@" >> {log}
case "$*" in *memory.max*) echo {told}; exit 0;; esac
while [ "$1" != "--" ]; do shift; done
shift
exec "$@"
"""


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Return a function that puts a `systemd-run` first, which tells what a process would see."""

    def put(told):
        program = tmp_path / "bin" / "systemd-run"
        program.parent.mkdir(exist_ok=True)
        program.write_text(FAKE.format(log=tmp_path / "log", told=told))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent), prepend=":")
        return tmp_path / "log"

    memory.works.cache_clear()
    yield put
    memory.works.cache_clear()


@pytest.mark.parametrize("place", ["bubblewrap", "none"])
def test_a_nursery_starts_in_a_cgroup(place, fake, tmp_path):
    log = fake((700 + memory.OURS) << 20)
    limits = Limits(megabytes=700)
    sandbox = choose([tmp_path / "private"], place)
    log.unlink()
    path = hand_in(solved(), tmp_path / "s.ipynb")
    assert score("s", path, source_of(NAME), sandbox, limits).points == 20
    sandbox.close()
    started = log.read_text().splitlines()[-1]
    assert f"MemoryMax={700 + memory.OURS}M --property MemorySwapMax=0 -- " in started
    assert "inside.py" in started


@pytest.mark.parametrize("told", ["max", "", "1"])
def test_a_cgroup_that_does_not_bound_is_none(told, fake):
    fake(told)
    assert memory.prefix(700) == []


def test_memory_beyond_the_bound_ends_the_process():
    words = memory.prefix(100)
    if not words:
        pytest.skip("systemd grants no cgroup with a bound on memory here")
    code = "for i in range(20): (x := globals().get('x', [])).append(b'x' * (50 << 20))"
    done = subprocess.run([*words, sys.executable, "-c", code], capture_output=True)
    assert done.returncode not in (0, 1)
