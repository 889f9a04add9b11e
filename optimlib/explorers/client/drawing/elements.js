// Making elements of the page.

const SVG_TAGS = new Set(
  ["svg", "g", "path", "circle", "line", "text", "rect", "clipPath", "defs", "image"],
);

export function make(tag, attributes = {}, ...children) {
  const element = SVG_TAGS.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

// Sets attributes; a function becomes an event listener, null removes.
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if ([null, undefined, false].includes(value)) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
  return element;
}

// Whether two texts are one name: "HeavyBall" in code is the "heavy ball" of the text.
const plain = (name) => name.toLowerCase().replace(/[\s_]|\b-\b/g, "");
export const alike = (a, b) => plain(a) === plain(b);

// A dot of a color, of another `shape`, or a line with the pattern `dash`.
export function chip(color, { dash, shape = "" } = {}) {
  if (!dash || shape) {
    return make("span", { class: `explorer-chip ${shape}`, style: `background:${color}` });
  }
  let at = 0;
  const parts = dash.split(" ").map((length, i) =>
    `${i % 2 ? "transparent" : color} ${at}px ${at += Number(length)}px`);
  const style = `background:repeating-linear-gradient(90deg,${parts})`;
  return make("span", { class: "explorer-chip explorer-chip-line", style });
}

// A name behind it.
export const chipped = (name, color, look) => make("span", {}, chip(color, look), name);

export function table(caption, columns, rows) {
  const heading = (cell) => make(cell ? "th" : "td", cell ? { scope: "col" } : {}, cell);
  const cells = (row) => row.map((cell, i) =>
    make(i ? "td" : "th", i ? {} : { scope: "row" }, cell));
  return make("table", {},
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...columns.map(heading))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...cells(row)))));
}
