"""A browser visits every page of the built site once, and each test asks for one thing it saw.

The site stands in a subfolder of its host. No other host is asked for anything, nothing is logged
as an error, all mathematics is typeset, all pictures are there and described, no page scrolls
sideways, none is heavy, axe finds nothing in either color scheme, every explorer lives, every
value that a text says to try can be set, a chapter's first picture is on its first screen, and
what is heard of buttons, titles, tables and formulas says what they are.
"""

import re
import statistics
from dataclasses import dataclass

import pytest
import yaml
from access import HEARD, REMOVE_FORMULAS, faults, set_scheme, walk
from browsing import (
    CHROMIUM,
    PAGES,
    SITE,
    is_refused_preload,
    listening,
    load_all,
    read,
    sizes,
)
from playing import FRAME

from course import ROOT
from course.site.pages import CODE, PLAIN

OTHER_HOSTS = "unpkg", "jsdelivr", "cdnjs", "googleapis"
FIRST_VISIT, NEXT_PAGE, MEDIAN = 500_000, 80_000, 450_000
READ_BEFORE = "chapters/start/first-descent.html"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    pytest.mark.skipif(not PAGES, reason="the site is not built: run `make book`"),
]

LOOK = r"""() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const rawMathematics = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent;
    const parent = walker.currentNode.parentElement;
    if (/\$|\\[a-zA-Z(\[]/.test(text)
      && !parent.closest("pre, code, .sig, script, style, mjx-container"))
      rawMathematics.push(text.trim());
  }
  const sources = (images, isFaulty) => [...images].filter(isFaulty).map(image => image.src);
  const shown = document.querySelectorAll("main article img");
  const isThingToTry = strong => {
    const block = strong.closest("p, ul, ol"), list = strong.closest("ul, ol");
    const text = block.textContent + (list?.previousElementSibling?.textContent ?? "");
    return /\bthings? to (try|notice)/.test(text);
  };
  const isValue = strong => /^[^"“.:,]+ = /.test(strong.textContent);
  const values = [...document.querySelectorAll("main strong")]
    .filter(strong => strong.closest("p, li") && (isValue(strong) || isThingToTry(strong)));
  return {
    rawMathematics,
    wrongMathematics: [...document.querySelectorAll("mjx-merror, [data-mjx-error]")]
      .map(node => node.getAttribute("data-mjx-error") || node.textContent),
    broken: sources(document.images, image => getComputedStyle(image).display !== "none"
      && (!image.complete || image.naturalWidth === 0)),
    undescribed: sources(shown, image => !image.alt.trim()),
    hiddenCaptions: [...document.querySelectorAll("main figcaption")]
      .filter(caption => getComputedStyle(caption).display === "none")
      .map(caption => caption.textContent),
    stills: document.querySelectorAll(".explorer-still").length,
    explorers: document.querySelectorAll(".explorer:has(svg path)").length,
    values: values.length,
    notSettable: values.filter(strong => !strong.querySelector("button"))
      .map(strong => strong.textContent),
  };
}"""
MEASURE = """() => ({
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  distorted: [...document.querySelectorAll("main article img")].filter(image => {
    const {width, height} = image.getBoundingClientRect();
    const shape = image.naturalWidth / image.naturalHeight;
    return width && Math.abs(width / height / shape - 1) > 0.05;
  }).map(image => image.src),
})"""

# Where the first picture of a chapter is, before one scrolls.
FIRST_PICTURE = """() => {
  const pictures = document.querySelectorAll("main article :is(svg.explorer-plot, img)");
  const first = [...pictures].find(picture => picture.checkVisibility());
  const {top, bottom, height} = first.getBoundingClientRect();
  return {top, height, seen: Math.min(bottom, innerHeight) - Math.max(top, 0)};
}"""
SCREENS = {1280: 850, 390: 844}
DARK = "1280, dark"
PARTS = ("start", "landscape", "descent", "stochastic", "adaptive", "curvature", "practice")


@dataclass(frozen=True)
class Visit:
    """What a browser saw of a page."""

    name: str
    origin: str
    requested: list
    errors: list
    look: dict
    heard: dict
    widths: dict
    screens: dict
    axe: list

    def strangers(self):
        """Return what other hosts were asked for."""
        return [u for u in self.requested if not u.startswith((self.origin, "data:", "blob:"))]


@pytest.fixture(scope="module")
def judged():
    """Return the kinds of text whose colors were judged on any page."""
    return set()


@pytest.fixture(scope="module", params=PAGES)
def visit(request, tab, server, judged):
    tab.goto("about:blank")  # no page that was looked at is drawn again
    tab.set_viewport_size({"width": 320, "height": 900})
    tab.emulate_media(color_scheme="light")
    with listening(tab) as (requested, errors):
        load_all(tab, f"{server}/{request.param}")
        look, heard = tab.evaluate(LOOK), tab.evaluate(HEARD)
        widths = {320: tab.evaluate(MEASURE)}
        screens = dict(look_at_first_screens(tab, request.param))
        widths[1280] = tab.evaluate(MEASURE)
        tab.evaluate(REMOVE_FORMULAS)  # these are as wide in the dark
        set_scheme(tab, "dark")
        widths[DARK] = tab.evaluate(MEASURE)
    axe = faults(tab, judged)
    return Visit(request.param, server, requested, errors, look, heard, widths, screens, axe)


def read_text(name):
    return (SITE / name).read_text("utf-8")


def look_at_first_screens(tab, name):
    """Yield where a chapter's first picture is on each screen; the last one is wide."""
    _, part, *_ = name.split("/") if "/" in name else ("", "")
    for width in sorted(SCREENS):
        tab.set_viewport_size({"width": width, "height": SCREENS[width]})
        if part in PARTS:
            tab.evaluate(FRAME)
            yield width, tab.evaluate(FIRST_PICTURE)


def test_nothing_is_logged_as_an_error(visit):
    assert visit.errors == []


def test_no_other_host_is_asked(visit):
    assert visit.strangers() == []
    html = (SITE / visit.name).read_text("utf-8")
    assert [host for host in OTHER_HOSTS if host in html] == []


def test_mathematics_is_typeset(visit):
    assert visit.look["rawMathematics"] == []
    assert visit.look["wrongMathematics"] == []


def test_pictures_are_there_and_described(visit):
    assert visit.look["broken"] == []
    assert visit.look["undescribed"] == []


@pytest.mark.parametrize("width", [320, 1280, DARK])
def test_page_fits(visit, width):
    assert visit.widths[width]["overflow"] <= 0, f"scrolls sideways at {width} px"
    assert visit.widths[width]["distorted"] == []


def test_the_first_screen_shows_the_first_picture(visit):
    """It begins in the upper half, about, and one sees 200 pixels of it, or all."""
    for width, picture in visit.screens.items():
        assert picture["top"] < 0.55 * SCREENS[width], (width, picture)
        assert picture["seen"] >= min(200, picture["height"]), (width, picture)


def test_every_caption_is_shown(visit):
    assert visit.look["hiddenCaptions"] == []


def test_every_explorer_lives(visit):
    assert visit.look["explorers"] == visit.look["stills"]


def test_every_value_to_try_can_be_set(visit):
    """It names one control of the figure before it, and a value that this can have."""
    assert visit.look["notSettable"] == []


def test_there_are_values_to_try(tab, server):
    load_all(tab, f"{server}/chapters/descent/momentum.html")
    assert tab.evaluate(LOOK)["values"] >= 6


def test_axe_finds_nothing(visit):
    assert visit.axe == []


def test_names_say_what_is_done_and_of_what(visit):
    """No two toggles, copy buttons or navigations of a page have one name, and none is hidden."""
    assert visit.heard["toggles"] == visit.heard["copies"] == visit.heard["navigations"] == []
    assert visit.heard["hidden"] == visit.heard["boxes"] == 0
    assert visit.heard["copyStops"] <= 1


def test_titles_and_tables_are_what_they_look_like(visit):
    assert visit.heard["exercises"] == []
    assert visit.heard["tables"] == visit.heard["tableNames"] == []


def test_a_block_of_equations_is_heard_line_by_line(visit):
    assert visit.heard["blocks"] == 0
    # Sphinx writes `split` around formulas of several lines, and around matrices.
    matrix = r"\\begin\{(\w*matrix|cases)\}.*?\\end\{\1\}"
    text = re.sub(matrix, "", read_text(visit.name), flags=re.DOTALL)
    several = r"\\begin\{(aligned|split)\}(?:(?!\\end).)*\\\\"
    is_block = re.search(several, text, re.DOTALL)
    assert (visit.heard["lines"] > 0) == (is_block is not None)


@pytest.fixture(scope="module")
def weights():
    """Return what the first visits of the pages weigh."""
    return []


@pytest.fixture(scope="module")
def visited(browser, server):
    """Return what the browser has after one chapter."""
    page = browser.new_page()
    with listening(page) as (requested, _):
        load_all(page, f"{server}/{READ_BEFORE}")
    page.close()
    return sizes(requested, server)


def test_weight(visit, visited, weights):
    asked = sizes(visit.requested, visit.origin)
    # One for the dark scheme is asked for at times, when the visit looks at that scheme.
    files = {path: size for path, size in asked.items() if "-dark." not in path}
    pictures = {path for path in files if path.startswith("/_images/")}
    # Stills of explorers are for paper.
    shown = {
        url
        for url in read(visit.name).values("src")
        if "/_images/" in url and "-dark." not in url and "/still-" not in url
    }
    assert len(pictures) == len(shown)
    first = sum(files.values())
    new = sum(size for path, size in files.items() if path not in visited)
    print(f"{visit.name}: first visit {first / 1000:.0f} KB, next page {new / 1000:.0f} KB")
    weights.append(first)
    assert first <= FIRST_VISIT, sorted(files.items(), key=lambda item: -item[1])[:9]
    assert new <= NEXT_PAGE, sorted(files.keys() - visited, key=files.get)[-9:]


def test_the_median_of_first_visits(weights):
    """Of the pages that this process has visited, if they are many."""
    assert len(weights) < 15 or statistics.median(weights) <= MEDIAN


def test_the_site_holds_nothing_for_other_pages():
    """No source maps, no whole icon fonts; of MathJax what its one script can load."""
    static = SITE / "_static"
    assert list(static.rglob("*.map")) == []
    assert not (static / "vendor").exists()
    assert {path.name for path in static.glob("mathjax/*")} == {"tex-chtml.js", "output", "input"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_code_without_a_span_has_the_color_that_its_token_has(scheme):
    style = (SITE / "_static" / "pygments.css").read_text("utf-8")
    rules = rf'html\[data-theme="{scheme}"\] \.highlight( \.\w+)? {{([^}}]*)}}'
    looks = {name[2:]: " ".join(look.split()) for name, look in re.findall(rules, style)}
    all_code = re.search(r"color: #\w+$", looks[""])[0]
    unmarked = [
        name for name in looks if name and PLAIN.sub("", f'<span class="{name}"></span>') == ""
    ]
    assert {name: looks[name] for name in unmarked} == dict.fromkeys(unmarked, all_code)
    assert len(unmarked) == 4
    assert not any(
        PLAIN.search(code[2]) for name in PAGES for code in CODE.finditer(read_text(name))
    )


def test_code_has_its_color_where_nothing_is_marked(tab, server):
    load_all(tab, f"{server}/{READ_BEFORE}")
    colors = "block => [block, block.firstElementChild].map(it => getComputedStyle(it).color)"
    block, code = tab.locator(".cell_input .highlight").first.evaluate(colors)
    assert code == block


def test_index_leads_to_the_first_page():
    first = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["root"]
    assert f"url={first}.html" in (SITE / "index.html").read_text("utf-8")


def scripts(name):
    """Return the names of the scripts that a page loads."""
    html = (SITE / name).read_text("utf-8")
    return frozenset(re.findall(r'<script[^>]* src="(?:[^"]*/)?([^"]*)"', html))


# Pages that load the same scripts do the same on the disk.
ON_DISK = sorted({scripts(name): name for name in PAGES}.values())


@pytest.mark.parametrize("name", ON_DISK)
def test_page_from_the_disk(tab, name):
    with listening(tab) as (requested, errors):
        load_all(tab, f"{SITE.as_uri()}/{name}")
        look = tab.evaluate(LOOK)
    assert [url for url in requested if not url.startswith((SITE.as_uri(), "data:", "blob:"))] == []
    assert [error for error in errors if not is_refused_preload(error)] == []
    assert look["rawMathematics"] == look["wrongMathematics"] == look["broken"] == []
    assert look["explorers"] == look["stills"]


@pytest.mark.parametrize("name", ["chapters/adaptive/adam.html", "search.html"])
def test_keyboard_reaches_everything_with_a_focus_that_is_seen(tab, server, name):
    load_all(tab, f"{server}/{name}")
    stops, left_out = walk(tab)
    assert 30 < len(stops) < 500
    assert left_out == []
    assert [stop["name"] for stop in stops if not stop["seen"]] == []
    assert [stop["name"] for stop in stops if not stop["inside"]] == []


# Of the texts and formulas that a selector finds: does what is read first stand further left?
DIRECTIONS = """selector => {
  const signsOf = element => {
    const drawn = [...element.querySelectorAll("mjx-c")];
    if (drawn.length) return drawn.map(sign => sign.getBoundingClientRect());
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), found = [];
    const range = document.createRange();
    for (let node; (node = walker.nextNode()); )
      for (let i = 0; i < node.length; i++) {
        range.setStart(node, i);
        range.setEnd(node, i + 1);
        if (node.data[i].trim()) found.push(range.getBoundingClientRect());
      }
    return found;
  };
  return [...document.querySelectorAll(selector)].filter(element => element.checkVisibility())
    .map(element => {
      const signs = signsOf(element).filter((sign, _, [{ top }]) => Math.abs(sign.top - top) < 3);
      return signs.length > 1 ? [element.textContent, signs[0].left < signs.at(-1).left] : null;
    }).filter(Boolean);
}"""
READ_FROM_THE_LEFT = {
    "code": ".cell_input pre, p code",
    "formulas": "p mjx-container",
    "arithmetic": ".cell_output mjx-container",
    "rows": "table.trace tbody tr",
    "negative numbers": "table.trace td",
    "an explorer": ".explorer table tr",
    "a value to try": ".explorer-try",
}


def test_a_page_read_from_the_right_leaves_code_mathematics_and_numbers_as_they_are(tab, server):
    load_all(tab, f"{server}/chapters/adaptive/adam.html")
    tab.evaluate("() => { document.documentElement.dir = 'rtl'; }")
    for kind, selector in READ_FROM_THE_LEFT.items():
        found = tab.evaluate(DIRECTIONS, selector)
        assert found, kind
        assert [text for text, from_the_left in found if not from_the_left] == [], kind
