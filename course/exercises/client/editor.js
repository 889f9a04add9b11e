// A field for Python: lines have numbers, Tab indents, Enter keeps the indentation.

import { make, set } from "../explorers/client/drawing/elements.js";

const INDENT = "    ";
// What is typed is kept by the browser, which has little room.
const LONGEST = 10_000;

export const HINT = "Once you type here, Tab indents and Shift+Tab takes it back; Escape, then "
  + "Tab, leaves the field. Ctrl+Enter runs it.";

const indentOf = (line) => /^ */.exec(line)[0];
const indented = (line) => line && INDENT + line;
const outdented = (line) => line.replace(/^ {1,4}/, "");

export class Editor {
  // `changed` is called with what stands in it whenever that changes, and `run` by Ctrl+Enter.
  constructor(attributes, { changed, run }) {
    Object.assign(this, { changed, run });
    // Who comes with Tab leaves with Tab: it indents only where something was typed or clicked.
    this.isUsed = false;
    this.gutter = make("div", { class: "code-lines", "aria-hidden": "true" });
    this.area = make("textarea", {
      ...attributes, wrap: "off", spellcheck: "false", autocapitalize: "off", autocomplete: "off",
      autocorrect: "off", maxlength: LONGEST,
      input: () => this.typed(),
      keydown: (event) => this.pressed(event),
      pointerdown: () => { this.isUsed = true; },
      blur: () => { this.isUsed = false; },
    });
    this.element = make("div", { class: "code-editor" }, this.gutter, this.area);
  }

  get value() {
    return this.area.value;
  }

  // Puts a text in before anything is typed.
  set value(text) {
    this.area.value = text;
    this.mark(null);
  }

  typed() {
    this.mark(null);
    this.changed(this.value);
  }

  // Marks the line of an error, or none.
  mark(line) {
    const count = this.value.split("\n").length;
    const numbers = Array.from({ length: count }, (_, i) => i + 1 === line
      ? make("div", { class: "code-error" }, `▸ ${i + 1}`)
      : make("div", {}, String(i + 1)));
    this.gutter.replaceChildren(...numbers);
    set(this.area, { rows: count, "aria-invalid": line ? "true" : null });
  }

  pressed(event) {
    const { key, shiftKey, altKey, isComposing } = event;
    if (isComposing || altKey) return;
    const isCommand = event.ctrlKey || event.metaKey;
    const act = {
      Enter: () => isCommand ? this.run() : this.breakLine(),
      Tab: this.isUsed && !isCommand && (() => this.indent(shiftKey ? outdented : indented)),
      Backspace: !isCommand && this.spacesBefore() && (() => this.takeBack()),
    }[key];
    if (key === "Escape") this.isUsed = false;
    else if (!["Tab", "Shift", "Control", "Meta"].includes(key)) this.isUsed = true;
    if (!act) return;
    event.preventDefault();
    act();
  }

  // Replaces what stands from `start` to `end` as if it were typed, so that it can be undone.
  replace(start, end, text) {
    this.area.setSelectionRange(start, end);
    if (start === end && !text) return;
    const isDone = document.execCommand(text ? "insertText" : "delete", false, text);
    if (isDone) return;
    this.area.setRangeText(text, start, end, "end");
    this.typed();
  }

  lineStart(place) {
    return this.value.lastIndexOf("\n", place - 1) + 1;
  }

  breakLine() {
    const { selectionStart: start, selectionEnd: end } = this.area;
    const before = this.value.slice(this.lineStart(start), start);
    const opens = before.replace(/#.*/, "").trimEnd().endsWith(":");
    this.replace(start, end, `\n${indentOf(before)}${opens ? INDENT : ""}`);
  }

  // Without a selection of several lines Tab goes on to the next stop.
  indent(change) {
    const { selectionStart: start, selectionEnd: end, value } = this.area;
    const first = this.lineStart(start);
    if (change === indented && !value.slice(start, end).includes("\n")) {
      this.replace(start, end, " ".repeat(INDENT.length - (start - first) % INDENT.length));
      return;
    }
    // A selection that ends before the first letter of a line does not mean that line.
    const last = end > start && value[end - 1] === "\n" ? end - 1 : end;
    const next = value.indexOf("\n", last);
    const lines = value.slice(first, next < 0 ? value.length : next);
    const text = lines.split("\n").map(change).join("\n");
    if (text === lines) return;
    this.replace(first, first + lines.length, text);
    if (start < end) this.area.setSelectionRange(first, first + text.length);
    else {
      const place = Math.max(first, start + text.length - lines.length);
      this.area.setSelectionRange(place, place);
    }
  }

  // The number of blanks before the cursor if nothing else stands there, and nothing is selected.
  spacesBefore() {
    const { selectionStart: start, selectionEnd: end } = this.area;
    const before = this.value.slice(this.lineStart(start), start);
    return start === end && !before.trim() ? before.length : 0;
  }

  takeBack() {
    const { selectionStart: start } = this.area;
    this.replace(start - ((this.spacesBefore() - 1) % INDENT.length + 1), start, "");
  }

  focus() {
    this.area.focus();
  }
}
