"""A browser plays with every explorer of the built site.

Each one starts, every control changes what is to be seen, the read-out tells what optimlib
computes, a link brings a state back, the data can be taken along, and axe finds nothing.
"""

import csv
import gzip
import json
import re
from importlib.resources import files

import numpy as np
import pytest
from browsing import CHROMIUM, SITE
from playwright.sync_api import expect

import optimlib as ol

EXPLORER = re.compile(
    r'<figure[^>]* id="(?P<name>fig-[^"]+)"(?:(?!</figure>).)*?'
    r'class="explorer-still"><script type="application/json">(?P<specification>[^<]+)</script>',
    re.DOTALL,
)


def explorers():
    """Return (page, figure's name, its specification) for every explorer of the site."""
    return [
        (path.relative_to(SITE).as_posix(), match["name"], json.loads(match["specification"]))
        for path in sorted(SITE.glob("chapters/**/*.html"))
        for match in EXPLORER.finditer(path.read_text("utf-8"))
    ]


ALL = explorers()
NAMES = [name for _, name, _ in ALL]
DESCENTS = [item for item in ALL if item[2]["kind"] == "descent"]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    pytest.mark.skipif(not ALL, reason="the site is not built: run `make book`"),
]

# What a reader sees of an explorer: its pictures, its read-out and which controls it offers.
SEEN = """figure => {
  const explorer = figure.querySelector(".explorer");
  const plots = [...explorer.querySelector(".explorer-plots").children];
  return plots.filter(plot => plot.checkVisibility()).map(plot => plot.outerHTML).join()
    + explorer.querySelector(".explorer-reading").outerHTML
    + [...explorer.querySelectorAll(".explorer-controls > *")].map(control => control.hidden);
}"""
FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def opened(browser, server):
    """Open an explorer's page and return it with the figure; errors of the page fail the test."""
    pages, errors = [], []

    def open_page(page_name, name, origin=server, query="", **options):
        page = browser.new_page(**{"viewport": {"width": 1280, "height": 900}} | options)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{origin}/{page_name}{query}", wait_until="load")
        figure = page.locator(f"figure#{name}")
        figure.locator(".explorer-plots svg").first.wait_for()
        page.evaluate(FRAME)
        pages.append(page)
        return page, figure

    yield open_page
    for page in pages:
        page.close()
    assert errors == []


def seen(page, figure):
    """Return what is to be seen at last: a map becomes finer while nothing else is to do."""
    page.evaluate(FRAME)
    expect(figure.locator("[aria-busy=true]")).to_have_count(0, timeout=30_000)
    return figure.evaluate(SEEN)


def controls(figure):
    return figure.locator(".explorer-controls").locator("input:visible, select:visible").all()


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


@pytest.mark.parametrize(("page_name", "name", "specification"), ALL, ids=NAMES)
class TestEveryExplorer:
    @pytest.mark.parametrize("place", ["disk", "subfolder"])
    def test_starts_from(self, opened, subfolder, page_name, name, specification, place):
        origin = SITE.as_uri() if place == "disk" else subfolder
        _, figure = opened(page_name, name, origin=origin)
        assert figure.locator(".explorer svg path").count() > 0
        assert not figure.locator(".explorer-still img").is_visible()

    def test_every_control_changes_what_is_seen(self, opened, page_name, name, specification):
        page, figure = opened(page_name, name)
        first = seen(page, figure)
        assert controls(figure)
        for i in range(len(controls(figure))):
            before = seen(page, figure)
            control = controls(figure)[i]
            move(control)
            assert seen(page, figure) != before, control.evaluate("c => c.parentElement.innerText")
            figure.get_by_role("button", name="Reset").click()
            assert seen(page, figure) == first

    def test_a_link_brings_the_state_back(self, opened, page_name, name, specification):
        page, figure = opened(page_name, name)
        for control in controls(figure):
            if control.is_visible():
                move(control)
        state = seen(page, figure)
        figure.get_by_role("button", name="Copy link").click()
        query = "#" + page.url.partition("#")[2]
        again, figure = opened(page_name, name, query=query)
        assert seen(again, figure) == state

    def test_data_can_be_read_and_downloaded(self, opened, page_name, name, specification):
        page, figure = opened(page_name, name)
        with page.expect_download() as download:
            figure.get_by_role("button", name="Download CSV").click()
        assert download.value.suggested_filename == f"{name}.csv"
        rows = list(csv.reader(download.value.path().read_text().splitlines()))
        assert len(rows) > 2
        assert {len(row) for row in rows} == {len(rows[0])}
        figure.locator("summary", has_text="Data").click()
        shown = figure.locator(".explorer-data tbody tr")
        expect(shown).to_have_count(min(len(rows) - 1, 200))

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing(self, opened, page_name, name, specification, scheme):
        page, _ = opened(page_name, name, color_scheme=scheme)
        page.add_script_tag(path=str(files("axe_playwright_python") / "axe.min.js"))
        result = page.evaluate(f"() => axe.run('#{name} .explorer')")
        found = [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in result["violations"]]
        assert found == []

    def test_fits_a_small_phone(self, opened, page_name, name, specification):
        page, _ = opened(page_name, name, viewport={"width": 320, "height": 640})
        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= 320

    def test_prints_a_still_picture(self, opened, page_name, name, specification):
        page, figure = opened(page_name, name)
        page.emulate_media(media="print")
        assert figure.locator(".explorer-still img").is_visible()
        assert not figure.locator(".explorer-plots").is_visible()

    def test_shows_a_still_picture_without_javascript(
        self, browser, server, page_name, name, specification
    ):
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{server}/{page_name}")
        assert page.locator(f"figure#{name} .explorer-still img").is_visible()
        context.close()

    def test_specification_is_small(self, page_name, name, specification):
        assert len(json.dumps(specification, separators=(",", ":"))) <= 60_000


def rule_of(entry, state):
    name, _, options = entry["rule"].partition("(")
    options = dict(item.split("=") for item in options.rstrip(")").split(", ")) if options else {}
    options = {key: json.loads(value.lower()) for key, value in options.items()}
    return getattr(ol, name)(**entry["hyperparameters"] | options | state)


@pytest.mark.parametrize(("page_name", "name", "specification"), DESCENTS)
def test_descent_shows_what_optimlib_computes(opened, page_name, name, specification):
    page, figure = opened(page_name, name)
    slider = specification["sliders"][0]
    control = figure.locator(".explorer-slider", has_text=slider["label"]).locator("input").first
    control.focus()
    control.press("ArrowLeft")
    page.evaluate(FRAME)
    shown = figure.locator(".explorer-slider", has_text=slider["label"]).locator(".explorer-value")
    value = float(shown.first.inner_text().replace("−", "-"))
    with page.expect_download() as download:
        figure.get_by_role("button", name="Download CSV").click()
    rows = list(csv.reader(download.value.path().read_text().splitlines()))[1:]

    ground = specification["problems"][0]
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


def test_script_is_small():
    pytest.importorskip("minify", reason="no minifier is installed")
    script = (SITE / "_static" / "explorers.js").read_bytes()
    assert len(gzip.compress(script)) <= 40_000


def test_a_page_without_an_explorer_loads_none_of_it():
    with_explorer = {page for page, _, _ in ALL}
    for path in SITE.glob("chapters/**/*.html"):
        loads = "explorers.js" in path.read_text("utf-8")
        assert loads == (path.relative_to(SITE).as_posix() in with_explorer), path
