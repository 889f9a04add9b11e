"""The rules: their closed forms, the wrong variants these reject, and what rules accept."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
import wrong_rules as wrong
from cases import PROBLEMS, RULES, feed, starts

import optimlib as ol

SQUARE = ol.problems.square
LR = 0.1
GRADIENTS = np.random.default_rng(1).normal(size=(40, 3))


def close(actual, expected, rtol=1e-12, atol=1e-15):
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol)


def past(beta, values):
    """Return for each t the sum of βᵗ⁻ⁱ valuesᵢ over i <= t, as the sum it is."""
    return np.array(
        [sum(beta ** (t - i) * values[i] for i in range(t + 1)) for t in range(len(values))]
    )


# Closed forms: the step that the history of gradients demands. Each is a check that the rule
# passes and its wrong variants do not. Epsilon is large so that its place matters.


def check_gradient_descent(method):
    close(feed(method(LR), GRADIENTS), -LR * GRADIENTS)


def check_momentum(method):
    close(feed(method(LR, beta=0.8), GRADIENTS), -LR * past(0.8, GRADIENTS))


def check_heavy_ball(method):
    def rate(t):
        return LR / t

    rates = rate(np.arange(1, len(GRADIENTS) + 1))[:, None]
    close(feed(method(rate, beta=0.8), GRADIENTS), -past(0.8, rates * GRADIENTS))


def check_average_momentum(method):
    close(feed(method(LR, beta=0.8), GRADIENTS), -LR * 0.2 * past(0.8, GRADIENTS))


def check_nesterov(method):
    """On w², where the step is linear in (w, v): its matrix to the power t."""
    rule, eta, beta = method(LR, beta=0.8), LR, 0.8
    # v⁺ = βv + 2(w − ηβv), w⁺ = w − ηv⁺
    velocity = np.array([2, beta - 2 * eta * beta])
    matrix = np.array([[1, 0] - eta * velocity, velocity])
    powers = [np.linalg.matrix_power(matrix, t) @ [4.0, 0.0] for t in range(1, 31)]
    close(ol.trace(rule, SQUARE, 4.0, 30)["w"], np.array(powers)[:, 0], atol=1e-13)


def check_library_nesterov(method):
    velocities = past(0.8, GRADIENTS)
    rule = method(LR, beta=0.8, library_form=True)
    close(feed(rule, GRADIENTS), -LR * (GRADIENTS + 0.8 * velocities))


def check_adagrad(method):
    totals = np.cumsum(GRADIENTS**2, axis=0)
    close(feed(method(LR, eps=0.5), GRADIENTS), -LR * GRADIENTS / (np.sqrt(totals) + 0.5))


def check_rmsprop(method):
    means = 0.2 * past(0.8, GRADIENTS**2)
    rule = method(LR, beta=0.8, eps=0.5)
    close(feed(rule, GRADIENTS), -LR * GRADIENTS / (np.sqrt(means) + 0.5))


def check_rmsprop_inside(method):
    means = 0.2 * past(0.8, GRADIENTS**2)
    rule = method(LR, beta=0.8, eps=0.5, eps_inside=True)
    close(feed(rule, GRADIENTS), -LR * GRADIENTS / np.sqrt(means + 0.5))


def check_adam(method):
    t = np.arange(1, len(GRADIENTS) + 1)[:, None]
    m_hat = 0.3 * past(0.7, GRADIENTS) / (1 - 0.7**t)
    v_hat = 0.05 * past(0.95, GRADIENTS**2) / (1 - 0.95**t)
    rule = method(LR, beta1=0.7, beta2=0.95, eps=0.5)
    close(feed(rule, GRADIENTS), -LR * m_hat / (np.sqrt(v_hat) + 0.5))


def check_uncorrected_adam(method):
    m, v = 0.3 * past(0.7, GRADIENTS), 0.05 * past(0.95, GRADIENTS**2)
    rule = method(LR, beta1=0.7, beta2=0.95, eps=0.5, bias_correction=False)
    close(feed(rule, GRADIENTS), -LR * m / (np.sqrt(v) + 0.5))


CHECKS = [
    (check_gradient_descent, ol.GradientDescent, [wrong.Ascent, wrong.RateTwice]),
    (
        check_momentum,
        ol.Momentum,
        [wrong.DampenedMomentum, wrong.RateTwiceMomentum, wrong.StepBeforeVelocity],
    ),
    (check_heavy_ball, ol.HeavyBall, [wrong.RateOutsideHeavyBall, wrong.RateTwiceMomentum]),
    (
        check_average_momentum,
        ol.AverageMomentum,
        [wrong.UndampenedAverage, wrong.SwappedAverage],
    ),
    (
        check_nesterov,
        ol.Nesterov,
        [wrong.LookBehind, wrong.UnscaledLookAhead, wrong.FullLookAhead, wrong.NoLookAhead],
    ),
    (
        check_library_nesterov,
        ol.Nesterov,
        [wrong.OldVelocityNesterov, wrong.ForgetsGradientNesterov],
    ),
    (
        check_adagrad,
        ol.AdaGrad,
        [
            wrong.AdaGradInside,
            wrong.AdaGradWithoutRoot,
            wrong.AdaGradOfSizes,
            wrong.AdaGradOfMean,
            wrong.AdaGradLate,
            wrong.AdaGradOfChanges,
        ],
    ),
    *(
        (
            check,
            ol.RMSProp,
            [
                wrong.RMSPropOtherSide,
                wrong.RMSPropSwapped,
                wrong.RMSPropLate,
                wrong.RMSPropCorrected,
            ],
        )
        for check in (check_rmsprop, check_rmsprop_inside)
    ),
    (
        check_adam,
        ol.Adam,
        [
            wrong.AdamPowerBehind,
            wrong.AdamPowerAhead,
            wrong.AdamFixedPower,
            wrong.AdamInside,
            wrong.AdamEpsilonHat,
            wrong.AdamRateTwice,
            wrong.AdamWithoutMean,
            wrong.AdamWithoutRoot,
            wrong.AdamHalfCorrected,
            wrong.AdamUncorrected,
            wrong.AdamSwapped,
            wrong.AdamSquaresMean,
        ],
    ),
    (check_uncorrected_adam, ol.Adam, [wrong.AdamSwapped, wrong.AdamSquaresMean]),
]
RIGHT = [pytest.param(check, rule, id=check.__name__) for check, rule, _ in CHECKS]
WRONG = [
    pytest.param(check, variant, id=f"{check.__name__} {variant.__name__}")
    for check, _, variants in CHECKS
    for variant in variants
]


@pytest.mark.parametrize(("check", "method"), RIGHT)
def test_rule_has_its_closed_form(check, method):
    check(method)


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
@pytest.mark.parametrize(("check", "method"), WRONG)
def test_closed_form_rejects_the_wrong_variant(check, method):
    with pytest.raises(AssertionError):
        check(method)


def test_every_rule_is_tested():
    exported = {getattr(ol, name) for name in ol.__all__}
    rules = {x for x in exported if isinstance(x, type) and issubclass(x, ol.Rule)} - {ol.Rule}
    assert {type(make(LR)) for make in RULES.values()} == rules
    assert {rule for _, rule, _ in CHECKS} == rules


# What follows from the closed forms.


@pytest.mark.parametrize("lr", [0.1, 0.5, 0.9, 1.2])
def test_gradient_descent_shrinks_by_a_constant_factor(lr):
    t = np.arange(1, 51)
    path = ol.trace(ol.GradientDescent(lr), SQUARE, 4.0, 50)
    close(path["w"], 4 * (1 - 2 * lr) ** t, rtol=1e-11)


@pytest.mark.parametrize(("lr", "beta"), [(0.1, 0.9), (0.02, 0.5), (1.0, 0.3)])
def test_momentum_is_a_linear_recurrence(lr, beta):
    """w⁺ = (1 + β − 2η)w − βw₋ on w², so wₜ is a power of that recurrence's matrix."""
    matrix = np.array([[1 + beta - 2 * lr, -beta], [1, 0]])
    expected = [(np.linalg.matrix_power(matrix, t) @ [4, 4])[0] for t in range(1, 41)]
    close(ol.trace(ol.Momentum(lr, beta), SQUARE, 4.0, 40)["w"], expected, atol=1e-13)


@pytest.mark.parametrize("problem", ["square", "coupled_bowl", "x_cos(c=1)"])
def test_three_momenta_agree_at_matched_constant_rates(problem):
    problem = PROBLEMS[problem]
    start = starts(problem, 5)
    outside = ol.trace(ol.Momentum(0.02, 0.9), problem, start, 60)["w"]
    inside = ol.trace(ol.HeavyBall(0.02, 0.9), problem, start, 60)["w"]
    average = ol.trace(ol.AverageMomentum(0.02 / (1 - 0.9), 0.9), problem, start, 60)["w"]
    close(inside, outside, rtol=1e-10, atol=1e-12)
    close(average, outside, rtol=1e-10, atol=1e-12)


def test_three_momenta_differ_at_the_same_rate_or_under_a_schedule():
    def rate(t):
        return LR / t

    outside = ol.trace(ol.Momentum(rate), SQUARE, 4.0, 5)["w"]
    inside = ol.trace(ol.HeavyBall(rate), SQUARE, 4.0, 5)["w"]
    assert outside[0] == inside[0]
    assert np.all(np.abs(outside - inside)[1:] > 0.1)
    average = ol.trace(ol.AverageMomentum(lambda t: 10 * rate(t)), SQUARE, 4.0, 5)["w"]
    close(average, outside)
    assert ol.run(ol.AverageMomentum(LR), SQUARE, 4.0, 1) == pytest.approx(3.92)


@pytest.mark.parametrize("problem", ["square", "quadratic(kappa=10)", "rosenbrock", "x_cos(c=1)"])
def test_library_form_of_nesterov_visits_the_look_ahead_points(problem):
    problem = PROBLEMS[problem]
    start = np.reshape(problem.start, (problem.dim,))
    paper = ol.trace(ol.Nesterov(5e-4), problem, start, 41)
    library = ol.trace(ol.Nesterov(5e-4, library_form=True), problem, start, 40)
    close(library["w"], paper["look_ahead"][1:], rtol=1e-10, atol=1e-13)
    close(library["v"], paper["v"][:40], rtol=1e-10, atol=1e-12)
    assert np.max(np.abs(library["w"] - paper["w"][:40])) > 1e-6


@pytest.mark.parametrize("slope", [1e-3, 1.0, -250.0])
def test_adagrad_slows_as_the_root_of_t_under_a_constant_gradient(slope):
    t = np.arange(1, 1001)
    steps = feed(ol.AdaGrad(LR, eps=0), np.full((1000, 1), slope))[:, 0]
    close(steps, -LR * np.sign(slope) / np.sqrt(t))


def test_rmsprop_tends_to_steps_of_the_learning_rate_under_a_constant_gradient():
    t = np.arange(1, 301)
    steps = feed(ol.RMSProp(LR, beta=0.9, eps=0), np.full((300, 1), -7.0))[:, 0]
    close(steps, LR / np.sqrt(1 - 0.9**t))
    assert steps[-1] == pytest.approx(LR)


def test_epsilon_inside_acts_like_its_root_outside_where_the_gradient_vanishes():
    small = np.full((1, 1), 1e-12)
    inside = feed(ol.RMSProp(LR, eps=1e-8, eps_inside=True), small)
    outside = feed(ol.RMSProp(LR, eps=1e-4), small)
    close(inside, outside, rtol=1e-6, atol=0)
    assert feed(ol.RMSProp(LR, eps=1e-8), small)[0, 0] < 1000 * inside[0, 0]


@pytest.mark.parametrize("slope", [1.0, -0.02])
def test_uncorrected_adam_overshoots_under_a_constant_gradient(slope):
    t = np.arange(1, 2001)
    rule = ol.Adam(LR, eps=0, bias_correction=False)
    lengths = feed(rule, np.full((2000, 1), slope))[:, 0] / (-LR * np.sign(slope))
    close(lengths, (1 - 0.9**t) / np.sqrt(1 - 0.999**t), rtol=1e-11)
    assert lengths[0] == pytest.approx(np.sqrt(10), rel=1e-11)
    assert np.argmax(lengths) + 1 == 12
    assert round(lengths[11], 3) == 6.569


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_first_step_of_adam_is_the_learning_rate_against_the_sign(problem):
    start = starts(problem, 50)
    first = next(ol.iterate(ol.Adam(LR), problem, start))
    assert np.all(np.abs(first["g"]) > 1e-5)
    close(first["step"], -LR * np.sign(first["g"]), rtol=1e-2 * LR)


def test_constant_gradient_moves_corrected_adam_by_the_learning_rate_always():
    steps = feed(ol.Adam(LR, eps=0), np.full((500, 1), 3.0))
    close(steps, -LR, rtol=1e-11)


@pytest.mark.parametrize("make", [RULES[n] for n in RULES if n != "AdaGrad"])
def test_rule_without_memory_forgets(make):
    """With every β = 0 a rule has no memory: the same gradient gives the same step."""
    betas = {n: 0.0 for n in make(LR).hyperparameters() if n.startswith("beta")}
    g = np.array([1.5, -0.3])
    steps = feed(make(LR, **betas), np.array([g, -3 * g, g]))
    close(steps[0], steps[2])


# What holds for every rule.


@pytest.mark.parametrize("make", RULES.values(), ids=RULES)
def test_rule_never_changes_what_it_is_given(make):
    rule = make(LR)
    rng = np.random.default_rng(0)
    arrays = [rng.uniform(0.1, 2, (2, 5)) for _ in range(2 + len(rule.state))]
    before = [a.copy() for a in arrays]
    for a in arrays:
        a.setflags(write=False)
    w, g, *state = arrays
    rule.look_ahead(w, *state)
    rule.update(3, g, *state)
    assert all(np.array_equal(a, b) for a, b in zip(arrays, before, strict=True))


@pytest.mark.parametrize("make", RULES.values(), ids=RULES)
def test_rule_computes_the_same_again(make):
    rule = make(LR)
    first, again = (ol.trace(rule, SQUARE, 4.0, 20) for _ in range(2))
    assert all(np.array_equal(first[name], again[name]) for name in first.names)


@pytest.mark.parametrize("make", RULES.values(), ids=RULES)
@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_single_precision_stays_single(make, problem):
    start = starts(problem, 3).astype(np.float32)
    path = ol.trace(make(1e-3), problem, start, 3)
    kinds = {name: path[name].dtype for name in path.names if name != "t"}
    assert set(kinds.values()) == {np.dtype("float32")}, kinds
    assert path.values.dtype == np.float32


@pytest.mark.parametrize("make", RULES.values(), ids=RULES)
def test_hyperparameter_arrays_and_schedules_keep_single_precision(make):
    start = np.ones((1, 3), dtype=np.float32)
    for lr in (np.array([0.1, 0.2, 0.3]), lambda t: np.array([0.1, 0.2, 0.3]) / t):
        assert ol.run(make(lr), SQUARE, start, 3).dtype == np.float32


@pytest.mark.parametrize("make", RULES.values(), ids=RULES)
def test_rule_shows_its_hyperparameters_and_cannot_be_changed(make):
    rule = make(LR)
    assert "lr=0.1" in repr(rule)
    with pytest.raises(AttributeError):
        rule.lr = 0.2


# Bad input.


def hyperparameters(*prefixes):
    return [
        pytest.param(make, name, id=f"{title} {name}")
        for title, make in RULES.items()
        for name in make(LR).hyperparameters()
        if name.startswith(prefixes)
    ]


def assert_names(error, *words):
    assert all(word in str(error.value) for word in words), error.value


@pytest.mark.parametrize(("make", "name"), hyperparameters("lr"))
@pytest.mark.parametrize("value", [0, 0.0, -0.1, float("nan"), float("inf"), Fraction(-1, 2)])
def test_learning_rate_must_be_positive(make, name, value):
    with pytest.raises(ValueError, match=f"{name} must be finite and > 0") as error:
        make(**{name: value})
    assert_names(error, f"{name} = {value!r}", type(make(LR)).__name__)


@pytest.mark.parametrize(("make", "name"), hyperparameters("beta"))
@pytest.mark.parametrize("value", [1, 1.0, -0.1, 2, float("nan"), float("inf")])
def test_beta_must_be_in_its_interval(make, name, value):
    with pytest.raises(ValueError, match=rf"{name} must be in \[0, 1\)") as error:
        make(LR, **{name: value})
    assert_names(error, f"{name} = {value!r}")


@pytest.mark.parametrize(("make", "name"), hyperparameters("eps"))
@pytest.mark.parametrize("value", [-1e-8, float("nan"), float("inf")])
def test_epsilon_must_not_be_negative(make, name, value):
    with pytest.raises(ValueError, match=f"{name} must be finite and >= 0") as error:
        make(LR, **{name: value})
    assert_names(error, f"{name} = {value!r}")


@pytest.mark.parametrize(("make", "name"), hyperparameters("lr", "beta", "eps"))
@pytest.mark.parametrize("value", ["0.1", None, [0.1], 0.1j, True, np.array(["a"])], ids=repr)
def test_hyperparameter_must_be_a_number(make, name, value):
    with pytest.raises(TypeError, match=f"{name} must be a number") as error:
        make(**{"lr": LR} | {name: value})
    assert_names(error, f"{name} = {value!r}")


@pytest.mark.parametrize(
    ("method", "name"),
    [(ol.Nesterov, "library_form"), (ol.RMSProp, "eps_inside"), (ol.Adam, "bias_correction")],
)
@pytest.mark.parametrize("value", [1, None, "yes", np.True_])
def test_option_must_be_true_or_false(method, name, value):
    with pytest.raises(TypeError, match=f"{name} must be True or False") as error:
        method(LR, **{name: value})
    assert_names(error, f"{name} = {value!r}")


def test_one_bad_entry_of_an_array_is_enough():
    with pytest.raises(ValueError, match="lr must be"):
        ol.Adam(np.array([0.1, 0.0]))
    with pytest.raises(ValueError, match="beta must be"):
        ol.Momentum(LR, np.array([0.1, np.nan]))


def test_boundary_values_are_accepted():
    ol.Momentum(LR, beta=0)
    ol.Adam(LR, beta1=0, beta2=0, eps=0)
    ol.GradientDescent(Fraction(1, 10))
    ol.GradientDescent(np.float32(0.1))
    ol.GradientDescent(1)


# Schedules.


@pytest.mark.parametrize("make", RULES.values(), ids=RULES)
def test_constant_schedules_are_the_numbers(make):
    numbers = make(LR)
    constant = {n: (lambda t, v=v: v) for n, v in numbers.hyperparameters().items()}
    scheduled = make(**constant)
    for name in ("g", "w"):
        a, b = (ol.trace(rule, SQUARE, 4.0, 10)[name] for rule in (numbers, scheduled))
        assert np.array_equal(a, b)


def test_schedule_is_asked_for_each_step_from_one():
    path = ol.trace(ol.GradientDescent(lambda t: LR / t), SQUARE, 4.0, 4)
    close(path["w"], 4 * np.cumprod(1 - 2 * LR / np.arange(1, 5)))


@pytest.mark.parametrize("make", RULES.values(), ids=RULES)
def test_learning_rate_may_end_at_zero(make):
    path = ol.trace(make(lambda t: LR if t < 4 else 0.0), SQUARE, 4.0, 6)
    assert np.all(np.isfinite(path["w"]))
    if not isinstance(path.rule, ol.HeavyBall):
        assert path["w"][2] == path["w"][5]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (ol.GradientDescent(lambda t: LR if t < 3 else np.nan), "lr must be .* lr = nan"),
        (ol.GradientDescent(lambda t: LR if t < 3 else -0.5), "lr must be .* lr = -0.5"),
        (ol.Momentum(LR, lambda t: 0.5 * t), r"beta must be in \[0, 1\), got beta = 1.0"),
        (ol.Adam(LR, eps=lambda t: -t), "eps must be .* eps = -1"),
    ],
)
def test_bad_value_of_a_schedule_is_rejected(rule, message):
    with pytest.raises(ValueError, match=message):
        ol.trace(rule, SQUARE, 4.0, 5)


def test_schedule_must_return_a_number():
    with pytest.raises(TypeError, match="lr must be a number"):
        ol.run(ol.GradientDescent(lambda t: None), SQUARE, 4.0, 1)


# Rules of one's own.


@dataclass(frozen=True)
class SignDescent(ol.Rule):
    def update(self, t, g):
        return dict(step=-self.lr * np.sign(g))


def forgetful(answer):
    """Return a rule with the state v whose update returns answer(g, v)."""

    class Forgetful(ol.Rule):
        state = ("v",)

        def update(self, t, g, v):
            return answer(g, v)

    return Forgetful(LR)


def test_own_rule_runs():
    assert list(ol.trace(SignDescent(0.5), SQUARE, 2.0, 5)["w"]) == [1.5, 1, 0.5, 0, 0]


def test_own_rule_is_checked_like_the_others():
    with pytest.raises(ValueError, match="SignDescent: lr must be"):
        SignDescent(-1)


@pytest.mark.parametrize("start", [4.0, Fraction(4)], ids=["float", "Fraction"])
@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (lambda g, v: None, TypeError, "must return a dict, got None"),
        (lambda g, v: (v, -g), TypeError, r"must return a dict, got \("),
        (lambda g, v: dict(step=-g), ValueError, r"must return the state 'v', .* \['step'\]"),
        (lambda g, v: dict(v=v, u=v), ValueError, r"must return 'step', .* \['v', 'u'\]"),
    ],
)
def test_update_must_return_step_and_state(answer, error, message, start):
    with pytest.raises(error, match="Forgetful.update " + message):
        ol.trace(forgetful(answer), SQUARE, start, 1)


def test_rule_without_update_says_so():
    with pytest.raises(NotImplementedError, match="Rule does not define update"):
        ol.run(ol.Rule(LR), SQUARE, 4.0, 1)
