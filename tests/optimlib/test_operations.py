"""The table of operations, run by V8, is NumPy: bit for bit where NumPy is, else to the last place.

Signed zeros of maximum and minimum are left out: NumPy's depend on the order of its arguments.
"""

import json
from functools import cache
from itertools import product

import numpy as np
import pytest
from engine import engine_of_everything, floats

from optimlib.explorers.explorer import plain, written
from optimlib.expression import Call, Constant, Symbol
from optimlib.javascript import operations
from optimlib.javascript.writing import Code, number

# The functions that C libraries and V8 round otherwise, by a unit of the last place at most.
ROUNDED = {"hypot", "power", "logaddexp", "exp", "expm1", "log", "log1p", "log2", "log10", "cbrt"}
ROUNDED |= {"cos", "sin", "tan", "cosh", "sinh", "tanh", "arctan"}
SIZES = [
    *(0.0, 5e-324, 1e-310, np.finfo(float).tiny, 1e-17, 2**-53, 0.1, 0.5, 1 - 2**-53, 1.0),
    *(1 + 2**-52, 1.5, 2.0, 3.0, np.pi / 2, np.pi, 7.5, 100.0, 709.5, 710.1, 745.0, 1023.5),
    *(2.0**53 - 1, 1e16, 1e22, 1e154, 1e300, np.finfo(float).max, np.inf),
]
AWKWARD = [*SIZES, *(-size for size in SIZES), np.nan]
SOME = [0.0, -0.0, 0.5, -2.0, 1e-310, np.inf, -np.inf, np.nan]


@cache
def engine():
    return engine_of_everything()


def in_v8(code, columns):
    """Return the values of a function of JavaScript, as floats."""
    rows = ", ".join(f"[{', '.join(map(number, row))}]" for row in columns.T)
    return floats(engine(), f"[{rows}].map((row) => Number(({code})(...row)))")


def in_numpy(function, columns):
    with np.errstate(all="ignore"):
        return np.asarray(function(*columns), dtype=float)


def differing(ours, numpys, places=0):
    """Return where values are not the same bits, or not within some units of the last place."""
    near = np.zeros(ours.shape, dtype=bool)
    if places:
        with np.errstate(all="ignore"):
            near = np.abs(ours - numpys) <= places * np.spacing(np.abs(numpys))
    same = (ours == numpys) & (np.signbit(ours) == np.signbit(numpys))
    return np.flatnonzero(~(same | near | np.isnan(ours) & np.isnan(numpys)))


def arguments_of(name):
    function = getattr(np, name)
    if name.startswith("bitwise"):
        return np.array(list(product([False, True], repeat=2))).T
    count = getattr(function, "nargs", 4) - 1
    columns = np.array(list(product(AWKWARD if count < 3 else SOME, repeat=count))).T
    if name in ("maximum", "minimum"):
        columns = columns[:, np.any(columns != 0, axis=0)]
    return columns


@pytest.mark.parametrize("name", operations.names())
def test_every_operation_is_numpys(name):
    columns = arguments_of(name)
    expected = in_numpy(getattr(np, name), columns)
    assert expected.size > 1
    places = 1 if name in ROUNDED else 0
    wrong = differing(in_v8(f"OPERATIONS.{name}", columns), expected, places)
    assert wrong.size == 0, (columns[:, wrong[0]], expected[wrong[0]])


def pairs(count):
    """Return pairs of random bits: all sizes and signs, subnormals, infinities and nan among them.

    Every third pair is of like size, every eighth has an exponent of all zeros or all ones.
    """
    random = np.random.default_rng(0)
    a, b = random.integers(0, 2**64, (2, count), dtype=np.uint64).view(float)
    with np.errstate(all="ignore"):
        b[::3] = a[::3] * random.uniform(-4, 4, a[::3].size)
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 3e-310, -7e-312]
    for column, first in ((a, 0), (b, 4)):
        column[first::8] = random.choice(special, column[first::8].size)
    return np.array([a, b])


@pytest.mark.parametrize("name", ["remainder", "floor_divide"])
def test_division_with_rest_is_numpys_on_10000_pairs(name):
    columns = pairs(10_000)
    for column in columns:
        assert np.sum(np.signbit(column)) > 3000
        for kind in (np.isnan, np.isinf, lambda x: (x != 0) & (np.abs(x) < 2.3e-308)):
            assert np.sum(kind(column)) > 100
    expected = in_numpy(getattr(np, name), columns)
    assert np.sum(np.isfinite(expected)) > 5000
    assert differing(in_v8(f"OPERATIONS.{name}", columns), expected).size == 0


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("remainder", "(a, b) => ((a % b) + b) % b"),
        ("remainder", "(a, b) => a - b * Math.floor(a / b)"),
        ("floor_divide", "(a, b) => Math.floor(a / b)"),
        ("sign", "Math.sign"),
        ("power", "Math.pow"),
        ("maximum", "(a, b) => (a > b ? a : b)"),
        ("where", "(a, b, c) => (a ? b : c)"),
        ("equal", "(a, b) => !(a < b || a > b)"),
        ("heaviside", "(a, b) => (a < 0 ? 0 : a > 0 ? 1 : b)"),
        ("logaddexp", "(a, b) => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))"),
        ("hypot", "(a, b) => Math.sqrt(a * a + b * b)"),
    ],
)
def test_what_is_nearly_numpy_is_noticed(name, code):
    columns = arguments_of(name)
    places = 1 if name in ROUNDED else 0
    assert differing(in_v8(code, columns), in_numpy(getattr(np, name), columns), places).size


def random_tree(random, depth):
    """Return a tree of the table's operations, as nodes."""
    if not depth or random.random() < 0.1:
        return Symbol(random.choice(["a", "b"])) if random.random() < 0.7 else Constant(-1.5)
    function = getattr(np, random.choice(operations.names()))
    count = getattr(function, "nargs", 4) - 1
    return Call(function, tuple(random_tree(random, depth - 1) for _ in range(count)))


def test_written_code_computes_the_same_as_the_table():
    """In code operations stand inside one another, with as few parentheses as they need."""
    random, rows = np.random.default_rng(0), [(a, b) for a in SOME for b in SOME[2:]]
    columns, seen = np.array(rows).T, set()
    for _ in range(300):
        node = random_tree(random, depth=3)
        code = Code({"a": "a", "b": "b"}, [node])
        seen |= code.helpers
        body = "\n".join([*code.lines, f"return {code.values[0]};"])
        inner = in_v8(f"(a, b) => {{ {body} }}", columns)
        compiled = f"compile({json.dumps(plain(written(node)))})"
        assert differing(inner, in_v8(f"(a, b) => {compiled}({{ a, b }})", columns)).size == 0, body
    assert {np.power, np.where, np.remainder} <= seen
