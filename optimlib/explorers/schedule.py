"""The explorer of schedules: one that the reader draws, and what it leads to under noise."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from numbers import Real

import numpy as np

from optimlib import figures
from optimlib import schedules as kinds
from optimlib.checks import check_count, check_number
from optimlib.explorers.arguments import generated
from optimlib.explorers.code import schedule_code
from optimlib.explorers.explorer import Explorer, tree
from optimlib.explorers.sampling import THEORY, noisy_trace
from optimlib.rules import GradientDescent
from optimlib.rules.rule import Rule
from optimlib.types import Schedule

KNOTS = 8


def draw_schedule(
    steps: int = 200,
    schedules: Mapping[str, Schedule] | Sequence[Schedule] | None = None,
    *,
    own: Schedule | None = None,
    rule: Rule | None = None,
    start: float = 3.0,
    curvature: float = 1.0,
    noise: float = 1.0,
    batch: int = 1,
    runs: int = 64,
    convex: bool = False,
    title: str | None = None,
) -> Explorer:
    r"""Return an explorer in which the reader draws a schedule of the learning rate.

    Beside it stands what the schedule leads to on :math:`f = h w^2/2` when the gradient
    :math:`h w` is seen with normal noise of variance :math:`\sigma^2/B`: the mean of
    :math:`w^2` over many runs against the step, for the reader's own schedule and for one of
    the given ones, with the same noise. For gradient descent theory stands beside it:
    :math:`E[w_t^2] = (1-\eta_t h)^2 E[w_{t-1}^2] + \eta_t^2\sigma^2/B`. If the rate is
    constant, this comes to stay at :math:`\eta\sigma^2/(B h (2-\eta h))`.

    Parameters
    ----------
    steps : int
        At least 2.
    schedules : dict or list, optional
        Schedules to compare with (functions of the step number t = 1, 2, ...), by their names in
        the menu; a list names them as they print. By default those of `optimlib.schedules`, with
        rates that suit the curvature.
    own : schedule, optional
        What the reader's own follows at first, at eight points. By default a straight line to 0.
    rule : Rule, optional
        Of the library or one's own, in arithmetic on one coordinate at a time. The schedules
        replace its ``lr``. By default gradient descent.
    start, curvature, noise : float
        The first w, h and σ; all positive. h and σ get sliders from a tenth to ten times that.
    batch : int
        B, from 1 to 64.
    runs : int
        How many runs the mean is over, at least 2.
    convex : bool
        Whether the table also says what the bound for convex functions, of `convex_bound`, says of
        each shape beside a constant.
    title : str, optional
        The figure's name for those who cannot see it.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError
        If an argument is of the wrong kind, or no JavaScript can be made of the rule.
    ValueError
        If a number is out of range, or a schedule has a value that is no finite number >= 0.

    Examples
    --------
    >>> from optimlib.explorers import draw_schedule
    >>> from optimlib.schedules import Constant, InverseTime
    >>> draw_schedule(100, {"constant": Constant(0.1), "1/t": InverseTime(1.0)})
    <Explorer: Your own schedule beside constant, 1/t>
    """
    rule = GradientDescent(lr=1.0) if rule is None else rule
    if not isinstance(convex, bool):
        raise TypeError(f"convex must be True or False, got convex = {convex!r}")
    _check(rule, steps, runs, batch, start=start, curvature=curvature, noise=noise)
    lr = 0.5 / curvature
    presets = _named(_customary(lr, curvature, steps) if schedules is None else schedules)
    rates = {label: rates_of(f"schedules[{label!r}]", s, steps) for label, s in presets.items()}
    drawn = rates_of("own", kinds.Linear(lr, 0.0, steps) if own is None else own, steps)
    places = np.unique(np.linspace(1, steps, KNOTS).round().astype(int))
    specification = {
        "kind": "schedule",
        "title": title or f"Your own schedule beside {', '.join(presets)}",
        "steps": steps,
        "presets": [{"label": n, **schedule_code(s, rates[n])} for n, s in presets.items()],
        "rule": generated("rule", replace(rule, lr=1.0), steps),
        "expected": _expectation() if type(rule) is GradientDescent else None,
        "knots": [(t, drawn[t - 1]) for t in places],
        "highest": 1.25 * max(np.max(r) for r in (drawn, *rates.values())),
        "start": float(start),
        "runs": runs,
        "convex": convex,
        "sliders": [
            _slider("curvature", "curvature h", curvature),
            _slider("noise", "noise σ", noise),
            {"key": "batch", "label": "batch size B", "min": 1, "max": 64, "step": 1}
            | {"value": batch},
        ],
    }
    check_number("the largest rate of schedules", specification["highest"], positive=True)
    first = next(iter(presets))
    straight = np.interp(np.arange(1, steps + 1), places, drawn[places - 1])
    shown = {"your own": straight, first: rates[first]}
    draws = np.random.default_rng(1).standard_normal((steps, runs))
    still = partial(_draw, rule, shown, curvature, noise / np.sqrt(batch), start, draws)
    return Explorer(specification, still)


def _check(rule, steps, runs, batch, **numbers):
    check_count("steps", steps, least=2)
    check_count("runs", runs, least=2)
    if check_count("batch", batch, least=1) > 64:
        raise ValueError(f"batch must be at most 64, got batch = {batch!r}")
    for name, value in numbers.items():
        check_number(name, value, positive=True)
    if not isinstance(rule, Rule):
        raise TypeError(f"rule must be like ol.Momentum(lr=0.1), got rule = {rule!r}")


def _draw(rule, shown, curvature, deviation, start, draws):
    left, right = figures.side_by_side()
    for (label, rates), color in zip(shown.items(), (figures.BLUE, figures.ORANGE), strict=True):
        left.plot(np.arange(1, len(rates) + 1), rates, color=color, label=label)
        squares = mean_squares(rule, rates, curvature, deviation, start, draws)
        right.semilogy(squares, color=color)
        if type(rule) is GradientDescent:
            expected = expected_squares(rates, curvature, deviation, start)
            right.semilogy(expected, "--", color=figures.BLACK, linewidth=1)
    left.set(xlabel="step $t$", ylabel=r"learning rate $\eta$")
    left.legend()
    right.set(xlabel="step $t$", ylabel="mean of $w^2$")


def mean_squares(rule, rates, curvature, deviation, start, noise):
    """Return the mean of w² at the start and after each step.

    Parameters
    ----------
    rule : Rule
    rates : sequence of float
        The learning rate in each step.
    curvature, deviation, start : float
        The gradient is ``curvature * w + deviation * noise[t - 1]``.
    noise : ndarray, shape (steps, runs)

    Returns
    -------
    ndarray, shape (steps + 1,)
    """
    scheduled = replace(rule, lr=lambda t: rates[t - 1])
    run = noisy_trace(scheduled, curvature, deviation * noise, start)
    with np.errstate(all="ignore"):
        return np.mean(run.points**2, axis=(1, 2))


def expected_squares(rates, curvature, deviation, start):
    """Return what `mean_squares` is in expectation for gradient descent.

    Examples
    --------
    >>> expected_squares([0.5, 0.5], curvature=1, deviation=1, start=2)
    array([4.    , 1.25  , 0.5625])
    """
    squares = [float(start) ** 2]
    for rate in rates:
        squares.append(_next_square(squares[-1], rate, curvature, deviation))
    return np.array(squares)


def convex_bound(rates):
    """Return what the bound for the last point of a run on a convex function says of a schedule.

    On a convex function whose gradients have at most the length C, from a start at the distance D
    of a minimum, the expected value after the last step is above the minimum by at most
    D² p / γ + C² q γ for the rates γη₁, γη₂, ...

    Parameters
    ----------
    rates : sequence of float
        η₁, η₂, ..., of which the last is positive.

    Returns
    -------
    bound, factor : float
        The bound for the best γ, in units of DC, and that γ, in units of D/C.

    References
    ----------
    A. Defazio, A. Cutkosky, H. Mehta, K. Mishchenko, *When, Why and How Much? Adaptive Learning
    Rate Scheduling by Refinement*, arXiv:2310.07831 (2023), in the form of F. Schaipp et al., *The
    Surprising Agreement Between Convex Optimization Theory and Learning-Rate Scheduling for Large
    Model Training*, ICML 2025.

    Examples
    --------
    >>> bound, factor = convex_bound([1.0])
    >>> print(bound, factor)
    1.0 1.0
    """
    rates = np.asarray(rates, float)
    sums, squares = (np.cumsum(values[::-1])[::-1] for values in (rates, rates**2))
    distance = 1 / (2 * sums[0])
    noise = np.sum(rates[:-1] / sums[1:] * squares[:-1] / sums[:-1])
    noise = (noise + squares[0] / sums[0]) / 2
    return 2 * np.sqrt(distance * noise).item(), np.sqrt(distance / noise).item()


def _next_square(square, rate, curvature, deviation):
    return (1 - rate * curvature) ** 2 * square + (rate * deviation) ** 2


def _next_mean(mean, rate, curvature):
    return (1 - rate * curvature) * mean


def _floor(rate, curvature, deviation):
    loss, _ = THEORY[GradientDescent]
    return 2 / curvature * loss(rate, curvature, deviation, 1)


def _expectation():
    """Return, as trees, E[w] and E[w²] after a step of gradient descent, and where E[w²] stays."""
    names = ("mean", "square", "rate", "curvature", "deviation")
    formulas = {"mean": _next_mean, "square": _next_square, "floor": _floor}
    return {part: tree(formula, names, part) for part, formula in formulas.items()}


def rates_of(name, schedule, steps):
    """Return a schedule's values in steps 1 to `steps`, complaining of what is no rate."""
    if not callable(schedule):
        raise TypeError(f"{name} must be a schedule, a function of t, got {name} = {schedule!r}")
    rates = [schedule(t) for t in range(1, steps + 1)]
    for t, rate in enumerate(rates, start=1):
        if not isinstance(rate, Real) or not 0 <= rate < np.inf:
            raise ValueError(f"{name} must be finite and >= 0, got {rate!r} in step {t}")
    return np.array(rates, dtype=float)


def _customary(lr, curvature, steps):
    warm = max(1, steps // 10)
    return {
        "constant": kinds.Constant(0.2 * lr),
        "step": kinds.Step(lr, period=max(1, steps // 4), factor=0.3),
        "exponential": kinds.Exponential(lr, factor=0.01 ** (1 / steps)),
        "1/t": kinds.InverseTime(lr, decay=lr * curvature),
        "1/√t": kinds.InverseSqrt(lr),
        "linear": kinds.Linear(lr, 0.0, steps),
        "cosine": kinds.Cosine(lr, steps),
        "warm-up, then cosine": kinds.Then(
            warm, kinds.WarmUp(lr, warm), kinds.Cosine(lr, max(1, steps - warm))
        ),
        "one-cycle": kinds.OneCycle(lr, steps, rise=max(0.3, 1.5 / steps)),
        "warm restarts": kinds.WarmRestarts(lr, period=max(1, steps // 4)),
    }


def _named(schedules):
    if isinstance(schedules, dict):
        named = schedules
    elif isinstance(schedules, list | tuple):
        named = {getattr(s, "__name__", repr(s)): s for s in schedules}
    else:
        raise TypeError(f"schedules must be a dict or a list, got schedules = {schedules!r}")
    if not named:
        raise ValueError("schedules must not be empty")
    return named


def _slider(key, label, value):
    limits = {"min": value / 10, "max": value * 10, "log": True}
    return {"key": key, "label": label, "value": float(value)} | limits
