// A chapter's own formulas: curves, points and runs with controls for the names in them.

const SERIES_POINTS = 300;
const IN_SERIES = ["curve", "bars", "dots", "run", "data"];

// What a plot computes, apart from how it is drawn.
class PlotModel {
  constructor({ controls, define, runs }) {
    Object.assign(this, { controls, define, runs, compiled: new Map() });
  }

  // The value of a formula; `more` holds values that its own arguments have.
  value(tree, more = this.values) {
    if (!this.compiled.has(tree)) this.compiled.set(tree, compile(tree));
    return Number(this.compiled.get(tree)(more));
  }

  // Brings all names to the state of the controls: first these, then what is defined, in order.
  update(state) {
    this.values = {};
    this.series = [];
    for (const { key, choices } of this.controls) {
      this.values[key] = choices ? choices[state[key]][1] : Number(state[key]);
    }
    this.keys = state;
    for (const { name, tree, run, at, data } of this.define) {
      if (data) this.values[name] = this.recorded(data);
      else if (at === undefined) this.values[name] = this.value(tree);
      else this.values[name] = this.run(run).ys[this.value(at)] ?? NaN;
    }
    return this.values;
  }

  // What Python computed for this state.
  recorded({ keys, values }) {
    return values[keys.map((key) => Number(this.keys[key]))];
  }

  along({ along, tree }, xs) {
    const values = { ...this.values };
    return xs.map((x) => {
      values[along] = x;
      return this.value(tree, values);
    });
  }

  run(i) {
    this.series[i] ??= this.simulated(this.runs[i]);
    return this.series[i];
  }

  simulated(run) {
    const { rule, tied, gradient, show, steps } = run;
    const sliders = tied.map((name) => ({ key: name, name, rules: [0] }));
    const h = hyperparametersFor(run, 0, sliders, this.values);
    const start = this.value(run.start);
    const problem = {
      f: () => NaN,
      grad: (p, t, w) => [this.value(gradient, { ...this.values, t, w })],
    };
    const { records, finished } =
      simulate(RULES[rule], h, problem, {}, [start], steps, { keep: true });
    const { names } = RULES[rule];
    const ys = new Float64Array(steps + 1).fill(NaN);
    const known = (t) => ({ ...this.values, ...hyperparametersAt(h, Math.max(t, 1)), t });
    const nothing = Object.fromEntries(["g", ...names].map((name) => [name, NaN]));
    ys[0] = this.value(show, { ...known(0), ...nothing, w: start });
    for (const { t, g, w, values } of records) {
      const record = Object.fromEntries(names.map((name, k) => [name, values[0][k]]));
      ys[t] = this.value(show, { ...known(t), ...record, g: g[0], w: w[0] });
    }
    return { xs: ys.map((_, t) => t), ys, lost: finished < steps ? finished + 1 : null };
  }

  // The series of an item over the range of x.
  seriesOf(item, [low, high], log) {
    if (item.kind === "run") return this.run(item.run);
    if (item.kind === "data") {
      const [xs, ys] = this.recorded(item.data);
      return { xs, ys: ys.map((y) => y ?? NaN) };
    }
    if (item.kind !== "curve") {
      const first = Math.ceil(this.value(item.first)), last = Math.floor(this.value(item.last));
      const length = Math.min(Math.max(last - first + 1, 0) || 0, 5000);
      const xs = Float64Array.from({ length }, (_, i) => first + i);
      return { xs, ys: this.along(item.y, xs) };
    }
    const place = scale([low, high], [0, SERIES_POINTS], log);
    const xs = Float64Array.from({ length: SERIES_POINTS + 1 }, (_, i) => place.invert(i));
    const ys = this.along(item.y, xs);
    if (!item.where) return { xs, ys };
    const where = this.along(item.where, xs);
    return { xs, ys: ys.map((y, i) => (where[i] ? y : NaN)) };
  }

  shows({ when }) {
    return when === undefined || Boolean(this.value(when));
  }

  text(pieces) {
    return pieces
      .map((piece) => (Array.isArray(piece) ? number(this.values[piece[0]], 4) : piece)).join("");
  }
}

// The step at which a run leaves the heights for good, as far as x reaches; null if it does not.
function leavesAt({ xs, ys, lost }, [, last], [low, high]) {
  if (lost === undefined) return null;
  const seen = ys.filter((_, t) => xs[t] <= last);
  const left = seen.findLastIndex((y) => y >= low && y <= high) + 1;
  return left < seen.length ? left : null;
}

// A dragged value, kept on its slider and rounded to what can be told apart there.
function onSlider({ min, max, log, integer }, value) {
  const kept = Math.min(Math.max(value, min), max);
  if (integer) return Math.round(kept);
  if (log) return Number(kept.toPrecision(3));
  const unit = 10 ** Math.floor(Math.log10((max - min) / 500));
  return Number((Math.round(kept / unit) * unit).toPrecision(12));
}

KINDS.plot = (figure, specification) => {
  const { controls, readings, notes } = specification;
  const model = new PlotModel(specification);
  for (const { key, kind, choices, integer, play, ...options } of controls) {
    if (kind === "toggle") figure.toggle(key, options);
    else if (choices) {
      figure.choice(key, { ...options, options: choices.map(([label], i) => [i, label]) });
    } else if (play) figure.player(key, options);
    else figure.slider(key, { ...options, step: integer ? 1 : null });
  }

  const panels = specification.panels.map(({ x, y, log, items }, _, { length }) => {
    const movable = items.filter(({ drag = {} }) => Object.keys(drag).length);
    let held = null;
    const onpoint = (px, py, event) => {
      if (event.type !== "pointermove") {
        const away = (item) => Math.hypot(
          plot.x(model.value(item.x)) - plot.x(px), plot.y(model.value(item.y)) - plot.y(py));
        const shown = movable.filter((item) => model.shows(item));
        held = shown.sort((p, q) => away(p) - away(q))[0];
      }
      for (const [key, tree] of Object.entries(held?.drag ?? {})) {
        const value = model.value(tree, { ...model.values, x: px, y: py });
        const control = controls.find((c) => c.key === key);
        if (Number.isFinite(value)) figure.change(key, onSlider(control, value));
      }
    };
    const plot = figure.plot({
      x: x.label, y: y.label, aspect: length > 1 ? 0.8 : 0.6,
      onpoint: movable.length ? onpoint : null,
    });
    const legend = make("ul", { class: "explorer-legend" });
    const box = make("div");
    plot.element.replaceWith(box);
    box.append(plot.element, legend);
    const entries = items.map(({ kind, label, color, dashed }) => {
      if (!label) return null;
      const style = ["point", "dots", "bars"].includes(kind)
        ? { class: "explorer-chip", style: `background:${color ?? "currentColor"}` }
        : { class: "explorer-stroke", style: `border-top:2px ${dashed ? "dashed" : "solid"} ${color ?? ""}` };
      const entry = make("li", {}, make("span", style), label);
      legend.append(entry);
      return entry;
    });
    return { x, y, items, plot, entries, logX: log.includes("x"), logY: log.includes("y") };
  });

  const inside = ({ range }, item) => ["x", "y"].every((axis) => {
    const value = model.value(item[axis]);
    return value >= range[axis][0] && value <= range[axis][1];
  });

  const drawItem = ({ plot, logY }, item, i, { xs, ys }) => {
    const { kind, color } = item;
    const style = { color, dash: item.dashed ? "6 4" : null };
    const part = (name) => model.value(item[name]);
    if (kind === "bars") {
      plot.bars(i, [...xs, xs.at(-1) + 1].map((x) => x - 0.5), ys, style);
    } else if (xs) {
      const shown = logY ? Array.from(ys, (y) => (y > 0 ? y : NaN)) : ys;
      const loose = kind === "dots" || item.marks === "dots";
      if (!loose) plot.line(i, xs, shown, style);
      if (loose || item.dots) plot.dots(`dots ${i}`, xs, shown, { color, radius: 3 });
    } else if (kind === "point" || kind === "text") {
      if (!inside(plot, item)) return;
      if (kind === "text") plot.text(i, part("x"), part("y"), model.text(item.text), style);
      else if (Object.keys(item.drag).length) plot.handle(i, part("x"), part("y"), style);
      else plot.dots(i, [part("x")], [part("y")], { color, radius: 5 });
    } else {
      const { x, y } = plot.range;
      const xEnds = kind === "hline" ? x : kind === "vline" ? [part("x"), part("x")] : [part("x1"), part("x2")];
      const yEnds = kind === "vline" ? y : kind === "hline" ? [part("y"), part("y")] : [part("y1"), part("y2")];
      if (item.arrow) plot.arrow(i, xEnds[0], yEnds[0], xEnds[1], yEnds[1], style);
      else plot.line(i, xEnds, yEnds, { ...style, width: kind === "segment" ? 1.8 : 1.2 });
    }
  };

  // Draws a panel; returns sentences about what cannot be seen in it.
  const drawPanel = (panel) => {
    const { x, y, items, logX, logY, plot, entries } = panel;
    const range = x.ends.map((end) => model.value(end));
    const shown = items.map((item) => model.shows(item));
    const series = items.map((item, i) => (shown[i] && IN_SERIES.includes(item.kind)
      ? model.seriesOf(item, range, logX) : {}));
    const points = items.filter((item, i) => shown[i] && item.kind === "point");
    const heights = y.ends.length ? y.ends.map((end) => model.value(end)) : extent([
      ...series.flatMap(({ xs = [], ys }) =>
        Array.from(ys ?? []).filter((_, k) => xs[k] >= range[0] && xs[k] <= range[1])),
      ...points.map((item) => model.value(item.y)),
      items.some(({ kind }) => kind === "bars") ? 0 : NaN,
    ], { log: logY });
    plot.begin({ x: range, y: heights, logX, logY });
    items.forEach((item, i) => {
      if (entries[i]) entries[i].hidden = !shown[i];
      if (shown[i]) drawItem(panel, item, i, series[i]);
    });
    plot.end();
    const labels = items.filter((item, i) => item.label && shown[i]).map(({ label }) => label);
    plot.describe(`${y.label} against ${x.label}: ${labels.join(", ")}.`);
    panel.series = series;
    return [
      ...points.filter((item) => item.label && !inside(plot, item))
        .map(({ label }) => `${label} is outside the picture.`),
      ...items.flatMap(({ label }, i) => {
        const name = label ?? "The run", { lost = null } = series[i];
        const left = y.ends.length ? leavesAt(series[i], range, heights) : null;
        return [
          ...(left === null ? [] : [`${name} leaves the picture at step ${left}.`]),
          ...(lost === null ? [] : [`${name} is lost to infinity at step ${lost}.`]),
        ];
      }),
    ];
  };

  const report = (warnings) => {
    const compares = readings.some(({ predicted }) => predicted !== undefined);
    const rows = readings.map(({ label, predicted, measured }) => {
      const value = model.value(measured);
      if (!compares) return [label, number(value, 6)];
      if (predicted === undefined) return [label, "–", number(value, 6), "–"];
      const foreseen = model.value(predicted);
      return [label, number(foreseen, 6), number(value, 6), number(value - foreseen, 2)];
    });
    const [caption, ...columns] = compares
      ? ["Theory and this picture", "", "predicted", "measured", "difference"]
      : ["Values in this picture", "", "value"];
    const sentences = [
      ...notes.filter((note) => model.shows(note)).map(({ text }) => model.text(text)), ...warnings,
    ];
    const spoken = rows.map((row) => `${row[0]}: ${row[compares ? 2 : 1]}.`);
    figure.read(rows.length ? [{ caption, columns, rows }] : [], [...spoken, ...sentences].join(" "));
    figure.reading.append(...sentences.map((sentence) => make("p", {}, sentence)));
  };

  return {
    draw(state) {
      model.update(state);
      report(panels.flatMap(drawPanel));
    },

    data() {
      const rows = panels.flatMap(({ y, items, series }) =>
        items.flatMap((item, i) => Array.from(series[i].xs ?? [], (x, k) =>
          [item.label ?? y.label, x, series[i].ys[k]])))
        .filter(([, , y]) => !Number.isNaN(y));
      return { columns: ["series", "x", "y"], rows };
    },
  };
};
