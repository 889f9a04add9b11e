"""From a recorded tree to what a person would write: formulas, and arithmetic with the numbers in.

One walk over the tree serves LaTeX and plain text; the two writers differ only in how they set
a fraction, a power, a root. Signs are folded (4 + −0.8 becomes 4 − 0.8), factors 1 and terms 0
that stand in the code are dropped, and parentheses stand only where they are needed.
"""

from itertools import islice

import numpy as np

from optimlib.descent import check_count, iterate
from optimlib.expression import Call, Constant, Symbol, record_problem, record_rule
from optimlib.objective import Objective
from optimlib.rules.rule import Rule
from optimlib.symbols import (
    SUPERSCRIPTS,
    number_latex,
    number_text,
    shown_exactly,
    significant,
    symbol_latex,
    symbol_text,
)

# How tightly an expression holds together; looser ones need parentheses inside tighter ones.
SUM, PRODUCT, POWER, ATOM = range(4)


class Notation:
    """Mathematics to show: typeset in a notebook, plain text when printed.

    Attributes
    ----------
    latex : str
        An ``aligned`` block, without dollar signs.
    text : str
        The same lines in Unicode.
    """

    def __init__(self, latex, text):
        self.latex = latex
        self.text = text

    def __repr__(self):
        return self.text

    def _repr_latex_(self):
        return f"$$\n{self.latex}\n$$"


def formula(subject):
    r"""Return the formula of a rule or an objective, read from its code.

    Parameters
    ----------
    subject : Rule or Objective

    Returns
    -------
    Notation
        For a rule the gradient, each named intermediate and the new point; for an objective its
        value and gradient. In a notebook it is typeset; ``.latex`` and ``.text`` hold the source.

    Raises
    ------
    TypeError
        If `subject` is neither, or its code is not straight-line elementwise arithmetic.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.formula(ol.RMSProp(lr=0.1)))
    gₜ = ∇f(wₜ₋₁)
    vₜ = β vₜ₋₁ + (1 − β) gₜ²
    wₜ = wₜ₋₁ − η gₜ / (√vₜ + ε)
    >>> print(ol.formula(ol.problems.coupled_bowl).latex)
    \begin{aligned}
    f(x,\, y) &= x^2 + y^2 + x y \\
    \nabla f(x,\, y) &= (2 x + y,\, 2 y + x)
    \end{aligned}
    """
    if isinstance(subject, Rule):
        return _notation([_rule_lines(subject, writer) for writer in WRITERS])
    if isinstance(subject, Objective):
        return _notation([_objective_lines(subject, writer) for writer in WRITERS])
    raise TypeError(f"subject must be a Rule or an Objective, got subject = {subject!r}")


def by_hand(rule, objective, w0, steps):
    """Return the arithmetic of each step with the numbers substituted, as one writes it by hand.

    Every line reads: name = the code's formula with this step's numbers = value. Values are
    rounded to six significant digits for display only; where digits were dropped the sign is ≈.
    With several variables a vector stands as (x, y) and every operation acts on each coordinate.

    Parameters
    ----------
    rule, objective
        As in `iterate`.
    w0 : number or array, shape (d,)
        One start.
    steps : int
        At least 0.

    Returns
    -------
    Notation
        In a notebook it is typeset; ``.latex`` and ``.text`` hold the source.

    Raises
    ------
    TypeError, ValueError
        As `iterate`; also if the rule's code is not straight-line elementwise arithmetic, `steps`
        is not a number >= 0, or there is more than one start.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.GradientDescent(lr=0.1), ol.problems.coupled_bowl, (1, 2), steps=1))
    g₁ = (2 · 1 + 2, 2 · 2 + 1) = (4, 5)
    w₁ = (1, 2) − 0.1 · (4, 5) = (0.6, 1.5)
    """
    records = list(islice(iterate(rule, objective, w0), check_count("steps", steps, least=0)))
    if np.ndim(w0) > 1 or any(np.ndim(record["w"]) > 1 for record in records):
        raise ValueError(
            "by_hand shows one run: w0 must be one start and every hyperparameter one number, "
            f"got w0 of shape {np.shape(w0)} and {rule!r}"
        )
    return _notation([_steps_lines(rule, objective, w0, records, writer) for writer in WRITERS])


class _Latex:
    number = staticmethod(number_latex)
    symbol = staticmethod(symbol_latex)
    minus, times, pi, half, nabla = "-", r" \cdot ", r"\pi", r"\tfrac{1}{2}", r"\nabla "
    equal, about, align, comma = "=", r"\approx", "&", r",\, "
    after_number = " "

    @staticmethod
    def group(text):
        tall = r"\frac" in text or r"\sqrt" in text
        return rf"\left({text}\right)" if tall else f"({text})"

    @staticmethod
    def fraction(numerator, denominator):
        return rf"\frac{{{numerator[0]}}}{{{denominator[0]}}}"

    @staticmethod
    def power(base, exponent):
        return f"{base}^{exponent if len(exponent) == 1 else f'{{{exponent}}}'}"

    @staticmethod
    def root(inner):
        return rf"\sqrt{{{inner[0]}}}"

    @staticmethod
    def function(name):
        known = ("cos", "sin", "tan", "cosh", "sinh", "tanh", "exp", "log")
        return f"\\{name}" if name in known else rf"\operatorname{{{name}}}"

    @staticmethod
    def block(groups):
        body = " \\\\[1ex]\n".join(" \\\\\n".join(lines) for lines in groups)
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


class _Text:
    number = staticmethod(number_text)
    symbol = staticmethod(symbol_text)
    minus, times, pi, half, nabla = "−", " · ", "π", "½", "∇"
    equal, about, align, comma = "=", "≈", "", ", "
    after_number = ""

    @staticmethod
    def group(text):
        return f"({text})"

    @classmethod
    def fraction(cls, numerator, denominator):
        above = cls.group(numerator[0]) if numerator[1] == SUM else numerator[0]
        below = cls.group(denominator[0]) if denominator[1] < POWER else denominator[0]
        return f"{above} / {below}"

    @classmethod
    def power(cls, base, exponent):
        if all(ord(character) in SUPERSCRIPTS for character in exponent):
            return base + exponent.translate(SUPERSCRIPTS)
        return f"{base}^{exponent if len(exponent) == 1 else cls.group(exponent)}"

    @classmethod
    def root(cls, inner):
        return "√" + (inner[0] if inner[1] == ATOM else cls.group(inner[0]))

    @staticmethod
    def function(name):
        return name

    @staticmethod
    def block(groups):
        return "\n\n".join("\n".join(lines) for lines in groups)


WRITERS = (_Latex, _Text)


class _Tree:
    """Writes trees.

    `symbols` gives for the name of a `Symbol` what stands for it, a text or a value; `cuts` the
    same for nodes, by identity, that are not opened because they have a name of their own. With
    `numeric` every product gets its sign.
    """

    def __init__(self, writer, symbols, cuts=(), numeric=False):
        self.writer = writer
        self.symbols = symbols
        self.cuts = dict(cuts)
        self.numeric = numeric

    def write(self, node):
        """Return the text of `node` and how tightly it holds together."""
        terms = self._terms(node)
        if not terms:
            return "0", ATOM
        if len(terms) == 1 and terms[0][0] > 0:
            return self._term(terms[0][1])
        text = ""
        for sign, term in terms:
            part = self._grouped(self._term(term), above=SUM)
            if text:
                text += f" {self.writer.minus} " if sign < 0 else " + "
            elif sign < 0:
                text += self.writer.minus
            text += part
        return text, SUM

    def _leaf(self, node):
        """Return the symbol (a str) or value that stands for `node`, or None if it is opened."""
        if id(node) in self.cuts:
            return self.cuts[id(node)]
        if isinstance(node, Symbol):
            return self.symbols[node.name]
        return node.value if isinstance(node, Constant) else None

    def _function(self, node):
        return node.function if self._leaf(node) is None else None

    def _is_negative(self, node):
        leaf = self._leaf(node)
        return leaf is not None and not isinstance(leaf, str) and np.ndim(leaf) == 0 and leaf < 0

    def _is_constant(self, node, value):
        return isinstance(node, Constant) and node.value == value

    def _terms(self, node):
        """Return [(sign, node), ...] that add up to `node`, without the zeros of the code."""
        function = self._function(node)
        if function in (np.add, np.subtract):
            first, second = node.arguments
            rest = self._terms(second) if function is np.add else self._negated(second)
            return self._terms(first) + rest
        if function is np.negative:
            return self._negated(node.arguments[0])
        if any(self._is_constant(factor, 0) for factor in self._factors(node)):
            return []
        return [self._signed(node)]

    def _negated(self, node):
        terms = self._terms(node)
        return [(-sign, term) for sign, term in terms] if len(terms) <= 1 else [(-1, node)]

    def _signed(self, node):
        """Take the sign of constants and of the leading number out of a product."""
        function = self._function(node)
        if self._is_negative(node):
            return -1, Constant(-self._leaf(node))
        if function is np.negative:
            sign, inner = self._signed(node.arguments[0])
            return -sign, inner
        if function not in (np.multiply, np.divide):
            return 1, node
        first, second = node.arguments
        sign, first = self._signed(first)
        if isinstance(second, Constant) or self._function(second) is not None:
            second_sign, second = self._signed(second)
            sign *= second_sign
        return sign, Call(function, (first, second))

    def _factors(self, node):
        if self._function(node) is np.multiply:
            factors = [f for argument in node.arguments for f in self._factors(argument)]
            return [f for f in factors if not self._is_constant(f, 1)] or factors[:1]
        return [node]

    def _term(self, node):
        """Return text and tightness of a node that is not a sum with its sign in front."""
        function = self._function(node)
        if function is None:
            return self._leaf_text(node)
        if function is np.multiply:
            return self._product(self._factors(node))
        if function is np.divide:
            return self.writer.fraction(*map(self.write, node.arguments)), PRODUCT
        if function is np.square:
            return self._power(node.arguments[0], "2"), POWER
        if function is np.power:
            return self._power(node.arguments[0], self.write(node.arguments[1])[0]), POWER
        if function is np.sqrt:
            return self.writer.root(self.write(node.arguments[0])), ATOM
        if function in (np.add, np.subtract, np.negative):
            return self.write(node)
        return self._call(node, self.writer.function(function.__name__)), ATOM

    def _call(self, node, name):
        arguments = self.writer.comma.join(self.write(a)[0] for a in node.arguments)
        return name + self.writer.group(arguments)

    def _power(self, base, exponent):
        function = self._function(base)
        named = function is not None and function.__name__ in ("cos", "sin", "cosh", "sinh", "tanh")
        if named and exponent == "2":
            return self._call(base, self.writer.power(self.writer.function(function.__name__), "2"))
        return self.writer.power(self._grouped(self.write(base), above=POWER), exponent)

    def _product(self, factors):
        if len(factors) == 1:
            return self.write(factors[0])
        text = ""
        for left, factor in zip([None, *factors], factors, strict=False):
            part = self._grouped(self.write(factor), above=SUM)
            if left is None:
                text = part
            elif self.numeric or (isinstance(left, Constant) and part[0].isdigit()):
                text += self.writer.times + part
            else:
                text += (self.writer.after_number if isinstance(left, Constant) else " ") + part
        return text, PRODUCT

    def _grouped(self, written, above):
        text, tightness = written
        return text if tightness > above else self.writer.group(text)

    def _leaf_text(self, node):
        leaf = self._leaf(node)
        if isinstance(leaf, str):
            return leaf, ATOM
        number = self.writer.number(leaf)
        if np.ndim(leaf):
            return number, ATOM
        if isinstance(node, Constant) and not self.numeric and leaf == 0.5:
            return self.writer.half, ATOM
        multiple = float(leaf) / np.pi
        if isinstance(node, Constant) and multiple and abs(multiple - round(multiple, 6)) < 1e-12:
            if round(multiple, 6) == 1:
                return self.writer.pi, ATOM
            space = self.writer.times if self.numeric else self.writer.after_number
            return self.writer.number(multiple) + space + self.writer.pi, PRODUCT
        if leaf < 0:
            return number, SUM
        mantissa, exponent = significant(leaf)
        return number, (POWER if mantissa == "1" else PRODUCT) if exponent else ATOM


def _notation(lines):
    """Return the notation of the same groups of lines (name, values...) by both writers."""
    return Notation(*(w.block(groups) for w, groups in zip(WRITERS, lines, strict=True)))


def _rule_lines(rule, w):
    recording = record_rule(rule)
    symbols = {name: w.symbol(name, "t-1") for name in ("w", *rule.state)}
    symbols |= {"t": "t", "g": w.symbol("g", "t")}
    for name, value in rule.hyperparameters().items():
        symbols[name] = w.symbol(name, "t" if callable(value) else "")
    cuts = {id(n): w.symbol(name, "t") for name, n in recording.names.items() if name != "step"}
    tree = _Tree(w, symbols)
    point = tree.write(recording.look_ahead)[0]
    lines = [(w.symbol("g", "t"), w.nabla + "f" + w.group(point))]
    for name, node in _steps_of(recording):
        tree.cuts = {key: value for key, value in cuts.items() if key != id(node)}
        lines.append((w.symbol(name, "t"), tree.write(node)[0]))
    return [[f"{name} {w.align}{w.equal} {text}" for name, text in lines]]


def _steps_of(recording):
    """Return (name, node) for each line of a step: what `update` names, and the new point."""
    names = {n: node for n, node in recording.names.items() if n != "step"}
    named = [(n, node) for n, node in names.items() if not isinstance(node, Symbol | Constant)]
    return [*named, ("w", Call(np.add, (Symbol("w"), recording.names["step"])))]


def _objective_lines(objective, w):
    symbols = {name: w.symbol(name) for name in objective.variables}
    tree = _Tree(w, symbols)
    point = w.group(w.comma.join(symbols.values()))
    value = tree.write(record_problem(objective, "f"))[0]
    slopes = [tree.write(node)[0] for node in record_problem(objective, "grad")]
    slope = slopes[0] if len(slopes) == 1 else w.group(w.comma.join(slopes))
    derivative = "f'" if len(slopes) == 1 else w.nabla + "f"
    return [[f"f{point} {w.align}{w.equal} {value}", f"{derivative}{point} {w.align}{w.equal} {slope}"]]


def _steps_lines(rule, objective, w0, records, w):
    recording = record_rule(rule)
    state = dict(zip(rule.state, rule.initial(np.asarray(w0)), strict=True))
    before = {name: _plain(value) for name, value in {"w": w0, **state}.items()}
    groups = []
    for record in records:
        record = {name: _plain(value) for name, value in record.items()}
        groups.append(_step_lines(rule, objective, recording, before, record, w))
        before = record
    return groups


def _step_lines(rule, objective, recording, before, record, w):
    t = record["t"]
    values = rule.at(t).hyperparameters() | {n: before[n] for n in ("w", *rule.state)}
    values |= {"t": t, "g": record["g"]}
    tree = _Tree(w, values, numeric=True)
    lines = []
    if "look_ahead" in record:
        lines.append(("look_ahead", tree.write(recording.look_ahead)[0]))
    lines.append(("g", _gradient(objective, record.get("look_ahead", before["w"]), w)))
    cuts = {id(node): record[n] for n, node in recording.names.items() if n != "step"}
    for name, node in _steps_of(recording):
        tree.cuts = {key: value for key, value in cuts.items() if key != id(node)}
        lines.append((name, tree.write(node)[0]))
    return [_equation(w, w.symbol(n, str(t)), text, record[n]) for n, text in lines]


def _gradient(objective, point, w):
    """Return the gradient's arithmetic at `point`, as text."""
    values = dict(zip(objective.variables, np.ravel(point), strict=True))
    try:
        nodes = record_problem(objective, "grad")
    except TypeError:
        return w.nabla + "f" + w.group(w.number(point))
    parts = [_Tree(w, values, numeric=True).write(node)[0] for node in nodes]
    return parts[0] if len(parts) == 1 else w.group(w.comma.join(parts))


def _equation(w, name, text, value):
    sign = w.equal if shown_exactly(value) else w.about
    value = w.number(value)
    result = f" {sign} {value}" if value != text else ""
    return f"{name} {w.align}{w.equal} {text}{result}"


def _plain(value):
    """Return an array of one number as that number."""
    return np.ravel(value)[0] if np.size(value) == 1 else value
