"""What a type checker says of the public names: mypy reads this file, nothing runs it.

`assert_type` tells the type of a result. A line with ``type: ignore`` is wrong as its comment says:
mypy reports it, and would report an ignore that nothing needs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, assert_type

import numpy as np

import optimlib as ol
from optimlib.types import Array, Hyperparameter, Points, Record

square, bowl = ol.problems.square, ol.problems.quadratic(kappa=100)
points = np.ones((2, 50))

# A hyperparameter is a number, an array over the batch or a schedule.
adam = ol.Adam(lr=0.1)
ol.Adam(lr=1, beta1=np.array([0.5, 0.9]), eps=np.float64(1e-8))
ol.Adam(lr=ol.schedules.Cosine(0.1, steps=100))
ol.Adam(lr=ol.schedules.Then(10, lambda t: 0.1, ol.schedules.InverseSqrt(np.array([0.1, 0.2]))))
ol.Adam(lr=lambda t: 0.1 / t)
ol.RMSProp(lr=0.1, momentum=None)
ol.ClipNorm(adam, limit=lambda t: 1.0)
ol.Adam(lr="0.1")  # type: ignore[arg-type]  # no number
ol.Adam(lr=[0.1, 0.2])  # type: ignore[arg-type]  # a list is no array
ol.Adam(lr=None)  # type: ignore[arg-type]  # only where a form does without
ol.Adam(lr=lambda: 0.1)  # type: ignore[arg-type]  # no function of the step
ol.Adam(rate=0.1)  # type: ignore[call-arg]  # no such hyperparameter
ol.GradientDescent()  # type: ignore[call-arg]  # the rate is needed
ol.Muon(ns_steps=np.ones(2))  # type: ignore[arg-type]  # an option is one number
ol.ClipNorm(0.1, limit=1)  # type: ignore[arg-type]  # no optimizer
print(ol.Then)  # type: ignore[attr-defined]  # it is in ol.schedules

# Runs.
path = ol.trace(adam, square, 4.0, steps=3)
assert_type(path, ol.Trace)
assert_type(path["w"], Array)
assert_type(path.points, Array)
assert_type(path.values, Array)
assert_type(path.rule, ol.Optimizer)
assert_type(path.objective, ol.Objective)
assert_type(path.state, ol.State)
assert_type(ol.run(adam, square, 4.0, steps=3), float | Array)
assert_type(ol.run(adam, square, Fraction(4), steps=3), Fraction | Array)
assert_type(ol.run(adam, bowl, [1.0, 2.0], steps=3), Array)
assert_type(ol.run(adam, bowl, points, 3, threads=2, compiled=True), Array)
assert_type(ol.run(adam, bowl, points, 3, return_state=True), tuple[Any, ol.State])
assert_type(next(ol.iterate(adam, square, 4)), dict[str, Any])
assert_type(ol.iterate(adam, square, 4).state, ol.State)
assert_type(ol.sweep(adam, square, 4.0, 50, lr=[0.1, 0.2]), Array)
assert_type(ol.basins(adam, bowl, steps=50).shares, Array)
ol.run(bowl, adam, points, steps=3)  # type: ignore[call-overload]  # the rule comes first
ol.trace(adam, square, square.start, steps=3)
ol.trace(adam, square, "4", steps=3)  # type: ignore[arg-type]  # no number
ol.trace(adam, square, 4.0, steps=3.5)  # type: ignore[arg-type]  # no whole number
path[0]  # type: ignore[index]  # what was recorded has names

# Blocks.
blocks = ol.Blocks({"W": ol.Muon(lr=0.1), "b": adam}, {"W": (2, 3), "b": (3,)})
assert_type(blocks.split(np.zeros(9)), dict[str, Array])
ol.run(blocks, square, {"W": np.zeros((2, 3)), "b": [0, 0, 0]}, steps=3)
ol.Blocks({"W": 0.1}, {"W": (2, 3)})  # type: ignore[dict-item]  # no rule

# Problems.
assert_type(ol.problems.all(), list[ol.Objective])
assert_type(square.f(4.0), float)
assert_type(square.grad(Fraction(4)), Fraction)
assert_type(bowl.f(points), np.float64 | Array)
assert_type(bowl.grad([1.0, 2.0]), Array)
assert_type(bowl.hess(points), Array)
ol.Objective(f=lambda w: w**2, grad=lambda w: 2 * w, domain=[(-1, 1)], minima=[0.0], start=1)
ol.Objective(f=lambda w: w**2)  # type: ignore[call-arg]  # the gradient is needed
ol.Objective(f=0, grad=0)  # type: ignore[arg-type]  # no functions
ol.Stream(square, objective_at=lambda t: bowl if t % 2 else square)
ol.Stream(square, objective_at=lambda t: t)  # type: ignore[arg-type, return-value]  # no objective

# What is read from the code.
assert_type(ol.formula(adam).latex, str)
assert_type(ol.by_hand(adam, bowl, (1, 2), steps=1).text, str)
assert_type(ol.javascript(ol.schedules.Constant(0.1)), str)
ol.formula("Adam")  # type: ignore[arg-type]  # a rule or an objective
assert_type(bool(ol.check_gradient(bowl, [1.0, 2.0])), bool)
assert_type(ol.taylor(square, 1.0).order, int)
assert_type(ol.classify(bowl, [0, 0]).kind, str)
assert_type(ol.sharpness(bowl, [0, 0], preconditioner=[1.0, 2.0]), np.float64)
assert_type(ol.Armijo()(bowl, points, -points).alpha, Array)
assert_type(ol.learning.load("digits").X_train, Array)
assert_type(ol.problems.least_squares([[0, 1], [1, 1]], y=[1, 2]), ol.Objective)

# What needs more than NumPy.
assert_type(ol.__version__, str)
assert_type(ol.figures.color(adam), str)
assert_type(ol.explorers.explore([adam], square, lr=(0.01, 1.0)), ol.explorers.Explorer)
ol.explorers.explore(square, adam)  # type: ignore[arg-type]  # the rule comes first


# Rules of one's own.
@dataclass(frozen=True)
class SignMomentum(ol.Rule):
    beta: ol.DecayRate = 0.5
    grow: Annotated[float, ol.Range(gt=0)] = 1.0
    damping: ol.NonNegative | None = None
    shrink: Annotated[Hyperparameter, ol.Range(gt=0, lt=1)] = 0.5
    memory: Annotated[ol.Option[int], ol.Range(ge=1)] = 3
    quick: bool = False
    state = ("v",)

    def update(self, t: int, g: Array, v: Array) -> dict[str, Array]:
        v = self.beta * v + np.sign(g)
        rate = self.lr if self.damping is None else self.lr / (1 + self.damping * t)
        return dict(v=v, step=-rate * self.grow * v)


@dataclass(frozen=True)
class Shifted(SignMomentum):
    def look_ahead(self, w: Array, v: Array) -> Array:
        return w - self.lr * v


@dataclass(frozen=True)
class Untyped(ol.Rule):
    state = ("v",)

    def update(self, t, g, v, w):
        return dict(v=v, step=-self.lr * g)


@dataclass(frozen=True)
class Spectral(ol.MatrixRule):
    def update(self, t: int, G: Array) -> Record:
        U, _, Vt = np.linalg.svd(G, full_matrices=False)
        return dict(step=-self.lr * U @ Vt)


@dataclass(frozen=True)
class Signs(ol.Wrapper):
    def advance(
        self, t: int, w: Array, state: Sequence[Array], objective: ol.Objective
    ) -> dict[str, Any]:
        signs = ol.OtherGradient(objective, lambda w, g: np.sign(g))
        return self.rule.advance(t, w, state, signs)


def end(rule: ol.Optimizer, start: Points, schedule: Callable[[int], float]) -> Array:
    """Pass on what has a type."""
    ol.run(rule, bowl, start, steps=3)
    return ol.run(SignMomentum(lr=schedule, beta=schedule), bowl, start, steps=3)


assert_type(ol.trace(SignMomentum(lr=0.1), square, 4.0, steps=3), ol.Trace)
ol.run(Shifted(lr=np.array([0.1, 0.2]), damping=0.1), square, 4.0, steps=3)
ol.run(Untyped(lambda t: 0.1), square, 4.0, steps=3)
ol.Blocks({"W": Spectral(lr=0.1)}, {"W": (2, 2)})
ol.trace(Signs(ol.ClipNorm(adam, limit=1)), bowl, [1.0, 2.0], steps=3)
SignMomentum(lr=0.1, grow=2, shrink=lambda t: 0.5)
SignMomentum(lr=0.1, beta="0.5")  # type: ignore[arg-type]  # no number
SignMomentum(lr=0.1, memory=0.5)  # type: ignore[arg-type]  # no whole number
