"""How a tree is written: one walk over it, and two writers, LaTeX and plain text.

The writers differ only in how they set a fraction, a power, a root. Signs are folded (4 + −0.8
becomes 4 − 0.8), factors 1 and terms 0 that stand in the code are dropped, and parentheses stand
only where they are needed.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from optimlib.expression import (
    Call,
    Constant,
    Node,
    Symbol,
    dot_product,
    frobenius_norm,
    norm,
    sum_of_sizes,
)
from optimlib.symbols import (
    SUPERSCRIPTS,
    number_latex,
    number_text,
    significant,
    symbol_latex,
    symbol_text,
)

# How tightly an expression holds together; looser ones need parentheses inside tighter ones.
SUM, PRODUCT, POWER, ATOM = range(4)

# A text and how tightly it holds together; (condition, value); groups of lines.
Written: TypeAlias = tuple[str, int]
Pairs: TypeAlias = Sequence[tuple[str, str]]
Groups: TypeAlias = Sequence[Sequence[str]]

# Norms, and what is written below their bars.
NORMS = {frobenius_norm: "F", norm: "", sum_of_sizes: "1"}
RELATIONS = (np.equal, np.less, np.less_equal, np.greater, np.greater_equal)


class Latex:
    """How LaTeX sets what a tree is made of."""

    number = staticmethod(number_latex)
    symbol = staticmethod(symbol_latex)
    minus, times, pi, half, nabla = "-", r" \cdot ", r"\pi", r"\tfrac{1}{2}", r"\nabla "
    equal, about, align, comma = "=", r"\approx", "&", r",\, "
    dots, beside = r"\dots", r",\quad "
    after_number = " "
    relations = ("=", "<", r"\le", ">", r"\ge")

    @staticmethod
    def bars(text: str) -> str:
        return rf"\left|{text}\right|" if r"\frac" in text else f"|{text}|"

    @staticmethod
    def norm(text: str, kind: str) -> str:
        below = f"_{kind}" if kind else ""
        tall = r"\frac" in text
        return (rf"\left\|{text}\right\|" if tall else rf"\|{text}\|") + below

    @staticmethod
    def angles(text: str) -> str:
        return rf"\langle {text} \rangle"

    @staticmethod
    def cases(pairs: Pairs, otherwise: str) -> str:
        rows = [rf"{value} & \text{{if }} {condition}" for condition, value in pairs]
        body = r" \\ ".join([*rows, rf"{otherwise} & \text{{else}}"])
        return rf"\begin{{cases}} {body} \end{{cases}}"

    @staticmethod
    def group(text: str) -> str:
        tall = any(name in text for name in (r"\frac", r"\sqrt", "{cases}"))
        return rf"\left({text}\right)" if tall else f"({text})"

    @staticmethod
    def fraction(numerator: Written, denominator: Written) -> str:
        return rf"\frac{{{numerator[0]}}}{{{denominator[0]}}}"

    @staticmethod
    def fraction_before(text: str) -> str:
        return text

    @staticmethod
    def power(base: str, exponent: str) -> str:
        return f"{base}^{exponent if len(exponent) == 1 else f'{{{exponent}}}'}"

    @staticmethod
    def root(inner: Written) -> str:
        return rf"\sqrt{{{inner[0]}}}"

    @staticmethod
    def function(name: str) -> str:
        known = ("cos", "sin", "tan", "cosh", "sinh", "tanh", "exp", "log", "max", "min")
        return f"\\{name}" if name in known else rf"\operatorname{{{name}}}"

    @staticmethod
    def block(groups: Groups) -> str:
        rows = [(line, i) for i, group in enumerate(groups) for line in group]
        body = rows[0][0] if rows else ""
        for (above, i), (line, j) in pairwise(rows):
            tall = r"\frac" in above or r"\frac" in line
            space = "[2ex]" if i != j else "[0.7ex]" if tall else ""
            body += rf" \\{space}" + "\n" + line
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


class Text:
    """The same in plain Unicode text."""

    number = staticmethod(number_text)
    symbol = staticmethod(symbol_text)
    minus, times, pi, half, nabla = "−", " · ", "π", "½", "∇"
    equal, about, align, comma = "=", "≈", "", ", "
    dots, beside = "…", ", "
    after_number = ""
    relations = ("=", "<", "≤", ">", "≥")

    @staticmethod
    def bars(text: str) -> str:
        return f"|{text}|"

    @staticmethod
    def norm(text: str, kind: str) -> str:
        return f"‖{text}‖" + {"F": "_F", "1": "₁", "": ""}[kind]

    @staticmethod
    def angles(text: str) -> str:
        return f"⟨{text}⟩"

    @classmethod
    def cases(cls, pairs: Pairs, otherwise: str) -> str:
        parts = [f"{value} if {condition}" for condition, value in pairs]
        return cls.group("; ".join([*parts, f"else {otherwise}"]))

    @staticmethod
    def group(text: str) -> str:
        return f"({text})"

    @classmethod
    def fraction(cls, numerator: Written, denominator: Written) -> str:
        above = cls.group(numerator[0]) if numerator[1] == SUM else numerator[0]
        below = cls.group(denominator[0]) if denominator[1] < POWER else denominator[0]
        return f"{above} / {below}"

    @classmethod
    def fraction_before(cls, text: str) -> str:
        return cls.group(text)

    @classmethod
    def power(cls, base: str, exponent: str) -> str:
        if all(ord(character) in SUPERSCRIPTS for character in exponent):
            return base + exponent.translate(SUPERSCRIPTS)
        return f"{base}^{cls.group(exponent) if ' ' in exponent else exponent}"

    @classmethod
    def root(cls, inner: Written) -> str:
        return "√" + (inner[0] if inner[1] == ATOM else cls.group(inner[0]))

    @staticmethod
    def function(name: str) -> str:
        return name

    @staticmethod
    def block(groups: Groups) -> str:
        return "\n\n".join("\n".join(lines) for lines in groups)


WRITERS = (Latex, Text)


class Magnitude(Constant):
    """The size of a substituted number whose sign stands before it, no constant of the code."""


class TreeWriter:
    """Writes trees.

    `symbols` gives for the name of a `Symbol` what stands for it, a text or a value; `cuts` the
    same for nodes, by identity, that are not opened because they have a name of their own. With
    `numeric` every product gets its sign.
    """

    def __init__(
        self,
        writer: type[Latex] | type[Text],
        symbols: Mapping[str, Any],
        cuts: Any = (),
        numeric: bool = False,
    ) -> None:
        self.writer = writer
        self.symbols = symbols
        self.cuts = dict(cuts)
        self.numeric = numeric

    def write(self, node: Node) -> Written:
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
        return type(node) is Constant and node.value == value

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
            kind = Constant if type(node) is Constant else Magnitude
            return -1, kind(-self._leaf(node))
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

    def _is_square(self, node):
        function = self._function(node)
        twice = function is np.matmul and node.arguments[0] is node.arguments[1]
        return twice or function is np.square

    def _factors(self, node):
        if self._function(node) in (np.multiply, np.matmul) and not self._is_square(node):
            factors = [f for argument in node.arguments for f in self._factors(argument)]
            return [f for f in factors if not self._is_constant(f, 1)] or factors[:1]
        return [node]

    def _term(self, node):
        """Return text and tightness of a node that is not a sum with its sign in front."""
        function = self._function(node)
        if function is None:
            return self._leaf_text(node)
        if self._is_square(node):
            return self._power(node.arguments[0], "2"), POWER
        if function in (np.multiply, np.matmul):
            return self._product(self._factors(node))
        if function is np.divide:
            return self.writer.fraction(*map(self.write, node.arguments)), PRODUCT
        if function is np.power and self._is_constant(node.arguments[1], 0.5):
            return self.writer.root(self.write(node.arguments[0])), ATOM
        if function is np.power:
            return self._power(node.arguments[0], self.write(node.arguments[1])[0]), POWER
        if function is np.sqrt:
            return self.writer.root(self.write(node.arguments[0])), ATOM
        if function in (np.add, np.subtract, np.negative):
            return self.write(node)
        if function in RELATIONS:
            left, right = (self.write(argument)[0] for argument in node.arguments)
            return f"{left} {self.writer.relations[RELATIONS.index(function)]} {right}", SUM
        if function is np.where:
            return self._cases(node), ATOM
        if function in (np.maximum, np.minimum):
            return self._call(node, self.writer.function(function.__name__[:3])), ATOM
        if function is np.absolute:
            return self.writer.bars(self.write(node.arguments[0])[0]), ATOM
        if function is np.matrix_transpose:
            return self._power(node.arguments[0], "T"), POWER
        if function in NORMS:
            inner = self.write(node.arguments[0])[0]
            return self.writer.norm(inner, NORMS[function]), ATOM
        if function is dot_product:
            both = self.writer.comma.join(self.write(a)[0] for a in node.arguments)
            return self.writer.angles(both), ATOM
        return self._call(node, self.writer.function(function.__name__)), ATOM

    def _call(self, node, name):
        arguments = self.writer.comma.join(self.write(a)[0] for a in node.arguments)
        leaf = self._leaf(node.arguments[0])
        if len(node.arguments) == 1 and not isinstance(leaf, str) and np.ndim(leaf):
            return name + arguments  # a vector has its own parentheses
        return name + self.writer.group(arguments)

    def _cases(self, node):
        """Return the text of a choice; one in place of "else" continues it."""
        pairs = []
        while self._function(node) is np.where:
            condition, value, node = node.arguments
            pairs.append((self.write(condition)[0], self.write(value)[0]))
        return self.writer.cases(pairs, self.write(node)[0])

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
            if self._function(factor) is np.divide and factor is not factors[-1]:
                part = self.writer.fraction_before(part)
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
        if not self.numeric and self._is_constant(node, 0.5):
            return self.writer.half, ATOM
        multiple = float(leaf) / np.pi
        rounded = float(f"{multiple:.4g}")
        if type(node) is Constant and leaf and abs(multiple - rounded) < 1e-12 * abs(rounded):
            if rounded == 1:
                return self.writer.pi, ATOM
            space = self.writer.times if self.numeric else self.writer.after_number
            return self.writer.number(multiple) + space + self.writer.pi, PRODUCT
        mantissa, exponent = significant(leaf)
        return number, (POWER if mantissa == "1" else PRODUCT) if exponent else ATOM
