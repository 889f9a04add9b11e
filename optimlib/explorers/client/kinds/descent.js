// Optimizers on a curve or a landscape: their paths, and their progress against the step.

import { number } from "../../../javascript/by_hand.js";
import { codeOf, ruleOf } from "../computing/code.js";
import { compile } from "../computing/formulas.js";
import {
  coordinates, firstOutside, hyperparametersAt, hyperparametersFor, leaves, parametersFor, simulate,
} from "../computing/simulate.js";
import { Asking, runOf, STALE } from "../drawing/asking.js";
import { chipped } from "../drawing/elements.js";
import { extent } from "../computing/scales.js";

export class Descent {
  constructor(figure, specification) {
    const { progress, predictions, steps } = specification;
    Object.assign(this, specification, { figure, state: figure.state });
    this.addControls();
    figure.player("step", { max: steps });
    if (progress.log !== null) figure.toggle("log", { label: "logarithmic", value: progress.log });
    // A race is as wide as the column.
    const isRace = this.shown < this.rules.length;
    figure.plots.classList.toggle("explorer-race", isRace);
    this.landscape = figure.axes({
      aspect: isRace ? 0.62 : 0.8,
      onpoint: (x, y) => {
        figure.change("start 0", Number(x.toPrecision(4)));
        if (this.ground.domain.length === 2) figure.change("start 1", Number(y.toPrecision(4)));
      },
    });
    this.curve = figure.axes({ x: "step t", y: progress.label, aspect: isRace ? 0.45 : 0.8 });
    this.formulas = predictions.map(({ formula }) => compile(formula));
    this.rules.forEach((entry, i) => {
      if (entry.recorded) entry.asking = new Asking(figure, this.questionOf(i), entry.recorded);
    });
    this.memory = [];
    this.drawn = [];
  }

  addControls() {
    const { figure, problems, rules, sliders } = this;
    if (problems.length > 1) {
      figure.choice("problem", {
        label: "problem", value: 0, options: problems.map(({ label }, i) => [i, label]),
      });
    }
    if (rules.length > 1) {
      rules.forEach(({ label, color, dash }, i) =>
        figure.toggle(`show ${i}`, { label, color, dash, value: i < this.shown }));
      const keys = rules.map((_, i) => `show ${i}`);
      figure.group("optimizers", keys.slice(0, this.shown), keys.slice(this.shown));
    }
    const own = sliders.filter((slider) => slider.rules?.length === 1);
    const owners = [...new Set(own.map((slider) => slider.rules[0]))];
    this.several = rules.length > 1 && owners.length > 1;
    if (this.several) {
      figure.choice("adjust", {
        label: "adjust", value: owners[0], options: owners.map((i) => [i, rules[i].label]),
      });
    }
    for (const slider of sliders) figure.slider(slider.key, slider);
    const [{ start, domain, variables }] = problems;
    start.forEach((value, i) => {
      const [min, max] = domain[i];
      figure.slider(`start ${i}`, { label: `start ${variables[i]}`, min, max, value });
    });
  }

  get ground() {
    return this.problems[this.state.problem ?? 0];
  }

  get start() {
    return this.ground.domain.map((_, i) => this.state[`start ${i}`]);
  }

  get parameters() {
    return parametersFor(this.ground, this.sliders, this.state);
  }

  // A guest has the numbers of the rule that it is like, if the figure shows that.
  hyperparametersOf(i) {
    const owner = this.rules[i].like ?? i;
    return hyperparametersFor(this.rules[owner], owner, this.sliders, this.state);
  }

  questionOf(i) {
    return {
      rule: i, problem: this.state.problem ?? 0, parameters: this.parameters,
      hyperparameters: this.hyperparametersOf(i), start: this.start, steps: this.steps,
    };
  }

  // A run of a rule that only Python can run.
  runInPython(i) {
    const answer = this.rules[i].asking.answerTo(this.questionOf(i));
    const { stale, error } = answer;
    return { ...runOf(answer), isStopped: Boolean(error), note: stale ? STALE : error };
  }

  // A run is computed again only when something that it depends on has changed.
  runOf(i) {
    const entry = this.rules[i];
    if (!entry.rule) return this.runInPython(i);
    const { ground, parameters, start, steps } = this, hyperparameters = this.hyperparametersOf(i);
    const key = JSON.stringify([this.state.problem, parameters, hyperparameters, start]);
    if (this.memory[i]?.key !== key) {
      const rule = ruleOf(entry), problem = codeOf(ground);
      const run = simulate(rule, hyperparameters, problem, parameters, start, steps);
      this.memory[i] = { key, run };
    }
    return this.memory[i].run;
  }

  measure(run, t) {
    const { quantity } = this.progress;
    if (quantity === "value") return run.values[t];
    if (quantity === "gap") return run.values[t] - this.lowest;
    return Math.min(...this.ground.minima.map((m) =>
      Math.hypot(...m.map((mi, i) => run.points[run.d * t + i] - mi))));
  }

  // Returns what prediction number k says, as a function of the step.
  foreseen(k) {
    const { ground, start, parameters } = this;
    const hyperparameters = this.hyperparametersOf(this.predictions[k].rule);
    const values = { ...parameters, f0: codeOf(ground).f(parameters, 0, ...start) };
    start.forEach((v, j) => { values[`${ground.variables[j]}0`] = v; });
    return (t) =>
      this.formulas[k]({ ...values, ...hyperparametersAt(hyperparameters, Math.max(t, 1)), t });
  }

  // Another problem brings its own start and ranges.
  changed(key) {
    if (key !== "problem") return;
    const { start, domain, variables } = this.ground;
    start.forEach((value, i) => {
      const control = this.figure.controls[`start ${i}`];
      control.retarget({ label: `start ${variables[i]}`, min: domain[i][0], max: domain[i][1] });
      this.state[`start ${i}`] = value;
      control.show(value);
    });
  }

  // What has to be set too, so that a slider and what it moves are seen.
  shownWith(key) {
    const { rules } = this.sliders.find((slider) => slider.key === key) ?? {};
    if (!this.several || rules?.length !== 1) return {};
    return { adjust: rules[0], [`show ${rules[0]}`]: true };
  }

  draw() {
    const { figure, ground, parameters, start, state } = this, problem = codeOf(ground);
    const step = Math.min(state.step, this.steps);
    if (figure.controls["start 1"]) {
      figure.controls["start 1"].element.hidden = ground.domain.length === 1;
    }
    for (const { key, rules } of this.sliders) {
      const other = this.several && rules?.length === 1 && rules[0] !== state.adjust;
      figure.controls[key].element.hidden = other;
    }
    this.lowest = Math.min(...ground.minima.map((m) => problem.f(parameters, 0, ...m)));
    this.drawn = [...this.rules.keys()].filter((i) => state[`show ${i}`] ?? true)
      .map((i) => ({ i, run: this.runOf(i) }))
      // An answer that is still on its way may be to another problem.
      .filter(({ run }) => run.d === ground.domain.length);

    this.drawLandscape(problem);
    this.drawRuns(step);
    const height = start[1] ?? problem.f(parameters, 0, start[0]);
    this.landscape.handle("start", start[0], height);
    this.landscape.end();
    this.drawProgress(step);
    this.report(step);
  }

  drawLandscape(problem) {
    const { ground, landscape, parameters } = this, [x, y] = ground.domain;
    if (!y) {
      landscape.labels = { x: ground.variables[0], y: "f" };
      landscape.beginCurve((at) => problem.f(parameters, 0, at), x);
      return;
    }
    landscape.labels = { x: ground.variables[0], y: ground.variables[1] };
    landscape.begin({ x, y });
    landscape.levels((a, b) => problem.f(parameters, 0, a, b), [ground.label, parameters]);
    for (const [i, m] of ground.minima.entries()) {
      landscape.text(`minimum ${i}`, m[0], m[1], "✕", { dy: 5 });
    }
  }

  drawRuns(step) {
    const { landscape } = this;
    for (const { i, run } of this.drawn) {
      const { color, dash, shape } = this.rules[i];
      // Of a run that is lost, the way out of the picture.
      const left = firstOutside(run, this.ground.domain, step), last = left ?? step;
      const places = coordinates(run, last);
      if (run.d === 1) places.push(run.values.slice(0, last + 1));
      landscape.line(`path ${i}`, ...places, { color, dash });
      landscape.dots(`points ${i}`, ...places, { color, shape, radius: step > 60 ? 1.5 : 2.4 });
      const [xs, ys] = places.map((values) => values.slice(-1));
      if (left === null) landscape.dots(`now ${i}`, xs, ys, { color, shape, radius: 4.5 });
      else this.nameExit(i, places.map((values) => values.at(-2)), this.wayOf(i, run, left));
    }
  }

  nameExit(i, [x, y], words) {
    const { landscape } = this, { x: [low, high] } = landscape.range;
    const anchor = x > (low + high) / 2 ? "end" : "start";
    landscape.text(`exit ${i}`, x, y, words, { anchor, dy: -9 });
  }

  // What a run that is outside does.
  wayOf(i, { values }, left) {
    const name = this.drawn.length > 1 ? `${this.rules[i].label} ` : "";
    return `${name}${values.at(-1) < values[0] ? "leaves" : "diverges"}: step ${left}`;
  }

  drawProgress(step) {
    const { curve, drawn, steps } = this, log = this.state.log ?? false;
    const ts = Float64Array.from({ length: steps + 1 }, (_, t) => t);
    const measured = drawn.map(({ run }) => ts.map((t) => this.measure(run, t)));
    const foreseen = this.predictions.map((_, k) => ts.map(this.foreseen(k)));
    const start = measured.length ? Math.max(...measured.map((m) => Math.abs(m[0]) || 0)) : 1;
    const bound = (v) => (Math.abs(v) <= 1e3 * start + 1 && (!log || v > 1e-16 * start) ? v : NaN);
    const y = extent(measured.flatMap((m) => Array.from(m, bound)), { log });
    curve.begin({ x: [0, steps], y, logY: log });
    drawn.forEach(({ i }, k) => {
      const { color, dash, shape } = this.rules[i];
      const values = log ? measured[k].map((v) => (v > 0 ? v : NaN)) : measured[k];
      curve.line(`run ${i}`, ts, values, { color, dash });
      curve.dots(`now ${i}`, [step], [measured[k][step]], { color, shape, radius: 4 });
    });
    foreseen.forEach((values, k) => {
      curve.line(`foreseen ${k}`, ts, values, { dash: "5 4", width: 1.6 });
    });
    curve.end();
  }

  report(step) {
    const { ground, progress } = this;
    const rows = this.drawn.map(({ i, run }) => this.rowOf(i, run, step));
    const tables = [{
      caption: `After ${step} of ${this.steps} steps`,
      columns: ["", ground.variables.join(", "), progress.label], rows,
    }];
    const compared = this.comparison(step);
    if (compared.length) {
      tables.push({
        caption: "Theory and this run",
        columns: ["", "predicted", "measured", "difference"], rows: compared,
      });
    }
    const spoken = rows.map(([name, , end]) => `${name.textContent}: ${end}`).join("; ");
    this.figure.read(tables, `After ${step} steps. ${spoken}.`);
    const names = this.drawn.map(({ i }) => this.rules[i].label).join(", ");
    this.landscape.describe(`Path of ${names} on ${ground.label} from the chosen start.`);
    this.curve.describe(`${progress.label} against the step for ${names}.`);
  }

  // A run that stopped is where it was then.
  rowOf(i, run, step) {
    let at = step;
    while (run.isStopped && at && Number.isNaN(run.values[at])) at--;
    const left = leaves(run, this.ground.domain, at);
    const place = Array.from(run.points.slice(run.d * at, run.d * (at + 1)));
    const note = run.note ? ` (${run.note})` : "", { label, color, dash, shape } = this.rules[i];
    const name = chipped(label + note, color, { dash, shape });
    if (left !== null) {
      const lost = run.values.at(-1) < run.values[0] ? "" : "diverges: ";
      return [name, "–", `${lost}left the picture at step ${left}`];
    }
    const where = place.every(Number.isFinite) ? place.map((v) => number(v, 4)).join(", ") : "–";
    return [name, where, number(this.measure(run, at), 4)];
  }

  // A row for each prediction whose rule is shown.
  comparison(step) {
    return this.predictions.flatMap(({ label, rule }, k) => {
      const of = this.drawn.find(({ i }) => i === rule);
      if (!of) return [];
      const predicted = this.foreseen(k)(step), measured = this.measure(of.run, step);
      return [[
        label, number(predicted, 5), number(measured, 5), number(measured - predicted, 2),
      ]];
    });
  }

  data() {
    const columns = ["optimizer", "t", ...this.ground.variables, "f"];
    const rows = this.drawn.flatMap(({ run, i }) => Array.from(run.values, (value, t) =>
      [this.rules[i].label, t, ...run.points.slice(run.d * t, run.d * (t + 1)), value]));
    return { columns, rows };
  }
}
