"""How fast the engine is: ratios measured in one run, medians of alternating repetitions.

    python benchmarks/engine.py [--quick]

Adam on Rosenbrock's function. The floor is what memory alone costs: reading and writing w, m and
v once a step with `np.copyto`, in as many threads. PyTorch, Optax and numba take part where they
are installed.
"""

import argparse
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import numpy as np

import optimlib as ol

THREADS = 2
VALLEY = ol.problems.rosenbrock


def seconds(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def medians(calls, repetitions):
    """Time every call in turn, again and again, and return the median of each in seconds."""
    for call in calls.values():
        call()
    times = {name: [] for name in calls}
    for _ in range(repetitions):
        for name, call in calls.items():
            times[name].append(seconds(call))
    return {name: statistics.median(values) for name, values in times.items()}


def show(title, times, unit, scale, beside):
    print(f"\n{title}")
    for name, value in times.items():
        ratios = "   ".join(f"{value / times[b]:6.2f} × {b}" for b in beside if b in times)
        print(f"  {name:28} {value * scale:9.3f} {unit}   {ratios}", flush=True)


def gradient(w):
    """Rosenbrock's gradient as one writes it for speed, for the other libraries."""
    x, y = w
    slack = y - x * x
    return -2 * (1 - x) - 400 * x * slack, 200 * slack


def floor(w, steps):
    """Copy three arrays like w, once a step, in threads."""
    arrays = [np.array_split(w.copy().ravel(), THREADS) for _ in range(3)]
    copies = [np.array_split(w.copy().ravel(), THREADS) for _ in range(3)]

    def copy(part):
        for _ in range(steps):
            for source, target in zip(arrays, copies, strict=True):
                np.copyto(target[part], source[part])

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(copy, range(THREADS)))


def torch_fused(w, steps):
    import torch

    torch.set_num_threads(THREADS)
    point = torch.tensor(w, requires_grad=True)
    point.grad = torch.empty_like(point)
    adam = torch.optim.Adam([point], lr=1e-3, fused=True)
    for _ in range(steps):
        with torch.no_grad():
            point.grad[0], point.grad[1] = gradient(point.detach())
        adam.step()


def optax_compiled(w, steps):
    """Return a call that runs Optax's Adam in one compiled loop."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    adam = optax.adam(1e-3)

    def body(_, carry):
        point, state = carry
        updates, state = adam.update(jax.numpy.stack(gradient(point)), state)
        return optax.apply_updates(point, updates), state

    @jax.jit
    def loop(point):
        return jax.lax.fori_loop(0, steps, body, (point, adam.init(point)))[0]

    start = jax.numpy.asarray(w)
    return lambda: loop(start).block_until_ready()


def many_starts(dtype, size, steps, repetitions):
    axes = np.linspace(-2, 2, size), np.linspace(-1, 3, size)
    w = np.array(np.meshgrid(*axes)).astype(dtype)
    rule = ol.Adam(lr=1e-3)
    calls = {
        "floor": lambda: floor(w, steps),
        "optimlib": lambda: ol.run(rule, VALLEY, w, steps, threads=THREADS),
    }
    if find_spec("numba"):
        # Compile once: a chapter or a map reuses the compiled loop within one call of run.
        calls["optimlib, compiled"] = compiled(rule, w, steps)
    if find_spec("torch"):
        calls["PyTorch, fused"] = lambda: torch_fused(w, steps)
    if find_spec("optax"):
        calls["Optax, jit"] = optax_compiled(w, steps)
    times = {name: value / steps for name, value in medians(calls, repetitions).items()}
    show(
        f"{size} × {size} starts, {steps} steps, {dtype}, {THREADS} threads",
        times,
        "ms a step",
        1e3,
        ("floor", "PyTorch, fused"),
    )


def compiled(rule, w, steps):
    """Return a call of the compiled loop alone, without the seconds of compiling it."""
    from optimlib.compiled import CompiledRun

    loop = CompiledRun(rule, VALLEY)
    parts = np.array_split(w.reshape(len(w), -1), THREADS, axis=1)
    loop.run(lambda t: rule, parts[0][:, :1], 1)

    def call():
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda part: loop.run(lambda t: rule, part, steps), parts))

    return call


def one_start(steps, repetitions):
    rule, w0 = ol.Adam(lr=1e-3), np.array([-1.2, 1.0])

    def iterate():
        records = ol.iterate(rule, VALLEY, w0)
        for _ in range(steps):
            next(records)

    calls = {
        "optimlib, run": lambda: ol.run(rule, VALLEY, w0, steps),
        "optimlib, iterate": iterate,
    }
    if find_spec("torch"):
        import torch

        point = torch.tensor(w0, requires_grad=True)
        point.grad = torch.empty_like(point)
        adam = torch.optim.Adam([point], lr=1e-3)

        def torch_steps():
            for _ in range(steps):
                with torch.no_grad():
                    point.grad[0], point.grad[1] = gradient(point.detach())
                adam.step()

        calls["PyTorch"] = torch_steps
    times = {name: value / steps for name, value in medians(calls, repetitions).items()}
    show("One start, one step with its gradient", times, "µs", 1e6, ("PyTorch",))


def importing(repetitions):
    def load(module):
        code = (
            f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
        )
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        return float(result.stdout)

    calls = {module: [load(module) for _ in range(repetitions)] for module in ("numpy", "optimlib")}
    numpy, ours = (statistics.median(values) for values in calls.values())
    print(f"\nimport optimlib: {ours - numpy:.3f} s beyond NumPy's own {numpy:.3f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer starts and repetitions")
    quick = parser.parse_args().quick
    size, steps, repetitions = (128, 50, 3) if quick else (512, 200, 5)
    for dtype in ("float64", "float32"):
        many_starts(dtype, size, steps, repetitions)
    one_start(1000, repetitions)
    importing(repetitions)


if __name__ == "__main__":
    main()
