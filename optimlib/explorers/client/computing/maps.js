// Maps of cells, and what a map over two parameters measures of a run.

import { codeOf, ruleOf } from "./code.js";
import { simulate, withSchedules } from "./simulate.js";

// The value at a share of an axis.
export const onAxis = ({ min, max, log }, share) =>
  (log ? min * (max / min) ** share : min + (max - min) * share);

// The cell of a map that came as data, rows from below, at these values. Lost runs are null.
export function cellAt({ cells, columns }, [x, y], sides) {
  const rows = cells.length / columns;
  const place = (value, { min, max, log }, count) => {
    const share = log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
    return Math.min(Math.max(Math.round(share * (count - 1)), 0), count - 1);
  };
  return cells[place(y, sides[1], rows) * columns + place(x, sides[0], columns)] ?? Infinity;
}

// The cells [column, row, size of the block that they stand for], coarse blocks first.
export function* coarseFirst(columns, rows) {
  for (let size = 8; size >= 1; size /= 2) {
    for (let row = 0; row < rows; row += size) {
      for (let column = 0; column < columns; column += size) {
        if (size === 8 || column % (2 * size) || row % (2 * size)) yield [column, row, size];
      }
    }
  }
}

// The distance to the nearest minimum after every step, infinite where the run is lost.
export function distancesOf(run, minima) {
  return run.values.map((_, t) => {
    let least = Infinity;
    for (const minimum of minima) {
      let square = 0;
      for (let i = 0; i < run.d; i++) square += (run.points[run.d * t + i] - minimum[i]) ** 2;
      if (square < least) least = square;
    }
    return Math.sqrt(least);
  });
}

// The factor per step by which the distance shrinks: its largest value in the last third of the
// run (up to where only rounding errors are left) over that in the third before. Infinite where
// the run is lost.
export function rateOf(distances) {
  const steps = distances.length - 1, rounding = 1e-12 * distances[0];
  if (!(distances[steps] < Infinity)) return Infinity;
  if (distances[0] === 0) return 0;
  let last = steps;
  while (last > 1 && distances[last - 1] <= rounding) last--;
  const third = Math.max(1, Math.floor(last / 3));
  const largest = (end) => Math.max(...distances.slice(end - third + 1, end + 1));
  return (largest(last) / largest(last - third)) ** (1 / third);
}

// The steps after which the distance is first at most `tolerance` times that of the start; −1 if
// never, infinite where the run is lost.
export function stepsTo(distances, tolerance) {
  if (!(distances.at(-1) < Infinity)) return Infinity;
  return distances.findIndex((distance) => distance <= tolerance * distances[0]);
}

// Hyperparameters and problem parameters of the run where those named in `changes` are replaced.
export function settingsOf({ rule, ground }, changes) {
  const pick = (values) => Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, changes[name] ?? value]));
  return { hyperparameters: pick(withSchedules(rule)), parameters: pick(ground.parameters) };
}

// One run and what the map measures of it.
export function measuredRun(specification, changes) {
  const { rule, ground, steps } = specification;
  const { hyperparameters, parameters } = settingsOf(specification, changes);
  const run =
    simulate(ruleOf(rule), hyperparameters, codeOf(ground), parameters, ground.start, steps);
  return measuresOf(specification, run, parameters);
}

export function measuresOf({ ground, steps, color, tolerance }, run, parameters) {
  const problem = codeOf(ground);
  const distances = distancesOf(run, ground.minima);
  let measured;
  if (color === "rate") measured = rateOf(distances);
  else if (color === "steps") measured = stepsTo(distances, tolerance);
  else {
    const lowest = Math.min(...ground.minima.map((m) => problem.f(parameters, 0, ...m)));
    measured = (run.values[steps] - lowest) / (run.values[0] - lowest);
    if (!(measured < Infinity)) measured = Infinity;
  }
  return { run, distances, measured, parameters };
}
