"""Imports point one way, and what is imported is declared."""

import ast
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions

from looping import each
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from course import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("optimlib", "course")
    for path in (ROOT / package).rglob("*.py")
}


def names(source):
    """Return the dotted names of all that a module's text imports, wherever it does."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports here are absolute"
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inside if inside <= MODULES.keys() else {node.module, *inside}
    return found


@cache
def imports(module):
    return names(MODULES[module].read_text("utf-8"))


@cache
def reached(module):
    """Return the modules of this repository that a module needs, directly or through others.

    But for `optimlib` itself, which only gathers them.
    """
    known = MODULES.keys() - {"optimlib"}
    found, new = set(), {module}
    while new:
        new = {name for near in new for name in imports(near) & known} - found
        found |= new
    return found


def part(name):
    """Return the module or package right below optimlib that a name belongs to."""
    return name.split(".")[1]


def test_names_are_found_wherever_they_are_imported():
    source = "import a.b\ndef f():\n    from c import d\n    with e:\n        import g as h"
    assert names(source) == {"a.b", "c", "c.d", "g"}
    assert names("from optimlib.rules import adam") == {"optimlib.rules.adam"}


def of_optimlib():
    return [name for name in MODULES if name.startswith("optimlib.")]


@each("module", of_optimlib())
def test_the_library_knows_nothing_of_the_course(module):
    assert {name for name in reached(module) if name.startswith("course")} == set()


@each("module", [n for n in of_optimlib() if part(n) in ("rules", "problems")])
def test_rules_and_problems_know_nothing_of_what_reads_them(module):
    readers = {"explorers", "figures", "javascript", "learning", "notation", "typesetting"}
    assert {name for name in reached(module) if part(name) in readers} == set()


def test_no_imports_run_in_a_circle():
    assert [module for module in MODULES if module in reached(module)] == []


def test_what_the_library_imports_is_declared():
    providers = packages_distributions()
    extras = PROJECT["optional-dependencies"]
    lists = PROJECT["dependencies"], *(extras[name] for name in extras if name != "chapters")
    declared = {canonicalize_name(Requirement(line).name) for lines in lists for line in lines}
    used = {name.partition(".")[0] for module in of_optimlib() for name in imports(module)}
    used -= {"optimlib", *sys.stdlib_module_names}
    assert {n for n in used if not declared & set(map(canonicalize_name, providers[n]))} == set()
