// A run step by step as one computes it by hand, and answers to what a reader computed.

import { number } from "../../../javascript/by_hand.js";
import { hyperparametersAt, simulate } from "./simulate.js";

// Returns what each step of a run shows: lines {name, head, value, text}, of which `head` ends
// before the value, and the points before, after and under the gradient.
export function ledgerSteps(rule, hyperparameters, problem, parameters, start, steps) {
  const run = simulate(rule, hyperparameters, problem, parameters, [start], steps, { keep: true });
  return run.records.map((record) => {
    const [g, at, before, state, values, w] =
      ["g", "lookAhead", "before", "states", "values", "w"].map((name) => record[name][0]);
    const { t } = record;
    const named = values.filter((_, i) => rule.names[i] !== "step");
    const results = [...(rule.lookAhead ? [at] : []), g, ...named, w];
    const texts = rule.byHand(
      hyperparametersAt(hyperparameters, t),
      { t, g, w_before: before, state_before: state, values, w },
      problem.byHand(parameters, t, g, at),
    );
    const lines = texts.map((text, i) => ({
      text,
      name: text.slice(0, text.indexOf(" = ")),
      head: text.slice(0, text.length - number(results[i]).length),
      value: results[i],
    }));
    return { t, g, at, before, w, step: values[rule.names.indexOf("step")], lines };
  });
}

// Says in words how a reader's value of the new point compares with it. What is as near to
// another value as a two-hundredth of it is taken for that one.
export function judgeGuess(guess, { before, w, step, lines }, lr) {
  const near = (value, size = value) => Math.abs(guess - value) <= Math.abs(size) / 200;
  const goal = lines.at(-1).name;
  const others = lines.slice(0, -1);
  const g = others.find(({ name }) => name.startsWith("g")).value;
  if (near(w, step) || number(guess) === number(w)) return "Right.";
  if (near(before, step)) return "That is the point before the step.";
  if (near(before - step, step)) return "That is a step in the other direction.";
  if (near(step)) return "That is the step: it is to be added to the point.";
  if (near(-step)) return "That is the step with the other sign: it is to be added to the point.";
  if (lr && near(before - lr * g, lr * g)) return "That is the step of gradient descent.";
  if (near(w)) return "Right, up to rounding.";
  const same = others.find(({ value }) => value && near(value));
  if (same) return `That is ${same.name}, not ${goal}.`;
  if (near(-w)) return "The sign is wrong, the size is right.";
  const short = (value) => number(Number(value.toPrecision(2)));
  const side = guess > w ? "large" : "small";
  const off = Math.abs(guess - w);
  if (off > Math.abs(w)) return `It is too ${side} by ${short(off)}.`;
  return `${short(100 * Math.abs(guess / w - 1))} % off: too ${side}.`;
}
