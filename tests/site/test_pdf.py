"""The whole book as a PDF: outline, contents, links, fonts and mathematics of what is printed."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from browsing import CHROMIUM, SITE, Page
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from course import ROOT
from course.site import pdf

built = pytest.mark.skipif(not SITE.exists(), reason="the site is not built: run `make book`")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a.html#b", "https://example.org/a.html#b"),
        ("#exercises", "#part/one:exercises"),
        ("two.html", "#part/two"),
        ("../part/two.html#%CE%B5", "#part/two:ε"),
    ],
)
def test_links_lead_to_places_of_the_book(url, expected):
    assert pdf.place("part/one", url, ["part/one", "part/two"]) == expected


def test_a_link_out_of_the_book_is_named():
    with pytest.raises(ValueError, match=r"part/one.html: the link '../three.html'"):
        pdf.place("part/one", "../three.html", ["part/one"])


def test_without_a_site_says_how_to_build_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="make book"):
        pdf.assemble(tmp_path, ROOT)


def test_without_chromium_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(pdf, "CHROMIUM", None)
    with pytest.raises(FileNotFoundError, match="Chromium or Chrome is needed"):
        pdf.print_book("<p>book</p>", tmp_path / "book.pdf")


DEFAULTS = ", ".join(f"{letter * 90}=0.99" for letter in "abc")
ROWS = "".join(f"<tr><td>row {n}</td>{'<td>other</td>' * 3}<td>{DEFAULTS}</td>" for n in range(50))
TABLE = f'<p>A package</p><div role="region"><table>{ROWS}</table></div>'
STYLES = ROOT / "course/conversions/client/style.css", Path(pdf.__file__).with_suffix(".css")
LONG = f"""<link rel="stylesheet" href="{STYLES[1].as_uri()}">
<style>table, figure {{break-inside: avoid}} /* as the theme */</style>
<script>window.MathJax = {{startup: {{promise: Promise.resolve()}}}}</script>
<article><p>Before.</p><figure><div class="conversions"><style>{STYLES[0].read_text()}</style>
{TABLE}{TABLE.replace("row", "next")}</div></figure></article>"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_long_tables_of_a_figure_follow_each_other_and_are_whole(tmp_path):
    pdf.print_book(LONG, tmp_path / "book.pdf", say=lambda text: None)
    texts = [page.extract_text() for page in PdfReader(tmp_path / "book.pdf").pages]
    assert any("Before." in text and "row 1" in text for text in texts)
    assert any("row 49" in text and "next 0" in text for text in texts)
    (tmp_path / "book.html").write_text(LONG)
    with sync_playwright() as playwright:
        tab = playwright.chromium.launch(executable_path=CHROMIUM).new_page()
        tab.set_viewport_size({"width": 642, "height": 900})  # A4 without its margins
        tab.goto((tmp_path / "book.html").as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= 642


@pytest.fixture(scope="module")
def page():
    """Return the whole book as one page."""
    return Page(pdf.assemble(SITE, ROOT))


@built
def test_every_link_has_one_place(page):
    places = Counter(f"#{name}" for name in page.values("id"))
    links = set(page.values("href", "a"))
    inside = {link for link in links if link.startswith("#")}
    assert len(inside) > 400
    assert {link: places[link] for link in inside if places[link] != 1} == {}
    assert {link.partition(":")[0] for link in links - inside} <= {"http", "https"}


@built
def test_solutions_are_printed_and_folded_code_is_not(page):
    assert any("solution" in classes.split() for classes in page.values("class"))
    assert "details" not in {name for name, _ in page.tags}


CONTENTS = """\
format: jb-book
root: chapters/start/welcome
parts:
- caption: Start
  chapters:
  - file: chapters/start/first-descent
  - file: chapters/adaptive/adam
- caption: Appendix
  chapters:
  - file: chapters/appendix/glossary
  - file: chapters/appendix/bibliography
"""
CHAPTERS = re.findall(r"chapters/[\w/-]+", CONTENTS)
LINK = re.compile(r'href="(?:[^":]*/)?([\w-]+)\.html[^"]*"')


def within(link):
    """Return a link of a page, to the glossary if it leads out of the small book."""
    stays = any(name.endswith(f"/{link[1]}") for name in CHAPTERS)
    return link[0] if stays else 'href="../appendix/glossary.html"'


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """Return a book of five pages of the site, whose links to other pages lead to the glossary."""
    root = tmp_path_factory.mktemp("small")
    shutil.copy(ROOT / "_config.yml", root)
    (root / "_toc.yml").write_text(CONTENTS, encoding="utf-8")
    site = root / "site"
    for name in CHAPTERS:
        text = (SITE / f"{name}.html").read_text("utf-8")
        path = site / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(LINK.sub(within, text), encoding="utf-8")
    for folder in ("_static", "_images"):
        (site / folder).symlink_to(SITE / folder, target_is_directory=True)
    return pdf.assemble(site, root)


@pytest.fixture(scope="module")
def reader(html, tmp_path_factory):
    path = tmp_path_factory.mktemp("pdf") / "book.pdf"
    pdf.print_book(html, path, say=lambda text: None)
    return PdfReader(path)


def outline(reader):
    """Return [(level, title, page), ...]."""

    def walk(items, level):
        for item in items:
            if isinstance(item, list):
                yield from walk(item, level + 1)
            else:
                yield level, item.title, reader.get_destination_page_number(item)

    return list(walk(reader.outline, 0))


@built
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
class TestPrinted:
    def test_outline_has_every_part_and_chapter_in_order(self, reader, html):
        entries = BeautifulSoup(html, "html.parser").select("h1, h2.chapter")
        expected = [(int(tag.name[1]) - 1, tag.get_text()) for tag in entries]
        found = outline(reader)
        assert [item[:2] for item in found if item[:2] in expected] == expected
        pages = [page for _, _, page in found]
        assert pages == sorted(pages)

    def test_every_link_inside_resolves_and_none_leads_to_the_disk(self, reader):
        places = {name.lstrip("/") for name in reader.named_destinations}
        links = [note.get_object() for page in reader.pages for note in page.get("/Annots") or []]
        inside = [str(link["/Dest"]).lstrip("/") for link in links if "/Dest" in link]
        outside = [link["/A"]["/URI"] for link in links if "/A" in link]
        assert len(inside) > 100
        assert set(inside) <= places
        assert {url.partition(":")[0] for url in outside} <= {"http", "https"}

    def test_contents_number_the_pages_of_chapters(self, reader):
        text = reader.pages[1].extract_text()
        chapters = [(title, page + 1) for level, title, page in outline(reader) if level == 1]
        for title, page in chapters[-4:]:
            assert re.search(rf"{re.escape(title)}\s+{page}\b", text), title

    def test_fonts_are_embedded(self, reader):
        fonts = [
            font.get_object()
            for page in reader.pages
            for font in page["/Resources"].get("/Font", {}).values()
        ]
        for font in fonts:
            inner = font["/DescendantFonts"][0] if font["/Subtype"] == "/Type0" else font
            drawn = inner["/Subtype"] == "/Type3"
            assert drawn or {"/FontFile2", "/FontFile3"} & inner["/FontDescriptor"].keys(), font

    def test_mathematics_is_typeset_and_no_page_is_empty(self, reader):
        texts = [page.extract_text() for page in reader.pages]
        assert not re.search(r"\\(frac|beta|nabla|begin)\b", "".join(texts))
        assert all(texts)
