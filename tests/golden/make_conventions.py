"""Make conventions.json: what test_conventions.py and the page of conventions compare with.

Run it where torch, optax and keras are installed:

    python tests/golden/make_conventions.py

Nothing here comes from optimlib. Defaults are read from the libraries' own signatures. What they
do is recorded from runs in float64: optimizers that optimlib has no rule for, AMSGrad's epsilon,
clipping, how far Muon steps, and how much of a weight each optimizer takes away, with its default
settings, where the gradient is zero.
"""

import inspect
import json
import os
from importlib import metadata
from math import cos
from pathlib import Path

HERE = Path(__file__).parent
STEPS = 5
ETA = 0.1

STARTS = {"vector": [1.0, -2.0, 0.5], "matrix": [[1.0, -2.0, 0.5], [0.25, 1.0, 3.0]]}


def gradient(kind, t):
    """Return the gradient of step t, which does not depend on the point."""
    row = [cos(1 + j + t * (j + 2)) for j in range(3)]
    return row if kind == "vector" else [row, [cos(4 + j * t) for j in range(3)]]


# Library, optimizer, start, settings.
RUNS = [
    ("torch", "Adafactor", "vector", {}),
    ("keras", "Adafactor", "vector", {}),
    ("optax", "adafactor", "vector", {}),
    ("optax", "adafactor", "vector", {"learning_rate": 0.001}),
    ("torch", "Adafactor", "matrix", {"lr": ETA}),
    ("keras", "Adafactor", "matrix", {"learning_rate": ETA}),
    ("optax", "adafactor", "matrix", {"learning_rate": ETA}),
    ("optax", "adafactor", "matrix", {"learning_rate": ETA, "min_dim_size_to_factor": 2}),
    ("keras", "Lamb", "vector", {"learning_rate": ETA, "epsilon": 0.1}),
    ("optax", "lamb", "vector", {"learning_rate": ETA, "eps": 0.1}),
    ("keras", "Lamb", "vector", {"learning_rate": ETA, "weight_decay": 0.5}),
    ("optax", "lamb", "vector", {"learning_rate": ETA, "weight_decay": 0.5}),
    ("keras", "ScheduleFreeAdamW", "vector", {"learning_rate": ETA}),
    ("optax", "schedule_free_adamw", "vector", {"learning_rate": ETA}),
    ("torch", "Adam", "vector", {"lr": ETA, "eps": 0.1, "amsgrad": True}),
    ("keras", "Adam", "vector", {"learning_rate": ETA, "epsilon": 0.1, "amsgrad": True}),
    ("optax", "amsgrad", "vector", {"learning_rate": ETA, "eps": 0.1}),
]

# What is looked up on the page; optimizers that need a closure or whole models are left out.
OPTIMIZERS = {
    "torch": "SGD Adagrad RMSprop Adadelta Rprop Adam AdamW Adamax NAdam RAdam ASGD Adafactor Muon",
    "keras": "SGD Adagrad RMSprop Adadelta Adam AdamW Adamax Nadam Lion Adafactor Lamb Muon "
    "ScheduleFreeAdamW",
    "optax": "sgd adagrad rmsprop adadelta rprop adam adamw adamax adamaxw nadam nadamw radam "
    "amsgrad adabelief yogi lion adafactor lamb lars adan novograd sm3 sign_sgd muon "
    "schedule_free_adamw",
}
# Gradients (3, 4) times a size, clipped to half their norm.
SIZES = (1.0, 1e-4, 1e-7)
# The sides of the square matrices whose first step by Muon is measured.
SIDES = (64, 256, 1024)


def found(library, name):
    """Return the library's own class or function of that name."""
    if library == "torch":
        import torch

        return getattr(torch.optim, name)
    if library == "keras":
        import keras

        return getattr(keras.optimizers, name)
    import optax

    return getattr(optax, name, None) or getattr(optax.contrib, name)


def defaults(library, name):
    """Return the default settings that are numbers, truth values or rows of numbers."""
    optimizer = found(library, name)
    signature = inspect.signature(optimizer.__init__ if inspect.isclass(optimizer) else optimizer)
    values = {p.name: p.default for p in signature.parameters.values()}
    simple = {k: v for k, v in values.items() if isinstance(v, int | float | tuple)}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in simple.items()}


def points(library, name, settings, start, gradients):
    """Return the point after each step."""
    return list({"torch": with_torch, "keras": with_keras, "optax": with_optax}[library](
        found(library, name), settings, start, gradients
    ))  # fmt: skip


def with_torch(optimizer, settings, start, gradients):
    import torch

    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    stepper = optimizer([w], **settings)
    for g in gradients:
        w.grad = torch.tensor(g, dtype=torch.float64)
        stepper.step()
        yield w.tolist()


def with_keras(optimizer, settings, start, gradients):
    import keras

    w = keras.Variable(start, dtype="float64")
    stepper = optimizer(**settings)
    for g in gradients:
        stepper.apply([keras.ops.convert_to_tensor(g, dtype="float64")], [w])
        yield w.value.tolist()


def with_optax(optimizer, settings, start, gradients):
    import jax
    import optax

    w = jax.numpy.array(start, dtype="float64")
    method = optimizer(**settings)
    state = method.init(w)
    for g in gradients:
        updates, state = method.update(jax.numpy.array(g, dtype="float64"), state, w)
        w = optax.apply_updates(w, updates)
        yield w.tolist()


def with_a_rate(library, name):
    """Return the settings of one step at the rate ETA, all else by default."""
    return {"lr" if library == "torch" else "learning_rate": ETA}


def taken_away(library, name):
    """Return what a step along a zero gradient takes from a matrix of ones, as a share."""
    ones, zeros = [[1.0, 1.0], [1.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]
    (end,) = points(library, name, with_a_rate(library, name), ones, [zeros])
    return 1 - end[0][0]


def first_step(library, name, side):
    """Return the size of Muon's first step in η: the root of the mean square of its entries."""
    g = [[cos(i * i + 3 * j + i * j) for j in range(side)] for i in range(side)]
    zeros = [[0.0] * side for _ in range(side)]
    (end,) = points(library, name, with_a_rate(library, name), zeros, [g])
    return (sum(x * x for row in end for x in row) / side**2) ** 0.5 / ETA


def clipped(size):
    """Return by library the gradient (3, 4) times a size, clipped to half its norm."""
    import jax
    import keras
    import optax
    import torch

    g, limit = [3 * size, 4 * size], 2.5 * size
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    w.grad = torch.tensor(g, dtype=torch.float64)
    torch.nn.utils.clip_grad_norm_([w], limit)
    method = optax.clip_by_global_norm(limit)
    updates, _ = method.update(jax.numpy.array(g), method.init(None))
    own = {"learning_rate": 1.0, "global_clipnorm": limit}
    (end,) = points("keras", "SGD", own, [0.0, 0.0], [g])
    assert keras.backend.backend() == "torch"
    return {"torch": w.grad.tolist(), "optax": updates.tolist(), "keras": [-x for x in end]}


def prepare():
    """Let all three libraries compute in float64."""
    os.environ["KERAS_BACKEND"] = "torch"
    import jax
    import keras

    jax.config.update("jax_enable_x64", True)
    keras.config.set_floatx("float64")


def recorded():
    """Return everything as a dict, computed now."""
    prepare()
    names = {library: listed.split() for library, listed in OPTIMIZERS.items()}
    everything = [(library, name) for library, listed in names.items() for name in listed]
    muons = [(library, name) for library, name in everything if name.lower() == "muon"]
    return {
        "defaults": {k: {name: defaults(k, name) for name in names[k]} for k in names},
        "taken away": {k: {name: taken_away(k, name) for name in names[k]} for k in names},
        "first step": {k: {str(n): first_step(k, m, n) for n in SIDES} for k, m in muons},
        "clipped": {f"{size:g}": clipped(size) for size in SIZES},
        "runs": [
            {
                "library": library,
                "optimizer": name,
                "start": kind,
                "settings": settings,
                "points": points(
                    *(library, name, settings, STARTS[kind]),
                    [gradient(kind, t) for t in range(1, STEPS + 1)],
                ),
            }
            for library, name, kind, settings in RUNS
        ],
    }


def main():
    packages = ("torch", "keras", "optax", "jax", "jaxlib")
    header = {
        "made by": "tests/golden/make_conventions.py",
        "versions": {package: metadata.version(package) for package in packages},
    }
    text = json.dumps(header | recorded(), indent=1)
    (HERE / "conventions.json").write_text(text + "\n")
    print(f"conventions.json: {len(text) // 1000} kB")


if __name__ == "__main__":
    main()
