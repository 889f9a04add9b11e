"""A browser plays once with every explorer of the built site, on a page of its own from the disk.

Each one starts, every control changes what is to be seen, Reset and a link bring a state back,
the data can be taken along and tell what optimlib computes, a keyboard reaches all of it, axe
finds nothing, and a still picture stands where it cannot run.
"""

import csv
import gzip
import json
import re
from dataclasses import dataclass
from urllib.parse import urljoin

import numpy as np
import pytest
from access import faults, walk
from browsing import CHROMIUM, SITE, listening, read
from playwright.sync_api import Locator, Page, expect

import optimlib as ol

FIGURE = re.compile(
    r'<figure[^>]* id="(?P<name>fig-[^"]+)"(?:(?!</figure>).)*?'
    r'(?P<still><div class="explorer-still">'
    r'<script type="application/json">(?P<specification>[^<]+)</script><img [^>]*></div>)',
    re.DOTALL,
)


@dataclass(frozen=True)
class Explorer:
    page: str
    name: str
    still: str
    specification: dict


ALL = [
    Explorer(
        path.relative_to(SITE).as_posix(),
        match["name"],
        match["still"],
        json.loads(match["specification"]),
    )
    for path in sorted(SITE.glob("chapters/**/*.html"))
    for match in FIGURE.finditer(path.read_text("utf-8"))
]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    pytest.mark.skipif(not ALL, reason="the site is not built: run `make book`"),
]

# The styles of the book's pages, and of their scripts the one that explorers have.
BARE_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}</title>
{styles}
<script>
const dark = matchMedia("(prefers-color-scheme: dark)");
dark.onchange = () => document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
dark.onchange();
</script>
<script src="{script}" defer></script>
</head>
<body>
<main class="bd-content"><article class="bd-article">
<h1>Page</h1>
<h2>Section</h2>
<div class="cell_output"><figure id="{name}">
<div class="output text_html">{still}</div>
</figure></div>
</article></main>
</body>
</html>
"""

# What a reader sees of an explorer: its pictures, its read-out and which controls it offers.
SEEN = """figure => {
  const explorer = figure.querySelector(".explorer");
  const plots = [...explorer.querySelector(".explorer-plots").children];
  return plots.filter(plot => plot.checkVisibility()).map(plot => plot.outerHTML).join()
    + explorer.querySelector(".explorer-reading").outerHTML
    + [...explorer.querySelectorAll(".explorer-controls > *")].map(control => control.hidden);
}"""
FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def write_bare_page(explorer, folder):
    """Write a page with nothing but an explorer, and return its address."""
    path, base = folder / f"{explorer.name}.html", (SITE / explorer.page).as_uri()
    links = [tag for name, tag in read(explorer.page).tags if name == "link"]
    styles = [urljoin(base, tag["href"]) for tag in links if tag["rel"] == "stylesheet"]
    (script,) = (url for url in read(explorer.page).values("src", "script") if "explorers" in url)
    lines = [f'<link rel="stylesheet" href="{url}">' for url in styles]
    text = BARE_PAGE.format(
        name=explorer.name,
        styles="\n".join(lines),
        script=urljoin(base, script),
        still=explorer.still,
    )
    path.write_text(text, encoding="utf-8")
    return path.as_uri()


@dataclass(frozen=True)
class Played:
    """An explorer in a tab."""

    tab: Page
    figure: Locator
    explorer: Explorer
    address: str
    errors: list

    def seen(self):
        """Return what is to be seen at last: a map becomes finer while nothing else is to do."""
        self.figure.locator(".explorer-plots svg").first.wait_for()
        self.tab.evaluate(FRAME)
        expect(self.figure.locator("[aria-busy=true]")).to_have_count(0, timeout=30_000)
        return self.figure.evaluate(SEEN)

    def controls(self):
        inputs = self.figure.locator(".explorer-controls").locator("input, select")
        return [control for control in inputs.all() if control.is_visible()]

    def press(self, name):
        self.figure.get_by_role("button", name=name).click()

    def table(self):
        """Download the data and return the file's name and its rows."""
        with self.tab.expect_download() as download:
            self.press("Download CSV")
        text = download.value.path().read_text()
        return download.value.suggested_filename, list(csv.reader(text.splitlines()))


def move(control):
    """Change a control with the keyboard alone."""
    control.focus()
    if control.evaluate("c => c.type") == "checkbox":
        control.press("Space")
    elif control.evaluate("c => c.tagName") == "SELECT":
        last = control.evaluate("c => c.selectedIndex === c.options.length - 1")
        control.press("ArrowUp" if last else "ArrowDown")
    elif control.evaluate("c => Number(c.value) >= (Number(c.min) + Number(c.max)) / 2"):
        control.press("PageDown")
    else:
        control.press("PageUp")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("explorers")


@pytest.fixture(scope="module", params=ALL, ids=lambda explorer: explorer.name)
def opened(request, tab, folder):
    """Open an explorer's page, once for all of its tests."""
    address = write_bare_page(request.param, folder)
    tab.set_viewport_size({"width": 1280, "height": 900})
    with listening(tab) as (_, errors):
        tab.goto(address)
        figure = tab.locator(f"figure#{request.param.name}")
        yield Played(tab, figure, request.param, address, errors)


@dataclass(frozen=True)
class Tour:
    """What was seen while controls were moved and brought back."""

    first: str
    all_moved: str
    after_reset: str
    after_link: str
    each_moved: list


@pytest.fixture(scope="module")
def tour(opened):
    first = opened.seen()
    controls = opened.controls()
    for control in controls:
        if control.is_visible():
            move(control)
    all_moved = opened.seen()
    opened.press("Copy link")
    link = opened.tab.url
    opened.press("Reset")
    after_reset = opened.seen()
    opened.tab.goto("about:blank")
    opened.tab.goto(link)
    after_link = opened.seen()
    each_moved = []
    for control in controls:
        opened.press("Reset")
        label = control.evaluate("c => c.parentElement.innerText")
        move(control)
        each_moved.append((label, opened.seen()))
    assert opened.errors == []
    return Tour(first, all_moved, after_reset, after_link, each_moved)


@pytest.fixture
def played(opened):
    """Return an explorer in its first state; what goes wrong in a test fails it."""
    opened.errors.clear()
    opened.press("Reset")
    yield opened
    assert opened.errors == []


def test_starts(opened):
    assert opened.errors == []
    assert opened.figure.locator(".explorer svg path").count() > 0
    assert not opened.figure.locator(".explorer-still img").is_visible()


def test_every_control_changes_what_is_seen(tour):
    assert tour.each_moved
    assert [label for label, state in tour.each_moved if state == tour.first] == []


def test_reset_brings_the_first_state_back(tour):
    assert tour.all_moved != tour.first
    assert tour.after_reset == tour.first


def test_a_link_brings_the_state_back(tour):
    assert tour.after_link == tour.all_moved


def test_data_can_be_read_and_downloaded(played):
    specification = played.explorer.specification
    if specification["kind"] == "descent":
        label = specification["sliders"][0]["label"]
        slider = played.figure.locator(".explorer-slider", has_text=label).first
        slider.locator("input").press("ArrowLeft")
        played.tab.evaluate(FRAME)
        value = float(slider.locator(".explorer-value").inner_text().replace("−", "-"))
    file, rows = played.table()
    assert file == f"{played.explorer.name}.csv"
    assert len(rows) > 2
    assert {len(row) for row in rows} == {len(rows[0])}
    if specification["kind"] == "descent":
        check_descent(specification, value, rows[1:])
    played.figure.locator("summary", has_text="Data").click()
    shown = played.figure.locator(".explorer-data tbody tr")
    expect(shown).to_have_count(min(len(rows) - 1, 200))


def rule_of(entry, state):
    name, _, options = entry["rule"].partition("(")
    options = dict(item.split("=") for item in options.rstrip(")").split(", ")) if options else {}
    options = {key: json.loads(value.lower()) for key, value in options.items()}
    return getattr(ol, name)(**entry["hyperparameters"] | options | state)


def check_descent(specification, value, rows):
    """Compare the paths of an explorer whose first slider shows `value` with those of optimlib."""
    slider, ground = specification["sliders"][0], specification["problems"][0]
    parameter = {slider["parameter"]: value} if slider.get("parameter") else {}
    problem = ol.problems.named(ground["problem"], **ground["parameters"] | parameter)
    compared = 0
    for i, entry in enumerate(specification["rules"][: specification["shown"]]):
        if "rule" not in entry:
            continue
        moved = {slider["name"]: value} if i in slider.get("rules", ()) else {}
        run = ol.trace(
            rule_of(entry, moved), problem, np.array(ground["start"]), specification["steps"]
        )
        ours = np.column_stack([run.points, run.values])[:50]
        theirs = [row[2:] for row in rows if row[0] == entry["label"]][:50]
        np.testing.assert_allclose(np.array(theirs, dtype=float), ours, rtol=1e-6, atol=1e-12)
        compared += 1
    assert compared


def test_a_keyboard_reaches_all_of_it(played):
    stops, left_out = walk(played.tab, most=200)
    assert 3 < len(stops) < 200
    assert left_out == []
    assert [stop["name"] for stop in stops if not (stop["seen"] and stop["inside"])] == []


@pytest.fixture(scope="module")
def judged():
    """Return the kinds of text whose colors were judged in any explorer."""
    return set()


def test_axe_finds_nothing(played, judged):
    assert faults(played.tab, judged) == []


def test_prints_a_still_picture(played):
    check_print(played)


def check_print(played):
    played.tab.emulate_media(media="print")
    assert played.figure.locator(".explorer-still img").is_visible()
    assert not played.figure.locator(".explorer-plots").is_visible()
    played.tab.emulate_media(media="screen")


@pytest.fixture(scope="module")
def tab_without_javascript(browser):
    return browser.new_page(java_script_enabled=False)


def test_shows_a_still_picture_without_javascript(opened, tab_without_javascript):
    tab_without_javascript.goto(opened.address)
    still = tab_without_javascript.locator(".explorer-still img")
    assert still.is_visible()
    assert still.bounding_box()["width"] > 300


def test_specifications_are_small():
    sizes = {e.name: len(json.dumps(e.specification, separators=(",", ":"))) for e in ALL}
    assert {name: size for name, size in sizes.items() if size > 60_000} == {}


def test_script_is_small():
    pytest.importorskip("minify", reason="no minifier is installed")
    script = (SITE / "_static" / "explorers.js").read_bytes()
    assert len(gzip.compress(script)) <= 40_000


def test_a_page_without_an_explorer_loads_none_of_it():
    with_explorer = {explorer.page for explorer in ALL}
    for path in SITE.glob("chapters/**/*.html"):
        loads = "explorers.js" in path.read_text("utf-8")
        assert loads == (path.relative_to(SITE).as_posix() in with_explorer), path


def test_two_explorers_live_on_a_page_of_the_book(tab, tab_without_javascript, server):
    """The theme leaves all of them as it is, and a link is meant for one of them."""
    page = "chapters/curvature/newton.html"
    address = f"{server}/{page}"
    one, other = (
        Played(tab, tab.locator(f"figure#{explorer.name}"), explorer, address, [])
        for explorer in ALL
        if explorer.page == page
    )
    tab.goto(address)
    first, still = one.seen(), other.seen()
    move(one.controls()[0])
    state = one.seen()
    assert state != first
    one.press("Copy link")
    tab.reload()
    assert one.seen() == state
    assert other.seen() == still
    check_print(one)
    tab_without_javascript.goto(address)
    assert tab_without_javascript.locator(".explorer-still img:visible").count() == 2
