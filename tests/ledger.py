"""The worked numbers of the ledger once more, without optimlib.

Claims, printed numbers and what optimlib gives for them stand in chapters/appendix/ledger.yaml and
its notebook. Here is one function for each row with values, under the row's number in ROWS. It
returns the value, or the list of values, of each of the row's entries in their order, recomputed
in plain Python, with fractions or with mpmath.
"""

import math
from fractions import Fraction
from itertools import accumulate, pairwise

import mpmath
import numpy as np

ETA, BETA, BETA1, BETA2, EPS, START = 0.1, 0.9, 0.9, 0.999, 1e-8, 4.0


def descend(step, steps=3):
    """Return the points of w ← w − step(t, 2w), with step a closure over its own memory."""
    w, visited = START, []
    for t in range(1, steps + 1):
        w = w - step(t, 2 * w)
        visited.append(w)
    return visited


def gradient_descent():
    return [[Fraction(4) * Fraction(4, 5) ** t for t in (1, 2, 3)]]


def heavy_ball():
    """Return velocities and points of v = βv + ηg, w −= v, in fractions."""
    w, v, velocities, visited = Fraction(4), Fraction(0), [], []
    for _ in range(3):
        v = Fraction(9, 10) * v + Fraction(1, 10) * 2 * w
        w = w - v
        velocities.append(v)
        visited.append(w)
    return [velocities, visited]


def average(eta=ETA):
    v = 0.0

    def step(t, g):
        nonlocal v
        v = BETA * v + (1 - BETA) * g
        return eta * v

    return step


def momentum_as_average():
    points, ball = descend(average()), heavy_ball()[1]
    return [points, ball, np.allclose(points, list(map(float, ball)))]


def rmsprop(inside=False, eps=EPS):
    v = 0.0

    def step(t, g):
        nonlocal v
        v = BETA * v + (1 - BETA) * g**2
        return ETA * g / (math.sqrt(v + eps) if inside else math.sqrt(v) + eps)

    return step


def rmsprop_first_step():
    return [Fraction(1, 10) * 8**2, descend(rmsprop(), 1)]


def rmsprop_second_mean():
    return [Fraction(9, 10) * Fraction("6.4") + Fraction(1, 10) * Fraction("6.4") ** 2]


def rmsprop_second_step():
    first, second = descend(rmsprop(), 2)
    return [2 * first, BETA * 6.4 + (1 - BETA) * (2 * first) ** 2, second]


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
    m, v = Fraction(1, 10) * 8, Fraction(1, 1000) * 64
    return [m, v, m / Fraction(1, 10), v / Fraction(1, 1000), descend(adam())]


def adam_without_correction():
    points = descend(adam(corrected=False))
    return [points, np.allclose(points, descend(adam()))]


def epsilon_inside_or_outside():
    with mpmath.workdps(40):
        eps, slopes = mpmath.mpf("1e-8"), (mpmath.mpf("0.001"), mpmath.mpf(8))
        lost = [[1 - g / mpmath.sqrt(g**2 + eps), 1 - g / (g + eps)] for g in slopes]
    return [
        [descend(rmsprop(inside, eps=0.1))[2] for inside in (True, False)],
        *lost,
        abs(lost[0][0] - lost[0][1]) < 1e-3,
    ]


def look_ahead(scale):
    """v = ρv + g(w + scale · v), w −= αv: the points."""
    w, v, visited = Fraction(4), Fraction(0), []
    for _ in range(3):
        v = Fraction(9, 10) * v + 2 * (w + scale * v)
        w = w - Fraction(1, 10) * v
        visited.append(w)
    return visited


def nesterov_look_ahead():
    note, right = look_ahead(Fraction(9, 10)), look_ahead(Fraction(-9, 100))
    return [note, right, note == right]


def adagrad():
    total = 0.0

    def step(t, g):
        nonlocal total
        total += g * g
        return ETA * g / (math.sqrt(total) + EPS)

    return step


def damping(gradients):
    """Return how much shorter AdaGrad's last step is than its first."""
    return abs(gradients[0]) / math.sqrt(sum(g * g for g in gradients))


def adagrad_damps_what():
    constant, alternating = damping([1] * 100), damping([1, -1] * 50)
    return [descend(adagrad()), constant, alternating, alternating < constant]


def adagrad_stops():
    gone = list(accumulate(ETA / math.sqrt(t) for t in range(1, 7001)))
    arrivals = [next(t for t, way in enumerate(gone, 1) if way > d) for d in (1, 4, 16)]
    near = next(t for t, w in enumerate(descend(adagrad(), 2000), 1) if w < 0.04)
    return [arrivals, near, gone[-1] < 16]


def adam_first_step_too_large():
    lengths = [(1 - BETA1**t) / math.sqrt(1 - BETA2**t) for t in range(1, 101)]
    longest = max(lengths)
    return [lengths[0] > 1, lengths[0], longest, lengths.index(longest) + 1]


def slope_of_x_cos(x):
    return mpmath.cos(mpmath.pi * x) - mpmath.pi * x * mpmath.sin(mpmath.pi * x)


def minima_of_x_cos():
    rising = [slope_of_x_cos(x) > 0 for x in np.linspace(-1, 2, 301)]
    minima = [mpmath.findroot(slope_of_x_cos, x) for x in (-0.27, 1.09)]
    return [
        sum(after and not before for before, after in pairwise(rising)),
        minima,
        [x * mpmath.cos(mpmath.pi * x) for x in minima],
    ]


def eigenvalues(a, b, d):
    """Return those of ((a, b), (b, d)): λ² − (trace) λ + determinant = 0."""
    middle, root = (a + d) / 2, math.sqrt(((a - d) / 2) ** 2 + b**2)
    return [middle - root, middle + root]


def saddle():
    low, high = eigenvalues(2, 0, -2)
    return [low < 0 < high, [low, high]]


def slope_of_tanh():
    return [1 / math.cosh(4) ** 2]


def newton_on_cosh():
    with mpmath.workdps(60):
        x, visited = mpmath.mpf(10), []
        for _ in range(10):
            x = x - 2 * mpmath.tanh(x / 2)
            visited.append(x)
        order = visited[6] / visited[5] ** 3
    return [visited[9] < 1e-15, visited[:7], order, visited[7]]


def newton_on_convex():
    # f = log(eˣ + e⁻ˣ): f′ = tanh, f″ = tanh′. The map x − sinh(2x)/2 turns x into −x at the edge.
    edge = mpmath.findroot(lambda x: mpmath.sinh(2 * x) - 4 * x, 1.1)
    x = 1.1
    for _ in range(4):
        x = x - math.sinh(2 * x) / 2
    maximum = mpmath.findroot(slope_of_x_cos, 0.27)
    return [edge, abs(x) < 1.1, maximum, mpmath.diff(slope_of_x_cos, maximum) > 0]


def second_derivative_test():
    return [(-0.1) ** 3 > 0**3, [3 * 0**2, 6 * 0], min((-0.1) ** 4, 0.1**4) > 0**4, 12 * 0**2]


def partial_derivative():
    h = Fraction(1, 10**6)

    def f(x, y):
        return x * x + y * y + x * y

    return [(f(1 + h, y) - f(1 - h, y)) / (2 * h) for y in (2, 0)]


def sign_of_a_matrix():
    minimum, mixed = eigenvalues(2, 1, 2), eigenvalues(2, 0, -2)
    return [minimum, mixed, np.sign(minimum).tolist() == np.sign(mixed).tolist()]


def directional_derivative():
    return [[7 * h / math.sqrt(5) for h in (1, 1e-3)], 0, 7e-9 / math.sqrt(5) < 1e-8]


def second_directional_derivative():
    return [Fraction(1 * 2 * 1 + 2 * (1 * 1 * 2) + 2 * 2 * 2, 5)]


def longest_step():
    """Adam's step over η by its definition, as sums; the bound is Cauchy and Schwarz's."""
    zeros, ratio = 10_000, (1 - BETA1) / math.sqrt(1 - BETA2)

    def step(growth, count):
        backward = [growth**k for k in reversed(range(count))]
        m = (1 - BETA1) * sum(BETA1**k * g for k, g in enumerate(backward))
        v = (1 - BETA2) * sum(BETA2**k * g**2 for k, g in enumerate(backward))
        t = zeros + count
        return m / (1 - BETA1**t) / (math.sqrt(v / (1 - BETA2**t)) + EPS)

    longest = step(BETA2 / BETA1, 200)
    assert longest < ratio / math.sqrt(1 - BETA1**2 / BETA2) < longest * 1.001
    return [step(1, 1), longest]


def noise_floors():
    """η(1 + β) / (2(1 − β)(2(1 + β) − η)), for noise and curvature 1."""
    floors = [ETA * (1 + b) / (2 * (1 - b) * (2 * (1 + b) - ETA)) for b in (0, BETA)]
    return [floors[1] < floors[0], floors]


ROWS = {
    1: gradient_descent,
    2: heavy_ball,
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
    29: longest_step,
    31: noise_floors,
}
