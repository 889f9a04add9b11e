"""A function does one thing: it has at most 50 lines, its docstring left out.

JavaScript's functions are held to the same by the linter; ruff has no such rule. That a line has at
most 100 columns ruff says of Python, and nothing of JavaScript.
"""

import ast
from pathlib import Path

import pytest

import course
import optimlib

MOST = 50
PACKAGES = pytest.mark.parametrize("package", [course, optimlib], ids=["course", "optimlib"])


def files(package, pattern):
    return Path(package.__file__).parent.rglob(pattern)


def lengths(code):
    """Return (name, lines) of every function in the code, inner ones counted twice."""
    functions = ast.FunctionDef, ast.AsyncFunctionDef
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, functions):
            first = node.body[min(ast.get_docstring(node) is not None, len(node.body) - 1)]
            yield node.name, node.end_lineno - first.lineno + 1


@PACKAGES
def test_lines_of_javascript_have_at_most_100_columns(package):
    lines = {path: path.read_text("utf-8").splitlines() for path in files(package, "*.js")}
    assert lines
    assert [(path, line) for path in lines for line in lines[path] if len(line) > 100] == []


@PACKAGES
def test_functions_are_short(package):
    for path in files(package, "*.py"):
        long = [(name, n) for name, n in lengths(path.read_text("utf-8")) if n > MOST]
        assert long == [], path


def test_a_long_function_is_noticed():
    body = "\n".join(["    x = 1"] * (MOST + 1))
    code = f'def outer():\n    def inner():\n        """One line."""\n\n{body}\n'
    assert dict(lengths(code)) == {"outer": MOST + 4, "inner": 1}
