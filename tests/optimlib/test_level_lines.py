"""Level lines, in the browser and in Matplotlib: as many as the function has, at every zoom."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

import optimlib as ol
from optimlib import figures

# A landscape, its parameters, and boxes: its own, near its minimum, far, wide and high.
ROSENBROCK = ("rosenbrock", {}, ol.problems.rosenbrock)
VALLEY = ("quadratic", {"kappa": 1000, "angle": 0.6}, ol.problems.quadratic(1000, 0.6))
HILLS = ("himmelblau", {}, ol.problems.himmelblau)
CASES = [
    (ROSENBROCK, ((-2, 2), (-1, 3))),
    (ROSENBROCK, ((0.5, 1.5), (0.5, 1.5))),
    (ROSENBROCK, ((-4, 4), (-3, 9))),
    (ROSENBROCK, ((-2, 2), (0, 2))),
    (ROSENBROCK, ((0, 1.5), (-1, 3))),
    (VALLEY, ((-2, 2), (-2, 2))),
    (VALLEY, ((-2, 2), (-1, 1))),
    (HILLS, ((-5, 5), (-5, 5))),
    (HILLS, ((-6, 6), (-4, 4))),
]
# What a reader sees, as a share of the picture's side.
SEEN = 1 / 480
PIECES = """(() => {
  const on = ([low, high], share) => low + (high - low) * share;
  const f = (u, v) => PROBLEMS[name].f(parameters, 0, on(box[0], u), on(box[1], v));
  let levels;
  levelLines(f, (z) => (levels = levelsOf(z)));
  return {levels, pieces: levels.map((level) => levelLines(f, [level]))};
})()"""


def lines_of(pieces):
    """Return how many connected lines pieces [x1, y1, x2, y2, ...] are, of those one sees."""
    ends = np.round(np.reshape(pieces, (-1, 2)), 9)
    parent = {}

    def root(place):
        while parent.setdefault(place, place) != place:
            place = parent[place]
        return place

    for one, other in zip(map(tuple, ends[::2]), map(tuple, ends[1::2]), strict=True):
        parent[root(one)] = root(other)
    lines = {}
    for place in list(parent):
        lines.setdefault(root(place), []).append(place)
    return sum(np.ptp(np.array(line), axis=0).max() > SEEN for line in lines.values())


def true_counts(objective, box, levels, n=1100):
    """Return how many lines there are on a grid so fine that none breaks."""
    x, y = (np.linspace(low, high, n + 1) for low, high in box)
    lines = Figure().add_subplot().contour(x, y, objective.f(np.array(np.meshgrid(x, y))), levels)
    return seen(lines, box)


def seen(lines, box):
    """Return how many lines of Matplotlib's one sees, for each level."""
    span = np.ptp(box, axis=1)
    return [sum(np.max(np.ptp(s, axis=0) / span) > SEEN for s in level) for level in lines.allsegs]


@pytest.mark.parametrize(("landscape", "box"), CASES)
def test_a_browser_draws_as_many_lines_as_there_are(client, landscape, box):
    name, parameters, objective = landscape
    found = client(PIECES, name=name, parameters=parameters, box=box)
    counts = [lines_of(pieces) for pieces in found["pieces"]]
    assert counts == true_counts(objective, box, found["levels"])


@pytest.mark.parametrize(("landscape", "box"), CASES[::2])
def test_figures_draw_as_many_lines_as_there_are(landscape, box):
    _, _, objective = landscape
    ax = figures.contours(objective, figures.one(), box)
    (lines,) = ax.collections
    assert seen(lines, box) == true_counts(objective, box, lines.levels)
    plt.close()


def test_lines_lie_where_the_function_has_the_level(client):
    found = client(PIECES, name="rosenbrock", parameters={}, box=((-2, 2), (-1, 3)))
    for level, pieces in zip(found["levels"], found["pieces"], strict=True):
        x, y = np.reshape(pieces, (-1, 2)).T * 4 - [[2], [1]]
        w = np.array([x, y])
        away = (ol.problems.rosenbrock.f(w) - level) / np.linalg.norm(
            ol.problems.rosenbrock.grad(w), axis=0
        )
        assert np.max(np.abs(away)) < 4 / 480


def test_a_function_that_is_everywhere_rough_is_given_up_in_time(client):
    count = client("(() => { let n = 0; levelLines((u, v) => {"
                   " n++; return Math.sin(1e5 * u) + Math.cos(1e5 * v); }, levelsOf);"
                   " return n; })()")  # fmt: skip
    assert count < 80_000


def test_what_is_no_number_has_no_lines(client):
    half = "levelLines((u, v) => (u < 0.5 ? NaN : v), [0.3, 0.6])"
    pieces = np.reshape(client(half), (-1, 2))
    assert len(pieces)
    assert pieces[:, 0].min() >= 0.5
