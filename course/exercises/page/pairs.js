// Two mistakes at once, put together as pairs.py does, of which this is the page's copy.
"use strict";
globalThis.exercisePairs = (() => {
const DEPTH = 12;

const areAlike = (first, ...others) => Array.isArray(first) && others.every((other) =>
  Array.isArray(other) && other[0] === first[0] && other.length === first.length);

class Pairs {
  // `entries` are added to; `rows` are the places of the right values and of those of mistakes.
  // The last `count` of them are what an answer returns.
  constructor(entries, [right, ...wrong], count) {
    this.entries = entries;
    this.places = new Map(entries.map((entry, place) => [JSON.stringify(entry), place]));
    this.merged = new Map();
    this.changed = new Map();
    const seen = new Set([right, ...wrong].map(String));
    this.numbers = [];
    this.both = [];
    for (let i = 0; i < wrong.length; i++)
      for (let j = i + 1; j < wrong.length; j++) {
        const row = this.row(right, wrong[i], wrong[j]);
        if (row.includes(null) || seen.has(String(row))) continue;
        seen.add(String(row));
        this.numbers.push([i, j]);
        this.both.push(row.slice(-count));
      }
  }

  row(right, one, other) {
    const last = right.length - 1;
    const changedIn = (wrong) =>
      [...right.keys()].filter((n) => n < last && wrong[n] !== right[n]);
    const newIn = (wrong, places) => new Map(places.flatMap((n) =>
      Array.isArray(this.entries[right[n]]) ? [[right[n], wrong[n]]] : []));
    for (const [first, second] of [[one, other], [other, one]]) {
      const changed = changedIn(first), others = changedIn(second);
      const changes = newIn(first, changed), later = newIn(second, others);
      const isApart = changed.length > 0 && !changed.some((n) => others.includes(n));
      if (isApart && this.put(right[last], changes, new Set()) === first[last]) {
        const own = first.map((place, n) =>
          changed.includes(n) ? this.put(place, later, new Set()) : null);
        const final = newIn(own, changed);
        return second.map((place, n) => own[n] ?? this.put(place, final, new Set()));
      }
    }
    return right.map((place, k) => this.merge(place, one[k], other[k]));
  }

  add(entry) {
    const key = JSON.stringify(entry);
    if (!this.places.has(key)) this.places.set(key, this.entries.push(entry) - 1);
    return this.places.get(key);
  }

  alike(...places) {
    return areAlike(...places.map((place) => this.entries[place]));
  }

  merge(right, one, other) {
    if (one === right || one === other) return other;
    if (other === right) return one;
    const key = `${right},${one},${other}`;
    if (!this.merged.has(key))
      this.merged.set(key,
        this.inPlace(right, one, other) ?? this.inPlace(right, other, one)
        ?? this.within(right, one, other) ?? this.within(right, other, one)
        ?? this.instead(right, one, other) ?? this.instead(right, other, one)
        ?? this.part(right, other) ?? this.part(right, one));
    return this.merged.get(key);
  }

  within(...places) {
    if (!this.alike(...places)) return null;
    const [right, one, other] = places.map((place) => this.entries[place]);
    const parts = right.slice(1).map((part, k) => this.merge(part, one[k + 1], other[k + 1]));
    return parts.includes(null) ? null : this.add([right[0], ...parts]);
  }

  inPlace(right, one, other) {
    for (const changes of this.changes(right, one)) {
      const used = new Set(), found = this.put(other, changes, used);
      if (used.size === changes.size) return found;
    }
    return null;
  }

  instead(right, one, other) {
    if (this.alike(right, other)) return null;
    for (const changes of this.changes(right, one)) {
      const used = new Set();
      this.put(other, changes, used);
      if (!changes.has(right) && used.size === 0) return other;
    }
    return null;
  }

  part(right, other) {
    return this.has(right, other) ? other : null;
  }

  has(place, part) {
    const entry = this.entries[place];
    return place === part
      || Array.isArray(entry) && entry.slice(1).some((below) => this.has(below, part));
  }

  changes(right, wrong) {
    const key = `${right},${wrong}`;
    if (!this.changed.has(key)) {
      const found = new Map();
      for (let depth = 0; depth < DEPTH; depth++) {
        const changes = new Map();
        if (this.compare(right, wrong, changes, depth) && !found.has(String([...changes]))
          && this.put(right, changes, new Set()) === wrong)
          found.set(String([...changes]), changes);
      }
      this.changed.set(key, [...found.values()]);
    }
    return this.changed.get(key);
  }

  compare(right, wrong, changes, depth) {
    if (right === wrong) return true;
    if (depth && this.alike(right, wrong))
      return this.entries[right].slice(1).every((part, k) =>
        this.compare(part, this.entries[wrong][k + 1], changes, depth - 1));
    if (!changes.has(right)) changes.set(right, wrong);
    return changes.get(right) === wrong;
  }

  put(place, changes, used, done = new Map()) {
    if (changes.has(place)) {
      used.add(place);
      return changes.get(place);
    }
    const entry = this.entries[place];
    if (!Array.isArray(entry)) return place;
    if (!done.has(place)) {
      const parts = entry.slice(1).map((part) => this.put(part, changes, used, done));
      const isSame = parts.every((part, k) => part === entry[k + 1]);
      done.set(place, isSame ? place : this.add([entry[0], ...parts]));
    }
    return done.get(place);
  }
}

return (entries, rows, count) => {
  const operations = [...entries], { numbers, both } = new Pairs(operations, rows, count);
  return { operations, numbers, both };
};
})();
