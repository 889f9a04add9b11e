// The arithmetic of one step after the other, as one does it by hand, beside the curve.

import { number } from "../../../javascript/by_hand.js";
import { codeOf, ruleOf } from "../computing/code.js";
import { hyperparametersAt, hyperparametersFor, parametersFor } from "../computing/simulate.js";
import { judgeTyped, ledgerSteps } from "../computing/steps_by_hand.js";
import { make, set } from "../drawing/elements.js";

export class Ledger {
  constructor(figure, specification) {
    const { problem: ground } = specification;
    Object.assign(this, specification, {
      figure, state: figure.state, ground, problem: codeOf(ground), all: [],
    });
    [this.domain] = ground.domain;
    this.addControls();
    this.axes = figure.axes({
      x: ground.variables[0], y: "f",
      onpoint: (x) => figure.change("start", Number(x.toPrecision(4))),
    });
    this.addPage();
  }

  addControls() {
    const { figure, ground, rules, steps } = this, { state } = figure, [min, max] = this.domain;
    if (rules.length > 1) {
      figure.choice("rule", {
        label: "optimizer", value: 0, options: rules.map(({ label }, i) => [i, label]),
      });
    }
    for (const slider of this.sliders) figure.slider(slider.key, slider);
    const [variable] = ground.variables;
    figure.slider("start", { label: `start ${variable}`, min, max, value: ground.start[0] });
    const move = (by) => figure.change("step", Math.min(Math.max(state.step + by, 0), steps));
    figure.button("Back", () => move(-1));
    figure.button("Forward", () => move(1));
    // In its first step a rule that looks ahead has no velocity to look along.
    const value = ruleOf(rules[0]).lookAhead ? Math.min(2, steps) : 1;
    figure.player("step", { max: steps, value, seconds: steps });
    figure.toggle("predict", { label: "predict first", value: false });
  }

  // The lines of the step, and below them what one asks with "predict first", when `revealed`
  // lines show their values.
  addPage() {
    const { figure } = this;
    this.revealed = 0;
    const reveal = (count) => {
      this.revealed = count;
      figure.changed();
    };
    const button = (label, click) => make("button", { type: "button", click }, label);
    this.asked = make("span");
    const check = () => {
      this.isAgain = this.isChecked && guess.value === this.state.guess;
      this.isChecked = true;
      figure.change("guess", guess.value);
    };
    const keydown = (event) => {
      event.stopPropagation(); // JupyterLab has its own use
      if (event.key === "Enter") check();
    };
    const guess = make("input", {
      type: "text", class: "explorer-guess", autocomplete: "off", spellcheck: "false", keydown,
    });
    const element = make("label", { class: "explorer-choice" }, this.asked, guess);
    figure.register("guess", "", { element, show: (value) => { guess.value = value; } });
    this.helps = make("div", { class: "explorer-buttons" }, element,
      button("Check", check),
      button("Show next value", () => reveal(this.revealed + 1)),
      button("Show all", () => reveal(Infinity)));
    this.verdict = make("p", { class: "explorer-verdict", role: "status" });
    // In a section of the book, or under the title of a page of its own.
    this.heading = make(figure.element.closest("section") ? "h3" : "h2");
    this.lines = make("div");
    this.page = make("div", { class: "explorer-lines", role: "group" },
      this.heading, this.lines, this.helps, this.verdict);
    figure.plots.append(this.page);
  }

  get chosen() {
    return this.rules[this.state.rule ?? 0];
  }

  // Another step, start or rate is a new question.
  changed(key) {
    if (key === "guess") return;
    Object.assign(this, { revealed: 0, isChecked: false, isAgain: false });
    this.state.guess = "";
    this.figure.controls.guess.show("");
  }

  draw() {
    const { chosen, ground, sliders, state } = this, i = this.rules.indexOf(chosen);
    for (const { key, rules } of sliders) {
      this.figure.controls[key].element.hidden = rules !== undefined && !rules.includes(i);
    }
    const hyperparameters = hyperparametersFor(chosen, i, sliders, state);
    const parameters = parametersFor(ground, sliders, state);
    this.all = ledgerSteps(ruleOf(chosen), hyperparameters, this.problem, parameters,
      state.start, this.steps);
    const now = this.all[state.step - 1];
    this.answer(now, hyperparametersAt(hyperparameters, state.step).lr);
    const open = state.predict ? this.revealed : Infinity;
    this.drawCurve(parameters, now, open);
    this.drawLines(now, open);
    this.report(now, open);
  }

  drawCurve(parameters, now, open) {
    const { all, axes, state } = this, t = Math.max(state.step, 1), { color } = this.chosen;
    const f = (x) => this.problem.f(parameters, t, x);
    axes.beginCurve(f, this.domain);
    const past = [state.start, ...all.slice(0, Math.max(state.step - 1, 0)).map(({ w }) => w)];
    axes.dots("past", past, past.map(f), { color, radius: 3, opacity: 0.6 });
    if (now) this.drawStep(f, now, open, color);
    axes.handle("start", state.start, f(state.start), { color, radius: 5 });
    axes.end();
  }

  // What is open of a step: the gradient as a tangent, the point under it, and at last the step.
  drawStep(f, { at, before, w, g, lines }, open, color) {
    const { axes, domain: [low, high] } = this, height = f(before);
    const reach = (high - low) / 6, looksAhead = at !== before;
    if (open > looksAhead) {
      const ends = [at - reach, at + reach];
      axes.line("tangent", ends, ends.map((x) => f(at) + g * (x - at)), { dash: "5 4" });
    }
    if (looksAhead && open > 0) {
      axes.dots("look-ahead", [at], [f(at)], { radius: 3.5 });
      axes.text("look-ahead name", at, f(at), "look-ahead", { dy: -10 });
    }
    axes.dots("before", [before], [height], { color, radius: 4.5 });
    if (open >= lines.length) {
      axes.line("drop", [w, w], [height, f(w)], { width: 1, dash: "2 3" });
      axes.arrow("step", before, height, w, height, { color });
      axes.dots("now", [w], [f(w)], { color, radius: 5.5 });
    }
  }

  drawLines(now, open) {
    const { heading, state } = this;
    const title = `Step ${state.step}`;
    if (heading.textContent !== title) heading.textContent = title;
    set(this.page, { "aria-label": `${title} by hand` });
    const hidden = (i) => i >= open;
    // Behind an open question stands only the name: the arithmetic would give its answer away.
    const text = ({ name, head }, i) => (hidden(i - 1) && i ? `${name} = ` : head);
    const value = ({ text: whole, head }, i) => (hidden(i) ? "?" : whole.slice(head.length));
    const nothing = state.step
      ? "The run was lost before this step: its numbers have become too large."
      : `w₀ = ${number(state.start)}, the start. Go forward.`;
    this.lines.replaceChildren(...(now
      ? now.lines.map((line, i) => make("p", {}, text(line, i), make("b", {}, value(line, i))))
      : [make("p", {}, nothing)]));
  }

  // Asks for the new point, and answers what the reader says. What was right is filled in.
  answer(now, lr) {
    const { asked, helps, state, verdict } = this;
    helps.hidden = !(state.predict && now);
    asked.textContent = now ? `your value of ${now.lines.at(-1).name}` : "";
    const silent = helps.hidden || !(state.guess || this.isChecked);
    const { said, isRight } = silent ? { said: "" }
      : judgeTyped(state.guess, now, lr, this.isAgain);
    if (isRight) this.revealed = Infinity;
    if (verdict.textContent !== said) verdict.textContent = said;
  }

  columns() {
    const { symbols, names, lookAhead } = ruleOf(this.chosen);
    const middle = ["g", ...names.filter((name) => name !== "step")];
    if (lookAhead) middle.unshift("look_ahead");
    return ["t", ...middle.map((name) => symbols[name].replace("ₜ₊₁", "")), "w"];
  }

  rowsTo(step) {
    return [
      [0, ...Array(this.columns().length - 2).fill(""), this.state.start],
      ...this.all.slice(0, step).map(({ t, lines }) => [t, ...lines.map(({ value }) => value)]),
    ];
  }

  report(now, open) {
    const { label } = this.chosen, { step } = this.state, [low, high] = this.domain;
    const cell = (v) => (typeof v === "number" ? number(v) : v);
    const rows = this.rowsTo(step).map((row, t) =>
      row.map((v, i) => (now && t === step && i > open ? "?" : cell(v))));
    const left = this.all.slice(0, step).find(({ w }) => !(w >= low && w <= high));
    const lost = left ? `; left the picture at step ${left.t}` : "";
    const caption = `${label}: all steps so far${lost}`;
    this.figure.read([{ caption, columns: this.columns(), rows }],
      now && open > now.lines.length - 1 ? `Step ${now.t}: ${now.lines.at(-1).text}` : "");
    this.axes.describe(
      `The curve of ${this.ground.label} with the points of ${label} up to step ${step}.`);
  }

  data() {
    return { columns: ["optimizer", ...this.columns()],
      rows: this.rowsTo(this.steps).map((row) => [this.chosen.label, ...row]) };
  }
}
