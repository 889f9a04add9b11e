"""A browser writes code in forms: on a bare page from the disk, by keyboard."""

import json
import re

import learners_code
import numpy as np
import pytest
from access import faults, walk
from bare_forms import PAGE, form, narrow_tab, write_forms
from browsing import CHROMIUM, allow_own_scripts_alone, serving
from playwright.sync_api import expect

from course import exercises
from course.exercises.misconceptions import describe

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

ADAM_PAGE = "chapters/adaptive/adam.html"
NAMES = "adam", "momentum"
# The editor indents what is typed.
ADAM = "\n".join(map(str.strip, learners_code.ADAM.splitlines()))
# What is typed in place of what: five mistakes that have a name.
MISTAKES = {
    "Bias correction forgotten": ("m / (1 - beta1**t), v / (1 - beta2**t)", "m, v"),
    "ε inside the root": ("(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat + eps)"),
    "t counted from 0": ("**t)", "**(t - 1))"),
    "The step goes uphill": ("-lr", "lr"),
    "The root is missing": ("np.sqrt(v_hat)", "v_hat"),
}
START = exercises.get("adam").start


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write what the site has of it, and a page with two forms."""
    folder = tmp_path_factory.mktemp("site")
    forms = write_forms(folder / "_static", NAMES)
    page = folder / ADAM_PAGE
    page.parent.mkdir(parents=True)
    text = PAGE.format(title="Forms", static="../../_static", head="", body=forms)
    page.write_text(text, "utf-8")
    return folder


@pytest.fixture
def page(browser, folder):
    with narrow_tab(browser) as page:
        page.goto((folder / ADAM_PAGE).as_uri())
        yield page


def code(page):
    return form(page).get_by_label("Your code")


def verdict(page):
    return form(page).get_by_role("status")


def write_over(page, text):
    """Type a text in place of what stands there; the field indents it."""
    code(page).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def put(page, text):
    """Put a text in place of what stands there, indented as the field does what is typed."""
    code(page).fill(text.replace("\n", "\n    "))


def run(page):
    page.keyboard.press("Control+Enter")


def test_five_mistakes_are_named_and_the_right_rule_is_solved(page):
    assert code(page).input_value() == START
    for mistake, (right, wrong) in MISTAKES.items():
        assert right in ADAM
        put(page, ADAM.replace(right, wrong))
        run(page)
        expect(verdict(page)).to_contain_text(f"It looks like “{mistake}”.")
        expect(verdict(page)).to_contain_text("Not yet. The first difference is in step t = 1, ")
        explanations = dict(describe(m) for m in exercises.get("adam").misconceptions)
        assert explanations[mistake].replace("`", "") in verdict(page).inner_text()
        assert form(page).get_attribute("data-state") == "tried"
    write_over(page, ADAM)
    run(page)
    expect(verdict(page)).to_have_text(
        re.compile(r"^Correct\. It agrees with ol\.Adam in \d+ steps\.$")
    )
    expect(form(page)).to_have_attribute("data-state", "solved")
    expect(form(page).locator(".answer-done")).to_have_text(
        re.compile(r"✓ Solved on \w+ \d+, \d+$")
    )


def test_a_rule_that_is_no_known_mistake_is_named(page):
    wrong = ADAM.replace("m = beta1 * m + (1 - beta1) * g", "m = g")
    put(page, wrong.replace("m / (1 - beta1**t), v / (1 - beta2**t)", "m, v"))
    run(page)
    expect(verdict(page)).to_contain_text(
        "What you wrote is RMSProp: ol.RMSProp(lr, beta=beta2, eps=eps)."
    )
    expect(verdict(page)).not_to_contain_text("It looks like")


def test_a_name_has_inputs_of_its_own_as_in_check(page):
    put(page, ADAM.replace("-lr", "-3 * lr"))
    namespace = {"np": np}
    exec(code(page).input_value(), namespace)

    def said_to(student):
        run(page)
        line = exercises.check("adam", namespace["update"], student=student).lines[0]
        expect(verdict(page)).to_contain_text(f"Not yet. {line}")
        return line

    lines = [said_to(None)]
    form(page).get_by_text("Inputs of your own").press("Enter")
    for student in "ada", "bob":
        form(page).get_by_label("Your name").fill(student)
        form(page).get_by_role("button", name="Use this name").click()
        expect(verdict(page)).to_have_text(f"Inputs of your own: {student}")
        code(page).focus()
        lines.append(said_to(student))
    assert len(set(lines)) == 3
    form(page).get_by_role("button", name="The chapter’s inputs").click()
    code(page).focus()
    assert said_to(None) == lines[0]


def test_what_is_untouched_is_said(page):
    code(page).focus()
    page.evaluate("""() => {
      window.seen = [];
      const status = document.querySelector("[role=status]");
      new MutationObserver(() => seen.push(status.innerText)).observe(status, {childList: true});
    }""")
    run(page)
    expect(verdict(page)).to_contain_text("In step t = 1 m is still ....")
    link = verdict(page).get_by_role("link")
    assert link.get_attribute("href").endswith("/chapters/adaptive/adam.html")
    seen = page.evaluate("seen")
    assert seen[:3] == ["Loading Python, once: 330 KB …", "Starting Python …", "Running …"]


def test_a_syntax_error_marks_its_line(page):
    put(page, ADAM.replace("v = beta2 *", "v = beta2 * *"))
    run(page)
    expect(verdict(page)).to_contain_text("Line 3: SyntaxError: ")
    marked = form(page).locator(".code-error")
    expect(marked).to_have_text("▸ 3")
    expect(code(page)).to_have_attribute("aria-invalid", "true")
    assert form(page).get_attribute("data-state") == ""
    page.keyboard.type("x")
    expect(marked).to_have_count(0)


def test_an_error_in_the_rule_marks_its_line(page):
    put(page, ADAM.replace("beta2 * v", "beta2 * velocity"))
    run(page)
    expect(verdict(page)).to_contain_text("NameError: name 'velocity' is not defined")
    expect(verdict(page)).to_contain_text("The error is in line 3.")
    expect(form(page).locator(".code-error")).to_have_text("▸ 3")


def test_an_endless_loop_ends_and_the_page_goes_on(page):
    put(page, "while True:\npass")
    run(page)
    expect(verdict(page)).to_have_text(
        "It did not come to an end in 2 seconds, and was stopped: a loop may run for ever.",
    )
    put(page, ADAM)
    run(page)
    expect(verdict(page)).to_contain_text("Correct.")


def test_what_is_printed_is_shown(page):
    put(page, ADAM.replace("m_hat,", "print('<b>', t)\nm_hat,"))
    run(page)
    expect(verdict(page)).to_contain_text("Correct.")
    printed = form(page).locator("pre")
    assert printed.inner_text().split("\n")[:4] == ["<b> 1", "<b> 2", "<b> 3", "<b> 10"]
    put(page, ADAM)
    run(page)
    expect(printed).to_have_count(0)


def test_a_text_without_a_function_says_so(page):
    put(page, "x = 3")
    run(page)
    expect(verdict(page)).to_contain_text("There is no function update in it")


def test_other_inputs_are_other_numbers(page):
    put(page, ADAM.replace("-lr", "lr"))
    expect(form(page).get_by_role("button", name="Other inputs")).to_have_count(0)
    run(page)
    expect(verdict(page)).to_contain_text("The step goes uphill")
    first = verdict(page).inner_text()
    form(page).get_by_role("button", name="Other inputs").press("Enter")
    expect(verdict(page)).not_to_have_text(first.replace("\n", ""))
    expect(verdict(page)).to_contain_text("The step goes uphill")


def test_hints_and_the_solution_come_in_order(page):
    exercise = exercises.get("adam")
    for stage, hint in enumerate(exercise.hints(), start=1):
        form(page).get_by_role("button", name=f"Hint {stage} of 3").press("Enter")
        expect(form(page).locator(".answer-text")).to_have_count(stage)
        assert form(page).locator(".answer-text").last.inner_text() == hint
    form(page).get_by_role("button", name="Show the solution anyway").press("Enter")
    expect(form(page).locator(".answer-text pre")).to_have_text(exercise.worked.strip())
    assert form(page).get_attribute("data-state") == "shown"


def test_where_python_is_not_allowed_it_says_so(page, folder):
    allow_own_scripts_alone(page, f"**/{ADAM_PAGE}")
    with serving(folder) as address:
        page.goto(f"{address}/{ADAM_PAGE}")
        code(page).focus()
        run(page)
        expect(verdict(page)).to_contain_text("Python could not be started here.")
        form(page).get_by_role("button", name="Hint 1 of 3").press("Enter")
        expect(form(page).locator(".answer-text")).to_have_count(1)


# The editor


def test_keys_indent_and_undo_takes_it_back(page):
    write_over(page, "if t:  # first\na = 1\nb")
    assert code(page).input_value() == "if t:  # first\n    a = 1\n    b"
    page.keyboard.press("Shift+Tab")
    assert code(page).input_value() == "if t:  # first\n    a = 1\nb"
    page.keyboard.press("Tab")
    assert code(page).input_value() == "if t:  # first\n    a = 1\nb   "
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert code(page).input_value().endswith("b   \n        ")
    page.keyboard.press("Backspace")
    assert code(page).input_value().endswith("b   \n    ")
    page.keyboard.press("Control+a")
    page.keyboard.press("Tab")
    all_in = "    if t:  # first\n        a = 1\n    b   \n        "
    assert code(page).input_value() == all_in
    page.keyboard.press("Shift+Tab")
    assert code(page).input_value() == "if t:  # first\n    a = 1\nb   \n    "
    page.keyboard.press("Control+z")
    assert code(page).input_value() == all_in
    for _ in range(40):
        page.keyboard.press("Control+z")
    assert code(page).input_value() == START
    numbers = form(page).locator(".code-lines div").all_inner_texts()
    assert numbers == [str(n + 1) for n in range(START.count("\n") + 1)]


def test_a_selection_of_lines_is_indented_and_nothing_else(page):
    write_over(page, "a\n\nb\nc")
    # From the first letter to where the last line begins, which does not belong to it.
    code(page).evaluate("area => area.setSelectionRange(0, 5)")
    page.keyboard.press("Tab")
    assert code(page).input_value() == "    a\n\n    b\nc"
    page.keyboard.press("Shift+Tab")
    assert code(page).input_value() == "a\n\nb\nc"


FOCUSED = (
    "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText"
)


def test_escape_then_tab_leaves_the_field(page):
    code(page).focus()
    page.keyboard.type("x")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Your code"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Run and check"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(FOCUSED) == "Your code"
    # Who has typed, and left by the mouse, comes back as one who has not.
    page.keyboard.type("y")
    page.locator("h1").click()
    code(page).focus()
    before = code(page).input_value()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Run and check"
    assert code(page).input_value() == before
    described = code(page).get_attribute("aria-describedby").split()
    texts = [page.locator(f"#{one}").inner_text() for one in described]
    assert texts[0].startswith("Write Adam")
    assert "Escape, then Tab, leaves the field" in texts[1]


def test_the_beginning_is_put_back_after_a_question(page):
    write_over(page, "x = 3")
    form(page).get_by_role("button", name="Start again").press("Enter")
    form(page).get_by_role("button", name="No", exact=True).press("Enter")
    assert code(page).input_value() == "x = 3"
    form(page).get_by_role("button", name="Start again").press("Enter")
    form(page).get_by_role("button", name="Yes, put it back").press("Enter")
    assert code(page).input_value() == START
    page.keyboard.press("Control+z")
    assert code(page).input_value() == "x = 3"


def kept(page):
    return json.loads(page.evaluate("localStorage.getItem('optimizer-exercises')") or "{}")


def test_what_was_typed_is_there_after_a_reload(page):
    write_over(page, ADAM)
    text = code(page).input_value()
    run(page)
    expect(verdict(page)).to_contain_text("Correct.")
    page.keyboard.type("  # mine")
    page.reload()
    assert code(page).input_value() == f"{text}  # mine"
    assert form(page).get_attribute("data-state") == "solved"
    form(page).get_by_role("button", name="Start again").press("Enter")
    form(page).get_by_role("button", name="Yes, put it back").press("Enter")
    assert "drafts" not in kept(page)
    page.reload()
    assert code(page).input_value() == START


def test_no_more_is_typed_than_is_kept(page):
    write_over(page, "")
    page.keyboard.insert_text("# " + "x" * 20_000)
    assert len(code(page).input_value()) <= 10_000
    assert kept(page)["drafts"]["adam"] == code(page).input_value()


# Everybody, everywhere


def used(page):
    put(page, ADAM.replace("m_hat,", "print(t)\nm_hat,").replace("beta2 * v", "beta2 * w"))
    run(page)
    expect(verdict(page)).to_contain_text("NameError")
    form(page).get_by_role("button", name="Start again").press("Enter")


@pytest.mark.parametrize("width", [320, 390])
def test_it_fits_a_phone_and_fingers(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    used(page)
    form(page).get_by_text("Inputs of your own").press("Enter")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [
        box.bounding_box()
        for box in form(page).locator("button, textarea").all()
        if box.is_visible()
    ]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 24
    lines = [line.bounding_box() for line in form(page).locator(".code-lines div").all()]
    area = code(page).bounding_box()
    assert area["height"] >= sum(line["height"] for line in lines)
    assert form(page).locator(".code-lines").bounding_box()["height"] <= area["height"] + 1


def test_axe_finds_nothing(page):
    used(page)
    assert not faults(page, set())


def test_a_keyboard_goes_through(page):
    used(page)
    page.keyboard.press("Tab")
    stops, left_out = walk(page)
    assert [stop["name"] for stop in stops if not stop["seen"]] == []
    assert 10 < len(stops) < 100
    assert left_out == []


def test_forced_colors_keep_the_mark(page):
    page.emulate_media(forced_colors="active")
    used(page)
    assert form(page).locator(".code-error").inner_text() == "▸ 3"
