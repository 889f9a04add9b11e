"""Compare optimizers on digits: the same number of trials for each, then fresh seeds.

    python -m course.experiments.comparing [--jobs N]

Every optimizer is tuned by random search: its trials are points of a unit cube, the same ones for
all optimizers, mapped to its space in `SPACES`. The trial with the lowest validation loss at the
end of training is chosen, trained again on training and validation data together with seeds that
no trial had, and evaluated on the test data, which nothing else has seen. Every finished run is
kept under `_build/experiments`, so a run that was stopped goes on where it was. The 2,288 runs of
a schedule take about 12 CPU-minutes. The numbers, times apart, do not depend on the number of
jobs. On a cluster the cache has to be in a folder that all machines share:

    python -m course.experiments.comparing --backend dask --option scheduler_host=tcp://host:8786

The result is the file that chapters/practice/comparing.ipynb reads. Its keys:

    setup                             data, batch_size, epochs, trials, seeds, targets, versions
    spaces[optimizer][name]           [low, high, kind]: what was searched, see `SPACES`
    results[task][schedule][optimizer]      schedule: constant, cosine or linear (a fall to 0)
        trials[name]                  a list over the trials, for each hyperparameter, and for
                                      train_loss, val_loss, val_accuracy at the end (null: diverged)
        chosen.trial                  the number of the trial with the lowest val_loss, from 0
        chosen.values[name]           its hyperparameters
        chosen.val_loss_again         validation losses of the same setting with the fresh seeds
        chosen.position[name]         where they lie in the space, from 0 (low) to 1 (high)
        chosen.at_edge                names of those within `EDGE` of an end
        final[name]                   a list over the seeds, for train_loss, train_accuracy,
                                      test_loss, test_accuracy at the end, and steps_to_target:
                                      after which step the training loss stays below the task's
                                      target (null: never)
        curves[name]                  step, and means over the seeds of train_loss, test_loss,
                                      test_accuracy after it
    microseconds[task][optimizer]     median time of a training step, gradient included, measured
                                      at the end, in turn, with nothing else running
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import joblib
import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

import optimlib as ol
from course import ROOT
from optimlib import learning

RESULT = ROOT / "chapters" / "practice" / "comparing.json"
CACHE = ROOT / "_build" / "experiments"

TASKS = {
    "softmax": learning.SoftmaxRegression(64, 10),
    "mlp": learning.MLP((64, 32, 10), "tanh"),
}
SCHEDULES = {
    "constant": lambda lr, steps: lr,
    "cosine": lambda lr, steps: ol.schedules.Cosine(lr, steps),
    "linear": lambda lr, steps: ol.schedules.Linear(lr, 0.0, steps),
}
# Training losses that count as "there", for the time to a result.
TARGETS = {"softmax": 0.15, "mlp": 0.1}

# Multiples of the batch, so that no batch is short: 1024 to fit and 320 to validate.
FITTED, TRAINED, BATCH = 1024, 1344, 32

# What is searched: learning rates over four decades for every optimizer, the coefficient of every
# running average, and the decay of AdamW. "log": uniform in log x. "one_minus": in log(1 − x).
# ε stays at its default. "Adam (lr only)" shows what tuning the other two is worth.
SHORT, LONG = (1e-2, 1.0, "one_minus"), (1e-3, 1e-1, "one_minus")
SPACES = {
    "GradientDescent": {"lr": (1e-3, 1e1, "log")},
    "Momentum": {"lr": (1e-4, 1e0, "log"), "beta": SHORT},
    "Nesterov": {"lr": (1e-4, 1e0, "log"), "beta": SHORT},
    "AdaGrad": {"lr": (1e-3, 1e1, "log")},
    "RMSProp": {"lr": (1e-4, 1e0, "log"), "beta": LONG},
    "Adam": {"lr": (1e-4, 1e0, "log"), "beta1": SHORT, "beta2": LONG},
    "Adam (lr only)": {"lr": (1e-4, 1e0, "log")},
    "AMSGrad": {"lr": (1e-4, 1e0, "log"), "beta1": SHORT, "beta2": LONG},
    "AdamW": {
        "lr": (1e-4, 1e0, "log"),
        "beta1": SHORT,
        "beta2": LONG,
        "weight_decay": (1e-3, 1e1, "log"),
    },
    "NAdam": {"lr": (1e-4, 1e0, "log"), "beta1": SHORT, "beta2": LONG},
    "Lion": {"lr": (1e-5, 1e-1, "log"), "beta1": SHORT, "beta2": LONG},
}
EDGE = 0.05

# Seeds of the final runs begin here; trial i has seed i.
FIRST_FINAL_SEED = 10_000
# Runs of a job between two movements of the progress bar.
PORTION = 16
EVALUATIONS = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")

# What the numbers depend on, besides this file; after a change of it all runs are made again.
SOURCES = ("descent.py", "steps.py", "objective.py", "schedules.py", "learning/*.py", "rules/*.py")


def draw(optimizer, trial):
    """Return the hyperparameters of a trial, rounded to what the file stores."""
    space = SPACES[optimizer]
    point = np.random.default_rng(trial).uniform(size=len(space))
    values = {}
    for u, (name, (low, high, kind)) in zip(point, space.items(), strict=True):
        x = low ** (1 - u) * high**u
        values[name] = float(f"{1 - x if kind == 'one_minus' else x:.4g}")
    return values


def position(optimizer, values):
    """Return where hyperparameters lie in their space, from 0 at the low end to 1."""
    places = {}
    for name, (low, high, kind) in SPACES[optimizer].items():
        x = 1 - values[name] if kind == "one_minus" else values[name]
        places[name] = round(float(np.log(x / low) / np.log(high / low)), 3)
    return places


def rule_of(optimizer, schedule, values, steps):
    """Return the configured rule: "Adam (lr only)" is `ol.Adam`."""
    lr = SCHEDULES[schedule](values["lr"], steps)
    return getattr(ol, optimizer.partition(" ")[0])(**values | {"lr": lr})


def parts():
    """Return the data for tuning, with validation in the place of the test, and for the end."""
    data = learning.load("digits")
    X, y = data.X_train, data.y_train
    fit, rest = slice(FITTED), slice(FITTED, TRAINED)
    tuning = replace(data, X_train=X[fit], y_train=y[fit], X_test=X[rest], y_test=y[rest])
    return {"tuning": tuning, "final": replace(data, X_train=X[:TRAINED], y_train=y[:TRAINED])}


def training(data, part, task, schedule, optimizer, values, seed, epochs):
    """Train once; return the curves, evaluated twice an epoch or, in tuning, at the end."""
    per_epoch = len(data.X_train) // BATCH
    steps = epochs * per_epoch
    rule = rule_of(optimizer, schedule, values, steps)
    every = per_epoch // 2 if part == "final" else steps
    # One thread: the arrays are small, and more would change the last digits.
    with threadpool_limits(1):
        curves = learning.train(
            rule, TASKS[task], data, BATCH, steps=steps, seed=seed, every=every, progress=False
        )
    return {name: getattr(curves, name) for name in ("step", *EVALUATIONS)}


def run_all(runs, memory, jobs, backend, options, title):
    """Return the curves of all runs, in order; those in memory are not trained again."""
    if backend == "ray":  # joblib knows Dask by itself
        from ray.util.joblib import register_ray

        register_ray()
    known = memory.cache(training, ignore=["data"])
    chosen = {"n_jobs": jobs} | ({"backend": backend, **options} if backend else {})
    curves, portion = [], PORTION * jobs
    with (
        joblib.parallel_config(**chosen),
        joblib.Parallel() as parallel,
        tqdm(desc=title, total=len(runs), unit="run", disable=None) as bar,
    ):
        for first in range(0, len(runs), portion):
            part = runs[first : first + portion]
            curves += parallel(joblib.delayed(known)(*run) for run in part)
            bar.update(len(part))
    return curves


def compare(arguments):
    """Return the content of the result file."""
    files = [path for name in SOURCES for path in sorted((ROOT / "optimlib").glob(name))]
    code = [path.read_text("utf-8") for path in (Path(__file__), *files)]
    memory = joblib.Memory(arguments.cache / joblib.hash((np.__version__, code)), verbose=0)
    spread = memory, arguments.jobs, arguments.backend, dict(arguments.option)

    cells = [
        (task, schedule, optimizer)
        for task in arguments.tasks
        for schedule in arguments.schedules
        for optimizer in arguments.optimizers
    ]
    data, seeds = parts(), range(FIRST_FINAL_SEED, FIRST_FINAL_SEED + arguments.seeds)

    def trained(title, part, settings):
        """Train each cell with its (hyperparameters, seed) pairs; return a list for each cell."""
        runs = [
            (data[part], part, *cell, *setting, arguments.epochs)
            for cell, pairs in zip(cells, settings, strict=True)
            for setting in pairs
        ]
        curves = run_all(runs, *spread, title)
        size = len(settings[0])
        return [curves[i : i + size] for i in range(0, len(curves), size)]

    trials = [[(draw(cell[-1], i), i) for i in range(arguments.trials)] for cell in cells]
    tuned = trained("tuning", "tuning", trials)
    best = [int(np.argmin([last(run, "test_loss") for run in runs])) for runs in tuned]
    chosen = [[(draw(cell[-1], i), s) for s in seeds] for cell, i in zip(cells, best, strict=True)]
    repeated = trained("chosen again", "tuning", chosen)
    ended = trained("final runs", "final", chosen)

    results = {}
    for cell, *measured in zip(cells, tuned, best, repeated, ended, strict=True):
        task, schedule, optimizer = cell
        by_schedule = results.setdefault(task, {}).setdefault(schedule, {})
        by_schedule[optimizer] = summary(task, optimizer, *measured)
    spaces = {optimizer: SPACES[optimizer] for optimizer in arguments.optimizers}
    times = {task: step_times(task, arguments.optimizers) for task in arguments.tasks}
    return {
        "setup": setup(arguments),
        "spaces": spaces,
        "results": results,
        "microseconds": times,
    }


def setup(arguments):
    """Return what all runs have in common."""
    packages = ("numpy", "scikit-learn", "joblib")
    return {
        "data": "digits",
        "batch_size": BATCH,
        "fitted": FITTED,
        "trained": TRAINED,
        "epochs": arguments.epochs,
        "trials": arguments.trials,
        "seeds": arguments.seeds,
        "first_final_seed": FIRST_FINAL_SEED,
        "targets": TARGETS,
        "versions": {name: version(name) for name in packages},
    }


def summary(task, optimizer, tuned, trial, repeated, ends):
    """Return what is kept of one optimizer on one task."""
    draws = [draw(optimizer, i) for i in range(len(tuned))]
    trials = {name: [values[name] for values in draws] for name in SPACES[optimizer]}
    for kept, measured in (
        ("train_loss", "train_loss"),
        ("val_loss", "test_loss"),
        ("val_accuracy", "test_accuracy"),
    ):
        trials[kept] = [digits(last(run, measured)) for run in tuned]
    places = position(optimizer, draws[trial])
    shown = ("train_loss", "test_loss", "test_accuracy")
    curves = {name: np.mean([run[name][::2] for run in ends], axis=0) for name in shown}
    return {
        "trials": trials,
        "chosen": {
            "trial": trial,
            "values": draws[trial],
            "val_loss_again": [digits(last(run, "test_loss")) for run in repeated],
            "position": places,
            "at_edge": [name for name, u in places.items() if not EDGE <= u <= 1 - EDGE],
        },
        "final": {name: [digits(last(run, name)) for run in ends] for name in EVALUATIONS}
        | {"steps_to_target": [steps_to(TARGETS[task], run) for run in ends]},
        "curves": {"step": ends[0]["step"][::2].tolist()}
        | {name: [digits(x) for x in values] for name, values in curves.items()},
    }


def last(run, name):
    """Return a curve's last value; what diverged is infinite, so that it is never chosen."""
    value = float(run[name][-1])
    return value if np.isfinite(run["train_loss"][-1]) and np.isfinite(value) else np.inf


def steps_to(target, run):
    """Return the step after which the training loss stays below the target, or None."""
    above = np.flatnonzero(~(run["train_loss"] < target))
    after = above[-1] + 1 if above.size else 0
    return int(run["step"][after]) if after < len(run["step"]) else None


def step_times(task, optimizers, rounds=25, steps=40):
    """Return the median time of a training step in microseconds; the optimizers take turns."""
    data = parts()["final"]
    loss = TASKS[task].loss(data.X_train, data.y_train)
    runs = {
        optimizer: ol.iterate(
            rule_of(optimizer, "constant", {"lr": 1e-3}, steps),
            learning.minibatches(loss, BATCH),
            TASKS[task].initial(),
        )
        for optimizer in optimizers
    }
    times = {optimizer: [] for optimizer in optimizers}
    with threadpool_limits(1):
        for _ in range(rounds):
            for optimizer, run in runs.items():
                began = time.perf_counter()
                for _ in islice(run, steps):
                    pass
                times[optimizer].append((time.perf_counter() - began) / steps)
    return {optimizer: digits(1e6 * np.median(values)) for optimizer, values in times.items()}


def digits(value):
    """Round to four significant digits; infinite becomes None, which JSON knows."""
    return float(f"{value:.4g}") if np.isfinite(value) else None


def count(text):
    """Read a number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, got {text!r}")
    return int(text)


def option(text):
    """Read name=value."""
    name, sign, value = text.partition("=")
    if not (sign and name.isidentifier()):
        raise argparse.ArgumentTypeError(f"must be like scheduler_host=tcp://host, got {text!r}")
    return name, value


def main(arguments):
    """Read the arguments, compare and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, choices in (("tasks", TASKS), ("schedules", SCHEDULES), ("optimizers", SPACES)):
        parser.add_argument(f"--{name}", nargs="+", choices=choices, default=list(choices))
    parser.add_argument("--trials", type=count, default=64, help="of each optimizer's search")
    parser.add_argument("--seeds", type=count, default=20, help="final runs of each optimizer")
    parser.add_argument("--epochs", type=count, default=20, help="length of a run")
    parser.add_argument("--jobs", type=count, default=joblib.cpu_count(), help="runs at a time")
    parser.add_argument("--backend", help="of joblib: loky (its default), dask, ray ...")
    parser.add_argument("--option", type=option, action="append", default=[],
                        metavar="NAME=VALUE", help="of the backend")  # fmt: skip
    parser.add_argument("--cache", type=Path, default=CACHE, help="where finished runs are kept")
    parser.add_argument("--output", type=Path, default=RESULT)
    arguments = parser.parse_args(arguments)
    if arguments.option and not arguments.backend:
        parser.error("--option needs --backend")
    if not arguments.output.parent.is_dir():
        parser.error(f"--output: there is no folder {arguments.output.parent}")

    result = compare(arguments)
    arguments.output.write_text(compact(result) + "\n", encoding="utf-8", newline="\n")
    for task, schedules in result["results"].items():
        for schedule, optimizers in schedules.items():
            for optimizer, kept in optimizers.items():
                if kept["chosen"]["at_edge"]:
                    edges = ", ".join(kept["chosen"]["at_edge"])
                    print(f"{task}, {schedule}, {optimizer}: {edges} at the edge of the space")
    print(f"wrote {arguments.output}")


def compact(result):
    """Return JSON with each list on one line."""
    text = json.dumps(result, indent=1, allow_nan=False)
    # Lists, which are innermost, go on one line.
    lines, depth = [], 0
    for line in text.splitlines():
        stripped = line.strip()
        if depth:
            lines[-1] += stripped if stripped in ("]", "],") else stripped.replace(",", ", ")
        else:
            lines.append(line)
        depth += stripped.endswith("[") - stripped.startswith("]")
    return "\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
