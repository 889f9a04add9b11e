// Races: a learner's rule runs along in the figures of the page. Loaded when the first one can.

import { Asking } from "../explorers/client/drawing/asking.js";
import { make } from "../explorers/client/drawing/elements.js";

const SECONDS = 2, TICK = 0.25;
const DASHES = ["7 3", "2 3", "9 3 2 3", "4 2"];
const NAME = "Yours";
const LONGEST = 30;
const PENDING = "on its way";
const NOT_STARTED = "Python could not be started here";
const NOT_LOADED = "What figures are made of could not be loaded. Try again.";

// What went wrong in a race, in words.
function said({ kind, message, line }, t) {
  const where = line ? `, line ${line}` : "";
  return `stopped in step ${t}${where}: ${kind ? `${kind}: ` : ""}${message}`;
}

// A run of `steps` steps as a figure takes it; what there is not is null.
function runFrom(passed, steps, start, error) {
  const filled = (t) => passed[t] ?? { w: start.map(() => null), value: null };
  const all = Array.from({ length: steps + 1 }, (_, t) => filled(t));
  return { points: all.flatMap(({ w }) => w), values: all.map(({ value }) => value), error };
}

// Runs a race in the worker. Each step is told, so that the one that does not end is known.
const runIn = (worker, question, end) => new Promise((resolve) => {
  const passed = [], { start, steps } = question;
  const listening = new AbortController(), { signal } = listening;
  // Not one long timer: where the page is busy it would ring before what has come is read.
  let idle = 0;
  const ticking = setInterval(() => {
    idle += TICK;
    if (idle > SECONDS) late();
  }, 1000 * TICK);
  const finish = (error) => {
    clearInterval(ticking);
    listening.abort();
    resolve(runFrom(passed, steps, start, error));
  };
  const late = () => {
    end();
    finish(`stopped in step ${Math.max(passed.length, 1)}: it was not at its end in ${SECONDS} `
      + "seconds, a loop may run for ever");
  };
  const receive = ({ data }) => {
    if (!("t" in data)) return finish(data.error && said(data.error, passed.length));
    passed[data.t] = data;
    idle = 0;
    return undefined;
  };
  const fail = ({ message }) => {
    end();
    finish(said({ message }, passed.length));
  };
  worker.addEventListener("message", receive, { signal });
  worker.addEventListener("error", fail, { signal });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  worker.postMessage(question);
});

// The numbers of a rule; those that have a schedule as a list of them by step.
const listed = (numbers, steps) =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name,
    typeof value === "function" ? Array.from({ length: steps }, (_, i) => value(i + 1)) : value]));

// Only figures of descents have contestants that take one step after the other from one start.
const races = () => [...document.querySelectorAll("div.explorer")].filter(
  ({ explorer, dataset }) =>
    explorer?.specification.kind === "descent" && !("race" in dataset));

// What leads to a figure: its number, or its title.
function linkTo(element) {
  const figure = element.closest("figure[id]");
  const { id } = figure ?? element, { title } = element.explorer.specification;
  const number = figure?.querySelector(".caption-number")?.textContent.trim();
  return make("a", { href: `#${id}` }, number || `the figure “${title}”`);
}

class Racing {
  // `runner` runs Python, `code` makes the figures' library, `colors` are for guests, `figures`
  // those of exercises, by name, and `loadExplorers` brings what they are made of.
  constructor({ runner, loadExplorers }, code, colors, figures) {
    Object.assign(this, { runner, loadExplorers, code: String(code), colors, figures });
    Object.assign(this, { guests: new Map(), rows: new Map() });
  }

  // Shows below a form that its rule can be raced.
  offer(form) {
    if (!this.rows.has(form)) this.rows.set(form, new Row(this, form));
  }

  // Resolves with the figures that a text runs in from now on: [element, whose numbers it has].
  async enter(form, name, text) {
    const exercise = form.specification.name, data = await this.runner.loadExercise(exercise);
    const figures = await this.figuresFor(form, data);
    const old = this.guests.get(name);
    this.dismiss(name);
    const look = {
      label: name, guest: name, shape: "explorer-diamond",
      ...old?.look ?? { color: this.freeColor(figures), dash: this.freeDash() },
    };
    this.guests.set(name, { form, figures, look });
    const numbers = figures.map(({ explorer }) =>
      this.put(explorer, look, data, { exercise, text }));
    this.showGuests();
    return figures.map((element, i) => [element, numbers[i]]);
  }

  // Returns whose numbers the guest has.
  put(figure, look, data, { exercise, text }) {
    const { view } = figure, { rules } = view;
    const { hyperparameters } = this.figures[exercise].rules[0];
    const like = rules.findIndex(({ rule, label, guest }) =>
      !guest && (rule ?? label) === data.exercise.rule);
    const isTaken = rules.some(({ label }) => label === look.label);
    const guest = {
      ...look, hyperparameters, label: isTaken ? `${look.label} (one’s own)` : look.label,
      like: like < 0 ? undefined : like,
    };
    const place = rules.push(guest) - 1;
    const { start, steps } = view.questionOf(place), [value] = view.runOf(0).values;
    guest.asking = new Asking(figure, null, runFrom([{ w: start, value }], steps, start, PENDING),
      (question) => this.ask(view.problems, data, text, question));
    figure.changed();
    return like < 0
      ? `with ${Object.entries(hyperparameters).map(([n, v]) => `${n} = ${v}`).join(", ")}`
      : `with the numbers of ${rules[like].label} there`;
  }

  // Takes a guest out of all figures.
  dismiss(name) {
    for (const { explorer } of this.guests.get(name)?.figures ?? []) {
      const { rules } = explorer.view;
      rules.splice(rules.findIndex(({ guest }) => guest === name), 1);
      explorer.changed();
    }
    this.guests.delete(name);
    this.showGuests();
  }

  showGuests() {
    for (const row of this.rows.values()) row.showGuests();
  }

  freeColor(figures) {
    const taken = figures.flatMap(({ explorer }) => explorer.view.rules.map(({ color }) => color));
    taken.push(...[...this.guests.values()].map(({ look }) => look.color));
    return this.colors.find((color) => !taken.includes(color)) ?? this.colors[0];
  }

  freeDash() {
    const taken = [...this.guests.values()].map(({ look }) => look.dash);
    return DASHES.find((dash) => !taken.includes(dash)) ?? DASHES[0];
  }

  // Those of the page, or else one of its own for the form.
  async figuresFor(form, data) {
    const found = races();
    for (const [i, element] of found.entries()) element.id ||= `race-${i + 1}`;
    return found.length ? found : [await this.ownFigure(form, data)];
  }

  async ownFigure(form, data) {
    const { name } = form.specification, id = `race-${name}`;
    const { open } = await this.loadExplorers(), known = document.getElementById(id);
    if (known) return known;
    const element = make("div", { id, "data-race": name });
    const figure = structuredClone(this.figures[name]);
    form.element.after(element);
    // What only Python can run, the worker runs: as the exercise has it.
    open(element, figure, { ask: (question) => this.ask(figure.problems, data, null, question) });
    return element;
  }

  // Resolves with the run of a text, or of the exercise's own rule, that answers a question.
  async ask(problems, { exercise, operations, right, vectors }, text, question) {
    const { start, steps } = question, { runner } = this;
    const { problem, variables } = problems[question.problem];
    const asked = {
      ...question, text, code: this.code, ground: { problem, variables },
      data: { exercise, operations, right, vectors },
      hyperparameters: listed(question.hyperparameters, steps),
    };
    try {
      return await runner.inTurn(() => runIn(runner.worker, asked, () => runner.end()));
    } catch {
      return runFrom([], steps, start, NOT_STARTED);
    }
  }
}

// The line of a form that enters its rule under a name, and takes it out again.
class Row {
  constructor(racing, form) {
    Object.assign(this, { racing, form });
    this.name = make("input", {
      type: "text", value: NAME, maxlength: LONGEST, autocomplete: "off", spellcheck: "false",
      keydown: ({ key }) => key === "Enter" && this.enter(),
    });
    this.button = make("button", { type: "button", click: () => this.enter() }, "Race it");
    this.guests = make("span", { class: "answer-buttons" });
    this.said = make("p", { "aria-live": "polite" });
    form.printed.after(
      make("div", { class: "answer-line" },
        make("label", {}, "Name in the race ", this.name), this.button, this.guests),
      this.said);
  }

  async enter() {
    const name = this.name.value.trim() || NAME;
    try {
      const figures = await this.racing.enter(this.form, name, this.form.field.editor.value);
      const places = figures.flatMap(([element, numbers], i) =>
        [i ? "; " : "", linkTo(element), `, ${numbers}`]);
      this.said.replaceChildren(`“${name}” now runs in `, ...places, ".");
    } catch {
      this.said.replaceChildren(NOT_LOADED);
    }
  }

  showGuests() {
    const { form, racing: { guests } } = this;
    const names = [...guests.keys()].filter((name) => guests.get(name).form === form);
    const remove = (name) => () => {
      this.racing.dismiss(name);
      this.said.replaceChildren(`“${name}” is out of the race.`);
      this.button.focus();
    };
    this.guests.replaceChildren(...names.map((name) =>
      make("button", { type: "button", click: remove(name) }, `Remove ${name}`)));
  }
}

export const race = (...given) => new Racing(...given);
