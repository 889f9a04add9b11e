"""Make modern_rules.json: runs of Adan, AdEMAMix and ADOPT in other libraries.

Run it where optax, pytorch_optimizer, torch-optimi and adan-pytorch are installed:

    python tests/golden/make_modern_rules.py

It is as make.py, whose problems it takes: nothing here comes from optimlib, all runs are in
float64, and a run in which the library does something else than the rule that it names is a
`difference`.
"""

import json
from importlib import metadata
from pathlib import Path

if __package__:
    from golden import make
else:
    import make  # run as a script, from this folder

HERE = Path(__file__).parent
STEPS, KEPT = make.STEPS, make.KEPT


def saddle(w):
    """Return the gradient of x² − y², which grows along y: ADOPT's bounds are for that."""
    x, y = w
    return [2 * x, -2 * y]


PROBLEMS = make.PROBLEMS | {"saddle": (saddle, [1.0, 0.01])}


def adans(problem):
    """Yield settings of Adan: lr, beta1, beta2, beta3, eps, weight_decay."""
    yield 0.02, 0.98, 0.92, 0.99, 1e-8, 0.0
    yield (0.002 if problem == "rosenbrock" else 0.02), 0.6, 0.7, 0.9, 0.1, 0.25


def ademamixes(problem):
    """Yield settings of AdEMAMix: lr, beta1, beta2, beta3, alpha, eps, weight_decay."""
    yield 0.01, 0.9, 0.999, 0.9999, 5.0, 1e-8, 0.0
    yield (0.002 if problem == "rosenbrock" else 0.01), 0.5, 0.9, 0.95, 2.0, 0.1, 0.25


def adopts(problem):
    """Yield settings of ADOPT: lr, beta1, beta2, eps."""
    yield (0.002 if problem == "rosenbrock" else 0.02), 0.9, 0.9999, 1e-6
    yield (0.002 if problem == "rosenbrock" else 0.05), 0.5, 0.99, 0.01


def adan(problem):
    """Yield (theirs: lr, betas, eps, decay; ours) for Adan."""
    for lr, *betas, eps, decay in adans(problem):
        ours = dict(zip(("beta1", "beta2", "beta3"), betas, strict=True))
        yield (lr, betas, eps, decay), {"lr": lr, **ours, "eps": eps, "weight_decay": decay}


def optax_cases():
    """Yield (problem, optimizer, settings, optimlib's rule, its settings, perhaps a difference)."""
    for problem in PROBLEMS:
        for (lr, betas, eps, decay), ours in adan(problem):
            theirs = dict(zip(("b1", "b2", "b3"), betas, strict=True))
            theirs |= {"learning_rate": lr, "eps": eps, "eps_root": 0.0, "weight_decay": decay}
            differs = "Optax weighs the change with 1 - b2 where the paper has b2"
            yield problem, "adan", theirs, "Adan", ours | {"proximal": False}, differs
        for lr, *betas, alpha, eps, decay in ademamixes(problem):
            theirs = dict(zip(("b1", "b2", "b3"), betas, strict=True))
            ours = dict(zip(("beta1", "beta2", "beta3"), betas, strict=True))
            same = {"alpha": alpha, "eps": eps, "weight_decay": decay}
            theirs |= {"learning_rate": lr, **same}
            yield problem, "contrib.ademamix", theirs, "AdEMAMix", {"lr": lr, **ours, **same}
        for lr, beta1, beta2, eps in adopts(problem):
            theirs = {"learning_rate": lr, "b1": beta1, "b2": beta2, "eps": eps}
            ours = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
            yield problem, "contrib.adopt", theirs, "ADOPT", ours
            free = {"use_clipping": False}
            yield problem, "contrib.adopt", theirs | free, "ADOPT", ours | {"clipped": False}


def pytorch_optimizer_cases():
    """Yield the same for pytorch_optimizer."""
    for problem in PROBLEMS:
        for (lr, betas, eps, decay), ours in adan(problem):
            theirs = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": decay}
            yield problem, "Adan", theirs, "Adan", ours
            decoupled = {"weight_decouple": True}
            if decay:
                yield problem, "Adan", theirs | decoupled, "Adan", ours | {"proximal": False}
                differs = "by default the weights are divided by 1 + lr * decay, as in the paper"
                yield problem, "Adan", theirs, "Adan", ours | {"proximal": False}, differs
        for lr, beta1, beta2, beta3, alpha, eps, decay in ademamixes(problem):
            theirs = {"lr": lr, "betas": [beta1, beta2, beta3], "weight_decouple": True}
            ours = {"lr": lr, "beta1": beta1, "beta2": beta2, "beta3": beta3}
            same = {"alpha": alpha, "eps": eps, "weight_decay": decay}
            yield problem, "AdEMAMix", theirs | same, "AdEMAMix", ours | same
            growing = {"t_alpha_beta3": 40}
            yield problem, "AdEMAMix", theirs | same | growing, "AdEMAMix", ours | same | growing
            differs = "the slow mean and its share grow over the first 40 steps"
            yield problem, "AdEMAMix", theirs | same | growing, "AdEMAMix", ours | same, differs
        for lr, beta1, beta2, eps in adopts(problem):
            theirs = {"lr": lr, "betas": [beta1, beta2], "eps": eps}
            ours = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
            free = {"clip_lambda": None}
            yield problem, "ADOPT", theirs | free, "ADOPT", ours | {"clipped": False}
            if problem != "saddle":  # where nothing reaches the bounds
                yield problem, "ADOPT", theirs, "ADOPT", ours
            else:
                differs = "pytorch_optimizer clips at the fourth root of t, the paper's of t - 1"
                yield problem, "ADOPT", theirs, "ADOPT", ours, differs


def optimi_cases():
    """Yield the same for torch-optimi, which has Adan alone of these."""
    for problem in PROBLEMS:
        for (lr, betas, eps, decay), ours in adan(problem):
            theirs = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": decay}
            yield problem, "Adan", theirs, "Adan", ours
            if decay:
                as_adamw = {"adam_wd": True}
                differs = "torch-optimi does not hand adam_wd on: it changes nothing"
                decoupled = ours | {"proximal": False}
                yield problem, "Adan", theirs | as_adamw, "Adan", decoupled, differs


def adan_pytorch_cases():
    """Yield the same for adan-pytorch: its betas are the paper's, weights of the present."""
    for problem in PROBLEMS:
        for (lr, betas, eps, decay), ours in adan(problem):
            present = [1 - beta for beta in betas]
            theirs = {"lr": lr, "betas": present, "eps": eps, "weight_decay": decay}
            differs = "adan-pytorch leaves the first gradient out of all means"
            yield problem, "Adan", theirs, "Adan", ours, differs


def run_optax(optimizer, settings, gradient, start):
    """Yield the point after each step of Optax."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    w = jax.numpy.array(start, dtype="float64")
    where, _, name = optimizer.rpartition(".")
    method = getattr(optax.contrib if where else optax, name)(**settings)
    state = method.init(w)

    @jax.jit
    def step(w, gradient, state):
        updates, state = method.update(gradient, state, w)
        return optax.apply_updates(w, updates), state

    while True:
        w, state = step(w, jax.numpy.array(gradient(w.tolist()), dtype="float64"), state)
        yield w.tolist()


def with_torch(package, **always):
    """Return what runs the optimizers of a package of PyTorch's optimizers."""

    def run(optimizer, settings, gradient, start):
        from importlib import import_module

        import torch

        torch.set_default_dtype(torch.float64)
        w = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
        betas = {"betas": tuple(settings["betas"])}
        stepper = getattr(import_module(package), optimizer)([w], **settings | betas, **always)
        while True:
            w.grad = torch.tensor(gradient(w.tolist()), dtype=torch.float64)
            stepper.step()
            yield w.tolist()

    return run


LIBRARIES = {
    "optax": (optax_cases, run_optax, ("optax", "jax", "jaxlib")),
    "pytorch_optimizer": (
        pytorch_optimizer_cases,
        with_torch("pytorch_optimizer"),
        ("pytorch_optimizer", "torch"),
    ),
    "optimi": (
        optimi_cases,
        with_torch("optimi", triton=False, foreach=False),
        ("torch-optimi", "torch"),
    ),
    "adan_pytorch": (adan_pytorch_cases, with_torch("adan_pytorch"), ("adan-pytorch", "torch")),
}


def runs(library):
    """Yield every run of `library` as a dict, computed now."""
    cases, run, _ = LIBRARIES[library]
    for problem, optimizer, settings, rule, ours, *difference in cases():
        gradient, start = PROBLEMS[problem]
        points = zip(range(1, STEPS + 1), run(optimizer, settings, gradient, start), strict=False)
        yield {
            "library": library,
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
    packages = sorted({package for *_, names in LIBRARIES.values() for package in names})
    header = {
        "made by": "tests/golden/make_modern_rules.py",
        "versions": {package: metadata.version(package) for package in packages},
    }
    made = [run for library in LIBRARIES for run in runs(library)]
    lines = ",\n".join(map(json.dumps, made))
    text = f'{json.dumps(header)[:-1]}, "runs": [\n{lines}\n]}}\n'
    (HERE / "modern_rules.json").write_text(text)
    print(f"modern_rules.json: {len(made)} runs, {len(text) // 1000} kB")


if __name__ == "__main__":
    main()
