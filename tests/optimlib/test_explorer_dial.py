"""The direction dial: its numbers are optimlib's, its curves are where vᵀHv is constant."""

import json

import numpy as np
import pytest

pytest.importorskip("optimlib.explorers")

import optimlib as ol
from optimlib.calculus import directional_derivative, second_directional_derivative
from optimlib.curvature import condition_number, definiteness
from optimlib.explorers import dial

OWN = ol.Objective(
    f=lambda w: w[0] ** 2 * w[1] + np.exp(w[1]),
    grad=lambda w: (2 * w[0] * w[1], w[0] ** 2 + np.exp(w[1])),
    hess=lambda w: ((2 * w[1], 2 * w[0]), (2 * w[0], np.exp(w[1]))),
    variables=("x", "y"),
    name="own",
)
PROBLEMS = [
    ol.problems.quadratic(kappa=10, angle=0.5),
    ol.problems.saddle,
    ol.problems.monkey_saddle,
    ol.problems.rosenbrock,
    ol.problems.himmelblau,
    OWN,
]
MATRICES = [
    [[2.0, 1.0], [1.0, 2.0]],
    [[-3.0, 0.5], [0.5, -1.0]],
    [[2.0, 0.0], [0.0, -2.0]],
    [[1.0, 3.0], [3.0, 1.0]],
    [[1.0, 1.0], [1.0, 1.0]],
    [[0.0, 0.0], [0.0, -4.0]],
    [[1.0, 0.0], [0.0, 1.0]],
    [[0.0, 0.0], [0.0, 0.0]],
]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
@pytest.mark.parametrize("degrees", [0, 37, 180, 290])
def test_slope_and_curvature_are_those_of_optimlib(client, problem, degrees):
    ground = dial(problem).specification["ground"]
    angle, point = np.radians(degrees), np.array([0.7, -0.4])
    v = np.array([np.cos(angle), np.sin(angle)])
    along = client(
        "alongDirection(codeOf(ground), ground.parameters, point, angle)",
        ground=ground,
        point=list(point),
        angle=angle,
    )
    slope = directional_derivative(problem, point, v)
    curvature = second_directional_derivative(problem, point, v)
    size = np.linalg.norm(problem.grad(point)) + np.linalg.norm(problem.hess(point))
    assert along["slope"] == pytest.approx(slope, abs=1e-13 * size)
    assert along["curvature"] == pytest.approx(curvature, abs=1e-13 * size)
    assert along["measuredSlope"] == pytest.approx(slope, abs=1e-7 * size)
    assert along["measuredCurvature"] == pytest.approx(curvature, abs=1e-5 * size)


@pytest.mark.parametrize("matrix", MATRICES)
def test_eigenvalues_and_kind_are_those_of_optimlib(client, matrix):
    eigen = client("eigenOf(matrix)", matrix=matrix)
    sign = definiteness(matrix)
    np.testing.assert_allclose(eigen["values"], sign.eigenvalues, atol=1e-14)
    assert client("definitenessOf(values)", values=eigen["values"]) == sign.kind
    for value, angle in zip(eigen["values"], eigen["angles"], strict=True):
        v = np.array([np.cos(angle), np.sin(angle)])
        np.testing.assert_allclose(np.array(matrix) @ v, value * v, atol=1e-14)


def test_tiny_eigenvalue_has_no_sign(client):
    for values in [[1e-12, 1], [-1, -1e-12], [-1e-12, 1], [1e-8, 1], [-1e-8, 1]]:
        assert client("definitenessOf(values)", values=values) == definiteness(np.diag(values)).kind


@pytest.mark.parametrize("matrix", MATRICES)
def test_curves_are_where_the_quadratic_form_is_constant(client, matrix):
    curves = client("curvatureCurves(eigenOf(matrix), 0.5)", matrix=matrix)
    kinds = {"definite": 1, "indefinite": 4, "semidefinite": 2, "zero": 0}
    assert len(curves) == kinds[definiteness(matrix).kind.split()[-1]]
    for curve in curves:
        u = np.array([curve["xs"], curve["ys"]])
        form = np.sum(u * (np.array(matrix) @ u), axis=0)
        level = curve["sign"] * abs(form[48])
        np.testing.assert_allclose(form, level, atol=1e-9 * abs(level))


def test_half_axes_of_the_ellipse_are_as_one_over_the_root_of_the_eigenvalues(client):
    (curve,) = client("curvatureCurves(eigenOf([[9, 0], [0, 1]]), 0.5)")
    assert np.max(curve["xs"]) == pytest.approx(0.5 / 3)
    assert np.max(curve["ys"]) == pytest.approx(0.5)


def test_specification_says_what_is_shown():
    figure = dial(ol.problems.rosenbrock, (0.5, 0.25), show=("slice", "curvature"), direction=90)
    specification = figure.specification
    assert [part["name"] for part in specification["show"]] == ["curvature", "slice"]
    assert specification["ground"]["start"] == [0.5, 0.25]
    assert specification["direction"] == 90
    assert len(json.dumps(specification)) < 60_000
    assert "image/png" in figure._repr_mimebundle_()[0]["text/html"]


def test_start_outside_is_moved_into_the_picture():
    bowl = ol.problems.quadratic(kappa=10)
    ground = dial(bowl).specification["ground"]
    assert ground["domain"] == [list(side) for side in bowl.domain]
    np.testing.assert_allclose(ground["start"], [0.8, 0.8])
    corner = dial(ol.problems.elongated_bowl).specification["ground"]
    np.testing.assert_allclose(corner["start"], [-2.0, -0.8])


def test_parameters_get_sliders():
    figure = dial(ol.problems.quadratic(kappa=10, angle=0.5), kappa=(1, 100), angle=(0, 3))
    assert [slider["key"] for slider in figure.specification["sliders"]] == ["kappa", "angle"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            dict(objective=ol.problems.square),
            "objective must have two variables, got square with 1",
        ),
        (dict(show=("slope", "tangent")), "show must be among .*, got show = 'tangent'"),
        (dict(direction=400), r"direction must be in \[0, 360\], got direction = 400"),
        (dict(at=(1.0, 2.0, 3.0)), "at must have shape"),
        (dict(at=(1.0, np.nan)), "at must be finite"),
        (dict(kappa=(1, 2)), "kappa is no hyperparameter of a rule and no parameter of a problem"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        dial(**{"objective": ol.problems.saddle} | arguments)


def test_what_needs_a_hessian_asks_for_it():
    plain = ol.Objective(
        f=lambda w: w[0] * w[1], grad=lambda w: (w[1], w[0]), variables=("x", "y"), name="plain"
    )
    assert "hess" not in dial(plain).specification["ground"]
    with pytest.raises(ValueError, match="objective must have a hess to show ellipse, got plain"):
        dial(plain, show="ellipse")


def test_not_an_objective():
    with pytest.raises(TypeError, match="got objective = 3"):
        dial(3)


def test_condition_number_is_the_ratio_of_the_eigenvalues(client):
    problem, point = ol.problems.rosenbrock, np.array([1.0, 1.0])
    low, high = client("eigenOf(H)", H=problem.hess(point).tolist())["values"]
    assert high / low == pytest.approx(condition_number(problem, point), rel=1e-9)
