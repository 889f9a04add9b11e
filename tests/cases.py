"""What the unit tests share: every rule and every problem, and the ways they are fed."""

from functools import partial

import numpy as np

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


def starts(problem, count, seed=0):
    """Return random points of the problem's domain, shape (d, count)."""
    low, high = np.array(problem.domain).T
    return np.random.default_rng(seed).uniform(low, high, (count, problem.dim)).T


def feed(rule, gradients):
    """Return the rule's steps for gradients that are given, whatever point it reaches."""
    state = rule.initial(np.zeros_like(gradients[0]))
    steps = []
    for t, g in enumerate(gradients, start=1):
        record = rule.at(t).update(t, g, *state)
        state = [record[name] for name in rule.state]
        steps.append(record["step"])
    return np.array(steps)
