"""What the unit tests share: every rule and every problem, and the ways they are fed."""

from functools import partial

import numpy as np
from looping import covering

import optimlib as ol

# Every rule of the package in each of its forms, ready to be given a learning rate.
RULES = {
    "GradientDescent": ol.GradientDescent,
    "Momentum": ol.Momentum,
    "HeavyBall": ol.HeavyBall,
    "AverageMomentum": ol.AverageMomentum,
    "Nesterov": ol.Nesterov,
    "Nesterov, library form": partial(ol.Nesterov, library_form=True),
    "AdaGrad": ol.AdaGrad,
    "RMSProp": ol.RMSProp,
    "RMSProp, eps inside": partial(ol.RMSProp, eps_inside=True),
    "Adam": ol.Adam,
    "Adam, uncorrected": partial(ol.Adam, bias_correction=False),
    "Adam, eps inside": partial(ol.Adam, eps_inside=True),
    "Adam, eps before correction": partial(ol.Adam, eps_before_correction=True),
    "Momentum, dampened": partial(ol.Momentum, dampening=0.25),
    "AdaGrad, eps inside": partial(ol.AdaGrad, eps_inside=True, G0=0.1),
    "AdaGrad, decaying": partial(ol.AdaGrad, lr_decay=0.25),
    "RMSProp, centered": partial(ol.RMSProp, centered=True),
    "RMSProp, momentum": partial(ol.RMSProp, momentum=0.5),
    "RMSProp, as Keras": partial(
        ol.RMSProp, eps_inside=True, centered=True, momentum=0.5, lr_inside=True
    ),
    "Adadelta": ol.Adadelta,
    "Rprop": ol.Rprop,
    "Rprop, skipping": partial(ol.Rprop, skip=True),
    "AMSGrad": ol.AMSGrad,
    "AMSGrad, corrected": partial(ol.AMSGrad, bias_correction=True),
    "AMSGrad, max of corrected": partial(ol.AMSGrad, bias_correction=True, max_of_corrected=True),
    "AdamW": ol.AdamW,
    "Adamax": ol.Adamax,
    "Adamax, eps inside": partial(ol.Adamax, eps_inside=True),
    "NAdam": ol.NAdam,
    "NAdam, constant momentum": partial(ol.NAdam, psi=None),
    "RAdam": ol.RAdam,
    "RAdam, eps before correction": partial(ol.RAdam, eps_before_correction=True, threshold=4),
    "RAdam, at threshold": partial(ol.RAdam, at_threshold=True),
    "AdaBelief": ol.AdaBelief,
    "Yogi": ol.Yogi,
    "Yogi, corrected": partial(ol.Yogi, bias_correction=True, m0=1e-6, v0=1e-6),
    "Lion": partial(ol.Lion, weight_decay=0.01),
}

# Every wrapper, around one rule or another wrapper.
WRAPPERS = {
    "L2": lambda lr: ol.L2(ol.Momentum(lr), weight_decay=0.1),
    "DecoupledWeightDecay": lambda lr: ol.DecoupledWeightDecay(ol.Adam(lr), weight_decay=0.1),
    "ClipNorm": lambda lr: ol.ClipNorm(ol.Nesterov(lr), limit=1.5),
    "ClipValue": lambda lr: ol.ClipValue(ol.Rprop(lr), limit=1.5),
    "Averaging": lambda lr: ol.Averaging(ol.RMSProp(lr), start=3),
    "Lookahead": lambda lr: ol.Lookahead(ol.NAdam(lr), k=2),
    "Projection": lambda lr: ol.Projection(ol.GradientDescent(lr), low=-1, high=1.25),
    "three of them": lambda lr: ol.Averaging(
        ol.Projection(ol.ClipNorm(ol.AMSGrad(lr), limit=2.0), low=-2, high=2)
    ),
}

# Every problem with its default parameters, and some with others.
PROBLEMS = {problem.name: problem for problem in ol.problems.all()} | {
    problem.name: problem
    for problem in (
        ol.problems.quadratic(kappa=100, angle=0.5),
        ol.problems.x_cos(c=0.15),
        ol.problems.cosh(c=0.5),
    )
}

# Each rule on a problem of one variable and on one of two, and each problem under a rule. A rule
# sees of a problem its gradient and the number of variables, a problem of a rule the point.
PAIRS = {
    f"{title} on {name}": (RULES[title], PROBLEMS[name])
    for dim in (1, 2)
    for title, name in covering(RULES, (n for n, p in PROBLEMS.items() if p.dim == dim))
}


def starts(problem, count, seed=0):
    """Return random points of the problem's domain, shape (d, count)."""
    low, high = np.array(problem.domain).T
    return np.random.default_rng(seed).uniform(low, high, (count, problem.dim)).T


# What rules record that depends on t and hyperparameters only: one number in a step.
NUMBERS = ("alpha", "mu", "mu_next", "rho", "rho_inf", "r")


def update(rule, t, g, state, w):
    """Return what the rule's `update` returns, which is given the point if it asks for it."""
    return rule.update(t, g, *state, **({"w": w} if rule.sees_point else {}))


def feed(rule, gradients, w=0.0):
    """Return the rule's steps for gradients that are given, from the point w."""
    w = np.zeros_like(gradients[0]) + w
    state = rule.initial(w)
    steps = []
    for t, g in enumerate(gradients, start=1):
        record = update(rule.at(t), t, g, state, w)
        state = [record[name] for name in rule.state]
        steps.append(record["step"])
        w = w + record["step"]
    return np.array(steps)
