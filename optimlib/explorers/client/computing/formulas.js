// Formulas that a chapter wrote in Python, as trees: a number, a name, or [function, ...trees].

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

// Returns the function from values by name to those of several formulas. Their common parts are
// computed once, and stand in later parts and in the formulas as $0, $1, ...
export function compileAll({ parts, trees }) {
  const shared = parts.map(compile), formulas = trees.map(compile);
  return (values) => {
    shared.forEach((part, k) => { values[`$${k}`] = part(values); });
    return formulas.map((formula) => formula(values));
  };
}
