"""From a recorded tree to what a person would write: formulas, and arithmetic with the numbers in.

The lines are assembled here; how a tree is written is the matter of `typesetting`.
"""

import html
import re
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from optimlib.checks import check_count
from optimlib.descent import check_order, iterate
from optimlib.expression import (
    Call,
    Matrix,
    Node,
    NotPureError,
    RuleRecording,
    Symbol,
    record_problem,
    record_rule,
)
from optimlib.objective import Objective, Stream
from optimlib.printing import printable
from optimlib.rules.blocks import Blocks
from optimlib.rules.matrix_rule import MatrixRule
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rule import Rule
from optimlib.rules.vector_rule import VectorRule
from optimlib.symbols import shown_exactly
from optimlib.types import ArrayLike
from optimlib.typesetting import WRITERS, TreeWriter


class Notation:
    """Mathematics to show: typeset in a notebook, plain text when printed.

    Attributes
    ----------
    latex : str
        An ``aligned`` block, without dollar signs.
    text : str
        The same lines in Unicode.
    """

    def __init__(self, latex: str, text: str) -> None:
        self.latex = latex
        self.text = text

    def __repr__(self) -> str:
        return printable(self.text)

    def _repr_latex_(self):
        return f"$$\n{self.latex}\n$$"

    def to_html(self) -> str:
        """Return the mathematics as HTML that any page can hold, in Unicode and not typeset.

        A browser typesets LaTeX only with a script, which a page may not have: where there is
        one, such as MathJax, ``latex`` is for it.

        Returns
        -------
        str

        Examples
        --------
        >>> import optimlib as ol
        >>> print(ol.formula(ol.GradientDescent(lr=0.1)).to_html())
        <pre class="notation">gₜ = ∇f(wₜ₋₁)
        wₜ = wₜ₋₁ − η gₜ</pre>
        """
        return f'<pre class="notation">{html.escape(self.text)}</pre>'


def formula(subject: Rule | VectorRule | MatrixRule | Blocks | Objective) -> Notation:
    r"""Return the formula of a rule or an objective, read from its code.

    Parameters
    ----------
    subject : Rule, Blocks or Objective

    Returns
    -------
    Notation
        For a rule the gradient, each named intermediate and the new point, for `Blocks` that of
        each of its rules; for an objective its value and gradient. In a notebook it is typeset;
        ``.latex`` and ``.text`` hold the source.

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
    if isinstance(subject, Rule | VectorRule | MatrixRule):
        return _notation([_rule_lines(subject, writer) for writer in WRITERS])
    if isinstance(subject, Blocks):
        return _notation([_blocks_lines(subject, writer) for writer in WRITERS])
    if isinstance(subject, Objective):
        return _notation([_objective_lines(subject, writer) for writer in WRITERS])
    raise TypeError(f"subject must be a Rule, Blocks or an Objective, got subject = {subject!r}")


def by_hand(rule: Optimizer, objective: Objective, w0: ArrayLike, steps: int) -> Notation:
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
        As `iterate`; also if the rule's code is not straight-line elementwise arithmetic, the
        gradient's code is not a function of the point alone, `steps` is not a number >= 0, or there
        is more than one start.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.GradientDescent(lr=0.1), ol.problems.coupled_bowl, (1, 2), steps=1))
    g₁ = (2 · 1 + 2, 2 · 2 + 1) = (4, 5)
    w₁ = (1, 2) − 0.1 · (4, 5) = (0.6, 1.5)
    """
    check_order(rule, objective)
    if not isinstance(rule, Rule | VectorRule):
        raise TypeError(
            "by_hand writes the steps of rules that act on one coordinate at a time, got rule = "
            f"{rule!r}: their numbers are in ol.trace(rule, objective, w0, steps)"
        )
    course = iterate(rule, objective, w0)
    check_count("steps", steps, least=0)
    recording = record_rule(rule)
    gradients = _gradients(objective, steps)
    records = list(islice(course, steps))
    _check_one_run(rule, w0, records)
    trees = recording, gradients
    return _notation([_steps_lines(rule, objective, w0, records, trees, w) for w in WRITERS])


def _check_one_run(rule, w0, records):
    if np.ndim(w0) > 1 or any(np.ndim(record["w"]) > 1 for record in records):
        raise ValueError(
            "by_hand shows one run: w0 must be one start and every hyperparameter one number, "
            f"got w0 of shape {np.shape(w0)} and {rule!r}"
        )


def _notation(lines):
    """Return the notation of the same groups of lines (name, values...) by both writers."""
    return Notation(*(w.block(groups) for w, groups in zip(WRITERS, lines, strict=True)))


def _rule_lines(rule, w):
    if not isinstance(rule, MatrixRule):
        return [_lines(rule, record_rule(rule), w)]
    wide, tall = (_lines(rule, record_rule(rule, wide), w) for wide in (True, False))
    if_wide = f"{w.beside}{w.symbol('rows')} {w.relations[2]} {w.symbol('columns')}"
    return [[line if line in tall else line + if_wide for line in wide]]


def _blocks_lines(blocks, w):
    groups = []
    for rule, names in blocks.rules_in_use():
        header = w.comma.join(map(w.symbol, names)) + ": " + w.align
        (lines,) = _rule_lines(rule, w)
        groups.append([header.rstrip(), *lines])
    return groups


def _lines(rule, recording, w):
    symbols = {name: _symbol(rule, w, name, "t-1") for name in ("w", *rule.state)}
    symbols |= {"t": "t", "g": _symbol(rule, w, "g", "t")}
    symbols |= {name: w.symbol(name) for name in ("rows", "columns")}
    for name, value in rule.hyperparameters().items():
        symbols[name] = w.symbol(name, "t" if callable(value) else "")
    tree = TreeWriter(w, symbols)
    point = tree.write(recording.look_ahead)[0]
    lines = {f"{symbols['g']} {w.align}{w.equal} {w.nabla}f{w.group(point)}": ()}
    for name, node in steps_of(recording):
        number = _split(rule, name)[1]
        texts = []
        for k in (number, ""):
            tree.cuts = named_cuts(recording, node, lambda n, k=k: _symbol(rule, w, n, "t", k))
            left = _symbol(rule, w, name, "t", k)
            texts.append(f"{left} {w.align}{w.equal} {tree.write(node)[0]}")
        lines.setdefault(texts[0], []).append((number, texts[1]))
    return [_repeated(line, times, w) for line, times in lines.items()]


def _split(rule, name):
    """Split the name of a matrix in a loop, X3, into its letters and its number."""
    if not isinstance(rule, MatrixRule) or name in rule.state:
        return name, ""
    number = re.search(r"\d*$", name).group()
    return name.removesuffix(number), number


def _symbol(rule, w, name, index, k=""):
    """Return the symbol for a name; of a matrix in a loop, seen from the one with number `k`."""
    letters, number = _split(rule, name)
    if not number:
        matrix = isinstance(rule, MatrixRule) and name in ("w", "g")
        return w.symbol(name.upper() if matrix else name, index)
    away = int(number) - int(k) if k else None
    return w.symbol(letters, {0: "k", -1: "k-1"}.get(away, number))


def _repeated(line, times, w):
    """Return a line that stands for all that are the same but for their numbers."""
    if len(times) <= 1:
        return times[0][1] if times else line
    first, *between, last = (number for number, _ in times)
    numbers = w.comma.join([first, *[w.dots] * bool(between), last])
    return f"{line}{w.beside}k {w.equal} {numbers}"


def steps_of(recording: RuleRecording) -> list[tuple[str, Node]]:
    """Return (name, node) for each line of a step: what `update` names, and the new point."""
    named = [(name, node) for name, node in recording.names.items() if name != "step"]
    # What only keeps its value is no line.
    named = [(n, node) for n, node in named if not (isinstance(node, Symbol) and node.name == n)]
    step = recording.names["step"]
    w = Matrix("w") if step.sides else Symbol("w")
    return [*named, ("w", Call(np.add, (w, step)))]


def named_cuts(
    recording: RuleRecording, opened: Node | None, stands_for: Callable[[str], Any]
) -> dict[int, Any]:
    """Return what stands for the nodes with a name of their own, while `opened` is written."""
    return {
        id(node): stands_for(name)
        for name, node in recording.names.items()
        if name != "step" and node is not opened and isinstance(node, Call)
    }


def _objective_lines(objective, w):
    symbols = {name: w.symbol(name) for name in objective.variables}
    tree = TreeWriter(w, symbols)
    point = w.group(w.comma.join(symbols.values()))
    value = tree.write(record_problem(objective, "f"))[0]
    slopes = [tree.write(node)[0] for node in record_problem(objective, "grad")]
    slope = slopes[0] if len(slopes) == 1 else w.group(w.comma.join(slopes))
    derivative = "f'" if len(slopes) == 1 else w.nabla + "f"
    lines = [("f", value), (derivative, slope)]
    return [[f"{name}{point} {w.align}{w.equal} {text}" for name, text in lines]]


def _gradients(objective, steps):
    """Return the trees of the gradient in each step, None where its code is not arithmetic."""
    if not isinstance(objective, Stream):
        return [_recorded_gradient(objective)] * steps
    return [_recorded_gradient(objective.at(t)) for t in range(1, steps + 1)]


def _recorded_gradient(objective):
    try:
        return record_problem(objective, "grad")
    except NotPureError:
        raise
    except TypeError:
        return None


def _steps_lines(rule, objective, w0, records, trees, w):
    recording, gradients = trees
    start = np.asarray(w0)
    start = start.astype(float) if start.dtype.kind in "iu" else start
    if isinstance(rule, VectorRule):
        start = np.atleast_1d(start)
    state = dict(zip(rule.state, rule.initial(start), strict=True))
    before = {name: _plain(value) for name, value in {"w": w0, **state}.items()}
    groups = []
    for record, gradient in zip(records, gradients, strict=True):
        record = {name: _plain(value) for name, value in record.items()}
        point = record.get("look_ahead", before["w"])
        slope = _written_gradient(gradient, objective.variables, point, w)
        groups.append(_step_lines(rule, recording, slope, before, record, w))
        before = record
    return groups


def _step_lines(rule, recording, slope, before, record, w):
    t = record["t"]
    values = rule.at(t).hyperparameters() | {n: before[n] for n in ("w", *rule.state)}
    values |= {"t": t, "g": record["g"]}
    tree = TreeWriter(w, values, numeric=True)
    lines = []
    if "look_ahead" in record:
        lines.append(("look_ahead", tree.write(recording.look_ahead)[0]))
    lines.append(("g", slope))
    for name, node in steps_of(recording):
        tree.cuts = named_cuts(recording, node, record.get)
        lines.append((name, tree.write(node)[0]))
    return [_equation(w, w.symbol(n, str(t)), text, record[n]) for n, text in lines]


def _written_gradient(nodes, variables, point, w):
    """Return the gradient's arithmetic at `point`, as text."""
    if nodes is None:
        return w.nabla + "f" + w.group(w.number(point))
    values = dict(zip(variables, np.ravel(point), strict=True))
    parts = [TreeWriter(w, values, numeric=True).write(node)[0] for node in nodes]
    return parts[0] if len(parts) == 1 else w.group(w.comma.join(parts))


def _equation(w, name, text, value):
    sign = w.equal if shown_exactly(value) else w.about
    value = w.number(value)
    result = f" {sign} {value}" if value != text else ""
    return f"{name} {w.align}{w.equal} {text}{result}"


def _plain(value):
    """Return an array of one number as that number."""
    return np.ravel(value)[0] if np.size(value) == 1 else value
