// What all explorers share: controls, a redraw for each change, read-outs, data, reset and link.

import { number } from "../../../javascript/by_hand.js";
import { KINDS } from "../kinds.js";
import { Axes } from "./axes.js";
import { alike, chip, make, set, table } from "./elements.js";
import { Slider } from "./slider.js";

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
    this.button("Reset", () => this.reset());
    if (!kernel && this.name()) this.button("Copy link", () => this.share());
    this.button("Download CSV", () => this.download());
    new ResizeObserver(() => {
      if (this.width !== element.clientWidth) this.changed();
    }).observe(element);
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

  // Registers a control: `show(value)` brings its element to a value. What a text may set has a
  // `label`, and `read(typed)` returns { value } if it can be that.
  register(key, value, control) {
    this.state[key] = this.initial[key] = value;
    this.controls[key] = control;
    this.inputs.append(control.element);
    control.show(value);
  }

  // A change by the reader.
  change(key, value) {
    this.state[key] = value;
    this.controls[key].show(value);
    this.view.changed?.(key);
    this.changed();
    this.addresses?.move(this);
  }

  slider(key, options) {
    const slider = new Slider((value) => this.change(key, value), options);
    this.register(key, options.value, slider);
  }

  choice(key, { label, options, value }) {
    const select = make("select",
      { input: () => this.change(key, options[select.selectedIndex][0]) },
      ...options.map(([name, text]) => make("option", { value: name }, text)));
    const element = make("label", { class: "explorer-choice" }, make("span", {}, label), select);
    const show = (v) => { select.selectedIndex = options.findIndex(([name]) => name === v); };
    const read = (typed) => ({ value: options.find(([, text]) => alike(text, typed))?.[0] });
    const allows = (v) => options.some(([name]) => name === v);
    this.register(key, value, { allows, element, label, read, show });
  }

  toggle(key, { label, value, color, dash }) {
    const box = make("input", { type: "checkbox", input: () => this.change(key, box.checked) });
    const element = make("label", { class: "explorer-toggle" },
      box, ...(color ? [chip(color, { dash })] : []), make("span", {}, label));
    const show = (v) => { box.checked = v; };
    const read = (typed) => ({ value: { on: true, off: false }[typed] });
    this.register(key, value, { element, label, read, show });
  }

  // Puts controls into a box with a name; `more` of them are folded in it.
  group(name, keys, more) {
    const elements = (some) => some.map((key) => this.controls[key].element);
    const folded = make("details", {}, make("summary", {}, `more ${name}`), ...elements(more));
    this.inputs.append(make("fieldset", { class: "explorer-group" },
      make("legend", {}, name), ...elements(keys), ...(more.length ? [folded] : [])));
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
    this.width = this.element.clientWidth;
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
    this.speaking = setTimeout(() => {
      this.status.textContent = [this.news, spoken].filter(Boolean).join(" ");
      this.news = null;
    }, 700);
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

  // Sets what a text says, with what that needs, and unfolds it.
  set(changes) {
    for (const key of Object.keys(changes)) {
      const state = { ...this.view.shownWith?.(key), [key]: changes[key] };
      this.restore(state);
      for (const name of Object.keys(state)) {
        const folded = this.controls[name]?.element.closest("details");
        if (folded) folded.open = true;
      }
    }
  }

  // Brings the figure into view, and says the news before its read-out.
  present(news) {
    const { element, plots } = this;
    const shown = element.offsetHeight < window.innerHeight ? element : plots;
    shown.scrollIntoView({ block: "nearest" });
    this.news = `${news}.`;
    this.changed();
  }

  reset() {
    this.restore(this.initial);
    this.addresses?.move(this);
  }

  // What differs from the first state.
  changes() {
    const entries = Object.entries(this.state);
    return Object.fromEntries(entries.filter(([key, value]) => value !== this.initial[key]));
  }

  link() {
    const entries = Object.entries(this.changes());
    const query = new URLSearchParams(entries.map(([key, value]) => [key, JSON.stringify(value)]));
    return `${location.href.split("#")[0]}#${this.name()}${entries.length ? `?${query}` : ""}`;
  }

  async share() {
    this.addresses.move(this);
    this.addresses.keep();
    try {
      await navigator.clipboard.writeText(location.href);
      this.status.textContent = "The link to this state is copied.";
    } catch {
      this.status.textContent = "The link to this state stands in the address line.";
    }
  }

  // Brings the state of a link back.
  open(query) {
    const state = {};
    for (const [key, text] of query) {
      try {
        const value = JSON.parse(text);
        const allows = this.controls[key]?.allows?.(value) ?? true;
        if (allows && typeof value === typeof this.initial[key]) state[key] = value;
      } catch { /* a link that somebody cut short */ }
    }
    this.restore({ ...this.initial, ...state });
    this.element.scrollIntoView();
  }
}
