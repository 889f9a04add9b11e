"""Make learning.json: losses and gradients that test_learning.py compares optimlib's models with.

Run it where torch is installed:

    python tests/golden/make_learning.py

Nothing here comes from optimlib: the models are built of PyTorch's own layers and its gradients
come from autograd, all in float64. Data and parameters are given by formulas.
"""

import json
from importlib import metadata
from itertools import pairwise
from math import cos, sin
from pathlib import Path

HERE = Path(__file__).parent

# (widths, activation, l2); two widths are softmax regression.
MODELS = (
    ((4, 3), None, 0.0),
    ((4, 3), None, 0.1),
    ((4, 5, 3), "tanh", 0.0),
    ((4, 5, 3), "relu", 0.0),
    ((4, 6, 5, 3), "tanh", 0.1),
    ((4, 6, 5, 3), "relu", 0.01),
    ((4, 5, 4, 3, 2), "tanh", 0.0),
)
EXAMPLES = 7


def data(features, classes):
    """Return the examples, rows of features, and their labels."""
    X = [[2 * cos(1 + 5 * i + 3 * j * j) for j in range(features)] for i in range(EXAMPLES)]
    return X, [(i * i) % classes for i in range(EXAMPLES)]


def parameters(widths):
    """Return the parameters: of each layer the weights (before × after), then the biases."""
    count = sum((p + 1) * q for p, q in pairwise(widths))
    return [0.9 * sin(1 + i * i) for i in range(count)]


def run(widths, activation, l2):
    """Return loss and gradient of one model, computed now."""
    import torch

    w, start, layers = parameters(widths), 0, []
    for p, q in pairwise(widths):
        layer = torch.nn.Linear(p, q, dtype=torch.float64)
        values = torch.tensor(w[start : start + (p + 1) * q], dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(values[: p * q].reshape(p, q).T)
            layer.bias.copy_(values[p * q :])
        layers.append(layer)
        start += (p + 1) * q
    X, y = data(widths[0], widths[-1])
    h = torch.tensor(X, dtype=torch.float64)
    for layer in layers[:-1]:
        h = getattr(torch, activation)(layer(h))
    scores = layers[-1](h)
    loss = torch.nn.functional.cross_entropy(scores, torch.tensor(y))
    loss = loss + l2 / 2 * sum((layer.weight**2).sum() for layer in layers)
    loss.backward()
    gradient = [
        number
        for layer in layers
        for number in (*layer.weight.grad.T.flatten().tolist(), *layer.bias.grad.tolist())
    ]
    return {
        "widths": widths,
        "activation": activation,
        "l2": l2,
        "loss": loss.item(),
        "gradient": gradient,
    }


def main():
    header = {
        "made by": "tests/golden/make_learning.py",
        "versions": {"torch": metadata.version("torch")},
    }
    lines = ",\n".join(json.dumps(run(*model)) for model in MODELS)
    text = f'{json.dumps(header)[:-1]}, "runs": [\n{lines}\n]}}\n'
    (HERE / "learning.json").write_text(text)
    print(f"learning.json: {len(json.loads(text)['runs'])} models, {len(text) // 1000} kB")


if __name__ == "__main__":
    main()
