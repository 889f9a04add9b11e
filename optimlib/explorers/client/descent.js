// Optimizers on a curve or a landscape: their paths, and their progress against the step.

KINDS.descent = (figure, specification) => {
  const { rules, problems, sliders, steps, progress, predictions } = specification;
  const { state } = figure;
  const problemNow = () => problems[state.problem ?? 0];

  if (problems.length > 1) {
    figure.choice("problem", {
      label: "problem", value: 0, options: problems.map(({ label }, i) => [i, label]),
    });
  }
  if (rules.length > 1) {
    rules.forEach(({ label, color }, i) =>
      figure.toggle(`show ${i}`, { label, color, value: i < specification.shown }));
  }
  const owners = [...new Set(sliders.filter((s) => s.rules?.length === 1).map((s) => s.rules[0]))];
  const several = rules.length > 1 && owners.length > 1;
  if (several) {
    figure.choice("adjust", {
      label: "adjust", value: owners[0], options: owners.map((i) => [i, rules[i].label]),
    });
  }
  for (const slider of sliders) figure.slider(slider.key, slider);
  problems[0].start.forEach((value, i) => {
    const [min, max] = problems[0].domain[i];
    figure.slider(`start ${i}`, { label: `start ${problems[0].variables[i]}`, min, max, value });
  });
  figure.player("step", { max: steps });
  if (progress.log !== null) figure.toggle("log", { label: "logarithmic", value: progress.log });

  const landscape = figure.plot({
    aspect: 0.8,
    onpoint: (x, y) => {
      figure.change("start 0", Number(x.toPrecision(4)));
      if (problemNow().domain.length === 2) figure.change("start 1", Number(y.toPrecision(4)));
    },
  });
  const curve = figure.plot({ x: "step t", y: progress.label, aspect: 0.8 });
  const formulas = predictions.map(({ formula }) => compile(formula));
  const cache = {}, memory = [];
  let shown = [], lowest;

  const parametersNow = () => parametersFor(problemNow(), sliders, state);
  const hyperparametersOf = (i) => hyperparametersFor(rules[i], i, sliders, state);

  // A run of a rule that only Python can run: asked for, shown when it comes.
  const runInPython = (i, start) => {
    const question = {
      rule: i, problem: state.problem ?? 0, parameters: parametersNow(),
      hyperparameters: hyperparametersOf(i), start, steps,
    };
    const key = JSON.stringify(question);
    if (figure.kernel && cache[`asked ${i}`] !== key) {
      cache[`asked ${i}`] = key;
      figure.kernel.ask(question).then((answer) => {
        cache[`run ${i}`] = answer;
        figure.changed();
      });
    }
    const { points, values, error } = cache[`run ${i}`] ?? rules[i].recorded;
    const run = { d: start.length, points: points.map((v) => v ?? NaN),
      values: values.map((v) => v ?? NaN), error };
    cache[`first ${i}`] ??= key;
    const stale = !figure.kernel && cache[`first ${i}`] !== key;
    return { ...run, note: stale ? "its recorded run: live in Jupyter" : error };
  };

  // A run is computed again only when something that it depends on has changed.
  const runOf = (i, problem, parameters, start) => {
    if (!rules[i].rule) return runInPython(i, start);
    const hyperparameters = hyperparametersOf(i);
    const key = JSON.stringify([state.problem, parameters, hyperparameters, start]);
    if (memory[i]?.key !== key) {
      const run = simulate(RULES[rules[i].rule], hyperparameters, problem, parameters, start, steps);
      memory[i] = { key, run };
    }
    return memory[i].run;
  };

  const measure = (run, t) => {
    if (progress.quantity === "value") return run.values[t];
    if (progress.quantity === "gap") return run.values[t] - lowest;
    return Math.min(...problemNow().minima.map((m) =>
      Math.hypot(...m.map((mi, i) => run.points[run.d * t + i] - mi))));
  };

  const drawLandscape = (ground, problem, parameters) => {
    const [x, y] = ground.domain;
    if (y) {
      landscape.labels = { x: ground.variables[0], y: ground.variables[1] };
      landscape.begin({ x, y });
      landscape.levels((a, b) => problem.f(parameters, 0, a, b), [ground.label, parameters]);
      for (const [i, m] of ground.minima.entries()) {
        landscape.text(`minimum ${i}`, m[0], m[1], "✕", { dy: 5 });
      }
      return;
    }
    landscape.labels = { x: ground.variables[0], y: "f" };
    landscape.beginCurve((at) => problem.f(parameters, 0, at), x);
  };

  const drawRuns = (step) => {
    for (const { i, run } of shown) {
      const { color } = rules[i];
      const places = coordinates(run, step);
      if (run.d === 1) places.push(run.values.slice(0, step + 1));
      landscape.line(`path ${i}`, ...places, { color });
      landscape.dots(`points ${i}`, ...places, { color, radius: step > 60 ? 1.5 : 2.4 });
      landscape.dots(`now ${i}`, places[0].slice(-1), places[1].slice(-1), { color, radius: 4.5 });
    }
  };

  const drawProgress = (step) => {
    const log = state.log ?? false;
    const ts = Float64Array.from({ length: steps + 1 }, (_, t) => t);
    const measured = shown.map(({ run }) => ts.map((t) => measure(run, t)));
    const foreseen = predictions.map((_, k) => ts.map(foreseenBy(k)));
    const start = measured.length ? Math.max(...measured.map((m) => Math.abs(m[0]))) : 1;
    const bound = (v) => (Math.abs(v) <= 1e3 * start + 1 && (!log || v > 1e-16 * start) ? v : NaN);
    const y = extent(measured.flatMap((m) => Array.from(m, bound)), { log });
    curve.begin({ x: [0, steps], y, logY: log });
    shown.forEach(({ i }, k) => {
      const { color } = rules[i];
      curve.line(`run ${i}`, ts, log ? measured[k].map((v) => (v > 0 ? v : NaN)) : measured[k], { color });
      curve.dots(`now ${i}`, [step], [measured[k][step]], { color, radius: 4 });
    });
    foreseen.forEach((values, k) => {
      curve.line(`foreseen ${k}`, ts, values, { dash: "5 4", width: 1.6 });
    });
    curve.end();
  };

  // Returns what a prediction says, as a function of the step.
  const foreseenBy = (k) => {
    const { variables } = problemNow(), start = startNow(), parameters = parametersNow();
    const hyperparameters = hyperparametersOf(predictions[k].rule);
    const values = { ...parameters, f0: codeOf(problemNow()).f(parameters, 0, ...start) };
    start.forEach((v, j) => { values[`${variables[j]}0`] = v; });
    return (t) =>
      formulas[k]({ ...values, ...hyperparametersAt(hyperparameters, Math.max(t, 1)), t });
  };

  const startNow = () => problemNow().domain.map((_, i) => state[`start ${i}`]);

  return {
    // Another problem brings its own start and ranges.
    changed(key) {
      if (key !== "problem") return;
      const { start, domain, variables } = problemNow();
      start.forEach((value, i) => {
        const control = figure.controls[`start ${i}`];
        control.retarget({ label: `start ${variables[i]}`, min: domain[i][0], max: domain[i][1] });
        state[`start ${i}`] = value;
        control.show(value);
      });
    },

    draw() {
      const ground = problemNow();
      const problem = codeOf(ground);
      const parameters = parametersNow();
      const start = startNow();
      const step = Math.min(state.step, steps);
      if (figure.controls["start 1"]) {
        figure.controls["start 1"].input.hidden = ground.domain.length === 1;
      }
      for (const { key, rules: those } of sliders) {
        const other = several && those?.length === 1 && those[0] !== state.adjust;
        figure.controls[key].input.hidden = other;
      }
      lowest = Math.min(...ground.minima.map((m) => problem.f(parameters, 0, ...m)));
      shown = rules.map((rule, i) => i).filter((i) => state[`show ${i}`] ?? true)
        .map((i) => ({ i, run: runOf(i, problem, parameters, start) }));

      drawLandscape(ground, problem, parameters);
      drawRuns(step);
      landscape.handle("start", start[0], start[1] ?? problem.f(parameters, 0, start[0]));
      landscape.end();
      drawProgress(step);
      this.report(step, ground);
    },

    report(step, ground) {
      const rows = shown.map(({ i, run }) => {
        const left = leaves(run, ground.domain, step);
        const place = Array.from(run.points.slice(run.d * step, run.d * (step + 1)));
        const where = place.every(Number.isFinite) ? place.map((v) => number(v, 4)).join(", ") : "–";
        const end = left === null ? number(measure(run, step), 4) : `left the picture at step ${left}`;
        const note = run.note ? ` (${run.note})` : "";
        const name = chipped(rules[i].label + note, rules[i].color);
        return [name, left === null ? where : "–", end];
      });
      const tables = [{
        caption: `After ${step} of ${steps} steps`,
        columns: ["", ground.variables.join(", "), progress.label], rows,
      }];
      const compared = predictions
        .map((prediction, k) => ({ ...prediction, k, of: shown.find(({ i }) => i === prediction.rule) }))
        .filter(({ of }) => of);
      if (compared.length) {
        tables.push({
          caption: "Theory and this run",
          columns: ["", "predicted", "measured", "difference"],
          rows: compared.map(({ label, k, of }) => {
            const predicted = foreseenBy(k)(step), measured = measure(of.run, step);
            return [label, number(predicted, 5), number(measured, 5), number(measured - predicted, 2)];
          }),
        });
      }
      const spoken = rows.map(([name, , end]) => `${name.textContent}: ${end}`).join("; ");
      figure.read(tables, `After ${step} steps. ${spoken}.`);
      const names = shown.map(({ i }) => rules[i].label).join(", ");
      landscape.describe(`Path of ${names} on ${ground.label} from the chosen start.`);
      curve.describe(`${progress.label} against the step for ${names}.`);
    },

    data() {
      const { variables } = problemNow();
      const columns = ["optimizer", "t", ...variables, "f"];
      const rows = shown.flatMap(({ run, i }) => Array.from(run.values, (value, t) =>
        [rules[i].label, t, ...run.points.slice(run.d * t, run.d * (t + 1)), value]));
      return { columns, rows };
    },
  };
};
