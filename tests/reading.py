"""Reads the lines that `by_hand` prints and computes them again, knowing nothing of optimlib.

The grammar is that of a person who writes carefully, and nothing else is read:

    expression  [−] product {(+ | −) product}        no sign after an operator
    product     power {( · | / ) power}               from left to right
    power       atom [superscript | ^exponent]
    atom        number | π | ½ | √atom | name atom | |expression| | (expression)
                | (expression, expression, ...) | max(expression, expression) | min(...)
                | (expression if expression relation expression; ...; else expression)

A number that was shown with six digits is only known up to half a unit of the last one. So every
expression is evaluated to its value and to the error that these roundings can make.
"""

import re

import numpy as np

DIGITS = 6
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
FUNCTIONS = {
    "cos": np.cos,
    "sin": np.sin,
    "cosh": np.cosh,
    "sinh": np.sinh,
    "tanh": np.tanh,
    "sign": np.sign,
    "exp": np.exp,
    "√": np.sqrt,
}
CHOICES = {"max": np.maximum, "min": np.minimum}
RELATIONS = {
    " = ": np.equal,
    " < ": np.less,
    " ≤ ": np.less_equal,
    " > ": np.greater,
    " ≥ ": np.greater_equal,
}
TOKEN = re.compile(
    r"(?P<number>(?:\d+(?:\.\d+)?·)?10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+(?![.\d])|\d+(?:\.\d+)?|∞|nan)"
    r"|(?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\^)"
    r"|(?P<word> if |; |else )"
    r"|(?P<name>[a-z]+|√)"
    r"|(?P<constant>π|½)"
    r"|(?P<sign> [−+·/=<≤>≥] |−|, |[()|])"
)


class Unreadable(ValueError):
    """The text is not of the grammar above."""


def number(text):
    """Return the value of a number's text without sign, in the notation 2.5·10⁻⁹."""
    if text in ("∞", "nan"):
        return np.inf if text == "∞" else np.nan
    mantissa, _, power = text.rpartition("·")
    if power.startswith("10") and len(power) > 2 and power[2] in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹":
        return float(f"{mantissa or 1}e{power[2:].translate(SUPERSCRIPTS)}")
    return float(text)


def rounding(value):
    """Return half a unit of the last of six digits."""
    value = np.abs(np.where(np.isfinite(value), value, 0.0))
    exponent = np.floor(np.log10(np.where(value == 0, 1.0, value)))
    return np.where(value == 0, 0.0, 0.5000001 * 10.0 ** (exponent - DIGITS + 1))


class _Reader:
    def __init__(self, text, shifts):
        self.tokens, self.at = [], 0
        position = 0
        while position < len(text):
            match = TOKEN.match(text, position)
            if match is None:
                raise Unreadable(f"{text[position:]!r} in {text!r}")
            self.tokens.append((match.lastgroup, match.group()))
            position = match.end()
        self.text, self.shifts, self.numbers = text, shifts, []

    def next_is(self, *values):
        return self.at < len(self.tokens) and self.tokens[self.at][1] in values

    def kind(self):
        return self.tokens[self.at][0] if self.at < len(self.tokens) else None

    def take(self, value=None):
        if self.at >= len(self.tokens) or value not in (None, self.tokens[self.at][1]):
            raise Unreadable(f"expected {value!r} at token {self.at} of {self.text!r}")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def expression(self):
        if self.next_is("−"):
            self.take()
            value = -self.product()
        else:
            value = self.product()
        while self.next_is(" + ", " − "):
            value = value + self.product() if self.take() == " + " else value - self.product()
        return value

    def product(self):
        value = self.power()
        while self.next_is(" · ", " / "):
            value = value * self.power() if self.take() == " · " else value / self.power()
        return value

    def power(self):
        base = self.atom()
        if self.kind() != "power":
            return base
        exponent = self.take()
        return base ** (self.atom() if exponent == "^" else int(exponent.translate(SUPERSCRIPTS)))

    def atom(self):
        kind = self.kind()
        if kind == "number":
            return self.number(self.take())
        if kind == "constant":
            return np.pi if self.take() == "π" else 0.5
        if kind == "name":
            name = self.take()
            if name in CHOICES:
                return self.choice(CHOICES[name])
            if name not in FUNCTIONS:
                raise Unreadable(f"{name!r} in {self.text!r}")
            power = self.take() if self.kind() == "power" else "¹"
            return FUNCTIONS[name](self.atom()) ** int(power.translate(SUPERSCRIPTS))
        if self.next_is("|"):
            self.take()
            inside = self.expression()
            self.take("|")
            return np.abs(inside)
        self.take("(")
        parts = [self.expression()]
        if self.next_is(" if "):
            return self.cases(parts[0])
        while self.next_is(", "):
            self.take()
            parts.append(self.expression())
        self.take(")")
        return parts[0] if len(parts) == 1 else np.array(parts)

    def choice(self, function):
        self.take("(")
        first = self.expression()
        self.take(", ")
        second = self.expression()
        self.take(")")
        return function(first, second)

    def cases(self, value):
        """Read on after the first value of a choice."""
        self.take(" if ")
        left, relation = self.expression(), self.take()
        if relation not in RELATIONS:
            raise Unreadable(f"{relation!r} in {self.text!r}")
        condition = RELATIONS[relation](left, self.expression())
        self.take("; ")
        if self.next_is("else "):
            self.take()
            otherwise = self.expression()
            self.take(")")
        else:
            otherwise = self.cases(self.expression())
        return np.where(condition, value, otherwise)

    def number(self, text):
        value = number(text)
        self.numbers.append(value)
        return value + self.shifts.get(len(self.numbers) - 1, 0.0)


def _evaluate(text, shifts):
    reader = _Reader(text, shifts)
    with np.errstate(all="ignore"):
        value = reader.expression()
    if reader.at != len(reader.tokens):
        raise Unreadable(f"{text!r} goes on after token {reader.at}")
    return np.asarray(value, dtype=float), reader.numbers


def value_of(text):
    """Return the value of an expression's text."""
    return _evaluate(text, {})[0]


def evaluate(text, exact=()):
    """Return the value of an expression's text and the error that rounded numbers can make.

    The numbers in `exact` count as what they are.
    """
    value, numbers = _evaluate(text, {})
    error = 1e-12 * np.abs(value)
    for i, shown in enumerate(numbers):
        if shown not in exact and np.isfinite(shown):
            both = (_evaluate(text, {i: sign * rounding(shown)})[0] for sign in (1, -1))
            error = error + np.max([np.abs(shifted - value) for shifted in both], axis=0)
    return value, error


def lines(text):
    """Return [(name, expression, sign, value), ...] of what `by_hand` prints.

    A line whose expression is already its value has the sign "" and the value None.
    """
    parsed = []
    for line in filter(None, text.split("\n")):
        name, _, rest = line.partition(" = ")
        expression, sign, value = re.fullmatch(r"(.*?)(?: ([=≈]) ([^=≈]*))?", rest).groups()
        parsed.append((name, expression, sign or "", value))
    return parsed
