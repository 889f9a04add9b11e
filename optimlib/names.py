"""What PyTorch, Keras and Optax call what is here: hints for those who type it from habit."""

import difflib
import inspect
from collections.abc import Iterable, Mapping
from typing import Any

DECAY = "ol.L2(rule, weight_decay) or ol.DecoupledWeightDecay(rule, weight_decay)"

# Their classes and functions that are not a name of ours in other capitals, and what they are here.
# (`Adagrad`, `RMSprop` and `lbfgs` are: they need no line.)
CLASSES = {
    "SGD": "ol.GradientDescent(lr), ol.Momentum(lr, beta) or ol.Nesterov(lr, beta)",
    "ASGD": "ol.Averaging(ol.GradientDescent(lr))",
    "adamaxw": "ol.DecoupledWeightDecay(ol.Adamax(lr), weight_decay)",
    "nadamw": "ol.DecoupledWeightDecay(ol.NAdam(lr), weight_decay)",
    "add_decayed_weights": DECAY,
    "clip": "ol.ClipValue(rule, limit)",
    "clip_by_global_norm": "ol.ClipNorm(rule, limit)",
    "clip_grad_norm_": "ol.ClipNorm(rule, limit)",
    "clip_grad_value_": "ol.ClipValue(rule, limit)",
    "StepLR": "ol.schedules.Step(lr, period, factor)",
    "ExponentialLR": "ol.schedules.Exponential(lr, factor)",
    "ExponentialDecay": "ol.schedules.Exponential(lr, factor)",
    "exponential_decay": "ol.schedules.Exponential(lr, factor)",
    "InverseTimeDecay": "ol.schedules.InverseTime(lr, decay)",
    "LinearLR": "ol.schedules.Linear(start, end, steps)",
    "linear_schedule": "ol.schedules.Linear(start, end, steps)",
    "CosineAnnealingLR": "ol.schedules.Cosine(lr, steps)",
    "CosineDecay": "ol.schedules.Cosine(lr, steps)",
    "cosine_decay_schedule": "ol.schedules.Cosine(lr, steps)",
    "CosineAnnealingWarmRestarts": "ol.schedules.WarmRestarts(lr, period)",
    "CosineDecayRestarts": "ol.schedules.WarmRestarts(lr, period)",
    "OneCycleLR": "ol.schedules.OneCycle(lr, steps)",
    "SequentialLR": "ol.schedules.Then(steps, first, second)",
    "join_schedules": "ol.schedules.Then(steps, first, second)",
}

# Their arguments, and which arguments of ours these are, for rules that have those.
ARGUMENTS = {
    "learning_rate": ("lr",),
    "epsilon": ("eps",),
    "betas": ("beta1", "beta2"),
    "beta_1": ("beta1",),
    "beta_2": ("beta2",),
    "b1": ("beta1",),
    "b2": ("beta2",),
    "momentum": ("beta",),
    "alpha": ("beta",),
    "rho": ("beta",),
    "decay": ("beta",),
    "etas": ("shrink", "grow"),
    "eta_minus": ("shrink",),
    "eta_plus": ("grow",),
    "step_sizes": ("lr_min", "lr_max"),
    "min_step_size": ("lr_min",),
    "max_step_size": ("lr_max",),
    "initial_accumulator_value": ("G0",),
    "momentum_decay": ("psi",),
    "history_size": ("memory",),
    "memory_size": ("memory",),
    "ns_coefficients": ("a", "b", "c"),
    "ns_coeffs": ("a", "b", "c"),
    "max_norm": ("limit",),
    "clip_value": ("limit",),
    "max_delta": ("limit",),
    "sync_period": ("k",),
    "slow_step_size": ("alpha",),
}

# Their arguments that make another rule of it here.
RULES = {
    "momentum": "ol.Momentum(lr, beta)",
    "dampening": "ol.Momentum(lr, beta, dampening)",
    "nesterov": "ol.Nesterov(lr, beta) or ol.NAdam(lr, beta1, beta2)",
    "amsgrad": "ol.AMSGrad(lr, beta1, beta2)",
    "weight_decay": DECAY,
    "clipnorm": "ol.ClipNorm(rule, limit)",
    "global_clipnorm": "ol.ClipNorm(rule, limit)",
    "clipvalue": "ol.ClipValue(rule, limit)",
}


def instead_of_name(name: str, known: Iterable[str]) -> str:
    """Return a hint what to write in place of a name that the package does not have, or nothing.

    Examples
    --------
    >>> instead_of_name("Adagrad", ["AdaGrad", "Adam"])
    ': did you mean AdaGrad?'
    >>> instead_of_name("sgd", ["Adam"])
    ': write ol.GradientDescent(lr), ol.Momentum(lr, beta) or ol.Nesterov(lr, beta)'
    """
    theirs = {other.casefold(): ours for other, ours in CLASSES.items()}
    if name.casefold() in theirs:
        return f": write {theirs[name.casefold()]}"
    return _near(name, known)


def _near(name, known):
    """Return a question whether a name near to this one, or it in other capitals, is meant."""
    plain = {other.casefold().replace("_", ""): other for other in known if other[0] != "_"}
    near = difflib.get_close_matches(name.casefold().replace("_", ""), plain, n=1)
    return f": did you mean {plain[near[0]]}?" if near else ""


def check_arguments(cls: Any, given: Mapping[str, Any]) -> None:
    """Raise a TypeError that says what to write if a class is given an argument it does not have.

    Parameters
    ----------
    cls : type
        A dataclass of fields that are arguments, as optimizers are.
    given : dict
        From the names of arguments to their values.

    Examples
    --------
    >>> import optimlib as ol
    >>> ol.Adam(learning_rate=0.1)
    Traceback (most recent call last):
    TypeError: Adam has no learning_rate: write lr
    >>> ol.Adam(lr=0.1, betas=(0.9, 0.99))
    Traceback (most recent call last):
    TypeError: Adam has no betas: write beta1=0.9, beta2=0.99
    >>> ol.Adam(lr=0.1, weight_decay=0.01)
    Traceback (most recent call last):
    TypeError: Adam has no weight_decay: write ol.L2(rule, weight_decay) or \
ol.DecoupledWeightDecay(rule, weight_decay)
    """
    if given.keys() <= cls.__dataclass_fields__.keys():
        return
    *parameters, last = list(inspect.signature(cls.__init__).parameters.values())
    if last.kind is last.VAR_KEYWORD:
        return
    known = [parameter.name for parameter in (*parameters, last)][1:]
    for name, value in given.items():
        if name not in known:
            raise TypeError(f"{cls.__name__} has no {name}{_instead(cls, name, value, known)}")


def _instead(cls, name, value, known):
    ours = ARGUMENTS.get(name, ())
    if ours and set(ours) <= set(known):
        if isinstance(value, list | tuple) and len(value) == len(ours):
            ours = [f"{our}={part!r}" for our, part in zip(ours, value, strict=True)]
        return f": write {', '.join(ours)}"
    if name in RULES and f"ol.{cls.__name__}(" not in RULES[name]:
        return f": write {RULES[name]}"
    return _near(name, known) or (f", only {', '.join(known)}" if known else "")
