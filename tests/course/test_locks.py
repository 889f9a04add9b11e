"""The locks hold what the requirements pin and all that it needs. Nothing here asks a network."""

import tomllib
from importlib.metadata import requires, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from course import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = {
    "book": ["requirements.txt"],
    "dev": ["requirements.txt", "requirements/dev.in"],
    "grading": ["requirements/grading.in"],
}


def pins(path):
    """Return what a file of requirements names, without its options such as -e and -r."""
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def locked(name):
    """Return `{package: {version, ...}}`: there may be one for each Python or platform."""
    versions = {}
    for pin in pins(ROOT / "requirements" / f"{name}.txt"):
        versions.setdefault(canonicalize_name(pin.name), set()).add(str(pin.specifier))
    return versions


@pytest.mark.parametrize("name", LOCKS)
def test_direct_pins_are_locked(name):
    lock = locked(name)
    for file in LOCKS[name]:
        wrong = {
            pin.name: lock.get(canonicalize_name(pin.name))
            for pin in pins(ROOT / file)
            if lock.get(canonicalize_name(pin.name)) != {str(pin.specifier)}
        }
        assert wrong == {}, f"{file} was changed: run `make lock`"


def test_the_tools_lock_adds_to_the_books():
    dev = locked("dev")
    assert {name: dev.get(name) for name in locked("book")} == locked("book")


def here(name):
    """Return the names of a lock's packages that this Python and platform need."""
    lock = pins(ROOT / "requirements" / f"{name}.txt")
    return {canonicalize_name(p.name): p for p in lock if not p.marker or p.marker.evaluate()}


def test_the_tools_lock_has_what_the_extras_ask_for():
    locked_at = {n: next(iter(pin.specifier)).version for n, pin in here("dev").items()}
    asked = [Requirement(line) for lines in EXTRAS.values() for line in lines]
    public = [need for need in asked if need.name != PROJECT["name"]]
    wrong = [n for n in public if locked_at[canonicalize_name(n.name)] not in n.specifier]
    assert wrong == []


@pytest.mark.parametrize("name", ["book", "dev"])
def test_nothing_is_installed_beside_a_lock(name):
    lock = here(name)
    missing = {
        f"{package} needs {needed}"
        for package in lock
        for needed in map(Requirement, requires(package) or [])
        if (not needed.marker or needed.marker.evaluate({"extra": ""}))
        and canonicalize_name(needed.name) not in lock
    }
    assert missing == set()


def test_this_environment_is_the_locked_one():
    wrong = {n: version(n) for n, pin in here("dev").items() if version(n) not in pin.specifier}
    assert wrong == {}, (
        "older than the lock: run `make test`, or pip install -r requirements/dev.txt"
    )
