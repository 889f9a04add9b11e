"""A browser plays once with every explorer of the built site, on a page of its own from the disk.

Beside them stand some of rules and problems of one's own, on the page that they are as HTML.

Each one starts, every control changes what is to be seen, Reset and a link bring a state back,
the data can be taken along and tell what optimlib computes, a keyboard reaches all of it, axe
finds nothing, and a still picture stands where it cannot run.
"""

import gzip
import json
import re
from dataclasses import dataclass, replace
from urllib.parse import urljoin

import numpy as np
import own_code
import pytest
from access import faults, walk
from browsing import CHROMIUM, SITE, listening, read
from playing import FRAME, Played, check_print, move, move_first
from playwright.sync_api import expect

import optimlib as ol
from optimlib import explorers

FIGURE = re.compile(
    r'<figure[^>]* id="(?P<name>fig-[^"]+)"(?:(?!</figure>).)*?'
    r'(?P<still><div class="explorer-still">'
    r'<script type="application/json">(?P<specification>[^<]+)</script><img [^>]*></div>)',
    re.DOTALL,
)


@dataclass(frozen=True)
class Explorer:
    """An explorer of a page, or `made` here of some rules and a problem."""

    page: str
    name: str
    still: str
    specification: dict
    made: explorers.Explorer | None = None
    rules: tuple = ()
    problem: ol.Objective | None = None


CHAPTERS = [
    Explorer(
        path.relative_to(SITE).as_posix(),
        match["name"],
        match["still"],
        json.loads(match["specification"]),
    )
    for path in sorted(SITE.glob("chapters/**/*.html"))
    for match in FIGURE.finditer(path.read_text("utf-8"))
]


def own(kind, rules, problem, **options):
    """Return an explorer of rules and a problem that the library does not have."""
    made = kind(rules, problem, title=kind.__name__, **options)
    rules = tuple(rules) if isinstance(rules, list) else (rules,)
    return Explorer("", f"fig-{kind.__name__}", "", made.specification, made, rules, problem)


VALLEYS, RING, *_ = own_code.PROBLEMS
OWN = [
    own(
        explorers.explore,
        [
            own_code.LookingAhead(lr=0.02),
            own_code.DEEPER(lr=0.02),
            own_code.Branching(lr=0.02),
            ol.Adam(lr=lambda t: 0.1 / t),
            ol.Adam(lr=0.01),
        ],
        RING,
        steps=40,
        pull=(0.1, 0.9),
        share=(0.1, 1),
    ),
    own(
        explorers.ledger,
        [own_code.Twice(lr=0.01), own_code.FiveStates(lr=0.01)],
        VALLEYS,
        a=(1, 4),
        lr=(0.001, 0.1),
    ),
    own(
        explorers.parameter_map,
        own_code.Branching(lr=0.01),
        VALLEYS,
        x=("lr", 0.001, 0.1),
        y=("share", 0.1, 1),
        steps=20,
    ),
    own(
        explorers.basin_map,
        [own_code.Branching(lr=0.01), own_code.SignMomentum(lr=0.01)],
        VALLEYS,
        lr=(0.001, 0.1),
        steps=20,
    ),
]
ALL = [*CHAPTERS, *OWN]
ONE_OF_EACH_KIND = list({explorer.specification["kind"]: explorer for explorer in ALL}.values())

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
on_the_site = pytest.mark.skipif(not CHAPTERS, reason="the site is not built: run `make book`")

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


def write_bare_page(explorer, folder):
    """Write a page with nothing but an explorer, and return its address."""
    path = folder / f"{explorer.name}.html"
    if explorer.made:
        path.write_text(explorer.made.to_html(), encoding="utf-8")
        return path.as_uri()
    base = (SITE / explorer.page).as_uri()
    links = [tag for name, tag in read(explorer.page).tags if name == "link"]
    styles = [urljoin(base, tag["href"]) for tag in links if tag["rel"] == "stylesheet"]
    (script,) = (url for url in read(explorer.page).values("src", "script") if "explorers" in url)
    lines = [f'<link rel="stylesheet" href="{url}">' for url in styles]
    text = BARE_PAGE.format(
        name=explorer.name,
        styles="\n".join(lines),
        script=urljoin(base, script),
        still=re.sub(r'(?<= src=")[^"]*', lambda url: urljoin(base, url[0]), explorer.still),
    )
    path.write_text(text, encoding="utf-8")
    return path.as_uri()


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
        label = move_first(control)
        each_moved.append((label, opened.seen()))
    assert opened.errors == []
    return Tour(first, all_moved, after_reset, after_link, each_moved)


@pytest.fixture
def played(opened):
    """Return an explorer in its first state; what goes wrong in a test fails it."""
    opened.errors.clear()
    opened.reset()
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


def test_only_what_is_recorded_says_so(opened, tour):
    note = "live in Jupyter"
    assert note not in tour.first
    said = any(note in state for _, state in tour.each_moved)
    assert said is ('"recorded"' in json.dumps(opened.explorer.specification))


def test_data_can_be_read_and_downloaded(played):
    specification = played.explorer.specification
    if specification["kind"] == "descent":
        label = specification["sliders"][0]["label"]
        slider = played.figure.locator(".explorer-slider", has_text=label).first
        slider.locator("[type=range]").press("ArrowLeft")
        played.tab.evaluate(FRAME)
        value = float(slider.locator(".explorer-value").input_value().replace("−", "-"))
    file, rows = played.table()
    assert file == f"{played.explorer.name}.csv"
    assert len(rows) > 2
    assert {len(row) for row in rows} == {len(rows[0])}
    if specification["kind"] == "descent":
        check_descent(played.explorer, value, rows[1:])
    played.figure.locator("summary", has_text="Data").click()
    shown = played.figure.locator(".explorer-data tbody tr")
    expect(shown).to_have_count(min(len(rows) - 1, 200))


def rule_of(explorer, i, state):
    if explorer.rules:
        return replace(explorer.rules[i], **state)
    entry = explorer.specification["rules"][i]
    name, _, options = entry["rule"].partition("(")
    options = dict(item.split("=") for item in options.rstrip(")").split(", ")) if options else {}
    options = {key: json.loads(value.lower()) for key, value in options.items()}
    return getattr(ol, name)(**entry["hyperparameters"] | options | state)


def of_trees(variables, f, grad):
    """Return the problem that a page has as trees of `variables`: it is none of the library's."""

    def value(tree, names):
        if isinstance(tree, list):
            return getattr(np, tree[0])(*(value(branch, names) for branch in tree[1:]))
        return names.get(tree, tree)

    def values(function, w):
        names = dict(zip(variables, w, strict=True))
        for k, tree in enumerate(function["parts"]):
            names[f"${k}"] = value(tree, names)
        return [value(tree, names) for tree in function["trees"]]

    if len(variables) == 1:
        return ol.Objective(lambda w: values(f, [w])[0], lambda w: values(grad, [w])[0])
    return ol.Objective(
        lambda w: values(f, w)[0], lambda w: tuple(values(grad, w)), variables=variables
    )


def check_descent(explorer, value, rows):
    """Compare the paths of an explorer whose first slider shows `value` with those of optimlib."""
    specification = explorer.specification
    slider, ground = specification["sliders"][0], specification["problems"][0]
    parameter = {slider["parameter"]: value} if slider.get("parameter") else {}
    problem = explorer.problem
    if not problem and isinstance(ground["problem"], str):
        problem = ol.problems.named(ground["problem"], **ground["parameters"] | parameter)
    elif not problem:
        problem = of_trees(("w",) if len(ground["start"]) == 1 else ("x", "y"), **ground["problem"])
    compared = 0
    for i, entry in enumerate(specification["rules"][: specification["shown"]]):
        # A rule of the page's own is compared where it is made here, see `own`.
        if not isinstance(entry.get("rule"), str):
            continue
        moved = {slider["name"]: value} if i in slider.get("rules", ()) else {}
        run = ol.trace(
            rule_of(explorer, i, moved), problem, np.array(ground["start"]), specification["steps"]
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


# Those of chapters are judged with their pages too, where their data are folded.
@pytest.mark.parametrize("opened", ONE_OF_EACH_KIND, ids=lambda one: one.name, indirect=True)
def test_axe_finds_nothing(played, judged):
    played.figure.locator(".explorer-data").evaluate("data => { data.open = true; }")
    played.figure.locator(".explorer-data tbody tr").first.wait_for()
    assert faults(played.tab, judged) == []


def test_prints_a_still_picture(played):
    check_print(played)


@pytest.fixture(scope="module")
def tab_without_javascript(browser):
    return browser.new_page(java_script_enabled=False)


@pytest.mark.parametrize("opened", ONE_OF_EACH_KIND, ids=lambda one: one.name, indirect=True)
def test_shows_a_still_picture_without_javascript(opened, tab_without_javascript):
    tab_without_javascript.goto(opened.address)
    still = tab_without_javascript.locator(".explorer-still img")
    assert still.is_visible()
    assert still.bounding_box()["width"] > 300


def test_specifications_are_small():
    sizes = {e.name: len(json.dumps(e.specification, separators=(",", ":"))) for e in ALL}
    assert {name: size for name, size in sizes.items() if size > 60_000} == {}


@on_the_site
def test_script_is_small():
    pytest.importorskip("minify", reason="no minifier is installed")
    script = (SITE / "_static" / "explorers.js").read_bytes()
    assert len(gzip.compress(script)) <= 44_000


@on_the_site
def test_a_page_without_an_explorer_loads_none_of_it():
    with_explorer = {explorer.page for explorer in CHAPTERS}
    for path in SITE.glob("chapters/**/*.html"):
        loads = "explorers.js" in path.read_text("utf-8")
        assert loads == (path.relative_to(SITE).as_posix() in with_explorer), path


@on_the_site
def test_two_explorers_live_on_a_page_of_the_book(tab, tab_without_javascript, server):
    """The theme leaves all of them as it is, and a link is meant for one of them."""
    page = "chapters/curvature/newton.html"
    address = f"{server}/{page}"
    one, other = (
        Played(tab, tab.locator(f"figure#{explorer.name}"), explorer, address, [])
        for explorer in CHAPTERS
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
