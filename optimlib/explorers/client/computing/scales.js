// Numbers to places on the paper, and the round numbers along an axis.

export function scale([low, high], [from, to], log = false) {
  const measure = log ? (v) => Math.log10(Math.max(v, 1e-300)) : (v) => v;
  const start = measure(low), factor = (to - from) / (measure(high) - start || 1);
  const place = (value) => from + (measure(value) - start) * factor;
  place.invert = (pixel) => {
    const value = start + (pixel - from) / factor;
    return log ? 10 ** value : value;
  };
  place.ticks = log ? logTicks(low, high) : linearTicks(low, high, Math.abs(to - from) / 50);
  return place;
}

function linearTicks(low, high, count) {
  const rough = (high - low) / Math.max(3, Math.min(8, count));
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.8);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
    ticks.push(Number((i * step).toPrecision(12)));
  }
  return ticks;
}

export function logTicks(low, high) {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
  const every = Math.ceil((last - first) / 6) || 1;
  const multiples = last - first <= 2 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let k = first; k <= last; k += every) {
    for (const m of multiples) ticks.push(Number((m * 10 ** k).toPrecision(3)));
  }
  return ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
}

// The smallest and largest finite value, with a margin; never an empty range.
export function extent(values, { margin = 0.05, log = false } = {}) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (Number.isFinite(value) && (!log || value > 0)) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return log ? [0.1, 1] : [0, 1];
  if (log) {
    const ratio = Math.max(high / low, 10) ** margin;
    return [low / ratio, high * ratio];
  }
  const pad = (high - low) * margin || Math.abs(high) * 0.1 || 1;
  return [low - pad, high + pad];
}

// The largest of 1, 2, 5, 10, 20, ... that is at most `most`.
function roundUnit(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return power * ([5, 2].find((m) => m * power <= most * (1 + 1e-9)) ?? 1);
}

// Where a slider stops: at its ends, and between them at some hundred round values, as far apart
// as a share of the range or, on a logarithmic one, of the value.
export function stopsOf({ min, max, log }) {
  const share = log && Math.log(max / min) / 300, stops = [min];
  for (let value = min; value < max;) {
    const unit = roundUnit(log ? value * share : (max - min) / 200);
    const next = (Math.floor(value / unit + 1e-9) + 1) * unit;
    stops.push(value = Math.min(Number(next.toPrecision(12)), max));
  }
  return stops;
}

// The place of the stop that is nearest to a value.
export function placeAmong(stops, value) {
  const after = stops.findIndex((stop) => stop >= value);
  if (after < 1) return after < 0 ? stops.length - 1 : 0;
  return value - stops[after - 1] < stops[after] - value ? after - 1 : after;
}
