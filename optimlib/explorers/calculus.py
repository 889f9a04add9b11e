"""Explorers of one variable: secant and tangent, Taylor's models, the majorizer, chords."""

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from optimlib import figures
from optimlib.curvature import smoothness as smoothness_bound
from optimlib.explorers.arguments import name_of
from optimlib.explorers.explorer import Explorer
from optimlib.explorers.items import (
    control,
    curve,
    note,
    one_variable,
    panel,
    point,
    reading,
    segment,
    vline,
)
from optimlib.explorers.plot import plot
from optimlib.objective import Objective
from optimlib.types import ArrayLike

# Half the distance of the central difference that gives the third derivative.
NEAR = 1e-4
MARGIN = 0.08


@dataclass(frozen=True)
class _Function:
    """An objective of one variable with three derivatives, as formulas, and where it is shown."""

    f: object
    slope: object
    bend: object
    x: str
    domain: tuple
    heights: tuple

    def third(self, a):
        return (self.bend(a + NEAR) - self.bend(a - NEAR)) / (2 * NEAR)

    def panel(self, items):
        """Return the panel with the whole curve."""
        return panel(x=(self.x, *self.domain), y=(f"f({self.x})", *self.heights), items=items)


def _parts(objective, at=None, bends=False):
    """Return an objective as a `_Function`, and the point `at`, by default its start."""
    one_variable(objective)
    if bends and not objective.has_hess:
        raise ValueError(f"{objective.name} was defined without hess")
    (low, high) = map(float, objective.domain[0])
    values = objective.f(np.linspace(low, high, 401)[None])
    margin = MARGIN * np.ptp(values)
    heights = float(np.min(values) - margin), float(np.max(values) + margin)
    at = objective.start if at is None else at
    if isinstance(at, bool) or not isinstance(at, Real):
        raise TypeError(f"at must be a number, got at = {at!r}")
    if not low <= at <= high:
        raise ValueError(f"at must be in [{low:g}, {high:g}], got at = {at!r}")
    parts = objective.f, objective.grad, objective.hess, objective.variables[0]
    return _Function(*parts, (low, high), heights), float(at)


def _range(name, limits):
    if np.shape(limits) != (2,) or not 0 < limits[0] < limits[1]:
        raise ValueError(f"{name} must be a range (low, high) > 0, got {name} = {limits!r}")
    return map(float, limits)


def secant(
    objective: Objective, at: ArrayLike | None = None, h: tuple[float, float] = (1e-3, 1.0)
) -> Explorer:
    """Return the explorer of secant and tangent: two points that approach each other.

    Beside it stand the errors of the forward and the central difference against h, and what
    theory says of them: ``½|f″|h`` and ``⅙|f‴|h²``.

    Parameters
    ----------
    objective : Objective
        With one variable and a second derivative, in elementwise arithmetic.
    at : number, optional
        The point, by default the objective's start.
    h : (low, high)
        The distance of the second point: at first the largest.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        If the objective has more variables or no second derivative, or a number does not fit.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import explorers
    >>> explorers.secant(ol.problems.x_cos(), at=0.5)
    <Explorer: Secant and tangent of x cos πx (c = 1)>
    """
    function, at = _parts(objective, at, bends=True)
    f, slope, bend, third = function.f, function.slope, function.bend, function.third
    smallest, largest = _range("h", h)

    def forward(a, h):
        return (f(a + h) - f(a)) / h

    def central(a, h):
        return (f(a + h) - f(a - h)) / (2 * h)

    errors = [
        curve(lambda h, a: abs(forward(a, h) - slope(a)), "forward", color=figures.BLUE),
        curve(lambda h, a: abs(central(a, h) - slope(a)), "central", color=figures.GREEN),
        curve(lambda h, a: abs(bend(a)) * h / 2, "½|f″|h", color=figures.ORANGE, dashed=True),
        curve(lambda h, a: abs(third(a)) * h**2 / 6, "⅙|f‴|h²", color=figures.PURPLE, dashed=True),
        vline("h"),
    ]
    return plot(
        _secant_panel(objective, function, forward),
        panel(x=("h", smallest, largest), y="error of the slope", log="xy", items=errors),
        controls={
            "a": (at, *function.domain),
            "h": control(largest, smallest, largest, log=True),
            "zoom": control(1, 1, 1000, log=True),
        },
        read=[
            reading("slope: tangent, secant", forward, lambda a: slope(a)),
            reading(
                "error, forward",
                lambda a, h: forward(a, h) - slope(a),
                lambda a, h: bend(a) * h / 2,
            ),
            reading(
                "error, central",
                lambda a, h: central(a, h) - slope(a),
                lambda a, h: third(a) * h**2 / 6,
            ),
        ],
        title=f"Secant and tangent of {name_of(objective, ())}",
    )


def _secant_panel(objective, function, forward):
    """Return the curve with its secant and tangent.

    Both axes are magnified around the point alike, so that slopes stay as they look.
    """
    f, slope = function.f, function.slope
    (low, high), (bottom, top) = function.domain, function.heights
    tangent = {"color": figures.VERMILION, "dashed": True}
    return panel(
        x=(function.x, lambda a, zoom: a + (low - a) / zoom, lambda a, zoom: a + (high - a) / zoom),
        y=(
            f"f({function.x})",
            lambda a, zoom: f(a) + (bottom - f(a)) / zoom,
            lambda a, zoom: f(a) + (top - f(a)) / zoom,
        ),
        items=[
            curve(objective),
            curve(lambda x, a, h: f(a) + forward(a, h) * (x - a), "secant", color=figures.BLUE),
            curve(lambda x, a: f(a) + slope(a) * (x - a), "tangent", **tangent),
            point(lambda a, h: a + h, lambda a, h: f(a + h), drag={"h": lambda x, a: x - a}),
            point("a", lambda a: f(a), drag="a"),
        ],
    )


def taylor(
    objective: Objective, at: ArrayLike | None = None, s: tuple[float, float] = (1e-2, 1.0)
) -> Explorer:
    """Return the explorer of Taylor's models: a line and a parabola that touch the curve.

    Beside them stand their errors at the distance s, and what theory says: ``½|f″|s²`` and
    ``⅙|f‴|s³``.

    Parameters
    ----------
    objective : Objective
        With one variable and a second derivative, in elementwise arithmetic.
    at : number, optional
        The point, by default the objective's start.
    s : (low, high)
        The distance at which the models are compared with f: at first the largest.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        As `secant`.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import explorers
    >>> explorers.taylor(ol.problems.cosh(), at=0.5)
    <Explorer: Taylor's models of cosh (c = 1)>
    """
    function, at = _parts(objective, at, bends=True)
    f, slope, bend, third = function.f, function.slope, function.bend, function.third
    smallest, largest = _range("s", s)

    def line(a, s):
        return f(a) + slope(a) * s

    def parabola(a, s):
        return line(a, s) + bend(a) * s**2 / 2

    first: dict[str, Any] = {"color": figures.BLUE}
    second: dict[str, Any] = {"color": figures.GREEN}
    models = [
        curve(objective),
        curve(lambda x, a: line(a, x - a), "first order", **first),
        curve(lambda x, a: parabola(a, x - a), "second order", **second),
        vline(lambda a, s: a + s),
        point(lambda a, s: a + s, line, **first),
        point(lambda a, s: a + s, parabola, **second),
        point(lambda a, s: a + s, lambda a, s: f(a + s), drag={"s": lambda x, a: x - a}),
        point("a", lambda a: f(a), drag="a"),
    ]
    errors = [
        curve(lambda s, a: abs(f(a + s) - line(a, s)), "first order", **first),
        curve(lambda s, a: abs(f(a + s) - parabola(a, s)), "second order", **second),
        curve(lambda s, a: abs(bend(a)) * s**2 / 2, "½|f″|s²", color=figures.ORANGE, dashed=True),
        curve(lambda s, a: abs(third(a)) * s**3 / 6, "⅙|f‴|s³", color=figures.PURPLE, dashed=True),
        vline("s"),
    ]
    return plot(
        function.panel(models),
        panel(x=("distance s", smallest, largest), y="error of the model", log="xy", items=errors),
        controls={
            "a": (at, *function.domain),
            "s": control(largest, smallest, largest, log=True),
        },
        read=[
            reading(
                "f less the first-order model",
                lambda a, s: f(a + s) - line(a, s),
                lambda a, s: bend(a) * s**2 / 2,
            ),
            reading(
                "f less the second-order model",
                lambda a, s: f(a + s) - parabola(a, s),
                lambda a, s: third(a) * s**3 / 6,
            ),
        ],
        title=f"Taylor's models of {name_of(objective, ())}",
    )


def majorizer(
    objective: Objective, at: ArrayLike | None = None, smoothness: float | None = None
) -> Explorer:
    """Return the explorer of the descent lemma: a parabola above the curve, and a step to its foot.

    The parabola is f(a) + f′(a)(x − a) + (x − a)²/(2η), its foot is the gradient step
    a − ηf′(a). While η is at most 1/L it lies above the curve, and the step descends by at least
    ηf′(a)²/2.

    Parameters
    ----------
    objective : Objective
        With one variable and, unless `smoothness` is given, a second derivative.
    at : number, optional
        The point, by default the objective's start.
    smoothness : number, optional
        L > 0; by default the largest ``|f″|`` that `optimlib.smoothness` sees in the domain.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        If the objective has more variables, or a number does not fit.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import explorers
    >>> explorers.majorizer(ol.problems.x_cos(), at=0.5)
    <Explorer: Parabola above x cos πx (c = 1)>
    """
    function, at = _parts(objective, at)
    f, slope = function.f, function.slope
    smoothness = _checked_smoothness(objective, smoothness)
    safe = 1 / smoothness

    def descent(a, eta):
        return f(a) - f(a - eta * slope(a))

    def promise(a, eta):
        return eta * slope(a) ** 2 / 2

    def foot(a, eta):
        return f(a) - promise(a, eta)

    first: dict[str, Any] = {"color": figures.BLUE}
    second: dict[str, Any] = {"color": figures.VERMILION}
    picture = [
        curve(objective),
        curve(
            lambda x, a, eta: f(a) + slope(a) * (x - a) + (x - a) ** 2 / (2 * eta),
            "parabola",
            **first,
        ),
        segment(("foot", foot), ("foot", lambda foot: f(foot)), **second),
        point("foot", foot, "its foot", **first),
        point("foot", lambda foot: f(foot), "after the step", **second),
        point("a", lambda a: f(a), drag="a"),
    ]
    return plot(
        function.panel(picture),
        _descents_panel(descent, promise, safe),
        controls={
            "a": (at, *function.domain),
            "eta": control(safe, safe / 20, 4 * safe, log=True, label="η"),
        },
        define={
            "foot": lambda a, eta: a - eta * slope(a),
            "descended": descent,
            "promised": promise,
            "L": smoothness,
            # Of equal numbers one may be the larger by rounding.
            "kept": lambda descended, promised, a: (
                descended >= promised - 1e-12 * (promised + abs(f(a)))
            ),
        },
        read=[reading("descent: promised, measured", "descended", "promised"), *_verdicts(safe)],
        title=f"Parabola above {name_of(objective, ())}",
    )


def _descents_panel(descent, promise, safe):
    """Return the descent of one step against its rate, and what is promised of it."""
    promised = curve(
        lambda eta, a: promise(a, eta),
        "½ηf′(a)²",
        where=lambda eta: eta <= safe,
        color=figures.BLUE,
        dashed=True,
    )
    descents = [
        curve(lambda eta, a: descent(a, eta), "descent", color=figures.VERMILION),
        promised,
        vline(safe, "1/L", color=figures.GREEN),
        vline("eta"),
    ]
    return panel(x=("η", safe / 20, 4 * safe), y="descent of one step", items=descents)


def _checked_smoothness(objective, smoothness):
    if smoothness is None:
        smoothness = float(smoothness_bound(objective))
    if isinstance(smoothness, bool) or not isinstance(smoothness, Real):
        raise TypeError(f"smoothness must be a number, got smoothness = {smoothness!r}")
    if not 0 < smoothness < np.inf:
        raise ValueError(f"smoothness must be finite and > 0, got smoothness = {smoothness!r}")
    return float(smoothness)


def _verdicts(safe):
    """Return the sentences on a step, of which one is said, by whether it keeps the promise."""
    return [
        note(
            "η is at most 1/L (L = {L}): the parabola lies above the curve, and the step "
            "descends by at least ½ηf′(a)².",
            when=lambda eta, kept: (eta <= safe) & (kept > 0),
        ),
        note(
            "The step descends less than promised although η is at most 1/L: "
            "L = {L} is no bound of |f″| where the step goes.",
            when=lambda eta, kept: (eta <= safe) & (kept == 0),
        ),
        note(
            "η is more than 1/L: nothing is promised, but this step descends that far.",
            when=lambda eta, kept: (eta > safe) & (kept > 0),
        ),
        note(
            "η is more than 1/L: this step descends, but by less than ½ηf′(a)².",
            when=lambda eta, kept, descended: (eta > safe) & (kept == 0) & (descended > 0),
        ),
        note(
            "η is more than 1/L: this step does not descend.",
            when=lambda eta, kept, descended: (eta > safe) & (kept == 0) & (descended <= 0),
        ),
    ]


# What is said of a chord, of which one applies.
CONVEXITY = [
    note(
        "At t the curve lies above the chord by {above}: f is not convex.",
        when=lambda above, least: above > least,
    ),
    note(
        "At t the curve does not lie above the chord. For a convex f this holds for "
        "every a, b and t.",
        when=lambda above, least: above <= least,
    ),
]


def chord(objective: Objective, a: float | None = None, b: float | None = None) -> Explorer:
    """Return the explorer of convexity: a chord between two points, and the curve beside it.

    A convex function's curve lies nowhere above a chord:
    f((1 − t)a + tb) ≤ (1 − t)f(a) + tf(b).

    Parameters
    ----------
    objective : Objective
        With one variable, in elementwise arithmetic.
    a, b : number, optional
        The ends at first, by default an eighth and a fifth of the domain from its ends.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        If the objective has more variables, or an end is outside its domain.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import explorers
    >>> explorers.chord(ol.problems.quartic)
    <Explorer: Chord of quartic>
    """
    one_variable(objective)
    (a, b), (low, high) = _checked_ends(objective, a, b), map(float, objective.domain[0])
    (function, _), f = _parts(objective, a), objective.f

    def straight(x, a, b):
        return f(a) + (f(b) - f(a)) * (x - a) / (b - a)

    def between(x, a, b):
        return (x >= np.minimum(a, b)) & (x <= np.maximum(a, b))

    above = curve(
        f,
        "f above the chord",
        where=lambda x, a, b: between(x, a, b) & (f(x) > straight(x, a, b)),
        color=figures.VERMILION,
    )
    picture = [
        curve(objective),
        above,
        segment(("a", lambda a: f(a)), ("b", lambda b: f(b)), "chord", color=figures.BLUE),
        segment(("place", "on_curve"), ("place", "on_chord"), color=figures.GREEN),
        point("place", "on_chord", color=figures.BLUE),
        point("place", "on_curve", color=figures.GREEN),
        point("a", lambda a: f(a), drag="a"),
        point("b", lambda b: f(b), drag="b"),
    ]
    return plot(
        function.panel(picture),
        controls={"a": (a, low, high), "b": (b, low, high), "t": (0.5, 0.0, 1.0)},
        define={
            "place": lambda a, b, t: (1 - t) * a + t * b,
            "on_curve": lambda place: f(place),
            "on_chord": lambda a, b, t: (1 - t) * f(a) + t * f(b),
            "above": lambda on_curve, on_chord: on_curve - on_chord,
            # Less is rounding.
            "least": lambda on_curve, on_chord: 1e-12 * (abs(on_curve) + abs(on_chord)),
        },
        read=[
            reading("f((1 − t)a + tb)", "on_curve"),
            reading("(1 − t)f(a) + tf(b)", "on_chord"),
            reading("the second less the first", lambda above: -above),
            *CONVEXITY,
        ],
        title=f"Chord of {name_of(objective, ())}",
    )


def _checked_ends(objective, a, b):
    """Return the ends of a chord, of which None stands for a place in the domain."""
    low, high = map(float, objective.domain[0])
    ends = (7 * low + high) / 8 if a is None else a, (low + 4 * high) / 5 if b is None else b
    for name, value in zip("ab", ends, strict=True):
        if isinstance(value, bool) or not isinstance(value, Real) or not low <= value <= high:
            raise ValueError(
                f"{name} must be a number in [{low:g}, {high:g}], got {name} = {value!r}"
            )
    return ends
