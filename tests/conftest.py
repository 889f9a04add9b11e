"""Settings of all tests, and the browser with a server of the built site.

Property tests draw the same cases everywhere, however slow a machine.
"""

import json

import pytest
from browsing import CHROMIUM, SITE, serving
from hypothesis import HealthCheck, settings

settings.register_profile(
    "course", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("course")


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


@pytest.fixture(scope="module")
def client():
    """Return a function that evaluates an expression of the explorers' script with given values.

    Typed arrays come back as lists, numbers that JSON does not have as their names.
    """
    from py_mini_racer import MiniRacer

    from optimlib.explorers.explorer import script

    engine = MiniRacer()
    engine.eval(script())
    engine.eval(
        "const plainly = (key, v) => ArrayBuffer.isView(v) ? Array.from(v)"
        " : typeof v === 'number' && !Number.isFinite(v) ? String(v) : v;"
    )

    def call(expression, **values):
        names, arguments = ", ".join(values), ", ".join(map(json.dumps, values.values()))
        function = f"(({names}) => {expression})({arguments})"
        return json.loads(engine.eval(f"JSON.stringify({function}, plainly)"))

    yield call
    engine.close()
