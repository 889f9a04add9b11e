"""Make torch.json, optax.json and keras.json: what test_golden.py compares optimlib with.

Run it where torch, optax and keras are installed:

    python tests/golden/make.py

Nothing here comes from optimlib: the problems are written out again, with their gradients. All
runs are in float64. Each run names the optimlib rule and settings that should give its points;
where a library's method is another one, the run is a `difference`: it names what differs. The
settings keep every run out of chaos, so that rounding errors stay small.
"""

import json
from importlib import metadata
from math import cos, pi, sin
from pathlib import Path

HERE = Path(__file__).parent
STEPS = 100
KEPT = (1, 2, 3, 5, 10, 20, 50, 100)


def square(w):
    return [2 * w[0]]


def rosenbrock(w):
    x, y = w
    return [-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)]


def rotated_bowl(w):
    """The gradient of ½ wᵀAw, where A has the eigenvalues 1 and 10, turned by 0.5."""
    x, y = w
    c, s = cos(0.5), sin(0.5)
    along, across = c * x + s * y, -s * x + c * y
    return [c * along - 10 * s * across, s * along + 10 * c * across]


def x_cos(w):
    (x,) = w
    return [cos(pi * x) - pi * x * sin(pi * x)]


PROBLEMS = {
    "square": (square, [4.0]),
    "rosenbrock": (rosenbrock, [-1.2, 1.0]),
    "rotated_bowl": (rotated_bowl, [3.0, -2.0]),
    "x_cos": (x_cos, [0.7]),
}

# What plain steps along the gradient may be: near (-1.2, 1) Rosenbrock's curvature is 1500.
RATE = {"square": 0.1, "rosenbrock": 2e-4, "rotated_bowl": 0.03, "x_cos": 0.01}


def adams(problem):
    """Yield settings of Adam and its like: lr, beta1, beta2, eps."""
    yield 0.1, 0.9, 0.999, 1e-8
    yield (0.002 if problem == "rosenbrock" else 0.02), 0.5, 0.9, 0.1


def rms(problem):
    """Yield settings of RMSProp: lr, beta, eps."""
    yield 0.01, 0.99, 1e-8
    yield (0.001 if problem == "rosenbrock" else 0.005), 0.9, 0.1


def torch_cases():
    """Yield (problem, optimizer's name, its settings, optimlib's rule, its settings).

    A sixth entry names a difference: in what the rule, set so, is not the library's method.
    """
    for problem, rate in RATE.items():
        for lr in (rate, rate / 3):
            yield problem, "SGD", {"lr": lr}, "GradientDescent", {"lr": lr}
        for lr, beta in ((rate, 0.9), (rate / 2, 0.5)):
            momentum = {"lr": lr, "momentum": beta}
            ours = {"lr": lr, "beta": beta}
            yield problem, "SGD", momentum, "Momentum", ours
            library = ours | {"library_form": True}
            yield problem, "SGD", momentum | {"nesterov": True}, "Nesterov", library
            dampened = momentum | {"dampening": 0.3}
            yield problem, "SGD", dampened, "Momentum", ours | {"dampening": 0.3}
            yield (
                problem,
                *("SGD", dampened, "AverageMomentum", {"lr": 0.7 * lr / (1 - beta), "beta": beta}),
                "PyTorch does not dampen the first gradient",
            )
            for decay in (0.01, 0.5):
                inner = {"name": "Momentum", **ours}
                decayed = momentum | {"weight_decay": decay}
                yield problem, "SGD", decayed, "L2", {"rule": inner, "weight_decay": decay}
        for lr, eps in ((0.1, 1e-10), (0.01, 0.1)):
            same = {"lr": lr, "eps": eps}
            start = {"lr_decay": 0, "initial_accumulator_value": 0}
            yield problem, "Adagrad", same | start, "AdaGrad", same
            start = {"lr_decay": 0.05, "initial_accumulator_value": 0.1}
            ours = same | {"lr_decay": 0.05, "G0": 0.1}
            yield problem, "Adagrad", same | start, "AdaGrad", ours
        for lr, beta, eps in rms(problem):
            torch = {"lr": lr, "alpha": beta, "eps": eps}
            ours = {"lr": lr, "beta": beta, "eps": eps}
            yield problem, "RMSprop", torch, "RMSProp", ours
            centered = {"centered": True}
            yield problem, "RMSprop", torch | centered, "RMSProp", ours | centered
            for momentum in ({"momentum": 0.5}, {"momentum": 0.8, "centered": True}):
                yield problem, "RMSprop", torch | momentum, "RMSProp", ours | momentum
        for lr, rho, eps in ((1.0, 0.9, 1e-6), (0.5, 0.95, 1e-3)):
            same = {"lr": lr, "rho": rho, "eps": eps}
            yield problem, "Adadelta", same, "Adadelta", same
        etas = ((0.01, 0.5, 1.2, 1e-6, 50), (0.05, 0.6, 1.1, 0.01, 0.2))
        for lr, shrink, grow, low, high in etas:
            torch = {"lr": lr, "etas": [shrink, grow], "step_sizes": [low, high]}
            ours = {"lr": lr, "grow": grow, "shrink": shrink, "lr_min": low, "lr_max": high}
            yield problem, "Rprop", torch, "Rprop", ours | {"skip": True}
            if problem != "x_cos":
                yield (
                    *(problem, "Rprop", torch, "Rprop", ours),
                    "PyTorch does not move where the gradient changed its sign",
                )
        for lr, beta1, beta2, eps in adams(problem):
            torch = {"lr": lr, "betas": [beta1, beta2], "eps": eps}
            ours = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
            yield problem, "Adam", torch, "Adam", ours
            amsgrad, corrected = {"amsgrad": True}, {"bias_correction": True}
            yield problem, "Adam", torch | amsgrad, "AMSGrad", ours | corrected
            yield (
                *(problem, "Adam", torch | amsgrad, "AMSGrad", ours),
                "PyTorch corrects the bias, the paper does not",
            )
            for decay in ({"weight_decay": 0.01}, {"weight_decay": 0.5}):
                yield problem, "AdamW", torch | decay, "AdamW", ours | decay
                coupled = {"rule": {"name": "Adam", **ours}, **decay}
                yield problem, "Adam", torch | decay, "L2", coupled
            yield problem, "Adamax", torch, "Adamax", ours | {"eps_inside": True}
            for psi in (0.004, 0.5):
                decay = {"momentum_decay": psi}
                yield problem, "NAdam", torch | decay, "NAdam", ours | {"psi": psi}
            before = {"eps_before_correction": True}
            yield problem, "RAdam", torch | {"lr": rate}, "RAdam", ours | before | {"lr": rate}
            if eps > 1e-8 and problem != "rosenbrock":
                differs = "PyTorch adds RAdam's epsilon before the correction"
                slow = {"lr": rate}
                yield problem, "RAdam", torch | slow, "RAdam", ours | slow, differs
            # It makes no difference while gradients only get smaller.
            if eps > 1e-8 and problem in ("rosenbrock", "x_cos"):
                differs = "PyTorch adds epsilon inside Adamax's maximum"
                yield problem, "Adamax", torch, "Adamax", ours, differs


def optax_cases():
    """Yield the same for Optax."""
    for problem, rate in RATE.items():
        for lr in (rate, rate / 3):
            yield problem, "sgd", {"learning_rate": lr}, "GradientDescent", {"lr": lr}
        for lr, beta in ((rate, 0.9), (rate / 2, 0.5)):
            momentum = {"learning_rate": lr, "momentum": beta}
            ours = {"lr": lr, "beta": beta}
            yield problem, "sgd", momentum, "Momentum", ours
            library = ours | {"library_form": True}
            yield problem, "sgd", momentum | {"nesterov": True}, "Nesterov", library
            inner = {"rule": {"name": "Momentum", **ours}}
            for norm in (1.0, 3.0):
                clipped = {"max_norm": norm} | momentum
                yield problem, "clip_by_global_norm", clipped, "ClipNorm", inner | {"limit": norm}
                clipped = {"max_delta": norm} | momentum
                yield problem, "clip", clipped, "ClipValue", inner | {"limit": norm}
            for k, alpha in ((5, 0.5), (3, 0.8)):
                lookahead = {"sync_period": k, "slow_step_size": alpha} | momentum
                yield problem, "lookahead", lookahead, "Lookahead", inner | {"k": k, "alpha": alpha}
        for eps in (0, 0.1):
            start = {"eps": eps, "initial_accumulator_value": 0}
            optax = {"learning_rate": 0.1} | start
            ours = {"lr": 0.1, "eps": eps}
            yield problem, "adagrad", optax, "AdaGrad", ours | {"eps_inside": True}
            if eps:
                differs = "Optax adds AdaGrad's epsilon inside the root, the paper outside"
                yield problem, "adagrad", optax, "AdaGrad", ours, differs
                start = {"initial_accumulator_value": 0.1}
                inside = ours | {"eps_inside": True, "G0": 0.1}
                yield problem, "adagrad", optax | start, "AdaGrad", inside
                if problem != "rosenbrock":
                    differs = "Optax starts AdaGrad's sum at 0.1"
                    ours = ours | {"eps_inside": True}
                    yield problem, "adagrad", optax | start, "AdaGrad", ours, differs
        for inside in (True, False):
            for lr, beta, eps in rms(problem):
                optax = {"learning_rate": lr, "decay": beta, "eps": eps, "eps_in_sqrt": inside}
                ours = {"lr": lr, "beta": beta, "eps": eps, "eps_inside": inside}
                yield problem, "rmsprop", optax, "RMSProp", ours
                centered = {"centered": True}
                yield problem, "rmsprop", optax | centered, "RMSProp", ours | centered
                for momentum in ({"momentum": 0.5}, {"momentum": 0.8, "centered": True}):
                    library = ours | momentum | {"lr_inside": True}
                    yield problem, "rmsprop", optax | momentum, "RMSProp", library
        for lr, rho, eps in ((1.0, 0.9, 1e-6), (0.5, 0.95, 1e-3)):
            optax = {"learning_rate": lr, "rho": rho, "eps": eps}
            yield problem, "adadelta", optax, "Adadelta", {"lr": lr, "rho": rho, "eps": eps}
        ours = {"lr": 0.01, "skip": True}
        differs = "Optax takes in every step the one that Rprop takes a step earlier"
        yield problem, "rprop", {"learning_rate": 0.01}, "Rprop", ours, differs
        for lr, beta1, beta2, eps in adams(problem):
            optax = {"learning_rate": lr, "b1": beta1, "b2": beta2, "eps": eps}
            ours = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
            yield problem, "adam", optax | {"eps_root": 0}, "Adam", ours
            if eps > 1e-8:
                inside = optax | {"eps_root": eps, "eps": 0}
                yield problem, "adam", inside, "Adam", ours | {"eps_inside": True}
            paper = {"bias_correction_mu": False, "bias_correction_nu": False}
            yield problem, "amsgrad", optax | paper, "AMSGrad", ours
            corrected = ours | {"bias_correction": True}
            yield problem, "amsgrad", optax, "AMSGrad", corrected | {"max_of_corrected": True}
            if eps > 1e-8:
                differs = "Optax takes AMSGrad's maximum after the correction, PyTorch before"
                yield problem, "amsgrad", optax, "AMSGrad", corrected, differs
            for decay in ({"weight_decay": 0.01}, {"weight_decay": 0.5}):
                yield problem, "adamw", optax | decay, "AdamW", ours | decay
            yield problem, "adamax", optax, "Adamax", ours | {"eps_inside": True}
            yield problem, "nadam", optax, "NAdam", ours | {"psi": None}
            differs = "Optax keeps NAdam's momentum constant"
            yield problem, "nadam", optax, "NAdam", ours, differs
            slow = {"learning_rate": rate}
            yield problem, "radam", optax | slow, "RAdam", ours | {"lr": rate}
            high = {"threshold": 7.5}
            yield problem, "radam", optax | slow | high, "RAdam", ours | {"lr": rate} | high
            same = {"eps_root": eps}
            yield problem, "adabelief", optax | same, "AdaBelief", ours
            start = {"m0": 1e-6, "v0": 1e-6}
            library = ours | start | {"bias_correction": True}
            yield problem, "yogi", optax, "Yogi", library
            differs = "Optax corrects Yogi's bias and starts its means at 1e-6"
            yield problem, "yogi", optax, "Yogi", ours, differs
        for lr, decay in ((0.01, 0.1), (0.003, 0)):
            optax = {"learning_rate": lr, "b1": 0.9, "b2": 0.99, "weight_decay": decay}
            ours = {"lr": lr, "beta1": 0.9, "beta2": 0.99, "weight_decay": decay}
            yield problem, "lion", optax, "Lion", ours


def keras_cases():
    """Yield the same for Keras."""
    for problem, rate in RATE.items():
        sgd = {"learning_rate": rate}
        yield problem, "SGD", sgd, "GradientDescent", {"lr": rate}
        for beta in (0.9, 0.5):
            momentum, ours = sgd | {"momentum": beta}, {"lr": rate, "beta": beta}
            yield problem, "SGD", momentum, "HeavyBall", ours
            library = ours | {"library_form": True}
            yield problem, "SGD", momentum | {"nesterov": True}, "Nesterov", library
            decay = {"weight_decay": 0.1}
            inner = {"rule": {"name": "HeavyBall", **ours}}
            yield problem, "SGD", momentum | decay, "DecoupledWeightDecay", inner | decay
        for eps in (1e-7, 0.1):
            keras = {"learning_rate": 0.1, "epsilon": eps, "initial_accumulator_value": 0.1}
            ours = {"lr": 0.1, "eps": eps, "eps_inside": True, "G0": 0.1}
            yield problem, "Adagrad", keras, "AdaGrad", ours
        for lr, beta, eps in ((0.01, 0.99, 1e-7), (0.005, 0.9, 0.1)):
            keras = {"learning_rate": lr, "rho": beta, "epsilon": eps}
            ours = {"lr": lr, "beta": beta, "eps": eps, "eps_inside": True}
            yield problem, "RMSprop", keras, "RMSProp", ours
            momentum = {"momentum": 0.8, "centered": True}
            library = ours | momentum | {"lr_inside": True}
            yield problem, "RMSprop", keras | momentum, "RMSProp", library
        for lr, rho, eps in ((1.0, 0.9, 1e-6), (0.5, 0.95, 1e-3)):
            keras = {"learning_rate": lr, "rho": rho, "epsilon": eps}
            yield problem, "Adadelta", keras, "Adadelta", {"lr": lr, "rho": rho, "eps": eps}
        for lr, beta1, beta2, eps in adams(problem):
            keras = {"learning_rate": lr, "beta_1": beta1, "beta_2": beta2, "epsilon": eps}
            ours = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
            before, decay = {"eps_before_correction": True}, {"weight_decay": 0.1}
            yield problem, "Adam", keras, "Adam", ours | before
            if eps > 1e-8:
                differs = "Keras adds epsilon before the correction"
                yield problem, "Adam", keras, "Adam", ours, differs
                yield problem, "AdamW", keras | decay, "AdamW", ours | decay, differs
            exact, corrected = {"eps": 0}, {"bias_correction": True}
            keras_exact = keras | {"epsilon": 0}
            yield problem, "AdamW", keras_exact | decay, "AdamW", ours | exact | decay
            yield (
                *(problem, "Adam", keras_exact | {"amsgrad": True}),
                *("AMSGrad", ours | exact | corrected),
            )
            yield problem, "Adamax", keras, "Adamax", ours
            yield problem, "Nadam", keras, "NAdam", ours | {"psi": 1}
            differs = "Keras has psi = 1 where PyTorch has 0.004"
            yield problem, "Nadam", keras, "NAdam", ours, differs
        for lr, decay in ((0.01, 0.1), (0.003, 0)):
            keras = {"learning_rate": lr, "beta_1": 0.9, "beta_2": 0.99, "weight_decay": decay}
            ours = {"lr": lr, "beta1": 0.9, "beta2": 0.99, "weight_decay": decay}
            yield problem, "Lion", keras, "Lion", ours


def run_torch(optimizer, settings, gradient, start):
    """Yield the point after each step of PyTorch."""
    import torch

    # NAdam keeps the product of its momenta in the default type, whatever that of w is.
    torch.set_default_dtype(torch.float64)
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    stepper = getattr(torch.optim, optimizer)([w], **settings)
    while True:
        w.grad = torch.tensor(gradient(w.tolist()), dtype=torch.float64)
        stepper.step()
        yield w.tolist()


def optax_method(optimizer, settings):
    """Return the method of that name; clipping and looking ahead are put around plain momentum."""
    import optax

    if optimizer in ("clip", "clip_by_global_norm"):
        (limit,) = (value for name, value in settings.items() if name.startswith("max"))
        sgd = {name: value for name, value in settings.items() if not name.startswith("max")}
        return optax.chain(getattr(optax, optimizer)(limit), optax.sgd(**sgd))
    return getattr(optax, optimizer)(**settings)


def run_optax(optimizer, settings, gradient, start):
    """Yield the point after each step of Optax."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    w = jax.numpy.array(start, dtype="float64")
    lookahead = optimizer == "lookahead"
    if lookahead:
        own = ("sync_period", "slow_step_size")
        sgd = optax.sgd(**{name: value for name, value in settings.items() if name not in own})
        method = optax.lookahead(sgd, *(settings[name] for name in own))
        w = optax.LookaheadParams.init_synced(w)
    else:
        method = optax_method(optimizer, settings)
    state = method.init(w)

    @jax.jit
    def step(w, gradient, state):
        updates, state = method.update(gradient, state, w)
        return optax.apply_updates(w, updates), state

    while True:
        point = w.fast if lookahead else w
        g = jax.numpy.array(gradient(point.tolist()), dtype="float64")
        w, state = step(w, g, state)
        yield (w.fast if lookahead else w).tolist()


def run_keras(optimizer, settings, gradient, start):
    """Yield the point after each step of Keras, on PyTorch's tensors."""
    import os

    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    keras.config.set_floatx("float64")
    w = keras.Variable(start, dtype="float64")
    stepper = getattr(keras.optimizers, optimizer)(**settings)
    while True:
        g = keras.ops.convert_to_tensor(gradient(w.numpy().tolist()), dtype="float64")
        stepper.apply([g], [w])
        yield w.numpy().tolist()


LIBRARIES = {
    "torch": (torch_cases, run_torch, ("torch",)),
    "optax": (optax_cases, run_optax, ("optax", "jax", "jaxlib")),
    "keras": (keras_cases, run_keras, ("keras", "torch")),
}


def runs(library):
    """Yield every run of `library` as a dict, computed now."""
    cases, run, _ = LIBRARIES[library]
    for problem, optimizer, settings, rule, ours, *difference in cases():
        gradient, start = PROBLEMS[problem]
        points = zip(range(1, STEPS + 1), run(optimizer, settings, gradient, start), strict=False)
        yield {
            "problem": problem,
            "start": start,
            "optimizer": optimizer,
            "settings": settings,
            "rule": rule,
            "rule_settings": ours,
            "difference": difference[0] if difference else None,
            "points": {str(t): point for t, point in points if t in KEPT},
        }


def main():
    for library, (_, _, packages) in LIBRARIES.items():
        header = {
            "made by": "tests/golden/make.py",
            "versions": {package: metadata.version(package) for package in packages},
        }
        lines = ",\n".join(json.dumps(run) for run in runs(library))
        text = f'{json.dumps(header)[:-1]}, "runs": [\n{lines}\n]}}\n'
        (HERE / f"{library}.json").write_text(text)
        print(f"{library}.json: {len(json.loads(text)['runs'])} runs, {len(text) // 1000} kB")


if __name__ == "__main__":
    main()
