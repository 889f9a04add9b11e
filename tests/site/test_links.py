"""The HTML of the built site: links, ids, and what each page says of itself to others."""

from collections import Counter
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from browsing import PAGES, SITE, read
from PIL import Image

from course import ROOT

pytestmark = pytest.mark.skipif(not PAGES, reason="the site is not built: run `make book`")

# The theme's search page holds its field twice: on the page, and in the dialog of every page.
REPEATED = {"search.html": ["search-input"]}
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def address():
    """Return where the site will be published, as GitHub derives it."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    owner, name = urlsplit(config["repository"]["url"]).path.strip("/").split("/")
    return f"https://{owner.lower()}.github.io/{name}/"


def meta(page, /, **which):
    ((key, value),) = which.items()
    tags = (tag for kind, tag in read(page).tags if kind == "meta")
    return [tag["content"] for tag in tags if tag.get(key) == value]


@pytest.mark.parametrize("name", PAGES)
def test_everything_a_page_refers_to_is_there(name):
    broken = []
    for url in filter(None, read(name).values("href") + read(name).values("src")):
        target = urlsplit(urljoin(f"https://host/site/{name}", url))
        if (target.scheme, target.netloc) != ("https", "host"):
            continue
        file, anchor = unquote(target.path).removeprefix("/site/"), unquote(target.fragment)
        if not (SITE / file).is_file() or (anchor and anchor not in read(file).values("id")):
            broken.append(url)
    assert broken == []


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique(name):
    counts = Counter(read(name).values("id"))
    assert [id for id, count in counts.items() if count > 1] == REPEATED.get(name, [])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_describes_itself(name):
    (canonical,) = (tag["href"] for kind, tag in read(name).tags if tag.get("rel") == "canonical")
    (description,) = meta(name, name="description")
    assert canonical == address() + name
    assert meta(name, property="og:url") == [canonical]
    assert meta(name, property="og:type") == ["article"]
    assert meta(name, property="og:description") == [description]
    (title,) = meta(name, property="og:title")
    assert read(name).title.startswith(title)
    assert 10 < len(description) < 200
    assert not set("$\\<>") & set(title + description)


@pytest.mark.parametrize("what", ["title", "description"])
def test_no_two_pages_say_the_same(what):
    said = {name: meta(name, property=f"og:{what}")[0] for name in PAGES}
    assert len(set(said.values())) == len(said)


def test_preview_is_a_picture_of_the_size_that_others_show():
    (url,) = {url for name in PAGES for url in meta(name, property="og:image")}
    with Image.open(SITE / url.removeprefix(address())) as picture:
        assert picture.size == (1200, 630)


def test_sitemap_lists_every_chapter():
    urls = ElementTree.parse(SITE / "sitemap.xml").iter(f"{SITEMAP}loc")
    chapters = [address() + name for name in PAGES if name.startswith("chapters/")]
    assert sorted(url.text for url in urls) == sorted(chapters)
