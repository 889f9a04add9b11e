"""The reference on the site: each public name stands there once, and mentions lead to it."""

import re
from collections import Counter

import pytest
from browsing import PAGES, SITE, read

from course.site import reference

REFERENCE = [page for page in PAGES if page.startswith(reference.PAGES)]
CHAPTERS = [page for page in PAGES if page.startswith("chapters/") and page not in REFERENCE]
IN_TEXT = re.compile(r'<code class="docutils literal[^>]*>(.*?)</code>', re.S)
IN_CODE = re.compile(
    r'<div class="highlight-i?python3? [^>]*><div class="highlight"><pre>(.*?)</pre>', re.S
)
LINK = re.compile(r'<a [^>]*href="([^"]*reference[^"]*\.html#[^"]*)"[^>]*>(.*?)</a>', re.S)

pytestmark = pytest.mark.skipif(not PAGES, reason="the site is not built: run `make book`")


def plain(html):
    return re.sub(r"<.*?>", "", html)


def links(html):
    """Return [(what a link leads to, its words), ...]."""
    found = [(url.rpartition("#")[2], plain(words)) for url, words in LINK.findall(html)]
    return [(target.removeprefix("module-"), words) for target, words in found]


def unlinked(html, pattern):
    """Return the names that are mentioned in a page's code, and nowhere lead to the reference."""
    codes = pattern.findall(html)
    mentioned = {
        found[0]
        for code in codes
        for dotted in reference.DOTTED.findall(plain(code))
        if (found := reference.named(dotted))
    }
    return mentioned - {target for code in codes for target, _ in links(code)}


def test_every_public_name_stands_there_once():
    ids = Counter(
        id.removeprefix("module-") for page in REFERENCE for id in read(page).values("id")
    )
    assert {name: ids[name] for name in reference.public() if ids[name] != 1} == {}


def test_every_entry_has_a_text():
    for page in REFERENCE:
        html = (SITE / page).read_text("utf-8")
        entries = re.findall(
            r'<dt class="sig[^"]*" id="([^"]+)">.*?</dt>\s*<dd>(.*?)</dd>', html, re.S
        )
        assert [name for name, text in entries if not plain(text).strip()] == []


def test_every_entry_leads_to_its_source():
    html = "".join((SITE / page).read_text("utf-8") for page in REFERENCE)
    _, *entries = re.split(r'<dt class="sig[^"]*" id="([^"]+)">', html)
    texts = dict(zip(entries[::2], entries[1::2], strict=True))
    names = [name for name in reference.public().values() if name.kind != "module"]
    files = {name.full: f"/blob/main/{name.home.replace('.', '/')}" for name in names}
    assert [full for full, file in files.items() if file not in texts[full]] == []


@pytest.mark.parametrize("page", CHAPTERS)
def test_mentions_lead_to_the_reference(page):
    html = (SITE / page).read_text("utf-8")
    assert unlinked(html, IN_TEXT) == unlinked(html, IN_CODE) == set()
    for code in IN_TEXT.findall(html) + IN_CODE.findall(html):
        for target, words in links(code):
            assert f".{target}".endswith(f".{words.split('.')[-1]}")
            assert "." not in words or reference.named(words)[0] == target


def test_there_are_mentions():
    texts = [(SITE / page).read_text("utf-8") for page in CHAPTERS]
    assert sum(len(links("".join(IN_TEXT.findall(text)))) for text in texts) > 50
    assert sum(len(links("".join(IN_CODE.findall(text)))) for text in texts) > 300


def test_an_unlinked_mention_is_found():
    html = '<code class="docutils literal notranslate">see ol.Adam and ol.Lion</code>'
    assert unlinked(html, IN_TEXT) == {"optimlib.Adam", "optimlib.Lion"}
    linked = html.replace("ol.Lion", '<a href="../reference/x.html#optimlib.Lion">ol.Lion</a>')
    assert unlinked(linked, IN_TEXT) == {"optimlib.Adam"}
