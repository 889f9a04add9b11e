// Rules and problems of figures: those of the library by name, a reader's own from recorded trees.

import { constant, problem as problemOf, rule as stepOf } from "../../../javascript/by_hand.js";
import { PROBLEMS, RULES } from "../../../javascript/library.js";
import { compile, compileAll } from "./formulas.js";

const made = new WeakMap();
const once = (data, make) => {
  if (!made.has(data)) made.set(data, make());
  return made.get(data);
};

// The rule of an entry in a specification.
export const ruleOf = ({ rule: code }) =>
  (typeof code === "string" ? RULES[code] : once(code, () => ownRule(code)));

// The problem of a ground in a specification.
export const codeOf = ({ problem: code, variables }) =>
  (typeof code === "string" ? PROBLEMS[code] : once(code, () => ownProblem(code, variables)));

function ownRule({ initial, lookAhead, update, ...entry }) {
  const [start, ahead, step] = [initial, lookAhead, update].map((f) => f && compileAll(f));
  // One object for all calls: a run makes many.
  const values = {};
  const valuesOf = (h, w, states, t, g) => {
    Object.assign(values, h);
    values.w = w;
    values.t = t;
    values.g = g;
    entry.state.forEach((name, i) => { values[name] = states[i]; });
    return values;
  };
  let lines = null;
  return stepOf({
    ...entry,
    initial: (h, w) => start({ ...h, w }),
    lookAhead: ahead && ((h, w, ...states) => ahead(valuesOf(h, w, states))[0]),
    update: (h, t, g, w, ...states) => step(valuesOf(h, w, states, t, g)),
  }, (h, t, g, w, ...rest) => {
    lines ??= linesOf(entry.names, lookAhead, update);
    valuesOf(h, w, rest, t, g);
    entry.names.forEach((name, i) => { values[after(name)] = rest[entry.state.length + i]; });
    return lines.map((line) => byHand(line, values, () => true));
  });
}

function ownProblem({ f, grad, hess }, variables) {
  const [value, slopes, curvatures] = [f, grad, hess].map((r) => r && compileAll(r));
  const values = {};
  const valuesOf = (p, t, point) => {
    values["step number"] = t;
    for (const name of Object.keys(p)) values[`p.${name}`] = p[name];
    variables.forEach((name, i) => { values[name] = point[i]; });
    return values;
  };
  const rows = (all) => variables.map((_, i) =>
    all.slice(i * variables.length, (i + 1) * variables.length));
  let lines = null;
  return problemOf({
    f: (p, t, ...point) => value(valuesOf(p, t, point))[0],
    grad: (p, t, ...point) => slopes(valuesOf(p, t, point)),
    hess: curvatures && ((p, t, ...point) => rows(curvatures(valuesOf(p, t, point)))),
  }, (p, t, ...point) => {
    lines ??= grad.trees.map((tree) => written(tree, grad.parts));
    valuesOf(p, t, point);
    return lines.map((line) => byHand(line, values, (name) => variables.includes(name)));
  });
}

// What stands in a line for a value of the record, which has a name of its own.
const after = (name) => `after ${name}`;
const isPart = (tree) => typeof tree === "string" && tree.startsWith("$");

// A tree with its parts written out, but for those that have a name in `cuts`.
function written(tree, parts, cuts = {}) {
  const found = { ...cuts };
  const open = (inner) => {
    if (isPart(inner)) return found[inner] ??= open(parts[inner.slice(1)]);
    return Array.isArray(inner) ? [inner[0], ...inner.slice(1).map(open)] : inner;
  };
  return open(tree);
}

// The trees of a step's lines: the look-ahead, what has a name, and the new point.
function linesOf(names, lookAhead, { parts, trees }) {
  const place = names.indexOf("step");
  const line = (tree) => {
    const named = names.map((name, i) => [trees[i], after(name)])
      .filter(([other], i) => i !== place && isPart(other) && other !== tree);
    return written(tree, parts, Object.fromEntries(named));
  };
  return [
    ...(lookAhead ? [written(lookAhead.trees[0], lookAhead.parts)] : []),
    ...trees.filter((_, i) => i !== place).map(line),
    line(["add", "w", trees[place]]),
  ];
}

// A tree as by_hand.js reads it. What depends on no variable is a number of the code.
function byHand(tree, values, isVariable) {
  const depends = (inner) => (Array.isArray(inner) ? inner.slice(1).some(depends)
    : typeof inner === "string" && isVariable(inner));
  if (!depends(tree)) return constant(Number(compile(tree)(values)));
  if (typeof tree === "string") return values[tree];
  const [operation, ...inner] = tree;
  if (operation === "where" && !depends(inner[0])) {
    const isSo = Number(compile(inner[0])(values)) !== 0;
    return byHand(inner[isSo ? 1 : 2], values, isVariable);
  }
  const trees = inner.map((one) => byHand(one, values, isVariable));
  return operation === "square" ? ["power", ...trees, "2"] : [operation, ...trees];
}
