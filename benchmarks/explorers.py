"""How fast the explorers of the built site answer, in headless Chromium.

    python benchmarks/explorers.py [--pages N]

For every control: the time from a change to the end of the frame that shows it, the median of
alternating moves; one frame of a 60 Hz screen is 16.7 ms. For every page with explorers: when all
of them had drawn their first state. For forms: how long one takes to judge a number, and code, how
long the interpreter takes to start, and what is loaded for it. The machine's load stands beside.
"""

import argparse
import os
import statistics
import sys
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from course import exercises

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]

import browsing  # noqa: E402

MOVES = 41
VISITS = 7

# Work in the frame's callbacks counts from the change on, waiting for the frame does not.
WATCH = """
  window.work = 0;
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = callback => request(now => {
    const started = performance.now();
    callback(now);
    window.work += performance.now() - started;
  });
  const started = () => {
    const stills = document.querySelectorAll(".explorer-still").length;
    const drawn = document.querySelectorAll(".explorer-plots path").length
      && document.querySelectorAll(".explorer-reading").length === stills;
    const parsed = document.readyState !== "loading";
    if (stills && drawn && parsed) window.drawnAfter ??= performance.now();
    else request(started);
  };
  request(started);
"""
MOVE = """async ([control, moves]) => {
  const frame = () => new Promise(done => setTimeout(done, 40));
  const times = [];
  for (let i = 0; i < moves; i++) {
    const share = 0.3 + 0.4 * (i % 7) / 6;
    control.value = Number(control.min) + share * (Number(control.max) - Number(control.min));
    window.work = 0;
    const started = performance.now();
    control.dispatchEvent(new Event("input"));
    const handled = performance.now() - started;
    await frame();
    times.push(handled + window.work);
  }
  return times;
}"""

# From an answer that is sent to the verdict that is there.
JUDGE = """async ([form, times]) => {
  const [field, button, verdict] =
    ["input", "button", ".answer-verdict"].map(part => form.querySelector(part));
  const taken = [];
  for (let i = 0; i < times; i++) {
    field.value = i + 0.5;
    const started = performance.now();
    await new Promise(done => {
      new MutationObserver(done).observe(verdict, {childList: true});
      button.click();
    });
    taken.push(performance.now() - started);
  }
  return taken;
}"""


# From the start of code to its verdict; the first time the interpreter is started for it.
RUN = """async ([form, times]) => {
  const verdict = form.querySelector(".answer-verdict");
  const button = [...form.querySelectorAll("button")].find(b => b.innerText === "Run and check");
  const run = () => new Promise(done => {
    const started = performance.now();
    let ready = 0;
    const observer = new MutationObserver(() => {
      const taken = performance.now() - started;
      if (verdict.innerText.startsWith("Running")) ready = taken;
      if (!verdict.dataset.correct) return;
      observer.disconnect();
      done({ready, taken});
    });
    observer.observe(verdict, {childList: true});
    button.click();
  });
  const {ready} = await run();
  const judged = [];
  for (let i = 0; i < times; i++) judged.push((await run()).taken);
  return {ready, judged};
}"""


def measure(page, address, name):
    """Return when a page's explorers were drawn, in ms, and each control's median answer."""
    page.goto(f"{address}/{name}", wait_until="load")
    ready = page.wait_for_function("() => window.drawnAfter").json_value()
    print(f"{name}: explorers drawn {ready:.0f} ms after the start of the visit")
    medians = []
    for figure in page.locator("figure:has(.explorer)").all():
        for control in figure.locator(".explorer input[type=range]").all():
            if not control.is_visible():
                continue
            handle = control.element_handle()
            times = page.evaluate(MOVE, [handle, MOVES])[1:]
            label = control.evaluate("c => c.parentElement.innerText.split('\\n')[0]")
            medians.append(statistics.median(times))
            title = figure.get_attribute("id")
            print(f"  {title:28} {label[:24]:24} {medians[-1]:6.1f} ms", flush=True)
    return ready, medians


def measure_form(page, address, name="first-descent/momentum-2"):
    """Return the times, in ms, in which a form of a number judges an answer."""
    page.goto(f"{address}/chapters/start/first-descent.html", wait_until="load")
    form = page.locator(f'[data-name="{name}"]')
    form.get_by_label("Your answer").focus()
    form.get_by_role("button", name="Hint").wait_for()
    return page.evaluate(JUDGE, [form.element_handle(), MOVES])


def measure_code(browser, address, name="adam"):
    """Return how long the interpreter takes to start, in ms, and code to be judged after that."""
    exercise = exercises.get(name)
    starts, judged = [], []
    for _ in range(VISITS):
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/chapters/{exercise.chapter}.html", wait_until="load")
        form = page.locator(f'[data-name="{name}"]')
        form.get_by_label("Your code").fill(exercise.worked)
        form.get_by_role("button", name="Hint").wait_for()
        times = page.evaluate(RUN, [form.element_handle(), MOVES])
        starts.append(times["ready"])
        judged += times["judged"]
        context.close()
    return starts, judged


def sizes():
    """Return lines on what forms weigh, gzipped where it is loaded so."""
    static = browsing.SITE / "_static"
    shared = sum(map(browsing.gzipped, browsing.FORM_FILES))
    most = max(browsing.PAGES, key=lambda page: browsing.added(page, "form"))
    files = [static / "exercises" / f"{name}.js" for name in exercises.names()]
    largest = max(files, key=lambda file: file.stat().st_size)
    code = max((static / "exercises" / "code").rglob("*.js"), key=browsing.gzipped)
    interpreter = browsing.gzipped(static / "exercises" / "interpreter.js")
    return [
        f"forms add {(shared + browsing.added(most, 'form')) / 1000:.1f} KB, gzipped, to {most} "
        "(limit 15)",
        f"the largest file of an exercise, {largest.stem}: {largest.stat().st_size / 1000:.1f} KB "
        f"(limit 30), {browsing.gzipped(largest) / 1000:.1f} gzipped; with code, {code.stem}: "
        f"{browsing.gzipped(code) / 1000:.1f} KB gzipped",
        f"the interpreter: {interpreter / 1000:.0f} KB gzipped (limit 320)",
    ]


def lines_on_forms(judged, starts, ran):
    """Return lines on the times that forms take, with the load of the machine."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return [
        f"a number is judged within {statistics.median(judged):.1f} ms (median; limit 16)",
        f"code is judged within {statistics.median(ran):.0f} ms (median; limit 300), "
        f"{max(ran):.0f} at most",
        f"the interpreter starts in {statistics.median(starts) / 1000:.2f} s (median of "
        f"{len(starts)} visits; limit 1.5), {max(starts) / 1000:.2f} at most",
        f"load of the machine: {load} on {os.cpu_count()} cores",
    ]


@contextmanager
def serving_site():
    """Yield a browser and the address at which the built site is served."""
    with browsing.serving(browsing.SITE) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browsing.CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser, address
        browser.close()


def measure_site(most=None):
    """Visit the pages with explorers, from the first, and forms; return all times, in ms."""
    pages = [
        name
        for name in browsing.PAGES
        if 'class="explorer-still"' in (browsing.SITE / name).read_text("utf-8")
    ]
    with serving_site() as (browser, address):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(WATCH)
        measured = [measure(page, address, name) for name in pages[:most]]
        forms = [measure_form(page, address), *measure_code(browser, address)]
    medians = [m for _, medians in measured for m in medians]
    return [ready for ready, _ in measured], medians, forms


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=None, help="how many pages, from the first")
    drawn, medians, forms = measure_site(parser.parse_args().pages)
    if medians:
        slow = sum(m > 16 for m in medians)
        print(
            f"all pages: drawn after {statistics.median(drawn):.0f} ms (median)\n"
            f"all controls: median {statistics.median(medians):.1f} ms, slowest "
            f"{max(medians):.1f} ms, {slow} of {len(medians)} above 16 ms"
        )
    print(*lines_on_forms(*forms), *sizes(), sep="\n")


if __name__ == "__main__":
    main()
