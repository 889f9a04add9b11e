// Where forms begin: on a page of the website, and in Jupyter.

import { make } from "../explorers/client/drawing/elements.js";
import { Form } from "./form.js";
import { ExerciseList, Keeping } from "./list.js";
import { linksInSidebar, showAtEnd, showInSidebar } from "./progress.js";
import { Record } from "./record.js";
import { Runner, fromScripts } from "./running.js";

function openRecord() {
  const record = new Record(() => localStorage);
  window.addEventListener("storage", (event) => record.changedElsewhere(event));
  return record;
}

// On the website.
export function start(book) {
  const base = document.currentScript.src;
  const addScript = (src, error, load = null) =>
    document.head.append(make("script", { src, error, load }));
  const { loadFile, ...loaders } = fromScripts(base, addScript);
  const chapters = new URL("../chapters/", base).href;
  const linkTo = (chapter) => {
    const href = `${chapters}${chapter}.html`;
    const link = linksInSidebar().find((other) => other.href.split("#")[0] === href);
    return make("a", { href }, link?.firstChild.textContent.trim() ?? chapter);
  };
  // One worker and one race for all forms of a page.
  const runner = new Runner(loaders);
  const run = (...asked) => runner.run(...asked);
  const loadExplorers = () => globalThis.explorers ?? new Promise((resolve, reject) => {
    document.head.append(
      make("link", { rel: "stylesheet", href: new URL("explorers.css", base).href }));
    addScript(new URL("explorers.js", base).href, reject, () => resolve(globalThis.explorers));
  });
  let racing = null;
  const offerRace = async (form) => {
    const [{ race }, ...made] = await loaders.loadRacing();
    racing ??= race({ runner, loadExplorers }, ...made);
    racing.offer(form);
  };
  const record = openRecord();
  const inside = (element) => JSON.parse(element.querySelector("script").textContent);
  const forms = [...document.querySelectorAll("div.exercise-form")].map((element) => {
    const specification = inside(element);
    element.dataset.name = specification.name;
    const load = (part) => loadFile(specification.name + (part ? `-${part}` : ""));
    const given = { load, run, linkTo, offerRace };
    return new Form(element, specification, given, record);
  });
  showInSidebar(book, record, chapters);
  if (forms.length) showAtEnd(forms, record);
  for (const element of document.querySelectorAll("div.exercise-list")) {
    const keeping = make("div");
    element.after(keeping);
    new ExerciseList(element, inside(element), record);
    new Keeping(keeping, record);
  }
}

// What JupyterLab would take for itself, or keep from the field: Enter, and what undoes.
const isTyped = ({ key, ctrlKey, metaKey }) =>
  !(ctrlKey || metaKey) || ["Control", "Meta", "Enter", "z", "Z", "y"].includes(key);

// In Jupyter: the kernel sends what the website has in a file, and runs what is written.
export function render({ model, el }) {
  const ask = (question) => new Promise((resolve) => {
    // Other views of the same widget hear the answer too.
    const number = Math.random();
    const receive = (message) => {
      if (message.number !== number) return;
      model.off("msg:custom", receive);
      resolve(message.reply);
    };
    model.on("msg:custom", receive);
    model.send({ number, question });
  });
  const given = {
    load: (part = 0) => ask({ part }),
    run: (name, number, text, report) => {
      report("ready");
      return ask({ case: number, text });
    },
    linkTo: (chapter) => chapter,
  };
  const keydown = (event) => isTyped(event) && event.stopPropagation();
  const element = make("div", { class: "exercise-form", keydown });
  el.append(element);
  new Form(element, model.get("specification"), given, openRecord());
}
