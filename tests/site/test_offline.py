"""The zip of the site: the same bytes for the same site, and read from the disk without a network.

An explorer answers, the search finds, and each chapter is taken along as a notebook.
"""

import os
import zipfile

import nbformat
import pytest
from browsing import CHROMIUM, SITE
from playwright.sync_api import expect

from course.site import offline, plain

FIRST_CHAPTER = "chapters/start/first-descent"
NOTEBOOK = "chapters/appendix/notation"


def test_same_site_gives_the_same_bytes(tmp_path):
    site = tmp_path / "html"
    (site / "_static").mkdir(parents=True)
    (site / "_static" / "a.css").write_text("p {}")
    (site / "index.html").write_text("<p>first page</p>")
    (site / ".buildinfo").write_text("of Sphinx alone")
    offline.pack(site, tmp_path / "one.zip")
    os.utime(site / "index.html", (1e9, 1e9))
    (site / "index.html").chmod(0o600)
    offline.pack(site, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        folder = offline.file_name()
        assert archive.namelist() == [f"{folder}/_static/a.css", f"{folder}/index.html"]


def test_name_tells_title_and_version():
    title, version = offline.edition()
    assert offline.file_name() == title.lower().replace(" ", "-") + "-" + version


def test_without_a_site_says_how_to_build_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="make book"):
        offline.pack(tmp_path, tmp_path / "book.zip")
    assert not (tmp_path / "book.zip").exists()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked elsewhere")
    offline.pack(SITE, folder / "book.zip")
    with zipfile.ZipFile(folder / "book.zip") as archive:
        archive.extractall(folder)
    return folder / offline.file_name()


@pytest.fixture
def page(browser):
    context = browser.new_context(offline=True)
    errors = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
@pytest.mark.skipif(not SITE.exists(), reason="the site is not built: run `make book`")
class TestUnpacked:
    def test_index_leads_to_the_first_page(self, page, folder):
        page.goto((folder / "index.html").as_uri())
        page.wait_for_url("**/chapters/**")
        expect(page.locator("h1").first).to_contain_text(offline.edition()[0])

    def test_an_explorer_answers(self, page, folder):
        page.goto((folder / f"{FIRST_CHAPTER}.html").as_uri())
        slider = page.locator(".explorer input[type=range]").first
        before = page.locator(".explorer-plots").first.inner_html()
        slider.press("PageUp")
        page.wait_for_function(
            "before => document.querySelector('.explorer-plots').innerHTML !== before", arg=before
        )

    def test_search_finds(self, page, folder):
        page.goto((folder / "search.html").as_uri() + "?q=first+descent")
        page.locator(".search-found a").first.click()
        assert page.url.startswith((folder / f"{FIRST_CHAPTER}.html").as_uri())

    def test_a_chapters_notebook_opens(self, page, folder):
        """Browsers download nothing from the disk: they show it, and it is there already."""
        page.goto((folder / f"{NOTEBOOK}.html").as_uri())
        with page.expect_popup() as popup:
            download_button(page).click()
        shown = nbformat.reads(popup.value.locator("pre").inner_text(), as_version=4)
        assert shown == taken_along()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
@pytest.mark.skipif(not SITE.exists(), reason="the site is not built: run `make book`")
def test_a_chapter_downloads_as_its_notebook(browser, server):
    page = browser.new_page()
    page.goto(f"{server}/{NOTEBOOK}.html")
    with page.expect_download() as download:
        download_button(page).click()
    assert download.value.suggested_filename == "notation.ipynb"
    assert nbformat.read(download.value.path(), as_version=4) == taken_along()
    page.close()


def download_button(page):
    page.get_by_label("Download this page").click()
    return page.locator("a.btn-download-source-button")


def taken_along():
    """Return the chapter without MyST, with the outputs that are text."""
    notebook = plain.notebook(NOTEBOOK.removeprefix("chapters/"))
    assert any(cell.get("outputs") for cell in notebook.cells)
    return notebook
