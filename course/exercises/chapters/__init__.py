"""Exercises of the chapters whose answer is a number or a choice, one file per chapter.

To add a chapter: a file of its name like `first_descent`, with a list `EXERCISES` of
`NumberExercise`, `DrawnChoice` and `ChoiceExercise`. An exercise computes its numbers with the
package (`point` runs a rule), its slips too where they are misconceptions of a rule (`Slip.of`;
`shared` has both for runs on w²); `draw` makes a student's own parameters. The tests then ask for
three slips that every variant tells apart.
"""

from importlib import import_module
from pkgutil import iter_modules


def of_chapters():
    """Return the exercises of all files here, by file and in each in the order of its list."""
    files = [file.name for file in iter_modules(__path__) if file.name != "shared"]
    modules = (import_module(f"{__name__}.{name}") for name in files)
    return [exercise for module in modules for exercise in module.EXERCISES]
