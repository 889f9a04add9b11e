"""What the page's worker runs: a learner's function is called in each situation and judged."""

from course.exercises.judge import Unusable, asked_for, judge
from course.exercises.page.arrays import Refused
from optimlib.symbols import number_text

VAR_POSITIONAL, VAR_KEYWORD = 4, 8  # As in a code object's flags.


def parameters_of(function):
    """Return the name, the kind and whether there is a default, of each of its parameters."""
    code = function.__code__
    count, positional = code.co_argcount, code.co_posonlyargcount
    names = code.co_varnames
    first_default = count - len(function.__defaults__ or ())
    found = []
    for place, name in enumerate(names[:count]):
        kind = "POSITIONAL_ONLY" if place < positional else "POSITIONAL_OR_KEYWORD"
        found.append((name, kind, place >= first_default))
    last = count + code.co_kwonlyargcount
    for name in names[count:last]:
        found.append((name, "KEYWORD_ONLY", name in (function.__kwdefaults__ or {})))
    if code.co_flags & VAR_POSITIONAL:
        found.append((names[last], "VAR_POSITIONAL", False))
        last += 1
    if code.co_flags & VAR_KEYWORD:
        found.append((names[last], "VAR_KEYWORD", False))
    return found


def verdict_on(update, exercise, situations, right, wrong, asarray, note):
    """Return what the judge says of a learner's function.

    Parameters
    ----------
    update : function
    exercise, situations, right, wrong, asarray
        As `judge` wants them.
    note : callable
        Is told of an error in the learner's function.
    """

    def prepare():
        asked = asked_for(exercise, parameters_of(update))

        def run(given):
            try:
                return update(**{name: given[name] for name in asked})
            except Refused as sentence:
                note(sentence)
                raise Unusable(f"it stopped: {sentence}") from sentence
            except BaseException as error:
                note(error)
                raise

        return run, asked

    return judge(
        exercise, situations, right, wrong, prepare, asarray=asarray, number_text=number_text
    )
