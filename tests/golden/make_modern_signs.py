"""Make modern_signs.json: runs of Optax's sign_sgd that test_signs.py compares SignDescent with.

Run it where optax is installed:

    python tests/golden/make_modern_signs.py

Problems, steps and what is kept are those of make.py.
"""

import json
from importlib import metadata

if __package__:
    from golden.make import HERE, KEPT, PROBLEMS, RATE, STEPS
else:
    from make import HERE, KEPT, PROBLEMS, RATE, STEPS

PACKAGES = ("jax", "numpy", "optax")


def runs():
    """Yield every run as a dict, computed now."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    for problem, (gradient, start) in PROBLEMS.items():
        for rate in (RATE[problem], 0.03):
            optimizer = optax.sign_sgd(rate)
            w = jax.numpy.array(start)
            state, points = optimizer.init(w), {}
            for t in range(1, STEPS + 1):
                g = jax.numpy.array(gradient([float(x) for x in w]))
                steps, state = optimizer.update(g, state, w)
                w = optax.apply_updates(w, steps)
                if t in KEPT:
                    points[t] = [float(x) for x in w]
            yield {"problem": problem, "start": start, "lr": rate, "points": points}


def main():
    versions = {package: metadata.version(package) for package in PACKAGES}
    header = {"made by": "tests/golden/make_modern_signs.py", "versions": versions}
    lines = ",\n".join(map(json.dumps, runs()))
    text = f'{json.dumps(header)[:-1]}, "runs": [\n{lines}\n]}}\n'
    (HERE / "modern_signs.json").write_text(text)


if __name__ == "__main__":
    main()
