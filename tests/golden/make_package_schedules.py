"""The schedules of packages.json, which make_packages.py makes: the rates of each, step by step."""

import importlib

from golden.make_packages import rounded, timm

RATE, STEPS = 1.0, 14
BY_HAND, AFTER = 0.25, 3
TORCH = {
    "StepLR": {"step_size": 3, "gamma": 0.5},
    "MultiStepLR": {"milestones": [3, 6], "gamma": 0.5},
    "ConstantLR": {"factor": 0.5, "total_iters": 4},
    "LinearLR": {"start_factor": 0.25, "end_factor": 1.0, "total_iters": 6},
    "ExponentialLR": {"gamma": 0.8},
    "PolynomialLR": {"total_iters": 8, "power": 2.0},
    "CosineAnnealingLR": {"T_max": 8, "eta_min": 0.1},
    "CosineAnnealingWarmRestarts": {"T_0": 4, "eta_min": 0.1},
    "CyclicLR": {"base_lr": 0.2, "max_lr": 1.0, "step_size_up": 3, "cycle_momentum": False},
    "OneCycleLR": {"max_lr": 1.0, "total_steps": 10, "cycle_momentum": False},
}
TRANSFORMERS = {
    "get_constant_schedule_with_warmup": {"num_warmup_steps": 3},
    "get_linear_schedule_with_warmup": {"num_warmup_steps": 3, "num_training_steps": 10},
    "get_cosine_schedule_with_warmup": {"num_warmup_steps": 3, "num_training_steps": 10},
    "get_cosine_with_hard_restarts_schedule_with_warmup": {
        "num_warmup_steps": 2, "num_training_steps": 10, "num_cycles": 2
    },
    "get_cosine_with_min_lr_schedule_with_warmup": {
        "num_warmup_steps": 3, "num_training_steps": 10, "min_lr": 0.1
    },
    "get_polynomial_decay_schedule_with_warmup": {
        "num_warmup_steps": 3, "num_training_steps": 10, "lr_end": 0.1, "power": 2.0
    },
    "get_inverse_sqrt_schedule": {"num_warmup_steps": 3},
    "get_wsd_schedule": {"num_warmup_steps": 2, "num_decay_steps": 4, "num_training_steps": 10},
}  # fmt: skip
TIMM = {
    "CosineLRScheduler": {"t_initial": 8, "lr_min": 0.1},
    "CosineLRScheduler, warm-up": {"t_initial": 8, "lr_min": 0.1, "warmup_t": 3},
    "CosineLRScheduler, prefix": {
        "t_initial": 8, "lr_min": 0.1, "warmup_t": 3, "warmup_prefix": True
    },
    "StepLRScheduler": {"decay_t": 3, "decay_rate": 0.5},
    "MultiStepLRScheduler": {"decay_t": [3, 6], "decay_rate": 0.5},
    "PolyLRScheduler": {"t_initial": 8, "power": 2.0},
    "TanhLRScheduler": {"t_initial": 8},
}  # fmt: skip
KERAS = {
    "ExponentialDecay": {"initial_learning_rate": 1.0, "decay_steps": 1, "decay_rate": 0.8},
    "ExponentialDecay, staircase": {
        "initial_learning_rate": 1.0, "decay_steps": 3, "decay_rate": 0.5, "staircase": True
    },
    "InverseTimeDecay": {"initial_learning_rate": 1.0, "decay_steps": 1, "decay_rate": 0.5},
    "PiecewiseConstantDecay": {"boundaries": [3, 6], "values": [1.0, 0.5, 0.25]},
    "PolynomialDecay": {
        "initial_learning_rate": 1.0, "decay_steps": 8, "end_learning_rate": 0.0, "power": 2.0
    },
    "PolynomialDecay, cycle": {
        "initial_learning_rate": 1.0, "decay_steps": 4, "end_learning_rate": 0.1, "cycle": True
    },
    "CosineDecay": {"initial_learning_rate": 1.0, "decay_steps": 8, "alpha": 0.1},
    "CosineDecay, warm-up": {
        "initial_learning_rate": 0.0, "decay_steps": 8, "warmup_target": 1.0, "warmup_steps": 3
    },
    "CosineDecayRestarts": {
        "initial_learning_rate": 1.0, "first_decay_steps": 4, "t_mul": 1.0, "alpha": 0.1
    },
}  # fmt: skip
OPTAX = {
    "exponential_decay": {"init_value": 1.0, "transition_steps": 1, "decay_rate": 0.8},
    "exponential_decay, begin": {
        "init_value": 1.0, "transition_steps": 1, "decay_rate": 0.8, "transition_begin": 2
    },
    "piecewise_constant_schedule": {
        "init_value": 1.0, "boundaries_and_scales": {"3": 0.5, "6": 0.5}
    },
    "linear_schedule": {"init_value": 0.25, "end_value": 1.0, "transition_steps": 6},
    "polynomial_schedule": {
        "init_value": 1.0, "end_value": 0.0, "power": 2.0, "transition_steps": 8
    },
    "cosine_decay_schedule": {"init_value": 1.0, "decay_steps": 8, "alpha": 0.1},
    "warmup_cosine_decay_schedule": {
        "init_value": 0.0, "peak_value": 1.0, "warmup_steps": 3, "decay_steps": 10
    },
    "cosine_onecycle_schedule": {"transition_steps": 10, "peak_value": 1.0},
    "linear_onecycle_schedule": {"transition_steps": 10, "peak_value": 1.0},
}  # fmt: skip


def schedules():
    """Yield the record of each schedule."""
    for name, settings in TORCH.items():
        made = maker(importlib.import_module("torch.optim.lr_scheduler"), name, settings)
        yield entry("torch", name, settings, stepped(made))
    for name, settings in TRANSFORMERS.items():
        made = maker(importlib.import_module("transformers.optimization"), name, settings)
        yield entry("transformers", name, settings, stepped(made))
    for name, settings in TIMM.items():
        made = maker(timm("scheduler"), name, settings)
        yield entry("timm", name, settings, stepped(made, told=True))
    for name, settings in KERAS.items():
        module = importlib.import_module("keras").optimizers.schedules
        yield entry("keras", name, settings, called(module, name, settings))
    for name, settings in OPTAX.items():
        yield entry(
            "optax", name, settings, called(importlib.import_module("optax"), name, settings)
        )


def entry(package, name, settings, rates):
    return {"package": package, "schedule": name, "settings": settings, **rates}


def maker(module, name, settings):
    """Return a maker of a fresh optimizer with a fresh schedule."""
    import torch

    def fresh():
        w = torch.nn.Parameter(torch.zeros(1))
        optimizer = torch.optim.SGD([w], lr=RATE)
        return optimizer, getattr(module, name.partition(",")[0])(optimizer, **settings)

    return fresh


def stepped(fresh, told=False):
    """Return the rates of a schedule that sets an optimizer's; `told` the number of each step."""

    def rate(optimizer):
        return float(optimizer.param_groups[0]["lr"])

    def walk(optimizer, schedule, start, stop):
        for t in range(start, stop):
            optimizer.step()
            try:
                schedule.step(t) if told else schedule.step()
            except ValueError:  # OneCycleLR counts, and refuses a step too many
                yield None
            else:
                yield rate(optimizer)

    def follow(change):
        optimizer, schedule = fresh()
        list(walk(optimizer, schedule, 1, AFTER + 1))
        optimizer, schedule, shown = change(optimizer, schedule)
        return [rate(optimizer), *walk(optimizer, schedule, AFTER + 1, STEPS)], shown

    def by_hand(optimizer, schedule):
        optimizer.param_groups[0]["lr"] = BY_HAND
        return optimizer, schedule, None

    def reloaded(optimizer, schedule):
        state = schedule.state_dict()
        optimizer, schedule = fresh()
        schedule.load_state_dict(state)
        return optimizer, schedule, None

    optimizer, schedule = fresh()
    rates = [rate(optimizer), *walk(optimizer, schedule, 1, STEPS)]
    return {
        "rates": tidied(rates),
        "by hand": tidied(follow(by_hand)[0]),
        "reloaded": tidied(follow(reloaded)[0]),
    }


def called(module, name, settings):
    """Return the rates of a schedule that is a function of the step, counted from 0."""
    if "boundaries_and_scales" in settings:
        scales = {int(k): v for k, v in settings["boundaries_and_scales"].items()}
        settings = settings | {"boundaries_and_scales": scales}
    schedule = getattr(module, name.partition(",")[0])(**settings)
    return {
        "rates": tidied([float(schedule(t)) for t in range(STEPS)]),
        "before": tidied([float(schedule(-1))])[0],
    }


def tidied(rates):
    return [None if r is None or r != r else rounded(r) for r in rates]
