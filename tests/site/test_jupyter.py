"""An explorer in a real JupyterLab: the same figure, with the kernel behind it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from browsing import CHROMIUM
from playwright.sync_api import expect

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

OWN_RULE = """\
from dataclasses import dataclass
import numpy as np
import optimlib as ol
from optimlib.explorers import explore, parameter_map

@dataclass(frozen=True)
class Bold(ol.Rule):
    share: float = 0.5

    def update(self, t, g):
        step = -self.lr * g
        return dict(step=step if np.all(g > 0) else self.share * step)

explore([Bold(lr=0.2), ol.GradientDescent(lr=0.1)], ol.problems.square, steps=5, share=(0, 1))"""
MAP = """\
axes = dict(x=("lr", 0.01, 0.5), y=("share", 0.1, 1))
parameter_map(Bold(lr=0.2), ol.problems.square, **axes, steps=9)"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def notebook_url(tmp_path_factory):
    """Serve a notebook whose two cells make explorers of a rule that only Python can run."""
    folder = tmp_path_factory.mktemp("lab")
    cells = list(map(nbformat.v4.new_code_cell, (OWN_RULE, MAP)))
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "own.ipynb")
    port = free_port()
    options = ["--no-browser", f"--port={port}", "--allow-root", "--ServerApp.token="]
    options += ["--ServerApp.password=", f"--ServerApp.root_dir={folder}"]
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(folder / "config")}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=environment,
            stdout=log,
            stderr=log,
        )
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api").close()
            break
        except OSError:
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, "JupyterLab did not start within a minute"
            time.sleep(0.3)
    yield f"http://127.0.0.1:{port}/doc/tree/own.ipynb"
    server.terminate()
    server.wait()


def last_points(explorer):
    """Return where the read-out says that each optimizer ended."""
    rows = explorer.locator(".explorer-reading tbody tr").all_inner_texts()
    return {row.split("\t")[0]: row.split("\t")[1:] for row in rows}


def test_a_rule_of_ones_own_is_live_in_jupyterlab(browser, notebook_url):
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(notebook_url)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=60_000)
    page.get_by_text("| Idle").wait_for(timeout=60_000)
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    explorer = page.locator(".jp-OutputArea .explorer").first
    explorer.wait_for(timeout=60_000)
    first = last_points(explorer)
    # Slope 2w > 0 all the way: factor 1 − 0.2 · 2 = 0.6 a step, and 1 − 0.1 · 2 = 0.8.
    assert first["Bold"][0] == "0.311"
    assert first["GradientDescent"][0] == "1.311"

    start = explorer.locator(".explorer-slider", has_text="start w").locator("input")
    start.focus()
    start.press("Home")
    # Once from the browser's own run, once from the kernel, which answers later.
    page.wait_for_function(
        "() => document.querySelector('.explorer-reading').innerText.split('−1.638').length === 3"
    )
    # From −5 the slope is negative and half the step is taken: factor 0.8 a step, like the other.
    moved = last_points(explorer)
    assert moved["Bold"] == moved["GradientDescent"]

    share = explorer.locator(".explorer-slider", has_text="share").locator("input")
    share.focus()
    share.press("End")
    page.wait_for_function(
        "() => document.querySelector('.explorer-reading').innerText.includes('−0.3888')"
    )
    assert last_points(explorer)["Bold"][0] == "−0.3888"  # −5 · 0.6⁵

    page.keyboard.press("Escape")
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(1).click()
    page.keyboard.press("Shift+Enter")
    map_ = page.locator(".jp-OutputArea .explorer").nth(1)
    map_.wait_for(timeout=60_000)
    assert last_points(map_) == {"this run": ["0.2", "0.5", "0.6"]}
    rate = map_.locator(".explorer-slider", has_text="η").locator("input")
    rate.focus()
    rate.press("Home")
    # The kernel answers with another run: factor 1 − 0.01 · 2 a step.
    expect(map_.locator(".explorer-reading tbody tr")).to_have_text("this run0.010.50.98")
    page.close()
