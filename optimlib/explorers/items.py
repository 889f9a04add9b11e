"""What a plot is put together from: panels, the items in them, controls and readings."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, TypeAlias

import matplotlib.colors
import numpy as np

from optimlib import figures
from optimlib.checks import check_count
from optimlib.expression import record_rule
from optimlib.objective import Objective, check_objective
from optimlib.rules.rule import Rule
from optimlib.symbols import symbol_text

CYCLE = (
    figures.BLUE,
    figures.VERMILION,
    figures.GREEN,
    figures.ORANGE,
    figures.PURPLE,
    figures.SKY,
)
PRIMES = ("f", "f′", "f″")
# A number, a name, or a function of names.
Formula: TypeAlias = float | str | Callable[..., Any]
Pair: TypeAlias = tuple[Formula, Formula] | list[Formula]

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
    value: Any
    limits: tuple[Any, ...] = ()
    log: bool = False
    integer: bool = False
    play: bool = False
    label: str | None = None
    choices: tuple[Any, ...] = ()

    @property
    def number(self) -> float:
        """The first value that formulas see."""
        return self.choices[self.value][1] if self.choices else float(self.value)

    def states(self) -> list[tuple[Any, Any]] | None:
        """Return what a discrete control can be: pairs of its key in the figure and its value."""
        if self.kind == "toggle":
            return [(0, False), (1, True)]
        if self.kind == "menu":
            return [(i, value) for i, (_, _, value) in enumerate(self.choices)]
        if self.integer:
            return [(i, i) for i in range(self.limits[0], self.limits[1] + 1)]
        return None

    def specification(self, name: str) -> dict[str, Any]:
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


def control(
    value: float,
    low: float,
    high: float,
    *,
    log: bool = False,
    integer: bool = False,
    play: bool = False,
    label: str | None = None,
) -> Control:
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
    formulas: dict[str, Any]
    along: tuple[str, ...] = ()
    style: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        label = self.style.get("label")
        return f"{self.kind} {label!r}" if label else self.kind


@dataclass(frozen=True, eq=False)
class Run(Item):
    """A series of an optimizer's run, of which `at` returns one value for `define`."""

    rule: Rule | None = None

    def at(self, t: Formula) -> "ValueOfRun":
        """Return the value at step `t` (a name, a number or a function of names)."""
        return ValueOfRun(self, t)


@dataclass(frozen=True, eq=False)
class ValueOfRun:
    """The value of a run's series at a step."""

    run: Run
    t: Formula


@dataclass(frozen=True, eq=False)
class Panel:
    """One pair of axes and what is drawn in it."""

    x: tuple[Any, ...]
    y: tuple[Any, ...]
    items: tuple[Item, ...]
    log: str = ""


@dataclass(frozen=True, eq=False)
class Reading:
    """One row below the figure."""

    label: str
    measured: Formula
    predicted: Formula | None = None


@dataclass(frozen=True, eq=False)
class Note:
    """One sentence below the figure."""

    text: str
    when: Formula | None = None


def curve(
    function: Objective | Callable[..., Any],
    label: str | None = None,
    *,
    derivative: int = 0,
    where: Formula | None = None,
    when: Formula | None = None,
    color: Any = None,
    dashed: bool = False,
) -> Item:
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


def dots(
    function: Callable[..., Any],
    over: Pair,
    label: str | None = None,
    *,
    when: Formula | None = None,
    color: Any = None,
) -> Item:
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


def bars(
    function: Callable[..., Any],
    over: Pair,
    label: str | None = None,
    *,
    when: Formula | None = None,
    color: Any = None,
) -> Item:
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


def point(
    x: Formula,
    y: Formula,
    label: str | None = None,
    *,
    drag: str | Mapping[str, Formula] | None = None,
    when: Formula | None = None,
    color: Any = None,
) -> Item:
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


def segment(
    start: Pair,
    end: Pair,
    label: str | None = None,
    *,
    arrow: bool = False,
    when: Formula | None = None,
    color: Any = None,
    dashed: bool = False,
) -> Item:
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


def hline(
    y: Formula,
    label: str | None = None,
    *,
    when: Formula | None = None,
    color: Any = None,
    dashed: bool = True,
) -> Item:
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


def vline(
    x: Formula,
    label: str | None = None,
    *,
    when: Formula | None = None,
    color: Any = None,
    dashed: bool = True,
) -> Item:
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


def text(
    string: str, x: Formula, y: Formula, *, when: Formula | None = None, color: Any = None
) -> Item:
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


def data(
    function: Callable[..., Any],
    label: str | None = None,
    *,
    marks: str = "line",
    when: Formula | None = None,
    color: Any = None,
    dashed: bool = False,
) -> Item:
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
    rule: Rule,
    gradient: Objective | Formula,
    start: Formula = 0.0,
    steps: int = 100,
    show: Formula = "w",
    label: str | None = None,
    *,
    when: Formula | None = None,
    color: Any = None,
    dots: bool = False,
) -> Run:
    """Return a series of a run of an optimizer in one coordinate, against the step t.

    A control that is called as a hyperparameter of the rule sets it.

    Parameters
    ----------
    rule : Rule
        Of the library or one's own, in arithmetic on one coordinate at a time.
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
        If the arguments are of another kind; in `plot` also if no JavaScript can be made of the
        rule.

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


def reading(label: str, measured: Formula, predicted: Formula | None = None) -> Reading:
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


def note(string: str, when: Formula | None = None) -> Note:
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


def panel(x: Sequence[Any], y: str | Sequence[Any], items: Sequence[Item], log: str = "") -> Panel:
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


def control_of(name, value):
    """Return what a chapter wrote for the control `name` as a `Control`."""
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


def colors_of(items):
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


def first_argument(function, argument):
    """Return the name of the number along the horizontal axis."""
    parameters = list(inspect.signature(function).parameters)
    if not parameters:
        raise ValueError(f"{argument} needs a function of the number along the horizontal axis")
    return parameters[0]


def names_of_record(rule):
    """Return the names of the rule's record."""
    return list(record_rule(rule).names)


def one_variable(objective):
    """Raise an error unless `objective` is an `Objective` of one variable."""
    check_objective(objective)
    if objective.dim != 1:
        raise ValueError(
            f"objective must have one variable, got {objective.name} with {objective.dim}"
        )


def _style(label, color, dashed):
    if color is not None:
        color = matplotlib.colors.to_hex(color)
    return {"label": label, "color": color, "dashed": bool(dashed)}


def _whole(kind, function, over, label, when, color):
    _check_function(function, kind)
    if not isinstance(over, tuple | list) or len(over) != 2:
        raise TypeError(f"over must be (first, last), got over = {over!r}")
    formulas = {"y": function, "first": over[0], "last": over[1], "when": when}
    return Item(kind, formulas, ("y",), _style(label, color, False))


def _check_function(function, kind):
    if not callable(function):
        raise TypeError(f"{kind} needs a function, got {function!r}")
