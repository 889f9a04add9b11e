// The noise floor: many runs of a rule on f = h w²/2 whose gradient comes with noise.

import { number } from "../../../javascript/by_hand.js";
import { ruleOf } from "../computing/code.js";
import { compile } from "../computing/formulas.js";
import { averagedSquares, momentsTheory, noiseTheory, noisyRun } from "../computing/noisy_runs.js";
import { drawer } from "../computing/random.js";
import { histogram, meanAndError, rootMeanSquare } from "../computing/statistics.js";
import { addSeed, compared, drawHistogram, readCompared } from "../drawing/sampling.js";
import { extent } from "../computing/scales.js";

export class NoiseFloor {
  constructor(figure, specification) {
    const { averaging, edge, floor, runs, sliders, steps } = specification;
    Object.assign(this, specification, { figure, state: figure.state });
    for (const { key, ...slider } of sliders) figure.slider(key, slider);
    if (!this.moments) {
      figure.toggle("averaging", { label: "average of the points", value: averaging });
    }
    [this.floorOf, this.edgeOf] = [floor, edge].map(compile);
    this.draws = drawer(figure.state, runs * steps);
    this.first = Math.floor(steps / 2) + 1;
    this.curve = figure.axes({ x: "step k",
      description: "Mean over the runs by step, some single runs, and what theory predicts." });
    this.places = figure.axes({ x: "w", y: "density",
      description: "Histogram of w in the second half of the runs, and the predicted density." });
    this.ks = Float64Array.from({ length: steps + 1 }, (_, k) => k);
    addSeed(figure);
  }

  // Runs all runs, as the controls stand, and asks theory.
  compute() {
    const { runs, start, state, steps } = this, { averaging, curvature, lr } = state;
    const hyperparameters = { ...this.hyperparameters, lr, beta: state.beta };
    const rule = ruleOf(this), spread = state.noise / Math.sqrt(state.batch);
    const draws = this.draws(), loss = (w2) => curvature / 2 * w2;
    this.points = Array.from({ length: runs }, (_, run) => noisyRun(rule, hyperparameters,
      curvature, start, spread, draws.subarray(run * steps, (run + 1) * steps)));
    const theory = this.moments
      ? momentsTheory(this.moments, lr, curvature, start, spread, steps)
      : noiseTheory(rule, hyperparameters, curvature, start, spread, steps);
    this.settles = lr < this.edgeOf(state);
    const limit = averaging ? (spread / curvature) ** 2 : this.floorOf(state);
    this.limit = this.settles ? limit : NaN;
    this.shown = averaging ? this.points.map(averagedSquares)
      : this.points.map((run) => run.map((w) => loss(w * w)));
    this.measured = new Float64Array(steps + 1);
    for (const values of this.shown) {
      for (let k = 0; k <= steps; k++) this.measured[k] += values[k] / runs;
    }
    this.predicted = averaging ? theory.averaged : theory.squares.map(loss);
    this.curve.labels.y = averaging ? "k · mean of x̄²" : "mean loss";
  }

  draw() {
    this.compute();
    this.drawCurve();
    this.drawPlaces();
    this.report();
  }

  drawCurve() {
    const { color, curve, ks, limit, measured, predicted, steps } = this;
    const drawn = [...measured, ...predicted, limit]
      .filter((v) => v < 1e9 * (predicted[1] + limit || 1));
    const y = extent(drawn, { log: true, margin: 0.1 });
    curve.begin({ x: [0, steps], y, logY: true });
    this.shown.slice(0, 4).forEach((values, run) =>
      curve.line(`run ${run}`, ks, values, { color, width: 1, opacity: 0.3 }));
    curve.line("mean", ks, measured, { color, width: 2.4 });
    curve.line("theory", ks, predicted, { dash: "5 4" });
    curve.line("limit", [0, steps], [limit, limit], { dash: "2 3" });
    curve.end();
  }

  drawPlaces() {
    const { first, points, runs, settles, state, steps } = this;
    const late = new Float64Array(runs * (steps + 1 - first));
    points.forEach((run, i) => late.set(run.subarray(first), i * (steps + 1 - first)));
    const size = settles ? Math.sqrt(2 * this.floorOf(state) / state.curvature)
      : Math.min(rootMeanSquare(late) || 1, 1e99);
    const density = (w) => Math.exp(-((w / size) ** 2) / 2) / (size * Math.sqrt(2 * Math.PI));
    drawHistogram(this.places, histogram(late, -4 * size, 4 * size, 40), this.color,
      settles && density);
  }

  report() {
    const { curve, first, limit, predicted, runs, settles, state, steps } = this;
    const from = state.averaging ? steps : first, edge = this.edgeOf(state);
    // One number from each run: they are independent.
    const mean = (values) => meanAndError(values.subarray(from))[0];
    const result = meanAndError(this.shown.map(mean));
    const name = state.averaging ? `${curve.labels.y} at k = ${steps}`
      : `mean loss, steps ${first} to ${steps}`;
    const rows = [compared(name, mean(predicted), ...result)];
    if (settles) rows.push(compared("its limit, k → ∞", limit, ...result));
    const caption = settles ? `${runs} runs of ${steps} steps`
      : `No floor: a learning rate of ${number(edge, 4)} or more carries the runs to infinity`;
    readCompared(this.figure, caption, rows, "standard error");
  }

  data() {
    const rows = Array.from(this.ks, (k) => [k, this.measured[k], this.predicted[k]]);
    return { columns: ["k", this.curve.labels.y, "predicted"], rows };
  }
}
