"""Make modern_blocks.json: runs of LAMB and Adafactor in other libraries.

Run it where torch, optax, keras and pytorch_optimizer are installed:

    python tests/golden/make_modern_blocks.py

It is as make_matrices.py, whose blocks and gradients it takes: nothing here comes from optimlib,
all runs are in float64, and a run in which the library does something else than the rule that it
names is a `difference`. But Keras takes means and maxima in float32, and Optax the power of t:
their Adafactor is run twice, as it is and with float64 in place of these.
"""

import json
import os
from importlib import metadata
from pathlib import Path
from unittest.mock import patch

if __package__:
    from golden import make_matrices as matrices
else:
    import make_matrices as matrices  # run as a script, from this folder

HERE = Path(__file__).parent
STEPS, KEPT = matrices.STEPS, (1, 2, 5, 10)
KINDS = ("square", "tall", "wide", "row", "column", "zero", "late", "tiny", "layer")


def shapes_of(kind):
    return matrices.GRADIENTS[kind][0]


def optax_cases(kind):
    """Yield (optimizer, settings, optimlib's rule, its settings, difference or None)."""
    default = {"learning_rate": 0.1, "eps": 1e-6}
    yield "lamb", default, "LAMB", {"lr": 0.1}, None
    slow = {"learning_rate": 0.2, "b1": 0.5, "b2": 0.8, "eps": 0.1, "weight_decay": 0.5}
    ours = {"lr": 0.2, "beta1": 0.5, "beta2": 0.8, "eps": 0.1, "weight_decay": 0.5}
    yield "lamb", slow, "LAMB", ours, None
    ours = {"lr": 0.1, "capped": False}
    whole = ours | {"factored": False}
    yield "adafactor", {"learning_rate": 0.1}, "Adafactor", whole, None
    factored = {"learning_rate": 0.1, "min_dim_size_to_factor": 1}
    yield "adafactor", factored, "Adafactor", ours, None
    other = factored | {"decay_rate": 0.6, "clipping_threshold": 0.5, "eps": 0.1}
    others = ours | {"power": 0.6, "limit": 0.5, "eps": 0.1}
    yield "adafactor", other, "Adafactor", others, None
    free = factored | {"clipping_threshold": None, "multiply_by_parameter_scale": False}
    yield "adafactor", free, "Adafactor", ours | {"limit": None, "relative": False}, None
    yield "adafactor", {"learning_rate": None}, "Adafactor", whole | {"lr": 1.0}, None
    if kind in ("square", "tall", "wide"):
        differs = "Optax factors no matrix with a side below 128"
        yield "adafactor", {"learning_rate": 0.1}, "Adafactor", ours, differs
        differs = "Optax does not cap the rate at 1 / sqrt(t)"
        large = {"lr": 1.0, "factored": False}
        yield "adafactor", {"learning_rate": 1.0}, "Adafactor", large, differs


def keras_cases(kind):
    """Yield the same for Keras."""
    yield "Lamb", {"learning_rate": 0.1}, "LAMB", {"lr": 0.1, "eps": 1e-7}, None
    slow = {"learning_rate": 0.2, "beta_1": 0.5, "beta_2": 0.8, "epsilon": 0.1}
    ours = {"lr": 0.2, "beta1": 0.5, "beta2": 0.8, "eps": 0.1}
    yield "Lamb", slow, "LAMB", ours, None
    if kind != "zero":
        differs = "Keras decays the weights first, the paper within the norm of the step"
        decay = {"weight_decay": 0.5}
        yield "Lamb", slow | decay, "LAMB", ours | decay, differs
    yield "Adafactor", {}, "Adafactor", {"lr": 0.001}, None
    large = {"learning_rate": 1.0, "beta_2_decay": -0.6, "clip_threshold": 0.5, "epsilon_1": 0.1}
    ours = {"lr": 1.0, "power": 0.6, "limit": 0.5, "eps": 0.1}
    yield "Adafactor", large | {"epsilon_2": 2.0}, "Adafactor", ours | {"floor": 2.0}, None
    if kind in ("square", "layer"):
        differs = "Keras caps the rate also without relative_step"
        absolute = large | {"relative_step": False}
        yield "Adafactor", absolute, "Adafactor", ours | {"capped": False}, differs


def torch_cases(kind):
    """Yield the same for PyTorch, which has Adafactor alone of these, and factors no vector."""
    ours = {"clamped": True, "eps": 2.0**-52}
    yield "Adafactor", {}, "Adafactor", ours, None
    large = {"lr": 1.0, "beta2_decay": -0.6, "d": 1.1, "eps": [None, 2.0]}
    others = ours | {"lr": 1.0, "power": 0.6, "limit": 1.1, "floor": 2.0}
    yield "Adafactor", large, "Adafactor", others, None
    high = {"eps": [0.3, 1e-3], "lr": 0.1}
    yield "Adafactor", high, "Adafactor", ours | {"eps": 0.3, "lr": 0.1}, None
    if kind in ("square", "tall", "layer"):
        differs = "PyTorch's epsilon is what the squares are at least, the paper adds it"
        yield "Adafactor", high, "Adafactor", {"eps": 0.3, "lr": 0.1}, differs


def pytorch_optimizer_cases(kind):
    """Yield the same for pytorch_optimizer."""
    exact = {"lr": 0.1, "eps": 1e-300, "adam_debias": True}
    ours = {"lr": 0.1, "eps": 1e-300, "limit": 10.0, "bias_correction": False}
    if kind not in ("zero", "late"):  # 0 / 0 without a gradient
        yield "Lamb", exact, "LAMB", ours, None
        inside = exact | {"weight_decay": 0.5, "weight_decouple": False}
        yield "Lamb", inside, "LAMB", ours | {"weight_decay": 0.5}, None
    if kind in ("square", "tall"):
        differs = "pytorch_optimizer adds epsilon to the norm of the step"
        large = {"eps": 0.1}
        yield "Lamb", exact | large, "LAMB", ours | large, differs
        # Without a decay the length of the step, and with it a correction, does not matter.
        differs = "pytorch_optimizer does not correct the bias"
        inside = exact | {"weight_decay": 0.5, "weight_decouple": False}
        corrected = ours | {"weight_decay": 0.5, "bias_correction": True}
        yield "Lamb", inside, "LAMB", corrected, differs
        differs = "pytorch_optimizer divides the rate by 1 - beta1^t"
        yield "Lamb", exact | {"adam_debias": False}, "LAMB", ours, differs
    # No bound for the weight of the past, and no momentum.
    free = {"lr": 0.1, "betas": [None, 1.0 - 1e-12], "relative_step": False}
    yield "AdaFactor", free, "Adafactor", {"lr": 0.1, "capped": False}, None
    yield "AdaFactor", free | {"relative_step": True}, "Adafactor", {"lr": 0.01}, None
    if kind in ("square", "layer"):
        differs = "pytorch_optimizer takes a rate of 0.01 with relative_step, whatever lr is"
        yield "AdaFactor", free | {"relative_step": True}, "Adafactor", {"lr": 0.1}, differs


def with_torch(package):
    """Return what runs the optimizers of a package of PyTorch's optimizers."""

    def run(optimizer, settings, kind):
        from importlib import import_module

        import torch

        start = matrices.start(shapes_of(kind)).items()
        w = {n: torch.nn.Parameter(torch.tensor(x, dtype=torch.float64)) for n, x in start}
        pairs = {n: tuple(x) for n, x in settings.items() if isinstance(x, list)}
        if "betas" in settings:
            pairs["momentum_dtype"] = torch.float64
        stepper = getattr(import_module(package), optimizer)(list(w.values()), **settings | pairs)
        for t in range(1, STEPS + 1):
            for name, g in matrices.gradient(kind, t).items():
                w[name].grad = torch.tensor(g, dtype=torch.float64)
            stepper.step()
            yield {name: x.tolist() for name, x in w.items()}

    return run


def run_optax(optimizer, settings, kind):
    """Yield the blocks after each step of Optax."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    start = matrices.start(shapes_of(kind)).items()
    w = {n: jax.numpy.array(x, dtype="float64") for n, x in start}
    method = getattr(optax, optimizer)(**settings)
    state = method.init(w)

    @jax.jit
    def step(w, g, state):
        updates, state = method.update(g, state, w)
        return optax.apply_updates(w, updates), state

    for t in range(1, STEPS + 1):
        g = {n: jax.numpy.array(x, dtype="float64") for n, x in matrices.gradient(kind, t).items()}
        w, state = step(w, g, state)
        yield {name: x.tolist() for name, x in w.items()}


def run_optax_in_float64(optimizer, settings, kind):
    """Yield the same where the power of t, which Optax rounds to float32, keeps its 64 bits."""
    import jax
    from optax._src import factorized

    def decay(step, exponent):
        return 1 - jax.numpy.array(step + 1, jax.numpy.float64) ** -exponent

    scale = factorized.scale_by_factored_rms
    with patch.object(scale, "__defaults__", (*scale.__defaults__[:-1], decay)):
        yield from run_optax(optimizer, settings, kind)


def run_keras(optimizer, settings, kind):
    """Yield the blocks after each step of Keras, on PyTorch's tensors."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    keras.config.set_floatx("float64")
    start = matrices.start(shapes_of(kind)).items()
    w = {n: keras.Variable(x, dtype="float64") for n, x in start}
    stepper = getattr(keras.optimizers, optimizer)(**settings)
    for t in range(1, STEPS + 1):
        g = matrices.gradient(kind, t)
        tensors = [keras.ops.convert_to_tensor(g[name], dtype="float64") for name in w]
        stepper.apply(tensors, list(w.values()))
        yield {name: x.value.tolist() for name, x in w.items()}


def run_keras_in_float64(optimizer, settings, kind):
    """Yield the same where what Keras rounds to float32 keeps its 64 bits."""
    os.environ["KERAS_BACKEND"] = "torch"
    import torch
    from keras import ops
    from keras.src.optimizers import adafactor

    def exact(x):
        return ops.convert_to_tensor(x).to(torch.float64)

    def mean(x, axis=None, keepdims=False):
        return torch.mean(exact(x), dim=axis, keepdim=keepdims)

    with (
        patch.object(adafactor.ops, "mean", mean),
        patch.object(adafactor.ops, "maximum", lambda x, y: torch.maximum(exact(x), exact(y))),
        patch.object(adafactor.ops, "minimum", lambda x, y: torch.minimum(exact(x), exact(y))),
    ):
        yield from run_keras(optimizer, settings, kind)


def of_adafactor(cases):
    """Return the cases of Adafactor alone."""
    return lambda kind: (case for case in cases(kind) if case[2] == "Adafactor")


LIBRARIES = {
    "torch": (torch_cases, with_torch("torch.optim"), ("torch",)),
    "optax": (optax_cases, run_optax, ("optax", "jax", "jaxlib")),
    "optax in float64": (
        of_adafactor(optax_cases),
        run_optax_in_float64,
        ("optax", "jax", "jaxlib"),
    ),
    "keras": (keras_cases, run_keras, ("keras", "torch")),
    "keras in float64": (of_adafactor(keras_cases), run_keras_in_float64, ("keras", "torch")),
    "pytorch_optimizer": (
        pytorch_optimizer_cases,
        with_torch("pytorch_optimizer"),
        ("pytorch_optimizer", "torch"),
    ),
}


def runs(library):
    """Yield every run of `library` as a dict, computed now."""
    cases, run, _ = LIBRARIES[library]
    for kind in KINDS:
        for optimizer, settings, rule, ours, difference in cases(kind):
            points = enumerate(run(optimizer, settings, kind), start=1)
            yield {
                "library": library,
                "gradient": kind,
                "optimizer": optimizer,
                "settings": settings,
                "rule": rule,
                "rule_settings": ours,
                "difference": difference,
                "points": {str(t): point for t, point in points if t in KEPT},
            }


def main():
    packages = sorted({package for *_, names in LIBRARIES.values() for package in names})
    header = {
        "made by": "tests/golden/make_modern_blocks.py",
        "versions": {package: metadata.version(package) for package in packages},
    }
    made = [run for library in LIBRARIES for run in runs(library)]
    lines = ",\n".join(map(json.dumps, made))
    text = f'{json.dumps(header)[:-1]}, "runs": [\n{lines}\n]}}\n'
    (HERE / "modern_blocks.json").write_text(text)
    print(f"modern_blocks.json: {len(made)} runs, {len(text) // 1000} kB")


if __name__ == "__main__":
    main()
