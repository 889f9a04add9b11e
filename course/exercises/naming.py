"""Which rule of the library an answer is, where it is none of the known mistakes.

Plain Python, as `judge.py` is: `check` runs it, and so does the site's page. What the rules compute
is recorded (`known_rules.py`); here is found what their names stand for in the answer.
"""

from course.exercises.judge import differs

# So often a number that the answer has in place of a hyperparameter is estimated anew.
ROUNDS = 8
# A page is not to be long in seeking: after so many trials nothing is said.
TRIALS = 300
# What is typed has few digits.
DIGITS = 6
# What another number differs by from the one that is meant.
BESIDE = 1e-4
# By what an output misses what is seen, so that it is nearly linear in a weight of a mean, in what
# is added to a divisor, and in what is added below a root in it.
AWAY = (
    lambda x, seen: x - seen,
    lambda x, seen: seen / x - 1 if x else float("inf"),
    lambda x, seen: (seen / x) ** 2 - 1 if x else float("inf"),
)
# In place of a hyperparameter stands a number that is not known yet.
OPEN = "?"


def naming(exercise, rules, computing):
    """Return what `judge` asks for the name of a rule.

    Parameters
    ----------
    exercise : dict
        As `judge` has it.
    rules : list of dict
        The ``rules`` of `course.exercises.known_rules.known_rules`.
    computing : callable
        From the numbers that an answer is given, a list for each name, to the function from the
        place of an output, what names stand for, names or numbers, and in which column it is
        asked, to the output's number there; to those of all columns where that is None.

    Returns
    -------
    callable
        From the situations in which an answer was, and its records, to the sentence that says which
        rule takes the same steps in all of them, or None.
    """

    def named(situations, columns):
        if exercise["names"][-1] != "step":
            return None
        given, seen = _in_one(exercise, situations, columns)
        compute, tried = computing(given), {}
        for rule in rules:
            stands = _Match(exercise, rule, seen, compute, tried).found()
            if stands is not None:
                return _sentence(rule, stands)
        return None

    return named


def _in_one(exercise, situations, columns):
    """Return what is given in all situations and what was returned, one list for each name."""
    given, seen = {}, {}
    for situation, record in zip(situations, columns, strict=True):
        count = len(situation["w"])
        parts = {name: situation[name] for name in "wgh"} | situation["state"]
        numbers = {"t": situation["t"]} | situation["hyperparameters"]
        for name, value in (parts | {name: [x] for name, x in numbers.items()}).items():
            given.setdefault(name, []).extend(_many(value, count))
        for name in exercise["names"]:
            seen.setdefault(name, []).extend(_many(record[name][0], count))
    return given, seen


def _many(values, count):
    return values if len(values) == count else values * count


class _Match:
    """The search for what the names of a rule stand for: output by output, all that it needs.

    What was tried is kept for rules that compute the same.
    """

    def __init__(self, exercise, rule, seen, compute, tried):
        self.rule, self.seen, self.compute, self.tried = rule, seen, compute, tried
        names = exercise["names"][:-1]
        self.initial = dict(zip(names, exercise["initial"], strict=True))
        self.ranges = exercise["ranges"]
        self.outputs = [*rule["state"], "step"]

    def found(self):
        """Return what each name of the rule stands for, if it takes the same steps; or None."""
        return self._from(0, {})

    def _from(self, output, stands):
        if output == len(self.outputs):
            return stands
        name = self.outputs[output]
        own = [] if name == "step" else [name]
        needed = dict.fromkeys([*own, *self.rule["needs"][output]])
        return self._assigned(output, [n for n in needed if n not in stands], stands, None)

    def _assigned(self, output, needed, stands, unknown):
        for choice in self._choices(needed[0], stands, unknown) if needed else []:
            name = needed[0]
            still = name if choice == OPEN else unknown
            found = self._assigned(output, needed[1:], {**stands, name: choice}, still)
            if found is not None:
                return found
        return None if needed else self._checked(output, stands, unknown)

    def _choices(self, name, stands, unknown):
        """Return what a name may stand for: the same name first, a number that is typed last."""
        if name in self.rule["state"]:
            initial = self.rule["initial"][self.rule["state"].index(name)]
            known = [own for own in self.initial if self.initial[own] == initial]
            known = [own for own in known if own not in stands.values()]
            return sorted(known, key=lambda own: own != name)
        own = self.rule["hyperparameters"][name]
        # A share may be any other; what has no upper bound is of its own kind.
        alike = [
            other
            for other in self.ranges
            if other == name or (own["high"] and self.ranges[other] == own["range"])
        ]
        alike.sort(key=lambda other: other != name)
        usual = [] if name == "lr" else [own["default"]]
        return [*alike, *usual, *([] if unknown else [OPEN])]

    def _checked(self, output, stands, unknown):
        name, place = self.outputs[output], self.rule["outputs"][output]
        name = stands.get(name, name)
        known = {needed: stands[needed] for needed in self.rule["needs"][output]}
        key = place, name, *known.values()
        if key not in self.tried:
            if len(self.tried) == TRIALS:
                return None
            self.tried[key] = self._completed(place, known, unknown, self.seen[name])
        found = self.tried[key]
        return None if found is None else self._from(output + 1, {**stands, **found})

    def _completed(self, place, stands, unknown, seen):
        """Return what names stand for, with the number that is not known; None if it is not it."""
        if unknown:
            number = self._estimated(place, stands, unknown, seen)
            if number is None:
                return None
            stands = {**stands, unknown: number}
        if differs(self.compute(place, stands, 0), seen[0]) or not self._fits(place, stands, seen):
            return None
        for name, number in stands.items():
            # Where numbers beside it fit as well, as below a sign, nothing is known of it.
            if not isinstance(number, str):
                beside = number * (1 + BESIDE) or BESIDE
                if self._fits(place, {**stands, name: beside}, seen):
                    return None
        return stands

    def _fits(self, place, stands, seen):
        for a, b in zip(self.compute(place, stands, None), seen, strict=True):
            if differs(a, b):
                return False
        return True

    def _estimated(self, place, stands, unknown, seen):
        """Return the number that has to stand for a name, from where it shows most; or None."""
        own = self.rule["hyperparameters"][unknown]

        def computed(number, column=None):
            return self.compute(place, {**stands, unknown: number}, column)

        first, second = own["default"], own["default"] * 0.75 + 1e-3
        at = _most_changed(computed(first), computed(second))
        if at is None:
            return None
        for away in AWAY:
            number = _root(lambda p, f=away: f(computed(p, at), seen[at]), first, second)
            if number is not None and _is_within(own, number):
                return number
        return None


def _most_changed(before, after):
    """Return where numbers differ most, relative to their size; None if they do nowhere."""
    at, most = None, 0.0
    for place, (a, b) in enumerate(zip(before, after, strict=True)):
        size = abs(a) + abs(b)
        if abs(a - b) > most * size:
            at, most = place, abs(a - b) / size
    return at


def _is_within(own, number):
    low, high = (number if own[end] is None else own[end] for end in ("low", "high"))
    return low <= number <= high


def _root(f, a, b):
    """Return where f is 0, by secants, as the few digits with which a number is typed; or None."""
    before, now = f(a), f(b)
    for _ in range(ROUNDS):
        if now == before or not abs(now - before) < float("inf"):
            return None
        a, b = b, b - now * (b - a) / (now - before)
        if abs(b - a) <= 1e-9 * abs(b) + 1e-18:
            return float(f"{b:.{DIGITS}g}")
        before, now = now, f(b)
    return None


def _sentence(rule, stands):
    """Return what is said of an answer that is a rule."""
    values = [f"{n}={stands[n]}" for n in rule["hyperparameters"] if n in stands and n != "lr"]
    rate = stands.get("lr", "lr")
    first = "lr" if rate == "lr" else f"lr={rate}"
    renamed = [name for name in rule["state"] if stands[name] != name]
    others = [f"its {name} is called {stands[name]} here" for name in renamed]
    call = f"ol.{rule['rule']}({', '.join([first, *values, *rule['options']])})"
    return "; ".join([f"What you wrote is {rule['called']}: `{call}`", *others]) + "."
