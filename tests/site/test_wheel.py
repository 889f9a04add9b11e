"""What others install: a wheel, which needs NumPy alone."""

import re
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import numpy_alone
import pytest
from environments import clone, new_environment, run, tracked


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    source = clone(tmp_path_factory.mktemp("source"))
    done = run(sys.executable, "-m", "uv", "build", "--wheel", "--out-dir", source, source)
    assert done.returncode == 0, done.stderr
    (path,) = source.glob("*.whl")
    return path


def test_it_holds_both_packages(wheel):
    with zipfile.ZipFile(wheel) as content:
        packed = {name for name in content.namelist() if ".dist-info/" not in name}
    library = {p for p in tracked() if re.match(r"optimlib/(.*\.(py|js|css)|py\.typed)$", p)}
    course = {path for path in tracked() if re.match(r"course/(.*\.py$|\w+/client/)", path)}
    assert packed == library | course
    assert "optimlib/py.typed" in packed  # without it a type checker ignores the hints


def test_with_numpy_alone_it_does_what_the_readme_says(wheel, tmp_path, python_version):
    packages = [f"{name}=={version(name)}" for name in ("numpy", "pytest")]
    python = new_environment(tmp_path / "environment", python_version, *packages)
    done = run(python, "-m", "pip", "install", "--quiet", "--no-index", wheel)
    assert done.returncode == 0, done.stderr
    here = run(python, "-c", "import optimlib; print(optimlib.__file__)", cwd=tmp_path).stdout
    assert Path(here.strip()).is_relative_to(tmp_path / "environment")
    test = "-m", "pytest", "-q", "--noconftest", "-p", "no:cacheprovider", numpy_alone.__file__
    done = run(python, *test, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
