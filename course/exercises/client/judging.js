// What is said to an answer: the words of Python's Report.

import { number } from "../javascript/by_hand.js";
import { ENDED } from "./running.js";

export function judgeNumber({ cases, shown }, answer) {
  const found = cases.find(({ value, within }) => Math.abs(answer - value) <= within);
  if (found?.correct) return { correct: true, lines: [`It is ${shown}.`], diagnosis: "" };
  return {
    correct: false,
    lines: [`${number(answer)} is not it.`],
    diagnosis: diagnosisOf(found),
  };
}

const diagnosisOf = ({ mistake, explanation = "" } = {}) =>
  ((mistake ? `It looks like “${mistake}”. ` : "") + explanation).trimEnd();

const MISSING = "There is no function `update` in it, and no other one alone.";

// What is said to what came of a text that was run.
export function judgeCode({ printed, error, verdict, ended, missing }) {
  if (verdict) {
    const { correct, lines: [first, ...others], chapter } = verdict;
    const where = error?.line ? [`The error is in line ${error.line}.`] : [];
    const more = [...where, ...others];
    return { correct, lines: [first], more, diagnosis: diagnosisOf(verdict), chapter, printed };
  }
  if (ended) return { sentence: ENDED, printed };
  if (missing) return { sentence: MISSING, printed };
  const kind = error.kind ? `${error.kind}: ` : "";
  const place = error.line ? `Line ${error.line}: ` : "";
  return { sentence: place + kind + error.message, printed };
}

export const judgeChoice = ({ verdicts }, key) => ({ ...verdicts[key], diagnosis: "" });
