"""What exercises of several chapters share: runs of a rule on w², starts, and a hill."""

from course.exercises.numbers import Slip, point
from optimlib.notation import by_hand
from optimlib.objective import Objective
from optimlib.problems import square

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


def start(rng):
    """Draw a start that is easily typed."""
    return float(rng.choice([2, 3, 4, 5, 6, 8]))


def small(rng):
    """Draw a small whole number that is not 0."""
    return float(rng.choice([-3, -2, -1, 1, 2, 3]))
