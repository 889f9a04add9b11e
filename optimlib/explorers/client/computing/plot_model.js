// What a plot of a chapter's own formulas computes, apart from how it is drawn.

import { number } from "../../../javascript/by_hand.js";
import { ruleOf } from "./code.js";
import { scale } from "./scales.js";
import { compile } from "./formulas.js";
import { hyperparametersAt, hyperparametersFor, simulate } from "./simulate.js";

const SERIES_POINTS = 300;

export class PlotModel {
  constructor({ controls, define, runs }) {
    Object.assign(this, { controls, define, runs, compiled: new Map() });
  }

  // The value of a formula; `more` holds values that its own arguments have.
  value(tree, more = this.values) {
    if (!this.compiled.has(tree)) this.compiled.set(tree, compile(tree));
    return Number(this.compiled.get(tree)(more));
  }

  // Brings all names to the state of the controls: first these, then what is defined, in order.
  update(state) {
    this.values = {};
    this.series = [];
    for (const { key, choices } of this.controls) {
      this.values[key] = choices ? choices[state[key]][1] : Number(state[key]);
    }
    this.keys = state;
    for (const { name, tree, run, at, data } of this.define) {
      if (data) this.values[name] = this.recorded(data);
      else if (at === undefined) this.values[name] = this.value(tree);
      else this.values[name] = this.run(run).ys[this.value(at)] ?? NaN;
    }
    return this.values;
  }

  // What Python computed for this state: lists of lists, each by the states of one control.
  recorded({ keys, first, values }) {
    return keys.reduce((part, key, i) => part[Number(this.keys[key]) - first[i]], values);
  }

  along({ along, tree }, xs) {
    const values = { ...this.values };
    return xs.map((x) => {
      values[along] = x;
      return this.value(tree, values);
    });
  }

  run(i) {
    this.series[i] ??= this.simulated(this.runs[i]);
    return this.series[i];
  }

  simulated(run) {
    const { tied, gradient, show, steps } = run, rule = ruleOf(run);
    const sliders = tied.map((name) => ({ key: name, name, rules: [0] }));
    const h = hyperparametersFor(run, 0, sliders, this.values);
    const start = this.value(run.start);
    const problem = {
      f: () => NaN,
      grad: (p, t, w) => [this.value(gradient, { ...this.values, t, w })],
    };
    const { records, finished } =
      simulate(rule, h, problem, {}, [start], steps, { keep: true });
    const { names } = rule;
    const ys = new Float64Array(steps + 1).fill(NaN);
    const known = (t) => ({ ...this.values, ...hyperparametersAt(h, Math.max(t, 1)), t });
    const nothing = Object.fromEntries(["g", ...names].map((name) => [name, NaN]));
    ys[0] = this.value(show, { ...known(0), ...nothing, w: start });
    for (const { t, g, w, values } of records) {
      const record = Object.fromEntries(names.map((name, k) => [name, values[0][k]]));
      ys[t] = this.value(show, { ...known(t), ...record, g: g[0], w: w[0] });
    }
    return { xs: ys.map((_, t) => t), ys, lost: finished < steps ? finished + 1 : null };
  }

  // The series of an item over the range of x.
  seriesOf(item, [low, high], log) {
    if (item.kind === "run") return this.run(item.run);
    if (item.kind === "data") {
      const [xs, ys] = this.recorded(item.data);
      return { xs, ys: ys.map((y) => y ?? NaN) };
    }
    if (item.kind !== "curve") {
      const first = Math.ceil(this.value(item.first)), last = Math.floor(this.value(item.last));
      const length = Math.min(Math.max(last - first + 1, 0) || 0, 5000);
      const xs = Float64Array.from({ length }, (_, i) => first + i);
      return { xs, ys: this.along(item.y, xs) };
    }
    const place = scale([low, high], [0, SERIES_POINTS], log);
    const xs = Float64Array.from({ length: SERIES_POINTS + 1 }, (_, i) => place.invert(i));
    const ys = this.along(item.y, xs);
    if (!item.where) return { xs, ys };
    const where = this.along(item.where, xs);
    return { xs, ys: ys.map((y, i) => (where[i] ? y : NaN)) };
  }

  shows({ when }) {
    return when === undefined || Boolean(this.value(when));
  }

  text(pieces) {
    return pieces
      .map((piece) => (Array.isArray(piece) ? number(this.values[piece[0]], 4) : piece)).join("");
  }
}

// The step at which a run leaves the heights for good, as far as x reaches; null if it does not.
export function leavesAt({ xs, ys, lost }, [, last], [low, high]) {
  if (lost === undefined) return null;
  const seen = ys.filter((_, t) => xs[t] <= last);
  const left = seen.findLastIndex((y) => y >= low && y <= high) + 1;
  return left < seen.length ? left : null;
}

// A dragged value, kept on its slider and rounded to what can be told apart there.
export function onSlider({ min, max, log, integer }, value) {
  const kept = Math.min(Math.max(value, min), max);
  if (integer) return Math.round(kept);
  if (log) return Number(kept.toPrecision(3));
  const unit = 10 ** Math.floor(Math.log10((max - min) / 500));
  return Number((Math.round(kept / unit) * unit).toPrecision(12));
}
