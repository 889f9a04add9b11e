"""Make preconditioners.json: runs of Shampoo and SOAP that test_preconditioners.py compares with.

Run it where pytorch_optimizer and heavyball are installed:

    python tests/golden/make_modern_preconditioners.py

Nothing here comes from optimlib. Gradients are given by formulas and do not depend on the point.
All runs are in float64, but pytorch_optimizer's SOAP takes its QR decompositions in float32, and
heavyball knows no other than float32. The first is run twice, as it is and with float64 in place of
these. Each run names the rule of optimlib that should give its points; where it does something else
than the library, the run is a `difference`: it names what differs.
"""

import json
from importlib import metadata
from math import sin
from pathlib import Path
from unittest.mock import patch

if __package__:
    from golden.make_matrices import grid, wave
else:
    from make_matrices import grid, wave  # run as a script, from this folder

HERE = Path(__file__).parent
STEPS = 12
KEPT = (1, 2, 3, 5, 8, 12)


# By name: the shape of W, and the gradient of step t in row i and column j. No more than one
# direction has no gradient in the first step: bases of more are not determined.
GRADIENTS = {
    "square": ((3, 3), wave),
    "tall": ((4, 3), wave),
    "wide": ((2, 3), wave),
    "row": ((1, 2), wave),
    "uneven": ((3, 3), lambda t, i, j: 100.0**-j * wave(t, i, j)),
}


def start(kind):
    return grid(GRADIENTS[kind][0], lambda i, j: sin(1 + i + 3 * j))


def gradient(kind, t):
    shape, entry = GRADIENTS[kind]
    return grid(shape, lambda i, j: entry(t, i, j))


# A wrapper of optimlib around the rule is named beside it.
EPS, DECAY = 0.5, 0.1


def shampoo_cases(kind):
    """Yield (settings, optimlib's settings, difference or None)."""
    name = {"name": "Shampoo", "lr": 0.1}
    yield {"lr": 0.1}, name | {"eps": 1e-6}, None
    yield {"lr": 0.1, "matrix_eps": EPS}, name | {"eps": EPS}, None
    decayed = name | {"eps": 1e-6, "wrapper": "L2", "weight_decay": DECAY}
    yield {"lr": 0.1, "weight_decay": DECAY}, decayed, None
    if kind in ("square", "tall"):
        apart = decayed | {"wrapper": "DecoupledWeightDecay"}
        differs = "pytorch_optimizer's decay is part of the gradient unless one says otherwise"
        yield {"lr": 0.1, "weight_decay": DECAY}, apart, differs
        differs = "pytorch_optimizer mixes a gradient with the last step as its momentum"
        yield {"lr": 0.1, "momentum": 0.9}, name | {"eps": 1e-6}, differs
        differs = "others take the inverse root of L and R, not the fourth root"
        yield {"lr": 0.1}, name | {"eps": 1e-6, "exponent": 0.5}, differs


def soap_cases(kind):
    """Yield the same for pytorch_optimizer's SOAP."""
    plain = {"lr": 0.1, "weight_decay": 0.0}
    ours = {"name": "SOAP", "lr": 0.1, "eps_before_correction": True}
    yield plain, ours, None
    yield plain | {"precondition_frequency": 1}, ours | {"every": 1}, None
    other = {"betas": (0.9, 0.99), "shampoo_beta": 0.8, "precondition_frequency": 3, "eps": EPS}
    same = {"beta1": 0.9, "beta2": 0.99, "beta": 0.8, "every": 3, "eps": EPS}
    yield plain | other, ours | same, None
    if kind in ("square", "tall"):
        differs = "pytorch_optimizer adds epsilon before the bias correction"
        yield plain | other, ours | same | {"eps_before_correction": False}, differs
        differs = "pytorch_optimizer's first step does not move"
        yield plain, ours | {"skip_first": False}, differs
        differs = "pytorch_optimizer decays after the step, and the first step not at all"
        decayed = ours | {"wrapper": "DecoupledWeightDecay", "weight_decay": DECAY}
        yield plain | {"weight_decay": DECAY}, decayed, differs


def heavyball_cases(kind):
    """Yield the same for heavyball's SOAP; in float32 small singular values are noise."""
    if kind == "uneven":
        return
    plain = {"lr": 0.1, "weight_decay": 0.0, "merge_dims": False, "precondition_frequency": 1}
    ours = {"name": "SOAP", "lr": 0.1, "beta1": 0.9, "every": 1}
    yield plain, ours, None
    betas = {"betas": (0.8, 0.9), "shampoo_beta": 0.7}
    yield plain | betas, ours | {"beta1": 0.8, "beta2": 0.9, "beta": 0.7}, None
    if kind in ("square", "tall"):
        differs = "heavyball's first step does not move"
        yield plain, ours | {"skip_first": False}, differs


def steps(make, kind, dtype="float64"):
    """Yield the matrix after each step of an optimizer of PyTorch's kind."""
    import torch

    w = torch.nn.Parameter(torch.tensor(start(kind), dtype=getattr(torch, dtype)))
    stepper = make([w])
    for t in range(1, STEPS + 1):
        w.grad = torch.tensor(gradient(kind, t), dtype=w.dtype)
        stepper.step()
        yield w.detach().tolist()


def run_shampoo(kind, settings):
    from pytorch_optimizer import Shampoo

    yield from steps(lambda w: Shampoo(w, **settings), kind)


def run_soap(kind, settings):
    from pytorch_optimizer import SOAP

    yield from steps(lambda w: SOAP(w, **settings), kind)


def run_soap_in_float64(kind, settings):
    """Yield the same where what is rounded to float32 keeps its 64 bits."""
    import torch

    with patch.object(torch, "float32", torch.float64):
        yield from run_soap(kind, settings)


def run_heavyball(kind, settings):
    import heavyball

    heavyball.utils.compile_mode = None
    yield from steps(lambda w: heavyball.SOAP(w, **settings), kind, "float32")


LIBRARIES = {
    "pytorch_optimizer, Shampoo": (shampoo_cases, run_shampoo, ("pytorch_optimizer", "torch")),
    "pytorch_optimizer, SOAP": (soap_cases, run_soap, ("pytorch_optimizer", "torch")),
    "pytorch_optimizer in float64, SOAP": (
        soap_cases,
        run_soap_in_float64,
        ("pytorch_optimizer", "torch"),
    ),
    "heavyball, SOAP": (heavyball_cases, run_heavyball, ("heavyball", "torch")),
}


def runs(library):
    """Yield every run of `library` as a dict, computed now."""
    cases, run, _ = LIBRARIES[library]
    for kind in GRADIENTS:
        for settings, rule, difference in cases(kind):
            points = enumerate(run(kind, settings), start=1)
            yield {
                "library": library,
                "gradient": kind,
                "settings": settings,
                "rule": rule,
                "difference": difference,
                "points": {str(t): point for t, point in points if t in KEPT},
            }


def main():
    packages = sorted({package for *_, names in LIBRARIES.values() for package in names})
    header = {
        "made by": "tests/golden/make_modern_preconditioners.py",
        "versions": {package: metadata.version(package) for package in packages},
    }
    made = [run for library in LIBRARIES for run in runs(library)]
    lines = ",\n".join(map(json.dumps, made))
    text = f'{json.dumps(header)[:-1]}, "runs": [\n{lines}\n]}}\n'
    (HERE / "preconditioners.json").write_text(text)
    print(f"preconditioners.json: {len(made)} runs, {len(text) // 1000} kB")


if __name__ == "__main__":
    main()
