// A number as people type it: 3.2 or 3,2, 1e-3, 10^-3, 2·10⁻³, 1/3, −2, 50 %.

const EXPECTED = "Type one number, such as 3.2, 1e-3, 2·10^-3 or 1/3.";
const WITHOUT = "Write it without marks for the thousands.";
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻";
const SEVERAL_MARKS = /\d[.,]\d+[.,]\d/;
const THOUSANDS_OR_DECIMALS = /(?<![\d.,])[1-9]\d{0,2},\d{3}(?!\d)/;
const PART = String.raw`(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d+)?(?:\^[+-]?\d+)?`;
const NUMBER = new RegExp(String.raw`^([+-]?)(${PART})((?:[*/]${PART})*)([%°]?)$`);

// Brings the many ways of writing one sign to one of them.
const plain = (typed) => typed
  .replace(/[⁺⁻⁰¹²³⁴-⁹]+/g, (raised) =>
    `^${raised.replace(/./g, (sign) => "0123456789+-"[RAISED.indexOf(sign)])}`)
  .normalize("NFKC")
  .replace(/[−–‒]/g, "-")
  .replace(/\*\*/g, "^")
  .replace(/[·⋅∙×]|(?<=\d)\s*x\s*(?=10\^)/gi, "*")
  .replace(/[⁄∕÷:]/g, "/")
  .replace(/\^\s*[({]\s*([+-]?\d+)\s*[)}]/g, "^$1")
  .trim()
  .replace(/^\d{1,3}(?: \d{3})+(?![\d ])/, (whole) => whole.replace(/ /g, ""))
  .replace(/\s*([*/^%°])\s*/g, "$1")
  .replace(/^([+-])\s+/, "$1")
  .toLowerCase();

const valueOf = (part) => {
  const [base, exponent] = part.replace(",", ".").split("^");
  return exponent === undefined ? Number(base) : Number(base) ** Number(exponent);
};

const about = (typed, what, expected = EXPECTED) =>
  ({ sentence: `“${typed.trim()}” ${what}. ${expected}` });

// Returns { value }, or { sentence } that says what is expected. In percent, "50 %" is 50.
export function readNumber(typed, inPercent = false) {
  const text = plain(typed);
  if (!text) return { sentence: EXPECTED };
  if (SEVERAL_MARKS.test(text)) return about(typed, "can be read in two ways", WITHOUT);
  const unclear = THOUSANDS_OR_DECIMALS.exec(text)?.[0];
  if (unclear) {
    const ways = `${unclear.replace(",", ".")} or ${unclear.replace(",", "")}`;
    return about(typed, "can be read in two ways", `Type ${ways}.`);
  }
  const [match, sign, first, others, unit] = NUMBER.exec(text) ?? [];
  if (!match || /\d\s*[½⅓-⅞¼-¾]/.test(typed)) {
    return about(typed, "is no number that is understood here");
  }
  let value = valueOf(first);
  for (const [, operation, part] of others.matchAll(new RegExp(`([*/])(${PART})`, "g"))) {
    value = operation === "*" ? value * valueOf(part) : value / valueOf(part);
  }
  if (sign === "-") value = -value;
  if (unit === "%" && !inPercent) value /= 100;
  if (!Number.isFinite(value)) return about(typed, "is no finite number");
  return { value };
}
