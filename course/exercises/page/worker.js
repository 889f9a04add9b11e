// The worker of exercises in code: it runs a learner's text in Brython and says what came of it.
/* oxlint-disable no-underscore-dangle -- Brython's names */
"use strict";
(($B, modules, operations, pairs, recorded) => {
const _b_ = $B.builtins;
const NAME = "answer", MOST_SHOWN = 20000;
let printed = "";
// What it compiles to refers to it so.
globalThis.$B = $B;

// What a learner's text may import, and what only this page's own code may.
const offered = new Set(["math", "numpy"]);
let isOwn = true;
$B.$__import__ = (name) => {
  if (isOwn || offered.has(name)) return $B.imported[name];
  return refuse(
    `The module ${name} is not on this page, which has math and a part of NumPy. All of Python ` +
    "is in the notebook, which the rocket button opens.",
  );
};

// Makes a module, which `compiled` fills, and returns its namespace.
const load = (name, compiled) => {
  $B.imported[name] = $B.module.$factory(name);
  $B.url2name[name] = name;
  const names = compiled();
  for (const [key, value] of Object.entries(names))
    if (!key.startsWith("$") && !key.startsWith("__"))
      $B.module_setattr($B.imported[name], key, value);
  return names;
};
// Runs a learner's text and returns its namespace.
const run = (text) => load(NAME, () => {
  const compiled = $B.py2js({ src: `${text}\n`, filename: NAME }, NAME, NAME, $B.builtins_scope);
  check(compiled._ast);
  return new Function(`${compiled.to_js()}\nreturn locals`)();
});

for (const [name, compiled] of Object.entries(modules)) modules[name] = load(name, compiled);
const { np, ndarray, wrapped, Refused } = modules["course.exercises.page.arrays"];
const refuse = (sentence) => { throw $B.$call(Refused, sentence); };
$B.refuse = refuse;
$B.imported.numpy = np;
const { verdict_on: verdictOn, stepping } = modules["course.exercises.page.run"];
isOwn = false;

// What rules mostly do, arithmetic on arrays of floats, without Brython's detours: a tenth of the
// time. All else, as what comes of 0 and of other numbers, is in arrays.py.
const QUICK = {
  __add__: operations.add,
  __sub__: operations.subtract,
  __mul__: operations.multiply,
  __truediv__: operations.divide,
  __pow__: operations.power,
};
const floats = (x) => {
  if (typeof x === "number") return x;
  if (x?.ob_type === _b_.float) return x.value;
  if (x?.ob_type !== ndarray) return null;
  const fields = $B.get_dict(x);
  return $B.str_dict_get(fields, "kind") === "float64" ? $B.str_dict_get(fields, "values") : null;
};
const arrayOf = (values) => {
  const array = { ob_type: ndarray };
  $B.set_dict(array, $B.obj_dict({ kind: "float64", values: $B.$list(values) }));
  return array;
};
const isFloats = (x) => Array.isArray(x) && x.every((y) => y?.ob_type === _b_.float);
const asarray = (x) => isFloats(x) ? arrayOf([...x]) : $B.$call(wrapped, x);
const quick = (op, x, y) => {
  const [a, b] = [floats(x), floats(y)];
  if (a === null || b === null || a.length !== b.length && a.length && b.length) return null;
  const [compute, longer] = [QUICK[op], a.length ? a : b];
  const at = (z, i) => typeof z === "number" ? z : z[i].value;
  return arrayOf(Array.from(longer, (_, i) => $B.fast_float(compute(at(a, i), at(b, i)))));
};
const slow = $B.rich_op;
$B.rich_op = (op, x, y, position) => {
  const isArray = x?.ob_type === ndarray || y?.ob_type === ndarray;
  return isArray && QUICK[op] && quick(op, x, y) || slow(op, x, y, position);
};

// Python's own stream is the browser's console.
const stream = {
  write: (text) => {
    if (printed.length < MOST_SHOWN) printed += text;
    return _b_.None;
  },
  flush: () => _b_.None,
};
$B.module_setattr($B.imported._sys, "stdout", $B.jsobj2pyobj(stream));
$B.module_setattr($B.imported._sys, "stderr", $B.jsobj2pyobj({ ...stream, write: stream.flush }));

for (const name of ["open", "input", "exec", "eval", "compile", "globals", "locals", "breakpoint"])
  _b_[name] = Object.assign(
    () => refuse(`\`${name}\` is not on this page: a rule does without it.`),
    { ob_type: $B.builtin_function_or_method, $function_infos: ["builtins", name, name] },
  );

// What Brython gets wrong and a rule does without.
const COMPREHENSIONS = ["ListComp", "SetComp", "DictComp", "GeneratorExp"];
const ASYNCHRONOUS = ["AsyncFunctionDef", "AsyncFor", "AsyncWith", "Await"];
const check = (node, inComprehension = false) => {
  if (Array.isArray(node)) return node.forEach((part) => check(part, inComprehension));
  const kind = node?.constructor?.$name;
  if (!kind) return undefined;
  if (ASYNCHRONOUS.includes(kind)) refuse("`async` is not on this page: a rule does without it.");
  if (kind === "Lambda" && inComprehension)
    refuse("A lambda inside a comprehension is not on this page: write a function with def.");
  for (const field of node.constructor._fields ?? []) {
    const isElement = COMPREHENSIONS.includes(kind) && field !== "generators";
    check(node[field], inComprehension || isElement);
  }
  return undefined;
};

// np and math are there without an import.
const given = { np, math: $B.imported.math };
for (const name of ["resolve_in_scopes", "resolve_global"]) {
  const resolve = $B[name];
  $B[name] = (...asked) => {
    try {
      return resolve(...asked);
    } catch (error) {
      if (Object.hasOwn(given, asked[0])) return given[asked[0]];
      throw error;
    }
  };
}

// The first line that is indented for no reason: Brython names the last line of the text.
const indented = (text) => {
  let [indent, mayGrow, depth] = [0, false, 0];
  for (const [number, line] of text.split("\n").entries()) {
    const code = line.replace(/(["'])(?:\\.|(?!\1).)*\1/g, "''").replace(/#.*/, "").trimEnd();
    if (!code.trim()) continue;
    const own = code.length - code.trimStart().length;
    if (depth === 0) {
      if (own > indent && !mayGrow) return number + 1;
      indent = own;
    }
    depth += code.split(/[([{]/).length - code.split(/[)\]}]/).length;
    mayGrow = code.endsWith(":") || code.endsWith("\\");
  }
  return null;
};

// What an error says: its kind, its message and the learner's line.
const described = (thrown, text) => {
  // A JavaScript error is a fault of this page, but for a stack that is full.
  if (!thrown.ob_type && !$B.is_recursion_error(thrown)) throw thrown;
  const error = thrown.ob_type ? thrown : $B.exception(thrown);
  const kind = $B.class_name(error);
  if ($B.$isinstance(error, _b_.SyntaxError)) {
    const [message, [, line]] = error.args;
    const isIndent = String(message) === "unexpected indent";
    return { kind, message: String(message), line: isIndent ? indented(text) : Number(line) };
  }
  const places = [...$B.error_trace(error).matchAll(/File "answer", line (\d+)/g)];
  return {
    kind: kind === "Refused" ? null : kind,
    message: String(_b_.str.$factory(error)),
    line: places.length ? Number(places.at(-1)[1]) : null,
  };
};

// Runs a text; returns its namespace, or none and what went wrong.
const execute = (text) => {
  printed = "";
  $B.frame_obj = null;
  try {
    const names = run(text);
    return { printed, names, error: null };
  } catch (thrown) {
    return { printed, names: {}, error: described(thrown, text) };
  }
};

const isFunction = (value) => value?.ob_type === $B.function;
const isCallable = (value) => value !== undefined && value !== null &&
  _b_.callable(value) === true && !$B.$isinstance(value, _b_.type);
const functionOf = (names) => {
  if (isFunction(names.update) || isCallable(names.update)) return names.update;
  const found = Object.entries(names).filter(([, value]) => isFunction(value));
  return found.length === 1 ? found[0][1] : null;
};

// JavaScript's values as Python's. Every number is a float, but t.
const toPython = (value) => {
  if (value === null) return _b_.None;
  if (typeof value === "number") return $B.fast_float(value);
  if (Array.isArray(value)) return $B.$list(value.map(toPython));
  if (typeof value !== "object") return value;
  const dict = $B.empty_dict();
  for (const [key, entry] of Object.entries(value))
    _b_.dict.$setitem(dict, key, key === "t" ? entry : toPython(entry));
  return dict;
};
const toJavaScript = (value) => {
  if (value === _b_.None) return null;
  if (Array.isArray(value)) return Array.from(value, toJavaScript);
  if ($B.$isinstance(value, _b_.dict))
    return Object.fromEntries(
      Array.from(_b_.dict.$iter_items(value), (entry) => [entry.key, toJavaScript(entry.value)]));
  return typeof value === "boolean" ? value : String(value);
};

// What the exercise's own rule and its mistakes compute in a situation.

const sum = (x) => x.reduce((a, b) => a + b);
const REDUCTIONS = {
  sum,
  mean: (x) => sum(x) / x.length,
  max: (x) => Math.max(...x),
  norm: (x) => Math.sqrt(sum(x.map((a) => a * a))),
};
const elementwise = (compute, found) => {
  const vector = found.find(Array.isArray);
  if (!vector) return compute(...found);
  return vector.map((_, place) => compute(...found.map((x) => Array.isArray(x) ? x[place] : x)));
};
// The value of an entry, from those of the symbols and of what is computed, which is added to.
const valueOf = (entries, place, symbols, computed = []) => {
  if (place in computed) return computed[place];
  const entry = entries[place];
  if (typeof entry === "number") computed[place] = entry;
  else if (typeof entry === "string") computed[place] = symbols[entry];
  else {
    const [name, ...parts] = entry;
    const found = parts.map((part) => valueOf(entries, part, symbols, computed));
    if (name === "grad") computed[place] = gradientAt(found[0], symbols);
    else if (REDUCTIONS[name]) computed[place] = REDUCTIONS[name](found[0]);
    else computed[place] = elementwise(operations[name], found);
  }
  return computed[place];
};
const gradientAt = (point, { w, g, h }) =>
  elementwise((x, here, slope, bend) => slope + bend * (x - here), [point, w, g, h]);
const valuesIn = ({ state, hyperparameters, ...others }, entries) => {
  const symbols = { ...others, inf: Infinity, ...state, ...hyperparameters }, values = [];
  for (const place of entries.keys()) valueOf(entries, place, symbols, values);
  return values;
};
const named = (names, values) => Object.fromEntries(names.map((name, i) => [name, values[i]]));
const situationsOf = ({ exercise, cases }, number) => {
  const [points, settings] = cases[number];
  return settings.flatMap(([numbers, steps]) => {
    const hyperparameters = named(exercise.hyperparameters, numbers);
    return steps.map(([g, ...values], step) => {
      const [t, w, h] = points[step], state = named(exercise.names.slice(0, -1), values);
      return { t, w, g, h, state, hyperparameters };
    });
  });
};

// The situations and values of runs, which begin where t is 1: each step has the state that the one
// before has left in these places.
const walk = (situations, entries, names, places) => {
  let t = 0, state = null;
  return situations.map((situation) => {
    if (situation.t === 1) [t, state] = [0, situation.state];
    t += 1;
    const own = { ...situation, t, state }, values = valuesIn(own, entries);
    state = Object.fromEntries(names.slice(0, -1).map((name, k) =>
      [name, asMany(values[places[k]], own.w)]));
    return [own, values];
  });
};
const asMany = (x, w) => Array.isArray(x) ? x : w.map(() => x);

// Pairs of mistakes are found once for each exercise.
const knownPairs = new Map();
const pairsOf = ({ exercise, operations: entries, right, wrong, compared }) => {
  const key = exercise.rule, first = compared.map((name) => right[name]);
  if (!knownPairs.has(key))
    knownPairs.set(key, pairs(entries, [first, ...wrong], exercise.names.length));
  return knownPairs.get(key);
};

// What `judge` asks for beside the answer.
const neededFor = (data, number) => {
  const { exercise, operations: entries, right, vectors } = data;
  const wrong = data.wrong.map((places) => places.slice(-exercise.names.length));
  const situations = situationsOf(data, number);
  const valuesBy = (some) => situations.map((situation) => valuesIn(situation, some));
  const [{ w }] = situations;
  const row = (steps, places) =>
    steps.flatMap((values) => places.flatMap((place) => asMany(values[place], w)));
  const record = (values) =>
    Object.fromEntries(Object.entries(right).map(([name, place]) =>
      [name, vectors.includes(name) ? asMany(values[place], w) : values[place]]));
  const values = valuesBy(entries);
  const walkOf = (places) => walk(situations, entries, exercise.names, places);
  return [
    ...[exercise, situations, values.map(record)].map(toPython),
    () => {
      postMessage({ seeking: true });
      return toPython(wrong.map((places) => row(values, places)));
    },
    () => {
      const { operations: merged, numbers, both } = pairsOf(data), computed = valuesBy(merged);
      return $B.$list([
        $B.$list(numbers.map($B.$list)), toPython(both.map((places) => row(computed, places))),
      ]);
    },
    () => {
      const own = walkOf(exercise.names.map((name) => right[name]));
      const rows = () => {
        postMessage({ seeking: true });
        return toPython(wrong.map((places) => row(walkOf(places).map((step) => step[1]), places)));
      };
      return $B.$list([
        toPython(own.map((step) => step[0])), toPython(own.map((step) => record(step[1]))), rows,
      ]);
    },
  ];
};

// What the library's rules compute once their names stand for what an answer is given.
const rules = toPython(recorded.rules);
const computing = (numbers) => {
  const entries = Array.from(_b_.dict.$iter_items(numbers));
  const columns = Object.fromEntries(entries.map(({ key, value }) => [key, value.map(floats)]));
  columns.inf = Infinity;
  const inColumn = (at) => Object.fromEntries(
    Object.entries(columns).map(([name, x]) => [name, Array.isArray(x) ? x[at] : x]));
  const alone = columns.w.map((_, at) => inColumn(at));
  return (place, stands, column) => {
    const all = column === _b_.None ? columns : alone[column], symbols = { ...all };
    for (const { key, value } of _b_.dict.$iter_items(stands))
      symbols[key] = floats(value) ?? all[value];
    const result = valueOf(recorded.operations, floats(place), symbols);
    return toPython(column === _b_.None ? asMany(result, columns.w) : result);
  };
};

// Judges a text by a case of an exercise.
const judge = (data, number, text) => {
  const { names, error } = execute(text);
  if (error) return { printed, error, verdict: null };
  const update = functionOf(names);
  if (!update) return { printed, error: null, verdict: null, missing: true };
  let raised = null;
  const note = (thrown) => {
    raised = described(thrown);
    return _b_.None;
  };
  const renew = () => functionOf(run(text));
  try {
    const needed = [...neededFor(data, number), rules, computing, asarray, note];
    const [verdict, isUsable] = $B.$call(verdictOn, update, renew, ...needed);
    const said = { printed, error: raised, verdict: toJavaScript(verdict) };
    return isUsable ? said : { ...said, unusable: true };
  } catch (thrown) {
    return { printed, error: described(thrown), verdict: null };
  }
};

// Races: a learner's rule, or the exercise's own, runs on a problem of a figure.

// The library of problems and rules comes along with a race, as a text.
let library = null;

// Returns the function from a record to the numbers of its arrays, or to None if some are others.
const arraysIn = (names, d) => (record) => {
  if (!$B.$isinstance(record, _b_.dict)) return _b_.None;
  const found = Object.fromEntries(
    Array.from(_b_.dict.$iter_items(record), ({ key, value }) => [key, value]));
  const rows = names.map((name) => found[name]?.ob_type === ndarray && floats(found[name]));
  return rows.every((row) => row && row.length === d) ? $B.$list(rows) : _b_.None;
};

// Returns the function from a situation, and the problem's gradient, to the numbers of a step.
const learnersStep = (data, text, d) => {
  const { names, error } = execute(text);
  if (error) return () => error;
  const update = functionOf(names);
  if (!update) return () => ({ message: "there is no function to race" });
  const expected = Object.fromEntries(data.exercise.names.map((name) =>
    [name, data.vectors.includes(name) ? Array.from({ length: d }, () => 0) : 0]));
  const known = [data.exercise, expected].map(toPython);
  const step = $B.$call(stepping, update, ...known, asarray, arraysIn(data.exercise.names, d));
  return (situation, gradient) => {
    const grad = (point) => {
      const at = floats(point);
      if (at === null) refuse("`grad` is a function of a point, an array of floats.");
      const w = situation.w.map((_, i) => typeof at === "number" ? at : at[i].value);
      return arrayOf(gradient(w).map((x) => $B.fast_float(x)));
    };
    try {
      const result = $B.$call(step, toPython(situation), grad);
      return typeof result === "string" ? { message: result }
        : Array.from(result, (numbers) => Array.from(numbers, ({ value }) => value));
    } catch (thrown) {
      return described(thrown, text);
    }
  };
};
const rightStep = ({ exercise, operations: entries, right }) => (situation) => {
  const values = valuesIn(situation, entries);
  return exercise.names.map((name) => [values[right[name]]].flat());
};

const race = ({ code, data, text, ground, parameters, hyperparameters, start, steps }) => {
  library ??= new Function(`return (${code})()`)();
  const { codeOf, ruleOf, hyperparametersAt, LOST } = library;
  const { rule, names, parameters: asked } = data.exercise, d = start.length;
  const problem = codeOf(ground), initial = ruleOf({ rule })?.initial ?? (() => []);
  const rates = Object.fromEntries(Object.entries(hyperparameters).map(([name, value]) =>
    [name, Array.isArray(value) ? (t) => value[t - 1] : value]));
  const begun = start.map((x) => initial(hyperparametersAt(rates, 1), x));
  let state = names.slice(0, -1).map((_, k) => begun.map((values) => values[k])), w = start;
  const gradient = (t, point) => problem.grad(parameters, t, ...point);
  const passed = (t) => postMessage({ t, w, value: problem.f(parameters, t, ...w) });
  passed(0);
  const step = text === null ? rightStep(data) : learnersStep(data, text, d);
  for (let t = 1; t <= steps && w.every((x) => Math.abs(x) < LOST); t++) {
    const values = state.map((row) => row.length < d ? row[0] : row);
    const h = asked.includes("h")
      ? problem.hess(parameters, t, ...w).map((row, i) => row[i]) : w.map(() => NaN);
    const result = step({
      t, w, g: gradient(t, w), h, hyperparameters: hyperparametersAt(rates, t),
      state: Object.fromEntries(values.map((value, k) => [names[k], value])),
    }, (point) => gradient(t, point));
    if (!Array.isArray(result)) return { error: result };
    state = result.slice(0, -1);
    w = w.map((x, i) => x + result.at(-1)[i]);
    passed(t);
  }
  return { error: null };
};

const answer = ({ exercise, number, text, ...asked }) => {
  if (asked.code) return race({ text, ...asked });
  if (exercise) return judge(exercise, number, text);
  const { printed: shown, error } = execute(text);
  return { printed: shown, error, verdict: null };
};
globalThis.addEventListener("message", ({ data }) => postMessage(answer(data)));
postMessage("ready");
})(
  globalThis.__BRYTHON__, globalThis.exerciseModules, globalThis.exerciseOperations,
  globalThis.exercisePairs, globalThis.exerciseRules,
);
