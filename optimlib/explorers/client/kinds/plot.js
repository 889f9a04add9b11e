// A chapter's own formulas: curves, points and runs with controls for the names in them.

import { number } from "../../../javascript/by_hand.js";
import { leavesAt, onSlider, PlotModel } from "../computing/plot_model.js";
import { make } from "../drawing/elements.js";
import { extent } from "../computing/scales.js";

const IN_SERIES = ["curve", "bars", "dots", "run", "data"];
const FILLED = ["point", "dots", "bars"];

export class Plot {
  constructor(figure, specification) {
    Object.assign(this, specification, { figure, model: new PlotModel(specification) });
    for (const { key, kind, choices, integer, play, ...options } of this.controls) {
      if (kind === "toggle") figure.toggle(key, options);
      else if (choices) {
        figure.choice(key, { ...options, options: choices.map(([label], i) => [i, label]) });
      } else if (play) figure.player(key, options);
      else figure.slider(key, { ...options, step: integer ? 1 : null });
    }
    this.panels = this.panels.map((panel) => this.addPanel(panel));
  }

  addPanel({ x, y, log, items }) {
    const axes = this.figure.axes({
      x: x.label, y: y.label, aspect: this.panels.length > 1 ? 0.8 : 0.6,
      onpoint: this.dragOf(items, () => axes),
    });
    const legend = make("ul", { class: "explorer-legend" }), box = make("div");
    axes.element.replaceWith(box);
    box.append(axes.element, legend);
    const entries = items.map((item) => (item.label ? entryOf(item) : null));
    legend.append(...entries.filter(Boolean));
    return { x, y, items, axes, entries, logX: log.includes("x"), logY: log.includes("y") };
  }

  // Returns what a drag does: it moves the controls of the nearest item that can be moved.
  dragOf(items, axesNow) {
    const { controls, figure, model } = this;
    const movable = items.filter(({ drag = {} }) => Object.keys(drag).length);
    if (!movable.length) return null;
    let held = null;
    return (x, y, event) => {
      if (event.type !== "pointermove") {
        const axes = axesNow();
        const away = (item) => Math.hypot(
          axes.x(model.value(item.x)) - axes.x(x), axes.y(model.value(item.y)) - axes.y(y));
        const shown = movable.filter((item) => model.shows(item));
        [held] = shown.sort((p, q) => away(p) - away(q));
      }
      for (const [key, tree] of Object.entries(held?.drag ?? {})) {
        const value = model.value(tree, { ...model.values, x, y });
        const control = controls.find((c) => c.key === key);
        if (Number.isFinite(value)) figure.change(key, onSlider(control, value));
      }
    };
  }

  draw(state) {
    this.model.update(state);
    this.report(this.panels.flatMap((panel) => this.drawPanel(panel)));
  }

  // Draws a panel; returns sentences about what cannot be seen in it.
  drawPanel(panel) {
    const { model } = this, { x, y, items, logX, logY, axes, entries } = panel;
    const range = x.ends.map((end) => model.value(end));
    panel.shown = items.map((item) => model.shows(item));
    panel.series = items.map((item, i) => (panel.shown[i] && IN_SERIES.includes(item.kind)
      ? model.seriesOf(item, range, logX) : {}));
    const heights = y.ends.length ? y.ends.map((end) => model.value(end))
      : this.heightsOf(panel, range);
    axes.begin({ x: range, y: heights, logX, logY });
    items.forEach((item, i) => {
      if (entries[i]) entries[i].hidden = !panel.shown[i];
      if (panel.shown[i]) this.drawItem(panel, item, i);
    });
    axes.end();
    const labels = items.filter((item, i) => item.label && panel.shown[i]);
    const named = labels.map(({ label }) => label).join(", ");
    axes.describe(`${y.label} against ${x.label}: ${named}.`);
    return this.unseen(panel, range, heights);
  }

  // The range of y that shows everything.
  heightsOf({ items, series, logY, ...panel }, [low, high]) {
    const points = this.pointsOf({ items, ...panel });
    return extent([
      ...series.flatMap(({ xs = [], ys }) =>
        Array.from(ys ?? []).filter((_, k) => xs[k] >= low && xs[k] <= high)),
      ...points.map((item) => this.model.value(item.y)),
      items.some(({ kind }) => kind === "bars") ? 0 : NaN,
    ], { log: logY });
  }

  pointsOf({ items, shown }) {
    return items.filter((item, i) => shown[i] && item.kind === "point");
  }

  isInside({ range }, item) {
    return ["x", "y"].every((axis) => {
      const value = this.model.value(item[axis]), [low, high] = range[axis];
      return value >= low && value <= high;
    });
  }

  drawItem({ axes, logY, series }, item, i) {
    const { xs, ys } = series[i], { kind, color } = item;
    const style = { color, dash: item.dashed ? "6 4" : null };
    if (kind === "bars") {
      axes.bars(i, [...xs, xs.at(-1) + 1].map((x) => x - 0.5), ys, style);
    } else if (xs) {
      const shown = logY ? Array.from(ys, (y) => (y > 0 ? y : NaN)) : ys;
      const loose = kind === "dots" || item.marks === "dots";
      if (!loose) axes.line(i, xs, shown, style);
      if (loose || item.dots) axes.dots(`dots ${i}`, xs, shown, { color, radius: 3 });
    } else if (kind === "point" || kind === "text") {
      if (this.isInside(axes, item)) this.drawPlace(axes, item, i, style);
    } else this.drawLine(axes, item, i, style);
  }

  drawPlace(axes, item, i, style) {
    const [x, y] = [item.x, item.y].map((tree) => this.model.value(tree));
    if (item.kind === "text") axes.text(i, x, y, this.model.text(item.text), style);
    else if (Object.keys(item.drag).length) axes.handle(i, x, y, style);
    else axes.dots(i, [x], [y], { color: item.color, radius: 5 });
  }

  drawLine(axes, { kind, arrow, ...item }, i, style) {
    const parts = (...names) => names.map((name) => this.model.value(item[name]));
    const { range } = axes;
    let xs = range.x, ys = range.y;
    if (kind === "hline") ys = parts("y", "y");
    else if (kind === "vline") xs = parts("x", "x");
    else [xs, ys] = [parts("x1", "x2"), parts("y1", "y2")];
    if (arrow) axes.arrow(i, xs[0], ys[0], xs[1], ys[1], style);
    else axes.line(i, xs, ys, { ...style, width: kind === "segment" ? 1.8 : 1.2 });
  }

  unseen(panel, range, heights) {
    const { items, series, y, axes } = panel;
    const outside = this.pointsOf(panel)
      .filter((item) => item.label && !this.isInside(axes, item))
      .map(({ label }) => `${label} is outside the picture.`);
    return outside.concat(items.flatMap(({ label }, i) => {
      const name = label ?? "The run", { lost = null } = series[i], said = [];
      const left = y.ends.length ? leavesAt(series[i], range, heights) : null;
      if (left !== null) said.push(`${name} leaves the picture at step ${left}.`);
      if (lost !== null) said.push(`${name} is lost to infinity at step ${lost}.`);
      return said;
    }));
  }

  report(warnings) {
    const { figure, model, notes, readings } = this;
    const compares = readings.some(({ predicted }) => predicted !== undefined);
    const rows = readings.map((reading) => this.rowOf(reading, compares));
    const [caption, ...columns] = compares
      ? ["Theory and this picture", "", "predicted", "measured", "difference"]
      : ["Values in this picture", "", "value"];
    const said = notes.filter((note) => model.shows(note)).map(({ text }) => model.text(text));
    const sentences = [...said, ...warnings];
    const spoken = rows.map((row) => `${row[0]}: ${row[compares ? 2 : 1]}.`);
    figure.read(rows.length ? [{ caption, columns, rows }] : [],
      [...spoken, ...sentences].join(" "));
    figure.reading.append(...sentences.map((sentence) => make("p", {}, sentence)));
  }

  rowOf({ label, predicted, measured }, compares) {
    const value = this.model.value(measured);
    if (!compares) return [label, number(value, 6)];
    if (predicted === undefined) return [label, "–", number(value, 6), "–"];
    const foreseen = this.model.value(predicted);
    return [label, number(foreseen, 6), number(value, 6), number(value - foreseen, 2)];
  }

  data() {
    const rows = this.panels.flatMap(({ y, items, series }) =>
      items.flatMap((item, i) => Array.from(series[i].xs ?? [], (x, k) =>
        [item.label ?? y.label, x, series[i].ys[k]])))
      .filter(([, , y]) => !Number.isNaN(y));
    return { columns: ["series", "x", "y"], rows };
  }
}

// An item's entry in the legend.
function entryOf({ kind, label, color, dashed }) {
  const stroke = `border-top:2px ${dashed ? "dashed" : "solid"} ${color ?? ""}`;
  const style = FILLED.includes(kind)
    ? { class: "explorer-chip", style: `background:${color ?? "currentColor"}` }
    : { class: "explorer-stroke", style: stroke };
  return make("li", {}, make("span", style), label);
}
