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
