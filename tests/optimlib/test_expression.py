"""Recording: a rule's tree computes what the rule computes, bit for bit."""

import math

import numpy as np
import pytest
from bits import same
from cases import PROBLEMS, RULES, ends, starts, update
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from looping import each

import optimlib as ol
from optimlib.expression import (
    Call,
    Constant,
    Symbol,
    evaluate,
    record_branches,
    record_problem,
    record_rule,
)

every_rule = each("make", RULES)


@every_rule
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_recorded_rule_computes_the_same_bit_for_bit(make, data):
    ranges = make(0.1).ranges()
    names = make(0.1).hyperparameters()
    rule = make(**{name: data.draw(st.floats(*ends(ranges[name]))) for name in names})
    values = arrays(float, (2, 3), elements=st.floats(-1e6, 1e6))
    positive = arrays(float, (2, 3), elements=st.floats(0, 1e6))
    t, g, w = data.draw(st.integers(1, 1000)), data.draw(values), data.draw(values)
    state = [data.draw(positive if name in "vG" else values) for name in rule.state]

    recording = record_rule(rule)
    inputs = rule.hyperparameters() | dict(zip(rule.state, state, strict=True))
    inputs |= dict(t=t, g=g, w=w)
    with np.errstate(all="ignore"):
        expected = update(rule, t, g, state, w)
        actual = {name: evaluate(node, inputs) for name, node in recording.names.items()}
        assert same(evaluate(recording.look_ahead, inputs), rule.look_ahead(w, *state))
    assert list(actual) == list(expected), "the order of the code"
    assert all(same(actual[name], expected[name]) for name in expected)


@each("problem", PROBLEMS)
def test_recorded_problem_computes_the_same_bit_for_bit(problem):
    points = starts(problem, 40)
    values = dict(zip(problem.variables, points, strict=True))
    assert same(evaluate(record_problem(problem, "f"), values), problem.f(points))
    for reading in ("grad", "hess"):
        nodes, expected = record_problem(problem, reading), getattr(problem, reading)(points)
        assert nodes.shape == expected.shape[:-1]
        for index in np.ndindex(nodes.shape):
            actual = evaluate(nodes[index], values)
            assert same(np.broadcast_to(actual, 40).astype(float), expected[index])


def test_tree_is_cut_where_the_record_has_names():
    names = record_rule(ol.Adam(0.1)).names
    assert list(names) == ["m", "v", "m_hat", "v_hat", "step"]
    assert names["m_hat"].arguments[0] is names["m"]
    assert names["v_hat"].arguments[0] is names["v"]
    assert repr(record_rule(ol.GradientDescent(0.1)).names["step"]) == "multiply(negative(lr), g)"


def test_options_choose_what_is_recorded():
    corrected, plain = (record_rule(ol.Adam(0.1, bias_correction=b)).names for b in (True, False))
    assert set(corrected) - set(plain) == {"m_hat", "v_hat"}
    paper, library = (record_rule(ol.Nesterov(0.1, library_form=b)) for b in (False, True))
    assert isinstance(paper.look_ahead, Call)
    assert isinstance(library.look_ahead, Symbol)


def test_choices_and_comparisons_are_recorded():
    x, y = Symbol("x"), Symbol("y")
    node = np.where(x > 0, np.maximum(x, y), np.minimum(1 - x, abs(y)) * np.sign(y))
    assert repr(node) == (
        "where(greater(x, 0), maximum(x, y), "
        "multiply(minimum(subtract(1, x), absolute(y)), sign(y)))"
    )
    values = {"x": np.array([2.0, -1.0, -3.0]), "y": np.array([1.0, -0.5, 9.0])}
    assert evaluate(node, values).tolist() == [2.0, -0.5, 4.0]


@every_rule
def test_hyperparameters_are_recorded_as_symbols(make):
    rule = make(0.1)
    symbols, constants = set(), set()

    def collect(node):
        if isinstance(node, Symbol):
            symbols.add(node.name)
        elif isinstance(node, Constant):
            constants.add(node.value)
        else:
            for argument in node.arguments:
                collect(argument)

    recording = record_rule(rule)
    for node in (recording.look_ahead, *recording.names.values()):
        collect(node)
    # Rprop's learning rate is where its state starts.
    assert set(rule.hyperparameters()) - symbols <= ({"lr"} if type(rule) is ol.Rprop else set())
    # 0 is compared with, 0.5 is a root or NAdam's ½, 0.96 is NAdam's, 4 and 5 are RAdam's.
    assert constants <= {0, 0.5, 0.96, 1, 2, 4, 5}


def test_shared_node_is_computed_once():
    calls = []
    x = Symbol("x")
    shared = np.exp(x)
    functions = {np.exp: lambda value: calls.append(value) or value, np.add: lambda a, b: a + b}
    assert evaluate(shared + shared, {"x": 2.0}, functions=functions) == 4.0
    assert calls == [2.0]


def test_constants_may_be_read_in_another_way():
    node = 3 * Symbol("x") + 1
    assert evaluate(node, {"x": 2}, constant=lambda value: 10 * value) == 70


def test_numpy_scalars_and_reflected_operations_are_recorded():
    x = Symbol("x")
    for node in (2.0 - x, np.float64(2.0) - x, np.subtract(2.0, x)):
        assert repr(node) in ("subtract(2.0, x)", "subtract(np.float64(2.0), x)")
        assert evaluate(node, {"x": 0.5}) == 1.5


def test_nodes_are_told_apart_by_identity():
    x, other = Symbol("x"), Symbol("x")
    assert {x: 1, other: 2}[other] == 2


# Branches of Python code


def warm_up(t):
    if t < 3:
        return t / 3
    if t > 10:
        return 0.1
    return 1.0


def test_branches_are_recorded_in_the_order_of_the_code():
    node = record_branches(lambda: warm_up(Symbol("t")))
    assert repr(node) == "where(less(t, 3), divide(t, 3), where(greater(t, 10), 0.1, 1.0))"
    steps = np.arange(1, 13)
    assert evaluate(node, {"t": steps}).tolist() == [warm_up(t) for t in steps.tolist()]


def test_a_node_beside_an_array_makes_a_node_of_each_element():
    values = evaluate_all(Symbol("x") * np.array([[1.0, 2.0]]), x=3.0)
    np.testing.assert_array_equal(values, [[3.0, 6.0]])
    mixed = np.array([Symbol("y"), 4.0], dtype=object) - Symbol("x")
    np.testing.assert_array_equal(evaluate_all(mixed, x=3.0, y=5.0), [2.0, 1.0])


def evaluate_all(nodes, **values):
    return np.vectorize(lambda node: evaluate(node, values))(nodes)


def test_code_without_branches_is_its_tree():
    assert repr(record_branches(lambda: 2 * Symbol("t"))) == "multiply(2, t)"
    assert repr(record_branches(lambda: 2.5)) == "2.5"


def test_every_way_through_branches_is_taken():
    def count(*values):
        return sum(1 for value in values if value > 0)

    symbols = [Symbol(name) for name in "abc"]
    node = record_branches(lambda: count(*symbols))
    for values in np.ndindex(2, 2, 2):
        assert evaluate(node, dict(zip("abc", values, strict=True))) == sum(values)


def test_twelve_branches_are_recorded_and_not_thirteen():
    def first_above(limits):
        return next((limit for limit in limits if Symbol("t") < limit), -1)

    node = record_branches(lambda: first_above(range(12)))
    assert [evaluate(node, {"t": t}) for t in (-5, 4.5, 10, 11)] == [0, 5, 11, -1]
    message = (
        "^the code has more than 12 branches, or a loop that ends on a condition: "
        "no formula can be read from it$"
    )
    with pytest.raises(TypeError, match=message):
        record_branches(lambda: first_above(range(13)))


def test_a_branch_is_an_error_again_after_branches_were_recorded():
    def fails():
        raise KeyError("of the code itself")

    for run, error in ((lambda: warm_up(Symbol("t")), None), (fails, KeyError)):
        if error is None:
            record_branches(run)
        else:
            with pytest.raises(error):
                record_branches(run)
        with pytest.raises(TypeError, match="branches on a value"):
            bool(Symbol("t"))


# Code that has no formula


def rule_with(body):
    class Unusual(ol.Rule):
        def update(self, t, g):
            return dict(step=body(g))

    return Unusual(0.1)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(lambda g: -g if np.all(g > 0) else g, id="reduction"),
        pytest.param(lambda g: -g if g > 0 else g, id="branch"),
        pytest.param(lambda g: -max(g, 0), id="max"),
        pytest.param(lambda g: -g / np.linalg.norm(g), id="norm"),
        pytest.param(lambda g: -np.vecdot(g, g), id="generalized ufunc"),
        pytest.param(lambda g: -(g @ g), id="matmul"),
        pytest.param(lambda g: -np.asarray(g).sum(), id="array"),
        pytest.param(lambda g: -g / g.size, id="size"),
        pytest.param(lambda g: -np.divmod(g, 2)[0], id="two results"),
        pytest.param(lambda g: -np.multiply(g, 2, out=g), id="out"),
        pytest.param(lambda g: g * None, id="None"),
        pytest.param(lambda g: {}["missing"], id="KeyError"),
        pytest.param(lambda g: -np.sum(g), id="sum"),
        pytest.param(lambda g: -np.add.reduce(g), id="reduce"),
        pytest.param(lambda g: -g[0], id="index"),
        pytest.param(lambda g: -math.sqrt(g), id="math"),
        pytest.param(lambda g: -float(g), id="float"),
        pytest.param(lambda g: -g.sum(), id="method"),
        pytest.param(lambda g: -np.sqrt(g, where=True), id="keyword"),
    ],
)
@pytest.mark.parametrize("read", [ol.formula, record_rule], ids=lambda read: read.__name__)
def test_code_without_a_formula_is_a_type_error_that_names_the_rule(read, body):
    with pytest.raises(TypeError, match=r"^Unusual: "):
        read(rule_with(body))


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (lambda g: -g if g > 0 else g, r"Write np.where\(condition, a, b\) in place of if"),
        (lambda g: -max(g, 0), r"np.maximum\(a, b\) in place of max\(a, b\)"),
        (lambda g: -g / math.sqrt(g), "Write np.sqrt in place of math.sqrt"),
        (lambda g: -g.mean(), r"\.mean is not .* for one number at a time"),
        (lambda g: -np.mean(g), r"np\.mean is not .* for one number at a time"),
        (lambda g: -np.linalg.norm(g), r"np\.linalg\.norm is not .* for one number at a time"),
        (lambda g: -g[0], "leave the index out"),
        (lambda g: g.__imul__(2), r"Write v = v \+ g in place of v \+= g"),
        (lambda g: g * "a", "computes with 'a', which is no real number"),
    ],
)
def test_code_without_a_formula_is_told_what_to_write(body, hint):
    with pytest.raises(TypeError, match=f"^Unusual: .*no formula can be read.*{hint}|{hint}"):
        record_rule(rule_with(body))


@pytest.mark.parametrize(
    "limits", [((-1, 2), {}), ((), dict(a_min=-1, a_max=2)), ((), dict(min=-1, max=2))]
)
def test_clip_is_recorded_as_minimum_and_maximum(limits):
    args, names = limits
    node = np.clip(Symbol("x"), *args, **names)
    assert repr(node) == "minimum(maximum(x, -1), 2)"
    values = np.array([-3.0, 0.5, 7.0, np.nan])
    assert same(evaluate(node, {"x": values}), np.clip(values, -1, 2))
    assert repr(np.clip(Symbol("x"), None, 2)) == "minimum(x, 2)"
    assert repr(np.clip(Symbol("x"), -1, None)) == "maximum(x, -1)"
    assert repr(np.clip(Symbol("x"), -Symbol("c"), Symbol("c"))) == (
        "minimum(maximum(x, negative(c)), c)"
    )


def test_clipped_rule_has_every_reading():
    rule = rule_with(lambda g: -0.5 * np.clip(g, -1, 1))
    assert "wₜ = wₜ₋₁ − ½min(max(gₜ, −1), 1)" in ol.formula(rule).text
    assert "4 − 0.5 · min(max(8, −1), 1) = 3.5" in ol.by_hand(rule, ol.problems.square, 4.0, 1).text
    assert "Math.min(Math.max(g, -1), 1)" in ol.javascript(rule)
    assert ol.run(rule, ol.problems.square, 4.0, 3) == 2.5


def test_numbers_come_first_in_a_product():
    twice = ol.Objective(f=lambda w: w * 2, grad=lambda w: w * 0 + 2 * (w * 3))
    assert "f(w) = 2w" in ol.formula(twice).text
    assert "g₁ = 2 · 3 · 5 = 30" in ol.by_hand(ol.GradientDescent(0.1), twice, 5.0, 1).text


@pytest.mark.parametrize(
    ("body", "final"),
    [
        (lambda g: np.where(g > 0, -0.5, 0.5), 3.0),
        (lambda g: -g / np.linalg.norm(g), 2.0),
        (lambda g: -g.sum(keepdims=True), 4.0),
    ],
)
def test_code_without_a_formula_runs_all_the_same(body, final):
    assert ol.run(rule_with(body), ol.problems.square, 4.0, 2) == pytest.approx(final)


def test_code_without_a_formula_has_no_arithmetic_by_hand():
    with pytest.raises(TypeError, match=r"Unusual: .*no formula can be read"):
        ol.by_hand(rule_with(lambda g: -np.round(g)), ol.problems.square, 4.0, 1)
