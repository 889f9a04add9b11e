"""The exercises of the chapters that have a number or a choice as answer, one file per chapter."""

from optimlib.exercises.chapters.adam import ADAM
from optimlib.exercises.chapters.first_descent import FIRST_DESCENT

EXERCISES = [*FIRST_DESCENT, *ADAM]
