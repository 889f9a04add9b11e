// What a reader has done, kept by this browser alone: {version, exercises: {name: entry}, drafts},
// where an entry is {state, answer, when}. Drafts are the texts that stand in editors, by name; a
// record without any has no drafts.

const KEY = "optimizer-exercises";
const VERSION = 1;
const STATES = ["shown", "tried", "solved"];
const isEntry = (entry) => STATES.includes(entry?.state) && typeof entry.answer === "string"
  && !Number.isNaN(Date.parse(entry.when));
const isTable = (value) => typeof value === "object" && value !== null;
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

// Returns the entries and drafts that a text holds, or throws an error that says what is wrong with
// `source`.
export function contentOf(text, source) {
  let record = null;
  try {
    record = JSON.parse(text);
  } catch {
    // It is judged as one that is no record.
  }
  if (record?.version > VERSION) {
    throw new Error(`${source} was written by a newer version of this book.`);
  }
  const { version, exercises: entries, drafts = {} } = record ?? {};
  const isRecord = version === VERSION && isTable(entries) && isTable(drafts)
    && Object.values(entries).every(isEntry)
    && Object.values(drafts).every((draft) => typeof draft === "string");
  if (!isRecord) throw new Error(`${source} does not hold what was done in this book.`);
  return { entries, drafts };
}

export class Record {
  // `storage` returns the browser's localStorage, or throws.
  constructor(storage) {
    Object.assign(this, { storage, entries: {}, drafts: {}, listeners: [], problem: null });
    this.read();
  }

  // Takes in what this browser keeps; another tab may have written it.
  read() {
    try {
      const text = this.storage().getItem(KEY);
      const nothing = { entries: {}, drafts: {} };
      Object.assign(this, text === null ? nothing : contentOf(text, "What this browser keeps"));
    } catch (error) {
      this.fail(error);
    }
  }

  write() {
    if (!this.problem) {
      try {
        this.storage().setItem(KEY, this.text());
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

  // Keeps what stands in an editor; an empty text is none.
  keep(name, text) {
    if (!this.problem) this.read();
    this.drafts = { ...this.drafts, [name]: text };
    if (!text) delete this.drafts[name];
    this.write();
  }

  // Of two drafts the one that is here stays.
  take(text, source) {
    const { entries, drafts } = contentOf(text, source);
    this.entries = merge(this.entries, entries);
    this.drafts = { ...drafts, ...this.drafts };
    this.write();
  }

  // What could not be read before is forgotten too.
  forget() {
    Object.assign(this, { entries: {}, drafts: {}, problem: null });
    this.write();
  }

  text() {
    const drafts = Object.keys(this.drafts).length ? { drafts: this.drafts } : {};
    return JSON.stringify({ version: VERSION, exercises: this.entries, ...drafts });
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
