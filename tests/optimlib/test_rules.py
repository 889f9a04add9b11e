"""The rules: their closed forms, the wrong variants these reject, and what rules accept."""

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import pytest
import wrong_rules as wrong
from cases import NUMBERS, OPTIMIZERS, PAIRS, PROBLEMS, RULES, feed, starts, update
from hypothesis import given, settings
from hypothesis import strategies as st
from looping import each

import optimlib as ol
from optimlib import rules
from optimlib.rules.hyperparameters import declarations

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


def corrected(beta, values):
    """Return the running means with the weight `beta` of the past, corrected."""
    t = np.arange(1, len(values) + 1)[:, None]
    return (1 - beta) * past(beta, values) / (1 - beta**t)


def check_adam_inside(method):
    m_hat, v_hat = corrected(0.7, GRADIENTS), corrected(0.95, GRADIENTS**2)
    rule = method(LR, beta1=0.7, beta2=0.95, eps=0.5, eps_inside=True)
    close(feed(rule, GRADIENTS), -LR * m_hat / np.sqrt(v_hat + 0.5))


def check_adam_epsilon_hat(method):
    t = np.arange(1, len(GRADIENTS) + 1)[:, None]
    m_hat, v_hat = corrected(0.7, GRADIENTS), corrected(0.95, GRADIENTS**2)
    rule = method(LR, beta1=0.7, beta2=0.95, eps=0.5, eps_before_correction=True)
    expected = -LR * m_hat / (np.sqrt(v_hat) + 0.5 / np.sqrt(1 - 0.95**t))
    close(feed(rule, GRADIENTS), expected)


def check_dampened_momentum(method):
    gradients = np.concatenate([GRADIENTS[:1], 0.7 * GRADIENTS[1:]])
    rule = method(LR, beta=0.8, dampening=0.3)
    close(feed(rule, GRADIENTS), -LR * past(0.8, gradients))


def check_decaying_adagrad(method):
    t = np.arange(1, len(GRADIENTS) + 1)[:, None]
    totals = 2 + np.cumsum(GRADIENTS**2, axis=0)
    rule = method(LR, eps=0.5, eps_inside=True, G0=2, lr_decay=0.25)
    expected = -LR / (1 + 0.25 * (t - 1)) * GRADIENTS / np.sqrt(totals + 0.5)
    close(feed(rule, GRADIENTS), expected)


def check_centered_rmsprop(method):
    squares, means = 0.2 * past(0.8, GRADIENTS**2), 0.2 * past(0.8, GRADIENTS)
    rule = method(LR, beta=0.8, eps=0.5, centered=True, momentum=0.6)
    scaled = GRADIENTS / (np.sqrt(squares - means**2) + 0.5)
    close(feed(rule, GRADIENTS), -LR * past(0.6, scaled))


def check_adadelta(method):
    v, u, steps = 0.2 * past(0.8, GRADIENTS**2), 0, []
    for g, square in zip(GRADIENTS, v, strict=True):
        steps.append(g * ((u + 0.5) / (square + 0.5)) ** 0.5)
        u = 0.2 * past(0.8, np.array(steps) ** 2)[-1]
    close(feed(method(0.3, rho=0.8, eps=0.5), GRADIENTS), -0.3 * np.array(steps))


def rprop_steps(gradients, lr, grow, shrink, low, high, skip):
    """Return the steps of one coordinate, as Igel and Hüsken write the algorithm."""
    length, before, steps = lr, 0.0, []
    for g in gradients:
        if g * before > 0:
            length = min(length * grow, high)
        elif g * before < 0:
            length = max(length * shrink, low)
            g = 0.0 if skip else g
        steps.append(-length if g > 0 else length if g < 0 else 0.0)
        before = g
    return steps


def check_rprop(method, skip=False):
    settings = dict(lr=LR, grow=1.3, shrink=0.6)
    expected = [
        rprop_steps(column, **settings, low=0.05, high=0.12, skip=skip) for column in GRADIENTS.T
    ]
    rule = method(**settings, lr_min=0.05, lr_max=0.12, skip=skip)
    close(feed(rule, GRADIENTS), np.transpose(expected))


def check_skipping_rprop(method):
    check_rprop(method, skip=True)


def check_amsgrad(method):
    m, v = 0.3 * past(0.7, GRADIENTS), 0.05 * past(0.95, GRADIENTS**2)
    v_max = np.array([v[: i + 1].max(axis=0) for i in range(len(v))])
    rule = method(LR, beta1=0.7, beta2=0.95, eps=0.5)
    close(feed(rule, GRADIENTS), -LR * m / (np.sqrt(v_max) + 0.5))


def check_corrected_amsgrad(method):
    t = np.arange(1, len(GRADIENTS) + 1)[:, None]
    v = 0.05 * past(0.95, GRADIENTS**2)
    v_max = np.array([v[: i + 1].max(axis=0) for i in range(len(v))]) / (1 - 0.95**t)
    rule = method(LR, beta1=0.7, beta2=0.95, eps=0.5, bias_correction=True)
    close(feed(rule, GRADIENTS), -LR * corrected(0.7, GRADIENTS) / (np.sqrt(v_max) + 0.5))


def check_amsgrad_of_corrected(method):
    v = corrected(0.95, GRADIENTS**2)
    v_max = np.array([v[: i + 1].max(axis=0) for i in range(len(v))])
    options = dict(bias_correction=True, max_of_corrected=True)
    rule = method(LR, beta1=0.7, beta2=0.95, eps=0.5, **options)
    close(feed(rule, GRADIENTS), -LR * corrected(0.7, GRADIENTS) / (np.sqrt(v_max) + 0.5))


def decayed(steps, start, decay):
    """Return the steps with weight decay: w shrinks by LR · decay, then the step."""
    w, path = np.full(steps[0].shape, start), []
    for step in steps:
        path.append(step - LR * decay * w)
        w = w + path[-1]
    return np.array(path)


def check_adamw(method):
    m_hat, v_hat = corrected(0.7, GRADIENTS), corrected(0.95, GRADIENTS**2)
    rule = method(LR, beta1=0.7, beta2=0.95, eps=0.5, weight_decay=0.6)
    expected = decayed(-LR * m_hat / (np.sqrt(v_hat) + 0.5), 2.0, 0.6)
    close(feed(rule, GRADIENTS, w=2.0), expected)


def largest(beta, values):
    """Return for each t the largest βᵗ⁻ⁱ valuesᵢ over i <= t."""
    return np.array(
        [max((beta ** (t - i) * values[i] for i in range(t + 1)), key=lambda x: x)
         for t in range(len(values))]
    )  # fmt: skip


def check_adamax(method, inside=False):
    sizes = np.abs(GRADIENTS) + (0.5 if inside else 0)
    u = np.transpose([largest(0.8, column) for column in sizes.T])
    rule = method(LR, beta1=0.7, beta2=0.8, eps=0.5, eps_inside=inside)
    expected = -LR * corrected(0.7, GRADIENTS) / (u + (0 if inside else 0.5))
    close(feed(rule, GRADIENTS), expected)


def check_adamax_inside(method):
    check_adamax(method, inside=True)


def check_nadam(method, psi=0.3):
    t = np.arange(1, len(GRADIENTS) + 2)
    mu = 0.7 * (1 - 0.5 * 0.96 ** (t * psi)) if psi else np.full(len(t), 0.7)
    products = np.cumprod(mu)[:, None]
    mu = mu[:, None]
    m, v_hat = 0.3 * past(0.7, GRADIENTS), corrected(0.95, GRADIENTS**2)
    m_hat = mu[1:] * m / (1 - products[1:]) + (1 - mu[:-1]) * GRADIENTS / (1 - products[:-1])
    rule = method(LR, beta1=0.7, beta2=0.95, eps=0.5, psi=psi)
    close(feed(rule, GRADIENTS), -LR * m_hat / (np.sqrt(v_hat) + 0.5))


def check_nadam_constant(method):
    check_nadam(method, psi=None)


def check_radam(method, before=False):
    t = np.arange(1, len(GRADIENTS) + 1)[:, None]
    m_hat, v_hat = corrected(0.7, GRADIENTS), corrected(0.95, GRADIENTS**2)
    rho = 39 - 2 * t * 0.95**t / (1 - 0.95**t)
    r = np.sqrt(np.where(rho > 5, (rho - 4) * (rho - 2) * 39 / (35 * 37 * rho), 1))
    eps = 0.5 / np.sqrt(1 - 0.95**t) if before else 0.5
    rule = method(LR, beta1=0.7, beta2=0.95, eps=0.5, eps_before_correction=before)
    expected = -LR * np.where(rho > 5, r * m_hat / (np.sqrt(v_hat) + eps), m_hat)
    assert 1 < np.sum(rho <= 5) < 10
    close(feed(rule, GRADIENTS), expected, rtol=1e-11)


def check_radam_before(method):
    check_radam(method, before=True)


def check_adabelief(method):
    m = 0.3 * past(0.7, GRADIENTS)
    s = past(0.95, 0.05 * (GRADIENTS - m) ** 2 + 0.5)
    t = np.arange(1, len(GRADIENTS) + 1)[:, None]
    rule = method(LR, beta1=0.7, beta2=0.95, eps=0.5)
    expected = -LR * m / (1 - 0.7**t) / (np.sqrt(s / (1 - 0.95**t)) + 0.5)
    close(feed(rule, GRADIENTS), expected)


def check_yogi(method, correct=False):
    v, squares = np.full(3, 0.25), []
    for g in GRADIENTS:
        v = np.where(v > g**2, v - 0.05 * g**2, v + 0.05 * g**2)
        squares.append(v)
    t = np.arange(1, len(GRADIENTS) + 1)[:, None]
    m, v = 0.3 * past(0.7, GRADIENTS) + 0.7**t * 0.125, np.array(squares)
    if correct:
        m, v = m / (1 - 0.7**t), v / (1 - 0.95**t)
    options = dict(m0=0.125, v0=0.25, bias_correction=correct)
    rule = method(LR, beta1=0.7, beta2=0.95, eps=0.5, **options)
    close(feed(rule, GRADIENTS), -LR * m / (np.sqrt(v) + 0.5))


def check_corrected_yogi(method):
    check_yogi(method, correct=True)


def check_lion(method):
    memory = np.concatenate([np.zeros((1, 3)), 0.1 * past(0.9, GRADIENTS)[:-1]])
    signs = np.sign(0.6 * memory + 0.4 * GRADIENTS)
    rule = method(LR, beta1=0.6, beta2=0.9, weight_decay=0.6)
    close(feed(rule, GRADIENTS, w=2.0), decayed(-LR * signs, 2.0, 0.6))


def check_schedule_free(method, options=None, divisor=1.0, decay=0.0):
    """On a given curve of gradients: sums for z and its weighted mean, under a warm-up."""
    seen, gradients = [], iter(GRADIENTS)

    def gradient(w):
        seen.append(w[:, 0])
        return next(gradients)[:, None]

    rates = LR * np.minimum(np.arange(1, len(GRADIENTS) + 1) / 5, 1)[:, None]
    rule = method(lambda t: float(rates[t - 1, 0]), beta=0.7, **(options or {}))
    objective = ol.Objective(lambda w: 0 * w[0], gradient, variables=("x", "y", "s"))
    path = ol.trace(rule, objective, np.full(3, 2.0), len(GRADIENTS))
    moves = GRADIENTS / divisor + decay * np.array(seen[: len(GRADIENTS)])
    z = 2 - np.cumsum(rates * moves, axis=0)
    mean = np.cumsum(rates**2 * z, axis=0) / np.cumsum(rates**2, axis=0)
    close(path["w"], mean)
    before = np.concatenate([[[2.0] * 3], 0.3 * z[:-1] + 0.7 * mean[:-1]])
    close(np.array(seen), before)


def check_adaptive_schedule_free(method):
    divisor = np.sqrt(corrected(0.95, GRADIENTS**2)) + 0.5
    check_schedule_free(method, dict(beta2=0.95, eps=0.5), divisor)


def check_decaying_schedule_free(method):
    check_schedule_free(method, dict(weight_decay=0.6), decay=0.6)


def check_sign_descent(method):
    slopes = GRADIENTS.copy()
    slopes[::4] = 0.0  # Where there is no slope it stays.
    close(feed(method(LR), slopes), np.where(slopes > 0, -LR, np.where(slopes < 0, LR, 0)))


def check_adan(method, correct=True, proximal=True):
    changes = np.diff(GRADIENTS, axis=0, prepend=GRADIENTS[:1])
    ahead = (GRADIENTS + 0.8 * changes) ** 2
    if correct:
        m, d, v = corrected(0.7, GRADIENTS), corrected(0.8, changes), corrected(0.95, ahead)
    else:
        m = 0.3 * past(0.7, GRADIENTS) + past(0.7, first(0.7 * GRADIENTS[0]))
        v = 0.05 * past(0.95, ahead) + past(0.95, first(0.95 * ahead[0]))
        d = 0.2 * past(0.8, changes)
        d[1:] += past(0.8, first(0.8 * changes[1]))[:-1]
    steps = -LR * (m + 0.8 * d) / (np.sqrt(v) + 0.5)
    options = dict(bias_correction=correct, proximal=proximal, weight_decay=0.6)
    rule = method(LR, beta1=0.7, beta2=0.8, beta3=0.95, eps=0.5, **options)
    if not proximal:
        close(feed(rule, GRADIENTS, w=2.0), decayed(steps, 2.0, 0.6))
        return
    w, path = np.full(3, 2.0), []
    for step in steps:
        end = (w + step) / (1 + LR * 0.6)
        path.append(end - w)
        w = end
    close(feed(rule, GRADIENTS, w=2.0), np.array(path), atol=1e-14)


def first(values):
    """Return rows as many as there are gradients, the first `values` and the others 0."""
    return np.concatenate([[values], np.zeros((len(GRADIENTS) - 1, 3))])


def check_uncorrected_adan(method):
    check_adan(method, correct=False)


def check_decoupled_adan(method):
    check_adan(method, proximal=False)


def check_ademamix(method):
    m_hat, v_hat = corrected(0.7, GRADIENTS), corrected(0.95, GRADIENTS**2)
    slow = 0.01 * past(0.99, GRADIENTS)
    rule = method(LR, 0.7, beta2=0.95, beta3=0.99, alpha=3.0, eps=0.5, weight_decay=0.6)
    expected = decayed(-LR * (m_hat + 3 * slow) / (np.sqrt(v_hat) + 0.5), 2.0, 0.6)
    close(feed(rule, GRADIENTS, w=2.0), expected)


def check_adopt(method, clipped=True):
    v = [GRADIENTS[0] ** 2]
    for g in GRADIENTS[1:]:
        v.append(0.95 * v[-1] + 0.05 * g**2)
    scaled = GRADIENTS[1:] / np.maximum(np.sqrt(v[:-1]), 0.5)
    bounds = np.arange(1, len(GRADIENTS))[:, None] ** 0.25
    # Both happen: a root below ε, and a gradient beyond the bounds.
    assert np.any(np.sqrt(v) < 0.5)
    assert np.any(np.abs(scaled) > bounds)
    scaled = np.clip(scaled, -bounds, bounds) if clipped else scaled
    steps = -LR * 0.3 * past(0.7, np.concatenate([np.zeros((1, 3)), scaled]))
    close(feed(method(LR, beta1=0.7, beta2=0.95, eps=0.5, clipped=clipped), GRADIENTS), steps)


def check_unclipped_adopt(method):
    check_adopt(method, clipped=False)


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
    (check_adam_inside, ol.Adam, [wrong.AdamSwapped, wrong.AdamEpsilonHat]),
    (check_adam_epsilon_hat, ol.Adam, [wrong.AdamSwapped, wrong.AdamInside]),
    (
        check_dampened_momentum,
        ol.Momentum,
        [wrong.DampenedAtFirst, wrong.DampenedMomentum, wrong.StepBeforeVelocity],
    ),
    (check_decaying_adagrad, ol.AdaGrad, [wrong.AdaGradInside, wrong.AdaGradLate]),
    (check_centered_rmsprop, ol.RMSProp, [wrong.RMSPropCenteredLate, wrong.RMSPropRateTwice]),
    (
        check_adadelta,
        ol.Adadelta,
        [wrong.AdadeltaLate, wrong.AdadeltaScaledMemory, wrong.AdadeltaOutside],
    ),
    *(
        (
            check,
            ol.Rprop,
            [wrong.RpropSwapped, wrong.RpropOtherForm, wrong.RpropUnbounded, wrong.RpropOfSizes],
        )
        for check in (check_rprop, check_skipping_rprop)
    ),
    *(
        (check, ol.AMSGrad, [wrong.AMSGradForgets, wrong.AMSGradOtherOrder])
        for check in (check_amsgrad, check_corrected_amsgrad, check_amsgrad_of_corrected)
    ),
    (
        check_adamw,
        ol.AdamW,
        [wrong.AdamWCoupled, wrong.AdamWWithoutRate, wrong.AdamWGrowing],
    ),
    *(
        (
            check,
            ol.Adamax,
            [wrong.AdamaxOtherSide, wrong.AdamaxOfSquares, wrong.AdamaxCorrected],
        )
        for check in (check_adamax, check_adamax_inside)
    ),
    (check_nadam, ol.NAdam, [wrong.NAdamSameMomentum, wrong.NAdamConstant]),
    (check_nadam_constant, ol.NAdam, [wrong.NAdamAsAdam]),
    *(
        (check, ol.RAdam, [wrong.RAdamAlways, wrong.RAdamWithoutR, wrong.RAdamOtherEpsilon])
        for check in (check_radam, check_radam_before)
    ),
    (check_adabelief, ol.AdaBelief, [wrong.AdaBeliefOfOldMean, wrong.AdaBeliefOneEpsilon]),
    *(
        (check, ol.Yogi, [wrong.YogiOtherSign, wrong.YogiOfDifference])
        for check in (check_yogi, check_corrected_yogi)
    ),
    (
        check_lion,
        ol.Lion,
        [wrong.LionOneBeta, wrong.LionAfterMemory, wrong.LionWithoutDecay],
    ),
    *(
        (
            check,
            ol.ScheduleFree,
            [
                wrong.AtTheAverage,
                wrong.AtTheFastPoint,
                wrong.WeightsSwapped,
                wrong.StepsFromTheAverage,
                wrong.AverageOfOldPoints,
                wrong.WeightsWithoutSquare,
                wrong.StartCounts,
                wrong.JumpsToZ,
            ],
        )
        for check in (
            check_schedule_free,
            check_adaptive_schedule_free,
            check_decaying_schedule_free,
        )
    ),
    (
        check_sign_descent,
        ol.SignDescent,
        [
            wrong.SignAscent,
            wrong.AlwaysDown,
            wrong.OneSignForAll,
            wrong.SignForgotten,
            wrong.SignOfTheLargest,
            wrong.SignOfTheWhole,
            wrong.SizeKept,
            wrong.ZeroHasASign,
        ],
    ),
    *(
        (
            check,
            ol.Adan,
            [
                wrong.AdanOfGradients,
                wrong.AdanWithoutChange,
                wrong.AdanOtherWeight,
                wrong.AdanFirstChange,
                wrong.AdanWithoutDecay,
            ],
        )
        for check in (check_adan, check_uncorrected_adan, check_decoupled_adan)
    ),
    (check_adan, ol.Adan, [wrong.AdanAsAdamW, wrong.AdanUncorrected]),
    (
        check_ademamix,
        ol.AdEMAMix,
        [
            wrong.AdEMAMixCorrected,
            wrong.AdEMAMixOfFast,
            wrong.AdEMAMixAverage,
            wrong.AdEMAMixOutside,
            wrong.AdEMAMixWithoutDecay,
        ],
    ),
    *(
        (
            check,
            ol.ADOPT,
            [wrong.ADOPTNow, wrong.ADOPTOutside, wrong.ADOPTAdded, wrong.ADOPTFromZero],
        )
        for check in (check_adopt, check_unclipped_adopt)
    ),
    (check_adopt, ol.ADOPT, [wrong.ADOPTUnclipped, wrong.ADOPTBoundAhead]),
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


def asked_for(rule, checks):
    """Return in words what `checks` lack for a proof of the rule."""
    name, own = rule.__name__, [row for row in checks if row[1] is rule]
    if not own:
        return [
            f"{name} has no closed form: write a check of its steps in tests/optimlib/"
            f"test_rules.py and add (check, ol.{name}, [wrong.…]) to CHECKS there"
        ]
    return [
        f"{check.__name__} rejects nothing: write {name} in a wrong way in tests/wrong_rules.py "
        f"and add it to the list of this check in CHECKS in tests/optimlib/test_rules.py"
        for check, _, variants in own
        if not variants
    ]


@pytest.mark.parametrize("rule", [cls for cls in OPTIMIZERS if issubclass(cls, ol.Rule)])
def test_rule_has_a_closed_form_and_it_rejects_a_wrong_variant(rule):
    asked = asked_for(rule, CHECKS)
    assert not asked, "\n".join(asked)


def test_new_rule_is_asked_for_its_closed_form_and_a_wrong_variant():
    (asked,) = asked_for(SignDescent, CHECKS)
    assert asked.startswith("SignDescent has no closed form: ")
    checks = [*CHECKS, (check_lion, SignDescent, [])]
    (asked,) = asked_for(SignDescent, checks)
    assert asked.startswith("check_lion rejects nothing: write SignDescent in a wrong way in ")
    assert asked_for(SignDescent, [(check_lion, SignDescent, [wrong.LionOneBeta])]) == []


def test_every_optimizer_in_a_file_of_the_package_is_exported():
    found = set()
    for module in iter_modules(rules.__path__):
        names = vars(import_module(f"optimlib.rules.{module.name}")).items()
        kinds = {n for n, x in names if isinstance(x, type) and issubclass(x, ol.Optimizer)}
        found |= {name for name in kinds if not name.startswith("_")}
    assert found == set(rules.__all__), "add to the two lists in optimlib/rules/__init__.py"


@pytest.mark.parametrize("cls", [cls for cls in OPTIMIZERS if issubclass(cls, ol.Rule)])
def test_every_option_that_changes_the_formula_makes_a_form(cls):
    for name, declared in declarations(cls).items():
        if declared.kind is bool or (declared.is_hyperparameter and declared.optional):
            assert any(name in form for form in cls.forms.values()), f"add {name} to {cls}.forms"


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


@each("problem", PROBLEMS)
def test_first_step_of_adam_is_the_learning_rate_against_the_sign(problem):
    start = starts(problem, 50)
    first = next(ol.iterate(ol.Adam(LR), problem, start))
    assert np.all(np.abs(first["g"]) > 1e-5)
    close(first["step"], -LR * np.sign(first["g"]), rtol=1e-2 * LR)


def test_constant_gradient_moves_corrected_adam_by_the_learning_rate_always():
    steps = feed(ol.Adam(LR, eps=0), np.full((500, 1), 3.0))
    close(steps, -LR, rtol=1e-11)


NEVER_FORGET = ("ADOPT", "AdaGrad", "Adadelta", "Adan", "AMSGrad", "Rprop", "ScheduleFree", "Yogi")
DECAYING = ("AdEMAMix", "AdamW", "Lion", "Momentum, dampened")


@pytest.mark.parametrize("title", [n for n in RULES if not n.startswith(NEVER_FORGET + DECAYING)])
def test_rule_without_memory_forgets(title):
    """With every β = 0 a rule has no memory: the same gradient gives the same step."""
    make = RULES[title]
    ranges = make(LR).ranges()
    betas = {n: 0.0 for n in make(LR).hyperparameters() if ranges[n].lt == 1}
    g = np.array([1.5, -0.3])
    steps = feed(make(LR, **betas), np.array([g, -3 * g, g]))
    close(steps[0], steps[2])


@pytest.mark.parametrize(
    "title",
    [
        name
        for name in RULES
        if name.startswith(("AMSGrad", "Ada", "AdEMAMix", "NAdam", "RMSProp", "Yogi"))
        and not name.startswith(("AdaBelief", "Adadelta"))
    ],
)
@settings(max_examples=10, deadline=None)
@given(power=st.integers(-20, 20))
def test_adam_and_its_like_do_not_see_the_scale_of_the_loss(title, power):
    """Without ε, and started from nothing: a factor 2ⁿ changes no bit of the steps."""
    # Yogi's signs ask for squares, which a power of two scales exactly too.
    options = {n: 0 for n in ("m0", "v0", "G0", "weight_decay") if hasattr(RULES[title](LR), n)}
    rule = RULES[title](LR, eps=0.0, **options)
    steps, scaled = feed(rule, GRADIENTS), feed(rule, GRADIENTS * 2.0**power)
    assert np.array_equal(steps, scaled)


@pytest.mark.parametrize("title", ["Adam", "AdaGrad", "RMSProp", "AMSGrad", "Adamax", "Lion"])
def test_coordinatewise_rules_see_a_rotation_and_gradient_descent_does_not(title):
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    gradients = GRADIENTS[:, :2]
    exact = {"eps": 0.0} if title != "Lion" else {"weight_decay": 0.0}
    for make, sees in ((partial(RULES[title], **exact), True), (ol.Momentum, False)):
        turned = feed(make(LR), gradients @ turn.T)
        difference = np.max(np.abs(turned - feed(make(LR), gradients) @ turn.T))
        assert (difference > 0.01) if sees else (difference < 1e-14)


@pytest.mark.parametrize("make", [partial(ol.Lion, weight_decay=0.0), ol.Rprop, ol.SignDescent])
@settings(max_examples=20, deadline=None)
@given(power=st.integers(-20, 20))
def test_sign_methods_do_not_see_the_scale(make, power):
    steps = feed(make(LR), GRADIENTS)
    assert np.array_equal(steps, feed(make(LR), GRADIENTS * 2.0**power))
    close(np.abs(feed(ol.Lion(LR), GRADIENTS)), LR)
    close(np.abs(feed(ol.SignDescent(LR), GRADIENTS)), LR)


@pytest.mark.parametrize("beta", [0.0, 0.7])
def test_lion_with_one_beta_is_the_sign_of_an_average(beta):
    steps = feed(ol.Lion(LR, beta, beta, weight_decay=0.0), GRADIENTS)
    close(steps, -LR * np.sign((1 - beta) * past(beta, GRADIENTS)))
    assert np.array_equal(steps, feed(ol.SignDescent(LR), GRADIENTS)) == (beta == 0)


FIRST_STEPS = {
    "Adam": 1,
    "Adam, uncorrected": 0.1 / np.sqrt(0.001),
    "AdaGrad": 1,
    "RMSProp": 1 / np.sqrt(0.1),
    "RMSProp, centered": 1 / np.sqrt(0.1 * 0.9),
    "AMSGrad": 0.1 / np.sqrt(0.001),
    "AMSGrad, corrected": 1,
    "AMSGrad, max of corrected": 1,
    "Adamax": 1,
    "Adan, uncorrected": 1,
    "Adan, decoupled": 1,
    "AdEMAMix": 1 + 5 * 1e-4,
    "AdaBelief": 1 / 0.9,
    "Yogi": 0.1 / np.sqrt(0.001),
    "NAdam, constant momentum": 0.9 * 0.1 / (1 - 0.81) + 1,
    "Rprop": 1,
}


@pytest.mark.parametrize("title", FIRST_STEPS)
@pytest.mark.parametrize("slope", [3.0, -1e-3])
def test_first_step_in_units_of_the_learning_rate(title, slope):
    exact = {} if title == "Rprop" else {"eps": 0.0}
    step = feed(RULES[title](LR, **exact), np.full((1, 1), slope))[0, 0]
    assert step == pytest.approx(-LR * np.sign(slope) * FIRST_STEPS[title], rel=1e-12)


def test_radam_begins_as_momentum():
    """ρ is at most 5 in the first five steps of β₂ = 0.999."""
    steps = feed(ol.RAdam(LR), GRADIENTS)
    close(steps[:5], -LR * corrected(0.9, GRADIENTS)[:5])
    assert np.all(np.abs(steps[5] + LR * corrected(0.9, GRADIENTS)[5]) > 1e-3)


def test_threshold_of_radam_counts_as_exceeded_only_where_it_says_so():
    rho = ol.trace(ol.RAdam(LR), SQUARE, 4.0, 6)["rho"][4]
    strict, equal = (ol.RAdam(LR, threshold=float(rho), at_threshold=at) for at in (False, True))
    strict, equal = feed(strict, GRADIENTS), feed(equal, GRADIENTS)
    close(strict[:4], equal[:4])
    assert np.all(np.abs(strict[4] - equal[4]) > 1e-3)


@pytest.mark.parametrize("lr", [0.1, 0.5])
@pytest.mark.parametrize("decay", [0.01, 0.3])
def test_decoupled_decay_shrinks_by_a_constant_factor_without_gradients(lr, decay):
    t, flat = np.arange(1, 31), ol.Objective(lambda w: 0 * w, lambda w: 0 * w)
    rules = [
        ol.AdEMAMix(lr, weight_decay=decay),
        ol.AdamW(lr, weight_decay=decay),
        ol.Adan(lr, weight_decay=decay, proximal=False),
        ol.Lion(lr, weight_decay=decay),
        ol.DecoupledWeightDecay(ol.Momentum(lr), weight_decay=decay),
        ol.L2(ol.GradientDescent(lr), weight_decay=decay),
    ]
    for rule in rules:
        close(ol.trace(rule, flat, 4.0, 30)["w"], 4 * (1 - lr * decay) ** t, rtol=1e-13)


@pytest.mark.parametrize("lr", [0.1, 0.5])
def test_proximal_decay_divides_without_gradients(lr):
    t, flat = np.arange(1, 31), ol.Objective(lambda w: 0 * w, lambda w: 0 * w)
    path = ol.trace(ol.Adan(lr, weight_decay=0.3), flat, 4.0, 30)
    close(path["w"], 4 / (1 + 0.3 * lr) ** t, rtol=1e-13)


@pytest.mark.parametrize("slope", [1.0, -0.02])
def test_slow_mean_adds_up_to_its_share_under_a_constant_gradient(slope):
    t = np.arange(1, 2001)
    rule = ol.AdEMAMix(LR, beta3=0.99, alpha=3.0, eps=0.0)
    lengths = feed(rule, np.full((2000, 1), slope))[:, 0] / (-LR * np.sign(slope))
    close(lengths, 1 + 3 * (1 - 0.99**t), rtol=1e-11)
    assert lengths[-1] == pytest.approx(4)


def test_constant_gradient_moves_adan_by_the_learning_rate_always():
    steps = feed(ol.Adan(LR, eps=0), np.full((500, 1), 3.0))
    close(steps, -LR, rtol=1e-11)


def test_adopt_takes_no_first_step_and_a_first_gradient_near_zero_does_no_harm():
    gradients = np.array([[1e-9], [1.0], [1.0]])
    steps, huge = (feed(ol.ADOPT(LR, clipped=c), gradients)[:, 0] for c in (True, False))
    assert steps[0] == huge[0] == 0
    assert steps[1] == pytest.approx(-0.1 * LR)
    assert huge[1] == pytest.approx(-0.1 * LR * 1e6)


def test_coupled_decay_does_not_act_like_decoupled_decay_in_adam():
    """The coupled one alone moves by η whatever λ is."""
    flat = ol.Objective(lambda w: 0 * w, lambda w: 0 * w)
    for decay in (0.01, 0.3):
        path = ol.trace(ol.L2(ol.Adam(LR, eps=0.0), weight_decay=decay), flat, 4.0, 1)
        assert path["w"][0] == pytest.approx(3.9)


def test_rate_inside_rmsprops_velocity_matters_once_it_varies():
    def rate(t):
        return LR / t

    for lr, differs in ((LR, False), (rate, True)):
        outside, inside = (
            feed(ol.RMSProp(lr, momentum=0.9, lr_inside=inside), GRADIENTS)
            for inside in (False, True)
        )
        assert (np.max(np.abs(outside - inside)) > 1e-2) == differs


def test_amsgrad_does_what_adam_cannot_on_its_counterexample():
    """Reddi: 1010x if t mod 101 = 1, else −10x on [−1, 1]; the best fixed point is −1."""

    def at(t):
        slope = 1010.0 if t % 101 == 1 else -10.0
        return ol.Objective(lambda w: slope * w, lambda w: slope + 0 * w)

    stream = ol.Stream(ol.Objective(lambda w: 10 / 101 * w, lambda w: 10 / 101 + 0 * w), at)
    lr = ol.schedules.InverseSqrt(2.0)
    ends = [
        ol.run(ol.Projection(method(lr, 0.9, 0.99), -1, 1), stream, 0.0, 101 * 40)
        for method in (ol.Adam, ol.AMSGrad)
    ]
    assert ends[0] == 1
    assert ends[1] < 0


# What holds for every rule.


@each("make", RULES)
def test_rule_never_changes_what_it_is_given(make):
    rule = make(LR)
    rng = np.random.default_rng(0)
    arrays = [rng.uniform(0.1, 2, (2, 5)) for _ in range(2 + len(rule.state))]
    before = [a.copy() for a in arrays]
    for a in arrays:
        a.setflags(write=False)
    w, g, *state = arrays
    rule.look_ahead(w, *state)
    with np.errstate(invalid="ignore"):
        update(rule, 3, g, state, w)
    assert all(np.array_equal(a, b) for a, b in zip(arrays, before, strict=True))


@each("make", RULES)
def test_rule_computes_the_same_again(make):
    rule = make(LR)
    first, again = (ol.trace(rule, SQUARE, 4.0, 20) for _ in range(2))
    assert all(np.array_equal(first[name], again[name]) for name in first.names)


@each("make, problem", PAIRS)
def test_single_precision_stays_single(make, problem):
    start = starts(problem, 3).astype(np.float32)
    path = ol.trace(make(1e-3), problem, start, 3)
    kinds = {name: path[name].dtype for name in path.names if name not in ("t", *NUMBERS)}
    assert set(kinds.values()) == {np.dtype("float32")}, kinds
    assert path.values.dtype == np.float32


@each("make", RULES)
def test_hyperparameter_arrays_and_schedules_keep_single_precision(make):
    start = np.ones((1, 3), dtype=np.float32)
    for lr in (np.array([0.1, 0.2, 0.3]), lambda t: np.array([0.1, 0.2, 0.3]) / t):
        assert ol.run(make(lr), SQUARE, start, 3).dtype == np.float32


@each("make", RULES)
def test_rule_shows_its_hyperparameters_and_cannot_be_changed(make):
    rule = make(LR)
    assert "lr=0.1" in repr(rule)
    with pytest.raises(AttributeError):
        rule.lr = 0.2


# Bad input: see also test_hyperparameters.py.


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        (ol.Adam, dict(bias_correction=False, eps_before_correction=True), "eps_before_correction"),
        (ol.AMSGrad, dict(max_of_corrected=True), "max_of_corrected"),
        (ol.RMSProp, dict(lr_inside=True), "lr_inside"),
    ],
)
def test_option_without_the_one_it_needs_is_rejected(method, options, message):
    name = method.__name__
    full = f"^{name}: {message} must be False without [a-z_]+, got {message} = True$"
    with pytest.raises(ValueError, match=full):
        method(LR, **options)


def test_one_bad_entry_of_an_array_is_enough():
    with pytest.raises(ValueError, match="lr must be"):
        ol.Adam(np.array([0.1, 0.0]))
    with pytest.raises(ValueError, match="beta must be"):
        ol.Momentum(LR, np.array([0.1, np.nan]))


# Schedules.


@each("make", RULES)
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


@each("make", RULES)
def test_learning_rate_may_end_at_zero(make):
    path = ol.trace(make(lambda t: LR if t < 4 else 0.0), SQUARE, 4.0, 6)
    assert np.all(np.isfinite(path["w"]))
    keeps_the_rate = isinstance(path.rule, ol.HeavyBall | ol.Rprop)
    if not keeps_the_rate and not getattr(path.rule, "lr_inside", False):
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


# What a record shows.


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Adam", "m v m_hat v_hat"),
        ("Adam, uncorrected", "m v"),
        ("Adam, eps before correction", "m v alpha"),
        ("AMSGrad", "m v v_max"),
        ("AMSGrad, corrected", "m v v_max m_hat v_hat"),
        ("AMSGrad, max of corrected", "m v m_hat v_hat v_max"),
        ("RAdam", "m v m_hat rho_inf rho r v_hat"),
        ("NAdam", "m v mu mu_next P m_hat v_hat"),
        ("RMSProp, as Keras", "v g_bar b"),
        ("NAdam, constant momentum", "m v m_hat v_hat"),
        ("Adamax", "m u m_hat"),
        ("Rprop", "p s_tilde s g_tilde"),
        ("Yogi, corrected", "m v m_hat v_hat"),
        ("Adan", "Delta m d v g_tilde m_hat d_hat v_hat u"),
        ("Adan, uncorrected", "Delta m d v g_tilde u"),
        ("AdEMAMix", "m m_bar v m_hat v_hat"),
        ("ADOPT", "g_hat u m v"),
        ("ADOPT, unclipped", "g_hat u m v"),
    ],
)
def test_record_has_every_intermediate_by_its_name(title, names):
    path = ol.trace(RULES[title](LR), SQUARE, 4.0, 8)
    assert list(path.names) == ["t", "g", *names.split(), "step", "w"]


def test_centered_rmsprop_records_the_mean_of_the_gradients():
    path = ol.trace(ol.RMSProp(LR, centered=True), SQUARE, 4.0, 2)
    assert path["g_bar"][0] == pytest.approx(0.1 * path["g"][0], rel=1e-12)
    mean = 0.9 * path["g_bar"][0] + 0.1 * path["g"][1]
    assert path["g_bar"][1] == pytest.approx(mean, rel=1e-12)


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


def test_own_rule_is_given_the_point_if_it_asks_for_it():
    class Shrink(ol.Rule):
        def update(self, t, g, w):
            return dict(step=-self.lr * w)

    assert list(ol.trace(Shrink(0.5), SQUARE, 4.0, 3)["w"]) == [2, 1, 0.5]


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


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            dict(states=("v",)),
            r"Own: what a method remembers is named in state, .* got states = \(",
        ),
        (dict(state="velocity"), r"Own: state must be a tuple of names, .* got state = 'velocity'"),
        (dict(state=["v"]), r"Own: state must be a tuple of names, .* got state = \['v'\]"),
        (dict(state=(1,)), r"Own: state must be a tuple of names, .* got state = \(1,\)"),
        (dict(state=None), r"Own: state must be a tuple of names, .* got state = None"),
    ],
)
@pytest.mark.parametrize("base", [ol.Rule, ol.Optimizer, ol.Momentum, ol.Wrapper])
def test_a_state_that_is_not_named_is_noticed_where_the_class_is_made(base, body, message):
    with pytest.raises(TypeError, match=f"^{message}"):
        type("Own", (base,), body)
    assert type("Own", (base,), dict(state=("v", "s"))).state == ("v", "s")
