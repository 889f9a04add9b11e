"""The HTML of the built site: links, ids, and what each page says of itself to others."""

from collections import Counter
from functools import cache
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from browsing import PAGES, SITE
from bs4 import BeautifulSoup
from course import ROOT
from PIL import Image

pytestmark = pytest.mark.skipif(not PAGES, reason="the site is not built: run `make book`")

# The theme's search page holds its field twice: on the page, and in the dialog of every page.
REPEATED = {"search.html": ["search-input"]}
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def address():
    """Return where the site will be published, as GitHub derives it."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    owner, name = urlsplit(config["repository"]["url"]).path.strip("/").split("/")
    return f"https://{owner.lower()}.github.io/{name}/"


@cache
def read(name):
    return BeautifulSoup((SITE / name).read_text("utf-8"), "html.parser")


@cache
def ids(name):
    return [tag["id"] for tag in read(name).find_all(id=True)]


def meta(file, **which):
    return [tag["content"] for tag in read(file).find_all("meta", which)]


@pytest.mark.parametrize("name", PAGES)
def test_everything_a_page_refers_to_is_there(name):
    broken = []
    for tag in read(name).find_all(True):
        for url in filter(None, (tag.get("href"), tag.get("src"))):
            target = urlsplit(urljoin(f"https://site/{name}", url))
            if target.netloc != "site" or target.scheme != "https":
                continue
            file, anchor = unquote(target.path).lstrip("/"), unquote(target.fragment)
            if not (SITE / file).is_file() or (anchor and anchor not in ids(file)):
                broken.append(url)
    assert broken == []


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique(name):
    assert [id for id, count in Counter(ids(name)).items() if count > 1] == REPEATED.get(name, [])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_describes_itself(name):
    page = read(name)
    (canonical,) = (link["href"] for link in page.find_all("link", rel="canonical"))
    (description,) = meta(name, name="description")
    assert canonical == address() + name
    assert meta(name, property="og:url") == [canonical]
    assert meta(name, property="og:type") == ["article"]
    assert meta(name, property="og:description") == [description]
    (title,) = meta(name, property="og:title")
    assert page.title.string.strip().startswith(title)
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
