"""Variants of choices: what is called right in each is found again by experiment or by rule."""

import json
import re
from collections import Counter
from functools import cache
from itertools import product

import numpy as np
import pytest
from looping import each

import optimlib as ol
from course import ROOT, exercises
from course.exercises.chapters.comparing import DEFAULTS
from course.exercises.choices import DrawnChoice
from course.exercises.variants import POOL

DRAWN = {
    name: exercises.get(name)
    for name in exercises.names()
    if isinstance(exercises.get(name), DrawnChoice)
}
SQUARE = ol.problems.square


def multiple(c):
    return ol.Objective(
        f=lambda w: c * w**2, grad=lambda w: 2 * c * w, hess=lambda w: [[2 * c + 0 * w]]
    )


def path(rule, problem, start, steps):
    return ol.trace(rule, problem, start, steps)["w"]


def are_close(a, b):
    return np.allclose(a, b, rtol=1e-4, atol=1e-4)


def valley(rule, kappa, start, steps):
    adapts = rule == "AdaGrad"
    used = ol.AdaGrad(lr=0.5) if adapts else ol.GradientDescent(0.1)
    flat, steep = (path(used, ol.problems.quadratic(k), start, steps) for k in (1.0, float(kappa)))
    if np.abs(steep).max() > 1e6:
        return "diverges"
    return "same" if are_close(flat, steep) else None


def no_memory(beta1, beta2):
    g = np.array([2.0, -3.0, 0.5, 4.0, -1.0])
    m = v = 0.0
    for t, slope in enumerate(g, start=1):
        record = ol.Adam(1.0, beta1, beta2, eps=0.0).update(t, slope, m, v)
        m, v = record["m"], record["v"]
    if np.isclose(record["step"], -np.sign(g[-1])):
        return "sign"
    weights = beta1 ** np.arange(len(g))[::-1]
    if np.isclose(record["step"], -(weights @ g) / weights.sum() / abs(g[-1])):
        return "mean"
    weights = beta2 ** np.arange(len(g))[::-1]
    root = np.sqrt(weights @ g**2 / weights.sum())
    return "rmsprop" if np.isclose(record["step"], -g[-1] / root) else None


def situation(kind, size):
    # By what each needs: vectors of memory, exact gradients, a rate that is tuned.
    needs = dict(turned="l-bfgs", few="newton", uneven="adam", budget="momentum")
    return needs[kind]


FUNCTIONS = {
    "the larger one of $(x - 1)^2$ and $(x + 1)^2$": lambda x: np.maximum(
        (x - 1) ** 2, (x + 1) ** 2
    ),
    "the smaller one of $(x - 1)^2$ and $(x + 1)^2$": lambda x: np.minimum(
        (x - 1) ** 2, (x + 1) ** 2
    ),
    "$e^x$": np.exp,
    "$e^{-x}$": lambda x: np.exp(-x),
    "$x^3$ on $[0, 1]$": lambda x: x**3,
    "$x^3$ on $[-1, 1]$": lambda x: x**3,
    "$|x|$": np.abs,
    "$x^4$": lambda x: x**4,
    r"$-\log x$ for $x > 0$": lambda x: -np.log(x),
    "$2x + 1$": lambda x: 2 * x + 1,
    r"$\cosh x$": np.cosh,
    "$1/x$ for $x > 0$": lambda x: 1 / x,
    r"$\sqrt{x}$ for $x > 0$": np.sqrt,
    r"$\log x$ for $x > 0$": np.log,
    "$1 - e^{-x^2}$": lambda x: 1 - np.exp(-(x**2)),
    r"$\tanh x$": np.tanh,
    "$x^4 - x^2$": lambda x: x**4 - x**2,
    r"$\cos x$": np.cos,
    "$xy$": lambda t: -(t**2),  # along (1, −1)
}


def is_convex(text):
    low, high = (-3.0, 3.0)
    if "[" in text:
        low, high = (-1.0 if "[-1" in text else 0.0), 1.0
    elif "x > 0" in text:
        low = 0.01
    x = np.linspace(low, high, 201)
    a, b = x[:, None], x[None]
    f = FUNCTIONS[text]
    return bool(np.all(f((a + b) / 2) <= (f(a) + f(b)) / 2 + 1e-9))


def odd_one(one, others, place, convex):
    listed = [*others[:place], one, *others[place:]]
    (found,) = (key for key, text in zip("abcd", listed, strict=True) if is_convex(text) == convex)
    return found


COUNTED = {
    "beale": (lambda a, b: ol.problems.beale.f, "does not apply"),
    "saddle": (lambda a, b: lambda w: a * w[0] ** 2 - b * w[1] ** 2, "does not apply"),
    "cubic": (
        lambda a, b: lambda w: w[0] ** 3 - 3 * a**2 * w[0] + b * w[1] ** 2,
        "does not apply",
    ),
    "wells": (lambda a, b: lambda w: (w[0] ** 2 - a**2) ** 2 + b * w[1] ** 2, "missed"),
    "himmelblau": (lambda a, b: ol.problems.himmelblau.f, "missed"),
    "monkey": (
        lambda a, b: lambda w: w[0] ** 3 - 3 * w[0] * w[1] ** 2 + a * (w[0] ** 2 + w[1] ** 2) ** 2,
        "degenerate",
    ),
}


def counted(function, a, b):
    made, otherwise = COUNTED[function]
    f = made(a, b)
    angles = np.linspace(0, 2 * np.pi, 721)
    far = [f(radius * np.array([np.cos(angles), np.sin(angles)])).min() for radius in (1e2, 1e4)]
    return otherwise if far[1] > 10 * abs(far[0]) else "does not apply"


def kind(powers, factors):
    (p, q), (a, b) = powers, factors
    left, right = (a * x**p + b * x**q for x in (-0.01, 0.01))
    if left * right < 0:
        return "neither"
    return "minimum" if left > 0 else "maximum"


def slope_along(around, k, a, b, c=0):
    x, y = np.random.default_rng(0).normal(size=(2, 1000))
    f = a * x**2 + b * y**2 + c * x * y
    along = (-k * y, k * x) if around else (k * x, k * y)
    slope = (2 * a * x + c * y) * along[0] + (2 * b * y + c * x) * along[1]
    if np.allclose(slope, 0):
        return "0"
    ratio = slope / f
    return f"{ratio[0]:.0f}f" if np.allclose(ratio, ratio[0]) else "any sign"


def sign(p, q, r):
    low, high = np.linalg.eigvalsh([[p, q], [q, r]])
    if abs(low) < 1e-9:
        return "positive semidefinite"
    return "indefinite" if low * high < 0 else f"{'positive' if low > 0 else 'negative'} definite"


def minima(even, odd, curves):
    a, b = curves
    angles = np.linspace(0, 2 * np.pi, 3601)
    functions = (
        lambda x, y: y**2 + x**even,
        lambda x, y: y**2 - x**even,
        lambda x, y: y**2 + x**odd,
        lambda x, y: (y - a * x**2) * (y - b * x**2) + (a == b) * x**4,
    )
    radii = 10.0 ** -np.arange(1, 4)[:, None]
    x = radii * np.cos(angles)
    # Around the origin, and on parabolas.
    places = [(x, radii * np.sin(angles)), *((x, s * x**2) for s in (a, b, (a + b) / 2))]
    found = [all(np.all(f(*place) >= 0) for place in places) for f in functions]
    return {(True, False, False, False): "first", (True, False, False, True): "first and last"}[
        tuple(found)
    ]


def closer(beta, small, large):
    both = ol.HeavyBall(np.array([small, large]), beta=beta)
    ends = np.abs(path(both, SQUARE, 4.0, 200)[-20:]).max(axis=0).ravel()
    if max(ends) < 1e4 * min(ends):
        return "neither"
    return "small" if ends[0] < ends[1] else "large"


def ahead(shape, c):
    if shape == "line":
        problem = ol.Objective(f=lambda w: c * w, grad=lambda w: c + 0 * w)
    else:
        problem = multiple(c if shape == "bowl" else -c)
    start = 1.0 if shape == "hill" else 4.0
    paths = [path(rule(0.001, beta=0.9), problem, start, 10) for rule in (ol.Momentum, ol.Nesterov)]
    if are_close(*paths) and np.allclose(*paths, rtol=1e-12):
        return "not at all"
    moved = [np.abs(way - start) for way in paths]
    assert np.all(np.diff([problem.f(w) for w in paths[0]]) < 0), "it goes uphill"
    assert moved[0][0] == moved[1][0]
    assert len(set(np.sign(moved[1][1:] - moved[0][1:]))) == 1
    return "ahead" if moved[1][-1] > moved[0][-1] else "behind"


def scaled(change, number):
    rng = np.random.default_rng(0)
    g, h = rng.normal(size=2), np.array([[3.0, 1.0], [1.0, 2.0]])
    factor, turned = 1.0, np.eye(2)
    if change == "factor":
        factor = number
    if change == "turn":
        angle = np.radians(number)
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    if change == "unit":
        turned = np.diag([float(number), 1.0])
    methods = {
        "descent": lambda g, h: -0.1 * g,
        "newton": lambda g, h: -np.linalg.solve(h, g),
        "regularized": lambda g, h: -np.linalg.solve(h + 0.5 * np.eye(2), g),
    }
    # w = T u: the slopes along u are T' g, the curvatures T' H T, and a step s in u is T s in w.
    same = {
        name: np.allclose(
            turned @ step(factor * turned.T @ g, factor * turned.T @ h @ turned), step(g, h)
        )
        for name, step in methods.items()
    }
    names = tuple(name for name, is_same in same.items() if is_same)
    return {("newton",): "newton", ("newton", "regularized"): "newton, regularized"}.get(
        names, "all" if len(names) == 3 else "none"
    )


def first_step(kind, number):
    bowl = ol.problems.quadratic(5.0)
    w = np.array([2.0, 1.0])
    g, h = bowl.grad(w), bowl.hess(w)
    start = {"unit": np.eye(2), "multiple": number * np.eye(2), "inverse": np.linalg.inv(h)}[kind]

    def of(direction):
        directions = {"newton": -np.linalg.solve(h, g), "steepest descent": -g}
        units = {n: d / np.linalg.norm(d) for n, d in directions.items()}
        return next(
            n for n, d in units.items() if np.allclose(d, direction / np.linalg.norm(direction))
        )

    cg = path(ol.ConjugateGradient(), bowl, w, 1)[0] - w
    both = of(-start @ g), of(cg)
    return ", ".join(dict.fromkeys(both))


def changed(change, number):
    rules = {"descent": ol.GradientDescent, "rmsprop": ol.RMSProp, "adagrad": ol.AdaGrad}
    c = number if change == "factor" else 1
    lr = 0.01 / (number if change == "rate" else 1)
    moved = tuple(
        not are_close(path(rule(0.01), SQUARE, 4.0, 20), path(rule(lr), multiple(c), 4.0, 20))
        for rule in rules.values()
    )
    return {(1, 0, 0): "gradient descent", (1, 1, 1): "all", (0, 0, 0): "none"}[moved]


def where(method, up, factors, far):
    a, b = factors
    turned = 1 if up == "x" else -1
    start = np.array([far, 0.01][::turned])
    first, second = [(2 * a, -2 * b), (-2 * b, 2 * a)][up == "y"]
    saddle = ol.Objective(
        f=lambda w: (first * w[0] ** 2 + second * w[1] ** 2) / 2,
        grad=lambda w: (first * w[0], second * w[1]),
        hess=lambda w: ((first + 0 * w[0], 0 * w[0]), (0 * w[0], second + 0 * w[0])),
        variables=("x", "y"),
    )
    rule = {
        "newton": ol.Newton(lr=0.5),
        "saddle-free": ol.Newton(lr=0.5, saddle_free=True),
        "descent": ol.GradientDescent(0.05),
    }[method]
    end = np.abs(ol.run(rule, saddle, start, 60))[::turned]
    assert end[0] < far
    return "saddle" if end[1] < 0.01 else "down"


def flatter(places):
    def slope(f, z):
        return (f(z + 1e-5) - f(z - 1e-5)) / 2e-5

    functions = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
    least = [min(functions, key=lambda name: slope(functions[name], z)) for z in places]
    return ", ".join(dict.fromkeys(least))


def penalized(rule, start, lr, decays):
    if rule == "AdamW":
        first = [path(ol.AdamW(lr, weight_decay=d), SQUARE, start, 1)[0] for d in decays]
        return (
            "decay"
            if np.allclose(np.subtract(*first), lr * start * np.subtract(*decays[::-1]))
            else None
        )
    paths = [path(ol.L2(getattr(ol, rule)(lr), weight_decay=d), SQUARE, start, 20) for d in decays]
    return "same" if are_close(*paths) else None


def steepest(norm, p, q):
    """By search: of the four steps, made as long as each other, that along which f falls most."""
    G = np.array([[p, q], [q, p]])
    steps = {"unit": np.eye(2), "signs": np.sign(G), "scaled": G, "inverse": np.linalg.inv(G)}
    length = {
        "spectral": lambda P: np.linalg.norm(P, 2, axis=(-2, -1)),
        "Frobenius": lambda P: np.linalg.norm(P, axis=(-2, -1)),
        "largest entry": lambda P: abs(P).max(axis=(-2, -1)),
    }[norm]

    def gain(P):
        return np.sum(G * P, axis=(-2, -1)) / length(P)

    best = max(steps, key=lambda name: gain(steps[name]))
    assert np.all(gain(np.random.default_rng(0).normal(size=(1000, 2, 2))) < gain(steps[best]))
    return best


@cache
def ends_there(name, line):
    a, b = line

    def missing(w):
        return a * w[0] + b * w[1] - a * a - b * b

    bowl = ol.Objective(
        f=lambda w: missing(w) ** 2 / 2,
        grad=lambda w: (a * missing(w), b * missing(w)),
        variables=("x", "y"),
    )
    rules = {
        "RMSProp": ol.RMSProp(0.01), "AdaGrad": ol.AdaGrad(1.0), "Adam": ol.Adam(0.05),
        "momentum": ol.Momentum(0.005), "Nesterov's rule": ol.Nesterov(0.005),
        "gradient descent": ol.GradientDescent(0.02),
    }  # fmt: skip
    return np.allclose(ol.run(rules[name], bowl, np.zeros(2), 1000), line, atol=0.05)


def who(line, adaptive, others, there):
    ends = [name for name in (*adaptive, *others) if ends_there(name, line)]
    assert ends == list(others)
    return "others" if there else "adaptive"


def no_learning(x, z):
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(2, 2))
    bias, comes_back = np.array(z) - x @ weights, rng.normal(size=2)

    def loss(weights):
        return comes_back @ np.maximum(x @ weights + bias, 0)

    moved = [[weights + 1e-6 * (np.arange(4) == k).reshape(2, 2)] for k in range(4)]
    still = np.reshape(
        [np.isclose(loss(w), loss(weights), rtol=0, atol=1e-9) for (w,) in moved], (2, 2)
    )
    places = {"x1": still[0], "x2": still[1], "z1": still[:, 0], "z2": still[:, 1]}
    found = [name for name, zeros in places.items() if zeros.all()]
    assert still.sum() == 2 * len(found) <= 2
    return found[0] if found else "none"


def more_runs(quantity, runs, factor):
    rng = np.random.default_rng(0)

    def measured(n):
        x = rng.standard_normal((4000, n))
        return {
            "the standard error of the mean": x.mean(axis=1).std(),
            "the standard deviation of single runs": x[:, 0].std(),
            "the variance of the mean": x.mean(axis=1).var(),
            "the standard deviation of the sum of all runs": x.sum(axis=1).std(),
        }[quantity]

    ratio = measured(factor * runs) / measured(runs)
    kinds = {"root": factor**-0.5, "same": 1, "whole": 1 / factor, "grows": factor**0.5}
    return min(kinds, key=lambda kind: abs(np.log(ratio / kinds[kind])))


def who_stays(lr, beta, sharpness):
    bowl = multiple(sharpness / 2)
    rules = {"descent": ol.GradientDescent(lr), "heavy ball": ol.HeavyBall(lr, beta=beta)}
    stays = {name: abs(ol.run(rule, bowl, 1.0, 400)) < 1 for name, rule in rules.items()}
    return {(1, 1): "both", (0, 1): "heavy ball", (0, 0): "neither"}[tuple(stays.values())]


@cache
def last_errors():
    """Return the test errors that the chapter's solution prints, and nbval finds again."""
    notebook = json.loads((ROOT / "chapters/practice/comparing.ipynb").read_text("utf-8"))
    solution = next(c for c in notebook["cells"] if "".join(c["source"]).startswith("defaults = "))
    printed = "".join(solution["outputs"][0]["text"])
    found = re.findall(r"^(.+?) +η = (\S+) +(\S+) %$", printed, re.M)
    return {(name, float(lr)): float(error) for name, lr, error in found}


def last(offered):
    errors = {name: last_errors()[DEFAULTS[name]] for name in offered}
    worst, second = sorted(errors, key=errors.get)[:-3:-1]
    return worst if errors[worst] > 2 * errors[second] else None


@cache
def distances():
    """Return how far from the truth both rules end, relative to it, in every case."""
    cases = list(product([0.95, 0.96, 0.97, 0.98], ["one", "both"], ["equal", "fading"]))
    M, columns = np.random.default_rng(4).standard_normal((20, 100)), np.arange(100)
    A = np.stack([(M if signs == "both" else abs(M)) * fade**columns for fade, signs, _ in cases])
    truths = np.stack([1.0 + 0 * columns if t == "equal" else f**columns for f, _, t in cases])

    def grad(w):
        return ((A @ (w.T - truths)[:, :, None]).swapaxes(1, 2) @ A)[:, 0].T

    problem = ol.Objective(lambda w: w[0], grad, variables=[f"w{i}" for i in columns])
    ends = {}
    for name, rule in {"descent": ol.GradientDescent(0.001), "adam": ol.Adam(0.001)}.items():
        off = ol.run(rule, problem, np.zeros((100, len(cases))), 2000).T - truths
        relative = np.linalg.norm(off, axis=1) / np.linalg.norm(truths, axis=1)
        ends[name] = dict(zip(cases, relative, strict=True))
    return ends


def truth(fade, signs, truths):
    ends = distances()
    cases = [(fade, signs, each) for each in truths]
    return ", ".join(min(ends, key=lambda name, case=case: ends[name][case]) for case in cases)


@cache
def steps_down(name, angle):
    """Return after how many steps f is below 0.01 in a valley, turned with its start."""
    rules = {
        "gradient descent": ol.GradientDescent(0.03), "momentum": ol.Momentum(0.01),
        "Nesterov's rule": ol.Nesterov(0.01), "Adam": ol.Adam(0.3), "RMSProp": ol.RMSProp(0.02),
        "AdaGrad": ol.AdaGrad(3.0),
        "SOAP": ol.Blocks({"W": ol.SOAP(0.3, 0.9, 0.999, every=1)}, {"W": (2, 1)}),
    }  # fmt: skip
    turn = np.radians(angle)
    start = [10 * (np.cos(turn) - np.sin(turn)), 10 * (np.sin(turn) + np.cos(turn))]
    valley = ol.problems.quadratic(kappa=30, angle=turn)
    steps = 150 if name == "SOAP" else 1200
    below = ol.trace(rules[name], valley, start, steps).values < 1e-2
    assert below.any()
    return int(below.argmax())


def turned(angle, plain, divided, same):
    methods = {"plain": plain, "divided": divided, "SOAP": "SOAP"}
    alike = {key for key, n in methods.items() if steps_down(n, 0) == steps_down(n, angle)}
    found = alike if same else {*methods} - alike
    return {("SOAP", "plain"): "plain", ("divided",): "divided"}[tuple(sorted(found))]


TRUTHS = {
    "adagrad/valley": valley,
    "adam/no-memory": no_memory,
    "choosing/turned-exact": situation,
    "comparing/defaults": last,
    "convexity/not-convex": odd_one,
    "critical-points/beale": counted,
    "derivatives/kinds": kind,
    "directional-derivatives/wrong-gradient": slope_along,
    "edge-of-stability/who-stays": who_stays,
    "generalization/which-go-there": who,
    "generalization/which-truth": truth,
    "hessians/sign": sign,
    "hessians/which-minimum": minima,
    "momentum/closer": closer,
    "nesterov/line": ahead,
    "networks/no-learning": no_learning,
    "newton/scale": scaled,
    "matrices/steepest": steepest,
    "preconditioners/turned": turned,
    "quasi-newton/first-step": first_step,
    "rmsprop/thousandfold": changed,
    "saddle-points/newton": where,
    "spread/more-runs": more_runs,
    "vanishing-gradients/flatter": flatter,
    "weight-decay/scale": penalized,
}


@each("name", list(TRUTHS))
def test_what_is_right_is_found_again(name):
    found = {}  # Variants of the same parameters differ in the order of their answers.
    for variant in (DRAWN[name], *DRAWN[name].variants):
        given = repr(variant.parameters)
        if given not in found:
            found[given] = TRUTHS[name](**variant.parameters)
        assert found[given] == variant.right, given


def test_every_drawn_choice_is_found_again():
    assert set(TRUTHS) == set(DRAWN)


# So many there are: all questions in all orders of their answers.
FEWER = {"choosing/turned-exact": 239, "quasi-newton/first-step": 167}


@each("name", list(DRAWN))
def test_variants_are_many_and_each_wrong_answer_has_its_reason(name):
    exercise = DRAWN[name]
    variants = exercise.variants
    assert len(variants) == FEWER.get(name, POOL)
    assert len({variant.question for variant in (exercise, *variants)}) == 1 + len(variants)
    assert len({variant.right for variant in variants}) > 1
    for variant in (exercise, *variants):
        assert variant.accepted()
        wrong = [key for key in variant.options if key != variant.right]
        for key in wrong:
            assert variant.check(key).lines == (variant.feedback[key],)
        assert variant.check(variant.right).correct


def test_the_right_answer_has_no_place_of_its_own():
    for exercise in DRAWN.values():
        places = Counter([*variant.shown].index(variant.right) for variant in exercise.variants)
        assert len(places) == len(exercise.options)
        assert max(places.values()) < 0.5 * len(exercise.variants)


@pytest.mark.parametrize("student", ["ada", "Zoë", "李明"])
def test_a_name_has_its_own_question_in_check_too(student):
    exercise = exercises.get("hessians/sign")
    own = exercise.variant(student)
    assert exercises.check("hessians/sign", own.right, student=student).correct
    (other,) = {key for key in own.options if key == "negative definite"} - {own.right} or {
        "positive definite"
    }
    assert not exercises.check("hessians/sign", other, student=student).correct
