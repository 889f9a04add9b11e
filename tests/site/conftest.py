"""The browser, and a server of the built site."""

import pytest
from access import AXE
from browsing import CHROMIUM, SITE, serving


@pytest.fixture(scope="session")
def server():
    """Serve the site as a project page is: not at the root of its host."""
    with serving(SITE.parent) as address:
        yield f"{address}/{SITE.name}"


@pytest.fixture(scope="module")
def browser():
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-software-rasterizer",
        "--in-process-gpu",
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


@pytest.fixture(scope="module")
def tab(browser):
    """Return one tab for all tests of a module: it starts and compiles what pages share once."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    tab.add_init_script(AXE)
    return tab
