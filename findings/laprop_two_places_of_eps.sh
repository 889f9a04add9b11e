#!/usr/bin/env bash
# Expected: LaProp of timm and of pytorch_optimizer take the same steps at the same lr, betas and eps.
# Happens:  timm adds eps to the root of the corrected mean of squares, pytorch_optimizer to that of the
#   uncorrected one: where gradients are as small as eps its first step is a fifth of timm's, and its
#   steps grow under a constant gradient, under which timm's are all the same.
# Versions: timm 1.0.31, pytorch_optimizer 4.1.0, torch 2.13.0, Python 3.11.
# Source:   https://github.com/kozistr/pytorch_optimizer, optimizer/laprop.py;
#   https://github.com/huggingface/pytorch-image-models, timm/optim/laprop.py (both read after the run)
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pytorch_optimizer==4.1.0 torch==2.13.0
"$place/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps timm==1.0.31
cat >"$place/run.py" <<'PYTHON'
import sys
import types
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

import pytorch_optimizer
import torch

# timm's models need torchvision, its optimizers and schedulers do not.
package, models = types.ModuleType("timm"), types.ModuleType("timm.models")
package.__path__ = list(find_spec("timm").submodule_search_locations)
models.group_parameters = None
sys.modules |= {"timm": package, "timm.models": models}


def steps(cls, size):
    w = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    laprop = cls([w], lr=0.1, betas=(0.9, 0.99), eps=1e-4)
    seen = []
    for _ in range(5):
        before = w.item()
        w.grad = torch.full((1,), size, dtype=torch.float64)
        laprop.step()
        seen.append(round(before - w.item(), 6))
    return seen


mine = import_module("timm.optim").get_optimizer_class("laprop", bind_defaults=False)
small, other = steps(mine, 1e-4), steps(pytorch_optimizer.LaProp, 1e-4)
print("timm             ", version("timm"), small, "large gradients", steps(mine, 100.0))
print("pytorch_optimizer", version("pytorch_optimizer"), other, end=" ")
print("large gradients", steps(pytorch_optimizer.LaProp, 100.0))
apart = max(small) - min(small) < 1e-6 and other[0] < 0.25 * small[0] and other[4] > 1.5 * other[0]
sys.exit(None if apart else "it changed: both add eps in the same place now")
PYTHON
"$place/venv/bin/python" "$place/run.py"
