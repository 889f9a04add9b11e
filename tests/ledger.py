"""The worked numbers of notes A to D: what they claim, what is true, what the library gives.

One function for each row, under the row's number in ROWS. It returns its entries:

- `Number`: the note's text for it (None where it gives none), what the course prints, the value
  recomputed here in plain Python, and the value that comes out of optimlib.
- `Statement`: a sentence, whether it is true by a computation here, and by optimlib.

Whether a note is right follows from these; nothing says so by hand.
"""

import itertools
import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np

import optimlib as ol

ETA, BETA, BETA1, BETA2, EPS, START = 0.1, 0.9, 0.9, 0.999, 1e-8, 4.0
SQUARE = ol.problems.square


@dataclass(frozen=True)
class Number:
    what: str
    claim: str | None
    printed: str
    recomputed: float
    library: float

    @property
    def verdict(self):
        if self.claim is None:
            return None
        return "right" if agrees(self.claim, self.recomputed) else "wrong"


@dataclass(frozen=True)
class Statement:
    claim: str
    recomputed: bool
    library: bool

    @property
    def verdict(self):
        return "right" if self.recomputed else "wrong"


def agrees(text, value):
    """Return whether `text` is `value` rounded to the digits that `text` shows."""
    shown = Decimal(text)
    return abs(Decimal(float(value)) - shown) <= Decimal("0.5000001").scaleb(
        shown.as_tuple().exponent
    )


def verdict(entries):
    """Return "right" or "wrong" for a row, or None where the note makes no claim."""
    found = {entry.verdict for entry in entries} - {None}
    return "wrong" if "wrong" in found else "right" if found else None


def numbers(what, claims, printed, recomputed, library):
    """Return a Number for each step; `claims` may be shorter than the rest."""
    claims = [*claims, *[None] * (len(printed) - len(claims))]
    rows = zip(claims, printed, recomputed, library, strict=True)
    return [
        Number(f"{what}, step {t}", *row) for t, row in enumerate(rows, start=1) if row[1] != ""
    ]


def points(rule, steps=3):
    return ol.trace(rule, SQUARE, START, steps)["w"]


def descend(step, steps=3):
    """Return the points of w ← w − step(t, 2w), with step a closure over its own memory."""
    w, visited = START, []
    for t in range(1, steps + 1):
        w = w - step(t, 2 * w)
        visited.append(w)
    return visited


def gradient_descent():
    exact = [Fraction(4) * Fraction(4, 5) ** t for t in (1, 2, 3)]
    library = points(ol.GradientDescent(ETA))
    return numbers("w", ["3.2", "2.56"], ["3.2", "2.56", "2.048"], exact, library)


def heavy_ball():
    """Return velocities and points of v = βv + ηg, w −= v, in fractions."""
    w, v, velocities, visited = Fraction(4), Fraction(0), [], []
    for _ in range(3):
        v = Fraction(9, 10) * v + Fraction(1, 10) * 2 * w
        w = w - v
        velocities.append(v)
        visited.append(w)
    return velocities, visited


def momentum_inside():
    velocities, visited = heavy_ball()
    path = ol.trace(ol.HeavyBall(ETA, BETA), SQUARE, START, 3)
    return [
        *numbers("v", ["0.8", "1.36"], ["0.8", "1.36", "1.592"], velocities, path["v"]),
        *numbers("w", ["3.2", "1.84"], ["3.2", "1.84", "0.248"], visited, path["w"]),
    ]


def average():
    v = 0.0

    def step(t, g):
        nonlocal v
        v = BETA * v + (1 - BETA) * g
        return ETA * v

    return step


def momentum_as_average():
    recomputed, library = descend(average()), points(ol.AverageMomentum(ETA, BETA))
    other = list(map(float, heavy_ball()[1]))
    rescaled = points(ol.AverageMomentum(ETA / (1 - BETA), BETA))
    return [
        *numbers("w", [], ["3.92", "3.7696", "3.55885"], recomputed, library),
        Statement(
            "the formula section's momentum is the worked example's",
            np.allclose(recomputed, other),
            np.allclose(library, points(ol.HeavyBall(ETA, BETA))),
        ),
        *numbers("w at η/(1 − β)", [], ["3.2", "1.84", "0.248"], other, rescaled),
    ]


def rmsprop(inside=False, eps=EPS):
    v = 0.0

    def step(t, g):
        nonlocal v
        v = BETA * v + (1 - BETA) * g**2
        return ETA * g / (math.sqrt(v + eps) if inside else math.sqrt(v) + eps)

    return step


def rmsprop_first_step():
    path = ol.trace(ol.RMSProp(ETA, BETA), SQUARE, START, 1)
    return [
        Number("v", "6.4", "6.4", Fraction(1, 10) * 8**2, path["v"][0]),
        Number("w", "3.68", "3.683772", descend(rmsprop(), 1)[0], path["w"][0]),
    ]


def rmsprop_second_mean():
    total = Fraction(9, 10) * Fraction("6.4") + Fraction(1, 10) * Fraction("6.4") ** 2
    library = ol.RMSProp(ETA, BETA).update(2, 6.4, 6.4)["v"]
    return [Number("0.9 · 6.4 + 0.1 · 6.4²", "10.24", "9.856", total, library)]


def rmsprop_second_step():
    path = ol.trace(ol.RMSProp(ETA, BETA), SQUARE, START, 2)
    first, second = descend(rmsprop(), 2)
    v = BETA * 6.4 + (1 - BETA) * (2 * first) ** 2
    return [
        Number("g", "6.4", "7.367544", 2 * first, path["g"][1]),
        Number("v", "10.24", "11.188071", v, path["v"][1]),
        Number("w", "3.48", "3.463507", second, path["w"][1]),
    ]


def adam(corrected=True):
    m = v = 0.0

    def step(t, g):
        nonlocal m, v
        m, v = BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g * g
        if not corrected:
            return ETA * m / (math.sqrt(v) + EPS)
        return ETA * (m / (1 - BETA1**t)) / (math.sqrt(v / (1 - BETA2**t)) + EPS)

    return step


def adam_first_step():
    path = ol.trace(ol.Adam(ETA), SQUARE, START, 3)
    m, v = Fraction(1, 10) * 8, Fraction(1, 1000) * 64
    return [
        Number("m", "0.8", "0.8", m, path["m"][0]),
        Number("v", "0.064", "0.064", v, path["v"][0]),
        Number("m̂", "8", "8", m / Fraction(1, 10), path["m_hat"][0]),
        Number("v̂", "64", "64", v / Fraction(1, 1000), path["v_hat"][0]),
        Number("w", "3.9", "3.900000000125", descend(adam(), 1)[0], path["w"][0]),
        *numbers("w", [], ["", "3.800074", "3.700274"], descend(adam()), path["w"]),
    ]


def adam_without_correction():
    recomputed = descend(adam(corrected=False))
    library = points(ol.Adam(ETA, bias_correction=False))
    return [
        *numbers("w", [], ["3.683772", "3.260084", "2.770244"], recomputed, library),
        Statement(
            "the overview's Adam is the worked example's",
            np.allclose(recomputed, descend(adam())),
            np.allclose(library, points(ol.Adam(ETA))),
        ),
    ]


def epsilon_inside_or_outside():
    eps = 0.1
    inside, outside = (descend(rmsprop(inside=i, eps=eps)) for i in (True, False))
    rules = [ol.RMSProp(ETA, BETA, eps, eps_inside=i) for i in (True, False)]
    ours_inside, ours_outside = map(points, rules)
    return [
        Statement(
            "ε inside the root is ε outside",
            np.allclose(inside, outside, rtol=1e-3),
            np.allclose(ours_inside, ours_outside, rtol=1e-3),
        ),
        *(
            Number(f"w with ε = 0.1 {place}", None, f"{recomputed:.6f}", recomputed, library)
            for place, recomputed, library in (
                ("inside", inside[2], ours_inside[2]),
                ("outside", outside[2], ours_outside[2]),
            )
        ),
    ]


def nesterov_look_ahead():
    def run(scale):
        """v = ρv + g(w + scale · v), w −= αv: the points, and the points of the gradients."""
        w, v, visited, looked = Fraction(4), Fraction(0), [], []
        for _ in range(4):
            looked.append(w + scale * v)
            v = Fraction(9, 10) * v + 2 * looked[-1]
            w = w - Fraction(1, 10) * v
            visited.append(w)
        return visited, looked

    def library_form():
        w, v, visited = Fraction(4), Fraction(0), []
        for _ in range(3):
            g = 2 * w
            v = Fraction(9, 10) * v + g
            w = w - Fraction(1, 10) * (g + Fraction(9, 10) * v)
            visited.append(w)
        return visited

    right, note = run(Fraction(-9, 100)), run(Fraction(9, 10))
    assert right[1][1:] == library_form(), "the look-ahead points are the library form's points"
    path = ol.trace(ol.Nesterov(ETA, BETA), SQUARE, START, 4)
    library = points(ol.Nesterov(ETA, BETA, library_form=True))
    wrong = path["w"][:3] + BETA * path["v"][:3]
    return [
        *numbers("w", [], ["3.2", "1.984", "0.71168"], right[0][:3], path["w"][:3]),
        Statement(
            "Nesterov's gradient is taken at W + ρV",
            note[1][1:] == library_form(),
            np.allclose(wrong, library),
        ),
    ]


def adagrad():
    total = 0.0

    def step(t, g):
        nonlocal total
        total += g * g
        return ETA * g / (math.sqrt(total) + EPS)

    return step


def damping(gradients):
    """Return how much shorter AdaGrad's last step is than its first, by formula and library."""
    formula = abs(gradients[0]) / math.sqrt(sum(g * g for g in gradients))
    rule, G = ol.AdaGrad(ETA, eps=0.0), 0.0
    steps = []
    for t, g in enumerate(gradients, start=1):
        record = rule.update(t, g, G)
        G = record["G"]
        steps.append(abs(record["step"]))
    return formula, steps[-1] / steps[0]


def adagrad_damps_what():
    constant, alternating = damping([1.0] * 100), damping([1.0, -1.0] * 50)
    return [
        *numbers(
            "w",
            [],
            ["3.9", "3.830190", "3.773643"],
            descend(adagrad()),
            points(ol.AdaGrad(ETA)),
        ),
        Number("step 100 over step 1, constant gradient", None, "0.1", *constant),
        Statement(
            "AdaGrad damps a gradient that changes more than one that does not",
            alternating[0] < constant[0],
            alternating[1] < constant[1] - 1e-12,
        ),
    ]


def adagrad_stops():
    def steps_to(distance):
        travelled, t = 0.0, 0
        while travelled < distance:
            t += 1
            travelled += ETA / math.sqrt(t)
        return t

    slope = ol.Objective(lambda w: w, lambda w: 1.0)
    path = ol.trace(ol.AdaGrad(ETA, eps=0.0), slope, START, 10000)["w"]
    counts = [(distance, steps_to(distance)) for distance in (1, 4, 16)]
    ours = [int(np.argmax(path <= START - distance)) + 1 for distance, _ in counts]
    square = descend(adagrad(), 5000)
    near = [next(t for t, w in enumerate(way, 1) if w < 0.04) for way in
            (square, points(ol.AdaGrad(ETA), 5000))]  # fmt: skip
    return [
        *(
            Number(f"steps to go {distance} at a constant gradient", None, str(count), count, our)
            for (distance, count), our in zip(counts, ours, strict=True)
        ),
        Number("steps until w < 0.04 on w²", None, str(near[0]), *near),
        Statement(
            "AdaGrad stops before it arrives",
            sum(ETA / math.sqrt(t) for t in range(1, 10001)) < 16,
            path[-1] > START - 16,
        ),
    ]


def adam_first_step_too_large():
    formula = [(1 - BETA1**t) / math.sqrt(1 - BETA2**t) for t in range(1, 101)]
    rule, m, v, lengths = ol.Adam(1.0, eps=0.0, bias_correction=False), 0.0, 0.0, []
    for t in range(1, 101):
        record = rule.update(t, 1.0, m, v)
        m, v = record["m"], record["v"]
        lengths.append(-record["step"])
    longest = max(formula)
    return [
        Statement(
            "without bias correction Adam's first step is too large", formula[0] > 1, lengths[0] > 1
        ),
        Number("first step over η", None, "3.162", formula[0], lengths[0]),
        Number("longest step over η", None, "6.569", longest, max(lengths)),
        Number("its t", None, "12", formula.index(longest) + 1, np.argmax(lengths) + 1),
    ]


def slope_of_x_cos(x):
    return mpmath.cos(mpmath.pi * x) - mpmath.pi * x * mpmath.sin(mpmath.pi * x)


def minima_of_x_cos():
    def f(x):
        return x * mpmath.cos(mpmath.pi * x)

    def rises(derivative):
        """Return how often a derivative goes from falling to rising on [−1, 2]."""
        signs = [derivative(x) > 0 for x in np.linspace(-1, 2, 301)]
        return sum(b and not a for a, b in itertools.pairwise(signs))

    wave = ol.problems.x_cos()
    local, best = (float(mpmath.findroot(slope_of_x_cos, x)) for x in (-0.27, 1.09))
    values = [float(f(x)) for x in (local, best)]
    ours = wave.f(np.array([wave.minima]))
    return [
        Statement(
            "x cos(πx) has one local and one global minimum on [−1, 2]",
            rises(slope_of_x_cos) == 2 and values[1] < values[0],
            rises(wave.grad) == 2 and ours[1] < ours[0],
        ),
        Number("local minimum", None, "-0.273853", local, wave.minima[0]),
        Number("its value", None, "-0.178603", values[0], ours[0]),
        Number("global minimum", None, "1.090408", best, wave.minima[1]),
        Number("its value", None, "-1.046721", values[1], ours[1]),
    ]


def saddle():
    # H = ((2, 0), (0, −2)): λ² − (trace) λ + determinant = 0.
    trace, determinant = 2 - 2, -4
    root = math.sqrt(trace**2 / 4 - determinant)
    problem, origin = ol.problems.saddle, np.zeros(2)
    eigenvalues = np.linalg.eigvalsh(problem.hess(origin))
    return [
        Statement(
            "x² − y² has a saddle at (0, 0)",
            determinant < 0,
            not problem.grad(origin).any() and eigenvalues[0] < 0 < eigenvalues[1],
        ),
        Number("larger eigenvalue", None, "2", trace / 2 + root, eigenvalues[1]),
        Number("smaller eigenvalue", None, "-2", trace / 2 - root, eigenvalues[0]),
    ]


def slope_of_tanh():
    recomputed = 1 / math.cosh(4) ** 2
    return [Number("tanh′(4)", "0.0013", "0.00134095", recomputed, ol.problems.tanh.grad(4.0))]


def newton(problem, x, steps):
    visited = []
    for _ in range(steps):
        x = x - problem.grad(x) / problem.hess(x)
        visited.append(x)
    return visited


def newton_on_cosh():
    with mpmath.workdps(60):
        x, exact = mpmath.mpf(10), []
        for _ in range(8):
            x = x - 2 * mpmath.tanh(x / 2)
            exact.append(x)
        order = float(exact[6] / exact[5] ** 3)
        exact = list(map(float, exact))
    printed = [
        *("8.000182", "6.001523", "4.011398", "2.082542"),
        *("0.525763", "0.011786", "1.364e-7", "2.1e-22"),
    ]
    ours = newton(ol.problems.cosh(c=0.5), 10.0, 8)
    return [
        *numbers("x", [], printed, exact, ours),
        Statement("Newton converges on cosh(x/2) from 10", exact[-1] < 1e-20, ours[-1] < 1e-20),
        Number("xₖ₊₁ / xₖ³ → 1/12: a cubic order", None, "0.0833", order, ours[6] / ours[5] ** 3),
    ]


def newton_on_convex():
    # f = log(eˣ + e⁻ˣ): f′ = tanh, f″ = tanh′. The map x − sinh(2x)/2 turns x into −x at the edge.
    edge = float(mpmath.findroot(lambda x: mpmath.sinh(2 * x) - 4 * x, 1.1))
    log = ol.Objective(
        f=lambda x: np.logaddexp(x, -x), grad=ol.problems.tanh.f, hess=ol.problems.tanh.grad
    )
    inside, outside = 1.0, 1.2
    for _ in range(55):
        middle = (inside + outside) / 2
        escapes = abs(newton(log, middle, 1)[0]) > middle
        inside, outside = (inside, middle) if escapes else (middle, outside)

    def sizes(x):
        visited = [x]
        for _ in range(4):
            x = x - math.sinh(2 * x) / 2
            visited.append(x)
        return list(map(abs, visited))

    wave = ol.problems.x_cos()
    top = newton(wave, 0.3, 20)[-1]
    maximum = float(mpmath.findroot(slope_of_x_cos, 0.27))
    curvature = mpmath.diff(slope_of_x_cos, maximum)
    grows = sizes(1.1) == sorted(sizes(1.1))
    ours = [abs(x) for x in [1.1, *newton(log, 1.1, 4)]]
    return [
        Number("log(eˣ + e⁻ˣ) diverges beyond", None, "1.08866", edge, outside),
        Number("x cos(πx) from 0.3 goes to", None, "0.273853", maximum, top),
        Statement("Newton converges on a convex problem", not grows, ours != sorted(ours)),
        Statement("from 0.3 it goes to a minimum", curvature > 0, wave.hess(top) > 0),
    ]


def second_derivative_test():
    cube = ol.problems.cube
    return [
        Statement(
            "f′ = 0 and f″ ≥ 0 suffice for a minimum",
            not (3 * 0**2 == 0 <= 6 * 0 and (-0.1) ** 3 < 0**3),
            not (cube.grad(0.0) == 0 <= cube.hess(0.0) and cube.f(-0.1) < cube.f(0.0)),
        ),
        Statement(
            "f″ > 0 is needed for a minimum",
            not (12 * 0**2 == 0 and 0.1**4 > 0),
            not (ol.problems.quartic.hess(0.0) == 0 and ol.problems.quartic.f(0.1) > 0),
        ),
    ]


def partial_derivative():
    bowl, h = ol.problems.coupled_bowl, Fraction(1, 10**6)

    def f(x, y):
        return x * x + y * y + x * y

    def slope(x, y):
        return (f(x + h, y) - f(x - h, y)) / (2 * h)

    return [
        Number("∂f/∂x at (1, 2), claimed 2x", "2", "4", slope(1, 2), bowl.grad([1, 2])[0]),
        Number("∂f/∂x at (1, 0), claimed 2x", "2", "2", slope(1, 0), bowl.grad([1, 0])[0]),
    ]


def sign_of_a_matrix():
    # H = ((2, 1), (1, 2)) of x² + y² + xy: λ = 2 ± 1.
    eigenvalues = np.linalg.eigvalsh(ol.problems.coupled_bowl.hess(np.zeros(2)))
    mixed = np.linalg.eigvalsh(ol.problems.saddle.hess(np.zeros(2)))
    return [
        Number("smaller eigenvalue", None, "1", 2 - 1, eigenvalues[0]),
        Number("larger eigenvalue", None, "3", 2 + 1, eigenvalues[1]),
        Statement(
            "the sign of a matrix means nothing",
            not (2 - 1 > 0 and 2 > 0 > -2),
            not (np.all(eigenvalues > 0) and mixed[0] < 0 < mixed[1]),
        ),
    ]


def directional_derivative():
    bowl = ol.problems.coupled_bowl
    entries = []
    for h in (1.0, 1e-3):
        library = (bowl.f([h, 2 * h]) - bowl.f([0, 0])) / (math.sqrt(5) * h)
        recomputed = 7 * h / math.sqrt(5)
        entries.append(
            Number(f"(f(h, 2h) − f(0, 0)) / (√5 h), h = {h:g}", None, f"{recomputed:.6f}",
                   recomputed, library)
        )  # fmt: skip
    direction = np.array([1, 2]) / math.sqrt(5)
    ours = float(bowl.grad([0, 0]) @ direction)
    return [
        *entries,
        Number("∇f · v at (0, 0)", None, "0", 0.0, ours),
        Statement(
            "the quotient tends to the directional derivative",
            abs(7e-9 / math.sqrt(5) - 0) < 1e-8,
            abs((bowl.f([1e-9, 2e-9]) - bowl.f([0, 0])) / (math.sqrt(5) * 1e-9) - ours) < 1e-8,
        ),
    ]


def second_directional_derivative():
    direction = np.array([1, 2]) / math.sqrt(5)
    library = direction @ ol.problems.coupled_bowl.hess(np.zeros(2)) @ direction
    recomputed = Fraction(1 * 2 * 1 + 2 * (1 * 1 * 2) + 2 * 2 * 2, 5)
    return [Number("vᵀHv along (1, 2)/√5", None, "2.8", recomputed, library)]


ROWS = {
    1: gradient_descent,
    2: momentum_inside,
    3: momentum_as_average,
    4: rmsprop_first_step,
    5: rmsprop_second_mean,
    6: rmsprop_second_step,
    7: adam_first_step,
    8: adam_without_correction,
    9: epsilon_inside_or_outside,
    11: nesterov_look_ahead,
    12: adagrad_damps_what,
    13: adagrad_stops,
    14: adam_first_step_too_large,
    16: minima_of_x_cos,
    17: saddle,
    18: slope_of_tanh,
    22: newton_on_cosh,
    23: newton_on_convex,
    24: second_derivative_test,
    25: partial_derivative,
    26: sign_of_a_matrix,
    27: directional_derivative,
    28: second_directional_derivative,
}

WITHOUT_NUMBERS = {
    10: "what the word SGD means",
    15: "whether momentum leaves a local minimum: an experiment of its chapter",
    19: "what counts as momentum",
    20: "what helps at a saddle point: an experiment of its chapter",
    21: "which definition of convexity is meant",
}
