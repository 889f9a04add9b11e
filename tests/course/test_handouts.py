"""Hand-outs have each student's own numbers, the right answers, and what to say to wrong ones."""

import io
import json
import re
import zipfile
from collections import Counter
from xml.etree import ElementTree as ET

import nbformat
import pytest
from looping import each
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz

from course import exercises, roster
from course.handouts import __main__ as handouts
from course.handouts.moodle import moodle
from course.handouts.qti import qti
from course.handouts.sheets import notebook, sheet
from course.handouts.writing import to_html

NAMES = ["adam/first-step", "adam/no-memory", "first-descent/momentum-2"]
STUDENTS = ["ada", "emmy", "sofia"]


def write(folder, *arguments):
    handouts.main([*arguments, "--to", str(folder)])
    return {path.name: path for path in folder.iterdir()}


@pytest.fixture
def students(tmp_path):
    path = tmp_path / "students.txt"
    path.write_text("\n".join(STUDENTS), "utf-8")
    return str(path)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "out"


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("\ufeffJane Doe\n\n Max  Roe\n", ["Jane Doe", "Max Roe"]),
        ('Full name;ID number\nJane Doe;7\n"Roe, Max";8\n', ["Jane Doe", "Max Roe"]),
        ("Ju\u0308rgen\n../up\n", ["J\u00fcrgen", "../up"]),
    ],
)
def test_hand_outs_read_the_roster_that_grading_reads(text, people, folder, tmp_path):
    path = tmp_path / "class.csv"
    path.write_text(text, "utf-8")
    own = write(folder, "notebook", "adam/first-step", "--students", str(path))
    assert set(own) == {f"{roster.file_name(name)}.ipynb" for name in people}
    for name in people:
        asked = exercises.get("adam/first-step").variant(name).question
        assert asked in nbformat.read(own[f"{roster.file_name(name)}.ipynb"], 4).cells[2].source


@pytest.mark.parametrize(("text", "message"), [("", "names none"), ("ada\nada", "ada twice")])
def test_a_roster_that_is_none_is_refused(text, message, folder, tmp_path):
    (tmp_path / "class.txt").write_text(text)
    with pytest.raises(SystemExit, match=message):
        write(folder, "sheet", "adam/first-step", "--students", str(tmp_path / "class.txt"))


def test_moodle_pays_for_the_right_number_and_names_every_slip(folder, students):
    written = write(folder, "moodle", "adam/first-step", "--students", students)
    questions = ET.parse(written["moodle.xml"]).findall("question[@type='numerical']")
    own = [exercises.get("adam/first-step").variant(name) for name in STUDENTS]
    assert len(questions) == len({exercise.question for exercise in own})
    for question, exercise in zip(questions, own, strict=True):
        right, *wrong = question.findall("answer")
        assert right.get("fraction") == "100"
        assert exercise.check(float(right.findtext("text"))).correct
        assert float(right.findtext("tolerance")) == pytest.approx(exercise.tolerance)
        assert len(wrong) == len(exercise.slips) > 0
        for answer, slip in zip(wrong, exercise.slips, strict=True):
            assert answer.get("fraction") == "0"
            assert exercise.check(float(answer.findtext("text"))).mistake == slip.name
            assert slip.name in answer.findtext("feedback/text")


@pytest.mark.parametrize("name", ["adam/no-memory", "comparing/defaults"])
def test_moodle_pays_for_one_choice(folder, students, name):
    written = write(folder, "moodle", name, "--students", students)
    questions = ET.parse(written["moodle.xml"]).findall("question[@type='multichoice']")
    own = {variant.question: variant for variant in map(exercises.get(name).variant, STUDENTS)}
    for question, exercise in zip(questions, own.values(), strict=True):
        answers = question.findall("answer")
        paid = [a.findtext("text") for a in answers if a.get("fraction") == "100"]
        assert paid == [to_html(exercise.options[exercise.right])]
        assert len(answers) == len(exercise.options)
        assert question.findtext("questiontext/text") == to_html(exercise.ask)
        for answer in answers:
            (key,) = (
                k for k, t in exercise.options.items() if to_html(t) == answer.findtext("text")
            )
            said = to_html(exercise.feedback[key]) if key != exercise.right else ""
            assert answer.findtext("feedback/text") == said


def converted(text):
    """Return how many questions text2qti finds in a quiz."""
    config = Config()
    config.load()
    archive = io.BytesIO()
    QTI(Quiz(text, config=config, source_name="quiz.txt")).write(archive)
    with zipfile.ZipFile(archive) as content:
        return sum(content.read(name).decode().count("<item ") for name in content.namelist())


@each("name", [n for n in exercises.names() if exercises.get(n).kind == "number"])
def test_no_exported_question_rejects_its_answer(name):
    exercise = exercises.get(name)
    own = {v.question: v for v in (exercise.variant(f"student {i}") for i in range(12))}.values()
    for question, variant in zip(
        ET.fromstring(moodle(list(own))).findall("question[@type='numerical']"), own, strict=True
    ):
        right = question.find("answer[@fraction='100']")
        distance = abs(float(right.findtext("text")) - variant.expected)
        assert distance < 1e-9 * abs(variant.expected) + 1e-300
        assert float(right.findtext("tolerance")) == pytest.approx(variant.tolerance)
    for item, variant in zip(windows(qti(own, "Quiz")), own, strict=True):
        power = re.search(r'Enter your answer times .*?title="10\^\{(\d+)\}"', item)
        low, high = (
            float(re.search(f"<{end} .*?>(.*?)</{end}>", item)[1])
            / 10 ** int(power[1] if power else 0)
            for end in ("vargte", "varlte")
        )
        for share, inside in ((0, True), (0.999, True), (1.2, False)):
            for tolerance in (-variant.tolerance, variant.tolerance):
                answer = variant.expected + share * tolerance
                assert (low <= answer <= high) == inside, f"{answer} of [{low}, {high}]"


def windows(text):
    """Return the items of a quiz as text2qti writes them."""
    config = Config()
    config.load()
    archive = io.BytesIO()
    QTI(Quiz(text, config=config, source_name="quiz.txt")).write(archive)
    with zipfile.ZipFile(archive) as content:
        whole = "".join(content.read(name).decode() for name in sorted(content.namelist()))
    return re.findall(r"<item .*?</item>", whole, flags=re.DOTALL)


def test_text2qti_converts_the_quiz(folder):
    text = write(folder, "qti", *NAMES, "--variants", "4")["quiz.txt"].read_text("utf-8")
    asked = map(exercises.get, NAMES)
    expected = sum(len({e.variant(f"variant-{i}").question for i in range(1, 5)}) for e in asked)
    assert converted(text) == expected


@each("name", exercises.names())
def test_every_exercise_can_be_handed_out(name):
    variant = exercises.get(name).variant("ada")
    assert "Answer:" in sheet([variant], "Sheet", key=True)
    assert json.loads(notebook([variant], "Sheet", "ada"))
    if not isinstance(variant, exercises.CodeExercise):
        assert len(ET.fromstring(moodle([variant])).findall("question")) == 2
        assert converted(qti([variant], "Quiz")) == 1


def test_sheet_has_the_questions_and_the_key_the_answers(folder, students):
    sheets = write(folder, "sheet", *NAMES, "--students", students)
    keys = write(folder, "key", *NAMES, "--students", students)
    assert "tex-svg.js" in [path.name for path in (folder / "mathjax").iterdir()]
    for name in STUDENTS:
        exercise = exercises.get("first-descent/momentum-2").variant(name)
        question = to_html(exercise.question)
        to_answer = sheets[f"{name}-sheet.html"].read_text("utf-8")
        key = keys[f"{name}-key.html"].read_text("utf-8")
        assert question in to_answer
        assert question in key
        answers = re.findall(r"Answer:</strong> ([-0-9.]+)<", key)
        assert any(exercise.check(float(answer)).correct for answer in answers)
        assert "Answer" not in to_answer
        assert r"\begin{aligned}" in key


def test_notebook_checks_the_students_own_numbers(folder, students):
    written = write(folder, "notebook", *NAMES, "momentum", "--students", students)
    for name in STUDENTS:
        handed_out = nbformat.read(written[f"{name}.ipynb"], as_version=4)
        nbformat.validate(handed_out)
        cells = handed_out.cells
        exercise = exercises.get("first-descent/momentum-2").variant(name)
        (place,) = [i for i, c in enumerate(cells) if exercise.question in c.source]
        lines = cells[place + 1].source.splitlines()
        assert lines[0] == "answer = ..."
        names = {}
        exec(cells[1].source, names)
        assert eval(lines[1], names | {"answer": exercise.expected}).correct
        assert not eval(lines[1], names | {"answer": exercise.expected + 1}).correct


@pytest.mark.parametrize(("students", "sharing"), [(30, (0, 0.3)), (300, (0.55, 0.7))])
def test_as_many_share_their_numbers_as_the_page_says(students, sharing):
    exercise = exercises.get("adam/first-step")
    asked = Counter(exercise.variant(f"student {i}").question for i in range(students))
    share = sum(count for count in asked.values() if count > 1) / students
    assert sharing[0] <= share <= sharing[1]


def test_a_quiz_leaves_out_what_it_cannot_ask(folder, capsys):
    written = write(folder, "moodle", "momentum", "adam/no-memory")
    assert "left out, since a quiz cannot ask for code: momentum" in capsys.readouterr().out
    assert len(ET.parse(written["moodle.xml"]).findall("question")) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sheet", "adam/fist-step"], "close are adam/first-step"),
        (["sheet"], "no exercises"),
        (["moodle", "momentum"], "no exercises"),
        (["sheet", "--chapter", "adaptive/adan"], "chapter must be one of adaptive/adam"),
        (["sheet", "--chapter", "adam"], "chapter must be one of .*adaptive/adam"),
        (["moodle", "adam/first-step", "--variants", "0"], "variants must be at least 1, got 0"),
    ],
)
def test_bad_arguments_write_nothing(folder, arguments, message):
    with pytest.raises(SystemExit, match=message):
        handouts.main([*arguments, "--to", str(folder)])
    assert not folder.exists()
