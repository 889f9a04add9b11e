"""What forms of exercises are made of: the page reads, judges and chooses as Python does."""

import html
import json
from functools import cache

import pytest
from engine import engine_of_everything
from looping import each

from course import exercises
from course.exercises import book, form
from course.exercises.form import file_script, modules, specification
from course.exercises.markup import to_html
from course.exercises.numbers import NumberExercise
from course.exercises.variants import COUNT, POOL, hash_text, pack, place_of

ALL = [exercises.get(name) for name in exercises.names()]
NUMBERS = {e.id: e for e in ALL if e.kind == "number"}
CHOICES = {e.id: e for e in ALL if e.kind == "choice"}
STUDENTS = [
    "ada",
    "Ada",
    " Zoe\u0308 ",
    "Zoë",
    "李明",
    "👩‍🎓 emmy",
    *(f"student {i}" for i in range(40)),
]


content = cache(form.content)


@cache
def engine():
    return engine_of_everything(modules())


def js(expression, **values):
    names, arguments = ", ".join(values), ", ".join(map(json.dumps, values.values()))
    return json.loads(engine().eval(f"JSON.stringify((({names}) => {expression})({arguments}))"))


# Reading a number

READ = {
    "3.2": 3.2, "3,2": 3.2, " 3.2 ": 3.2, "+3.2": 3.2, "-3.2": -3.2, "−3,2": -3.2, "– 3.2": -3.2,
    ".5": 0.5, ",5": 0.5, "5.": 5, "0.125": 0.125, "0,125": 0.125, "3.142": 3.142,
    "12,3456": 12.3456, "1e-3": 1e-3, "1E-3": 1e-3, "1e−3": 1e-3, "2.5e4": 2.5e4, "10^-3": 1e-3,
    "10^−3": 1e-3, "10^{-3}": 1e-3, "10^(-3)": 1e-3, "10**-3": 1e-3, "10⁻³": 1e-3,
    "2·10^-3": 2e-3, "2⋅10⁻³": 2e-3, "2*10**-3": 2e-3, "2 × 10^-3": 2e-3, "2x10^3": 2000,
    "-2,5 · 10⁻³": -2.5e-3, "1/3": 1 / 3, "-1/3": -1 / 3, "2 / 3": 2 / 3, "½": 0.5, "1∕4": 0.25,
    "3/4*2": 1.5, "2^10": 1024, "50 %": 0.5, "50%": 0.5, "2,5 %": 0.025, "1 000": 1000,
    "1 000.5": 1000.5, "12\u202f345": 12345, "78.6°": 78.6, "３.２": 3.2, "0": 0, "-0": 0,
    "100000": 100000, "1e-400": 0,
}  # fmt: skip
EXPECTED = "Type one number, such as 3.2, 1e-3, 2·10^-3 or 1/3."
NOT_READ = {
    "": EXPECTED,
    "   ": EXPECTED,
    "abc": f"“abc” is no number that is understood here. {EXPECTED}",
    "3.2 m": f"“3.2 m” is no number that is understood here. {EXPECTED}",
    "w = 3": f"“w = 3” is no number that is understood here. {EXPECTED}",
    "1 2": f"“1 2” is no number that is understood here. {EXPECTED}",
    "3 1/2": f"“3 1/2” is no number that is understood here. {EXPECTED}",
    "3½": f"“3½” is no number that is understood here. {EXPECTED}",
    "1 00": f"“1 00” is no number that is understood here. {EXPECTED}",
    "√2": f"“√2” is no number that is understood here. {EXPECTED}",
    "1//3": f"“1//3” is no number that is understood here. {EXPECTED}",
    "--3": f"“--3” is no number that is understood here. {EXPECTED}",
    "3 ± 1": f"“3 ± 1” is no number that is understood here. {EXPECTED}",
    "Infinity": f"“Infinity” is no number that is understood here. {EXPECTED}",
    "nan": f"“nan” is no number that is understood here. {EXPECTED}",
    "0x10": f"“0x10” is no number that is understood here. {EXPECTED}",
    "1/0": f"“1/0” is no finite number. {EXPECTED}",
    "0/0": f"“0/0” is no finite number. {EXPECTED}",
    "1e999": f"“1e999” is no finite number. {EXPECTED}",
    "1,234": "“1,234” can be read in two ways. Type 1.234 or 1234.",
    "-12,500": "“-12,500” can be read in two ways. Type 12.500 or 12500.",
    "1.000,5": "“1.000,5” can be read in two ways. Write it without marks for the thousands.",
    "1,000.5": "“1,000.5” can be read in two ways. Write it without marks for the thousands.",
    "1.234.567": "“1.234.567” can be read in two ways. Write it without marks for the thousands.",
}


@each("text, value", {text: (text, value) for text, value in READ.items()})
def test_numbers_may_be_typed_as_people_do(text, value):
    assert js("readNumber(text)", text=text) == {"value": pytest.approx(value, rel=1e-15)}


@each("text, sentence", {text: (text, sentence) for text, sentence in NOT_READ.items()})
def test_what_is_no_number_gets_a_sentence(text, sentence):
    assert js("readNumber(text)", text=text) == {"sentence": sentence}


def test_where_percent_is_asked_for_it_is_no_hundredth():
    assert js("readNumber('0.74 %', true)") == {"value": 0.74}
    assert js("readNumber('0.74 %', false)") == {"value": pytest.approx(0.0074)}


# Judging


def answers(exercise):
    """Yield what may be typed: right, every slip, other sign, near and far, each in its digits."""
    known = [exercise.expected, *exercise.slip_values.values(), -exercise.expected]
    steps = [0, 0.9, 1.1, 5, 19, 21, 1e3]
    yield from known
    yield from (
        exercise.expected + sign * step * exercise.tolerance for step in steps for sign in (1, -1)
    )
    yield from (float(f"{value:.{exercise.digits}g}") for value in known)
    yield from (0.0, 1e9, -1e-9, 1 / 3, 1234567.5)


@each("exercise", NUMBERS)
def test_numbers_are_judged_on_the_page_as_by_python(exercise):
    packed = content(exercise)
    variants = [exercise, *exercise.variants[:COUNT]]
    for place in range(0, len(variants), 5):
        variant = variants[place]
        tried = [*dict.fromkeys(answers(variant))]
        said = js(
            "{ const v = unpack(packed, place); return tried.map((x) => judgeNumber(v, x)); }",
            packed=packed, place=place, tried=tried,
        )  # fmt: skip
        for answer, verdict in zip(tried, said, strict=True):
            report = variant.check(answer)
            assert verdict == dict(
                correct=report.correct, lines=[*report.lines], diagnosis=report.diagnosis
            ), answer


@each("exercise", CHOICES)
def test_choices_are_judged_on_the_page_as_by_python(exercise):
    packed = content(exercise)
    for place, variant in [*enumerate([exercise, *exercise.variants[:COUNT]])][::10]:
        for key in variant.options:
            verdict = js(
                "judgeChoice(unpack(packed, place), key)", packed=packed, place=place, key=key
            )
            report = variant.check(key)
            assert (verdict["correct"], verdict["lines"]) == (report.correct, [*report.lines])


@each("exercise", NUMBERS)
def test_a_slip_typed_with_the_digits_asked_for_is_named(exercise):
    for variant in exercise.variants[:20]:
        known = [variant.expected, -variant.expected, *variant.slip_values.values()]
        for name, value in variant.slip_values.items():
            typed = float(f"{value:.{variant.digits}g}")
            others = [abs(other - value) for other in known if other != value]
            if abs(typed - value) < min(others) / 2:
                assert variant.check(typed).mistake == name, (name, value, typed)


@pytest.mark.parametrize(
    ("answer", "right", "sentence"),
    [
        (-2.0, 1.84, "Its sign is not that of the right one."),
        (3.7, 1.84, "In size it is too large, about 2 times."),
        (0.1, 1.84, "In size it is too small, about 20 times."),
        (2.0, 1.84, "In size it is too large, by about 9 %."),
        (-1.0, -1.84, "In size it is too small, by about 50 %."),
        (0.0, 1.84, "It is too small."),
        (1.0, 0.0, "It is too large."),
    ],
)
def test_how_far_off_is_said_with_one_digit(answer, right, sentence):
    assert js("sizeOf(answer, right)", answer=answer, right=right) == sentence


# Variants


@each("exercise", {e.id: e for e in ALL})
def test_a_page_has_all_variants(exercise):
    packed = content(exercise)
    assert packed["count"] == len(exercise.variants)
    assert len(packed["rows"]) == 1 + min(COUNT, len(exercise.variants))
    fewest = 11 if exercise.kind == "code" else 20
    assert len(exercise.variants) >= (fewest if exercise.varies else 0)
    for place, variant in [*enumerate([exercise, *exercise.variants[:COUNT]])][
        :: len(packed["rows"]) // 3 + 1
    ]:
        shown = js("unpack(packed, place)", packed=packed, place=place)
        assert [to_html(hint) for hint in variant.hints()] == shown["hints"]
        worked = str(variant.worked).strip()
        written = to_html(worked) if variant.kind == "choice" else html.escape(worked, quote=False)
        written = f"<pre>{written}</pre>" if variant.kind == "code" else written
        assert shown["worked"].endswith(written)
        assert (
            to_html(getattr(variant, "ask", "") if variant.kind == "choice" else variant.question)
            == shown["question"]
        )


def test_the_file_of_a_form_is_small(monkeypatch):
    exercise = NUMBERS["adam/first-step"]
    assert len(file_script(exercise, 1).encode()) <= form.LARGEST == 30_000
    monkeypatch.setattr(form, "LARGEST", 1000)
    with pytest.raises(ValueError, match="adam/first-step-1: its file must have at most 1000 by"):
        file_script(exercise, 1)


def test_all_variants_have_as_many_hints(monkeypatch):
    exercise = NUMBERS["adam/first-step"]
    monkeypatch.setattr(type(exercise), "hints", lambda self: ("Look.",) * (self is exercise))
    with pytest.raises(ValueError, match="adam/first-step: all variants must have as many hints"):
        form.content(exercise)


def test_every_exercise_has_variants():
    assert [exercise.id for exercise in ALL if not exercise.varies] == []


def test_every_number_has_variants():
    assert {name for name, exercise in NUMBERS.items() if len(exercise.variants) < POOL} == set()
    # Of 300 students few share theirs.
    for exercise in list(NUMBERS.values())[::10]:
        questions = {exercise.variant(f"student {i}").question for i in range(300)}
        assert len(questions) > 170, exercise.id


@each("student", STUDENTS)
def test_a_name_gets_the_same_variant_everywhere(student):
    for name in "first-descent/momentum-2", "suspect-A", "adam":
        exercise = exercises.get(name)
        packed = content(exercise) | {"parts": []}
        part, place = js("placeOf(packed, student)", packed=packed, student=student)
        assert exercise.variant(student) == exercise.variants[COUNT * part + place - 1]
        own = content(exercise, part)
        shown = js("unpack(own, place)", own=own, place=place)
        assert shown["question"] == form._asked(exercise.variant(student))


def test_names_are_spread_over_the_variants():
    places = [place_of("adam/first-step", f"student {i}", POOL) for i in range(300)]
    assert len(set(places)) > 0.6 * POOL
    assert hash_text("foobar") == 0xBF9CF968  # as the authors of FNV publish it


def test_all_suspects_of_a_student_are_of_one_deal():
    letters = [exercises.get(f"suspect-{letter}") for letter in "ABCDEFG"]
    for student in STUDENTS:
        assert len({exercise.variant(student).right for exercise in letters}) == 7


@pytest.mark.parametrize(
    "values",
    [
        [{"a": "x"}],
        [{"a": "1, and 2", "b": 2}, {"a": "3, and 4", "b": 4}, {"a": "none", "b": 1e-08}],
        [{"a": '<i>w</i><sub>1</sub> {0} \\ " €', "b": [1, 2.5]}] * 2,
    ],
)
def test_packing_loses_nothing(values):
    packed = pack(values)
    assert [js("unpack(packed, i)", packed=packed, i=i) for i in range(len(values))] == values


# Questions


def test_all_questions_can_be_shown_without_mathematics():
    for exercise in ALL:
        shown = json.dumps(
            [specification(exercise), content(exercise)["parts"]], ensure_ascii=False
        )
        assert "$" not in shown.replace("$student", ""), exercise.id
        assert "\\\\" not in shown.replace("\\\\n", "").replace('\\\\"', ""), exercise.id


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        (r"$\tfrac12(x^2 + \kappa\, y^2)$", "½(<i>x</i><sup>2</sup> + κ <i>y</i><sup>2</sup>)"),
        (r"$\begin{pmatrix} 4 & -2 \\ 2 & 1 \end{pmatrix}$", "(4, −2; 2, 1)"),
        (r"$\frac{\sqrt\kappa-1}{\sqrt\kappa+1}$", "(√κ − 1)/(√κ + 1)"),
        (r"$\mathrm E[w_{t-1}^2]$", "E[<i>w</i><sub><i>t</i> − 1</sub><sup>2</sup>]"),
        (r"$-\eta H^{-1} \nabla f'$", "−η<i>H</i><sup>−1</sup>∇<i>f</i>′"),
        (r"a < b & `x < y` *so*", "a &lt; b &amp; <code>x &lt; y</code> <em>so</em>"),
        (r"$\cosh x$ at $(1, -1)$", "cosh <i>x</i> at (1, −1)"),
    ],
)
def test_markdown_becomes_html(markdown, html):
    assert to_html(markdown) == html


@pytest.mark.parametrize("tex", [r"$\prod x$", r"$\frac{1}$", r"$\begin{pmatrix} 1$"])
def test_unknown_tex_is_refused(tex):
    with pytest.raises(ValueError, match="tex must be such as exercises use"):
        to_html(tex)


# The book


def test_the_forms_of_the_book_are_those_of_exercises():
    named = [name for names in book.forms().values() for name in names]
    assert len(named) == len(set(named))
    assert set(named) <= set(exercises.names())


def test_a_form_is_compared_by_its_name():
    data, _ = exercises.ask("adam/first-step")._repr_mimebundle_()
    assert data["text/plain"] == "<Form: adam/first-step>"
    assert (
        data["text/html"]
        == exercises.ask(NUMBERS["adam/first-step"])._repr_mimebundle_()[0]["text/html"]
    )
    assert isinstance(NUMBERS["adam/first-step"], NumberExercise)
