// A map of colored cells, each of which is a run, with its legend.

import { levelLines } from "../computing/level_lines.js";
import { coarseFirst, onAxis } from "../computing/maps.js";
import { make, set } from "./elements.js";

export const COLUMNS = 80, ROWS = 60;
const VIRIDIS = [
  [68, 1, 84], [65, 68, 135], [42, 120, 142], [34, 168, 132], [122, 209, 81], [253, 231, 37],
];

// From 0, dark, to 1, bright: as light to the eye as the number is large.
export function viridis(share) {
  const place = Math.min(Math.max(share, 0), 1) * (VIRIDIS.length - 1);
  const i = Math.min(Math.floor(place), VIRIDIS.length - 2);
  return VIRIDIS[i].map((c, k) => Math.round(c + (VIRIDIS[i + 1][k] - c) * (place - i)));
}

// What is no number of the scale has a pattern, too.
export const CHECKERED = {
  gray: [[120, 120, 120], [165, 165, 165]], dark: [[70, 70, 70], [105, 105, 105]],
};

// Never longer than `BUDGET` ms at a time, the rest when the browser is idle.
const BUDGET = 6;
const whenIdle = (work) => (globalThis.requestIdleCallback ?? ((f) => setTimeout(f, 16)))(work);

const cssOf = (color) => (Array.isArray(color[0])
  ? `repeating-conic-gradient(rgb(${color[0]}) 0 25%, rgb(${color[1]}) 0 50%) 0 0/6px 6px`
  : `rgb(${color})`);

export const swatch = (color, text) => make("span", {},
  make("span", { class: "explorer-swatch", style: `background:${cssOf(color)}` }), text);

// What is to be seen on every color has a black rim.
const rimmed = (draw) => {
  draw(" rim", { color: "#000", width: 4 });
  draw("", { color: "#fff", width: 1.8 });
};

// Computed little by little; `redraw` is called after each part.
export class CellMap {
  constructor(figure, sides, { onpoint, redraw }) {
    Object.assign(this, { figure, sides, redraw, borders: {} });
    this.canvas = make("canvas", { width: COLUMNS, height: ROWS });
    this.cells = new Float64Array(COLUMNS * ROWS);
    const [x, y] = sides;
    this.axes = figure.axes({ x: x.label, y: y.label, aspect: 0.8, onpoint });
    this.legend = make("p", { class: "explorer-legend" });
    const box = make("div");
    this.axes.element.replaceWith(box);
    box.append(this.axes.element, this.legend);
  }

  // Begins a frame. The cells begin anew if `key` has changed; `compute(x, y)` returns the number
  // of the cell at these values.
  begin(key, compute) {
    const [x, y] = this.sides;
    this.axes.begin({ x: [x.min, x.max], y: [y.min, y.max], logX: x.log, logY: y.log });
    if (key === this.key) return;
    Object.assign(this, { key, compute, order: coarseFirst(COLUMNS, ROWS) });
    this.cells.fill(NaN);
    this.work();
    this.proceed();
  }

  // The values in the middle of a column and a row.
  valuesAt(column, row) {
    const [x, y] = this.sides;
    return [onAxis(x, (column + 0.5) / COLUMNS), onAxis(y, (row + 0.5) / ROWS)];
  }

  // Returns f(number, x, y) for every cell.
  mapCells(f) {
    return Array.from(this.cells, (number, k) =>
      f(number, ...this.valuesAt(k % COLUMNS, Math.floor(k / COLUMNS))));
  }

  work() {
    const end = performance.now() + BUDGET;
    do {
      const { value, done } = this.order.next();
      if (done) {
        this.order = null;
        return;
      }
      const [column, row, size] = value;
      const result = this.compute(...this.valuesAt(column, row));
      const last = Math.min(column + size, COLUMNS);
      for (let j = row; j < Math.min(row + size, ROWS); j++) {
        this.cells.fill(result, j * COLUMNS + column, j * COLUMNS + last);
      }
    } while (performance.now() < end);
  }

  proceed() {
    set(this.figure.element, { "aria-busy": Boolean(this.order) });
    if (this.waiting || !this.order) return;
    this.waiting = true;
    whenIdle(() => {
      this.waiting = false;
      if (!this.order || !this.figure.element.isConnected) return;
      this.work();
      this.redraw();
      this.proceed();
    });
  }

  // Draws the cells; `paint(number)` returns a color, or two for a pattern.
  show(paint) {
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(COLUMNS, ROWS);
    this.cells.forEach((cell, k) => {
      if (Number.isNaN(cell)) return;
      const column = k % COLUMNS, row = Math.floor(k / COLUMNS);
      const color = paint(cell);
      const [r, g, b] = Array.isArray(color[0]) ? color[(column + row) % 2] : color;
      image.data.set([r, g, b, 255], 4 * ((ROWS - 1 - row) * COLUMNS + column));
    });
    context.putImageData(image, 0, 0);
    set(this.axes.picture("cells", this.canvas), { style: "image-rendering:pixelated" });
  }

  // Where f(x, y) has one of the levels, computed again only if `state` has changed.
  border(key, state, f, levels) {
    const { axes, borders, sides } = this, now = JSON.stringify([state, levels]);
    if (borders[key]?.now !== now) {
      const at = (x, y) => f(onAxis(sides[0], x), onAxis(sides[1], y));
      const pieces = levelLines(at, levels).map((share, i) => onAxis(sides[i % 2], share));
      borders[key] = { now, pieces };
    }
    rimmed((rim, style) => axes.segments(key + rim, borders[key].pieces, style));
  }

  ring(key, x, y) {
    const { axes } = this, place = { cx: axes.x(x), cy: axes.y(y), r: 6, fill: "none" };
    rimmed((rim, { color, width }) =>
      axes.item(key + rim, "circle", { ...place, stroke: color, "stroke-width": width }));
  }

  // Ends a frame, with the point that the reader has chosen.
  finish(x, y) {
    const handle = this.axes.handle("point", x, y, { color: "#fff" });
    set(handle, { stroke: "#000", "stroke-width": 2 });
    this.axes.end();
  }
}
