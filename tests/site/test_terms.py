"""What a term means shows beside its link, to a pointer and to the keyboard."""

import re

import pytest
from browsing import CHROMIUM, PAGES, SITE

PAGE = "chapters/descent/momentum.html"
LINK = re.compile(r'<a class="reference internal" href="[^"]*#term-[^"]+"([^>]*)>')

pytestmark = pytest.mark.skipif(not PAGES, reason="the site is not built: run `make book`")


def test_every_link_to_a_term_has_its_meaning():
    texts = [(SITE / page).read_text("utf-8") for page in PAGES if "glossary" not in page]
    rests = [rest for text in texts for rest in LINK.findall(text)]
    assert len(rests) > 100
    assert all(re.fullmatch(r' data-meaning="[^"]{20,}"', rest) for rest in rests)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
@pytest.mark.parametrize("width", [1280, 390])
def test_a_meaning_is_shown_and_goes(tab, server, width):
    page = tab
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{server}/{PAGE}")
    link = page.locator("a[data-meaning*=kappa]").first
    note = page.get_by_role("tooltip")
    link.hover()
    note.wait_for()
    note.locator("mjx-container").first.wait_for()
    assert "\\(" not in note.inner_text()
    box, at = note.bounding_box(), link.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] >= at["y"] + at["height"] - 2 or box["y"] + box["height"] <= at["y"] + 2
    note.hover()
    assert note.is_visible()
    page.mouse.move(0, 0)
    note.wait_for(state="hidden")

    link.focus()
    note.wait_for()
    assert link.get_attribute("aria-describedby") == note.get_attribute("id")
    page.keyboard.press("Escape")
    note.wait_for(state="hidden")
    assert link.get_attribute("aria-describedby") is None
