"""What happens on Colab: the first cells of a notebook, where there is nothing but IPython."""

import ast
import json
import sys
from importlib.metadata import version

import nbformat
import pytest
from environments import clean, clone, new_environment
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from packaging.utils import InvalidName, canonicalize_name

from course import ROOT
from course.site.colab import CLONE, repository

# This chapter reads files outside of its folder, in the code cell after its imports.
CHAPTER = ROOT / "chapters" / "appendix" / "conventions.ipynb"
ASSIGNMENT = ROOT / "assignments" / "capstone" / "capstone.ipynb"
STAND_IN = """\
import sys
import types

sys.modules["google.colab"] = types.ModuleType("google.colab")"""
UNINSTALL = "%pip uninstall --quiet --yes deep-learning-optimizers"
ORIGIN = """\
from importlib.metadata import distribution

print(distribution("deep-learning-optimizers").read_text("direct_url.json"))"""
WORKS = """\
from importlib.metadata import distribution

import course

ours = distribution("deep-learning-optimizers")
for package in (course, optimlib):
    assert package.__file__ == str(ours.locate_file(f"{package.__name__}/__init__.py"))
figure = optimlib.explorers.secant(optimlib.problems.x_cos(), at=0.5)
assert "explorer-still" in figure._repr_mimebundle_()[0]["text/html"]"""


def code(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def all_imports():
    """Return one cell with whatever the chapters import, in any cell."""
    lines = {
        ast.unparse(node)
        for path in (ROOT / "chapters").rglob("*.ipynb")
        for cell in code(path)[1:]
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    return "\n".join(["import optimlib", *sorted(lines)])


@pytest.fixture
def colab(tmp_path, monkeypatch, python_version):
    """Return a function that executes cells in a new environment and returns what they print.

    Git takes this repository, as it lies here, for that of the address in _config.yml.
    """
    source = clone(tmp_path / "source")
    python = new_environment(
        tmp_path / "environment", python_version, f"ipykernel=={version('ipykernel')}"
    )
    kernel = {
        "argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Colab",
        "language": "python",
    }
    specification = tmp_path / "jupyter" / "kernels" / "colab" / "kernel.json"
    specification.parent.mkdir(parents=True)
    specification.write_text(json.dumps(kernel), "utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    variables = clean() | {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{source.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": repository(),
    }
    (tmp_path / "content").mkdir()

    def execute(*cells):
        notebook = new_notebook(cells=list(map(new_code_cell, cells)))
        NotebookClient(notebook, kernel_name="colab", timeout=600).execute(
            env=variables, cwd=str(tmp_path / "content")
        )
        return [
            "".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells
        ]

    return execute


@pytest.mark.skipif(sys.platform != "linux", reason="Colab is Linux")
def test_the_first_cells_bring_both_packages_and_what_chapters_import(colab, tmp_path):
    chapter = [STAND_IN, *code(CHAPTER)[:3], all_imports(), WORKS, ORIGIN]
    assignment = [UNINSTALL, code(ASSIGNMENT)[0], ORIGIN]
    printed = colab(*chapter, *assignment)
    origin = json.loads(printed[len(chapter) - 1])
    assert origin["url"] == (tmp_path / "content" / CLONE).as_uri()
    origin = json.loads(printed[-1])
    assert (origin["url"], origin["vcs_info"]["vcs"]) == (repository(), "git")


def test_the_folder_cannot_be_taken_for_a_package_of_an_index():
    with pytest.raises(InvalidName):
        canonicalize_name(CLONE, validate=True)
