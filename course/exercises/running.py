"""Running a learner's text in the kernel, as the page does in its worker."""

import contextlib
import io
import math
import traceback
import warnings
from dataclasses import asdict
from functools import wraps
from types import FunctionType

import numpy as np

NAME = "answer"


def run(exercise, text, seed=None):
    r"""Return what comes of a text: what was printed, the error, and the verdict on its function.

    Parameters
    ----------
    exercise : CodeExercise
    text : str
        Python; ``np`` and ``math`` are there without an import.
    seed : int, optional
        Other inputs for another seed.

    Returns
    -------
    dict
        ``printed``; ``error``, with its ``kind``, ``message`` and ``line`` in the text, or None;
        ``verdict``, the fields of a `Report`, or None; ``missing``, whether there is no function.

    Examples
    --------
    >>> from course import exercises
    >>> text = "def update(g, lr):\n    print(lr)\n    return dict(step=-lr * f)"
    >>> outcome = run(exercises.get("gradient-descent"), text)
    >>> outcome["error"]
    {'kind': 'NameError', 'message': "name 'f' is not defined", 'line': 3}
    """
    printed, raised, verdict, function = io.StringIO(), [], None, None
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            function = _function_of(text)
            if function:
                verdict = asdict(
                    exercise.check(
                        _noting(function, raised),
                        seed,
                        lambda: _noting(_function_of(text), raised),
                    )
                )
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            raised.append(error)
    error = _described(raised[0]) if raised else None
    missing = not function and not error
    return dict(printed=printed.getvalue(), error=error, verdict=verdict, missing=missing)


def _function_of(text):
    """Return the function `update` of a text, or an object of this name that can be called.

    Or its only function, or None.
    """
    namespace = {"__name__": NAME, "np": np, "math": math}
    exec(compile(text, NAME, "exec"), namespace)
    update = namespace.get("update")
    if callable(update) and not isinstance(update, type):
        return update
    found = [value for value in namespace.values() if isinstance(value, FunctionType)]
    return found[0] if len(found) == 1 else None


def _noting(function, raised):
    """Return the function, which notes what it raises."""

    @wraps(function if isinstance(function, FunctionType) else function.__call__)
    def noting(*values, **named):
        try:
            return function(*values, **named)
        except BaseException as error:
            raised.append(error)
            raise

    return noting


def _described(error):
    kind = type(error).__name__
    if isinstance(error, SyntaxError):
        return dict(kind=kind, message=error.msg, line=error.lineno)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == NAME]
    return dict(kind=kind, message=str(error), line=lines[-1] if lines else None)
