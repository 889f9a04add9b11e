// Runs on f = h w²/2 whose gradient comes with noise, and what is expected of them.

import { compile } from "./formulas.js";
import { hyperparametersAt, LOST } from "./simulate.js";

// Returns all points of one run; its gradient in step t is h w + spread · noise[t − 1].
export function noisyRun(rule, hyperparameters, curvature, start, spread, noise) {
  const [stepPlace, statePlace] = ["step", ...rule.state].map((name) => rule.names.indexOf(name));
  const points = new Float64Array(noise.length + 1);
  let w = points[0] = start, [memory] = rule.initial(hyperparameters);
  for (let t = 1; t <= noise.length; t++) {
    const at = rule.lookAhead ? rule.lookAhead(hyperparameters, w, memory) : w;
    const g = curvature * at + spread * noise[t - 1];
    const values = rule.update(hyperparameters, t, g, w, memory);
    memory = values[statePlace];
    points[t] = w += values[stepPlace];
  }
  return points;
}

// Returns, by step k, what is expected of w² and of k times the squared mean of w₁ ... wₖ.
// The rule is linear: w is the run without noise and, of the noise of each step, the echo.
export function noiseTheory(rule, hyperparameters, curvature, start, spread, steps) {
  const noise = new Float64Array(steps);
  const calm = noisyRun(rule, hyperparameters, curvature, start, 0, noise);
  noise[0] = 1;
  const echo = noisyRun(rule, hyperparameters, curvature, 0, spread, noise);
  let variance = 0, calmSum = 0, echoSum = 0, echoSums = 0;
  const squares = calm.map((w, k) => w * w + (variance += echo[k] ** 2));
  const averaged = calm.map((w, k) => {
    if (k === 0) return NaN;
    echoSums += (echoSum += echo[k]) ** 2;
    return ((calmSum += w) ** 2 + echoSums) / k;
  });
  return { squares, averaged };
}

// The squares alone, for a rule that is not linear: by formulas of E[w] and E[w²] after a step.
export function momentsTheory(moments, lr, curvature, start, deviation, steps) {
  const [nextMean, nextSquare] = moments.map(compile);
  const values = { lr, curvature, deviation, mean: start, square: start * start };
  const squares = Float64Array.from({ length: steps + 1 }, (_, k) => {
    if (k === 0) return values.square;
    const mean = nextMean(values);
    values.square = nextSquare(values);
    values.mean = mean;
    return values.square;
  });
  return { squares };
}

// k times the squared mean of the first k points after the start.
export function averagedSquares(points) {
  let sum = 0;
  return points.map((w, k) => (k ? (sum += w) ** 2 / k : NaN));
}

// Mean of w² at the start and after each step, over as many runs as `noise` has numbers for each.
// The gradient is curvature · w + deviation · noise. What is lost to infinity stays lost.
export function meanSquares(rule, hyperparameters, rates, { curvature, deviation, start }, noise) {
  const runs = noise.length / rates.length;
  const places = rule.state.map((name) => rule.names.indexOf(name));
  const stepPlace = rule.names.indexOf("step");
  const w = new Float64Array(runs).fill(start);
  const states = Array.from(w, () => rule.initial(hyperparametersAt(hyperparameters, 1), start));
  const means = new Float64Array(rates.length + 1).fill(NaN);
  means[0] = start * start;
  for (let i = 0; i < rates.length && means[i] < LOST; i++) {
    const h = { ...hyperparametersAt(hyperparameters, i + 1), lr: rates[i] };
    let sum = 0;
    for (let k = 0; k < runs; k++) {
      const state = states[k];
      const at = rule.lookAhead ? rule.lookAhead(h, w[k], ...state) : w[k];
      const g = curvature * at + deviation * noise[i * runs + k];
      const result = rule.update(h, i + 1, g, w[k], ...state);
      for (let j = 0; j < places.length; j++) state[j] = result[places[j]];
      w[k] += result[stepPlace];
      sum += w[k] * w[k];
    }
    means[i + 1] = sum / runs;
  }
  return means;
}

// The same in expectation, by the formulas of E[w] and E[w²] after a step, and the standard error
// of a mean over `runs`: w is normal, so the variance of w² is 2 variance² + 4 mean² variance.
export function expectedSquares(formulas, rates, { curvature, deviation, start }, runs) {
  const nextMean = compile(formulas.mean), nextSquare = compile(formulas.square);
  const squares = new Float64Array(rates.length + 1).fill(NaN), errors = squares.slice();
  let mean = start;
  squares[0] = start * start;
  errors[0] = 0;
  for (let i = 0; i < rates.length && squares[i] < LOST; i++) {
    const values = { rate: rates[i], curvature, deviation, mean, square: squares[i] };
    mean = nextMean(values);
    squares[i + 1] = nextSquare(values);
    const variance = squares[i + 1] - mean ** 2;
    errors[i + 1] = Math.sqrt((2 * variance ** 2 + 4 * mean ** 2 * variance) / runs);
  }
  return { squares, errors };
}

// Where the expectation stays under a rate that never changes; null if it changes or is unstable.
export function noiseFloor({ floor }, rates, { curvature, deviation }) {
  const [rate] = rates;
  if (!(rate > 0 && rate * curvature < 2) || rates.some((r) => r !== rate)) return null;
  return compile(floor)({ rate, curvature, deviation });
}

// What the convex bound says of a schedule's shape: the bound at its best rate, in units of D C,
// and the factor to its rates that this best rate is, in units of D / C.
export function convexBound(rates) {
  const steps = rates.findLastIndex((rate) => rate > 0) + 1;
  let sum = 0, squares = 0, noise = 0;
  for (let t = steps - 1; t >= 0; t--) {
    const rate = rates[t], below = sum;
    sum += rate;
    squares += rate * rate;
    if (below > 0) noise += (rate / below) * (squares / sum);
  }
  noise = (noise + squares / sum) / 2;
  return { bound: 2 * Math.sqrt(noise / (2 * sum)), factor: Math.sqrt(1 / (2 * sum) / noise) };
}
