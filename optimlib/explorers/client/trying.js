// Values to try: bold text after a figure, like **η = 0.5**, becomes a button that sets it.

import { alike, make } from "./drawing/elements.js";

const CONTAINERS = "section, main";
const SEVERAL = /,\s+(?=[^,=]+ = )/;

// What stands after a figure, up to the next figure or the next heading.
function textAfter(element) {
  let block = element;
  while (!block.parentElement.matches(CONTAINERS)) block = block.parentElement;
  const found = [];
  while ((block = block.nextElementSibling)) {
    if (block.matches("section") || block.querySelector(".explorer")) break;
    found.push(block);
  }
  return found;
}

// What a control may be called: "batch size B" is also the batch size, and B.
function namesOf(label) {
  const words = label.replace(/ in \S+$/, "").split(" "), symbol = words.at(-1);
  if (words.length < 2 || symbol.length > 2) return [label];
  return [label, words.slice(0, -1).join(" "), symbol];
}

function controlCalled(name, figure) {
  const all = Object.entries(figure.controls).filter(([, { read }]) => read);
  const called = all.filter(([, { label }]) => namesOf(label).includes(name));
  return called.length === 1 ? called[0] : all.find(([, { label }]) => alike(label, name));
}

// What one statement sets. In "problem = quadratic (κ = 10)" the first sign divides it, in
// "β of Adam, η = 0.1 = 0.9" the last.
function changeIn(statement, figure) {
  const parts = statement.split(" = ");
  for (let i = parts.length - 1; i > 0; i--) {
    const [key, control] = controlCalled(parts.slice(0, i).join(" = "), figure) ?? [];
    const { value } = control?.read(parts.slice(i).join(" = ")) ?? {};
    if (value !== undefined) return [key, value];
  }
  return [];
}

// Returns what a text like "η = 0.5, start x = 2" sets: values by keys; null if it names none.
function changesIn(text, figure) {
  const changes = {};
  for (const statement of text.replace(/\s+/g, " ").trim().split(SEVERAL)) {
    const [key, value = null] = changeIn(statement, figure);
    if (value === null) return null;
    changes[key] = value;
  }
  return changes;
}

export function offerValues(figure) {
  const bold = textAfter(figure.element).flatMap((block) => [...block.querySelectorAll("strong")]);
  for (const element of bold) {
    const text = element.textContent, changes = changesIn(text, figure);
    if (!changes) continue;
    const click = () => figure.addresses.visit(figure, changes, text);
    const button = make("button", { type: "button", class: "explorer-try", click });
    button.append(...element.childNodes);
    element.append(button);
  }
}
