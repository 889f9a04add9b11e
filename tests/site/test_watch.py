"""One book is built and changed: what changed is executed, all is shown, and a browser sees it.

Prose and style execute nothing, a chapter that raises stops nothing but its build.
"""

import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from browsing import CHROMIUM
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import expect

from course import ROOT
from course.site import execution, watch

CONFIG = """
only_build_toc_files: true
execute: {execute_notebooks: cache, stderr_output: error}
sphinx:
  extra_extensions: [course.site.execution]
  config: {html_static_path: [course/site/static]}
"""
CODE = """\
import time
from pathlib import Path
print(Path("../optimlib/answer.py").read_text(), "at", time.time())"""


@pytest.fixture
def book(tmp_path):
    """Build a book of one chapter, whose output depends on a file and tells when it ran."""
    shutil.copytree(ROOT / "course", tmp_path / "course")
    for folder in ("chapters", "optimlib", "requirements", "tests/golden"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "requirements" / "book.txt").touch()
    (tmp_path / "optimlib" / "answer.py").write_text("41")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/one\n")
    (tmp_path / "_config.yml").write_text(CONFIG)
    save(tmp_path, "Before", CODE)
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", "-W", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "chapters to execute: 1 of 1" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0, done.stderr
    return tmp_path


def save(book, title, code):
    cells = [new_markdown_cell(f"# {title}", id="title"), new_code_cell(code, id="code")]
    notebook = new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})
    nbformat.write(notebook, book / "chapters" / "one.ipynb")


@pytest.fixture
def watching(book):
    """Run `course.site.watch`; return the chapter's address and the file of what is printed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = book / "said.log"
    with said.open("w") as log:
        command = [sys.executable, "-m", "course.site.watch", "--port", str(port)]
        process = subprocess.Popen(command, cwd=book, stdout=log, stderr=subprocess.STDOUT)
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/chapters/one.html", said
    process.terminate()
    assert process.wait(timeout=60) is not None


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_a_browser_shows_each_save(book, watching, tab):
    address, said = watching
    tab.goto(address)
    title, output = tab.locator("article h1"), tab.locator(".cell_output pre")
    expect(title).to_contain_text("Before")
    expect(output).to_contain_text("41 at")
    executed = output.inner_text()

    save(book, "Prose", CODE)
    expect(title).to_contain_text("Prose")
    assert output.inner_text() == executed

    style = Path("course", "site", "static", "course.css")
    (book / style).write_text("p { color: green; }")
    wait_for(said, "course.css changed, built")
    assert "green" in (book / "_build" / "html" / "_static" / style.name).read_text()
    assert output.inner_text() == executed

    mark = "# edited\nprint('edited', flush=True, file=__import__('sys').stderr)\n"
    with (book / "course" / "site" / "execution.py").open("a") as code:
        code.write(mark)
    wait_for(said, "execution.py changed, built")
    assert "\nedited\n" in said.read_text()
    assert "RuntimeWarning" not in said.read_text()

    for name in ("one.ipynb~", "4913"):
        (book / "chapters" / name).write_text("of an editor")
    save(book, "Broken", "1 / 0")
    wait_for(said, "the build failed")
    assert "chapters/one.ipynb, cell 2 of the notebook: 1 / 0" in said.read_text()
    assert "ZeroDivisionError" in said.read_text()
    expect(title).to_contain_text("Prose")

    save(book, "Mended", CODE.replace('"at"', '"again at"'))
    expect(title).to_contain_text("Mended")
    expect(output).to_contain_text("41 again at")

    (book / "optimlib" / "answer.py").write_text("42")
    expect(output).to_contain_text("42 again at")

    interrupt_a_build(book, "in the cache already")
    with (book / "_toc.yml").open("a") as contents:
        contents.write("# the chapters are the same\n")
    expect(output).to_have_text("in the cache already")

    assert re.findall(r"== watch: (\S+) changed", said.read_text()) == [
        "chapters/one.ipynb",
        style.as_posix(),
        "course/site/execution.py",
        "chapters/one.ipynb",
        "chapters/one.ipynb",
        "optimlib/answer.py",
        "_toc.yml",
    ]


def interrupt_a_build(book, text):
    """Leave a book as a build does that is ended when its chapter is executed, and no page written.

    What it was executed for, new requirements, is nothing that is watched.
    """
    (book / "requirements" / "book.txt").write_text("new")
    chapter = book / "chapters" / "one.ipynb"
    notebook = nbformat.read(chapter, as_version=4)
    notebook.cells[1].outputs = [new_output("stream", text=text)]
    cache = execution.open_cache(book / "_build" / ".jupyter_cache", book)
    bundle = execution.CacheBundleIn(notebook, str(chapter), data={})
    cache.cache_notebook_bundle(bundle, check_validity=False)
    cache.db.dispose()  # from Python 3.13 on, a database that is left open is a warning


def wait_for(file, text):
    for _ in range(600):
        if text in file.read_text():
            return
        time.sleep(0.1)
    pytest.fail(f"{text!r} is not in:\n{file.read_text()}")


@pytest.mark.parametrize(
    "name",
    ["chapters/a.ipynb", "optimlib/rules/adam.py", "_toc.yml", "course/site/static/course.css"],
)
def test_sources_are_watched(name):
    assert not watch.is_ignored(ROOT / name)
    assert any((ROOT / name).is_relative_to(ROOT / watched) for watched in watch.WATCHED)


@pytest.mark.parametrize(
    "name",
    [
        "chapters/.~a.ipynb",
        "chapters/a.ipynb~",
        "chapters/.#a.md",
        "chapters/#a.md#",
        "chapters/4913",
    ],
)
def test_temporary_files_of_editors_are_not(name):
    assert watch.is_ignored(ROOT / name)
