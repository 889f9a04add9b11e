// What a reader has done, kept by this browser alone: {version, exercises: {name: entry}}, where an
// entry is {state, answer, when}.

const KEY = "optimizer-exercises";
const VERSION = 1;
const STATES = ["shown", "tried", "solved"];
const isEntry = (entry) => STATES.includes(entry?.state) && typeof entry.answer === "string"
  && !Number.isNaN(Date.parse(entry.when));
const better = (a, b) => {
  const difference = STATES.indexOf(a.state) - STATES.indexOf(b.state);
  return difference > 0 || (difference === 0 && a.when > b.when) ? a : b;
};
const merge = (mine, theirs) => {
  const merged = { ...mine };
  for (const [name, entry] of Object.entries(theirs)) {
    merged[name] = name in merged ? better(merged[name], entry) : entry;
  }
  return merged;
};

// Returns the entries that a text holds, or throws an error that says what is wrong with `source`.
export function entriesOf(text, source) {
  let record = null;
  try {
    record = JSON.parse(text);
  } catch {
    // It is judged as one that is no record.
  }
  if (record?.version > VERSION) throw new Error(`${source} was written by a newer version of this book.`);
  const entries = record?.exercises;
  const isRecord = record?.version === VERSION && typeof entries === "object" && entries !== null;
  if (!isRecord || !Object.values(entries).every(isEntry)) {
    throw new Error(`${source} does not hold what was done in this book.`);
  }
  return entries;
}

const textOf = (exercises) => JSON.stringify({ version: VERSION, exercises });

export class Record {
  // `storage` returns the browser's localStorage, or throws.
  constructor(storage) {
    Object.assign(this, { storage, entries: {}, listeners: [], problem: null });
    this.read();
  }

  // Takes in what this browser keeps; another tab may have written it.
  read() {
    try {
      const text = this.storage().getItem(KEY);
      this.entries = text === null ? {} : entriesOf(text, "What this browser keeps");
    } catch (error) {
      this.fail(error);
    }
  }

  write() {
    if (!this.problem) {
      try {
        this.storage().setItem(KEY, textOf(this.entries));
      } catch (error) {
        this.fail(error);
      }
    }
    this.tell();
  }

  fail(error) {
    this.problem ??= `What you do is remembered only until this page is closed. ${error.message}`;
  }

  note(name, state, answer) {
    if (!this.problem) this.read();
    const entry = { state, answer, when: new Date().toISOString() };
    this.entries = merge(this.entries, { [name]: entry });
    this.write();
  }

  take(text, source) {
    this.entries = merge(this.entries, entriesOf(text, source));
    this.write();
  }

  // What could not be read before is forgotten too.
  forget() {
    Object.assign(this, { entries: {}, problem: null });
    this.write();
  }

  text() {
    return textOf(this.entries);
  }

  isSolved(name) {
    return this.entries[name]?.state === "solved";
  }

  // Calls `listener` now and whenever something was done, in another tab too.
  watch(listener) {
    this.listeners.push(listener);
    listener();
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  changedElsewhere({ key }) {
    if (this.problem || ![KEY, null].includes(key)) return;
    this.read();
    this.tell();
  }
}
