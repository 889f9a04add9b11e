"""Make modern_edge.json: what test_sam.py and test_learning.py compare optimlib with.

Run it where torch, pytorch_optimizer and optax are installed:

    cd tests && python -m golden.make_modern_edge

SAM of Optax, in both of its modes, and of pytorch_optimizer, around three methods; and losses and
gradients of networks with the squared loss by PyTorch's autograd. Nothing here comes from
optimlib: problems and data are those of make.py and make_learning.py. All in float64. Optax calls
the gradient twice a step, and its transparent mode leaves the shifted point in the parameters
between the two calls: `shifted` has those of the kept steps.
"""

import json
from importlib import metadata
from itertools import pairwise
from pathlib import Path

from golden import make, make_learning

HERE = Path(__file__).parent
LIBRARIES = ("optax", "optax opaque", "pytorch_optimizer")
PACKAGES = ("torch", "pytorch_optimizer", "optax", "jax", "jaxlib")
RHO = (0.05, 0.5)

# optimlib's rule, its settings, PyTorch's name, its settings, and the same of Optax.
ADAM = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
INNER = (
    ("GradientDescent", {}, "SGD", {}, "sgd", {}),
    ("Momentum", {"beta": 0.8}, "SGD", {"momentum": 0.8}, "sgd", {"momentum": 0.8}),
    ("Adam", ADAM, "Adam", {"betas": [0.9, 0.999]}, "adam", {"b1": 0.9, "b2": 0.999}),
)
# With what is left of the gradient's length near a minimum SAM jumps: rates that keep it calm.
RATE = make.RATE | {"square": 0.03, "rosenbrock": 1e-4}
MODELS = (
    ((4, 5, 3), "tanh", 0.0),
    ((4, 5, 3), "relu", 0.0),
    ((4, 6, 5, 3), "tanh", 0.1),
)


def run_torch(name, settings, lr, rho, gradient, start):
    """Yield the point after each step of pytorch_optimizer's SAM."""
    import pytorch_optimizer
    import torch

    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    stepper = pytorch_optimizer.SAM(
        [w], getattr(torch.optim, name), rho=rho, perturb_eps=0.0, lr=lr, **settings
    )

    def closure():
        w.grad = torch.tensor(gradient(w.tolist()), dtype=torch.float64)

    while True:
        closure()
        stepper.step(closure)
        yield w.tolist(), None


def run_optax(name, settings, lr, rho, gradient, start, opaque):
    """Yield the point after each step of Optax's SAM, and the shifted point before it."""
    import jax
    import optax
    import optax.contrib

    jax.config.update("jax_enable_x64", True)
    uphill = optax.chain(optax.contrib.normalize(), optax.sgd(rho))
    inner = getattr(optax, name)(lr, **settings)
    method = optax.contrib.sam(inner, uphill, sync_period=2, opaque_mode=opaque)
    w = jax.numpy.array(start, dtype="float64")
    state = method.init(w)

    def slope(w, _=None):
        return jax.numpy.array(gradient(w.tolist()), dtype="float64")

    while True:
        points = []
        for _ in range(1 if opaque else 2):
            more = {"grad_fn": slope} if opaque else {}
            updates, state = method.update(slope(w), state, w, **more)
            w = optax.apply_updates(w, updates)
            points.append(w.tolist())
        yield points[-1], None if opaque else points[0]


def steps_of(library, inner, lr, rho, gradient, start):
    _, _, torch_name, torch_settings, optax_name, optax_settings = inner
    if library == "pytorch_optimizer":
        return run_torch(torch_name, torch_settings, lr, rho, gradient, start)
    opaque = library == "optax opaque"
    return run_optax(optax_name, optax_settings, lr, rho, gradient, start, opaque)


def runs():
    """Yield every run of SAM as a dict, computed now."""
    for library in LIBRARIES:
        for problem, (gradient, start) in make.PROBLEMS.items():
            for inner in INNER:
                for rho in RHO:
                    lr = 0.01 if inner[0] == "Adam" else RATE[problem]
                    steps = steps_of(library, inner, lr, rho, gradient, start)
                    points = zip(range(1, make.STEPS + 1), steps, strict=False)
                    kept = {str(t): pair for t, pair in points if t in make.KEPT}
                    yield {
                        "library": library,
                        "problem": problem,
                        "start": start,
                        "rule": inner[0],
                        "settings": {"lr": lr, **inner[1]},
                        "rho": rho,
                        "points": {t: point for t, (point, _) in kept.items()},
                        "shifted": {t: before for t, (_, before) in kept.items() if before},
                    }


def squared(widths, activation, l2):
    """Return the squared loss and its gradient of one network, computed now."""
    import torch

    values = make_learning.parameters(widths)
    w = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    X, y = make_learning.data(widths[0], widths[-1])
    h, start, penalty = torch.tensor(X, dtype=torch.float64), 0, 0.0
    for i, (p, q) in enumerate(pairwise(widths)):
        if i:
            h = getattr(torch, activation)(h)
        W, b = w[start : start + p * q].reshape(p, q), w[start + p * q : start + (p + 1) * q]
        h, start, penalty = h @ W + b, start + (p + 1) * q, penalty + (W**2).sum()
    target = torch.nn.functional.one_hot(torch.tensor(y), widths[-1]).double()
    # MSELoss is the mean over examples and classes.
    loss = widths[-1] / 2 * torch.nn.MSELoss()(h, target) + l2 / 2 * penalty
    loss.backward()
    return {
        "widths": widths,
        "activation": activation,
        "l2": l2,
        "loss": loss.item(),
        "gradient": w.grad.tolist(),
    }


def main():
    content = {
        "made by": "tests/golden/make_modern_edge.py",
        "versions": {package: metadata.version(package) for package in PACKAGES},
    }
    lines = {"runs": runs(), "squared": (squared(*model) for model in MODELS)}
    parts = [
        f"{json.dumps(name)}: [\n" + ",\n".join(map(json.dumps, rows)) + "\n]"
        for name, rows in lines.items()
    ]
    text = f"{json.dumps(content)[:-1]}, {', '.join(parts)}}}\n"
    (HERE / "modern_edge.json").write_text(text)
    print(f"modern_edge.json: {len(json.loads(text)['runs'])} runs, {len(text) // 1000} kB")


if __name__ == "__main__":
    main()
