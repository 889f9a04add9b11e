// All variants of an exercise, as `variants.py` packed them, and which one a name gets.

// The first is the book's own.
export const unpack = ({ parts, texts, rows }, place) => {
  const [text, ...gaps] = rows[place];
  const written = texts[text].map((part) => parts[part]).join("");
  return JSON.parse(written.replace(/<(\d+)>/g, (_, gap) => gaps[gap]));
};

const hash = (text) => {
  let value = 2166136261;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 16777619) >>> 0;
  }
  return value;
};

// Returns the part, each of which has 60, and the place in it.
export const placeOf = ({ dealt, count }, student) => {
  const place = hash(`${dealt}\n${student.trim().normalize("NFC")}`) % count;
  return [Math.floor(place / 60), 1 + place % 60];
};
