// A direction on a landscape: the slope and the curvature along it, against its angle.

const TURN = 2 * Math.PI;
const QUARTERS = [0, 90, 180, 270, 360];

// The eigenvalues of a symmetric 2 × 2 matrix in order, and the angle of the eigenvector of each.
function eigenOf([[a, b], [, c]]) {
  const mean = (a + c) / 2, radius = Math.hypot((a - c) / 2, b);
  const angle = Math.atan2(2 * b, a - c) / 2;
  return { values: [mean - radius, mean + radius], angles: [angle + TURN / 4, angle] };
}

// As optimlib.definiteness: an eigenvalue tiny against the other has no sign.
function definitenessOf([low, high]) {
  const tiny = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  if (low < -tiny && high > tiny) return "indefinite";
  if (low >= -tiny && high <= tiny) return "zero";
  if (high > tiny) return low > tiny ? "positive definite" : "positive semidefinite";
  return high < -tiny ? "negative definite" : "negative semidefinite";
}

// Slope and curvature of f at `point` along the unit vector at `angle`: by gradient and Hessian,
// and measured by central differences of f.
function alongDirection(problem, parameters, [x, y], angle) {
  const v = [Math.cos(angle), Math.sin(angle)];
  const at = (t) => problem.f(parameters, 0, x + t * v[0], y + t * v[1]);
  const size = Math.max(1, Math.abs(x), Math.abs(y));
  const h = Number.EPSILON ** (1 / 3) * size, k = Number.EPSILON ** (1 / 4) * size;
  const g = problem.grad(parameters, 0, x, y);
  const H = problem.hess?.(parameters, 0, x, y);
  return {
    v,
    at,
    slope: g[0] * v[0] + g[1] * v[1],
    measuredSlope: (at(h) - at(-h)) / (2 * h),
    curvature: H && v[0] * (H[0][0] * v[0] + H[0][1] * v[1]) + v[1] * (H[1][0] * v[0] + H[1][1] * v[1]),
    measuredCurvature: (at(k) - 2 * at(0) + at(-k)) / k ** 2,
  };
}

// The curves uᵀHu = ±1, an ellipse or the branches of a hyperbola or two lines, enlarged so that
// the longer half axis of finite length is `size`: lists of {sign, xs, ys}, without a center.
function curvatureCurves({ values, angles }, size) {
  const largest = Math.max(...values.map(Math.abs));
  const flat = values.map((value) => Math.abs(value) <= 1e-9 * largest);
  const finite = values.filter((_, i) => !flat[i]).map((value) => 1 / Math.sqrt(Math.abs(value)));
  if (!(largest > 0)) return [];
  const unit = size / Math.max(...finite);
  const half = values.map((value, i) => (flat[i] ? unit : unit / Math.sqrt(Math.abs(value))));
  const place = (p, q) => [
    p * half[0] * Math.cos(angles[0]) + q * half[1] * Math.cos(angles[1]),
    p * half[0] * Math.sin(angles[0]) + q * half[1] * Math.sin(angles[1]),
  ];
  const curve = (sign, from, to, point) => {
    const places = Array.from({ length: 97 }, (_, i) => place(...point(from + (to - from) * i / 96)));
    return { sign, xs: places.map(([x]) => x), ys: places.map(([, y]) => y) };
  };
  if (flat[0] || flat[1]) {
    const sign = Math.sign(values[flat[0] ? 1 : 0]), far = 10 * size / unit;
    return [-1, 1].map((side) =>
      curve(sign, -far, far, (s) => (flat[0] ? [s, side] : [side, s])));
  }
  if (values[0] * values[1] > 0) {
    return [curve(Math.sign(values[0]), 0, TURN, (s) => [Math.cos(s), Math.sin(s)])];
  }
  return [-1, 1].flatMap((side) => [
    curve(1, -3, 3, (s) => [Math.sinh(s), side * Math.cosh(s)]),
    curve(-1, -3, 3, (s) => [side * Math.cosh(s), Math.sinh(s)]),
  ]);
}

KINDS.dial = (figure, specification) => {
  const { ground, sliders, show, colors, direction } = specification;
  const { state } = figure;
  const problem = codeOf(ground);
  const { variables, domain, label } = ground;
  const offered = new Set(show.map(({ name }) => name));
  const shows = (name) => state[name] ?? false;
  const degrees = (angle) => ((angle / TURN * 360) % 360 + 360) % 360;

  figure.slider("direction", { label: "direction θ in °", min: 0, max: 360, step: 1, value: direction });
  variables.forEach((name, i) => {
    const [min, max] = domain[i];
    figure.slider(`point ${i}`, { label: `point ${name}`, min, max, value: ground.start[i] });
  });
  for (const slider of sliders) figure.slider(slider.key, slider);
  for (const { name, label: text } of show) figure.toggle(name, { label: text, value: true });

  let tip = [0, 0], held = "point";
  const landscape = figure.plot({
    x: variables[0],
    y: variables[1],
    onpoint: (x, y, event) => {
      const apart = ([a, b]) => Math.hypot(landscape.x(a) - landscape.x(x), landscape.y(b) - landscape.y(y));
      if (event.type !== "pointermove") {
        held = apart(tip) < Math.min(30, apart(pointNow())) ? "needle" : "point";
      }
      if (held === "point") {
        figure.change("point 0", Number(x.toPrecision(4)));
        figure.change("point 1", Number(y.toPrecision(4)));
        return;
      }
      const [a, b] = pointNow();
      if (x !== a || y !== b) figure.change("direction", Math.round(degrees(Math.atan2(y - b, x - a))));
    },
  });
  const turn = (x) => figure.change("direction", Math.round(x));
  const panels = {};
  const panel = (name, options) => {
    if (offered.has(name)) panels[name] = figure.plot(options);
  };
  panel("slope", { x: "direction θ in °", y: "slope ∇f·v", onpoint: turn,
    description: "The slope along v against the angle: a wave, highest along the gradient." });
  panel("curvature", { x: "direction θ in °", y: "curvature vᵀHv", onpoint: turn,
    description: "The curvature along v against the angle: its extremes are the eigenvalues." });
  panel("slice", { x: "distance t along v", y: "f(w + tv)",
    description: "f along v, with its tangent and its parabola at the point." });

  const pointNow = () => [state["point 0"], state["point 1"]];
  const parametersNow = () => parametersFor(ground, sliders, state);
  const thetas = Array.from({ length: 181 }, (_, i) => 2 * i);
  let turned = [];

  // One unit is as long in x as in y, so that right angles look right.
  const beginLandscape = () => {
    const width = Math.max(landscape.element.clientWidth || 420, 160);
    const [xSpan, ySpan] = domain.map(([low, high]) => high - low);
    const shape = Math.min(1, Math.max(0.6, ySpan / xSpan));
    landscape.aspect = ((width - MARGIN.left - MARGIN.right) * shape + MARGIN.top + MARGIN.bottom) / width;
    const span = Math.max(xSpan, ySpan / shape);
    const around = ([low, high], size) => [(low + high - size) / 2, (low + high + size) / 2];
    landscape.begin({ x: around(domain[0], span), y: around(domain[1], span * shape) });
    return span;
  };

  const drawLandscape = (parameters, along, gradient, eigen) => {
    const [x, y] = pointNow(), span = beginLandscape(), length = 0.2 * span;
    landscape.levels((a, b) => problem.f(parameters, 0, a, b), parameters);
    const arrow = (key, angle, size, color, text) => {
      const end = [x + size * Math.cos(angle), y + size * Math.sin(angle)];
      landscape.arrow(key, x, y, ...end, { color, width: 2.5 });
      landscape.text(`${key} name`, ...end, text,
        { color, dx: 12 * Math.cos(angle), dy: 5 - 12 * Math.sin(angle) });
      return end;
    };
    if (shows("ellipse")) {
      curvatureCurves(eigen, 0.7 * length).forEach(({ sign, xs, ys }, i) => {
        landscape.line(`ellipse ${i}`, xs.map((u) => x + u), ys.map((u) => y + u),
          { color: colors.eigenvectors, dash: sign < 0 ? "5 4" : null });
      });
    }
    if (shows("eigenvectors")) {
      eigen.angles.forEach((angle, i) => {
        const [c, s] = [0.9 * length * Math.cos(angle), 0.9 * length * Math.sin(angle)];
        landscape.segments(`eigenvector ${i}`, [x - c, y - s, x + c, y + s],
          { color: colors.eigenvectors, width: 1.5 });
        landscape.text(`eigenvalue ${i}`, x - c, y - s, `λ${"₁₂"[i]}`, { color: colors.eigenvectors,
          dx: -10 * Math.cos(angle), dy: 5 + 10 * Math.sin(angle) });
      });
    }
    if (shows("gradient") && Math.hypot(...gradient) > 0) {
      arrow("gradient", Math.atan2(gradient[1], gradient[0]), length, colors.gradient, "∇f");
    }
    tip = arrow("needle", state.direction / 360 * TURN, length, colors.direction, "v");
    landscape.handle("tip", ...tip, { color: colors.direction, radius: 4 });
    landscape.handle("point", x, y);
    landscape.end();
    return { x, y, length };
  };

  // A quantity against the angle: predicted as a line, measured as dots, extremes by their names.
  const drawTurn = (plot, name, measuredName, extremes) => {
    const values = turned.map((along) => along[name]);
    const every = turned.filter((_, i) => i % 8 === 0);
    plot.begin({ x: [0, 360], y: extent([...values, 0], { margin: 0.12 }), ticksX: QUARTERS });
    plot.line("zero", [0, 360], [0, 0], { opacity: 0.4, width: 1 });
    plot.line("predicted", thetas, values, { color: colors.direction });
    plot.dots("measured", thetas.filter((_, i) => i % 8 === 0), every.map((along) => along[measuredName]),
      { opacity: 0.6, radius: 2 });
    extremes.forEach(({ angle, value, text, color }, i) => {
      plot.dots(`extreme ${i}`, [degrees(angle)], [value], { color, radius: 4 });
      plot.text(`name ${i}`, degrees(angle), value, text, { color, dy: value < 0 ? 16 : -8 });
    });
    plot.line("now", [state.direction, state.direction], plot.range.y, { dash: "4 3", width: 1.2 });
    plot.handle("value", state.direction, alongNow[name], { color: colors.direction, radius: 5 });
    plot.end();
  };

  const drawSlice = ({ length }) => {
    const ts = Array.from({ length: 121 }, (_, i) => 2 * length * (i / 60 - 1));
    const { at, slope, curvature } = alongNow;
    const values = ts.map(at), height = at(0);
    const { slice } = panels;
    slice.begin({ x: [ts[0], ts.at(-1)], y: extent(values, { margin: 0.12 }) });
    slice.line("f", ts, values, { opacity: 0.6 });
    slice.line("tangent", ts, ts.map((t) => height + slope * t), { color: colors.direction, dash: "5 4" });
    if (problem.hess) {
      slice.line("parabola", ts, ts.map((t) => height + slope * t + curvature * t * t / 2),
        { color: colors.eigenvectors, dash: "2 3" });
    }
    slice.dots("now", [0], [height], { radius: 4.5 });
    slice.end();
  };

  let alongNow = {};
  return {
    draw() {
      const parameters = parametersNow(), point = pointNow();
      const along = (degree) => alongDirection(problem, parameters, point, degree / 360 * TURN);
      const gradient = problem.grad(parameters, 0, ...point);
      const eigen = problem.hess && eigenOf(problem.hess(parameters, 0, ...point));
      alongNow = along(state.direction);
      turned = thetas.map(along);
      for (const [name, { element }] of Object.entries(panels)) {
        set(element, { hidden: !shows(name) });
      }
      const drawn = drawLandscape(parameters, alongNow, gradient, eigen);
      if (shows("slope")) {
        const steepest = Math.atan2(gradient[1], gradient[0]), length = Math.hypot(...gradient);
        drawTurn(panels.slope, "slope", "measuredSlope", length > 0 ? [
          { angle: steepest, value: length, text: "∇f", color: colors.gradient },
          { angle: steepest + TURN / 2, value: -length, text: "−∇f", color: colors.gradient },
        ] : []);
      }
      if (shows("curvature")) {
        drawTurn(panels.curvature, "curvature", "measuredCurvature", eigen.angles.flatMap((angle, i) =>
          [0, TURN / 2].map((half) => ({ angle: angle + half, value: eigen.values[i],
            text: `λ${"₁₂"[i]}`, color: colors.eigenvectors }))));
      }
      if (shows("slice")) drawSlice(drawn);
      this.report(gradient, eigen);
    },

    report(gradient, eigen) {
      const { slope, measuredSlope, curvature, measuredCurvature } = alongNow;
      const line = (name, predicted, measured) =>
        [name, number(predicted, 5), number(measured, 5), number(measured - predicted, 2)];
      const rows = [line("slope ∇f·v", slope, measuredSlope)];
      const facts = [
        ["f", number(alongNow.at(0), 5)],
        ["gradient ∇f", gradient.map((g) => number(g, 4)).join(", ")],
        ["its length ‖∇f‖", number(Math.hypot(...gradient), 5)],
      ];
      let kind = "";
      if (["curvature", "eigenvectors", "ellipse"].some((name) => offered.has(name))) {
        rows.push(line("curvature vᵀHv", curvature, measuredCurvature));
        kind = definitenessOf(eigen.values);
        facts.push(["eigenvalues λ₁, λ₂ of H", eigen.values.map((v) => number(v, 5)).join(", ")],
          ["H is", kind]);
        if (kind.endsWith(" definite")) {
          const sizes = eigen.values.map(Math.abs);
          facts.push(["condition number", number(Math.max(...sizes) / Math.min(...sizes), 5)]);
        }
      }
      const place = pointNow().map((v) => number(v, 4)).join(", ");
      figure.read([
        { caption: `Along v at ${state.direction}°: by the formula, and by differences of f`,
          columns: ["", "predicted", "measured", "difference"], rows },
        { caption: `At the point (${place})`, columns: ["", "value"], rows: facts },
      ], `At ${place}, direction ${state.direction} degrees: ` +
        rows.map(([name, predicted]) => `${name} ${predicted}`).join(", ") + (kind && `. H is ${kind}.`));
      landscape.describe(`Level lines of ${label}, the point ${place} and the direction v at ${state.direction}°.`);
    },

    data() {
      return {
        columns: ["θ", "slope", "slope measured", ...(problem.hess ? ["curvature", "curvature measured"] : [])],
        rows: thetas.map((theta, i) => [theta, turned[i].slope, turned[i].measuredSlope,
          ...(problem.hess ? [turned[i].curvature, turned[i].measuredCurvature] : [])]),
      };
    },
  };
};
