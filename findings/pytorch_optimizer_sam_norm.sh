#!/usr/bin/env bash
# Expected: SAM of pytorch_optimizer moves a float64 point by exactly rho along the gradient.
# Happens:  the gradient's norm is summed in float32 whatever the parameters are, so the point is 3e-9
#   of rho short, and a gradient of 1e-23 (far from float64's limits) moves it by 0.42 instead of 0.5.
# Versions: pytorch_optimizer 4.1.0, torch 2.13.0, Python 3.11.
# Source:   https://github.com/kozistr/pytorch_optimizer, get_global_gradient_norm (read after the run)
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pytorch_optimizer==4.1.0 torch==2.13.0
cat >"$place/run.py" <<'PYTHON'
import sys
from importlib.metadata import version

import pytorch_optimizer
import torch

RHO = 0.5


def moved(gradient):
    start = torch.tensor([3.0, -2.0], dtype=torch.float64)
    w = start.clone().requires_grad_()
    sam = pytorch_optimizer.SAM([w], torch.optim.SGD, rho=RHO, perturb_eps=0.0, lr=0.1)
    w.grad = torch.tensor(gradient, dtype=torch.float64)
    sam.first_step()
    return (w.detach() - start).norm().item()


usual, tiny = moved([1.0, 3.0]), moved([1e-23, 3e-23])
print("pytorch_optimizer", version("pytorch_optimizer"), "torch", version("torch"))
print("moved by", usual, "and, with a gradient of 1e-23, by", tiny, "; rho is", RHO)
short = 1e-10 < abs(usual - RHO) < 1e-7
sys.exit(None if short and tiny < 0.9 * RHO else "it changed: the norm is as exact as the parameters now")
PYTHON
"$place/venv/bin/python" "$place/run.py"
