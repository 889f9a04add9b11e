"""An explorer and a form in a real JupyterLab: as on the website, with the kernel behind them."""

import os
import re
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

FORM = """\
from course import exercises
exercises.ask("adam/first-step")"""
CODE = 'exercises.ask("momentum")'


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def notebook_url(tmp_path_factory):
    """Serve a notebook: explorers of a rule that only Python can run, and two forms."""
    folder = tmp_path_factory.mktemp("lab")
    cells = list(map(nbformat.v4.new_code_cell, (OWN_RULE, MAP, FORM, CODE)))
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


@pytest.fixture(scope="module")
def lab(browser, notebook_url):
    """Return a tab in which the notebook is open."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(notebook_url)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=60_000)
    page.get_by_text("| Idle").wait_for(timeout=60_000)
    return page


def run_cell(page, number):
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(number).click()
    page.keyboard.press("Shift+Enter")


def test_a_rule_of_ones_own_is_live_in_jupyterlab(lab):
    page = lab
    run_cell(page, 0)
    explorer = page.locator(".jp-OutputArea .explorer").first
    explorer.wait_for(timeout=60_000)
    first = last_points(explorer)
    # Slope 2w > 0 all the way: factor 1 − 0.2 · 2 = 0.6 a step, and 1 − 0.1 · 2 = 0.8.
    assert first["Bold"][0] == "0.311"
    assert first["gradient descent"][0] == "1.311"

    start = explorer.locator(".explorer-slider", has_text="start w").locator("[type=range]")
    start.focus()
    start.press("Home")
    # Once from the browser's own run, once from the kernel, which answers later.
    page.wait_for_function(
        "() => document.querySelector('.explorer-reading').innerText.split('−1.638').length === 3"
    )
    # From −5 the slope is negative and half the step is taken: factor 0.8 a step, like the other.
    moved = last_points(explorer)
    assert moved["Bold"] == moved["gradient descent"]

    share = explorer.locator(".explorer-slider", has_text="share").locator("[type=range]")
    share.focus()
    share.press("End")
    page.wait_for_function(
        "() => document.querySelector('.explorer-reading').innerText.includes('−0.3888')"
    )
    assert last_points(explorer)["Bold"][0] == "−0.3888"  # −5 · 0.6⁵
    typed = explorer.get_by_role("textbox", name="share")
    typed.fill("1x")
    page.keyboard.press("Enter")
    expect(explorer.get_by_role("alert").filter(has_text="“1x” is no number")).to_be_visible()
    typed.fill("")
    page.keyboard.type("5e-1")
    page.keyboard.press("Enter")
    expect(share).to_have_attribute("aria-valuetext", "0.5")
    page.wait_for_function(
        "() => document.querySelector('.explorer-reading').innerText.split('−1.638').length === 3"
    )

    page.keyboard.press("Escape")
    run_cell(page, 1)
    map_ = page.locator(".jp-OutputArea .explorer").nth(1)
    map_.wait_for(timeout=60_000)
    assert last_points(map_) == {"this run": ["0.2", "0.5", "0.6"]}
    rate = map_.locator(".explorer-slider", has_text="η").locator("[type=range]")
    rate.focus()
    rate.press("Home")
    # The kernel answers with another run: factor 1 − 0.01 · 2 a step.
    expect(map_.locator(".explorer-reading tbody tr")).to_have_text("this run0.010.50.98")


def test_a_form_is_live_in_jupyterlab(lab):
    run_cell(lab, 2)
    form = lab.locator(".jp-OutputArea .live-form")
    form.wait_for(timeout=60_000)
    field = form.get_by_label("Your answer")
    for text, said in [
        ("3,2", "It looks like “A step of gradient descent”."),
        ("3.9", "Correct. It is 3.9."),
    ]:
        field.fill(text)
        field.press("Enter")
        expect(form.get_by_role("status")).to_contain_text(said)
    expect(form).to_have_attribute("data-state", "solved")


def test_code_is_run_by_the_kernel(lab):
    lab.keyboard.press("Escape")
    run_cell(lab, 3)
    form = lab.locator(".jp-OutputArea .live-form").nth(1)
    field = form.get_by_label("Your code")
    field.wait_for(timeout=60_000)
    for velocity, said in [
        ("beta * v + (1 - beta) * g", "It looks like “A running average in place of a sum”."),
        ("beta * v + gradient", "The error is in line 2."),
        ("beta * v + g", "Correct. It agrees with ol.Momentum"),
    ]:
        field.focus()
        lab.keyboard.press("Control+a")
        lab.keyboard.type(f"def update(t, g, v, lr, beta):\nv = {velocity}\nprint(t)\n")
        lab.keyboard.type("return dict(v=v, step=-lr * v)")
        lab.keyboard.press("Control+Enter")
        expect(form.get_by_role("status")).to_contain_text(said)
    text = field.input_value()
    lab.keyboard.type("x")
    lab.keyboard.press("Control+z")
    assert field.input_value() == text
    expect(form.locator("pre")).to_have_text(re.compile(r"^1\n2\n"))
    expect(form).to_have_attribute("data-state", "solved")
