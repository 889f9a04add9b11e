// What figures of chance share: a seed, rows that compare with theory, histograms.

import { number } from "../../../javascript/by_hand.js";

export function addSeed(figure) {
  figure.slider("seed", { label: "seed", min: 1, max: 99, value: 1, step: 1 });
  figure.button("New seed", () => figure.change("seed", figure.state.seed % 99 + 1));
}

// A row of a table; what theory does not know is null.
export const compared = (name, predicted, measured, ...more) => [
  name, predicted === null ? "–" : number(predicted, 4), number(measured, 4),
  predicted === null ? "–" : number(measured - predicted, 2), ...more.map((v) => number(v, 2)),
];

export function readCompared(figure, caption, rows, ...more) {
  const spoken = rows.map(([name, predicted, measured]) =>
    `${name.textContent ?? name}: predicted ${predicted}, measured ${measured}`);
  figure.read([{ caption, columns: ["", "predicted", "measured", "difference", ...more], rows }],
    `${caption}. ${spoken.join("; ")}.`);
}

export function drawHistogram(axes, { edges, heights }, color, density) {
  const x = [edges[0], edges.at(-1)];
  const xs = Float64Array.from({ length: 201 }, (_, i) => x[0] + (x[1] - x[0]) * i / 200);
  const ys = density ? xs.map(density) : [];
  axes.begin({ x, y: [0, 1.1 * Math.max(...heights, ...ys) || 1] });
  axes.bars("bars", edges, heights, { color });
  if (density) axes.line("density", xs, ys, { dash: "5 4" });
  axes.end();
}
