"""How names and numbers are written: ``m_hat`` as m̂, ``beta1`` as β₁, 1e-8 as 10⁻⁸."""

import re
import unicodedata
from fractions import Fraction

import numpy as np

# Names whose symbol is not their own letter, as (letter's name, accent).
SYMBOLS = {"lr": ("eta", ""), "eps": ("epsilon", ""), "look_ahead": ("w", "tilde")}

ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}
SUBSCRIPTS = str.maketrans("0123456789t-+", "₀₁₂₃₄₅₆₇₈₉ₜ₋₊")
SUPERSCRIPTS = str.maketrans("0123456789t−-+", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵗ⁻⁻⁺")
DIGITS = 6


def _parts(name):
    """Split a name into letters, accent and number: beta1 → (beta, , 1), m_hat → (m, hat, )."""
    letters, accent = SYMBOLS.get(name, (name, ""))
    number = re.search(r"\d*$", letters).group()
    letters = letters.removesuffix(number) or letters
    stem, _, ending = letters.rpartition("_")
    if stem and ending in ACCENTS:
        letters, accent = stem, ending
    return letters, accent, number


def _greek(letters):
    try:
        return unicodedata.lookup(f"GREEK SMALL LETTER {letters.upper()}")
    except KeyError:
        return None


def symbol_text(name, index=""):
    """Return the symbol for `name` in Unicode, with the subscript `index`.

    Examples
    --------
    >>> symbol_text("m_hat", "t-1"), symbol_text("beta1"), symbol_text("lr")
    ('m̂ₜ₋₁', 'β₁', 'η')
    """
    letters, accent, number = _parts(name)
    symbol = _greek(letters) or letters.replace("_", " ")
    if accent:
        symbol = unicodedata.normalize("NFC", symbol + ACCENTS[accent])
    return symbol + (number + index).translate(SUBSCRIPTS)


def symbol_latex(name, index=""):
    r"""Return the symbol for `name` in LaTeX, with the subscript `index`.

    Examples
    --------
    >>> print(symbol_latex("m_hat", "t-1"), symbol_latex("beta1"), symbol_latex("lr"))
    \hat{m}_{t-1} \beta_1 \eta
    """
    letters, accent, number = _parts(name)
    if _greek(letters):
        symbol = r"\varepsilon" if letters == "epsilon" else f"\\{letters}"
    else:
        words = letters.replace("_", r"\ ")
        symbol = words if len(words) == 1 else rf"\mathrm{{{words}}}"
    if accent:
        symbol = rf"\{accent}{{{symbol}}}"
    subscript = ",".join(part for part in (number, index) if part)
    if not subscript:
        return symbol
    return f"{symbol}_{subscript if len(subscript) == 1 else f'{{{subscript}}}'}"


def significant(value, digits=DIGITS):
    """Return `value` rounded to `digits` significant digits, as (mantissa, exponent) texts.

    The exponent is "" where plain decimals are shorter to read.

    Examples
    --------
    >>> significant(3.8000743), significant(1e-8), significant(Fraction(2, 3), 3)
    (('3.80007', ''), ('1', '-8'), ('0.667', ''))
    """
    mantissa, _, exponent = f"{float(value) + 0.0:.{digits}g}".partition("e")
    return mantissa, str(int(exponent)) if exponent else ""


def number_text(value, digits=DIGITS):
    """Return a number as a person writes it, in Unicode.

    Examples
    --------
    >>> number_text(-0.80000001), number_text(2.5e-9), number_text(float("inf"))
    ('−0.8', '2.5·10⁻⁹', '∞')
    """
    if isinstance(value, tuple | list | np.ndarray) and np.ndim(value):
        return "(" + ", ".join(number_text(v, digits) for v in value) + ")"
    mantissa, exponent = significant(value, digits)
    mantissa = mantissa.replace("inf", "∞").replace("-", "−")
    if not exponent:
        return mantissa
    power = "10" + exponent.translate(SUPERSCRIPTS)
    return {"1": power, "−1": "−" + power}.get(mantissa, f"{mantissa}·{power}")


def number_latex(value, digits=DIGITS):
    r"""Return a number as a person writes it, in LaTeX.

    Examples
    --------
    >>> print(number_latex(-0.80000001), number_latex(2.5e-9), number_latex(1e-8))
    -0.8 2.5 \cdot 10^{-9} 10^{-8}
    """
    if isinstance(value, tuple | list | np.ndarray) and np.ndim(value):
        return "(" + r",\, ".join(number_latex(v, digits) for v in value) + ")"
    mantissa, exponent = significant(value, digits)
    mantissa = mantissa.replace("inf", r"\infty").replace("nan", r"\text{nan}")
    if not exponent:
        return mantissa
    power = f"10^{{{exponent}}}"
    return {"1": power, "-1": "-" + power}.get(mantissa, rf"{mantissa} \cdot {power}")


def shown_exactly(value, digits=DIGITS):
    """Return whether `value` equals its `digits` significant digits, up to rounding error.

    Examples
    --------
    >>> shown_exactly(0.1 + 0.2), shown_exactly(2 / 3), shown_exactly(Fraction(2, 5))
    (True, False, True)
    """
    for number in np.ravel(np.asarray(value, dtype=object)):
        if not np.isfinite(float(number)):
            continue
        mantissa, exponent = significant(number, digits)
        exact = isinstance(number, Fraction | int)
        true = Fraction(number) if exact else Fraction(float(number))
        difference = abs(Fraction(f"{mantissa}e{exponent or 0}") - true)
        if difference > (0 if exact else 500 * np.finfo(type(number)).eps * abs(number)):
            return False
    return True
