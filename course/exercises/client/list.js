// The list of all exercises: filtered, with what has been done, which can be taken along.

import { make, set } from "../explorers/client/drawing/elements.js";

const MINUTES = [5, 10, 15, 30];
const option = (value, text = value) => make("option", { value }, text);

// `entries` is {label: {names, heading, topic, layer, minutes}} for the items of the list, where
// `heading` is that of the chapter.
export class ExerciseList {
  constructor(element, entries, record) {
    Object.assign(this, { element, entries, record });
    this.items = Object.entries(entries).map(([label, entry]) => {
      const link = document.querySelector(`article li a[href$="#${label}"]`);
      const mark = make("span", { class: "answer-mark" });
      link.before(mark);
      const number = Number(/\d+/.exec(link.textContent));
      return { ...entry, mark, number, item: link.closest("li") };
    });
    const values = (key) => [...new Set(this.items.map((item) => item[key]))];
    // As in the book, where exercises are numbered.
    const numbered = [...this.items].sort((a, b) => a.number - b.number);
    const headings = new Set(numbered.map(({ heading }) => heading));
    this.chapter = this.select("Chapter", [["", "all"], ...headings]);
    this.topic = this.select("Topic", [["", "all"], ...values("topic").sort()]);
    this.layer = this.select("Layer", [["", "all"], ...values("layer")]);
    this.minutes = this.select("Time", [["", "any"], ...MINUTES.map((m) => [m, `up to ${m} min`])]);
    this.open = make("input", { type: "checkbox", input: () => this.filter() });
    this.count = make("p", { role: "status" });
    this.progress = make("progress", { "aria-label": "Solved of those shown that have a form" });
    element.classList.add("live-form");
    element.replaceChildren(
      make("div", { class: "answer-buttons", role: "group", "aria-label": "Filters" },
        ...[this.chapter, this.topic, this.layer, this.minutes].map(({ label }) => label),
        make("label", { class: "answer-option" }, this.open, "not yet solved")),
      this.count, this.progress);
    record.watch(() => this.filter());
  }

  select(name, values) {
    const select = make("select", { input: () => this.filter() },
      ...values.map((value) => option(...[value].flat())));
    return { label: make("label", {}, `${name} `, select), select };
  }

  isSolved({ names }) {
    return names.length > 0 && names.every((name) => this.record.isSolved(name));
  }

  filter() {
    const [chapter, topic, layer, minutes] =
      [this.chapter, this.topic, this.layer, this.minutes].map(({ select }) => select.value);
    for (const entry of this.items) {
      const isSolved = this.isSolved(entry);
      entry.mark.textContent = isSolved ? "✓ solved: " : "";
      const isWanted = (!chapter || entry.heading === chapter)
        && (!topic || entry.topic === topic) && (!layer || entry.layer === layer)
        && (!minutes || entry.minutes <= Number(minutes)) && !(this.open.checked && isSolved);
      entry.item.hidden = !isWanted;
    }
    for (const group of new Set(this.items.map(({ item }) => item.parentElement))) {
      const isEmpty = [...group.children].every(({ hidden }) => hidden);
      group.hidden = group.previousElementSibling.hidden = isEmpty;
    }
    this.tell();
  }

  tell() {
    const shown = this.items.filter(({ item }) => !item.hidden);
    const solvedOf = (entries) => entries.filter((entry) => this.isSolved(entry)).length;
    const forms = shown.filter(({ names }) => names.length > 0);
    const [all, ofForms] = [solvedOf(this.items), solvedOf(forms)];
    set(this.progress, { max: forms.length || 1, value: ofForms });
    this.count.textContent = `${shown.length} of ${this.items.length} exercises, ${all} solved in `
      + `all. Of those shown ${forms.length} have a form, and ${ofForms} of these are solved.`;
  }
}

// What was done as a file: taken along, taken in, forgotten.
export class Keeping {
  constructor(element, record) {
    this.record = record;
    const button = (label, click) => make("button", { type: "button", click }, label);
    this.status = make("p", { role: "status" });
    this.file = make("input", {
      type: "file", accept: ".json", hidden: "", change: () => this.take(),
    });
    this.forgetting = button("Forget what I have done", () => this.ask(true));
    this.question = make("div", { class: "answer-buttons" }, "Forget all of it?",
      button("Yes, forget it", () => this.forget()), button("No", () => this.ask(false)));
    element.classList.add("live-form");
    element.replaceChildren(
      make("p", {}, "What you have done is kept by this browser alone."),
      make("div", { class: "answer-buttons" }, button("Save it as a file", () => this.save()),
        button("Take in a file", () => this.file.click()), this.file, this.forgetting,
        this.question),
      this.status);
    this.ask(false);
    record.watch(() => {
      if (record.problem) this.status.textContent = record.problem;
    });
  }

  save() {
    const url = URL.createObjectURL(new Blob([this.record.text()], { type: "application/json" }));
    make("a", { href: url, download: "optimizer-exercises.json" }).click();
    URL.revokeObjectURL(url);
    this.status.textContent = "Saved as optimizer-exercises.json.";
  }

  async take() {
    const [file] = this.file.files;
    this.file.value = "";
    try {
      this.record.take(await file.text(), file.name);
      this.status.textContent = `Taken in: ${file.name}.`;
    } catch (error) {
      this.status.textContent = `${error.message} Nothing was changed.`;
    }
  }

  ask(isAsking) {
    this.question.hidden = !isAsking;
    this.forgetting.hidden = isAsking;
    if (isAsking) this.question.querySelector("button").focus();
  }

  forget() {
    this.record.forget();
    this.ask(false);
    this.status.textContent = "Forgotten.";
    this.forgetting.focus();
  }
}
