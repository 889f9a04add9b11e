"""Type hints: mypy accepts what the documentation shows, and public functions have them."""

import ast
import doctest
import inspect
import re
import subprocess
import sys

import pytest

import optimlib as ol
from course import ROOT
from optimlib import calculus, curvature, descent, javascript, line_search, notation

PACKAGE = ROOT / "optimlib"
GUIDES = [*ROOT.glob("*.md"), *(ROOT / ".github").glob("*.md"), *PACKAGE.rglob("*.md")]
PUBLIC = [ol, ol.problems, ol.schedules, calculus, curvature, descent, line_search, notation]
PUBLIC += [javascript, ol.learning, ol.figures, ol.explorers]
SPECIAL = ("__init__", "__call__", "__getitem__", "__len__", "__bool__", "__float__", "__iter__")
DOCUMENTED = ast.Module, ast.ClassDef, ast.FunctionDef


def docstring_modules(path):
    """Return (name, code) for each docstring with examples; lines have the numbers they have there.

    Examples that import nothing are for who reads the module; those of errors may be of types too.
    """
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, DOCUMENTED) or ast.get_docstring(node) is None:
            continue
        text = node.body[0].value
        lines = {}
        for example in doctest.DocTestParser().get_examples(text.value):
            if example.exc_msg is None:
                lines[text.lineno + example.lineno] = example.source
        if any(re.match("import |from ", source) for source in lines.values()):
            yield getattr(node, "name", "module"), placed(lines)


def guide_module(path):
    """Return the Python of a Markdown file, its lines where they are there."""
    text = path.read_text("utf-8")
    blocks = re.finditer(r"^```python\n(.*?)^```", text, re.M | re.S)
    return placed({text.count("\n", 0, block.start(1)) + 1: block[1] for block in blocks})


def placed(lines):
    """Return the pieces of code, each at its line."""
    code = ""
    for line, source in lines.items():
        code += "\n" * (line - 1 - code.count("\n")) + source
    return code


def write_documentation(folder):
    """Write all code that the documentation shows as modules into a folder."""
    modules = {path.stem: guide_module(path) for path in GUIDES}
    for path in PACKAGE.rglob("*.py"):
        for name, code in docstring_modules(path):
            parts = path.relative_to(ROOT).with_suffix("").parts
            modules["_".join((*parts, name))] = code
    for name, code in modules.items():
        (folder / f"shown_{name.replace('-', '_')}.py").write_text(code, "utf-8")
    return [name for name, code in modules.items() if code]


def mypy(*paths):
    """Return what mypy says of files, without its last line."""
    # A few files do not use all of the configuration; that all is used `make lint` sees.
    options = "--no-error-summary", "--no-warn-unused-configs"
    config = "--config-file", ROOT / "pyproject.toml"
    command = [sys.executable, "-m", "mypy", *config, *options, *paths]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert not done.stderr
    return done.stdout


def test_what_the_documentation_shows_is_well_typed(tmp_path):
    names = write_documentation(tmp_path)
    assert {"README", "optimlib_rules_adam_Adam", "optimlib_descent_run"} <= set(names)
    assert mypy(tmp_path) == ""


def public(module):
    """Return what a module offers: what ``__all__`` names, else its own functions and classes."""
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    return {name: getattr(module, name) for name in names}


def functions(name, thing):
    """Return a function, or the methods and properties of a class, by name."""
    if not inspect.isclass(thing):
        return {name: thing} if inspect.isfunction(thing) else {}
    found = {}
    for base in thing.__mro__:
        for method, value in vars(base).items() if base.__module__.startswith("optimlib") else ():
            value = getattr(value, "fget", getattr(value, "__func__", value))
            if inspect.isfunction(value) and (not method.startswith("_") or method in SPECIAL):
                found.setdefault(f"{base.__module__}.{value.__qualname__}", value)
    return found


def without_hints(function):
    """Return the names of the parameters that have no annotation, and "return" if there is none."""
    signature = inspect.signature(function)
    parameters = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    missing = [p.name for p in parameters if p.annotation is p.empty]
    return missing + ["return"] * (signature.return_annotation is signature.empty)


@pytest.mark.parametrize("module", PUBLIC, ids=lambda module: module.__name__)
def test_public_functions_have_type_hints(module):
    found = {}
    for name, thing in public(module).items():
        found |= functions(name, thing)
    missing = {name: without_hints(function) for name, function in found.items()}
    assert {name: names for name, names in missing.items() if names} == {}


def test_a_missing_hint_is_found():
    class Half:
        def __call__(self, x: int, y) -> None: ...

        @property
        def size(self): ...

    Half.__module__ = "optimlib"
    missing = [without_hints(function) for function in functions("Half", Half).values()]
    assert missing == [["y"], ["return"]]
