"""Text for a terminal or file that has not every sign: η as eta, β₁ as beta_1, √v as sqrt v."""

import re
import sys
import unicodedata

SIGNS = {
    "−": "-",
    "–": "-",
    "·": "*",
    "×": "x",
    "±": "+/-",
    "½": "1/2",
    "¼": "1/4",
    "⅓": "1/3",
    "⅙": "1/6",
    "√": "sqrt",
    "∛": "cbrt",
    "∞": "inf",
    "∇": "grad ",
    "∂": "d",
    "≈": "~=",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "→": "->",
    "←": "<-",
    "…": "...",
    "‖": "||",
    "⟨": "<",
    "⟩": ">",
    "″": "''",
    "′": "'",
    "‴": "'''",
    "“": '"',
    "”": '"',
    "●": "*",
    "\u0302": "_hat",
    "\u0303": "_tilde",
    "\u0304": "_bar",
}
# What Unicode has below and above the line.
LOW, HIGH = "[ᵢ-ᵪ₀-ₜ]+", "[¹²³⁰-ⁿʰ-ʸˡ-ˣᴬ-ᵡᶛ-ᶿ]+"


def printable(text: str) -> str:
    """Return `text`, in signs that standard output can write.

    Examples
    --------
    >>> printable("β₁ = 0.9"), in_ascii("β₁ = 0.9")
    ('β₁ = 0.9', 'beta_1 = 0.9')
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if _fits(text, encoding):
        return text
    return "".join(c if _fits(c, encoding) else _word(c) for c in in_ascii(text))


def in_ascii(text: str) -> str:
    """Return mathematics as one types it; letters of languages stay what they are.

    Examples
    --------
    >>> in_ascii("m̂ₜ₋₁ / (√v₂ + ε) ≈ 2.5·10⁻⁸")
    'm_hat_(t-1) / (sqrt v_2 + epsilon) ~= 2.5*10^-8'
    >>> in_ascii("cos πx, √(x² + ½), naïve")
    'cos pi x, sqrt(x^2 + 1/2), naïve'
    """
    text = unicodedata.normalize("NFD", text)
    text = re.sub(LOW, lambda run: "_" + _on_the_line(run.group(), "()"), text)
    text = re.sub(HIGH, lambda run: "^" + _on_the_line(run.group(), ("", "")), text)
    text = re.sub("[Α-Ωα-ω](?=(\\w)?)", _greek, text)
    text = re.sub("√(?![(])", "√ ", text)
    for sign, spelled in SIGNS.items():
        text = text.replace(sign, spelled)
    return unicodedata.normalize("NFC", text)


def _fits(text, encoding):
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _on_the_line(run, parentheses):
    """Return what is below or above the line, in parentheses if it is more than one thing."""
    text = unicodedata.normalize("NFKC", run).replace("−", "-")
    left, right = parentheses if re.search("[-+]", text) else ("", "")
    return left + text + right


def _greek(match):
    letter = match.group()
    word = unicodedata.name(letter).split()[-1]
    word = (word.title() if letter.isupper() else word.lower()).replace("amda", "ambda")
    follows = match.group(1)
    return word + " " if follows and follows.isalpha() else word


def _word(character):
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    name = unicodedata.name(character, "").lower()
    return plain or (name and f"[{name}]") or character.encode("ascii", "backslashreplace").decode()
