"""The operations that JavaScript has: the one table of what computes the same as NumPy.

It is read in two ways. `writing.Code` writes a recorded tree as straight-line code with it, and
`module` is the ES module with which the figures' client computes trees that come as data.
"""

import numpy as np

# How tightly JavaScript's operators hold together.
CHOICE, OR, AND, EQUALITY, COMPARISON, SUM, PRODUCT, ATOM = range(8)

# Comparisons are true or false, which count as 1 and 0: == knows that, === does not.
OPERATORS = {
    np.add: ("+", SUM),
    np.subtract: ("-", SUM),
    np.multiply: ("*", PRODUCT),
    np.divide: ("/", PRODUCT),
    np.equal: ("==", EQUALITY),
    np.not_equal: ("!=", EQUALITY),
    np.less: ("<", COMPARISON),
    np.less_equal: ("<=", COMPARISON),
    np.greater: (">", COMPARISON),
    np.greater_equal: (">=", COMPARISON),
    np.bitwise_and: ("&&", AND),
    np.bitwise_or: ("||", OR),
}
CONDITIONS = {function for function, (_, tightness) in OPERATORS.items() if tightness < SUM}

# What JavaScript has under some name.
SAME_NAME = (
    *("sqrt", "cbrt", "hypot", "exp", "expm1", "log", "log1p", "log2", "log10"),
    *("cos", "sin", "tan", "cosh", "sinh", "tanh", "floor", "ceil", "trunc"),
)
FUNCTIONS = {getattr(np, name): f"Math.{name}" for name in SAME_NAME} | {
    np.absolute: "Math.abs",
    np.maximum: "Math.max",
    np.minimum: "Math.min",
    np.arctan: "Math.atan",
}

# What JavaScript does not have, or has otherwise: of the sign of −0, of powers of ±1.
HELPERS = {
    np.positive: "(a) => a",
    np.negative: "(a) => -a",
    np.square: "(a) => a * a",
    np.where: "(a, b, c) => a != 0 ? b : c",
    np.sign: "(a) => Math.sign(a) + 0",
    np.power: "(a, b) => a == 1 || a == -1 && Math.abs(b) == Infinity ? 1 : Math.pow(a, b)",
    np.heaviside: "(a, b) => a < 0 ? 0 : a > 0 ? 1 : a == 0 ? b : NaN",
    np.logaddexp: """(a, b) =>
  a == b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))""",
    np.remainder: """(a, b) => {
  const rest = a % b;
  if (rest == 0) return b < 0 ? -0 : 0;
  return rest < 0 == b < 0 ? rest : rest + b;
}""",
    np.floor_divide: """(a, b) => {
  const rest = a % b;
  const quotient = b == 0 ? a / b : (a - rest) / b - (rest != 0 && rest < 0 != b < 0);
  if (quotient == 0) return 0 * (a / b);
  const whole = Math.floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}""",
}


def names():
    """Return the names of all NumPy functions of the table, in order."""
    return sorted(function.__name__ for function in OPERATORS | FUNCTIONS | HELPERS)


def definition(function):
    """Return the line that defines a helper under NumPy's name.

    Examples
    --------
    >>> definition(np.square)
    'const square = (a) => a * a;'
    """
    return f"const {function.__name__} = {HELPERS[function]};"


def module():
    """Return the ES module of the table: its helpers, and ``OPERATIONS``, all functions by name."""
    texts = {f: f"(a, b) => a {sign} b" for f, (sign, _) in OPERATORS.items()} | FUNCTIONS
    lines = [f"export {definition(function)}" for function in HELPERS]
    lines += ["export const OPERATIONS = {"]
    lines += [f"  {function.__name__}: {text}," for function, text in texts.items()]
    lines += [f"  {function.__name__}," for function in HELPERS]
    return "\n".join([*lines, "};", ""])
