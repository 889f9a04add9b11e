// Runs and judges a learner's code in a worker of its own, which is ended when its time is up.

// What a learner's code has, and what we then have to find out what is wrong with it.
const MILLISECONDS = 2000, SEEKING = 10000;

const LATE = { printed: "", error: null, verdict: null, ended: true };

// The next message of a worker, or the error that it ends with.
const answerOf = (worker) => new Promise((resolve, reject) => {
  const listening = new AbortController(), { signal } = listening;
  worker.addEventListener("message", ({ data }) => {
    listening.abort();
    resolve(data);
  }, { signal });
  worker.addEventListener("error", ({ message }) => {
    listening.abort();
    reject(new Error(message));
  }, { signal });
});

const inTime = async (worker, milliseconds) => {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds, LATE);
  });
  try {
    return await Promise.race([answerOf(worker), late]);
  } finally {
    clearTimeout(timer);
  }
};

// `loadInterpreter` and `loadExercise(name)` return promises of the worker's script, as a function,
// and of an exercise's data; a `report` is told "loading", "starting" and "ready".
export class Runner {
  constructor({ loadInterpreter, loadExercise, report = () => {} }) {
    Object.assign(this, { loadInterpreter, loadExercise, report });
    this.worker = null;
    this.turn = Promise.resolve();
  }

  // Loads what is needed before the first answer, which is otherwise the one that waits for it.
  async prepare(report) {
    if (this.worker) return;
    report("loading");
    const script = await this.loadInterpreter();
    report("starting");
    // From the disk a worker can be made of a text alone.
    const blob = new Blob([`(${script})()`], { type: "text/javascript" });
    const address = URL.createObjectURL(blob);
    const worker = new Worker(address);
    try {
      await answerOf(worker);
    } catch (error) {
      worker.terminate();
      throw error;
    } finally {
      URL.revokeObjectURL(address);
    }
    this.worker = worker;
    report("ready");
  }

  // Resolves with { printed, error, verdict }: what was printed, { kind, message, line } of an
  // error, the judge's verdict or null where there is none. `ended` is set if its time was up, and
  // `missing` if there is no function to call, `unusable` if no numbers of a step came of it. Any
  // `number` from 0 on chooses one of the cases.
  run(name, number, text, report) {
    return this.inTurn(async () => {
      const exercise = await this.loadExercise(name);
      return this.send({ exercise, number: number % exercise.cases.length, text });
    }, report);
  }

  // Resolves with the same of a text that is run alone.
  execute(text) {
    return this.inTurn(() => this.send({ text }));
  }

  inTurn(task, report = this.report) {
    const result = this.turn.then(() => this.prepare(report)).then(task);
    this.turn = result.catch(() => null);
    return result;
  }

  async send(message) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    this.worker.postMessage(message);
    try {
      let answer = await inTime(this.worker, MILLISECONDS);
      if (answer.seeking) answer = await inTime(this.worker, SEEKING);
      if (answer === LATE) this.end();
      return answer;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  // The next answer starts another worker.
  end() {
    this.worker?.terminate();
    this.worker = null;
  }
}

export const ENDED =
  "It did not come to an end in 2 seconds, and was stopped: a loop may run for ever.";

// On the website all that is loaded comes by script elements, which is how pages from the disk can
// load: the files call `exerciseFile`, `exerciseInterpreter` and `exerciseCode`.
export function fromScripts(base, addScript) {
  const waiting = new Map();
  const known = new Map();
  const load = (key, file) => {
    if (!known.has(key)) {
      const loading = new Promise((resolve, reject) => {
        waiting.set(key, resolve);
        addScript(new URL(file, base).href, reject);
      });
      known.set(key, loading);
      loading.catch(() => known.delete(key));
    }
    return known.get(key);
  };
  globalThis.exerciseFile = (name, content) => waiting.get(`file/${name}`)(content);
  globalThis.exerciseInterpreter = (script) => waiting.get("interpreter")(script);
  globalThis.exerciseCode = (name, data) => waiting.get(`code/${name}`)(data);
  globalThis.exerciseRacing = (...made) => waiting.get("racing")(made);
  return {
    loadFile: (name) => load(`file/${name}`, `exercises/${name}.js`),
    loadInterpreter: () => load("interpreter", "exercises/interpreter.js"),
    loadExercise: (name) => load(`code/${name}`, `exercises/code/${name}.js`),
    loadRacing: () => load("racing", "exercises/racing.js"),
  };
}
