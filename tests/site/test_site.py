"""A browser opens every page of the built site, from a server and from the disk.

At two widths and in both color schemes: no other host is asked for anything, nothing is logged
as an error, all mathematics is typeset, all pictures are there and described, and no page
scrolls sideways.
"""

import pytest
import yaml
from browsing import CHROMIUM, PAGES, SITE, TYPESET, is_refused_preload
from course import ROOT

WIDTHS = 1280, 320
OTHER_HOSTS = "unpkg", "jsdelivr", "cdnjs", "googleapis"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    pytest.mark.skipif(not PAGES, reason="the site is not built: run `make book`"),
]

RAW_MATH = r"""() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent;
    const parent = walker.currentNode.parentElement;
    if (/\$|\\[a-zA-Z(\[]/.test(text) && !parent.closest("pre, code, script, style, mjx-container"))
      found.push(text.trim());
  }
  return found;
}"""
MATH_ERRORS = """() => [...document.querySelectorAll("mjx-merror, [data-mjx-error]")]
  .map(node => node.getAttribute("data-mjx-error") || node.textContent)"""
# What is far down is loaded when one scrolls there.
LATE_PICTURES = """() => Promise.allSettled([...document.images].map(image => {
  image.loading = "eager";
  return image.decode();
})).then(() => null)"""
BROKEN_IMAGES = """() => [...document.images]
  .filter(image => !image.complete || image.naturalWidth === 0).map(image => image.src)"""
UNDESCRIBED_IMAGES = """() => [...document.querySelectorAll("main article img")]
  .filter(image => !image.alt.trim()).map(image => image.src)"""
DISTORTED_IMAGES = """() => [...document.querySelectorAll("main article img")].filter(image => {
  const {width, height} = image.getBoundingClientRect();
  return Math.abs(width / height / (image.naturalWidth / image.naturalHeight) - 1) > 0.05;
}).map(image => image.src)"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("name", PAGES)
def test_page(browser, origin, name):
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 900})
    requested, errors = [], []
    page.on("request", lambda request: requested.append(request.url))
    page.on("requestfailed", lambda request: errors.append(f"failed: {request.url}"))
    page.on(
        "response",
        lambda response: response.ok or errors.append(f"{response.status}: {response.url}"),
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))

    page.goto(f"{origin}/{name}", wait_until="load")
    page.evaluate(TYPESET)
    page.evaluate(LATE_PICTURES)
    assert page.evaluate(RAW_MATH) == []
    assert page.evaluate(MATH_ERRORS) == []
    assert page.evaluate(BROKEN_IMAGES) == []
    assert page.evaluate(UNDESCRIBED_IMAGES) == []

    for width in WIDTHS:
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function("s => document.documentElement.dataset.theme === s", arg=scheme)
            assert page.evaluate(DISTORTED_IMAGES) == []
            assert page.evaluate(OVERFLOW) <= 0, f"scrolls sideways at {width} px"

    page.close()

    local = (origin, "data:", "blob:")
    assert [url for url in requested if not url.startswith(local)] == []
    if origin.startswith("file:"):
        errors = [error for error in errors if not is_refused_preload(error)]
    assert errors == []


def test_index_leads_to_the_first_page():
    first = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["root"]
    assert f"url={first}.html" in (SITE / "index.html").read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_page_names_no_content_network(name):
    html = (SITE / name).read_text("utf-8")
    assert [host for host in OTHER_HOSTS if host in html] == []
