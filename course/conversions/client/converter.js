// The converter of the page of conventions: two menus, the first's settings, a call or a reason.
import { call, follow } from "./following.js";
import { objection } from "./ranges.js";

let count = 0;

function newId() {
  count += 1;
  return `converter-${count}`;
}

function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function menu(label, forms, chosen) {
  const select = element("select", { id: newId() });
  for (const [i, form] of forms.entries()) {
    if (form.version !== select.lastChild?.label) {
      select.append(element("optgroup", { label: form.version }));
    }
    const text = form.given ? `${form.called}(${form.given})` : form.called;
    select.lastChild.append(element("option", { value: i, selected: i === chosen }, [text]));
  }
  return [element("label", { htmlFor: select.id }, [label]), select];
}

/** A field for each number of the settings, and what reads them. */
function fields(form) {
  const shown = [];
  const reading = Object.entries(form.settings).map(([name, first]) => {
    const inputs = [first].flat().map((number, i) => {
      const input = element("input", { inputMode: "decimal", value: number, size: 8 });
      const label = Array.isArray(first) ? `${name}[${i}]` : name;
      shown.push(element("label", {}, [`${label} `, input]));
      return input;
    });
    return [name, inputs, Array.isArray(first)];
  });
  const read = () =>
    Object.fromEntries(
      reading.map(([name, inputs, isRow]) => {
        const numbers = inputs.map((input) => (input.value.trim() ? Number(input.value) : NaN));
        return [name, isRow ? numbers : numbers[0]];
      }),
    );
  return { shown, read };
}

/** What is said of a pair at these settings. */
export function answer({ forms, routes, whole }, i, j, settings) {
  const [first, second] = [forms[i], forms[j]];
  const wrong = objection(first.ranges, settings, whole);
  if (wrong) return [wrong];
  if (i === j) return ["The same optimizer.", call(second, settings, whole)];
  const route = routes[`${i} ${j}`] ?? { no: `${first.rule} and ${second.rule} are two rules` };
  const found = follow(route, settings);
  if (found.no) return [`No setting does: ${found.no}.`];
  const nearly = first.about || second.about ? ", as far as both compute exactly" : "";
  return [`Takes the same steps${nearly}:`, call(second, found.settings, whole)];
}

function start(root) {
  const data = JSON.parse(root.querySelector("script").textContent);
  const at = (name) => Math.max(0, data.forms.findIndex((form) => form.called === name));
  const [fromLabel, from] = menu("From", data.forms, at("keras.optimizers.Adagrad"));
  const [toLabel, to] = menu("To", data.forms, at("torch.optim.Adagrad"));
  const settings = element("div", { className: "converter-settings" });
  const reply = element("div");
  reply.setAttribute("aria-live", "polite");
  let read;
  const show = () => {
    const [words, code] = answer(data, Number(from.value), Number(to.value), read());
    const lines = [element("p", {}, [words])];
    if (code) lines.push(element("pre", { tabIndex: 0 }, [code]));
    reply.replaceChildren(...lines);
  };
  const renew = () => {
    const made = fields(data.forms[from.value]);
    settings.replaceChildren(...made.shown);
    read = made.read;
    show();
  };
  from.addEventListener("change", renew);
  to.addEventListener("change", show);
  settings.addEventListener("input", show);
  const menus = [element("p", {}, [fromLabel, " ", from]), element("p", {}, [toLabel, " ", to])];
  root.replaceChildren(menus[0], settings, menus[1], reply);
  renew();
}

/** Starts the converters that the page holds and that are not started yet. */
export function startAll() {
  for (const root of document.querySelectorAll(".converter")) {
    if (root.querySelector("script")) start(root);
  }
}
