"""How recorded trees are written in JavaScript: as straight-line code, and as data to typeset."""

import json
import re

import numpy as np

from optimlib.expression import Call, Constant, Symbol
from optimlib.javascript.operations import (
    ATOM,
    CHOICE,
    CONDITIONS,
    FUNCTIONS,
    HELPERS,
    OPERATORS,
    PRODUCT,
)
from optimlib.typesetting import Text, TreeWriter


def at(schedule, t):
    """Stand in a tree for the value in step `t` of a schedule that JavaScript is told of."""


def quoted(value):
    """Return a text, or a list or dict of texts, as JavaScript."""
    return json.dumps(value, ensure_ascii=False)


def data_element(value):
    r"""Return the HTML element in which a page holds data for its scripts.

    Examples
    --------
    >>> print(data_element({"label": "η < 1"}))
    <script type="application/json">{"label":"η \u003c 1"}</script>
    """
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # So that no text in it ends the element.
    written = written.replace("<", "\\u003c")
    return f'<script type="application/json">{written}</script>'


def identifier(name):
    """Return `name` without what cannot stand in a JavaScript identifier."""
    return re.sub(r"\W", "_", name)


def number(value):
    """Return a number as JavaScript.

    Examples
    --------
    >>> number(2.0), number(1e-8), number(-np.inf)
    ('2', '1e-8', '-Infinity')
    """
    if np.ndim(value):
        raise TypeError(f"the code holds an array, {value!r}, in place of a number")
    text = repr(float(value)).replace("inf", "Infinity").replace("nan", "NaN")
    return re.sub(r"e([-+])0*", r"e\1", text.removesuffix(".0"))


def is_square(node):
    """Return whether `node` is a power with the exponent 2."""
    if node.function is np.square:
        return True
    exponent = node.arguments[-1]
    return node.function is np.power and type(exponent) is Constant and exponent.value == 2


class Code:
    """Trees as straight-line JavaScript, in which what occurs twice is computed once.

    Nothing else is rearranged, so the values are NumPy's but for the rounding of elementary
    functions.

    Parameters
    ----------
    inputs : dict
        From the name of each symbol to the JavaScript that stands for it.
    nodes : sequence of nodes
    names : sequence of str
        What to call them; others are numbered.

    Attributes
    ----------
    values : list of str
        A JavaScript expression for each node.
    lines : list of str
        Definitions that these refer to.
    helpers : set
        The NumPy functions in them that JavaScript does not have.
    """

    def __init__(self, inputs, nodes, names=()):
        self.inputs = inputs
        self.lines, self.helpers = [], set()
        self._numbers, self._structures, self._uses = {}, {}, {}
        for node in nodes:
            self._count(node)
        self._names = {self._number(node): name for node, name in zip(nodes, names, strict=False)}
        self._written = {}
        self.values = [self._write(node)[0] for node in nodes]

    def _number(self, node):
        """Return a number that trees of the same structure share."""
        if id(node) not in self._numbers:
            if isinstance(node, Call):
                structure = (node.function, *map(self._number, node.arguments))
            else:
                structure = self._leaf(node)
            number = self._structures.setdefault(structure, len(self._structures))
            self._numbers[id(node)] = number
        return self._numbers[id(node)]

    def _leaf(self, node):
        return self.inputs[node.name] if isinstance(node, Symbol) else number(node.value)

    def _count(self, node, times=1):
        number = self._number(node)
        is_first = number not in self._uses
        self._uses[number] = self._uses.get(number, 0) + times
        if is_first and isinstance(node, Call):
            for argument in node.arguments:
                self._count(argument, times=1 + is_square(node))

    def _write(self, node):
        """Return the JavaScript of `node` and how tightly it holds together."""
        if not isinstance(node, Call):
            text = self._leaf(node)
            return text, PRODUCT if text.startswith("-") else ATOM
        number = self._number(node)
        if number not in self._written:
            written = self._call(node)
            if self._uses[number] > 1:
                name = self._names.get(number, f"${len(self.lines) + 1}")
                self.lines.append(f"const {name} = {written[0]};")
                written = name, ATOM
            self._written[number] = written
        return self._written[number]

    def _call(self, node):
        function, arguments = node.function, [self._write(a) for a in node.arguments]
        if function in OPERATORS:
            operator, tightness = OPERATORS[function]
            left = _grouped(arguments[0], above=tightness - 1)
            return f"{left} {operator} {_grouped(arguments[1], above=tightness)}", tightness
        if function is np.negative:
            return f"-{_grouped(arguments[0], above=PRODUCT)}", PRODUCT
        if is_square(node):
            base = _grouped(arguments[0], above=PRODUCT)
            return f"{base} * {base}", PRODUCT
        if function is np.where and _is_condition(node.arguments[0]):
            condition = _grouped(arguments[0], above=CHOICE)
            return f"{condition} ? {arguments[1][0]} : {arguments[2][0]}", CHOICE
        if function in FUNCTIONS:
            name = FUNCTIONS[function]
        elif function in HELPERS:
            name = function.__name__
            self.helpers.add(function)
        elif function is at:
            name = "at"
        else:
            raise TypeError(f"np.{function.__name__} has no counterpart in JavaScript")
        return f"{name}({', '.join(text for text, _ in arguments)})", ATOM


def _is_condition(node):
    return isinstance(node, Call) and node.function in CONDITIONS


def _grouped(written, above):
    text, tightness = written
    return text if tightness > above else f"({text})"


def arrow(parameters, lines, value):
    """Return an arrow function, of its `parameters` those up to the last one that is needed."""
    body = "\n".join([*lines, value])
    used = [bool(re.search(rf"(?<![\w$.]){re.escape(p)}(?![\w$])", body)) for p in parameters]
    while used and not used[-1]:
        used.pop()
    start = f"({', '.join(parameters[: len(used)])}) =>"
    if lines:
        return "\n    ".join([f"{start} {{", *lines, f"return {value};"]) + "\n  }"
    return f"{start} {value}"


def tree(node, inputs, cuts=()):
    """Return `node` as `by_hand.js` reads it.

    `inputs` maps names of symbols, and `cuts` nodes by identity, to the JavaScript for their
    values.
    """
    if id(node) in cuts:
        return cuts[id(node)]
    if isinstance(node, Symbol):
        return inputs[node.name]
    if isinstance(node, Constant):
        return quoted(TreeWriter(Text, {}, numeric=True).write(node)[0])
    if node.function is np.square:
        node = Call(np.power, (*node.arguments, Constant(2)))
    arguments = [tree(argument, inputs, cuts) for argument in node.arguments]
    return f"[{', '.join([quoted(node.function.__name__), *arguments])}]"
