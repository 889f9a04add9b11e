"""The still picture of a plot: its first state, drawn with Matplotlib."""

import inspect
from dataclasses import replace
from numbers import Real

import numpy as np

from optimlib import figures
from optimlib.descent import trace
from optimlib.explorers.items import Item, ValueOfRun, colors_of, first_argument, names_of_record
from optimlib.objective import Objective, Stream

SAMPLES = 300


class Still:
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
        if isinstance(value, ValueOfRun):
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
        variable = first_argument(formula, "curve")
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
        names = names_of_record(rule)
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
            for item, color in zip(given.items, colors_of(given.items), strict=True):
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
