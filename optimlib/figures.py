"""Pictures in the style of the book: functions, the paths of optimizers on them, their progress.

Importing this module sets Matplotlib's style. Every function draws on the axes it is given and
returns them; `one` and `side_by_side` make axes.
"""

from dataclasses import fields
from zlib import crc32

import numpy as np

from optimlib.checks import is_number
from optimlib.extras import extra
from optimlib.objective import Objective
from optimlib.rules.optimizer import Optimizer
from optimlib.symbols import number_text, symbol_latex, symbol_text

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
# For rules of one's own: each stands out by 3 to 1 from white and from the dark sheet.
OWN = (
    *("#CC3311", "#228833", "#9955DD", "#7A7A00"),
    *("#EE3377", "#0E8AA8", "#A0522D", "#5F6FE0"),
)
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


def colors(rules):
    """Return a color for each of the rules that one figure shows together.

    An optimizer of the library has its `color`. Rules of one's own, and those of which the figure
    shows another form already, have colors that nothing else in it has, as long as there are some.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import figures
    >>> figures.colors([ol.Adam(lr=0.1), ol.Momentum(lr=0.1), ol.Adam(lr=0.01)])
    ['#CC79A7', '#E69F00', '#7A7A00']
    """
    names = [type(rule).__name__ for rule in rules]
    found = [COLORS.get(n) if n not in names[:i] else None for i, n in enumerate(names)]
    for i, name in enumerate(names):
        found[i] = found[i] or _free_color(name, found)
    return found


def _free_color(name, taken):
    """Return a color that is not `taken`, and that does not change from day to day."""
    first = crc32(name.encode()) % len(OWN)
    return next((c for c in (*OWN[first:], *OWN[:first]) if c not in taken), GRAY)


def label_of(rule):
    """Return what figures call a rule that is alone of its kind.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import figures
    >>> figures.label_of(ol.Adam(lr=0.1))
    'Adam'
    """
    return type(rule).__name__


def labels_of(rules, moved=()):
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
    ['Adam, η = 0.1', 'Adam, η = 0.01', 'Momentum']
    >>> figures.labels_of(rules, moved=["lr"])
    ['Adam 1', 'Adam 2', 'Momentum']
    """
    families = {}
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
    label = label_of(trace.rule) if label is None else label
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
    label = label_of(trace.rule) if label is None else label
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
