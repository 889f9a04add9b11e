"""Time of one training step on digits, beside PyTorch where installed, and of the sharpness.

    python benchmarks/learning.py

A step draws its batch, takes the gradient and updates the parameters: `ol.iterate` on a stream of
mini-batches here, autograd and `torch.optim.Adam` there, the same model and the same batches. The
two take turns, round after round; the table gives medians over the rounds, also of the ratio. Each
has one thread: arrays of this size are too small for more, and PyTorch is slower with two. Target:
at most 1/4 of PyTorch's time.

<<<<<<< HEAD
Below it a step of Muon on a matrix beside its 15 matrix products alone, taking turns. Target: at
most 1.1 of their time.
=======
Then the sharpness of the network of the chapter on the edge of stability, 3,466 parameters, after
some steps: `ol.sharpness` beside the Hessian by differences of the gradient and its largest
eigenvalue by LAPACK. Target: at most 1/20 of that time, at a relative error of at most 1e-3.
"""

import argparse
import time
from itertools import islice
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

import optimlib as ol
from course.experiments import edge
from optimlib import learning
from optimlib.calculus import numerical_hessian

BATCH = 64
LR = 1e-3

# After so many steps both must have the same parameters.
CHECKED = 50

MODELS = (
    learning.SoftmaxRegression(64, 10),
    learning.MLP((64, 32, 10), "tanh"),
    learning.MLP((64, 32, 10), "relu"),
    learning.MLP((64, 100, 10), "tanh"),
)


def our_steps(model, data):
    """Yield the parameters after each of our steps."""
    stream = learning.minibatches(model.loss(data.X_train, data.y_train), BATCH)
    start = model.initial().astype(data.X_train.dtype)
    for record in ol.iterate(ol.Adam(lr=LR), stream, start):
        yield record["w"]


def torch_steps(torch, model, data):
    """Yield the network after each of PyTorch's steps."""
    X, y = torch.tensor(data.X_train), torch.tensor(data.y_train)
    layers = []
    for W, b in model.layers(model.initial()):
        layer = torch.nn.Linear(*W.shape, dtype=X.dtype)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(W.T))
            layer.bias.copy_(torch.tensor(b))
        activation = torch.nn.Tanh if getattr(model, "activation", "") == "tanh" else torch.nn.ReLU
        layers += [layer, activation()]
    network, loss = torch.nn.Sequential(*layers[:-1]), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(network.parameters(), lr=LR)
    batches, t = learning.Batches(len(X), BATCH), 0
    while True:
        t += 1
        rows = torch.tensor(batches.rows(t))
        optimizer.zero_grad()
        loss(network(X[rows]), y[rows]).backward()
        optimizer.step()
        yield network


def seconds(steps, count):
    """Return the time of each of `count` steps."""
    began = time.perf_counter()
    for _ in islice(steps, count):
        pass
    return (time.perf_counter() - began) / count


def products(X, steps=5):
    """Compute what Newton-Schulz steps multiply, and nothing else."""
    for _ in range(steps):
        A = X @ X.mT
        (A @ A) @ X


def muon(rounds, size=512):
    """Print what a step of Muon takes beside its matrix products: CPU time, for others run too."""
    print(f"\nMuon, {size} x {size}: milliseconds a step, median of the rounds")
    print(f"{'type':<9}{'step':>9}{'products':>9}{'ratio':>7}")
    for kind in ("float64", "float32"):
        G, B, w = np.random.default_rng(0).normal(size=(3, 1, size, size)).astype(kind)
        rule, rows = ol.Muon(lr=0.02), []
        X = rule.update(1, G, B, w=w)["X0"]
        for _ in range(rounds):
            began = time.thread_time()
            rule.update(1, G, B, w=w)
            half = time.thread_time()
            products(X)
            rows.append((half - began, time.thread_time() - half))
        step, alone = (1e3 * median(column) for column in zip(*rows, strict=True))
        ratio = median(step / alone for step, alone in rows)
        print(f"{kind:<9}{step:>9.1f}{alone:>9.1f}{ratio:>7.2f}")


def compare_sharpness(steps=(0, 100), rounds=9):
    """Print the times of both ways to the sharpness, and how far they are apart."""
    loss = edge.loss_of("squared")
    print(f"\nsharpness of {loss.name}, {loss.dim} parameters: milliseconds")
    print(f"{'after':<12}{'Lanczos':>9}{'Hessian':>9}{'ratio':>9}{'relative error':>16}")
    for count in steps:
        w = ol.run(ol.GradientDescent(lr=0.3), loss, edge.start(), count)
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            found = ol.sharpness(loss, w)
            times.append(time.perf_counter() - began)
        began = time.perf_counter()
        hessian = numerical_hessian(loss, w)
        right = np.linalg.eigvalsh(hessian)[-1]
        whole = time.perf_counter() - began
        error = abs(found / right - 1)
        if error > 1e-3:
            raise ValueError(f"sharpness is {found}, by the whole Hessian {right}")
        fast = median(times)
        row = f"{1e3 * fast:>9.1f}{1e3 * whole:>9.0f}{fast / whole:>9.5f}{error:>16.1e}"
        print(f"{count:>3} steps   {row}")


def main():
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--steps", type=int, default=500, help="steps in a round")
    arguments.add_argument("--rounds", type=int, default=9)
    arguments = arguments.parse_args()
    try:
        import torch
    except ImportError:
        torch = None
    else:
        torch.set_num_threads(1)
    digits = learning.load("digits")
    print(f"NumPy {np.__version__}, PyTorch {torch.__version__ if torch else 'not installed'}")
    print(f"digits, batches of {BATCH}, Adam: microseconds a step, median of the rounds")
    print(f"{'model':<34}{'type':<9}{'optimlib':>9}{'PyTorch':>9}{'ratio':>7}")
    for model in MODELS:
        for kind in ("float64", "float32"):
            data = digits.astype(kind)
            ours, theirs, ratios = our_steps(model, data), None, []
            point = next(islice(ours, CHECKED - 1, None))
            if torch:
                theirs = torch_steps(torch, model, data)
                network = next(islice(theirs, CHECKED - 1, None))
                expected = [p.detach().numpy().T.ravel() for p in network.parameters()]
                expected = np.concatenate(expected)
                tolerance = 1e-9 if kind == "float64" else 1e-3
                np.testing.assert_allclose(point, expected, rtol=tolerance, atol=tolerance)
            rounds = []
            for _ in range(arguments.rounds):
                one = seconds(ours, arguments.steps)
                other = seconds(theirs, arguments.steps) if torch else float("nan")
                rounds.append((one, other))
                ratios.append(one / other)
            one, other = (1e6 * median(column) for column in zip(*rounds, strict=True))
            title = f"{model.name} {getattr(model, 'activation', '')}"
            print(f"{title:<34}{kind:<9}{one:>9.1f}{other:>9.1f}{median(ratios):>7.2f}")
    muon(3 * arguments.rounds)
    compare_sharpness()


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
