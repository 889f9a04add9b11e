// A schedule that the reader draws, and what an optimizer with noisy gradients makes of it.

import { number } from "../../../javascript/by_hand.js";
import { at } from "../../../javascript/library.js";
import { ruleOf } from "../computing/code.js";
import { convexBound, expectedSquares, meanSquares, noiseFloor } from "../computing/noisy_runs.js";
import { drawer } from "../computing/random.js";
import { withSchedules } from "../computing/simulate.js";
import { chipped, make } from "../drawing/elements.js";
import { extent } from "../computing/scales.js";

const COLORS = ["#1064ce", "#b8821d"];

// Learning rates of steps 1, 2, ...: straight lines between knots at steps `places`.
export function drawnRates(places, values, steps) {
  let k = 0;
  return Float64Array.from({ length: steps }, (_, i) => {
    if (k < places.length - 2 && i + 1 > places[k + 1]) k++;
    const rise = (values[k + 1] - values[k]) * (i + 1 - places[k]);
    return values[k] + rise / (places[k + 1] - places[k]);
  });
}

export class DrawnSchedule {
  constructor(figure, specification) {
    const { knots, presets, rule, runs, start, steps } = specification;
    Object.assign(this, specification, {
      figure, state: figure.state, places: knots.map(([place]) => place), memory: [], both: [],
    });
    this.bound = 1e4 * start * start;
    figure.choice("preset", {
      label: "compare with", value: 0, options: presets.map(({ label }, i) => [i, label]),
    });
    for (const slider of specification.sliders) figure.slider(slider.key, slider);
    figure.slider("seed", { label: "seed of the noise", min: 1, max: 99, value: 1, step: 1 });
    this.addKnots();
    this.addAxes();
    this.verdict = make("p", { class: "explorer-verdict" });
    figure.reading.before(this.verdict);
    this.ts = Float64Array.from({ length: steps + 1 }, (_, t) => t);
    this.noise = drawer(figure.state, runs * steps);
    this.hyperparameters = withSchedules(rule);
  }

  // The points of the reader's own schedule, by the keyboard.
  addKnots() {
    const { figure, knots, highest, places } = this;
    const inputs = knots.map(([place, value], k) => {
      figure.slider(`knot ${k}`, { label: `η in step ${place}`, min: 0, max: highest, value });
      return figure.controls[`knot ${k}`].element;
    });
    figure.inputs.after(make("details", {}, make("summary", {}, "Points of your curve"),
      make("div", { class: "explorer-controls" }, ...inputs)));
    figure.button("Copy it to your own", () => {
      const rates = this.presetRates();
      places.forEach((t, k) => figure.change(`knot ${k}`, this.rounded(rates[t - 1])));
    });
  }

  addAxes() {
    const { figure, places } = this;
    this.drawing = figure.axes({
      x: "step t", y: "learning rate η",
      description: "The learning rate against the step, for your own schedule and the other one.",
      onpoint: (x, y) => {
        const distances = places.map((place) => Math.abs(place - x));
        const nearest = distances.indexOf(Math.min(...distances));
        figure.change(`knot ${nearest}`, this.rounded(y));
      },
    });
    this.result = figure.axes({
      x: "step t", y: "mean of w²",
      description: "The mean of w² against the step for both schedules, measured and expected.",
    });
  }

  rounded(value) {
    return Number(Math.min(value, this.highest).toPrecision(3));
  }

  presetRates() {
    const preset = this.presets[this.state.preset];
    return Float64Array.from({ length: this.steps }, (_, i) => at(preset, i + 1));
  }

  // What a schedule leads to: computed again when it or the problem has changed.
  outcome(label, rates, i, problem) {
    const { expected, memory, runs } = this;
    const key = [Array.from(rates), Object.values(problem), this.state.seed].join();
    if (memory[i]?.key !== key) {
      const rule = ruleOf(this.rule);
      const measured = meanSquares(rule, this.hyperparameters, rates, problem, this.noise());
      memory[i] = { key, label, rates, color: COLORS[i], measured, floor: null };
      if (expected) {
        memory[i].floor = noiseFloor(expected, rates, problem);
        Object.assign(memory[i], expectedSquares(expected, rates, problem, runs));
      }
    }
    return memory[i];
  }

  draw() {
    const { places, presets, start, state, steps } = this;
    const problem = {
      curvature: state.curvature, deviation: state.noise / Math.sqrt(state.batch), start,
    };
    const own = drawnRates(places, places.map((_, k) => state[`knot ${k}`]), steps);
    this.both = [this.outcome("your own", own, 0, problem),
      this.outcome(presets[state.preset].label, this.presetRates(), 1, problem)];
    this.drawSchedules();
    this.drawResult();
    this.report();
  }

  drawSchedules() {
    const { both, drawing, highest, places, state, steps, ts } = this;
    drawing.begin({ x: [0, steps], y: [0, highest] });
    const limit = 2 / state.curvature;
    if (limit < highest) {
      drawing.line("limit", [0, steps], [limit, limit], { dash: "2 3", width: 1 });
      drawing.text("limit name", steps, limit, "2/h", { anchor: "end", dy: -4 });
    }
    for (const i of [1, 0]) {
      drawing.line(`rates ${i}`, ts.slice(1), both[i].rates, { color: COLORS[i] });
    }
    places.forEach((t, k) =>
      drawing.handle(`knot ${k}`, t, state[`knot ${k}`], { color: COLORS[0], radius: 5 }));
    drawing.end();
  }

  drawResult() {
    const { both, bound, result, steps, ts } = this;
    const visible = both.flatMap(({ measured, squares = [] }) => [...measured, ...squares])
      .map((v) => (v < bound ? v : NaN));
    result.begin({ x: [0, steps], y: extent(visible, { log: true }), logY: true });
    both.forEach(({ measured, squares, floor, color }, i) => {
      result.line(`measured ${i}`, ts, measured, { color });
      if (squares) result.line(`expected ${i}`, ts, squares, { dash: "5 4", width: 1.4 });
      if (floor) {
        result.line(`floor ${i}`, [0, steps], [floor, floor], { dash: "1 3", color });
        result.text(`floor name ${i}`, steps, floor, "floor", { anchor: "end", dy: -5 });
      }
    });
    result.end();
  }

  report() {
    const { both, convex, expected, figure, runs, steps, verdict } = this;
    const columns = expected
      ? ["", "predicted (dashed)", "measured", "difference", "standard error", "floor (dotted)"]
      : ["", "measured"];
    if (convex) columns.push("bound / constant's", "best rate / constant's");
    verdict.textContent = `After ${steps} steps ${this.judgement()}.`;
    const rows = both.map((one) => [...this.rowOf(one), ...convex ? this.bounds(one) : []]);
    figure.read([{ caption: `Mean of w² over ${runs} runs`, columns, rows }],
      verdict.textContent);
  }

  rowOf({ label, color, measured, squares, errors, floor }) {
    const { bound, steps } = this, name = chipped(label, color);
    // The step at which the mean leaves the picture for good, if it does; else 0.
    const lost = measured[steps] < bound ? 0 : measured.findLastIndex((v) => v < bound) + 1;
    const found = lost ? `left the picture at step ${lost}` : number(measured[steps], 4);
    if (!squares) return [name, found];
    const shown = (value, digits) => (Number.isFinite(value) ? number(value, digits) : "–");
    const gap = lost ? "–" : shown(measured[steps] - squares[steps], 2);
    return [
      name, shown(squares[steps], 4), found, gap, shown(errors[steps], 2), shown(floor ?? NaN, 4),
    ];
  }

  // The convex bound of a schedule's shape and its largest rate at the best scale, in units of
  // those of a constant.
  bounds({ rates }) {
    const flat = convexBound(new Float64Array(this.steps).fill(1));
    const { bound, factor } = convexBound(rates);
    return [bound / flat.bound, factor * Math.max(...rates) / flat.factor]
      .map((value) => (Number.isFinite(value) ? number(value, 3) : "–"));
  }

  // Which schedule ends lower, in words.
  judgement() {
    const { both, bound, steps } = this;
    const ends = both.map(({ squares, measured }) => {
      const value = (squares ?? measured)[steps];
      return value < bound ? value : Infinity;
    });
    const lower = ends[1] < ends[0] ? 1 : 0, ratio = ends[1 - lower] / ends[lower];
    if (ends[lower] === Infinity) return "both leave the picture";
    if (ratio < 1.005) return "both end alike";
    const factor = ratio < 1e6 ? `, by a factor of ${number(ratio, 3)}` : "";
    return `${both[lower].label} ends lower${factor}`;
  }

  data() {
    const rows = this.both.flatMap(({ label, rates, measured, squares }) =>
      Array.from(measured, (value, t) =>
        [label, t, t ? rates[t - 1] : "", value, ...(squares ? [squares[t]] : [])]));
    const columns = ["schedule", "t", "η", "mean of w²", ...(this.expected ? ["expected"] : [])];
    return { columns, rows };
  }
}
