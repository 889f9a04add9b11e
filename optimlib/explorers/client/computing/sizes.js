// How far off a wrong number is, roughly: with one digit the right one is not given away.

import { number } from "../../../javascript/by_hand.js";

const roughly = (value) => number(Number(value.toPrecision(1)));

export function sizeOf(answer, right) {
  if (answer * right < 0) return "Its sign is not that of the right one.";
  if (!answer || !right) {
    return `It is too ${Math.abs(answer) > Math.abs(right) ? "large" : "small"}.`;
  }
  const ratio = answer / right;
  const direction = ratio > 1 ? "large" : "small";
  const times = Math.max(ratio, 1 / ratio);
  if (times >= 1.95) return `In size it is too ${direction}, about ${roughly(times)} times.`;
  return `In size it is too ${direction}, by about ${roughly(100 * Math.abs(ratio - 1))} %.`;
}
