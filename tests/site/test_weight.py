"""What a reader's browser transfers for a page of the built site, compressed."""

from functools import partial

import pytest
from browsing import CHROMIUM, PAGES, SITE, transferred

FIRST_VISIT, NEXT_PAGE = 700_000, 150_000
CHAPTERS = [name for name in PAGES if name.startswith("chapters/")]
READ_BEFORE = "chapters/start/first-descent.html"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    pytest.mark.skipif(not PAGES, reason="the site is not built: run `make book`"),
]


@pytest.fixture(scope="module")
def weigh(browser, server):
    return partial(transferred, browser, server)


@pytest.fixture(scope="module")
def visited(weigh):
    """Return what the browser has after one chapter."""
    return weigh(READ_BEFORE)


@pytest.mark.parametrize("name", CHAPTERS)
def test_first_visit_and_next_page(weigh, visited, name):
    files = weigh(name)
    pictures = {path for path in files if path.startswith("/_images/")}
    assert len(pictures) == (SITE / name).read_text("utf-8").count('src="../../_images/')
    first = sum(files.values())
    new = sum(size for path, size in files.items() if path not in visited)
    print(f"{name}: first visit {first / 1000:.0f} KB, next page {new / 1000:.0f} KB")
    assert first <= FIRST_VISIT, sorted(files.items(), key=lambda item: -item[1])[:9]
    assert new <= NEXT_PAGE


def test_the_site_holds_nothing_for_other_pages():
    """No source maps, no whole icon fonts; of MathJax what its one script can load."""
    static = SITE / "_static"
    assert list(static.rglob("*.map")) == []
    assert not (static / "vendor").exists()
    assert {path.name for path in static.glob("mathjax/*")} == {"tex-chtml.js", "output", "input"}
