// What all explorers share: controls, a redraw for each change, read-outs, data, reset and link.

import { number } from "../../../javascript/by_hand.js";
import { KINDS } from "../kinds.js";
import { Axes } from "./axes.js";
import { make, set, table } from "./elements.js";

export class Figure {
  constructor(element, specification, kernel = null) {
    Object.assign(this, { element, specification, kernel, state: {}, initial: {}, controls: {} });
    this.plots = make("div", { class: "explorer-plots" });
    this.inputs = make("div", { class: "explorer-controls" });
    this.reading = make("div", { class: "explorer-reading" });
    this.buttons = make("div", { class: "explorer-buttons" });
    this.status = make("p", { class: "explorer-status", role: "status" });
    this.details = make("details", { class: "explorer-data", toggle: () => this.showData() },
      make("summary", {}, "Data of this picture"));
    element.replaceChildren(
      this.plots, this.inputs, this.reading, this.buttons, this.details, this.status);
    set(element, { role: "group", "aria-label": specification.title });
    element.classList.add("explorer");
    element.explorer = this;

    this.view = new KINDS[specification.kind](this, specification);
    this.button("Reset", () => this.restore(this.initial));
    if (!kernel && this.name()) this.button("Copy link", () => this.share());
    this.button("Download CSV", () => this.download());
    this.openLink();
    new ResizeObserver(() => this.changed()).observe(this.plots);
    this.draw();
  }

  // The name by which the page refers to this figure.
  name() {
    return this.element.closest("figure")?.id ?? "";
  }

  axes(options) {
    const axes = new Axes(options);
    this.plots.append(axes.element);
    return axes;
  }

  // Registers a control: `show(value)` brings the input to the value.
  register(key, value, input, show) {
    this.state[key] = this.initial[key] = value;
    this.controls[key] = { input, show };
    this.inputs.append(input);
    show(value);
  }

  // A change by the reader.
  change(key, value) {
    this.state[key] = value;
    this.controls[key].show(value);
    this.view.changed?.(key);
    this.changed();
  }

  // `log` sliders have equal ratios under equal distances.
  slider(key, { label, min, max, value, log = false, step = null, digits = 4 }) {
    const places = 400;
    let bounds = { min, max };
    const rounded = (v) => Number(v.toPrecision(3));
    const toValue = (place) => {
      if (step) return place;
      const share = place / places;
      if (log) return rounded(bounds.min * (bounds.max / bounds.min) ** share);
      return rounded(bounds.min + (bounds.max - bounds.min) * share);
    };
    const toPlace = (v) => {
      if (step) return v;
      if (log) return places * Math.log(v / bounds.min) / Math.log(bounds.max / bounds.min);
      return places * (v - bounds.min) / (bounds.max - bounds.min);
    };
    const name = make("span", {}, label);
    const shown = make("span", { class: "explorer-value" });
    const range = make("input", {
      type: "range", min: step ? min : 0, max: step ? max : places, step: step ?? 1,
      input: () => this.change(key, toValue(Number(range.value))),
    });
    const element = make("label", { class: "explorer-slider" },
      make("span", {}, name, " ", shown), range);
    this.register(key, value, element, (v) => {
      // Neighboring places may share a rounded value: keys must not be stuck between them.
      if (toValue(Number(range.value)) !== v) range.value = toPlace(v);
      shown.textContent = number(v, digits);
      set(range, { "aria-valuetext": number(v, digits) });
    });
    this.controls[key].retarget = (changes) => {
      bounds = { ...bounds, ...changes };
      if (step) set(range, { min: bounds.min, max: bounds.max });
      if (changes.label) name.textContent = changes.label;
    };
  }

  choice(key, { label, options, value }) {
    const select = make("select",
      { input: () => this.change(key, options[select.selectedIndex][0]) },
      ...options.map(([name, text]) => make("option", { value: name }, text)));
    const element = make("label", { class: "explorer-choice" }, make("span", {}, label), select);
    this.register(key, value, element, (v) => {
      select.selectedIndex = options.findIndex(([name]) => name === v);
    });
  }

  toggle(key, { label, value, color }) {
    const box = make("input", { type: "checkbox", input: () => this.change(key, box.checked) });
    const chip = { class: "explorer-chip", style: `background:${color}` };
    const element = make("label", { class: "explorer-toggle" },
      box, ...(color ? [make("span", chip)] : []), make("span", {}, label));
    this.register(key, value, element, (v) => { box.checked = v; });
  }

  button(label, action) {
    const button = make("button", { type: "button", click: action }, label);
    this.buttons.append(button);
    return button;
  }

  // A slider of the step with a button that lets it run, all steps in so many seconds.
  player(key, { label = "step t", min = 0, max, value = max, seconds = 5 }) {
    this.slider(key, { label, min, max, value, step: 1 });
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    let started = null, last;
    const stop = () => {
      started = null;
      button.textContent = "Play";
    };
    const advance = (now) => {
      if (started === null || !this.element.isConnected) return;
      if (this.state[key] !== last) return stop(); // the reader has taken over
      const share = Math.max(now - started, 0) / (1000 * seconds);
      const t = Math.min(max, min + Math.floor(share * (max - min)));
      if (t !== last) this.change(key, last = t);
      if (t < max) requestAnimationFrame(advance);
      else stop();
    };
    const button = this.button("Play", () => {
      if (started !== null) return stop();
      if (still.matches) return this.change(key, max);
      started = performance.now();
      last = this.state[key];
      button.textContent = "Pause";
      return requestAnimationFrame(advance);
    });
  }

  // Draws once in the next frame, however many changes come before it.
  changed() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    this.view.draw(this.state);
    if (this.details.open) this.showData();
  }

  // Shows tables of {caption, columns, rows}; each row begins with its name. `spoken` is read out
  // once the reader rests.
  read(tables, spoken = "") {
    this.reading.replaceChildren(
      ...tables.map(({ caption, columns, rows }) => table(caption, columns, rows)));
    // What scrolls must be within reach of the keyboard.
    const isWide = this.reading.scrollWidth > this.reading.clientWidth;
    set(this.reading, isWide ? { tabindex: 0, role: "group", "aria-label": "Read-out" }
      : { tabindex: null, role: null, "aria-label": null });
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => { this.status.textContent = spoken; }, 700);
  }

  showData() {
    if (!this.details.open) return;
    const { columns, rows } = this.view.data();
    const most = 200;
    const shown = rows.slice(0, most).map((row) =>
      row.map((cell) => (typeof cell === "number" ? number(cell, 6) : cell)));
    const caption = rows.length > most ? `The first ${most} of ${rows.length} rows` : "All values";
    this.details.replaceChildren(this.details.firstChild,
      make("div", { class: "explorer-table", tabindex: 0, role: "group", "aria-label": "Data" },
        table(caption, columns, shown)));
  }

  download() {
    const { columns, rows } = this.view.data();
    const quoted = (cell) =>
      (/[",\n]/.test(cell) ? `"${String(cell).replaceAll('"', '""')}"` : cell);
    const text = [columns, ...rows].map((row) => row.map(quoted).join()).join("\r\n");
    const link = make("a", {
      href: URL.createObjectURL(new Blob([`${text}\r\n`], { type: "text/csv" })),
      download: `${this.name() || this.specification.kind}.csv`,
    });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  restore(state) {
    for (const [key, value] of Object.entries(state)) {
      if (!(key in this.controls)) continue;
      this.state[key] = value;
      this.controls[key].show(value);
      this.view.changed?.(key);
    }
    this.changed();
  }

  link() {
    const changed = Object.entries(this.state)
      .filter(([key, value]) => value !== this.initial[key])
      .map(([key, value]) => [key, JSON.stringify(value)]);
    return `${location.href.split("#")[0]}#${this.name()}?${new URLSearchParams(changed)}`;
  }

  async share() {
    history.replaceState(null, "", this.link());
    try {
      await navigator.clipboard.writeText(location.href);
      this.status.textContent = "The link to this state is copied.";
    } catch {
      this.status.textContent = "The link to this state stands in the address line.";
    }
  }

  openLink() {
    const [name, query] = location.hash.slice(1).split("?");
    if (!query || name !== this.name()) return;
    const state = {};
    for (const [key, text] of new URLSearchParams(query)) {
      try {
        const value = JSON.parse(text);
        if (typeof value === typeof this.initial[key]) state[key] = value;
      } catch { /* a link that somebody cut short */ }
    }
    this.restore(state);
    this.element.scrollIntoView();
  }
}
