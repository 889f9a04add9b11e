"""The explorer of directions: the slope and the curvature along a vector that the reader turns."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from optimlib import figures
from optimlib.calculus import directional_derivative, second_directional_derivative
from optimlib.explorers.arguments import ground_of, sliders_of
from optimlib.explorers.explorer import Explorer
from optimlib.objective import Objective, check_objective, one_point
from optimlib.types import ArrayLike

# What can be shown, and what the box that hides it says.
PARTS = {
    "gradient": "gradient ∇f",
    "slope": "slope against θ",
    "curvature": "curvature against θ",
    "eigenvectors": "eigenvectors of H",
    "ellipse": "curves vᵀHv = ±const",
    "slice": "slice along v",
}
NEED_HESSIAN = ("curvature", "eigenvectors", "ellipse")
COLORS = {
    "direction": figures.BLUE,
    "gradient": figures.VERMILION,
    "eigenvectors": figures.GREEN,
}


def dial(
    objective: Objective,
    at: ArrayLike | None = None,
    *,
    show: Sequence[str] = ("gradient", "slope"),
    direction: float = 30,
    title: str | None = None,
    **ranges: tuple[float, float],
) -> Explorer:
    """Return an explorer of the directions at a point of a landscape.

    The reader drags the point and turns the unit vector v. Slope and curvature along v stand
    against its angle, as predicted by gradient and Hessian and as measured by differences of f.

    Parameters
    ----------
    objective : Objective
        Of two variables, with a Hessian if anything of second order is shown.
    at : array, shape (2,), optional
        The point at first. By default the objective's start, moved away from the border.
    show : sequence of str
        ``"gradient"``; ``"slope"`` and ``"curvature"`` against the angle; ``"eigenvectors"`` of
        the Hessian H; ``"ellipse"``, where vᵀHv is constant (a hyperbola if H is indefinite);
        ``"slice"``, f along v with its tangent and parabola. Each has a box that hides it.
    direction : int
        The angle of v in degrees at first, from 0 to 360.
    title : str, optional
        The figure's name for those who cannot see it.
    **ranges
        For parameters of the problem, by name, (low, high) of a slider.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError
        If `objective` is no `Objective`, or is a reader's own and not elementwise arithmetic.
    ValueError
        If it does not have two variables or lacks a Hessian that is needed, `show` names what
        cannot be shown, or `at`, `direction` or a range is out of place.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.explorers import dial
    >>> dial(ol.problems.saddle, (0.0, 0.0), show=("curvature", "eigenvectors", "ellipse"))
    <Explorer: Directions on saddle>
    """
    shown = _checked_parts(objective, show)
    if not 0 <= direction <= 360:
        raise ValueError(f"direction must be in [0, 360], got direction = {direction!r}")
    at = _inside(objective) if at is None else one_point(objective, at, "at")
    ground = ground_of(objective, at, ranges)
    specification = {
        "kind": "dial",
        "title": title or f"Directions on {ground['label']}",
        "ground": ground,
        "sliders": sliders_of(ranges, [], [ground]),
        "show": [{"name": name, "label": PARTS[name]} for name in PARTS if name in shown],
        "colors": COLORS,
        "direction": round(direction),
    }
    still = partial(_draw, objective, at, shown, direction, ground["domain"])
    return Explorer(specification, still)


def _checked_parts(objective, show):
    """Return the names of what is shown of a landscape that has it."""
    check_objective(objective)
    if objective.dim != 2:
        raise ValueError(
            f"objective must have two variables, got {objective.name} with {objective.dim}"
        )
    shown = (show,) if isinstance(show, str) else tuple(show)
    for name in shown:
        if name not in PARTS:
            raise ValueError(f"show must be among {', '.join(PARTS)}, got show = {name!r}")
        if name in NEED_HESSIAN and not objective.has_hess:
            raise ValueError(f"objective must have a hess to show {name}, got {objective.name}")
    return shown


def _draw(objective, at, shown, direction, domain):
    second = [name for name in ("slope", "curvature") if name in shown]
    axes = np.ravel(figures.side_by_side(1 + len(second)))
    figures.contours(objective, axes[0], domain)
    angle = np.radians(direction)
    arrows = {"direction": np.array([np.cos(angle), np.sin(angle)])}
    gradient = objective.grad(at)
    if "gradient" in shown and np.any(gradient):
        arrows["gradient"] = gradient / np.linalg.norm(gradient)
    length = 0.2 * np.max(np.ptp(domain, axis=1))
    for name, vector in arrows.items():
        label = "$v$" if name == "direction" else r"$\nabla f$"
        axes[0].plot(*np.array([at, at + length * vector]).T, color=COLORS[name], label=label)
    axes[0].plot(*at, "ko")
    axes[0].set_aspect("equal", adjustable="datalim")
    axes[0].legend()
    turns = np.linspace(0, 360, 181)
    vectors = np.array([np.cos(np.radians(turns)), np.sin(np.radians(turns))])
    for ax, name in zip(axes[1:], second, strict=True):
        along = directional_derivative if name == "slope" else second_directional_derivative
        points = np.repeat(at[:, None], turns.size, axis=1)
        ax.plot(turns, along(objective, points, vectors), color=COLORS["direction"])
        ax.axvline(direction, color=figures.GRAY, linestyle="--")
        ax.set(xlabel=r"$\theta$ in °", ylabel=name, xticks=[0, 90, 180, 270, 360])


def _inside(objective):
    """Return the objective's start, moved into the inner part of its domain."""
    low, high = np.array(objective.domain, dtype=float).T
    start = high if objective.start is None else objective.start
    return np.clip(start, low + 0.3 * (high - low), high - 0.3 * (high - low))
