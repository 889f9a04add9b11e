// The states of a page's figures in its address and its history: a link to a state brings it back,
// on an open page too, and "back" undoes what a button in the text has set.

const REST = 400; // ms: what moves is written down once it rests

export class Addresses {
  constructor(figures) {
    this.figures = new Map(figures.map((figure) => [figure.name(), figure]));
    for (const figure of figures) figure.addresses = this;
    window.addEventListener("popstate", ({ state }) => this.restore(state?.figures));
    window.addEventListener("hashchange", () => history.state?.figures || this.open());
    this.open();
  }

  // What differs from each figure's first state.
  states() {
    return Object.fromEntries([...this.figures].map(([name, figure]) => [name, figure.changes()]));
  }

  // Writes the states into the present entry of the history, and that of the figure which was
  // moved last into its address.
  keep() {
    clearTimeout(this.waiting);
    history.replaceState({ figures: this.states() }, "", this.moved?.link());
  }

  move(figure) {
    this.moved = figure;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.keep(), REST);
  }

  // Sets a figure in an entry of its own; the one before keeps its place on the page.
  visit(figure, changes, news) {
    this.keep();
    const before = figure.link();
    figure.set(changes);
    this.moved = figure;
    if (figure.link() !== before) {
      history.pushState({ figures: this.states() }, "", figure.link());
    }
    figure.present(news);
  }

  restore(states) {
    clearTimeout(this.waiting);
    this.moved = null;
    for (const [name, figure] of states ? this.figures : []) {
      const state = states[name] ?? {};
      if (JSON.stringify(state) !== JSON.stringify(figure.changes())) {
        figure.restore({ ...figure.initial, ...state });
      }
    }
  }

  // Brings the state back that the address names.
  open() {
    const [name, query] = location.hash.slice(1).split("?");
    const figure = query && this.figures.get(name);
    if (figure) figure.open(new URLSearchParams(query));
    this.moved = null;
    this.keep();
  }
}
