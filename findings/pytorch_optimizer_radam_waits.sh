#!/usr/bin/env bash
# Expected: RAdam of pytorch_optimizer takes the steps of torch.optim.RAdam at the same settings: before
#   the variance can be rectified, the paper's plain momentum step, lr * m_hat.
# Happens:  in the first five steps (beta2 = .999) the weights do not move at all, without a word of it.
#   degenerated_to_sgd=True, which is not the default, gives torch's steps.
# Versions: pytorch_optimizer 4.1.0, torch 2.13.0, Python 3.11.
# Source:   https://github.com/kozistr/pytorch_optimizer, get_rectify_step_size (read after the run);
#   the paper: https://arxiv.org/abs/1908.03265, algorithm 2
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


def steps(make):
    w = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    radam = make([w])
    seen = []
    for _ in range(7):
        before = w.item()
        w.grad = torch.ones(1, dtype=torch.float64)
        radam.step()
        seen.append(round(before - w.item(), 6))
    return seen


plain = steps(lambda p: torch.optim.RAdam(p, lr=0.1))
other = steps(lambda p: pytorch_optimizer.RAdam(p, lr=0.1))
asked = steps(lambda p: pytorch_optimizer.RAdam(p, lr=0.1, degenerated_to_sgd=True))
print("torch            ", version("torch"), plain)
print("pytorch_optimizer", version("pytorch_optimizer"), other)
print("  degenerated_to_sgd=True", asked)
waits = other[:5] == [0.0] * 5 and min(plain[:5]) > 0.09 and abs(other[6] - plain[6]) < 1e-5
sys.exit(None if waits else "it changed: it moves before it is rectified now, or torch's does not")
PYTHON
"$place/venv/bin/python" "$place/run.py"
