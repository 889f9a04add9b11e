"""Train a network on digits by momentum, Adam, Muon, Shampoo and SOAP, each at many rates.

    python -m course.experiments.matrices

It makes the comparisons of `QUANTITIES` by `learning.tune`, as the chapters modern/matrices and
modern/preconditioners do, and keeps every run that they ask for in the file that both read: some
900 runs, about ten minutes on one core. Each finished run is written under `_build/experiments` at
once, so an experiment that was stopped goes on where it was. The keys of the file:

    setup                            sizes, batch_size, steps, rates, seeds, versions
    runs[data][method][rate][seed]   [training loss, test loss] after the last step (null: diverged)
"""

import argparse
import hashlib
import json
import sys
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

import optimlib as ol
from course import ROOT
from optimlib import learning

RESULT = ROOT / "chapters" / "modern" / "matrices.json"
CACHE = ROOT / "_build" / "experiments" / "matrices"
# What the numbers depend on, besides this file; after a change of it all runs are made again.
SOURCES = ("descent.py", "steps.py", "objective.py", "learning/*.py", "rules/*.py")

SIZES, BATCH, STEPS = (64, 64, 64, 10), 64, 252
RATES = tuple(float(f"{10 ** (k / 2 - 4):.4g}") for k in range(11))
TUNING, JUDGING = range(5), range(1000, 1010)
# Of the digits, the share that is kept for the test.
DATA = {"all": 0.25, "quarter": 0.75}
MODEL = learning.MLP(SIZES, "tanh")
# What is compared: by which loss a rate is chosen, and which loss is judged; 0 is that of training.
QUANTITIES = {
    "fit": (0, 0, f"training loss after {STEPS} steps"),
    "fit-tested": (0, 1, "test loss, at the rate with the lowest training loss"),
    "test": (1, 1, f"test loss after {STEPS} steps"),
}


@cache
def load(data):
    """Return the digits: all, or a quarter."""
    return learning.load("digits", test_share=DATA[data])


def blocks(weights, others=ol.Adam):
    """Return what makes the rule of a rate: Muon for some matrices, Adam for all else."""

    def make(lr):
        rules = {name: form(lr=lr) for name, form in weights.items()} | {"rest": others(lr)}
        return ol.Blocks(rules, MODEL.shapes)

    return make


MATCHED = partial(ol.Muon, scale=None, rms=0.2)
METHODS = {
    "momentum": partial(ol.Momentum, beta=0.9),
    "Adam": ol.Adam,
    "Muon": blocks({"W": ol.Muon}),
    "Muon, Adam's size": blocks({"W": MATCHED}),
    "Muon, hidden layers": blocks({"W1": ol.Muon, "W2": ol.Muon}),
    "Shampoo": blocks({"W": ol.Shampoo}),
    "SOAP": blocks({"W": ol.SOAP}),
}
# Who is compared with whom, and on which data.
GROUPS = {
    "muon": ("momentum", "Adam", "Muon", "Muon, Adam's size", "Muon, hidden layers"),
    "soap": ("momentum", "Adam", "Muon, Adam's size", "Shampoo", "SOAP"),
}
PLANNED = (("muon", "all"), ("muon", "quarter"), ("soap", "all"))


def train(method, lr, seed, data="all", every=STEPS):
    """Train once; return the curves."""
    # One thread: the arrays are small, and more would change the last digits.
    with threadpool_limits(1):
        return learning.train(
            METHODS[method](lr), MODEL, load(data), BATCH, steps=STEPS, seed=int(seed),
            every=every, progress=False,
        )  # fmt: skip


class Runs:
    """Runs by data, method, rate and seed: known ones are looked up, others are made and kept."""

    def __init__(self, known, file=None):
        self.known, self.file = known, file

    def losses(self, data, method, lr, seed):
        """Return the training loss and the test loss at the end of a run."""
        lr, seed = f"{lr:.4g}", str(seed)
        known = self.known.setdefault(data, {}).setdefault(method, {}).setdefault(lr, {})
        if seed not in known:
            curves = train(method, float(lr), seed, data)
            known[seed] = [digits(curves.train_loss[-1]), digits(curves.test_loss[-1])]
            if self.file:
                with self.file.open("a", encoding="utf-8") as log:
                    log.write(json.dumps([data, method, lr, seed, known[seed]]) + "\n")
        return [np.inf if loss is None else loss for loss in known[seed]]

    def tune(self, quantity, data="all", group="muon", rates=RATES):
        """Return the comparison of a group of methods by one of `QUANTITIES`."""
        chosen_by, judged_by, words = QUANTITIES[quantity]

        def measure(setting, seeds):
            place = judged_by if seeds[0] in JUDGING else chosen_by
            return [self.losses(data, *setting, seed)[place] for seed in seeds]

        return learning.tune(
            {name: (partial(_setting, name), {"lr": rates}) for name in GROUPS[group]},
            measure,
            name=f"{group}-{quantity}" + (data != "all") * f"-{data}",
            quantity=words,
            tuning=TUNING,
            judging=JUDGING,
            progress=False,
        )


def _setting(name, lr):
    return name, lr


def stored(path=RESULT):
    """Return the runs of the file."""
    return Runs(json.loads(path.read_text("utf-8"))["runs"])


def digits(value):
    """Round to four significant digits; infinite and nan become None, which JSON knows."""
    return float(f"{value:.4g}") if np.isfinite(value) else None


def cached(folder):
    """Return the runs that are finished, with the file to which further ones are added."""
    files = [path for name in SOURCES for path in sorted((ROOT / "optimlib").glob(name))]
    code = "".join(path.read_text("utf-8") for path in (Path(__file__), *files))
    key = hashlib.sha256((np.__version__ + code).encode()).hexdigest()[:16]
    file = folder / f"{key}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    known = {}
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        try:
            data, method, lr, seed, losses = json.loads(line)
        except ValueError:  # the line at which a run was stopped
            continue
        known.setdefault(data, {}).setdefault(method, {}).setdefault(lr, {})[seed] = losses
    return Runs(known, file)


def main(arguments):
    """Make all runs that the comparisons need and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--planned", nargs=2, action="append", metavar=("GROUP", "DATA"))
    parser.add_argument("--rates", nargs="+", type=float, default=RATES)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where finished runs are kept")
    parser.add_argument("--output", type=Path, default=RESULT)
    arguments = parser.parse_args(arguments)
    if not arguments.output.parent.is_dir():
        parser.error(f"--output: there is no folder {arguments.output.parent}")
    runs = cached(arguments.cache)
    for group, data in arguments.planned or PLANNED:
        for quantity in QUANTITIES:
            print(runs.tune(quantity, data, group, arguments.rates), "\n")
    arguments.output.write_text(written(runs.known, arguments), encoding="utf-8", newline="\n")
    print(f"wrote {arguments.output}")


def written(known, arguments):
    """Return the text of the file, with a line for each rate, in order."""
    setup = {
        "sizes": SIZES,
        "batch_size": BATCH,
        "steps": STEPS,
        "rates": arguments.rates,
        "tuning": [*TUNING],
        "judging": [*JUDGING],
        "versions": {name: version(name) for name in ("numpy", "scikit-learn")},
    }
    ordered = {
        data: {
            method: {
                lr: {seed: of_rate[seed] for seed in sorted(of_rate, key=int)}
                for lr, of_rate in sorted(by_rate.items(), key=lambda pair: float(pair[0]))
            }
            for method, by_rate in sorted(by_method.items())
        }
        for data, by_method in sorted(known.items())
    }
    text = json.dumps({"setup": setup, "runs": ordered}, allow_nan=False)
    return text.replace("}, ", "},\n").replace(": {", ":\n{") + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
