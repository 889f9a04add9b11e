// What has been done, as pages show it: by chapter in the sidebar, and at a chapter's end.

import { make } from "../explorers/client/drawing/elements.js";

const solvedOf = (record, names) => names.filter((name) => record.isSolved(name)).length;

export const linksInSidebar = () =>
  [...document.querySelectorAll(".bd-sidebar-primary nav a.internal")];

// Writes "3/7" behind each chapter in the sidebar, once something of it is solved. `chapters` is
// the address under which they stand. Names that begin with "/" follow that of their chapter.
export function showInSidebar(book, record, chapters) {
  for (const link of linksInSidebar()) {
    const [page] = link.href.split("#");
    const chapter = page.startsWith(chapters) && page.slice(chapters.length, -".html".length);
    const names = book[chapter]?.split(" ").map((name) =>
      name.startsWith("/") ? chapter.split("/").at(-1) + name : name);
    if (!names) continue;
    const shown = make("span", { "aria-hidden": "true" });
    const said = make("span", { class: "answer-said" });
    link.append(make("span", { class: "answer-count" }, shown, said));
    record.watch(() => {
      const solved = solvedOf(record, names);
      shown.textContent = solved ? `${solved}/${names.length}` : "";
      said.textContent = solved ? `, ${solved} of ${names.length} exercises solved` : "";
    });
  }
}

// Says at the end of a page which of its exercises are not yet solved.
export function showAtEnd(forms, record) {
  const text = make("p");
  const attributes = { class: "answer-end", "aria-label": "Exercises of this chapter" };
  const end = make("section", attributes, text);
  document.querySelector("article.bd-article > section").append(end);
  const links = linksToExercises();
  const names = forms.map(({ specification }) => specification.name).filter((n) => links.get(n));
  record.watch(() => {
    const rest = names.filter((name) => !record.isSolved(name));
    const list = [...new Set(rest.map((name) => links.get(name)))].flatMap(({ href, title }, i) =>
      [i ? ", " : " Not yet: ", make("a", { href }, title)]);
    const solved = `${names.length - rest.length} of ${names.length} solved.`;
    text.replaceChildren(`Exercises of this chapter: ${solved}`, ...list);
  });
}

// Returns the exercise under which each form stands: {href, title} by the form's name.
function linksToExercises() {
  const links = new Map();
  let link = null;
  for (const element of document.querySelectorAll("div.exercise.admonition, div.exercise-form")) {
    if (element.matches(".admonition")) {
      const title = element.querySelector(".caption-number").textContent.trim();
      link = { href: `#${element.id}`, title };
    } else {
      links.set(element.dataset.name, link);
    }
  }
  return links;
}
