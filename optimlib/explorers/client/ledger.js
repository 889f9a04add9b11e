// The arithmetic of one step after the other, as one does it by hand, beside the curve.

// Returns what each step of a run shows: lines {name, head, value, text}, of which `head` ends
// before the value, and the points before, after and under the gradient.
function ledgerSteps(rule, hyperparameters, problem, parameters, start, steps) {
  const run = simulate(rule, hyperparameters, problem, parameters, [start], steps, { keep: true });
  return run.records.map(({ t, g: [g], lookAhead: [at], before: [before], states: [states], values: [values], w: [w] }) => {
    const named = rule.names.map((name, i) => [name, values[i]]).filter(([name]) => name !== "step");
    const results = [g, ...named.map(([, value]) => value), w];
    if (rule.lookAhead) results.unshift(at);
    const texts = rule.byHand(
      hyperparametersAt(hyperparameters, t),
      { t, g, w_before: before, state_before: states, values, w },
      problem.byHand(parameters, t, g, at),
    );
    const lines = texts.map((text, i) => ({
      text,
      name: text.slice(0, text.indexOf(" = ")),
      head: text.slice(0, text.length - number(results[i]).length),
      value: results[i],
    }));
    return { t, g, at, before, w, step: values[rule.names.indexOf("step")], lines };
  });
}

// Says in words how a reader's value of the new point compares with it. What is as near to
// another value as a two-hundredth of it is taken for that one.
function judgeGuess(guess, { before, w, step, lines }, lr) {
  const near = (value, size = value) => Math.abs(guess - value) <= Math.abs(size) / 200;
  const goal = lines.at(-1).name;
  const others = lines.slice(0, -1);
  const g = others.find(({ name }) => name.startsWith("g")).value;
  if (near(w, step) || number(guess) === number(w)) return "Right.";
  if (near(before, step)) return "That is the point before the step.";
  if (near(before - step, step)) return "That is a step in the other direction.";
  if (near(step)) return "That is the step: it is to be added to the point.";
  if (near(-step)) return "That is the step with the other sign: it is to be added to the point.";
  if (lr && near(before - lr * g, lr * g)) return "That is the step of gradient descent.";
  if (near(w)) return "Right, up to rounding.";
  const same = others.find(({ value }) => value && near(value));
  if (same) return `That is ${same.name}, not ${goal}.`;
  if (near(-w)) return "The sign is wrong, the size is right.";
  const short = (value) => number(Number(value.toPrecision(2)));
  const side = guess > w ? "large" : "small";
  if (Math.abs(guess - w) > Math.abs(w)) return `It is too ${side} by ${short(Math.abs(guess - w))}.`;
  return `${short(100 * Math.abs(guess / w - 1))} % off: too ${side}.`;
}

KINDS.ledger = (figure, specification) => {
  const { rules, problem: ground, sliders, steps } = specification;
  const { state } = figure;
  const [variable] = ground.variables, [domain] = ground.domain;
  const problem = PROBLEMS[ground.problem];
  if (rules.length > 1) {
    figure.choice("rule", {
      label: "optimizer", value: 0, options: rules.map(({ label }, i) => [i, label]),
    });
  }
  for (const slider of sliders) figure.slider(slider.key, slider);
  figure.slider("start", {
    label: `start ${variable}`, min: domain[0], max: domain[1], value: ground.start[0],
  });
  const move = (by) => figure.change("step", Math.min(Math.max(state.step + by, 0), steps));
  figure.button("Back", () => move(-1));
  figure.button("Forward", () => move(1));
  figure.player("step", { max: steps, value: 1, seconds: steps });

  // Predict first: `revealed` lines show their values.
  figure.toggle("predict", { label: "predict first", value: false });
  let revealed = 0;
  const reveal = (count) => {
    revealed = count;
    figure.changed();
  };
  const asked = make("span");
  const guess = make("input", {
    type: "number", step: "any", change: () => figure.change("guess", guess.value),
  });
  const asking = make("label", { class: "explorer-choice" }, asked, guess);
  figure.register("guess", "", asking, (value) => { guess.value = value; });
  const verdict = make("p", { class: "explorer-verdict", role: "status" });
  const helps = make("div", { class: "explorer-buttons" }, asking,
    make("button", { type: "button", click: () => figure.change("guess", guess.value) }, "Check"),
    make("button", { type: "button", click: () => reveal(revealed + 1) }, "Show next value"),
    make("button", { type: "button", click: () => reveal(Infinity) }, "Show all"));

  const plot = figure.plot({
    x: variable, y: "f", onpoint: (x) => figure.change("start", Number(x.toPrecision(4))),
  });
  const heading = make("h3");
  const lines = make("div");
  const page = make("div", { class: "explorer-lines", role: "group" }, heading, lines, helps, verdict);
  figure.plots.append(page);

  const chosen = () => state.rule ?? 0;
  let all = [];

  const compute = () => {
    const i = chosen();
    const hyperparameters = hyperparametersFor(rules[i], i, sliders, state);
    const parameters = parametersFor(ground, sliders, state);
    all = ledgerSteps(RULES[rules[i].rule], hyperparameters, problem, parameters, state.start, steps);
    return { parameters, lr: hyperparametersAt(hyperparameters, state.step).lr };
  };

  const isOutside = (x) => !(x >= domain[0] && x <= domain[1]);

  const drawCurve = (parameters, now, open) => {
    const t = Math.max(state.step, 1), { color } = rules[chosen()];
    const f = (x) => problem.f(parameters, t, x);
    plot.beginCurve(f, domain);
    const past = [state.start, ...all.slice(0, Math.max(state.step - 1, 0)).map(({ w }) => w)];
    plot.dots("past", past, past.map(f), { color, radius: 3, opacity: 0.6 });
    if (now) {
      const { at, before, w, g } = now, height = f(before);
      const reach = (domain[1] - domain[0]) / 6;
      if (open > (at !== before)) {
        const ends = [at - reach, at + reach];
        plot.line("tangent", ends, ends.map((x) => f(at) + g * (x - at)), { dash: "5 4" });
      }
      if (at !== before && open > 0) {
        plot.dots("look-ahead", [at], [f(at)], { radius: 3.5 });
        plot.text("look-ahead name", at, f(at), "look-ahead", { dy: 18 });
      }
      plot.dots("before", [before], [height], { color, radius: 4.5 });
      if (open >= now.lines.length) {
        plot.line("drop", [w, w], [height, f(w)], { width: 1, dash: "2 3" });
        plot.arrow("step", before, height, w, height, { color });
        plot.dots("now", [w], [f(w)], { color, radius: 5.5 });
      }
    }
    plot.handle("start", state.start, f(state.start), { color, radius: 5 });
    plot.end();
  };

  const drawLines = (now, open, lr) => {
    const title = `Step ${state.step}`;
    if (heading.textContent !== title) heading.textContent = title;
    set(page, { "aria-label": `${title} by hand` });
    const hidden = (i) => i >= open;
    // Behind an open question stands only the name: the arithmetic would give its answer away.
    const text = ({ name, head }, i) => (hidden(i - 1) && i ? `${name} = ` : head);
    const value = ({ text: whole, head }, i) => (hidden(i) ? "?" : whole.slice(head.length));
    const shown = now
      ? now.lines.map((line, i) => make("p", {}, text(line, i), make("b", {}, value(line, i))))
      : [make("p", {}, state.step
        ? "The run was lost before this step: its numbers have become too large."
        : `w₀ = ${number(state.start)}, the start. Go forward.`)];
    lines.replaceChildren(...shown);
    helps.hidden = !(state.predict && now);
    asked.textContent = now ? `your value of ${now.lines.at(-1).name}` : "";
    const answer = helps.hidden || state.guess === "" ? "" : judgeGuess(Number(state.guess), now, lr);
    if (verdict.textContent !== answer) verdict.textContent = answer;
  };

  const columns = () => {
    const { symbols, names, lookAhead } = RULES[rules[chosen()].rule];
    const middle = ["g", ...names.filter((name) => name !== "step")];
    if (lookAhead) middle.unshift("look_ahead");
    return ["t", ...middle.map((name) => symbols[name].replace("ₜ₊₁", "")), "w"];
  };
  const rowsTo = (step) => [
    [0, ...Array(columns().length - 2).fill(""), state.start],
    ...all.slice(0, step).map(({ t, lines: those }) => [t, ...those.map(({ value }) => value)]),
  ];

  return {
    // Another step, start or rate is a new question.
    changed(key) {
      if (key === "guess") return;
      revealed = 0;
      state.guess = "";
      figure.controls.guess.show("");
    },

    draw() {
      for (const { key, rules: those } of sliders) {
        figure.controls[key].input.hidden = those !== undefined && !those.includes(chosen());
      }
      const { parameters, lr } = compute();
      const now = all[state.step - 1];
      const open = state.predict ? revealed : Infinity;
      drawCurve(parameters, now, open);
      drawLines(now, open, lr);
      this.report(now, open);
    },

    report(now, open) {
      const { label } = rules[chosen()];
      const cell = (v) => (typeof v === "number" ? number(v) : v);
      const rows = rowsTo(state.step).map((row, t) =>
        row.map((v, i) => (now && t === state.step && i > open ? "?" : cell(v))));
      const left = all.slice(0, state.step).find(({ w }) => isOutside(w));
      const lost = left ? `; left the picture at step ${left.t}` : "";
      figure.read([{ caption: `${label}: all steps so far${lost}`, columns: columns(), rows }],
        now && open > now.lines.length - 1 ? `Step ${now.t}: ${now.lines.at(-1).text}` : "");
      plot.describe(
        `The curve of ${ground.label} with the points of ${label} up to step ${state.step}.`);
    },

    data() {
      return { columns: ["optimizer", ...columns()],
        rows: rowsTo(steps).map((row) => [rules[chosen()].label, ...row]) };
    },
  };
};
