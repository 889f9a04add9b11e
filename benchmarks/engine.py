"""How fast the engine is: ratios measured in one run, medians of alternating repetitions.

    python benchmarks/engine.py [--quick]

Adam on Rosenbrock's function. The floor is what memory alone costs: reading and writing w, m and
v once a step with `np.copyto`, in as many threads; how many bytes these are is printed, and the
same is measured with more than fits into a processor's cache. PyTorch, Optax and numba take part
where they are installed. What is compiled is compiled before it is measured; how long that takes is
printed.
"""

import argparse
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec

import numpy as np

import optimlib as ol

VALLEY = ol.problems.rosenbrock
ADAM = ol.Adam(lr=1e-3)


def medians(calls, repetitions, clock=time.process_time):
    """Time every call in turn, again and again, and return the median of each in seconds."""
    for call in calls.values():
        call()
    times = {name: [] for name in calls}
    for _ in range(repetitions):
        for name, call in calls.items():
            started = clock()
            call()
            times[name].append(clock() - started)
    return {name: statistics.median(values) for name, values in times.items()}


def show(title, times, unit, scale, beside):
    print(f"\n{title}")
    for name, value in times.items():
        ratios = "   ".join(f"{value / times[b]:6.2f} × {b}" for b in beside if b in times)
        print(f"  {name:28} {value * scale:9.3f} {unit}   {ratios}", flush=True)


def starts(count, dtype=float):
    return np.random.default_rng(0).uniform([[-2], [-1]], [[2], [3]], (2, count)).astype(dtype)


def gradient(w):
    """Rosenbrock's gradient as one writes it for speed, for the other libraries."""
    x, y = w
    slack = y - x * x
    return -2 * (1 - x) - 400 * x * slack, 200 * slack


def floor(w, steps, threads):
    """Copy three arrays like w, once a step, in threads."""
    arrays = [np.array_split(w.copy().ravel(), threads) for _ in range(3)]
    copies = [np.array_split(w.copy().ravel(), threads) for _ in range(3)]

    def copy(part):
        for _ in range(steps):
            for source, target in zip(arrays, copies, strict=True):
                np.copyto(target[part], source[part])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(copy, range(threads)))


def torch_fused(w, steps, threads):
    import torch

    torch.set_num_threads(threads)
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


def one_root_one_division(w, steps):
    """Return a call with the processor's square root and division of each coordinate and step.

    Adam has both; nothing that computes them so is quicker. The numbers stay in the cache.
    """
    from numba import njit

    @njit(error_model="numpy")
    def loop(x, y, times):
        for _ in range(times):
            for i in range(len(x)):
                y[i] = x[i] / np.sqrt(y[i])

    x, y = np.linspace(1, 2, 2 * 2048, dtype=w.dtype).reshape(2, -1)
    return lambda: loop(x, y, w.size * steps // len(x))


def many_starts(dtype, count, steps, repetitions, compared=True):
    w = starts(count, dtype)
    for threads, clock, what in (
        (1, time.process_time, "CPU time of one thread"),
        (2, time.perf_counter, "wall time of two threads"),
    )[: 2 if compared else 1]:
        calls = {"floor": lambda n=threads: floor(w, steps, n)}
        if compared:
            calls["optimlib"] = lambda n=threads: ol.run(ADAM, VALLEY, w, steps, threads=n)
        if find_spec("numba"):
            calls["optimlib, compiled"] = lambda n=threads: ol.run(
                ADAM, VALLEY, w, steps, threads=n, compiled=True
            )
        if find_spec("numba") and compared and threads == 1:
            calls["a root and a division alone"] = one_root_one_division(w, steps)
        if find_spec("torch") and compared:
            calls["PyTorch, fused"] = lambda n=threads: torch_fused(w, steps, n)
        if find_spec("optax") and compared and threads > 1:
            calls["Optax, jit"] = optax_compiled(w, steps)
        times = {name: value / steps for name, value in medians(calls, repetitions, clock).items()}
        size = 6 * w.nbytes / 2**20
        title = (
            f"{count:,} starts, {steps} steps, {dtype}, the floor's arrays {size:.0f} MB: {what}"
        )
        show(title, times, "ms a step", 1e3, ("floor", "PyTorch, fused"))


def compiled_or_not(most, repetitions):
    """Print a table of compiled=True against the rule's own code."""
    print(
        "\nCompiled against not compiled: CPU time of one thread a call, as a share of the code's"
    )
    powers = [10**k for k in range(7)]
    print("      starts " + "".join(f"{f'{steps:,} steps':>16}" for steps in powers))
    for count in (1, 10, 100, 10_000, 100_000, most):
        w, cells = starts(count), []
        for steps in powers:
            if count * steps > 10 * most:
                break
            # The code's time is proportional to the steps.
            few = min(steps, max(1, 2_000_000 // count), 2000)
            times = medians(
                {
                    "compiled": partial(ol.run, ADAM, VALLEY, w, steps, compiled=True),
                    "code": partial(ol.run, ADAM, VALLEY, w, few),
                },
                repetitions,
            )
            cells.append(times["compiled"] / (times["code"] * steps / few))
        print(f"  {count:10,} " + "".join(f"{cell:16.3f}" for cell in cells), flush=True)


def compiling():
    """Print how long it takes to compile, in CPU time."""
    print("\nCompiling, CPU time")
    for rule, problem in (
        (ol.GradientDescent(0.01), ol.problems.rosenbrock),
        (ol.RAdam(0.01), ol.problems.rosenbrock),
        (ol.RAdam(0.01), ol.problems.ackley(dim=2)),
    ):
        started = time.process_time()
        ol.run(rule, problem, starts(1), 1, compiled=True)
        print(f"  {type(rule).__name__} on {problem.name}: {time.process_time() - started:.2f} s")


def one_start(steps, repetitions):
    w0 = np.array([-1.2, 1.0])

    def iterate():
        records = ol.iterate(ADAM, VALLEY, w0)
        for _ in range(steps):
            next(records)

    calls = {
        "optimlib, run": lambda: ol.run(ADAM, VALLEY, w0, steps),
        "optimlib, iterate": iterate,
        "optimlib, trace": lambda: ol.trace(ADAM, VALLEY, w0, steps),
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
    title = "One start, one step with its gradient, CPU time"
    show(title, times, "µs", 1e6, ("optimlib, run", "PyTorch"))


def printing(repetitions):
    calls = {}
    for steps in (100, 10_000, 100_000):
        path = ol.trace(ADAM, VALLEY, (-1.2, 1.0), steps)
        calls[f"print, {steps:,} steps"] = lambda path=path: str(path)
        calls[f"HTML, {steps:,} steps"] = path._repr_html_
    show("A trace as a table, CPU time", medians(calls, repetitions), "ms", 1e3, ())


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
    count, steps, repetitions = (2**14, 50, 3) if quick else (2**17, 200, 5)
    for dtype in ("float64", "float32"):
        many_starts(dtype, count, steps, repetitions)
        # What does not fit into the processor's cache.
        many_starts(dtype, 16 * count, steps // 4, repetitions, compared=False)
    if find_spec("numba"):
        compiling()
        compiled_or_not(10**5 if quick else 10**7, repetitions)
    one_start(1000, repetitions)
    printing(repetitions)
    importing(repetitions)


if __name__ == "__main__":
    main()
