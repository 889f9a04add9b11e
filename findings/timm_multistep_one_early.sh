#!/usr/bin/env bash
# Expected: timm's MultiStepLRScheduler(decay_t=[3, 6]) drops where StepLRScheduler(decay_t=3) does and
#   where PyTorch's MultiStepLR([3, 6]) does: at t = 3 and t = 6.
# Happens:  it drops one update earlier, at t = 2 and t = 5. It asks whether t + 1 has reached a milestone.
# Versions: timm 1.0.31, torch 2.13.0, Python 3.11.
# Source:   https://github.com/huggingface/pytorch-image-models, timm/scheduler/multistep_lr.py (read after
#   the run)
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$place/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps timm==1.0.31
cat >"$place/run.py" <<'PYTHON'
import sys
import types
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

import torch

# timm's models need torchvision, its optimizers and schedulers do not.
package, models = types.ModuleType("timm"), types.ModuleType("timm.models")
package.__path__ = list(find_spec("timm").submodule_search_locations)
models.group_parameters = None
sys.modules |= {"timm": package, "timm.models": models}
scheduler = import_module("timm.scheduler")


def rates(make, told):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = make(optimizer)
    seen = [optimizer.param_groups[0]["lr"]]
    for t in range(1, 8):
        optimizer.step()
        schedule.step(t) if told else schedule.step()
        seen.append(optimizer.param_groups[0]["lr"])
    return seen


step = rates(lambda o: scheduler.StepLRScheduler(o, decay_t=3, decay_rate=0.5), True)
several = rates(lambda o: scheduler.MultiStepLRScheduler(o, decay_t=[3, 6], decay_rate=0.5), True)
plain = rates(lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [3, 6], gamma=0.5), False)
print("timm", version("timm"), "torch", version("torch"))
print("timm StepLRScheduler     ", step)
print("torch MultiStepLR        ", plain)
print("timm MultiStepLRScheduler", several)
early = several == plain[1:] + several[-1:] and step == plain
sys.exit(None if early else "it changed: the three drop at the same steps, or otherwise apart, now")
PYTHON
"$place/venv/bin/python" "$place/run.py"
