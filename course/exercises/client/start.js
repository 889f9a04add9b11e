// Where forms begin: on a page of the website, and in Jupyter.

import { make } from "../explorers/client/drawing/elements.js";
import { Form } from "./form.js";
import { ExerciseList, Keeping } from "./list.js";
import { showAtEnd, showInSidebar } from "./progress.js";
import { Record } from "./record.js";

function openRecord() {
  const record = new Record(() => localStorage);
  window.addEventListener("storage", (event) => record.changedElsewhere(event));
  return record;
}

// On the website: `exerciseFile` is what the file of an exercise calls, which a script element
// loads; from the disk nothing else can be.
export function start(book) {
  const base = document.currentScript.src;
  const waiting = new Map();
  globalThis.exerciseFile = (name, content) => waiting.get(name)(content);
  const load = (name) => new Promise((resolve, reject) => {
    waiting.set(name, resolve);
    const src = new URL(`exercises/${name}.js`, base);
    document.head.append(make("script", { src, error: reject }));
  });
  const record = openRecord();
  const inside = (element) => JSON.parse(element.querySelector("script").textContent);
  const forms = [...document.querySelectorAll("div.exercise-form")].map((element) => {
    const specification = inside(element);
    element.dataset.name = specification.name;
    return new Form(element, specification, () => load(specification.name), record);
  });
  showInSidebar(book, record, new URL("../chapters/", base).href);
  if (forms.length) showAtEnd(forms, record);
  for (const element of document.querySelectorAll("div.exercise-list")) {
    const keeping = make("div");
    element.after(keeping);
    new ExerciseList(element, inside(element), record);
    new Keeping(keeping, record);
  }
}

// In Jupyter: the kernel sends what the website has in a file.
export function render({ model, el }) {
  const load = () => new Promise((resolve) => {
    const receive = (content) => {
      model.off("msg:custom", receive);
      resolve(content);
    };
    model.on("msg:custom", receive);
    model.send({});
  });
  const element = make("div", { class: "exercise-form" });
  el.append(element);
  new Form(element, model.get("specification"), load, openRecord());
}
