"""Blocks: each rule moves its own as if it were alone; matrices are given as matrices."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from bits import same
from cases import RULES, WRAPPERS
from hypothesis import given
from hypothesis import strategies as st

import optimlib as ol
from optimlib import learning
from optimlib.rules.wrapper import OtherGradient, Wrapper

LR = 0.05
SHAPES = {"W1": (3, 2), "b1": (2,), "W2": (2, 4), "s": ()}
D = 6 + 2 + 8 + 1


def bowl(d, start=0):
    """Return Σ h (w − 1)⁴/4 + h w²/2, in which no coordinate acts on another one."""
    h = np.linspace(0.5, 2, D)[start : start + d]

    def along(w):
        return h.astype(w.dtype).reshape(-1, *(1,) * (w.ndim - 1))

    return ol.Objective(
        f=lambda w: np.sum(along(w) * ((w - 1) ** 4 / 4 + w**2 / 2), axis=0),
        grad=lambda w: along(w) * ((w - 1) ** 3 + w),
        variables=tuple(f"w{i}" for i in range(d)),
        name="bowl",
    )


BOWL = bowl(D)
START = np.random.default_rng(0).normal(size=(D, 4))


def mixed(lr=LR):
    return ol.Blocks({"W": ol.Muon(lr), "b": ol.AdamW(lr), "rest": ol.Nesterov(lr)}, SHAPES)


@dataclass(frozen=True)
class AheadOfMatrices(ol.MatrixRule):
    """Looks ahead, keeps a state that is no matrix of its block's shape, sees the point."""

    state = ("V", "L")

    def initial(self, w):
        return np.zeros_like(w), np.zeros_like(w @ w.mT)

    def look_ahead(self, w, V, L):
        return w + 0.5 * V

    def update(self, t, G, V, L, w):
        L = 0.5 * L + G @ G.mT
        V = 0.5 * V - self.lr * (G + 0.25 * L @ w)
        return dict(V=V, L=L, trace=np.trace(L, axis1=-2, axis2=-1), t_doubled=2.0 * t, step=V)


def ahead(lr=LR):
    return ol.Blocks({"W": AheadOfMatrices(lr), "rest": ol.Momentum(lr)}, SHAPES)


MAKERS = {
    "mixed": mixed,
    "looking ahead": ahead,
    "clipped": lambda lr=LR: ol.ClipNorm(mixed(lr), limit=2.0),
    "decayed": lambda lr=LR: ol.DecoupledWeightDecay(mixed(lr), weight_decay=0.5),
    "averaged": lambda lr=LR: ol.Averaging(ol.L2(mixed(lr), weight_decay=0.25), start=2),
    "wrappers inside": lambda lr=LR: ol.Blocks(
        {
            "W1": ol.Lookahead(ol.ClipNorm(ol.Muon(lr), limit=0.5), k=2),
            "W2": ol.DecoupledWeightDecay(AheadOfMatrices(lr), weight_decay=0.5),
            "rest": ol.L2(ol.Averaging(ol.Nesterov(lr)), weight_decay=0.5),
        },
        SHAPES,
    ),
}
every_maker = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


# Rules that are not for matrices pass through.


INSIDE = RULES | {name: make for name, make in WRAPPERS.items() if name != "SAM"}


@pytest.mark.parametrize("make", INSIDE.values(), ids=INSIDE)
def test_one_rule_for_all_blocks_is_that_rule(make):
    # The norm that clips is that of a block.
    shapes = {"all": (D,)} if "ClipNorm" in repr(make(LR)) else SHAPES
    path = ol.trace(ol.Blocks({"rest": make(LR)}, shapes), BOWL, START, 6)
    alone = ol.trace(make(LR), BOWL, START, 6)
    assert same(path["w"], alone["w"])
    for name in make(LR).state:
        blocks = [path[f"{block}.{name}"] for block in shapes]
        assert same(np.concatenate(blocks, axis=1), alone[name])


def test_each_block_is_moved_by_its_rule_as_if_alone():
    rules = {"W1": ol.Nesterov(LR), "b1": ol.Rprop(LR), "W2": ol.Adam(LR), "s": ol.RAdam(LR)}
    path = ol.trace(ol.Blocks(rules, SHAPES), BOWL, START, 8)
    first = 0
    for name, shape in SHAPES.items():
        size = int(np.prod(shape))
        here = slice(first, first + size)
        alone = ol.trace(rules[name], bowl(size, first), START[here], 8)
        assert same(path["w"][:, here], alone["w"])
        assert same(path["step"][:, here], alone["step"])
        for inner in set(alone.names) - {"t", "g", "w", "step", "look_ahead"}:
            assert same(path[f"{name}.{inner}"], alone[inner])
        first += size
    assert np.array_equal(path["look_ahead"][:, 6:], path.points[:-1, 6:])


def test_matrix_rules_are_given_stacks_in_numpys_convention():
    seen = []

    @dataclass(frozen=True)
    class Watched(ol.MatrixRule):
        state = ("V",)

        def update(self, t, G, V, w):
            seen.append((G.copy(), V.shape, w.copy(), np.shape(self.lr)))
            return dict(V=V + G, step=-self.lr * G)

    rates = np.array([[0.1], [0.2]])  # over a batch of (2, 3)
    start = np.random.default_rng(1).normal(size=(D, 2, 3))
    rule = ol.Blocks({"W": Watched(rates), "rest": ol.Adam(LR)}, SHAPES)
    ol.run(rule, BOWL, start, 1)
    G, state, w, lr = seen[-2]  # of W1; after it comes W2
    assert (G.shape, state, w.shape, lr) == ((6, 3, 2), (6, 3, 2), (6, 3, 2), (6, 1, 1))
    assert np.array_equal(w[4], start[:6, 1, 1].reshape(3, 2)), "row by row, the last axis fastest"
    assert np.array_equal(G[4], BOWL.grad(start)[:6, 1, 1].reshape(3, 2))


def test_records_hold_what_the_rule_of_each_block_names():
    path = ol.trace(ahead(), BOWL, START.reshape(D, 2, 2), 3)
    inner = ("V", "L", "trace", "t_doubled")
    assert path.names == (
        *("t", "look_ahead", "g"),
        *(f"W1.{name}" for name in inner),
        "b1.v",
        *(f"W2.{name}" for name in inner),
        *("s.v", "step", "w"),
    )
    assert path["W1.V"].shape == (3, 3, 2, 2, 2)
    assert path["W2.L"].shape == (3, 2, 2, 2, 2)
    assert path["W1.trace"].shape == (3, 2, 2)
    assert path["W1.t_doubled"].tolist() == [2.0, 4.0, 6.0]
    L = np.moveaxis(path["W1.L"], (1, 2), (-2, -1))
    np.testing.assert_allclose(np.trace(L, axis1=-2, axis2=-1), path["W1.trace"])
    assert same(path["w"][1:], path["w"][:-1] + path["step"][1:])
    assert ol.trace(mixed(), BOWL, START[:, 0], 2)["W1.B"].shape == (2, 3, 2)
    assert "mixed" not in repr(path)
    assert "b1.vₜ" in repr(path)


# What holds for every optimizer.


@every_maker
def test_batch_is_the_loop_bit_for_bit(make):
    together = ol.trace(make(), BOWL, START, 6)
    for i in range(START.shape[1]):
        alone = ol.trace(make(), BOWL, START[:, i], 6)
        assert alone.names == together.names
        for name in alone.names:
            if together[name].ndim == alone[name].ndim:  # one number for all
                assert same(together[name], alone[name])
            else:
                assert same(together[name][..., i], alone[name]), name


@pytest.mark.parametrize("matrices", [ol.Muon(0.1), AheadOfMatrices(0.01)])
def test_batch_is_the_loop_bit_for_bit_in_a_network(matrices):
    model = learning.MLP((40, 30, 10))
    random = np.random.default_rng(0)
    loss = model.loss(random.normal(size=(20, 40)), random.integers(0, 10, 20))
    start = np.stack([model.initial(seed=seed) for seed in range(5)], axis=1)
    rule = ol.Blocks({"W": matrices, "b": ol.Adam(0.1)}, model.shapes)
    together = ol.trace(rule, loss, start, 5)["w"]
    assert all(same(together[..., i], ol.trace(rule, loss, start[:, i], 5)["w"]) for i in range(5))


@every_maker
def test_run_is_the_last_point_of_trace(make):
    last = ol.trace(make(), BOWL, START, 5)["w"][-1]
    assert same(ol.run(make(), BOWL, START, 5), last)
    assert same(ol.run(make(), BOWL, START, 5, threads=3), last)


@every_maker
def test_single_precision_stays_single(make):
    for lr in (LR, np.full(4, LR)):
        path = ol.trace(make(lr), BOWL, START.astype(np.float32), 3)
        names = ("g", "w", "step", *make().state)
        assert {path[name].dtype for name in names} == {np.dtype("float32")}


@every_maker
def test_start_and_state_are_not_changed(make):
    rule = make()
    state = rule.initial(START)
    before = [a.copy() for a in (START, *state)]
    for a in (START, *state):
        a.setflags(write=False)
    record = rule.advance(1, START, state, BOWL)
    rule.advance(2, record["w"], [record[name] for name in rule.state], BOWL)
    assert all(np.array_equal(a, b) for a, b in zip((START, *state), before, strict=True))


@every_maker
def test_hyperparameters_are_swept_and_scheduled(make):
    rates = np.array([0.01, 0.02, 0.04, 0.08])
    together = ol.trace(make(rates), BOWL, START, 4)["w"]
    for i, lr in enumerate(rates):
        assert same(together[..., i], ol.trace(make(lr), BOWL, START[:, i], 4)["w"])
    constant = make().map_hyperparameters(lambda name, value: lambda t: value)
    assert constant.has_schedules()
    assert not make().has_schedules()
    assert same(ol.trace(constant, BOWL, START, 4)["w"], ol.trace(make(), BOWL, START, 4)["w"])
    falling = ol.trace(make(lambda t: rates / t), BOWL, START, 4)["w"]
    assert not np.array_equal(falling[1], together[1])


def test_map_hyperparameters_reaches_the_rules():
    seen = []
    MAKERS["wrappers inside"]().map_hyperparameters(lambda name, value: seen.append((name, value)))
    assert [name for name, value in seen if value == LR] == ["W1.lr", "W2.lr", "rest.lr"]
    assert {"limit", "alpha", "weight_decay", "beta"} <= {name.split(".")[1] for name, _ in seen}


def test_a_sweep_reaches_the_rules():
    rates, betas = [0.01, 0.02], [0.5, 0.9, 0.99]
    rule = ol.ClipNorm(ol.Blocks({"W": ol.Muon(0.1), "rest": ol.Adam(0.1)}, SHAPES), 10.0)
    swept = {"rest.lr": rates, "beta1": betas, "W.lr": [0.3]}
    w0 = rule.rule.split(START[:, 0])
    heights = ol.sweep(rule, BOWL, w0, 4, **swept)
    for i, lr in enumerate(rates):
        for j, beta1 in enumerate(betas):
            rules = {"W": ol.Muon(0.3), "rest": ol.Adam(lr, beta1=beta1)}
            alone = ol.ClipNorm(ol.Blocks(rules, SHAPES), 10.0)
            assert heights[i, j, 0] == pytest.approx(BOWL.f(ol.run(alone, BOWL, w0, 4)), rel=1e-12)
    with pytest.raises(ValueError, match=r"has 2 hyperparameters lr: W.lr, rest.lr"):
        ol.sweep(rule, BOWL, w0, 4, lr=rates)
    with pytest.raises(ValueError, match=r"ClipNorm has no W.beta9, only limit, .*W.lr"):
        ol.sweep(rule, BOWL, w0, 4, **{"W.beta9": betas})


def test_the_decay_around_blocks_is_that_in_each_block():
    slow = {"W": ol.Muon(0.01), "b": ol.AdamW(0.1), "rest": ol.Nesterov(0.05)}
    for rules in (mixed().rules, slow):
        inner = {key: ol.DecoupledWeightDecay(rule, 0.5) for key, rule in rules.items()}
        around = ol.DecoupledWeightDecay(ol.Blocks(rules, SHAPES), 0.5)
        expected = ol.trace(ol.Blocks(inner, SHAPES), BOWL, START, 4)["w"]
        assert same(ol.trace(around, BOWL, START, 4)["w"], expected)


# Which rule is for which block.


def test_the_nearest_key_counts():
    def of(lr):
        return ol.GradientDescent(lr)

    rules = {"rest": of(1.0), "W": of(2.0), "W2": of(3.0), "b": of(4.0)}
    shapes = {"W1": (1,), "W2": (1,), "b1": (1,), "W": (1,), "Wide": (1,), "W12": (1,)}
    linear = ol.Objective(
        f=lambda w: -np.sum(w, axis=0), grad=lambda w: -np.ones_like(w), variables=tuple("abcdef")
    )
    end = ol.run(ol.Blocks(rules, shapes), linear, np.zeros(6), 1)
    assert end.tolist() == [2.0, 3.0, 4.0, 2.0, 1.0, 2.0]


def test_rest_may_be_empty():
    ol.Blocks({"W": ol.Muon(), "rest": ol.AdamW()}, {"W1": (2, 2)})


# Points as blocks.


@given(
    shapes=st.dictionaries(
        st.text("abW1", min_size=1), st.lists(st.integers(1, 3), max_size=3).map(tuple), min_size=1
    ),
    batch=st.lists(st.integers(1, 3), max_size=2).map(tuple),
)
def test_split_and_join_undo_each_other(shapes, batch):
    rule = ol.Blocks({"rest": ol.Adam()}, shapes)
    w = np.random.default_rng(0).normal(size=(rule.dim, *batch))
    blocks = rule.split(w)
    assert {name: block.shape for name, block in blocks.items()} == {
        name: (*shape, *batch) for name, shape in shapes.items()
    }
    assert same(rule.join(dict(reversed(blocks.items()))), w)
    assert same(np.concatenate([b.reshape(-1, *batch) for b in blocks.values()]), w)


@pytest.mark.parametrize("make", [mixed, MAKERS["clipped"]])
def test_runs_start_from_blocks(make):
    blocks = mixed().split(START)
    for one, point in ((blocks, START), (mixed().split(START[:, 0]), START[:, 0])):
        path = ol.trace(make(), BOWL, one, 2)
        assert same(path.start, point)
        assert same(path["w"], ol.trace(make(), BOWL, point, 2)["w"])
        assert same(ol.run(make(), BOWL, one, 2), path["w"][-1])
        assert same(next(ol.iterate(make(), BOWL, one))["w"], path["w"][0])


def test_batches_of_blocks_broadcast():
    blocks = mixed().split(START)
    start = blocks | {"b1": [1.0, 2.0], "s": 3}
    w = ol.run(mixed(), BOWL, start, 0)
    assert w.shape == (D, 4)
    assert np.array_equal(w[6:8], [[1.0] * 4, [2.0] * 4])
    assert np.array_equal(w[-1], [3.0] * 4)


def test_one_block_of_one_number():
    square = ol.problems.square
    rule = ol.Blocks({"w": ol.Adam(LR)}, {"w": (1,)})
    assert same(ol.run(rule, square, 4.0, 3), ol.run(ol.Adam(LR), square, 4.0, 3))
    matrix = ol.Blocks({"w": ol.Muon(0.5, eps=0.0, scale=None, ns_steps=0)}, {"w": (1, 1)})
    assert ol.run(matrix, square, 4.0, 3) == 2.5
    assert ol.run(matrix, square, {"w": [[4.0]]}, 3).tolist() == [2.5]


# Classifiers say their shapes.


@pytest.mark.parametrize(
    "model", [learning.MLP((4, 5, 3)), learning.SoftmaxRegression(features=4, classes=3)]
)
def test_a_classifier_says_its_shapes(model):
    w = np.arange(float(model.dim))
    blocks = ol.Blocks({"rest": ol.Adam()}, model.shapes).split(w)
    layers = [array for layer in model.layers(w) for array in layer]
    assert len(layers) == len(blocks)
    assert all(map(np.array_equal, layers, blocks.values()))
    names = ["W1", "b1", "W2", "b2"][: len(blocks)]
    assert list(model.shapes) == names


def test_muon_on_the_matrices_of_a_network_and_adamw_on_the_rest():
    """A program of a user: it trains, and every reading gives the same or says why it cannot."""
    pytest.importorskip("sklearn")
    digits, model = learning.load("digits"), learning.MLP((64, 16, 10))
    rule = ol.Blocks({"W": ol.Muon(lr=0.1), "b": ol.AdamW(lr=0.01)}, model.shapes)
    curves = learning.train(rule, model, digits, batch_size=64, steps=40)
    assert curves.train_loss[-1] < 0.2 < 2 < curves.train_loss[0]
    start = rule.split(model.initial())
    again = learning.train(rule, model, digits, batch_size=64, steps=40, start=start)
    assert same(again.w, curves.w)
    rates = np.array([0.05, 0.1])
    many = ol.Blocks({"W": ol.Muon(lr=rates), "b": ol.AdamW(lr=0.01)}, model.shapes)
    both = learning.train(many, model, digits, batch_size=64, steps=40)
    assert same(np.ascontiguousarray(both.w[:, 1]), curves.w)

    loss = learning.minibatches(model.loss(digits.X_train, digits.y_train), 64, seed=0)
    assert same(ol.run(rule, loss, start, 40), curves.w)
    assert same(ol.trace(rule, loss, start, 3)["w"][-1], ol.run(rule, loss, start, 3))
    text = str(ol.formula(rule))
    assert text.startswith("W₁, W₂:\nGₜ = ∇f(Wₜ₋₁)\nBₜ = β Bₜ₋₁ + Gₜ\n")
    assert "\n\nb₁, b₂:\ngₜ = ∇f(wₜ₋₁)\n" in text
    with pytest.raises(TypeError, match="by_hand writes the steps of rules that act on one coord"):
        ol.by_hand(rule, loss, model.initial(), 1)
    with pytest.raises(
        TypeError, match=r"no JavaScript of Blocks\(.* Its Python code runs in a no"
    ):
        ol.javascript(rule)
    with pytest.warns(UserWarning, match=r"left out: Blocks\(.* is not written as an update alone"):
        assert same(ol.run(rule, loss, start, 1, compiled=True), ol.run(rule, loss, start, 1))


# What it refuses.

ADAM, MUON = ol.Adam(), ol.Muon()


@pytest.mark.parametrize(
    ("rules", "shapes", "message"),
    [
        (
            {"W": MUON},
            SHAPES,
            "must have one for the block 'b1', or one for 'rest', got rules for 'W'",
        ),
        (
            {"W": MUON, "rest": ADAM, "V": ADAM},
            SHAPES,
            r"which are W1 \(3, 2\), .*, got one for 'V'",
        ),
        ({"W1": ADAM, "W2": ADAM, "W": ADAM, "rest": ADAM}, SHAPES, "got one for 'W'"),
        (
            {"W": MUON, "rest": MUON},
            SHAPES,
            r"Muon moves matrices, and the block 'b1' has shape \(2,\)",
        ),
        ({"W": ol.ClipNorm(MUON, 1.0)}, {"W": (2, 3, 4)}, r"Muon .* 'W' has shape \(2, 3, 4\)"),
        ({"rest": ADAM}, {"W": (2, 0)}, r"shapes must be names and tuples of integers >= 1"),
        ({"rest": ADAM}, {"W": (2.0, 1)}, r"shapes must be .*, got shapes = \{'W': \(2.0, 1\)\}"),
        ({"rest": ADAM}, {"W": (True,)}, "shapes must be"),
        ({"rest": ADAM}, {"W": 3}, "shapes must be"),
        ({"rest": ADAM}, {"W": [3]}, "shapes must be"),
        ({"rest": ADAM}, {1: (3,)}, "shapes must be"),
    ],
)
def test_blocks_without_a_rule_and_rules_without_a_block_are_named(rules, shapes, message):
    with pytest.raises(ValueError, match=message):
        ol.Blocks(rules, shapes)


@pytest.mark.parametrize(
    ("rules", "shapes", "message"),
    [
        (ADAM, SHAPES, r"rules must be a dict that is not empty, got rules = Adam\("),
        ({}, SHAPES, r"rules must be a dict that is not empty, got rules = \{\}"),
        ({"rest": ADAM}, {}, "shapes must be a dict that is not empty"),
        ({"rest": ADAM}, [(2, 3)], r"shapes must be a dict .*, got shapes = \[\(2, 3\)\]"),
        (
            {"rest": 0.1},
            SHAPES,
            r"a rule like ol.Adam\(lr=0.1\), or a .* for 'rest', got rules = 0.1",
        ),
        ({"rest": ol.Adam}, SHAPES, "rules must be a rule like"),
        ({"rest": ol.Newton()}, SHAPES, r"rules must be a rule like .*, got rules = Newton\("),
        ({"rest": ol.Averaging(ol.BFGS())}, SHAPES, "rules must be a rule like"),
        ({"rest": mixed()}, SHAPES, r"rules must be a rule like .*, got rules = Blocks\("),
    ],
)
def test_rules_that_are_none_are_named(rules, shapes, message):
    with pytest.raises(TypeError, match=message):
        ol.Blocks(rules, shapes)


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ({"W1": np.zeros((3, 2))}, r"must have the blocks W1 \(3, 2\), b1 .*, got W1"),
        ({}, "must have the blocks .*, got none"),
        ({name: np.zeros(s) for name, s in SHAPES.items()} | {"c": 1.0}, "got W1, b1, W2, s, c"),
        (
            {name: np.zeros(s) for name, s in SHAPES.items()} | {"W1": np.zeros((2, 3))},
            r"the block W1 must have shape \(3, 2\), .*, got W1 of shape \(2, 3\)",
        ),
        (
            {name: np.zeros(s) for name, s in SHAPES.items()}
            | {"W1": np.zeros((3, 2, 4)), "b1": np.zeros((2, 3))},
            r"the blocks' batches must broadcast, got \{'W1': \(4,\), 'b1': \(3,\)",
        ),
        ({name: np.full(s, np.nan) for name, s in SHAPES.items()}, "w0 must be finite"),
        (np.zeros(3), r"w0 must have shape \(17, ...\) for bowl"),
    ],
)
def test_starts_that_do_not_fit_are_named(start, message):
    with pytest.raises(ValueError, match=message):
        ol.run(mixed(), BOWL, start, 1)
    with pytest.raises(ValueError, match=message):
        ol.iterate(ol.ClipNorm(mixed(), 1.0), BOWL, start)


def test_other_misuse_is_named():
    with pytest.raises(ValueError, match=r"shapes must have 2 numbers for rosenbrock, .* have 17"):
        ol.iterate(mixed(), ol.problems.rosenbrock, [1.0, 2.0])
    with pytest.raises(TypeError, match=r"w0 must be a real number .*, got w0 = \{'W'"):
        ol.run(ADAM, ol.problems.rosenbrock, {"W": [1.0, 2.0]}, 1)
    with pytest.raises(TypeError, match="blocks must be a dict of arrays, got blocks = 3"):
        mixed().join(3)
    with pytest.raises(
        ValueError, match=r"w must have shape \(17, ...\) .*, got w of shape \(3,\)"
    ):
        mixed().split(np.zeros(3))
    with pytest.raises(ValueError, match=r"lr must broadcast against the batch of shape \(4,\)"):
        ol.run(mixed(np.full(3, LR)), BOWL, START, 1)
    for rule in (MUON, ol.ClipNorm(MUON, 1.0)):
        with pytest.raises(
            TypeError, match=r'Muon moves matrices: say .* ol.Blocks\(\{"W": ol.Muon'
        ):
            ol.iterate(rule, ol.problems.rosenbrock, [1.0, 2.0])
    with pytest.raises(ValueError, match="rule must be one with a learning rate lr"):
        ol.DecoupledWeightDecay(ol.BFGS(), 0.1)
    with pytest.raises(TypeError, match="Blocks is not a Rule"):
        ol.run(mixed(), BOWL, [Fraction(1)] * D, 1)


def test_a_rule_that_takes_another_gradient_goes_around():
    @dataclass(frozen=True)
    class Sharp(Wrapper):
        """Takes the gradient at w + ρ g/‖g‖."""

        rho: float

        def advance(self, t, w, state, objective):
            def there(w, g):
                return objective.grad(w + self.rho * g / np.sqrt(np.sum(g**2, axis=0)))

            return self.rule.advance(t, w, state, OtherGradient(objective, there))

    shapes = {"a": (1,), "b": (1,)}
    rosenbrock, start = ol.problems.rosenbrock, [-1.2, 1.0]
    with pytest.raises(TypeError, match="Blocks takes one gradient in a step, at look_ahead"):
        ol.run(ol.Blocks({"rest": Sharp(ADAM, 0.1)}, shapes), rosenbrock, start, 1)
    around = ol.run(Sharp(ol.Blocks({"rest": ADAM}, shapes), 0.1), rosenbrock, start, 5)
    assert same(around, ol.run(Sharp(ADAM, 0.1), rosenbrock, start, 5))


def matrix_rule(update):
    return type("Own", (ol.MatrixRule,), {"state": ("V",), "update": update})(0.1)


@pytest.mark.parametrize(
    ("update", "message"),
    [
        (lambda self, t, G, V: dict(V=V, step=-G.mT), r"step of shape \(1, 3, 2\) .* \(1, 2, 3\)"),
        (lambda self, t, G, V: dict(V=V, step=-0.1), r"return step of shape \(1, 3, 2\) .* \(\)"),
        (lambda self, t, G, V: dict(V=V[0], step=-G), r"return V of shape \(1, 3, 2\)"),
        (
            lambda self, t, G, V: dict(V=V, n=np.ones(3), step=-G),
            r"n of shape \(\) or \(1, ...\)",
        ),
        (lambda self, t, G, V: dict(V=V), "must return 'step'"),
        (lambda self, t, G, V: dict(step=-G), "must return the state 'V'"),
    ],
)
def test_wrong_shapes_of_matrix_rules_are_named(update, message):
    rule = ol.Blocks({"W1": matrix_rule(update), "rest": ADAM}, SHAPES)
    with pytest.raises(ValueError, match=message):
        ol.run(rule, BOWL, START, 1)


def test_a_matrix_rule_that_mixes_runs_is_run_on_each_alone():
    def update(self, t, G, V):
        return dict(V=V + G, step=-G / np.linalg.norm(G))

    rule = ol.Blocks({"W1": matrix_rule(update), "rest": ADAM}, SHAPES)
    together = ol.trace(rule, BOWL, START, 3)["w"]
    for i in range(START.shape[1]):
        assert same(together[..., i], ol.trace(rule, BOWL, START[:, i], 3)["w"])


# How matrix rules are read.


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (lambda G: G @ G.mT @ G, "Wₜ = Wₜ₋₁ + Gₜ Gₜᵀ Gₜ"),
        (lambda G: np.matrix_transpose(G + G).mT, "Wₜ = Wₜ₋₁ + ((Gₜ + Gₜ)ᵀ)ᵀ"),
        (lambda G: G @ (G - 2 * G).mT @ G, "Wₜ = Wₜ₋₁ + Gₜ (Gₜ − 2Gₜ)ᵀ Gₜ"),
        (lambda G: -(G @ G), "Wₜ = Wₜ₋₁ − Gₜ²"),
        (lambda G: G / (1 + np.linalg.matrix_norm(-G, keepdims=True)), "Gₜ / (1 + ‖−Gₜ‖_F)"),
        (lambda G: G if G.shape[-1] >= G.shape[-2] else -G, "Wₜ = Wₜ₋₁ + Gₜ, rows ≤ columns"),
        (lambda G: G if G.shape[-1] < G.shape[-2] else -G, "Wₜ = Wₜ₋₁ − Gₜ, rows ≤ columns"),
        (lambda G: (G.mT if G.shape[-1] < G.shape[-2] else G).shape[-2] * G, "rows Gₜ, rows ≤"),
        (lambda G: (G @ G.mT).shape[-1] * G, "Wₜ = Wₜ₋₁ + rows Gₜ"),
        (lambda G: (G.mT @ G).shape[-1] * G, "Wₜ = Wₜ₋₁ + columns Gₜ"),
    ],
)
def test_formulas_of_matrix_rules(step, text):
    rule = type("Own", (ol.MatrixRule,), {"update": lambda self, t, G: dict(step=step(G))})(0.1)
    assert text in str(ol.formula(rule))


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lambda G: G.T, ".T is not elementwise"),
        (lambda G: G / np.linalg.norm(G), "norm is not elementwise arithmetic"),
        (lambda G: G / np.linalg.matrix_norm(G), "matrix_norm is not elementwise arithmetic"),
        (lambda G: np.linalg.svd(G)[0], "svd is not elementwise arithmetic"),
        (lambda G: G * G, "multiply acts on the entries of a matrix"),
        (lambda G: G**2, "power acts on the entries of a matrix"),
        (lambda G: G / G, "divide acts on the entries of a matrix"),
        (lambda G: G + 1, "add acts on the entries of a matrix"),
        (lambda G: np.sign(G), "sign acts on the entries of a matrix"),
        (lambda G: np.where(G > 0, G, 0), "greater acts on the entries of a matrix"),
        (lambda G: G if G[0, 0] > 0 else -G, "an index is not elementwise"),
        (lambda G: G if G.shape[-1] > G.shape[-2] else -G, "branches on a value"),
        (lambda G: G if G.shape[-1] < 2 * G.shape[-2] else -G, "branches on a value"),
        (lambda G: G if G.shape[-1] > 3 else -G, "branches on a value"),
        (lambda G: G if np.linalg.matrix_norm(G, keepdims=True) > 0 else -G, "branches on a val"),
    ],
)
def test_what_cannot_be_read_of_matrix_rules_is_said(step, message):
    rule = type("Own", (ol.MatrixRule,), {"update": lambda self, t, G: dict(step=step(G))})(0.1)
    with pytest.raises(TypeError, match=message):
        ol.formula(rule)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lambda g: g @ g, "np.matmul is not elementwise arithmetic"),
        (lambda g: g.mT, ".mT is not elementwise"),
        (lambda g: g.shape[0] * g, ".shape is not elementwise"),
        (lambda g: np.matrix_transpose(g), "matrix_transpose is not elementwise"),
        (lambda g: np.vecdot(g, g), "vecdot is not elementwise"),
    ],
)
def test_matrices_are_for_matrix_rules(step, message):
    rule = type("Own", (ol.Rule,), {"update": lambda self, t, g: dict(step=step(g))})(0.1)
    with pytest.raises(TypeError, match=message):
        ol.formula(rule)
