// Level lines of a function of two variables, from its values on a grid.

// The straight pieces [x1, y1, x2, y2, ...] of the level lines of `z`, an (n + 1) × (n + 1) grid
// by rows, over the ranges x and y.
export function levelLines(z, n, x, y, levels) {
  const pieces = [];
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const k = j * (n + 1) + i;
      const corners = [z[k], z[k + 1], z[k + n + 2], z[k + n + 1]];
      const low = Math.min(...corners), high = Math.max(...corners);
      if (!(high - low < Infinity)) continue;
      for (const level of levels) {
        if (level > low && level <= high) {
          for (const [u, v] of crossings(corners, level)) {
            pieces.push(x[0] + (x[1] - x[0]) / n * (i + u), y[0] + (y[1] - y[0]) / n * (j + v));
          }
        }
      }
    }
  }
  return pieces;
}

// Where a level crosses the sides of a square with these values at its corners, in order around.
function crossings([a, b, c, d], level) {
  const ends = [];
  if (a < level !== b < level) ends.push([(level - a) / (b - a), 0]);
  if (b < level !== c < level) ends.push([1, (level - b) / (c - b)]);
  if (c < level !== d < level) ends.push([(level - d) / (c - d), 1]);
  if (d < level !== a < level) ends.push([0, (level - a) / (d - a)]);
  return ends;
}

// Values of f at shares of the two ranges, as levelLines takes them.
export function onGrid(n, f) {
  return Float64Array.from({ length: (n + 1) ** 2 }, (_, k) =>
    f(k % (n + 1) / n, Math.floor(k / (n + 1)) / n));
}

// Levels that are dense where the function is low, as in optimlib.figures.contours.
export function levelsOf(z, count = 16) {
  const sorted = Float64Array.from(z).filter(Number.isFinite).sort();
  return Array.from({ length: count }, (_, i) =>
    sorted[Math.round((sorted.length - 1) * ((i + 1) / (count + 1)) ** 2)]);
}
