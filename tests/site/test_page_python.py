"""The page's Python says of code what Python says, in a browser, on a page from the disk.

One tab loads the interpreter once. What learners write is run in it and beside it; every right
rule and every mistake that has a name is judged by both, on the same numbers.
"""

import contextlib
import gzip
import inspect
import io
import math
import time
import traceback
import warnings
from itertools import pairwise

import numpy as np
import pytest
import right_answers
from browsing import CHROMIUM, serving
from learners_code import ADAM, programs, refused
from mistakes import MISTAKES, texts, with_edits
from other_rules import OTHER_RULES, REMEMBERING, other_rules
from right_answers import REARRANGED

from course import exercises
from course.exercises.code import CASES
from course.exercises.misconceptions import describe
from course.exercises.page import build
from course.exercises.recording import Operations
from course.site.interpreter import write
from optimlib.javascript.linker import link

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

PAGE = """<!DOCTYPE html>
<meta charset="utf-8">
<script src="running.js"></script>
<script>
const seen = [];
const addScript = (src, failed) =>
  document.head.append(Object.assign(document.createElement("script"), { src, onerror: failed }));
const runner = new running.Runner({
  ...running.fromScripts(document.baseURI, addScript), report: (state) => seen.push(state) });
</script>
"""
BATCH = """async (tasks) => {
  const answers = [];
  for (const [name, number, text] of tasks) answers.push(await runner.run(name, number, text));
  return answers;
}"""
CODE = [
    exercise
    for exercise in map(exercises.get, exercises.names(layer="code"))
    if isinstance(exercise, exercises.CodeExercise)
]
IDS = [exercise.id for exercise in CODE]
SIGNS = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**", "less": "<",
    "greater": ">",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write what the site has of it."""
    folder = tmp_path_factory.mktemp("page")
    client = (build.HERE.parent / "client" / "running.js").read_text("utf-8")
    linked = link("running.js", {"running.js": client})
    (folder / "running.js").write_text(f"const running = {linked};", "utf-8")
    write(folder / "exercises", IDS)
    (folder / "page.html").write_text(PAGE, "utf-8")
    return folder


@pytest.fixture(scope="module")
def page(folder, tab):
    """Open the page from the disk and wait for the interpreter."""
    tab.goto((folder / "page.html").as_uri())
    started = time.perf_counter()
    tab.evaluate("() => runner.inTurn(() => null)")
    print(f"\ninterpreter ready after {time.perf_counter() - started:.2f} s")
    assert tab.evaluate("seen") == ["loading", "starting", "ready"]
    return tab


def in_python(text):
    """Run a program and return what it printed and the error, as the page does."""
    printed, error = io.StringIO(), None
    silent = contextlib.redirect_stdout(printed), np.errstate(all="ignore")
    try:
        with silent[0], silent[1], warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(text, "answer", "exec"), {"__name__": "answer"})
    except SyntaxError as syntax:
        error = dict(kind=type(syntax).__name__, line=syntax.lineno)
    except Exception as raised:
        frames = traceback.extract_tb(raised.__traceback__)
        line = [frame.lineno for frame in frames if frame.filename == "answer"][-1]
        error = dict(kind=type(raised).__name__, message=as_before(str(raised)), line=line)
    return as_before(printed.getvalue()), error


def as_before(words):
    """Return what Python said before 3.13, as the page does."""
    return words.replace("float modulo by zero", "float modulo")


def test_what_learners_write_is_what_python_makes_of_it(page):
    all_programs = programs()
    assert sum(text.count("print(repr(") for text in all_programs) > 300
    answers = page.evaluate(
        "async (texts) => { const all = [];"
        "for (const text of texts) all.push(await runner.execute(text)); return all; }",
        all_programs,
    )
    for text, answer in zip(all_programs, answers, strict=True):
        printed, error = in_python(text)
        lines = zip(answer["printed"].splitlines(), printed.splitlines(), strict=False)
        assert [a for a, b in lines if a != b] == [], text
        assert answer["printed"] == printed, text
        if error and "message" not in error:  # Python's own words on syntax change every year.
            del answer["error"]["message"]
        assert answer["error"] == error, text


def test_what_it_does_without_is_refused_in_words(page):
    for text in refused():
        error = page.evaluate("(text) => runner.execute(text)", text)["error"]
        assert error, text
        assert error["kind"] is None, (text, error)
        assert "page" in error["message"]
        assert error["message"].endswith((".", "itself.")), error


def call(operation, *values):
    """Return an operation as a learner would write it."""
    if operation in SIGNS:
        return f" {SIGNS[operation]} ".join(values)
    others = {"negative": "-{}", "grad": "grad({})", "norm": "np.linalg.norm({})"}
    return others.get(operation, f"np.{operation}({{}})").format(", ".join(values))


def as_text(exercise, optimizer):
    """Return an optimizer's step as a learner would write it, and it as a function."""
    operations = Operations()
    places = operations.record(optimizer)
    names, lines = {}, []
    for place, entry in enumerate(operations.entries):
        if isinstance(entry, list):
            names[place] = f"x{place}"
            lines.append(f"    x{place} = {call(entry[0], *(names[x] for x in entry[1:]))}")
        else:
            names[place] = {"inf": "np.inf"}.get(entry, str(entry))
    # Newton's record has η as α, once for each coordinate.
    names = {place: "lr + 0 * g" if text == "lr" else text for place, text in names.items()}
    record = ", ".join(f"{name}={names[place]}" for name, place in places.items())
    parameters = dict.fromkeys((*exercise.parameters, "t", "w", "g", "h", "grad"))
    head = f"def update({', '.join(parameters)}):"
    return "\n".join([head, *lines, f"    return dict({record})", ""])


def function_of(text):
    namespace = {"np": np}
    exec(text, namespace)
    return namespace.get("update") or namespace["schedule"]


def report_of(exercise, answer, seed):
    """Return what `check` says, as the page's verdict."""
    report = exercise.check(answer, seed)
    return dict(
        correct=report.correct,
        lines=list(report.lines),
        mistake=report.mistake,
        explanation=report.explanation,
        chapter=report.chapter,
    )


@pytest.mark.parametrize("exercise", CODE, ids=IDS)
def test_right_answers_and_mistakes_get_the_verdict_of_check(page, exercise):
    seeds = list(exercise.cases)
    assert len(seeds) == CASES >= 12
    # Each mistake is judged in a case, in 12 situations; the rule in all that are left, or in one.
    optimizers = list(exercise.misconceptions)
    optimizers += [exercise.rule] * max(1, CASES - len(optimizers))
    tasks, expected = [], []
    for number, optimizer in enumerate(optimizers):
        text, case = as_text(exercise, optimizer), number % CASES
        tasks.append([exercise.id, case, text])
        verdict = report_of(exercise, function_of(text), seeds[case])
        is_right = optimizer is exercise.rule
        assert verdict["correct"] == is_right
        assert verdict["mistake"] == (None if is_right else describe(optimizer)[0])
        expected.append(verdict)
    answers = page.evaluate(BATCH, tasks)
    for (_, case, text), answer, verdict in zip(tasks, answers, expected, strict=True):
        # A schedule alone makes no step to race.
        raced = {"unusable": True} if "is_number" in exercise.judged else {}
        assert answer == {"printed": "", "error": None, "verdict": verdict} | raced, (case, text)


def source_of(function):
    """Return the text of a right answer, with those that it calls."""
    called = [getattr(right_answers, name, None) for name in function.__code__.co_names]
    return "".join(map(source_of, filter(inspect.isfunction, called))) + inspect.getsource(function)


@pytest.mark.parametrize("exercise", CODE, ids=IDS)
def test_rearranged_answers_are_correct(page, exercise):
    answers = REARRANGED[exercise.id]
    texts = [f"{source_of(answer)}\nupdate = {answer.__name__}\n" for answer in answers]
    texts.append(exercise.worked)
    tasks = [[exercise.id, case, text] for text in texts for case in (3, 17)]
    for (_, _, text), answer in zip(tasks, page.evaluate(BATCH, tasks), strict=True):
        if "np.choose" in text:
            assert "it stopped: On this page arrays change" in first_line(answer)
        else:
            assert answer["verdict"]["correct"], (text, answer)


def adam(page, text):
    return page.evaluate("(text) => runner.run('adam', 0, text)", text)


def first_line(answer):
    return answer["verdict"]["lines"][0]


def test_an_endless_loop_is_ended_and_the_next_answer_is_judged(page):
    answer = adam(page, "while True:\n    pass\n")
    assert answer == {"printed": "", "error": None, "verdict": None, "ended": True}
    assert adam(page, ADAM)["verdict"]["correct"]


def test_what_is_printed_comes_back(page):
    answer = adam(page, ADAM.replace("    m_hat,", "    print(t, abs(g) * 0)\n    m_hat,"))
    assert answer["printed"] == "".join(f"{t} [0. 0. 0.]\n" for t in (1, 2, 3, 10)) * 3


def test_an_error_has_the_learners_line(page):
    answer = adam(page, ADAM.replace("beta2 * v", "beta2 * velocity"))
    message = "name 'velocity' is not defined"
    assert answer["error"] == {"kind": "NameError", "message": message, "line": 3}
    assert first_line(answer) == f"In step t = 1 came NameError: {message}"
    assert answer["verdict"]["mistake"] == "An error was raised"
    answer = adam(page, ADAM.replace("np.sqrt(v_hat)", "np.cumsum(v_hat)"))
    assert answer["error"]["kind"] is None
    assert answer["error"]["line"] == 5


OTHERS = {
    "def update(g):\n    pass": "In step t = 1 nothing came back.",
    "def update(g):\n    return g, g": "a tuple came back",
    "def f(g):\n    return dict(step=g)": "m and v missing",
    "update = lambda grads: grads": "asks for grads",
    "def update(g, /):\n    pass": "before `/`",
    "def update(g, m, v):\n    return dict(m=m, v=v, step=...)": "still `...`",
    "def update(g, m, v):\n    return dict(m='m', v=v, step=g)": "not real numbers",
    "def update(g, m, v):\n    return dict(m=10**400, v=v, step=g)": "not real numb",
    "def update(g, m, v):\n    return dict(m=m, v=v, step=sum(g))": "step has",
    "def update(g, m, v):\n    m *= 2\n    return dict(m=m, v=v, step=g)": "m held other numbers",
    "def update(g, m, v):\n    g[:] = 0\n    return dict(m=m, v=v, step=g)": "g held other numbers",
    "def update(g, m, v):\n    return dict(m=m, v=v, step=g / 0)": "m[0]: expected",
    "def update(g, m, v):\n    return math.sqrt(g)": "TypeError",
    "def update(g, m, v):\n    if g > 0:\n        return 1": "ambig",
    "def update(g, m, v):\n    raise SystemExit('bye')": "bye",
    "def update(*all, **given):\n    return given | dict(step=0 * given['g'])": "m[0]",
    "def update(g, v, m=0, *, b=2):\n    return dict(m=m, v=v, step=g * b)": "m[0]",
}


def test_other_answers_are_described_as_check_does(page):
    exercise = exercises.get("adam")
    (seed, *_) = exercise.cases
    for text, seen in OTHERS.items():
        namespace = {"np": np, "math": math}
        exec(text, namespace)
        expected = report_of(exercise, namespace.get("update") or namespace["f"], seed)
        assert seen in " ".join(expected["lines"])
        assert adam(page, text)["verdict"] == expected, text


LISTED = [exercise for exercise in CODE if exercise.id in MISTAKES]


@pytest.mark.parametrize("exercise", LISTED, ids=[exercise.id for exercise in LISTED])
def test_students_mistakes_one_and_two_at_once_are_judged_as_by_check(page, exercise):
    one_by_one = {name: edits for name, *edits in MISTAKES[exercise.id] if name}
    two = [
        with_edits(exercise.worked, [*edits, *others])
        for edits, others in pairwise(one_by_one.values())
        if all(edit.split(" → ")[0] in with_edits(exercise.worked, edits) for edit in others[:1])
        and len(others) == 1
    ]
    all_texts = [text for _, _, text in texts(exercise)][::3] + two[::2]
    seed = next(iter(exercise.cases))
    answers = page.evaluate(BATCH, [[exercise.id, 0, text] for text in all_texts])
    for text, answer in zip(all_texts, answers, strict=True):
        if answer["error"]:  # What a page does not have.
            assert "rule" in answer["error"]["message"] or answer["verdict"], text
            continue
        assert answer["verdict"] == report_of(exercise, function_of(text), seed), text


MEMORY = """
class Momentum:
    def __init__(self):
        self.v = 0

    def __call__(self, g, lr, beta):
        self.v = beta * self.v + g
        return dict(v=self.v, step=-lr * self.v)

update = Momentum()
"""
GLOBAL = """
v = 0
def update(g, lr, beta):
    global v
    v = beta * v + g
    return dict(v=v, step=-lr * v)
"""


@pytest.mark.parametrize("text", [MEMORY, GLOBAL])
@pytest.mark.parametrize(
    "edit", ["g → g", "-lr * → lr * ", "+ g → + (1 - beta) * g", "+ g → + 3*g"]
)
def test_answers_that_remember_are_judged_as_by_check(page, text, edit):
    exercise = exercises.get("momentum")
    text = with_edits(text, [edit])
    seed = next(iter(exercise.cases))
    (answer,) = page.evaluate(BATCH, [["momentum", 0, text]])
    verdict = report_of(exercise, function_of(text), seed)
    assert answer["verdict"] == verdict
    assert verdict["correct"] == (edit == "g → g")
    assert bool(verdict["mistake"]) == (edit in ("-lr * → lr * ", "+ g → + (1 - beta) * g"))
    assert "It does not ask for v" in " ".join(verdict["lines"])


@pytest.mark.parametrize("name", OTHER_RULES)
def test_another_rule_is_named_as_by_check(page, name):
    exercise = exercises.get(name)
    seed = next(iter(exercise.cases))
    said = list(other_rules(exercise))
    said += [(said[0][0], REMEMBERING)] if name == "adam" else []
    answers = page.evaluate(BATCH, [[name, 0, text] for _, text in said])
    for (sentence, text), answer in zip(said, answers, strict=True):
        assert answer["verdict"] == report_of(exercise, function_of(text), seed), text
        assert answer["verdict"]["explanation"] == sentence


def test_a_masking_symptom_hides_no_mistake(page):
    exercise = exercises.get("adam")
    seed = next(iter(exercise.cases))
    for edit in ("return → g *= 2\n    return", "-lr * m_hat → np.nan * m_hat"):
        edits = ["m = beta1 * m + (1 - beta1) * g → m = (1 - beta1) * m + beta1 * g", edit]
        text = with_edits(exercise.worked, edits)
        verdict = adam(page, text)["verdict"]
        assert "β₁ and 1 − β₁ swapped" in verdict["mistake"]
        assert "” and “" in verdict["mistake"]
        assert verdict == report_of(exercise, function_of(text), seed)


def test_a_text_without_a_function_says_so(page):
    assert adam(page, "x = 3")["missing"]
    assert adam(page, "x = ")["error"]["kind"] == "SyntaxError"


def test_two_builds_are_the_same():
    script = build.interpreter_script()
    build.compiled.cache_clear()
    assert build.interpreter_script() == script


def test_it_works_over_http(page, folder, browser):
    with serving(folder) as address:
        tab = browser.new_page()
        tab.goto(f"{address}/page.html")
        assert adam(tab, ADAM)["verdict"]["correct"]
        tab.close()


def test_files_are_small(page, folder):
    pytest.importorskip("minify", reason="no minifier is installed")
    interpreter = len(gzip.compress((folder / "exercises" / "interpreter.js").read_bytes()))
    sizes = {path.stem: path.stat().st_size for path in folder.glob("exercises/code/*.js")}
    largest = max(sizes, key=sizes.get)
    started = time.perf_counter()
    adam(page, ADAM)
    taken = time.perf_counter() - started
    print(f"\ninterpreter {interpreter / 1e3:.0f} kB gzipped, a verdict took {1e3 * taken:.0f} ms")
    print(f"{largest} {sizes[largest] / 1e3:.1f} kB")
    assert interpreter < 330e3
    assert sizes[largest] < 30e3
