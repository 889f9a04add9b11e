"""Train a small network at and below the edge of stability, and measure its sharpness.

    python -m course.experiments.edge

The network is an MLP 64-32-32-10 with tanh, 3,466 parameters, on 300 digits whose mean is taken
away, with all of them in each gradient. Every run in `RUNS` starts at the same point; every
`EVERY` steps `ol.sharpness` is measured, at the point before the step. `CLOSE` repeats the first
steps of one run and measures at every step. Every finished run is kept under `_build/experiments`,
so that a run that was stopped goes on where it was. All take some minutes of one core.

The result is the file that chapters/modern/edge-of-stability.ipynb reads. Its keys:

    setup                 widths, activation, examples, seed, versions
    runs[name]            rule (as Python writes it), criterion, step, loss, accuracy, gradient
                          (its length), sharpness, each a list over the measurements; for Adam
                          sharpness is the preconditioned one and `plain` the other
    close[name]           the same, at every step
"""

import argparse
import json
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

RESULT = ROOT / "chapters" / "modern" / "edge-of-stability.json"
CACHE = ROOT / "_build" / "experiments" / "edge"

WIDTHS, EXAMPLES, SEED = (64, 32, 32, 10), 300, 0
EVERY = 20
DIGITS = 6

# Rule, criterion, steps. The rates are those of the text.
RUNS = {
    "η = 0.05": (ol.GradientDescent(lr=0.05), "squared", 4000),
    "η = 0.2": (ol.GradientDescent(lr=0.2), "squared", 4000),
    "η = 0.25": (ol.GradientDescent(lr=0.25), "squared", 4000),
    "η = 0.3": (ol.GradientDescent(lr=0.3), "squared", 4000),
    "η = 0.4": (ol.GradientDescent(lr=0.4), "squared", 4000),
    "heavy ball": (ol.HeavyBall(lr=0.4, beta=0.9), "squared", 4000),
    "Adam": (ol.Adam(lr=0.01), "squared", 4000),
    "SAM": (ol.SAM(ol.GradientDescent(lr=0.3), rho=0.05), "squared", 4000),
    "cross-entropy": (ol.GradientDescent(lr=0.3), "cross-entropy", 4000),
}
CLOSE = {"η = 0.3": 600}

# What the numbers depend on, besides this file; after a change of it all runs are made again.
SOURCES = ("curvature.py", "descent.py", "steps.py", "learning/*.py", "rules/*.py")


def loss_of(criterion):
    """Return the mean loss of the network on the digits."""
    data = learning.load("digits")
    X = data.X_train[:EXAMPLES]
    model = learning.MLP(WIDTHS, criterion=criterion)
    return model.loss(X - X.mean(axis=0), data.y_train[:EXAMPLES])


def start():
    """Return the point at which every run starts."""
    return learning.MLP(WIDTHS).initial(seed=SEED)


def preconditioner(rule, t, record):
    """Return Adam's diagonal after step `t`: what its step divides the mean gradient by."""
    return np.sqrt(record["v"] / (1 - rule.beta2**t)) + rule.eps


def measured(rule, loss, t, record):
    """Return what is measured at the point after step `t`."""
    w, labels = record["w"], loss.Y.argmax(axis=1)
    value, accuracy = loss.model.evaluate(w, loss.X, labels)
    found = {"step": t, "loss": value, "accuracy": accuracy}
    found["gradient"] = np.linalg.norm(loss.grad(w))
    found["sharpness"] = ol.sharpness(loss, w)
    if isinstance(rule, ol.Adam):
        found["plain"] = found["sharpness"]
        if t:
            found["sharpness"] = ol.sharpness(loss, w, preconditioner(rule, t, record))
    return found


def measured_run(rule, criterion, steps, every):
    """Return the measurements of one run, a dict of lists."""
    with threadpool_limits(1):  # the arrays are small, and more would change the last digits
        loss, w = loss_of(criterion), start()
        rows = [] if isinstance(rule, ol.Adam) else [measured(rule, loss, 0, {"w": w})]
        for record in islice(ol.iterate(rule, loss, w), steps):
            if record["t"] % every == 0:
                rows.append(measured(rule, loss, record["t"], record))
    return {name: [_rounded(row[name]) for row in rows] for name in rows[0]}


def _rounded(number):
    number = float(number)
    if not np.isfinite(number):
        return None
    return int(number) if number == int(number) else float(f"{number:.{DIGITS}g}")


def experiment(cache):
    """Return the content of the result file."""
    files = [path for name in SOURCES for path in sorted((ROOT / "optimlib").glob(name))]
    code = [path.read_text("utf-8") for path in (Path(__file__), *files)]
    memory = joblib.Memory(cache / joblib.hash((np.__version__, code)), verbose=0)
    run = memory.cache(measured_run)
    results = {}
    with tqdm(desc="edge", total=len(RUNS) + len(CLOSE), unit="run", disable=None) as bar:
        for name, (rule, criterion, steps) in RUNS.items():
            results[name] = {"rule": repr(rule), "criterion": criterion}
            results[name] |= run(rule, criterion, steps, EVERY)
            bar.update()
        close = {}
        for name, steps in CLOSE.items():
            close[name] = run(*RUNS[name][:2], steps, 1)
            bar.update()
    setup = {"widths": WIDTHS, "activation": "tanh", "examples": EXAMPLES, "seed": SEED}
    setup["versions"] = {"numpy": version("numpy")}
    return {"setup": setup, "runs": results, "close": close}


def main(arguments=None):
    """Run what has not been run, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", type=Path, default=CACHE, help="where finished runs are kept")
    parser.add_argument("--result", type=Path, default=RESULT, help="the file that is written")
    chosen = parser.parse_args(arguments)
    text = json.dumps(experiment(chosen.cache), ensure_ascii=False, separators=(",", ":"))
    chosen.result.parent.mkdir(parents=True, exist_ok=True)
    chosen.result.write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
