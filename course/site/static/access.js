// What buttons and formulas say to those who hear the page or use its keys.

// "Show the solution to Exercise 109", "Show: Hint 1 (Exercise 111)".

function nameToggles() {
  for (const button of document.querySelectorAll(".toggle-button")) {
    const title = button.parentElement.innerText.trim().replace(/\s+/g, " ");
    const number = button.closest(".exercise")?.querySelector(".caption-number")?.innerText.trim();
    const name = title.startsWith("Solution") ? ` the s${title.slice(1)}` : `: ${title}`;
    button.setAttribute("aria-label", `Show${name}${number ? ` (${number})` : ""}`);
  }
}

function nameThemesParts() {
  document.querySelector(".bd-toc-nav")?.setAttribute("aria-label", "Contents of this page");
  document.querySelector(".theme-switch-button")?.setAttribute("aria-label", "Change the colors");
  for (const icon of document.querySelectorAll("i[class*=fa-]")) icon.ariaHidden = "true";
}

// Of all copy buttons Tab reaches one; the arrow keys go to the next and to the one before.

function gatherCopyButtons() {
  const buttons = [...document.querySelectorAll(".copybtn")];
  buttons.forEach((button, i) => {
    const code = document.querySelector(button.dataset.clipboardTarget).textContent.trim();
    const first = code.split("\n")[0], kind = button.closest(".cell_output") ? "output" : "code";
    button.setAttribute("aria-label", `Copy ${kind} ${i + 1} of ${buttons.length}: ${first}`);
    button.setAttribute("aria-keyshortcuts", "ArrowUp ArrowDown");
  });
  const seen = () => buttons.filter(button => button.checkVisibility());
  const stopAt = stop => buttons.forEach(button => button.tabIndex = button === stop ? 0 : -1);
  const settle = () => stopAt(seen().find(({tabIndex}) => tabIndex === 0) ?? seen()[0]);
  const go = event => {
    const move = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const to = move && seen()[seen().indexOf(event.target) + move];
    if (!to) return;
    event.preventDefault();
    stopAt(to);
    to.focus();
  };
  for (const button of buttons) {
    button.addEventListener("keydown", go);
    button.addEventListener("focus", () => stopAt(button));
  }
  document.addEventListener("toggle", settle, true);
  stopAt(seen()[0]);
}

// A block of equations is read line by line: its MathML is split as its rows are.

function splitBlocks(root) {
  for (const table of root.querySelectorAll("mjx-assistive-mml > math mtable")) {
    const rows = [...table.children], whole = table.closest("math");
    // An aligned block is all of its formula; a matrix stands between brackets.
    if (rows.length === 1 || whole.textContent !== table.textContent) continue;
    const list = document.createElement("span");
    list.setAttribute("role", "list");
    list.setAttribute("aria-label", `${rows.length} equations`);
    list.append(...rows.map(row => lineOf(row, whole)));
    whole.replaceWith(list);
  }
}

function lineOf(row, whole) {
  const line = document.createElement("span");
  line.setAttribute("role", "listitem");
  const formula = whole.cloneNode(false);
  for (const cell of row.children) formula.append(...cell.childNodes);
  line.append(formula);
  return line;
}

// Their scripts stand before this one.
nameToggles();
nameThemesParts();
if (document.querySelector(".copybtn")) gatherCopyButtons();
window.MathJax?.startup?.promise.then(() => splitBlocks(document));
