"""The tools that execute the chapters: for the site, and for the repository."""

import json
import os
import platform
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from py_mini_racer import MiniRacer

from course.site import colab, execution, interpreter, notebooks
from tests import another_processor
from tests.another_processor import Output

PLOT = "import matplotlib.pyplot as plt\n\nplt.plot([1, 2])\nplt.show()"


def write_notebook(path, *sources):
    cells = [new_markdown_cell("# Title"), *(new_code_cell(source) for source in sources)]
    nbformat.write(new_notebook(cells=cells, metadata={"language_info": {"name": "python"}}), path)
    return path


# Storing


def test_normalize_keeps_text_and_drops_pictures_widgets_and_editor_metadata():
    picture = {"image/png": "aGk=", "image/svg+xml": "<svg/>", "text/plain": "<Figure>"}
    widget = {notebooks.WIDGET: {"model_id": "1"}}
    cell = new_code_cell(
        metadata={"tags": ["hide-input"], "mystnb": {"figure": {}}, "scrolled": True},
        outputs=[
            new_output("stream", text="3.9\n"),
            new_output("display_data", data=picture, metadata={"image/png": {"width": 9}}),
            new_output("display_data", data=widget),
        ],
    )
    notebook = new_notebook(cells=[cell], metadata={"widgets": {}})
    notebooks.normalize(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata
    assert cell.metadata == {"tags": ["hide-input"], "mystnb": {"figure": {}}}
    assert cell.outputs == [
        new_output("stream", text="3.9\n"),
        new_output("display_data", data={"text/plain": "<Figure>"}),
    ]


def test_cells_without_an_id_get_the_same_one_each_time(tmp_path):
    path = write_notebook(tmp_path / "old.ipynb", "1", "1")
    raw = json.loads(path.read_text())
    for cell in raw["cells"]:
        del cell["id"]
    path.write_text(json.dumps(raw | {"nbformat_minor": 4}))
    first, second = (notebooks.load(path) for _ in range(2))
    assert [cell.id for cell in first.cells] == [cell.id for cell in second.cells]
    assert len({cell.id for cell in first.cells}) == 3
    nbformat.validate(first)


def test_colab_cell_is_inserted_once_and_goes_to_the_chapters_folder():
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), new_code_cell("1")])
    notebooks.set_colab_cell(notebook, Path("chapters/old/chapter.ipynb"))
    notebooks.set_colab_cell(notebook, Path("chapters/new/chapter.ipynb"))
    assert len(notebook.cells) == 3
    assert notebook.cells[1].source.endswith(f"%cd -q {colab.CLONE}/chapters/new")
    assert notebook.cells[1].metadata.tags == ["remove-cell"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Return a notebook that was executed and stored."""
    path = write_notebook(tmp_path_factory.mktemp("stored") / "a.ipynb", PLOT, "print(6 * 7)")
    notebooks.main([str(path)])
    return path


def test_storing_twice_changes_nothing(stored, capsys):
    before = stored.read_bytes()
    assert b'"42\\n"' in before
    assert b"image/png" not in before
    assert before.endswith(b"}\n")
    notebooks.main([str(stored)])
    assert stored.read_bytes() == before
    assert "a.ipynb" in capsys.readouterr().out


def test_cells_that_raise_or_warn_are_named_and_nothing_is_stored(tmp_path):
    raises, warns = "1 / 0", "import warnings\nwarnings.warn('careful', stacklevel=1)"
    paths = [
        write_notebook(tmp_path / "raises.ipynb", "print(1)", f"x = 1\n{raises}"),
        write_notebook(tmp_path / "warns.ipynb", "print(1)", f"y = 1\n{warns}"),
    ]
    before = [path.read_bytes() for path in paths]
    with pytest.raises(SystemExit) as stop:
        notebooks.main([str(path) for path in paths])
    for words in (
        ("raises.ipynb, cell 4 of the notebook: x = 1", "ZeroDivisionError"),
        ("warns.ipynb, cell 4 of the notebook: y = 1", "careful"),
    ):
        assert all(word in str(stop.value) for word in words)
    assert [path.read_bytes() for path in paths] == before


def test_a_file_that_is_no_notebook_is_refused(tmp_path, capsys):
    text = tmp_path / "text.ipynb"
    text.write_text("no JSON")
    for path in (text, tmp_path / "missing.ipynb"):
        with pytest.raises(SystemExit):
            notebooks.main([str(path)])
        assert f"not a notebook: {path}" in capsys.readouterr().err


def test_nbval_fails_when_one_stored_output_is_corrupted(stored, tmp_path):
    corrupted = tmp_path / "a.ipynb"
    corrupted.write_text(stored.read_text().replace("42", "43"))
    pytest_of_here = Path(sys.executable).with_name("pytest")
    result = subprocess.run(
        [pytest_of_here, "--nbval", corrupted.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "1 failed, 2 passed" in result.stdout


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("Adam  lr 0.1  1.04  [0.9, 1.2]\nstuck", True),
        ("Adam  lr 0.1  1.06  [0.9, 1.2]\nstuck", False),
        ("Adam  lr 0.1  1.0  [0.9, 1.2]\nlearns", False),
        ("Adam  lr 0.1  -1.0  [0.9, 1.2]\nstuck", False),
        ("Adam  lr 0.1  1.0\nstuck", False),
        ("Adam lr 0.1        1 [0.9, 1.2]\nstuck", True),
        ("Adam  lr 0.1  1.0  [0.9, 1.2]\nstuck\nSGD ~ Adam: p = 0.4", False),
        ("Adam  lr 1e-1  1.0  [9e-1, 1.2e+00]\nstuck", True),
    ],
)
def test_on_another_processor_numbers_may_differ_a_little_and_words_not_at_all(other, same):
    stored = Output("Adam  lr 0.1  1.0  [0.9, 1.2]\nstuck")
    assert (stored == other) is same
    assert (stored != other) is not same


def test_on_another_processor_a_comparison_has_the_same_outcome():
    stored = Output("SGD ~ Adam: 0.9, p = 0.2")
    assert stored == "SGD ~ Adam: 0.88, p = 0.3"
    assert stored != "SGD < Adam: 0.88, p = 0.04"
    assert stored != "Adam ~ SGD: 0.88, p = 0.2"


def test_nbval_compares_so_and_kernels_get_the_environment(monkeypatch):
    from nbval.plugin import IPyNbCell  # which takes a second

    monkeypatch.setattr(IPyNbCell, "sanitize", lambda cell, text: text)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    another_processor.pytest_configure(None)
    assert IPyNbCell.sanitize(None, "loss 1.0") == "loss 1.04"
    assert IPyNbCell.sanitize(None, "loss 1.0") != "loss 1.06"
    assert IPyNbCell.sanitize(None, 3) == 3
    assert os.environ.items() >= another_processor.WITHOUT.items()


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="features of x86")
def test_numpy_knows_the_features_by_these_names():
    asked = "import numpy; print(numpy.show_config('dicts')['SIMD Extensions'].get('found', []))"
    environment = os.environ | another_processor.WITHOUT
    command = [sys.executable, "-W", "error", "-c", asked]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


# Building


def make_root(folder):
    """Make what a fingerprint is taken of."""
    (folder / "requirements").mkdir()
    (folder / "requirements" / "book.txt").touch()
    (folder / "pyproject.toml").write_text("[project]\ndependencies = []\n")


CHANGED = "chapters/ledger.yaml", "tests/golden/torch.json", "course/conversions/client/style.css"


@pytest.mark.parametrize("file", CHANGED)
def test_a_changed_data_file_of_a_chapter_counts_as_a_change(tmp_path, file):
    make_root(tmp_path)
    data = tmp_path / file
    data.parent.mkdir(parents=True)
    data.write_text("1")
    before = execution.fingerprint(tmp_path)
    data.with_suffix(".md").touch()
    (tmp_path / "optimlib").mkdir()
    (tmp_path / "optimlib" / "client.js").touch()
    assert execution.fingerprint(tmp_path) == before
    data.write_text("2")
    assert execution.fingerprint(tmp_path) != before


def test_the_interpreter_is_written_again_after_a_change_of_its_javascript(tmp_path, monkeypatch):
    make_root(tmp_path)
    script = tmp_path / "course" / "exercises" / "page" / "worker.js"
    script.parent.mkdir(parents=True)
    script.write_text("1")
    (tmp_path / "site" / "_static" / "exercises" / "code").mkdir(parents=True)
    app = SimpleNamespace(srcdir=tmp_path, outdir=tmp_path / "site")
    written = []
    monkeypatch.setattr(interpreter, "write", lambda folder, names: written.append(folder))
    for text, times in [("1", 1), ("1", 1), ("2", 2)]:
        script.write_text(text)
        interpreter.write_files(app)
        assert len(written) == times


def test_a_minified_script_computes_what_it_did(tmp_path):
    pytest.importorskip("minify", reason="no minifier is installed")
    path = tmp_path / "script.js"
    functions = "Math.trunc(x), Math.sqrt(x), 1 / Math.abs(x), Math.pow(x, 3), Math.floor(x)"
    execution.write_static(path, f"globalThis.f = (x) => [{functions}].map(String).join();")
    with closing(MiniRacer()) as engine:
        engine.eval(path.read_text("utf-8"))
        assert engine.eval("f(2 ** 40 + 0.5)").startswith("1099511627776,")
        assert engine.eval("f(-Infinity)") == "-Infinity,NaN,0,-Infinity,-Infinity"
        assert engine.eval("f(-0)").split(",")[2] == "Infinity"
