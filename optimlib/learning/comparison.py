"""The result of a fair comparison: a table, and which contestants it tells apart."""

import html
import math
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from optimlib.checks import check_choice, is_number
from optimlib.learning.intervals import holm, mean_with_interval
from optimlib.printing import printable
from optimlib.tables import html_table, text_table
from optimlib.types import Array

# An error of 1 in 20 is allowed: in intervals, and in all pairs of a comparison together.
ERROR = 0.05


@dataclass(frozen=True, eq=False)
class Contestant:
    """What `tune` chose for a contestant, and what was measured with it.

    Attributes
    ----------
    name : str
    settings : dict
        The chosen hyperparameters.
    trials : tuple of (settings, mean over the tuning seeds)
        In the order in which they were tried; the mean is infinite where a seed failed.
    at_edge : tuple of str
        The hyperparameters whose best value is still the first or last that was tried.
    results : array, shape (n,)
        Measured on the seeds of the judgement, infinite where it failed.
    """

    name: str
    settings: dict[str, Any]
    trials: tuple[tuple[dict[str, Any], float], ...]
    at_edge: tuple[str, ...]
    results: Array

    @property
    def failures(self) -> int:
        """How many of the results are failures."""
        return int(np.isinf(self.results).sum())


@dataclass(frozen=True, eq=False)
class Pair:
    """How two contestants of a comparison compare.

    Attributes
    ----------
    first, second : str
        The better one first, by what was measured.
    ratio : tuple of float
        The first's mean over the second's, or on the scale "linear" their difference, with the
        ends of its 95 % interval; nan where one of them failed with a seed.
    wins : int
        With how many of the seeds the first was better.
    p : float
        Of Student's test of the pairs, or of a sign test where one of them failed; corrected by
        Holm for all pairs of the comparison.
    differs : bool
        Whether p < 0.05 and the means are further apart than the resolution.
    """

    first: str
    second: str
    ratio: tuple[float, float, float]
    wins: int
    p: float
    differs: bool


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """What `tune` found. In a notebook and in print it shows itself as a table.

    Attributes
    ----------
    name, quantity : str
    rows : tuple of Contestant
    tuned_on, judged_on : int
        The numbers of seeds.
    scale : str
    resolution : float
    """

    name: str
    quantity: str
    rows: tuple[Contestant, ...]
    tuned_on: int
    judged_on: int
    scale: str
    resolution: float

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """All pairs, the better one first."""
        tested = [self._tested(a, b) for a, b in combinations(self.rows, 2)]
        corrected = holm([p for *_, p in tested])
        return tuple(
            Pair(a.name, b.name, ratio, wins, p, bool(p < ERROR and apart))
            for (a, b, ratio, wins, apart, _), p in zip(tested, corrected, strict=True)
        )

    @property
    def against_best(self) -> tuple[Pair, ...]:
        """The pairs of the best and each other, which are printed."""
        best = min(self.rows, key=self._place).name
        return tuple(pair for pair in self.pairs if best in (pair.first, pair.second))

    def pair(self, first: str, second: str) -> Pair:
        """Return how two contestants compare.

        Raises
        ------
        ValueError
            If one of them is not in the comparison.
        """
        names = [row.name for row in self.rows]
        for label, value in (("first", first), ("second", second)):
            check_choice(label, value, names)
        for pair in self.pairs:
            if {pair.first, pair.second} == {first, second}:
                return pair
        raise ValueError(f"first and second must be two contestants, got twice {first!r}")

    def shows(self, claim: str) -> bool:
        """Return whether the comparison shows a claim.

        Parameters
        ----------
        claim : str
            ``"Adam < RMSProp"``: Adam's numbers are smaller, with an error of at most 5 %.
            ``"Adam ~ RMSProp"``: the two are not told apart.

        Raises
        ------
        ValueError
            If the claim has another form or names somebody else.
        """
        for sign in (" < ", " ~ "):
            first, found, second = str(claim).partition(sign)
            if found:
                pair = self.pair(first, second)
                return not pair.differs if sign == " ~ " else pair.differs and pair.first == first
        raise ValueError(f"claim must be like 'Adam < RMSProp' or 'Adam ~ RMSProp', got {claim!r}")

    def _tested(self, a, b):
        """Return the better and the worse, their ratio, the wins, whether apart, and p."""
        from scipy.special import bdtr

        a, b = sorted((a, b), key=self._place)
        wins, losses = int((a.results < b.results).sum()), int((a.results > b.results).sum())
        if a.failures or b.failures:
            p = min(1.0, 2 * float(bdtr(min(wins, losses), wins + losses, 0.5)))
            return a, b, (math.nan,) * 3, wins, wins > losses, p
        ratio, p = self._with_interval(a.results, b.results)
        apart = self._place(b)[1] - self._place(a)[1] > self.resolution
        return a, b, ratio, wins, apart, p

    def _place(self, row):
        return place_of(row.results, self.scale)

    def _title(self):
        kind = "geometric means" if self.scale == "log" else "means"
        within = f", measured to within {self.resolution:g}" if self.resolution else ""
        return [
            f"{self.name}: {self.quantity}{within}; less is better",
            f"tuned with {self.tuned_on} seed{'s' * (self.tuned_on > 1)}, "
            f"judged with {self.judged_on} others: {kind}, 95 % intervals",
        ]

    def _measured(self, row):
        if row.failures:
            return f"failed with {row.failures} of {self.judged_on} seeds"
        interval, _ = self._with_interval(row.results)
        return "{} [{}, {}]".format(*_rounded(interval))

    def _with_interval(self, values, beside=None):
        """Return the mean with its interval, relative to the values `beside`, and p."""
        if self.scale == "linear":
            return mean_with_interval(values if beside is None else values - beside)
        logs = np.log(values) - (0 if beside is None else np.log(beside))
        interval, p = mean_with_interval(logs)
        return tuple(map(math.exp, interval)), p

    def _rows(self):
        rows = [["", "trials", "chosen", "at the edge", "measured"]]
        for row in sorted(self.rows, key=self._place):
            settings = ", ".join(f"{name} {_text(value)}" for name, value in row.settings.items())
            edge, count = ", ".join(row.at_edge) or "no", str(len(row.trials))
            rows.append([row.name, count, settings or "nothing", edge, self._measured(row)])
        return rows

    def _lines(self):
        return [self._line(pair) for pair in self.against_best]

    def _line(self, pair):
        size = f"smaller with {pair.wins} of {self.judged_on} seeds"
        if not math.isnan(pair.ratio[0]):
            times = " ×" if self.scale == "log" else ""
            mean, low, high = _rounded(pair.ratio)
            size = f"{mean}{times} [{low}, {high}]"
        p = "p < 0.0001" if pair.p < 1e-4 else f"p = {pair.p:.2g}"
        return f"{pair.first} {'<' if pair.differs else '~'} {pair.second}: {size}, {p}"

    def __repr__(self) -> str:
        first, second = self._title()
        table = text_table(second, self._rows())
        return "\n".join([printable(first), table, *map(printable, self._lines())])

    def _repr_html_(self):
        table = html_table(". ".join(self._title()), self._rows(), "comparison")
        return table + "".join(f"\n<p>{html.escape(line)}</p>" for line in self._lines())


def place_of(results, scale):
    """Return what contestants are ordered by: failures, and the mean of all other results."""
    fine = results[np.isfinite(results)]
    if not fine.size:
        return len(results), math.inf
    mean = math.exp(np.log(fine).mean()) if scale == "log" else float(fine.mean())
    return len(results) - len(fine), mean


def _rounded(interval):
    """Return mean, low and high as texts with the digits that the interval's width supports.

    That are two where it is wider than a tenth of the mean to one side, three to a hundredth.
    """
    mean, low, high = interval
    width = max(high - mean, mean - low)
    digits = 2 if width > abs(mean) / 10 else 3 if width > abs(mean) / 100 else 4

    def text(value):
        # No end has fewer decimals than the mean: 0.93 [0.82, 1.04].
        count = max(digits, digits + _exponent(value) - _exponent(mean or width))
        return f"{float(f'{value:.{count}g}'):g}"

    return [text(value) for value in interval]


def _exponent(value):
    return math.floor(math.log10(abs(value))) if value else 0


def _text(value):
    return f"{value:.4g}" if is_number(value) and abs(1 - value) > 1e-3 else str(value)
