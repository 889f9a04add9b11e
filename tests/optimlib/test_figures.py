"""Pictures: what is drawn where."""

import subprocess
import sys
from dataclasses import dataclass
from inspect import signature
from itertools import combinations

import numpy as np
import pytest
from colors import contrast, linear

pytest.importorskip("optimlib.figures")

import matplotlib.pyplot as plt

import optimlib as ol
from optimlib import figures


@pytest.fixture
def ax():
    yield figures.one()
    plt.close("all")


def test_optimizers_have_colors_of_their_own_and_forms_of_one_share_theirs():
    classes = [getattr(ol, name) for name in figures.COLORS]
    rules = [kind(lr=0.1) if "lr" in signature(kind).parameters else kind() for kind in classes]
    colors = {type(rule).__name__: figures.color(rule) for rule in rules}
    assert colors["Momentum"] == colors["HeavyBall"] == colors["AverageMomentum"]
    apart = set(colors) - {"HeavyBall", "AverageMomentum"}
    assert len({colors[rule] for rule in apart}) == len(apart)
    assert figures.GRAY not in colors.values()


def rule_class(name):
    """Return a class of rules with this name."""
    return type(name, (ol.Rule,), {"update": lambda self, t, g: dict(step=-self.lr * g)})


NAMES = ["Bold", "Calm", "Fast", "Slow", "Lazy", "Wild", "Late", "Soft"]
OWN = [rule_class(name)(lr=0.1) for name in NAMES]


def test_rules_of_ones_own_have_colors_of_their_own():
    alone = {figures.color(rule) for rule in OWN}
    assert alone < set(figures.OWN)  # some have the same
    assert not set(figures.OWN) & {*figures.COLORS.values(), figures.GRAY}
    library = [ol.Adam(lr=0.1), ol.GradientDescent(lr=0.1)]
    found = figures.colors([*library, *OWN])
    assert found[:2] == [figures.PURPLE, figures.BLUE]
    assert len(set(found)) == len(found)
    assert figures.colors(OWN[:1]) == [figures.color(OWN[0])]
    assert figures.colors([ol.HeavyBall(lr=0.1), ol.Momentum(lr=0.1)])[1] in figures.OWN
    twice = figures.colors([*OWN, *OWN])
    assert sorted(twice) == sorted(2 * figures.OWN)


# What is seen of red, green and blue light with all color vision, and without one of its three
# kinds of cones: Machado et al. (2009).
VISIONS = np.array([
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]],
    [[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]],
    [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]],
])  # fmt: skip
XYZ = np.array([[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0177, 0.1095, 0.8727]])


def apart(color, other):
    """Return how far two colors are apart for the eye that sees least of it (CIE 1976)."""

    def seen(color):
        shares = np.clip(VISIONS @ linear(color), 0, 1) @ XYZ.T
        cube = np.where(shares > 0.008856, np.cbrt(shares), 7.787 * shares + 16 / 116)
        x, y, z = cube.T
        return np.array([116 * y, 500 * (x - y), 200 * (y - z)])

    return np.linalg.norm(seen(color) - seen(other), axis=0).min()


@pytest.mark.parametrize("ground", ["#FFFFFF", "#121212"])
def test_lines_are_seen_on_white_and_on_the_dark_sheet(ground):
    colors = {*figures.COLORS.values(), *figures.OWN, figures.GRAY} - {figures.BLACK}
    for color in colors:
        assert contrast(color, ground) >= 3, color


def test_contestants_are_told_apart_with_any_color_vision():
    six = ["BLUE", "ORANGE", "GREEN", "VERMILION", "PURPLE", "SKY"]
    for one, other in combinations(six, 2):
        assert apart(getattr(figures, one), getattr(figures, other)) > 15, (one, other)
    names = set(figures.COLORS) - {"HeavyBall", "AverageMomentum", "Newton"}
    for one, other in combinations(sorted(names), 2):
        near = apart(figures.COLORS[one], figures.COLORS[other]) < 12
        same = figures.PATTERNS.get(one) == figures.PATTERNS.get(other)
        assert not (near and same), (one, other)


@pytest.mark.parametrize(
    ("rules", "labels"),
    [
        ([ol.Adam(0.1), ol.Momentum(0.1)], ["Adam", "momentum"]),
        ([ol.Adam(0.1), ol.Adam(0.01)], ["Adam, η = 0.1", "Adam, η = 0.01"]),
        (
            [ol.Adam(0.1), ol.Lion(0.1), ol.Adam(0.1, beta1=0.5)],
            ["Adam, β₁ = 0.9", "Lion", "Adam, β₁ = 0.5"],
        ),
        (
            [ol.Adam(1e-8), ol.Adam(0.1, eps_inside=True)],
            ["Adam, η = 10⁻⁸, eps inside = False", "Adam, η = 0.1, eps inside = True"],
        ),
        (
            [ol.Adam(0.1), ol.Adam(ol.schedules.Constant(0.1))],
            ["Adam, η = 0.1", "Adam, η = Constant"],
        ),
        (
            [ol.ClipNorm(ol.Adam(0.1), limit=1), ol.ClipNorm(ol.Lion(0.1), limit=1)],
            ["Adam with clipping of the norm", "Lion with clipping of the norm"],
        ),
        ([ol.Adam(0.1), ol.Adam(0.1)], ["Adam 1", "Adam 2"]),
        (
            [ol.Momentum(ol.schedules.Cosine(0.1, n)) for n in (5, 9)],
            ["momentum 1", "momentum 2"],
        ),
    ],
)
def test_labels_say_how_rules_of_one_class_differ(rules, labels):
    assert figures.labels_of(rules) == labels
    colors = figures.colors(rules)
    assert len(set(colors)) == len(colors)


def test_methods_have_the_names_of_the_text():
    class SignOfRMS(ol.Rule):
        pass

    class Sophia(ol.Adam):
        pass

    names = {
        "gradient descent": ol.GradientDescent(0.1),
        "momentum": ol.Momentum(0.1),
        "heavy ball": ol.HeavyBall(0.1),
        "average momentum": ol.AverageMomentum(0.1),
        "AdaGrad": ol.AdaGrad(0.1),
        "AMSGrad": ol.AMSGrad(0.1),
        "conjugate gradients": ol.ConjugateGradient(),
        "L-BFGS": ol.LBFGS(),
        "sign of RMS": SignOfRMS(0.1),
        "Sophia": Sophia(0.1),
        "Adam with averaging": ol.Averaging(ol.Adam(0.1)),
    }
    for name, rule in names.items():
        assert figures.label_of(rule) == name
    run = ol.trace(ol.LBFGS(), ol.problems.elongated_bowl, (1.0, 2.0), steps=1)
    assert repr(run).startswith("L-BFGS on elongated bowl, 1 step\n")


def test_what_the_reader_moves_does_not_tell_rules_apart():
    rules = [ol.Momentum(0.1, beta=0.5), ol.Momentum(0.2, beta=0.9)]
    assert figures.labels_of(rules, {"lr"}) == ["momentum, β = 0.5", "momentum, β = 0.9"]
    assert figures.labels_of(rules, {"lr", "beta"}) == ["momentum 1", "momentum 2"]


def test_curve_shows_the_function_on_its_domain(ax):
    wave = ol.problems.x_cos()
    (line,) = figures.curve(wave, ax).lines
    x, y = line.get_data()
    assert (x[0], x[-1]) == wave.domain[0]
    np.testing.assert_array_equal(y, wave.f(x[None]))
    assert ax.get_xlabel() == "$x$"


def test_curve_takes_another_domain(ax):
    (line,) = figures.curve(ol.problems.cube, ax, domain=np.array([0.0, 2.0])).lines
    assert line.get_xdata()[-1] == 2


def test_contours_show_the_variables(ax):
    figures.contours(ol.problems.rosenbrock, ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$x$", "$y$")
    assert len(ax.collections) == 1


@pytest.mark.parametrize(
    ("draw", "problem"),
    [(figures.curve, ol.problems.saddle), (figures.contours, ol.problems.square)],
)
def test_problem_of_another_dimension_is_named(ax, draw, problem):
    with pytest.raises(ValueError, match=f"objective must have .* got {problem.name}"):
        draw(problem, ax)
    with pytest.raises(TypeError, match="objective must be an Objective, got objective = 3"):
        draw(3, ax)


def test_path_of_one_variable_runs_on_the_curve(ax):
    run = ol.trace(ol.Momentum(lr=0.1), ol.problems.square, 4.0, steps=2)
    (line,) = figures.path(run, ax).lines
    np.testing.assert_allclose(line.get_xdata(), [4.0, 3.2, 1.84], rtol=1e-15)
    np.testing.assert_array_equal(line.get_ydata(), run.values)
    assert line.get_color() == figures.ORANGE


def test_path_of_two_variables_runs_in_the_plane(ax):
    run = ol.trace(ol.Adam(lr=0.1), ol.problems.saddle, (1.0, 0.5), steps=3)
    (line,) = figures.path(run, ax, label="mine").lines
    np.testing.assert_array_equal(line.get_xydata(), run.points)
    assert line.get_label() == "mine"


def test_progress_is_the_value_after_every_step(ax):
    run = ol.trace(ol.GradientDescent(lr=0.1), ol.problems.square, 4.0, steps=3)
    (line,) = figures.progress(run, ax).lines
    np.testing.assert_array_equal(line.get_ydata(), run.values)
    assert ax.get_yscale() == "log"


# What cannot be drawn


THREE = ol.problems.rastrigin(dim=3)


def test_a_path_in_three_variables_is_refused_by_name(ax):
    run = ol.trace(ol.GradientDescent(0.01), THREE, (1.0, 2.0, 3.0), 2)
    message = (
        r"^trace must be of one or two variables, got one of 3 on <Objective rastrigin\(dim=3\)"
    )
    with pytest.raises(ValueError, match=message):
        figures.path(run, ax)
    assert len(figures.progress(run, ax).lines) == 1


@pytest.mark.parametrize("draw", [figures.path, figures.progress])
def test_a_trace_of_many_starts_is_refused(ax, draw):
    many = ol.trace(ol.GradientDescent(0.1), ol.problems.saddle, np.ones((2, 5)), 2)
    with pytest.raises(ValueError, match=r"^trace must be of one start, .* has shape \(2, 5\)$"):
        draw(many, ax)
    with pytest.raises(TypeError, match=r"^trace must be what ol.trace returns, got trace = 3$"):
        draw(3, ax)
    one = ol.trace(ol.GradientDescent(0.1), ol.problems.saddle, np.ones((2, 1)), 2)
    assert len(draw(one, ax).lines) == 1


@pytest.mark.parametrize(
    "domain", [(1, 0), (0, np.inf), 3, "ab", (0, 1, 2), ((0, 1), (0, 1), (0, 1))]
)
def test_a_domain_that_does_not_fit_is_named(ax, domain):
    with pytest.raises(ValueError, match=r"^domain must be one finite .* for each of x, y, got"):
        figures.contours(ol.problems.saddle, ax, domain=domain)
    with pytest.raises(ValueError, match=r"^domain must be one finite .* for each of w, got"):
        figures.curve(ol.problems.square, ax, domain=domain)


def test_a_problem_without_a_domain_is_drawn_where_every_problem_is(ax):
    own = ol.Objective(lambda w: w @ w, lambda w: 2 * w, variables=("x", "y"))
    figures.contours(own, ax)
    assert ax.axis() == (-1, 1, -1, 1)


# The style


def test_importing_changes_nothing():
    code = """
import matplotlib.pyplot as plt
before = dict(plt.rcParams)
import optimlib as ol
ol.explorers, ol.learning
ol.figures.curve(ol.problems.square, ol.figures.one())
ol.explorers.explore(ol.Adam(lr=0.1), ol.problems.square)._html()
assert dict(plt.rcParams) == before
ol.figures.use_style()
changed = {name for name in before if plt.rcParams[name] != before[name]}
print(changed == set(ol.figures.STYLE) - {"figure.dpi"} | {"figure.dpi"})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr


@pytest.mark.parametrize("draw", [figures.one, lambda: figures.side_by_side()[0]])
def test_axes_and_lines_have_the_style_without_asking(draw):
    with plt.rc_context():
        plt.rcdefaults()
        ax = draw()
        line = figures.curve(ol.problems.square, ax).lines[0]
        assert (ax.figure.dpi, line.get_linewidth()) == (160, 1.8)
        assert not ax.spines["top"].get_visible()
        assert ax.plot([1])[0].get_linewidth() == 1.5
        figures.use_style()
        assert ax.plot([1])[0].get_linewidth() == 1.8
    plt.close("all")


# Comparisons


@dataclass(frozen=True)
class Own(ol.GradientDescent):
    """A rule that the book does not know."""


BOWL = ol.problems.coupled_bowl
RULES = [ol.GradientDescent(lr=0.1), ol.Adam(lr=0.1), ol.Adam(lr=0.5), Own(lr=0.2)]


@pytest.fixture(autouse=True)
def no_figure_stays():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_runs_are_compared_by_path_and_progress():
    paths, progress = figures.compare(RULES, BOWL, (1.0, 2.0), steps=30)
    for rule, line, course in zip(RULES, paths.lines, progress.lines, strict=True):
        run = ol.trace(rule, BOWL, (1.0, 2.0), 30)
        np.testing.assert_array_equal(line.get_xydata(), run.points)
        np.testing.assert_array_equal(course.get_ydata(), run.values)
        assert line.get_color() == course.get_color()
    assert progress.get_yscale() == "log"
    assert texts(progress) == ["gradient descent", "Adam, η = 0.1", "Adam, η = 0.5", "Own"]
    assert progress.lines[0].get_color() == figures.BLUE
    assert progress.lines[1].get_color() == figures.PURPLE
    assert len({line.get_color() for line in progress.lines}) == 4


def test_traces_and_labels_of_ones_own_are_compared():
    runs = {"slow": ol.trace(RULES[0], BOWL, (1.0, 2.0), 9), "fast": RULES[3]}
    _, progress = figures.compare(runs, BOWL, (1.0, 2.0), steps=5)
    assert texts(progress) == ["slow", "fast"]
    assert [len(line.get_ydata()) for line in progress.lines] == [10, 6]


def test_more_rules_than_colors_differ_in_their_dashes():
    rules = [ol.Adam(lr=lr) for lr in np.geomspace(0.01, 1, 12)]
    _, progress = figures.compare(rules, BOWL, (1.0, 2.0), steps=3)
    looks = {(line.get_color(), line.get_linestyle()) for line in progress.lines}
    assert len(looks) == 12
    assert len(set(texts(progress))) == 12


def test_what_two_of_a_kind_differ_in_is_written():
    rules = [ol.RMSProp(0.1), ol.RMSProp(0.1, centered=True), ol.ClipNorm(ol.Adam(), limit=1)]
    (_, progress) = figures.compare(rules, ol.problems.square, steps=3)
    names = ["RMSProp, centered = False", "RMSProp, centered = True"]
    assert texts(progress) == [*names, "Adam with clipping of the norm"]


def test_one_variable_runs_on_its_curve_and_three_have_no_picture():
    paths, progress = figures.compare(RULES[:2], ol.problems.square, 4.0, steps=5)
    assert (paths.get_xlabel(), paths.get_ylabel()) == ("$w$", "$f(w)$")
    assert len(paths.lines) == 3
    (progress,) = figures.compare(RULES[:2], THREE, (1.0, 2.0, 3.0), steps=5)
    assert len(progress.lines) == 2


def test_a_run_that_diverges_is_said_to_and_leaves_the_others_their_scale():
    rules = [ol.GradientDescent(lr=0.05), ol.GradientDescent(lr=5.0)]
    paths, progress = figures.compare(rules, BOWL, (1.0, 2.0), steps=400)
    names = ["gradient descent, η = 0.05", "gradient descent, η = 5 (diverges)"]
    assert texts(progress) == names
    low, high = progress.get_ylim()
    assert high == pytest.approx(1e3 * BOWL.f((1.0, 2.0)))
    assert low > 1e-40
    assert paths.axis() == (-2, 2, -2, 2)
    assert len(paths.lines[1].get_xdata()) == 2, "to where it leaves the picture"


def test_the_ground_reaches_as_far_as_the_runs():
    far = ol.Objective(
        lambda w: (w[0] - 9) ** 2 + w[1] ** 2,
        lambda w: (2 * w[0] - 18, 2 * w[1]),
        variables=("x", "y"),
    )
    paths, _ = figures.compare([ol.GradientDescent(0.25)], far, (0.0, -3.0), steps=20)
    left, right, bottom, top = paths.axis()
    assert (left, bottom, top) == (-1, -3, 1)
    assert right == pytest.approx(9, abs=1e-3)


def test_negative_values_are_on_a_linear_scale():
    wave = ol.problems.x_cos()
    _, progress = figures.compare([ol.GradientDescent(0.01)], wave, 0.25, steps=50)
    assert progress.get_yscale() == "linear"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([], BOWL, (1, 2), 3), ValueError, r"runs must be a list of .*, got runs = \[\]"),
        (({}, BOWL, (1, 2), 3), ValueError, r"runs must be a list of .*, got runs = \{\}"),
        ((RULES[0], BOWL, (1, 2), 3), TypeError, "runs must be a list of .*, got runs = Gradient"),
        (([3], BOWL, (1, 2), 3), TypeError, r"runs must be a list of .*, got runs = \[3\]"),
        ((RULES,), TypeError, "objective must be given for optimizers, got objective = None"),
        ((RULES, BOWL, (1, 2)), TypeError, "steps must be given for optimizers, got steps = None"),
        ((RULES, 3, (1, 2), 5), TypeError, "objective must be like .*, got objective = 3"),
        ((RULES, BOWL, 1.0, 5), ValueError, "w0 must have shape"),
        ((RULES, BOWL, np.ones((2, 4)), 5), ValueError, r"runs must be of one start.* \(2, 4\)"),
    ],
)
def test_what_cannot_be_compared_is_named(arguments, error, message):
    with pytest.raises(error, match=f"^{message}"):
        figures.compare(*arguments)


def test_runs_on_two_problems_and_problems_without_a_start_are_refused():
    runs = [ol.trace(RULES[0], problem, (1.0, 2.0), 2) for problem in (BOWL, ol.problems.saddle)]
    with pytest.raises(ValueError, match=r"^runs must be on one objective, .*bowl.* and .*saddle"):
        figures.compare(runs)
    own = ol.Objective(lambda w: w**2, lambda w: 2 * w, name="own")
    with pytest.raises(ValueError, match=r"^w0 must be given: own has no start of its own$"):
        figures.compare(RULES, own, steps=3)


# Heat maps

RATES, BETAS = np.geomspace(0.01, 4, 6), np.linspace(0, 0.8, 5)


def swept():
    return ol.sweep(ol.Momentum(lr=0.1), ol.problems.square, 4.0, 50, lr=RATES, beta=BETAS)


def colors(ax):
    """Return the values of the cells, shape (x, y), with nan where there is none."""
    cells = ax.collections[0].get_array()
    return np.ma.filled(cells.astype(float), np.nan).reshape(len(BETAS), len(RATES)).T


def test_a_sweep_is_drawn_where_its_values_are(ax):
    values = swept()
    assert figures.heat(values, ("lr", RATES), ("beta", BETAS), ax) is ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == (r"$\eta$", r"$\beta$")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")
    floor = 1e-16 * values[np.isfinite(values)].max()
    np.testing.assert_array_equal(colors(ax), np.maximum(values, floor))
    mesh = ax.collections[0].get_coordinates()
    for numbers, edges in ((np.log(RATES), np.log(mesh[0, :, 0])), (BETAS, mesh[:, 0, 1])):
        np.testing.assert_allclose((edges[1:] + edges[:-1]) / 2, numbers, rtol=1e-9, atol=1e-12)
    assert [a.get_ylabel() for a in ax.figure.axes if a is not ax] == ["$f$ after the last step"]
    assert ax.get_legend() is None


def test_what_diverged_is_marked(ax):
    values = swept()
    values[0, 0], values[1, 1] = np.inf, np.nan
    figures.heat(values, ("lr", RATES), ("beta", BETAS), ax, limit=16.0)
    lost = np.isnan(colors(ax))
    np.testing.assert_array_equal(lost, ~(values <= 16))
    assert lost.sum() > 2
    assert texts(ax) == ["diverged"]
    bad = ax.collections[0].get_cmap()(np.ma.masked_all(1))[0]
    assert tuple(bad) == plt.matplotlib.colors.to_rgba(figures.GRAY)
    unlimited = figures.heat(values, ("lr", RATES), ("beta", BETAS))
    np.testing.assert_array_equal(np.isnan(colors(unlimited)), ~np.isfinite(values))


@pytest.mark.parametrize("fill", [np.nan, 0.0, 1.0, -1.0])
def test_cells_that_are_all_alike_are_drawn(ax, fill):
    values = np.full((6, 5), fill)
    figures.heat(values, ("lr", RATES), ("beta", BETAS), ax)
    ax.figure.canvas.draw()
    np.testing.assert_array_equal(colors(ax), values)


def test_values_in_any_order_are_sorted_and_one_value_has_a_cell(ax):
    values = swept()
    order = [3, 0, 5, 1, 4, 2]
    figures.heat(values[order], ("lr", RATES[order]), ("beta", BETAS), ax)
    mixed = colors(ax)
    sorted_ax = figures.heat(values, ("lr", RATES), ("beta", BETAS))
    np.testing.assert_array_equal(mixed, colors(sorted_ax))
    one = figures.heat(values[:, :1], ("lr", RATES), ("beta", BETAS[:1]))
    assert one.get_ylim() == (-0.5, 0.5)


@pytest.mark.parametrize(
    ("numbers", "scale"),
    [
        ([0.01, 0.1, 1.0], "log"),
        ([0.001, 0.003, 0.01, 0.03], "log"),
        ([0.1, 0.2, 0.3, 0.4], "linear"),
        ([0.0, 0.5, 0.9], "linear"),
        ([0.5, 0.9], "linear"),
        ([-1.0, 1.0, 2.0, 4.0], "linear"),
    ],
)
def test_an_axis_is_logarithmic_where_its_values_are(numbers, scale):
    values = np.ones((len(numbers), 2))
    ax = figures.heat(values, ("lr", numbers), ("beta", [0.0, 0.5]))
    assert ax.get_xscale() == scale
    assert figures.heat(values.T, ("beta", [0.0, 0.5]), ("lr", numbers)).get_yscale() == scale


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (dict(values=np.ones((5, 6))), ValueError, r"values must have shape \(6, 5\), .* \(5, 6\)"),
        (dict(values=np.ones(30)), ValueError, r"values must have shape .* of shape \(30,\)"),
        (dict(values="a"), TypeError, "values must be a real number .* got values = 'a'"),
        (dict(x=RATES), TypeError, r"x must be a pair like .*, got x = array"),
        (dict(y=("beta",)), TypeError, r"y must be a pair like .*, got y = \('beta',\)"),
        (dict(y=(3, BETAS)), TypeError, r"y must be a pair like .*, got y = \(3, "),
        (
            dict(y=("beta", [0.1, 0.1, 0.2, 0.3, 0.4])),
            ValueError,
            "y must have .* different values",
        ),
        (
            dict(y=("beta", [])),
            ValueError,
            r"y must have .* values of beta, got y = \('beta', \[\]",
        ),
        (dict(y=("beta", ["a"])), TypeError, r"y\[1\] must be a real number .* got y\[1\] = \['a'"),
        (dict(limit=np.nan), ValueError, "limit must be finite, got limit = nan"),
        (dict(limit="a"), TypeError, "limit must be a number, got limit = 'a'"),
    ],
)
def test_what_cannot_be_mapped_is_named(given, error, message):
    arguments = dict(values=np.ones((6, 5)), x=("lr", RATES), y=("beta", BETAS)) | given
    with pytest.raises(error, match=f"^{message}"):
        figures.heat(**arguments)
