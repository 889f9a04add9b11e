"""Division and elementary functions for compiled loops, as arithmetic that fills registers.

A call of a function of the C library computes one number at a time, and a division costs ten
products. Here each is some products and sums of as many numbers as a register holds, right to
three units in the last place.

- The bits of b subtracted from a constant are an estimate r of 1/b. With e = 1 − b r, which is
  small, 1/b = r (1 + e) (1 + e²) (1 + e⁴) ..., where the last factor may be 1 + e² + e⁴.
- With n the nearest whole number, exp x = 2ⁿ exp(x − n ln 2), the latter by its Taylor series.
- sin and cos are, up to sign, those of x − n π/2, by their Taylor series.

Not all numbers can be treated so: e² is not small where b is 0, infinite or near the ends of the
range, and an angle must not be large. Functions that have such an argument carry `marks`, the
largest e², or angle made comparable, so far: beyond `limit` results are not to be used.
"""

import math
from functools import cache

import numpy as np

from optimlib.extras import extra

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
    def divide(marks, a, b):
        return marks, a / b

    @_inline
    def sin(marks, x):
        return marks, np.sin(x)

    @_inline
    def cos(marks, x):
        return marks, np.cos(x)

    functions = {name: getattr(np, name) for name in FUNCTIONS}
    return functions | {"divide": divide, "sin": sin, "cos": cos, "no_marks": 0, "limit": 0}


@cache
def quick_functions(dtype):
    """Return the functions by name for "float64" or "float32", as arithmetic."""
    # Of ln 2 and π/2 the first parts have few bits, so that their multiples are exact.
    if dtype == "float64":
        number, bits, unsigned, width, bias = np.float64, np.int64, np.uint64, 52, 1023
        reciprocal, rounds = 0x7FDE620000000000, 2
        ln2 = 6.93147180369123816490e-01, 1.90821492927058770002e-10
        right_angle = 1.57079632673412561417, 6.07710050630396597660e-11, 2.02226624879595063154e-21
        most, least, largest_angle, degree, terms = 711, -746, 2.0**16, 13, 8
    else:
        number, bits, unsigned, width, bias = np.float32, np.int32, np.uint32, 23, 127
        reciprocal, rounds = 0x7EF31000, 0
        ln2 = 0.693359375, -2.12194440054690583e-4
        right_angle = 1.5703125, 4.837512969970703125e-4, 7.54978995489188216e-8
        most, least, largest_angle, degree, terms = 90, -104, 2.0**12, 7, 5
    zero, half, one, twenty = map(number, (0, 0.5, 1, 20))
    width, bias, reciprocal = map(bits, (width, bias, reciprocal))
    # A number plus `shift` ends in its whole part.
    shift = number(1.5 * 2.0**width)
    shift_bits = shift.view(bits)
    # The estimate of 1/b is within 5.1 percent.
    limit = number(0.003)
    angle = number(0.003 / largest_angle**2)
    log2_e, two_over_pi = number(1 / math.log(2)), number(2 / math.pi)
    ln2_high, ln2_low = map(number, ln2)
    right_angle = tuple(map(number, right_angle))
    most, least = number(most), number(least)  # beyond them exp is inf and 0
    exponential = tuple(number(1 / math.factorial(k)) for k in range(degree, 0, -1))
    sine = tuple(number((-1) ** k / math.factorial(2 * k + 1)) for k in range(terms, 0, -1))
    cosine = tuple(number((-1) ** k / math.factorial(2 * k)) for k in range(terms, 1, -1))

    @_inline
    def larger(marks, value):
        # The bits of what is positive or nan, read as an unsigned number, are in order.
        value = number(value).view(unsigned)
        return value if value > marks else marks

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

    @_inline
    def divide(marks, a, b):
        value, square = quotient(a, b)
        return larger(marks, square), value

    @_inline
    def polynomial(x, coefficients):
        value = zero
        for coefficient in coefficients:
            value = value * x + coefficient
        return value

    @_inline
    def power(n):
        """Return 2**n."""
        return number(bits((n + bias) << width).view(number))

    @_inline
    def reduced(x):
        """Return exp(r) - 1 and two whole numbers with x = r + (h + k) ln 2."""
        x = most if x > most else x
        x = least if x < least else x
        shifted = x * log2_e + shift
        n = shifted - shift
        r = x - n * ln2_high - n * ln2_low
        n = bits(number(shifted).view(bits) - shift_bits)
        h = bits(n >> 1)
        return polynomial(r, exponential) * r, h, bits(n - h)

    @_inline
    def half_exp(x):
        e, h, k = reduced(x)
        return (e + one) * power(bits(h - 1)) * power(k)

    @_inline
    def half_expm1(x):
        e, h, k = reduced(x)
        p = power(bits(h - 1))
        return (e * p + (p - half * power(bits(-k)))) * power(k)

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

    functions = (divide, exp, expm1, sinh, cosh, tanh, sin, cos)
    return {function.__name__: function for function in functions} | {
        "no_marks": unsigned(0),
        "limit": limit.view(unsigned),
    }
