// Directions at a point of a landscape: slope and curvature along them, and their extremes.

export const TURN = 2 * Math.PI;

// The eigenvalues of a symmetric 2 × 2 matrix in order, and the angle of the eigenvector of each.
export function eigenOf([[a, b], [, c]]) {
  const mean = (a + c) / 2, radius = Math.hypot((a - c) / 2, b);
  const angle = Math.atan2(2 * b, a - c) / 2;
  return { values: [mean - radius, mean + radius], angles: [angle + TURN / 4, angle] };
}

// As optimlib.definiteness: an eigenvalue tiny against the other has no sign.
export function definitenessOf([low, high]) {
  const tiny = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  if (low < -tiny && high > tiny) return "indefinite";
  if (low >= -tiny && high <= tiny) return "zero";
  if (high > tiny) return low > tiny ? "positive definite" : "positive semidefinite";
  return high < -tiny ? "negative definite" : "negative semidefinite";
}

// vᵀHv.
const along = (H, v) =>
  v[0] * (H[0][0] * v[0] + H[0][1] * v[1]) + v[1] * (H[1][0] * v[0] + H[1][1] * v[1]);

// Slope and curvature of f at `point` along the unit vector at `angle`: by gradient and Hessian,
// and measured by central differences of f.
export function alongDirection(problem, parameters, [x, y], angle) {
  const v = [Math.cos(angle), Math.sin(angle)];
  const at = (t) => problem.f(parameters, 0, x + t * v[0], y + t * v[1]);
  const size = Math.max(1, Math.abs(x), Math.abs(y));
  const h = Number.EPSILON ** (1 / 3) * size, k = Number.EPSILON ** (1 / 4) * size;
  const g = problem.grad(parameters, 0, x, y);
  const H = problem.hess?.(parameters, 0, x, y);
  return {
    v,
    at,
    slope: g[0] * v[0] + g[1] * v[1],
    measuredSlope: (at(h) - at(-h)) / (2 * h),
    curvature: H && along(H, v),
    measuredCurvature: (at(k) - 2 * at(0) + at(-k)) / k ** 2,
  };
}

// The curves uᵀHu = ±1, an ellipse or the branches of a hyperbola or two lines, enlarged so that
// the longer half axis of finite length is `size`: lists of {sign, xs, ys}, without a center.
export function curvatureCurves({ values, angles }, size) {
  const largest = Math.max(...values.map(Math.abs));
  const flat = values.map((value) => Math.abs(value) <= 1e-9 * largest);
  const finite = values.filter((_, i) => !flat[i]).map((value) => 1 / Math.sqrt(Math.abs(value)));
  if (!(largest > 0)) return [];
  const unit = size / Math.max(...finite);
  const half = values.map((value, i) => (flat[i] ? unit : unit / Math.sqrt(Math.abs(value))));
  const place = (p, q) => [
    p * half[0] * Math.cos(angles[0]) + q * half[1] * Math.cos(angles[1]),
    p * half[0] * Math.sin(angles[0]) + q * half[1] * Math.sin(angles[1]),
  ];
  const curve = (sign, from, to, point) => {
    const places = Array.from({ length: 97 }, (_, i) =>
      place(...point(from + (to - from) * i / 96)));
    return { sign, xs: places.map(([x]) => x), ys: places.map(([, y]) => y) };
  };
  if (flat[0] || flat[1]) {
    const sign = Math.sign(values[flat[0] ? 1 : 0]), far = 10 * size / unit;
    return [-1, 1].map((side) =>
      curve(sign, -far, far, (s) => (flat[0] ? [s, side] : [side, s])));
  }
  if (values[0] * values[1] > 0) {
    return [curve(Math.sign(values[0]), 0, TURN, (s) => [Math.cos(s), Math.sin(s)])];
  }
  return [-1, 1].flatMap((side) => [
    curve(1, -3, 3, (s) => [Math.sinh(s), side * Math.cosh(s)]),
    curve(-1, -3, 3, (s) => [side * Math.cosh(s), Math.sinh(s)]),
  ]);
}
