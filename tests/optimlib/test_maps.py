"""Sweeps equal separate runs; a basin is told by where its runs end."""

import numpy as np
import pytest

import optimlib as ol

SQUARE, WAVE = ol.problems.square, ol.problems.x_cos()


def test_sweep_is_what_separate_runs_give():
    rates, betas = [0.01, 0.1, 0.3], [0.0, 0.9]
    heights = ol.sweep(
        ol.Momentum(lr=1.0), ol.problems.rosenbrock, (0.5, 0.5), 3, lr=rates, beta=betas
    )
    for i, lr in enumerate(rates):
        for j, beta in enumerate(betas):
            end = ol.run(ol.Momentum(lr, beta), ol.problems.rosenbrock, (0.5, 0.5), 3)
            assert heights[i, j] == pytest.approx(ol.problems.rosenbrock.f(end), rel=1e-12)


def test_sweep_keeps_the_options_of_the_rule():
    rule = ol.Adam(lr=1.0, bias_correction=False)
    (height,) = ol.sweep(rule, SQUARE, 4.0, 1, lr=[0.1])
    assert height == pytest.approx(3.683772**2, rel=1e-6)


def test_sweep_reaches_into_wrappers():
    rule = ol.Averaging(ol.ClipNorm(ol.Momentum(lr=1.0), limit=2.0))
    rates, limits = [0.01, 0.1], [1.0, 3.0, 9.0]
    heights = ol.sweep(rule, ol.problems.rosenbrock, (0.5, 0.5), 7, limit=limits, lr=rates)
    for i, limit in enumerate(limits):
        for j, lr in enumerate(rates):
            one = ol.ClipNorm(ol.Momentum(lr), limit)
            end = ol.run(one, ol.problems.rosenbrock, (0.5, 0.5), 7)
            assert heights[i, j] == pytest.approx(ol.problems.rosenbrock.f(end), rel=1e-12)


def test_sweep_reaches_into_blocks():
    limits, betas = [1.0, 5.0], [0.1, 0.5, 0.9]

    def rule(limit, beta):
        x = ol.ClipNorm(ol.Momentum(0.01, beta), limit)
        return ol.Blocks({"x": x, "y": ol.GradientDescent(0.02)}, {"x": (1,), "y": (1,)})

    valley = ol.problems.rosenbrock
    heights = ol.sweep(rule(2.0, 0.0), valley, (0.5, 0.5), 7, limit=limits, beta=betas)
    for i, limit in enumerate(limits):
        for j, beta in enumerate(betas):
            end = ol.run(rule(limit, beta), valley, (0.5, 0.5), 7)
            assert heights[i, j] == pytest.approx(valley.f(end), rel=1e-12)
    with pytest.raises(ValueError, match=r"Momentum: beta must be in \[0, 1\)"):
        ol.sweep(rule(2.0, 0.0), valley, (0.5, 0.5), 7, beta=[0.5, 1.0])


def test_sweep_of_a_name_that_two_have_is_refused():
    rule = ol.L2(ol.AdamW(lr=0.1), weight_decay=0.1)
    with pytest.raises(ValueError, match=r"L2\(.*\) has 2 hyperparameters weight_decay"):
        ol.sweep(rule, SQUARE, 4.0, 3, weight_decay=[0.1, 0.2])


def test_sweep_of_a_diverging_rate_is_data():
    heights = ol.sweep(ol.GradientDescent(lr=1.0), SQUARE, 4.0, 5000, lr=[0.1, 1.5])
    assert heights[0] == 0
    assert not np.isfinite(heights[1])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "name at least one hyperparameter"),
        ({"gamma": [1]}, "GradientDescent has no gamma, only lr"),
        ({"lr": [0.1, -1]}, "lr must be finite and > 0"),
    ],
)
def test_sweep_names_what_is_wrong(values, message):
    with pytest.raises(ValueError, match=message):
        ol.sweep(ol.GradientDescent(lr=1.0), SQUARE, 4.0, 3, **values)


def test_basins_of_gradient_descent_end_at_the_hilltop():
    map_ = ol.basins(ol.GradientDescent(lr=0.01), WAVE, 2000, size=201)
    (x,) = map_.starts
    hilltop = 0.27385268680085091  # x cos(πx) is odd
    np.testing.assert_array_equal(map_.reached, (x > hilltop).astype(int))
    assert map_.shares.sum() == pytest.approx(1)
    assert map_.shares[-1] == 0


def test_basins_of_two_variables_and_of_diverged_runs():
    himmelblau = ol.problems.himmelblau
    map_ = ol.basins(ol.GradientDescent(lr=0.001), himmelblau, 3000, size=20, threads=2)
    assert map_.reached.shape == (20, 20)
    assert (map_.shares[:4] > 0.15).all()
    lost = ol.basins(ol.GradientDescent(lr=1.0), himmelblau, 50, size=20)
    assert lost.shares[-1] == 1
    assert "100.0% reach none" in repr(lost)


@pytest.mark.parametrize(
    ("problem", "options", "error", "message"),
    [
        (ol.problems.cube, {}, ValueError, "objective must have known minima, cube has none"),
        (SQUARE, {"size": 1}, ValueError, "size must be >= 2"),
        (SQUARE, {"tolerance": 0}, ValueError, "tolerance must be finite and > 0"),
        (3, {}, TypeError, "objective must be like ol.problems.square, got .* = 3"),
    ],
)
def test_basins_name_what_is_wrong(problem, options, error, message):
    with pytest.raises(error, match=message):
        ol.basins(ol.GradientDescent(lr=0.1), problem, 3, **options)
