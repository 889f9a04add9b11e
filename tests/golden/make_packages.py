"""Make packages.json: what the optimizers and schedules of many packages do, in their own names.

Run it where the packages are installed (packages.json has the versions):

    cd tests && python -m golden.make_packages

Nothing here comes from optimlib. Of each optimizer are kept: its defaults, read from its own
signature; its steps under a gradient of 1, in η; what a step without a gradient takes from ones;
and its points under gradients that do not depend on the point, with all but the rate by default,
and at one other setting. All in float64, as far as the package keeps it. Of each schedule: the
rate of every step, past its end; after the rate was set by hand; after a reload of its state.
"""

import contextlib
import importlib
import importlib.util
import inspect
import io
import json
import os
import re
import sys
import types
import warnings
from importlib import metadata
from itertools import pairwise
from pathlib import Path

from golden.make_conventions import STARTS, gradient, with_keras, with_optax

HERE = Path(__file__).parent
STEPS, ETA = 6, 0.1
CONSTANT = 8
DIGITS = 12
FROM = {
    "torch": "torch", "keras": "keras", "optax": "optax", "timm": "timm",
    "pytorch_optimizer": "pytorch_optimizer", "torch_optimizer": "torch-optimizer",
    "heavyball": "heavyball", "optimi": "torch-optimi", "schedulefree": "schedulefree",
    "prodigyopt": "prodigyopt", "dadaptation": "dadaptation", "dog": "dog-optimizer",
    "lion_pytorch": "lion-pytorch", "adabelief_pytorch": "adabelief-pytorch",
    "adan_pytorch": "adan-pytorch", "pytorch_ranger": "pytorch-ranger", "muon": "muon-optimizer",
    "transformers": "transformers", "sklearn": "scikit-learn",
}  # fmt: skip

BETAS = {"betas": [0.8, 0.99]}
ADAM = {**BETAS, "eps": 1e-3}
DECAYED = {**BETAS, "weight_decay": 0.5}
LION = {"betas": [0.95, 0.98], "weight_decay": 0.5}
KBETAS = {"beta_1": 0.8, "beta_2": 0.99}
OBETAS = {"b1": 0.8, "b2": 0.99}
KADAM, OADAM = {**KBETAS, "epsilon": 1e-3}, {**OBETAS, "eps": 1e-3}
NESTEROV = {"momentum": 0.8, "nesterov": True}

# Package: optimizer: its other setting.
OPTIMIZERS = {
    "torch": {
        "SGD": {"momentum": 0.8, "weight_decay": 0.5},
        "Adagrad": {"eps": 1e-3, "initial_accumulator_value": 0.2},
        "RMSprop": {"alpha": 0.9, "eps": 1e-3, "momentum": 0.7},
        "Adadelta": {"rho": 0.8, "eps": 1e-4},
        "Rprop": {"etas": [0.4, 1.3], "step_sizes": [1e-4, 1.0]},
        "Adam": {**ADAM, "weight_decay": 0.5},
        "AdamW": {**ADAM, "weight_decay": 0.5},
        "Adamax": ADAM,
        "NAdam": {**BETAS, "momentum_decay": 0.01},
        "RAdam": ADAM,
        "ASGD": {"t0": 2.0},
        "Adafactor": {"beta2_decay": -0.7, "d": 2.0},
        "Muon": {"momentum": 0.8, "nesterov": False},
    },
    "keras": {
        "SGD": {"momentum": 0.8, "weight_decay": 0.5},
        "Adagrad": {"epsilon": 1e-3, "initial_accumulator_value": 0.2},
        "RMSprop": {"rho": 0.8, "momentum": 0.7, "epsilon": 1e-3},
        "Adadelta": {"rho": 0.8, "epsilon": 1e-4},
        "Adam": {**KADAM, "weight_decay": 0.5},
        "AdamW": {**KADAM, "weight_decay": 0.5},
        "Adamax": KADAM,
        "Nadam": KADAM,
        "Ftrl": {"l2_regularization_strength": 0.1},
        "Lion": {"beta_1": 0.95, "beta_2": 0.98, "weight_decay": 0.5},
        "Adafactor": {"beta_2_decay": -0.7, "clip_threshold": 2.0},
        "Lamb": {**KBETAS, "epsilon": 1e-3},
        "Muon": {"momentum": 0.8, "nesterov": False},
        "ScheduleFreeAdamW": KBETAS,
    },
    "optax": {
        "sgd": {"momentum": 0.8},
        "adagrad": {"eps": 1e-3, "initial_accumulator_value": 0.2},
        "rmsprop": {"decay": 0.8, "momentum": 0.7, "eps": 1e-3},
        "adadelta": {"rho": 0.8, "eps": 1e-4},
        "rprop": {"eta_minus": 0.4, "eta_plus": 1.3},
        "adam": OADAM,
        "adamw": {**OADAM, "weight_decay": 0.5},
        "adamax": OADAM,
        "nadam": OADAM,
        "radam": OADAM,
        "amsgrad": OADAM,
        "adabelief": {**OADAM, "eps_root": 1e-3},
        "yogi": OADAM,
        "lion": {"b1": 0.95, "b2": 0.98, "weight_decay": 0.5},
        "adafactor": {"decay_rate": 0.7},
        "lamb": OADAM,
        "lars": {"momentum": 0.8},
        "adan": {"b1": 0.95},
        "novograd": {"b1": 0.8},
        "sm3": {"momentum": 0.5},
        "sign_sgd": {},
        "fromage": {},
        "optimistic_gradient_descent": {"beta": 0.5},
        "muon": {"beta": 0.8, "nesterov": False},
        "adopt": OADAM,
        "ademamix": {"alpha": 3.0},
        "schedule_free_sgd": {"b1": 0.8},
        "dog": {},
        "prodigy": {},
    },
    "timm": {
        "sgdw": {**NESTEROV, "weight_decay": 0.5},
        "adamw": DECAYED,
        "nadamw": DECAYED,
        "adabelief": {**ADAM, "rectify": False},
        "lion": LION,
        "adan": {"betas": [0.95, 0.9, 0.98]},
        "adopt": {**ADAM, "clip_exp": 0.25},
        "rmsproptf": {"alpha": 0.8, "momentum": 0.7},
        "laprop": ADAM,
        "lamb": {**ADAM, "weight_decay": 0.5},
        "lars": {"momentum": 0.9},
        "madgrad": {"momentum": 0.5},
        "novograd": {"betas": [0.8, 0.99]},
        "adafactorbv": {"momentum": None},
        "muon": {"momentum": 0.8, "nesterov": False},
    },
    "pytorch_optimizer": {
        "SGDW": {"momentum": 0.8, "weight_decay": 0.5},
        "AdaBelief": ADAM,
        "AdaMax": ADAM,
        "Adan": {"betas": [0.95, 0.9, 0.98]},
        "AdEMAMix": {"alpha": 3.0},
        "ADOPT": ADAM,
        "Lion": LION,
        "SignSGD": {"momentum": 0.5},
        "Tiger": {"beta": 0.9, "weight_decay": 0.1},
        "RAdam": ADAM,
        "Ranger": {"k": 3, "eps": 1e-3},
        "Yogi": ADAM,
        "Lamb": ADAM,
        "DiffGrad": ADAM,
        "AdaMod": {"betas": [0.8, 0.99, 0.9], "eps": 1e-3},
        "AdaBound": ADAM,
        "AdamS": DECAYED,
        "QHAdam": {"nus": [0.7, 0.9]},
        "MADGRAD": {"momentum": 0.5},
        "AggMo": {"betas": [0.0, 0.5]},
        "ASGD": {"amplifier": 0.1},
        "SM3": {"momentum": 0.5},
        "FTRL": {"lambda_2": 0.1},
        "SWATS": ADAM,
        "LaProp": ADAM,
    },
    "torch_optimizer": {
        "AdaBelief": ADAM,
        "RAdam": ADAM,
        "Yogi": ADAM,
        "SGDW": {"momentum": 0.8, "weight_decay": 0.5},
        "QHM": {"nu": 0.5},
        "QHAdam": {"nus": [0.7, 0.9]},
        "AdaMod": ADAM,
        "AdaBound": ADAM,
        "AggMo": {"betas": [0.0, 0.5]},
        "Lamb": {**BETAS, "eps": 1e-3, "debias": True},
        "DiffGrad": ADAM,
        "MADGRAD": {"momentum": 0.5},
        "NovoGrad": BETAS,
        "SWATS": ADAM,
        "PID": {"momentum": 0.8},
        "A2GradUni": {"beta": 5.0},
        "Ranger": {"k": 3, "eps": 1e-3},
    },
    "heavyball": {
        "SGD": {"beta": 0.8},
        "AdamW": ADAM,
        "NAdam": BETAS,
        "RMSprop": ADAM,
        "ADOPT": ADAM,
        "LaProp": ADAM,
        "SFAdamW": BETAS,
    },
    "optimi": {
        "SGD": {"momentum": 0.8, "weight_decay": 0.5},
        "Adam": {**ADAM, "weight_decay": 0.5},
        "AdamW": {**ADAM, "weight_decay": 0.5},
        "RAdam": ADAM,
        "Lion": LION,
        "Adan": {"betas": [0.95, 0.9, 0.98], "weight_decay": 0.0},
        "StableAdamW": ADAM,
        "Ranger": {"k": 3, "eps": 1e-3},
    },
    "schedulefree": {
        "SGDScheduleFree": {"momentum": 0.8},
        "AdamWScheduleFree": BETAS,
        "RAdamScheduleFree": BETAS,
    },
    "prodigyopt": {"Prodigy": {"d0": 1e-3}},
    "dadaptation": {"DAdaptAdam": {"d0": 1e-3}, "DAdaptAdaGrad": {"d0": 1e-3}},
    "dog": {"DoG": {"reps_rel": 1e-3}},
    "lion_pytorch": {"Lion": LION},
    "adabelief_pytorch": {"AdaBelief": {**ADAM, "rectify": False}},
    "adan_pytorch": {"Adan": {"betas": [0.05, 0.1, 0.02]}},
    "pytorch_ranger": {"Ranger": {"k": 3, "eps": 1e-3}},
    "muon": {"SingleDeviceMuon": {"momentum": 0.8, "weight_decay": 0.5}},
    "transformers": {"Adafactor": {"clip_threshold": 2.0}},
    "sklearn": {"SGDOptimizer": {"momentum": 0.8, "nesterov": False}, "AdamOptimizer": KBETAS},
}
# What only takes steps with these, whatever else is asked.
ALWAYS = {("transformers", "Adafactor"): {"relative_step": False}}
MATRICES = {"torch Muon", "keras Muon", "optax muon", "timm muon", "muon SingleDeviceMuon"}


def found(package, name):
    """Return the package's own class or function of that name."""
    if package == "torch":
        return getattr(importlib.import_module("torch.optim"), name)
    if package == "keras":
        return getattr(importlib.import_module("keras").optimizers, name)
    if package == "optax":
        optax = importlib.import_module("optax")
        return getattr(optax, name, None) or getattr(optax.contrib, name)
    if package == "timm":
        return timm().get_optimizer_class(name, bind_defaults=False)
    if package == "transformers":
        return importlib.import_module("transformers.optimization").Adafactor
    if package == "sklearn":
        return getattr(
            importlib.import_module("sklearn.neural_network._stochastic_optimizers"), name
        )
    return getattr(importlib.import_module(package), name)


def timm(part="optim"):
    """Return a part of timm, without timm's models, which need torchvision."""
    if "timm" not in sys.modules:
        package, models = types.ModuleType("timm"), types.ModuleType("timm.models")
        package.__path__ = list(importlib.util.find_spec("timm").submodule_search_locations)
        models.group_parameters = None
        sys.modules |= {"timm": package, "timm.models": models}
    return importlib.import_module(f"timm.{part}")


def rated(package, name, settings, lr=ETA):
    """Return the settings with a rate, tuples as the packages have them."""
    rate = {"keras": "learning_rate", "optax": "learning_rate", "sklearn": "learning_rate_init"}
    cls = found(package, name)
    names = inspect.signature(cls).parameters
    key = rate.get(package, "lr")
    given = ALWAYS.get((package, name), {}) | settings
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    return ({key: lr} if key in names else {}) | given


def defaults(package, name):
    """Return the default settings that are plain values."""
    optimizer = found(package, name)
    signature = inspect.signature(optimizer.__init__ if inspect.isclass(optimizer) else optimizer)
    values = {p.name: p.default for p in signature.parameters.values() if p.name != "self"}
    plain = {k: v for k, v in values.items() if v is None or isinstance(v, int | float | str)}
    rows = {k: list(v) for k, v in values.items() if isinstance(v, tuple)}
    return {k: v for k, v in (plain | rows).items() if k not in ("name", "kwargs")}


def points(package, name, settings, start, gradients):
    """Return the point after each step."""
    walk = {"keras": with_keras, "optax": with_optax, "sklearn": with_sklearn}
    path = walk.get(package, with_torch)(
        found(package, name), rated(package, name, settings), start, gradients
    )
    with contextlib.redirect_stdout(io.StringIO()):
        return [rounded(point) for point in path]


def rounded(value):
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return float(f"{value:.{DIGITS}g}")


def with_torch(optimizer, settings, start, gradients):
    import torch

    w = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    stepper = optimizer([w], **settings)
    if callable(getattr(stepper, "train", None)):
        stepper.train()
    for g in gradients:
        w.grad = torch.tensor(g, dtype=torch.float64)
        stepper.step()
        yield w.tolist()


def with_sklearn(optimizer, settings, start, gradients):
    import numpy as np

    w = [np.array(start)]
    takes_points = "params" in inspect.signature(optimizer).parameters
    stepper = optimizer(w, **settings) if takes_points else optimizer(**settings)
    for g in gradients:
        stepper.update_params(w, [np.array(g)])
        yield w[0].tolist()


def kind_of(package, name):
    return "matrix" if f"{package} {name}" in MATRICES else "vector"


def record(package, name, other):
    """Return what is kept of one optimizer."""
    kind = kind_of(package, name)
    start = STARTS[kind]
    path = [gradient(kind, t) for t in range(1, STEPS + 1)]
    filled = {n: [[n] * 2] * 2 if kind == "matrix" else [n] * 3 for n in (0.0, 1.0)}
    under = points(package, name, {}, filled[1.0], [filled[1.0]] * CONSTANT)
    (after,) = points(package, name, {}, filled[1.0], [filled[0.0]])
    first = (lambda point: point[0][0]) if kind == "matrix" else (lambda point: point[0])
    walk = [1.0, *map(first, under)]
    return {
        "package": package,
        "optimizer": name,
        "start": kind,
        "defaults": defaults(package, name),
        "under 1": [float(f"{(b - a) / ETA:.6g}") for a, b in pairwise(walk)],
        "taken away": float(f"{1 - first(after):.9g}"),
        "runs": [
            {"settings": settings, "points": points(package, name, settings, start, path)}
            for settings in ({}, other)
        ],
    }


def prepare():
    """Let everything compute in float64, quietly."""
    os.environ["KERAS_BACKEND"] = "torch"
    warnings.simplefilter("ignore")
    import heavyball
    import jax
    import keras

    heavyball.utils.compile_mode = None
    jax.config.update("jax_enable_x64", True)
    keras.config.set_floatx("float64")


def optimizers():
    """Yield the record of each optimizer."""
    for package, names in OPTIMIZERS.items():
        for name, other in names.items():
            yield record(package, name, other)


def main():
    from golden.make_package_schedules import schedules

    prepare()
    packages = sorted({*FROM.values(), "jax"})
    content = {
        "made by": "tests/golden/make_packages.py",
        "versions": {package: metadata.version(package) for package in packages},
        "packages": FROM,
        "optimizers": list(optimizers()),
        "schedules": list(schedules()),
    }
    text = compact(json.dumps(content, indent=1))
    (HERE / "packages.json").write_text(text + "\n")
    print(f"packages.json: {len(content['optimizers'])} optimizers, {len(text) // 1000} kB")


def compact(text):
    """Put each row of numbers on one line."""
    return re.sub(
        r"\[[^][{}]*\]", lambda found: re.sub(r"\s+", " ", found[0]).replace("[ ", "["), text
    )


if __name__ == "__main__":
    main()
