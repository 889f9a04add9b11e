"""The plot of a chapter's own formulas: curves, points and runs with controls for their names."""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product
from numbers import Real
from string import Formatter

import matplotlib.colors
import numpy as np

from optimlib import figures
from optimlib.calculus import check_objective
from optimlib.descent import check_count, trace
from optimlib.explorers.explorer import Explorer, plain, tree
from optimlib.expression import record_rule
from optimlib.javascript import reference
from optimlib.objective import Objective, Stream
from optimlib.rules.rule import Rule
from optimlib.symbols import symbol_text

DIGITS = 5
LARGEST = 60_000
SAMPLES = 300
CYCLE = (
    figures.BLUE,
    figures.VERMILION,
    figures.GREEN,
    figures.ORANGE,
    figures.PURPLE,
    figures.SKY,
)
PRIMES = ("f", "f′", "f″")
READINGS = ("f", "grad", "hess")


@dataclass(frozen=True, eq=False)
class Control:
    """What the reader sets: a slider, a menu of choices or a box to tick.

    Attributes
    ----------
    kind : {"slider", "menu", "toggle"}
    value : number
        At first; of a menu the position.
    limits : (low, high)
        Of a slider.
    choices : list of (label, number, Python's value)
        Of a menu.
    """

    kind: str
    value: float
    limits: tuple = ()
    log: bool = False
    integer: bool = False
    play: bool = False
    label: str | None = None
    choices: tuple = ()

    @property
    def number(self):
        """The first value that formulas see."""
        return self.choices[self.value][1] if self.choices else float(self.value)

    def states(self):
        """Return what a discrete control can be: pairs of its key in the figure and its value."""
        if self.kind == "toggle":
            return [(0, False), (1, True)]
        if self.kind == "menu":
            return [(i, value) for i, (_, _, value) in enumerate(self.choices)]
        if self.integer:
            return [(i, i) for i in range(self.limits[0], self.limits[1] + 1)]
        return None

    def specification(self, name):
        common = {
            "key": name,
            "kind": self.kind,
            "value": self.value,
            "label": self.label or symbol_text(name),
        }
        if self.kind == "menu":
            return common | {"choices": [[label, number] for label, number, _ in self.choices]}
        if self.kind == "toggle":
            return common
        low, high = self.limits
        scale = {"min": low, "max": high, "log": self.log}
        return common | scale | {"integer": self.integer, "play": self.play}


def control(value, low, high, *, log=False, integer=False, play=False, label=None):
    """Return a slider for `plot`.

    Parameters
    ----------
    value, low, high : number
        Where it stands at first, and its ends.
    log : bool
        Equal ratios under equal distances.
    integer : bool
        Whole numbers only.
    play : bool
        With a button that runs through all values; for whole numbers.
    label : str, optional
        By default the symbol of its name.

    Returns
    -------
    Control

    Raises
    ------
    TypeError, ValueError
        If they are not numbers with low <= value <= high and low < high, or the options do not
        fit each other.

    Examples
    --------
    >>> from optimlib import explorers
    >>> explorers.control(1.0, 1e-3, 1, log=True).limits
    (0.001, 1)
    """
    for name, number in (("value", value), ("low", low), ("high", high)):
        if isinstance(number, bool) or not isinstance(number, Real):
            raise TypeError(f"{name} must be a number, got {name} = {number!r}")
        if integer and number != int(number):
            raise ValueError(f"{name} must be a whole number, got {name} = {number!r}")
    if not (low < high and low <= value <= high and np.isfinite([low, high]).all()):
        raise ValueError(f"a control needs low <= value <= high, got {value}, {low}, {high}")
    if log and low <= 0:
        raise ValueError(f"low must be > 0 on a logarithmic slider, got low = {low!r}")
    if play and not integer:
        raise ValueError("play = True needs integer = True")
    return Control("slider", value, (low, high), log, integer, play, label)


@dataclass(frozen=True, eq=False)
class Item:
    """One thing in a panel.

    Attributes
    ----------
    kind : str
    formulas : dict
        From its parts to a number, a name, or a function of names.
    along : tuple of str
        The parts whose function's first argument runs along the horizontal axis.
    style : dict
        How it looks: label, color, dashed.
    extra : dict
        What else the kind asks for.
    """

    kind: str
    formulas: dict
    along: tuple = ()
    style: dict = field(default_factory=dict)
    extra: dict = field(default_factory=dict)

    def __str__(self):
        label = self.style.get("label")
        return f"{self.kind} {label!r}" if label else self.kind


@dataclass(frozen=True, eq=False)
class Run(Item):
    """A series of an optimizer's run, of which `at` returns one value for `define`."""

    rule: Rule | None = None

    def at(self, t):
        """Return the value at step `t` (a name, a number or a function of names)."""
        return _At(self, t)


@dataclass(frozen=True, eq=False)
class _At:
    run: Run
    t: object


@dataclass(frozen=True, eq=False)
class Panel:
    """One pair of axes and what is drawn in it."""

    x: tuple
    y: tuple
    items: tuple
    log: str = ""


@dataclass(frozen=True, eq=False)
class Reading:
    """One row below the figure."""

    label: str
    measured: object
    predicted: object = None


@dataclass(frozen=True, eq=False)
class Note:
    """One sentence below the figure."""

    text: str
    when: object = None


def curve(function, label=None, *, derivative=0, where=None, when=None, color=None, dashed=False):
    """Return a curve for a panel.

    Parameters
    ----------
    function : callable or Objective
        Of the number along the horizontal axis, whatever it is called, and of any named values:
        ``lambda x, a: a**2 + 2 * a * (x - a)``. A formula may call an objective of one variable:
        ``lambda x, a: wave.f(a) + wave.grad(a) * (x - a)``.
    label : str, optional
        Its name in the legend.
    derivative : {0, 1, 2}
        Which derivative of an objective.
    where : callable, optional
        A condition on the same arguments: where it is false, nothing is drawn.
    when : callable or str, optional
        A condition on named values: while it is false, nothing is drawn.
    color : color, optional
        One of `optimlib.figures`; by default the next of the book's.
    dashed : bool

    Returns
    -------
    Item

    Raises
    ------
    TypeError, ValueError
        If the function is of another kind, or a derivative is asked of a plain function.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import explorers
    >>> print(explorers.curve(ol.problems.x_cos(), derivative=1))
    curve 'f′'
    """
    if isinstance(function, Objective):
        one_variable(function)
        if derivative not in (0, 1, 2):
            raise ValueError(f"derivative must be 0, 1 or 2, got derivative = {derivative!r}")
        label = PRIMES[derivative] if label is None else label
        function = getattr(function, READINGS[derivative])
        color = figures.GRAY if color is None and not derivative else color
    elif derivative:
        raise ValueError("derivative is for objectives, got a function")
    _check_function(function, "curve")
    return Item(
        "curve",
        {"y": function, "where": where, "when": when},
        ("y", "where"),
        _style(label, color, dashed),
    )


def dots(function, over, label=None, *, when=None, color=None):
    """Return dots at whole numbers for a panel.

    Parameters
    ----------
    function : callable
        As for `curve`.
    over : (first, last)
        Whole numbers; each a number, a name, or a function of names.
    label, when, color
        As for `curve`.

    Returns
    -------
    Item

    Raises
    ------
    TypeError, ValueError
        If the arguments are of another kind.
    """
    return _whole("dots", function, over, label, when, color)


def bars(function, over, label=None, *, when=None, color=None):
    """Return bars at whole numbers for a panel, e.g. the weights (1 − β)βᵏ of past gradients.

    Parameters
    ----------
    function, over, label, when, color
        As for `dots`.

    Returns
    -------
    Item

    Raises
    ------
    TypeError, ValueError
        If the arguments are of another kind.

    Examples
    --------
    >>> from optimlib import explorers
    >>> print(explorers.bars(lambda k, beta: (1 - beta) * beta**k, over=(0, 30), label="weight"))
    bars 'weight'
    """
    return _whole("bars", function, over, label, when, color)


def point(x, y, label=None, *, drag=None, when=None, color=None):
    """Return a point for a panel.

    Parameters
    ----------
    x, y : number, str or callable
        Its place: a number, a name, or a function of names.
    label : str, optional
        Its name in the legend; the reader is told when it is outside the picture.
    drag : str or dict, optional
        The control that a drag moves to the pointer's x, or from names of controls to functions
        of the pointer's ``x``, ``y`` and any named values: ``{"h": lambda x, a: x - a}``.
    when, color
        As for `curve`.

    Returns
    -------
    Item

    Raises
    ------
    TypeError
        If `drag` is of another kind.

    Examples
    --------
    >>> from optimlib import explorers
    >>> explorers.point("a", lambda a: a**2, drag="a").extra
    {'drag': {'a': 'x'}}
    """
    if isinstance(drag, str):
        drag = {drag: "x"}
    if not isinstance(drag, dict | None):
        raise TypeError(f"drag must be a control's name or a dict, got drag = {drag!r}")
    style = _style(label, color, False)
    return Item("point", {"x": x, "y": y, "when": when}, (), style, {"drag": drag or {}})


def segment(start, end, label=None, *, arrow=False, when=None, color=None, dashed=False):
    """Return a straight piece between two places for a panel.

    Parameters
    ----------
    start, end : (x, y)
        Each a number, a name, or a function of names.
    arrow : bool
        With a head at its end.
    label, when, color, dashed
        As for `curve`.

    Returns
    -------
    Item

    Raises
    ------
    TypeError
        If an end is no pair.
    """
    for name, place in (("start", start), ("end", end)):
        if not isinstance(place, tuple | list) or len(place) != 2:
            raise TypeError(f"{name} must be a pair (x, y), got {name} = {place!r}")
    ends = dict(zip(("x1", "y1", "x2", "y2"), (*start, *end), strict=True))
    style = _style(label, color, dashed)
    return Item("segment", ends | {"when": when}, (), style, {"arrow": bool(arrow)})


def hline(y, label=None, *, when=None, color=None, dashed=True):
    """Return a horizontal line for a panel, at a number, a name or a function of names.

    Parameters
    ----------
    y : number, str or callable
    label, when, color, dashed
        As for `curve`.

    Returns
    -------
    Item
    """
    return Item("hline", {"y": y, "when": when}, (), _style(label, color, dashed))


def vline(x, label=None, *, when=None, color=None, dashed=True):
    """Return a vertical line for a panel, at a number, a name or a function of names.

    Parameters
    ----------
    x : number, str or callable
    label, when, color, dashed
        As for `curve`.

    Returns
    -------
    Item
    """
    return Item("vline", {"x": x, "when": when}, (), _style(label, color, dashed))


def text(string, x, y, *, when=None, color=None):
    """Return words for a panel.

    Parameters
    ----------
    string : str
        A name in braces stands for its value: ``"slope {slope}"``.
    x, y : number, str or callable
        The middle of the words.
    when, color
        As for `curve`.

    Returns
    -------
    Item
    """
    formulas = {"x": x, "y": y, "when": when}
    return Item("text", formulas, (), _style(None, color, False), {"text": string})


def data(function, label=None, *, marks="line", when=None, color=None, dashed=False):
    """Return what Python computes for each value of discrete controls.

    In a panel it is a series; in `define` a number. So what JavaScript cannot compute can still
    be explored without a kernel.

    Parameters
    ----------
    function : callable
        Its arguments are names of discrete controls (whole numbers, menus, boxes), whose Python
        values it is given. It returns (xs, ys), or in `define` one number.
    label, when, color, dashed
        As for `curve`.
    marks : {"line", "dots"}

    Returns
    -------
    Item

    Raises
    ------
    TypeError, ValueError
        If the arguments are of another kind.

    Examples
    --------
    >>> import numpy as np
    >>> from optimlib import explorers
    >>> item = explorers.data(lambda n: (np.arange(n), np.arange(n) ** 2), "squares")
    >>> explorers.plot(
    ...     explorers.panel(x=("k", 0, 9), y=("k²", 0, 81), items=[item]),
    ...     controls={"n": explorers.control(3, 1, 9, integer=True)}, title="Squares")
    <Explorer: Squares>
    """
    _check_function(function, "data")
    if marks not in ("line", "dots"):
        raise ValueError(f"marks must be 'line' or 'dots', got marks = {marks!r}")
    extra = {"function": function, "marks": marks}
    return Item("data", {"when": when}, (), _style(label, color, dashed), extra)


def run(
    rule, gradient, start=0.0, steps=100, show="w", label=None, *, when=None, color=None, dots=False
):
    """Return a series of a run of an optimizer in one coordinate, against the step t.

    A control that is called as a hyperparameter of the rule sets it.

    Parameters
    ----------
    rule : Rule
        One that is generated as JavaScript.
    gradient : callable or Objective
        A function of any of ``t``, ``w`` and named values, or an objective of one variable.
    start : number, str or callable
        The point before the first step.
    steps : int
        At least 1.
    show : str or callable
        What is drawn: a name of the rule's record (``"m_hat"``, ``"step"``; ``"w"`` is the point
        after the step), or a function of any of them, ``t``, ``g``, the hyperparameters and named
        values: ``lambda step, lr: abs(step) / lr``.
    label, when, color
        As for `curve`.
    dots : bool
        Mark each step.

    Returns
    -------
    Run
        Its method ``at(t)`` gives a value for `define`.

    Raises
    ------
    TypeError, ValueError
        If the arguments are of another kind, or the rule is not generated as JavaScript.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import explorers
    >>> adam = ol.Adam(lr=0.001, bias_correction=False)
    >>> length = explorers.run(adam, lambda t: 1.0, show=lambda step, lr: abs(step) / lr)
    >>> explorers.plot(
    ...     explorers.panel(x=("step t", 1, 100), y="|step|/η", items=[length]),
    ...     controls={"beta1": (0.9, 0.0, 0.99), "t": explorers.control(12, 1, 100, integer=True)},
    ...     define={"length": length.at("t")},
    ...     read=[explorers.reading("|step|/η", measured="length")], title="Steps of Adam")
    <Explorer: Steps of Adam>
    """
    if not isinstance(rule, Rule):
        raise TypeError(f"rule must be like ol.Adam(lr=0.1), got rule = {rule!r}")
    check_count("steps", steps, least=1)
    if isinstance(gradient, Objective):
        one_variable(gradient)
        objective = gradient

        def gradient(w):
            return objective.grad(w)

    formulas = {"gradient": gradient, "start": start, "show": show, "when": when}
    extra = {"steps": steps, "dots": bool(dots)}
    return Run("run", formulas, (), _style(label, color, False), extra, rule)


def reading(label, measured, predicted=None):
    """Return a row below the figure: a value, or a prediction, a measurement and their difference.

    Parameters
    ----------
    label : str
    measured, predicted : number, str or callable
        A number, a name, or a function of names.

    Returns
    -------
    Reading
    """
    return Reading(label, measured, predicted)


def note(string, when=None):
    """Return a sentence below the figure.

    Parameters
    ----------
    string : str
        A name in braces stands for its value.
    when : str or callable, optional
        A condition on named values: while it is false, nothing is said.

    Returns
    -------
    Note
    """
    return Note(string, when)


def panel(x, y, items, log=""):
    """Return one pair of axes for `plot`.

    Parameters
    ----------
    x : (label, low, high)
        The ends may be functions of named values.
    y : (label, low, high) or str
        The label alone lets the range follow what is drawn.
    items : list
        Of `curve`, `dots`, `bars`, `point`, `segment`, `hline`, `vline`, `text`, `run`, `data`.
    log : {"", "x", "y", "xy"}
        The logarithmic axes.

    Returns
    -------
    Panel

    Raises
    ------
    TypeError, ValueError
        If an argument is of another kind.

    Examples
    --------
    >>> from optimlib import explorers
    >>> parabola = explorers.curve(lambda x: x**2)
    >>> explorers.panel(x=("x", -2, 2), y="f(x)", items=[parabola]).y
    ('f(x)',)
    """
    y = (y,) if isinstance(y, str) else y
    for name, axis, lengths in (("x", x, (3,)), ("y", y, (1, 3))):
        if not isinstance(axis, tuple | list) or len(axis) not in lengths:
            raise TypeError(f"{name} must be (label, low, high), got {name} = {axis!r}")
        if not isinstance(axis[0], str):
            raise TypeError(f"{name} must begin with a label, got {name} = {axis!r}")
        ends = [end for end in axis[1:] if isinstance(end, Real)]
        if len(ends) == 2 and not ends[0] < ends[1]:
            raise ValueError(f"{name} must have low < high, got {name} = {axis!r}")
        if name in log and any(end <= 0 for end in ends):
            raise ValueError(f"{name} must be > 0 on a logarithmic axis, got {name} = {axis!r}")
    if log not in ("", "x", "y", "xy"):
        raise ValueError(f"log must be '', 'x', 'y' or 'xy', got log = {log!r}")
    items = list(items)
    for item in items:
        if not isinstance(item, Item):
            raise TypeError(f"items must be like explorers.curve(...), got {item!r}")
    return Panel(tuple(x), tuple(y), tuple(items), log)


def plot(*panels, controls=None, define=None, read=(), title=None):
    """Return an interactive plot of formulas that are computed in the reader's browser.

    A formula is a number, a name, or a Python function whose arguments are names: those of the
    controls and of what is defined from them. It is recorded once, so it must be elementwise
    arithmetic; it may call an objective's f, grad and hess.

    Parameters
    ----------
    *panels : Panel
        Made by `panel`.
    controls : dict, optional
        From a name to (value, low, high), to `control`, to a list of choices or a dict from
        labels to numbers (a menu; in formulas the choice's number, or its position if the
        choices are words), or to True or False (a box to tick).
    define : dict, optional
        From a name to a formula of the names before it, to ``run(...).at(t)``, or to `data`.
    read : list, optional
        Of `reading` and `note`: what stands below the figure.
    title : str, optional
        The figure's name for those who cannot see it; by default that of the axes.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        If an argument is of another kind, a formula has an argument of an unknown name, a name
        is taken twice, or the figure is larger than 60 kB.

    Examples
    --------
    >>> from optimlib import explorers
    >>> explorers.plot(
    ...     explorers.panel(x=("x", -2, 2), y=("f(x)", -1, 4), items=[
    ...         explorers.curve(lambda x: x**2, label="f"),
    ...         explorers.curve(lambda x, a, slope: a**2 + slope * (x - a), label="tangent"),
    ...         explorers.point("a", lambda a: a**2, drag="a")]),
    ...     controls={"a": (1.0, -2, 2)},
    ...     define={"slope": lambda a: 2 * a},
    ...     read=[explorers.reading("slope", "slope")])
    <Explorer: f(x) against x>
    """
    if not panels:
        raise ValueError("plot needs at least one panel")
    for given in panels:
        if not isinstance(given, Panel):
            raise TypeError(f"panels must be like explorers.panel(...), got {given!r}")
    controls = {name: _control(name, value) for name, value in (controls or {}).items()}
    recorder = _Recorder(controls)
    definitions = dict(define or {})
    defined = [recorder.definition(name, value) for name, value in definitions.items()]
    specification = {
        "kind": "plot",
        "title": title or "; ".join(f"{p.y[0]} against {p.x[0]}" for p in panels),
        "controls": [value.specification(name) for name, value in controls.items()],
        "define": defined,
        "panels": [recorder.panel(given) for given in panels],
        "readings": [recorder.reading(r) for r in read if not isinstance(r, Note)],
        "notes": [recorder.note(r) for r in read if isinstance(r, Note)],
        "runs": [recorder.written_run(r) for r in recorder.runs],
    }
    size = len(json.dumps(plain(specification), separators=(",", ":")))
    if size > LARGEST:
        raise ValueError(
            f"the figure must be at most {LARGEST} bytes as data, got {size}: less data"
        )

    def still():
        _Still(controls, definitions).draw(panels)

    return Explorer(specification, still)


class _Recorder:
    """Writes formulas as trees, and knows the names that they may use."""

    def __init__(self, controls):
        self.controls = controls
        self.names = list(controls)
        self.runs = []

    def formula(self, value, argument, *, along=False, more=()):
        """Return the tree of a formula; with `along` its variable's name too."""
        names = [*self.names, *more]
        if isinstance(value, str):
            if value not in names:
                raise ValueError(f"{argument} must be one of {', '.join(names)}, got {value!r}")
            return value
        if isinstance(value, bool | np.bool_) or not isinstance(value, Real | Callable):
            raise TypeError(f"{argument} must be a number, a name or a function, got {value!r}")
        if isinstance(value, Real):
            return float(value)
        if not along:
            return tree(value, names, argument)
        variable = _first(value, argument)
        return {"along": variable, "tree": tree(value, [*names, variable], argument)}

    def definition(self, name, value):
        argument = f"define[{name!r}]"
        if not name.isidentifier():
            raise ValueError(f"define must have names, got {name!r}")
        if name in self.names:
            raise ValueError(f"{argument}: the name is taken by a control")
        if isinstance(value, _At):
            entry = {"run": self.run(value.run), "at": self.formula(value.t, argument)}
        elif isinstance(value, Item) and value.kind == "data":
            entry = {"data": self.data(value, argument, number=True)}
        else:
            entry = {"tree": self.formula(value, argument)}
        self.names.append(name)
        return {"name": name, **entry}

    def run(self, item):
        if item not in self.runs:
            self.written_run(item)
            self.runs.append(item)
        return self.runs.index(item)

    def written_run(self, item):
        formulas, rule = item.formulas, item.rule
        hyperparameters = rule.hyperparameters()
        tied = [name for name in hyperparameters if name in self.controls]
        for name in tied:
            for end in self.controls[name].limits:
                replace(rule, **{name: end})
        record = _record_names(rule)
        more = ("t", "g", "w", *record, *hyperparameters)
        return {
            **reference(rule),
            "tied": tied,
            "start": self.formula(formulas["start"], f"{item} start"),
            "gradient": self.formula(formulas["gradient"], f"{item} gradient", more=("t", "w")),
            "show": self.formula(formulas["show"], f"{item} show", more=more),
            "steps": item.extra["steps"],
        }

    def data(self, item, argument, number=False):
        function = item.extra["function"]
        keys = list(inspect.signature(function).parameters)
        for key in keys:
            if key not in self.controls or self.controls[key].states() is None:
                raise ValueError(
                    f"{argument} may depend on controls that are menus, boxes or whole numbers, "
                    f"got an argument {key!r}"
                )
        values = {}
        for states in product(*(self.controls[key].states() for key in keys)):
            result = np.asarray(function(*(value for _, value in states)), dtype=float)
            if result.ndim != (0 if number else 2) or (not number and len(result) != 2):
                wanted = "a number" if number else "(xs, ys)"
                raise ValueError(f"{argument} must return {wanted}, got shape {result.shape}")
            values[",".join(str(state) for state, _ in states)] = _rounded(result)
        return {"keys": keys, "values": values}

    def item(self, item, color):
        written = {"kind": item.kind, **item.style, "color": color}
        for part, value in item.formulas.items():
            if value is not None and item.kind != "run":
                along = part in item.along
                written[part] = self.formula(value, f"{item} {part}", along=along)
        if item.kind == "run":
            when = item.formulas["when"]
            written |= {"run": self.run(item), "dots": item.extra["dots"]}
            written |= {} if when is None else {"when": self.formula(when, f"{item} when")}
        elif item.kind == "data":
            written |= {"data": self.data(item, str(item)), "marks": item.extra["marks"]}
        elif item.kind == "point":
            written["drag"] = {
                name: self.dragged(name, value) for name, value in item.extra["drag"].items()
            }
        elif item.kind == "text":
            written["text"] = self.template(item.extra["text"], "text")
        else:
            written |= item.extra
        return written

    def dragged(self, name, value):
        if name not in self.controls or self.controls[name].kind != "slider":
            raise ValueError(f"drag must name a slider, got {name!r}")
        return self.formula(value, f"drag[{name!r}]", more=("x", "y"))

    def template(self, string, argument):
        """Return the pieces of a text: words, and in a list the name of a value."""
        pieces = []
        for words, name, *_ in Formatter().parse(string):
            pieces.append(words)
            if name is not None:
                if name not in self.names:
                    raise ValueError(f"{argument} has an unknown name in braces: {name!r}")
                pieces.append([name])
        return pieces

    def panel(self, given):
        colors = _colors(given.items)
        return {
            "x": self.axis(given.x, "x"),
            "y": self.axis(given.y, "y"),
            "log": given.log,
            "items": [self.item(i, c) for i, c in zip(given.items, colors, strict=True)],
        }

    def axis(self, axis, argument):
        label, *ends = axis
        return {"label": label, "ends": [self.formula(end, argument) for end in ends]}

    def reading(self, given):
        if not isinstance(given, Reading):
            raise TypeError(f"read must hold explorers.reading or explorers.note, got {given!r}")
        argument = f"reading {given.label!r}"
        written = {"label": given.label, "measured": self.formula(given.measured, argument)}
        if given.predicted is not None:
            written["predicted"] = self.formula(given.predicted, argument)
        return written

    def note(self, given):
        written = {"text": self.template(given.text, "note")}
        if given.when is not None:
            written["when"] = self.formula(given.when, "note when")
        return written


class _Still:
    """Draws the first state with Matplotlib, from the Python functions themselves."""

    def __init__(self, controls, definitions):
        self.python = {
            name: dict(value.states())[value.value]
            for name, value in controls.items()
            if value.states() is not None
        }
        self.tied = {name: value.number for name, value in controls.items()}
        self.values = {name: np.float64(value.number) for name, value in controls.items()}
        for name, value in definitions.items():
            self.values[name] = self.definition(value)

    def definition(self, value):
        if isinstance(value, _At):
            ys = self.run(value.run)[1]
            t = int(self.value(value.t))
            return np.float64(ys[t] if 0 <= t < len(ys) else np.nan)
        if isinstance(value, Item):
            return np.float64(self.computed(value))
        return self.value(value)

    def value(self, formula, **more):
        values = self.values | more
        if isinstance(formula, str):
            return values[formula]
        if isinstance(formula, Real):
            return np.float64(formula)
        names = inspect.signature(formula).parameters
        with np.errstate(all="ignore"):
            return np.float64(formula(*(values[name] for name in names)))

    def series(self, formula, xs):
        variable = _first(formula, "curve")
        return np.array([self.value(formula, **{variable: x}) for x in xs])

    def computed(self, item):
        function = item.extra["function"]
        return function(*(self.python[name] for name in inspect.signature(function).parameters))

    def run(self, item):
        """Return the steps and what is shown of them."""
        formulas = item.formulas
        hyperparameters = item.rule.hyperparameters()
        tied = {name: v for name, v in self.tied.items() if name in hyperparameters}
        rule = replace(item.rule, **tied)

        def at(t):
            def gradient(w):
                return self.value(formulas["gradient"], t=np.float64(t), w=np.float64(w))

            return Objective(f=lambda w: w, grad=gradient)

        start = float(self.value(formulas["start"]))
        record = trace(rule, Stream(at(1), at), start, item.extra["steps"])
        names = _record_names(rule)
        ys = []
        for t in range(item.extra["steps"] + 1):
            known = dict.fromkeys(("g", *names), np.float64(np.nan)) | {"w": start}
            if t:
                known = {name: np.ravel(record[name])[t - 1] for name in ("g", "w", *names)}
            for name, value in rule.hyperparameters().items():
                if value is not None:
                    known[name] = np.float64(value(max(t, 1)) if callable(value) else value)
            ys.append(self.value(formulas["show"], t=np.float64(t), **known))
        return np.arange(len(ys)), np.array(ys)

    def draw(self, panels):
        axes = [figures.one()] if len(panels) == 1 else figures.side_by_side(len(panels))
        for given, ax in zip(panels, axes, strict=True):
            low, high = (self.value(end) for end in given.x[1:])
            spaced = np.geomspace if "x" in given.log else np.linspace
            ax.set(xlabel=given.x[0], ylabel=given.y[0], xlim=(low, high))
            ax.set_xscale("log" if "x" in given.log else "linear")
            ax.set_yscale("log" if "y" in given.log else "linear")
            xs = spaced(low, high, SAMPLES + 1)
            for item, color in zip(given.items, _colors(given.items), strict=True):
                when = item.formulas["when"]
                if when is None or self.value(when):
                    self.item(item, ax, xs, color or figures.BLACK)
            if given.y[1:]:
                ax.set_ylim(*(self.value(end) for end in given.y[1:]))
            if ax.get_legend_handles_labels()[0]:
                ax.legend(fontsize="small")

    def item(self, item, ax, xs, color):
        formulas, label = item.formulas, item.style["label"]
        look = {"color": color, "label": label, "ls": "--" if item.style["dashed"] else "-"}
        if item.kind == "curve":
            ys = self.series(formulas["y"], xs)
            if formulas["where"] is not None:
                ys = np.where(self.series(formulas["where"], xs), ys, np.nan)
            ax.plot(xs, ys, **look)
        elif item.kind in ("bars", "dots"):
            first, last = (int(self.value(formulas[end])) for end in ("first", "last"))
            ks = np.arange(first, last + 1)
            ys = self.series(formulas["y"], ks.astype(float))
            if item.kind == "bars":
                ax.bar(ks, ys, color=color, label=label, alpha=0.6, width=1, edgecolor="white")
            else:
                ax.plot(ks, ys, "o", color=color, label=label)
        elif item.kind == "run":
            marker = "o" if item.extra["dots"] else None
            ax.plot(*self.run(item), **look, marker=marker)
        elif item.kind == "data":
            dotted = {"marker": "o", "ls": ""} if item.extra["marks"] == "dots" else {}
            ax.plot(*self.computed(item), **look | dotted)
        elif item.kind == "hline":
            ax.axhline(self.value(formulas["y"]), **look, linewidth=1)
        elif item.kind == "vline":
            ax.axvline(self.value(formulas["x"]), **look, linewidth=1)
        elif item.kind == "segment":
            x1, y1, x2, y2 = (self.value(formulas[part]) for part in ("x1", "y1", "x2", "y2"))
            ax.plot([x1, x2], [y1, y2], **look)
        else:
            x, y = self.value(formulas["x"]), self.value(formulas["y"])
            if item.kind == "point":
                ax.plot([x], [y], "o", color=color, label=label, markersize=7)
            else:
                words = item.extra["text"].format(**{n: f"{v:.4g}" for n, v in self.values.items()})
                ax.text(x, y, words, color=color, ha="center", clip_on=True)


def _style(label, color, dashed):
    if color is not None:
        color = matplotlib.colors.to_hex(color)
    return {"label": label, "color": color, "dashed": bool(dashed)}


def _colors(items):
    """Return the color of each item: its own, for a series the next of the book's, or ink.

    Black is ink too: white in the dark scheme.
    """
    used, colors = 0, []
    for item in items:
        color = item.style["color"]
        if color is None and item.kind in ("curve", "dots", "bars", "run", "data"):
            color = CYCLE[used % len(CYCLE)]
            used += 1
        colors.append(None if color == figures.BLACK else color)
    return colors


def _whole(kind, function, over, label, when, color):
    _check_function(function, kind)
    if not isinstance(over, tuple | list) or len(over) != 2:
        raise TypeError(f"over must be (first, last), got over = {over!r}")
    formulas = {"y": function, "first": over[0], "last": over[1], "when": when}
    return Item(kind, formulas, ("y",), _style(label, color, False))


def _control(name, value):
    if not name.isidentifier():
        raise ValueError(f"controls must have names that functions can use, got {name!r}")
    if isinstance(value, Control):
        return value
    if isinstance(value, bool):
        return Control("toggle", value)
    if isinstance(value, list):
        choices = [(str(v), v if isinstance(v, Real) else i, v) for i, v in enumerate(value)]
    elif isinstance(value, dict):
        choices = [(str(label), number, number) for label, number in value.items()]
    elif isinstance(value, tuple) and len(value) == 3:
        return control(*value)
    else:
        raise TypeError(
            f"controls[{name!r}] must be (value, low, high), a list of choices, True, False or "
            f"explorers.control(...), got {value!r}"
        )
    if not choices or not all(isinstance(number, Real) for _, number, _ in choices):
        raise ValueError(f"controls[{name!r}] needs choices, got {value!r}")
    return Control("menu", 0, choices=tuple(choices))


def _check_function(function, kind):
    if not callable(function):
        raise TypeError(f"{kind} needs a function, got {function!r}")


def one_variable(objective):
    """Raise an error unless `objective` is an `Objective` of one variable."""
    check_objective(objective)
    if objective.dim != 1:
        raise ValueError(
            f"objective must have one variable, got {objective.name} with {objective.dim}"
        )


def _first(function, argument):
    parameters = list(inspect.signature(function).parameters)
    if not parameters:
        raise ValueError(f"{argument} needs a function of the number along the horizontal axis")
    return parameters[0]


def _record_names(rule):
    """Return the names of the rule's record."""
    return list(record_rule(rule).names)


def _rounded(values):
    if values.ndim:
        return [_rounded(value) for value in values]
    return float(f"{values:.{DIGITS}g}")
