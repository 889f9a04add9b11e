// A schedule that the reader draws, and what an optimizer with noisy gradients makes of it.

// Learning rates of steps 1, 2, ...: straight lines between knots at steps `places`.
function drawnRates(places, values, steps) {
  let k = 0;
  return Float64Array.from({ length: steps }, (_, i) => {
    if (k < places.length - 2 && i + 1 > places[k + 1]) k++;
    return values[k] + (values[k + 1] - values[k]) * (i + 1 - places[k]) / (places[k + 1] - places[k]);
  });
}

// Mean of w² at the start and after each step, over as many runs as `noise` has numbers for each.
// The gradient is curvature · w + deviation · noise. What is lost to infinity stays lost.
function meanSquares(rule, hyperparameters, rates, { curvature, deviation, start }, noise) {
  const runs = noise.length / rates.length;
  const places = rule.state.map((name) => rule.names.indexOf(name));
  const stepPlace = rule.names.indexOf("step");
  const w = new Float64Array(runs).fill(start);
  const states = Array.from(w, () => rule.initial(hyperparametersAt(hyperparameters, 1), start));
  const means = new Float64Array(rates.length + 1).fill(NaN);
  means[0] = start * start;
  for (let i = 0; i < rates.length && means[i] < LOST; i++) {
    const h = { ...hyperparametersAt(hyperparameters, i + 1), lr: rates[i] };
    let sum = 0;
    for (let k = 0; k < runs; k++) {
      const state = states[k];
      const at = rule.lookAhead ? rule.lookAhead(h, w[k], ...state) : w[k];
      const g = curvature * at + deviation * noise[i * runs + k];
      const result = rule.update(h, i + 1, g, w[k], state[0], state[1], state[2], state[3]);
      for (let j = 0; j < places.length; j++) state[j] = result[places[j]];
      w[k] += result[stepPlace];
      sum += w[k] * w[k];
    }
    means[i + 1] = sum / runs;
  }
  return means;
}

// The same for gradient descent in expectation, and the standard error of a mean over `runs`:
// w is normal, so that the variance of w² is 2 variance² + 4 mean² variance.
function expectedSquares(rates, { curvature, deviation, start }, runs) {
  const squares = new Float64Array(rates.length + 1).fill(NaN), errors = squares.slice();
  let mean = start;
  squares[0] = start * start;
  errors[0] = 0;
  for (let i = 0; i < rates.length && squares[i] < LOST; i++) {
    const shrink = 1 - rates[i] * curvature;
    mean *= shrink;
    squares[i + 1] = shrink ** 2 * squares[i] + (rates[i] * deviation) ** 2;
    const variance = squares[i + 1] - mean ** 2;
    errors[i + 1] = Math.sqrt((2 * variance ** 2 + 4 * mean ** 2 * variance) / runs);
  }
  return { squares, errors };
}

// Where the expectation stays under a rate that never changes; null if it changes or is unstable.
function noiseFloor(rates, { curvature, deviation }) {
  const [rate] = rates;
  if (!(rate > 0 && rate * curvature < 2) || rates.some((r) => r !== rate)) return null;
  return rate * deviation ** 2 / (curvature * (2 - rate * curvature));
}

KINDS.schedule = (figure, specification) => {
  const { steps, presets, rule: { rule, hyperparameters, schedules }, knots, highest, start, runs, exact } = specification;
  const { state } = figure;
  const colors = ["#0072b2", "#e69f00"];
  figure.choice("preset", {
    label: "compare with", value: 0, options: presets.map(({ label }, i) => [i, label]),
  });
  for (const slider of specification.sliders) figure.slider(slider.key, slider);
  figure.slider("seed", { label: "seed of the noise", min: 1, max: 99, value: 1, step: 1 });
  const places = knots.map(([place]) => place);
  const inputs = knots.map(([place, value], k) => {
    figure.slider(`knot ${k}`, { label: `η in step ${place}`, min: 0, max: highest, value });
    return figure.controls[`knot ${k}`].input;
  });
  figure.inputs.after(make("details", {}, make("summary", {}, "Points of your curve"),
    make("div", { class: "explorer-controls" }, ...inputs)));
  const rounded = (value) => Number(Math.min(value, highest).toPrecision(3));
  figure.button("Copy it to your own", () =>
    places.forEach((t, k) => figure.change(`knot ${k}`, rounded(presetRates()[t - 1]))));

  const drawing = figure.plot({
    x: "step t", y: "learning rate η",
    description: "The learning rate against the step, for your own schedule and the other one.",
    onpoint: (x, y) => {
      const distances = places.map((place) => Math.abs(place - x));
      figure.change(`knot ${distances.indexOf(Math.min(...distances))}`, rounded(y));
    },
  });
  const result = figure.plot({
    x: "step t", y: "mean of w²",
    description: "The mean of w² against the step for both schedules, measured and expected.",
  });
  const verdict = make("p", { class: "explorer-verdict" });
  figure.reading.before(verdict);
  const ts = Float64Array.from({ length: steps + 1 }, (_, t) => t);
  const noise = drawer(figure, runs * steps);
  const presetRates = () => {
    const { rates, schedule, parameters } = presets[state.preset];
    return rates ?? Float64Array.from({ length: steps }, (_, i) => SCHEDULES[schedule](parameters, i + 1));
  };
  const given = hyperparametersFor({ hyperparameters, schedules }, 0, [], state);
  const cache = [];
  let both = [];

  // What a schedule leads to: computed again when it or the problem has changed.
  const outcome = (label, rates, i, problem) => {
    const key = [Array.from(rates), Object.values(problem), state.seed].join();
    if (cache[i]?.key !== key) {
      cache[i] = { key, label, rates, color: colors[i],
        measured: meanSquares(RULES[rule], given, rates, problem, noise()),
        floor: exact ? noiseFloor(rates, problem) : null,
        ...(exact ? expectedSquares(rates, problem, runs) : {}) };
    }
    return cache[i];
  };

  const bound = 1e4 * start * start;
  const end = ({ squares, measured }) => {
    const value = (squares ?? measured)[steps];
    return value < bound ? value : Infinity;
  };

  return {
    draw() {
      const problem = { curvature: state.curvature, deviation: state.noise / Math.sqrt(state.batch), start };
      const own = drawnRates(places, places.map((_, k) => state[`knot ${k}`]), steps);
      both = [outcome("your own", own, 0, problem),
        outcome(presets[state.preset].label, presetRates(), 1, problem)];

      drawing.begin({ x: [0, steps], y: [0, highest] });
      const limit = 2 / state.curvature;
      if (limit < highest) {
        drawing.line("limit", [0, steps], [limit, limit], { dash: "2 3", width: 1 });
        drawing.text("limit name", steps, limit, "2/h", { anchor: "end", dy: -4 });
      }
      for (const i of [1, 0]) drawing.line(`rates ${i}`, ts.slice(1), both[i].rates, { color: colors[i] });
      places.forEach((t, k) => drawing.handle(`knot ${k}`, t, state[`knot ${k}`], { color: colors[0], radius: 5 }));
      drawing.end();

      const visible = both.flatMap(({ measured, squares = [] }) => [...measured, ...squares])
        .map((v) => (v < bound ? v : NaN));
      result.begin({ x: [0, steps], y: extent(visible, { log: true }), logY: true });
      both.forEach(({ measured, squares, floor, color }, i) => {
        result.line(`measured ${i}`, ts, measured, { color });
        if (squares) result.line(`expected ${i}`, ts, squares, { dash: "5 4", width: 1.4 });
        if (floor) {
          result.line(`floor ${i}`, [0, steps], [floor, floor], { dash: "1 3", color });
          result.text(`floor name ${i}`, steps, floor, "floor", { anchor: "end", dy: -5 });
        }
      });
      result.end();
      this.report();
    },

    report() {
      const rows = both.map(({ label, color, measured, squares, errors, floor }) => {
        const name = chipped(label, color);
        // The step at which the mean leaves the picture for good, if it does; else 0.
        const lost = measured[steps] < bound ? 0 : measured.findLastIndex((v) => v < bound) + 1;
        const found = lost ? `left the picture at step ${lost}` : number(measured[steps], 4);
        if (!squares) return [name, found];
        const [expected, error] = [squares[steps], errors[steps]];
        const shown = (value, digits) => (Number.isFinite(value) ? number(value, digits) : "–");
        const gap = lost ? "–" : shown(measured[steps] - expected, 2);
        return [name, shown(expected, 4), found, gap, shown(error, 2), shown(floor ?? NaN, 4)];
      });
      const [lower, higher] = end(both[1]) < end(both[0]) ? [both[1], both[0]] : both;
      const ratio = end(higher) / end(lower);
      const words = end(lower) === Infinity ? "both leave the picture"
        : ratio < 1.005 ? "both end alike"
        : `${lower.label} ends lower${ratio < 1e6 ? `, by a factor of ${number(ratio, 3)}` : ""}`;
      const columns = exact
        ? ["", "predicted (dashed)", "measured", "difference", "standard error", "floor (dotted)"]
        : ["", "measured"];
      verdict.textContent = `After ${steps} steps ${words}.`;
      figure.read([{ caption: `Mean of w² over ${runs} runs`, columns, rows }], verdict.textContent);
    },

    data() {
      const rows = both.flatMap(({ label, rates, measured, squares }) => Array.from(measured, (value, t) =>
        [label, t, t ? rates[t - 1] : "", value, ...(squares ? [squares[t]] : [])]));
      return { columns: ["schedule", "t", "η", "mean of w²", ...(exact ? ["expected"] : [])], rows };
    },
  };
};
