"""Every page of the built site is for everyone: axe finds nothing, in either color scheme.

A keyboard reaches each control of a page, in sight and with a focus that is seen.
"""

from importlib.resources import files

import pytest
from browsing import CHROMIUM, PAGES, TYPESET

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    pytest.mark.skipif(not PAGES, reason="the site is not built: run `make book`"),
]

# Formulas are left out: MathJax writes them, with MathML for screen readers, by the thousand.
# A table's head that is nothing but a formula then looks empty.
AXE = """async rules => {
  const found = await axe.run({exclude: ["mjx-container"]}, rules);
  const isFormula = node => document.querySelector(node.target[0]).querySelector("mjx-container");
  return found.violations.flatMap(rule => rule.nodes
    .filter(node => rule.id !== "empty-table-header" || !isFormula(node))
    .map(node => `${rule.id}: ${node.target} ${node.failureSummary}`));
}"""
ALL_RULES, COLORS = {}, {"runOnly": ["color-contrast", "link-in-text-block"]}
FOCUSED = """async () => {
  await Promise.allSettled(document.getAnimations()
    .filter(animation => animation instanceof CSSTransition).map(move => move.finished));
  const node = document.activeElement;
  if (node === document.body) return null;
  const style = getComputedStyle(node);
  const {x, y, width, height} = node.getBoundingClientRect();
  return {
    name: node.outerHTML.slice(0, 200),
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: width > 0 && height > 0 && x + width > 0 && y + height > 0 && x < innerWidth
      && y < innerHeight,
  };
}"""


@pytest.fixture
def opened(browser, server):
    pages = []

    def open_page(name):
        page = browser.new_page(
            viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce"
        )
        pages.append(page)
        page.goto(f"{server}/{name}", wait_until="load")
        page.evaluate(TYPESET)
        return page

    yield open_page
    for page in pages:
        page.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(opened, name):
    page = opened(name)
    page.add_script_tag(path=str(files("axe_playwright_python") / "axe.min.js"))
    assert page.evaluate(AXE, ALL_RULES) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    assert page.evaluate(AXE, COLORS) == []


@pytest.mark.parametrize("name", ["chapters/adaptive/adam.html", "search.html"])
def test_keyboard_reaches_everything_with_a_focus_that_is_seen(opened, name):
    page = opened(name)
    page.evaluate("() => document.activeElement.blur()")
    reached = []
    while len(reached) < 500:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        reached.append(focused)
    assert 30 < len(reached) < 500
    assert [focused["name"] for focused in reached if not focused["seen"]] == []
    assert [focused["name"] for focused in reached if not focused["inside"]] == []
