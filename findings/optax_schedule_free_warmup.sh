#!/usr/bin/env bash
# Expected: optax.contrib.schedule_free_sgd(lr, warmup_steps=10) warms up as the authors' package
#   schedulefree does: in step t the point and the weight of the average both use lr t/10.
# Happens:  two counters of it differ by one. The point moves by lr (t-1)/10, so not at all in step 1,
#   while the average's weight is (lr t/10)^2: the first average counts a point that has not moved.
# Versions: optax 0.2.8, jax 0.10.2, schedulefree 1.4.1, torch 2.13.0, Python 3.11.
# Source:   https://github.com/google-deepmind/optax, optax/contrib/_schedule_free.py (read after the run)
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
    optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 schedulefree==1.4.1 torch==2.13.0
cat >"$place/run.py" <<'PYTHON'
import sys
from importlib.metadata import version

import jax
import jax.numpy as jnp
import optax
import schedulefree
import torch

jax.config.update("jax_enable_x64", True)
lr, warm_up, w0 = 0.05, 10, 4.0

method = optax.contrib.schedule_free_sgd(lr, warm_up)
point = jnp.array([w0])
state = method.init(point)
ours = []
for _ in range(3):
    update, state = method.update(2 * point, state, point)
    point = optax.apply_updates(point, update)
    ours.append(float(point[0]))
    if len(ours) == 1:
        weight = float(state.weight_sum)

weight_of_torch = torch.tensor([w0], dtype=torch.float64, requires_grad=True)
other = schedulefree.SGDScheduleFree([weight_of_torch], lr=lr, momentum=0.9, warmup_steps=warm_up)
other.train()
theirs = []
for _ in range(3):
    other.zero_grad()
    (weight_of_torch**2).sum().backward()
    other.step()
    theirs.append(weight_of_torch.item())

print("optax", version("optax"), "points", ours, "weight after step 1", weight)
print("schedulefree", version("schedulefree"), "points", theirs)
same = ours[0] == w0 and abs(weight - (lr / warm_up) ** 2) < 1e-9 and theirs[0] < w0
sys.exit(None if same else "it changed: optax moves in its first step, or gives it no weight, now")
PYTHON
"$place/venv/bin/python" "$place/run.py"
