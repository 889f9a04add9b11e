// The engine: what optimlib.iterate does, one start.

import { at as valueAt } from "../../../javascript/library.js";

export const LOST = 1e150; // squares of larger numbers overflow

// Returns the hyperparameters of step t: a schedule has another value at each.
export function hyperparametersAt(hyperparameters, t) {
  const values = {};
  for (const [name, value] of Object.entries(hyperparameters)) {
    values[name] = typeof value === "function" ? value(t) : value;
  }
  return values;
}

// The hyperparameters of a rule in a specification: numbers, and functions of t for schedules.
export function withSchedules({ hyperparameters, schedules = {} }) {
  const values = { ...hyperparameters };
  for (const [name, schedule] of Object.entries(schedules)) {
    values[name] = (t) => valueAt(schedule, t);
  }
  return values;
}

// The hyperparameters of a rule, number i of the figure, as its sliders stand.
export function hyperparametersFor(rule, i, sliders, state) {
  const values = withSchedules(rule);
  for (const { key, name, rules } of sliders) {
    if (rules?.includes(i)) values[name] = state[key];
  }
  return values;
}

// The parameters of a problem, as the sliders stand.
export function parametersFor({ parameters }, sliders, state) {
  const values = { ...parameters };
  for (const { key, parameter } of sliders) {
    if (parameter in values) values[parameter] = state[key];
  }
  return values;
}

// Runs `steps` steps. Returns points (d to a step, the start first), values of f, the number of
// steps before the run was lost to infinity, and with `keep` each coordinate's record by step.
export function simulate(
  rule, hyperparameters, problem, parameters, start, steps, { keep = false } = {},
) {
  const d = start.length;
  const scheduled = Object.values(hyperparameters).some((value) => typeof value === "function");
  let h = hyperparametersAt(hyperparameters, 1);
  const places = rule.state.map((name) => rule.names.indexOf(name));
  const stepPlace = rule.names.indexOf("step");
  const states = start.map((x) => rule.initial(h, x));
  const points = new Float64Array(d * (steps + 1)).fill(NaN);
  const values = new Float64Array(steps + 1).fill(NaN);
  const records = [];
  const w = [...start];
  // Of one or two variables: faster than spreading a list of them.
  const of = (f, t, x) => (d === 1 ? f(parameters, t, x[0]) : f(parameters, t, x[0], x[1]));
  points.set(w);
  values[0] = of(problem.f, 0, w);
  let finished = 0;
  for (let t = 1; t <= steps; t++) {
    if (scheduled) h = hyperparametersAt(hyperparameters, t);
    const at = rule.lookAhead ? w.map((wi, i) => rule.lookAhead(h, wi, ...states[i])) : w;
    const g = of(problem.grad, t, at);
    const record = keep ? {
      t, g, lookAhead: [...at], before: [...w], states: states.map((s) => [...s]), values: [],
    } : null;
    for (let i = 0; i < d; i++) {
      const state = states[i];
      const result = rule.update(h, t, g[i], w[i], ...state);
      for (let k = 0; k < places.length; k++) state[k] = result[places[k]];
      w[i] += result[stepPlace];
      if (keep) record.values.push(result);
    }
    if (keep) records.push({ ...record, w: [...w] });
    points.set(w, d * t);
    values[t] = of(problem.f, t, w);
    if (!w.every((wi) => Math.abs(wi) < LOST)) break;
    finished = t;
  }
  return { d, points, values, records, finished };
}

const isInside = ({ d, points }, ranges, t) =>
  ranges.every(([low, high], i) => points[d * t + i] >= low && points[d * t + i] <= high);

// The step at which a run leaves the ranges for good, or null if it ends inside.
export function leaves(run, ranges, steps = run.values.length - 1) {
  if (isInside(run, ranges, steps)) return null;
  let t = steps;
  while (t > 0 && !isInside(run, ranges, t - 1)) t--;
  return t;
}

// The first step outside of a run that ends outside, or null.
export function firstOutside(run, ranges, steps) {
  if (isInside(run, ranges, steps)) return null;
  let t = 0;
  while (t < steps && isInside(run, ranges, t)) t++;
  return t;
}

// The coordinates as separate arrays, up to a step.
export function coordinates({ d, points }, steps) {
  const along = (i) => Float64Array.from({ length: steps + 1 }, (_, t) => points[d * t + i]);
  return Array.from({ length: d }, (_, i) => along(i));
}
