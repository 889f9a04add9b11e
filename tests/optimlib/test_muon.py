"""Muon: against PyTorch, Optax and Keras, against the singular value decomposition, closed forms.

The libraries' trajectories were made by golden/make_matrices.py; where a library is installed they
are also made again, now.
"""

import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from golden import make_matrices as make
from hypothesis import given
from hypothesis import strategies as st
from looping import each
from variants import variant

import optimlib as ol
from optimlib.expression import evaluate, record_rule

STORED = json.loads((Path(make.__file__).parent / "matrices.json").read_text())
FORMS = {"plain": ol.Muon} | {
    name: partial(ol.Muon, **options, weight_decay=0.1) for name, options in ol.Muon.forms.items()
}
SHAPES = ((3, 3), (5, 2), (2, 5), (1, 4), (4, 1), (1, 1))
every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)


def title(run):
    settings = ", ".join(f"{name}={value}" for name, value in run["settings"].items())
    return f"{run['library']} ({settings}) {run['gradient']} {run['difference'] or ''}"


# What two libraries do not compute in float64, and what they compute then.
ROUNDED = {"torch": "bfloat16", "keras": "float32"}
EXACT = ("torch in float64", "optax", "keras in float64")


def runs(library, different=False):
    """Return the stored runs by their titles, those that are a listed difference or the others.

    Rounding turns a gradient of rank one into one of full rank, which has a test of its own.
    """
    return {
        title(run): run
        for run in STORED["runs"]
        if run["library"] == library
        and bool(run["difference"]) == different
        and not (library in ROUNDED and run["gradient"] == "rank one")
    }


def rule_of(settings, Muon=ol.Muon):
    settings = dict(settings)
    cls = {"Muon": Muon}.get(name := settings.pop("name")) or getattr(ol, name)
    if "rule" in settings:
        settings["rule"] = rule_of(settings["rule"])
    return cls(**settings)


def flat(blocks):
    return np.concatenate([np.ravel(block) for block in blocks.values()])


def given_gradients(gradients, start):
    """Return an objective whose gradient in step t is the flat array ``gradients[t - 1]``."""
    names = tuple(f"w{i}" for i in range(len(start)))

    def linear(g):
        def grad(w):
            return np.broadcast_to(g.reshape(-1, *(1,) * (w.ndim - 1)), w.shape).astype(w.dtype)

        return ol.Objective(f=lambda w: np.tensordot(g, w, 1), grad=grad, variables=names)

    return ol.Stream(linear(gradients[0]), lambda t: linear(gradients[t - 1]))


def our_points(run, Muon=ol.Muon):
    """Return optimlib's points at the kept steps of `run`, shape (kept, d)."""
    shapes, _ = make.GRADIENTS[run["gradient"]]
    start = make.start(shapes)
    slopes = [flat(make.gradient(run["gradient"], t)) for t in range(1, make.STEPS + 1)]
    rules = {name: rule_of(settings, Muon) for name, settings in run["rules"].items()}
    objective = given_gradients(slopes, flat(start))
    path = ol.trace(ol.Blocks(rules, shapes), objective, start, make.STEPS)
    return path.points[list(map(int, run["points"]))]


def their_points(run):
    return np.array([flat(point) for point in run["points"].values()])


def assert_same(run, Muon=ol.Muon):
    np.testing.assert_allclose(our_points(run, Muon), their_points(run), rtol=1e-12, atol=1e-13)


def assert_near(run, Muon=ol.Muon):
    """Compare with what was computed in bfloat16, in units of a singular value of one.

    It rounds by up to 2⁻⁹. Where all singular values are near one, not much comes of it; a small
    one is enlarged up to 3.4445-fold in each step, and with it what the steps before rounded.
    """
    steps = np.array(list(map(int, run["points"])))[:, None]
    (rows, columns), settings = make.GRADIENTS[run["gradient"]][0]["W"], run["rules"]["W"]
    matched = settings.get("rms", 0) * np.sqrt(max(rows, columns))
    size = settings["lr"] * (matched or np.sqrt(max(1, rows / columns)))
    away = np.abs(our_points(run, Muon) - their_points(run))
    assert np.all(away <= 0.1 * size * np.sqrt(steps))


@pytest.mark.parametrize("library", EXACT)
def test_points_are_those_of_the_library(library):
    each("run", runs(library))(assert_same)()


def test_points_are_those_of_pytorch_as_near_as_bfloat16_allows():
    each("run", runs("torch"))(assert_near)()


@each("run", runs("keras"))
def test_points_are_those_of_keras_as_near_as_float32_allows(run):
    np.testing.assert_allclose(our_points(run), their_points(run), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("library", "size"), [("torch", 1e-3), ("keras", 1e-9)])
def test_what_is_rounded_is_a_difference(library, size):
    runs_of = runs(library).values()
    assert max(np.max(np.abs(our_points(run) - their_points(run))) for run in runs_of) > size


@pytest.mark.parametrize("library", make.LIBRARIES)
def test_a_listed_difference_is_one(library):
    def differs(run):
        assert np.max(np.abs(our_points(run) - their_points(run))) > 1e-6

    each("run", runs(library, different=True))(differs)()


def test_the_differences_are_those_that_are_listed():
    listed = {(run["library"], run["difference"]) for run in STORED["runs"] if run["difference"]}
    torch = (
        "PyTorch scales by rows/columns, Optax by columns/rows",
        "PyTorch divides by max(norm, epsilon), others by norm + epsilon",
        "PyTorch averages gradients, Keras adds them up",
    )
    keras = (
        "Keras adds 1e-7 to the norm whatever its epsilon is",
        "Keras decays by default, Optax does not",
    )
    assert listed == {
        *(("torch", difference) for difference in torch),
        *(("torch in float64", difference) for difference in torch),
        ("optax", "Optax corrects the bias as NAdam does, which turns the step"),
        *(("keras", difference) for difference in keras),
        *(("keras in float64", difference) for difference in keras),
    }


def test_bfloat16_moves_a_matrix_of_rank_one_where_it_has_no_gradient():
    """Rounding gives it singular values near 2⁻⁹, which five steps enlarge up to 485-fold."""
    moves = {}
    for library in ("torch", "torch in float64"):
        (run, *_) = (
            r for r in STORED["runs"] if (r["library"], r["gradient"]) == (library, "rank one")
        )
        before = np.array(make.start({"W": (3, 4)})["W"]) * (1 - 0.1 * 0.1)
        moves[library] = np.linalg.svd(np.array(run["points"]["1"]["W"]) - before)[1] / 0.1
    assert moves["torch"][1] > 0.01
    assert moves["torch in float64"][1] < 1e-12


def test_the_stored_runs_are_of_all_libraries_and_shapes():
    assert set(STORED["versions"]) == {"jax", "jaxlib", "keras", "optax", "torch"}
    cases = {(run["library"], run["gradient"]) for run in STORED["runs"]}
    assert cases == {(library, kind) for library in make.LIBRARIES for kind in make.GRADIENTS}
    assert all(list(run["points"]) == list(map(str, make.KEPT)) for run in STORED["runs"])


@pytest.mark.parametrize("library", make.LIBRARIES)
def test_points_are_those_of_the_installed_library(library):
    for package in make.LIBRARIES[library][2]:
        pytest.importorskip(package, reason=f"{package} is not installed: only stored runs count")
    then = [run for run in STORED["runs"] if run["library"] == library]
    for now, before in zip(make.runs(library), then, strict=True):
        assert title(now) == title(before)
        near = dict(rtol=0, atol=0.05) if library == "torch" else dict(rtol=1e-6, atol=1e-7)
        near = near if library in ROUNDED else dict(rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(their_points(now), their_points(before), **near)


# What Newton-Schulz steps do, told by the singular value decomposition.


def quintic(sigma, steps, a=3.4445, b=-4.7750, c=2.0315):
    for _ in range(steps):
        sigma = a * sigma + b * sigma**3 + c * sigma**5
    return sigma


def step_of(rule, G, t=1, B=None, w=None):
    G = np.asarray(G)
    zero = np.zeros_like(G)
    return rule.update(t, G, zero if B is None else B, w=zero if w is None else w)["step"]


def assert_quintic_of_singular_values(Muon):
    rng = np.random.default_rng(1)
    for rows, columns in SHAPES:
        for steps, scale in ((0, 1.0), (1, 1e-3), (3, 1.0), (5, 100.0)):
            G = scale * rng.normal(size=(2, rows, columns))
            U, sigma, Vt = np.linalg.svd(G, full_matrices=False)
            seen = sigma / (np.sqrt(np.sum(sigma**2, axis=-1, keepdims=True)) + 0.25)
            expected = -0.5 * (U * quintic(seen, steps)[:, None]) @ Vt
            rule = Muon(lr=0.5, scale=None, ns_steps=steps, eps=0.25, nesterov=False)
            np.testing.assert_allclose(step_of(rule, G), expected, rtol=1e-9, atol=1e-11)


def test_newton_schulz_is_the_polynomial_of_the_singular_values():
    assert_quintic_of_singular_values(ol.Muon)


@given(rows=st.integers(1, 5), columns=st.integers(1, 5), seed=st.integers(0, 99))
def test_turning_the_matrix_turns_the_step(rows, columns, seed):
    rng = np.random.default_rng(seed)
    Q, P = (np.linalg.qr(rng.normal(size=(n, n)))[0] for n in (rows, columns))
    gradients = rng.normal(size=(4, 1, rows, columns))
    W = rng.normal(size=(1, rows, columns))
    for form in FORMS.values():
        ends = []
        for left, right in ((np.eye(rows), np.eye(columns)), (Q, P)):
            w, B, rule = left @ W @ right, np.zeros_like(W), form(lr=0.1)
            for t, G in enumerate(gradients, start=1):
                record = rule.update(t, left @ G @ right, B, w=w)
                B, w = record["B"], w + record["step"]
            ends.append(w)
        np.testing.assert_allclose(Q @ ends[0] @ P, ends[1], rtol=1e-9, atol=1e-10)


@every_form
@pytest.mark.parametrize(("rows", "columns"), SHAPES)
def test_gradients_along_one_matrix_of_rank_one(form, rows, columns):
    """The only singular value of X₀ is one: O is quintic(1) = 0.70... times u vᵀ in every step."""
    u, v = np.arange(1.0, rows + 1), np.array([2.0, -1, 0.5, 3, 1])[:columns]
    u, v = u / np.linalg.norm(u), v / np.linalg.norm(v)
    rule = form(lr=0.1, eps=0.0, weight_decay=0.0)
    slopes = [size * np.outer(u, v) for size in (3.0, 0.1, 7.0)]
    objective = given_gradients([g.ravel() for g in slopes], u.repeat(columns))
    blocks = ol.Blocks({"W": rule}, {"W": (rows, columns)})
    w = ol.run(blocks, objective, {"W": np.zeros((rows, columns))}, steps=3)
    ratio = rows / columns if rule.scale == "rows" else columns / rows
    size = 0.2 * max(rows, columns) ** 0.5 if rule.rms else max(1, ratio) ** 0.5
    expected = -3 * 0.1 * size * quintic(1.0, 5) * np.outer(u, v)
    np.testing.assert_allclose(blocks.split(w)["W"], expected, rtol=1e-9, atol=1e-12)


@every_form
def test_no_gradient_is_no_step_and_decay_shrinks(form):
    W = np.full((1, 2, 3), 4.0)
    rule = form(lr=0.5, weight_decay=0.25)
    assert np.all(step_of(rule, np.zeros((1, 2, 3)), w=W) == -0.5)


def assert_gram_matrix_is_the_smaller_one(Muon):
    for rows, columns in SHAPES:
        G = np.random.default_rng(0).normal(size=(2, rows, columns))
        record = Muon().update(1, G, np.zeros_like(G), w=G)
        assert record["A1"].shape == (2, min(rows, columns), min(rows, columns))
        assert record["X5"].shape[1:] == tuple(sorted((rows, columns)))


def test_tall_matrices_are_transposed():
    assert_gram_matrix_is_the_smaller_one(ol.Muon)
    G = np.random.default_rng(0).normal(size=(2, 5, 3))
    tall = step_of(ol.Muon(scale="rows"), G)
    wide = step_of(ol.Muon(scale="columns"), np.ascontiguousarray(G.mT))
    np.testing.assert_allclose(tall.mT, wide, rtol=1e-9)


def test_the_other_coefficients_converge_to_the_nearest_orthogonal_matrix():
    G = np.random.default_rng(2).normal(size=(1, 4, 6))
    U, _, Vt = np.linalg.svd(G, full_matrices=False)
    rule = ol.Muon(lr=1.0, scale=None, a=2.0, b=-1.5, c=0.5, ns_steps=12)
    np.testing.assert_allclose(step_of(rule, G), -U @ Vt, atol=1e-7)
    assert np.max(np.abs(step_of(ol.Muon(lr=1.0, scale=None, ns_steps=12), G) + U @ Vt)) > 0.05


def test_what_the_docstring_says_of_singular_values():
    ends = quintic(np.geomspace(0.0015, 1, 100_000), 5)
    assert (round(ends.min(), 2), round(ends.max(), 2)) == (0.68, 1.20)
    assert round(quintic(1e-9, 5) / 1e-9) == 485


# Forms that are not Muon.

WRONG = {
    "coefficients exchanged": ("self.b, A, square, self.c", "self.c, A, square, self.b"),
    "no square of A": ("A, square, self.c", "A, +A, self.c"),
    "one product less": (
        "square, self.c), X, out=for_X)",
        "square, self.c)[..., :1], X[..., :1, :])",
    ),
    "no normalization": ("X / (np", "X if X is M else X / (np"),
    "norm of the wrong kind": (
        "matrix_norm(X, keepdims=True)",
        "matrix_norm(X, keepdims=True, ord=2)",
    ),
    "norm of the stack": ("np.linalg.matrix_norm(X, keepdims=True)", "np.linalg.norm(X)"),
    "no transposition": ("rows > columns", "False"),
    "not transposed back": ("            X = X.mT", "            pass"),
    "no Nesterov term": ("M = new + self.beta * M", "M = self.beta * M"),
    "Nesterov without the past": ("M = new + self.beta * M", "M = new"),
    "Nesterov's weight missing": ("M = new + self.beta * M", "M = new + M"),
    "always averaged": ("if self.average else G", ""),
    "scale inverted": ('if self.scale == "columns"', 'if self.scale == "rows"'),
    "scale without its floor": ("np.maximum(1, ratio)", "np.asarray(ratio)"),
    "scale without root": ("np.maximum(1, ratio).item() ** 0.5", "np.maximum(1, ratio).item()"),
    "size of the smaller side": ("np.maximum(rows, columns)", "np.minimum(rows, columns)"),
    "decay without rate": ("+ self.weight_decay * w)", ") - self.weight_decay * w"),
    "decay scaled too": (
        "X, rows, columns) + self",
        "X + self.weight_decay * w, rows, columns) + 0 * self",
    ),
    "bias one power behind": ("(t + 1 if self.nesterov else t)", "t"),
    "gradient uncorrected": ("new = new / (1 - self.beta**t)", "pass"),
    "always clamped": ("if self.clamped else norm + self.eps", ""),
    "never clamped": ("np.maximum(norm, self.eps) if self.clamped else", ""),
    "one step less": ("_room(X, self.ns_steps, ", "_room(X, self.ns_steps - 1, "),
}


def assert_all(Muon):
    assert_gram_matrix_is_the_smaller_one(Muon)
    assert_quintic_of_singular_values(Muon)
    for library in EXACT:
        for run in runs(library).values():
            assert_same(run, Muon)


@pytest.mark.parametrize(("old", "new"), WRONG.values(), ids=WRONG)
def test_wrong_forms_are_rejected(old, new):
    wrong = variant(sys.modules["optimlib.rules.muon"], old, new).Muon
    with np.errstate(all="ignore"), pytest.raises((AssertionError, ValueError, KeyError)):
        assert_all(wrong)


def assert_all_near(Muon):
    for run in runs("torch").values():
        assert_near(run, Muon)


@pytest.mark.parametrize(
    "name",
    ["coefficients exchanged", "no normalization", "scale inverted", "Nesterov without the past"],
)
def test_what_bfloat16_allows_is_not_everything(name):
    wrong = variant(sys.modules["optimlib.rules.muon"], *WRONG[name]).Muon
    with pytest.raises(AssertionError):
        assert_all_near(wrong)


# What it accepts.


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scale": "sides"}, "Muon: scale must be 'columns', 'rows' or None, got scale = 'sides'"),
        ({"rms": 0.2}, "scale must be None beside rms, got scale = 'columns'"),
        ({"bias_correction": True}, "bias_correction must be False without average"),
    ],
)
def test_options_that_do_not_go_together_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        ol.Muon(**settings)


# How it is written.


@every_form
@pytest.mark.parametrize(("rows", "columns"), SHAPES)
def test_recorded_rule_computes_the_same_bit_for_bit(form, rows, columns):
    rule = form(lr=0.1)
    G, B, w = np.random.default_rng(3).normal(size=(3, 4, rows, columns))
    recording = record_rule(rule, wide=rows <= columns)
    values = rule.hyperparameters() | dict(t=3, g=G, B=B, w=w, rows=rows, columns=columns)
    expected = rule.update(3, G, B, w=w)
    assert list(recording.names) == list(expected)
    for name, node in recording.names.items():
        np.testing.assert_array_equal(evaluate(node, values), expected[name])


def test_formula_of_the_forms():
    lines = str(ol.formula(ol.Muon(**ol.Muon.forms["PyTorch"], ns_steps=2))).splitlines()
    assert lines[1:4] == [
        "Bₜ = β Bₜ₋₁ + (1 − β) Gₜ",
        "Mₜ = (1 − β) Gₜ + β Bₜ",
        "X₀ = Mₜ / max(‖Mₜ‖_F, ε), rows ≤ columns",
    ]
    assert lines[-2:] == [
        "Xₖ = a Xₖ₋₁ + (b Aₖ + c Aₖ²) Xₖ₋₁, k = 1, 2",
        "Wₜ = Wₜ₋₁ − η (√max(1, rows / columns) X₂ + λ Wₜ₋₁), rows ≤ columns",
    ]
    optax = str(ol.formula(ol.Muon(**ol.Muon.forms["Optax"], ns_steps=1)))
    assert "Mₜ = (1 − β) Gₜ / (1 − βᵗ) + β Bₜ / (1 − β^(t + 1))" in optax
    assert "A₁ = X₀ X₀ᵀ\nX₁ = a X₀ + (b A₁ + c A₁²) X₀\n" in optax
    assert "(rms √max(rows, columns) X₅" in str(ol.formula(ol.Muon(**ol.Muon.forms["Keras"])))
    assert "X₀ = Bₜ / (‖Bₜ‖_F + ε)" in str(ol.formula(ol.Muon(nesterov=False)))
    assert str(ol.formula(ol.Muon(lr=ol.schedules.Constant(0.1)))).count("ηₜ") == 1


def test_formula_in_latex():
    lines = ol.formula(ol.Muon()).latex.splitlines()
    assert lines[4] == (
        r"X_0 &= \frac{M_t}{\|M_t\|_F + \varepsilon},\quad "
        r"\mathrm{rows} \le \mathrm{columns} \\[0.7ex]"
    )
    assert lines[5] == r"A_k &= X_{k-1} X_{k-1}^T,\quad k = 1,\, \dots,\, 5 \\"
    assert lines[6].startswith(r"X_k &= a X_{k-1} + (b A_k + c A_k^2) X_{k-1},\quad k = 1")


# How fast it is.


def plainly(rule, t, G, B, w):
    """Return the step of the plain form by one expression for each line of its formula."""
    B = rule.beta * B + G
    M = G + rule.beta * B
    X = M.mT if G.shape[-2] > G.shape[-1] else M
    X = X / (np.linalg.matrix_norm(X, keepdims=True) + rule.eps)
    for _ in range(rule.ns_steps):
        A = X @ X.mT
        X = rule.a * X + (rule.b * A + rule.c * (A @ A)) @ X
    X = X.mT if G.shape[-2] > G.shape[-1] else X
    return -rule.lr * (rule._scaled(X, *G.shape[-2:]) + rule.weight_decay * w)


LARGE_STACKS = [(1, 128, 128), (1, 130, 300), (2, 300, 130), (3, 90, 70), (1, 2, 20_000)]


def assert_large_ones_are_the_same(Muon):
    """Sums that are made in place, in parts, have the bits of the formula, and spare what is given.

    A reference that reads memory of the record would not see that A₁ was overwritten: A₁ is too.
    """
    for kind, shape in zip(["f8", "f4", "f8", "f4", "f8"], LARGE_STACKS, strict=True):
        G, B, w = np.random.default_rng(4).normal(size=(3, *shape)).astype(kind)
        given = G.copy(), B.copy()
        factors = np.linspace(2, 3, shape[0], dtype=kind)[:, None, None]
        for rule in (Muon(weight_decay=0.1), Muon().replace_unchecked(a=factors, c=factors)):
            record = rule.update(2, G, B, w=w)
            np.testing.assert_array_equal(record["step"], plainly(rule, 2, G, B, w))
            np.testing.assert_array_equal(record["A1"], record["X0"] @ record["X0"].mT)
            assert record["step"].dtype == kind
        # float64 factors of float32 matrices make float64 sums.
        rule = Muon().replace_unchecked(b=-2 * factors.astype("f8"))
        np.testing.assert_array_equal(rule.update(2, G, B, w=w)["step"], plainly(rule, 2, G, B, w))
        assert np.array_equal(given, (G, B))


def test_large_matrices_have_the_same_bits():
    assert_large_ones_are_the_same(ol.Muon)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.multiply(c, part, out=part)", "pass"),
        ("_sum(self.b, A, square, self.c)", "_sum(self.c, square, A, self.b)"),
        ("first : first + rows, :]\n        if", "first : first + rows - 1, :]\n        if"),
        ("X.dtype == Y.dtype == np.result_type(Y, *factors)", "True"),
        ("(A[k], A[steps], new[k])", "(A[0], A[steps], new[k])"),
        ("!= X.dtype", "is None"),
        ("range(0, Y.shape[-2], rows)", "range(0, Y.shape[-2] - rows, rows)"),
    ],
)
def test_wrong_sums_are_rejected(old, new):
    wrong = variant(sys.modules["optimlib.rules.muon"], old, new).Muon
    with pytest.raises((AssertionError, ValueError)):
        assert_large_ones_are_the_same(wrong)
