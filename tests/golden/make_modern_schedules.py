"""Make modern_schedules.json: what test_golden_schedules.py compares optimlib with.

Run it where schedulefree, torch and optax are installed:

    cd tests && python -m golden.make_modern_schedules

Problems, steps and the form of a run are those of make.py. A `difference` names in what the rule,
set so, is not the library's method. `warm_up` is a number of steps. A rate that "falls" is η/√t:
there two ways to weigh the average differ. The points kept are those to evaluate, the average, as
the packages give them on request.
"""

import json
from importlib import metadata
from pathlib import Path

from golden import make

HERE = Path(__file__).parent
PACKAGES = {"schedulefree": ("schedulefree", "torch"), "optax": ("optax", "jax", "jaxlib")}
LARGEST = "The package weighs by the square of the largest rate so far, the paper by the rate's"
LATE = "Optax's shortcut moves by the rate of the step before, at first 0, and weighs by the new"


def cases():
    """Yield (problem, settings, rate).

    The rate is constant after a warm-up, or falls; "shortcut" is Optax's `schedule_free_sgd` with
    its own warm-up.
    """
    for problem, lr in make.RATE.items():
        for beta in (0.9, 0.5):
            for decay in (0.0, 0.2):
                plain = {"lr": lr / 2, "beta": beta, "weight_decay": decay}
                for warm_up in (0, 10):
                    yield problem, plain | {"warm_up": warm_up}, "constant"
            yield problem, {"lr": lr / 2, "beta": beta, "weight_decay": 0.0}, "falls"
            shortcut = {"lr": lr / 2, "beta": beta, "weight_decay": 0.0, "warm_up": 10}
            yield problem, shortcut, "shortcut"
        for lr, _, beta2, eps in make.adams(problem):
            adam = {"lr": lr, "beta": 0.9, "beta2": beta2, "eps": eps, "weight_decay": 0.1}
            for warm_up in (0, 10):
                yield problem, adam | {"warm_up": warm_up}, "constant"


def rates(settings, kind):
    """Return the function from t to the rate."""
    lr, warm_up = settings["lr"], settings.get("warm_up", 0)
    if kind == "shortcut":
        return None
    if kind == "falls":
        return lambda t: lr / t**0.5
    return lambda t: lr * min(t / warm_up, 1) if warm_up else lr


def run_schedulefree(settings, rate, gradient, start):
    """Yield the average after each step of the package of the authors."""
    import schedulefree
    import torch

    torch.set_default_dtype(torch.float64)
    w = torch.tensor(start, requires_grad=True)
    options = {"lr": settings["lr"], "weight_decay": settings["weight_decay"]}
    if "beta2" in settings:
        options |= {"betas": (settings["beta"], settings["beta2"]), "eps": settings["eps"]}
        stepper = schedulefree.AdamWScheduleFree([w], foreach=False, **options)
    else:
        options["momentum"] = settings["beta"]
        stepper = schedulefree.SGDScheduleFree([w], foreach=False, **options)
    t = 0
    while True:
        t += 1
        stepper.train()
        stepper.param_groups[0]["lr"] = rate(t)
        w.grad = torch.tensor(gradient(w.tolist()))
        stepper.step()
        stepper.eval()
        yield w.tolist()


def run_optax(settings, rate, gradient, start):
    """Yield the average after each step of Optax."""
    import jax
    import optax
    from optax.contrib import schedule_free, schedule_free_eval_params, schedule_free_sgd

    jax.config.update("jax_enable_x64", True)
    steps = range(1, make.STEPS + 2)
    table = jax.numpy.array([0.0, *(rate(t) if rate else 0.0 for t in steps)])

    # schedule_free counts from 1, and what is inside of it from 0.
    def outside(t):
        return table[t]

    def inside(t):
        return table[t + 1]

    parts = [optax.add_decayed_weights(settings["weight_decay"]), optax.sgd(inside)]
    if "beta2" in settings:
        scale = dict(decay=settings["beta2"], eps=settings["eps"], eps_in_sqrt=False)
        parts.insert(0, optax.scale_by_rms(bias_correction=True, **scale))
    method = schedule_free(optax.chain(*parts), outside, b1=settings["beta"])
    if rate is None:
        method = schedule_free_sgd(settings["lr"], settings["warm_up"], b1=settings["beta"])
    w = jax.numpy.array(start, dtype="float64")
    state = method.init(w)

    @jax.jit
    def step(w, gradient, state):
        updates, state = method.update(gradient, state, w)
        return optax.apply_updates(w, updates), state

    while True:
        w, state = step(w, jax.numpy.array(gradient(w.tolist()), dtype="float64"), state)
        yield schedule_free_eval_params(state, w).tolist()


RUNS = {"schedulefree": run_schedulefree, "optax": run_optax}


def runs(library):
    """Yield every run of `library` as a dict, computed now."""
    for problem, settings, kind in cases():
        if kind == "shortcut" and library != "optax":
            continue
        gradient, start = make.PROBLEMS[problem]
        course = RUNS[library](settings, rates(settings, kind), gradient, start)
        points = zip(range(1, make.STEPS + 1), course, strict=False)
        yield {
            "problem": problem,
            "start": start,
            "settings": settings,
            "rate": kind,
            "difference": {"falls": LARGEST, "shortcut": LATE}.get(kind),
            "points": {str(t): point for t, point in points if t in make.KEPT},
        }


def main():
    found = {}
    for library, packages in PACKAGES.items():
        versions = {package: metadata.version(package) for package in packages}
        found[library] = {"versions": versions, "runs": list(runs(library))}
    header = json.dumps({"made by": "tests/golden/make_modern_schedules.py"})[:-1]
    parts = [
        f'"{library}": {{"versions": {json.dumps(part["versions"])}, "runs": [\n'
        + ",\n".join(map(json.dumps, part["runs"]))
        + "\n]}"
        for library, part in found.items()
    ]
    text = f"{header}, {', '.join(parts)}}}\n"
    (HERE / "modern_schedules.json").write_text(text)
    print(f"{len(text) // 1000} kB")


if __name__ == "__main__":
    main()
