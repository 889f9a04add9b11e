r"""The Markdown of exercises as HTML that needs no library: widgets have no MathJax.

Of TeX it knows what exercises use, and refuses the rest.
"""

import html
import re
from collections import deque

INLINE = re.compile(r"`(?P<code>[^`]+)`|\$(?P<tex>[^$]+)\$|\*(?P<emphasis>[^*]+)\*")
TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\S")
SIGNS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eta": "η", "kappa": "κ", "lambda": "λ",
    "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ", "varepsilon": "ε", "nabla": "∇", "cdot": " · ",
    "lVert": "‖", "rVert": "‖",
}  # fmt: skip
FUNCTIONS = "cos", "cosh", "exp", "log", "sin", "tanh"
SPACED = {"=": " = ", "<": " < ", ">": " > ", "+": " + ", ",": ", ", "'": "′", "*": "*"}
SHORT = {("1", "2"): "½"}


def to_html(markdown):
    r"""Return a line of Markdown, with TeX between dollar signs, as HTML.

    Raises
    ------
    ValueError
        If its TeX has a command that is not known here.

    Examples
    --------
    >>> to_html(r"Adam, $\eta = 0.1$, on $w^2$: `step` to $w_1$?")
    'Adam, η = 0.1, on <i>w</i><sup>2</sup>: <code>step</code> to <i>w</i><sub>1</sub>?'
    """

    def written(match):
        if match["code"]:
            return f"<code>{html.escape(match['code'], quote=False)}</code>"
        if match["emphasis"]:
            return f"<em>{html.escape(match['emphasis'], quote=False)}</em>"
        return _mathematics(match["tex"])

    pieces, end = [], 0
    for match in INLINE.finditer(markdown):
        pieces += [html.escape(markdown[end : match.start()], quote=False), written(match)]
        end = match.end()
    return "".join([*pieces, html.escape(markdown[end:], quote=False)])


def _mathematics(tex):
    try:
        return _row(deque(TOKEN.findall(tex))).strip()
    except (IndexError, KeyError) as error:
        raise ValueError(f"tex must be such as exercises use, got {error} in {tex!r}") from None


def _row(tokens, end=None):
    """Return what stands before the token `end`, which is taken as well."""
    parts = []
    while tokens and (token := tokens.popleft()) != end:
        if token in "^_":
            tag = "sup" if token == "^" else "sub"
            parts.append(f"<{tag}>{_argument(tokens)}</{tag}>")
        elif token == "-":
            is_binary = parts and parts[-1][-1] not in " (,"
            parts.append(" − " if is_binary else "−")
        else:
            parts.append(_atom(token, tokens))
    return "".join(parts)


def _argument(tokens):
    token = tokens.popleft()
    return _row(tokens, "}") if token == "{" else _atom(token, tokens)


def _atom(token, tokens):
    name = token[1:]
    if token == "{":
        return _row(tokens, "}")
    if not name:
        return f"<i>{token}</i>" if token.isalpha() else SPACED.get(token, html.escape(token))
    if name in ("frac", "tfrac"):
        above, below = _argument(tokens), _argument(tokens)
        return SHORT.get((above, below)) or f"{_grouped(above)}/{_grouped(below)}"
    if name == "sqrt":
        return f"√{_grouped(_argument(tokens))}"
    if name == "begin":
        _argument(tokens)
        return _matrix(tokens)
    if name == "mathrm":
        return re.sub("</?i>", "", _argument(tokens))
    if name in FUNCTIONS:
        return name if tokens and tokens[0] in "(^{" else f"{name} "
    return {",": " "}.get(name) or SIGNS[name]


def _grouped(text):
    return f"({text})" if re.search("[ √]", text) else text


def _matrix(tokens):
    """Return the rows of a matrix on one line, up to its end."""
    rows = [[[]]]
    while (token := tokens.popleft()) != r"\end":
        if token == r"\\":
            rows.append([[]])
        elif token == "&":
            rows[-1].append([])
        else:
            rows[-1][-1].append(token)
    _argument(tokens)
    lines = (", ".join(_row(deque(entry)) for entry in row) for row in rows)
    return f"({'; '.join(lines)})"
