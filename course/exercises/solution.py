"""The solution of an exercise in code: the function asked for, written from the right rule."""

from course.exercises.recording import Operations

# How tightly an expression holds together; looser ones need parentheses inside tighter ones.
COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)
OPERATORS = {
    "add": ("+", SUM), "subtract": ("-", SUM), "multiply": ("*", PRODUCT),
    "divide": ("/", PRODUCT), "power": ("**", POWER), "greater": (">", COMPARISON),
    "greater_equal": (">=", COMPARISON), "less": ("<", COMPARISON),
    "less_equal": ("<=", COMPARISON),
}  # fmt: skip
SHORT = {"absolute": "abs"}


def solution(exercise):
    """Return the text of the function that an exercise in code asks for.

    Parameters
    ----------
    exercise : CodeExercise

    Examples
    --------
    >>> from course import exercises
    >>> print(solution(exercises.get("nesterov")))
    def update(t, w, grad, v, lr, beta):
        look_ahead = w - lr * beta * v
        g = grad(look_ahead)
        v = beta * v + g
        step = -lr * v
        return dict(v=v, step=step)
    <BLANKLINE>
    """
    operations = Operations()
    places = operations.record(exercise.rule)
    entries = operations.entries
    needed = _needed(entries, [places[name] for name in exercise.names])
    # What is computed later stands later, whatever the order in the record.
    computed = sorted((place, name) for name, place in places.items() if place in needed)
    named = {place: name for place, name in computed if isinstance(entries[place], list)}
    lines = [f"    {name} = {_written(entries, place, named)[0]}" for place, name in named.items()]
    values = {place: _written(entries, place, {})[0] for place in needed if place not in named}
    returned = (f"{name}={(named | values)[places[name]]}" for name in exercise.names)
    head = f"def update({', '.join(exercise.parameters)}):"
    return "\n".join([head, *lines, f"    return dict({', '.join(returned)})", ""])


def _needed(entries, places):
    """Return these places, and all that is computed on the way to them."""
    found, waiting = set(), list(places)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += entries[place][1:] if isinstance(entries[place], list) else []
    return found


def _written(entries, place, named):
    """Return the expression of a place, and how tightly it holds; others than it by their names."""

    def part(other, above):
        text, tightness = (
            (named[other], ATOM) if other in named else _written(entries, other, named)
        )
        return text if tightness > above else f"({text})"

    entry = entries[place]
    if isinstance(entry, float):
        return (str(int(entry)) if entry.is_integer() else repr(entry)), ATOM
    if isinstance(entry, str):
        return ("np.inf" if entry == "inf" else entry), ATOM
    name, *arguments = entry
    if name == "negative":
        return f"-{part(arguments[0], SIGN - 1)}", SIGN
    if name not in OPERATORS:
        function = name if name == "grad" else f"np.{SHORT.get(name, name)}"
        return f"{function}({', '.join(part(other, -1) for other in arguments)})", ATOM
    sign, tightness = OPERATORS[name]
    # Equal ones are computed from the left, and powers from the right.
    left = part(arguments[0], tightness - (tightness in (SUM, PRODUCT)))
    right = part(arguments[1], tightness)
    is_short = tightness == POWER and not {"(", "."} & {*left, *right}
    return f"{left}{sign}{right}" if is_short else f"{left} {sign} {right}", tightness
