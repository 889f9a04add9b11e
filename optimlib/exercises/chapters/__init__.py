"""Exercises of the chapters whose answer is a number or a choice, one file per chapter.

To add a chapter: a file like `first_descent`, with a list of `NumberExercise` and `ChoiceExercise`,
and its list here. An exercise computes its numbers with the package (`point` runs a rule), its
slips too where they are misconceptions of a rule (`Slip.of`; `shared` has both for runs on w²);
`draw` makes a student's own parameters. The tests then ask for three slips that every variant
tells apart.
"""

from optimlib.exercises.chapters.adagrad import ADAGRAD
from optimlib.exercises.chapters.adam import ADAM
from optimlib.exercises.chapters.adam_failures import ADAM_FAILURES
from optimlib.exercises.chapters.choosing import CHOOSING
from optimlib.exercises.chapters.comparing import COMPARING
from optimlib.exercises.chapters.conditioning import CONDITIONING
from optimlib.exercises.chapters.convexity import CONVEXITY
from optimlib.exercises.chapters.critical_points import CRITICAL_POINTS
from optimlib.exercises.chapters.derivatives import DERIVATIVES
from optimlib.exercises.chapters.directional_derivatives import DIRECTIONAL_DERIVATIVES
from optimlib.exercises.chapters.first_descent import FIRST_DESCENT
from optimlib.exercises.chapters.generalization import GENERALIZATION
from optimlib.exercises.chapters.gradient_descent import GRADIENT_DESCENT
from optimlib.exercises.chapters.hessians import HESSIANS
from optimlib.exercises.chapters.momentum import MOMENTUM
from optimlib.exercises.chapters.nesterov import NESTEROV
from optimlib.exercises.chapters.newton import NEWTON
from optimlib.exercises.chapters.quasi_newton import QUASI_NEWTON
from optimlib.exercises.chapters.rmsprop import RMSPROP
from optimlib.exercises.chapters.saddle_points import SADDLE_POINTS
from optimlib.exercises.chapters.schedules import SCHEDULES
from optimlib.exercises.chapters.sgd import SGD
from optimlib.exercises.chapters.taylor_models import TAYLOR_MODELS
from optimlib.exercises.chapters.vanishing_gradients import VANISHING_GRADIENTS
from optimlib.exercises.chapters.weight_decay import WEIGHT_DECAY

# In the order of the book.
EXERCISES = [
    *FIRST_DESCENT,
    *DERIVATIVES,
    *DIRECTIONAL_DERIVATIVES,
    *HESSIANS,
    *TAYLOR_MODELS,
    *CONVEXITY,
    *CRITICAL_POINTS,
    *SADDLE_POINTS,
    *VANISHING_GRADIENTS,
    *GENERALIZATION,
    *GRADIENT_DESCENT,
    *CONDITIONING,
    *MOMENTUM,
    *NESTEROV,
    *SGD,
    *SCHEDULES,
    *ADAGRAD,
    *RMSPROP,
    *ADAM,
    *ADAM_FAILURES,
    *WEIGHT_DECAY,
    *NEWTON,
    *QUASI_NEWTON,
    *COMPARING,
    *CHOOSING,
]
