"""Mutated submissions, `fuzzing.py`: --fuzz 5000 for many."""

import pytest
from fuzzing import fuzz

from course.grading.sandbox import choose


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    return choose([tmp_path_factory.getbasetemp()], "bubblewrap")


def test_nothing_is_lost_by_mutated_submissions(sandbox, request):
    count = request.config.getoption("--fuzz")
    assert fuzz(count, 1, sandbox) == []


def test_the_fuzzer_sees_what_is_lost(sandbox, monkeypatch):
    """With a scorer that reads no notebook but those in UTF-8, as the one before did."""
    from course.grading import notebooks

    monkeypatch.setattr(notebooks.json, "detect_encoding", lambda data: "utf-8")
    monkeypatch.setattr(notebooks, "ENCODINGS", ())
    wrong = fuzz(20, 2, sandbox)
    assert any("harmless: 0 points, lost" in each for each in wrong)
