"""Picture an exercise on the built page: a rule of Adam with a slip, and what the page answers.

    python -m course.site.picture .github/answering.png

It is the README's first picture. The rule is the solution with one part left out.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from course import exercises
from course.site.offline import SITE
from course.site.pdf import CHROMIUM

EXERCISE, PAGE = "adam", "chapters/adaptive/adam.html"
RIGHT, SLIP = "(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat + eps)"
WIDTH, ROOM = 760, 6


def slipped():
    """Return the rule that is typed, which has one slip."""
    solution = exercises.get(EXERCISE).worked
    if RIGHT not in solution:
        raise ValueError(f"the solution of {EXERCISE} has no {RIGHT!r}")
    return solution.replace(RIGHT, SLIP).strip()


def draw(path, site=SITE):
    """Type the rule into its form on the built page, and picture the form with its answer."""
    if CHROMIUM is None:
        raise FileNotFoundError("Chromium or Chrome is needed for a picture of the page")
    page_file = site / PAGE
    if not page_file.exists():
        raise FileNotFoundError(f"{page_file} is missing: build the site with `make book`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(
            viewport={"width": WIDTH, "height": 1200}, device_scale_factor=2, color_scheme="light"
        )
        page.goto(page_file.as_uri())
        form = page.locator(f'.exercise-form[data-name="{EXERCISE}"]')
        form.scroll_into_view_if_needed()
        form.get_by_label("Your code").fill(slipped())
        form.get_by_role("button", name="Run and check").click()
        answer = form.get_by_role("status")
        answer.get_by_text("It looks like").wait_for()
        page.mouse.move(0, 0)
        page.screenshot(path=path, clip=_from_to(form.bounding_box(), answer.bounding_box()))
        browser.close()


def _from_to(first, last):
    """Return the box from the top of one element to the end of another, with some room."""
    top, end = first["y"] - ROOM, last["y"] + last["height"] + ROOM
    return {
        "x": first["x"] - ROOM,
        "y": top,
        "width": first["width"] + 2 * ROOM,
        "height": end - top,
    }


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
