"""A browser answers exercises on the built site: by keyboard, from the disk, and without all that
may be missing; what was done is there again after a reload.
"""

import json
import re

import pytest
from access import faults, walk
from browsing import (
    CHROMIUM,
    FORM_FILES,
    PAGES,
    SITE,
    added,
    allow_own_scripts_alone,
    gzipped,
    listening,
    load_all,
)
from playwright.sync_api import expect

from course import exercises
from course.exercises import book
from course.exercises.markup import to_html

ADAM = "chapters/adaptive/adam.html"
FIRST = "chapters/start/first-descent.html"
LIST = "chapters/appendix/exercises.html"
KEY = "optimizer-exercises"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    pytest.mark.skipif(not PAGES, reason="the site is not built: run `make book`"),
]


def form(tab, name):
    return tab.locator(f'.exercise-form[data-name="{name}"]')


def verdict(one):
    return one.locator(".answer-verdict")


def answer(one, text):
    """Type an answer and send it, with the keyboard alone."""
    one.get_by_label("Your answer").fill(text)
    one.get_by_label("Your answer").press("Enter")


def press(one, label):
    button = one.get_by_role("button", name=label)
    button.focus()
    button.press("Enter")


@pytest.fixture
def page(browser):
    """Return a tab with a memory of its own; an error of the forms' script fails its test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    for others in "**/mathjax/**", "**/explorers.js*":  # they take most of the time of a visit
        context.route(others, lambda route: route.abort())
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(f"{error}\n{error.stack}"))
    yield page
    context.close()
    assert [error for error in errors if "_static/exercises" in error] == []


@pytest.fixture(params=["disk", "server"])
def address(request, server):
    return SITE.as_uri() if request.param == "disk" else server


def test_a_number_is_judged_and_the_mistake_is_named(page, address):
    page.goto(f"{address}/{ADAM}")
    one = form(page, "adam/first-step")
    answer(one, "3,2")
    expect(verdict(one)).to_contain_text("Not yet. 3.2 is not it.")
    expect(verdict(one)).to_contain_text("It looks like “A step of gradient descent”.")
    assert "In size" not in verdict(one).inner_text()
    answer(one, "32/10")
    expect(verdict(one)).to_contain_text("In size it is too small, by about 20 %.")
    answer(one, "three")
    expect(verdict(one)).to_contain_text("“three” is no number that is understood here.")
    answer(one, "3.9")
    expect(verdict(one)).to_have_text("Correct. It is 3.9.")
    expect(one.locator(".answer-done")).to_contain_text("✓ Solved on ")
    assert one.get_attribute("data-state") == "solved"


def test_a_choice_is_judged(page, address):
    page.goto(f"{address}/{ADAM}")
    one = form(page, "adam/no-memory")
    press(one, "Check")
    expect(verdict(one)).to_have_text("Choose one of the answers.")
    wrong = exercises.get("adam/no-memory").feedback["nothing"]
    one.locator('input[value="nothing"]').press("Space")
    press(one, "Check")
    expect(verdict(one)).to_have_text(f"Not yet. {wrong}")
    one.locator('input[value="sign"]').check()
    press(one, "Check")
    expect(verdict(one)).to_have_text("Correct.")


def test_its_file_is_loaded_when_it_is_first_used(page, server):
    with listening(page) as (requested, _):
        load_all(page, f"{server}/{ADAM}")
        assert [url for url in requested if "/exercises/" in url.partition("_static")[2]] == []
        one = form(page, "adam/first-step")
        answer(one, "3.9")
        expect(verdict(one)).to_contain_text("Correct")
        files = [url for url in requested if "/_static/exercises/" in url]
        assert files == [f"{server}/_static/exercises/adam/first-step.js"]


def test_a_file_that_cannot_be_loaded_is_asked_for_again(page, server):
    page.route("**/_static/exercises/**", lambda route: route.abort())
    page.goto(f"{server}/{ADAM}")
    one = form(page, "adam/first-step")
    answer(one, "3.9")
    expect(verdict(one)).to_have_text("The file of this exercise could not be loaded. Try again.")
    page.unroute("**/_static/exercises/**")
    answer(one, "3.9")
    expect(verdict(one)).to_have_text("Correct. It is 3.9.")


def test_it_works_where_only_scripts_of_the_site_are_allowed(page, server):
    allow_own_scripts_alone(page, f"**/{ADAM}")
    page.goto(f"{server}/{ADAM}")
    one = form(page, "adam/first-step")
    answer(one, "3.9")
    expect(verdict(one)).to_have_text("Correct. It is 3.9.")


def test_hints_and_the_solution_come_in_order(page, server):
    page.goto(f"{server}/{ADAM}")
    one, exercise = form(page, "adam/uncorrected-2"), exercises.get("adam/uncorrected-2")
    one.get_by_label("Your answer").focus()
    expect(one.get_by_role("button", name="Show the solution anyway")).to_be_visible()
    for stage, hint in enumerate(exercise.hints(), start=1):
        press(one, f"Hint {stage} of 3")
        expect(one.locator(".answer-text")).to_have_count(stage)
        assert one.locator(".answer-text").last.inner_text() == hint
    expect(one.get_by_role("button", name="Hint")).to_have_count(0)
    answer(one, "1")
    press(one, "Show the solution")
    expect(one.locator(".answer-text").last).to_contain_text(exercise.shown)
    assert one.get_attribute("data-state") == "tried"


def test_a_solution_that_was_seen_first_is_remembered_as_that(page, server):
    page.goto(f"{server}/{ADAM}")
    one = form(page, "adam/first-step")
    one.get_by_label("Your answer").focus()
    press(one, "Show the solution anyway")
    expect(one.locator(".answer-done")).to_contain_text("Solution seen on ")


def test_other_numbers_are_another_exercise(page, server):
    page.goto(f"{server}/{ADAM}")
    one, exercise = form(page, "adam/first-step"), exercises.get("adam/first-step")
    first = one.locator(".answer-question").inner_html()
    one.get_by_label("Your answer").focus()
    press(one, "Other numbers")
    expect(one.locator(".answer-question")).not_to_have_text(to_html(exercise.question))
    shown = one.locator(".answer-question").inner_html()
    (variant,) = [v for v in exercise.variants if to_html(v.question) == shown]
    answer(one, repr(variant.slip_values["A step of gradient descent"]))
    expect(verdict(one)).to_contain_text("It looks like “A step of gradient descent”.")
    answer(one, repr(variant.expected))
    expect(verdict(one)).to_have_text(f"Correct. It is {variant.shown}.")
    press(one, "The chapter’s numbers")
    assert one.locator(".answer-question").inner_html() == first == to_html(exercise.question)
    expect(verdict(one)).to_be_empty()


@pytest.mark.parametrize("name", ["adam/first-step", "first-descent/momentum-2"])
def test_numbers_of_ones_own_are_those_of_the_hand_outs(page, server, name):
    page.goto(f"{server}/chapters/{exercises.get(name).chapter}.html")
    one = form(page, name)
    one.get_by_label("Your answer").focus()
    one.get_by_text("Numbers of your own").press("Enter")
    one.get_by_label("Your name").fill(" Zoe\u0308 ")
    press(one, "Use this name")
    variant = exercises.get(name).variant("Zoë")
    expect(one.get_by_role("button", name="The chapter’s numbers")).to_be_visible()
    assert one.locator(".answer-question").inner_html() == to_html(variant.question)
    expect(verdict(one)).to_have_text("Numbers of your own: Zoe\u0308")


def test_another_question_is_another_choice(page, server):
    exercise = exercises.get("hessians/sign")
    page.goto(f"{server}/chapters/{exercise.chapter}.html")
    one = form(page, exercise.id)

    def shown():
        """Return what is asked, and the answers in their order."""
        labels = one.locator(".answer-option span").all()
        question = one.locator(".answer-question").inner_html()
        return question, [label.inner_html() for label in labels]

    def as_shown(variant):
        return to_html(variant.ask), [to_html(text) for text in variant.shown.values()]

    assert shown() == as_shown(exercise)
    one.locator("input[type=radio]").first.check()
    for _ in range(3):
        press(one, "Another question")
        expect(one.locator("input[type=radio]:checked")).to_have_count(0)
        now = shown()
        (variant,) = [v for v in exercise.variants if as_shown(v) == now]
        for key in variant.options:
            one.locator(f'input[value="{key}"]').check()
            press(one, "Check")
            head = "Correct." if key == variant.right else "Not yet."
            expect(verdict(one)).to_have_text(" ".join([head, *variant.check(key).lines]))
        hint = f"Hint 1 of {len(variant.hints())}"
        press(one, hint)
        assert one.locator(".answer-text").inner_html() == to_html(variant.hints()[0])
    one.get_by_text("A question of your own").press("Enter")
    one.get_by_label("Your name").fill("Zoë")
    press(one, "Use this name")
    expect(verdict(one)).to_have_text("A question of your own: Zoë")
    assert shown() == as_shown(exercise.variant("Zoë"))
    press(one, "The chapter’s question")
    expect(one.get_by_role("button", name="The chapter’s question")).to_be_hidden()
    assert shown() == as_shown(exercise)


def test_suspects_are_dealt_by_name(page, server):
    page.goto(f"{server}/{LIST}")
    one, exercise = form(page, "suspect-A"), exercises.get("suspect-A")
    student = next(name for name in "abcdef" if exercise.variant(name).right != exercise.right)
    assert one.get_by_role("button", name="Other numbers").count() == 0
    one.locator(f'input[value="{exercise.right}"]').check()
    press(one, "Check")
    expect(verdict(one)).to_have_text("Correct.")
    one.locator("summary").press("Enter")
    one.get_by_label("Your name").fill(student)
    press(one, "Use this name")
    expect(verdict(one)).to_have_text(f"A deal of your own: {student}")
    one.locator(f'input[value="{exercise.variant(student).right}"]').check()
    press(one, "Check")
    expect(verdict(one)).to_have_text("Correct.")


# What was done


def test_what_was_done_is_there_again(page, address):
    page.goto(f"{address}/{ADAM}")
    answer(form(page, "adam/first-step"), "3.9")
    expect(verdict(form(page, "adam/first-step"))).to_contain_text("Correct")
    answer(form(page, "adam/uncorrected-2"), "1")
    expect(verdict(form(page, "adam/uncorrected-2"))).to_contain_text("Not yet")
    count = len(book.forms()["adaptive/adam"])
    end = page.locator(".answer-end")
    expect(end).to_contain_text(f"1 of {count} solved. Not yet: Exercise ")
    # On a busy machine a page from the disk was once in a while without what the one before it
    # had shown; the next page had it.
    done = form(page, "adam/first-step").locator(".answer-done")
    for _ in range(3):
        page.goto(f"{address}/{ADAM}")
        if ": 3.9" in done.text_content():
            break
    expect(done).to_contain_text(": 3.9")
    expect(form(page, "adam/uncorrected-2").locator(".answer-done")).to_contain_text("Tried on")
    expect(page.locator(".answer-end")).to_contain_text(f"1 of {count} solved.")
    link = page.locator(".bd-sidebar-primary a", has_text="Adam").first
    for _ in range(3):
        page.goto(f"{address}/chapters/appendix/glossary.html")
        if f"1/{count}" in link.text_content():
            break
    expect(link).to_contain_text(f"1/{count}")
    assert f"1 of {count} exercises solved" in link.text_content()


def test_the_list_has_filters_and_links(page, server):
    page.goto(f"{server}/{ADAM}")
    answer(form(page, "adam/first-step"), "3.9")
    expect(verdict(form(page, "adam/first-step"))).to_contain_text("Correct")
    page.goto(f"{server}/{LIST}")
    everything = book.entries()
    shown = page.locator("li:visible", has=page.locator('a[href*="#ex-"]'))
    assert shown.count() == len(everything)
    solved = page.locator("li", has=page.locator('a[href$="#ex-adam-first"]'))
    expect(solved).to_contain_text("✓ solved")
    page.get_by_label("not yet solved").check()
    assert shown.count() == len(everything) - 1
    page.get_by_label("Layer").select_option("by hand")
    page.get_by_label("Time").select_option("5")
    wanted = [e for e in everything if e.layer == "by hand" and e.minutes <= 5]
    assert shown.count() == len(wanted) > 0
    topic = wanted[0].topic
    page.get_by_label("Topic").select_option(topic)
    assert shown.count() == sum(e.topic == topic for e in wanted)
    count = page.locator(".exercise-list").get_by_role("status")
    expect(count).to_contain_text(f"of {len(everything)} exercises, 1 solved in all.")
    first = next(e for e in wanted if e.topic == topic)
    expect(shown.first).to_contain_text(f": {first.title} (by hand, ")
    shown.first.locator("a").first.click()
    expect(page.locator("div.exercise.admonition:target")).to_be_visible()


def test_the_list_shows_the_progress_of_a_chapter(page, server):
    page.goto(f"{server}/{ADAM}")
    answer(form(page, "adam/first-step"), "3.9")
    expect(verdict(form(page, "adam/first-step"))).to_contain_text("Correct")
    page.goto(f"{server}/{LIST}")
    page.locator(".exercise-list").get_by_label("Chapter").select_option("Adam")
    ours = [e for e in book.entries() if e.chapter == "adaptive/adam"]
    shown = page.locator("li:visible", has=page.locator('a[href*="#ex-"]'))
    assert shown.count() == len(ours)
    links = [link.get_attribute("href") for link in shown.locator("a").all()]
    assert all("adaptive/adam.html#ex-" in link for link in links)
    forms = sum(bool(e.names) for e in ours)
    count = page.locator(".exercise-list").get_by_role("status")
    expect(count).to_contain_text(f"Of those shown {forms} have a form, and 1 of these are solved.")
    progress = page.get_by_role("progressbar")
    assert (progress.get_attribute("max"), progress.get_attribute("value")) == (str(forms), "1")
    chapters = (
        page.locator(".exercise-list").get_by_label("Chapter").locator("option").all_inner_texts()
    )
    assert chapters[1:] == list(dict.fromkeys(map(book.heading, asking())))


def asking():
    """Return the chapters that have exercises, in the order of the book."""
    return [chapter for chapter in book.chapters() if book.asked(chapter)]


def test_it_is_taken_along_taken_in_and_forgotten(page, server, tmp_path):
    page.goto(f"{server}/{ADAM}")
    answer(form(page, "adam/first-step"), "3.9")
    expect(verdict(form(page, "adam/first-step"))).to_contain_text("Correct")
    page.goto(f"{server}/{LIST}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save it as a file").click()
    saved = download.value.path().read_text("utf-8")
    entry = json.loads(saved)["exercises"]["adam/first-step"]
    assert (entry["state"], entry["answer"]) == ("solved", "3.9")

    page.get_by_role("button", name="Forget what I have done").click()
    page.get_by_role("button", name="No", exact=True).click()
    assert page.evaluate(f"localStorage.getItem('{KEY}')") == saved
    page.get_by_role("button", name="Forget what I have done").click()
    page.get_by_role("button", name="Yes, forget it").click()
    expect(page.get_by_text("0 solved in all")).to_be_visible()

    before = page.evaluate(f"localStorage.getItem('{KEY}')")
    newer = json.dumps({"version": 2, "exercises": {}})
    wrong = json.dumps({"version": 1, "exercises": {"adam/first-step": {"state": "perfect"}}})
    draft = json.dumps({"version": 1, "exercises": {}, "drafts": {"adam": 3}})
    for text, said in [
        (newer, "was written by a newer version of this book."),
        (saved[:-3], "does not hold what was done in this book."),
        (wrong, "does not hold what was done in this book."),
        (draft, "does not hold what was done in this book."),
        ("[]", "does not hold what was done in this book."),
    ]:
        path = tmp_path / "mine.json"
        path.write_text(text, encoding="utf-8")
        page.locator("input[type=file]").set_input_files(path)
        expect(page.get_by_text(f"mine.json {said} Nothing was changed.")).to_be_visible()
        assert page.evaluate(f"localStorage.getItem('{KEY}')") == before
        page.get_by_role("button", name="Save it as a file").click()
    (tmp_path / "mine.json").write_text(saved, encoding="utf-8")
    page.locator("input[type=file]").set_input_files(tmp_path / "mine.json")
    expect(page.get_by_text("Taken in: mine.json.")).to_be_visible()
    expect(page.get_by_text("1 solved in all")).to_be_visible()


def test_two_tabs_know_of_each_other(page, server):
    other = page.context.new_page()
    for tab in page, other:
        tab.goto(f"{server}/{ADAM}")
    answer(form(page, "adam/first-step"), "3.9")
    expect(form(other, "adam/first-step").locator(".answer-done")).to_contain_text("Solved")
    answer(form(other, "adam/uncorrected-2"), "1")
    expect(form(page, "adam/uncorrected-2").locator(".answer-done")).to_contain_text("Tried")


NO_STORAGE = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
});"""
FULL_STORAGE = """Storage.prototype.setItem = () => {
  throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
};"""


@pytest.mark.parametrize("missing", [NO_STORAGE, FULL_STORAGE])
def test_without_a_memory_it_says_so_once_and_goes_on(page, server, missing):
    page.add_init_script(missing)
    page.goto(f"{server}/{ADAM}")
    one, other = form(page, "adam/first-step"), form(page, "adam/uncorrected-2")
    answer(one, "1")
    expect(verdict(one)).to_contain_text("is remembered only until this page is closed")
    answer(one, "3.9")
    expect(verdict(one)).to_have_text("Correct. It is 3.9.")
    expect(one.locator(".answer-done")).to_contain_text("Solved")
    answer(other, "1")
    expect(verdict(other)).to_contain_text("1 is not it.")
    assert "remembered" not in verdict(other).inner_text()


def test_what_a_newer_version_remembers_is_left_alone(page, server):
    newer = json.dumps({"version": 2, "exercises": {"x": 1}})
    page.add_init_script(f"localStorage.setItem('{KEY}', {newer!r})")
    page.goto(f"{server}/{ADAM}")
    one = form(page, "adam/first-step")
    answer(one, "3.9")
    expect(verdict(one)).to_contain_text("Correct. It is 3.9.")
    expect(verdict(one)).to_contain_text(
        "What this browser keeps was written by a newer version of this book."
    )
    assert page.evaluate(f"localStorage.getItem('{KEY}')") == newer


def test_a_damaged_record_can_be_forgotten(page, server):
    page.goto(f"{server}/{LIST}")
    page.evaluate(f"localStorage.setItem('{KEY}', '{{')")
    page.reload()
    expect(page.get_by_text("What this browser keeps does not hold what was done")).to_be_visible()
    page.get_by_role("button", name="Forget what I have done").click()
    page.get_by_role("button", name="Yes, forget it").click()
    assert json.loads(page.evaluate(f"localStorage.getItem('{KEY}')"))["exercises"] == {}


# Everybody, everywhere


def used(tab, server):
    """Open a chapter and use its forms until all that they may show is there."""
    tab.goto(f"{server}/{FIRST}")
    one = form(tab, "first-descent/momentum-2")
    one.get_by_label("Your answer").focus()
    press(one, "Hint 1 of 3")
    press(one, "Hint 2 of 3")
    press(one, "Hint 3 of 3")
    press(one, "Show the solution")
    answer(one, "7")
    expect(verdict(one)).to_contain_text("Not yet")
    return one


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_fingers(tab, server, scheme):
    tab.set_viewport_size({"width": 320, "height": 800})
    tab.emulate_media(color_scheme=scheme)
    used(tab, server)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    boxes = tab.locator(".live-form").locator("input, button, summary, select").all()
    sizes = [box.bounding_box() for box in boxes if box.is_visible()]
    assert len(sizes) > 10
    assert min(min(size["width"], size["height"]) for size in sizes) >= 24


def test_axe_finds_nothing_in_a_used_form(tab, server):
    tab.set_viewport_size({"width": 1280, "height": 900})
    used(tab, server)
    tab.evaluate("() => window.MathJax.startup.promise.then(() => null)")
    assert faults(tab, set()) == []


def test_a_keyboard_reaches_all_of_a_form(tab, server):
    tab.emulate_media(color_scheme="light")
    used(tab, server)
    stops, left_out = walk(tab)
    inside = [stop for stop in stops if stop["seen"]]
    assert len(inside) == len(stops) < 500
    assert left_out == []


def test_verdicts_are_announced(tab, server):
    one = used(tab, server)
    status = one.get_by_role("status")
    expect(status).to_contain_text("Not yet. 7 is not it.")
    named = one.evaluate(
        "node => document.getElementById(node.getAttribute('aria-labelledby')).innerText"
    )
    assert named.startswith("Momentum, η = 0.1 and β = 0.9")
    described = one.get_by_label("Your answer").get_attribute("aria-describedby")
    assert described == one.get_attribute("aria-labelledby")


def test_forced_colors_keep_the_verdict(tab, server):
    tab.emulate_media(forced_colors="active")
    one = used(tab, server)
    assert verdict(one).is_visible()
    assert one.get_by_role("button", name="Check").is_visible()
    tab.emulate_media(forced_colors="none")


def test_on_paper_there_is_no_form(tab, server):
    used(tab, server)
    tab.emulate_media(media="print")
    assert not tab.locator(".live-form").first.is_visible()
    assert tab.locator("div.exercise.admonition").first.is_visible()
    tab.emulate_media(media="screen")


def test_without_javascript_there_is_no_form(browser, server):
    tab = browser.new_page(java_script_enabled=False)
    tab.goto(f"{server}/{ADAM}")
    names = book.forms()["adaptive/adam"]
    boxes = [box.bounding_box() for box in tab.locator(".exercise-form").all()]
    assert len(boxes) == len(names)
    assert max(box["height"] for box in boxes) == 0
    assert tab.locator("main").get_by_role("button", name="Check").count() == 0
    tab.close()


def test_no_page_asks_for_a_function_to_be_called():
    for page in PAGES:
        if "appendix/reference" in page:
            continue
        text = re.sub(r"<[^>]*>", "", (SITE / page).read_text("utf-8"))
        assert re.findall(r"exercises\.(?:check|hint|get)\(", text) == [], page


def test_every_form_of_the_site_has_its_file():
    asked = [
        name
        for page in PAGES
        for name in re.findall(r'"name":"([^"]+)","kind"', (SITE / page).read_text("utf-8"))
    ]
    assert sorted(set(asked)) == sorted(exercises.names())
    files = {SITE / "_static" / "exercises" / f"{name}.js" for name in asked}
    assert [file for file in files if not file.exists()] == []
    assert max(file.stat().st_size for file in files) <= 30_000


def test_forms_add_little_to_a_page():
    shared = sum(map(gzipped, FORM_FILES))
    for page in PAGES:
        assert shared + added(page, "form") <= 15_300, page
        # What the list of all exercises tells of each.
        assert added(page, "list") <= 4_000, page
