// What optimlib.typesetting writes as text for a tree with numbers in it, written in the browser.
// A tree is a value (a number, or an array with a number for each variable), a constant of the
// code (a string, its text) or a call ([operation, ...trees]).

const SUM = 0, PRODUCT = 1, POWER = 2, ATOM = 3;
const RELATIONS = ["=", "<", "≤", ">", "≥"];
const replaced = (text, characters) => String(text).replace(/[-\d]/g, (c) => characters["0123456789-".indexOf(c)]);
const superscript = (text) => replaced(text.replace("−", "-"), "⁰¹²³⁴⁵⁶⁷⁸⁹⁻");
const subscript = (text) => replaced(text, "₀₁₂₃₄₅₆₇₈₉₋");

const isConstant = (tree) => typeof tree == "string";
const isCall = (tree) => !isConstant(tree) && isConstant(tree[0]);
const isVector = (tree) => !isConstant(tree) && !isCall(tree) && tree.length > 0;
const part = (tree) => (isCall(tree) ? tree : []);

// As toExponential, but with a half rounded to the even digit, as Python does.
const significant = (value, digits) => {
  const [rounded, exponent] = value.toExponential(digits - 1).split("e");
  const all = value.toExponential(99).split("e")[0];
  const kept = all.slice(0, rounded.length);
  const isHalf = /^\.?50*$/.test(all.slice(rounded.length));
  return [isHalf && /[02468]$/.test(kept) ? kept : rounded, +exponent];
};

export const number = (value, digits = 6) => {
  if (isVector(value)) return group(Array.from(value, (x) => number(x, digits)).join(", "));
  if (value !== value) return "nan";
  if (Math.abs(value) == Infinity) return value < 0 ? "−∞" : "∞";
  const [mantissa, exponent] = significant(value, digits);
  const isPlain = exponent >= -4 && exponent < digits;
  const text = String(+(isPlain ? mantissa + "e" + exponent : mantissa)).replace("-", "−");
  if (isPlain) return text;
  return (text + "·").replace(/^(−?)1·/, "$1") + "10" + superscript(String(exponent));
};

const isShownExactly = (value, digits = 6) => isVector(value)
  ? Array.from(value).every((x) => isShownExactly(x, digits))
  : !Number.isFinite(value)
    || Math.abs(significant(value, digits).join("e") - value) <= 500 * Number.EPSILON * Math.abs(value);

const constant = (value) => {
  if (value < 0) return "−" + constant(-value);
  const multiple = value / Math.PI, short = +multiple.toPrecision(4);
  if (!value || Math.abs(multiple - short) >= 1e-12 * short) return number(value);
  return short == 1 ? "π" : number(multiple) + " · π";
};

const group = (text) => "(" + text + ")";
const grouped = ([text, tightness], above) => (tightness > above ? text : group(text));

// The terms that add up to a tree, each [sign, tree].
const terms = (tree) => {
  const [operation, a, b] = part(tree);
  if (operation == "+") return [...terms(a), ...terms(b)];
  if (operation == "-") return [...terms(a), ...negated(b)];
  if (operation == "~") return negated(a);
  return factors(tree).includes("0") ? [] : [signed(tree)];
};
const negated = (tree) => {
  const all = terms(tree);
  return all.length < 2 ? all.map(([sign, term]) => [-sign, term]) : [[-1, tree]];
};
const signed = (tree) => {
  const [operation, a, b] = part(tree);
  if (isConstant(tree) && tree[0] == "−") return [-1, tree.slice(1)];
  if (typeof tree == "number" && tree < 0) return [-1, -tree];
  if (operation == "~") return signed(a).map((x, i) => (i ? x : -x));
  if (operation != "*" && operation != "/") return [1, tree];
  const [sign, first] = signed(a);
  const [other, second] = isConstant(b) || isCall(b) ? signed(b) : [1, b];
  return [sign * other, [operation, first, second]];
};
const factors = (tree) => {
  const [operation, a, b] = part(tree);
  if (operation != "*") return [tree];
  const all = [...factors(a), ...factors(b)], kept = all.filter((x) => x !== "1");
  return kept.length ? kept : all.slice(0, 1);
};

// The text of a tree, and how tightly it holds together.
const write = (tree) => {
  const all = terms(tree);
  if (!all.length) return ["0", ATOM];
  if (all.length == 1 && all[0][0] > 0) return term(all[0][1]);
  const text = all.map(([sign, x], i) =>
    (i ? (sign < 0 ? " − " : " + ") : sign < 0 ? "−" : "") + grouped(term(x), SUM));
  return [text.join(""), SUM];
};
const term = (tree) => {
  const [operation, a, b] = part(tree);
  if (!operation) return leaf(tree);
  if (operation == "*") return product(factors(tree));
  if (operation == "/") return [grouped(write(a), SUM) + " / " + grouped(write(b), PRODUCT), PRODUCT];
  if (operation == "√" || operation == "^" && b === "0.5") return ["√" + grouped(write(a), POWER), ATOM];
  if (operation == "^") return [power(a, write(b)[0]), POWER];
  if ("+-~".includes(operation)) return write(tree);
  if (RELATIONS.includes(operation)) return [write(a)[0] + ` ${operation} ` + write(b)[0], SUM];
  if (operation == "?") return [cases(tree), ATOM];
  if (operation == "|") return [`|${write(a)[0]}|`, ATOM];
  return [called(operation, tree), ATOM];
};
const leaf = (tree) => {
  const text = isConstant(tree) ? tree : number(tree);
  const isPower = /^10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/.test(text);
  return [text, isVector(tree) ? ATOM : text.includes("·") ? PRODUCT : isPower ? POWER : ATOM];
};
const product = (all) => {
  if (all.length == 1) return write(all[0]);
  const texts = all.map((factor, i) => {
    const text = grouped(write(factor), SUM);
    return part(factor)[0] == "/" && i < all.length - 1 ? group(text) : text;
  });
  return [texts.join(" · "), PRODUCT];
};
const raised = (base, exponent) => /^[\d−]+$/.test(exponent)
  ? base + superscript(exponent)
  : base + "^" + (exponent.includes(" ") ? group(exponent) : exponent);
const power = (base, exponent) => {
  const [operation] = part(base);
  if (exponent == "2" && /^(cos|sin|cosh|sinh|tanh)$/.test(operation)) return called(raised(operation, "2"), base);
  return raised(grouped(write(base), POWER), exponent);
};
const called = (name, [, ...trees]) => {
  const text = trees.map((tree) => write(tree)[0]).join(", ");
  return name + (trees.length == 1 && isVector(trees[0]) ? text : group(text));
};
const cases = (tree) => {
  const texts = [];
  while (part(tree)[0] == "?") {
    texts.push(write(tree[2])[0] + " if " + write(tree[1])[0]);
    tree = tree[3];
  }
  return group([...texts, "else " + write(tree)[0]].join("; "));
};

const equation = (name, text, value) => {
  const result = number(value);
  return name + " = " + text + (result == text ? "" : (isShownExactly(value) ? " = " : " ≈ ") + result);
};

// What a rule's entry is made of: `trees` returns the tree of each line. The gradient's line,
// if it is given, stands where it is computed.
const rule = (entry, trees) => ({
  ...entry,
  byHand: (h, r, gradient) => {
    const { names, symbols, lookAhead, numbers } = entry;
    const values = r.values.map((x, i) => (isVector(x) && numbers.includes(names[i]) ? x[0] : x));
    const ahead = (w, i) => lookAhead(h, w, ...r.state_before.map((s) => (isVector(s) ? s[i] : s)));
    const w = r.w_before;
    const results = [...names.map((name, i) => [name, values[i]]).filter(([name]) => name != "step"), ["w", r.w]];
    if (lookAhead) results.unshift(["look_ahead", isVector(w) ? Array.from(w, ahead) : ahead(w)]);
    const all = trees(h, r.t, r.g, w, ...r.state_before, ...values);
    const lines = results.map(([name, value], i) => {
      const step = symbols[name].endsWith("∞") ? "" : r.t + name.endsWith("_next");
      return equation(symbols[name].replace("ₜ₊₁", "") + subscript(step), write(all[i])[0], value);
    });
    if (gradient) lines.splice(lookAhead ? 1 : 0, 0, gradient);
    return lines;
  },
});

// The same for a problem: `trees` returns the tree of each component of the gradient.
const problem = (entry, trees) => ({
  ...entry,
  byHand: (p, t, g, ...point) => {
    const texts = trees(p, t, ...point).map((tree) => write(tree)[0]);
    return equation("g" + subscript(t), texts.length > 1 ? group(texts.join(", ")) : texts[0], g);
  },
});
