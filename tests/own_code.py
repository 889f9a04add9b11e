"""Rules and problems that somebody might write, none of which the library has."""

from dataclasses import dataclass
from functools import partial

import numpy as np

import optimlib as ol


@dataclass(frozen=True)
class SignMomentum(ol.Rule):
    beta: ol.DecayRate = 0.5
    state = ("v",)

    def update(self, t, g, v):
        v = self.beta * v + np.sign(g)
        return dict(v=v, step=-self.lr * v)


@dataclass(frozen=True)
class LookingAhead(ol.Rule):
    """Everything that a rule may depend on, a state that starts elsewhere, a choice, constants."""

    pull: float = 0.1
    state = ("v",)

    def look_ahead(self, w, v):
        return w - self.pull * v

    def initial(self, w):
        return (w * self.pull,)

    def update(self, t, g, v, w):
        v = np.where(np.abs(g) > 1, g / t, np.pi * g / 4) + self.pull * v
        capped = np.minimum(v, np.inf)
        return dict(v=v, capped=capped, step=-self.lr * (capped - 0.1 * w) * 1)


@dataclass(frozen=True)
class Twice(ol.Rule):
    """Two names for one value, one for a given value, one that is the same for all coordinates."""

    beta: ol.DecayRate = 0.9
    state = ("m", "v")

    def update(self, t, g, m, v):
        mean = self.beta * m + (1 - self.beta) * g
        rest = 1 - self.beta**t
        return dict(slope=g, m=mean, v=mean, rest=rest, step=-self.lr * (mean + v) / rest)


@dataclass(frozen=True)
class FiveStates(ol.Rule):
    """The mean of the last six gradients."""

    state = ("a", "b", "c", "d", "e")

    def update(self, t, g, a, b, c, d, e):
        return dict(a=g, b=a, c=b, d=c, e=d, step=-self.lr * (g + a + b + c + d + e) / 6)


@dataclass(frozen=True)
class Deep(ol.Rule):
    """The sign by Newton-Schulz's iteration: written out its tree doubles and more each time."""

    times: ol.Option[int] = 3

    def update(self, t, g):
        x = g / (1 + np.abs(g))
        for _ in range(self.times):
            x = x * (1.5 - 0.5 * x * x)
        return dict(x=x, step=-self.lr * x)


@dataclass(frozen=True)
class Momentum(ol.Momentum):
    """Called as a rule of the library, and started otherwise."""

    def initial(self, w):
        return (w / 4,)


RULES = {cls.__name__: cls for cls in (SignMomentum, LookingAhead, Twice, FiveStates, Deep)}
RULES["another Momentum"] = Momentum
DEEPER = partial(Deep, times=22)


@dataclass(frozen=True)
class Branching(ol.Rule):
    """What only Python can run."""

    share: float = 0.5

    def update(self, t, g):
        return dict(step=-self.lr * (g if np.all(g > 0) else self.share * g))


def _bowl(c):
    return ol.Objective(
        f=lambda w: (w - c) ** 2, grad=lambda w: 2 * (w - c), name="bowl", domain=((-4.0, 4.0),)
    )


def valleys(a=2.25, c=1.0):
    return ol.Objective(
        f=lambda x, a, c: c * (x**2 - a) ** 2,
        grad=lambda x, a, c: 4 * c * x * (x**2 - a),
        hess=lambda x, a, c: 4 * c * (3 * x**2 - a),
        name="two valleys",
        parameters={"a": a, "c": c},
        variables=("x",),
        domain=((-2.0, 2.0),),
        minima=(-(a**0.5), a**0.5),
        start=0.5,
    )


def _ring(w):
    return w[0] ** 2 + w[1] ** 2 - 1


PROBLEMS = [
    valleys(),
    ol.Objective(
        f=lambda w: _ring(w) ** 2 + w[1] / 3,
        grad=lambda w: (4 * w[0] * _ring(w), 4 * w[1] * _ring(w) + 1 / 3),
        hess=lambda w: (
            (4 * _ring(w) + 8 * w[0] ** 2, 8 * w[0] * w[1]),
            (8 * w[0] * w[1], 4 * _ring(w) + 8 * w[1] ** 2),
        ),
        name="ring",
        variables=("x", "y"),
        domain=((-2.0, 2.0), (-2.0, 2.0)),
        start=(0.3, 1.5),
    ),
    ol.Objective(
        f=lambda w: np.where(w > 0, w - np.pi * w**2, np.inf),
        grad=lambda w: np.where(w > 0, 1 - 2 * np.pi * w, -np.inf),
        hess=lambda w: np.where(w > 0, -2 * np.pi, 0),
        name="wall",
        domain=((0.125, 2.0),),
        start=1.25,
    ),
    ol.Stream(
        ol.Objective(
            f=lambda w: (w - 1) ** 2,
            grad=lambda w: 2 * (w - 1),
            name="in turns",
            domain=((-3.0, 3.0),),
            start=2.5,
        ),
        lambda t: _bowl(0 if t % 2 else 2),
    ),
]
