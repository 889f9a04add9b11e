"""Pictures in the style of the book: functions, the paths of optimizers on them, their progress.

Importing this module sets Matplotlib's style. Every function draws on the axes it is given and
returns them; `one` and `side_by_side` make axes.
"""

import numpy as np

from optimlib.extras import extra
from optimlib.objective import Objective
from optimlib.symbols import symbol_latex

with extra("figures", "optimlib.figures"):
    import matplotlib.pyplot as plt
    from cycler import cycler

# Okabe and Ito's palette, told apart with any color vision: M. Okabe, K. Ito, "Color Universal
# Design" (2008). One color per optimizer in the whole book; the rarer ones, which are drawn
# with others only in races, have colors between these.
BLACK, BLUE, ORANGE, GREEN = "#000000", "#0072B2", "#E69F00", "#009E73"
VERMILION, PURPLE, SKY, GRAY = "#D55E00", "#CC79A7", "#56B4E9", "#777777"
COLORS = {
    "GradientDescent": BLUE,
    "Momentum": ORANGE,
    "HeavyBall": ORANGE,
    "AverageMomentum": ORANGE,
    "Nesterov": VERMILION,
    "AdaGrad": GREEN,
    "RMSProp": SKY,
    "Adam": PURPLE,
    "AMSGrad": "#AA4499",
    "AdaBelief": "#C4738B",
    "Adadelta": "#3FA796",
    "AdamW": "#B2507A",
    "Adamax": "#B59F3B",
    "Lion": "#B8860B",
    "NAdam": "#8C6BB1",
    "RAdam": "#6A8FBF",
    "Rprop": "#6B8E23",
    "Yogi": "#8A6D3B",
    "Newton": BLACK,
    "BFGS": "#332288",
    "LBFGS": "#882255",
    "ConjugateGradient": "#999933",
}
STYLE = {
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
plt.rcParams.update(STYLE)


def color(rule):
    """Return the color that `rule`'s optimizer has in the whole book, gray for an unknown one.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import figures
    >>> figures.color(ol.Adam(lr=0.1)) == figures.PURPLE
    True
    """
    return COLORS.get(type(rule).__name__, GRAY)


def one(**size):
    """Return one pair of axes; `size` goes to `matplotlib.pyplot.subplots`."""
    return plt.subplots(**size)[1]


def side_by_side(count=2, *, height=2.9, **options):
    """Return `count` axes next to each other; `options` go to `matplotlib.pyplot.subplots`."""
    return plt.subplots(1, count, figsize=(6.6, height), **options)[1]


def curve(objective, ax, domain=None, **line):
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
        If the objective has more than one variable.
    """
    _check_dimension(objective, 1)
    x = np.linspace(*(objective.domain[0] if domain is None else domain), 401)
    ax.plot(x, objective.f(x[None]), **{"color": GRAY, "zorder": 1} | line)
    name = symbol_latex(objective.variables[0])
    ax.set(xlabel=f"${name}$", ylabel=f"$f({name})$")
    return ax


def contours(objective, ax, domain=None, levels=16):
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
        If the objective does not have two variables.
    """
    _check_dimension(objective, 2)
    sides = objective.domain if domain is None else domain
    grid = np.meshgrid(*(np.linspace(*side, 201) for side in sides))
    z = objective.f(np.array(grid))
    spacing = np.quantile(z, np.linspace(0, 1, levels + 2)[1:-1] ** 2)
    ax.contour(*grid, z, levels=np.unique(spacing), colors=GRAY, linewidths=0.7, alpha=0.6)
    x, y = map(symbol_latex, objective.variables)
    ax.set(xlabel=f"${x}$", ylabel=f"${y}$")
    return ax


def path(trace, ax, label=None, **line):
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
    """
    if trace.objective.dim == 2:
        x, y = trace.points.T
    else:
        x, y = trace.points.ravel(), trace.values.ravel()
    label = type(trace.rule).__name__ if label is None else label
    ax.plot(x, y, **{"color": color(trace.rule), "marker": "o", "label": label} | line)
    return ax


def progress(trace, ax, label=None, **line):
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
    """
    label = type(trace.rule).__name__ if label is None else label
    ax.semilogy(trace.values.ravel(), **{"color": color(trace.rule), "label": label} | line)
    ax.set(xlabel="step $t$", ylabel="$f(w_t)$")
    return ax


def _check_dimension(objective, dim):
    if not isinstance(objective, Objective):
        raise TypeError(f"objective must be an Objective, got objective = {objective!r}")
    if objective.dim != dim:
        raise ValueError(
            f"objective must have {dim} variable{'s' * (dim > 1)}, "
            f"got {objective.name} of {', '.join(objective.variables)}"
        )
