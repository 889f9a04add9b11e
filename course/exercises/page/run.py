"""What the page's worker runs: a learner's function is called in each situation and judged."""

from course.exercises.judge import Unusable, asked_for, given_in, judge
from course.exercises.page.arrays import Refused, array, float64, wrapped
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


def situations_of(exercise, case):
    """Return the situations of a case, which is written without their names."""
    found = []
    for values, steps in case:
        hyperparameters = dict(zip(exercise["hyperparameters"], values, strict=True))
        for t, w, g, h, *state in steps:
            situation = {"t": t, "w": w, "g": g, "h": h, "hyperparameters": hyperparameters}
            situation["state"] = dict(zip(exercise["names"], state))
            found.append(situation)
    return found


def outputs(update, situation):
    """Return the record of a function of the exercise's own: lists, and numbers."""
    given = given_in(situation, array)
    # With NumPy's numbers, as the records of `check` are computed: a division by 0 is infinite.
    given = {name: float64(x) if isinstance(x, float) else x for name, x in given.items()}
    record = update(**{name: given[name] for name, _, _ in parameters_of(update)})
    return {name: wrapped(value).tolist() for name, value in record.items()}


def row(exercise, update, situations):
    """Yield what a mistake leads to, number by number: most differ in the first."""
    for situation in situations:
        record = outputs(update, situation)
        for name in exercise["names"]:
            value = record[name]
            yield from value if isinstance(value, list) else [value] * len(situation["g"])


def verdict_on(update, exercise, case, right, mistakes, note):
    """Return what the judge says of a learner's function.

    Parameters
    ----------
    update : function
    exercise : dict
        As `judge` wants it.
    case : list
        The values of the hyperparameters and the steps in each setting.
    right : function
        The right one.
    mistakes : list of functions
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

    situations = situations_of(exercise, case)
    return judge(
        exercise,
        situations,
        [outputs(right, situation) for situation in situations],
        lambda: (row(exercise, mistake, situations) for mistake in mistakes),
        prepare,
        asarray=wrapped,
        number_text=number_text,
    )
