"""Make torch.json and optax.json: the trajectories that test_golden.py compares optimlib with.

Run it where torch and optax are installed:

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


def torch_cases():
    """Yield (problem, optimizer's name, its settings, optimlib's rule, its settings)."""
    for problem, rate in RATE.items():
        for lr in (rate, rate / 3):
            yield problem, "SGD", {"lr": lr}, "GradientDescent", {"lr": lr}
        for lr, beta in ((rate, 0.9), (rate / 2, 0.5)):
            momentum = {"lr": lr, "momentum": beta}
            yield problem, "SGD", momentum, "Momentum", {"lr": lr, "beta": beta}
            library = {"lr": lr, "beta": beta, "library_form": True}
            yield problem, "SGD", momentum | {"nesterov": True}, "Nesterov", library
        for lr, eps in ((0.1, 1e-10), (0.01, 0.1)):
            same = {"lr": lr, "eps": eps}
            start = {"lr_decay": 0, "initial_accumulator_value": 0}
            yield problem, "Adagrad", same | start, "AdaGrad", same
        for lr, beta, eps in ((0.01, 0.99, 1e-8), (0.005, 0.9, 0.1)):
            torch = {"lr": lr, "alpha": beta, "eps": eps}
            yield problem, "RMSprop", torch, "RMSProp", {"lr": lr, "beta": beta, "eps": eps}
        for lr, beta1, beta2, eps in ((0.1, 0.9, 0.999, 1e-8), (0.02, 0.5, 0.9, 0.1)):
            torch = {"lr": lr, "betas": [beta1, beta2], "eps": eps}
            ours = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
            yield problem, "Adam", torch, "Adam", ours


def optax_cases():
    """Yield the same for Optax."""
    for problem, rate in RATE.items():
        for lr in (rate, rate / 3):
            yield problem, "sgd", {"learning_rate": lr}, "GradientDescent", {"lr": lr}
        for lr, beta in ((rate, 0.9), (rate / 2, 0.5)):
            momentum = {"learning_rate": lr, "momentum": beta}
            yield problem, "sgd", momentum, "Momentum", {"lr": lr, "beta": beta}
            library = {"lr": lr, "beta": beta, "library_form": True}
            yield problem, "sgd", momentum | {"nesterov": True}, "Nesterov", library
        for eps in (0, 0.1):
            start = {"eps": eps, "initial_accumulator_value": 0}
            optax = {"learning_rate": 0.1} | start
            yield problem, "adagrad", optax, "AdaGrad", {"lr": 0.1, "eps": eps}
        for inside in (True, False):
            for lr, beta, eps in ((0.01, 0.99, 1e-8), (0.005, 0.9, 0.1)):
                optax = {"learning_rate": lr, "decay": beta, "eps": eps, "eps_in_sqrt": inside}
                ours = {"lr": lr, "beta": beta, "eps": eps, "eps_inside": inside}
                yield problem, "rmsprop", optax, "RMSProp", ours
        for lr, beta1, beta2, eps in ((0.1, 0.9, 0.999, 1e-8), (0.02, 0.5, 0.9, 0.1)):
            optax = {"learning_rate": lr, "b1": beta1, "b2": beta2, "eps": eps, "eps_root": 0}
            ours = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
            yield problem, "adam", optax, "Adam", ours


def difference(optimizer, settings):
    """Return in what a library's method differs from the course's rule, or None."""
    if optimizer == "adagrad" and settings["eps"] > 0:
        return "Optax adds AdaGrad's epsilon inside the root, optimlib outside"
    return None


def run_torch(optimizer, settings, gradient, start):
    """Yield the point after each step of PyTorch."""
    import torch

    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    stepper = getattr(torch.optim, optimizer)([w], **settings)
    while True:
        w.grad = torch.tensor(gradient(w.tolist()), dtype=torch.float64)
        stepper.step()
        yield w.tolist()


def run_optax(optimizer, settings, gradient, start):
    """Yield the point after each step of Optax."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    w = jax.numpy.array(start, dtype="float64")
    method = getattr(optax, optimizer)(**settings)
    state = method.init(w)

    @jax.jit
    def step(w, gradient, state):
        updates, state = method.update(gradient, state, w)
        return optax.apply_updates(w, updates), state

    while True:
        g = jax.numpy.array(gradient(w.tolist()), dtype="float64")
        w, state = step(w, g, state)
        yield w.tolist()


LIBRARIES = {
    "torch": (torch_cases, run_torch, ("torch",)),
    "optax": (optax_cases, run_optax, ("optax", "jax", "jaxlib")),
}


def runs(library):
    """Yield every run of `library` as a dict, computed now."""
    cases, run, _ = LIBRARIES[library]
    for problem, optimizer, settings, rule, ours in cases():
        gradient, start = PROBLEMS[problem]
        points = zip(range(1, STEPS + 1), run(optimizer, settings, gradient, start), strict=False)
        yield {
            "problem": problem,
            "start": start,
            "optimizer": optimizer,
            "settings": settings,
            "rule": rule,
            "rule_settings": ours,
            "difference": difference(optimizer, settings),
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
