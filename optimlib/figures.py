"""Pictures in the style of the book: functions, the paths of optimizers on them, their progress.

What these functions draw has the book's style; `use_style` gives it to all that Matplotlib draws.
Most draw on the axes they are given and return them; `one` and `side_by_side` make axes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar, cast
from zlib import crc32

import numpy as np

from optimlib.checks import check_box, check_number, is_number, real_array
from optimlib.descent import trace as run_of
from optimlib.extras import extra
from optimlib.objective import Objective
from optimlib.rules.optimizer import Optimizer
from optimlib.symbols import number_text, symbol_latex, symbol_text
from optimlib.trace import Trace
from optimlib.types import Array, ArrayLike, Box, Points, Start

with extra("figures", "optimlib.figures"):
    import matplotlib.pyplot as plt
    from cycler import cycler
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

__all__ = [
    "BLACK",
    "BLUE",
    "COLORS",
    "GRAY",
    "GREEN",
    "ORANGE",
    "OWN",
    "PATTERNS",
    "PURPLE",
    "SKY",
    "STYLE",
    "VERMILION",
    "color",
    "colors",
    "compare",
    "contours",
    "curve",
    "heat",
    "in_style",
    "label_of",
    "labels_of",
    "line_of",
    "one",
    "path",
    "progress",
    "side_by_side",
    "use_style",
]

# Every color stands out by 3 to 1 from white and from the dark sheet, and the six are told apart
# with any color vision (G. M. Machado et al., "A physiologically-based model for simulation of
# color vision deficiency", 2009, is what the tests ask). One color per optimizer in the whole
# book; the rarer ones, which are drawn with others only in races, have colors between these, and
# patterns where two colors are near.
#: A color of the book, on white and on the dark sheet, for any color vision.
BLACK, BLUE, ORANGE, GREEN = "#000000", "#1064CE", "#B8821D", "#11804E"
#: A color of the book, on white and on the dark sheet, for any color vision.
VERMILION, PURPLE, SKY, GRAY = "#A34C1D", "#C21678", "#13A1B9", "#777777"
#: The color of each optimizer in the whole book, by the name of its class.
COLORS = {
    "GradientDescent": BLUE,
    "Momentum": ORANGE,
    "HeavyBall": ORANGE,
    "AverageMomentum": ORANGE,
    "Nesterov": VERMILION,
    "AdaGrad": GREEN,
    "RMSProp": SKY,
    "Adam": PURPLE,
    "AMSGrad": "#D9638A",
    "AdaBelief": "#E82B5A",
    "Adadelta": "#6C9C9E",
    "AdamW": "#944AA5",
    "Adamax": "#A08E40",
    "Lion": "#AB7D6D",
    "NAdam": "#9485DB",
    "RAdam": "#656B90",
    "Rprop": "#54782C",
    "SignDescent": "#2F8F8B",
    "Yogi": "#A45B4D",
    "Newton": BLACK,
    "BFGS": "#6F49EB",
    "LBFGS": "#C53091",
    "ConjugateGradient": "#588A2B",
}
#: The lengths of strokes and gaps, in widths of the line, where two colors are near.
PATTERNS = {
    "AMSGrad": (4, 1.5),
    "Adamax": (4, 1.5),
    "Yogi": (4, 1.5),
    "BFGS": (4, 1.5),
    "Adadelta": (1.2, 1.5),
    "Lion": (1.2, 1.5),
    "RAdam": (1.2, 1.5),
    "Rprop": (5, 1.5, 1.2, 1.5),
    "SignDescent": (2.5, 1.2),
    "LBFGS": (5, 1.5, 1.2, 1.5),
    "ConjugateGradient": (8, 2),
}
#: The colors of rules of one's own: each stands out by 3 to 1 from white and from the dark sheet.
OWN = (
    *("#CC3311", "#228833", "#9955DD", "#7A7A00"),
    *("#EE3377", "#0E8AA8", "#A0522D", "#5F6FE0"),
)
#: What `use_style` and `in_style` set, as Matplotlib's ``rcParams`` name it.
STYLE: Any = {
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, BLACK]),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": "medium",
    "figure.dpi": 160,
    "figure.figsize": (5.8, 3.2),
    "figure.constrained_layout.use": True,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
}
# The labels of a run's progress.
OVER_STEPS = {"xlabel": "step $t$", "ylabel": "$f(w_t)$"}
# Cells along a side, to find level lines: more, until their number stays.
GRIDS = (400, 800, 1600)
# How lines of one color differ.
DASHES = ("-", "--", ":", "-.")

Function = TypeVar("Function", bound=Callable[..., Any])


def in_style(function: Function) -> Function:
    """Return a function that draws in the book's style, and leaves Matplotlib's as it is."""

    @wraps(function)
    def styled(*args, **options):
        with plt.rc_context(STYLE):
            return function(*args, **options)

    return cast(Function, styled)


def use_style() -> None:
    """Give the book's style to all that Matplotlib draws from now on.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from optimlib import figures
    >>> with plt.rc_context():
    ...     figures.use_style()
    ...     plt.rcParams["legend.frameon"]
    False
    """
    plt.rcParams.update(STYLE)


def color(rule: Optimizer) -> str:
    """Return the color that `rule`'s optimizer has in the whole book; one's own has another.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import figures
    >>> figures.color(ol.Adam(lr=0.1)) == figures.PURPLE
    True
    """
    name = type(rule).__name__
    return COLORS.get(name) or _free_color(name, ())


def line_of(rule: Optimizer) -> dict[str, Any]:
    """Return how Matplotlib draws `rule`'s line: its color, and a pattern where it has one.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import figures
    >>> figures.line_of(ol.Yogi(lr=0.1))
    {'color': '#A45B4D', 'linestyle': (0, (4, 1.5))}
    """
    pattern = PATTERNS.get(type(rule).__name__)
    return {"color": color(rule), "linestyle": (0, pattern) if pattern else "-"}


def colors(rules: Sequence[Optimizer]) -> list[str]:
    """Return a color for each of the rules that one figure shows together.

    An optimizer of the library has its `color`. Rules of one's own, and those whose color another
    rule of the figure has already, have colors that nothing else in it has, as long as there are
    some.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import figures
    >>> figures.colors([ol.Adam(lr=0.1), ol.Momentum(lr=0.1), ol.Adam(lr=0.01)])
    ['#C21678', '#B8821D', '#7A7A00']
    """
    names = [type(rule).__name__ for rule in rules]
    shades = list(map(COLORS.get, names))
    found: list[Any] = [s if s not in shades[:i] else None for i, s in enumerate(shades)]
    for i, name in enumerate(names):
        found[i] = found[i] or _free_color(name, found)
    return found


def _free_color(name, taken):
    """Return the color that is `taken` least, the same for a name from day to day."""
    first = crc32(name.encode()) % len(OWN)
    return min((*OWN[first:], *OWN[:first]), key=taken.count)


def label_of(rule: Optimizer) -> str:
    """Return what figures call a rule that is alone of its kind: its name in words.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import figures
    >>> figures.label_of(ol.AverageMomentum(lr=0.1))
    'average momentum'
    """
    return rule.in_words()


def labels_of(rules: Sequence[Optimizer], moved: Collection[str] = ()) -> list[str]:
    """Return what one figure calls each of the rules that it shows, so that they are told apart.

    Parameters
    ----------
    rules : sequence of Optimizer
    moved : collection of str, optional
        The hyperparameters that the reader moves, which do not tell rules apart.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import figures
    >>> rules = [ol.Adam(lr=0.1), ol.Adam(lr=0.01), ol.Momentum(lr=0.1)]
    >>> figures.labels_of(rules)
    ['Adam, η = 0.1', 'Adam, η = 0.01', 'momentum']
    >>> figures.labels_of(rules, moved=["lr"])
    ['Adam 1', 'Adam 2', 'momentum']
    """
    families: dict[str, list[Optimizer]] = {}
    for rule in rules:
        families.setdefault(label_of(rule), []).append(rule)
    told_apart = {name: iter(_told_apart(family, moved)) for name, family in families.items()}
    return [next(told_apart[label_of(rule)]) for rule in rules]


def _told_apart(family, moved):
    """Return a label for each of the rules of one name: with what differs, or numbered."""
    name = label_of(family[0])
    if len(family) == 1:
        return [name]
    values = [{f.name: _words(getattr(r, f.name)) for f in fields(r)} for r in family]
    shared = set(values[0]).intersection(*values) - set(moved)
    differ = [n for n in values[0] if n in shared and len({v[n] for v in values}) > 1]
    longer = [", ".join([name, *(f"{symbol_text(n)} = {v[n]}" for n in differ)]) for v in values]
    numbered = [f"{name} {i}" for i in range(1, len(family) + 1)]
    return longer if len(set(longer)) == len(family) else numbered


def _words(value):
    """Return a hyperparameter's or an option's value as a label has it."""
    if is_number(value):
        return number_text(value)
    if isinstance(value, Optimizer):
        return label_of(value)
    if callable(value):
        name = getattr(value, "__name__", type(value).__name__)
        return "a schedule" if name == "<lambda>" else name
    return str(value)


@in_style
def one(**size: Any) -> Axes:
    """Return one pair of axes; `size` goes to `matplotlib.pyplot.subplots`."""
    return plt.subplots(**size)[1]


@in_style
def side_by_side(count: int = 2, *, height: float = 2.9, **options: Any) -> Array:
    """Return `count` axes next to each other; `options` go to `matplotlib.pyplot.subplots`."""
    return plt.subplots(1, count, figsize=(6.6, height), **options)[1]


@in_style
def curve(
    objective: Objective, ax: Axes, domain: Sequence[float] | Array | None = None, **line: Any
) -> Axes:
    """Draw a function of one variable.

    Parameters
    ----------
    objective : Objective
        With one variable.
    ax : matplotlib.axes.Axes
    domain : (low, high), optional
        By default the objective's own.
    **line
        Passed to `Axes.plot`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the objective has more than one variable, or `domain` is not such a pair.
    """
    _check_dimension(objective, 1)
    if domain is not None:
        check_box("domain", (domain,), objective.variables)
    low, high = objective.domain[0] if domain is None else domain
    x = np.linspace(low, high, 401)
    style: dict[str, Any] = {"color": GRAY, "zorder": 1} | line
    ax.plot(x, objective.f(x[None]), **style)
    name = symbol_latex(objective.variables[0])
    ax.set(xlabel=f"${name}$", ylabel=f"$f({name})$")
    return ax


@in_style
def contours(objective: Objective, ax: Axes, domain: Box | None = None, levels: int = 16) -> Axes:
    """Draw the level lines of a function of two variables, dense where it is low.

    Parameters
    ----------
    objective : Objective
        With two variables.
    ax : matplotlib.axes.Axes
    domain : ((low, high), (low, high)), optional
        By default the objective's own.
    levels : int
        How many lines.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the objective does not have two variables, or `domain` is not two such pairs.
    """
    _check_dimension(objective, 2)
    if domain is not None:
        check_box("domain", domain, objective.variables)
    sides = objective.domain if domain is None else domain
    look: dict[str, Any] = {"colors": GRAY, "linewidths": 0.7, "alpha": 0.6}
    grid, z = _on_grid(objective, sides, 200)
    spacing = np.unique(np.quantile(z, np.linspace(0, 1, levels + 2)[1:-1] ** 2))
    lines = ax.contour(*grid, z, levels=spacing, **look)
    for cells in GRIDS:
        # On too coarse a grid a narrow valley breaks into islands.
        before = list(map(len, lines.allsegs))
        lines.remove()
        grid, z = _on_grid(objective, sides, cells)
        lines = ax.contour(*grid, z, levels=spacing, **look)
        if list(map(len, lines.allsegs)) == before:
            break
    x, y = map(symbol_latex, objective.variables)
    ax.set(xlabel=f"${x}$", ylabel=f"${y}$")
    return ax


def _on_grid(objective, sides, cells):
    grid = np.meshgrid(*(np.linspace(low, high, cells + 1) for low, high in sides))
    return grid, objective.f(np.array(grid))


@in_style
def path(trace: Trace, ax: Axes, label: str | None = None, **line: Any) -> Axes:
    """Draw the points of a run, on the curve or among the level lines of its objective.

    Parameters
    ----------
    trace : Trace
        Of one start.
    ax : matplotlib.axes.Axes
    label : str, optional
        By default the optimizer's name.
    **line
        Passed to `Axes.plot`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the trace is of many starts, or its objective has more than two variables.
    TypeError
        If it is no `Trace`.
    """
    _check_trace(trace)
    if trace.objective.dim > 2:
        raise ValueError(
            f"trace must be of one or two variables, got one of {trace.objective.dim} on "
            f"{trace.objective!r}; figures.progress shows its values"
        )
    x, y = _coordinates(trace)
    label = label_of(trace.rule) if label is None else label
    ax.plot(x, y, **line_of(trace.rule) | {"marker": "o", "label": label} | line)
    return ax


@in_style
def progress(trace: Trace, ax: Axes, label: str | None = None, **line: Any) -> Axes:
    """Draw the objective's value against the step, on a logarithmic scale.

    Parameters
    ----------
    trace : Trace
        Of one start.
    ax : matplotlib.axes.Axes
    label : str, optional
        By default the optimizer's name.
    **line
        Passed to `Axes.semilogy`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the trace is of many starts.
    TypeError
        If it is no `Trace`.
    """
    _check_trace(trace)
    label = label_of(trace.rule) if label is None else label
    ax.semilogy(trace.values.ravel(), **line_of(trace.rule) | {"label": label} | line)
    ax.set(**OVER_STEPS)
    return ax


@in_style
def compare(
    runs: Sequence[Trace | Optimizer] | Mapping[str, Trace | Optimizer],
    objective: Objective | None = None,
    w0: Start | None = None,
    steps: int | None = None,
) -> tuple[Axes, ...]:
    """Draw several runs together: their progress and, of one or two variables, their paths.

    The progress is on a logarithmic scale unless values are negative, and is cut off at a
    thousand times its start. What diverged is called so in the legend.

    Parameters
    ----------
    runs : list of Trace or Optimizer, or dict
        What is compared, or a dict from labels to it. Without labels runs are called by their
        optimizer and what distinguishes it from another of its kind.
    objective, w0, steps
        As in `trace`, for optimizers that have not run. By default the objective's own start.

    Returns
    -------
    tuple of matplotlib.axes.Axes
        That of the paths, if it is drawn, and that of the progress.

    Raises
    ------
    ValueError
        If `runs` is empty, or of traces with different objectives or many starts.
    TypeError
        If it holds something else, or an optimizer, and `objective` or `steps` is missing.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import figures
    >>> rules = [ol.GradientDescent(lr=0.1), ol.Adam(lr=0.1), ol.Adam(lr=0.5)]
    >>> paths, progress = figures.compare(rules, ol.problems.coupled_bowl, (1.0, 2.0), steps=50)
    >>> progress.get_legend_handles_labels()[1]
    ['gradient descent', 'Adam, η = 0.1', 'Adam, η = 0.5']
    """
    labels = list(runs) if isinstance(runs, Mapping) else None
    traces = _traces(runs, objective, w0, steps)
    rules = [trace.rule for trace in traces]
    labels = labels_of(rules) if labels is None else labels
    looks = _looks(rules)
    if traces[0].objective.dim > 2:
        axes = (one(),)
    else:
        axes = tuple(side_by_side())
        _draw_paths(traces, looks, axes[0])
    ax = axes[-1]
    heights = [trace.values.ravel() for trace in traces]
    top = 1e3 * max(abs(values[0]) for values in heights) or np.inf
    for values, label, look in zip(heights, labels, looks, strict=True):
        diverges = "" if values[-1] <= top else " (diverges)"
        # What is far above the picture must not decide about its scale.
        ax.plot(np.minimum(values, 1e3 * top), label=f"{label}{diverges}", **look)
    heights = np.concatenate(heights)
    logarithmic = not np.any(heights < 0)
    ax.set(yscale="log" if logarithmic else "linear", **OVER_STEPS)
    if np.any(heights > top):
        ax.set_ylim(heights[heights > 0].min() / 2 if logarithmic else None, top)
    ax.legend(fontsize="small")
    return axes


def _traces(runs, objective, w0, steps):
    """Return the traces of what `compare` is given."""
    values = list(runs.values() if isinstance(runs, Mapping) else runs) if _holds(runs) else []
    if not values or not all(isinstance(run, Trace | Optimizer) for run in values):
        kind = ValueError if _holds(runs) and not values else TypeError
        raise kind(f"runs must be a list of traces or optimizers, got runs = {runs!r}")
    if not all(isinstance(run, Trace) for run in values):
        for name, value in (("objective", objective), ("steps", steps)):
            if value is None:
                raise TypeError(f"{name} must be given for optimizers, got {name} = {value!r}")
        if w0 is None and isinstance(objective, Objective):
            w0 = _start(objective)
        values = [r if isinstance(r, Trace) else run_of(r, objective, w0, steps) for r in values]
    for trace in values:
        _check_trace(trace, "runs")
        if trace.objective is not values[0].objective:
            raise ValueError(
                "runs must be on one objective, the same object, got "
                f"{values[0].objective!r} and {trace.objective!r}"
            )
    return values


def _holds(runs):
    return isinstance(runs, Mapping | list | tuple)


def _start(objective):
    if objective.start is None:
        raise ValueError(f"w0 must be given: {objective.name} has no start of its own")
    return objective.start


def _draw_paths(traces, looks, ax):
    """Draw the paths on their ground; one that ends above its start until it leaves the picture."""
    objective = traces[0].objective
    places = [np.array(trace.points).reshape(-1, objective.dim) for trace in traces]
    values = [trace.values.ravel() for trace in traces]
    shown = [p if v[-1] <= v[0] else p[:1] for p, v in zip(places, values, strict=True)]
    low, high = np.array(objective.domain, dtype=float).T
    low = np.min([low, *(points.min(axis=0) for points in shown)], axis=0)
    high = np.max([high, *(points.max(axis=0) for points in shown)], axis=0)
    domain = np.stack([low, high], axis=1)
    if objective.dim == 1:
        curve(objective, ax, domain[0])
    else:
        contours(objective, ax, domain)
    limits = ax.axis()
    for trace, points, look in zip(traces, places, looks, strict=True):
        outside = ~np.all((low <= points) & (points <= high), axis=1)
        end = np.argmax(outside) + 1 if outside.any() else None
        ax.plot(*(numbers[:end] for numbers in _coordinates(trace)), marker=".", **look)
    ax.axis(limits)


def _looks(rules):
    """Return colors, and line styles where there are more rules than colors."""
    shades = colors(rules)
    return [
        line_of(rule)
        if shade == COLORS.get(type(rule).__name__)
        else {"color": shade, "linestyle": DASHES[shades[:i].count(shade) % len(DASHES)]}
        for i, (rule, shade) in enumerate(zip(rules, shades, strict=True))
    ]


@in_style
def heat(
    values: ArrayLike,
    x: tuple[str, Points],
    y: tuple[str, Points],
    ax: Axes | None = None,
    *,
    limit: float = np.inf,
    label: str = "$f$ after the last step",
) -> Axes:
    r"""Draw the result of a `sweep` over two hyperparameters as a map, light where it is low.

    An axis is logarithmic where its values are, as in ``numpy.geomspace``, and so are the colors
    unless values are negative.

    Parameters
    ----------
    values : array, shape (m, n)
        Of ``ol.sweep`` with `x` as its first hyperparameter and `y` as its second.
    x, y : (name, values)
        The hyperparameters, with their m and n different values.
    ax : matplotlib.axes.Axes, optional
        By default new ones.
    limit : number
        What is greater counts as diverged, like inf and nan: ``objective.f(w0)``, for example.
    label : str
        What the values are.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If `values` does not have shape (m, n), or an axis the same value twice.
    TypeError
        If an axis is not a pair of a name and numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> from optimlib import figures
    >>> rates, betas = np.geomspace(0.01, 4, 30), np.linspace(0, 0.95, 20)
    >>> rule, problem = ol.Momentum(lr=0.1), ol.problems.square
    >>> f = ol.sweep(rule, problem, 4.0, 50, lr=rates, beta=betas)
    >>> ax = figures.heat(f, ("lr", rates), ("beta", betas), limit=problem.f(4.0))
    >>> print(ax.get_xlabel(), ax.get_xscale(), ax.get_ylabel(), ax.get_yscale())
    $\eta$ log $\beta$ linear
    """
    names, numbers = zip(*(_axis(name, axis) for name, axis in (("x", x), ("y", y))), strict=True)
    values = real_array("values", values, finite=False)
    if values.shape != (len(numbers[0]), len(numbers[1])):
        raise ValueError(
            f"values must have shape ({len(numbers[0])}, {len(numbers[1])}), for the values of "
            f"{names[0]} and {names[1]}, got values of shape {values.shape}"
        )
    if limit != np.inf:
        check_number("limit", limit)
    order = np.ix_(*map(np.argsort, numbers))
    logs = [_is_logarithmic(np.sort(axis)) for axis in numbers]
    edges = [_edges(np.sort(axis), log) for axis, log in zip(numbers, logs, strict=True)]
    ax = one() if ax is None else ax
    _draw_cells(values[order].T, edges, limit, label, ax)
    for side, name, log in zip("xy", names, logs, strict=True):
        scale = "log" if log else "linear"
        ax.set(**{f"{side}scale": scale, f"{side}label": f"${symbol_latex(name)}$"})
    return ax


def _axis(argument, axis):
    """Return the name and the numbers of an axis."""
    pair = isinstance(axis, tuple | list) and len(axis) == 2 and isinstance(axis[0], str)
    if not pair:
        raise TypeError(
            f"{argument} must be a pair like ('lr', [0.1, 0.2]), got {argument} = {axis!r}"
        )
    numbers = real_array(f"{argument}[1]", axis[1])
    if numbers.ndim != 1 or not 0 < len(numbers) == len(np.unique(numbers)):
        raise ValueError(
            f"{argument} must have a list of different values of {axis[0]}, "
            f"got {argument} = {axis!r}"
        )
    return axis[0], numbers


def _is_logarithmic(numbers):
    """Return whether increasing numbers are spaced more evenly by ratio than by difference."""
    if numbers[0] <= 0 or len(numbers) < 3:
        return False
    gaps, ratios = np.diff(numbers), np.diff(np.log(numbers))
    return bool(np.std(ratios) / np.mean(ratios) < np.std(gaps) / np.mean(gaps))


def _edges(numbers, log):
    """Return where the cells of increasing numbers end, half-way between neighbors."""
    numbers = np.log(numbers) if log else numbers
    if len(numbers) == 1:
        edges = numbers[0] + np.array([-0.5, 0.5])
    else:
        middles = (numbers[1:] + numbers[:-1]) / 2
        ends = 2 * numbers[[0, -1]] - middles[[0, -1]]
        edges = np.concatenate([ends[:1], middles, ends[1:]])
    return np.exp(edges) if log else edges


def _draw_cells(values, edges, limit, label, ax):
    """Draw the cells that did not diverge by their values, and the others in one color."""
    lost = ~np.isfinite(values) | (values > limit)
    shown = values[~lost]
    norm, low = "linear", -np.inf
    if shown.size and shown.min() >= 0 and shown.max() > 0:
        # Where it arrived, f may be 0 or almost.
        norm, low = "log", max(1e-16 * shown.max(), shown[shown > 0].min())
    cells = np.ma.masked_array(np.maximum(values, low), lost)
    colors = plt.get_cmap("viridis_r").with_extremes(bad=GRAY)
    picture = ax.pcolormesh(*edges, cells, cmap=colors, norm=norm)
    if shown.size:
        ax.figure.colorbar(picture, ax=ax, label=label)
    if lost.any():
        ax.legend(handles=[Patch(color=GRAY, label="diverged")], loc="upper right", frameon=True)


def _check_dimension(objective, dim):
    if not isinstance(objective, Objective):
        raise TypeError(f"objective must be an Objective, got objective = {objective!r}")
    if objective.dim != dim:
        raise ValueError(
            f"objective must have {dim} variable{'s' * (dim > 1)}, "
            f"got {objective.name} of {', '.join(objective.variables)}"
        )


def _coordinates(trace):
    """Return what a path is drawn through."""
    if trace.objective.dim == 2:
        return trace.points.reshape(-1, 2).T
    return trace.points.ravel(), trace.values.ravel()


def _check_trace(trace, argument="trace"):
    if not isinstance(trace, Trace):
        raise TypeError(f"{argument} must be what ol.trace returns, got {argument} = {trace!r}")
    if np.size(trace.start) != trace.objective.dim:
        raise ValueError(
            f"{argument} must be of one start, got a trace whose start has shape "
            f"{np.shape(trace.start)}"
        )
