// The worker of exercises in code: it runs a learner's text in Brython and says what came of it.
"use strict";
(($B, texts) => {
const _b_ = $B.builtins;
const NAME = "answer", MOST_SHOWN = 20000;
let printed = "";

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

// Runs Python and returns its namespace.
const load = (source, name, check = () => {}) => {
  $B.imported[name] = $B.module.$factory(name);
  $B.url2name[name] = name;
  const compiled = $B.py2js({ src: source, filename: name }, name, name, $B.builtins_scope);
  check(compiled._ast);
  const names = new Function(`${compiled.to_js()}\nreturn locals`)();
  for (const [key, value] of Object.entries(names))
    if (!key.startsWith("$") && !key.startsWith("__"))
      $B.module_setattr($B.imported[name], key, value);
  return names;
};

// Python's own streams are the browser's console.
const { Printed } = load(`
class Printed:
    def __init__(self, write):
        self.write = write

    def flush(self):
        pass
`, "printed");
$B.module_setattr($B.imported._sys, "stdout", $B.$call(Printed, (text) => {
  if (printed.length < MOST_SHOWN) printed += text;
  return _b_.None;
}));

const arrays = load(texts.arrays, "course.exercises.page.arrays");
const refuse = (sentence) => { throw $B.$call(arrays.Refused, sentence); };
$B.refuse = refuse;
$B.imported.numpy = arrays.np;
load(texts.symbols, "optimlib.symbols");
load(texts.judge, "course.exercises.judge");
const { verdict_on: verdictOn } = load(texts.run, "course.exercises.page.run");
isOwn = false;

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

// What an error says: its kind, its message and the learner's line.
const described = (thrown) => {
  const error = thrown?.ob_type ? thrown : $B.exception(thrown);
  const kind = $B.class_name(error), lines = $B.error_trace(error);
  const places = [...lines.matchAll(/File "answer", line (\d+)/g)];
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
    return { names: load(text, NAME, check), error: null };
  } catch (thrown) {
    return { names: {}, error: described(thrown) };
  }
};

const isFunction = (value) => value?.ob_type === $B.function;
const functionOf = (names) => {
  if (isFunction(names.update)) return names.update;
  const found = Object.entries(names).filter(([name, value]) => isFunction(value));
  return found.length === 1 ? found[0][1] : null;
};

// Exercises that were opened: their own functions are compiled once.
const opened = new Map();
const own = (source, name) => {
  isOwn = true;
  try {
    return load(`import numpy as np\n${source}\n`, name);
  } finally {
    isOwn = false;
  }
};
const open = ({ id, exercise, functions }) => {
  if (!opened.has(id)) opened.set(id, own(`${functions}\nexercise = ${exercise}`, "exercise"));
  return opened.get(id);
};

const toJavaScript = (value) => {
  if (value === _b_.None) return null;
  if (Array.isArray(value)) return Array.from(value, toJavaScript);
  if ($B.$isinstance(value, _b_.dict))
    return Object.fromEntries(
      Array.from(_b_.dict.$iter_items(value), ({ key, value }) => [key, toJavaScript(value)]));
  return typeof value === "boolean" ? value : String(value);
};

// Judges a text by a case of an exercise.
const judge = (data, number, text) => {
  const { names, error } = execute(text);
  if (error) return { printed, error, verdict: null };
  const update = functionOf(names), { exercise, right, mistakes } = open(data);
  let raised = null;
  const note = (thrown) => {
    raised = described(thrown);
    return _b_.None;
  };
  try {
    const { case: numbers } = own(`case = ${data.cases[number]}`, "case");
    const verdict = update && toJavaScript(
      $B.$call(verdictOn, update, exercise, numbers, right, mistakes, note));
    return { printed, error: raised, verdict };
  } catch (thrown) {
    return { printed, error: described(thrown), verdict: null };
  }
};

globalThis.exercises = { execute, judge };
})(globalThis.__BRYTHON__, globalThis.exerciseTexts);
