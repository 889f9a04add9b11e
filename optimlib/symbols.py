"""How names and numbers are written: ``m_hat`` as m̂, ``beta1`` as β₁, 1e-8 as 10⁻⁸."""

import re
import unicodedata
from fractions import Fraction
from typing import Any

import numpy as np

# Names whose symbol is not their own letter, as (letter's name, accent or mark).
SYMBOLS = {
    "lr": ("eta", ""),
    "lr_decay": ("delta", ""),
    "lr_max": ("eta", "max"),
    "lr_min": ("eta", "min"),
    "grow": ("eta", "+"),
    "shrink": ("eta", "-"),
    "eps": ("epsilon", ""),
    "momentum": ("mu", ""),
    "dampening": ("tau", ""),
    "weight_decay": ("lambda", ""),
    "look_ahead": ("w", "tilde"),
    "v_max": ("v", "max"),
    "rho_inf": ("rho", "infinity"),
    "w0": ("w", "start"),
}

# Names of problems that have others in words, or those of people; the rest have spaces.
PEOPLE = (
    *("ackley", "beale", "booth", "goldstein_price", "himmelblau", "matyas", "rastrigin"),
    *("reddi", "rosenbrock", "styblinski_tang"),
)
WORDS = {name: name.title().replace("_", "-") for name in PEOPLE} | {
    "log_sum_exp": "log-sum-exp",
    "mccormick": "McCormick",
    "three_hump_camel": "three-hump camel",
    "x_cos": "x cos πx",
}

# Marks stand as a superscript, except for infinity: a limit, which has no step.
MARKS = {"max": "ᵐᵃˣ", "min": "ᵐⁱⁿ", "+": "⁺", "-": "⁻", "infinity": "∞"}
NEXT = {"t": "t+1", "t-1": "t"}
ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}
SUBSCRIPTS = str.maketrans("0123456789tk-+", "₀₁₂₃₄₅₆₇₈₉ₜₖ₋₊")
SUPERSCRIPTS = str.maketrans("0123456789tT−-+", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵗᵀ⁻⁻⁺")
DIGITS = 6


def _parts(name, index):
    """Split a name: beta1 → (beta, , 1, index), m_hat → (m, hat, , index).

    A name that ends in _next is that of the next step: its index is one more.
    """
    if name.endswith("_next"):
        name = name.removesuffix("_next")
        index = NEXT.get(index) or (str(int(index) + 1) if index.isdigit() else index)
    letters, accent = SYMBOLS.get(name, (name, ""))
    number = re.search(r"\d*$", letters).group()
    letters = letters.removesuffix(number) or letters
    stem, _, ending = letters.rpartition("_")
    if stem and ending in ACCENTS:
        letters, accent = stem, ending
    if accent == "start":  # w₀ whatever the step is
        return letters, "", "0", ""
    return letters, accent, number, "" if accent == "infinity" else index


def _greek(letters):
    size = "CAPITAL" if letters[:1].isupper() else "SMALL"
    try:
        # Unicode spells it so.
        return unicodedata.lookup(f"GREEK {size} LETTER {letters.upper().replace('MBD', 'MD')}")
    except KeyError:
        return None


def symbol_text(name: str, index: str = "") -> str:
    """Return the symbol for `name` in Unicode, with the subscript `index`.

    Examples
    --------
    >>> symbol_text("m_hat", "t-1"), symbol_text("beta1"), symbol_text("lr")
    ('m̂ₜ₋₁', 'β₁', 'η')
    >>> symbol_text("v_max", "t"), symbol_text("mu_next", "t"), symbol_text("Delta", "3")
    ('vᵐᵃˣₜ', 'μₜ₊₁', 'Δ₃')
    """
    letters, accent, number, index = _parts(name, index)
    symbol = _greek(letters) or letters.replace("_", " ")
    if accent in ACCENTS:
        symbol = unicodedata.normalize("NFC", symbol + ACCENTS[accent])
    else:
        symbol += MARKS.get(accent, "")
    return symbol + (number + index).translate(SUBSCRIPTS)


def symbol_latex(name: str, index: str = "") -> str:
    r"""Return the symbol for `name` in LaTeX, with the subscript `index`.

    Examples
    --------
    >>> print(symbol_latex("m_hat", "t-1"), symbol_latex("beta1"), symbol_latex("lr"))
    \hat{m}_{t-1} \beta_1 \eta
    >>> print(symbol_latex("v_max", "t"), symbol_latex("mu_next", "t"), symbol_latex("Delta", "3"))
    v^{\max}_t \mu_{t+1} \Delta_3
    """
    letters, accent, number, index = _parts(name, index)
    if _greek(letters):
        symbol = r"\varepsilon" if letters == "epsilon" else f"\\{letters}"
    else:
        words = letters.replace("_", r"\ ")
        symbol = words if len(words) == 1 else rf"\mathrm{{{words}}}"
    if accent in ACCENTS:
        symbol = rf"\{accent}{{{symbol}}}"
    elif accent in ("max", "min"):
        symbol += rf"^{{\{accent}}}"
    elif accent in ("+", "-"):
        symbol += f"^{accent}"
    subscript = ",".join(part for part in (number, index) if part)
    if accent == "infinity":
        subscript = r"\infty"
    if not subscript:
        return symbol
    return f"{symbol}_{subscript if len(subscript) == 1 else f'{{{subscript}}}'}"


def name_in_words(name: str) -> str:
    """Return what tables and figures call the problem of that name.

    Examples
    --------
    >>> name_in_words("elongated_bowl"), name_in_words("quadratic(kappa=10)")
    ('elongated bowl', 'quadratic (κ = 10)')
    """
    family, parenthesis, parameters = name.partition("(")
    if not family.isidentifier():
        return name
    words = WORDS.get(family) or family.replace("_", " ")
    pairs = re.findall(r"(\w+)=([^,)]+)", parameters)
    values = ", ".join(f"{symbol_text(key)} = {value}" for key, value in pairs)
    return f"{words} ({values})" if values else words + parenthesis + parameters


def sentence(words: str) -> str:
    """Return words with a capital at their beginning.

    Examples
    --------
    >>> sentence("gradient descent on square")
    'Gradient descent on square'
    """
    return words[:1].upper() + words[1:]


def significant(value: Any, digits: int = DIGITS) -> Any:
    """Return `value` rounded to `digits` significant digits, as (mantissa, exponent) texts.

    The exponent is "" where plain decimals are shorter to read.

    Examples
    --------
    >>> significant(3.8000743), significant(1e-8), significant(Fraction(2, 3), 3)
    (('3.80007', ''), ('1', '-8'), ('0.667', ''))
    """
    mantissa, _, exponent = f"{float(value) + 0.0:.{digits}g}".partition("e")
    return mantissa, str(int(exponent)) if exponent else ""


def number_text(value: Any, digits: int = DIGITS) -> str:
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


def number_latex(value: Any, digits: int = DIGITS) -> str:
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


def shown_exactly(value: Any, digits: int = DIGITS) -> bool:
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
