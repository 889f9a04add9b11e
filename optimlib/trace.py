"""The record of a run."""

import html
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np

from optimlib.objective import Objective
from optimlib.printing import printable
from optimlib.rules.optimizer import Optimizer
from optimlib.state import State
from optimlib.symbols import DIGITS, name_in_words, number_text, sentence, symbol_text
from optimlib.tables import html_table, text_table
from optimlib.types import Array, Record

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
    state : State
        What the optimizer remembers at the end, with which another run goes on.

    Examples
    --------
    >>> import optimlib as ol
    >>> path = ol.trace(ol.Momentum(lr=0.1), ol.problems.square, 4.0, steps=2)
    >>> path.names
    ('t', 'g', 'v', 'step', 'w')
    >>> print(path["v"], path.points, path.values)
    [ 8.  13.6] [4.   3.2  1.84] [16.     10.24    3.3856]
    """

    def __init__(
        self,
        rule: Optimizer,
        objective: Objective,
        start: Any,
        columns: dict[str, Array],
        state: State,
    ) -> None:
        self.rule = rule
        self.objective = objective
        self.start = start
        self.state = state
        empty = {"t": np.zeros(0, dtype=int), "w": np.asarray(start)[None][:0]}
        self._columns = columns or empty
        self.names = tuple(self._columns)
        self.steps = len(self._columns["t"])

    def __getitem__(self, name: str) -> Array:
        """Return what was recorded under `name`, with the step as first axis."""
        if name not in self._columns:
            raise KeyError(f"no {name!r} in this trace, only {', '.join(self.names)}")
        return self._columns[name]

    def __len__(self) -> int:
        return self.steps

    @property
    def points(self) -> Array:
        """The start and the point after every step: shape ``(steps + 1, d, *batch)``."""
        return np.concatenate([np.asarray(self.start)[None], self["w"]])

    @property
    def values(self) -> Array:
        """The objective at `points`: shape ``(steps + 1, *batch)``."""
        return self._values_at(self.points)

    def _values_at(self, points):
        if points.ndim == 1:
            points = points[:, None]
        with np.errstate(all="ignore"):
            return self.objective.f(np.moveaxis(points, 1, 0))

    def _title(self):
        steps = f"{self.steps} step" + ("" if self.steps == 1 else "s")
        method = sentence(self.rule.in_words())
        title = f"{method} on {name_in_words(self.objective.name)}, {steps}"
        batch = np.shape(self.start)[1:]
        if not batch:
            return title
        runs = " × ".join(map(str, batch))
        first = ", ".join("0" * len(batch))
        shown = f"; shown: run [{first}]" if np.size(self.start) else ""
        return f"{title}, {runs} runs{shown}"

    def _rows(self):
        """Return the table as texts: a header and a row for the start and each step."""
        batch = max(np.ndim(self.start) - 1, 0)
        # Numbers and vectors; a matrix does not fit into a cell.
        fits = [n for n in self.names if np.ndim(self[n]) <= 2 + batch]
        names = [n for n in fits if n not in ("t", "w", "step")]
        header = ["t", *(symbol_text(n, "t") for n in (*names, "w")), f"f({symbol_text('w', 't')})"]
        before = self.state.t - self.steps  # steps of another run that this one continues
        ends = self.steps + 1
        is_long = self.steps > 2 * SHOWN + 1
        shown = [*range(SHOWN + 1), *range(ends - SHOWN, ends)] if is_long else [*range(ends)]
        points = np.stack([_first(self["w"][i - 1] if i else self.start, batch) for i in shown])
        rows = [header]
        for i, point, value in zip(shown, points, self._values_at(points), strict=True):
            named = [_cell(_first(self[n][i - 1], batch)) if i else "" for n in names]
            rows.append([str(before + i), *named, _cell(point), _cell(value)])
        if is_long:
            rows.insert(SHOWN + 2, ["…"] * len(header))
        return rows

    def __repr__(self) -> str:
        if not np.size(self.start):
            return printable(self._title())
        return text_table(self._title(), self._rows())

    def to_html(self) -> str:
        r"""Return the trace as a table in HTML, of a long run the first and the last steps.

        Returns
        -------
        str

        Examples
        --------
        >>> import optimlib as ol
        >>> path = ol.trace(ol.GradientDescent(lr=0.1), ol.problems.square, 4.0, steps=1)
        >>> print(path.to_html().split("\n")[1])
        <caption>Gradient descent on square, 1 step</caption>
        """
        if not np.size(self.start):
            return f"<p>{html.escape(self._title())}</p>"
        return html_table(self._title(), self._rows(), "trace")

    def _repr_html_(self):
        return self.to_html()


def stacked(records: Iterable[Record], steps: int) -> dict[str, Array]:
    """Return the columns of `steps` records, each an array with the step as first axis.

    Arrays are copied at once, so that nothing that happens later changes what is recorded.

    Raises
    ------
    ValueError
        If the records differ in their names or shapes.
    """
    columns, shapes = {}, {}
    for i, record in enumerate(records):
        if i == 0:
            shapes = {name: np.shape(value) for name, value in record.items()}
            columns = {n: _empty_column(value, steps) for n, value in record.items()}
        if record.keys() != columns.keys():
            raise ValueError(
                f"every step must record the same names, got {list(record)} in step "
                f"{record['t']} after {list(columns)}"
            )
        for name, value in record.items():
            column = columns[name]
            shape = value.shape if isinstance(value, np.ndarray) else ()
            if shape != shapes[name]:
                raise ValueError(
                    f"{name} must have the same shape in every step, got {shape} in step "
                    f"{record['t']}"
                )
            if not shape:
                column.append(value)
            elif value.dtype == column.dtype:
                column[i] = value
            else:
                wider = np.result_type(column.dtype, value.dtype)
                columns[name] = column.astype(wider, copy=False)
                columns[name][i] = value
    return {name: np.asarray(column) for name, column in columns.items()}


def _empty_column(value, steps):
    return np.empty((steps, *np.shape(value)), value.dtype) if np.ndim(value) else []


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
