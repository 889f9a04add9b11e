// Every kind of figure, by the name that stands in its specification.

import { Basins } from "./kinds/basin_map.js";
import { Depth } from "./kinds/depth_histogram.js";
import { Descent } from "./kinds/descent.js";
import { Dial } from "./kinds/dial.js";
import { Lottery } from "./kinds/eigenvalue_lottery.js";
import { Ledger } from "./kinds/ledger.js";
import { NoiseFloor } from "./kinds/noise_floor.js";
import { ParameterMap } from "./kinds/parameter_map.js";
import { Plot } from "./kinds/plot.js";
import { DrawnSchedule } from "./kinds/schedule.js";

export const KINDS = {
  basins: Basins,
  depth: Depth,
  descent: Descent,
  dial: Dial,
  ledger: Ledger,
  lottery: Lottery,
  map: ParameterMap,
  noiseFloor: NoiseFloor,
  plot: Plot,
  schedule: DrawnSchedule,
};
