"""Make lines.json: what lines of PyTorch, Keras and Optax do that `ol.identify` prints.

Run it where torch, optax and keras are installed:

    cd tests && PYTHONPATH=.. python -m golden.make_lines

The lines are those of `optimlib/identify/lines.py`, for every entry of its table at settings on
no grid, and for what may be around a rule. Each is executed, as a reader would, in float64; the
points after some steps are recorded. Where the points are is the library's word alone.
"""

import json
import os
from dataclasses import fields, replace
from importlib import metadata
from pathlib import Path

from golden.make_conventions import STARTS, gradient

import optimlib as ol
from optimlib.identify import adapters
from optimlib.identify.lines import LIBRARIES, TABLE, lines

HERE = Path(__file__).parent
STEPS = 12
VALUES = dict(
    lr=0.0375, beta=0.8125, beta1=0.7825, beta2=0.9635, beta3=0.9815, rho=0.875, eps=3.25e-3,
    alpha=1.75, weight_decay=0.15, lr_min=1e-4, lr_max=0.3, grow=1.25, shrink=0.4, d0=0.0125,
)  # fmt: skip
# Fields that may be missing: None in one case, this in another.
PARTS = dict(dampening=0.25, lr_decay=0.05, momentum=0.65, psi=0.01, centered=True, G0=0.2)
AROUND = {
    "L2": lambda rule: ol.L2(rule, 0.15),
    "DecoupledWeightDecay": lambda rule: ol.DecoupledWeightDecay(rule, 0.15),
    "ClipNorm": lambda rule: ol.ClipNorm(rule, 0.75),
    "ClipValue": lambda rule: ol.ClipValue(rule, 0.5),
}


def kind(rule):
    """Return which of `STARTS` a rule goes from: numbers, or a matrix."""
    return "matrix" if type(rule).__name__ == "Muon" else "vector"


def cases():
    """Yield (library, rule) for every entry of the table."""
    for line in TABLE:
        library = LIBRARIES[line.call.partition(".")[0]]
        cls = getattr(ol, line.rule)
        names = {f.name for f in fields(cls)}
        names &= set(line.settings.replace(",", " ").replace(":", " ").split())
        rule = cls(**{k: v for k, v in VALUES.items() if k in names} | dict(line.options))
        yield library, rule
        parts = {k: v for k, v in PARTS.items() if k in names}
        if parts:
            yield library, replace(rule, **parts)
        wrappers = line.around.replace(":weight_decay", "").replace(":", " ").split()
        for wrapper in AROUND:
            if wrapper in wrappers or (library == "Optax" and line.rule == "Adam"):
                yield library, AROUND[wrapper](rule)


def executed(line, start):
    """Return the points to which a line goes from one of `STARTS`."""
    import jax
    import keras
    import numpy as np
    import optax
    import torch

    known = {"torch": torch, "keras": keras, "optax": optax}
    jax.config.update("jax_enable_x64", True)
    keras.config.set_floatx("float64")
    makers = {
        "torch": lambda: adapters.of_torch(lambda p: eval(line, known | {"params": p})),
        "keras": lambda: adapters.of_keras(lambda: eval(line, known)),
        "optax": lambda: adapters.of_optax(eval(line, known)),
    }
    step, point, points = makers[line.partition(".")[0]]()(), np.array(STARTS[start]), []
    for t in range(1, STEPS + 1):
        point = step(point, np.array(gradient(start, t)))
        points.append(point.tolist())
    return points[0], points[STEPS // 2], points[-1]


def main():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    recorded = {}
    for library, rule in cases():
        line = lines([rule]).get(library)
        if line is None:
            raise SystemExit(f"no line of {library} for {rule!r}")
        recorded[f"{library}: {rule!r}"] = {"line": line, "points": executed(line, kind(rule))}
    versions = {name: metadata.version(name) for name in ("torch", "keras", "optax", "jax")}
    text = {"made by": "tests/golden/make_lines.py", "versions": versions, "lines": recorded}
    (HERE / "lines.json").write_text(json.dumps(text, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
