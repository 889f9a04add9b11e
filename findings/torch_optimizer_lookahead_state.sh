#!/usr/bin/env bash
# Expected: torch_optimizer's Lookahead around torch.optim.Adam, reloaded after three steps from its
#   state_dict(), pulls back at step 5 as it does without a break; pytorch_optimizer's does.
# Happens:  it steps, and state_dict() raises AttributeError: there is no checkpoint. It never calls
#   Optimizer.__init__, and state_dict() of PyTorch 2 runs hooks that are made there.
# Versions: torch-optimizer 0.3.0, pytorch_optimizer 4.1.0, torch 2.13.0, Python 3.11.
# Source:   https://github.com/jettify/pytorch-optimizer, torch_optimizer/lookahead.py (read after the run)
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
    torch-optimizer==0.3.0 pytorch_optimizer==4.1.0 torch==2.13.0
cat >"$place/run.py" <<'PYTHON'
import copy
import sys
from importlib.metadata import version

import pytorch_optimizer
import torch
import torch_optimizer


def end(cls, reload_after=None):
    w = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    ahead = cls(torch.optim.Adam([w], lr=0.1), k=5, alpha=0.5)
    for t in range(6):
        if t == reload_after:
            state, w = copy.deepcopy(ahead.state_dict()), torch.nn.Parameter(w.detach().clone())
            ahead = cls(torch.optim.Adam([w], lr=0.1), k=5, alpha=0.5)
            ahead.load_state_dict(state)
        w.grad = torch.ones(1, dtype=torch.float64)
        ahead.step()
    return round(w.item(), 6)


print("torch", version("torch"))
whole, again = end(pytorch_optimizer.Lookahead), end(pytorch_optimizer.Lookahead, 3)
print("pytorch_optimizer", version("pytorch_optimizer"), whole, "reloaded", again)
print("torch-optimizer", version("torch-optimizer"), end(torch_optimizer.Lookahead), end=" ")
try:
    print("reloaded", end(torch_optimizer.Lookahead, 3))
    raised = False
except AttributeError as error:
    print("reloaded", type(error).__name__, error)
    raised = "hooks" in str(error)
sys.exit(None if raised and whole == again else "it changed: its state is given now, or the other's not")
PYTHON
"$place/venv/bin/python" "$place/run.py"
