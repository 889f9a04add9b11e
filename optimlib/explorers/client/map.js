// Maps in which every cell is a run: over two parameters, and over start and learning rate.

const COLUMNS = 80, ROWS = 60;
const VIRIDIS = [[68, 1, 84], [65, 68, 135], [42, 120, 142], [34, 168, 132], [122, 209, 81], [253, 231, 37]];

// From 0, dark, to 1, bright: as light to the eye as the number is large.
function viridis(share) {
  const place = Math.min(Math.max(share, 0), 1) * (VIRIDIS.length - 1);
  const i = Math.min(Math.floor(place), VIRIDIS.length - 2);
  return VIRIDIS[i].map((c, k) => Math.round(c + (VIRIDIS[i + 1][k] - c) * (place - i)));
}

// What is no number of the scale has a pattern, too.
const CHECKERED = { gray: [[120, 120, 120], [165, 165, 165]], dark: [[70, 70, 70], [105, 105, 105]] };

const onAxis = ({ min, max, log }, share) =>
  (log ? min * (max / min) ** share : min + (max - min) * share);

// The cells [column, row, size of the block that they stand for], coarse blocks first.
function* coarseFirst(columns, rows) {
  for (let size = 8; size >= 1; size /= 2) {
    for (let row = 0; row < rows; row += size) {
      for (let column = 0; column < columns; column += size) {
        if (size === 8 || column % (2 * size) || row % (2 * size)) yield [column, row, size];
      }
    }
  }
}

// A map computed little by little: never longer than `BUDGET` ms at a time, the rest when the
// browser is idle.
const BUDGET = 6;
const whenIdle = (work) => (globalThis.requestIdleCallback ?? ((f) => setTimeout(f, 16)))(work);

class CellMap {
  constructor(figure, redraw) {
    Object.assign(this, { figure, redraw, canvas: make("canvas", { width: COLUMNS, height: ROWS }) });
    this.cells = new Float64Array(COLUMNS * ROWS);
  }

  // Begins anew if `key` has changed; `compute(shareX, shareY)` returns a cell's number.
  begin(key, compute) {
    if (key === this.key) return;
    Object.assign(this, { key, compute, order: coarseFirst(COLUMNS, ROWS) });
    this.cells.fill(NaN);
    this.work();
    this.proceed();
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
      const result = this.compute((column + 0.5) / COLUMNS, (row + 0.5) / ROWS);
      for (let j = row; j < Math.min(row + size, ROWS); j++) {
        this.cells.fill(result, j * COLUMNS + column, j * COLUMNS + Math.min(column + size, COLUMNS));
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

  // Draws the cells on the plot; `paint(cell)` returns a color, or two for a pattern.
  show(plot, paint) {
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
    set(plot.picture("cells", this.canvas), { style: "image-rendering:pixelated" });
  }
}

const cssOf = (color) => (Array.isArray(color[0])
  ? `repeating-conic-gradient(rgb(${color[0]}) 0 25%, rgb(${color[1]}) 0 50%) 0 0/6px 6px`
  : `rgb(${color})`);

const swatch = (color, text) => make("span", {},
  make("span", { class: "explorer-swatch", style: `background:${cssOf(color)}` }), text);

// A plot of a map with its legend below it.
function mapWithLegend(figure, axes, onpoint) {
  const [xAxis, yAxis] = axes, kept = {};
  const plot = figure.plot({ x: xAxis.label, y: yAxis.label, aspect: 0.8, onpoint });
  const legend = make("p", { class: "explorer-legend" }), box = make("div");
  plot.element.replaceWith(box);
  box.append(plot.element, legend);
  // What is to be seen on every color has a black rim.
  const rimmed = (draw) => {
    draw(" rim", { color: "#000", width: 4 });
    draw("", { color: "#fff", width: 1.8 });
  };
  return Object.assign(plot, {
    legend,
    start: () => plot.begin({
      x: [xAxis.min, xAxis.max], y: [yAxis.min, yAxis.max], logX: xAxis.log, logY: yAxis.log,
    }),
    // Where f(shareX, shareY) has one of the levels, computed again only if `state` has changed.
    border(key, state, f, levels) {
      const n = 60, now = JSON.stringify([state, levels]);
      if (kept[key]?.now !== now) {
        const z = Float64Array.from({ length: (n + 1) ** 2 }, (_, k) =>
          f(k % (n + 1) / n, Math.floor(k / (n + 1)) / n));
        kept[key] = { now, pieces: contours(z, n, [0, 1], [0, 1], levels)
          .map((share, i) => onAxis(axes[i % 2], share)) };
      }
      rimmed((rim, style) => plot.segments(key + rim, kept[key].pieces, style));
    },
    ring(key, x, y) {
      rimmed((rim, { color, width }) => plot.item(key + rim, "circle",
        { cx: plot.x(x), cy: plot.y(y), r: 6, fill: "none", stroke: color, "stroke-width": width }));
    },
    finish(x, y) {
      set(plot.handle("point", x, y, { color: "#fff" }), { stroke: "#000", "stroke-width": 2 });
      plot.end();
    },
  });
}

// The distance to the nearest minimum after every step, infinite where the run is lost.
function distancesOf(run, minima) {
  return run.values.map((_, t) => {
    let least = Infinity;
    for (const minimum of minima) {
      let square = 0;
      for (let i = 0; i < run.d; i++) square += (run.points[run.d * t + i] - minimum[i]) ** 2;
      if (square < least) least = square;
    }
    return Math.sqrt(least);
  });
}

// The factor per step by which the distance shrinks: its largest value in the last third of the
// run (up to where only rounding errors are left) over that in the third before. Infinite where
// the run is lost.
function rateOf(distances) {
  const steps = distances.length - 1, rounding = 1e-12 * distances[0];
  if (!(distances[steps] < Infinity)) return Infinity;
  if (distances[0] === 0) return 0;
  let last = steps;
  while (last > 1 && distances[last - 1] <= rounding) last--;
  const third = Math.max(1, Math.floor(last / 3));
  const largest = (end) => Math.max(...distances.slice(end - third + 1, end + 1));
  return (largest(last) / largest(last - third)) ** (1 / third);
}

// The steps after which the distance is first at most `tolerance` times that of the start; −1 if
// never, infinite where the run is lost.
function stepsTo(distances, tolerance) {
  if (!(distances.at(-1) < Infinity)) return Infinity;
  return distances.findIndex((distance) => distance <= tolerance * distances[0]);
}

// Hyperparameters and problem parameters of the run where those named in `changes` are replaced.
function settingsOf({ rule, ground }, changes) {
  const pick = (values) => Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, changes[name] ?? value]));
  return { hyperparameters: pick(withSchedules(rule)), parameters: pick(ground.parameters) };
}

// One run and what the map measures of it.
function measuredRun(specification, changes) {
  const { rule, ground, steps, color, tolerance } = specification;
  const { hyperparameters, parameters } = settingsOf(specification, changes);
  const problem = codeOf(ground);
  const run = simulate(RULES[rule.rule], hyperparameters, problem, parameters, ground.start, steps);
  const distances = distancesOf(run, ground.minima);
  let measured;
  if (color === "rate") measured = rateOf(distances);
  else if (color === "steps") measured = stepsTo(distances, tolerance);
  else {
    const lowest = Math.min(...ground.minima.map((m) => problem.f(parameters, 0, ...m)));
    measured = (run.values[steps] - lowest) / (run.values[0] - lowest);
    if (!(measured < Infinity)) measured = Infinity;
  }
  return { run, distances, measured, parameters };
}

KINDS.map = (figure, specification) => {
  const { ground, axes, sliders, steps, color, quantity, predict, optimum, rule } = specification;
  const { state } = figure;
  const [xAxis, yAxis] = axes;
  for (const slider of [...axes, ...sliders]) figure.slider(slider.key, slider);
  figure.choice("second", { label: "beside the map", value: "progress",
    options: [["progress", "distance"], ["path", "path"]] });
  const go = (x, y) => {
    figure.change(xAxis.key, Number(x.toPrecision(4)));
    figure.change(yAxis.key, Number(y.toPrecision(4)));
  };
  const map = mapWithLegend(figure, axes, go);
  const second = figure.plot({ aspect: 0.8 });
  const formula = predict && compile(predict);
  const best = optimum && optimum.map(compile);
  const isRate = color === "rate";

  const changesNow = () =>
    Object.fromEntries([...axes, ...sliders].map(({ key }) => [key, state[key]]));
  const valuesWith = (changes) => {
    const { hyperparameters, parameters } = settingsOf(specification, changes);
    return { ...parameters, ...hyperparametersAt(hyperparameters, 1) };
  };
  const changesAt = (shareX, shareY) => ({ ...changesNow(),
    [xAxis.key]: onAxis(xAxis, shareX), [yAxis.key]: onAxis(yAxis, shareY) });
  const cells = new CellMap(figure, () => drawMap());

  const bestNow = () => best.map((f) => f(valuesWith(changesNow())));
  if (best) figure.button("Go to the optimum", () => go(...bestNow()));

  const isLost = (v) => v === Infinity || (color !== "steps" && v > 1);
  const isNever = (v) => color === "steps" && v < 0;

  // The ends of the scale, and from a number to its share of brightness: what is fast is bright.
  const scaleNow = () => {
    if (color === "steps") return scale([1, steps], [1, 0], true);
    const least = cells.cells.reduce((a, b) => (b > 0 && b < a ? b : a), 1);
    if (isRate) return scale([Math.min(0.9, Math.floor(least * 10) / 10), 1], [1, 0]);
    return scale([Math.max(1e-16, Math.min(least, 0.1)), 1], [1, 0], true);
  };

  const drawMap = () => {
    const others = sliders.map(({ key }) => state[key]);
    map.start();
    cells.begin(JSON.stringify(others), (x, y) => measuredRun(specification, changesAt(x, y)).measured);
    const share = scaleNow(), low = share.invert(1), high = share.invert(0);
    cells.show(map, (v) => {
      if (isLost(v)) return CHECKERED.gray;
      return isNever(v) ? CHECKERED.dark : viridis(share(v));
    });
    if (formula) {
      map.border("theory", others, (x, y) => formula(valuesWith(changesAt(x, y))),
        isRate ? [1] : logTicks(low, high));
    }
    if (best) map.ring("optimum", ...bestNow());
    map.finish(state[xAxis.key], state[yAxis.key]);
    const bar = Array.from({ length: 9 }, (_, i) => `rgb(${viridis(1 - i / 8)})`).join();
    map.legend.replaceChildren(
      make("span", {}, `${quantity}: ${number(low, 3)} `,
        make("span", { class: "explorer-scale", style: `background:linear-gradient(to right,${bar})` }),
        ` ${number(high, 3)}`),
      swatch(CHECKERED.gray, color === "steps" ? "diverges" : "above 1: does not converge"),
      ...(color === "steps" ? [swatch(CHECKERED.dark, `not within ${steps} steps`)] : []),
      ...(formula ? [make("span", {}, isRate ? "line: theory's limit of convergence" : "lines: theory")] : []),
      ...(best ? [make("span", {}, "ring: theory's optimum")] : []));
  };

  const drawProgress = ({ distances }, predicted) => {
    const ts = Float64Array.from({ length: steps + 1 }, (_, t) => t);
    const floor = 1e-16 * distances[0];
    const bounded = Array.from(distances, (d) => (d <= 1e3 * distances[0] && d > floor ? d : NaN));
    second.labels = { x: "step t", y: "distance to the minimum" };
    second.begin({ x: [0, steps], y: extent(bounded, { log: true }), logY: true });
    second.line("run", ts, distances.map((d) => (d > 0 ? d : NaN)), { color: rule.color });
    if (isRate && formula) {
      second.line("foreseen", ts, ts.map((t) => distances[0] * predicted ** t), { dash: "5 4" });
    }
    second.end();
  };

  const drawPath = ({ run, parameters }) => {
    const problem = codeOf(ground), [x, y] = ground.domain, places = coordinates(run, steps);
    second.labels = { x: ground.variables[0], y: ground.variables[1] ?? "f" };
    if (y) {
      second.begin({ x, y });
      second.levels((a, b) => problem.f(parameters, 0, a, b), parameters);
    } else {
      second.beginCurve((at) => problem.f(parameters, 0, at), x);
      places.push(run.values);
    }
    second.line("path", ...places, { color: rule.color });
    second.dots("points", ...places, { color: rule.color, radius: 2 });
    second.end();
  };

  return {
    draw() {
      drawMap();
      const changes = changesNow(), now = measuredRun(specification, changes);
      const predicted = formula?.(valuesWith(changes));
      if (state.second === "path") drawPath(now);
      else drawProgress(now, predicted);
      this.report(changes, now);
    },

    report(changes, now) {
      const said = (measured) => {
        if (measured === Infinity) return "diverges";
        return isNever(measured) ? "not reached" : number(measured, 5);
      };
      const row = (name, at, { measured }) => {
        const predicted = formula?.(valuesWith(at));
        const theory = formula ? [number(predicted, 5)] : [];
        const apart = formula ? [Number.isFinite(measured) && !isNever(measured) ? number(measured - predicted, 2) : "–"] : [];
        return [name, number(at[xAxis.key], 4), number(at[yAxis.key], 4), ...theory, said(measured), ...apart];
      };
      const rows = [row("this run", changes, now)];
      if (best) {
        const [x, y] = bestNow();
        const at = { ...changes, [xAxis.key]: x, [yAxis.key]: y };
        rows.push(row("theory's optimum", at, measuredRun(specification, at)));
      }
      figure.read([{
        caption: `${quantity} on ${ground.label}`,
        columns: ["", xAxis.label, yAxis.label, ...(formula ? ["predicted", "measured", "difference"] : ["measured"])],
        rows,
      }], `${xAxis.label} ${rows[0][1]}, ${yAxis.label} ${rows[0][2]}: ${quantity} ${said(now.measured)}.`);
      map.describe(`Map of the ${quantity} over ${xAxis.label} and ${yAxis.label}; bright is fast.`);
      second.describe(state.second === "path" ? "The path of the chosen run."
        : "The chosen run's distance to the minimum against the step.");
    },

    data() {
      const shown = [xAxis.key, yAxis.key, quantity, ...(formula ? ["predicted"] : [])];
      return { columns: shown, rows: Array.from(cells.cells, (measured, k) => {
        const at = changesAt((k % COLUMNS + 0.5) / COLUMNS, (Math.floor(k / COLUMNS) + 0.5) / ROWS);
        return [at[xAxis.key], at[yAxis.key], measured, ...(formula ? [formula(valuesWith(at))] : [])];
      }) };
    },
  };
};

// Newton's method in one variable is a descent along f′/f″ in place of the gradient.
const NEWTON = { state: [], names: ["step"], initial: () => [], lookAhead: null, update: (h, t, p) => [-h.lr * p] };

function withNewtonDirection(problem, { saddle_free: absolute, regularization }) {
  return {
    f: problem.f,
    grad: (p, t, x) => {
      const [[h]] = problem.hess(p, t, x), [g] = problem.grad(p, t, x);
      return [g / ((absolute ? Math.abs(h) : h) + regularization)];
    },
  };
}

// A run of the k-th rule from a start with a learning rate.
function basinRun({ rules, ground, steps }, parameters, k, start, lr) {
  const rule = rules[k], problem = codeOf(ground);
  return simulate(
    rule.newton ? NEWTON : RULES[rule.rule], { ...rule.hyperparameters, lr },
    rule.newton ? withNewtonDirection(problem, rule.newton) : problem, parameters, [start], steps);
}

// The number of the critical point that a run ends near; −1: between them; −2: outside the picture.
function basinOf(run, { critical, ground, tolerance }) {
  const end = run.points.at(-1), [low, high] = ground.domain[0];
  const apart = critical.map(({ at }) => Math.abs(end - at));
  const nearest = apart.indexOf(Math.min(...apart));
  if (nearest >= 0 && apart[nearest] <= tolerance * (high - low)) return nearest;
  return end >= low && end <= high ? -1 : -2;
}

// Where the basin changes nearest to `guess`: it is bracketed by growing steps, then bisected.
function basinEdge(outcome, guess, span) {
  const middle = outcome(guess);
  for (let reach = span / 1024; reach <= span; reach *= 2) {
    for (const side of [1, -1]) {
      let inner = guess + side * (reach > span / 1024 ? reach / 2 : 0), outer = guess + side * reach;
      if (outcome(outer) === middle) continue;
      for (let i = 0; i < 60; i++) {
        const between = (inner + outer) / 2;
        if (outcome(between) === middle) inner = between;
        else outer = between;
      }
      return (inner + outer) / 2;
    }
  }
  return NaN;
}

KINDS.basins = (figure, specification) => {
  const { ground, rules, axis, sliders, steps, critical, boundaries } = specification;
  const { state } = figure;
  const [low, high] = ground.domain[0];
  const variable = ground.variables[0];
  const startAxis = { label: `start ${variable}`, min: low, max: high, log: false };
  if (rules.length > 1) {
    figure.choice("rule", { label: "method", value: 0, options: rules.map(({ label }, i) => [i, label]) });
  }
  figure.slider("start", { ...startAxis, value: ground.start[0] });
  for (const slider of [axis, ...sliders]) figure.slider(slider.key, slider);
  const ruleNow = () => state.rule ?? 0;
  const map = mapWithLegend(figure, [startAxis, axis], (x, y) => {
    figure.change("start", Number(x.toPrecision(4)));
    figure.change(axis.key, Number(y.toPrecision(4)));
  });
  const curve = figure.plot({ x: variable, y: "f", aspect: 0.8,
    onpoint: (x) => figure.change("start", Number(x.toPrecision(4))) });
  const theories = boundaries.map(({ formula }) => compile(formula));
  const parametersNow = () => parametersFor(ground, sliders, state);
  const valuesAt = (start, lr) => ({ ...parametersNow(), [`${variable}0`]: start, lr });
  const basinAt = (start, lr) =>
    basinOf(basinRun(specification, parametersNow(), ruleNow(), start, lr), specification);
  const cells = new CellMap(figure, () => drawMap());
  const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  const colorOf = (k) => {
    if (k < 0) return k === -1 ? CHECKERED.gray : CHECKERED.dark;
    const base = rgb(critical[k].color);
    return critical[k].kind === "minimum" ? base : [base, base.map((c) => Math.round(c * 0.6))];
  };
  const nameOf = (k) => {
    if (k < 0) return k === -1 ? "not there yet" : "outside or diverged";
    const { kind, at } = critical[k];
    return `${kind === "undecided" ? "level point" : kind} at ${number(at, 4)}`;
  };
  const names = [...critical.keys(), -1, -2];

  const drawMap = () => {
    map.start();
    const others = [ruleNow(), parametersNow()];
    cells.begin(JSON.stringify(others), (x, y) => basinAt(onAxis(startAxis, x), onAxis(axis, y)));
    cells.show(map, colorOf);
    theories.forEach((theory, k) => map.border(`theory ${k}`, others, (x, y) =>
      theory(valuesAt(onAxis(startAxis, x), onAxis(axis, y))), [0]));
    map.finish(state.start, state[axis.key]);
    const found = new Set(cells.cells);
    map.legend.replaceChildren(...names.filter((k) => found.has(k)).map((k) => swatch(colorOf(k), nameOf(k))),
      ...(theories.length ? [make("span", {}, "line: theory")] : []));
  };

  const drawRun = (run, parameters) => {
    const problem = codeOf(ground), { color } = rules[ruleNow()];
    curve.beginCurve((x) => problem.f(parameters, 0, x), [low, high]);
    const [xs] = coordinates(run, steps);
    curve.line("path", xs, run.values, { color });
    curve.dots("points", xs, run.values, { color });
    critical.forEach(({ at, color: own }, k) =>
      curve.dots(`critical ${k}`, [at], [problem.f(parameters, 0, at)], { color: own, radius: 5 }));
    curve.handle("start", state.start, run.values[0]);
    curve.end();
  };

  return {
    draw() {
      drawMap();
      const lr = state[axis.key], parameters = parametersNow();
      const run = basinRun(specification, parameters, ruleNow(), state.start, lr);
      drawRun(run, parameters);
      this.report(run, lr);
    },

    report(run, lr) {
      const shown = Math.min(steps, 6), { label } = rules[ruleNow()];
      const first = Array.from(run.points.slice(0, shown + 1), (x) => (Number.isFinite(x) ? number(x, 5) : "lost"));
      const end = nameOf(basinOf(run, specification));
      const left = leaves(run, ground.domain);
      const last = left === null ? end : `${end}: left the picture at step ${left}`;
      const row = Array.from({ length: COLUMNS }, (_, i) => basinAt(onAxis(startAxis, (i + 0.5) / COLUMNS), lr));
      const tables = [
        { caption: `${label} from ${number(state.start, 4)}`, columns: ["step", variable],
          rows: [...first.map((x, t) => [String(t), x]), ["end", last]] },
        { caption: `Of ${COLUMNS} starts with ${axis.label} = ${number(lr, 4)}`, columns: ["end", "share"],
          rows: names.map((k) => [nameOf(k), row.filter((r) => r === k).length / COLUMNS])
            .filter(([, share]) => share > 0).map(([name, share]) => [name, `${number(100 * share, 3)} %`]) },
      ];
      const borders = boundaries.flatMap(({ label: name }, k) => {
        const predicted = basinEdge((x) => theories[k](valuesAt(x, lr)) > 0, state.start, high - low);
        const measured = basinEdge((x) => basinAt(x, lr), predicted, high - low);
        // A border is theory's for one method: others have none there.
        return Number.isNaN(measured) ? []
          : [[name, number(predicted, 6), number(measured, 6), number(measured - predicted, 2)]];
      });
      if (borders.length) {
        tables.push({ caption: "The border nearest to the start", rows: borders,
          columns: ["", "predicted", "measured", "difference"] });
      }
      figure.read(tables, `${label} from ${number(state.start, 4)} with ${axis.label} ${number(lr, 4)}: ${last}.`);
      map.describe(`Map: where ${label} ends, for each start and ${axis.label}.`);
      curve.describe(`${ground.label} with the path of the chosen run, which ends: ${last}.`);
    },

    data() {
      return { columns: ["start", axis.key, "end"], rows: Array.from(cells.cells, (k, i) => [
        onAxis(startAxis, (i % COLUMNS + 0.5) / COLUMNS),
        onAxis(axis, (Math.floor(i / COLUMNS) + 0.5) / ROWS), nameOf(k)]) };
    },
  };
};
