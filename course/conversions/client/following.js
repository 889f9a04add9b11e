// Follows the routes that course/conversions/routes.py writes, as its `follow` does.

/** The number that a source stands for at these settings. */
export function value(source, settings) {
  if (!Array.isArray(source)) return source;
  if (source[0] === "sum") return value(source[1], settings) + value(source[2], settings);
  const [name, index, sign] = source;
  return sign * (index === null ? settings[name] : settings[name][index]);
}

function near(a, b) {
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

/** The settings that take the same steps; or in `no` why none do. */
export function follow(route, settings) {
  if (route.no) return { no: route.no };
  for (const need of route.needs ?? []) {
    const holds = need.any_of.some((pair) => near(...pair.map((s) => value(s, settings))));
    if (!holds) return { no: need.reason };
  }
  const found = {};
  for (const [name, row] of Object.entries(route.settings)) {
    const values = row.map((source) => value(source, settings));
    found[name] = values.length === 1 ? values[0] : values;
  }
  const sides = [settings, found];
  for (const [side, names] of route.positive.entries()) {
    const zero = names.find((name) => !sides[side][name]);
    if (zero) return { no: `${zero} must be above 0 in the ${side ? "second" : "first"}` };
  }
  return { settings: found };
}

/** A number as Python writes it: a whole one is a float, but for those of `whole`. */
function written(name, number, whole) {
  const short = Number(number.toPrecision(12));
  return Number.isInteger(short) && !whole.includes(name) ? short.toFixed(1) : String(short);
}

/** A call as Python writes it. */
export function call(form, settings, whole) {
  const all = Object.entries(settings).map(([name, found]) => {
    const shown = [found].flat().map((x) => written(name, x, whole));
    return `${name}=${Array.isArray(found) ? `(${shown.join(", ")})` : shown[0]}`;
  });
  return `${form.opening}${[...all, ...(form.given ? [form.given] : [])].join(", ")})`;
}
