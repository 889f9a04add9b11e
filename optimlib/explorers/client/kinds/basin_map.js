// A map of where runs end, over start and learning rate.

import { number } from "../../../javascript/by_hand.js";
import { basinEdge, basinOf, basinRun } from "../computing/basins.js";
import { codeOf } from "../computing/code.js";
import { compile } from "../computing/formulas.js";
import { cellAt } from "../computing/maps.js";
import { coordinates, leaves, parametersFor } from "../computing/simulate.js";
import { Asking, runOf, STALE } from "../drawing/asking.js";
import { CellMap, CHECKERED, COLUMNS, swatch } from "../drawing/cell_map.js";
import { make } from "../drawing/elements.js";

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

export class Basins {
  constructor(figure, specification) {
    const { axis, boundaries, critical, ground, rules, sliders } = specification;
    const [variable] = ground.variables, [[min, max]] = ground.domain;
    Object.assign(this, specification, { figure, specification, state: figure.state });
    const startAxis = { label: `start ${variable}`, min, max, log: false };
    if (rules.length > 1) {
      const options = rules.map(({ label }, i) => [i, label]);
      figure.choice("rule", { label: "method", value: 0, options });
    }
    figure.slider("start", { ...startAxis, value: ground.start[0] });
    for (const slider of [axis, ...sliders]) figure.slider(slider.key, slider);
    const onpoint = (x, y) => {
      figure.change("start", Number(x.toPrecision(4)));
      figure.change(axis.key, Number(y.toPrecision(4)));
    };
    this.map = new CellMap(figure, [startAxis, axis], { onpoint, redraw: () => this.drawMap() });
    this.curve = figure.axes({ x: variable, y: "f", aspect: 0.8,
      onpoint: (x) => figure.change("start", Number(x.toPrecision(4))) });
    this.sides = [startAxis, axis];
    this.theories = boundaries.map(({ formula }) => compile(formula));
    this.asked = rules.map(({ recorded }, k) => recorded && {
      map: new Asking(figure, this.questionOf(k, "map"), recorded.map),
      run: new Asking(figure, this.questionOf(k, "run"), recorded.run),
    });
    this.ends = [...critical.keys(), -1, -2];
  }

  get chosen() {
    return this.state.rule ?? 0;
  }

  get parameters() {
    return parametersFor(this.ground, this.sliders, this.state);
  }

  valuesAt(start, lr) {
    return { ...this.parameters, [`${this.ground.variables[0]}0`]: start, lr };
  }

  // What a kernel is asked for, of a rule that only Python can run.
  questionOf(rule, part) {
    const place = { start: this.state.start, lr: this.state[this.axis.key] };
    return { part, rule, parameters: this.parameters, ...(part === "run" ? place : {}) };
  }

  // The newest answer to it, of the chosen rule; undefined if the browser computes it.
  answer(part) {
    return this.asked[this.chosen]?.[part].answerTo(this.questionOf(this.chosen, part));
  }

  // The run that is shown, with its start and rate.
  runNow() {
    const answer = this.answer("run");
    if (answer) {
      const note = answer.stale ? STALE : answer.error;
      return { ...runOf(answer), start: answer.start, lr: answer.lr, note };
    }
    const { start } = this.state, lr = this.state[this.axis.key];
    return { ...this.runFrom(start, lr), start, lr };
  }

  runFrom(start, lr) {
    return basinRun(this.specification, this.parameters, this.chosen, start, lr);
  }

  basinAt(start, lr) {
    const answer = this.answer("map");
    return answer ? cellAt(answer, [start, lr], this.sides)
      : basinOf(this.runFrom(start, lr), this.specification);
  }

  // How the end number k looks: a critical point, not there yet, or outside.
  colorOf(k) {
    if (k < 0) return k === -1 ? CHECKERED.gray : CHECKERED.dark;
    const base = rgb(this.critical[k].color);
    const isMinimum = this.critical[k].kind === "minimum";
    return isMinimum ? base : [base, base.map((c) => Math.round(c * 0.6))];
  }

  nameOf(k) {
    if (k < 0) return k === -1 ? "not there yet" : "outside or diverged";
    const { kind, at } = this.critical[k];
    return `${kind === "undecided" ? "level point" : kind} at ${number(at, 4)}`;
  }

  draw() {
    this.drawMap();
    const run = this.runNow();
    this.drawRun(run);
    this.report(run);
  }

  drawMap() {
    const { chosen, map, state, theories } = this, answer = this.answer("map");
    const others = [chosen, answer?.parameters ?? this.parameters];
    map.begin(JSON.stringify(others), (start, lr) => this.basinAt(start, lr));
    map.show((k) => this.colorOf(k));
    theories.forEach((theory, k) => map.border(`theory ${k}`, others,
      (start, lr) => theory(this.valuesAt(start, lr)), [0]));
    map.finish(state.start, state[this.axis.key]);
    const found = new Set(map.cells), shown = this.ends.filter((k) => found.has(k));
    map.legend.replaceChildren(
      ...shown.map((k) => swatch(this.colorOf(k), this.nameOf(k))),
      ...(theories.length ? [make("span", {}, "line: theory")] : []),
      ...(answer?.stale ? [make("span", {}, STALE.replace("run", "map"))] : []));
  }

  drawRun(run) {
    const { curve, ground, parameters } = this;
    const { color } = this.rules[this.chosen], problem = codeOf(ground);
    curve.beginCurve((x) => problem.f(parameters, 0, x), ground.domain[0]);
    const [xs] = coordinates(run, this.steps);
    curve.line("path", xs, run.values, { color });
    curve.dots("points", xs, run.values, { color });
    this.critical.forEach(({ at, color: own }, k) =>
      curve.dots(`critical ${k}`, [at], [problem.f(parameters, 0, at)], { color: own, radius: 5 }));
    const { start } = this.state;
    curve.handle("start", start, problem.f(parameters, 0, start));
    curve.end();
  }

  report({ start: from, lr, note, ...run }) {
    const { axis, figure, ground, steps } = this, { label } = this.rules[this.chosen];
    const [variable] = ground.variables, start = number(from, 4);
    const first = Array.from(run.points.slice(0, Math.min(steps, 6) + 1), (x, t) =>
      [String(t), Number.isFinite(x) ? number(x, 5) : "lost"]);
    const end = this.nameOf(basinOf(run, this.specification));
    const left = leaves(run, ground.domain);
    const last = left === null ? end : `${end}: left the picture at step ${left}`;
    const tables = [
      { caption: `${label} from ${start}${note ? ` (${note})` : ""}`, columns: ["step", variable],
        rows: [...first, ["end", last]] },
      { caption: `Of ${COLUMNS} starts with ${axis.label} = ${number(lr, 4)}`,
        columns: ["end", "share"], rows: this.shares(lr) },
    ];
    const rows = this.asked[this.chosen] ? [] : this.borders(lr);
    if (rows.length) {
      tables.push({ caption: "The border nearest to the start", rows,
        columns: ["", "predicted", "measured", "difference"] });
    }
    figure.read(tables, `${label} from ${start} with ${axis.label} ${number(lr, 4)}: ${last}.`);
    this.map.axes.describe(`Map: where ${label} ends, for each start and ${axis.label}.`);
    this.curve.describe(`${ground.label} with the path of the chosen run, which ends: ${last}.`);
  }

  // Which share of the starts in the picture ends where.
  shares(lr) {
    const ends = Array.from({ length: COLUMNS }, (_, i) =>
      this.basinAt(this.map.valuesAt(i, 0)[0], lr));
    const count = (k) => ends.filter((end) => end === k).length;
    return this.ends.filter(count)
      .map((k) => [this.nameOf(k), `${number(100 * count(k) / COLUMNS, 3)} %`]);
  }

  borders(lr) {
    const { state } = this, [[low, high]] = this.ground.domain, span = high - low;
    return this.boundaries.flatMap(({ label }, k) => {
      const isOutside = (x) => this.theories[k](this.valuesAt(x, lr)) > 0;
      const predicted = basinEdge(isOutside, state.start, span);
      const measured = basinEdge((x) => this.basinAt(x, lr), predicted, span);
      // A border is theory's for one method: others have none there.
      return Number.isNaN(measured) ? []
        : [[label, number(predicted, 6), number(measured, 6), number(measured - predicted, 2)]];
    });
  }

  data() {
    return { columns: ["start", this.axis.key, "end"],
      rows: this.map.mapCells((k, start, lr) => [start, lr, this.nameOf(k)]) };
  }
}
