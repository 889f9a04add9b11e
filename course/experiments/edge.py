"""Train a small network at and below the edge of stability, and measure its sharpness.

    python -m course.experiments.edge

The network is an MLP 64-32-32-10 with tanh, 3,466 parameters, on 300 digits whose mean is taken
away, with all of them in each gradient. Every run in `RUNS` starts at the same point; every
`EVERY` steps `ol.sharpness` is measured, at the point before the step. `CLOSE` repeats the first
steps of one run and measures at every step. Every finished run is kept under `_build/experiments`,
so that a run that was stopped goes on where it was. All take some minutes of one core.

The result is the file that chapters/modern/edge-of-stability.ipynb reads. Its keys:

    setup                 widths, activation, examples, seed, versions
    runs[name]            rule (as Python writes it), criterion, and lists over the measurements:
                          step, loss, accuracy, sharpness; for SAM gradient, its length; for Adam
                          sharpness is the preconditioned one and `plain` the other
    close[name]           step, loss, sharpness and swing at every step from the first on: the
                          length of the second difference of three gradients in a row, in which a
                          steady change cancels and what turns around in every step adds up;
                          and second, the second largest eigenvalue of the Hessian
"""

import argparse
import json
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import joblib
import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh
from threadpoolctl import threadpool_limits
from tqdm import tqdm

import optimlib as ol
from course import ROOT
from optimlib import learning

RESULT = ROOT / "chapters" / "modern" / "edge-of-stability.json"
CACHE = ROOT / "_build" / "experiments" / "edge"

WIDTHS, EXAMPLES, SEED = (64, 32, 32, 10), 300, 0
EVERY = 25
DIGITS = 5

# Rule, criterion, steps. The rates are those of the text.
RUNS = {
    "η = 0.05": (ol.GradientDescent(lr=0.05), "squared", 4000),
    "η = 0.2": (ol.GradientDescent(lr=0.2), "squared", 4000),
    "η = 0.25": (ol.GradientDescent(lr=0.25), "squared", 4000),
    "η = 0.3": (ol.GradientDescent(lr=0.3), "squared", 4000),
    "η = 0.4": (ol.GradientDescent(lr=0.4), "squared", 4000),
    "heavy ball": (ol.HeavyBall(lr=0.6, beta=0.9), "squared", 4000),
    "Adam": (ol.Adam(lr=0.01), "squared", 4000),
    "SAM": (ol.SAM(ol.GradientDescent(lr=0.3), rho=0.05), "squared", 4000),
    "cross-entropy": (ol.GradientDescent(lr=0.3), "cross-entropy", 4000),
}
CLOSE = {"η = 0.3": 1000}

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


def measured(rule, loss, record):
    """Return what is measured at the point after a step, or at the start."""
    w, t = record["w"], record["t"]
    value, accuracy = loss.model.evaluate(w, loss.X, loss.Y.argmax(axis=1))
    found = {"step": t, "loss": value, "accuracy": accuracy, "sharpness": ol.sharpness(loss, w)}
    if isinstance(rule, ol.SAM):
        found["gradient"] = np.linalg.norm(loss.grad(w))
    if isinstance(rule, ol.Adam):
        found["plain"] = found["sharpness"]
        found["sharpness"] = ol.sharpness(loss, w, preconditioner(rule, t, record))
    return found


def second_eigenvalue(objective, w):
    """Return the second largest eigenvalue of the Hessian at `w`, by ARPACK."""
    h = 1e-5 * max(1.0, float(np.linalg.norm(w)))

    def product(v):
        size = np.linalg.norm(v)
        if not size:
            return np.zeros_like(w)
        shift = h / size * np.ravel(v)
        return (objective.grad(w + shift) - objective.grad(w - shift)) * (size / (2 * h))

    operator = LinearOperator((len(w), len(w)), matvec=product, dtype=float)
    start = np.random.default_rng(0).standard_normal(len(w))
    found = eigsh(operator, 2, which="LA", tol=1e-4, v0=start, return_eigenvectors=False)
    return min(found)


def looked_at_closely(rule, loss, record):
    """Return what is measured after every step of gradient descent."""
    w, before = record["w"], record["g"]
    here = loss.grad(w)
    after = loss.grad(w - rule.lr * here)
    found = {"step": record["t"], "loss": loss.f(w), "sharpness": ol.sharpness(loss, w)}
    found["swing"] = np.linalg.norm(before - 2 * here + after) / 4
    return found | {"second": second_eigenvalue(loss, w)}


def measured_run(rule, criterion, steps, every):
    """Return the measurements of one run, a dict of lists."""
    with threadpool_limits(1):  # the arrays are small, and more would change the last digits
        loss, w = loss_of(criterion), start()
        look = looked_at_closely if every == 1 else measured
        # At its start Adam divides by nothing yet.
        at_start = every > 1 and not isinstance(rule, ol.Adam)
        rows = [look(rule, loss, {"t": 0, "w": w})] if at_start else []
        for record in islice(ol.iterate(rule, loss, w), steps):
            if record["t"] % every == 0:
                rows.append(look(rule, loss, record))
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
