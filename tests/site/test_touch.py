"""Explorers under a finger: real touches on a phone's screen, on a page that can scroll.

What is dragged follows the finger and the page stays; a swipe that starts beside it scrolls.
"""

from itertools import pairwise

import pytest
from browsing import CHROMIUM, listening
from playing import FRAME

import optimlib as ol
from optimlib import explorers

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

WAVE, BOWL = ol.problems.x_cos(), ol.problems.quadratic(kappa=10)
DESCENT = ol.GradientDescent(lr=0.1)
AXES = dict(x=("lr", 0.01, 0.3), y=("kappa", 1, 100))
FIGURES = {
    "a landscape": lambda: explorers.explore(DESCENT, BOWL, lr=(0.01, 0.3)),
    "a curve": lambda: explorers.explore([DESCENT, ol.Adam(0.1)], WAVE, shown=1, lr=(0.01, 0.3)),
    "a ledger": lambda: explorers.ledger(DESCENT, ol.problems.square, lr=(0.01, 1)),
    "a secant": lambda: explorers.secant(WAVE, at=0.5),
    "a dial": lambda: explorers.dial(ol.problems.himmelblau),
    "a map": lambda: explorers.parameter_map(DESCENT, BOWL, **AXES, steps=9),
    "basins": lambda: explorers.basin_map([DESCENT, ol.Newton()], WAVE, steps=9),
    "a schedule": lambda: explorers.draw_schedule(steps=50),
}
SPACE = '<div style="height: 70vh">Text.</div>'
# The middle of each handle on the screen.
HANDLES = """() => [...document.querySelectorAll(".explorer-handle")].map(ring => {
  const {x, y, width, height} = ring.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
})"""
# Where of a picture no handle is near, as far from all as possible.
BESIDE = """() => {
  const box = document.querySelector(".explorer-plot").getBoundingClientRect();
  const rings = (HANDLES)();
  const places = Array.from({length: 99}, (_, k) =>
    [box.x + box.width * (k % 9 + 0.5) / 9, box.y + box.height * (Math.floor(k / 9) + 0.5) / 11]);
  const away = p => Math.min(...rings.map(r => Math.hypot(p[0] - r[0], p[1] - r[1])));
  return places.sort((p, q) => away(q) - away(p))[0];
}""".replace("HANDLES", HANDLES)
STATE = "JSON.stringify(document.querySelector('.explorer').explorer.state)"
# What a finger has to hit: all that is pressed, but for links within sentences.
SMALL = """() => [...document.querySelectorAll(".explorer-handle, input, select, button, summary")]
  .filter(node => node.checkVisibility())
  .map(node => [node.outerHTML.slice(0, 90), node.getBoundingClientRect()])
  .filter(([, {width, height}]) => Math.min(width, height) < 23.9)
  .map(([name, {width, height}]) => `${name}: ${width} x ${height}`)"""


@pytest.fixture(scope="module")
def phone(browser):
    """A phone's tab, and a function that puts a finger down, along a path and up."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    session = context.new_cdp_session(page)

    def swipe(*path):
        def touch(kind, *points):
            places = [{"x": x, "y": y} for x, y in points]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

        touch("touchStart", path[0])
        for (x, y), (to_x, to_y) in pairwise(path):
            for k in range(1, 6):
                touch("touchMove", (x + (to_x - x) * k / 5, y + (to_y - y) * k / 5))
                page.evaluate(FRAME)
        touch("touchEnd")
        page.evaluate(FRAME)

    yield page, swipe
    context.close()


@pytest.fixture(scope="module", params=FIGURES)
def opened(request, phone, tmp_path_factory):
    page, swipe = phone
    path = tmp_path_factory.mktemp("touch") / "page.html"
    text = FIGURES[request.param]().to_html()
    text = text.replace("<main>", f"<main>{SPACE}").replace("</main>", f"{SPACE * 2}</main>")
    path.write_text(text, encoding="utf-8")
    with listening(page) as (_, errors):
        page.goto(path.as_uri())
        page.locator(".explorer-plot").first.wait_for()
        yield page, swipe
    assert errors == []


def seen(page):
    """Bring the pictures to the middle of the screen, and return how far that is scrolled."""
    page.locator(".explorer-plots").evaluate("plots => plots.scrollIntoView({block: 'center'})")
    page.evaluate(FRAME)
    return page.evaluate("scrollY")


def test_every_handle_follows_the_finger_and_the_page_stays(opened):
    page, swipe = opened
    count = len(page.evaluate(HANDLES))
    assert count
    for i in range(count):
        page.locator(".explorer-handle").nth(i).scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        x, y = page.evaluate(HANDLES)[i]
        # Of a schedule a finger that goes sideways draws the next knots.
        way = 0 if count > 4 else 60 if x < 195 else -60
        end = (x + way, y + (60 if y < 422 else -60))
        swipe((x, y + 3), end)
        assert page.evaluate("scrollY") == before
        now = page.evaluate(HANDLES)[i]
        assert abs(now[0] - x) + abs(now[1] - y) > 15
        assert min(abs(now[0] - end[0]), abs(now[1] - end[1])) < 25


def test_a_swipe_beside_a_handle_scrolls_and_moves_nothing(opened):
    page, swipe = opened
    page.get_by_role("button", name="Reset").click()
    before = seen(page)
    state = page.evaluate(STATE)
    x, y = page.evaluate(BESIDE)
    swipe((x, y), (x + 5, y - 150))
    page.wait_for_function("before => scrollY > before + 60", arg=before)
    assert page.evaluate(STATE) == state


def test_a_tap_moves_what_is_dragged_there(opened):
    page, swipe = opened
    page.get_by_role("button", name="Reset").click()
    seen(page)
    x, y = page.evaluate(BESIDE)
    first = page.evaluate(f"JSON.stringify(({HANDLES})())")
    swipe((x, y))
    page.wait_for_function(f"first => JSON.stringify(({HANDLES})()) !== first", arg=first)


def test_every_target_is_large_enough(opened):
    page, _ = opened
    assert page.evaluate(SMALL) == []


IN_SIGHT = """() => {
  const {top, bottom, height} = document.querySelector(".explorer-plot").getBoundingClientRect();
  return {seen: Math.min(bottom, innerHeight) - Math.max(top, 0), height, screen: innerHeight};
}"""


@pytest.mark.parametrize(
    ("screen", "sticks"), [((390, 844), True), ((195, 422), True), ((844, 390), False)]
)
def test_the_picture_stays_in_sight_while_a_control_is_moved(opened, screen, sticks):
    """On a phone, at 200 % too; held on its side there would be no room for the controls."""
    page, _ = opened
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    page.evaluate(FRAME)
    control = page.locator(".explorer-slider [type=range]:visible").last
    control.evaluate("control => control.scrollIntoView({block: 'end'})")
    page.evaluate(FRAME)
    found = page.evaluate(IN_SIGHT)
    position = page.locator(".explorer-plots > *").first.evaluate(
        "e => getComputedStyle(e).position"
    )
    page.set_viewport_size({"width": 390, "height": 844})
    if sticks:
        assert found["seen"] >= found["height"] - 1
        assert found["height"] <= found["screen"] / 2
    else:
        assert position == "static"
