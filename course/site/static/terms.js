// Shows what a term means beside its link, while the pointer or the focus is on one of the two.

const note = document.createElement("div");
note.id = "term-meaning";
note.setAttribute("role", "tooltip");
note.hidden = true;
document.body.append(note);

let shown = null;

function hide() {
  shown?.removeAttribute("aria-describedby");
  shown = null;
  note.hidden = true;
}

function place(link) {
  const margin = 8;
  const { left, top, bottom } = link.getClientRects()[0];
  const { width, height } = note.getBoundingClientRect();
  const rightmost = document.documentElement.clientWidth - width - margin;
  const fits = bottom + height < document.documentElement.clientHeight;
  note.style.left = `${scrollX + Math.max(margin, Math.min(left, rightmost))}px`;
  note.style.top = `${scrollY + (fits ? bottom : top - height)}px`;
}

function show(link) {
  if (link === shown) return;
  hide();
  shown = link;
  note.textContent = link.dataset.meaning;
  note.hidden = false;
  link.setAttribute("aria-describedby", note.id);
  place(link);
  window.MathJax?.typesetPromise?.([note]).then(() => link === shown && place(link));
}

function follow({ target }) {
  const link = target.closest?.("a[data-meaning]");
  if (link) show(link);
  else if (!note.contains(target)) hide();
}

document.addEventListener("pointerover", event => event.pointerType === "mouse" && follow(event));
document.addEventListener("focusin", follow);
document.addEventListener("focusout", hide);
document.addEventListener("keydown", event => event.key === "Escape" && hide());
