#!/usr/bin/env bash
# Expected: the derivative term of torch_optimizer's PID is 0 under a constant gradient, as in
#   pytorch_optimizer's PID: with integral = 0 both are gradient descent there.
# Happens:  the first gradient is not kept, so that the second step sees a change from 0 to g. With the
#   default derivative = 10 and momentum = .9 that step is twice as long, and the excess fades for long.
# Versions: torch-optimizer 0.3.0, pytorch_optimizer 4.1.0, torch 2.13.0, Python 3.11.
# Source:   https://github.com/jettify/pytorch-optimizer, torch_optimizer/pid.py (read after the run)
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check torch-optimizer==0.3.0 pytorch_optimizer==4.1.0 torch==2.13.0
cat >"$place/run.py" <<'PYTHON'
import sys
from importlib.metadata import version

import pytorch_optimizer
import torch
import torch_optimizer


def steps(package):
    w = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    pid = package.PID([w], lr=0.001, momentum=0.9, integral=0.0, derivative=10.0)
    seen = []
    for _ in range(6):
        before = w.item()
        w.grad = torch.ones(1, dtype=torch.float64)
        pid.step()
        seen.append(round(before - w.item(), 9))
    return seen


one, other = steps(torch_optimizer), steps(pytorch_optimizer)
print("torch-optimizer  ", version("torch-optimizer"), one)
print("pytorch_optimizer", version("pytorch_optimizer"), other)
kicked = abs(one[1] - 2 * one[0]) < 1e-9 and one[2] > 1.8 * one[0]
sys.exit(
    None
    if kicked and max(other) - min(other) < 1e-12
    else "it changed: both see no change in a constant gradient now, or both do"
)
PYTHON
"$place/venv/bin/python" "$place/run.py"
