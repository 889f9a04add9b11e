"""What the page's worker runs: a learner's function is judged in situations, or goes its way."""

from course.exercises.judge import Unusable, asked_for, columns_of, given_in, judge
from course.exercises.naming import naming
from course.exercises.page.arrays import Refused
from optimlib.symbols import number_text

VAR_POSITIONAL, VAR_KEYWORD = 4, 8  # As in a code object's flags.


def parameters_of(function):
    """Return the name, the kind and whether there is a default, of each of its parameters.

    Of an object that can be called they are those of its method, but for the object itself.
    """
    if not hasattr(function, "__code__"):
        return parameters_of(function.__call__.__func__)[1:]
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


def verdict_on(
    update, renew, exercise, situations, right, wrong, both, along, rules, computing, asarray, note
):
    """Return what the judge says of a learner's function, and whether it makes steps to race.

    Parameters
    ----------
    update : callable
    renew : callable
        Returns another one, which remembers nothing.
    exercise, situations, right, wrong, both, along, asarray
        As `judge` wants them.
    rules, computing
        As `naming` wants them.
    note : callable
        Is told of an error in the learner's function.
    """
    records, waiting = [], [update]

    def prepare():
        # As long as it keeps no state there is no need for another one.
        function = waiting.pop() if waiting else renew()
        asked = asked_for(exercise, parameters_of(function))

        def run(given):
            try:
                records.append(function(**{name: given[name] for name in asked}))
            except Refused as sentence:
                note(sentence)
                raise Unusable(f"it stopped: {sentence}") from sentence
            except BaseException as error:
                note(error)
                raise
            return records[-1]

        return run, asked

    verdict = judge(
        exercise, situations, right, wrong, both, along, prepare,
        named=naming(exercise, rules, computing), asarray=asarray, number_text=number_text,
    )  # fmt: skip
    can_race = bool(records) and not exercise.get("is_number")
    return verdict, can_race and _is_usable(exercise, records[0], right[0], asarray)


def _is_usable(exercise, *record):
    try:
        columns_of(exercise, *record)
    except Unusable:
        return False
    return True


def stepping(update, exercise, expected, asarray, quick):
    """Return a learner's function as one of what is given in a step, and the function `grad`.

    It returns the numbers of the step, a list for each name of the exercise, or the sentence that
    says why there are none. `expected` has them as they should be: lists, or a number; `quick`
    returns them where all are arrays, which is what they mostly are.
    """
    asked = None

    def step(situation, grad):
        nonlocal asked
        try:
            asked = asked or asked_for(exercise, parameters_of(update))
            given = given_in(situation, asarray) | {"grad": lambda point: grad(asarray(point))}
            record = update(**{name: given[name] for name in asked})
            numbers = quick(record)
            if numbers is not None:
                return numbers
            columns = columns_of(exercise, record, expected, asarray)
        except Unusable as problem:
            return problem.args[0]
        return [[float(number) for number in columns[name][0]] for name in exercise["names"]]

    return step
