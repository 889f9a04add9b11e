"""The search finds the page on a topic first, and those who see, hear and type can use it.

What finds is asked in an engine without a page; a browser searches once over a chapter.
"""

import doctest
import json
from contextlib import closing

import pytest
from browsing import CHROMIUM, PAGES, SITE, listening, load_all
from playwright.sync_api import expect
from py_mini_racer import MiniRacer

from course.site import access, search, styles

CHAPTER = "chapters/adaptive/adam.html"
# A query, the page that is to be first, or a part of it.
FIRST = {
    "β1": "adaptive/adam",
    "beta1": "adaptive/adam",
    "warmup": "stochastic/schedules#what-warm-up-is-for",
    "warm-up": "stochastic/schedules",
    "warm up": "stochastic/schedules",
    "Adam bias correction": "adaptive/adam",
    "bias correction": "adaptive/adam",
    "SGD": "stochastic/sgd",
    "RMSProp": "adaptive/rmsprop",
    "BFGS": "curvature/quasi-newton",
    "L-BFGS": "curvature/quasi-newton",
    "SAM": "modern/edge-of-stability",
    "AdamW": "adaptive/weight-decay",
    "AMSGrad": "adaptive/adam-failures",
    "momentum": "descent/momentum",
    "heavy ball": "descent/momentum",
    "Nesterov": "descent/nesterov",
    "saddle points": "landscape/saddle-points",
    "Hessian": "landscape/hessians",
    "condition number": "descent/conditioning",
    "Newton's method": "curvature/newton",
    "newton’s method": "curvature/newton",
    "Muon": "modern/matrices",
    "batch size": "modern/batch-size",
    "cosine schedule": "stochastic/schedules",
    "schedule-free": "modern/cooldown",
    "gradient desc": "descent/gradient-descent",
    "Predict: no memory": "adaptive/adam#ex-adam-predict",
    "Experiment: a lone gradient": "adaptive/adam#ex-adam-experiment",
}
AMONG_THREE = {
    "10^-8": "adaptive/adam",
    "10⁻⁸": "adaptive/adam",
    "1e-8": "adaptive/adam",
    "learning rate": "stochastic/schedules",
    "EMA": "appendix/glossary#term-running-average",
    "permutation symmetry": "appendix/glossary#term-permutation-symmetry",
    "line search": "curvature/quasi-newton",
    "SAM": "appendix/glossary#term-SAM",
    "adam vs adamw": "adaptive/weight-decay",
    "NAG": "appendix/glossary#term-Nesterov-s-rule",
    "L2 regularization": "adaptive/weight-decay",
    "hvp": "landscape/hessians",
    "Hessian-vector product": "landscape/hessians",
    "Lipschitz": "landscape/taylor-models",
    "NaN": "appendix/glossary#term-divergence",
    "loss is nan": "appendix/glossary#term-divergence",
    "ill-conditioned": "descent/conditioning",
    "autograd": "appendix/glossary#term-automatic-differentiation",
    "ol.trace": "appendix/reference#optimlib.trace",
}

pytestmark = pytest.mark.skipif(not PAGES, reason="the site is not built: run `make book`")


@pytest.mark.parametrize("module", [access, search, styles])
def test_examples(module):
    failed, attempted = doctest.testmod(module)
    assert (failed, attempted > 0) == (0, True)


@pytest.fixture(scope="module")
def find():
    """Return what finds: from a query to the pages, each a list of its places, best first."""
    with closing(MiniRacer()) as engine:
        engine.eval("let book; const searchBook = made => { book = made; };")
        engine.eval((SITE / "_static" / "search-texts.js").read_text("utf-8"))

        def pages(query):
            found = engine.eval(f"""JSON.stringify(book.find({json.dumps(query)})
              .map(({{page, parts}}) => [page.address, parts.map(part => part.place)]))""")
            return json.loads(found)

        yield pages


def places(found):
    """Return a page's address, and those of the places in it that were found."""
    address, parts = found
    page = address.removeprefix("chapters/").removesuffix(".html")
    return [page, *(f"{page}#{part}" for part in parts)]


@pytest.mark.parametrize(("query", "page"), FIRST.items())
def test_a_topics_page_is_first(find, query, page):
    assert page in places(find(query)[0])


@pytest.mark.parametrize(("query", "page"), AMONG_THREE.items())
def test_is_among_the_first_three(find, query, page):
    assert page in [place for found in find(query)[:3] for place in places(found)]


def test_what_is_nowhere_is_not_found(find):
    assert find("zzyzx") == []


def test_no_answer_to_an_exercise_is_told():
    texts = (SITE / "_static" / "search-texts.js").read_text("utf-8")
    assert "Set β_1 = β_2 = 0. What is left of Adam" in texts
    assert "Both moments are the current gradient and its square" not in texts


def test_what_is_quoted_is_read_by_people():
    texts = (SITE / "_static" / "search-texts.js").read_text("utf-8")
    assert "a = max (0, z), s = va + c, f = ½ (s - y)^2" in texts
    assert "optimlib.by_hand(rule, objective, w0, steps)" in texts
    assert "-->" not in texts.rpartition("searchBook(")[2]


COVERED = """field => {
  const icon = field.parentElement.querySelector("i").getBoundingClientRect();
  return icon.right > field.getBoundingClientRect().left;
}"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
@pytest.mark.parametrize("at", ["server", "disk"])
def test_searches_over_a_page_and_goes_back(tab, server, at):
    address = server if at == "server" else SITE.as_uri()
    with listening(tab) as (requested, errors):
        load_all(tab, f"{address}/{CHAPTER}")
        assert not [url for url in requested if "search-texts" in url]
        link = tab.locator("main article p a.reference").first
        link.focus()
        tab.keyboard.press("Control+k")
        tab.keyboard.type("warmup")
        found = tab.locator(".search-button__wrapper .search-found > li")
        expect(found.first).to_contain_text("Learning-rate schedules")
        expect(found.first).to_contain_text("warm-up")
        status = tab.locator(".search-button__wrapper").get_by_role("status")
        expect(status).to_have_text(f"{found.count()} pages found.")
        field = tab.locator(".search-button__wrapper input")
        assert not field.evaluate(COVERED)
        tab.keyboard.press("Tab")
        assert found.first.locator("a").first.evaluate("a => a === document.activeElement")
        tab.keyboard.press("Escape")
        assert not found.first.is_visible()
        assert link.evaluate("a => a === document.activeElement")
        tab.keyboard.press("Control+k")
        tab.keyboard.press("Control+a")
        tab.keyboard.type("zzyzx")
        expect(status).to_have_text("Nothing found for “zzyzx”.")
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/search.html?q=zzyzx")
        expect(tab.locator(".bd-search-container").get_by_role("status")).to_contain_text("zzyzx")
    assert [error for error in errors if "font" not in error and ".woff" not in error] == []
