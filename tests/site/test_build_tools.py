"""The tools that execute the chapters: for the site, and for the repository."""

import json
import subprocess
import sys
from pathlib import Path

from course import ROOT
from course.site import colab, execution
import nbformat
from course.site import notebooks
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

PLOT = "import matplotlib.pyplot as plt\n\nplt.plot([1, 2])\nplt.show()"


def write_notebook(path, *sources):
    cells = [new_markdown_cell("# Title"), *(new_code_cell(source) for source in sources)]
    nbformat.write(new_notebook(cells=cells, metadata={"language_info": {"name": "python"}}), path)
    return path


def run(*command, cwd):
    """Run a program of this environment."""
    program = Path(sys.executable).with_name(command[0])
    return subprocess.run(
        [program, *command[1:]], cwd=cwd, capture_output=True, text=True, check=False
    )


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


def test_storing_twice_changes_nothing(tmp_path, capsys):
    path = write_notebook(tmp_path / "a.ipynb", PLOT, "print(6 * 7)")
    notebooks.main([str(path)])
    stored = path.read_bytes()
    assert b'"42\\n"' in stored
    assert b"image/png" not in stored
    assert stored.endswith(b"}\n")
    notebooks.main([str(path)])
    assert path.read_bytes() == stored
    assert capsys.readouterr().out.count("a.ipynb") == 2


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x = 1\n1 / 0", "ZeroDivisionError"),
        ("x = 1\nimport warnings\nwarnings.warn('careful', stacklevel=1)", "careful"),
    ],
)
def test_a_cell_that_raises_or_warns_is_named_and_not_stored(tmp_path, source, reason):
    path = write_notebook(tmp_path / "bad.ipynb", "print(1)", source)
    before = path.read_bytes()
    with pytest.raises(SystemExit) as stop:
        notebooks.main([str(path)])
    assert f"bad.ipynb, cell 4 of the notebook: {source.splitlines()[0]}" in str(stop.value)
    assert reason in str(stop.value)
    assert path.read_bytes() == before


def test_all_failing_chapters_are_named(tmp_path):
    paths = [write_notebook(tmp_path / f"{name}.ipynb", name) for name in ("left", "right")]
    with pytest.raises(execution.ChapterError, match=r"(?s)left.*right|right.*left"):
        execution.execute_all({path: notebooks.load(path) for path in paths}, done=print)


def test_a_file_that_is_no_notebook_is_refused(tmp_path, capsys):
    text = tmp_path / "text.ipynb"
    text.write_text("no JSON")
    for path in (text, tmp_path / "missing.ipynb"):
        with pytest.raises(SystemExit):
            notebooks.main([str(path)])
        assert f"not a notebook: {path}" in capsys.readouterr().err


def test_nbval_fails_when_one_stored_output_is_corrupted(tmp_path):
    path = write_notebook(tmp_path / "a.ipynb", PLOT, "print(6 * 7)")
    notebooks.main([str(path)])
    assert run("pytest", "--nbval", path.name, cwd=tmp_path).returncode == 0
    path.write_text(path.read_text().replace("42", "43"))
    corrupted = run("pytest", "--nbval", path.name, cwd=tmp_path)
    assert corrupted.returncode == 1
    assert "1 failed, 2 passed" in corrupted.stdout


# Building


@pytest.fixture
def book(tmp_path):
    """Make a book of one chapter whose output depends on a file of optimlib."""
    (tmp_path / "optimlib").mkdir()
    (tmp_path / "optimlib" / "answer.py").write_text("41")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "book.txt").touch()
    (tmp_path / "pyproject.toml").write_text("[project]\ndependencies = []\n")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapter\n")
    (tmp_path / "_config.yml").write_text(
        "execute: {execute_notebooks: cache}\n"
        "sphinx: {extra_extensions: [course.site.execution]}"
    )
    write_notebook(
        tmp_path / "chapter.ipynb",
        "from pathlib import Path",
        "print('answer', Path('optimlib/answer.py').read_text())",
    )
    return tmp_path


def build(book):
    return run("jupyter-book", "build", "-W", ".", cwd=book)


def edit(path, old, new):
    path.write_text(path.read_text().replace(old, new))


def test_building_executes_what_changed_and_shows_it(book):
    page = book / "_build" / "html" / "chapter.html"

    first = build(book)
    assert "chapters to execute: 1 of 1" in first.stdout, first.stdout + first.stderr
    assert "answer 41" in page.read_text()

    edit(book / "chapter.ipynb", "# Title", "# New title")
    assert "chapters to execute: 0 of 1" in build(book).stdout
    assert "New title" in page.read_text()
    assert "answer 41" in page.read_text()

    edit(book / "optimlib" / "answer.py", "41", "42")
    assert "chapters to execute: 1 of 1" in build(book).stdout
    assert "answer 42" in page.read_text()


@pytest.mark.parametrize("file", ["chapters/ledger.yaml", "tests/golden/torch.json"])
def test_a_changed_data_file_of_a_chapter_counts_as_a_change(book, file):
    data = book / file
    data.parent.mkdir(parents=True)
    data.write_text("1")
    before = execution.fingerprint(book)
    data.with_suffix(".md").touch()
    assert execution.fingerprint(book) == before
    data.write_text("2")
    assert execution.fingerprint(book) != before


def test_building_again_shows_a_changed_style(book):
    style = book / "_static" / "style.css"
    style.parent.mkdir()
    style.write_text("p { color: red; }")
    build(book)
    style.write_text("p { color: green; }")
    assert "chapters to execute: 0 of 1" in build(book).stdout
    assert "green" in (book / "_build" / "html" / "_static" / "style.css").read_text()


def test_a_page_left_behind_by_an_interrupted_build_is_found(book):
    build(book)
    edit(book / "optimlib" / "answer.py", "41", "42")
    chapter = book / "chapter.ipynb"
    notebook = nbformat.read(chapter, as_version=4)
    execution.execute_all({chapter: notebook}, done=print)
    cache = execution.open_cache(book / "_build" / ".jupyter_cache", book)
    cache.cache_notebook_bundle(execution.CacheBundleIn(notebook, str(chapter), data={}))
    assert "chapters to execute: 0 of 1" in build(book).stdout
    assert "answer 42" in (book / "_build" / "html" / "chapter.html").read_text()


def test_a_chapter_that_raises_stops_the_build_and_is_named(book):
    edit(book / "chapter.ipynb", "print('answer'", "1 / 0, print('answer'")
    result = build(book)
    assert result.returncode != 0
    assert "chapter.ipynb, cell 3 of the notebook: 1 / 0" in result.stderr
    assert "ZeroDivisionError" in result.stderr
