// Formulas that a chapter wrote in Python, as trees: a number, a name, or [function, ...trees].

import { PROBLEMS } from "../../../javascript/library.js";
import { OPERATIONS } from "../../../javascript/operations.js";

// Returns the function from an object of values by name to the formula's value.
export function compile(tree) {
  if (typeof tree === "string") return (values) => values[tree];
  if (tree === null) return () => NaN;
  if (typeof tree !== "object") return () => tree;
  const call = OPERATIONS[tree[0]];
  const [a, b, c] = tree.slice(1).map(compile);
  if (c) return (values) => call(a(values), b(values), c(values));
  return b ? (values) => call(a(values), b(values)) : (values) => call(a(values));
}

// Returns a formula of one number as a function of it.
export function functionOf(tree, name) {
  const formula = compile(tree), values = {};
  return (value) => {
    values[name] = value;
    return formula(values);
  };
}

// A problem of the course by its name, or a reader's own from its trees.
export function codeOf(ground) {
  if (ground.problem) return PROBLEMS[ground.problem];
  if (!ground.code) {
    const at = (point) => Object.fromEntries(point.map((v, i) => [ground.variables[i], v]));
    const f = compile(ground.f), grad = ground.grad.map(compile);
    const hess = ground.hess?.map((row) => row.map(compile));
    ground.code = {
      f: (p, t, ...point) => f(at(point)),
      grad: (p, t, ...point) => grad.map((g) => g(at(point))),
      hess: hess && ((p, t, ...point) => hess.map((row) => row.map((h) => h(at(point))))),
    };
  }
  return ground.code;
}
