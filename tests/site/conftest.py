"""The browser, a server of the built site, and the Pythons that environments are made with."""

import pytest
from browsing import CHROMIUM, SITE, serving
from environments import PYTHONS, RUNNING


def pytest_addoption(parser):
    parser.addoption(
        "--all-pythons",
        action="store_true",
        help=f"make environments with each of Python {', '.join(PYTHONS)}, not with this one alone",
    )


def pytest_generate_tests(metafunc):
    if "python_version" in metafunc.fixturenames:
        every = metafunc.config.getoption("--all-pythons")
        metafunc.parametrize("python_version", PYTHONS if every else [RUNNING], scope="module")


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
    from playwright.sync_api import expect, sync_playwright

    # A slow machine takes long to start Python in a page. Where all is well nobody waits.
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def tab(browser):
    """Return one tab for all tests of a module: it starts and compiles what pages share once."""
    return browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
