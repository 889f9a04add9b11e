"""The linker of JavaScript's modules, and that the explorers' modules are what they should be."""

import json

import pytest
from engine import engine_of
from py_mini_racer import JSParseException, MiniRacer

from optimlib.explorers.explorer import START, module, modules, page_script
from optimlib.javascript.linker import LinkError, exports_of, imports_of, link

SHAPES = """// An import below in a comment is none.
import {
  area as areaOf,
  unit,
} from "./squares.js";
import { unit as one } from "./sub/../squares.js";

const hidden = 7;
export class Box { size() { return areaOf(3) + hidden; } }
export function* sizes() { yield unit; yield one; }
export async function later() {}
export const text = `export const hidden = ${hidden}`;
"""
SQUARES = """const hidden = 2;
export function area(side) { return side ** hidden; }
export const unit = 1;
"""
LINKED = {"shapes.js": SHAPES, "squares.js": SQUARES}
OURS = sorted(set(modules()) - {"javascript/library.js", "javascript/operations.js"})


def test_modules_keep_their_names_to_themselves():
    engine = engine_of("shapes.js", LINKED)
    seen = "[new Box().size(), [...sizes()], text, typeof later, typeof hidden, typeof area]"
    assert json.loads(engine.eval(f"JSON.stringify({seen})")) == [
        *(16, [1, 1], "export const hidden = 7"),
        *("function", "undefined", "undefined"),
    ]


def test_what_a_module_does_happens_once_and_after_what_it_imports():
    said = {
        "a.js": 'import { b } from "./b.js";\nimport { c } from "./c.js";\nexport const a = b + c;',
        "b.js": 'import { c } from "./c.js";\nexport const b = c + "b";',
        "c.js": 'globalThis.times = (globalThis.times ?? 0) + 1;\nexport const c = "c";',
        "unused.js": "this is no JavaScript",
    }
    engine = engine_of("a.js", said)
    assert (engine.eval("a"), engine.eval("times")) == ("cbc", 1)


def test_modules_are_strict():
    with pytest.raises(Exception, match="undeclared is not defined"):
        engine_of("a.js", {"a.js": "undeclared = 1;\nexport const a = 1;"})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"squares.js": None}, "shapes.js imports from squares.js, which does not exist"),
        ({"shapes.js": None}, "there is no module shapes.js"),
        (
            {"squares.js": SQUARES.replace("export const unit", "const unit")},
            "shapes.js imports unit from squares.js, which has no such export",
        ),
        (
            {"squares.js": 'import { text } from "./shapes.js";\n' + SQUARES},
            "modules import each other: shapes.js which imports squares.js which imports shapes.js",
        ),
        (
            {"squares.js": 'import { area } from "./squares.js";\n' + SQUARES},
            "modules import each other: squares.js which imports squares.js",
        ),
        *(
            ({"squares.js": f"{SQUARES}{line}\n"}, "is no import or export of a known form")
            for line in (
                "export default area;",
                "export let moving = 1;",
                "export { area };",
                'export * from "./other.js";',
                'import * as all from "./other.js";',
                'import other from "./other.js";',
                'import "./other.js";',
                'import { make } from "package";',
                "import { make } from './other.js';",
                'import { make } from "./other.js"',
            )
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(changed, words):
    linked = {path: text for path, text in (LINKED | changed).items() if text is not None}
    with pytest.raises(LinkError, match=words):
        link("shapes.js", linked)


def test_two_exports_of_one_name_are_refused():
    with pytest.raises(JSParseException, match="already been declared"):
        engine_of("a.js", {"a.js": "export const a = 1;\nexport const a = 2;"})


@pytest.mark.parametrize("path", OURS)
def test_every_file_parses_alone(path):
    """Its imports, each of something, are all that it needs from outside."""
    text = modules()[path]
    alone = {path: text}
    for target, names in imports_of(path, text):
        lines = [f"export const {name} = null;" for name in names]
        alone[target] = "\n".join([alone.get(target, ""), *lines])
    engine = MiniRacer()
    assert engine.eval(f"Object.keys({link(path, alone)}).join()") == ",".join(exports_of(text))
    engine.close()


def test_every_file_is_needed():
    reached, waiting = set(), [START]
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += [target for target, _ in imports_of(path, modules()[path])]
    assert reached == set(modules())


def test_computing_knows_nothing_of_the_page():
    for path in OURS:
        if "/computing/" in path:
            targets = {target for target, _ in imports_of(path, modules()[path])}
            assert all("/computing/" in t or t.startswith("javascript/") for t in targets), path
            assert "document" not in modules()[path]


def test_the_page_and_jupyter_get_the_same_script():
    linked = link(START, modules())
    assert page_script() == f"(globalThis.explorers = {linked}).start();\n"
    assert module() == f"const {{ render }} = {linked};\nexport default {{ render }};\n"
