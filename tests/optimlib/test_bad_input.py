"""Every argument of every public function meets values that make no sense there.

A value is either refused with an error that names the argument and shows what came, or it is
listed with the argument as one that makes sense, and then it is taken.
"""

import contextlib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from functools import partial
from inspect import isclass, isfunction
from typing import get_origin

import numpy as np
import pytest

import optimlib as ol
from optimlib import learning
from optimlib import schedules as s
from optimlib.rules.hyperparameters import declarations

VALUES = {
    "None": lambda: None,
    "text": lambda: "4",
    "empty text": lambda: "",
    "bytes": lambda: b"4",
    "True": lambda: True,
    "False": lambda: False,
    "complex": lambda: 1j,
    "nan": lambda: math.nan,
    "inf": lambda: math.inf,
    "-inf": lambda: -math.inf,
    "negative": lambda: -1.5,
    "negative integer": lambda: -2,
    "zero": lambda: 0,
    "half": lambda: 0.5,
    "large": lambda: 2**70,
    "too large": lambda: 10**400,
    "Decimal": lambda: Decimal("0.5"),
    "texts": lambda: ["a", "b"],
    "ragged": lambda: [[1.0], [1.0, 2.0]],
    "empty list": lambda: [],
    "no numbers": lambda: np.zeros(0),
    "pair": lambda: (2.0, -1.0),
    "three": lambda: [1.0, 2.0, 3.0],
    "matrix": lambda: np.array([[0.25, 0.5], [0.5, 0.75], [1.0, 2.0]]),
    "cube": lambda: np.full((3, 2, 2), 0.5),
    "masked": lambda: np.ma.masked_array([0.5, 0.25], [False, True]),
    "complex numbers": lambda: np.array([1j, 2.0]),
    "objects": lambda: np.array([None, 0.5], dtype=object),
    "truth values": lambda: np.array([True, False]),
    "texts in an array": lambda: np.array(["1", "2"]),
    "dates": lambda: np.array(["2020-01-01", "2020-01-02"], dtype="datetime64[D]"),
    "nan among numbers": lambda: np.array([0.5, math.nan]),
    "set": lambda: {0.5, 0.25},
    "dict": lambda: {"a": 0.5},
    "generator": lambda: (x for x in (0.5, 0.25)),
    "object": lambda: object(),
    "class": lambda: int,
    "function": lambda: lambda: 0.5,
    "module": lambda: math,
}


@dataclass(frozen=True)
class Argument:
    """An argument of a function, and how to give it a value.

    `accepts` are names of values that make sense; `skips` those that make sense and take too long.
    """

    function: str
    name: str
    call: object = field(repr=False)
    accepts: frozenset = frozenset()
    skips: frozenset = frozenset()

    def __str__(self):
        return f"{self.function}, {self.name}"


ARGUMENTS = []


def argument(function, name, call, accepts="", skips=""):
    names = (frozenset(filter(None, map(str.strip, text.split(",")))) for text in (accepts, skips))
    ARGUMENTS.append(Argument(function, name, call, *names))


# What makes sense, for kinds of arguments.
NUMBER = "negative, negative integer, zero, half, large"
POSITIVE = "half, large"
LARGE = "large, too large"
FLAG = "True, False"
POINT = NUMBER  # of one variable
POINTS = "negative, negative integer, zero, half, large"

SQUARE, BOWL, WAVE = ol.problems.square, ol.problems.coupled_bowl, ol.problems.x_cos()
GD, ADAM = ol.GradientDescent(0.1), ol.Adam(0.1)

# Runs

for name, call in {
    "iterate": lambda *a, **o: next(ol.iterate(*a, **o)),
    "trace": lambda *a, **o: ol.trace(*a, steps=1, **o),
    "run": lambda *a, **o: ol.run(*a, steps=1, **o),
    "by_hand": lambda *a: ol.by_hand(*a, steps=1),
}.items():
    argument(name, "rule", lambda x, call=call: call(x, SQUARE, 1.0))
    argument(name, "objective", lambda x, call=call: call(GD, x, 1.0))
    argument(name, "w0", lambda x, call=call: call(GD, SQUARE, x), POINT)
    argument(name, "w0", lambda x, call=call: call(GD, BOWL, x), "pair")
    if name != "by_hand":
        argument(name, "state", lambda x, call=call: call(GD, SQUARE, 1.0, state=x), "None")
for name, call in {"trace": ol.trace, "run": ol.run, "by_hand": ol.by_hand}.items():
    argument(name, "steps", lambda x, call=call: call(GD, SQUARE, 1.0, x), "zero", LARGE)
argument("run", "threads", lambda x: ol.run(GD, SQUARE, 1.0, 1, threads=x), "", LARGE)
argument("run", "compiled", lambda x: ol.run(GD, SQUARE, 1.0, 1, compiled=x), "False", "True")
argument("run", "return_state", lambda x: ol.run(GD, SQUARE, 1.0, 1, return_state=x), FLAG)
argument("sweep", "rule", lambda x: ol.sweep(x, SQUARE, 1.0, 1, lr=[0.1]))
argument("sweep", "objective", lambda x: ol.sweep(GD, x, 1.0, 1, lr=[0.1]))
argument("sweep", "w0", lambda x: ol.sweep(GD, SQUARE, x, 1, lr=[0.1]), POINT)
argument("sweep", "w0", lambda x: ol.sweep(GD, BOWL, x, 1, lr=[0.1]), "pair")
argument("sweep", "steps", lambda x: ol.sweep(GD, SQUARE, 1.0, x, lr=[0.1]), "zero", LARGE)
argument("sweep", "threads", lambda x: ol.sweep(GD, SQUARE, 1.0, 1, threads=x, lr=[0.1]), "", LARGE)
argument("sweep", "lr", lambda x: ol.sweep(GD, SQUARE, 1.0, 1, lr=x), "three")
argument("sweep", "beta", lambda x: ol.sweep(ol.Momentum(0.1), SQUARE, 1.0, 1, beta=x))
argument("basins", "rule", lambda x: ol.basins(x, WAVE, 1, size=2))
argument("basins", "objective", lambda x: ol.basins(GD, x, 1, size=2))
argument("basins", "steps", lambda x: ol.basins(GD, WAVE, x, size=2), "zero", LARGE)
argument("basins", "size", lambda x: ol.basins(GD, WAVE, 1, size=x), "", LARGE)
argument("basins", "domain", lambda x: ol.basins(GD, WAVE, 1, size=2, domain=x), "None")
argument("basins", "tolerance", lambda x: ol.basins(GD, WAVE, 1, size=2, tolerance=x), POSITIVE)
argument("basins", "threads", lambda x: ol.basins(GD, WAVE, 1, size=2, threads=x), "", LARGE)

# Objectives


def objective(**given):
    return ol.Objective(**dict(f=lambda w: w, grad=lambda w: 1) | given)


for name in ("f", "grad"):
    argument("Objective", name, lambda x, name=name: objective(**{name: x}), "class, function")
argument("Objective", "hess", lambda x: objective(hess=x), "None, class, function")
argument("Objective", "parameters", lambda x: objective(parameters=x), "None, dict")
argument("Objective", "parameters", lambda x: objective(parameters={"c": x}), NUMBER)
argument("Objective", "name", lambda x: objective(name=x), "text, empty text")
argument("Objective", "variables", lambda x: objective(variables=x), "texts")
argument("Objective", "domain", lambda x: objective(domain=x), "None")
argument("Objective", "domain", lambda x: objective(domain=(x,)))
argument("Objective", "domain", lambda x: objective(domain=((0.0, x),)), POSITIVE)
nothing = "empty list, no numbers, empty text"
for name in ("minima", "saddles"):
    argument(
        "Objective",
        name,
        lambda x, name=name: objective(**{name: x}),
        "empty list, no numbers, pair, three, set, generator",
    )
    argument("Objective", name, lambda x, name=name: objective(**{name: (x,)}), NUMBER)
argument("Objective", "start", lambda x: objective(start=x), f"None, {NUMBER}")
argument("Objective", "start", lambda x: objective(variables=("x", "y"), start=x), "None, pair")
EVALUATED = f"{NUMBER}, nan, inf, -inf, complex"
for reading in ("f", "grad", "hess"):
    argument(reading, "w", getattr(SQUARE, reading), EVALUATED)
    argument(reading, "w", getattr(BOWL, reading), "pair, complex numbers, nan among numbers")
argument("Stream", "full", lambda x: ol.Stream(x, lambda t: SQUARE))
argument("Stream", "objective_at", lambda x: ol.Stream(SQUARE, x), "class, function")
argument("Stream", "objective_at", lambda x: ol.run(GD, ol.Stream(SQUARE, lambda t: x), 1.0, 1))
argument("check_gradient", "objective", lambda x: ol.check_gradient(x, 1.0))
argument("check_gradient", "w", lambda x: ol.check_gradient(SQUARE, x), POINT)
argument("check_gradient", "w", lambda x: ol.check_gradient(BOWL, x), "pair")
argument("check_gradient", "h", lambda x: ol.check_gradient(SQUARE, 1.0, h=x), POSITIVE)
argument(
    "check_gradient", "tolerance", lambda x: ol.check_gradient(SQUARE, 1.0, tolerance=x), POSITIVE
)

# Readings

argument("formula", "subject", ol.formula)
argument("javascript", "thing|JavaScript", ol.javascript)

# Calculus

argument("numerical_gradient", "f", lambda x: ol.numerical_gradient(x, 1.0), "class")
argument("numerical_gradient", "w", lambda x: ol.numerical_gradient(SQUARE, x), POINT)
argument("numerical_gradient", "w", lambda x: ol.numerical_gradient(BOWL, x), "pair")
argument(
    "numerical_gradient",
    "w",
    lambda x: ol.numerical_gradient(lambda w: np.sum(w**2), x),
    f"{POINT}, pair, three, matrix, cube",
)
argument("numerical_gradient", "method", lambda x: ol.numerical_gradient(SQUARE, 1.0, method=x))
argument(
    "numerical_gradient",
    "h",
    lambda x: ol.numerical_gradient(SQUARE, 1.0, h=x),
    f"None, {POSITIVE}",
)
argument("numerical_hessian", "f", lambda x: ol.numerical_hessian(x, 1.0))
argument("numerical_hessian", "w", lambda x: ol.numerical_hessian(SQUARE, x), POINT)
argument("numerical_hessian", "of", lambda x: ol.numerical_hessian(SQUARE, 1.0, of=x))
argument(
    "numerical_hessian", "h", lambda x: ol.numerical_hessian(SQUARE, 1.0, h=x), f"None, {POSITIVE}"
)
argument("derivative_error", "objective", lambda x: ol.derivative_error(x, 1.0, [0.1]))
argument("derivative_error", "w", lambda x: ol.derivative_error(SQUARE, x, [0.1]), POINT)
argument("derivative_error", "h", lambda x: ol.derivative_error(SQUARE, 1.0, x), "three")
argument(
    "derivative_error",
    "v",
    lambda x: ol.derivative_error(SQUARE, 1.0, [0.1], v=x),
    f"None, {NUMBER}",
)
argument("derivative_error", "v", lambda x: ol.derivative_error(BOWL, (1, 2), [0.1], v=x), "pair")
argument("derivative_error", "method", lambda x: ol.derivative_error(SQUARE, 1.0, [0.1], method=x))
for function in (ol.directional_derivative, ol.second_directional_derivative):
    name = function.__name__
    argument(name, "objective", lambda x, f=function: f(x, 1.0, 1.0))
    argument(name, "w", lambda x, f=function: f(SQUARE, x, 1.0), POINT)
    argument(name, "v", lambda x, f=function: f(SQUARE, 1.0, x), POINT)
    argument(name, "w", lambda x, f=function: f(BOWL, x, (1.0, 2.0)), "pair")
    argument(name, "v", lambda x, f=function: f(BOWL, (1.0, 2.0), x), "pair")
    argument(name, "unit", lambda x, f=function: f(BOWL, (1.0, 2.0), (1, 1), unit=x), FLAG)
argument("taylor", "objective", lambda x: ol.taylor(x, 1.0))
argument("taylor", "w0", lambda x: ol.taylor(SQUARE, x), POINT)
argument("taylor", "w0", lambda x: ol.taylor(BOWL, x), "pair")
argument("taylor", "order", lambda x: ol.taylor(SQUARE, 1.0, x))
argument("TaylorModel", "w", lambda x: ol.taylor(SQUARE, 1.0)(x), POINT)
argument("TaylorModel", "w", lambda x: ol.taylor(BOWL, (1.0, 2.0)).error(x), "pair")

# Curvature

argument("definiteness", "matrix", ol.definiteness)
argument("definiteness", "tolerance", lambda x: ol.definiteness([[1]], tolerance=x), "zero, half")
argument("classify", "objective", lambda x: ol.classify(x, 0.0))
argument("classify", "w", lambda x: ol.classify(SQUARE, x), "zero")
argument("classify", "tolerance", lambda x: ol.classify(SQUARE, 0.0, tolerance=x), "zero, half")
argument("classify", "slope", lambda x: ol.classify(SQUARE, 0.0, slope=x), POSITIVE)
argument("critical_points", "objective", lambda x: ol.critical_points(x, grid=3))
argument("critical_points", "box", lambda x: ol.critical_points(SQUARE, x, grid=3), "None")
argument("critical_points", "grid", lambda x: ol.critical_points(SQUARE, grid=x), "", LARGE)
argument("critical_points", "steps", lambda x: ol.critical_points(SQUARE, steps=x), "", LARGE)
argument(
    "critical_points",
    "tolerance",
    lambda x: ol.critical_points(SQUARE, grid=3, tolerance=x),
    "zero, half",
)
argument("probe_convexity", "objective", lambda x: ol.probe_convexity(x, samples=3))
argument("probe_convexity", "form", lambda x: ol.probe_convexity(SQUARE, x, samples=3))
argument("probe_convexity", "box", lambda x: ol.probe_convexity(SQUARE, box=x), "None")
argument("probe_convexity", "samples", lambda x: ol.probe_convexity(SQUARE, samples=x), "", LARGE)
argument(
    "probe_convexity",
    "seed",
    lambda x: ol.probe_convexity(SQUARE, seed=x),
    "zero, large, too large",
)
argument("condition_number", "objective", lambda x: ol.condition_number(x, 0.0))
argument("condition_number", "w", lambda x: ol.condition_number(SQUARE, x), POINT)
argument("sharpness", "objective", lambda x: ol.sharpness(x, 0.0))
argument("sharpness", "w", lambda x: ol.sharpness(SQUARE, x), POINTS)
argument(
    "sharpness",
    "preconditioner",
    lambda x: ol.sharpness(SQUARE, 1.0, x),
    "None, half, large",
)
argument("sharpness", "tolerance", lambda x: ol.sharpness(SQUARE, 1.0, tolerance=x), "half")
argument("sharpness", "seed", lambda x: ol.sharpness(SQUARE, 1.0, seed=x), "zero, large, too large")
argument("smoothness", "objective", lambda x: ol.smoothness(x, samples=3))
argument("smoothness", "box", lambda x: ol.smoothness(SQUARE, x, samples=3), "None")
argument("smoothness", "samples", lambda x: ol.smoothness(SQUARE, samples=x), "", LARGE)
argument("smoothness", "seed", lambda x: ol.smoothness(SQUARE, seed=x), "zero, large, too large")

# Line searches

for make in (ol.Armijo, ol.StrongWolfe, ol.ExactLineSearch):
    name, search = make.__name__, make()
    argument(name, "objective", lambda x, search=search: search(x, 1.0, -1.0))
    argument(
        name, "w", lambda x, search=search: search(SQUARE, x, -1.0), f"{POINT}, inf, -inf, nan"
    )
    argument(name, "p", lambda x, search=search: search(SQUARE, 1.0, x), f"{POINT}, inf, -inf, nan")
    argument(
        name,
        "g",
        lambda x, search=search: search(SQUARE, 1.0, -1.0, g=x),
        f"None, {POINT}, inf, -inf, nan",
    )
    if make is not ol.ExactLineSearch:
        argument(
            name,
            "start",
            lambda x, search=search: search(SQUARE, 1.0, -1.0, start=x),
            "zero, half, large, inf, nan",
        )
        argument(name, "most", lambda x, make=make: make(most=x), LARGE)
argument("Armijo", "c1", lambda x: ol.Armijo(c1=x), "half")
argument("Armijo", "shrink", lambda x: ol.Armijo(shrink=x), "half")
argument("StrongWolfe", "c1", lambda x: ol.StrongWolfe(c1=x), "half")
argument("StrongWolfe", "c2", lambda x: ol.StrongWolfe(c2=x), "half")

argument("OtherGradient", "objective", lambda x: ol.OtherGradient(x, lambda w, g: g))
argument("OtherGradient", "change", lambda x: ol.OtherGradient(SQUARE, x), "class, function")

# Rules: each hyperparameter and each option of each. Classes and functions are schedules, arrays
# are over the batch, also over one of no runs.

IN_RANGE = {
    "finite and > 0": "half, large, matrix, cube",
    "finite and >= 0": "zero, half, large, matrix, cube",
    "finite and >= 1": "large",
    "finite and >= 4": "large",
    "in [0, 1)": "zero, half, cube",
    "in (0.6, 1)": "",
    "in [0, 1]": "zero, half, cube",
    "in (0, 1]": "half, cube",
    "finite": "negative, negative integer, zero, half, large, matrix, cube",
}
ABSTRACT = ol.Optimizer, ol.Rule, ol.VectorRule, ol.MatrixRule, ol.Wrapper
NEEDED = dict(rule=ADAM, lr=0.1, limit=1.0, weight_decay=0.1)
NEEDED |= dict(rules={"rest": ADAM}, shapes={"a": (1,)})
# What a form of a rule is a form of.
FORMS = {"max_of_corrected": dict(bias_correction=True), "lr_inside": dict(momentum=0.5)}
FORMS |= {"bias_correction": dict(average=True), "rms": dict(scale=None)}
FORMS |= {"eps": dict(beta2=0.9)}


def rules():
    found = (getattr(ol, name) for name in ol.__all__)
    found = [c for c in found if isinstance(c, type) and issubclass(c, ol.Optimizer)]
    return [c for c in found if c not in (*ABSTRACT, ol.Projection)]


def accepted(declared):
    """Return the values that make sense for a field of a rule."""
    kind = get_origin(declared.kind) or declared.kind
    if kind is bool:
        return FLAG
    if kind in (ol.Optimizer, Mapping, str):
        return "None" * declared.optional
    if kind is Callable:
        return "None, class, function" if declared.optional else "class, function"
    names = IN_RANGE[str(declared.range)] + ", None" * declared.optional
    if declared.is_hyperparameter:
        return names + ", no numbers, class, function"
    return re.sub(", (matrix|cube|half)" if kind is int else ", (matrix|cube)", "", names)


def made(cls, name, value):
    needed = {f.name: NEEDED[f.name] for f in fields(cls) if f.name in NEEDED}
    form = {n: v for n, v in FORMS.get(name, {}).items() if n in cls.__dataclass_fields__}
    return cls(**needed | form | {name: value})


for cls in rules():
    for name, declared in declarations(cls).items():
        argument(cls.__name__, name, partial(made, cls, name), accepted(declared))
for name, more in (("low", "-inf"), ("high", "inf")):
    other = {"low": dict(high=math.inf), "high": dict(low=-math.inf)}[name]
    argument(
        "Projection",
        name,
        lambda x, name=name, other=other: ol.Projection(GD, **{name: x} | other),
        f"{NUMBER}, {more}, pair, three",
    )

# Schedules


def with_value(schedule, name, value):
    return replace(schedule, **{name: value})


for schedule in (
    s.Constant(0.1),
    s.Step(0.1, period=2),
    s.Exponential(0.1, factor=0.5),
    s.InverseTime(0.1),
    s.InverseSqrt(0.1),
    s.Linear(0.1, 0.0, steps=3),
    s.WarmUp(0.1, steps=3),
    s.Cosine(0.1, steps=3),
    s.WarmRestarts(0.1, period=3),
    s.OneCycle(0.1, steps=10),
    s.WSD(0.1, steps=10, warm_up=2, cooldown=3),
    s.Then(3, s.Constant(0.1), s.Constant(0.2)),
):
    values = {f.name: getattr(schedule, f.name) for f in fields(schedule)}
    name = type(schedule).__name__
    argument(name, "t", schedule, "large, three, empty list, no numbers")
    for each, value in values.items():
        if callable(value):
            accepts = "class, function"
        elif each in ("warm_up", "cooldown"):
            accepts = "zero"
        elif isinstance(value, int):
            accepts = LARGE
        elif each == "rise":
            accepts = "half"
        elif each in ("factor", "first", "last"):
            accepts = "half, large, matrix, cube, no numbers"
        else:
            accepts = "zero, half, large, matrix, cube, no numbers"
        argument(name, each, partial(with_value, schedule, each), accepts)

for name in ("step", "fresh", "torch", "optax", "keras"):
    # What can be called is tried; tests/optimlib/test_identify.py has what is said of it then.
    tried = "None" if name == "optax" else "None, class, function"
    argument("identify", name, lambda x, name=name: ol.identify(**{name: x}), "", tried)

# Problems

argument("named", "name", ol.problems.named)
for make, name, accepts in (
    (ol.problems.quadratic, "kappa", POSITIVE),
    (ol.problems.quadratic, "angle", NUMBER),
    (ol.problems.cosh, "c", POSITIVE),
    (ol.problems.x_cos, "c", POSITIVE),
):
    argument(make.__name__, name, lambda x, make=make, name=name: make(**{name: x}), accepts)
for make in (ol.problems.rastrigin, ol.problems.ackley, ol.problems.styblinski_tang):
    argument(make.__name__, "dim", lambda x, make=make: make(dim=x), "", LARGE)
ROWS, LABELS = [[1.0, 2.0], [1.0, -1.0]], [1, -1]
for make, accepts in ((ol.problems.least_squares, "pair"), (ol.problems.logistic, "truth values")):
    name = make.__name__
    argument(name, "X", lambda x, make=make: make(x, [1, -1, 1]), "matrix")
    argument(name, "y", lambda x, make=make: make(ROWS, x), accepts)
    argument(name, "l2", lambda x, make=make: make(ROWS, LABELS, x), "zero, half, large")
    named = "None, texts"
    argument(name, "variables", lambda x, make=make: make(ROWS, LABELS, variables=x), named)

# Learning

DIGITS = learning.Dataset(
    X_train=np.zeros((4, 2)),
    y_train=np.array([0, 1, 0, 1]),
    X_test=np.zeros((2, 2)),
    y_test=np.array([0, 1]),
    name="four",
    classes=("a", "b"),
)
MODEL = learning.SoftmaxRegression(2, 2)
LOSS, W = MODEL.loss(DIGITS.X_train, DIGITS.y_train), MODEL.initial()


def train(**given):
    options = dict(rule=GD, model=MODEL, dataset=DIGITS, batch_size=2, steps=1) | given
    return learning.train(**options)


for name, accepts, skips in (
    ("rule", "", ""),
    ("model", "", ""),
    ("dataset", "", ""),
    ("batch_size", "", ""),
    ("steps", "zero", LARGE),
    ("seed", "zero, large, too large", ""),
    ("start", "None", ""),
    ("every", "None, large, too large", ""),
    ("progress", FLAG, ""),
    ("state", "None", ""),
):
    argument("train", name, lambda x, name=name: train(**{name: x}), accepts, skips)
argument("train", "epochs", lambda x: train(steps=None, epochs=x), "zero", LARGE)
argument("load", "name", learning.load)
# What loads data takes the time of loading scikit-learn.
argument("load", "seed", lambda x: learning.load("iris", seed=x), "", f"zero, {LARGE}")
argument("load", "test_share", lambda x: learning.load("iris", test_share=x), "", "half")
argument("Batches", "n", lambda x: learning.Batches(x, 1), LARGE)
argument("Batches", "batch_size", lambda x: learning.Batches(5, x))
argument("Batches", "seed", lambda x: learning.Batches(5, 1, x), f"zero, {LARGE}")
argument("minibatches", "loss", lambda x: learning.minibatches(x, 1))
argument("minibatches", "batch_size", lambda x: learning.minibatches(LOSS, x))
argument("minibatches", "seed", lambda x: learning.minibatches(LOSS, 1, x), f"zero, {LARGE}")
for name, accepts, skips in (
    ("contexts", "", LARGE),
    ("words", "", LARGE),
    ("exponent", "zero, half, large", ""),
    ("seed", f"zero, {LARGE}", ""),
):
    one = partial(lambda name, x: learning.bigram(**{"contexts": 3, "words": 2, name: x}), name)
    argument("bigram", name, one, accepts, skips)
argument("noise_scale", "loss", lambda x: learning.noise_scale(x, MODEL.initial()))
argument("noise_scale", "w", lambda x: learning.noise_scale(LOSS, x))
argument("noise_scale", "curvature", lambda x: learning.noise_scale(LOSS, MODEL.initial(), x), FLAG)
argument("MLP", "widths", learning.MLP)
argument("MLP", "widths", lambda x: learning.MLP((2, x, 2)), "", LARGE)
argument("MLP", "activation", lambda x: learning.MLP((2, 2), activation=x))
argument("MLP", "criterion", lambda x: learning.MLP((2, 2), criterion=x))
argument("MLP", "l2", lambda x: learning.MLP((2, 2), l2=x), "zero, half, large")
argument("SoftmaxRegression", "features", lambda x: learning.SoftmaxRegression(x, 2), LARGE)
argument("SoftmaxRegression", "classes", lambda x: learning.SoftmaxRegression(2, x), LARGE)
argument(
    "SoftmaxRegression", "l2", lambda x: learning.SoftmaxRegression(2, 2, x), "zero, half, large"
)
argument("initial", "initialization", lambda x: MODEL.initial(x), "None")
argument("initial", "seed", lambda x: MODEL.initial(seed=x), f"zero, {LARGE}")
argument("loss", "X", lambda x: MODEL.loss(x, [0, 1, 0]), "matrix")
argument("loss", "y", lambda x: MODEL.loss(DIGITS.X_train, x))
for method in (MODEL.scores, MODEL.predict):
    argument(method.__name__, "w", lambda x, method=method: method(x, DIGITS.X_train))
    argument(method.__name__, "X", lambda x, method=method: method(W, x), "matrix")
for method in (MODEL.accuracy, MODEL.evaluate):
    argument(method.__name__, "w", lambda x, m=method: m(x, DIGITS.X_train, DIGITS.y_train))
    argument(method.__name__, "X", lambda x, m=method: m(W, x, [0, 1, 0]), "matrix")
    argument(method.__name__, "y", lambda x, m=method: m(W, DIGITS.X_train, x))


def tune(**given):
    contestants = {"a": (ol.Momentum, {"lr": [0.1]}), "b": (ol.Momentum, {"lr": [0.2]})}
    options = dict(contestants=contestants, measure=lambda rule, seeds: 1.0 + seeds, tuning=[0])
    options |= dict(name="a", quantity="b", judging=[1, 2], progress=False)
    return learning.tune(**options | given)


for name, accepts, skips in (
    ("contestants", "", ""),
    ("measure", "", "function, class"),
    ("name", "text", ""),
    ("quantity", "text", ""),
    ("tuning", "", "generator"),
    ("judging", "", "generator"),
    ("scale", "", ""),
    ("resolution", "zero, half, large", ""),
    ("together", "False", "True"),
    ("progress", FLAG, ""),
):
    argument("tune", name, lambda x, name=name: tune(**{name: x}), accepts, skips)
argument("tune", "measure", lambda x: tune(measure=lambda rule, seeds: x), "", "pair")
argument("random_starts", "seeds", lambda x: learning.random_starts(x, 2), "empty list, no numbers")
argument("random_starts", "dim", lambda x: learning.random_starts([0], x), "", LARGE)
argument("random_starts", "size", lambda x: learning.random_starts([0], 2, x), POSITIVE)
for count in (learning.first_below, learning.stays_below):
    accepts = "pair, three, matrix, cube, nan among numbers"
    argument(count.__name__, "values", lambda x, count=count: count(x, 1.0), accepts)
    argument(count.__name__, "goal", lambda x, count=count: count([1.0], x), NUMBER)


def shows(message, value):
    """Return whether an error message shows the value, or its shape."""
    text = " ".join(message.split())
    seen = [repr(value), str(value)]
    if isinstance(value, (np.ndarray, list, tuple, int, float, complex)):
        with contextlib.suppress(ValueError):
            seen += [f"shape {np.shape(value)}", f"got {np.shape(value)}", repr(np.array(value))]
    if isinstance(value, (list, tuple, dict)):
        seen += map(repr, value.values() if isinstance(value, dict) else value)
    return any(" ".join(part.split())[:40] in text for part in seen)


@pytest.mark.parametrize("tried", ARGUMENTS, ids=str)
def test_what_makes_no_sense_is_refused_and_named(tried):
    wrong = []
    for name in VALUES.keys() - tried.skips:
        value = VALUES[name]()
        try:
            tried.call(value)
        except (TypeError, ValueError) as error:
            message = str(error)
            if name in tried.accepts:
                wrong.append(f"{name} is refused: {message}")
            elif not re.search(rf"\b{tried.name}\b", message) or not shows(message, value):
                wrong.append(f"{name}: {type(error).__name__}: {message}")
        except Exception as error:
            wrong.append(f"{name}: {type(error).__name__}: {error}")
        else:
            if name not in tried.accepts:
                wrong.append(f"{name} is accepted")
    assert not wrong, "\n".join([str(tried), *wrong])


def test_there_are_many_cases():
    assert sum(len(VALUES.keys() - tried.skips) for tried in ARGUMENTS) > 5000


def test_every_public_function_is_tried():
    tried = {argument.function for argument in ARGUMENTS}
    # What others make, and what has no arguments of its own to check.
    others = {
        "Basins",
        "Bigram",
        "Classifier",
        "Comparison",
        "Curves",
        "Dataset",
        "Identification",
        "Loss",
        "NoiseScale",
        "Range",
        "State",
        "StepLength",
        "Trace",
    }
    others |= {cls.__name__ for cls in ABSTRACT}
    for module in (ol, s, learning):
        for name in getattr(module, "__all__", vars(module)):
            thing = getattr(module, name)
            home = "optimlib" if hasattr(module, "__all__") else module.__name__
            own = getattr(thing, "__module__", "").startswith(home)
            if own and (isfunction(thing) or isclass(thing)) and name[0] != "_":
                assert name in tried | others, name
