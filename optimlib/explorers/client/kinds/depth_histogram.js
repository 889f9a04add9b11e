// Depth: what becomes of activations and gradients in a random network.

import { activationOf, deepNetwork, depthTheory, saturated } from "../computing/networks.js";
import { drawer } from "../computing/random.js";
import { histogram, rootMeanSquare } from "../computing/statistics.js";
import { chipped } from "../drawing/elements.js";
import { addSeed, compared, drawHistogram, readCompared } from "../drawing/sampling.js";
import { extent } from "../computing/scales.js";

export class Depth {
  constructor(figure, specification) {
    const { depth, width, batch, colors } = specification;
    Object.assign(this, specification, {
      figure, state: figure.state, names: Object.keys(colors),
    });
    this.addControls();
    this.draws = drawer(figure.state, 2 * batch * width + depth * width * width);
    this.through = figure.axes({ x: "layer", y: "root mean square",
      description: "Size of activations and gradients in each layer, and what theory predicts." });
    this.inside = figure.axes({ x: "activation", y: "density",
      description: "Histogram of the activations in the chosen layer." });
    this.layers = Float64Array.from({ length: depth + 1 }, (_, i) => i);
    addSeed(figure);
  }

  addControls() {
    const { figure, depth } = this;
    figure.choice("activation", { label: "activation", value: this.activation,
      options: Object.keys(this.activations).map((name) => [name, name]) });
    figure.choice("gain", { label: "variance of the weights", value: this.gain,
      options: [["1", "1/n"], ["2", "2/n (He)"]] });
    figure.slider("scale", { label: "weights times", min: 0.25, max: 4, value: 1, log: true });
    figure.toggle("residual", { label: "residual connections", value: this.residual });
    figure.toggle("normalised", { label: "normalization", value: this.normalised });
    figure.slider("layer", { label: "layer", min: 1, max: depth, value: this.layer, step: 1 });
  }

  // Computes the network again if something that it depends on has changed.
  compute() {
    const { depth, width, batch } = this;
    const { activation, residual, normalised, gain, scale, seed } = this.state;
    const key = JSON.stringify([activation, residual, normalised, gain, scale, seed]);
    if (this.key === key) return;
    this.key = key;
    const setting = {
      activation: this.activations[activation], residual, normalised,
      gain: gain * scale * scale, depth, width, batch,
    };
    this.network = deepNetwork(setting, this.draws());
    this.theory = depthTheory(setting);
    this.measured = Object.fromEntries(
      this.names.map((name) => [name, this.network[name].map(rootMeanSquare)]));
  }

  draw() {
    this.compute();
    this.drawThrough();
    const values = this.network.activations[this.state.layer];
    drawHistogram(this.inside, histogram(values, ...extent(values), 30), this.colors.activations);
    this.report();
  }

  drawThrough() {
    const { layers, measured, names, theory, through } = this, { layer } = this.state;
    const sizes = names.flatMap((name) => [...measured[name], ...theory[name]]);
    through.begin({ x: [0, this.depth], y: extent(sizes, { log: true }), logY: true });
    for (const name of names) {
      const color = this.colors[name];
      through.line(`${name} in theory`, layers, theory[name], { color, dash: "5 4", width: 1.4 });
      through.line(name, layers, measured[name], { color });
      through.dots(`${name} here`, [layer], [measured[name][layer]], { color, radius: 4.5 });
    }
    through.end();
  }

  report() {
    const { depth, measured, network, theory } = this, { activation, layer } = this.state;
    const rows = this.names.map((name) => compared(
      chipped(`RMS of ${name}`, this.colors[name]), theory[name][layer], measured[name][layer]));
    const z = network.inputs[layer - 1], [, slope] = activationOf(this.activations[activation]);
    rows.push(compared("share of saturated units", theory.share(layer),
      z.filter(saturated(slope)).length / z.length));
    readCompared(this.figure,
      `Layer ${layer} of ${depth}, ${this.width} units wide; theory is for wide layers`, rows);
  }

  data() {
    const { measured, names, theory } = this;
    return {
      columns: ["layer", ...names.flatMap((name) => [`RMS of ${name}`, "predicted"])],
      rows: Array.from(this.layers, (l) =>
        [l, ...names.flatMap((name) => [measured[name][l], theory[name][l]])]),
    };
  }
}
