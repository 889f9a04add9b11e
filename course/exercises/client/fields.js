// How each kind of exercise is answered: its field, what was answered, and what is said to it.

import { make } from "../explorers/client/drawing/elements.js";
import { judgeChoice, judgeNumber, sizeOf } from "./judging.js";
import { readNumber } from "./reading.js";

class NumberField {
  constructor(form) {
    this.input = make("input", {
      type: "text", autocomplete: "off", spellcheck: "false", "aria-describedby": form.question.id,
    });
    this.element = make("label", {}, "Your answer ", this.input);
  }

  focus() {
    this.input.focus();
  }

  clear() {
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
    this.inputs = options.map(([key]) => make("input", { type: "radio", name, value: key }));
    const labels = options.map(([, text], i) => {
      const shown = make("span");
      shown.innerHTML = text;
      return make("label", { class: "answer-option" }, this.inputs[i], shown);
    });
    this.element = make("div", { role: "radiogroup", "aria-labelledby": form.question.id },
      ...labels);
  }

  focus() {
    this.inputs[0].focus();
  }

  clear() {
    for (const input of this.inputs) input.checked = false;
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
  constructor(form, { name }) {
    this.element = make("p", {}, "A notebook checks your function: ",
      make("code", {}, `exercises.check("${name}", update)`),
      ". On the website the rocket at the top of the page opens one.");
  }
}

export const FIELDS = { number: NumberField, choice: ChoiceField, code: CodeField };
