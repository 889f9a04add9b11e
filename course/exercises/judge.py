"""The judge of exercises in code: what is said of an answer.

Plain Python that imports nothing: `check` runs this file, and so does the site's page, in an
interpreter of its own. An exercise is a dict of texts, a situation one of numbers and lists; what
makes arrays of them and what writes numbers is given by who asks.
"""

# What two right answers may differ by, relative to the value: rounding, with room for cancellation.
TOLERANCE = 1e-9
# An answer this close to the right one was rounded somewhere.
ROUNDED = 1e-4
# What an answer may ask for by name in every exercise, beside state and hyperparameters.
OFFERED = ("t", "w", "g", "h", "grad")
# Of an answer that is no number so much is shown.
SHOWN = 60


class Unusable(Exception):
    """An answer that cannot be compared: what was seen, the mistake's name, the explanation."""

    def __init__(self, seen, mistake=None, explanation=""):
        super().__init__(seen, mistake, explanation)


def asked_for(exercise, parameters):
    """Return the names of a function's parameters, if all of them can be given.

    Parameters
    ----------
    exercise : dict
        With its ``parameters``.
    parameters : list of (str, str, bool)
        Each parameter's name, its kind as `inspect` calls it, and whether it has a default.
    """
    kinds = [kind for _, kind, _ in parameters]
    if "VAR_KEYWORD" in kinds:
        return list(exercise["parameters"])
    if "POSITIONAL_ONLY" in kinds:
        raise Unusable("The function has parameters before `/`: they cannot be given by name.")
    known = {*OFFERED, *exercise["parameters"]}
    unknown = [
        name
        for name, kind, has_default in parameters
        if name not in known and not has_default and kind != "VAR_POSITIONAL"
    ]
    if unknown:
        raise Unusable(
            f"The function asks for {', '.join(unknown)}. "
            f"Its parameters are {', '.join(exercise['parameters'])}: the names count.",
            "Unknown parameters",
        )
    return [name for name, _, _ in parameters if name in known]


def judge(exercise, situations, right, wrong, prepare, *, asarray, number_text):
    """Return the verdict on an answer, a dict of what a report says.

    Parameters
    ----------
    exercise : dict
        Its ``rule``'s name, the ``parameters`` of an answer, the ``names`` it has to return, the
        ``hyperparameters``, its ``chapter`` and the ``mistakes`` that have a name, each with its
        ``name``, ``explanation`` and, if it is another, ``chapter``.
    situations : list of dict
        Each with ``t``, the lists ``w``, ``g`` and ``h``, the ``state`` and the values of the
        ``hyperparameters``, by name.
    right : list of dict
        The right record in each situation: lists, or a number where no coordinate counts.
    wrong : callable
        Returns what each mistake leads to: the numbers of all ``names`` in one list.
    prepare : callable
        Returns a function from what is given, by name, to the answer's record, and the names that
        the answer asks for. Both may raise `Unusable`.
    asarray, number_text : callable
        ``numpy.asarray`` and ``optimlib.symbols.number_text``, or what stands for them.
    """
    columns, spoiled, where = [], [], ""
    try:
        run, asked = prepare()
        for situation, expected in zip(situations, right, strict=True):
            where = f"In step t = {situation['t']} "
            given = given_in(situation, asarray)
            record = _called(run, given)
            spoiled = spoiled or _changed(given, situation)
            columns.append(columns_of(exercise, record, expected, asarray))
    except Unusable as problem:
        seen, *diagnosis = problem.args
        return _verdict(exercise, [where + seen], *diagnosis)
    place = _first_difference(situations, right, columns)
    if spoiled:
        lines = [f"After the call {' and '.join(spoiled)} held other numbers."]
        return _verdict(
            exercise,
            [*lines, _said(*place, number_text)] if place else lines,
            "State mutated in place",
            "`m *= …` and `m[:] = …` change the array of the caller, who may still need it. "
            "Write `m = …`, which makes a new one.",
        )
    if place is None:
        agrees = f"It agrees with ol.{exercise['rule']} in {len(columns)} steps."
        return _verdict(exercise, [agrees], correct=True)
    lines = [_said(*place, number_text)]
    missing = [name for name in exercise["hyperparameters"] if name not in asked]
    if missing:
        lines.append(f"It does without {', '.join(missing)}.")
    return _verdict(exercise, lines, *_diagnosis(exercise, right, wrong(), columns))


def recognised(wrong, outputs):
    """Return the number of the mistake that leads to these outputs, or None."""
    return next((n for n, row in enumerate(wrong) if _is_near(row, outputs)), None)


def _is_near(row, outputs, tolerance=TOLERANCE):
    return not any(differs(a, b, tolerance) for a, b in zip(row, outputs, strict=True))


def differs(a, b, tolerance=TOLERANCE):
    """Return whether two numbers differ by more than `tolerance` times their size."""
    if a == b or (a != a and b != b):  # What does not equal itself is nan.
        return False
    size = max(abs(a), abs(b))
    return not (size < float("inf") and abs(a - b) <= tolerance * size)


def _verdict(exercise, lines, mistake=None, explanation="", chapter=None, correct=False):
    return {
        "correct": correct,
        "lines": lines,
        "mistake": mistake,
        "explanation": explanation,
        "chapter": "" if correct else chapter or exercise["chapter"],
    }


def given_in(situation, asarray):
    """Return what an answer may ask for in a situation, with arrays that it may spoil."""
    w, g, h = (asarray(situation[name]) for name in "wgh")
    state = {name: asarray(value) for name, value in situation["state"].items()}
    grad = {"grad": lambda point: g + h * (point - w)}
    own = {"t": situation["t"], "w": w, "g": g, "h": h}
    return own | grad | state | situation["hyperparameters"]


def _changed(given, situation):
    """Return the names of the arrays that are no longer what they were."""
    old = {name: situation[name] for name in "wgh"} | situation["state"]
    return [name for name in old if given[name].tolist() != old[name]]


def _called(run, given):
    """Return what the answer returns; an exception, or the wish to end Python, becomes words."""
    try:
        return run(given)
    except Unusable:
        raise
    except (Exception, SystemExit) as error:
        name = type(error).__name__
        raise Unusable(f"came {name}: {error}", "An error was raised") from error


def columns_of(exercise, record, expected, asarray):
    """Return the numbers of a record under the names of `expected`, each with its dtype's name.

    Raises
    ------
    Unusable
        If they are no numbers, or not as many as `expected` has.
    """
    names = exercise["names"]
    if record is None:
        raise Unusable(
            "nothing came back.",
            "Returned None",
            "The function ends without `return`: without it Python returns None.",
        )
    if not isinstance(record, dict):
        example = ", ".join(f"{name}={name}" for name in names)
        raise Unusable(
            f"a {type(record).__name__} came back, not a dict.",
            "Not a dict",
            f"The names say which number is which: `return dict({example})`.",
        )
    missing = [name for name in names if name not in record]
    if missing:
        raise Unusable(
            f"the record has {', '.join(map(str, record)) or 'nothing'}; "
            f"{' and '.join(missing)} missing.",
            "Missing names",
            "What the next step needs has to be in the record, under the name it came with.",
        )
    count = len(next(value for value in expected.values() if isinstance(value, list)))
    return {
        name: _column(name, record[name], expected[name], count, asarray)
        for name in expected
        if name in record
    }


def _column(name, value, expected, count, asarray):
    """Return a learner's value as a list and the name of its dtype, if it has the right shape."""
    if value is Ellipsis:
        raise Unusable(f"{name} is still `...`.")
    try:
        array = asarray(value)
    except (ValueError, OverflowError) as error:
        raise Unusable(f"{name} is not an array: {error}") from error
    dtype, shape = array.dtype, array.shape
    if dtype.kind not in "fiu":
        raise Unusable(f"{name} is not real numbers but {_shown(value)}.")
    right_shape = (count,) if isinstance(expected, list) else ()
    # What depends on t only is one number here, and may be repeated there.
    if shape != right_shape and (right_shape or shape != (count,)):
        raise Unusable(
            f"{name} has the shape {shape}, expected was {right_shape}.",
            "Wrong shape",
            "A rule treats every coordinate by itself: one number for each, no sums over them.",
        )
    return (array.tolist() if shape else [array.tolist()]), dtype.name


def _shown(value):
    try:
        text = repr(value)
    except ValueError:  # An integer of thousands of digits.
        return f"a very long {type(value).__name__}"
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _first_difference(situations, right, columns):
    """Return the step, the name, the place and both numbers where an answer first differs."""
    for situation, expected, record in zip(situations, right, columns, strict=True):
        for name, (values, _) in record.items():
            numbers = expected[name]
            numbers = numbers if isinstance(numbers, list) else [numbers] * len(values)
            for place, (number, value) in enumerate(zip(numbers, values, strict=True)):
                if number != value and differs(number, value):
                    return situation["t"], name, place, number, value
    return None


def _said(t, name, place, expected, got, number_text):
    """Return the sentence on the first difference, with as many digits as show it."""
    digits = next(d for d in (6, 9, 17) if d == 17 or f"{expected:.{d}g}" != f"{got:.{d}g}")
    return (
        f"The first difference is in step t = {t}, {name}[{place}]: "
        f"expected {number_text(expected, digits)}, got {number_text(got, digits)}."
    )


def _diagnosis(exercise, right, wrong, columns):
    """Return the mistake's name, its explanation and its chapter, as far as they are known."""
    names = exercise["names"]
    outputs = [value for record in columns for name in names for value in record[name][0]]
    expected = [value for record in right for name in names for value in record[name]]
    number = recognised(wrong, outputs)
    has_few_digits = any(r[name][1] in ("float16", "float32") for r in columns for name in names)
    if has_few_digits and not _is_near(expected, outputs, ROUNDED):
        near = [n for n, row in enumerate(wrong) if _is_near(row, outputs, ROUNDED)]
        number = near[0] if len(near) == 1 else None
    if number is not None:
        mistake = exercise["mistakes"][number]
        return mistake["name"], mistake["explanation"], mistake.get("chapter")
    if has_few_digits:
        return "float32", "Some numbers have few digits: keep the dtype that came in, float64."
    if any(value - value != 0 for value in outputs):
        return "nan or infinity", "Something is divided by 0, or the root of a negative taken."
    if _is_near(expected, outputs):
        return None, "The state and the step are right; only what is noted beside them is not."
    if _is_near(expected, outputs, ROUNDED):
        return "Rounded on the way", "Only later digits differ: a rounded constant, or float32."
    return ()
