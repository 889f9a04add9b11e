"""The face of the book: its mark, and under a chapter's title a line of what the chapter is about.

Both are runs and functions of `optimlib`, in the colors of the figures. A Sphinx extension;
``python -m course.site.face`` draws the mark again.
"""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

import numpy as np

import optimlib as ol
from course import ROOT
from optimlib import figures, problems, schedules

MARK = ROOT / "course" / "site" / "static" / "favicon.svg"
WIDTH, HEIGHT = 600, 24
STEPS = 60

# Of a line: its color, and its heights from left to right.
Line = tuple[str, np.ndarray]


def run(rule, objective=problems.square, start=1.0) -> Line:
    """Return the positions of an optimizer over its first steps, in its color."""
    points = ol.trace(rule, objective, start, STEPS).points.reshape(STEPS + 1, -1)
    return figures.color(rule), points[:, 0]


def noisy(t):
    """Return a parabola whose slope in step t is off by chance."""
    noise = np.random.default_rng(t).normal()
    square = problems.square
    return ol.Objective(f=square.f, grad=lambda w: square.grad(w) + noise)


def curve(objective) -> Line:
    """Return a function over its domain."""
    return figures.BLUE, objective.f(np.linspace(*objective.domain[0], STEPS)[None])


def rates(schedule) -> Line:
    """Return a schedule's learning rates."""
    return figures.BLUE, np.array([schedule(t) for t in range(1, STEPS + 1)])


# A chapter that is not here has the line of gradient descent.
LINES: dict[str, Callable[[], Line]] = {
    "derivatives": lambda: curve(problems.x_cos()),
    "critical-points": lambda: curve(problems.x_cos()),
    "convexity": lambda: curve(problems.square),
    "taylor-models": lambda: curve(problems.cosh()),
    "saddle-points": lambda: curve(problems.cube),
    "vanishing-gradients": lambda: curve(problems.tanh),
    "momentum": lambda: run(ol.HeavyBall(lr=0.1)),
    "nesterov": lambda: run(ol.Nesterov(lr=0.1)),
    "sgd": lambda: run(ol.GradientDescent(lr=0.1), ol.Stream(problems.square, noisy)),
    "schedules": lambda: rates(schedules.OneCycle(1.0, STEPS)),
    "adaptive-rates": lambda: run(ol.RMSProp(lr=0.03)),
    "adagrad": lambda: run(ol.AdaGrad(lr=0.1)),
    "rmsprop": lambda: run(ol.RMSProp(lr=0.03)),
    "adam": lambda: run(ol.Adam(lr=0.06)),
    "adam-failures": lambda: run(ol.AMSGrad(lr=0.06)),
    "weight-decay": lambda: run(ol.AdamW(lr=0.06)),
    "newton": lambda: run(ol.Newton(), problems.cosh(), 3.0),
    "quasi-newton": lambda: run(ol.BFGS(), problems.quadratic(kappa=10), np.array([1.0, -1.0])),
}


def line(chapter: str) -> str:
    """Return the line under a chapter's title, as SVG that nobody needs to read."""
    color, heights = LINES.get(chapter, lambda: run(ol.GradientDescent(lr=0.04)))()
    low, high = heights.min(), heights.max()
    x = np.linspace(1, WIDTH - 1, heights.size)
    y = 1 + (HEIGHT - 2) * (high - heights) / (high - low)
    points = " ".join(f"{a:.0f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return (
        f'<svg class="title-line" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" '
        f'aria-hidden="true"><polyline points="{points}" fill="none" stroke="{color}"/></svg>'
    )


def mark() -> str:
    """Return the mark: level lines of a bowl, and gradient descent zigzagging into it, as SVG."""
    bowl = problems.quadratic(kappa=4)
    path = ol.trace(ol.GradientDescent(lr=0.43), bowl, np.array([1.6, 0.8]), 8).points
    # A level f = ½(x² + 4y²) is an ellipse with half axes √(2f) and √(2f)/2.
    sizes = np.sqrt(2 * np.array([0.5, 2.0]) * bowl.f(np.array([1.6, 0.8])) / 2)
    scale = 14 / sizes.max()
    ellipses = "".join(
        f'  <ellipse cx="16" cy="16" rx="{scale * a:.2f}" ry="{scale * a / 2:.2f}"/>\n'
        for a in sizes[::-1]
    )
    x, y = 16 + scale * path.T
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" '
        f'stroke="{figures.BLUE}" stroke-width="2">\n{ellipses}'
        f'  <polyline points="{points}" stroke="{figures.VERMILION}" stroke-linejoin="round"/>\n'
        "</svg>\n"
    )


def add_line(app, pagename, templatename, context, doctree):
    """Put a chapter's line under its title."""
    chapter = PurePosixPath(pagename)
    if chapter.parts[0] == "chapters" and doctree:
        drawn = line(chapter.name)
        context["body"] = re.sub(r"</h1>", lambda end: end[0] + drawn, context["body"], count=1)


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", add_line)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    MARK.write_text(mark(), encoding="utf-8")
