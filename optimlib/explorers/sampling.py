"""Explorers of chance: an optimizer's noise floor, random Hessians, random deep networks."""

from functools import partial
from inspect import signature
from numbers import Real
from typing import Any

import numpy as np

from optimlib import figures
from optimlib.checks import check_count
from optimlib.descent import trace
from optimlib.explorers.arguments import generated
from optimlib.explorers.explorer import Explorer, tree
from optimlib.objective import Objective, Stream
from optimlib.rules.averaging import Averaging
from optimlib.rules.gradient_descent import GradientDescent
from optimlib.rules.momentum import AverageMomentum, HeavyBall, Momentum
from optimlib.rules.nesterov import Nesterov
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.sign_descent import SignDescent
from optimlib.symbols import symbol_text

# What the figures recompute within one frame.
MOST_STEPS = 80_000
MOST_WEIGHTS = 125_000
MOST_PRODUCTS = 1_000_000
# Activations with their slopes.
ACTIVATIONS = {
    "linear": (lambda z: z, lambda z: 1.0),
    "ReLU": (lambda z: np.maximum(z, 0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "tanh": (lambda z: np.tanh(z), lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: 1 / (2 + np.exp(z) + np.exp(-z))),
}
SIGNALS = {"activations": figures.BLUE, "gradients": figures.VERMILION}
KINDS_OF_POINTS = {
    "minima": figures.GREEN,
    "saddles": figures.BLUE,
    "maxima": figures.VERMILION,
}


def _momentum_floor(lr, beta, curvature, noise, batch):
    apart = 2 * (1 + beta) - lr * curvature
    return lr * noise**2 * (1 + beta) / (2 * batch * (1 - beta) * apart)


def _average_momentum_floor(lr, beta, curvature, noise, batch):
    return _momentum_floor(lr * (1 - beta), beta, curvature, noise, batch)


def _nesterov_floor(lr, beta, curvature, noise, batch):
    # The points are an autoregression of order two: w₊ = (1 − ηh)((1 + β)w − βw₋) − η·noise.
    kept = beta * (1 - lr * curvature)
    apart = 2 * (1 + beta) - lr * curvature * (1 + 2 * beta)
    return lr * noise**2 * (1 + kept) / (2 * batch * (1 - kept) * apart)


# Of a rule that sees only signs the point is nearly normal, with variance V. Then, with the
# standard deviation s of a gradient, E[w sign g] = V h √(2/π) / √(s² + h²V), and V stays where
# twice that is η.
def _sign_floor(lr, curvature, noise, batch):
    a, b = 8 / np.pi, (lr * curvature) ** 2
    square = (b + np.sqrt(b**2 + 4 * a * b * noise**2 / batch)) / (2 * a)
    return square / (2 * curvature)


def _error_function(x):
    """Return erf x up to 1.5e-7: M. Abramowitz and I. Stegun (1964), 7.1.26."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    series = -1.453152027 + 1.061405429 * t
    for coefficient in (1.421413741, -0.284496736, 0.254829592):
        series = coefficient + series * t
    return np.sign(x) * (1 - series * t * np.exp(-(x**2)))


def _sign_spread(curvature, deviation, mean, square):
    """Return the standard deviation of a gradient, and its mean in units of that and of √2."""
    spread = np.sqrt(deviation**2 + curvature**2 * (square - mean**2))
    return spread, curvature * mean / (np.sqrt(2) * spread)


def _sign_mean(lr, curvature, deviation, mean, square):
    _, z = _sign_spread(curvature, deviation, mean, square)
    return mean - lr * _error_function(z)


def _sign_square(lr, curvature, deviation, mean, square):
    spread, z = _sign_spread(curvature, deviation, mean, square)
    pull = curvature * (square - mean**2) / spread * np.sqrt(2 / np.pi) * np.exp(-(z**2))
    return square - 2 * lr * (mean * _error_function(z) + pull) + lr**2


# Of rules that are not linear: E[w] and E[w²] after a step, if the point were normal before it.
MOMENTS: dict[type[Optimizer], tuple[Any, ...]] = {SignDescent: (_sign_mean, _sign_square)}
NAMES_OF_MOMENTS = ("lr", "curvature", "deviation", "mean", "square")
# By rule: the mean loss after many steps, and the learning rate from which on there is none.
THEORY = {
    GradientDescent: (
        lambda lr, curvature, noise, batch: _momentum_floor(lr, 0, curvature, noise, batch),
        lambda curvature: 2 / curvature,
    ),
    Momentum: (_momentum_floor, lambda beta, curvature: 2 * (1 + beta) / curvature),
    HeavyBall: (_momentum_floor, lambda beta, curvature: 2 * (1 + beta) / curvature),
    AverageMomentum: (
        _average_momentum_floor,
        lambda beta, curvature: 2 * (1 + beta) / (1 - beta) / curvature,
    ),
    Nesterov: (
        _nesterov_floor,
        lambda beta, curvature: 2 * (1 + beta) / (1 + 2 * beta) / curvature,
    ),
    SignDescent: (_sign_floor, lambda: 1e99),
}


def noise_floor(
    rule: Optimizer | None = None,
    curvature: float = 1,
    noise: float = 1,
    batch: int = 1,
    start: float = 2.0,
    steps: int = 300,
    runs: int = 200,
    *,
    title: str | None = None,
) -> Explorer:
    r"""Return an explorer of many noisy runs of an optimizer, and of the loss they end at.

    The problem is :math:`f(w) = h w^2 / 2`, its gradient comes with normal noise of standard
    deviation :math:`\sigma / \sqrt B`. The mean loss of the runs is drawn beside what theory says
    for every step and its limit, the noise floor: :math:`\eta\sigma^2 / (2B(2 - \eta h))` for
    gradient descent, :math:`\eta\sigma^2 (1 + \beta) / (2B(1 - \beta)(2(1 + \beta) - \eta h))`
    with momentum. The reader moves η, β, h, σ and B, and can look at the average of the points
    instead: k times the mean of its squares goes to :math:`\sigma^2 / (B h^2)`. For sign descent
    theory takes the points to be normal; for small η the floor is
    :math:`\eta\sigma\sqrt{\pi/32B}`.

    Parameters
    ----------
    rule : GradientDescent, Momentum, HeavyBall, AverageMomentum, Nesterov, or Averaging of one
        Of these the floor is known. By default ``GradientDescent(lr=0.1)``. `Averaging` shows the
        average of the points first. `SignDescent` too, but no average of its points.
    curvature : float
        h > 0.
    noise : float
        σ > 0, the standard deviation of one sample's gradient.
    batch : int
        B, from 1 to 64.
    start : float
        Where all runs begin.
    steps, runs : int
        Of at most 80,000 steps altogether, each at least 2.
    title : str, optional
        The figure's name for those who cannot see it.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or no theory is known for `rule`.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib import explorers
    >>> explorers.noise_floor(ol.HeavyBall(lr=0.05, beta=0.9), noise=2)
    <Explorer: Noise floor of heavy ball>
    """
    rule = GradientDescent(lr=0.1) if rule is None else rule
    averaging = isinstance(rule, Averaging)
    if isinstance(rule, Averaging):
        rule = rule.rule
    _check_rule(rule)
    _check_noise(curvature, noise, batch, start, steps, runs)
    sliders = _noise_sliders(rule, curvature, noise, batch)
    names = [slider["key"] for slider in sliders]
    floor, edge = (tree(part, names, "theory") for part in THEORY[type(rule)])
    moments = [tree(part, NAMES_OF_MOMENTS, "theory") for part in MOMENTS.get(type(rule), ())]
    if moments and averaging:
        raise TypeError(f"rule must be one of which theory knows the average, got rule = {rule!r}")
    specification = {
        "kind": "noiseFloor",
        "title": title or f"Noise floor of {figures.label_of(rule)}",
        **generated("rule", rule, steps),
        "color": figures.color(rule),
        "sliders": sliders,
        "averaging": averaging,
        "start": start,
        "steps": steps,
        "runs": runs,
        "floor": floor,
        "edge": edge,
        **({"moments": moments} if moments else {}),
    }
    still = partial(_draw_floor, rule, curvature, noise, batch, start, (steps, runs))
    return Explorer(specification, still)


def _check_rule(rule):
    if type(rule) not in THEORY:
        known = ", ".join(kind.__name__ for kind in THEORY)
        raise TypeError(
            f"rule must be one of {known}, of which theory has the floor, got rule = {rule!r}"
        )
    numbers = rule.hyperparameters()
    if rule != type(rule)(**{name: numbers[name] for name in ("lr", "beta") if name in numbers}):
        raise ValueError(f"rule must have no options set, got rule = {rule!r}")
    for name in numbers.keys() & {"lr", "beta"}:
        if not isinstance(numbers[name], Real):
            raise ValueError(f"rule must have a number as {name}, got {name} = {numbers[name]!r}")


def _check_noise(curvature, noise, batch, start, steps, runs):
    for name, value in {"curvature": curvature, "noise": noise}.items():
        if not (_is_number(value) and value > 0):
            raise ValueError(f"{name} must be a positive number, got {name} = {value!r}")
    if not _is_number(start):
        raise ValueError(f"start must be a number, got start = {start!r}")
    _check_between("batch", batch, 1, 64)
    check_count("steps", steps, least=2)
    check_count("runs", runs, least=2)
    if steps * runs > MOST_STEPS:
        raise ValueError(f"steps · runs must be at most {MOST_STEPS}, got {steps} · {runs}")


def _noise_sliders(rule, curvature, noise, batch):
    numbers = rule.hyperparameters()
    sliders = [_slider("lr", numbers["lr"], symbol_text("lr"), 0.01, 5)]
    if "beta" in numbers:
        beta = {"key": "beta", "label": symbol_text("beta"), "min": 0, "max": 0.99}
        sliders.append(beta | {"value": numbers["beta"]})
    return [
        *sliders,
        {"key": "batch", "label": "batch B", "min": 1, "max": 64, "step": 1, "value": batch},
        _slider("curvature", curvature, "curvature h", 0.1, 10),
        _slider("noise", noise, "noise σ", 0.1, 10),
    ]


def _draw_floor(rule, curvature, noise, batch, start, shape):
    values = {**rule.hyperparameters(), "curvature": curvature, "noise": noise, "batch": batch}
    limit, end = (
        part(**{name: values[name] for name in signature(part).parameters})
        for part in THEORY[type(rule)]
    )
    errors = noise / batch**0.5 * np.random.default_rng(1).standard_normal(shape)
    run = noisy_trace(rule, curvature, errors, start)
    left, right = figures.side_by_side()
    style = {"color": figures.color(rule)}
    left.semilogy(run.values[:, :4], **style, linewidth=0.8, alpha=0.3)
    left.semilogy(run.values.mean(axis=1), **style)
    left.set(xlabel="step $k$", ylabel="mean loss")
    late = run.points[shape[0] // 2 + 1 :].ravel()
    right.hist(late[np.isfinite(late)], 40, density=True, **style, alpha=0.6)
    right.set(xlabel="$w$", ylabel="density")
    if values["lr"] < end:
        left.axhline(limit, color=figures.BLACK, linestyle=":")
        size = np.sqrt(2 * limit / curvature)
        w = np.linspace(-4 * size, 4 * size, 201)
        normal = np.exp(-((w / size) ** 2) / 2) / (size * np.sqrt(2 * np.pi))
        right.plot(w, normal, "--", color=figures.BLACK)


def eigenvalue_lottery(
    n: int = 2, most: int = 12, samples: int = 1000, *, title: str | None = None
) -> Explorer:
    r"""Return an explorer of the eigenvalues of random Hessians, and of how many are minima.

    The Hessians are symmetric with independent normal entries of variance 1, on the diagonal 2
    (the Gaussian orthogonal ensemble). The shares of minima, maxima and saddles among those
    drawn so far stand beside the exact probability that all n eigenvalues are positive, known for
    n = 1, 2, 3 (1/2, :math:`(2 - \sqrt 2)/4`, :math:`(\pi - 2\sqrt 2)/(4\pi)`), the eigenvalues
    over :math:`\sqrt n` beside Wigner's semicircle, and the mean of their squares beside
    :math:`(n + 1)/n`.

    Parameters
    ----------
    n : int
        Number of variables at first.
    most : int
        The largest n the reader can choose, at most 12.
    samples : int
        How many Hessians can be drawn, at most 1,000.
    title : str, optional
        The figure's name for those who cannot see it.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        If an argument is no integer or out of range.

    References
    ----------
    E. P. Wigner, *On the distribution of the roots of certain symmetric matrices*, Annals of
    Mathematics 67 (1958) 325-327. D. S. Dean, S. N. Majumdar, *Large deviations of extreme
    eigenvalues of random matrices*, Physical Review Letters 97 (2006) 160201.

    Examples
    --------
    >>> from optimlib import explorers
    >>> explorers.eigenvalue_lottery(n=3)
    <Explorer: Eigenvalues of random Hessians>
    """
    _check_between("most", most, 1, 12)
    _check_between("n", n, 1, most)
    _check_between("samples", samples, 2, 1000)
    specification = {
        "kind": "lottery",
        "title": title or "Eigenvalues of random Hessians",
        "n": n,
        "most": most,
        "samples": samples,
        "colors": KINDS_OF_POINTS,
    }

    return Explorer(specification, partial(_draw_lottery, n, min(samples, 200)))


def _draw_lottery(n, count):
    g = np.random.default_rng(1).standard_normal((count, n, n))
    eigenvalues = np.linalg.eigvalsh((g + g.swapaxes(1, 2)) / np.sqrt(2 * n))
    left, right = figures.side_by_side()
    first = max(count - 24, 0)
    for i, values in enumerate(eigenvalues[first:], first + 1):
        kind = "minima" if values[0] > 0 else "maxima" if values[-1] < 0 else "saddles"
        left.plot(values, np.full(n, i), "o", color=KINDS_OF_POINTS[kind])
    left.axvline(0, color=figures.GRAY, linewidth=1)
    left.set(xlabel=r"eigenvalue / $\sqrt{n}$", ylabel="Hessian number", xlim=(-4, 4))
    edges = np.linspace(-4, 4, 41)
    right.hist(eigenvalues.ravel(), edges, density=True, color=figures.BLUE, alpha=0.6)
    x = np.linspace(-2, 2, 201)
    right.plot(x, np.sqrt(4 - x**2) / (2 * np.pi), "--", color=figures.BLACK)
    right.set(xlabel=r"eigenvalue / $\sqrt{n}$", ylabel="density")


def depth_histogram(
    activation: str = "ReLU",
    variance: float = 2,
    depth: int = 30,
    width: int = 64,
    batch: int = 8,
    *,
    residual: bool = False,
    normalised: bool = False,
    layer: int | None = None,
    title: str | None = None,
) -> Explorer:
    r"""Return an explorer of the size of activations and gradients in a random deep network.

    Layer l computes :math:`z = W a_{l-1}` and :math:`a_l = \varphi(z)`. With `normalised`, z is
    divided by its root mean square over the layer; with `residual`, :math:`a_{l-1}` is added to
    the result. Inputs are standard normal, and so is the gradient that comes down to the last
    layer. Beside the root mean squares stands what is expected of wide layers, whose z is normal:
    a ReLU layer halves the mean square of its input times n times the variance of the weights, so
    it keeps it at variance 2/n and thirty layers at variance 1/n leave :math:`2^{-15}`.

    Parameters
    ----------
    activation : {"linear", "ReLU", "tanh", "sigmoid"}
        At first.
    variance : {1, 2}
        That of the weights at first, times n = `width`.
    depth, width, batch : int
        Layers, units in each, and inputs; at most 125,000 weights in all, and 1,000,000
        multiplications.
    residual, normalised : bool
        At first.
    layer : int, optional
        The one that is looked into at first, by default the last: in the first layers one sees
        what is left of gradients, in the last ones of activations.
    title : str, optional
        The figure's name for those who cannot see it.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, *Delving deep into rectifiers*, ICCV 2015. B. Poole, S. Lahiri,
    M. Raghu, J. Sohl-Dickstein, S. Ganguli, *Exponential expressivity in deep neural networks
    through transient chaos*, NIPS 2016. B. Zhang, R. Sennrich, *Root mean square layer
    normalization*, NeurIPS 2019.

    Examples
    --------
    >>> from optimlib import explorers
    >>> explorers.depth_histogram("tanh", variance=1)
    <Explorer: Activations and gradients through 30 layers>
    """
    _check_network(activation, variance, depth, width, batch, residual, normalised)
    layer = depth if layer is None else layer
    _check_between("layer", layer, 1, depth)
    specification = {
        "kind": "depth",
        "title": title or f"Activations and gradients through {depth} layers",
        "activations": {
            name: [tree(part, ("z",), name) for part in parts]
            for name, parts in ACTIVATIONS.items()
        },
        "activation": activation,
        "gain": str(variance),
        "residual": residual,
        "normalised": normalised,
        "layer": layer,
        "depth": depth,
        "width": width,
        "batch": batch,
        "colors": SIGNALS,
    }
    network = activation, variance, depth, width, batch, residual, normalised
    return Explorer(specification, partial(_draw_network, layer, *network))


def _check_network(activation, variance, depth, width, batch, residual, normalised):
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"activation must be one of {', '.join(ACTIVATIONS)}, got activation = {activation!r}"
        )
    if variance not in (1, 2):
        raise ValueError(f"variance must be 1 or 2, got variance = {variance!r}")
    for name, value in {"residual": residual, "normalised": normalised}.items():
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False, got {name} = {value!r}")
    for name, value in {"depth": depth, "width": width, "batch": batch}.items():
        check_count(name, value, least=1)
    if depth * width**2 > MOST_WEIGHTS or depth * width**2 * batch > MOST_PRODUCTS:
        raise ValueError(
            f"depth · width² must be at most {MOST_WEIGHTS} and, times batch, at most "
            f"{MOST_PRODUCTS}, got depth = {depth}, width = {width}, batch = {batch}"
        )


def _draw_network(layer, activation, variance, depth, *network):
    sizes, activations = _random_network(activation, variance, depth, *network)
    left, right = figures.side_by_side()
    for name, color in SIGNALS.items():
        left.semilogy(sizes[name], color=color, label=name)
    left.set(xlabel="layer", ylabel="root mean square")
    left.legend()
    right.hist(activations[layer].ravel(), 30, density=True, color=figures.BLUE, alpha=0.6)
    right.set(xlabel=f"activation in layer {layer}", ylabel="density")


def _is_number(value):
    return isinstance(value, Real) and not isinstance(value, bool) and np.isfinite(value)


def _check_between(name, value, low, high):
    check_count(name, value, least=low)
    if value > high:
        raise ValueError(f"{name} must be <= {high}, got {name} = {value!r}")


def _slider(key, value, label, low, high):
    return {
        "key": key,
        "label": label,
        "min": min(low, value),
        "max": max(high, value),
        "log": True,
        "value": value,
    }


def noisy_trace(rule, curvature, errors, start):
    """Return the trace of a batch of runs on the parabola with errors in its gradient.

    Parameters
    ----------
    rule : Rule
    curvature, start : float
    errors : ndarray, shape (steps, runs)

    Returns
    -------
    Trace
    """

    def parabola(error):
        return Objective(f=lambda w: curvature * w**2 / 2, grad=lambda w: curvature * w + error)

    stream = Stream(parabola(0), lambda t: parabola(errors[t - 1]))
    steps, runs = errors.shape
    return trace(rule, stream, np.full((1, runs), float(start)), steps)


def _random_network(activation, variance, depth, width, batch, residual, normalised):
    """Return the root mean squares of a network's signals by layer, and the activations."""
    rng = np.random.default_rng(1)
    phi, slope = ACTIVATIONS[activation]
    a, gradient = rng.standard_normal((2, width, batch))
    activations, gradients, passes = [a], [gradient], []
    for _ in range(depth):
        weights = rng.normal(scale=np.sqrt(variance / width), size=(width, width))
        z = weights @ a
        root = np.sqrt(np.mean(z**2, axis=0)) if normalised else 1
        z = z / root
        passes.append((weights, z, root))
        a = phi(z) + (a if residual else 0)
        activations.append(a)
    for weights, z, root in reversed(passes):
        down = slope(z) * gradient
        if normalised:
            down = (down - z * np.mean(down * z, axis=0)) / root
        gradient = weights.T @ down + (gradient if residual else 0)
        gradients.insert(0, gradient)
    sizes = {
        name: [np.sqrt(np.mean(signal**2)) for signal in signals]
        for name, signals in (("activations", activations), ("gradients", gradients))
    }
    return sizes, activations
