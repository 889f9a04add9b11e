"""What exercises of several chapters share: runs of a rule on w², starts, and a hill."""

from course.exercises.misconceptions import scaled
from course.exercises.numbers import Slip, point
from optimlib.notation import by_hand
from optimlib.objective import Objective
from optimlib.problems import square
from optimlib.rules import AdaGrad

HILL = Objective(
    f=lambda w: w[0] ** 2 * w[1] + w[1],
    grad=lambda w: (2 * w[0] * w[1], w[0] ** 2 + 1),
    hess=lambda w: ((2 * w[1], 2 * w[0]), (2 * w[0], 0 * w[1])),
    variables=("x", "y"),
)


def end(rule, steps):
    """Return the function from the parameters to where `rule` is on w² after so many steps."""
    return lambda w0, **values: point(rule(**values), square, w0, steps)


def worked(rule, steps):
    """Return the function from the parameters to these steps by hand."""
    return lambda w0, **values: by_hand(rule(**values), square, w0, steps)


def slips_of(mistakes, steps):
    """Return the slips that are misconceptions of a rule, each with where it ends on w²."""
    return tuple(Slip.of(mistake, end(mistake, steps)) for mistake in mistakes)


# In the second step of AdaGrad on w².
ADAGRAD_SECOND_SLIPS = (
    *slips_of(
        [
            scaled.AdaGradWithoutRoot,
            scaled.AdaGradOfSizes,
            scaled.AdaGradOfMean,
            scaled.AdaGradForgets,
        ],
        2,
    ),
    Slip("One step too few", end(AdaGrad, 1), "This is w₁: one more step leads to w₂."),
    Slip(
        "The old gradient",
        lambda lr, w0: w0 - lr - lr / 2**0.5,
        "g₂ is the gradient at w₁; g₁ was used once more.",
    ),
)


def start(rng):
    """Draw a start that is easily typed."""
    return float(rng.integers(4, 21)) / 2


def small(rng):
    """Draw a small whole number that is not 0."""
    return float(rng.choice([-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6]))
