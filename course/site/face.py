"""The face of the book: its mark, and under a chapter's title a line of what the chapter is about.

Both are runs and functions of `optimlib`, in the colors of the figures. A Sphinx extension;
``python -m course.site.face`` draws the mark again.
"""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

import numpy as np
from PIL import ImageColor
from scipy import ndimage

import optimlib as ol
from course import ROOT
from optimlib import figures, problems, schedules

MARK = ROOT / "course" / "site" / "static" / "favicon.svg"
WIDTH, HEIGHT = 600, 24
STEPS = 60
# What figures are drawn with, and for the dark scheme the page and its text. How far a pixel may
# be off a mixture of these.
INKS = [ImageColor.getrgb(color) for color in dict.fromkeys(["#000000", *figures.COLORS.values()])]
SHEET, INK = (0.071, 0.071, 0.071), (0.81, 0.83, 0.85)
CLOSE = 0.03

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


def for_dark(picture: np.ndarray) -> np.ndarray:
    """Return a drawing on white as it looks on the dark sheet.

    Where a pixel is a mixture of white and black, or of white and one of the figures' colors, the
    sheet takes the place of white, and the color of text that of black. Other pixels stay, since
    those of a map of values mean what its color bar says, and so does what they surround: the
    white words on a map.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width, 3)

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
    """
    codes, places = np.unique(picture @ np.array([1 << 16, 1 << 8, 1]), return_inverse=True)
    colors = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1)
    light, dark = np.array(INKS) / 255, np.array(INKS) / 255
    dark[0] = INK
    away = 1 - colors[:, None] / 255
    share = ((away * (1 - light)).sum(-1) / ((1 - light) ** 2).sum(-1)).clip(0, 1)[..., None]
    off = np.abs(away - share * (1 - light)).max(-1)
    best = off.argmin(1)
    every = np.arange(len(colors))
    share, is_mixture = share[every, best], off[every, best] < CLOSE
    mixed = share * dark[best] + (1 - share) * np.array(SHEET)
    shape = picture.shape[:2]
    areas, _ = ndimage.label(is_mixture[places].reshape(shape), structure=np.ones((3, 3)))
    edges = np.concatenate([areas[0], areas[-1], areas[:, 0], areas[:, -1]])
    is_drawing = np.isin(areas, np.setdiff1d(edges, 0))
    new = np.round(255 * mixed).astype(np.uint8)[places].reshape(picture.shape)
    return np.where(is_drawing[..., None], new, picture)


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
