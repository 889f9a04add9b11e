// Formulas that a chapter wrote in Python, as trees: a number, a name, or [function, ...arguments].

const FUNCTIONS = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  power: (a, b) => a ** b,
  negative: (a) => -a,
  positive: (a) => a,
  remainder: (a, b) => a - b * Math.floor(a / b),
  absolute: Math.abs,
  square: (a) => a * a,
  sqrt: Math.sqrt,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  log10: Math.log10,
  log2: Math.log2,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  arctan: Math.atan,
  logaddexp: (a, b) => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))),
  heaviside: (a, atZero) => (a < 0 ? 0 : a > 0 ? 1 : a === 0 ? atZero : NaN),
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  minimum: Math.min,
  maximum: Math.max,
  equal: (a, b) => a === b,
  less: (a, b) => a < b,
  less_equal: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greater_equal: (a, b) => a >= b,
  bitwise_and: (a, b) => a && b,
  bitwise_or: (a, b) => a || b,
  where: (condition, a, b) => (condition ? a : b),
};

// Returns the function from an object of values by name to the formula's value.
function compile(tree) {
  if (typeof tree === "number") return () => tree;
  if (tree === null) return () => NaN;
  if (typeof tree === "string") return (values) => values[tree];
  const call = FUNCTIONS[tree[0]];
  const [a, b, c] = tree.slice(1).map(compile);
  if (c) return (values) => call(a(values), b(values), c(values));
  return b ? (values) => call(a(values), b(values)) : (values) => call(a(values));
}

// A problem of the course by its name, or a reader's own from its trees.
function codeOf(ground) {
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
