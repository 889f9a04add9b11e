"""The page's Python says of code what Python says, in a browser, on a page from the disk.

One tab loads the interpreter once. What learners write is run in it and beside it; every right
rule and every mistake that has a name is judged by both, on the same numbers.
"""

import contextlib
import inspect
import io
import textwrap
import time
import traceback
import warnings

import numpy as np
import pytest
from browsing import CHROMIUM
from learners_code import programs, refused

from course import exercises
from course.exercises.page import build
from course.exercises.recording import REDUCTIONS, Operations
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
# Each mistake is judged in two cases, 24 situations; together they go through all cases.
CASES_OF_EACH = 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write what the site has of it."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "exercises" / "code").mkdir(parents=True)
    client = (build.HERE.parent / "client" / "running.js").read_text("utf-8")
    linked = link("running.js", {"running.js": client})
    (folder / "running.js").write_text(f"const running = {linked};", "utf-8")
    (folder / "exercises" / "interpreter.js").write_text(build.interpreter_script(), "utf-8")
    for exercise in CODE:
        path = folder / "exercises" / "code" / f"{exercise.id}.js"
        path.write_text(build.data_script(exercise), "utf-8")
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
        error = dict(kind=type(raised).__name__, message=str(raised), line=line)
    return printed.getvalue(), error


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


def as_text(exercise, optimizer):
    """Return an optimizer's step as a learner would write it, and it as a function."""
    operations = Operations()
    places = operations.record(optimizer)
    names, lines = {}, []
    for place, entry in enumerate(operations.entries):
        if isinstance(entry, list):
            operation, *arguments = entry
            values = ", ".join(names[argument] for argument in arguments)
            called = "grad" if operation == "grad" else f"np.{operation}"
            called = "np.linalg.norm" if operation == REDUCTIONS[np.linalg.norm] else called
            names[place] = f"x{place}"
            lines.append(f"    x{place} = {called}({values})")
        else:
            names[place] = {"inf": "np.inf"}.get(entry, str(entry))
    record = ", ".join(f"{name}={names[place]}" for name, place in places.items())
    parameters = dict.fromkeys((*exercise.parameters, "t", "w", "g", "h", "grad"))
    head = f"def update({', '.join(parameters)}):"
    return "\n".join([head, *lines, f"    return dict({record})", ""])


def function_of(text):
    namespace = {"np": np}
    exec(text, namespace)
    return namespace["update"]


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
    seeds = list(build.cases(exercise))
    assert len(seeds) >= 20
    tasks, expected = [], []
    for number, optimizer in enumerate([exercise.rule, *exercise.misconceptions]):
        text = as_text(exercise, optimizer)
        for case in range(CASES_OF_EACH * number, CASES_OF_EACH * (number + 1)):
            case %= len(seeds)
            tasks.append([exercise.id, case, text])
            verdict = report_of(exercise, function_of(text), seeds[case])
            of_class = report_of(exercise, optimizer, seeds[case])
            assert (verdict["correct"], verdict["mistake"]) == (
                of_class["correct"],
                of_class["mistake"],
            )
            expected.append(verdict)
    assert sum(verdict["correct"] for verdict in expected) == CASES_OF_EACH
    answers = page.evaluate(BATCH, tasks)
    for (_, case, text), answer, verdict in zip(tasks, answers, expected, strict=True):
        assert answer == {"printed": "", "error": None, "verdict": verdict}, (case, text)


def source_of(function):
    return textwrap.dedent(inspect.getsource(function))
