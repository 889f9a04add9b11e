"""Make matrices.json: runs of Muon in PyTorch, Optax and Keras that test_muon.py compares with.

Run it where torch, optax and keras are installed:

    python tests/golden/make_matrices.py

Nothing here comes from optimlib. Gradients are given by formulas and do not depend on the point.
All runs are in float64, but PyTorch computes Newton-Schulz steps in bfloat16, and Keras the norm
and the root of a size in float32: their runs are made twice, as they are and with float64 in place
of these. Each run names the rules of optimlib, one
for each block, that should give its points; where they do something else than the library, the run
is a `difference`: it names what differs.
"""

import json
from importlib import metadata
from math import cos, sin
from pathlib import Path
from unittest.mock import patch

HERE = Path(__file__).parent
STEPS = 10
KEPT = (1, 2, 3, 5, 10)


def wave(t, i, j):
    return cos(1 + 2 * i + 3 * j * j + t * (i + 1) * (j + 2))


# By name: shapes of the blocks, and the gradient of step t in row i and column j (0 in a vector).
GRADIENTS = {
    "square": ({"W": (3, 3)}, wave),
    "tall": ({"W": (5, 2)}, wave),
    "wide": ({"W": (2, 5)}, wave),
    "row": ({"W": (1, 4)}, wave),
    "column": ({"W": (4, 1)}, wave),
    "rank one": ({"W": (3, 4)}, lambda t, i, j: cos(t) * sin(1 + i) * cos(2 + j)),
    "zero": ({"W": (2, 3)}, lambda t, i, j: 0.0),
    "late": ({"W": (3, 2)}, lambda t, i, j: (t > 2) * wave(t, i, j)),
    "tiny": ({"W": (2, 3)}, lambda t, i, j: 1e-7 * wave(t, i, j)),
    "layer": ({"W": (4, 3), "b": (3,)}, wave),
}


def grid(shape, entry):
    """Return nested lists of that shape from a function of row and column."""
    if len(shape) == 1:
        return [entry(i, 0) for i in range(shape[0])]
    return [[entry(i, j) for j in range(shape[1])] for i in range(shape[0])]


def start(shapes):
    return {name: grid(s, lambda i, j: sin(1 + i + 3 * j)) for name, s in shapes.items()}


def gradient(kind, t):
    shapes, entry = GRADIENTS[kind]
    return {name: grid(shape, lambda i, j: entry(t, i, j)) for name, shape in shapes.items()}


# Another momentum, a large epsilon; other coefficients, which converge, and fewer steps.
SLOW, EPS = 0.5, 0.5
A, B, C, FEW = 2.0, -1.5, 0.5, 3


def torch_cases(kind):
    """Yield (settings, optimlib's settings of Muon, of the rule for biases, difference or None)."""
    ours = {"average": True, "clamped": True, "scale": "rows"}
    biases = {"name": "AdamW", "lr": 0.1}
    default = {"lr": 0.1}
    yield default, ours | {"lr": 0.1, "weight_decay": 0.1}, biases, None
    matched = {"lr": 0.1, "adjust_lr_fn": "match_rms_adamw", "weight_decay": 0.0}
    yield matched, ours | {"lr": 0.1, "scale": None, "rms": 0.2}, biases, None
    plain = {"lr": 0.1, "nesterov": False, "momentum": SLOW, "eps": EPS, "weight_decay": 0.0}
    slow = ours | {"lr": 0.1, "nesterov": False, "beta": SLOW, "eps": EPS}
    yield plain, slow, biases, None
    other = {"lr": 0.1, "ns_coefficients": [A, B, C], "ns_steps": FEW, "weight_decay": 0.0}
    yield other, ours | {"lr": 0.1, "a": A, "b": B, "c": C, "ns_steps": FEW}, biases, None
    if kind in ("tall", "wide"):
        differs = "PyTorch scales by rows/columns, Optax by columns/rows"
        columns = ours | {"lr": 0.1, "weight_decay": 0.1, "scale": "columns"}
        yield default, columns, biases, differs
    if kind == "tiny":
        differs = "PyTorch divides by max(norm, epsilon), others by norm + epsilon"
        added = ours | {"lr": 0.1, "weight_decay": 0.1, "clamped": False}
        yield default, added, biases, differs
        differs = "PyTorch averages gradients, Keras adds them up"
        sums = ours | {"lr": 0.1, "weight_decay": 0.1, "average": False}
        yield default, sums, biases, differs


def optax_cases(kind):
    """Yield the same for Optax."""
    ours = {"average": True, "bias_correction": True, "eps": 1e-8, "scale": "columns"}
    biases = {"name": "NAdam", "lr": 0.1, "psi": None, "eps": 1e-8}
    default = {"learning_rate": 0.1}
    yield default, ours | {"lr": 0.1}, biases, None
    rms = {"learning_rate": 0.1, "consistent_rms": 0.3, "weight_decay": 0.1}
    yield rms, ours | {"lr": 0.1, "scale": None, "rms": 0.3, "weight_decay": 0.1}, biases, None
    plain = {"learning_rate": 0.1, "nesterov": False, "beta": SLOW, "eps": EPS}
    slow = ours | {"lr": 0.1, "nesterov": False, "beta": SLOW, "eps": EPS}
    yield plain, slow, {"name": "Adam", "lr": 0.1, "eps": EPS}, None
    other = {"learning_rate": 0.1, "ns_coeffs": [A, B, C], "ns_steps": FEW}
    yield other, ours | {"lr": 0.1, "a": A, "b": B, "c": C, "ns_steps": FEW}, biases, None
    if kind not in ("row", "column", "zero", "rank one"):
        differs = "Optax corrects the bias as NAdam does, which turns the step"
        yield default, ours | {"lr": 0.1, "bias_correction": False}, biases, differs


def keras_cases(kind):
    """Yield the same for Keras."""
    ours = {"scale": None, "rms": 0.2, "eps": 1e-7}
    adam = {"name": "Adam", "lr": 0.1, "eps": 1e-7, "eps_before_correction": True}
    biases = {"name": "DecoupledWeightDecay", "rule": adam, "weight_decay": 0.004}
    default = {"learning_rate": 0.1}
    yield default, ours | {"lr": 0.1, "weight_decay": 0.004}, biases, None
    plain = {"learning_rate": 0.1, "nesterov": False, "momentum": SLOW, "rms_rate": None}
    slow = {"lr": 0.1, "nesterov": False, "beta": SLOW, "scale": None, "weight_decay": 0.004}
    yield plain, slow, biases, None
    other = {"muon_a": A, "muon_b": B, "muon_c": C, "ns_steps": FEW, "rms_rate": 0.3}
    few = ours | {"rms": 0.3, "a": A, "b": B, "c": C, "ns_steps": FEW}
    none = {"learning_rate": 0.1, "weight_decay": None}
    yield none | other, few | {"lr": 0.1}, biases, None
    if kind in ("square", "tall"):
        differs = "Keras adds 1e-7 to the norm whatever its epsilon is"
        large = ours | {"lr": 0.1, "weight_decay": 0.004, "eps": EPS}
        yield default | {"epsilon": EPS}, large, biases, differs
        differs = "Keras decays by default, Optax does not"
        yield default, ours | {"lr": 0.1}, biases, differs


def run_torch(kind, settings):
    """Yield the blocks after each step of PyTorch: Muon for the matrix, AdamW for the bias."""
    import torch

    shapes, _ = GRADIENTS[kind]
    w = {n: torch.tensor(x, dtype=torch.float64) for n, x in start(shapes).items()}
    steppers = [torch.optim.Muon([w["W"]], **settings)]
    if "b" in w:
        steppers.append(torch.optim.AdamW([w["b"]], lr=settings["lr"]))
    for t in range(1, STEPS + 1):
        for name, g in gradient(kind, t).items():
            w[name].grad = torch.tensor(g, dtype=torch.float64)
        for stepper in steppers:
            stepper.step()
        yield {name: x.tolist() for name, x in w.items()}


def run_torch_in_float64(kind, settings):
    """Yield the same where what PyTorch rounds to bfloat16 keeps its 64 bits."""
    import torch

    with patch.object(torch.Tensor, "bfloat16", torch.Tensor.clone):
        yield from run_torch(kind, settings)


def run_optax(kind, settings):
    """Yield the blocks after each step of Optax, which itself takes Adam for the bias."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    w = {n: jax.numpy.array(x, dtype="float64") for n, x in start(GRADIENTS[kind][0]).items()}
    coefficients = {n: tuple(x) for n, x in settings.items() if n == "ns_coeffs"}
    method = optax.contrib.muon(**settings | coefficients)
    state = method.init(w)

    @jax.jit
    def step(w, g, state):
        updates, state = method.update(g, state, w)
        return optax.apply_updates(w, updates), state

    for t in range(1, STEPS + 1):
        g = {n: jax.numpy.array(x, dtype="float64") for n, x in gradient(kind, t).items()}
        w, state = step(w, g, state)
        yield {name: x.tolist() for name, x in w.items()}


def run_keras(kind, settings):
    """Yield the blocks after each step of Keras, which itself takes AdamW for the bias."""
    import os

    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    keras.config.set_floatx("float64")
    w = {n: keras.Variable(x, dtype="float64") for n, x in start(GRADIENTS[kind][0]).items()}
    stepper = keras.optimizers.Muon(**settings)
    for t in range(1, STEPS + 1):
        g = gradient(kind, t)
        tensors = [keras.ops.convert_to_tensor(g[name], dtype="float64") for name in w]
        stepper.apply(tensors, list(w.values()))
        yield {name: x.value.tolist() for name, x in w.items()}


def run_keras_in_float64(kind, settings):
    """Yield the same where what Keras rounds to float32 keeps its 64 bits."""
    import os

    os.environ["KERAS_BACKEND"] = "torch"
    import torch
    from keras import ops
    from keras.src.optimizers import muon

    def exact(x):
        return ops.convert_to_tensor(x).to(torch.float64)

    def norm(x, axis, keepdims):
        return torch.linalg.norm(exact(x), dim=axis, keepdim=keepdims)

    with (
        patch.object(muon.ops, "norm", norm),
        patch.object(muon.ops, "sqrt", lambda x: torch.sqrt(exact(x))),
    ):
        yield from run_keras(kind, settings)


LIBRARIES = {
    "torch": (torch_cases, run_torch, ("torch",)),
    "torch in float64": (torch_cases, run_torch_in_float64, ("torch",)),
    "optax": (optax_cases, run_optax, ("optax", "jax", "jaxlib")),
    "keras": (keras_cases, run_keras, ("keras", "torch")),
    "keras in float64": (keras_cases, run_keras_in_float64, ("keras", "torch")),
}


def runs(library):
    """Yield every run of `library` as a dict, computed now."""
    cases, run, _ = LIBRARIES[library]
    for kind, (shapes, _) in GRADIENTS.items():
        for settings, muon, biases, difference in cases(kind):
            points = enumerate(run(kind, settings), start=1)
            rules = {"W": {"name": "Muon", **muon}, "b": biases}
            yield {
                "library": library,
                "gradient": kind,
                "settings": settings,
                "rules": {name: rules[name] for name in shapes},
                "difference": difference,
                "points": {str(t): point for t, point in points if t in KEPT},
            }


def main():
    packages = sorted({package for *_, names in LIBRARIES.values() for package in names})
    header = {
        "made by": "tests/golden/make_matrices.py",
        "versions": {package: metadata.version(package) for package in packages},
    }
    made = [run for library in LIBRARIES for run in runs(library)]
    lines = ",\n".join(map(json.dumps, made))
    text = f'{json.dumps(header)[:-1]}, "runs": [\n{lines}\n]}}\n'
    (HERE / "matrices.json").write_text(text)
    print(f"matrices.json: {len(made)} runs, {len(text) // 1000} kB")


if __name__ == "__main__":
    main()
