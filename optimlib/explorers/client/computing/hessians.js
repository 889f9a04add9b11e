// Random symmetric matrices and their eigenvalues.

// Eigenvalues of a symmetric n × n matrix, given by rows and overwritten, in ascending order:
// Jacobi's rotations, each of which makes one pair of entries 0.
export function jacobiEigenvalues(a, n) {
  const total = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < 50; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) off += a[p * n + q] ** 2;
    }
    if (off <= 1e-26 * total) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const entry = a[p * n + q];
        if (entry === 0) continue;
        const ratio = (a[q * n + q] - a[p * n + p]) / (2 * entry);
        const tan = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
        const cos = 1 / Math.sqrt(1 + tan * tan), sin = tan * cos;
        a[p * n + p] -= tan * entry;
        a[q * n + q] += tan * entry;
        a[p * n + q] = a[q * n + p] = 0;
        for (let k = 0; k < n; k++) {
          if (k === p || k === q) continue;
          const x = a[k * n + p], y = a[k * n + q];
          a[k * n + p] = a[p * n + k] = cos * x - sin * y;
          a[k * n + q] = a[q * n + k] = sin * x + cos * y;
        }
      }
    }
  }
  return Float64Array.from({ length: n }, (_, i) => a[i * n + i]).sort();
}

// The eigenvalues of GOE matrix number `sample` over √n: the variance of an entry of the matrix
// is 1, on its diagonal 2. `most` is the largest n that the draws are enough for.
export function randomHessian(draws, sample, n, most) {
  const a = new Float64Array(n * n);
  let draw = sample * most * (most + 1) / 2;
  for (let p = 0; p < n; p++) {
    for (let q = p; q < n; q++) {
      a[p * n + q] = a[q * n + p] = draws[draw++] * Math.sqrt((p === q ? 2 : 1) / n);
    }
  }
  return jacobiEigenvalues(a, n);
}

export const POSITIVE_DEFINITE = [
  1 / 2, (2 - Math.SQRT2) / 4, (Math.PI - 2 * Math.SQRT2) / (4 * Math.PI),
];
export const kindOf = (eigenvalues) =>
  (eigenvalues[0] > 0 ? "minima" : eigenvalues.at(-1) < 0 ? "maxima" : "saddles");
