"""Whose optimizers are these? `ol.identify` on the optimizers of the packages that are installed.

    python benchmarks/identify.py [--only WORD] [--details]

Each optimizer is identified at two settings. A name is checked by running the rule beside the
package's own optimizer with gradients that `identify` has not played; the settings must be those
that were given, to 4 digits. Optimizers that are no rule of this library must stay unknown, or be
what they are named at these settings. Packages that are not installed are left out.
"""

import argparse
import contextlib
import importlib.util
import inspect
import io
import os
import sys
import time
import types
import warnings
from dataclasses import replace
from importlib import metadata

import numpy as np

import optimlib as ol
from optimlib.identify import adapters
from optimlib.identify.finding import steps_of
from optimlib.identify.playing import Player
from optimlib.identify.report import all_settings

A, B = {"lr": 0.01}, {"lr": 0.003}
BETAS = {"betas": (0.8, 0.99)}
ADAM = [A, {**B, **BETAS, "eps": 1e-5}]
DECAY = [{**A, "weight_decay": 0.1}, {**B, **BETAS, "weight_decay": 0.02}]
LION = [A, {**B, "betas": (0.95, 0.98), "weight_decay": 0.1}]
MOMENTUM = [{**A, "momentum": 0.9}, {**B, "momentum": 0.75, "weight_decay": 0.1}]
NESTEROV = [{**row, "nesterov": True} for row in MOMENTUM]
ADAN = [A, {**B, "betas": (0.95, 0.9, 0.98)}]
KA, KB = {"learning_rate": 0.01}, {"learning_rate": 0.003}
KBETAS = {"beta_1": 0.8, "beta_2": 0.99}
KADAM = [KA, {**KB, **KBETAS, "epsilon": 1e-5}]
OBETAS = {"b1": 0.8, "b2": 0.99}
OADAM = [KA, {**KB, **OBETAS, "eps": 1e-5}]

# Package, optimizer, two settings, the rule's name; None where this library has no such rule, or
# not with the package's own defaults.
ROWS = [
    ("torch", "SGD", [A, {**B, "weight_decay": 0.1}], "GradientDescent"),
    ("torch", "SGD", MOMENTUM, "Momentum"),
    ("torch", "SGD", NESTEROV, "Nesterov"),
    ("torch", "SGD", [{**r, "dampening": 0.3} for r in MOMENTUM], "Momentum"),
    ("torch", "Adagrad", [A, {**B, "lr_decay": 0.05, "initial_accumulator_value": 0.1}], "AdaGrad"),
    ("torch", "RMSprop", [A, {**B, "alpha": 0.9, "eps": 1e-5}], "RMSProp"),
    ("torch", "RMSprop", [{**A, "centered": True}, {**B, "momentum": 0.7}], "RMSProp"),
    ("torch", "Adadelta", [{"lr": 1.0}, {"lr": 0.3, "rho": 0.8, "eps": 1e-4}], "Adadelta"),
    ("torch", "Rprop", [A, {**B, "etas": (0.4, 1.3), "step_sizes": (1e-4, 1.0)}], "Rprop"),
    ("torch", "Adam", ADAM, "Adam"),
    ("torch", "Adam", [{**r, "amsgrad": True} for r in ADAM], "AMSGrad"),
    ("torch", "Adam", DECAY, "Adam"),
    ("torch", "AdamW", DECAY, "AdamW"),
    ("torch", "Adamax", ADAM, "Adamax"),
    ("torch", "NAdam", [A, {**B, **BETAS, "momentum_decay": 0.01}], "NAdam"),
    ("torch", "RAdam", ADAM, "RAdam"),
    ("torch", "ASGD", [A, B], None),
    ("torch", "Adafactor", [A, B], "Adafactor"),
    # On matrices alone, in bfloat16.
    ("torch", "Muon", [A, {**B, "momentum": 0.8}], None),
    ("keras", "SGD", [KA, {**KB, "clipnorm": 1.0}], "GradientDescent"),
    ("keras", "SGD", [{**KA, "momentum": 0.9}, {**KB, "momentum": 0.7}], "Momentum"),
    ("keras", "SGD", [{**r, "momentum": 0.8, "nesterov": True} for r in (KA, KB)], "Nesterov"),
    ("keras", "Adagrad", [KA, {**KB, "epsilon": 1e-4}], "AdaGrad"),
    ("keras", "RMSprop", [KA, {**KB, "rho": 0.8, "momentum": 0.6}], "RMSProp"),
    ("keras", "Adadelta", [KA, {**KB, "rho": 0.8, "epsilon": 1e-4}], "Adadelta"),
    ("keras", "Adam", KADAM, "Adam"),
    ("keras", "AdamW", [KA, {**KB, **KBETAS, "weight_decay": 0.1}], "Adam"),
    ("keras", "Adamax", KADAM, "Adamax"),
    ("keras", "Nadam", KADAM, "NAdam"),
    ("keras", "Lion", [KA, {**KB, "beta_1": 0.95, "beta_2": 0.98}], "Lion"),
    ("keras", "Adam", [{**r, "clipvalue": 0.5} for r in KADAM], "Adam"),
    ("keras", "Ftrl", [KA, KB], None),
    ("keras", "Lamb", [KA, KB], "LAMB"),
    ("keras", "Adafactor", [KA, KB], "Adafactor"),
    ("optax", "sgd", [KA, KB], "GradientDescent"),
    ("optax", "sgd", [{**KA, "momentum": 0.9}, {**KB, "momentum": 0.7}], "Momentum"),
    ("optax", "sgd", [{**r, "momentum": 0.8, "nesterov": True} for r in (KA, KB)], "Nesterov"),
    ("optax", "adagrad", [KA, {**KB, "initial_accumulator_value": 0.3}], "AdaGrad"),
    ("optax", "rmsprop", [KA, {**KB, "decay": 0.8, "eps": 1e-5}], "RMSProp"),
    ("optax", "adadelta", [{"learning_rate": 1.0}, {**KB, "rho": 0.8, "eps": 1e-4}], "Adadelta"),
    # Its first step is 0.
    ("optax", "rprop", [KA, {**KB, "eta_minus": 0.4, "eta_plus": 1.3}], None),
    ("optax", "adam", OADAM, "Adam"),
    ("optax", "adamw", [KA, {**KB, **OBETAS, "weight_decay": 0.1}], "AdamW"),
    ("optax", "adamax", OADAM, "Adamax"),
    ("optax", "nadam", OADAM, "NAdam"),
    ("optax", "radam", OADAM, "RAdam"),
    ("optax", "amsgrad", OADAM, "AMSGrad"),
    ("optax", "adabelief", [KA, {**KB, **OBETAS}], "AdaBelief"),
    ("optax", "yogi", [KA, {**KB, **OBETAS}], "Yogi"),
    ("optax", "lion", [KA, {**KB, "b1": 0.95, "b2": 0.98, "weight_decay": 0.1}], "Lion"),
    ("optax", "sign_sgd", [KA, KB], "SignDescent"),
    # It weighs the change with 1 - b2.
    ("optax", "adan", [KA, {**KB, "b1": 0.95}], None),
    ("optax", "adopt", OADAM, "ADOPT"),
    ("optax", "ademamix", [KA, {**KB, **OBETAS, "alpha": 3.0}], "AdEMAMix"),
    ("optax", "prodigy", [{"learning_rate": 1.0}, {"learning_rate": 0.5}], "Prodigy"),
    ("optax", "adafactor", [KA, KB], "Adafactor"),
    ("optax", "lars", [KA, KB], None),
    ("optax", "muon", [KA, {**KB, "beta": 0.8}], "Muon"),
    ("optax", "lamb", [KA, KB], "LAMB"),
    ("optax", "sm3", [KA, KB], None),
    ("optax", "novograd", [KA, KB], None),
    ("timm", "sgdw", [r | {"weight_decay": 0.1} for r in MOMENTUM], "Momentum"),
    ("timm", "adamw", DECAY, "AdamW"),
    ("timm", "nadamw", DECAY, None),
    ("timm", "adabelief", [{**r, "rectify": False} for r in ADAM], "AdaBelief"),
    ("timm", "lion", LION, "Lion"),
    ("timm", "adan", ADAN, "Adan"),
    ("timm", "adopt", [{**r, "clip_exp": 0.25} for r in ADAM], "ADOPT"),
    ("timm", "lamb", [{**r, "max_grad_norm": None} for r in ADAM], "LAMB"),
    ("timm", "rmsproptf", [A, {**B, "alpha": 0.8, "momentum": 0.7}], None),
    ("timm", "laprop", ADAM, None),
    ("timm", "adamp", ADAM, None),
    ("pytorch_optimizer", "AdaBelief", ADAM, "AdaBelief"),
    ("pytorch_optimizer", "AdaMax", ADAM, "Adamax"),
    ("pytorch_optimizer", "Adan", ADAN, "Adan"),
    ("pytorch_optimizer", "AdEMAMix", [A, {**B, "alpha": 3.0}], "AdEMAMix"),
    # It clips at the fourth root of t, not of t - 1.
    ("pytorch_optimizer", "ADOPT", ADAM, None),
    ("pytorch_optimizer", "SOAP", [{**r, "weight_decay": 0.0} for r in (A, B)], None),
    ("pytorch_optimizer", "CAME", [A, B], None),
    ("pytorch_optimizer", "PNM", [A, B], None),
    ("pytorch_optimizer", "SAM", [A, B], None),
    ("pytorch_optimizer", "Lion", LION, "Lion"),
    ("pytorch_optimizer", "SGDW", [r | {"weight_decay": 0.1} for r in MOMENTUM], "Momentum"),
    ("pytorch_optimizer", "SignSGD", [{**A, "momentum": 0.9}, {**B, "momentum": 0.5}], "Lion"),
    ("pytorch_optimizer", "Tiger", [A, {**B, "beta": 0.95, "weight_decay": 0.1}], "Lion"),
    ("pytorch_optimizer", "RAdam", ADAM, None),
    ("pytorch_optimizer", "Yogi", ADAM, "Yogi"),
    ("pytorch_optimizer", "DiffGrad", ADAM, None),
    ("pytorch_optimizer", "QHAdam", [{**r, "nus": (0.7, 0.9)} for r in ADAM], None),
    ("pytorch_optimizer", "Grams", ADAM, None),
    ("pytorch_optimizer", "MADGRAD", [A, B], None),
    ("torch_optimizer", "AdaBelief", ADAM, "AdaBelief"),
    ("torch_optimizer", "RAdam", ADAM, "RAdam"),
    ("torch_optimizer", "Yogi", ADAM, "Yogi"),
    # It takes η·λ from every weight, whatever its size.
    ("torch_optimizer", "SGDW", [r | {"weight_decay": 0.1} for r in MOMENTUM], None),
    ("torch_optimizer", "SGDW", MOMENTUM[:1], "Momentum"),
    ("torch_optimizer", "QHM", [{**r, "nu": 0.0} for r in (A, B)], "GradientDescent"),
    ("torch_optimizer", "Ranger", [A, {**B, "k": 5}], "RAdam"),
    ("torch_optimizer", "AdaMod", ADAM, None),
    ("torch_optimizer", "AggMo", [A, B], None),
    ("torch_optimizer", "Lamb", ADAM, "LAMB"),
    ("torch_optimizer", "DiffGrad", ADAM, None),
    ("heavyball", "AdamW", ADAM, None),
    ("heavyball", "SGD", [{**A, "beta": 0.9}, {**B, "beta": 0.7}], "AverageMomentum"),
    ("heavyball", "RMSprop", ADAM, None),
    ("heavyball", "ADOPT", ADAM, None),
    ("heavyball", "AdEMAMix", [A, {**B, "alpha": 3.0}], None),
    ("heavyball", "LaProp", ADAM, None),
    ("optimi", "SGD", [{**A, "momentum": 0.9}, {**B, "momentum": 0.7}], "Momentum"),
    ("optimi", "Adam", ADAM, "Adam"),
    ("optimi", "AdamW", DECAY, "AdamW"),
    ("optimi", "RAdam", ADAM, "RAdam"),
    ("optimi", "Lion", LION, "Lion"),
    ("optimi", "Adan", ADAN, "Adan"),
    ("optimi", "StableAdamW", ADAM, None),
    ("optimi", "Ranger", [A, B], "RAdam"),
    ("lion_pytorch", "Lion", LION, "Lion"),
    ("adabelief_pytorch", "AdaBelief", [{**r, "rectify": False} for r in ADAM], "AdaBelief"),
    ("adan_pytorch", "Adan", [A, B], None),
    ("transformers", "Adafactor", [{**A, "relative_step": False}, {**B, "relative_step": False}],
     "Adafactor"),
    ("schedulefree", "SGDScheduleFree", [A, {**B, "momentum": 0.8}], "ScheduleFree"),
    ("schedulefree", "AdamWScheduleFree", [A, {**B, "betas": (0.8, 0.99)}], "ScheduleFree"),
    ("prodigyopt", "Prodigy", [{"lr": 1.0}, {"lr": 0.5}], "Prodigy"),
    ("dadaptation", "DAdaptAdam", [{"lr": 1.0}, {"lr": 0.5}], None),
    ("dog", "DoG", [{"lr": 1.0, "reps_rel": 1e-4}, {"lr": 0.5, "reps_rel": 1e-3}], "DoG"),
    ("pytorch_ranger", "Ranger", [A, B], "RAdam"),
    ("sklearn", "SGDOptimizer", [{"learning_rate_init": 0.01, "nesterov": False},
                                 {"learning_rate_init": 0.003, "momentum": 0.7}], "Momentum"),
    ("sklearn", "AdamOptimizer", [{"learning_rate_init": 0.01},
                                  {"learning_rate_init": 0.003, **KBETAS}], "Adam"),
]  # fmt: skip
# Settings that are options of the rule, or at which it is that rule.
FIXED = ("nu", "clip_exp")
VERDICTS = (
    *("WRONG NAME", "right", "right (another name)", "unknown", "other settings", "not found"),
    "refused",
)


def maker(package, name, settings):
    """Return a maker of step functions of a package's optimizer."""
    if package == "optax":
        import optax

        return adapters.of_optax(
            (getattr(optax, name, None) or getattr(optax.contrib, name))(**settings)
        )
    if package == "keras":
        import keras

        return adapters.of_keras(lambda: getattr(keras.optimizers, name)(**settings))
    if package == "sklearn":
        return lambda: of_sklearn(name, settings)
    found = torch_optimizer(package, name)
    if name == "SAM":
        settings = {**settings, "base_optimizer": torch_optimizer("torch", "SGD")}

    def make(parameters):
        with contextlib.redirect_stdout(io.StringIO()):
            return found(parameters, **settings)

    return adapters.of_torch(make)


def of_sklearn(name, settings):
    from sklearn.neural_network import _stochastic_optimizers

    memory = {}

    def step(w, g):
        if not memory:
            memory["w"] = [w.copy()]
            cls = getattr(_stochastic_optimizers, name)
            takes_points = "params" in inspect.signature(cls).parameters
            memory["optimizer"] = cls(memory["w"], **settings) if takes_points else cls(**settings)
        memory["w"][0][:] = w
        memory["optimizer"].update_params(memory["w"], [g])
        return memory["w"][0].copy()

    return step


def torch_optimizer(package, name):
    """Return the class of an optimizer for PyTorch."""
    if package == "torch":
        import torch

        return getattr(torch.optim, name)
    if package == "timm":
        return without_models().get_optimizer_class(name, bind_defaults=False)
    if package == "transformers":
        from transformers.optimization import Adafactor

        return Adafactor
    return getattr(importlib.import_module(package), name)


def without_models():
    """Return timm.optim, without timm's models, which need torchvision."""
    if "timm" not in sys.modules:
        package, models = types.ModuleType("timm"), types.ModuleType("timm.models")
        package.__path__ = list(importlib.util.find_spec("timm").submodule_search_locations)
        models.group_parameters = None
        sys.modules |= {"timm": package, "timm.models": models}
    return importlib.import_module("timm.optim")


def follows(found, fresh, steps=40):
    """Return whether the named rule goes where the optimizer goes, with gradients of its own."""
    rng = np.random.default_rng(2024)
    sides = found.shape and (3, 3 if found.shape[0] == found.shape[1] else 5)
    shape = sides or (16,)
    dim = int(np.prod(shape))
    # Entries of a matrix that differ much leave eigenvectors to rounding.
    sizes = 10.0 ** rng.uniform(-1 if sides else -6, 0, dim)
    gradients = rng.normal(size=(steps, dim)) * sizes
    start = rng.normal(size=dim)
    start, gradients = (x.astype(np.float32).astype(float) for x in (start, gradients))
    played = Player(fresh, shape).play(start, gradients)
    exact = found.dtype.itemsize >= 8 and not found.single
    size = np.abs(played.steps).max(axis=1, keepdims=True)
    off = np.abs(steps_of(found, played) - played.steps)
    return bool(np.all(off <= (1e-7 if exact else 2e-3) * size + (1e-14 if exact else 1e-6)))


def has_settings(found, settings):
    """Return whether the numbers that were given are those found, or of an equivalent rule."""
    numbers = []
    for name, value in settings.items():
        values = value if isinstance(value, tuple) else (value,)
        numbers += [v for v in values if isinstance(v, float) and name not in FIXED]
    digits = 1e-4
    for rule in (found.rule, *found.equivalents):
        own = [float(v) for v in all_settings(rule).values() if not callable(v)]
        if all(any(abs(v - n) <= digits * abs(n) for v in own) for n in numbers):
            return True
    return False


def judged(found, fresh, settings, expected):
    """Return what to write into the table: right, unknown, a wrong name or wrong settings."""
    if found.on_matrices is not None:
        matrices = judged(found.on_matrices, fresh, settings, expected)
        vectors = judged(replace(found, on_matrices=None), fresh, settings, expected)
        return min(matrices, vectors, key=VERDICTS.index)
    if found.rule is None:
        return "unknown" if expected is None else "not found"
    if not follows(found, fresh):
        return "WRONG NAME"
    names = {type(getattr(r, "core", r)).__name__ for r in (found.rule, *found.equivalents)}
    if expected is None:
        return "right (another name)"
    if expected not in names:
        return "right (another name)"
    return "right" if has_settings(found, settings) else "other settings"


def installed(package):
    return package in sys.modules or importlib.util.find_spec(package) is not None


def prepare():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    warnings.simplefilter("ignore")
    for package, ready in {
        "jax": lambda jax: jax.config.update("jax_enable_x64", True),
        "keras": lambda keras: keras.config.set_floatx("float64"),
    }.items():
        if importlib.util.find_spec(package):
            ready(importlib.import_module(package))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="how package and optimizer begin")
    parser.add_argument("--details", action="store_true", help="print the reports too")
    asked = parser.parse_args()
    prepare()
    known = {name for name in ol.__all__}
    verdicts, times = [], []
    print("| package | optimizer | settings | is | verdict | CPU s |\n|---|---|---|---|---|---|")
    for package, name, both, expected in ROWS:
        if not f"{package} {name}".startswith(asked.only) or not installed(package):
            continue
        expected = expected if expected in known else None
        for settings in both:
            started = time.process_time()
            try:
                fresh = maker(package, name, settings)
                found = ol.identify(fresh=fresh)
            except Exception as error:
                words, verdict = f"{type(error).__name__}: {str(error)[:90]}", "refused"
            else:
                words = found.described()
                verdict = judged(found, fresh, settings, expected)
            times.append(time.process_time() - started)
            given = ", ".join(f"{k}={v}" for k, v in settings.items())
            verdicts.append((expected, verdict, package, name))
            print(
                f"| {package} | {name} | {given} | {words} | {verdict} | {times[-1]:.1f} |",
                flush=True,
            )
            if asked.details and verdict not in ("right", "unknown", "refused"):
                print(found)
    summary(verdicts, times)


def summary(verdicts, times):
    ours = [v for v in verdicts if v[0] is not None]
    right = sum(v[1].startswith("right") for v in ours)
    wrong = sum(v[1] == "WRONG NAME" for v in verdicts)
    optimizers = len({v[2:] for v in ours})
    packages = {v[2] for v in ours}
    print(
        f"\n{optimizers} optimizers of {len(packages)} packages that this library has a rule for: "
        f"{right} of {len(ours)} right ({right / max(1, len(ours)):.0%}), wrong names: {wrong} of "
        f"{len(verdicts)}; others left unknown or refused: "
        f"{sum(v[1] in ('unknown', 'refused') for v in verdicts if v[0] is None)}."
    )
    print(f"CPU seconds for each: median {np.median(times):.1f}, most {max(times):.1f}.")
    versions = []
    for package in sorted({v[2] for v in verdicts}):
        with contextlib.suppress(metadata.PackageNotFoundError):
            names = metadata.packages_distributions().get(package, [package])
            versions.append(f"{names[0]} {metadata.version(names[0])}")
    print("Versions: " + ", ".join(versions) + ".")


if __name__ == "__main__":
    main()
