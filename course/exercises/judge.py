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


def judge(exercise, situations, right, wrong, both, along, prepare, *, named, asarray, number_text):
    """Return the verdict on an answer, a dict of what a report says.

    Parameters
    ----------
    exercise : dict
        Its ``rule``'s name, the ``parameters`` of an answer, the ``names`` it has to return, the
        ``hyperparameters``, its ``chapter``, the ``mistakes`` that have a name, each with its
        ``name``, ``explanation`` and, if it is another, ``chapter``; the ``initial`` values of the
        state, and the ``ranges`` of the hyperparameters in words, as `naming` wants them. If it
        ``is_number``, an answer may return the number alone that has to be under the one name.
    situations : list of dict
        Each with ``t``, the lists ``w``, ``g`` and ``h``, the ``state`` and the values of the
        ``hyperparameters``, by name.
    right : list of dict
        The right record in each situation: lists, or a number where no coordinate counts.
    wrong : callable
        Returns what each mistake leads to: the numbers of all ``names`` in one list.
    both : callable
        Returns the numbers of two mistakes that can be made at once, a list of such pairs, and what
        each pair leads to.
    along : callable
        Returns the same three, situations, right and wrong, for runs: in a run each step has the
        state that the one before has left. Runs begin where t is 1.
    prepare : callable
        Returns a function from what is given, by name, to the answer's record, and the names that
        the answer asks for; each time a new one, which remembers nothing. Both may raise
        `Unusable`.
    named : callable
        From the situations in which an answer was and its columns to the sentence which rule of the
        library it is, or None: see `course.exercises.naming`.
    asarray, number_text : callable
        ``numpy.asarray`` and ``optimlib.symbols.number_text``, or what stands for them.
    """
    answer = _Answer(exercise, prepare, asarray)
    try:
        answer.begin()
        if answer.kept:
            answer.begin()
            situations, right, wrong = along()
            both = _no_pairs
        for situation, expected in zip(situations, right, strict=True):
            answer.take_step(situation, expected)
    except Unusable as problem:
        seen, *diagnosis = problem.args
        return _verdict(exercise, [answer.where + seen, *answer.notes()], [diagnosis])
    place = _first_difference(situations, right, answer.columns)
    notes = answer.notes()
    if place is None and not answer.spoiled:
        agrees = f"It agrees with ol.{exercise['rule']} in {len(answer.columns)} steps."
        return _verdict(exercise, [agrees, *notes], correct=True)
    diagnoses = [IN_PLACE] if answer.spoiled else []
    if place:
        said = _said(*place, number_text)
        said = said.replace(f"[{place[2]}]", "", 1) if exercise.get("is_number") else said
        notes.insert(len(diagnoses), said)
        missing = [name for name in exercise["hyperparameters"] if name not in answer.asked]
        if missing:
            notes.append(f"It does without {', '.join(missing)}.")
        search = _Search(exercise, wrong, both, lambda: named(answer.situations, answer.columns))
        diagnoses += _diagnoses(exercise, right, search, answer.columns)
    return _verdict(exercise, notes, diagnoses)


class _Answer:
    """An answer that is tried, step by step, and what was seen of it."""

    def __init__(self, exercise, prepare, asarray):
        self.exercise, self.prepare, self.asarray = exercise, prepare, asarray
        self.situations, self.columns, self.spoiled, self.where = [], [], [], ""
        self.asked, self.kept = (), []

    def begin(self):
        """Take a new one, which remembers nothing."""
        self.run, self.asked = self.prepare()
        # What it does not ask for it has to remember by itself.
        self.kept = [name for name in self.exercise["names"][:-1] if name not in self.asked]

    def take_step(self, situation, expected):
        if self.kept and self.columns:
            self.where = ""
            if situation["t"] == 1:
                self.begin()
            else:
                last = self.columns[-1]
                situation = situation | {"state": {n: last[n][0] for n in situation["state"]}}
        self.where = f"In step t = {situation['t']} "
        given = given_in(situation, self.asarray)
        record = _called(self.run, given)
        if self.exercise.get("is_number"):
            record = _for_each(self.exercise["names"][0], record, given["g"])
        self.spoiled = self.spoiled or _changed(given, situation)
        self.situations.append(situation)
        self.columns.append(columns_of(self.exercise, record, expected, self.asarray))

    def notes(self):
        """Return sentences on how it goes about its state."""
        found = []
        if self.spoiled:
            found.append(f"After the call {' and '.join(self.spoiled)} held other numbers.")
        if self.kept and self.columns:
            found.append(
                f"It does not ask for {' and '.join(self.kept)}: "
                "it was run from the start, several times."
            )
        return found


def _no_pairs():
    return [], []


IN_PLACE = (
    "State mutated in place",
    "`m *= …` and `m[:] = …` change the array of the caller, who may still need it. "
    "Write `m = …`, which makes a new one.",
)
FEW_DIGITS = "float32", "Some numbers have few digits: keep the dtype that came in, float64."
NOT_FINITE = "nan or infinity", "Something is divided by 0, or the root of a negative taken."
IS_ROUNDED = "Rounded on the way", "Only later digits differ: a rounded constant, or float32."


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


def _verdict(exercise, lines, diagnoses=(), correct=False):
    """Return the verdict with what is known of the mistakes: name, explanation, chapter of each."""
    names = [diagnosis[0] for diagnosis in diagnoses if diagnosis and diagnosis[0]]
    chapters = [diagnosis[2] for diagnosis in diagnoses if diagnosis[2:] and diagnosis[2]]
    return {
        "correct": correct,
        "lines": lines,
        "mistake": "” and “".join(names) or None,
        "explanation": " ".join(diagnosis[1] for diagnosis in diagnoses if diagnosis[1:]),
        "chapter": "" if correct else [*chapters, exercise["chapter"]][0],
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
    except (Unusable, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise Unusable(_told("came", error), "An error was raised") from error


def _for_each(name, value, g):
    """Return a record of a number, once for each coordinate; what is none is judged as it is."""
    if value is None or hasattr(value, "keys"):
        return value
    try:
        return {name: value + 0 * g}
    except Exception:
        return {name: value}


def _told(what, error):
    """Return what happened and the error, whose own words may fail as well."""
    try:
        return f"{what} {type(error).__name__}: {error}"
    except Exception:
        return f"{what} {type(error).__name__}"


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
    record = _as_dict(record, names)
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


def _as_dict(record, names):
    """Return a record, which may be any mapping, as a dict."""
    try:
        if hasattr(record, "keys") and hasattr(record, "__getitem__"):
            return {name: record[name] for name in record.keys()}  # noqa: SIM118
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise Unusable(_told("what came back cannot be read:", error)) from error
    example = ", ".join(f"{name}={name}" for name in names)
    raise Unusable(
        f"a {type(record).__name__} came back, not a dict.",
        "Not a dict",
        f"The names say which number is which: `return dict({example})`.",
    )


def _column(name, value, expected, count, asarray):
    """Return a learner's value as a list and the name of its dtype, if it has the right shape."""
    if value is Ellipsis:
        raise Unusable(f"{name} is still `...`.")
    try:
        array = asarray(value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise Unusable(_told(f"{name} is not an array:", error)) from error
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
    except Exception:  # An integer of thousands of digits, or a class with faults of its own.
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


def _diagnoses(exercise, right, search, columns):
    """Return what is known of the mistakes: the name, the explanation, the chapter of each.

    Few digits, rounding and what is not finite are said beside the mistakes that they do not hide.
    """
    names = exercise["names"]
    outputs = [value for record in columns for name in names for value in record[name][0]]
    expected = [value for record in right for name in names for value in _repeated(record, name)]
    has_few_digits = any(r[name][1] in ("float16", "float32") for r in columns for name in names)
    symptoms = [FEW_DIGITS] if has_few_digits else []
    finite = [place for place, value in enumerate(outputs) if value - value == 0]
    seen = [outputs[place] for place in finite]
    known = [expected[place] for place in finite]
    if _is_near(expected, outputs):
        words = "The state and the step are right; only what is noted beside them is not."
        return symptoms or [(None, words)]
    # What is right as far as it is finite could be of many pairs.
    found = search.exact(outputs, 1 if _is_near(known, seen, ROUNDED) else 2)
    if found:
        return [*found, *symptoms]
    rule = search.rule() if len(finite) == len(outputs) else None
    if rule:
        return [(None, rule), *symptoms]
    if len(finite) < len(outputs):
        symptoms.append(NOT_FINITE)
    if _is_near(known, seen, ROUNDED):
        return symptoms or [IS_ROUNDED]
    found = search.about(seen, finite)
    return [*found, *(symptoms or [IS_ROUNDED])] if found else symptoms


class _Search:
    """The mistakes of an exercise, one at a time and in pairs, among which outputs are found.

    Of a rule that is none of them `rule` returns what is said.
    """

    def __init__(self, exercise, wrong, both, rule):
        self.mistakes, self.rule = exercise["mistakes"], rule
        single = [[number] for number in range(len(self.mistakes))]
        self.tables = [lambda: (single, wrong()), both]
        self.computed = []

    def _each_table(self):
        """Yield the numbers of mistakes and the rows that they lead to, computed only once."""
        for place, table in enumerate(self.tables):
            if place == len(self.computed):
                self.computed.append(table())
            yield self.computed[place]

    def _named(self, numbers):
        found = [self.mistakes[number] for number in numbers]
        return [(m["name"], m["explanation"], m.get("chapter")) for m in found]

    def exact(self, outputs, most):
        """Return the diagnoses of the mistakes, at most so many, that lead to these outputs."""
        for count, (meant, rows) in enumerate(self._each_table(), start=1):
            number = recognised(rows, outputs)
            if number is not None:
                return self._named(meant[number])
            if count == most:
                break
        return []

    def about(self, seen, places):
        """Return those of the only one that leads about to what is seen in these places."""
        for meant, rows in self._each_table():
            near = [
                numbers
                for numbers, row in zip(meant, rows, strict=True)
                if not any(differs(row[p], x, ROUNDED) for p, x in zip(places, seen, strict=True))
            ]
            if near:
                return self._named(near[0]) if len(near) == 1 else []
        return []


def _repeated(record, name):
    """Return a right value as a list: state that no coordinate has of its own is a number."""
    value = record[name]
    return value if isinstance(value, list) else [value]
