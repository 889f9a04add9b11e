// What is said to an answer: the words of Python's Report.

import { number } from "../javascript/by_hand.js";

export function judgeNumber({ cases, shown }, answer) {
  const found = cases.find(({ value, within }) => Math.abs(answer - value) <= within);
  if (found?.correct) return { correct: true, lines: [`It is ${shown}.`], diagnosis: "" };
  const { mistake, explanation } = found ?? { mistake: null, explanation: "" };
  const named = mistake ? `It looks like “${mistake}”. ` : "";
  return {
    correct: false,
    lines: [`${number(answer)} is not it.`],
    diagnosis: (named + explanation).trimEnd(),
  };
}

export const judgeChoice = ({ verdicts }, key) => ({ ...verdicts[key], diagnosis: "" });

const roughly = (value) => number(Number(value.toPrecision(1)));

// How far off a wrong number is, roughly: with one digit the right one is not given away.
export function sizeOf(answer, right) {
  if (answer * right < 0) return "Its sign is not that of the right one.";
  if (!answer || !right) return `It is too ${Math.abs(answer) > Math.abs(right) ? "large" : "small"}.`;
  const ratio = answer / right;
  const direction = ratio > 1 ? "large" : "small";
  const times = Math.max(ratio, 1 / ratio);
  if (times >= 1.95) return `In size it is too ${direction}, about ${roughly(times)} times.`;
  return `In size it is too ${direction}, by about ${roughly(100 * Math.abs(ratio - 1))} %.`;
}
