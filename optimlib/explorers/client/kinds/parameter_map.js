// A map over two parameters, every cell of which is a run.

import { number } from "../../../javascript/by_hand.js";
import { codeOf } from "../computing/code.js";
import { compile } from "../computing/formulas.js";
import { cellAt, measuredRun, measuresOf, settingsOf } from "../computing/maps.js";
import { coordinates, hyperparametersAt } from "../computing/simulate.js";
import { Asking, runOf, STALE } from "../drawing/asking.js";
import { CellMap, CHECKERED, swatch, viridis } from "../drawing/cell_map.js";
import { make } from "../drawing/elements.js";
import { extent, logTicks, scale } from "../computing/scales.js";

export class ParameterMap {
  constructor(figure, specification) {
    const { axes, color, optimum, predict, sliders } = specification;
    Object.assign(this, specification, { figure, specification, state: figure.state });
    [this.x, this.y] = axes;
    for (const slider of [...axes, ...sliders]) figure.slider(slider.key, slider);
    figure.choice("second", { label: "beside the map", value: "progress",
      options: [["progress", "distance"], ["path", "path"]] });
    const go = (x, y) => {
      figure.change(this.x.key, Number(x.toPrecision(4)));
      figure.change(this.y.key, Number(y.toPrecision(4)));
    };
    this.map = new CellMap(figure, axes, { onpoint: go, redraw: () => this.drawMap() });
    this.second = figure.axes({ aspect: 0.8 });
    this.theory = predict && compile(predict);
    this.best = optimum && optimum.map(compile);
    this.isRate = color === "rate";
    if (this.best) figure.button("Go to the optimum", () => go(...this.bestNow()));
    const { recorded } = specification;
    this.asked = recorded && {
      map: new Asking(figure, this.questionOf("map"), recorded.map),
      run: new Asking(figure, this.questionOf("run"), recorded.run),
    };
  }

  changesNow() {
    return this.valuesOf([...this.axes, ...this.sliders]);
  }

  valuesOf(controls) {
    return Object.fromEntries(controls.map(({ key }) => [key, this.state[key]]));
  }

  // What a kernel is asked for, of a rule that only Python can run.
  questionOf(part) {
    return { part, changes: part === "run" ? this.changesNow() : this.valuesOf(this.sliders) };
  }

  // The run that is shown, with its values of the controls and what the map measures of it.
  runNow() {
    const changes = this.changesNow(), { asked, specification } = this;
    if (!asked) return { changes, ...measuredRun(specification, changes) };
    const answer = asked.run.answerTo(this.questionOf("run"));
    const { parameters } = settingsOf(specification, answer.changes);
    return {
      ...measuresOf(specification, runOf(answer), parameters),
      changes: answer.changes, note: answer.stale ? STALE : answer.error,
    };
  }

  changesAt(x, y) {
    return { ...this.changesNow(), [this.x.key]: x, [this.y.key]: y };
  }

  // What theory may depend on.
  valuesWith(changes) {
    const { hyperparameters, parameters } = settingsOf(this.specification, changes);
    return { ...parameters, ...hyperparametersAt(hyperparameters, 1) };
  }

  bestNow() {
    return this.best.map((f) => f(this.valuesWith(this.changesNow())));
  }

  predicted(changes) {
    return this.theory?.(this.valuesWith(changes));
  }

  isNever(measured) {
    return this.color === "steps" && measured < 0;
  }

  // The scale of the colors: from a number to its share of brightness. What is fast is bright.
  scaleNow() {
    if (this.color === "steps") return scale([1, this.steps], [1, 0], true);
    const least = this.map.cells.reduce((a, b) => (b > 0 && b < a ? b : a), 1);
    if (this.isRate) return scale([Math.min(0.9, Math.floor(least * 10) / 10), 1], [1, 0]);
    return scale([Math.max(1e-16, Math.min(least, 0.1)), 1], [1, 0], true);
  }

  draw() {
    this.drawMap();
    const now = this.runNow();
    if (this.state.second === "path") this.drawPath(now);
    else this.drawProgress(now, this.predicted(now.changes));
    this.report(now);
  }

  drawMap() {
    const { asked, axes, map, sliders, specification, state, theory } = this;
    const others = sliders.map(({ key }) => state[key]);
    const answer = asked?.map.answerTo(this.questionOf("map"));
    map.begin(JSON.stringify(answer?.changes ?? others), (x, y) => (answer
      ? cellAt(answer, [x, y], axes) : measuredRun(specification, this.changesAt(x, y)).measured));
    const share = this.scaleNow(), low = share.invert(1), high = share.invert(0);
    map.show((v) => {
      if (v === Infinity || (this.color !== "steps" && v > 1)) return CHECKERED.gray;
      return this.isNever(v) ? CHECKERED.dark : viridis(share(v));
    });
    if (theory) {
      map.border("theory", others, (x, y) => this.predicted(this.changesAt(x, y)),
        this.isRate ? [1] : logTicks(low, high));
    }
    if (this.best) map.ring("optimum", ...this.bestNow());
    map.finish(state[this.x.key], state[this.y.key]);
    map.legend.replaceChildren(...this.legendOf(low, high),
      ...(answer?.stale ? [make("span", {}, STALE.replace("run", "map"))] : []));
  }

  legendOf(low, high) {
    const countsSteps = this.color === "steps", { best, isRate, quantity, steps, theory } = this;
    const colors = Array.from({ length: 9 }, (_, i) => `rgb(${viridis(1 - i / 8)})`).join();
    const style = `background:linear-gradient(to right,${colors})`;
    const bar = make("span", { class: "explorer-scale", style });
    const lost = countsSteps ? "diverges" : "above 1: does not converge";
    const legend = [
      make("span", {}, `${quantity}: ${number(low, 3)} `, bar, ` ${number(high, 3)}`),
      swatch(CHECKERED.gray, lost),
    ];
    if (countsSteps) legend.push(swatch(CHECKERED.dark, `not within ${steps} steps`));
    const lines = isRate ? "line: theory's limit of convergence" : "lines: theory";
    if (theory) legend.push(make("span", {}, lines));
    if (best) legend.push(make("span", {}, "ring: theory's optimum"));
    return legend;
  }

  drawProgress({ distances }, predicted) {
    const { second, steps } = this;
    const ts = Float64Array.from({ length: steps + 1 }, (_, t) => t);
    const floor = 1e-16 * distances[0];
    const bounded = Array.from(distances, (d) => (d <= 1e3 * distances[0] && d > floor ? d : NaN));
    second.labels = { x: "step t", y: "distance to the minimum" };
    second.begin({ x: [0, steps], y: extent(bounded, { log: true }), logY: true });
    const { color } = this.rule;
    second.line("run", ts, distances.map((d) => (d > 0 ? d : NaN)), { color });
    if (this.isRate && this.theory) {
      second.line("foreseen", ts, ts.map((t) => distances[0] * predicted ** t), { dash: "5 4" });
    }
    second.end();
  }

  drawPath({ run, parameters }) {
    const { ground, second } = this, { color } = this.rule, problem = codeOf(ground);
    const [x, y] = ground.domain, places = coordinates(run, this.steps);
    second.labels = { x: ground.variables[0], y: ground.variables[1] ?? "f" };
    if (y) {
      second.begin({ x, y });
      second.levels((a, b) => problem.f(parameters, 0, a, b), parameters);
    } else {
      second.beginCurve((at) => problem.f(parameters, 0, at), x);
      places.push(run.values);
    }
    second.line("path", ...places, { color });
    second.dots("points", ...places, { color, radius: 2 });
    second.end();
  }

  said(measured) {
    if (measured === Infinity) return "diverges";
    return this.isNever(measured) ? "not reached" : number(measured, 5);
  }

  rowOf(name, changes, { measured }) {
    const places = [this.x, this.y].map(({ key }) => number(changes[key], 4));
    if (!this.theory) return [name, ...places, this.said(measured)];
    const predicted = this.predicted(changes);
    const known = Number.isFinite(measured) && !this.isNever(measured);
    return [name, ...places, number(predicted, 5), this.said(measured),
      known ? number(measured - predicted, 2) : "–"];
  }

  report(now) {
    const { figure, map, quantity, x, y } = this;
    const name = now.note ? `this run (${now.note})` : "this run";
    const rows = [this.rowOf(name, now.changes, now)];
    if (this.best && !this.asked) {
      const at = this.changesAt(...this.bestNow());
      rows.push(this.rowOf("theory's optimum", at, measuredRun(this.specification, at)));
    }
    const values = this.theory ? ["predicted", "measured", "difference"] : ["measured"];
    const [, xNow, yNow] = rows[0];
    figure.read([{
      caption: `${quantity} on ${this.ground.label}`,
      columns: ["", x.label, y.label, ...values], rows,
    }], `${x.label} ${xNow}, ${y.label} ${yNow}: ${quantity} ${this.said(now.measured)}.`);
    map.axes.describe(`Map of the ${quantity} over ${x.label} and ${y.label}; bright is fast.`);
    this.second.describe(this.state.second === "path" ? "The path of the chosen run."
      : "The chosen run's distance to the minimum against the step.");
  }

  data() {
    const columns = [this.x.key, this.y.key, this.quantity, ...(this.theory ? ["predicted"] : [])];
    const rows = this.map.mapCells((measured, x, y) =>
      [x, y, measured, ...(this.theory ? [this.predicted(this.changesAt(x, y))] : [])]);
    return { columns, rows };
  }
}
