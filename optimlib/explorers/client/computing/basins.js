// Where runs in one variable end, and where the border of a basin is.

import { codeOf, ruleOf } from "./code.js";
import { compile } from "./formulas.js";
import { simulate, withSchedules } from "./simulate.js";

// Newton's step is a formula of f′, f″ and hyperparameters, which Python recorded: it stands in
// place of the gradient, and is taken as it is.
const NEWTON = {
  state: [], names: ["step"], initial: () => [], lookAhead: null, update: (h, t, step) => [step],
};

function withNewtonStep(problem, formula, hyperparameters) {
  const step = compile(formula), values = { ...hyperparameters };
  return {
    f: problem.f,
    grad: (p, t, x) => {
      [values.g] = problem.grad(p, t, x);
      [[values.h]] = problem.hess(p, t, x);
      return [step(values)];
    },
  };
}

// A run of the k-th rule from a start with a learning rate.
export function basinRun({ rules, ground, steps }, parameters, k, start, lr) {
  const { step } = rules[k], problem = codeOf(ground);
  const values = { ...withSchedules(rules[k]), lr };
  return simulate(step ? NEWTON : ruleOf(rules[k]), values,
    step ? withNewtonStep(problem, step, values) : problem, parameters, [start], steps);
}

// The number of the critical point that a run ends near; -1: between them; -2: not in the picture.
export function basinOf(run, { critical, ground, tolerance }) {
  const end = run.points.at(-1), [low, high] = ground.domain[0];
  const apart = critical.map(({ at }) => Math.abs(end - at));
  const nearest = apart.indexOf(Math.min(...apart));
  if (nearest >= 0 && apart[nearest] <= tolerance * (high - low)) return nearest;
  return end >= low && end <= high ? -1 : -2;
}

// Where the basin changes nearest to `guess`: it is bracketed by growing steps, then bisected.
export function basinEdge(outcome, guess, span) {
  const middle = outcome(guess);
  for (let reach = span / 1024; reach <= span; reach *= 2) {
    for (const side of [1, -1]) {
      let inner = guess + side * (reach > span / 1024 ? reach / 2 : 0);
      let outer = guess + side * reach;
      if (outcome(outer) === middle) continue;
      for (let i = 0; i < 60; i++) {
        const between = (inner + outer) / 2;
        if (outcome(between) === middle) inner = between;
        else outer = between;
      }
      return (inner + outer) / 2;
    }
  }
  return NaN;
}
