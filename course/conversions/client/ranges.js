// Which settings the converter takes: the ranges that the rules declare.

const BOUNDS = {
  gt: [">", (x, bound) => x > bound],
  ge: ["≥", (x, bound) => x >= bound],
  lt: ["<", (x, bound) => x < bound],
  le: ["≤", (x, bound) => x <= bound],
};

function objectionTo(x, limits, isWhole) {
  if (!Number.isFinite(x)) return "must be a number";
  if (isWhole && !Number.isInteger(x)) return `must be a whole number, got ${x}`;
  const bounds = Object.entries(limits).map(([kind, bound]) => [...BOUNDS[kind], bound]);
  if (bounds.every(([, holds, bound]) => holds(x, bound))) return null;
  return `must be ${bounds.map(([sign, , bound]) => `${sign} ${bound}`).join(" and ")}, got ${x}`;
}

/** A sentence on the first setting that is none; or null. */
export function objection(ranges, settings, whole) {
  for (const [name, row] of Object.entries(ranges)) {
    for (const [i, x] of [settings[name]].flat().entries()) {
      const wrong = objectionTo(x, row[i], whole.includes(name));
      if (wrong) return `${row.length > 1 ? `${name}[${i}]` : name} ${wrong}.`;
    }
  }
  return null;
}
