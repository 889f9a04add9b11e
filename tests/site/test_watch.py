"""A browser shows what is saved: prose executes nothing, a broken chapter stops nothing."""

import re
import shutil
import socket
import subprocess
import sys
import time

import nbformat
import pytest
from course.site import watch
from browsing import CHROMIUM
from course import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import expect

MINUTE = 60_000
CONFIG = """
execute: {execute_notebooks: cache, stderr_output: error}
sphinx: {extra_extensions: [course.site.execution]}
"""


@pytest.fixture
def book(tmp_path):
    """Make a book of one chapter, whose output tells when it was executed, and build it."""
    shutil.copytree(ROOT / "course", tmp_path / "course")
    for folder in ("_static", "chapters", "optimlib", "requirements", "tests/golden"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "requirements" / "book.txt").touch()
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/one\n")
    (tmp_path / "_config.yml").write_text(CONFIG)
    save(tmp_path, "Before", "import time; print('executed at', time.time())")
    program = shutil.which("jupyter-book", path=str(watch.Path(sys.executable).parent))
    subprocess.run([program, "build", "-W", "."], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


def save(book, title, code):
    cells = [new_markdown_cell(f"# {title}", id="title"), new_code_cell(code, id="code")]
    notebook = new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})
    nbformat.write(notebook, book / "chapters" / "one.ipynb")


@pytest.fixture
def watching(book):
    """Run `course.site.watch`; return the address of the chapter and the file of what is printed."""
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
def test_a_browser_shows_each_save(book, watching, browser):
    address, said = watching
    page = browser.new_page()
    page.goto(address)
    title, output = page.locator("article h1"), page.locator(".cell_output pre")
    code = "import time; print('executed at', time.time())"
    expect(title).to_contain_text("Before")
    executed = output.inner_text()

    save(book, "Prose", code)
    expect(title).to_contain_text("Prose", timeout=MINUTE)
    assert output.inner_text() == executed

    for name in ("one.ipynb~", "4913"):
        (book / "chapters" / name).write_text("of an editor")
    save(book, "Broken", "1 / 0")
    wait_for(said, "the build failed")
    assert "ZeroDivisionError" in said.read_text()
    expect(title).to_contain_text("Prose")

    save(book, "Mended", code.replace("executed", "again"))
    expect(title).to_contain_text("Mended", timeout=MINUTE)
    expect(output).to_contain_text("again at")
    page.close()
    builds = re.findall(r"== watch: (\S+) changed", said.read_text())
    assert builds == ["chapters/one.ipynb"] * 3


def wait_for(file, text):
    for _ in range(600):
        if text in file.read_text():
            return
        time.sleep(0.1)
    pytest.fail(f"{text!r} is not in:\n{file.read_text()}")


@pytest.mark.parametrize(
    "name", ["chapters/a.ipynb", "optimlib/rules/adam.py", "_toc.yml", "course/site/static/course.css"]
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
