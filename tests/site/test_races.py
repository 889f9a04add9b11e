"""A learner's rule is raced in the figures of its page, or, without one, in one of its own."""

import math

import learners_code
import numpy as np
import pytest
from access import faults
from bare_forms import PAGE, form, narrow_tab, write_forms
from browsing import CHROMIUM
from playwright.sync_api import expect

import optimlib as ol
from course.site.execution import write_static
from optimlib import explorers
from optimlib.explorers.explorer import page_script as explorers_script
from optimlib.explorers.explorer import style as explorers_style

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

HEAD = """<link rel="stylesheet" href="_static/explorers.css">
<script src="_static/explorers.js" defer></script>"""
CAPTION = '<figcaption><p><span class="caption-number">Fig. 3 </span>Two rules.</p></figcaption>'
NAMES = "adam", "nesterov", "newton"
STEPS = 40
PROBLEMS = ol.problems.quadratic(kappa=10), ol.problems.rosenbrock
FIGURE = explorers.explore(
    [ol.Adam(lr=0.1), ol.GradientDescent(lr=0.001)],
    PROBLEMS,
    steps=STEPS,
    lr=(0.001, 1),
    beta1=(0, 0.99),
)
ADAM = learners_code.ADAM
WRONG = {
    "Bias correction forgotten": ("m / (1 - beta1**t), v / (1 - beta2**t)", "m, v"),
    "ε inside the root": ("(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat + eps)"),
    "The root is missing": ("np.sqrt(v_hat)", "v_hat"),
}
NESTEROV = """\
def update(t, w, grad, v, lr, beta):
    v = beta * v + grad(w - lr * beta * v)
    return dict(v=v, step=-lr * v)
"""
NEWTON = """\
def update(t, g, h, lr):
    return dict(step=-lr * g / h)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write what the site has of it: a page with a figure, one without."""
    folder = tmp_path_factory.mktemp("site")
    static = folder / "_static"
    forms = write_forms(static, NAMES)
    write_static(static / "explorers.js", explorers_script())
    write_static(static / "explorers.css", explorers_style())
    figure = f'<figure id="fig-race">{FIGURE._html()}{CAPTION}</figure>'
    for name, head, body in (("with", HEAD, figure + forms), ("without", "", forms)):
        text = PAGE.format(title="Races", static="_static", head=head, body=body)
        (folder / f"{name}.html").write_text(text, "utf-8")
    return folder


@pytest.fixture
def tab(browser):
    with narrow_tab(browser) as tab:
        yield tab


@pytest.fixture
def page(tab, folder):
    tab.goto((folder / "with.html").as_uri())
    return tab


@pytest.fixture
def alone(tab, folder):
    tab.goto((folder / "without.html").as_uri())
    return tab


def run(page, text, name="adam"):
    """Put a text in, and have it checked."""
    code = form(page, name).get_by_label("Your code")
    code.fill(text)
    code.press("Control+Enter")
    expect(form(page, name).get_by_role("button", name="Race it")).to_be_visible()


def race(page, text, called=None, name="adam"):
    """Race a text in the page's figure, or the one of its own, and wait until it has run."""
    run(page, text, name)
    if called:
        form(page, name).get_by_label("Name in the race").fill(called)
    form(page, name).get_by_role("button", name="Race it").click()
    expect(form(page, name)).to_contain_text(f"“{called or 'Yours'}” now runs in ")
    expect(figure(page)).not_to_contain_text("on its way")


def figure(page):
    return page.locator("div.explorer").first


RUNS = """(label) => {
  const { explorer } = document.querySelector("div.explorer"), { view } = explorer;
  const { drawn, rules } = view;
  const of = drawn.find(({ i }) => rules[i].label === label);
  return of && {
    points: [...of.run.points].map(String), note: of.run.note,
    names: drawn.map(({ i }) => rules[i].label), colors: rules.map((rule) => rule.color),
  };
}"""


def raced(page, label="Yours"):
    """Return what a figure shows of a guest: its points and what is said of it."""
    found = page.evaluate(RUNS, label)
    return found and found | {"points": np.array(found["points"], dtype=float)}


def put_figure(page, state):
    page.evaluate(
        """(state) => {
          const { explorer } = document.querySelector("div.explorer");
          for (const [key, value] of Object.entries(state)) explorer.change(key, value);
        }""",
        state,
    )


SETTLED = """() => {
  const { explorer } = document.querySelector("div.explorer"), { view } = explorer;
  const isDone = view.rules.every(({ asking }, i) => !asking
    || !asking.isWaiting && asking.last === JSON.stringify(view.questionOf(i)));
  return isDone && !explorer.waiting;
}"""


def settle(page):
    page.wait_for_function(SETTLED)


def in_python(text, rule, objective, start, steps=STEPS):
    """Return the points of a text's function, by CPython and `ol.trace`."""
    names = {"np": np, "math": math}
    exec(text, names)

    class Learners(type(rule)):
        def update(self, t, g, *state):
            given = dict(zip(self.state, state, strict=True), **self.hyperparameters())
            return names["update"](t=t, g=g, **given)

    own = Learners(**rule.hyperparameters())
    with np.errstate(all="ignore"):
        return ol.trace(own, objective, start, steps).points.ravel()


TEXTS = {"right": ADAM} | {name: ADAM.replace(*change) for name, change in WRONG.items()}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_raced_rule_goes_where_python_goes(page, text):
    race(page, text)
    dragged = [[3.0, -1.5], [-0.5, 2.0]]
    for number, (objective, other) in enumerate(zip(PROBLEMS, dragged, strict=True)):
        put_figure(page, {"problem": number})
        for start in (objective.start, other):
            put_figure(page, {"start 0": start[0], "start 1": start[1]})
            settle(page)
            expected = in_python(text, ol.Adam(lr=0.1), objective, start)
            np.testing.assert_allclose(raced(page)["points"], expected, rtol=1e-12, atol=0)
    put_figure(page, {"lr 0": 0.5})
    settle(page)
    expected = in_python(text, ol.Adam(lr=0.5), objective, start)
    np.testing.assert_allclose(raced(page)["points"], expected, rtol=1e-12, atol=0)


def test_a_rule_that_sees_the_gradient_as_a_function_is_raced(page):
    race(page, NESTEROV, name="nesterov")
    put_figure(page, {"problem": 1, "start 0": -1.0, "start 1": 0.5})
    settle(page)
    # The figure has no such rule: the exercise's own numbers.
    lr, beta = 0.1, ol.Nesterov(lr=1.0).beta
    expect(form(page, "nesterov")).to_contain_text(f"with lr = {lr}, beta = {beta}.")
    put_figure(page, {"problem": 0, "start 0": 3.0, "start 1": -0.5})
    settle(page)
    expected = ol.trace(ol.Nesterov(lr=lr), PROBLEMS[0], [3.0, -0.5], STEPS).points.ravel()
    np.testing.assert_allclose(raced(page)["points"], expected, rtol=1e-12, atol=0)


def test_what_diverges_leaves_the_picture(page):
    race(page, ADAM.replace("-lr", "1e9 * lr"))
    settle(page)
    row = figure(page).get_by_role("row").filter(has_text="Yours")
    expect(row).to_contain_text("left the picture at step 1")
    far = ADAM.replace("step=-lr", "step=1e200 * lr")
    race(page, far)
    settle(page)
    points = raced(page)["points"].reshape(-1, 2)
    assert np.isfinite(points[1]).all()
    assert np.isnan(points[2:]).all()
    expect(row).to_contain_text("left the picture at step 1")


def test_an_error_ends_the_contestant_with_its_step_and_line(page):
    text = ADAM.replace("    m_hat", "    x = 1 / (t - 3)\n    m_hat")
    race(page, text)
    settle(page)
    told = raced(page)["note"]
    assert told.startswith("stopped in step 3, line 4: ZeroDivisionError: ")
    points = raced(page)["points"]
    expected = in_python(ADAM, ol.Adam(lr=0.1), PROBLEMS[0], PROBLEMS[0].start)
    np.testing.assert_allclose(points[:6], expected[:6], rtol=1e-12)
    assert np.isnan(points[6:]).all()
    row = figure(page).get_by_role("row").filter(has_text="Yours")
    where = ", ".join(f"{x:.4g}" for x in points[4:6])
    expect(row).to_have_text(f"Yours ({told}){where}{PROBLEMS[0].f(points[4:6]):.4g}")
    spoken = figure(page).get_by_role("status")
    expect(spoken).to_contain_text(f"Yours ({told})")
    race(page, ADAM)
    settle(page)
    assert raced(page)["note"] is None


def test_an_endless_loop_ends_the_contestant_and_the_page_goes_on(page):
    text = ADAM.replace("    m_hat", "    while t == 7:\n        pass\n    m_hat")
    race(page, text)
    expect(figure(page)).to_contain_text("Yours (stopped in step 7: ")
    points = raced(page)["points"]
    assert np.isfinite(points[:14]).all()
    assert np.isnan(points[14:]).all()
    race(page, ADAM)
    settle(page)
    assert raced(page)["note"] is None
    expect(form(page).get_by_role("status")).to_contain_text("Correct.")


def test_the_newest_replaces_that_of_its_name_and_another_name_adds(page):
    race(page, ADAM.replace("-lr", "lr"))
    race(page, ADAM)
    race(page, TEXTS["The root is missing"], "Rootless")
    settle(page)
    shown = raced(page)
    assert shown["names"] == ["Adam", "gradient descent", "Yours", "Rootless"]
    assert len(set(shown["colors"])) == 4
    expected = in_python(ADAM, ol.Adam(lr=0.1), PROBLEMS[0], PROBLEMS[0].start)
    np.testing.assert_allclose(shown["points"], expected, rtol=1e-12)
    rootless = in_python(TEXTS["The root is missing"], ol.Adam(lr=0.1), *START)
    np.testing.assert_allclose(raced(page, "Rootless")["points"], rootless, rtol=1e-12)
    dashes = figure(page).locator("svg").first.locator("[stroke-dasharray]")
    assert dashes.count() == 2
    form(page).get_by_role("button", name="Remove Yours").click()
    expect(form(page)).to_contain_text("“Yours” is out of the race.")
    expect(figure(page).get_by_role("row").filter(has_text="Yours")).to_have_count(0)
    settle(page)
    assert raced(page, "Rootless")["names"] == ["Adam", "gradient descent", "Rootless"]
    np.testing.assert_allclose(raced(page, "Rootless")["points"], rootless, rtol=1e-12)
    race(page, ADAM, "Adam")
    settle(page)
    assert raced(page, "Rootless")["names"][-1] == "Adam (one’s own)"


START = PROBLEMS[0], PROBLEMS[0].start


def test_a_page_without_a_figure_gets_one_with_the_right_rule(alone):
    assert alone.evaluate("typeof explorers") == "undefined"
    race(alone, TEXTS["The root is missing"])
    settle(alone)
    assert raced(alone)["names"] == ["Adam", "Yours"]
    steps = alone.evaluate("document.querySelector('div.explorer').explorer.view.steps")
    expected = in_python(TEXTS["The root is missing"], ol.Adam(lr=0.1), *START, steps)
    np.testing.assert_allclose(raced(alone)["points"], expected, rtol=1e-12)
    race(alone, ADAM)
    settle(alone)
    assert alone.locator("div.explorer").count() == 1
    np.testing.assert_array_equal(raced(alone, "Adam")["points"], raced(alone)["points"])
    link = form(alone).get_by_role("link", name="the figure “A race with Adam”")
    assert alone.locator(link.get_attribute("href")).count() == 1


def test_of_newton_both_are_run_in_the_worker(alone):
    race(alone, NEWTON, name="newton")
    put_figure(alone, {"start 0": 0.7})
    settle(alone)
    assert raced(alone, "Newton")["note"] is None
    for label in ("Newton", "Yours"):
        expected = ol.trace(ol.Newton(lr=1.0), ol.problems.cosh(), [0.7], 100).points.ravel()
        np.testing.assert_allclose(raced(alone, label)["points"], expected, rtol=1e-12, atol=1e-18)


def test_only_what_returns_numbers_can_be_raced(page):
    code = form(page).get_by_label("Your code")
    code.fill("def update(t, g, m, v, lr):\n    return dict(m=m, v=v, step=...)")
    code.press("Control+Enter")
    expect(form(page)).to_contain_text("step is still ....")
    expect(form(page).get_by_role("button", name="Race it")).to_have_count(0)
    run(page, ADAM)
    code.fill("def update(t, g, m, v, lr) return")
    form(page).get_by_role("button", name="Race it").click()
    expect(figure(page)).to_contain_text("Yours (stopped in step 1, line 1: SyntaxError: ")


def test_dragging_asks_for_the_newest_start_alone(page):
    race(page, ADAM)
    settle(page)
    asked = page.evaluate(
        """async () => {
          const { explorer } = document.querySelector("div.explorer"), { view } = explorer;
          const { asking } = view.rules.at(-1), { ask } = asking, starts = [];
          asking.ask = (question) => { starts.push(question.start[0]); return ask(question); };
          for (let k = 1; k <= 40; k++) {
            explorer.change("start 0", k / 10);
            await new Promise(requestAnimationFrame);
          }
          return starts;
        }"""
    )
    settle(page)
    assert len(asked) < 30
    expected = in_python(ADAM, ol.Adam(lr=0.1), PROBLEMS[0], [4.0, PROBLEMS[0].start[1]])
    np.testing.assert_allclose(raced(page)["points"], expected, rtol=1e-12)


def test_a_keyboard_alone_races_and_removes_after_a_reload(page):
    run(page, ADAM)
    page.reload()
    expect(form(page).get_by_role("button", name="Race it")).to_have_count(0)
    assert raced(page) is None
    form(page).get_by_label("Your code").focus()
    page.keyboard.press("Control+Enter")
    field = form(page).get_by_label("Name in the race")
    expect(field).to_be_visible()
    page.keyboard.press("Escape")
    for _ in range(20):
        page.keyboard.press("Tab")
        if field.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.type("Mine")
    page.keyboard.press("Enter")
    said = form(page).locator("[aria-live=polite]", has_text="“Mine” now runs in Fig. 3")
    expect(said).to_have_text("“Mine” now runs in Fig. 3, with the numbers of Adam there.")
    assert said.get_by_role("link").get_attribute("href") == "#fig-race"
    settle(page)
    assert raced(page, "Mine")["names"][-1] == "Mine"
    expect(figure(page).get_by_role("status")).to_contain_text("; Mine: ")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(form(page)).to_contain_text("“Mine” is out of the race.")
    focused = page.evaluate("document.activeElement.innerText")
    assert focused == "Race it"


@pytest.mark.parametrize("width", [320, 390])
def test_it_fits_a_phone_and_fingers(alone, width):
    alone.set_viewport_size({"width": width, "height": 800})
    race(alone, ADAM, "A name as long as names can be")
    settle(alone)
    assert alone.evaluate("document.documentElement.scrollWidth") <= width
    shown = [box for box in form(alone).locator("button, input").all() if box.is_visible()]
    boxes = [box.bounding_box() for box in shown]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 24


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page, scheme):
    page.emulate_media(color_scheme=scheme)
    race(page, ADAM)
    settle(page)
    assert not faults(page, set())
