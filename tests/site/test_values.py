"""Values that a reader sets, in Chromium: typed, by a button in the text, by an address.

The pages are explorers as HTML from the disk, with a text below them like that of a chapter.
"""

import re

import pytest
from access import faults, walk
from browsing import CHROMIUM, listening
from playing import FRAME
from playwright.sync_api import expect

import optimlib as ol
from optimlib import figures
from optimlib.explorers import (
    basin_map,
    control,
    curve,
    explore,
    ledger,
    panel,
    plot,
    reading,
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

TEXT = """</figure>
<h2>What to try</h2>
<p>First <strong>η = 0.5</strong>, then <strong>η = 0,95, start w = −2</strong>, where a kept
<strong>promise</strong> and <strong>η = 50</strong>, <strong>μ = 1</strong> are none.</p>
<ul><li>Or <strong>step = 3</strong> and <strong>logarithmic = off</strong>.</li></ul>
<p style="height: 150vh">A long text.</p><section><p><strong>η = 0.1</strong></p></section>"""
OFFERED = ["η = 0.5", "η = 0,95, start w = −2", "step = 3", "logarithmic = off"]


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Return a function that writes explorers, each with its text, on a page of the disk."""
    folder = tmp_path_factory.mktemp("values")

    def page(name, explorer, text="</figure>"):
        path = folder / f"{name}.html"
        path.write_text(explorer.to_html().replace("</figure>", text, 1), encoding="utf-8")
        return path.as_uri()

    return page


@pytest.fixture(scope="module")
def descent(write):
    figure = explore(
        ol.GradientDescent(lr=0.9), ol.problems.square, 4.0, 12, lr=(0.01, 1.1), title="Jumps"
    )
    return write("jumps", figure, TEXT)


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1000, "height": 700}, reduced_motion="reduce")
    with listening(page) as (_, errors):
        yield page
    page.close()
    assert errors == []


def rate(page):
    return page.get_by_role("textbox", name="η")


def slider(page):
    return page.get_by_role("slider", name="η")


def end(page):
    """Return where the read-out says that the run ends."""
    page.evaluate(FRAME)
    return page.locator(".explorer-reading tbody tr td").first.inner_text()


def rest(page, value):
    """Wait until an address names the value."""
    page.wait_for_url(re.compile(rf"lr={value}(&|$)"))


def test_a_typed_number_is_set_exactly(page, descent):
    page.goto(descent)
    for typed, shown, reached in [
        ("0.5", "0.5", "0"),
        ("1.0", "1", "4"),  # from 4 to −4 and back
        ("0,25", "0.25", "0.0009766"),  # 4 · ½¹²
        ("25e-2", "0.25", "0.0009766"),
        ("1/3", "0.333333", "7.527·10⁻⁶"),  # 4 · (1/3)¹²
    ]:
        rate(page).fill(typed)
        rate(page).press("Enter")
        expect(rate(page)).to_have_value(shown)
        expect(slider(page)).to_have_attribute("aria-valuetext", shown)
        expect(page.locator(".explorer-sentence").first).to_be_empty()
        assert end(page) == reached
    rest(page, "0.33333333333[0-9]*")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("fast", "“fast” is no number that is understood here."),
        ("2", "“2” is outside of the slider. Type a number from 0.01 to 1.1."),
        ("", "Type one number"),
    ],
)
def test_what_cannot_be_set_gets_a_sentence_and_changes_nothing(page, descent, typed, sentence):
    page.goto(descent)
    before = end(page)
    rate(page).fill(typed)
    rate(page).press("Enter")
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    expect(rate(page)).to_have_attribute("aria-invalid", "true")
    assert end(page) == before
    assert faults(page, set()) == []
    rate(page).press("Escape")
    expect(rate(page)).to_have_value("0.9")
    assert page.locator("[aria-invalid]").count() == 0


def test_whole_numbers_are_asked_for_where_there_are_no_others(page, descent):
    page.goto(descent)
    step = page.get_by_role("textbox", name="step t")
    step.fill("2.5")
    step.press("Enter")
    sentence = "“2.5” is no whole number. Type a whole number from 0 to 12."
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    step.fill("2")
    step.press("Enter")
    expect(page.get_by_role("slider", name="step t")).to_have_value("2")


def test_keys_stop_at_round_values(page, descent):
    page.goto(descent)
    for typed, key, stops in [
        ("0.4987", "ArrowRight", ["0.5", "0.505"]),
        ("0.5013", "ArrowRight", ["0.505", "0.51"]),
        ("0.5013", "ArrowLeft", ["0.5", "0.495"]),
    ]:
        rate(page).fill(typed)
        rate(page).press("Enter")
        for stop in stops:
            slider(page).press(key)
            expect(rate(page)).to_have_value(stop)
    slider(page).press("End")
    expect(rate(page)).to_have_value("1.1")


def test_a_screen_reader_says_a_value_once(page, descent):
    page.goto(descent)
    for control_of_rate in (slider(page), rate(page)):
        expect(control_of_rate).to_have_accessible_name("η")
    expect(slider(page)).to_have_attribute("aria-valuetext", "0.9")
    assert page.locator(".explorer-controls").inner_text().count("0.9") == 0


def test_values_of_the_text_are_buttons(page, descent):
    page.goto(descent)
    buttons = page.locator("strong > button")
    assert buttons.all_inner_texts() == OFFERED
    assert page.locator("strong").count() == len(OFFERED) + 4
    assert faults(page, set()) == []
    stops, left_out = walk(page, most=60)
    assert left_out == []
    assert [stop["name"] for stop in stops if not stop["seen"]] == []


def test_a_button_sets_the_figure_shows_it_and_says_so(page, descent):
    page.goto(descent)
    page.set_viewport_size({"width": 390, "height": 600})
    button = page.get_by_role("button", name=OFFERED[1])
    button.focus()
    plots = page.locator(".explorer-plots")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert plots.evaluate("e => e.getBoundingClientRect().bottom") < 0
    page.keyboard.press("Enter")
    expect(rate(page)).to_have_value("0.95")
    expect(page.get_by_role("textbox", name="start w")).to_have_value("−2")
    expect(plots).to_be_in_viewport(ratio=0.6)
    status = page.get_by_role("status")
    expect(status).to_have_text(re.compile(r"^η = 0,95, start w = −2\. After 12 steps\."))
    expect(button).to_be_focused()


def test_a_button_sets_boxes_and_whole_numbers(page, descent):
    page.goto(descent)
    page.get_by_role("button", name="step = 3").click()
    expect(page.get_by_role("slider", name="step t")).to_have_value("3")
    page.get_by_role("button", name="logarithmic = off").click()
    expect(page.get_by_role("checkbox", name="logarithmic")).not_to_be_checked()


def test_back_undoes_a_button_and_forward_does_it_again(page, descent):
    page.goto(descent)
    entries = "() => history.length"
    first = page.evaluate(entries)
    slider(page).press("Home")
    for _ in range(5):
        slider(page).press("ArrowRight")
    slid = rate(page).input_value()
    rest(page, slid)
    assert page.evaluate(entries) == first
    place = page.evaluate("scrollTo(0, 200), scrollY")
    page.get_by_role("button", name="η = 0.5").click()
    page.get_by_role("button", name="η = 0.5").click()
    assert page.evaluate(entries) == first + 1
    page.get_by_role("button", name=OFFERED[1]).click()
    assert page.evaluate(entries) == first + 2
    for go, value, start in [
        (page.go_back, "0.5", "4"),
        (page.go_back, slid, "4"),
        (page.go_forward, "0.5", "4"),
        (page.go_forward, "0.95", "−2"),
    ]:
        go()
        expect(rate(page)).to_have_value(value)
        expect(page.get_by_role("textbox", name="start w")).to_have_value(start)
        rest(page, value)
    assert place == 200


def test_back_remembers_what_was_moved_just_before(page, descent):
    page.goto(descent)
    slider(page).press("Home")
    page.get_by_role("button", name="η = 0.5").evaluate("button => button.click()")
    expect(rate(page)).to_have_value("0.5")
    page.go_back()
    expect(rate(page)).to_have_value("0.01")


def test_an_address_with_a_state_acts_on_the_open_page(page, descent):
    page.goto(descent)
    page.evaluate("window.same = true")
    page.goto(f"{descent}#fig-jumps?lr=0.25&step=4")
    expect(rate(page)).to_have_value("0.25")
    page.goto(f"{descent}#fig-jumps?lr=0.1")
    expect(rate(page)).to_have_value("0.1")
    expect(page.get_by_role("slider", name="step t")).to_have_value("12")
    page.go_back()
    expect(rate(page)).to_have_value("0.25")
    expect(page.get_by_role("slider", name="step t")).to_have_value("4")
    page.go_back()
    expect(rate(page)).to_have_value("0.9")
    page.go_forward()
    expect(rate(page)).to_have_value("0.25")
    assert page.evaluate("window.same")


def test_text_without_javascript_and_on_paper_is_bold(browser, descent, page):
    page.goto(descent)
    page.emulate_media(media="print")
    button = page.get_by_role("button", name="η = 0.5")
    style = "b => [getComputedStyle(b).borderWidth, getComputedStyle(b).fontWeight]"
    assert button.evaluate(style) == ["0px", "700"]
    plain = browser.new_page(java_script_enabled=False)
    plain.goto(descent)
    assert plain.locator("button").count() == 0
    assert plain.locator("strong", has_text="η = 0.5").inner_text() == "η = 0.5"
    plain.close()


def test_names_of_a_plots_controls(page, write):
    """Of two controls that share a letter in another case, of a menu, of a symbol."""
    squared = curve(lambda x, a, A, kind: a * x**2 + A + kind)
    figure = plot(
        panel(x=("x", -2, 2), y=("y", -1, 9), items=[squared]),
        controls={
            "a": control(1.0, 0.1, 10, log=True),
            "A": control(1.0, 0, 4),
            "kind": {"one": 1, "two, or more": 2},
            "size": control(3, 1, 9, integer=True, label="batch size B"),
        },
        read=[reading("sum", lambda a, A, kind, size: 1000 * a + 100 * A + 10 * kind + size)],
        title="Sums",
    )
    sums = {
        "A = 2": "1213",
        "a = 5, kind = two, or more": "5223",
        "B = 4": "5224",
        "batch size = 6": "5226",
    }
    written = "".join(f"<p><strong>{value}</strong></p>" for value in [*sums, "kind = six"])
    page.goto(write("sums", figure, f"</figure>{written}"))
    assert end(page) == "1113"
    for name, found in sums.items():
        page.get_by_role("button", name=name, exact=True).click()
        assert end(page) == found
    assert page.locator("strong > button").count() == 4
    page.evaluate("location.hash = '#fig-sums?a=3&kind=7'")  # there is no such choice
    expect(page.get_by_role("textbox", name="a", exact=True)).to_have_value("3")
    assert end(page) == "3113"


def test_a_slider_that_is_not_adjusted_now_is_shown(page, write):
    rules = [ol.GradientDescent(lr=0.1), ol.Momentum(lr=0.2)]
    figure = explore(rules, ol.problems.square, 4.0, 5, shown=1, lr=(0.01, 1), title="Two")
    text = "</figure><p><strong>η of Momentum = 0.5</strong></p>"
    page.goto(write("two", figure, text))
    assert not page.get_by_role("slider", name="η of momentum").is_visible()
    page.get_by_role("button", name="η of momentum = 0.5").click()
    field = page.get_by_role("textbox", name="η of momentum")
    expect(field).to_be_visible()
    expect(field).to_have_value("0.5")
    expect(page.get_by_role("checkbox", name="momentum")).to_be_checked()


def test_a_text_may_call_a_method_and_a_problem_as_code_does(page, write):
    rules = [ol.GradientDescent(lr=0.1), ol.LBFGS(), ol.HeavyBall(lr=0.2)]
    grounds = [ol.problems.elongated_bowl, ol.problems.quadratic(kappa=10)]
    figure = explore(rules, grounds, steps=5, lr=(0.01, 1), title="Names")
    said = [
        *("problem = quadratic (κ = 10)", "problem = elongated_bowl"),
        *("problem = quadratic(κ = 10)", "problem = elongated bowl"),
        *("η of HeavyBall = 0.5", "η of heavy ball = 0.6", "LBFGS = off", "L-BFGS = on"),
    ]
    written = "".join(f"<p><strong>{value}</strong></p>" for value in said)
    page.goto(write("names", figure, f"</figure>{written}<p><strong>η of ball = 1</strong></p>"))
    buttons = page.locator("strong > button")
    assert buttons.all_inner_texts() == said
    problem, box = page.get_by_label("problem"), page.get_by_role("checkbox", name="L-BFGS")
    for button, index in zip(buttons.all()[:4], "1010", strict=True):
        button.click()
        expect(problem).to_have_value(index)
    for button, value in zip(buttons.all()[4:6], ("0.5", "0.6"), strict=True):
        button.click()
        expect(page.get_by_role("textbox", name="η of heavy ball")).to_have_value(value)
    for button, checked in zip(buttons.all()[6:], (False, True), strict=True):
        button.click()
        expect(box).to_be_checked(checked=checked)


RACE = [ol.GradientDescent(lr=1.2), ol.Momentum(lr=0.01), ol.Yogi(0.1), ol.LBFGS()]


@pytest.fixture
def race(page, write):
    """Open a race of four, two of which take part at first: one diverges."""
    grounds = [ol.problems.elongated_bowl, ol.problems.square]
    page.goto(write("race", explore(RACE, grounds, steps=30, shown=2, lr=(0.01, 2), title="Race")))
    page.locator(".explorer-plot").first.wait_for()
    return page


def test_what_diverges_is_drawn_to_the_border_and_named(race):
    """Of its thirty jumps from wall to wall one sees those to the first that leads out."""
    landscape = race.locator(".explorer-plot").first
    expect(landscape.locator("text", has_text="diverges: step")).to_have_count(1)
    jumps = (
        landscape.locator(f"path[stroke='{figures.color(RACE[0])}']").get_attribute("d").count("L")
    )
    assert 1 <= jumps < 8
    rows = race.locator(".explorer-reading tbody tr")
    expect(rows.first).to_contain_text("diverges: left the picture at step")
    expect(rows.nth(1)).not_to_contain_text("left")
    race.get_by_label("problem").select_option("1")
    race.evaluate(FRAME)
    expect(landscape.locator("text", has_text="diverges: step")).to_have_count(1)


def test_a_race_is_as_wide_as_its_column_and_its_controls_are_grouped(race):
    width = race.locator(".explorer").evaluate("e => e.clientWidth")
    for picture in race.locator(".explorer-plot").all():
        assert picture.evaluate("e => e.clientWidth") == width
    group = race.get_by_role("group", name="optimizers")
    assert group.get_by_role("checkbox").count() == 2
    race.get_by_text("more optimizers").click()
    assert group.get_by_role("checkbox").count() == 4
    group.get_by_role("checkbox", name="Yogi").check()
    dashed = race.locator(f"path[stroke='{figures.color(RACE[2])}'][stroke-dasharray]")
    expect(dashed).to_have_count(2)


def test_forced_colors_leave_legends_their_colors(page, write):
    page.emulate_media(forced_colors="active")
    figure = basin_map(ol.GradientDescent(lr=0.1), ol.problems.x_cos(), steps=9, title="Map")
    page.goto(write("map", figure))
    page.locator(".explorer-swatch").first.wait_for()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.evaluate(FRAME)
    swatches = ".map(e => getComputedStyle(e)).map(s => s.backgroundColor + s.backgroundImage)"
    colors = page.evaluate(f"[...document.querySelectorAll('.explorer-swatch')]{swatches}")
    assert len(set(colors)) == len(colors) > 2


@pytest.fixture
def steps(page, write):
    """Open a step ledger at the second step of momentum: from 3.2 to 1.84."""
    figure = ledger(ol.Momentum(lr=0.1), ol.problems.square, start=4, steps=3, title="By hand")
    page.goto(write("by-hand", figure) + "#fig-by-hand?step=2&predict=true")
    return page


def ask(page, typed, by="Enter"):
    field = page.get_by_role("textbox", name="your value of w₂")
    field.fill(typed)
    if by == "Enter":
        field.press("Enter")
    else:
        page.get_by_role("button", name=by).click()
    page.evaluate(FRAME)
    return page.locator(".explorer-verdict").inner_text()


def test_the_ledger_fills_in_what_was_right(steps):
    lines = steps.locator(".explorer-lines p")
    assert lines.locator("b", has_text="?").count() == 3
    assert ask(steps, "1,84") == "Right."
    assert lines.locator("b", has_text="?").count() == 0
    assert steps.locator(".explorer-reading td", has_text="?").count() == 0
    expect(lines.filter(has_text="w₂")).to_contain_text("1.84")
    steps.get_by_role("button", name="Forward").click()
    steps.evaluate(FRAME)
    assert lines.locator("b", has_text="?").count() == 3


def test_the_ledger_says_wrong_and_how_far_off_only_if_asked_again(steps):
    shown = steps.locator(".explorer-plots, .explorer-reading, .explorer-status")
    assert ask(steps, "3.21", by="Check") == "3.21 is not it."
    again = "3.21 is not it. In size it is too large, by about 70 %."
    assert ask(steps, "3.21", by="Check") == again
    assert ask(steps, "1.9") == "1.9 is not it."
    assert ask(steps, "−2/1") == "−2 is not it."
    assert ask(steps, "two").startswith("“two” is no number")
    assert ask(steps, "").startswith("Type one number")
    assert "1.84" not in "".join(shown.all_inner_texts())
    steps.get_by_role("button", name="Show all").click()
    expect(steps.locator(".explorer-lines p", has_text="w₂")).to_contain_text("1.84")
