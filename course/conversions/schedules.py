"""Schedules of packages as schedules of optimlib, and in words where none has their rates.

The settings are those with which golden/make_package_schedules.py recorded them. A package counts
from 0: the rate of our step t is that after t − 1 calls of `step`, or at the count t − 1.
"""

from optimlib.schedules import (
    Constant,
    Cosine,
    Exponential,
    InverseTime,
    Linear,
    OneCycle,
    Step,
    Then,
    WarmRestarts,
)

HALVED = Step(1.0, period=3, factor=0.5)
TWICE = Step(1.0, period=(3, 6), factor=0.5)
FALLING = Cosine(1.0, steps=8, lr_min=0.1)
RISING = Linear(0.0, 1.0, steps=3)
AGAIN = "as a cosine, but it rises again after the end"
POWER = "(1 − t/T)^p, here with p = 2"

SCHEDULES = {
    "torch StepLR": HALVED,
    "torch MultiStepLR": TWICE,
    "torch ConstantLR": Then(4, Constant(0.5), Constant(1.0)),
    "torch LinearLR": Linear(0.25, 1.0, steps=6),
    "torch ExponentialLR": Exponential(1.0, factor=0.8),
    "torch PolynomialLR": POWER,
    "torch CosineAnnealingLR": AGAIN,
    "torch CosineAnnealingWarmRestarts": WarmRestarts(1.0, period=4, lr_min=0.1),
    "torch CyclicLR": "up and down in straight lines",
    # It has one rate more, which rises.
    "torch OneCycleLR": OneCycle(1.0, steps=10),
    "transformers get_constant_schedule_with_warmup": Then(3, RISING, Constant(1.0)),
    "transformers get_linear_schedule_with_warmup": Then(3, RISING, Linear(1.0, 0.0, steps=7)),
    "transformers get_cosine_schedule_with_warmup": AGAIN,
    "transformers get_cosine_with_hard_restarts_schedule_with_warmup": (
        "a warm-up from 0, then cosines that begin again, and 0 after the end"
    ),
    "transformers get_cosine_with_min_lr_schedule_with_warmup": AGAIN,
    "transformers get_polynomial_decay_schedule_with_warmup": f"a warm-up from 0, then {POWER}",
    "transformers get_inverse_sqrt_schedule": "a warm-up from 0 in T₀ steps, then √(T₀/t)",
    "transformers get_wsd_schedule": "a warm-up from 0, constant, then half a cosine",
    "timm CosineLRScheduler": FALLING,
    "timm CosineLRScheduler, warm-up": (
        "the first steps of the cosine are replaced by the warm-up: its top is left out"
    ),
    "timm CosineLRScheduler, prefix": Then(3, RISING, FALLING),
    "timm StepLRScheduler": HALVED,
    "timm MultiStepLRScheduler": Step(1.0, period=(2, 5), factor=0.5),
    "timm PolyLRScheduler": POWER,
    "timm TanhLRScheduler": "½(1 − tanh x) for x from −7 to 3",
    "keras ExponentialDecay": Exponential(1.0, factor=0.8),
    "keras ExponentialDecay, staircase": HALVED,
    "keras InverseTimeDecay": InverseTime(1.0, decay=0.5),
    "keras PiecewiseConstantDecay": Step(1.0, period=(4, 7), factor=0.5),
    "keras PolynomialDecay": POWER,
    "keras PolynomialDecay, cycle": "a line that begins again, each time over a longer way",
    "keras CosineDecay": FALLING,
    "keras CosineDecay, warm-up": Then(3, RISING, Cosine(1.0, steps=8)),
    "keras CosineDecayRestarts": WarmRestarts(1.0, period=4, lr_min=0.1),
    "optax exponential_decay": Exponential(1.0, factor=0.8),
    "optax exponential_decay, begin": Then(2, Constant(1.0), Exponential(1.0, factor=0.8)),
    "optax piecewise_constant_schedule": TWICE,
    "optax linear_schedule": Linear(0.25, 1.0, steps=6),
    "optax polynomial_schedule": POWER,
    "optax cosine_decay_schedule": FALLING,
    "optax warmup_cosine_decay_schedule": Then(3, RISING, Cosine(1.0, steps=7)),
    "optax cosine_onecycle_schedule": (
        "a cosine up in 0.3 T whole steps and one down in the rest: a step more than OneCycleLR has"
    ),
    "optax linear_onecycle_schedule": "in straight lines, the last of them steeper",
}

SET, WHERE = 0.25, 3  # as golden/make_package_schedules.py sets the rate, and after how many steps


def after_hand(record: dict) -> str:
    """Return in words what becomes of a rate that was set by hand after three steps.

    Examples
    --------
    >>> after_hand({"rates": [1, 1, 1, 0.5, 0.5], "by hand": [0.25, 0.25], "reloaded": []})
    'goes on from it'
    >>> after_hand({"rates": [1, 1, 1, 0.5, 0.4], "by hand": [0.25, 0.4], "reloaded": []})
    'forgotten in the next step'
    """
    return _after(record, "by hand", "goes on from it", "forgotten in the next step")


def after_reload(record: dict) -> str:
    """Return in words what a fresh optimizer gets from a schedule whose state was loaded."""
    return _after(record, "reloaded", "goes on from the first rate", "right from the next step")


def _after(record, key, kept, forgotten):
    if key not in record:
        return "a function of the step"
    planned = record["rates"][WHERE:]
    start, later = record[key][0], record[key][1:]
    if _near(later, planned[1:]):
        return forgotten
    if planned[0] and _near(later, [rate and rate * start / planned[0] for rate in planned[1:]]):
        return kept
    return f"{kept}, in another curve; {forgotten.partition(' ')[0]} after the end"


def _near(first, second):
    pairs = list(zip(first, second, strict=False))
    return all(a == b or (None not in (a, b) and abs(a - b) < 1e-9) for a, b in pairs)
