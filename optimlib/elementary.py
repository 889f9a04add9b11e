"""Division and elementary functions for compiled loops, as arithmetic that fills registers.

A call of a function of the C library computes one number at a time, and on most processors a
division costs more than ten products. Here each is some products and sums of as many numbers as a
register holds, right to three units in the last place. Processors of `DIVIDERS` divide themselves.

- The bits of b subtracted from a constant are an estimate r of 1/b. With e = 1 − b r, which is
  small, 1/b = r (1 + e) (1 + e²) (1 + e⁴) ..., where the last factor may be 1 + e² + e⁴.
- With n the nearest whole number, exp x = 2ⁿ exp(x − n ln 2), the latter by its Taylor series.
- sin and cos are, up to sign, those of x − n π/2, by their Taylor series.

Not all numbers can be treated so: e² is not small where b is 0, infinite or near the ends of the
range, and an angle must not be large. Functions that have such an argument carry `marks`, the
largest e², or angle made comparable, so far: beyond `limit` results are not to be used.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from optimlib.extras import extra

# Processors, as LLVM calls them, where a division costs less than the products that replace it:
# measured on Zen 5, five products in float32 and eight in float64.
DIVIDERS = ("znver5",)
FUNCTIONS = ("divide", "exp", "expm1", "sinh", "cosh", "tanh", "sin", "cos")


def jit(function, signature=None, **options):
    """Return `function` compiled by numba."""
    with extra("fast", "compiled=True"):
        from numba import njit
    # A product and a sum in one instruction, rounded once: nan and inf stay what they are.
    options |= {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
    return njit(signature, **options)(function)


def _inline(function):
    return jit(function, forceinline=True)


@cache
def true_functions(dtype):
    """Return the functions by name as the processor and the C library compute them."""

    @_inline
    def sin(marks, x):
        return marks, np.sin(x)

    @_inline
    def cos(marks, x):
        return marks, np.cos(x)

    functions = {name: getattr(np, name) for name in FUNCTIONS}
    return functions | {"divide": _divide(), "sin": sin, "cos": cos, "no_marks": 0, "limit": 0}


@cache
def _divide():
    """Return the processor's division, which treats all numbers."""

    @_inline
    def divide(marks, a, b):
        return marks, a / b

    return divide


@cache
def quick_functions(dtype):
    """Return the functions by name for "float64" or "float32", as arithmetic."""
    from numba.core.codegen import ll as llvm

    form = FORMS[dtype]
    limit = form.number(0.003)
    functions = {**_division(form), **_exponentials(form), **_circular(form)}
    if llvm.get_host_cpu_name() in DIVIDERS:
        functions["divide"] = _divide()
    return functions | {"no_marks": form.unsigned(0), "limit": limit.view(form.unsigned)}


@dataclass(frozen=True)
class Form:
    """A type of numbers: how its bits are read, and how far the series go.

    Attributes
    ----------
    number, bits, unsigned : types
        Of numbers, and of their bits as whole numbers with and without a sign.
    width, bias : int
        Bits of the fraction, and what is added to the exponent.
    reciprocal, rounds : int
        What the bits of b are taken from to estimate 1/b within 5.1 percent, and how often the
        estimate is made better in two more steps.
    ln2, right_angle : tuples of float
        ln 2 and π/2 in parts, of which the first have few bits: their multiples are exact.
    least, most : float
        Beyond them exp is 0 and inf.
    largest_angle : float
    degree, terms : int
        Of the polynomials of exp, and of sine and cosine.
    """

    number: type
    bits: type
    unsigned: type
    width: int
    bias: int
    reciprocal: int
    rounds: int
    ln2: tuple
    right_angle: tuple
    least: float
    most: float
    largest_angle: float
    degree: int
    terms: int

    @property
    def shift(self):
        """A number plus this ends in its whole part."""
        return self.number(1.5 * 2.0**self.width)


FORMS = {
    "float64": Form(
        number=np.float64,
        bits=np.int64,
        unsigned=np.uint64,
        width=52,
        bias=1023,
        reciprocal=0x7FDE620000000000,
        rounds=2,
        ln2=(6.93147180369123816490e-01, 1.90821492927058770002e-10),
        right_angle=(
            1.57079632673412561417,
            6.07710050630396597660e-11,
            2.02226624879595063154e-21,
        ),
        least=-746,
        most=711,
        largest_angle=2.0**16,
        degree=13,
        terms=8,
    ),
    "float32": Form(
        number=np.float32,
        bits=np.int32,
        unsigned=np.uint32,
        width=23,
        bias=127,
        reciprocal=0x7EF31000,
        rounds=0,
        ln2=(0.693359375, -2.12194440054690583e-4),
        right_angle=(1.5703125, 4.837512969970703125e-4, 7.54978995489188216e-8),
        least=-104,
        most=90,
        largest_angle=2.0**12,
        degree=7,
        terms=5,
    ),
}


def _larger(form):
    number, unsigned = form.number, form.unsigned

    @_inline
    def larger(marks, value):
        # The bits of what is positive or nan, read as an unsigned number, are in order.
        value = number(value).view(unsigned)
        return value if value > marks else marks

    return larger


def _polynomial(form):
    zero = form.number(0)

    @_inline
    def polynomial(x, coefficients):
        value = zero
        for coefficient in coefficients:
            value = value * x + coefficient
        return value

    return polynomial


def _quotient(form):
    number, bits = form.number, form.bits
    one, reciprocal, rounds = number(1), bits(form.reciprocal), form.rounds

    @_inline
    def quotient(a, b):
        """Return a / b and the square of the estimate's error."""
        r = number(bits(reciprocal - number(b).view(bits)).view(number))
        error = one - b * r
        r = r * error + r
        power = square = error * error
        for _ in range(rounds):
            r = r * power + r
            power = power * power
        return a * (r * (power * power + power) + r), square

    return quotient


def _division(form):
    larger, quotient = _larger(form), _quotient(form)

    @_inline
    def divide(marks, a, b):
        value, square = quotient(a, b)
        return larger(marks, square), value

    return {"divide": divide}


def _exp_parts(form):
    """Return 2ⁿ, and exp(r) - 1 with two whole numbers for which x = r + (h + k) ln 2."""
    number, bits, shift, polynomial = form.number, form.bits, form.shift, _polynomial(form)
    width, bias, shift_bits = bits(form.width), bits(form.bias), shift.view(bits)
    most, least = number(form.most), number(form.least)
    log2_e = number(1 / math.log(2))
    ln2_high, ln2_low = map(number, form.ln2)
    coefficients = tuple(number(1 / math.factorial(k)) for k in range(form.degree, 0, -1))

    @_inline
    def power(n):
        return number(bits((n + bias) << width).view(number))

    @_inline
    def reduced(x):
        x = most if x > most else x
        x = least if x < least else x
        shifted = x * log2_e + shift
        n = shifted - shift
        r = x - n * ln2_high - n * ln2_low
        n = bits(number(shifted).view(bits) - shift_bits)
        h = bits(n >> 1)
        return polynomial(r, coefficients) * r, h, bits(n - h)

    return power, reduced


def _half_exponentials(form):
    """Return exp(x) / 2 and (exp(x) - 1) / 2, which end later than what is made of them."""
    number, bits = form.number, form.bits
    half, one = number(0.5), number(1)
    power, reduced = _exp_parts(form)

    @_inline
    def half_exp(x):
        e, h, k = reduced(x)
        return (e + one) * power(bits(h - 1)) * power(k)

    @_inline
    def half_expm1(x):
        e, h, k = reduced(x)
        p = power(bits(h - 1))
        return (e * p + (p - half * power(bits(-k)))) * power(k)

    return half_exp, half_expm1


def _exponentials(form):
    one, twenty = form.number(1), form.number(20)
    quotient, (power, reduced) = _quotient(form), _exp_parts(form)
    half_exp, half_expm1 = _half_exponentials(form)

    @_inline
    def exp(x):
        e, h, k = reduced(x)
        return (e + one) * power(h) * power(k)

    @_inline
    def expm1(x):
        value = half_expm1(x)
        return value + value

    @_inline
    def cosh(x):
        return half_exp(x) + half_exp(-x)

    @_inline
    def sinh(x):
        return half_expm1(x) - half_expm1(-x)

    @_inline
    def tanh(x):
        # From 20 on it is 1.
        x = twenty if x > twenty else x
        x = -twenty if x < -twenty else x
        e = half_expm1(x + x)
        return quotient(e, e + one)[0]

    return {function.__name__: function for function in (exp, expm1, cosh, sinh, tanh)}


def _circular(form):
    number, bits, shift, polynomial = form.number, form.bits, form.shift, _polynomial(form)
    half, one, larger = number(0.5), number(1), _larger(form)
    angle = number(0.003 / form.largest_angle**2)
    two_over_pi = number(2 / math.pi)
    right_angle = tuple(map(number, form.right_angle))
    terms = range(form.terms, 0, -1)
    sine = tuple(number((-1) ** k / math.factorial(2 * k + 1)) for k in terms)
    cosine = tuple(number((-1) ** k / math.factorial(2 * k)) for k in terms[:-1])

    @_inline
    def turned(x, quarters):
        """Return the sine of x + quarters π/2."""
        shifted = x * two_over_pi + shift
        n = shifted - shift
        r = ((x - n * right_angle[0]) - n * right_angle[1]) - n * right_angle[2]
        square = r * r
        s = polynomial(square, sine) * square * r + r
        c = polynomial(square, cosine) * square * square + (one - half * square)
        quadrant = bits(number(shifted).view(bits) + quarters)
        value = c if quadrant & 1 else s
        return -value if quadrant & 2 else value

    @_inline
    def sin(marks, x):
        return larger(marks, x * x * angle), turned(x, bits(0))

    @_inline
    def cos(marks, x):
        return larger(marks, x * x * angle), turned(x, bits(1))

    return {"sin": sin, "cos": cos}
