// One pair of axes. What is drawn in a frame is kept by its key; what the frame did not draw goes.

import { number } from "../../../javascript/by_hand.js";
import { levelLines, levelsOf } from "../computing/level_lines.js";
import { make, set } from "./elements.js";
import { extent, scale } from "../computing/scales.js";

const MARGIN = { left: 60, right: 18, top: 12, bottom: 40 };
let count = 0;

export class Axes {
  // `description` says in a sentence what is to be seen.
  constructor({ x = "", y = "", description = "", aspect = 0.72, onpoint = null }) {
    Object.assign(this, { labels: { x, y }, aspect, onpoint, held: null });
    Object.assign(this, { drawn: new Map(), frame: 0 });
    const clip = `explorer-clip-${++count}`;
    this.paper = make("rect", { class: "explorer-paper" });
    this.hole = make("rect");
    this.axes = make("g", { class: "explorer-axes" });
    this.inside = make("g", { "clip-path": `url(#${clip})` });
    this.above = make("g");
    this.element = make("svg", { class: "explorer-plot", role: "img", "aria-label": description },
      make("defs", {}, make("clipPath", { id: clip }, this.hole)),
      this.paper, this.axes, this.inside, this.above);
    if (onpoint) this.listen();
  }

  get width() {
    return Math.max(this.element.clientWidth || 420, 160);
  }

  // Makes what is inside the margins `shape` times as high as wide.
  proportion(shape) {
    const { width } = this, inside = (width - MARGIN.left - MARGIN.right) * shape;
    this.aspect = (inside + MARGIN.top + MARGIN.bottom) / width;
  }

  describe(text) {
    set(this.element, { "aria-label": text });
  }

  // Dragging from anywhere in the picture moves what `onpoint(x, y, event)` moves. A finger drags
  // what it holds alone, and scrolls the page from elsewhere: to be told in time, the browser asks
  // when it touches (it knows of no `touch-action` within a picture).
  listen() {
    const holds = ({ target }) => target.closest(".explorer-handle");
    const move = (event) => {
      const box = this.element.getBoundingClientRect();
      const inside = (value, [low, high]) => Math.min(Math.max(value, low), high);
      this.onpoint(
        inside(this.x.invert(event.clientX - box.left), this.range.x),
        inside(this.y.invert(event.clientY - box.top), this.range.y),
        event,
      );
    };
    set(this.element, {
      pointerdown: (event) => {
        if (this.held !== null || (event.pointerType === "touch" && !holds(event))) return;
        this.element.setPointerCapture(event.pointerId);
        this.held = event.pointerId;
        move(event);
        event.preventDefault();
      },
      pointermove: (event) => event.pointerId === this.held && move(event),
      lostpointercapture: () => { this.held = null; },
      touchstart: (event) => holds(event) && event.preventDefault(),
      click: (event) => event.pointerType === "touch" && move(event),
    });
    this.element.classList.add("explorer-draggable");
  }

  // Starts a frame with the given ranges; `ticksX` are marks chosen by hand.
  begin({ x, y, logX = false, logY = false, ticksX = null }) {
    const { width } = this;
    const height = Math.round(width * this.aspect);
    const right = width - MARGIN.right, bottom = height - MARGIN.bottom;
    this.range = { x, y };
    this.x = scale(x, [MARGIN.left, right], logX);
    if (ticksX) this.x.ticks = ticksX;
    this.y = scale(y, [bottom, MARGIN.top], logY);
    const key = [width, x, y, logX, logY, this.labels.x, this.labels.y].join();
    if (key !== this.key) {
      this.key = key;
      set(this.element, { viewBox: `0 0 ${width} ${height}` });
      const box = { x: MARGIN.left, y: MARGIN.top,
        width: right - MARGIN.left, height: bottom - MARGIN.top };
      set(this.paper, box);
      set(this.hole, box);
      this.drawAxes(right, bottom);
    }
    this.frame++;
    this.last = new Map();
  }

  drawAxes(right, bottom) {
    const { x, y } = this;
    const text = (px, py, string, anchor, more = {}) =>
      make("text", { x: px, y: py, "text-anchor": anchor, ...more }, string);
    const middle = (MARGIN.top + bottom) / 2;
    this.axes.replaceChildren(
      ...x.ticks.flatMap((t) => [
        make("line", { x1: x(t), x2: x(t), y1: MARGIN.top, y2: bottom }),
        text(x(t), bottom + 16, number(t, 4), "middle"),
      ]),
      ...y.ticks.flatMap((t) => [
        make("line", { x1: MARGIN.left, x2: right, y1: y(t), y2: y(t) }),
        text(MARGIN.left - 6, y(t) + 4, number(t, 4), "end"),
      ]),
      text((MARGIN.left + right) / 2, bottom + 34, this.labels.x, "middle"),
      text(12, middle, this.labels.y, "middle", { transform: `rotate(-90 12 ${middle})` }),
    );
  }

  // Ends a frame: removes what it did not draw.
  end() {
    for (const [key, item] of this.drawn) {
      if (item.frame !== this.frame) {
        item.element.remove();
        this.drawn.delete(key);
      }
    }
  }

  // Returns the element that was drawn under `key` before, or a new one.
  item(key, tag, attributes, layer = this.inside) {
    let item = this.drawn.get(key);
    if (!item) {
      item = { element: make(tag) };
      this.drawn.set(key, item);
    }
    item.frame = this.frame;
    // What is drawn later lies above.
    const below = this.last.get(layer) ?? null;
    if (item.element.parentNode !== layer || item.element.previousSibling !== below) {
      layer.insertBefore(item.element, below ? below.nextSibling : layer.firstChild);
    }
    this.last.set(layer, item.element);
    return set(item.element, attributes);
  }

  line(key, xs, ys, { color, width = 1.8, dash, opacity, fill = "none" } = {}) {
    const d = this.outline(xs, ys);
    return this.item(key, "path",
      { d, stroke: color ?? "currentColor", "stroke-width": width, "stroke-dasharray": dash,
        opacity, fill });
  }

  // Points nearer than half a pixel to the one before are left out: nobody sees them.
  outline(xs, ys) {
    let d = "", pen = "M", lastX = NaN, lastY = NaN;
    for (let i = 0; i < xs.length; i++) {
      const px = this.x(xs[i]), py = this.y(ys[i]);
      if (!(Math.abs(px) < 1e6 && Math.abs(py) < 1e6)) { pen = "M"; continue; }
      if (pen === "L" && Math.abs(px - lastX) + Math.abs(py - lastY) < 0.5) continue;
      d += `${pen}${px.toFixed(1)},${py.toFixed(1)}`;
      [pen, lastX, lastY] = ["L", px, py];
    }
    return d;
  }

  // Many straight pieces [x1, y1, x2, y2, ...] as one path.
  segments(key, pieces, look) {
    return this.outlined(key, this.outlineOf(pieces), look);
  }

  outlineOf(pieces) {
    let d = "";
    for (let i = 0; i < pieces.length; i += 4) {
      d += `M${this.x(pieces[i]).toFixed(1)},${this.y(pieces[i + 1]).toFixed(1)}` +
        `L${this.x(pieces[i + 2]).toFixed(1)},${this.y(pieces[i + 3]).toFixed(1)}`;
    }
    return d;
  }

  outlined(key, d, { color, width = 1, opacity } = {}) {
    return this.item(key, "path",
      { d, stroke: color ?? "currentColor", "stroke-width": width, opacity, fill: "none" });
  }

  // Starts a frame with the graph of f over the range x.
  beginCurve(f, x) {
    const xs = Float64Array.from({ length: 241 }, (_, i) => x[0] + (x[1] - x[0]) * i / 240);
    const ys = xs.map(f);
    this.begin({ x, y: extent(ys) });
    this.line("curve", xs, ys, { opacity: 0.5 });
  }

  // Level lines of f(x, y) over the ranges, computed again if the frame or `state` has changed.
  levels(f, state) {
    const { x, y } = this.range, now = JSON.stringify([this.key, state]);
    if (this.levelsNow !== now) {
      this.levelsNow = now;
      const on = ([low, high], share) => low + (high - low) * share;
      this.levelOutline = this.outlineOf(levelLines((u, v) => f(on(x, u), on(y, v)), levelsOf)
        .map((share, i) => on(i % 2 ? y : x, share)));
    }
    this.outlined("levels", this.levelOutline, { opacity: 0.35 });
  }

  dots(key, xs, ys, { color, radius = 2.4, opacity, shape } = {}) {
    const [r, R] = [radius, 2 * radius];
    const outline = shape ? `l${r},${-r} ${r},${r} ${-r},${r}z`
      : `a${r},${r} 0 1 0 ${R},0a${r},${r} 0 1 0 ${-R},0`;
    let d = "";
    let lastX = NaN, lastY = NaN;
    for (let i = 0; i < xs.length; i++) {
      const px = this.x(xs[i]), py = this.y(ys[i]);
      if (!(Math.abs(px) < 1e6 && Math.abs(py) < 1e6)) continue;
      if (Math.abs(px - lastX) + Math.abs(py - lastY) < radius) continue;
      [lastX, lastY] = [px, py];
      d += `M${(px - radius).toFixed(1)},${py.toFixed(1)}${outline}`;
    }
    return this.item(key, "path", { d, fill: color ?? "currentColor", opacity });
  }

  // Bars over the intervals between `edges`.
  bars(key, edges, heights, { color, opacity = 0.6 } = {}) {
    const base = Math.min(this.y(this.range.y[0]), this.element.viewBox.baseVal.height);
    let d = "";
    heights.forEach((height, i) => {
      const left = this.x(edges[i]), right = this.x(edges[i + 1]);
      d += `M${left.toFixed(1)},${base.toFixed(1)}V${this.y(height).toFixed(1)}` +
        `H${right.toFixed(1)}V${base.toFixed(1)}Z`;
    });
    return this.item(key, "path",
      { d, fill: color ?? "currentColor", opacity, stroke: "var(--explorer-sheet)" });
  }

  arrow(key, x1, y1, x2, y2, { color, width = 2 } = {}) {
    const [ax, ay, bx, by] = [this.x(x1), this.y(y1), this.x(x2), this.y(y2)];
    const length = Math.hypot(bx - ax, by - ay), head = Math.min(9, length / 2);
    if (!Number.isFinite(length)) return null;
    const [ux, uy] = length ? [(bx - ax) / length, (by - ay) / length] : [0, 0];
    const wing = (side) => `${(bx - head * ux + side * head * 0.5 * uy).toFixed(1)},` +
      `${(by - head * uy - side * head * 0.5 * ux).toFixed(1)}`;
    return this.item(key, "path", {
      d: `M${ax.toFixed(1)},${ay.toFixed(1)}L${bx.toFixed(1)},${by.toFixed(1)}` +
        `M${wing(1)}L${bx.toFixed(1)},${by.toFixed(1)}L${wing(-1)}`,
      stroke: color ?? "currentColor", "stroke-width": width, fill: "none",
    });
  }

  text(key, x, y, string, { color, anchor = "middle", dx = 0, dy = 0 } = {}) {
    const fill = color ?? "currentColor";
    const element = this.item(key, "text",
      { x: this.x(x) + dx, y: this.y(y) + dy, "text-anchor": anchor, fill }, this.above);
    if (element.textContent !== string) element.textContent = string;
    return element;
  }

  // What can be dragged: a ring large enough for a finger around a small disc.
  handle(key, x, y, { color, radius = 7 } = {}) {
    const [cx, cy] = [this.x(x), this.y(y)];
    this.item(`${key} ring`, "circle", { class: "explorer-handle", cx, cy, r: 18 }, this.above);
    return this.item(key, "circle",
      { class: "explorer-start", cx, cy, r: radius, fill: color ?? "currentColor" }, this.above);
  }

  // A canvas stretched over the axes: for maps.
  picture(key, canvas) {
    const { x, y, width, height } = this.paper;
    const element = this.item(key, "image", {
      x: x.baseVal.value, y: y.baseVal.value,
      width: width.baseVal.value, height: height.baseVal.value, preserveAspectRatio: "none",
    });
    return set(element, { href: canvas.toDataURL() });
  }
}
