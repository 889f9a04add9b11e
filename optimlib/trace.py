"""The record of a run."""

import html
from fractions import Fraction

import numpy as np

from optimlib.symbols import DIGITS, number_text, symbol_text
from optimlib.tables import html_table, text_table

# A long trace shows this many steps at its start and at its end.
SHOWN = 5


class Trace:
    r"""All records of a run, stacked: ``trace["w"]`` has shape (steps, d, \*batch).

    A run from a plain number has entries of shape (steps,). In a notebook and in print a trace
    shows itself as a table.

    Attributes
    ----------
    rule, objective
        What was run.
    start : number or array, shape (d, \*batch)
    steps : int
    names : tuple of str
        What was recorded, in order: ``trace[name]`` for each.

    Examples
    --------
    >>> import optimlib as ol
    >>> path = ol.trace(ol.Momentum(lr=0.1), ol.problems.square, 4.0, steps=2)
    >>> path.names
    ('t', 'g', 'v', 'step', 'w')
    >>> print(path["v"], path.points, path.values)
    [ 8.  13.6] [4.   3.2  1.84] [16.     10.24    3.3856]
    """

    def __init__(self, rule, objective, start, records):
        records = list(records)
        self.rule = rule
        self.objective = objective
        self.start = start
        self.steps = len(records)
        self.names = tuple(records[0]) if records else ("t", "w")
        empty = {"t": np.zeros(0, dtype=int), "w": np.asarray(start)[None][:0]}
        stacked = {n: np.stack([r[n] for r in records]) for n in self.names} if records else empty
        self._columns = stacked

    def __getitem__(self, name):
        """Return what was recorded under `name`, with the step as first axis."""
        if name not in self._columns:
            raise KeyError(f"no {name!r} in this trace, only {', '.join(self.names)}")
        return self._columns[name]

    def __len__(self):
        return self.steps

    @property
    def points(self):
        """The start and the point after every step: shape (steps + 1, d, *batch)."""
        return np.concatenate([np.asarray(self.start)[None], self["w"]])

    @property
    def values(self):
        """The objective at `points`: shape (steps + 1, *batch)."""
        return self._values_at(self.points)

    def _values_at(self, points):
        if points.ndim == 1:
            points = points[:, None]
        with np.errstate(all="ignore"):
            return self.objective.f(np.moveaxis(points, 1, 0))

    def _title(self):
        steps = f"{self.steps} step" + ("" if self.steps == 1 else "s")
        batch = np.shape(self.start)[1:]
        if not batch:
            return f"{type(self.rule).__name__} on {self.objective.name}, {steps}"
        runs = " × ".join(map(str, batch))
        first = ", ".join("0" * len(batch))
        shown = f"; shown: run [{first}]" if np.size(self.start) else ""
        return f"{type(self.rule).__name__} on {self.objective.name}, {steps}, {runs} runs{shown}"

    def _rows(self):
        """Return the table as texts: a header and a row for the start and each step shown."""
        batch = max(np.ndim(self.start) - 1, 0)
        # Numbers and vectors; a matrix does not fit into a cell.
        fits = [n for n in self.names if np.ndim(self[n]) <= 2 + batch]
        names = [n for n in fits if n not in ("t", "w", "step")]
        header = ["t", *(symbol_text(n, "t") for n in (*names, "w")), f"f({symbol_text('w', 't')})"]
        steps, long = list(range(self.steps + 1)), self.steps > 2 * SHOWN + 1
        if long:
            steps[SHOWN + 1 : -SHOWN] = []
        points = np.stack([_first(self["w"][t - 1] if t else self.start, batch) for t in steps])
        rows = [header]
        for t, point, value in zip(steps, points, self._values_at(points), strict=True):
            before = [_cell(_first(self[n][t - 1], batch)) if t else "" for n in names]
            rows.append([str(t), *before, _cell(point), _cell(value)])
        if long:
            rows.insert(-SHOWN, ["…"] * len(header))
        return rows

    def __repr__(self):
        return self._title() if not np.size(self.start) else text_table(self._title(), self._rows())

    def _repr_html_(self):
        if not np.size(self.start):
            return f"<p>{html.escape(self._title())}</p>"
        return html_table(self._title(), self._rows(), "trace")


def _first(value, batch):
    """Return the first run's entry of a batch of so many axes."""
    value = np.asarray(value)
    return value[(..., *(0,) * batch)] if value.ndim else value


def _cell(value):
    """Return a table's entry."""
    value = np.asarray(value)
    if value.size == 1:
        value = value.reshape(())
    if value.size > SHOWN:
        return f"({number_text(value[0])}, {number_text(value[1])}, …, {number_text(value[-1])})"
    value = value[()]
    short = isinstance(value, Fraction) and len(str(value)) <= 2 * DIGITS
    return str(value) if short else number_text(value)
