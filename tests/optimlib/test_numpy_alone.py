"""Of all that is installed here optimlib is left NumPy alone."""

import os
import subprocess
import sys

import numpy_alone

HIDING = """
import sys

import pytest

here = {*sys.stdlib_module_names, *sys.argv[2:]}


class Hiding:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in here:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Hiding())
sys.exit(pytest.main(["-q", "--noconftest", "-p", "no:cacheprovider", sys.argv[1]]))
"""
PYTEST = ["pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "exceptiongroup"]


def test_optimlib_needs_numpy_alone():
    here = [*PYTEST, "numpy", "optimlib", "numpy_alone"]
    done = subprocess.run(
        [sys.executable, "-c", HIDING, numpy_alone.__file__, *here],
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
