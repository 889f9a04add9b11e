"""Exercises of the chapters whose answer is a number or a choice, one file per chapter.

To add a chapter: a file like `first_descent`, with a list of `NumberExercise` and `ChoiceExercise`,
and its list here. An exercise's numbers come from the package (`point` runs a rule), its slips too
where they are misconceptions of a rule (`Slip.of`), and `draw` makes a student's own parameters.
The tests then ask for three slips that every variant tells apart, and for a closed form.
"""

from optimlib.exercises.chapters.adam import ADAM
from optimlib.exercises.chapters.derivatives import DERIVATIVES
from optimlib.exercises.chapters.first_descent import FIRST_DESCENT

EXERCISES = [
    *FIRST_DESCENT,
    *ADAM,
    *DERIVATIVES,
]
