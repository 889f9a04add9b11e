// What a race in the worker needs of the figures' JavaScript.

import { codeOf as problemOf, ruleOf as stepOf } from "../explorers/client/computing/code.js";
import {
  hyperparametersAt as valuesAt, LOST as FAR,
} from "../explorers/client/computing/simulate.js";

export const codeOf = problemOf;
export const ruleOf = stepOf;
export const hyperparametersAt = valuesAt;
export const LOST = FAR;
