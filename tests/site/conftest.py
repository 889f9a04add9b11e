"""The browser, and a server of the built site."""

import pytest
from browsing import CHROMIUM, SITE, serving


@pytest.fixture(scope="module")
def server():
    with serving(SITE) as address:
        yield address


@pytest.fixture(scope="module")
def subfolder():
    """Serve the site as a project page is: not at the root of its host."""
    with serving(SITE.parent) as address:
        yield f"{address}/{SITE.name}"


@pytest.fixture(scope="module")
def browser():
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(params=["http", "file"])
def origin(request):
    return request.getfixturevalue("server") if request.param == "http" else SITE.as_uri()
