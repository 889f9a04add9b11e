// A run step by step as one computes it by hand, and answers to what a reader computed.

import { number } from "../../../javascript/by_hand.js";
import { readNumber } from "./reading.js";
import { hyperparametersAt, simulate } from "./simulate.js";
import { sizeOf } from "./sizes.js";

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

const right = (said) => ({ isRight: true, said });
const wrong = (said) => ({ isRight: false, said });

// What a reader's value of the new point is. What is as near to another value as a two-hundredth
// of it is taken for that one.
function compare(guess, { before, w, step, lines }, lr) {
  const near = (value, size = value) => Math.abs(guess - value) <= Math.abs(size) / 200;
  const others = lines.slice(0, -1);
  const g = others.find(({ name }) => name.startsWith("g")).value;
  if (near(w, step) || number(guess) === number(w)) return right("Right.");
  if (near(before, step)) return wrong("That is the point before the step.");
  if (near(before - step, step)) return wrong("That is a step in the other direction.");
  if (near(step)) return wrong("That is the step: it is to be added to the point.");
  if (near(-step)) {
    return wrong("That is the step with the other sign: it is to be added to the point.");
  }
  if (lr && near(before - lr * g, lr * g)) return wrong("That is the step of gradient descent.");
  if (near(w)) return right("Right, up to rounding.");
  const same = others.find(({ value }) => value && near(value));
  if (same) return wrong(`That is ${same.name}.`);
  return wrong(near(-w) ? "The sign is wrong." : "");
}

// Answers what a reader typed for the new point, in words: never with the right value, and with
// how far off it is only if asked again.
export function judgeTyped(typed, step, lr, isAgain) {
  const { value, sentence } = readNumber(typed);
  if (sentence) return wrong(sentence);
  const { isRight, said } = compare(value, step, lr);
  if (isRight) return right(said);
  const sentences = [`${number(value)} is not it.`, said, isAgain ? sizeOf(value, step.w) : ""];
  return wrong(sentences.filter(Boolean).join(" "));
}
