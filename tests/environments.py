"""This repository as others clone it, and environments that other Pythons make."""

import os
import shutil
import subprocess
import sys

import pytest

from course import ROOT

RUNNING = "{}.{}".format(*sys.version_info)
# Colab's Pythons, from the oldest to the newest that it may have.
PYTHONS = "3.11", "3.12", "3.13"


def clean():
    """Return the variables of an environment in which nothing of this one is found."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return mine | {"PIP_NO_COMPILE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(*command, **options):
    """Run a command where nothing of this environment is found."""
    return subprocess.run(
        command, env=clean(), capture_output=True, text=True, check=False, **options
    )


def interpreter(version):
    """Return the program of a Python; skip the test where there is none."""
    program = sys.executable if version == RUNNING else shutil.which(f"python{version}")
    if program is None or run(program, "-c", "").returncode:
        pytest.skip(f"there is no Python {version} here")
    return program


def new_environment(folder, version, *packages):
    """Make an environment with pip and these packages from the index; return its Python."""
    uv = sys.executable, "-m", "uv"
    made = run(*uv, "venv", "--seed", "--python", interpreter(version), folder)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    filled = run(*uv, "pip", "install", "--python", python, *packages)
    if made.returncode or filled.returncode:
        pytest.skip(f"no packages can be had here: {made.stderr}{filled.stderr}")
    return python


def tracked():
    """Return the paths, as they lie here, of what git tracks or would."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone of the repository")
    listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for path in listed.split("\0") if (ROOT / path).is_file()]


def clone(folder):
    """Commit what lies here to a new repository, which can be cloned."""
    for path in tracked():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    name = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]
    for command in (["init", "--quiet"], ["add", "."], [*name, "commit", "--quiet", "-m", "Now"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder
