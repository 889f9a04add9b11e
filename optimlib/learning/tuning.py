"""Fair comparisons: equal trials, seeds that the tuning has not seen, honest intervals."""

import math
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from numbers import Integral
from typing import Any

import numpy as np

from optimlib.checks import (
    check_choice,
    check_dim,
    check_flag,
    check_number,
    is_number,
    real_array,
)
from optimlib.extras import extra
from optimlib.learning.comparison import Comparison, Contestant, place_of
from optimlib.types import Array, ArrayLike

Contestants = Mapping[str, tuple[Callable[..., Any], Mapping[str, Iterable[Any]]]]

# How often a contestant's grid may be widened, and by how many values at a time.
WIDENINGS, MORE = 8, 2
# Seconds after which a comparison counts as long and shows its progress.
PATIENCE = 2


def first_below(values: ArrayLike, goal: float) -> Array:
    r"""Return after how many steps a value is below the goal for the first time.

    Parameters
    ----------
    values : array, shape (steps + 1, \*batch)
        At the start and after each step, like ``trace.values``.
    goal : number

    Returns
    -------
    array of float, shape (\*batch)
        Infinite where the goal is not reached; nan is not below it.

    Raises
    ------
    TypeError, ValueError
        If an argument has no sense as such.

    Examples
    --------
    >>> from optimlib import learning
    >>> float(learning.first_below([5, 2, 0.5, 3, 0.1], goal=1))
    2.0
    """
    there = _below(values, goal)
    return np.where(there.any(axis=0), there.argmax(axis=0), np.inf)


def stays_below(values: ArrayLike, goal: float) -> Array:
    r"""Return after how many steps a value is below the goal and stays there to the end.

    Parameters
    ----------
    values : array, shape (steps + 1, \*batch)
        At the start and after each step, like ``trace.values``.
    goal : number

    Returns
    -------
    array of float, shape (\*batch)
        Infinite where the last value is not below the goal.

    Raises
    ------
    TypeError, ValueError
        If an argument has no sense as such.

    Examples
    --------
    >>> from optimlib import learning
    >>> float(learning.stays_below([5, 2, 0.5, 3, 0.1], goal=1))
    4.0
    """
    above = ~_below(values, goal)
    since = np.where(above.any(axis=0), len(above) - above[::-1].argmax(axis=0), 0)
    return np.where(above[-1], np.inf, since)


def _below(values, goal):
    array = real_array("values", values, finite=False)
    if not array.ndim or not len(array):
        raise ValueError(f"values must have the steps as first axis, got values = {values!r}")
    check_number("goal", goal)
    return array < goal


def random_starts(seeds: Iterable[int], dim: int, size: float = 1.0) -> Array:
    r"""Return a start for each seed: normal numbers of mean 0 and standard deviation `size`.

    Parameters
    ----------
    seeds : iterable of int
    dim : int
        How many variables.
    size : number
        Positive.

    Returns
    -------
    array, shape (dim, n)

    Raises
    ------
    TypeError, ValueError
        If an argument has no sense as such.

    Examples
    --------
    >>> from optimlib import learning
    >>> learning.random_starts(range(5), dim=2).shape
    (2, 5)
    """
    check_dim(dim)
    check_number("size", size, positive=True)
    draws = [np.random.default_rng(s).normal(size=dim) for s in _seeds("seeds", seeds)]
    return size * np.reshape(draws, (-1, dim)).T


def tune(
    contestants: Contestants,
    measure: Callable[[Any, Array], ArrayLike],
    *,
    name: str,
    quantity: str,
    tuning: Iterable[int] = range(10),
    judging: Iterable[int] = range(1000, 1020),
    scale: str = "log",
    resolution: float = 0,
    together: bool = False,
    progress: bool = True,
) -> Comparison:
    r"""Tune every contestant with the same number of trials and compare them on fresh seeds.

    Each contestant begins with all combinations of its values. While the best of them is the
    first or the last value of a grid, more values are tried beyond it. Who has had fewer trials
    than another looks more closely around its best, until all have had as many. What was chosen
    is measured once more, with seeds that the tuning has not seen. Contestants share the seeds:
    they are compared pair by pair.

    Parameters
    ----------
    contestants : dict
        By the name in the table: what makes an optimizer, like ``ol.Adam``, and the values of each
        hyperparameter to try. Three numbers or more, evenly spaced in x, log x or log(1 − x), are
        a grid, which can be widened and refined. Other values are a choice between them.
    measure : callable
        Of an optimizer and an array of n seeds; returns n numbers, of which smaller is better.
        Infinity and nan stand for a failure: a goal that is not reached, a run that diverged.
    name : str
        What texts call this comparison.
    quantity : str
        What `measure` returns, in words.
    tuning, judging : iterables of int
        Seeds: those of the choice, and at least two others of the judgement.
    scale : {"log", "linear"}
        Whether means are geometric and pairs are compared by their ratios, for which all numbers
        must be positive, or means are arithmetic and pairs are compared by their differences.
    resolution : number
        By how much a measured number may be off, because it was looked at only now and then.
        Means that are not further apart are not told apart.
    together : bool
        Whether many trials are measured at once, by an optimizer whose hyperparameters are arrays
        of shape (k, 1); `measure` then returns an array of shape (k, n). What is made of one
        `trace` of n starts does so by itself. A choice between texts cannot be tried so.
    progress : bool
        Whether a comparison of more than two seconds shows a bar in a terminal or notebook.
        Chapters of the course say no: a bar is different every time.

    Returns
    -------
    Comparison

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If there are fewer than two contestants, one has nothing to try, a seed is used both to
        tune and to judge, or `measure` returns another number of values or, on the scale "log",
        one that is not positive.
    ImportError
        If what the extra ``learning`` brings is not installed.

    References
    ----------
    Schmidt, Schneider and Hennig, *Descending through a crowded valley*, 2021. Holm, *A simple
    sequentially rejective multiple test procedure*, 1979.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import learning
    >>> valley = ol.problems.quadratic(kappa=100)
    >>> def steps(rule, seeds):
    ...     w0 = learning.random_starts(seeds, dim=2)
    ...     return learning.stays_below(ol.trace(rule, valley, w0, steps=1000).values, 1e-2)
    >>> rates = [0.001, 0.01, 0.1]
    >>> learning.tune(
    ...     {
    ...         "gradient descent": (ol.GradientDescent, {"lr": rates}),
    ...         "heavy ball": (ol.HeavyBall, {"lr": rates, "beta": [0.8]}),
    ...     },
    ...     steps, name="valley", quantity="steps until f stays below 0.01", together=True,
    ... ).shows("heavy ball < gradient descent")
    True
    """
    for label, text in (("name", name), ("quantity", quantity)):
        if not isinstance(text, str) or not text:
            raise TypeError(f"{label} must be a text, got {label} = {text!r}")
    if not callable(measure):
        raise TypeError(f"measure must be a function of an optimizer and seeds, got {measure!r}")
    chosen, fresh = _checked_seeds(tuning, judging)
    check_choice("scale", scale, ("log", "linear"))
    check_number("resolution", resolution)
    if resolution < 0:
        raise ValueError(f"resolution must be >= 0, got resolution = {resolution!r}")
    check_flag("together", together)
    check_flag("progress", progress)
    with extra("learning", "learning.tune"):
        import scipy.special  # noqa: F401
        from tqdm.auto import tqdm
    # disable=None: no bar where the output is neither a terminal nor a notebook.
    with tqdm(
        desc=name, unit="trial", delay=PATIENCE, leave=False, disable=None if progress else True
    ) as bar:

        def measured(label, rule, seeds, *trials):
            bar.update(*trials)
            return _checked_results(label, measure(rule, seeds), (*trials, len(seeds)), scale)

        searches = [
            _Search(label, make, grids, measured, chosen, scale, together)
            for label, make, grids in _checked_contestants(contestants)
        ]
        for search in searches:
            search.widen()
        trials = max(len(search.tried) for search in searches)
        for search in searches:
            search.refine(trials)
        rows = tuple(search.judged(fresh) for search in searches)
    return Comparison(name, quantity, rows, len(chosen), len(fresh), scale, float(resolution))


class _Search:
    """The trials of one contestant."""

    def __init__(self, label, make, grids, measure, seeds, scale, together):
        self.label, self.make, self.measure = label, make, measure
        self.seeds, self.scale, self.together = seeds, scale, together
        self.axes = {name: Axis(values) for name, values in grids.items()}
        # By the settings' values: how many seeds failed, and the mean of the others.
        self.tried = {}
        self.try_all(list(product(*(axis.values for axis in self.axes.values()))))

    def try_all(self, settings):
        new = list(dict.fromkeys(s for s in settings if s not in self.tried))
        if self.together and self.axes:
            columns = (np.array(column)[:, None] for column in zip(*new, strict=True))
            rows = self.measure(self.label, self.rule(columns), self.seeds, len(new)) if new else ()
        else:
            rows = (self.measure(self.label, self.rule(setting), self.seeds) for setting in new)
        for setting, results in zip(new, rows, strict=True):
            self.tried[setting] = place_of(results, self.scale)

    def rule(self, setting):
        return self.make(**dict(zip(self.axes, setting, strict=True)))

    @property
    def best(self):
        """The settings with the fewest failures, among these the smallest mean; the first such."""
        return min(self.tried, key=self.tried.get)

    def beside_best(self, k, value):
        """Return the best settings with another value of the hyperparameter number k."""
        return (*self.best[:k], value, *self.best[k + 1 :])

    def widen(self):
        """Try values beyond a grid's end while the best is there."""
        for _ in range(WIDENINGS):
            ends = [
                (k, end) for k, a in enumerate(self.axes.values()) for end in a.ends(self.best[k])
            ]
            if not ends:
                break
            for k, end in ends:
                self.extend(k, end)

    def extend(self, k, end):
        axis, settings = list(self.axes.values())[k], []
        for _ in range(MORE):
            value = axis.beyond(end)
            setting = self.beside_best(k, value)
            try:
                self.rule(setting)
            except ValueError:  # the hyperparameter's range ends here
                axis.limits.add(end)
                break
            settings.append(setting)
            axis.add(value)
        self.try_all(settings)

    def refine(self, trials):
        """Try values around the best until there were so many trials."""
        while len(self.tried) < trials:
            around = [
                self.beside_best(k, value)
                for k, axis in enumerate(self.axes.values())
                for value in axis.around(self.best[k])
            ]
            new = [setting for setting in around if setting not in self.tried]
            if not new:
                break
            new = new[: trials - len(self.tried)]
            self.try_all(new)
            for setting in new:
                for axis, value in zip(self.axes.values(), setting, strict=True):
                    axis.add(value)

    def judged(self, seeds):
        """Return what was chosen, with what is measured on fresh seeds."""
        best, names = self.best, list(self.axes)
        trials = tuple(
            (dict(zip(names, setting, strict=True)), math.inf if failures else mean)
            for setting, (failures, mean) in self.tried.items()
        )
        at_edge = tuple(
            name for (name, axis), value in zip(self.axes.items(), best, strict=True)
            if axis.ends(value)
        )  # fmt: skip
        results = self.measure(self.label, self.rule(best), seeds)
        return Contestant(self.label, dict(zip(names, best, strict=True)), trials, at_edge, results)


# Scales of a grid: from a hyperparameter to where it lies, and back.
SCALES = {
    "log": (np.log, np.exp),
    "log of 1 - x": (lambda x: -np.log(1 - x), lambda y: 1 - np.exp(-y)),
    "linear": (np.asarray, np.asarray),
}
# Steps of a grid differ by at most this factor: 1, 3, 10, 30 is one.
EVEN = 1.3


class Axis:
    """The values of a hyperparameter that were tried, in order if they are a grid."""

    def __init__(self, values):
        self.scale, self.step = _spacing(values)
        self.values = sorted(values) if self.scale else list(values)
        self.whole = all(isinstance(value, int) for value in values)
        # Ends, 0 and -1, at which the hyperparameter's own range ends.
        self.limits = set()

    def ends(self, value):
        """Return at which ends of the grid a value lies that could go further."""
        ends = [end for end in (0, -1) if self.scale and value == self.values[end]]
        return [end for end in ends if end not in self.limits]

    def beyond(self, end):
        """Return the next value beyond an end."""
        place = self.scale[0](self.values[end])
        return self.value_at(place + self.step if end else place - self.step)

    def around(self, value):
        """Return the values half way to the neighbours."""
        if not self.scale:
            return []
        k = self.values.index(value)
        places = self.scale[0](np.array(self.values, float))
        neighbours = [j for j in (k - 1, k + 1) if 0 <= j < len(places)]
        return [self.value_at((places[k] + places[j]) / 2) for j in neighbours]

    def add(self, value):
        if value not in self.values:
            self.values = sorted([*self.values, value])

    def value_at(self, place):
        """Return the value at a place, with four digits of x or of 1 - x."""
        value = float(self.scale[1](place))
        if self.scale is SCALES["log of 1 - x"]:
            return float(f"{1 - float(f'{1 - value:.4g}'):.15g}")
        return round(value) if self.whole else float(f"{value:.4g}")


def _spacing(values):
    """Return the scale on which the values are evenly spaced, and the step; None if on none."""
    if len(values) < 3 or not all(map(is_number, values)):
        return None, None
    found = []
    for scale in SCALES.values():
        with np.errstate(all="ignore"):
            steps = np.diff(scale[0](np.sort(np.array(values, float))))
        if np.all(np.isfinite(steps) & (steps > 0)):
            found.append((steps.max() / steps.min(), float(steps.mean()), scale))
    unevenness, step, scale = min(found, key=lambda f: f[0], default=(math.inf, None, None))
    return (scale, step) if unevenness <= EVEN else (None, None)


def _seeds(name, given):
    """Return seeds as a list of integers."""
    listed = isinstance(given, Iterable) and not isinstance(given, bytes | str)
    values = list(given) if listed else [None]
    if not all(isinstance(v, Integral) and type(v) is not bool and v >= 0 for v in values):
        raise TypeError(f"{name} must be seeds like range(10), got {name} = {given!r}")
    return values


def _checked_seeds(tuning, judging):
    seeds = []
    for name, given, least in (("tuning", tuning, 1), ("judging", judging, 2)):
        values = _seeds(name, given)
        if len(set(values)) < max(least, len(values)):
            count = "different seeds" if least == 1 else f"at least {least} different seeds"
            raise ValueError(f"{name} must be {count}, got {name} = {given!r}")
        seeds.append(np.array(values))
    if both := sorted(set(seeds[0].tolist()) & set(seeds[1].tolist())):
        raise ValueError(f"judging must have no seed of tuning, got in both {both}")
    return seeds


def _checked_contestants(contestants):
    if not isinstance(contestants, Mapping) or not all(map(_is_contestant, contestants.values())):
        raise TypeError(
            "contestants must be like {'Adam': (ol.Adam, {'lr': [0.01, 0.1, 1.0]}), ...}, "
            f"got contestants = {contestants!r}"
        )
    if len(contestants) < 2:
        raise ValueError(f"contestants must be at least two, got {list(contestants)}")
    for label, (make, grids) in contestants.items():
        grids = {name: list(values) for name, values in grids.items()}
        for name, values in grids.items():
            if not values or len(set(values)) < len(values):
                raise ValueError(f"{label}: {name} must be different values, got {values}")
        yield label, make, grids


def _is_contestant(value):
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and callable(value[0])
        and isinstance(value[1], Mapping)
        and all(isinstance(v, Iterable) and not isinstance(v, str) for v in value[1].values())
    )


def _checked_results(label, results, shape, scale):
    """Return what was measured as floats, failures as infinity."""
    results = real_array(f"what measure returns for {label}", results, finite=False)
    if results.shape != shape:
        raise ValueError(
            f"measure must return a number for each seed, shape {shape}, got shape "
            f"{results.shape} for {label}"
        )
    results = np.where(np.isfinite(results), results, np.inf).astype(float)
    if scale == "log" and np.any(results <= 0):
        raise ValueError(
            f"measure must return positive numbers on the scale 'log', got {results.min()} for "
            f"{label}; scale='linear' takes all numbers"
        )
    return results
