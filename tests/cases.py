"""What the unit tests share: every rule and every problem, and the ways they are fed."""

from functools import partial

import numpy as np
from looping import covering

import optimlib as ol
from optimlib import rules

# Every optimizer of the package.
OPTIMIZERS = [
    cls
    for cls in (getattr(rules, name) for name in rules.__all__)
    if cls not in (ol.Optimizer, ol.Rule, ol.VectorRule, ol.MatrixRule, ol.Wrapper)
]

# Every rule in each form that it declares, ready to be given a learning rate.
RULES = {}
for cls in OPTIMIZERS:
    if issubclass(cls, ol.Rule):
        RULES[cls.__name__] = cls
        for form, options in cls.forms.items():
            RULES[f"{cls.__name__}, {form}"] = partial(cls, **options)
# Options together, and numbers in place of a default that hides a term.
RULES |= {
    "RMSProp, as Keras": partial(
        ol.RMSProp, eps_inside=True, centered=True, momentum=0.5, lr_inside=True
    ),
    "RAdam, eps before correction": partial(ol.RAdam, eps_before_correction=True, threshold=4),
    "Lion": partial(ol.Lion, weight_decay=0.01),
    "AdEMAMix": partial(ol.AdEMAMix, weight_decay=0.01),
    "Adan": partial(ol.Adan, weight_decay=0.01),
}


def each_once():
    """Return the title of every rule at one of its forms: the first, the second, and so on."""
    forms = {}
    for title in RULES:
        forms.setdefault(title.split(",")[0], []).append(title)
    return [titles[k % len(titles)] for k, titles in enumerate(forms.values())]


# Every wrapper, around one rule or another wrapper.
WRAPPERS = {
    "L2": lambda lr: ol.L2(ol.Momentum(lr), weight_decay=0.1),
    "DecoupledWeightDecay": lambda lr: ol.DecoupledWeightDecay(ol.Adam(lr), weight_decay=0.1),
    "ClipNorm": lambda lr: ol.ClipNorm(ol.Nesterov(lr), limit=1.5),
    "ClipValue": lambda lr: ol.ClipValue(ol.Rprop(lr), limit=1.5),
    "Averaging": lambda lr: ol.Averaging(ol.RMSProp(lr), start=3),
    "Lookahead": lambda lr: ol.Lookahead(ol.NAdam(lr), k=2),
    "Projection": lambda lr: ol.Projection(ol.GradientDescent(lr), low=-1, high=1.25),
    "SAM": lambda lr: ol.SAM(ol.Nesterov(lr), rho=0.1),
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


def ends(limits):
    """Return the ends of an interval, about 1 long, of values in a hyperparameter's range."""
    low = max(limits.low, -1)
    low = low if limits.contains(low) else low + 1e-6
    high = min(limits.high, low + 1)
    return low, high if limits.contains(high) else high - 1e-3


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
