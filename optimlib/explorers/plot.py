"""The plot of a chapter's own formulas: curves, points and runs with controls for their names."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from numbers import Real
from string import Formatter
from typing import Any

import numpy as np

from optimlib.explorers.arguments import generated
from optimlib.explorers.explorer import Explorer, tree
from optimlib.explorers.items import (
    Item,
    Note,
    Panel,
    Reading,
    ValueOfRun,
    colors_of,
    control_of,
    first_argument,
    names_of_record,
)
from optimlib.explorers.still import Still

DIGITS = 5
LARGEST = 60_000


def plot(
    *panels: Panel,
    controls: Mapping[str, Any] | None = None,
    define: Mapping[str, Any] | None = None,
    read: Sequence[Reading | Note] = (),
    title: str | None = None,
) -> Explorer:
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
    controls = {name: control_of(name, value) for name, value in (controls or {}).items()}
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

    def still():
        Still(controls, definitions).draw(panels)

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
        variable = first_argument(value, argument)
        return {"along": variable, "tree": tree(value, [*names, variable], argument)}

    def definition(self, name, value):
        argument = f"define[{name!r}]"
        if not name.isidentifier():
            raise ValueError(f"define must have names, got {name!r}")
        if name in self.names:
            raise ValueError(f"{argument}: the name is taken by a control")
        if isinstance(value, ValueOfRun):
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
        code = generated(f"rule of {item}", rule, item.extra["steps"])
        hyperparameters = rule.hyperparameters()
        tied = [name for name in hyperparameters if name in self.controls]
        for name in tied:
            for end in self.controls[name].limits:
                replace(rule, **{name: end})
        record = names_of_record(rule)
        more = ("t", "g", "w", *record, *hyperparameters)
        return {
            **code,
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

        def table(chosen, *left):
            """Return what the function gives, in lists by the states of the controls left."""
            if left:
                return [table((*chosen, value), *left[1:]) for _, value in left[0]]
            result = np.asarray(function(*chosen), dtype=float)
            if result.ndim != (0 if number else 2) or (not number and len(result) != 2):
                wanted = "a number" if number else "(xs, ys)"
                raise ValueError(f"{argument} must return {wanted}, got shape {result.shape}")
            return _rounded(result)

        states = [self.controls[key].states() for key in keys]
        first = [pairs[0][0] for pairs in states]
        return {"keys": keys, "first": first, "values": table((), *states)}

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
        colors = colors_of(given.items)
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


def _rounded(values):
    if values.ndim:
        return [_rounded(value) for value in values]
    return float(f"{values:.{DIGITS}g}")
