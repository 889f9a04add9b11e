"""Shampoo and SOAP: against pytorch_optimizer and heavyball, closed forms, turned problems.

The libraries' trajectories were made by golden/make_modern_preconditioners.py; where a library is
installed they are also made again, now.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from golden import make_modern_preconditioners as make
from looping import each
from variants import variant

import optimlib as ol
from optimlib.rules import eigen as eigen_module

STORED = json.loads((Path(make.__file__).parent / "preconditioners.json").read_text())
SHAPES = ((3, 3), (5, 2), (2, 5), (1, 4), (4, 1), (1, 1))
FORMS = {
    f"{cls.__name__}, {name}": (cls, options)
    for cls in (ol.Shampoo, ol.SOAP)
    for name, options in {"plain": {}, **cls.forms}.items()
}
every_form = pytest.mark.parametrize(("cls", "options"), FORMS.values(), ids=FORMS)
EXACT = [name for name in make.LIBRARIES if "Shampoo" in name or "float64" in name]
# By how much a point may be off where a library computes in float32, or takes a QR in it.
NEAR = {"pytorch_optimizer, SOAP": 1e-6, "heavyball, SOAP": 2e-5}


def title(run):
    settings = ", ".join(f"{name}={value}" for name, value in run["settings"].items())
    return f"{run['library']} ({settings}) {run['gradient']} {run['difference'] or ''}"


def runs(library, different=False):
    return {
        title(run): run
        for run in STORED["runs"]
        if run["library"] == library and bool(run["difference"]) == different
    }


def rule_of(settings, rules):
    settings = dict(settings)
    name, wrapper = settings.pop("name"), settings.pop("wrapper", None)
    decay = {"weight_decay": settings.pop("weight_decay")} if wrapper else {}
    rule = getattr(rules, name)(**settings)
    return getattr(ol, wrapper)(rule, **decay) if wrapper else rule


def walk(rule, gradients, start):
    """Return the points of a run of given gradients, shape (steps + 1, rows, columns)."""
    shape = np.shape(start)
    names = tuple(f"w{i}" for i in range(np.size(start)))

    def linear(G):
        g = np.ravel(G)

        def grad(w):
            return np.broadcast_to(g.reshape(-1, *(1,) * (w.ndim - 1)), w.shape).astype(w.dtype)

        return ol.Objective(f=lambda w: np.tensordot(g, w, 1), grad=grad, variables=names)

    objective = ol.Stream(linear(gradients[0]), lambda t: linear(gradients[t - 1]))
    blocks = ol.Blocks({"W": rule}, {"W": shape})
    path = ol.trace(blocks, objective, {"W": np.asarray(start)}, len(gradients))
    return path.points.reshape(-1, *shape)


def our_points(run, rules=ol):
    gradients = [make.gradient(run["gradient"], t) for t in range(1, make.STEPS + 1)]
    points = walk(rule_of(run["rule"], rules), gradients, make.start(run["gradient"]))
    return points[list(map(int, run["points"]))]


def their_points(run):
    return np.array(list(run["points"].values()))


def assert_same(run, rules=ol):
    np.testing.assert_allclose(our_points(run, rules), their_points(run), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("library", EXACT)
def test_points_are_those_of_the_library(library):
    each("run", runs(library))(assert_same)()


@pytest.mark.parametrize(("library", "size"), NEAR.items())
def test_points_are_those_of_the_library_as_near_as_float32_allows(library, size):
    def near(run):
        np.testing.assert_allclose(our_points(run), their_points(run), rtol=0, atol=size)

    each("run", runs(library))(near)()
    away = [np.max(np.abs(our_points(run) - their_points(run))) for run in runs(library).values()]
    assert max(away) > 1e-9, "what is rounded is a difference"


@pytest.mark.parametrize("library", make.LIBRARIES)
def test_a_listed_difference_is_one(library):
    def differs(run):
        assert np.max(np.abs(our_points(run) - their_points(run))) > 1e-3

    each("run", runs(library, different=True))(differs)()


def test_the_differences_are_those_that_are_listed():
    listed = {(run["library"], run["difference"]) for run in STORED["runs"] if run["difference"]}
    shampoo = (
        "pytorch_optimizer's decay is part of the gradient unless one says otherwise",
        "pytorch_optimizer mixes a gradient with the last step as its momentum",
        "others take the inverse root of L and R, not the fourth root",
    )
    soap = (
        "pytorch_optimizer adds epsilon before the bias correction",
        "pytorch_optimizer's first step does not move",
        "pytorch_optimizer decays after the step, and the first step not at all",
    )
    assert listed == {
        *(("pytorch_optimizer, Shampoo", difference) for difference in shampoo),
        *(("pytorch_optimizer, SOAP", difference) for difference in soap),
        *(("pytorch_optimizer in float64, SOAP", difference) for difference in soap),
        ("heavyball, SOAP", "heavyball's first step does not move"),
    }


def test_the_stored_runs_are_of_all_libraries_and_gradients():
    assert set(STORED["versions"]) == {"heavyball", "pytorch_optimizer", "torch"}
    cases = {(run["library"], run["gradient"]) for run in STORED["runs"]}
    every = {(library, kind) for library in make.LIBRARIES for kind in make.GRADIENTS}
    assert cases == every - {("heavyball, SOAP", "uneven")}


@pytest.mark.parametrize("library", make.LIBRARIES)
def test_points_are_those_of_the_installed_library(library):
    for package in make.LIBRARIES[library][2]:
        pytest.importorskip(package, reason=f"{package} is not installed: only stored runs count")
    then = [run for run in STORED["runs"] if run["library"] == library]
    for now, before in zip(make.runs(library), then, strict=True):
        assert title(now) == title(before)
        size = NEAR.get(library, 1e-11)
        np.testing.assert_allclose(their_points(now), their_points(before), rtol=0, atol=size)


# Closed forms.


def gradients(shape, count=6, seed=0):
    return np.random.default_rng(seed).normal(size=(count, *shape))


def nearest(G):
    """Return U Vᵀ of the singular values that are not 0."""
    U, sigma, Vt = np.linalg.svd(G, full_matrices=False)
    return (U * (sigma > 1e-10 * sigma.max())) @ Vt


def assert_first_steps(rules):
    for shape in SHAPES:
        (G,) = gradients(shape, 1)
        thin = np.outer(G[:, 0], G[0])
        for gradient in (G, 1e3 * G, thin):
            shampoo = walk(rules.Shampoo(lr=0.5, eps=0.0), [gradient], 0 * G)[1]
            np.testing.assert_allclose(shampoo, -0.5 * nearest(gradient), rtol=1e-7, atol=1e-9)
        soap = walk(rules.SOAP(lr=0.5, skip_first=False, eps=1e-8), [1e3 * G], 0 * G)[1]
        np.testing.assert_allclose(soap, -0.5 * nearest(G), rtol=1e-6, atol=1e-4)
        assert np.all(walk(rules.SOAP(lr=0.5), [G], 0 * G) == 0)


def test_the_first_step_is_that_of_the_spectral_norm():
    assert_first_steps(ol)


def assert_diagonals_are_moved_by_coordinate(rules):
    """What is diagonal stays so: Shampoo is then AdaGrad, SOAP is Adam."""
    sizes = np.array([100.0, 10.0, 1.0]) * np.random.default_rng(1).uniform(1, 2, (9, 3))
    matrices = [np.diag(size) for size in sizes]
    line = ol.Stream(
        ol.Objective(f=lambda w: w.sum(axis=0), grad=lambda w: w, variables=tuple("abc")),
        lambda t: ol.Objective(
            f=lambda w: w.sum(axis=0),
            grad=lambda w: np.broadcast_to(sizes[t - 1], w.shape).copy(),
            variables=tuple("abc"),
        ),
    )
    pairs = (
        (rules.Shampoo(lr=0.3, eps=0.0), ol.AdaGrad(lr=0.3, eps=0.0)),
        (rules.Shampoo(lr=0.3, eps=0.0, beta=0.9), ol.RMSProp(lr=0.3, beta=0.9, eps=0.0)),
        (rules.SOAP(lr=0.3, skip_first=False), ol.Adam(lr=0.3, beta1=0.95, beta2=0.95)),
        (
            rules.SOAP(lr=0.3, skip_first=False, every=1, beta1=0.5, eps=2.0),
            ol.Adam(lr=0.3, beta1=0.5, beta2=0.95, eps=2.0),
        ),
    )
    for rule, same in pairs:
        points = walk(rule, matrices, np.zeros((3, 3)))
        expected = ol.trace(same, line, np.zeros(3), 9).points
        diagonals = np.diagonal(points, axis1=1, axis2=2)
        np.testing.assert_allclose(diagonals, expected, rtol=1e-10, atol=1e-12)
        assert np.all(abs(points - points * np.eye(3)) < 1e-12)


def test_on_diagonal_matrices_they_are_adagrad_and_adam():
    assert_diagonals_are_moved_by_coordinate(ol)


def assert_turned_gradients_turn_the_steps(rules):
    for shape in ((3, 3), (3, 2), (2, 3)):
        rng = np.random.default_rng(5)
        Q, P = (np.linalg.qr(rng.normal(size=(n, n)))[0] for n in shape)
        slopes, start = gradients(shape, 15), rng.normal(size=shape)
        for cls, options in FORMS.values():
            rule = getattr(rules, cls.__name__)(lr=0.1, **options)
            plain = walk(rule, slopes, start)
            turned = walk(rule, Q @ slopes @ P, Q @ start @ P)
            np.testing.assert_allclose(Q @ plain @ P, turned, rtol=1e-6, atol=1e-8)
            assert np.max(np.abs(np.diff(plain, axis=0))) > 1e-3


def test_turning_the_matrix_turns_the_step():
    assert_turned_gradients_turn_the_steps(ol)


def test_shampoo_by_hand_after_two_gradients():
    """Diagonal, so that the fourth roots are of numbers: 16 + 0 and 0 + 81, then both twice."""
    G = np.array([np.diag([4.0, 0.0]), np.diag([0.0, 9.0]), np.diag([4.0, 9.0])])
    points = walk(ol.Shampoo(lr=1.0, eps=0.0), G, np.zeros((2, 2)))
    np.testing.assert_allclose(points[1], [[-1, 0], [0, 0]], atol=1e-12)
    np.testing.assert_allclose(points[2], [[-1, 0], [0, -1]], atol=1e-12)
    np.testing.assert_allclose(points[3], -(1 + np.sqrt(0.5)) * np.eye(2), atol=1e-12)


def test_bases_come_near_to_the_eigenvectors():
    """For one matrix throughout; the eigenvalues of L differ by a factor of 4 each."""
    Q = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    first, later = Q @ np.diag([1.0, 2.0, 4.0]), np.diag([4.0, 2.0, 1.0]) @ Q
    zeros, rule = np.zeros((1, 3, 3)), ol.SOAP(lr=0.1, every=1, beta=0.0)
    state = rule.initial(zeros)
    for t in range(1, 40):
        record = rule.update(t, (first if t == 1 else later)[None], *state)
        state = [record[name] for name in rule.state]
    np.testing.assert_allclose(abs(record["P"][0]), np.eye(3), atol=1e-9)
    R = later.T @ later
    np.testing.assert_allclose(
        record["Q"][0].T @ R @ record["Q"][0], np.diag([16, 4, 1]), atol=1e-8
    )


# How they run.


@every_form
def test_batch_is_the_loop_bit_for_bit(cls, options):
    shape, count = (4, 3), 5
    rng = np.random.default_rng(0)
    A, start = rng.normal(size=(12, 12)), rng.normal(size=(12, count))
    bowl = ol.Objective(
        f=lambda w: np.sum((A @ w) ** 2, axis=0) / 2,
        grad=lambda w: A.T @ (A @ w),
        variables=tuple(f"w{i}" for i in range(12)),
    )
    rates = np.linspace(0.01, 0.1, count)

    def run(lr, w):
        # One column after the other: the gradient's product has other bits in a batch.
        loop = ol.Objective(
            f=bowl.f,
            grad=lambda w: np.stack([A.T @ (A @ c) for c in w.reshape(12, -1).T], 1).reshape(
                w.shape
            ),
            variables=bowl.variables,
        )
        return ol.run(ol.Blocks({"W": cls(lr=lr, **options)}, {"W": shape}), loop, w, 12)

    together = run(rates, start)
    alone = [run(float(rate), start[:, k]) for k, rate in enumerate(rates)]
    np.testing.assert_array_equal(together, np.array(alone).T)


@every_form
def test_single_precision_stays_single_and_nothing_is_changed(cls, options):
    G = gradients((3, 2), 3).astype("f4")
    rule = cls(lr=0.1, **options)
    state = rule.initial(G[:1])
    for t, slope in enumerate(G, start=1):
        given = [np.array(x) for x in (slope[None], *state)]
        for array in given:
            array.setflags(write=False)
        record = rule.update(t, *given)
        assert {np.asarray(value).dtype for value in record.values()} == {np.dtype("f4")}
        state = [record[name] for name in rule.state]


@every_form
def test_divergence_is_data(cls, options):
    """One run of two has gradients that are no numbers; the other one goes on as if alone."""
    G = gradients((3, 2), 4)
    both = np.stack([G, G], axis=1)
    both[1:, 1] = np.inf
    rule = cls(lr=0.1, **options)
    states, alone = rule.initial(both[0]), rule.initial(G[:1])
    with np.errstate(all="ignore"):
        for t in range(1, 5):
            record = rule.update(t, both[t - 1], *states)
            single = rule.update(t, G[t - 1][None], *alone)
            states, alone = ([r[n] for n in rule.state] for r in (record, single))
    assert np.isnan(record["step"][1]).any()
    np.testing.assert_array_equal(record["step"][0], single["step"][0])


def test_arrays_of_hyperparameters_are_those_of_each_run():
    G = np.repeat(gradients((3, 2), 1), 2, axis=0)
    values = dict(exponent=np.array([0.25, 0.5]), eps=np.array([0.0, 0.5]))
    many = ol.Shampoo(lr=0.1).replace_unchecked(**{n: v[:, None, None] for n, v in values.items()})
    together = many.update(1, G, *many.initial(G))["step"]
    for k in range(2):
        rule = ol.Shampoo(lr=0.1, exponent=values["exponent"][k], eps=values["eps"][k])
        np.testing.assert_array_equal(together[k], rule.update(1, G, *rule.initial(G))["step"][k])


@pytest.mark.parametrize(
    ("make_rule", "message"),
    [
        (lambda: ol.Shampoo(exponent=0.0), "Shampoo: exponent must be finite and > 0"),
        (lambda: ol.Shampoo(beta=1.0), "Shampoo: beta must be in "),
        (lambda: ol.SOAP(every=0), "SOAP: every must be"),
        (lambda: ol.SOAP(eps=-1.0), "SOAP: eps must be finite and >= 0"),
    ],
)
def test_bad_settings_are_named(make_rule, message):
    with pytest.raises(ValueError, match=message):
        make_rule()


# Forms that are neither.


class Rules:
    """The package with one rule from elsewhere."""

    def __init__(self, name, rule):
        setattr(self, name, rule)

    def __getattr__(self, name):
        return getattr(ol, name)


def assert_all(rules):
    assert_first_steps(rules)
    assert_diagonals_are_moved_by_coordinate(rules)
    for library in EXACT:
        for run in runs(library).values():
            assert_same(run, rules)
    assert_turned_gradients_turn_the_steps(rules)


WRONG_SHAMPOO = {
    "L of the wrong side": ("L = L + G @ G.mT", "L = L + (G.mT @ G if len(L) == len(R) else L)"),
    "R without sum": ("R = R + G.mT @ G", "R = G.mT @ G"),
    "inverse square root": ("exponent: Positive = 0.25", "exponent: Positive = 0.5"),
    "one side only": ("left @ G @ right", "left @ G"),
    "sides exchanged": (
        "left @ G @ right",
        "(right @ G @ left if left.shape == right.shape else left @ G @ right)",
    ),
    "the average's weight missing": (
        "self.beta * L + (1 - self.beta) * (G @ G.mT)",
        "self.beta * L + G @ G.mT",
    ),
    "epsilon of a fixed size": ("inverse_root(L, self.exponent, self.eps)",
                                "inverse_root(L, self.exponent, 1e-3)"),
    "uphill": ("step=-self.lr", "step=self.lr"),
}  # fmt: skip
WRONG_SOAP = {
    "not turned back": ("P @ self._adam(t, P.mT @ M @ Q, V) @ Q.mT", "self._adam(t, M, V)"),
    "momentum not turned": ("self._adam(t, P.mT @ M @ Q, V)", "self._adam(t, M, V)"),
    "squares of the gradient as it is": ("* turned**2", "* G**2"),
    "turned the other way": ("turned = P.mT @ G @ Q", "turned = P @ G @ Q.mT"),
    "counted from the first step": ("t = t - self.skip_first", "t = t"),
    "V without its order": ("V = np.take_along_axis(V, order[..., :, None], axis=-2)", "pass"),
    "V in the order of P for Q": ("order[..., None, :], axis=-1)\n        return",
                                  "order[..., ::-1][..., None, :], axis=-1)\n        return"),
    "smallest eigenvalue first": ("np.argsort(-np.sum", "np.argsort(np.sum"),
    "bases renewed too late": ("(t - 1) % self.every == 0", "t % (self.every + 1) == 0"),
    "bases never renewed": ("(t - 1) % self.every == 0", "False"),
    "no QR": ("np.linalg.qr(np.take_along_axis(AQ, order[..., None, :], axis=-1))[0]",
              "np.take_along_axis(AQ, order[..., None, :], axis=-1)"),
    "beta of V for L": ("self.beta2 if self.beta is None else self.beta", "self.beta2"),
    "betas exchanged": ("self.beta1 * M + (1 - self.beta1) * G",
                        "self.beta2 * M + (1 - self.beta2) * G"),
    "moves at once": ("if t == 1 and self.skip_first", "if False"),
    "epsilon after": ("if self.eps_before_correction", "if False"),
    "epsilon always before": ("if self.eps_before_correction", "if True"),
    "V not corrected": ("scale = np.sqrt(1 - self.beta2**t)", "scale = 1.0"),
    "M not corrected": ("M / (1 - self.beta1**t)", "M"),
}  # fmt: skip
WRONG = {
    f"{name}, {label}": (name, module, *change)
    for name, module, changes in (
        ("Shampoo", "shampoo", WRONG_SHAMPOO),
        ("SOAP", "soap", WRONG_SOAP),
    )
    for label, change in changes.items()
}


def test_right_forms_are_accepted():
    for rule in (ol.Shampoo, ol.SOAP):
        assert_all(Rules(rule.__name__, rule))


@pytest.mark.parametrize(("name", "module", "old", "new"), WRONG.values(), ids=WRONG)
def test_wrong_forms_are_rejected(name, module, old, new):
    wrong = getattr(variant(sys.modules[f"optimlib.rules.{module}"], old, new), name)
    with np.errstate(all="ignore"), pytest.raises((AssertionError, ValueError)):
        assert_all(Rules(name, wrong))


def assert_roots(module):
    Q = np.linalg.qr(np.random.default_rng(3).normal(size=(4, 4)))[0]
    A = (Q * np.array([16.0, 1.0, 1e-4, 0.0])) @ Q.T
    for eps, expected in ((0.0, [0.5, 1.0, 10.0, 0.0]), (1.0, [17**-0.25, 2**-0.25, 1, 1])):
        root = module.inverse_root(A, 0.25, eps)
        np.testing.assert_allclose(Q.T @ root @ Q, np.diag(expected), rtol=1e-4, atol=1e-4)
    values, vectors = module.eigen(np.stack([A, np.full((4, 4), np.nan)]))
    assert np.all(np.diff(values[0]) <= 0)
    np.testing.assert_allclose(A @ vectors[0], vectors[0] * values[0], atol=1e-12)
    assert np.isnan(values[1]).all()
    assert np.isnan(vectors[1]).all()


def test_inverse_roots_of_singular_matrices():
    assert_roots(eigen_module)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.where(gone, 0,", "np.where(gone, 1,"),
        ("(np.asarray(eps) == 0)", "True"),
        ("** -exponent", "** exponent"),
        ("values = np.maximum(values, 0)", "values = np.maximum(values, 1)"),
        ("values[..., ::-1]", "values"),
        ("np.where(finite, Q, np.nan)", "Q"),
    ],
)
def test_wrong_roots_are_rejected(old, new):
    with np.errstate(all="ignore"), pytest.raises(AssertionError):
        assert_roots(variant(eigen_module, old, new))
