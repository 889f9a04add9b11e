// The eigenvalue lottery: what random symmetric matrices are, one after the other.

import { kindOf, POSITIVE_DEFINITE, randomHessian } from "../computing/hessians.js";
import { drawer } from "../computing/random.js";
import { histogram, meanAndError, rootMeanSquare } from "../computing/statistics.js";
import { chipped, set } from "../drawing/elements.js";
import { addSeed, compared, drawHistogram, readCompared } from "../drawing/sampling.js";

const SHOWN = 24;

export class Lottery {
  constructor(figure, { n, most, samples, colors }) {
    Object.assign(this, { figure, most, colors, state: figure.state, found: [] });
    figure.slider("n", { label: "variables n", min: 1, max: most, value: n, step: 1 });
    figure.player("samples",
      { label: "Hessians", max: samples, value: Math.min(samples, 200) });
    this.draws = drawer(figure.state, samples * most * (most + 1) / 2);
    this.last = figure.axes({ x: "eigenvalue / √n", y: "Hessian number",
      description: `The eigenvalues of the last ${SHOWN} Hessians, one row each.` });
    this.all = figure.axes({ x: "eigenvalue / √n", y: "density",
      description: "Histogram of all eigenvalues so far, and Wigner's semicircle." });
    addSeed(figure);
  }

  draw() {
    const { state } = this, wanted = Math.max(state.samples, 1);
    const key = [state.n, state.seed].join();
    if (this.key !== key) Object.assign(this, { key, found: [] });
    // What does not fit into this frame comes in the next ones.
    const until = performance.now() + 6;
    while (this.found.length < wanted && performance.now() < until) {
      this.found.push(randomHessian(this.draws(), this.found.length, state.n, this.most));
    }
    const isUnfinished = this.found.length < wanted;
    set(this.figure.element, { "aria-busy": isUnfinished });
    if (isUnfinished) this.figure.changed();
    const sample = this.found.slice(0, wanted);
    this.drawLast(sample);
    drawHistogram(this.all, histogram(sample.flatMap((values) => Array.from(values)), -4, 4, 40),
      this.colors.saddles, (x) => Math.sqrt(Math.max(4 - x * x, 0)) / (2 * Math.PI));
    this.report(sample);
  }

  drawLast(sample) {
    const { last } = this, first = Math.max(sample.length - SHOWN, 0);
    last.begin({ x: [-4, 4], y: [first, first + SHOWN + 1] });
    last.line("zero", [0, 0], [first, first + SHOWN + 1], { opacity: 0.6, width: 1 });
    for (const [kind, color] of Object.entries(this.colors)) {
      const dots = sample.flatMap((values, i) => (i >= first && kindOf(values) === kind
        ? Array.from(values, (x) => [x, i + 1]) : []));
      last.dots(kind, ...[0, 1].map((i) => dots.map((dot) => dot[i])), { color, radius: 3 });
    }
    last.end();
  }

  report(sample) {
    const { n } = this.state, count = sample.length, definite = POSITIVE_DEFINITE[n - 1] ?? null;
    const rows = Object.entries(this.colors).map(([kind, color]) => {
      const share = sample.filter((values) => kindOf(values) === kind).length / count;
      const predicted = definite && kind === "saddles" ? 1 - 2 * definite : definite;
      const p = predicted ?? share;
      return compared(chipped(kind, color), predicted, share, Math.sqrt(p * (1 - p) / count));
    });
    rows.push(compared("mean square", (n + 1) / n,
      ...meanAndError(sample.map((values) => rootMeanSquare(values) ** 2))));
    const caption = `${count} random Hessians of ${n} variables`;
    readCompared(this.figure, caption, rows, "standard error");
  }

  data() {
    const rows = this.found.slice(0, this.state.samples).map((values, i) =>
      [i + 1, kindOf(values), values.join(" ")]);
    return { columns: ["Hessian", "kind", "eigenvalues / √n"], rows };
  }
}
