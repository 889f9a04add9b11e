"""What the page needs to judge exercises in code: the interpreter's worker, the exercises' data."""

import inspect
import json
from contextlib import closing
from functools import cache
from importlib.resources import files

import brython
import numpy as np
from py_mini_racer import MiniRacer

from course.exercises.form import modules
from course.exercises.known_rules import known_rules
from optimlib import figures, problems, symbols
from optimlib.explorers import explore
from optimlib.explorers.explorer import modules as explorer_modules
from optimlib.javascript import operations
from optimlib.javascript.linker import link

HERE = files("course.exercises") / "page"
RACED = 100  # steps in the figure of an exercise
# The Python that the worker runs, under the names by which it is imported.
MODULES = {
    "course.exercises.page.arrays": "page/arrays.py",
    "optimlib.symbols": None,
    "course.exercises.judge": "judge.py",
    "course.exercises.naming": "naming.py",
    "course.exercises.page.run": "page/run.py",
}
# What Brython asks for while it starts, in an engine that is no browser. It draws names of helpers
# by chance: here the same ones in every build.
BROWSER = """
let drawn = 1;
Math.random = () => (drawn = drawn * 16807 % 2147483647) / 2147483647;
globalThis.self = globalThis;
globalThis.WorkerGlobalScope = class {};
globalThis.WorkerNavigator = class {};
globalThis.navigator = new WorkerNavigator();
globalThis.importScripts = globalThis.addEventListener = () => {};
globalThis.URL = class { pathname = "/"; search = ""; hash = ""; };
globalThis.location = {href: "", origin: "", pathname: ""};
globalThis.console = {log() {}, warn() {}, error() {}};
globalThis.__BRYTHON__ = {brython_path: "http://localhost/"};
"""
COMPILE = """(source, name) => {
  const $B = __BRYTHON__;
  $B.imported[name] = $B.module.$factory(name);
  $B.url2name[name] = name;
  return $B.py2js({ src: source, filename: name }, name, name, $B.builtins_scope).to_js();
}"""


def engine():
    """Return Brython's script, as its package has it."""
    return (files(brython) / "data" / "brython.js").read_text("utf-8")


def sources():
    """Return the Python that the worker runs, by the names under which it is imported."""
    return {
        name: (HERE.parent / path).read_text("utf-8") if path else _number_text()
        for name, path in MODULES.items()
    }


def _number_text():
    """Return the part of `optimlib.symbols` that writes a number."""
    functions = (symbols.significant, symbols.number_text)
    return "\n".join(
        [
            "from course.exercises.page import arrays as np",
            f"SUPERSCRIPTS = {symbols.SUPERSCRIPTS!r}",
            f"DIGITS = {symbols.DIGITS!r}",
            *map(inspect.getsource, functions),
        ]
    )


@cache
def compiled():
    """Return the worker's Python as JavaScript, by name: to compile it takes Brython a second."""
    with closing(MiniRacer()) as javascript:
        javascript.eval(BROWSER)
        javascript.eval(engine() + ";0")
        return {
            name: javascript.eval(f"({COMPILE})({json.dumps(text)}, {json.dumps(name)})")
            for name, text in sources().items()
        }


def interpreter_script():
    """Return the script that a page loads when a form is first used: it hands over the worker's."""
    return f"exerciseInterpreter(() => {{\n{worker()}\n}});\n"


def data_script(exercise):
    """Return the script that a page loads with an exercise in code."""
    written = json.dumps(data(exercise), ensure_ascii=False, separators=(",", ":"))
    return f"exerciseCode({json.dumps(exercise.id)}, {written});\n"


def racing_script(exercises):
    """Return the script that a page loads when a rule can be raced: `Racing`, and what it needs.

    That is the figures' library for the worker, the colors of guests, and the figure of each of
    these exercises.
    """
    path = "page/library.js"
    library = {path: (HERE / "library.js").read_text("utf-8")} | explorer_modules()
    code = f"() => {link(path, library)}"
    page = link("exercises/racing.js", modules())
    raced = (exercise for exercise in exercises if "is_number" not in exercise.judged)
    own = json.dumps({exercise.id: figure(exercise) for exercise in raced})
    return f"exerciseRacing({page}, {code}, {json.dumps(figures.OWN)}, {own});\n"


def figure(exercise):
    """Return the specification of the figure that a rule is raced in where a page has none."""
    needs_curvature = "h" in exercise.inputs
    rule = exercise.rule(lr=1.0 if needs_curvature else 0.1)
    if needs_curvature:  # Newton's own in one variable alone.
        grounds = [problems.cosh(), problems.log_sum_exp]
    else:
        grounds = [problems.quadratic(kappa=10), problems.rosenbrock, problems.square]
    means = [name for name in ("beta", "beta1") if name in rule.hyperparameters()]
    ranges = {"lr": (0.001, 1.0)} | dict.fromkeys(means, (0.0, 0.99))
    title = f"A race with {exercise.rule.called}"
    return explore(rule, grounds, steps=RACED, title=title, **ranges).specification


def worker():
    """Return the script of the worker."""
    modules = ",\n".join(
        f"{json.dumps(name)}: () => {{\n{text}\nreturn locals;\n}}"
        for name, text in compiled().items()
    )
    module = operations.module().replace("export ", "")
    return "\n".join(
        [
            'globalThis.__BRYTHON__ = {brython_path: "http://localhost/"};',
            engine(),
            (HERE / "mends.js").read_text("utf-8"),
            (HERE / "pairs.js").read_text("utf-8"),
            f"globalThis.exerciseModules = {{\n{modules}\n}};",
            f"globalThis.exerciseOperations = (() => {{\n{module}\nreturn OPERATIONS;\n}})();",
            f"globalThis.exerciseRules = {json.dumps(known_rules(), separators=(',', ':'))};",
            (HERE / "worker.js").read_text("utf-8"),
        ]
    )


def data(exercise):
    """Return what the page needs of an exercise in code, for a file in JSON.

    Parameters
    ----------
    exercise : CodeExercise

    Returns
    -------
    dict
        ``exercise`` as `judge` wants it; the ``operations`` and where in them the names of the
        ``right`` record are and, of those that are ``compared``, the names of ``wrong`` ones; which
        names are ``vectors``; and the ``cases``.
        The page finds the pairs of mistakes by itself: they would be most of the file.
    """
    pairs = exercise.pairs
    found = list(exercise.cases.values())
    record = found[0].pairs[0][1]
    return {
        "exercise": exercise.judged,
        "operations": pairs.operations.entries[: pairs.alone],
        "right": pairs.right,
        "compared": list(pairs.compared),
        "wrong": [[places[name] for name in pairs.compared] for places in pairs.wrong],
        "vectors": [name for name, value in record.items() if np.ndim(value)],
        "cases": [_case(inputs) for inputs in found],
    }


def _case(inputs):
    """Return t, w and h of each step; and the settings: hyperparameters, g and state of each."""
    points, settings = {}, {}
    for situation in (pair[0].plain() for pair in inputs.pairs):
        point = [situation["w"], situation["h"]]
        assert points.setdefault(situation["t"], point) == point
        values = tuple(situation["hyperparameters"].values())
        numbers = [situation["g"], *situation["state"].values()]
        settings.setdefault(values, []).append(numbers)
    return [[[t, *point] for t, point in points.items()], list(map(list, settings.items()))]
