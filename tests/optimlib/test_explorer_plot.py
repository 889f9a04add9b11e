"""What the plot explorer computes in the browser, run by V8, is what optimlib computes."""

import json
from functools import cache

import pytest

pytest.importorskip("optimlib.explorers")

import matplotlib.pyplot as plt
import numpy as np
from engine import engine_of_everything

import optimlib as ol
from optimlib import explorers
from optimlib.explorers.explorer import plain

WAVE = ol.problems.x_cos()
CURVES = [p for p in ol.problems.all() if p.dim == 1]
LENGTH = dict(show=lambda step, lr: abs(step) / lr)
CLOSE = dict(rtol=1e-12, atol=1e-14)


@cache
def engine():
    made = engine_of_everything()
    made.eval("const listed = (xs) => JSON.stringify(Array.from(xs, (x) => String(x)));")
    return made


class Browser:
    """A figure's numbers as the reader's browser has them."""

    def __init__(self, explorer, **state):
        self.specification = plain(explorer.specification)
        first = {c["key"]: c["value"] for c in self.specification["controls"]}
        engine().eval(f"var model = new PlotModel({json.dumps(self.specification)})")
        self.move(**first | state)

    def move(self, **state):
        engine().eval(f"model.update({json.dumps(state)})")
        return self

    def numbers(self, expression):
        texts = json.loads(engine().eval(f"listed({expression})"))
        return np.array([float(text.replace("Infinity", "inf")) for text in texts])

    def __getitem__(self, name):
        return self.numbers(f"[model.values[{json.dumps(name)}]]")[0]

    def value(self, tree):
        return self.numbers(f"[model.value({json.dumps(tree)})]")[0]

    def readings(self):
        """Return label: (predicted, measured)."""
        return {
            r["label"]: tuple(self.value(r[k]) for k in ("predicted", "measured") if k in r)
            for r in self.specification["readings"]
        }

    def notes(self):
        return [
            engine().eval(f"model.text({json.dumps(n['text'])})")
            for n in self.specification["notes"]
            if engine().eval(f"model.shows({json.dumps(n)})")
        ]

    def series(self, item, panel=0):
        """Return xs and ys of an item of a panel."""
        given = self.specification["panels"][panel]
        call = (
            f"model.seriesOf({json.dumps(given['items'][item])}, "
            f"{json.dumps(given['x']['ends'])}.map((end) => model.value(end)), "
            f"{json.dumps('x' in given['log'])})"
        )
        return self.numbers(f"{call}.xs"), self.numbers(f"{call}.ys")


def plot_of(*items, **options):
    return explorers.plot(explorers.panel(x=("x", 0, 1), y="y", items=items), **options)


@pytest.mark.parametrize("objective", CURVES, ids=lambda p: p.name)
@pytest.mark.parametrize(("derivative", "reading"), [(0, "f"), (1, "grad"), (2, "hess")])
def test_curves_of_problems(objective, derivative, reading):
    items = [explorers.curve(objective, derivative=derivative)]
    domain = objective.domain[0]
    figure = explorers.plot(explorers.panel(x=("x", *domain), y="f", items=items))
    xs, ys = Browser(figure).series(0)
    assert (xs[0], xs[-1]) == pytest.approx(domain, rel=1e-12)
    expected = getattr(objective, reading)(xs[None])
    np.testing.assert_allclose(ys, np.ravel(expected), rtol=1e-12, atol=1e-12)


def test_values_defined_from_controls_and_from_each_other():
    figure = plot_of(
        explorers.curve(lambda x, a, slope: a**2 + slope * (x - a)),
        controls={
            "a": (1.0, -2, 2),
            "h": explorers.control(0.5, 1e-3, 1, log=True),
            "kind": ["forward", "central"],
            "factor": {"one": 1, "ten": 10},
            "on": True,
        },
        define={
            "slope": lambda a, h: ((a + h) ** 2 - a**2) / h,
            "all": lambda slope, factor, kind, on: factor * slope + 100 * kind + 1000 * on,
        },
    )
    browser = Browser(figure)
    assert (browser["slope"], browser["all"]) == (2.5, 1002.5)
    browser.move(a=-1.5, h=0.25, kind=1, factor=1, on=False)
    assert browser["all"] == pytest.approx(10 * -2.75 + 100, rel=1e-14)
    xs, ys = browser.series(0)
    np.testing.assert_allclose(ys, 2.25 - 2.75 * (xs + 1.5), rtol=1e-14)


def test_infinite_numbers_reach_the_browser():
    bounds = [explorers.hline(lambda: np.minimum(np.inf, 3)), explorers.hline(lambda: -np.inf)]
    browser = Browser(plot_of(*bounds))
    items = browser.specification["panels"][0]["items"]
    assert [browser.value(item["y"]) for item in items] == [3, -np.inf]


def test_first_argument_of_a_curve_runs_although_a_control_has_its_name():
    figure = plot_of(explorers.curve(lambda a, b: a + b), controls={"a": (5, 0, 9), "b": (1, 0, 9)})
    xs, ys = Browser(figure).series(0)
    np.testing.assert_allclose(ys, xs + 1)


def test_where_cuts_a_curve_and_when_hides_an_item():
    figure = plot_of(
        explorers.curve(lambda x: x, where=lambda x, a: x > a, when="show"),
        controls={"a": (0.5, 0, 1), "show": False},
    )
    browser = Browser(figure)
    xs, ys = browser.series(0)
    assert np.array_equal(np.isfinite(ys), xs > 0.5)
    (item,) = browser.specification["panels"][0]["items"]
    assert not engine().eval(f"model.shows({json.dumps(item)})")
    browser.move(a=0.5, show=True)
    assert engine().eval(f"model.shows({json.dumps(item)})")


def test_bars_stand_at_whole_numbers_up_to_a_control():
    bars = explorers.bars(lambda k, beta: (1 - beta) * beta**k, over=(0, "n"))
    figure = plot_of(
        bars, controls={"beta": (0.9, 0, 1), "n": explorers.control(5, 1, 30, integer=True)}
    )
    xs, ys = Browser(figure, n=20).series(0)
    assert list(xs) == list(range(21))
    np.testing.assert_allclose(ys, 0.1 * 0.9**xs, rtol=1e-13)


class TestRuns:
    def test_uncorrected_adam_under_the_microscope(self):
        length = explorers.run(
            ol.Adam(lr=0.001, bias_correction=False), lambda t: 1.0, **LENGTH, steps=100
        )
        figure = plot_of(
            length,
            controls={
                "beta1": (0.9, 0.0, 0.99),
                "beta2": (0.999, 0.9, 0.9999),
                "t": explorers.control(12, 1, 100, integer=True, play=True),
            },
            define={"length": length.at("t")},
        )
        browser = Browser(figure)
        ts, ys = browser.series(0)
        t = ts[1:]
        np.testing.assert_allclose(ys[1:], (1 - 0.9**t) / np.sqrt(1 - 0.999**t), rtol=1e-5)
        assert np.nanargmax(ys) == 12
        assert browser["length"] == pytest.approx(6.569, abs=5e-4)
        browser.move(beta1=0.5, beta2=0.99, t=3)
        assert browser["length"] == pytest.approx(0.875 / np.sqrt(1 - 0.99**3), rel=1e-5)

    def test_adagrad_under_a_constant_gradient(self):
        figure = plot_of(explorers.run(ol.AdaGrad(lr=0.5), lambda t: 3.0, **LENGTH, steps=50))
        ts, ys = Browser(figure).series(0)
        np.testing.assert_allclose(ys[1:], 1 / np.sqrt(ts[1:]), rtol=1e-8)

    def test_adamw_without_gradient_begins_at_the_start(self):
        rule = ol.AdamW(lr=0.1, weight_decay=0.2)
        figure = plot_of(explorers.run(rule, lambda t: 0.0, 5.0, 40))
        ts, ys = Browser(figure).series(0)
        np.testing.assert_allclose(ys, 5 * (1 - 0.1 * 0.2) ** ts, rtol=1e-12)

    @pytest.mark.parametrize(
        "rule",
        [
            ol.Adam(lr=0.1),
            ol.RMSProp(lr=0.05, centered=True),
            ol.Nesterov(lr=0.01, beta=0.9),
            ol.GradientDescent(lr=ol.schedules.Cosine(0.1, steps=30)),
        ],
        ids=lambda rule: type(rule).__name__,
    )
    def test_every_name_of_the_record_on_a_problem(self, rule):
        record = ol.trace(rule, WAVE, 0.3, 30)
        for name in set(record.names) - {"t", "look_ahead"}:
            figure = plot_of(explorers.run(rule, WAVE, 0.3, 30, name))
            np.testing.assert_allclose(
                Browser(figure).series(0)[1][1:], record[name], rtol=1e-10, err_msg=name
            )

    def test_gradients_of_the_step_the_point_and_controls(self):
        rule = ol.Momentum(lr=0.1, beta=0.5)
        item = explorers.run(rule, lambda t, w, c: c * w + (t % 3 == 0), "c", 10)
        _, ys = Browser(plot_of(item, controls={"c": (2.0, 0, 4)})).series(0)
        w, v = 2.0, 0.0
        for t in range(1, 11):
            v = 0.5 * v + 2 * w + (t % 3 == 0)
            w = w - 0.1 * v
            assert ys[t] == pytest.approx(w, rel=1e-12)

    def test_a_run_that_is_lost_says_when(self):
        item = explorers.run(ol.GradientDescent(lr=0.1), ol.problems.square, 1.0, 400)
        figure = plot_of(item, controls={"lr": (0.1, 0.01, 3.0)})
        Browser(figure)
        assert engine().eval("model.run(0).lost") is None
        browser = Browser(figure, lr=3.0)
        lost = engine().eval("model.run(0).lost")
        assert 5.0 ** (lost - 1) < 1e150 <= 5.0**lost
        leaves = "leavesAt(model.run(0), [0, {}], [-30, 30])"
        assert engine().eval(leaves.format(400)) == 3
        assert engine().eval(leaves.format(2)) is None
        assert np.isnan(browser.series(0)[1][-1])


DISCRETE = dict(
    controls={"n": explorers.control(3, 1, 4, integer=True), "kind": ["sin", "cos"], "x": True}
)


class TestData:
    def test_python_computes_every_state_rounded(self):
        item = explorers.data(lambda kind, n: ([0, 1], [getattr(np, kind)(n), n]))
        browser = Browser(plot_of(item, **DISCRETE), n=2, kind=1)
        np.testing.assert_allclose(browser.series(0)[1], [float(f"{np.cos(2):.5g}"), 2], rtol=0)

    def test_a_number_for_the_definitions(self):
        define = {"c": explorers.data(lambda n, x: n**2 + 0.5 * x), "d": lambda c: 2 * c}
        figure = plot_of(explorers.hline("c"), **DISCRETE, define=define)
        browser = Browser(figure)
        assert (browser["c"], browser["d"]) == (9.5, 19)
        browser.move(n=4, kind=0, x=False)
        assert browser["c"] == 16

    def test_a_menu_of_numbers_gives_python_its_numbers(self):
        define = {"c": explorers.data(lambda size: size**2)}
        figure = plot_of(explorers.hline("c"), controls={"size": [10, 20]}, define=define)
        browser = Browser(figure, size=1)
        assert (browser["size"], browser["c"]) == (20, 400)

    def test_infinite_values_are_gaps(self):
        item = explorers.data(lambda n: ([0, 1], [np.inf, n]))
        _, ys = Browser(plot_of(item, **DISCRETE)).series(0)
        assert np.isnan(ys[0])
        assert ys[1] == 3

    def test_too_much_is_refused(self):
        item = explorers.data(lambda n: np.random.default_rng(n).random((2, 2000)))
        with pytest.raises(ValueError, match="at most 60000 bytes"):
            plot_of(item, **DISCRETE)


class TestCalculus:
    @pytest.mark.parametrize("objective", [WAVE, ol.problems.log_sum_exp], ids=lambda p: p.name)
    def test_secant_has_the_slopes_of_optimlib(self, objective):
        browser = Browser(explorers.secant(objective, at=0.4))
        for a, h in ((0.4, 0.5), (-0.7, 0.01)):
            rows = browser.move(a=a, h=h, zoom=1).readings()
            slope = objective.grad(a)
            forward, central = (
                ol.numerical_gradient(objective, a, method=m, h=h) for m in ("forward", "central")
            )
            assert rows["slope: tangent, secant"] == pytest.approx((slope, forward), rel=1e-11)
            errors = rows["error, forward"][1], rows["error, central"][1]
            assert errors == pytest.approx((forward - slope, central - slope), rel=1e-8)

    def test_secant_draws_theory_that_holds_for_small_h(self):
        browser = Browser(explorers.secant(WAVE, at=0.4))
        hs, forward = browser.series(0, panel=1)
        assert (hs[0], hs[-1]) == pytest.approx((1e-3, 1), rel=1e-12)
        central, first, second = (browser.series(i, panel=1)[1] for i in (1, 2, 3))
        np.testing.assert_allclose(forward[:20], first[:20], rtol=5e-3)
        np.testing.assert_allclose(central[:20], second[:20], rtol=5e-3)

    def test_zoom_keeps_the_point_and_the_proportions(self):
        figure = explorers.secant(WAVE, at=0.5)
        browser = Browser(figure, zoom=100)
        axes = browser.specification["panels"][0]
        (low, high), (bottom, top) = (
            [browser.value(e) for e in axes[k]["ends"]] for k in ("x", "y")
        )
        assert high - low == pytest.approx(3 / 100)
        assert low < 0.5 < high
        assert bottom < WAVE.f(0.5) < top

    def test_taylor_has_the_errors_of_optimlib(self):
        browser = Browser(explorers.taylor(ol.problems.cosh(), at=0.5))
        for a, s in ((0.5, 1.0), (-1.2, 0.05)):
            rows = list(browser.move(a=a, s=s).readings().values())
            for order, row in zip((1, 2), rows, strict=True):
                expected = ol.taylor(ol.problems.cosh(), a, order).error(a + s)
                assert row[1] == pytest.approx(expected, rel=1e-9)
        assert rows[0][0] == pytest.approx(np.cosh(-1.2) * 0.05**2 / 2, rel=1e-12)
        assert rows[1][0] == pytest.approx(np.sinh(-1.2) * 0.05**3 / 6, rel=1e-6)

    @pytest.mark.parametrize(
        ("a", "eta", "words"),
        [
            (0.5, 0.04, "by at least ½ηf′(a)²"),
            (0.5, 0.1, "this step descends that far"),
            (1.3, 0.14, "but by less than"),
            (1.2, 0.5, "does not descend"),
        ],
    )
    def test_majorizer_says_what_the_step_did(self, a, eta, words):
        browser = Browser(explorers.majorizer(WAVE, at=0.5), a=a, eta=eta)
        slope = WAVE.grad(a)
        descended = WAVE.f(a) - WAVE.f(a - eta * slope)
        ((promised, measured),) = browser.readings().values()
        assert (promised, measured) == pytest.approx((eta * slope**2 / 2, descended), rel=1e-11)
        (sentence,) = browser.notes()
        assert words in sentence

    def test_majorizer_with_a_constant_that_is_too_small(self):
        browser = Browser(explorers.majorizer(WAVE, at=1.3, smoothness=2.0))
        (sentence,) = browser.notes()
        assert "L = 2 is no bound" in sentence

    def test_parabola_touches_at_a_and_has_its_foot_at_the_step(self):
        browser = Browser(explorers.majorizer(WAVE, at=0.5), a=0.5, eta=0.05)
        xs, ys = browser.series(1)
        np.testing.assert_array_less(WAVE.f(xs[None]) - 1e-12, ys)
        assert xs[np.argmin(ys)] == pytest.approx(browser["foot"], abs=xs[1] - xs[0])

    def test_chord_shows_where_the_curve_lies_above(self):
        browser = Browser(explorers.chord(WAVE, a=-0.4, b=0.6), t=0.7)
        xs, ys = browser.series(1)
        f = WAVE.f(xs[None])
        straight = np.interp(xs, [-0.4, 0.6], [WAVE.f(-0.4), WAVE.f(0.6)])
        above = (xs >= -0.4) & (xs <= 0.6) & (f > straight)
        assert 20 < above.sum() < 120
        assert np.array_equal(np.isfinite(ys), above)
        first, second, third = (row[0] for row in browser.readings().values())
        place = 0.3 * -0.4 + 0.7 * 0.6
        assert first == pytest.approx(WAVE.f(place), rel=1e-11)
        assert second == pytest.approx(0.3 * WAVE.f(-0.4) + 0.7 * WAVE.f(0.6), rel=1e-11)
        assert third == pytest.approx(second - first, rel=1e-11)

    def test_chord_judges_by_the_inequality(self):
        browser = Browser(explorers.chord(WAVE))
        for a, b in ((-0.4, 0.6), (0.8, 1.2)):
            (sentence,) = browser.move(a=a, b=b, t=0.5).notes()
            above = WAVE.f((a + b) / 2) > (WAVE.f(a) + WAVE.f(b)) / 2
            assert ("not convex" in sentence) == above
        # The ends meet.
        assert "not convex" not in browser.move(a=0.7, b=0.7, t=0.3).notes()[0]


@pytest.mark.parametrize(
    ("control", "pointer", "value"),
    [
        (dict(min=-2, max=2), 1.23456, 1.235),
        (dict(min=-2, max=2), 9, 2),
        (dict(min=1e-3, max=1, log=True), 0.0123456, 0.0123),
        (dict(min=1, max=30, integer=True), 7.6, 8),
    ],
)
def test_a_drag_stays_on_the_slider(control, pointer, value):
    assert engine().eval(f"onSlider({json.dumps(control)}, {pointer})") == pytest.approx(value)


FIGURES = {
    "secant": lambda: explorers.secant(WAVE, at=0.4),
    "taylor": lambda: explorers.taylor(ol.problems.log_sum_exp, at=0.5),
    "majorizer": lambda: explorers.majorizer(ol.problems.cosh(), at=1.5),
    "chord": lambda: explorers.chord(WAVE, a=-0.4, b=0.6),
    "run": lambda: explorers.plot(
        explorers.panel(
            x=("t", 0, 20),
            y="w",
            items=[
                explorers.run(ol.Adam(lr=0.5), WAVE, 0.3, 20, lambda m_hat, k: k * m_hat),
                explorers.run(ol.GradientDescent(lr=0.1), lambda t, k: k * t, 1.0, 20),
                explorers.dots(lambda t, k: t**-k, (1, 20)),
                explorers.data(lambda n: (range(n), range(n))),
                explorers.text("k = {k}", 3, 1),
            ],
        ),
        controls={
            "k": (2.0, 0, 3),
            "lr": explorers.control(0.2, 0.1, 1, log=True),
            "n": explorers.control(3, 1, 4, integer=True),
        },
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_still_picture_shows_what_the_browser_computes(name):
    figure = FIGURES[name]()
    browser = Browser(figure)
    figure._still()
    try:
        for k, (given, ax) in enumerate(
            zip(browser.specification["panels"], plt.gcf().axes, strict=True)
        ):
            kinds = ("curve", "run", "dots", "data")
            drawn = [line for line in ax.lines if len(line.get_xdata()) > 2]
            series = [i for i, item in enumerate(given["items"]) if item["kind"] in kinds]
            assert len(drawn) == len(series) > 0
            for line, i in zip(drawn, series, strict=True):
                xs, ys = browser.series(i, k)
                np.testing.assert_allclose(line.get_xdata(), xs, **CLOSE)
                np.testing.assert_allclose(line.get_ydata(), ys, rtol=1e-9, atol=1e-12)
    finally:
        plt.close()


def test_chapters_get_pictures_and_data_on_the_website():
    bundle, _ = explorers.secant(WAVE)._repr_mimebundle_()
    assert "image/png;base64" in bundle["text/html"]
    assert "<script type=" in bundle["text/html"]


SLIDER = {"a": (1.0, -2, 2)}
A_CURVE = [explorers.curve(lambda x: x)]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: explorers.plot(), ValueError, "at least one panel"),
        (lambda: explorers.plot(A_CURVE[0]), TypeError, "panels must be like"),
        (lambda: explorers.panel("x", "y", A_CURVE), TypeError, "x must be .label, low, high"),
        (lambda: explorers.panel(("x", 2, 1), "y", A_CURVE), ValueError, "low < high"),
        (lambda: explorers.panel((0, 1, 2), "y", A_CURVE), TypeError, "begin with a label"),
        (lambda: explorers.panel(("x", 0, 1), "y", A_CURVE, log="x"), ValueError, "x must be > 0"),
        (lambda: explorers.panel(("x", 0, 1), "y", A_CURVE, log="z"), ValueError, "log must be"),
        (lambda: explorers.panel(("x", 0, 1), "y", [np.sin]), TypeError, "items must be like"),
        (lambda: explorers.curve(3.0), TypeError, "curve needs a function, got 3.0"),
        (lambda: explorers.curve(np.exp, derivative=1), ValueError, "derivative is for objectives"),
        (lambda: explorers.curve(WAVE, derivative=3), ValueError, "got derivative = 3"),
        (lambda: explorers.curve(ol.problems.saddle), ValueError, "must have one variable"),
        (lambda: plot_of(explorers.curve(lambda x, b: x)), ValueError, "got an argument 'b'"),
        (lambda: plot_of(explorers.curve(lambda: 1)), ValueError, "along the horizontal axis"),
        (lambda: plot_of(explorers.curve(lambda x: np.arctanh(x))), TypeError, "got arctanh"),
        (lambda: plot_of(explorers.curve(lambda x: None)), TypeError, "computes with None"),
        (
            lambda: plot_of(explorers.curve(lambda x: 1 if x > 0 else 0)),
            TypeError,
            "elementwise arithmetic",
        ),
        (lambda: plot_of(explorers.hline("b"), controls=SLIDER), ValueError, "hline y must be one"),
        (lambda: plot_of(explorers.hline([1])), TypeError, "hline y must be a number, a name"),
        (lambda: plot_of(explorers.point(0, 0, drag="b")), ValueError, "name a slider, got 'b'"),
        (lambda: explorers.point(0, 0, drag=3), TypeError, "drag must be"),
        (lambda: explorers.segment(1, (0, 0)), TypeError, "start must be a pair"),
        (lambda: explorers.bars(lambda k: k, 5), TypeError, "over must be"),
        (lambda: plot_of(explorers.text("{b}", 0, 0)), ValueError, "unknown name in braces: 'b'"),
        (lambda: plot_of(*A_CURVE, controls={"a b": (1, 0, 2)}), ValueError, "got 'a b'"),
        (lambda: plot_of(*A_CURVE, controls={"a": 1}), TypeError, "controls..a.. must be"),
        (lambda: plot_of(*A_CURVE, controls={"a": []}), ValueError, "needs choices"),
        (lambda: explorers.control(3, 0, 2), ValueError, "low <= value <= high"),
        (lambda: explorers.control("3", 0, 2), TypeError, "value must be a number"),
        (lambda: explorers.control(1, 0, 2, log=True), ValueError, "low must be > 0"),
        (lambda: explorers.control(1, 0, 2.5, integer=True), ValueError, "high must be a whole"),
        (lambda: explorers.control(1, 0, 2, play=True), ValueError, "needs integer"),
        (
            lambda: plot_of(*A_CURVE, controls=SLIDER, define={"a": 1}),
            ValueError,
            "taken by a control",
        ),
        (lambda: plot_of(*A_CURVE, read=["slope"]), TypeError, "read must hold"),
        (
            lambda: plot_of(explorers.data(lambda a: ([0], [a])), controls=SLIDER),
            ValueError,
            "got an argument 'a'",
        ),
        (lambda: plot_of(explorers.data(lambda: 1.0)), ValueError, "must return .xs, ys."),
        (lambda: plot_of(explorers.hline("c"), define={"c": explorers.data(lambda: [1.0])}),
         ValueError, "must return a number"),
        (lambda: explorers.data(lambda: 1.0, marks="star"), ValueError, "marks must be"),
        (lambda: explorers.run("Adam", WAVE), TypeError, "rule must be like"),
        (lambda: explorers.run(ol.Adam(), ol.problems.saddle), ValueError, "one variable"),
        (lambda: explorers.run(ol.Adam(), WAVE, steps=0), ValueError, "steps"),
        (
            lambda: plot_of(explorers.run(ol.Adam(), WAVE, show="momentum")),
            ValueError,
            "run show must be one of .*m_hat",
        ),
        (
            lambda: plot_of(explorers.run(ol.Adam(), WAVE), controls={"beta1": (0.9, 0, 1)}),
            ValueError,
            "beta1 must be",
        ),
        (lambda: explorers.secant(WAVE, at=7), ValueError, r"at must be in \[-1, 2\], got at = 7"),
        (lambda: explorers.secant(WAVE, at="1"), TypeError, "at must be a number"),
        (lambda: explorers.secant(WAVE, h=(0, 1)), ValueError, "h must be a range"),
        (lambda: explorers.secant(ol.problems.saddle), ValueError, "must have one variable"),
        (lambda: explorers.taylor(np.sin), TypeError, "objective must be like"),
        (
            lambda: explorers.taylor(ol.Objective(lambda w: w, lambda w: 1, start=0.0)),
            ValueError,
            "without hess",
        ),
        (lambda: explorers.majorizer(WAVE, smoothness=-1), ValueError, "smoothness must be finite"),
        (lambda: explorers.majorizer(WAVE, smoothness="1"), TypeError, "must be a number"),
        (lambda: explorers.chord(WAVE, a=5), ValueError, r"a must be a number in \[-1, 2\]"),
    ],
)  # fmt: skip
def test_errors_name_what_is_wrong(make, error, message):
    with pytest.raises(error, match=message):
        make()
