"""Print the whole book as one PDF: the pages of the built site as one document, by Chromium.

Links between pages lead to the place in the PDF. Solutions are unfolded, explorers are stills,
and folded code, which only draws, is left out: the notebooks have it.
"""

import io
import shutil
import sys
import tempfile
import time
from html import escape
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import yaml
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright
from pypdf import PdfReader
from sphinx_external_toc.parsing import parse_toc_yaml

from course import ROOT
from course.site.offline import SITE, edition, file_name

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
NOT_PRINTED = ".headerlink, .toctree-wrapper, details.hide, script"
READY = """() => Promise.all([
  window.MathJax.startup.promise, ...[...document.images].map(image => image.decode())
]).then(() => null)"""
NUMBER = """pages => {
  for (const link of document.querySelectorAll(".book-contents a"))
    link.lastElementChild.textContent = pages[link.hash.slice(1)];
}"""


def parts(root):
    """Return [(part, its chapters), ...] in the order of the book; the first part has no name."""
    toc = parse_toc_yaml(root / "_toc.yml").root
    named = [(part.caption, [str(item) for item in part.items]) for part in toc.subtrees]
    return [("", [toc.docname]), *named]


def read(site, name):
    path = site / f"{name}.html"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: build the site with `make book`")
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def address(site, name, url):
    """Return the full address of a file that the page `name` calls `url`."""
    return url if urlsplit(url).scheme else urljoin((site / f"{name}.html").as_uri(), url)


def place(name, url, chapters):
    """Return the place in the book that the link `url` of a chapter leads to."""
    if urlsplit(url).scheme:
        return url
    page, fragment = urldefrag(urljoin(f"{name}.html", url))
    target = page.removesuffix(".html")
    if target not in chapters:
        raise ValueError(f"{name}.html: the link {url!r} leads to no page of the book")
    return f"#{target}:{unquote(fragment)}" if fragment else f"#{target}"


def article(site, name, chapters, level):
    """Return a page's text, its headings `level` lower.

    Ids, unique on their page alone, begin with the name of the chapter.
    """
    text = read(site, name).select_one("article.bd-article")
    for tag in text.select(NOT_PRINTED):
        tag.decompose()
    for tag in text.find_all(id=True):
        tag["id"] = f"{name}:{tag['id']}"
    for tag in text.select("a[href]"):
        tag["href"] = place(name, tag["href"], chapters)
    for tag in text.find_all(["details", "summary"]):
        # What is folded would be printed folded.
        tag.name = "div" if tag.name == "details" else "p"
    for tag in text.find_all("img"):
        tag["src"] = address(site, name, tag["src"])
        tag["loading"] = "eager"
    text.h1["class"] = "chapter"
    for tag in text.find_all(["h1", "h2", "h3", "h4", "h5"]):
        tag.name = f"h{int(tag.name[1]) + level}"
    text["id"] = name
    return text


def front(site, first, config):
    """Return head and title page, with the styles and the mathematics of the first page."""
    page = read(site, first)
    for tag in page.select("link[rel=stylesheet]"):
        tag["href"] = address(site, first, tag["href"])
    mathematics = [tag for tag in page.head.find_all("script") if "MathJax" in str(tag)]
    mathematics += page.select("script[src*='/mathjax/']")
    for tag in page.select("script[src]"):
        tag["src"] = address(site, first, tag["src"])
    title, version = edition()
    site_parts = [*page.select("link[rel=stylesheet]"), *mathematics]
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light" data-mode="light">
<head><meta charset="utf-8"><title>{escape(title)}</title>
{"".join(map(str, site_parts))}
<link rel="stylesheet" href="{Path(__file__).with_suffix(".css").as_uri()}"></head>
<body><header class="title-page">
<p class="title">{escape(title)}</p><p>{escape(config["author"])}</p><p>Version {version}</p>
<p>{escape(config["repository"]["url"])}</p>{config["html"]["extra_footer"]}</header>"""


def contents(book):
    """Return the list of parts and chapters, with room for the numbers of their pages."""

    def entry(text):
        title = next(tag for tag in text.find_all(class_="chapter")).decode_contents()
        return f'<li><a href="#{text["id"]}"><span>{title}</span><span></span></a></li>'

    lists = [f"<li>{part}<ol>{''.join(map(entry, texts))}</ol></li>" for part, texts in book]
    return f'<nav class="book-contents"><h1>Contents</h1><ol>{"".join(lists)}</ol></nav>'


def assemble(site, root):
    """Return the whole book as one HTML document."""
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    order = parts(root)
    chapters = [name for _, names in order for name in names]
    book = [
        (part, [article(site, name, chapters, level=1 if part else 0) for name in names])
        for part, names in order
    ]
    body = []
    for part, texts in book:
        if part:
            body.append(f'<h1 class="part">{escape(part)}</h1>')
        body.extend(map(str, texts))
    return "\n".join([front(site, chapters[0], config), contents(book), *body, "</body></html>"])


def print_book(html, path, say=print):
    """Print a document to a PDF, twice: the first print tells the numbers of the pages."""
    if CHROMIUM is None:
        raise FileNotFoundError("Chromium or Chrome is needed to print, and none is installed")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        source = Path(folder) / "book.html"
        source.write_text(html, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page()
        page.set_default_timeout(0)
        say("== pdf: typesetting")
        page.goto(source.as_uri())
        page.evaluate(READY)
        page.emulate_media(media="print")
        say("== pdf: printing, to number the pages of the contents")
        draft = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        pages = {
            name.lstrip("/"): draft.get_destination_page_number(place) + 1
            for name, place in draft.named_destinations.items()
        }
        page.evaluate(NUMBER, pages)
        say("== pdf: printing")
        page.pdf(path=path, prefer_css_page_size=True, outline=True, tagged=True)
        browser.close()


def main():
    path = SITE.parent / f"{file_name()}.pdf"
    started = time.perf_counter()
    try:
        print_book(assemble(SITE, ROOT), path)
    except (FileNotFoundError, ValueError) as error:
        sys.exit(f"The PDF is not made: {error}")
    pages, seconds = len(PdfReader(path).pages), time.perf_counter() - started
    print(f"{path} ({pages} pages, {path.stat().st_size / 1e6:.1f} MB, {seconds:.0f} s)")


if __name__ == "__main__":
    main()
