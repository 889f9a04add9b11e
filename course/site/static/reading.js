// What one takes along from a page: formulas in what is copied, and the section in a report.

function formulaOf(node) {
  return (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest("mjx-container");
}

// A range with whole formulas at its ends.
function widened(range) {
  const wide = range.cloneRange();
  const [first, last] = [formulaOf(range.startContainer), formulaOf(range.endContainer)];
  if (first) wide.setStartBefore(first);
  if (last) wide.setEndAfter(last);
  return wide;
}

// The contents of a range, with TeX in the place of each typeset formula.
function withTeX(range) {
  const wide = widened(range);
  const known = [...(window.MathJax?.startup?.document?.math ?? [])];
  const items = new Map(known.map(item => [item.typesetRoot, item]));
  const formulas = document.querySelectorAll("mjx-container");
  const shown = [...formulas].filter(formula => wide.intersectsNode(formula));
  const contents = wide.cloneContents();
  [...contents.querySelectorAll("mjx-container")].forEach((cloned, i) => {
    const { math, display } = items.get(shown[i]);
    const sign = display ? "$$" : "$";
    const text = document.createElement("span");
    text.style.whiteSpace = "pre-wrap";
    text.textContent = `${sign}${math.trim()}${sign}`;
    cloned.replaceWith(text);
  });
  contents.querySelectorAll("button, .headerlink, script, style").forEach(node => node.remove());
  return { contents, count: shown.length };
}

// Only a browser knows where in a text, once it is laid out, lines end.
function laidOut(contents) {
  const holder = document.createElement("div");
  holder.style = "position: fixed; left: -300vw; width: 100vw";
  holder.append(contents);
  document.querySelector("main").append(holder);
  const text = holder.innerText.trim();
  holder.remove();
  return { text, html: holder.innerHTML };
}

function copy(event) {
  const selection = getSelection();
  if (selection.isCollapsed || event.target.closest?.("input, textarea")) return;
  const { contents, count } = withTeX(selection.getRangeAt(0));
  if (!count) return;
  const { text, html } = laidOut(contents);
  event.clipboardData.setData("text/plain", text);
  event.clipboardData.setData("text/html", html);
  event.preventDefault();
}

// The heading above what is selected, else the last one in the upper half of the window.
function headingAt(selection) {
  const place = selection.isCollapsed ? null : selection.getRangeAt(0).startContainer;
  const isAbove = heading => place
    ? heading.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING
    : heading.getBoundingClientRect().top < innerHeight / 2;
  const headings = document.querySelectorAll("article section section > :is(h2, h3)");
  return [...headings].filter(isAbove).at(-1);
}

function nameSection(link, page) {
  const url = new URL(page);
  const heading = headingAt(getSelection());
  if (heading) {
    const range = document.createRange();
    range.selectNodeContents(heading);
    const { text } = laidOut(withTeX(range).contents);
    const { searchParams: said } = url;
    said.set("title", `${said.get("title")}: ${text}`);
    said.set("body", `${said.get("body").trim()}#${heading.parentElement.id}\n\n`);
  }
  link.href = url;
}

document.addEventListener("copy", copy);
const link = document.querySelector(".feedback a");
const { href } = link;
for (const event of ["pointerdown", "focus"])
  link.addEventListener(event, () => nameSection(link, href));
