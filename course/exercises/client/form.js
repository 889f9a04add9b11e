// The form of an exercise: its field, the verdict, hints, the solution, other numbers.

import { make, set } from "../explorers/client/drawing/elements.js";
import { FIELDS } from "./fields.js";
import { placeOf, unpack } from "./variants.js";

const NOT_LOADED = "The file of this exercise could not be loaded. Try again.";
const NOT_RUN = "Python could not be started here. Try again, or open the chapter as a notebook.";
const RUNNING = {
  loading: "Loading Python, once: 330 KB …",
  starting: "Starting Python …",
  ready: "Running …",
};
// What variants are called. Deals look alike, so a name alone brings another one.
const OTHERS = {
  number: {
    other: "Other numbers", own: "Numbers of your own", back: "The chapter’s numbers",
  },
  choice: {
    other: "Another question", own: "A question of your own", back: "The chapter’s question",
  },
  code: { own: "Inputs of your own", back: "The chapter’s inputs" },
  deal: { own: "A deal of your own", back: "The chapter’s deal" },
};
let count = 0;

export class Form {
  // `load` returns a promise of the exercise's content, `run` one of what comes of a text, and
  // `linkTo` what leads to a chapter; `offerRace` lets the form's rule run in figures.
  constructor(element, specification, { load, run, linkTo, offerRace }, record) {
    Object.assign(this, { element, specification, record, linkTo, offerRace });
    Object.assign(this, { attempts: 0, hints: 0, place: 0 });
    this.load = () => {
      this.loading ??= load(this.part).catch((error) => {
        this.loading = null;
        throw error;
      });
      return this.loading;
    };
    const id = `answer-question-${++count}`;
    this.question = make("p", { id, class: "answer-question", "aria-live": "polite" });
    this.question.innerHTML = specification.question;
    this.run = (number, text) =>
      run(specification.name, number, text, (state) => this.say([RUNNING[state]]));
    this.field = new FIELDS[specification.kind](this, specification);
    this.verdict = make("div", { role: "status", class: "answer-verdict" });
    this.printed = make("div");
    this.helping = make("div", { class: "answer-help", "aria-live": "polite" });
    this.done = make("p", { class: "answer-done" });
    const answering = line(
      this.field.element, this.field.action, () => this.submit(), this.field.buttons);
    set(element, {
      role: "group", "aria-labelledby": id, focusin: () => this.prepare(),
      "data-lm-suppress-shortcuts": "true", // in JupyterLab keys are meant for the form
    });
    element.classList.add("live-form");
    element.replaceChildren(
      this.question, answering, this.verdict, this.printed, this.makeButtons(), this.helping,
      this.done);
    this.showButtons();
    record.watch(() => this.showDone());
  }

  makeButtons() {
    const button = (label, action) =>
      make("button", { type: "button", click: () => this.use(action) }, label);
    this.hint = button("", (content) => this.showHint(content));
    this.solution = button("", (content) => this.showSolution(content));
    const { kind, varies, dealt } = this.specification;
    const words = OTHERS[dealt ? "deal" : kind] ?? {};
    this.other = button(words.other,
      (content) => this.change(content, drawn(content, this.place)));
    this.back = button(words.back, (content) => this.change(content, 0));
    const own = make("details", {}, make("summary", {}, words.own), this.makeNaming(words.own));
    own.hidden = !varies;
    this.other.hidden = !varies || !words.other;
    return make("div", { class: "answer-buttons" },
      this.hint, this.solution, this.other, this.back, own);
  }

  makeNaming(words) {
    const input = make("input", { type: "text", autocomplete: "name" });
    const take = () => {
      const name = input.value.trim();
      if (!name) return;
      this.use((any) => {
        const [part, place] = placeOf(any, name);
        Object.assign(this, { part, loading: null });
        this.use((content) => {
          this.change(content, place);
          this.say([`${words}: ${name}`]);
        });
      });
    };
    return line(make("label", {}, "Your name ", input), "Use this name", take);
  }

  // Loads the content before it is asked for, so that an answer is judged at once.
  prepare() {
    this.load().catch(() => {});
  }

  // Calls `action` with the content, or says that it cannot be loaded.
  async use(action) {
    let content = null;
    try {
      content = await this.load();
    } catch {
      this.say([NOT_LOADED]);
      return;
    }
    action(content);
  }

  variant(content) {
    return unpack(content, this.place);
  }

  submit() {
    this.use((content) => this.judge(this.variant(content)));
  }

  async judge(variant) {
    const { answer, text, ...unread } = this.field.read(variant);
    if (unread.sentence || this.isJudging) {
      this.say([unread.sentence ?? RUNNING.ready]);
      return;
    }
    this.isJudging = true;
    try {
      this.answer(await this.field.judge(variant, answer), text);
    } catch {
      this.say([NOT_RUN]);
    } finally {
      this.isJudging = false;
    }
  }

  answer({ sentence, correct, lines, more = [], diagnosis, chapter, printed }, text) {
    const shown = printed && make("pre", { tabindex: 0, "aria-label": "Printed" }, printed);
    this.printed.replaceChildren(...(shown ? [make("p", {}, "Printed:"), shown] : []));
    if (sentence) {
      this.say([sentence]);
      return;
    }
    this.attempts++;
    this.record.note(this.specification.name, correct ? "solved" : "tried", text);
    const head = [correct ? "Correct." : "Not yet.", ...lines].join(" ");
    this.say([head, ...more, diagnosis].filter(Boolean), correct);
    if (chapter) this.verdict.append(make("p", {}, "To read again: ", this.linkTo(chapter)));
    this.showButtons();
  }

  say(paragraphs, correct = null) {
    set(this.verdict, { "data-correct": correct === null ? null : String(correct) });
    const problem = correct === null ? [] : this.problemOnce();
    const texts = [...paragraphs, ...problem];
    this.verdict.replaceChildren(...texts.map((text) => make("p", {}, ...withCode(text))));
  }

  // That nothing is remembered is said once on a page.
  problemOnce() {
    if (!this.record.problem || this.record.isProblemTold) return [];
    this.record.isProblemTold = true;
    return [this.record.problem];
  }

  showHint(content) {
    const { hints } = this.variant(content);
    if (this.hints === hints.length) return;
    this.hints++;
    this.helping.append(help(`Hint ${this.hints} of ${hints.length}`, hints[this.hints - 1]));
    this.showButtons();
  }

  showSolution(content) {
    const { worked } = this.variant(content);
    this.helping.append(help("Solution", worked));
    this.solution.hidden = true;
    this.record.note(this.specification.name, "shown", "");
  }

  change(content, place) {
    this.place = place;
    Object.assign(this, { attempts: 0, hints: 0 });
    const variant = this.variant(content);
    this.question.innerHTML = variant.question;
    this.field.change(variant);
    this.say([]);
    this.printed.replaceChildren();
    this.helping.replaceChildren();
    this.solution.hidden = false;
    this.showButtons();
  }

  showButtons() {
    const { hints } = this.specification;
    this.hint.textContent = `Hint ${this.hints + 1} of ${hints}`;
    this.hint.hidden = this.hints >= hints;
    this.solution.textContent = this.attempts ? "Show the solution" : "Show the solution anyway";
    this.back.hidden = this.place === 0;
  }

  showDone() {
    const entry = this.record.entries[this.specification.name];
    this.element.dataset.state = entry?.state ?? "";
    this.done.textContent = entry ? said(entry) : "";
  }
}

// A field and its button, which Enter in the field presses: in JupyterLab it would send no <form>.
const line = (field, label, action, others = []) => {
  const enter = ({ key, target }) => {
    if (key === "Enter" && target.type === "text") action();
  };
  return make("div", { class: "answer-line", keydown: enter },
    field, make("button", { type: "button", click: action }, label), ...others);
};

// Draws a variant that is neither the book's nor the one that is shown.
const drawn = ({ rows }, place) => {
  const others = [...rows.keys()].filter((i) => i && i !== place);
  return others[Math.floor(Math.random() * others.length)];
};

// What stands between backticks is code.
const withCode = (text) =>
  text.split("`").map((piece, i) => (i % 2 ? make("code", {}, piece) : piece));

const help = (title, text) => {
  const body = make("div", { class: "answer-text" });
  body.innerHTML = text;
  return make("div", {}, make("strong", {}, title), body);
};

const said = ({ state, answer, when }) => {
  const day = new Date(when).toLocaleDateString("en", { dateStyle: "long" });
  const what = answer && `: ${answer}`;
  if (state === "solved") return `✓ Solved on ${day}${what}`;
  return state === "tried" ? `Tried on ${day}${what}` : `Solution seen on ${day}`;
};
