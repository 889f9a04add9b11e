"""Pages of a book that is built a second time: none shows what is no longer so, or is left over."""

import pytest
from sphinx.testing.util import SphinxTestApp

CONFIG = """
extensions = ["myst_nb", "sphinx_external_toc", "elsewhere"]
numfig = True
exclude_patterns = ["_build"]
nb_execution_mode = "off"
html_sourcelink_suffix = ""
external_toc_exclude_missing = True
"""
ELSEWHERE = """
from course.site import pages


def setup(app):
    app.connect("env-get-updated", pages.changed_elsewhere, priority=900)
    app.connect("build-finished", lambda app, exception: pages.remove_old_pages(app))
"""
ORDER = "format: jb-book\nroot: chapters/one\nchapters:\n"
FIGURE = "\n```{figure} /one.png\n:name: fig-NAME\nNAME\n```\n"


def contents(*names):
    return ORDER + "".join(f"  - file: chapters/{name}\n" for name in names)


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Return a function that changes files of a book, builds it, and returns what was written."""
    monkeypatch.syspath_prepend(tmp_path)
    chapters = tmp_path / "chapters"
    chapters.mkdir()
    for name in ("one", "two", "three"):
        text = f"# The title of {name}\n\nSee {{numref}}`fig-three`.\n" + FIGURE
        (chapters / f"{name}.md").write_text(text.replace("NAME", name))
    (tmp_path / "conf.py").write_text(CONFIG)
    (tmp_path / "elsewhere.py").write_text(ELSEWHERE)
    (tmp_path / "one.png").touch()

    def again(**files):
        for name, text in files.items():
            path = tmp_path / "_toc.yml" if name == "toc" else chapters / f"{name}.md"
            path.write_text(text)
        app = SphinxTestApp(srcdir=tmp_path)
        written = []
        app.connect("html-page-context", lambda app, page, *_: written.append(page))
        app.build()
        app.cleanup()
        return {page for page in written if page.startswith("chapters/")}

    again(toc=contents("two", "three"))
    return again


def test_what_others_show_of_a_page_is_written_into_all(build, tmp_path):
    one = tmp_path / "_build" / "html" / "chapters" / "one.html"
    every = {"chapters/one", "chapters/two", "chapters/three"}
    text = (tmp_path / "chapters" / "two.md").read_text()
    assert "chapters/three" not in build(two=f"{text}\nMore.")
    assert build(two=f"{text.replace('The title', 'A title')}\nMore.") == every
    assert "Fig. 3" in one.read_text()
    assert build(two="# A title of two\n") == every
    assert "Fig. 2" in one.read_text()
    assert build(toc=contents("three", "two")) == every
    page = one.read_text()
    assert page.index("title of three</a>") < page.index("title of two</a>")
    assert build() == set()


def test_a_page_that_is_no_longer_in_the_book_is_removed(build, tmp_path):
    site = tmp_path / "_build" / "html"

    def files(name):
        return [site / f"chapters/{name}.html", site / f"_sources/chapters/{name}.md"]

    text = "# The title\n"
    build(one=text, two=text, three=text)
    assert all(path.exists() for path in files("two") + files("three"))
    build(toc=contents("two"))
    assert all(path.exists() for path in files("two"))
    assert not any(path.exists() for path in files("three"))
