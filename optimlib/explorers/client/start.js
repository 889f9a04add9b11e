// Where figures begin: on a page of the website, and in Jupyter.

import { Addresses } from "./addresses.js";
import { make } from "./drawing/elements.js";
import { Figure } from "./drawing/figure.js";
import { offerValues } from "./trying.js";

export const open = (element, specification, kernel) =>
  new Figure(element, specification, kernel);

// On the website: brings every figure of the page to life where it stands.

export function start() {
  const figures = [...document.querySelectorAll("div.explorer-still")].map((element) => {
    const specification = JSON.parse(element.querySelector("script").textContent);
    const live = make("div");
    element.before(live);
    element.classList.add("explorer-print");
    return open(live, specification);
  });
  const named = figures.filter((figure) => figure.name());
  if (named.length) new Addresses(named);
  named.forEach(offerValues);
}

// In Jupyter: `model` carries the specification, and runs what only Python can run.
export function render({ model, el }) {
  const waiting = new Map();
  let last = 0;
  model.on("msg:custom", ({ id, ...answer }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  const kernel = {
    ask: (question) => new Promise((resolve) => {
      waiting.set(++last, resolve);
      model.send({ id: last, ...question });
    }),
  };
  const element = make("div");
  el.append(element);
  open(element, model.get("specification"), kernel);
}
