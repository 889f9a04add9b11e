// How each kind of exercise is answered: its field, what was answered, and what is said to it.

import { readNumber } from "../explorers/client/computing/reading.js";
import { sizeOf } from "../explorers/client/computing/sizes.js";
import { make } from "../explorers/client/drawing/elements.js";
import { Editor, HINT } from "./editor.js";
import { judgeChoice, judgeCode, judgeNumber } from "./judging.js";

class NumberField {
  constructor(form) {
    Object.assign(this, { action: "Check", buttons: [] });
    this.input = make("input", {
      type: "text", autocomplete: "off", spellcheck: "false", "aria-describedby": form.question.id,
    });
    this.element = make("label", {}, "Your answer ", this.input);
  }

  change() {
    this.input.value = "";
    this.last = null;
  }

  // Returns {answer, text}, or {sentence} if there is none.
  read(variant) {
    const { value, sentence } = readNumber(this.input.value, variant.percent);
    return sentence ? { sentence } : { answer: value, text: this.input.value.trim() };
  }

  judge(variant, answer) {
    const verdict = judgeNumber(variant, answer);
    const isAgain = this.last === answer && !verdict.correct;
    this.last = answer;
    const more = isAgain ? [sizeOf(answer, variant.cases[0].value)] : [];
    return { ...verdict, lines: [...verdict.lines, ...more] };
  }
}

class ChoiceField {
  constructor(form, { name, options }) {
    Object.assign(this, { name, action: "Check", buttons: [] });
    const labelled = { role: "radiogroup", "aria-labelledby": form.question.id };
    this.element = make("div", labelled);
    this.change({ options });
  }

  // Shows the answers of a variant, none of them chosen.
  change({ options }) {
    const { name } = this;
    this.inputs = options.map(([key]) => make("input", { type: "radio", name, value: key }));
    const labels = options.map(([, text], i) => {
      const shown = make("span");
      shown.innerHTML = text;
      return make("label", { class: "answer-option" }, this.inputs[i], shown);
    });
    this.element.replaceChildren(...labels);
  }

  read() {
    const chosen = this.inputs.find(({ checked }) => checked);
    if (!chosen) return { sentence: "Choose one of the answers." };
    return { answer: chosen.value, text: chosen.parentElement.innerText.trim() };
  }

  judge(variant, answer) {
    return judgeChoice(variant, answer);
  }
}

class CodeField {
  constructor(form, { name, start }) {
    Object.assign(this, { form, start, number: 0, action: "Run and check" });
    const { record } = form;
    const id = `${form.question.id}-hint`;
    const described = `${form.question.id} ${id}`;
    this.editor = new Editor({ "aria-label": "Your code", "aria-describedby": described }, {
      changed: (text) => record.keep(name, text === start ? "" : text),
      run: () => form.submit(),
    });
    this.editor.value = record.drafts[name] ?? start;
    const button = (label, click) => make("button", { type: "button", click }, label);
    this.other = button("Other inputs", () => {
      this.number++;
      form.submit();
    });
    this.other.hidden = true;
    this.reset = button("Start again", () => this.ask(true));
    this.asking = make("span", { class: "answer-buttons" }, "Put the beginning back?",
      button("Yes, put it back", () => this.putBack()), button("No", () => this.ask(false)));
    this.asking.hidden = true;
    this.buttons = [this.other, this.reset, this.asking];
    this.element = make("div", { class: "code-field" }, this.editor.element,
      make("p", { id, class: "code-hint" }, HINT));
  }

  // A variant has other inputs, and the text stays.
  change() {
    this.number = 0;
    this.editor.mark(null);
  }

  ask(isAsking) {
    this.asking.hidden = !isAsking;
    this.reset.hidden = isAsking;
    (isAsking ? this.asking.querySelector("button") : this.reset).focus();
  }

  // It can be undone.
  putBack() {
    this.ask(false);
    this.editor.focus();
    this.editor.replace(0, this.editor.value.length, this.start);
  }

  read() {
    return { answer: this.editor.value, text: "" };
  }

  // Resolves with what is said to the text, or {sentence} if nothing can be said of a step of it.
  async judge(variant, text) {
    this.editor.mark(null);
    const outcome = await this.form.run(this.form.place + this.number, text);
    if (text === this.editor.value) this.editor.mark(outcome.error?.line ?? null);
    this.other.hidden = false;
    if (outcome.verdict && !outcome.unusable) this.form.offerRace?.(this.form).catch(() => {});
    return judgeCode(outcome);
  }
}

export const FIELDS = { number: NumberField, choice: ChoiceField, code: CodeField };
