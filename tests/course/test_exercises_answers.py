"""What the checks say about answers that cannot be compared, and about numbers and choices."""

import inspect
import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from looping import each

import optimlib as ol
from course import exercises
from course.exercises.numbers import NumberExercise

CHAPTERS = Path(__file__).parents[2] / "chapters"
STUDENTS = [f"student {number}" for number in range(20)]
NUMBERS = {
    name: exercises.get(name)
    for name in exercises.names()
    if isinstance(exercises.get(name), NumberExercise)
}


def adam(t, g, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return dict(m=m, v=v, m_hat=m_hat, v_hat=v_hat, step=-lr * m_hat / (np.sqrt(v_hat) + eps))


def changed(**changes):
    """Return Adam with other entries in its record, given as functions of the record."""

    def update(t, g, m, v, lr, beta1, beta2, eps):
        record = adam(t, g, m, v, lr, beta1, beta2, eps)
        return record | {name: change(record) for name, change in changes.items()}

    return update


def in_place(t, g, m, v, lr, beta1, beta2, eps):
    m *= beta1
    m += (1 - beta1) * g
    return adam(t, 0 * g, m / beta1, v, lr, beta1, beta2, eps) | adam(
        t, g, (m - (1 - beta1) * g) / beta1, v, lr, beta1, beta2, eps
    )


def spoils_gradient(t, g, m, v, lr, beta1, beta2, eps):
    record = adam(t, g, m, v, lr, beta1, beta2, eps)
    g[:] = 0
    return record


def in_float32(t, g, m, v, lr, beta1, beta2, eps):
    g, m, v = (np.asarray(array, dtype=np.float32) for array in (g, m, v))
    return adam(t, g, m, v, lr, beta1, beta2, np.float32(eps))


def in_float32_without_correction(t, g, m, v, lr, beta1, beta2, eps):
    record = in_float32(t, g, m, v, lr, beta1, beta2, eps)
    return record | dict(step=-lr * record["m"] / (np.sqrt(record["v"]) + np.float32(eps)))


def spoils_and_is_wrong(t, g, m, v, lr, beta1, beta2, eps):
    g *= 2
    return adam(t, g, m, v, lr, beta1, beta2, eps)


def as_tuple(t, g, m, v, lr, beta1, beta2, eps):
    record = adam(t, g, m, v, lr, beta1, beta2, eps)
    return record["m"], record["v"], record["step"]


def without(name):
    def update(t, g, m, v, lr, beta1, beta2, eps):
        record = adam(t, g, m, v, lr, beta1, beta2, eps)
        return {n: value for n, value in record.items() if n != name}

    return update


def raising(t, g, m, v, lr, beta1, beta2, eps):
    raise KeyError("v_hat")


@pytest.mark.parametrize(
    ("answer", "mistake", "seen"),
    [
        (lambda g: None, "Returned None", "In step t = 1 nothing came back"),
        (as_tuple, "Not a dict", "a tuple came back"),
        (without("step"), "Missing names", "step missing"),
        (without("v"), "Missing names", "v missing"),
        (in_place, "State mutated in place", "m held other numbers"),
        (spoils_gradient, "State mutated in place", "g held other numbers"),
        (spoils_and_is_wrong, "State mutated in place", "The first difference is in step t = 1, m"),
        (in_float32_without_correction, "Bias correction forgotten” and “float32", "m[0]"),
        (in_float32, "float32", "The first difference is in step t = 1, m[0]"),
        (changed(step=lambda r: np.round(r["step"], 9)), "Rounded on the way", "step"),
        (changed(step=lambda r: np.sum(r["step"])), "Wrong shape", "step has the shape ()"),
        (changed(v=lambda r: r["v"][None]), "Wrong shape", "v has the shape (1, 3)"),
        (changed(step=lambda r: r["step"] * np.nan), "nan or infinity", "got nan"),
        (changed(step=lambda r: r["step"] * np.inf), "nan or infinity", "got ∞"),
        (changed(step=lambda r: 10**5000), None, "step is not real numbers but a very long int"),
        (lambda g: sys.exit("bye"), "An error was raised", "came SystemExit: bye"),
        (changed(step=lambda r: ...), None, "step is still `...`"),
        (changed(step=lambda r: "right"), None, "step is not real numbers but 'right'"),
        (changed(m_hat=lambda r: 2 * r["m_hat"]), None, "t = 1, m_hat[0]"),
        (changed(step=lambda r: 1.01 * r["step"]), None, "step[0]"),
        (changed(step=lambda r: [1, [2]]), None, "step is not an array"),
        (max, None, "does not know the function's parameters"),
        (raising, "An error was raised", "came KeyError: 'v_hat'"),
        (lambda t, grads: None, "Unknown parameters", "The function asks for grads"),
        (lambda g, /: None, None, "cannot be given by name"),
        (lambda g, m, v: dict(m=m, v=v, step=g), None, "It does without lr, beta1, beta2, eps."),
        (ol.Momentum, "Missing names", "the record has g, v, step; m missing"),
        (ol.AMSGrad, None, "the state is called m, v, v_max"),
        (ol.GradientDescent(lr=0.1), "Missing names", "m and v missing"),
        (ol.Adam(lr=0.1, bias_correction=False), "Bias correction forgotten", "step[0]"),
    ],
)
def test_answers_that_are_wrong_are_described(answer, mistake, seen):
    report = exercises.check("adam", answer)
    assert not report.correct
    assert report.mistake == mistake, report
    assert seen in repr(report), report


@pytest.mark.parametrize(
    ("right", "wrong", "mistake"),
    [
        ("beta1 * m + (1 - beta1) * g", "(1 - beta1) * m + beta1 * g", "β₁ and 1 − β₁ swapped"),
        ("+ (1 - beta2) * g**2", "+ g**2", "1 − β₂ forgotten"),
        ("(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat) + eps", "Parentheses are missing"),
        ("beta1**t), v / (1 - beta2**t", "beta1*t), v / (1 - beta2*t", "βt in place of βᵗ"),
        ("-lr * m_hat", "-lr / t**0.5 * m_hat", "η divided by √t"),
    ],
)
def test_slips_of_the_pen_have_a_name(right, wrong, mistake):
    source = inspect.getsource(adam)
    assert right in source
    namespace = {"np": np}
    exec(source.replace(right, wrong), namespace)
    assert exercises.check("adam", namespace["adam"]).mistake == mistake


def test_the_place_of_the_first_difference_is_named():
    def late(t, g, m, v, lr, beta1, beta2, eps):
        record = adam(t, g, m, v, lr, beta1, beta2, eps)
        wrong = record["v_hat"] * np.array([1, 1, 1 + (t == 3)])
        return record | dict(v_hat=wrong, step=2 * record["step"] if t == 10 else record["step"])

    assert "The first difference is in step t = 3, v_hat[2]: expected" in repr(
        exercises.check("adam", late)
    )


def test_errors_do_not_cascade():
    def noting(answer, seen):
        def update(t, g, m, v, lr, beta1, beta2, eps):
            seen.append((t, *g, *m, *v))
            return answer(t, g, m, v, lr, beta1, beta2, eps)

        return update

    right, wrong = [], []
    assert exercises.check("adam", noting(adam, right))
    assert not exercises.check("adam", noting(changed(m=lambda r: 5 + r["m"]), wrong))
    assert right == wrong
    assert len({t for t, *_ in right}) > 2


def test_answers_may_have_defaults_more_names_and_any_keywords():
    assert exercises.check("adam", lambda *, mine=3, **given: adam(**given))
    assert exercises.check("adam", lambda t, g, m, v, lr=1, beta1=1, beta2=1, eps=1: adam(
        t, g, m, v, lr, beta1, beta2, eps))  # fmt: skip
    assert exercises.check("adam", changed(mine=lambda r: "notes"))


@pytest.mark.parametrize("answer", [3, None, "adam", object, [adam]])
def test_what_is_no_answer_is_a_type_error(answer):
    with pytest.raises(TypeError, match="adam: answer must be a function update"):
        exercises.check("adam", answer)


def test_unknown_names_are_an_error_that_helps():
    with pytest.raises(ValueError, match="close are adam"):
        exercises.check("adem", adam)


def test_reports_can_be_asserted_and_shown():
    right, wrong = exercises.check("adam", adam), exercises.check("adam", raising)
    assert right
    assert not wrong
    assert repr(right) == "adam: correct. It agrees with ol.Adam in 12 steps."
    report = exercises.check("adam", changed(step=lambda r: "<b>"))
    assert "&lt;b&gt;" in report._repr_html_()
    assert "To read again: adaptive/adam" in wrong._repr_html_()


def test_a_report_names_the_chapter_that_explains_the_mistake():
    report = exercises.check("nesterov", ol.Nesterov(lr=0.1, library_form=True))
    assert (report.mistake, report.chapter) == ("The library form", "appendix/conventions")
    assert exercises.check("adam", raising).chapter == "adaptive/adam"


def test_a_wrong_answer_is_not_told_the_solution():
    for mistake in exercises.get("adam").misconceptions:
        assert len(repr(exercises.check("adam", mistake))) < 500


# Numbers.


@cache
def variants(exercise):
    return [exercise.variant(student) for student in STUDENTS]


@each("exercise", NUMBERS)
def test_right_numbers_are_correct_and_slips_are_named(exercise):
    for variant in (exercise, *variants(exercise)):
        assert variant.check(variant.expected)
        assert variant.check(round(variant.expected, 12))
        for slip in variant.slips:
            report = variant.check(variant.slip_values[slip.name])
            assert not report.correct
            # The book's own numbers may not tell two slips apart; those of variants do.
            assert (
                slip.name in report.mistake if variant is exercise else report.mistake == slip.name
            )
            assert slip.feedback in report.explanation


@each("exercise", NUMBERS)
def test_each_student_has_a_variant_that_tells_all_slips_apart(exercise):
    assert all(variant.accepted() for variant in variants(exercise))
    assert len({variant.question for variant in variants(exercise)}) > 5
    again = exercise.variant(STUDENTS[-1])
    assert again.parameters == variants(exercise)[-1].parameters


@each("exercise", NUMBERS)
def test_exercises_have_enough_slips_and_a_worked_solution(exercise):
    assert len(exercise.slip_values) == len(exercise.slips) >= 3
    assert exercise.expected not in exercise.slip_values.values()
    assert exercise.worked


def test_answers_of_three_chapters_are_those_of_closed_forms():
    expected = {
        "first-descent/gradient-descent-3": lambda lr, w0: w0 * (1 - 2 * lr) ** 3,
        "first-descent/momentum-2": lambda lr, beta, w0: (
            w0 * (1 - 2 * lr) - lr * (beta * 2 * w0 + 2 * w0 * (1 - 2 * lr))
        ),
        "first-descent/average-rate": lambda lr, beta: lr / (1 - beta),
        "first-descent/heavy-ball-limit": lambda beta: 1 + beta,
        "adaptive-rates/first-length": lambda lr, beta, w0: lr / np.sqrt(1 - beta),
        "adaptive-rates/adagrad-2": lambda lr, w0: w0 - lr - lr * (w0 - lr) / np.hypot(w0, w0 - lr),
        "adaptive-rates/adam-2": lambda lr, w0: corrected_second(lr, w0),
        "adaptive-rates/bounce": lambda lr, c: lr / 2,
        "adam/first-step": lambda lr, w0: w0 - lr,
        "adam/uncorrected-2": lambda lr, w0: uncorrected_second(lr, w0),
        "adam/lone-gradient": lambda beta1, beta2: (
            (1 - beta1) / np.sqrt(1 - beta2) / (1 - beta1 / np.sqrt(beta2))
        ),
    }
    for exercise in map(exercises.get, expected):
        for variant in (exercise, *variants(exercise)):
            closed = expected[exercise.id](**variant.parameters)
            assert variant.expected == pytest.approx(closed, rel=1e-4)


def corrected_second(lr, w0):
    w1 = w0 - lr
    mean = (0.09 * w0 + 0.1 * w1) / 0.19
    return w1 - lr * mean / np.sqrt((0.000999 * w0**2 + 0.001 * w1**2) / 0.001999)


def uncorrected_second(lr, w0):
    w1 = w0 - lr * 0.1 / np.sqrt(0.001)
    return w1 - lr * (0.09 * w0 + 0.1 * w1) / np.sqrt(0.000999 * w0**2 + 0.001 * w1**2)


def test_numbers_are_rounded_as_asked_for():
    check = exercises.check
    assert check("first-descent/momentum-2", 1.84)
    assert check("first-descent/momentum-2", np.array([1.84]))
    assert check("first-descent/momentum-2", 1.849)
    assert check("first-descent/momentum-2", 1.9).mistake == "Rounded too early"
    # Of 1.9 two digits are asked for: 3.2 is 13 units of the last away, and not close.
    assert check("first-descent/heavy-ball-limit", 2.05).mistake == "Rounded too early"
    assert check("first-descent/heavy-ball-limit", 3.2).mistake is None
    assert check("first-descent/momentum-2", -1.84).mistake == "The other sign"
    assert check("first-descent/momentum-2", 7).mistake is None
    assert not check("first-descent/momentum-2", float("nan"))
    for answer in ("1.84", None, True, [1.84, 2]):
        with pytest.raises(TypeError, match="answer must be a number"):
            check("first-descent/momentum-2", answer)


def test_heavy_ball_converges_up_to_the_limit_of_the_exercise():
    for beta in (0.3, 0.6, 0.9):
        limit = exercises.get("first-descent/heavy-ball-limit").answer(beta=beta)
        rates = np.array([limit - 0.02, limit + 0.02])
        ends = ol.run(ol.HeavyBall(rates, beta), ol.problems.square, 4.0, 3000)[0]
        assert list(np.abs(ends) < 1e-3) == [True, False]


def test_average_walks_the_path_of_momentum_at_the_rate_of_the_exercise():
    for lr, beta in ((0.05, 0.8), (0.1, 0.6)):
        rate = exercises.get("first-descent/average-rate").answer(lr=lr, beta=beta)
        ends = (
            ol.run(rule, ol.problems.square, 4.0, 20)
            for rule in (ol.Momentum(lr, beta), ol.AverageMomentum(rate, beta))
        )
        assert np.isclose(*ends)


def test_rmsprop_jumps_as_far_as_the_exercise_says():
    for lr, c in ((0.1, 3.0), (0.3, 10.0), (0.9, 50.0)):
        hill = ol.Objective(f=lambda w, c=c: c * w**2, grad=lambda w, c=c: 2 * c * w)
        ends = ol.trace(ol.RMSProp(lr), hill, 4.0, 5000)["w"][-2:]
        far = exercises.get("adaptive-rates/bounce").answer(lr=lr, c=c)
        assert ends[0] == pytest.approx(-ends[1]) == pytest.approx(far * np.sign(ends[0]))


# Choices and suspects.


def test_choices_are_checked():
    assert exercises.check("adam/no-memory", "sign")
    report = exercises.check("adam/no-memory", "nothing")
    assert not report.correct
    assert "nothing is 0" in repr(report)
    with pytest.raises(ValueError, match="answer must be one of 'sign'"):
        exercises.check("adam/no-memory", "sgd")


def test_suspects_differ_from_their_claims_unless_innocent():
    bowl = ol.problems.quadratic(kappa=5)
    for student in (None, *STUDENTS):
        innocent = []
        for letter, suspect in exercises.suspects(student).items():
            seen = ol.trace(suspect, bowl, [2.0, 1.0], 20)["w"]
            claimed = ol.trace(suspect.claim, bowl, [2.0, 1.0], 20)["w"]
            if np.array_equal(seen, claimed):
                innocent.append(letter)
            else:
                assert np.max(np.abs(seen - claimed)) > 1e-5
        assert len(innocent) == 1
        assert exercises.check(f"suspect-{innocent[0]}", "innocent", student)


def test_every_suspect_is_found_out():
    for student in (None, "ada"):
        answers = set()
        for letter in exercises.suspects(student):
            exercise = exercises.get(f"suspect-{letter}")
            right = [o for o in exercise.options if exercises.check(exercise.id, o, student)]
            assert len(right) == 1
            answers.update(right)
        assert len(answers) == 7


def test_suspects_do_what_their_signs_say():
    found = {
        exercises.get(f"suspect-{letter}").right: suspect
        for letter, suspect in exercises.suspects().items()
    }
    stale = ol.trace(found["stale gradient"], ol.problems.square, 4.0, 2)
    assert stale["w"][0] - 4 == pytest.approx(stale["w"][1] - stale["w"][0])
    adam = found["no bias correction"]
    assert (4 - ol.trace(adam, ol.problems.square, 4.0, 1)["w"][0]) == pytest.approx(
        3.162 * adam.claim.lr, rel=1e-3
    )


def test_every_exercise_knows_where_it_belongs():
    for exercise in map(exercises.get, exercises.names()):
        mistakes = getattr(exercise, "misconceptions", ())
        for chapter in {exercise.chapter, *(m.chapter for m in mistakes if hasattr(m, "chapter"))}:
            assert (CHAPTERS / f"{chapter}.ipynb").exists()
        assert exercise.question
        assert exercise.worked
        assert exercise.minutes > 0
        assert exercise.topic
    with pytest.raises(ValueError, match="difficulty must be 1, 2 or 3"):
        exercises.ChoiceExercise("x", "start/welcome", "code", "x", 1, 4)
    with pytest.raises(ValueError, match="layer must be one of"):
        exercises.ChoiceExercise("x", "start/welcome", "sing", "x", 1, 3)


def test_the_dots_of_a_chapter_are_no_answer():
    with pytest.raises(TypeError, match="put your own in their place"):
        exercises.check("first-descent/momentum-2", ...)


def test_a_whole_number_is_shown_in_full():
    exercise = NumberExercise("x", "start/first-descent", "predict", "", 1, 1, answer=lambda: 13823)
    assert exercise.check(13820).lines == ("It is 13823.",)
    half = replace(exercise, answer=lambda: -13822.5)
    assert half.check(-13822).lines == ("It is −1.382·10⁴.",)


class TestHints:
    @each("name", exercises.names())
    def test_no_hint_is_the_answer(self, name):
        exercise = exercises.get(name).variant("ada")
        hints = exercise.hints()
        assert hints
        assert all(hint.strip() for hint in hints)
        if isinstance(exercise, NumberExercise):
            results = re.findall(r"[=≈] (−?[\d.]*\d)", " ".join(hints[1:]))
            values = [float(result.replace("−", "-")) for result in results]
            assert not any(exercise.check(value).correct for value in values)
        elif isinstance(exercise, exercises.ChoiceExercise):
            assert not any(exercise.options[exercise.right] in hint for hint in hints)

    def test_stages_give_away_more_and_more(self):
        first, second, third = (exercises.hint("adam", stage) for stage in (1, 2, 3))
        assert (
            str(first)
            == "adam, hint 1 of 3: Computed one after the other: m, v, m_hat, v_hat, step."
        )
        assert "m̂ₜ = mₜ / (1 − β₁ᵗ)" in str(second)
        assert "m̂₁ = 0.8 / (1 − 0.9¹) = 8" in str(third)

    def test_a_student_has_hints_of_their_own(self):
        texts = {repr(exercises.hint("first-descent/momentum-2", 3, student=s)) for s in "abcd"}
        assert len(texts) > 1

    @pytest.mark.parametrize("stage", [0, 4, 1.5, "1"])
    def test_stage_must_exist(self, stage):
        with pytest.raises(ValueError, match="stage must be from 1 to 3, got stage = "):
            exercises.hint("adam", stage)
