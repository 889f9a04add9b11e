// The search. What it searches is loaded when one comes to its field: see search.py.

const MOST = 12;

// Loading

let answer, started;
const book = new Promise(resolve => answer = resolve);

globalThis.searchBook = answer;

function load() {
  if (started) return;
  started = true;
  const script = document.createElement("script");
  script.src = `${document.documentElement.dataset.content_root}_static/search-texts.js`;
  document.head.append(script);
}

// Showing

function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function item({page, parts}, query, content) {
  const root = document.documentElement.dataset.content_root;
  const link = (place, text) => make("a", {href: `${root}${page.address}${place}`}, text);
  const beginning = page.parts[0];
  const deeper = parts.filter(part => part !== beginning);
  const quoted = parts[0] ?? beginning;
  return make("li", {},
    link("", page.title),
    make("p", {}, content.excerpt(quoted.text, query)),
    ...deeper.length
      ? [make("ul", {}, ...deeper.map(part =>
        make("li", {}, link(`#${part.place}`, part.heading))))]
      : []);
}

function said(count, shown, query) {
  if (!count) return `Nothing found for “${query}”.`;
  const pages = count === 1 ? "1 page" : `${count} pages`;
  return `${pages} found${shown < count ? `, the best ${shown} of them below` : ""}.`;
}

function offer(form) {
  const field = form.querySelector("input");
  const status = make("p", {className: "search-status"});
  status.setAttribute("role", "status");
  const list = make("ol", {className: "search-found"});
  form.after(status, list);
  const show = async () => {
    const query = field.value.trim();
    if (query) load();
    const content = query && await book;
    const found = query ? content.find(query) : [];
    if (query !== field.value.trim()) return;
    const best = found.slice(0, MOST);
    list.replaceChildren(...best.map(one => item(one, query, content)));
    status.textContent = query ? said(found.length, best.length, query) : "";
  };
  let waiting;
  field.addEventListener("focus", load);
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 150);
  });
  return {field, show};
}

// Over a page: Esc goes back to where one was, and so does what leaves the field.

function open(over) {
  let before = null;
  over.addEventListener("focusin", ({relatedTarget}) => {
    if (!over.contains(relatedTarget)) before = relatedTarget;
  });
  over.addEventListener("focusout", ({relatedTarget}) => {
    if (relatedTarget && !over.contains(relatedTarget)) over.classList.remove("show");
  });
  over.addEventListener("keydown", ({key}) => {
    if (key !== "Escape") return;
    over.classList.remove("show");
    before?.focus();
  });
}

const forms = [...document.querySelectorAll("form.bd-search")].map(offer);
document.querySelectorAll(".search-button__wrapper").forEach(open);

const asked = new URLSearchParams(location.search).get("q");
const own = document.querySelector(".bd-search-container form");
if (own && asked) {
  const {field, show} = forms.find(({field: input}) => own.contains(input));
  field.value = asked;
  show();
}
