"""Exercises of the chapter landscape/derivatives."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip
from optimlib import problems
from optimlib.calculus import numerical_gradient
from optimlib.symbols import SUPERSCRIPTS, number_text

CHAPTER = "landscape/derivatives"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _cubic(at, p, q):
    """Return the value at `at` of the cubic with f′ = 3 (x − p)(x − q) and f(0) = 0."""
    return at**3 - 1.5 * (p + q) * at**2 + 3 * p * q * at


def _one_sided(a, h):
    """Return the difference of the cube between a and a + h; the backward one for h < 0."""
    return ((a + h) ** 3 - a**3) / h


def _exponent(bits, c):
    """Return log₂ of 2 √(u f / f″) for u = 2⁻ᵇⁱᵗˢ and cosh(c x)."""
    return 1 - bits / 2 - np.log2(c)


def _term(factor, power, raised=lambda power: f"^{power}"):
    """Return a multiple of a power of x; in TeX, or as `raised` writes the exponent."""
    size = f"{abs(factor)}" if abs(factor) != 1 else ""
    return f"{size}x{raised(power)}"


def _kind(powers, factors):
    """Return the question what a sum of two powers, the lower first, has at 0."""
    (p, q), (a, b) = powers, factors

    def written(raised, minus):
        lead = minus * (a < 0) + _term(a, p, raised)
        return lead, f"{lead} {minus if b < 0 else '+'} {_term(b, q, raised)}"

    lead, whole = written(lambda power: f"{power}".translate(SUPERSCRIPTS), "−")
    near = f"Near 0 the lower power is the larger one: {whole} goes as {lead} does there"
    side = "right" if a > 0 else "left"
    extreme = "minimum" if a > 0 else "maximum"
    feedback = {
        "minimum": f"{near}.",
        "maximum": f"Just {side} of 0 {lead} is positive: f rises above f(0) = 0.",
        "neither": f"{near}, and that has one sign on both sides.",
        "undecided": "Only the second-derivative test is silent: the sign of f′ on both sides "
        "decides.",
    }
    if p % 2 == 0:
        other = {"minimum": "maximum", "maximum": "minimum"}[extreme]
        feedback[other] = f"{near}, and that is {'above' if a > 0 else 'below'} 0 on both sides."
    return dict(
        ask=f"Minimum, maximum or neither at 0: ${written(lambda power: f'^{power}', '-')[1]}$?",
        right="neither" if p % 2 else extreme,
        options={
            "minimum": "a minimum",
            "maximum": "a maximum",
            "neither": "neither of them",
            "undecided": "that cannot be known, since $f''(0) = 0$",
        },
        feedback=feedback,
    )


def _draw_kind(rng):
    p = int(rng.integers(3, 7))
    factors = tuple(int(factor) for factor in rng.choice([-3, -2, -1, 1, 2, 3], 2))
    return dict(powers=(p, int(rng.integers(p + 1, 9))), factors=factors)


EXERCISES = [
    DrawnChoice(
        id="derivatives/kinds",
        chapter=CHAPTER,
        layer="predict",
        topic="critical points",
        minutes=3,
        difficulty=1,
        made=_kind,
        parameters=dict(powers=(3, 4), factors=(1, 1)),
        draw=_draw_kind,
    ),
    _Number(
        id="derivatives/central-difference",
        layer="by hand",
        topic="numerical derivatives",
        minutes=5,
        difficulty=1,
        ask=lambda a, h: (
            rf"The central difference of $x^3$ at {a:g} with $h = {h:g}$: compute it to four "
            "digits."
        ),
        answer=lambda a, h: numerical_gradient(problems.cube, a, h=h),
        parameters=dict(a=1.0, h=0.1),
        digits=4,
        draw=lambda rng: dict(a=float(rng.integers(4, 41)) / 4, h=float(rng.integers(4, 25)) / 40),
        solution=lambda a, h: (
            f"((a + h)³ − (a − h)³) / 2h = 3a² + h² = {3 * a**2:g} + {h**2:g} = {3 * a**2 + h**2:g}"
        ),
        slips=(
            Slip(
                "The derivative itself",
                lambda a, h: problems.cube.grad(a),
                "With this h the difference is not yet its limit: h³ does not cancel.",
            ),
            Slip(
                "The forward difference",
                _one_sided,
                "The lower point is a − h, not a.",
            ),
            Slip(
                "The backward difference",
                lambda a, h: _one_sided(a, -h),
                "The upper point is a + h, not a.",
            ),
            Slip(
                "Divided by h",
                lambda a, h: 2 * numerical_gradient(problems.cube, a, h=h),
                "The two points are 2h apart.",
            ),
            Slip(
                "The last term with the wrong sign",
                lambda a, h: 3 * a**2 - h**2,
                "−(a − h)³ holds +h³: the two cubes of h add up.",
            ),
        ),
    ),
    _Number(
        id="derivatives/local-maximum",
        layer="by hand",
        topic="second-derivative test",
        minutes=6,
        difficulty=2,
        ask=lambda p, q: (
            rf"$f$ is a cubic with $f(0) = 0$ and $f'(x) = 3 (x - p)(x - q)$, where $p = {p:g}$ "
            rf"and $q = {q:g}$. How high is its local maximum? Four digits."
        ),
        answer=lambda p, q: _cubic(p, p, q),
        parameters=dict(p=1.0, q=3.0),
        digits=4,
        draw=lambda rng: dict(
            p=float(rng.integers(-20, 21)) / 4, q=float(rng.integers(22, 50)) / 4
        ),
        solution=lambda p, q: (
            f"f = x³ − 3/2 (p + q) x² + 3pq x and f″ = 3 (2x − p − q). At p, f″ = 3 (p − q) is "
            f"negative: the maximum is f(p) = p² (3q − p) / 2 = {number_text(_cubic(p, p, q))}"
        ),
        slips=(
            Slip(
                "The minimum",
                lambda p, q: _cubic(q, p, q),
                "At a maximum f″ is negative, so the graph bends down.",
            ),
            Slip(
                "The inflection point",
                lambda p, q: _cubic((p + q) / 2, p, q),
                "There f″ is 0; at a maximum f′ is.",
            ),
            Slip(
                "The place in place of the height",
                lambda p, q: p,
                "That is where the maximum is; asked for is the value of f there.",
            ),
            Slip(
                "The square's derivative without its 2",
                lambda p, q: p**3 - 3 * (p + q) * p**2 + 3 * p * q * p,
                "The derivative of x² is 2x, so the term −3 (p + q) x of f′ comes from "
                "−3/2 (p + q) x².",
            ),
        ),
    ),
    _Number(
        id="derivatives/best-step",
        layer="experiment",
        topic="rounding",
        minutes=10,
        difficulty=3,
        ask=lambda bits, c: (
            rf"Numbers are rounded with $u = 2^{{-{bits}}}$. Which $h = 2^k$ is best for the "
            rf"forward difference of $\cosh {'x' if c == 1 else f'({c}x)'}$? Give $k$ to three "
            "digits, before you round it."
        ),
        answer=_exponent,
        parameters=dict(bits=24, c=1),
        digits=3,
        draw=lambda rng: dict(
            bits=int(rng.integers(8, 114)), c=int(rng.choice([1, 2, 3, 4, 5, 6, 8, 9]))
        ),
        solution=lambda bits, c: (
            "truncation ½ h |f″| and rounding 2u |f| / h are equal at h = 2 √(u |f / f″|), where "
            f"f″ = c² f and c = {c}: k = 1 − {bits}/2 − {np.log2(c):g} = "
            + number_text(_exponent(bits, c))
        ),
        slips=(
            Slip(
                "A factor 2 lost",
                lambda bits, c: _exponent(bits, c) - 1,
                "Two values are rounded and the truncation has a factor ½: together they make "
                "2 √u, not √u.",
            ),
            Slip(
                "The unit of rounding itself",
                lambda bits, c: -bits - np.log2(c),
                "At such an h rounding is as large as the slope; the best h goes with √u.",
            ),
            Slip(
                "The central difference",
                lambda bits, c: (np.log2(3) - bits) / 3 - np.log2(c),
                "The third root belongs to the central difference, whose truncation goes with h².",
            ),
        ),
    ),
]
