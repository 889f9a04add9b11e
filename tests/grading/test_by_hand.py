"""Points and comments by hand, the page on the class, and answers that are alike."""

import csv
import json
import re

import pytest
from handing_in import code, hand_in, notebook, source_of
from hostile import NAME

from course.grading import by_hand, likeness, overview, report, results
from course.grading.notebooks import load_assignment
from course.grading.scoring import NOTHING, UNREADABLE, Outcome, Score, without

ASSIGNMENT = load_assignment(source_of(NAME))
TESTS = {test.name: test.points for test in ASSIGNMENT.tests}
NAMED = "a test that is not shown: momentum: not yet.\nIt looks like “No memory”. Read."


def of(student, mark="first", **points):
    outcomes = [
        Outcome(test, points.get(test.replace("-", "_"), p), p) for test, p in TESTS.items()
    ]
    return Score(student, outcomes, fingerprint=mark)


def rows(out, *lines):
    report.write(out / by_hand.NAME, "\n".join(["student,test,points,comment", *lines]))
    return by_hand.read(out, ["Jane Doe", "max"], TESTS)


def test_points_and_comments_by_hand_count_in_every_rerun(tmp_path):
    assert by_hand.read(tmp_path, ["Jane Doe"], TESTS) == []
    assert (tmp_path / by_hand.NAME).read_text() == "student,test,points,comment\n"
    found = rows(tmp_path, '"Doe, Jane",momentum-more,1,"Nearly; a sign"', "", "Jane Doe,,,See me")
    before = (tmp_path / by_hand.NAME).read_bytes()
    scores = [of("Jane Doe", momentum_more=0), of("max")]
    for _ in range(2):
        jane, other = results.merged(scores, found, None)
        assert by_hand.conflicts(found, scores, tmp_path) == []
    assert (jane.points, other.points) == (scores[0].points + 1, scores[1].points)
    assert jane.comment == "momentum-more: Nearly; a sign; See me"
    report.table([jane, other], tmp_path / "points.csv")
    with (tmp_path / "points.csv").open(encoding="utf-8", newline="") as file:
        table = {row["student"]: row for row in csv.DictReader(file)}
    assert table["Jane Doe"]["momentum-more"] == "1"
    assert "See me" in table["Jane Doe"]["comment"]
    page = report.page(jane, NAME)
    for text in ("Nearly; a sign", "See me", "given by hand", f"{jane.points:g} of 20 points"):
        assert text in page
    assert (tmp_path / by_hand.NAME).read_bytes() == before


def test_points_for_a_submission_that_changed_are_said(tmp_path):
    found = rows(tmp_path, "max,momentum-more,1,first")
    assert by_hand.conflicts(found, [of("max")], tmp_path) == []
    (note,) = by_hand.conflicts(found, [of("max", mark="second")], tmp_path)
    assert "line 2: 1 points in momentum-more for max count, but the submission" in note
    assert by_hand.conflicts(found, [of("max", mark="second")], tmp_path) == [note]
    found = rows(tmp_path, "max,momentum-more,1,seen again")
    assert by_hand.conflicts(found, [of("max", mark="second")], tmp_path) == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["joe,momentum-more,1,"], "line 2: student 'joe' is nobody here"),
        (["", "max,momentum,1,"], "line 3: test must be empty or one of descend-shown.*'momentum'"),
        (["max,momentum-more,many,"], "line 2: points must be a number, got 'many'"),
        (["max,momentum-more,nan,"], "line 2: points of momentum-more must be between 0 and"),
        (["max,momentum-more,99,"], "line 2: points of momentum-more must be between 0 and"),
        (["max,,2,"], "line 2: points 2 must say of which test"),
        (["max,momentum-more,1,", "max,momentum-more,2,"], "lines 2 and 3: max has 1 and 2 points"),
    ],
)
def test_every_bad_row_is_named(lines, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        rows(tmp_path, *lines)


def test_tables_as_spreadsheets_save_them(tmp_path):
    text = "Student;Test;Points;Comment\r\nmax;momentum-more;0,5;Größe\r\n"
    (tmp_path / by_hand.NAME).write_bytes(text.encode("cp1252"))
    (row,) = by_hand.read(tmp_path, ["max"], TESTS)
    assert (row.points, row.comment) == (0.5, "Größe")
    (tmp_path / by_hand.NAME).write_text("student,points\n")
    with pytest.raises(ValueError, match=r"line 1: must name the columns .*has no test"):
        by_hand.read(tmp_path, ["max"], TESTS)


def test_what_could_not_be_judged_has_no_points_unless_by_hand():
    scores = [without(name, ASSIGNMENT, UNREADABLE, "x") for name in ("a", "b")]
    row = by_hand.Row(2, "b", "momentum-more", 1.0, "")
    a, b = results.merged(scores, [row], None)
    assert (a.judged, b.judged, b.points) == (False, True, 1)


def test_the_page_says_which_mistake_how_many_made():
    wrong = Outcome("momentum-more", 0, 2, NAMED)
    scores = [of(name) for name in "abc"]
    for score in scores[:2]:
        at = [outcome.test for outcome in score.outcomes].index("momentum-more")
        score.outcomes[at] = wrong
    scores += [without("d", ASSIGNMENT, UNREADABLE, "x"), without("e", ASSIGNMENT, NOTHING, "x")]
    alike = likeness.Likeness((likeness.Alike(("a<b", "c"), 0.75, 60),), 2, 5)
    page = overview.page(results.merged(scores, [], None), ASSIGNMENT, alike)
    lines = re.findall(r'<th scope="row">([^<]*)</th><td class="count">(\d+)', page)
    assert ("No memory", "2") in lines
    assert ("unreadable", "1") in lines
    assert ("nothing handed in", "1") in lines
    momentum = page.partition("<h3>momentum</h3>")[2].partition("<h3>")[0]
    assert "<p>1 of 3 have all 4 points.</p>" in momentum
    assert "2 from 1, 1 from 4" in momentum
    assert "a&lt;b and c" in page
    assert "prefers-color-scheme: dark" in page
    assert "<script" not in page
    empty = overview.page(results.merged(scores[3:], [], None), ASSIGNMENT, alike)
    assert "No notebook was scored." in empty


def long_answer(names, seed):
    a, b, c, d = names.split()
    lines = [f"def {a}({b}):", f"    {c} = [{b}]"]
    for i in range(20):
        body = (f"{c}.append({b} + {i})", f"{d} = {c}[{i}] * {b}", f"if {b} > {i}: {c} = {c}[1:]")
        lines.append(f"    {body[(i * seed + i // 3) % 3]}")
    return "\n".join([*lines, f"    return {c}"])


def test_answers_that_are_alike_are_found_and_the_given_is_not_counted(tmp_path):
    own = {
        "ada": long_answer("play x y z", 1),
        "bob": "# mine\n" + long_answer("try_it start points last", 1).replace("    ", "  "),
        "cy": "\n".join(f"while a {x} b: b = (a {y} b) {x} c" for x in "+-*/" for y in "%&|^@"),
        "short": "def little(x):\n    return x + 1",
        "nothing": "",
    }
    files = {"missing": None}
    for student, source in own.items():
        content = notebook(NAME)
        content["cells"].append(code(source))
        files[student] = hand_in(content, tmp_path / f"{student}.ipynb")
    files["bad"] = hand_in("{", tmp_path / "bad.ipynb")
    found = likeness.pairs(ASSIGNMENT, files)
    assert [(pair.students, round(pair.share, 2)) for pair in found.pairs] == [
        (("ada", "bob"), 1.0)
    ]
    assert (found.compared, found.of) == (3, 7)
    same = hand_in(notebook(NAME), tmp_path / "same.ipynb")
    assert likeness.pairs(ASSIGNMENT, {"a": same, "b": same}).compared == 0


def test_what_many_wrote_is_usual(tmp_path):
    content = notebook(NAME)
    content["cells"].append(code(long_answer("play x y z", 1)))
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(content))
    assert likeness.pairs(ASSIGNMENT, dict.fromkeys("abcdef", path)).pairs == ()
    assert len(likeness.pairs(ASSIGNMENT, dict.fromkeys("abc", path)).pairs) == 3
