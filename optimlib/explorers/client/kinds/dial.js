// A direction on a landscape: the slope and the curvature along it, against its angle.

import { number } from "../../../javascript/by_hand.js";
import {
  alongDirection, curvatureCurves, definitenessOf, eigenOf, TURN,
} from "../computing/directions.js";
import { codeOf } from "../computing/code.js";
import { parametersFor } from "../computing/simulate.js";
import { set } from "../drawing/elements.js";
import { extent } from "../computing/scales.js";

const QUARTERS = [0, 90, 180, 270, 360];
const THETAS = Array.from({ length: 181 }, (_, i) => 2 * i);
const NEED_HESSIAN = ["curvature", "eigenvectors", "ellipse"];

const degrees = (angle) => ((angle / TURN * 360) % 360 + 360) % 360;
const lambda = (i) => `λ${"₁₂"[i]}`;

export class Dial {
  constructor(figure, specification) {
    const { ground, show } = specification;
    Object.assign(this, specification, { figure, state: figure.state, problem: codeOf(ground) });
    this.offered = new Set(show.map(({ name }) => name));
    this.addControls();
    this.tip = [0, 0];
    this.held = "point";
    const [x, y] = ground.variables;
    this.landscape = figure.axes({ x, y, onpoint: (...place) => this.drag(...place) });
    this.panels = {};
    const onpoint = (theta) => figure.change("direction", Math.round(theta));
    this.addPanel("slope", { x: "direction θ in °", y: "slope ∇f·v", onpoint,
      description: "The slope along v against the angle: a wave, highest along the gradient." });
    this.addPanel("curvature", { x: "direction θ in °", y: "curvature vᵀHv", onpoint,
      description: "The curvature along v against the angle: its extremes are the eigenvalues." });
    this.addPanel("slice", { x: "distance t along v", y: "f(w + tv)",
      description: "f along v, with its tangent and its parabola at the point." });
  }

  addControls() {
    const { figure, ground } = this;
    figure.slider("direction",
      { label: "direction θ in °", min: 0, max: 360, step: 1, value: this.direction });
    ground.variables.forEach((name, i) => {
      const [min, max] = ground.domain[i];
      figure.slider(`point ${i}`, { label: `point ${name}`, min, max, value: ground.start[i] });
    });
    for (const slider of this.sliders) figure.slider(slider.key, slider);
    for (const { name, label } of this.show) figure.toggle(name, { label, value: true });
  }

  addPanel(name, options) {
    if (this.offered.has(name)) this.panels[name] = this.figure.axes(options);
  }

  get point() {
    return [this.state["point 0"], this.state["point 1"]];
  }

  // The needle's tip turns it, all else moves the point.
  drag(x, y, event) {
    const { figure, landscape } = this, [a, b] = this.point;
    const apart = ([p, q]) =>
      Math.hypot(landscape.x(p) - landscape.x(x), landscape.y(q) - landscape.y(y));
    if (event.type !== "pointermove") {
      this.held = apart(this.tip) < Math.min(30, apart([a, b])) ? "needle" : "point";
    }
    if (this.held === "point") {
      figure.change("point 0", Number(x.toPrecision(4)));
      figure.change("point 1", Number(y.toPrecision(4)));
    } else if (x !== a || y !== b) {
      figure.change("direction", Math.round(degrees(Math.atan2(y - b, x - a))));
    }
  }

  draw() {
    const { ground, panels, problem, state } = this, [x, y] = this.point;
    const parameters = parametersFor(ground, this.sliders, state);
    const along = (degree) => alongDirection(problem, parameters, [x, y], degree / 360 * TURN);
    this.gradient = problem.grad(parameters, 0, x, y);
    this.eigen = problem.hess && eigenOf(problem.hess(parameters, 0, x, y));
    this.now = along(state.direction);
    this.turned = THETAS.map(along);
    for (const [name, { element }] of Object.entries(panels)) {
      set(element, { hidden: !state[name] });
    }
    const length = this.drawLandscape(parameters);
    if (state.slope) this.drawTurn(panels.slope, "slope", "measuredSlope", this.steepest());
    if (state.curvature) {
      this.drawTurn(panels.curvature, "curvature", "measuredCurvature", this.eigenvalues());
    }
    if (state.slice) this.drawSlice(length);
    this.report();
  }

  // Draws the landscape with what was chosen on it; returns the length of the needle.
  drawLandscape(parameters) {
    const { colors, eigen, gradient, landscape, state } = this, [x, y] = this.point;
    const length = 0.2 * this.beginLandscape();
    landscape.levels((a, b) => this.problem.f(parameters, 0, a, b), parameters);
    if (state.ellipse) {
      curvatureCurves(eigen, 0.7 * length).forEach(({ sign, xs, ys }, i) => {
        landscape.line(`ellipse ${i}`, xs.map((u) => x + u), ys.map((u) => y + u),
          { color: colors.eigenvectors, dash: sign < 0 ? "5 4" : null });
      });
    }
    if (state.eigenvectors) {
      eigen.angles.forEach((angle, i) => this.drawEigenvector(length, angle, i));
    }
    if (state.gradient && Math.hypot(...gradient) > 0) {
      const angle = Math.atan2(gradient[1], gradient[0]);
      this.drawArrow("gradient", angle, length, colors.gradient, "∇f");
    }
    const needle = state.direction / 360 * TURN;
    this.tip = this.drawArrow("needle", needle, length, colors.direction, "v");
    landscape.handle("tip", ...this.tip, { color: colors.direction, radius: 4 });
    landscape.handle("point", x, y);
    landscape.end();
    return length;
  }

  // One unit is as long in x as in y, so that right angles look right. Returns the range of x.
  beginLandscape() {
    const { domain } = this.ground;
    const [xSpan, ySpan] = domain.map(([low, high]) => high - low);
    const shape = Math.min(1, Math.max(0.6, ySpan / xSpan));
    this.landscape.proportion(shape);
    const span = Math.max(xSpan, ySpan / shape);
    const around = ([low, high], size) => [(low + high - size) / 2, (low + high + size) / 2];
    this.landscape.begin({ x: around(domain[0], span), y: around(domain[1], span * shape) });
    return span;
  }

  // Draws an arrow from the point; returns its end.
  drawArrow(key, angle, length, color, text) {
    const [x, y] = this.point;
    const end = [x + length * Math.cos(angle), y + length * Math.sin(angle)];
    this.landscape.arrow(key, x, y, ...end, { color, width: 2.5 });
    this.landscape.text(`${key} name`, ...end, text,
      { color, dx: 12 * Math.cos(angle), dy: 5 - 12 * Math.sin(angle) });
    return end;
  }

  drawEigenvector(length, angle, i) {
    const { landscape } = this, [x, y] = this.point, color = this.colors.eigenvectors;
    const [c, s] = [0.9 * length * Math.cos(angle), 0.9 * length * Math.sin(angle)];
    landscape.segments(`eigenvector ${i}`, [x - c, y - s, x + c, y + s], { color, width: 1.5 });
    landscape.text(`eigenvalue ${i}`, x - c, y - s, lambda(i),
      { color, dx: -10 * Math.cos(angle), dy: 5 + 10 * Math.sin(angle) });
  }

  // Where the slope is largest and smallest.
  steepest() {
    const [dx, dy] = this.gradient, length = Math.hypot(dx, dy), angle = Math.atan2(dy, dx);
    const color = this.colors.gradient;
    return length > 0 ? [
      { angle, value: length, text: "∇f", color },
      { angle: angle + TURN / 2, value: -length, text: "−∇f", color },
    ] : [];
  }

  // Where the curvature is an eigenvalue.
  eigenvalues() {
    const { colors, eigen } = this;
    return eigen.angles.flatMap((angle, i) => [0, TURN / 2].map((half) => ({
      angle: angle + half, value: eigen.values[i], text: lambda(i), color: colors.eigenvectors,
    })));
  }

  // A quantity against the angle: predicted as a line, measured as dots, extremes by their names.
  drawTurn(axes, name, measuredName, extremes) {
    const { state, turned } = this, color = this.colors.direction;
    const values = turned.map((along) => along[name]);
    const some = (list) => list.filter((_, i) => i % 8 === 0);
    axes.begin({ x: [0, 360], y: extent([...values, 0], { margin: 0.12 }), ticksX: QUARTERS });
    axes.line("zero", [0, 360], [0, 0], { opacity: 0.4, width: 1 });
    axes.line("predicted", THETAS, values, { color });
    axes.dots("measured", some(THETAS), some(turned).map((along) => along[measuredName]),
      { opacity: 0.6, radius: 2 });
    extremes.forEach(({ angle, value, text, color: own }, i) => {
      axes.dots(`extreme ${i}`, [degrees(angle)], [value], { color: own, radius: 4 });
      axes.text(`name ${i}`, degrees(angle), value, text,
        { color: own, dy: value < 0 ? 16 : -8 });
    });
    axes.line("now", [state.direction, state.direction], axes.range.y,
      { dash: "4 3", width: 1.2 });
    axes.handle("value", state.direction, this.now[name], { color, radius: 5 });
    axes.end();
  }

  drawSlice(length) {
    const ts = Array.from({ length: 121 }, (_, i) => 2 * length * (i / 60 - 1));
    const { at, slope, curvature } = this.now;
    const values = ts.map(at), height = at(0);
    const { panels: { slice }, colors } = this;
    slice.begin({ x: [ts[0], ts.at(-1)], y: extent(values, { margin: 0.12 }) });
    slice.line("f", ts, values, { opacity: 0.6 });
    slice.line("tangent", ts, ts.map((t) => height + slope * t),
      { color: colors.direction, dash: "5 4" });
    if (this.problem.hess) {
      slice.line("parabola", ts, ts.map((t) => height + slope * t + curvature * t * t / 2),
        { color: colors.eigenvectors, dash: "2 3" });
    }
    slice.dots("now", [0], [height], { radius: 4.5 });
    slice.end();
  }

  report() {
    const { direction } = this.state, { slope, measuredSlope } = this.now;
    const { curvature, measuredCurvature } = this.now;
    const line = (name, predicted, measured) =>
      [name, number(predicted, 5), number(measured, 5), number(measured - predicted, 2)];
    const rows = [line("slope ∇f·v", slope, measuredSlope)];
    const second = NEED_HESSIAN.some((name) => this.offered.has(name));
    if (second) rows.push(line("curvature vᵀHv", curvature, measuredCurvature));
    const place = this.point.map((v) => number(v, 4)).join(", ");
    const spoken = rows.map(([name, predicted]) => `${name} ${predicted}`).join(", ");
    const kind = second ? `. H is ${definitenessOf(this.eigen.values)}.` : "";
    this.figure.read([
      { caption: `Along v at ${direction}°: by the formula, and by differences of f`,
        columns: ["", "predicted", "measured", "difference"], rows },
      { caption: `At the point (${place})`, columns: ["", "value"], rows: this.facts(second) },
    ], `At ${place}, direction ${direction} degrees: ${spoken}${kind}`);
    this.landscape.describe(
      `Level lines of ${this.ground.label}, the point ${place} and the direction v at ` +
      `${direction}°.`);
  }

  facts(second) {
    const { eigen, gradient } = this;
    const facts = [
      ["f", number(this.now.at(0), 5)],
      ["gradient ∇f", gradient.map((g) => number(g, 4)).join(", ")],
      ["its length ‖∇f‖", number(Math.hypot(...gradient), 5)],
    ];
    if (!second) return facts;
    const kind = definitenessOf(eigen.values), sizes = eigen.values.map(Math.abs);
    facts.push(["eigenvalues λ₁, λ₂ of H", eigen.values.map((v) => number(v, 5)).join(", ")],
      ["H is", kind]);
    if (kind.endsWith(" definite")) {
      facts.push(["condition number", number(Math.max(...sizes) / Math.min(...sizes), 5)]);
    }
    return facts;
  }

  data() {
    const second = (first, ...more) => (this.problem.hess ? [first, ...more] : []);
    return {
      columns: ["θ", "slope", "slope measured", ...second("curvature", "curvature measured")],
      rows: THETAS.map((theta, i) => {
        const { slope, measuredSlope, curvature, measuredCurvature } = this.turned[i];
        return [theta, slope, measuredSlope, ...second(curvature, measuredCurvature)];
      }),
    };
  }
}
