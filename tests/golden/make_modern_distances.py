"""Make modern_distances.json: what test_distances.py compares DoG and its like with.

Run it where the packages are installed:

    cd tests && python -m golden.make_modern_distances

Problems, steps and the form of a run are those of make.py. A `difference` names in what the rule,
set so, is not the package's method.
"""

import json
from importlib import metadata
from pathlib import Path

from golden import make

HERE = Path(__file__).parent
TORCH = ("dog-optimizer", "dadaptation", "prodigyopt", "pytorch_optimizer")
PACKAGES = {name: (name, "torch") for name in TORCH} | {"optax": ("optax", "jax", "jaxlib")}
CORRECTED = "Optax always corrects Prodigy's bias, the paper and the authors' package do not"


def cases():
    """Yield (package, its optimizer, its settings, our rule, its settings, difference)."""
    for r0 in (1e-6, 0.05):
        for lr in (1.0, 0.5):
            ours = {"lr": lr, "r0": r0}
            theirs = {"reps_rel": r0, "lr": lr}
            yield "dog-optimizer", "DoG", theirs, "DoG", ours, None
            heuristic = {"learning_rate": lr, "init_step": ["heuristic", r0]}
            yield "optax", "dog", heuristic, "DoG", ours, None
            decay = {"weight_decay": 0.1}
            wrapped = {"rule": {"name": "DoG", **ours}, **decay}
            yield "dog-optimizer", "DoG", theirs | decay, "L2", wrapped, None
            yield "optax", "dog", heuristic | decay, "L2", wrapped, None
        absolute = {"learning_rate": 1.0, "init_step": ["distance", r0]}
        yield "optax", "dog", absolute, "DoG", {"r0": r0, "relative": False}, None
    for d0 in (1e-6, 0.1):
        for lr in (1.0, 0.5):
            theirs, ours = {"lr": lr, "d0": d0, "momentum": 0.0}, {"lr": lr, "d0": d0}
            for package in ("dadaptation", "pytorch_optimizer"):
                yield package, "DAdaptSGD", theirs, "DAdaptSGD", ours, None
                more = {"momentum": 0.9}
                yield package, "DAdaptSGD", theirs | more, "DAdaptSGD", ours | {"beta": 0.9}, None
        for beta1, beta2, eps in ((0.9, 0.999, 1e-8), (0.5, 0.9, 0.01)):
            theirs = {"lr": 1.0, "d0": d0, "betas": [beta1, beta2], "eps": eps}
            ours = {"d0": d0, "beta1": beta1, "beta2": beta2, "eps": eps}
            optax = {"estim_lr0": d0, "betas": [beta1, beta2], "eps": eps}
            on, decay = {"bias_correction": True}, {"weight_decay": 0.1}
            yield "prodigyopt", "Prodigy", theirs, "Prodigy", ours, None
            yield "prodigyopt", "Prodigy", theirs | decay, "Prodigy", ours | decay, None
            both = theirs | {"use_bias_correction": True}
            yield "prodigyopt", "Prodigy", both, "Prodigy", ours | on, None
            yield "optax", "prodigy", optax, "Prodigy", ours | on, None
            yield "optax", "prodigy", optax | decay, "Prodigy", ours | on | decay, None
            yield "optax", "prodigy", optax, "Prodigy", ours, CORRECTED


def stepper_of(package, optimizer, settings, w):
    if package == "dog-optimizer":
        import dog as module
    elif package == "dadaptation":
        import dadaptation as module
    elif package == "prodigyopt":
        import prodigyopt as module
    else:
        import pytorch_optimizer as module
    return getattr(module, optimizer)([w], **settings)


def run_torch(package, optimizer, settings, gradient, start):
    """Yield the point after each step."""
    import torch

    torch.set_default_dtype(torch.float64)
    w = torch.tensor(start, requires_grad=True)
    stepper = stepper_of(package, optimizer, settings, w)
    while True:
        w.grad = torch.tensor(gradient(w.tolist()))
        stepper.step()
        yield w.tolist()


def run_optax(optimizer, settings, gradient, start):
    """Yield the point after each step of Optax."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    method = getattr(optax.contrib, optimizer)(**settings)
    w = jax.numpy.array(start, dtype="float64")
    state = method.init(w)

    @jax.jit
    def step(w, gradient, state):
        updates, state = method.update(gradient, state, w)
        return optax.apply_updates(w, updates), state

    while True:
        w, state = step(w, jax.numpy.array(gradient(w.tolist()), dtype="float64"), state)
        yield w.tolist()


def runs(package):
    """Yield every run of a package as a dict, computed now."""
    for where, optimizer, settings, rule, ours, difference in cases():
        if where != package:
            continue
        for problem, (gradient, start) in make.PROBLEMS.items():
            if package == "optax":
                course = run_optax(optimizer, settings, gradient, start)
            else:
                course = run_torch(package, optimizer, settings, gradient, start)
            points = zip(range(1, make.STEPS + 1), course, strict=False)
            yield {
                "problem": problem,
                "start": start,
                "optimizer": optimizer,
                "settings": settings,
                "rule": rule,
                "rule_settings": ours,
                "difference": difference,
                "points": {str(t): point for t, point in points if t in make.KEPT},
            }


def main():
    found = {
        package: {
            "versions": {name: metadata.version(name) for name in needed},
            "runs": list(runs(package)),
        }
        for package, needed in PACKAGES.items()
    }
    header = json.dumps({"made by": "tests/golden/make_modern_distances.py"})[:-1]
    parts = [
        f'"{package}": {{"versions": {json.dumps(part["versions"])}, "runs": [\n'
        + ",\n".join(map(json.dumps, part["runs"]))
        + "\n]}"
        for package, part in found.items()
    ]
    text = f"{header}, {', '.join(parts)}}}\n"
    (HERE / "modern_distances.json").write_text(text)
    print(f"{len(text) // 1000} kB")


if __name__ == "__main__":
    main()
