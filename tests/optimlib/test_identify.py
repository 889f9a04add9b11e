"""What `identify` says of the library's rules, of wrong variants, and of steps that are none."""

import itertools
from functools import partial

import numpy as np
import pytest
import wrong_rules
from cases import RULES, each_once
from looping import each

import optimlib as ol
from optimlib.identify import adapters, probes
from optimlib.identify.finding import Search, undirected
from optimlib.identify.playing import Elsewhere, Player
from optimlib.identify.report import all_settings
from optimlib.identify.schedule import matching

# Rates, decay rates that are on no grid, and an ε for each of two settings.
SETTINGS = {
    "default": dict(lr=0.0125),
    "other": dict(
        lr=0.0375, beta=0.8125, beta1=0.7825, beta2=0.9635, beta3=0.9815, eps=3.25e-6, rho=0.875
    ),
}


def configured(make, settings):
    rule = make(lr=0.1)
    known = rule.hyperparameters()
    return rule.with_hyperparameters(**{k: v for k, v in settings.items() if k in known})


def own_gradients(seed=5, steps=30, dim=6):
    """Return gradients that `identify` does not play."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(steps, dim)) * 10.0 ** rng.uniform(-5, 0, dim)


def path(fresh, gradients, start=0.5):
    """Return the points to which a step function goes."""
    step, w, points = fresh(), np.full(gradients.shape[1], start), []
    for g in gradients:
        w = step(w, g)
        points.append(w)
    return np.array(points)


def goes_the_same_way(rule, fresh, tolerance=1e-8):
    gradients = own_gradients()
    ours, theirs = path(adapters.of_rule(rule), gradients), path(fresh, gradients)
    return np.allclose(ours, theirs, rtol=tolerance, atol=tolerance * np.abs(theirs - 0.5).max())


def same_settings(found, rule):
    """Return whether a rule of this class and form with these settings is among those found."""
    wanted = rule.hyperparameters()
    for other in (found.rule, *found.equivalents):
        if type(other) is type(rule):
            own = other.hyperparameters()
            told = {n: v for n, v in wanted.items() if n not in found.undetermined}
            if all(n in own and np.isclose(own[n], v, rtol=1e-4) for n, v in told.items()):
                return True
    return False


# Of "AdaGrad, as Keras" only the sum of ε and the start of G counts.
SUMS = ("AdaGrad, as Keras",)


# Every rule at one of its forms and some of the settings, and what was once not found; all forms
# would take as long as all other tests. benchmarks/identify.py asks for more.
ONCE = zip(each_once(), itertools.cycle(SETTINGS))
HARD = [("AdamW", "other"), ("Yogi", "other"), ("RMSProp, as Keras", "default")]


@pytest.mark.parametrize(("title", "settings"), sorted({*ONCE, *HARD}))
def test_a_rule_of_the_library_is_found_again(title, settings):
    rule = configured(RULES[title], SETTINGS[settings])
    found = ol.identify(rule)
    assert found.rule is not None, found
    assert goes_the_same_way(found.rule, adapters.of_rule(rule))
    assert type(rule) in {type(other) for other in (found.rule, *found.equivalents)}, found
    assert len(all_settings(found.rule)) <= len(all_settings(rule)), "not the simplest"
    assert title in SUMS or same_settings(found, rule), found


COMBINING = [
    ol.DoG(lr=0.75, r0=1e-4),
    ol.DAdaptSGD(lr=0.75, d0=1e-3),
    ol.Prodigy(lr=0.75, d0=1e-4, beta2=0.9635),
]


@each("rule", COMBINING)
def test_a_rule_that_looks_at_all_coordinates_is_found_again(rule):
    found = ol.identify(rule)
    assert type(found.rule) is type(rule), found
    assert same_settings(found, rule), found


def of_matrices(rule, vectors=None):
    """Return a maker of step functions of a rule of matrices, and of another one of vectors."""

    def fresh():
        memory, plain = {"t": 0}, vectors and adapters.of_rule(vectors)()

        def step(w, g):
            if w.ndim < 2 and plain:
                return plain(w, g)
            rows, columns = w.shape
            G, W = g.reshape(1, rows, columns), w.reshape(1, rows, columns)
            memory["t"] += 1
            state = memory.get("state") or rule.initial(W)
            given = {"w": W} if rule.sees_point else {}
            record = rule.update(memory["t"], G, *state, **given)
            memory["state"] = [record[name] for name in rule.state]
            return w + record["step"][0]

        return step

    return fresh


MATRICES = [
    ol.Shampoo(lr=0.0375, eps=3.25e-4),
    ol.SOAP(lr=0.0375, beta1=0.8125, beta2=0.9635),
]


@each("rule", MATRICES)
def test_a_rule_of_matrices_is_found_again(rule):
    found = ol.identify(fresh=of_matrices(rule))
    assert type(found.rule) is type(rule), found
    told = {n: v for n, v in rule.hyperparameters().items() if n not in ("eps", "floor")}
    assert all(np.isclose(found.settings[n], v, rtol=1e-4, atol=1e-9) for n, v in told.items())
    assert str(found).startswith("It takes matrices and no vectors.")


def test_what_moves_matrices_otherwise_than_vectors_is_reported_twice():
    muon = ol.Muon(lr=0.0375, beta=0.8125, scale="rows")
    found = ol.identify(fresh=of_matrices(muon, vectors=ol.GradientDescent(lr=0.0125)))
    assert found.rule == ol.GradientDescent(lr=0.0125)
    assert found.on_matrices.rule == muon
    assert "A matrix is not moved as its entries in a vector are. Of a matrix:\n  Muon" in str(
        found
    )


def test_steps_of_eigenvectors_depend_on_rounding_where_a_matrix_is_not_square():
    assert {type(candidate.core) for candidate in undirected()} == {ol.SOAP}


def test_a_gradient_that_is_wanted_elsewhere_is_a_reason():
    def sharp(w, g):
        raise Elsewhere("the gradient was asked for at another point")

    found = ol.identify(fresh=lambda: sharp)
    assert (found.rule, found.name) == (None, "unknown")
    assert str(found) == "Unknown: the gradient was asked for at another point."


WRAPPED = {
    "Lookahead": ol.Lookahead(ol.Momentum(lr=0.0125, beta=0.85), k=6, alpha=0.75),
    "always clipped": ol.ClipNorm(ol.GradientDescent(lr=0.0125), limit=0.125),
    "L2": ol.L2(ol.Nesterov(lr=0.025, beta=0.85, library_form=True), weight_decay=0.15),
    "decoupled": ol.DecoupledWeightDecay(ol.RMSProp(lr=0.0125, beta=0.95), weight_decay=0.15),
    "clipped by norm": ol.ClipNorm(ol.Momentum(lr=0.0125, beta=0.85), limit=1.25),
    "exponential": ol.Momentum(lr=ol.schedules.Exponential(0.025, factor=0.975)),
}


@each("title, rule", {title: (title, rule) for title, rule in WRAPPED.items()})
def test_what_is_around_a_rule_is_found(title, rule):
    found = ol.identify(rule)
    assert found.rule is not None, found
    assert goes_the_same_way(found.rule, adapters.of_rule(rule))
    core = getattr(rule, "core", rule)
    assert type(core) in {type(getattr(r, "core", r)) for r in (found.rule, *found.equivalents)}
    if not rule.has_schedules():
        own = {**core.hyperparameters(), **rule.hyperparameters()}
        assert all(
            np.isclose(found.settings[name], value, rtol=1e-4) for name, value in own.items()
        )
    else:
        assert found.rule.lr == rule.lr


# Some mistakes of each kind; those that take the steps of another rule are named as that.
MISTAKES = {
    name: getattr(wrong_rules, name)
    for name in (
        *("AdamEpsilonHat", "AdamHalfCorrected", "RateTwice"),
        *("UndampenedAverage",),
    )
}
EQUAL = {
    "AdamEpsilonHat": ol.Adam,
    "RateTwice": ol.GradientDescent,
    "UndampenedAverage": ol.Momentum,
}


@each("name", list(MISTAKES))
def test_a_wrong_variant_is_never_given_a_wrong_name(name):
    rule = configured(
        MISTAKES[name], dict(lr=0.0375, beta1=0.75, beta2=0.9375, beta=0.75, eps=1e-3)
    )
    found = ol.identify(rule)
    if found.rule is not None:
        assert goes_the_same_way(found.rule, adapters.of_rule(rule)), found
    else:
        assert found.departure is not None
    if name in EQUAL:
        same = {type(other) for other in (found.rule, *found.equivalents)}
        assert EQUAL[name] in same, found


def adam_with_a_root_too_many(state, w, g):
    """Adam whose squares are corrected with β₁: no rule of the library."""
    state["t"] = t = state.get("t", 0) + 1
    state["m"] = m = 0.9 * state.get("m", 0) + 0.1 * g
    state["v"] = v = 0.99 * state.get("v", 0) + 0.01 * g**2
    return w - 0.01 * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.9**t)) + 1e-6)


def fresh_of(step):
    return lambda: partial(step, {})


def test_what_is_no_rule_is_unknown_and_the_report_says_where_it_departs():
    found = ol.identify(fresh=fresh_of(adam_with_a_root_too_many))
    assert found.rule is None
    assert (found.name, found.settings) == ("unknown", {})
    assert found.departure.t >= 1
    text = str(found)
    assert text.startswith("Unknown: no rule of this library takes these steps.\nNearest: ")
    assert (
        f"It departs in step {found.departure.t}, coordinate {found.departure.coordinate}" in text
    )
    assert "on the gradient, earlier gradients, the number of earlier gradients." in text


def adagrad_with_momentum(state, w, g):
    """Optax's sm3 on vectors, which RMSProp with momentum imitates to six digits as β nears 1."""
    state["G"] = G = state.get("G", 0) + g**2
    size = np.sqrt(np.float32(0.1) * G + np.float32(1e-9))
    state["v"] = v = 0.9 * state.get("v", 0) + (0.01 * g / size).astype(np.float32)
    return w - v


def test_a_rule_does_not_imitate_another_one_with_a_setting_at_its_end():
    player = Player(fresh_of(adagrad_with_momentum), (probes.DIM,))
    found = Search(player, many=True).identification()
    assert found.rule is None, found


def test_random_steps_are_said_to_be_random():
    rng = np.random.default_rng(0)
    found = ol.identify(fresh=lambda: lambda w, g: w - 0.1 * g * rng.uniform(0.9, 1.1))
    assert found.rule is None
    assert found.dependence.random
    assert "chance" in str(found)


DEPENDENCES = {
    "length": lambda state, w, g: (
        w - 0.1 * g / state.setdefault("t", itertools.count(1)).__next__()
    ),
    "weight": lambda state, w, g: w - 0.1 * g / (1 + w**2),
    "others": lambda state, w, g: w - 0.1 * g * np.tanh(np.abs(g).sum()),
    "history": lambda state, w, g: (
        w - 0.1 * np.tanh(state.setdefault("past", []).append(g) or sum(state["past"][-3:]))
    ),
}


@each("kind", list(DEPENDENCES))
def test_the_report_says_on_what_steps_depend(kind):
    search = Search(Player(fresh_of(DEPENDENCES[kind]), (probes.DIM,)), many=True)
    seen = {name for name in (*DEPENDENCES, "length") if getattr(search.dependence, name)}
    assert seen == {kind}


def test_a_step_that_is_called_again_and_again_is_enough():
    state = {}

    def step(w, g):
        state["v"] = 0.8125 * state.get("v", 0) + 0.1875 * g**2
        return w - 0.0125 * g / (np.sqrt(state["v"]) + 1e-5)

    found = ol.identify(step)
    assert found.rule == ol.RMSProp(lr=0.0125, beta=0.8125, eps=1e-5)
    assert "not tried" in str(found.dependence)
    assert "in one run" in str(found)


def in_float32(state, w, g):
    state["t"] = t = state.get("t", 0) + 1
    one = np.float32
    w, g = w.astype(one), g.astype(one)
    state["m"] = m = one(0.85) * state.get("m", one(0)) + one(0.15) * g
    state["v"] = v = one(0.975) * state.get("v", one(0)) + one(0.025) * g**2
    return w - one(0.0125) * m / one(1 - 0.85**t) / (np.sqrt(v / one(1 - 0.975**t)) + one(1e-6))


@pytest.mark.parametrize("returned", [np.float32, np.float64])
def test_float32_is_found_out(returned):
    found = ol.identify(
        fresh=fresh_of(lambda state, w, g: in_float32(state, w, g).astype(returned))
    )
    assert isinstance(found.rule, ol.Adam), found
    wanted = dict(lr=0.0125, beta1=0.85, beta2=0.975, eps=1e-6)
    assert all(np.isclose(found.settings[name], v, rtol=1e-3) for name, v in wanted.items())
    assert found.single
    assert found.dtype == returned
    assert "float32" in str(found)


def test_rules_that_no_gradients_tell_apart_are_named_together():
    found = ol.identify(ol.AverageMomentum(lr=0.5, beta=0.75))
    same = {(type(r), r.lr, r.beta) for r in (found.rule, *found.equivalents) if hasattr(r, "beta")}
    assert {
        (ol.Momentum, 0.125, 0.75),
        (ol.HeavyBall, 0.125, 0.75),
        (ol.AverageMomentum, 0.5, 0.75),
    } <= same
    assert "which no gradients tell apart" in str(found)


def test_without_decay_adamw_is_adam():
    found = ol.identify(ol.AdamW(lr=0.0125, weight_decay=0.0))
    assert found.rule == ol.Adam(lr=0.0125)
    assert ol.AdamW(lr=0.0125, weight_decay=0.0) in found.equivalents


def test_a_setting_that_makes_no_difference_is_said_to_be_open():
    found = ol.identify(ol.Rprop(lr=0.0125, lr_max=1e6))
    assert isinstance(found.rule, ol.Rprop), found
    low, high = found.undetermined["lr_max"]
    assert low < 1e6 < high
    assert "ηᵐᵃˣ is not determined" in str(found)


def raising(state, w, g):
    state["t"] = state.get("t", 0) + 1
    if state["t"] == 5:
        raise KeyError("exp_avg")
    return w - g


def in_place(state, w, g):
    w -= 0.1 * g
    return w


def changing_g(state, w, g):
    g *= 0.1
    return w - g


def becoming_nan(state, w, g):
    state["t"] = state.get("t", 0) + 1
    return w - g / (0.0 if state["t"] == 7 else 1.0)


FAULTS = {
    "raises": (raising, ValueError, r"step must take .*call 5 raised KeyError: 'exp_avg'"),
    "in place": (in_place, ValueError, "not change what it is given, call 1 changed w in place"),
    "changes g": (changing_g, ValueError, "call 1 changed g in place: write"),
    "nan": (becoming_nan, ValueError, r"finite numbers, call 7 returned .*inf in coordinate 0"),
    "shape": (lambda s, w, g: w[:2], ValueError, r"shape \(16,\) like w, call 1 returned .*\(2,\)"),
    "nothing": (lambda s, w, g: None, TypeError, "real numbers, call 1 returned None"),
    "complex": (lambda s, w, g: w + 1j, TypeError, "call 1 returned an array of type complex128"),
    "text": (lambda s, w, g: "w", TypeError, "real numbers, call 1 returned 'w'"),
}


@each("step, kind, words", FAULTS)
def test_what_is_wrong_with_a_step_is_said_with_its_call(step, kind, words):
    with pytest.raises(kind, match=words), np.errstate(all="ignore"):
        ol.identify(fresh=fresh_of(step))


@each(
    "given, words",
    {
        "nothing": ({}, "exactly one of step, fresh, torch, optax and keras, got none"),
        "two": ({"step": abs, "fresh": abs}, "got step, fresh"),
        "number": ({"step": 0.1}, "step must be callable, got step = 0.1"),
        "optax": ({"optax": abs}, "optax must be a GradientTransformation, got optax = "),
        "fresh": ({"fresh": lambda: 3}, r"fresh must return a step function, got fresh\(\) = 3"),
    },
)
def test_a_wrong_argument_is_named(given, words):
    with pytest.raises(TypeError, match=words):
        ol.identify(**given)


SCHEDULES = [
    ol.schedules.Constant(0.25),
    ol.schedules.Exponential(0.25, factor=0.9375),
    ol.schedules.InverseTime(0.25, decay=0.5),
    ol.schedules.InverseSqrt(0.25),
    ol.schedules.WarmUp(0.25, steps=20),
    ol.schedules.Linear(0.25, 0.0, steps=40),
    ol.schedules.Linear(0.25, 0.0625, steps=400),
    ol.schedules.Cosine(0.25, steps=50),
    ol.schedules.Cosine(0.25, steps=300, lr_min=0.03125),
    ol.schedules.Step(0.25, period=15, factor=0.5),
    ol.schedules.Step(0.25, period=(10, 60), factor=0.5),
    ol.schedules.Then(10, ol.schedules.WarmUp(0.25, 10), ol.schedules.Cosine(0.25, 200)),
    ol.schedules.Then(5, ol.schedules.Constant(0.0), ol.schedules.Exponential(0.25, 0.9375)),
]


@each("schedule", SCHEDULES)
def test_a_schedule_is_found_by_its_values(schedule):
    values = np.array([float(schedule(t)) for t in range(1, probes.STEPS + 1)])
    found = matching(values, 1e-9)
    assert found is not None
    assert np.allclose([float(found(t)) for t in range(1, 101)], values, rtol=1e-8, atol=1e-12)
    assert matching(values * (1 + 1e-3 * np.sin(np.arange(100))), 1e-9) is None


def test_the_probes_are_exact_in_float32():
    for seed in (0, 1):
        for numbers in (probes.gradients(seed), probes.start(seed)):
            assert np.array_equal(numbers, numbers.astype(np.float32))
            assert np.isfinite(numbers).all()
