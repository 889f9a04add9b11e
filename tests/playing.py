"""What tests do with an explorer in a browser: look at it, move its controls, take its data."""

import csv
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

# What a reader sees of an explorer: its pictures, its read-out and which controls it offers.
SEEN = """figure => {
  const explorer = figure.querySelector(".explorer");
  const plots = [...explorer.querySelector(".explorer-plots").children];
  return plots.filter(plot => plot.checkVisibility()).map(plot => plot.outerHTML).join()
    + explorer.querySelector(".explorer-reading").outerHTML
    + [...explorer.querySelectorAll(".explorer-controls > *")].map(control => control.hidden);
}"""
FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True)
class Played:
    """An explorer in a tab, with what a test knows of it."""

    tab: Page
    figure: Locator
    explorer: object
    address: str
    errors: list

    def seen(self):
        """Return what is to be seen at last: a map becomes finer while nothing else is to do."""
        self.figure.locator(".explorer-plots svg").first.wait_for()
        self.tab.evaluate(FRAME)
        expect(self.figure.locator("[aria-busy=true]")).to_have_count(0, timeout=30_000)
        return self.figure.evaluate(SEEN)

    def controls(self):
        """Return all of them but the fields for typed numbers: each has a slider too."""
        inputs = self.figure.locator(".explorer-controls").locator("input:not([type=text]), select")
        return [control for control in inputs.all() if control.is_visible()]

    def press(self, name):
        self.figure.get_by_role("button", name=name).click()

    def table(self):
        """Download the data and return the file's name and its rows."""
        with self.tab.expect_download() as download:
            self.press("Download CSV")
        text = download.value.path().read_text()
        return download.value.suggested_filename, list(csv.reader(text.splitlines()))


def move(control):
    """Change a control with the keyboard alone."""
    control.focus()
    if control.evaluate("c => c.type") == "checkbox":
        control.press("Space")
    elif control.evaluate("c => c.tagName") == "SELECT":
        last = control.evaluate("c => c.selectedIndex === c.options.length - 1")
        control.press("ArrowUp" if last else "ArrowDown")
    elif control.evaluate("c => Number(c.value) >= (Number(c.min) + Number(c.max)) / 2"):
        control.press("PageDown")
    else:
        control.press("PageUp")


def check_print(played):
    played.tab.emulate_media(media="print")
    assert played.figure.locator(".explorer-still img").is_visible()
    assert not played.figure.locator(".explorer-plots").is_visible()
    played.tab.emulate_media(media="screen")
