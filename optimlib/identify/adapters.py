"""Makes step functions of the optimizers of other libraries, which are imported through them."""

import copy
import functools
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from optimlib.identify.playing import Elsewhere, Step
from optimlib.rules.optimizer import Optimizer

Fresh = Callable[[], Step]


class Fed:
    """Stands for an objective whose gradient is given."""

    g: Any = None

    def grad(self, w: Any) -> Any:
        return self.g

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"gradients are given here: there is no {name}")


def of_rule(rule: Optimizer) -> Fresh:
    """Return a maker of step functions that are this optimizer of the library."""

    def fresh():
        memory = {"t": 0}
        fed = Fed()

        def step(w, g):
            shape, column = np.shape(w), w.reshape(-1, 1)
            state = memory.get("state") or rule.initial(column)
            memory["t"] += 1
            fed.g = g.reshape(-1, 1)
            record = rule.at(memory["t"]).advance(memory["t"], column, state, fed)
            memory["state"] = [record[name] for name in rule.state]
            return record["w"].reshape(shape)

        return step

    return fresh


def of_torch(make: Callable[[list[Any]], Any]) -> Fresh:
    """Return a maker of step functions of ``make(parameters)``, a PyTorch optimizer."""

    def fresh():
        torch = import_module("torch")

        memory = {}

        def step(w, g):
            if not memory:
                memory["w"] = torch.nn.Parameter(torch.tensor(w))
                memory["optimizer"] = optimizer = make([memory["w"]])
                if callable(getattr(optimizer, "train", None)):
                    optimizer.train()
            parameter, optimizer = memory["w"], memory["optimizer"]
            if not np.array_equal(parameter.detach().numpy(), w):
                parameter.data.copy_(torch.tensor(w))
            _torch_step(torch, optimizer, parameter, g)
            return parameter.detach().numpy().copy()

        return step

    return fresh


def _torch_step(torch, optimizer, parameter, g):
    # A closure's gradient is the sum's of w times it: some optimizers call backward themselves.
    at = parameter.detach().clone()

    def closure():
        if not torch.equal(parameter.detach(), at):
            raise Elsewhere(
                "the gradient was asked for at another point than the one that was given, as SAM "
                "does. What is done with it cannot be found out from (w, g) alone"
            )
        optimizer.zero_grad()
        loss = (parameter * torch.tensor(g, dtype=parameter.dtype)).sum()
        loss.backward()
        return loss.detach()

    parameter.grad = torch.tensor(g, dtype=parameter.dtype)
    try:
        optimizer.step()
    except Exception as error:
        if "closure" not in str(error):
            raise
        optimizer.step(closure)


def of_optax(transformation: Any) -> Fresh:
    """Return a maker of step functions of an Optax transformation, compiled once if it can be."""
    compiled: dict[str, Any] = {}

    def fresh():
        jax = import_module("jax")

        def one(w, g, state):
            updates, state = transformation.update(g, state, w)
            return jax.tree.map(lambda p, u: (p + u).astype(p.dtype), w, updates), state

        if not compiled:
            compiled["step"] = jax.jit(one)
        memory = {}

        def step(w, g):
            w, g = jax.numpy.asarray(w), jax.numpy.asarray(g)
            if not memory:
                memory["state"] = transformation.init(w)
            w, memory["state"] = compiled["step"](w, g, memory["state"])
            return np.array(w)

        return step

    return fresh


def of_keras(make: Callable[[], Any]) -> Fresh:
    """Return a maker of step functions of ``make()``, a Keras optimizer."""

    def fresh():
        keras = import_module("keras")

        memory = {}

        def step(w, g):
            if not memory:
                memory["w"] = keras.Variable(w, dtype=str(w.dtype))
                memory["optimizer"] = make()
            variable = memory["w"]
            if not np.array_equal(_numpy(variable), w):
                variable.assign(w)
            memory["optimizer"].apply(
                [keras.ops.convert_to_tensor(g, dtype=str(g.dtype))], [variable]
            )
            return _numpy(variable).copy()

        return step

    return fresh


def _numpy(variable):
    keras = import_module("keras")
    return np.asarray(keras.ops.convert_to_numpy(variable.value))


def recognized(subject: Any) -> Fresh | None:
    """Return a maker of step functions of what another library made, None of a step function."""
    if isinstance(subject, Optimizer):
        return of_rule(subject)
    if callable(getattr(subject, "init", None)) and callable(getattr(subject, "update", None)):
        return of_optax(subject)
    made = subject
    while isinstance(made, functools.partial):
        made = made.func
    kinds = made.__mro__ if isinstance(made, type) else ()
    if any(kind.__module__ == "torch.optim.optimizer" for kind in kinds):
        return of_torch(lambda parameters: subject(parameters))
    keras = sys.modules.get("keras")
    if keras is not None:
        if isinstance(subject, keras.optimizers.Optimizer):
            return of_keras(lambda: type(subject).from_config(copy.deepcopy(subject.get_config())))
        if isinstance(made, type) and issubclass(made, keras.optimizers.Optimizer):
            return of_keras(subject)
    return None
