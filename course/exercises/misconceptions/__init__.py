"""Rules as they are often written wrongly, by rule.

Each is a rule that runs like any other. Its docstring is what a learner reads who wrote the same
one: the first line names the mistake, the rest says which line is wrong and why.
Some have a `chapter` of their own, the document to read again.
"""

from course.exercises.misconceptions.adam import ADAM, ADAMW, AMSGRAD
from course.exercises.misconceptions.descent import GRADIENT_DESCENT, NEWTON
from course.exercises.misconceptions.general import describe
from course.exercises.misconceptions.modern import ADAN, ADEMAMIX, ADOPT_MISTAKES
from course.exercises.misconceptions.momentum import AVERAGE_MOMENTUM, HEAVY_BALL, MOMENTUM
from course.exercises.misconceptions.nesterov import NESTEROV
from course.exercises.misconceptions.relatives import (
    ADABELIEF,
    ADADELTA,
    ADAMAX,
    LION,
    NADAM,
    RADAM,
    RPROP,
    YOGI,
)
from course.exercises.misconceptions.scaled import ADAGRAD, RMSPROP
from course.exercises.misconceptions.schedule_free import SCHEDULE_FREE
from course.exercises.misconceptions.signs import SIGN_DESCENT

__all__ = [
    "ADABELIEF",
    "ADADELTA",
    "ADAGRAD",
    "ADAM",
    "ADAMAX",
    "ADAMW",
    "ADAN",
    "ADEMAMIX",
    "ADOPT_MISTAKES",
    "AMSGRAD",
    "AVERAGE_MOMENTUM",
    "GRADIENT_DESCENT",
    "HEAVY_BALL",
    "LION",
    "MOMENTUM",
    "NADAM",
    "NESTEROV",
    "NEWTON",
    "RADAM",
    "RMSPROP",
    "RPROP",
    "SCHEDULE_FREE",
    "SIGN_DESCENT",
    "YOGI",
    "describe",
]
