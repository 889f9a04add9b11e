"""What is copied has its formulas, and a page's last line opens an issue on the right section."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from access import walk
from browsing import CHROMIUM, PAGES, SITE, load_all, read

from course import ROOT

PAGE = "chapters/descent/momentum.html"
BY_HAND = ".output.text_latex >> nth=1"
REPOSITORY = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"]

pytestmark = pytest.mark.skipif(not PAGES, reason="the site is not built: run `make book`")
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

# Selects from the beginning of one node to the end of another, and copies.
COPY = """([first, last]) => {
  const range = document.createRange();
  range.setStart(first, 0);
  range.setEnd(last, last.childNodes.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  const clipboardData = new DataTransfer();
  const event = new ClipboardEvent("copy", {clipboardData, bubbles: true, cancelable: true});
  const isOurs = !first.dispatchEvent(event);
  return {isOurs, text: isOurs ? clipboardData.getData("text/plain") : `${getSelection()}`,
    html: clipboardData.getData("text/html")};
}"""
# What a node holds of formulas, as MathJax was given them.
TEX = """node => [...MathJax.startup.document.math]
  .filter(({typesetRoot}) => node.contains(typesetRoot)).map(({math}) => math.trim())"""


@pytest.fixture(scope="module")
def page(tab, server):
    tab.set_viewport_size({"width": 1280, "height": 900})
    load_all(tab, f"{server}/{PAGE}")
    return tab


def copied(page, first, last=None):
    """Return what is copied from the beginning of one element to the end of another."""
    nodes = [page.locator(selector).element_handle() for selector in (first, last or first)]
    return page.evaluate(COPY, nodes)


@in_browser
def test_a_sentence_is_copied_with_its_formulas(page):
    paragraph = "article section > p:has(mjx-container) >> nth=0"
    copy = copied(page, paragraph)
    formulas = page.locator(paragraph).evaluate(TEX)
    assert formulas
    assert copy["text"].split("$")[1::2] == formulas
    assert len("".join(copy["text"].split("$")[::2])) > 50
    assert "mjx-" not in copy["html"]
    assert all(f"${tex}$" in copy["html"] for tex in formulas if tex.isascii() and "<" not in tex)


@in_browser
def test_steps_by_hand_are_copied_line_by_line(page):
    copy = copied(page, BY_HAND)
    assert copy["text"].startswith("$$")
    assert copy["text"].endswith("$$")
    lines = copy["text"].splitlines()
    assert "v_1 &= 0.9 \\cdot 0 + 0.1 \\cdot 8 = 0.8 \\\\" in lines


@in_browser
def test_a_part_of_a_formula_is_copied_as_the_whole(page):
    inside = f"{BY_HAND} >> mjx-mo"
    copy = copied(page, f"{inside} >> nth=2", f"{inside} >> nth=5")
    assert copy["text"] == copied(page, BY_HAND)["text"]


@in_browser
def test_paragraphs_stay_apart_and_what_is_no_text_is_left_out(page):
    copy = copied(page, "article h2 >> nth=0", "article section > p:has(mjx-container) >> nth=2")
    assert "\n" in copy["text"]
    assert "headerlink" not in copy["html"]


@in_browser
def test_a_text_without_formulas_is_left_to_the_browser(page):
    copy = copied(page, "article pre >> nth=0")
    assert not copy["isOurs"]


@in_browser
def test_the_text_of_an_explorer_is_copied_with_its_signs(page):
    copy = copied(page, ".explorer >> nth=0")
    assert not page.locator(".explorer >> nth=0").evaluate(TEX)
    assert {"η", "β", "w"} <= set(copy["text"])


@in_browser
def test_a_screen_reader_reaches_every_formula_and_tab_stops_at_none(page):
    has_mathml = page.locator("mjx-container").evaluate_all(
        """nodes => nodes.map(node =>
          Boolean(node.querySelector("mjx-assistive-mml math")?.textContent.trim()))"""
    )
    assert len(has_mathml) > 50
    assert all(has_mathml)
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    said = [node for node in nodes if node.get("role", {}).get("value") in ("math", "MathMLMath")]
    # A block of equations is one formula a line.
    visible = page.locator("mjx-assistive-mml math").evaluate_all(
        "nodes => nodes.filter(node => node.checkVisibility({visibilityProperty: true})).length"
    )
    assert len(said) == visible
    assert not [stop for stop in walk(page)[0] if "mjx-" in stop["name"].partition(">")[0]]


def report(href):
    """Return the address, title and body of an issue that a link opens."""
    url = urlsplit(href)
    query = parse_qs(url.query)
    return href.partition("?")[0], *query["title"], *query["body"]


@pytest.mark.parametrize("name", PAGES)
def test_each_page_ends_with_a_line_that_opens_an_issue(name):
    html = (SITE / name).read_text("utf-8")
    (href,) = re.findall(r'<p class="feedback">\s*<a href="([^"]*)"', html)
    address, title, body = report(unescape(href))
    assert address == f"{REPOSITORY}/issues/new"
    assert title in read(name).title
    assert body.strip().endswith(f"/{name}")


@in_browser
def test_the_issue_names_the_section_one_is_at(page):
    link = page.locator(".feedback a")
    names = page.locator("article section section > h2").evaluate_all(
        "nodes => nodes.map(node => [node.firstChild.data, node.parentElement.id])"
    )
    assert len(names) > 5
    for heading, section in names[1:3]:
        page.evaluate("() => getSelection().removeAllRanges()")
        page.locator(f"#{section} > h2").evaluate("node => node.scrollIntoView()")
        link.evaluate("node => node.focus({preventScroll: true})")
        _, title, body = report(link.get_attribute("href"))
        assert title == f"Momentum: {heading}"
        assert body.strip().endswith(f"/{PAGE}#{section}")
        link.evaluate("node => node.blur()")


@in_browser
def test_the_issue_names_the_section_of_what_is_selected(page):
    copied(page, "article section section > p:has(mjx-container) >> nth=0")
    section = page.locator("article section section:has(> p mjx-container) >> nth=0")
    link = page.locator(".feedback a")
    link.dispatch_event("pointerdown")
    assert report(link.get_attribute("href"))[2].strip().endswith(f"#{section.get_attribute('id')}")
