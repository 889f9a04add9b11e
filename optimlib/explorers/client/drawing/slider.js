// A number that the reader sets: by a slider, which stops at round values, or exactly, typed.

import { number } from "../../../javascript/by_hand.js";
import { readNumber } from "../computing/reading.js";
import { placeAmong, stopsOf } from "../computing/scales.js";
import { make, set } from "./elements.js";

let count = 0;

export class Slider {
  // `log`: equal ratios under equal distances; `step`: whole numbers.
  constructor(change, { label, min, max, log = false, step = null }) {
    Object.assign(this, { change, min, max, log, isWhole: Boolean(step) });
    const id = `explorer-number-${++count}`;
    this.name = make("span", {}, label);
    this.field = make("input", {
      type: "text", class: "explorer-value", autocomplete: "off", spellcheck: "false",
      "aria-describedby": id, change: () => this.take(), keydown: (event) => this.press(event),
    });
    this.range = make("input", { type: "range", input: () => change(this.stopped()) });
    this.sentence = make("span", { id, class: "explorer-sentence", role: "alert" });
    this.element = make("div", { class: "explorer-slider" },
      make("label", {}, this.name, " ", this.field), this.range, this.sentence);
    this.retarget({ label });
  }

  retarget(changes) {
    const { label, max, min } = Object.assign(this, changes);
    this.stops = this.isWhole ? null : stopsOf(this);
    set(this.range, this.isWhole ? { min, max } : { min: 0, max: this.stops.length - 1 });
    this.name.textContent = label;
    set(this.range, { "aria-label": label });
  }

  // The value at which the slider stands. A key goes no further than to the next stop.
  stopped() {
    const { isWhole, stops, value } = this, place = Number(this.range.value);
    if (isWhole) return place;
    const before = placeAmong(stops, value), moved = place - before;
    const isOnTheWay = Math.abs(moved) === 1 && moved * (stops[before] - value) > 0;
    return stops[isOnTheWay ? before : place];
  }

  show(value) {
    this.value = value;
    this.range.value = this.isWhole ? value : placeAmong(this.stops, value);
    this.shown = number(value);
    this.field.value = this.shown;
    set(this.range, { "aria-valuetext": this.shown });
    this.say("");
  }

  // Returns { value }, or { sentence } that says what is expected.
  read(typed) {
    const { isWhole, max, min } = this, { value, sentence } = readNumber(typed);
    const kind = isWhole ? "whole number" : "number";
    const expected = `Type a ${kind} from ${number(min)} to ${number(max)}.`;
    const refused = (what) => ({ sentence: `“${typed.trim()}” is ${what}. ${expected}` });
    if (sentence) return { sentence };
    if (isWhole && !Number.isInteger(value)) return refused("no whole number");
    return value < min || value > max ? refused("outside of the slider") : { value };
  }

  take() {
    const typed = this.field.value;
    if (typed === this.shown) return this.say("");
    const { value, sentence } = this.read(typed);
    return sentence ? this.say(sentence) : this.change(value);
  }

  press(event) {
    if (!(event.ctrlKey || event.metaKey)) event.stopPropagation(); // JupyterLab has its own use
    if (event.key === "Enter") this.take();
    else if (event.key === "Escape") {
      this.field.value = this.shown;
      this.say("");
    }
  }

  say(sentence) {
    if (this.sentence.textContent !== sentence) this.sentence.textContent = sentence;
    set(this.field, { "aria-invalid": sentence ? "true" : null });
  }
}
