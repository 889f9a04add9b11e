// Signals in random deep networks.

import { functionOf } from "./formulas.js";

// An activation and its slope, from their formulas.
export const activationOf = (trees) => trees.map((tree) => functionOf(tree, "z"));

// A unit is saturated where the slope is below a twentieth of the steepest.
export const saturated = (slope) => {
  const least = Math.max(slope(0), slope(1)) / 20;
  return (z) => slope(z) < least;
};

// Layer l computes z = W a, divided by its root mean square if `normalised`, and then φ(z), with a
// added if `residual`. The weights have variance `gain` / width. Returns, from the input to the
// last layer, the activations and the gradients with respect to them, and all z.
export function deepNetwork(setting, draws) {
  const { activation, residual, normalised, gain, depth, width, batch } = setting;
  const [phi, slope] = activationOf(activation);
  const size = batch * width, deviation = Math.sqrt(gain / width);
  const layers = Array.from({ length: depth }, (_, layer) => ({
    width, normalised, deviation, slope,
    weights: draws.subarray(2 * size + layer * width * width),
  }));
  const activations = [draws.slice(0, size)];
  for (const layer of layers) {
    const a = activations.at(-1);
    layer.z = new Float64Array(size);
    layer.roots = new Float64Array(batch).fill(1);
    for (let b = 0; b < batch; b++) forward(layer, a, b);
    activations.push(layer.z.map((z, i) => phi(z) + (residual ? a[i] : 0)));
  }
  const gradients = [draws.slice(size, 2 * size)];
  for (let i = depth - 1; i >= 0; i--) {
    const [above] = gradients, below = residual ? above.slice() : new Float64Array(size);
    for (let b = 0; b < batch; b++) backward(layers[i], above, below, b);
    gradients.unshift(below);
  }
  return { activations, gradients, inputs: layers.map(({ z }) => z) };
}

// From the activations `a` below a layer to its z, for input number b.
function forward({ weights, width, normalised, deviation, z, roots }, a, b) {
  const first = b * width;
  let squares = 0;
  for (let i = 0; i < width; i++) {
    let sum = 0;
    for (let j = 0, k = i * width; j < width; j++) sum += weights[k++] * a[first + j];
    z[first + i] = deviation * sum;
    squares += z[first + i] ** 2;
  }
  if (!normalised) return;
  roots[b] = Math.sqrt(squares / width) || 1;
  for (let i = first; i < first + width; i++) z[i] /= roots[b];
}

// From the gradient above a layer to its part of the one below, for input number b.
function backward(layer, above, below, b) {
  const { weights, width, normalised, deviation, slope, z, roots } = layer;
  const first = b * width, dz = new Float64Array(width);
  let along = 0;
  for (let i = 0; i < width; i++) {
    dz[i] = slope(z[first + i]) * above[first + i];
    along += dz[i] * z[first + i] / width;
  }
  for (let i = 0; i < width; i++) {
    const factor = deviation * (normalised ? (dz[i] - along * z[first + i]) / roots[b] : dz[i]);
    for (let j = 0, k = i * width; j < width; j++) below[first + j] += weights[k++] * factor;
  }
}

// The mean of f over the normal distribution of that standard deviation.
export function normalMean(f, deviation, points = 400) {
  let sum = 0;
  for (let i = 0; i < points; i++) {
    const x = 16 * (i + 0.5) / points - 8;
    sum += f(x * deviation) * Math.exp(-x * x / 2);
  }
  return sum * 16 / points / Math.sqrt(2 * Math.PI);
}

// What is expected of wide layers, where z is normal: root mean squares of activations and
// gradients from the input to the last layer, and each layer's share of saturated units.
export function depthTheory({ activation, residual, normalised, gain, depth }) {
  const [phi, slope] = activationOf(activation);
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
