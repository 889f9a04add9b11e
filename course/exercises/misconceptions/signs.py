"""Mistakes in sign descent."""

import numpy as np

from course.exercises.misconceptions.general import any_rule, rate_decays
from optimlib.rules import SignDescent


class SignForgotten(SignDescent):
    """The sign is forgotten.

    `step` has g where sign(g) belongs: every coordinate moves by η, whatever the size of g.
    """

    def update(self, t, g):
        return dict(step=-self.lr * g)


class SignOfTheWhole(SignDescent):
    """The gradient's length divided away.

    `step` has g / ‖g‖: that is η long as a whole. Here each coordinate moves by η.
    """

    def update(self, t, g):
        return dict(step=-self.lr * g / np.sqrt(np.sum(g * g, axis=0)))


class SignOfTheLargest(SignDescent):
    """The largest slope divided away.

    `step` has g / max|g|: only the steepest coordinate moves by η, where all of them should.
    """

    def update(self, t, g):
        return dict(step=-self.lr * g / np.max(np.abs(g), axis=0))


class OneSignForAll(SignDescent):
    """One sign for all coordinates.

    `step` has the sign of the mean of g. Each coordinate has a sign of its own.
    """

    def update(self, t, g):
        return dict(step=-self.lr * (g * 0 + np.sign(np.mean(g, axis=0))))


class AlwaysDown(SignDescent):
    """The size in place of the sign.

    `step` is −η in every coordinate, as |g| / |g| is 1: where the slope is negative it should go
    up.
    """

    def update(self, t, g):
        return dict(step=-self.lr * np.abs(g) / np.abs(g))


class SizeKept(SignDescent):
    """The sign times the size.

    `step` has sign(g) √|g|: the size of the slope still counts.
    """

    def update(self, t, g):
        return dict(step=-self.lr * np.sign(g) * np.sqrt(np.abs(g)))


class SizeOfTheSlope(SignDescent):
    """The size of the slope.

    `step` has −η |g|: its direction is the same everywhere, and its size is not η.
    """

    def update(self, t, g):
        return dict(step=-self.lr * np.abs(g))


SIGN_DESCENT = [
    *any_rule(SignDescent),
    rate_decays(SignDescent),
    SignForgotten,
    SignOfTheWhole,
    SignOfTheLargest,
    OneSignForAll,
    AlwaysDown,
    SizeKept,
    SizeOfTheSlope,
]
