#!/usr/bin/env bash
# Expected: optax.optimistic_gradient_descent starts from a past gradient of 0, as its other traces do:
#   the first step is 2 * lr * g.
# Happens:  the first gradient counts as its own predecessor: the first step is lr * g. The term
#   g - (gradient before) is 0 there, whatever beta is.
# Versions: optax 0.2.8, jax 0.10.2, Python 3.11.
# Source:   https://github.com/google-deepmind/optax, scale_by_optimistic_gradient (read after the run)
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check optax==0.2.8 jax==0.10.2 jaxlib==0.10.2
cat >"$place/run.py" <<'PYTHON'
import sys
from importlib.metadata import version

import jax
import jax.numpy as jnp
import optax

jax.config.update("jax_enable_x64", True)


def steps(beta, gradients):
    method = optax.optimistic_gradient_descent(0.1, alpha=1.0, beta=beta)
    state = method.init(jnp.zeros(1))
    seen = []
    for g in gradients:
        update, state = method.update(jnp.array([g]), state)
        seen.append(round(-float(update[0]), 9))
    return seen


constant, halved, growing = steps(1.0, (1.0, 1.0)), steps(0.5, (1.0, 1.0)), steps(1.0, (1.0, 3.0))
print("optax", version("optax"), "jax", version("jax"))
print("under 1, 1:", constant, "with beta .5:", halved, "under 1, 3:", growing)
first = constant[0] == halved[0] == 0.1 and abs(growing[1] - 0.1 * (2 * 3 - 1)) < 1e-9
sys.exit(None if first else "it changed: the first step counts a gradient before it, of 0, now")
PYTHON
"$place/venv/bin/python" "$place/run.py"
