"""Pictures: what is drawn where."""

from inspect import signature

import numpy as np
import pytest

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


OWN = [rule_class(f"Own{i}")(lr=0.1) for i in range(len(figures.OWN))]


def test_rules_of_ones_own_have_colors_of_their_own():
    assert {figures.color(rule) for rule in OWN} <= set(figures.OWN)
    assert not set(figures.OWN) & {*figures.COLORS.values(), figures.GRAY}
    library = [ol.Adam(lr=0.1), ol.GradientDescent(lr=0.1)]
    found = figures.colors([*library, *OWN])
    assert found[:2] == [figures.PURPLE, figures.BLUE]
    assert len(set(found)) == len(found)
    assert figures.colors(OWN[:1]) == [figures.color(OWN[0])]
    assert figures.colors([*OWN, rule_class("One more")(lr=0.1)])[-1] == figures.GRAY


def test_own_colors_are_seen_on_white_and_on_the_dark_sheet():
    def light(color):
        parts = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for color in figures.OWN:
        assert 1.05 / (light(color) + 0.05) >= 3
        assert (light(color) + 0.05) / (light("#121212") + 0.05) >= 3


@pytest.mark.parametrize(
    ("rules", "labels"),
    [
        ([ol.Adam(0.1), ol.Momentum(0.1)], ["Adam", "Momentum"]),
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
            ["ClipNorm, rule = Adam", "ClipNorm, rule = Lion"],
        ),
        ([ol.Adam(0.1), ol.Adam(0.1)], ["Adam 1", "Adam 2"]),
        (
            [ol.Momentum(ol.schedules.Cosine(0.1, n)) for n in (5, 9)],
            ["Momentum 1", "Momentum 2"],
        ),
    ],
)
def test_labels_say_how_rules_of_one_class_differ(rules, labels):
    assert figures.labels_of(rules) == labels
    colors = figures.colors(rules)
    assert len(set(colors)) == len(colors)


def test_what_the_reader_moves_does_not_tell_rules_apart():
    rules = [ol.Momentum(0.1, beta=0.5), ol.Momentum(0.2, beta=0.9)]
    assert figures.labels_of(rules, {"lr"}) == ["Momentum, β = 0.5", "Momentum, β = 0.9"]
    assert figures.labels_of(rules, {"lr", "beta"}) == ["Momentum 1", "Momentum 2"]


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
