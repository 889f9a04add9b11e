"""The chapters as others show them, who know no MyST: nbconvert, marimo, and who downloads one."""

import re
import shutil
import subprocess
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urlsplit

import nbformat
import pytest
from browsing import PAGES, SITE, read
from looping import each
from nbconvert import HTMLExporter, ScriptExporter, SlidesExporter

from course import ROOT
from course.site import colab, plain

CHAPTERS = plain.notebooks()
RAW = re.compile(rf"\{{({'|'.join([*plain.ROLES, *plain.DIRECTIVES])})\}}|:::|```|^#", re.MULTILINE)
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
built = pytest.mark.skipif(not PAGES, reason="the site is not built: run `make book`")


@cache
def made(chapter):
    return plain.notebook(chapter)


class Reader(HTMLParser):
    """Reads a page: its text that is open, and that is folded, without code."""

    def __init__(self, page):
        super().__init__()
        self.depth, self.code, self.folded, self.open, self.headings = 0, 0, "", "", []
        self.feed(page)
        assert self.depth == self.code == 0

    def handle_starttag(self, tag, attributes):
        self.depth += tag == "details"
        self.code += tag in ("pre", "code")
        if tag == "h3":
            self.headings.append(self.depth)

    def handle_endtag(self, tag):
        self.depth -= tag == "details"
        self.code -= tag in ("pre", "code")

    def handle_data(self, text):
        if self.code:
            return
        if self.depth:
            self.folded += text
        else:
            self.open += text


@pytest.fixture(scope="module")
def html():
    return HTMLExporter(template_name="basic", exclude_input=True)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nbconvert_shows_a_chapter(html, chapter):
    page, _ = html.from_notebook_node(made(chapter))
    seen = Reader(page)
    assert not RAW.search(seen.open)
    # What is folded is Markdown that was read, and no exercise slipped into a fold.
    assert not re.search(r"```|\*\*|<summary>", seen.folded)
    assert set(seen.headings) <= {0}
    # A formula is still one: nothing in it was taken for emphasis or a link.
    text = "\n".join(cell.source for cell in made(chapter).cells if cell.cell_type == "markdown")
    text = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    shown = " ".join((seen.open + seen.folded).split())
    for formula in FORMULA.findall(text):
        assert " ".join(re.sub(r"^> ?", "", formula, flags=re.MULTILINE).split()) in shown


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nbconvert_makes_a_script(chapter):
    script, resources = ScriptExporter().from_notebook_node(made(chapter))
    assert resources["output_extension"] == ".py"
    compile(script, chapter, "exec")


def test_nbconvert_makes_a_slide_of_each_text():
    page, _ = SlidesExporter().from_notebook_node(made("adaptive/adam"))
    slides = re.split(r"<section>(?=<section>)", page.partition('<div class="slides">')[2])[1:]
    assert len(slides) == sum("slideshow" in cell.metadata for cell in made("adaptive/adam").cells)
    (formula,) = (slide for slide in slides if "Two averages" in slide)
    assert "ol.formula" in re.sub("<[^>]*>", "", formula)


@pytest.mark.skipif(not shutil.which("marimo"), reason="marimo is not installed")
def test_marimo_converts_every_chapter(tmp_path):
    plain.write_all(tmp_path)
    for chapter in CHAPTERS:
        source, script = tmp_path / f"{chapter}.ipynb", tmp_path / f"{chapter}.py"
        subprocess.run(["marimo", "convert", source, "-o", script], check=True)
        text = script.read_text("utf-8")
        compile(text, chapter, "exec")
        # Colab's commands are no Python. Everything else is a cell.
        (left,) = re.findall(r"^app\._unparsable_cell\((.*?)^\)", text, re.DOTALL | re.MULTILINE)
        assert "google.colab" in left


@built
def test_the_download_is_in_this_form():
    for chapter in CHAPTERS:
        page = read(f"chapters/{chapter}.html")
        (link,) = (
            url for url in page.values("href") if url.endswith(".ipynb") and "_sources" in url
        )
        assert link.endswith(f"_sources/chapters/{chapter}.ipynb")
        stored = nbformat.read(SITE / "_sources" / "chapters" / f"{chapter}.ipynb", as_version=4)
        assert stored == made(chapter)


@built
def test_launch_buttons_open_the_branch_that_the_workflow_fills():
    workflow = (ROOT / ".github" / "workflows" / "pages.yml").read_text("utf-8")
    assert f"HEAD:{plain.BRANCH}" in workflow
    project = colab.repository().removeprefix("https://github.com/")
    for chapter in CHAPTERS:
        urls = read(f"chapters/{chapter}.html").values("href")
        place = f"chapters/{chapter}.ipynb"
        assert f"https://colab.research.google.com/github/{project}/blob/notebooks/{place}" in urls
        assert f"https://mybinder.org/v2/gh/{project}/notebooks?urlpath=lab/tree/{place}" in urls


@built
@each("chapter", CHAPTERS)
def test_links_lead_to_the_site(chapter):
    text = "\n".join(cell.source for cell in made(chapter).cells if cell.cell_type == "markdown")
    for url in re.findall(rf"\]\({re.escape(colab.site())}([^)]*)\)", text):
        target = urlsplit(url)
        assert (SITE / target.path).is_file(), url
        assert not target.fragment or target.fragment in read(target.path).values("id"), url


@built
@each("chapter", CHAPTERS)
def test_figures_and_exercises_have_the_numbers_of_the_site(chapter):
    page = (SITE / "chapters" / f"{chapter}.html").read_text("utf-8")
    numbers = re.findall(r'class="caption-number">(Fig\.|Exercise) (\d+) <', page)
    text = "\n".join(cell.source for cell in made(chapter).cells if cell.cell_type == "markdown")
    assert numbers == re.findall(r"^(?:\*\*(?=F)|### (?=E))(Fig\.|Exercise) (\d+)\b", text, re.M)
