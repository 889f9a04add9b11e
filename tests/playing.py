"""What tests do with an explorer in a browser: look at it, move its controls, take its data."""

import csv
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

# What a reader sees at last of an explorer: its pictures, its read-out and which controls it
# offers. A map becomes finer while nothing else is to do.
SEEN = """async figure => {
  const frame = () => new Promise(requestAnimationFrame);
  const end = performance.now() + 30_000;
  const isReady = () => figure.querySelector(".explorer-plots svg")
    && !figure.querySelector("[aria-busy=true]");
  do { await frame(); await frame(); } while (!isReady() && performance.now() < end);
  if (!isReady()) throw new Error(`${figure.id} is busy after half a minute`);
  const explorer = figure.querySelector(".explorer");
  const plots = [...explorer.querySelector(".explorer-plots").children];
  return plots.filter(plot => plot.checkVisibility()).map(plot => plot.outerHTML).join()
    + explorer.querySelector(".explorer-reading").outerHTML
    + [...explorer.querySelectorAll(".explorer-controls > *")].map(control => control.hidden);
}"""
# Press Reset by a script; the first state is drawn in the next frame.
RESET = """figure => {
  [...figure.querySelectorAll("button")].find(({innerText}) => innerText === "Reset").click();
}"""
# Focus a control, which may be shown in the next frame only, and tell the key that changes it.
KEY = """async control => {
  await new Promise(requestAnimationFrame);
  control.focus();
  const { type, tagName, selectedIndex, options, value, min, max } = control;
  if (type === "checkbox") return "Space";
  if (tagName === "SELECT") return selectedIndex === options.length - 1 ? "ArrowUp" : "ArrowDown";
  return Number(value) >= (Number(min) + Number(max)) / 2 ? "PageDown" : "PageUp";
}"""
LABEL_AND_KEY = f"""async control => {{
  ({RESET})(control.closest("figure"));
  return [control.parentElement.innerText, await ({KEY})(control)];
}}"""
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
        """Return what is to be seen at last."""
        return self.figure.evaluate(SEEN)

    def controls(self):
        """Return all of them but the fields for typed numbers: each has a slider too."""
        inputs = self.figure.locator(".explorer-controls").locator("input:not([type=text]), select")
        return [control for control in inputs.all() if control.is_visible()]

    def reset(self):
        """Bring the first state back, as its button does."""
        self.figure.evaluate(RESET)
        self.tab.evaluate(FRAME)

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
    control.page.keyboard.press(control.evaluate(KEY))


def move_first(control):
    """Change a control alone, after Reset, with the keyboard, and return its label."""
    label, key = control.evaluate(LABEL_AND_KEY)
    control.page.keyboard.press(key)
    return label


def check_print(played):
    played.tab.emulate_media(media="print")
    still = played.figure.locator(".explorer-still img")
    assert still.is_visible()
    still.evaluate("image => image.decode()")  # it is loaded only now
    assert not played.figure.locator(".explorer-plots").is_visible()
    played.tab.emulate_media(media="screen")
