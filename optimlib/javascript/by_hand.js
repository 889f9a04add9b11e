// What optimlib.typesetting writes as text for a tree with numbers in it, written in the browser.
// A tree is a value (a number, or an array with a number for each variable), a constant of the
// code (a string, its text) or a call ([NumPy's name, ...trees]).

const SUM = 0, PRODUCT = 1, POWER = 2, ATOM = 3;
const RELATIONS = { equal: "=", less: "<", less_equal: "≤", greater: ">", greater_equal: "≥" };
const replaced = (text, characters) =>
  String(text).replace(/[-\d]/g, (c) => characters["0123456789-".indexOf(c)]);
const superscript = (text) => replaced(text.replace("−", "-"), "⁰¹²³⁴⁵⁶⁷⁸⁹⁻");
const subscript = (text) => replaced(text, "₀₁₂₃₄₅₆₇₈₉₋");

const isConstant = (tree) => typeof tree === "string";
const isCall = (tree) => !isConstant(tree) && isConstant(tree[0]);
const isVector = (tree) => !isConstant(tree) && !isCall(tree) && tree.length > 0;
const part = (tree) => (isCall(tree) ? tree : []);

// As toExponential, but with a half rounded to the even digit, as Python does.
const significant = (value, digits) => {
  const [rounded, exponent] = value.toExponential(digits - 1).split("e");
  // oxlint-disable-next-line number-arg-out-of-range -- up to 100 there are
  const [all] = value.toExponential(99).split("e");
  const kept = all.slice(0, rounded.length);
  const isHalf = /^\.?50*$/.test(all.slice(rounded.length));
  return [isHalf && /[02468]$/.test(kept) ? kept : rounded, Number(exponent)];
};

export const number = (value, digits = 6) => {
  if (isVector(value)) return group(Array.from(value, (x) => number(x, digits)).join(", "));
  if (Number.isNaN(value)) return "nan";
  if (Math.abs(value) === Infinity) return value < 0 ? "−∞" : "∞";
  const [mantissa, exponent] = significant(value, digits);
  const isPlain = exponent >= -4 && exponent < digits;
  const text = String(Number(isPlain ? `${mantissa}e${exponent}` : mantissa)).replace("-", "−");
  if (isPlain) return text;
  return `${`${text}·`.replace(/^(−?)1·/, "$1")}10${superscript(String(exponent))}`;
};

const isShownExactly = (value, digits = 6) => {
  if (isVector(value)) return Array.from(value).every((x) => isShownExactly(x, digits));
  const off = Math.abs(significant(value, digits).join("e") - value);
  return !Number.isFinite(value) || off <= 500 * Number.EPSILON * Math.abs(value);
};

// The text of a number that stands in the code.
export const constant = (value) => {
  if (value < 0) return `−${constant(-value)}`;
  const multiple = value / Math.PI, short = Number(multiple.toPrecision(4));
  const isMultiple = Math.abs(multiple - short) < 1e-12 * short;
  if (!isMultiple) return number(value);
  return short === 1 ? "π" : `${number(multiple)} · π`;
};

const group = (text) => `(${text})`;
const grouped = ([text, tightness], above) => (tightness > above ? text : group(text));

// The terms that add up to a tree, each [sign, tree].
const terms = (tree) => {
  const [operation, a, b] = part(tree);
  if (operation === "add") return [...terms(a), ...terms(b)];
  if (operation === "subtract") return [...terms(a), ...negated(b)];
  if (operation === "negative") return negated(a);
  return factors(tree).includes("0") ? [] : [signed(tree)];
};
const negated = (tree) => {
  const all = terms(tree);
  return all.length < 2 ? all.map(([sign, term]) => [-sign, term]) : [[-1, tree]];
};
const signed = (tree) => {
  const [operation, a, b] = part(tree);
  if (isConstant(tree) && tree[0] === "−") return [-1, tree.slice(1)];
  if (typeof tree === "number" && tree < 0) return [-1, -tree];
  if (operation === "negative") return signed(a).map((x, i) => (i ? x : -x));
  if (operation !== "multiply" && operation !== "divide") return [1, tree];
  const [sign, first] = signed(a);
  const [other, second] = isConstant(b) || isCall(b) ? signed(b) : [1, b];
  return [sign * other, [operation, first, second]];
};
const factors = (tree) => {
  const [operation, a, b] = part(tree);
  if (operation !== "multiply") return [tree];
  const all = [...factors(a), ...factors(b)], kept = all.filter((x) => x !== "1");
  return kept.length ? kept : all.slice(0, 1);
};

// The text of a tree, and how tightly it holds together.
const write = (tree) => {
  const all = terms(tree);
  if (!all.length) return ["0", ATOM];
  if (all.length === 1 && all[0][0] > 0) return term(all[0][1]);
  const before = (sign, i) => {
    if (i) return sign < 0 ? " − " : " + ";
    return sign < 0 ? "−" : "";
  };
  return [all.map(([sign, x], i) => before(sign, i) + grouped(term(x), SUM)).join(""), SUM];
};
const term = (tree) => {
  const [operation, a, b] = part(tree);
  if (!operation) return leaf(tree);
  if (operation === "multiply") return product(factors(tree));
  if (operation === "divide") {
    return [`${grouped(write(a), SUM)} / ${grouped(write(b), PRODUCT)}`, PRODUCT];
  }
  if (operation === "sqrt" || operation === "power" && b === "0.5") {
    return [`√${grouped(write(a), POWER)}`, ATOM];
  }
  if (operation === "power") return [power(a, write(b)[0]), POWER];
  if (["add", "subtract", "negative"].includes(operation)) return write(tree);
  const relation = RELATIONS[operation];
  if (relation) return [`${write(a)[0]} ${relation} ${write(b)[0]}`, SUM];
  if (operation === "where") return [cases(tree), ATOM];
  if (operation === "absolute") return [`|${write(a)[0]}|`, ATOM];
  return [called(operation.replace("imum", ""), tree), ATOM];
};
const leaf = (tree) => {
  const text = isConstant(tree) ? tree : number(tree);
  if (isVector(tree)) return [text, ATOM];
  if (text.includes("·")) return [text, PRODUCT];
  return [text, /^10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/.test(text) ? POWER : ATOM];
};
const product = (all) => {
  if (all.length === 1) return write(all[0]);
  const texts = all.map((factor, i) => {
    const text = grouped(write(factor), SUM);
    return part(factor)[0] === "divide" && i < all.length - 1 ? group(text) : text;
  });
  return [texts.join(" · "), PRODUCT];
};
const raised = (base, exponent) => {
  if (/^[\d−]+$/.test(exponent)) return base + superscript(exponent);
  return `${base}^${exponent.includes(" ") ? group(exponent) : exponent}`;
};
const power = (base, exponent) => {
  const [operation] = part(base);
  if (exponent === "2" && /^(cos|sin|cosh|sinh|tanh)$/.test(operation)) {
    return called(raised(operation, "2"), base);
  }
  return raised(grouped(write(base), POWER), exponent);
};
const called = (name, [, ...trees]) => {
  const text = trees.map((tree) => write(tree)[0]).join(", ");
  return name + (trees.length === 1 && isVector(trees[0]) ? text : group(text));
};
const cases = (tree) => {
  const texts = [];
  let rest = tree;
  while (part(rest)[0] === "where") {
    texts.push(`${write(rest[2])[0]} if ${write(rest[1])[0]}`);
    [, , , rest] = rest;
  }
  return group([...texts, `else ${write(rest)[0]}`].join("; "));
};

const equation = (name, text, value) => {
  const result = number(value);
  const sign = isShownExactly(value) ? "=" : "≈";
  return `${name} = ${text}${result === text ? "" : ` ${sign} ${result}`}`;
};

// What a rule's entry is made of: `trees` returns the tree of each line. The gradient's line,
// if it is given, stands where it is computed.
export const rule = (entry, trees) => ({
  ...entry,
  byHand: (h, r, gradient) => {
    const { names, symbols, lookAhead, numbers } = entry;
    const values = r.values.map((x, i) => (isVector(x) && numbers.includes(names[i]) ? x[0] : x));
    const ahead = (w, i) => lookAhead(h, w, ...r.state_before.map((s) => (isVector(s) ? s[i] : s)));
    const w = r.w_before;
    const results = names.map((name, i) => [name, values[i]]).filter(([name]) => name !== "step");
    results.push(["w", r.w]);
    if (lookAhead) results.unshift(["look_ahead", isVector(w) ? Array.from(w, ahead) : ahead(w)]);
    const all = trees(h, r.t, r.g, w, ...r.state_before, ...values);
    const lines = results.map(([name, value], i) => {
      const step = symbols[name].endsWith("∞") ? "" : r.t + name.endsWith("_next");
      const left = symbols[name].replace("ₜ₊₁", "") + subscript(step);
      return equation(left, write(all[i])[0], value);
    });
    if (gradient) lines.splice(lookAhead ? 1 : 0, 0, gradient);
    return lines;
  },
});

// The same for a problem: `trees` returns the tree of each component of the gradient.
export const problem = (entry, trees) => ({
  ...entry,
  byHand: (p, t, g, ...point) => {
    const texts = trees(p, t, ...point).map((tree) => write(tree)[0]);
    return equation(`g${subscript(t)}`, texts.length > 1 ? group(texts.join(", ")) : texts[0], g);
  },
});
