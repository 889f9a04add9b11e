"""What the Hessian tells: definiteness, critical points and their kind, convexity, sharpness."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from optimlib.calculus import second_directional_derivative
from optimlib.checks import check_box, check_choice, check_count, check_number, real_array
from optimlib.objective import Objective, check_objective, one_point
from optimlib.printing import printable
from optimlib.symbols import number_text
from optimlib.types import ArrayLike, Box, Points, Values

# An eigenvalue this small, relative to the largest, has no sign.
TOLERANCE = 1e-9

KINDS = {
    "positive definite": "minimum",
    "negative definite": "maximum",
    "indefinite": "saddle",
}


@dataclass(frozen=True)
class Definiteness:
    """The sign of a symmetric matrix, with the eigenvalues that it is read from, in order."""

    kind: str
    eigenvalues: tuple[float, ...]

    def __repr__(self) -> str:
        return printable(f"{self.kind}, eigenvalues {number_text(self.eigenvalues)}")


def definiteness(matrix: Points, *, tolerance: float = TOLERANCE) -> Definiteness:
    r"""Return the sign of a symmetric matrix A: what \|λ\| ≤ tolerance · ‖A‖₂ lets one say.

    ``"positive definite"``
        All eigenvalues are positive: vᵀAv > 0 for every v ≠ 0.
    ``"positive semidefinite"``
        None is negative, but some are zero, up to the tolerance.
    ``"negative definite"``, ``"negative semidefinite"``
        Likewise.
    ``"indefinite"``
        Some are positive, some negative.
    ``"zero"``
        All are zero: both semidefinite.

    Parameters
    ----------
    matrix : array, shape (d, d)
    tolerance : float
        Relative to the spectral norm ‖A‖₂, the largest \|λ\|. It is never less than d times the
        spacing of the matrix's type at 1.

    Returns
    -------
    Definiteness

    Raises
    ------
    ValueError
        If `matrix` is not square, finite and symmetric, or `tolerance` is not in [0, 1).

    Examples
    --------
    >>> from optimlib.curvature import definiteness
    >>> definiteness([[2, 1], [1, 2]])
    positive definite, eigenvalues (1, 3)
    >>> definiteness([[2, 0], [0, -2]]).kind, definiteness([[1, 1], [1, 1]]).kind
    ('indefinite', 'positive semidefinite')
    """
    matrix = real_array("matrix", matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ValueError(f"matrix must have shape (d, d), got matrix of shape {matrix.shape}")
    if not np.max(np.abs(matrix - matrix.T)) <= 1e-6 * np.max(np.abs(matrix)):
        raise ValueError(f"matrix must be symmetric, got matrix = {matrix!r}")
    _check_tolerance(tolerance)
    return _definiteness(matrix, tolerance)


def _definiteness(matrix, tolerance, scale=0.0):
    """Read the sign; eigenvalues are also without a sign if tiny against `scale`."""
    eigenvalues = np.linalg.eigvalsh(matrix)
    size = max(np.max(np.abs(eigenvalues)), scale)
    tolerance = max(tolerance, len(matrix) * np.finfo(matrix.dtype).eps)
    some_positive = np.any(eigenvalues > tolerance * size)
    some_negative = np.any(eigenvalues < -tolerance * size)
    some_zero = np.any(np.abs(eigenvalues) <= tolerance * size)
    if some_positive and some_negative:
        kind = "indefinite"
    elif not some_positive and not some_negative:
        kind = "zero"
    else:
        kind = "positive" if some_positive else "negative"
        kind += " semidefinite" if some_zero else " definite"
    return Definiteness(kind, _floats(eigenvalues))


# Critical points


@dataclass(frozen=True)
class CriticalPoint:
    """A point without slope.

    Attributes
    ----------
    point : float, or tuple of float
        A plain number for a function of one variable.
    value : float
        f there.
    eigenvalues : tuple of float
        Of the Hessian, in order.
    kind : str
        ``"minimum"``, ``"maximum"``, ``"saddle"``, or ``"undecided"`` where the Hessian cannot
        tell.
    """

    point: float | tuple[float, ...]
    value: float
    eigenvalues: tuple[float, ...]
    kind: str

    def __repr__(self) -> str:
        return printable(
            f"{self.kind} at {number_text(self.point)}, f = {number_text(self.value)}, "
            f"eigenvalues {number_text(self.eigenvalues)}"
        )


def classify(
    objective: Objective, w: ArrayLike, *, tolerance: float = TOLERANCE, slope: float = 1e-6
) -> CriticalPoint:
    r"""Return the kind of the critical point `w`, as far as the Hessian can tell.

    All eigenvalues positive: a minimum. All negative: a maximum. Some positive and some negative:
    a saddle. Otherwise it is undecided: x⁴, −x⁴ and x³ have the same Hessian 0 at 0.

    Parameters
    ----------
    objective : Objective
        With a Hessian.
    w : number or array, shape (d,)
        One point.
    tolerance : float
        As in `definiteness`: a smaller eigenvalue, relative to the largest, has no sign.
    slope : float
        How large the gradient may be, relative to the Hessian's norm where that exceeds 1.

    Returns
    -------
    CriticalPoint

    Raises
    ------
    TypeError
        If `objective` is no `Objective`.
    ValueError
        If `w` is not one finite point or has a slope, `tolerance` is not in [0, 1), or the
        objective has no Hessian.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.curvature import classify
    >>> classify(ol.problems.saddle, [0, 0])
    saddle at (0, 0), f = 0, eigenvalues (−2, 2)
    >>> classify(ol.problems.quartic, 0.0)
    undecided at 0, f = 0, eigenvalues (0)
    """
    check_objective(objective)
    _check_tolerance(tolerance)
    check_number("slope", slope, positive=True)
    point = one_point(objective, w)
    gradient, hessian = objective.grad(point), objective.hess(point)
    steepness = np.linalg.norm(gradient)
    if not steepness <= slope * max(1.0, float(np.linalg.norm(hessian, 2))):
        raise ValueError(
            f"w must be a critical point of {objective.name}, got w = {w!r} "
            f"where the gradient has length {steepness:.3g}"
        )
    return _classified(objective, point, tolerance)


def _classified(objective, point, tolerance, scale=0.0):
    sign = _definiteness(objective.hess(point), tolerance, scale)
    return CriticalPoint(
        _floats(point) if objective.dim > 1 else float(point[0]),
        float(objective.f(point)),
        sign.eigenvalues,
        KINDS.get(sign.kind, "undecided"),
    )


def critical_points(
    objective: Objective,
    box: Box | None = None,
    *,
    grid: int = 41,
    steps: int = 200,
    tolerance: float = TOLERANCE,
) -> list[CriticalPoint]:
    r"""Return the critical points in a box, sorted by value, that Newton's method finds.

    Newton's method on the gradient, :math:`w \leftarrow w - H^{+} \nabla f`, starts from every
    point of a grid. It may miss points: between the grid's points there can be room for more, or
    no start may lead to one. Where critical points form a curve, some of its points are returned.

    Parameters
    ----------
    objective : Objective
        Of one or two variables, with a Hessian.
    box : sequence of (low, high), one for each variable, optional
        By default the objective's domain.
    grid : int
        Starts in each direction, at least 2.
    steps : int
        At most so many steps from each start.
    tolerance : float
        As in `definiteness`, but relative to the Hessian's typical norm in the box where that is
        larger: at a point found numerically a Hessian is never exactly zero.

    Returns
    -------
    list of CriticalPoint

    Raises
    ------
    TypeError
        If `objective` is no `Objective`, or `grid` or `steps` is no integer.
    ValueError
        If there are more than two variables or no Hessian, or an argument is out of range.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.curvature import critical_points
    >>> for point in critical_points(ol.problems.x_cos()):
    ...     print(point)
    minimum at 1.09041, f = −1.04672, eigenvalues (12.0914)
    minimum at −0.273853, f = −0.178603, eigenvalues (6.52577)
    maximum at 0.273853, f = 0.178603, eigenvalues (−6.52577)
    """
    check_objective(objective)
    if objective.dim > 2:
        raise ValueError(
            f"critical_points searches one or two variables, got {objective.name} "
            f"with {objective.dim}"
        )
    low, high = _check_box(objective, box)
    check_count("grid", grid, least=2)
    check_count("steps", steps, least=1)
    _check_tolerance(tolerance)
    axes = np.linspace(low, high, grid).T
    starts = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")])
    size = np.linalg.norm(high - low)
    with np.errstate(all="ignore"):
        norms = np.max(np.abs(_eigenvalues(objective.hess(starts))), axis=-1)
        points = _newton(objective, starts, steps, size)
    scale = float(np.nanmedian(norms))
    margin = 1e-9 * (high - low)[:, None]
    inside = np.all((points >= low[:, None] - margin) & (points <= high[:, None] + margin), axis=0)
    distinct = _distinct(objective, points[:, inside], 1e-6 * size)
    found = [_classified(objective, point, tolerance, scale) for point in distinct]
    return sorted(found, key=lambda critical: (critical.value, critical.point))


def _newton(objective, w, steps, size):
    """Return the ends, shape (d, n), of those runs that came to rest."""
    ends = []
    for _ in range(steps):
        gradient, hessian = objective.grad(w), objective.hess(w)
        finite = np.all(np.isfinite(w), axis=0) & np.all(np.abs(w) < 1e6 * size, axis=0)
        finite &= np.all(np.isfinite(gradient), axis=0)
        finite &= np.all(np.isfinite(hessian), axis=(0, 1))
        w, gradient, hessian = w[:, finite], gradient[:, finite], hessian[..., finite]
        inverse = np.linalg.pinv(np.moveaxis(hessian, -1, 0), rcond=1e-14, hermitian=True)
        move = -np.einsum("nij,jn->in", inverse, gradient)
        lengths = np.linalg.norm(move, axis=0)
        # Where H is singular the pseudo-inverse may also rest at a point with a slope.
        steep = np.linalg.norm(gradient, axis=0)
        flat = steep <= 1e-9 * size * np.max(np.abs(hessian), axis=(0, 1), initial=0)
        rest = (lengths <= 1e-11 * size) & (flat | (steep == 0))
        ends.append((w + move)[:, rest])
        # A step across the whole box would only leave it.
        w = (w + move * np.minimum(1, size / 4 / np.maximum(lengths, 1e-300)))[:, ~rest]
    return np.concatenate(ends, axis=1)


def _distinct(objective, points, distance):
    """Return one point of each cluster, the one with the smallest gradient."""
    order = np.argsort(np.linalg.norm(objective.grad(points), axis=0), kind="stable")
    chosen = []
    for point in points[:, order].T:
        if all(np.linalg.norm(point - other) > distance for other in chosen):
            chosen.append(point)
    return chosen


# Convexity


@dataclass(frozen=True)
class NoCounterexample:
    """A convexity probe found nothing, which proves nothing. It counts as False."""

    form: str
    samples: int

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return f"no counterexample found ({self.form} form, {self.samples} samples)"


@dataclass(frozen=True)
class ChordCounterexample:
    """Between a and b the function rises above the chord: not convex."""

    a: float | tuple[float, ...]
    b: float | tuple[float, ...]
    t: float
    value: float
    chord: float

    def __repr__(self) -> str:
        a, b, t, value, chord = map(number_text, (self.a, self.b, self.t, self.value, self.chord))
        return printable(
            f"not convex: (1 − t)a + tb, a = {a}, b = {b}, t = {t}: f = {value} > chord = {chord}"
        )


@dataclass(frozen=True)
class TangentCounterexample:
    """At b the function is below the tangent (plane) at a: not convex."""

    a: float | tuple[float, ...]
    b: float | tuple[float, ...]
    value: float
    tangent: float

    def __repr__(self) -> str:
        a, b, value, tangent = map(number_text, (self.a, self.b, self.value, self.tangent))
        return printable(f"not convex: at b = {b}, f = {value} < tangent at a = {a}: {tangent}")


@dataclass(frozen=True)
class CurvatureCounterexample:
    """At the point the curvature in some direction is negative: not convex."""

    point: float | tuple[float, ...]
    direction: float | tuple[float, ...]
    curvature: float

    def __repr__(self) -> str:
        return printable(
            f"not convex: at {number_text(self.point)} the curvature along "
            f"{number_text(self.direction)} is {number_text(self.curvature)} < 0"
        )


Counterexample: TypeAlias = ChordCounterexample | TangentCounterexample | CurvatureCounterexample


def probe_convexity(
    objective: Objective,
    form: str = "chord",
    box: Box | None = None,
    *,
    samples: int = 1000,
    seed: int = 0,
) -> Counterexample | NoCounterexample:
    r"""Look for a counterexample to convexity among random points of a box.

    f is convex if and only if, for all points a and b and 0 ≤ t ≤ 1,

    .. math::

       \text{chord: } & f((1-t)a + tb) \le (1-t) f(a) + t f(b), \\
       \text{first-order: } & f(b) \ge f(a) + \nabla f(a) \cdot (b - a), \\
       \text{hessian: } & v^\top H(a)\, v \ge 0 \text{ for every } v,

    where the second needs a gradient and the third a Hessian. A counterexample settles that f is
    not convex on the box. If none is found, that settles nothing: a probe never proves convexity.

    Parameters
    ----------
    objective : Objective
    form : {"chord", "first-order", "hessian"}
    box : sequence of (low, high), one for each variable, optional
        By default the objective's domain.
    samples : int
        How many pairs of points (or points), at least 1.
    seed : int
        Of the random numbers.

    Returns
    -------
    ChordCounterexample, TangentCounterexample, CurvatureCounterexample or NoCounterexample
        The worst counterexample among the samples; or a `NoCounterexample`, which is False.

    Raises
    ------
    TypeError
        If `objective` is no `Objective`, or `samples` or `seed` no integer.
    ValueError
        If `form` is unknown, `box` does not fit, or there is no Hessian to probe.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.curvature import probe_convexity
    >>> probe_convexity(ol.problems.cosh())
    no counterexample found (chord form, 1000 samples)
    >>> probe_convexity(ol.problems.saddle, "hessian", samples=1)
    not convex: at (0.547847, −0.920853) the curvature along (0, 1) is −2 < 0

    References
    ----------
    Boyd & Vandenberghe, Convex Optimization (2004), section 3.1.
    """
    check_objective(objective)
    check_choice("form", form, PROBES)
    low, high = _check_box(objective, box)
    check_count("samples", samples, least=1)
    check_count("seed", seed, least=0)
    rng = np.random.default_rng(seed)

    def point():
        return rng.uniform(low, high, (samples, objective.dim)).T

    found = PROBES[form](objective, point, rng)
    return found or NoCounterexample(form, samples)


def _chord(objective, point, rng):
    a, b = point(), point()
    t = rng.uniform(0, 1, a.shape[1])
    between = (1 - t) * a + t * b
    ends, value = (objective.f(a), objective.f(b)), objective.f(between)
    chord = (1 - t) * ends[0] + t * ends[1]
    i = _worst(value - chord, *ends, value, slopes=_rounding_of(objective, between))
    if i is None:
        return None
    a, b = (_shown(objective, p[:, i]) for p in (a, b))
    return ChordCounterexample(a, b, float(t[i]), float(value[i]), float(chord[i]))


def _first_order(objective, point, rng):
    a, b = point(), point()
    rise = np.sum(objective.grad(a) * (b - a), axis=0)
    start, value = objective.f(a), objective.f(b)
    tangent = start + rise
    i = _worst(tangent - value, start, value, rise, slopes=_rounding_of(objective, b))
    if i is None:
        return None
    a, b = (_shown(objective, p[:, i]) for p in (a, b))
    return TangentCounterexample(a, b, float(value[i]), float(tangent[i]))


def _hessian(objective, point, rng):
    a = point()
    eigenvalues, vectors = np.linalg.eigh(np.moveaxis(objective.hess(a), (0, 1), (-2, -1)))
    i = _worst(-eigenvalues[:, 0], eigenvalues[:, 0], eigenvalues[:, -1])
    if i is None:
        return None
    vector = vectors[i, :, 0]
    vector = vector * np.sign(vector[np.argmax(np.abs(vector))]) + 0.0
    curvature = second_directional_derivative(objective, a[:, i], vector)
    return CurvatureCounterexample(
        _shown(objective, a[:, i]), _shown(objective, vector), float(curvature)
    )


PROBES = {"chord": _chord, "first-order": _first_order, "hessian": _hessian}


def _rounding_of(objective, w):
    """Return how much f changes if each coordinate of `w` is rounded once, in units of ε."""
    return np.sum(np.abs(w * objective.grad(w)), axis=0)


def _worst(excess, *terms, slopes=0):
    """Return the index of the largest excess, or None if rounding alone may explain it."""
    size = sum(np.abs(term) for term in terms) + slopes
    excess = np.where(excess > 1e-14 * size, excess, -np.inf)
    i = int(np.argmax(excess))
    return i if excess[i] > 0 else None


# Conditioning and smoothness


def condition_number(objective: Objective, w: ArrayLike) -> Values:
    r"""Return the Hessian's condition number κ = max \|λ\| / min \|λ\| at `w`.

    Gradient descent on a bowl needs about κ steps to gain a factor e. Where an eigenvalue is
    zero, κ is infinite.

    Parameters
    ----------
    objective : Objective
        With a Hessian.
    w : number or array, shape (d, \*batch)

    Returns
    -------
    number or array, shape (\*batch)

    Raises
    ------
    TypeError
        If `objective` is no `Objective`.
    ValueError
        If `w` has the wrong shape or is not finite, or the objective has no Hessian.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.curvature import condition_number
    >>> print(f"{condition_number(ol.problems.rosenbrock, [1, 1]):.2f}")
    2508.01
    """
    check_objective(objective)
    w = real_array("w", w)
    objective.check_dimension(w, "w")
    hessian = objective.hess(w)
    sizes = np.abs(_eigenvalues(hessian if w.ndim else np.reshape(hessian, (1, 1))))
    with np.errstate(divide="ignore", invalid="ignore"):
        kappa = np.max(sizes, axis=-1) / np.min(sizes, axis=-1)
    return np.where(np.isnan(kappa), np.inf, kappa).astype(kappa.dtype)[()]


@dataclass(frozen=True)
class SmoothnessBound:
    """A lower bound of the smoothness constant, and the point where it was seen."""

    bound: float
    point: float | tuple[float, ...]
    samples: int

    def __float__(self) -> float:
        return self.bound

    def __repr__(self) -> str:
        return printable(
            f"L ≥ {number_text(self.bound)}, seen at {number_text(self.point)} "
            f"among {self.samples} samples"
        )


def smoothness(
    objective: Objective, box: Box | None = None, *, samples: int = 1000, seed: int = 0
) -> SmoothnessBound:
    r"""Return a lower bound of the smoothness constant L on a box.

    .. math:: L = \max_{w} \lVert H(w) \rVert_2, \quad\text{so that}\quad
              \lVert \nabla f(a) - \nabla f(b) \rVert \le L \lVert a - b \rVert

    on the box. The maximum is taken over the box's corners (up to 1024), its center and random
    points: L itself may be larger, and a learning rate below 2/bound may be too large.

    Parameters
    ----------
    objective : Objective
        With a Hessian.
    box : sequence of (low, high), one for each variable, optional
        By default the objective's domain.
    samples : int
        How many random points, at least 1.
    seed : int
        Of the random numbers.

    Returns
    -------
    SmoothnessBound
        ``float`` gives the bound.

    Raises
    ------
    TypeError
        If `objective` is no `Objective`, or `samples` or `seed` no integer.
    ValueError
        If `box` does not fit, or the objective has no Hessian.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.curvature import smoothness
    >>> smoothness(ol.problems.quadratic(kappa=100))
    L ≥ 100, seen at (−2, −2) among 1005 samples
    """
    check_objective(objective)
    low, high = _check_box(objective, box)
    check_count("samples", samples, least=1)
    check_count("seed", seed, least=0)
    random = np.random.default_rng(seed).uniform(low, high, (samples, objective.dim)).T
    points = [((low + high) / 2)[:, None], random]
    if objective.dim <= 10:
        points.insert(0, np.stack(np.meshgrid(*zip(low, high, strict=True), indexing="ij")))
    points = np.concatenate([p.reshape(objective.dim, -1) for p in points], axis=1)
    norms = np.max(np.abs(_eigenvalues(objective.hess(points))), axis=-1)
    i = int(np.argmax(norms))
    return SmoothnessBound(float(norms[i]), _shown(objective, points[:, i]), points.shape[1])


def sharpness(
    objective: Objective,
    w: ArrayLike,
    preconditioner: ArrayLike | None = None,
    *,
    tolerance: float = 1e-3,
    seed: int = 0,
) -> np.float64:
    r"""Return the largest eigenvalue of the Hessian at `w`, without the Hessian.

    Gradient descent with the rate η is stable on a bowl only while it is below 2/η. Lanczos's
    method asks for the products Hv alone. They are exact if the objective has a Hessian; otherwise
    they are central differences of the gradient, so that each costs two gradients. For networks
    some 10 to 40 products are enough, whatever the number of parameters.

    Parameters
    ----------
    objective : Objective
        Of a `Stream`, that of its `full` objective is taken.
    w : number or array, shape (d,)
        One point.
    preconditioner : number or array, shape (d,), optional
        The positive diagonal P, by whose square root an adaptive method divides on each side: the
        result is the largest eigenvalue of :math:`P^{-1/2} H P^{-1/2}`, which is that of
        :math:`P^{-1} H`. For `Adam` it is :math:`\sqrt{\hat v} + \varepsilon`.
    tolerance : float
        The relative error that is allowed. Steps end when some eigenvalue is a hundred times as
        near as that to the largest one found. That it is not the next smaller one rests on the
        random first direction: of 1,600 trials with spectra that are hard, none was wrong.
    seed : int
        Of the first direction.

    Returns
    -------
    number
        With its sign: at a maximum it is negative. It is nan where a product is not finite.

    Raises
    ------
    TypeError
        If `objective` is no `Objective`, `tolerance` no number or `seed` no integer.
    ValueError
        If `w` is not one finite point, `preconditioner` has another shape or is not positive and
        finite, `tolerance` is not in (0, 1), or `seed` is negative.

    References
    ----------
    C. Lanczos, *An iteration method for the solution of the eigenvalue problem of linear
    differential and integral operators*, Journal of Research of the National Bureau of Standards
    45 (1950) 255-282. The preconditioned sharpness: J. Cohen et al., *Adaptive Gradient Methods at
    the Edge of Stability*, 2022, arXiv:2207.14484.

    Examples
    --------
    >>> import optimlib as ol
    >>> bowl = ol.problems.quadratic(kappa=100)
    >>> print(ol.sharpness(bowl, [1.0, 1.0]).round(6))
    100.0
    >>> print(ol.sharpness(bowl, [1.0, 1.0], preconditioner=[1.0, 50.0]).round(6))
    2.0
    """
    check_objective(objective)
    w = one_point(objective, w).astype(float)
    check_number("tolerance", tolerance)
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance must be in (0, 1), got tolerance = {tolerance!r}")
    check_count("seed", seed, least=0)
    scale = _scale(preconditioner, objective)
    product = _hessian_product(objective, w)
    start = np.random.default_rng(seed).standard_normal(len(w))
    with np.errstate(all="ignore"):  # divergence is data
        return _largest(lambda v: scale * product(scale * v), start, tolerance)


def _scale(preconditioner, objective):
    """Return P^(-1/2), shape (d,)."""
    if preconditioner is None:
        return np.ones(objective.dim)
    diagonal = real_array("preconditioner", preconditioner)
    if diagonal.shape not in ((), (objective.dim,)) or not np.all(diagonal > 0):
        raise ValueError(
            f"preconditioner must be {objective.dim} positive numbers for {objective.name}, "
            f"got preconditioner = {preconditioner!r}"
        )
    return np.broadcast_to(diagonal.astype(float), objective.dim) ** -0.5


def _hessian_product(objective, w):
    """Return the function from v to H v: exact, or by central differences of the gradient."""
    if objective.has_hess:
        hessian = objective.hess(w)
        return lambda v: hessian @ v
    # The shift has the same length for every v: third derivatives and rounding share the error.
    length = np.finfo(float).eps ** (1 / 3) * max(1.0, float(np.linalg.norm(w)))

    def product(v):
        h = length / np.linalg.norm(v)
        return (objective.grad(w + h * v) - objective.grad(w - h * v)) / (2 * h)

    return product


def _largest(product, start, tolerance):
    """Return the largest eigenvalue of a symmetric map by Lanczos's method."""
    d = len(start)
    vectors = [start / np.linalg.norm(start)]
    diagonal, beside = [], []
    while True:
        image = product(vectors[-1])
        if not np.all(np.isfinite(image)):
            return np.float64(np.nan)
        diagonal.append(image @ vectors[-1])
        basis = np.array(vectors)
        for _ in range(2):  # once more for what rounding left
            image = image - basis.T @ (basis @ image)
        rest = np.linalg.norm(image)
        matrix = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
        values, ends = np.linalg.eigh(matrix)
        # An eigenvalue of the whole is this near to the largest of the small matrix: but of a
        # close pair it may be the smaller one while the distance is no smaller than theirs.
        error, size = rest * abs(ends[-1, -1]), np.max(np.abs(values))
        if error <= max(tolerance / 100 * abs(values[-1]), 1e-9 * size) or len(vectors) == d:
            return values[-1]
        beside.append(rest)
        vectors.append(image / rest)


# What they share


def _eigenvalues(hessian):
    """Return the eigenvalues of (d, d, *batch) in order, shape (*batch, d)."""
    return np.linalg.eigvalsh(np.moveaxis(hessian, (0, 1), (-2, -1)))


def _check_tolerance(tolerance):
    check_number("tolerance", tolerance)
    if not 0 <= tolerance < 1:
        raise ValueError(f"tolerance must be in [0, 1), got tolerance = {tolerance!r}")


def _check_box(objective, box):
    """Return the lows and the highs of `box`, or of the objective's domain."""
    return check_box("box", objective.domain if box is None else box, objective.variables)


def _floats(values):
    return tuple(float(value) + 0.0 for value in values)


def _shown(objective, point):
    return _floats(point) if objective.dim > 1 else float(point[0])
