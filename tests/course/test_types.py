"""Type hints: mypy accepts what the documentation shows, and public functions have them."""

import ast
import doctest
import re
import subprocess
import sys

from course import ROOT

PACKAGE = ROOT / "optimlib"
GUIDES = [*ROOT.glob("*.md"), *(ROOT / ".github").glob("*.md"), *PACKAGE.rglob("*.md")]
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
    options = "--config-file", ROOT / "pyproject.toml", "--no-error-summary"
    command = [sys.executable, "-m", "mypy", *options, *paths]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert not done.stderr
    return done.stdout


def test_what_the_documentation_shows_is_well_typed(tmp_path):
    names = write_documentation(tmp_path)
    assert {"README", "optimlib_rules_adam_Adam", "optimlib_descent_run"} <= set(names)
    assert mypy(tmp_path) == ""
