// What the search finds. search.py writes it before the texts that it searches.

const PARTS = 3, AROUND = 80;
const GREEK = ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron "
  + "pi rho sigma sigma tau upsilon phi chi psi omega").split(" ");
// A title counts more than a heading, this more than a text, a chapter more than what lists terms,
// a word more than what begins with it.
const TITLE = 10, HEADING = 4, APPENDIX = 0.3, BEGINNING = 0.4;

// β₁, β_1 and beta1 are one word, and so are 10⁻⁸, 10^-8 and 1e-8, ol.trace and trace.

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[α-ω]/g, letter => GREEK[letter.charCodeAt(0) - 945])
    .replace(/[−–‐]/g, "-").replace(/\b1e-0*/g, "10-").replace(/[\^_{}]/g, "")
    .replace(/\bol\./g, "");
}

// Words as lists: of warm-up there are warmup, warm and up.

function words(text) {
  const found = fold(text).match(/[\p{L}\p{N}]+(?:[-.'’][\p{L}\p{N}]+)*/gu) ?? [];
  return found.map(word => {
    const parts = /^[\d.-]+$/.test(word) ? [word] : word.split(/[-.'’]/);
    return parts.length > 1 ? [parts.join(""), ...parts] : parts;
  });
}

const joined = text => words(text).map(forms => forms[0]).join(" ");

class Book {
  constructor(pages, stemmer, stopWords) {
    this.stem = word => /^[a-z]+$/.test(word) ? stemmer.stemWord(word) : word;
    this.stopWords = new Set(stopWords);
    this.pages = pages.map(([address, title, parts]) => ({
      address,
      title,
      // A file is called as its topic.
      names: [title, address.split("/").at(-1).replace(".html", "")]
        .map(name => new Set(words(name).flat().map(this.stem))),
      parts: parts.map(([place, heading, text]) => ({place, heading, text})),
    }));
    this.parts = this.pages.flatMap(page => page.parts);
    this.counts = new Map();
    this.parts.forEach(part => this.add(part));
    this.average = this.parts.reduce((sum, part) => sum + part.length, 0) / this.parts.length;
  }

  add(part) {
    const count = (word, weight) => {
      const stem = this.stem(word);
      if (!this.counts.has(stem)) this.counts.set(stem, new Map());
      const counts = this.counts.get(stem);
      counts.set(part, (counts.get(part) ?? 0) + weight);
    };
    const text = words(part.text).flat();
    part.length = text.length;
    text.forEach(word => count(word, 1));
    words(part.heading).flat().forEach(word => count(word, HEADING));
  }

  // What each part says of a word, by BM25, and of the words that begin with it.

  weigh(word) {
    const weights = new Map();
    const add = (counts, share) => {
      const rarity = Math.log(1 + this.parts.length / counts.size);
      for (const [part, count] of counts) {
        const often = count / (count + 0.4 + 0.8 * part.length / this.average);
        weights.set(part, Math.max(weights.get(part) ?? 0, share * rarity * often));
      }
    };
    const stem = this.stem(word);
    if (this.counts.has(stem)) add(this.counts.get(stem), 1);
    if (word.length > 2)
      for (const [other, counts] of this.counts)
        if (other !== stem && other.startsWith(word)) add(counts, BEGINNING);
    return weights;
  }

  // Of warm-up: what is said of warmup, or of both words.

  weighForms([whole, ...halves]) {
    const weights = this.weigh(whole);
    const [first, ...others] = halves.map(half => this.weigh(half));
    for (const [part, weight] of first ?? []) {
      if (!others.every(other => other.has(part))) continue;
      const sum = others.reduce((total, other) => total + other.get(part), weight);
      weights.set(part, Math.max(weights.get(part) ?? 0, sum / halves.length));
    }
    return weights;
  }

  // The pages that have all words, or else those that have most, best first: {page, parts}.

  find(query) {
    const all = words(query);
    const counting = all.filter(([whole]) => !this.stopWords.has(whole));
    const asked = counting.length ? counting : all;
    const weights = asked.map(forms => this.weighForms(forms));
    const found = this.pages.map(page => this.judge(page, asked, weights, joined(query)));
    const most = Math.max(...found.map(({had}) => had), 1);
    return found.filter(({had}) => had === most).sort((one, other) => other.score - one.score);
  }

  judge(page, asked, weights, query) {
    const scores = page.parts.map(part => {
      const own = weights.map(weight => weight.get(part) ?? 0);
      const share = own.filter(Boolean).length / asked.length;
      const exact = joined(part.heading).replace(/^exercise /, "") === query ? 3 : 1;
      return {part, own, score: own.reduce((sum, weight) => sum + weight, 0) * share * exact};
    });
    const often = asked.map((_, i) => scores.reduce((sum, {own}) => sum + own[i], 0));
    const named = page.names.map(names => {
      const had = asked.filter(forms => forms.some(form => names.has(this.stem(form)))).length;
      return had ** 2 / asked.length / names.size;
    });
    scores.sort((one, other) => other.score - one.score);
    const score = scores[0].score + TITLE * Math.max(...named)
      + often.reduce((sum, weight) => sum + Math.log1p(weight), 0);
    return {
      page,
      had: often.filter(Boolean).length,
      score: score * (page.address.includes("/appendix/") ? APPENDIX : 1),
      parts: scores.filter(({score: own}) => own > 0.4 * scores[0].score)
        .slice(0, PARTS).map(({part}) => part),
    };
  }

  // What stands around the first word that was asked for.

  excerpt(text, query) {
    const asked = words(query).flat().filter(word => word.length > 1);
    const isAsked = word =>
      words(word).flat().some(part => asked.some(wanted => part.startsWith(wanted)));
    const at = [...text.matchAll(/\S+/g)].find(([word]) => isAsked(word))?.index ?? 0;
    const start = at > AROUND ? text.indexOf(" ", at - AROUND) + 1 : 0;
    const cut = text.slice(start, start + 2 * AROUND);
    const isCut = start + 2 * AROUND < text.length;
    return `${start ? "… " : ""}${isCut ? `${cut.slice(0, cut.lastIndexOf(" "))} …` : cut}`;
  }
}

globalThis.Book = Book;
