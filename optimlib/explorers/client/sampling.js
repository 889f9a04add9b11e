// Experiments with chance: the noise floor, random Hessians, signals in random deep networks.

const SAMPLINGS = {};

KINDS.sampling = (figure, specification) => {
  const view = SAMPLINGS[specification.experiment](figure, specification);
  figure.slider("seed", { label: "seed", min: 1, max: 99, value: 1, step: 1 });
  figure.button("New seed", () => figure.change("seed", figure.state.seed % 99 + 1));
  return view;
};

// A row of a table; what theory does not know is null.
const compared = (name, predicted, measured, ...more) => [
  name, predicted === null ? "–" : number(predicted, 4), number(measured, 4),
  predicted === null ? "–" : number(measured - predicted, 2), ...more.map((v) => number(v, 2)),
];


function readCompared(figure, caption, rows, ...more) {
  const spoken = rows.map(([name, predicted, measured]) =>
    `${name.textContent ?? name}: predicted ${predicted}, measured ${measured}`);
  figure.read([{ caption, columns: ["", "predicted", "measured", "difference", ...more], rows }],
    `${caption}. ${spoken.join("; ")}.`);
}

// sfc32 of C. Doty-Humphrey's PractRand: 32 random bits at each call, the same for the same seed.
function randomBits(seed) {
  let a = 0, b = seed, c = 0, counter = 1;
  const next = () => {
    const sum = a + b + counter++ | 0;
    a = b ^ b >>> 9;
    b = c + (c << 3) | 0;
    c = (c << 21 | c >>> 11) + sum | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

// Standard normal numbers, by Box and Muller's transform.
function normals(seed, count) {
  const next = randomBits(seed), values = new Float64Array(count);
  const uniform = () => (next() + 0.5) / 2 ** 32;
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniform())), angle = 2 * Math.PI * uniform();
    values[i] = radius * Math.cos(angle);
    values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

// The normal numbers of the seed now chosen: drawn once.
function drawer(figure, count) {
  let seed, values;
  return () => {
    if (seed !== figure.state.seed) values = normals(seed = figure.state.seed, count);
    return values;
  };
}

// Edges of equal intervals over [low, high], and the density of the values in each.
function histogram(values, low, high, bins) {
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + (high - low) * i / bins);
  const heights = new Array(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor((value - low) / (high - low) * bins);
    if (bin >= 0 && bin < bins) heights[bin] += bins / (high - low) / values.length;
  }
  return { edges, heights };
}

function drawHistogram(plot, { edges, heights }, color, density) {
  const x = [edges[0], edges.at(-1)];
  const xs = Float64Array.from({ length: 201 }, (_, i) => x[0] + (x[1] - x[0]) * i / 200);
  const ys = density ? xs.map(density) : [];
  plot.begin({ x, y: [0, 1.1 * Math.max(...heights, ...ys) || 1] });
  plot.bars("bars", edges, heights, { color });
  if (density) plot.line("density", xs, ys, { dash: "5 4" });
  plot.end();
}

// Mean, and the standard error of it for independent values.
function meanAndError(values) {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
  return [mean, Math.sqrt(variance / values.length)];
}

const rootMeanSquare = (values) =>
  Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

// The noise floor: a rule on f = h w²/2, whose gradient comes with noise.

// Returns all points of one run; its gradient in step t is h w + spread · noise[t − 1].
function noisyRun(rule, hyperparameters, curvature, start, spread, noise) {
  const [stepPlace, statePlace] = ["step", ...rule.state].map((name) => rule.names.indexOf(name));
  const points = new Float64Array(noise.length + 1);
  let w = points[0] = start, [memory] = rule.initial(hyperparameters);
  for (let t = 1; t <= noise.length; t++) {
    const at = rule.lookAhead ? rule.lookAhead(hyperparameters, w, memory) : w;
    const g = curvature * at + spread * noise[t - 1];
    const values = rule.update(hyperparameters, t, g, w, memory);
    memory = values[statePlace];
    points[t] = w += values[stepPlace];
  }
  return points;
}

// Returns, by step k, what is expected of w² and of k times the squared mean of w₁ ... wₖ.
// The rule is linear: w is the run without noise and, of the noise of each step, the echo.
function noiseTheory(rule, hyperparameters, curvature, start, spread, steps) {
  const noise = new Float64Array(steps);
  const calm = noisyRun(rule, hyperparameters, curvature, start, 0, noise);
  noise[0] = 1;
  const echo = noisyRun(rule, hyperparameters, curvature, 0, spread, noise);
  let variance = 0, calmSum = 0, echoSum = 0, echoSums = 0;
  const squares = calm.map((w, k) => w * w + (variance += echo[k] ** 2));
  const averaged = calm.map((w, k) => {
    if (k === 0) return NaN;
    echoSums += (echoSum += echo[k]) ** 2;
    return ((calmSum += w) ** 2 + echoSums) / k;
  });
  return { squares, averaged };
}

// k times the squared mean of the first k points after the start.
function averagedSquares(points) {
  let sum = 0;
  return points.map((w, k) => (k ? (sum += w) ** 2 / k : NaN));
}

SAMPLINGS.noiseFloor = (figure, specification) => {
  const { color, sliders, steps, runs, start } = specification;
  const { state } = figure;
  const rule = RULES[specification.rule];
  for (const { key, ...slider } of sliders) figure.slider(key, slider);
  figure.toggle("averaging", { label: "average of the points", value: specification.averaging });
  const [floorOf, edgeOf] = [specification.floor, specification.edge].map(compile);
  const draws = drawer(figure, runs * steps);
  const first = Math.floor(steps / 2) + 1;
  const curve = figure.plot({ x: "step k",
    description: "Mean over the runs by step, some single runs, and what theory predicts." });
  const places = figure.plot({ x: "w", y: "density",
    description: "Histogram of w in the second half of the runs, and the predicted density." });
  const ks = Float64Array.from({ length: steps + 1 }, (_, k) => k);
  let measured, predicted;

  return {
    draw() {
      const { curvature, averaging, noise, batch, lr } = state;
      const hyperparameters = { ...specification.hyperparameters, lr, beta: state.beta };
      const spread = noise / Math.sqrt(batch);
      const points = Array.from({ length: runs }, (_, run) => noisyRun(rule, hyperparameters,
        curvature, start, spread, draws().subarray(run * steps, (run + 1) * steps)));
      const theory = noiseTheory(rule, hyperparameters, curvature, start, spread, steps);
      const edge = edgeOf(state), settles = lr < edge;
      const floor = settles ? floorOf(state) : NaN;
      const limit = averaging ? settles ? (spread / curvature) ** 2 : NaN : floor;
      const loss = (w2) => curvature / 2 * w2;

      const shown = averaging ? points.map(averagedSquares)
        : points.map((run) => run.map((w) => loss(w * w)));
      measured = new Float64Array(steps + 1);
      for (const values of shown) {
        for (let k = 0; k <= steps; k++) measured[k] += values[k] / runs;
      }
      predicted = averaging ? theory.averaged : theory.squares.map(loss);
      curve.labels.y = averaging ? "k · mean of x̄²" : "mean loss";
      const drawn = [...measured, ...predicted, limit]
        .filter((v) => v < 1e9 * (predicted[1] + limit || 1));
      const y = extent(drawn, { log: true, margin: 0.1 });
      curve.begin({ x: [0, steps], y, logY: true });
      shown.slice(0, 4).forEach((values, run) =>
        curve.line(`run ${run}`, ks, values, { color, width: 1, opacity: 0.3 }));
      curve.line("mean", ks, measured, { color, width: 2.4 });
      curve.line("theory", ks, predicted, { dash: "5 4" });
      curve.line("limit", [0, steps], [limit, limit], { dash: "2 3" });
      curve.end();

      const late = new Float64Array(runs * (steps + 1 - first));
      points.forEach((run, i) => late.set(run.subarray(first), i * (steps + 1 - first)));
      const size = settles ? Math.sqrt(2 * floor / curvature)
        : Math.min(rootMeanSquare(late) || 1, 1e99);
      drawHistogram(places, histogram(late, -4 * size, 4 * size, 40), color, settles
        && ((w) => Math.exp(-((w / size) ** 2) / 2) / (size * Math.sqrt(2 * Math.PI))));

      // One number from each run: they are independent.
      const from = averaging ? steps : first;
      const mean = (values) => meanAndError(values.subarray(from))[0];
      const result = meanAndError(shown.map(mean));
      const rows = [compared(
        averaging ? `${curve.labels.y} at k = ${steps}` : `mean loss, steps ${first} to ${steps}`,
        mean(predicted), ...result)];
      if (settles) rows.push(compared("its limit, k → ∞", limit, ...result));
      const caption = settles ? `${runs} runs of ${steps} steps`
        : `No floor: a learning rate of ${number(edge, 4)} or more carries the runs to infinity`;
      readCompared(figure, caption, rows, "standard error");
    },

    data: () => ({ columns: ["k", curve.labels.y, "predicted"],
      rows: Array.from(ks, (k) => [k, measured[k], predicted[k]]) }),
  };
};

// The eigenvalue lottery: random symmetric matrices.

// Eigenvalues of a symmetric n × n matrix, given by rows and overwritten, in ascending order:
// Jacobi's rotations, each of which makes one pair of entries 0.
function jacobiEigenvalues(a, n) {
  const total = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < 50; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) off += a[p * n + q] ** 2;
    }
    if (off <= 1e-26 * total) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const entry = a[p * n + q];
        if (entry === 0) continue;
        const ratio = (a[q * n + q] - a[p * n + p]) / (2 * entry);
        const tan = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
        const cos = 1 / Math.sqrt(1 + tan * tan), sin = tan * cos;
        a[p * n + p] -= tan * entry;
        a[q * n + q] += tan * entry;
        a[p * n + q] = a[q * n + p] = 0;
        for (let k = 0; k < n; k++) {
          if (k === p || k === q) continue;
          const x = a[k * n + p], y = a[k * n + q];
          a[k * n + p] = a[p * n + k] = cos * x - sin * y;
          a[k * n + q] = a[q * n + k] = sin * x + cos * y;
        }
      }
    }
  }
  return Float64Array.from({ length: n }, (_, i) => a[i * n + i]).sort();
}

// The eigenvalues of GOE matrix number `sample` over √n: the variance of an entry of the matrix
// is 1, on its diagonal 2. `most` is the largest n that the draws are enough for.
function randomHessian(draws, sample, n, most) {
  const a = new Float64Array(n * n);
  let draw = sample * most * (most + 1) / 2;
  for (let p = 0; p < n; p++) {
    for (let q = p; q < n; q++) {
      a[p * n + q] = a[q * n + p] = draws[draw++] * Math.sqrt((p === q ? 2 : 1) / n);
    }
  }
  return jacobiEigenvalues(a, n);
}

const POSITIVE_DEFINITE = [
  1 / 2, (2 - Math.SQRT2) / 4, (Math.PI - 2 * Math.SQRT2) / (4 * Math.PI),
];
const kindOf = (eigenvalues) =>
  (eigenvalues[0] > 0 ? "minima" : eigenvalues.at(-1) < 0 ? "maxima" : "saddles");

SAMPLINGS.lottery = (figure, { n, most, samples, colors }) => {
  const { state } = figure;
  figure.slider("n", { label: "variables n", min: 1, max: most, value: n, step: 1 });
  figure.player("samples", { label: "Hessians", max: samples, value: Math.min(samples, 200) });
  const draws = drawer(figure, samples * most * (most + 1) / 2);
  const last = figure.plot({ x: "eigenvalue / √n", y: "Hessian number",
    description: "The eigenvalues of the last 24 Hessians, one row each." });
  const all = figure.plot({ x: "eigenvalue / √n", y: "density",
    description: "Histogram of all eigenvalues so far, and Wigner's semicircle." });
  let found = [], key;

  return {
    draw() {
      const now = [state.n, state.seed].join();
      if (key !== now) [found, key] = [[], now];
      // What does not fit into this frame comes in the next ones.
      const until = performance.now() + 6;
      while (found.length < Math.max(state.samples, 1) && performance.now() < until) {
        found.push(randomHessian(draws(), found.length, state.n, most));
      }
      if (found.length < state.samples) figure.changed();
      const sample = found.slice(0, Math.max(state.samples, 1)), count = sample.length;
      const first = Math.max(count - 24, 0);
      const definite = POSITIVE_DEFINITE[state.n - 1] ?? null;

      last.begin({ x: [-4, 4], y: [first, first + 25] });
      last.line("zero", [0, 0], [first, first + 25], { opacity: 0.6, width: 1 });
      const rows = Object.entries(colors).map(([kind, color]) => {
        const dots = sample.flatMap((values, i) => (i >= first && kindOf(values) === kind
          ? Array.from(values, (x) => [x, i + 1]) : []));
        last.dots(kind, ...[0, 1].map((i) => dots.map((dot) => dot[i])), { color, radius: 3 });
        const share = sample.filter((values) => kindOf(values) === kind).length / count;
        const predicted = definite && kind === "saddles" ? 1 - 2 * definite : definite;
        const p = predicted ?? share;
        return compared(chipped(kind, color), predicted, share, Math.sqrt(p * (1 - p) / count));
      });
      last.end();
      drawHistogram(all, histogram(sample.flatMap((values) => Array.from(values)), -4, 4, 40),
        colors.saddles, (x) => Math.sqrt(Math.max(4 - x * x, 0)) / (2 * Math.PI));
      rows.push(compared("mean square", (state.n + 1) / state.n,
        ...meanAndError(sample.map((values) => rootMeanSquare(values) ** 2))));
      const caption = `${count} random Hessians of ${state.n} variables`;
      readCompared(figure, caption, rows, "standard error");
    },

    data: () => ({ columns: ["Hessian", "kind", "eigenvalues / √n"],
      rows: found.slice(0, state.samples).map((values, i) =>
        [i + 1, kindOf(values), values.join(" ")]) }),
  };
};

// Depth: what becomes of activations and gradients in a random network.

// Activation and its slope.
const ACTIVATIONS = {
  linear: [(z) => z, () => 1],
  ReLU: [(z) => (z > 0 ? z : 0), (z) => (z > 0 ? 1 : 0)],
  tanh: [Math.tanh, (z) => 1 - Math.tanh(z) ** 2],
  sigmoid: [(z) => 1 / (1 + Math.exp(-z)), (z) => 1 / (2 + Math.exp(z) + Math.exp(-z))],
};

// A unit is saturated where the slope is below a twentieth of the steepest.
const saturated = (slope) => (z) => slope(z) < Math.max(slope(0), slope(1)) / 20;

// Layer l computes z = W a, divided by its root mean square if `normalised`, and then φ(z), with a
// added if `residual`. The weights have variance `gain` / width. Returns, from the input to the
// last layer, the activations and the gradients with respect to them, and all z.
function deepNetwork({ activation, residual, normalised, gain, depth, width, batch }, draws) {
  const [phi, slope] = ACTIVATIONS[activation];
  const size = batch * width, deviation = Math.sqrt(gain / width);
  const weights = (layer) => draws.subarray(2 * size + layer * width * width);
  const activations = [draws.slice(0, size)], inputs = [], roots = [];
  for (let layer = 0; layer < depth; layer++) {
    const w = weights(layer), a = activations[layer], z = new Float64Array(size);
    const root = new Float64Array(batch).fill(1);
    for (let b = 0; b < size; b += width) {
      let squares = 0;
      for (let i = 0; i < width; i++) {
        let sum = 0;
        for (let j = 0, k = i * width; j < width; j++) sum += w[k++] * a[b + j];
        z[b + i] = deviation * sum;
        squares += z[b + i] ** 2;
      }
      if (normalised) {
        root[b / width] = Math.sqrt(squares / width) || 1;
        for (let i = b; i < b + width; i++) z[i] /= root[b / width];
      }
    }
    inputs.push(z);
    roots.push(root);
    activations.push(z.map((value, i) => phi(value) + (residual ? a[i] : 0)));
  }

  const gradients = [draws.slice(size, 2 * size)];
  for (let layer = depth - 1; layer >= 0; layer--) {
    const w = weights(layer), z = inputs[layer], above = gradients[0];
    const below = residual ? above.slice() : new Float64Array(size);
    for (let b = 0; b < size; b += width) {
      const dz = new Float64Array(width);
      let along = 0;
      for (let i = 0; i < width; i++) {
        dz[i] = slope(z[b + i]) * above[b + i];
        along += dz[i] * z[b + i] / width;
      }
      for (let i = 0; i < width; i++) {
        const factor = deviation
          * (normalised ? (dz[i] - along * z[b + i]) / roots[layer][b / width] : dz[i]);
        for (let j = 0, k = i * width; j < width; j++) below[b + j] += w[k++] * factor;
      }
    }
    gradients.unshift(below);
  }
  return { activations, gradients, inputs };
}

// The mean of f over the normal distribution of that standard deviation.
function normalMean(f, deviation, points = 400) {
  let sum = 0;
  for (let i = 0; i < points; i++) {
    const x = 16 * (i + 0.5) / points - 8;
    sum += f(x * deviation) * Math.exp(-x * x / 2);
  }
  return sum * 16 / points / Math.sqrt(2 * Math.PI);
}

// What is expected of wide layers, where z is normal: root mean squares of activations and
// gradients from the input to the last layer, and each layer's share of saturated units.
function depthTheory({ activation, residual, normalised, gain, depth }) {
  const [phi, slope] = ACTIVATIONS[activation];
  let square = 1, mean = 0;
  const squares = [1], factors = [], sizes = [], gradients = [1];
  for (let layer = 0; layer < depth; layer++) {
    const variance = gain * square, size = normalised ? 1 : Math.sqrt(variance);
    sizes.push(size);
    factors.push(normalMean((z) => slope(z) ** 2, size) * gain / (normalised ? variance : 1));
    const added = normalMean(phi, size);
    square = normalMean((z) => phi(z) ** 2, size) + (residual ? square + 2 * mean * added : 0);
    mean = added + (residual ? mean : 0);
    squares.push(square);
  }
  for (const factor of factors.reverse()) gradients.unshift(gradients[0] * (factor + residual));
  return {
    activations: squares.map(Math.sqrt), gradients: gradients.map(Math.sqrt),
    share: (layer) => normalMean(saturated(slope), sizes[layer - 1], 4000),
  };
}

SAMPLINGS.depth = (figure, specification) => {
  const { depth, width, batch, colors } = specification;
  const { state } = figure;
  const names = Object.keys(colors);
  figure.choice("activation", { label: "activation", value: specification.activation,
    options: Object.keys(ACTIVATIONS).map((name) => [name, name]) });
  figure.choice("gain", { label: "variance of the weights", value: specification.gain,
    options: [["1", "1/n"], ["2", "2/n (He)"]] });
  figure.slider("scale", { label: "weights times", min: 0.25, max: 4, value: 1, log: true });
  figure.toggle("residual", { label: "residual connections", value: specification.residual });
  figure.toggle("normalised", { label: "normalization", value: specification.normalised });
  figure.slider("layer", { label: "layer", min: 1, max: depth, value: depth, step: 1 });
  const draws = drawer(figure, 2 * batch * width + depth * width * width);
  const through = figure.plot({ x: "layer", y: "root mean square",
    description: "Size of activations and gradients in each layer, and what theory predicts." });
  const inside = figure.plot({ x: "activation", y: "density",
    description: "Histogram of the activations in the chosen layer." });
  const layers = Float64Array.from({ length: depth + 1 }, (_, i) => i);
  let measured, theory, key, network;

  return {
    draw() {
      const { activation, residual, normalised, gain, scale, seed, layer } = state;
      const setting = { activation, residual, normalised, gain: gain * scale * scale };
      const now = JSON.stringify([setting, seed]);
      if (key !== now) {
        key = now;
        network = deepNetwork({ ...setting, depth, width, batch }, draws());
        theory = depthTheory({ ...setting, depth });
        measured = Object.fromEntries(
          names.map((name) => [name, network[name].map(rootMeanSquare)]));
      }
      const sizes = names.flatMap((name) => [...measured[name], ...theory[name]]);
      const y = extent(sizes, { log: true });
      through.begin({ x: [0, depth], y, logY: true });
      const rows = names.map((name) => {
        const color = colors[name];
        through.line(`${name} in theory`, layers, theory[name], { color, dash: "5 4", width: 1.4 });
        through.line(name, layers, measured[name], { color });
        through.dots(`${name} here`, [layer], [measured[name][layer]], { color, radius: 4.5 });
        return compared(chipped(`RMS of ${name}`, color),
          theory[name][layer], measured[name][layer]);
      });
      through.end();
      const values = network.activations[layer], z = network.inputs[layer - 1];
      drawHistogram(inside, histogram(values, ...extent(values), 30), colors.activations);
      rows.push(compared("share of saturated units", theory.share(layer),
        z.filter(saturated(ACTIVATIONS[activation][1])).length / z.length));
      readCompared(figure,
        `Layer ${layer} of ${depth}, ${width} units wide; theory is for wide layers`, rows);
    },

    data: () => ({ columns: ["layer", ...names.flatMap((name) => [`RMS of ${name}`, "predicted"])],
      rows: Array.from(layers, (l) =>
        [l, ...names.flatMap((name) => [measured[name][l], theory[name][l]])]) }),
  };
};
