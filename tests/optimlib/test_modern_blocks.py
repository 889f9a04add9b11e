"""LAMB and Adafactor: against PyTorch, Optax, Keras and pytorch_optimizer, and closed forms.

The libraries' trajectories were made by golden/make_modern_blocks.py; where a library is installed
they are also made again, now.
"""

import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from golden import make_matrices as matrices
from golden import make_modern_blocks as make
from looping import each
from stored import chosen, title
from test_muon import flat, given_gradients
from variants import variant

import optimlib as ol
from optimlib import learning

STORED = json.loads((Path(make.__file__).parent / "modern_blocks.json").read_text())
MODULES = {name: sys.modules[f"optimlib.rules.{name.lower()}"] for name in ("LAMB", "Adafactor")}
FORMS = {
    f"{rule.__name__}{', ' * bool(form)}{form}": partial(rule, **options)
    for rule in (ol.LAMB, ol.Adafactor)
    for form, options in {"": {}, **rule.forms}.items()
}
every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
SHAPES = ((3, 3), (5, 2), (2, 5), (1, 4), (4, 1), (1, 1))


runs = partial(chosen, STORED["runs"])


def is_rounded(run):
    """Return whether the library computes a part of it in float32."""
    return run["rule"] == "Adafactor" and run["library"] in ("keras", "optax")


def our_points(run, rule=None):
    """Return optimlib's points at the kept steps of `run`, shape (kept, d)."""
    shapes, _ = matrices.GRADIENTS[run["gradient"]]
    start = matrices.start(shapes)
    slopes = [flat(matrices.gradient(run["gradient"], t)) for t in range(1, make.STEPS + 1)]
    cls, settings = rule or getattr(ol, run["rule"]), run["rule_settings"]
    rules = {"W": cls(**settings), "rest": cls(**settings)}
    if run["library"] == "torch":  # it factors no vector
        rules["rest"] = cls(**settings | {"factored": False})
    objective = given_gradients(slopes, flat(start))
    path = ol.trace(ol.Blocks(rules, shapes), objective, start, make.STEPS)
    return path.points[list(map(int, run["points"]))]


def their_points(run):
    return np.array([flat(point) for point in run["points"].values()])


def assert_same(run, rule=None):
    rtol = 1e-5 if is_rounded(run) else 1e-12
    np.testing.assert_allclose(our_points(run, rule), their_points(run), rtol=rtol, atol=rtol / 10)


@pytest.mark.parametrize("library", make.LIBRARIES)
def test_points_are_those_of_the_library(library):
    each("run", runs(library))(assert_same)()


@pytest.mark.parametrize("rule", MODULES)
def test_every_rule_is_compared_with_three_libraries(rule):
    exact = {run["library"] for run in runs(rule=rule).values() if not is_rounded(run)}
    assert len(exact) >= 3


@pytest.mark.parametrize("library", ["keras", "optax"])
def test_what_is_rounded_is_a_difference(library):
    away = [
        np.max(np.abs(our_points(run) - their_points(run)))
        for run in runs(library, "Adafactor").values()
    ]
    assert max(away) > 1e-8


# By what a library does otherwise: the changes of the rule's code that do the same, if there are.
DIFFERENCES = {
    "PyTorch's epsilon is what the squares are at least, the paper adds it": None,
    "Optax factors no matrix with a side below 128": None,
    "Optax does not cap the rate at 1 / sqrt(t)": None,
    "Keras decays the weights first, the paper within the norm of the step": (
        *("np.sqrt(v) + self.eps) + self.weight_decay * w", "np.sqrt(v) + self.eps)"),
        *("size = np.linalg.matrix_norm(w,", "size = np.linalg.matrix_norm(self.shrunk() * w,"),
        *("step=-self.lr * r * u)", "step=(self.shrunk() - 1) * w - self.lr * r * u)"),
        *(
            "    def update(",
            "    def shrunk(self):\n        return 1 - self.lr * self.weight_decay\n\n"
            "    def update(",
        ),
    ),
    "Keras caps the rate also without relative_step": (
        *("if self.capped:", "if not self.capped:"),
    ),
    "pytorch_optimizer adds epsilon to the norm of the step": (
        *("np.where(neither, length, 1)", "np.where(neither, length + self.eps, 1)"),
    ),
    "pytorch_optimizer does not correct the bias": (
        *("if self.bias_correction:", "if not self.bias_correction:"),
    ),
    "pytorch_optimizer divides the rate by 1 - beta1^t": (
        *("step=-self.lr * r * u", "step=-self.lr / (1 - self.beta1**t) * r * u"),
    ),
    "pytorch_optimizer takes a rate of 0.01 with relative_step, whatever lr is": (
        *("rate = self.lr * size", "rate = 0.01 * size"),
    ),
}


def test_the_differences_are_those_that_are_listed():
    assert {run["difference"] for run in STORED["runs"]} == {None, *DIFFERENCES}


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_a_listed_difference_is_one_and_is_what_it_says(difference):
    found = runs(difference=difference)
    for run in found.values():
        assert np.max(np.abs(our_points(run) - their_points(run))) > 1e-3, title(run)
    if DIFFERENCES[difference] is None:  # an option of ours: the other runs are compared with it
        return
    (rule,) = {run["rule"] for run in found.values()}
    theirs = getattr(variant(MODULES[rule], *DIFFERENCES[difference]), rule)
    each("run", found)(lambda run: assert_same(run, theirs))()


@pytest.mark.parametrize("library", make.LIBRARIES)
def test_points_are_those_of_the_installed_library(library):
    for package in make.LIBRARIES[library][2]:
        pytest.importorskip(package, reason=f"{package} is not installed: only stored runs count")
    then = [run for run in STORED["runs"] if run["library"] == library]
    for now, before in zip(make.runs(library), then, strict=True):
        assert title(now) == title(before)
        rtol = 1e-5 if is_rounded(before) else 1e-12
        np.testing.assert_allclose(their_points(now), their_points(before), rtol=rtol, atol=rtol)


# Closed forms.


def path_of(rule, gradients, start):
    """Return the trace of a rule on one matrix whose gradients are given."""
    objective = given_gradients([np.ravel(g) for g in gradients], np.ravel(start))
    blocks = ol.Blocks({"W": rule}, {"W": np.shape(start)})
    return ol.trace(blocks, objective, {"W": start}, len(gradients))


def drawn(rows, columns, count=4, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, rows, columns)), rng.normal(size=(rows, columns))


@pytest.mark.parametrize("decay", [0.0, 0.5])
@pytest.mark.parametrize(("rows", "columns"), SHAPES)
def test_a_step_of_lamb_has_the_share_of_the_norm_of_the_weights(rows, columns, decay):
    gradients, start = drawn(rows, columns)
    path = path_of(ol.LAMB(lr=0.25, weight_decay=decay), gradients, start)
    points = path.points
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    np.testing.assert_allclose(lengths, 0.25 * np.linalg.norm(points[:-1], axis=1), rtol=1e-12)
    limited = path_of(ol.LAMB(lr=0.25, weight_decay=decay, limit=0.01), gradients, start).points
    np.testing.assert_allclose(np.linalg.norm(np.diff(limited, axis=0), axis=1), 0.0025)


def test_the_trust_ratio_is_that_of_each_block_alone():
    shapes = {"W": (3, 2), "b": (2,)}
    gradients = np.random.default_rng(0).normal(size=(5, 8))
    start = np.random.default_rng(1).normal(size=8) * np.repeat([1.0, 100.0], [6, 2])
    blocks = ol.Blocks({"rest": ol.LAMB(lr=0.1)}, shapes)
    both = ol.trace(blocks, given_gradients(list(gradients), start), start, 5).points
    for part, shape in ((slice(0, 6), (3, 2)), (slice(6, 8), (2,))):
        alone = path_of(ol.LAMB(lr=0.1), gradients[:, part], start[part].reshape(shape)).points
        np.testing.assert_array_equal(both[:, part], alone)
    whole = path_of(ol.LAMB(lr=0.1), gradients, start).points
    assert np.max(np.abs(whole - both)) > 0.1


@pytest.mark.parametrize("start", [np.zeros((2, 3)), np.ones((2, 3))], ids=["weights", "gradient"])
def test_the_trust_ratio_is_one_where_a_norm_is_zero(start):
    gradients = np.ones((2, 2, 3)) * (not start.any())
    path = path_of(ol.LAMB(lr=0.5), gradients, start)
    assert np.all(path["W.r"][0] == 1)
    np.testing.assert_allclose(
        path.points[1], start.ravel() - 0.5 * gradients[0].ravel(), rtol=1e-5
    )


def test_without_decay_and_epsilon_lamb_sees_neither_scale_nor_correction():
    gradients, start = drawn(3, 4)
    paths = [
        path_of(ol.LAMB(lr=0.1, eps=0.0, bias_correction=c), scale * gradients, start).points
        for c in (True, False)
        for scale in (1.0, 1e-6)
    ]
    for path in paths[1:]:
        np.testing.assert_allclose(path, paths[0], rtol=1e-12)


def adafactor_steps(gradients, start, lr, power, eps, floor, limit, factored):
    """Return the points of Adafactor, entry by entry, from the paper's sums."""
    w, V, R, C, points = np.array(start), 0, 0, 0, [np.ravel(start)]
    for t, G in enumerate(gradients, start=1):
        beta, squares = 1 - t**-power, G**2 + eps
        R = beta * R + (1 - beta) * squares.sum(axis=1)
        C = beta * C + (1 - beta) * squares.sum(axis=0)
        V = beta * V + (1 - beta) * squares
        seen = np.outer(R, C) / R.sum() if factored else V
        U = G / np.sqrt(seen)
        U = U / max(1, np.sqrt(np.mean(U**2)) / limit)
        w = w - min(lr, t**-0.5) * max(floor, np.sqrt(np.mean(w**2))) * U
        points.append(w.ravel())
    return np.array(points)


@pytest.mark.parametrize("factored", [True, False])
@pytest.mark.parametrize("floor", [1e-3, 5.0])
@pytest.mark.parametrize(("rows", "columns"), SHAPES)
def test_adafactor_is_that_of_the_paper(rows, columns, factored, floor):
    gradients, start = drawn(rows, columns, count=8)
    options = dict(lr=0.5, power=0.7, eps=0.25, floor=floor, limit=0.6, factored=factored)
    expected = adafactor_steps(gradients, start, **options)
    path = path_of(ol.Adafactor(**options), gradients, start)
    np.testing.assert_allclose(path.points, expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("shape", [(5,), (5, 1), (1, 5)])
def test_a_vector_is_not_changed_by_its_factors(shape):
    gradients, start = np.random.default_rng(0).normal(size=(9, 5)), np.arange(5.0)
    ends = [
        path_of(ol.Adafactor(lr=0.1, factored=f), gradients, start.reshape(shape)).points
        for f in (True, False)
    ]
    np.testing.assert_allclose(*ends, rtol=1e-12)


def test_the_squares_of_rank_one_are_known_exactly_and_others_are_not():
    column, row = np.array([[1.0], [3.0], [0.5]]), np.array([[2.0, 0.1]])
    rule = ol.Adafactor(eps=0.0)
    for G, exact in ((column * row, True), (column + row, False)):
        record = rule.update(1, G[None], *rule.initial(G[None]), w=G[None])
        assert np.allclose(record["V"], G[None] ** 2, rtol=1e-12) == exact
        # The sum of all squares is always that of the factors.
        assert np.sum(record["V"]) == pytest.approx(np.sum(G**2), rel=1e-12)


@pytest.mark.parametrize(("rows", "columns"), SHAPES)
def test_adafactor_keeps_one_number_for_each_row_and_column(rows, columns):
    W = np.zeros((2, rows, columns))
    kept = ol.Adafactor().initial(W)
    assert sum(x[0].size for x in kept) == rows + columns
    assert sum(x[0].size for x in ol.Adafactor(factored=False).initial(W)) == rows * columns


@pytest.mark.parametrize("eps", [0.0, 1e-30])
def test_without_a_gradient_there_is_no_step(eps):
    path = path_of(ol.Adafactor(lr=0.5, eps=eps), np.zeros((3, 2, 3)), np.ones((2, 3)))
    assert np.all(path.points == 1)


# What holds for both.


@every_form
@pytest.mark.parametrize(("rows", "columns"), SHAPES)
def test_a_run_in_a_batch_is_that_run_alone(form, rows, columns):
    gradients, _ = drawn(rows, columns)
    starts = np.random.default_rng(2).normal(size=(rows, columns, 3))
    rates = np.array([0.01, 0.1, 0.3])
    together = path_of_many(form(lr=rates), gradients, starts)
    for i, lr in enumerate(rates):
        alone = path_of(form(lr=lr), gradients, starts[..., i]).points
        np.testing.assert_array_equal(together[..., i], alone)


def path_of_many(rule, gradients, starts):
    shape = starts.shape[:2]
    objective = given_gradients([g.ravel() for g in gradients], starts[..., 0].ravel())
    blocks = ol.Blocks({"W": rule}, {"W": shape})
    return ol.trace(blocks, objective, {"W": starts}, len(gradients)).points


@every_form
def test_single_precision_stays_single(form):
    gradients, start = drawn(3, 2)
    for rule in (form(lr=0.1), form(lr=lambda t: 0.1 / t)):
        path = path_of(rule, gradients, start.astype(np.float32))
        kinds = {name: path[name].dtype for name in path.names if name != "t"}
        assert set(kinds.values()) == {np.dtype("float32")}, kinds


@every_form
def test_a_schedule_of_one_value_is_the_number(form):
    gradients, start = drawn(3, 2)
    number, schedule = (path_of(form(lr=lr), gradients, start) for lr in (0.1, lambda t: 0.1))
    np.testing.assert_array_equal(number.points, schedule.points)


@pytest.mark.parametrize(
    "rule", [ol.LAMB(lr=0.05), ol.Adafactor(lr=0.1)], ids=["LAMB", "Adafactor"]
)
def test_a_network_learns_with_all_its_blocks(rule):
    model, digits = learning.MLP((64, 16, 10)), learning.load("digits")
    blocks = ol.Blocks({"rest": rule}, model.shapes)
    curves = learning.train(blocks, model, digits, batch_size=64, epochs=4, progress=False)
    assert curves.test_accuracy[0] < 0.2 < 0.75 < curves.test_accuracy[-1]


# Wrong forms; each is rejected by the runs of the libraries or by a closed form.
WRONG = {
    "norm of the gradient": (
        "LAMB",
        "length = np.linalg.matrix_norm(u,",
        "length = np.linalg.matrix_norm(G,",
    ),
    "ratio turned around": ("LAMB", "size / np.where(neither, length, 1)", "length / size"),
    "largest singular value": ("LAMB", "norm(w, keepdims=True)", "norm(w, ord=2, keepdims=True)"),
    "no ratio": ("LAMB", "-self.lr * r * u", "-self.lr * u"),
    "ratio of zero": (
        "LAMB",
        "np.where(neither, length, 1), 1)",
        "np.where(neither, length, 1), 0)",
    ),
    "decay outside": (
        "LAMB",
        *("+ self.eps) + self.weight_decay * w", "+ self.eps)"),
        *("-self.lr * r * u", "-self.lr * (r * u + self.weight_decay * w)"),
    ),
    "means of squares uncorrected": ("LAMB", "v = v / (1 - self.beta2**t)", "v = v + 0"),
    "limit from below": ("LAMB", "np.minimum(size", "np.maximum(size"),
    "rows alone": ("Adafactor", "R * C / np.where(mean > 0, mean, 1)", "R + 0 * C"),
    "no mean of the rows": ("Adafactor", "R * C / np.where(mean > 0, mean, 1)", "R * C"),
    "mean of the columns": ("Adafactor", "np.mean(R, axis=-2", "np.max(R, axis=-2"),
    "no root": ("Adafactor", "G / np.sqrt(", "G / ("),
    "constant forgetting": ("Adafactor", "share = t**-self.power", "share = 1 - 0.999 * (t > 1)"),
    "never capped": ("Adafactor", "if self.capped:", "if False:"),
    "capped at 1/t": ("Adafactor", "t**-0.5", "t**-1.0"),
    "never limited": ("Adafactor", "if self.limit is not None:", "if False:"),
    "limited from below": ("Adafactor", "np.maximum(1, root_mean", "np.minimum(1, root_mean"),
    "norm in place of the mean": ("Adafactor", "np.sqrt(np.mean(X", "np.sqrt(np.sum(X"),
    "absolute steps": ("Adafactor", "if self.relative else", "if False else"),
    "floor as a sum": ("Adafactor", "np.maximum(self.floor,", "np.add(self.floor,"),
    "epsilon forgotten": ("Adafactor", "else G**2 + self.eps", "else G**2"),
    "PyTorch's epsilon unsquared": ("Adafactor", "self.eps**2", "self.eps"),
}


def assert_all(rule, name):
    found = runs(rule=name)
    each("run", {t: run for t, run in found.items() if not is_rounded(run)})(
        lambda run: assert_same(run, rule)
    )()


@pytest.mark.parametrize("name", WRONG)
def test_wrong_forms_are_rejected(name):
    rule, *change = WRONG[name]
    wrong = getattr(variant(MODULES[rule], *change), rule)
    if name in ("limit from below", "ratio of zero"):  # the runs do not reach it
        gradients, start = drawn(2, 3)
        start = start if "limit" in name else 0 * start
        paths = [path_of(r(limit=0.01), gradients, start).points for r in (wrong, ol.LAMB)]
        assert np.max(np.abs(np.subtract(*paths))) > 1e-4
        return
    with np.errstate(all="ignore"), pytest.raises(BaseExceptionGroup) as error:
        assert_all(wrong, rule)
    assert {type(e) for e in error.value.exceptions} == {AssertionError}


# What they accept, and what is said of them.


def test_vectors_are_for_rules_that_say_so():
    for rule in (ol.LAMB(), ol.Adafactor(), ol.ClipNorm(ol.LAMB(), 1.0)):
        assert ol.Blocks({"b": rule}, {"b": (3,)}).dim == 3
        with pytest.raises(ValueError, match=r"moves matrices, and the block 'W' has shape \(2, 3"):
            ol.Blocks({"W": rule}, {"W": (2, 3, 4)})
    with pytest.raises(
        ValueError, match=r"Muon moves matrices, and the block 'b' has shape \(3,\)"
    ):
        ol.Blocks({"b": ol.Muon()}, {"b": (3,)})


def test_a_vector_is_a_matrix_of_one_column_in_its_record():
    path = path_of(ol.LAMB(lr=0.1), np.ones((2, 4)), np.ones(4))
    assert path["W.u"].shape[1:3] == (4, 1)
    assert path.points.shape == (3, 4)


@pytest.mark.parametrize("rule", [ol.LAMB(), ol.Adafactor()], ids=["LAMB", "Adafactor"])
def test_no_formula_of_matrices_is_read_from_what_acts_on_entries(rule):
    with pytest.raises(TypeError, match=f"^{type(rule).__name__}: "):
        ol.formula(rule)
    with pytest.raises(TypeError, match="moves matrices: say where they lie"):
        ol.run(rule, ol.problems.coupled_bowl, [1.0, 2.0], 1)
